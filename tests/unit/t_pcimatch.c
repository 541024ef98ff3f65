/* SPDX-License-Identifier: BSD-2-Clause */
/* t_pcimatch.c - unit tests of pcimatch.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "ek/err.h"
#include "ek/pcimatch.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
	const char *path, *text;
} maps[] = {
	{ "etc/vmware/default.map.d/ixgben.map",
	  "regtype=native,bus=pci,id=8086150a..............,driver=ixgben\n"
	  "regtype=native,bus=pci,id=8086150a10280001......,driver=ixgben_dell\n" },
	{ "etc/vmware/default.map.d/nvme.map",
	  "regtype=native,bus=pci,id=................010802,driver=nvme\n"
	  "regtype=native,bus=acpi,id=PNP0D10,driver=nvme\n" },
	{ "etc/vmware/driver.map.d/ixgbe.map",
	  "regtype=linux,bus=pci,id=8086:150a 0000:0000,driver=ixgbe,"
	  "class=network\n"
	  "regtype=linux,bus=pci,id=10ec:8125 1043:87d7,driver=r8125,"
	  "class=network\n" },
	{ "etc/vmware/fallback.map.d/net.map",
	  "regtype=native,bus=pci,id=8086150a..............,driver=community\n"
	  "regtype=native,bus=pci,id=10ec8168..............,driver=gone\n" },
	{ "etc/vmware/ihv.map.d/a.map",
	  "regtype=native,bus=pci,id=15b31013..............,driver=one\n" },
	{ "etc/vmware/ihv.map.d/b.map",
	  "regtype=native,bus=pci,id=15b31013..............,driver=two\n" },
	{ "etc/vmware/oem.map.d/x.map",
	  "regtype=native,bus=pci,id=15b3................,driver=any\n" },
	{ "etc/vmware/y.map",
	  "regtype=native,bus=pci,id=11112222..............,driver=lost\n" },
};

struct world {
	struct ek_pcimap map[COUNT(maps)];
	struct ek_pcisource source[COUNT(maps)];
	struct ek_pcidrivers drivers;
};

static bool has_module(void *ctx, const char *driver)
{
	(void)ctx;
	return strcmp(driver, "gone") != 0;
}

static int setup(void **state)
{
	static struct world w;
	size_t n = 0;

	for (size_t i = 0; i < COUNT(maps); i++) {
		/* one is of a bad length, and so none at all */
		if (ek_pcimap_parse(&w.map[n], maps[i].path, maps[i].text,
				    strlen(maps[i].text), NULL, NULL, NULL) !=
		    EK_OK)
			continue;
		w.source[n] = (struct ek_pcisource){
			.path = maps[i].path, .map = &w.map[n],
		};
		n++;
	}
	assert_int_equal(n, COUNT(maps) - 1);
	w.drivers = (struct ek_pcidrivers){
		.v = w.source, .n = n, .vmklinux = true,
		.has_module = has_module,
	};
	*state = &w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < w->drivers.n; i++)
		ek_pcimap_clear(&w->map[i]);
	return 0;
}

/* All hits as "driver rank how" with '?' for may, '-' for those that do not
 * count. */
static void show(const struct ek_pcimatch *m, char *out, size_t room)
{
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < m->n; i++) {
		const struct ek_pcihit *h = &m->hits[i];

		n += (size_t)snprintf(out + n, room - n, "%s%s/%s/%s%s%s%s%s",
				      i != 0 ? " " : "", h->line->driver,
				      ek_map_rank_name(h->rank),
				      ek_pcihow_name(h->how),
				      h->may ? "?" : "",
				      h->unloaded ? "-unloaded" : "",
				      h->missing ? "-missing" : "",
				      h->vague ? "-vague" : "");
	}
}

static const struct {
	const char *id;
	bool no_linux;
	enum ek_pciverdict verdict;
	bool tie;
	const char *hits;
} rows[] = {
	{ "8086150a00000000020000", false, EK_PCI_TAKEN, false,
	  "ixgben/default/device ixgbe/driver/device community/fallback/device" },
	/* the subsystem wins within its rank */
	{ "8086150a10280001020000", false, EK_PCI_TAKEN, false,
	  "ixgben_dell/default/subsystem ixgben/default/device"
	  " ixgbe/driver/device community/fallback/device" },
	/* ... and may, where it is not known */
	{ "8086150a????????0200??", false, EK_PCI_MAY, false,
	  "ixgben_dell/default/subsystem? ixgben/default/device"
	  " ixgbe/driver/device community/fallback/device" },
	/* 7.0 has no vmklinux */
	{ "8086150a00000000020000", true, EK_PCI_TAKEN, false,
	  "ixgben/default/device community/fallback/device"
	  " ixgbe/driver/device-unloaded" },
	{ "10ec8125104387d7020000", true, EK_PCI_NONE, false,
	  "r8125/driver/subsystem-unloaded" },
	{ "10ec8125104387d7020000", false, EK_PCI_TAKEN, false,
	  "r8125/driver/subsystem" },
	{ "10ec812510438888020000", false, EK_PCI_NONE, false, "" },
	{ "10ec8125????????0200??", false, EK_PCI_MAY, false,
	  "r8125/driver/subsystem?" },
	/* by class alone */
	{ "144da80a144da801010802", false, EK_PCI_TAKEN, false,
	  "nvme/default/class" },
	{ "144da80a????????0108??", false, EK_PCI_MAY, false,
	  "nvme/default/class?" },
	{ "144da80a????????0106??", false, EK_PCI_NONE, false, "" },
	/* a class line says nothing of a device without a class */
	{ "144da80a??????????????", false, EK_PCI_NONE, false,
	  "nvme/default/class?-vague" },
	{ "10ec8169??????????????", false, EK_PCI_NONE, false,
	  "nvme/default/class?-vague" },
	/* a map without its module */
	{ "10ec816800000000020000", false, EK_PCI_NONE, false,
	  "gone/fallback/device-missing" },
	/* two drivers with equal right */
	{ "15b3101300000000020000", false, EK_PCI_TAKEN, true,
	  "one/ihv/device two/ihv/device" },
	/* a map where nothing reads it */
	{ "1111222200000000020000", false, EK_PCI_NONE, false,
	  "lost/other/device" },
};

static void test_rows(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ek_pcidev d = { .line = 0 };
		struct ek_pcimatch m;
		char got[512];

		memcpy(d.id, rows[i].id, EK_PCI_PATTERN + 1);
		w->drivers.vmklinux = !rows[i].no_linux;
		assert_int_equal(ek_pcimatch(&w->drivers, &d, &m, NULL),
				 EK_OK);
		show(&m, got, sizeof(got));
		if (strcmp(got, rows[i].hits) != 0)
			fail_msg("%s: %s", rows[i].id, got);
		assert_int_equal(m.verdict, rows[i].verdict);
		assert_int_equal(m.tie, rows[i].tie);
		ek_pcimatch_clear(&m);
		assert_null(m.hits);
	}
}

static void test_rank(void **state)
{
	(void)state;
	assert_int_equal(ek_map_rank("etc/vmware/oem.map.d/x.map"), 0);
	assert_int_equal(ek_map_rank("etc/vmware/ihv.map.d/x.map"), 1);
	assert_int_equal(ek_map_rank("etc/vmware/default.map.d/x"), 2);
	assert_int_equal(ek_map_rank("etc/vmware/driver.map.d/x"), 3);
	assert_int_equal(ek_map_rank("etc/vmware/fallback.map.d/x"), 4);
	assert_int_equal(ek_map_rank("etc/vmware/other.map.d/x"), -1);
	assert_int_equal(ek_map_rank("etc/vmware/oem.map"), -1);
	assert_int_equal(ek_map_rank("oem.map.d/x"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_rows, setup, teardown),
		cmocka_unit_test(test_rank),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
