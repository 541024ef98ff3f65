/* SPDX-License-Identifier: BSD-2-Clause */
/* t_profile.c - unit tests of profile.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/profile.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

/* The example of imgdb.5, "Profile", in its real form, with two elements and
 * an attribute that nobody knows. */
#define HEAD "<imageprofile x=\"1\"><name>Example-6.7.0</name>" \
	"<creator>Acme, Inc.</creator>" \
	"<profileID>0123456789abcdef0123456789abcdef</profileID>" \
	"<creationtime>2024-01-02T03:04:05.678901+00:00</creationtime>"
#define MODIFIED "<modifiedtime>2024-01-02T03:04:05.678901+00:00</modifiedtime>"
#define MIDDLE "<description>A made-up image.</description>" \
	"<readonly>true</readonly><baseimageid>b&amp;c</baseimageid>"
#define BASE "<vib><vib-id>Acme_bootbank_esx-base_6.7.0-0.0.1</vib-id>" \
	"<payloads><payload payload-name=\"b\">b.b00</payload>" \
	"<payload payload-name=\"k\">k.b00</payload></payloads></vib>"
#define NET "<vib><vib-id>Acme_bootbank_net-acme_1.0-1</vib-id><payloads>" \
	"<payload payload-name=\"net-acme\">net_acme.v00</payload></payloads>" \
	"</vib>"
#define TAIL "<solutions><a b=\"c\"/></solutions></imageprofile>"

static const char example[] =
	HEAD MODIFIED "<serialno>3</serialno>" MIDDLE
	"<viblist>" BASE NET "</viblist>"
	"<acceptancelevel>partner</acceptancelevel>" TAIL;

static struct ek_profile *parse(const char *text)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_profile *p;

	if (ek_profile_parse(&p, "t", text, strlen(text), &err) != EK_OK)
		fail_msg("%s", err.msg);
	return p;
}

static void assert_written(const struct ek_profile *p, const char *want)
{
	struct ek_buf b = EK_BUF_INIT;

	ek_profile_write(p, &b);
	assert_string_equal(ek_buf_str(&b), want);
	ek_buf_free(&b);
}

static void test_read(void **state)
{
	struct ek_profile *p = parse(example);
	const struct ek_profile_vib *v;

	(void)state;
	assert_string_equal(p->name, "Example-6.7.0");
	assert_string_equal(p->creator, "Acme, Inc.");
	assert_string_equal(p->id, "0123456789abcdef0123456789abcdef");
	assert_string_equal(p->description, "A made-up image.");
	assert_int_equal(p->created.usec, 678901);
	assert_int_equal(p->serial, 3);
	assert_int_equal(p->level, EK_PARTNER);
	assert_int_equal(p->n_vibs, 2);
	assert_int_equal(p->n_payloads, 3);
	v = ek_profile_find(p, "Acme_bootbank_esx-base_6.7.0-0.0.1");
	assert_non_null(v);
	assert_true(v->boot);
	assert_string_equal(ek_profile_local(v, "k"), "k.b00");
	assert_null(ek_profile_local(v, "z"));
	assert_null(ek_profile_find(p, "z"));
	assert_false(p->changed);
	assert_written(p, example);
	ek_profile_free(&p);
	assert_null(p);
}

/* Each change touches its element and no other byte. */
static void test_change(void **state)
{
	struct ek_profile *p = parse(example);
	const struct ek_profile_payload pl[] = {
		{ (char *)(uintptr_t)"x", (char *)(uintptr_t)"x.v00" },
	};
	const struct ek_date d = { .sec = 1704164646 };

	(void)state;
	assert_int_equal(ek_profile_set_level(p, EK_PARTNER, NULL), EK_OK);
	assert_int_equal(ek_profile_set_serial(p, 3, NULL), EK_OK);
	assert_int_equal(ek_profile_set(p, EK_PROFILE_NAME, "Example-6.7.0",
					NULL), EK_OK);
	assert_false(p->changed);
	assert_int_equal(ek_profile_set_level(p, EK_COMMUNITY, NULL), EK_OK);
	assert_int_equal(ek_profile_set_serial(p, 5, NULL), EK_OK);
	assert_int_equal(ek_profile_set_modified(p, &d, NULL), EK_OK);
	assert_int_equal(ek_profile_add_vib(p, "id", pl, 1, NULL), EK_OK);
	assert_int_equal(ek_profile_add_vib(p, "id", pl, 1, NULL), EK_EREFUSE);
	ek_profile_remove_vib(p, "Acme_bootbank_esx-base_6.7.0-0.0.1");
	ek_profile_remove_vib(p, "not there");
	assert_true(p->changed);
	assert_int_equal(p->n_vibs, 2);
	assert_int_equal(p->n_payloads, 2);
	assert_written(p, HEAD
		       "<modifiedtime>2024-01-02T03:04:06+00:00</modifiedtime>"
		       "<serialno>5</serialno>" MIDDLE "<viblist>" NET
		       "<vib><vib-id>id</vib-id><payloads><payload "
		       "payload-name=\"x\">x.v00</payload></payloads></vib>"
		       "</viblist><acceptancelevel>community</acceptancelevel>"
		       TAIL);
	ek_profile_free(&p);
}

/* Adding and removing gives the bytes that were there. */
static void test_there_and_back(void **state)
{
	struct ek_profile *p = parse(example);

	(void)state;
	assert_int_equal(ek_profile_add_vib(p, "id", NULL, 0, NULL), EK_OK);
	ek_profile_remove_vib(p, "id");
	assert_written(p, example);
	ek_profile_free(&p);
}

/* An element that is not there gets its place in the order. */
static void test_new_elements(void **state)
{
	const struct ek_date d = { .sec = 0 };
	struct ek_profile *p;

	(void)state;
	assert_int_equal(ek_profile_new(&p, "a & b", "c", EK_PARTNER, NULL),
			 EK_OK);
	assert_int_equal(ek_profile_set_serial(p, 1, NULL), EK_OK);
	assert_int_equal(ek_profile_set(p, EK_PROFILE_DESCRIPTION, "x\ny",
					NULL), EK_OK);
	assert_int_equal(ek_profile_set_modified(p, &d, NULL), EK_OK);
	assert_int_equal(ek_profile_set_created(p, &d, NULL), EK_OK);
	assert_int_equal(ek_profile_set(p, EK_PROFILE_ID, "7", NULL), EK_OK);
	assert_written(p, "<imageprofile><name>a &amp; b</name><creator>c"
		       "</creator><profileID>7</profileID>"
		       "<creationtime>1970-01-01T00:00:00+00:00</creationtime>"
		       "<modifiedtime>1970-01-01T00:00:00+00:00</modifiedtime>"
		       "<serialno>1</serialno><description>x\ny</description>"
		       "<viblist/>"
		       "<acceptancelevel>partner</acceptancelevel>"
		       "</imageprofile>");
	ek_profile_free(&p);
}

static void test_bad_values(void **state)
{
	struct ek_profile *p = parse(example);
	struct ek_err err = EK_ERR_INIT;

	(void)state;
	assert_int_equal(ek_profile_set(p, EK_PROFILE_NAME, " ", &err),
			 EK_EARG);
	assert_int_equal(ek_profile_set(p, EK_PROFILE_CREATOR, "", &err),
			 EK_EARG);
	assert_int_equal(ek_profile_set(p, EK_PROFILE_NAME, "a\nb", &err),
			 EK_EARG);
	assert_int_equal(ek_profile_set(p, EK_PROFILE_DESCRIPTION,
					"\xc3\xa4", &err), EK_EARG);
	assert_false(p->changed);
	assert_written(p, example);
	ek_profile_free(&p);
}

#define OK_NAMES "<name>n</name><creator>c</creator>"
#define OK_LEVEL "<acceptancelevel>community</acceptancelevel>"
#define PROFILE(body) "<imageprofile>" body "</imageprofile>"
#define VIBS(body) PROFILE(OK_NAMES "<viblist>" body "</viblist>" OK_LEVEL)

/* What ESXi refuses (imgdb.5, "Profile"), and what must not become a path. */
static const struct {
	const char *text, *why;
} bad[] = {
	{ "", "" },
	{ "<imageprofile>", "" },
	{ "<vib/>", "root element is 'vib'" },
	{ PROFILE("<creator>c</creator>" OK_LEVEL), "Missing profile name." },
	{ PROFILE("<name> </name><creator>c</creator>" OK_LEVEL),
	  "Missing profile name." },
	{ PROFILE("<name>n</name>" OK_LEVEL), "Missing profile creator." },
	{ PROFILE(OK_NAMES), "Invalid acceptance level value ''" },
	{ PROFILE(OK_NAMES "<acceptancelevel>x</acceptancelevel>"),
	  "Invalid acceptance level value 'x'" },
	{ PROFILE(OK_NAMES OK_LEVEL "<serialno>x</serialno>"),
	  "serialno 'x' is not a number" },
	{ PROFILE(OK_NAMES OK_LEVEL "<serialno>9223372036854775808</serialno>"),
	  "is not a number" },
	{ PROFILE(OK_NAMES OK_LEVEL "<modifiedtime>now</modifiedtime>"),
	  "modifiedtime 'now' is not a valid date/time string" },
	{ PROFILE(OK_NAMES OK_LEVEL "<creationtime>2024-01-02</creationtime>"),
	  "creationtime" },
	{ VIBS("<vib><vib-id>a</vib-id></vib><vib><vib-id>a</vib-id></vib>"),
	  "Profile n has duplicated vib-ids in viblist (a)" },
	{ VIBS("<vib/>"), "without a usable vib-id" },
	{ VIBS("<vib><vib-id>a\tb</vib-id></vib>"), "without a usable vib-id" },
	{ VIBS("<vib><vib-id>a</vib-id><payloads><payload>x</payload>"
	       "</payloads></vib>"), "without a usable payload-name" },
	{ VIBS("<vib><vib-id>a</vib-id><payloads><payload payload-name=\"p\">"
	       "../x</payload></payloads></vib>"),
	  "payload 'p': '../x' is no plain file name" },
	{ VIBS("<vib><vib-id>a</vib-id><payloads><payload payload-name=\"p\"/>"
	       "</payloads></vib>"), "'' is no plain file name" },
	{ VIBS("<vib><vib-id>a</vib-id><payloads><payload payload-name=\"p\">.."
	       "</payload></payloads></vib>"), "no plain file name" },
	{ "<!DOCTYPE x [<!ENTITY a \"b\">]>" PROFILE(OK_NAMES OK_LEVEL), "" },
};

static void test_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++) {
		struct ek_err err = EK_ERR_INIT;
		struct ek_profile *p;

		assert_int_equal(ek_profile_parse(&p, "f", bad[i].text,
						  strlen(bad[i].text), &err),
				 EK_EFORMAT);
		assert_null(p);
		if (strstr(err.msg, bad[i].why) == NULL)
			fail_msg("'%s' lacks '%s'", err.msg, bad[i].why);
	}
}

/* What ESXi takes. */
static void test_odd(void **state)
{
	struct ek_profile *p = parse(
		"<?xml version=\"1.0\"?>\n<imageprofile>\n <name> n </name>\n"
		" <creator>c</creator><acceptancelevel>signed"
		"</acceptancelevel>\n<viblist><vib><vib-id>a</vib-id>"
		"<boot>false</boot><payloads/></vib></viblist></imageprofile>");

	(void)state;
	assert_string_equal(p->name, "n");
	assert_int_equal(p->level, EK_PARTNER);
	assert_false(p->has_serial || p->has_modified || p->has_created);
	assert_null(p->id);
	assert_int_equal(p->n_vibs, 1);
	assert_false(p->vibs[0].boot);
	ek_profile_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_change),
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_new_elements),
		cmocka_unit_test(test_bad_values),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_odd),
	};

	return cmocka_run_group_tests_name("profile", tests, NULL, NULL);
}
