/* SPDX-License-Identifier: BSD-2-Clause */
/* t_buf.c - unit tests of buf.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/buf.h"

static void test_append(void **state)
{
	struct ek_buf b = EK_BUF_INIT;

	(void)state;
	assert_null(b.p);
	assert_string_equal(ek_buf_str(&b), "");
	ek_buf_add(&b, NULL, 0);
	assert_non_null(b.p);
	assert_string_equal(b.p, "");
	ek_buf_adds(&b, "one");
	ek_buf_addc(&b, ' ');
	ek_buf_addf(&b, "%d-%s", 2, "three");
	ek_buf_add(&b, "\0x", 2);
	assert_int_equal(b.len, 13);
	assert_memory_equal(b.p, "one 2-three\0x", 14);
	assert_int_equal(ek_buf_check(&b, "b", NULL), EK_OK);
	ek_buf_reset(&b);
	assert_string_equal(ek_buf_str(&b), "");
	assert_int_equal(b.len, 0);
	ek_buf_free(&b);
	assert_null(b.p);
	ek_buf_free(&b);
}

/* Every length across several doublings keeps bytes and NUL. */
static void test_growth(void **state)
{
	struct ek_buf b = EK_BUF_INIT;

	(void)state;
	for (size_t i = 0; i < 5000; i++) {
		ek_buf_addc(&b, (char)('a' + i % 26));
		assert_int_equal(b.len, i + 1);
		assert_true(b.cap > b.len);
		assert_int_equal(b.p[b.len], 0);
	}
	for (size_t i = 0; i < 5000; i++)
		assert_int_equal(b.p[i], 'a' + i % 26);
	ek_buf_reset(&b);
	for (int i = 0; i < 300; i++)
		ek_buf_addf(&b, "%0*d", i % 70 + 1, i);
	assert_int_equal(b.len, strlen(b.p));
	ek_buf_free(&b);
}

/* More than there can be: nothing is changed, and it sticks. */
static void test_no_memory(void **state)
{
	struct ek_buf b = EK_BUF_INIT;
	struct ek_err err = EK_ERR_INIT;
	char *text;
	size_t len;

	(void)state;
	ek_buf_adds(&b, "kept");
	ek_buf_add(&b, "x", SIZE_MAX);
	assert_true(b.failed);
	assert_string_equal(ek_buf_str(&b), "kept");
	ek_buf_adds(&b, "lost");
	assert_string_equal(ek_buf_str(&b), "kept");
	assert_int_equal(ek_buf_check(&b, "the list", &err), EK_ESYS);
	assert_int_equal(err.sys, ENOMEM);
	assert_string_equal(err.msg, "the list: Cannot allocate memory");
	assert_int_equal(ek_buf_take(&b, "x", &text, &len, NULL), EK_ESYS);
	assert_null(text);
	ek_buf_free(&b);
	assert_false(b.failed);
}

static void test_take(void **state)
{
	struct ek_buf b = EK_BUF_INIT;
	char *text = NULL;
	size_t len = 9;

	(void)state;
	assert_int_equal(ek_buf_take(&b, "b", &text, &len, NULL), EK_OK);
	assert_non_null(text);
	assert_string_equal(text, "");
	assert_int_equal(len, 0);
	free(text);
	ek_buf_adds(&b, "abc");
	assert_int_equal(ek_buf_take(&b, "b", &text, &len, NULL), EK_OK);
	assert_null(b.p);
	assert_int_equal(b.len + b.cap, 0);
	assert_string_equal(text, "abc");
	free(text);
}

static void test_strs(void **state)
{
	static const char *const in[] = { "b", "a", "c", "A", "\xff", "" };
	static const char *const out[] = { "", "A", "a", "b", "c", "\xff" };
	struct ek_strs l = { NULL, 0, 0 };

	(void)state;
	ek_strs_sort(&l);
	assert_false(ek_strs_has(&l, ""));
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(ek_strs_add(&l, in[i], strlen(in[i]), NULL),
				 EK_OK);
	assert_true(ek_strs_has(&l, "A"));
	assert_false(ek_strs_has(&l, "B"));
	ek_strs_sort(&l);
	for (size_t i = 0; i < 6; i++)
		assert_string_equal(l.v[i], out[i]);
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(ek_strs_add(&l, "abcdef", i % 7, NULL), EK_OK);
	assert_string_equal(l.v[6 + 99], "a");
	assert_int_equal(l.n, 106);
	ek_strs_free(&l);
	assert_int_equal(l.n, 0);
	ek_strs_free(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_append),
		cmocka_unit_test(test_growth),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_take),
		cmocka_unit_test(test_strs),
	};

	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
