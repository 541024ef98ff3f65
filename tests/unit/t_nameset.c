/* SPDX-License-Identifier: BSD-2-Clause */
/* t_nameset.c - unit tests of nameset.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/err.h"
#include "nameset.h"

static void test_kinds(void **state)
{
	struct ek_nameset s = { NULL };

	(void)state;
	assert_int_equal(ek_nameset_find(&s, "etc", 3), EK_NAME_NEW);
	assert_int_equal(ek_nameset_put(&s, "etc/x", 3, EK_NAME_IMPLIED, NULL),
			 EK_OK);
	assert_int_equal(ek_nameset_find(&s, "etc", 3), EK_NAME_IMPLIED);
	assert_int_equal(ek_nameset_find(&s, "etc/x", 5), EK_NAME_NEW);
	assert_int_equal(ek_nameset_find(&s, "et", 2), EK_NAME_NEW);
	assert_int_equal(ek_nameset_put(&s, "etc", 3, EK_NAME_DIR, NULL),
			 EK_OK);
	assert_int_equal(ek_nameset_find(&s, "etc", 3), EK_NAME_DIR);
	assert_int_equal(ek_nameset_put(&s, "etc/x", 5, EK_NAME_OTHER, NULL),
			 EK_OK);
	assert_int_equal(ek_nameset_find(&s, "etc/x", 5), EK_NAME_OTHER);
	assert_int_equal(ek_nameset_find(&s, "Etc", 3), EK_NAME_NEW);
	ek_nameset_free(&s);
	assert_int_equal(ek_nameset_find(&s, "etc", 3), EK_NAME_NEW);
	ek_nameset_free(&s);
}

static void test_many(void **state)
{
	struct ek_nameset s = { NULL };
	char name[16];

	(void)state;
	for (int i = 0; i < 20000; i++) {
		int n = snprintf(name, sizeof(name), "%05d", i);

		assert_int_equal(ek_nameset_put(&s, name, (size_t)n,
						EK_NAME_OTHER, NULL), EK_OK);
	}
	assert_int_equal(ek_nameset_find(&s, "19999", 5), EK_NAME_OTHER);
	assert_int_equal(ek_nameset_find(&s, "20000", 5), EK_NAME_NEW);
	ek_nameset_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests_name("nameset", tests, NULL, NULL);
}
