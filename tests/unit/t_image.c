/* SPDX-License-Identifier: BSD-2-Clause */
/* t_image.c - unit tests of image.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>


#include "ek/err.h"
#include "ek/image.h"
#include "ek/io.h"
#include "image_dir.h"
#include "iso_made.h"

static struct ek_image *open_image(const char *path)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_image *image;

	if (ek_image_open(&image, path, &err) != EK_OK)
		fail_msg("%s", err.msg);
	return image;
}

/* ---- ISO ---------------------------------------------------------------- */

static void test_iso(void **state)
{
	static const char *const want[] = {
		"/.DISCINFO", "/ATA-PATA.V00", "/BOOT.CAT", "/BOOT.CFG",
		"/EFI/BOOT/BOOT.CFG", "/EFIBOOT.IMG", "/ISOLINUX.BIN",
		"/MYLONGCUSTOMDRIVER.TGZ", "/NOEXT",
	};
	struct ek_image *image;
	struct ek_iso *iso;
	char *text;
	size_t len;
	int fd;

	(void)state;
	make();
	fd = image_fd(sizeof(img));
	assert_int_equal(ek_iso_open_fd(&iso, fd, "x.iso", NULL), EK_OK);
	close(fd);
	assert_int_equal(ek_image_open_iso(&image, iso, NULL), EK_OK);
	assert_ptr_equal(ek_image_iso(image), iso);
	assert_string_equal(ek_image_name(image), "x.iso");
	assert_int_equal(ek_image_count(image), COUNT(want));
	for (size_t i = 0; i < COUNT(want); i++)
		assert_string_equal(ek_image_at(image, i)->path, want[i]);
	assert_null(ek_image_at(image, COUNT(want)));
	assert_int_equal(ek_image_read(image,
				       ek_image_find(image, "boot.cfg"), 4096,
				       &text, &len, NULL), EK_OK);
	assert_string_equal(text, CFG_TEXT);
	free(text);
	assert_int_equal(ek_image_read(image,
				       ek_image_find(image, "boot.cfg"), 10,
				       &text, &len, NULL), EK_ELIMIT);
	assert_null(text);
	ek_image_close(&image);
	assert_null(image);
	ek_iso_close(&iso);
}

static void test_boot(void **state)
{
	const struct ek_image_boot *b;
	struct ek_image *image;
	struct ek_iso *iso;
	int fd;

	(void)state;
	make();
	fd = image_fd(sizeof(img));
	assert_int_equal(ek_iso_open_fd(&iso, fd, "x.iso", NULL), EK_OK);
	close(fd);
	assert_int_equal(ek_image_open_iso(&image, iso, NULL), EK_OK);
	for (enum ek_boot_fw fw = EK_BOOT_BIOS; fw <= EK_BOOT_UEFI; fw++) {
		assert_int_equal(ek_image_boot(image, fw, &b, NULL), EK_OK);
		assert_string_equal(b->kernel->path, "/ATA-PATA.V00");
		assert_int_equal(b->plan.n_modules, 1);
		assert_string_equal(b->modules[0]->path, "/.DISCINFO");
	}
	assert_string_equal(b->file->path, "/EFI/BOOT/BOOT.CFG");
	assert_null(ek_image_database(image));
	ek_image_close(&image);
	ek_iso_close(&iso);
}

/* ---- directory ---------------------------------------------------------- */

static void test_directory(void **state)
{
	const struct ek_image_boot *b;
	struct ek_image *image;
	struct ek_in *in;
	char buf[8];
	size_t got;

	(void)state;
	assert_int_equal(mkdir("d", 0755), 0);
	put_file("d/boot.cfg", "kernel=/b.b00\nmodules=/s.v00 --- /gone.v00 --- "
			  "/IMGDB.tgz\n");
	put_file("d/B.B00", "kernel");
	put_file("d/s.v00", "s");
	put_file("d/imgdb.tgz", "db");
	image = open_image("d");
	assert_null(ek_image_iso(image));
	assert_int_equal(ek_image_count(image), 4);
	assert_int_equal(ek_image_boot(image, EK_BOOT_BIOS, &b, NULL), EK_OK);
	assert_string_equal(b->kernel->path, "/B.B00");
	assert_string_equal(b->modules[0]->path, "/s.v00");
	assert_null(b->modules[1]);
	assert_string_equal(ek_image_database(image)->path, "/imgdb.tgz");
	assert_int_equal(ek_image_boot(image, EK_BOOT_UEFI, &b, NULL), EK_OK);
	assert_null(b->file);
	assert_null(b->cfg);
	assert_int_equal(ek_image_in(image, ek_image_find(image, "//b.b00"),
				     &in, NULL), EK_OK);
	assert_int_equal(ek_in_read(in, buf, sizeof(buf), &got, NULL), EK_OK);
	assert_int_equal(got, 6);
	ek_in_close(&in);
	assert_null(ek_image_find(image, "/nope"));
	assert_null(ek_image_find(image, ""));
	assert_null(ek_image_find(image, "b.b00/"));
	assert_null(ek_image_find(image, "b.b0"));
	assert_null(ek_image_find(image, "b.b000"));
	ek_image_close(&image);
}

static void test_directory_bad(void **state)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_image *image;

	(void)state;
	assert_int_equal(mkdir("d", 0755), 0);
	put_file("d/boot.cfg", "");
	put_file("d/BOOT.CFG", "");
	assert_int_equal(ek_image_open(&image, "d", &err), EK_EFORMAT);
	assert_non_null(strstr(err.msg, "differ in case only"));
	assert_null(image);
	assert_int_equal(unlink("d/BOOT.CFG"), 0);
	assert_int_equal(symlink("boot.cfg", "d/link"), 0);
	assert_int_equal(ek_image_open(&image, "d", &err), EK_EREFUSE);
	assert_non_null(strstr(err.msg, "d/link"));
	assert_int_equal(ek_image_open(&image, "nope", &err), EK_ESYS);
	assert_int_equal(ek_image_open(&image, "d/boot.cfg", &err),
			 EK_EFORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_iso),
		cmocka_unit_test(test_boot),
		cmocka_unit_test_setup_teardown(test_directory, enter, leave),
		cmocka_unit_test_setup_teardown(test_directory_bad, enter,
						leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
