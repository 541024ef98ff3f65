/* SPDX-License-Identifier: BSD-2-Clause */
/* t_vib.c - unit tests of vib.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ek/ar.h"
#include "ek/buf.h"
#include "ek/deflate.h"
#include "ek/entry.h"
#include "ek/err.h"
#include "ek/gnutar.h"
#include "ek/io.h"
#include "ek/json.h"
#include "ek/vib.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

/* A member of an archive, made by hand so that it can be wrong. */
static void member(struct ek_buf *b, const char *name, const char *data)
{
	ek_buf_addf(b, "%-16s%-12s%-6s%-6s%-8s%-10zu`\n%s%s", name, "0", "0",
		    "0", "0", strlen(data), data,
		    strlen(data) % 2 != 0 ? "\n" : "");
}

#define SUM(hex) "<checksum checksum-type=\"sha-256\">" hex "</checksum>"
/* of "one", of "two!" */
#define ONE "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"
#define TWO "a97b629a5b1da759586c3353a9bc284bf673970d8eca56e11e556b715c329614"
#define DESC(payloads) \
	"<vib><name>n</name><version>1</version><vendor>V</vendor><payloads>" \
	payloads "</payloads></vib>"
#define PAYLOAD(name, hex) "<payload name=\"" name "\" type=\"text\">" \
	SUM(hex) "</payload>"

static const char desc[] = DESC(PAYLOAD("a", ONE) PAYLOAD("b", TWO));

static void good_vib(struct ek_buf *b)
{
	ek_buf_adds(b, EK_AR_MAGIC);
	member(b, "descriptor.xml", desc);
	member(b, "sig.pkcs7", "sig");
	member(b, "b", "two!");
	member(b, "a", "one");
}

/* Open and check all of it. */
static int verify(const struct ek_buf *b, struct ek_err *err)
{
	struct ek_vib *v;
	struct ek_in *in;
	int rc;

	assert_int_equal(ek_in_open_mem(&in, "x.vib", ek_buf_str(b), b->len,
					NULL), EK_OK);
	rc = ek_vib_open(&v, in, err);
	if (rc == EK_OK)
		rc = ek_vib_verify(v, err);
	else
		assert_null(v);
	ek_vib_close(&v);
	ek_in_close(&in);
	return rc;
}

static void test_read(void **state)
{
	struct ek_buf b = EK_BUF_INIT;
	struct ek_err err = EK_ERR_INIT;
	struct ek_vib_member m;
	struct ek_vib *v;
	struct ek_in *in;
	size_t len;

	(void)state;
	good_vib(&b);
	assert_int_equal(verify(&b, &err), EK_OK);
	assert_int_equal(ek_in_open_mem(&in, "t", b.p, b.len, NULL), EK_OK);
	assert_int_equal(ek_vib_open(&v, in, NULL), EK_OK);
	assert_string_equal(ek_vib_id(v), "V_bootbank_n_1");
	assert_string_equal(ek_vib_desc(v)->name, "n");
	assert_string_equal(ek_vib_descriptor(v, &len), desc);
	assert_int_equal(len, sizeof(desc) - 1);
	assert_memory_equal(ek_vib_signature(v, &len), "sig", 3);
	assert_int_equal(len, 3);
	assert_int_equal(ek_vib_next(v, &m, NULL), EK_OK);
	assert_string_equal(m.name, "b");
	assert_ptr_equal(m.payload, &ek_vib_desc(v)->payloads[1]);
	assert_int_equal(m.size, 4);
	assert_memory_equal(b.p + m.offset, "two!", 4);
	assert_int_equal(ek_vib_next(v, &m, NULL), EK_OK);
	assert_string_equal(m.name, "a");
	assert_int_equal(ek_vib_next(v, &m, NULL), EK_END);
	ek_vib_close(&v);
	ek_in_close(&in);
	ek_buf_free(&b);
}

/* Each row: up to six members, name and data by turns, and what is said. */
static const struct {
	const char *m[13];
	int rc;
	const char *say; /* NULL: taken */
} rows[] = {
	{ { NULL }, EK_EFORMAT, "VIB archive is too short" },
	{ { "descriptor.xml", desc }, EK_EFORMAT, "VIB archive is too short" },
	{ { "debian-binary", "2.0\n" }, EK_EFORMAT, "This VIB is a ESX 4.x VIB"
	  " and is not supported on this version of ESX." },
	{ { "sig.pkcs7", "" }, EK_EFORMAT, "This VIB has an unsupported format."
	  "  The first member found was sig.pkcs7, but descriptor.xml was"
	  " expected." },
	{ { "descriptor.xml", desc, "a", "one" }, EK_EFORMAT, "Expected second"
	  " member of Vib file to be sig.pkcs7, but found a instead." },
	{ { "descriptor.xml", "<vib>", "sig.pkcs7", "" }, EK_EFORMAT,
	  "Could not parse VIB XML data: " },
	{ { "descriptor.xml", desc, "sig.pkcs7", "" }, EK_EFORMAT,
	  "Could not find file object for payload 'a'." },
	{ { "descriptor.xml", desc, "sig.pkcs7", "", "a", "one" }, EK_EFORMAT,
	  "Could not find file object for payload 'b'." },
	{ { "descriptor.xml", desc, "sig.pkcs7", "", "a", "one", "b", "two!" },
	  EK_OK, NULL },
	/* strangers are passed over, and GNU's names taken */
	{ { "descriptor.xml/", desc, "sig.pkcs7/", "", "x", "?", "a/", "one",
	    "b/", "two!", "y", "" }, EK_OK, NULL },
	{ { "descriptor.xml", desc, "sig.pkcs7", "", "a", "one", "a/", "one",
	    "b", "two!" }, EK_EFORMAT, "a second member 'a' at offset" },
	{ { "descriptor.xml", desc, "sig.pkcs7", "", "a", "one", "b", "two!",
	    "descriptor.xml", "" }, EK_EFORMAT, "a second member 'descr" },
	{ { "descriptor.xml", desc, "sig.pkcs7", "", "a", "one", "b", "two?" },
	  EK_EREFUSE, "payload 'b' does not fit its sha-256 checksum" },
	{ { "descriptor.xml", desc, "sig.pkcs7", "", "a", "one", "../b", "" },
	  EK_EFORMAT, "its name has a '/'" },
	{ { "descriptor.xml", DESC(PAYLOAD("a", ONE) PAYLOAD("a", ONE)),
	    "sig.pkcs7", "", "a", "one" }, EK_EFORMAT,
	  "two payloads are called 'a'" },
	{ { "descriptor.xml", DESC(PAYLOAD("descriptor.xml", ONE)),
	    "sig.pkcs7", "", "a", "one" }, EK_EFORMAT,
	  "a payload is called 'descriptor.xml'" },
	{ { "descriptor.xml", DESC(PAYLOAD("sig.pkcs7", ONE)), "sig.pkcs7", "" },
	  EK_EFORMAT, "a payload is called 'sig.pkcs7'" },
	{ { "descriptor.xml", DESC(PAYLOAD("..", ONE)), "sig.pkcs7", "",
	    "..", "one" }, EK_EFORMAT, "its name is '.' or '..'" },
	{ { "descriptor.xml", DESC("<payload name=\"a\" type=\"new\"/>"),
	    "sig.pkcs7", "", "a", "anything" }, EK_OK, NULL },
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		struct ek_buf b = EK_BUF_INIT;
		struct ek_err err = EK_ERR_INIT;
		int rc;

		ek_buf_adds(&b, EK_AR_MAGIC);
		for (size_t k = 0; rows[i].m[k] != NULL; k += 2)
			member(&b, rows[i].m[k], rows[i].m[k + 1]);
		rc = verify(&b, &err);
		if (rc != rows[i].rc)
			fail_msg("row %zu: %d %s", i, rc, err.msg);
		if (rc != EK_OK && (strstr(err.msg, rows[i].say) == NULL ||
				    strstr(err.msg, "'x.vib") == NULL))
			fail_msg("row %zu: '%s' lacks '%s'", i, err.msg,
				 rows[i].say);
		ek_buf_free(&b);
	}
}

/* Cut anywhere it is refused; only the last pad may be missing. */
static void test_cut(void **state)
{
	struct ek_buf b = EK_BUF_INIT, cut = EK_BUF_INIT;
	size_t whole;

	(void)state;
	good_vib(&b);
	whole = b.len;
	for (size_t n = 0; n < whole; n++) {
		struct ek_err err = EK_ERR_INIT;
		int rc;

		ek_buf_reset(&cut);
		ek_buf_add(&cut, b.p, n);
		rc = verify(&cut, &err);
		if (rc != (n == whole - 1 ? EK_OK : EK_EFORMAT))
			fail_msg("cut at %zu: %d %s", n, rc, err.msg);
	}
	ek_buf_free(&cut);
	ek_buf_free(&b);
}

/* No flipped bit of a payload goes by, wherever else flips may be harmless. */
static void test_flips(void **state)
{
	struct ek_buf b = EK_BUF_INIT;
	size_t at;

	(void)state;
	good_vib(&b);
	at = b.len - 4 - 60 - 4; /* "two!", header, "one" and its pad */
	assert_memory_equal(b.p + at, "two!", 4);
	for (size_t bit = 0; bit < 32; bit++) {
		b.p[at + bit / 8] ^= (char)(1 << bit % 8);
		assert_int_equal(verify(&b, NULL), EK_EREFUSE);
		b.p[at + bit / 8] ^= (char)(1 << bit % 8);
	}
	assert_int_equal(verify(&b, NULL), EK_OK);
	ek_buf_free(&b);
}

static void test_show(void **state)
{
	struct ek_buf b = EK_BUF_INIT, out = EK_BUF_INIT;
	struct ek_err odd;
	struct ek_json j;
	struct ek_vib *v;
	struct ek_in *in;

	(void)state;
	good_vib(&b);
	member(&b, "zz", "?");
	assert_int_equal(ek_in_open_mem(&in, "t", b.p, b.len, NULL), EK_OK);
	assert_int_equal(ek_vib_open(&v, in, NULL), EK_OK);
	ek_json_begin(&j, &out);
	assert_int_equal(ek_vib_json(v, &j, &odd, NULL), EK_OK);
	ek_json_end(&j);
	assert_non_null(strstr(ek_buf_str(&out), "\"signed\": true"));
	assert_non_null(strstr(ek_buf_str(&out), "\"is_payload\": false"));
	ek_vib_close(&v);
	ek_in_close(&in);
	ek_buf_reset(&out);
	assert_int_equal(ek_in_open_mem(&in, "t", b.p, b.len, NULL), EK_OK);
	assert_int_equal(ek_vib_open(&v, in, NULL), EK_OK);
	assert_int_equal(ek_vib_text(v, &out, &odd, NULL), EK_OK);
	assert_non_null(strstr(ek_buf_str(&out), "other member      zz, 1 bytes"
			       ", which no payload names\n"));
	ek_vib_close(&v);
	ek_in_close(&in);
	ek_buf_free(&out);
	ek_buf_free(&b);
}

/* ---- writing ------------------------------------------------------------ */

static int open_text(void *ctx, struct ek_in **in, struct ek_err *err)
{
	const char *text = ctx;

	return ek_in_open_mem(in, "source", text, strlen(text), err);
}

static struct ek_vib_source source(const char *name, char *text, uint64_t size)
{
	return (struct ek_vib_source){ name, size, open_text, text };
}

static void test_write(void **state)
{
	static char one[] = "one", two[] = "two!", none[] = "";
	const struct ek_vib_source src[] = {
		source("b", two, 4), source("README", none, 0),
		source("a", one, 3),
	};
	struct ek_buf want = EK_BUF_INIT;
	struct ek_out *out;
	char *buf = NULL;
	size_t len;

	(void)state;
	ek_buf_adds(&want, EK_AR_MAGIC);
	member(&want, "descriptor.xml", desc);
	member(&want, "sig.pkcs7", "");
	member(&want, "README", "");
	member(&want, "a", "one");
	member(&want, "b", "two!");
	assert_int_equal(ek_out_open_mem(&out, &buf, &len, NULL), EK_OK);
	assert_int_equal(ek_vib_write(out, desc, strlen(desc), NULL, 0, src,
				      LEN(src), NULL), EK_OK);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	assert_int_equal(len, want.len);
	assert_memory_equal(buf, want.p, len);
	free(buf);
	ek_buf_free(&want);
}

static const struct {
	const char *a, *b;
	uint64_t size; /* of b */
	int rc;
	const char *say;
} unwritable[] = {
	{ "a", "a", 4, EK_EARG, "two payloads are called 'a'" },
	{ "a", "descriptor.xml", 4, EK_EARG, "cannot be called" },
	{ "a", "sig.pkcs7", 4, EK_EARG, "cannot be called" },
	{ "a", "abcdefghijklmnop", 4, EK_EARG, "more than 15 characters" },
	{ "a", "x/y", 4, EK_EARG, "has a '/'" },
	{ "a", "", 4, EK_EARG, "empty" },
	{ "a", "b", 3, EK_EFORMAT, "payload 'b' is longer than the 3 bytes" },
	{ "a", "b", 5, EK_EFORMAT, "payload 'b' is shorter than the 5 bytes" },
};

static void test_unwritable(void **state)
{
	static char one[] = "one", two[] = "two!";

	(void)state;
	for (size_t i = 0; i < LEN(unwritable); i++) {
		const struct ek_vib_source src[] = {
			source(unwritable[i].a, one, 3),
			source(unwritable[i].b, two, unwritable[i].size),
		};
		struct ek_err err = EK_ERR_INIT;
		struct ek_out *out;
		int rc;

		assert_int_equal(ek_out_open_null(&out, NULL), EK_OK);
		rc = ek_vib_write(out, desc, strlen(desc), NULL, 0, src,
				  LEN(src), &err);
		ek_out_abort(&out);
		if (rc != unwritable[i].rc ||
		    strstr(err.msg, unwritable[i].say) == NULL)
			fail_msg("row %zu: %d %s", i, rc, err.msg);
	}
}

/* ---- kinds -------------------------------------------------------------- */

static enum ek_kind kind_of(const char *p, size_t len)
{
	struct ek_err err = EK_ERR_INIT;
	enum ek_kind kind;
	struct ek_in *in;

	assert_int_equal(ek_in_open_mem(&in, "t", p, len, NULL), EK_OK);
	if (ek_kind_of(in, &kind, &err) != EK_OK)
		fail_msg("%s", err.msg);
	ek_in_close(&in);
	return kind;
}

#define K(text, kind) { text, sizeof(text) - 1, kind }
/* Local zip header: no flags, stored, size, name. */
#define ZIP(size, nlen, name) "PK\3\4\24\0\0\0\0\0\0\0\0\0\0\0\0\0" size "\0\0" \
	"\0" size "\0\0\0" nlen "\0\0\0" name
#define ZIPEND "PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
/* The same with the size behind the data. */
#define ZIPS(nlen, name) "PK\3\4\24\0\10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" \
	nlen "\0\0\0" name

static const struct {
	const char *in;
	size_t len;
	enum ek_kind kind;
} kinds[] = {
	K("", EK_KIND_UNKNOWN),
	K("hello", EK_KIND_UNKNOWN),
	K("\177ELF", EK_KIND_UNKNOWN),
	K("!<arch>\n", EK_KIND_UNKNOWN),
	K("!<arch>\ndescriptor.xml  0", EK_KIND_VIB),
	K("!<arch>\ndescriptor.xml/ 0", EK_KIND_VIB),
	K("!<arch>\ndebian-binary   0", EK_KIND_VIB4),
	K("!<arch>\nx.o/            0", EK_KIND_UNKNOWN),
	K("<vib version=\"5.0\"><type>", EK_KIND_DESCRIPTOR),
	K("\n <!-- x -->\n<vib>", EK_KIND_DESCRIPTOR),
	K("<?xml version=\"1.0\"?><vib>", EK_KIND_DESCRIPTOR),
	K("<imageprofile><name>", EK_KIND_PROFILE),
	K("<vibs>", EK_KIND_UNKNOWN),
	K("<html><vib>", EK_KIND_UNKNOWN),
	K("\xfd" "7zXZ\0\0\4\xe6\xd6\xb4\x46\0\0\0\0\x1c\xdf\x44\x21"
	  "\x1f\xb6\xf3\x7d\1\0\0\0\0\4YZ", EK_KIND_XZ),
	K("\x28\xb5\x2f\xfd\0\x88\1\0\0", EK_KIND_ZSTD),
	K(ZIPEND, EK_KIND_ZIP),
	K(ZIP("\2", "\1", "a") "xx" ZIPEND, EK_KIND_ZIP),
	K(ZIP("\2", "\1", "a") "xx" ZIP("\0", "\11", "index.xml") ZIPEND,
	  EK_KIND_BUNDLE),
	K(ZIP("\2", "\13", "a/index.xml") "xx" ZIPEND, EK_KIND_ZIP),
	K(ZIPS("\1", "a") "xx" ZIP("\0", "\14", "metadata.zip") ZIPEND,
	  EK_KIND_BUNDLE),
	K(ZIPS("\1", "a") "xx" "PK\1\2rest", EK_KIND_ZIP),
};

static void test_kinds(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(kinds); i++)
		if (kind_of(kinds[i].in, kinds[i].len) != kinds[i].kind)
			fail_msg("row %zu: %s", i, ek_kind_name(
				 kind_of(kinds[i].in, kinds[i].len)));
	assert_string_equal(ek_kind_name(EK_KIND_DRIVER), "driver");
	assert_string_equal(ek_kind_name(EK_KIND_UNKNOWN), "unknown");
}

static void test_iso(void **state)
{
	char *p = calloc(1, 40960);

	(void)state;
	assert_non_null(p);
	memcpy(p + 32769, "CD001", 5);
	assert_int_equal(kind_of(p, 40960), EK_KIND_ISO);
	assert_int_equal(kind_of(p, 32774), EK_KIND_ISO);
	assert_int_equal(kind_of(p, 32773), EK_KIND_UNKNOWN);
	free(p);
}

/* A tar of empty files with these names; gzip'ed where wanted. Free *buf. */
static void make_tar(const char *const *names, bool gzip, char **buf,
		     size_t *len)
{
	struct ek_out *mem, *gz = NULL, *out;

	assert_int_equal(ek_out_open_mem(&mem, buf, len, NULL), EK_OK);
	if (gzip)
		assert_int_equal(ek_out_open_gzip(&gz, mem, 9, NULL), EK_OK);
	out = gzip ? gz : mem;
	for (size_t i = 0; names[i] != NULL; i++) {
		struct ek_entry e = { .type = EK_FT_FILE, .mode = 0644 };

		e.name = strdup(names[i]);
		assert_non_null(e.name);
		assert_int_equal(ek_gnutar_header(out, &e, NULL), EK_OK);
		free(e.name);
	}
	ek_gnutar_end(out, 0);
	if (gzip)
		assert_int_equal(ek_out_commit(&gz, NULL), EK_OK);
	assert_int_equal(ek_out_commit(&mem, NULL), EK_OK);
}

static const struct {
	const char *names[4];
	enum ek_kind kind;
} tars[] = {
	{ { "a", "b" }, EK_KIND_TGZ },
	{ { "a", "usr/lib/vmware/vmkmod/r8125" }, EK_KIND_DRIVER },
	{ { "./usr/lib/vmware/vmkmod/r8125" }, EK_KIND_DRIVER },
	{ { "etc/vmware/driver.map.d/r8125.map" }, EK_KIND_DRIVER },
	{ { "etc/vmware/default.map.d/x.map" }, EK_KIND_DRIVER },
	{ { "etc/vmware/simple.map" }, EK_KIND_DRIVER },
	{ { "usr/share/hwdata/pci.ids" }, EK_KIND_DRIVER },
	{ { "a", "var/db/esximg/vibs/x-1.xml" }, EK_KIND_IMGDB },
	{ { "etc/vmware/esx.conf" }, EK_KIND_TGZ },
	{ { "sub/usr/lib/vmware/vmkmod/r8125" }, EK_KIND_TGZ },
};

static void test_tars(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(tars); i++) {
		char *buf = NULL;
		size_t len;

		make_tar(tars[i].names, true, &buf, &len);
		if (kind_of(buf, len) != tars[i].kind)
			fail_msg("row %zu: %s", i,
				 ek_kind_name(kind_of(buf, len)));
		free(buf);
		make_tar(tars[i].names, false, &buf, &len);
		assert_int_equal(kind_of(buf, len), EK_KIND_TAR);
		/* the magic of a vmtar; its checksum is not looked at */
		memcpy(buf + 257, "visor ", 6);
		assert_int_equal(kind_of(buf, len), EK_KIND_VMTAR);
		free(buf);
	}
}

/* Damaged: no answer, but a failure. */
static void test_damaged(void **state)
{
	static const char *const names[] = { "a", NULL };
	static const char zip[] = ZIP("\2", "\1", "a") "x";
	struct ek_err err = EK_ERR_INIT;
	enum ek_kind kind;
	struct ek_in *in;
	char *buf = NULL;
	size_t len;

	(void)state;
	make_tar(names, true, &buf, &len);
	for (size_t n = 2; n < len; n++) {
		assert_int_equal(ek_in_open_mem(&in, "t", buf, n, NULL), EK_OK);
		assert_int_equal(ek_kind_of(in, &kind, &err), EK_EFORMAT);
		ek_in_close(&in);
	}
	free(buf);
	assert_int_equal(ek_in_open_mem(&in, "t", zip, sizeof(zip) - 1, NULL),
			 EK_OK);
	assert_int_equal(ek_kind_of(in, &kind, &err), EK_EFORMAT);
	ek_in_close(&in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_flips),
		cmocka_unit_test(test_show),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_unwritable),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_iso),
		cmocka_unit_test(test_tars),
		cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests_name("vib", tests, NULL, NULL);
}
