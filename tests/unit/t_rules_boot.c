/* SPDX-License-Identifier: BSD-2-Clause */
/* t_rules_boot.c - unit tests of rules_boot.h, those that need no files */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ek/bootcfg.h"
#include "ek/buf.h"
#include "ek/err.h"
#include "ek/finding.h"
#include "ek/release.h"
#include "ek/rules_boot.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

#define K "kernel=/k\n" /* what every good file has */

/* A file that satisfies all readers, as an image of 6.7 has it. */
static const char good[] =
	"bootstate=0\n"
	"title=Loading ESXi installer\n"
	"timeout=5\n"
	"prefix=\n"
	"kernel=/b.b00\n"
	"kernelopt=runweasel cdromBoot ks=http://h/ks?a=b\n"
	"modules=/jumpstrt.gz --- /s.v00 --- /sb.v00 --- /net-e100.v00 --- "
	"/imgdb.tgz --- /imgpayld.tgz\n"
	"build=\n"
	"updated=0\n";

/* Codes as the rules are in order, each with a blank behind; ISO where nothing
 * else is said. */
static const struct {
	const char *text;
	enum ek_boot_place place;
	const char *codes;
} cases[] = {
	{ good, EK_PLACE_ISO, "" },
	{ good, EK_PLACE_DISK, "cdrom-boot " },
	{ good, EK_PLACE_NET, "cdrom-boot " },
	{ "# a comment = 1 # x\n\n" K, EK_PLACE_ISO, "" },
	{ K "modules=/a\r\n", EK_PLACE_ISO, "" },

	{ "\xef\xbb\xbfkernel=/k\n", EK_PLACE_ISO,
	  "bom no-kernel key-unknown " },
	{ K "\xef\xbb\xbftitle=x\n", EK_PLACE_ISO, "key-unknown non-ascii " },
	{ "kernel =/k\n", EK_PLACE_ISO, "key-blank no-kernel " },
	{ K "modules = /a\n", EK_PLACE_ISO, "key-blank " },
	{ K "timeout=5s\n", EK_PLACE_ISO, "integer " },
	{ K "timeout=+5\n", EK_PLACE_ISO, "integer " },
	{ K "timeout=-5\nnorts=\n", EK_PLACE_ISO, "" },
	{ K "kernel=/l\n", EK_PLACE_ISO, "duplicate-key " },
	{ K "k=/l\n", EK_PLACE_ISO, "duplicate-key key-short " },
	{ K "KERNEL=/l\n", EK_PLACE_ISO, "duplicate-key key-case " },
	{ K "build=1\nx\nBuild=2\n", EK_PLACE_ISO,
	  "duplicate-key key-case no-equals " },
	{ K "title=a\ntitle=b\ntimeout=1\ntimeout=2\n", EK_PLACE_ISO,
	  "duplicate-key duplicate-key " },
	{ K "modules=/a --- /e---f.v00\n", EK_PLACE_ISO,
	  "name-hyphens relative-name " },
	{ K "modules=/a---/b.v00---/c\n", EK_PLACE_ISO, "" },
	{ K "modules=/a --- /b ----\n", EK_PLACE_ISO,
	  "name-hyphens relative-name " },
	{ K "modules=/a ----b\n", EK_PLACE_ISO, "name-hyphens relative-name " },
	{ K "modules=/a----b\n", EK_PLACE_ISO, "name-hyphens relative-name " },
	{ K "modules=/a-b --- /c--d\n", EK_PLACE_ISO, "" },
	{ "prefix=/esx\nkernel=k.b00\nmodules=a.v00---b.v00\n", EK_PLACE_NET,
	  "" },
	{ "prefix=/esx\nkernel=k.b00\nmodules=a---b.v00\n", EK_PLACE_NET,
	  "name-hyphens " },
	{ K "modules=---\n", EK_PLACE_ISO, "empty-item " },
	{ K "modules=/a --- ---\n", EK_PLACE_ISO, "empty-item " },
	{ K "modules=/a ---\n", EK_PLACE_ISO, "empty-item " },
	{ K "modules=--- /a\n", EK_PLACE_ISO, "empty-item " },
	{ K "modules=---/a\n", EK_PLACE_ISO, "empty-item relative-name " },
	{ K "modules=/a ------/b\n", EK_PLACE_ISO,
	  "empty-item relative-name " },
	{ K "modules=\n", EK_PLACE_ISO, "" },
	{ "kernel=/k opt\n", EK_PLACE_ISO, "path-blank iso-name " },
	{ "prefix=/a b\nkernel=k\n", EK_PLACE_ISO, "path-blank " },
	{ "", EK_PLACE_ISO, "no-kernel " },
	{ "kernel=\n", EK_PLACE_ISO, "no-kernel " },
	{ K "kernel=\n", EK_PLACE_ISO, "duplicate-key no-kernel " },
	{ "kernel=k\nmodules=a --- /b\n", EK_PLACE_ISO, "relative-name " },
	{ "kernel=k\nmodules=a --- b\n", EK_PLACE_DISK, "" },
	{ "prefix=/x\nkernel=k\nmodules=a\n", EK_PLACE_ISO, "" },
	{ K "modules=/averyveryverylongnameforadriverarchive123456.tgz\n",
	  EK_PLACE_ISO, "iso-name " },
	{ K "modules=/averyveryverylongnameforadriverarchive123456.tgz\n",
	  EK_PLACE_NET, "" },
	{ K "modules=/a+b --- /custom/x.tgz --- /a~1\n", EK_PLACE_ISO,
	  "iso-name iso-name " },
	{ K "bootstate=12\n", EK_PLACE_DISK, "bootstate " },
	{ K "bootstate=5\n", EK_PLACE_DISK, "bootstate " },
	{ K "bootstate=12\n", EK_PLACE_ISO, "" },
	{ K "skip=1\n", EK_PLACE_ISO, "skip " },
	{ K "skip=0\n", EK_PLACE_ISO, "" },
	{ K "skip=-0\n", EK_PLACE_ISO, "" },
	{ "kernel=/k\nTi=x\n", EK_PLACE_ISO, "key-short key-case " },
	{ "=/k\n", EK_PLACE_ISO, "key-short " },
	{ K "nativehttp=1\nquickboot=1\ntitel=x\n", EK_PLACE_ISO,
	  "key-unknown " },
	{ K "word\n", EK_PLACE_ISO, "no-equals " },
	{ K "title=a # b\n", EK_PLACE_ISO, "hash " },
	{ K "title=\xc3\xa9\n", EK_PLACE_ISO, "non-ascii " },
	{ K "# \xc3\xa9\n", EK_PLACE_ISO, "non-ascii " },
	{ K "title=a\tb\n", EK_PLACE_ISO, "white-space " },
	{ K "title=a  b\n", EK_PLACE_ISO, "white-space " },
	{ K "  title= a b  \t\r\n", EK_PLACE_ISO, "" },
	{ K "# a\tb  c\n", EK_PLACE_ISO, "" },
	{ K "modules=/a --- /b --- /A\n", EK_PLACE_ISO, "module-twice " },
	{ K "modules=/s.tgz\n", EK_PLACE_ISO, "trusted-name " },
	{ K "modules=/s.v00 --- /S.V01\n", EK_PLACE_ISO, "trusted-name " },
	{ K "modules=/esxupdt.v00 --- /esxcore.v0a --- /sbx.tgz\n",
	  EK_PLACE_ISO, "" },
	{ "prefix=http://h/d\nkernel=k\nmodules=a --- /b\n", EK_PLACE_NET,
	  "prefix-ignored " },
	{ "prefix=/\n" K, EK_PLACE_NET, "" },
};

static struct ek_bootcfg *parse(const char *text, size_t len)
{
	struct ek_bootcfg *cfg;

	assert_int_equal(ek_bootcfg_parse(&cfg, "t", text, len, NULL), EK_OK);
	return cfg;
}

/* The codes of one run; the caller frees. */
static char *codes_of(const char *text, size_t len, enum ek_boot_place place)
{
	struct ek_bootcfg *cfg = parse(text, len);
	const struct ek_rules_boot s = { .cfg = cfg, .place = place };
	struct ek_buf b = EK_BUF_INIT;
	struct ek_findings *f;

	assert_int_equal(ek_findings_new(&f, NULL), EK_OK);
	assert_int_equal(ek_rules_run(ek_rules_boot, ek_rules_boot_count,
				      EK_RALL, &s, f, NULL), EK_OK);
	ek_buf_adds(&b, "");
	for (size_t i = 0; i < ek_findings_count(f); i++) {
		const struct ek_finding *x = ek_findings_at(f, i);

		assert_memory_equal(x->subject, "t", 1);
		assert_non_null(x->remedy);
		ek_buf_addf(&b, "%s ", x->code);
	}
	ek_findings_free(&f);
	ek_bootcfg_free(&cfg);
	assert_non_null(b.p);
	return b.p;
}

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(cases); i++) {
		char *got = codes_of(cases[i].text, strlen(cases[i].text),
				     cases[i].place);

		if (strcmp(got, cases[i].codes) != 0)
			fail_msg("'%s' at %s: '%s', not '%s'", cases[i].text,
				 ek_boot_place_name(cases[i].place), got,
				 cases[i].codes);
		free(got);
	}
}

static void test_nul(void **state)
{
	char *got = codes_of(K "title=a\0b\n", sizeof(K "title=a\0b\n") - 1,
			     EK_PLACE_ISO);

	(void)state;
	assert_string_equal(got, "nul ");
	free(got);
}

/* bootstate is one digit, but safeboot does not get so far. */
static void test_bootstate_late(void **state)
{
	struct ek_buf b = EK_BUF_INIT;
	char *got;

	(void)state;
	ek_buf_adds(&b, K "# ");
	while (b.len < 499)
		ek_buf_addc(&b, 'x');
	ek_buf_adds(&b, "\nbootstate=0\n");
	assert_int_equal(b.len, 512);
	got = codes_of(b.p, b.len, EK_PLACE_DISK);
	assert_string_equal(got, "");
	free(got);
	ek_buf_reset(&b); /* one byte more */
	ek_buf_adds(&b, K "# ");
	while (b.len < 500)
		ek_buf_addc(&b, 'x');
	ek_buf_adds(&b, "\nbootstate=0\n");
	got = codes_of(b.p, b.len, EK_PLACE_DISK);
	assert_string_equal(got, "bootstate ");
	free(got);
	ek_buf_free(&b);
}

static void test_counts(void **state)
{
	static const struct {
		unsigned n;
		const char *codes;
	} rows[] = {
		{ 239, "" }, { 240, "many-modules " }, { 249, "many-modules " },
		{ 250, "too-many-modules " }, { 3000, "too-many-modules " },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct ek_buf b = EK_BUF_INIT;
		char *got;

		ek_buf_adds(&b, K "modules=/m0");
		for (unsigned k = 1; k < rows[i].n; k++)
			ek_buf_addf(&b, " --- /m%u", k);
		got = codes_of(b.p, b.len, EK_PLACE_ISO);
		assert_string_equal(got, rows[i].codes);
		free(got);
		ek_buf_free(&b);
	}
}

static void test_pair(void **state)
{
	struct ek_bootcfg *a = parse(K "modules=/a\n", 21);
	struct ek_bootcfg *b = parse(K "modules=/A\n", 21);
	struct ek_bootcfg *c = parse(K "modules=/c\n", 21);
	const struct ek_rules_boot_pair same = { a, b }, other = { a, c };
	struct ek_findings *f;

	(void)state;
	assert_int_equal(ek_findings_new(&f, NULL), EK_OK);
	assert_int_equal(ek_rules_run(ek_rules_boot_pair,
				      ek_rules_boot_pair_count, EK_RALL, &same,
				      f, NULL), EK_OK);
	assert_int_equal(ek_findings_count(f), 0);
	assert_int_equal(ek_rules_run(ek_rules_boot_pair,
				      ek_rules_boot_pair_count, EK_RALL, &other,
				      f, NULL), EK_OK);
	assert_int_equal(ek_findings_count(f), 1);
	assert_string_equal(ek_findings_at(f, 0)->code, "boot-cfg-differ");
	assert_string_equal(ek_findings_at(f, 0)->what,
			    "module '/a' here, '/c' there");
	ek_findings_free(&f);
	ek_bootcfg_free(&a);
	ek_bootcfg_free(&b);
	ek_bootcfg_free(&c);
}

static void test_places(void **state)
{
	enum ek_boot_place p;

	(void)state;
	assert_true(ek_boot_place_parse("NET", &p));
	assert_int_equal(p, EK_PLACE_NET);
	assert_false(ek_boot_place_parse("cd", &p));
	assert_false(ek_boot_place_parse("", &p));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_bootstate_late),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_pair),
		cmocka_unit_test(test_places),
	};

	return cmocka_run_group_tests_name("rules_boot", tests, NULL, NULL);
}
