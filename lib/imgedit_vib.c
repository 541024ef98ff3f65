/* SPDX-License-Identifier: BSD-2-Clause */
/* imgedit_vib.c - VIBs out of files, and an edit with its checks round it */
#include "os.h"

#include "ek/buf.h"
#include "ek/date.h"
#include "ek/err.h"
#include "ek/finding.h"
#include "ek/imgedit.h"
#include "ek/io.h"
#include "ek/release.h"
#include "ek/rules_profile.h"
#include "ek/vib.h"

static int copy(const char *data, size_t len, const char *label, char **out,
		struct ek_err *err)
{
	struct ek_buf b = EK_BUF_INIT;
	size_t n;

	ek_buf_add(&b, data, len);
	return ek_buf_take(&b, label, out, &n, err);
}

static int take(struct ek_dbadd *a, const struct ek_vib *v, struct ek_err *err)
{
	const char *text = ek_vib_descriptor(v, &a->len);
	const char *sig = ek_vib_signature(v, &a->sig_len);
	char *p;
	int rc = copy(text, a->len, a->label, &p, err);

	if (rc != EK_OK)
		return rc;
	a->text = p;
	rc = copy(sig, a->sig_len, a->label, &p, err);
	if (rc == EK_OK)
		a->sig = p;
	return rc;
}

static int load(struct ek_dbadd *a, const char *path, struct ek_err *err)
{
	struct ek_vib *v = NULL;
	struct ek_in *in;
	int rc;

	*a = (struct ek_dbadd){ .label = ek_input_name(path) };
	rc = ek_in_open(&in, path, err);
	if (rc == EK_OK)
		rc = ek_vib_open(&v, in, err);
	if (rc == EK_OK)
		rc = take(a, v, err);
	if (rc == EK_OK)
		rc = ek_vib_verify(v, err);
	ek_vib_close(&v);
	ek_in_close(&in);
	return rc;
}

int ek_imgedit_load(struct ek_imgedit_opts *o, struct ek_err *err)
{
	int rc = ek_date_wanted(o->time_text, &o->dated, &o->mtime, err);

	if (rc != EK_OK)
		return rc;
	o->adds = calloc(o->paths.n + 1, sizeof(*o->adds));
	if (o->adds == NULL)
		return ek_fail_sys(err, "VIBs to add");
	for (size_t i = 0; i < o->paths.n && rc == EK_OK; i++)
		rc = load(&o->adds[o->n_adds++], o->paths.v[i], err);
	return rc;
}

void ek_imgedit_clear(struct ek_imgedit_opts *o)
{
	for (size_t i = 0; o->adds != NULL && i < o->n_adds; i++) {
		free((void *)(uintptr_t)o->adds[i].text);
		free((void *)(uintptr_t)o->adds[i].sig);
	}
	free(o->adds);
	ek_strs_free(&o->paths);
	ek_strs_free(&o->removes);
	*o = (struct ek_imgedit_opts){ .adds = NULL };
}

int ek_imgedit_set(struct ek_imgedit_opts *o, enum ek_imgopt opt,
		   const char *value, struct ek_err *err)
{
	switch (opt) {
	case EK_IMG_ADD:
		return ek_strs_add(&o->paths, value, strlen(value), err);
	case EK_IMG_REMOVE:
		return ek_strs_add(&o->removes, value, strlen(value), err);
	case EK_IMG_NAME: o->name = value; break;
	case EK_IMG_VENDOR: o->vendor = value; break;
	case EK_IMG_DESCRIPTION: o->description = value; break;
	case EK_IMG_MTIME: o->time_text = value; break;
	case EK_IMG_LEVEL:
		o->has_level = ek_level_parse(value, &o->level);
		if (!o->has_level)
			return ek_fail(err, EK_EARG, "'%s' is no acceptance "
				       "level: community, partner, accepted or "
				       "certified", value);
		break;
	case EK_IMG_TARGET:
	case EK_IMG_N:
	default:
		o->target = ek_release_find(value);
		if (o->target == NULL)
			return ek_fail(err, EK_EARG, "'%s' is no release: %s",
				       value, ek_release_list());
	}
	return EK_OK;
}

static int put_names(const struct ek_imgedit *e, const char *path,
		     struct ek_out **out, struct ek_err *err)
{
	struct ek_buf b = EK_BUF_INIT;
	int rc;

	ek_nametab_write(&e->names, &b);
	rc = ek_buf_check(&b, path, err);
	if (rc == EK_OK)
		rc = ek_out_open(out, path, err);
	if (rc == EK_OK) {
		ek_out_write(*out, ek_buf_str(&b), b.len);
		rc = ek_out_prepare(*out, err);
	}
	ek_buf_free(&b);
	return rc;
}

int ek_imgedit_write(const struct ek_imgedit *e, struct ek_imgdb *db, bool all,
		     struct ek_out **out, const char *names,
		     struct ek_err *err)
{
	struct ek_out *table = NULL;
	int rc = EK_OK;

	if (*out != NULL)
		rc = ek_imgdb_write(db, *out, e->fresh, all, err);
	if (rc == EK_OK && *out != NULL)
		rc = ek_out_prepare(*out, err);
	if (rc == EK_OK && names != NULL)
		rc = put_names(e, names, &table, err);
	if (rc == EK_OK && table != NULL)
		rc = ek_out_commit(&table, err);
	if (rc == EK_OK && *out != NULL)
		rc = ek_out_commit(out, err);
	ek_out_abort(&table);
	ek_out_abort(out);
	return rc;
}

/* The image itself tells its release; the option is for one that does not. */
static int check_target(const struct ek_rule *rule, const void *subject,
			struct ek_findings *out, struct ek_err *err)
{
	const struct ek_imgdb *db = subject;

	(void)err;
	ek_finding_add(out, rule, ek_imgdb_name(db), NULL, "the image is of "
		       "release %s: --target is not used",
		       ek_imgdb_esx_version(db));
	return EK_OK;
}

static int tell_target(const struct ek_imgdb *db,
		       const struct ek_imgedit_opts *o, struct ek_findings *out,
		       struct ek_err *err)
{
	static const struct ek_rule rule = {
		"target", EK_WARNING, EK_RALL, NULL, NULL, check_target,
	};
	const struct ek_release *r = ek_profile_release(db, o->target);

	if (o->target == NULL || r->bit == o->target->bit)
		return EK_OK;
	return ek_rules_run(&rule, 1, EK_RALL, db, out, err);
}

int ek_imgedit_checked(struct ek_imgdb *db, const struct ek_imgedit_opts *o,
		       struct ek_imgedit **e, struct ek_findings *out,
		       struct ek_err *err)
{
	struct ek_findings *before = NULL, *after = NULL;
	int rc;

	*e = NULL;
	rc = ek_findings_new(&before, err);
	if (rc == EK_OK)
		rc = ek_findings_new(&after, err);
	if (rc == EK_OK)
		rc = ek_profile_check(db, o->target, before, err);
	if (rc == EK_OK)
		rc = ek_imgedit_run(db, o, e, err);
	if (rc == EK_OK)
		rc = ek_profile_check(db, o->target, after, err);
	if (rc == EK_OK)
		rc = ek_findings_known(before, after, out, err);
	if (rc == EK_OK)
		rc = tell_target(db, o, out, err);
	ek_findings_free(&before);
	ek_findings_free(&after);
	return rc;
}
