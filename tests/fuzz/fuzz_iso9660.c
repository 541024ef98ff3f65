/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_iso9660.c - any bytes as an ISO image: every name is found again, every
 *                  file can be read, nothing is read beyond the end
 *
 * The input is what follows the system area: 32 KiB that nobody looks at.
 */
#include "os.h"

#include <sys/mman.h>
#include <unistd.h>

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/iso9660.h"
#include "ek/path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Files that may overlap are read in part: their sum has no bound. */
enum { READ_MAX = 8192, SYSTEM_AREA = 16 * EK_ISO_BLOCK };

static void check(bool ok)
{
	if (!ok)
		abort();
}

static void read_some(const struct ek_iso *iso, const struct ek_iso_node *n)
{
	unsigned char buf[READ_MAX];
	struct ek_in *in;
	size_t got;

	check(ek_iso_in(iso, n, &in, NULL) == EK_OK);
	check(ek_in_read(in, buf, sizeof(buf), &got, NULL) == EK_OK);
	check(got == (n->size < READ_MAX ? n->size : READ_MAX));
	ek_in_close(&in);
}

static void check_nodes(const struct ek_iso *iso)
{
	const struct ek_iso_node *n;

	for (size_t i = 0; (n = ek_iso_at(iso, i)) != NULL; i++) {
		check(ek_iso_find(iso, n->path, strlen(n->path)) == n);
		check(i == 0 || n->parent < i);
		check(i == 0 || ek_path_problem(n->path + 1,
						strlen(n->path + 1)) == NULL);
		if (!n->dir)
			read_some(iso, n);
	}
}

static void check_boot(const struct ek_iso *iso)
{
	struct ek_iso_catalog cat;
	struct ek_iso_table t;

	if (ek_iso_catalog(iso, &cat, NULL) != EK_OK)
		return;
	check(cat.n > 0 && cat.n <= EK_ISO_BOOT_MAX);
	for (size_t i = 0; i < cat.n; i++) {
		const struct ek_iso_node *n = cat.boot[i].node;

		if (n != NULL && n->size < READ_MAX &&
		    ek_iso_table(iso, n, &t, NULL) == EK_OK)
			(void)ek_iso_table_problem(&t, n);
	}
}

static void show(const struct ek_iso *iso)
{
	struct ek_buf text = EK_BUF_INIT;

	(void)ek_iso_text(iso, NULL, 0, true, &text, NULL);
	ek_buf_reset(&text);
	(void)ek_iso_json(iso, NULL, 0, &text, NULL);
	ek_buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_iso *iso;
	int fd = memfd_create("iso", MFD_CLOEXEC);

	check(fd >= 0);
	check(pwrite(fd, data, size, SYSTEM_AREA) == (ssize_t)size);
	if (ek_iso_open_fd(&iso, fd, "fuzz", &err) == EK_OK) {
		check_nodes(iso);
		check_boot(iso);
		show(iso);
		ek_iso_close(&iso);
	} else {
		check(iso == NULL && err.code < 0 && err.msg[0] != '\0');
	}
	close(fd);
	return 0;
}
