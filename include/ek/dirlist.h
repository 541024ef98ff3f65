/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dirlist.h - the files below a directory, for commands that take a tree where
 *             they take an image
 */
#ifndef EK_DIRLIST_H
#define EK_DIRLIST_H

#include <stdint.h>

struct ek_err;

/* name is relative, "EFI/BOOT/BOOT.CFG", and lives until the call returns. A
 * code other than EK_OK ends the walk and is handed on. */
typedef int ek_dirlist_each(void *ctx, const char *name, uint64_t size,
			    int64_t mtime, struct ek_err *err);

/*
 * Call each for every regular file, in the order of the names of a directory by
 * bytes. More than depth levels of directories is EK_ELIMIT; a symbolic link or
 * another special file is EK_EREFUSE: nothing is passed over in silence.
 */
int ek_dirlist(const char *path, unsigned depth, ek_dirlist_each *each,
	       void *ctx, struct ek_err *err);

#endif /* EK_DIRLIST_H */
