/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iso9660.h - read an ISO 9660 image as the boot loaders of ESXi do
 *
 * Source: ECMA-119 (volume descriptors in 8, directory records in 9.1), "El
 * Torito" Bootable CD-ROM Format 1.0, and the boot information table of mkisofs
 * (-boot-info-table). Only the plain names of the primary volume descriptor are
 * read, since neither isolinux nor the UEFI driver of ESXi looks at Rock Ridge
 * or Joliet (iso-cat.1, "DESCRIPTION").
 *
 * All of the tree is read and checked at open: both byte orders of a number
 * agree, nothing lies outside the file, no directory is reached twice, no two
 * names of a directory are the same without regard to case, and no name can
 * lead out of its directory. What fails that is EK_EFORMAT. What no ESXi image
 * has and the loader cannot read is refused alike: interleaved files, extended
 * attribute records, associated files, several volume descriptors that differ.
 *
 * Limits: block size 2048, EK_ISO_NODES_MAX files and directories, of these
 * EK_ISO_DIRS_MAX directories, EK_ISO_DEPTH_MAX levels, EK_ISO_DIR_BYTES of
 * directories in all, EK_ISO_BOOT_MAX boot entries. Beyond is EK_ELIMIT.
 */
#ifndef EK_ISO9660_H
#define EK_ISO9660_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ek_buf;
struct ek_err;
struct ek_in;

#define EK_ISO_BLOCK     2048u
#define EK_ISO_NODES_MAX 65536u
#define EK_ISO_DIRS_MAX  4096u
#define EK_ISO_DEPTH_MAX 16u
#define EK_ISO_DIR_BYTES (64u << 20)
#define EK_ISO_BOOT_MAX  32u

struct ek_iso; /* opaque */

/* A file or a directory. Borrowed from the image, like all pointers here. */
struct ek_iso_node {
	const char *path; /* "/EFI/BOOT/BOOT.CFG"; the root is "/" */
	const char *name; /* last component as the loader sees it: without ";1"
			   * and without the dot of an empty extension */
	const char *raw;  /* the name as recorded, "BOOT.CFG;1" */
	bool dir;
	uint8_t flags;    /* of the (first) directory record */
	uint32_t lba;     /* first block */
	uint64_t size;    /* bytes; of a directory its own size */
	uint32_t extents; /* records of this file; the loader reads one only */
	int64_t mtime;    /* seconds since 1970, UTC */
	size_t parent;    /* index of its directory; the root has itself */
	size_t first, n;  /* of a directory: its children, in order of record */
};

/* Text fields without their trailing blanks. */
struct ek_iso_volume {
	char system_id[33], volume_id[33], set_id[129];
	char publisher_id[129], preparer_id[129], application_id[129];
	uint32_t blocks;           /* size of the volume */
	int64_t created, modified; /* seconds since 1970; 0: not recorded */
	bool rock_ridge, joliet;   /* are there too; not read */
	bool has_boot_record;      /* El Torito */
	uint32_t catalog_lba;      /* where has_boot_record */
};

int ek_iso_open(struct ek_iso **iso, const char *path, struct ek_err *err);
/* The same on a descriptor, which is duplicated; name is for messages. */
int ek_iso_open_fd(struct ek_iso **iso, int fd, const char *name,
		   struct ek_err *err);
void ek_iso_close(struct ek_iso **iso);

const char *ek_iso_name(const struct ek_iso *iso);
uint64_t ek_iso_size(const struct ek_iso *iso); /* of the file, in bytes */
const struct ek_iso_volume *ek_iso_volume(const struct ek_iso *iso);

/* All nodes; 0 is the root, a directory comes before its children, and the
 * children of one directory stand together. NULL behind the last. */
size_t ek_iso_count(const struct ek_iso *iso);
const struct ek_iso_node *ek_iso_at(const struct ek_iso *iso, size_t i);

/*
 * Look len bytes of path up without regard to case, as the loaders do; a slash
 * in front may be missing, repeated ones count as one. NULL: there is none.
 */
const struct ek_iso_node *ek_iso_find(const struct ek_iso *iso,
				      const char *path, size_t len);

/* The first file, in order, that is not empty and begins at block lba; NULL
 * where there is none. */
const struct ek_iso_node *ek_iso_at_lba(const struct ek_iso *iso, uint32_t lba);

/* A stream over a file's bytes; it can be rewound. node is of iso, which is
 * borrowed until close. A directory is EK_EREFUSE. */
int ek_iso_in(const struct ek_iso *iso, const struct ek_iso_node *node,
	      struct ek_in **in, struct ek_err *err);

/* The same over len bytes from block lba on, for boot images without a name. */
int ek_iso_in_blocks(const struct ek_iso *iso, uint32_t lba, uint64_t len,
		     struct ek_in **in, struct ek_err *err);

/* ---- El Torito ---------------------------------------------------------- */

enum { EK_ISO_BIOS = 0x00, EK_ISO_UEFI = 0xef }; /* platform ids */

struct ek_iso_boot {
	uint8_t platform;
	bool bootable;
	uint8_t media;    /* 0: no emulation */
	uint16_t segment; /* load segment, 0 for the usual one */
	uint16_t sectors; /* of 512 bytes that the firmware loads */
	uint32_t lba;
	const struct ek_iso_node *node; /* whose first block that is; NULL */
};

struct ek_iso_catalog {
	uint32_t lba;
	const struct ek_iso_node *node; /* the file it is, or NULL: hidden */
	size_t n;
	struct ek_iso_boot boot[EK_ISO_BOOT_MAX];
};

/*
 * Read the boot catalog. EK_END where the image has none; EK_EFORMAT where it
 * is damaged: no key bytes, wrong checksum, an image outside of the file.
 */
int ek_iso_catalog(const struct ek_iso *iso, struct ek_iso_catalog *cat,
		   struct ek_err *err);

/* The first bootable entry without emulation for this platform, or NULL. */
const struct ek_iso_boot *ek_iso_boot_for(const struct ek_iso_catalog *cat,
					  uint8_t platform);

/* "BIOS", "UEFI", "PowerPC", "Mac" or "unknown". */
const char *ek_iso_platform_name(uint8_t platform);

/*
 * Boot information table, bytes 8 to 63 of ISOLINUX.BIN: where isolinux learns
 * where it lies. sum is the sum of the little-endian words from byte 64 on.
 */
enum { EK_ISO_TABLE_AT = 8, EK_ISO_TABLE_END = 64 };

struct ek_iso_table {
	uint32_t pvd, lba, length, sum; /* as written in the file */
	uint32_t real_sum;              /* as it is */
	bool zeros;                     /* bytes 24 to 63 are zero */
};
/* EK_EFORMAT where the file is too short to hold one. */
int ek_iso_table(const struct ek_iso *iso, const struct ek_iso_node *node,
		 struct ek_iso_table *table, struct ek_err *err);

/* Is the table right for node: first descriptor at block 16, its own block,
 * length and sum. Why not, or NULL. */
const char *ek_iso_table_problem(const struct ek_iso_table *table,
				 const struct ek_iso_node *node);

/* ---- showing (iso-cat.1) ------------------------------------------------ */

/*
 * Append a line for each file and directory: size, time, path. n nodes stand
 * for themselves and what lies in them; 0: all. verbose: recorded names and
 * blocks too, and before them volume and boot entries. A damaged boot catalog
 * is EK_EFORMAT, after everything else was appended.
 */
int ek_iso_text(const struct ek_iso *iso, const struct ek_iso_node **nodes,
		size_t n, bool verbose, struct ek_buf *out, struct ek_err *err);

/* The same, and all of it, as one document: volume, boot, files. */
int ek_iso_json(const struct ek_iso *iso, const struct ek_iso_node **nodes,
		size_t n, struct ek_buf *out, struct ek_err *err);

#endif /* EK_ISO9660_H */
