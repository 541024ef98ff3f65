/* SPDX-License-Identifier: BSD-2-Clause */
/* imgdb_write.c - an image database as VMware writes it */
#include "os.h"

#include "ek/buf.h"
#include "ek/deflate.h"
#include "ek/err.h"
#include "ek/gnutar.h"
#include "ek/io.h"
#include "ek/names.h"
#include "ek/profile.h"
#include "imgdb_int.h"

/* The directories that come first (imgdb.5, "Container"). */
static const char *const dirs[] = {
	"var", "var/db", "var/db/esximg", "var/db/esximg/vibs",
	"var/db/esximg/profiles",
};

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

struct writer {
	struct ek_out *out;
	int64_t fresh;
	bool all; /* fresh is the time of every entry */
	struct ek_err *err;
};

static int put_entry(struct writer *w, const struct ek_entry *e,
		     const void *data, bool fresh)
{
	struct ek_entry copy = *e;

	if (fresh || w->all)
		copy.mtime = w->fresh;
	if (copy.type == EK_FT_FILE)
		return ek_gnutar_file(w->out, &copy, data, w->err);
	return ek_gnutar_header(w->out, &copy, w->err);
}

static int put_file(struct writer *w, const struct ek_dbfile *f)
{
	return put_entry(w, &f->e, f->data, f->added);
}

/* ---- directories --------------------------------------------------------- */

static const struct ek_dbfile *find_dir(const struct ek_imgdb *db,
					const char *path)
{
	for (size_t i = 0; i < db->n_files; i++)
		if (db->files[i]->e.type == EK_FT_DIR &&
		    strcmp(db->files[i]->e.name, path) == 0)
			return db->files[i];
	return NULL;
}

static int put_dirs(struct writer *w, const struct ek_imgdb *db)
{
	int rc = EK_OK;

	for (size_t i = 0; i < LENGTH(dirs) && rc == EK_OK; i++) {
		const struct ek_dbfile *f = find_dir(db, dirs[i]);
		char path[32];
		struct ek_entry e = {
			.name = path, .type = EK_FT_DIR, .mode = 0755,
		};

		snprintf(path, sizeof(path), "%s", dirs[i]);
		rc = f != NULL ? put_file(w, f) : put_entry(w, &e, NULL, true);
	}
	return rc;
}

static bool is_first_dir(const char *path)
{
	for (size_t i = 0; i < LENGTH(dirs); i++)
		if (strcmp(path, dirs[i]) == 0)
			return true;
	return false;
}

static int put_other_dirs(struct writer *w, const struct ek_imgdb *db)
{
	int rc = EK_OK;

	for (size_t i = 0; i < db->n_files && rc == EK_OK; i++)
		if (db->files[i]->e.type == EK_FT_DIR && !db->files[i]->again &&
		    !is_first_dir(db->files[i]->e.name))
			rc = put_file(w, db->files[i]);
	return rc;
}

/* ---- VIBs ---------------------------------------------------------------- */

/* X.xml, X.xml.sig, X.xml.orig: as VMware has them. */
static int rank(const char *path, size_t *base)
{
	static const char *const tails[] = { ".sig", ".orig" };
	size_t n = strlen(path);

	for (size_t i = 0; i < LENGTH(tails); i++) {
		size_t m = strlen(tails[i]);

		if (n > m && strcmp(path + n - m, tails[i]) == 0) {
			*base = n - m;
			return (int)i + 1;
		}
	}
	*base = n;
	return 0;
}

static int by_owner(const void *a, const void *b)
{
	const struct ek_dbfile *x = *(const struct ek_dbfile *const *)a;
	const struct ek_dbfile *y = *(const struct ek_dbfile *const *)b;
	size_t n, m;
	int c = strcmp(x->owner, y->owner), i, k;

	if (c != 0)
		return c;
	i = rank(x->e.name, &n);
	k = rank(y->e.name, &m);
	c = memcmp(x->e.name, y->e.name, n < m ? n : m);
	if (c != 0)
		return c;
	return n != m ? (n > m) - (n < m) : i - k;
}

static int put_vibs(struct writer *w, const struct ek_imgdb *db)
{
	const struct ek_dbfile **v = calloc(db->n_files + 1,
					   sizeof(struct ek_dbfile *));
	size_t n = 0;
	int rc = EK_OK;

	if (v == NULL)
		return ek_imgdb_nomem(w->err);
	for (size_t i = 0; i < db->n_files; i++)
		if (db->files[i]->owner != NULL)
			v[n++] = db->files[i];
	qsort(v, n, sizeof(struct ek_dbfile *), by_owner);
	for (size_t i = 0; i < n && rc == EK_OK; i++)
		rc = put_file(w, v[i]);
	free(v);
	return rc;
}

/* ---- profiles ------------------------------------------------------------ */

/* A profile keeps its file name until its name or creator changes. */
static int profile_path(const struct profile *p, char **path,
			struct ek_err *err)
{
	char *name;
	int n;

	*path = NULL;
	if (p->file != NULL && strcmp(p->name, p->p->name) == 0 &&
	    strcmp(p->creator, p->p->creator) == 0) {
		*path = strdup(p->file->e.name);
		return *path != NULL ? EK_OK : ek_imgdb_nomem(err);
	}
	name = ek_name_profile_file(p->p->name, p->p->creator, 32);
	if (name == NULL)
		return ek_imgdb_nomem(err);
	n = asprintf(path, EK_DB_PROFILES "%s", name);
	free(name);
	if (n >= 0)
		return EK_OK;
	*path = NULL;
	return ek_imgdb_nomem(err);
}

static int put_changed_profile(struct writer *w, const struct profile *p)
{
	struct ek_entry e = { .type = EK_FT_FILE, .mode = 0644 };
	struct ek_buf b = EK_BUF_INIT;
	char *path;
	int rc = profile_path(p, &path, w->err);

	if (rc != EK_OK)
		return rc;
	if (p->file != NULL)
		e = p->file->e;
	ek_profile_write(p->p, &b);
	rc = ek_buf_check(&b, "image profile", w->err);
	e.name = path;
	e.size = b.len;
	if (rc == EK_OK)
		rc = put_entry(w, &e, b.p, true);
	ek_buf_free(&b);
	free(path);
	return rc;
}

static int put_profiles(struct writer *w, const struct ek_imgdb *db)
{
	int rc = EK_OK;

	for (size_t i = 0; i < db->n_profiles && rc == EK_OK; i++) {
		const struct profile *p = &db->profiles[i];

		if (p->p->changed || p->file == NULL)
			rc = put_changed_profile(w, p);
		else
			rc = put_file(w, p->file);
	}
	return rc;
}

static int put_others(struct writer *w, const struct ek_imgdb *db)
{
	int rc = EK_OK;

	for (size_t i = 0; i < db->n_files && rc == EK_OK; i++)
		if (ek_imgdb_is_other(db->files[i]))
			rc = put_file(w, db->files[i]);
	return rc;
}

/* ---- the calls ----------------------------------------------------------- */

int ek_imgdb_write_tar(struct ek_imgdb *db, struct ek_out *out, int64_t fresh,
		       bool all, struct ek_err *err)
{
	struct writer w = { out, fresh, all, err };
	int rc = put_dirs(&w, db);

	if (rc == EK_OK)
		rc = put_other_dirs(&w, db);
	if (rc == EK_OK)
		rc = put_vibs(&w, db);
	if (rc == EK_OK)
		rc = put_profiles(&w, db);
	if (rc == EK_OK)
		rc = put_others(&w, db);
	if (rc == EK_OK)
		ek_gnutar_end(out, 1);
	return rc;
}

int ek_imgdb_write(struct ek_imgdb *db, struct ek_out *out, int64_t fresh,
		   bool all, struct ek_err *err)
{
	struct ek_out *gz;
	int rc;

	if (db->raw != NULL && !ek_imgdb_changed(db)) {
		ek_out_write(out, db->raw, db->raw_len);
		return EK_OK;
	}
	rc = ek_out_open_gzip(&gz, out, EK_GZ_LEVEL, err);
	if (rc != EK_OK)
		return rc;
	rc = ek_imgdb_write_tar(db, gz, fresh, all, err);
	if (rc == EK_OK)
		return ek_out_commit(&gz, err);
	ek_out_abort(&gz);
	return rc;
}
