/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rawdef.h - put bytes into deflate: zlib, or for the fast levels ISA-L where it
 *            was built in and its bytes will do
 */
#ifndef EK_RAWDEF_H
#define EK_RAWDEF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ek_err;
struct ek_out;
struct ek_rawdef; /* opaque */

/* Bytes that a stream can refer back to. */
#define EK_RAWDEF_WINDOW 32768u

/* Level 0 to 9: zlib's, with memLevel 8; with fast 1 to 3 may be ISA-L's. NULL:
 * no memory. */
struct ek_rawdef *ek_rawdef_new(int level, bool fast);
void ek_rawdef_free(struct ek_rawdef *d);

/* What comes of these n bytes, to out, as it comes. last ends the stream. */
int ek_rawdef_put(struct ek_rawdef *d, const void *data, size_t n, bool last,
		  struct ek_out *out, struct ek_err *err);

/*
 * n bytes as a run of blocks of their own in the n_out bytes at out, of which
 * *got are used; they may refer to the n_dict (at most EK_RAWDEF_WINDOW) bytes
 * at dict, which come before them in the stream. It ends on a byte, so that runs
 * can be joined; after the last one the stream ends. Always zlib.
 */
int ek_rawdef_run(int level, const void *dict, size_t n_dict,
		  const void *data, size_t n, bool last, void *out,
		  size_t n_out, size_t *got, struct ek_err *err);
/* Room for any run of n bytes. */
size_t ek_rawdef_bound(size_t n);

/* ---- between deflate.c and deflate_runs.c ------------------------------- */

void ek_gzip_head(struct ek_out *to);
int ek_gzip_tail(struct ek_out *to, uint32_t crc, uint32_t size,
		 struct ek_err *err);
/* ek_out_open_gzip_jobs() for more than one. */
int ek_gzip_runs(struct ek_out **out, struct ek_out *to, int level,
		 unsigned jobs, struct ek_err *err);

/* CRC-32 of a and b joined, from those of each; len is that of b. */
uint32_t ek_rawdef_crc_join(uint32_t a, uint32_t b, size_t len);

#endif /* EK_RAWDEF_H */
