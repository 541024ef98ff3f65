/* SPDX-License-Identifier: BSD-2-Clause */
/* pcipool_take.c - the maps and lists of names that count, of all there are */
#include "os.h"

#include "ek/imgdb.h"
#include "ek/release.h"
#include "pcipool_int.h"

static const char vmkmod[] = "usr/lib/vmware/vmkmod/";

/* A map or list of names that counts unless a later one has its path. */
struct item {
	const char *path;
	const struct ek_pool_from *from;
	const void *what; /* struct ek_pcimap or struct ek_pciids */
};

/* By name, the one that hides the others first. */
static int by_module(const void *a, const void *b)
{
	const struct ek_pool_module *x = a, *y = b;
	int c = strcmp(x->name, y->name);

	if (c == 0 && x->from->place != y->from->place)
		c = x->from->place > y->from->place ? -1 : 1;
	return c;
}

static int is_module(const void *name, const void *m)
{
	return strcmp(name, ((const struct ek_pool_module *)m)->name);
}

static void add_modules(struct ek_pcipool *p, const struct ek_pool_from *from)
{
	const struct ek_strs *l = &from->f->look.files;
	const size_t n = sizeof(vmkmod) - 1;

	for (size_t i = 0; i < l->n; i++)
		if (strncmp(l->v[i], vmkmod, n) == 0)
			p->modules[p->n_modules++] = (struct ek_pool_module){
				l->v[i] + n, from,
			};
}

static int take_modules(struct ek_pcipool *p, struct ek_err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n_from; i++)
		n += p->from[i].f->look.files.n;
	p->modules = calloc(n + 1, sizeof(*p->modules));
	if (p->modules == NULL)
		return ek_pcipool_no_memory(p, err);
	for (size_t i = 0; i < p->n_from; i++)
		add_modules(p, &p->from[i]);
	qsort(p->modules, p->n_modules, sizeof(*p->modules), by_module);
	n = p->n_modules;
	p->n_modules = 0;
	for (size_t i = 0; i < n; i++)
		if (i == 0 || strcmp(p->modules[p->n_modules - 1].name,
				     p->modules[i].name) != 0)
			p->modules[p->n_modules++] = p->modules[i];
	return EK_OK;
}

const struct ek_scan_file *ek_pcipool_module(const struct ek_pcipool *p,
					     const char *driver)
{
	const struct ek_pool_module *m;

	m = bsearch(driver, p->modules, p->n_modules, sizeof(*m), is_module);
	return m != NULL ? m->from->f : NULL;
}

static bool has_module(void *ctx, const char *driver)
{
	return ek_pcipool_module(ctx, driver) != NULL;
}

/* By path, the one that hides the others first. */
static int by_path(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	int c = strcmp(x->path, y->path);

	if (c == 0 && x->from->place != y->from->place)
		c = x->from->place > y->from->place ? -1 : 1;
	return c == 0 ? strcmp(x->from->f->name, y->from->f->name) : c;
}

static int tell_hidden(struct ek_pcipool *p, const struct item *by,
		       const struct item *it, struct ek_err *err)
{
	char text[1024];
	int n = snprintf(text, sizeof(text), "'%.300s' of '%.200s' is hidden by"
			 " that of '%.200s', which is loaded later", it->path,
			 it->from->f->name, by->from->f->name);

	return ek_strs_add(&p->notes, text, n > 0 ? strlen(text) : 0, err);
}

/* v sorted, each path once. */
static int unhide(struct ek_pcipool *p, struct item *v, size_t *n,
		  struct ek_err *err)
{
	size_t k = 0;
	int rc = EK_OK;

	qsort(v, *n, sizeof(*v), by_path);
	for (size_t i = 0; rc == EK_OK && i < *n; i++) {
		if (k > 0 && strcmp(v[k - 1].path, v[i].path) == 0)
			rc = tell_hidden(p, &v[k - 1], &v[i], err);
		else
			v[k++] = v[i];
	}
	*n = k;
	return rc;
}

static int take_maps(struct ek_pcipool *p, struct ek_err *err)
{
	struct item *v;
	size_t n = 0;
	int rc;

	for (size_t i = 0; i < p->n_from; i++)
		n += p->from[i].f->n_maps;
	v = calloc(n + 1, sizeof(*v));
	p->sources = calloc(n + 1, sizeof(*p->sources));
	if (v == NULL || p->sources == NULL) {
		free(v);
		return ek_pcipool_no_memory(p, err);
	}
	n = 0;
	for (size_t i = 0; i < p->n_from; i++)
		for (size_t k = 0; k < p->from[i].f->n_maps; k++) {
			const struct ek_scan_map *m = &p->from[i].f->maps[k];

			v[n++] = (struct item){ m->path, &p->from[i], &m->map };
		}
	rc = unhide(p, v, &n, err);
	for (size_t i = 0; i < n; i++) {
		p->sources[i] = (struct ek_pcisource){
			.path = v[i].path, .map = v[i].what,
			.vib_id = v[i].from->vib_id,
			.vib_version = v[i].from->vib_version,
			.file = v[i].from->f->name,
		};
		p->lines += p->sources[i].map->n;
	}
	p->drivers.v = p->sources;
	p->drivers.n = n;
	free(v);
	return rc;
}

/* Of a list of names: drivers' by rank, then the general one. */
static int list_rank(const char *path)
{
	static const char *const dirs[] = {
		"oem.pciids.d/", "ihv.pciids.d/", "default.pciids.d/",
		"driver.pciids.d/", "fallback.pciids.d/",
	};
	const int n = sizeof(dirs) / sizeof(dirs[0]);

	for (int r = 0; r < n; r++)
		if (strstr(path, dirs[r]) != NULL)
			return r;
	return n;
}

static int by_rank(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	int i = list_rank(x->path), k = list_rank(y->path);

	return i != k ? i - k : strcmp(x->path, y->path);
}

static int take_lists(struct ek_pcipool *p, struct ek_err *err)
{
	struct item *v;
	size_t n = 0;
	int rc;

	for (size_t i = 0; i < p->n_from; i++)
		n += p->from[i].f->n_ids;
	v = calloc(n + 1, sizeof(*v));
	p->lists = calloc(n + 1, sizeof(const struct ek_pciids *));
	if (v == NULL || p->lists == NULL) {
		free(v);
		return ek_pcipool_no_memory(p, err);
	}
	n = 0;
	for (size_t i = 0; i < p->n_from; i++)
		for (size_t k = 0; k < p->from[i].f->n_ids; k++) {
			const struct ek_scan_ids *m = &p->from[i].f->ids[k];

			v[n++] = (struct item){ m->path, &p->from[i], &m->ids };
		}
	rc = unhide(p, v, &n, err);
	qsort(v, n, sizeof(*v), by_rank);
	for (size_t i = 0; i < n; i++)
		p->lists[i] = v[i].what;
	p->n_lists = n;
	free(v);
	if (rc == EK_OK)
		rc = ek_pcinames_make(&p->names, p->lists, n, err);
	return rc;
}

/* Lines that this release does not load. */
static int tell_vmklinux(struct ek_pcipool *p, struct ek_err *err)
{
	char text[256];
	size_t n = 0;

	p->drivers.vmklinux = p->rel == NULL || p->rel->vmklinux;
	for (size_t i = 0; i < p->drivers.n; i++)
		for (size_t k = 0; k < p->sources[i].map->n; k++)
			n += p->sources[i].map->v[k].kind == EK_MAP_LINUX;
	if (n == 0 || (p->rel != NULL && p->rel->vmklinux))
		return EK_OK;
	snprintf(text, sizeof(text), n == 1 ? "%zu line of a vmklinux driver "
		 "%s" : "%zu lines of vmklinux drivers %s", n,
		 p->rel == NULL ? "counted: up to ESXi 6.7 only" :
		 n == 1 ? "does not count: ESXi " : "do not count: ESXi ");
	if (p->rel != NULL)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "%s has no vmklinux", p->rel->base);
	return ek_strs_add(&p->notes, text, strlen(text), err);
}

int ek_pcipool_take(struct ek_pcipool *p, struct ek_err *err)
{
	int rc = take_modules(p, err);

	if (rc == EK_OK)
		rc = take_maps(p, err);
	if (rc == EK_OK)
		rc = take_lists(p, err);
	if (rc == EK_OK)
		rc = tell_vmklinux(p, err);
	if (p->img != NULL) {
		p->drivers.has_module = has_module;
		p->drivers.ctx = p;
	}
	return rc;
}

