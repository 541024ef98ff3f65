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
#include <stdint.h>

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

/* ---- a look at a gzip file as a whole ----------------------------------- */

enum ek_gz_head {
	EK_GZ_HEAD_OK,
	EK_GZ_HEAD_NONE,   /* no 1f 8b in front: no more is known */
	EK_GZ_HEAD_BAD,    /* cut short, or reserved flag bits are set */
	EK_GZ_HEAD_METHOD, /* a method other than deflate */
};

enum ek_gz_data {
	EK_GZ_DATA_ENDS,  /* the deflate stream has an end */
	EK_GZ_DATA_SHORT, /* the file ends first */
	EK_GZ_DATA_BAD,   /* it is damaged */
};

/*
 * For readers that take CRC and length from the last eight bytes of the file,
 * wherever the member ends, as the boot loader does. Numbers are those of the
 * first member, as far as its data went.
 */
struct ek_gz_scan {
	uint64_t file_size;
	enum ek_gz_head head;
	uint64_t head_size;
	enum ek_gz_data data;
	uint64_t data_end; /* offset behind the stream, or of the damage */
	uint64_t size;     /* unpacked */
	uint32_t crc;      /* of that */
	uint32_t tail_crc, tail_size; /* last eight bytes; or 0 */
};

/* Reads in to its end, in little memory whatever is in it. Only what the system
 * does can fail. */
int ek_gz_scan(struct ek_in *in, struct ek_gz_scan *scan, struct ek_err *err);

#endif /* EK_INFLATE_H */
