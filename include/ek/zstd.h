/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * zstd.h - take zstd off a stream, and put it round one (libzstd)
 *
 * The payloads of 9.0 are one frame with a window of 128 MiB, made by "zstd -18
 * --long=27 --no-check" out of a pipe (vmtar.5, "Layers").
 */
#ifndef EK_ZSTD_H
#define EK_ZSTD_H

#include <stdbool.h>

struct ek_err;
struct ek_in;
struct ek_out;

/* The largest window, 128 MiB, read and written; it is also the memory that a
 * frame may ask for. A larger one is EK_ELIMIT. */
#define EK_ZSTD_WINDOW_LOG 27

/*
 * *out hands out what is inside from, and ends with the frame: then from stands
 * at the byte behind it, whatever that is. A skippable frame in front, a
 * dictionary and the formats before 0.8 are refused. Content size and checksum
 * are checked where the frame has them. from is borrowed, unless own is true:
 * then it is closed with *out, and also where this call fails. Messages name
 * the offset in from.
 */
int ek_in_open_unzstd(struct ek_in **out, struct ek_in *from, bool own,
		      struct ek_err *err);

#define EK_ZSTD_LEVEL 18 /* that of 9.0 */

/*
 * The frame of 9.0: level 18, long distance matching, window 2^27, no content
 * size, no checksum, header 28b52ffd 0088. The bytes are those of zstd(1) of
 * the same version of the library, and do not depend on the sizes of writes.
 * to is borrowed: commit *out first, then to. Takes some 500 MiB of address
 * space, as much of it as the data needs.
 */
int ek_out_open_zstd(struct ek_out **out, struct ek_out *to,
		     struct ek_err *err);

#endif /* EK_ZSTD_H */
