/* SPDX-License-Identifier: BSD-2-Clause */
/* inflate_scan.c - a look at a gzip file as a whole */
#include "os.h"

#define ZLIB_CONST 1 /* it does not write to its input */
#include <zlib.h>

#include "ek/err.h"
#include "ek/inflate.h"
#include "ek/io.h"
#include "ek/num.h"

enum { PIECE = 65536, TAIL = 8 };

/* Bits of the flags byte (RFC 1952, 2.3.1). */
enum { FHCRC = 0x02, FEXTRA = 0x04, FNAME = 0x08, FCOMMENT = 0x10,
       RESERVED = 0xe0 };

struct scan {
	struct ek_in *in;
	struct ek_gz_scan *s;
	unsigned char tail[TAIL]; /* the last bytes so far */
	unsigned char buf[PIECE];
	unsigned char out[PIECE];
};

/* Take up to n bytes to buf, and keep the last of all. */
static int take(struct scan *x, size_t n, size_t *got, struct ek_err *err)
{
	int rc = ek_in_read(x->in, x->buf, n, got, err);
	size_t keep;

	if (rc != EK_OK)
		return rc;
	keep = *got < TAIL ? TAIL - *got : 0;
	memmove(x->tail, x->tail + TAIL - keep, keep);
	memcpy(x->tail + keep, x->buf + *got - (TAIL - keep), TAIL - keep);
	x->s->file_size += *got;
	return EK_OK;
}

/* n bytes of the header, at most PIECE; fewer make it bad. */
static int take_head(struct scan *x, size_t n, struct ek_err *err)
{
	size_t got = 0;
	int rc = EK_OK;

	if (n != 0)
		rc = take(x, n, &got, err);
	if (got != n)
		x->s->head = EK_GZ_HEAD_BAD;
	return rc;
}

static int skip_text(struct scan *x, struct ek_err *err)
{
	int rc;

	do {
		rc = take_head(x, 1, err);
	} while (rc == EK_OK && x->s->head == EK_GZ_HEAD_OK && x->buf[0] != 0);
	return rc;
}

static int read_head(struct scan *x, struct ek_err *err)
{
	unsigned char flags;
	int rc;

	rc = take_head(x, 10, err);
	if (rc != EK_OK)
		return rc;
	if (x->s->file_size < 2 || x->buf[0] != 0x1f || x->buf[1] != 0x8b) {
		x->s->head = EK_GZ_HEAD_NONE;
		return EK_OK;
	}
	if (x->s->head != EK_GZ_HEAD_OK)
		return EK_OK;
	flags = x->buf[3];
	if ((flags & RESERVED) != 0)
		x->s->head = EK_GZ_HEAD_BAD;
	else if (x->buf[2] != Z_DEFLATED)
		x->s->head = EK_GZ_HEAD_METHOD;
	if (x->s->head == EK_GZ_HEAD_OK && (flags & FEXTRA) != 0) {
		rc = take_head(x, 2, err);
		if (rc == EK_OK && x->s->head == EK_GZ_HEAD_OK)
			rc = take_head(x, ek_num_le16(x->buf), err);
	}
	if (rc == EK_OK && x->s->head == EK_GZ_HEAD_OK && (flags & FNAME) != 0)
		rc = skip_text(x, err);
	if (rc == EK_OK && x->s->head == EK_GZ_HEAD_OK &&
	    (flags & FCOMMENT) != 0)
		rc = skip_text(x, err);
	if (rc == EK_OK && x->s->head == EK_GZ_HEAD_OK && (flags & FHCRC) != 0)
		rc = take_head(x, 2, err);
	x->s->head_size = x->s->file_size;
	return rc;
}

/* What inflate makes of the n bytes at buf; Z_OK: it wants more. */
static int inflate_piece(struct scan *x, z_stream *z, size_t n)
{
	int rc;

	z->next_in = x->buf;
	z->avail_in = (uInt)n;
	do {
		z->next_out = x->out;
		z->avail_out = PIECE;
		rc = inflate(z, Z_NO_FLUSH);
		x->s->crc = (uint32_t)crc32(x->s->crc, x->out,
					    PIECE - z->avail_out);
		x->s->size += PIECE - z->avail_out;
	} while (rc == Z_OK && (z->avail_in != 0 || z->avail_out == 0));
	/* no progress is no failure: the next piece comes */
	return rc == Z_BUF_ERROR ? Z_OK : rc;
}

static int read_data(struct scan *x, z_stream *z, struct ek_err *err)
{
	int state = Z_OK;
	size_t got;
	int rc;

	x->s->data = EK_GZ_DATA_SHORT;
	do {
		rc = take(x, PIECE, &got, err);
		if (rc != EK_OK)
			return rc;
		if (got == 0 || state != Z_OK)
			continue;
		state = inflate_piece(x, z, got);
		x->s->data_end = x->s->file_size - z->avail_in;
		if (state == Z_MEM_ERROR)
			return ek_fail(err, EK_ESYS, "'%s': %s",
				       ek_in_name(x->in), strerror(ENOMEM));
		if (state != Z_OK)
			x->s->data = state == Z_STREAM_END ? EK_GZ_DATA_ENDS
							   : EK_GZ_DATA_BAD;
	} while (got != 0);
	return EK_OK;
}

int ek_gz_scan(struct ek_in *in, struct ek_gz_scan *s, struct ek_err *err)
{
	z_stream z = { .next_in = Z_NULL };
	struct scan *x;
	int rc;

	*s = (struct ek_gz_scan){ .head = EK_GZ_HEAD_OK };
	x = calloc(1, sizeof(*x));
	if (x == NULL || inflateInit2(&z, -MAX_WBITS) != Z_OK) {
		free(x);
		return ek_fail(err, EK_ESYS, "'%s': %s", ek_in_name(in),
			       strerror(ENOMEM));
	}
	x->in = in;
	x->s = s;
	rc = read_head(x, err);
	if (rc == EK_OK) /* without a header only the size is of use */
		rc = read_data(x, &z, err);
	if (s->file_size >= TAIL) {
		s->tail_crc = ek_num_le32(x->tail);
		s->tail_size = ek_num_le32(x->tail + 4);
	}
	inflateEnd(&z);
	free(x);
	return rc;
}
