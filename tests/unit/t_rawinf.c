/* SPDX-License-Identifier: BSD-2-Clause */
/* t_rawinf.c - unit tests of rawinf.h, whichever library is behind it */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define ZLIB_CONST 1
#include <zlib.h>

#include "rawinf.h"

enum { SIZE = 300000, TAIL = 20 };

struct made {
	unsigned char data[SIZE];             /* what went in */
	unsigned char z[SIZE + SIZE / 100 + 1000 + TAIL];
	size_t len;                           /* of the stream in z */
};

static uint32_t next(uint32_t *x)
{
	*x = *x * 1664525 + 1013904223;
	return *x >> 8;
}

/* Runs, repetitions and noise, so that all kinds of blocks occur. */
static void make_data(struct made *m, uint32_t seed)
{
	size_t at = 0;

	while (at < SIZE) {
		size_t n = 1 + next(&seed) % 5000;
		uint32_t kind = next(&seed) % 3;

		for (size_t i = 0; i < n && at < SIZE; i++, at++) {
			m->data[at] = kind == 0 ? (unsigned char)next(&seed)
						: (unsigned char)kind;
			if (kind == 2 && at > 3000)
				m->data[at] = m->data[at - 3000];
		}
	}
}

static void make(struct made *m, int level, uint32_t seed)
{
	z_stream z = { .next_in = m->data, .avail_in = SIZE };

	make_data(m, seed);
	assert_int_equal(deflateInit2(&z, level, Z_DEFLATED, -15, 8, 0), Z_OK);
	z.next_out = m->z;
	z.avail_out = sizeof(m->z) - TAIL;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	m->len = (size_t)(z.next_out - m->z);
	for (size_t i = 0; i < TAIL; i++)
		m->z[m->len + i] = (unsigned char)(0xa0 + i);
	deflateEnd(&z);
}

/* Unpack in pieces of in and out bytes; what is behind the stream must be told
 * byte for byte. */
static void unpack(struct ek_rawinf *r, const struct made *m, size_t in,
		   size_t out)
{
	static unsigned char got[SIZE + 1];
	unsigned char rest[EK_RAW_REST];
	size_t at = 0, made = 0, used, n, total = m->len + TAIL, n_rest;
	enum ek_raw rc;

	ek_rawinf_reset(r);
	do {
		size_t room = SIZE + 1 - made;

		rc = ek_rawinf_step(r, m->z + at,
				    total - at < in ? total - at : in, &used,
				    got + made, room < out ? room : out, &n);
		at += used;
		made += n;
	} while (rc == EK_RAW_MORE && (used != 0 || n != 0));
	assert_int_equal(rc, EK_RAW_END);
	assert_int_equal(made, SIZE);
	assert_memory_equal(got, m->data, SIZE);
	n_rest = ek_rawinf_rest(r, rest);
	assert_int_equal(at - n_rest, m->len);
	assert_memory_equal(rest, m->z + m->len, n_rest);
}

static void test_pieces(void **state)
{
	static const size_t sizes[] = { 1, 2, 3, 7, 8, 9, 100, 4096, 65536,
					SIZE + 1 };
	static struct made m;
	struct ek_rawinf *r = ek_rawinf_new();

	(void)state;
	assert_non_null(r);
	for (int level = 0; level < 10; level += 3) {
		make(&m, level, (uint32_t)level + 1);
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			unpack(r, &m, sizes[i], 65536);
			unpack(r, &m, 65536, sizes[i]);
			unpack(r, &m, sizes[i], sizes[i]);
		}
	}
	ek_rawinf_free(r);
}

/* Cut anywhere near its end: never an end, and it comes to a halt. */
static void test_cut(void **state)
{
	static struct made m;
	static unsigned char out[SIZE + 1];
	struct ek_rawinf *r = ek_rawinf_new();

	(void)state;
	assert_non_null(r);
	make(&m, 6, 9);
	for (size_t cut = 1; cut < 40; cut++) {
		size_t at = 0, made = 0, used, n, total = m.len - cut;
		enum ek_raw rc;

		ek_rawinf_reset(r);
		do {
			rc = ek_rawinf_step(r, m.z + at, total - at, &used,
					    out + made, SIZE + 1 - made, &n);
			at += used;
			made += n;
		} while (rc == EK_RAW_MORE && (used != 0 || n != 0));
		assert_int_equal(rc, EK_RAW_MORE);
		assert_memory_equal(out, m.data, made);
	}
	ek_rawinf_free(r);
}

static void test_bad(void **state)
{
	static const unsigned char bad[] = { 7, 0xff, 0xff, 0xff, 1, 2, 3 };
	unsigned char out[100];
	struct ek_rawinf *r = ek_rawinf_new();
	size_t used, n;

	(void)state;
	assert_non_null(r);
	assert_int_equal(ek_rawinf_step(r, bad, sizeof(bad), &used, out,
					sizeof(out), &n), EK_RAW_BAD);
	assert_int_equal(n, 0);
	assert_true(strncmp(ek_rawinf_why(r), "invalid", 7) == 0);
	ek_rawinf_free(r);
	ek_rawinf_free(NULL);
}

static void test_crc(void **state)
{
	static struct made m;
	uint32_t crc = 0;

	(void)state;
	make_data(&m, 5);
	assert_int_equal(ek_crc32(0, "123456789", 9), 0xcbf43926);
	assert_int_equal(ek_crc32(0, "", 0), 0);
	for (size_t at = 0, n = 1; at < SIZE; at += n, n = n % 977 + 1)
		crc = ek_crc32(crc, m.data + at,
			       SIZE - at < n ? SIZE - at : n);
	assert_int_equal(crc, crc32(0, m.data, SIZE));
}

/* ---- header ------------------------------------------------------------- */

static const unsigned char full[] = {
	0x1f, 0x8b, 8, 30, 1, 2, 3, 4, 0, 3,
	3, 0, 'a', 0, 'b', 'n', 0, 'c', 'c', 0, 0, 0, /* CRC: made below */
};

static void test_head(void **state)
{
	unsigned char b[sizeof(full) + 1];
	uint32_t crc = (uint32_t)crc32(0, full, sizeof(full) - 2);

	(void)state;
	memcpy(b, full, sizeof(full));
	b[sizeof(full) - 2] = crc & 0xff;
	b[sizeof(full) - 1] = crc >> 8 & 0xff;
	b[sizeof(full)] = 99;
	for (size_t step = 1; step < sizeof(b) + 1; step++) {
		struct ek_gzhead h = { .is = EK_GZHEAD_MORE };
		size_t at = 0;

		while (h.is == EK_GZHEAD_MORE && at < sizeof(b))
			at += ek_gzhead_feed(&h, b + at,
					     sizeof(b) - at < step
					     ? sizeof(b) - at : step);
		assert_int_equal(h.is, EK_GZHEAD_DONE);
		assert_int_equal(at, sizeof(full));
		assert_false(h.crc_wrong);
	}
	for (size_t i = 4; i < sizeof(full); i++) {
		struct ek_gzhead h = { .is = EK_GZHEAD_MORE };

		b[i] ^= 0x20; /* that of the CRC, or what it is over */
		ek_gzhead_feed(&h, b, sizeof(b));
		assert_true(h.crc_wrong || h.is == EK_GZHEAD_MORE ||
			    (i >= 10 && i < sizeof(full) - 2));
		b[i] ^= 0x20;
	}
}

static void test_head_bad(void **state)
{
	static const struct {
		unsigned char at, value;
		enum ek_gzhead_is is;
	} rows[] = {
		{ 0, 0, EK_GZHEAD_MAGIC }, { 1, 0x8a, EK_GZHEAD_MAGIC },
		{ 2, 7, EK_GZHEAD_METHOD }, { 3, 0x20, EK_GZHEAD_FLAGS },
		{ 3, 0x80, EK_GZHEAD_FLAGS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ek_gzhead h = { .is = EK_GZHEAD_MORE };
		unsigned char b[10];

		memcpy(b, full, 10);
		b[rows[i].at] = rows[i].value;
		assert_int_equal(ek_gzhead_feed(&h, b, 9), 9);
		assert_int_equal(h.is, EK_GZHEAD_MORE);
		assert_int_equal(ek_gzhead_feed(&h, b + 9, 1), 1);
		assert_int_equal(h.is, rows[i].is);
		assert_int_equal(ek_gzhead_feed(&h, b, 10), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces), cmocka_unit_test(test_cut),
		cmocka_unit_test(test_bad), cmocka_unit_test(test_crc),
		cmocka_unit_test(test_head), cmocka_unit_test(test_head_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
