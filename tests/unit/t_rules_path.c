/* SPDX-License-Identifier: BSD-2-Clause */
/* t_rules_path.c - unit tests of rules_path.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "ek/release.h"
#include "ek/rules_path.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

/* o: taken, d: taken because of a dot, -: refused; community and partner on 5.0,
 * the same on 6.7 */
static const struct {
	const char *path, *want;
} table[] = {
	{ "etc/cim/a", "oooo" },
	{ "etc/cim/a/b c", "oooo" },
	{ "etc/config/a", "oooo" },
	{ "etc/vmware/driver.map.d/x.map", "oooo" },
	{ "etc/vmware/driver_map_d/x", "dddd" },
	{ "etc/vmware/default.map.d/x.map", "--oo" },
	{ "etc/vmware/fallback.map.d/x.map", "--oo" },
	{ "etc/vmware/ihv.map.d/x.map", "--oo" },
	{ "etc/vmware/oem.map.d/x.map", "--oo" },
	{ "etc/vmware/simple.map", "----" },
	{ "etc/vmware/firewall/ntpserver.xml", "oooo" },
	{ "etc/vmware/service/x", "oooo" },
	{ "etc/vmware/vm-support/x", "oooo" },
	{ "etc/vmware/pciid/x", "oooo" },
	{ "etc/vmware/shutdown/shutdown.d/x", "oooo" },
	{ "etc/vmware/shutdown/shutdown_d/x", "----" },
	{ "etc/init.d/acme-esxi", "-ooo" },
	{ "etc/init_d/x", "--d-" },
	{ "etc/shutdown.d/x", "--oo" },
	{ "etc/shutdown_d/x", "----" },
	{ "etc/rc.local.d/x", "---o" },
	{ "etc/rc_local.d/x", "----" },
	{ "opt/a", "oooo" },
	{ "opt/", "----" },
	{ "opt", "----" },
	{ "/opt/a", "----" },
	{ "opt//", "oooo" },
	{ "usr/lib/cim/x", "oooo" },
	{ "usr/lib/pycim/x", "oooo" },
	{ "usr/lib/hostprofiles/plugins/x", "oooo" },
	{ "usr/lib/hostprofiles/locale/x", "oooo" },
	{ "usr/lib/hostprofiles/x", "----" },
	{ "usr/lib/vmware/vmkmod/r8125", "oooo" },
	{ "usr/lib/vmware-debug/x", "oooo" },
	{ "usr/lib64/vmware/x", "--oo" },
	{ "usr/libexec/jumpstart/plugins/x.json", "oooo" },
	{ "usr/share/hwdata/driver.pciids.d/x.ids", "oooo" },
	{ "usr/share/hwdata/default.pciids.d/x.ids", "--oo" },
	{ "usr/share/hwdata/fallback.pciids.d/x.ids", "--oo" },
	{ "usr/share/hwdata/ihv.pciids.d/x.ids", "--oo" },
	{ "usr/share/hwdata/oem.pciids.d/x.ids", "--oo" },
	{ "usr/share/hwdata/pci.ids", "----" },
	{ "var/lib/sfcb/registration/x", "oooo" },
	{ "etc/vmware/vmware.lic", "-o-o" },
	{ "etc/vmware/vmware_lic", "-d-d" },
	{ "etc/vmware/vmware.licx", "----" },
	{ "etc/vmware/support", "-o-o" },
	{ "etc/vmware/oem.xml", "-o-o" },
	{ "etc/vmware/backup.conf", "-o-o" },
	{ "etc/ghettovcb/ghettoVCB.conf", "----" },
	{ "bin/artemis", "----" },
	{ "", "----" },
};

static char verdict(enum ek_level level, unsigned release, const char *path)
{
	switch (ek_path_rule(level, release, path)) {
	case EK_PATH_OK:
		return 'o';
	case EK_PATH_ODD:
		return 'd';
	case EK_PATH_BAD:
		break;
	}
	return '-';
}

static void test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(table); i++) {
		const char *p = table[i].path;
		const char got[5] = {
			verdict(EK_COMMUNITY, EK_R51, p),
			verdict(EK_PARTNER, EK_R50, p),
			verdict(EK_COMMUNITY, EK_R67, p),
			verdict(EK_PARTNER, EK_R80, p),
			'\0',
		};

		if (strcmp(got, table[i].want) != 0)
			fail_msg("'%s': %s, wanted %s", p, got, table[i].want);
		assert_int_equal(verdict(EK_ACCEPTED, EK_R50, p), 'o');
		assert_int_equal(verdict(EK_CERTIFIED, EK_R67, p), 'o');
		/* the two rules of one code rest on this: nothing was lost */
		if (ek_path_rule_ok(EK_COMMUNITY, EK_R50, p))
			assert_true(ek_path_rule_ok(EK_COMMUNITY, EK_R67, p));
		if (ek_path_rule_ok(EK_PARTNER, EK_R50, p))
			assert_true(ek_path_rule_ok(EK_PARTNER, EK_R67, p));
	}
}

static struct ek_findings *run(const struct ek_vibdesc *d, unsigned mask)
{
	struct ek_findings *f;

	assert_int_equal(ek_findings_new(&f, NULL), EK_OK);
	assert_int_equal(ek_rules_run(ek_rules_path, ek_rules_path_n, mask, d,
				      f, NULL), EK_OK);
	return f;
}

static void test_rules(void **state)
{
	static const char *const files[] = {
		"etc/init.d/a", "etc/x/a", "opt/a", "etc/vmware/driver_map_d/a",
	};
	struct ek_findings *f;
	struct ek_vibdesc d;

	(void)state;
	ek_vibdesc_init(&d);
	for (size_t i = 0; i < LEN(files); i++)
		assert_int_equal(ek_strs_add(&d.files, files[i],
					     strlen(files[i]), NULL), EK_OK);
	f = run(&d, EK_R67);
	assert_int_equal(ek_findings_count(f), 2);
	assert_string_equal(ek_findings_at(f, 0)->subject, "etc/x/a");
	assert_string_equal(ek_findings_at(f, 0)->code, "path-rule");
	assert_string_equal(ek_findings_at(f, 1)->code, "odd-path");
	assert_int_equal(ek_findings_of(f, EK_ERROR), 1);
	ek_findings_free(&f);

	d.overlay = true;
	f = run(&d, EK_R50);
	assert_int_equal(ek_findings_of(f, EK_ERROR), 3);
	assert_string_equal(ek_findings_at(f, 1)->subject, "etc/init.d/a");
	ek_findings_free(&f);

	d.level = EK_PARTNER; /* may be an overlay, may have etc/init.d */
	f = run(&d, EK_R50);
	assert_int_equal(ek_findings_of(f, EK_ERROR), 1);
	ek_findings_free(&f);

	d.level = EK_CERTIFIED;
	f = run(&d, EK_RALL);
	assert_int_equal(ek_findings_count(f), 0);
	ek_findings_free(&f);
	ek_vibdesc_clear(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_rules),
	};

	return cmocka_run_group_tests_name("rules_path", tests, NULL, NULL);
}
