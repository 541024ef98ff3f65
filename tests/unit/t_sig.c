/* SPDX-License-Identifier: BSD-2-Clause */
/* t_sig.c - unit tests of sig.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <openssl/pkcs7.h>
#include <openssl/ui.h>

#include "ek/err.h"
#include "ek/sig.h"
#include "sig_made.h"

static const char text[] = "<vib version=\"5.0\"><name>x</name></vib>";

enum { LEN = sizeof(text) - 1 };

struct world {
	struct made_cert ca, signer, other, accept;
	struct ek_buf pem; /* signature of signer over text */
};

static int make(const struct made_cert *c, int64_t time, struct ek_buf *out,
		struct ek_err *err)
{
	const struct ek_sig_key k = {
		.key_name = "key.pem", .cert_name = "cert.pem",
		.key = c->key_pem.p, .key_len = c->key_pem.len,
		.cert = c->cert_pem.p, .cert_len = c->cert_pem.len,
		.time = time,
	};

	return ek_sig_make(&k, text, LEN, out, err);
}

/* Whoever opens a terminal fails the test, with a terminal there or without. */
static int terminal(UI *ui)
{
	(void)ui;
	fail_msg("a passphrase was asked for");
	return 0;
}

static int setup(void **state)
{
	static struct world w;
	UI_METHOD *nobody = UI_create_method("nobody");

	UI_method_set_opener(nobody, terminal);
	UI_set_default_method(nobody);

	made_cert(&w.ca, "Test", NULL, "Test CA", NULL);
	made_cert(&w.signer, "Acme, Inc.", "Builds", "signer", &w.ca);
	made_cert(&w.other, "Test", NULL, "Test CA", NULL);
	made_cert(&w.accept, "VMWARE inc", "acceptance signing", "a", &w.ca);
	*state = &w;
	return make(&w.signer, 1700000000, &w.pem, NULL);
}

static int teardown(void **state)
{
	struct world *w = *state;
	const UI_METHOD *nobody = UI_get_default_method();

	UI_set_default_method(NULL);
	UI_destroy_method((UI_METHOD *)(uintptr_t)nobody);
	made_cert_free(&w->ca);
	made_cert_free(&w->signer);
	made_cert_free(&w->other);
	made_cert_free(&w->accept);
	ek_buf_free(&w->pem);
	return 0;
}

static enum ek_sig_verdict verdict(const void *pem, size_t pem_len,
				   const void *data, size_t len,
				   const struct made_cert *ca, char why[256])
{
	struct ek_sigtrust *t = NULL;
	enum ek_sig_verdict v;
	struct ek_sig *s;

	assert_int_equal(ek_sig_parse(&s, "sig", pem, pem_len, NULL), EK_OK);
	if (ca != NULL) {
		assert_int_equal(ek_sigtrust_new(&t, NULL), EK_OK);
		assert_int_equal(ek_sigtrust_add(t, "ca", ca->cert_pem.p,
						 ca->cert_pem.len, NULL),
				 EK_OK);
	}
	assert_int_equal(ek_sig_verify(s, data, len, t, &v, why, NULL), EK_OK);
	ek_sigtrust_free(&t);
	ek_sig_free(&s);
	return v;
}

static void test_round_trip(void **state)
{
	struct world *w = *state;
	char why[256];

	assert_int_equal(verdict(w->pem.p, w->pem.len, text, LEN, NULL, why),
			 EK_SIG_GOOD);
	assert_string_equal(why, "");
	assert_true(strncmp(w->pem.p, "-----BEGIN PKCS7-----\n", 22) == 0);
	/* the certificates ended long ago, which does not matter */
	assert_int_equal(verdict(w->pem.p, w->pem.len, text, LEN, &w->ca, why),
			 EK_SIG_GOOD);
	/* who is trusted himself needs no chain */
	assert_int_equal(verdict(w->pem.p, w->pem.len, text, LEN, &w->signer,
				 why), EK_SIG_GOOD);
}

static void test_refused(void **state)
{
	struct world *w = *state;
	char why[256], other[LEN];

	memcpy(other, text, LEN);
	other[7] ^= 1;
	assert_int_equal(verdict(w->pem.p, w->pem.len, other, LEN, NULL, why),
			 EK_SIG_MISMATCH);
	assert_string_not_equal(why, "");
	assert_int_equal(verdict(w->pem.p, w->pem.len, text, LEN - 1, &w->ca,
				 why), EK_SIG_MISMATCH);
	assert_int_equal(verdict(w->pem.p, w->pem.len, "", 0, NULL, why),
			 EK_SIG_MISMATCH);
	/* the same name, another key */
	assert_int_equal(verdict(w->pem.p, w->pem.len, text, LEN, &w->other,
				 why), EK_SIG_UNTRUSTED);
	assert_string_not_equal(why, "");
}

static void test_signer(void **state)
{
	struct world *w = *state;
	struct ek_buf pem = EK_BUF_INIT;
	const struct ek_signer *x;
	struct ek_sig *s;

	assert_int_equal(ek_sig_parse(&s, "sig", w->pem.p, w->pem.len, NULL),
			 EK_OK);
	x = ek_sig_signer(s);
	assert_true(x->has_cert);
	assert_string_equal(x->subject, "CN=signer,OU=Builds,O=Acme\\, Inc.");
	assert_string_equal(x->issuer, "CN=Test CA,O=Test");
	assert_string_equal(x->serial, "4711");
	assert_string_equal(x->digest, "sha256");
	assert_int_equal(x->not_before, 0);
	assert_int_equal(x->not_after, 31536000);
	assert_false(x->self_signed);
	assert_false(x->acceptance);
	ek_sig_free(&s);
	assert_null(s);
	assert_int_equal(make(&w->accept, 0, &pem, NULL), EK_OK);
	assert_int_equal(ek_sig_parse(&s, "sig", pem.p, pem.len, NULL), EK_OK);
	assert_true(ek_sig_signer(s)->acceptance);
	ek_sig_free(&s);
	ek_buf_free(&pem);
}

/* No clock, no chance. */
static void test_same_bytes(void **state)
{
	struct world *w = *state;
	struct ek_buf again = EK_BUF_INIT, later = EK_BUF_INIT;

	assert_int_equal(make(&w->signer, 1700000000, &again, NULL), EK_OK);
	assert_string_equal(again.p, w->pem.p);
	assert_int_equal(make(&w->signer, 1700000001, &later, NULL), EK_OK);
	assert_string_not_equal(later.p, w->pem.p);
	ek_buf_free(&again);
	ek_buf_free(&later);
}

/* ---- other shapes that hosts take --------------------------------------- */

/* flags of PKCS7_sign(); md NULL: sha256. */
static void shape(const struct made_cert *c, int flags, const EVP_MD *md,
		  bool content, struct ek_buf *out)
{
	BIO *in = BIO_new_mem_buf(text, LEN), *b = BIO_new(BIO_s_mem());
	PKCS7 *p7 = PKCS7_sign(NULL, NULL, NULL, in, PKCS7_PARTIAL |
			       PKCS7_BINARY | (content ? 0 : PKCS7_DETACHED));

	assert_non_null(p7);
	assert_non_null(PKCS7_sign_add_signer(p7, c->cert, c->key, md,
					      flags | PKCS7_BINARY));
	assert_int_equal(PKCS7_final(p7, in, PKCS7_BINARY), 1);
	assert_int_equal(PEM_write_bio_PKCS7(b, p7), 1);
	made_pem(out, b);
	PKCS7_free(p7);
	BIO_free(in);
}

static void test_shapes(void **state)
{
	struct world *w = *state;
	const EVP_MD *mds[] = { EVP_sha1(), EVP_sha256(), EVP_sha512() };
	char why[256];

	for (int i = 0; i < 12; i++) {
		struct ek_buf pem = EK_BUF_INIT;

		shape(&w->signer, i & 1 ? PKCS7_NOATTR : 0, mds[i / 4],
		      (i & 2) != 0, &pem);
		assert_int_equal(verdict(pem.p, pem.len, text, LEN, &w->ca,
					 why), EK_SIG_GOOD);
		assert_int_equal(verdict(pem.p, pem.len, text, LEN - 2,
					 &w->ca, why), EK_SIG_MISMATCH);
		ek_buf_free(&pem);
	}
}

static void test_no_cert(void **state)
{
	struct world *w = *state;
	struct ek_buf pem = EK_BUF_INIT;
	struct ek_sig *s;
	char why[256];

	shape(&w->signer, PKCS7_NOCERTS, NULL, false, &pem);
	assert_int_equal(verdict(pem.p, pem.len, text, LEN, &w->ca, why),
			 EK_SIG_NO_CERT);
	assert_int_equal(ek_sig_parse(&s, "sig", pem.p, pem.len, NULL), EK_OK);
	assert_false(ek_sig_signer(s)->has_cert);
	assert_string_equal(ek_sig_signer(s)->subject, "");
	ek_sig_free(&s);
	ek_buf_free(&pem);
}

static void test_two_signers(void **state)
{
	struct world *w = *state;
	BIO *in = BIO_new_mem_buf(text, LEN), *b = BIO_new(BIO_s_mem());
	PKCS7 *p7 = PKCS7_sign(w->signer.cert, w->signer.key, NULL, in,
			       PKCS7_PARTIAL | PKCS7_DETACHED | PKCS7_BINARY);
	struct ek_buf pem = EK_BUF_INIT;
	struct ek_err err = EK_ERR_INIT;
	struct ek_sig *s;

	assert_non_null(PKCS7_sign_add_signer(p7, w->other.cert, w->other.key,
					      NULL, PKCS7_BINARY));
	assert_int_equal(PKCS7_final(p7, in, PKCS7_BINARY), 1);
	assert_int_equal(PEM_write_bio_PKCS7(b, p7), 1);
	made_pem(&pem, b);
	assert_int_equal(ek_sig_parse(&s, "sig", pem.p, pem.len, &err),
			 EK_EFORMAT);
	assert_string_equal(err.msg, "'sig': it has 2 signers, and the"
			    " signature of a VIB has one");
	assert_null(s);
	PKCS7_free(p7);
	BIO_free(in);
	ek_buf_free(&pem);
}

/* ---- what is none ------------------------------------------------------- */

static void assert_bad(const char *pem, size_t len, const char *part)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_sig *s;

	assert_int_equal(ek_sig_parse(&s, "sig", pem, len, &err), EK_EFORMAT);
	assert_null(s);
	if (strstr(err.msg, part) == NULL)
		fail_msg("%s", err.msg);
}

static void test_bad_text(void **state)
{
	struct world *w = *state;
	struct ek_buf b = EK_BUF_INIT;
	char *p;

	assert_bad("", 0, "no start line");
	assert_bad("hello", 5, "no start line");
	assert_bad(w->pem.p + 1, w->pem.len - 1, "no start line");
	ek_buf_adds(&b, "x\n");
	ek_buf_add(&b, w->pem.p, w->pem.len);
	assert_bad(b.p, b.len, "no start line");
	ek_buf_reset(&b);
	ek_buf_add(&b, w->pem.p, w->pem.len);
	ek_buf_adds(&b, "x");
	assert_bad(b.p, b.len, "more behind the end");
	ek_buf_add(&b, w->pem.p, w->pem.len);
	assert_bad(b.p, b.len, "more behind the end");
	ek_buf_reset(&b);
	ek_buf_adds(&b, w->pem.p);
	for (p = b.p; (p = strstr(p, "PKCS7")) != NULL; p += 5)
		memset(p, 'C', 5);
	assert_bad(b.p, b.len, "no start line");
	/* what libcrypto passes over: words behind the start, two blocks */
	ek_buf_reset(&b);
	ek_buf_addf(&b, "-----BEGIN PKCS7-----x\n%s", w->pem.p);
	assert_bad(b.p, b.len, "bad start line");
	assert_bad(b.p, 21, "bad start line");
	ek_buf_reset(&b);
	ek_buf_addf(&b, "-----BEGIN PKCS7-----\nx\n%s", w->pem.p);
	assert_bad(b.p, b.len, "bad");
	ek_buf_reset(&b);
	ek_buf_addf(&b, "\n \r\n%s\n \n", w->pem.p);
	assert_int_equal(verdict(b.p, b.len, text, LEN, NULL, NULL),
			 EK_SIG_GOOD);
	ek_buf_free(&b);
}

/* Cut anywhere: refused, and without a word on the terminal. */
static void test_cut(void **state)
{
	struct world *w = *state;
	const char *end = strstr(w->pem.p, "\n-----END");

	for (size_t n = 0; n < (size_t)(end - w->pem.p); n += 7) {
		struct ek_buf cut = EK_BUF_INIT;

		ek_buf_add(&cut, w->pem.p, n);
		assert_bad(ek_buf_str(&cut), n, "PKCS7");
		ek_buf_adds(&cut, "\n-----END PKCS7-----\n");
		if (n > 30)
			assert_bad(cut.p, cut.len, "PKCS7");
		ek_buf_free(&cut);
	}
}

/* A letter changed: refused, not fitting, untrusted, or a part that is not
 * protected; never a crash. */
static void test_flip(void **state)
{
	struct world *w = *state;
	size_t good = 0;

	for (size_t i = 22; i + 22 < w->pem.len; i++) {
		char *copy = strdup(w->pem.p);
		enum ek_sig_verdict v;
		struct ek_sig *s;

		assert_non_null(copy);
		if (copy[i] != '\n')
			copy[i] = copy[i] == 'A' ? 'B' : 'A';
		if (strcmp(copy, w->pem.p) != 0 &&
		    ek_sig_parse(&s, "sig", copy, w->pem.len, NULL) == EK_OK) {
			assert_int_equal(ek_sig_verify(s, text, LEN, NULL, &v,
						       NULL, NULL), EK_OK);
			good += v == EK_SIG_GOOD;
			ek_sig_free(&s);
		}
		free(copy);
	}
	/* the certificate's own signature is no part of this question */
	assert_true(good < w->pem.len * 2 / 3);
}

/* An encrypted certificate is legal PEM, and libcrypto asks the terminal. */
static void encrypted(const struct made_cert *c, struct ek_buf *out)
{
	const char *body = strchr(c->cert_pem.p, '\n') + 1;

	ek_buf_adds(out, "-----BEGIN CERTIFICATE-----\n"
		    "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,"
		    "00112233445566778899AABBCCDDEEFF\n\n");
	ek_buf_adds(out, body);
}

static void test_too_large(void **state)
{
	struct world *w = *state;
	struct made_cert big = w->signer;
	struct ek_sigtrust *t;
	struct ek_buf b = EK_BUF_INIT, out = EK_BUF_INIT;
	struct ek_err err = EK_ERR_INIT;
	struct ek_sig *s;

	while (b.len <= EK_SIG_PEM_MAX)
		ek_buf_adds(&b, w->pem.p);
	assert_int_equal(ek_sig_parse(&s, "sig", b.p, b.len, NULL), EK_ELIMIT);
	assert_null(s);
	assert_int_equal(ek_sigtrust_new(&t, NULL), EK_OK);
	assert_int_equal(ek_sigtrust_add(t, "x", b.p, b.len, &err), EK_EFORMAT);
	assert_string_equal(err.msg, "'x' is larger than 1048576 bytes");
	ek_sigtrust_free(&t);
	big.cert_pem = b;
	assert_int_equal(make(&big, 0, &out, &err), EK_EARG);
	assert_string_equal(err.msg, "'cert.pem' is larger than 1048576 bytes");
	big = w->signer;
	big.key_pem = b;
	assert_int_equal(make(&big, 0, &out, &err), EK_EARG);
	ek_buf_free(&b);
}

static void test_trust_files(void **state)
{
	struct world *w = *state;
	struct ek_buf b = EK_BUF_INIT;
	struct ek_err err = EK_ERR_INIT;
	struct ek_sigtrust *t;

	assert_int_equal(ek_sigtrust_new(&t, NULL), EK_OK);
	assert_int_equal(ek_sigtrust_add(t, "x", "no", 2, NULL), EK_EFORMAT);
	assert_int_equal(ek_sigtrust_add(t, "x", w->ca.key_pem.p,
					 w->ca.key_pem.len, NULL), EK_EFORMAT);
	ek_buf_add(&b, w->ca.cert_pem.p, w->ca.cert_pem.len);
	ek_buf_add(&b, w->other.cert_pem.p, w->other.cert_pem.len);
	assert_int_equal(ek_sigtrust_add(t, "x", b.p, b.len, NULL), EK_OK);
	assert_int_equal(ek_sigtrust_add(t, "x", b.p, b.len - 100, NULL),
			 EK_EFORMAT);
	assert_int_equal(ek_sigtrust_add(t, "x", NULL, 0, NULL), EK_EFORMAT);
	ek_buf_reset(&b);
	encrypted(&w->ca, &b);
	assert_int_equal(ek_sigtrust_add(t, "x", b.p, b.len, &err), EK_EFORMAT);
	assert_string_equal(err.msg, "'x' has a damaged certificate, number 1 in"
			    " it");
	ek_sigtrust_free(&t);
	assert_null(t);
	ek_buf_free(&b);
}

/* Those behind the signer's are in it: a chain over one that hosts lack. */
static void test_chain(void **state)
{
	struct world *w = *state;
	struct made_cert mid, leaf;
	struct ek_buf out = EK_BUF_INIT, both = EK_BUF_INIT;
	struct ek_err err = EK_ERR_INIT;
	struct ek_buf one;
	char why[256];

	made_ca(&mid, "Test", NULL, "Middle", &w->ca);
	made_cert(&leaf, "Acme", NULL, "leaf", &mid);
	assert_int_equal(make(&leaf, 0, &out, NULL), EK_OK);
	assert_int_equal(verdict(out.p, out.len, text, LEN, &w->ca, why),
			 EK_SIG_UNTRUSTED);
	ek_buf_reset(&out);
	one = leaf.cert_pem;
	ek_buf_add(&both, one.p, one.len);
	ek_buf_add(&both, mid.cert_pem.p, mid.cert_pem.len);
	leaf.cert_pem = both;
	assert_int_equal(make(&leaf, 0, &out, NULL), EK_OK);
	assert_int_equal(verdict(out.p, out.len, text, LEN, &w->ca, why),
			 EK_SIG_GOOD);
	ek_buf_reset(&out);
	leaf.cert_pem.len -= 100;
	assert_int_equal(make(&leaf, 0, &out, &err), EK_EARG);
	assert_string_equal(err.msg, "'cert.pem' has a damaged certificate,"
			    " number 2 in it");
	leaf.cert_pem = one;
	made_cert_free(&leaf);
	made_cert_free(&mid);
	ek_buf_free(&both);
	ek_buf_free(&out);
}

static void test_make_refuses(void **state)
{
	struct world *w = *state;
	struct made_cert mixed = w->signer;
	struct ek_buf out = EK_BUF_INIT, pem = EK_BUF_INIT;
	struct ek_err err = EK_ERR_INIT;
	BIO *b = BIO_new(BIO_s_mem());

	mixed.cert_pem = w->other.cert_pem;
	assert_int_equal(make(&mixed, 0, &out, &err), EK_EARG);
	assert_string_equal(err.msg, "the certificate 'cert.pem' is not that of"
			    " the key 'key.pem'");
	mixed.cert_pem = w->signer.key_pem;
	assert_int_equal(make(&mixed, 0, &out, &err), EK_EARG);
	assert_string_equal(err.msg, "'cert.pem' has no certificate in PEM");
	mixed = w->signer;
	mixed.key_pem = w->signer.cert_pem;
	assert_int_equal(make(&mixed, 0, &out, &err), EK_EARG);
	assert_string_equal(err.msg, "'key.pem' is no private key in PEM");
	PEM_write_bio_PrivateKey(b, w->signer.key, EVP_aes_128_cbc(),
				 (unsigned char *)(uintptr_t)"secret", 6, NULL,
				 NULL);
	made_pem(&pem, b);
	mixed.key_pem = pem;
	assert_int_equal(make(&mixed, 0, &out, &err), EK_EARG);
	assert_non_null(strstr(err.msg, "has a passphrase"));
	assert_int_equal(out.len, 0);
	ek_buf_free(&pem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_signer), cmocka_unit_test(test_same_bytes),
		cmocka_unit_test(test_shapes), cmocka_unit_test(test_no_cert),
		cmocka_unit_test(test_two_signers),
		cmocka_unit_test(test_bad_text), cmocka_unit_test(test_cut),
		cmocka_unit_test(test_flip), cmocka_unit_test(test_trust_files),
		cmocka_unit_test(test_too_large), cmocka_unit_test(test_chain),
		cmocka_unit_test(test_make_refuses),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
