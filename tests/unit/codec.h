/* SPDX-License-Identifier: BSD-2-Clause */
/* codec.h - what the tests of the codecs share; one test program includes it after
 *           cmocka.h */
#ifndef CODEC_H
#define CODEC_H

#include "ek/buf.h"
#include "ek/io.h"

/* Bytes that do not repeat much, and some that do. */
static inline void make(char *data, size_t n)
{
	uint32_t x = 1;

	for (size_t i = 0; i < n; i++) {
		x = x * 1664525 + 1013904223;
		data[i] = (char)(i % 3000 < 200 ? x >> 24 : i / 3000);
	}
}

/* Unpack in reads of step bytes; *pos is where the stream below stands. */
static inline int unpack(int (*open)(struct ek_in **in, struct ek_in *from,
				     bool own, struct ek_err *err),
			 const void *data, size_t len, size_t step,
			 struct ek_buf *out, uint64_t *pos, struct ek_err *err)
{
	char *buf = malloc(step);
	struct ek_in *from, *in;
	size_t got;
	int rc;

	assert_non_null(buf);
	assert_int_equal(ek_in_open_mem(&from, "m", data, len, NULL), EK_OK);
	assert_int_equal(open(&in, from, false, NULL), EK_OK);
	do {
		rc = ek_in_read(in, buf, step, &got, err);
		ek_buf_add(out, buf, got);
	} while (rc == EK_OK && got != 0);
	*pos = ek_in_pos(from);
	ek_in_close(&in);
	ek_in_close(&from);
	free(buf);
	return rc;
}

#endif
