/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * walk.h - what lies below a directory, in one order on every machine
 *
 * Parents come before what is in them, the names in a directory by their bytes.
 * No symbolic link is followed.
 */
#ifndef EK_WALK_H
#define EK_WALK_H

#include <sys/stat.h>

#include "ek/buf.h"

struct ek_err;

/* Directories inside each other. */
#define EK_WALK_DEPTH 200

struct ek_walked {
	const char *path; /* below the directory, no "./", no slash at its end */
	const struct stat *st;
	const char *link; /* of a symbolic link, else NULL */
};

/* Called for each; a failure ends the walk. All is borrowed for the call. */
typedef int ek_walk_fn(void *ctx, const struct ek_walked *w,
		       struct ek_err *err);

/*
 * Walk dir, which itself is not shown. only (none in it: everything) names what
 * is wanted: each with all that is below it, and the directories above it. A
 * name of it that is not there is EK_ESYS, one that leaves the directory
 * EK_EARG. A name below that ek_path_problem() refuses is EK_EREFUSE.
 */
int ek_walk(const char *dir, const struct ek_strs *only, ek_walk_fn *fn,
	    void *ctx, struct ek_err *err);

#endif /* EK_WALK_H */
