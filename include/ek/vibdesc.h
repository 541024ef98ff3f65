/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vibdesc.h - descriptor.xml of a VIB: one reader, one writer (vib.5)
 *
 * Strings are UTF-8 and C strings (XML cannot hold a NUL). A member that the
 * descriptor does not have is NULL, or an empty list. All of a struct
 * ek_vibdesc is owned by it; fill one by hand with malloc()ed strings or with
 * the helpers below, then write it.
 */
#ifndef EK_VIBDESC_H
#define EK_VIBDESC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ek/buf.h"
#include "ek/date.h"

struct ek_err;

/* ---- acceptance levels: rank order ------------------------------------- */

enum ek_level {
	EK_COMMUNITY = 0,
	EK_PARTNER = 5,
	EK_ACCEPTED = 10,
	EK_CERTIFIED = 15,
};

/* "community", "CommunitySupported", also "signed" (partner), "unsigned". Any
 * case for the long forms. */
bool ek_level_parse(const char *s, enum ek_level *level);
const char *ek_level_name(enum ek_level level); /* the short form */

/* ---- parts -------------------------------------------------------------- */

struct ek_constraint {
	char *name;
	char *relation; /* << <= = >= >>, or NULL */
	char *version;  /* NULL exactly where relation is; a provide may have one
			 * without a relation */
};

struct ek_constraints {
	struct ek_constraint *v;
	size_t n, cap;
};

struct ek_checksum {
	char *type;    /* "sha-256", "sha-1", ... */
	char *process; /* "gunzip", or NULL */
	char *hex;
};

struct ek_payload {
	char *name;
	char *type; /* "vgz", "tgz", "boot", ... */
	int64_t boot_order;      /* 0: not given */
	char *vfat_name;         /* NULL: not given */
	bool has_size;
	uint64_t size;
	bool has_uncompressed;
	uint64_t uncompressed_size;
	char *compression_option; /* NULL: not given */
	struct ek_checksum *sums;
	size_t n_sums;
};

struct ek_url {
	char *key, *url;
};

struct ek_hwplatform {
	char *vendor, *model; /* model may be NULL */
};

struct ek_swplatform {
	char *version, *locale, *product;
};

struct ek_vibdesc {
	char *type;    /* bootbank, locker, meta */
	char *name, *version, *vendor;
	char *summary, *description;
	bool has_date;
	struct ek_date date;
	struct ek_url *urls;
	size_t n_urls;
	struct ek_constraints depends, conflicts, replaces, provides, compatible;
	struct ek_strs tags;
	bool maint_install, maint_remove; /* maintenance mode */
	struct ek_hwplatform *hw;
	size_t n_hw;
	struct ek_swplatform *sw;
	size_t n_sw;
	struct ek_strs files;
	enum ek_level level;
	bool live_install, live_remove, cimom_restart, stateless, overlay;
	struct ek_payload *payloads;
	size_t n_payloads;
};

/* Start of one made by hand: type bootbank, level community, maintenance mode
 * true, all else false or absent. */
void ek_vibdesc_init(struct ek_vibdesc *d);
void ek_vibdesc_clear(struct ek_vibdesc *d);

/*
 * Parse; *d is initialised first, and left cleared on failure. Anything that
 * ESXi refuses with VibFormatError (vib.5, "opening the file") is EK_EFORMAT,
 * the message holding ESXi's own text. White space round texts is dropped.
 */
int ek_vibdesc_parse(struct ek_vibdesc *d, const char *name, const char *text,
		     size_t len, struct ek_err *err);

enum ek_vibdesc_form {
	EK_VIBDESC_VIB,      /* as in a .vib */
	EK_VIBDESC_DATABASE, /* image database: dates with zone (the same order) */
};

/* Serialisation A, order of vib.5. Lack of memory sticks in out. */
void ek_vibdesc_write(const struct ek_vibdesc *d, enum ek_vibdesc_form form,
		      struct ek_buf *out);

/* "<vendor>_<type>_<name>_<version>", malloc()ed; NULL: no memory. Absent
 * fields count as "". */
char *ek_vibdesc_id(const struct ek_vibdesc *d);

/* Helpers to fill one; texts are copied. */
int ek_constraints_add(struct ek_constraints *l, const char *name,
		       const char *relation, const char *version,
		       struct ek_err *err);
/* "name", "name >= 1.0", "name>=1.0", "name=1.0": as an option has it. */
int ek_constraints_add_text(struct ek_constraints *l, const char *text,
			    struct ek_err *err);
int ek_vibdesc_add_url(struct ek_vibdesc *d, const char *key, const char *url,
		       struct ek_err *err);
/* A new last payload; *p is borrowed until the next one is added. */
int ek_vibdesc_add_payload(struct ek_vibdesc *d, const char *name,
			   const char *type, struct ek_payload **p,
			   struct ek_err *err);
int ek_payload_add_sum(struct ek_payload *p, const char *type,
		       const char *process, const char *hex,
		       struct ek_err *err);
/* The sum of this type and process (NULL: none); NULL where there is none. The
 * last one where there are several. */
const struct ek_checksum *ek_payload_sum(const struct ek_payload *p,
					 const char *type, const char *process);

/* Is it mounted or copied by the loader as a compressed file: vgz tgz boot
 * vzstd installer_vgz, i.e. it has gunzip checksums. */
bool ek_payload_compressed(const struct ek_payload *p);

#endif /* EK_VIBDESC_H */
