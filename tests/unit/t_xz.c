/* SPDX-License-Identifier: BSD-2-Clause */
/* t_xz.c - unit tests of xz.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/err.h"
#include "ek/xz.h"

#include "codec.h"
#include "wrap.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum { N = 300000 };

static int unxz(const void *xz, size_t len, size_t step, struct ek_buf *out,
		uint64_t *pos, struct ek_err *err)
{
	return unpack(ek_in_open_unxz, xz, len, step, out, pos, err);
}

static void test_round_trip(void **state)
{
	static const lzma_check checks[] = {
		LZMA_CHECK_NONE, LZMA_CHECK_CRC32, LZMA_CHECK_CRC64,
		LZMA_CHECK_SHA256,
	};
	static const size_t steps[] = { 1, 1000, 65536, 1 << 20 };
	char *data = malloc(N);
	uint64_t pos;

	(void)state;
	make(data, N);
	for (size_t i = 0; i < COUNT(checks); i++) {
		struct ek_buf xz = EK_BUF_INIT, out = EK_BUF_INIT;
		size_t n = i == 0 ? 0 : N;

		/* 2 MiB, as those of VMware have */
		add_xz(&xz, data, n, checks[i], 2 << 20);
		assert_int_equal(unxz(xz.p, xz.len, steps[i], &out, &pos, NULL),
				 EK_OK);
		assert_int_equal(out.len, n);
		assert_int_equal(pos, xz.len);
		if (n != 0)
			assert_memory_equal(out.p, data, n);
		ek_buf_free(&xz);
		ek_buf_free(&out);
	}
	free(data);
}

/* It stops at the end of its stream, and leaves what is behind. */
static void test_stops(void **state)
{
	struct ek_buf xz = EK_BUF_INIT, out = EK_BUF_INIT;
	size_t end;
	uint64_t pos;

	(void)state;
	add_xz(&xz, "first", 5, LZMA_CHECK_CRC32, 1 << 16);
	end = xz.len;
	add_xz(&xz, "second", 6, LZMA_CHECK_CRC32, 1 << 16);
	assert_int_equal(unxz(xz.p, xz.len, 100, &out, &pos, NULL), EK_OK);
	assert_int_equal(pos, end);
	assert_string_equal(ek_buf_str(&out), "first");
	ek_buf_free(&xz);
	ek_buf_free(&out);
}

static void test_cut(void **state)
{
	struct ek_buf xz = EK_BUF_INIT;
	struct ek_err err;
	uint64_t pos;

	(void)state;
	add_xz(&xz, "some text, some more text", 25, LZMA_CHECK_CRC32, 1 << 16);
	for (size_t n = 0; n < xz.len; n++) {
		struct ek_buf out = EK_BUF_INIT;

		assert_int_equal(unxz(xz.p, n, 100, &out, &pos, &err),
				 EK_EFORMAT);
		assert_non_null(strstr(err.msg, "'m' ends at offset"));
		assert_non_null(strstr(err.msg, "inside xz data"));
		ek_buf_free(&out);
	}
	ek_buf_free(&xz);
}

static void test_flipped(void **state)
{
	struct ek_buf xz = EK_BUF_INIT;
	struct ek_err err;
	uint64_t pos;

	(void)state;
	add_xz(&xz, "some text, some more text", 25, LZMA_CHECK_CRC32, 1 << 16);
	for (size_t bit = 0; bit < xz.len * 8; bit++) {
		struct ek_buf out = EK_BUF_INIT;

		xz.p[bit / 8] ^= (char)(1 << bit % 8);
		if (unxz(xz.p, xz.len, 100, &out, &pos, &err) == EK_OK)
			fail_msg("bit %zu makes no difference", bit);
		xz.p[bit / 8] ^= (char)(1 << bit % 8);
		ek_buf_free(&out);
	}
	ek_buf_free(&xz);
}

/* A header may ask for any memory: not beyond the limit. */
static void test_memory(void **state)
{
	struct ek_buf xz = EK_BUF_INIT, out = EK_BUF_INIT;
	struct ek_err err;
	uint64_t pos;

	(void)state;
	add_xz(&xz, "x", 1, LZMA_CHECK_CRC32, 64 << 20); /* xz -9 */
	assert_int_equal(unxz(xz.p, xz.len, 9, &out, &pos, NULL), EK_OK);
	ek_buf_reset(&xz);
	add_xz(&xz, "x", 1, LZMA_CHECK_CRC32, 256 << 20);
	assert_int_equal(unxz(xz.p, xz.len, 9, &out, &pos, &err), EK_ELIMIT);
	assert_string_equal(err.msg, "'m': its xz data needs 256 MiB of memory,"
			    " more than 128 are not given");
	ek_buf_free(&xz);
	ek_buf_free(&out);
}

static void test_not_xz(void **state)
{
	struct ek_buf out = EK_BUF_INIT;
	struct ek_err err;
	uint64_t pos;

	(void)state;
	assert_int_equal(unxz("hello, hello", 12, 9, &out, &pos, &err),
			 EK_EFORMAT);
	assert_non_null(strstr(err.msg, "not an xz header"));
	/* a check of a kind that nobody knows */
	assert_int_equal(unxz("\xfd" "7zXZ\0\0\x0f\x96\x21\x9e\x40", 12, 9,
			      &out, &pos, &err), EK_EFORMAT);
	ek_buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_stops),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_flipped),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_not_xz),
	};

	return cmocka_run_group_tests_name("xz", tests, NULL, NULL);
}
