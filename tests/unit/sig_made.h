/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sig_made.h - keys and certificates for tests, made by code: a CA and signers
 *              below it, as PEM texts
 */
#ifndef SIG_MADE_H
#define SIG_MADE_H

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "ek/buf.h"

struct made_cert {
	EVP_PKEY *key;
	X509 *cert;
	struct ek_buf key_pem, cert_pem;
};

static void made_pem(struct ek_buf *out, BIO *b)
{
	char *p;
	long n = BIO_get_mem_data(b, &p);

	ek_buf_add(out, p, (size_t)n);
	BIO_free(b);
}

static void made_name(X509_NAME *name, const char *field, const char *text)
{
	if (text != NULL)
		X509_NAME_add_entry_by_txt(name, field, MBSTRING_ASC,
					   (const unsigned char *)text, -1, -1,
					   0);
}

/* by NULL: self-signed. It ended in 1971, as that of ESXi 6.7 has ended. */
static void made_any(struct made_cert *c, const char *org, const char *unit,
		     const char *cn, const struct made_cert *by, bool ca)
{
	X509_EXTENSION *ext;
	X509_NAME *name;
	BIO *b;

	memset(c, 0, sizeof(*c));
	c->key = EVP_RSA_gen(2048);
	c->cert = X509_new();
	X509_set_version(c->cert, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(c->cert), 0x4711);
	ASN1_TIME_set(X509_getm_notBefore(c->cert), 0);
	ASN1_TIME_set(X509_getm_notAfter(c->cert), 31536000);
	X509_set_pubkey(c->cert, c->key);
	name = X509_get_subject_name(c->cert);
	made_name(name, "O", org);
	made_name(name, "OU", unit);
	made_name(name, "CN", cn);
	X509_set_issuer_name(c->cert, X509_get_subject_name(
		by != NULL ? by->cert : c->cert));
	if (ca) {
		ext = X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints,
					  "critical,CA:TRUE");
		X509_add_ext(c->cert, ext, -1);
		X509_EXTENSION_free(ext);
	}
	X509_sign(c->cert, by != NULL ? by->key : c->key, EVP_sha256());
	b = BIO_new(BIO_s_mem());
	PEM_write_bio_PrivateKey(b, c->key, NULL, NULL, 0, NULL, NULL);
	made_pem(&c->key_pem, b);
	b = BIO_new(BIO_s_mem());
	PEM_write_bio_X509(b, c->cert);
	made_pem(&c->cert_pem, b);
}

static void made_cert(struct made_cert *c, const char *org, const char *unit,
		      const char *cn, const struct made_cert *by)
{
	made_any(c, org, unit, cn, by, by == NULL);
}

/* One that may sign certificates. */
static inline void made_ca(struct made_cert *c, const char *org,
			   const char *unit, const char *cn,
			   const struct made_cert *by)
{
	made_any(c, org, unit, cn, by, true);
}

static void made_cert_free(struct made_cert *c)
{
	EVP_PKEY_free(c->key);
	X509_free(c->cert);
	ek_buf_free(&c->key_pem);
	ek_buf_free(&c->cert_pem);
}

#endif /* SIG_MADE_H */
