/* SPDX-License-Identifier: BSD-2-Clause */
/* t_zstd.c - unit tests of zstd.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/err.h"
#include "ek/zstd.h"

#include "codec.h"
#include "wrap.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum { N = 700000 };

static int unzstd(const void *z, size_t len, size_t step, struct ek_buf *out,
		  uint64_t *pos, struct ek_err *err)
{
	return unpack(ek_in_open_unzstd, z, len, step, out, pos, err);
}

/* By our writer, in pieces of step bytes. */
static void pack(const char *data, size_t n, size_t step, char **z, size_t *len)
{
	struct ek_out *mem, *out;

	assert_int_equal(ek_out_open_mem(&mem, z, len, NULL), EK_OK);
	assert_int_equal(ek_out_open_zstd(&out, mem, NULL), EK_OK);
	for (size_t i = 0; i < n; i += step)
		ek_out_write(out, data + i, n - i < step ? n - i : step);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	assert_int_equal(ek_out_commit(&mem, NULL), EK_OK);
}

static void test_round_trip(void **state)
{
	static const size_t steps[] = { 1, 1000, 1 << 20 };
	char *data = malloc(N);
	uint64_t pos;

	(void)state;
	make(data, N);
	for (size_t i = 0; i < COUNT(steps); i++) {
		struct ek_buf z = EK_BUF_INIT, out = EK_BUF_INIT;
		size_t n = i == 0 ? 0 : N;

		add_zstd(&z, data, n, i != 1);
		assert_int_equal(unzstd(z.p, z.len, steps[i], &out, &pos, NULL),
				 EK_OK);
		assert_int_equal(out.len, n);
		assert_int_equal(pos, z.len);
		if (n != 0)
			assert_memory_equal(out.p, data, n);
		ek_buf_free(&z);
		ek_buf_free(&out);
	}
	free(data);
}

/* The frame of 9.0, whatever the sizes of the writes. */
static void test_writer(void **state)
{
	static const size_t steps[] = { 700000, 131072, 4097 };
	char *data = malloc(N), *first = NULL;
	size_t first_len = 0, len;
	uint64_t pos;

	(void)state;
	make(data, N);
	for (size_t i = 0; i < COUNT(steps); i++) {
		struct ek_buf out = EK_BUF_INIT;
		char *z;

		pack(data, N, steps[i], &z, &len);
		assert_memory_equal(z, "\x28\xb5\x2f\xfd\x00\x88", 6);
		assert_int_equal(unzstd(z, len, 65536, &out, &pos, NULL),
				 EK_OK);
		assert_int_equal(pos, len);
		assert_int_equal(out.len, N);
		assert_memory_equal(out.p, data, N);
		if (first != NULL) {
			assert_int_equal(len, first_len);
			assert_memory_equal(z, first, len);
			free(z);
		} else {
			first = z;
			first_len = len;
		}
		ek_buf_free(&out);
	}
	/* an empty one as well has neither size nor checksum: 6 and a block */
	free(data);
	pack("", 0, 1, &data, &len);
	assert_int_equal(len, 9);
	assert_memory_equal(data, "\x28\xb5\x2f\xfd\x00\x88\x01\0\0", 9);
	free(first);
	free(data);
}

static void test_stops(void **state)
{
	struct ek_buf z = EK_BUF_INIT, out = EK_BUF_INIT;
	size_t end;
	uint64_t pos;

	(void)state;
	add_zstd(&z, "first", 5, 1);
	end = z.len;
	add_zstd(&z, "second", 6, 1);
	assert_int_equal(unzstd(z.p, z.len, 100, &out, &pos, NULL), EK_OK);
	assert_int_equal(pos, end);
	assert_string_equal(ek_buf_str(&out), "first");
	ek_buf_free(&z);
	ek_buf_free(&out);
}

static void test_cut(void **state)
{
	struct ek_buf z = EK_BUF_INIT;
	struct ek_err err;
	uint64_t pos;

	(void)state;
	add_zstd(&z, "some text, some text, some text, some more", 42, 1);
	for (size_t n = 0; n < z.len; n++) {
		struct ek_buf out = EK_BUF_INIT;

		assert_int_equal(unzstd(z.p, n, 100, &out, &pos, &err),
				 EK_EFORMAT);
		assert_non_null(strstr(err.msg, n < 4 ? "'m' is not zstd"
						      : "inside zstd data"));
		ek_buf_free(&out);
	}
	ek_buf_free(&z);
}

static void test_flipped(void **state)
{
	struct ek_buf z = EK_BUF_INIT;
	struct ek_err err;
	uint64_t pos;
	size_t same = 0;

	(void)state;
	add_zstd(&z, "some text, some text, some text, some more", 42, 1);
	for (size_t bit = 0; bit < z.len * 8; bit++) {
		struct ek_buf out = EK_BUF_INIT;

		z.p[bit / 8] ^= (char)(1 << bit % 8);
		if (unzstd(z.p, z.len, 100, &out, &pos, &err) == EK_OK) {
			/* a bit that means nothing: then the data is right */
			assert_string_equal(ek_buf_str(&out), "some text, some"
					    " text, some text, some more");
			same++;
		}
		z.p[bit / 8] ^= (char)(1 << bit % 8);
		ek_buf_free(&out);
	}
	assert_true(same < 8);
	ek_buf_free(&z);
}

static void test_refused(void **state)
{
	static const struct {
		const char *z;
		size_t len;
		int rc;
		const char *msg;
	} rows[] = {
		/* the window of 9.0; one that is larger by an eighth; the
		 * largest; a content of 4 GiB in a single segment */
		{ "\x28\xb5\x2f\xfd\x00\x88\x01\0\0", 9, EK_OK, "" },
		{ "\x28\xb5\x2f\xfd\x00\x89\x01\0\0", 9, EK_ELIMIT,
		  "'m': its zstd data needs a window of more than 128 MiB" },
		{ "\x28\xb5\x2f\xfd\x00\xff\x01\0\0", 9, EK_ELIMIT, "128 MiB" },
		{ "\x28\xb5\x2f\xfd\xe0\0\0\0\0\1\0\0\0\x01\0\0", 16,
		  EK_ELIMIT, "128 MiB" },
		/* a dictionary; a skippable frame; a content size that lies */
		{ "\x28\xb5\x2f\xfd\x01\x88\x07\x01\0\0", 10, EK_EREFUSE,
		  "needs a dictionary" },
		{ "\x5a\x2a\x4d\x18\x01\0\0\0x", 9, EK_EREFUSE,
		  "'m' begins with a skippable zstd frame" },
		{ "\x28\xb5\x2f\xfd\x20\x05\x01\0\0", 9, EK_EFORMAT,
		  "damaged at or before offset" },
		{ "\x28\xb5\x2f\xfd\x08\x88\x01\0\0", 9, EK_EFORMAT, "" },
		{ "hello", 5, EK_EFORMAT, "'m' is not zstd" },
	};
	uint64_t pos;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ek_buf out = EK_BUF_INIT;
		struct ek_err err = EK_ERR_INIT;
		int rc = unzstd(rows[i].z, rows[i].len, 9, &out, &pos, &err);

		if (rc != rows[i].rc || strstr(err.msg, rows[i].msg) == NULL)
			fail_msg("row %zu: %d '%s'", i, rc, err.msg);
		ek_buf_free(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_writer),
		cmocka_unit_test(test_stops),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_flipped),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests_name("zstd", tests, NULL, NULL);
}
