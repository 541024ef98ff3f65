/* SPDX-License-Identifier: BSD-2-Clause */
/* rawinf.c - take deflate off: ISA-L where it was built in, else zlib */
#include "os.h"

#ifdef EK_ISAL
#include <isa-l.h>
#else
#define ZLIB_CONST 1 /* it does not write to its input */
#include <zlib.h>
#endif

#include "rawinf.h"

#ifdef EK_ISAL

struct ek_rawinf {
	struct inflate_state s;
	int rc;
	size_t n_rest;
	unsigned char rest[EK_RAW_REST];
};

struct ek_rawinf *ek_rawinf_new(void)
{
	struct ek_rawinf *r = malloc(sizeof(*r));

	if (r != NULL)
		ek_rawinf_reset(r);
	return r;
}

void ek_rawinf_reset(struct ek_rawinf *r)
{
	isal_inflate_init(&r->s);
	r->s.crc_flag = ISAL_DEFLATE;
	r->rc = ISAL_DECOMP_OK;
	r->n_rest = 0;
}

void ek_rawinf_free(struct ek_rawinf *r)
{
	free(r);
}

/* Give back what was read ahead: of this call's input by *used, else to rest. */
static void give_back(struct ek_rawinf *r, size_t *used)
{
	size_t ahead = (size_t)r->s.read_in_length / 8;
	uint64_t bits = r->s.read_in >> (r->s.read_in_length % 8);
	size_t back = ahead < *used ? ahead : *used;

	*used -= back;
	r->n_rest = ahead - back;
	for (size_t i = 0; i < r->n_rest; i++)
		r->rest[i] = (unsigned char)(bits >> (8 * i));
}

enum ek_raw ek_rawinf_step(struct ek_rawinf *r, const unsigned char *in,
			   size_t n, size_t *used, unsigned char *out,
			   size_t cap, size_t *got)
{
	uint32_t avail = n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
	uint32_t room = cap < UINT32_MAX ? (uint32_t)cap : UINT32_MAX;

	/* it takes a pointer to bytes that it does not write to */
	r->s.next_in = (uint8_t *)(uintptr_t)in;
	r->s.avail_in = avail;
	r->s.next_out = out;
	r->s.avail_out = room;
	r->rc = isal_inflate(&r->s);
	*used = avail - r->s.avail_in;
	*got = room - r->s.avail_out;
	if (r->rc < 0)
		return EK_RAW_BAD;
	if (r->s.block_state != ISAL_BLOCK_FINISH)
		return EK_RAW_MORE;
	give_back(r, used);
	return EK_RAW_END;
}

const char *ek_rawinf_why(const struct ek_rawinf *r)
{
	switch (r->rc) {
	case ISAL_INVALID_BLOCK:
		return "invalid block";
	case ISAL_INVALID_SYMBOL:
		return "invalid code";
	case ISAL_INVALID_LOOKBACK:
		return "invalid distance too far back";
	default:
		return "invalid data";
	}
}

size_t ek_rawinf_rest(const struct ek_rawinf *r,
		      unsigned char rest[EK_RAW_REST])
{
	memcpy(rest, r->rest, sizeof(r->rest));
	return r->n_rest;
}

uint32_t ek_crc32(uint32_t crc, const void *data, size_t n)
{
	return crc32_gzip_refl(crc, data, n);
}

#else /* zlib */

struct ek_rawinf {
	z_stream z;
};

struct ek_rawinf *ek_rawinf_new(void)
{
	struct ek_rawinf *r = calloc(1, sizeof(*r));

	if (r != NULL && inflateInit2(&r->z, -MAX_WBITS) != Z_OK) {
		free(r);
		r = NULL;
	}
	return r;
}

void ek_rawinf_reset(struct ek_rawinf *r)
{
	(void)inflateReset(&r->z); /* fails for a bad stream only */
}

void ek_rawinf_free(struct ek_rawinf *r)
{
	if (r != NULL)
		(void)inflateEnd(&r->z);
	free(r);
}

enum ek_raw ek_rawinf_step(struct ek_rawinf *r, const unsigned char *in,
			   size_t n, size_t *used, unsigned char *out,
			   size_t cap, size_t *got)
{
	uInt avail = n < UINT32_MAX ? (uInt)n : UINT32_MAX;
	int rc;

	r->z.next_in = in != NULL ? in : out; /* NULL is no pointer for it */
	r->z.avail_in = avail;
	r->z.next_out = out;
	r->z.avail_out = cap < UINT32_MAX ? (uInt)cap : UINT32_MAX;
	rc = inflate(&r->z, Z_NO_FLUSH);
	*used = avail - r->z.avail_in;
	*got = (size_t)(r->z.next_out - out);
	if (rc == Z_STREAM_END)
		return EK_RAW_END;
	if (rc == Z_MEM_ERROR)
		return EK_RAW_NO_MEMORY;
	/* no progress is no failure */
	return rc == Z_OK || rc == Z_BUF_ERROR ? EK_RAW_MORE : EK_RAW_BAD;
}

const char *ek_rawinf_why(const struct ek_rawinf *r)
{
	return r->z.msg != NULL ? r->z.msg : "invalid data";
}

size_t ek_rawinf_rest(const struct ek_rawinf *r,
		      unsigned char rest[EK_RAW_REST])
{
	(void)r;
	memset(rest, 0, EK_RAW_REST);
	return 0; /* it never reads ahead */
}

uint32_t ek_crc32(uint32_t crc, const void *data, size_t n)
{
	return (uint32_t)crc32_z(crc, data, n);
}

#endif

/* ---- gzip header -------------------------------------------------------- */

enum { FHCRC = 0x02, FEXTRA = 0x04, FNAME = 0x08, FCOMMENT = 0x10,
       RESERVED = 0xe0 };
enum part { FIXED, EXTRA_LEN, EXTRA, NAME, COMMENT, HEAD_CRC, LAST };

/* How long the part is; SIZE_MAX: to its NUL; 0: it is not there. */
static size_t length(const struct ek_gzhead *h)
{
	unsigned flags = h->fixed[3];

	switch ((enum part)h->part) {
	case FIXED:
		return sizeof(h->fixed);
	case EXTRA_LEN:
		return (flags & FEXTRA) != 0 ? 2 : 0;
	case EXTRA:
		return (flags & FEXTRA) != 0
		       ? h->word[0] + 256u * h->word[1] : 0;
	case NAME:
		return (flags & FNAME) != 0 ? SIZE_MAX : 0;
	case COMMENT:
		return (flags & FCOMMENT) != 0 ? SIZE_MAX : 0;
	case HEAD_CRC:
		return (flags & FHCRC) != 0 ? 2 : 0;
	case LAST:
		break;
	}
	return 0;
}

/* A part is whole. */
static void next_part(struct ek_gzhead *h)
{
	if (h->part == FIXED) {
		if (h->fixed[0] != 0x1f || h->fixed[1] != 0x8b)
			h->is = EK_GZHEAD_MAGIC;
		else if ((h->fixed[3] & RESERVED) != 0)
			h->is = EK_GZHEAD_FLAGS;
		else if (h->fixed[2] != 8)
			h->is = EK_GZHEAD_METHOD;
	}
	if (h->part == HEAD_CRC && h->have != 0)
		h->crc_wrong = (h->crc & 0xffff) !=
			h->word[0] + 256u * h->word[1];
	h->part++;
	h->have = 0;
	if (h->part == LAST && h->is == EK_GZHEAD_MORE)
		h->is = EK_GZHEAD_DONE;
}

static void keep(struct ek_gzhead *h, const unsigned char *p, size_t n)
{
	if (h->part == FIXED)
		memcpy(h->fixed + h->have, p, n);
	if (h->part == EXTRA_LEN || h->part == HEAD_CRC)
		memcpy(h->word + h->have, p, n);
	if (h->part != HEAD_CRC)
		h->crc = ek_crc32(h->crc, p, n);
	h->have += n;
}

size_t ek_gzhead_feed(struct ek_gzhead *h, const unsigned char *p, size_t n)
{
	size_t at = 0;

	while (h->is == EK_GZHEAD_MORE) {
		size_t len = length(h), take = n - at;
		const unsigned char *nul = NULL;

		if (len != SIZE_MAX && take > len - h->have)
			take = len - h->have;
		if (len == SIZE_MAX && take != 0)
			nul = memchr(p + at, 0, take);
		if (nul != NULL)
			take = (size_t)(nul - (p + at)) + 1;
		if (take != 0)
			keep(h, p + at, take);
		at += take;
		if (nul == NULL && h->have != len)
			break; /* there is no more */
		next_part(h);
	}
	return at;
}
