/* SPDX-License-Identifier: BSD-2-Clause */
/* t_pcinames.c - unit tests of pcinames.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "ek/err.h"
#include "ek/pcinames.h"

static void test_names(void **state)
{
	static const char first[] = "10ec  Realtek\n\t8125  RTL8125\n"
		"\t\t1043 87d7  Onboard\n";
	static const char second[] = "10ec  Other\n\t8168  RTL8168\n"
		"\t8125  Later\n\t\taaaa bbbb  Too late\n"
		"8086  Intel\n";
	struct ek_pciids ids[2];
	const struct ek_pciids *lists[2] = { &ids[0], &ids[1] };
	struct ek_pcinames n;
	const char *vendor, *device;

	(void)state;
	assert_int_equal(ek_pciids_parse(&ids[0], "a", first, strlen(first),
					 NULL, NULL, NULL), EK_OK);
	assert_int_equal(ek_pciids_parse(&ids[1], "b", second, strlen(second),
					 NULL, NULL, NULL), EK_OK);
	assert_int_equal(ek_pcinames_make(&n, lists, 2, NULL), EK_OK);
	ek_pcinames_find(&n, "10ec8125104387d7020000", &vendor, &device);
	assert_string_equal(vendor, "Realtek");
	assert_string_equal(device, "Onboard");
	ek_pcinames_find(&n, "10ec8125????????0200??", &vendor, &device);
	assert_string_equal(device, "RTL8125");
	ek_pcinames_find(&n, "10ec8168????????0200??", &vendor, &device);
	assert_string_equal(device, "RTL8168");
	ek_pcinames_find(&n, "80861111????????0200??", &vendor, &device);
	assert_string_equal(vendor, "Intel");
	assert_null(device);
	ek_pcinames_find(&n, "12341111????????0200??", &vendor, &device);
	assert_null(vendor);
	/* a line of a map that is for a class */
	ek_pcinames_find(&n, "................010802", &vendor, &device);
	assert_null(vendor);
	assert_null(device);
	/* the subsystem of a later list does not win over the device of an
	 * earlier one */
	ek_pcinames_find(&n, "10ec8125aaaabbbb......", &vendor, &device);
	assert_string_equal(device, "RTL8125");
	ek_pcinames_clear(&n);
	assert_null(n.v);
	ek_pciids_clear(&ids[0]);
	ek_pciids_clear(&ids[1]);
}

static void test_none(void **state)
{
	const char *vendor, *device;
	struct ek_pcinames n;

	(void)state;
	assert_int_equal(ek_pcinames_make(&n, NULL, 0, NULL), EK_OK);
	ek_pcinames_find(&n, "10ec8125104387d7020000", &vendor, &device);
	assert_null(vendor);
	assert_null(device);
	ek_pcinames_clear(&n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names), cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
