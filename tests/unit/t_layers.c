/* SPDX-License-Identifier: BSD-2-Clause */
/* t_layers.c - unit tests of layers.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/err.h"
#include "ek/layers.h"

#include "wrap.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char xz[] = "\xfd" "7zXZ\0\0\4", zstd[] = "\x28\xb5\x2f\xfd\0\x88";

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
		{ "\x50\x2a\x4d\x18", 4, EK_LAYER_ZSTD, "zstd" },
		{ "\x60\x2a\x4d\x18", 4, EK_LAYER_NONE, "none" },
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

/* ---- stacks -------------------------------------------------------------- */

static const char inside[] = "what is inside, what is inside, what is inside";

enum { IN = sizeof(inside) - 1 };

/* A recipe, from the innermost outwards: g gzip, x xz, z zstd, f footer, b two
 * bytes, s a skippable frame behind. */
static void make(struct ek_buf *b, const char *how)
{
	ek_buf_add(b, inside, IN);
	for (; *how != '\0'; how++) {
		struct ek_buf out = EK_BUF_INIT;

		if (*how == 'g')
			add_gzip(&out, b->p, b->len);
		else if (*how == 'x')
			add_xz(&out, b->p, b->len, LZMA_CHECK_CRC32, 2 << 20);
		else if (*how == 'z')
			add_zstd(&out, b->p, b->len, 0);
		else
			ek_buf_add(&out, b->p, b->len);
		if (*how == 'f')
			add_footer(&out, 3, "vmware_esx67", 256);
		if (*how == 'b')
			ek_buf_adds(&out, "xy");
		if (*how == 's')
			ek_buf_add(&out, "\x5a\x2a\x4d\x18\0\0\0\0", 8);
		ek_buf_free(b);
		*b = out;
	}
}

struct seen {
	struct ek_buf outer, inner;
};

static void see_outer(void *ctx, const void *p, size_t n)
{
	ek_buf_add(&((struct seen *)ctx)->outer, p, n);
}

static void see_inner(void *ctx, const void *p, size_t n)
{
	ek_buf_add(&((struct seen *)ctx)->inner, p, n);
}

/* Open and read to the end; what comes, or the message, is in text. */
static int take_off(struct ek_layers **l, struct ek_in *from,
		    const struct ek_layers_opts *o, char text[2048],
		    struct ek_err *err)
{
	size_t got = 0;
	int rc = ek_layers_open(l, from, o, err);

	text[0] = '\0';
	if (rc == EK_OK)
		rc = ek_in_read(ek_layers_in(*l), text, 2047, &got, err);
	text[got] = '\0';
	return rc;
}

static const struct stack {
	const char *how;
	enum ek_gz mode;
	int rc;
	const char *names; /* or what the message has */
	bool footer;
} stacks[] = {
	{ "", EK_GZ_ONE, EK_OK, "", false },
	{ "g", EK_GZ_ONE, EK_OK, "gzip", false },
	{ "x", EK_GZ_ONE, EK_OK, "xz", false },
	{ "z", EK_GZ_ONE, EK_OK, "zstd", false },
	{ "xg", EK_GZ_ONE, EK_OK, "gzip xz", false },
	{ "xfg", EK_GZ_ONE, EK_OK, "gzip xz", true },
	{ "zg", EK_GZ_ONE, EK_OK, "gzip zstd", false },
	{ "zg", EK_GZ_MANY, EK_OK, "gzip zstd", false },
	{ "zfg", EK_GZ_ONE, EK_OK, "gzip zstd", true },
	{ "xf", EK_GZ_ONE, EK_OK, "xz", true },
	/* what is not understood */
	{ "gg", EK_GZ_ONE, EK_EREFUSE, "'s.v00': gzip inside gzip, which", 0 },
	{ "xx", EK_GZ_ONE, EK_EREFUSE, "'s.v00': xz inside xz", 0 },
	{ "gx", EK_GZ_ONE, EK_EREFUSE, "gzip inside xz", 0 },
	{ "xz", EK_GZ_ONE, EK_EREFUSE, "xz inside zstd", 0 },
	{ "xxg", EK_GZ_ONE, EK_EREFUSE, "xz inside xz", 0 },
	{ "zxg", EK_GZ_ONE, EK_EREFUSE, "zstd inside xz", 0 },
	{ "gxg", EK_GZ_ONE, EK_EREFUSE, "gzip inside xz", 0 },
	{ "xbg", EK_GZ_ONE, EK_EFORMAT, "'s.v00': bytes at offset 80, behind"
	  " the end of the xz data: they do not end as a signature does", 0 },
	{ "zbg", EK_GZ_ONE, EK_EFORMAT, "behind the end of the zstd data", 0 },
	{ "zsg", EK_GZ_ONE, EK_EFORMAT, "a second zstd frame at offset", 0 },
	{ "xffg", EK_GZ_ONE, EK_EFORMAT, "length that it tells is not", 0 },
	{ "xfbg", EK_GZ_ONE, EK_EFORMAT, "behind the end of the xz data", 0 },
	{ "gf", EK_GZ_ONE, EK_EFORMAT, "behind the end of the gzip data", 0 },
	{ "xgf", EK_GZ_ONE, EK_EFORMAT, "behind the end of the gzip data", 0 },
	{ "xfgb", EK_GZ_ONE, EK_EFORMAT, "behind the end of the gzip data", 0 },
};

static void check_good(const struct stack *s, const struct ek_layers *l,
		       const struct seen *seen, const char *text)
{
	size_t n = ek_layers_count(l);
	char names[EK_LAYERS_NAMES];

	assert_string_equal(text, inside);
	ek_layers_names(l, names);
	assert_string_equal(names, s->names);
	assert_int_equal(ek_layers_footer(l)->there, s->footer);
	assert_int_equal(seen->inner.len, IN);
	assert_memory_equal(seen->inner.p, inside, IN);
	assert_int_equal(ek_layers_kind(l, n), EK_LAYER_NONE);
	assert_int_equal(ek_layers_size(l, n), 0);
	if (n != 0)
		assert_int_equal(ek_layers_size(l, n - 1), IN);
	if (n == 1)
		assert_int_equal(seen->outer.len, IN);
	if (n == 2 && !s->footer)
		assert_int_equal(seen->outer.len, ek_layers_size(l, 0));
	if (n == 2 && s->footer)
		assert_memory_equal(seen->outer.p + seen->outer.len - 4,
				    "\xed\x11\xbe\x1a", 4);
}

static void test_stacks(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(stacks); i++) {
		const struct stack *s = &stacks[i];
		struct ek_buf b = EK_BUF_INIT;
		struct seen seen = { EK_BUF_INIT, EK_BUF_INIT };
		const struct ek_layers_opts o = {
			s->mode, see_outer, see_inner, &seen,
		};
		struct ek_layers *l;
		struct ek_err err = EK_ERR_INIT;
		struct ek_in *from;
		char text[2048];
		int rc;

		make(&b, s->how);
		assert_int_equal(ek_in_open_mem(&from, "s.v00", b.p, b.len,
						NULL), EK_OK);
		rc = take_off(&l, from, &o, text, &err);
		if (rc != s->rc ||
		    (rc != EK_OK && strstr(err.msg, s->names) == NULL))
			fail_msg("%s: %d '%s'", s->how, rc, err.msg);
		if (rc == EK_OK)
			check_good(s, l, &seen, text);
		ek_layers_close(&l);
		ek_in_close(&from);
		ek_buf_free(&b);
		ek_buf_free(&seen.outer);
		ek_buf_free(&seen.inner);
	}
}

/* Without taps the same, and there is no second gzip but where none loads it. */
static void test_members(void **state)
{
	static const struct ek_layers_opts many = { .mode = EK_GZ_MANY };
	struct ek_buf b = EK_BUF_INIT;
	struct ek_layers *l;
	struct ek_err err;
	struct ek_in *from;
	char text[2048];

	(void)state;
	add_gzip(&b, "inside", 6);
	add_gzip(&b, " more", 5);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(ek_in_open_mem(&from, "s.v00", b.p, b.len,
						NULL), EK_OK);
		if (i == 0) {
			assert_int_equal(take_off(&l, from, NULL, text, &err),
					 EK_EFORMAT);
			assert_non_null(strstr(err.msg, "a second gzip member"
					       " at offset 26"));
		} else {
			assert_int_equal(take_off(&l, from, &many, text, &err),
					 EK_OK);
			assert_string_equal(text, "inside more");
		}
		ek_layers_close(&l);
		ek_in_close(&from);
	}
	ek_buf_free(&b);
}

/* Open and read what may be damaged: is it said to be whole? */
static bool passes(const struct ek_buf *b, size_t len)
{
	struct ek_layers *l;
	struct ek_in *from;
	char text[2048];
	int rc;

	assert_int_equal(ek_in_open_mem(&from, "m", b->p, len, NULL), EK_OK);
	rc = take_off(&l, from, NULL, text, NULL);
	ek_layers_close(&l);
	ek_in_close(&from);
	/* without its magic it is no layer, but bytes like any other */
	return rc == EK_OK && strcmp(text, inside) == 0;
}

/* Every cut, and every byte that is another, is told before the end; some bytes
 * of a header of gzip mean nothing, and the last bits of its data. */
static void damage(const char *how)
{
	struct ek_buf b = EK_BUF_INIT;
	size_t same = 0;

	make(&b, how);
	for (size_t n = 0; n < b.len; n++)
		assert_false(passes(&b, n));
	for (size_t n = 0; n < b.len; n++) {
		b.p[n] ^= 0x24;
		same += passes(&b, b.len);
		b.p[n] ^= 0x24;
	}
	assert_true(passes(&b, b.len));
	if (same > (strchr(how, 'g') != NULL ? 7 : 0))
		fail_msg("%s: %zu bytes make no difference", how, same);
	ek_buf_free(&b);
}

static void test_damage(void **state)
{
	(void)state;
	damage("g");
	damage("xg");
	damage("zg");
	damage("xfg");
	damage("x");
}

/* What ek_layers_out() puts on comes off; the levels of VMware's files. */
static void test_out(void **state)
{
	static const struct {
		bool zstd;
		int level, as;
		const char *names;
	} rows[] = {
		{ false, -1, 9, "gzip" }, { false, 1, 1, "gzip" },
		{ true, -1, 1, "gzip zstd" }, { true, 9, 9, "gzip zstd" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ek_out *mem[2], *out;
		char *b[2], text[2048], names[EK_LAYERS_NAMES];
		struct ek_layers *l;
		struct ek_in *from;
		size_t len[2];

		for (int j = 0; j < 2; j++) {
			assert_int_equal(ek_out_open_mem(&mem[j], &b[j],
							 &len[j], NULL), EK_OK);
			assert_int_equal(ek_layers_out(&out, mem[j],
				rows[i].zstd, j == 0 ? rows[i].level
						     : rows[i].as, 1, NULL),
				EK_OK);
			for (int k = 0; k < 40; k++)
				ek_out_write(out, inside, IN);
			assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
			assert_int_equal(ek_out_commit(&mem[j], NULL), EK_OK);
		}
		assert_int_equal(len[0], len[1]);
		assert_memory_equal(b[0], b[1], len[0]);
		assert_int_equal(ek_in_open_mem(&from, "m", b[0], len[0], NULL),
				 EK_OK);
		assert_int_equal(take_off(&l, from, NULL, text, NULL), EK_OK);
		assert_int_equal(strlen(text), (size_t)40 * IN);
		ek_layers_names(l, names);
		assert_string_equal(names, rows[i].names);
		ek_layers_close(&l);
		ek_in_close(&from);
		free(b[0]);
		free(b[1]);
	}
	/* nothing is left of what was not committed */
	assert_int_equal(ek_layers_out(&(struct ek_out *){ NULL }, NULL, true,
				       10, 1, NULL), EK_EARG);
}

/* A bare archive can be read twice where its file can. */
static void test_rewind(void **state)
{
	struct ek_layers *l;
	struct ek_in *from, *in;
	char buf[8];
	size_t got;

	(void)state;
	assert_int_equal(ek_in_open_mem(&from, "m", "0123456", 7, NULL), EK_OK);
	assert_int_equal(ek_in_skip(from, 2, "x", NULL), EK_OK);
	assert_int_equal(ek_layers_open(&l, from, NULL, NULL), EK_OK);
	assert_int_equal(ek_layers_count(l), 0);
	in = ek_layers_in(l);
	assert_true(ek_in_can_rewind(in));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(ek_in_read(in, buf, 8, &got, NULL), EK_OK);
		assert_int_equal(got, 5);
		assert_memory_equal(buf, "23456", 5);
		assert_int_equal(ek_in_rewind(in, NULL), EK_OK);
		assert_int_equal(ek_in_pos(in), 0);
	}
	ek_layers_close(&l);
	ek_in_close(&from);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_detect),
		cmocka_unit_test(test_stacks),
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_out),
		cmocka_unit_test(test_rewind),
	};

	return cmocka_run_group_tests_name("layers", tests, NULL, NULL);
}
