/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * entry.h - one member of an archive of files, whatever the format
 *
 * name has no leading "./" and no trailing slash; the root itself ("./") is not
 * an entry. Nothing here is checked: see ek_path_problem().
 */
#ifndef EK_ENTRY_H
#define EK_ENTRY_H

#include <stdint.h>

enum ek_ftype {
	EK_FT_FILE,
	EK_FT_DIR,
	EK_FT_SYMLINK,
	EK_FT_HARDLINK, /* link names an earlier entry */
	EK_FT_CHARDEV,
	EK_FT_BLOCKDEV,
	EK_FT_FIFO,
	EK_FT_OTHER,
};

struct ek_entry {
	char *name;  /* owned */
	char *link;  /* owned; target of a symbolic or hard link, else NULL */
	char *uname; /* owned or NULL */
	char *gname; /* owned or NULL */
	enum ek_ftype type;
	uint32_t mode; /* permission bits, 07777 */
	uint32_t uid, gid;
	uint32_t devmajor, devminor;
	int64_t mtime; /* seconds since 1970 */
	uint64_t size; /* 0 for all but files */
};

/* Frees what it owns and zeroes it; a zeroed entry is fine. */
void ek_entry_clear(struct ek_entry *e);

/* "file", "directory", "symbolic link", ... for messages. */
const char *ek_ftype_name(enum ek_ftype type);

#endif /* EK_ENTRY_H */
