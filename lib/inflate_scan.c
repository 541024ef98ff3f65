/* SPDX-License-Identifier: BSD-2-Clause */
/* inflate_scan.c - a look at a gzip file as a whole */
#include "os.h"

#include "ek/err.h"
#include "ek/inflate.h"
#include "ek/io.h"
#include "ek/num.h"
#include "rawinf.h"

enum { PIECE = 65536, TAIL = 8 };

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

static int read_head(struct scan *x, struct ek_err *err)
{
	struct ek_gzhead h = { .is = EK_GZHEAD_MORE };
	const unsigned char *p;
	size_t got;
	int rc = EK_OK;

	while (rc == EK_OK && h.is == EK_GZHEAD_MORE) {
		rc = ek_in_peek_some(x->in, &p, &got, err);
		if (rc != EK_OK || got == 0)
			break;
		got = ek_gzhead_feed(&h, p, got < PIECE ? got : PIECE);
		rc = take(x, got, &got, err);
	}
	x->s->head_size = x->s->file_size;
	if (h.fixed[0] != 0x1f || h.fixed[1] != 0x8b)
		x->s->head = EK_GZ_HEAD_NONE;
	else if (h.is == EK_GZHEAD_METHOD)
		x->s->head = EK_GZ_HEAD_METHOD;
	else if (h.is != EK_GZHEAD_DONE)
		x->s->head = EK_GZ_HEAD_BAD;
	return rc;
}

/* What is made of the n bytes at buf; *used of them, and of those taken before,
 * belong to the stream. */
static enum ek_raw inflate_piece(struct scan *x, struct ek_rawinf *raw,
				 size_t n)
{
	unsigned char rest[EK_RAW_REST];
	size_t at = 0, used, got;
	enum ek_raw rc;

	do {
		rc = ek_rawinf_step(raw, x->buf + at, n - at, &used, x->out,
				    PIECE, &got);
		at += used;
		x->s->crc = ek_crc32(x->s->crc, x->out, got);
		x->s->size += got;
	} while (rc == EK_RAW_MORE && (used != 0 || got != 0));
	x->s->data_end = x->s->file_size - (n - at);
	if (rc == EK_RAW_END)
		x->s->data_end -= ek_rawinf_rest(raw, rest);
	return rc;
}

static int read_data(struct scan *x, struct ek_rawinf *raw, struct ek_err *err)
{
	enum ek_raw state = EK_RAW_MORE;
	size_t got;
	int rc;

	x->s->data = EK_GZ_DATA_SHORT;
	do {
		rc = take(x, PIECE, &got, err);
		if (rc != EK_OK)
			return rc;
		if (got == 0 || state != EK_RAW_MORE)
			continue;
		state = inflate_piece(x, raw, got);
		if (state == EK_RAW_NO_MEMORY)
			return ek_fail(err, EK_ESYS, "'%s': %s",
				       ek_in_name(x->in), strerror(ENOMEM));
		if (state != EK_RAW_MORE)
			x->s->data = state == EK_RAW_END ? EK_GZ_DATA_ENDS
							 : EK_GZ_DATA_BAD;
	} while (got != 0);
	return EK_OK;
}

int ek_gz_scan(struct ek_in *in, struct ek_gz_scan *s, struct ek_err *err)
{
	struct ek_rawinf *raw = ek_rawinf_new();
	struct scan *x;
	int rc;

	*s = (struct ek_gz_scan){ .head = EK_GZ_HEAD_OK };
	x = calloc(1, sizeof(*x));
	if (x == NULL || raw == NULL) {
		free(x);
		ek_rawinf_free(raw);
		return ek_fail(err, EK_ESYS, "'%s': %s", ek_in_name(in),
			       strerror(ENOMEM));
	}
	x->in = in;
	x->s = s;
	rc = read_head(x, err);
	if (rc == EK_OK) /* without a header only the size is of use */
		rc = read_data(x, raw, err);
	if (s->file_size >= TAIL) {
		s->tail_crc = ek_num_le32(x->tail);
		s->tail_size = ek_num_le32(x->tail + 4);
	}
	ek_rawinf_free(raw);
	free(x);
	return rc;
}
