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
struct ek_json;

/* ---- acceptance levels: rank order ------------------------------------- */

enum ek_level {
	EK_COMMUNITY = 0,
	EK_PARTNER = 5,
	EK_ACCEPTED = 10,
	EK_CERTIFIED = 15,
};

/* As an option or a person has it: "community", "CommunitySupported", also
 * "signed" (partner) and "unsigned" (community); any case. */
bool ek_level_parse(const char *s, enum ek_level *level);
/* As XML has it: the short form, "signed" and "unsigned", in lower case. */
bool ek_level_parse_xml(const char *s, enum ek_level *level);
const char *ek_level_name(enum ek_level level); /* the short form */

/* ---- parts -------------------------------------------------------------- */

struct ek_constraint {
	char *name;
	char *relation; /* << <= = >= >>, or NULL */
	char *version;  /* NULL exactly where relation is; a provide may have
			 * one without a relation */
};

struct ek_constraints {
	struct ek_constraint *v;
	size_t n;
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
	struct ek_constraints depends, conflicts, replaces, provides;
	struct ek_constraints compatible; /* compatibleWith */
	struct ek_strs tags;
	bool has_installdate;
	struct ek_date installdate; /* copies in the database of a host */
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

/* Longest descriptor taken, in bytes (that of esx-base has some 100,000). */
#define EK_VIBDESC_MAX (8u << 20)
/* Taken at most: payloads (esx-base has some 60, a whole image 200), and bytes
 * of a type, name, version or vendor and of those of a relation (ESXi's schema
 * has 35); more is EK_ELIMIT. */
#define EK_VIBDESC_PAYLOADS 4096u
#define EK_VIBDESC_WORD     255u
/* Longest name of a payload (vib.5, "Payloads"). */
#define EK_PAYLOAD_NAME_MAX 15

/* Start of one made by hand: type bootbank, level community, maintenance mode
 * true, all else false or absent. */
void ek_vibdesc_init(struct ek_vibdesc *d);
void ek_vibdesc_clear(struct ek_vibdesc *d);

/*
 * Parse; *d is initialised first, and left cleared on failure. Anything that
 * ESXi refuses with VibFormatError (vib.5, "Opening the file") is EK_EFORMAT,
 * the message holding ESXi's own text; name and line go before it. White space
 * round texts is dropped, a <tag> of white space alone is left out. Elements in
 * any order, unknown elements and attributes, comments: taken and not kept.
 * Whoever must carry a descriptor along keeps its bytes; writing what was
 * parsed loses all that a struct ek_vibdesc has no room for.
 *
 * name is that of the file, or "x.vib:descriptor.xml".
 */
int ek_vibdesc_parse(struct ek_vibdesc *d, const char *name, const char *text,
		     size_t len, struct ek_err *err);

enum ek_vibdesc_form {
	EK_VIBDESC_VIB,      /* as in a .vib */
	EK_VIBDESC_DATABASE, /* image database: with the installdate, if any */
};

/*
 * Serialisation A in the order of vib.5: one line of ASCII, no declaration, no
 * newline; urls sorted by key and files by bytes, all else in the order given.
 * An absent release-date is left out, other absent texts are empty elements.
 * What ek_vibdesc_parse() has read is written so that it reads the same again.
 * Lack of memory sticks in out.
 */
void ek_vibdesc_write(const struct ek_vibdesc *d, enum ek_vibdesc_form form,
		      struct ek_buf *out);

/* "<vendor>_<type>_<name>_<version>", malloc()ed; NULL: no memory. Absent
 * fields count as "". */
char *ek_vibdesc_id(const struct ek_vibdesc *d);

/* All as members of the JSON object that is open (vib-info.1, "JSON"). */
void ek_vibdesc_json(const struct ek_vibdesc *d, struct ek_json *j);
/* The same for a person: "name: value" lines, lists below their title. inside
 * (NULL: not known) has for each payload how long it is unpacked, UINT64_MAX
 * where that is not known. */
void ek_vibdesc_text(const struct ek_vibdesc *d, const uint64_t *inside,
		     struct ek_buf *out);

/*
 * Helpers to fill one; texts are copied. Each fails only with EK_ESYS (no
 * memory, nothing changed) where no other code is told.
 */
/* Replace the text at *to; s may be NULL. */
int ek_vibdesc_set(char **to, const char *s, struct ek_err *err);
/* relation and version may be NULL. */
int ek_constraints_add(struct ek_constraints *l, const char *name,
		       const char *relation, const char *version,
		       struct ek_err *err);
/* "name", "name >= 1.0", "name>=1.0", "name=1.0": as an option has it; EK_EARG
 * for anything else. For a provide the relation is not written. */
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

int ek_vibdesc_add_hw(struct ek_vibdesc *d, const char *vendor,
		      const char *model, struct ek_err *err);
int ek_vibdesc_add_sw(struct ek_vibdesc *d, const char *version,
		      const char *locale, const char *product,
		      struct ek_err *err);
/* The payload of this name; NULL: none. The first where there are several. */
const struct ek_payload *ek_vibdesc_payload(const struct ek_vibdesc *d,
					    const char *name);

/* Is it mounted or copied by the loader as a compressed file: vgz tgz boot
 * vzstd installer_vgz, i.e. it has gunzip checksums. */
bool ek_payload_compressed(const struct ek_payload *p);

#endif /* EK_VIBDESC_H */
