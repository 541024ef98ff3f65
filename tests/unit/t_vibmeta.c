/* SPDX-License-Identifier: BSD-2-Clause */
/* t_vibmeta.c - unit tests of vibmeta.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "ek/err.h"
#include "ek/vibmeta.h"
#include "ek/vibopts.h"

static int parse(struct ek_vibopts *o, const char *text, struct ek_err *err)
{
	return ek_vibmeta_parse(o, "m", text, strlen(text), err);
}

static void test_values(void **state)
{
	struct ek_vibopts o;

	(void)state;
	ek_vibopts_init(&o);
	assert_int_equal(parse(&o, "# c\n\n name\t=  a-b \r\nsummary=x = y\n"
			       "tag = one\ntag = two\nany-files = true\n"
			       "overlay = false", NULL), EK_OK);
	assert_string_equal(o.text[EK_VO_NAME], "a-b");
	assert_string_equal(o.text[EK_VO_SUMMARY], "x = y");
	assert_int_equal(o.lists.tags.n, 2);
	assert_string_equal(o.lists.tags.v[1], "two");
	assert_true(o.given[EK_VO_ANY_FILES]);
	assert_true(o.given[EK_VO_OVERLAY]);
	assert_false(o.flag[EK_VO_OVERLAY]);
	ek_vibopts_clear(&o);
}

/* What was told before stays; lists grow. */
static void test_before(void **state)
{
	struct ek_vibopts o;

	(void)state;
	ek_vibopts_init(&o);
	assert_int_equal(ek_vibopts_set(&o, EK_VO_NAME, "first", NULL), EK_OK);
	assert_int_equal(ek_vibopts_set(&o, EK_VO_TAG, "t", NULL), EK_OK);
	assert_int_equal(parse(&o, "name = second\ntag = u\nvendor = v\n",
			       NULL), EK_OK);
	assert_string_equal(o.text[EK_VO_NAME], "first");
	assert_string_equal(o.text[EK_VO_VENDOR], "v");
	assert_int_equal(o.lists.tags.n, 2);
	ek_vibopts_clear(&o);
}

static const struct {
	const char *text, *msg;
} bad[] = {
	{ "x", "'m' line 1: no key = value: 'x'" },
	{ "\n = x", "'m' line 2: no option of vib-gen: ''" },
	{ "NAME = x", "'m' line 1: no option of vib-gen: 'NAME'" },
	{ "--name = x", "'m' line 1: no option of vib-gen: '--name'" },
	{ "meta = x", "'m' line 1: no option of vib-gen: 'meta'" },
	{ "name = a\nname = a", "'m' line 2: told twice: 'name'" },
	{ "version = 1-2-3", "'m' line 1: --version: '1-2-3' is no version:"
	  " words with dots between them, and a release behind a hyphen, such"
	  " as 1.0.2-1" },
	{ "any-files = yes", "'m' line 1: the value can be true only, not"
	  " 'yes'" },
	{ "tag = ", "'m' line 1: --tag: a tag cannot be empty" },
};

static void test_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct ek_err err = EK_ERR_INIT;
		struct ek_vibopts o;

		ek_vibopts_init(&o);
		assert_int_equal(parse(&o, bad[i].text, &err), EK_EFORMAT);
		assert_string_equal(err.msg, bad[i].msg);
		ek_vibopts_clear(&o);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values), cmocka_unit_test(test_before),
		cmocka_unit_test(test_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
