/* SPDX-License-Identifier: BSD-2-Clause */
/* t_layers.c - unit tests of layers.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/buf.h"
#include "ek/deflate.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/layers.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char xz[] = "\xfd" "7zXZ\0\0\4", zstd[] = "\x28\xb5\x2f\xfd\0\x88";

static void add_gzip(struct ek_buf *b, const void *data, size_t n)
{
	struct ek_out *mem, *gz;
	char *out;
	size_t len;

	assert_int_equal(ek_out_open_mem(&mem, &out, &len, NULL), EK_OK);
	assert_int_equal(ek_out_open_gzip(&gz, mem, 9, NULL), EK_OK);
	ek_out_write(gz, data, n);
	assert_int_equal(ek_out_commit(&gz, NULL), EK_OK);
	assert_int_equal(ek_out_commit(&mem, NULL), EK_OK);
	ek_buf_add(b, out, len);
	free(out);
}

static void test_detect(void **state)
{
	static const struct {
		const char *p;
		size_t len;
		enum ek_layer layer;
		const char *name;
	} rows[] = {
		{ "", 0, EK_LAYER_NONE, "none" },
		{ "\x1f", 1, EK_LAYER_NONE, "none" },
		{ "\x1f\x8b", 2, EK_LAYER_GZIP, "gzip" },
		{ xz, 6, EK_LAYER_XZ, "xz" },
		{ xz, 5, EK_LAYER_NONE, "none" },
		{ zstd, 4, EK_LAYER_ZSTD, "zstd" },
		{ zstd, 3, EK_LAYER_NONE, "none" },
		{ "./etc/", 6, EK_LAYER_NONE, "none" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		enum ek_layer l = ek_layer_detect(
			(const unsigned char *)rows[i].p, rows[i].len);

		assert_int_equal(l, rows[i].layer);
		assert_string_equal(ek_layer_name(l), rows[i].name);
	}
}

typedef int opener(struct ek_in **out, struct ek_in *from,
		   enum ek_layer *layer, struct ek_err *err);

/* Open and read all; the text that comes, or the message. */
static int unwrap(opener *open, const void *data, size_t len, char text[1024],
		  enum ek_layer *layer)
{
	struct ek_in *from, *in;
	struct ek_err err;
	size_t got = 0;
	int rc;

	assert_int_equal(ek_in_open_mem(&from, "s.v00", data, len, NULL),
			 EK_OK);
	rc = open(&in, from, layer, &err);
	if (rc == EK_OK) {
		rc = ek_in_read(in, text, 1023, &got, &err);
		text[got] = '\0';
	} else {
		assert_null(in);
	}
	if (rc != EK_OK)
		memcpy(text, err.msg, 1024);
	ek_in_close(&in);
	ek_in_close(&from);
	return rc;
}

static void test_open(void **state)
{
	struct ek_buf b = EK_BUF_INIT;
	enum ek_layer layer;
	char text[1024];

	(void)state;
	assert_int_equal(unwrap(ek_layers_open, "bare", 4, text, &layer),
			 EK_OK);
	assert_string_equal(text, "bare");
	assert_int_equal(layer, EK_LAYER_NONE);
	assert_int_equal(unwrap(ek_layers_open, "", 0, text, &layer), EK_OK);
	assert_string_equal(text, "");

	add_gzip(&b, "inside", 6);
	assert_int_equal(unwrap(ek_layers_open, b.p, b.len, text, &layer),
			 EK_OK);
	assert_string_equal(text, "inside");
	assert_int_equal(layer, EK_LAYER_GZIP);
	/* a second member: only where no loader is to take it */
	add_gzip(&b, " more", 5);
	assert_int_equal(unwrap(ek_layers_open, b.p, b.len, text, &layer),
			 EK_EFORMAT);
	assert_non_null(strstr(text, "a second gzip member at offset 26"));
	assert_int_equal(unwrap(ek_layers_open_foreign, b.p, b.len, text,
				&layer), EK_OK);
	assert_string_equal(text, "inside more");
	ek_buf_free(&b);
}

static void test_refused(void **state)
{
	struct ek_buf b = EK_BUF_INIT;
	enum ek_layer layer;
	char text[1024];

	(void)state;
	assert_int_equal(unwrap(ek_layers_open, xz, sizeof(xz) - 1, text,
				&layer), EK_EREFUSE);
	assert_string_equal(text, "'s.v00': xz is not supported yet");
	assert_int_equal(layer, EK_LAYER_XZ);
	add_gzip(&b, xz, sizeof(xz) - 1);
	assert_int_equal(unwrap(ek_layers_open, b.p, b.len, text, &layer),
			 EK_EREFUSE);
	assert_string_equal(text, "'s.v00': xz inside gzip is not supported"
				  " yet");
	ek_buf_reset(&b);
	add_gzip(&b, zstd, sizeof(zstd) - 1);
	assert_int_equal(unwrap(ek_layers_open, b.p, b.len, text, &layer),
			 EK_EREFUSE);
	assert_string_equal(text, "'s.v00': zstd inside gzip is not supported"
				  " yet");
	assert_int_equal(unwrap(ek_layers_open, "\x1f\x8b\x08", 3, text,
				&layer), EK_EFORMAT);
	ek_buf_free(&b);
}

/* A bare archive can be read twice where its file can. */
static void test_rewind(void **state)
{
	struct ek_in *from, *in;
	enum ek_layer layer;
	char buf[8];
	size_t got;

	(void)state;
	assert_int_equal(ek_in_open_mem(&from, "m", "0123456", 7, NULL), EK_OK);
	assert_int_equal(ek_in_skip(from, 2, "x", NULL), EK_OK);
	assert_int_equal(ek_layers_open(&in, from, &layer, NULL), EK_OK);
	assert_true(ek_in_can_rewind(in));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(ek_in_read(in, buf, 8, &got, NULL), EK_OK);
		assert_int_equal(got, 5);
		assert_memory_equal(buf, "23456", 5);
		assert_int_equal(ek_in_rewind(in, NULL), EK_OK);
		assert_int_equal(ek_in_pos(in), 0);
	}
	ek_in_close(&in);
	ek_in_close(&from);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_detect),
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_rewind),
	};

	return cmocka_run_group_tests_name("layers", tests, NULL, NULL);
}
