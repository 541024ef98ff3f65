/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bundlemake.h - make an offline bundle of VIBs, or of those of an image
 *
 * Source: bundle.5. The same VIBs and options give the same bytes, in whatever
 * order the VIBs come.
 */
#ifndef EK_BUNDLEMAKE_H
#define EK_BUNDLEMAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ek_err;
struct ek_imgvibs;
struct ek_out;

/* VIBs given as files: each stays open. */
#define EK_BUNDLEMAKE_FILES 512u

struct ek_bundlemake_opts {
	bool profile;      /* that of the image, too */
	bool no_component; /* plain bulletins for every release */
	bool set_mtime;    /* else the newest release date of a VIB */
	int64_t mtime;
};

struct ek_bundlemake; /* opaque */

int ek_bundlemake_new(struct ek_bundlemake **out,
		      const struct ek_bundlemake_opts *o, struct ek_err *err);
/* *bundle may be NULL */
void ek_bundlemake_free(struct ek_bundlemake **bundle);

/*
 * A version to declare: a release ("6.7" declares 6.*, "8.0U3" 8.0), or in full
 * ("8.0.3"), or "5.*". EK_EARG for anything else. Without any: those that the VIBs
 * name, else that of the image, else all from 5.* to 9.0, which *all (below)
 * tells.
 */
int ek_bundlemake_platform(struct ek_bundlemake *m, const char *version,
			   struct ek_err *err);

/* Add a .vib ("-" or NULL: standard input). Refused as ek_vib_verify() does, and
 * a VIB that was added before. */
int ek_bundlemake_file(struct ek_bundlemake *m, const char *path,
		       struct ek_err *err);

/*
 * Add the VIBs of an image, borrowed until free, and its components. Those that
 * cannot be proved are left out, and told through left_out(), which may be NULL:
 * then *n counts them (and those that the database lacks).
 */
typedef void ek_bundlemake_left(void *ctx, const char *id, const char *why);
int ek_bundlemake_image(struct ek_bundlemake *m, struct ek_imgvibs *v,
			ek_bundlemake_left *left_out, void *ctx, size_t *n,
			struct ek_err *err);

/* Write it; out is borrowed. No VIB at all, or a profile of which VIBs are left
 * out, is EK_EREFUSE. all (may be NULL): no version was told by anyone. */
int ek_bundlemake_write(struct ek_bundlemake *m, struct ek_out *out, bool *all,
			struct ek_err *err);

#endif /* EK_BUNDLEMAKE_H */
