/* SPDX-License-Identifier: BSD-2-Clause */
/* treemap.c - cut a rectangle into pieces as large as their sizes */
#include "os.h"

#include "ek/treemap.h"

static int by_size(const void *a, const void *b)
{
	const struct ek_treemap_item *x = a, *y = b;

	if (x->size != y->size)
		return x->size > y->size ? -1 : 1;
	return (x->tag > y->tag) - (x->tag < y->tag);
}

/* a * b / c to the nearest, b <= c, c != 0. There is no sum of products in it
 * that one compiler could fuse and another not. */
static uint32_t part(uint32_t a, uint64_t b, uint64_t c)
{
	double r = (double)a * (double)b / (double)c + 0.5;

	return r >= (double)a ? a : (uint32_t)r;
}

/* What of the rectangle is free, and the sum of what is to go there. */
struct rest {
	struct ek_rect r;
	uint64_t sum;
};

static uint32_t shorter(const struct ek_rect *r)
{
	return r->w < r->h ? r->w : r->h;
}

static uint32_t longer(const struct ek_rect *r)
{
	return r->w < r->h ? r->h : r->w;
}

/* How long is a piece of size v in a row of sum for its width, or the reverse:
 * the larger of both. */
static double aspect(const struct rest *f, uint64_t v, uint64_t sum)
{
	double thick = (double)longer(&f->r) * (double)sum / (double)f->sum;
	double length = (double)shorter(&f->r) * (double)v / (double)sum;
	double a = thick / length;

	return a < 1 ? 1 / a : a;
}

static double worst(const struct rest *f, uint64_t first, uint64_t last,
		    uint64_t sum)
{
	double a = aspect(f, first, sum), b = aspect(f, last, sum);

	return a > b ? a : b;
}

/* How many of the n items, all larger than 0, make the next row; *sum is theirs.
 */
static size_t take_row(const struct rest *f, const struct ek_treemap_item *v,
		       size_t n, uint64_t *sum)
{
	size_t k = 1;

	*sum = v[0].size;
	while (k < n && worst(f, v[0].size, v[k].size, *sum + v[k].size) <=
			worst(f, v[0].size, v[k - 1].size, *sum))
		*sum += v[k++].size;
	return k;
}

static void lay_row(struct rest *f, struct ek_treemap_item *v, size_t k,
		    uint64_t sum)
{
	bool upright = f->r.w >= f->r.h; /* a column at the left */
	uint32_t side = shorter(&f->r), from = 0;
	uint32_t thick = part(longer(&f->r), sum, f->sum);
	uint64_t so_far = 0;

	for (size_t i = 0; i < k; i++) {
		uint32_t to;

		so_far += v[i].size;
		to = part(side, so_far, sum);
		if (upright)
			v[i].at = (struct ek_rect){ f->r.x, f->r.y + from,
						    thick, to - from };
		else
			v[i].at = (struct ek_rect){ f->r.x + from, f->r.y,
						    to - from, thick };
		from = to;
	}
	f->sum -= sum;
	f->r.x += upright ? thick : 0;
	f->r.w -= upright ? thick : 0;
	f->r.y += upright ? 0 : thick;
	f->r.h -= upright ? 0 : thick;
}

/* So that no sum overflows. */
static void bound(struct ek_treemap_item *v, size_t n)
{
	uint64_t limit = EK_TREEMAP_SUM / (n + 1);

	for (size_t i = 0; i < n; i++)
		if (v[i].size > limit)
			v[i].size = limit;
}

void ek_treemap(struct ek_rect area, struct ek_treemap_item *items, size_t n)
{
	struct rest f = { .r = area, .sum = 0 };
	size_t m = 0, k;

	if (n == 0)
		return;
	qsort(items, n, sizeof(*items), by_size);
	bound(items, n);
	for (size_t i = 0; i < n; i++) {
		items[i].at = (struct ek_rect){ area.x, area.y, 0, 0 };
		f.sum += items[i].size;
		m += items[i].size != 0;
	}
	for (size_t i = 0; i < m && shorter(&f.r) != 0; i += k) {
		uint64_t sum;

		k = take_row(&f, items + i, m - i, &sum);
		lay_row(&f, items + i, k, sum);
	}
}
