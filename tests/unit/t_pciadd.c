/* SPDX-License-Identifier: BSD-2-Clause */
/* t_pciadd.c - unit tests of pciadd.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/pciadd.h"

/* id NULL: refused. */
static const struct {
	const char *text, *id, *driver, *shown;
} rows[] = {
	{ "10ec:8125", "10ec8125..............", NULL, "10ec:8125" },
	{ "10EC:8125=if_re", "10ec8125..............", "if_re", "10ec:8125" },
	{ "10ec:8125:1043:87D7=a.b-c", "10ec8125104387d7......", "a.b-c",
	  "10ec:8125:1043:87d7" },
	{ "", NULL, NULL, NULL },
	{ "10ec", NULL, NULL, NULL },
	{ "10ec:812", NULL, NULL, NULL },
	{ "10ec:81255", NULL, NULL, NULL },
	{ "10ec:....", NULL, NULL, NULL },
	{ "10ec:8125:1043", NULL, NULL, NULL },
	{ "10ec:8125=", NULL, NULL, NULL },
	{ "10ec:8125=a b", NULL, NULL, NULL },
	{ "10ec:8125=a,class=b", NULL, NULL, NULL },
	{ "10ec:8125=a\nregtype", NULL, NULL, NULL },
	{ "10ec:8125=../x", NULL, NULL, NULL },
	{ "10ec:8125=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	  "aaaaaaa", NULL, NULL, NULL },
};

static void test_parse(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ek_err err = EK_ERR_INIT;
		struct ek_pciadd a;
		char text[20];
		int rc = ek_pciadd_parse(&a, rows[i].text, &err);

		if (rc != (rows[i].id != NULL ? EK_OK : EK_EARG))
			fail_msg("%s: %d %s", rows[i].text, rc, err.msg);
		if (rc != EK_OK) {
			assert_null(a.driver);
			continue;
		}
		assert_string_equal(a.id, rows[i].id);
		if (rows[i].driver == NULL)
			assert_null(a.driver);
		else
			assert_string_equal(a.driver, rows[i].driver);
		ek_pciadd_text(&a, text);
		assert_string_equal(text, rows[i].shown);
		ek_pciadd_clear(&a);
		assert_null(a.driver);
	}
}

/* Into a map, and what it says then; sorted as it is written. */
static void added(const char *id, const char *map, enum ek_map_kind kind,
		  bool was_there, const char *want)
{
	struct ek_buf out = EK_BUF_INIT;
	struct ek_pcimap m;
	struct ek_pciadd a;
	bool there;

	assert_int_equal(ek_pciadd_parse(&a, id, NULL), EK_OK);
	assert_int_equal(ek_pcimap_parse(&m, "m", map, strlen(map), NULL, NULL,
					 NULL), EK_OK);
	assert_int_equal(ek_pciadd_to(&a, &m, kind, "x", "storage", &there,
				      NULL), EK_OK);
	assert_int_equal(there, was_there);
	ek_pcimap_write(&m, &out);
	assert_string_equal(ek_buf_str(&out), want);
	ek_buf_free(&out);
	ek_pcimap_clear(&m);
	ek_pciadd_clear(&a);
}

#define LINUX(id) "regtype=linux,bus=pci,id=" id ",driver=x,class=storage\n"
#define NATIVE(id, driver) "regtype=native,bus=pci,id=" id ",driver=" driver "\n"

static void test_to(void **state)
{
	(void)state;
	added("10ec:8125", "", EK_MAP_NATIVE, false,
	      NATIVE("10ec8125..............", "x"));
	added("10ec:8125:0001:0002",
	      NATIVE("10ec8125..............", "x"), EK_MAP_NATIVE, false,
	      NATIVE("10ec8125..............", "x")
	      NATIVE("10ec812500010002......", "x"));
	added("10ec:8125", NATIVE("10ec8125..............", "x"),
	      EK_MAP_NATIVE, true, NATIVE("10ec8125..............", "x"));
	/* another driver's line is not this one's */
	added("10ec:8125", NATIVE("10ec8125..............", "y"),
	      EK_MAP_NATIVE, false, NATIVE("10ec8125..............", "x")
	      NATIVE("10ec8125..............", "y"));
	added("10ec:8125", LINUX("10ec:8168 0000:0000"), EK_MAP_LINUX, false,
	      LINUX("10ec:8125 0000:0000") LINUX("10ec:8168 0000:0000"));
	added("10ec:8168:1043:87d7", LINUX("10ec:8168 0000:0000"),
	      EK_MAP_LINUX, false,
	      LINUX("10ec:8168 0000:0000") LINUX("10ec:8168 1043:87d7"));
	added("10ec:8168", LINUX("10ec:8168 0000:0000"), EK_MAP_LINUX, true,
	      LINUX("10ec:8168 0000:0000"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse), cmocka_unit_test(test_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
