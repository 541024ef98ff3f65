/* SPDX-License-Identifier: BSD-2-Clause */
/* inflate.c - take gzip off a stream (zlib) */
#include "os.h"

#define ZLIB_CONST 1 /* it does not write to its input */
#include <zlib.h>

#include "ek/err.h"
#include "ek/inflate.h"
#include "ek/io.h"

struct gunzip {
	struct ek_in *from;
	bool own;         /* close from */
	enum ek_gz mode;
	bool inside;      /* a member has begun and not ended */
	bool begun;       /* at least one member has */
	uint64_t size;    /* of the member, unpacked */
	z_stream z;
};

int ek_is_gzip(struct ek_in *in, bool *yes, struct ek_err *err)
{
	const unsigned char *p;
	size_t got;
	int rc = ek_in_peek(in, 2, &p, &got, err);

	*yes = rc == EK_OK && got == 2 && p[0] == 0x1f && p[1] == 0x8b;
	return rc;
}

/* Our words for those of zlib that say too little. */
static const char *why(const z_stream *z)
{
	static const char *const words[][2] = {
		{ "incorrect data check", "the CRC-32 is wrong" },
		{ "incorrect length check", "the length at its end is wrong" },
		{ "unknown compression method",
		  "compression method other than deflate" },
		{ "unknown header flags set", "reserved flag bits are set" },
		{ "header crc mismatch", "the CRC of the header is wrong" },
		{ "incorrect header check", "not a gzip header" },
	};

	if (z->msg == NULL)
		return "zlib gives no reason";
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(z->msg, words[i][0]) == 0)
			return words[i][1];
	return z->msg;
}

static unsigned long long offset(const struct gunzip *g)
{
	return (unsigned long long)ek_in_pos(g->from);
}

/* Nothing but zeros up to the end of the input. */
static int only_zeros(struct gunzip *g, struct ek_err *err)
{
	const unsigned char *p;
	size_t got;
	int rc;

	while ((rc = ek_in_peek_some(g->from, &p, &got, err)) == EK_OK &&
	       got != 0) {
		size_t n = 0;

		while (n < got && p[n] == 0)
			n++;
		rc = ek_in_skip(g->from, n, "padding", err);
		if (rc != EK_OK)
			return rc;
		if (n < got)
			return ek_fail(err, EK_EFORMAT, "'%s': bytes that are"
				       " not gzip at offset %llu, behind the"
				       " gzip data", ek_in_name(g->from),
				       offset(g));
	}
	return rc;
}

/* Between members: *more says whether another one begins. */
static int between(struct gunzip *g, bool *more, struct ek_err *err)
{
	const char *name = ek_in_name(g->from);
	const unsigned char *p;
	size_t got;
	int rc;

	rc = ek_is_gzip(g->from, more, err);
	if (rc != EK_OK || (*more && (!g->begun || g->mode == EK_GZ_MANY)))
		return rc;
	if (*more)
		return ek_fail(err, EK_EFORMAT, "'%s': a second gzip member at"
			       " offset %llu: the boot loader takes one only",
			       name, offset(g));
	rc = ek_in_peek(g->from, 1, &p, &got, err);
	if (rc != EK_OK)
		return rc;
	if (!g->begun)
		return ek_fail(err, EK_EFORMAT, got == 0 ? "'%s' is empty, not"
			       " gzip" : "'%s' is not gzip", name);
	if (got != 0 && g->mode == EK_GZ_ONE)
		return ek_fail(err, EK_EFORMAT, "'%s': bytes at offset %llu,"
			       " behind the end of the gzip data: the boot"
			       " loader refuses them", name, offset(g));
	return only_zeros(g, err);
}

static int begin_member(struct gunzip *g, struct ek_err *err)
{
	if (inflateReset(&g->z) != Z_OK)
		return ek_fail(err, EK_EFORMAT, "'%s': zlib: %s",
			       ek_in_name(g->from), why(&g->z));
	g->begun = true;
	g->inside = true;
	g->size = 0;
	return EK_OK;
}

/* The loader takes the length modulo 2^32 (boot.cfg.5, "module files"). */
static int check_size(const struct gunzip *g, struct ek_err *err)
{
	if (g->mode == EK_GZ_ONE && g->size > UINT32_MAX)
		return ek_fail(err, EK_ELIMIT, "'%s' unpacks to 4 GiB or more:"
			       " the boot loader cannot load it",
			       ek_in_name(g->from));
	return EK_OK;
}

/* One call of zlib on what is there; *got bytes went to buf. */
static int step(struct gunzip *g, unsigned char *buf, size_t cap, size_t *got,
		struct ek_err *err)
{
	const unsigned char *p;
	size_t have;
	int rc, z;

	rc = ek_in_peek_some(g->from, &p, &have, err);
	if (rc != EK_OK)
		return rc;
	if (have == 0)
		return ek_fail(err, EK_EFORMAT, "'%s' ends at offset %llu"
			       " inside gzip data", ek_in_name(g->from), offset(g));
	g->z.next_in = p;
	g->z.avail_in = (uInt)have;
	g->z.next_out = buf;
	g->z.avail_out = cap < UINT32_MAX ? (uInt)cap : UINT32_MAX;
	z = inflate(&g->z, Z_NO_FLUSH);
	*got = (size_t)(g->z.next_out - buf);
	g->size += *got;
	rc = ek_in_skip(g->from, have - g->z.avail_in, "gzip data", err);
	if (rc != EK_OK)
		return rc;
	if (z == Z_MEM_ERROR) {
		errno = ENOMEM;
		return ek_fail_sys(err, "unpacking '%s'", ek_in_name(g->from));
	}
	if (z != Z_OK && z != Z_STREAM_END && z != Z_BUF_ERROR)
		return ek_fail(err, EK_EFORMAT, "'%s': gzip data damaged at or"
			       " before offset %llu: %s", ek_in_name(g->from),
			       offset(g), why(&g->z));
	g->inside = z != Z_STREAM_END;
	return check_size(g, err);
}

static int fill(void *ctx, unsigned char *buf, size_t cap, size_t *got,
		struct ek_err *err)
{
	struct gunzip *g = ctx;
	bool more = true;
	int rc = EK_OK;

	*got = 0;
	while (rc == EK_OK && *got == 0) {
		if (g->inside) {
			rc = step(g, buf, cap, got, err);
			continue;
		}
		rc = between(g, &more, err);
		if (rc != EK_OK || !more)
			return rc;
		rc = begin_member(g, err);
	}
	return rc;
}

static void drop(void *ctx)
{
	struct gunzip *g = ctx;

	inflateEnd(&g->z);
	if (g->own)
		ek_in_close(&g->from);
	free(g);
}

int ek_in_open_gunzip(struct ek_in **out, struct ek_in *from, enum ek_gz mode,
		      bool own, struct ek_err *err)
{
	struct gunzip *g = calloc(1, sizeof(*g));

	*out = NULL;
	/* 15: the largest window; 16: gzip and nothing else */
	if (g == NULL || inflateInit2(&g->z, 15 + 16) != Z_OK) {
		errno = ENOMEM;
		ek_err_set(err, EK_ESYS, errno, "unpacking '%s'",
			   ek_in_name(from));
		free(g);
		if (own)
			ek_in_close(&from);
		return EK_ESYS;
	}
	g->from = from;
	g->own = own;
	g->mode = mode;
	return ek_in_open_fill(out, ek_in_name(from), fill, drop, g, err);
}
