/* SPDX-License-Identifier: BSD-2-Clause */
/* t_lspci.c - unit tests of lspci.h: each form that lspci prints */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "ek/err.h"
#include "ek/lspci.h"

#define NIC "808615b7102806dc020000"

static const struct {
	const char *what, *text;
	const char *ids; /* of all devices, a blank between */
} rows[] = {
	{ "nothing", "", "" },
	{ "-n", "00:1f.6 0200: 8086:15b7 (rev 31)\n", "808615b7????????0200??" },
	{ "-n, no revision, no line end", "00:1f.6 0200: 8086:15b7",
	  "808615b7????????0200??" },
	{ "-n of old", "00:1f.6 Class 0200: 8086:15b7\n",
	  "808615b7????????0200??" },
	{ "-n with domain", "0000:00:1f.6 0200: 8086:15B7\n",
	  "808615b7????????0200??" },
	{ "-n with long domain", "10000:00:1f.6 0200: 8086:15b7\n",
	  "808615b7????????0200??" },
	{ "-nn", "00:1f.6 Ethernet controller [0200]: Intel Corporation"
	  " Ethernet Connection (2) I219-LM [8086:15b7] (rev 31)\n",
	  "808615b7????????0200??" },
	{ "-nn with brackets in the name", "03:00.0 VGA compatible controller"
	  " [0300]: Advanced Micro Devices, Inc. [AMD/ATI] Navi 10"
	  " [1002:731f] (rev c1)\n", "1002731f????????0300??" },
	{ "-nv", "00:17.0 0106: 8086:a102 (rev 31) (prog-if 01 [AHCI 1.0])\n"
	  "\tSubsystem: 1028:06dc\n\tFlags: bus master, fast devsel\n\n",
	  "8086a102102806dc010601" },
	{ "-nnvv", "00:1f.6 Ethernet controller [0200]: Intel Corporation"
	  " Ethernet Connection (2) I219-LM [8086:15b7] (rev 31)\n"
	  "\tSubsystem: Dell Ethernet Connection [1028:06dc]\n"
	  "\tControl: I/O- Mem+ BusMaster+\n"
	  "\tKernel driver in use: e1000e\n", NIC },
	{ "-nnvv without a subsystem", "00:1c.0 PCI bridge [0604]: Intel x"
	  " [8086:a110] (rev f1) (prog-if 00 [Normal decode])\n"
	  "\tBus: primary=00\n", "8086a11000000000060400" },
	{ "-mmn", "00:1f.6 \"0200\" \"8086\" \"15b7\" -r31 \"1028\""
	  " \"06dc\"\n", NIC },
	{ "-mmn with interface", "00:17.0 \"0106\" \"8086\" \"a102\" -r31 -p01"
	  " \"1028\" \"06dc\"\n", "8086a102102806dc010601" },
	{ "-mmn without a subsystem", "00:1c.0 \"0604\" \"8086\" \"a110\" -rf1"
	  " \"\" \"\"\n", "8086a11000000000060400" },
	{ "-mmnn", "00:1f.6 \"Ethernet controller [0200]\" \"Intel"
	  " Corporation [8086]\" \"I219-LM [15b7]\" -r31 \"Dell [1028]\""
	  " \"Connection [06dc]\"\n", NIC },
	{ "-vmmn", "Slot:\t00:1f.6\nClass:\t0200\nVendor:\t8086\nDevice:\t15b7"
	  "\nSVendor:\t1028\nSDevice:\t06dc\nRev:\t31\nNUMANode:\t0\n\n", NIC },
	{ "-vmmn, two, CR LF", "Slot:\t00:17.0\r\nClass:\t0106\r\nVendor:\t8086"
	  "\r\nDevice:\ta102\r\nSVendor:\t1028\r\nSDevice:\t06dc\r\nProgIf:\t01"
	  "\r\n\r\nSlot:\t00:1c.0\r\nClass:\t0604\r\nVendor:\t8086\r\n"
	  "Device:\ta110\r\n", "8086a102102806dc010601 8086a11000000000060400" },
	{ "-vmmnn", "Slot:\t0000:00:1f.6\nClass:\tEthernet controller [0200]\n"
	  "Vendor:\tIntel Corporation [8086]\nDevice:\tI219-LM [15b7]\n"
	  "SVendor:\tDell [1028]\nSDevice:\tConnection [06dc]\n", NIC },
	{ "mixed", "00:1f.6 0200: 8086:15b7\n\n00:1f.6 \"0200\" \"8086\""
	  " \"15b7\" \"1028\" \"06dc\"\nSlot:\t00:1f.6\nClass:\t0200\n"
	  "Vendor:\t8086\nDevice:\t15b7\nSVendor:\t1028\nSDevice:\t06dc\n"
	  "00:1f.6 0200: 8086:15b7\n", "808615b7????????0200?? " NIC " " NIC
	  " 808615b7????????0200??" },
};

static void join(const struct ek_pcidevs *d, char *out, size_t room)
{
	out[0] = '\0';
	for (size_t i = 0; i < d->n; i++) {
		size_t n = strlen(out);

		assert_true(n + 2 + EK_PCI_PATTERN < room);
		if (i != 0)
			out[n++] = ' ';
		memcpy(out + n, d->v[i].id, EK_PCI_PATTERN + 1);
	}
}

static void test_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ek_pcidevs d = { NULL, 0, 0 };
		struct ek_err err = EK_ERR_INIT;
		char got[512];

		if (ek_lspci_parse(&d, "x", rows[i].text, strlen(rows[i].text),
				   &err) != EK_OK)
			fail_msg("%s: %s", rows[i].what, err.msg);
		join(&d, got, sizeof(got));
		if (strcmp(got, rows[i].ids) != 0)
			fail_msg("%s: %s", rows[i].what, got);
		ek_pcidevs_clear(&d);
	}
}

static const struct {
	const char *text, *msg;
} bad[] = {
	{ "hello\n", "'x': line 1: nothing that lspci -n, -nn, -mmn or -vmmn"
	  " prints" },
	{ "\n\n00:1f.6 Ethernet controller: Intel Corporation I219 (rev 31)\n",
	  "'x': line 3: a device without numbers: run lspci -vmmn" },
	{ "\tSubsystem: 1028:06dc\n", "'x': line 1: details of no device" },
	{ "00:1f.6 0200: 8086:15b7\n\tSubsystem: Dell Device\n",
	  "'x': line 2: a subsystem without numbers: run lspci -vmmn" },
	{ "00:1f.6 \"0200\" \"8086\"\n",
	  "'x': line 1: fewer fields than lspci -mm has" },
	{ "00:1f.6 \"0200\" \"8086\" \"15b7\" \"1\" \"2\"\n",
	  "'x': line 1: a field is no number: run lspci -mmn" },
	{ "00:1f.6 \"0200\" \"8086\" \"15b7\" \"1028\" \"06dc\" \"1234\"\n",
	  "'x': line 1: more fields than lspci -mm has" },
	{ "00:1f.6 \"Ethernet controller\" \"Intel\" \"I219\"\n",
	  "'x': line 1: a field is no number: run lspci -mmn" },
	{ "Slot:\t00:1f.6\nClass:\t0200\nVendor:\t8086\n",
	  "'x': the device at line 1 has no vendor and device numbers: run"
	  " lspci -vmmn" },
	{ "Slot:\t00:1f.6\nClass:\tEthernet controller\n",
	  "'x': line 2: a field is no number: run lspci -vmmn" },
	{ "Slot:\tx\n", "'x': line 1: this is no slot" },
	{ "Slot:\t00:1f.6\nVendor:\t8086\nVendor:\t8086\n",
	  "'x': line 3: a field is there twice" },
	{ "Vendor:\t8086\n",
	  "'x': line 1: a field of no device: run lspci -vmmn" },
	{ "Device:\t00:1f.6\nClass:\t0200\n",
	  "'x': line 1: a field of no device: run lspci -vmmn" },
	{ "Slot:\t00:1f.6\nProgIf:\tx1\n", "'x': line 2: ProgIf is no number" },
};

static void test_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct ek_pcidevs d = { NULL, 0, 0 };
		struct ek_err err = EK_ERR_INIT;

		assert_int_equal(ek_lspci_parse(&d, "x", bad[i].text,
						strlen(bad[i].text), &err),
				 EK_EFORMAT);
		assert_string_equal(err.msg, bad[i].msg);
		ek_pcidevs_clear(&d);
	}
}

static void test_nul(void **state)
{
	static const char text[] = "00:1f.6 0200: 8086:15b7\0\n";
	struct ek_pcidevs d = { NULL, 0, 0 };
	struct ek_err err = EK_ERR_INIT;

	(void)state;
	assert_int_equal(ek_lspci_parse(&d, "x", text, sizeof(text) - 1, &err),
			 EK_EFORMAT);
	assert_string_equal(err.msg,
			    "'x': line 1: it has a NUL: this is no text");
	ek_pcidevs_clear(&d);
}

static void test_facts(void **state)
{
	struct ek_pcidevs d = { NULL, 0, 0 };
	const char *text = "0000:00:1f.6 Ethernet controller [0200]: Intel"
		" Corporation I219-LM [8086:15b7] (rev 31)\n";

	(void)state;
	assert_int_equal(ek_lspci_parse(&d, "x", text, strlen(text), NULL),
			 EK_OK);
	assert_string_equal(d.v[0].slot, "0000:00:1f.6");
	assert_string_equal(d.v[0].name, "Intel Corporation I219-LM");
	assert_int_equal(d.v[0].line, 1);
	assert_int_equal(ek_pcidev_kind(&d.v[0]), EK_DEV_NETWORK);
	ek_pcidevs_clear(&d);
	assert_null(d.v);
}

static void test_option(void **state)
{
	static const char *const wrong[] = { "", "10ec", "10ec:812", "10ec:81255",
		"10ec:8125:1043", "10ec:8125:1043:87d", "10ex:8125",
		"10ec-8125", "10ec:8125 1043:87d7" };
	struct ek_pcidevs d = { NULL, 0, 0 };
	struct ek_err err = EK_ERR_INIT;

	(void)state;
	assert_int_equal(ek_lspci_add_id(&d, "10EC:8125", NULL), EK_OK);
	assert_int_equal(ek_lspci_add_id(&d, "10ec:8125:1043:87d7", NULL),
			 EK_OK);
	assert_string_equal(d.v[0].id, "10ec8125??????????????");
	assert_string_equal(d.v[1].id, "10ec8125104387d7??????");
	assert_int_equal(ek_pcidev_kind(&d.v[0]), EK_DEV_UNKNOWN);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(ek_lspci_add_id(&d, wrong[i], &err), EK_EARG);
	assert_int_equal(d.n, 2);
	ek_pcidevs_clear(&d);
}

static void test_kinds(void **state)
{
	static const struct {
		const char *class;
		enum ek_pcidev_kind kind;
	} kinds[] = {
		{ "0200", EK_DEV_NETWORK }, { "0280", EK_DEV_NETWORK },
		{ "0104", EK_DEV_STORAGE }, { "0108", EK_DEV_STORAGE },
		{ "0c04", EK_DEV_STORAGE }, { "0c03", EK_DEV_OTHER },
		{ "0300", EK_DEV_OTHER }, { "0604", EK_DEV_BRIDGE },
		{ "0500", EK_DEV_BRIDGE }, { "????", EK_DEV_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct ek_pcidev d = { .line = 1 };

		memcpy(d.id, "1234567800000000", 16);
		memcpy(d.id + 16, kinds[i].class, 4);
		memcpy(d.id + 20, "??", 3);
		assert_int_equal(ek_pcidev_kind(&d), kinds[i].kind);
	}
	assert_string_equal(ek_pcidev_kind_name(EK_DEV_STORAGE), "storage");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms), cmocka_unit_test(test_bad),
		cmocka_unit_test(test_nul), cmocka_unit_test(test_facts),
		cmocka_unit_test(test_option), cmocka_unit_test(test_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
