/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * paysum.h - are these the bytes that a payload's checksums speak of
 *
 * Source: vib.5, "Checksums". A VIB's payload is bound to its descriptor, and
 * so to the signature, by nothing else.
 */
#ifndef EK_PAYSUM_H
#define EK_PAYSUM_H

#include <stdbool.h>

#include "ek/vibdesc.h"

struct ek_err;
struct ek_in;
struct ek_out;

/* What could not be checked. */
enum ek_unchecked {
	EK_NO_SUMS = 1, /* the descriptor has no checksum of it */
};

/*
 * Read in to its end, as the file of payload p, copy it to out (NULL: nowhere;
 * borrowed; its failures stick there) and check it: the size that p tells, each
 * checksum of type sha-256 or sha-1 over the bytes and (gunzip) over what is in
 * all layers, sha-256-gunzip1 over what is in the outer one, and where one of
 * these looks inside, uncompressed-size over what is in all. Whether gunzip of
 * 6.5 to 7.0 means the xz layer as well is not known: there either will do.
 * A difference is EK_EREFUSE and names file, payload, the declared and the
 * computed digest. Checksums without a plain sha-256 among them and those of an
 * unknown type are EK_EREFUSE as well, as ESXi refuses them. Sums of another
 * verify-process (txt-mle) are passed over: the plain one binds the bytes.
 *
 * file is for messages; *unchecked (may be NULL) becomes a mask of enum
 * ek_unchecked. What was written to out must be thrown away on failure.
 */
int ek_paysum_copy(const struct ek_payload *p, const char *file,
		   struct ek_in *in, struct ek_out *out, unsigned *unchecked,
		   struct ek_err *err);

/* Digests of a payload that is made: of the file, and for a compressed one of
 * what is in all layers and (zstd) in the outer one; all borrowed. */
struct ek_paysums {
	bool compressed, zstd;
	const char *sha256, *inside_sha256, *inside_sha1, *gunzip1_sha256;
};

/* Give p, which has none, the checksums in the order of vib.5, "Checksums";
 * gunzip256: those of 6.7 and later. */
int ek_paysums_add(struct ek_payload *p, bool gunzip256,
		   const struct ek_paysums *s, struct ek_err *err);

#endif /* EK_PAYSUM_H */
