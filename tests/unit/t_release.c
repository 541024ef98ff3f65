/* SPDX-License-Identifier: BSD-2-Clause */
/* t_release.c - unit tests of release.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "ek/release.h"

/* text -> row, NULL: none */
static const struct {
	const char *text, *row;
} folded[] = {
	{ "5.0", "5.0" }, { "5.1", "5.1" }, { "5.5", "5.5" }, { "6.0", "6.0" },
	{ "6.5", "6.5" }, { "6.7", "6.7" }, { "7.0", "7.0" }, { "8.0", "8.0" },
	{ "9.0", "9.0" },
	{ "7.0.0", "7.0" }, { "7.0.2", "7.0" }, { "7.0.3", "7.0.3" },
	{ "7.0U3", "7.0.3" }, { "7.0u3g", "7.0.3" }, { "7.0b", "7.0" },
	{ "7.0U2a", "7.0" }, { "8.0.1", "8.0U1" }, { "8.0U1", "8.0U1" },
	{ "8.0.2", "8.0U2" }, { "8.0U3e", "8.0U3" }, { "8.0.3", "8.0U3" },
	{ "8.0.10", "8.0U3" }, { "9.1", "9.0" }, { "6.7U3", "6.7" },
	{ "6.7.0-0.0.8169922", "6.7" }, { "7.0.3-0.0.18644231", "7.0.3" },
	{ "8.0.0-1.0.20513097", "8.0" }, { "5.0.0-0.0.469512", "5.0" },
	{ "5.5.0-1.15.1623387", "5.5" }, { "6.1.0", "6.0" }, { "6.9.1", "6.7" },
	{ "", NULL }, { "6", NULL }, { "6.", NULL }, { ".7", NULL },
	{ "4.1", NULL }, { "4.9", NULL }, { "10.0", NULL }, { "99.0", NULL },
	{ "0.0", NULL }, { "6.55", NULL }, { "6.7x2", NULL }, { "6.7 ", NULL },
	{ " 6.7", NULL }, { "6.7U", NULL }, { "6.7.", NULL }, { "6.7-", NULL },
	{ "-6.7", NULL }, { "6.7.0-0.0 1", NULL }, { "ESXi-6.7.0", NULL },
	{ "1000.0", NULL }, { "6,7", NULL }, { "6.7.99999", NULL },
	{ "8.0\n", NULL },
};

static void test_find(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(folded) / sizeof(folded[0]); i++) {
		const struct ek_release *r = ek_release_find(folded[i].text);

		if ((r != NULL) != (folded[i].row != NULL) ||
		    (r != NULL && strcmp(r->name, folded[i].row) != 0))
			fail_msg("'%s' is %s, not %s", folded[i].text,
				 r != NULL ? r->name : "none",
				 folded[i].row != NULL ? folded[i].row : "none");
	}
	assert_null(ek_release_find(NULL));
}

/* One line a row: what other modules rely on. */
static const char *const want[] = {
	"5.0 5.0 - vmkapi_2_0_0_0 com.vmware.driverAPI-9.2.0.0 - ---hL 6.5",
	"5.1 5.1 - vmkapi_2_1_0_0 com.vmware.driverAPI-9.2.1.0 - ----L 6.5",
	"5.5 5.5 - vmkapi_2_2_0_0 com.vmware.driverAPI-9.2.2.0 - ----L 6.5",
	"6.0 6.0 vmkapi_2_3_0_0 vmkapi_2_3_0_0 com.vmware.driverAPI-9.2.3.0 "
	"- ----L 6.5",
	"6.5 6.5 vmkapi_2_4_0_0 vmkapi_2_3_0_0 com.vmware.driverAPI-9.2.3.0 "
	"- --o-L 6.5",
	"6.7 6.7 vmkapi_2_5_0_0 vmkapi_2_3_0_0 com.vmware.driverAPI-9.2.3.0 "
	"- w-o-L 6.7",
	"7.0 7.0 vmkapi_2_6_0_0 - - 7.0 w-o-- 6.7",
	"7.0.3 7.0 vmkapi_2_9_0_0 - - 7.0 w-o-- 6.7",
	"8.0 8.0 vmkapi_2_10_0_0 - - 8.0 wno-- 6.7",
	"8.0U1 8.0 vmkapi_2_11_0_0 - - 8.0 wno-- 8.0u1",
	"8.0U2 8.0 vmkapi_2_12_0_0 - - 8.0 wno-- 8.0u1",
	"8.0U3 8.0 vmkapi_2_13_0_0 - - 8.0 wno-- 8.0u1",
	"9.0 9.0 vmkapi_3_0_0_0 - - 9.0 wno-- 8.0u1",
};

static const char *dash(const char *s)
{
	return s != NULL ? s : "-";
}

static void row_text(const struct ek_release *r, char *out, size_t size)
{
	static const char *const gens[] = {
		[EK_VMTAR_65] = "6.5", [EK_VMTAR_67] = "6.7",
		[EK_VMTAR_80U1] = "8.0u1",
	};

	snprintf(out, size, "%s %s %s %s %s %s %c%c%c%c%c %s", r->name,
		 r->base, dash(r->vmkapi), dash(r->vmkapi_linux),
		 dash(r->driver_api), dash(r->sw_platform),
		 r->gunzip256_written ? 'w' : '-',
		 r->gunzip256_needed ? 'n' : '-', r->stores_orig_sig ? 'o' : '-',
		 r->keeps_hyphen ? 'h' : '-', r->vmklinux ? 'L' : '-',
		 gens[r->gen]);
}

static void test_rows(void **state)
{
	char got[256];

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		assert_non_null(ek_release_at(i));
		row_text(ek_release_at(i), got, sizeof(got));
		assert_string_equal(got, want[i]);
	}
	assert_null(ek_release_at(sizeof(want) / sizeof(want[0])));
	row_text(ek_release_default(), got, sizeof(got));
	assert_string_equal(got, "default 6.7 - - - - w-o-L 8.0u1");
}

/* A row must find itself, and its bit must be that of its base. */
static void test_consistent(void **state)
{
	(void)state;
	for (size_t i = 0; ek_release_at(i) != NULL; i++) {
		const struct ek_release *r = ek_release_at(i);

		assert_ptr_equal(ek_release_find(r->name), r);
		assert_int_equal(ek_release_find(r->base)->bit, r->bit);
	}
}

static void test_mask(void **state)
{
	char text[64];

	(void)state;
	ek_release_mask_text(0, text);
	assert_string_equal(text, "");
	ek_release_mask_text(EK_R67, text);
	assert_string_equal(text, "6.7");
	ek_release_mask_text(EK_R80_UP | EK_R50, text);
	assert_string_equal(text, "5.0 8.0 9.0");
	ek_release_mask_text(EK_RALL, text);
	assert_string_equal(text, "5.0 5.1 5.5 6.0 6.5 6.7 7.0 8.0 9.0");
	assert_string_equal(ek_release_list(),
			    "5.0, 5.1, 5.5, 6.0, 6.5, 6.7, 7.0, 8.0, 9.0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_consistent),
		cmocka_unit_test(test_mask),
	};

	return cmocka_run_group_tests_name("release", tests, NULL, NULL);
}
