/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * deflate.h - put gzip round a stream (zlib)
 *
 * The header is 1f8b0800 00000000 02ff whatever the level (vmtar.5, "gzip,
 * exactly"): no name, no time, XFL 2, OS 255; zlib with memLevel 8. At level 9
 * the bytes are those of the images of ESXi 7.0 to 8.0U3.
 */
#ifndef EK_DEFLATE_H
#define EK_DEFLATE_H

struct ek_err;
struct ek_out;

#define EK_GZ_LEVEL 9 /* what -z means */

/* to is borrowed: commit *out first, then to. Level 0 to 9. */
int ek_out_open_gzip(struct ek_out **out, struct ek_out *to, int level,
		     struct ek_err *err);

#endif /* EK_DEFLATE_H */
