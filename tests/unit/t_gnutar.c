/* SPDX-License-Identifier: BSD-2-Clause */
/* t_gnutar.c - unit tests of gnutar.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../fix/vmtar_cases.h"
#include "ek/entry.h"
#include "ek/err.h"
#include "ek/gnutar.h"
#include "ek/io.h"

static struct ek_entry file(char *name, enum ek_ftype type, size_t size)
{
	static char root[] = "root";

	return (struct ek_entry){ .name = name, .uname = root, .gname = root,
				  .type = type, .mode = 0644, .size = size,
				  .mtime = 1500000000 };
}

/* The same members by hand (vmtar_cases.h) and by gnutar. */
static void test_bytes(void **state)
{
	static const char mode[] = "0000644";
	struct ek_buf want = EK_BUF_INIT;
	char *got = NULL, a[] = "a", s[] = "s", name[160];
	struct ek_entry e;
	struct ek_out *out;
	size_t n = 0;

	(void)state;
	vc_longname(&want);
	memcpy(name, "very/", 5);
	memset(name + 5, 'l', 150);
	name[155] = '\0';
	assert_int_equal(ek_out_open_mem(&out, &got, &n, NULL), EK_OK);
	e = file(a, EK_FT_FILE, 10);
	assert_int_equal(ek_gnutar_file(out, &e, "AAAAAAAAAA", NULL), EK_OK);
	e = file(name, EK_FT_FILE, 4);
	assert_int_equal(ek_gnutar_header(out, &e, NULL), EK_OK);
	ek_out_write(out, "DATA", 4);
	ek_gnutar_pad(out);
	e = file(s, EK_FT_SYMLINK, 0);
	memcpy(name + 155, "2", 2);
	e.link = name;
	assert_int_equal(ek_gnutar_header(out, &e, NULL), EK_OK);
	ek_gnutar_pad(out);
	ek_gnutar_end(out, 0);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	assert_int_equal(n, want.len);
	/* by hand the long records have mode 0, in GNU tar they have 0644 */
	for (size_t at = 1024; at <= 3072; at += 2048) {
		memcpy(want.p + at + 100, mode, 7);
		vc_sum(want.p + at, false);
	}
	assert_memory_equal(got, want.p, n);
	free(got);
	ek_buf_free(&want);
}

static void test_end(void **state)
{
	struct ek_out *out;
	char *got = NULL, a[] = "a";
	struct ek_entry e = file(a, EK_FT_FILE, 512);
	char data[512];
	size_t n = 0;

	(void)state;
	memset(data, 'x', sizeof(data));
	for (int blocked = 0; blocked < 2; blocked++) {
		assert_int_equal(ek_out_open_mem(&out, &got, &n, NULL), EK_OK);
		assert_int_equal(ek_gnutar_file(out, &e, data, NULL), EK_OK);
		assert_int_equal(ek_out_pos(out), 1024);
		ek_gnutar_end(out, blocked);
		assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
		assert_int_equal(n, blocked ? 10240 : 2048);
		for (size_t i = 1024; i < n; i++)
			assert_int_equal(got[i], 0);
		free(got);
	}
}

/* What does not fit is refused, and nothing of it is written. */
static void test_refused(void **state)
{
	struct ek_out *out;
	char a[] = "a";
	struct ek_entry e = file(a, EK_FT_FILE, 0);

	(void)state;
	assert_int_equal(ek_out_open_null(&out, NULL), EK_OK);
	e.mtime = -5;
	assert_int_equal(ek_gnutar_header(out, &e, NULL), EK_ELIMIT);
	e = file(a, EK_FT_FILE, 0);
	e.gid = 010000000;
	assert_int_equal(ek_gnutar_header(out, &e, NULL), EK_ELIMIT);
	assert_int_equal(ek_out_pos(out), 0);
	ek_out_abort(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_refused),
	};

	(void)vcases;
	(void)vc_bad_ustar;
	return cmocka_run_group_tests_name("gnutar", tests, NULL, NULL);
}
