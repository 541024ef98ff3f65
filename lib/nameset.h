/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nameset.h - the names of an archive as they pass: nothing twice, nothing
 *             below a file, and which directories were only implied
 */
#ifndef EK_NAMESET_H
#define EK_NAMESET_H

#include <stdbool.h>
#include <stddef.h>

struct ek_err;

enum ek_name_kind {
	EK_NAME_NEW,     /* was not there */
	EK_NAME_IMPLIED, /* a directory that only names below it told of */
	EK_NAME_DIR,
	EK_NAME_OTHER,   /* a file or a link */
};

struct ek_nameset {
	void *root; /* tree of search.h */
};

/* What name, of len bytes, is so far. */
enum ek_name_kind ek_nameset_find(const struct ek_nameset *s, const char *name,
				  size_t len);
/* Make it so. */
int ek_nameset_put(struct ek_nameset *s, const char *name, size_t len,
		   enum ek_name_kind kind, struct ek_err *err);
void ek_nameset_free(struct ek_nameset *s);

#endif /* EK_NAMESET_H */
