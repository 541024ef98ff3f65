/* SPDX-License-Identifier: BSD-2-Clause */
/* package_desc.c - what a driver package says of itself in a descriptor */
#include "os.h"

#include "ek/err.h"
#include "ek/package.h"
#include "ek/release.h"

/* What the schema of descriptors allows (vib.5, "Elements"). */
enum { NAME_MAX_LEN = 35, SUMMARY_MAX_LEN = 80 };

const struct ek_module *ek_package_main(const struct ek_package *p)
{
	for (size_t i = 0; i < p->n_modules; i++)
		if (p->modules[i].mapped || p->modules[i].has_empty_map)
			return &p->modules[i];
	return p->modules;
}

static bool is_class(const struct ek_module *m, const char *class)
{
	return m->kind == EK_MAP_LINUX && m->class != NULL &&
		strcmp(m->class, class) == 0;
}

/* net-e1000, scsi-megaraid-sas, lsi-mr3: as VMware's own are named. */
static void default_name(const struct ek_module *m, char *out, size_t room)
{
	const char *prefix = is_class(m, "network") ? "net-" :
		is_class(m, "storage") ? "scsi-" : "";
	size_t n;

	snprintf(out, room, "%s%s", prefix, m->name);
	for (n = 0; out[n] != '\0'; n++)
		if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXY"
			   "Z0123456789.-", out[n]) == NULL)
			out[n] = '-';
	if (n > NAME_MAX_LEN)
		n = NAME_MAX_LEN;
	while (n > 1 && (out[n - 1] == '-' || out[n - 1] == '.'))
		n--;
	out[n] = '\0';
}

static void default_summary(const struct ek_module *m, char *out, size_t room)
{
	const char *what = is_class(m, "network") ? "net driver for VMware ESX" :
		is_class(m, "storage") ? "scsi driver for VMware ESX" :
		m->kind == EK_MAP_LINUX ? "driver for VMware ESX" :
		"native driver for VMware ESXi";

	snprintf(out, room, "%s: %s", m->name, what);
}

static bool empty(const char *s)
{
	return s == NULL || s[0] == '\0';
}

static int set_texts(const struct ek_package *p, struct ek_vibdesc *d,
		     struct ek_err *err)
{
	const struct ek_module *m = ek_package_main(p);
	char name[256], version[EK_KMOD_VERSION], summary[SUMMARY_MAX_LEN + 1];
	int rc = EK_OK;

	default_name(m, name, sizeof(name));
	default_summary(m, summary, sizeof(summary));
	ek_kmod_version(m->elf.version, version);
	if (empty(d->name))
		rc = ek_vibdesc_set(&d->name, name, err);
	if (rc == EK_OK && empty(d->version))
		rc = ek_vibdesc_set(&d->version, version, err);
	if (rc == EK_OK && empty(d->summary))
		rc = ek_vibdesc_set(&d->summary, summary, err);
	return rc;
}

/* ---- tags --------------------------------------------------------------- */

static int add_tag(struct ek_vibdesc *d, const char *tag, struct ek_err *err)
{
	if (ek_strs_has(&d->tags, tag))
		return EK_OK;
	return ek_strs_add(&d->tags, tag, strlen(tag), err);
}

/* Is tag one of the first n? */
static bool is_among(const struct ek_strs *tags, size_t n, const char *tag)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(tags->v[i], tag) == 0)
			return true;
	return false;
}

/* "10ec8125" where only vendor and device are told, else all 22 characters. */
static int collect_ids(const struct ek_package *p, struct ek_strs *ids,
		       struct ek_err *err)
{
	static const char any[] = "..............";
	char pattern[EK_PCI_PATTERN + 1];
	size_t len;
	int rc = EK_OK;

	for (size_t i = 0; i < p->n_maps; i++) {
		const struct ek_pcimap *m = &p->maps[i].map;

		for (size_t k = 0; rc == EK_OK && k < m->n; k++) {
			if (m->v[k].kind != EK_MAP_NATIVE ||
			    !ek_map_line_pattern(&m->v[k], pattern))
				continue;
			len = strcmp(pattern + 8, any) == 0 &&
				memchr(pattern, '.', 8) == NULL ? 8 :
				EK_PCI_PATTERN;
			rc = ek_strs_add(ids, pattern, len, err);
		}
	}
	ek_strs_sort(ids);
	return rc;
}

static int native_tags(const struct ek_package *p, struct ek_vibdesc *d,
		       struct ek_err *err)
{
	const size_t before = d->tags.n; /* those added here differ */
	struct ek_strs ids = { 0 };
	char tag[EK_PCI_PATTERN + 16];
	int rc;

	rc = collect_ids(p, &ids, err);
	for (size_t i = 0; rc == EK_OK && i < ids.n; i++) {
		if (i > 0 && strcmp(ids.v[i - 1], ids.v[i]) == 0)
			continue;
		snprintf(tag, sizeof(tag), "PCIID %s", ids.v[i]);
		if (!is_among(&d->tags, before, tag))
			rc = ek_strs_add(&d->tags, tag, strlen(tag), err);
	}
	ek_strs_free(&ids);
	if (rc == EK_OK)
		rc = add_tag(d, "module", err);
	return rc == EK_OK ? add_tag(d, "driver", err) : rc;
}

static int set_tags(const struct ek_package *p, struct ek_vibdesc *d,
		    struct ek_err *err)
{
	int rc;

	if (p->has_kind[EK_MAP_NATIVE])
		return native_tags(p, d, err);
	rc = add_tag(d, "driver", err);
	return rc == EK_OK ? add_tag(d, "module", err) : rc;
}

/* ---- depends ------------------------------------------------------------ */

static int add_depend(struct ek_vibdesc *d, const char *name,
		      struct ek_err *err)
{
	if (name == NULL)
		return EK_OK;
	for (size_t i = 0; i < d->depends.n; i++)
		if (strcmp(d->depends.v[i].name, name) == 0)
			return EK_OK;
	return ek_constraints_add(&d->depends, name, NULL, NULL, err);
}

static int set_depends(const struct ek_package *p,
		       const struct ek_release *target, struct ek_vibdesc *d,
		       struct ek_err *err)
{
	int rc = EK_OK;

	if (target == NULL)
		return EK_OK;
	if (p->has_kind[EK_MAP_NATIVE])
		rc = add_depend(d, target->vmkapi, err);
	if (rc != EK_OK || !p->has_kind[EK_MAP_LINUX])
		return rc;
	rc = add_depend(d, target->vmkapi_linux, err);
	return rc == EK_OK ? add_depend(d, target->driver_api, err) : rc;
}

int ek_package_describe(const struct ek_package *p,
			const struct ek_release *target, struct ek_vibdesc *d,
			struct ek_err *err)
{
	int rc;

	rc = set_texts(p, d, err);
	if (rc == EK_OK)
		rc = set_tags(p, d, err);
	if (rc == EK_OK)
		rc = set_depends(p, target, d, err);
	return rc;
}
