/* SPDX-License-Identifier: BSD-2-Clause */
/* t_path.c - unit tests of path.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/path.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
	const char *name, *why; /* NULL: no problem */
} names[] = {
	{ "a", NULL },
	{ "a/b/c", NULL },
	{ "a/", NULL },
	{ "...", NULL },
	{ "..a/a..", NULL },
	{ ".hidden/.x", NULL },
	{ "a b\\c:*?", NULL },
	{ "\xc3\xa4\xff", NULL },
	{ "", "is empty" },
	{ "/", "is absolute" },
	{ "/etc/passwd", "is absolute" },
	{ "//", "is absolute" },
	{ ".", "has '.'" },
	{ "./", "has '.'" },
	{ "./a", "has '.'" },
	{ "a/.", "has '.'" },
	{ "a/./b", "has '.'" },
	{ "..", "has '..'" },
	{ "../", "has '..'" },
	{ "../a", "has '..'" },
	{ "a/..", "has '..'" },
	{ "a/../../b", "has '..'" },
	{ "a//", "has an empty component" },
	{ "a//b", "has an empty component" },
	{ "a\nb", "holds a control character" },
	{ "a\033[2J", "holds a control character" },
	{ "a\x7f", "holds a control character" },
	{ "\x01", "holds a control character" },
};

static void test_problem(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		size_t len = strlen(names[i].name);
		char *copy = malloc(len + 1); /* no NUL: an overrun is seen */
		const char *why;

		assert_non_null(copy);
		memcpy(copy, names[i].name, len);
		why = ek_path_problem(copy, len);
		if (names[i].why == NULL ? why != NULL : why == NULL ||
		    strcmp(why, names[i].why) != 0)
			fail_msg("'%s': %s", names[i].name,
				 why != NULL ? why : "no problem");
		free(copy);
	}
	assert_string_equal(ek_path_problem("a\0b", 3), "holds a NUL");
	assert_string_equal(ek_path_problem("a\0", 2), "holds a NUL");
}

static void test_longest(void **state)
{
	char name[EK_PATH_MAX + 2];

	(void)state;
	memset(name, 'x', sizeof(name));
	assert_null(ek_path_problem(name, EK_PATH_MAX));
	assert_string_equal(ek_path_problem(name, EK_PATH_MAX + 1),
			    "is too long");
}

static const struct {
	const char *name, *target;
	bool plain, rooted; /* inside? */
} links[] = {
	{ "a", "b", true, true },
	{ "a", "b/../c", true, true },
	{ "a", "..", false, false },
	{ "a", "../a", false, false },
	{ "a", "./../b", false, false },
	{ "d/a", "..", true, true },
	{ "d/a", "../b", true, true },
	{ "d/a", "../../b", false, false },
	{ "d/a", "x/../../..", false, false },
	{ "d/a", "x/../../../d/a", false, false },
	{ "d/e/a", ".././/../b", true, true },
	{ "d/e/a", "../../../b", false, false },
	{ "a", "", false, false },
	{ "a", ".", true, true },
	{ "a", "/", false, true },
	{ "a", "/etc/passwd", false, true },
	{ "d/e/a", "/..", false, false },
	{ "d/e/a", "/x/../..", false, false },
	{ "d/e/a", "//x/..//", false, true },
	{ "a", "...", true, true },
	{ "d/", "../x", false, false }, /* the slash adds no level */
};

static void test_link_inside(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(links); i++)
		if (ek_path_link_inside(links[i].name, links[i].target,
					false) != links[i].plain ||
		    ek_path_link_inside(links[i].name, links[i].target,
					true) != links[i].rooted)
			fail_msg("'%s' -> '%s'", links[i].name,
				 links[i].target);
}

static void test_case(void **state)
{
	char out[32];

	(void)state;
	ek_path_upper("net-e100.v00_\xe4z", out);
	assert_string_equal(out, "NET-E100.V00_\xe4Z");
	ek_path_lower("@[`{AZ\xc4", out);
	assert_string_equal(out, "@[`{az\xc4");
	ek_path_upper("", out);
	assert_string_equal(out, "");
	assert_string_equal(ek_path_base("a/b.c"), "b.c");
	assert_string_equal(ek_path_base("b"), "b");
	assert_string_equal(ek_path_base("/a/"), "");
}

static void test_83(void **state)
{
	static const char *const good[] = {
		"a", "S.V00", "NET-E100.V00", "imgdb.tgz", "12345678.123",
		"BOOT_CFG", "a-b.c",
	};
	static const char *const bad[] = {
		"", ".", "a.", ".a", "123456789", "a.1234", "a.b.c", "a b",
		"a/b", "\xe4", "a.b ", "a+b", "12345678.123.",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		if (!ek_path_is_83(good[i]))
			fail_msg("'%s'", good[i]);
	for (size_t i = 0; i < COUNT(bad); i++)
		if (ek_path_is_83(bad[i]))
			fail_msg("'%s'", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_problem),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_link_inside),
		cmocka_unit_test(test_case),
		cmocka_unit_test(test_83),
	};

	return cmocka_run_group_tests_name("path", tests, NULL, NULL);
}
