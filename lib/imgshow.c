/* SPDX-License-Identifier: BSD-2-Clause */
/* imgshow.c - an image database in words and in JSON */
#include "os.h"

#include "ek/buf.h"
#include "ek/bulletin.h"
#include "ek/err.h"
#include "ek/imgdb.h"
#include "ek/imgshow.h"
#include "ek/json.h"
#include "ek/names.h"
#include "ek/profile.h"
#include "ek/relations.h"
#include "ek/release.h"

static const struct ek_profile *the_profile(const struct ek_imgdb *db)
{
	return ek_imgdb_profiles(db) == 1 ? ek_imgdb_profile_at(db, 0) : NULL;
}

static const struct ek_profile_vib *listed(const struct ek_imgdb *db,
					   const char *id)
{
	const struct ek_profile *p = the_profile(db);

	return p != NULL ? ek_profile_find(p, id) : NULL;
}

static const char *text(const char *s)
{
	return s != NULL ? s : "";
}

static void date_text(bool has, const struct ek_date *d, char out[EK_DATE_SIZE])
{
	if (has)
		ek_date_format(d, out);
	else
		snprintf(out, EK_DATE_SIZE, "-");
}

/* ---- text ---------------------------------------------------------------- */

static void text_profile(const struct ek_profile *p, struct ek_buf *out)
{
	char modified[EK_DATE_SIZE];

	date_text(p->has_modified, &p->modified, modified);
	ek_buf_addf(out, "profile   %s\nvendor    %s\nlevel     %s\n"
		    "modified  %s\n", p->name, p->creator,
		    ek_level_name(p->level), modified);
	if (p->has_serial)
		ek_buf_addf(out, "serial    %lld\n", (long long)p->serial);
}

static int wider(int width, const char *s)
{
	int n = (int)strnlen(text(s), 60);

	return n > width ? n : width;
}

static void text_files(const struct ek_imgdb *db, const struct ek_dbvib *v,
		       struct ek_buf *out)
{
	const struct ek_profile_vib *l = listed(db, v->id);

	if (l == NULL) {
		if (the_profile(db) != NULL)
			ek_buf_adds(out, "(not in the profile)");
		return;
	}
	for (size_t i = 0; i < l->n_payloads; i++)
		ek_buf_addf(out, "%s%s", i != 0 ? " " : "",
			    l->payloads[i].name);
}

static void text_vibs(const struct ek_imgdb *db, struct ek_buf *out)
{
	int name = 4, version = 7, vendor = 6;

	for (size_t i = 0; i < ek_imgdb_vibs(db); i++) {
		const struct ek_vibdesc *d = &ek_imgdb_vib(db, i)->d;

		name = wider(name, d->name);
		version = wider(version, d->version);
		vendor = wider(vendor, d->vendor);
	}
	ek_buf_addf(out, "\n%-*s  %-*s  %-*s  %-9s  FILES\n", name, "NAME",
		    version, "VERSION", vendor, "VENDOR", "LEVEL");
	for (size_t i = 0; i < ek_imgdb_vibs(db); i++) {
		const struct ek_dbvib *v = ek_imgdb_vib(db, i);

		ek_buf_addf(out, "%-*s  %-*s  %-*s  %-9s  ", name, v->d.name,
			    version, text(v->d.version), vendor,
			    text(v->d.vendor), ek_level_name(v->d.level));
		text_files(db, v, out);
		ek_buf_addc(out, '\n');
	}
}

/* VIBs that the profile lists and the database does not hold. */
static void text_missing(const struct ek_imgdb *db, struct ek_buf *out)
{
	const struct ek_profile *p = the_profile(db);

	for (size_t i = 0; p != NULL && i < p->n_vibs; i++)
		if (p->vibs[i].boot &&
		    ek_imgdb_find(db, p->vibs[i].id) == NULL)
			ek_buf_addf(out, "%s: in the profile, but not in the "
				    "database\n", p->vibs[i].id);
}

static void text_components(const struct ek_imgdb *db, struct ek_buf *out);

void ek_imgshow_text(const struct ek_imgdb *db, struct ek_buf *out)
{
	const char *version = ek_imgdb_esx_version(db);
	const struct ek_release *r = ek_release_find(version);

	for (size_t i = 0; i < ek_imgdb_profiles(db); i++)
		text_profile(ek_imgdb_profile_at(db, i), out);
	ek_buf_addf(out, "release   %s", version != NULL ? version
							 : "not known");
	if (r != NULL)
		ek_buf_addf(out, " (ESXi %s)", r->base);
	ek_buf_addf(out, "\nVIBs      %zu\n", ek_imgdb_vibs(db));
	text_vibs(db, out);
	text_missing(db, out);
	text_components(db, out);
}

/* ---- JSON ---------------------------------------------------------------- */

static void json_date(struct ek_json *j, const char *key, bool has,
		      const struct ek_date *d)
{
	char s[EK_DATE_SIZE];

	date_text(has, d, s);
	ek_json_str(j, key, has ? s : NULL);
}

static void json_profile(const struct ek_imgdb *db, size_t i, struct ek_json *j)
{
	const struct ek_profile *p = ek_imgdb_profile_at(db, i);
	const struct ek_dbfile *f = ek_imgdb_profile_file(db, i);

	ek_json_object(j, NULL);
	ek_json_str(j, "name", p->name);
	ek_json_str(j, "vendor", p->creator);
	ek_json_str(j, "profile_id", p->id);
	json_date(j, "creationtime", p->has_created, &p->created);
	json_date(j, "modifiedtime", p->has_modified, &p->modified);
	if (p->has_serial)
		ek_json_int(j, "serialno", p->serial);
	else
		ek_json_null(j, "serialno");
	ek_json_str(j, "description", p->description);
	ek_json_str(j, "level", ek_level_name(p->level));
	ek_json_str(j, "file", f != NULL ? f->e.name : NULL);
	ek_json_array(j, "vib_ids");
	for (size_t k = 0; k < p->n_vibs; k++)
		ek_json_str(j, NULL, p->vibs[k].id);
	ek_json_close(j);
	ek_json_close(j);
}

static void json_profiles(const struct ek_imgdb *db, struct ek_json *j)
{
	ek_json_array(j, "profiles");
	for (size_t i = 0; i < ek_imgdb_profiles(db); i++)
		json_profile(db, i, j);
	ek_json_close(j);
}

static void json_payloads(const struct ek_imgdb *db, const struct ek_dbvib *v,
			  struct ek_json *j)
{
	const struct ek_profile_vib *l = listed(db, v->id);

	ek_json_array(j, "payloads");
	for (size_t i = 0; i < v->d.n_payloads; i++) {
		const struct ek_payload *p = &v->d.payloads[i];

		ek_json_object(j, NULL);
		ek_json_str(j, "name", p->name);
		ek_json_str(j, "type", p->type);
		if (p->has_size)
			ek_json_uint(j, "size", p->size);
		else
			ek_json_null(j, "size");
		ek_json_int(j, "boot_order", p->boot_order);
		ek_json_str(j, "file",
			    l != NULL ? ek_profile_local(l, p->name) : NULL);
		ek_json_close(j);
	}
	ek_json_close(j);
}

static void json_list(struct ek_json *j, const char *key,
		      const struct ek_constraints *l)
{
	struct ek_buf b = EK_BUF_INIT;

	ek_json_array(j, key);
	for (size_t i = 0; i < l->n; i++) {
		const struct ek_constraint *c = &l->v[i];

		ek_buf_reset(&b);
		if (c->relation == NULL && c->version != NULL)
			ek_buf_addf(&b, "%s = %s", c->name, c->version);
		else
			ek_constraint_text(c, &b);
		ek_json_str(j, NULL, ek_buf_str(&b));
	}
	ek_json_close(j);
	j->out->failed |= b.failed;
	ek_buf_free(&b);
}

static void json_vib(const struct ek_imgdb *db, const struct ek_dbvib *v,
		     struct ek_json *j)
{
	const struct ek_vibdesc *d = &v->d;

	ek_json_str(j, "id", v->id);
	ek_json_str(j, "name", d->name);
	ek_json_str(j, "version", d->version);
	ek_json_str(j, "vendor", d->vendor);
	ek_json_str(j, "type", d->type);
	ek_json_str(j, "level", ek_level_name(d->level));
	ek_json_str(j, "summary", d->summary);
	json_date(j, "release_date", d->has_date, &d->date);
	ek_json_bool(j, "overlay", d->overlay);
	ek_json_bool(j, "in_profile", listed(db, v->id) != NULL);
	ek_json_bool(j, "orig", v->orig != NULL);
	ek_json_bool(j, "signed", v->sig != NULL && v->sig->e.size != 0);
	ek_json_str(j, "file", v->xml->e.name);
	json_list(j, "depends", &d->depends);
	json_list(j, "conflicts", &d->conflicts);
	json_list(j, "replaces", &d->replaces);
	json_list(j, "provides", &d->provides);
	ek_json_uint(j, "n_files", d->files.n);
	json_payloads(db, v, j);
}

void ek_imgshow_vib_json(const struct ek_imgdb *db, const struct ek_dbvib *v,
			 struct ek_buf *out)
{
	struct ek_json j;

	ek_json_begin(&j, out);
	json_vib(db, v, &j);
	ek_json_array(&j, "files");
	for (size_t i = 0; i < v->d.files.n; i++)
		ek_json_str(&j, NULL, v->d.files.v[i]);
	ek_json_close(&j);
	ek_json_end(&j);
}

void ek_imgshow_profile_json(const struct ek_imgdb *db, struct ek_buf *out)
{
	struct ek_json j;

	ek_json_begin(&j, out);
	json_profiles(db, &j);
	ek_json_end(&j);
}

/* Files in the order in which the boot loader should get them. */
/* Where j is NULL, a line each to out. */
static int add_order(const struct ek_imgdb *db, struct ek_json *j,
		     struct ek_buf *out, struct ek_err *err)
{
	const struct ek_profile *p = the_profile(db);
	struct ek_local *v = NULL;
	size_t n = 0, m = 0, *order = NULL;
	int rc = EK_OK;

	if (p != NULL)
		rc = ek_imgdb_locals(db, p, 0, &v, &n, err);
	if (v != NULL)
		order = calloc(n + 1, sizeof(*order));
	if (order != NULL)
		ek_names_boot_order(v, n, false, order, &m);
	else if (rc == EK_OK && v != NULL)
		rc = ek_fail_sys(err, "boot order");
	for (size_t i = 0; v != NULL && i < m; i++)
		if (j != NULL)
			ek_json_str(j, NULL, v[order[i]].name);
		else
			ek_buf_addf(out, "%s\n", v[order[i]].name);
	free(order);
	ek_locals_free(v, n);
	return rc;
}

static int json_order(const struct ek_imgdb *db, struct ek_json *j,
		      struct ek_err *err)
{
	int rc;

	ek_json_array(j, "boot_order");
	rc = add_order(db, j, NULL, err);
	ek_json_close(j);
	return rc;
}

int ek_imgshow_order(const struct ek_imgdb *db, struct ek_buf *out,
		     struct ek_err *err)
{
	struct ek_profile *p;
	int rc = ek_imgdb_profile(db, &p, err);

	return rc == EK_OK ? add_order(db, NULL, out, err) : rc;
}

/* ---- components (7.0 and later) ------------------------------------------ */

/* b is NULL where the file is no bulletin, which why tells. */
typedef void component_fn(const struct ek_bulletin *b, const char *file,
			  bool reserved, const char *why, void *with);

/* False: no memory. One that cannot be read is carried along all the same, and
 * said to be so. */
static bool each_component(const struct ek_imgdb *db, component_fn *tell,
			   void *with)
{
	const struct ek_dbfile *f;
	bool reserved;
	size_t pos = 0;

	while ((f = ek_imgdb_next_bulletin(db, &pos, &reserved)) != NULL) {
		struct ek_err why = EK_ERR_INIT;
		struct ek_bulletin b;
		int rc = ek_bulletin_parse(&b, f->e.name, f->data,
					   (size_t)f->e.size, &why);

		if (rc == EK_ESYS)
			return false;
		tell(rc == EK_OK ? &b : NULL, f->e.name, reserved, why.msg,
		     with);
		if (rc == EK_OK)
			ek_bulletin_clear(&b);
	}
	return true;
}

/* The table, and how wide its columns are. */
struct components {
	int name, version;
	struct ek_buf *out;
	size_t n;
};

static const char *name_of(const struct ek_bulletin *b)
{
	return b->component != NULL ? b->component : b->id;
}

static void measure(const struct ek_bulletin *b, const char *file,
		    bool reserved, const char *why, void *with)
{
	struct components *c = with;

	(void)file;
	(void)reserved;
	(void)why;
	c->n++;
	if (b == NULL)
		return;
	c->name = wider(c->name, name_of(b));
	c->version = wider(c->version, b->version != NULL ? b->version : "-");
}

/* "(reserved)" and the like, then what people call it. */
static void text_title(const struct ek_bulletin *b, bool reserved,
		       struct ek_buf *out)
{
	if (reserved)
		ek_buf_adds(out, "  (reserved: an add-on overrides it)");
	if (!ek_bulletin_is_component(b))
		ek_buf_adds(out, "  (a bulletin, no component)");
	if (text(b->component_ui)[0] != '\0')
		ek_buf_addf(out, "  \"%s%s%s\"", b->component_ui,
			    text(b->version_ui)[0] != '\0' ? " " : "",
			    text(b->version_ui));
}

static void text_component(const struct ek_bulletin *b, const char *file,
			   bool reserved, const char *why, void *with)
{
	const struct components *c = with;
	struct ek_buf *out = c->out;

	if (b == NULL) {
		ek_buf_addf(out, "%s: not readable: %s\n", file, why);
		return;
	}
	ek_buf_addf(out, "%-*s  %-*s ", c->name, name_of(b), c->version,
		    b->version != NULL ? b->version : "-");
	for (size_t i = 0; i < b->vib_ids.n; i++)
		ek_buf_addf(out, " %s", b->vib_ids.v[i]);
	text_title(b, reserved, out);
	ek_buf_addc(out, '\n');
}

static void text_components(const struct ek_imgdb *db, struct ek_buf *out)
{
	struct components c = { .name = 9, .version = 7, .out = out };

	if (!each_component(db, measure, &c))
		out->failed = true;
	if (c.n == 0)
		return;
	ek_buf_addf(out, "\n%-*s  %-*s  VIBS\n", c.name, "COMPONENT",
		    c.version, "VERSION");
	if (!each_component(db, text_component, &c))
		out->failed = true;
}

static void json_strings(struct ek_json *j, const char *key,
			 const struct ek_strs *l)
{
	ek_json_array(j, key);
	for (size_t i = 0; i < l->n; i++)
		ek_json_str(j, NULL, l->v[i]);
	ek_json_close(j);
}

/* ek_json_str() takes NULL: all texts but the file are null in one that is not
 * readable. */
static void json_component(const struct ek_bulletin *b, const char *file,
			   bool reserved, const char *why, void *with)
{
	static const struct ek_bulletin none = { .id = NULL };
	struct ek_json *j = with;

	ek_json_object(j, NULL);
	ek_json_str(j, "file", file);
	ek_json_bool(j, "reserved", reserved);
	ek_json_str(j, "error", b == NULL ? why : NULL);
	b = b != NULL ? b : &none;
	ek_json_str(j, "id", b->id);
	ek_json_str(j, "name", b->component);
	ek_json_str(j, "ui_name", b->component_ui);
	ek_json_str(j, "version", b->version);
	ek_json_str(j, "ui_version", b->version_ui);
	ek_json_str(j, "vendor", b->vendor);
	ek_json_str(j, "summary", b->summary);
	ek_json_str(j, "severity", b->severity);
	ek_json_str(j, "category", b->category);
	ek_json_str(j, "urgency", b->urgency);
	ek_json_str(j, "release_type", b->release_type);
	ek_json_str(j, "kb_url", b->kb_url);
	ek_json_str(j, "contact", b->contact);
	ek_json_str(j, "release_date", b->release_date);
	json_strings(j, "platforms", &b->platforms);
	json_strings(j, "vib_ids", &b->vib_ids);
	ek_json_close(j);
}

static void json_components(const struct ek_imgdb *db, struct ek_json *j)
{
	ek_json_array(j, "components");
	if (!each_component(db, json_component, j))
		j->out->failed = true;
	ek_json_close(j);
}

int ek_imgshow_json(const struct ek_imgdb *db, struct ek_buf *out,
		    struct ek_err *err)
{
	const char *version = ek_imgdb_esx_version(db);
	const struct ek_release *r = ek_release_find(version);
	const struct ek_dbfile *f;
	struct ek_json j;
	size_t pos = 0;
	int rc;

	ek_json_begin(&j, out);
	ek_json_str(&j, "file", ek_imgdb_name(db));
	ek_json_str(&j, "esx_version", version);
	ek_json_str(&j, "release", r != NULL ? r->base : NULL);
	json_profiles(db, &j);
	ek_json_array(&j, "vibs");
	for (size_t i = 0; i < ek_imgdb_vibs(db); i++) {
		ek_json_object(&j, NULL);
		json_vib(db, ek_imgdb_vib(db, i), &j);
		ek_json_close(&j);
	}
	ek_json_close(&j);
	rc = json_order(db, &j, err);
	json_components(db, &j);
	ek_json_array(&j, "other_files");
	while ((f = ek_imgdb_next_other(db, &pos)) != NULL)
		ek_json_str(&j, NULL, f->e.name);
	ek_json_close(&j);
	ek_json_end(&j);
	return rc;
}

/* ---- single answers ------------------------------------------------------ */

int ek_imgshow_find(const struct ek_imgdb *db, const char *name,
		    const struct ek_dbvib **v, struct ek_err *err)
{
	*v = ek_imgdb_find(db, name);
	if (*v != NULL)
		return EK_OK;
	for (size_t i = 0; i < ek_imgdb_vibs(db); i++) {
		const struct ek_dbvib *d = ek_imgdb_vib(db, i);

		if (strcmp(d->d.name, name) != 0)
			continue;
		if (*v != NULL)
			return ek_fail(err, EK_EREFUSE, "'%s' has several VIBs "
				       "'%s': give the id, '%s' or '%s'",
				       ek_imgdb_name(db), name, (*v)->id,
				       d->id);
		*v = d;
	}
	if (*v == NULL)
		return ek_fail(err, EK_EREFUSE, "'%s' has no VIB '%s'",
			       ek_imgdb_name(db), name);
	return EK_OK;
}

static int no_value(const struct ek_imgdb *db, const char *key,
		    struct ek_err *err)
{
	return ek_fail(err, EK_EREFUSE, "'%s' has no %s", ek_imgdb_name(db),
		       key);
}

static int get_profile(const struct ek_imgdb *db, const char *key,
		       struct ek_buf *out, struct ek_err *err)
{
	char date[EK_DATE_SIZE], serial[32];
	const char *value = NULL;
	struct ek_profile *p;
	int rc = ek_imgdb_profile(db, &p, err);

	if (rc != EK_OK)
		return rc;
	snprintf(serial, sizeof(serial), "%lld", (long long)p->serial);
	if (strcmp(key, "name") == 0)
		value = p->name;
	else if (strcmp(key, "vendor") == 0)
		value = p->creator;
	else if (strcmp(key, "profile-id") == 0)
		value = p->id;
	else if (strcmp(key, "description") == 0)
		value = p->description;
	else if (strcmp(key, "level") == 0)
		value = ek_level_name(p->level);
	else if (strcmp(key, "serialno") == 0)
		value = p->has_serial ? serial : NULL;
	else if (strcmp(key, "creationtime") == 0) {
		date_text(p->has_created, &p->created, date);
		value = p->has_created ? date : NULL;
	} else if (strcmp(key, "modifiedtime") == 0) {
		date_text(p->has_modified, &p->modified, date);
		value = p->has_modified ? date : NULL;
	} else {
		return ek_fail(err, EK_EARG, "'%s' is no key: esx-version, "
			       "release, name, vendor, profile-id, "
			       "creationtime, modifiedtime, serialno, "
			       "description or level", key);
	}
	ek_buf_adds(out, text(value));
	return value != NULL ? EK_OK : no_value(db, key, err);
}

int ek_imgshow_get(const struct ek_imgdb *db, const char *key,
		   struct ek_buf *out, struct ek_err *err)
{
	const char *version = ek_imgdb_esx_version(db);
	const struct ek_release *r = ek_release_find(version);

	if (strcmp(key, "esx-version") == 0) {
		ek_buf_adds(out, text(version));
		return version != NULL ? EK_OK : no_value(db, key, err);
	}
	if (strcmp(key, "release") == 0) {
		ek_buf_adds(out, r != NULL ? r->base : "");
		return r != NULL ? EK_OK : no_value(db, key, err);
	}
	return get_profile(db, key, out, err);
}

static bool owns(const struct ek_vibdesc *d, const char *path, bool *nomem)
{
	bool found = false;

	for (size_t i = 0; i < d->files.n && !found && !*nomem; i++) {
		char *p = ek_relations_path(d->files.v[i], nomem);

		found = p != NULL && strcmp(p, path) == 0;
		free(p);
	}
	return found;
}

int ek_imgshow_owners(const struct ek_imgdb *db, const char *path,
		      struct ek_buf *out, bool *any, struct ek_err *err)
{
	bool nomem;
	char *want = ek_relations_path(path, &nomem);

	*any = false;
	if (want == NULL && !nomem)
		return ek_fail(err, EK_EARG, "'%s' is no path of a file", path);
	for (size_t i = 0; i < ek_imgdb_vibs(db) && !nomem; i++) {
		const struct ek_dbvib *v = ek_imgdb_vib(db, i);

		if (!owns(&v->d, want, &nomem))
			continue;
		*any = true;
		ek_buf_addf(out, "%s\n", v->id);
	}
	free(want);
	if (!nomem)
		return EK_OK;
	errno = ENOMEM;
	return ek_fail_sys(err, "image database");
}
