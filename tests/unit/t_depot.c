/* SPDX-License-Identifier: BSD-2-Clause */
/* t_depot.c - unit tests of depot.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/depot.h"
#include "ek/err.h"

#define VENDOR "<vendorList><vendor><name>A</name><code>C</code>" \
	"<indexfile>v.xml</indexfile><relativePath>r</relativePath></vendor>"

static int vendors(const char *text, struct ek_depot_vendors *l,
		   struct ek_err *err)
{
	return ek_depot_vendors_parse(l, "index.xml", text, strlen(text), err);
}

static int metas(const char *text, struct ek_depot_metas *l,
		 struct ek_err *err)
{
	return ek_depot_metas_parse(l, "v.xml", text, strlen(text), err);
}

static void test_vendors(void **state)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_depot_vendors l;

	(void)state;
	assert_int_equal(vendors(VENDOR "<x/><vendor><relativePath/><code/>"
				 "<indexfile> w </indexfile><name>B</name>"
				 "</vendor></vendorList>", &l, &err), EK_OK);
	assert_int_equal(l.n, 2);
	assert_string_equal(l.v[0].name, "A");
	assert_string_equal(l.v[0].code, "C");
	assert_string_equal(l.v[0].index, "v.xml");
	assert_string_equal(l.v[0].path, "r");
	assert_string_equal(l.v[1].index, "w");
	assert_string_equal(l.v[1].path, "");
	ek_depot_vendors_clear(&l);
	assert_int_equal(l.n, 0);
}

static void test_vendors_bad(void **state)
{
	static const struct { const char *text, *why; } cases[] = {
		{ "<metaList/>", "the root is <metaList>, not <vendorList>" },
		{ "<vendorList/>", "there is no <vendor> in it" },
		{ "<vendorList>\n<vendor><name/><code/><indexfile/></vendor>"
		  "</vendorList>", "line 2: ESXi says: Element relativePath was"
		  " expected, but not found" },
		{ "<vendorList>", "index.xml" },
		{ "", "index.xml" },
	};
	struct ek_depot_vendors l;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ek_err err = EK_ERR_INIT;

		assert_int_equal(vendors(cases[i].text, &l, &err), EK_EFORMAT);
		assert_non_null(strstr(err.msg, cases[i].why));
		assert_null(l.v);
	}
}

static void test_too_many(void **state)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_buf b = EK_BUF_INIT;
	struct ek_depot_metas l;

	(void)state;
	ek_buf_adds(&b, "<metaList>");
	for (unsigned i = 0; i <= EK_DEPOT_MAX; i++)
		ek_buf_adds(&b, "<metadata/>");
	ek_buf_adds(&b, "</metaList>");
	assert_int_equal(metas(ek_buf_str(&b), &l, &err), EK_ELIMIT);
	ek_buf_free(&b);
}

static void test_metas(void **state)
{
	struct ek_strs platforms = { NULL, 0, 0 };
	struct ek_err err = EK_ERR_INIT;
	struct ek_buf b = EK_BUF_INIT;
	struct ek_depot_metas l;

	(void)state;
	assert_int_equal(ek_strs_add(&platforms, "6.*", 3, &err), EK_OK);
	assert_int_equal(ek_strs_add(&platforms, "8.0", 3, &err), EK_OK);
	ek_depot_metas_write(&b, &platforms);
	assert_int_equal(metas(ek_buf_str(&b), &l, &err), EK_OK);
	assert_int_equal(l.n, 2);
	assert_string_equal(l.v[0].product, "embeddedEsx");
	assert_string_equal(l.v[0].version, "6.*");
	assert_string_equal(l.v[1].version, "8.0");
	assert_string_equal(l.v[1].url, "metadata.zip");
	ek_depot_metas_clear(&l);
	assert_int_equal(metas("<metaList><metadata><productId/><version/>"
			       "<url/></metadata></metaList>", &l, &err),
			 EK_EFORMAT);
	assert_non_null(strstr(err.msg, "Element locale was expected"));
	ek_strs_free(&platforms);
	ek_buf_free(&b);
}

static void test_index(void **state)
{
	static const struct { const char *vendor, *code; } cases[] = {
		{ "Acme", "ACM" }, { "VMW", "VMW" }, { "a.b_c", "ABC" },
		{ "x", "X" }, { "_", "Unknown" }, { "3com", "3CO" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ek_err err = EK_ERR_INIT;
		struct ek_buf b = EK_BUF_INIT;
		struct ek_depot_vendors l;

		ek_depot_index_write(&b, cases[i].vendor);
		assert_int_equal(b.p[b.len - 1], '\n');
		assert_int_equal(vendors(ek_buf_str(&b), &l, &err), EK_OK);
		assert_string_equal(l.v[0].name, cases[i].vendor);
		assert_string_equal(l.v[0].code, cases[i].code);
		ek_depot_vendors_clear(&l);
		ek_buf_free(&b);
	}
}

static void fill(struct ek_vibdesc *d)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_payload *p;

	ek_vibdesc_init(d);
	assert_int_equal(ek_vibdesc_set(&d->name, "a", &err), EK_OK);
	assert_int_equal(ek_vibdesc_set(&d->version, "1-1", &err), EK_OK);
	assert_int_equal(ek_vibdesc_set(&d->vendor, "V & Co", &err), EK_OK);
	assert_int_equal(ek_vibdesc_add_payload(d, "p", "vgz", &p, &err),
			 EK_OK);
	assert_int_equal(ek_payload_add_sum(p, "sha-256", NULL, "00", &err),
			 EK_OK);
}

static void test_vib(void **state)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_buf b = EK_BUF_INIT;
	struct ek_depot_vib v;
	struct ek_vibdesc d;
	const struct ek_depot_item item = { &d, "id", "vib20/a/id.vib",
		UINT64_C(5000000000), "1234" };

	(void)state;
	fill(&d);
	assert_int_equal(ek_depot_vib_write(&b, &item, &err), EK_OK);
	assert_non_null(strstr(b.p, "<software-tags/><relative-path>vib20/a/id."
		"vib</relative-path><packed-size>5000000000</packed-size>"
		"<checksum checksum-type=\"sha-256\">1234</checksum>"
		"<system-requires>"));
	assert_int_equal(ek_depot_vib_parse(&v, "x", b.p, b.len, &err), EK_OK);
	assert_string_equal(v.path, "vib20/a/id.vib");
	assert_true(v.has_size);
	assert_int_equal(v.size, UINT64_C(5000000000));
	assert_string_equal(v.sha256, "1234"); /* not that of the payload */
	ek_depot_vib_clear(&v);
	ek_vibdesc_clear(&d);
	ek_buf_free(&b);
}

static void test_vib_bad(void **state)
{
	static const struct { const char *text, *why; } cases[] = {
		{ "<vib/>", "Element relative-path was expected" },
		{ "<vib><relative-path>a</relative-path><packed-size>-1"
		  "</packed-size></vib>", "packed-size '-1' is no number" },
		{ "<bulletin/>", "the root is <bulletin>, not <vib>" },
	};
	static const char bare[] = "<vib><relative-path/><checksum"
		" checksum-type=\"sha-1\">1</checksum></vib>";
	struct ek_depot_vib v;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ek_err err = EK_ERR_INIT;

		assert_int_equal(ek_depot_vib_parse(&v, "x", cases[i].text,
						    strlen(cases[i].text),
						    &err), EK_EFORMAT);
		assert_non_null(strstr(err.msg, cases[i].why));
		assert_null(v.path);
	}
	assert_int_equal(ek_depot_vib_parse(&v, "x", bare, strlen(bare), NULL),
			 EK_OK);
	assert_false(v.has_size);
	assert_null(v.sha256);
	ek_depot_vib_clear(&v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vendors),
		cmocka_unit_test(test_vendors_bad),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_metas),
		cmocka_unit_test(test_index),
		cmocka_unit_test(test_vib),
		cmocka_unit_test(test_vib_bad),
	};

	return cmocka_run_group_tests_name("depot", tests, NULL, NULL);
}
