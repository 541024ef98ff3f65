/* SPDX-License-Identifier: BSD-2-Clause */
/* bundlemake_write.c - make an offline bundle: the VIBs, and the zips */
#include "os.h"

#include "bundlemake_int.h"
#include "ek/err.h"
#include "ek/imgdb.h"
#include "ek/imgvib.h"
#include "ek/io.h"
#include "ek/names.h"
#include "ek/path.h"
#include "ek/source.h"
#include "ek/vib.h"

static int no_memory(struct ek_err *err)
{
	errno = ENOMEM;
	return ek_fail_sys(err, "bundle");
}

int ek_bundlemake_new(struct ek_bundlemake **out,
		      const struct ek_bundlemake_opts *o, struct ek_err *err)
{
	*out = calloc(1, sizeof(**out));
	if (*out == NULL)
		return no_memory(err);
	(*out)->o = *o;
	return EK_OK;
}

static void free_item(struct bm_item *item)
{
	free(item->id);
	free(item->path);
	ek_vibdesc_clear(&item->d);
	ek_source_free(&item->src);
}

void ek_bundlemake_free(struct ek_bundlemake **bundle)
{
	struct ek_bundlemake *m = *bundle;

	if (m == NULL)
		return;
	for (size_t i = 0; i < m->n_items; i++)
		free_item(&m->items[i]);
	for (size_t i = 0; i < m->n_bulletins; i++)
		ek_bulletin_clear(&m->bulletins[i]);
	free(m->items);
	free(m->bulletins);
	ek_strs_free(&m->platforms);
	ek_buf_free(&m->profile);
	free(m->profile_file);
	free(m);
	*bundle = NULL;
}

/* ---- VIBs --------------------------------------------------------------- */

int bm_put(struct ek_bundlemake *m, const struct bm_item *item,
	   struct ek_out *out, struct ek_err *err)
{
	struct ek_in *in;
	int rc;

	if (item->src == NULL)
		return ek_imgvibs_write(m->image, item->index, out, err);
	rc = ek_source_in(item->src, &in, err);
	if (rc == EK_OK)
		rc = ek_in_copy(in, out, NULL, err);
	ek_in_close(&in);
	return rc;
}

int bm_measure(struct ek_bundlemake *m, struct bm_item *item,
	       struct ek_err *err)
{
	struct ek_digest *d;
	struct ek_out *sum = NULL, *out = NULL;
	int rc = ek_digest_new(&d, EK_SHA256, err);

	if (rc == EK_OK)
		rc = ek_zip_sum_open(&sum, &item->sum, err);
	if (rc == EK_OK)
		rc = ek_out_open_digest(&out, sum, d, NULL, err);
	if (rc == EK_OK)
		rc = bm_put(m, item, out, err);
	if (rc == EK_OK)
		rc = ek_out_commit(&out, err);
	if (rc == EK_OK)
		rc = ek_out_commit(&sum, err);
	if (rc == EK_OK)
		rc = ek_digest_hex(d, item->sha256, err);
	ek_out_abort(&out);
	ek_out_abort(&sum);
	ek_digest_free(d);
	return rc;
}

/* A new last one of this descriptor, with its path (bundle.5, "Container"). */
static int add_item(struct ek_bundlemake *m, const char *label,
		    const char *text, size_t len, struct bm_item **item,
		    struct ek_err *err)
{
	struct bm_item *v = reallocarray(m->items, m->n_items + 1, sizeof(*v));
	const char *why;
	int rc;

	if (v == NULL)
		return no_memory(err);
	m->items = v;
	*item = v += m->n_items;
	*v = (struct bm_item){ .id = NULL };
	rc = ek_vibdesc_parse(&v->d, label, text, len, err);
	if (rc != EK_OK)
		return rc;
	m->n_items++;
	v->id = ek_vibdesc_id(&v->d);
	if (v->id == NULL || asprintf(&v->path, "vib20/%s/%s.vib", v->d.name,
				      v->id) < 0) {
		v->path = NULL;
		return no_memory(err);
	}
	why = ek_path_problem(v->path, strlen(v->path));
	if (strchr(v->d.name, '/') != NULL || strchr(v->id, '/') != NULL)
		why = "has '/'";
	if (why != NULL)
		return ek_fail(err, EK_EREFUSE, "'%s': its file in a bundle"
			       " would be '%.200s', which %s", label, v->path,
			       why);
	for (size_t i = 0; i + 1 < m->n_items; i++)
		if (strcmp(m->items[i].id, v->id) == 0)
			return ek_fail(err, EK_EREFUSE, "'%s': VIB '%s' was"
				       " given before", label, v->id);
	return EK_OK;
}

static int take_file(struct ek_bundlemake *m, struct ek_source *src,
		     struct ek_err *err)
{
	struct ek_vib *vib = NULL;
	struct bm_item *item;
	struct ek_in *in;
	const char *text;
	size_t len;
	int rc = ek_source_in(src, &in, err);

	if (rc == EK_OK)
		rc = ek_vib_open(&vib, in, err);
	if (rc == EK_OK)
		rc = ek_vib_verify(vib, err);
	if (rc == EK_OK) {
		text = ek_vib_descriptor(vib, &len);
		rc = add_item(m, ek_source_name(src), text, len, &item, err);
	}
	ek_vib_close(&vib);
	ek_in_close(&in);
	if (rc != EK_OK)
		return rc;
	item->src = src;
	rc = bm_measure(m, item, err);
	if (rc != EK_OK)
		item->src = NULL; /* the caller's again */
	return rc;
}

int ek_bundlemake_file(struct ek_bundlemake *m, const char *path,
		       struct ek_err *err)
{
	struct ek_source *src;
	int rc;

	if (m->n_files == EK_BUNDLEMAKE_FILES)
		return ek_fail(err, EK_ELIMIT, "more than %u files",
			       EK_BUNDLEMAKE_FILES);
	rc = ek_source_open(&src, path, err);
	if (rc == EK_OK)
		rc = take_file(m, src, err);
	if (rc == EK_OK)
		m->n_files++;
	else
		ek_source_free(&src);
	return rc;
}

static int take_of_image(struct ek_bundlemake *m, size_t i, struct ek_err *err)
{
	struct bm_item *item;
	size_t len;
	const char *text = ek_imgvibs_descriptor(m->image, i, &len);
	int rc = add_item(m, ek_imgvibs_at(m->image, i)->id, text, len, &item,
			  err);

	if (rc != EK_OK)
		return rc;
	item->index = i;
	return bm_measure(m, item, err);
}

/* Those that the profile names and the database does not have. */
static void tell_missing(struct ek_bundlemake *m, ek_bundlemake_left *left_out,
			 void *ctx)
{
	const struct ek_strs *l = ek_imgvibs_missing(m->image);

	m->n_left = l->n;
	for (size_t i = 0; i < l->n && left_out != NULL; i++) {
		struct ek_err why = EK_ERR_INIT;

		(void)ek_fail(&why, EK_EREFUSE, "VIB '%.200s': the image database"
			" does not have it", l->v[i]);
		left_out(ctx, l->v[i], why.msg);
	}
}

int ek_bundlemake_image(struct ek_bundlemake *m, struct ek_imgvibs *v,
			ek_bundlemake_left *left_out, void *ctx, size_t *n,
			struct ek_err *err)
{
	int rc = EK_OK;

	m->image = v;
	tell_missing(m, left_out, ctx);
	for (size_t i = 0; rc == EK_OK && i < ek_imgvibs_count(v); i++) {
		struct ek_err why = EK_ERR_INIT;

		rc = ek_imgvibs_prove(v, i, &why);
		if (rc == EK_OK) {
			rc = take_of_image(m, i, err);
			continue;
		}
		if (rc != EK_EREFUSE) {
			*err = why;
			break;
		}
		rc = EK_OK;
		m->n_left++;
		if (left_out != NULL)
			left_out(ctx, ek_imgvibs_at(v, i)->id, why.msg);
	}
	*n = m->n_left;
	return rc;
}

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct bm_item *)a)->id,
		      ((const struct bm_item *)b)->id);
}

const struct bm_item *bm_find(const struct ek_bundlemake *m, const char *id)
{
	struct bm_item key = { .id = (char *)(uintptr_t)id };

	return bsearch(&key, m->items, m->n_items, sizeof(key), by_id);
}

/* ---- metadata.zip ------------------------------------------------------- */

struct write {
	struct ek_bundlemake *m;
	int64_t when;
	struct ek_depot_item *items; /* of m, as depot.h has them */
	struct ek_err *err;
};

static int add_text(struct write *w, struct ek_zipw *zip, const char *name,
		    struct ek_buf *text)
{
	int rc = ek_buf_check(text, name, w->err);

	if (rc == EK_OK)
		rc = ek_zipw_add_mem(zip, name, text->p, text->len, w->err);
	ek_buf_reset(text);
	return rc;
}

/* The same with a name made of two; name is freed, NULL is no memory. */
static int add_named(struct write *w, struct ek_zipw *zip, const char *dir,
		     char *name, struct ek_buf *text)
{
	char *path = NULL;
	int rc;

	if (name == NULL || asprintf(&path, "%s%s", dir, name) < 0)
		rc = no_memory(w->err);
	else
		rc = add_text(w, zip, path, text);
	free(path);
	free(name);
	return rc;
}

static int add_vibs(struct write *w, struct ek_zipw *zip, struct ek_buf *b)
{
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < w->m->n_items; i++) {
		const struct ek_depot_item *item = &w->items[i];

		rc = ek_depot_vib_write(b, item, w->err);
		if (rc == EK_OK)
			rc = add_named(w, zip, "vibs/",
				       ek_name_vib_file(item->d->name, item->id,
							64), b);
	}
	return rc;
}

static int add_bulletins(struct write *w, struct ek_zipw *zip,
			 struct ek_buf *b)
{
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < w->m->n_bulletins; i++) {
		const struct ek_bulletin *x = &w->m->bulletins[i];
		char *name;

		ek_bulletin_write(x, b);
		if (asprintf(&name, "%s.xml", x->id) < 0)
			name = NULL;
		rc = add_named(w, zip, "bulletins/", name, b);
	}
	return rc;
}

static int add_meta(struct write *w, struct ek_zipw *zip)
{
	struct ek_bundlemake *m = w->m;
	struct ek_buf b = EK_BUF_INIT;
	int rc;

	ek_depot_summary_write(&b, w->when, m->bulletins, m->n_bulletins,
			       w->items, m->n_items);
	rc = add_text(w, zip, "vmware.xml", &b);
	ek_depot_metas_write(&b, &m->platforms);
	if (rc == EK_OK)
		rc = add_text(w, zip, "vendor-index.xml", &b);
	ek_buf_reset(&b);
	if (rc == EK_OK)
		rc = add_vibs(w, zip, &b);
	if (rc == EK_OK)
		rc = add_bulletins(w, zip, &b);
	if (rc == EK_OK && m->profile_file != NULL)
		rc = add_named(w, zip, "profiles/", strdup(m->profile_file),
			       &m->profile);
	ek_buf_free(&b);
	return rc;
}

static int make_meta(struct write *w, char **data, size_t *len)
{
	struct ek_zipw *zip = NULL;
	struct ek_out *out;
	int rc = ek_out_open_mem(&out, data, len, w->err);

	if (rc == EK_OK)
		rc = ek_zipw_new(&zip, out, w->when, w->err);
	if (rc == EK_OK)
		rc = add_meta(w, zip);
	if (rc == EK_OK)
		rc = ek_zipw_end(zip, w->err);
	ek_zipw_free(&zip);
	if (rc == EK_OK)
		rc = ek_out_commit(&out, w->err);
	ek_out_abort(&out);
	return rc;
}

/* ---- the bundle --------------------------------------------------------- */

/* Who brings most of it. */
static const char *vendor_of(const struct ek_bundlemake *m)
{
	const char *best = m->items[0].d.vendor;
	size_t most = 0;

	for (size_t i = 0; i < m->n_items; i++) {
		size_t n = 0;

		for (size_t k = 0; k < m->n_items; k++)
			n += strcmp(m->items[k].d.vendor,
				    m->items[i].d.vendor) == 0;
		if (n > most) {
			most = n;
			best = m->items[i].d.vendor;
		}
	}
	return best;
}

static int add_vib(struct write *w, struct ek_zipw *zip,
		   const struct bm_item *item)
{
	struct ek_out *out;
	int rc = ek_zipw_open(zip, item->path, &item->sum, &out, w->err);

	if (rc != EK_OK)
		return rc;
	rc = bm_put(w->m, item, out, w->err);
	if (rc == EK_OK)
		rc = ek_out_commit(&out, w->err);
	ek_out_abort(&out);
	return rc;
}

static int add_all(struct write *w, struct ek_zipw *zip)
{
	struct ek_bundlemake *m = w->m;
	struct ek_buf b = EK_BUF_INIT;
	char *meta = NULL;
	size_t len = 0;
	int rc;

	ek_depot_index_write(&b, vendor_of(m));
	rc = add_text(w, zip, "index.xml", &b);
	ek_depot_metas_write(&b, &m->platforms);
	if (rc == EK_OK)
		rc = add_text(w, zip, "vendor-index.xml", &b);
	ek_buf_free(&b);
	if (rc == EK_OK)
		rc = make_meta(w, &meta, &len);
	if (rc == EK_OK)
		rc = ek_zipw_add_mem(zip, "metadata.zip", meta, len, w->err);
	free(meta);
	for (size_t i = 0; rc == EK_OK && i < m->n_items; i++)
		rc = add_vib(w, zip, &m->items[i]);
	return rc;
}

static int write_zip(struct write *w, struct ek_out *out)
{
	struct ek_bundlemake *m = w->m;
	struct ek_zipw *zip = NULL;
	int rc;

	w->items = calloc(m->n_items, sizeof(*w->items));
	if (w->items == NULL)
		return no_memory(w->err);
	for (size_t i = 0; i < m->n_items; i++)
		w->items[i] = (struct ek_depot_item){
			&m->items[i].d, m->items[i].id, m->items[i].path,
			m->items[i].sum.size, m->items[i].sha256,
		};
	rc = ek_zipw_new(&zip, out, w->when, w->err);
	if (rc == EK_OK)
		rc = add_all(w, zip);
	if (rc == EK_OK)
		rc = ek_zipw_end(zip, w->err);
	ek_zipw_free(&zip);
	free(w->items);
	return rc;
}

static int64_t time_of(const struct ek_bundlemake *m)
{
	int64_t newest = 0;

	if (m->o.set_mtime)
		return m->o.mtime;
	for (size_t i = 0; i < m->n_items; i++)
		if (m->items[i].d.has_date && m->items[i].d.date.sec > newest)
			newest = m->items[i].d.date.sec;
	return newest;
}

int ek_bundlemake_write(struct ek_bundlemake *m, struct ek_out *out, bool *all,
			struct ek_err *err)
{
	struct write w = { .m = m, .when = time_of(m), .err = err };
	bool none = false;
	int rc;

	if (m->n_items == 0)
		return ek_fail(err, EK_EREFUSE, "there is no VIB to put into"
			       " the bundle");
	qsort(m->items, m->n_items, sizeof(*m->items), by_id);
	rc = bm_plan(m, w.when, &none, err);
	if (all != NULL)
		*all = none;
	return rc == EK_OK ? write_zip(&w, out) : rc;
}
