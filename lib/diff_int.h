/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * diff_int.h - what is kept of each side, for the parts of diff
 *
 * A side is loaded (diff_image.c, diff_pack.c), then sealed; the two are matched
 * (diff_match.c, diff_boot.c), and told by walking both at once.
 */
#ifndef EK_DIFF_INT_H
#define EK_DIFF_INT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ek/diff.h"
#include "ek/digest.h"
#include "ek/vibdesc.h"

struct ek_bootcfg;
struct ek_imgdb;
struct ek_payload_look;
struct ek_pcimap;
struct ek_profile;

/* ---- lists: elements begin with their key ------------------------------- */

struct diff_list {
	void *v;
	size_t n, cap;
};

/* A zeroed new last element of size bytes with a copy of key (len bytes); NULL
 * where there is no memory. size is always the same for one list. */
void *diff_add(struct diff_list *l, size_t size, const char *key, size_t len,
	       struct ek_err *err);
void diff_sort(struct diff_list *l, size_t size);

struct diff_walk {
	size_t i, j;
};
/* The next key of either list, both sorted: *x, *y its elements, NULL where one
 * list has none; false at the end. */
bool diff_next(const struct diff_list *a, const struct diff_list *b,
	       size_t size, struct diff_walk *w, const void **x,
	       const void **y);
/* x, or y where that is NULL: what both of a walk have in common. */
const void *diff_either(const void *x, const void *y);

/* A fact: of a profile, a descriptor, a boot.cfg, ... */
struct diff_fact {
	char *key, *value;
	size_t order; /* as it was put in */
};

int diff_fact(struct diff_list *l, const char *key, const char *value,
	      struct ek_err *err);
int diff_factf(struct diff_list *l, struct ek_err *err, const char *value,
	       const char *fmt, ...) EK_PRINTF(4, 5);
/* SHA-256 of data as the value. */
int diff_fact_sum(struct diff_list *l, const char *key, const void *data,
		  size_t len, struct ek_err *err);
/* Sort; the values of one key become one, "a, b", each once; or the last. */
int diff_facts_seal(struct diff_list *l, bool last, struct ek_err *err);
/* The next fact that differs. */
bool diff_facts_next(const struct diff_list *a, const struct diff_list *b,
		     struct diff_walk *w, const struct diff_fact **x,
		     const struct diff_fact **y);
bool diff_facts_same(const struct diff_list *a, const struct diff_list *b);
void diff_facts_free(struct diff_list *l);

/* A file: in a payload, or of the image. */
struct diff_file {
	char *key;   /* path; of the image in lower case */
	char *shown; /* NULL: key */
	char *link;  /* target, or NULL */
	uint32_t mode;
	uint64_t size;
	char sha256[EK_DIGEST_HEX];
	/* of the image: what is in it is compared elsewhere, and it is one of
	 * those; told: that has a difference, so this need not be told again */
	enum { DIFF_PLAIN, DIFF_BIOS_CFG, DIFF_UEFI_CFG, DIFF_IMGDB } is;
	bool told;
};

enum { DIFF_CONTENT = 1, DIFF_MODE = 2, DIFF_LINK = 4 };
unsigned diff_file_how(const struct diff_file *a, const struct diff_file *b);
/* The next one that differs. */
bool diff_files_next(const struct diff_list *a, const struct diff_list *b,
		     struct diff_walk *w, const struct diff_file **x,
		     const struct diff_file **y);
void diff_files_sort(struct diff_list *l);
void diff_files_free(struct diff_list *l);

/* ---- a side ------------------------------------------------------------- */

/* The file of a payload, or a module of nobody's. */
struct diff_group {
	char *key;  /* the payload; or the file, where nobody's */
	char *file; /* of the image; NULL: of a VIB alone */
	bool there, looked;
	uint64_t size;
	char sha256[EK_DIGEST_HEX], inside[EK_DIGEST_HEX];
	struct diff_list files;
};

/* Other bytes; other bytes that unpack to the same; another name on the image;
 * there on one side only. */
enum { DIFF_BYTES = 1, DIFF_PACKED = 2, DIFF_NAME = 4, DIFF_THERE = 8 };
unsigned diff_group_how(const struct diff_group *a, const struct diff_group *b);
/* The next one that differs. */
bool diff_groups_next(const struct diff_list *a, const struct diff_list *b,
		      struct diff_walk *w, const struct diff_group **x,
		      const struct diff_group **y);
bool diff_groups_same(const struct diff_list *a, const struct diff_list *b);

enum diff_change { DIFF_SAME, DIFF_OTHER, DIFF_UP, DIFF_DOWN };

struct diff_vib {
	char *key; /* name */
	char *id, *version;
	enum ek_level level;
	char xml[EK_DIGEST_HEX]; /* "": does not count */
	struct diff_list facts, groups;
	struct diff_vib *peer;   /* of the other side, or NULL */
	enum diff_change change; /* with peer, from a to b */
};

struct diff_mod {
	char *key;  /* lower case, without slashes */
	char *opts; /* "" for none */
	size_t place; /* from 0 */
	size_t peer;  /* SIZE_MAX: none */
	bool moved;
};

struct diff_boot {
	bool there;
	struct diff_list keys; /* facts */
	struct diff_list mods; /* in their order */
};

enum diff_kind { DIFF_IMAGE, DIFF_DATABASE, DIFF_VIB, DIFF_BUNDLE };

struct diff_side {
	const char *path; /* borrowed */
	enum diff_kind kind;
	bool has_level, is_iso;
	enum ek_level level;
	struct diff_list profile, disc, database, pci; /* facts */
	struct diff_list notes; /* facts: what could not be looked into */
	struct diff_list vibs;  /* by id until sealed, then by name and id */
	struct diff_list groups; /* nobody's modules */
	struct diff_list files;  /* all other files of an image */
	struct diff_boot boot[2]; /* by enum ek_boot_fw */
	char packed[EK_DIGEST_HEX]; /* of a database as it is, or "" */
};

struct ek_diff {
	struct diff_side side[2];
	char *path[2];
	bool same, packages_same;
};

/* How a pair is compared. */
struct diff_want {
	bool exact; /* what not every kind has: signatures and the like */
	bool files; /* read the payloads */
	bool disc;  /* both are ISOs */
	const struct ek_diff_opts *o; /* never NULL */
};

int diff_load_image(struct diff_side *s, const struct diff_want *w,
		    struct ek_err *err);
int diff_load_database(struct diff_side *s, const struct diff_want *w,
		       struct ek_err *err);
int diff_load_vib(struct diff_side *s, const struct diff_want *w,
		  struct ek_err *err);
int diff_load_bundle(struct diff_side *s, const struct diff_want *w,
		     struct ek_err *err);
void diff_side_free(struct diff_side *s);

/* Parts of these. */
int diff_add_db(struct diff_side *s, const struct ek_imgdb *db,
		const struct diff_want *w, struct ek_err *err);
int diff_add_profile(struct diff_side *s, const struct ek_profile *p,
		     struct ek_err *err);
/* *v is borrowed until the next one is added. */
int diff_add_vib(struct diff_side *s, const struct ek_vibdesc *d,
		 const char *id, struct diff_vib **v, struct ek_err *err);
struct diff_vib *diff_find_vib(const struct diff_side *s, const char *id);
int diff_add_desc(struct diff_list *facts, const struct ek_vibdesc *d,
		  struct ek_err *err);
int diff_add_group(struct diff_list *groups, const char *name,
		   const char *file, struct diff_group **g,
		   struct ek_err *err);
/* name is that of the file, for messages. */
int diff_add_look(struct diff_group *g, const struct ek_payload_look *l,
		  const char *name, struct ek_err *err);
/* vib NULL: nobody's. */
int diff_add_map(struct diff_side *s, const struct ek_pcimap *map,
		 const char *vib, struct ek_err *err);
int diff_add_file(struct diff_list *l, const char *path, const char *link,
		  uint32_t mode, uint64_t size, const char *sha256,
		  struct ek_err *err);
int diff_boot_load(struct diff_boot *b, const struct ek_bootcfg *cfg,
		   struct ek_err *err);

/* ---- the pair ----------------------------------------------------------- */

int diff_seal(struct diff_side *s, struct ek_err *err);
int diff_match(struct ek_diff *d, struct ek_err *err);
int diff_boot_match(struct diff_boot *a, struct diff_boot *b,
		    struct ek_err *err);
/* NULL where i is none, as SIZE_MAX. */
const struct diff_mod *diff_mod_at(const struct diff_boot *b, size_t i);
bool diff_boot_same(const struct diff_boot *a, const struct diff_boot *b);

const char *diff_kind_name(enum diff_kind kind);

#endif /* EK_DIFF_INT_H */
