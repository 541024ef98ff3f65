/* SPDX-License-Identifier: BSD-2-Clause */
/* t_finding.c - unit tests of finding.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/finding.h"
#include "ek/json.h"
#include "ek/release.h"

/* The subject is a text; each rule takes offence at one letter of it. */
static int has(const struct ek_rule *rule, const void *subject,
	       struct ek_findings *out, struct ek_err *err)
{
	const char *s = subject;

	(void)err;
	for (size_t i = 0; s[i] != '\0'; i++)
		if (s[i] == rule->code[0])
			ek_finding_add(out, rule, s,
				       s[i] == 'a' ? "No a." : NULL,
				       "letter %zu is '%c'", i + 1, s[i]);
	return EK_OK;
}

static int breaks(const struct ek_rule *rule, const void *subject,
		  struct ek_findings *out, struct ek_err *err)
{
	(void)rule;
	(void)subject;
	(void)out;
	return ek_fail(err, EK_EFORMAT, "the check itself failed");
}

static const struct ek_rule rules[] = {
	{ "a-rule", EK_ERROR, EK_R67, "LetterError", "take it out", has },
	{ "b-rule", EK_WARNING, EK_RALL, NULL, NULL, has },
	{ "c-rule", EK_ERROR, EK_R80_UP, "LetterError", "take it out", has },
	{ "d-rule", EK_INFO, EK_RALL, "OtherError", "leave it", has },
};

static struct ek_findings *run(const char *subject, unsigned mask)
{
	struct ek_findings *f;

	assert_int_equal(ek_findings_new(&f, NULL), EK_OK);
	assert_int_equal(ek_rules_run(rules, 4, mask, subject, f, NULL), EK_OK);
	return f;
}

static void test_collects(void **state)
{
	struct ek_findings *f = run("aabcd", EK_R67 | EK_R80);

	(void)state;
	assert_int_equal(ek_findings_count(f), 5);
	assert_int_equal(ek_findings_of(f, EK_ERROR), 3);
	assert_int_equal(ek_findings_of(f, EK_WARNING), 1);
	assert_int_equal(ek_findings_of(f, EK_INFO), 1);
	assert_string_equal(ek_findings_at(f, 1)->what, "letter 2 is 'a'");
	assert_string_equal(ek_findings_at(f, 1)->code, "a-rule");
	assert_null(ek_findings_at(f, 5));
	ek_findings_free(&f);
	assert_null(f);
	ek_findings_free(&f);
}

/* A rule of 6.7 and later that a subject breaks in some of them only. */
static void test_for_some(void **state)
{
	static const struct ek_rule rule = {
		"some", EK_ERROR, EK_R67 | EK_R70, "C", NULL, has,
	};
	struct ek_findings *f;

	(void)state;
	assert_int_equal(ek_findings_new(&f, NULL), EK_OK);
	ek_finding_add_for(f, &rule, EK_R50 | EK_R70, "x", NULL, "bad %d", 7);
	ek_finding_add_for(f, &rule, EK_R80, "x", NULL, "never");
	assert_int_equal(ek_findings_count(f), 1);
	assert_int_equal(ek_findings_at(f, 0)->releases, EK_R70);
	assert_string_equal(ek_findings_at(f, 0)->what, "bad 7");
	ek_findings_free(&f);
}

static void test_mask(void **state)
{
	struct ek_findings *f = run("abc", EK_R70);

	(void)state;
	assert_int_equal(ek_findings_count(f), 1);
	assert_string_equal(ek_findings_at(f, 0)->code, "b-rule");
	ek_findings_free(&f);
	f = run("abc", EK_R90);
	assert_int_equal(ek_findings_count(f), 2);
	ek_findings_free(&f);
}

static void test_text(void **state)
{
	struct ek_findings *f = run("ab\tc\nd", EK_RALL);
	struct ek_buf b = EK_BUF_INIT;

	(void)state;
	ek_findings_text(f, EK_R67 | EK_R90, &b);
	assert_string_equal(ek_buf_str(&b),
		"error: ab?c?d: letter 1 is 'a' [a-rule]\n"
		"    ESXi 6.7 says: LetterError: No a.\n"
		"    remedy: take it out\n"
		"warning: ab?c?d: letter 2 is 'b' [b-rule]\n"
		"error: ab?c?d: letter 4 is 'c' [c-rule]\n"
		"    ESXi 9.0 says: LetterError\n"
		"    remedy: take it out\n"
		"info: ab?c?d: letter 6 is 'd' [d-rule]\n"
		"    ESXi says: OtherError\n"
		"    remedy: leave it\n");
	ek_buf_free(&b);
	ek_findings_free(&f);
}

static void test_json(void **state)
{
	struct ek_findings *f = run("ac", EK_RALL);
	struct ek_buf b = EK_BUF_INIT;
	struct ek_json j;

	(void)state;
	ek_json_begin(&j, &b);
	ek_findings_json(f, &j);
	ek_json_end(&j);
	assert_string_equal(ek_buf_str(&b),
		"{\n"
		"  \"findings\": [\n"
		"    {\n"
		"      \"severity\": \"error\",\n"
		"      \"code\": \"a-rule\",\n"
		"      \"releases\": [\n"
		"        \"6.7\"\n"
		"      ],\n"
		"      \"subject\": \"ac\",\n"
		"      \"message\": \"letter 1 is 'a'\",\n"
		"      \"esxi_class\": \"LetterError\",\n"
		"      \"esxi_text\": \"No a.\",\n"
		"      \"remedy\": \"take it out\"\n"
		"    },\n"
		"    {\n"
		"      \"severity\": \"error\",\n"
		"      \"code\": \"c-rule\",\n"
		"      \"releases\": [\n"
		"        \"8.0\",\n"
		"        \"9.0\"\n"
		"      ],\n"
		"      \"subject\": \"ac\",\n"
		"      \"message\": \"letter 2 is 'c'\",\n"
		"      \"esxi_class\": \"LetterError\",\n"
		"      \"esxi_text\": null,\n"
		"      \"remedy\": \"take it out\"\n"
		"    }\n"
		"  ]\n"
		"}\n");
	ek_buf_free(&b);
	ek_findings_free(&f);
}

static void test_verdict(void **state)
{
	struct ek_findings *f = run("bd", EK_RALL);
	struct ek_err err = EK_ERR_INIT;

	(void)state;
	assert_int_equal(ek_findings_verdict(f, "x", &err), EK_OK);
	ek_findings_free(&f);
	f = run("ba", EK_RALL);
	assert_int_equal(ek_findings_verdict(f, "x", &err), EK_EREFUSE);
	assert_string_equal(err.msg, "x: ba: letter 2 is 'a' [a-rule]");
	ek_findings_free(&f);
	f = run("bac", EK_RALL);
	assert_int_equal(ek_findings_verdict(f, "x", &err), EK_EREFUSE);
	assert_string_equal(err.msg,
		"x: bac: letter 2 is 'a' [a-rule]; 1 more error");
	ek_findings_free(&f);
	f = run("aaaa", EK_RALL);
	assert_int_equal(ek_findings_verdict(f, "x", &err), EK_EREFUSE);
	assert_string_equal(err.msg,
		"x: aaaa: letter 1 is 'a' [a-rule]; 3 more errors");
	ek_findings_free(&f);
}

/* A check that fails stops the run; what was found before stays. */
static void test_failure(void **state)
{
	const struct ek_rule two[] = {
		rules[0],
		{ "x", EK_ERROR, EK_RALL, NULL, NULL, breaks },
		rules[1],
	};
	struct ek_err err = EK_ERR_INIT;
	struct ek_findings *f;

	(void)state;
	assert_int_equal(ek_findings_new(&f, NULL), EK_OK);
	assert_int_equal(ek_rules_run(two, 3, EK_RALL, "ab", f, &err),
			 EK_EFORMAT);
	assert_string_equal(err.msg, "the check itself failed");
	assert_int_equal(ek_findings_count(f), 1);
	ek_findings_free(&f);
}

/* More than the first room of the list. */
static void test_many(void **state)
{
	char text[1001];
	struct ek_findings *f;

	(void)state;
	for (size_t i = 0; i < 1000; i++)
		text[i] = 'b';
	text[1000] = '\0';
	f = run(text, EK_RALL);
	assert_int_equal(ek_findings_count(f), 1000);
	assert_string_equal(ek_findings_at(f, 999)->what, "letter 1000 is 'b'");
	ek_findings_free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_collects),
		cmocka_unit_test(test_for_some), cmocka_unit_test(test_mask),
		cmocka_unit_test(test_text),     cmocka_unit_test(test_json),
		cmocka_unit_test(test_verdict),  cmocka_unit_test(test_failure),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests_name("finding", tests, NULL, NULL);
}
