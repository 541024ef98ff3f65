/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * testkey.h - a key that is the same everywhere, and a certificate of it: for
 *             the fixtures, for nothing else. It is computed, no file holds it.
 */
#ifndef TESTKEY_H
#define TESTKEY_H

#include <stdio.h>
#include <stdlib.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>

static void sig_die(const char *what)
{
	fprintf(stderr, "test key: %s\n", what);
	exit(2);
}

static void need(bool ok)
{
	if (!ok)
		sig_die("libcrypto failed");
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

#endif /* TESTKEY_H */
