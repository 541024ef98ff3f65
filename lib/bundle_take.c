/* SPDX-License-Identifier: BSD-2-Clause */
/* bundle_take.c - an offline bundle: what is in a metadata.zip */
#include "os.h"

#include "bundle_int.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/path.h"
#include "ek/profile.h"
#include "ek/xml.h"
#include "ek/zip.h"

static int no_memory(struct ek_err *err)
{
	errno = ENOMEM;
	return ek_fail_sys(err, "bundle");
}

/* One more element of size in *v, zeroed; the count is the caller's. */
static int grow(void **v, size_t n, size_t size, const char *what,
		struct ek_err *err)
{
	char *more;

	if (n == EK_BUNDLE_PARTS)
		return ek_fail(err, EK_ELIMIT, "the bundle has more than %u %s",
			       EK_BUNDLE_PARTS, what);
	more = reallocarray(*v, n + 1, size);
	if (more == NULL)
		return no_memory(err);
	memset(more + n * size, 0, size);
	*v = more;
	return EK_OK;
}

/* ---- VIBs --------------------------------------------------------------- */

/* Where the .vib is (bundle.5, "Container"); wrong is not refused here. */
static int locate(const struct ek_bundle *b, const struct bundle_meta *m,
		  struct ek_bundle_vib *v, struct ek_err *err)
{
	v->why = ek_path_problem(v->file.path, strlen(v->file.path));
	if (v->why != NULL)
		return EK_OK;
	v->path = ek_bundle_join(m->dir, v->file.path);
	if (v->path == NULL)
		return no_memory(err);
	v->member = ek_zip_find(b->zip, v->path);
	if (v->member == NULL)
		v->why = "is not in the bundle";
	return EK_OK;
}

static int parse_vib(const struct ek_bundle *b, const struct bundle_meta *m,
		     struct ek_bundle_vib *v, const char *text, size_t len,
		     struct ek_err *err)
{
	int rc = ek_vibdesc_parse(&v->d, v->meta, text, len, err);

	if (rc == EK_OK)
		rc = ek_depot_vib_parse(&v->file, v->meta, text, len, err);
	if (rc != EK_OK)
		return rc;
	v->id = ek_vibdesc_id(&v->d);
	if (v->id == NULL)
		return no_memory(err);
	return locate(b, m, v, err);
}

static int take_vib(struct ek_bundle *b, const struct bundle_meta *m,
		    char *label, const char *text, size_t len,
		    struct ek_err *err)
{
	void *v = b->vibs;
	int rc = grow(&v, b->n_vibs, sizeof(*b->vibs), "VIBs", err);

	b->vibs = v;
	if (rc != EK_OK) {
		free(label);
		return rc;
	}
	b->vibs[b->n_vibs].meta = label;
	return parse_vib(b, m, &b->vibs[b->n_vibs++], text, len, err);
}

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct ek_bundle_vib *)a)->id,
		      ((const struct ek_bundle_vib *)b)->id);
}

static int sort_vibs(struct ek_bundle *b, struct ek_err *err)
{
	if (b->n_vibs < 2)
		return EK_OK;
	qsort(b->vibs, b->n_vibs, sizeof(*b->vibs), by_id);
	for (size_t i = 1; i < b->n_vibs; i++)
		if (by_id(&b->vibs[i - 1], &b->vibs[i]) == 0)
			return ek_fail(err, EK_EFORMAT, "'%s' and '%s' are"
				       " both about VIB '%s'",
				       b->vibs[i - 1].meta, b->vibs[i].meta,
				       b->vibs[i].id);
	return EK_OK;
}

/* ---- bulletins, profiles, versions -------------------------------------- */

static int take_bulletin(struct ek_bundle *b, char *label, const char *text,
			 size_t len, struct ek_err *err)
{
	struct ek_bundle_bulletin *one;
	void *v = b->bulletins;
	int rc = grow(&v, b->n_bulletins, sizeof(*b->bulletins), "bulletins",
		      err);

	b->bulletins = v;
	if (rc != EK_OK) {
		free(label);
		return rc;
	}
	one = &b->bulletins[b->n_bulletins++];
	one->meta = label;
	return ek_bulletin_parse(&one->b, label, text, len, err);
}

static int take_profile(struct ek_bundle *b, char *label, const char *text,
			size_t len, struct ek_err *err)
{
	struct ek_bundle_profile *one;
	void *v = b->profiles;
	int rc = grow(&v, b->n_profiles, sizeof(*b->profiles), "profiles",
		      err);

	b->profiles = v;
	if (rc != EK_OK) {
		free(label);
		return rc;
	}
	one = &b->profiles[b->n_profiles++];
	one->meta = label;
	return ek_profile_parse(&one->p, label, text, len, err);
}

static int take_versions(struct ek_bundle *b, char *label, const char *text,
			 size_t len, struct ek_err *err)
{
	struct ek_depot_metas l;
	int rc = ek_depot_metas_parse(&l, label, text, len, err);

	free(label);
	if (rc != EK_OK)
		return rc;
	for (size_t i = 0; rc == EK_OK && i < l.n; i++)
		if (!ek_strs_has(&b->inside, l.v[i].version))
			rc = ek_strs_add(&b->inside, l.v[i].version,
					 strlen(l.v[i].version), err);
	ek_depot_metas_clear(&l);
	return rc;
}

/* ---- members ------------------------------------------------------------ */

enum part { OTHER, VIB, BULLETIN, PROFILE, VERSIONS };

static bool below(const char *name, const char *dir)
{
	size_t n = strlen(dir);

	return strncmp(name, dir, n) == 0 && strchr(name + n, '/') == NULL;
}

/* bundle.5, "Container": what is anything else, ESXi passes over. */
static enum part part_of(const char *name)
{
	if (below(name, "vibs/"))
		return VIB;
	if (below(name, "bulletins/"))
		return BULLETIN;
	if (below(name, "profiles/"))
		return PROFILE;
	return strcmp(name, "vendor-index.xml") == 0 ? VERSIONS : OTHER;
}

static int take_text(struct ek_bundle *b, const struct bundle_meta *m,
		     enum part part, char *label, const char *text, size_t len,
		     struct ek_err *err)
{
	switch (part) {
	case VIB:
		return take_vib(b, m, label, text, len, err);
	case BULLETIN:
		return take_bulletin(b, label, text, len, err);
	case PROFILE:
		return take_profile(b, label, text, len, err);
	case VERSIONS:
		return take_versions(b, label, text, len, err);
	case OTHER:
		break;
	}
	free(label);
	return EK_OK;
}

static int take(struct ek_bundle *b, const struct bundle_meta *m,
		const struct ek_zip_member *member, enum part part,
		struct ek_err *err)
{
	char *label, *text = NULL;
	size_t len;
	int rc;

	if (asprintf(&label, "%s:%s", ek_zip_name(m->zip), member->name) < 0)
		return no_memory(err);
	rc = ek_zip_read(m->zip, member, EK_XML_MAX, &text, &len, err);
	if (rc == EK_OK)
		rc = take_text(b, m, part, label, text, len, err);
	else
		free(label);
	free(text);
	return rc;
}

int ek_bundle_take(struct ek_bundle *b, const struct bundle_meta *m,
		   struct ek_err *err)
{
	const struct ek_zip_member *member;
	int rc = EK_OK;

	for (size_t i = 0;
	     rc == EK_OK && (member = ek_zip_at(m->zip, i)) != NULL; i++) {
		enum part part = part_of(member->name);

		if (part != OTHER)
			rc = take(b, m, member, part, err);
	}
	return rc == EK_OK ? sort_vibs(b, err) : rc;
}
