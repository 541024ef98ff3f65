/* SPDX-License-Identifier: BSD-2-Clause */
/* t_xml_schema.c - unit tests of xml_schema.h */
#define _GNU_SOURCE 1
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ek/err.h"
#include "ek/xml.h"
#include "ek/xml_schema.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

/* "2:/vib/name 3:..." */
struct told {
	char text[1024];
	size_t len;
	unsigned n;
};

static void on_told(void *user, const struct ek_node *n, const char *why)
{
	struct told *t = user;
	char *path = ek_node_path(n);

	assert_non_null(path);
	assert_true(why[0] != '\0' && strchr(why, '\n') == NULL);
	t->n++;
	t->len += (size_t)snprintf(t->text + t->len,
				   sizeof(t->text) - t->len, "%s%ld:%s",
				   t->len != 0 ? " " : "", ek_node_line(n),
				   path);
	free(path);
	/* what is beyond is cut */
	if (t->len >= sizeof(t->text))
		t->len = sizeof(t->text) - 1;
}

static int validate(const char *text, enum ek_schema which, struct told *t,
		    struct ek_err *err)
{
	struct ek_xml_schema *schema;
	struct ek_xml *x;
	int rc;

	*t = (struct told){ .n = 0 };
	assert_int_equal(ek_xml_parse(&x, "x", text, strlen(text), NULL, err),
			 EK_OK);
	assert_int_equal(ek_xml_schema_new(&schema, which, err), EK_OK);
	rc = ek_xml_validate(x, schema, on_told, t, err);
	ek_xml_schema_free(&schema);
	ek_xml_free(&x);
	return rc;
}

#define DESC "<name>n</name><version>1</version><vendor>v</vendor><summary/>" \
	"<description/><release-date>2020-01-01T00:00:00</release-date>" \
	"<relationships/>"
#define PROFILE "<name>n</name><creator>c</creator><viblist/>" \
	"<acceptancelevel>partner</acceptancelevel>"

static const struct {
	enum ek_schema which;
	const char *text, *want;
} table[] = {
	{ EK_SCHEMA_VIB, "<vib>" DESC "</vib>", "" },
	{ EK_SCHEMA_VIB, "<bulletin/>", "1:/bulletin" },
	{ EK_SCHEMA_VIB, "<vib/>", "1:/vib" },
	{ EK_SCHEMA_VIB, "<vib>" DESC "\n<overlay>x</overlay>\n<urls>\n"
	  "<url/></urls>\n<new><y z='1'/></new></vib>",
	  "3:/vib/urls 2:/vib/overlay" },
	{ EK_SCHEMA_VIB, "<vib>" DESC "<payloads>\n<payload name='a' type='b'"
	  " size='x'/>\n<payload name='a' type='b' size='1'/>\n<payload"
	  " name='a' type='b'/></payloads></vib>",
	  "1:/vib/payloads" },
	{ EK_SCHEMA_PROFILE, "<imageprofile>" PROFILE "</imageprofile>", "" },
	{ EK_SCHEMA_PROFILE, "<imageprofile>" PROFILE "<profileID>0</profileID>"
	  "<creationtime>2024-01-02T03:04:05.678901+00:00</creationtime>"
	  "<serialno>3</serialno><readonly>true</readonly><baseimage/>"
	  "</imageprofile>", "" },
	{ EK_SCHEMA_PROFILE, "<imageprofile><name>n</name><creator>c</creator>"
	  "<viblist><vib><vib-id>i</vib-id><payloads><payload payload-name='b'>"
	  "b.b00</payload></payloads></vib>\n<vib/>\n<vib><vib-id>k</vib-id>"
	  "<boot>false</boot><payloads>\n<payload>x</payload></payloads></vib>"
	  "</viblist><acceptancelevel>community</acceptancelevel>"
	  "\n<serialno>x</serialno></imageprofile>",
	  "5:/imageprofile/serialno 2:/imageprofile/viblist/vib[2]"
	  " 3:/imageprofile/viblist/vib[3]/payloads" },
	{ EK_SCHEMA_PROFILE, "<vib>" DESC "</vib>", "1:/vib" },
};

static void test_table(void **state)
{
	struct ek_err err = EK_ERR_INIT;
	struct told t;

	(void)state;
	for (size_t i = 0; i < LEN(table); i++) {
		if (validate(table[i].text, table[i].which, &t, &err) != EK_OK)
			fail_msg("%s: %s", table[i].text, err.msg);
		if (strcmp(t.text, table[i].want) != 0)
			fail_msg("%s: '%s', wanted '%s'", table[i].text, t.text,
				 table[i].want);
	}
}

/* A document of n times part between head and tail; owned. */
static char *repeat(const char *head, const char *part, size_t n,
		    const char *tail)
{
	size_t size = strlen(head) + strlen(tail) + strlen(part) * n + 1;
	char *text = malloc(size), *p;

	assert_non_null(text);
	p = stpcpy(text, head);
	while (n-- > 0)
		p = stpcpy(p, part);
	stpcpy(p, tail);
	return text;
}

/* Errors without end: told, not for ever. A document with too many
 * elements, and one of 8 MiB, is not tried. */
static void test_limits(void **state)
{
	struct ek_err err = EK_ERR_INIT;
	struct told t;
	char *text;

	(void)state;
	text = repeat("<vib>" DESC "<urls>", "<url/>", 7000, "</urls></vib>");
	assert_int_equal(validate(text, EK_SCHEMA_VIB, &t, &err), EK_OK);
	assert_string_equal(t.text, "1:/vib/urls");
	free(text);
	text = repeat("<vib>" DESC, "<name>x</name>", 7000, "</vib>");
	assert_int_equal(validate(text, EK_SCHEMA_VIB, &t, &err), EK_OK);
	assert_true(t.n >= 1 && t.n <= 2);
	free(text);
	text = repeat("<vib>" DESC, "<q/>", EK_SCHEMA_NODES, "</vib>");
	assert_int_equal(validate(text, EK_SCHEMA_VIB, &t, &err), EK_ELIMIT);
	assert_int_equal(t.n, 0);
	free(text);
	text = repeat("<vib>" DESC "<q>", "<a>x</a>", (8u << 20) / 8 - 50,
		      "</q></vib>");
	assert_int_equal(validate(text, EK_SCHEMA_VIB, &t, &err), EK_ELIMIT);
	free(text);
	/* one long text */
	text = repeat("<vib>" DESC "<payloads/><overlay>", "true false ",
		      700000, "</overlay></vib>");
	assert_int_equal(validate(text, EK_SCHEMA_VIB, &t, &err), EK_OK);
	assert_string_equal(t.text, "1:/vib/overlay");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
