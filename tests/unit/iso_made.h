/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iso_made.h - a small ISO image made byte by byte, for the unit tests of what
 *              reads one; include once
 */
#ifndef EK_TEST_ISO_MADE_H
#define EK_TEST_ISO_MADE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ek/iso9660.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Blocks of the made-up image. */
enum { PVD = 16, BOOT_VD, END_VD, ROOT, EFI, EFI_BOOT, CATALOG, ISOLINUX,
       EFIBOOT = ISOLINUX + 2, CFG = EFIBOOT + 4, CFG2, LONG, EMPTY, BLOCKS };

/* What both BOOT.CFG say, and bytes of ISOLINUX.BIN. */
#define CFG_TEXT "kernel=/ata-pata.v00\nmodules=/.discinfo\n"
enum { CFG_SIZE = sizeof(CFG_TEXT) - 1, TABLE_SIZE = 3000 };

static unsigned char img[BLOCKS * EK_ISO_BLOCK];

static unsigned char *block(unsigned lba)
{
	return img + (size_t)lba * EK_ISO_BLOCK;
}

static void le32(unsigned char *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (unsigned char)(v >> 8 * i);
}

static void both32(unsigned char *p, uint32_t v)
{
	le32(p, v);
	for (int i = 0; i < 4; i++)
		p[7 - i] = p[i];
}

/* A directory record at p, 2022-01-21 12:00:00 of zone +02:00; its length. */
static size_t record(unsigned char *p, const char *name, size_t n,
		     uint32_t lba, uint32_t size, unsigned flags)
{
	static const unsigned char date[] = { 122, 1, 21, 12, 0, 0, 8 };
	size_t len = (33 + n + 1) & ~(size_t)1;

	memset(p, 0, len);
	p[0] = (unsigned char)len;
	both32(p + 2, lba);
	both32(p + 10, size);
	memcpy(p + 18, date, sizeof(date));
	p[25] = (unsigned char)flags;
	p[28] = 1;
	p[31] = 1;
	p[32] = (unsigned char)n;
	memcpy(p + 33, name, n);
	return len;
}

struct item {
	const char *name;
	uint32_t lba, size;
	unsigned flags;
};

static void directory(unsigned lba, unsigned up, const struct item *v, size_t n)
{
	unsigned char *p = block(lba);

	p += record(p, "\0", 1, lba, EK_ISO_BLOCK, 2);
	p += record(p, "\1", 1, up, EK_ISO_BLOCK, 2);
	for (size_t i = 0; i < n; i++)
		p += record(p, v[i].name, strlen(v[i].name), v[i].lba,
			    v[i].size, v[i].flags);
}

static void boot_entry(unsigned char *p, unsigned sectors, uint32_t lba)
{
	p[0] = 0x88;
	p[6] = (unsigned char)sectors;
	le32(p + 8, lba);
}

static void catalog(void)
{
	unsigned char *p = block(CATALOG);

	p[0] = 1;
	p[28] = 0xaa; /* checksum: 0x0001 + 0xaa55 + 0x55aa is 0 */
	p[29] = 0x55;
	p[30] = 0x55;
	p[31] = 0xaa;
	boot_entry(p + 32, 4, ISOLINUX);
	p[64] = 0x91;
	p[65] = 0xef;
	p[66] = 1;
	boot_entry(p + 96, 16, EFIBOOT);
}

static void isolinux(void)
{
	unsigned char *p = block(ISOLINUX);
	uint32_t sum = 0;

	memset(p, 'i', TABLE_SIZE);
	memset(p + 8, 0, 56);
	le32(p + 8, PVD);
	le32(p + 12, ISOLINUX);
	le32(p + 16, TABLE_SIZE);
	for (size_t i = 64; i < TABLE_SIZE; i += 4)
		sum += 0x69696969u;
	le32(p + 20, sum);
}

static void descriptors(void)
{
	unsigned char *p = block(PVD);

	memset(p + 8, ' ', 805);
	memcpy(p, "\1CD001\1", 7);
	memcpy(p + 40, "ESXI-6.7.0-TEST", 15);
	memset(p + 72, 0, 8);
	both32(p + 80, BLOCKS);
	memset(p + 88, 0, 32);
	memcpy(p + 128, "\0\10\10\0", 4);
	record(p + 156, "\0", 1, ROOT, EK_ISO_BLOCK, 2);
	memcpy(p + 574, "ESXIMAGE", 8);
	memcpy(p + 813, "2022012112000000\0", 17);
	memcpy(p + 830, "2022012112000000\0", 17);
	memcpy(block(BOOT_VD), "\0CD001\1EL TORITO SPECIFICATION", 30);
	le32(block(BOOT_VD) + 71, CATALOG);
	memcpy(block(END_VD), "\377CD001\1", 7);
}

/* The whole image, anew. */
static void make(void)
{
	static const struct item root[] = {
		{ ".DISCINFO;1", EMPTY, 5, 0 },
		{ "ATA-PATA.V00;1", EMPTY, 5, 0 },
		{ "BOOT.CAT;1", CATALOG, EK_ISO_BLOCK, 1 },
		{ "BOOT.CFG;1", CFG, CFG_SIZE, 0 },
		{ "EFI", EFI, EK_ISO_BLOCK, 2 },
		{ "EFIBOOT.IMG;1", EFIBOOT, 8192, 0 },
		{ "ISOLINUX.BIN;1", ISOLINUX, TABLE_SIZE, 0 },
		{ "MYLONGCUSTOMDRIVER.TGZ;1", LONG, 2048, 0x80 },
		{ "MYLONGCUSTOMDRIVER.TGZ;1", EMPTY, 10, 0 },
		{ "NOEXT.;1", EMPTY, 0, 0 },
	};
	static const struct item efi[] = { { "BOOT", EFI_BOOT, 2048, 2 } };
	static const struct item efi_boot[] = {
		{ "BOOT.CFG;1", CFG2, CFG_SIZE, 0 },
	};

	memset(img, 0, sizeof(img));
	descriptors();
	directory(ROOT, ROOT, root, COUNT(root));
	directory(EFI, ROOT, efi, COUNT(efi));
	directory(EFI_BOOT, EFI, efi_boot, COUNT(efi_boot));
	catalog();
	isolinux();
	memcpy(block(CFG), CFG_TEXT, CFG_SIZE);
	memcpy(block(CFG2), block(CFG), CFG_SIZE);
}

/* Not every test damages a record. */
static unsigned char *find_record(unsigned lba, const char *name)
	__attribute__((unused));

/* Where the record of this name begins in a directory's block. */
static unsigned char *find_record(unsigned lba, const char *name)
{
	unsigned char *p = block(lba);

	for (; p[0] != 0; p += p[0]) {
		if (p[32] == strlen(name) && memcmp(p + 33, name, p[32]) == 0)
			return p;
	}
	abort(); /* the test names what is not there */
}

/* The image in a file without a name; -1 where that cannot be. */
static int image_fd(size_t len)
{
	int fd = memfd_create("iso", 0);

	if (fd >= 0 && write(fd, img, len) != (ssize_t)len) {
		close(fd);
		fd = -1;
	}
	return fd;
}

#endif /* EK_TEST_ISO_MADE_H */
