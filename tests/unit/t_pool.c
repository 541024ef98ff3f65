/* SPDX-License-Identifier: BSD-2-Clause */
/* t_pool.c - unit tests of pool.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "ek/err.h"
#include "ek/pool.h"

enum { N = 1000 };

struct job {
	unsigned done[N];
	size_t bad[2]; /* these fail */
};

static int square(void *ctx, size_t i, struct ek_err *err)
{
	struct job *j = ctx;

	j->done[i] = (unsigned)(i * i) + 1;
	if (i == j->bad[0] || i == j->bad[1])
		return ek_fail(err, EK_EREFUSE, "job %zu", i);
	return EK_OK;
}

static void run(unsigned threads, struct job *j)
{
	struct ek_err err = EK_ERR_INIT;

	memset(j, 0, sizeof(*j));
	j->bad[0] = j->bad[1] = N;
	assert_int_equal(ek_pool_run(threads, N, square, j, &err), EK_OK);
	assert_int_equal(err.code, 0);
	for (size_t i = 0; i < N; i++)
		assert_int_equal(j->done[i], i * i + 1);
}

/* Each job is run once, whatever the number of threads. */
static void test_all(void **state)
{
	static struct job one, other;

	(void)state;
	run(1, &one);
	for (unsigned t = 0; t < 12; t++) {
		run(t, &other);
		assert_memory_equal(&one, &other, sizeof(one));
	}
}

static void test_none(void **state)
{
	(void)state;
	assert_int_equal(ek_pool_run(4, 0, square, NULL, NULL), EK_OK);
}

/* With one thread nothing is begun behind the first failure. */
static void test_stops(void **state)
{
	static struct job j;
	struct ek_err err = EK_ERR_INIT;

	(void)state;
	j.bad[0] = 10;
	j.bad[1] = 20;
	assert_int_equal(ek_pool_run(1, N, square, &j, &err), EK_EREFUSE);
	assert_string_equal(err.msg, "job 10");
	assert_int_not_equal(j.done[10], 0);
	assert_int_equal(j.done[11], 0);
}

/* With several the lowest of those that failed is told, each time. */
static void test_lowest(void **state)
{
	static struct job j;

	(void)state;
	for (int i = 0; i < 200; i++) {
		struct ek_err err = EK_ERR_INIT;

		j.bad[0] = 3;
		j.bad[1] = 4;
		assert_int_equal(ek_pool_run(8, N, square, &j, &err),
				 EK_EREFUSE);
		assert_true(strcmp(err.msg, "job 3") == 0);
	}
	assert_int_equal(ek_pool_run(2, N, square, &j, NULL), EK_EREFUSE);
}

static void test_threads(void **state)
{
	(void)state;
	assert_int_equal(ek_pool_threads(1), 1);
	assert_int_equal(ek_pool_threads(3), 3);
	assert_int_equal(ek_pool_threads(1000), EK_POOL_MAX);
	assert_in_range(ek_pool_threads(0), 1, EK_POOL_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all), cmocka_unit_test(test_none),
		cmocka_unit_test(test_stops), cmocka_unit_test(test_lowest),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
