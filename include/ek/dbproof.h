/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dbproof.h - names in an image database, computed anew (imgdb.5, "File names",
 *             "Local names")
 *
 * A proof on databases of others, not a step of any work. No reader looks at the
 * number in the name of a file, and since 7.0 it is a random one. The names of
 * payloads do count; they are computed as for an image that is made at once,
 * so that one to which VIBs were added later may differ.
 */
#ifndef EK_DBPROOF_H
#define EK_DBPROOF_H

#include <stdbool.h>
#include <stddef.h>

#include "ek/buf.h"

struct ek_err;
struct ek_imgdb;

struct ek_dbproof_row {
	char *vib, *payload, *name, *computed; /* owned */
};

struct ek_dbproof {
	size_t vibs, vibs32, vibs64; /* files; named by the hash of so many bits */
	bool profile32, profile64;
	size_t names; /* of payloads */
	struct ek_dbproof_row *differ; /* owned; in order of VIB and payload */
	size_t n_differ;
	char *why; /* owned; names cannot be computed, and this is why; or NULL */
};

/* A database without exactly one profile is EK_EREFUSE. p is to be cleared
 * whatever comes back. */
int ek_dbproof_run(struct ek_dbproof *p, const struct ek_imgdb *db,
		   struct ek_err *err);
void ek_dbproof_clear(struct ek_dbproof *p);

/* All names of payloads are as computed. */
bool ek_dbproof_good(const struct ek_dbproof *p);

void ek_dbproof_text(const struct ek_dbproof *p, struct ek_buf *out);
void ek_dbproof_json(const struct ek_dbproof *p, struct ek_buf *out);

/* All of it: run, show, and EK_EREFUSE (and out is whole) where it is not good. */
int ek_dbproof_report(const struct ek_imgdb *db, bool json, struct ek_buf *out,
		      struct ek_err *err);

#endif /* EK_DBPROOF_H */
