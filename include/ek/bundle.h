/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bundle.h - an offline bundle (depot): its VIBs, bulletins and profiles, read
 *
 * Source: bundle.5. A bundle that is the only member of another zip is opened as
 * well. What is not there or cannot be read fails; what is only wrong is told by
 * rules_bundle.h.
 */
#ifndef EK_BUNDLE_H
#define EK_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>

#include "ek/bulletin.h"
#include "ek/depot.h"
#include "ek/vibdesc.h"

struct ek_buf;
struct ek_err;
struct ek_in;
struct ek_json;
struct ek_out;
struct ek_profile;
struct ek_strs;
struct ek_zip_member;

/* Bytes of a metadata.zip; VIBs, bulletins and profiles of a bundle. */
#define EK_BUNDLE_META  (64u << 20)
#define EK_BUNDLE_PARTS 8192u

struct ek_bundle; /* opaque */

struct ek_bundle_vib {
	char *id;
	char *meta;           /* "metadata.zip:vibs/x.xml", for messages */
	struct ek_vibdesc d;  /* of the metadata */
	struct ek_depot_vib file;
	char *path;           /* of the .vib in the bundle */
	const struct ek_zip_member *member; /* NULL: */
	const char *why;      /* ... "is not in the bundle", "is absolute" */
};

struct ek_bundle_bulletin {
	char *meta;
	struct ek_bulletin b;
};

struct ek_bundle_profile {
	char *meta;
	struct ek_profile *p;
};

/* Refused: what ek_zip_open() refuses, no index.xml, and what it leads to that
 * is not there, outside of the bundle, or no such XML. */
int ek_bundle_open(struct ek_bundle **out, const char *path,
		   struct ek_err *err);
void ek_bundle_close(struct ek_bundle **bundle); /* *bundle may be NULL */

const char *ek_bundle_name(const struct ek_bundle *b); /* for messages */
const struct ek_depot_vendors *ek_bundle_vendors(const struct ek_bundle *b);
/* The versions that vendor-index.xml declares, outside and in metadata.zip. */
const struct ek_strs *ek_bundle_versions(const struct ek_bundle *b,
					 bool inside);

/* Sorted by id; NULL behind the last. Borrowed. */
const struct ek_bundle_vib *ek_bundle_vib(const struct ek_bundle *b, size_t i);
const struct ek_bundle_vib *ek_bundle_find(const struct ek_bundle *b,
					   const char *id);
const struct ek_bundle_bulletin *ek_bundle_bulletin(const struct ek_bundle *b,
						    size_t i);
const struct ek_bundle_profile *ek_bundle_profile(const struct ek_bundle *b,
						  size_t i);

/* The bytes of a .vib; b is borrowed until close. */
int ek_bundle_vib_in(struct ek_bundle *b, const struct ek_bundle_vib *v,
		     struct ek_in **in, struct ek_err *err);
/* The same to out (NULL: nowhere), which is borrowed; EK_EREFUSE where they have
 * not the size and sha-256 that the metadata tells. */
int ek_bundle_vib_copy(struct ek_bundle *b, const struct ek_bundle_vib *v,
		       struct ek_out *out, struct ek_err *err);

/* What is in it, for a person or as members of the open JSON object
 * (esxi-bundle.1). */
int ek_bundle_text(const struct ek_bundle *b, struct ek_buf *out,
		   struct ek_err *err);
int ek_bundle_json(const struct ek_bundle *b, struct ek_json *j,
		   struct ek_err *err);

#endif /* EK_BUNDLE_H */
