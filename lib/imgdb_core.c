/* SPDX-License-Identifier: BSD-2-Clause */
/* imgdb_core.c - an image database in memory: what it holds, how it changes */
#include "os.h"

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/names.h"
#include "ek/path.h"
#include "ek/profile.h"
#include "ek/release.h"
#include "ek/version.h"
#include "imgdb_int.h"

int ek_imgdb_nomem(struct ek_err *err)
{
	errno = ENOMEM;
	return ek_fail_sys(err, "image database");
}

/* ---- the object ---------------------------------------------------------- */

int ek_imgdb_new(struct ek_imgdb **out, struct ek_err *err)
{
	struct ek_imgdb *db = calloc(1, sizeof(*db));

	*out = NULL;
	if (db == NULL)
		return ek_imgdb_nomem(err);
	db->name = strdup("new image database");
	if (db->name == NULL) {
		free(db);
		return ek_imgdb_nomem(err);
	}
	*out = db;
	return EK_OK;
}

void ek_imgdb_free_file(struct ek_dbfile *f)
{
	if (f == NULL)
		return;
	ek_entry_clear(&f->e);
	free(f->data);
	free(f->owner);
	free(f);
}

static void free_vib(struct ek_dbvib *v)
{
	ek_vibdesc_clear(&v->d);
	free(v->id);
}

void ek_imgdb_free(struct ek_imgdb **out)
{
	struct ek_imgdb *db = *out;

	if (db == NULL)
		return;
	for (size_t i = 0; i < db->n_vibs; i++)
		free_vib(&db->vibs[i]);
	for (size_t i = 0; i < db->n_profiles; i++) {
		ek_profile_free(&db->profiles[i].p);
		free(db->profiles[i].name);
		free(db->profiles[i].creator);
	}
	for (size_t i = 0; i < db->n_files; i++)
		ek_imgdb_free_file(db->files[i]);
	free(db->vibs);
	free(db->profiles);
	free(db->files);
	free(db->raw);
	free(db->name);
	free(db);
	*out = NULL;
}

int ek_imgdb_put_file(struct ek_imgdb *db, struct ek_dbfile *f,
		      struct ek_err *err)
{
	if (db->n_files == db->cap_files) {
		size_t cap = db->cap_files != 0 ? db->cap_files * 2 : 256;
		struct ek_dbfile **v = reallocarray(db->files, cap,
						    sizeof(struct ek_dbfile *));

		if (v == NULL)
			return ek_imgdb_nomem(err);
		db->files = v;
		db->cap_files = cap;
	}
	db->files[db->n_files++] = f;
	return EK_OK;
}

int ek_imgdb_put_profile(struct ek_imgdb *db, struct ek_profile *p,
			 struct ek_dbfile *f, struct ek_err *err)
{
	struct profile *v = reallocarray(db->profiles, db->n_profiles + 1,
					 sizeof(*v)), *slot;

	if (v == NULL)
		return ek_imgdb_nomem(err);
	db->profiles = v;
	slot = &v[db->n_profiles];
	*slot = (struct profile){ .file = f };
	slot->name = strdup(p->name);
	slot->creator = strdup(p->creator);
	if (slot->name == NULL || slot->creator == NULL) {
		free(slot->name);
		free(slot->creator);
		return ek_imgdb_nomem(err);
	}
	slot->p = p;
	db->n_profiles++;
	return EK_OK;
}

/* ---- looking ------------------------------------------------------------- */

const char *ek_imgdb_name(const struct ek_imgdb *db)
{
	return db->name;
}

size_t ek_imgdb_vibs(const struct ek_imgdb *db)
{
	return db->n_vibs;
}

const struct ek_dbvib *ek_imgdb_vib(const struct ek_imgdb *db, size_t i)
{
	return &db->vibs[i];
}

const struct ek_dbvib *ek_imgdb_find(const struct ek_imgdb *db, const char *id)
{
	size_t low = 0, high = db->n_vibs;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = strcmp(db->vibs[mid].id, id);

		if (c == 0)
			return &db->vibs[mid];
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

size_t ek_imgdb_profiles(const struct ek_imgdb *db)
{
	return db->n_profiles;
}

struct ek_profile *ek_imgdb_profile_at(const struct ek_imgdb *db, size_t i)
{
	return db->profiles[i].p;
}

const struct ek_dbfile *ek_imgdb_profile_file(const struct ek_imgdb *db,
					      size_t i)
{
	return db->profiles[i].file;
}

int ek_imgdb_profile(const struct ek_imgdb *db, struct ek_profile **p,
		     struct ek_err *err)
{
	*p = NULL;
	if (db->n_profiles == 0)
		return ek_fail(err, EK_EREFUSE, "'%s' has no image profile: "
			       "the installer needs exactly one", db->name);
	if (db->n_profiles > 1)
		return ek_fail(err, EK_EREFUSE, "'%s' has %zu image profiles "
			       "('%s', '%s'...): the installer needs exactly "
			       "one", db->name, db->n_profiles,
			       db->profiles[0].p->name,
			       db->profiles[1].p->name);
	*p = db->profiles[0].p;
	return EK_OK;
}

const struct ek_dbfile *ek_imgdb_next_other(const struct ek_imgdb *db,
					    size_t *pos)
{
	while (*pos < db->n_files) {
		const struct ek_dbfile *f = db->files[(*pos)++];

		if (ek_imgdb_is_other(f))
			return f;
	}
	return NULL;
}

bool ek_imgdb_keeps_hyphen(const struct ek_imgdb *db, bool otherwise)
{
	for (size_t i = 0; i < db->n_vibs; i++) {
		const struct ek_vibdesc *d = &db->vibs[i].d;
		const struct ek_release *r;

		if (strcmp(d->name, "esx-base") != 0)
			continue;
		r = ek_release_find(d->version);
		if (r != NULL)
			return r->keeps_hyphen;
	}
	return otherwise;
}

bool ek_imgdb_has_orig(const struct ek_imgdb *db)
{
	for (size_t i = 0; i < db->n_vibs; i++)
		if (db->vibs[i].orig != NULL)
			return true;
	return false;
}

bool ek_imgdb_has_sig(const struct ek_imgdb *db)
{
	for (size_t i = 0; i < db->n_vibs; i++)
		if (db->vibs[i].sig != NULL)
			return true;
	return false;
}

/* The highest esx-version among the provides of d, or best. */
static const char *esx_version(const struct ek_vibdesc *d, const char *best)
{
	for (size_t i = 0; i < d->provides.n; i++) {
		const struct ek_constraint *p = &d->provides.v[i];

		if (strcmp(p->name, "esx-version") != 0 || p->version == NULL ||
		    !ek_version_valid(p->version))
			continue;
		if (best == NULL || ek_version_cmp(p->version, best) > 0)
			best = p->version;
	}
	return best;
}

const struct ek_dbfile *ek_imgdb_next_bulletin(const struct ek_imgdb *db,
					       size_t *pos, bool *reserved)
{
	static const char plain[] = "var/db/esximg/bulletins/",
		overridden[] = "var/db/esximg/reservedComponents/";
	const struct ek_dbfile *f;

	while ((f = ek_imgdb_next_other(db, pos)) != NULL) {
		*reserved = strncmp(f->e.name, overridden,
				    sizeof(overridden) - 1) == 0;
		if (f->e.type == EK_FT_FILE &&
		    (*reserved || strncmp(f->e.name, plain,
					  sizeof(plain) - 1) == 0))
			return f;
	}
	return NULL;
}

const char *ek_imgdb_esx_version(const struct ek_imgdb *db)
{
	const struct ek_profile *p =
		db->n_profiles == 1 ? db->profiles[0].p : NULL;
	const char *best = NULL;

	for (size_t i = 0; i < db->n_vibs; i++)
		if (p == NULL || ek_profile_find(p, db->vibs[i].id) != NULL)
			best = esx_version(&db->vibs[i].d, best);
	return best;
}

/* ---- local names --------------------------------------------------------- */

static int by_payload(const void *a, const void *b)
{
	const struct ek_local *x = a, *y = b;
	int c = strcmp(x->vib_id, y->vib_id);

	return c != 0 ? c : strcmp(x->payload, y->payload);
}

void ek_locals_sort(struct ek_local *v, size_t n)
{
	if (n != 0)
		qsort(v, n, sizeof(*v), by_payload);
}

void ek_imgdb_local(const struct ek_dbvib *v, const char *payload,
		    struct ek_local *l)
{
	if (v == NULL)
		return;
	l->overlay = v->d.overlay;
	l->locker = v->d.type != NULL && strcmp(v->d.type, "locker") == 0;
	for (size_t i = 0; i < v->d.n_payloads; i++) {
		const struct ek_payload *p = &v->d.payloads[i];

		if (strcmp(p->name, payload) != 0)
			continue;
		l->type = p->type;
		l->vfat_name = p->vfat_name;
		l->boot_order = p->boot_order;
		return;
	}
}

static int local_of(const struct ek_imgdb *db, const struct ek_profile_vib *v,
		    struct ek_local *all, size_t *n, struct ek_err *err)
{
	const struct ek_dbvib *dv = ek_imgdb_find(db, v->id);

	for (size_t i = 0; i < v->n_payloads; i++) {
		struct ek_local *l = &all[*n];

		*l = (struct ek_local){
			.vib_id = v->id,
			.payload = v->payloads[i].payload,
			.name = strdup(v->payloads[i].name),
		};
		if (l->name == NULL)
			return ek_imgdb_nomem(err);
		ek_imgdb_local(dv, l->payload, l);
		(*n)++;
	}
	return EK_OK;
}

int ek_imgdb_locals(const struct ek_imgdb *db, const struct ek_profile *p,
		    size_t extra, struct ek_local **v, size_t *n,
		    struct ek_err *err)
{
	struct ek_local *all = calloc(p->n_payloads + extra + 1, sizeof(*all));
	int rc = EK_OK;

	*v = NULL;
	*n = 0;
	if (all == NULL)
		return ek_imgdb_nomem(err);
	for (size_t i = 0; i < p->n_vibs && rc == EK_OK; i++)
		if (p->vibs[i].boot)
			rc = local_of(db, &p->vibs[i], all, n, err);
	if (rc != EK_OK) {
		ek_locals_free(all, *n);
		*n = 0;
		return rc;
	}
	ek_locals_sort(all, *n);
	*v = all;
	return EK_OK;
}

/* ---- changing ------------------------------------------------------------ */

bool ek_imgdb_changed(const struct ek_imgdb *db)
{
	if (db->changed)
		return true;
	for (size_t i = 0; i < db->n_profiles; i++)
		if (db->profiles[i].p->changed)
			return true;
	return false;
}

int ek_imgdb_set_profile(struct ek_imgdb *db, struct ek_profile *p,
			 struct ek_err *err)
{
	int rc;

	if (db->n_profiles != 0)
		return ek_fail(err, EK_EREFUSE, "'%s' has a profile already",
			       db->name);
	rc = ek_imgdb_put_profile(db, p, NULL, err);
	if (rc == EK_OK)
		db->changed = true;
	return rc;
}

/* An entry made by us: 0644, owner 0:0, no owner names. path and data become
 * its own, also where this fails. */
static int new_file(struct ek_dbfile **out, char *path, char *data, size_t len,
		    const char *owner, struct ek_err *err)
{
	struct ek_dbfile *f = calloc(1, sizeof(*f));

	*out = NULL;
	if (f == NULL || path == NULL || data == NULL) {
		free(f);
		free(path);
		free(data);
		return ek_imgdb_nomem(err);
	}
	f->e.name = path;
	f->e.type = EK_FT_FILE;
	f->e.mode = 0644;
	f->e.size = len;
	f->data = data;
	f->added = true;
	if (owner != NULL) {
		f->owner = strdup(owner);
		if (f->owner == NULL) {
			ek_imgdb_free_file(f);
			return ek_imgdb_nomem(err);
		}
	}
	*out = f;
	return EK_OK;
}

static char *copy(const void *data, size_t len)
{
	char *p = malloc(len + 1);

	if (p == NULL)
		return NULL;
	if (len != 0)
		memcpy(p, data, len);
	p[len] = '\0';
	return p;
}

static char *join(const char *a, const char *b)
{
	char *text;

	return asprintf(&text, "%s%s", a, b) < 0 ? NULL : text;
}

static bool has_path(const struct ek_imgdb *db, const char *path,
		     const char *suffix)
{
	size_t n = strlen(path);

	for (size_t i = 0; i < db->n_files; i++) {
		const char *name = db->files[i]->e.name;

		if (strncmp(name, path, n) == 0 &&
		    strcmp(name + n, suffix) == 0)
			return true;
	}
	return false;
}

static bool is_taken(const struct ek_imgdb *db, const char *path)
{
	return has_path(db, path, "") || has_path(db, path, ".sig") ||
	       has_path(db, path, ".orig");
}

/* Text of a VIB that goes into names, lists and messages. */
static bool is_text(const char *s)
{
	if (s == NULL || s[0] == '\0')
		return false;
	for (; *s != '\0'; s++)
		if (*s < 0x21 || *s > 0x7e)
			return false;
	return true;
}

static int check_texts(const struct ek_dbadd *a, const struct ek_dbvib *v,
		       struct ek_err *err)
{
	if (!is_text(v->id))
		return ek_fail(err, EK_EREFUSE, "'%s': the VIB id '%s' has "
			       "other characters than printable ASCII", a->label,
			       v->id);
	if (!is_text(v->d.name) || strchr(v->d.name, '/') != NULL)
		return ek_fail(err, EK_EREFUSE, "'%s': the VIB name '%s' "
			       "cannot be a file name", a->label, v->d.name);
	for (size_t i = 0; i < v->d.n_payloads; i++)
		if (!is_text(v->d.payloads[i].name))
			return ek_fail(err, EK_EREFUSE, "'%s': the payload "
				       "name '%s' has other characters than "
				       "printable ASCII", a->label,
				       v->d.payloads[i].name);
	return EK_OK;
}

/* Numbers tried for a name: one clash is chance, a thousand are made. */
enum { CLASHES_MAX = 1000 };

/* The 32-bit name; on a clash the next free number (imgdb.5, "File names"). */
static int free_path(const struct ek_imgdb *db, const struct ek_dbadd *a,
		     const struct ek_dbvib *v, char **path, struct ek_err *err)
{
	int64_t number = ek_hash_string(v->id, 32);

	for (int i = 0; i < CLASHES_MAX; i++) {
		if (asprintf(path, EK_DB_VIBS "%s-%lld.xml", v->d.name,
			     (long long)number++) < 0) {
			*path = NULL;
			return ek_imgdb_nomem(err);
		}
		if (!is_taken(db, *path))
			return EK_OK;
		free(*path);
		*path = NULL;
	}
	return ek_fail(err, EK_EREFUSE, "'%s': the file name of the VIB in the "
		       "database and the next %d are taken", a->label,
		       CLASHES_MAX - 1);
}

/* The same, and short enough for ESXi (imgdb.5, "Limit"). */
static int make_path(const struct ek_imgdb *db, const struct ek_dbadd *a,
		     const struct ek_dbvib *v, char **path, struct ek_err *err)
{
	size_t len;
	int rc = free_path(db, a, v, path, err);

	if (rc != EK_OK)
		return rc;
	len = strlen(*path) + (a->orig ? strlen(".orig") :
			       a->keep_sig ? strlen(".sig") : 0);
	if (len <= EK_IMGDB_PATH)
		return EK_OK;
	free(*path);
	*path = NULL;
	return ek_fail(err, EK_EREFUSE, "'%s': the VIB name is too long: its "
		       "path in the database would have %zu characters, ESXi "
		       "takes %u", a->label, len, EK_IMGDB_PATH);
}

/* The three files of a new VIB, of which orig and sig may be NULL. */
struct trio {
	struct ek_dbfile *xml, *orig, *sig;
};

static int make_trio(const struct ek_imgdb *db, const struct ek_dbadd *a,
		     const struct ek_dbvib *v, struct trio *t,
		     struct ek_err *err)
{
	struct ek_buf b = EK_BUF_INIT;
	char *path, *xml = NULL;
	size_t len = 0;
	int rc = make_path(db, a, v, &path, err);

	if (rc != EK_OK)
		return rc;
	ek_vibdesc_write(&v->d, EK_VIBDESC_DATABASE, &b);
	rc = ek_buf_take(&b, "image database", &xml, &len, err);
	if (rc == EK_OK && a->orig)
		rc = new_file(&t->orig, join(path, ".orig"),
			      copy(a->text, a->len), a->len, v->id, err);
	if (rc == EK_OK && a->keep_sig)
		rc = new_file(&t->sig, join(path, ".sig"),
			      copy(a->sig, a->sig_len), a->sig_len, v->id, err);
	if (rc == EK_OK)
		return new_file(&t->xml, path, xml, len, v->id, err);
	free(xml);
	free(path);
	ek_buf_free(&b);
	return rc;
}

/* Where id goes among the sorted VIBs, with room made for it. */
static struct ek_dbvib *make_slot(struct ek_imgdb *db, const char *id)
{
	struct ek_dbvib *v = reallocarray(db->vibs, db->n_vibs + 1, sizeof(*v));
	size_t at = db->n_vibs;

	if (v == NULL)
		return NULL;
	db->vibs = v;
	while (at > 0 && strcmp(v[at - 1].id, id) > 0)
		at--;
	memmove(v + at + 1, v + at, (db->n_vibs - at) * sizeof(*v));
	db->n_vibs++;
	return v + at;
}

static int put_trio(struct ek_imgdb *db, struct trio *t, struct ek_err *err)
{
	struct ek_dbfile **all[] = { &t->xml, &t->sig, &t->orig };
	int rc = EK_OK;

	for (size_t i = 0; i < 3 && rc == EK_OK; i++) {
		if (*all[i] == NULL)
			continue;
		rc = ek_imgdb_put_file(db, *all[i], err);
		if (rc == EK_OK)
			*all[i] = NULL;
	}
	return rc;
}

/* A failure here is a lack of memory: the database is of no use any more. */
static int put_vib(struct ek_imgdb *db, struct ek_dbvib *v, struct trio *t,
		   struct ek_err *err)
{
	struct ek_dbvib *slot;
	int rc;

	v->xml = t->xml;
	v->orig = t->orig;
	v->sig = t->sig;
	rc = put_trio(db, t, err);
	if (rc != EK_OK)
		return rc;
	slot = make_slot(db, v->id);
	if (slot == NULL)
		return ek_imgdb_nomem(err);
	*slot = *v;
	*v = (struct ek_dbvib){ .id = NULL };
	db->changed = true;
	return EK_OK;
}

/* The VIB that a describes, without files yet. */
static int parse_add(const struct ek_dbadd *a, struct ek_dbvib *v,
		     struct ek_err *err)
{
	int rc;

	*v = (struct ek_dbvib){ .added = true };
	rc = ek_vibdesc_parse(&v->d, a->label, a->text, a->len, err);
	if (rc != EK_OK)
		return rc;
	v->id = ek_vibdesc_id(&v->d);
	return v->id != NULL ? EK_OK : ek_imgdb_nomem(err);
}

int ek_imgdb_add(struct ek_imgdb *db, const struct ek_dbadd *a,
		 struct ek_err *err)
{
	struct trio t = { NULL, NULL, NULL };
	struct ek_dbvib v;
	int rc = parse_add(a, &v, err);

	if (rc == EK_OK)
		rc = check_texts(a, &v, err);
	if (rc == EK_OK && ek_imgdb_find(db, v.id) != NULL)
		rc = ek_fail(err, EK_EREFUSE, "'%s': VIB '%s' is in '%s' "
			     "already", a->label, v.id, db->name);
	if (rc == EK_OK && db->n_vibs >= EK_IMGDB_VIBS)
		rc = ek_fail(err, EK_ELIMIT, "'%s' would have more than %u "
			     "VIBs", db->name, EK_IMGDB_VIBS);
	if (rc == EK_OK)
		rc = make_trio(db, a, &v, &t, err);
	if (rc == EK_OK)
		rc = put_vib(db, &v, &t, err);
	ek_imgdb_free_file(t.xml);
	ek_imgdb_free_file(t.orig);
	ek_imgdb_free_file(t.sig);
	free_vib(&v);
	return rc;
}

static bool same_bytes(const struct ek_dbfile *f, const void *data, size_t len)
{
	return f->e.size == len &&
	       (len == 0 || memcmp(f->data, data, len) == 0);
}

/* Do both say the same, as descriptors? What a host adds, the date of its
 * installation, is no difference: ESXi does not look at it either. */
int ek_imgdb_same_desc(const struct ek_vibdesc *x, const struct ek_vibdesc *y,
		       bool *same, struct ek_err *err)
{
	struct ek_buf a = EK_BUF_INIT, b = EK_BUF_INIT;
	int rc;

	ek_vibdesc_write(x, EK_VIBDESC_VIB, &a);
	ek_vibdesc_write(y, EK_VIBDESC_VIB, &b);
	rc = ek_buf_check(&a, "image database", err);
	if (rc == EK_OK)
		rc = ek_buf_check(&b, "image database", err);
	*same = rc == EK_OK && strcmp(ek_buf_str(&a), ek_buf_str(&b)) == 0;
	ek_buf_free(&a);
	ek_buf_free(&b);
	return rc;
}

int ek_imgdb_same(const struct ek_dbvib *v, const struct ek_dbadd *a,
		  bool *same, struct ek_err *err)
{
	struct ek_dbvib n;
	int rc;

	*same = false;
	if (v->sig != NULL && !same_bytes(v->sig, a->sig, a->sig_len))
		return EK_OK;
	if (v->orig != NULL && v->orig->e.size != 0) {
		*same = same_bytes(v->orig, a->text, a->len);
		return EK_OK;
	}
	rc = parse_add(a, &n, err);
	if (rc == EK_OK)
		rc = ek_imgdb_same_desc(&v->d, &n.d, same, err);
	free_vib(&n);
	return rc;
}

int ek_imgdb_check_orig(const struct ek_dbvib *v, struct ek_err *err)
{
	const struct ek_dbfile *orig = v->orig;
	struct ek_vibdesc o;
	bool same = false;
	char *id = NULL;
	int rc = ek_vibdesc_parse(&o, orig->e.name, orig->data,
				  (size_t)orig->e.size, err);

	if (rc != EK_OK)
		return rc;
	id = ek_vibdesc_id(&o);
	if (id == NULL)
		rc = ek_fail_sys(err, "'%s'", orig->e.name);
	else if (strcmp(id, v->id) != 0)
		rc = ek_fail(err, EK_EREFUSE, "'%s' is the descriptor of VIB"
			     " '%s', not of '%s'", orig->e.name, id, v->id);
	if (rc == EK_OK)
		rc = ek_imgdb_same_desc(&v->d, &o, &same, err);
	if (rc == EK_OK && !same)
		rc = ek_fail(err, EK_EREFUSE, "'%s' does not say the same as"
			     " '%s': which of the two describes the VIB?",
			     orig->e.name, v->xml->e.name);
	free(id);
	ek_vibdesc_clear(&o);
	return rc;
}

void ek_imgdb_remove(struct ek_imgdb *db, const char *id)
{
	struct ek_dbvib *v = NULL;
	size_t n = 0, at;

	for (at = 0; at < db->n_vibs; at++)
		if (strcmp(db->vibs[at].id, id) == 0)
			break;
	if (at == db->n_vibs)
		return;
	v = &db->vibs[at];
	for (size_t i = 0; i < db->n_files; i++) {
		struct ek_dbfile *f = db->files[i];

		if (f->owner != NULL && strcmp(f->owner, v->id) == 0)
			ek_imgdb_free_file(f);
		else
			db->files[n++] = f;
	}
	db->n_files = n;
	free_vib(v);
	memmove(v, v + 1, (db->n_vibs - at - 1) * sizeof(*v));
	db->n_vibs--;
	db->changed = true;
}
