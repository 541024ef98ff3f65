/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * imgvib.h - the VIBs of an installer image, put together again from its
 *            database and its payload files, and each one proved
 *
 * Source: bundle.5, "Profiles in a bundle", and imgdb.5. descriptor.xml is
 * VIB.orig of the database, and must say what its XML does; where there is none
 * (or an empty one) and no signature either, the XML of the database. sig.pkcs7
 * is VIB.sig. A payload is the file that the profile names for it, found as
 * ek_image_module() does (of type boot: the one in imgpayld.tgz, imgpayld.h; a
 * loader may lie in the root or /EFI/BOOT under the name of the payload);
 * it is proved when its bytes have the digests of the descriptor (paysum.h), a
 * plain sha-256 among them. Nothing of a payload is held in memory.
 */
#ifndef EK_IMGVIB_H
#define EK_IMGVIB_H

#include <stddef.h>

struct ek_dbvib;
struct ek_err;
struct ek_image;
struct ek_imgdb;
struct ek_out;
struct ek_strs;

struct ek_imgvibs; /* opaque */

/*
 * Open the image's database. img is borrowed until free. Refused: no database,
 * no profile or several.
 */
int ek_imgvibs_new(struct ek_imgvibs **out, struct ek_image *img,
		   struct ek_err *err);
void ek_imgvibs_free(struct ek_imgvibs **v); /* *v may be NULL */

const struct ek_imgdb *ek_imgvibs_db(const struct ek_imgvibs *v);

/*
 * The VIBs of the profile, sorted by id. Those that it names and the database
 * does not have are in ek_imgvibs_missing().
 */
size_t ek_imgvibs_count(const struct ek_imgvibs *v);
const struct ek_dbvib *ek_imgvibs_at(const struct ek_imgvibs *v, size_t i);
const struct ek_strs *ek_imgvibs_missing(const struct ek_imgvibs *v);

/* The bytes of its descriptor.xml as ek_imgvibs_write() will put them in,
 * borrowed from the database. */
const char *ek_imgvibs_descriptor(const struct ek_imgvibs *v, size_t i,
				  size_t *len);

/*
 * Read every payload of VIB i. EK_OK: proved. EK_EREFUSE and the reason, which
 * names payload and file: a file that is not on the image, other bytes than the
 * digests say, no plain digest to prove them by, a signature without the
 * descriptor it was made over, a descriptor that is not the VIB's. Other codes
 * are damage or failures of the system.
 */
int ek_imgvibs_prove(struct ek_imgvibs *v, size_t i, struct ek_err *err);

/*
 * Write VIB i, which was proved: the same bytes each time. A payload whose
 * bytes are not (any more) those of its plain sha-256 is EK_EREFUSE, one with
 * more of them EK_EREFUSE or EK_EFORMAT, one that is gone EK_ESYS; throw away
 * then what was written. out is borrowed.
 */
int ek_imgvibs_write(struct ek_imgvibs *v, size_t i, struct ek_out *out,
		     struct ek_err *err);

#endif /* EK_IMGVIB_H */
