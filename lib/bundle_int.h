/* SPDX-License-Identifier: BSD-2-Clause */
/* bundle_int.h - inside of an offline bundle that is read */
#ifndef EK_BUNDLE_INT_H
#define EK_BUNDLE_INT_H

#include "ek/bundle.h"

struct ek_spool;
struct ek_zip;

/* A metadata.zip, in memory. */
struct bundle_meta {
	char *path; /* in the bundle */
	char *dir;  /* of it, "" or with a slash at its end */
	char *data;
	struct ek_zip *zip;
};

struct ek_bundle {
	struct ek_zip *wrapper; /* NULL: it is not in another zip */
	struct ek_spool *spool; /* the bundle out of it */
	struct ek_zip *zip;
	struct ek_depot_vendors vendors;
	struct ek_strs outside, inside; /* versions */
	struct bundle_meta *metas;
	size_t n_metas;
	struct ek_bundle_vib *vibs;
	size_t n_vibs;
	struct ek_bundle_bulletin *bulletins;
	size_t n_bulletins;
	struct ek_bundle_profile *profiles;
	size_t n_profiles;
};

/* All that a metadata.zip has, into b. */
int ek_bundle_take(struct ek_bundle *b, const struct bundle_meta *m,
		   struct ek_err *err);
/* dir and name, which has no problem: malloc()ed, NULL: no memory. */
char *ek_bundle_join(const char *dir, const char *name);

#endif /* EK_BUNDLE_INT_H */
