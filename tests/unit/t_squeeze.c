/* SPDX-License-Identifier: BSD-2-Clause */
/* t_squeeze.c - unit tests of squeeze.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/buf.h"
#include "squeeze.h"

/* There and back; the bytes that it took. */
static size_t both_ways(const void *data, size_t n)
{
	struct ek_buf b = EK_BUF_INIT;
	unsigned char *back = malloc(n + 1);
	size_t len;

	assert_non_null(back);
	back[n] = 0xa5;
	ek_squeeze(&b, data, n);
	ek_buf_addc(&b, '!');
	len = ek_unsqueeze(b.p, back, n);
	assert_int_equal(len + 1, b.len);
	assert_memory_equal(back, data, n);
	assert_int_equal(back[n], 0xa5);
	free(back);
	ek_buf_free(&b);
	return len;
}

static void test_bytes(void **state)
{
	struct ek_buf b = EK_BUF_INIT;
	static const unsigned char want[] = {
		0, 4, 'a', 0, 0, 'b', 3, 1, 'c', 4, 0,
	};

	(void)state;
	/* two zeros stay, three do not */
	ek_squeeze(&b, "a\0\0b\0\0\0c\0\0\0\0", 12);
	assert_int_equal(b.len, sizeof(want));
	assert_memory_equal(b.p, want, sizeof(want));
	ek_buf_free(&b);
}

/* Runs around the 255 that a count can be. */
static void test_lengths(void **state)
{
	static unsigned char x[1600];

	(void)state;
	for (size_t n = 1; n < 800; n++) {
		memset(x, 0, sizeof(x));
		assert_in_range(both_ways(x, n), 2, 8);
		memset(x, 'x', n);
		assert_in_range(both_ways(x, n), n + 2, n + 8);
		assert_in_range(both_ways(x, 2 * n), n + 2, n + 16);
	}
}

static void test_random(void **state)
{
	static unsigned char x[512];
	unsigned seed = 1;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		for (size_t i = 0; i < sizeof(x); i++) {
			seed = seed * 1664525 + 1013904223;
			/* of bytes that are 0: from all to none */
			x[i] = seed >> 24 < (unsigned)round % 256
			     ? (unsigned char)(seed >> 16) : 0;
		}
		both_ways(x, sizeof(x));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests_name("squeeze", tests, NULL, NULL);
}
