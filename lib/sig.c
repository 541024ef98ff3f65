/* SPDX-License-Identifier: BSD-2-Clause */
/* sig.c - PKCS#7 signatures of VIB descriptors (libcrypto): read, verify */
#include "os.h"

#include <time.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/path.h"
#include "ek/sig.h"
#include "sig_int.h"

static const char label[] = "PKCS7"; /* neither "CMS" nor "PKCS #7 ..." */

struct ek_sig {
	PKCS7 *p7;
	X509 *cert; /* borrowed from p7; NULL: not inside */
	struct ek_signer pub;
	char *subject, *issuer, *serial, digest[32];
};

struct ek_sigtrust {
	X509_STORE *store;
};

/* What libcrypto has to say, "no reason" where that is nothing. */
static void reason(char *out, size_t room)
{
	unsigned long e = ERR_peek_last_error();
	const char *text = e != 0 ? ERR_reason_error_string(e) : NULL;

	snprintf(out, room, "%s", text != NULL ? text : "no reason is told");
	ERR_clear_error();
}

static int no_memory(const char *what, struct ek_err *err)
{
	ERR_clear_error();
	errno = ENOMEM;
	return ek_fail_sys(err, "%s", what);
}

/* Did libcrypto fail for that, and not for what it read? */
static bool out_of_memory(void)
{
	return ERR_GET_REASON(ERR_peek_last_error()) == ERR_R_MALLOC_FAILURE;
}

/* ---- PEM ---------------------------------------------------------------- */

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/*
 * Is there one block with our label and nothing but white space round it?
 * libcrypto would pass over text before and behind it, and over a first line
 * with more on it.
 */
static const char *pem_problem(const char *p, size_t len)
{
	static const char begin[] = "-----BEGIN PKCS7-----",
		end[] = "-----END PKCS7-----";
	const char *e;

	while (len != 0 && is_space(*p)) {
		p++;
		len--;
	}
	while (len != 0 && is_space(p[len - 1]))
		len--;
	if (len < sizeof(begin) - 1 || memcmp(p, begin, sizeof(begin) - 1) != 0)
		return "Error reading PKCS7 signature: no start line";
	e = p + sizeof(begin) - 1;
	while (e < p + len && is_space(*e) && *e != '\n')
		e++;
	if (e == p + len || *e != '\n')
		return "Error reading PKCS7 signature: bad start line";
	e = memmem(p, len, end, sizeof(end) - 1);
	if (e == NULL)
		return "Error reading PKCS7 signature: bad end line";
	if (e + sizeof(end) - 1 != p + len)
		return "there is more behind the end of the signature";
	return NULL;
}

/* The bytes inside the block; *der is to be OPENSSL_free()d. */
static bool read_pem(const void *pem, size_t len, unsigned char **der,
		     long *der_len)
{
	BIO *in = BIO_new_mem_buf(pem, (int)len);
	char *name = NULL, *header = NULL;
	bool ok;

	*der = NULL;
	ok = in != NULL &&
		PEM_read_bio(in, &name, &header, der, der_len) == 1 &&
		strcmp(name, label) == 0 && header[0] == '\0';
	OPENSSL_free(name);
	OPENSSL_free(header);
	BIO_free(in);
	return ok;
}

/* ---- who signed --------------------------------------------------------- */

static char *name_text(const X509_NAME *name)
{
	BIO *b = BIO_new(BIO_s_mem());
	char *text = NULL, *p;
	long n;

	/* escapes control characters and all above ASCII */
	if (b != NULL && X509_NAME_print_ex(b, name, 0, XN_FLAG_RFC2253) >= 0) {
		n = BIO_get_mem_data(b, &p);
		text = strndup(n > 0 ? p : "", n > 0 ? (size_t)n : 0);
	}
	BIO_free(b);
	return text;
}

static char *serial_text(const X509 *cert)
{
	BIGNUM *n = ASN1_INTEGER_to_BN(X509_get0_serialNumber(cert), NULL);
	char *hex = n != NULL ? BN_bn2hex(n) : NULL, *text;

	text = hex != NULL ? strdup(hex) : NULL;
	OPENSSL_free(hex);
	BN_free(n);
	return text;
}

static int64_t seconds(const ASN1_TIME *t)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(t, &tm) != 1)
		return 0;
	return (int64_t)timegm(&tm);
}

/* Has the name an entry of this kind with this text, in any case? */
static bool has_entry(const X509_NAME *name, int nid, const char *want)
{
	int at = -1;

	while ((at = X509_NAME_get_index_by_NID(name, nid, at)) >= 0) {
		const X509_NAME_ENTRY *e = X509_NAME_get_entry(name, at);
		unsigned char *text = NULL;
		int n = ASN1_STRING_to_UTF8(&text,
					    X509_NAME_ENTRY_get_data(e));
		bool same = n >= 0 && (size_t)n == strlen(want) &&
			strncasecmp((const char *)text, want,
				    (size_t)n) == 0;

		OPENSSL_free(text);
		if (same)
			return true;
	}
	return false;
}

static int describe_cert(struct ek_sig *s, struct ek_err *err)
{
	const X509_NAME *subject = X509_get_subject_name(s->cert);
	const X509_NAME *issuer = X509_get_issuer_name(s->cert);

	s->subject = name_text(subject);
	s->issuer = name_text(issuer);
	s->serial = serial_text(s->cert);
	if (s->subject == NULL || s->issuer == NULL || s->serial == NULL)
		return no_memory("signature", err);
	s->pub.has_cert = true;
	s->pub.subject = s->subject;
	s->pub.issuer = s->issuer;
	s->pub.serial = s->serial;
	s->pub.not_before = seconds(X509_get0_notBefore(s->cert));
	s->pub.not_after = seconds(X509_get0_notAfter(s->cert));
	s->pub.self_signed = X509_NAME_cmp(subject, issuer) == 0;
	s->pub.acceptance = has_entry(subject, NID_organizationName,
				      "VMware Inc") &&
		has_entry(subject, NID_organizationalUnitName,
			  "Acceptance Signing");
	return EK_OK;
}

static void name_digest(struct ek_sig *s, const PKCS7_SIGNER_INFO *si)
{
	const ASN1_OBJECT *o;
	const char *name;

	X509_ALGOR_get0(&o, NULL, NULL, si->digest_alg);
	name = OBJ_nid2sn(OBJ_obj2nid(o));
	if (name != NULL && strlen(name) < sizeof(s->digest))
		ek_path_lower(name, s->digest);
}

static int describe(struct ek_sig *s, const char *name, struct ek_err *err)
{
	STACK_OF(PKCS7_SIGNER_INFO) *all = PKCS7_get_signer_info(s->p7);
	int n = all != NULL ? sk_PKCS7_SIGNER_INFO_num(all) : 0;
	const PKCS7_SIGNER_INFO *si;
	PKCS7_ISSUER_AND_SERIAL *ias;

	if (n != 1)
		return ek_fail(err, EK_EFORMAT, "'%s': it has %d signers, and"
			       " the signature of a VIB has one", name, n);
	n = sk_X509_ALGOR_num(s->p7->d.sign->md_algs);
	if (n != 1)
		return ek_fail(err, EK_EFORMAT, "'%s': it has %d digest"
			       " algorithms, and the signature of a VIB has"
			       " one", name, n);
	si = sk_PKCS7_SIGNER_INFO_value(all, 0);
	name_digest(s, si);
	ias = si->issuer_and_serial;
	s->pub = (struct ek_signer){ .subject = "", .issuer = "", .serial = "",
				     .digest = s->digest };
	s->cert = X509_find_by_issuer_and_serial(s->p7->d.sign->cert,
						 ias->issuer, ias->serial);
	return s->cert != NULL ? describe_cert(s, err) : EK_OK;
}

/* ---- reading ------------------------------------------------------------ */

static int parse_der(struct ek_sig *s, const char *name,
		     const unsigned char *der, long len, struct ek_err *err)
{
	const unsigned char *p = der;
	char why[128];

	s->p7 = d2i_PKCS7(NULL, &p, len);
	if (s->p7 == NULL) {
		reason(why, sizeof(why));
		return ek_fail(err, EK_EFORMAT, "'%s': Error reading PKCS7"
			       " signature: %s", name, why);
	}
	if (p != der + len)
		return ek_fail(err, EK_EFORMAT, "'%s': %ld bytes behind the"
			       " PKCS7 data", name, (long)(der + len - p));
	if (!PKCS7_type_is_signed(s->p7) || s->p7->d.sign == NULL)
		return ek_fail(err, EK_EFORMAT, "'%s': PKCS7, but not"
			       " SignedData", name);
	return describe(s, name, err);
}

int ek_sig_parse(struct ek_sig **out, const char *name, const void *pem,
		 size_t len, struct ek_err *err)
{
	struct ek_sig *s;
	const char *why = pem_problem(pem, len);
	unsigned char *der;
	long der_len;
	int rc;

	*out = NULL;
	if (len > EK_SIG_PEM_MAX)
		return ek_fail(err, EK_ELIMIT, "'%s' is larger than %u bytes",
			       name, EK_SIG_PEM_MAX);
	if (why != NULL)
		return ek_fail(err, EK_EFORMAT, "'%s': %s", name, why);
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return no_memory(name, err);
	ERR_clear_error();
	if (!read_pem(pem, len, &der, &der_len)) {
		char text[128];

		reason(text, sizeof(text));
		rc = ek_fail(err, EK_EFORMAT, "'%s': Error reading PKCS7"
			     " signature: %s", name, text);
	} else {
		rc = parse_der(s, name, der, der_len, err);
	}
	OPENSSL_free(der);
	if (rc == EK_OK)
		*out = s;
	else
		ek_sig_free(&s);
	return rc;
}

void ek_sig_free(struct ek_sig **s)
{
	struct ek_sig *it = *s;

	*s = NULL;
	if (it == NULL)
		return;
	PKCS7_free(it->p7);
	free(it->subject);
	free(it->issuer);
	free(it->serial);
	free(it);
}

const struct ek_signer *ek_sig_signer(const struct ek_sig *s)
{
	return &s->pub;
}

/* ---- trust -------------------------------------------------------------- */

int ek_sigtrust_new(struct ek_sigtrust **t, struct ek_err *err)
{
	*t = calloc(1, sizeof(**t));
	if (*t != NULL)
		(*t)->store = X509_STORE_new();
	if (*t != NULL && (*t)->store != NULL)
		return EK_OK;
	ek_sigtrust_free(t);
	return no_memory("trusted certificates", err);
}

void ek_sigtrust_free(struct ek_sigtrust **t)
{
	if (*t != NULL)
		X509_STORE_free((*t)->store);
	free(*t);
	*t = NULL;
}

/* pem_password_cb. Without one libcrypto asks whoever sits at the terminal. */
static int no_passphrase(char *buf, int size, int rwflag, void *ctx)
{
	(void)rwflag;
	(void)ctx;
	if (size > 0)
		buf[0] = '\0';
	return -1;
}

int ek_sig_certs(STACK_OF(X509) **out, const char *name, const void *pem,
		 size_t len, int code, struct ek_err *err)
{
	BIO *in = NULL;
	X509 *cert;
	int n = 0;

	*out = sk_X509_new_null();
	if (len > EK_SIG_PEM_MAX)
		return ek_fail(err, code, "'%s' is larger than %u bytes", name,
			       EK_SIG_PEM_MAX);
	if (*out == NULL ||
	    (in = BIO_new_mem_buf(len > 0 ? pem : "", (int)len)) == NULL)
		return no_memory(name, err);
	ERR_clear_error();
	while ((cert = PEM_read_bio_X509(in, NULL, no_passphrase, NULL)) !=
	       NULL && (n = sk_X509_push(*out, cert)) != 0)
		;
	BIO_free(in);
	if (cert != NULL || out_of_memory()) {
		X509_free(cert);
		return no_memory(name, err);
	}
	/* the last one ends with "no start line": anything else is damage */
	if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) {
		ERR_clear_error();
		return ek_fail(err, code, "'%s' has a damaged certificate,"
			       " number %d in it", name, n + 1);
	}
	ERR_clear_error();
	return n > 0 ? EK_OK :
		ek_fail(err, code, "'%s' has no certificate in PEM", name);
}

int ek_sigtrust_add(struct ek_sigtrust *t, const char *name, const void *pem,
		    size_t len, struct ek_err *err)
{
	STACK_OF(X509) *certs = NULL;
	int rc = ek_sig_certs(&certs, name, pem, len, EK_EFORMAT, err);

	for (int i = 0; rc == EK_OK && i < sk_X509_num(certs); i++)
		if (X509_STORE_add_cert(t->store, sk_X509_value(certs, i)) != 1)
			rc = no_memory(name, err);
	sk_X509_pop_free(certs, X509_free);
	return rc;
}

static int add_file(struct ek_sigtrust *t, const char *path,
		    struct ek_err *err)
{
	char *pem = NULL;
	size_t len = 0;
	int rc = ek_read_all(path, EK_SIG_PEM_MAX, &pem, &len, err);

	if (rc == EK_OK)
		rc = ek_sigtrust_add(t, path, pem, len, err);
	free(pem);
	return rc;
}

int ek_sigtrust_read(struct ek_sigtrust **t, char *const *paths, size_t n,
		     struct ek_err *err)
{
	int rc;

	*t = NULL;
	if (n == 0)
		return EK_OK;
	rc = ek_sigtrust_new(t, err);
	for (size_t i = 0; rc == EK_OK && i < n; i++)
		rc = add_file(*t, paths[i], err);
	if (rc != EK_OK)
		ek_sigtrust_free(t);
	return rc;
}

/* Does a chain lead from the signer to somebody trusted? As on ESXi: for any
 * purpose, whatever the dates (vib.5, "Signatures"). */
static int chain(const struct ek_sig *s, const struct ek_sigtrust *trust,
		 enum ek_sig_verdict *verdict, char *why, size_t room,
		 struct ek_err *err)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	int rc = EK_OK;

	if (ctx == NULL || X509_STORE_CTX_init(ctx, trust->store, s->cert,
					       s->p7->d.sign->cert) != 1) {
		X509_STORE_CTX_free(ctx);
		return no_memory("signature", err);
	}
	/* a certificate that is trusted itself ends the chain, root or not */
	X509_STORE_CTX_set_flags(ctx, X509_V_FLAG_NO_CHECK_TIME |
				 X509_V_FLAG_PARTIAL_CHAIN);
	if (X509_verify_cert(ctx) != 1) {
		int e = X509_STORE_CTX_get_error(ctx);

		*verdict = EK_SIG_UNTRUSTED;
		snprintf(why, room, "%s", X509_verify_cert_error_string(e));
		if (e == X509_V_ERR_OUT_OF_MEM)
			rc = no_memory("signature", err);
	}
	ERR_clear_error();
	X509_STORE_CTX_free(ctx);
	return rc;
}

/*
 * The bytes as libcrypto is to read them: not straight from memory, of which
 * PKCS7_verify() of 3.0 makes a stream of its own, and loses it on failure.
 */
static BIO *open_data(const void *data, size_t len)
{
	BIO *in = len <= INT32_MAX ? BIO_new_mem_buf(data, (int)len) : NULL;
	BIO *top = in != NULL ? BIO_new(BIO_f_buffer()) : NULL;

	if (top == NULL) {
		BIO_free(in);
		return NULL;
	}
	return BIO_push(top, in);
}

int ek_sig_verify(const struct ek_sig *s, const void *data, size_t len,
		  const struct ek_sigtrust *trust, enum ek_sig_verdict *verdict,
		  char why[256], struct ek_err *err)
{
	char text[256] = "";
	BIO *in;
	int rc = EK_OK;

	*verdict = EK_SIG_NO_CERT;
	if (s->cert != NULL) {
		in = open_data(data, len);
		if (in == NULL)
			return no_memory("signature", err);
		ERR_clear_error();
		*verdict = EK_SIG_GOOD;
		if (PKCS7_verify(s->p7, NULL, NULL, in, NULL,
				 PKCS7_NOVERIFY | PKCS7_BINARY) != 1) {
			*verdict = EK_SIG_MISMATCH;
			if (out_of_memory())
				rc = no_memory("signature", err);
			reason(text, sizeof(text));
		}
		BIO_free_all(in);
	} else {
		snprintf(text, sizeof(text), "the certificate of the signer is"
			 " not inside");
	}
	if (*verdict == EK_SIG_GOOD && trust != NULL)
		rc = chain(s, trust, verdict, text, sizeof(text), err);
	if (why != NULL)
		memcpy(why, text, sizeof(text));
	return rc;
}
