/* SPDX-License-Identifier: BSD-2-Clause */
/* imgedit.c - add, replace and remove VIBs of an image database */
#include "os.h"

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/imgedit.h"
#include "ek/names.h"
#include "ek/profile.h"
#include "ek/relations.h"
#include "ek/release.h"
#include "ek/rules_profile.h"
#include "ek/version.h"

/* Where a VIB of the database goes. */
enum { STAYS = -1, ASKED = -2 }; /* else the number of the add in its way */

struct goer {
	const struct ek_dbvib *v;
	long by;
	enum ek_displaced why;
	bool told; /* as the old one of a replace */
};

/* One VIB to add. */
struct comer {
	const struct ek_dbadd *a;
	struct ek_vibdesc d; /* owned */
	char *id;            /* owned */
	bool already;
};

struct edit {
	struct ek_imgdb *db;
	struct ek_profile *p;
	const struct ek_imgedit_opts *o;
	const struct ek_release *release;
	struct comer *in;
	size_t n_in;
	struct goer *out; /* one for each VIB of the database */
	size_t n_out;
	struct ek_imgedit *e;
	struct ek_err *err;
};

static int no_memory(struct ek_err *err)
{
	errno = ENOMEM;
	return ek_fail_sys(err, "image database");
}

const char *ek_change_name(enum ek_change_kind kind)
{
	static const char *const names[] = {
		[EK_CHANGE_ALREADY] = "already", [EK_CHANGE_ADD] = "add",
		[EK_CHANGE_REPLACE] = "replace",
		[EK_CHANGE_DOWNGRADE] = "downgrade",
		[EK_CHANGE_REMOVE] = "remove",
	};

	return names[kind];
}

/* ---- what comes ---------------------------------------------------------- */

static int parse_add(struct edit *x, size_t i)
{
	const struct ek_dbadd *a = &x->o->adds[i];
	struct comer *c = &x->in[i];
	int rc;

	c->a = a;
	rc = ek_vibdesc_parse(&c->d, a->label, a->text, a->len, x->err);
	if (rc != EK_OK)
		return rc;
	x->n_in++;
	c->id = ek_vibdesc_id(&c->d);
	if (c->id == NULL)
		return no_memory(x->err);
	for (size_t k = 0; k < i; k++)
		if (strcmp(x->in[k].d.name, c->d.name) == 0)
			return ek_fail(x->err, EK_EREFUSE, "'%s' and '%s' are "
				       "both VIB '%s': an image holds one",
				       x->in[k].a->label, a->label, c->d.name);
	return EK_OK;
}

static int parse_adds(struct edit *x)
{
	int rc = EK_OK;

	x->in = calloc(x->o->n_adds + 1, sizeof(*x->in));
	if (x->in == NULL)
		return no_memory(x->err);
	for (size_t i = 0; i < x->o->n_adds && rc == EK_OK; i++)
		rc = parse_add(x, i);
	return rc;
}

/* The same VIB with the same bytes, and the profile lists it. */
static int find_already(struct edit *x)
{
	for (size_t i = 0; i < x->n_in; i++) {
		struct comer *c = &x->in[i];
		const struct ek_dbvib *v = ek_imgdb_find(x->db, c->id);
		int rc;

		if (v == NULL || ek_profile_find(x->p, c->id) == NULL)
			continue;
		rc = ek_imgdb_same(v, c->a, &c->already, x->err);
		if (rc != EK_OK)
			return rc;
	}
	return EK_OK;
}

/* ---- what goes ----------------------------------------------------------- */

/* Is it the very VIB that someone adds and that is there? */
static bool is_already(const struct edit *x, const char *id)
{
	for (size_t i = 0; i < x->n_in; i++)
		if (x->in[i].already && strcmp(x->in[i].id, id) == 0)
			return true;
	return false;
}

static int list_vibs(struct edit *x)
{
	x->n_out = ek_imgdb_vibs(x->db);
	x->out = calloc(x->n_out + 1, sizeof(*x->out));
	if (x->out == NULL)
		return no_memory(x->err);
	for (size_t i = 0; i < x->n_out; i++)
		x->out[i] = (struct goer){
			.v = ek_imgdb_vib(x->db, i), .by = STAYS,
		};
	return EK_OK;
}

/* Comparisons that a and b ask for, at most; none of the counts is above 2^20. */
static uint64_t work(const struct ek_vibdesc *a, const struct ek_vibdesc *b)
{
	return (uint64_t)(a->replaces.n + 1) * (b->provides.n + 1) +
	       (uint64_t)(b->replaces.n + 1) * (a->provides.n + 1);
}

static int find_displaced(struct edit *x)
{
	uint64_t steps = 0;

	for (size_t i = 0; i < x->n_in; i++) {
		if (x->in[i].already)
			continue;
		for (size_t k = 0; k < x->n_out; k++) {
			struct goer *g = &x->out[k];
			enum ek_displaced why;

			if (g->by >= 0 || is_already(x, g->v->id))
				continue;
			steps += work(&x->in[i].d, &g->v->d);
			if (steps > EK_RELATIONS_STEPS)
				return ek_fail(x->err, EK_ELIMIT, "'%s': more "
					       "than %u comparisons to find "
					       "what it replaces",
					       x->in[i].a->label,
					       EK_RELATIONS_STEPS);
			why = ek_relations_displaced(&x->in[i].d, &g->v->d);
			if (why == EK_STAYS)
				continue;
			g->by = (long)i;
			g->why = why;
		}
	}
	return EK_OK;
}

/* Is a within two changes of b: the row of an edit distance at a time. */
static bool is_near(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b), row[64], corner, old;

	if (strcasestr(a, b) != NULL || strcasestr(b, a) != NULL)
		return true;
	if (m >= 64 || n > m + 2 || m > n + 2)
		return false;
	for (size_t k = 0; k <= m; k++)
		row[k] = k;
	for (size_t i = 1; i <= n; i++) {
		corner = row[0]++;
		for (size_t k = 1; k <= m; k++) {
			old = row[k];
			row[k] = corner + (a[i - 1] != b[k - 1]);
			if (old + 1 < row[k])
				row[k] = old + 1;
			if (row[k - 1] + 1 < row[k])
				row[k] = row[k - 1] + 1;
			corner = old;
		}
	}
	return row[m] <= 2;
}

#define NEAR_MAX 5

static int unknown(const struct edit *x, const char *name)
{
	struct ek_buf near = EK_BUF_INIT;
	size_t n = 0;

	for (size_t i = 0; i < x->n_out && n < NEAR_MAX; i++)
		if (name[0] != '\0' && is_near(x->out[i].v->d.name, name))
			ek_buf_addf(&near, "%s'%s'", n++ != 0 ? ", " : "",
				    x->out[i].v->d.name);
	ek_err_set(x->err, EK_EREFUSE, 0, "'%s' has no VIB '%s'%s%s",
		   ek_imgdb_name(x->db), name, n != 0 ? "; there is " : "",
		   ek_buf_str(&near));
	ek_buf_free(&near);
	return EK_EREFUSE;
}

static int find_asked(struct edit *x)
{
	for (size_t i = 0; i < x->o->removes.n; i++) {
		const char *name = x->o->removes.v[i];
		bool any = ek_profile_find(x->p, name) != NULL;

		for (size_t k = 0; k < x->n_out; k++) {
			struct goer *g = &x->out[k];

			if (strcmp(g->v->d.name, name) != 0 &&
			    strcmp(g->v->id, name) != 0)
				continue;
			any = true;
			if (g->by == STAYS && !is_already(x, g->v->id))
				g->by = ASKED;
		}
		if (!any)
			return unknown(x, name);
	}
	return EK_OK;
}

/* ---- telling ------------------------------------------------------------- */

static char *dup_or_null(const char *s, bool *nomem)
{
	char *text = s != NULL ? strdup(s) : NULL;

	if (text == NULL && s != NULL)
		*nomem = true;
	return text;
}

static void free_change(struct ek_change *c)
{
	free(c->name);
	free(c->old_id);
	free(c->old_version);
	free(c->new_id);
	free(c->new_version);
	free(c->why);
}

static const char *text(const char *s)
{
	return s != NULL ? s : "";
}

/* c (NULL: none) comes, g (NULL: none) goes. */
static int tell(struct edit *x, enum ek_change_kind kind, const struct comer *c,
		const struct ek_dbvib *g, const char *why)
{
	struct ek_change *v = reallocarray(x->e->changes, x->e->n_changes + 1,
					   sizeof(*v)), *n;
	const struct ek_vibdesc *d = c != NULL ? &c->d : &g->d;
	bool nomem = false;

	if (v == NULL)
		return no_memory(x->err);
	x->e->changes = v;
	n = &v[x->e->n_changes++];
	*n = (struct ek_change){ .kind = kind, .level = d->level };
	n->name = dup_or_null(d->name, &nomem);
	n->why = dup_or_null(why, &nomem);
	if (g != NULL) {
		n->old_id = dup_or_null(g->id, &nomem);
		n->old_version = dup_or_null(text(g->d.version), &nomem);
	}
	if (c != NULL) {
		n->new_id = dup_or_null(c->id, &nomem);
		n->new_version = dup_or_null(text(c->d.version), &nomem);
	}
	return nomem ? no_memory(x->err) : EK_OK;
}

/* The VIB that c takes the place of: of its name, and listed where several. */
static struct goer *find_old(struct edit *x, size_t i)
{
	struct goer *best = NULL;

	for (size_t k = 0; k < x->n_out; k++) {
		struct goer *g = &x->out[k];

		if (g->by != (long)i || g->why != EK_SAME_NAME)
			continue;
		if (best == NULL || ek_profile_find(x->p, g->v->id) != NULL)
			best = g;
	}
	return best;
}

static int tell_add(struct edit *x, size_t i)
{
	struct comer *c = &x->in[i];
	enum ek_change_kind kind = EK_CHANGE_REPLACE;
	struct goer *g;

	if (c->already)
		return tell(x, EK_CHANGE_ALREADY, c,
			    ek_imgdb_find(x->db, c->id), NULL);
	g = find_old(x, i);
	if (g != NULL)
		g->told = true;
	if (g == NULL || ek_profile_find(x->p, g->v->id) == NULL)
		return tell(x, EK_CHANGE_ADD, c, NULL, NULL);
	if (strcmp(g->v->id, c->id) == 0)
		return tell(x, kind, c, g->v, "the same version with other "
			    "contents");
	if (ek_version_cmp(text(c->d.version), text(g->v->d.version)) < 0)
		kind = EK_CHANGE_DOWNGRADE;
	return tell(x, kind, c, g->v, NULL);
}

static int tell_remove(struct edit *x, const struct goer *g)
{
	char why[256];

	if (g->by == ASKED)
		return tell(x, EK_CHANGE_REMOVE, NULL, g->v, NULL);
	snprintf(why, sizeof(why), "%s '%s'",
		 g->why == EK_REPLACES ? "it replaces" : "replaced by",
		 x->in[g->by].d.name);
	return tell(x, EK_CHANGE_REMOVE, NULL, g->v, why);
}

/* One that the profile lists and the database does not have, by its id. */
static int tell_missing(struct edit *x, const char *id)
{
	struct ek_vibdesc d = { .name = (char *)(uintptr_t)id };
	const struct ek_dbvib v = { .id = d.name, .d = d };

	if (ek_profile_find(x->p, id) == NULL ||
	    ek_imgdb_find(x->db, id) != NULL)
		return EK_OK;
	return tell(x, EK_CHANGE_REMOVE, NULL, &v, "of which there was no XML");
}

static int tell_all(struct edit *x)
{
	int rc = EK_OK;

	for (size_t i = 0; i < x->n_in && rc == EK_OK; i++)
		rc = tell_add(x, i);
	for (size_t i = 0; i < x->n_out && rc == EK_OK; i++)
		if (x->out[i].by != STAYS && !x->out[i].told)
			rc = tell_remove(x, &x->out[i]);
	for (size_t i = 0; i < x->o->removes.n && rc == EK_OK; i++)
		rc = tell_missing(x, x->o->removes.v[i]);
	return rc;
}

/* ---- names --------------------------------------------------------------- */

static int put_name(struct ek_nametab *t, const struct ek_local *l,
		    enum ek_name_fate fate, struct ek_err *err)
{
	enum ek_name_use use = l->type != NULL ? ek_name_use_of(l->type)
					       : EK_USE_FILE;

	return ek_nametab_add(t, l->vib_id, l->payload, l->name, fate, use,
			      err);
}

int ek_imgedit_names(const struct ek_imgdb *db, struct ek_nametab *t,
		     struct ek_err *err)
{
	struct ek_profile *p;
	struct ek_local *l = NULL;
	size_t n = 0;
	int rc = ek_imgdb_profile(db, &p, err);

	*t = (struct ek_nametab){ .v = NULL };
	if (rc == EK_OK)
		rc = ek_imgdb_locals(db, p, 0, &l, &n, err);
	for (size_t i = 0; i < n && rc == EK_OK; i++)
		rc = put_name(t, &l[i], EK_NAME_KEPT, err);
	ek_locals_free(l, n);
	if (rc != EK_OK)
		ek_nametab_free(t);
	return rc;
}

static bool goes(const struct edit *x, const char *id)
{
	for (size_t i = 0; i < x->n_out; i++)
		if (strcmp(x->out[i].v->id, id) == 0)
			return x->out[i].by != STAYS;
	/* no XML of it: only by its id */
	for (size_t i = 0; i < x->o->removes.n; i++)
		if (strcmp(x->o->removes.v[i], id) == 0)
			return true;
	return false;
}

/* Note the names that go, before their VIBs do. */
static int note_removed(struct edit *x)
{
	struct ek_local *l;
	size_t n;
	int rc = ek_imgdb_locals(x->db, x->p, 0, &l, &n, x->err);

	if (rc != EK_OK)
		return rc;
	for (size_t i = 0; i < n && rc == EK_OK; i++)
		if (goes(x, l[i].vib_id))
			rc = put_name(&x->e->names, &l[i], EK_NAME_REMOVED,
				      x->err);
	ek_locals_free(l, n);
	return rc;
}

static size_t count_payloads(const struct edit *x)
{
	size_t n = 0;

	for (size_t i = 0; i < x->n_in; i++)
		n += x->in[i].already ? 0 : x->in[i].d.n_payloads;
	return n;
}

/* The payloads of the new VIBs, behind the n that are there. */
static void append_new(const struct edit *x, struct ek_local *v, size_t *n)
{
	for (size_t i = 0; i < x->n_in; i++) {
		const struct comer *c = &x->in[i];

		for (size_t k = 0; !c->already && k < c->d.n_payloads; k++) {
			const struct ek_payload *p = &c->d.payloads[k];

			v[(*n)++] = (struct ek_local){
				.vib_id = c->id, .payload = p->name,
				.type = p->type, .vfat_name = p->vfat_name,
				.boot_order = p->boot_order,
				.overlay = c->d.overlay,
			};
		}
	}
}

/* By id and payload; what goes before what comes. */
static int by_name(const void *a, const void *b)
{
	const struct ek_nametab_row *x = a, *y = b;
	int c = strcmp(x->vib, y->vib);

	if (c == 0)
		c = strcmp(x->payload, y->payload);
	if (c == 0)
		c = (y->fate == EK_NAME_REMOVED) - (x->fate == EK_NAME_REMOVED);
	return c != 0 ? c : strcmp(x->name, y->name);
}

static int note_names(struct edit *x, const struct ek_local *l, size_t n)
{
	struct ek_nametab *t = &x->e->names;
	int rc = EK_OK;

	for (size_t i = 0; i < n && rc == EK_OK; i++)
		rc = put_name(t, &l[i],
			      l[i].added ? EK_NAME_ADDED : EK_NAME_KEPT,
			      x->err);
	if (t->n != 0)
		qsort(t->v, t->n, sizeof(*t->v), by_name);
	return rc;
}

/* List c in the profile with the names that its payloads got. */
static int list_vib(struct edit *x, const struct comer *c,
		    const struct ek_local *l, size_t n)
{
	struct ek_profile_payload *v = calloc(c->d.n_payloads + 1, sizeof(*v));
	size_t m = 0;
	int rc;

	if (v == NULL)
		return no_memory(x->err);
	for (size_t i = 0; i < n && m < c->d.n_payloads; i++)
		if (l[i].added && strcmp(l[i].vib_id, c->id) == 0) {
			v[m].payload = (char *)(uintptr_t)l[i].payload;
			v[m++].name = l[i].name;
		}
	rc = ek_profile_add_vib(x->p, c->id, v, m, x->err);
	free(v);
	return rc;
}

static int name_all(struct edit *x)
{
	bool hyphens = ek_imgdb_keeps_hyphen(x->db, x->release->keeps_hyphen);
	struct ek_local *v;
	size_t n;
	int rc = ek_imgdb_locals(x->db, x->p, count_payloads(x), &v, &n,
				 x->err);

	if (rc != EK_OK)
		return rc;
	append_new(x, v, &n);
	ek_locals_sort(v, n);
	/* a clash among kept names is no business of an edit that adds none */
	if (count_payloads(x) != 0)
		rc = ek_names_assign(v, n, hyphens, x->err);
	for (size_t i = 0; i < x->n_in && rc == EK_OK; i++)
		if (!x->in[i].already)
			rc = list_vib(x, &x->in[i], v, n);
	if (rc == EK_OK)
		rc = note_names(x, v, n);
	ek_locals_free(v, n);
	return rc;
}

/* ---- doing --------------------------------------------------------------- */

/* The new entries get a .orig and a .sig where the others have them. */
static int put_in(struct edit *x, bool orig, bool sig)
{
	int rc = EK_OK;

	for (size_t i = 0; i < x->n_in && rc == EK_OK; i++) {
		struct ek_dbadd *a = &x->o->adds[i];

		a->orig = orig;
		a->keep_sig = sig;
		if (!x->in[i].already)
			rc = ek_imgdb_add(x->db, a, x->err);
	}
	return rc;
}

static int move_all(struct edit *x)
{
	bool empty = x->n_out == 0;
	bool orig = empty ? x->release->stores_orig_sig
			  : ek_imgdb_has_orig(x->db);
	bool sig = empty ? x->release->stores_orig_sig
			 : ek_imgdb_has_sig(x->db);

	for (size_t i = 0; i < x->o->removes.n; i++)
		if (ek_imgdb_find(x->db, x->o->removes.v[i]) == NULL)
			ek_profile_remove_vib(x->p, x->o->removes.v[i]);
	/* from the end: what is taken out moves those behind it */
	for (size_t i = x->n_out; i-- > 0;) {
		const struct goer *g = &x->out[i];

		if (g->by == STAYS)
			continue;
		ek_profile_remove_vib(x->p, g->v->id);
		ek_imgdb_remove(x->db, g->v->id);
	}
	return put_in(x, orig, sig);
}

static int set_level(struct edit *x)
{
	enum ek_level level = x->p->level;

	x->e->old_level = level;
	for (size_t i = 0; i < x->n_in && !x->o->has_level; i++) {
		if (x->in[i].already || x->in[i].d.level >= level)
			continue;
		level = x->in[i].d.level;
		free(x->e->lowered_by);
		x->e->lowered_by = strdup(x->in[i].d.name);
		if (x->e->lowered_by == NULL)
			return no_memory(x->err);
	}
	if (x->o->has_level)
		level = x->o->level;
	x->e->new_level = level;
	return ek_profile_set_level(x->p, level, x->err);
}

static int set_texts(struct edit *x)
{
	const struct ek_imgedit_opts *o = x->o;
	int rc = EK_OK;

	if (o->name != NULL)
		rc = ek_profile_set(x->p, EK_PROFILE_NAME, o->name, x->err);
	if (rc == EK_OK && o->vendor != NULL)
		rc = ek_profile_set(x->p, EK_PROFILE_CREATOR, o->vendor,
				    x->err);
	if (rc == EK_OK && o->description != NULL)
		rc = ek_profile_set(x->p, EK_PROFILE_DESCRIPTION,
				    o->description, x->err);
	return rc;
}

/* One more for each VIB that comes or goes and for a change of level. */
static int set_serial(struct edit *x, size_t before)
{
	struct ek_imgedit *e = x->e;
	size_t come = 0, go;

	e->has_serial = x->p->has_serial;
	e->old_serial = e->new_serial = x->p->serial;
	if (!x->p->has_serial)
		return EK_OK;
	for (size_t i = 0; i < x->n_in; i++)
		come += !x->in[i].already;
	go = before + come - x->p->n_vibs;
	if (e->old_serial > INT64_MAX - (int64_t)(come + go) - 1)
		return ek_fail(x->err, EK_ELIMIT, "'%s': serialno %lld of the "
			       "profile cannot grow", ek_imgdb_name(x->db),
			       (long long)e->old_serial);
	e->new_serial += (int64_t)(come + go) + (e->old_level != e->new_level);
	return ek_profile_set_serial(x->p, e->new_serial, x->err);
}

/* What was asked for, else the later of the old one and the newest added. */
static int set_times(struct edit *x)
{
	struct ek_date d = x->p->modified;
	bool any = x->p->has_modified;

	for (size_t i = 0; i < x->n_in; i++) {
		const struct comer *c = &x->in[i];

		if (c->already || !c->d.has_date)
			continue;
		if (!any || ek_date_cmp(&c->d.date, &d) > 0)
			d = c->d.date;
		any = true;
	}
	if (x->o->dated)
		d = (struct ek_date){ .sec = x->o->mtime };
	x->e->fresh = any || x->o->dated ? d.sec : 0;
	if (!x->e->changed || !x->p->has_modified)
		return EK_OK;
	return ek_profile_set_modified(x->p, &d, x->err);
}

static int decide(struct edit *x)
{
	int rc = parse_adds(x);

	if (rc == EK_OK)
		rc = find_already(x);
	if (rc == EK_OK)
		rc = list_vibs(x);
	if (rc == EK_OK)
		rc = find_displaced(x);
	if (rc == EK_OK)
		rc = find_asked(x);
	return rc == EK_OK ? tell_all(x) : rc;
}

static int carry_out(struct edit *x)
{
	size_t before = x->p->n_vibs;
	int rc = note_removed(x);

	if (rc == EK_OK)
		rc = move_all(x);
	if (rc == EK_OK)
		rc = name_all(x);
	if (rc == EK_OK)
		rc = set_level(x);
	if (rc == EK_OK)
		rc = set_serial(x, before);
	if (rc == EK_OK)
		rc = set_texts(x);
	x->e->changed = ek_imgdb_changed(x->db);
	return rc == EK_OK ? set_times(x) : rc;
}

static void free_edit(struct edit *x)
{
	for (size_t i = 0; i < x->n_in; i++) {
		ek_vibdesc_clear(&x->in[i].d);
		free(x->in[i].id);
	}
	free(x->in);
	free(x->out);
}

int ek_imgedit_run(struct ek_imgdb *db, const struct ek_imgedit_opts *o,
		   struct ek_imgedit **out, struct ek_err *err)
{
	struct edit x = { .db = db, .o = o, .err = err };
	int rc;

	*out = NULL;
	rc = ek_imgdb_profile(db, &x.p, err);
	if (rc != EK_OK)
		return rc;
	x.release = ek_profile_release(db, o->target);
	x.e = calloc(1, sizeof(*x.e));
	if (x.e == NULL)
		return no_memory(err);
	rc = decide(&x);
	if (rc == EK_OK)
		rc = carry_out(&x);
	free_edit(&x);
	if (rc != EK_OK)
		ek_imgedit_free(&x.e);
	*out = x.e;
	return rc;
}

void ek_imgedit_free(struct ek_imgedit **out)
{
	struct ek_imgedit *e = *out;

	if (e == NULL)
		return;
	for (size_t i = 0; i < e->n_changes; i++)
		free_change(&e->changes[i]);
	free(e->changes);
	free(e->lowered_by);
	ek_nametab_free(&e->names);
	free(e);
	*out = NULL;
}
