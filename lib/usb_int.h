/* SPDX-License-Identifier: BSD-2-Clause */
/* usb_int.h - the parts that make a USB image */
#ifndef EK_USB_INT_H
#define EK_USB_INT_H

#include "ek/buf.h"
#include "ek/usb.h"

struct ek_image;
struct ek_in;
struct ek_media;
struct ek_media_file;

/* Where the partition begins: 1 MiB, as every partitioning program has it. */
enum { USB_SECTOR = 512, USB_FIRST = 2048, USB_MIB = 1 << 20 };

/* The disk, all sizes known before the first byte. */
struct usb_disk {
	uint64_t bytes;       /* of the image */
	uint32_t sectors;     /* of the partition */
	unsigned per_cluster; /* sectors */
	uint32_t id, serial;  /* of the disk, of the file system */
	struct ek_strs dirs;  /* "/EFI", "/EFI/BOOT": each after its parent */
};

/* EK_ELIMIT: more than a FAT32 partition can hold. d is cleared by the caller
 * whatever is returned. */
int usb_disk_plan(struct usb_disk *d, const struct ek_media *m,
		  struct ek_err *err);
void usb_disk_clear(struct usb_disk *d);
/* The first sector of the disk. */
void usb_disk_mbr(const struct usb_disk *d, unsigned char mbr[USB_SECTOR]);

/* The time as FAT can have it. */
int64_t usb_time(int64_t sec);

/* ---- names -------------------------------------------------------------- */

/* EK_EREFUSE: a name that mtools would change or take for a pattern; a file
 * that is too large. */
int usb_check_files(const struct ek_media *m, struct ek_err *err);
/* What BIOS would not find of the modules where mboot looks itself (-p), a line
 * of text or "". */
int usb_check_short(struct ek_image *img, struct ek_buf *text,
		    struct ek_err *err);

/* ---- mtools: each runs one program on the image behind fd ---------------- */

struct usb_image {
	int fd;
	const char *name; /* for messages */
};

int usb_mformat(const struct usb_image *img, const struct usb_disk *d,
		int64_t mtime, struct ek_err *err);
int usb_mmd(const struct usb_image *img, const char *dir, int64_t mtime,
	    struct ek_err *err);
/* in, to its end, becomes the file path. */
int usb_mcopy(const struct usb_image *img, const char *path, int64_t mtime,
	      struct ek_in *in, struct ek_err *err);

/* ---- proof -------------------------------------------------------------- */

/* Read it back, and each file of the list once more; add is told of the bytes
 * that were compared. */
int usb_prove(const struct usb_image *img, const struct usb_disk *d,
	      const struct ek_media *m, void (*add)(void *ctx, uint64_t n),
	      void *ctx, struct ek_err *err);

#endif /* EK_USB_INT_H */
