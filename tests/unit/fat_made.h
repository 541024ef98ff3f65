/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fat_made.h - a small FAT32 file system made byte by byte, for the unit tests
 *              of what reads one; include once
 */
#ifndef EK_TEST_FAT_MADE_H
#define EK_TEST_FAT_MADE_H

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ek/fat.h"

/* Sectors: the boot sector and one more, two FATs of one sector, then the
 * clusters of one sector each, from number 2 on. */
enum { RESERVED_SECTORS = 2, FAT_AT = 2, DATA_AT = 4, SECTORS = 40 };
/* Clusters. */
enum { C_ROOT = 2, C_BIG, C_BIG2, C_BIG3, C_LONG, C_EFI, C_CFG, C_FREE };
enum { BIG_SIZE = 1100, LAST = 0x0fffffff };

static unsigned char disk[SECTORS * EK_FAT_SECTOR];

static unsigned char *at_cluster(unsigned c)
{
	return disk + (size_t)(DATA_AT + c - 2) * EK_FAT_SECTOR;
}

static void put16(unsigned char *p, unsigned v)
{
	p[0] = (unsigned char)v;
	p[1] = (unsigned char)(v >> 8);
}

static void put32(unsigned char *p, uint32_t v)
{
	put16(p, v & 0xffff);
	put16(p + 2, v >> 16);
}

/* In both FATs. */
static void set_next(unsigned c, uint32_t next)
{
	put32(disk + (size_t)FAT_AT * EK_FAT_SECTOR + (size_t)c * 4, next);
	put32(disk + (size_t)(FAT_AT + 1) * EK_FAT_SECTOR + (size_t)c * 4,
	      next);
}

/* Entry n of a directory: 2022-01-21 12:00:02. */
static unsigned char *entry(unsigned dir, unsigned n, const char *name11,
			    unsigned attr, unsigned cluster, uint32_t size)
{
	unsigned char *e = at_cluster(dir) + (size_t)n * 32;

	memcpy(e, name11, 11);
	e[11] = (unsigned char)attr;
	put16(e + 22, 12 << 11 | 1);
	put16(e + 24, (2022 - 1980) << 9 | 1 << 5 | 21);
	put16(e + 26, cluster);
	put32(e + 28, size);
	return e;
}

/* Piece seq (with 0x40: the last) of a long name, for this alias. */
static void piece(unsigned dir, unsigned n, unsigned seq, const char *text,
		  const char *name11)
{
	static const unsigned char at[13] = { 1, 3, 5, 7, 9, 14, 16, 18, 20, 22,
					      24, 28, 30 };
	unsigned char *e = at_cluster(dir) + (size_t)n * 32, sum = 0;
	size_t len = strlen(text);

	for (size_t i = 0; i < 11; i++)
		sum = (unsigned char)((sum >> 1 | sum << 7) + name11[i]);
	memset(e, 0, 32);
	e[0] = (unsigned char)seq;
	e[11] = 0x0f;
	e[13] = sum;
	for (size_t i = 0; i < 13; i++)
		put16(e + at[i], i < len ? (unsigned char)text[i] :
			       i == len ? 0 : 0xffff);
}

static void make_boot(void)
{
	memcpy(disk + 3, "MADE    ", 8);
	put16(disk + 11, EK_FAT_SECTOR);
	disk[13] = 1;
	put16(disk + 14, RESERVED_SECTORS);
	disk[16] = 2;
	disk[21] = 0xf8;
	put32(disk + 28, 63);
	put32(disk + 32, SECTORS);
	put32(disk + 36, 1);
	put32(disk + 44, C_ROOT);
	put32(disk + 67, 0x12345678);
	memcpy(disk + 71, "ESXI       ", 11);
	disk[510] = 0x55;
	disk[511] = 0xaa;
}

/* The whole file system, anew. */
static void make_fat(void)
{
	memset(disk, 0, sizeof(disk));
	make_boot();
	set_next(0, 0x0ffffff8);
	set_next(1, LAST);
	set_next(C_ROOT, LAST);
	set_next(C_BIG, C_BIG2);
	set_next(C_BIG2, C_BIG3);
	set_next(C_BIG3, LAST);
	set_next(C_LONG, LAST);
	set_next(C_EFI, LAST);
	set_next(C_CFG, LAST);
	entry(C_ROOT, 0, "ESXI       ", 0x08, 0, 0);
	entry(C_ROOT, 1, "EFI        ", 0x10, C_EFI, 0);
	entry(C_ROOT, 2, "\345ONE    V00", 0x20, 0, 99);
	entry(C_ROOT, 3, "S       V00", 0x20, C_BIG, BIG_SIZE);
	piece(C_ROOT, 4, 0x42, "river.tgz", "MYLONG~1TGZ");
	piece(C_ROOT, 5, 1, "mylongcustomd", "MYLONG~1TGZ");
	entry(C_ROOT, 6, "MYLONG~1TGZ", 0x20, C_LONG, 10);
	entry(C_ROOT, 7, "EMPTY   X  ", 0x20, 0, 0)[12] = 0x08 | 0x10;
	entry(C_EFI, 0, ".          ", 0x10, C_EFI, 0);
	entry(C_EFI, 1, "..         ", 0x10, 0, 0);
	entry(C_EFI, 2, "BOOT    CFG", 0x20, C_CFG, EK_FAT_SECTOR);
	memset(at_cluster(C_BIG), 'a', EK_FAT_SECTOR);
	memset(at_cluster(C_BIG2), 'b', EK_FAT_SECTOR);
	memset(at_cluster(C_BIG3), 'c', EK_FAT_SECTOR);
	memcpy(at_cluster(C_LONG), "0123456789", 10);
	memset(at_cluster(C_CFG), 'k', EK_FAT_SECTOR);
}

#endif /* EK_TEST_FAT_MADE_H */
