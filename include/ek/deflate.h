/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * deflate.h - put gzip round a stream
 *
 * The header is 1f8b0800 00000000 02ff whatever the level (vmtar.5, "gzip,
 * exactly"): no name, no time, XFL 2, OS 255.
 */
#ifndef EK_DEFLATE_H
#define EK_DEFLATE_H

struct ek_err;
struct ek_out;

#define EK_GZ_LEVEL 9 /* what -z means */

/* zlib with memLevel 8: at level 9 the bytes are those of the images of ESXi 7.0
 * to 8.0U3. to is borrowed: commit *out first, then to. Level 0 to 9. */
int ek_out_open_gzip(struct ek_out **out, struct ek_out *to, int level,
		     struct ek_err *err);

/*
 * The same, as fast as can be. Levels 1 to 3 are ISA-L's where it was built in:
 * what they give depends on it. For jobs above 1 and levels 4 to 9 the data is
 * cut into runs that are packed by several threads, each run with what is before
 * it as dictionary, and joined to one member. The bytes are others than those of
 * one thread, some 0.1 % more, and the same whatever jobs is.
 */
int ek_out_open_gzip_jobs(struct ek_out **out, struct ek_out *to, int level,
			  unsigned jobs, struct ek_err *err);

#endif /* EK_DEFLATE_H */
