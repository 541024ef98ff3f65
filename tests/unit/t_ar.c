/* SPDX-License-Identifier: BSD-2-Clause */
/* t_ar.c - unit tests of ar.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "ek/ar.h"
#include "ek/buf.h"
#include "ek/err.h"
#include "ek/io.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Header fields: name 16, mtime 12, uid 6, gid 6, mode 8, size 10, end 2. */
#define H(name, mode, size) \
	name "0           0     0     " mode size "`\n"
#define M "!<arch>\n"

#define DESC  "descriptor.xml  "
#define SIG   "sig.pkcs7       "
#define ZERO  "0       "
#define SIZE3 "3         "
#define SIZE4 "4         "
#define SIZE0 "0         "

/*
 * Read all of text into out as "name[data]..."; the code of the first failure,
 * or EK_OK at the end.
 */
static int read_all(const char *text, size_t len, struct ek_buf *out,
		    struct ek_err *err)
{
	const struct ek_ar_member *m;
	struct ek_in *in, *data;
	char buf[4096];
	struct ek_ar *a;
	size_t got;
	int rc;

	assert_int_equal(ek_in_open_mem(&in, "x.vib", text, len, NULL), EK_OK);
	rc = ek_ar_open(&a, in, err);
	while (rc == EK_OK) {
		rc = ek_ar_next(a, &m, &data, err);
		if (rc != EK_OK)
			break;
		rc = ek_in_read(data, buf, sizeof(buf), &got, err);
		if (rc != EK_OK)
			break;
		ek_buf_addf(out, "%s[", m->name);
		ek_buf_add(out, buf, got);
		ek_buf_adds(out, "]");
		assert_int_equal(m->data, m->header + EK_AR_HEADER);
	}
	ek_ar_close(&a);
	ek_in_close(&in);
	return rc == EK_END ? EK_OK : rc;
}

#define ROW(in, out) { in, sizeof(in) - 1, out }

static const struct {
	const char *in;
	size_t len;
	const char *out;
} good[] = {
	ROW(M, ""),
	ROW(M H(DESC, ZERO, SIZE3) "abc\n" H(SIG, ZERO, SIZE0)
	    H("b               ", ZERO, SIZE4) "1234",
	    "descriptor.xml[abc]sig.pkcs7[]b[1234]"),
	/* the last pad may be missing */
	ROW(M H(DESC, ZERO, SIZE3) "abc", "descriptor.xml[abc]"),
	/* modes are not looked at */
	ROW(M H(DESC, "0o0     ", SIZE0), "descriptor.xml[]"),
	ROW(M H(DESC, "644     ", SIZE0), "descriptor.xml[]"),
	ROW(M H(DESC, "100644  ", SIZE0), "descriptor.xml[]"),
	ROW(M H(DESC, "100777  ", SIZE0), "descriptor.xml[]"),
	ROW(M H(DESC, "        ", SIZE0), "descriptor.xml[]"),
	ROW(M H(DESC, "xyz\0\xff   ", SIZE0), "descriptor.xml[]"),
	/* time and owner of VMware's signed esx-ui 1.33.7 */
	ROW(M "descriptor.xml/ 1583845804  201   201   100644  0         `\n",
	    "descriptor.xml[]"),
	/* GNU names, NULs behind a name, size behind which NULs stand */
	ROW(M H("net-igb/        ", ZERO, SIZE0), "net-igb[]"),
	ROW(M H("b\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", ZERO, SIZE0), "b[]"),
	ROW(M H("b/\0             ", ZERO, SIZE0), "b[]"),
	ROW(M H("b               ", ZERO, "3\0        ") "abc\n", "b[abc]"),
	/* sixteen characters, as long as the field */
	ROW(M H("abcdefghijklmnop", ZERO, SIZE0), "abcdefghijklmnop[]"),
	/* symbol table, long names */
	ROW(M H("/               ", ZERO, SIZE3) "\0\0\0\n"
	    H("b               ", ZERO, SIZE0), "b[]"),
	ROW(M H("//              ", ZERO, "22        ")
	    "abcdefghijklmnopqr/\nx\n" H("/0              ", ZERO, SIZE3)
	    "abc\n" H("/20             ", ZERO, SIZE0),
	    "abcdefghijklmnopqr[abc]x[]"),
};

static void test_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(good); i++) {
		struct ek_buf out = EK_BUF_INIT;
		struct ek_err err = EK_ERR_INIT;

		if (read_all(good[i].in, good[i].len, &out, &err) != EK_OK)
			fail_msg("row %zu: %s", i, err.msg);
		assert_string_equal(ek_buf_str(&out), good[i].out);
		ek_buf_free(&out);
	}
}

static const struct {
	const char *in;
	size_t len;
	const char *say;
} bad[] = {
	ROW("", "Bad VIB archive header at offset 0"),
	ROW("!<arch>", "Bad VIB archive header at offset 0"),
	ROW("!<thin>\n", "Bad VIB archive header at offset 0"),
	ROW(M "descr", "at offset 8: the file ends inside the header"),
	ROW(M H(DESC, ZERO, SIZE3) "abc\nx", "at offset 72: the file ends"),
	ROW(M H(DESC, ZERO, SIZE3) "ab", "member 'descriptor.xml'"),
	ROW(M H(DESC, ZERO, SIZE3) "abcX", "offset 71, not with a newline"),
	ROW(M "descriptor.xml  0           0     0     0       0         \n`",
	    "at offset 8: it does not end with the bytes 60 0a"),
	ROW(M H(DESC, ZERO, "          "), "not a decimal number"),
	ROW(M H(DESC, ZERO, "-1        "), "not a decimal number"),
	ROW(M H(DESC, ZERO, "0x10      "), "not a decimal number"),
	ROW(M H(DESC, ZERO, "1 2       "), "not a decimal number"),
	ROW(M H(DESC, ZERO, " 3        ") "abc\n", "not a decimal number"),
	ROW(M H(DESC, ZERO, "9999999999") "abc\n", "member 'descriptor.xml'"),
	ROW(M H("                ", ZERO, SIZE0), "its name is empty"),
	ROW(M H("..              ", ZERO, SIZE0), "'.' or '..'"),
	ROW(M H(".               ", ZERO, SIZE0), "'.' or '..'"),
	ROW(M H("../             ", ZERO, SIZE0), "'.' or '..'"),
	ROW(M H("../x            ", ZERO, SIZE0), "has a '/'"),
	ROW(M H("a/b             ", ZERO, SIZE0), "has a '/'"),
	ROW(M H("a//             ", ZERO, SIZE0), "has a '/'"),
	ROW(M H("/etc/passwd     ", ZERO, SIZE0), "begins with '/'"),
	ROW(M H("a\0b             ", ZERO, SIZE0), "control character"),
	ROW(M H("a\x1b[2J           ", ZERO, SIZE0), "control character"),
	ROW(M H("#1/20           ", ZERO, SIZE3), "BSD"),
	ROW(M H("/0              ", ZERO, SIZE0), "not in the table"),
	ROW(M H("//              ", ZERO, SIZE4) "../\n"
	    H("/0              ", ZERO, SIZE0), "'.' or '..'"),
	ROW(M H("//              ", ZERO, SIZE4) "abc/"
	    H("/0              ", ZERO, SIZE0), "has no end"),
	ROW(M H("//              ", ZERO, SIZE4) "ab/\n"
	    H("/4              ", ZERO, SIZE0), "not in the table"),
	ROW(M H("//              ", ZERO, SIZE4) "ab/\n"
	    H("//              ", ZERO, SIZE4) "ab/\n", "a second table"),
	ROW(M H("//              ", ZERO, SIZE4) "a", "table of long names"),
	ROW(M H("//              ", ZERO, "1048577   "), "larger than"),
};

static void test_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(bad); i++) {
		struct ek_buf out = EK_BUF_INIT;
		struct ek_err err = EK_ERR_INIT;
		int rc = read_all(bad[i].in, bad[i].len, &out, &err);

		if (rc != EK_EFORMAT && rc != EK_ELIMIT)
			fail_msg("row %zu: %d %s", i, rc, err.msg);
		if (strstr(err.msg, bad[i].say) == NULL ||
		    strstr(err.msg, "'x.vib'") == NULL)
			fail_msg("row %zu: '%s' lacks '%s'", i, err.msg,
				 bad[i].say);
		ek_buf_free(&out);
	}
}

/* Wherever it is cut, but between members or before the last pad, it is told. */
static void test_cut(void **state)
{
	static const char whole[] = M H(DESC, ZERO, SIZE3) "abc\n"
		H(SIG, ZERO, SIZE0) H("b               ", ZERO, SIZE3) "123\n";

	(void)state;
	for (size_t n = 0; n < sizeof(whole) - 1; n++) {
		bool fine = n == 8 || n == 71 || n == 72 || n == 132 ||
			    n == 195;
		struct ek_buf out = EK_BUF_INIT;
		struct ek_err err = EK_ERR_INIT;
		int rc = read_all(whole, n, &out, &err);

		if (fine ? rc != EK_OK : rc != EK_EFORMAT)
			fail_msg("cut at %zu: %d %s", n, rc, err.msg);
		ek_buf_free(&out);
	}
}

/* A member that is not read is passed over; one is read in part. */
static void test_skip(void **state)
{
	static const char text[] = M H("a               ", ZERO, SIZE4) "abcd"
		H("b               ", ZERO, SIZE3) "efg\n"
		H("c               ", ZERO, SIZE3) "hij\n";
	const struct ek_ar_member *m;
	struct ek_in *in, *data;
	struct ek_ar *a;
	char buf[8];
	size_t got;

	(void)state;
	assert_int_equal(ek_in_open_mem(&in, "t", text, sizeof(text) - 1,
					NULL), EK_OK);
	assert_int_equal(ek_ar_open(&a, in, NULL), EK_OK);
	assert_int_equal(ek_ar_next(a, &m, &data, NULL), EK_OK);
	assert_int_equal(ek_ar_next(a, &m, &data, NULL), EK_OK);
	assert_int_equal(ek_in_read(data, buf, 1, &got, NULL), EK_OK);
	assert_int_equal(ek_ar_next(a, &m, &data, NULL), EK_OK);
	assert_string_equal(m->name, "c");
	assert_int_equal(ek_in_read(data, buf, 8, &got, NULL), EK_OK);
	assert_int_equal(got, 3);
	assert_memory_equal(buf, "hij", 3);
	assert_int_equal(ek_ar_next(a, &m, &data, NULL), EK_END);
	assert_int_equal(ek_ar_next(a, &m, &data, NULL), EK_END);
	ek_ar_close(&a);
	ek_in_close(&in);
}

static void test_many(void **state)
{
	struct ek_buf text = EK_BUF_INIT, out = EK_BUF_INIT;
	struct ek_err err = EK_ERR_INIT;

	(void)state;
	ek_buf_adds(&text, M);
	for (unsigned i = 0; i < EK_AR_MEMBERS_MAX; i++)
		ek_buf_adds(&text, H("b               ", ZERO, SIZE0));
	assert_int_equal(read_all(text.p, text.len, &out, &err), EK_OK);
	ek_buf_adds(&text, H("b               ", ZERO, SIZE0));
	assert_int_equal(read_all(text.p, text.len, &out, &err), EK_ELIMIT);
	ek_buf_free(&text);
	ek_buf_free(&out);
}

static void test_write(void **state)
{
	static const char want[] = M H(DESC, ZERO, SIZE3) "abc\n"
		H("abcdefghijklmno ", ZERO, SIZE4) "1234";
	struct ek_out *out;
	char *buf = NULL;
	size_t len;

	(void)state;
	assert_int_equal(ek_out_open_mem(&out, &buf, &len, NULL), EK_OK);
	ek_out_write(out, EK_AR_MAGIC, EK_AR_MAGIC_LEN);
	assert_int_equal(ek_ar_put_header(out, "descriptor.xml", 3, NULL),
			 EK_OK);
	ek_out_write(out, "abc", 3);
	ek_ar_put_pad(out, 3);
	assert_int_equal(ek_ar_put_header(out, "abcdefghijklmno", 4, NULL),
			 EK_OK);
	ek_out_write(out, "1234", 4);
	ek_ar_put_pad(out, 4);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	assert_int_equal(len, sizeof(want) - 1);
	assert_memory_equal(buf, want, len);
	free(buf);
}

static void test_write_refuses(void **state)
{
	static const char *const names[] = {
		"", ".", "..", "a/b", "a/", "/", "abcdefghijklmnop", "a\n",
		"a ", "#1/3",
	};
	struct ek_out *out;

	(void)state;
	assert_int_equal(ek_out_open_null(&out, NULL), EK_OK);
	for (size_t i = 0; i < LEN(names); i++)
		assert_int_equal(ek_ar_put_header(out, names[i], 0, NULL),
				 EK_EARG);
	assert_int_equal(ek_ar_put_header(out, "a", EK_AR_SIZE_MAX, NULL),
			 EK_OK);
	assert_int_equal(ek_ar_put_header(out, "a", 10000000000u, NULL),
			 EK_EARG);
	assert_int_equal(ek_out_pos(out), EK_AR_HEADER);
	ek_out_abort(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_skip),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_write_refuses),
	};

	return cmocka_run_group_tests_name("ar", tests, NULL, NULL);
}
