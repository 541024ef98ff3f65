/* SPDX-License-Identifier: BSD-2-Clause */
/* t_record.c - unit tests of record.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/buf.h"
#include "ek/entry.h"
#include "ek/err.h"
#include "ek/record.h"

/* A file as GNU tar 1.34 wrote it with --format=gnu: name, fields, sum. */
static void gnu_record(struct ek_record *r)
{
	memset(r, 0, sizeof(*r));
	memcpy(r->b, "bin/x", 5);
	memcpy(r->b + 100, "0000755\0" "0000000\0" "0000000\0"
	       "00000000005\0" "13132027400\0" "010504\0 0", 57);
	memcpy(r->b + 257, "ustar  \0root", 12);
	memcpy(r->b + 297, "root", 4);
	ek_record_set_sum(r, false);
}

static void test_magic(void **state)
{
	static const struct {
		const char *bytes;
		enum ek_magic magic;
	} rows[] = {
		{ "ustar  \0", EK_MAGIC_GNU },
		{ "visor  \0", EK_MAGIC_VISOR },
		{ "ustar\0" "00", EK_MAGIC_POSIX },
		{ "\0\0\0\0\0\0\0\0", EK_MAGIC_OTHER },
		/* refused by the original as well */
		{ "visor \0\0", EK_MAGIC_OTHER },
		{ "visor\0" "00", EK_MAGIC_OTHER },
		{ "visor   ", EK_MAGIC_OTHER },
		{ "ustar   ", EK_MAGIC_OTHER },
	};
	struct ek_record r;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		gnu_record(&r);
		memcpy(r.b + 257, rows[i].bytes, 8);
		assert_int_equal(ek_record_magic(&r), rows[i].magic);
		ek_record_set_magic(&r, EK_MAGIC_VISOR);
		assert_int_equal(ek_record_magic(&r), EK_MAGIC_VISOR);
	}
}

static void test_sum(void **state)
{
	struct ek_record r;

	(void)state;
	gnu_record(&r);
	assert_memory_equal(r.b + 148, "010504\0 ", 8);
	assert_true(ek_record_sum_ok(&r));
	r.b[0] = 0xc3;
	assert_false(ek_record_sum_ok(&r));
	ek_record_set_sum(&r, false);
	assert_memory_equal(r.b + 148, "010645\0 ", 8);
	assert_true(ek_record_sum_ok(&r));
	ek_record_set_sum(&r, true); /* 256 less */
	assert_memory_equal(r.b + 148, "010245\0 ", 8);
	assert_true(ek_record_sum_ok(&r));
	/* other spellings of the same number */
	memcpy(r.b + 148, " 10245 \0", 8);
	assert_true(ek_record_sum_ok(&r));
	memcpy(r.b + 148, "00010245", 8);
	assert_true(ek_record_sum_ok(&r));
	memcpy(r.b + 148, "10245x\0 ", 8);
	assert_false(ek_record_sum_ok(&r));
	memset(r.b + 148, 0, 8);
	assert_false(ek_record_sum_ok(&r));
}

static void test_size(void **state)
{
	static const struct {
		const char *field; /* 12 bytes */
		bool ok;
		uint64_t size;
	} rows[] = {
		{ "00000000017\0", true, 15 },
		{ "17\0\0\0\0\0\0\0\0\0\0", true, 15 },
		{ "         17\0", true, 15 },
		{ "        17 \0", true, 15 },
		{ "\0\0\0\0\0\0\0\0\0\0\0\0", true, 0 },
		{ "20000000000 ", true, 0x80000000u },
		{ "77777777777\0", true, 0x1ffffffffu },
		{ "000000000017", false, 0 },
		{ "\200\0\0\0\0\0\0\2\0\0\0\0", false, 0 },
		{ "\377\377\377\377\377\377\377\377\377\377\377\376", false,
		  0 },
		{ "0000000001x\0", false, 0 },
		{ "0000000003\0" "3", false, 0 },
		{ "-0000000001\0", false, 0 },
		{ "00000000081\0", false, 0 },
	};
	struct ek_record r;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t size = 0;

		gnu_record(&r);
		memcpy(r.b + 124, rows[i].field, 12);
		assert_int_equal(ek_record_size(&r, &size), rows[i].ok);
		assert_int_equal(size, rows[i].size);
	}
}

static void test_data(void **state)
{
	static const char with[] = "07ZSxgDV", without[] = "123456LK";
	struct ek_record r;

	(void)state;
	gnu_record(&r);
	for (size_t i = 0; i < sizeof(with); i++) { /* the NUL as well */
		ek_record_set_type(&r, with[i]);
		assert_true(ek_record_has_data(&r));
	}
	for (size_t i = 0; i + 1 < sizeof(without); i++) {
		ek_record_set_type(&r, without[i]);
		assert_false(ek_record_has_data(&r));
	}
	memset(r.b + 124, '0', 11);
	ek_record_set_type(&r, '0');
	assert_false(ek_record_has_data(&r));
}

static void test_words(void **state)
{
	struct ek_visor v = { 0x01020304, 0x1000, 0xfffffffe, 7 }, w;
	struct ek_record r;

	(void)state;
	gnu_record(&r);
	ek_record_set_visor(&r, &v);
	assert_memory_equal(r.b + 496, "\4\3\2\1\0\x10\0\0\xfe\xff\xff\xff"
			    "\7\0\0\0", 16);
	ek_record_visor(&r, &w);
	assert_memory_equal(&v, &w, sizeof(v));
}

/* Names as they stand in records and as entries have them. */
static void test_names(void **state)
{
	static const struct {
		char type;
		const char *name, *entry;
		enum ek_ftype ftype;
	} rows[] = {
		{ '0', "a/b", "a/b", EK_FT_FILE },
		{ '0', "./a", "a", EK_FT_FILE },
		{ '0', ".//a", "a", EK_FT_FILE },
		{ '0', "././a", "a", EK_FT_FILE },
		{ '0', ".a", ".a", EK_FT_FILE },
		{ '0', "../a", "../a", EK_FT_FILE },
		{ '0', "/a", "/a", EK_FT_FILE },
		{ '5', "a/", "a", EK_FT_DIR },
		{ '5', "a//", "a", EK_FT_DIR },
		{ '5', "./", "", EK_FT_DIR },
		{ '5', ".", "", EK_FT_DIR },
		{ '5', "/", "/", EK_FT_DIR },
		{ '0', "v7dir/", "v7dir", EK_FT_DIR },
		{ '\0', "old", "old", EK_FT_FILE },
		{ '7', "elf", "elf", EK_FT_FILE },
		{ 'Z', "odd", "odd", EK_FT_FILE },
		{ '2', "sym", "sym", EK_FT_SYMLINK },
		{ '1', "hard", "hard", EK_FT_HARDLINK },
		{ '3', "chr", "chr", EK_FT_CHARDEV },
		{ '4', "blk", "blk", EK_FT_BLOCKDEV },
		{ '6', "fifo", "fifo", EK_FT_FIFO },
	};
	struct ek_entry e;
	struct ek_record r;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		gnu_record(&r);
		memset(r.b, 0, 100);
		memcpy(r.b, rows[i].name, strlen(rows[i].name));
		memcpy(r.b + 124, "00000000000", 11);
		memcpy(r.b + 157, "./to", 4);
		ek_record_set_type(&r, rows[i].type);
		assert_int_equal(ek_record_entry(&r, NULL, NULL, "x", &e, NULL),
				 EK_OK);
		assert_string_equal(e.name, rows[i].entry);
		assert_int_equal(e.type, rows[i].ftype);
		if (e.type == EK_FT_SYMLINK)
			assert_string_equal(e.link, "./to");
		else if (e.type == EK_FT_HARDLINK)
			assert_string_equal(e.link, "to");
		else
			assert_null(e.link);
		ek_entry_clear(&e);
	}
}

/* 100 bytes without a NUL, and names that a long record gave. */
static void test_long_fields(void **state)
{
	struct ek_entry e;
	struct ek_record r;

	(void)state;
	gnu_record(&r);
	memset(r.b, 'n', 100);
	memset(r.b + 157, 'k', 100);
	ek_record_set_type(&r, '2');
	assert_int_equal(ek_record_entry(&r, NULL, NULL, "x", &e, NULL), EK_OK);
	assert_int_equal(strlen(e.name), 100);
	assert_int_equal(strlen(e.link), 100);
	ek_entry_clear(&e);
	assert_int_equal(ek_record_entry(&r, "other", "there", "x", &e, NULL),
			 EK_OK);
	assert_string_equal(e.name, "other");
	assert_string_equal(e.link, "there");
	ek_entry_clear(&e);
}

static void test_bad_fields(void **state)
{
	static const struct {
		size_t at;
		const char *bytes;
		size_t len;
		const char *msg;
	} rows[] = {
		{ 100, "00007x5", 7, "x: the mode is not an octal number" },
		{ 108, "\200\0\0\0\1\2\3\4", 8,
		  "x: the owner number is not octal but base-256, which no"
		  " program for vmtar understands" },
		{ 116, "\377", 1, "x: the group number is not octal but"
		  " base-256, which no program for vmtar understands" },
		{ 136, "\377\377\377", 3, "x: the time is not octal but"
		  " base-256, which no program for vmtar understands" },
		{ 124, "\200", 1, "x: the size is not octal but base-256,"
		  " which no program for vmtar understands" },
		/* of a file: other programs refuse such a header */
		{ 329, "garbage!", 8,
		  "x: the device number is not an octal number" },
		{ 495, "1", 1, "x: there is a sparse map, or junk in its"
		  " place" },
		{ 337, "\0\0\0x", 4,
		  "x: the device number is not an octal number" },
		{ 329, "\t\0\0\0\0\0\0", 8,
		  "x: the device number is not an octal number" },
		{ 100, "\r00644", 7, "x: the mode is not an octal number" },
		{ 156, "\3", 1, "x: its type is the byte 0x03, which no archive"
		  " has" },
		{ 156, "\333", 1, "x: its type is the byte 0xdb, which no"
		  " archive has" },
	};
	struct ek_record r;
	struct ek_entry e;
	struct ek_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		gnu_record(&r);
		memcpy(r.b + rows[i].at, rows[i].bytes, rows[i].len);
		assert_int_equal(ek_record_entry(&r, NULL, NULL, "x", &e, &err),
				 EK_EFORMAT);
		assert_string_equal(err.msg, rows[i].msg);
		assert_null(e.name);
	}
	/* a name that says directory and a size that says file */
	gnu_record(&r);
	memcpy(r.b, "a/b/", 5);
	assert_int_equal(ek_record_entry(&r, NULL, NULL, "x", &e, &err),
			 EK_EFORMAT);
	assert_non_null(strstr(err.msg, "ends in '/'"));
	assert_null(e.name);
	/* empty is fine, as GNU tar leaves them */
	gnu_record(&r);
	memset(r.b + 329, 0, 16);
	assert_int_equal(ek_record_entry(&r, NULL, NULL, "x", &e, NULL), EK_OK);
	assert_int_equal(e.devmajor, 0);
	ek_entry_clear(&e);
}

static struct ek_entry an_entry(enum ek_ftype type)
{
	static char name[] = "bin/x", link[] = "y", root[] = "root";
	struct ek_entry e = { .name = name, .uname = root, .gname = root,
			      .type = type, .mode = 0755, .size = 5,
			      .mtime = 1500000000 };

	if (type == EK_FT_SYMLINK || type == EK_FT_HARDLINK)
		e.link = link;
	return e;
}

static void test_make(void **state)
{
	struct ek_entry e = an_entry(EK_FT_FILE);
	struct ek_record r, want;

	(void)state;
	gnu_record(&want);
	assert_int_equal(ek_record_make(&r, &e, NULL), EK_OK);
	assert_memory_equal(&r, &want, sizeof(r));
	e = an_entry(EK_FT_DIR);
	assert_int_equal(ek_record_make(&r, &e, NULL), EK_OK);
	assert_memory_equal(r.b, "bin/x/\0", 7);
	assert_memory_equal(r.b + 124, "00000000000\0", 12);
	assert_int_equal(ek_record_type(&r), '5');
	e = an_entry(EK_FT_CHARDEV);
	e.devmajor = 1;
	e.devminor = 0777777;
	assert_int_equal(ek_record_make(&r, &e, NULL), EK_OK);
	assert_memory_equal(r.b + 329, "0000001\0" "0777777\0", 16);
	e = an_entry(EK_FT_HARDLINK);
	assert_int_equal(ek_record_make(&r, &e, NULL), EK_OK);
	assert_memory_equal(r.b + 124, "00000000000\0", 12);
	assert_string_equal((char *)r.b + 157, "y");
}

static void test_make_limits(void **state)
{
	struct ek_record r;
	struct ek_entry e;
	struct ek_err err;

	(void)state;
	e = an_entry(EK_FT_FILE);
	e.uid = 07777777;
	assert_int_equal(ek_record_make(&r, &e, NULL), EK_OK);
	e.uid++;
	assert_int_equal(ek_record_make(&r, &e, &err), EK_ELIMIT);
	assert_string_equal(err.msg, "member 'bin/x': the owner number 2097152"
			    " does not fit into a header of old GNU tar");
	e = an_entry(EK_FT_FILE);
	e.mtime = 077777777777;
	assert_int_equal(ek_record_make(&r, &e, NULL), EK_OK);
	e.mtime++;
	assert_int_equal(ek_record_make(&r, &e, NULL), EK_ELIMIT);
	e.mtime = -1;
	assert_int_equal(ek_record_make(&r, &e, NULL), EK_ELIMIT);
	e = an_entry(EK_FT_FILE);
	e.size = 0200000000000;
	assert_int_equal(ek_record_make(&r, &e, NULL), EK_ELIMIT);
	e = an_entry(EK_FT_OTHER);
	assert_int_equal(ek_record_make(&r, &e, NULL), EK_EREFUSE);
}

/* A long record from 100 bytes on, the slash of a directory counted. */
static void test_long(void **state)
{
	static const struct {
		enum ek_ftype type;
		size_t len, want;
	} rows[] = {
		{ EK_FT_FILE, 99, 0 },      { EK_FT_FILE, 100, 1024 },
		{ EK_FT_DIR, 98, 0 },       { EK_FT_DIR, 99, 1024 },
		{ EK_FT_FILE, 511, 1024 },  { EK_FT_FILE, 512, 1536 },
		{ EK_FT_DIR, 510, 1024 },   { EK_FT_DIR, 511, 1536 },
	};
	char name[513];
	uint64_t size;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ek_entry e = an_entry(rows[i].type);
		struct ek_buf b = EK_BUF_INIT;
		struct ek_record r;
		size_t len = rows[i].len + (rows[i].type == EK_FT_DIR);

		memset(name, 'n', rows[i].len);
		name[rows[i].len] = '\0';
		e.name = name;
		ek_record_add_long(&e, 'K', &b);
		assert_int_equal(b.len, 0);
		ek_record_add_long(&e, 'L', &b);
		assert_int_equal(b.len, rows[i].want);
		if (b.len != 0) {
			memcpy(r.b, b.p, 512);
			assert_true(ek_record_size(&r, &size));
			assert_int_equal(size, len + 1);
			assert_true(ek_record_sum_ok(&r));
			assert_int_equal(strlen(b.p + 512), len);
		}
		ek_buf_free(&b);
	}
}

/* The bytes of GNU tar 1.34 for a name of 121. */
static void test_long_bytes(void **state)
{
	struct ek_record r, want;

	(void)state;
	memset(&want, 0, sizeof(want));
	memcpy(want.b, "././@LongLink", 13);
	memcpy(want.b + 100, "0000644\0" "0000000\0" "0000000\0"
	       "00000000172\0" "00000000000\0" "011603\0 L", 57);
	memcpy(want.b + 257, "ustar  \0root", 12);
	memcpy(want.b + 297, "root", 4);
	ek_record_make_long(&r, 'L', 121);
	assert_memory_equal(&r, &want, sizeof(r));
}

static void test_mode_text(void **state)
{
	static const struct {
		char type;
		uint32_t mode;
		const char *text;
	} rows[] = {
		{ '0', 0644, "-rw-r--r--" },   { '5', 0755, "drwxr-xr-x" },
		{ '7', 04755, "mrwsr-xr-x" },  { '2', 0777, "lrwxrwxrwx" },
		{ '1', 02600, "hrw---S---" },  { '5', 01777, "drwxrwxrwt" },
		{ '5', 01776, "drwxrwxrwT" },  { '4', 0, "b---------" },
		{ '3', 04000, "c--S------" },  { '6', 02010, "p-----s---" },
		{ 'Z', 0111, "---x--x--x" },
	};
	char text[11];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ek_record_mode_text(rows[i].type, rows[i].mode, text);
		assert_string_equal(text, rows[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_magic),
		cmocka_unit_test(test_sum),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_data),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_long_fields),
		cmocka_unit_test(test_bad_fields),
		cmocka_unit_test(test_make),
		cmocka_unit_test(test_make_limits),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_long_bytes),
		cmocka_unit_test(test_mode_text),
	};

	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
