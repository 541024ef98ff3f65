/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sig.h - PKCS#7 signatures of VIB descriptors: make, read, verify (libcrypto)
 *
 * Source: vib.5, "Signatures". A signature is detached SignedData over the
 * exact bytes of descriptor.xml, as PEM with the label PKCS7. Nothing here
 * opens a file: PEM texts are handed over as bytes.
 */
#ifndef EK_SIG_H
#define EK_SIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ek_buf;
struct ek_err;

/* Accepted: bytes of a key, of a certificate file. */
#define EK_SIG_PEM_MAX (1u << 20)

/* ---- reading ------------------------------------------------------------ */

struct ek_sig; /* opaque */

/*
 * Parse sig.pkcs7. EK_EFORMAT where it is not PEM with the label PKCS7 and
 * SignedData inside, the message holding ESXi's text; name ("x.vib:sig.pkcs7")
 * is for messages. Bytes behind the PEM other than white space are EK_EFORMAT.
 */
int ek_sig_parse(struct ek_sig **out, const char *name, const void *pem,
		 size_t len, struct ek_err *err);
void ek_sig_free(struct ek_sig **s); /* *s may be NULL, and becomes it */

/* Who says that he signed it; nothing of this is proved. */
struct ek_signer {
	bool has_cert;       /* his certificate is inside: ESXi 6.7 crashes
			      * where it is not */
	const char *subject; /* RFC 2253, escaped to printable ASCII; borrowed,
			      * "" without a certificate */
	const char *issuer;
	const char *serial;  /* hex */
	const char *digest;  /* "sha256" */
	int64_t not_before, not_after; /* seconds since 1970; not enforced */
	bool self_signed;
	bool acceptance;     /* subject with O=VMware Inc and OU=Acceptance
			      * Signing, any case: signs level accepted */
};
const struct ek_signer *ek_sig_signer(const struct ek_sig *s);

/* ---- trust -------------------------------------------------------------- */

struct ek_sigtrust; /* certificates that are trusted; opaque */
int ek_sigtrust_new(struct ek_sigtrust **t, struct ek_err *err);
/* Add every certificate of a PEM text; none in it is EK_EFORMAT. */
int ek_sigtrust_add(struct ek_sigtrust *t, const char *name, const void *pem,
		    size_t len, struct ek_err *err);
/* A new one with all of n files; NULL where n is 0. */
int ek_sigtrust_read(struct ek_sigtrust **t, char *const *paths, size_t n,
		     struct ek_err *err);
void ek_sigtrust_free(struct ek_sigtrust **t);

enum ek_sig_verdict {
	EK_SIG_GOOD,      /* covers the bytes; and the signer is trusted, where
			   * trust was given */
	EK_SIG_NO_CERT,   /* the signer's certificate is not inside */
	EK_SIG_MISMATCH,  /* it does not fit these bytes */
	EK_SIG_UNTRUSTED, /* it fits, the chain leads to nobody trusted */
};
/*
 * Is it a signature over these bytes; trust NULL: by whomsoever. The chain is
 * checked for any purpose and without regard to dates, as ESXi does. why (may
 * be NULL) gets libcrypto's reason, "" where good. A failure is one of the
 * system only.
 */
int ek_sig_verify(const struct ek_sig *s, const void *data, size_t len,
		  const struct ek_sigtrust *trust, enum ek_sig_verdict *verdict,
		  char why[256], struct ek_err *err);

/* ---- making ------------------------------------------------------------- */

/*
 * Sign len bytes of data with a PEM private key and its PEM certificate (the
 * first in cert signs, the others are put in as well): detached, sha-256,
 * binary, PEM with the label PKCS7 into out. time is signingTime, so that the
 * same input gives the same bytes (with RSA PKCS#1 v1.5). EK_EARG, naming the
 * file, where key or certificate cannot be read, want a passphrase, or do not
 * belong together.
 */
struct ek_sig_key {
	const char *key_name, *cert_name; /* for messages */
	const void *key, *cert;
	size_t key_len, cert_len;
	int64_t time;
};
int ek_sig_make(const struct ek_sig_key *k, const void *data, size_t len,
		struct ek_buf *out, struct ek_err *err);

#endif /* EK_SIG_H */
