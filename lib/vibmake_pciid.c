/* SPDX-License-Identifier: BSD-2-Clause */
/* vibmake_pciid.c - a payload that is one map: more ids for a driver of an image */
#include "os.h"

#include "ek/entry.h"
#include "ek/gnutar.h"
#include "ek/image.h"
#include "ek/imgscan.h"
#include "ek/io.h"
#include "ek/pcipool.h"
#include "ek/source.h"
#include "vibmake_int.h"

struct job {
	const struct ek_vibmake *m;
	const char *image, *driver;
	struct ek_pcipool *pool;
	const struct ek_map_line *like; /* a line of the driver */
	int rank;                       /* of its map, and so of the new one */
	int64_t mtime;
	char path[EK_PATH_TEXT];        /* of the new map */
	struct ek_buf text;
};

/* ---- the driver ---------------------------------------------------------- */

/* Its line that counts and has the best rank. */
static void find_line(struct job *j)
{
	const struct ek_pcidrivers *d = ek_pcipool_drivers(j->pool);

	for (size_t i = 0; i < d->n; i++) {
		int rank = ek_map_rank(d->v[i].path);

		if (rank < 0 || (j->like != NULL && rank >= j->rank))
			continue;
		for (size_t k = 0; k < d->v[i].map->n; k++) {
			const struct ek_map_line *l = &d->v[i].map->v[k];

			if (strcmp(l->driver, j->driver) != 0 ||
			    (l->kind == EK_MAP_LINUX && !d->vmklinux))
				continue;
			j->like = l;
			j->rank = rank;
			break;
		}
	}
}

static int find_driver(struct job *j, struct ek_err *err)
{
	const struct ek_scan_file *f;

	if (ek_pcipool_odd(j->pool) != NULL)
		return ek_fail(err, EK_EFORMAT, "%s",
			       ek_pcipool_odd(j->pool)->msg);
	if (ek_pcipool_drivers(j->pool)->has_module == NULL)
		return ek_fail(err, EK_EREFUSE, "'%s' is no image of ESXi",
			       j->image);
	f = ek_pcipool_module(j->pool, j->driver);
	if (f != NULL)
		find_line(j);
	if (f == NULL)
		return ek_fail(err, EK_EREFUSE, "'%s' has no driver '%s': "
			       "'esxi-pci --all' lists those it has", j->image,
			       j->driver);
	if (j->like == NULL)
		return ek_fail(err, EK_EREFUSE, "'%s': no map names the driver"
			       " '%s' in a way that this release reads",
			       j->image, j->driver);
	if (j->like->kind == EK_MAP_LINUX && j->like->class == NULL)
		return ek_fail(err, EK_EREFUSE, "'%s': the driver '%s' has no "
			       "class, and a vmklinux line needs one",
			       j->image, j->driver);
	j->mtime = f->file->mtime;
	return EK_OK;
}

/* ---- the id -------------------------------------------------------------- */

/* The first that surely takes it; NULL: nothing does. */
static const struct ek_pcihit *taken_by(const struct ek_pcimatch *m)
{
	for (size_t i = 0; i < m->n; i++)
		if (ek_pcihit_counts(&m->hits[i]) && !m->hits[i].may)
			return &m->hits[i];
	return NULL;
}

/* A line for this driver must come before that of another. */
static int overtake(struct job *j, const struct ek_pciadd *a,
		    const struct ek_pcihit *h, struct ek_err *err)
{
	enum ek_pcihow how = a->id[8] != '.' ? EK_PCI_BY_SUBSYSTEM :
		EK_PCI_BY_DEVICE;
	int oem = 0, ihv = 1;
	char id[20];

	ek_pciadd_text(a, id);
	if (strcmp(h->line->driver, j->driver) == 0)
		return ek_fail(err, EK_EREFUSE, "'%s': the driver '%s' takes %s"
			       " already (%s)", j->image, j->driver, id,
			       h->source->path);
	if (j->rank < h->rank || (j->rank == h->rank && how > h->how))
		return EK_OK;
	if (j->like->kind == EK_MAP_LINUX || h->rank == oem)
		return ek_fail(err, EK_EREFUSE, "'%s': the driver '%s' takes %s"
			       " (%s), and a line for '%s' cannot come before "
			       "it", j->image, h->line->driver, id,
			       h->source->path, j->driver);
	j->rank = h->rank > ihv ? ihv : oem;
	vm_tell(j->m, EK_SAY_NOTE, "the driver '%s' takes %s as well (%s): the"
		" new map goes before it, into %s.map.d", h->line->driver, id,
		h->source->path, ek_map_rank_name(j->rank));
	return EK_OK;
}

static int look_up(struct job *j, const struct ek_pciadd *a,
		   struct ek_err *err)
{
	struct ek_pcidev d = { .line = 0 };
	const struct ek_pcihit *h;
	struct ek_pcimatch m;
	int rc;

	memcpy(d.id, a->id, sizeof(d.id));
	for (char *p = d.id; *p != '\0'; p++)
		if (*p == '.')
			*p = '?';
	rc = ek_pcimatch(ek_pcipool_drivers(j->pool), &d, &m, err);
	h = rc == EK_OK ? taken_by(&m) : NULL;
	if (h != NULL)
		rc = overtake(j, a, h, err);
	ek_pcimatch_clear(&m);
	return rc;
}

static int make_map(struct job *j, struct ek_err *err)
{
	const struct ek_vibopts *o = j->m->o;
	struct ek_pcimap map = { NULL, 0, 0 };
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < o->n_add; i++) {
		bool there;

		rc = look_up(j, &o->add[i], err);
		if (rc == EK_OK)
			rc = ek_pciadd_to(&o->add[i], &map, j->like->kind,
					  j->driver, j->like->class, &there,
					  err);
	}
	ek_pcimap_write(&map, &j->text);
	ek_pcimap_clear(&map);
	snprintf(j->path, sizeof(j->path), "etc/vmware/%s.map.d/%s_%.*s.map",
		 ek_map_rank_name(j->rank), j->driver,
		 o->add[0].id[8] == '.' ? 8 : 16, o->add[0].id);
	return rc == EK_OK ? ek_buf_check(&j->text, "map", err) : rc;
}

/* ---- the payload --------------------------------------------------------- */

static int put_entry(const struct job *j, struct ek_out *out, char *name,
		     bool dir, struct ek_err *err)
{
	char root[] = "root";
	const struct ek_entry e = {
		.name = name, .type = dir ? EK_FT_DIR : EK_FT_FILE,
		.mode = dir ? 0755 : 0644, .size = dir ? 0 : j->text.len,
		.mtime = j->mtime, .uname = root, .gname = root,
	};

	return ek_gnutar_file(out, &e, dir ? "" : j->text.p, err);
}

static int fill(void *ctx, struct ek_out *out, struct ek_err *err)
{
	const struct job *j = ctx;
	char name[EK_PATH_TEXT];
	int rc = EK_OK;

	for (const char *p = j->path; rc == EK_OK &&
	     (p = strchr(p, '/')) != NULL; p++) {
		snprintf(name, sizeof(name), "%.*s", (int)(p - j->path),
			 j->path);
		rc = put_entry(j, out, name, true, err);
	}
	snprintf(name, sizeof(name), "%s", j->path);
	if (rc == EK_OK)
		rc = put_entry(j, out, name, false, err);
	ek_gnutar_end(out, 1);
	return rc;
}

static int make_part(struct ek_vibmake *m, struct job *j, struct ek_err *err)
{
	struct vm_part *p;
	int rc = vm_part_new(m, "pciid", "tgz", &p, err);

	if (rc == EK_OK)
		rc = ek_strs_add(&p->files, j->path, strlen(j->path), err);
	if (rc != EK_OK)
		return rc;
	vm_part_time(p, j->mtime);
	return ek_source_pack(&p->source, j->path, false, fill, j, err);
}

/* ---- the descriptor ------------------------------------------------------ */

/* "pciid-if-re-10ec8168": the letters that a name may have, and as many (vib.5,
 * "Elements"). */
static int set_name(struct ek_vibmake *m, const struct job *j,
		    struct ek_err *err)
{
	char name[36];

	snprintf(name, sizeof(name), "pciid-%.20s-%.8s", j->driver,
		 m->o->add[0].id);
	for (char *p = name; *p != '\0'; p++)
		if (*p == '_')
			*p = '-';
	return ek_vibdesc_set(&m->d.name, name, err);
}

/* As a native driver has them. */
static int set_tags(struct ek_vibmake *m, const struct job *j,
		    struct ek_err *err)
{
	char tag[EK_PCI_PATTERN + 8];
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < m->o->n_add &&
	     j->like->kind == EK_MAP_NATIVE; i++) {
		const char *id = m->o->add[i].id;

		snprintf(tag, sizeof(tag), "PCIID %.*s",
			 id[8] == '.' ? 8 : EK_PCI_PATTERN, id);
		if (!ek_strs_has(&m->d.tags, tag))
			rc = ek_strs_add(&m->d.tags, tag, strlen(tag), err);
	}
	return rc;
}

static int describe(struct ek_vibmake *m, const struct job *j,
		    struct ek_err *err)
{
	char text[128], id[20];
	int rc = set_name(m, j, err);

	ek_pciadd_text(&m->o->add[0], id);
	snprintf(text, sizeof(text), "PCI id %s for the driver %.30s", id,
		 j->driver);
	if (rc == EK_OK)
		rc = ek_vibdesc_set(&m->d.summary, text, err);
	if (rc == EK_OK)
		rc = set_tags(m, j, err);
	m->d.stateless = true;
	return rc;
}

int vm_add_pciid(struct ek_vibmake *m, struct ek_err *err)
{
	const struct ek_pcipool_opts po = { .threads = 0 };
	struct job j = {
		.m = m, .image = m->o->text[EK_VO_PCI_ID_FOR],
		.driver = m->o->add[0].driver, .text = EK_BUF_INIT,
	};
	int rc = ek_pcipool_open(&j.pool, j.image, &po, err);

	if (rc == EK_OK)
		rc = find_driver(&j, err);
	if (rc == EK_OK)
		rc = make_map(&j, err);
	if (m->o->has_time)
		j.mtime = m->o->time;
	if (rc == EK_OK)
		rc = make_part(m, &j, err);
	if (rc == EK_OK)
		rc = describe(m, &j, err);
	if (rc == EK_OK)
		vm_tell(m, EK_SAY_NOTE, "%s: only the map gets the id: "
			EK_PCIADD_TABLE, j.path);
	ek_buf_free(&j.text);
	ek_pcipool_free(&j.pool);
	return rc;
}
