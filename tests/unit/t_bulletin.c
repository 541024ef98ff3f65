/* SPDX-License-Identifier: BSD-2-Clause */
/* t_bulletin.c - unit tests of bulletin.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/bulletin.h"
#include "ek/err.h"

static int parse(struct ek_bulletin *b, const char *text, struct ek_err *err)
{
	return ek_bulletin_parse(b, "n.xml", text, strlen(text), err);
}

#define SPECS "<componentNameSpec uiString=\"A greeting\" name=\"A-hello\"/>" \
	"<componentVersionSpec version=\"1.0-1\" uiString=\"1.0\"/>"

/* In the order and form of bundle.5, "Bulletins". */
static const char whole[] =
	"<bulletin><id>A-hello_1.0-1</id><vendor>A &amp; B</vendor>"
	"<summary>Greets.</summary><severity>general</severity>"
	"<category>enhancement</category><urgency>important</urgency>"
	"<releaseType>extension</releaseType><description>Long.</description>"
	"<kbUrl>http://example.com/</kbUrl><contact>a@example.com</contact>"
	SPECS "<releaseDate>2024-01-02T03:04:05+00:00</releaseDate>"
	"<platforms><softwarePlatform version=\"8.0\" locale=\"\" "
	"productLineID=\"embeddedEsx\"/><softwarePlatform locale=\"\" "
	"version=\"7.0\"/></platforms><vibList><vibID>A_bootbank_a_1-1</vibID>"
	"<vibID> A_bootbank_b_1-1\n</vibID></vibList></bulletin>";

static void test_whole(void **state)
{
	struct ek_bulletin b;
	struct ek_err err = EK_ERR_INIT;

	(void)state;
	if (parse(&b, whole, &err) != EK_OK)
		fail_msg("%s", err.msg);
	assert_string_equal(b.id, "A-hello_1.0-1");
	assert_string_equal(b.vendor, "A & B");
	assert_string_equal(b.summary, "Greets.");
	assert_string_equal(b.severity, "general");
	assert_string_equal(b.category, "enhancement");
	assert_string_equal(b.urgency, "important");
	assert_string_equal(b.release_type, "extension");
	assert_string_equal(b.description, "Long.");
	assert_string_equal(b.kb_url, "http://example.com/");
	assert_string_equal(b.contact, "a@example.com");
	assert_string_equal(b.release_date, "2024-01-02T03:04:05+00:00");
	assert_true(ek_bulletin_is_component(&b));
	assert_string_equal(b.component, "A-hello");
	assert_string_equal(b.component_ui, "A greeting");
	assert_string_equal(b.version, "1.0-1");
	assert_string_equal(b.version_ui, "1.0");
	assert_int_equal(b.platforms.n, 2);
	assert_string_equal(b.platforms.v[0], "8.0");
	assert_string_equal(b.platforms.v[1], "7.0");
	assert_int_equal(b.vib_ids.n, 2);
	assert_string_equal(b.vib_ids.v[1], "A_bootbank_b_1-1");
	ek_bulletin_clear(&b);
}

/* Elements in any order, others between, most of them absent. */
static void test_tolerant(void **state)
{
	struct ek_bulletin b;

	(void)state;
	assert_int_equal(parse(&b, "<bulletin new=\"x\"><vibList/><more><id>no"
			       "</id></more><platforms><softwarePlatform/>"
			       "</platforms><id>x</id></bulletin>", NULL),
			 EK_OK);
	assert_string_equal(b.id, "x");
	assert_string_equal(b.vendor, "");
	assert_int_equal(b.vib_ids.n, 0);
	assert_int_equal(b.platforms.n, 0);
	assert_null(b.component);
	assert_false(ek_bulletin_is_component(&b));
	ek_bulletin_clear(&b);
}

/* A component has both specs (bundle.5, "Components"). */
static void test_half(void **state)
{
	struct ek_bulletin b;

	(void)state;
	assert_int_equal(parse(&b, "<bulletin><id>x</id><componentNameSpec "
			       "name=\"n\"/></bulletin>", NULL), EK_OK);
	assert_string_equal(b.component, "n");
	assert_null(b.component_ui);
	assert_false(ek_bulletin_is_component(&b));
	ek_bulletin_clear(&b);
	assert_int_equal(parse(&b, "<bulletin><id>x</id><componentVersionSpec "
			       "version=\"1-1\"/><componentNameSpec uiString="
			       "\"no name\"/></bulletin>", NULL), EK_OK);
	assert_false(ek_bulletin_is_component(&b));
	ek_bulletin_clear(&b);
}

static void test_refused(void **state)
{
	static const struct {
		const char *text, *want;
	} bad[] = {
		{ "", "n.xml" }, { "x", "n.xml" },
		{ "<bulletin><id>x</id>", "n.xml" },
		{ "<vib><id>x</id></vib>", "its root is <vib>" },
		{ "<bulletin/>", "has no id" },
		{ "<bulletin><id> </id></bulletin>", "has no id" },
		{ "<bulletin><bulletin><id>x</id></bulletin></bulletin>",
		  "has no id" },
		{ "<!DOCTYPE b [<!ENTITY e \"x\">]><bulletin><id>&e;</id>"
		  "</bulletin>", "n.xml" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct ek_err err = EK_ERR_INIT;
		struct ek_bulletin b;

		assert_int_equal(parse(&b, bad[i].text, &err), EK_EFORMAT);
		if (strstr(err.msg, bad[i].want) == NULL)
			fail_msg("%s: %s", bad[i].text, err.msg);
		assert_null(b.id); /* cleared: a second time does no harm */
		ek_bulletin_clear(&b);
	}
}

/* As many VIBs as are taken, and one more. */
static void test_many(void **state)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_bulletin b;
	struct ek_buf text = EK_BUF_INIT;

	(void)state;
	for (size_t n = EK_BULLETIN_VIBS; n <= EK_BULLETIN_VIBS + 1; n++) {
		int want = n == EK_BULLETIN_VIBS ? EK_OK : EK_ELIMIT;

		ek_buf_reset(&text);
		ek_buf_adds(&text, "<bulletin><id>x</id><vibList>");
		for (size_t i = 0; i < n; i++)
			ek_buf_adds(&text, "<vibID>v</vibID>");
		ek_buf_adds(&text, "</vibList></bulletin>");
		assert_int_equal(parse(&b, ek_buf_str(&text), &err), want);
		ek_bulletin_clear(&b);
	}
	assert_non_null(strstr(err.msg, "more than 8192 VIBs"));
	ek_buf_free(&text);
}

/* Every end of a document is no bulletin, and says so. */
static void test_cut(void **state)
{
	struct ek_bulletin b;

	(void)state;
	for (size_t n = 0; n < sizeof(whole) - 1; n++) {
		struct ek_err err = EK_ERR_INIT;

		assert_int_equal(ek_bulletin_parse(&b, "n.xml", whole, n, &err),
				 EK_EFORMAT);
		assert_non_null(strstr(err.msg, "n.xml"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole), cmocka_unit_test(test_tolerant),
		cmocka_unit_test(test_half), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_many), cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
