/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dir.h - make files below one directory, whatever the names say
 *
 * Names come from untrusted archives. Nothing is ever made, opened or changed
 * outside the directory, and no symbolic link below it is followed, also where
 * somebody swaps directories for links meanwhile: openat2 with RESOLVE_BENEATH,
 * NO_SYMLINKS and NO_MAGICLINKS, and a walk by component with O_NOFOLLOW where
 * the kernel lacks it. Names must have passed ek_path_problem(); they are
 * checked again here. What a name must not do (leave the directory, pass
 * through a link or a file, take a name that is taken) is EK_EREFUSE.
 *
 * Modes and times are set as told, whatever the umask. Owners are never
 * changed. Files are not synced: extraction promises no more than tar does.
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
int ek_dir_open(struct ek_dir **out, const char *path, bool make,
		struct ek_err *err);
/* The directory at name below d, which must be there; on its own from then on.
 * A link on the way or at the end is EK_EREFUSE. */
int ek_dir_open_below(struct ek_dir **out, const struct ek_dir *d,
		      const char *name, struct ek_err *err);
void ek_dir_close(struct ek_dir **d);

/* Is it ours, and can nobody else (but root) reach what is below? */
bool ek_dir_is_private(const struct ek_dir *d);

int ek_dir_mkdir(struct ek_dir *d, const char *name, uint32_t mode,
		 struct ek_err *err); /* parents are made, 0755; there is fine */

/* A new file; it appears at ek_out_commit(). An existing one is EK_EREFUSE
 * unless replace. Parents are made. mode and mtime are set at commit. d must
 * stay open until then. */
int ek_dir_create(struct ek_dir *d, const char *name, uint32_t mode,
		  int64_t mtime, bool replace, struct ek_out **out,
		  struct ek_err *err);

/* An existing name is EK_EREFUSE. Parents are made. */
int ek_dir_symlink(struct ek_dir *d, const char *name, const char *target,
		   struct ek_err *err);
/* to is a regular file below d; anything else there is EK_EREFUSE. */
int ek_dir_hardlink(struct ek_dir *d, const char *name, const char *to,
		    struct ek_err *err);

/* Time of a file or of a symbolic link itself. */
int ek_dir_utime(struct ek_dir *d, const char *name, int64_t mtime,
		 struct ek_err *err);

/* Mode and time of a directory, set after its contents. */
int ek_dir_finish(struct ek_dir *d, const char *name, uint32_t mode,
		  int64_t mtime, struct ek_err *err);

/* What is at name: nothing, a directory, or anything else (a link too). Name
 * under a link or a file is EK_EREFUSE. */
enum ek_dir_there { EK_DIR_NOTHING, EK_DIR_IS_DIR, EK_DIR_IS_OTHER };
int ek_dir_look(struct ek_dir *d, const char *name, enum ek_dir_there *there,
		struct ek_err *err);

/* May a file (or a directory, where tree) be made at name before anything is
 * written? EK_EREFUSE: one is there that is the other, or, unless replace,
 * anything at all. Directories are never replaced, they are filled. */
int ek_dir_check_free(struct ek_dir *d, const char *name, bool tree,
		      bool replace, struct ek_err *err);

/* Remove a file or a link; not there is fine, a directory is EK_EREFUSE. */
int ek_dir_remove(struct ek_dir *d, const char *name, struct ek_err *err);

/* Open a regular file below for reading, no symbolic link followed; -1 and
 * errno otherwise. */
int ek_dir_open_file(struct ek_dir *d, const char *name);

/* For tests: from now on as on a kernel without openat2. */
void ek_dir_walk_only(struct ek_dir *d);

#endif /* EK_DIR_H */
