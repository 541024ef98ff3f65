/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image_dir.h - an installer image as a directory, for the unit tests of what
 *               takes one; every test has a directory of its own and is in it.
 *               Include once, behind cmocka.h.
 */
#ifndef EK_TEST_IMAGE_DIR_H
#define EK_TEST_IMAGE_DIR_H

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static inline int enter(void **state)
{
	char *dir = strdup("/tmp/t_image.XXXXXX");

	*state = dir;
	return dir != NULL && mkdtemp(dir) != NULL ? chdir(dir) : -1;
}

static inline int leave(void **state)
{
	char *cmd;

	if (chdir("/") != 0 ||
	    asprintf(&cmd, "rm -rf '%s'", (char *)*state) < 0 ||
	    system(cmd) != 0)
		return -1;
	free(cmd);
	free(*state);
	return 0;
}

static inline void put_file(const char *path, const char *text)
{
	FILE *fp = fopen(path, "w");

	assert_non_null(fp);
	assert_true(fputs(text, fp) >= 0);
	assert_int_equal(fclose(fp), 0);
}

/* The image "d"; both boot.cfg say cfg, or are not there. */
static inline void make_image(const char *bios, const char *uefi)
{
	assert_int_equal(mkdir("d", 0755), 0);
	assert_int_equal(mkdir("d/EFI", 0755), 0);
	assert_int_equal(mkdir("d/EFI/BOOT", 0755), 0);
	put_file("d/B.B00", "kernel");
	put_file("d/S.V00", "module");
	put_file("d/NET-E1.V00", "driver");
	put_file("d/MBOOT.C32", "mboot");
	put_file("d/EFI/BOOT/BOOTX64.EFI", "loader");
	put_file("d/EFI/BOOT/CRYPTO64.EFI", "crypto");
	if (bios != NULL)
		put_file("d/BOOT.CFG", bios);
	if (uefi != NULL)
		put_file("d/EFI/BOOT/BOOT.CFG", uefi);
}

#endif /* EK_TEST_IMAGE_DIR_H */
