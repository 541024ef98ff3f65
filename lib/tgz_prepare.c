/* SPDX-License-Identifier: BSD-2-Clause */
/* tgz_prepare.c - a tgz in the strict form, packed anew where it must be */
#include "os.h"

#include "ek/deflate.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/source.h"
#include "ek/tgz.h"

static int look(struct ek_source *s, struct ek_tgz_form *form,
		struct ek_err *err)
{
	struct ek_in *in = NULL;
	int rc;

	rc = ek_source_in(s, &in, err);
	if (rc == EK_OK)
		rc = ek_tgz_form(in, form, err);
	ek_in_close(&in);
	return rc;
}

/* in, packed anew through gzip, into a scratch file. */
static int pack(struct ek_in *in, const struct ek_tgz_rules *rules,
		int64_t *newest, struct ek_spool *spool, struct ek_err *err)
{
	struct ek_out *out = NULL, *gz = NULL;
	int rc;

	rc = ek_spool_out(spool, &out, err);
	if (rc == EK_OK)
		rc = ek_out_open_gzip(&gz, out, EK_GZ_LEVEL, err);
	if (rc == EK_OK)
		rc = ek_tgz_read(in, rules, gz, newest, err);
	if (rc == EK_OK)
		rc = ek_out_commit(&gz, err);
	if (rc == EK_OK)
		rc = ek_out_commit(&out, err);
	ek_out_abort(&gz);
	ek_out_abort(&out);
	return rc;
}

static int replace(struct ek_source **s, const struct ek_tgz_rules *rules,
		   int64_t *newest, struct ek_err *err)
{
	struct ek_spool *spool = NULL;
	struct ek_source *fresh;
	struct ek_in *in = NULL;
	int rc;

	rc = ek_spool_new(&spool, err);
	if (rc != EK_OK)
		return rc;
	rc = ek_source_in(*s, &in, err);
	if (rc == EK_OK)
		rc = pack(in, rules, newest, spool, err);
	ek_in_close(&in);
	if (rc != EK_OK) {
		ek_spool_free(spool);
		return rc;
	}
	rc = ek_source_spool(&fresh, spool, ek_source_name(*s), err);
	if (rc == EK_OK) {
		ek_source_free(s);
		*s = fresh;
	}
	return rc;
}

int ek_tgz_prepare(struct ek_source **s, const struct ek_tgz_rules *rules,
		   bool anew, struct ek_tgz_form *form, int64_t *newest,
		   struct ek_err *err)
{
	struct ek_in *in = NULL;
	int rc;

	rc = look(*s, form, err);
	if (rc != EK_OK)
		return rc;
	if (anew || !form->strict)
		return replace(s, rules, newest, err);
	rc = ek_source_in(*s, &in, err);
	if (rc == EK_OK)
		rc = ek_tgz_read(in, rules, NULL, newest, err);
	ek_in_close(&in);
	return rc;
}
