/* SPDX-License-Identifier: BSD-2-Clause */
/* digest.c - SHA-1 and SHA-256 (libcrypto), also of a stream as it passes */
#include "os.h"

#include <openssl/evp.h>

#include "ek/digest.h"
#include "ek/err.h"
#include "ek/io.h"

struct ek_digest {
	EVP_MD_CTX *ctx; /* owned */
	bool failed;
};

static int failed(struct ek_err *err)
{
	return ek_fail(err, EK_ESYS, "libcrypto cannot make a digest");
}

int ek_digest_new(struct ek_digest **d, enum ek_digest_kind kind,
		  struct ek_err *err)
{
	struct ek_digest *n = calloc(1, sizeof(*n));

	*d = NULL;
	if (n == NULL)
		return ek_fail_sys(err, "digest");
	n->ctx = EVP_MD_CTX_new();
	if (n->ctx == NULL ||
	    EVP_DigestInit_ex(n->ctx, kind == EK_SHA1 ? EVP_sha1()
						      : EVP_sha256(),
			      NULL) != 1) {
		ek_digest_free(n);
		return failed(err);
	}
	*d = n;
	return EK_OK;
}

void ek_digest_update(struct ek_digest *d, const void *data, size_t len)
{
	if (!d->failed && len != 0 && EVP_DigestUpdate(d->ctx, data, len) != 1)
		d->failed = true;
}

static void put_hex(char *hex, const unsigned char *sum, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		*hex++ = digits[sum[i] >> 4];
		*hex++ = digits[sum[i] & 15];
	}
	*hex = '\0';
}

int ek_digest_hex(struct ek_digest *d, char hex[EK_DIGEST_HEX],
		  struct ek_err *err)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *copy = EVP_MD_CTX_new(); /* so that d can go on */
	unsigned len = 0;
	bool ok;

	hex[0] = '\0';
	ok = !d->failed && copy != NULL &&
	     EVP_MD_CTX_copy_ex(copy, d->ctx) == 1 &&
	     EVP_DigestFinal_ex(copy, sum, &len) == 1 &&
	     len <= (EK_DIGEST_HEX - 1) / 2;
	EVP_MD_CTX_free(copy);
	if (!ok)
		return failed(err);
	put_hex(hex, sum, len);
	return EK_OK;
}

void ek_digest_free(struct ek_digest *d)
{
	if (d == NULL)
		return;
	EVP_MD_CTX_free(d->ctx);
	free(d);
}

int ek_digest_mem(enum ek_digest_kind kind, const void *data, size_t len,
		  char hex[EK_DIGEST_HEX], struct ek_err *err)
{
	struct ek_digest *d;
	int rc = ek_digest_new(&d, kind, err);

	hex[0] = '\0';
	if (rc != EK_OK)
		return rc;
	ek_digest_update(d, data, len);
	rc = ek_digest_hex(d, hex, err);
	ek_digest_free(d);
	return rc;
}

/* ---- streams ------------------------------------------------------------- */

struct pass {
	struct ek_in *from;  /* borrowed; of an input */
	struct ek_out *to;   /* borrowed; of an output */
	struct ek_digest *d1, *d2; /* borrowed, or NULL */
};

static struct pass *new_pass(struct ek_digest *d1, struct ek_digest *d2)
{
	struct pass *p = calloc(1, sizeof(*p));

	if (p != NULL) {
		p->d1 = d1;
		p->d2 = d2;
	}
	return p;
}

static void update(void *ctx, const void *data, size_t len)
{
	struct pass *p = ctx;

	if (p->d1 != NULL)
		ek_digest_update(p->d1, data, len);
	if (p->d2 != NULL)
		ek_digest_update(p->d2, data, len);
}

static int fill(void *ctx, unsigned char *buf, size_t cap, size_t *got,
		struct ek_err *err)
{
	struct pass *p = ctx;

	return ek_in_read(p->from, buf, cap, got, err);
}

int ek_in_open_digest(struct ek_in **in, struct ek_in *from,
		      struct ek_digest *d1, struct ek_digest *d2,
		      struct ek_err *err)
{
	struct pass *p = new_pass(d1, d2);
	int rc;

	*in = NULL;
	if (p == NULL)
		return ek_fail_sys(err, "'%s'", ek_in_name(from));
	p->from = from;
	rc = ek_in_open_fill(in, ek_in_name(from), fill, free, p, err);
	if (rc == EK_OK)
		ek_in_on_take(*in, update);
	return rc;
}

/* Bytes that were read before, and must be the same again. */
struct expect {
	struct ek_in *from; /* owned */
	uint64_t left;
	const char *sha256;
	struct ek_digest *sum;
};

static void drop_expect(void *ctx)
{
	struct expect *x = ctx;

	ek_in_close(&x->from);
	ek_digest_free(x->sum);
	free(x);
}

static int fill_expect(void *ctx, unsigned char *buf, size_t cap, size_t *got,
		       struct ek_err *err)
{
	struct expect *x = ctx;
	char hex[EK_DIGEST_HEX];
	int rc;

	if (cap > x->left)
		cap = (size_t)x->left;
	rc = ek_in_read(x->from, buf, cap, got, err);
	if (rc != EK_OK)
		return rc;
	x->left -= *got;
	ek_digest_update(x->sum, buf, *got);
	if (*got != 0)
		return EK_OK;
	rc = ek_digest_hex(x->sum, hex, err);
	if (rc == EK_OK && !ek_digest_equal(hex, x->sha256))
		rc = ek_fail(err, EK_EREFUSE, "'%s' was changed while it was"
			     " read", ek_in_name(x->from));
	return rc;
}

int ek_in_open_expect(struct ek_in **in, struct ek_in *from, uint64_t len,
		      const char *sha256, struct ek_err *err)
{
	struct expect *x = calloc(1, sizeof(*x));
	int rc;

	*in = NULL;
	if (x == NULL) {
		rc = ek_fail_sys(err, "'%s'", ek_in_name(from));
		ek_in_close(&from);
		return rc;
	}
	x->from = from;
	x->left = len;
	x->sha256 = sha256;
	rc = ek_digest_new(&x->sum, EK_SHA256, err);
	if (rc != EK_OK) {
		drop_expect(x);
		return rc;
	}
	return ek_in_open_fill(in, ek_in_name(from), fill_expect, drop_expect,
			       x, err);
}

static int put(void *ctx, const void *data, size_t len, struct ek_err *err)
{
	struct pass *p = ctx;

	update(p, data, len);
	ek_out_write(p->to, data, len);
	return ek_out_status(p->to, err);
}

int ek_out_open_digest(struct ek_out **out, struct ek_out *to,
		       struct ek_digest *d1, struct ek_digest *d2,
		       struct ek_err *err)
{
	struct pass *p = new_pass(d1, d2);

	*out = NULL;
	if (p == NULL)
		return ek_fail_sys(err, "digest");
	p->to = to;
	return ek_out_open_put(out, "digest", put, NULL, free, p, err);
}

bool ek_digest_equal(const char *a, const char *b)
{
	return a[0] != '\0' && strcasecmp(a, b) == 0;
}
