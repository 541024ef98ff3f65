/* SPDX-License-Identifier: BSD-2-Clause */
/* t_date.c - unit tests of date.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/date.h"
#include "ek/err.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Seconds by date -u -d TEXT +%s. */
static const struct {
	const char *text;
	int64_t sec;
	int32_t usec;
	const char *again; /* what ek_date_format() makes of it */
} good[] = {
	{ "1970-01-01T00:00:00", 0, 0, "1970-01-01T00:00:00+00:00" },
	{ "2018-04-03T22:34:21.000001", 1522794861, 1,
	  "2018-04-03T22:34:21.000001+00:00" },
	{ "2018-04-03T22:34:21.5Z", 1522794861, 500000,
	  "2018-04-03T22:34:21.500000+00:00" },
	{ "2018-04-03 22:34:21Z", 1522794861, 0, "2018-04-03T22:34:21+00:00" },
	{ "2018-04-03x22:34:21-00:00", 1522794861, 0,
	  "2018-04-03T22:34:21+00:00" },
	{ "2024-02-29T23:59:59+05:30", 1709231399, 0,
	  "2024-02-29T18:29:59+00:00" },
	{ "2024-02-29T23:59:59.000000-08:00", 1709279999, 0,
	  "2024-03-01T07:59:59+00:00" },
	{ "2000-02-29T00:00:00", 951782400, 0, "2000-02-29T00:00:00+00:00" },
	{ "1969-12-31T23:59:59", -1, 0, "1969-12-31T23:59:59+00:00" },
	{ "0001-01-01T00:00:00", INT64_C(-62135596800), 0,
	  "0001-01-01T00:00:00+00:00" },
	{ "9999-12-31T23:59:59", INT64_C(253402300799), 0,
	  "9999-12-31T23:59:59+00:00" },
};

static void test_good(void **state)
{
	char text[EK_DATE_SIZE];
	struct ek_date d;

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		if (!ek_date_parse(good[i].text, strlen(good[i].text), &d))
			fail_msg("'%s' was refused", good[i].text);
		assert_int_equal(d.sec, good[i].sec);
		assert_int_equal(d.usec, good[i].usec);
		ek_date_format(&d, text);
		assert_string_equal(text, good[i].again);
	}
}

static const char *const bad[] = {
	"", "yesterday", "2018-04-03", "2018-04-03T", "2018-04-03T22:34",
	"2018-04-0322:34:21", "2018-04-03TT22:34:21", "2018-4-03T22:34:21",
	"2018-00-03T22:34:21", "2018-13-03T22:34:21", "2018-04-00T22:34:21",
	"2018-04-31T22:34:21", "2018-02-29T00:00:00", "1900-02-29T00:00:00",
	"2018-04-03T24:00:00", "2018-04-03T22:60:21", "2018-04-03T22:34:60",
	"2018-04-03T22:34:21.", "2018-04-03T22:34:21.1234567",
	"2018-04-03T22:34:21z", "2018-04-03T22:34:21ZZ",
	"2018-04-03T22:34:21+5:30", "2018-04-03T22:34:21+0530",
	"2018-04-03T22:34:21+24:00", "2018-04-03T22:34:21+05:60",
	"2018-04-03T22:34:21+05:30 ", " 2018-04-03T22:34:21",
	"2018-04-03T22:34:21 ", "0000-01-01T00:00:00", "-018-04-03T22:34:21",
	"0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
	"+018-04-03T22:34:21", "2018-04-03T+2:34:21",
};

static void test_bad(void **state)
{
	struct ek_date d = { 7, 7 };

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		if (ek_date_parse(bad[i], strlen(bad[i]), &d))
			fail_msg("'%s' was taken", bad[i]);
	assert_int_equal(d.sec, 7);
	assert_int_equal(d.usec, 7);
}

/* Cut at every byte: only what is complete at that place is a date. */
static void test_cut(void **state)
{
	static const char text[] = "2018-04-03T22:34:21.123456+05:30";
	struct ek_date d;

	(void)state;
	for (size_t n = 0; n <= sizeof(text) - 1; n++) {
		bool whole = n == 19 || (n >= 21 && n <= 26) || n == 32;
		char *copy = malloc(n + 1); /* an overrun is seen */

		assert_non_null(copy);
		memcpy(copy, text, n);
		assert_int_equal(ek_date_parse(copy, n, &d), whole);
		free(copy);
	}
}

/* Every day of 1600 to 2400: the next day is one more, and there and back. */
static void test_calendar(void **state)
{
	char text[EK_DATE_SIZE], before[EK_DATE_SIZE] = "";
	struct ek_date d = { INT64_C(-11676096000), 0 }, again;

	(void)state;
	for (long day = 0; day < 292194; day++, d.sec += 86400) {
		ek_date_format(&d, text);
		assert_true(strcmp(before, text) < 0);
		assert_true(ek_date_parse(text, strlen(text), &again));
		assert_int_equal(again.sec, d.sec);
		memcpy(before, text, sizeof(before));
	}
	assert_string_equal(text, "2399-12-31T00:00:00+00:00");
}

static void test_extremes(void **state)
{
	static const int64_t secs[] = { INT64_MIN, INT64_MAX, -1, 0 };
	char text[EK_DATE_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(secs); i++) {
		struct ek_date d = { secs[i], 999999 };

		ek_date_format(&d, text);
		assert_non_null(strstr(text, ".999999+00:00"));
	}
	ek_date_show(1522794861, text);
	assert_string_equal(text, "2018-04-03 22:34:21");
	ek_date_show(INT64_MAX, text);
	assert_string_equal(text, "292277026596-12-04 15:30:07");
}

static void test_split(void **state)
{
	static const struct {
		int64_t sec;
		struct ek_civil c;
	} v[] = {
		{ 0, { 1970, 1, 1, 0, 0, 0 } },
		{ -1, { 1969, 12, 31, 23, 59, 59 } },
		{ 951782400, { 2000, 2, 29, 0, 0, 0 } },
		/* where 32 bits end */
		{ INT64_C(2147483648), { 2038, 1, 19, 3, 14, 8 } },
		{ INT64_C(4354819199), { 2107, 12, 31, 23, 59, 59 } },
	};
	struct ek_civil c;

	(void)state;
	for (size_t i = 0; i < COUNT(v); i++) {
		ek_date_split(v[i].sec, &c);
		assert_true(c.year == v[i].c.year);
		assert_int_equal(c.month, v[i].c.month);
		assert_int_equal(c.day, v[i].c.day);
		assert_int_equal(c.hour, v[i].c.hour);
		assert_int_equal(c.minute, v[i].c.minute);
		assert_int_equal(c.second, v[i].c.second);
	}
}

static void test_cmp(void **state)
{
	const struct ek_date a = { 1, 5 }, b = { 1, 6 }, c = { 2, 0 };

	(void)state;
	assert_true(ek_date_cmp(&a, &b) < 0);
	assert_true(ek_date_cmp(&c, &b) > 0);
	assert_int_equal(ek_date_cmp(&a, &a), 0);
}

/* Each row: option, SOURCE_DATE_EPOCH, what comes of them. */
static const struct {
	const char *option, *epoch;
	int rc;
	bool given;
	int64_t sec;
} wanted[] = {
	{ NULL, NULL, EK_OK, false, 77 },
	{ NULL, "", EK_OK, false, 77 },
	{ NULL, "0", EK_OK, true, 0 },
	{ NULL, "1522794861", EK_OK, true, 1522794861 },
	{ "5", "1522794861", EK_OK, true, 5 },
	{ "2018-04-03T22:34:21Z", "junk", EK_OK, true, 1522794861 },
	{ "253402300799", NULL, EK_OK, true, INT64_C(253402300799) },
	{ "253402300800", NULL, EK_EARG, false, 77 },
	{ "", NULL, EK_EARG, false, 77 },
	{ "-1", NULL, EK_EARG, false, 77 },
	{ "1969-12-31T00:00:00", NULL, EK_EARG, false, 77 },
	{ "now", NULL, EK_EARG, false, 77 },
	{ NULL, "1 ", EK_EARG, false, 77 },
	{ NULL, "2018-04-03T22:34:21Z", EK_EARG, false, 77 },
	{ NULL, "99999999999999999999", EK_EARG, false, 77 },
};

static void test_wanted(void **state)
{
	struct ek_err err;

	(void)state;
	for (size_t i = 0; i < COUNT(wanted); i++) {
		int64_t sec = 77;
		bool given = true;
		int rc;

		if (wanted[i].epoch != NULL)
			setenv("SOURCE_DATE_EPOCH", wanted[i].epoch, 1);
		else
			unsetenv("SOURCE_DATE_EPOCH");
		rc = ek_date_wanted(wanted[i].option, &given, &sec, &err);
		if (rc != wanted[i].rc || given != wanted[i].given ||
		    sec != wanted[i].sec)
			fail_msg("row %zu: rc %d, given %d", i, rc, given);
	}
	unsetenv("SOURCE_DATE_EPOCH");
	ek_date_wanted("now", &(bool){ false }, &(int64_t){ 0 }, &err);
	assert_string_equal(err.msg, "--mtime 'now': not a time: give seconds"
				     " since 1970 or YYYY-MM-DDThh:mm:ss");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_calendar),
		cmocka_unit_test(test_extremes),
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_cmp),
		cmocka_unit_test(test_wanted),
	};

	return cmocka_run_group_tests_name("date", tests, NULL, NULL);
}
