/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * usb_mtools.c - the command lines of mtools
 *
 * Each program opens the image behind a descriptor of ours, at the partition
 * ("@@" and bytes), so that no name is needed. The bytes of a file come through
 * standard input. mtools takes the time of what it makes from
 * SOURCE_DATE_EPOCH, and TZ=UTC is set for it: the same bytes in every run.
 */
#include "os.h"

#include "ek/err.h"
#include "ek/io.h"
#include "ek/proc.h"
#include "usb_int.h"

enum { WORD = 64 };

/* "/proc/self/fd/7@@1048576" */
static void drive(const struct usb_image *img, char out[WORD])
{
	snprintf(out, WORD, "/proc/self/fd/%d@@%d", img->fd,
		 USB_FIRST * USB_SECTOR);
}

static int explain(const struct usb_image *img, const char *program,
		   const char *log, int status, struct ek_err *err)
{
	size_t len = strcspn(log, "\n");

	errno = ek_proc_full(log);
	if (errno != 0)
		return ek_fail_sys(err, "cannot write '%s'", img->name);
	return ek_fail(err, EK_ESYS, "cannot make '%s': %s failed with status "
		       "%d: %.*s", img->name, program, status,
		       (int)(len > 500 ? 500 : len),
		       len == 0 ? "no message" : log);
}

static int run(const struct usb_image *img, const char *const argv[],
	       int64_t mtime, struct ek_in *in, struct ek_err *err)
{
	char epoch[WORD];
	struct ek_proc_opts opts = { .keep_fd = img->fd, .epoch = epoch,
		.install_hint = "mtools", .input = in };
	struct ek_buf log = EK_BUF_INIT;
	int rc, status = 0;

	snprintf(epoch, sizeof(epoch), "%lld", (long long)usb_time(mtime));
	rc = ek_proc_run(argv, &opts, &log, &status, err);
	if (rc == EK_OK && status != 0)
		rc = explain(img, argv[0], ek_buf_str(&log), status, err);
	ek_buf_free(&log);
	return rc;
}

/* -F: FAT32; -T, -h, -s: sectors of the partition, and what a BIOS thinks of
 * the disk; -H: sectors before it; -c: sectors a cluster; -N: serial number. */
int usb_mformat(const struct usb_image *img, const struct usb_disk *d,
		int64_t mtime, struct ek_err *err)
{
	char dev[WORD], total[WORD], hidden[WORD], cluster[WORD], serial[WORD];
	const char *const argv[] = {
		"mformat", "-i", dev, "-F", "-T", total, "-h", "255", "-s",
		"63", "-H", hidden, "-c", cluster, "-N", serial, "-v", "ESXI",
		"::", NULL,
	};

	drive(img, dev);
	snprintf(total, sizeof(total), "%u", d->sectors);
	snprintf(hidden, sizeof(hidden), "%d", USB_FIRST);
	snprintf(cluster, sizeof(cluster), "%u", d->per_cluster);
	snprintf(serial, sizeof(serial), "%08x", d->serial);
	return run(img, argv, mtime, NULL, err);
}

/* "::" and path: of the drive that -i names. */
static int on_path(const struct usb_image *img, const char *const words[],
		   size_t n, const char *path, int64_t mtime,
		   struct ek_in *in, struct ek_err *err)
{
	const char *argv[8] = { NULL };
	char dev[WORD], *target;
	int rc;

	if (asprintf(&target, "::%s", path) < 0)
		return ek_fail_sys(err, "'%s'", img->name);
	drive(img, dev);
	argv[0] = words[0];
	argv[1] = "-i";
	argv[2] = dev;
	for (size_t i = 1; i < n; i++)
		argv[2 + i] = words[i];
	argv[2 + n] = target;
	rc = run(img, argv, mtime, in, err);
	free(target);
	return rc;
}

int usb_mmd(const struct usb_image *img, const char *dir, int64_t mtime,
	    struct ek_err *err)
{
	static const char *const words[] = { "mmd" };

	return on_path(img, words, 1, dir, mtime, NULL, err);
}

int usb_mcopy(const struct usb_image *img, const char *path, int64_t mtime,
	      struct ek_in *in, struct ek_err *err)
{
	static const char *const words[] = { "mcopy", "-" };

	return on_path(img, words, 2, path, mtime, in, err);
}
