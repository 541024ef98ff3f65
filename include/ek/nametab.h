/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nametab.h - the table that carries file names from the image database to
 *             boot.cfg and the disc
 *
 * One line a payload, columns cut by TAB (imgdb-edit.1, --names-out):
 *
 *	VIB id, payload, file name, added|kept|removed, module|boot|file
 *
 * module: the loader takes it and it lies in the root of the disc; boot: so as
 * well, and in imgpayld.tgz too (imgdb.5, "imgpayld.tgz"); file: neither.
 */
#ifndef EK_NAMETAB_H
#define EK_NAMETAB_H

#include <stdbool.h>
#include <stddef.h>

struct ek_err;
struct ek_buf;

/* Bytes of one table. */
#define EK_NAMETAB_MAX (8u << 20)

enum ek_name_fate { EK_NAME_ADDED, EK_NAME_KEPT, EK_NAME_REMOVED };
enum ek_name_use { EK_USE_MODULE, EK_USE_BOOT, EK_USE_FILE };

struct ek_nametab_row {
	char *vib, *payload, *name; /* owned */
	enum ek_name_fate fate;
	enum ek_name_use use;
};

/* Zero it to start; all of it is owned. */
struct ek_nametab {
	struct ek_nametab_row *v;
	size_t n, cap;
};

/* The use that a payload of this type has. */
enum ek_name_use ek_name_use_of(const char *payload_type);

/* "added" and so on; "module" and so on. */
const char *ek_name_fate_text(enum ek_name_fate fate);
const char *ek_name_use_text(enum ek_name_use use);

/* A new last row; texts are copied. A text with a TAB or other control
 * character, or an empty one, is EK_EFORMAT. */
int ek_nametab_add(struct ek_nametab *t, const char *vib, const char *payload,
		   const char *name, enum ek_name_fate fate,
		   enum ek_name_use use, struct ek_err *err);

/* Append the rows of text; name is for messages, which tell the line. */
int ek_nametab_parse(struct ek_nametab *t, const char *name, const char *text,
		     size_t len, struct ek_err *err);

void ek_nametab_write(const struct ek_nametab *t, struct ek_buf *out);
void ek_nametab_free(struct ek_nametab *t);

/* Did a module of this name meet this fate? Names compare as on the disc, where
 * case does not count. */
bool ek_nametab_has(const struct ek_nametab *t, const char *name,
		    enum ek_name_fate fate);

/* May the files be changed as the table says? EK_EREFUSE where a payload of use
 * boot is added or removed, since it lies in imgpayld.tgz too, or a payload that
 * is kept has the file of one that comes or goes. */
int ek_nametab_check(const struct ek_nametab *t, struct ek_err *err);

/* One change of a module list. Texts are borrowed from the table. */
struct ek_module_edit {
	const char *from; /* file name that goes, or NULL: one is added */
	const char *to;   /* file name that comes, or NULL: one is removed */
};

/*
 * What the table means for modules=, in its order: a payload that comes takes
 * the place (from and to) of one that goes, of the same VIB and payload name,
 * else of the same VIB, else of the same payload name; a name that one VIB lost
 * and another took needs no change. *v is free()d by the
 * caller. ek_nametab_check comes first.
 */
int ek_nametab_edits(const struct ek_nametab *t, struct ek_module_edit **v,
		     size_t *n, struct ek_err *err);

#endif /* EK_NAMETAB_H */
