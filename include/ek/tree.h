/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tree.h - a directory as the entries of an archive (vmtar.5, "Checklists")
 *
 * The order and all fields but the files' own times depend on nothing but what
 * is there: not on the order of the directory, the clock, or who runs it.
 * Files that are hard links of each other become one file and links to it.
 * Devices, FIFOs and sockets are refused.
 */
#ifndef EK_TREE_H
#define EK_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ek/buf.h"
#include "ek/entry.h"
#include "ek/vmtar.h"

struct ek_err;
struct ek_in;
struct ek_out;

struct ek_tree; /* opaque */

struct ek_tree_opts {
	struct ek_strs only;  /* paths below the directory; none: everything */
	uint32_t uid, gid;    /* of every entry; 0 has the name root */
	bool set_mtime;       /* else the time of each file */
	int64_t mtime;
};

/* "0:0", "201:201". False for anything else. */
bool ek_tree_owner_parse(const char *text, uint32_t *uid, uint32_t *gid);

int ek_tree_open(struct ek_tree **t, const char *dir,
		 const struct ek_tree_opts *o, struct ek_err *err);
void ek_tree_free(struct ek_tree **t);

size_t ek_tree_count(const struct ek_tree *t);
const struct ek_entry *ek_tree_entry(const struct ek_tree *t, size_t i);

/* The data of a file with data. A file whose size is not that of its entry any
 * more is EK_EFORMAT. Close *in before the next call and before free. */
int ek_tree_data(struct ek_tree *t, size_t i, struct ek_in **in,
		 struct ek_err *err);

/* All of it as a vmtar, or as a tar of old GNU (blocked to 10,240). */
int ek_tree_to_vmtar(struct ek_tree *t, enum ek_vmtar_gen gen,
		     struct ek_out *out, ek_vmtar_note *note, void *ctx,
		     struct ek_err *err);
int ek_tree_to_tar(struct ek_tree *t, struct ek_out *out, struct ek_err *err);

#endif /* EK_TREE_H */
