/* SPDX-License-Identifier: BSD-2-Clause */
/* tgz_prepare.c - a tgz in the strict form, packed anew where it must be */
#include "os.h"

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

struct anew {
	struct ek_source *from;
	const struct ek_tgz_rules *rules;
	int64_t *newest;
};

static int write_anew(void *ctx, struct ek_out *out, struct ek_err *err)
{
	const struct anew *a = ctx;
	struct ek_in *in = NULL;
	int rc;

	rc = ek_source_in(a->from, &in, err);
	if (rc == EK_OK)
		rc = ek_tgz_read(in, a->rules, out, a->newest, err);
	ek_in_close(&in);
	return rc;
}

int ek_tgz_prepare(struct ek_source **s, const struct ek_tgz_rules *rules,
		   bool anew, struct ek_tgz_form *form, int64_t *newest,
		   struct ek_err *err)
{
	struct anew job = { *s, rules, newest };
	struct ek_in *in = NULL;
	int rc;

	rc = look(*s, form, err);
	if (rc != EK_OK)
		return rc;
	if (anew || !form->strict)
		return ek_source_pack(s, ek_source_name(*s), false, write_anew, &job,
				      err);
	rc = ek_source_in(*s, &in, err);
	if (rc == EK_OK)
		rc = ek_tgz_read(in, rules, NULL, newest, err);
	ek_in_close(&in);
	return rc;
}
