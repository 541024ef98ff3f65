/* SPDX-License-Identifier: BSD-2-Clause */
/* t_pcipool.c - unit tests of pcipool.h; VIBs and databases: tests/cli/esxi-pci.sh */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/err.h"
#include "ek/imgscan.h"
#include "ek/pcipool.h"
#include "driver_made.h"
#include "image_dir.h"

#define CFG(modules) "bootstate=0\nkernel=/b.b00\nkernelopt=\nmodules=" \
	modules "\nbuild=\nupdated=0\n"
#define MAP "etc/vmware/default.map.d/x.map"

static const char *const first[] = {
	VMKMOD "x", "old",
	MAP, NATIVE("10ec8125..............", "x"),
	"etc/vmware/driver.map.d/y.map", "regtype=linux,bus=pci,"
	"id=10ec:8168 0000:0000,driver=y,class=network\n",
	"usr/share/hwdata/pci.ids", "10ec  General\n\t8125  A\n\t8168  B\n",
	NULL,
};
static const char *const second[] = {
	VMKMOD "x", "new",
	MAP, NATIVE("10ec8126..............", "x"),
	"usr/share/hwdata/default.pciids.d/x.ids", "10ec  Driver\n\t8125  C\n",
	NULL,
};

static const struct ek_pcipool_opts one = { .threads = 1 };

static struct ek_pcipool *open_pool(const char *path)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_pcipool *p;

	if (ek_pcipool_open(&p, path, &one, &err) != EK_OK)
		fail_msg("%s", err.msg);
	return p;
}

/* A later module hides what an earlier one has of the same path. */
static void test_hidden(void **state)
{
	const struct ek_pcidrivers *d;
	const struct ek_strs *notes;
	struct ek_pcipool *p;

	(void)state;
	make_image(CFG("/s.v00 --- /net-e1.v00"), NULL);
	put_driver("d/S.V00", first);
	put_driver("d/NET-E1.V00", second);
	p = open_pool("d");
	assert_null(ek_pcipool_odd(p));
	d = ek_pcipool_drivers(p);
	assert_int_equal(d->n, 2);
	assert_string_equal(d->v[0].path, MAP);
	assert_string_equal(d->v[0].file, "net-e1.v00");
	assert_string_equal(d->v[0].map->v[0].id, "10ec8126..............");
	assert_string_equal(d->v[1].file, "s.v00");
	assert_null(d->v[0].vib_id);
	assert_int_equal(ek_pcipool_lines(p), 2);
	assert_true(d->vmklinux); /* no database: the release is not known */
	assert_true(d->has_module(d->ctx, "x"));
	assert_false(d->has_module(d->ctx, "y"));
	assert_string_equal(ek_pcipool_module(p, "x")->name, "net-e1.v00");
	assert_null(ek_pcipool_module(p, "y"));
	notes = ek_pcipool_notes(p);
	assert_int_equal(notes->n, 3);
	assert_non_null(strstr(notes->v[0], "no image database"));
	assert_non_null(strstr(notes->v[1], "hidden by that of 'net-e1.v00'"));
	assert_non_null(strstr(notes->v[2], "vmklinux"));
	assert_string_equal(ek_pcipool_kind(p), "directory");
	assert_null(ek_pcipool_version(p));
	assert_null(ek_pcipool_release(p));
	ek_pcipool_free(&p);
	assert_null(p);
}

/* The other order of modules, and names: the driver's list is asked first. */
static void test_names(void **state)
{
	const char *vendor, *device;
	struct ek_pcipool *p;

	(void)state;
	make_image(NULL, CFG("/net-e1.v00 --- /s.v00"));
	put_driver("d/S.V00", first);
	put_driver("d/NET-E1.V00", second);
	p = open_pool("d");
	assert_string_equal(ek_pcipool_drivers(p)->v[0].file, "s.v00");
	assert_string_equal(ek_pcipool_module(p, "x")->name, "s.v00");
	ek_pcipool_name(p, "10ec8125..............", &vendor, &device);
	assert_string_equal(vendor, "Driver");
	assert_string_equal(device, "C");
	ek_pcipool_name(p, "10ec8168..............", &vendor, &device);
	assert_string_equal(device, "B");
	ek_pcipool_free(&p);
}

/* A package alone: every module may be there. */
static void test_package(void **state)
{
	struct ek_pcipool *p;

	(void)state;
	put_driver("x.tgz", first);
	p = open_pool("x.tgz");
	assert_string_equal(ek_pcipool_kind(p), "driver");
	assert_int_equal(ek_pcipool_drivers(p)->n, 2);
	assert_null(ek_pcipool_drivers(p)->has_module);
	ek_pcipool_free(&p);
}

static void refused(const char *path, int code, const char *text)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_pcipool *p;

	assert_int_equal(ek_pcipool_open(&p, path, &one, &err), code);
	assert_null(p);
	if (strstr(err.msg, text) == NULL)
		fail_msg("%s", err.msg);
}

static void test_refused(void **state)
{
	const char *const bad[] = { MAP, "\nwhat is this\n", NULL };
	struct ek_pcipool *p;

	(void)state;
	refused("nothing", EK_ESYS, "'nothing'");
	put_file("text", "hello\n");
	refused("text", EK_EREFUSE, "is no ISO, directory, VIB");
	put_driver("x.tgz", bad);
	p = open_pool("x.tgz");
	assert_non_null(strstr(ek_pcipool_odd(p)->msg, MAP));
	assert_non_null(strstr(ek_pcipool_odd(p)->msg, "line 2"));
	assert_int_equal(ek_pcipool_lines(p), 0);
	ek_pcipool_free(&p);
	make_image(CFG("/s.v00 --- /gone.v00"), NULL);
	refused("d", EK_EFORMAT, "'gone.v00', which is not there");
	put_driver("d/S.V00", bad);
	put_file("d/BOOT.CFG", CFG("/s.v00"));
	p = open_pool("d");
	assert_non_null(strstr(ek_pcipool_odd(p)->msg, "'s.v00'"));
	assert_non_null(strstr(ek_pcipool_notes(p)->v[1], "left out"));
	ek_pcipool_free(&p);
	put_driver("d/S.V00", first);
	assert_int_equal(truncate("d/S.V00", 100), 0);
	refused("d", EK_EFORMAT, "'s.v00'");
	put_file("d/BOOT.CFG", "kernel=/b.b00\nmodules=\n");
	refused("d", EK_EREFUSE, "no boot.cfg that loads a module");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_hidden, enter, leave),
		cmocka_unit_test_setup_teardown(test_names, enter, leave),
		cmocka_unit_test_setup_teardown(test_package, enter, leave),
		cmocka_unit_test_setup_teardown(test_refused, enter, leave),
	};

	return cmocka_run_group_tests_name("pcipool", tests, NULL, NULL);
}
