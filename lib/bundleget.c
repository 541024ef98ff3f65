/* SPDX-License-Identifier: BSD-2-Clause */
/* bundleget.c - take VIBs out of offline bundles */
#include "os.h"

#include "ek/buf.h"
#include "ek/bundle.h"
#include "ek/bundleget.h"
#include "ek/dir.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/path.h"

/* A VIB that is wanted. */
struct one {
	struct ek_bundle *b;
	const struct ek_bundle_vib *v;
	char *file;
};

struct job {
	const struct ek_bundleget *o;
	struct one *v;
	size_t n;
	struct ek_strs met; /* of those wanted */
};

static bool is_wanted(const struct ek_bundle_vib *v, const char *word)
{
	return strcmp(word, v->id) == 0 || strcmp(word, v->d.name) == 0;
}

/* Is v wanted? What it is wanted by is met. */
static int pick(struct job *j, const struct ek_bundle_vib *v, bool *yes,
		struct ek_err *err)
{
	const struct ek_strs *l = j->o->wanted;
	int rc = EK_OK;

	*yes = l == NULL || l->n == 0;
	for (size_t i = 0; rc == EK_OK && l != NULL && i < l->n; i++) {
		if (!is_wanted(v, l->v[i]))
			continue;
		*yes = true;
		if (!ek_strs_has(&j->met, l->v[i]))
			rc = ek_strs_add(&j->met, l->v[i], strlen(l->v[i]),
					 err);
	}
	return rc;
}

static int add(struct job *j, struct ek_bundle *b,
	       const struct ek_bundle_vib *v, struct ek_err *err)
{
	const char *why = strchr(v->id, '/') != NULL ? "has '/'" :
		ek_path_problem(v->id, strlen(v->id));
	struct one *more;

	if (why != NULL)
		return ek_fail(err, EK_EREFUSE, "'%s': no file can be called as"
			       " VIB '%.200s', which %s", v->meta, v->id, why);
	for (size_t i = 0; i < j->n; i++)
		if (strcmp(j->v[i].v->id, v->id) == 0)
			return ek_fail(err, EK_EREFUSE, "'%s' and '%s' both"
				       " have VIB '%s'",
				       ek_bundle_name(j->v[i].b),
				       ek_bundle_name(b), v->id);
	more = reallocarray(j->v, j->n + 1, sizeof(*more));
	if (more == NULL)
		return ek_fail_sys(err, "bundle");
	j->v = more;
	more += j->n;
	*more = (struct one){ b, v, NULL };
	if (asprintf(&more->file, "%s.vib", v->id) < 0)
		return ek_fail_sys(err, "bundle");
	j->n++;
	return EK_OK;
}

static int choose(struct job *j, struct ek_bundle *b, struct ek_err *err)
{
	const struct ek_bundle_vib *v;
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && (v = ek_bundle_vib(b, i)) != NULL;
	     i++) {
		bool yes;

		rc = pick(j, v, &yes, err);
		if (rc == EK_OK && yes)
			rc = add(j, b, v, err);
	}
	return rc;
}

static int all_met(const struct job *j, struct ek_err *err)
{
	const struct ek_strs *l = j->o->wanted;

	for (size_t i = 0; l != NULL && i < l->n; i++)
		if (!ek_strs_has(&j->met, l->v[i]))
			return ek_fail(err, EK_EREFUSE, "no bundle has a VIB"
				       " called '%s'", l->v[i]);
	return EK_OK;
}

static int write_one(const struct job *j, struct ek_dir *dir,
		     const struct one *o, struct ek_err *err)
{
	int64_t mtime = o->v->d.has_date ? o->v->d.date.sec : 0;
	struct ek_out *out;
	int rc = ek_dir_create(dir, o->file, 0644, mtime, j->o->replace, &out,
			       err);

	if (rc != EK_OK)
		return rc;
	rc = ek_bundle_vib_copy(o->b, o->v, out, err);
	if (rc == EK_OK)
		rc = ek_out_commit(&out, err);
	ek_out_abort(&out);
	if (rc == EK_OK && j->o->made != NULL)
		j->o->made(j->o->ctx, o->file);
	return rc;
}

static int write_all(const struct job *j, const char *path, struct ek_err *err)
{
	struct ek_dir *dir;
	int rc = ek_dir_open(&dir, path, true, err);

	for (size_t i = 0; rc == EK_OK && i < j->n; i++)
		rc = ek_dir_check_free(dir, j->v[i].file, false, j->o->replace,
				       err);
	for (size_t i = 0; rc == EK_OK && i < j->n; i++)
		rc = write_one(j, dir, &j->v[i], err);
	ek_dir_close(&dir);
	return rc;
}

int ek_bundle_get(struct ek_bundle *const *bundles, size_t n, const char *dir,
		  const struct ek_bundleget *o, struct ek_err *err)
{
	struct job j = { .o = o };
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < n; i++)
		rc = choose(&j, bundles[i], err);
	if (rc == EK_OK)
		rc = all_met(&j, err);
	for (size_t i = 0; rc == EK_OK && i < j.n; i++)
		rc = ek_bundle_vib_copy(j.v[i].b, j.v[i].v, NULL, err);
	if (rc == EK_OK)
		rc = write_all(&j, dir, err);
	for (size_t i = 0; i < j.n; i++)
		free(j.v[i].file);
	free(j.v);
	ek_strs_free(&j.met);
	return rc;
}
