/* SPDX-License-Identifier: BSD-2-Clause */
/* bundlemake_int.h - inside of the maker of offline bundles */
#ifndef EK_BUNDLEMAKE_INT_H
#define EK_BUNDLEMAKE_INT_H

#include "ek/buf.h"
#include "ek/bulletin.h"
#include "ek/bundlemake.h"
#include "ek/depot.h"
#include "ek/digest.h"
#include "ek/vibdesc.h"
#include "ek/zip.h"

struct ek_profile;
struct ek_source;

struct bm_item {
	char *id, *path;
	struct ek_vibdesc d;
	struct ek_source *src; /* the .vib, or NULL: */
	size_t index;          /* ... its number in the image */
	char sha256[EK_DIGEST_HEX];
	struct ek_zip_sum sum;
};

struct ek_bundlemake {
	struct ek_bundlemake_opts o;
	struct ek_strs platforms;
	struct bm_item *items; /* sorted by id when written */
	size_t n_items, n_files;
	struct ek_imgvibs *image;
	size_t n_left;         /* VIBs of the image that are left out */
	struct ek_bulletin *bulletins;
	size_t n_bulletins;
	struct ek_buf profile; /* XML, and its file name */
	char *profile_file;
};

/* Read the VIB once: digest, size, and what zip wants to know. */
int bm_measure(struct ek_bundlemake *m, struct bm_item *item,
	       struct ek_err *err);
/* Its bytes to out. */
int bm_put(struct ek_bundlemake *m, const struct bm_item *item,
	   struct ek_out *out, struct ek_err *err);

/* NULL: not in the bundle. */
const struct bm_item *bm_find(const struct ek_bundlemake *m, const char *id);

/* Versions, bulletins, profile: all that the VIBs lead to. */
int bm_plan(struct ek_bundlemake *m, int64_t when, bool *all,
	    struct ek_err *err);

#endif /* EK_BUNDLEMAKE_INT_H */
