/* SPDX-License-Identifier: BSD-2-Clause */
/* t_entry.c - unit tests of entry.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/entry.h"

static void test_clear(void **state)
{
	struct ek_entry e = { .name = NULL }, zero = { .name = NULL };

	(void)state;
	ek_entry_clear(&e);
	e = (struct ek_entry){
		.name = strdup("n"), .link = strdup("l"), .uname = strdup("u"),
		.gname = strdup("g"), .type = EK_FT_SYMLINK, .mode = 0777,
		.size = 5,
	};
	ek_entry_clear(&e);
	assert_null(e.name);
	assert_null(e.gname);
	assert_int_equal(e.type, zero.type);
	assert_int_equal(e.mode, 0);
	assert_true(e.size == 0);
	ek_entry_clear(&e);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(ek_ftype_name(EK_FT_FILE), "file");
	assert_string_equal(ek_ftype_name(EK_FT_SYMLINK), "symbolic link");
	for (int t = EK_FT_FILE; t <= EK_FT_OTHER; t++)
		for (int u = EK_FT_FILE; u < t; u++)
			assert_string_not_equal(
				ek_ftype_name((enum ek_ftype)t),
				ek_ftype_name((enum ek_ftype)u));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clear),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests_name("entry", tests, NULL, NULL);
}
