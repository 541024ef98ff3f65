/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inflate.h - take gzip off a stream (zlib)
 *
 * What the boot loader demands (boot.cfg.5, "module files"): one member, right
 * CRC-32 and length, nothing after it. EK_GZ_ONE demands the same. EK_GZ_MANY
 * joins members as gzip(1) does, for tars from elsewhere; bytes after the last
 * member are refused there as well, zero padding excepted.
 */
#ifndef EK_INFLATE_H
#define EK_INFLATE_H

#include <stdbool.h>

struct ek_err;
struct ek_in;

enum ek_gz { EK_GZ_ONE, EK_GZ_MANY };

/* Do the next bytes of in begin a gzip member (1f 8b)? */
int ek_is_gzip(struct ek_in *in, bool *yes, struct ek_err *err);

/*
 * *out hands out what is inside from. from is borrowed, unless own is true:
 * then it is closed with *out, and also where this call fails. CRC, length and
 * trailing bytes are checked when the end is reached: a caller that must know
 * reads to the end. Messages name the offset in from. No limit of its own.
 */
int ek_in_open_gunzip(struct ek_in **out, struct ek_in *from, enum ek_gz mode,
		      bool own, struct ek_err *err);

#endif /* EK_INFLATE_H */
