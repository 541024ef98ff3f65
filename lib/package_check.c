/* SPDX-License-Identifier: BSD-2-Clause */
/* package_check.c - do the parts of a driver package fit each other */
#include "os.h"

#include "ek/path.h"
#include "ek/release.h"
#include "package_int.h"

static struct ek_module *find_module(const struct ek_package *p,
				     const char *name)
{
	size_t lo = 0, hi = p->n_modules;

	while (lo < hi) { /* they are sorted */
		size_t mid = lo + (hi - lo) / 2;
		int c = strcmp(name, p->modules[mid].name);

		if (c == 0)
			return &p->modules[mid];
		if (c > 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

/* No option overrides this: such a package replaces the list of all ids. */
static int check_esx4(const struct ek_package *p, struct ek_err *err)
{
	if (p->esx4 == NULL || (!p->esx4_sure && p->n_maps > 0))
		return EK_OK;
	return ek_fail(err, EK_EREFUSE, "cannot use '%s': made for ESXi 4.x "
		       "(it has %s); ESXi 5.0 and later cannot load its "
		       "drivers", p->name, p->esx4);
}

/* "a, b and 3 more" in out. */
static void some_of(const struct ek_strs *l, char *out, size_t room)
{
	size_t n = 0, i;

	out[0] = '\0';
	for (i = 0; i < l->n && i < 5; i++) {
		int k = snprintf(out + n, room - n, "%s'%s'", i > 0 ? ", " : "",
				 l->v[i]);

		if (k < 0 || (size_t)k >= room - n)
			break;
		n += (size_t)k;
	}
	out[n] = '\0';
	if (i < l->n)
		snprintf(out + n, room - n, " and %zu more", l->n - i);
}

/* A map that lies one directory too high; nothing reads it there. */
static const char *misplaced_map(const struct ek_strs *others)
{
	for (size_t i = 0; i < others->n; i++) {
		const char *s = others->v[i];
		size_t n = strlen(s);

		if (strncmp(s, "etc/vmware/", 11) == 0 && n > 15 &&
		    strchr(s + 11, '/') == NULL &&
		    strcmp(s + n - 4, ".map") == 0)
			return s;
	}
	return NULL;
}

static int check_parts(const struct ek_package *p, struct ek_err *err)
{
	const char *lost = misplaced_map(&p->others);

	if (p->n_modules == 0)
		return ek_fail(err, EK_EREFUSE, "'%s' has no module: a driver "
			       "is a file in usr/lib/vmware/vmkmod", p->name);
	if (p->n_maps > 0)
		return EK_OK;
	if (lost != NULL)
		return ek_fail(err, EK_EREFUSE, "'%s' has no map in its place:"
			       " nothing reads '%s', it belongs into "
			       "etc/vmware/driver.map.d (vmklinux) or "
			       "default.map.d (native)", p->name, lost);
	return ek_fail(err, EK_EREFUSE, "'%s' has no map (etc/vmware/"
		       "driver.map.d/*.map or default.map.d/*.map): without "
		       "it nothing loads the module", p->name);
}

static int check_others(const struct ek_package *p,
			const struct ek_package_opts *o, struct ek_err *err)
{
	char list[640];

	if (p->others.n == 0)
		return EK_OK;
	some_of(&p->others, list, sizeof(list));
	if (!o->any_files)
		return ek_fail(err, EK_EREFUSE, "'%s' has files that are no "
			       "part of a driver: %s (--any-files takes them)",
			       p->name, list);
	ek_package_tell(o, EK_SAY_WARN, "'%s' has files that are no part of a "
			"driver: %s", p->name, list);
	return EK_OK;
}

static int check_machines(const struct ek_package *p,
			  const struct ek_package_opts *o, struct ek_err *err)
{
	const struct ek_module *m = p->modules;

	for (size_t i = 1; i < p->n_modules; i++)
		if (m[i].elf.machine != m->elf.machine)
			return ek_fail(err, EK_EREFUSE, "'%s': module '%s' is "
				       "for %s, module '%s' for %s", p->name,
				       m->path, ek_machine_name(m->elf.machine),
				       m[i].path,
				       ek_machine_name(m[i].elf.machine));
	if (m->elf.machine == EK_AARCH64 && o->target != NULL &&
	    (o->target->bit & EK_R70_UP) == 0)
		return ek_fail(err, EK_EREFUSE, "'%s': module '%s' is for "
			       "AArch64, and ESXi %s runs on x86-64 only",
			       p->name, m->path, o->target->name);
	return EK_OK;
}

/* ---- maps --------------------------------------------------------------- */

static int take_line(struct ek_package *p, const struct ek_package_map *map,
		     const struct ek_map_line *l, struct ek_err *err)
{
	struct ek_module *m = find_module(p, l->driver);

	if (m == NULL)
		return ek_fail(err, EK_EREFUSE, "'%s:%s': line %lu names the "
			       "driver '%s', which is not in the package",
			       p->name, map->path, l->line, l->driver);
	p->has_kind[l->kind] = true;
	if (m->mapped)
		return EK_OK;
	m->mapped = true;
	m->kind = l->kind;
	return ek_vibdesc_set(&m->class, l->class, err);
}

/* Drivers without PCI ids (usb, ipmi) have a map of no lines. */
static void take_empty(struct ek_package *p, const struct ek_package_map *map)
{
	const char *base = ek_path_base(map->path);
	size_t n = strlen(base) - strlen(".map");

	p->has_kind[map->linux_dir ? EK_MAP_LINUX : EK_MAP_NATIVE] = true;
	for (size_t i = 0; i < p->n_modules; i++) {
		struct ek_module *m = &p->modules[i];

		if (m->mapped || strlen(m->name) != n ||
		    strncmp(m->name, base, n) != 0)
			continue;
		m->has_empty_map = true;
		m->kind = map->linux_dir ? EK_MAP_LINUX : EK_MAP_NATIVE;
	}
}

static int take_map(struct ek_package *p, const struct ek_package_map *map,
		    const struct ek_package_opts *o, struct ek_err *err)
{
	enum ek_map_kind fit = map->linux_dir ? EK_MAP_LINUX : EK_MAP_NATIVE;
	bool odd = false;
	int rc = EK_OK;

	if (map->map.n == 0)
		take_empty(p, map);
	for (size_t i = 0; rc == EK_OK && i < map->map.n; i++) {
		rc = take_line(p, map, &map->map.v[i], err);
		odd = odd || map->map.v[i].kind != fit;
	}
	if (rc == EK_OK && odd)
		ek_package_tell(o, EK_SAY_WARN, "'%s:%s': has %s lines, which "
				"belong into %s", p->name, map->path,
				map->linux_dir ? "native" : "vmklinux",
				map->linux_dir ? "etc/vmware/default.map.d" :
				"etc/vmware/driver.map.d");
	return rc;
}

static int check_target(const struct ek_package *p,
			const struct ek_package_opts *o, struct ek_err *err)
{
	if (o->target == NULL || o->target->vmklinux ||
	    !p->has_kind[EK_MAP_LINUX])
		return EK_OK;
	return ek_fail(err, EK_EREFUSE, "'%s' is a vmklinux driver "
		       "(regtype=linux), and ESXi %s has no vmklinux: only a "
		       "native driver can work there", p->name,
		       o->target->name);
}

static void warn_modules(const struct ek_package *p,
			 const struct ek_package_opts *o)
{
	for (size_t i = 0; i < p->n_modules; i++)
		if (!p->modules[i].mapped && !p->modules[i].has_empty_map)
			ek_package_tell(o, EK_SAY_WARN, "'%s': no map names "
					"the module '%s': it will not be "
					"loaded by itself", p->name,
					p->modules[i].path);
}

/* The first device of ids that no map takes; *n: how many there are. */
static const struct ek_pciid *untaken(const struct ek_pciset *set,
				      const struct ek_pciids *ids, size_t *n)
{
	const struct ek_pciid *first = NULL;

	*n = 0;
	for (size_t i = 0; i < ids->n; i++) {
		const struct ek_pciid *id = &ids->v[i];

		if (id->depth == EK_ID_DEVICE &&
		    !ek_pciset_has(set, id->vendor, id->device) &&
		    (*n)++ == 0)
			first = id;
	}
	return first;
}

static int warn_ids(const struct ek_package *p,
		    const struct ek_package_opts *o, struct ek_err *err)
{
	struct ek_pciset set = { .v = NULL };
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < p->n_maps; i++)
		rc = ek_pciset_add(&set, &p->maps[i].map, err);
	ek_pciset_sort(&set);
	if (p->n_ids == 0)
		ek_package_tell(o, EK_SAY_NOTE, "'%s' has no .ids file: the "
				"card will work, without its name", p->name);
	for (size_t i = 0; rc == EK_OK && i < p->n_ids; i++) {
		size_t n;
		const struct ek_pciid *first = untaken(&set, &p->ids[i], &n);

		if (first != NULL)
			ek_package_tell(o, EK_SAY_WARN, "'%s:%s': line %lu: "
					"no map has the id %04x:%04x (%zu such"
					" ids)", p->name, p->ids_paths[i],
					first->line, first->vendor,
					first->device, n);
	}
	ek_pciset_clear(&set);
	return rc;
}

static void tell_form(const struct ek_package *p,
		      const struct ek_package_opts *o)
{
	if (p->form.strict && p->added)
		ek_package_tell(o, EK_SAY_DETAIL, "'%s' was packed anew, with "
				"the new ids", p->name);
	else if (p->form.strict)
		ek_package_tell(o, EK_SAY_DETAIL, "'%s' is put in as it is: "
				"GNU tar in gzip", p->name);
	else
		ek_package_tell(o, EK_SAY_NOTE, "'%s' was packed anew as GNU "
				"tar in gzip (it was: %s)", p->name,
				p->form.why);
}

int ek_package_check(struct ek_package *p, const struct ek_package_opts *o,
		     struct ek_err *err)
{
	int rc;

	rc = check_esx4(p, err);
	if (rc == EK_OK)
		rc = check_parts(p, err);
	if (rc == EK_OK)
		rc = check_others(p, o, err);
	if (rc == EK_OK)
		rc = check_machines(p, o, err);
	for (size_t i = 0; rc == EK_OK && i < p->n_maps; i++)
		rc = take_map(p, &p->maps[i], o, err);
	if (rc == EK_OK)
		rc = check_target(p, o, err);
	if (rc == EK_OK)
		rc = ek_package_add(p, o, err);
	if (rc != EK_OK)
		return rc;
	warn_modules(p, o);
	rc = warn_ids(p, o, err);
	if (rc == EK_OK)
		tell_form(p, o);
	return rc;
}
