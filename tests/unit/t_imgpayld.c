/* SPDX-License-Identifier: BSD-2-Clause */
/* t_imgpayld.c - unit tests of imgpayld.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/deflate.h"
#include "ek/entry.h"
#include "ek/err.h"
#include "ek/gnutar.h"
#include "ek/image.h"
#include "ek/imgpayld.h"
#include "ek/io.h"
#include "image_dir.h"

#define BOOT "var/db/payloads/boot/"

struct member {
	const char *name, *data;
	enum ek_ftype type;
};

/* Uncompressed where level is below 0. */
static void save(const char *path, const struct member *m, size_t n, int level)
{
	struct ek_out *file, *gz = NULL, *tar;

	assert_int_equal(ek_out_open(&file, path, NULL), EK_OK);
	if (level >= 0)
		assert_int_equal(ek_out_open_gzip(&gz, file, level, NULL),
				 EK_OK);
	tar = gz != NULL ? gz : file;
	for (size_t i = 0; i < n; i++) {
		struct ek_entry e = {
			.name = (char *)(uintptr_t)m[i].name, .mode = 0644,
			.type = m[i].type, .size = strlen(m[i].data),
		};

		assert_int_equal(ek_gnutar_file(tar, &e, m[i].data, NULL),
				 EK_OK);
	}
	ek_gnutar_end(tar, 1);
	if (gz != NULL)
		assert_int_equal(ek_out_commit(&gz, NULL), EK_OK);
	assert_int_equal(ek_out_commit(&file, NULL), EK_OK);
}

static const struct member good[] = {
	{ "var", "", EK_FT_DIR },
	{ "var/db/payloads/boot", "", EK_FT_DIR },
	{ BOOT "b.b00", "kernel", EK_FT_FILE },
	{ "var/db/payloads/text/t.t00", "text", EK_FT_FILE },
	{ BOOT "k.b00", "more", EK_FT_FILE },
	{ BOOT "dir", "", EK_FT_DIR },
	{ BOOT "k.b00", "other", EK_FT_FILE },
	{ BOOT "empty", "", EK_FT_FILE },
	{ "b.b00", "no", EK_FT_FILE },
};

static struct ek_image *open_image(void)
{
	struct ek_image *img;

	assert_int_equal(ek_image_open(&img, "d", NULL), EK_OK);
	return img;
}

static void assert_file(const struct ek_imgpayld *p, const char *name,
			const char *want)
{
	const struct ek_imgpayld_file *f = ek_imgpayld_find(p, name);
	char buf[64];
	struct ek_in *in;
	size_t got;

	assert_non_null(f);
	assert_string_equal(f->name, name);
	assert_int_equal(f->size, strlen(want));
	assert_int_equal(ek_imgpayld_in(p, f, &in, NULL), EK_OK);
	assert_int_equal(ek_in_read(in, buf, sizeof(buf), &got, NULL), EK_OK);
	assert_int_equal(got, strlen(want));
	assert_memory_equal(buf, want, got);
	ek_in_close(&in);
}

/* The files of type boot; the first of two; not directories. */
static void assert_good(void)
{
	struct ek_image *img = open_image();
	struct ek_err err = EK_ERR_INIT;
	struct ek_imgpayld *p;

	if (ek_imgpayld_open(&p, img, &err) != EK_OK)
		fail_msg("%s", err.msg);
	assert_string_equal(ek_imgpayld_name(p), "d/ImgPayld.tgz");
	assert_file(p, "k.b00", "more");
	assert_file(p, "b.b00", "kernel");
	assert_file(p, "empty", "");
	assert_null(ek_imgpayld_find(p, "B.B00"));
	assert_null(ek_imgpayld_find(p, "t.t00"));
	assert_null(ek_imgpayld_find(p, "dir"));
	assert_null(ek_imgpayld_find(p, ""));
	ek_imgpayld_free(&p);
	assert_null(p);
	ek_imgpayld_free(&p);
	ek_image_close(&img);
}

static void test_good(void **state)
{
	(void)state;
	make_image(NULL, NULL);
	save("d/ImgPayld.tgz", good, COUNT(good), 9);
	assert_good();
	save("d/ImgPayld.tgz", good, COUNT(good), -1);
	assert_good();
}

static void assert_bad(int rc)
{
	struct ek_image *img = open_image();
	struct ek_err err = EK_ERR_INIT;
	struct ek_imgpayld *p;

	assert_int_equal(ek_imgpayld_open(&p, img, &err), rc);
	assert_null(p);
	assert_non_null(strstr(err.msg, "'d"));
	ek_image_close(&img);
}

/* Gone, no tar, and cut at any length. */
static void test_bad(void **state)
{
	char data[4096];
	size_t len;
	FILE *fp;

	(void)state;
	make_image(NULL, NULL);
	assert_bad(EK_EREFUSE);
	put_file("d/IMGPAYLD.TGZ", "this is not a tar");
	assert_bad(EK_EFORMAT);
	save("d/IMGPAYLD.TGZ", good, COUNT(good), 9);
	fp = fopen("d/IMGPAYLD.TGZ", "r");
	assert_non_null(fp);
	len = fread(data, 1, sizeof(data), fp);
	assert_int_equal(fclose(fp), 0);
	assert_true(len < sizeof(data));
	for (size_t n = 1; n < len; n++) {
		fp = fopen("d/IMGPAYLD.TGZ", "w");
		assert_non_null(fp);
		assert_int_equal(fwrite(data, 1, n, fp), n);
		assert_int_equal(fclose(fp), 0);
		assert_bad(EK_EFORMAT);
	}
}

/* Too many, and a bomb that is told by its headers, before its data. */
static void test_limits(void **state)
{
	static const char big[] = BOOT "big";
	struct member *m = calloc(EK_IMGPAYLD_FILES + 1, sizeof(*m));
	struct ek_entry e = { .name = (char *)(uintptr_t)big, .mode = 0644,
			      .size = EK_IMGPAYLD_MAX + 1 };
	struct ek_out *out;

	(void)state;
	make_image(NULL, NULL);
	assert_non_null(m);
	for (size_t i = 0; i <= EK_IMGPAYLD_FILES; i++)
		m[i] = (struct member){ BOOT "x", "", EK_FT_FILE };
	save("d/IMGPAYLD.TGZ", m, EK_IMGPAYLD_FILES + 1, 1);
	assert_bad(EK_ELIMIT);
	free(m);
	assert_int_equal(ek_out_open(&out, "d/IMGPAYLD.TGZ", NULL), EK_OK);
	assert_int_equal(ek_gnutar_header(out, &e, NULL), EK_OK);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	assert_bad(EK_ELIMIT);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_good), TEST(test_bad), TEST(test_limits),
	};

	return cmocka_run_group_tests_name("imgpayld", tests, NULL, NULL);
}
