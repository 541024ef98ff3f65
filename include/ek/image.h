/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image.h - an installer image, as ISO or as directory: its files, the boot.cfg
 *           of each firmware, what these load, where the database lies
 *
 * No rule, no opinion: what is not there is NULL. Names are looked up without
 * regard to case, as the boot loaders do; two files of a directory whose names
 * differ in case only are EK_EFORMAT. Limits are those of iso9660.h; they hold
 * for a directory too.
 */
#ifndef EK_IMAGE_H
#define EK_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "ek/bootcfg.h"

struct ek_err;
struct ek_in;
struct ek_iso;
struct ek_image; /* opaque */

struct ek_image_file {
	const char *path; /* "/EFI/BOOT/BOOT.CFG", as it is there */
	uint64_t size;
	uint32_t extents; /* on an ISO; 1 in a directory */
	int64_t mtime;
};

/* Open an ISO image or a directory, whichever path is. */
int ek_image_open(struct ek_image **out, const char *path, struct ek_err *err);
/* An ISO that is open already; borrowed until close. */
int ek_image_open_iso(struct ek_image **out, const struct ek_iso *iso,
		      struct ek_err *err);
void ek_image_close(struct ek_image **img);

const char *ek_image_name(const struct ek_image *img);
/* The ISO behind it, or NULL for a directory. */
const struct ek_iso *ek_image_iso(const struct ek_image *img);

/* The files, in order of path without regard to case; NULL behind the last. */
size_t ek_image_count(const struct ek_image *img);
const struct ek_image_file *ek_image_at(const struct ek_image *img, size_t i);
/* Slashes in front and repeated ones do not count. NULL: no such file. */
const struct ek_image_file *ek_image_find(const struct ek_image *img,
					  const char *path);

/* The bytes of a file; img is borrowed until close. */
int ek_image_in(const struct ek_image *img, const struct ek_image_file *file,
		struct ek_in **in, struct ek_err *err);
/* All of them, malloc()ed, with one NUL more. More than limit is EK_ELIMIT. */
int ek_image_read(const struct ek_image *img, const struct ek_image_file *file,
		  size_t limit, char **data, size_t *len, struct ek_err *err);

/* What one firmware boots. */
struct ek_image_boot {
	const struct ek_image_file *file; /* its boot.cfg, or NULL */
	struct ek_bootcfg *cfg;           /* NULL where file is */
	struct ek_boot_plan plan;         /* zeroed where file is NULL */
	const struct ek_image_file *kernel; /* plan.kernel; NULL: not there */
	/* for each of plan.modules, in order; NULL inside: not there */
	const struct ek_image_file **modules;
};

/* Read at the first call, then kept; borrowed until close. */
int ek_image_boot(struct ek_image *img, enum ek_boot_fw fw,
		  const struct ek_image_boot **boot, struct ek_err *err);

/* The file of this name (no path): the one that a boot.cfg loads, else the one in
 * the root; NULL where there is none. Failures to read a boot.cfg do not show
 * here. */
const struct ek_image_file *ek_image_module(struct ek_image *img,
					    const char *name);

/* The image database: imgdb.tgz, found so. */
const struct ek_image_file *ek_image_database(struct ek_image *img);

#endif /* EK_IMAGE_H */
