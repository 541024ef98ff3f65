/* SPDX-License-Identifier: BSD-2-Clause */
/* t_err.c - unit tests of err.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/err.h"

static void test_message(void **state)
{
	struct ek_err err = EK_ERR_INIT;

	(void)state;
	assert_int_equal(ek_fail(&err, EK_EFORMAT, "'%s' is %d", "x", 7),
			 EK_EFORMAT);
	assert_int_equal(err.code, EK_EFORMAT);
	assert_int_equal(err.sys, 0);
	assert_string_equal(err.msg, "'x' is 7");
}

static void test_errno(void **state)
{
	struct ek_err err = EK_ERR_INIT;

	(void)state;
	errno = ENOENT;
	assert_int_equal(ek_fail_sys(&err, "cannot open '%s'", "f"), EK_ESYS);
	assert_int_equal(err.sys, ENOENT);
	assert_string_equal(err.msg,
			    "cannot open 'f': No such file or directory");
}

static void test_long_message_is_cut(void **state)
{
	struct ek_err err = EK_ERR_INIT;
	char text[4096];

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	errno = EIO;
	(void)ek_fail_sys(&err, "%s", text);
	assert_int_equal(strlen(err.msg), sizeof(err.msg) - 1);
}

static void test_no_object(void **state)
{
	(void)state;
	assert_int_equal(ek_fail(NULL, EK_ELIMIT, "x"), EK_ELIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_message),
		cmocka_unit_test(test_errno),
		cmocka_unit_test(test_long_message_is_cut),
		cmocka_unit_test(test_no_object),
	};

	return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
