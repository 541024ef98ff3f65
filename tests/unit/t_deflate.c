/* SPDX-License-Identifier: BSD-2-Clause */
/* t_deflate.c - unit tests of deflate.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define ZLIB_CONST 1
#include <zlib.h>

#include "ek/deflate.h"
#include "ek/digest.h"
#include "ek/err.h"
#include "ek/inflate.h"
#include "ek/io.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Something between text and noise, n bytes. */
static unsigned char *sample(size_t n)
{
	unsigned char *p = malloc(n + 1);
	uint32_t x = 1;

	assert_non_null(p);
	for (size_t i = 0; i < n; i++) {
		x = x * 1664525 + 1013904223;
		p[i] = i % 97 < 60 ? (unsigned char)("esxkit "[i % 7])
				   : (unsigned char)(x >> 27);
	}
	return p;
}

/* data through our stream, in pieces of step bytes. */
static unsigned char *ours(const unsigned char *data, size_t n, int level,
			   size_t step, size_t *len)
{
	struct ek_out *mem, *gz;
	char *out;

	assert_int_equal(ek_out_open_mem(&mem, &out, len, NULL), EK_OK);
	assert_int_equal(ek_out_open_gzip(&gz, mem, level, NULL), EK_OK);
	for (size_t i = 0; i < n; i += step)
		ek_out_write(gz, data + i, step < n - i ? step : n - i);
	assert_true(ek_out_pos(gz) == n);
	assert_int_equal(ek_out_commit(&gz, NULL), EK_OK);
	assert_int_equal(ek_out_commit(&mem, NULL), EK_OK);
	return (unsigned char *)out;
}

/* What zlib makes of all of it in one call. */
static unsigned char *zlibs(const unsigned char *data, size_t n, int level,
			    size_t *len)
{
	z_stream z = { .next_in = data, .avail_in = (uInt)n };
	size_t room = n + n / 100 + 1000;
	unsigned char *out = malloc(room);

	assert_non_null(out);
	z.next_out = out;
	z.avail_out = (uInt)room;
	assert_int_equal(deflateInit2(&z, level, Z_DEFLATED, -15, 8,
				      Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	*len = (size_t)(z.next_out - out);
	deflateEnd(&z);
	return out;
}

static void assert_le32(const unsigned char *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		assert_int_equal(p[i], v >> 8 * i & 0xff);
}

/* Header, zlib's bytes, CRC and length: nothing else (vmtar.5, "gzip,
 * exactly"), at every level that compresses. */
static void test_bytes_of_zlib(void **state)
{
	static const size_t sizes[] = { 0, 1, 10, 65535, 65536, 65537, 700001 };
	unsigned char *data = sample(700001);

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		for (int level = 1; level <= 9; level++) {
			size_t n = sizes[i], len, zlen;
			unsigned char *a = ours(data, n, level, 4096, &len);
			unsigned char *b = zlibs(data, n, level, &zlen);

			assert_int_equal(len, zlen + 18);
			assert_memory_equal(a, "\x1f\x8b\x08\0\0\0\0\0\x02\xff",
					    10);
			assert_memory_equal(a + 10, b, zlen);
			assert_le32(a + len - 8, (uint32_t)crc32(0, data,
								 (uInt)n));
			assert_le32(a + len - 4, (uint32_t)n);
			free(a);
			free(b);
		}
	}
	free(data);
}

/* The bytes do not depend on the sizes of the writes, level 0 included. */
static void test_any_pieces(void **state)
{
	static const size_t steps[] = { 1, 7, 65535, 65536, 65537, 200000 };
	unsigned char *data = sample(400000);

	(void)state;
	for (int level = 0; level <= 9; level += 9) {
		size_t want_len, len;
		unsigned char *want = ours(data, 400000, level, 400000,
					   &want_len);

		for (size_t i = 0; i < COUNT(steps); i++) {
			unsigned char *got = ours(data, 400000, level,
						  steps[i], &len);

			assert_int_equal(len, want_len);
			assert_memory_equal(got, want, len);
			free(got);
		}
		free(want);
	}
	free(data);
}

/*
 * A digest made once with Python's zlib module (zlib 1.2.13), so that a change
 * of zlib's own would be seen too: it would end the equality with the images.
 */
static void test_fixed_digest(void **state)
{
	char hex[EK_DIGEST_HEX];
	unsigned char *data = sample(300000), *gz;
	size_t len;

	(void)state;
	ek_digest_mem(EK_SHA256, data, 300000, hex, NULL);
	assert_string_equal(hex,
			    "94b74437381c6acd81f4756b8b99dc57"
			    "1802c905e7366543708f40a017ba1526");
	gz = ours(data, 300000, EK_GZ_LEVEL, 1000, &len);
	ek_digest_mem(EK_SHA256, gz, len, hex, NULL);
	assert_string_equal(hex,
			    "864e2c17b2edfa610610a893264c7f9b"
			    "bf3d52f9932c4bdc848d35eff205e314");
	free(gz);
	free(data);
}

static void test_nothing(void **state)
{
	size_t len;
	unsigned char *gz = ours((const unsigned char *)"", 0, EK_GZ_LEVEL, 1,
				 &len);

	(void)state;
	assert_int_equal(len, 20);
	assert_memory_equal(gz, "\x1f\x8b\x08\0\0\0\0\0\x02\xff\x03\0\0\0\0\0"
				"\0\0\0\0", 20);
	free(gz);
}

static void test_round_trip(void **state)
{
	unsigned char *data = sample(1000000), *gz;
	struct ek_in *in, *z;
	unsigned char *got = malloc(1000001);
	size_t len, n;

	(void)state;
	for (int level = 0; level <= 9; level++) {
		gz = ours(data, 1000000, level, 12345, &len);
		assert_int_equal(ek_in_open_mem(&in, "x", gz, len, NULL),
				 EK_OK);
		assert_int_equal(ek_in_open_gunzip(&z, in, EK_GZ_ONE, true,
						   NULL), EK_OK);
		assert_int_equal(ek_in_read(z, got, 1000001, &n, NULL), EK_OK);
		assert_int_equal(n, 1000000);
		assert_memory_equal(got, data, n);
		ek_in_close(&z);
		free(gz);
	}
	free(got);
	free(data);
}

static int full(void *ctx, const void *data, size_t len, struct ek_err *err)
{
	size_t *left = ctx;

	(void)data;
	if (len > *left) {
		errno = ENOSPC;
		return ek_fail_sys(err, "cannot write 'disk'");
	}
	*left -= len;
	return EK_OK;
}

/* Whenever the disk is full, the message of the stream below comes up. */
static void test_full_disk(void **state)
{
	unsigned char *data = sample(300000);
	struct ek_out *disk, *gz;
	struct ek_err err;

	(void)state;
	for (size_t room = 0; room < 30; room += 5) {
		size_t left = room;

		memset(&err, 0, sizeof(err));
		assert_int_equal(ek_out_open_put(&disk, "disk", full, NULL,
						 NULL, &left, NULL), EK_OK);
		assert_int_equal(ek_out_open_gzip(&gz, disk, 9, NULL), EK_OK);
		ek_out_write(gz, data, 300000);
		assert_int_equal(ek_out_commit(&gz, &err), EK_ESYS);
		assert_int_equal(err.sys, ENOSPC);
		assert_string_equal(err.msg, "cannot write 'disk': No space"
					     " left on device");
		assert_int_equal(ek_out_commit(&disk, NULL), EK_ESYS);
	}
	free(data);
}

static void test_level(void **state)
{
	struct ek_out *mem, *gz;
	struct ek_err err;
	char *buf;
	size_t len;

	(void)state;
	assert_int_equal(ek_out_open_mem(&mem, &buf, &len, NULL), EK_OK);
	assert_int_equal(ek_out_open_gzip(&gz, mem, 10, &err), EK_EARG);
	assert_null(gz);
	assert_int_equal(ek_out_open_gzip(&gz, mem, -1, &err), EK_EARG);
	assert_true(ek_out_pos(mem) == 0);
	ek_out_abort(&mem);
}

/* ---- several threads ----------------------------------------------------- */

/* As ours(), at level 6, by jobs threads. */
static unsigned char *by_jobs(const unsigned char *data, size_t n,
			      unsigned jobs, size_t step, size_t *len)
{
	struct ek_out *gz, *mem;
	char *out;

	assert_int_equal(ek_out_open_mem(&mem, &out, len, NULL), EK_OK);
	assert_int_equal(ek_out_open_gzip_jobs(&gz, mem, 6, jobs, NULL), EK_OK);
	for (size_t i = 0; i < n; i += step)
		ek_out_write(gz, data + i, step < n - i ? step : n - i);
	assert_int_equal(ek_out_commit(&gz, NULL), EK_OK);
	assert_int_equal(ek_out_commit(&mem, NULL), EK_OK);
	return (unsigned char *)out;
}

static void assert_unpacks(const unsigned char *gz, size_t len,
			   const unsigned char *data, size_t n)
{
	unsigned char *got = malloc(n + 1);
	struct ek_in *in, *z;
	size_t have;

	assert_non_null(got);
	assert_int_equal(ek_in_open_mem(&in, "x", gz, len, NULL), EK_OK);
	assert_int_equal(ek_in_open_gunzip(&z, in, EK_GZ_ONE, true, NULL),
			 EK_OK);
	assert_int_equal(ek_in_read(z, got, n + 1, &have, NULL), EK_OK);
	assert_int_equal(have, n);
	assert_memory_equal(got, data, n);
	ek_in_close(&z);
	free(got);
}

/*
 * One member that unpacks to the data, the same for any number of threads above
 * one: also where a gathering ends with the data (16 runs of 128 KiB a thread).
 */
static void test_jobs(void **state)
{
	enum { RUN = 131072, MOST = 16 * 3 * RUN + 1 };
	static const size_t sizes[] = { 0, 1, RUN - 1, RUN, RUN + 1, 2 * RUN,
		16 * 2 * RUN, 16 * 2 * RUN + 1, 16 * 3 * RUN, MOST };
	unsigned char *data = sample(MOST);

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		size_t want_len, len;
		unsigned char *want = by_jobs(data, sizes[i], 2, 1000000,
					      &want_len);

		assert_unpacks(want, want_len, data, sizes[i]);
		for (unsigned jobs = 3; jobs <= 8; jobs += 5) {
			unsigned char *got = by_jobs(data, sizes[i], jobs,
						     77777, &len);

			assert_int_equal(len, want_len);
			assert_memory_equal(got, want, len);
			free(got);
		}
		free(want);
	}
	free(data);
}

/* One thread is the other call; few bytes are lost by several. */
static void test_jobs_size(void **state)
{
	unsigned char *data = sample(3000000);
	size_t one_len, len;
	unsigned char *one = ours(data, 3000000, 6, 1000, &one_len);
	unsigned char *got = by_jobs(data, 3000000, 1, 1000, &len);

	(void)state;
	assert_int_equal(len, one_len);
	assert_memory_equal(got, one, len);
	free(got);
	got = by_jobs(data, 3000000, 2, 1000, &len);
	assert_true(len < one_len + one_len / 100);
	free(got);
	free(one);
	free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_jobs),
		cmocka_unit_test(test_jobs_size),
		cmocka_unit_test(test_bytes_of_zlib),
		cmocka_unit_test(test_any_pieces),
		cmocka_unit_test(test_fixed_digest),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_level),
	};

	return cmocka_run_group_tests_name("deflate", tests, NULL, NULL);
}
