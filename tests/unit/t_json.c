/* SPDX-License-Identifier: BSD-2-Clause */
/* t_json.c - unit tests of json.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/buf.h"
#include "ek/json.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void test_document(void **state)
{
	static const char want[] =
		"{\n"
		"  \"name\": \"x\",\n"
		"  \"none\": null,\n"
		"  \"also_none\": null,\n"
		"  \"least\": -9223372036854775808,\n"
		"  \"most\": 18446744073709551615,\n"
		"  \"yes\": true,\n"
		"  \"no\": false,\n"
		"  \"files\": [\n"
		"    \"a\",\n"
		"    {\n"
		"      \"b\": []\n"
		"    },\n"
		"    {},\n"
		"    7\n"
		"  ]\n"
		"}\n";
	struct ek_buf b = EK_BUF_INIT;
	struct ek_json j;

	(void)state;
	ek_json_begin(&j, &b);
	ek_json_str(&j, "name", "x");
	ek_json_str(&j, "none", NULL);
	ek_json_null(&j, "also_none");
	ek_json_int(&j, "least", INT64_MIN);
	ek_json_uint(&j, "most", UINT64_MAX);
	ek_json_bool(&j, "yes", true);
	ek_json_bool(&j, "no", false);
	ek_json_array(&j, "files");
	ek_json_str(&j, NULL, "a");
	ek_json_object(&j, NULL);
	ek_json_array(&j, "b");
	ek_json_close(&j);
	ek_json_close(&j);
	ek_json_object(&j, NULL);
	ek_json_close(&j);
	ek_json_int(&j, NULL, 7);
	ek_json_close(&j);
	ek_json_end(&j);
	assert_string_equal(ek_buf_str(&b), want);
	ek_buf_free(&b);
}

static void test_empty(void **state)
{
	struct ek_buf b = EK_BUF_INIT;
	struct ek_json j;

	(void)state;
	ek_json_begin(&j, &b);
	ek_json_end(&j);
	ek_json_begin_array(&j, &b);
	ek_json_end(&j);
	assert_string_equal(ek_buf_str(&b), "{}\n[]\n");
	ek_buf_free(&b);
}

static const struct {
	const char *text;
	size_t len;
	const char *json;
} texts[] = {
	{ "", 0, "" },
	{ "a/b", 3, "a/b" },
	{ "\"\\", 2, "\\\"\\\\" },
	{ "\b\f\n\r\t", 5, "\\b\\f\\n\\r\\t" },
	{ "\0\x01\x1f", 3, "\\u0000\\u0001\\u001f" },
	/* what could drive a terminal: DEL, CSI, right-to-left override */
	{ "\x7f\xc2\x9b\xe2\x80\xae", 6, "\\u007f\\u009b\\u202e" },
	{ "\xc3\xa4\xe2\x82\xac", 5, "\xc3\xa4\xe2\x82\xac" },
	{ "\xe4", 1, "\\u00e4" },
	{ "a\xff\xfe", 3, "a\\u00ff\\u00fe" },
	{ "\xc3", 1, "\\u00c3" },
	{ "\xe2\x82", 2, "\\u00e2\\u0082" },
	{ "\xed\xa0\x80", 3, "\\u00ed\\u00a0\\u0080" },
	{ "\xc0\x80", 2, "\\u00c0\\u0080" },
};

static void test_escapes(void **state)
{
	char want[128];

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct ek_buf b = EK_BUF_INIT;
		struct ek_json j;

		ek_json_begin_array(&j, &b);
		ek_json_strn(&j, NULL, texts[i].text, texts[i].len);
		ek_json_end(&j);
		snprintf(want, sizeof(want), "[\n  \"%s\"\n]\n",
			 texts[i].json);
		assert_string_equal(ek_buf_str(&b), want);
		ek_buf_free(&b);
	}
}

/* Keys are escaped too; depth up to the limit. */
static void test_keys_and_depth(void **state)
{
	struct ek_buf b = EK_BUF_INIT;
	struct ek_json j;

	(void)state;
	ek_json_begin(&j, &b);
	for (int i = 1; i < EK_JSON_DEPTH; i++)
		ek_json_object(&j, "a\"");
	for (int i = 1; i < EK_JSON_DEPTH; i++)
		ek_json_close(&j);
	ek_json_end(&j);
	assert_non_null(strstr(ek_buf_str(&b), "\n    \"a\\\"\": {\n"));
	assert_non_null(strstr(ek_buf_str(&b), "\": {}\n"));
	ek_buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_document),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_keys_and_depth),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
