/* SPDX-License-Identifier: BSD-2-Clause */
/* source_pack.c - bytes that are made here and packed into a scratch file */
#include "os.h"

#include "ek/err.h"
#include "ek/io.h"
#include "ek/layers.h"
#include "ek/source.h"

static int into_spool(struct ek_spool *spool, bool zstd, ek_source_fill *fill,
		      void *ctx, struct ek_err *err)
{
	struct ek_out *out = NULL, *gz = NULL;
	int rc;

	rc = ek_spool_out(spool, &out, err);
	if (rc == EK_OK)
		rc = ek_layers_out(&gz, out, zstd, -1, 1, err);
	if (rc == EK_OK)
		rc = fill(ctx, gz, err);
	if (rc == EK_OK)
		rc = ek_out_commit(&gz, err);
	if (rc == EK_OK)
		rc = ek_out_commit(&out, err);
	ek_out_abort(&gz);
	ek_out_abort(&out);
	return rc;
}

int ek_source_pack(struct ek_source **s, const char *name, bool zstd,
		   ek_source_fill *fill, void *ctx, struct ek_err *err)
{
	struct ek_spool *spool = NULL;
	struct ek_source *fresh;
	int rc;

	rc = ek_spool_new(&spool, err);
	if (rc != EK_OK)
		return rc;
	rc = into_spool(spool, zstd, fill, ctx, err);
	if (rc != EK_OK) {
		ek_spool_free(spool);
		return rc;
	}
	rc = ek_source_spool(&fresh, spool, name, err);
	if (rc == EK_OK) {
		ek_source_free(s);
		*s = fresh;
	}
	return rc;
}
