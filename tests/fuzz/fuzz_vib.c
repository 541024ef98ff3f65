/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_vib.c - a VIB that verifies, is written again from what was read: its
 *              payloads then verify once more, and come out the same
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/vib.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MEMBERS = 32 };

struct member {
	char name[16];
	char *data;
	size_t len;
};

static int open_member(void *ctx, struct ek_in **in, struct ek_err *err)
{
	const struct member *m = ctx;

	return ek_in_open_mem(in, m->name, m->data, m->len, err);
}

/* The member just given, if it is a payload, into m; false: refused. */
static bool take(struct ek_vib *v, const struct ek_vib_member *from,
		 struct member *m)
{
	struct ek_out *out;
	int rc;

	if (ek_out_open_mem(&out, &m->data, &m->len, NULL) != EK_OK)
		abort();
	rc = ek_vib_copy(v, out, NULL, NULL);
	if (ek_out_commit(&out, NULL) != EK_OK)
		abort();
	memcpy(m->name, from->name, strlen(from->name) + 1);
	return rc == EK_OK;
}

/* Payloads into m; their number, or -1 where the VIB is refused. */
static int read_all(struct ek_vib *v, struct member m[MEMBERS])
{
	struct ek_vib_member from;
	int n = 0, rc;

	while ((rc = ek_vib_next(v, &from, NULL)) == EK_OK) {
		if (from.payload == NULL)
			continue;
		if (n == MEMBERS || !take(v, &from, &m[n++]))
			return -1;
	}
	return rc == EK_END ? n : -1;
}

static void write_again(struct ek_vib *v, struct member *m, size_t n)
{
	struct ek_vib_source src[MEMBERS];
	size_t desc_len, sig_len, len;
	const char *desc = ek_vib_descriptor(v, &desc_len);
	const char *sig = ek_vib_signature(v, &sig_len);
	struct ek_vib *w;
	struct ek_out *out;
	struct ek_in *in;
	char *text = NULL;

	for (size_t i = 0; i < n; i++)
		src[i] = (struct ek_vib_source){ m[i].name, m[i].len,
						 open_member, &m[i] };
	if (ek_out_open_mem(&out, &text, &len, NULL) != EK_OK)
		abort();
	/* a name such as "#1" is read and not written */
	if (ek_vib_write(out, desc, desc_len, sig, sig_len, src, n, NULL) !=
	    EK_OK) {
		ek_out_abort(&out);
		free(text);
		return;
	}
	if (ek_out_commit(&out, NULL) != EK_OK ||
	    ek_in_open_mem(&in, "again", text, len, NULL) != EK_OK ||
	    ek_vib_open(&w, in, NULL) != EK_OK ||
	    ek_vib_verify(w, NULL) != EK_OK)
		abort();
	ek_vib_close(&w);
	ek_in_close(&in);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct member m[MEMBERS] = { { "", NULL, 0 } };
	enum ek_kind kind;
	struct ek_vib *v;
	struct ek_in *in;
	int n;

	if (ek_in_open_mem(&in, "fuzz", data, size, NULL) != EK_OK)
		abort();
	(void)ek_kind_of(in, &kind, NULL);
	if (ek_in_rewind(in, NULL) != EK_OK)
		abort();
	if (ek_vib_open(&v, in, NULL) == EK_OK) {
		n = read_all(v, m);
		if (n >= 0)
			write_again(v, m, (size_t)n);
	}
	ek_vib_close(&v);
	ek_in_close(&in);
	for (size_t i = 0; i < MEMBERS; i++)
		free(m[i].data);
	return 0;
}
