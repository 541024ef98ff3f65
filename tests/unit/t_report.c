/* SPDX-License-Identifier: BSD-2-Clause */
/* t_report.c - unit tests of report.h; whole images: tests/cli/esxi-report.sh */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/err.h"
#include "ek/finding.h"
#include "ek/image.h"
#include "ek/imgdb.h"
#include "ek/imgscan.h"
#include "ek/io.h"
#include "ek/profile.h"
#include "ek/release.h"
#include "ek/report.h"
#include "image_dir.h"
#include "report_int.h"

#define CFG "bootstate=0\nkernel=/b.b00\nkernelopt=a=<b>\nmodules=/s.v00 --- " \
	"/imgdb.tgz\nbuild=\nupdated=0\n"

static const char vib[] =
	"<vib><type>bootbank</type><name>n</name><version>1-1</version>"
	"<vendor>&lt;b&gt;</vendor><summary>&lt;script&gt;x&lt;/script&gt;"
	"</summary><acceptance-level>community</acceptance-level><payloads>"
	"<payload name=\"s\" type=\"vgz\"/></payloads></vib>";

/* A database with that VIB as d/IMGDB.TGZ. */
static void put_db(void)
{
	const struct ek_dbadd a = { .label = "l", .text = vib,
				    .len = strlen(vib) };
	struct ek_profile_payload pl = {
		(char *)(uintptr_t)"s", (char *)(uintptr_t)"s.v00",
	};
	struct ek_profile *p;
	struct ek_imgdb *db;
	struct ek_out *out;

	assert_int_equal(ek_imgdb_new(&db, NULL), EK_OK);
	assert_int_equal(ek_profile_new(&p, "P & Q", "C", EK_COMMUNITY, NULL),
			 EK_OK);
	assert_int_equal(ek_imgdb_set_profile(db, p, NULL), EK_OK);
	assert_int_equal(ek_imgdb_add(db, &a, NULL), EK_OK);
	assert_int_equal(ek_profile_add_vib(p, "<b>_bootbank_n_1-1", &pl, 1,
					    NULL), EK_OK);
	assert_int_equal(ek_out_open(&out, "d/IMGDB.TGZ", NULL), EK_OK);
	assert_int_equal(ek_imgdb_write(db, out, 1, true, NULL), EK_OK);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	ek_imgdb_free(&db);
}

/* The page about "d", as text; owned. */
static char *write_page(const struct ek_report_page *wanted)
{
	const struct ek_imgscan_opts o = {
		.threads = 1, .read = true, .entries = true, .maps = true,
	};
	struct ek_report_page page = *wanted;
	struct ek_err err = EK_ERR_INIT;
	struct ek_image *img;
	struct ek_out *out;
	size_t len;
	char *text;

	assert_int_equal(ek_image_open(&img, "d", &err), EK_OK);
	assert_int_equal(ek_imgscan_new(&page.scan, img, &o, &err), EK_OK);
	assert_int_equal(ek_out_open_mem(&out, &text, &len, NULL), EK_OK);
	if (ek_report_write(&page, out, &err) != EK_OK)
		fail_msg("%s", err.msg);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	assert_int_equal(strlen(text), len);
	ek_imgscan_free(&page.scan);
	ek_image_close(&img);
	return text;
}

static void assert_has(const char *page, const char *text)
{
	if (strstr(page, text) == NULL)
		fail_msg("'%s' is not in:\n%s", text, page);
}

static void assert_not(const char *page, const char *text)
{
	if (strstr(page, text) != NULL)
		fail_msg("'%s' is in:\n%s", text, page);
}

static void test_page(void **state)
{
	const struct ek_report_page wanted = { .image = "d" };
	char *page;

	(void)state;
	make_image(CFG, NULL);
	put_db();
	page = write_page(&wanted);
	assert_has(page, "<h1>P &amp; Q</h1>");
	assert_has(page, "<td>&lt;b&gt;</td>");
	assert_has(page, "<td class=\"n\">1</td><td>&lt;script&gt;x"
			 "&lt;/script&gt;</td>");
	assert_has(page, "<dt>Options</dt><dd>a=&lt;b&gt;</dd>");
	assert_has(page, "<dt>Boot, BIOS</dt><dd>2 modules and the kernel"
			 " /b.b00</dd>");
	assert_has(page, "<dt>Boot, UEFI</dt><dd>no boot.cfg</dd>");
	assert_has(page, "<title>n 1-1, community: 6 B in 1 files</title>");
	assert_has(page, "The image was not checked.");
	/* no release told: nothing says that signatures are stored */
	assert_has(page, "<td>cannot tell</td>");
	assert_not(page, "id=\"diff\"");
	free(page);
}

static const struct ek_rule bad = {
	.code = "bad-thing", .severity = EK_ERROR, .releases = EK_RALL,
	.esxi_class = "SomeError", .remedy = "mend <it>",
};

static const struct ek_rule odd = {
	.code = "odd-thing", .severity = EK_WARNING, .releases = EK_R67,
	.remedy = "look",
};

/* Findings, errors first; paths of the two images are names only. */
static void test_paths(void **state)
{
	struct ek_report_page wanted = {
		.image = "/x/d/", .other = "/x/d-old",
		.diff = "A: /x/d (image)\nB: /x/d-old\n/x/d.v00 /x/dd /a/x/d\n",
	};
	struct ek_findings *f;
	char *page;

	(void)state;
	make_image(CFG, NULL);
	put_db();
	assert_int_equal(ek_findings_new(&f, NULL), EK_OK);
	ek_finding_add(f, &odd, "/x/d:/S.V00", NULL, "is odd");
	ek_finding_add(f, &bad, "/x/d", "it <fails>", "'/x/d:a' is bad");
	wanted.findings = f;
	page = write_page(&wanted);
	ek_findings_free(&f);
	assert_has(page, "<dt>Image</dt><dd>d</dd>");
	assert_has(page, "<dt>Check</dt><dd>1 errors, 1 warnings, 0 notes");
	assert_has(page, "<tr><td class=\"error\">error</td><th scope=\"row\">d"
			 "</th><td>&#39;d:a&#39; is bad<br/><span class="
			 "\"note\">ESXi says: SomeError: it &lt;fails&gt;"
			 "</span></td><td>mend &lt;it&gt;</td><td class=\"id\">"
			 "bad-thing</td><td>all</td></tr>\n"
			 "<tr><td class=\"warning\">warning</td>"
			 "<th scope=\"row\">d:/S.V00</th><td>is odd</td>"
			 "<td>look</td><td class=\"id\">odd-thing</td>"
			 "<td>6.7</td></tr>\n");
	assert_has(page, ">A: d (image)\nB: d-old\n/x/d.v00 /x/dd /a/x/d\n"
			 "</pre>");
	free(page);
}

static void test_no_db(void **state)
{
	const struct ek_report_opts o = { .threads = 1 };
	struct ek_err err = EK_ERR_INIT;
	struct ek_out *out;
	size_t len;
	char *text;

	(void)state;
	make_image(CFG, NULL);
	assert_int_equal(ek_out_open_mem(&out, &text, &len, NULL), EK_OK);
	assert_int_equal(ek_report_make("d", &o, out, &err), EK_EREFUSE);
	assert_non_null(strstr(err.msg, "no image database"));
	assert_int_equal(ek_out_pos(out), 0);
	ek_out_abort(&out);
	assert_int_equal(ek_out_open_mem(&out, &text, &len, NULL), EK_OK);
	assert_int_equal(ek_report_make("none", &o, out, &err), EK_ESYS);
	ek_out_abort(&out);
}

static void test_size(void **state)
{
	static const struct {
		uint64_t size;
		const char *text;
	} rows[] = {
		{ 0, "0 B" }, { 1023, "1023 B" }, { 1024, "1.0 KiB" },
		{ 1535, "1.4 KiB" }, { 1536, "1.5 KiB" },
		{ 1048575, "1023.9 KiB" }, { 1048576, "1.0 MiB" },
		{ UINT64_MAX, "15.9 EiB" },
	};
	char text[32];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		ek_report_size(rows[i].size, text);
		assert_string_equal(text, rows[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_page, enter, leave),
		cmocka_unit_test_setup_teardown(test_paths, enter, leave),
		cmocka_unit_test_setup_teardown(test_no_db, enter, leave),
		cmocka_unit_test(test_size),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
