/* SPDX-License-Identifier: BSD-2-Clause */
/* digest.h - SHA-1 and SHA-256 (libcrypto), also of a stream as it passes */
#ifndef EK_DIGEST_H
#define EK_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ek_err;
struct ek_in;
struct ek_out;

enum ek_digest_kind { EK_SHA1, EK_SHA256 };

/* Lower-case hex and its NUL, of the longest. */
#define EK_DIGEST_HEX 65

struct ek_digest; /* opaque */

int ek_digest_new(struct ek_digest **d, enum ek_digest_kind kind,
		  struct ek_err *err);
void ek_digest_update(struct ek_digest *d, const void *data, size_t len);
/* The result so far as hex; d can go on. A failure of libcrypto sticks and is
 * EK_ESYS. */
int ek_digest_hex(struct ek_digest *d, char hex[EK_DIGEST_HEX],
		  struct ek_err *err);
void ek_digest_free(struct ek_digest *d);

int ek_digest_mem(enum ek_digest_kind kind, const void *data, size_t len,
		  char hex[EK_DIGEST_HEX], struct ek_err *err);

/* A stream that hands on from's bytes and updates d1 and d2 (each may be NULL)
 * with what is taken of it. from is borrowed, read ahead, and not closed. */
int ek_in_open_digest(struct ek_in **in, struct ek_in *from,
		      struct ek_digest *d1, struct ek_digest *d2,
		      struct ek_err *err);
/* The same for output: hands on to to, which is borrowed. */
int ek_out_open_digest(struct ek_out **out, struct ek_out *to,
		       struct ek_digest *d1, struct ek_digest *d2,
		       struct ek_err *err);

/*
 * A stream of the next len bytes of from (UINT64_MAX: of all), which is owned and
 * closed with it, also where this call fails. At their end they must have this
 * SHA-256: else EK_EREFUSE, "'name' was changed while it was read". sha256 is
 * borrowed until close.
 */
int ek_in_open_expect(struct ek_in **in, struct ek_in *from, uint64_t len,
		      const char *sha256, struct ek_err *err);

/* Compare hex, case folded. */
bool ek_digest_equal(const char *a, const char *b);

#endif /* EK_DIGEST_H */
