/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bootset.h - several boot.cfg that get the same edit: all of them or none
 *
 * BIOS and UEFI read one each; when they differ in kernel or modules, the image
 * boots differently, or not at all, on one of them (boot.cfg.5, "Which file is
 * read").
 */
#ifndef EK_BOOTSET_H
#define EK_BOOTSET_H

#include <stdbool.h>
#include <stddef.h>

#include "ek/bootcfg.h"
#include "ek/buf.h"

struct ek_err;
struct ek_out;

/* ---- a list of edits ---------------------------------------------------- */

/* Zero it to start. All of it is owned. */
struct ek_bootedits {
	struct ek_bootcfg_edit *v;
	size_t n, cap;
	struct ek_strs texts; /* those of v */
};

/* One more; a and b (may be NULL) are copied. */
int ek_bootedits_add(struct ek_bootedits *l, enum ek_bootcfg_op op,
		     const char *a, const char *b, struct ek_err *err);
/* The same as an option has it: "key=value" to set, "old=new" to replace, else
 * one text. EK_EARG without the '='. */
int ek_bootedits_add_option(struct ek_bootedits *l, enum ek_bootcfg_op op,
			    const char *text, struct ek_err *err);
/* All modules that are added so far go before this one. */
int ek_bootedits_before(struct ek_bootedits *l, const char *module,
			struct ek_err *err);
/* What a table of names (nametab.h) in this file means for the modules. EK_EREFUSE:
 * a name in it that cannot be one of a module. */
int ek_bootedits_add_table(struct ek_bootedits *l, const char *path,
			   struct ek_err *err);
void ek_bootedits_free(struct ek_bootedits *l);

/* ---- the files ---------------------------------------------------------- */

struct ek_bootset; /* opaque */

/* Read n files; "-" is standard input. What they differ in is no failure here,
 * see ek_bootset_difference(). */
int ek_bootset_read(struct ek_bootset **out, const char *const *paths, size_t n,
		    struct ek_err *err);
void ek_bootset_free(struct ek_bootset **set);

size_t ek_bootset_count(const struct ek_bootset *set);
const struct ek_bootcfg *ek_bootset_at(const struct ek_bootset *set, size_t i);

/* In what the files differ now as to kernel or modules: "'a' and 'b' differ:
 * ..."; NULL where in nothing. Borrowed until the next edit. */
const char *ek_bootset_difference(const struct ek_bootset *set);

/*
 * Apply n edits in order to each file. In the end every file must be one that
 * the loader reads, and all must have one kernel and one list of modules;
 * otherwise EK_EREFUSE, and the set is of no more use than to be freed.
 */
int ek_bootset_edit(struct ek_bootset *set, const struct ek_bootcfg_edit *edits,
		    size_t n, struct ek_err *err);

/*
 * What the loader makes of each file as it lies on an ISO, as text or as one
 * JSON document: array "files" of objects with file, bios and uefi
 * (ek_boot_plan_json()). only is one firmware, or NULL for both. EK_EREFUSE,
 * and out is complete, where one of them would not boot.
 */
int ek_bootset_list(const struct ek_bootset *set, const enum ek_boot_fw *only,
		    bool json, struct ek_buf *out, struct ek_err *err);

/* The value of key in each file, a line each; EK_EREFUSE where one has none. */
int ek_bootset_get(const struct ek_bootset *set, const char *key,
		   struct ek_buf *out, struct ek_err *err);

/* What the edits did to the first file, a line each, for a person: places of
 * modules, new values of keys. */
int ek_bootset_report(const struct ek_bootset *set,
		      const struct ek_bootedits *edits, struct ek_buf *out,
		      struct ek_err *err);

/* The number of modules in the longest list. */
size_t ek_bootset_modules(const struct ek_bootset *set);

/* Write the only file of the set to out, which the caller commits. */
void ek_bootset_write(const struct ek_bootset *set, struct ek_out *out);

/*
 * Over the files themselves, in two steps: prepare writes all of them beside
 * their targets, commit puts them in place one by one; replace does both. A
 * target that is not changed is not touched. Where a commit fails, those before
 * it are put back to their old bytes; the message tells where even that failed.
 */
int ek_bootset_prepare(struct ek_bootset *set, struct ek_err *err);
int ek_bootset_commit(struct ek_bootset *set, struct ek_err *err);
int ek_bootset_replace(struct ek_bootset *set, struct ek_err *err);

#endif /* EK_BOOTSET_H */
