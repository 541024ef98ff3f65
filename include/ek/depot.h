/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * depot.h - the XML files of an offline bundle: index.xml, vendor-index.xml, the
 *           metadata of a VIB, vmware.xml
 *
 * Source: bundle.5. Readers take elements in any order and pass over what they do
 * not know; what must be there and is not is EK_EFORMAT with ESXi's text. Texts
 * are owned by the structs, "" where an element is empty or may be absent.
 */
#ifndef EK_DEPOT_H
#define EK_DEPOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ek/bulletin.h"
#include "ek/vibdesc.h"

struct ek_err;

/* Vendors of an index, metadata of a vendor. */
#define EK_DEPOT_MAX 256u

struct ek_depot_vendor {
	char *name, *code, *index, *path; /* indexfile, relativePath */
};
struct ek_depot_vendors {
	struct ek_depot_vendor *v;
	size_t n;
};

struct ek_depot_meta {
	char *product, *version, *url;
};
struct ek_depot_metas {
	struct ek_depot_meta *v;
	size_t n;
};

/* What the metadata of a VIB has more than its descriptor. */
struct ek_depot_vib {
	char *path;    /* relative-path */
	bool has_size;
	uint64_t size; /* packed-size */
	char *sha256;  /* of the .vib; NULL: not told */
};

/* Each is filled, or left cleared on failure; name is for messages. */
int ek_depot_vendors_parse(struct ek_depot_vendors *l, const char *name,
			   const char *text, size_t len, struct ek_err *err);
int ek_depot_metas_parse(struct ek_depot_metas *l, const char *name,
			 const char *text, size_t len, struct ek_err *err);
int ek_depot_vib_parse(struct ek_depot_vib *v, const char *name,
		       const char *text, size_t len, struct ek_err *err);
void ek_depot_vendors_clear(struct ek_depot_vendors *l);
void ek_depot_metas_clear(struct ek_depot_metas *l);
void ek_depot_vib_clear(struct ek_depot_vib *v);

/* ---- writing ------------------------------------------------------------
 * Lack of memory sticks in out. */

/* A VIB of a bundle; all borrowed. */
struct ek_depot_item {
	const struct ek_vibdesc *d;
	const char *id;
	const char *path;   /* in the bundle */
	uint64_t size;      /* of the .vib, as sha256 */
	const char *sha256;
};

/* One vendor, whose code is made of its name. */
void ek_depot_index_write(struct ek_buf *out, const char *vendor);
/* platforms: the versions, "8.0". */
void ek_depot_metas_write(struct ek_buf *out, const struct ek_strs *platforms);
/* The database form and three elements more. */
int ek_depot_vib_write(struct ek_buf *out, const struct ek_depot_item *item,
		       struct ek_err *err);
/* vmware.xml; the VIBs of the bulletins are looked up in items, which are sorted
 * by id. */
void ek_depot_summary_write(struct ek_buf *out, int64_t when,
			    const struct ek_bulletin *bulletins, size_t n,
			    const struct ek_depot_item *items, size_t n_items);

#endif /* EK_DEPOT_H */
