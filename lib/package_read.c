/* SPDX-License-Identifier: BSD-2-Clause */
/* package_read.c - a driver package: read it, sort its members, pack it anew */
#include "os.h"

#include <stdarg.h>

#include "ek/entry.h"
#include "ek/io.h"
#include "ek/source.h"
#include "package_int.h"

/* What a path is, by where it lies. */
enum place { P_OTHER, P_MODULE, P_MAP, P_IDS };

struct job {
	struct ek_package *p;
	const struct ek_package_opts *o;
};

/* Directories of maps and of names (vib.5, "Driver packages"). */
static const char *const ranks[] = {
	"driver", "default", "oem", "ihv", "fallback",
};

static const char vmkmod[] = "usr/lib/vmware/vmkmod/";

void ek_package_tell(const struct ek_package_opts *o, enum ek_say_kind kind,
		     const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	if (o->say == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	o->say(o->ctx, kind, text);
}

static bool ends(const char *s, const char *tail)
{
	size_t n = strlen(s), t = strlen(tail);

	return n > t && memcmp(s + n - t, tail, t) == 0;
}

/* "<top><rank><dir>/<file><tail>", file without a slash; *rank where true. */
static bool in_ranked(const char *path, const char *top, const char *dir,
		      const char *tail, size_t *rank)
{
	size_t n = strlen(top), d = strlen(dir);

	if (strncmp(path, top, n) != 0 || !ends(path, tail))
		return false;
	path += n;
	for (*rank = 0; *rank < sizeof(ranks) / sizeof(ranks[0]); ++*rank) {
		size_t r = strlen(ranks[*rank]);

		if (strncmp(path, ranks[*rank], r) == 0 &&
		    strncmp(path + r, dir, d) == 0)
			return strchr(path + r + d, '/') == NULL &&
				strlen(path + r + d) > strlen(tail);
	}
	return false;
}

static enum place place_of(const struct ek_entry *e, size_t *rank)
{
	const size_t n = sizeof(vmkmod) - 1;

	*rank = 0;
	if (e->type != EK_FT_FILE)
		return P_OTHER;
	if (strncmp(e->name, vmkmod, n) == 0 && e->name[n] != '\0' &&
	    strchr(e->name + n, '/') == NULL)
		return P_MODULE;
	if (in_ranked(e->name, "etc/vmware/", ".map.d/", ".map", rank))
		return P_MAP;
	if (in_ranked(e->name, "usr/share/hwdata/", ".pciids.d/", ".ids", rank))
		return P_IDS;
	return P_OTHER;
}

/* Members that only packages of ESXi 4.x have; *weak where it is only so
 * without maps in the directories of later releases. */
static bool is_esx4(const char *path, bool *weak)
{
	*weak = true;
	if (strcmp(path, "etc/vmware/simple.map") == 0 ||
	    (strncmp(path, vmkmod, sizeof(vmkmod) - 1) == 0 &&
	     ends(path, ".o"))) {
		*weak = false;
		return true;
	}
	return strcmp(path, "etc/vmware/pci.ids") == 0 ||
		strcmp(path, "usr/share/hwdata/pci.ids") == 0 ||
		(strncmp(path, "etc/vmware/pciid/", 17) == 0 &&
		 ends(path, ".xml"));
}

/* ---- members ------------------------------------------------------------ */

static size_t want(void *ctx, const struct ek_entry *e)
{
	struct job *j = ctx;
	size_t rank;

	(void)j;
	switch (place_of(e, &rank)) {
	case P_MODULE:
		return EK_KMOD_LOOK;
	case P_MAP:
		return EK_PCIMAP_MAX + 1;
	case P_IDS:
		return EK_PCIIDS_MAX + 1;
	case P_OTHER:
		break;
	}
	return 0;
}

/* v with room for one more behind its n; NULL: no memory, v is as it was. */
static void *more(void *v, size_t n, size_t size)
{
	if (n != 0 && (n & (n - 1)) != 0)
		return v; /* grown to the next power of two before */
	return realloc(v, (n == 0 ? 1 : n * 2) * size);
}

static int no_room(const struct ek_package *p, size_t n, struct ek_err *err)
{
	if (n >= EK_PACKAGE_PARTS)
		return ek_fail(err, EK_ELIMIT, "'%s': more than %u modules, "
			       "maps or lists of names", p->name,
			       EK_PACKAGE_PARTS);
	return EK_OK;
}

static int no_memory(const struct ek_package *p, struct ek_err *err)
{
	return ek_fail_sys(err, "cannot read '%s'", p->name);
}

static int add_module(struct job *j, const struct ek_entry *e,
		      const void *data, size_t len, struct ek_err *err)
{
	struct ek_package *p = j->p;
	struct ek_module *m;
	char what[EK_PATH_TEXT];
	int rc;

	if (ends(e->name, ".o"))
		return EK_OK; /* of ESXi 4.x, and refused as that */
	rc = no_room(p, p->n_modules, err);
	if (rc != EK_OK)
		return rc;
	m = more(p->modules, p->n_modules, sizeof(*m));
	if (m == NULL)
		return no_memory(p, err);
	p->modules = m;
	m = &p->modules[p->n_modules++];
	memset(m, 0, sizeof(*m));
	rc = ek_vibdesc_set(&m->path, e->name, err);
	if (rc == EK_OK)
		rc = ek_vibdesc_set(&m->name, e->name + sizeof(vmkmod) - 1,
				    err);
	if (rc != EK_OK)
		return rc;
	snprintf(what, sizeof(what), "'%s': module '%s'", p->name, e->name);
	return ek_kmod_look(&m->elf, what, data, len, e->size, err);
}

static void map_note(void *ctx, const char *text)
{
	struct job *j = ctx;

	ek_package_tell(j->o, EK_SAY_WARN, "%s", text);
}

static int add_map(struct job *j, const struct ek_entry *e, bool linux_dir,
		   const char *data, size_t len, struct ek_err *err)
{
	struct ek_package *p = j->p;
	struct ek_package_map *m;
	char what[EK_PATH_TEXT];
	int rc;

	rc = no_room(p, p->n_maps, err);
	if (rc != EK_OK)
		return rc;
	m = more(p->maps, p->n_maps, sizeof(*m));
	if (m == NULL)
		return no_memory(p, err);
	p->maps = m;
	m = &p->maps[p->n_maps++];
	memset(m, 0, sizeof(*m));
	m->linux_dir = linux_dir;
	rc = ek_vibdesc_set(&m->path, e->name, err);
	if (rc != EK_OK)
		return rc;
	snprintf(what, sizeof(what), "%s:%s", p->name, e->name);
	return ek_pcimap_parse(&m->map, what, data, len, map_note, j, err);
}

static int add_ids(struct job *j, const struct ek_entry *e, const char *data,
		   size_t len, struct ek_err *err)
{
	struct ek_package *p = j->p;
	struct ek_pciids *ids;
	char what[EK_PATH_TEXT], **paths;
	int rc;

	rc = no_room(p, p->n_ids, err);
	if (rc != EK_OK)
		return rc;
	ids = more(p->ids, p->n_ids, sizeof(*ids));
	if (ids == NULL)
		return no_memory(p, err);
	p->ids = ids;
	paths = more(p->ids_paths, p->n_ids, sizeof(*paths));
	if (paths == NULL)
		return no_memory(p, err);
	p->ids_paths = paths;
	memset(&p->ids[p->n_ids], 0, sizeof(p->ids[0]));
	p->ids_paths[p->n_ids] = NULL;
	rc = ek_vibdesc_set(&p->ids_paths[p->n_ids++], e->name, err);
	if (rc != EK_OK)
		return rc;
	snprintf(what, sizeof(what), "%s:%s", p->name, e->name);
	return ek_pciids_parse(&p->ids[p->n_ids - 1], what, data, len,
			       map_note, j, err);
}

static int see_esx4(struct job *j, const struct ek_entry *e,
		    struct ek_err *err)
{
	struct ek_package *p = j->p;
	bool weak;

	if (!is_esx4(e->name, &weak) || (p->esx4 != NULL && p->esx4_sure))
		return EK_OK;
	if (p->esx4 != NULL && weak)
		return EK_OK;
	p->esx4_sure = !weak;
	return ek_vibdesc_set(&p->esx4, e->name, err);
}

static int seen(void *ctx, const struct ek_entry *e, const void *data,
		size_t len, struct ek_err *err)
{
	struct job *j = ctx;
	struct ek_package *p = j->p;
	size_t rank;
	int rc;

	ek_package_tell(j->o, EK_SAY_DETAIL, "%04o %10llu %s%s%s",
			(unsigned)e->mode, (unsigned long long)e->size,
			e->name, e->link != NULL ? " -> " : "",
			e->link != NULL ? e->link : "");
	rc = ek_strs_add(&p->files, e->name, strlen(e->name), err);
	if (rc == EK_OK)
		rc = see_esx4(j, e, err);
	if (rc != EK_OK)
		return rc;
	switch (place_of(e, &rank)) {
	case P_MODULE:
		return add_module(j, e, data, len, err);
	case P_MAP:
		return add_map(j, e, rank == 0, data, len, err);
	case P_IDS:
		return add_ids(j, e, data, len, err);
	case P_OTHER:
		break;
	}
	return ek_strs_add(&p->others, e->name, strlen(e->name), err);
}

/* ---- the whole ---------------------------------------------------------- */

static int read_members(struct job *j, struct ek_err *err)
{
	const struct ek_tgz_rules rules = {
		.driver = true, .set_mtime = j->o->set_mtime,
		.mtime = j->o->mtime, .want = want, .seen = seen, .ctx = j,
	};
	struct ek_package *p = j->p;

	return ek_tgz_prepare(&p->source, &rules, j->o->anew, &p->form,
			      &p->newest, err);
}

static int module_cmp(const void *a, const void *b)
{
	return strcmp(((const struct ek_module *)a)->name,
		      ((const struct ek_module *)b)->name);
}

static int map_cmp(const void *a, const void *b)
{
	return strcmp(((const struct ek_package_map *)a)->path,
		      ((const struct ek_package_map *)b)->path);
}

int ek_package_open(struct ek_package **out, const char *path,
		    const struct ek_package_opts *o, struct ek_err *err)
{
	struct ek_package *p = calloc(1, sizeof(*p));
	struct job j = { p, o };
	int rc;

	*out = NULL;
	if (p == NULL || (p->name = strdup(ek_input_name(path))) == NULL) {
		free(p);
		return ek_fail_sys(err, "cannot read '%s'",
				   ek_input_name(path));
	}
	rc = ek_source_open(&p->source, path, err);
	if (rc == EK_OK)
		rc = read_members(&j, err);
	if (rc == EK_OK) {
		ek_strs_sort(&p->files);
		ek_strs_sort(&p->others);
		if (p->n_modules > 1)
			qsort(p->modules, p->n_modules, sizeof(*p->modules),
			      module_cmp);
		if (p->n_maps > 1)
			qsort(p->maps, p->n_maps, sizeof(*p->maps), map_cmp);
		rc = ek_package_check(p, o, err);
	}
	if (rc == EK_OK)
		*out = p;
	else
		ek_package_free(&p);
	return rc;
}

void ek_package_free(struct ek_package **pp)
{
	struct ek_package *p = *pp;

	*pp = NULL;
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->n_modules; i++) {
		free(p->modules[i].name);
		free(p->modules[i].path);
		free(p->modules[i].class);
	}
	for (size_t i = 0; i < p->n_maps; i++) {
		free(p->maps[i].path);
		ek_pcimap_clear(&p->maps[i].map);
		ek_buf_free(&p->maps[i].text);
	}
	for (size_t i = 0; i < p->n_ids; i++) {
		free(p->ids_paths[i]);
		ek_pciids_clear(&p->ids[i]);
	}
	free(p->modules);
	free(p->maps);
	free(p->ids);
	free(p->ids_paths);
	free(p->esx4);
	ek_strs_free(&p->files);
	ek_strs_free(&p->others);
	ek_source_free(&p->source);
	free(p->name);
	free(p);
}
