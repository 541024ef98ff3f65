/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dir.h - make files below one directory, whatever the names say
 *
 * Names come from untrusted archives. Nothing is ever made, opened or changed
 * outside the directory: openat2(RESOLVE_BENEATH|NO_SYMLINKS|NO_MAGICLINKS),
 * and a walk by component with O_NOFOLLOW where the kernel lacks it. Names must
 * have passed ek_path_problem(); they are checked again here.
 */
#ifndef EK_DIR_H
#define EK_DIR_H

#include <stdbool.h>
#include <stdint.h>

struct ek_err;
struct ek_entry;
struct ek_out;

struct ek_dir; /* opaque */

/* Open path, making it (and only its last component) where make is true. */
int ek_dir_open(struct ek_dir **d, const char *path, bool make,
		struct ek_err *err);
void ek_dir_close(struct ek_dir **d);

int ek_dir_mkdir(struct ek_dir *d, const char *name, uint32_t mode,
		 struct ek_err *err); /* parents are made, 0755; there is fine */

/* A new file; it appears at ek_out_commit(). An existing one is EK_EREFUSE
 * unless replace. Parents are made. mode and mtime are set at commit. */
int ek_dir_create(struct ek_dir *d, const char *name, uint32_t mode,
		  int64_t mtime, bool replace, struct ek_out **out,
		  struct ek_err *err);

int ek_dir_symlink(struct ek_dir *d, const char *name, const char *target,
		   struct ek_err *err);
int ek_dir_hardlink(struct ek_dir *d, const char *name, const char *to,
		    struct ek_err *err);

/* Mode and time of a directory, set after its contents. */
int ek_dir_finish(struct ek_dir *d, const char *name, uint32_t mode,
		  int64_t mtime, struct ek_err *err);

/* Open a regular file below for reading, no symbolic link followed; -1 and
 * errno otherwise. */
int ek_dir_open_file(struct ek_dir *d, const char *name);

#endif /* EK_DIR_H */
