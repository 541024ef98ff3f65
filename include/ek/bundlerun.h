/* SPDX-License-Identifier: BSD-2-Clause */
/* bundlerun.h - what esxi-bundle does: make a bundle, report on one */
#ifndef EK_BUNDLERUN_H
#define EK_BUNDLERUN_H

#include <stdbool.h>
#include <stddef.h>

#include "ek/bundlemake.h"

struct ek_buf;
struct ek_err;
struct ek_out;
struct ek_strs;

struct ek_bundlerun {
	struct ek_bundlemake_opts make;
	const struct ek_strs *platforms; /* --platform, as they were given */
	char *const *files; /* VIBs ("-": standard input), or one image */
	size_t n;
	bool force;         /* leave out what cannot be proved */
	ek_bundlemake_left *left_out;
	void *ctx;
};

/* An image is told by its content. out is borrowed, and written last. *all: see
 * bundlemake.h. */
int ek_bundle_make(const struct ek_bundlerun *o, struct ek_out *out, bool *all,
		   struct ek_err *err);

/* List the bundle, or check it, as text or JSON. The report is complete where
 * this is EK_OK or, for a test that found errors, EK_EREFUSE. */
int ek_bundle_report(const char *path, bool test, bool json,
		     struct ek_buf *out, struct ek_err *err);

/* ek_bundle_get() from n files. */
struct ek_bundleget;
int ek_bundle_extract(char *const *files, size_t n, const char *dir,
		      const struct ek_bundleget *o, struct ek_err *err);

#endif /* EK_BUNDLERUN_H */
