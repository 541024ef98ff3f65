/* SPDX-License-Identifier: BSD-2-Clause */
/* imgvib_int.h - what the parts of imgvib.h share */
#ifndef EK_IMGVIB_INT_H
#define EK_IMGVIB_INT_H

#include <stddef.h>

#include "ek/buf.h"

struct ek_dbvib;
struct ek_err;
struct ek_image;
struct ek_imgdb;
struct ek_imgpayld;
struct ek_profile;

struct ek_imgvibs {
	struct ek_image *img; /* borrowed */
	struct ek_imgdb *db;
	const struct ek_profile *p; /* the database's */
	const struct ek_dbvib **v;  /* sorted by id; the database's */
	size_t n;
	struct ek_strs missing;
	struct ek_imgpayld *boot; /* NULL: not read yet */
};

/* The bytes of sig.pkcs7, borrowed; length 0: not signed. */
const char *ek_imgvib_sig(const struct ek_dbvib *d, size_t *len);
/* Do XML, .orig and .sig make one VIB? From then on d->d tells of what
 * ek_imgvibs_descriptor() gives. */
int ek_imgvib_check(const struct ek_dbvib *d, struct ek_err *err);

#endif /* EK_IMGVIB_INT_H */
