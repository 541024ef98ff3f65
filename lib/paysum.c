/* SPDX-License-Identifier: BSD-2-Clause */
/* paysum.c - a payload's bytes against its checksums (vib.5, "Checksums") */
#include "os.h"

#include "ek/digest.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/layers.h"
#include "ek/paysum.h"

/* The file's bytes; what its outer layer gives; what all of them do. */
enum { PLAIN, OUTER, INSIDE, SIDES };

struct check {
	const struct ek_payload *p;
	const char *file;
	struct ek_in *in;
	struct ek_out *out;
	/* NULL where not wanted */
	struct ek_digest *sha256[SIDES], *sha1[SIDES];
	uint64_t size[SIDES];
	bool inflate;   /* is anything declared about the inside */
	bool xz;        /* there is xz inside the gzip */
	bool one_layer; /* the outer one is the only one: OUTER is INSIDE */
};

static bool is(const char *s, const char *want)
{
	return s != NULL && strcmp(s, want) == 0;
}

static bool is_gunzip1(const struct ek_checksum *s)
{
	return is(s->type, "sha-256-gunzip1");
}

/* Of a kind that is checked here? Others have a verify-process of their own. */
static bool is_ours(const struct ek_checksum *s)
{
	return s->process == NULL || is(s->process, "gunzip") || is_gunzip1(s);
}

static int side(const struct ek_checksum *s)
{
	if (is_gunzip1(s))
		return OUTER;
	return s->process != NULL ? INSIDE : PLAIN;
}

/* ---- what is wanted ----------------------------------------------------- */

static int want_at(struct check *c, int at, enum ek_digest_kind kind,
		   struct ek_err *err)
{
	struct ek_digest **d = kind == EK_SHA1 ? &c->sha1[at] : &c->sha256[at];

	c->inflate |= at != PLAIN;
	return *d == NULL ? ek_digest_new(d, kind, err) : EK_OK;
}

static int want(struct check *c, const struct ek_checksum *s,
		struct ek_err *err)
{
	enum ek_digest_kind kind = EK_SHA256;
	int at = side(s), rc;

	if (is(s->type, "sha-1"))
		kind = EK_SHA1;
	else if (!is(s->type, "sha-256") && !is_gunzip1(s))
		return ek_fail(err, EK_EREFUSE, "'%s': payload '%s' has a"
			       " checksum of unsupported hash type %s", c->file,
			       c->p->name, s->type);
	rc = want_at(c, at, kind, err);
	/* INSIDE of xz may be OUTER, see compare(); of one layer both are
	 * INSIDE, see digest_at() */
	if (rc == EK_OK && at != PLAIN)
		rc = want_at(c, at == INSIDE ? OUTER : INSIDE, kind, err);
	return rc;
}

static int want_all(struct check *c, struct ek_err *err)
{
	const struct ek_payload *p = c->p;
	int rc = EK_OK;

	if (p->n_sums != 0 && ek_payload_sum(p, "sha-256", NULL) == NULL)
		return ek_fail(err, EK_EREFUSE, "'%s': payload '%s' has"
			       " checksums but no plain sha-256, ESXi fails"
			       " on it with 'NoneType' object has no attribute"
			       " 'checksumtype'", c->file, p->name);
	for (size_t i = 0; i < p->n_sums && rc == EK_OK; i++)
		if (is_ours(&p->sums[i]))
			rc = want(c, &p->sums[i], err);
	return rc;
}

/* ---- reading ------------------------------------------------------------ */

static void update(struct check *c, int at, const void *data, size_t len)
{
	c->size[at] += len;
	if (c->sha256[at] != NULL)
		ek_digest_update(c->sha256[at], data, len);
	if (c->sha1[at] != NULL)
		ek_digest_update(c->sha1[at], data, len);
}

/* ek_in_fill: the file's bytes, seen and copied as they pass. */
static int pass(void *ctx, unsigned char *buf, size_t cap, size_t *got,
		struct ek_err *err)
{
	struct check *c = ctx;
	int rc = ek_in_read(c->in, buf, cap, got, err);

	if (rc != EK_OK)
		return rc;
	update(c, PLAIN, buf, *got);
	if (c->out != NULL)
		ek_out_write(c->out, buf, *got);
	return EK_OK;
}

static void see_outer(void *ctx, const void *p, size_t n)
{
	struct check *c = ctx;

	/* of one layer see_inside() does it */
	if (!c->one_layer)
		update(c, OUTER, p, n);
}

static void see_inside(void *ctx, const void *p, size_t n)
{
	update(ctx, INSIDE, p, n);
}

static int read_inside(struct check *c, struct ek_in *file, struct ek_err *err)
{
	const struct ek_layers_opts opts = {
		.mode = EK_GZ_ONE, .outer = see_outer, .inner = see_inside,
		.ctx = c,
	};
	struct ek_layers *l;
	int rc = ek_layers_open(&l, file, &opts, err);

	if (rc == EK_OK && ek_layers_kind(l, 0) != EK_LAYER_GZIP)
		rc = ek_fail(err, EK_EFORMAT, "'%s' is not gzip",
			     ek_in_name(file));
	if (rc == EK_OK) {
		c->one_layer = ek_layers_count(l) == 1;
		c->xz = ek_layers_kind(l, 1) == EK_LAYER_XZ;
		rc = ek_in_drain(ek_layers_in(l), err);
	}
	ek_layers_close(&l);
	return rc;
}

/* ---- comparing ---------------------------------------------------------- */

static int digest_at(const struct check *c, const struct ek_checksum *s, int at,
		     char hex[EK_DIGEST_HEX], bool *same, struct ek_err *err)
{
	int from = at == OUTER && c->one_layer ? INSIDE : at;
	struct ek_digest *d = is(s->type, "sha-1") ? c->sha1[from]
						   : c->sha256[from];
	int rc = ek_digest_hex(d, hex, err);

	*same = rc == EK_OK && ek_digest_equal(hex, s->hex);
	return rc;
}

static int compare(const struct check *c, const struct ek_checksum *s,
		   struct ek_err *err)
{
	char hex[EK_DIGEST_HEX], outer[EK_DIGEST_HEX];
	bool same;
	int rc = digest_at(c, s, side(s), hex, &same, err);

	/* "gunzip" of a module that is xz: of all layers, or gunzip and no
	 * more; nobody has seen one with its descriptor */
	if (rc == EK_OK && !same && c->xz && side(s) == INSIDE)
		rc = digest_at(c, s, OUTER, outer, &same, err);
	if (rc != EK_OK || same)
		return rc;
	return ek_fail(err, EK_EREFUSE, "'%s': payload '%s' does not fit its"
		       " %s%s%s checksum: %s calculated, %s expected; the file"
		       " was damaged or changed", c->file, c->p->name, s->type,
		       s->process != NULL ? " " : "",
		       s->process != NULL ? s->process : "", hex, s->hex);
}

static int compare_size(const struct check *c, int at, uint64_t declared,
			const char *what, struct ek_err *err)
{
	if (c->size[at] == declared)
		return EK_OK;
	return ek_fail(err, EK_EREFUSE, "'%s': payload '%s' has %llu bytes%s,"
		       " its descriptor says %llu", c->file, c->p->name,
		       (unsigned long long)c->size[at], what,
		       (unsigned long long)declared);
}

/* Digests of the file, or of what is in it, then its size: the digest tells
 * more. */
static int compare_side(const struct check *c, bool plain, struct ek_err *err)
{
	const struct ek_payload *p = c->p;
	int rc = EK_OK;

	for (size_t i = 0; i < p->n_sums && rc == EK_OK; i++) {
		const struct ek_checksum *s = &p->sums[i];

		if (is_ours(s) && (side(s) == PLAIN) == plain)
			rc = compare(c, s, err);
	}
	if (rc == EK_OK && plain && p->has_size)
		rc = compare_size(c, PLAIN, p->size, "", err);
	if (rc == EK_OK && !plain && p->has_uncompressed)
		rc = compare_size(c, INSIDE, p->uncompressed_size,
				  " uncompressed", err);
	return rc;
}

/* ---- the whole ---------------------------------------------------------- */

/*
 * The file is read to its end even where it is no gzip: then a wrong digest of
 * the file is the better thing to tell.
 */
static int check_stream(struct check *c, struct ek_in *file,
			struct ek_err *err)
{
	struct ek_err why = EK_ERR_INIT;
	int inside = EK_OK, rc;

	if (c->inflate)
		inside = read_inside(c, file, &why);
	rc = ek_in_drain(file, err);
	if (rc == EK_OK)
		rc = compare_side(c, true, err);
	if (rc != EK_OK)
		return rc;
	if (inside != EK_OK) {
		if (err != NULL)
			*err = why;
		return inside;
	}
	return c->inflate ? compare_side(c, false, err) : EK_OK;
}

static int check_all(struct check *c, struct ek_err *err)
{
	struct ek_in *file = NULL;
	char *name;
	int rc;

	if (asprintf(&name, "%s:%s", c->file, c->p->name) < 0)
		return ek_fail_sys(err, "reading '%s'", c->file);
	rc = ek_in_open_fill(&file, name, pass, NULL, c, err);
	if (rc == EK_OK)
		rc = check_stream(c, file, err);
	ek_in_close(&file);
	free(name);
	return rc;
}

int ek_paysum_copy(const struct ek_payload *p, const char *file,
		   struct ek_in *in, struct ek_out *out, unsigned *unchecked,
		   struct ek_err *err)
{
	struct check c = { .p = p, .file = file, .in = in, .out = out };
	int rc = want_all(&c, err);

	if (rc == EK_OK)
		rc = check_all(&c, err);
	if (unchecked != NULL)
		*unchecked = p->n_sums == 0 ? EK_NO_SUMS : 0u;
	for (int at = PLAIN; at < SIDES; at++) {
		ek_digest_free(c.sha256[at]);
		ek_digest_free(c.sha1[at]);
	}
	return rc;
}

int ek_paysums_add(struct ek_payload *p, bool gunzip256,
		   const struct ek_paysums *s, struct ek_err *err)
{
	int rc = EK_OK;

	if (s->compressed && gunzip256)
		rc = ek_payload_add_sum(p, "sha-256", "gunzip",
					s->inside_sha256, err);
	if (rc == EK_OK)
		rc = ek_payload_add_sum(p, "sha-256", NULL, s->sha256, err);
	if (rc == EK_OK && s->compressed)
		rc = ek_payload_add_sum(p, "sha-1", "gunzip", s->inside_sha1,
					err);
	if (rc == EK_OK && s->zstd)
		rc = ek_payload_add_sum(p, "sha-256-gunzip1", NULL,
					s->gunzip1_sha256, err);
	return rc;
}
