/* SPDX-License-Identifier: BSD-2-Clause */
/* t_footer.c - unit tests of footer.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/err.h"
#include "ek/footer.h"

#include "wrap.h"

static int read_all(const struct ek_buf *b, struct ek_footer *f,
		    struct ek_err *err)
{
	struct ek_in *in;
	int rc;

	assert_int_equal(ek_in_open_mem(&in, "m", b->len != 0 ? b->p : "",
					b->len, NULL), EK_OK);
	rc = ek_footer_read(in, "xz data", f, err);
	ek_in_close(&in);
	return rc;
}

static void test_good(void **state)
{
	struct ek_buf b = EK_BUF_INIT;
	struct ek_footer f;

	(void)state;
	assert_int_equal(read_all(&b, &f, NULL), EK_OK);
	assert_false(f.there);
	/* the two that are known, to the byte */
	add_footer(&b, 3, "vmware_esx40", 256);
	assert_int_equal(b.len, 284);
	assert_int_equal(read_all(&b, &f, NULL), EK_OK);
	assert_true(f.there);
	assert_int_equal(f.schema, 3);
	assert_string_equal(f.key_id, "vmware_esx40");
	assert_int_equal(f.length, 0x110);
	assert_int_equal(f.size, 284);
	ek_buf_reset(&b);
	add_footer(&b, 4, "exactly16letters", 512);
	assert_int_equal(b.len, 540);
	assert_int_equal(read_all(&b, &f, NULL), EK_OK);
	assert_string_equal(f.key_id, "exactly16letters");
	assert_int_equal(f.length, 0x210);
	ek_buf_free(&b);
}

/* put: where to change a byte of a good footer of 284 bytes */
static void test_bad(void **state)
{
	static const struct {
		size_t put;
		char c;
		const char *msg;
	} rows[] = {
		{ 0, 2, "schema other than 3 and 4" },
		{ 0, 5, "schema other than 3 and 4" },
		{ 3, 1, "schema other than 3 and 4" },
		{ 4, '\0', "without the name of a key" },
		{ 5, '\n', "without the name of a key" },
		{ 19, 'x', "without the name of a key" },
		{ 276, 0x11, "the length that it tells is not theirs" },
		{ 277, 0, "the length that it tells is not theirs" },
		{ 277, 2, "the length that it tells is not theirs" },
		{ 279, (char)0xff, "the length that it tells is not theirs" },
		{ 280, 0, "they do not end as a signature does" },
	};
	struct ek_buf b = EK_BUF_INIT;
	struct ek_footer f;
	struct ek_err err;

	(void)state;
	add_footer(&b, 3, "vmware_esx67", 256);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char old = b.p[rows[i].put];

		b.p[rows[i].put] = rows[i].c;
		assert_int_equal(read_all(&b, &f, &err), EK_EFORMAT);
		if (strstr(err.msg, rows[i].msg) == NULL)
			fail_msg("row %zu: %s", i, err.msg);
		assert_non_null(strstr(err.msg, "'m': bytes at offset 0, behind"
				       " the end of the xz data: "));
		assert_false(f.there);
		b.p[rows[i].put] = old;
	}
	assert_int_equal(read_all(&b, &f, &err), EK_OK);
	ek_buf_free(&b);
}

static void test_sizes(void **state)
{
	struct ek_buf b = EK_BUF_INIT, all = EK_BUF_INIT;
	struct ek_footer f;
	struct ek_err err;

	(void)state;
	/* cut in front, and with more in front */
	add_footer(&all, 4, "k", 256);
	for (size_t n = 1; n < all.len; n++) {
		ek_buf_reset(&b);
		ek_buf_add(&b, all.p + n, all.len - n);
		assert_int_equal(read_all(&b, &f, &err), EK_EFORMAT);
	}
	ek_buf_reset(&b);
	ek_buf_addc(&b, 'x');
	ek_buf_add(&b, all.p, all.len);
	assert_int_equal(read_all(&b, &f, &err), EK_EFORMAT);
	/* no signature but a key id; the largest that is taken; one more */
	ek_buf_reset(&b);
	add_footer(&b, 4, "k", 0);
	assert_int_equal(read_all(&b, &f, &err), EK_EFORMAT);
	assert_non_null(strstr(err.msg, "a signature of no bytes"));
	ek_buf_reset(&b);
	add_footer(&b, 4, "k", EK_FOOTER_MAX - 28);
	assert_int_equal(read_all(&b, &f, &err), EK_OK);
	assert_int_equal(f.size, EK_FOOTER_MAX);
	ek_buf_reset(&b);
	add_footer(&b, 4, "k", EK_FOOTER_MAX - 27);
	assert_int_equal(read_all(&b, &f, &err), EK_EFORMAT);
	assert_non_null(strstr(err.msg, "more than a signature has"));
	ek_buf_free(&b);
	ek_buf_free(&all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_sizes),
	};

	return cmocka_run_group_tests_name("footer", tests, NULL, NULL);
}
