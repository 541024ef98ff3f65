/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_nomem_db.c - image profile, database and edit where memory runs out: each
 *                time the code is EK_ESYS or all of the work is done
 */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/buf.h"
#include "ek/finding.h"
#include "ek/imgdb.h"
#include "ek/imgedit.h"
#include "ek/imgshow.h"
#include "ek/io.h"
#include "ek/profile.h"
#include "ek/rules_profile.h"
#include "ek/xml.h"

#include "nomem.h"

/* ---- the work ------------------------------------------------------------ */

static int do_attr(struct ek_err *err)
{
	struct ek_xml *x;
	char *value;
	int rc = ek_xml_parse(&x, "t", "<a b='c'/>", 10, NULL, err);

	if (rc == EK_OK && !ek_node_attr(ek_xml_root(x), "b", &value)) {
		errno = ENOMEM;
		rc = ek_fail_sys(err, "attribute");
	} else if (rc == EK_OK) {
		assert_string_equal(value, "c");
		free(value);
	}
	ek_xml_free(&x);
	return rc;
}

static const char profile[] =
	"<imageprofile><name>n</name><creator>c</creator><serialno>1</serialno>"
	"<modifiedtime>2020-01-01T00:00:00</modifiedtime><viblist><vib>"
	"<vib-id>A_bootbank_a_1</vib-id><payloads><payload payload-name=\"p\">"
	"p.v00</payload></payloads></vib></viblist>"
	"<acceptancelevel>partner</acceptancelevel></imageprofile>";

static int do_profile(struct ek_err *err)
{
	char payload[] = "q", name[] = "q.v00";
	const struct ek_profile_payload l = { payload, name };
	struct ek_buf out = EK_BUF_INIT;
	struct ek_profile *p;
	int rc = ek_profile_parse(&p, "t", profile, strlen(profile), err);

	if (rc == EK_OK)
		rc = ek_profile_set(p, EK_PROFILE_DESCRIPTION, "d", err);
	if (rc == EK_OK)
		rc = ek_profile_add_vib(p, "b", &l, 1, err);
	if (rc == EK_OK) {
		ek_profile_write(p, &out);
		rc = ek_buf_check(&out, "t", err);
	}
	if (rc == EK_OK) {
		assert_non_null(strstr(out.p, "<description>d</description>"));
		assert_non_null(strstr(out.p, "=\"q\">q.v00<"));
	}
	ek_buf_free(&out);
	ek_profile_free(&p);
	return rc;
}

#define VIB(name, version, more) \
	"<vib><name>" name "</name><version>" version "</version>" \
	"<vendor>A</vendor>" more "<payloads><payload name=\"p\" " \
	"type=\"vgz\"/></payloads></vib>"

/* What the new VIB brings makes a finding of most kinds. */
static const char old_vib[] = VIB("a", "1", "<relationships><provides>"
	"<provide name=\"esx-version\" version=\"6.7.0\"/></provides>"
	"</relationships><file-list><file>bin/x</file></file-list>");
static const char new_vib[] = VIB("b", "1", "<relationships><depends>"
	"<constraint name=\"z\"/></depends><conflicts><constraint name=\"a\"/>"
	"</conflicts></relationships><file-list><file>bin/x</file>"
	"</file-list>");

static int make(struct ek_imgdb **db, struct ek_err *err)
{
	struct ek_dbadd a = { .label = "l", .text = old_vib,
			      .len = strlen(old_vib), .orig = true };
	struct ek_profile *p = NULL;
	int rc = ek_imgdb_new(db, err);

	if (rc == EK_OK)
		rc = ek_imgdb_add(*db, &a, err);
	if (rc == EK_OK)
		rc = ek_profile_parse(&p, "t", profile, strlen(profile), err);
	if (rc == EK_OK)
		rc = ek_imgdb_set_profile(*db, p, err);
	if (rc != EK_OK)
		ek_profile_free(&p);
	return rc;
}

/* All that imgdb-edit does between reading and printing. */
static int edit(struct ek_imgdb *db, const struct ek_imgedit_opts *o,
		struct ek_findings *f, struct ek_buf *report,
		struct ek_err *err)
{
	struct ek_strs notes = { NULL, 0, 0 };
	struct ek_out *out = NULL;
	struct ek_imgedit *e;
	int rc = ek_imgedit_checked(db, o, &e, f, err);

	if (rc == EK_OK) {
		ek_imgedit_text(e, f, report);
		ek_imgedit_json(e, f, report);
		rc = ek_buf_check(report, "t", err);
	}
	if (rc == EK_OK)
		rc = ek_imgedit_notes(e, &notes, err);
	if (rc == EK_OK)
		rc = ek_out_open_null(&out, err);
	if (rc == EK_OK)
		rc = ek_imgdb_write_tar(db, out, 1, false, err);
	if (rc == EK_OK)
		rc = ek_out_commit(&out, err);
	ek_out_abort(&out);
	ek_strs_free(&notes);
	ek_imgedit_free(&e);
	return rc;
}

static char *whole; /* the report, where there was memory enough */

static int do_edit(struct ek_err *err)
{
	struct ek_dbadd a = { .label = "l", .text = new_vib,
			      .len = strlen(new_vib) };
	const struct ek_imgedit_opts o = { .adds = &a, .n_adds = 1 };
	struct ek_buf report = EK_BUF_INIT;
	struct ek_findings *f = NULL;
	struct ek_imgdb *db = NULL;
	int rc = make(&db, err);

	if (rc == EK_OK)
		rc = ek_findings_new(&f, err);
	if (rc == EK_OK)
		rc = edit(db, &o, f, &report, err);
	if (rc == EK_OK && whole == NULL)
		whole = strdup(report.p);
	else if (rc == EK_OK)
		assert_string_equal(report.p, whole);
	ek_buf_free(&report);
	ek_findings_free(&f);
	ek_imgdb_free(&db);
	return rc;
}

static char *shown;

static int do_show(struct ek_err *err)
{
	struct ek_buf out = EK_BUF_INIT;
	struct ek_imgdb *db = NULL;
	bool any;
	int rc = make(&db, err);

	if (rc == EK_OK) {
		ek_imgshow_text(db, &out);
		rc = ek_imgshow_json(db, &out, err);
	}
	if (rc == EK_OK)
		rc = ek_imgshow_owners(db, "/bin/x", &out, &any, err);
	if (rc == EK_OK)
		rc = ek_buf_check(&out, "t", err);
	if (rc == EK_OK && shown == NULL)
		shown = strdup(out.p);
	else if (rc == EK_OK)
		assert_string_equal(out.p, shown);
	ek_buf_free(&out);
	ek_imgdb_free(&db);
	return rc;
}

/* ---- running out --------------------------------------------------------- */

static void test_attr(void **state)
{
	(void)state;
	exhaust(do_attr, true);
}

static void test_profile(void **state)
{
	(void)state;
	exhaust(do_profile, false);
}

static void test_edit(void **state)
{
	(void)state;
	exhaust(do_edit, false);
	assert_non_null(strstr(whole, "[file-conflict]"));
	assert_non_null(strstr(whole, "[dependency]"));
	assert_non_null(strstr(whole, "[conflict]"));
	free(whole);
}

static void test_show(void **state)
{
	(void)state;
	exhaust(do_show, false);
	assert_non_null(strstr(shown, "A_bootbank_a_1\n"));
	free(shown);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_attr),
		cmocka_unit_test(test_profile),
		cmocka_unit_test(test_edit),
		cmocka_unit_test(test_show),
	};

	spare_xml = true;
	return cmocka_run_group_tests_name("nomem_db", tests, NULL, NULL);
}
