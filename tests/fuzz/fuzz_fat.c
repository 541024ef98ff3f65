/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_fat.c - any bytes as a FAT32 file system: every name is found again, every
 *              file can be read and has its size, all of them together are no
 *              more than the image
 */
#include "os.h"

#include <sys/mman.h>
#include <unistd.h>

#include "ek/err.h"
#include "ek/fat.h"
#include "ek/io.h"
#include "ek/path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
	if (!ok)
		abort();
}

static uint64_t read_file(const struct ek_fat *fat, const struct ek_fat_node *n)
{
	struct ek_in *in;
	struct ek_out *out;
	uint64_t got = 0;

	check(ek_fat_in(fat, n, &in, NULL) == EK_OK);
	check(ek_out_open_null(&out, NULL) == EK_OK);
	check(ek_in_copy(in, out, &got, NULL) == EK_OK);
	check(got == n->size);
	ek_out_abort(&out);
	ek_in_close(&in);
	return got;
}

static void check_nodes(const struct ek_fat *fat, size_t size)
{
	const struct ek_fat_node *n;
	uint64_t sum = 0;

	for (size_t i = 0; (n = ek_fat_at(fat, i)) != NULL; i++) {
		check(ek_fat_find(fat, n->path) == n);
		check(ek_path_problem(n->path + 1, strlen(n->path + 1)) ==
		      NULL);
		check(strlen(n->alias) <= 12);
		if (!n->dir)
			sum += read_file(fat, n);
	}
	check(sum <= size); /* no cluster is in two files */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_file *file;
	struct ek_fat *fat;
	int fd = memfd_create("fat", MFD_CLOEXEC);

	check(fd >= 0);
	check(pwrite(fd, data, size, 0) == (ssize_t)size);
	check(ek_file_open_fd(&file, fd, "fuzz", &err) == EK_OK);
	if (ek_fat_open(&fat, file, 0, size, &err) == EK_OK)
		check_nodes(fat, size);
	else
		check(fat == NULL && err.code < 0 && err.msg[0] != '\0');
	ek_fat_close(&fat);
	ek_file_close(&file);
	close(fd);
	return 0;
}
