/* SPDX-License-Identifier: BSD-2-Clause */
/* isobuild_proof.c - is the new image the old one with the changes, no more */
#include "os.h"

#include "ek/err.h"
#include "ek/io.h"
#include "isobuild_int.h"

/* Bytes of a file that may differ: the boot information table, or none. */
struct hole {
	uint64_t from, to;
};

struct proof {
	struct ek_isobuild *b;
	const struct ek_iso *out;
	struct ek_iso_catalog boot; /* of out */
	ek_isobuild_progress *progress;
	void *ctx;
	uint64_t done, total;
};

static const char *name(const struct proof *p)
{
	return ek_iso_name(p->out);
}

static void advance(struct proof *p, size_t n)
{
	p->done += n;
	if (p->progress != NULL)
		p->progress(p->ctx, p->done, p->total);
}

/* Where two runs of n bytes differ first; n where they do not. */
static size_t first_difference(const unsigned char *x, const unsigned char *y,
			       size_t n, uint64_t at, const struct hole *hole)
{
	if (memcmp(x, y, n) == 0)
		return n;
	for (size_t i = 0; i < n; i++) {
		uint64_t pos = at + i;

		if (x[i] != y[i] && (pos < hole->from || pos >= hole->to))
			return i;
	}
	return n;
}

/*
 * Do two streams hold the same bytes, and as many? d (may be NULL) is updated
 * with those of want.
 */
static int compare(struct proof *p, struct ek_in *want, struct ek_in *have,
		   const struct hole *hole, struct ek_digest *d,
		   const char *path, struct ek_err *err)
{
	const unsigned char *x, *y;
	uint64_t at = 0;
	size_t n, m, diff;
	int rc;

	for (;;) {
		rc = ek_in_peek_some(want, &x, &n, err);
		if (rc == EK_OK)
			rc = ek_in_peek_some(have, &y, &m, err);
		if (rc != EK_OK || (n == 0 && m == 0))
			return rc;
		n = n < m ? n : m; /* 0 where one of them ends */
		diff = first_difference(x, y, n, at, hole);
		if (n == 0 || diff != n)
			return ek_fail(err, EK_EREFUSE, "'%s': proof failed: "
				       "'%s' has other bytes from offset %llu "
				       "on", name(p), path,
				       (unsigned long long)(at + diff));
		if (d != NULL)
			ek_digest_update(d, x, n);
		at += n;
		advance(p, n);
		rc = ek_in_skip(want, n, path, err);
		if (rc == EK_OK)
			rc = ek_in_skip(have, n, path, err);
		if (rc != EK_OK)
			return rc;
	}
}

static int compare_nodes(struct proof *p, const struct ek_iso_node *in,
			 const struct ek_iso_node *out, const struct hole *hole,
			 struct ek_err *err)
{
	struct ek_in *want, *have = NULL;
	int rc = ek_iso_in(p->b->in, in, &want, err);

	if (rc == EK_OK)
		rc = ek_iso_in(p->out, out, &have, err);
	if (rc == EK_OK)
		rc = compare(p, want, have, hole, NULL, in->path, err);
	ek_in_close(&have);
	ek_in_close(&want);
	return rc;
}

/* ---- names, bytes, times ------------------------------------------------ */

/* The node of this very name, case and all. */
static const struct ek_iso_node *exact(const struct ek_iso *iso,
				       const char *path)
{
	const struct ek_iso_node *n = ek_iso_find(iso, path, strlen(path));

	return n != NULL && strcmp(n->path, path) == 0 ? n : NULL;
}

static bool is_bios_image(const struct proof *p, const struct ek_iso_node *in)
{
	for (size_t i = 0; i < p->b->boot.n; i++) {
		const struct ek_iso_boot *e = &p->b->boot.boot[i];

		if (e->node == in && e->platform == EK_ISO_BIOS)
			return true;
	}
	return false;
}

static int prove_kept(struct proof *p, const struct ek_iso_node *in,
		      struct ek_err *err)
{
	const struct ek_iso_node *out = exact(p->out, in->path);
	struct hole hole = { 0, 0 };

	if (out == NULL || out->dir != in->dir)
		return ek_fail(err, EK_EREFUSE, "'%s': proof failed: '%s' is "
			       "lost", name(p), in->path);
	if (strcmp(out->raw, in->raw) != 0)
		return ek_fail(err, EK_EREFUSE, "'%s': proof failed: '%s' is "
			       "now recorded as '%s'", name(p), in->path,
			       out->raw);
	if (in->mtime > 0 && out->mtime != in->mtime && in != p->b->boot.node)
		return ek_fail(err, EK_EREFUSE, "'%s': proof failed: the time "
			       "of '%s' changed", name(p), in->path);
	if (in->dir || in == p->b->boot.node)
		return EK_OK;
	if (is_bios_image(p, in))
		hole = (struct hole){ EK_ISO_TABLE_AT, EK_ISO_TABLE_END };
	return compare_nodes(p, in, out, &hole, err);
}

/* The added file is there with its bytes; its digest is kept for the report. */
static int prove_bytes(struct proof *p, struct change *c,
		       const struct ek_iso_node *out, struct ek_err *err)
{
	struct ek_in *want, *have = NULL;
	struct ek_digest *d = NULL;
	struct hole hole = { 0, 0 };
	const struct ek_iso_node *in = exact(p->b->in, c->path);
	int rc = ek_in_open(&want, c->file, err);

	if (rc == EK_OK)
		rc = ek_iso_in(p->out, out, &have, err);
	if (rc == EK_OK)
		rc = ek_digest_new(&d, EK_SHA256, err);
	if (in != NULL && is_bios_image(p, in))
		hole = (struct hole){ EK_ISO_TABLE_AT, EK_ISO_TABLE_END };
	if (rc == EK_OK)
		rc = compare(p, want, have, &hole, d, c->path, err);
	if (rc == EK_OK)
		rc = ek_digest_hex(d, c->pub.sha256, err);
	ek_digest_free(d);
	ek_in_close(&have);
	ek_in_close(&want);
	return rc;
}

static int prove_change(struct proof *p, struct change *c, struct ek_err *err)
{
	const struct ek_iso_node *out = exact(p->out, c->path);

	if (c->file == NULL && out != NULL)
		return ek_fail(err, EK_EREFUSE, "'%s': proof failed: '%s' is "
			       "still there", name(p), c->path);
	if (c->file == NULL)
		return EK_OK;
	if (out == NULL || out->dir)
		return ek_fail(err, EK_EREFUSE, "'%s': proof failed: '%s' is "
			       "not there under this name", name(p), c->path);
	if (out->mtime != p->b->mtime)
		return ek_fail(err, EK_EREFUSE, "'%s': proof failed: '%s' has "
			       "another time than asked for", name(p),
			       c->path);
	return prove_bytes(p, c, out, err);
}

/* Is this new node of the output asked for: a change, or a directory of one? */
static bool expected(const struct proof *p, const struct ek_iso_node *out)
{
	size_t n = strlen(out->path);

	if (!out->dir)
		return ek_isobuild_change(p->b, out->path) != NULL;
	for (size_t i = 0; i < p->b->n; i++) {
		const struct change *c = &p->b->v[i];

		if (c->file != NULL && strncmp(c->path, out->path, n) == 0 &&
		    c->path[n] == '/')
			return out->mtime == p->b->mtime;
	}
	return false;
}

static int prove_tree(struct proof *p, struct ek_err *err)
{
	const struct ek_iso_node *n;
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && (n = ek_iso_at(p->b->in, i)) != NULL;
	     i++) {
		if (ek_isobuild_change(p->b, n->path) == NULL)
			rc = prove_kept(p, n, err);
	}
	for (size_t i = 0; rc == EK_OK && i < p->b->n; i++)
		rc = prove_change(p, &p->b->v[i], err);
	for (size_t i = 0; rc == EK_OK && (n = ek_iso_at(p->out, i)) != NULL;
	     i++) {
		if (exact(p->b->in, n->path) == NULL && !expected(p, n))
			rc = ek_fail(err, EK_EREFUSE, "'%s': proof failed: "
				     "'%s' was not asked for", name(p),
				     n->path);
	}
	return rc;
}

/* ---- volume and boot ---------------------------------------------------- */

static int prove_volume(const struct proof *p, struct ek_err *err)
{
	const struct ek_iso_volume *in = ek_iso_volume(p->b->in);
	const struct ek_iso_volume *out = ek_iso_volume(p->out);
	const struct { const char *what, *want, *have; } v[] = {
		{ "volume id", p->b->volume_id, out->volume_id },
		{ "application id", in->application_id, out->application_id },
		{ "system id", in->system_id, out->system_id },
		{ "volume set id", in->set_id, out->set_id },
		{ "publisher id", in->publisher_id, out->publisher_id },
		{ "preparer id", in->preparer_id, out->preparer_id },
	};

	for (size_t i = 0; i < sizeof(v) / sizeof(*v); i++) {
		if (strcmp(v[i].want, v[i].have) != 0)
			return ek_fail(err, EK_EREFUSE, "'%s': proof failed: "
				       "%s is '%s' in place of '%s'", name(p),
				       v[i].what, v[i].have, v[i].want);
	}
	if (out->rock_ridge || out->joliet)
		return ek_fail(err, EK_EREFUSE, "'%s': proof failed: %s was "
			       "added", name(p),
			       out->joliet ? "Joliet" : "Rock Ridge");
	return EK_OK;
}

/* An image that no name belongs to is compared by its blocks. */
static int prove_nameless(struct proof *p, const struct ek_iso_boot *in,
			  const struct ek_iso_boot *out, struct ek_err *err)
{
	const struct hole hole = { 0, 0 };
	const uint64_t len = (uint64_t)in->sectors * 512;
	struct ek_in *want, *have = NULL;
	int rc = ek_iso_in_blocks(p->b->in, in->lba, len, &want, err);

	if (rc == EK_OK)
		rc = ek_iso_in_blocks(p->out, out->lba, len, &have, err);
	if (rc == EK_OK)
		rc = compare(p, want, have, &hole, NULL, "a boot image", err);
	ek_in_close(&have);
	ek_in_close(&want);
	return rc;
}

static bool same_entry(const struct proof *p, const struct ek_iso_boot *in,
		       const struct ek_iso_boot *out)
{
	bool fresh = in->node != NULL &&
		     ek_isobuild_change(p->b, in->node->path) != NULL;

	return in->platform == out->platform && in->bootable == out->bootable &&
	       in->media == out->media && in->segment == out->segment &&
	       (fresh || in->sectors == out->sectors) &&
	       (in->node == NULL) == (out->node == NULL);
}

static int prove_entry(struct proof *p, size_t i, struct ek_err *err)
{
	const struct ek_iso_boot *in = &p->b->boot.boot[i];
	const struct ek_iso_boot *out = &p->boot.boot[i];
	const struct ek_iso_node *node;

	if (!same_entry(p, in, out))
		return ek_fail(err, EK_EREFUSE, "'%s': proof failed: boot "
			       "entry %zu (%s) is not as it was", name(p),
			       i + 1, ek_iso_platform_name(in->platform));
	if (in->node == NULL)
		return prove_nameless(p, in, out, err);
	node = exact(p->out, in->node->path); /* two names may share blocks */
	if (node == NULL || node->lba != out->lba)
		return ek_fail(err, EK_EREFUSE, "'%s': proof failed: boot "
			       "entry %zu does not point to '%s'", name(p),
			       i + 1, in->node->path);
	return EK_OK;
}

/* A table that was right must be right again; one that was not is the
 * business of whoever let such an input through. */
static int prove_table(const struct proof *p, struct ek_err *err)
{
	const struct ek_iso_boot *in, *out;
	struct ek_iso_table t;
	const char *why;
	int rc;

	in = ek_iso_boot_for(&p->b->boot, EK_ISO_BIOS);
	out = ek_iso_boot_for(&p->boot, EK_ISO_BIOS);
	if (in == NULL || in->node == NULL || out == NULL)
		return EK_OK;
	rc = ek_iso_table(p->b->in, in->node, &t, err);
	if (rc == EK_ESYS)
		return rc;
	if (rc != EK_OK || ek_iso_table_problem(&t, in->node) != NULL)
		return EK_OK;
	rc = ek_iso_table(p->out, out->node, &t, err);
	if (rc != EK_OK)
		return rc;
	why = ek_iso_table_problem(&t, out->node);
	if (why != NULL)
		return ek_fail(err, EK_EREFUSE, "'%s': proof failed: boot "
			       "information table of '%s': %s", name(p),
			       out->node->path, why);
	return EK_OK;
}

static int prove_boot(struct proof *p, struct ek_err *err)
{
	int rc = ek_iso_catalog(p->out, &p->boot, err);

	if (rc == EK_END)
		rc = ek_fail(err, EK_EREFUSE, "'%s': proof failed: no boot "
			     "entry is left", name(p));
	if (rc != EK_OK)
		return rc;
	if (p->boot.n != p->b->boot.n)
		return ek_fail(err, EK_EREFUSE, "'%s': proof failed: %zu boot "
			       "entries in place of %zu", name(p), p->boot.n,
			       p->b->boot.n);
	for (size_t i = 0; rc == EK_OK && i < p->boot.n; i++)
		rc = prove_entry(p, i, err);
	return rc == EK_OK ? prove_table(p, err) : rc;
}

int ek_isobuild_prove(struct ek_isobuild *b, const struct ek_iso *out,
		      ek_isobuild_progress *progress, void *ctx,
		      struct ek_err *err)
{
	struct proof *p = calloc(1, sizeof(*p));
	int rc;

	if (p == NULL)
		return ek_fail_sys(err, "'%s'", ek_iso_name(out));
	p->b = b;
	p->out = out;
	p->progress = progress;
	p->ctx = ctx;
	p->total = ek_iso_size(out);
	rc = prove_volume(p, err);
	if (rc == EK_OK)
		rc = prove_boot(p, err);
	if (rc == EK_OK)
		rc = prove_tree(p, err);
	free(p);
	return rc;
}
