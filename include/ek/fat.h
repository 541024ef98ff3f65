/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fat.h - read a FAT32 file system inside a disk image, and check it
 *
 * Source: Microsoft, FAT: General Overview of On-Disk Format 1.03; the numbers
 * are little-endian. This is the proof of what mtools wrote, so all of it is
 * read and checked at open: both FATs are alike, every chain has as many
 * clusters as its file's size wants, no cluster is in two chains, none is lost,
 * long names go with their short ones, no two names of a directory are the same
 * without regard to case, and no name can lead out of its directory. What fails
 * that is EK_EFORMAT, and so is what mtools does not write: names outside
 * ASCII, FAT12 and FAT16, sectors of other than 512 bytes.
 *
 * Limits: EK_FAT_CLUSTERS_MAX clusters, EK_FAT_NODES_MAX files and directories,
 * EK_FAT_DEPTH_MAX levels; beyond is EK_ELIMIT.
 */
#ifndef EK_FAT_H
#define EK_FAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ek_err;
struct ek_file;
struct ek_in;
struct ek_fat; /* opaque */

#define EK_FAT_SECTOR       512u
#define EK_FAT_CLUSTERS_MAX (1u << 24)
#define EK_FAT_NODES_MAX    65536u
#define EK_FAT_DEPTH_MAX    16u
/* A file system with fewer clusters is taken for FAT16. */
#define EK_FAT32_CLUSTERS_MIN 65525u
/* The largest file. */
#define EK_FAT_FILE_MAX     UINT32_MAX
/* From 1980 to 2107, in even seconds. */
#define EK_FAT_TIME_MIN     315532800
#define EK_FAT_TIME_MAX     4354819198

struct ek_fat_node {
	const char *path;  /* "/EFI/BOOT/BOOT.CFG": the long name, or as is */
	const char *alias; /* the 8.3 name, "MYLONG~1.TGZ" */
	bool dir;
	uint32_t size;     /* 0 of a directory */
	uint32_t cluster;  /* the first; 0 of an empty file */
	int64_t mtime;     /* seconds since 1970, the time taken for UTC */
};

struct ek_fat_volume {
	uint32_t sectors, cluster_bytes, clusters;
	uint32_t hidden;  /* sectors before it, as it says */
	uint32_t id;      /* serial number */
	char label[12];   /* of the boot sector, without trailing blanks */
};

/* The file system at bytes [off, off + len) of file, which is borrowed. */
int ek_fat_open(struct ek_fat **fat, struct ek_file *file, uint64_t off,
		uint64_t len, struct ek_err *err);
void ek_fat_close(struct ek_fat **fat);

const struct ek_fat_volume *ek_fat_volume(const struct ek_fat *fat);

/* In order of path without regard to case; NULL behind the last. The root is
 * not among them. */
size_t ek_fat_count(const struct ek_fat *fat);
const struct ek_fat_node *ek_fat_at(const struct ek_fat *fat, size_t i);
/* Without regard to case; NULL: not there. */
const struct ek_fat_node *ek_fat_find(const struct ek_fat *fat,
				      const char *path);

/* The bytes of a file; fat is borrowed until close. A directory is
 * EK_EREFUSE. */
int ek_fat_in(const struct ek_fat *fat, const struct ek_fat_node *node,
	      struct ek_in **in, struct ek_err *err);

#endif /* EK_FAT_H */
