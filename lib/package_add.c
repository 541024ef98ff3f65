/* SPDX-License-Identifier: BSD-2-Clause */
/* package_add.c - more PCI ids for the drivers of a package */
#include "os.h"

#include "ek/entry.h"
#include "ek/io.h"
#include "ek/path.h"
#include "ek/source.h"
#include "package_int.h"

/* The module that an id is for: the one that is named, or the only one. */
static int find_driver(const struct ek_package *p, const struct ek_pciadd *a,
		       const struct ek_module **m, struct ek_err *err)
{
	size_t n = 0;

	*m = NULL;
	for (size_t i = 0; i < p->n_modules; i++) {
		const struct ek_module *v = &p->modules[i];

		if (a->driver != NULL ? strcmp(a->driver, v->name) != 0
				      : !v->mapped && !v->has_empty_map)
			continue;
		*m = v;
		n++;
	}
	if (a->driver != NULL && n == 0)
		return ek_fail(err, EK_EREFUSE, "'%s' has no driver '%s' for "
			       "the new id", p->name, a->driver);
	if (n == 1)
		return EK_OK;
	return ek_fail(err, EK_EREFUSE, "'%s' has %zu drivers with a map: say "
		       "which the new id is for (vvvv:dddd=driver)", p->name,
		       n);
}

static bool names_driver(const struct ek_package_map *map, const char *driver)
{
	for (size_t i = 0; i < map->map.n; i++)
		if (strcmp(map->map.v[i].driver, driver) == 0)
			return true;
	return false;
}

/* The map with lines of that driver, else the one of its name. */
static struct ek_package_map *find_map(const struct ek_package *p,
				       const char *driver)
{
	for (size_t i = 0; i < p->n_maps; i++)
		if (names_driver(&p->maps[i], driver))
			return &p->maps[i];
	for (size_t i = 0; i < p->n_maps; i++) {
		const char *base = ek_path_base(p->maps[i].path);
		size_t n = strlen(driver);

		if (strncmp(base, driver, n) == 0 &&
		    strcmp(base + n, ".map") == 0)
			return &p->maps[i];
	}
	return NULL;
}

/* As its lines are; without any, as the directory of the map wants. */
static enum ek_map_kind kind_of(const struct ek_module *m,
				const struct ek_package_map *map)
{
	if (m->mapped || m->has_empty_map)
		return m->kind;
	return map->linux_dir ? EK_MAP_LINUX : EK_MAP_NATIVE;
}

static int add_one(struct ek_package *p, const struct ek_package_opts *o,
		   const struct ek_pciadd *a, struct ek_err *err)
{
	const struct ek_module *m;
	struct ek_package_map *map;
	enum ek_map_kind kind;
	char id[20];
	bool there;
	int rc = find_driver(p, a, &m, err);

	if (rc != EK_OK)
		return rc;
	ek_pciadd_text(a, id);
	map = find_map(p, m->name);
	if (map == NULL)
		return ek_fail(err, EK_EREFUSE, "'%s' has no map for the driver"
			       " '%s'", p->name, m->name);
	kind = kind_of(m, map);
	if (kind == EK_MAP_LINUX && m->class == NULL)
		return ek_fail(err, EK_EREFUSE, "'%s:%s' has no line with a "
			       "class, and a vmklinux line for %s needs one",
			       p->name, map->path, id);
	rc = ek_pciadd_to(a, &map->map, kind, m->name, m->class, &there, err);
	if (rc != EK_OK)
		return rc;
	map->added = map->added || !there;
	p->added = p->added || !there;
	ek_package_tell(o, EK_SAY_NOTE, "'%s:%s': %s %s for the driver '%s'",
			p->name, map->path, id,
			there ? "is there already" : "is added", m->name);
	return EK_OK;
}

/* ---- packing anew ------------------------------------------------------- */

struct job {
	struct ek_package *p;
	const struct ek_package_opts *o;
};

static bool replace(void *ctx, const struct ek_entry *e, const void **data,
		    size_t *len)
{
	const struct job *j = ctx;

	for (size_t i = 0; i < j->p->n_maps; i++) {
		const struct ek_package_map *map = &j->p->maps[i];

		if (!map->added || strcmp(map->path, e->name) != 0)
			continue;
		*data = map->text.p;
		*len = map->text.len;
		return true;
	}
	return false;
}

static int fill(void *ctx, struct ek_out *out, struct ek_err *err)
{
	struct job *j = ctx;
	const struct ek_tgz_rules rules = {
		.driver = true, .set_mtime = j->o->set_mtime,
		.mtime = j->o->mtime, .replace = replace, .ctx = j,
	};
	struct ek_in *in = NULL;
	int rc = ek_source_in(j->p->source, &in, err);

	if (rc == EK_OK)
		rc = ek_tgz_read(in, &rules, out, NULL, err);
	ek_in_close(&in);
	return rc;
}

static int pack(struct ek_package *p, const struct ek_package_opts *o,
		struct ek_err *err)
{
	struct job j = { p, o };
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < p->n_maps; i++) {
		if (!p->maps[i].added)
			continue;
		ek_pcimap_write(&p->maps[i].map, &p->maps[i].text);
		rc = ek_buf_check(&p->maps[i].text, p->maps[i].path, err);
	}
	if (rc != EK_OK)
		return rc;
	return ek_source_pack(&p->source, ek_source_name(p->source), false,
			      fill, &j, err);
}

int ek_package_add(struct ek_package *p, const struct ek_package_opts *o,
		   struct ek_err *err)
{
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < o->n_add; i++)
		rc = add_one(p, o, &o->add[i], err);
	if (rc != EK_OK || !p->added)
		return rc;
	ek_package_tell(o, EK_SAY_NOTE, EK_PCIADD_TABLE);
	return pack(p, o, err);
}
