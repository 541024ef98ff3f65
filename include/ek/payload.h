/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * payload.h - look at the file of a payload in one pass: its size and digests,
 *             those of what is in its layers, and what archive that is
 *
 * For whoever judges or compares: nothing is refused here that the bytes do not
 * force, what is wrong is kept as a text. Memory is that of the names.
 */
#ifndef EK_PAYLOAD_H
#define EK_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ek/buf.h"
#include "ek/digest.h"
#include "ek/err.h"
#include "ek/footer.h"
#include "ek/layers.h"
#include "ek/tgz.h"

struct ek_checksum;
struct ek_entry;
struct ek_in;
struct ek_payload;

enum ek_payload_holds {
	EK_HOLDS_BYTES, /* no archive */
	EK_HOLDS_VMTAR,
	EK_HOLDS_TAR,
};

struct ek_payload_look {
	/* the file as it is */
	uint64_t size;
	char sha256[EK_DIGEST_HEX], sha1[EK_DIGEST_HEX];
	/* without its layers; digests are "" where layers_rc is not EK_OK */
	bool gzip;        /* the outermost layer is gzip */
	char layers[EK_LAYERS_NAMES]; /* "gzip", "gzip xz", ...; "": none */
	struct ek_footer footer;      /* the signature behind it, if any */
	int layers_rc;
	struct ek_err layers_why;
	uint64_t inside_size;
	char inside_sha256[EK_DIGEST_HEX], inside_sha1[EK_DIGEST_HEX];
	/* after the outer layer only; "" where there is none */
	char gunzip1_sha256[EK_DIGEST_HEX], gunzip1_sha1[EK_DIGEST_HEX];
	/* the archive; where rc is not EK_OK it is not sound, why tells, and
	 * the lists have what could be read */
	enum ek_payload_holds holds;
	int rc;
	struct ek_err why;
	struct ek_tgz_form form;     /* of a tar */
	unsigned gens;               /* of a vmtar: see ek_archive_gens() */
	struct ek_strs files;        /* every entry but directories, sorted */
	struct ek_strs dirs;         /* sorted */
	bool linux_map;  /* a driver map has a line with regtype=linux */
	bool native_map; /* ... with regtype=native */
	size_t entries;
};

/* More to see of each entry; each may be NULL. Entries come in archive order,
 * data of a vmtar by offset. */
struct ek_payload_eyes {
	/* bytes of its data to hold and hand to seen */
	size_t (*want)(void *ctx, const struct ek_entry *e);
	/* sha256 is "" for what has no data, or where digests is false */
	int (*seen)(void *ctx, const struct ek_entry *e, const void *data,
		    size_t len, const char *sha256, struct ek_err *err);
	bool digests; /* take the SHA-256 of every file inside */
	bool plain;   /* of the digests of a look only sha256; the others stay
		       * "": they take more time than all else */
	bool no_sums; /* not even that one */
	/* only those digests that its checksums speak of; NULL: all */
	const struct ek_payload *only;
	void *ctx;
};

/*
 * Read in, the file of a payload, to its end. eyes may be NULL. What fails is in
 * itself (it ends before its end), the system, and eyes; l is to be cleared in
 * any case.
 */
int ek_payload_look(struct ek_in *in, const struct ek_payload_eyes *eyes,
		    struct ek_payload_look *l, struct ek_err *err);
void ek_payload_look_clear(struct ek_payload_look *l);

/*
 * What checksum s of the payload speaks of, as it was computed: of the file, of
 * what is in its layers, or in the outer one. NULL: s is of a kind that is not
 * computed, or was not asked for, or the layers could not be read.
 */
const char *ek_payload_digest(const struct ek_payload_look *l,
			      const struct ek_checksum *s);
/* Is it that? gunzip of a module that is xz may mean all layers, or gunzip and
 * no more; nobody has seen one with its descriptor (paysum.h). */
bool ek_payload_fits(const struct ek_payload_look *l,
		     const struct ek_checksum *s);

#endif /* EK_PAYLOAD_H */
