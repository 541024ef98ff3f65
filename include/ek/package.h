/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * package.h - a driver package: the tgz that holds a module, its map of PCI ids
 *             and their names (vib.5, "Driver packages")
 */
#ifndef EK_PACKAGE_H
#define EK_PACKAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ek/buf.h"
#include "ek/kmod.h"
#include "ek/pciadd.h"
#include "ek/pcimap.h"
#include "ek/tgz.h"
#include "ek/vibdesc.h"

struct ek_err;
struct ek_source;
struct ek_release;

/* Modules, maps and lists of names in one package. */
#define EK_PACKAGE_PARTS 1000u
/* Room for "package:path" in messages. */
#define EK_PATH_TEXT 512

/* What a person should know; text is one complete line. */
enum ek_say_kind { EK_SAY_DETAIL, EK_SAY_NOTE, EK_SAY_WARN };
typedef void ek_say(void *ctx, enum ek_say_kind kind, const char *text);

struct ek_package_opts {
	bool any_files;                   /* take what no driver needs, too */
	const struct ek_release *target;  /* NULL: not told */
	bool anew;                        /* pack a strict one anew as well */
	bool set_mtime;                   /* of members that are packed anew */
	int64_t mtime;
	const struct ek_pciadd *add;      /* ids for the maps; see pciadd.h */
	size_t n_add;
	ek_say *say;                      /* may be NULL */
	void *ctx;
};

struct ek_module {
	char *name, *path; /* owned */
	struct ek_kmod elf;
	bool mapped;       /* a line of a map names it */
	bool has_empty_map; /* a map of its name has no line */
	enum ek_map_kind kind; /* of the map that names it */
	char *class;       /* owned; "network", "storage", or NULL */
};

struct ek_package_map {
	char *path;
	bool linux_dir; /* driver.map.d */
	struct ek_pcimap map;
	bool added;     /* ids were, so it is written anew */
	struct ek_buf text; /* and this is written */
};

struct ek_package {
	char *name;                 /* of the file, for messages */
	struct ek_tgz_form form;    /* of the file */
	struct ek_source *source;   /* the bytes to be put in: the file itself
				     * where it is strict, else the new tgz */
	struct ek_strs files;       /* every entry but directories, sorted */
	struct ek_strs others;      /* those of them that no driver needs */
	struct ek_module *modules;  /* sorted by name */
	size_t n_modules;
	struct ek_package_map *maps;
	size_t n_maps;
	struct ek_pciids *ids;
	char **ids_paths;
	size_t n_ids;
	bool has_kind[2];           /* enum ek_map_kind: lines, or directory */
	int64_t newest;             /* newest time of a member */
	bool added;                 /* a map was */
	char *esx4;                 /* the path that tells of ESXi 4.x */
	bool esx4_sure;             /* it does so next to maps as well */
};

/*
 * Read and check path ("-" or NULL: standard input). Refused, besides what
 * ek_tgz_read() refuses: packages of ESXi 4.x, no module, no map, a map line
 * for a module that is not there, a module that is none, vmklinux lines for a
 * target that cannot load them, modules for two machines, and files that no
 * driver needs unless any_files; an id to add for a driver that it has not. A
 * package that is not in the strict form is
 * packed anew, and that is told.
 */
int ek_package_open(struct ek_package **out, const char *path,
		    const struct ek_package_opts *o, struct ek_err *err);
void ek_package_free(struct ek_package **p); /* *p may be NULL */

/* The module that the package is named after: the first that a map names. */
const struct ek_module *ek_package_main(const struct ek_package *p);

/*
 * Fill in what d lacks (NULL or empty) of name, version, summary, and add tags,
 * and the depends of target (NULL: none), where they are not there already.
 */
int ek_package_describe(const struct ek_package *p,
			const struct ek_release *target, struct ek_vibdesc *d,
			struct ek_err *err);

#endif /* EK_PACKAGE_H */
