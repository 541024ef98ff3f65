/* SPDX-License-Identifier: BSD-2-Clause */
/* t_pcimap.c - unit tests of pcimap.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/pcimap.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static void collect(void *ctx, const char *text)
{
	struct ek_buf *b = ctx;

	ek_buf_adds(b, text);
	ek_buf_addc(b, '\n');
}

/* Lines of real packages, what the writer makes of them, what is told. */
static const struct {
	const char *in, *out, *notes;
} good[] = {
	{ "", "", "" },
	{ "# only a comment\n\n   \n", "", "" },
	{ "regtype=linux,bus=pci,id=10ec:8125 0000:0000,driver=r8125,"
	  "class=network\n",
	  "regtype=linux,bus=pci,id=10ec:8125 0000:0000,driver=r8125,"
	  "class=network\n", "" },
	{ "regtype=native,bus=pci,id=10ec8125..............,driver=if_re",
	  "regtype=native,bus=pci,id=10ec8125..............,driver=if_re\n",
	  "" },
	/* sorted by id */
	{ "regtype=linux,bus=pci,id=1000:005b 1028:1f2d,driver=megaraid_sas,"
	  "class=storage\n"
	  "regtype=linux,bus=pci,id=1000:005b 0000:0000,driver=megaraid_sas,"
	  "class=storage\n",
	  "regtype=linux,bus=pci,id=1000:005b 0000:0000,driver=megaraid_sas,"
	  "class=storage\n"
	  "regtype=linux,bus=pci,id=1000:005b 1028:1f2d,driver=megaraid_sas,"
	  "class=storage\n", "" },
	{ "regtype=native,bus=acpi,id=PNP0D10,driver=vmkusb\n"
	  "regtype=native,bus=logical,id=com.vmware.iser,driver=iser\n"
	  "regtype=native,bus=pci,id=................010802,driver=nvme\n",
	  "regtype=native,bus=pci,id=................010802,driver=nvme\n"
	  "regtype=native,bus=acpi,id=PNP0D10,driver=vmkusb\n"
	  "regtype=native,bus=logical,id=com.vmware.iser,driver=iser\n", "" },
	/* keys in any order; an unknown one is kept */
	{ "driver=a,new=1,id=8086....10............,bus=pci,more=2,"
	  "regtype=native\n",
	  "regtype=native,bus=pci,id=8086....10............,driver=a,new=1,"
	  "more=2\n", "" },
	{ "regtype=linux,bus=pci,id=10EC:8125 0000:0000,driver=R,class=network"
	  "\r\nregtype=linux,bus=pci,id=10ec:8125 0000:0000,driver=R,"
	  "class=network\r\n",
	  "regtype=linux,bus=pci,id=10ec:8125 0000:0000,driver=R,"
	  "class=network\n"
	  "regtype=linux,bus=pci,id=10ec:8125 0000:0000,driver=R,"
	  "class=network\n",
	  "'x.map': line 1: CR before LF (in 2 lines), which VMware's own "
	  "maps never have\n"
	  "'x.map': line 1: upper-case hex (in 1 lines), which VMware's own "
	  "maps never have\n"
	  "'x.map': line 2: id '10ec:8125 0000:0000' for 'R' is there twice\n"
	},
	{ "regtype=linux,bus=pci,id=10ec:8125 0000:0000,driver=r\n",
	  "regtype=linux,bus=pci,id=10ec:8125 0000:0000,driver=r\n", "" },
};

static void test_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(good); i++) {
		struct ek_buf out = EK_BUF_INIT, notes = EK_BUF_INIT;
		struct ek_err err = EK_ERR_INIT;
		struct ek_pcimap m;

		if (ek_pcimap_parse(&m, "x.map", good[i].in, strlen(good[i].in),
				    collect, &notes, &err) != EK_OK)
			fail_msg("row %zu: %s", i, err.msg);
		ek_pcimap_write(&m, &out);
		assert_string_equal(ek_buf_str(&out), good[i].out);
		assert_string_equal(ek_buf_str(&notes), good[i].notes);
		ek_pcimap_clear(&m);
		ek_buf_free(&out);
		ek_buf_free(&notes);
	}
}

static const struct {
	const char *in, *why;
} bad[] = {
	{ "regtype\n", "line 1: 'regtype' is not key=value" },
	{ "\nregtype=linux,,bus=pci\n", "line 2: '' is not key=value" },
	{ "=x\n", "line 1: '=x' is not key=value" },
	{ "bus=pci,bus=pci\n", "line 1: key 'bus' twice" },
	{ "bus=pci,id=1,driver=x\n", "line 1: no 'regtype='" },
	{ "regtype=linux,bus=pci,id=1\n", "line 1: no 'driver='" },
	{ "regtype=linux,bus=pci,id=,driver=x\n", "line 1: no 'id='" },
	{ "regtype=other,bus=pci,id=1,driver=x\n",
	  "line 1: regtype 'other' is neither linux nor native" },
	{ "regtype=linux,bus=acpi,id=1,driver=x\n",
	  "line 1: bus 'acpi' is not pci" },
	{ "regtype=native,bus=usb,id=1,driver=x\n",
	  "line 1: bus 'usb' is not pci, acpi or logical" },
	{ "regtype=linux,bus=pci,id=10ec:8125,driver=x\n",
	  "line 1: id '10ec:8125' is not of the form 'vvvv:dddd ssss:uuuu'" },
	{ "regtype=linux,bus=pci,id=10ec:8125  0000:0000,driver=x\n",
	  "is not of the form" },
	{ "regtype=linux,bus=pci,id=10ec:.... 0000:0000,driver=x\n",
	  "is not of the form" },
	{ "regtype=native,bus=pci,id=10ec8125.............,driver=x\n",
	  "is not 22 hex digits or dots" },
	{ "regtype=native,bus=pci,id=10ec8125...............,driver=x\n",
	  "is not 22 hex digits or dots" },
	{ "regtype=native,bus=pci,id=10ec812g..............,driver=x\n",
	  "is not 22 hex digits or dots" },
	{ "regtype=native,bus=logical,id=a,driver=../x\n",
	  "line 1: driver '../x' is not a module name" },
	{ "regtype=native,bus=logical,id=a,driver=x\033[2J\n",
	  "line 1: byte 0x1b is not text" },
};

static void test_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(bad); i++) {
		struct ek_err err = EK_ERR_INIT;
		struct ek_pcimap m;

		assert_int_equal(ek_pcimap_parse(&m, "x.map", bad[i].in,
						 strlen(bad[i].in), NULL, NULL,
						 &err), EK_EFORMAT);
		assert_int_equal(m.n, 0);
		assert_null(m.v);
		assert_int_equal(strncmp(err.msg, "'x.map': ", 9), 0);
		if (strstr(err.msg, bad[i].why) == NULL)
			fail_msg("row %zu: %s", i, err.msg);
	}
}

static void test_limit(void **state)
{
	size_t len = EK_PCIMAP_MAX + 1;
	char *text = malloc(len);
	struct ek_pcimap m;

	(void)state;
	assert_non_null(text);
	memset(text, '\n', len);
	assert_int_equal(ek_pcimap_parse(&m, "x", text, len, NULL, NULL, NULL),
			 EK_ELIMIT);
	assert_int_equal(ek_pcimap_parse(&m, "x", text, len - 1, NULL, NULL,
					 NULL), EK_OK);
	ek_pcimap_clear(&m);
	free(text);
}

static void test_pattern(void **state)
{
	static const char text[] =
		"regtype=linux,bus=pci,id=10ec:8125 0000:0000,driver=a\n"
		"regtype=linux,bus=pci,id=10ec:8125 1043:87d7,driver=a\n"
		"regtype=native,bus=pci,id=1000001410281fd4......,driver=a\n"
		"regtype=native,bus=acpi,id=PNP0D10,driver=a\n";
	static const char *const want[] = {
		"10ec8125..............", "10ec8125104387d7......",
		"1000001410281fd4......",
	};
	char got[EK_PCI_PATTERN + 1];
	struct ek_pcimap m;

	(void)state;
	assert_int_equal(ek_pcimap_parse(&m, "x", text, strlen(text), NULL,
					 NULL, NULL), EK_OK);
	for (size_t i = 0; i < N(want); i++) {
		assert_true(ek_map_line_pattern(&m.v[i], got));
		assert_string_equal(got, want[i]);
	}
	assert_false(ek_map_line_pattern(&m.v[3], got));
	ek_pcimap_clear(&m);
}

static const char names[] =
	"# c\n\n"
	"10ec  Realtek \n"
	"\t8125  RTL8125 2.5GbE Controller\n"
	"\t\t1043 87d7  Onboard\n"
	"    8126  blanks, not a tab\n"
	"\t8127 one blank\n"
	"\t\t\t8127  three tabs\n"
	"1AF4  Red Hat\n"
	"C 02  Network controller\n"
	"\t00  Ethernet controller\n"
	"\t\t00  nothing\n"
	"8086  Intel";

static void test_ids(void **state)
{
	struct ek_buf notes = EK_BUF_INIT;
	struct ek_pciids ids;

	(void)state;
	assert_int_equal(ek_pciids_parse(&ids, "x.ids", names, strlen(names),
					 collect, &notes, NULL), EK_OK);
	assert_int_equal(ids.n, 5);
	assert_string_equal(ids.v[0].name, "Realtek");
	assert_int_equal(ids.v[0].depth, EK_ID_VENDOR);
	assert_int_equal(ids.v[1].vendor, 0x10ec);
	assert_int_equal(ids.v[1].device, 0x8125);
	assert_int_equal(ids.v[2].depth, EK_ID_SUBSYSTEM);
	assert_int_equal(ids.v[2].subvendor, 0x1043);
	assert_int_equal(ids.v[2].subdevice, 0x87d7);
	assert_int_equal(ids.v[2].line, 5);
	assert_int_equal(ids.v[3].vendor, 0x1af4);
	assert_string_equal(ids.v[4].name, "Intel");
	assert_string_equal(ek_buf_str(&notes), "'x.ids': line 6: not an id "
			    "and a name, left out (3 such lines)\n");
	ek_pciids_clear(&ids);
	ek_buf_free(&notes);
}

static void test_ids_orphan(void **state)
{
	static const char text[] = "\t8125  no vendor above\n10ec  R\n"
		"\t\t1043 87d7  no device above\n";
	struct ek_pciids ids;

	(void)state;
	assert_int_equal(ek_pciids_parse(&ids, "x", text, strlen(text), NULL,
					 NULL, NULL), EK_OK);
	assert_int_equal(ids.n, 1);
	ek_pciids_clear(&ids);
	assert_int_equal(ek_pciids_parse(&ids, "x", "a\0b", 3, NULL, NULL,
					 NULL), EK_EFORMAT);
}

static void test_takes(void **state)
{
	static const char text[] =
		"regtype=linux,bus=pci,id=10ec:8125 1043:87d7,driver=a\n"
		"regtype=native,bus=pci,id=8086..............0200,driver=a\n";
	static const struct {
		struct ek_pciid id;
		bool want;
	} rows[] = {
		{ { .depth = EK_ID_VENDOR, .vendor = 0x10ec }, true },
		{ { .depth = EK_ID_VENDOR, .vendor = 0x10ed }, false },
		{ { .depth = EK_ID_DEVICE, .vendor = 0x10ec, .device = 0x8125 },
		  true },
		{ { .depth = EK_ID_DEVICE, .vendor = 0x10ec, .device = 0x8126 },
		  false },
		{ { .depth = EK_ID_SUBSYSTEM, .vendor = 0x10ec,
		    .device = 0x8125, .subvendor = 0x1043,
		    .subdevice = 0x87d7 }, true },
		{ { .depth = EK_ID_SUBSYSTEM, .vendor = 0x10ec,
		    .device = 0x8125, .subvendor = 0x1043,
		    .subdevice = 0x87d8 }, false },
		{ { .depth = EK_ID_SUBSYSTEM, .vendor = 0x8086,
		    .device = 0x9999, .subvendor = 0x1043,
		    .subdevice = 0x87d8 }, true },
	};
	struct ek_pciset set = { .v = NULL };
	struct ek_pcimap m;

	(void)state;
	assert_int_equal(ek_pcimap_parse(&m, "x", text, strlen(text), NULL,
					 NULL, NULL), EK_OK);
	assert_int_equal(ek_pciset_add(&set, &m, NULL), EK_OK);
	ek_pciset_sort(&set);
	for (size_t i = 0; i < N(rows); i++) {
		assert_int_equal(ek_pcimap_takes(&m, &rows[i].id),
				 rows[i].want);
		if (rows[i].id.depth == EK_ID_DEVICE)
			assert_int_equal(ek_pciset_has(&set, rows[i].id.vendor,
						       rows[i].id.device),
					 rows[i].want);
	}
	ek_pciset_clear(&set);
	ek_pcimap_clear(&m);
}

/* Dots among the first 8 digits, some or all of them. */
static void test_set_dots(void **state)
{
	static const char text[] =
		"regtype=native,bus=pci,id=80861...000000000000..,driver=a\n"
		"regtype=native,bus=pci,id=8086.2........00000000,driver=a\n"
		"regtype=native,bus=pci,id=.0ec8125..............,driver=a\n";
	static const struct {
		uint16_t vendor, device;
		bool want;
	} rows[] = {
		{ 0x8086, 0x1fff, true }, { 0x8086, 0x2fff, false },
		{ 0x8086, 0x22ab, true }, { 0x8087, 0x22ab, false },
		{ 0xf0ec, 0x8125, true }, { 0xf0ec, 0x8126, false },
	};
	struct ek_pciset set = { .v = NULL };
	struct ek_pcimap m;

	(void)state;
	ek_pciset_sort(&set);
	assert_false(ek_pciset_has(&set, 0, 0));
	assert_int_equal(ek_pcimap_parse(&m, "x", text, strlen(text), NULL,
					 NULL, NULL), EK_OK);
	assert_int_equal(ek_pciset_add(&set, &m, NULL), EK_OK);
	ek_pciset_sort(&set);
	for (size_t i = 0; i < N(rows); i++)
		assert_int_equal(ek_pciset_has(&set, rows[i].vendor,
					       rows[i].device), rows[i].want);
	ek_pciset_clear(&set);
	ek_pcimap_clear(&m);
}

/* Hundreds of lines that are there twice are told of in a few. */
static void test_many_twice(void **state)
{
	static const char line[] =
		"regtype=native,bus=acpi,id=PNP0D10,driver=a\n";
	struct ek_buf text = EK_BUF_INIT, notes = EK_BUF_INIT;
	const char *s;
	struct ek_pcimap m;
	size_t n = 0;

	(void)state;
	for (int i = 0; i < 500; i++)
		ek_buf_adds(&text, line);
	assert_int_equal(ek_pcimap_parse(&m, "x", text.p, text.len, collect,
					 &notes, NULL), EK_OK);
	for (s = ek_buf_str(&notes); (s = strchr(s, '\n')) != NULL; s++)
		n++;
	assert_int_equal(n, 21);
	assert_non_null(strstr(ek_buf_str(&notes),
			       "479 more ids are there twice"));
	ek_pcimap_clear(&m);
	ek_buf_free(&text);
	ek_buf_free(&notes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_pattern),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_ids_orphan),
		cmocka_unit_test(test_takes),
		cmocka_unit_test(test_set_dots),
		cmocka_unit_test(test_many_twice),
	};

	return cmocka_run_group_tests_name("pcimap", tests, NULL, NULL);
}
