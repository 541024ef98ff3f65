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

#include <openssl/pem.h>
#include <openssl/pkcs7.h>

#include "testkey.h"

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
		sig_die("unknown shape");
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
