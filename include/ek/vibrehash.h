/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vibrehash.h - a VIB with its checksums made anew for a release
 *
 * Payloads are put in byte for byte; of the descriptor only checksums, size and
 * the software platform change, everything else (unknown elements too) stays in
 * its place. A signature cannot be kept: it is dropped, and a level above
 * community with it.
 */
#ifndef EK_VIBREHASH_H
#define EK_VIBREHASH_H

#include "ek/package.h"

struct ek_err;
struct ek_out;
struct ek_release;

struct ek_vibrehash; /* opaque */

/*
 * Read the VIB at path ("-" or NULL: standard input) and compose the new
 * descriptor; target NULL: the checksums that serve every release. A VIB whose
 * bytes do not fit its old checksums is EK_EREFUSE: nobody knows what they are.
 * say (may be NULL) is told what becomes of signature and level.
 */
int ek_vibrehash_open(struct ek_vibrehash **out, const char *path,
		      const struct ek_release *target, ek_say *say, void *ctx,
		      struct ek_err *err);
/* Write it. A file that is no longer what was read is EK_EREFUSE. */
int ek_vibrehash_write(struct ek_vibrehash *r, struct ek_out *out,
		       struct ek_err *err);
void ek_vibrehash_free(struct ek_vibrehash **r); /* *r may be NULL */

#endif /* EK_VIBREHASH_H */
