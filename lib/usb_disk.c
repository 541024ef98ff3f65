/* SPDX-License-Identifier: BSD-2-Clause */
/* usb_disk.c - the sizes of a USB image, and its partition table */
#include "os.h"

#include "ek/digest.h"
#include "ek/err.h"
#include "ek/fat.h"
#include "ek/media.h"
#include "usb_int.h"

/* Room that is left free: a longer ks.cfg, a driver. Not written, so that it
 * takes no space where holes are kept. */
enum { SLACK = 16 * USB_MIB };
/* Clusters that a FAT32 has at least; some readers err by a few at the border
 * to FAT16. */
enum { CLUSTERS_MIN = EK_FAT32_CLUSTERS_MIN + 16 };
enum { RESERVED = 32 };

int64_t usb_time(int64_t sec)
{
	if (sec < EK_FAT_TIME_MIN)
		return EK_FAT_TIME_MIN;
	return sec > EK_FAT_TIME_MAX ? EK_FAT_TIME_MAX : sec;
}

/* ---- directories -------------------------------------------------------- */

/* The directories of path, which come before it in the list. */
static int add_dirs(struct usb_disk *d, const char *path, struct ek_err *err)
{
	int rc = EK_OK;

	for (const char *p = strchr(path + 1, '/'); rc == EK_OK && p != NULL;
	     p = strchr(p + 1, '/')) {
		size_t n = (size_t)(p - path);
		bool have = false;

		for (size_t i = 0; i < d->dirs.n && !have; i++)
			have = strncasecmp(d->dirs.v[i], path, n) == 0 &&
			       d->dirs.v[i][n] == '\0';
		if (!have)
			rc = ek_strs_add(&d->dirs, path, n, err);
	}
	return rc;
}

/* ---- sizes -------------------------------------------------------------- */

/* Clusters of this size that files and directories take, directories counted
 * generously: each entry with the longest of names that path can be. */
static uint64_t clusters_of(const struct usb_disk *d, const struct ek_media *m,
			    uint32_t unit)
{
	const struct ek_media_file *f;
	uint64_t n = 1, entries = 0;

	for (size_t i = 0; (f = ek_media_at(m, i)) != NULL; i++) {
		n += (f->size + unit - 1) / unit;
		entries += 2 + strlen(f->path) / 13 + 1;
	}
	for (size_t i = 0; i < d->dirs.n; i++)
		entries += 4 + strlen(d->dirs.v[i]) / 13 + 1;
	return n + d->dirs.n + 1 + entries * 32 / unit;
}

static int choose(struct usb_disk *d, const struct ek_media *m,
		  struct ek_err *err)
{
	uint64_t n, sectors;
	unsigned per = 8; /* 4 KiB, as mkfs has it up to 8 GiB */

	n = clusters_of(d, m, per * USB_SECTOR) + SLACK / (per * USB_SECTOR);
	if (n < CLUSTERS_MIN) {
		per = 1;
		n = clusters_of(d, m, USB_SECTOR) + SLACK / USB_SECTOR;
	}
	if (n < CLUSTERS_MIN)
		n = CLUSTERS_MIN;
	if (n > EK_FAT_CLUSTERS_MAX / 2)
		return ek_fail(err, EK_ELIMIT, "'%s': its files are more than "
			       "a stick of 32 GiB can hold", ek_media_name(m));
	sectors = RESERVED + 2 * (((n + 2) * 4 + USB_SECTOR - 1) / USB_SECTOR) +
		  n * per;
	d->per_cluster = per;
	d->bytes = USB_MIB + ((sectors * USB_SECTOR + USB_MIB - 1) / USB_MIB) *
		   USB_MIB;
	d->sectors = (uint32_t)(d->bytes / USB_SECTOR - USB_FIRST);
	return EK_OK;
}

/* ---- numbers that tell two sticks apart --------------------------------- */

static uint32_t eight_hex(const char *hex)
{
	char part[9];

	memcpy(part, hex, 8);
	part[8] = '\0';
	return (uint32_t)strtoul(part, NULL, 16);
}

/* Of what is on it, so that the same input gives the same. */
static int make_ids(struct usb_disk *d, const struct ek_media *m,
		    struct ek_err *err)
{
	const struct ek_media_file *f;
	struct ek_buf list = EK_BUF_INIT;
	char hex[EK_DIGEST_HEX];
	int rc;

	for (size_t i = 0; (f = ek_media_at(m, i)) != NULL; i++)
		ek_buf_addf(&list, "%s %llu\n", f->path,
			    (unsigned long long)f->size);
	rc = ek_buf_check(&list, ek_media_name(m), err);
	if (rc == EK_OK)
		rc = ek_digest_mem(EK_SHA256, list.p, list.len, hex, err);
	if (rc == EK_OK) {
		d->serial = eight_hex(hex);
		d->id = eight_hex(hex + 8);
	}
	ek_buf_free(&list);
	return rc;
}

int usb_disk_plan(struct usb_disk *d, const struct ek_media *m,
		  struct ek_err *err)
{
	const struct ek_media_file *f;
	int rc = EK_OK;

	*d = (struct usb_disk){ .bytes = 0 };
	for (size_t i = 0; rc == EK_OK && (f = ek_media_at(m, i)) != NULL; i++)
		rc = add_dirs(d, f->path, err);
	if (rc == EK_OK)
		rc = choose(d, m, err);
	return rc == EK_OK ? make_ids(d, m, err) : rc;
}

void usb_disk_clear(struct usb_disk *d)
{
	ek_strs_free(&d->dirs);
}

/* ---- partition table ---------------------------------------------------- */

/*
 * What BIOS runs: it prints the text behind it and halts.
 *
 *	cld; xor ax,ax; mov ds,ax; mov si,7c19h
 *	next: lodsb; test al,al; jz halt; mov ah,0eh; mov bx,7; int 10h; jmp next
 *	halt: hlt; jmp halt
 */
static const unsigned char code[] = {
	0xfc, 0x31, 0xc0, 0x8e, 0xd8, 0xbe, 0x19, 0x7c,
	0xac, 0x84, 0xc0, 0x74, 0x09, 0xb4, 0x0e, 0xbb, 0x07, 0x00, 0xcd, 0x10,
	0xeb, 0xf2,
	0xf4, 0xeb, 0xfd,
};
static const char text[] =
	"This stick boots with UEFI. BIOS wants syslinux 3.86 on it: "
	"man esxi-usb\r\n";
_Static_assert(sizeof(code) == 0x19, "the text is where the code looks");

static void put32(unsigned char *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (unsigned char)(v >> 8 * i);
}

/* Cylinder, head and sector of 255 heads and 63 sectors; what lies beyond has
 * the last one. */
static void put_chs(unsigned char *p, uint32_t sector)
{
	uint32_t cylinder = sector / (255 * 63);

	if (cylinder > 1023) {
		p[0] = 0xfe;
		p[1] = 0xff;
		p[2] = 0xff;
		return;
	}
	p[0] = (unsigned char)(sector / 63 % 255);
	p[1] = (unsigned char)((sector % 63 + 1) | (cylinder >> 8) << 6);
	p[2] = (unsigned char)cylinder;
}

void usb_disk_mbr(const struct usb_disk *d, unsigned char mbr[USB_SECTOR])
{
	unsigned char *entry = mbr + 446;

	memset(mbr, 0, USB_SECTOR);
	memcpy(mbr, code, sizeof(code));
	memcpy(mbr + sizeof(code), text, sizeof(text));
	put32(mbr + 440, d->id);
	entry[0] = 0x80; /* active */
	put_chs(entry + 1, USB_FIRST);
	entry[4] = 0x0c; /* FAT32, by sector number */
	put_chs(entry + 5, USB_FIRST + d->sectors - 1);
	put32(entry + 8, USB_FIRST);
	put32(entry + 12, d->sectors);
	mbr[510] = 0x55;
	mbr[511] = 0xaa;
}
