/* SPDX-License-Identifier: BSD-2-Clause */
/* sig_make.c - PKCS#7 signatures of VIB descriptors (libcrypto): make */
#include "os.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/sig.h"
#include "sig_int.h"

struct maker {
	const struct ek_sig_key *k;
	EVP_PKEY *key;
	STACK_OF(X509) *certs; /* the first one signs */
	PKCS7 *p7;
	bool asked; /* the key wants a passphrase */
};

static int no_memory(struct ek_err *err)
{
	ERR_clear_error();
	errno = ENOMEM;
	return ek_fail_sys(err, "signature");
}

/* pem_password_cb: nobody is asked, this runs in Makefiles. */
static int passphrase(char *buf, int size, int rwflag, void *ctx)
{
	struct maker *m = ctx;

	(void)rwflag;
	if (size > 0)
		buf[0] = '\0';
	m->asked = true;
	return -1;
}

static BIO *memory(const void *data, size_t len)
{
	return len <= EK_SIG_PEM_MAX ? BIO_new_mem_buf(data, (int)len) : NULL;
}

static int read_key(struct maker *m, struct ek_err *err)
{
	BIO *in = memory(m->k->key, m->k->key_len);

	if (in != NULL)
		m->key = PEM_read_bio_PrivateKey(in, NULL, passphrase, m);
	BIO_free(in);
	ERR_clear_error();
	if (m->key != NULL)
		return EK_OK;
	if (m->asked)
		return ek_fail(err, EK_EARG, "the key '%s' has a passphrase:"
			       " take it off (openssl pkey -in ... -out ...)",
			       m->k->key_name);
	return ek_fail(err, EK_EARG, "'%s' is no private key in PEM",
		       m->k->key_name);
}

static int check_pair(const struct maker *m, struct ek_err *err)
{
	int same = X509_check_private_key(sk_X509_value(m->certs, 0), m->key);

	ERR_clear_error();
	if (same == 1)
		return EK_OK;
	return ek_fail(err, EK_EARG, "the certificate '%s' is not that of the"
		       " key '%s'", m->k->cert_name, m->k->key_name);
}

/* The signer, and the time as it was told: else libcrypto takes the clock. */
static bool add_signer(struct maker *m)
{
	PKCS7_SIGNER_INFO *si;
	ASN1_TIME *t;

	si = PKCS7_sign_add_signer(m->p7, sk_X509_value(m->certs, 0), m->key,
				   EVP_sha256(), PKCS7_BINARY | PKCS7_NOSMIMECAP);
	if (si == NULL)
		return false;
	t = ASN1_TIME_set(NULL, (time_t)m->k->time);
	if (t == NULL)
		return false;
	if (PKCS7_add0_attrib_signing_time(si, t) != 1) {
		ASN1_TIME_free(t);
		return false;
	}
	return true;
}

static bool sign(struct maker *m, const void *data, size_t len)
{
	BIO *in = BIO_new_mem_buf(data, (int)len);
	bool ok;

	m->p7 = PKCS7_new();
	ok = in != NULL && m->p7 != NULL &&
		PKCS7_set_type(m->p7, NID_pkcs7_signed) == 1 &&
		PKCS7_content_new(m->p7, NID_pkcs7_data) == 1 &&
		add_signer(m);
	for (int i = 1; ok && i < sk_X509_num(m->certs); i++)
		ok = PKCS7_add_certificate(m->p7,
					   sk_X509_value(m->certs, i)) == 1;
	ok = ok && PKCS7_set_detached(m->p7, 1) == 1 &&
		PKCS7_final(m->p7, in, PKCS7_BINARY | PKCS7_DETACHED) == 1;
	BIO_free(in);
	return ok;
}

static int write_pem(const struct maker *m, struct ek_buf *out,
		     struct ek_err *err)
{
	BIO *b = BIO_new(BIO_s_mem());
	char *p;
	long n;

	if (b == NULL || PEM_write_bio_PKCS7(b, m->p7) != 1) {
		BIO_free(b);
		return no_memory(err);
	}
	n = BIO_get_mem_data(b, &p);
	ek_buf_add(out, p, (size_t)n);
	BIO_free(b);
	return ek_buf_check(out, "signature", err);
}

int ek_sig_make(const struct ek_sig_key *k, const void *data, size_t len,
		struct ek_buf *out, struct ek_err *err)
{
	struct maker m = { .k = k };
	int rc = len <= INT32_MAX ? EK_OK :
		ek_fail(err, EK_ELIMIT, "too much to sign");

	ERR_clear_error();
	if (rc == EK_OK)
		rc = read_key(&m, err);
	if (rc == EK_OK)
		rc = ek_sig_certs(&m.certs, k->cert_name, k->cert, k->cert_len,
				  EK_EARG, err);
	if (rc == EK_OK)
		rc = check_pair(&m, err);
	if (rc == EK_OK && !sign(&m, data, len)) {
		unsigned long e = ERR_peek_last_error();
		const char *why = ERR_reason_error_string(e);

		rc = ek_fail(err, EK_EARG, "cannot sign with the key '%s': %s",
			     k->key_name, why != NULL ? why : "no reason");
	}
	if (rc == EK_OK)
		rc = write_pem(&m, out, err);
	ERR_clear_error();
	PKCS7_free(m.p7);
	sk_X509_pop_free(m.certs, X509_free);
	EVP_PKEY_free(m.key);
	return rc;
}
