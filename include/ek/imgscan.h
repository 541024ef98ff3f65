/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * imgscan.h - every kernel, module and payload file of an image: whom it belongs
 *             to, and one look at its bytes, several at a time
 *
 * No rule, no opinion: what is missing, claimed twice or broken is told as a
 * fact. For those who check, compare, match and report (esxi-check, esxi-diff,
 * esxi-pci, esxi-report).
 */
#ifndef EK_IMGSCAN_H
#define EK_IMGSCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ek/payload.h"
#include "ek/pcimap.h"

struct ek_dbvib;
struct ek_err;
struct ek_image;
struct ek_image_file;
struct ek_imgdb;

/* Which boot.cfg loads it. */
enum ek_scan_boots { EK_SCAN_BIOS = 1, EK_SCAN_UEFI = 2 };

/* A file or link inside a module. */
struct ek_scan_entry {
	char *path;  /* owned */
	char *link;  /* owned; target of a link, or NULL */
	uint32_t mode;
	uint64_t size;
	char sha256[EK_DIGEST_HEX]; /* "" for a link, or where not asked for */
};

/* A map or a list of names inside a module. */
struct ek_scan_map {
	char *path; /* owned; "etc/vmware/default.map.d/x.map" */
	struct ek_pcimap map;
};
struct ek_scan_ids {
	char *path; /* owned */
	struct ek_pciids ids;
};

struct ek_scan_file {
	char *name; /* owned; local name in lower case, "s.v00" */
	const struct ek_image_file *file; /* NULL: named, but not there */
	/* whose payload it is; NULL: nobody's, or the image has no database */
	const struct ek_dbvib *vib;
	const struct ek_payload *payload;
	bool claimed_again; /* another payload has this name too */
	unsigned boots;    /* mask of enum ek_scan_boots */
	bool kernel;       /* it is kernel= of one of them */
	size_t place[2];   /* in modules= of BIOS and of UEFI, from 0; kernel 0 */
	bool looked;       /* look, entries, maps, ids are filled */
	struct ek_payload_look look;
	struct ek_scan_entry *entries; /* sorted by path */
	size_t n_entries;
	struct ek_scan_map *maps;      /* sorted by path */
	size_t n_maps;
	struct ek_scan_ids *ids;
	size_t n_ids;
	char *odd; /* owned; why a map or list inside cannot be read: the first;
		    * NULL: all can */
};

struct ek_imgscan; /* opaque */

struct ek_imgscan_opts {
	unsigned threads; /* 0: as many as there are processors, 8 at most */
	bool read;        /* look at the bytes; else only who and where */
	bool entries;     /* keep what is inside, with digests */
	const char *entries_of; /* ... of the file of this name only, in lower
				 * case; NULL: of all */
	bool maps;        /* keep driver maps and lists of names */
	/* no digests but the SHA-256 of files, where that is enough: not for a
	 * payload whose descriptor has no plain sha-256 */
	bool plain;
	bool no_sums;     /* no digests in look at all: see payload.h */
	/* told as files are done; may be NULL, called by one thread at a time */
	void (*progress)(void *ctx, uint64_t done, uint64_t total);
	void *ctx;
};

/*
 * One more file, which is no image's: look, entries, maps, ids of f are filled
 * from in, read to its end, as o says. f is zeroed but for its name, and to be
 * cleared, together with that, in any case.
 */
int ek_scan_look(struct ek_scan_file *f, struct ek_in *in,
		 const struct ek_imgscan_opts *o, struct ek_err *err);
void ek_scan_file_clear(struct ek_scan_file *f);

/*
 * img is borrowed until free. A boot.cfg or a database that cannot be read is
 * no failure: see ek_imgscan_why(). Failures are those of the system, of
 * limits, and of reading img itself.
 */
int ek_imgscan_new(struct ek_imgscan **out, struct ek_image *img,
		   const struct ek_imgscan_opts *o, struct ek_err *err);
void ek_imgscan_free(struct ek_imgscan **s);

/* By local name; files that only the profile or only a boot.cfg names too.
 * Borrowed until free. NULL behind the last. */
size_t ek_imgscan_count(const struct ek_imgscan *s);
const struct ek_scan_file *ek_imgscan_at(const struct ek_imgscan *s, size_t i);
const struct ek_scan_file *ek_imgscan_find(const struct ek_imgscan *s,
					   const char *name);
struct ek_image *ek_imgscan_image(const struct ek_imgscan *s);
/* The database; NULL: none, or it cannot be read, and why tells. */
const struct ek_imgdb *ek_imgscan_db(const struct ek_imgscan *s);
const struct ek_err *ek_imgscan_why(const struct ek_imgscan *s);

#endif /* EK_IMGSCAN_H */
