/* SPDX-License-Identifier: BSD-2-Clause */
/* t_zipw.c - unit tests of writing, zip.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <time.h>
#include <cmocka.h>

#include "ek/err.h"
#include "ek/io.h"
#include "ek/zip.h"
#include "nomem.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* 2024-01-02 03:04:05 UTC */
#define SOME_TIME 1704164645

struct bytes {
	char *p;
	size_t len;
};

static void begin(struct ek_zipw **w, struct ek_out **out, struct bytes *b,
		  int64_t mtime)
{
	assert_int_equal(ek_out_open_mem(out, &b->p, &b->len, NULL), EK_OK);
	assert_int_equal(ek_zipw_new(w, *out, mtime, NULL), EK_OK);
}

static void end(struct ek_zipw **w, struct ek_out **out)
{
	assert_int_equal(ek_zipw_end(*w, NULL), EK_OK);
	ek_zipw_free(w);
	assert_null(*w);
	ek_zipw_free(w);
	assert_int_equal(ek_out_commit(out, NULL), EK_OK);
}

static void add(struct ek_zipw *w, const char *name, const char *text)
{
	assert_int_equal(ek_zipw_add_mem(w, name, text, strlen(text), NULL),
			 EK_OK);
}

/* ---- bytes -------------------------------------------------------------- */

/* APPNOTE 4.3, field by field; the deflate data is a block with fixed codes. */
static const unsigned char expected[] = {
	'P', 'K', 3, 4, 20, 0, 0, 0, 8, 0, 0x82, 0x18, 0x22, 0x58,
	0x43, 0xbe, 0xb7, 0xe8, 3, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0,
	'd', '/', 'a', 0x4b, 0x04, 0x00,
	'P', 'K', 3, 4, 20, 0, 0, 0, 8, 0, 0x82, 0x18, 0x22, 0x58,
	0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0,
	'b', 0x03, 0x00,
	'P', 'K', 1, 2, 20, 3, 20, 0, 0, 0, 8, 0, 0x82, 0x18, 0x22, 0x58,
	0x43, 0xbe, 0xb7, 0xe8, 3, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0xa4, 0x81, 0, 0, 0, 0,
	'd', '/', 'a',
	'P', 'K', 1, 2, 20, 3, 20, 0, 0, 0, 8, 0, 0x82, 0x18, 0x22, 0x58,
	0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0xa4, 0x81, 36, 0, 0, 0,
	'b',
	'P', 'K', 5, 6, 0, 0, 0, 0, 2, 0, 2, 0, 96, 0, 0, 0, 69, 0, 0, 0,
	0, 0,
};

static void write_two(struct bytes *b)
{
	struct ek_zipw *w;
	struct ek_out *out;

	begin(&w, &out, b, SOME_TIME);
	add(w, "d/a", "a");
	add(w, "b", "");
	end(&w, &out);
}

static void test_bytes(void **state)
{
	static const char *const zones[] = { "UTC", "Asia/Kolkata",
					     "XXX+11", "YYY-13" };
	struct bytes b;

	(void)state;
	for (size_t i = 0; i < COUNT(zones); i++) {
		assert_int_equal(setenv("TZ", zones[i], 1), 0);
		tzset();
		write_two(&b);
		assert_int_equal(b.len, sizeof(expected));
		assert_memory_equal(b.p, expected, sizeof(expected));
		free(b.p);
	}
}

static void test_empty(void **state)
{
	struct ek_zipw *w;
	struct ek_out *out;
	struct bytes b;

	(void)state;
	begin(&w, &out, &b, 0);
	end(&w, &out);
	assert_int_equal(b.len, 22);
	assert_memory_equal(b.p, "PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
			    22);
	free(b.p);
}

static void test_times(void **state)
{
	static const struct {
		int64_t mtime;
		unsigned date, time;
	} v[] = {
		{ INT64_MIN, 0x0021, 0 }, { 0, 0x0021, 0 },
		{ 315532799, 0x0021, 0 }, { 315532800, 0x0021, 0 },
		{ 315532801, 0x0021, 0 }, { 315532802, 0x0021, 1 },
		{ 951782399, 0x285c, 0xbf7d }, /* 2000-02-28 23:59:59 */
		{ 951782400, 0x285d, 0 },
		{ 4354819199, 0xff9f, 0xbf7d }, /* 2107-12-31 23:59:59 */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(v); i++) {
		const unsigned char *p;
		struct ek_zipw *w;
		struct ek_out *out;
		struct bytes b;

		begin(&w, &out, &b, v[i].mtime);
		add(w, "a", "");
		end(&w, &out);
		p = (const unsigned char *)b.p;
		assert_int_equal(p[10] | p[11] << 8, v[i].time);
		assert_int_equal(p[12] | p[13] << 8, v[i].date);
		free(b.p);
	}
}

static void test_time_beyond(void **state)
{
	static const int64_t v[] = { 4354819200, INT64_MAX };
	struct ek_err err;
	struct ek_zipw *w;
	struct ek_out *out;

	(void)state;
	assert_int_equal(ek_out_open_null(&out, NULL), EK_OK);
	for (size_t i = 0; i < COUNT(v); i++) {
		assert_int_equal(ek_zipw_new(&w, out, v[i], &err), EK_EARG);
		assert_null(w);
		assert_non_null(strstr(err.msg, "beyond 2107"));
	}
	ek_out_abort(&out);
}

/* ---- round trip --------------------------------------------------------- */

enum { N = 300000 };

static void make(char *data, size_t n)
{
	uint32_t x = 1;

	for (size_t i = 0; i < n; i++) {
		x = x * 1664525 + 1013904223;
		data[i] = (char)(i % 3000 < 200 ? x >> 24 : i / 3000);
	}
}

static const size_t sizes[] = { 0, 1, 65535, 65536, 65537, 131072, N };

/* ek_in_fill: in pieces of odd sizes, which must not be seen in the zip. */
struct odd {
	const char *data;
	size_t left, step;
};

static int give(void *ctx, unsigned char *buf, size_t cap, size_t *got,
		struct ek_err *err)
{
	struct odd *o = ctx;

	(void)err;
	o->step = o->step * 7 % 1009;
	*got = o->step < cap ? o->step : cap;
	if (*got > o->left)
		*got = o->left;
	memcpy(buf, o->data, *got);
	o->data += *got;
	o->left -= *got;
	return EK_OK;
}

static void write_sizes(const char *data, bool odd, struct bytes *b)
{
	struct ek_zip_sum sum;
	struct ek_zipw *w;
	struct ek_out *out;
	char name[16];

	begin(&w, &out, b, SOME_TIME);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct ek_in *in;

		snprintf(name, sizeof(name), "dir/%zu", sizes[i]);
		for (int pass = 0; pass < 2; pass++) {
			struct odd o = { data, sizes[i], 5 };

			assert_int_equal(odd ?
				ek_in_open_fill(&in, "o", give, NULL, &o, NULL)
				: ek_in_open_mem(&in, "m", data, sizes[i],
						 NULL), EK_OK);
			assert_int_equal(pass == 0 ?
				ek_zip_sum(in, &sum, NULL) :
				ek_zipw_add(w, name, in, &sum, NULL), EK_OK);
			ek_in_close(&in);
		}
		assert_int_equal(sum.size, sizes[i]);
	}
	end(&w, &out);
}

static void test_round_trip(void **state)
{
	char *data = malloc(N), *p;
	struct bytes b, again;
	struct ek_zip *z;
	size_t len;

	(void)state;
	assert_non_null(data);
	make(data, N);
	write_sizes(data, false, &b);
	write_sizes(data, true, &again);
	assert_int_equal(b.len, again.len);
	assert_memory_equal(b.p, again.p, b.len);
	assert_true(b.len < N);
	assert_int_equal(ek_zip_open_mem(&z, "z", b.p, b.len, NULL), EK_OK);
	assert_int_equal(ek_zip_count(z), COUNT(sizes));
	for (size_t i = 0; i < COUNT(sizes); i++) {
		assert_int_equal(ek_zip_read(z, ek_zip_at(z, i), N, &p, &len,
					     NULL), EK_OK);
		assert_int_equal(len, sizes[i]);
		assert_memory_equal(p, data, len);
		free(p);
	}
	ek_zip_close(&z);
	free(again.p);
	free(b.p);
	free(data);
}

/* It may begin anywhere in its output: offsets are those of the zip. */
static void test_behind_other_bytes(void **state)
{
	struct ek_zipw *w;
	struct ek_out *out;
	struct ek_zip *z;
	struct bytes b;

	(void)state;
	assert_int_equal(ek_out_open_mem(&out, &b.p, &b.len, NULL), EK_OK);
	ek_out_write(out, "12345", 5);
	assert_int_equal(ek_zipw_new(&w, out, 0, NULL), EK_OK);
	add(w, "a", "b");
	end(&w, &out);
	assert_int_equal(ek_zip_open_mem(&z, "z", b.p + 5, b.len - 5, NULL),
			 EK_OK);
	ek_zip_close(&z);
	free(b.p);
}

/* ---- refused ------------------------------------------------------------ */

/* The second name is refused, and no zip comes of it. */
static void refuse_name(const char *first, const char *name, const char *why)
{
	struct ek_err err = EK_ERR_INIT, again = EK_ERR_INIT;
	struct ek_zipw *w;
	struct ek_out *out;
	struct bytes b;

	begin(&w, &out, &b, 0);
	add(w, first, "1");
	if (ek_zipw_add_mem(w, name, "2", 1, &err) != EK_EARG ||
	    strstr(err.msg, why) == NULL)
		fail_msg("%s after %s: '%s' expected, not %s", name, first, why,
			 err.msg);
	/* it sticks */
	assert_int_equal(ek_zipw_add_mem(w, "good", "2", 1, NULL), EK_EARG);
	assert_int_equal(ek_zipw_end(w, &again), EK_EARG);
	assert_string_equal(err.msg, again.msg);
	ek_zipw_free(&w);
	ek_out_abort(&out);
}

static void test_names(void **state)
{
	static const char *const bad[][3] = {
		{ "a", "a", "is there already" },
		{ "d/a", "D/A", "is there already" },
		{ "d/a", "d", "is there already" },
		{ "d/a", "D", "is there already" },
		{ "d", "d/a", "lies below a file" },
		{ "D", "d/a/b", "lies below a file" },
		{ "a", "", "is empty" }, { "a", "/b", "is absolute" },
		{ "a", "../b", "has '..'" }, { "a", "b/./c", "has '.'" },
		{ "a", "b//c", "empty component" }, { "a", "b/", "ends in" },
		{ "a", "b\\c", "has a backslash" },
		{ "a", "b\nc", "control character" },
		{ "a", "b\x7f", "control character" },
		{ "a", "\xc3\xa4", "beyond ASCII" },
		{ "a", "\xff", "is not UTF-8" },
	};
	char longest[4097];

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		refuse_name(bad[i][0], bad[i][1], bad[i][2]);
	memset(longest, 'n', sizeof(longest));
	longest[4096] = '\0';
	refuse_name("a", longest, "too long");
}

static void test_like_names(void **state)
{
	struct ek_zipw *w;
	struct ek_out *out;
	struct ek_zip *z;
	struct bytes b;

	(void)state;
	begin(&w, &out, &b, 0);
	add(w, "d/a", "1");
	add(w, "d/b", "2");
	add(w, "d-a", "3");
	add(w, "d/c/a", "4");
	add(w, "~ x", "5");
	end(&w, &out);
	assert_int_equal(ek_zip_open_mem(&z, "z", b.p, b.len, NULL), EK_OK);
	assert_int_equal(ek_zip_count(z), 5);
	ek_zip_close(&z);
	free(b.p);
}

/* What is read the second time is not what was read the first time. */
static void test_changed(void **state)
{
	static const char *const later[] = { "hellp", "hell", "hello!", "" };

	(void)state;
	for (size_t i = 0; i < COUNT(later); i++) {
		struct ek_err err = EK_ERR_INIT;
		struct ek_zip_sum sum;
		struct ek_zipw *w;
		struct ek_out *out;
		struct ek_in *in;

		assert_int_equal(ek_out_open_null(&out, NULL), EK_OK);
		assert_int_equal(ek_zipw_new(&w, out, 0, NULL), EK_OK);
		assert_int_equal(ek_in_open_mem(&in, "f", "hello", 5, NULL),
				 EK_OK);
		assert_int_equal(ek_zip_sum(in, &sum, NULL), EK_OK);
		ek_in_close(&in);
		assert_int_equal(ek_in_open_mem(&in, "f", later[i],
						strlen(later[i]), NULL),
				 EK_OK);
		assert_int_equal(ek_zipw_add(w, "n", in, &sum, &err),
				 EK_EREFUSE);
		assert_string_equal(err.msg,
				    "'n' was changed while it was read");
		assert_int_equal(ek_zipw_end(w, NULL), EK_EREFUSE);
		ek_in_close(&in);
		ek_zipw_free(&w);
		ek_out_abort(&out);
	}
}

/* Before a byte is written. */
static void test_too_large(void **state)
{
	static const struct ek_zip_sum v[] = {
		{ .size = UINT32_MAX, .packed = 5 },
		{ .size = (uint64_t)1 << 40, .packed = 5 },
		{ .size = 5, .packed = UINT32_MAX },
		{ .size = 5, .packed = UINT32_MAX - 98 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(v); i++) {
		struct ek_err err = EK_ERR_INIT;
		struct ek_zipw *w;
		struct ek_out *out;
		struct ek_in *in;

		assert_int_equal(ek_out_open_null(&out, NULL), EK_OK);
		assert_int_equal(ek_zipw_new(&w, out, 0, NULL), EK_OK);
		assert_int_equal(ek_in_open_mem(&in, "f", "hello", 5, NULL),
				 EK_OK);
		assert_int_equal(ek_zipw_add(w, "n", in, &v[i], &err),
				 EK_ELIMIT);
		assert_non_null(strstr(err.msg, "4 GiB"));
		assert_int_equal(ek_out_pos(out), 0);
		ek_in_close(&in);
		ek_zipw_free(&w);
		ek_out_abort(&out);
	}
}

static void test_too_many(void **state)
{
	struct ek_err err = EK_ERR_INIT;
	const struct ek_zip_sum sum = { .size = 0, .packed = 2 };
	struct ek_zipw *w;
	struct ek_out *out;
	struct ek_zip *z;
	struct bytes b;
	char name[32];

	(void)state;
	for (unsigned more = 0; more < 2; more++) {
		begin(&w, &out, &b, 0);
		for (unsigned i = 0; i < EK_ZIP_MEMBERS; i++) {
			struct ek_in *in;

			snprintf(name, sizeof(name), "%u", i);
			assert_int_equal(ek_in_open_mem(&in, "", "", 0, NULL),
					 EK_OK);
			assert_int_equal(ek_zipw_add(w, name, in, &sum, NULL),
					 EK_OK);
			ek_in_close(&in);
		}
		if (more != 0) {
			assert_int_equal(ek_zipw_add_mem(w, "x", "", 0, &err),
					 EK_ELIMIT);
			ek_zipw_free(&w);
			ek_out_abort(&out);
			break;
		}
		end(&w, &out);
		assert_int_equal(ek_zip_open_mem(&z, "z", b.p, b.len, NULL),
				 EK_OK);
		assert_int_equal(ek_zip_count(z), EK_ZIP_MEMBERS);
		ek_zip_close(&z);
		free(b.p);
	}
}

/* A full disk. */
static int full(void *ctx, const void *data, size_t len, struct ek_err *err)
{
	(void)ctx;
	(void)data;
	(void)len;
	errno = ENOSPC;
	return ek_fail_sys(err, "cannot write");
}

static void test_no_room(void **state)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_zipw *w;
	struct ek_out *out;

	(void)state;
	assert_int_equal(ek_out_open_put(&out, "o", full, NULL, NULL, NULL,
					 NULL), EK_OK);
	assert_int_equal(ek_zipw_new(&w, out, 0, NULL), EK_OK);
	assert_int_equal(ek_zipw_add_mem(w, "a", "b", 1, &err), EK_ESYS);
	assert_int_equal(err.sys, ENOSPC);
	assert_int_equal(ek_zipw_end(w, NULL), EK_ESYS);
	ek_zipw_free(&w);
	ek_out_abort(&out);
}

/* ---- no memory ---------------------------------------------------------- */

static int write_some(struct bytes *b, struct ek_err *err)
{
	struct ek_zipw *w = NULL;
	struct ek_out *out;
	int rc = ek_out_open_mem(&out, &b->p, &b->len, err);

	if (rc != EK_OK)
		return rc;
	rc = ek_zipw_new(&w, out, 0, err);
	if (rc == EK_OK)
		rc = ek_zipw_add_mem(w, "d/a", "hello", 5, err);
	if (rc == EK_OK)
		rc = ek_zipw_add_mem(w, "d/b", "", 0, err);
	if (rc == EK_OK)
		rc = ek_zipw_end(w, err);
	ek_zipw_free(&w);
	if (rc == EK_OK)
		return ek_out_commit(&out, err);
	ek_out_abort(&out);
	return rc;
}

static int write_and_read(struct ek_err *err)
{
	struct bytes b = { .p = NULL };
	struct ek_zip *z;
	char *p = NULL;
	size_t len;
	int rc = write_some(&b, err);

	if (rc != EK_OK)
		return rc;
	rc = ek_zip_open_mem(&z, "z", b.p, b.len, err);
	if (rc == EK_OK)
		rc = ek_zip_read(z, ek_zip_find(z, "d/a"), 10, &p, &len, err);
	if (rc == EK_OK)
		assert_string_equal(p, "hello");
	free(p);
	ek_zip_close(&z);
	free(b.p);
	return rc;
}

/* ---- written to ---------------------------------------------------------- */

/* In pieces of any size: the bytes are those of one piece. */
static void test_pieces(void **state)
{
	char *text = malloc(N);
	struct ek_zip_sum whole, sum;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < N; i++)
		text[i] = "esxkit"[i % (6 - i / 977 % 5)];
	for (size_t step = N; step != 0; step = step == N ? 65537 :
	     step == 65537 ? 4999 : 0) {
		struct ek_out *out;

		assert_int_equal(ek_zip_sum_open(&out, &sum, NULL), EK_OK);
		for (size_t at = 0; at < N; at += step)
			ek_out_write(out, text + at,
				     N - at < step ? N - at : step);
		assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
		if (step == N)
			whole = sum;
		assert_memory_equal(&whole, &sum, sizeof(sum));
		assert_int_equal(sum.size, N);
	}
	free(text);
}

/* One that is given up, or has other bytes: there is no zip then. */
static void test_given_up(void **state)
{
	static const struct { const char *text; bool commit; } cases[] = {
		{ "hello", false }, { "hallo", true }, { "hell", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct ek_err err = EK_ERR_INIT;
		struct ek_out *out, *member;
		struct ek_zip_sum sum;
		struct ek_zipw *w;
		struct bytes b = { NULL, 0 };

		begin(&w, &out, &b, SOME_TIME);
		assert_int_equal(ek_zip_sum_open(&member, &sum, NULL), EK_OK);
		ek_out_write(member, "hello", 5);
		assert_int_equal(ek_out_commit(&member, NULL), EK_OK);
		assert_int_equal(ek_zipw_open(w, "a", &sum, &member, NULL),
				 EK_OK);
		ek_out_write(member, cases[i].text, strlen(cases[i].text));
		if (cases[i].commit)
			assert_int_equal(ek_out_commit(&member, &err),
					 EK_EREFUSE);
		else
			ek_out_abort(&member);
		assert_int_equal(ek_zipw_end(w, &err), EK_EREFUSE);
		ek_zipw_free(&w);
		ek_out_abort(&out);
		free(b.p);
	}
}

static void test_no_memory(void **state)
{
	(void)state;
	exhaust(write_and_read, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_time_beyond),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_behind_other_bytes),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_like_names),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_given_up),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
