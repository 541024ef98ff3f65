/* SPDX-License-Identifier: BSD-2-Clause */
/* t_pxe.c - unit tests of pxe.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/pxe.h"
#include "image_dir.h"

#define CFG "kernel=/b.b00\nkernelopt=cdromBoot\nmodules=/s.v00\n"

static void holds(const char *path, const char *want)
{
	char *text;
	size_t len;

	assert_int_equal(ek_read_all(path, 4096, &text, &len, NULL), EK_OK);
	assert_string_equal(text, want);
	free(text);
}

static bool there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static void test_tree(void **state)
{
	struct ek_pxe_opts o = { .prefix = "p", .timed = true,
				 .mtime = 1642766401 };
	struct ek_err err = EK_ERR_INIT;
	struct stat st;

	(void)state;
	make_image(CFG, CFG);
	if (ek_pxe_make("d", "out", &o, &err) != EK_OK)
		fail_msg("%s", err.msg);
	holds("out/boot.cfg", "prefix=p\nkernel=b.b00\nkernelopt=\n"
			      "modules=s.v00\n");
	holds("out/efi/boot/boot.cfg", "prefix=p\nkernel=b.b00\nkernelopt=\n"
				       "modules=s.v00\n");
	holds("out/mboot.efi", "loader");
	holds("out/efi/boot/bootx64.efi", "loader");
	holds("out/crypto64.efi", "crypto");
	holds("out/efi/boot/crypto64.efi", "crypto");
	holds("out/mboot.c32", "mboot");
	holds("out/net-e1.v00", "driver");
	assert_int_equal(stat("out/s.v00", &st), 0);
	assert_int_equal(st.st_mtime, 1642766401);
	assert_int_equal(st.st_mode & 07777, 0644);
	/* again: no, then yes */
	put_file("out/s.v00", "mine");
	assert_int_equal(ek_pxe_make("d", "out", &o, &err), EK_EREFUSE);
	assert_non_null(strstr(err.msg, "--force"));
	holds("out/s.v00", "mine");
	o.replace = true;
	assert_int_equal(ek_pxe_make("d", "out", &o, NULL), EK_OK);
	holds("out/s.v00", "module");
}

/* Without a prefix there is no boot.cfg where it would look in vain. */
static void test_no_prefix(void **state)
{
	struct ek_pxe_opts o = { .prefix = NULL };

	(void)state;
	make_image(CFG, CFG);
	assert_int_equal(ek_pxe_make("d", "out", &o, NULL), EK_OK);
	holds("out/boot.cfg", "kernel=b.b00\nkernelopt=\nmodules=s.v00\n");
	assert_false(there("out/efi/boot/boot.cfg"));
	assert_true(there("out/efi/boot/bootx64.efi"));
}

static void on_note(void *ctx, bool warning, const char *text)
{
	ek_buf_addf(ctx, "%s%s\n", warning ? "warning: " : "", text);
}

static void test_loaders(void **state)
{
	struct ek_buf notes = EK_BUF_INIT;
	struct ek_pxe_opts o = { .note = on_note, .ctx = &notes };
	struct ek_err err = EK_ERR_INIT;

	(void)state;
	make_image(CFG, NULL);
	assert_int_equal(unlink("d/EFI/BOOT/BOOTX64.EFI"), 0);
	assert_int_equal(ek_pxe_make("d", "out", &o, NULL), EK_OK);
	assert_non_null(strstr(ek_buf_str(&notes), "warning: no /EFI/BOOT/"
			       "BOOTX64.EFI: the tree is of no use to UEFI"));
	assert_false(there("out/mboot.efi"));
	assert_int_equal(unlink("d/MBOOT.C32"), 0);
	assert_int_equal(ek_pxe_make("d", "new", &o, &err), EK_EREFUSE);
	assert_non_null(strstr(err.msg, "has neither '/MBOOT.C32'"));
	assert_false(there("new"));
	ek_buf_free(&notes);
}

static void test_in_the_way(void **state)
{
	struct ek_pxe_opts o = { .replace = true };
	struct ek_err err = EK_ERR_INIT;

	(void)state;
	make_image(CFG, CFG);
	/* a directory for a file, a link for a directory, a name that is taken */
	assert_int_equal(mkdir("a", 0755), 0);
	assert_int_equal(mkdir("a/s.v00", 0755), 0);
	assert_int_equal(ek_pxe_make("d", "a", &o, &err), EK_EREFUSE);
	assert_non_null(strstr(err.msg, "is a directory"));
	assert_false(there("a/b.b00"));
	assert_int_equal(mkdir("b", 0755), 0);
	assert_int_equal(mkdir("canary", 0755), 0);
	assert_int_equal(symlink("../canary", "b/efi"), 0);
	assert_int_equal(ek_pxe_make("d", "b", &o, &err), EK_EREFUSE);
	assert_false(there("b/b.b00"));
	assert_false(there("canary/boot"));
	put_file("d/MBOOT.EFI", "another");
	assert_int_equal(ek_pxe_make("d", "c", &o, &err), EK_EREFUSE);
	assert_non_null(strstr(err.msg, "a '/MBOOT.EFI' of its own"));
	assert_false(there("c"));
}

static void test_snippets(void **state)
{
	static const struct {
		const char *prefix, *want[3];
	} rows[] = {
		{ NULL, { "efi64,tree/mboot.efi\n", "-c tree/boot.cfg\n",
			  "set base http://SERVER/tree\n" } },
		{ "/a/b", { "efi64,a/b/mboot.efi\n", "KERNEL a/b/mboot.c32\n",
			    "set base http://SERVER/a/b\n" } },
		{ "http://h/x", { "efi64,tree/mboot.efi\n",
				  "efihttp,http://h/x/mboot.efi\n",
				  "set base http://h/x\n" } },
	};

	(void)state;
	assert_int_equal(mkdir("tree", 0755), 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ek_buf out = EK_BUF_INIT;

		assert_int_equal(ek_pxe_snippets("./tree/.", rows[i].prefix,
						 &out, NULL), EK_OK);
		for (size_t k = 0; k < 3; k++)
			if (strstr(ek_buf_str(&out), rows[i].want[k]) == NULL)
				fail_msg("no '%s' in %s", rows[i].want[k],
					 ek_buf_str(&out));
		assert_null(strchr(ek_buf_str(&out), '@'));
		ek_buf_free(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_tree, enter, leave),
		cmocka_unit_test_setup_teardown(test_no_prefix, enter, leave),
		cmocka_unit_test_setup_teardown(test_loaders, enter, leave),
		cmocka_unit_test_setup_teardown(test_in_the_way, enter, leave),
		cmocka_unit_test_setup_teardown(test_snippets, enter, leave),
	};

	return cmocka_run_group_tests_name("pxe", tests, NULL, NULL);
}
