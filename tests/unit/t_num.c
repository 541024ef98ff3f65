/* SPDX-License-Identifier: BSD-2-Clause */
/* t_num.c - unit tests of num.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/num.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
	const char *text;
	uint64_t max;
	bool ok;
	uint64_t value;
} decs[] = {
	{ "0", 0, true, 0 },
	{ "000", 0, true, 0 },
	{ "1", 0, false, 0 },
	{ "255", 255, true, 255 },
	{ "256", 255, false, 0 },
	{ "18446744073709551615", UINT64_MAX, true, UINT64_MAX },
	{ "18446744073709551616", UINT64_MAX, false, 0 },
	{ "99999999999999999999999", UINT64_MAX, false, 0 },
	{ "0018446744073709551615", UINT64_MAX, true, UINT64_MAX },
	{ "", 9, false, 0 },
	{ " 1", 9, false, 0 },
	{ "1 ", 9, false, 0 },
	{ "+1", 9, false, 0 },
	{ "-0", 9, false, 0 },
	{ "0x1", 99, false, 0 },
	{ "1\n", 9, false, 0 },
	{ "\xb2", 9, false, 0 },
	{ ":", 99, false, 0 },
	{ "/", 99, false, 0 },
}, octs[] = {
	{ "777", 0777, true, 0777 },
	{ "1000", 0777, false, 0 },
	{ "8", 99, false, 0 },
	{ "1777777777777777777777", UINT64_MAX, true, UINT64_MAX },
	{ "2000000000000000000000", UINT64_MAX, false, 0 },
	{ "", 9, false, 0 },
	{ "0o7", 99, false, 0 },
};

static void test_unsigned(void **state)
{
	uint64_t v;

	(void)state;
	for (size_t i = 0; i < COUNT(decs); i++) {
		v = 77;
		assert_int_equal(ek_num_dec(decs[i].text, strlen(decs[i].text),
					    decs[i].max, &v), decs[i].ok);
		assert_true(v == (decs[i].ok ? decs[i].value : 77));
	}
	for (size_t i = 0; i < COUNT(octs); i++) {
		v = 77;
		assert_int_equal(ek_num_oct(octs[i].text, strlen(octs[i].text),
					    octs[i].max, &v), octs[i].ok);
		assert_true(v == (octs[i].ok ? octs[i].value : 77));
	}
	assert_true(ek_num_dec("12\0", 2, 99, &v));
	assert_false(ek_num_dec("12\0", 3, 9999, &v));
}

static const struct {
	const char *text;
	bool ok;
	int64_t value;
} ints[] = {
	{ "0", true, 0 },
	{ "-0", true, 0 },
	{ "-1", true, -1 },
	{ "9223372036854775807", true, INT64_MAX },
	{ "9223372036854775808", false, 0 },
	{ "-9223372036854775808", true, INT64_MIN },
	{ "-9223372036854775809", false, 0 },
	{ "", false, 0 },
	{ "-", false, 0 },
	{ "--1", false, 0 },
	{ "+1", false, 0 },
	{ "- 1", false, 0 },
	{ "1.0", false, 0 },
};

static void test_signed(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(ints); i++) {
		int64_t v = 77;

		assert_int_equal(ek_num_int(ints[i].text, strlen(ints[i].text),
					    &v), ints[i].ok);
		assert_true(v == (ints[i].ok ? ints[i].value : 77));
	}
}

static void test_arithmetic(void **state)
{
	uint64_t v = 77;

	(void)state;
	assert_true(ek_num_add(UINT64_MAX - 1, 1, &v) && v == UINT64_MAX);
	assert_false(ek_num_add(UINT64_MAX, 1, &v));
	assert_true(ek_num_mul(0, UINT64_MAX, &v) && v == 0);
	assert_true(ek_num_mul(UINT64_MAX, 1, &v) && v == UINT64_MAX);
	assert_false(ek_num_mul(UINT64_C(1) << 32, UINT64_C(1) << 32, &v));
	assert_true(ek_num_mul(UINT64_C(1) << 32, (UINT64_C(1) << 32) - 1, &v));

	assert_true(ek_num_round_up(0, 512, &v) && v == 0);
	assert_true(ek_num_round_up(1, 512, &v) && v == 512);
	assert_true(ek_num_round_up(512, 512, &v) && v == 512);
	assert_true(ek_num_round_up(513, 512, &v) && v == 1024);
	assert_true(ek_num_round_up(7, 3, &v) && v == 9);
	assert_false(ek_num_round_up(UINT64_MAX, 512, &v));
	assert_true(ek_num_round_up(UINT64_MAX - 511, 512, &v));
	assert_true(v == UINT64_MAX - 511);
	v = 77;
	assert_false(ek_num_round_up(1, 0, &v));
	assert_true(v == 77);
}

static void test_sizes(void **state)
{
	static const struct {
		const char *text;
		uint64_t n;
		const char *shown;
	} good[] = {
		{ "0", 0, "0 bytes" }, { "512", 512, "512 bytes" },
		{ "1024", 1024, "1 KiB" }, { "64K", 65536, "64 KiB" },
		{ "3M", 3 << 20, "3 MiB" }, { "2048M", UINT64_C(2) << 30,
		  "2 GiB" }, { "4G", UINT64_C(4) << 30, "4 GiB" },
		{ "17179869183G", UINT64_C(17179869183) << 30,
		  "17179869183 GiB" },
	};
	static const char *const bad[] = {
		"", "K", "1k", "1T", "1KK", "-1", "1 K", "1.5M", "0x1",
		"17179869184G", "18446744073709551616",
	};
	char shown[EK_NUM_SIZE];
	uint64_t v = 77;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(ek_num_size(bad[i], &v));
	assert_true(v == 77);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(ek_num_size(good[i].text, &v));
		assert_true(v == good[i].n);
		ek_num_show_size(v, shown);
		assert_string_equal(shown, good[i].shown);
	}
}

static void test_little_endian(void **state)
{
	static const unsigned char b[] = { 0xef, 0xcd, 0xab, 0x89, 0x67, 0x45,
					   0x23, 0xff };
	unsigned char out[6] = { 1, 2, 3, 4, 5, 6 };

	(void)state;
	assert_int_equal(ek_num_le16(b), 0xcdef);
	assert_int_equal(ek_num_le32(b), 0x89abcdefu);
	assert_true(ek_num_le64(b) == UINT64_C(0xff23456789abcdef));
	ek_num_put_le32(out + 1, 0xfedcba98u);
	assert_memory_equal(out, "\x01\x98\xba\xdc\xfe\x06", 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unsigned),
		cmocka_unit_test(test_signed),
		cmocka_unit_test(test_arithmetic),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_little_endian),
	};

	return cmocka_run_group_tests_name("num", tests, NULL, NULL);
}
