/* SPDX-License-Identifier: BSD-2-Clause */
/* vib_write.c - write a VIB package (vib.5, "The ar container") */
#include "os.h"

#include "ek/ar.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/vib.h"

static int cmp_sources(const void *a, const void *b)
{
	const struct ek_vib_source *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int put_memory(struct ek_out *out, const char *name, const char *data,
		      size_t len, struct ek_err *err)
{
	int rc = ek_ar_put_header(out, name, len, err);

	if (rc != EK_OK)
		return rc;
	ek_out_write(out, data, len);
	ek_ar_put_pad(out, len);
	return EK_OK;
}

static int wrong_size(const struct ek_vib_source *s, const char *how,
		      struct ek_err *err)
{
	return ek_fail(err, EK_EFORMAT, "payload '%s' is %s than the %llu bytes"
		       " that were planned: did the file change meanwhile?",
		       s->name, how, (unsigned long long)s->size);
}

/* Exactly s->size bytes of in. */
static int put_data(struct ek_out *out, const struct ek_vib_source *s,
		    struct ek_in *in, struct ek_err *err)
{
	uint64_t left = s->size;
	unsigned char buf[16384];
	size_t got;
	int rc;

	for (;;) {
		rc = ek_in_read(in, buf, sizeof(buf), &got, err);
		if (rc != EK_OK)
			return rc;
		if (got == 0)
			break;
		if (got > left)
			return wrong_size(s, "longer", err);
		ek_out_write(out, buf, got);
		left -= got;
	}
	return left == 0 ? EK_OK : wrong_size(s, "shorter", err);
}

static int put_source(struct ek_out *out, const struct ek_vib_source *s,
		      struct ek_err *err)
{
	struct ek_in *in = NULL;
	int rc = ek_ar_put_header(out, s->name, s->size, err);

	if (rc == EK_OK)
		rc = s->open(s->ctx, &in, err);
	if (rc == EK_OK)
		rc = put_data(out, s, in, err);
	ek_in_close(&in);
	if (rc == EK_OK)
		ek_ar_put_pad(out, s->size);
	return rc;
}

static int check_names(const struct ek_vib_source *v, size_t n,
		       struct ek_err *err)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(v[i].name, "descriptor.xml") == 0 ||
		    strcmp(v[i].name, "sig.pkcs7") == 0)
			return ek_fail(err, EK_EARG, "a payload cannot be"
				       " called '%s'", v[i].name);
		if (i != 0 && strcmp(v[i].name, v[i - 1].name) == 0)
			return ek_fail(err, EK_EARG, "two payloads are called"
				       " '%s'", v[i].name);
	}
	return EK_OK;
}

int ek_vib_write(struct ek_out *out, const char *desc, size_t desc_len,
		 const char *sig, size_t sig_len,
		 const struct ek_vib_source *src, size_t n, struct ek_err *err)
{
	struct ek_vib_source *v = calloc(n + 1, sizeof(*v));
	int rc;

	if (v == NULL)
		return ek_fail_sys(err, "writing a VIB");
	for (size_t i = 0; i < n; i++)
		v[i] = src[i];
	qsort(v, n, sizeof(*v), cmp_sources);
	rc = check_names(v, n, err);
	if (rc != EK_OK)
		goto out;
	ek_out_write(out, EK_AR_MAGIC, EK_AR_MAGIC_LEN);
	rc = put_memory(out, "descriptor.xml", desc, desc_len, err);
	if (rc == EK_OK)
		rc = put_memory(out, "sig.pkcs7", sig, sig_len, err);
	for (size_t i = 0; i < n && rc == EK_OK; i++)
		rc = put_source(out, &v[i], err);
out:
	free(v);
	return rc;
}
