/* SPDX-License-Identifier: BSD-2-Clause */
/* pcimatch.c - which driver takes a device */
#include "os.h"

#include "ek/err.h"
#include "ek/pcimatch.h"

static const char *const ranks[] = {
	"oem", "ihv", "default", "driver", "fallback",
};

enum { N_RANKS = sizeof(ranks) / sizeof(ranks[0]) };

int ek_map_rank(const char *path)
{
	static const char top[] = "etc/vmware/", dir[] = ".map.d/";

	if (strncmp(path, top, sizeof(top) - 1) != 0)
		return -1;
	path += sizeof(top) - 1;
	for (int r = 0; r < N_RANKS; r++) {
		size_t n = strlen(ranks[r]);

		if (strncmp(path, ranks[r], n) == 0 &&
		    strncmp(path + n, dir, sizeof(dir) - 1) == 0)
			return r;
	}
	return -1;
}

const char *ek_map_rank_name(int rank)
{
	return rank >= 0 && rank < N_RANKS ? ranks[rank] : "other";
}

const char *ek_pcihow_name(enum ek_pcihow how)
{
	static const char *const names[] = { "class", "device", "subsystem" };

	return names[how];
}

/* ---- one line ----------------------------------------------------------- */

/* Does the pattern of a line take the device; *may: it wants what of the device
 * is not known. */
static bool takes(const char *pattern, const char *id, bool *may)
{
	*may = false;
	for (size_t i = 0; i < EK_PCI_PATTERN; i++) {
		if (pattern[i] == '.' || pattern[i] == id[i])
			continue;
		if (id[i] != '?')
			return false;
		*may = true;
	}
	return true;
}

static bool wants(const char *pattern, size_t from, size_t n)
{
	return strspn(pattern + from, ".") < n;
}

static enum ek_pcihow how_of(const char *pattern)
{
	if (wants(pattern, 8, 8))
		return EK_PCI_BY_SUBSYSTEM;
	return wants(pattern, 0, 8) ? EK_PCI_BY_DEVICE : EK_PCI_BY_CLASS;
}

bool ek_pcihit_counts(const struct ek_pcihit *h)
{
	return !h->unloaded && !h->missing && !h->vague && h->rank >= 0;
}

/* ---- order -------------------------------------------------------------- */

/* The part of the order that decides which of two is used. */
static int by_merit(const struct ek_pcihit *a, const struct ek_pcihit *b)
{
	if (ek_pcihit_counts(a) != ek_pcihit_counts(b))
		return ek_pcihit_counts(a) ? -1 : 1;
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	if (a->how != b->how)
		return a->how > b->how ? -1 : 1;
	return (int)a->may - (int)b->may;
}

/* And the rest, so that it does not depend on the order of files. */
static int by_order(const void *x, const void *y)
{
	const struct ek_pcihit *a = x, *b = y;
	int c = by_merit(a, b);

	if (c == 0)
		c = strcmp(a->source->path, b->source->path);
	if (c == 0 && a->line->line != b->line->line)
		c = a->line->line < b->line->line ? -1 : 1;
	return c;
}

/* ---- all lines ---------------------------------------------------------- */

static int add(struct ek_pcimatch *m, const struct ek_pcihit *h,
	       struct ek_err *err)
{
	struct ek_pcihit *v;

	/* grown to the next power of two */
	if ((m->n & (m->n - 1)) == 0) {
		v = reallocarray(m->hits, m->n == 0 ? 1 : m->n * 2, sizeof(*v));
		if (v == NULL)
			return ek_fail_sys(err, "drivers of a device");
		m->hits = v;
	}
	m->hits[m->n++] = *h;
	return EK_OK;
}

static int try_line(const struct ek_pcidrivers *drivers,
		    const struct ek_pcisource *s, const struct ek_map_line *l,
		    const struct ek_pcidev *d, struct ek_pcimatch *m,
		    struct ek_err *err)
{
	char pattern[EK_PCI_PATTERN + 1];
	struct ek_pcihit h = { .source = s, .line = l };

	if (!ek_map_line_pattern(l, pattern) || !takes(pattern, d->id, &h.may))
		return EK_OK;
	h.rank = ek_map_rank(s->path);
	h.how = how_of(pattern);
	h.unloaded = l->kind == EK_MAP_LINUX && !drivers->vmklinux;
	h.missing = drivers->has_module != NULL &&
		!drivers->has_module(drivers->ctx, l->driver);
	h.vague = h.how == EK_PCI_BY_CLASS && h.may && d->id[16] == '?';
	return add(m, &h, err);
}

static void judge(struct ek_pcimatch *m)
{
	if (m->n > 1)
		qsort(m->hits, m->n, sizeof(*m->hits), by_order);
	if (m->n == 0 || !ek_pcihit_counts(&m->hits[0]))
		return;
	m->verdict = m->hits[0].may ? EK_PCI_MAY : EK_PCI_TAKEN;
	for (size_t i = 1; i < m->n && !m->tie; i++) {
		if (by_merit(&m->hits[0], &m->hits[i]) != 0)
			break;
		m->tie = strcmp(m->hits[0].line->driver,
				m->hits[i].line->driver) != 0;
	}
}

int ek_pcimatch(const struct ek_pcidrivers *drivers, const struct ek_pcidev *d,
		struct ek_pcimatch *m, struct ek_err *err)
{
	size_t steps = 0;
	int rc = EK_OK;

	*m = (struct ek_pcimatch){ .verdict = EK_PCI_NONE };
	for (size_t i = 0; i < drivers->n; i++) {
		const struct ek_pcisource *s = &drivers->v[i];

		steps += s->map->n;
		if (steps > EK_PCIMATCH_STEPS)
			return ek_fail(err, EK_ELIMIT, "more than %u lines in"
				       " driver maps", EK_PCIMATCH_STEPS);
		for (size_t k = 0; rc == EK_OK && k < s->map->n; k++)
			rc = try_line(drivers, s, &s->map->v[k], d, m, err);
		if (rc != EK_OK)
			return rc;
	}
	judge(m);
	return EK_OK;
}

void ek_pcimatch_clear(struct ek_pcimatch *m)
{
	free(m->hits);
	*m = (struct ek_pcimatch){ .verdict = EK_PCI_NONE };
}
