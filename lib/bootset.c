/* SPDX-License-Identifier: BSD-2-Clause */
/* bootset.c - several boot.cfg that get the same edit: all of them or none */
#include "os.h"

#include "ek/bootcfg.h"
#include "ek/bootset.h"
#include "ek/buf.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/json.h"
#include "ek/nametab.h"

/* ---- a list of edits ---------------------------------------------------- */

/* A copy of len bytes of s that lives as long as the list; NULL: no memory. */
static const char *keep(struct ek_bootedits *l, const char *s, size_t len,
			struct ek_err *err)
{
	if (ek_strs_add(&l->texts, s, len, err) != EK_OK)
		return NULL;
	return l->texts.v[l->texts.n - 1];
}

static int add(struct ek_bootedits *l, enum ek_bootcfg_op op, const char *a,
	       size_t alen, const char *b, struct ek_err *err)
{
	struct ek_bootcfg_edit e = { .op = op };

	if (l->n == l->cap) {
		size_t cap = l->cap != 0 ? l->cap * 2 : 16;
		struct ek_bootcfg_edit *v;

		v = reallocarray(l->v, cap, sizeof(*v));
		if (v == NULL)
			return ek_fail_sys(err, "edits");
		l->v = v;
		l->cap = cap;
	}
	e.a = keep(l, a, alen, err);
	e.b = b != NULL ? keep(l, b, strlen(b), err) : NULL;
	if (e.a == NULL || (e.b == NULL && b != NULL))
		return EK_ESYS;
	l->v[l->n++] = e;
	return EK_OK;
}

int ek_bootedits_add(struct ek_bootedits *l, enum ek_bootcfg_op op,
		     const char *a, const char *b, struct ek_err *err)
{
	return add(l, op, a, strlen(a), b, err);
}

int ek_bootedits_add_option(struct ek_bootedits *l, enum ek_bootcfg_op op,
			    const char *text, struct ek_err *err)
{
	const char *eq = strchr(text, '=');

	if (op != EK_BOOTCFG_SET && op != EK_BOOTCFG_REPLACE)
		return ek_bootedits_add(l, op, text, NULL, err);
	if (eq == NULL)
		return ek_fail(err, EK_EARG, "'%s' is not %s", text,
			       op == EK_BOOTCFG_SET ? "key=value" : "old=new");
	return add(l, op, text, (size_t)(eq - text), eq + 1, err);
}

int ek_bootedits_before(struct ek_bootedits *l, const char *module,
			struct ek_err *err)
{
	const char *own = keep(l, module, strlen(module), err);

	for (size_t i = 0; own != NULL && i < l->n; i++)
		if (l->v[i].op == EK_BOOTCFG_ADD)
			l->v[i].b = own;
	return own != NULL ? EK_OK : EK_ESYS;
}

static int add_module_edit(struct ek_bootedits *l,
			   const struct ek_module_edit *e, const char *path,
			   struct ek_err *err)
{
	const char *why;

	if (e->to == NULL) /* then there is one that goes */
		return e->from == NULL ? EK_OK :
		       ek_bootedits_add(l, EK_BOOTCFG_REMOVE, e->from, NULL,
					err);
	why = ek_bootcfg_module_problem(e->to);
	if (why != NULL)
		return ek_fail(err, EK_EREFUSE, "'%s': file name '%s' %s",
			       ek_input_name(path), e->to, why);
	if (e->from == NULL)
		return ek_bootedits_add(l, EK_BOOTCFG_ADD, e->to, NULL, err);
	return ek_bootedits_add(l, EK_BOOTCFG_REPLACE, e->from, e->to, err);
}

int ek_bootedits_add_table(struct ek_bootedits *l, const char *path,
			   struct ek_err *err)
{
	struct ek_nametab table = { .v = NULL };
	struct ek_module_edit *edits = NULL;
	char *text = NULL;
	size_t len = 0, n = 0;
	int rc;

	rc = ek_read_all(path, EK_NAMETAB_MAX, &text, &len, err);
	if (rc == EK_OK)
		rc = ek_nametab_parse(&table, ek_input_name(path), text, len,
				      err);
	if (rc == EK_OK)
		rc = ek_nametab_edits(&table, &edits, &n, err);
	for (size_t i = 0; rc == EK_OK && i < n; i++)
		rc = add_module_edit(l, &edits[i], path, err);
	free(edits);
	free(text);
	ek_nametab_free(&table);
	return rc;
}

void ek_bootedits_free(struct ek_bootedits *l)
{
	free(l->v);
	ek_strs_free(&l->texts);
	*l = (struct ek_bootedits){ .v = NULL };
}

/* ---- the files ---------------------------------------------------------- */

struct one {
	const char *path; /* borrowed */
	char *old;        /* owned: the file as it was */
	size_t len;
	struct ek_bootcfg *cfg; /* owned */
	struct ek_out *out;     /* owned; NULL: nothing to put in place */
};

struct ek_bootset {
	struct one *v; /* owned */
	size_t n;
	char *difference; /* owned, or NULL */
};

/* Compare all with the first, anew. */
static int compare(struct ek_bootset *set, struct ek_err *err)
{
	free(set->difference);
	set->difference = NULL;
	for (size_t i = 1; i < set->n; i++) {
		bool same;
		char *why;
		int rc, n;

		rc = ek_bootcfg_same(set->v[0].cfg, set->v[i].cfg, &same, &why,
				     err);
		if (rc != EK_OK)
			return rc;
		if (same)
			continue;
		n = asprintf(&set->difference, "'%s' and '%s' differ: %s",
			     set->v[0].path, set->v[i].path, why);
		free(why);
		if (n >= 0)
			return EK_OK;
		set->difference = NULL;
		return ek_fail_sys(err, "boot.cfg");
	}
	return EK_OK;
}

static int read_one(struct one *o, const char *path, struct ek_err *err)
{
	int rc;

	o->path = path;
	rc = ek_read_all(path, EK_BOOTCFG_MAX, &o->old, &o->len, err);
	if (rc != EK_OK)
		return rc;
	return ek_bootcfg_parse(&o->cfg, ek_input_name(path), o->old, o->len,
				err);
}

int ek_bootset_read(struct ek_bootset **out, const char *const *paths, size_t n,
		    struct ek_err *err)
{
	struct ek_bootset *set;
	struct ek_err ignored;
	int rc = EK_OK;

	*out = NULL;
	set = calloc(1, sizeof(*set));
	if (set == NULL)
		return ek_fail_sys(err, "boot.cfg");
	set->v = calloc(n, sizeof(*set->v));
	if (set->v == NULL)
		rc = ek_fail_sys(err, "boot.cfg");
	for (size_t i = 0; rc == EK_OK && i < n; i++) {
		set->n = i + 1;
		rc = read_one(&set->v[i], paths[i], err);
	}
	/* a list that nobody can read: whoever edits or checks it says so */
	if (rc == EK_OK && compare(set, &ignored) == EK_ESYS)
		rc = ek_fail(err, EK_ESYS, "%s", ignored.msg);
	if (rc != EK_OK) {
		ek_bootset_free(&set);
		return rc;
	}
	*out = set;
	return EK_OK;
}

void ek_bootset_free(struct ek_bootset **set)
{
	struct ek_bootset *s = *set;

	if (s == NULL)
		return;
	for (size_t i = 0; i < s->n; i++) {
		ek_out_abort(&s->v[i].out);
		ek_bootcfg_free(&s->v[i].cfg);
		free(s->v[i].old);
	}
	free(s->v);
	free(s->difference);
	free(s);
	*set = NULL;
}

size_t ek_bootset_count(const struct ek_bootset *set)
{
	return set->n;
}

const struct ek_bootcfg *ek_bootset_at(const struct ek_bootset *set, size_t i)
{
	return set->v[i].cfg;
}

const char *ek_bootset_difference(const struct ek_bootset *set)
{
	return set->difference;
}

static int edit_one(struct ek_bootcfg *cfg, const struct ek_bootcfg_edit *e,
		    size_t n, struct ek_err *err)
{
	int rc;

	for (size_t i = 0; i < n; i++) {
		rc = ek_bootcfg_apply(cfg, &e[i], err);
		if (rc != EK_OK)
			return rc;
	}
	return ek_bootcfg_bootable(cfg, err);
}

int ek_bootset_edit(struct ek_bootset *set, const struct ek_bootcfg_edit *edits,
		    size_t n, struct ek_err *err)
{
	int rc;

	for (size_t i = 0; i < set->n; i++) {
		rc = edit_one(set->v[i].cfg, edits, n, err);
		if (rc != EK_OK)
			return rc;
	}
	rc = compare(set, err);
	if (rc == EK_OK && set->difference != NULL)
		rc = ek_fail(err, EK_EREFUSE, "%s; after the edit they must "
			     "not; nothing was written", set->difference);
	return rc;
}

/* ---- what became of it -------------------------------------------------- */

/* One file, as text or into *j. */
static int list_one(const struct ek_bootcfg *cfg, const enum ek_boot_fw *only,
		    struct ek_json *j, struct ek_buf *out, bool *boots,
		    struct ek_err *err)
{
	struct ek_boot_plan plan[2] = { { .why = NULL }, { .why = NULL } };
	const struct ek_boot_plan *shown[2] = { NULL, NULL };
	int rc = EK_OK;

	*boots = true;
	for (enum ek_boot_fw fw = EK_BOOT_BIOS; fw <= EK_BOOT_UEFI; fw++) {
		if (only != NULL && *only != fw)
			continue;
		rc = ek_boot_plan(cfg, fw, ek_boot_fw_dir(fw), &plan[fw], err);
		if (rc != EK_OK)
			goto out;
		shown[fw] = &plan[fw];
		*boots &= ek_boot_plan_boots(&plan[fw]);
		if (j == NULL)
			continue;
		ek_json_object(j, ek_boot_fw_name(fw));
		ek_boot_plan_json(&plan[fw], j);
		ek_json_close(j);
	}
	if (j == NULL)
		ek_boot_plan_text(ek_bootcfg_name(cfg), shown[EK_BOOT_BIOS],
				  shown[EK_BOOT_UEFI], out);
out:
	ek_boot_plan_clear(&plan[0]);
	ek_boot_plan_clear(&plan[1]);
	return rc;
}

int ek_bootset_list(const struct ek_bootset *set, const enum ek_boot_fw *only,
		    bool json, struct ek_buf *out, struct ek_err *err)
{
	const char *bad = NULL;
	struct ek_json j;
	bool boots;
	int rc;

	if (json) {
		ek_json_begin(&j, out);
		ek_json_array(&j, "files");
	}
	for (size_t i = 0; i < set->n; i++) {
		const struct ek_bootcfg *cfg = set->v[i].cfg;

		if (json) {
			ek_json_object(&j, NULL);
			ek_json_str(&j, "file", ek_bootcfg_name(cfg));
		}
		rc = list_one(cfg, only, json ? &j : NULL, out, &boots, err);
		if (rc != EK_OK)
			return rc;
		if (!boots && bad == NULL)
			bad = ek_bootcfg_name(cfg);
		if (json)
			ek_json_close(&j);
	}
	if (json) {
		ek_json_close(&j);
		ek_json_end(&j);
	}
	rc = ek_buf_check(out, "list", err);
	if (rc == EK_OK && bad != NULL)
		rc = ek_fail(err, EK_EREFUSE, "'%s' would not boot", bad);
	return rc;
}

int ek_bootset_get(const struct ek_bootset *set, const char *key,
		   struct ek_buf *out, struct ek_err *err)
{
	for (size_t i = 0; i < set->n; i++) {
		const char *value = ek_bootcfg_get(set->v[i].cfg, key);

		if (value == NULL)
			return ek_fail(err, EK_EREFUSE, "'%s': no key '%s'",
				       ek_bootcfg_name(set->v[i].cfg), key);
		ek_buf_addf(out, "%s\n", value);
	}
	return ek_buf_check(out, "value", err);
}

/* Where name is in the plan, or n_modules. */
static size_t place_of(const struct ek_boot_plan *plan, const char *name)
{
	size_t i;

	for (i = 0; i < plan->n_modules; i++)
		if (ek_bootcfg_same_name(plan->modules[i].path, name))
			break;
	return i;
}

/* A later edit may have taken away again what e did: then there is nothing. */
static void report_module(const struct ek_boot_plan *plan,
			  const struct ek_bootcfg_edit *e, struct ek_buf *out)
{
	bool add = e->op == EK_BOOTCFG_ADD;
	size_t at = place_of(plan, add ? e->a : e->b);

	if (at == plan->n_modules)
		return;
	ek_buf_addf(out, "module %zu of %zu: %s", at + 1, plan->n_modules,
		    plan->modules[at].path);
	if (!add)
		ek_buf_addf(out, ", replaces %s", e->a);
	else if (at + 1 < plan->n_modules)
		ek_buf_addf(out, ", added before %s",
			    plan->modules[at + 1].path);
	else
		ek_buf_adds(out, ", added last");
	ek_buf_addc(out, '\n');
}

static void report_key(const struct ek_bootcfg *cfg, const char *key,
		       struct ek_buf *out)
{
	const char *value = ek_bootcfg_get(cfg, key);

	if (value != NULL)
		ek_buf_addf(out, "%s=%s\n", key, value);
	else
		ek_buf_addf(out, "%s deleted\n", key);
}

static void report(const struct ek_bootcfg *cfg,
		   const struct ek_boot_plan *plan,
		   const struct ek_bootcfg_edit *e, struct ek_buf *out)
{
	switch (e->op) {
	case EK_BOOTCFG_SET:
	case EK_BOOTCFG_DELETE:
		report_key(cfg, e->a, out);
		break;
	case EK_BOOTCFG_OPT:
	case EK_BOOTCFG_NO_OPT:
		report_key(cfg, "kernelopt", out);
		break;
	case EK_BOOTCFG_REMOVE:
		ek_buf_addf(out, "module %s removed, %zu left\n", e->a,
			    plan->n_modules);
		break;
	case EK_BOOTCFG_ADD:
	case EK_BOOTCFG_REPLACE:
		report_module(plan, e, out);
		break;
	}
}

int ek_bootset_report(const struct ek_bootset *set,
		      const struct ek_bootedits *edits, struct ek_buf *out,
		      struct ek_err *err)
{
	const struct ek_bootcfg *cfg = set->v[0].cfg;
	struct ek_boot_plan plan;
	int rc;

	rc = ek_boot_plan(cfg, EK_BOOT_BIOS, "", &plan, err);
	if (rc != EK_OK)
		return rc;
	for (size_t i = 0; i < edits->n; i++)
		report(cfg, &plan, &edits->v[i], out);
	ek_boot_plan_clear(&plan);
	return ek_buf_check(out, "report", err);
}

size_t ek_bootset_modules(const struct ek_bootset *set)
{
	size_t most = 0;

	for (size_t i = 0; i < set->n; i++) {
		size_t n = ek_bootcfg_module_count(set->v[i].cfg);

		most = n > most ? n : most;
	}
	return most;
}

void ek_bootset_write(const struct ek_bootset *set, struct ek_out *out)
{
	ek_bootcfg_write(set->v[0].cfg, out);
}

/* ---- in place ----------------------------------------------------------- */

/* *text is the file as it would be written; the caller free()s it. */
static int render(const struct ek_bootcfg *cfg, char **text, size_t *len,
		  struct ek_err *err)
{
	struct ek_out *out;
	int rc;

	rc = ek_out_open_mem(&out, text, len, err);
	if (rc != EK_OK)
		return rc;
	ek_bootcfg_write(cfg, out);
	return ek_out_commit(&out, err);
}

static int prepare_one(struct one *o, struct ek_err *err)
{
	char *text = NULL;
	size_t len = 0;
	int rc;

	rc = render(o->cfg, &text, &len, err);
	if (rc != EK_OK)
		goto out;
	if (len == o->len && memcmp(text, o->old, len) == 0)
		goto out;
	rc = ek_out_open(&o->out, o->path, err);
	if (rc == EK_OK)
		ek_out_write(o->out, text, len);
out:
	free(text);
	return rc;
}

int ek_bootset_prepare(struct ek_bootset *set, struct ek_err *err)
{
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < set->n; i++)
		rc = strcmp(set->v[i].path, "-") == 0
		     ? ek_fail(err, EK_EARG, "standard input cannot be edited "
			       "in place: name the files")
		     : prepare_one(&set->v[i], err);
	return rc;
}

static int put_back(const struct one *o, struct ek_err *err)
{
	struct ek_out *out;
	int rc;

	rc = ek_out_open(&out, o->path, err);
	if (rc != EK_OK)
		return rc;
	ek_out_write(out, o->old, o->len);
	return ek_out_commit(&out, err);
}

/* Undo the first n; done tells which of them were changed at all. */
static int undo(const struct ek_bootset *set, size_t n, const bool *done,
		const struct ek_err *first, struct ek_err *err)
{
	struct ek_err why = EK_ERR_INIT;

	for (size_t i = 0; i < n; i++)
		if (done[i] && put_back(&set->v[i], &why) != EK_OK)
			return ek_fail(err, EK_ESYS, "%s; and '%s' is changed "
				       "already and could not be put back: %s",
				       first->msg, set->v[i].path, why.msg);
	return ek_fail(err, EK_ESYS, "%s; no file was changed", first->msg);
}

int ek_bootset_commit(struct ek_bootset *set, struct ek_err *err)
{
	struct ek_err why = EK_ERR_INIT;
	bool *done = calloc(set->n, sizeof(*done));
	int rc = EK_OK;

	if (done == NULL)
		return ek_fail_sys(err, "boot.cfg");
	for (size_t i = 0; rc == EK_OK && i < set->n; i++) {
		if (set->v[i].out == NULL)
			continue;
		done[i] = true;
		rc = ek_out_commit(&set->v[i].out, &why);
		if (rc != EK_OK)
			rc = undo(set, i, done, &why, err);
	}
	free(done);
	return rc;
}

int ek_bootset_replace(struct ek_bootset *set, struct ek_err *err)
{
	int rc = ek_bootset_prepare(set, err);

	return rc == EK_OK ? ek_bootset_commit(set, err) : rc;
}
