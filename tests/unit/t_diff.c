/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_diff.c - unit tests of diff.h on images without a database; databases,
 *            VIBs and bundles: tests/cli/esxi-diff.sh
 */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/buf.h"
#include "ek/deflate.h"
#include "ek/diff.h"
#include "ek/entry.h"
#include "ek/gnutar.h"
#include "ek/io.h"
#include "image_dir.h"
#include "nomem.h"

#define CFG(keys, modules) "bootstate=0\nkernel=/b.b00\n" keys "modules=" \
	modules "\n"
#define MAP "etc/vmware/default.map.d/x.map"
#define LINE(id) "regtype=native,bus=pci,id=" id ",driver=x,class=network\n"

/* ---- making -------------------------------------------------------------- */

struct member {
	const char *name, *text, *link; /* text or link */
	uint32_t mode;
};

static void put_member(struct ek_out *out, const struct member *m)
{
	char name[128], link[128];
	struct ek_entry e = { .name = name, .mode = m->mode };

	snprintf(name, sizeof(name), "%s", m->name);
	snprintf(link, sizeof(link), "%s", m->link != NULL ? m->link : "");
	e.type = m->link != NULL ? EK_FT_SYMLINK : EK_FT_FILE;
	if (m->link != NULL)
		e.link = link;
	else
		e.size = strlen(m->text);
	assert_int_equal(ek_gnutar_file(out, &e, m->text, NULL), EK_OK);
}

/* Up to 4 members. */
static void put_tgz(const char *path, int level, const struct member *m)
{
	struct ek_out *to, *out;

	assert_int_equal(ek_out_open(&to, path, NULL), EK_OK);
	assert_int_equal(ek_out_open_gzip(&out, to, level, NULL), EK_OK);
	for (size_t i = 0; i < 4 && m[i].name != NULL; i++)
		put_member(out, &m[i]);
	ek_gnutar_end(out, 1);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	assert_int_equal(ek_out_commit(&to, NULL), EK_OK);
}

/* The image name with this boot.cfg; of both firmwares, or BIOS alone. */
static void make(const char *name, const char *cfg, bool both)
{
	make_image(cfg, both ? cfg : NULL);
	assert_int_equal(rename("d", name), 0);
}

static void put_bytes(const char *path, const void *p, size_t len)
{
	FILE *fp = fopen(path, "w");

	assert_non_null(fp);
	assert_int_equal(fwrite(p, 1, len, fp), len);
	assert_int_equal(fclose(fp), 0);
}

static void put_modules(const char *path, const char *modules)
{
	char cfg[128];

	snprintf(cfg, sizeof(cfg), "kernel=b.b00\nmodules=%s\n", modules);
	put_file(path, cfg);
}

/* ---- telling ------------------------------------------------------------- */

static const struct ek_diff_opts one_thread = { .threads = 1 };

/* The text below the two lines that name the sides; to be freed. */
static char *told(const char *b, bool *same)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_buf text = EK_BUF_INIT;
	struct ek_diff *d;
	size_t len;
	char *t, *at;

	if (ek_diff_open(&d, "a", b, &one_thread, &err) != EK_OK)
		fail_msg("%s", err.msg);
	assert_int_equal(ek_diff_text(d, &text, &err), EK_OK);
	assert_int_equal(ek_buf_take(&text, "text", &t, &len, &err), EK_OK);
	*same = ek_diff_same(d);
	ek_diff_free(&d);
	assert_null(d);
	at = strchr(t, '\n');
	at = at != NULL ? strchr(at + 1, '\n') : NULL;
	if (at == NULL)
		fail_msg("'%s' has no two lines", t);
	else
		memmove(t, at + 1, strlen(at + 1) + 1);
	return t;
}

/* This, and nothing else. */
static void expect(const char *want)
{
	bool same;
	char *t = told("b", &same);

	assert_string_equal(t, want);
	assert_int_equal(same, strcmp(want, "no differences\n") == 0);
	free(t);
}

static void expect_same(const char *b)
{
	bool same;
	char *t = told(b, &same);

	assert_string_equal(t, "no differences\n");
	assert_true(same);
	free(t);
}

/* These lines, and the section ends there where want ends a line. */
static void expect_section(const char *want)
{
	bool same;
	char *t = told("b", &same), *at = strstr(t, want);
	size_t n = strlen(want);

	if (at == NULL || (want[n - 1] == '\n' && at[n] != '\n' &&
			   at[n] != '\0'))
		fail_msg("'%s' is not all of a section of '%s'", want, t);
	assert_int_equal(same, strncmp(want, "no diff", 7) == 0);
	free(t);
}

static void refused(const char *a, const char *b, int code, const char *why)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_diff *d;

	assert_int_equal(ek_diff_open(&d, a, b, NULL, &err), code);
	assert_null(d);
	if (strstr(err.msg, why) == NULL)
		fail_msg("'%s' is not in '%s'", why, err.msg);
}

/* ---- tests --------------------------------------------------------------- */

/* Case, slashes, abbreviations and twice the same key are no differences, but
 * the bytes of the file are. */
static void test_same(void **state)
{
	(void)state;
	make("a", CFG("title=x\n", "/s.v00 --- /net-e1.v00"), true);
	make("b", CFG("title=x\n", "/s.v00 --- /net-e1.v00"), true);
	expect("no differences\n");
	put_file("b/BOOT.CFG", "TITLE=y\n# new\nbootstate=0\ntitle=x\nkern="
		 "/b.b00\nmodules=S.V00 --- //NET-E1.V00\n");
	expect("\nOther files of the image\n  ~ /BOOT.CFG (content)\n");
}

static void test_keys(void **state)
{
	(void)state;
	make("a", CFG("kernelopt=old\ntimeout=5\nmine=1\n", "/s.v00"), true);
	make("b", CFG("kernelopt=new \033[1m\ntitle=\n", "/s.v00"), true);
	expect("\nboot.cfg of BIOS and of UEFI\n"
	       "  ~ kernelopt: old -> new \\033[1m\n"
	       "  - mine: 1\n"
	       "  - timeout: 5\n"
	       "  + title\n");
	assert_int_equal(remove("b/EFI/BOOT/BOOT.CFG"), 0);
	put_file("b/BOOT.CFG",
		 CFG("kernelopt=old\ntimeout=5\nmine=1\n", "/s.v00"));
	expect("\nboot.cfg of UEFI\n  - the file itself\n"
	       "\nOther files of the image\n  - /EFI/BOOT/BOOT.CFG\n");
}

/* What stays in order is as much as can be, the rest was moved. */
static void test_moved(void **state)
{
	static const struct {
		const char *a, *b, *want;
	} rows[] = {
		{ "1 --- 2 --- 3", "2 --- 3 --- 1", "  > 1: module 1 -> 3\n" },
		{ "1 --- 2 --- 3 --- 4", "4 --- 1 --- 2 --- 3",
		  "  > 4: module 4 -> 1\n" },
		{ "1 --- 2 --- 3", "2 --- 3 --- 4",
		  "  - 1: module 1 of 3\n  + 4: module 3 of 3\n" },
		{ "1 --- 2 --- 3 --- 4 --- 5", "3 --- 9 --- 1 --- 5 --- 2",
		  "  - 4: module 4 of 5\n  + 9: module 2 of 5\n"
		  "  > 1: module 1 -> 3\n  > 2: module 2 -> 5\n" },
		{ "1 x=1 --- 2", "/1 x=2 --- 2", "  ~ 1: options x=1 -> x=2\n" },
		{ "1 --- 2", "2 --- 1 o",
		  "  > 1: module 1 -> 2\n  ~ 1: options (empty) -> o\n" },
		/* each of a name that is there twice has its own */
		{ "1 --- 1 --- 2", "1 --- 2", "  - 1: module 2 of 3\n" },
		{ "1", "", "  - 1: module 1 of 1\n" },
	};

	(void)state;
	make("a", NULL, false);
	make("b", NULL, false);
	for (size_t i = 0; i < COUNT(rows); i++) {
		char want[256];

		put_modules("a/BOOT.CFG", rows[i].a);
		put_modules("b/BOOT.CFG", rows[i].b);
		snprintf(want, sizeof(want), "\nboot.cfg of BIOS\n%s",
			 rows[i].want);
		expect_section(want);
	}
}

/* What is inside a module that nobody claims, file by file. */
static void test_files(void **state)
{
	static const struct member a[] = {
		{ "etc/a", "1", NULL, 0644 }, { "etc/b", "2", NULL, 0644 },
		{ "etc/c", "3", NULL, 0644 }, { "etc/l", NULL, "a", 0777 },
	}, b[] = {
		{ "etc/a", "2", NULL, 0600 }, { "etc/b", "2", NULL, 01644 },
		{ "etc/\nd", "3", NULL, 0644 }, { "etc/l", NULL, "b", 0777 },
	};

	(void)state;
	make("a", CFG("", "/s.v00 --- /net-e1.v00"), true);
	make("b", CFG("", "/s.v00 --- /net-e1.v00"), true);
	put_tgz("a/S.V00", 9, a);
	put_tgz("b/S.V00", 9, b);
	put_file("b/NET-E1.V00", "drivel");
	put_file("b/MBOOT.C32", "mbooT");
	put_file("b/KS.CFG", "");
	expect("\nModules of no VIB\n"
	       "  ~ module net-e1.v00: other content\n"
	       "  ~ module s.v00: other content\n"
	       "    + etc/\\012d\n"
	       "    ~ etc/a (content, mode 0644 -> 0600)\n"
	       "    ~ etc/b (mode 0644 -> 1644)\n"
	       "    - etc/c\n"
	       "    ~ etc/l (link a -> b)\n"
	       "\nOther files of the image\n"
	       "  + /KS.CFG\n"
	       "  ~ /MBOOT.C32 (content)\n");
}

/* The same tar in other layers, and the same files in another order. */
static void test_packed(void **state)
{
	static const struct member a[] = {
		{ "etc/a", "1", NULL, 0644 }, { "etc/b", "2", NULL, 0644 },
		{ .name = NULL },
	}, b[] = {
		{ "etc/b", "2", NULL, 0644 }, { "etc/a", "1", NULL, 0644 },
		{ .name = NULL },
	};

	(void)state;
	make("a", CFG("", "/s.v00 --- /net-e1.v00"), true);
	make("b", CFG("", "/s.v00 --- /net-e1.v00"), true);
	put_tgz("a/S.V00", 9, a);
	put_tgz("b/S.V00", 0, a);
	put_tgz("a/NET-E1.V00", 9, a);
	put_tgz("b/NET-E1.V00", 9, b);
	expect("\nModules of no VIB\n"
	       "  ~ module net-e1.v00: packed otherwise, the files in it are"
	       " the same\n"
	       "  ~ module s.v00: packed otherwise, the files in it are the"
	       " same\n");
}

static void test_pci(void **state)
{
	static const struct member a[] = {
		{ MAP, LINE("808610d3..............")
		  LINE("808610d480860001......"), NULL, 0644 },
		{ .name = NULL },
	}, b[] = {
		{ MAP, LINE("80860001..............")
		  LINE("808610d480860001......")
		  LINE("........0000....0200.."), NULL, 0644 },
		{ .name = NULL },
	}, odd[] = {
		{ MAP, "what is this\n", NULL, 0644 }, { .name = NULL },
	};

	(void)state;
	make("a", CFG("", "/s.v00"), true);
	make("b", CFG("", "/s.v00"), true);
	put_tgz("a/S.V00", 9, a);
	put_tgz("b/S.V00", 9, b);
	expect_section("\nPCI ids\n"
		       "  + ....:.... 0000:.... class 0200..: x\n"
		       "  + 8086:0001: x\n"
		       "  - 8086:10d3: x\n");
	/* one that cannot be read: told, and no failure */
	put_tgz("b/S.V00", 9, odd);
	expect_section("\nPCI ids\n"
		       "  - 8086:10d3: x\n"
		       "  - 8086:10d4 8086:0001: x\n");
	expect_section("\nNot looked into\n  B: '" MAP "'");
	put_tgz("a/S.V00", 9, odd);
	expect_section("no differences\n\nNot looked into\n  A: '" MAP "'");
}

/* The block where a file lies is not its content: boot information table and
 * boot catalog. */
static void test_blocks(void **state)
{
	unsigned char table[100] = { 0 }, catalog[2048] = { 1 };
	const struct {
		const char *path;
		unsigned char *p;
		size_t len, block, other;
	} rows[] = {
		{ "b/ISOLINUX.BIN", table, sizeof(table), 12, 20 },
		{ "b/BOOT.CAT", catalog, sizeof(catalog), 40, 38 },
		{ "b/BOOT.CAT", catalog, sizeof(catalog), 104, 102 },
	};

	(void)state;
	make("a", CFG("", "/s.v00"), true);
	make("b", CFG("", "/s.v00"), true);
	table[8] = 16;
	table[16] = sizeof(table);
	catalog[30] = 0x55;
	catalog[31] = 0xaa;
	catalog[32] = catalog[96] = 0x88;
	catalog[64] = 0x91;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char a[32], want[128];

		snprintf(a, sizeof(a), "a%s", rows[i].path + 1);
		put_bytes(a, rows[i].p, rows[i].len);
		rows[i].p[rows[i].block] ^= 1;
		put_bytes(rows[i].path, rows[i].p, rows[i].len);
		expect("no differences\n");
		rows[i].p[rows[i].other] ^= 1;
		put_bytes(rows[i].path, rows[i].p, rows[i].len);
		snprintf(want, sizeof(want), "\nOther files of the image\n"
			 "  ~ %s (content)\n", rows[i].path + 1);
		expect(want);
		put_bytes(a, rows[i].p, rows[i].len);
	}
}

static void test_refused(void **state)
{
	(void)state;
	make("a", CFG("", "/s.v00"), true);
	make("b", NULL, false);
	refused("a", "b", EK_EREFUSE, "'b' has neither boot.cfg nor imgdb.tgz");
	refused("gone", "a", EK_ESYS, "'gone'");
	refused("a", "gone", EK_ESYS, "'gone'");
	refused("a", "/dev/null", EK_EREFUSE, "'/dev/null' is neither");
	put_file("text", "what is this");
	refused("a", "text", EK_EREFUSE, "'text' cannot be compared");
	/* a module that ends before its end */
	put_bytes("a/S.V00", "\x1f\x8b\x08\0\0\0\0\0\0\3\x4b\x4c", 12);
	refused("a", "a", EK_EFORMAT, "'a:/S.V00'");
	assert_int_equal(unlink("a/S.V00"), 0);
	expect_same("a");
	put_file("a/IMGDB.TGZ", "no database");
	refused("a", "a", EK_EFORMAT, "IMGDB.TGZ");
}

static int tell(const struct ek_diff *d, struct ek_err *err)
{
	struct ek_buf out = EK_BUF_INIT;
	int rc = ek_diff_text(d, &out, err);

	if (rc == EK_OK)
		rc = ek_diff_json(d, &out, err);
	ek_buf_free(&out);
	return rc;
}

static int open_and_tell(struct ek_err *err)
{
	struct ek_diff *d;
	int rc = ek_diff_open(&d, "a", "b", &one_thread, err);

	if (rc == EK_OK)
		rc = tell(d, err);
	ek_diff_free(&d);
	return rc;
}

/* Without a tar: libarchive does not outlive that its memory runs out. */
static void test_nomem(void **state)
{
	(void)state;
	make("a", CFG("mine=1\n", "/s.v00 --- /net-e1.v00"), true);
	make("b", CFG("mine=2\n", "/net-e1.v00 x --- /s.v00"), false);
	put_file("b/S.V00", "other");
	put_file("b/KS.CFG", "x");
	exhaust(open_and_tell, true); /* libcrypto: its queue of errors */
}

static const struct ek_diff *opened;

static int tell_opened(struct ek_err *err)
{
	return tell(opened, err);
}

static void test_nomem_told(void **state)
{
	static const struct member a[] = {
		{ MAP, LINE("808610d3.............."), NULL, 0644 },
		{ "etc/l", NULL, "x", 0777 }, { .name = NULL },
	}, b[] = {
		{ MAP, LINE("808610d4.............."), NULL, 0644 },
		{ "etc/l", NULL, "y", 0777 }, { .name = NULL },
	};
	struct ek_diff *d;

	(void)state;
	make("a", CFG("mine=1\n", "/s.v00 --- /net-e1.v00"), true);
	make("b", CFG("mine=2\n", "/net-e1.v00 x --- /s.v00"), true);
	put_tgz("a/S.V00", 9, a);
	put_tgz("b/S.V00", 9, b);
	assert_int_equal(ek_diff_open(&d, "a", "b", NULL, NULL), EK_OK);
	opened = d;
	exhaust(tell_opened, false);
	ek_diff_free(&d);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_same), TEST(test_keys), TEST(test_moved),
		TEST(test_files), TEST(test_packed), TEST(test_pci),
		TEST(test_blocks), TEST(test_refused), TEST(test_nomem),
		TEST(test_nomem_told),
	};

	return cmocka_run_group_tests_name("diff", tests, NULL, NULL);
}
