/* SPDX-License-Identifier: BSD-2-Clause */
/* deflate.c - put gzip round a stream */
#include "os.h"

#include "ek/deflate.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/num.h"
#include "rawdef.h"
#include "rawinf.h"

/*
 * The library always gets pieces of this size, so that the bytes do not depend
 * on the sizes of our callers' writes (those of level 0 would).
 */
enum { PIECE = 65536 };

struct gzip {
	struct ek_out *to; /* borrowed */
	struct ek_rawdef *d;
	uint32_t crc;
	uint32_t size; /* of the data, modulo 2^32 */
	size_t fill;   /* of piece */
	unsigned char piece[PIECE];
};

/* vmtar.5, "gzip, exactly" */
static const unsigned char header[10] = {
	0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255,
};

static int pack(struct gzip *g, const unsigned char *data, size_t n, bool last,
		struct ek_err *err)
{
	g->crc = ek_crc32(g->crc, data, n);
	g->size += (uint32_t)n;
	return ek_rawdef_put(g->d, data, n, last, g->to, err);
}

static int put(void *ctx, const void *data, size_t len, struct ek_err *err)
{
	const unsigned char *p = data;
	struct gzip *g = ctx;
	int rc = EK_OK;

	while (len != 0 && rc == EK_OK) {
		size_t n = len < PIECE - g->fill ? len : PIECE - g->fill;

		if (n == PIECE) { /* a whole one: no need to copy it */
			rc = pack(g, p, n, false, err);
		} else {
			memcpy(g->piece + g->fill, p, n);
			g->fill += n;
		}
		if (g->fill == PIECE) {
			g->fill = 0;
			rc = pack(g, g->piece, PIECE, false, err);
		}
		p += n;
		len -= n;
	}
	return rc;
}

void ek_gzip_head(struct ek_out *to)
{
	ek_out_write(to, header, sizeof(header));
}

int ek_gzip_tail(struct ek_out *to, uint32_t crc, uint32_t size,
		 struct ek_err *err)
{
	unsigned char trailer[8];

	ek_num_put_le32(trailer, crc);
	ek_num_put_le32(trailer + 4, size);
	ek_out_write(to, trailer, sizeof(trailer));
	return ek_out_status(to, err);
}

static int finish(void *ctx, struct ek_err *err)
{
	struct gzip *g = ctx;
	int rc = pack(g, g->piece, g->fill, true, err);

	return rc == EK_OK ? ek_gzip_tail(g->to, g->crc, g->size, err) : rc;
}

static void drop(void *ctx)
{
	struct gzip *g = ctx;

	ek_rawdef_free(g->d);
	free(g);
}

static int open_one(struct ek_out **out, struct ek_out *to, int level,
		    bool fast, struct ek_err *err)
{
	struct gzip *g;
	int rc;

	*out = NULL;
	if (level < 0 || level > 9)
		return ek_fail(err, EK_EARG, "%d is not a level of gzip (0 to"
			       " 9)", level);
	g = calloc(1, sizeof(*g));
	if (g == NULL || (g->d = ek_rawdef_new(level, fast)) == NULL) {
		errno = ENOMEM;
		rc = ek_fail_sys(err, "gzip");
		free(g);
		return rc;
	}
	g->to = to;
	rc = ek_out_open_put(out, "gzip", put, finish, drop, g, err);
	if (rc == EK_OK)
		ek_gzip_head(to);
	return rc;
}

int ek_out_open_gzip(struct ek_out **out, struct ek_out *to, int level,
		     struct ek_err *err)
{
	return open_one(out, to, level, false, err);
}

int ek_out_open_gzip_jobs(struct ek_out **out, struct ek_out *to, int level,
			  unsigned jobs, struct ek_err *err)
{
	if (jobs > 1 && level > 3 && level <= 9)
		return ek_gzip_runs(out, to, level, jobs, err);
	return open_one(out, to, level, true, err);
}
