/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_ar.c - whatever is read of an archive is written so that it reads the
 *             same again; a name that the writer refuses is left out
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ek/ar.h"
#include "ek/buf.h"
#include "ek/err.h"
#include "ek/io.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put_member(struct ek_out *out, const struct ek_ar_member *m,
		       struct ek_in *data)
{
	if (ek_ar_put_header(out, m->name, m->size, NULL) != EK_OK)
		return;
	if (ek_in_copy(data, out, NULL, NULL) != EK_OK)
		abort(); /* the next header was there, so is the data */
	ek_ar_put_pad(out, m->size);
}

/* Read data once to see that it is sound; then, with out, write it again. */
static int go(const void *data, size_t size, struct ek_out *out)
{
	const struct ek_ar_member *m;
	struct ek_in *in, *part;
	struct ek_ar *a;
	int rc;

	if (ek_in_open_mem(&in, "fuzz", data, size, NULL) != EK_OK)
		abort();
	rc = ek_ar_open(&a, in, NULL);
	if (rc == EK_OK && out != NULL)
		ek_out_write(out, EK_AR_MAGIC, EK_AR_MAGIC_LEN);
	while (rc == EK_OK) {
		rc = ek_ar_next(a, &m, &part, NULL);
		if (rc == EK_OK && out != NULL)
			put_member(out, m, part);
	}
	ek_ar_close(&a);
	ek_in_close(&in);
	return rc;
}

static char *rewrite(const void *data, size_t size, size_t *len)
{
	struct ek_out *out;
	char *text = NULL;

	if (ek_out_open_mem(&out, &text, len, NULL) != EK_OK ||
	    go(data, size, out) != EK_END ||
	    ek_out_commit(&out, NULL) != EK_OK)
		abort();
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t alen, blen;
	char *a, *b;

	if (go(data, size, NULL) != EK_END)
		return 0;
	a = rewrite(data, size, &alen);
	b = rewrite(a, alen, &blen);
	if (alen != blen || memcmp(a, b, alen) != 0)
		abort();
	free(a);
	free(b);
	return 0;
}
