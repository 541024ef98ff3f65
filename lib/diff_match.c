/* SPDX-License-Identifier: BSD-2-Clause */
/* diff_match.c - which VIB is whose, and is there any difference at all */
#include "os.h"

#include "diff_int.h"
#include "ek/bootcfg.h"
#include "ek/err.h"
#include "ek/version.h"

/* ---- VIBs ---------------------------------------------------------------- */

static bool same_content(const struct diff_vib *a, const struct diff_vib *b)
{
	const struct diff_group *x, *y;
	struct diff_walk w = { 0, 0 };

	if (!diff_facts_same(&a->facts, &b->facts) ||
	    (a->xml[0] != '\0' && b->xml[0] != '\0' &&
	     strcmp(a->xml, b->xml) != 0))
		return false;
	/* how a payload is packed and named on the image is no content */
	while (diff_groups_next(&a->groups, &b->groups, &w, &x, &y))
		if (x == NULL || y == NULL ||
		    (diff_group_how(x, y) & (DIFF_BYTES | DIFF_THERE)) != 0)
			return false;
	return true;
}

static enum diff_change change(const struct diff_vib *a,
			       const struct diff_vib *b)
{
	int cmp;

	if (strcmp(a->key, b->key) != 0 || !ek_version_valid(a->version) ||
	    !ek_version_valid(b->version))
		return strcmp(a->id, b->id) == 0 && same_content(a, b)
			? DIFF_SAME : DIFF_OTHER;
	cmp = ek_version_cmp(a->version, b->version);
	if (cmp != 0)
		return cmp < 0 ? DIFF_UP : DIFF_DOWN;
	return strcmp(a->id, b->id) == 0 && same_content(a, b) ? DIFF_SAME
							       : DIFF_OTHER;
}

static void pair(struct diff_vib *a, struct diff_vib *b)
{
	a->peer = b;
	b->peer = a;
	a->change = b->change = change(a, b);
}

/* n and m VIBs of one name, by id: those of one id, then the rest in order. */
static void pair_name(struct diff_vib *a, size_t n, struct diff_vib *b,
		      size_t m)
{
	for (size_t i = 0, j = 0; i < n && j < m; ) {
		int cmp = strcmp(a[i].id, b[j].id);

		if (cmp == 0)
			pair(&a[i], &b[j]);
		i += cmp <= 0;
		j += cmp >= 0;
	}
	for (size_t i = 0, j = 0; i < n && j < m; ) {
		if (a[i].peer == NULL && b[j].peer == NULL)
			pair(&a[i], &b[j]);
		i += a[i].peer != NULL;
		j += b[j].peer != NULL;
	}
}

static size_t run(const struct diff_list *l, size_t at)
{
	const struct diff_vib *v = l->v;
	size_t n = 1;

	while (at + n < l->n && strcmp(v[at].key, v[at + n].key) == 0)
		n++;
	return n;
}

static void pair_vibs(struct diff_list *a, struct diff_list *b, bool alone)
{
	struct diff_vib *x = a->v, *y = b->v;

	if (alone) {
		pair(x, y);
		return;
	}
	for (size_t i = 0, j = 0; i < a->n && j < b->n; ) {
		int cmp = strcmp(x[i].key, y[j].key);
		size_t n = run(a, i), m = run(b, j);

		if (cmp == 0)
			pair_name(&x[i], n, &y[j], m);
		i += cmp <= 0 ? n : 0;
		j += cmp >= 0 ? m : 0;
	}
}

/* Is every VIB of a the same on the other side; exact: its packing, too. */
static bool same_vibs(const struct diff_list *a, const struct diff_list *b,
		      bool exact)
{
	const struct diff_vib *v = a->v;

	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (v[i].peer == NULL || strcmp(v[i].id, v[i].peer->id) != 0 ||
		    (exact && (v[i].change != DIFF_SAME ||
			       !diff_groups_same(&v[i].groups,
						 &v[i].peer->groups))))
			return false;
	return true;
}

/* ---- the rest ------------------------------------------------------------ */

static bool same_facts(const struct diff_side *a, const struct diff_side *b)
{
	return diff_facts_same(&a->profile, &b->profile) &&
	       diff_facts_same(&a->disc, &b->disc) &&
	       diff_facts_same(&a->database, &b->database) &&
	       diff_facts_same(&a->pci, &b->pci);
}

static bool same_database(const struct ek_diff *d)
{
	const struct diff_side *a = &d->side[0], *b = &d->side[1];

	return same_vibs(&a->vibs, &b->vibs, true) &&
	       diff_facts_same(&a->profile, &b->profile) &&
	       diff_facts_same(&a->database, &b->database);
}

/* What is told from inside a file is not told again as "changed". */
static void mark_told(struct ek_diff *d, bool bios, bool uefi, bool db)
{
	for (size_t i = 0; i < 2; i++) {
		struct diff_file *f = d->side[i].files.v;

		for (size_t k = 0; k < d->side[i].files.n; k++)
			f[k].told = (f[k].is == DIFF_BIOS_CFG && !bios) ||
				(f[k].is == DIFF_UEFI_CFG && !uefi) ||
				(f[k].is == DIFF_IMGDB && !db);
	}
}

static bool same_files(const struct ek_diff *d)
{
	const struct diff_file *x, *y;
	struct diff_walk w = { 0, 0 };

	return !diff_files_next(&d->side[0].files, &d->side[1].files, &w, &x,
				&y);
}

/* Two databases that say the same, in other bytes. */
static int add_packed(struct ek_diff *d, bool same, struct ek_err *err)
{
	struct diff_side *a = &d->side[0], *b = &d->side[1];
	int rc;

	if (!same || a->packed[0] == '\0' || b->packed[0] == '\0' ||
	    strcmp(a->packed, b->packed) == 0)
		return EK_OK;
	rc = diff_fact(&a->database, "the file itself", a->packed, err);
	if (rc == EK_OK)
		rc = diff_fact(&b->database, "the file itself", b->packed, err);
	if (rc == EK_OK)
		rc = diff_facts_seal(&a->database, false, err);
	return rc == EK_OK ? diff_facts_seal(&b->database, false, err) : rc;
}

int diff_match(struct ek_diff *d, struct ek_err *err)
{
	struct diff_side *a = &d->side[0], *b = &d->side[1];
	bool same[2], db;
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < 2; i++)
		rc = diff_boot_match(&a->boot[i], &b->boot[i], err);
	if (rc != EK_OK)
		return rc;
	pair_vibs(&a->vibs, &b->vibs,
		  a->kind == DIFF_VIB && b->kind == DIFF_VIB);
	for (size_t i = 0; i < 2; i++)
		same[i] = diff_boot_same(&a->boot[i], &b->boot[i]);
	db = same_database(d);
	mark_told(d, same[EK_BOOT_BIOS], same[EK_BOOT_UEFI], db);
	rc = add_packed(d, db, err);
	d->packages_same = same_vibs(&a->vibs, &b->vibs, false);
	d->same = same[0] && same[1] && same_facts(a, b) && same_files(d) &&
		same_vibs(&a->vibs, &b->vibs, true) &&
		diff_groups_same(&a->groups, &b->groups);
	return rc;
}
