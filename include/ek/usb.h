/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * usb.h - a disk image for a USB stick from an installer image: one active
 *         FAT32 partition with its files, which UEFI boots
 *
 * The partition table is ours, the file system is made by mtools: no root, no
 * mount, no copy of the files but the image itself. esxi-usb.1 tells what BIOS
 * would want besides.
 */
#ifndef EK_USB_H
#define EK_USB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ek_err;
struct ek_out;

struct ek_usb_opts {
	const char *ks;          /* a file that becomes /KS.CFG, or NULL */
	const char *const *opts; /* n_opts more for kernelopt= */
	size_t n_opts;
	bool timed;              /* every file gets the time mtime */
	int64_t mtime;
	/* what a person should know; warning: it may not work so. May be NULL */
	void (*note)(void *ctx, bool warning, const char *text);
	/* stage is "writing" or "proving"; NULL: over. May be NULL. */
	void (*progress)(void *ctx, const char *stage, uint64_t done,
			 uint64_t total);
	void *ctx;
};

struct ek_usb_result {
	size_t files;
	uint64_t bytes; /* of the image */
};

/*
 * Make a stick of the image in (an ISO, or a directory that holds its files).
 * *out is what ek_out_open(name) gave; it is taken and becomes NULL. The file
 * gets its name when it has been read back, and every file in it has the bytes
 * that went in. The same input gives the same bytes.
 *
 * EK_EREFUSE: no UEFI loader, no boot.cfg, a file that FAT32 cannot hold, or
 * the result is not what it should be; EK_ESYS where mtools is missing.
 */
int ek_usb_make(const char *in, const char *name, struct ek_out **out,
		const struct ek_usb_opts *opts, struct ek_usb_result *result,
		struct ek_err *err);

#endif /* EK_USB_H */
