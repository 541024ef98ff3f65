/* SPDX-License-Identifier: BSD-2-Clause */
/* isobuild_int.h - the plan, shared by its maker and its proof */
#ifndef EK_ISOBUILD_INT_H
#define EK_ISOBUILD_INT_H

#include "ek/isobuild.h"
#include "ek/iso9660.h"

struct change {
	struct ek_isochange pub;
	char *path, *given, *file, *shown; /* owned; pub borrows them */
	char *top; /* owned: topmost part of path that is new, or path */
};

struct ek_isobuild {
	const struct ek_iso *in; /* borrowed */
	struct ek_iso_catalog boot;
	struct change *v;        /* owned */
	size_t n, cap;
	char *base;              /* owned: where files lie; NULL: here */
	char volume_id[33];
	int64_t mtime;
};

/* The change of this path, or NULL; case counts: both are as on the image. */
const struct change *ek_isobuild_change(const struct ek_isobuild *b,
					const char *path);

/* The name of file below base, which may be NULL; the caller frees. NULL: no
 * memory. */
char *ek_isobuild_below(const char *base, const char *file);

#endif /* EK_ISOBUILD_INT_H */
