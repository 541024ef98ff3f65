/* SPDX-License-Identifier: BSD-2-Clause */
/* deflate.c - put gzip round a stream (zlib) */
#include "os.h"

#define ZLIB_CONST 1 /* it does not write to its input */
#include <zlib.h>

#include "ek/deflate.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/num.h"

/*
 * zlib always gets pieces of this size, so that the bytes do not depend on the
 * sizes of our callers' writes (those of level 0 would).
 */
enum { PIECE = 65536, MEM_LEVEL = 8 };

struct gzip {
	struct ek_out *to; /* borrowed */
	z_stream z;
	uLong crc;
	uint32_t size; /* of the data, modulo 2^32 */
	size_t fill;   /* of piece */
	unsigned char piece[PIECE], packed[PIECE];
};

/* vmtar.5, "gzip, exactly" */
static const unsigned char header[10] = {
	0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255,
};

/* Give zlib n bytes and hand on what comes out. */
static int pack(struct gzip *g, const unsigned char *data, size_t n, int flush,
		struct ek_err *err)
{
	int z;

	g->crc = crc32(g->crc, data, (uInt)n);
	g->size += (uint32_t)n;
	g->z.next_in = data;
	g->z.avail_in = (uInt)n;
	do {
		g->z.next_out = g->packed;
		g->z.avail_out = PIECE;
		z = deflate(&g->z, flush);
		if (z == Z_STREAM_ERROR)
			return ek_fail(err, EK_ESYS, "zlib cannot deflate: %s",
				       g->z.msg != NULL ? g->z.msg : "bug");
		ek_out_write(g->to, g->packed, PIECE - g->z.avail_out);
	} while (g->z.avail_out == 0);
	return ek_out_status(g->to, err);
}

static int put(void *ctx, const void *data, size_t len, struct ek_err *err)
{
	const unsigned char *p = data;
	struct gzip *g = ctx;
	int rc = EK_OK;

	while (len != 0 && rc == EK_OK) {
		size_t n = len < PIECE - g->fill ? len : PIECE - g->fill;

		if (n == PIECE) { /* a whole one: no need to copy it */
			rc = pack(g, p, n, Z_NO_FLUSH, err);
		} else {
			memcpy(g->piece + g->fill, p, n);
			g->fill += n;
		}
		if (g->fill == PIECE) {
			g->fill = 0;
			rc = pack(g, g->piece, PIECE, Z_NO_FLUSH, err);
		}
		p += n;
		len -= n;
	}
	return rc;
}

static int finish(void *ctx, struct ek_err *err)
{
	struct gzip *g = ctx;
	unsigned char trailer[8];
	int rc = pack(g, g->piece, g->fill, Z_FINISH, err);

	if (rc != EK_OK)
		return rc;
	ek_num_put_le32(trailer, (uint32_t)g->crc);
	ek_num_put_le32(trailer + 4, g->size);
	ek_out_write(g->to, trailer, sizeof(trailer));
	return ek_out_status(g->to, err);
}

static void drop(void *ctx)
{
	struct gzip *g = ctx;

	deflateEnd(&g->z);
	free(g);
}

int ek_out_open_gzip(struct ek_out **out, struct ek_out *to, int level,
		     struct ek_err *err)
{
	struct gzip *g;
	int rc;

	*out = NULL;
	if (level < 0 || level > 9)
		return ek_fail(err, EK_EARG, "%d is not a level of gzip (0 to"
			       " 9)", level);
	g = calloc(1, sizeof(*g));
	if (g == NULL || deflateInit2(&g->z, level, Z_DEFLATED, -15, MEM_LEVEL,
				      Z_DEFAULT_STRATEGY) != Z_OK) {
		errno = ENOMEM;
		rc = ek_fail_sys(err, "gzip");
		free(g);
		return rc;
	}
	g->to = to;
	g->crc = crc32(0, NULL, 0);
	rc = ek_out_open_put(out, "gzip", put, finish, drop, g, err);
	if (rc == EK_OK)
		ek_out_write(to, header, sizeof(header));
	return rc;
}
