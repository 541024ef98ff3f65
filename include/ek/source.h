/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * source.h - bytes that are read more than once
 *
 * A file is opened once and read again from its start; standard input, a pipe or
 * a device is copied into a scratch file first. Also for scratch files of ours,
 * so that whoever reads need not know where the bytes lie.
 */
#ifndef EK_SOURCE_H
#define EK_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

struct ek_err;
struct ek_in;
struct ek_out;
struct ek_spool;

struct ek_source; /* opaque */

/* path "-" or NULL: standard input. */
int ek_source_open(struct ek_source **out, const char *path,
		   struct ek_err *err);

/* Over a spool that was written and committed; it is owned from here on, also
 * where this fails. name is for messages. */
int ek_source_spool(struct ek_source **out, struct ek_spool *spool,
		    const char *name, struct ek_err *err);

/* Write what is to be packed to out. */
typedef int ek_source_fill(void *ctx, struct ek_out *out, struct ek_err *err);
/* gzip of what fill writes, with zstd that of 9.0 first (layers.h), in a scratch
 * file, in the place of *s (NULL: none), which fill may read and which stays
 * where this fails. */
int ek_source_pack(struct ek_source **s, const char *name, bool zstd,
		   ek_source_fill *fill, void *ctx, struct ek_err *err);

/* From the first byte. Close *in before s is freed, and before the next one. */
int ek_source_in(struct ek_source *s, struct ek_in **in, struct ek_err *err);

uint64_t ek_source_size(const struct ek_source *s);
const char *ek_source_name(const struct ek_source *s);
/* Time of a file, seconds since 1970; false where there is none. */
bool ek_source_mtime(const struct ek_source *s, int64_t *mtime);

void ek_source_free(struct ek_source **s); /* *s may be NULL, and becomes it */

#endif /* EK_SOURCE_H */
