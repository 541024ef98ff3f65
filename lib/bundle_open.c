/* SPDX-License-Identifier: BSD-2-Clause */
/* bundle_open.c - an offline bundle: the zips and the index files */
#include "os.h"

#include <inttypes.h>
#include <strings.h>

#include "bundle_int.h"
#include "ek/digest.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/path.h"
#include "ek/profile.h"
#include "ek/zip.h"

/* Bytes of index.xml and vendor-index.xml. */
enum { INDEX_MAX = 1 << 20 };

static int no_memory(struct ek_err *err)
{
	errno = ENOMEM;
	return ek_fail_sys(err, "bundle");
}

char *ek_bundle_join(const char *dir, const char *name)
{
	char *path;

	return asprintf(&path, "%s%s", dir, name) >= 0 ? path : NULL;
}

/* The directory that a path is in, "" or with its slash; NULL: no memory. */
static char *dir_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return strndup(path, slash != NULL ? (size_t)(slash + 1 - path) : 0);
}

/* A file of the bundle that file (line of it) leads to: name below dir. */
static int follow(const struct ek_bundle *b, const char *file, const char *dir,
		  const char *name, char **path,
		  const struct ek_zip_member **m, struct ek_err *err)
{
	const char *why = ek_path_problem(name, strlen(name));

	*path = NULL;
	if (why != NULL)
		return ek_fail(err, EK_EFORMAT, "'%s:%s' leads to '%.200s',"
			       " which %s", ek_bundle_name(b), file, name, why);
	*path = ek_bundle_join(dir, name);
	if (*path == NULL)
		return no_memory(err);
	*m = ek_zip_find(b->zip, *path);
	if (*m != NULL)
		return EK_OK;
	return ek_fail(err, EK_EFORMAT, "'%s:%s' leads to '%.200s', which is"
		       " not in the bundle", ek_bundle_name(b), file, *path);
}

static char *label_of(const struct ek_bundle *b, const char *path)
{
	char *label;

	if (asprintf(&label, "%s:%s", ek_bundle_name(b), path) < 0)
		return NULL;
	return label;
}

/* ---- metadata.zip ------------------------------------------------------- */

static int open_meta(struct ek_bundle *b, struct bundle_meta *m,
		     const struct ek_zip_member *member, struct ek_err *err)
{
	char *label = label_of(b, m->path);
	size_t len = 0;
	int rc;

	m->dir = dir_of(m->path);
	if (label == NULL || m->dir == NULL) {
		free(label);
		return no_memory(err);
	}
	rc = ek_zip_read(b->zip, member, EK_BUNDLE_META, &m->data, &len, err);
	if (rc == EK_OK)
		rc = ek_zip_open_mem(&m->zip, label, m->data, len, err);
	if (rc == EK_OK)
		rc = ek_bundle_take(b, m, err);
	free(label);
	return rc;
}

/* Each metadata.zip once, whoever names it. */
static int add_meta(struct ek_bundle *b, const char *file, const char *dir,
		    const char *url, struct ek_err *err)
{
	const struct ek_zip_member *member;
	struct bundle_meta *m;
	char *path;
	int rc = follow(b, file, dir, url, &path, &member, err);

	for (size_t i = 0; rc == EK_OK && i < b->n_metas; i++)
		if (strcmp(b->metas[i].path, path) == 0) {
			free(path);
			return EK_OK;
		}
	m = rc != EK_OK ? NULL : reallocarray(b->metas, b->n_metas + 1,
					      sizeof(*m));
	if (m == NULL) {
		free(path);
		return rc != EK_OK ? rc : no_memory(err);
	}
	b->metas = m;
	m += b->n_metas++;
	*m = (struct bundle_meta){ .path = path };
	return open_meta(b, m, member, err);
}

/* ---- index files -------------------------------------------------------- */

static int read_index(struct ek_bundle *b, const struct ek_zip_member *m,
		      char **label, char **text, size_t *len,
		      struct ek_err *err)
{
	*label = label_of(b, m->name);
	*text = NULL;
	if (*label == NULL)
		return no_memory(err);
	return ek_zip_read(b->zip, m, INDEX_MAX, text, len, err);
}

static int take_metas(struct ek_bundle *b, const char *path,
		      const struct ek_depot_metas *l, struct ek_err *err)
{
	char *dir = dir_of(path);
	int rc = dir != NULL ? EK_OK : no_memory(err);

	for (size_t i = 0; rc == EK_OK && i < l->n; i++) {
		const char *v = l->v[i].version;

		if (!ek_strs_has(&b->outside, v))
			rc = ek_strs_add(&b->outside, v, strlen(v), err);
		if (rc == EK_OK)
			rc = add_meta(b, path, dir, l->v[i].url, err);
	}
	free(dir);
	return rc;
}

static int read_vendor(struct ek_bundle *b, const struct ek_depot_vendor *v,
		       struct ek_err *err)
{
	struct ek_depot_metas l = { NULL, 0 };
	const struct ek_zip_member *m;
	char *dir, *path = NULL, *label = NULL, *text = NULL;
	size_t n = strlen(v->path), len;
	int rc = EK_OK;

	dir = ek_bundle_join(v->path, n != 0 && v->path[n - 1] != '/' ? "/" :
			     "");
	if (dir == NULL)
		return no_memory(err);
	if (n != 0 && ek_path_problem(dir, strlen(dir)) != NULL)
		rc = ek_fail(err, EK_EFORMAT, "'%s:index.xml' leads to '%.200s'"
			     ", which is outside of the bundle",
			     ek_bundle_name(b), dir);
	if (rc == EK_OK)
		rc = follow(b, "index.xml", dir, v->index, &path, &m, err);
	if (rc == EK_OK)
		rc = read_index(b, m, &label, &text, &len, err);
	if (rc == EK_OK)
		rc = ek_depot_metas_parse(&l, label, text, len, err);
	if (rc == EK_OK)
		rc = take_metas(b, path, &l, err);
	ek_depot_metas_clear(&l);
	free(text);
	free(label);
	free(path);
	free(dir);
	return rc;
}

static int read_bundle(struct ek_bundle *b, struct ek_err *err)
{
	const struct ek_zip_member *m = ek_zip_find(b->zip, "index.xml");
	char *label = NULL, *text = NULL;
	size_t len;
	int rc;

	if (m == NULL)
		return ek_fail(err, EK_EFORMAT, "'%s' is a zip, but no offline"
			       " bundle: it has no index.xml",
			       ek_bundle_name(b));
	rc = read_index(b, m, &label, &text, &len, err);
	if (rc == EK_OK)
		rc = ek_depot_vendors_parse(&b->vendors, label, text, len, err);
	free(text);
	free(label);
	for (size_t i = 0; rc == EK_OK && i < b->vendors.n; i++)
		rc = read_vendor(b, &b->vendors.v[i], err);
	return rc;
}

/* ---- a zip in a zip ----------------------------------------------------- */

static bool is_wrapper(const struct ek_zip *z)
{
	const char *name = ek_zip_count(z) == 1 ? ek_zip_at(z, 0)->name : "";
	size_t n = strlen(name);

	return n > 4 && strcasecmp(name + n - 4, ".zip") == 0;
}

static int unwrap(struct ek_bundle *b, struct ek_err *err)
{
	const struct ek_zip_member *m = ek_zip_at(b->zip, 0);
	struct ek_out *out = NULL;
	struct ek_in *in = NULL;
	char *label = label_of(b, m->name);
	int rc = label != NULL ? EK_OK : no_memory(err);

	b->wrapper = b->zip;
	b->zip = NULL;
	if (rc == EK_OK)
		rc = ek_spool_new(&b->spool, err);
	if (rc == EK_OK)
		rc = ek_spool_out(b->spool, &out, err);
	if (rc == EK_OK)
		rc = ek_zip_in(b->wrapper, m, &in, err);
	if (rc == EK_OK)
		rc = ek_in_copy(in, out, NULL, err);
	if (rc == EK_OK)
		rc = ek_out_commit(&out, err);
	ek_in_close(&in);
	ek_out_abort(&out);
	if (rc == EK_OK)
		rc = ek_zip_open_fd(&b->zip, label, ek_spool_fd(b->spool), err);
	free(label);
	return rc;
}

int ek_bundle_open(struct ek_bundle **out, const char *path,
		   struct ek_err *err)
{
	struct ek_bundle *b = calloc(1, sizeof(*b));
	int rc;

	*out = NULL;
	if (b == NULL)
		return no_memory(err);
	rc = ek_zip_open(&b->zip, path, err);
	if (rc == EK_OK && is_wrapper(b->zip))
		rc = unwrap(b, err);
	if (rc == EK_OK)
		rc = read_bundle(b, err);
	if (rc == EK_OK)
		*out = b;
	else
		ek_bundle_close(&b);
	return rc;
}

static void free_parts(struct ek_bundle *b)
{
	for (size_t i = 0; i < b->n_vibs; i++) {
		free(b->vibs[i].id);
		free(b->vibs[i].meta);
		free(b->vibs[i].path);
		ek_vibdesc_clear(&b->vibs[i].d);
		ek_depot_vib_clear(&b->vibs[i].file);
	}
	free(b->vibs);
	for (size_t i = 0; i < b->n_bulletins; i++) {
		free(b->bulletins[i].meta);
		ek_bulletin_clear(&b->bulletins[i].b);
	}
	free(b->bulletins);
	for (size_t i = 0; i < b->n_profiles; i++) {
		free(b->profiles[i].meta);
		ek_profile_free(&b->profiles[i].p);
	}
	free(b->profiles);
}

void ek_bundle_close(struct ek_bundle **bundle)
{
	struct ek_bundle *b = *bundle;

	if (b == NULL)
		return;
	free_parts(b);
	for (size_t i = 0; i < b->n_metas; i++) {
		ek_zip_close(&b->metas[i].zip);
		free(b->metas[i].data);
		free(b->metas[i].path);
		free(b->metas[i].dir);
	}
	free(b->metas);
	ek_strs_free(&b->outside);
	ek_strs_free(&b->inside);
	ek_depot_vendors_clear(&b->vendors);
	ek_zip_close(&b->zip);
	ek_zip_close(&b->wrapper);
	ek_spool_free(b->spool);
	free(b);
	*bundle = NULL;
}

/* ---- looking ------------------------------------------------------------ */

const char *ek_bundle_name(const struct ek_bundle *b)
{
	return ek_zip_name(b->zip);
}

const struct ek_depot_vendors *ek_bundle_vendors(const struct ek_bundle *b)
{
	return &b->vendors;
}

const struct ek_strs *ek_bundle_versions(const struct ek_bundle *b,
					 bool inside)
{
	return inside ? &b->inside : &b->outside;
}

const struct ek_bundle_vib *ek_bundle_vib(const struct ek_bundle *b, size_t i)
{
	return i < b->n_vibs ? &b->vibs[i] : NULL;
}

static int by_id(const void *key, const void *v)
{
	return strcmp(key, ((const struct ek_bundle_vib *)v)->id);
}

const struct ek_bundle_vib *ek_bundle_find(const struct ek_bundle *b,
					   const char *id)
{
	if (b->n_vibs == 0)
		return NULL;
	return bsearch(id, b->vibs, b->n_vibs, sizeof(*b->vibs), by_id);
}

const struct ek_bundle_bulletin *ek_bundle_bulletin(const struct ek_bundle *b,
						    size_t i)
{
	return i < b->n_bulletins ? &b->bulletins[i] : NULL;
}

const struct ek_bundle_profile *ek_bundle_profile(const struct ek_bundle *b,
						  size_t i)
{
	return i < b->n_profiles ? &b->profiles[i] : NULL;
}

int ek_bundle_vib_in(struct ek_bundle *b, const struct ek_bundle_vib *v,
		     struct ek_in **in, struct ek_err *err)
{
	if (v->member != NULL)
		return ek_zip_in(b->zip, v->member, in, err);
	*in = NULL;
	return ek_fail(err, EK_EFORMAT, "'%s': VIB '%s' is said to be '%.200s',"
		       " which %s", v->meta, v->id, v->file.path, v->why);
}

static int compare(const struct ek_bundle *b, const struct ek_bundle_vib *v,
		   uint64_t size, const char *sha256, struct ek_err *err)
{
	if (v->file.has_size && v->file.size != size)
		return ek_fail(err, EK_EREFUSE, "'%s:%s' has %" PRIu64 " bytes,"
			       " packed-size in '%s' says %" PRIu64,
			       ek_bundle_name(b), v->path, size, v->meta,
			       v->file.size);
	if (v->file.sha256 != NULL && !ek_digest_equal(v->file.sha256, sha256))
		return ek_fail(err, EK_EREFUSE, "'%s:%s' has the sha-256 %s,"
			       " '%s' says %.64s", ek_bundle_name(b), v->path,
			       sha256, v->meta, v->file.sha256);
	return EK_OK;
}

static int copy(struct ek_in *in, struct ek_out *out, uint64_t *size,
		char sha256[EK_DIGEST_HEX], struct ek_err *err)
{
	struct ek_digest *d;
	struct ek_in *seen = NULL;
	int rc = ek_digest_new(&d, EK_SHA256, err);

	if (rc == EK_OK)
		rc = ek_in_open_digest(&seen, in, d, NULL, err);
	if (rc == EK_OK)
		rc = ek_in_copy(seen, out, size, err);
	ek_in_close(&seen);
	if (rc == EK_OK)
		rc = ek_digest_hex(d, sha256, err);
	ek_digest_free(d);
	return rc;
}

int ek_bundle_vib_copy(struct ek_bundle *b, const struct ek_bundle_vib *v,
		       struct ek_out *out, struct ek_err *err)
{
	struct ek_out *null = NULL;
	char sha256[EK_DIGEST_HEX];
	uint64_t size = 0;
	struct ek_in *in;
	int rc = ek_bundle_vib_in(b, v, &in, err);

	if (rc == EK_OK && out == NULL)
		rc = ek_out_open_null(&null, err);
	if (rc == EK_OK)
		rc = copy(in, out != NULL ? out : null, &size, sha256, err);
	ek_in_close(&in);
	ek_out_abort(&null);
	return rc == EK_OK ? compare(b, v, size, sha256, err) : rc;
}
