/* SPDX-License-Identifier: BSD-2-Clause */
/* t_pcirun.c - unit tests of pcirun.h: what counts, and the limits */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/pcirun.h"
#include "driver_made.h"
#include "image_dir.h"

static const char *const files[] = {
	VMKMOD "x", "module",
	"etc/vmware/default.map.d/x.map",
	NATIVE("10ec8125..............", "x")
	NATIVE("10ec8168104387d7......", "x")
	NATIVE("10ec8168104387d8......", "x")
	NATIVE("................010802", "nvme"),
	"etc/vmware/fallback.map.d/z.map",
	NATIVE("10ec8169..............", "z")
	NATIVE("10ec8168..............", "z")
	"regtype=native,bus=acpi,id=PNP0D10,driver=z\n",
	"etc/vmware/ihv.map.d/z.map",
	NATIVE("10ec8169104387d7......", "x"),
	NULL,
};

/* What is asked, and whether all that counts is covered. */
static const struct {
	const char *id, *listing, *text;
	bool covered;
} rows[] = {
	{ "10ec:8125", NULL, "  x\n", true },
	{ "10ec:8125:1043:87d7", NULL, "x.map in x.tgz, by device\n", true },
	{ "10ec:8124", NULL, "nothing takes it\n", false },
	{ "10ec:8124", NULL, "also nvme (etc/vmware/default.map.d/x.map, by "
	  "class): not known", false },
	/* the subsystem is known, and is another one: the fallback */
	{ "10ec:8168:1043:87d9", NULL, "  z\n", true },
	{ "10ec:8168:1043:87d8", NULL, "also z (", true },
	/* not known: one of them takes it in any case */
	{ "10ec:8169", NULL, "x (may match)\n", true },
	/* the interface is not known, and decides */
	{ NULL, "01:00.0 0108: 144d:a808\n", "nvme (may match)\n", false },
	{ NULL, "01:00.0 0108: 144d:a808\n", "'lspci -vmmn'", false },
	{ NULL, "01:00.0 \"0108\" \"144d\" \"a808\" -p02 \"144d\" \"a801\"\n",
	  "NVMe               nvme\n", true },
	{ NULL, "01:00.0 \"0108\" \"144d\" \"a808\" -p01 \"144d\" \"a801\"\n",
	  "nothing takes it", false },
	/* what does not count */
	{ NULL, "00:00.0 0600: 8086:1237\n00:02.0 0300: 1234:1111\n",
	  "0 of 0 devices", true },
	{ NULL, "00:02.0 0f00: 1234:1111\n", "class 0f00", true },
	{ NULL, "00:04.0 0c04: 1077:2532\n", "Fibre Channel", false },
	{ "10ec:8125", "01:00.0 0200: 10ec:8124\n", "1 of 2 devices", false },
};

static int run(const char *id, const char *listing, bool json,
	       struct ek_buf *out, bool *covered, struct ek_err *err)
{
	const struct ek_pcirun r = {
		.image = "x.tgz", .listing = listing != NULL ? "l" : NULL,
		.ids = &id, .n_ids = id != NULL, .json = json, .threads = 1,
	};

	if (listing != NULL)
		put_file("l", listing);
	return ek_pcirun(&r, out, covered, err);
}

static void test_rows(void **state)
{
	(void)state;
	put_driver("x.tgz", files);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ek_err err = EK_ERR_INIT;
		struct ek_buf out = EK_BUF_INIT;
		bool covered;

		if (run(rows[i].id, rows[i].listing, false, &out, &covered,
			&err) != EK_OK)
			fail_msg("row %zu: %s", i, err.msg);
		if (covered != rows[i].covered ||
		    strstr(ek_buf_str(&out), rows[i].text) == NULL)
			fail_msg("row %zu: %s", i, ek_buf_str(&out));
		ek_buf_free(&out);
	}
}

static void test_refused(void **state)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_buf out = EK_BUF_INIT;
	bool covered;

	(void)state;
	put_driver("x.tgz", files);
	assert_int_equal(run("10ec", NULL, false, &out, &covered, &err),
			 EK_EARG);
	assert_int_equal(run(NULL, "\n", false, &out, &covered, &err),
			 EK_EREFUSE);
	assert_non_null(strstr(err.msg, "no device"));
	assert_int_equal(run(NULL, "x\n", false, &out, &covered, &err),
			 EK_EFORMAT);
	assert_non_null(strstr(err.msg, "line 1"));
	assert_int_equal(out.len, 0);
	ek_buf_free(&out);
}

/* 65,536 devices with 7,000 lines each are more than we compare. */
static void test_limit(void **state)
{
	struct ek_buf map = EK_BUF_INIT, list = EK_BUF_INIT, out = EK_BUF_INIT;
	const char *many[] = { "etc/vmware/default.map.d/x.map", NULL, NULL };
	struct ek_err err = EK_ERR_INIT;
	bool covered;

	(void)state;
	for (unsigned i = 0; i < 7000; i++)
		ek_buf_addf(&map, NATIVE("10ec%04x..............", "x"), i);
	for (unsigned i = 0; i < 65536; i++)
		ek_buf_addf(&list, "%02x:%02x.%x 0200: 8086:0001\n", i >> 8,
			    i >> 3 & 31, i & 7);
	many[1] = ek_buf_str(&map);
	put_driver("x.tgz", many);
	assert_int_equal(run(NULL, ek_buf_str(&list), false, &out, &covered,
			     &err), EK_ELIMIT);
	assert_non_null(strstr(err.msg, "too many"));
	ek_buf_free(&map);
	ek_buf_free(&list);
	ek_buf_free(&out);
}

static void test_all(void **state)
{
	const struct ek_pcirun r = { .image = "x.tgz", .all = true,
				     .threads = 1 };
	struct ek_err err = EK_ERR_INIT;
	struct ek_buf out = EK_BUF_INIT;
	bool covered = false;

	(void)state;
	put_driver("x.tgz", files);
	assert_int_equal(ek_pcirun(&r, &out, &covered, &err), EK_OK);
	assert_true(covered);
	assert_string_equal(ek_buf_str(&out),
		"x.tgz: driver, 8 lines in 3 driver maps\n\n"
		"....:.... ....:.... 010802\tnvme\tdefault\t-\t-\n"
		"10ec:8125 ....:.... ......\tx\tdefault\t-\t-\n"
		"10ec:8168 ....:.... ......\tz\tfallback\t-\t-\n"
		"10ec:8168 1043:87d7 ......\tx\tdefault\t-\t-\n"
		"10ec:8168 1043:87d8 ......\tx\tdefault\t-\t-\n"
		"10ec:8169 ....:.... ......\tz\tfallback\t-\t-\n"
		"10ec:8169 1043:87d7 ......\tx\tihv\t-\t-\n"
		"acpi PNP0D10\tz\tfallback\t-\t-\n");
	ek_buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_rows, enter, leave),
		cmocka_unit_test_setup_teardown(test_refused, enter, leave),
		cmocka_unit_test_setup_teardown(test_limit, enter, leave),
		cmocka_unit_test_setup_teardown(test_all, enter, leave),
	};

	return cmocka_run_group_tests_name("pcirun", tests, NULL, NULL);
}
