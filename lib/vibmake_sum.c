/* SPDX-License-Identifier: BSD-2-Clause */
/* vibmake_sum.c - size and digests of a payload (vib.5, "Checksums") */
#include "os.h"

#include "ek/io.h"
#include "ek/layers.h"
#include "ek/source.h"
#include "vibmake_int.h"

struct sums {
	struct ek_digest *file, *gunzip1, *sha256, *sha1;
};

static void free_sums(struct sums *s)
{
	ek_digest_free(s->file);
	ek_digest_free(s->gunzip1);
	ek_digest_free(s->sha256);
	ek_digest_free(s->sha1);
}

static void see_gunzip1(void *ctx, const void *p, size_t n)
{
	const struct sums *s = ctx;

	ek_digest_update(s->gunzip1, p, n);
}

static void see_inside(void *ctx, const void *p, size_t n)
{
	const struct sums *s = ctx;

	ek_digest_update(s->sha256, p, n);
	ek_digest_update(s->sha1, p, n);
}

/* To the end; *n counts what is inside. */
static int read_inside(struct ek_in *in, struct sums *s, uint64_t *n,
		       struct ek_err *err)
{
	const struct ek_layers_opts opts = {
		EK_GZ_ONE, see_gunzip1, see_inside, s,
	};
	struct ek_layers *l = NULL;
	struct ek_out *null = NULL;
	int rc;

	rc = ek_layers_open(&l, in, &opts, err);
	if (rc == EK_OK)
		rc = ek_out_open_null(&null, err);
	if (rc == EK_OK)
		rc = ek_in_copy(ek_layers_in(l), null, n, err);
	ek_out_abort(&null);
	ek_layers_close(&l);
	return rc;
}

static int read_part(struct vm_part *p, struct sums *s, struct ek_err *err)
{
	struct ek_in *raw = NULL, *in = NULL;
	struct ek_out *null = NULL;
	int rc;

	rc = ek_source_in(p->source, &raw, err);
	if (rc == EK_OK)
		rc = ek_in_open_digest(&in, raw, s->file, NULL, err);
	if (rc == EK_OK && p->compressed)
		rc = read_inside(in, s, &p->inside, err);
	if (rc == EK_OK)
		rc = ek_out_open_null(&null, err);
	if (rc == EK_OK)
		rc = ek_in_copy(in, null, NULL, err);
	if (rc == EK_OK)
		p->size = ek_in_pos(raw);
	ek_out_abort(&null);
	ek_in_close(&in);
	ek_in_close(&raw);
	return rc;
}

static int measure(struct vm_part *p, struct ek_err *err)
{
	struct sums s = { NULL, NULL, NULL, NULL };
	int rc;

	rc = ek_digest_new(&s.file, EK_SHA256, err);
	if (rc == EK_OK)
		rc = ek_digest_new(&s.gunzip1, EK_SHA256, err);
	if (rc == EK_OK)
		rc = ek_digest_new(&s.sha256, EK_SHA256, err);
	if (rc == EK_OK)
		rc = ek_digest_new(&s.sha1, EK_SHA1, err);
	if (rc == EK_OK)
		rc = read_part(p, &s, err);
	if (rc == EK_OK)
		rc = ek_digest_hex(s.file, p->sha256, err);
	if (rc == EK_OK)
		rc = ek_digest_hex(s.gunzip1, p->gunzip1_sha256, err);
	if (rc == EK_OK)
		rc = ek_digest_hex(s.sha256, p->inside_sha256, err);
	if (rc == EK_OK)
		rc = ek_digest_hex(s.sha1, p->inside_sha1, err);
	free_sums(&s);
	return rc;
}

int vm_measure(struct ek_vibmake *m, struct ek_err *err)
{
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < m->n; i++)
		rc = measure(&m->parts[i], err);
	return rc;
}
