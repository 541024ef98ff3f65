/* SPDX-License-Identifier: BSD-2-Clause */
/* repack.c - does our writer make the same bytes of what is in a vmtar? */
#include "os.h"

#include "ek/archive.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/layers.h"
#include "ek/repack.h"
#include "ek/vmtar.h"

/* What comes is held against what is there. */
struct compare {
	struct ek_in *want;
	uint64_t at; /* bytes that were alike */
	bool differs;
};

static void compare_some(struct compare *c, const unsigned char *got,
			 const unsigned char *want, size_t len)
{
	for (size_t i = 0; i < len; i++, c->at++)
		if (got[i] != want[i]) {
			c->differs = true;
			return;
		}
}

static int compare(void *ctx, const void *data, size_t len, struct ek_err *err)
{
	struct compare *c = ctx;
	const unsigned char *p = data;
	unsigned char want[16384];

	while (len != 0 && !c->differs) {
		size_t n = len < sizeof(want) ? len : sizeof(want), there;
		int rc = ek_in_read(c->want, want, n, &there, err);

		if (rc != EK_OK)
			return rc;
		compare_some(c, p, want, there);
		if (there < n)
			c->differs = true;
		p += n;
		len -= n;
	}
	return EK_OK;
}

/* The archive inside the layers of in, size bytes of it, against the tar. */
static int try_on(struct ek_in *want, struct ek_in *tar, enum ek_vmtar_gen gen,
		  struct ek_repack *r, struct ek_err *err)
{
	struct compare c = { .want = want };
	struct ek_out *out;
	int rc = ek_out_open_put(&out, "comparison", compare, NULL, NULL, &c,
				 err);

	if (rc != EK_OK)
		return rc;
	rc = ek_vmtar_from_tar(tar, gen, out, NULL, NULL, err);
	if (rc == EK_OK)
		rc = ek_out_commit(&out, err);
	ek_out_abort(&out);
	if (rc != EK_OK)
		return rc;
	if (!c.differs && c.at == r->size) {
		r->gens |= 1u << gen;
	} else if (c.at >= r->offset) {
		r->offset = c.at;
		r->best = gen;
	}
	return EK_OK;
}

static int try_gen(struct ek_in *in, struct ek_spool *spool,
		   enum ek_vmtar_gen gen, struct ek_repack *r,
		   struct ek_err *err)
{
	struct ek_in *tar = NULL, *want = NULL;
	struct ek_layers *l = NULL;
	int rc = ek_in_rewind(in, err);

	if (rc == EK_OK)
		rc = ek_layers_open(&l, in, NULL, err);
	if (rc == EK_OK)
		rc = ek_in_open_part(&want, ek_layers_in(l), r->size, err);
	if (rc == EK_OK)
		rc = ek_spool_in(spool, ek_in_name(in), &tar, err);
	if (rc == EK_OK)
		rc = try_on(want, tar, gen, r, err);
	ek_in_close(&tar);
	ek_in_close(&want);
	ek_layers_close(&l);
	return rc;
}

/* The tar of the archive in in goes to the spool. */
static int to_spool(struct ek_in *in, struct ek_spool *spool,
		    struct ek_repack *r, struct ek_err *err)
{
	struct ek_archive *a = NULL;
	struct ek_out *out = NULL;
	int rc = ek_archive_open(&a, in, err);

	if (rc != EK_OK)
		return rc;
	r->vmtar = ek_archive_kind(a) == EK_ARCHIVE_VMTAR;
	if (!r->vmtar) {
		rc = ek_archive_finish(a, false, err);
		r->size = ek_archive_length(a);
		goto out;
	}
	rc = ek_spool_out(spool, &out, err);
	if (rc == EK_OK)
		rc = ek_archive_to_tar(a, out, err);
	if (rc == EK_OK)
		rc = ek_out_commit(&out, err);
	r->size = ek_archive_length(a);
out:
	ek_out_abort(&out);
	ek_archive_close(&a);
	return rc;
}

int ek_repack(struct ek_in *in, struct ek_repack *r, struct ek_err *err)
{
	struct ek_spool *spool;
	int rc;

	*r = (struct ek_repack){ .vmtar = false };
	if (!ek_in_can_rewind(in))
		return ek_fail(err, EK_EARG, "'%s' must be a file: it is read "
			       "several times", ek_in_name(in));
	rc = ek_spool_new(&spool, err);
	if (rc != EK_OK)
		return rc;
	rc = to_spool(in, spool, r, err);
	for (enum ek_vmtar_gen g = EK_VMTAR_65;
	     rc == EK_OK && r->vmtar && g <= EK_VMTAR_80U1; g++)
		rc = try_gen(in, spool, g, r, err);
	ek_spool_free(spool);
	return rc;
}
