/* SPDX-License-Identifier: BSD-2-Clause */
/* relations.c - what VIBs want of each other: the only solver */
#include "os.h"

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/relations.h"
#include "ek/version.h"

/* ---- one constraint, one VIB --------------------------------------------- */

static bool same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

bool ek_relations_meets(const struct ek_vibdesc *d,
			const struct ek_constraint *c)
{
	if (same(d->name, c->name) &&
	    ek_version_satisfies(d->version, c->relation, c->version))
		return true;
	for (size_t i = 0; i < d->provides.n; i++) {
		const struct ek_constraint *p = &d->provides.v[i];

		if (same(p->name, c->name) &&
		    ek_version_satisfies(p->version, c->relation, c->version))
			return true;
	}
	return false;
}

static bool meets_any(const struct ek_vibdesc *d,
		      const struct ek_constraints *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (ek_relations_meets(d, &list->v[i]))
			return true;
	return false;
}

/* Every VIB replaces what its own name stands for in lower versions. */
static bool replaces(const struct ek_vibdesc *a, const struct ek_vibdesc *b)
{
	struct ek_constraint own = {
		.name = a->name, .relation = NULL, .version = a->version,
	};
	char below[] = "<<";

	if (meets_any(b, &a->replaces))
		return true;
	if (a->name == NULL || a->version == NULL)
		return false;
	own.relation = below;
	return ek_relations_meets(b, &own);
}

enum ek_displaced ek_relations_displaced(const struct ek_vibdesc *added,
					 const struct ek_vibdesc *there)
{
	if (same(added->name, there->name))
		return EK_SAME_NAME;
	if (replaces(added, there))
		return EK_REPLACED;
	if (replaces(there, added))
		return EK_REPLACES;
	return EK_STAYS;
}

void ek_constraint_text(const struct ek_constraint *c, struct ek_buf *out)
{
	ek_buf_adds(out, c->name != NULL ? c->name : "");
	if (c->relation != NULL && c->version != NULL)
		ek_buf_addf(out, " %s %s", c->relation, c->version);
}

/* ---- the list of problems ------------------------------------------------ */

struct ek_problems {
	struct ek_problem *v; /* owned, with others and path */
	size_t n, cap;
};

size_t ek_problems_count(const struct ek_problems *p)
{
	return p->n;
}

const struct ek_problem *ek_problems_at(const struct ek_problems *p, size_t i)
{
	return &p->v[i];
}

void ek_problems_free(struct ek_problems **p)
{
	if (*p == NULL)
		return;
	for (size_t i = 0; i < (*p)->n; i++) {
		free((void *)(uintptr_t)(*p)->v[i].others);
		free((void *)(uintptr_t)(*p)->v[i].path);
	}
	free((*p)->v);
	free(*p);
	*p = NULL;
}

static int too_many(struct ek_err *err)
{
	return ek_fail(err, EK_ELIMIT, "the VIBs have more than %u problems "
		       "with each other", EK_RELATIONS_PROBLEMS);
}

/* Copies others; path (may be NULL) becomes the list's on success. */
static int add_problem(struct ek_problems *list, struct ek_problem p,
		       const size_t *others, size_t n, char *path,
		       struct ek_err *err)
{
	size_t *copy = NULL;

	if (list->n >= EK_RELATIONS_PROBLEMS)
		return too_many(err);
	if (list->n == list->cap) {
		size_t cap = list->cap != 0 ? list->cap * 2 : 16;
		struct ek_problem *v = reallocarray(list->v, cap, sizeof(*v));

		if (v == NULL)
			return ek_fail_sys(err, "relations");
		list->v = v;
		list->cap = cap;
	}
	if (n != 0) {
		copy = calloc(n, sizeof(*copy));
		if (copy == NULL)
			return ek_fail_sys(err, "relations");
		memcpy(copy, others, n * sizeof(*copy));
	}
	p.others = copy;
	p.n_others = n;
	p.path = path;
	list->v[list->n++] = p;
	return EK_OK;
}

/* ---- who provides what --------------------------------------------------- */

struct provide {
	const char *name, *version; /* version may be NULL */
	size_t vib;
};

struct index {
	struct provide *v; /* owned; sorted by name, then VIB */
	size_t n;
	size_t steps;      /* comparisons so far */
};

static int by_name(const void *a, const void *b)
{
	const struct provide *x = a, *y = b;
	int c = strcmp(x->name, y->name);

	if (c != 0)
		return c;
	return (x->vib > y->vib) - (x->vib < y->vib);
}

static void put(struct index *x, const char *name, const char *version,
		size_t vib)
{
	if (name != NULL)
		x->v[x->n++] = (struct provide){ name, version, vib };
}

static int index_make(struct index *x, const struct ek_relvib *v, size_t n,
		      struct ek_err *err)
{
	size_t want = n;

	for (size_t i = 0; i < n; i++)
		want += v[i].d->provides.n;
	x->n = x->steps = 0;
	x->v = calloc(want + 1, sizeof(*x->v));
	if (x->v == NULL)
		return ek_fail_sys(err, "relations");
	for (size_t i = 0; i < n; i++) {
		const struct ek_constraints *p = &v[i].d->provides;

		put(x, v[i].d->name, v[i].d->version, i);
		for (size_t k = 0; k < p->n; k++)
			put(x, p->v[k].name, p->v[k].version, i);
	}
	qsort(x->v, x->n, sizeof(*x->v), by_name);
	return EK_OK;
}

/* The first provide of this name, or x->n. */
static size_t index_find(const struct index *x, const char *name)
{
	size_t low = 0, high = x->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(x->v[mid].name, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Mark in hit[] the VIBs but self that meet c; says whether there are any. */
static bool index_mark(struct index *x, const struct ek_constraint *c,
		       size_t self, bool *hit)
{
	bool any = false;

	if (c->name == NULL)
		return false;
	for (size_t i = index_find(x, c->name);
	     i < x->n && strcmp(x->v[i].name, c->name) == 0; i++) {
		if (x->steps++ > EK_RELATIONS_STEPS)
			break;
		if (x->v[i].vib == self ||
		    !ek_version_satisfies(x->v[i].version, c->relation,
					  c->version))
			continue;
		any = true;
		if (hit == NULL)
			break;
		hit[x->v[i].vib] = true;
	}
	return any;
}

/* ---- dependencies -------------------------------------------------------- */

/* Two that ESXi itself skips (imgdb.5, "Validation"). */
static bool is_ignored(const struct ek_vibdesc *d,
		       const struct ek_constraint *c)
{
	if (same(c->name, "vmkapi_incompat_2_3_0_0"))
		return true;
	return same(d->name, "misc-drivers") && same(c->name, "esx-base") &&
	       same(c->relation, "=") && same(c->version, "5.5.0") &&
	       d->version != NULL && ek_version_cmp(d->version, "6.1") < 0;
}

static bool installer_has(const struct ek_constraint *c)
{
	return same(c->name, "installer:esximage") &&
	       ek_version_satisfies("1.0", c->relation, c->version);
}

static int find_missing(struct ek_problems *list, struct index *x,
			const struct ek_relvib *v, size_t n, struct ek_err *err)
{
	int rc = EK_OK;

	for (size_t i = 0; i < n; i++) {
		const struct ek_constraints *want = &v[i].d->depends;

		for (size_t k = 0; k < want->n && rc == EK_OK; k++) {
			const struct ek_constraint *c = &want->v[k];
			struct ek_problem p = {
				.kind = EK_MISSING, .vib = i, .c = c,
			};

			if (index_mark(x, c, SIZE_MAX, NULL) ||
			    is_ignored(v[i].d, c) || installer_has(c))
				continue;
			rc = add_problem(list, p, NULL, 0, NULL, err);
		}
		if (rc != EK_OK)
			return rc;
	}
	return EK_OK;
}

/* ---- conflicts and replaces ---------------------------------------------- */

/* Pairs (a, b), a reported with b; for conflicts a < b. */
struct pair {
	size_t a, b;
};

struct pairs {
	struct pair *v;
	size_t n, cap;
};

static int add_pair(struct pairs *l, size_t a, size_t b, struct ek_err *err)
{
	if (l->n >= EK_RELATIONS_PROBLEMS)
		return too_many(err);
	if (l->n == l->cap) {
		size_t cap = l->cap != 0 ? l->cap * 2 : 64;
		struct pair *v = reallocarray(l->v, cap, sizeof(*v));

		if (v == NULL)
			return ek_fail_sys(err, "relations");
		l->v = v;
		l->cap = cap;
	}
	l->v[l->n++] = (struct pair){ a, b };
	return EK_OK;
}

static int by_pair(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	if (x->a != y->a)
		return x->a < y->a ? -1 : 1;
	return (x->b > y->b) - (x->b < y->b);
}

/* What the VIB at i conflicts with, or replaces, marked in hit. */
static void mark_all(struct index *x, const struct ek_relvib *v, size_t i,
		     enum ek_problem_kind kind, bool *hit)
{
	const struct ek_vibdesc *d = v[i].d;
	const struct ek_constraints *l =
		kind == EK_CONFLICT ? &d->conflicts : &d->replaces;
	char below[] = "<<";
	struct ek_constraint own = {
		.name = d->name, .relation = below, .version = d->version,
	};

	for (size_t k = 0; k < l->n; k++)
		index_mark(x, &l->v[k], i, hit);
	if (kind == EK_OBSOLETE && d->version != NULL)
		index_mark(x, &own, i, hit);
}

static int find_pairs(struct pairs *l, struct index *x,
		      const struct ek_relvib *v, size_t n,
		      enum ek_problem_kind kind, bool *hit, struct ek_err *err)
{
	int rc = EK_OK;

	for (size_t i = 0; i < n && rc == EK_OK; i++) {
		memset(hit, 0, n * sizeof(*hit));
		mark_all(x, v, i, kind, hit);
		for (size_t k = 0; k < n && rc == EK_OK; k++) {
			if (!hit[k])
				continue;
			if (kind == EK_CONFLICT && i < k)
				rc = add_pair(l, i, k, err);
			else
				rc = add_pair(l, k, i, err);
		}
	}
	return rc;
}

/* One problem for each run of equal a; others are its b, each once. */
static int tell_pairs(struct ek_problems *list, struct pairs *l,
		      enum ek_problem_kind kind, size_t *others,
		      struct ek_err *err)
{
	size_t i = 0;
	int rc = EK_OK;

	if (l->n != 0)
		qsort(l->v, l->n, sizeof(*l->v), by_pair);
	while (i < l->n && rc == EK_OK) {
		struct ek_problem p = { .kind = kind, .vib = l->v[i].a };
		size_t n = 0;

		for (; i < l->n && l->v[i].a == p.vib; i++)
			if (n == 0 || others[n - 1] != l->v[i].b)
				others[n++] = l->v[i].b;
		rc = add_problem(list, p, others, n, NULL, err);
	}
	return rc;
}

static int find_related(struct ek_problems *list, struct index *x,
			const struct ek_relvib *v, size_t n,
			enum ek_problem_kind kind, struct ek_err *err)
{
	bool *hit = calloc(n + 1, sizeof(*hit));
	size_t *others = calloc(n + 1, sizeof(*others));
	struct pairs l = { NULL, 0, 0 };
	int rc;

	if (hit == NULL || others == NULL)
		rc = ek_fail_sys(err, "relations");
	else
		rc = find_pairs(&l, x, v, n, kind, hit, err);
	if (rc == EK_OK)
		rc = tell_pairs(list, &l, kind, others, err);
	free(l.v);
	free(others);
	free(hit);
	return rc;
}

/* ---- files claimed twice ------------------------------------------------- */

/* Put the component s[0..n) behind out[0..*len), or take one away for "..". */
static void add_component(char *out, size_t *len, const char *s, size_t n)
{
	if (n == 0 || (n == 1 && s[0] == '.'))
		return;
	if (n == 2 && s[0] == '.' && s[1] == '.') {
		while (*len > 0 && out[--*len] != '/')
			;
		return;
	}
	out[(*len)++] = '/';
	memcpy(out + *len, s, n);
	*len += n;
}

char *ek_relations_path(const char *path, bool *nomem)
{
	size_t len = strlen(path), n = 0;
	char *out;

	*nomem = false;
	if (len == 0 || path[len - 1] == '/')
		return NULL;
	out = malloc(len + 2);
	if (out == NULL) {
		*nomem = true;
		return NULL;
	}
	for (const char *p = path; *p != '\0';) {
		size_t part = strcspn(p, "/");

		add_component(out, &n, p, part);
		p += part;
		if (*p == '/')
			p++;
	}
	if (n == 0)
		out[n++] = '/';
	out[n] = '\0';
	return out;
}

struct claim {
	char *path; /* owned */
	size_t vib;
	bool overlay;
};

static int by_claim(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;
	int c;

	if (x->overlay != y->overlay)
		return x->overlay ? 1 : -1;
	c = strcmp(x->path, y->path);
	if (c != 0)
		return c;
	return (x->vib > y->vib) - (x->vib < y->vib);
}

static int collect_claims(const struct ek_relvib *v, size_t n,
			  struct claim *all, size_t *m, struct ek_err *err)
{
	bool nomem;

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < v[i].d->files.n; k++) {
			char *path = ek_relations_path(v[i].d->files.v[k],
						       &nomem);

			if (nomem)
				return ek_fail_sys(err, "relations");
			if (path != NULL)
				all[(*m)++] = (struct claim){
					path, i, v[i].d->overlay,
				};
		}
	}
	return EK_OK;
}

static int tell_claims(struct ek_problems *list, struct claim *all, size_t m,
		       size_t *others, struct ek_err *err)
{
	size_t i = 0;
	int rc = EK_OK;

	while (i < m && rc == EK_OK) {
		struct claim *c = &all[i];
		struct ek_problem p = {
			.kind = EK_CLAIMED, .vib = c->vib,
			.overlay = c->overlay,
		};
		size_t n = 0;

		for (; i < m && all[i].overlay == c->overlay &&
		       strcmp(all[i].path, c->path) == 0; i++)
			if (all[i].vib != (n == 0 ? p.vib : others[n - 1]))
				others[n++] = all[i].vib;
		if (n == 0)
			continue;
		rc = add_problem(list, p, others, n, c->path, err);
		if (rc == EK_OK)
			c->path = NULL;
	}
	return rc;
}

static int find_claims(struct ek_problems *list, const struct ek_relvib *v,
		       size_t n, struct ek_err *err)
{
	size_t want = 0, m = 0, *others = calloc(n + 1, sizeof(*others));
	struct claim *all;
	int rc;

	for (size_t i = 0; i < n; i++)
		want += v[i].d->files.n;
	all = calloc(want + 1, sizeof(*all));
	if (all == NULL || others == NULL) {
		rc = ek_fail_sys(err, "relations");
		goto out;
	}
	rc = collect_claims(v, n, all, &m, err);
	if (rc != EK_OK)
		goto out;
	qsort(all, m, sizeof(*all), by_claim);
	rc = tell_claims(list, all, m, others, err);
out:
	for (size_t i = 0; i < m; i++)
		free(all[i].path);
	free(all);
	free(others);
	return rc;
}

/* ---- the call ------------------------------------------------------------ */

static int check(struct ek_problems *list, enum ek_problem_kind kind,
		 const struct ek_relvib *v, size_t n, struct ek_err *err)
{
	struct index x;
	int rc;

	if (kind == EK_CLAIMED)
		return find_claims(list, v, n, err);
	rc = index_make(&x, v, n, err);
	if (rc == EK_OK && kind == EK_MISSING)
		rc = find_missing(list, &x, v, n, err);
	else if (rc == EK_OK)
		rc = find_related(list, &x, v, n, kind, err);
	if (rc == EK_OK && x.steps > EK_RELATIONS_STEPS)
		rc = ek_fail(err, EK_ELIMIT, "the VIBs want too much of each "
			     "other: more than %u comparisons",
			     EK_RELATIONS_STEPS);
	free(x.v);
	return rc;
}

int ek_relations_check(struct ek_problems **out, enum ek_problem_kind kind,
		       const struct ek_relvib *v, size_t n, struct ek_err *err)
{
	struct ek_problems *list;
	int rc;

	*out = NULL;
	if (n > EK_RELATIONS_MAX)
		return ek_fail(err, EK_ELIMIT, "more than %u VIBs",
			       EK_RELATIONS_MAX);
	list = calloc(1, sizeof(*list));
	if (list == NULL)
		return ek_fail_sys(err, "relations");
	rc = check(list, kind, v, n, err);
	if (rc != EK_OK)
		ek_problems_free(&list);
	*out = list;
	return rc;
}
