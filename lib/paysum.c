/* SPDX-License-Identifier: BSD-2-Clause */
/* paysum.c - a payload's bytes against its checksums (vib.5, "Checksums") */
#include "os.h"

#include "ek/digest.h"
#include "ek/err.h"
#include "ek/inflate.h"
#include "ek/io.h"
#include "ek/layers.h"
#include "ek/paysum.h"

enum { PLAIN, INSIDE }; /* the file's bytes; what gunzip makes of them */

struct check {
	const struct ek_payload *p;
	const char *file;
	struct ek_in *in;
	struct ek_out *out;
	struct ek_digest *sha256[2], *sha1[2]; /* NULL where not wanted */
	uint64_t size[2];
	bool inflate;   /* is anything declared about the inside */
	bool more;      /* there is another layer inside the gzip */
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
	return s->process != NULL || is_gunzip1(s) ? INSIDE : PLAIN;
}

/* ---- what is wanted ----------------------------------------------------- */

static int want(struct check *c, const struct ek_checksum *s,
		struct ek_err *err)
{
	int at = side(s);
	struct ek_digest **d;
	enum ek_digest_kind kind = EK_SHA256;

	if (is(s->type, "sha-1"))
		kind = EK_SHA1;
	else if (!is(s->type, "sha-256") && !is_gunzip1(s))
		return ek_fail(err, EK_EREFUSE, "'%s': payload '%s' has a"
			       " checksum of unsupported hash type %s", c->file,
			       c->p->name, s->type);
	d = kind == EK_SHA1 ? &c->sha1[at] : &c->sha256[at];
	c->inflate |= at == INSIDE;
	return *d == NULL ? ek_digest_new(d, kind, err) : EK_OK;
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

/* To the end of in; counted as the inside where inside is true. */
static int drain(struct check *c, struct ek_in *in, bool inside,
		 struct ek_err *err)
{
	unsigned char buf[16384];
	size_t got;
	int rc;

	for (;;) {
		rc = ek_in_read(in, buf, sizeof(buf), &got, err);
		if (rc != EK_OK || got == 0)
			return rc;
		if (inside)
			update(c, INSIDE, buf, got);
	}
}

static int read_inside(struct check *c, struct ek_in *file, struct ek_err *err)
{
	const unsigned char *p;
	struct ek_in *gz;
	size_t got;
	int rc = ek_in_open_gunzip(&gz, file, EK_GZ_ONE, false, err);

	if (rc != EK_OK)
		return rc;
	rc = ek_in_peek(gz, 6, &p, &got, err);
	if (rc == EK_OK) {
		c->more = ek_layer_detect(p, got) != EK_LAYER_NONE;
		rc = drain(c, gz, true, err);
	}
	ek_in_close(&gz);
	return rc;
}

/* ---- comparing ---------------------------------------------------------- */

static int compare(const struct check *c, const struct ek_checksum *s,
		   struct ek_err *err)
{
	int at = side(s);
	struct ek_digest *d = is(s->type, "sha-1") ? c->sha1[at]
						   : c->sha256[at];
	char hex[EK_DIGEST_HEX];
	int rc = ek_digest_hex(d, hex, err);

	if (rc != EK_OK || ek_digest_equal(hex, s->hex))
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

/* Digests of one side, then its size: the digest tells more. */
static int compare_side(const struct check *c, int at, struct ek_err *err)
{
	const struct ek_payload *p = c->p;
	int rc = EK_OK;

	for (size_t i = 0; i < p->n_sums && rc == EK_OK; i++) {
		const struct ek_checksum *s = &p->sums[i];

		/* gunzip means all layers, gunzip1 the outer one */
		if (is_ours(s) && side(s) == at &&
		    (at == PLAIN || !c->more || is_gunzip1(s)))
			rc = compare(c, s, err);
	}
	if (rc == EK_OK && at == PLAIN && p->has_size)
		rc = compare_size(c, at, p->size, "", err);
	if (rc == EK_OK && at == INSIDE && p->has_uncompressed && !c->more)
		rc = compare_size(c, at, p->uncompressed_size,
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
	rc = drain(c, file, false, err);
	if (rc == EK_OK)
		rc = compare_side(c, PLAIN, err);
	if (rc != EK_OK)
		return rc;
	if (inside != EK_OK) {
		if (err != NULL)
			*err = why;
		return inside;
	}
	return c->inflate ? compare_side(c, INSIDE, err) : EK_OK;
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
		*unchecked = (p->n_sums == 0 ? EK_NO_SUMS : 0u) |
			     (c.more ? EK_LAYERS_LEFT : 0u);
	for (int at = PLAIN; at <= INSIDE; at++) {
		ek_digest_free(c.sha256[at]);
		ek_digest_free(c.sha1[at]);
	}
	return rc;
}
