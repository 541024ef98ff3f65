/* SPDX-License-Identifier: BSD-2-Clause */
/* inflate.c - take gzip off a stream */
#include "os.h"

#include "ek/err.h"
#include "ek/inflate.h"
#include "ek/io.h"
#include "ek/num.h"
#include "rawinf.h"

/* Where in a member we are. */
enum state { BETWEEN, HEAD, DATA, TAIL };

enum { TAIL_SIZE = 8 };

struct gunzip {
	struct ek_in *from;
	bool own;         /* close from */
	enum ek_gz mode;
	enum state state;
	bool begun;       /* at least one member has */
	uint64_t size;    /* of the member, unpacked */
	uint32_t crc;     /* of that */
	struct ek_gzhead head;
	unsigned char tail[TAIL_SIZE];
	size_t n_tail;
	struct ek_rawinf *raw;
};

int ek_is_gzip(struct ek_in *in, bool *yes, struct ek_err *err)
{
	const unsigned char *p;
	size_t got;
	int rc = ek_in_peek(in, 2, &p, &got, err);

	*yes = rc == EK_OK && got == 2 && p[0] == 0x1f && p[1] == 0x8b;
	return rc;
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

static void begin_member(struct gunzip *g)
{
	ek_rawinf_reset(g->raw);
	g->begun = true;
	g->state = HEAD;
	g->head = (struct ek_gzhead){ .is = EK_GZHEAD_MORE };
	g->size = 0;
	g->crc = 0;
	g->n_tail = 0;
}

static int damaged(const struct gunzip *g, const char *why, struct ek_err *err)
{
	return ek_fail(err, EK_EFORMAT, "'%s': gzip data damaged at or before"
		       " offset %llu: %s", ek_in_name(g->from), offset(g), why);
}

static int cut_short(const struct gunzip *g, struct ek_err *err)
{
	return ek_fail(err, EK_EFORMAT, "'%s' ends at offset %llu inside gzip"
		       " data", ek_in_name(g->from), offset(g));
}

static int read_head(struct gunzip *g, struct ek_err *err)
{
	const unsigned char *p;
	size_t have;
	int rc;

	while (g->head.is == EK_GZHEAD_MORE) {
		rc = ek_in_peek_some(g->from, &p, &have, err);
		if (rc == EK_OK && have == 0)
			rc = cut_short(g, err);
		if (rc == EK_OK)
			rc = ek_in_skip(g->from, ek_gzhead_feed(&g->head, p,
								have),
					"gzip header", err);
		if (rc != EK_OK)
			return rc;
	}
	g->state = DATA;
	if (g->head.is == EK_GZHEAD_FLAGS)
		return damaged(g, "reserved flag bits are set", err);
	if (g->head.is == EK_GZHEAD_METHOD)
		return damaged(g, "compression method other than deflate", err);
	if (g->head.is != EK_GZHEAD_DONE)
		return damaged(g, "not a gzip header", err);
	if (g->head.crc_wrong)
		return damaged(g, "the CRC of the header is wrong", err);
	return EK_OK;
}

static int read_tail(struct gunzip *g, struct ek_err *err)
{
	size_t got;
	int rc = ek_in_read(g->from, g->tail + g->n_tail,
			    TAIL_SIZE - g->n_tail, &got, err);

	if (rc != EK_OK)
		return rc;
	if (got != TAIL_SIZE - g->n_tail)
		return cut_short(g, err);
	g->state = BETWEEN;
	if (ek_num_le32(g->tail) != g->crc)
		return damaged(g, "the CRC-32 is wrong", err);
	if (ek_num_le32(g->tail + 4) != (uint32_t)g->size)
		return damaged(g, "the length at its end is wrong", err);
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

/* One step on what is there; *got bytes went to buf. */
static int step(struct gunzip *g, unsigned char *buf, size_t cap, size_t *got,
		struct ek_err *err)
{
	const unsigned char *p;
	size_t have, used;
	enum ek_raw raw;
	int rc;

	rc = ek_in_peek_some(g->from, &p, &have, err);
	if (rc != EK_OK)
		return rc;
	raw = ek_rawinf_step(g->raw, p, have, &used, buf, cap, got);
	g->size += *got;
	g->crc = ek_crc32(g->crc, buf, *got);
	rc = ek_in_skip(g->from, used, "gzip data", err);
	if (rc != EK_OK)
		return rc;
	if (raw == EK_RAW_NO_MEMORY) {
		errno = ENOMEM;
		return ek_fail_sys(err, "unpacking '%s'", ek_in_name(g->from));
	}
	if (raw == EK_RAW_BAD)
		return damaged(g, ek_rawinf_why(g->raw), err);
	if (raw == EK_RAW_MORE && have == 0 && *got == 0)
		return cut_short(g, err);
	if (raw == EK_RAW_END) {
		g->n_tail = ek_rawinf_rest(g->raw, g->tail);
		g->state = TAIL;
	}
	return check_size(g, err);
}

/* All of the member but its data. */
static int other(struct gunzip *g, bool *more, struct ek_err *err)
{
	int rc;

	if (g->state == HEAD)
		return read_head(g, err);
	if (g->state == TAIL)
		return read_tail(g, err);
	rc = between(g, more, err);
	if (rc == EK_OK && *more)
		begin_member(g);
	return rc;
}

static int fill(void *ctx, unsigned char *buf, size_t cap, size_t *got,
		struct ek_err *err)
{
	struct gunzip *g = ctx;
	bool more = true;
	int rc = EK_OK;

	*got = 0;
	while (rc == EK_OK && *got == 0 && more)
		rc = g->state == DATA ? step(g, buf, cap, got, err)
				      : other(g, &more, err);
	return rc;
}

static void drop(void *ctx)
{
	struct gunzip *g = ctx;

	ek_rawinf_free(g->raw);
	if (g->own)
		ek_in_close(&g->from);
	free(g);
}

int ek_in_open_gunzip(struct ek_in **out, struct ek_in *from, enum ek_gz mode,
		      bool own, struct ek_err *err)
{
	struct gunzip *g = calloc(1, sizeof(*g));

	*out = NULL;
	if (g == NULL || (g->raw = ek_rawinf_new()) == NULL) {
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
