/* SPDX-License-Identifier: BSD-2-Clause */
/* t_html.c - unit tests of html.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ek/html.h"
#include "ek/io.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))
#define NONE "\xef\xbf\xbd" /* U+FFFD */

static struct ek_html h;
static struct ek_out *out;
static char *page;
static size_t page_len;

static void begin(void)
{
	assert_int_equal(ek_out_open_mem(&out, &page, &page_len, NULL), EK_OK);
	ek_html_begin(&h, out);
}

static void is(const char *want)
{
	static const char doctype[] = "<!DOCTYPE html>\n";

	ek_html_end(&h);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	assert_memory_equal(page, doctype, sizeof(doctype) - 1);
	assert_string_equal(page + sizeof(doctype) - 1, want);
	free(page);
}

static void test_elements(void **state)
{
	(void)state;
	begin();
	ek_html_open(&h, "p");
	ek_html_attr(&h, "class", "x");
	ek_html_attr(&h, "hidden", NULL);
	ek_html_attrf(&h, "id", "v%d", 7);
	ek_html_elem(&h, "b", "bold");
	ek_html_textf(&h, "%s %d", "and", 1);
	ek_html_open(&h, "br");
	ek_html_close(&h);
	ek_html_elem_class(&h, "td", "n", NULL);
	ek_html_elem(&h, "script", "");
	ek_html_close_line(&h);
	is("<p class=\"x\" hidden=\"\" id=\"v7\"><b>bold</b>and 1<br/>"
	   "<td class=\"n\"></td><script></script></p>\n");
}

/* What is left open is closed, innermost first. */
static void test_end(void **state)
{
	(void)state;
	begin();
	ek_html_open(&h, "a");
	ek_html_open(&h, "b");
	is("<a><b></b>\n</a>\n");
}

static void test_escape(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "", "" }, { "plain", "plain" },
		{ "<script>alert('1')</script>",
		  "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;" },
		{ "a&b&amp;", "a&amp;b&amp;amp;" },
		{ "\"><x y='", "&quot;&gt;&lt;x y=&#39;" },
		{ "\t\n", "\t\n" },
		{ "\r\x01\x1b[2J\x7f", NONE NONE NONE "[2J" NONE },
		{ "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
		  "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80" },
		/* overlong '<', a lone head, a surrogate, cut short */
		{ "\xc0\xbc" "b", NONE NONE "b" }, { "\xe2<", NONE "&lt;" },
		{ "\xed\xa0\x80", NONE NONE NONE },
		{ "\xf0\x9f\x98", NONE NONE NONE },
		/* C1, right-to-left override, no characters of XML */
		{ "\xc2\x85", NONE }, { "a\xe2\x80\xae" "b", "a" NONE "b" },
		{ "\xef\xbf\xbe\xef\xbf\xbf", NONE NONE },
	};

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		char want[256];

		begin();
		ek_html_open(&h, "i");
		ek_html_attr(&h, "t", rows[i].text);
		ek_html_text(&h, rows[i].text);
		ek_html_close(&h);
		snprintf(want, sizeof(want), "<i t=\"%s\">%s</i>",
			 rows[i].want, rows[i].want);
		is(want);
	}
}

/* Every byte alone and behind a letter: never '<', '>' or a quote of theirs. */
static void test_bytes(void **state)
{
	(void)state;
	for (int c = 1; c < 256; c++) {
		const char text[] = { 'x', (char)c, '\0' };
		const char *p;

		begin();
		ek_html_elem(&h, "i", text);
		ek_html_end(&h);
		assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
		p = strstr(page, "<i>x");
		assert_non_null(p);
		assert_int_equal(strcspn(p + 4, "<>\"'"), strlen(p) - 8);
		free(page);
	}
}

/* A long text of ours is cut, not overrun. */
static void test_long(void **state)
{
	char text[2000];

	(void)state;
	memset(text, 'y', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	begin();
	ek_html_open(&h, "i");
	ek_html_textf(&h, "%s", text);
	ek_html_close(&h);
	text[511] = '\0';
	ek_html_end(&h);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	assert_int_equal(strlen(strstr(page, "<i>")), 511 + 7);
	free(page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_elements), cmocka_unit_test(test_end),
		cmocka_unit_test(test_escape), cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}
