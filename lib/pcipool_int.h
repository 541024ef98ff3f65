/* SPDX-License-Identifier: BSD-2-Clause */
/* pcipool_int.h - what the parts of pcipool.h share */
#ifndef EK_PCIPOOL_INT_H
#define EK_PCIPOOL_INT_H

#include "ek/err.h"
#include "ek/imgscan.h"
#include "ek/pcinames.h"
#include "ek/pcipool.h"

/* A file that counts, and whose it is. */
struct ek_pool_from {
	const struct ek_scan_file *f;
	const char *vib_id, *vib_version; /* may be NULL */
	size_t place; /* a later one hides what is in an earlier one */
};

/* "name" of usr/lib/vmware/vmkmod/name. */
struct ek_pool_module {
	const char *name;
	const struct ek_pool_from *from;
};

struct ek_pcipool {
	char *path;
	const char *kind;
	struct ek_image *img;
	struct ek_imgscan *scan;
	struct ek_scan_file *own; /* payloads of a VIB, or the one file */
	size_t n_own;
	char *vib_id, *vib_version; /* of a VIB alone */
	const struct ek_release *rel;
	struct ek_pool_from *from;
	size_t n_from;
	struct ek_pool_module *modules; /* sorted by name */
	size_t n_modules;
	struct ek_pcisource *sources;
	struct ek_pcidrivers drivers;
	const struct ek_pciids **lists;
	size_t n_lists, lines;
	struct ek_pcinames names;
	struct ek_strs notes;
	struct ek_err odd; /* the first map that cannot be read; code 0: none */
};

int ek_pcipool_no_memory(const struct ek_pcipool *p, struct ek_err *err);

/* From the files that count to modules, maps, names and notes. */
int ek_pcipool_take(struct ek_pcipool *p, struct ek_err *err);

#endif /* EK_PCIPOOL_INT_H */
