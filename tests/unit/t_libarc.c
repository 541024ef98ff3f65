/* SPDX-License-Identifier: BSD-2-Clause */
/* t_libarc.c - unit tests of libarc.h */
#include "os.h"

#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/err.h"
#include "libarc.h"

static bool loaded(void)
{
	void *it = dlopen(EK_LIBARC, RTLD_NOW | RTLD_NOLOAD);

	if (it != NULL)
		dlclose(it);
	return it != NULL;
}

/* First of all: nothing has asked for it yet. */
static void test_not_before_it_is_wanted(void **state)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_libarc la;

	(void)state;
	assert_false(loaded());
	assert_int_equal(ek_libarc_open(&la, EK_LIBARC, &err), EK_OK);
	assert_true(strlen(la.archive_version_string()) > 0);
	ek_libarc_close(&la);
	assert_null(la.handle);
	/* it stays, and may be closed twice */
	assert_true(loaded());
	ek_libarc_close(&la);
	assert_non_null(strstr(ek_libarc_version(), "libarchive 3."));
}

static void test_not_there(void **state)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_libarc la;

	(void)state;
	assert_int_equal(ek_libarc_open(&la, "libarchive.so.0", &err), EK_ESYS);
	assert_null(la.handle);
	assert_non_null(strstr(err.msg, "cannot load libarchive, which reads"
			       " tars: libarchive.so.0: "));
}

/* Something else by that name, or one that is too old. */
static void test_lacks_a_call(void **state)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_libarc la;

	(void)state;
	assert_int_equal(ek_libarc_open(&la, "libc.so.6", &err), EK_ESYS);
	assert_null(la.handle);
	assert_non_null(strstr(err.msg, "'libc.so.6' has no archive_"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_not_before_it_is_wanted),
		cmocka_unit_test(test_not_there),
		cmocka_unit_test(test_lacks_a_call),
	};

	return cmocka_run_group_tests_name("libarc", tests, NULL, NULL);
}
