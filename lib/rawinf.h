/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rawinf.h - take deflate off: ISA-L where it was built in, else zlib; and the
 *            gzip header, which both leave to us
 *
 * ISA-L is some three times as fast. Which of the two is at work cannot be seen
 * in what comes out.
 */
#ifndef EK_RAWINF_H
#define EK_RAWINF_H

#include <stddef.h>
#include <stdint.h>

struct ek_rawinf; /* opaque */

enum ek_raw {
	EK_RAW_MORE,
	EK_RAW_END, /* the last block has ended, and all of it was written */
	EK_RAW_BAD, /* see ek_rawinf_why() */
	EK_RAW_NO_MEMORY,
};

struct ek_rawinf *ek_rawinf_new(void); /* NULL: no memory */
void ek_rawinf_reset(struct ek_rawinf *r); /* for the next stream */
void ek_rawinf_free(struct ek_rawinf *r);

/*
 * Take of the n bytes at in, and put up to cap (at least one) to out: *used were
 * taken, *got written. Without input it may still write what it holds; where it
 * does not, and says MORE, the input was cut short.
 */
enum ek_raw ek_rawinf_step(struct ek_rawinf *r, const unsigned char *in,
			   size_t n, size_t *used, unsigned char *out,
			   size_t cap, size_t *got);

/* After END: bytes that do not belong to the stream, and that a call before the
 * last one has taken: it reads ahead, but not by more than this. */
#define EK_RAW_REST 8
size_t ek_rawinf_rest(const struct ek_rawinf *r,
		      unsigned char rest[EK_RAW_REST]);
const char *ek_rawinf_why(const struct ek_rawinf *r); /* after BAD */

/* CRC-32 of gzip; crc is 0 to start. */
uint32_t ek_crc32(uint32_t crc, const void *data, size_t n);

/* ---- gzip header (RFC 1952, 2.3) ---------------------------------------- */

enum ek_gzhead_is {
	EK_GZHEAD_MORE,
	EK_GZHEAD_DONE,
	EK_GZHEAD_MAGIC,  /* no 1f 8b */
	EK_GZHEAD_FLAGS,  /* reserved bits are set */
	EK_GZHEAD_METHOD, /* other than deflate */
};

struct ek_gzhead { /* zero it to start */
	enum ek_gzhead_is is;
	unsigned part;         /* of the header; which one comes next */
	size_t have;           /* bytes of it so far */
	unsigned char fixed[10], word[2];
	uint32_t crc;          /* of all up to the CRC of the header */
	int crc_wrong;         /* it has one, and that is wrong */
};

/* Take of the n bytes at p as long as h->is is MORE; returns how many. */
size_t ek_gzhead_feed(struct ek_gzhead *h, const unsigned char *p, size_t n);

#endif /* EK_RAWINF_H */
