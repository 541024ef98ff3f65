/* SPDX-License-Identifier: BSD-2-Clause */
/* diff_side.c - what one side has: put in, sealed, freed */
#include "os.h"

#include "diff_int.h"
#include "ek/bootcfg.h"
#include "ek/err.h"
#include "ek/imgdb.h"
#include "ek/payload.h"
#include "ek/pcimap.h"
#include "ek/profile.h"

static int no_memory(const struct diff_side *s, struct ek_err *err)
{
	errno = ENOMEM;
	return ek_fail_sys(err, "'%s'", s->path);
}

/* ---- parts --------------------------------------------------------------- */

int diff_add_vib(struct diff_side *s, const struct ek_vibdesc *d,
		 const char *id, struct diff_vib **v, struct ek_err *err)
{
	const char *name = d->name != NULL ? d->name : "";

	*v = diff_add(&s->vibs, sizeof(**v), name, strlen(name), err);
	if (*v == NULL)
		return EK_ESYS;
	(*v)->id = strdup(id);
	(*v)->version = strdup(d->version != NULL ? d->version : "");
	(*v)->level = d->level;
	if ((*v)->id == NULL || (*v)->version == NULL)
		return no_memory(s, err);
	return diff_add_desc(&(*v)->facts, d, err);
}

static int by_id(const void *key, const void *vib)
{
	return strcmp(key, ((const struct diff_vib *)vib)->id);
}

struct diff_vib *diff_find_vib(const struct diff_side *s, const char *id)
{
	return s->vibs.n == 0 ? NULL
		: bsearch(id, s->vibs.v, s->vibs.n, sizeof(struct diff_vib),
			  by_id);
}

int diff_add_group(struct diff_list *groups, const char *name,
		   const char *file, struct diff_group **g, struct ek_err *err)
{
	*g = diff_add(groups, sizeof(**g), name, strlen(name), err);
	if (*g == NULL)
		return EK_ESYS;
	(*g)->file = file != NULL ? strdup(file) : NULL;
	if (file != NULL && (*g)->file == NULL)
		return ek_fail_sys(err, "'%s'", file);
	return EK_OK;
}

int diff_add_file(struct diff_list *l, const char *path, const char *link,
		  uint32_t mode, uint64_t size, const char *sha256,
		  struct ek_err *err)
{
	struct diff_file *f = diff_add(l, sizeof(*f), path, strlen(path), err);

	if (f == NULL)
		return EK_ESYS;
	f->mode = mode;
	f->size = size;
	snprintf(f->sha256, sizeof(f->sha256), "%s", sha256);
	f->link = link != NULL ? strdup(link) : NULL;
	if (link != NULL && f->link == NULL)
		return ek_fail_sys(err, "'%s'", path);
	return EK_OK;
}

/* What is not sound inside cannot be compared; name is of the file. */
int diff_add_look(struct diff_group *g, const struct ek_payload_look *l,
		  const char *name, struct ek_err *err)
{
	const struct ek_err *why = l->layers_rc != EK_OK ? &l->layers_why
							 : &l->why;

	if (l->layers_rc != EK_OK || l->rc != EK_OK)
		return ek_fail(err, EK_EFORMAT, "'%.300s': %.700s", name,
			       why->msg);
	g->there = g->looked = true;
	g->size = l->size;
	snprintf(g->sha256, sizeof(g->sha256), "%s", l->sha256);
	snprintf(g->inside, sizeof(g->inside), "%s", l->inside_sha256);
	return EK_OK;
}

/* "10ec:8125", with the subsystem and the class where the line has them. */
static void id_text(const char *p, char out[64])
{
	size_t n = (size_t)snprintf(out, 64, "%.4s:%.4s", p, p + 4);

	if (strspn(p + 8, ".") < 8)
		n += (size_t)snprintf(out + n, 64 - n, " %.4s:%.4s", p + 8,
				      p + 12);
	if (strspn(p + 16, ".") < 6)
		snprintf(out + n, 64 - n, " class %.6s", p + 16);
}

int diff_add_map(struct diff_side *s, const struct ek_pcimap *map,
		 const char *vib, struct ek_err *err)
{
	char pattern[EK_PCI_PATTERN + 1], id[64], *who;
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < map->n; i++) {
		if (!ek_map_line_pattern(&map->v[i], pattern))
			continue;
		id_text(pattern, id);
		if (asprintf(&who, vib != NULL ? "%s (%s)" : "%s",
			     map->v[i].driver, vib) < 0)
			return no_memory(s, err);
		rc = diff_fact(&s->pci, id, who, err);
		free(who);
	}
	return rc;
}

/* ---- a database ---------------------------------------------------------- */

static int add_date(struct diff_list *l, const char *key, bool has,
		    const struct ek_date *d, struct ek_err *err)
{
	char date[EK_DATE_SIZE];

	if (!has)
		return EK_OK;
	ek_date_format(d, date);
	return diff_fact(l, key, date, err);
}

int diff_add_profile(struct diff_side *s, const struct ek_profile *p,
		     struct ek_err *err)
{
	struct diff_list *l = &s->profile;
	char serial[24];
	int rc;

	s->has_level = true;
	s->level = p->level;
	snprintf(serial, sizeof(serial), "%lld", (long long)p->serial);
	if ((rc = diff_fact(l, "name", p->name, err)) != EK_OK ||
	    (rc = diff_fact(l, "vendor", p->creator, err)) != EK_OK ||
	    (rc = diff_fact(l, "level", ek_level_name(p->level),
			    err)) != EK_OK ||
	    (rc = diff_fact(l, "id", p->id, err)) != EK_OK ||
	    (rc = diff_fact(l, "description", p->description, err)) != EK_OK ||
	    (rc = add_date(l, "created", p->has_created, &p->created,
			   err)) != EK_OK ||
	    (rc = add_date(l, "modified", p->has_modified, &p->modified,
			   err)) != EK_OK)
		return rc;
	return p->has_serial ? diff_fact(l, "serial", serial, err) : EK_OK;
}

/* What its payloads are called on the image. */
static int add_locals(struct diff_vib *to, const struct ek_dbvib *v,
		      const struct ek_profile *p, struct ek_err *err)
{
	const struct ek_profile_vib *pv = ek_profile_find(p, v->id);
	int rc = EK_OK;

	for (size_t i = 0; pv != NULL && rc == EK_OK && i < pv->n_payloads; i++)
		rc = diff_factf(&to->facts, err, pv->payloads[i].name,
				"payload %s on the image",
				pv->payloads[i].payload);
	return rc;
}

/* What databases alone have of a VIB; names: no image follows that shows the
 * names of the files. */
static int add_db_facts(struct diff_vib *to, const struct ek_dbvib *v,
			const struct ek_profile *p, bool names,
			struct ek_err *err)
{
	bool listed = p != NULL && ek_profile_find(p, v->id) != NULL;
	int rc = diff_fact(&to->facts, "in the profile",
			   listed ? "true" : "false", err);

	if (rc == EK_OK && v->sig != NULL && v->sig->e.size != 0)
		rc = diff_fact_sum(&to->facts, "signature", v->sig->data,
				   (size_t)v->sig->e.size, err);
	if (rc == EK_OK && v->orig != NULL && v->orig->e.size != 0)
		rc = diff_fact_sum(&to->facts, "signed descriptor",
				   v->orig->data, (size_t)v->orig->e.size, err);
	if (rc == EK_OK && names)
		rc = add_locals(to, v, p, err);
	/* a host writes when it was installed; that is no content */
	if (rc == EK_OK && !v->d.has_installdate)
		rc = ek_digest_mem(EK_SHA256, v->xml->data,
				   (size_t)v->xml->e.size, to->xml, err);
	return rc;
}

static int add_db_files(struct diff_side *s, const struct ek_imgdb *db,
			struct ek_err *err)
{
	const struct ek_dbfile *f;
	bool reserved;
	size_t pos = 0;
	int rc = EK_OK;

	while (rc == EK_OK && (f = ek_imgdb_next_other(db, &pos)) != NULL)
		rc = diff_fact_sum(&s->database, f->e.name, f->data,
				   (size_t)f->e.size, err);
	for (pos = 0; rc == EK_OK && (f = ek_imgdb_next_bulletin(
			db, &pos, &reserved)) != NULL; )
		rc = diff_fact_sum(&s->database, f->e.name, f->data,
				   (size_t)f->e.size, err);
	return rc;
}

int diff_add_db(struct diff_side *s, const struct ek_imgdb *db,
		const struct diff_want *w, struct ek_err *err)
{
	struct ek_profile *p = NULL;
	int rc = ek_imgdb_profile(db, &p, err);

	if (rc == EK_OK)
		rc = diff_add_profile(s, p, err);
	for (size_t i = 0; rc == EK_OK && i < ek_imgdb_vibs(db); i++) {
		const struct ek_dbvib *v = ek_imgdb_vib(db, i);
		struct diff_vib *to;

		rc = diff_add_vib(s, &v->d, v->id, &to, err);
		if (rc == EK_OK && w->exact)
			rc = add_db_facts(to, v, p, !w->files, err);
	}
	return rc == EK_OK ? add_db_files(s, db, err) : rc;
}

/* ---- all of it ----------------------------------------------------------- */

static int by_name_id(const void *a, const void *b)
{
	const struct diff_vib *x = a, *y = b;
	int cmp = strcmp(x->key, y->key);

	return cmp != 0 ? cmp : strcmp(x->id, y->id);
}

static void seal_groups(struct diff_list *l)
{
	struct diff_group *g = l->v;

	for (size_t i = 0; i < l->n; i++)
		diff_files_sort(&g[i].files);
	diff_sort(l, sizeof(*g));
}

int diff_seal(struct diff_side *s, struct ek_err *err)
{
	struct diff_list *facts[] = { &s->profile, &s->disc, &s->database,
				      &s->pci, &s->notes };
	struct diff_vib *v = s->vibs.v;
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < 5; i++)
		rc = diff_facts_seal(facts[i], false, err);
	for (size_t i = 0; rc == EK_OK && i < s->vibs.n; i++)
		rc = diff_facts_seal(&v[i].facts, false, err);
	for (size_t i = 0; rc == EK_OK && i < 2; i++)
		rc = diff_facts_seal(&s->boot[i].keys, true, err);
	for (size_t i = 0; i < s->vibs.n; i++)
		seal_groups(&v[i].groups);
	seal_groups(&s->groups);
	if (s->vibs.n > 1)
		qsort(v, s->vibs.n, sizeof(*v), by_name_id);
	diff_files_sort(&s->files);
	return rc;
}

static void free_groups(struct diff_list *l)
{
	struct diff_group *g = l->v;

	for (size_t i = 0; i < l->n; i++) {
		free(g[i].key);
		free(g[i].file);
		diff_files_free(&g[i].files);
	}
	free(g);
}

static void free_vibs(struct diff_list *l)
{
	struct diff_vib *v = l->v;

	for (size_t i = 0; i < l->n; i++) {
		free(v[i].key);
		free(v[i].id);
		free(v[i].version);
		diff_facts_free(&v[i].facts);
		free_groups(&v[i].groups);
	}
	free(v);
}

static void free_boot(struct diff_boot *b)
{
	struct diff_mod *m = b->mods.v;

	for (size_t i = 0; i < b->mods.n; i++) {
		free(m[i].key);
		free(m[i].opts);
	}
	free(m);
	diff_facts_free(&b->keys);
}

void diff_side_free(struct diff_side *s)
{
	diff_facts_free(&s->profile);
	diff_facts_free(&s->disc);
	diff_facts_free(&s->database);
	diff_facts_free(&s->pci);
	diff_facts_free(&s->notes);
	free_vibs(&s->vibs);
	free_groups(&s->groups);
	diff_files_free(&s->files);
	free_boot(&s->boot[EK_BOOT_BIOS]);
	free_boot(&s->boot[EK_BOOT_UEFI]);
}
