/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * profile.h - the image profile in an image database: read, change in place,
 *             write
 *
 * Source: imgdb.5, "Profile". The document is kept: elements and attributes
 * that are not known here, and the order of all, survive every change. Fields
 * are for reading; change them through the calls below, which change the
 * document as well.
 */
#ifndef EK_PROFILE_H
#define EK_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ek/date.h"
#include "ek/vibdesc.h"

struct ek_buf;
struct ek_err;
struct ek_node;
struct ek_xml;

/* Accepted in one profile; the text is limited by EK_XML_MAX. */
#define EK_PROFILE_VIBS     8192u
#define EK_PROFILE_PAYLOADS 16384u

struct ek_profile_payload {
	char *payload; /* name of the payload in its VIB */
	char *name;    /* local name: the file of the image */
};

struct ek_profile_vib {
	char *id;
	bool boot; /* false: <boot>false</boot>, no part of a database */
	struct ek_profile_payload *payloads; /* as they stand in the text */
	size_t n_payloads;
	struct ek_node *node; /* borrowed from the document */
};

struct ek_profile {
	char *name, *creator;
	char *id, *description; /* NULL: not given */
	bool has_created, has_modified, has_serial;
	struct ek_date created, modified;
	int64_t serial;
	enum ek_level level;
	struct ek_profile_vib *vibs; /* as they stand in the text */
	size_t n_vibs, cap_vibs, n_payloads;
	bool changed; /* since it was parsed */
	struct ek_xml *xml;
};

/*
 * Parse; what ESXi refuses with ProfileFormatError (imgdb.5, "Profile") is
 * EK_EFORMAT, the message holding ESXi's text. Refused as well: a VIB id, a
 * payload or a file name with control characters, and a file name that is not
 * plain: empty, "." or "..", or with a slash. name is for messages.
 */
int ek_profile_parse(struct ek_profile **out, const char *name,
		     const char *text, size_t len, struct ek_err *err);

/* One without VIBs. */
int ek_profile_new(struct ek_profile **p, const char *name, const char *creator,
		   enum ek_level level, struct ek_err *err);

void ek_profile_free(struct ek_profile **out);

/* The document in serialisation A: no declaration, no final newline. */
void ek_profile_write(const struct ek_profile *p, struct ek_buf *out);

/* NULL where it has none of this id. Borrowed until the next change. */
const struct ek_profile_vib *ek_profile_find(const struct ek_profile *p,
					     const char *id);
/* Local name of a payload, or NULL. */
const char *ek_profile_local(const struct ek_profile_vib *v,
			     const char *payload);

enum ek_profile_field {
	EK_PROFILE_NAME, EK_PROFILE_CREATOR, EK_PROFILE_ID,
	EK_PROFILE_DESCRIPTION,
};

/*
 * Change one. A text equal to the present one is no change. EK_EARG where it
 * holds other than printable ASCII (and line feeds and tabs, in a description),
 * or a name or creator is empty.
 */
int ek_profile_set(struct ek_profile *p, enum ek_profile_field field,
		   const char *text, struct ek_err *err);
int ek_profile_set_level(struct ek_profile *p, enum ek_level level,
			 struct ek_err *err);
int ek_profile_set_serial(struct ek_profile *p, int64_t serial,
			  struct ek_err *err);
int ek_profile_set_created(struct ek_profile *p, const struct ek_date *d,
			   struct ek_err *err);
int ek_profile_set_modified(struct ek_profile *p, const struct ek_date *d,
			    struct ek_err *err);

/* A new last VIB; all texts are copied. An id that is there is EK_EREFUSE. */
int ek_profile_add_vib(struct ek_profile *p, const char *id,
		       const struct ek_profile_payload *payloads, size_t n,
		       struct ek_err *err);
/* Nothing happens where it is not there. */
void ek_profile_remove_vib(struct ek_profile *p, const char *id);

#endif /* EK_PROFILE_H */
