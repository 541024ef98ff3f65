/* SPDX-License-Identifier: BSD-2-Clause */
/* t_xml.c - unit tests of xml.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <unistd.h>

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/xml.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static struct ek_xml *parse(const char *text)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_xml *x;

	if (ek_xml_parse(&x, "t.xml", text, strlen(text), NULL, &err) != EK_OK)
		fail_msg("%s: %s", text, err.msg);
	return x;
}

static void assert_written(const struct ek_node *n, const char *want)
{
	struct ek_buf b = EK_BUF_INIT;

	ek_xml_write(n, &b);
	assert_string_equal(ek_buf_str(&b), want);
	ek_buf_free(&b);
}

/* Each row: a text, and serialisation A of it (NULL: the same). */
static const struct {
	const char *in, *out;
} forms[] = {
	{ "<a/>", NULL },
	{ "<a></a>", "<a/>" },
	{ "<a />", "<a/>" },
	{ "<a b='1' a=\"2\" />", "<a b=\"1\" a=\"2\"/>" },
	{ "<?xml version=\"1.0\"?>\n<a> <b/>\n</a>\n", "<a> <b/>\n</a>" },
	{ "<?xml version='1.0' encoding='utf-8'?><a/>", "<a/>" },
	{ "<!-- before --><a/><!-- behind --><?p i?>", "<a/>" },
	{ "<a><!-- in --><?p i?><?q?></a>", NULL },
	{ "<a>1 &gt; 0 &lt; 2 &amp; \" '</a>", NULL },
	{ "<a>&quot;&apos;&#65;&#x42;]]&gt;</a>", "<a>\"'AB]]&gt;</a>" },
	/* DEL; found by fuzzing */
	{ "<a b=\"\x7f\">\x7f</a>", "<a b=\"&#127;\">&#127;</a>" },
	{ "<a><![CDATA[<&>]]>x</a>", "<a>&lt;&amp;&gt;x</a>" },
	{ "<a b=\"&gt;=&lt;&amp;&quot;'&#10;&#9;&#13;\"/>", NULL },
	{ "<a b='\"'/>", "<a b=\"&quot;\"/>" },
	{ "<a b='1\n2\t3'/>", "<a b=\"1 2 3\"/>" },
	{ "<a>1\r\n2\r3&#13;\t</a>", "<a>1\n2\n3&#13;\t</a>" },
	{ "<a>\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80</a>",
	  "<a>&#228;&#8364;&#128512;</a>" },
	{ "<a b=\"\xc3\xa4\"/>", "<a b=\"&#228;\"/>" },
	{ "<a><!--\xc3\xa4--></a>", "<a><!--&#228;--></a>" },
	{ "\xef\xbb\xbf<a/>", "<a/>" },
	{ "<a xmlns=\"u:1\" xmlns:p=\"u:2\" c=\"3\" p:d=\"4\"><p:e/></a>",
	  NULL },
	{ "<a xml:lang=\"en\"/>", NULL },
	{ "<a xmlns:p=\"&amp;u\"/>", NULL }, /* found by fuzzing */
	{ "<\xc3\xa4><?\xc3\xb6 \xc3\xa4?></\xc3\xa4>", /* so was this */
	  "<\xc3\xa4><?\xc3\xb6 &#228;?></\xc3\xa4>" },
	{ "<a><b><c/></b><d>e</d>f<g h=\"\"/></a>", NULL },
	{ "<a><constraint name=\"n\" relation=\"&gt;=\" version=\"1.0\"/></a>",
	  NULL },
};

static void test_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(forms); i++) {
		struct ek_xml *x = parse(forms[i].in);
		const char *want = forms[i].out;

		assert_written(ek_xml_root(x), want != NULL ? want
							    : forms[i].in);
		ek_xml_free(&x);
		assert_null(x);
	}
}

/* ---- what is refused ----------------------------------------------------- */

static const struct {
	const char *text, *msg; /* the message begins like that; where it ends
				 * with the line, the reason is libxml2's */
} bad[] = {
	{ "", "'t.xml' is empty, not XML" },
	{ "\xef\xbb\xbf", "'t.xml' is empty, not XML" },
	{ " ", "'t.xml' line 1: " },
	{ "text", "'t.xml' line 1: " },
	{ "<a>", "'t.xml' line 1: " },
	{ "<a>\n\n<b></a>", "'t.xml' line 3: " },
	{ "<a/><b/>", "'t.xml' line 1: " },
	{ "<a/>x", "'t.xml' line 1: " },
	{ "<a b=1/>", "'t.xml' line 1: " },
	{ "<a b='1' b='2'/>", "'t.xml' line 1: " },
	{ "<a>&nosuch;</a>", "'t.xml' line 1: " },
	{ "<a>&#0;</a>", "'t.xml' line 1: " },
	{ "<a>&#1;</a>", "'t.xml' line 1: " },
	{ "<a>&#xfffe;</a>", "'t.xml' line 1: " },
	{ "<a>\n\x01</a>", "'t.xml' line 2: " },
	{ "<a>& </a>", "'t.xml' line 1: " },
	{ "<a>\n\xe4</a>", "'t.xml' line 2: not UTF-8 at offset 4" },
	{ "<?xml version='1.0' encoding='iso-8859-1'?><a>\xe4</a>",
	  "'t.xml' line 1: not UTF-8 at offset 46" },
	{ "\xff\xfe<\0a\0/\0>\0", "'t.xml' line 1: not UTF-8 at offset 0" },
	{ "<a>\xed\xa0\x80</a>", "'t.xml' line 1: not UTF-8" },
	{ "<a b:c='1'/>", "'t.xml' line 1: " },
	{ "<a b:c:d='1'/", "'t.xml' line 1: " },
	/* document types, in every disguise */
	{ "<!DOCTYPE a><a/>",
	  "'t.xml' line 1: a document type declaration (DOCTYPE) is not" },
	{ "\n<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
	  "'t.xml' line 2: a document type declaration" },
	{ "<!DOCTYPE a PUBLIC '-//X' 'http://127.0.0.1/x.dtd'><a/>",
	  "'t.xml' line 1: a document type declaration" },
	{ "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
	  "'t.xml' line 1: a document type declaration" },
	{ "<!DOCTYPE a [<!ENTITY % x SYSTEM 'file:///etc/passwd'> %x;]><a/>",
	  "'t.xml' line 1: a document type declaration" },
	{ "<?xml version='1.0' standalone='yes'?><!-- - --><!DOCTYPE a [\n"
	  "<!ENTITY a '1234567890'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>\n"
	  "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>]><a>&c;</a>",
	  "'t.xml' line 1: a document type declaration" },
	{ "<!DOCTYPE a [<!ATTLIST a b CDATA 'forged'>]><a/>",
	  "'t.xml' line 1: a document type declaration" },
	{ "<!DOCTYPE", "'t.xml' line 1: " },
	{ "<!doctype a><a/>", "'t.xml' line 1: " },
	{ "<!ENTITY x 'y'><a>&x;</a>", "'t.xml' line 1: " },
	{ "<a><!DOCTYPE a></a>", "'t.xml' line 1: " },
};

static void test_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct ek_err err = EK_ERR_INIT;
		struct ek_xml *x = NULL;
		bool declared;
		int rc = ek_xml_parse(&x, "t.xml", bad[i].text,
				      strlen(bad[i].text), &declared, &err);

		if (rc != EK_EFORMAT ||
		    strncmp(err.msg, bad[i].msg, strlen(bad[i].msg)) != 0)
			fail_msg("%s: %d: %s", bad[i].text, rc, err.msg);
		assert_null(strchr(err.msg, '\n'));
		assert_null(x);
	}
}

/* Nothing is said behind our back: standard error stays empty. */
static void test_silent(void **state)
{
	int saved = dup(STDERR_FILENO), end[2];
	char buf[1];

	assert_int_equal(pipe(end), 0);
	assert_int_equal(dup2(end[1], STDERR_FILENO), STDERR_FILENO);
	close(end[1]);
	test_bad(state);
	assert_int_equal(dup2(saved, STDERR_FILENO), STDERR_FILENO);
	close(saved);
	assert_int_equal(read(end[0], buf, 1), 0);
	close(end[0]);
}

static void test_nul(void **state)
{
	struct ek_err err;
	struct ek_xml *x;

	(void)state;
	assert_int_equal(ek_xml_parse(&x, "t", "<a/>\0", 5, NULL, &err),
			 EK_EFORMAT);
	assert_string_equal(err.msg, "'t' line 1: a NUL byte at offset 4");
	assert_int_equal(ek_xml_parse(&x, "t", "<a>\n\0</a>", 9, NULL, &err),
			 EK_EFORMAT);
	assert_string_equal(err.msg, "'t' line 2: a NUL byte at offset 4");
}

/* A document cut at every byte is never taken, nor read beyond its end. */
static void test_cut(void **state)
{
	static const char text[] =
		"<?xml version='1.0'?><!-- c --><vib version=\"5.0\"><type>"
		"bootbank</type><a>&amp;&#228;\xc3\xa4<![CDATA[x]]></a>\n"
		"<?p i?><urls/></vib>";

	(void)state;
	for (size_t len = 0; len < sizeof(text) - 1; len++) {
		char *copy = malloc(len + 1);
		struct ek_xml *x;

		assert_non_null(copy);
		memcpy(copy, text, len);
		assert_int_equal(ek_xml_parse(&x, "t", copy, len, NULL, NULL),
				 EK_EFORMAT);
		free(copy);
	}
}

/* Every byte replaced by each of a few: taken or not, but never a crash, and
 * what is taken can be written and read again. */
static void test_flipped(void **state)
{
	static const char with[] = "<>&\"'/!?-] =x\n\x80\xff\x01";
	char text[] = "<a b=\"1\"><!-- c --><b>&lt;</b><![CDATA[x]]></a>";

	(void)state;
	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		for (const char *w = with; *w != '\0'; w++) {
			struct ek_buf b = EK_BUF_INIT, c = EK_BUF_INIT;
			char was = text[i];
			struct ek_xml *x, *y;

			text[i] = *w;
			if (ek_xml_parse(&x, "t", text, sizeof(text) - 1, NULL,
					 NULL) == EK_OK) {
				ek_xml_write(ek_xml_root(x), &b);
				y = parse(ek_buf_str(&b));
				ek_xml_write(ek_xml_root(y), &c);
				assert_string_equal(b.p, c.p);
				ek_xml_free(&y);
			}
			ek_xml_free(&x);
			ek_buf_free(&b);
			ek_buf_free(&c);
			text[i] = was;
		}
	}
}

/* ---- limits -------------------------------------------------------------- */

static int parse_buf(struct ek_buf *b, struct ek_err *err)
{
	struct ek_xml *x;
	int rc = ek_xml_parse(&x, "t", ek_buf_str(b), b->len, NULL, err);

	ek_xml_free(&x);
	ek_buf_free(b);
	return rc;
}

static void test_depth(void **state)
{
	(void)state;
	for (int depth = 200; depth <= 100000; depth *= 8) {
		struct ek_buf b = EK_BUF_INIT;
		struct ek_err err;
		int rc;

		for (int i = 0; i < depth; i++)
			ek_buf_adds(&b, "<a>");
		for (int i = 0; i < depth; i++)
			ek_buf_adds(&b, "</a>");
		rc = parse_buf(&b, &err);
		if (depth == 200) {
			assert_int_equal(rc, EK_OK);
			continue;
		}
		assert_int_equal(rc, EK_ELIMIT);
		assert_string_equal(err.msg, "'t' line 1: elements are nested"
					     " too deeply");
	}
}

/* Half a million attributes would take libxml2 minutes. */
static void test_attributes(void **state)
{
	(void)state;
	for (int n = 256; n <= 500000; n *= 40) {
		struct ek_buf b = EK_BUF_INIT;
		struct ek_err err;
		int rc;

		ek_buf_adds(&b, "<!-- <x ==== --><a>\n<b");
		for (int i = 0; i < n; i++)
			ek_buf_addf(&b, " a%d='='", i);
		ek_buf_adds(&b, "/></a>");
		rc = parse_buf(&b, &err);
		if (n == 256) {
			assert_int_equal(rc, EK_OK);
			continue;
		}
		assert_int_equal(rc, EK_ELIMIT);
		assert_string_equal(err.msg, "'t' line 2: an element with more"
					     " than 256 attributes");
	}
}

/* 65,536 open name spaces, and a million elements behind: minutes as well. */
static void test_name_spaces(void **state)
{
	(void)state;
	for (int n = 1000; n <= 1001; n++) {
		struct ek_buf b = EK_BUF_INIT;
		struct ek_err err;
		int rc;

		ek_buf_adds(&b, "<!-- xmlns --><a t='xmlns'>\n");
		for (int i = 0; i < n; i++)
			ek_buf_addf(&b, "<b xmlns:n%d='u'/>", i);
		ek_buf_adds(&b, "</a>");
		rc = parse_buf(&b, &err);
		if (n == 1000) {
			assert_int_equal(rc, EK_OK);
			continue;
		}
		assert_int_equal(rc, EK_ELIMIT);
		assert_string_equal(err.msg, "'t' line 2: more than 1000 name"
					     " spaces are declared");
	}
}

static void test_size(void **state)
{
	struct ek_buf b = EK_BUF_INIT;
	struct ek_err err;

	(void)state;
	ek_buf_adds(&b, "<a>");
	while (b.len < EK_XML_MAX - 4)
		ek_buf_addc(&b, 'x');
	ek_buf_adds(&b, "</a>");
	assert_int_equal(b.len, EK_XML_MAX);
	assert_int_equal(parse_buf(&b, &err), EK_OK);
	ek_buf_adds(&b, "<a>");
	while (b.len < EK_XML_MAX - 3)
		ek_buf_addc(&b, 'x');
	ek_buf_adds(&b, "</a>");
	assert_int_equal(parse_buf(&b, &err), EK_ELIMIT);
	assert_string_equal(err.msg, "'t' is larger than 8388608 bytes");
}

/* ---- looking ------------------------------------------------------------- */

static void test_declared(void **state)
{
	static const struct {
		const char *text;
		bool declared;
	} rows[] = {
		{ "<a/>", false },
		{ "<?xml version='1.0'?><a/>", true },
		{ "\xef\xbb\xbf<?xml version='1.0'?><a/>", true },
		{ "<?xml-stylesheet x?><a/>", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		bool declared = !rows[i].declared;
		struct ek_xml *x;

		assert_int_equal(ek_xml_parse(&x, "t", rows[i].text,
					      strlen(rows[i].text), &declared,
					      NULL), EK_OK);
		assert_int_equal(declared, rows[i].declared);
		ek_xml_free(&x);
	}
}

static void assert_text(const struct ek_node *n, bool trim, const char *want)
{
	char *text = ek_node_text(n, trim);

	assert_non_null(text);
	assert_string_equal(text, want);
	free(text);
}

static void test_look(void **state)
{
	struct ek_xml *x = parse("<a>\n<b n='1' e=''> x <i>no</i>&amp;"
				 "<!-- c --><![CDATA[ y\t]]></b>t<c/>\n<b/>"
				 "<d>  </d></a>");
	struct ek_node *a = ek_xml_root(x), *b = ek_node_child(a, "b");
	char *value;

	(void)state;
	assert_string_equal(ek_node_name(a), "a");
	assert_string_equal(ek_node_name(b), "b");
	assert_ptr_equal(ek_node_child(a, NULL), b);
	assert_int_equal(ek_node_line(a), 1);
	assert_int_equal(ek_node_line(b), 2);
	assert_text(b, false, " x & y\t");
	assert_text(b, true, "x & y");
	assert_text(ek_node_child(a, "d"), true, "");
	assert_text(ek_node_child(a, "c"), false, "");
	assert_string_equal(ek_node_name(ek_node_next(b, NULL)), "c");
	assert_int_equal(ek_node_line(ek_node_next(b, "b")), 3);
	assert_null(ek_node_next(ek_node_next(b, "b"), "b"));
	assert_null(ek_node_child(a, "i"));
	assert_null(ek_node_child(NULL, "i"));
	assert_null(ek_node_next(NULL, NULL));
	assert_null(ek_node_text(NULL, true));
	assert_true(ek_node_attr(b, "n", &value));
	assert_string_equal(value, "1");
	free(value);
	assert_true(ek_node_attr(b, "e", &value));
	assert_string_equal(value, "");
	free(value);
	assert_true(ek_node_attr(b, "none", &value));
	assert_null(value);
	ek_xml_free(&x);
}

/* What is of a name space is kept, and is not what it is called behind it. */
static void test_name_space(void **state)
{
	static const char text[] = "<a xmlns:p=\"u\"><p:b>1</p:b>"
				   "<b p:n=\"2\">3</b></a>";
	struct ek_xml *x = parse(text), *y = parse("<a xmlns=\"u\"><b/></a>");
	struct ek_node *b = ek_node_child(ek_xml_root(x), "b");
	char *value;

	(void)state;
	assert_text(b, false, "3");
	assert_true(ek_node_attr(b, "n", &value));
	assert_null(value);
	assert_written(ek_xml_root(x), text);
	assert_string_equal(ek_node_name(ek_xml_root(y)), "");
	assert_null(ek_node_child(ek_xml_root(y), "b"));
	assert_string_equal(ek_node_name(ek_node_child(ek_xml_root(y), NULL)),
			    "");
	ek_xml_free(&y);
	ek_xml_free(&x);
}

/* ---- changing ------------------------------------------------------------ */

static void test_change(void **state)
{
	struct ek_xml *x = parse("<a>\n  <b>old<i/></b>\n  <c/>\n</a>");
	struct ek_node *a = ek_xml_root(x), *b = ek_node_child(a, "b"), *n;

	(void)state;
	assert_int_equal(ek_node_set_text(b, "1 < 2 &amp;", NULL), EK_OK);
	assert_written(a, "<a>\n  <b>1 &lt; 2 &amp;amp;</b>\n  <c/>\n</a>");
	assert_int_equal(ek_node_set_text(b, "", NULL), EK_OK);
	assert_written(b, "<b></b>");
	assert_text(b, false, "");
	assert_int_equal(ek_node_set_attr(b, "k", "\"&\n", NULL), EK_OK);
	assert_int_equal(ek_node_set_attr(b, "l", "", NULL), EK_OK);
	assert_int_equal(ek_node_set_attr(b, "k", "\xc3\xa4", NULL), EK_OK);
	assert_written(b, "<b k=\"&#228;\" l=\"\"></b>");
	assert_int_equal(ek_node_add_after(b, "b2", NULL, &n, NULL), EK_OK);
	assert_string_equal(ek_node_name(n), "b2");
	assert_int_equal(ek_node_add(n, "x", "\r&", NULL, NULL), EK_OK);
	assert_int_equal(ek_node_add(n, "y", "", NULL, NULL), EK_OK);
	assert_written(a, "<a>\n  <b k=\"&#228;\" l=\"\"></b>"
			  "<b2><x>&#13;&amp;</x><y></y></b2>\n  <c/>\n</a>");
	ek_node_remove(b);
	ek_node_remove(ek_node_child(a, "c"));
	assert_written(a, "<a><b2><x>&#13;&amp;</x><y></y></b2>\n</a>");
	ek_node_remove(ek_node_child(a, "b2"));
	assert_written(a, "<a>\n</a>");
	ek_xml_free(&x);
	ek_xml_free(&x);
}

/* What XML cannot hold is refused, and nothing is changed. */
static void test_change_refused(void **state)
{
	static const char *const no[] = { "\x01", "\xff", "a\xc3", "\x1b[0m",
					  "\xef\xbf\xbf" };
	struct ek_xml *x = parse("<a b=\"c\">d</a>");
	struct ek_node *a = ek_xml_root(x), *n;
	struct ek_err err;

	(void)state;
	for (size_t i = 0; i < COUNT(no); i++) {
		assert_int_equal(ek_node_set_text(a, no[i], &err), EK_EARG);
		assert_int_equal(ek_node_set_attr(a, "b", no[i], &err),
				 EK_EARG);
		assert_int_equal(ek_node_add(a, "n", no[i], &n, &err), EK_EARG);
		assert_null(n);
		assert_int_equal(ek_node_add_after(a, "n", no[i], &n, &err),
				 EK_EARG);
	}
	assert_string_equal(err.msg,
			    "text for 'n' in XML: a control character");
	assert_written(a, "<a b=\"c\">d</a>");
	ek_xml_free(&x);
}

static void test_escape(void **state)
{
	struct ek_buf b = EK_BUF_INIT;

	(void)state;
	ek_xml_escape(&b, "a<>&\"'\n\t\r\xc3\xa4\xff\x01\x7f", false);
	assert_string_equal(ek_buf_str(&b), "a&lt;&gt;&amp;\"'\n\t&#13;&#228;"
					    "&#65533;&#65533;&#127;");
	ek_buf_reset(&b);
	ek_xml_escape(&b, "a<>&\"'\n\t\r", true);
	assert_string_equal(ek_buf_str(&b), "a&lt;&gt;&amp;&quot;'&#10;&#9;"
					    "&#13;");
	ek_buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_silent),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_flipped),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_attributes),
		cmocka_unit_test(test_name_spaces),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_declared),
		cmocka_unit_test(test_look),
		cmocka_unit_test(test_name_space),
		cmocka_unit_test(test_change),
		cmocka_unit_test(test_change_refused),
		cmocka_unit_test(test_escape),
	};

	return cmocka_run_group_tests_name("xml", tests, NULL, NULL);
}
