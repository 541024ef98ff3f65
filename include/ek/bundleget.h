/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bundleget.h - take VIBs out of offline bundles, as files <VIB id>.vib
 *
 * Nothing is written before every VIB that is wanted was read and found to have
 * the size and sha-256 that the metadata tells, and before it is known that no
 * file is in the way. The bytes are checked once more while they are written.
 */
#ifndef EK_BUNDLEGET_H
#define EK_BUNDLEGET_H

#include <stdbool.h>
#include <stddef.h>

struct ek_bundle;
struct ek_err;
struct ek_strs;

struct ek_bundleget {
	const struct ek_strs *wanted; /* names or ids; none: every VIB */
	bool replace; /* files that are there; otherwise they are EK_EREFUSE */
	/* a file was made; may be NULL */
	void (*made)(void *ctx, const char *name);
	void *ctx;
};

/*
 * From n bundles (borrowed) to dir, which is made where it is not there (its last
 * component). One that is wanted and in none of them is EK_EREFUSE, and so is an
 * id that is there twice, or that no file can be called. Times are those of the
 * release dates, 0 where there is none.
 */
int ek_bundle_get(struct ek_bundle *const *bundles, size_t n, const char *dir,
		  const struct ek_bundleget *o, struct ek_err *err);

#endif /* EK_BUNDLEGET_H */
