/* SPDX-License-Identifier: BSD-2-Clause */
/* t_utf8.c - unit tests of utf8.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/utf8.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* The form that an encoder makes. */
static size_t encode(uint32_t c, char out[4])
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 63));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 63));
		out[2] = (char)(0x80 | (c & 63));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 63));
	out[2] = (char)(0x80 | (c >> 6 & 63));
	out[3] = (char)(0x80 | (c & 63));
	return 4;
}

/* All there are; each cut short is none. */
static void test_every_character(void **state)
{
	char s[4];
	uint32_t c;

	(void)state;
	for (uint32_t want = 0; want < 0x110000; want++) {
		size_t n = encode(want, s);
		bool surrogate = want >= 0xd800 && want < 0xe000;

		c = 0;
		if (ek_utf8_next(s, n, &c) != (surrogate ? 0 : n))
			fail_msg("U+%04x", want);
		if (!surrogate && c != want)
			fail_msg("U+%04x became U+%04x", want, c);
		for (size_t cut = 0; cut < n; cut++)
			assert_int_equal(ek_utf8_next(s, cut, &c), 0);
	}
}

static void test_none(void **state)
{
	static const char *const bad[] = {
		"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80",
		"\xe0\x9f\xbf", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf",
		"\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xfe",
		"\xc3(", "\xe2\x82(", "\xc3\xc3", "\xed\xa0\x80",
	};
	uint32_t c;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(ek_utf8_next(bad[i], strlen(bad[i]), &c), 0);
	assert_int_equal(ek_utf8_next("a\xff", 2, &c), 1);
	assert_int_equal(c, 'a');
}

static void test_printable(void **state)
{
	static const uint32_t no[] = { 0, 9, 10, 0x1b, 0x7f, 0x80, 0x9b, 0x9f,
				       0x202e, 0x2066, 0x2028, 0x200f };
	static const uint32_t yes[] = { ' ', '~', 0xa0, 0xe4, 0x20ac, 0x1f600 };

	(void)state;
	for (size_t i = 0; i < COUNT(no); i++)
		assert_false(ek_utf8_printable(no[i]));
	for (size_t i = 0; i < COUNT(yes); i++)
		assert_true(ek_utf8_printable(yes[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_character),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_printable),
	};

	return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
