/* SPDX-License-Identifier: BSD-2-Clause */
/* t_digest.c - unit tests of digest.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/digest.h"
#include "ek/err.h"
#include "ek/io.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* FIPS 180: the empty text, "abc", 56 bytes, a million times "a". */
static const struct {
	const char *text;
	size_t times;
	const char *sha1, *sha256;
} vectors[] = {
	{ "", 0, "da39a3ee5e6b4b0d3255bfef95601890afd80709",
	  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "abc", 1, "a9993e364706816aba3e25717850c26c9cd0d89d",
	  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
	  "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
	  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	{ "a", 1000000, "34aa973cd4c4daa4f61eeb2bdbad27316534016f",
	  "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
};

static void check(enum ek_digest_kind kind, size_t i, const char *want)
{
	char hex[EK_DIGEST_HEX];
	struct ek_digest *d;

	assert_int_equal(ek_digest_new(&d, kind, NULL), EK_OK);
	for (size_t k = 0; k < vectors[i].times; k++)
		ek_digest_update(d, vectors[i].text, strlen(vectors[i].text));
	for (int k = 0; k < 2; k++) { /* it can be asked twice */
		assert_int_equal(ek_digest_hex(d, hex, NULL), EK_OK);
		assert_string_equal(hex, want);
	}
	ek_digest_free(d);
}

static void test_vectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(vectors); i++) {
		check(EK_SHA1, i, vectors[i].sha1);
		check(EK_SHA256, i, vectors[i].sha256);
	}
	ek_digest_free(NULL);
}

/* The result so far, and the digest goes on. */
static void test_goes_on(void **state)
{
	char hex[EK_DIGEST_HEX];
	struct ek_digest *d;

	(void)state;
	assert_int_equal(ek_digest_new(&d, EK_SHA1, NULL), EK_OK);
	assert_int_equal(ek_digest_hex(d, hex, NULL), EK_OK);
	assert_string_equal(hex, vectors[0].sha1);
	ek_digest_update(d, "a", 1);
	assert_int_equal(ek_digest_hex(d, hex, NULL), EK_OK);
	ek_digest_update(d, "bc", 2);
	assert_int_equal(ek_digest_hex(d, hex, NULL), EK_OK);
	assert_string_equal(hex, vectors[1].sha1);
	ek_digest_free(d);
	assert_int_equal(ek_digest_mem(EK_SHA256, "abc", 3, hex, NULL), EK_OK);
	assert_string_equal(hex, vectors[1].sha256);
}

static void assert_digest(struct ek_digest *d, const char *data, size_t n)
{
	char hex[EK_DIGEST_HEX], want[EK_DIGEST_HEX];

	assert_int_equal(ek_digest_hex(d, hex, NULL), EK_OK);
	ek_digest_mem(EK_SHA256, data, n, want, NULL);
	assert_string_equal(hex, want);
}

/* Exactly what was taken counts, not what was read ahead. */
static void test_input(void **state)
{
	char data[] = "0123456789", buf[16];
	struct ek_digest *d;
	struct ek_in *from, *in;
	const unsigned char *p;
	size_t got;

	(void)state;
	assert_int_equal(ek_digest_new(&d, EK_SHA256, NULL), EK_OK);
	assert_int_equal(ek_in_open_mem(&from, "m", data, 10, NULL), EK_OK);
	assert_int_equal(ek_in_open_digest(&in, from, d, NULL, NULL), EK_OK);
	assert_int_equal(ek_in_peek(in, 10, &p, &got, NULL), EK_OK);
	assert_digest(d, data, 0);
	assert_int_equal(ek_in_read(in, buf, 3, &got, NULL), EK_OK);
	assert_digest(d, data, 3);
	assert_int_equal(ek_in_skip(in, 2, "x", NULL), EK_OK);
	assert_digest(d, data, 5);
	assert_int_equal(ek_in_read(in, buf, 16, &got, NULL), EK_OK);
	assert_int_equal(got, 5);
	assert_digest(d, data, 10);
	assert_false(ek_in_can_rewind(in));
	ek_in_close(&in);
	ek_in_close(&from);
	ek_digest_free(d);
}

static int full(void *ctx, const void *data, size_t len, struct ek_err *err)
{
	(void)ctx;
	(void)data;
	(void)len;
	return ek_fail(err, EK_ESYS, "disk full");
}

static void test_output(void **state)
{
	struct ek_digest *d1, *d2;
	struct ek_out *to, *out;
	char hex[EK_DIGEST_HEX], *buf;
	struct ek_err err;
	size_t len;

	(void)state;
	assert_int_equal(ek_digest_new(&d1, EK_SHA1, NULL), EK_OK);
	assert_int_equal(ek_digest_new(&d2, EK_SHA256, NULL), EK_OK);
	assert_int_equal(ek_out_open_mem(&to, &buf, &len, NULL), EK_OK);
	assert_int_equal(ek_out_open_digest(&out, to, d1, d2, NULL), EK_OK);
	ek_out_write(out, "a", 1);
	ek_out_write(out, "bc", 2);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	assert_int_equal(ek_out_commit(&to, NULL), EK_OK);
	assert_string_equal(buf, "abc");
	assert_int_equal(ek_digest_hex(d1, hex, NULL), EK_OK);
	assert_string_equal(hex, vectors[1].sha1);
	assert_digest(d2, "abc", 3);
	free(buf);

	assert_int_equal(ek_out_open_put(&to, "d", full, NULL, NULL, NULL,
					 NULL), EK_OK);
	assert_int_equal(ek_out_open_digest(&out, to, NULL, NULL, NULL),
			 EK_OK);
	ek_out_write(out, "a", 1);
	assert_true(ek_out_failed(out));
	assert_int_equal(ek_out_commit(&out, &err), EK_ESYS);
	assert_string_equal(err.msg, "disk full");
	ek_out_abort(&to);
	ek_digest_free(d1);
	ek_digest_free(d2);
}

static void test_equal(void **state)
{
	(void)state;
	assert_true(ek_digest_equal("aBcd", "AbCD"));
	assert_false(ek_digest_equal("abcd", "abc"));
	assert_false(ek_digest_equal("abcd", "abce"));
	assert_false(ek_digest_equal("", "")); /* no digest proves nothing */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_goes_on),
		cmocka_unit_test(test_input),
		cmocka_unit_test(test_output),
		cmocka_unit_test(test_equal),
	};

	return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
