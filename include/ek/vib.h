/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vib.h - VIB packages: open one from a stream, write one; and what kind of
 *         package a file is (vib.5)
 */
#ifndef EK_VIB_H
#define EK_VIB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ek/vibdesc.h"

struct ek_buf;
struct ek_err;
struct ek_in;
struct ek_json;
struct ek_out;

/* ---- what is this file -------------------------------------------------- */

enum ek_kind {
	EK_KIND_UNKNOWN,
	EK_KIND_VIB,        /* "vib" */
	EK_KIND_VIB4,       /* "vib-4x": of ESX 4.x, also a Debian package */
	EK_KIND_DRIVER,     /* "driver": gzip'ed tar with a vmkernel module or a
	                     * driver map, of ESXi 4.x as well */
	EK_KIND_IMGDB,      /* "imgdb": gzip'ed tar with var/db/esximg */
	EK_KIND_TGZ,        /* "tgz": any other gzip'ed tar */
	EK_KIND_TAR,        /* "tar": not compressed, or in xz or zstd */
	EK_KIND_VMTAR,      /* "vmtar": bare or in any layers */
	EK_KIND_BUNDLE,     /* "bundle": zip of an offline bundle */
	EK_KIND_ZIP,        /* "zip": any other */
	EK_KIND_ISO,        /* "iso" */
	EK_KIND_DESCRIPTOR, /* "descriptor": XML with root vib */
	EK_KIND_PROFILE,    /* "profile": XML with root imageprofile */
	EK_KIND_XZ, EK_KIND_ZSTD, /* "xz", "zstd": of something else */
	EK_KIND_GZIP,       /* "gzip": of something else */
};

/*
 * Tell by content alone. in is read as far as needed, a gzip'ed tar and a zip
 * to the end where need be; so it may be a pipe, but is used up. Input that
 * begins as a kind and then is damaged, as far as that was read, is EK_EFORMAT.
 * A zip is looked through by its local headers; anything not known is
 * EK_KIND_UNKNOWN and EK_OK.
 */
int ek_kind_of(struct ek_in *in, enum ek_kind *kind, struct ek_err *err);
const char *ek_kind_name(enum ek_kind kind); /* the word above; "unknown" */
/* The same, in is read to its end, and file, kind, size and sha256 become an
 * object of the JSON array that is open. */
int ek_kind_json(struct ek_in *in, enum ek_kind *kind, struct ek_json *j,
		 struct ek_err *err);

/* ---- reading ------------------------------------------------------------ */

/* Longest sig.pkcs7 taken; real ones have some 6,000 bytes. */
#define EK_VIB_SIG_MAX (1u << 20)

struct ek_vib; /* opaque */

/*
 * Read descriptor and signature from in, which is borrowed until close and may
 * be a pipe. What ESXi refuses with VibFormatError is EK_EFORMAT with its text
 * (vib.5, "Opening the file"); two payloads of one name, and one named like
 * the first two members, are refused too: one of them could not be told.
 */
int ek_vib_open(struct ek_vib **out, struct ek_in *in, struct ek_err *err);

/* Each borrowed until close. The descriptor's bytes are what a signature is
 * made over: carry them along as they are. sig has len 0 when unsigned. */
const struct ek_vibdesc *ek_vib_desc(const struct ek_vib *v);
const char *ek_vib_id(const struct ek_vib *v);
const char *ek_vib_descriptor(const struct ek_vib *v, size_t *len);
const char *ek_vib_signature(const struct ek_vib *v, size_t *len);

struct ek_vib_member {
	const char *name;                 /* borrowed until the next call */
	const struct ek_payload *payload; /* NULL: no payload has this name */
	uint64_t size;                    /* of the member */
	uint64_t offset;                  /* of its data in the file */
	struct ek_in *data;               /* the vib's, until the next call */
};

/*
 * The next member behind the first two, in the file's order. EK_END after the
 * last: then every payload has been met, else it is EK_EFORMAT ("Could not find
 * file object for payload 'x'."). A name met twice is EK_EFORMAT.
 */
int ek_vib_next(struct ek_vib *v, struct ek_vib_member *m, struct ek_err *err);

/*
 * All the data of the member just given, to out (NULL: nowhere; borrowed). That
 * of a payload is checked on the way: ek_paysum_copy() tells how, and what
 * *unchecked (may be NULL) means. Nothing binds the bytes of other members.
 */
int ek_vib_copy(struct ek_vib *v, struct ek_out *out, unsigned *unchecked,
		struct ek_err *err);

/* Walk to the end and check every payload so. */
int ek_vib_verify(struct ek_vib *v, struct ek_err *err);

/* Walk to the end without reading data that can be passed over: is the archive
 * whole, and every payload's member in it. */
int ek_vib_finish(struct ek_vib *v, struct ek_err *err);

/*
 * The same, and everything known of the VIB as members of the JSON object that
 * is open, or as text for a person (vib-info.1): every payload is read and looked
 * into. What is in a payload and cannot be understood is no failure: odd->code
 * and its text tell of the first such, and the rest is shown.
 */
int ek_vib_json(struct ek_vib *v, struct ek_json *j, struct ek_err *odd,
		struct ek_err *err);
int ek_vib_text(struct ek_vib *v, struct ek_buf *out, struct ek_err *odd,
		struct ek_err *err);

/*
 * The files, sorted, one a line: path, tab, the payload that holds it or "-", and
 * where list and payloads differ a tab and "not listed" or "not there". differ
 * becomes their number.
 */
int ek_vib_files(struct ek_vib *v, struct ek_buf *out, size_t *differ,
		 struct ek_err *odd, struct ek_err *err);

void ek_vib_close(struct ek_vib **v); /* *v may be NULL, and becomes it */

/* ---- writing ------------------------------------------------------------ */

/* Where a payload's bytes come from: exactly size of them. */
struct ek_vib_source {
	const char *name;
	uint64_t size;
	int (*open)(void *ctx, struct ek_in **in, struct ek_err *err);
	void *ctx;
};

/*
 * Descriptor and signature as they are, then the payloads in byte order of
 * their names, whatever the order of src. Sources are opened one at a time, and
 * closed. A source that is shorter or longer than its size is EK_EFORMAT; two
 * of one name, or a name that no VIB can have, EK_EARG. out is borrowed.
 */
int ek_vib_write(struct ek_out *out, const char *desc, size_t desc_len,
		 const char *sig, size_t sig_len,
		 const struct ek_vib_source *src, size_t n, struct ek_err *err);

#endif /* EK_VIB_H */
