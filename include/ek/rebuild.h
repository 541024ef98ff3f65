/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rebuild.h - the whole of a rebuild: input checked, written, proved, named
 *
 * The rules of rules_iso.h stand on either side of isobuild.h: an image that
 * boots on one firmware only is neither taken nor made, unless forced; one
 * whose boot.cfg name what is not there is never made. Until everything is
 * proved the new image has no name.
 *
 *	ek_out_open(&out, "out.iso", &err);
 *	ek_rebuild_open(&r, "in.iso", "out.iso", &err);
 *	ek_isobuild_add(ek_rebuild_plan(r), "/boot.cfg", "new.cfg", &err);
 *	ek_rebuild_run(r, &out, &opts, &err);
 *	ek_rebuild_close(&r);
 */
#ifndef EK_REBUILD_H
#define EK_REBUILD_H

#include <stdbool.h>
#include <stdint.h>

struct ek_buf;
struct ek_err;
struct ek_findings;
struct ek_iso;
struct ek_isobuild;
struct ek_out;
struct ek_rebuild; /* opaque */

/* Open the input. EK_EARG where both are the same file. */
int ek_rebuild_open(struct ek_rebuild **r, const char *in, const char *out,
		    struct ek_err *err);
void ek_rebuild_close(struct ek_rebuild **r);

/* What is to change; borrowed, for the calls of isobuild.h that fill it. */
struct ek_isobuild *ek_rebuild_plan(struct ek_rebuild *r);
const struct ek_iso *ek_rebuild_input(const struct ek_rebuild *r);

struct ek_rebuild_opts {
	/* take an image that one firmware does not boot; let the two boot.cfg
	 * differ where they did not before */
	bool force;
	/* stage is "writing" or "proving"; NULL: over. May be NULL. */
	void (*progress)(void *ctx, const char *stage, uint64_t done,
			 uint64_t total);
	void *ctx;
};

/*
 * Do it; once. *out is what ek_out_open() gave for the output's name; it is taken
 * and becomes NULL. EK_EREFUSE: the input or the result is not fit, with the
 * reason. On failure the output is as it was, and nothing is left behind.
 */
int ek_rebuild_run(struct ek_rebuild *r, struct ek_out **out,
		   const struct ek_rebuild_opts *opts, struct ek_err *err);

/* What the rules found in the new image and did not refuse; after run. */
const struct ek_findings *ek_rebuild_findings(const struct ek_rebuild *r);

/* The report, one document (iso-rebuild.1, "JSON"); after run. */
int ek_rebuild_json(const struct ek_rebuild *r, struct ek_buf *out,
		    struct ek_err *err);

#endif /* EK_REBUILD_H */
