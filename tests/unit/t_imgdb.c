/* SPDX-License-Identifier: BSD-2-Clause */
/* t_imgdb.c - unit tests of imgdb.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/buf.h"
#include "ek/deflate.h"
#include "ek/err.h"
#include "ek/gnutar.h"
#include "ek/imgdb.h"
#include "ek/io.h"
#include "ek/names.h"
#include "ek/profile.h"
#include "imgdb_int.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

/* A VIB of vendor A with one payload, as far as readers want it. */
#define VIB(name, version, more) \
	"<vib version=\"5.0\"><type>bootbank</type><name>" name "</name>" \
	"<version>" version "</version><vendor>A</vendor><summary>" more \
	"</summary><description>d</description>" \
	"<release-date>2024-01-02T03:04:05+00:00</release-date>" \
	"<payloads><payload name=\"" name "\" type=\"vgz\" size=\"1\"/>" \
	"</payloads></vib>"

#define PROFILE(name, vibs) \
	"<imageprofile><name>" name "</name><creator>C</creator><viblist>" \
	vibs "</viblist><acceptancelevel>community</acceptancelevel>" \
	"</imageprofile>"

#define LISTED(name, file) \
	"<vib><vib-id>A_bootbank_" name "_1-1</vib-id><payloads>" \
	"<payload payload-name=\"" name "\">" file "</payload></payloads></vib>"

#define D "var/db/esximg/"

struct file {
	const char *name, *text; /* text NULL: a directory */
};

static void put(struct ek_out *out, const struct file *f)
{
	char *name = strdup(f->name);
	struct ek_entry e = {
		.name = name, .mode = f->text != NULL ? 0600 : 0700,
		.type = f->text != NULL ? EK_FT_FILE : EK_FT_DIR,
		.size = f->text != NULL ? strlen(f->text) : 0, .mtime = 7,
		.uid = 3,
	};

	assert_non_null(name);
	if (f->text != NULL)
		assert_int_equal(ek_gnutar_file(out, &e, f->text, NULL), EK_OK);
	else
		assert_int_equal(ek_gnutar_header(out, &e, NULL), EK_OK);
	free(name);
}

/* A tar of files, ended by a NULL name. */
static char *make_tar(const struct file *f, size_t *len)
{
	struct ek_out *out;
	char *tar;

	assert_int_equal(ek_out_open_mem(&out, &tar, len, NULL), EK_OK);
	for (; f->name != NULL; f++)
		put(out, f);
	ek_gnutar_end(out, 0);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	return tar;
}

static int read_tar(struct ek_imgdb **db, const char *tar, size_t len,
		    struct ek_err *err)
{
	struct ek_in *in;
	int rc;

	assert_int_equal(ek_in_open_mem(&in, "db", tar, len, NULL), EK_OK);
	rc = ek_imgdb_read_tar(db, in, err);
	ek_in_close(&in);
	return rc;
}

static struct ek_imgdb *load(const struct file *f)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_imgdb *db;
	size_t len;
	char *tar = make_tar(f, &len);

	if (read_tar(&db, tar, len, &err) != EK_OK)
		fail_msg("%s", err.msg);
	free(tar);
	return db;
}

static char *write_tar(struct ek_imgdb *db, bool all, size_t *len)
{
	struct ek_out *out;
	char *tar;

	assert_int_equal(ek_out_open_mem(&out, &tar, len, NULL), EK_OK);
	assert_int_equal(ek_imgdb_write_tar(db, out, 99, all, NULL), EK_OK);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	return tar;
}

/* "name mode uid mtime size" a line: what the headers of a tar say. */
static void list(const char *tar, size_t len, struct ek_buf *out)
{
	for (size_t at = 0; at + 512 <= len && tar[at] != '\0';) {
		const char *h = tar + at;
		unsigned long size = strtoul(h + 124, NULL, 8);

		assert_memory_equal(h + 257, "ustar  ", 8);
		assert_memory_equal(h + 265, "\0", 1);
		ek_buf_addf(out, "%s %lo %lo %lo %lu\n", h,
			    strtoul(h + 100, NULL, 8),
			    strtoul(h + 108, NULL, 8),
			    strtoul(h + 136, NULL, 8), size);
		at += 512 + (size + 511) / 512 * 512;
	}
}

static void assert_listed(struct ek_imgdb *db, bool all, const char *want)
{
	struct ek_buf b = EK_BUF_INIT;
	size_t len;
	char *tar = write_tar(db, all, &len);

	assert_int_equal(len % 10240, 0);
	list(tar, len, &b);
	assert_string_equal(ek_buf_str(&b), want);
	ek_buf_free(&b);
	free(tar);
}

static const struct file small[] = {
	{ D "vibs/zz.xml", VIB("b", "1-1", "s") },
	{ D "bulletins", NULL },
	{ D "bulletins/x.xml", "anything" },
	{ D "profiles/any-name", PROFILE("P", LISTED("a", "a.v00")
					 LISTED("b", "b.v00")) },
	{ D "vibs/sub/aa.xml", VIB("a", "1-1", "s") },
	{ D "vibs/sub/aa.xml.orig", "" },
	{ D "vibs/sub/aa.xml.sig", "sig" },
	{ D "vibs/none.xml.sig", "x" },
	{ D "bulletins", NULL },
	{ NULL, NULL },
};

static void test_read(void **state)
{
	struct ek_imgdb *db = load(small);
	const struct ek_dbvib *v;
	const struct ek_dbfile *f;
	struct ek_profile *p;
	size_t pos = 0;

	(void)state;
	assert_int_equal(ek_imgdb_vibs(db), 2);
	v = ek_imgdb_vib(db, 0);
	assert_string_equal(v->id, "A_bootbank_a_1-1");
	assert_string_equal(v->xml->e.name, D "vibs/sub/aa.xml");
	assert_int_equal(v->orig->e.size, 0);
	assert_string_equal(v->sig->data, "sig");
	assert_ptr_equal(ek_imgdb_find(db, "A_bootbank_b_1-1"),
			 ek_imgdb_vib(db, 1));
	assert_null(ek_imgdb_find(db, "A_bootbank_c_1-1"));
	assert_int_equal(ek_imgdb_profile(db, &p, NULL), EK_OK);
	assert_string_equal(p->name, "P");
	f = ek_imgdb_next_other(db, &pos);
	assert_string_equal(f->e.name, D "bulletins/x.xml");
	f = ek_imgdb_next_other(db, &pos);
	assert_string_equal(f->e.name, D "vibs/none.xml.sig");
	assert_null(ek_imgdb_next_other(db, &pos));
	assert_null(ek_imgdb_esx_version(db));
	assert_false(ek_imgdb_changed(db));
	ek_imgdb_free(&db);
	assert_null(db);
}

#define DIRS "var/ 755 0 143 0\nvar/db/ 755 0 143 0\n" \
	"var/db/esximg/ 755 0 143 0\nvar/db/esximg/vibs/ 755 0 143 0\n" \
	"var/db/esximg/profiles/ 755 0 143 0\n"

/* What is kept keeps its header; directories of ours are new. */
static void test_order(void **state)
{
	struct ek_imgdb *db = load(small);

	(void)state;
	assert_listed(db, false, DIRS
		      D "bulletins/ 700 3 7 0\n"
		      D "vibs/sub/aa.xml 600 3 7 262\n"
		      D "vibs/sub/aa.xml.sig 600 3 7 3\n"
		      D "vibs/sub/aa.xml.orig 600 3 7 0\n"
		      D "vibs/zz.xml 600 3 7 262\n"
		      D "profiles/any-name 600 3 7 338\n"
		      D "bulletins/x.xml 600 3 7 8\n"
		      D "vibs/none.xml.sig 600 3 7 1\n");
	ek_imgdb_remove(db, "A_bootbank_a_1-1");
	ek_imgdb_remove(db, "no such");
	assert_true(ek_imgdb_changed(db));
	assert_int_equal(ek_imgdb_vibs(db), 1);
	assert_listed(db, true, DIRS
		      D "bulletins/ 700 3 143 0\n"
		      D "vibs/zz.xml 600 3 143 262\n"
		      D "profiles/any-name 600 3 143 338\n"
		      D "bulletins/x.xml 600 3 143 8\n"
		      D "vibs/none.xml.sig 600 3 143 1\n");
	ek_imgdb_free(&db);
}

static const char added[] = VIB("c", "1-1", " x ");

static struct ek_dbadd an_add(bool orig)
{
	return (struct ek_dbadd){
		.label = "c.vib", .text = added, .len = sizeof(added) - 1,
		.sig = "SIG", .sig_len = 3, .orig = orig, .keep_sig = orig,
	};
}

static void test_add(void **state)
{
	struct ek_imgdb *db = load(small);
	struct ek_dbadd a = an_add(true);
	struct ek_profile *p;
	const struct ek_dbvib *v;
	bool same;

	(void)state;
	assert_int_equal(ek_imgdb_add(db, &a, NULL), EK_OK);
	assert_int_equal(ek_imgdb_add(db, &a, NULL), EK_EREFUSE);
	v = ek_imgdb_vib(db, 2);
	assert_string_equal(v->id, "A_bootbank_c_1-1");
	/* the form of databases drops blanks, .orig keeps them */
	assert_non_null(strstr(v->xml->data, "<summary>x</summary>"));
	assert_string_equal(v->orig->data, added);
	assert_string_equal(v->sig->data, "SIG");
	assert_int_equal(ek_imgdb_profile(db, &p, NULL), EK_OK);
	assert_int_equal(ek_profile_set(p, EK_PROFILE_NAME, "Q", NULL), EK_OK);
	assert_int_equal(ek_imgdb_same(v, &a, &same, NULL), EK_OK);
	assert_true(same);
	a.sig_len = 2;
	assert_int_equal(ek_imgdb_same(v, &a, &same, NULL), EK_OK);
	assert_false(same);
	ek_imgdb_remove(db, "A_bootbank_b_1-1");
	ek_imgdb_remove(db, "A_bootbank_a_1-1");
	assert_listed(db, false, DIRS
		      D "bulletins/ 700 3 7 0\n"
		      D "vibs/c-1517156854.xml 644 0 143 697\n"
		      D "vibs/c-1517156854.xml.sig 644 0 143 3\n"
		      D "vibs/c-1517156854.xml.orig 644 0 143 264\n"
		      D "profiles/Q440714381 600 3 143 338\n"
		      D "bulletins/x.xml 600 3 7 8\n"
		      D "vibs/none.xml.sig 600 3 7 1\n");
	ek_imgdb_free(&db);
}

/* Without .orig the texts count, as a database has them. */
static void test_same(void **state)
{
	static const char other[] = VIB("a", "1-1", "s"),
			  differs[] = VIB("a", "1-1", "t");
	struct ek_imgdb *db = load(small);
	struct ek_dbadd a = { .label = "l", .text = other,
			      .len = sizeof(other) - 1 };
	bool same;

	(void)state;
	assert_int_equal(ek_imgdb_same(ek_imgdb_vib(db, 0), &a, &same, NULL),
			 EK_OK);
	assert_false(same); /* its signature differs */
	a.sig = "sig";
	a.sig_len = 3;
	assert_int_equal(ek_imgdb_same(ek_imgdb_vib(db, 0), &a, &same, NULL),
			 EK_OK);
	assert_true(same); /* .orig is empty, so the XML counts */
	a.text = differs;
	assert_int_equal(ek_imgdb_same(ek_imgdb_vib(db, 0), &a, &same, NULL),
			 EK_OK);
	assert_false(same);
	ek_imgdb_free(&db);
}

/* A host adds when it installed a VIB: that makes it no other VIB. */
static void test_same_installed(void **state)
{
	static const char plain[] = "<vib><name>n</name></vib>",
			  installed[] = "<vib><name>n</name><installdate>"
					"2020-01-01T00:00:00</installdate></vib>";
	struct ek_vibdesc x, y;
	bool same;

	(void)state;
	assert_int_equal(ek_vibdesc_parse(&x, "x", plain, strlen(plain), NULL),
			 EK_OK);
	assert_int_equal(ek_vibdesc_parse(&y, "y", installed, strlen(installed),
					  NULL), EK_OK);
	assert_int_equal(ek_imgdb_same_desc(&x, &y, &same, NULL), EK_OK);
	assert_true(same);
	assert_int_equal(ek_vibdesc_set(&y.summary, "s", NULL), EK_OK);
	assert_int_equal(ek_imgdb_same_desc(&x, &y, &same, NULL), EK_OK);
	assert_false(same);
	ek_vibdesc_clear(&x);
	ek_vibdesc_clear(&y);
}

/* The 32-bit number is taken: the next free one. */
static void test_clash(void **state)
{
	static const struct file f[] = {
		{ D "vibs/c-1517156854.xml", VIB("a", "1-1", "s") },
		{ D "vibs/c-1517156855.xml.sig", "" },
		{ NULL, NULL },
	};
	struct ek_imgdb *db = load(f);
	struct ek_dbadd a = an_add(false);

	(void)state;
	assert_int_equal(ek_imgdb_add(db, &a, NULL), EK_OK);
	assert_string_equal(ek_imgdb_vib(db, 1)->xml->e.name,
			    D "vibs/c-1517156856.xml");
	assert_null(ek_imgdb_vib(db, 1)->orig);
	ek_imgdb_free(&db);
}

/* A thousand of them taken is no accident. */
static void test_clashes(void **state)
{
	static char names[1000][64];
	static struct file f[1002] = {
		{ D "vibs/a.xml", VIB("a", "1-1", "s") },
	};
	struct ek_err err = EK_ERR_INIT;
	struct ek_dbadd a = an_add(false);
	struct ek_imgdb *db;

	(void)state;
	for (size_t i = 0; i < 1000; i++) {
		snprintf(names[i], sizeof(names[i]), D "vibs/c-%zu.xml.sig",
			 1517156854 + i);
		f[i + 1] = (struct file){ names[i], "" };
	}
	db = load(f);
	assert_int_equal(ek_imgdb_add(db, &a, &err), EK_EREFUSE);
	assert_non_null(strstr(err.msg, "999 are taken"));
	assert_int_equal(ek_imgdb_vibs(db), 1);
	ek_imgdb_free(&db);
}

#define N40 "abcdefghijabcdefghijabcdefghijabcdefghij"

#define LONG(name) "<vib><name>" name "</name><version>1</version></vib>"

/* What cannot be a name in a database. */
static const struct {
	const char *text, *why;
	bool orig;
} unfit[] = {
	{ VIB("a/b", "1-1", "s"), "cannot be a file name", false },
	{ VIB("a b", "1-1", "s"), "printable ASCII", false },
	{ LONG(N40 "abcdefghijabcdefghij"), "would have 100", true },
	{ LONG(N40 N40), "would have 113", false },
	{ "<vib/>", "Missing VIB name", false },
	{ "nothing", "", false },
};

static void test_unfit(void **state)
{
	struct ek_imgdb *db = load(small);

	(void)state;
	for (size_t i = 0; i < LENGTH(unfit); i++) {
		struct ek_err err = EK_ERR_INIT;
		struct ek_dbadd a = {
			.label = "l", .text = unfit[i].text,
			.len = strlen(unfit[i].text), .orig = unfit[i].orig,
		};

		assert_true(ek_imgdb_add(db, &a, &err) < 0);
		if (strstr(err.msg, unfit[i].why) == NULL)
			fail_msg("'%s' lacks '%s'", err.msg, unfit[i].why);
	}
	assert_false(ek_imgdb_changed(db));
	ek_imgdb_free(&db);
}

/* Twice the same is one, and both files go with it (imgdb.5, "Loading"). */
static void test_twin(void **state)
{
	static const struct file f[] = {
		{ D "vibs/x.xml", VIB("a", "1-1", "s") },
		{ D "vibs/x.xml.sig", "1" },
		{ D "vibs/y.xml", VIB("a", "1-1", " s") },
		{ D "vibs/y.xml.sig", "2" },
		{ D "vibs/z.xml", VIB("b", "1-1", "s") },
		{ NULL, NULL },
	};
	struct ek_imgdb *db = load(f);

	(void)state;
	assert_int_equal(ek_imgdb_vibs(db), 2);
	assert_string_equal(ek_imgdb_vib(db, 0)->xml->e.name, D "vibs/x.xml");
	ek_imgdb_remove(db, "A_bootbank_a_1-1");
	assert_listed(db, false, DIRS D "vibs/z.xml 600 3 7 262\n");
	ek_imgdb_free(&db);
}

/* Each is refused, and the message says why. */
static const struct {
	struct file f[4];
	const char *why;
} refused[] = {
	{ { { "x", "y" } }, "no image database" },
	{ { { NULL, NULL } }, "no image database" },
	{ { { "VAR/DB/ESXIMG/VIBS/A.XML", VIB("a", "1-1", "s") } },
	  "not in lower case" },
	{ { { "./" D "vibs/a.xml", VIB("a", "1-1", "s") } },
	  "begin with './'" },
	{ { { "/" D "vibs/a.xml", VIB("a", "1-1", "s") } }, "absolute" },
	{ { { D "vibs/../a.xml", VIB("a", "1-1", "s") } }, "'..'" },
	{ { { D "vibs/a.xml", VIB("a", "1-1", "s") },
	    { D "vibs/a.xml", VIB("a", "1-1", "s") } }, "there twice" },
	{ { { D "vibs/a.xml", VIB("a", "1-1", "s") },
	    { D "vibs/b.xml", VIB("a", "1-1", "t") } },
	  "describe VIB 'A_bootbank_a_1-1' differently" },
	{ { { D "vibs/a.xml", "<vib>" } }, "'db: " D "vibs/a.xml'" },
	{ { { D "vibs/a.txt", "text" } }, "'db: " D "vibs/a.txt'" },
	{ { { D "profiles/p", "<imageprofile/>" } }, "Missing profile name" },
};

static void test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(refused); i++) {
		struct ek_err err = EK_ERR_INIT;
		struct ek_imgdb *db;
		size_t len;
		char *tar = make_tar(refused[i].f, &len);

		assert_int_equal(read_tar(&db, tar, len, &err), EK_EFORMAT);
		assert_null(db);
		if (strstr(err.msg, refused[i].why) == NULL)
			fail_msg("'%s' lacks '%s'", err.msg, refused[i].why);
		free(tar);
	}
}

static char *gzip(const char *data, size_t len, size_t *out_len)
{
	struct ek_out *mem, *gz;
	char *out;

	assert_int_equal(ek_out_open_mem(&mem, &out, out_len, NULL), EK_OK);
	assert_int_equal(ek_out_open_gzip(&gz, mem, 1, NULL), EK_OK);
	ek_out_write(gz, data, len);
	assert_int_equal(ek_out_commit(&gz, NULL), EK_OK);
	assert_int_equal(ek_out_commit(&mem, NULL), EK_OK);
	return out;
}

static int read_gzip(struct ek_imgdb **db, const char *gz, size_t len,
		     struct ek_err *err)
{
	struct ek_in *in;
	int rc;

	assert_int_equal(ek_in_open_mem(&in, "db", gz, len, NULL), EK_OK);
	rc = ek_imgdb_read(db, in, err);
	ek_in_close(&in);
	return rc;
}

static char *write_gzip(struct ek_imgdb *db, size_t *len)
{
	struct ek_out *out;
	char *gz;

	assert_int_equal(ek_out_open_mem(&out, &gz, len, NULL), EK_OK);
	assert_int_equal(ek_imgdb_write(db, out, 0, false, NULL), EK_OK);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	return gz;
}

/* Not changed: the bytes that were read. Changed: a header of our own. */
static void test_gzip(void **state)
{
	size_t len, gz_len, out_len;
	char *tar = make_tar(small, &len), *gz = gzip(tar, len, &gz_len), *out;
	struct ek_imgdb *db;

	(void)state;
	assert_int_equal(read_gzip(&db, gz, gz_len, NULL), EK_OK);
	out = write_gzip(db, &out_len);
	assert_int_equal(out_len, gz_len);
	assert_memory_equal(out, gz, gz_len);
	free(out);
	ek_imgdb_remove(db, "A_bootbank_a_1-1");
	out = write_gzip(db, &out_len);
	assert_memory_equal(out, "\x1f\x8b\x08\0\0\0\0\0\x02\xff", 10);
	free(out);
	ek_imgdb_free(&db);
	free(gz);
	free(tar);
}

/* Damaged bytes give no database, or (deflate has bits without a meaning) the
 * one that it was. */
static void assert_rejected(const char *gz, size_t len, const char *want,
			    size_t want_len)
{
	struct ek_imgdb *db;
	size_t n;
	char *tar;

	if (read_gzip(&db, gz, len, NULL) < 0) {
		assert_null(db);
		return;
	}
	tar = write_tar(db, false, &n);
	assert_int_equal(n, want_len);
	assert_memory_equal(tar, want, n);
	free(tar);
	ek_imgdb_free(&db);
}

static void test_damaged(void **state)
{
	size_t len, gz_len, want_len;
	char *tar = make_tar(small, &len), *gz = gzip(tar, len, &gz_len), *want;
	struct ek_err err = EK_ERR_INIT;
	struct ek_imgdb *db;

	(void)state;
	assert_int_equal(read_gzip(&db, tar, len, &err), EK_EFORMAT);
	assert_non_null(strstr(err.msg, "not a gzip file"));
	assert_int_equal(read_gzip(&db, gz, gz_len, NULL), EK_OK);
	want = write_tar(db, false, &want_len);
	ek_imgdb_free(&db);
	for (size_t i = 0; i < gz_len; i++) {
		assert_true(read_gzip(&db, gz, i, &err) < 0);
		assert_null(db);
	}
	for (size_t i = 10; i < gz_len; i++) { /* behind the header */
		gz[i] = (char)(gz[i] ^ 4);
		assert_rejected(gz, gz_len, want, want_len);
		gz[i] = (char)(gz[i] ^ 4);
	}
	free(want);
	free(gz);
	free(tar);
}

static void test_profiles(void **state)
{
	static const struct file none[] = {
		{ D "vibs/a.xml", VIB("a", "1-1", "s") }, { NULL, NULL },
	}, two[] = {
		{ D "profiles/p", PROFILE("P", "") },
		{ D "profiles/q", PROFILE("Q", "") }, { NULL, NULL },
	};
	struct ek_err err = EK_ERR_INIT;
	struct ek_imgdb *db = load(none);
	struct ek_profile *p;

	(void)state;
	assert_int_equal(ek_imgdb_profile(db, &p, &err), EK_EREFUSE);
	assert_string_equal(err.msg, "'db' has no image profile: the installer "
			    "needs exactly one");
	ek_imgdb_free(&db);
	db = load(two);
	assert_int_equal(ek_imgdb_profiles(db), 2);
	assert_int_equal(ek_imgdb_profile(db, &p, &err), EK_EREFUSE);
	assert_non_null(strstr(err.msg, "has 2 image profiles ('P', 'Q'...)"));
	ek_imgdb_free(&db);
}

/* One made from nothing reads back. */
static void test_new(void **state)
{
	struct ek_dbadd a = an_add(false);
	struct ek_profile_payload pl = { .payload = (char *)(uintptr_t)"c",
					 .name = (char *)(uintptr_t)"c.v00" };
	struct ek_imgdb *db, *back;
	struct ek_local *v;
	struct ek_profile *p;
	size_t len, n;
	char *gz;

	(void)state;
	assert_int_equal(ek_imgdb_new(&db, NULL), EK_OK);
	assert_int_equal(ek_profile_new(&p, "P", "C", EK_COMMUNITY, NULL),
			 EK_OK);
	assert_int_equal(ek_imgdb_set_profile(db, p, NULL), EK_OK);
	assert_int_equal(ek_imgdb_set_profile(db, p, NULL), EK_EREFUSE);
	assert_int_equal(ek_imgdb_add(db, &a, NULL), EK_OK);
	assert_int_equal(ek_profile_add_vib(p, "A_bootbank_c_1-1", &pl, 1,
					    NULL), EK_OK);
	gz = write_gzip(db, &len);
	assert_int_equal(read_gzip(&back, gz, len, NULL), EK_OK);
	assert_int_equal(ek_imgdb_profile(back, &p, NULL), EK_OK);
	assert_int_equal(ek_imgdb_locals(back, p, 0, &v, &n, NULL), EK_OK);
	assert_int_equal(n, 1);
	assert_string_equal(v[0].name, "c.v00");
	assert_string_equal(v[0].type, "vgz");
	ek_locals_free(v, n);
	free(gz);
	ek_imgdb_free(&back);
	ek_imgdb_free(&db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_same_installed),
		cmocka_unit_test(test_clash),
		cmocka_unit_test(test_clashes),
		cmocka_unit_test(test_unfit),
		cmocka_unit_test(test_twin),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_gzip),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_profiles),
		cmocka_unit_test(test_new),
	};

	return cmocka_run_group_tests_name("imgdb", tests, NULL, NULL);
}
