/* SPDX-License-Identifier: BSD-2-Clause */
/* t_zip.c - unit tests of reading, zip.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>
#include <cmocka.h>

#include "ek/err.h"
#include "ek/io.h"
#include "ek/zip.h"
#include "zip_made.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* A zip, and what it was made of. */
struct made {
	struct ek_buf b;
	struct made_zip v[8];
	size_t n;
	unsigned end; /* where the last record is */
};

static void make(struct made *m)
{
	m->b = (struct ek_buf)EK_BUF_INIT;
	m->n = 0;
	while (m->n < COUNT(m->v) && m->v[m->n].name != NULL)
		m->n++;
	m->end = made_zip(&m->b, m->v, m->n);
	assert_false(m->b.failed);
}

/* A copy of n bytes at p that is no longer than it has to be: what is read
 * beyond it is found by ASan. */
static int open_bytes(struct ek_zip **z, void **copy, const void *p, size_t n,
		      struct ek_err *err)
{
	*copy = malloc(n != 0 ? n : 1);
	assert_non_null(*copy);
	memcpy(*copy, p, n);
	return ek_zip_open_mem(z, "t.zip", *copy, n, err);
}

static void refused(const struct ek_buf *b, int code, const char *why)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_zip *z;
	void *copy;

	if (open_bytes(&z, &copy, b->p, b->len, &err) != code ||
	    strstr(err.msg, why) == NULL || strstr(err.msg, "t.zip") == NULL)
		fail_msg("'%s' expected, not %d: %s", why, err.code, err.msg);
	assert_null(z);
	free(copy);
}

/* The zip of m is refused. */
static void refused_made(struct made m, int code, const char *why)
{
	make(&m);
	refused(&m.b, code, why);
	ek_buf_free(&m.b);
}

static void expect(struct ek_zip *z, const char *name, const void *data,
		   size_t len)
{
	const struct ek_zip_member *m = ek_zip_find(z, name);
	struct ek_err err = EK_ERR_INIT;
	size_t got;
	char *p;

	assert_non_null(m);
	assert_string_equal(m->name, name);
	if (ek_zip_read(z, m, len, &p, &got, &err) != EK_OK)
		fail_msg("%s", err.msg);
	assert_int_equal(got, len);
	assert_int_equal(m->size, len);
	assert_memory_equal(p, data, len);
	assert_int_equal(p[len], '\0');
	free(p);
}

/* ---- what is read ------------------------------------------------------- */

static char big[300000]; /* packs, but not to nothing */

static void fill_big(void)
{
	uint32_t x = 1;

	for (size_t i = 0; i < sizeof(big); i++) {
		x = x * 1664525 + 1013904223;
		big[i] = (char)(i % 3000 < 200 ? x >> 24 : i / 3000);
	}
}

static struct made everything(void)
{
	return (struct made){ .v = {
		{ .name = "index.xml", .data = "<x/>", .len = 4, .method = 8 },
		{ .name = "vib20/", .by = 3, .mode = 040755 },
		{ .name = "vib20/a/a.vib", .data = big, .len = sizeof(big),
		  .method = 8, .flags = 2, .by = 3, .mode = 0100644 },
		{ .name = "vib20/a/B-stored", .data = big, .len = 70000,
		  .extra = 9, .comment = 3 },
		{ .name = "e", .data = "", .flags = 0x800, .method = 8 },
		{ .name = "d12", .data = "one", .len = 3, .descriptor = 12 },
		{ .name = "d16", .data = big, .len = 5000, .method = 8,
		  .descriptor = 16 },
		{ .name = "dir/", .data = "", .method = 8, .descriptor = 16 },
	} };
}

static void check_everything(struct ek_zip *z)
{
	static const char *const names[] = { "index.xml", "vib20/a/a.vib",
		"vib20/a/B-stored", "e", "d12", "d16" };

	assert_int_equal(ek_zip_count(z), COUNT(names));
	for (size_t i = 0; i < COUNT(names); i++)
		assert_string_equal(ek_zip_at(z, i)->name, names[i]);
	assert_null(ek_zip_at(z, COUNT(names)));
	expect(z, "index.xml", "<x/>", 4);
	expect(z, "vib20/a/a.vib", big, sizeof(big));
	expect(z, "vib20/a/B-stored", big, 70000);
	expect(z, "e", "", 0);
	expect(z, "d12", "one", 3);
	expect(z, "d16", big, 5000);
	assert_null(ek_zip_find(z, "vib20/a/b-stored"));
	assert_null(ek_zip_find(z, "vib20"));
	assert_null(ek_zip_find(z, "vib20/"));
	assert_null(ek_zip_find(z, ""));
}

static void test_reads(void **state)
{
	struct made m = everything();
	struct ek_zip *z;
	void *copy;

	(void)state;
	make(&m);
	assert_int_equal(open_bytes(&z, &copy, m.b.p, m.b.len, NULL), EK_OK);
	assert_string_equal(ek_zip_name(z), "t.zip");
	check_everything(z);
	ek_zip_close(&z);
	assert_null(z);
	ek_zip_close(&z);
	free(copy);
	ek_buf_free(&m.b);
}

static void test_reads_file(void **state)
{
	char path[] = "/tmp/t_zip.XXXXXX";
	struct made m = everything();
	int fd = mkstemp(path);
	struct ek_err err;
	struct ek_zip *z;

	(void)state;
	make(&m);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, m.b.p, m.b.len), m.b.len);
	assert_int_equal(ek_zip_open(&z, path, NULL), EK_OK);
	assert_string_equal(ek_zip_name(z), path);
	check_everything(z);
	ek_zip_close(&z);
	assert_int_equal(ek_zip_open_fd(&z, "s", fd, NULL), EK_OK);
	assert_string_equal(ek_zip_name(z), "s");
	check_everything(z);
	ek_zip_close(&z);
	assert_int_equal(ftruncate(fd, (off_t)m.b.len - 1), 0);
	assert_int_equal(ek_zip_open_fd(&z, "s", fd, &err), EK_EFORMAT);
	assert_null(z);
	close(fd);
	unlink(path);
	assert_int_equal(ek_zip_open(&z, path, &err), EK_ESYS);
	assert_null(z);
	ek_buf_free(&m.b);
}

/* Two streams that take turns, in steps of this many bytes. */
static void take_turns(struct ek_zip *z, size_t step)
{
	static const char *const names[] = { "vib20/a/a.vib",
					     "vib20/a/B-stored" };
	static const size_t sizes[] = { sizeof(big), 70000 };
	struct ek_in *in[2];
	size_t at[2] = { 0, 0 }, got;
	char *p = malloc(step);

	assert_non_null(p);
	for (int i = 0; i < 2; i++)
		assert_int_equal(ek_zip_in(z, ek_zip_find(z, names[i]), &in[i],
					   NULL), EK_OK);
	assert_string_equal(ek_in_name(in[0]), "t.zip:vib20/a/a.vib");
	do {
		for (int i = 0; i < 2; i++) {
			assert_int_equal(ek_in_read(in[i], p, step, &got,
						    NULL), EK_OK);
			assert_true(got <= sizes[i] - at[i]);
			assert_memory_equal(p, big + at[i], got);
			at[i] += got;
		}
	} while (got != 0 || at[0] < sizes[0]);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(at[i], sizes[i]);
		ek_in_close(&in[i]);
	}
	free(p);
}

static void test_streams(void **state)
{
	static const size_t steps[] = { 997, 65536, 1 << 20 };
	struct made m = everything();
	struct ek_zip *z;

	(void)state;
	make(&m);
	assert_int_equal(ek_zip_open_mem(&z, "t.zip", m.b.p, m.b.len, NULL),
			 EK_OK);
	for (size_t i = 0; i < COUNT(steps); i++)
		take_turns(z, steps[i]);
	ek_zip_close(&z);
	ek_buf_free(&m.b);
}

/* The directory may list them in another order. */
static void test_order(void **state)
{
	struct made m = { .v = { { .name = "b", .data = "1", .len = 1 },
				 { .name = "a", .data = "2", .len = 1 } } };
	unsigned char one[47]; /* a record, and a name of one byte */
	struct ek_zip *z;
	char *p;

	(void)state;
	make(&m);
	p = m.b.p + m.v[0].central_at;
	memcpy(one, p, sizeof(one));
	memmove(p, p + sizeof(one), sizeof(one));
	memcpy(p + sizeof(one), one, sizeof(one));
	assert_int_equal(ek_zip_open_mem(&z, "t.zip", m.b.p, m.b.len, NULL),
			 EK_OK);
	assert_string_equal(ek_zip_at(z, 0)->name, "b");
	expect(z, "a", "2", 1);
	expect(z, "b", "1", 1);
	ek_zip_close(&z);
	ek_buf_free(&m.b);
}

static void test_empty(void **state)
{
	struct made m = { .n = 0 };
	struct ek_zip *z;

	(void)state;
	make(&m);
	assert_int_equal(m.b.len, 22);
	assert_int_equal(ek_zip_open_mem(&z, "t.zip", m.b.p, m.b.len, NULL),
			 EK_OK);
	assert_int_equal(ek_zip_count(z), 0);
	assert_null(ek_zip_at(z, 0));
	assert_null(ek_zip_find(z, "a"));
	ek_zip_close(&z);
	ek_buf_free(&m.b);
}

static void test_limit(void **state)
{
	struct made m = { .v = { { .name = "a", .data = "123", .len = 3 } } };
	struct ek_err err;
	struct ek_zip *z;
	size_t len;
	char *p;

	(void)state;
	make(&m);
	assert_int_equal(ek_zip_open_mem(&z, "t.zip", m.b.p, m.b.len, NULL),
			 EK_OK);
	assert_int_equal(ek_zip_read(z, ek_zip_at(z, 0), 2, &p, &len, &err),
			 EK_ELIMIT);
	assert_non_null(strstr(err.msg, "'a' has 3 bytes"));
	assert_null(p);
	ek_zip_close(&z);
	ek_buf_free(&m.b);
}

/* ---- names and kinds ---------------------------------------------------- */

static void test_bad_names(void **state)
{
	static const struct {
		const char *name, *why;
	} v[] = {
		{ "", "is empty" }, { "/etc/a", "is absolute" },
		{ "/", "is absolute" }, { "../a", "has '..'" },
		{ "a/../b", "has '..'" }, { "a/..", "has '..'" },
		{ "..", "has '..'" }, { "a/./b", "has '.'" },
		{ "a//b", "has an empty component" },
		{ "a\\b", "has a backslash" }, { "..\\a", "has a backslash" },
		{ "a\nb", "control character" }, { "a\x7f", "control" },
		{ "a\x1b[1m", "control" }, { "a\xff", "is not UTF-8" },
		{ "a\xe2\x80\xae" "b", "control character" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(v); i++)
		refused_made((struct made){ .v = {
			{ .name = "ok", .data = "" },
			{ .name = v[i].name, .data = "x", .len = 1 } } },
			EK_EFORMAT, v[i].why);
}

static void test_long_names(void **state)
{
	char name[4097];
	struct made m = { .v = { { .name = name, .data = "" } } };
	struct ek_zip *z;

	(void)state;
	memset(name, 'n', sizeof(name));
	name[4096] = '\0';
	refused_made(m, EK_EFORMAT, "too long");
	name[4095] = '\0';
	make(&m);
	assert_int_equal(ek_zip_open_mem(&z, "t.zip", m.b.p, m.b.len, NULL),
			 EK_OK);
	expect(z, name, "", 0);
	ek_zip_close(&z);
	ek_buf_free(&m.b);
}

static void test_clashes(void **state)
{
	static const struct {
		const char *a, *b, *why;
	} v[] = {
		{ "a", "a", "is there twice" }, { "d/", "d/", "there twice" },
		{ "d/a.vib", "D/A.VIB", "twice, in upper and lower case" },
		{ "d/", "d", "is there twice" },
		{ "D", "d/", "twice, in upper and lower case" },
		{ "a", "a/b", "lies below a file" },
		{ "a/b/c", "A", "lies below a file" },
		{ "a/b/", "a", "lies below a file" },
	};

	(void)state;
	/* what sorts close by, but is in order */
	for (size_t i = 0; i < COUNT(v); i++)
		refused_made((struct made){ .v = {
			{ .name = v[i].a, .data = "" },
			{ .name = "a-b", .data = "" },
			{ .name = "a.b/c", .data = "" },
			{ .name = "ab", .data = "" },
			{ .name = v[i].b, .data = "" } } },
			EK_EFORMAT, v[i].why);
}

static void test_bad_kinds(void **state)
{
	static const struct {
		struct made_zip m;
		int code;
		const char *why;
	} v[] = {
		{ { .by = 3, .mode = 0120777 }, EK_EFORMAT, "link" },
		{ { .by = 19, .mode = 0120777 }, EK_EFORMAT, "link" },
		{ { .by = 3, .mode = 0020666 }, EK_EFORMAT, "device" },
		{ { .by = 3, .mode = 0060666 }, EK_EFORMAT, "device" },
		{ { .by = 3, .mode = 0010666 }, EK_EFORMAT, "device" },
		{ { .by = 3, .mode = 0140666 }, EK_EFORMAT, "device" },
		{ { .by = 3, .mode = 0040755 }, EK_EFORMAT, "directory" },
		{ { .name = "d/", .by = 3, .mode = 0100644 }, EK_EFORMAT,
		  "it is a file" },
		{ { .name = "d/", .data = "x", .len = 1 }, EK_EFORMAT,
		  "a directory with data" },
		{ { .flags = 0x1 }, EK_EFORMAT, "encrypted" },
		{ { .flags = 0x41 }, EK_EFORMAT, "encrypted" },
		{ { .flags = 0x2000 }, EK_EFORMAT, "encrypted" },
		{ { .flags = 0x20 }, EK_EFORMAT, "patch" },
		{ { .flags = 0x10 }, EK_EFORMAT, "flag bits" },
		{ { .flags = 0x80 }, EK_EFORMAT, "flag bits" },
		{ { .flags = 0x8000 }, EK_EFORMAT, "flag bits" },
		{ { .method = 12 }, EK_EFORMAT, "compression method" },
		{ { .method = 9 }, EK_EFORMAT, "compression method" },
		{ { .method = 99 }, EK_EFORMAT, "compression method" },
		{ { .descriptor = 20 }, EK_ELIMIT, "zip64" },
		{ { .descriptor = 24 }, EK_ELIMIT, "zip64" },
		{ { .flags = 8 }, EK_EFORMAT, "a data descriptor" },
		{ { .flags = 8, .gap = 16 }, EK_EFORMAT, "data descriptor" },
		{ { .flags = 8, .gap = 12 }, EK_EFORMAT, "data descriptor" },
		{ { .descriptor = 16, .gap = 1 }, EK_EFORMAT, "descriptor" },
		{ { .gap = 1 }, EK_EFORMAT, "belong to nothing" },
		{ { .gap = 30 }, EK_EFORMAT, "belong to nothing" },
		{ { .local = "nember" }, EK_EFORMAT, "differ in the name" },
		{ { .local = "member7" }, EK_EFORMAT, "differ in the name" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(v); i++)
		for (size_t at = 0; at < 2; at++) {
			struct made m = { .v = {
				{ .name = "other", .data = "x", .len = 1 },
				{ .name = "other", .data = "x", .len = 1 } } };

			m.v[at] = v[i].m;
			if (m.v[at].name == NULL)
				m.v[at].name = "member";
			if (m.v[at].data == NULL)
				m.v[at].data = "";
			refused_made(m, v[i].code, v[i].why);
		}
}

/* A directory may have an empty block, and nothing else. */
static void test_directory_data(void **state)
{
	struct made m = { .v = { { .name = "d/", .data = "", .method = 8 } } };

	(void)state;
	make(&m);
	m.b.p[m.v[0].data_at] ^= 1;
	refused(&m.b, EK_EFORMAT, "a directory with data");
	ek_buf_free(&m.b);
	m.v[0].method = 8;
	m.v[0].name = "d/";
	m.v[0].data = "x";
	m.v[0].len = 1;
	refused_made(m, EK_EFORMAT, "a directory with data");
}

/* ---- fields ------------------------------------------------------------- */

enum base { LOCAL, CENTRAL, END };

static void test_fields(void **state)
{
	static const struct {
		enum base base;
		unsigned at, bytes, value;
		int code;
		const char *why;
	} v[] = {
		{ LOCAL, 0, 4, 0, EK_EFORMAT, "no header of a member" },
		{ LOCAL, 6, 2, 1, EK_EFORMAT, "differ in flags" },
		{ LOCAL, 6, 2, 8, EK_EFORMAT, "differ in flags" },
		{ LOCAL, 8, 2, 0, EK_EFORMAT, "differ in the method" },
		{ LOCAL, 14, 4, 0, EK_EFORMAT, "differ in the CRC" },
		{ LOCAL, 18, 4, 0, EK_EFORMAT, "differ in a size" },
		{ LOCAL, 18, 4, 2, EK_EFORMAT, "differ in a size" },
		{ LOCAL, 22, 4, 3, EK_EFORMAT, "differ in a size" },
		{ LOCAL, 18, 4, 0xffffffff, EK_ELIMIT, "zip64" },
		{ LOCAL, 22, 4, 0xffffffff, EK_ELIMIT, "zip64" },
		{ LOCAL, 26, 2, 3, EK_EFORMAT, "differ in the name" },
		{ LOCAL, 26, 2, 0, EK_EFORMAT, "differ in the name" },
		{ LOCAL, 28, 2, 1, EK_EFORMAT, "overlap" },
		{ LOCAL, 28, 2, 0xffff, EK_EFORMAT, "overlap" },
		{ LOCAL, 30, 1, 'X', EK_EFORMAT, "differ in the name" },
		{ CENTRAL, 0, 4, 0, EK_EFORMAT, "not a record" },
		{ CENTRAL, 8, 2, 8, EK_EFORMAT, "differ in flags" },
		{ CENTRAL, 10, 2, 12, EK_EFORMAT, "compression method" },
		{ CENTRAL, 10, 2, 0, EK_EFORMAT, "two sizes" },
		{ CENTRAL, 16, 4, 1, EK_EFORMAT, "differ in the CRC" },
		{ CENTRAL, 20, 4, 1, EK_EFORMAT, "differ in a size" },
		{ CENTRAL, 20, 4, 0xfffffffe, EK_EFORMAT, "differ in a size" },
		{ CENTRAL, 24, 4, 1, EK_EFORMAT, "differ in a size" },
		{ CENTRAL, 24, 4, 0xfffffffe, EK_EFORMAT, "a lie" },
		{ CENTRAL, 20, 4, 0xffffffff, EK_ELIMIT, "zip64" },
		{ CENTRAL, 24, 4, 0xffffffff, EK_ELIMIT, "zip64" },
		{ CENTRAL, 28, 2, 0xffff, EK_EFORMAT, "beyond the end" },
		{ CENTRAL, 30, 2, 0xffff, EK_EFORMAT, "beyond the end" },
		{ CENTRAL, 32, 2, 0xffff, EK_EFORMAT, "beyond the end" },
		{ CENTRAL, 34, 2, 1, EK_EFORMAT, "another part" },
		{ CENTRAL, 42, 4, 0, EK_EFORMAT, "another member begins" },
		{ CENTRAL, 42, 4, 1, EK_EFORMAT, "begins inside its header" },
		{ CENTRAL, 42, 4, 31, EK_EFORMAT, "overlap" },
		{ CENTRAL, 42, 4, 0xfffffff0, EK_EFORMAT, "behind" },
		{ CENTRAL, 42, 4, 0xffffffff, EK_ELIMIT, "zip64" },
		{ END, 0, 4, 0, EK_EFORMAT, "cut short" },
		{ END, 4, 2, 1, EK_EFORMAT, "in parts" },
		{ END, 6, 2, 1, EK_EFORMAT, "in parts" },
		{ END, 8, 2, 1, EK_EFORMAT, "in parts" },
		{ END, 8, 4, 0x10001, EK_EFORMAT, "goes on behind" },
		{ END, 8, 4, 0x30003, EK_EFORMAT, "not a record" },
		{ END, 8, 4, 0, EK_EFORMAT, "goes on behind" },
		{ END, 8, 4, 0x4e214e21, EK_ELIMIT, "more than 20000" },
		{ END, 10, 2, 0xffff, EK_ELIMIT, "zip64" },
		{ END, 12, 4, 0, EK_EFORMAT, "does not lie where" },
		{ END, 12, 4, 0xffffffff, EK_ELIMIT, "zip64" },
		{ END, 12, 4, 0xfffffffe, EK_ELIMIT, "directory of 42949672" },
		{ END, 16, 4, 0, EK_EFORMAT, "does not lie where" },
		{ END, 16, 4, 0xfffffffe, EK_EFORMAT, "does not lie where" },
		{ END, 16, 4, 0xffffffff, EK_ELIMIT, "zip64" },
		{ END, 20, 2, 1, EK_EFORMAT, "a comment" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(v); i++) {
		struct made m = { .v = {
			{ .name = "n", .method = 8, .data = "1", .len = 1 },
			{ .name = "mm", .method = 8, .data = "22",
			  .len = 2 } } };
		unsigned base;

		make(&m);
		base = v[i].base == LOCAL ? m.v[1].at :
		       v[i].base == CENTRAL ? m.v[1].central_at : m.end;
		for (unsigned k = 0; k < v[i].bytes; k++)
			m.b.p[base + v[i].at + k] = (char)(v[i].value >> 8 * k);
		refused(&m.b, v[i].code, v[i].why);
		ek_buf_free(&m.b);
	}
}

/* ---- the whole file ----------------------------------------------------- */

static void test_no_zip(void **state)
{
	static const char *const v[] = { "", "PK", "!<arch>\n", "PK\5\6",
		"this is no zip, whatever its name may be" };

	(void)state;
	for (size_t i = 0; i < COUNT(v); i++) {
		struct ek_buf b = EK_BUF_INIT;

		ek_buf_adds(&b, v[i]);
		refused(&b, EK_EFORMAT, i == 3 ? "cut short" : "is not a zip");
		ek_buf_free(&b);
	}
}

static void test_more_bytes(void **state)
{
	struct made m = everything();
	struct ek_buf b = EK_BUF_INIT;

	(void)state;
	make(&m);
	ek_buf_add(&m.b, "\n", 1);
	refused(&m.b, EK_EFORMAT, "a comment or other bytes");
	ek_buf_add(&b, "#!/bin/sh\n", 10);
	ek_buf_add(&b, m.b.p, m.b.len - 1);
	refused(&b, EK_EFORMAT, "before the zip");
	ek_buf_free(&b);
	ek_buf_free(&m.b);
}

/* Offsets that count the bytes in front, as self-extracting ones have. */
static void test_bytes_in_front(void **state)
{
	struct made m = { .v = { { .name = "a", .data = "", } } };

	(void)state;
	m.b = (struct ek_buf)EK_BUF_INIT;
	ek_buf_add(&m.b, "MZ", 2);
	made_zip(&m.b, m.v, 1);
	refused(&m.b, EK_EFORMAT, "before the first member");
	ek_buf_free(&m.b);
}

static void test_zip64_locator(void **state)
{
	struct made m = { .v = { { .name = "a", .data = "", .comment = 20 } } };

	(void)state;
	make(&m);
	memcpy(m.b.p + m.end - 20, "PK\6\7", 4);
	refused(&m.b, EK_ELIMIT, "is a zip64 archive");
	ek_buf_free(&m.b);
}

/* Does it open, and does all of it read as it was made? */
static bool reads(const struct made *made, size_t n, bool *same)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_zip *z;
	void *copy;
	bool ok;

	*same = true;
	ok = open_bytes(&z, &copy, made->b.p, n, &err) == EK_OK;
	assert_true(ok == (err.code == EK_OK) && ok == (err.msg[0] == '\0'));
	for (size_t i = 0; ok && i < made->n; i++) {
		const struct made_zip *w = &made->v[i];
		const struct ek_zip_member *m = ek_zip_find(z, w->name);
		char *data;
		size_t len;

		if (w->name[strlen(w->name) - 1] == '/')
			continue;
		*same = *same && m != NULL;
		if (m == NULL)
			continue;
		ok = ek_zip_read(z, m, sizeof(big), &data, &len, &err) == EK_OK;
		if (ok && (len != w->len || memcmp(data, w->data, len) != 0))
			*same = false;
		free(data);
	}
	ek_zip_close(&z);
	free(copy);
	return ok;
}

/* everything() with less in it, so that each byte can be tried. */
static struct made less(void)
{
	struct made m = everything();

	m.v[2].len = 300;
	m.v[3].len = 50;
	m.v[6].len = 100;
	return m;
}

static void test_cut(void **state)
{
	struct made m = less();
	bool same;

	(void)state;
	make(&m);
	for (size_t n = 0; n < m.b.len; n++)
		if (reads(&m, n, &same))
			fail_msg("cut at %zu is taken", n);
	ek_buf_free(&m.b);
}

/* What may change unseen: this byte of a record that begins at base. */
static bool is_open(const struct made *m, size_t at)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct made_zip *z = &m->v[i];
		size_t l = at - z->at, c = at - z->central_at;

		/* version, time; extra field */
		if (at >= z->at && (l == 4 || l == 5 || (l >= 10 && l < 14) ||
				    (l >= 30 + strlen(z->name) &&
				     l < 30 + strlen(z->name) + z->extra)))
			return true;
		/* versions, time; attributes; extra, comment */
		if (at >= z->central_at && c < 46 + strlen(z->name) + z->extra +
		    z->comment && ((c >= 4 && c < 8) || (c >= 12 && c < 16) ||
				   (c >= 36 && c < 42) ||
				   c >= 46 + strlen(z->name)))
			return true;
		/* deflate may spell the same data in another way */
		if (z->method == 8 && at >= z->data_at &&
		    at < z->data_at + z->packed)
			return true;
		/* how the two share the bytes behind the name */
		if (at >= z->central_at && c >= 30 && c < 34)
			return true;
	}
	return false;
}

/*
 * Whatever byte is changed: no crash, and never other data. Names, sizes, CRC,
 * methods, places and stored data do not change unseen.
 */
static void test_flipped(void **state)
{
	static const unsigned char flips[] = { 0x01, 0x20, 0x80, 0xff };
	struct made m = less();

	(void)state;
	make(&m);
	for (size_t at = 0; at < m.b.len; at++)
		for (size_t i = 0; i < COUNT(flips); i++) {
			bool taken, same;

			m.b.p[at] = (char)(m.b.p[at] ^ flips[i]);
			taken = reads(&m, m.b.len, &same);
			m.b.p[at] = (char)(m.b.p[at] ^ flips[i]);
			if (taken && !is_open(&m, at))
				fail_msg("byte %zu ^ %02x is not seen", at,
					 flips[i]);
			if (taken && !same)
				fail_msg("byte %zu ^ %02x: other data", at,
					 flips[i]);
		}
	ek_buf_free(&m.b);
}

/* ---- data --------------------------------------------------------------- */

static void put32(char *p, size_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (char)(v >> 8 * i);
}

/* Sizes that header and directory agree on. */
static void lie(struct made *m, size_t i, size_t size, size_t crc)
{
	put32(m->b.p + m->v[i].at + 22, size);
	put32(m->b.p + m->v[i].central_at + 24, size);
	put32(m->b.p + m->v[i].at + 14, crc);
	put32(m->b.p + m->v[i].central_at + 16, crc);
}

static void data_refused(const struct made *m, size_t i, const char *why)
{
	struct ek_err err = EK_ERR_INIT;
	size_t n, got;
	struct ek_zip *z;
	struct ek_in *in;
	char *p;

	assert_int_equal(ek_zip_open_mem(&z, "t.zip", m->b.p, m->b.len, &err),
			 EK_OK);
	if (ek_zip_read(z, ek_zip_at(z, i), 1 << 26, &p, &n, &err) !=
	    EK_EFORMAT || strstr(err.msg, why) == NULL ||
	    strstr(err.msg, "'t.zip': member '") == NULL)
		fail_msg("'%s' expected, not: %s", why, err.msg);
	assert_null(p);
	assert_int_equal(n, 0);
	/* also for who reads no further than to its size */
	n = (size_t)ek_zip_at(z, i)->size;
	p = malloc(n + 1);
	assert_non_null(p);
	assert_int_equal(ek_zip_in(z, ek_zip_at(z, i), &in, NULL), EK_OK);
	if (n != 0)
		assert_int_equal(ek_in_read(in, p, n, &got, NULL), EK_EFORMAT);
	free(p);
	ek_in_close(&in);
	ek_zip_close(&z);
}

static void test_lies(void **state)
{
	static const struct {
		size_t size;
		const char *why;
	} v[] = {
		{ 99, "has more bytes" }, { 1, "has more bytes" },
		{ 0, "has more bytes" }, { 101, "has fewer bytes" },
		{ 1 << 20, "has fewer bytes" }, { 100, "CRC-32 is wrong" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(v); i++) {
		struct made m = { .v = { { .name = "a", .data = big, .len = 100,
					   .method = 8 } } };

		make(&m);
		lie(&m, 0, v[i].size, v[i].size == 100 ? 0 :
		    crc32_z(0, (const void *)big, v[i].size % sizeof(big)));
		data_refused(&m, 0, v[i].why);
		ek_buf_free(&m.b);
	}
}

/* A stored one whose data is not what is summed. */
static void test_stored_crc(void **state)
{
	struct made m = { .v = { { .name = "a", .data = big, .len = 100 } } };

	(void)state;
	make(&m);
	m.b.p[m.v[0].data_at + 99] ^= 1;
	data_refused(&m, 0, "CRC-32 is wrong");
	ek_buf_free(&m.b);
}

/* Data that was deflated already, in a member that is said to be. */
static void deflated(const char *data, size_t len, size_t size,
		     const char *why)
{
	struct made m = { .v = { { .name = "a", .data = data, .len = len } } };

	make(&m);
	m.b.p[m.v[0].at + 8] = 8;
	m.b.p[m.v[0].central_at + 10] = 8;
	lie(&m, 0, size, 0);
	data_refused(&m, 0, why);
	ek_buf_free(&m.b);
}

static void test_deflate_data(void **state)
{
	(void)state;
	deflated("\3\0x", 3, 0, "bytes behind its deflate data");
	deflated("\3\0 more than is read ahead", 25, 0, "bytes behind");
	deflated("\3\0x", 3, 1, "has fewer bytes");
	deflated("\3", 1, 0, "cut short");
	deflated("", 0, 0, "cut short");
	deflated("", 0, 1, "cut short");
	deflated("\7", 1, 0, "invalid");
	deflated("\7", 1, 1, "invalid");
}

/* What cannot be true is not even tried; what grows 1000 times is read. */
static void test_bombs(void **state)
{
	size_t len = 20 << 20;
	char *zeros = calloc(1, len);
	struct made m = { .v = { { .name = "a", .data = zeros, .len = len,
				   .method = 8 } } };
	struct ek_zip *z;

	(void)state;
	assert_non_null(zeros);
	make(&m);
	assert_true(m.v[0].packed < len / 1000);
	assert_int_equal(ek_zip_open_mem(&z, "t.zip", m.b.p, m.b.len, NULL),
			 EK_OK);
	expect(z, "a", zeros, len);
	ek_zip_close(&z);
	lie(&m, 0, 1 << 20, 0);
	data_refused(&m, 0, "has more bytes");
	lie(&m, 0, m.v[0].packed * (size_t)1032 + (1 << 20), 0);
	data_refused(&m, 0, "has fewer bytes");
	lie(&m, 0, m.v[0].packed * (size_t)1032 + (1 << 20) + 1, 0);
	refused(&m.b, EK_EFORMAT, "is a lie");
	ek_buf_free(&m.b);
	free(zeros);
}

/* 4 GiB of all: each may be, together they are too much. */
static void test_total(void **state)
{
	static char data[2 << 20];
	struct made m = { .v = {
		{ .name = "a", .data = data, .len = sizeof(data) },
		{ .name = "b", .data = data, .len = sizeof(data) },
		{ .name = "c", .data = data, .len = sizeof(data) } } };

	(void)state;
	make(&m);
	for (size_t i = 0; i < 3; i++) {
		m.b.p[m.v[i].at + 8] = 8;
		m.b.p[m.v[i].central_at + 10] = 8;
		lie(&m, i, 0x80000000 - (i == 2), 0);
	}
	refused(&m.b, EK_ELIMIT, "more than 4294967296 bytes together");
	ek_buf_free(&m.b);
}

/* As many members as may be, and one more. */
static void test_many(void **state)
{
	struct made_zip *v = calloc(EK_ZIP_MEMBERS + 1, sizeof(*v));
	char (*names)[16] = calloc(EK_ZIP_MEMBERS + 1, sizeof(*names));
	struct ek_buf b = EK_BUF_INIT;
	struct ek_zip *z;

	(void)state;
	assert_non_null(v);
	assert_non_null(names);
	for (size_t i = 0; i <= EK_ZIP_MEMBERS; i++) {
		snprintf(names[i], sizeof(names[i]), "d/%zu", i);
		v[i] = (struct made_zip){ .name = names[i], .data = names[i],
					  .len = strlen(names[i]) };
	}
	made_zip(&b, v, EK_ZIP_MEMBERS);
	assert_int_equal(ek_zip_open_mem(&z, "t.zip", b.p, b.len, NULL),
			 EK_OK);
	assert_int_equal(ek_zip_count(z), EK_ZIP_MEMBERS);
	for (size_t i = 0; i < EK_ZIP_MEMBERS; i += 10)
		expect(z, names[i], names[i], strlen(names[i]));
	ek_zip_close(&z);
	ek_buf_reset(&b);
	made_zip(&b, v, EK_ZIP_MEMBERS + 1);
	refused(&b, EK_ELIMIT, "more than 20000");
	ek_buf_free(&b);
	free(names);
	free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads),
		cmocka_unit_test(test_reads_file),
		cmocka_unit_test(test_streams),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_bad_names),
		cmocka_unit_test(test_long_names),
		cmocka_unit_test(test_clashes),
		cmocka_unit_test(test_bad_kinds),
		cmocka_unit_test(test_directory_data),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_no_zip),
		cmocka_unit_test(test_more_bytes),
		cmocka_unit_test(test_bytes_in_front),
		cmocka_unit_test(test_zip64_locator),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_flipped),
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_stored_crc),
		cmocka_unit_test(test_deflate_data),
		cmocka_unit_test(test_bombs),
		cmocka_unit_test(test_total),
		cmocka_unit_test(test_many),
	};

	fill_big();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
