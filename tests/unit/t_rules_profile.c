/* SPDX-License-Identifier: BSD-2-Clause */
/* t_rules_profile.c - unit tests of rules_profile.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/finding.h"
#include "ek/imgdb.h"
#include "ek/profile.h"
#include "ek/release.h"
#include "ek/rules_profile.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

/* A VIB of vendor A and version 1-1: name, what goes into its elements. */
#define VIB(name, relations, files, level, payloads) \
	"<vib><type>bootbank</type><name>" name "</name><version>1-1</version>" \
	"<vendor>A</vendor><relationships>" relations "</relationships>" \
	"<file-list>" files "</file-list><acceptance-level>" level \
	"</acceptance-level><payloads>" payloads "</payloads></vib>"

#define SUM "<checksum checksum-type=\"sha-256\" verify-process=\"gunzip\">00" \
	"</checksum><checksum checksum-type=\"sha-256\">00</checksum>"
#define BOOT "<payload name=\"b\" type=\"boot\" size=\"1\">" SUM "</payload>"
#define BASE(version) VIB("base", "<provides><provide name=\"esx-version\" " \
	"version=\"" version "\"/></provides>", "<file>opt/base</file>", \
	"certified", BOOT)
#define PLAIN(name, relations, files) \
	VIB(name, relations, files, "certified", "")
#define DEPENDS(c) "<depends><constraint " c "/></depends>"
#define CONFLICTS(c) "<conflicts><constraint " c "/></conflicts>"
#define REPLACES(c) "<replaces><constraint " c "/></replaces>"

#define MANY 4

struct row {
	const char *what;
	const char *vibs[MANY]; /* in the database and in the profile */
	enum ek_level level;    /* of the profile */
	bool orig;              /* the first VIB has its signed copy */
	const char *want;       /* "severity code subject: text" a line */
};

static const struct row rows[] = {
	{ "nothing wrong", { BASE("6.7.0-1") }, EK_PARTNER, false, "" },
	{ "no kernel, no base", { PLAIN("a", "", "") }, EK_PARTNER, false,
	  "error no-kernel P: no VIB of the profile has a payload of type boot, "
	  "so there is no kernel\n"
	  "error no-base P: no VIB of the profile provides esx-version\n" },
	{ "a file twice", { BASE("6.7.0-1"),
	    PLAIN("a", "", "<file>/opt//base</file>") }, EK_PARTNER, false,
	  "error file-conflict /opt/base: this file is in several non-overlay "
	  "VIBs: {'A_bootbank_a_1-1', 'A_bootbank_base_1-1'}\n" },
	{ "paths of 6.7", { BASE("6.7.0-1"),
	    VIB("a", "", "<file>bin/x</file><file>opt/x</file>"
		"<file>etc/init.d/x</file>", "community", ""),
	    VIB("c", "", "<file>bin/y</file>", "accepted", "") },
	  EK_COMMUNITY, false,
	  "error path-rule A_bootbank_a_1-1: a community VIB may not hold "
	  "'bin/x'\n" },
	{ "paths of 5.0", { BASE("5.0.0-1"),
	    VIB("a", "", "<file>etc/init.d/x</file>", "community", "") },
	  EK_COMMUNITY, false,
	  "error path-rule A_bootbank_a_1-1: a community VIB may not hold "
	  "'etc/init.d/x'\n" },
	{ "overlay", { BASE("6.7.0-1"),
	    "<vib><name>a</name><version>1</version><overlay>true</overlay>"
	    "</vib>" }, EK_COMMUNITY, false,
	  "error overlay _bootbank_a_1: a community VIB may not be an overlay\n" },
	{ "level", { BASE("6.7.0-1"), VIB("a", "", "", "partner", ""),
	    VIB("c", "", "", "community", "") }, EK_PARTNER, false,
	  "error level A_bootbank_c_1-1: its acceptance level community is "
	  "below that of the profile\n" },
	{ "relations", { BASE("6.7.0-1"),
	    PLAIN("a", DEPENDS("name=\"z\" relation=\"&gt;=\" version=\"2\""),
		  ""),
	    PLAIN("c", CONFLICTS("name=\"base\""), ""),
	    PLAIN("d", REPLACES("name=\"c\""), "") }, EK_PARTNER, false,
	  "error dependency A_bootbank_a_1-1: it depends on 'z >= 2', which no "
	  "VIB of the profile provides\n"
	  "error conflict A_bootbank_base_1-1: it conflicts with VIB "
	  "'A_bootbank_c_1-1'\n"
	  "error obsoleted A_bootbank_c_1-1: it is obsoleted by "
	  "{'A_bootbank_d_1-1'}\n" },
	{ "checksums of 8.0", { BASE("8.0.1-1"),
	    VIB("a", "", "", "certified", "<payload name=\"x\" type=\"vgz\"/>"
		"<payload name=\"y\" type=\"text\"/>") }, EK_PARTNER, false,
	  "error no-sha256-gunzip A_bootbank_a_1-1: payload 'x' has no sha-256 "
	  "gunzip checksum\n" },
	{ "checksums of 6.7", { BASE("6.7.0-1"),
	    VIB("a", "", "", "certified", "<payload name=\"x\" type=\"vgz\"/>")
	  }, EK_PARTNER, false, "" },
	{ "signed copies before 6.5", { BASE("6.0.0-1") }, EK_PARTNER, true,
	  "error old-database A_bootbank_base_1-1: the database has a .orig or "
	  ".sig file of it, which this release takes for XML\n" },
	{ "signed copies from 6.5 on", { BASE("6.5.0-1"), PLAIN("a", "", "") },
	  EK_PARTNER, true,
	  "warning no-signed-copy A_bootbank_a_1-1: other VIBs have their signed"
	  " descriptor and signature in the database, it has no .orig file\n" },
	{ "not ASCII", { BASE("6.7.0-1"),
	    PLAIN("a", "", "<file>opt/\xc3\xa4</file>") }, EK_PARTNER, false,
	  "error ascii A_bootbank_a_1-1: its descriptor has other characters "
	  "than ASCII\n" },
};

/* The name of each payload is its file name here. */
static void add(struct ek_imgdb *db, struct ek_profile *p, const char *text,
		bool orig)
{
	struct ek_dbadd a = {
		.label = "l", .text = text, .len = strlen(text), .orig = orig,
	};
	struct ek_profile_payload pl[MANY];
	struct ek_vibdesc d;
	char *id;

	assert_int_equal(ek_imgdb_add(db, &a, NULL), EK_OK);
	assert_int_equal(ek_vibdesc_parse(&d, "l", text, a.len, NULL), EK_OK);
	id = ek_vibdesc_id(&d);
	for (size_t i = 0; i < d.n_payloads; i++)
		pl[i] = (struct ek_profile_payload){ d.payloads[i].name,
						     d.payloads[i].name };
	assert_int_equal(ek_profile_add_vib(p, id, pl, d.n_payloads, NULL),
			 EK_OK);
	free(id);
	ek_vibdesc_clear(&d);
}

static struct ek_imgdb *make(const struct row *r)
{
	struct ek_imgdb *db;
	struct ek_profile *p;

	assert_int_equal(ek_imgdb_new(&db, NULL), EK_OK);
	assert_int_equal(ek_profile_new(&p, "P", "C", r->level, NULL), EK_OK);
	assert_int_equal(ek_imgdb_set_profile(db, p, NULL), EK_OK);
	for (size_t i = 0; i < MANY && r->vibs[i] != NULL; i++)
		add(db, p, r->vibs[i], i == 0 && r->orig);
	return db;
}

static void assert_findings(const struct ek_findings *f, const char *want)
{
	struct ek_buf b = EK_BUF_INIT;

	for (size_t i = 0; i < ek_findings_count(f); i++) {
		const struct ek_finding *x = ek_findings_at(f, i);

		ek_buf_addf(&b, "%s %s %s: %s\n",
			    ek_severity_name(x->severity), x->code, x->subject,
			    x->what);
	}
	assert_string_equal(ek_buf_str(&b), want);
	ek_buf_free(&b);
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct ek_imgdb *db = make(&rows[i]);
		struct ek_findings *f;

		print_message("%s\n", rows[i].what);
		assert_int_equal(ek_findings_new(&f, NULL), EK_OK);
		assert_int_equal(ek_profile_check(db, NULL, f, NULL), EK_OK);
		assert_findings(f, rows[i].want);
		ek_findings_free(&f);
		ek_imgdb_free(&db);
	}
}

/* What the profile and the database say of each other. */
static void test_profile(void **state)
{
	static const struct row base = { "", { BASE("6.7.0-1"),
		VIB("a", "", "", "certified", "<payload name=\"x\" type=\"vgz\"/>"
		    "<payload name=\"y\" type=\"vgz\"/>") },
		EK_PARTNER, false, "" };
	char x[] = "x", z[] = "z", b[] = "b";
	const struct ek_profile_payload one[] = { { x, b }, { z, z } };
	struct ek_imgdb *db = make(&base);
	struct ek_profile *p;
	struct ek_findings *f;

	(void)state;
	assert_int_equal(ek_imgdb_profile(db, &p, NULL), EK_OK);
	ek_profile_remove_vib(p, "A_bootbank_a_1-1");
	assert_int_equal(ek_profile_add_vib(p, "A_bootbank_no_1", NULL, 0,
					    NULL), EK_OK);
	assert_int_equal(ek_findings_new(&f, NULL), EK_OK);
	assert_int_equal(ek_profile_check(db, NULL, f, NULL), EK_OK);
	assert_findings(f, "error vib-missing A_bootbank_no_1: the profile lists "
			"this VIB, the database has no XML of it\n"
			"warning unlisted-vib A_bootbank_a_1-1: the database has"
			" this VIB, the profile does not list it\n");
	ek_findings_free(&f);
	ek_profile_remove_vib(p, "A_bootbank_no_1");
	assert_int_equal(ek_profile_add_vib(p, "A_bootbank_a_1-1", one, 2,
					    NULL), EK_OK);
	assert_int_equal(ek_findings_new(&f, NULL), EK_OK);
	assert_int_equal(ek_profile_check(db, NULL, f, NULL), EK_OK);
	assert_findings(f, "error payload-missing A_bootbank_a_1-1: the profile "
			"has no file name for payload 'y'\n"
			"error name-twice A_bootbank_base_1-1: payload 'b' has "
			"the file name 'b', as payload 'x' of VIB "
			"'A_bootbank_a_1-1' has\n"
			"warning stray-payload A_bootbank_a_1-1: the profile "
			"names a payload 'z' that this VIB does not have\n");
	ek_findings_free(&f);
	ek_imgdb_free(&db);
}

static void test_count(void **state)
{
	struct ek_findings *f;
	struct ek_imgdb *db;

	(void)state;
	assert_int_equal(ek_imgdb_new(&db, NULL), EK_OK);
	assert_int_equal(ek_findings_new(&f, NULL), EK_OK);
	assert_int_equal(ek_profile_check(db, NULL, f, NULL), EK_OK);
	assert_findings(f, "error profile-count new image database: no image "
			"profile: the installer needs exactly one\n");
	ek_findings_free(&f);
	ek_imgdb_free(&db);
}

/* An error stays one only where the words are new. */
static void test_known(void **state)
{
	static const struct ek_rule r = { .code = "c", .severity = EK_ERROR,
					  .releases = EK_RALL };
	struct ek_findings *before, *after, *out;

	(void)state;
	assert_int_equal(ek_findings_new(&before, NULL), EK_OK);
	assert_int_equal(ek_findings_new(&after, NULL), EK_OK);
	assert_int_equal(ek_findings_new(&out, NULL), EK_OK);
	ek_finding_add(before, &r, "s", NULL, "w%d", 1);
	ek_finding_add(after, &r, "s", NULL, "w%d", 1);
	ek_finding_add(after, &r, "s", NULL, "w%d", 2);
	ek_finding_add(after, &r, "t", NULL, "w%d", 1);
	assert_int_equal(ek_findings_known(before, after, out, NULL), EK_OK);
	assert_findings(out, "warning c s: w1 (as before this change)\n"
			"error c s: w2\nerror c t: w1\n");
	ek_findings_free(&before);
	ek_findings_free(&after);
	ek_findings_free(&out);
}

static void test_release(void **state)
{
	static const struct row none = { "", { PLAIN("a", "", "") },
					 EK_PARTNER, false, "" };
	static const struct row base = { "", { BASE("6.7.0-1") }, EK_PARTNER,
					 false, "" };
	struct ek_imgdb *db = make(&none);

	(void)state;
	assert_string_equal(ek_profile_release(db, ek_release_find("5.0"))->base,
			    "5.0");
	assert_ptr_equal(ek_profile_release(db, NULL), ek_release_default());
	ek_imgdb_free(&db);
	db = make(&base);
	assert_string_equal(ek_profile_release(db, ek_release_find("5.0"))->base,
			    "6.7");
	ek_imgdb_free(&db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_profile),
		cmocka_unit_test(test_count),
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_release),
	};

	return cmocka_run_group_tests_name("rules_profile", tests, NULL, NULL);
}
