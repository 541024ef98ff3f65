/* SPDX-License-Identifier: BSD-2-Clause */
/* entry.c - one member of an archive of files */
#include "os.h"

#include "ek/entry.h"

void ek_entry_clear(struct ek_entry *e)
{
	free(e->name);
	free(e->link);
	free(e->uname);
	free(e->gname);
	*e = (struct ek_entry){ .name = NULL };
}

const char *ek_ftype_name(enum ek_ftype type)
{
	switch (type) {
	case EK_FT_FILE:
		return "file";
	case EK_FT_DIR:
		return "directory";
	case EK_FT_SYMLINK:
		return "symbolic link";
	case EK_FT_HARDLINK:
		return "hard link";
	case EK_FT_CHARDEV:
		return "character device";
	case EK_FT_BLOCKDEV:
		return "block device";
	case EK_FT_FIFO:
		return "FIFO";
	case EK_FT_OTHER:
		break;
	}
	return "member of an unknown type";
}
