/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * diff.h - what differs between two images, databases, VIBs or bundles
 *
 * Each side is told by its content: a directory or an ISO is an image. Like is
 * compared with like; a database with an image as databases; any other pair by
 * its VIBs alone. Memory is that of names and digests.
 *
 * Source: esxi-diff.1 tells what counts; the names of VMware's comparison are
 * in "JSON" there.
 */
#ifndef EK_DIFF_H
#define EK_DIFF_H

#include <stdbool.h>
#include <stdint.h>

struct ek_buf;
struct ek_err;
struct ek_diff; /* opaque */

struct ek_diff_opts {
	unsigned threads; /* for images; 0: as many as there are processors */
	/* bytes of one image, told as they are read; may be NULL */
	void (*progress)(void *ctx, uint64_t done, uint64_t total);
	void *ctx;
};

/* Read both and compare; o may be NULL. What is damaged, or none of the four
 * kinds, fails: a difference is no failure. Nothing stays open. */
int ek_diff_open(struct ek_diff **out, const char *a, const char *b,
		 const struct ek_diff_opts *o, struct ek_err *err);
void ek_diff_free(struct ek_diff **d); /* *d may be NULL, and becomes it */

bool ek_diff_same(const struct ek_diff *d);

/* Append the differences for a person ("no differences" where there are none),
 * each name escaped as ek_archive_escape() does; or as one JSON document. */
int ek_diff_text(const struct ek_diff *d, struct ek_buf *out,
		 struct ek_err *err);
int ek_diff_json(const struct ek_diff *d, struct ek_buf *out,
		 struct ek_err *err);

#endif /* EK_DIFF_H */
