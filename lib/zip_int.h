/* SPDX-License-Identifier: BSD-2-Clause */
/* zip_int.h - what the parts of zip reader and writer share; see ek/zip.h */
#ifndef EK_ZIP_INT_H
#define EK_ZIP_INT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ek/zip.h"

/* Sizes of the records without what varies (APPNOTE 4.3). */
enum {
	EK_ZIP_LOCAL = 30,   /* 50 4b 03 04 */
	EK_ZIP_CENTRAL = 46, /* 50 4b 01 02 */
	EK_ZIP_END = 22,     /* 50 4b 05 06 */
};

#define EK_ZIP_SIG_LOCAL   0x04034b50u
#define EK_ZIP_SIG_CENTRAL 0x02014b50u
#define EK_ZIP_SIG_END     0x06054b50u
#define EK_ZIP_SIG_DATA    0x08074b50u /* before a data descriptor, or not */

/* Bytes of the directory: 20000 members with long names have a tenth of it. */
#define EK_ZIP_DIR_MAX (32u << 20)

enum { EK_ZIP_STORED = 0, EK_ZIP_DEFLATE = 8 };

/* As the directory tells it, and as the local header agreed to. */
struct ek_zip_item {
	struct ek_zip_member m; /* first: a member is found to be its item */
	size_t name_len;
	uint64_t at;   /* of the local header */
	uint64_t data; /* where its bytes begin */
	uint32_t crc;
	uint16_t flags, method;
	bool dir;      /* passed over once all is checked */
};

struct ek_zip {
	char *name;               /* owned; for messages */
	struct ek_file *file;     /* NULL: it lies in memory */
	const unsigned char *mem; /* borrowed */
	uint64_t size;
	struct ek_zip_item *v;    /* by at */
	size_t n;
	const struct ek_zip_item **by_name; /* n, see ek_zip_names_sort() */
	uint64_t dir_at;
	size_t dir_len;
};

/* n bytes at off; what is for the message. */
int ek_zip_bytes(const struct ek_zip *z, uint64_t off, void *buf, size_t n,
		 const char *what, struct ek_err *err);
/* "'zip': member 'name' at offset N: WHY", EK_EFORMAT. */
int ek_zip_bad(const struct ek_zip *z, const struct ek_zip_item *it,
	       const char *why, struct ek_err *err);

/* Fill v, n, dir_at and dir_len from the end record and the directory. */
int ek_zip_directory(struct ek_zip *z, struct ek_err *err);
/* Hold the local headers, and what lies between them, against it. */
int ek_zip_locals(struct ek_zip *z, struct ek_err *err);

/* Why no member may be called so, or NULL. */
const char *ek_zip_name_problem(const char *name, size_t len);
/* Set by_name anew: "a/b" comes right behind "a", and case does not count. */
int ek_zip_names_sort(struct ek_zip *z, struct ek_err *err);
/* No name twice, and none below a file. */
int ek_zip_names_check(const struct ek_zip *z, struct ek_err *err);

#endif /* EK_ZIP_INT_H */
