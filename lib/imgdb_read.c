/* SPDX-License-Identifier: BSD-2-Clause */
/* imgdb_read.c - from the bytes of an image database to what it holds */
#include "os.h"

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/inflate.h"
#include "ek/io.h"
#include "ek/path.h"
#include "ek/profile.h"
#include "ek/tarball.h"
#include "ek/xml.h"
#include "imgdb_int.h"

static bool ends_with(const char *s, const char *tail)
{
	size_t n = strlen(s), m = strlen(tail);

	return n >= m && strcmp(s + n - m, tail) == 0;
}

static bool begins(const char *s, const char *head)
{
	return strncmp(s, head, strlen(head)) == 0;
}

static bool is_companion(const char *path)
{
	return ends_with(path, ".orig") || ends_with(path, ".sig");
}

static bool is_vib_file(const struct ek_dbfile *f)
{
	return f->e.type == EK_FT_FILE && begins(f->e.name, EK_DB_VIBS) &&
	       !is_companion(f->e.name);
}

static bool is_profile_file(const struct ek_dbfile *f)
{
	return f->e.type == EK_FT_FILE && begins(f->e.name, EK_DB_PROFILES);
}

bool ek_imgdb_is_other(const struct ek_dbfile *f)
{
	return f->e.type != EK_FT_DIR && f->owner == NULL &&
	       !is_profile_file(f);
}

/* ---- the entries of the tar ---------------------------------------------- */

static char *copy_text(const char *s, bool *nomem)
{
	char *text;

	if (s == NULL)
		return NULL;
	text = strdup(s);
	if (text == NULL)
		*nomem = true;
	return text;
}

static int copy_entry(struct ek_entry *to, const struct ek_entry *from,
		      struct ek_err *err)
{
	bool nomem = false;

	*to = *from;
	to->name = copy_text(from->name, &nomem);
	to->link = copy_text(from->link, &nomem);
	to->uname = copy_text(from->uname, &nomem);
	to->gname = copy_text(from->gname, &nomem);
	return nomem ? ek_imgdb_nomem(err) : EK_OK;
}

static int check_entry(const struct ek_imgdb *db, const struct ek_entry *e,
		       uint64_t room, struct ek_err *err)
{
	const char *why = ek_path_problem(e->name, strlen(e->name));

	if (why != NULL)
		return ek_fail(err, EK_EFORMAT, "'%s': member '%s' %s",
			       db->name, e->name, why);
	if (e->type == EK_FT_FILE && e->size > room)
		return ek_fail(err, EK_ELIMIT, "'%s': member '%s': more than "
			       "%u bytes in all", db->name, e->name, EK_IMGDB_MAX);
	if (e->type == EK_FT_FILE && e->size > EK_XML_MAX &&
	    (begins(e->name, EK_DB_VIBS) || begins(e->name, EK_DB_PROFILES)))
		return ek_fail(err, EK_ELIMIT, "'%s': member '%s' has %llu "
			       "bytes, at most %u are taken", db->name, e->name,
			       (unsigned long long)e->size, EK_XML_MAX);
	if (db->n_files >= EK_IMGDB_ENTRIES)
		return ek_fail(err, EK_ELIMIT, "'%s' has more than %u entries",
			       db->name, EK_IMGDB_ENTRIES);
	return EK_OK;
}

static int read_entry(struct ek_imgdb *db, struct ek_tarball *t,
		      const struct ek_entry *e, uint64_t *room,
		      struct ek_err *err)
{
	struct ek_dbfile *f;
	size_t len = 0;
	int rc = check_entry(db, e, *room, err);

	if (rc != EK_OK)
		return rc;
	f = calloc(1, sizeof(*f));
	if (f == NULL)
		return ek_imgdb_nomem(err);
	rc = copy_entry(&f->e, e, err);
	if (rc == EK_OK && e->type == EK_FT_FILE) {
		rc = ek_tarball_slurp(t, (size_t)*room, &f->data, &len, err);
		f->e.size = len;
		*room -= len;
	}
	if (rc == EK_OK)
		rc = ek_imgdb_put_file(db, f, err);
	if (rc != EK_OK)
		ek_imgdb_free_file(f);
	return rc;
}

static int read_entries(struct ek_imgdb *db, struct ek_in *in,
			struct ek_err *err)
{
	const struct ek_entry *e;
	struct ek_tarball *t;
	uint64_t room = EK_IMGDB_MAX;
	int rc = ek_tarball_open(&t, in, err);

	while (rc == EK_OK) {
		rc = ek_tarball_next(t, &e, err);
		if (rc == EK_OK)
			rc = read_entry(db, t, e, &room, err);
	}
	ek_tarball_close(&t);
	return rc == EK_END ? EK_OK : rc;
}

static int by_path(const void *a, const void *b)
{
	const struct ek_dbfile *const *x = a, *const *y = b;

	return strcmp((*x)->e.name, (*y)->e.name);
}

/* All entries sorted by path; free() it. */
static struct ek_dbfile **sorted(const struct ek_imgdb *db)
{
	struct ek_dbfile **v = calloc(db->n_files + 1,
				     sizeof(struct ek_dbfile *));

	if (v == NULL)
		return NULL;
	if (db->n_files != 0) {
		memcpy(v, db->files,
		       db->n_files * sizeof(struct ek_dbfile *));
		qsort(v, db->n_files, sizeof(struct ek_dbfile *), by_path);
	}
	return v;
}

/* A directory may be there twice, nothing else. */
static int check_twice(const struct ek_imgdb *db, struct ek_dbfile *const *v,
		       struct ek_err *err)
{
	for (size_t i = 1; i < db->n_files; i++) {
		if (by_path(&v[i - 1], &v[i]) != 0)
			continue;
		if (v[i]->e.type != EK_FT_DIR || v[i - 1]->e.type != EK_FT_DIR)
			return ek_fail(err, EK_EFORMAT, "'%s': member '%s' is "
				       "there twice", db->name, v[i]->e.name);
		v[i]->again = true;
	}
	return EK_OK;
}

/* Names that mean the right thing and that no reader finds. */
static bool is_misnamed(const char *name)
{
	return strncasecmp(name, EK_DB_ROOT, strlen(EK_DB_ROOT)) == 0;
}

static int check_any(const struct ek_imgdb *db, struct ek_err *err)
{
	bool misnamed = false;

	for (size_t i = 0; i < db->n_files; i++) {
		if (is_vib_file(db->files[i]) || is_profile_file(db->files[i]))
			return EK_OK;
		misnamed |= is_misnamed(db->files[i]->e.name) &&
			    !begins(db->files[i]->e.name, EK_DB_ROOT);
	}
	if (misnamed)
		return ek_fail(err, EK_EFORMAT, "'%s': names are not in lower "
			       "case: ESXi finds nothing below '%s'", db->name,
			       EK_DB_ROOT);
	return ek_fail(err, EK_EFORMAT, "'%s' is no image database: nothing in "
		       "'" EK_DB_VIBS "' or '" EK_DB_PROFILES "'", db->name);
}

/* ---- VIBs ---------------------------------------------------------------- */

/* "FILE: MEMBER" for the messages of a parser; malloc()ed. */
static char *label(const struct ek_imgdb *db, const struct ek_dbfile *f)
{
	char *text;

	return asprintf(&text, "%s: %s", db->name, f->e.name) < 0 ? NULL : text;
}

static int parse_vib(const struct ek_imgdb *db, struct ek_dbfile *f,
		     struct ek_dbvib *v, struct ek_err *err)
{
	char *name = label(db, f);
	int rc;

	*v = (struct ek_dbvib){ .xml = f };
	if (name == NULL)
		return ek_imgdb_nomem(err);
	rc = ek_vibdesc_parse(&v->d, name, f->data, (size_t)f->e.size, err);
	free(name);
	if (rc != EK_OK)
		return rc;
	v->id = ek_vibdesc_id(&v->d);
	f->owner = v->id != NULL ? strdup(v->id) : NULL;
	if (f->owner != NULL)
		return EK_OK;
	ek_vibdesc_clear(&v->d);
	free(v->id);
	return ek_imgdb_nomem(err);
}

static int parse_vibs(struct ek_imgdb *db, struct ek_err *err)
{
	size_t n = 0;
	int rc;

	for (size_t i = 0; i < db->n_files; i++)
		n += is_vib_file(db->files[i]);
	if (n > EK_IMGDB_VIBS)
		return ek_fail(err, EK_ELIMIT, "'%s' has more than %u VIBs",
			       db->name, EK_IMGDB_VIBS);
	db->vibs = calloc(n + 1, sizeof(*db->vibs));
	if (db->vibs == NULL)
		return ek_imgdb_nomem(err);
	for (size_t i = 0; i < db->n_files; i++) {
		if (!is_vib_file(db->files[i]))
			continue;
		rc = parse_vib(db, db->files[i], &db->vibs[db->n_vibs], err);
		if (rc != EK_OK)
			return rc;
		db->n_vibs++;
	}
	return EK_OK;
}

static int by_id(const void *a, const void *b)
{
	const struct ek_dbvib *x = a, *y = b;
	int c = strcmp(x->id, y->id);

	return c != 0 ? c : strcmp(x->xml->e.name, y->xml->e.name);
}

/* Sort, and take a VIB that is there twice once: ESXi wants both to be equal,
 * and both files go with the VIB (imgdb.5, "Loading"). */
static int fold_vibs(struct ek_imgdb *db, struct ek_err *err)
{
	size_t n = 0;
	bool same = true;
	int rc = EK_OK;

	if (db->n_vibs != 0)
		qsort(db->vibs, db->n_vibs, sizeof(*db->vibs), by_id);
	for (size_t i = 0; i < db->n_vibs; i++) {
		struct ek_dbvib *v = &db->vibs[i];

		if (rc != EK_OK || n == 0 ||
		    strcmp(db->vibs[n - 1].id, v->id) != 0) {
			db->vibs[n++] = *v;
			continue;
		}
		rc = ek_imgdb_same_desc(&db->vibs[n - 1].d, &v->d, &same, err);
		if (rc == EK_OK && !same)
			rc = ek_fail(err, EK_EFORMAT, "'%s': members '%s' and "
				     "'%s' describe VIB '%s' differently",
				     db->name, db->vibs[n - 1].xml->e.name,
				     v->xml->e.name, v->id);
		ek_vibdesc_clear(&v->d);
		free(v->id);
	}
	db->n_vibs = n;
	return rc;
}

static struct ek_dbfile *find_path(struct ek_dbfile **v, size_t n,
				   const char *path, const char *suffix)
{
	size_t low = 0, high = n, len = strlen(path);

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const char *name = v[mid]->e.name;
		int c = strncmp(name, path, len);

		if (c == 0)
			c = strcmp(name + len, suffix);
		if (c == 0)
			return v[mid]->e.type == EK_FT_FILE ? v[mid] : NULL;
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static int claim(struct ek_dbfile *f, const char *id, struct ek_err *err)
{
	if (f == NULL || f->owner != NULL)
		return EK_OK;
	f->owner = strdup(id);
	return f->owner != NULL ? EK_OK : ek_imgdb_nomem(err);
}

/* Give each file of a VIB its .orig and .sig, those of a twin as well. */
static int attach(struct ek_imgdb *db, struct ek_dbfile **v, struct ek_err *err)
{
	for (size_t i = 0; i < db->n_files; i++) {
		struct ek_dbfile *f = db->files[i], *orig, *sig;

		if (!is_vib_file(f))
			continue;
		orig = find_path(v, db->n_files, f->e.name, ".orig");
		sig = find_path(v, db->n_files, f->e.name, ".sig");
		if (claim(orig, f->owner, err) != EK_OK ||
		    claim(sig, f->owner, err) != EK_OK)
			return EK_ESYS;
	}
	for (size_t i = 0; i < db->n_vibs; i++) {
		struct ek_dbvib *d = &db->vibs[i];

		d->orig = find_path(v, db->n_files, d->xml->e.name, ".orig");
		d->sig = find_path(v, db->n_files, d->xml->e.name, ".sig");
	}
	return EK_OK;
}

/* ---- profiles ------------------------------------------------------------ */

static int parse_profile(struct ek_imgdb *db, struct ek_dbfile *f,
			 struct ek_err *err)
{
	char *name = label(db, f);
	struct ek_profile *p;
	int rc;

	if (name == NULL)
		return ek_imgdb_nomem(err);
	rc = ek_profile_parse(&p, name, f->data, (size_t)f->e.size, err);
	free(name);
	if (rc == EK_OK)
		rc = ek_imgdb_put_profile(db, p, f, err);
	if (rc != EK_OK)
		ek_profile_free(&p);
	return rc;
}

static int parse_profiles(struct ek_imgdb *db, struct ek_err *err)
{
	int rc = EK_OK;

	for (size_t i = 0; i < db->n_files && rc == EK_OK; i++)
		if (is_profile_file(db->files[i]))
			rc = parse_profile(db, db->files[i], err);
	return rc;
}

/* ---- all of it ----------------------------------------------------------- */

static int understand(struct ek_imgdb *db, struct ek_err *err)
{
	struct ek_dbfile **v = sorted(db);
	int rc;

	if (v == NULL)
		return ek_imgdb_nomem(err);
	rc = check_twice(db, v, err);
	if (rc == EK_OK)
		rc = check_any(db, err);
	if (rc == EK_OK)
		rc = parse_vibs(db, err);
	if (rc == EK_OK)
		rc = fold_vibs(db, err);
	if (rc == EK_OK)
		rc = attach(db, v, err);
	if (rc == EK_OK)
		rc = parse_profiles(db, err);
	free(v);
	return rc;
}

/* Readers of tars drop "./", but ESXi does not: tar(1) puts it in front of all
 * names or none, so the first one tells. */
static int check_dot(struct ek_in *in, struct ek_err *err)
{
	const unsigned char *p;
	size_t got;
	int rc = ek_in_peek(in, 2, &p, &got, err);

	if (rc == EK_OK && got == 2 && p[0] == '.' && p[1] == '/')
		return ek_fail(err, EK_EFORMAT, "'%s': names begin with './': "
			       "ESXi finds nothing below '" EK_DB_ROOT "'",
			       ek_in_name(in));
	return rc;
}

int ek_imgdb_read_tar(struct ek_imgdb **out, struct ek_in *in,
		      struct ek_err *err)
{
	struct ek_imgdb *db;
	int rc;

	*out = NULL;
	rc = check_dot(in, err);
	if (rc == EK_OK)
		rc = ek_imgdb_new(&db, err);
	if (rc != EK_OK)
		return rc;
	free(db->name);
	db->name = strdup(ek_in_name(in));
	rc = db->name != NULL ? read_entries(db, in, err) : ek_imgdb_nomem(err);
	if (rc == EK_OK)
		rc = understand(db, err);
	if (rc != EK_OK)
		ek_imgdb_free(&db);
	*out = db;
	return rc;
}

static int read_raw(struct ek_in *in, char **raw, size_t *len,
		    struct ek_err *err)
{
	struct ek_buf b = EK_BUF_INIT;
	char chunk[16384];
	size_t got;
	int rc;

	do {
		rc = ek_in_read(in, chunk, sizeof(chunk), &got, err);
		ek_buf_add(&b, chunk, rc == EK_OK ? got : 0);
		if (rc == EK_OK && b.len > EK_IMGDB_MAX)
			rc = ek_fail(err, EK_ELIMIT, "'%s' is larger than %u "
				     "bytes", ek_in_name(in), EK_IMGDB_MAX);
	} while (rc == EK_OK && got == sizeof(chunk));
	if (rc == EK_OK)
		rc = ek_buf_take(&b, ek_in_name(in), raw, len, err);
	ek_buf_free(&b);
	return rc;
}

static int read_gzip(struct ek_imgdb **db, struct ek_in *raw,
		     struct ek_err *err)
{
	struct ek_in *in;
	bool yes = false;
	int rc = ek_is_gzip(raw, &yes, err);

	if (rc != EK_OK)
		return rc;
	if (!yes)
		return ek_fail(err, EK_EFORMAT, "'%s' is not a gzip file: ESXi "
			       "could not open it as a database",
			       ek_in_name(raw));
	rc = ek_in_open_gunzip(&in, raw, EK_GZ_ONE, false, err);
	if (rc == EK_OK)
		rc = ek_imgdb_read_tar(db, in, err);
	ek_in_close(&in);
	return rc;
}

int ek_imgdb_read(struct ek_imgdb **db, struct ek_in *in, struct ek_err *err)
{
	struct ek_in *mem = NULL;
	char *raw = NULL;
	size_t len = 0;
	int rc;

	*db = NULL;
	rc = read_raw(in, &raw, &len, err);
	if (rc == EK_OK)
		rc = ek_in_open_mem(&mem, ek_in_name(in), raw, len, err);
	if (rc == EK_OK)
		rc = read_gzip(db, mem, err);
	ek_in_close(&mem);
	if (rc != EK_OK) {
		free(raw);
		return rc;
	}
	(*db)->raw = raw;
	(*db)->raw_len = len;
	return EK_OK;
}

int ek_imgdb_open(struct ek_imgdb **db, const char *path, struct ek_err *err)
{
	struct ek_in *in;
	int rc;

	*db = NULL;
	rc = ek_in_open(&in, path, err);
	if (rc == EK_OK)
		rc = ek_imgdb_read(db, in, err);
	ek_in_close(&in);
	return rc;
}
