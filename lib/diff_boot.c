/* SPDX-License-Identifier: BSD-2-Clause */
/* diff_boot.c - the boot.cfg of one firmware: keys, modules, what was moved */
#include "os.h"

#include "diff_int.h"
#include "ek/bootcfg.h"
#include "ek/err.h"
#include "ek/path.h"

/* ---- loading ------------------------------------------------------------- */

static int add_key(struct diff_boot *b, const struct ek_bootcfg_line *l,
		   struct ek_err *err)
{
	char *key;
	int rc = EK_OK;

	/* abbreviations and case do not count; modules= is taken apart */
	if (l->option != NULL)
		return strcmp(l->option, "modules") == 0 ? EK_OK
			: diff_fact(&b->keys, l->option, l->value, err);
	key = strndup(l->key, l->key_len);
	if (key == NULL)
		return ek_fail_sys(err, "boot.cfg");
	ek_path_lower(key, key);
	rc = diff_fact(&b->keys, key, l->value, err);
	free(key);
	return rc;
}

static int add_module(struct diff_boot *b, const struct ek_bootcfg_item *it,
		      struct ek_err *err)
{
	const char *name = it->name;
	size_t len = it->name_len;
	struct diff_mod *m;

	while (len > 0 && *name == '/') {
		name++;
		len--;
	}
	m = diff_add(&b->mods, sizeof(*m), name, len, err);
	if (m == NULL)
		return EK_ESYS;
	ek_path_lower(m->key, m->key);
	m->place = b->mods.n - 1;
	m->peer = SIZE_MAX;
	m->opts = strndup(it->opts != NULL ? it->opts : "", it->opts_len);
	return m->opts != NULL ? EK_OK : ek_fail_sys(err, "boot.cfg");
}

int diff_boot_load(struct diff_boot *b, const struct ek_bootcfg *cfg,
		   struct ek_err *err)
{
	const char *list = ek_bootcfg_get(cfg, "modules");
	struct ek_bootcfg_item it;
	struct ek_bootcfg_line l;
	int rc = EK_OK;

	b->there = true;
	for (size_t i = 0; rc == EK_OK && i < ek_bootcfg_line_count(cfg); i++) {
		ek_bootcfg_line(cfg, i, &l);
		if (l.key != NULL && l.value != NULL)
			rc = add_key(b, &l, err);
	}
	while (rc == EK_OK && list != NULL &&
	       ek_bootcfg_next_item(&list, &it) == EK_BOOTCFG_ITEM)
		rc = add_module(b, &it, err);
	return rc;
}

/* ---- who is whose -------------------------------------------------------- */

static int by_key(const void *a, const void *b)
{
	const struct diff_mod *x = *(struct diff_mod *const *)a;
	const struct diff_mod *y = *(struct diff_mod *const *)b;
	int cmp = strcmp(x->key, y->key);

	return cmp != 0 ? cmp : (x->place > y->place) - (x->place < y->place);
}

static struct diff_mod **sorted(const struct diff_list *l, struct ek_err *err)
{
	struct diff_mod **v = calloc(l->n + 1, sizeof(struct diff_mod *));
	struct diff_mod *m = l->v;

	if (v == NULL) {
		(void)ek_fail_sys(err, "boot.cfg");
		return NULL;
	}
	for (size_t i = 0; i < l->n; i++)
		v[i] = &m[i];
	qsort(v, l->n, sizeof(struct diff_mod *), by_key);
	return v;
}

/* The same name is the same module; the first with the first. */
static int find_peers(struct diff_list *a, struct diff_list *b,
		      struct ek_err *err)
{
	struct diff_mod **x = sorted(a, err);
	struct diff_mod **y = x != NULL ? sorted(b, err) : NULL;
	int cmp;

	for (size_t i = 0, j = 0; y != NULL && i < a->n && j < b->n; ) {
		cmp = strcmp(x[i]->key, y[j]->key);
		if (cmp == 0) {
			x[i]->peer = y[j]->place;
			y[j]->peer = x[i]->place;
		}
		i += cmp <= 0;
		j += cmp >= 0;
	}
	cmp = y != NULL ? EK_OK : EK_ESYS;
	free(x);
	free(y);
	return cmp;
}

/* How many of tail, n of them in rising order of their peers, come before m. */
static size_t before(const struct diff_mod *v, const size_t *tail, size_t n,
		     size_t peer)
{
	size_t low = 0;

	while (low < n) {
		size_t mid = low + (n - low) / 2;

		if (v[tail[mid]].peer < peer)
			low = mid + 1;
		else
			n = mid;
	}
	return low;
}

/*
 * The longest run that is in one order on both sides has stayed, whatever else
 * has a peer was moved. tail[k] is where the run of length k + 1 with the
 * lowest end ends, back[i] what comes before i in its run.
 */
static int find_moved(struct diff_list *a, struct diff_list *b,
		      struct ek_err *err)
{
	struct diff_mod *x = a->v, *y = b->v;
	size_t *tail = calloc(a->n + 1, sizeof(*tail));
	size_t *back = calloc(a->n + 1, sizeof(*back));
	int rc = EK_OK;
	size_t n = 0;

	if (tail == NULL || back == NULL) {
		rc = ek_fail_sys(err, "boot.cfg");
		goto out;
	}
	for (size_t i = 0; i < a->n; i++) {
		size_t k;

		if (x[i].peer == SIZE_MAX)
			continue;
		k = before(x, tail, n, x[i].peer);
		back[i] = k != 0 ? tail[k - 1] : SIZE_MAX;
		tail[k] = i;
		n += k == n;
		x[i].moved = true;
	}
	for (size_t i = n != 0 ? tail[n - 1] : SIZE_MAX; i != SIZE_MAX;
	     i = back[i])
		x[i].moved = false;
	for (size_t i = 0; i < b->n; i++)
		if (y[i].peer != SIZE_MAX)
			y[i].moved = x[y[i].peer].moved;
out:
	free(tail);
	free(back);
	return rc;
}

int diff_boot_match(struct diff_boot *a, struct diff_boot *b,
		    struct ek_err *err)
{
	int rc = find_peers(&a->mods, &b->mods, err);

	return rc == EK_OK ? find_moved(&a->mods, &b->mods, err) : rc;
}

const struct diff_mod *diff_mod_at(const struct diff_boot *b, size_t i)
{
	const struct diff_mod *m = b->mods.v;

	return i < b->mods.n ? &m[i] : NULL;
}

bool diff_boot_same(const struct diff_boot *a, const struct diff_boot *b)
{
	const struct diff_mod *x, *y;

	if (a->there != b->there || a->mods.n != b->mods.n ||
	    !diff_facts_same(&a->keys, &b->keys))
		return false;
	for (size_t i = 0; (x = diff_mod_at(a, i)) != NULL; i++) {
		y = diff_mod_at(b, x->peer);
		if (y == NULL || x->moved || strcmp(x->opts, y->opts) != 0)
			return false;
	}
	return true;
}
