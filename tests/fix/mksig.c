/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mksig.c - sign, with a key that is the same everywhere, in stated ways
 *
 *	mksig [shape]... <data >sig.pkcs7
 *
 * Same data, same shapes, same bytes; the key is computed, no file holds it.
 * Uses nothing of the library but its build.
 *
 * key cert           print these instead, as PEM
 * noattr             no signed attributes
 * content            the data inside
 * nocert             no certificate inside
 * two                signed twice
 * sha1 sha512        else sha256
 */
#include "os.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>

static void die(const char *what)
{
	fprintf(stderr, "mksig: %s\n", what);
	exit(2);
}

static void need(bool ok)
{
	if (!ok)
		die("libcrypto failed");
}

/* The first prime at or above fill, fill, fill ... that goes with e = 65537:
 * good for tests, for nothing else. */
static BIGNUM *prime(unsigned char fill, BN_CTX *ctx)
{
	unsigned char raw[64];
	BIGNUM *p;

	memset(raw, fill, sizeof(raw));
	p = BN_bin2bn(raw, sizeof(raw), NULL);
	need(p != NULL && BN_set_bit(p, 0) == 1);
	while (BN_mod_word(p, 65537) == 1 || BN_check_prime(p, ctx, NULL) != 1)
		need(BN_add_word(p, 2) == 1);
	return p;
}

static void push(OSSL_PARAM_BLD *b, const char *name, const BIGNUM *n)
{
	need(OSSL_PARAM_BLD_push_BN(b, name, n) == 1);
}

/* n, e, d and what it is computed faster with; libcrypto writes no key without
 * all of them. */
static void push_all(OSSL_PARAM_BLD *b, BIGNUM *n[8], BN_CTX *ctx)
{
	static const char *const names[8] = {
		OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_E,
		OSSL_PKEY_PARAM_RSA_D, OSSL_PKEY_PARAM_RSA_FACTOR1,
		OSSL_PKEY_PARAM_RSA_FACTOR2, OSSL_PKEY_PARAM_RSA_EXPONENT1,
		OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
	};
	BIGNUM *p1 = BN_dup(n[3]), *q1 = BN_dup(n[4]), *phi = BN_new();

	need(BN_sub_word(p1, 1) == 1 && BN_sub_word(q1, 1) == 1);
	need(BN_mul(n[0], n[3], n[4], ctx) == 1);
	need(BN_mul(phi, p1, q1, ctx) == 1 && BN_set_word(n[1], 65537) == 1);
	need(BN_mod_inverse(n[2], n[1], phi, ctx) != NULL);
	need(BN_mod(n[5], n[2], p1, ctx) == 1);
	need(BN_mod(n[6], n[2], q1, ctx) == 1);
	need(BN_mod_inverse(n[7], n[4], n[3], ctx) != NULL);
	for (int i = 0; i < 8; i++)
		push(b, names[i], n[i]);
	BN_free(p1);
	BN_free(q1);
	BN_free(phi);
}

static EVP_PKEY *make_key(void)
{
	BN_CTX *ctx = BN_CTX_new();
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *kctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	BIGNUM *n[8];
	OSSL_PARAM *params;
	EVP_PKEY *key = NULL;

	for (int i = 0; i < 8; i++)
		n[i] = i == 3 ? prime(0xe1, ctx) :
			i == 4 ? prime(0xd3, ctx) : BN_new();
	push_all(b, n, ctx);
	params = OSSL_PARAM_BLD_to_param(b);
	need(params != NULL && EVP_PKEY_fromdata_init(kctx) == 1);
	need(EVP_PKEY_fromdata(kctx, &key, EVP_PKEY_KEYPAIR, params) == 1);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(b);
	EVP_PKEY_CTX_free(kctx);
	for (int i = 0; i < 8; i++)
		BN_free(n[i]);
	BN_CTX_free(ctx);
	return key;
}

static X509 *make_cert(EVP_PKEY *key, long serial)
{
	X509 *c = X509_new();
	X509_NAME *name = X509_get_subject_name(c);

	need(X509_set_version(c, 2) == 1);
	need(ASN1_INTEGER_set(X509_get_serialNumber(c), serial) == 1);
	need(ASN1_TIME_set(X509_getm_notBefore(c), 0) != NULL);
	need(ASN1_TIME_set(X509_getm_notAfter(c), 86400) != NULL);
	need(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
		(const unsigned char *)"mksig", -1, -1, 0) == 1);
	need(X509_set_issuer_name(c, name) == 1);
	need(X509_set_pubkey(c, key) == 1);
	need(X509_sign(c, key, EVP_sha256()) > 0);
	return c;
}

struct shape {
	bool key, cert, two, content;
	int flags;
	const EVP_MD *md;
};

static void read_shape(struct shape *s, const char *word)
{
	if (strcmp(word, "key") == 0)
		s->key = true;
	else if (strcmp(word, "cert") == 0)
		s->cert = true;
	else if (strcmp(word, "two") == 0)
		s->two = true;
	else if (strcmp(word, "content") == 0)
		s->content = true;
	else if (strcmp(word, "noattr") == 0)
		s->flags |= PKCS7_NOATTR;
	else if (strcmp(word, "nocert") == 0)
		s->flags |= PKCS7_NOCERTS;
	else if (strcmp(word, "sha1") == 0)
		s->md = EVP_sha1();
	else if (strcmp(word, "sha512") == 0)
		s->md = EVP_sha512();
	else
		die("unknown shape");
}

static void add(PKCS7 *p7, X509 *cert, EVP_PKEY *key, const struct shape *s)
{
	PKCS7_SIGNER_INFO *si = PKCS7_sign_add_signer(p7, cert, key, s->md,
		s->flags | PKCS7_BINARY | PKCS7_NOSMIMECAP);

	need(si != NULL);
	if ((s->flags & PKCS7_NOATTR) == 0)
		need(PKCS7_add0_attrib_signing_time(si,
			ASN1_TIME_set(NULL, 1700000000)) == 1);
}

static void sign(const struct shape *s, X509 *cert, EVP_PKEY *key, BIO *out)
{
	BIO *in = BIO_new_fp(stdin, BIO_NOCLOSE);
	PKCS7 *p7 = PKCS7_sign(NULL, NULL, NULL, in, PKCS7_PARTIAL |
		PKCS7_BINARY | (s->content ? 0 : PKCS7_DETACHED));
	X509 *second = make_cert(key, 2);

	need(p7 != NULL);
	add(p7, cert, key, s);
	if (s->two)
		add(p7, second, key, s);
	need(PKCS7_final(p7, in, PKCS7_BINARY) == 1);
	need(PEM_write_bio_PKCS7(out, p7) == 1);
	X509_free(second);
	PKCS7_free(p7);
	BIO_free(in);
}

int main(int argc, char **argv)
{
	struct shape s = { .md = EVP_sha256() };
	BIO *out = BIO_new_fp(stdout, BIO_NOCLOSE);
	EVP_PKEY *key = make_key();
	X509 *cert = make_cert(key, 1);

	for (int i = 1; i < argc; i++)
		read_shape(&s, argv[i]);
	if (s.key)
		need(PEM_write_bio_PrivateKey(out, key, NULL, NULL, 0, NULL,
					      NULL) == 1);
	if (s.cert)
		need(PEM_write_bio_X509(out, cert) == 1);
	if (!s.key && !s.cert)
		sign(&s, cert, key, out);
	need(BIO_flush(out) == 1);
	X509_free(cert);
	EVP_PKEY_free(key);
	BIO_free(out);
	return 0;
}
