/* SPDX-License-Identifier: BSD-2-Clause */
/* t_treemap.c - unit tests of treemap.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "ek/treemap.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static const struct ek_rect area = { 100, 50, 6000, 4000 };

static uint64_t size_of(const struct ek_rect *r)
{
	return (uint64_t)r->w * r->h;
}

static bool meet(const struct ek_rect *a, const struct ek_rect *b)
{
	return size_of(a) != 0 && size_of(b) != 0 && a->x < b->x + b->w &&
	       b->x < a->x + a->w && a->y < b->y + b->h && b->y < a->y + a->h;
}

/* Inside, no two on each other, together all of it. */
static void check_cover(const struct ek_rect *in,
			const struct ek_treemap_item *v, size_t n)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		const struct ek_rect *r = &v[i].at;

		sum += size_of(r);
		assert_true(r->x >= in->x && r->y >= in->y);
		assert_true(r->x + r->w <= in->x + in->w);
		assert_true(r->y + r->h <= in->y + in->h);
		for (size_t k = 0; k < i; k++)
			if (meet(r, &v[k].at))
				fail_msg("%zu lies on %zu", i, k);
	}
	assert_int_equal(sum, size_of(in));
}

/* An area is its share, but for what rounding to whole units moves along its
 * edges; of a piece of a few units nothing can be said. */
static void check_shares(const struct ek_rect *in,
			 const struct ek_treemap_item *v, size_t n)
{
	double all = 0;

	for (size_t i = 0; i < n; i++)
		all += (double)v[i].size;
	for (size_t i = 0; i < n; i++) {
		double want = (double)v[i].size / all * (double)size_of(in);
		double got = (double)size_of(&v[i].at);
		double edge = (double)v[i].at.w + (double)v[i].at.h + 2;

		if (want >= 10000 && (got > want + edge || got < want - edge))
			fail_msg("item %zu of %zu: %f, wanted %f", i, n, got,
				 want);
	}
}

/* The worked example of the paper: 6x4, areas 6 6 4 3 2 2 1; its figure 3. */
static void test_paper(void **state)
{
	static const uint64_t sizes[] = { 6, 6, 4, 3, 2, 2, 1 };
	static const struct ek_rect want[] = {
		{ 100, 50, 3000, 2000 }, { 100, 2050, 3000, 2000 },
		{ 3100, 50, 1714, 2333 }, { 4814, 50, 1286, 2333 },
		{ 3100, 2383, 1200, 1667 }, { 4300, 2383, 1200, 1667 },
		{ 5500, 2383, 600, 1667 },
	};
	struct ek_treemap_item v[LEN(sizes)];

	(void)state;
	for (size_t i = 0; i < LEN(sizes); i++)
		v[i] = (struct ek_treemap_item){ .size = sizes[i], .tag = i };
	ek_treemap(area, v, LEN(v));
	check_cover(&area, v, LEN(v));
	check_shares(&area, v, LEN(v));
	for (size_t i = 0; i < LEN(v); i++) {
		const struct ek_rect *r = &v[i].at;

		if (r->x != want[i].x || r->y != want[i].y ||
		    r->w != want[i].w || r->h != want[i].h)
			fail_msg("%zu: %u %u %u %u", i, r->x, r->y, r->w, r->h);
	}
}

/* The pieces of a real image's kind are no thin strips. */
static void test_square(void **state)
{
	struct ek_treemap_item v[60];
	double worst = 1;

	(void)state;
	for (size_t i = 0; i < LEN(v); i++)
		v[i] = (struct ek_treemap_item){ .size = 1000 + i * i * 997,
						 .tag = i };
	ek_treemap(area, v, LEN(v));
	for (size_t i = 0; i < LEN(v); i++) {
		double a = (double)v[i].at.w / (double)v[i].at.h;

		a = a < 1 ? 1 / a : a;
		worst = a > worst ? a : worst;
	}
	assert_true(worst < 3);
}

/* xorshift64: the same numbers each time. */
static uint64_t next(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

static void test_many(void **state)
{
	struct ek_treemap_item *v = calloc(400, sizeof(*v));
	uint64_t x = 88172645463325252u;

	(void)state;
	assert_non_null(v);
	for (size_t run = 0; run < 300; run++) {
		size_t n = 1 + (size_t)(next(&x) % 400);
		struct ek_rect in = { 7, 9, 3000 + (uint32_t)(next(&x) % 90000),
				      3000 + (uint32_t)(next(&x) % 90000) };

		if (run % 3 == 0) /* hardly any room */
			in.w = 1 + in.w % 9;
		for (size_t i = 0; i < n; i++)
			v[i] = (struct ek_treemap_item){
				.size = next(&x) >> (20 + next(&x) % 40),
				.tag = i };
		v[0].size += 1;
		ek_treemap(in, v, n);
		check_cover(&in, v, n);
		if (run % 3 != 0)
			check_shares(&in, v, n);
	}
	free(v);
}

/* Sorted, the caller's order among equals; nothing for nothing. */
static void test_order(void **state)
{
	struct ek_treemap_item v[] = {
		{ .size = 5, .tag = 2 }, { .size = 0, .tag = 1 },
		{ .size = 9, .tag = 3 }, { .size = 5, .tag = 0 },
	};

	(void)state;
	ek_treemap(area, v, LEN(v));
	assert_int_equal(v[0].tag, 3);
	assert_int_equal(v[1].tag, 0);
	assert_int_equal(v[2].tag, 2);
	assert_int_equal(v[3].tag, 1);
	assert_int_equal(size_of(&v[3].at), 0);
	check_cover(&area, v, LEN(v));
	ek_treemap(area, NULL, 0);
}

static void test_extremes(void **state)
{
	static const struct ek_rect none = { 3, 4, 0, 500 },
		big = { 0, 0, EK_TREEMAP_SIDE, EK_TREEMAP_SIDE };
	struct ek_treemap_item v[] = {
		{ .size = UINT64_MAX }, { .size = UINT64_MAX, .tag = 1 },
		{ .size = 1, .tag = 2 },
	};
	struct ek_treemap_item zero[] = { { .size = 0 }, { .size = 0 } };

	(void)state;
	ek_treemap(none, v, LEN(v));
	check_cover(&none, v, LEN(v));
	ek_treemap(big, v, LEN(v));
	check_cover(&big, v, LEN(v));
	assert_int_equal(v[0].at.h, EK_TREEMAP_SIDE / 2);
	ek_treemap(big, zero, LEN(zero));
	assert_int_equal(size_of(&zero[0].at), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paper),
		cmocka_unit_test(test_square),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_extremes),
	};

	return cmocka_run_group_tests_name("treemap", tests, NULL, NULL);
}
