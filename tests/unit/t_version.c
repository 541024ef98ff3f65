/* SPDX-License-Identifier: BSD-2-Clause */
/* t_version.c - unit tests of version.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/version.h"

#include "relation_rows.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Measured on ESXi 6.7 (imgdb.5, "Comparing versions"). */
static const struct {
	const char *a;
	char op;
	const char *b;
} order[] = {
	{ "1.0", '<', "1.0-1" },
	{ "1.0", '<', "1.0.0" },
	{ "1", '<', "1.0" },
	{ "1.a", '<', "1.0" },
	{ "1.0", '<', "1.0a" },
	{ "1.0a", '<', "1.0b" },
	{ "1.9", '<', "1.10" },
	{ "01.0", '=', "1.0" },
	{ "1.0-1", '=', "1.0-01" },
	{ "1-5OEM", '<', "1-5vmw" },
	{ "1-1", '<', "1-2" },
	{ "1-2", '<', "1-10" },
	{ "3.0.1.0-5vmw.670.0.0.8169922", '<', "3.0.1.0-15vmw.650" },
	{ "6.7.0-0.0.9999", '<', "6.7.0-0.0.8169922" },
	{ "1..2", '<', "1.0.2" },
	{ "1.", '<', "1.0" },
	{ "1.0-", '=', "1.0" },
	{ "a", '<', "1" },
	{ "a", '<', "b" },
	{ "1.0.1-1", '<', "1.0a-1" },
	{ "2", '>', "1.10-1" },
	{ "8.0.3.1-2vmw.0.0.381646", '<', "8.0.3.1-2vmw.0.0.381647" },
	{ "5.3.2-99", '<', "5.3.2-100" },
	{ "1.0-1.1", '>', "1.0-1" },
	{ "1.0-a", '<', "1.0-1" },
	{ "1.0-B", '<', "1.0-a" },
	{ "10", '>', "9" },
	{ "1.0-1vmw", '>', "1.0-1OEM" },
	{ "1.00.1", '=', "1.0.1" },
	{ "18446744073709551616.0", '>', "18446744073709551615.9" },
	{ "7.0.0-1.0.15843807", '=', "7.0.0-1.0.15843807" },
	{ "1.0_1", '>', "1.0" },
	{ "6.011.00-2vft.510.0.0.799733", '<', "6.011.00-2vft.510.0.0.799734" },
	{ "8.045a-napi", '>', "8.045-napi" },
	{ "", '<', "1" },
	/* ours */
	{ "", '=', "" },
	{ "0", '>', "" },
	{ "000", '=', "0" },
	{ "0", '>', "a" },
	{ "1.0-1", '>', "1.0-" },
	{ "1.\xff", '>', "1.\x01" },
};

static int sign(int c)
{
	return (c > 0) - (c < 0);
}

static void test_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(order); i++) {
		int want = order[i].op == '<' ? -1 : order[i].op == '>';
		int c = sign(ek_version_cmp(order[i].a, order[i].b));
		int back = sign(ek_version_cmp(order[i].b, order[i].a));

		if (c != want || back != -want)
			fail_msg("'%s' and '%s': %d and back %d", order[i].a,
				 order[i].b, c, back);
		assert_true(ek_version_valid(order[i].a));
		assert_true(ek_version_valid(order[i].b));
	}
}

/* Of any three texts of the table the order is one: no circles. */
static void test_order_is_transitive(void **state)
{
	size_t n = COUNT(order);

	(void)state;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++)
			for (size_t k = 0; k < n; k++) {
				const char *a = order[i].a, *b = order[j].b;
				const char *c = order[k].a;

				if (ek_version_cmp(a, b) <= 0 &&
				    ek_version_cmp(b, c) <= 0)
					assert_true(ek_version_cmp(a, c) <= 0);
			}
}

static void test_relations(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(relation_rows); i++)
		if (ek_version_satisfies(relation_rows[i].have,
					 relation_rows[i].relation,
					 relation_rows[i].want) !=
		    relation_rows[i].meets)
			fail_msg("row %zu", i);
}

static void test_valid(void **state)
{
	static const char *const bad[] = { "1-2-3", "1.0-1-", "--1", "-1-" };
	static const char *const good[] = { "", "-", "1-", "-1", "a b" };

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(ek_version_valid(bad[i]));
	for (size_t i = 0; i < COUNT(good); i++)
		assert_true(ek_version_valid(good[i]));
}

static void test_relation_names(void **state)
{
	static const char *const good[] = { "<<", "<=", "=", ">=", ">>" };
	static const char *const bad[] = { "", "<", ">", "==", "<< ", "=>" };

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		assert_true(ek_version_relation_valid(good[i]));
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(ek_version_relation_valid(bad[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_order_is_transitive),
		cmocka_unit_test(test_relations),
		cmocka_unit_test(test_valid),
		cmocka_unit_test(test_relation_names),
	};

	return cmocka_run_group_tests_name("version", tests, NULL, NULL);
}
