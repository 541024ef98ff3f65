/* SPDX-License-Identifier: BSD-2-Clause */
/* t_vibopts.c - unit tests of vibopts.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/err.h"
#include "ek/release.h"
#include "ek/vibopts.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* want NULL: taken; else a part of the message. */
static const struct {
	enum ek_vibopt opt;
	const char *value, *want;
} rows[] = {
	{ EK_VO_NAME, "net-acme", NULL },
	{ EK_VO_NAME, "", "is not made of letters" },
	{ EK_VO_NAME, "a b", "name 'a b' is not made of letters" },
	{ EK_VO_NAME, "a/b", "is not made of letters" },
	{ EK_VO_NAME, "\303\274", "is not made of letters" },
	{ EK_VO_VENDOR, "github.com_tcely", NULL },
	{ EK_VO_VENDOR, "VMware, Inc.", "vendor 'VMware, Inc.'" },
	{ EK_VO_VERSION, "1.0-1", NULL },
	{ EK_VO_VERSION, "1.21.06-01", NULL },
	{ EK_VO_VERSION, "8.045a-napi", NULL },
	{ EK_VO_VERSION, "1", NULL },
	{ EK_VO_VERSION, "", "is no version" },
	{ EK_VO_VERSION, "1-2-3", "is no version" },
	{ EK_VO_VERSION, "1..2", "is no version" },
	{ EK_VO_VERSION, ".1", "is no version" },
	{ EK_VO_VERSION, "1.", "is no version" },
	{ EK_VO_VERSION, "1.-2", "is no version" },
	{ EK_VO_VERSION, "1 2", "is no version" },
	{ EK_VO_TYPE, "locker", NULL },
	{ EK_VO_TYPE, "boot", "bootbank or locker" },
	{ EK_VO_LEVEL, "PartnerSupported", NULL },
	{ EK_VO_LEVEL, "vmware", "no acceptance level" },
	{ EK_VO_TARGET, "6.7", NULL },
	{ EK_VO_TARGET, "6.7.0-0.0.8169922", NULL },
	{ EK_VO_TARGET, "4.1", "no release of ESXi: one of 5.0" },
	{ EK_VO_OVERLAY, "TRUE", NULL },
	{ EK_VO_OVERLAY, "0", NULL },
	{ EK_VO_OVERLAY, "yes", "neither true nor false" },
	{ EK_VO_DEPENDS, "esx-base >= 6.7.0", NULL },
	{ EK_VO_DEPENDS, "esx-base == 6.7.0", "is not a relation" },
	{ EK_VO_PROVIDES, "acme = 1.0", NULL },
	{ EK_VO_TAG, "driver", NULL },
	{ EK_VO_TAG, " ", "cannot be empty" },
	{ EK_VO_URL, "kb=http://x/?a=b", NULL },
	{ EK_VO_URL, "=http://x/", "is not key=url" },
	{ EK_VO_URL, "http", "is not key=url" },
	{ EK_VO_ADD_PCI_ID, "10ec:8125", NULL },
	{ EK_VO_ADD_PCI_ID, "10EC:8125:1043:87d7=if_re", NULL },
	{ EK_VO_ADD_PCI_ID, "10ec:812", "--add-pci-id: " },
	{ EK_VO_ADD_PCI_ID, "10ec:8125=", "'' is no name of a driver" },
	{ EK_VO_ADD_PCI_ID, "10ec:8125=a,b", "is no name of a driver" },
	{ EK_VO_PAYLOAD, "a=f", NULL },
	{ EK_VO_PAYLOAD, "a:vgz:100:A.GZ=f=g", NULL },
	{ EK_VO_PAYLOAD, "a:::A.GZ=f", NULL },
	{ EK_VO_PAYLOAD, "abcdefghijklmno=f", NULL },
	{ EK_VO_PAYLOAD, "abcdefghijklmnop=f", "longer than 15 characters" },
	{ EK_VO_PAYLOAD, "=f", "payload name '' is empty" },
	{ EK_VO_PAYLOAD, "a b=f", "is not made of letters" },
	{ EK_VO_PAYLOAD, "a", "is not name[:type[:boot-order[:vfat-name]]]" },
	{ EK_VO_PAYLOAD, "a:vgz:x=f", "boot-order 'x' is not a number" },
	{ EK_VO_PAYLOAD, "a:vgz:-1=f", "is not a number" },
	{ EK_VO_PAYLOAD, "a:vgz:1:A:B=f", "too many parts" },
	{ EK_VO_PAYLOAD, "a:vgz:1:A B=f", "vfat-name 'A B'" },
	{ EK_VO_TREE, "a=d", NULL },
	{ EK_VO_TREE, "a:tgz=d", NULL },
	{ EK_VO_TREE, "a=", "no directory for payload 'a'" },
	{ EK_VO_TREE, "a:tgz:1=d", "too many parts" },
};

static void test_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct ek_err err = EK_ERR_INIT;
		struct ek_vibopts o;
		int rc;

		ek_vibopts_init(&o);
		rc = ek_vibopts_set(&o, rows[i].opt, rows[i].value, &err);
		assert_int_equal(rc, rows[i].want == NULL ? EK_OK : EK_EARG);
		if (rows[i].want != NULL &&
		    strstr(err.msg, rows[i].want) == NULL)
			fail_msg("row %zu: %s", i, err.msg);
		ek_vibopts_clear(&o);
	}
}

static void test_payload(void **state)
{
	struct ek_vibopts o;

	(void)state;
	ek_vibopts_init(&o);
	assert_int_equal(ek_vibopts_set(&o, EK_VO_PAYLOAD,
					"a:vgz:100:A.GZ=f=g:h", NULL), EK_OK);
	assert_int_equal(ek_vibopts_set(&o, EK_VO_PAYLOAD, "b=", NULL), EK_OK);
	assert_int_equal(ek_vibopts_set(&o, EK_VO_TREE, "a=d", NULL), EK_EARG);
	assert_int_equal(o.n_payloads, 2);
	assert_string_equal(o.payloads[0].name, "a");
	assert_string_equal(o.payloads[0].type, "vgz");
	assert_int_equal(o.payloads[0].boot_order, 100);
	assert_string_equal(o.payloads[0].vfat_name, "A.GZ");
	assert_string_equal(o.payloads[0].file, "f=g:h");
	assert_null(o.payloads[1].type);
	assert_string_equal(o.payloads[1].file, "");
	ek_vibopts_clear(&o);
}

struct given {
	enum ek_vibopt opt;
	const char *value;
};

/* Up to four options that are fine by themselves, and whether together. */
static const struct {
	struct given v[4];
	const char *want;
} sets[] = {
	{ { { EK_VO_DRIVER, "d.tgz" } }, NULL },
	{ { { EK_VO_DRIVER, "d.tgz" }, { EK_VO_ANY_FILES, NULL },
	    { EK_VO_PAYLOAD, "a:vgz=" } }, NULL },
	{ { { EK_VO_TEMPLATE, "d.xml" } }, NULL },
	{ { { EK_VO_TREE, "a=d" }, { EK_VO_NAME, "n" } }, NULL },
	{ { { EK_VO_NAME, "n" } }, "nothing to make a VIB of" },
	{ { { EK_VO_TREE, "a=d" } }, "no name for the VIB" },
	{ { { EK_VO_TREE, "a=d" }, { EK_VO_NAME, "n" },
	    { EK_VO_ANY_FILES, NULL } }, "--any-files goes with --driver" },
	{ { { EK_VO_PAYLOAD, "a=" }, { EK_VO_NAME, "n" } },
	  "no file for payload 'a'" },
	{ { { EK_VO_DRIVER, "d.tgz" }, { EK_VO_PAYLOAD, "a=" },
	    { EK_VO_PAYLOAD, "b=" } }, "no file for payload 'b'" },
	{ { { EK_VO_DRIVER, "d.tgz" }, { EK_VO_SIG, "s" } },
	  "--sig goes with -d" },
	{ { { EK_VO_TEMPLATE, "d.xml" }, { EK_VO_SIG, "s" },
	    { EK_VO_TAG, "t" } }, "no option may change" },
	{ { { EK_VO_TEMPLATE, "d.xml" }, { EK_VO_SIG, "s" },
	    { EK_VO_PAYLOAD, "a=b" } }, NULL },
	{ { { EK_VO_TEMPLATE, "-" }, { EK_VO_PAYLOAD, "a=-" } },
	  "standard input" },
	{ { { EK_VO_DRIVER, "d.tgz" }, { EK_VO_DRIVER, "e.tgz" } },
	  "--driver: given twice" },
	{ { { EK_VO_UNPACKED, "d" }, { EK_VO_TAG, "t" } }, NULL },
	{ { { EK_VO_UNPACKED, "d" }, { EK_VO_TREE, "a=d" } },
	  "--unpacked goes with no other input" },
	{ { { EK_VO_DRIVER, "d.tgz" }, { EK_VO_MTIME, "yesterday" } },
	  "yesterday" },
};

static void test_sets(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(sets); i++) {
		struct ek_err err = EK_ERR_INIT;
		struct ek_vibopts o;
		int rc = EK_OK;

		ek_vibopts_init(&o);
		for (size_t k = 0; k < 4 && rc == EK_OK &&
		     (sets[i].v[k].value != NULL ||
		      sets[i].v[k].opt == EK_VO_ANY_FILES); k++)
			rc = ek_vibopts_set(&o, sets[i].v[k].opt,
					    sets[i].v[k].value, &err);
		if (rc == EK_OK)
			rc = ek_vibopts_ready(&o, &err);
		assert_int_equal(rc, sets[i].want == NULL ? EK_OK : EK_EARG);
		if (sets[i].want != NULL &&
		    strstr(err.msg, sets[i].want) == NULL)
			fail_msg("row %zu: %s", i, err.msg);
		ek_vibopts_clear(&o);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_payload),
		cmocka_unit_test(test_sets),
	};

	return cmocka_run_group_tests_name("vibopts", tests, NULL, NULL);
}
