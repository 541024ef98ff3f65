/* SPDX-License-Identifier: BSD-2-Clause */
/* t_tgz.c - unit tests of tgz.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/buf.h"
#include "ek/deflate.h"
#include "ek/entry.h"
#include "ek/err.h"
#include "ek/gnutar.h"
#include "ek/io.h"
#include "ek/record.h"
#include "ek/tgz.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

struct member {
	const char *name;
	enum ek_ftype type;
	uint32_t mode;
	const char *link, *data;
};

#define DIR(n)      { n, EK_FT_DIR, 0755, NULL, NULL }
#define FILE_(n, d) { n, EK_FT_FILE, 0644, NULL, d }
#define LINK(n, t)  { n, EK_FT_SYMLINK, 0777, t, NULL }

struct bytes {
	char *p;
	size_t len;
};

/* A tar as GNU tar makes it; the caller frees p. */
static struct bytes make_tar(const struct member *m, size_t n)
{
	struct bytes b = { NULL, 0 };
	struct ek_out *out;

	assert_int_equal(ek_out_open_mem(&out, &b.p, &b.len, NULL), EK_OK);
	for (size_t i = 0; i < n; i++) {
		char root[] = "root";
		struct ek_entry e = {
			.name = strdup(m[i].name), .type = m[i].type,
			.mode = m[i].mode, .mtime = 1700000000 + (int64_t)i,
			.uname = root, .gname = root,
			.size = m[i].data != NULL ? strlen(m[i].data) : 0,
			.link = m[i].link != NULL ? strdup(m[i].link) : NULL,
		};

		assert_int_equal(ek_gnutar_file(out, &e, m[i].data, NULL),
				 EK_OK);
		free(e.name);
		free(e.link);
	}
	ek_gnutar_end(out, 1);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	return b;
}

static struct bytes gzip(const void *data, size_t len)
{
	struct bytes b = { NULL, 0 };
	struct ek_out *out, *gz;

	assert_int_equal(ek_out_open_mem(&out, &b.p, &b.len, NULL), EK_OK);
	assert_int_equal(ek_out_open_gzip(&gz, out, 9, NULL), EK_OK);
	ek_out_write(gz, data, len);
	assert_int_equal(ek_out_commit(&gz, NULL), EK_OK);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	return b;
}

static struct ek_tgz_form form_of(const void *data, size_t len)
{
	struct ek_tgz_form form;
	struct ek_in *in;

	assert_int_equal(ek_in_open_mem(&in, "t", data, len, NULL), EK_OK);
	assert_int_equal(ek_tgz_form(in, &form, NULL), EK_OK);
	ek_in_close(&in);
	return form;
}

static struct ek_tgz_form form_of_tar(const void *data, size_t len)
{
	struct bytes z = gzip(data, len);
	struct ek_tgz_form form = form_of(z.p, z.len);

	free(z.p);
	return form;
}

/* Read, and pack anew into *tar (NULL: do not). */
static int read_tar(const void *data, size_t len,
		    const struct ek_tgz_rules *rules, struct bytes *tar,
		    int64_t *newest, struct ek_err *err)
{
	struct ek_out *out = NULL;
	struct ek_in *in;
	int rc;

	assert_int_equal(ek_in_open_mem(&in, "t", data, len, NULL), EK_OK);
	if (tar != NULL)
		assert_int_equal(ek_out_open_mem(&out, &tar->p, &tar->len,
						 NULL), EK_OK);
	rc = ek_tgz_read(in, rules, out, newest, err);
	if (tar != NULL && rc == EK_OK)
		assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	ek_out_abort(&out);
	ek_in_close(&in);
	return rc;
}

static const struct member good[] = {
	DIR("etc"), DIR("etc/vmware"), FILE_("etc/vmware/x", "data\n"),
	LINK("etc/link", "vmware/x"), FILE_("empty", ""),
};

static void test_strict(void **state)
{
	const struct ek_tgz_rules rules = { .driver = false };
	struct bytes tar = make_tar(good, N(good)), again = { NULL, 0 };
	struct ek_tgz_form form = form_of_tar(tar.p, tar.len);
	int64_t newest;

	(void)state;
	assert_true(form.strict);
	assert_true(form.gzip);
	assert_int_equal(form.dialect, EK_TAR_GNU);
	assert_string_equal(form.why, "");
	/* packing the strict form anew changes nothing */
	assert_int_equal(read_tar(tar.p, tar.len, &rules, &again, &newest,
				  NULL), EK_OK);
	assert_int_equal(newest, 1700000004);
	assert_int_equal(again.len, tar.len);
	assert_memory_equal(again.p, tar.p, tar.len);
	free(again.p);
	free(tar.p);
}

/* What makes it not strict, all of it readable. */
static const struct {
	struct member m[4];
	const char *why;
} loose[] = {
	{ { FILE_("etc/x", "a") }, "'etc/x' comes before its directory" },
	{ { DIR("a/b") }, "'a/b' comes before its directory" },
	{ { DIR("a"), FILE_("a/x", "b"), DIR("a") }, "'a' is there twice" },
};

static size_t count(const struct member m[4])
{
	size_t n = 0;

	while (n < 4 && m[n].name != NULL)
		n++;
	return n;
}

static void test_loose(void **state)
{
	const struct ek_tgz_rules rules = { .driver = true };

	(void)state;
	for (size_t i = 0; i < N(loose); i++) {
		struct bytes tar = make_tar(loose[i].m, count(loose[i].m));
		struct bytes again = { NULL, 0 };
		struct ek_tgz_form form = form_of_tar(tar.p, tar.len);

		assert_false(form.strict);
		assert_string_equal(form.why, loose[i].why);
		assert_int_equal(read_tar(tar.p, tar.len, &rules, &again, NULL,
					  NULL), EK_OK);
		assert_true(form_of_tar(again.p, again.len).strict);
		free(again.p);
		free(tar.p);
	}
}

/* Bytes of the first record changed, its sum made right again. */
static const struct {
	size_t at, len;
	const char *bytes, *why;
	enum ek_tar_dialect dialect;
} changed[] = {
	{ 257, 8, "ustar\00000", "POSIX ustar", EK_TAR_USTAR },
	{ 257, 8, "\0\0\0\0\0\0\0\0", "v7 tar", EK_TAR_V7 },
	{ 257, 8, "ustar  x", "v7 tar", EK_TAR_V7 },
	{ 0, 5, "./etc", "name './etc' has './'", EK_TAR_GNU },
	{ 0, 4, "etc", "name 'etc' has './' or a wrong '/'", EK_TAR_GNU },
	{ 156, 1, "x", "POSIX pax", EK_TAR_PAX },
	{ 156, 1, "1", "member of type 0x31", EK_TAR_GNU },
	{ 156, 1, "", "member of type 0x00", EK_TAR_GNU },
	{ 100, 8, "\200\0\0\0\0\0\1\355", "number that is not octal",
	  EK_TAR_GNU },
	{ 124, 12, "            ", "number that is not octal", EK_TAR_GNU },
	{ 345, 3, "usr", "name or link of 100 bytes", EK_TAR_GNU },
};

static void test_changed(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(changed); i++) {
		struct bytes tar = make_tar(good, N(good));
		struct ek_tgz_form form;
		struct ek_record r;

		memcpy(r.b, tar.p, sizeof(r.b));
		memcpy(r.b + changed[i].at, changed[i].bytes, changed[i].len);
		ek_record_set_sum(&r, false);
		memcpy(tar.p, r.b, sizeof(r.b));
		form = form_of_tar(tar.p, tar.len);
		assert_false(form.strict);
		if (strstr(form.why, changed[i].why) == NULL)
			fail_msg("row %zu: %s", i, form.why);
		assert_int_equal(form.dialect, changed[i].dialect);
		free(tar.p);
	}
}

static void test_ends(void **state)
{
	struct bytes tar = make_tar(good, 2);
	struct bytes z;

	(void)state;
	/* two records, two zero blocks: all that is needed */
	assert_true(form_of_tar(tar.p, 2048).strict);
	assert_false(form_of_tar(tar.p, 1536).strict);
	assert_false(form_of_tar(tar.p, 1024).strict);
	assert_false(form_of_tar(tar.p, 2000).strict);
	assert_false(form_of_tar(tar.p, 0).strict);
	tar.p[tar.len - 1] = 1;
	assert_false(form_of_tar(tar.p, tar.len).strict);
	tar.p[tar.len - 1] = 0;
	assert_string_equal(form_of(tar.p, tar.len).why, "not compressed");
	z = gzip(tar.p, tar.len);
	assert_true(form_of(z.p, z.len).strict);
	assert_false(form_of(z.p, z.len - 1).strict);
	z.p[z.len - 8] ^= 1; /* of the CRC */
	assert_false(form_of(z.p, z.len).strict);
	free(z.p);
	free(tar.p);
}

static const struct {
	struct member m[4];
	bool driver;
	const char *why; /* NULL: taken */
} names[] = {
	{ { FILE_("../x", "a") }, false, "member '../x': the name has '..'" },
	{ { FILE_("a//b", "a") }, false, "empty component" },
	{ { FILE_("a", "1"), FILE_("a", "2") }, false,
	  "member 'a' is there twice" },
	{ { FILE_("a", "1"), DIR("a") }, false, "member 'a' is there twice" },
	{ { DIR("a"), FILE_("a", "1") }, false, "member 'a' is there twice" },
	{ { FILE_("a/b", "1"), FILE_("a", "1") }, false,
	  "member 'a' is there twice" },
	{ { FILE_("a", "1"), FILE_("a/b", "1") }, false,
	  "member 'a/b' lies below 'a'" },
	{ { LINK("a", "b"), FILE_("a/b", "1") }, false,
	  "member 'a/b' lies below 'a'" },
	{ { LINK("a", "../b") }, false, "is a link to '../b', which leaves" },
	{ { DIR("a"), LINK("a/b", "../c") }, true, NULL },
	{ { LINK("a", "/b") }, true, "is a link to '/b', which leaves" },
	{ { LINK("a", "/b") }, false, NULL },
	{ { { "a", EK_FT_HARDLINK, 0644, "b", NULL } }, false, "hard link" },
	{ { { "a", EK_FT_CHARDEV, 0644, NULL, NULL } }, false,
	  "character device" },
	{ { { "a", EK_FT_BLOCKDEV, 0644, NULL, NULL } }, false,
	  "block device" },
	{ { { "a", EK_FT_FIFO, 0644, NULL, NULL } }, false, "FIFO" },
	{ { FILE_("0123456789012345678901234567890123456789012345678901234567890"
		  "12345678901234567890123456789012345678", "1") }, false,
	  NULL },
	{ { FILE_("0123456789012345678901234567890123456789012345678901234567890"
		  "123456789012345678901234567890123456789", "1") }, false,
	  "the name has 100 bytes" },
	{ { DIR("01234567890123456789012345678901234567890123456789012345678901"
		"2345678901234567890123456789012345678") }, false,
	  "the name has 100 bytes" },
};

static void test_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(names); i++) {
		const struct ek_tgz_rules rules = { .driver = names[i].driver };
		struct bytes tar = make_tar(names[i].m, count(names[i].m));
		struct ek_err err = EK_ERR_INIT;
		int rc = read_tar(tar.p, tar.len, &rules, NULL, NULL, &err);

		if (rc != (names[i].why == NULL ? EK_OK : EK_EREFUSE))
			fail_msg("row %zu: %d %s", i, rc, err.msg);
		if (names[i].why != NULL &&
		    strstr(err.msg, names[i].why) == NULL)
			fail_msg("row %zu: %s", i, err.msg);
		free(tar.p);
	}
}

/* vib.5, "Driver packages": 0644, 0555 and 0755 kept; the sticky bit is what
 * makes a file editable on a host. */
static const struct {
	uint32_t in, out;
} modes[] = {
	{ 0644, 0644 }, { 0444, 0644 }, { 0600, 0644 }, { 0666, 0644 },
	{ 0555, 0555 }, { 0755, 0755 }, { 0700, 0755 }, { 0777, 0755 },
	{ 01644, 01644 }, { 01555, 01555 }, { 04755, 0755 }, { 02644, 0644 },
};

static void test_modes(void **state)
{
	const struct ek_tgz_rules rules = {
		.driver = true, .set_mtime = true, .mtime = 7,
	};

	(void)state;
	for (size_t i = 0; i < N(modes); i++) {
		struct member m = { "f", EK_FT_FILE, modes[i].in, NULL, "x" };
		struct member w = { "f", EK_FT_FILE, modes[i].out, NULL, "x" };
		struct bytes tar = make_tar(&m, 1), again = { NULL, 0 };
		struct bytes want = make_tar(&w, 1);
		struct ek_record r;

		memcpy(r.b, want.p, sizeof(r.b));
		memcpy(r.b + 136, "00000000007", 11);
		ek_record_set_sum(&r, false);
		memcpy(want.p, r.b, sizeof(r.b));
		assert_int_equal(read_tar(tar.p, tar.len, &rules, &again, NULL,
					  NULL), EK_OK);
		assert_int_equal(again.len, want.len);
		assert_memory_equal(again.p, want.p, want.len);
		free(want.p);
		free(again.p);
		free(tar.p);
	}
}

/* The header alone decides: nobody reads 4 GiB to find out. */
static void test_size(void **state)
{
	const struct ek_tgz_rules rules = { .driver = true };
	const struct member m = FILE_("f", "x");
	struct bytes tar = make_tar(&m, 1);
	struct ek_err err = EK_ERR_INIT;
	struct ek_record r;

	(void)state;
	memcpy(r.b, tar.p, sizeof(r.b));
	memcpy(r.b + 124, "40000000000", 11);
	ek_record_set_sum(&r, false);
	memcpy(tar.p, r.b, sizeof(r.b));
	assert_int_equal(read_tar(tar.p, tar.len, &rules, NULL, NULL, &err),
			 EK_ELIMIT);
	assert_string_equal(err.msg, "'t': member 'f': 4294967296 bytes; a "
			    "payload must stay below 4 GiB unpacked");
	free(tar.p);
}

struct seen {
	struct ek_buf b;
};

static size_t want3(void *ctx, const struct ek_entry *e)
{
	(void)ctx;
	(void)e;
	return 3;
}

static int seen(void *ctx, const struct ek_entry *e, const void *data,
		size_t len, struct ek_err *err)
{
	struct seen *s = ctx;

	(void)err;
	ek_buf_addf(&s->b, "%s:%llu:%.*s\n", e->name,
		    (unsigned long long)e->size, (int)len, (const char *)data);
	return EK_OK;
}

static void test_seen(void **state)
{
	struct seen s = { EK_BUF_INIT };
	const struct ek_tgz_rules rules = {
		.want = want3, .seen = seen, .ctx = &s,
	};
	struct bytes tar = make_tar(good, N(good));

	(void)state;
	assert_int_equal(read_tar(tar.p, tar.len, &rules, NULL, NULL, NULL),
			 EK_OK);
	assert_string_equal(ek_buf_str(&s.b), "etc/vmware/x:5:dat\n"
			    "etc/link:0:\nempty:0:\n");
	ek_buf_free(&s.b);
	free(tar.p);
}

/* Every cut is refused, whatever it cuts. */
static void test_cut(void **state)
{
	const struct ek_tgz_rules rules = { .driver = true };
	struct bytes tar = make_tar(good, N(good)), z = gzip(tar.p, tar.len);

	(void)state;
	for (size_t n = 0; n < z.len; n++)
		assert_true(read_tar(z.p, n, &rules, NULL, NULL, NULL) < 0);
	for (size_t n = 0; n < 6 * 512; n += 100)
		assert_true(read_tar(tar.p, n, &rules, NULL, NULL, NULL) < 0);
	free(z.p);
	free(tar.p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strict),
		cmocka_unit_test(test_loose),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_modes),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_seen),
		cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests_name("tgz", tests, NULL, NULL);
}
