/* SPDX-License-Identifier: BSD-2-Clause */
/* bundlemake_plan.c - make an offline bundle: versions, bulletins, profile */
#include "os.h"

#include <ctype.h>

#include "bundlemake_int.h"
#include "ek/err.h"
#include "ek/imgdb.h"
#include "ek/imgvib.h"
#include "ek/names.h"
#include "ek/path.h"
#include "ek/profile.h"
#include "ek/release.h"

static int no_memory(struct ek_err *err)
{
	errno = ENOMEM;
	return ek_fail_sys(err, "bundle");
}

/* ---- versions (bundle.5, "Which versions to declare") ------------------- */

static int add_version(struct ek_bundlemake *m, const char *version,
		       struct ek_err *err)
{
	if (ek_strs_has(&m->platforms, version))
		return EK_OK;
	return ek_strs_add(&m->platforms, version, strlen(version), err);
}

static int add_release(struct ek_bundlemake *m, const struct ek_release *r,
		       struct ek_err *err)
{
	char major[8];

	if (r->base[0] > '6')
		return add_version(m, r->base, err);
	snprintf(major, sizeof(major), "%c.*", r->base[0]);
	return add_version(m, major, err);
}

/* x.y.z and more, in digits, dots and a '-'. */
static bool is_full(const char *version)
{
	const char *dot = strchr(version, '.');

	return dot != NULL && strchr(dot + 1, '.') != NULL &&
		version[strspn(version, "0123456789.-")] == '\0';
}

int ek_bundlemake_platform(struct ek_bundlemake *m, const char *version,
			   struct ek_err *err)
{
	const struct ek_release *r;

	if (strcmp(version, "5.*") == 0 || strcmp(version, "6.*") == 0)
		return add_version(m, version, err);
	r = ek_release_find(version);
	if (r == NULL)
		return ek_fail(err, EK_EARG, "'%s' is no release: %s, one in"
			       " full such as 8.0.3, 5.* or 6.*", version,
			       ek_release_list());
	return is_full(version) ? add_version(m, version, err)
				: add_release(m, r, err);
}

static int versions_of_vibs(struct ek_bundlemake *m, struct ek_err *err)
{
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < m->n_items; i++) {
		const struct ek_vibdesc *d = &m->items[i].d;

		for (size_t k = 0; rc == EK_OK && k < d->n_sw; k++)
			if (d->sw[k].version[0] != '\0')
				rc = add_version(m, d->sw[k].version, err);
	}
	return rc;
}

static int plan_versions(struct ek_bundlemake *m, bool *all,
			 struct ek_err *err)
{
	const struct ek_release *r = NULL;
	int rc = EK_OK;

	if (m->platforms.n == 0)
		rc = versions_of_vibs(m, err);
	if (rc != EK_OK || m->platforms.n != 0)
		return rc;
	if (m->image != NULL)
		r = ek_release_find(ek_imgdb_esx_version(
				ek_imgvibs_db(m->image)));
	if (r != NULL)
		return add_release(m, r, err);
	*all = true;
	for (size_t i = 0; rc == EK_OK && (r = ek_release_at(i)) != NULL; i++)
		rc = add_release(m, r, err);
	return rc;
}

/* Is one of them 7.0 or later: they know components. */
static bool know_components(const struct ek_bundlemake *m)
{
	for (size_t i = 0; i < m->platforms.n; i++)
		if (m->platforms.v[i][0] > '6')
			return !m->o.no_component;
	return false;
}

/* ---- bulletins ---------------------------------------------------------- */

static bool set(char **to, const char *text)
{
	*to = strdup(text);
	return *to != NULL;
}

/* A new last one, whose texts are not set; NULL: no memory. */
static struct ek_bulletin *new_bulletin(struct ek_bundlemake *m)
{
	struct ek_bulletin *v = reallocarray(m->bulletins, m->n_bulletins + 1,
					     sizeof(*v));

	if (v == NULL)
		return NULL;
	m->bulletins = v;
	v += m->n_bulletins++;
	memset(v, 0, sizeof(*v));
	return v;
}

static int add_platforms(const struct ek_bundlemake *m, struct ek_bulletin *b,
			 struct ek_err *err)
{
	int rc = EK_OK;

	ek_strs_free(&b->platforms);
	for (size_t i = 0; rc == EK_OK && i < m->platforms.n; i++)
		rc = ek_strs_add(&b->platforms, m->platforms.v[i],
				 strlen(m->platforms.v[i]), err);
	return rc;
}

/* "Acme-net-acme": letters, digits and '-' (bundle.5, "Component"). */
static char *component_name(const struct ek_vibdesc *d)
{
	char *name;

	if (asprintf(&name, "%s-%s", d->vendor, d->name) < 0)
		return NULL;
	for (char *p = name; *p != '\0'; p++)
		if (!isalnum((unsigned char)*p))
			*p = '-';
	return name;
}

static bool has_one_dash(const char *version)
{
	const char *dash = strchr(version, '-');

	return dash != NULL && strchr(dash + 1, '-') == NULL;
}

/* With it the bulletin is a component, id and all. */
static bool make_component(struct ek_bulletin *b, const struct ek_vibdesc *d)
{
	free(b->id);
	b->id = NULL;
	b->component = component_name(d);
	if (b->component == NULL || !set(&b->version, d->version) ||
	    !set(&b->component_ui, d->summary))
		return false;
	b->version_ui = strndup(d->version, strcspn(d->version, "-"));
	if (asprintf(&b->id, "%s_%s", b->component, b->version) < 0)
		b->id = NULL;
	return b->version_ui != NULL && b->id != NULL;
}

static bool date_of(struct ek_bulletin *b, const struct ek_vibdesc *d,
		    int64_t when)
{
	struct ek_date date = { .sec = when };
	char text[EK_DATE_SIZE];

	if (d != NULL && d->has_date)
		date = d->date;
	ek_date_format(&date, text);
	return set(&b->release_date, text);
}

static bool texts(struct ek_bulletin *b, const struct ek_vibdesc *d,
		  int64_t when)
{
	return set(&b->id, d->name) && set(&b->vendor, d->vendor) &&
		set(&b->summary, d->summary) && set(&b->severity, "general") &&
		set(&b->category, "enhancement") &&
		set(&b->urgency, "important") &&
		set(&b->release_type, "extension") &&
		set(&b->description, d->description) &&
		set(&b->kb_url, d->n_urls != 0 ? d->urls[0].url : "unknown") &&
		set(&b->contact, "unknown") && date_of(b, d, when);
}

/* A plain one is called as the VIB; two versions of one are told apart. */
static bool tell_apart(const struct ek_bundlemake *m, struct ek_bulletin *b,
		       const struct ek_vibdesc *d)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n_items; i++)
		n += strcmp(m->items[i].d.name, d->name) == 0;
	if (n < 2)
		return true;
	free(b->id);
	if (asprintf(&b->id, "%s_%s", d->name, d->version) < 0)
		b->id = NULL;
	return b->id != NULL;
}

static int vib_bulletin(struct ek_bundlemake *m, const struct bm_item *item,
			bool component, int64_t when, struct ek_err *err)
{
	struct ek_bulletin *b = new_bulletin(m);
	bool good;
	int rc;

	good = b != NULL && texts(b, &item->d, when);
	if (good && component && has_one_dash(item->d.version))
		good = make_component(b, &item->d);
	else if (good)
		good = tell_apart(m, b, &item->d);
	if (!good)
		return no_memory(err);
	rc = ek_strs_add(&b->vib_ids, item->id, strlen(item->id), err);
	return rc == EK_OK ? add_platforms(m, b, err) : rc;
}

/* Does a component of the image have it already? */
static bool covered(const struct ek_bundlemake *m, size_t n, const char *id)
{
	for (size_t i = 0; i < n; i++)
		if (ek_strs_has(&m->bulletins[i].vib_ids, id))
			return true;
	return false;
}

/* A component of the database, where all of its VIBs are in the bundle. */
static int take_component(struct ek_bundlemake *m, const struct ek_dbfile *f,
			  struct ek_err *err)
{
	struct ek_bulletin x, *b;
	bool whole;
	int rc = ek_bulletin_parse(&x, f->e.name, f->data, (size_t)f->e.size,
				   err);

	if (rc != EK_OK)
		return rc;
	whole = ek_bulletin_is_component(&x) && x.vib_ids.n != 0;
	for (size_t i = 0; whole && i < x.vib_ids.n; i++)
		whole = bm_find(m, x.vib_ids.v[i]) != NULL;
	b = whole ? new_bulletin(m) : NULL;
	if (b == NULL) {
		ek_bulletin_clear(&x);
		return whole ? no_memory(err) : EK_OK;
	}
	*b = x;
	return add_platforms(m, b, err);
}

static int image_components(struct ek_bundlemake *m, struct ek_err *err)
{
	const struct ek_imgdb *db = ek_imgvibs_db(m->image);
	const struct ek_dbfile *f;
	size_t pos = 0;
	bool reserved;
	int rc = EK_OK;

	while (rc == EK_OK &&
	       (f = ek_imgdb_next_bulletin(db, &pos, &reserved)) != NULL)
		if (!reserved)
			rc = take_component(m, f, err);
	return rc;
}

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct ek_bulletin *)a)->id,
		      ((const struct ek_bulletin *)b)->id);
}

/* Ids are file names in the bundle. */
static int check_ids(const struct ek_bundlemake *m, struct ek_err *err)
{
	for (size_t i = 0; i < m->n_bulletins; i++) {
		const char *id = m->bulletins[i].id;
		const char *why = strchr(id, '/') != NULL ? "has '/'" :
			ek_path_problem(id, strlen(id));

		if (why != NULL)
			return ek_fail(err, EK_EREFUSE, "a bulletin would be"
				       " called '%.200s', which %s", id, why);
		if (i != 0 && strcmp(m->bulletins[i - 1].id, id) == 0)
			return ek_fail(err, EK_EREFUSE, "two bulletins would"
				       " be called '%.200s'", id);
	}
	return EK_OK;
}

static int plan_bulletins(struct ek_bundlemake *m, int64_t when,
			  struct ek_err *err)
{
	bool components = know_components(m);
	size_t n;
	int rc = EK_OK;

	if (components && m->image != NULL)
		rc = image_components(m, err);
	n = m->n_bulletins;
	for (size_t i = 0; rc == EK_OK && i < m->n_items; i++)
		if (!covered(m, n, m->items[i].id))
			rc = vib_bulletin(m, &m->items[i], components, when,
					  err);
	return rc;
}

/* ---- the profile (bundle.5, "Profiles in a bundle") --------------------- */

static int copy_profile(const struct ek_profile *from, struct ek_profile *to,
			struct ek_err *err)
{
	int rc = EK_OK;

	if (from->description != NULL)
		rc = ek_profile_set(to, EK_PROFILE_DESCRIPTION,
				    from->description, err);
	if (rc == EK_OK && from->has_created)
		rc = ek_profile_set_created(to, &from->created, err);
	if (rc == EK_OK && from->has_modified)
		rc = ek_profile_set_modified(to, &from->modified, err);
	for (size_t i = 0; rc == EK_OK && i < from->n_vibs; i++)
		rc = ek_profile_add_vib(to, from->vibs[i].id, NULL, 0, err);
	return rc;
}

static int profile_bulletin(struct ek_bundlemake *m,
			    const struct ek_profile *p, int64_t when,
			    struct ek_err *err)
{
	struct ek_bulletin *b = new_bulletin(m);
	int rc = EK_OK;

	if (b == NULL || !set(&b->id, p->name) || !set(&b->vendor, p->creator) ||
	    !set(&b->summary, p->name) || !set(&b->severity, "general") ||
	    !set(&b->category, "Misc") || !set(&b->urgency, "moderate") ||
	    !set(&b->release_type, "rollup") ||
	    !set(&b->description, p->description != NULL ? p->description
							 : "") ||
	    !set(&b->kb_url, "unknown") || !set(&b->contact, "unknown") ||
	    !date_of(b, NULL, when))
		return no_memory(err);
	for (size_t i = 0; rc == EK_OK && i < p->n_vibs; i++)
		rc = ek_strs_add(&b->vib_ids, p->vibs[i].id,
				 strlen(p->vibs[i].id), err);
	return rc == EK_OK ? add_platforms(m, b, err) : rc;
}

static int plan_profile(struct ek_bundlemake *m, int64_t when,
			struct ek_err *err)
{
	struct ek_profile *from, *p = NULL;
	int rc;

	if (m->n_left != 0)
		return ek_fail(err, EK_EREFUSE, "%zu VIBs of the image are left"
			       " out: a profile without them would be of no"
			       " use; leave --profile out", m->n_left);
	rc = ek_imgdb_profile(ek_imgvibs_db(m->image), &from, err);
	if (rc == EK_OK)
		rc = ek_profile_new(&p, from->name, from->creator, from->level,
				    err);
	if (rc == EK_OK)
		rc = copy_profile(from, p, err);
	if (rc == EK_OK)
		ek_profile_write(p, &m->profile);
	if (rc == EK_OK) {
		m->profile_file = ek_name_profile_file(p->name, p->creator, 64);
		rc = m->profile_file != NULL ? profile_bulletin(m, p, when, err)
					     : no_memory(err);
	}
	ek_profile_free(&p);
	return rc;
}

int bm_plan(struct ek_bundlemake *m, int64_t when, bool *all,
	    struct ek_err *err)
{
	int rc = plan_versions(m, all, err);

	if (rc == EK_OK)
		rc = plan_bulletins(m, when, err);
	if (rc == EK_OK && m->o.profile && m->image != NULL)
		rc = plan_profile(m, when, err);
	if (rc != EK_OK)
		return rc;
	if (m->n_bulletins > 1)
		qsort(m->bulletins, m->n_bulletins, sizeof(*m->bulletins),
		      by_id);
	return check_ids(m, err);
}
