/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_sig.c - PEM as it is, and anything else as the bytes inside of one, so
 *              that a change is one of the bytes that mean something. What
 *              parses has a signer whose texts are printable ASCII, is verified
 *              without a failure, fits no two texts, and is good to nobody who
 *              trusts nobody; certificates to trust are read as well
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/sig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* what seed_sig.sh signs, and another */
static const char text[] = "<vib/>\n", other[] = "<vib>\n";

static void check_text(const char *s)
{
	if (s == NULL)
		abort();
	for (; *s != '\0'; s++)
		if (*s < ' ' || *s > '~')
			abort();
}

static void check_signer(const struct ek_sig *s)
{
	const struct ek_signer *x = ek_sig_signer(s);

	check_text(x->subject);
	check_text(x->issuer);
	check_text(x->serial);
	check_text(x->digest);
}

static enum ek_sig_verdict verify(const struct ek_sig *s, const char *what,
				  const struct ek_sigtrust *t)
{
	enum ek_sig_verdict v;
	char why[256];

	if (ek_sig_verify(s, what, strlen(what), t, &v, why, NULL) != EK_OK)
		abort();
	if ((v == EK_SIG_GOOD) != (why[0] == '\0'))
		abort();
	if (v == EK_SIG_NO_CERT && ek_sig_signer(s)->has_cert)
		abort();
	return v;
}

/* "-----BEGIN label-----", the bytes in base64, and the end. */
static void wrap(struct ek_buf *out, const char *label, const uint8_t *data,
		 size_t size)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz0123456789+/=";

	ek_buf_addf(out, "-----BEGIN %s-----", label);
	for (size_t i = 0; i < size; i += 3) {
		uint32_t v = (uint32_t)data[i] << 16;

		if (i + 1 < size)
			v |= (uint32_t)data[i + 1] << 8;
		if (i + 2 < size)
			v |= data[i + 2];
		if (i % 48 == 0)
			ek_buf_addc(out, '\n');
		ek_buf_addc(out, digits[v >> 18]);
		ek_buf_addc(out, digits[v >> 12 & 63]);
		ek_buf_addc(out, digits[i + 1 < size ? v >> 6 & 63 : 64]);
		ek_buf_addc(out, digits[i + 2 < size ? v & 63 : 64]);
	}
	ek_buf_addf(out, "\n-----END %s-----\n", label);
}

static void signature(const char *pem, size_t len)
{
	struct ek_sigtrust *t;
	struct ek_sig *s;

	if (ek_sig_parse(&s, "fuzz", pem, len, NULL) != EK_OK)
		return;
	if (ek_sigtrust_new(&t, NULL) != EK_OK)
		abort();
	check_signer(s);
	if (verify(s, text, NULL) == EK_SIG_GOOD &&
	    verify(s, other, NULL) == EK_SIG_GOOD)
		abort();
	if (verify(s, text, t) == EK_SIG_GOOD)
		abort();
	ek_sig_free(&s);
	ek_sigtrust_free(&t);
}

static void trust(const char *pem, size_t len)
{
	struct ek_sigtrust *t;

	if (ek_sigtrust_new(&t, NULL) != EK_OK)
		abort();
	ek_sigtrust_add(t, "fuzz", pem, len, NULL);
	ek_sigtrust_free(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ek_buf b = EK_BUF_INIT;

	if (size > 0 && (data[0] == '-' || data[0] == '\n')) {
		signature((const char *)data, size);
		trust((const char *)data, size);
		return 0;
	}
	wrap(&b, "PKCS7", data, size);
	signature(b.p, b.len);
	ek_buf_reset(&b);
	wrap(&b, "CERTIFICATE", data, size);
	trust(b.p, b.len);
	ek_buf_free(&b);
	return 0;
}
