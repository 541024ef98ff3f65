/* SPDX-License-Identifier: BSD-2-Clause */
/* imgscan_read.c - look at the bytes of an image's files, several at a time */
#include "os.h"

#include <pthread.h>

#include "ek/entry.h"
#include "ek/image.h"
#include "ek/io.h"
#include "ek/pool.h"
#include "ek/vibdesc.h"
#include "imgscan_int.h"

/* ---- one file ------------------------------------------------------------ */

/* A file that is looked at; each has one thread. */
struct eyes {
	struct ek_scan_file *f;
	bool entries, maps;
	size_t cap_entries;
};

/* top/...DIR/x.TAIL */
static bool lies_in(const char *path, const char *top, const char *dir,
		    const char *tail)
{
	size_t n = strlen(path), m = strlen(tail);

	return strncmp(path, top, strlen(top)) == 0 && n > m &&
		strcmp(path + n - m, tail) == 0 && strstr(path, dir) != NULL;
}

static bool is_map(const struct ek_entry *e)
{
	return e->type == EK_FT_FILE &&
		lies_in(e->name, "etc/vmware/", ".map.d/", ".map");
}

/* vib.5, "Driver packages": lists of names. */
static bool is_ids(const struct ek_entry *e)
{
	return e->type == EK_FT_FILE &&
		(lies_in(e->name, "usr/share/hwdata/", ".pciids.d/", ".ids") ||
		 strcmp(e->name, "usr/share/hwdata/pci.ids") == 0 ||
		 strcmp(e->name, "etc/vmware/pci.ids") == 0);
}

static size_t want(void *ctx, const struct ek_entry *e)
{
	const struct eyes *k = ctx;

	if (!k->maps)
		return 0;
	if (is_map(e))
		return EK_PCIMAP_MAX;
	return is_ids(e) ? EK_PCIIDS_MAX : 0;
}

static int no_memory(struct ek_err *err)
{
	errno = ENOMEM;
	return ek_fail_sys(err, "what is in a module");
}

/* Told once, and the file goes on. */
static int odd(struct ek_scan_file *f, const char *text, struct ek_err *err)
{
	if (f->odd == NULL)
		f->odd = strdup(text);
	return f->odd != NULL ? EK_OK : no_memory(err);
}

static int keep_map(struct eyes *k, const char *path, const char *data,
		    size_t len, struct ek_err *err)
{
	struct ek_err why = EK_ERR_INIT;
	struct ek_scan_map *v = reallocarray(k->f->maps, k->f->n_maps + 1,
					     sizeof(*v));
	int rc;

	if (v == NULL)
		return no_memory(err);
	k->f->maps = v;
	v += k->f->n_maps;
	rc = ek_pcimap_parse(&v->map, path, data, len, NULL, NULL, &why);
	if (rc == EK_ESYS) {
		*err = why;
		return rc;
	}
	if (rc != EK_OK)
		return odd(k->f, why.msg, err);
	v->path = strdup(path);
	k->f->n_maps++;
	return v->path != NULL ? EK_OK : no_memory(err);
}

static int keep_ids(struct eyes *k, const char *path, const char *data,
		    size_t len, struct ek_err *err)
{
	struct ek_err why = EK_ERR_INIT;
	struct ek_scan_ids *v = reallocarray(k->f->ids, k->f->n_ids + 1,
					     sizeof(*v));
	int rc;

	if (v == NULL)
		return no_memory(err);
	k->f->ids = v;
	v += k->f->n_ids;
	memset(v, 0, sizeof(*v));
	rc = ek_pciids_parse(&v->ids, path, data, len, NULL, NULL, &why);
	if (rc == EK_ESYS) {
		*err = why;
		return rc;
	}
	if (rc != EK_OK)
		return odd(k->f, why.msg, err);
	v->path = strdup(path);
	k->f->n_ids++;
	return v->path != NULL ? EK_OK : no_memory(err);
}

static int keep_data(struct eyes *k, const struct ek_entry *e,
		     const char *data, size_t len, struct ek_err *err)
{
	struct ek_err why = EK_ERR_INIT;
	bool map = is_map(e);

	if (!map && !is_ids(e))
		return EK_OK;
	if (len == e->size)
		return map ? keep_map(k, e->name, data, len, err)
			   : keep_ids(k, e->name, data, len, err);
	(void)ek_fail(&why, EK_ELIMIT, "'%.400s' has more than %zu bytes",
		      e->name, len);
	return odd(k->f, why.msg, err);
}

static int keep_entry(struct eyes *k, const struct ek_entry *e,
		      const char *sha256, struct ek_err *err)
{
	struct ek_scan_file *f = k->f;
	struct ek_scan_entry *v;

	if (e->type == EK_FT_DIR)
		return EK_OK;
	if (f->n_entries == k->cap_entries) {
		size_t cap = k->cap_entries != 0 ? k->cap_entries * 2 : 64;

		v = reallocarray(f->entries, cap, sizeof(*v));
		if (v == NULL)
			return no_memory(err);
		f->entries = v;
		k->cap_entries = cap;
	}
	v = &f->entries[f->n_entries];
	*v = (struct ek_scan_entry){ .mode = e->mode, .size = e->size };
	snprintf(v->sha256, sizeof(v->sha256), "%s", sha256);
	v->path = strdup(e->name);
	v->link = e->link != NULL ? strdup(e->link) : NULL;
	if (v->path == NULL || (e->link != NULL && v->link == NULL)) {
		free(v->path);
		free(v->link);
		return no_memory(err);
	}
	f->n_entries++;
	return EK_OK;
}

static int seen(void *ctx, const struct ek_entry *e, const void *data,
		size_t len, const char *sha256, struct ek_err *err)
{
	struct eyes *k = ctx;
	int rc = EK_OK;

	if (k->maps)
		rc = keep_data(k, e, data, len, err);
	return rc == EK_OK && k->entries ? keep_entry(k, e, sha256, err) : rc;
}

static int by_entry(const void *a, const void *b)
{
	return strcmp(((const struct ek_scan_entry *)a)->path,
		      ((const struct ek_scan_entry *)b)->path);
}

static int by_map(const void *a, const void *b)
{
	return strcmp(((const struct ek_scan_map *)a)->path,
		      ((const struct ek_scan_map *)b)->path);
}

static int by_ids(const void *a, const void *b)
{
	return strcmp(((const struct ek_scan_ids *)a)->path,
		      ((const struct ek_scan_ids *)b)->path);
}

static void sort_all(struct ek_scan_file *f)
{
	if (f->n_entries > 1)
		qsort(f->entries, f->n_entries, sizeof(*f->entries), by_entry);
	if (f->n_maps > 1)
		qsort(f->maps, f->n_maps, sizeof(*f->maps), by_map);
	if (f->n_ids > 1)
		qsort(f->ids, f->n_ids, sizeof(*f->ids), by_ids);
}

int ek_scan_look(struct ek_scan_file *f, struct ek_in *in,
		 const struct ek_imgscan_opts *o, struct ek_err *err)
{
	struct eyes k = {
		.f = f, .maps = o->maps,
		.entries = o->entries && (o->entries_of == NULL ||
					  strcmp(f->name, o->entries_of) == 0),
	};
	const struct ek_payload_eyes eyes = {
		.want = k.maps ? want : NULL,
		.seen = k.entries || k.maps ? seen : NULL,
		.digests = k.entries, .ctx = &k,
		.plain = o->plain && (f->payload == NULL ||
				      ek_payload_sum(f->payload, "sha-256",
						     NULL) != NULL),
		.no_sums = o->no_sums,
	};
	int rc = ek_payload_look(in, &eyes, &f->look, err);

	f->looked = true;
	sort_all(f);
	return rc;
}

void ek_scan_file_clear(struct ek_scan_file *f)
{
	for (size_t i = 0; i < f->n_entries; i++) {
		free(f->entries[i].path);
		free(f->entries[i].link);
	}
	for (size_t i = 0; i < f->n_maps; i++) {
		free(f->maps[i].path);
		ek_pcimap_clear(&f->maps[i].map);
	}
	for (size_t i = 0; i < f->n_ids; i++) {
		free(f->ids[i].path);
		ek_pciids_clear(&f->ids[i].ids);
	}
	free(f->entries);
	free(f->maps);
	free(f->ids);
	free(f->odd);
	free(f->name);
	if (f->looked)
		ek_payload_look_clear(&f->look);
	memset(f, 0, sizeof(*f));
}

/* ---- all of them --------------------------------------------------------- */

struct work {
	struct ek_imgscan *s;
	struct ek_scan_file **todo; /* the longest first */
	size_t n;
	pthread_mutex_t lock; /* over what follows, and progress */
	uint64_t done, total;
};

static int look_at(struct work *w, struct ek_scan_file *f, struct ek_err *err)
{
	struct ek_in *in = NULL;
	int rc = ek_image_in(w->s->img, f->file, &in, err);

	if (rc == EK_OK)
		rc = ek_scan_look(f, in, &w->s->o, err);
	ek_in_close(&in);
	return rc;
}

static int job(void *ctx, size_t i, struct ek_err *err)
{
	struct work *w = ctx;
	struct ek_scan_file *f = w->todo[i];
	int rc = look_at(w, f, err);

	pthread_mutex_lock(&w->lock);
	w->done += f->file->size;
	if (w->s->o.progress != NULL)
		w->s->o.progress(w->s->o.ctx, w->done, w->total);
	pthread_mutex_unlock(&w->lock);
	return rc;
}

static int by_size(const void *a, const void *b)
{
	const struct ek_scan_file *x = *(struct ek_scan_file *const *)a;
	const struct ek_scan_file *y = *(struct ek_scan_file *const *)b;

	if (x->file->size != y->file->size)
		return x->file->size < y->file->size ? 1 : -1;
	return strcmp(x->name, y->name);
}

int ek_imgscan_read(struct ek_imgscan *s, struct ek_err *err)
{
	struct work w = { .s = s };
	int rc;

	w.todo = calloc(s->n + 1, sizeof(struct ek_scan_file *));
	if (w.todo == NULL)
		return no_memory(err);
	for (size_t i = 0; i < s->n; i++) {
		if (s->v[i].file == NULL)
			continue;
		w.todo[w.n++] = &s->v[i];
		w.total += s->v[i].file->size;
	}
	qsort(w.todo, w.n, sizeof(struct ek_scan_file *), by_size);
	pthread_mutex_init(&w.lock, NULL);
	rc = ek_pool_run(s->o.threads, w.n, job, &w, err);
	pthread_mutex_destroy(&w.lock);
	free(w.todo);
	return rc;
}
