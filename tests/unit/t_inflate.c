/* SPDX-License-Identifier: BSD-2-Clause */
/* t_inflate.c - unit tests of inflate.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define ZLIB_CONST 1
#include <zlib.h>

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/inflate.h"
#include "ek/io.h"
#include "ek/num.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* ---- making gzip files --------------------------------------------------- */

enum { FTEXT = 1, FHCRC = 2, FEXTRA = 4, FNAME = 8, FCOMMENT = 16 };

static void add_header(struct ek_buf *b, unsigned flags)
{
	size_t from = b->len;
	uLong crc;

	ek_buf_add(b, "\x1f\x8b\x08", 3);
	ek_buf_addc(b, (char)flags);
	ek_buf_add(b, "\x01\x02\x03\x04\x00\x03", 6);
	if ((flags & FEXTRA) != 0)
		ek_buf_add(b, "\x05\x00" "ex\0ra", 7);
	if ((flags & FNAME) != 0)
		ek_buf_add(b, "payload1.tar.vtar", 18);
	if ((flags & FCOMMENT) != 0)
		ek_buf_add(b, "a comment", 10);
	if ((flags & FHCRC) != 0) {
		crc = crc32(0, (const Bytef *)b->p + from,
			    (uInt)(b->len - from));
		ek_buf_addc(b, (char)(crc & 0xff));
		ek_buf_addc(b, (char)(crc >> 8 & 0xff));
	}
}

static void add_le32(struct ek_buf *b, uint32_t v)
{
	unsigned char p[4];

	ek_num_put_le32(p, v);
	ek_buf_add(b, p, 4);
}

/* crc_off and size_off falsify the trailer. */
static void add_member(struct ek_buf *b, unsigned flags, int level,
		       const void *data, size_t len, uint32_t crc_off,
		       uint32_t size_off)
{
	z_stream z = { .next_in = data, .avail_in = (uInt)len };
	size_t room = len + len / 100 + 1000;
	unsigned char *out = malloc(room);

	assert_non_null(out);
	z.next_out = out;
	z.avail_out = (uInt)room;
	assert_int_equal(deflateInit2(&z, level, Z_DEFLATED, -15, 8, 0), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	add_header(b, flags);
	ek_buf_add(b, out, (size_t)(z.next_out - out));
	add_le32(b, (uint32_t)crc32(0, data, (uInt)len) + crc_off);
	add_le32(b, (uint32_t)len + size_off);
	deflateEnd(&z);
	free(out);
}

/* 69,000 bytes of text, as boot.cfg.5 has them. */
static char *text(void)
{
	char *p = malloc(69001);

	assert_non_null(p);
	for (size_t i = 0; i < 69000; i += 23)
		memcpy(p + i, "the quick brown fox ok\n", 24);
	return p;
}

/* Bytes that hardly pack. */
static unsigned char *noise(size_t n)
{
	unsigned char *p = malloc(n);
	uint32_t x = 12345;

	assert_non_null(p);
	for (size_t i = 0; i < n; i++) {
		x = x * 1664525 + 1013904223;
		p[i] = (unsigned char)(x >> 24);
	}
	return p;
}

/* ---- reading them -------------------------------------------------------- */

/* All of what gz unpacks to; *out is set in either case, to be freed. */
static int gunzip(const void *gz, size_t len, enum ek_gz mode, char **out,
		  size_t *n, struct ek_err *err)
{
	struct ek_in *in, *z;
	struct ek_out *mem;
	int rc, rc2;

	assert_int_equal(ek_in_open_mem(&in, "x.gz", gz, len, NULL), EK_OK);
	assert_int_equal(ek_in_open_gunzip(&z, in, mode, true, NULL), EK_OK);
	assert_int_equal(ek_out_open_mem(&mem, out, n, NULL), EK_OK);
	rc = ek_in_copy(z, mem, NULL, err);
	rc2 = ek_in_copy(z, mem, NULL, NULL);
	assert_int_equal(rc, rc2); /* it sticks */
	assert_int_equal(ek_out_commit(&mem, NULL), EK_OK);
	ek_in_close(&z);
	return rc;
}

/* One row of the loader's table (boot.cfg.5, "module files"). */
struct part {
	unsigned flags;
	const char *data; /* NULL: the text */
	size_t len;
	uint32_t crc_off, size_off;
	const char *tail; /* bytes behind it */
	size_t tail_len;
};

static const char zeros[600];

static const struct {
	const char *what;
	struct part v[2];
	int n;
	int one, many;      /* wanted codes */
	const char *why;    /* in the message of one, where it fails */
} rows[] = {
	{ "no flags", { { 0 } }, 1, EK_OK, EK_OK, NULL },
	{ "FNAME", { { .flags = FNAME } }, 1, EK_OK, EK_OK, NULL },
	{ "FCOMMENT", { { .flags = FCOMMENT } }, 1, EK_OK, EK_OK, NULL },
	{ "FEXTRA", { { .flags = FEXTRA } }, 1, EK_OK, EK_OK, NULL },
	{ "FHCRC", { { .flags = FHCRC } }, 1, EK_OK, EK_OK, NULL },
	{ "FTEXT", { { .flags = FTEXT } }, 1, EK_OK, EK_OK, NULL },
	{ "all flags", { { .flags = 31 } }, 1, EK_OK, EK_OK, NULL },
	{ "empty", { { .data = "", .len = 0 } }, 1, EK_OK, EK_OK, NULL },
	{ "one byte", { { .data = "x", .len = 1 } }, 1, EK_OK, EK_OK, NULL },
	{ "two members", { { 0 }, { .data = "other", .len = 5 } }, 2,
	  EK_EFORMAT, EK_OK,
	  "a second gzip member at offset" },
	{ "twice the same", { { 0 }, { 0 } }, 2, EK_EFORMAT, EK_OK,
	  "a second gzip member at offset" },
	{ "and an empty one", { { 0 }, { .data = "", .len = 0 } }, 2,
	  EK_EFORMAT, EK_OK,
	  "a second gzip member at offset" },
	{ "empty one first", { { .data = "", .len = 0 }, { 0 } }, 2,
	  EK_EFORMAT, EK_OK,
	  "a second gzip member at offset 20" },
	{ "a zero behind", { { .tail = zeros, .tail_len = 1 } }, 1, EK_EFORMAT,
	  EK_OK, "behind the end of the gzip data" },
	{ "512 zeros behind", { { .tail = zeros, .tail_len = 512 } }, 1,
	  EK_EFORMAT, EK_OK, "behind the end of the gzip data" },
	{ "text behind", { { .tail = "8 bytes!", .tail_len = 8 } }, 1,
	  EK_EFORMAT, EK_EFORMAT, "behind the end of the gzip data" },
	{ "zeros and text", { { .tail = "\0\0\0x", .tail_len = 4 } }, 1,
	  EK_EFORMAT, EK_EFORMAT, "behind the end of the gzip data" },
	{ "half a magic behind", { { .tail = "\x1f", .tail_len = 1 } }, 1,
	  EK_EFORMAT, EK_EFORMAT, "behind the end of the gzip data" },
	{ "a magic behind", { { .tail = "\x1f\x8b", .tail_len = 2 } }, 1,
	  EK_EFORMAT, EK_EFORMAT, "a second gzip member" },
	{ "zeros, then a member", { { .tail = zeros, .tail_len = 9 }, { 0 } },
	  2, EK_EFORMAT, EK_EFORMAT, "behind the end of the gzip data" },
	{ "wrong CRC", { { .crc_off = 1 } }, 1, EK_EFORMAT, EK_EFORMAT,
	  "the CRC-32 is wrong" },
	{ "wrong length", { { .size_off = 1 } }, 1, EK_EFORMAT, EK_EFORMAT,
	  "the length at its end is wrong" },
	{ "length less", { { .size_off = (uint32_t)-1 } }, 1, EK_EFORMAT,
	  EK_EFORMAT, "the length at its end is wrong" },
	{ "second one wrong", { { 0 }, { .crc_off = 1 } }, 2, EK_EFORMAT,
	  EK_EFORMAT, "a second gzip member" },
	{ "reserved flag", { { .flags = 0x20 } }, 1, EK_EFORMAT, EK_EFORMAT,
	  "reserved flag bits are set" },
	{ "reserved flag", { { .flags = 0x80 } }, 1, EK_EFORMAT, EK_EFORMAT,
	  "reserved flag bits are set" },
};

static void add_part(struct ek_buf *gz, struct ek_buf *want,
		     const struct part *p, const char *t)
{
	const char *data = p->data != NULL ? p->data : t;
	size_t len = p->data != NULL ? p->len : 69000;

	add_member(gz, p->flags, 9, data, len, p->crc_off, p->size_off);
	ek_buf_add(gz, p->tail, p->tail_len);
	ek_buf_add(want, data, len);
}

static void check_row(size_t i, const struct ek_buf *gz,
		      const struct ek_buf *want, enum ek_gz mode, int rc)
{
	struct ek_err err = EK_ERR_INIT;
	char *out;
	size_t n;
	int got = gunzip(gz->p, gz->len, mode, &out, &n, &err);

	if (got != rc)
		fail_msg("%s: %d, not %d: %s", rows[i].what, got, rc, err.msg);
	if (rc == EK_OK) {
		assert_int_equal(n, want->len);
		assert_memory_equal(out, ek_buf_str(want), n);
	} else if (mode == EK_GZ_ONE && strstr(err.msg, rows[i].why) == NULL) {
		fail_msg("%s: %s", rows[i].what, err.msg);
	}
	free(out);
}

static void test_table(void **state)
{
	char *t = text();

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ek_buf gz = EK_BUF_INIT, want = EK_BUF_INIT;

		for (int k = 0; k < rows[i].n; k++)
			add_part(&gz, &want, &rows[i].v[k], t);
		check_row(i, &gz, &want, EK_GZ_ONE, rows[i].one);
		check_row(i, &gz, &want, EK_GZ_MANY, rows[i].many);
		ek_buf_free(&gz);
		ek_buf_free(&want);
	}
	free(t);
}

static const struct {
	const char *gz;
	size_t len;
	const char *msg;
} others[] = {
	{ "", 0, "'x.gz' is empty, not gzip" },
	{ "\x1f", 1, "'x.gz' is not gzip" },
	{ "x", 1, "'x.gz' is not gzip" },
	{ "\x1f\x9d\x90", 3, "'x.gz' is not gzip" },
	{ "\xfd" "7zXZ\0", 6, "'x.gz' is not gzip" },
	{ "\x1f\x8b\x08", 3, "'x.gz' ends at offset 3 inside gzip data" },
	{ "\x1f\x8b\x07\0\0\0\0\0\0\0", 10,
	  "'x.gz': gzip data damaged at or before offset 10: compression method"
	  " other than deflate" },
};

static void test_not_gzip(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(others); i++) {
		struct ek_err err;
		char *out;
		size_t n;

		assert_int_equal(gunzip(others[i].gz, others[i].len, EK_GZ_ONE,
					&out, &n, &err), EK_EFORMAT);
		assert_string_equal(err.msg, others[i].msg);
		assert_int_equal(n, 0);
		free(out);
	}
}

/* Cut at every byte: never accepted, and the offset is told. */
static void test_cut(void **state)
{
	struct ek_buf gz = EK_BUF_INIT;
	unsigned char *data = noise(600);
	char want[64];

	(void)state;
	add_member(&gz, 31, 9, data, 600, 0, 0);
	for (size_t len = 2; len < gz.len; len++) {
		char *copy = malloc(len), *out;
		struct ek_err err;
		size_t n;

		assert_non_null(copy);
		memcpy(copy, gz.p, len);
		assert_int_equal(gunzip(copy, len, EK_GZ_MANY, &out, &n, &err),
				 EK_EFORMAT);
		snprintf(want, sizeof(want), "'x.gz' ends at offset %zu inside"
			 " gzip data", len);
		assert_string_equal(err.msg, want);
		free(out);
		free(copy);
	}
	ek_buf_free(&gz);
	free(data);
}

/*
 * Every bit flipped: refused, or the flip is in what nobody checks (time, XFL,
 * OS, FTEXT, and the padding of a stored block) and the bytes are right.
 */
static void test_flipped(void **state)
{
	struct ek_buf gz = EK_BUF_INIT;
	unsigned char *data = noise(300);

	(void)state;
	add_member(&gz, 0, 9, data, 300, 0, 0);
	for (size_t bit = 0; bit < gz.len * 8; bit++) {
		bool free_bit = bit == 24 || (bit >= 32 && bit < 80) ||
				(bit >= 83 && bit < 88);
		char *out;
		size_t n;
		int rc;

		gz.p[bit / 8] ^= (char)(1 << bit % 8);
		rc = gunzip(gz.p, gz.len, EK_GZ_ONE, &out, &n, NULL);
		if (rc != (free_bit ? EK_OK : EK_EFORMAT))
			fail_msg("bit %zu: %d", bit, rc);
		if (rc == EK_OK) {
			assert_int_equal(n, 300);
			assert_memory_equal(out, data, 300);
		}
		free(out);
		gz.p[bit / 8] ^= (char)(1 << bit % 8);
	}
	ek_buf_free(&gz);
	free(data);
}

/* Every level and size round the buffers, read in pieces of every kind. */
static void test_sizes(void **state)
{
	static const size_t sizes[] = { 0, 1, 65535, 65536, 65537, 1000000 };
	unsigned char *data = noise(1000000), *got = malloc(1000000);

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		for (int level = 0; level <= 9; level += 3) {
			struct ek_buf gz = EK_BUF_INIT;
			struct ek_in *in, *z;
			size_t n, at = 0;

			add_member(&gz, FNAME, level, data, sizes[i], 0, 0);
			assert_int_equal(ek_in_open_mem(&in, "x", gz.p, gz.len,
							NULL), EK_OK);
			assert_int_equal(ek_in_open_gunzip(&z, in, EK_GZ_ONE,
							   true, NULL), EK_OK);
			do {
				size_t want = at * 13 % 99991 + 1;

				if (want > 1000000 - at)
					want = 1000000 - at;
				assert_int_equal(ek_in_read(z, got + at, want,
							    &n, NULL), EK_OK);
				at += n;
			} while (n != 0);
			assert_int_equal(at, sizes[i]);
			assert_memory_equal(got, data, at);
			assert_false(ek_in_can_rewind(z));
			ek_in_close(&z);
			ek_buf_free(&gz);
		}
	}
	free(got);
	free(data);
}

/* A bomb of 128 MiB of zeros in 128 KiB, in constant memory and without a
 * window that is moved for each piece. */
static void test_much_from_little(void **state)
{
	enum { PIECE = 1 << 20, TIMES = 128 };
	unsigned char *zero = calloc(1, PIECE), *packed = malloc(2 * PIECE);
	z_stream z = { .next_out = packed, .avail_out = 2 * PIECE };
	struct ek_in *in, *gz;
	struct ek_out *out;
	uint64_t n;

	(void)state;
	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, 0), Z_OK);
	for (int i = 0; i < TIMES; i++) {
		z.next_in = zero;
		z.avail_in = PIECE;
		assert_int_equal(deflate(&z, i == TIMES - 1 ? Z_FINISH
							    : Z_NO_FLUSH),
				 i == TIMES - 1 ? Z_STREAM_END : Z_OK);
	}
	assert_int_equal(ek_in_open_mem(&in, "bomb", packed,
					(size_t)(z.next_out - packed), NULL),
			 EK_OK);
	assert_int_equal(ek_in_open_gunzip(&gz, in, EK_GZ_ONE, true, NULL),
			 EK_OK);
	assert_int_equal(ek_out_open_null(&out, NULL), EK_OK);
	assert_int_equal(ek_in_copy(gz, out, &n, NULL), EK_OK);
	assert_true(n == (uint64_t)PIECE * TIMES);
	ek_out_abort(&out);
	ek_in_close(&gz);
	deflateEnd(&z);
	free(packed);
	free(zero);
}

/* The stream below is left right behind the member where nothing was asked
 * of what follows, and is not closed when it is borrowed. */
static void test_borrowed(void **state)
{
	struct ek_buf gz = EK_BUF_INIT;
	struct ek_in *in, *z;
	char buf[8];
	size_t got;
	bool yes;

	(void)state;
	add_member(&gz, 0, 9, "hello", 5, 0, 0);
	assert_int_equal(ek_in_open_mem(&in, "m", gz.p, gz.len, NULL), EK_OK);
	assert_int_equal(ek_is_gzip(in, &yes, NULL), EK_OK);
	assert_true(yes);
	assert_int_equal(ek_in_pos(in), 0);
	assert_int_equal(ek_in_open_gunzip(&z, in, EK_GZ_ONE, false, NULL),
			 EK_OK);
	assert_string_equal(ek_in_name(z), "m");
	assert_int_equal(ek_in_read(z, buf, 8, &got, NULL), EK_OK);
	assert_int_equal(got, 5);
	ek_in_close(&z);
	assert_true(ek_in_pos(in) == gz.len);
	assert_int_equal(ek_is_gzip(in, &yes, NULL), EK_OK);
	assert_false(yes);
	ek_in_close(&in);
	ek_buf_free(&gz);
}

/* A failure of the stream below is handed up, not taken for an end. */
static int broken(void *ctx, unsigned char *buf, size_t cap, size_t *got,
		  struct ek_err *err)
{
	bool *begun = ctx;

	if (*begun || cap < 12)
		return ek_fail(err, EK_ESYS, "disk on fire");
	*begun = true;
	memcpy(buf, "\x1f\x8b\x08\0\0\0\0\0\0\x03\x4b\x4c", 12);
	*got = 12;
	return EK_OK;
}

static void test_failing_source(void **state)
{
	struct ek_in *in, *z;
	bool begun = false;
	struct ek_err err;
	char buf[8];
	size_t got;

	(void)state;
	assert_int_equal(ek_in_open_fill(&in, "s", broken, NULL, &begun, NULL),
			 EK_OK);
	assert_int_equal(ek_in_open_gunzip(&z, in, EK_GZ_ONE, true, NULL),
			 EK_OK);
	assert_int_equal(ek_in_read(z, buf, 8, &got, &err), EK_ESYS);
	assert_string_equal(err.msg, "disk on fire");
	ek_in_close(&z);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_not_gzip),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_flipped),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_much_from_little),
		cmocka_unit_test(test_borrowed),
		cmocka_unit_test(test_failing_source),
	};

	return cmocka_run_group_tests_name("inflate", tests, NULL, NULL);
}
