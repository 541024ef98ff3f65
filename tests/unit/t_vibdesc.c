/* SPDX-License-Identifier: BSD-2-Clause */
/* t_vibdesc.c - unit tests of vibdesc.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ek/ar.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/json.h"
#include "ek/vibdesc.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static void parse(struct ek_vibdesc *d, const char *text)
{
	struct ek_err err = EK_ERR_INIT;

	if (ek_vibdesc_parse(d, "t", text, strlen(text), &err) != EK_OK)
		fail_msg("%s", err.msg);
}

/* Free the result. */
static char *rewrite(const char *text, enum ek_vibdesc_form form)
{
	struct ek_buf out = EK_BUF_INIT;
	struct ek_vibdesc d;
	char *s;
	size_t len;

	parse(&d, text);
	ek_vibdesc_write(&d, form, &out);
	ek_vibdesc_clear(&d);
	assert_int_equal(ek_buf_take(&out, "t", &s, &len, NULL), EK_OK);
	return s;
}

/* Parsing and writing text gives want. */
static void assert_rewritten(const char *text, const char *want)
{
	char *got = rewrite(text, EK_VIBDESC_VIB);

	assert_string_equal(got, want);
	free(got);
}

/* ---- whole descriptors, byte for byte ----------------------------------- */

/* bundle.5, "A whole small bundle", as the VIB has it. */
static const char hello[] =
"<vib version=\"5.0\"><type>bootbank</type><name>hello</name>"
"<version>1.0-1</version><vendor>Acme</vendor>"
"<summary>A greeting</summary><description>One file in opt.</description>"
"<release-date>2024-01-02T03:04:05+00:00</release-date><urls/>"
"<relationships><depends/><conflicts/><replaces/><provides/>"
"<compatibleWith/></relationships><software-tags/>"
"<system-requires><maintenance-mode>false</maintenance-mode>"
"<softwarePlatform version=\"8.0\" locale=\"\" productLineID=\"embeddedEsx\"/>"
"</system-requires>"
"<file-list><file>opt/acme/hello</file></file-list>"
"<acceptance-level>community</acceptance-level>"
"<live-install-allowed>true</live-install-allowed>"
"<live-remove-allowed>true</live-remove-allowed>"
"<cimom-restart>false</cimom-restart><stateless-ready>true</stateless-ready>"
"<overlay>false</overlay>"
"<payloads><payload name=\"hello\" type=\"tgz\" size=\"134\">"
"<checksum checksum-type=\"sha-256\" verify-process=\"gunzip\">"
"8f511fae384e064479f5a144b37cd6108e98732d13b5011fc282d2c0efa8a94e</checksum>"
"<checksum checksum-type=\"sha-256\">"
"9fc43f0f0d2f09d0d4ad903bf4bf22e6ae24f2f227eace2e392ffeb428bc5b1f</checksum>"
"<checksum checksum-type=\"sha-1\" verify-process=\"gunzip\">"
"33af36fa3b1f09dbb844f45c78985b41c00cbd77</checksum>"
"</payload></payloads></vib>";

/* Everything at once. */
static const char full[] =
"<vib version=\"5.0\"><type>locker</type><name>n</name>"
"<version>1.0-1</version><vendor>github.com_tcely</vendor>"
"<summary>a &amp; b &lt;c&gt; &#228; \"q\"</summary><description></description>"
"<release-date>2017-08-14T09:59:45.872917+00:00</release-date>"
"<urls><url key=\"a\">http://x/?a=1&amp;b=2</url><url key=\"b\">u</url></urls>"
"<relationships><depends><constraint name=\"d\"/>"
"<constraint name=\"e\" relation=\"&gt;=\" version=\"1.0\"/></depends>"
"<conflicts><constraint name=\"f\" relation=\"&lt;&lt;\" version=\"2\"/>"
"</conflicts><replaces><constraint name=\"g\" relation=\"=\" version=\"3\"/>"
"</replaces><provides><provide name=\"h\"/>"
"<provide name=\"i\" version=\"6.7.0-0.0.8169922\"/></provides>"
"<compatibleWith><constraint name=\"j\"/></compatibleWith></relationships>"
"<software-tags><tag>driver</tag><tag>PCIID ................0c0330</tag>"
"</software-tags>"
"<system-requires><maintenance-mode on-install=\"false\">true"
"</maintenance-mode><hwplatform vendor=\"HP\" model=\"DL380\"/>"
"<hwplatform vendor=\"Dell\"/>"
"<softwarePlatform version=\"7.0\" locale=\"\" productLineID=\"embeddedEsx\"/>"
"</system-requires><file-list><file>etc/B</file><file>etc/a</file></file-list>"
"<acceptance-level>accepted</acceptance-level>"
"<live-install-allowed>true</live-install-allowed>"
"<live-remove-allowed>false</live-remove-allowed>"
"<cimom-restart>true</cimom-restart><stateless-ready>false</stateless-ready>"
"<overlay>true</overlay>"
"<payloads><payload name=\"README\" type=\"text\"/>"
"<payload name=\"b\" type=\"boot\" boot-order=\"1\" vfat-name=\"b.z\""
" size=\"12345678901\" uncompressed-size=\"7\" compression-option=\"level=18\">"
"<checksum checksum-type=\"sha-256\" verify-process=\"txt-mle\">AB</checksum>"
"</payload></payloads></vib>";

static void test_bytes(void **state)
{
	(void)state;
	/* 1536 bytes is that VIB: magic, 3 headers, this, a pad, 134 of tgz */
	assert_int_equal(strlen(hello), 1536 - 8 - 3 * 60 - 1 - 134);
	assert_rewritten(hello, hello);
	assert_rewritten(full, full);
}

/* Made by hand, with the helpers; the writer sorts urls and files. */
static void test_by_hand(void **state)
{
	static const char want[] =
		"<vib version=\"5.0\"><type>bootbank</type><name>n</name>"
		"<version></version><vendor></vendor><summary></summary>"
		"<description></description>"
		"<urls><url key=\"a\">2</url><url key=\"b\">1</url></urls>"
		"<relationships><depends><constraint name=\"x\" relation=\""
		"&gt;=\" version=\"1.0\"/></depends><conflicts/><replaces/>"
		"<provides><provide name=\"y\" version=\"2\"/></provides>"
		"<compatibleWith/></relationships><software-tags/>"
		"<system-requires><maintenance-mode>true</maintenance-mode>"
		"</system-requires><file-list><file>a</file><file>b</file>"
		"</file-list><acceptance-level>community</acceptance-level>"
		"<live-install-allowed>false</live-install-allowed>"
		"<live-remove-allowed>false</live-remove-allowed>"
		"<cimom-restart>false</cimom-restart>"
		"<stateless-ready>false</stateless-ready>"
		"<overlay>false</overlay><payloads/></vib>";
	struct ek_buf out = EK_BUF_INIT;
	struct ek_vibdesc d;
	char *id;

	(void)state;
	ek_vibdesc_init(&d);
	assert_int_equal(ek_vibdesc_set(&d.name, "m", NULL), EK_OK);
	assert_int_equal(ek_vibdesc_set(&d.name, "n", NULL), EK_OK);
	assert_int_equal(ek_vibdesc_add_url(&d, "b", "1", NULL), EK_OK);
	assert_int_equal(ek_vibdesc_add_url(&d, "a", "2", NULL), EK_OK);
	assert_int_equal(ek_strs_add(&d.files, "b", 1, NULL), EK_OK);
	assert_int_equal(ek_strs_add(&d.files, "a", 1, NULL), EK_OK);
	assert_int_equal(ek_constraints_add_text(&d.depends, "x>=1.0", NULL),
			 EK_OK);
	assert_int_equal(ek_constraints_add_text(&d.provides, "y = 2", NULL),
			 EK_OK);
	ek_vibdesc_write(&d, EK_VIBDESC_VIB, &out);
	assert_string_equal(ek_buf_str(&out), want);
	ek_buf_free(&out);
	id = ek_vibdesc_id(&d);
	assert_string_equal(id, "_bootbank_n_");
	free(id);
	ek_vibdesc_clear(&d);
}

/* Many of each, so that every list grows. */
static void test_growth(void **state)
{
	struct ek_payload *p;
	struct ek_vibdesc d;

	(void)state;
	ek_vibdesc_init(&d);
	for (int i = 0; i < 70; i++) {
		assert_int_equal(ek_vibdesc_add_payload(&d, "p", "vgz", &p,
							NULL), EK_OK);
		for (int k = 0; k < i % 10; k++)
			assert_int_equal(ek_payload_add_sum(p, "sha-256", NULL,
							    "00", NULL), EK_OK);
		assert_int_equal(ek_vibdesc_add_url(&d, "k", "u", NULL), EK_OK);
		assert_int_equal(ek_vibdesc_add_hw(&d, "v", NULL, NULL), EK_OK);
		assert_int_equal(ek_vibdesc_add_sw(&d, "v", "", "p", NULL),
				 EK_OK);
		assert_int_equal(ek_constraints_add(&d.depends, "n", NULL,
						    NULL, NULL), EK_OK);
	}
	assert_int_equal(d.n_payloads, 70);
	assert_int_equal(d.payloads[69].n_sums, 9);
	assert_string_equal(d.payloads[9].sums[8].hex, "00");
	assert_int_equal(d.depends.n, 70);
	assert_ptr_equal(ek_vibdesc_payload(&d, "p"), &d.payloads[0]);
	assert_null(ek_vibdesc_payload(&d, "q"));
	ek_vibdesc_clear(&d);
	assert_int_equal(d.n_payloads, 0);
}

/* ---- what readers take (vib.5, "Elements") ------------------------------ */

#define V(x) "<vib version=\"5.0\"><name>foo</name><version>1.0-1</version>" \
	x "</vib>"

/* Each is read, and written as the second. */
static const struct {
	const char *in, *part;
} taken[] = {
	/* order, unknown elements and attributes, comments, processing */
	{ "<vib><version>1</version><new a=\"b\"><name>x</name></new>"
	  "<name q=\"1\">foo</name><!-- c --></vib>", "<name>foo</name>"
	  "<version>1</version>" },
	{ "<vib version=\"6.0\"><name>foo</name></vib>", "<vib version=\"5.0\">"
	  "<type>bootbank</type><name>foo</name><version></version>" },
	{ "<vib>\n <name>\n foo </name>\n</vib>\n", "<name>foo</name>" },
	{ "<?xml version=\"1.0\"?><vib><name>foo</name></vib>",
	  "<name>foo</name>" },
	{ V("<description>\n a  b \n</description>"),
	  "<description>a  b</description>" },
	{ V("<type>meta</type>"), "<type>meta</type>" },
	{ V("<type/>"), "<type>bootbank</type>" },
	/* serialisation B */
	{ V("<urls /><overlay >True</overlay>"), "<overlay>true</overlay>" },
	/* dates */
	{ V("<release-date>2020-01-02T03:04:05</release-date>"),
	  "<release-date>2020-01-02T03:04:05+00:00</release-date>" },
	{ V("<release-date>2020-01-02T03:04:05Z</release-date>"),
	  "<release-date>2020-01-02T03:04:05+00:00</release-date>" },
	{ V("<release-date>2020-01-02 03:04:05.123456</release-date>"),
	  "<release-date>2020-01-02T03:04:05.123456+00:00</release-date>" },
	{ V("<release-date>2020-01-02T03:04:05+02:00</release-date>"),
	  "<release-date>2020-01-02T01:04:05+00:00</release-date>" },
	{ V("<release-date/>"), "<description></description><urls/>" },
	/* booleans and levels */
	{ V("<live-install-allowed>1</live-install-allowed>"),
	  "<live-install-allowed>true</live-install-allowed>" },
	{ V("<cimom-restart> TRUE </cimom-restart>"),
	  "<cimom-restart>true</cimom-restart>" },
	{ V("<stateless-ready>FaLsE</stateless-ready>"),
	  "<stateless-ready>false</stateless-ready>" },
	{ V("<overlay>0</overlay>"), "<overlay>false</overlay>" },
	{ V("<acceptance-level>signed</acceptance-level>"),
	  "<acceptance-level>partner</acceptance-level>" },
	{ V("<acceptance-level>unsigned</acceptance-level>"),
	  "<acceptance-level>community</acceptance-level>" },
	{ V("<acceptance-level/>"),
	  "<acceptance-level>community</acceptance-level>" },
	/* maintenance mode */
	{ V(""), "<maintenance-mode>true</maintenance-mode>" },
	{ V("<system-requires><maintenance-mode/></system-requires>"),
	  "<maintenance-mode>true</maintenance-mode>" },
	{ V("<system-requires><maintenance-mode>0</maintenance-mode>"
	    "</system-requires>"), "<maintenance-mode>false</maintenance-mode>" },
	{ V("<system-requires><maintenance-mode on-install=\"true\">false"
	    "</maintenance-mode></system-requires>"),
	  "<maintenance-mode on-install=\"true\">false</maintenance-mode>" },
	{ V("<system-requires><maintenance-mode on-remove=\"false\"/>"
	    "</system-requires>"),
	  "<maintenance-mode on-install=\"true\">false</maintenance-mode>" },
	{ V("<system-requires><maintenance-mode on-install=\"false\" "
	    "on-remove=\"false\"/></system-requires>"),
	  "<maintenance-mode>false</maintenance-mode>" },
	/* relations: empty attributes count as absent */
	{ V("<relationships><depends><constraint name=\"a\" relation=\"\""
	    " version=\"\"/></depends></relationships>"),
	  "<depends><constraint name=\"a\"/></depends>" },
	{ V("<relationships><provides><provide name=\"a\" relation=\"=\""
	    " version=\"1\"/></provides></relationships>"),
	  "<provides><provide name=\"a\" version=\"1\"/></provides>" },
	/* a tag of blanks is read; written it would break the 6.7 reader */
	{ V("<software-tags><tag> </tag><tag> a </tag></software-tags>"),
	  "<software-tags><tag>a</tag></software-tags>" },
	/* payloads: duplicate names, unknown type, size absent or blank round */
	{ V("<payloads><payload name=\"a\" type=\"new\"/><payload name=\"a\""
	    " type=\"vgz\" size=\" 5 \" boot-order=\"-1\"/></payloads>"),
	  "<payloads><payload name=\"a\" type=\"new\"/><payload name=\"a\""
	  " type=\"vgz\" size=\"5\"/></payloads>" },
	{ V("<payloads><payload name=\"abcdefghijklmno\" type=\"vgz\">"
	    "<checksum checksum-type=\"crc\">AbC</checksum></payload>"
	    "</payloads>"),
	  "<payload name=\"abcdefghijklmno\" type=\"vgz\"><checksum"
	  " checksum-type=\"crc\">AbC</checksum></payload>" },
	/* what only depots and newer releases have is not kept */
	{ V("<relative-path>a</relative-path><packed-size>1</packed-size>"
	    "<checksum checksum-type=\"sha-256\">00</checksum><resources/>"
	    "<config-schema/>"), "<software-tags/><system-requires>" },
	/* all of several lists */
	{ V("<software-tags><tag>a</tag></software-tags><software-tags>"
	    "<tag>b</tag></software-tags>"),
	  "<software-tags><tag>a</tag><tag>b</tag></software-tags>" },
};

static void test_taken(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(taken); i++) {
		char *got = rewrite(taken[i].in, EK_VIBDESC_VIB);

		if (strstr(got, taken[i].part) == NULL)
			fail_msg("row %zu: %s", i, got);
		/* and what was written reads the same again */
		assert_rewritten(got, got);
		free(got);
	}
}

static void test_ascii(void **state)
{
	char *got = rewrite(V("<summary>\xc3\xa4\xf0\x9f\x98\x80</summary>"
			      "<urls><url key=\"\xc3\xa4\">u</url></urls>"),
			    EK_VIBDESC_VIB);

	(void)state;
	assert_non_null(strstr(got, "<summary>&#228;&#128512;</summary>"));
	assert_non_null(strstr(got, "key=\"&#228;\""));
	for (const char *p = got; *p != '\0'; p++)
		assert_true((unsigned char)*p < 0x80);
	assert_rewritten(got, got);
	free(got);
}

/* installdate stands in copies of a database only. */
static void test_installdate(void **state)
{
	static const char in[] =
		V("<installdate>2020-01-02T03:04:05</installdate>");
	char *vib = rewrite(in, EK_VIBDESC_VIB);
	char *db = rewrite(in, EK_VIBDESC_DATABASE);

	(void)state;
	assert_null(strstr(vib, "installdate"));
	assert_non_null(strstr(db, "<software-tags/><installdate>2020-01-02T"
			       "03:04:05+00:00</installdate><system-requires>"));
	free(vib);
	free(db);
}

/* ---- what ESXi refuses (vib.5, "Opening the file") ---------------------- */

#define REL(x) V("<relationships><depends>" x "</depends></relationships>")
#define PAY(x) V("<payloads><payload " x "</payloads>")

static const struct {
	const char *in, *esxi;
} refused[] = {
	{ "", "Could not parse VIB XML data: " },
	{ "hello", "Could not parse VIB XML data: " },
	{ "<vib><name>foo</vib>", "Could not parse VIB XML data: " },
	{ "<vib><name>foo</name></vib><vib/>",
	  "Could not parse VIB XML data: " },
	{ "<!DOCTYPE vib [<!ENTITY a \"b\">]><vib><name>&a;</name></vib>",
	  "Could not parse VIB XML data: " },
	{ "<?xml version=\"1.0\" encoding=\"UTF-8\"?><vib><name>foo</name>"
	  "</vib>", "Could not parse VIB XML data: Unicode strings with encoding"
	  " declaration are not supported. " },
	{ "<vib/>", "Missing VIB name." },
	{ "<vib><name> </name></vib>", "Missing VIB name." },
	{ "<vip><name>foo</name></vip>", "Missing VIB name." },
	{ V("<type>driver</type>"), "VIB type invalid." },
	{ "<vib><name>foo</name><version>1-2-3</version></vib>",
	  "VIB 'foo' has invalid version '1-2-3'." },
	{ V("<release-date>yesterday</release-date>"),
	  "VIB 'foo-1.0-1' has invalid release-date: 'yesterday' is not a valid"
	  " date/time string.." },
	{ V("<release-date>2020-01-01</release-date>"),
	  "VIB 'foo-1.0-1' has invalid release-date: '2020-01-01' is not a valid"
	  " date/time string.." },
	{ V("<installdate>x</installdate>"),
	  "VIB 'foo-1.0-1' has invalid installdate: 'x' is not a valid" },
	{ V("<urls><url>http://x/</url></urls>"),
	  "VIB 'foo' url 'http://x/' has missing or invalid key" },
	{ V("<urls><url key=\" \">http://x/</url></urls>"),
	  "VIB 'foo' url 'http://x/' has missing or invalid key" },
	{ REL("<constraint/>"), "VIB 'foo-1.0-1' has invalid depends: name"
	  " attribute is missing or empty.." },
	{ V("<relationships><compatibleWith><constraint name=\"\"/>"
	    "</compatibleWith></relationships>"), "VIB 'foo-1.0-1' has invalid"
	  " compatibleWith: name attribute is missing or empty.." },
	{ V("<relationships><provides><provide/></provides></relationships>"),
	  "VIB 'foo-1.0-1' has invalid provides: name attribute is missing" },
	{ REL("<constraint name=\"a\" relation=\"==\" version=\"1\"/>"),
	  "VIB 'foo-1.0-1' has invalid depends: Invalid relation value: ==.." },
	{ REL("<constraint name=\"a\" relation=\"=\"/>"), "VIB 'foo-1.0-1' has"
	  " invalid depends: relation attribute exists and is non-empty, but"
	  " version attribute is missing or empty.." },
	{ REL("<constraint name=\"a\" version=\"1\"/>"), "VIB 'foo-1.0-1' has"
	  " invalid depends: version attribute exists and is non-empty, but"
	  " relation attribute is missing or empty.." },
	{ REL("<constraint name=\"a\" relation=\"=\" version=\"1-2-3\"/>"),
	  "VIB 'foo-1.0-1' has invalid depends: " },
	{ V("<system-requires><maintenance-mode>maybe</maintenance-mode>"
	    "</system-requires>"), "VIB 'foo-1.0-1' has invalid maintenance"
	  " mode: 'maybe' is not a valid boolean." },
	{ V("<system-requires><maintenance-mode on-install=\"x\"/>"
	    "</system-requires>"), "has invalid maintenance mode: 'x'" },
	{ V("<system-requires><hwplatform model=\"x\"/></system-requires>"),
	  "VIB 'foo-1.0-1' has invalid hwplatform: hwplatform must specify"
	  " vendor." },
	{ V("<acceptance-level>vmware</acceptance-level>"),
	  "VIB 'foo-1.0-1' has invalid acceptance level 'vmware'." },
	{ V("<acceptance-level>CommunitySupported</acceptance-level>"),
	  "has invalid acceptance level 'CommunitySupported'." },
	{ V("<live-install-allowed>x</live-install-allowed>"),
	  "VIB 'foo-1.0-1' has invalid live-install-allowed value 'x'." },
	{ V("<live-remove-allowed>x</live-remove-allowed>"),
	  "VIB 'foo-1.0-1' has invalid live-remove-allowed value 'x'." },
	{ V("<cimom-restart>2</cimom-restart>"),
	  "VIB 'foo-1.0-1' has invalid cimom-restart value '2'." },
	{ V("<stateless-ready>yes</stateless-ready>"),
	  "VIB 'foo-1.0-1' has invalid stateless-ready value 'yes'." },
	{ V("<overlay>x</overlay>"),
	  "VIB 'foo-1.0-1' has invalid overlay value 'x'." },
	{ PAY("name=\"abcdefghijklmnop\" type=\"vgz\"/>"), "VIB 'foo-1.0-1' has"
	  " invalid payload: Invalid value 'abcdefghijklmnop' for name." },
	{ PAY("name=\"\" type=\"vgz\"/>"),
	  "VIB 'foo-1.0-1' has invalid payload: Invalid value '' for name." },
	{ PAY("type=\"vgz\"/>"), "VIB 'foo-1.0-1' has invalid payload:"
	  " 'NoneType' object has no attribute 'strip'" },
	{ PAY("name=\"a\"/>"), "VIB 'foo-1.0-1' has invalid payload:"
	  " 'NoneType' object has no attribute 'strip'" },
	{ PAY("name=\"a\" type=\"vgz\" size=\"x\"/>"), "VIB 'foo-1.0-1' has"
	  " invalid payload: Invalid value 'x' for size." },
	{ PAY("name=\"a\" type=\"vgz\" boot-order=\"x\"/>"), "VIB 'foo-1.0-1'"
	  " has invalid payload: Invalid value 'x' for boot-order." },
	{ PAY("name=\"a\" type=\"vgz\"><checksum>00</checksum></payload>"),
	  "VIB 'foo-1.0-1' has invalid payload: checksum-type attribute was not"
	  " found" },
	{ V("<software-tags><tag/></software-tags>"),
	  "'NoneType' object has no attribute 'strip'" },
};

static void test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(refused); i++) {
		struct ek_err err = EK_ERR_INIT;
		struct ek_vibdesc d;
		int rc = ek_vibdesc_parse(&d, "x.vib", refused[i].in,
					  strlen(refused[i].in), &err);

		if (rc != EK_EFORMAT)
			fail_msg("row %zu: %d %s", i, rc, err.msg);
		if (strstr(err.msg, refused[i].esxi) == NULL ||
		    strstr(err.msg, "'x.vib'") == NULL)
			fail_msg("row %zu: '%s' lacks '%s'", i, err.msg,
				 refused[i].esxi);
		assert_null(d.name); /* cleared */
	}
}

static void test_line(void **state)
{
	static const char in[] = "<vib>\n<name>foo</name>\n<overlay>x</overlay>\n"
		"</vib>";
	struct ek_err err = EK_ERR_INIT;
	struct ek_vibdesc d;

	(void)state;
	assert_int_equal(ek_vibdesc_parse(&d, "x.vib", in, strlen(in), &err),
			 EK_EFORMAT);
	assert_string_equal(err.msg, "'x.vib' line 3: VIB 'foo-' has invalid"
			    " overlay value 'x'.");
}

static void test_too_large(void **state)
{
	size_t len = EK_VIBDESC_MAX + 1;
	char *text = malloc(len);
	struct ek_err err = EK_ERR_INIT;
	struct ek_vibdesc d;

	(void)state;
	assert_non_null(text);
	memset(text, ' ', len);
	assert_int_equal(ek_vibdesc_parse(&d, "t", text, len, &err), EK_ELIMIT);
	free(text);
}

/* Parse one with n payloads and len bytes in the element where. */
static int parse_large(unsigned n, unsigned len, const char *where)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_buf b = EK_BUF_INIT;
	struct ek_vibdesc d;
	int rc;

	ek_buf_adds(&b, "<vib><name>n</name>");
	ek_buf_addf(&b, "<%s>", where);
	for (unsigned i = 0; i < len; i++)
		ek_buf_addc(&b, '1');
	ek_buf_addf(&b, "</%s><payloads>", where);
	for (unsigned i = 0; i < n; i++)
		ek_buf_addf(&b, "<payload name=\"%u\" type=\"vgz\"/>", i);
	ek_buf_adds(&b, "</payloads></vib>");
	rc = ek_vibdesc_parse(&d, "t", b.p, b.len, &err);
	if (rc == EK_OK)
		ek_vibdesc_clear(&d);
	ek_buf_free(&b);
	return rc;
}

static void test_limits(void **state)
{
	(void)state;
	assert_int_equal(parse_large(EK_VIBDESC_PAYLOADS, 1, "version"), EK_OK);
	assert_int_equal(parse_large(EK_VIBDESC_PAYLOADS + 1, 1, "version"),
			 EK_ELIMIT);
	assert_int_equal(parse_large(0, EK_VIBDESC_WORD, "version"), EK_OK);
	assert_int_equal(parse_large(0, EK_VIBDESC_WORD + 1, "version"),
			 EK_ELIMIT);
	assert_int_equal(parse_large(0, EK_VIBDESC_WORD + 1, "vendor"),
			 EK_ELIMIT);
	assert_int_equal(parse_large(0, EK_VIBDESC_WORD + 1, "summary"),
			 EK_OK);
}

/* ---- small parts -------------------------------------------------------- */

static void test_levels(void **state)
{
	enum ek_level l = EK_CERTIFIED;

	(void)state;
	assert_true(ek_level_parse("community", &l));
	assert_int_equal(l, EK_COMMUNITY);
	assert_true(ek_level_parse("partnersupported", &l));
	assert_int_equal(l, EK_PARTNER);
	assert_true(ek_level_parse("VMwareAccepted", &l));
	assert_int_equal(l, EK_ACCEPTED);
	assert_true(ek_level_parse("VMWARECERTIFIED", &l));
	assert_int_equal(l, EK_CERTIFIED);
	assert_true(ek_level_parse("Signed", &l));
	assert_int_equal(l, EK_PARTNER);
	assert_false(ek_level_parse("vmware", &l));
	assert_false(ek_level_parse("", &l));
	assert_false(ek_level_parse_xml("PartnerSupported", &l));
	assert_false(ek_level_parse_xml("Partner", &l));
	assert_true(ek_level_parse_xml("unsigned", &l));
	assert_int_equal(l, EK_COMMUNITY);
	assert_string_equal(ek_level_name(EK_CERTIFIED), "certified");
	assert_string_equal(ek_level_name(EK_COMMUNITY), "community");
}

static const struct {
	const char *in, *name, *relation, *version; /* name NULL: refused */
} relations[] = {
	{ "a", "a", NULL, NULL },
	{ " a", "a", NULL, NULL },
	{ "a ", "a", NULL, NULL },
	{ "a=1.0", "a", "=", "1.0" },
	{ "a >= 1.0-2", "a", ">=", "1.0-2" },
	{ "a>>1", "a", ">>", "1" },
	{ "a <<  1", "a", "<<", "1" },
	{ "a<= 1", "a", "<=", "1" },
	{ "", NULL, NULL, NULL },
	{ "a b", NULL, NULL, NULL },
	{ ">= 1", NULL, NULL, NULL },
	{ "a >=", NULL, NULL, NULL },
	{ "a > 1", NULL, NULL, NULL },
	{ "a < 1", NULL, NULL, NULL },
	{ "a == 1", NULL, NULL, NULL },
	{ "a = 1 2", NULL, NULL, NULL },
	{ "a = 1-2-3", NULL, NULL, NULL },
};

static void test_relation_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(relations); i++) {
		struct ek_vibdesc d;
		int rc;

		ek_vibdesc_init(&d);
		rc = ek_constraints_add_text(&d.depends, relations[i].in, NULL);
		if (relations[i].name == NULL) {
			assert_int_equal(rc, EK_EARG);
			assert_int_equal(d.depends.n, 0);
			continue;
		}
		assert_int_equal(rc, EK_OK);
		assert_string_equal(d.depends.v[0].name, relations[i].name);
		if (relations[i].version == NULL) {
			assert_null(d.depends.v[0].relation);
			assert_null(d.depends.v[0].version);
		} else {
			assert_string_equal(d.depends.v[0].relation,
					    relations[i].relation);
			assert_string_equal(d.depends.v[0].version,
					    relations[i].version);
		}
		ek_vibdesc_clear(&d);
	}
}

static void test_sums(void **state)
{
	struct ek_vibdesc d;
	const struct ek_payload *p;

	(void)state;
	parse(&d, hello);
	p = ek_vibdesc_payload(&d, "hello");
	assert_non_null(p);
	assert_true(ek_payload_compressed(p));
	assert_int_equal(ek_payload_sum(p, "sha-256", NULL)->hex[0], '9');
	assert_int_equal(ek_payload_sum(p, "sha-256", "gunzip")->hex[0], '8');
	assert_int_equal(ek_payload_sum(p, "sha-1", "gunzip")->hex[0], '3');
	assert_null(ek_payload_sum(p, "sha-1", NULL));
	ek_vibdesc_clear(&d);
	parse(&d, full);
	assert_false(ek_payload_compressed(ek_vibdesc_payload(&d, "README")));
	assert_int_equal(d.level, EK_ACCEPTED);
	ek_vibdesc_clear(&d);
}

static void test_show(void **state)
{
	struct ek_buf out = EK_BUF_INIT;
	struct ek_vibdesc d;
	struct ek_json j;

	(void)state;
	parse(&d, full);
	ek_json_begin(&j, &out);
	ek_vibdesc_json(&d, &j);
	ek_json_end(&j);
	assert_non_null(strstr(ek_buf_str(&out), "\"id\": "
			       "\"github.com_tcely_locker_n_1.0-1\""));
	assert_non_null(strstr(ek_buf_str(&out), "\"size\": 12345678901"));
	assert_non_null(strstr(ek_buf_str(&out), "\"size\": null"));
	assert_non_null(strstr(ek_buf_str(&out), "\"maintenance_mode_install\":"
			       " false"));
	ek_buf_reset(&out);
	ek_vibdesc_text(&d, NULL, &out);
	assert_non_null(strstr(ek_buf_str(&out),
			       "acceptance level  accepted\n"));
	assert_non_null(strstr(ek_buf_str(&out), "depends\n    d\n"
			       "    e >= 1.0\n"));
	ek_buf_free(&out);
	ek_vibdesc_clear(&d);
}

/* ---- real packages, where they are -------------------------------------- */

static void check_sample(const char *path)
{
	const struct ek_ar_member *m;
	struct ek_in *in, *data;
	char *text, *got;
	struct ek_ar *a;
	size_t n;

	assert_int_equal(ek_in_open(&in, path, NULL), EK_OK);
	assert_int_equal(ek_ar_open(&a, in, NULL), EK_OK);
	assert_int_equal(ek_ar_next(a, &m, &data, NULL), EK_OK);
	text = calloc(1, (size_t)m->size + 1);
	assert_non_null(text);
	assert_int_equal(ek_in_read(data, text, (size_t)m->size, &n, NULL),
			 EK_OK);
	got = rewrite(text, EK_VIBDESC_VIB);
	assert_string_equal(got, text);
	free(got);
	got = rewrite(text, EK_VIBDESC_DATABASE);
	assert_string_equal(got, text);
	free(got);
	free(text);
	ek_ar_close(&a);
	ek_in_close(&in);
}

static void test_samples(void **state)
{
	static const char *const names[] = {
		"fwrule-ntpServer-1.0.0-1.vib", "vghetto-ghettoVCB.vib",
		"acme-esxi.vib",
	};
	const char *dir = getenv("EK_SAMPLES");
	char path[4096];

	(void)state;
	if (dir == NULL)
		dir = "../shared/samples";
	for (size_t i = 0; i < LEN(names); i++) {
		struct ek_in *in;

		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		if (ek_in_open(&in, path, NULL) != EK_OK) {
			print_message("# SKIP no '%s'\n", path);
			skip();
		}
		ek_in_close(&in);
		check_sample(path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_by_hand),
		cmocka_unit_test(test_growth),
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_ascii),
		cmocka_unit_test(test_installdate),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_relation_text),
		cmocka_unit_test(test_sums),
		cmocka_unit_test(test_show),
		cmocka_unit_test(test_samples),
	};

	return cmocka_run_group_tests_name("vibdesc", tests, NULL, NULL);
}
