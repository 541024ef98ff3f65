/* SPDX-License-Identifier: BSD-2-Clause */
/* t_package.c - unit tests of package.h: what a package says of itself */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/err.h"
#include "ek/package.h"
#include "ek/release.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* A package of one module, made by hand. */
struct made {
	struct ek_module m;
	struct ek_package p;
	char name[80], class[16];
};

static void make(struct made *b, const char *module, enum ek_map_kind kind,
		 const char *class)
{
	memset(b, 0, sizeof(*b));
	snprintf(b->name, sizeof(b->name), "%s", module);
	b->m.name = b->name;
	b->m.mapped = true;
	b->m.kind = kind;
	if (class != NULL) {
		snprintf(b->class, sizeof(b->class), "%s", class);
		b->m.class = b->class;
	}
	b->p.modules = &b->m;
	b->p.n_modules = 1;
	b->p.has_kind[kind] = true;
}

/* Names of VMware's own packages (vib.5, "Driver packages"). */
static const struct {
	const char *module, *class;
	enum ek_map_kind kind;
	const char *name, *summary;
} names[] = {
	{ "e1000", "network", EK_MAP_LINUX, "net-e1000",
	  "e1000: net driver for VMware ESX" },
	{ "megaraid_sas", "storage", EK_MAP_LINUX, "scsi-megaraid-sas",
	  "megaraid_sas: scsi driver for VMware ESX" },
	{ "lsi_mr3", NULL, EK_MAP_NATIVE, "lsi-mr3",
	  "lsi_mr3: native driver for VMware ESXi" },
	{ "if_re", NULL, EK_MAP_NATIVE, "if-re",
	  "if_re: native driver for VMware ESXi" },
	{ "usb", NULL, EK_MAP_LINUX, "usb", "usb: driver for VMware ESX" },
	{ "a b+c", NULL, EK_MAP_NATIVE, "a-b-c",
	  "a b+c: native driver for VMware ESXi" },
	{ "abcdefghijklmnopqrstuvwxyz_0123456789", "network", EK_MAP_LINUX,
	  "net-abcdefghijklmnopqrstuvwxyz-0123",
	  "abcdefghijklmnopqrstuvwxyz_0123456789: net driver for VMware ESX" },
};

static void test_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(names); i++) {
		struct ek_vibdesc d;
		struct made b;

		make(&b, names[i].module, names[i].kind, names[i].class);
		ek_vibdesc_init(&d);
		assert_int_equal(ek_package_describe(&b.p, NULL, &d, NULL),
				 EK_OK);
		assert_string_equal(d.name, names[i].name);
		assert_string_equal(d.summary, names[i].summary);
		assert_string_equal(d.version, "1.0-1");
		assert_int_equal(d.depends.n, 0);
		ek_vibdesc_clear(&d);
	}
}

/* What is there already stays. */
static void test_kept(void **state)
{
	struct ek_vibdesc d;
	struct made b;

	(void)state;
	make(&b, "e1000", EK_MAP_LINUX, "network");
	ek_vibdesc_init(&d);
	assert_int_equal(ek_vibdesc_set(&d.name, "mine", NULL), EK_OK);
	assert_int_equal(ek_vibdesc_set(&d.version, "7", NULL), EK_OK);
	assert_int_equal(ek_strs_add(&d.tags, "module", 6, NULL), EK_OK);
	assert_int_equal(ek_constraints_add(&d.depends, "vmkapi_2_3_0_0", NULL,
					    NULL, NULL), EK_OK);
	assert_int_equal(ek_package_describe(&b.p, ek_release_find("6.7"), &d,
					     NULL), EK_OK);
	assert_string_equal(d.name, "mine");
	assert_string_equal(d.version, "7");
	assert_string_equal(d.summary, "e1000: net driver for VMware ESX");
	assert_int_equal(d.tags.n, 2);
	assert_string_equal(d.tags.v[0], "module");
	assert_string_equal(d.tags.v[1], "driver");
	assert_int_equal(d.depends.n, 2);
	assert_string_equal(d.depends.v[1].name,
			    "com.vmware.driverAPI-9.2.3.0");
	ek_vibdesc_clear(&d);
}

/* One tag a line of the maps, sorted, none twice; then module, driver. */
static void test_native_tags(void **state)
{
	static const char text[] =
		"regtype=native,bus=pci,id=8086153a..............,driver=m\n"
		"regtype=native,bus=pci,id=................0c0330,driver=m\n"
		"regtype=native,bus=pci,id=8086153a..............,driver=m\n"
		"regtype=native,bus=pci,id=1000001410281fd4......,driver=m\n"
		"regtype=native,bus=acpi,id=PNP0D10,driver=m\n";
	static const char *const want[] = {
		"PCIID ................0c0330", "PCIID 1000001410281fd4......",
		"PCIID 8086153a", "module", "driver",
	};
	struct ek_package_map map = { .path = NULL };
	struct ek_vibdesc d;
	struct made b;

	(void)state;
	make(&b, "m", EK_MAP_NATIVE, NULL);
	assert_int_equal(ek_pcimap_parse(&map.map, "t", text, strlen(text),
					 NULL, NULL, NULL), EK_OK);
	b.p.maps = &map;
	b.p.n_maps = 1;
	ek_vibdesc_init(&d);
	assert_int_equal(ek_package_describe(&b.p, ek_release_find("8.0U1"), &d,
					     NULL), EK_OK);
	assert_int_equal(d.tags.n, N(want));
	for (size_t i = 0; i < N(want); i++)
		assert_string_equal(d.tags.v[i], want[i]);
	assert_int_equal(d.depends.n, 1);
	assert_string_equal(d.depends.v[0].name, "vmkapi_2_11_0_0");
	ek_vibdesc_clear(&d);
	ek_pcimap_clear(&map.map);
}

/* The first that a map names, not the first. */
static void test_main_module(void **state)
{
	char a[] = "a", b[] = "b";
	struct ek_module m[] = { { .name = a }, { .name = b, .mapped = true } };
	struct ek_package p = { .modules = m, .n_modules = 2 };

	(void)state;
	assert_string_equal(ek_package_main(&p)->name, "b");
	m[1].mapped = false;
	assert_string_equal(ek_package_main(&p)->name, "a");
	m[1].has_empty_map = true;
	assert_string_equal(ek_package_main(&p)->name, "b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_native_tags),
		cmocka_unit_test(test_main_module),
	};

	return cmocka_run_group_tests_name("package", tests, NULL, NULL);
}
