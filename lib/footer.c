/* SPDX-License-Identifier: BSD-2-Clause */
/* footer.c - the signature behind a module (vmtar.5, "Signature footer") */
#include "os.h"

#include "ek/err.h"
#include "ek/footer.h"
#include "ek/io.h"
#include "ek/num.h"

#define MAGIC 0x1abe11edu

enum {
	SCHEMA = 4, /* bytes in front */
	TAIL = 8,   /* length and magic */
	SCHEMA_MIN = 3, SCHEMA_MAX = 4,
};

bool ek_footer_ends(const void *p, size_t len)
{
	const unsigned char *b = p;

	return len >= TAIL && ek_num_le32(b + len - 4) == MAGIC;
}

/* ASCII, then NULs to the end of the field. */
static bool take_key_id(struct ek_footer *f, const unsigned char *p)
{
	size_t n = 0;

	while (n < EK_FOOTER_KEY_ID && p[n] > ' ' && p[n] < 0x7f)
		n++;
	memcpy(f->key_id, p, n);
	f->key_id[n] = '\0';
	for (size_t i = n; i < EK_FOOTER_KEY_ID; i++)
		if (p[i] != 0)
			return false;
	return n != 0;
}

const char *ek_footer_parse(const void *p, size_t len, struct ek_footer *f)
{
	const unsigned char *b = p;

	*f = (struct ek_footer){ .there = false };
	if (!ek_footer_ends(p, len))
		return "they do not end as a signature does";
	if (len > EK_FOOTER_MAX)
		return "they end as a signature does, which has not so many";
	f->length = ek_num_le32(b + len - TAIL);
	if (f->length != len - TAIL - SCHEMA || len < TAIL + SCHEMA)
		return "they end as a signature does, but the length that it"
		       " tells is not theirs";
	if (f->length <= EK_FOOTER_KEY_ID)
		return "they are a signature of no bytes";
	f->schema = ek_num_le32(b);
	if (f->schema < SCHEMA_MIN || f->schema > SCHEMA_MAX)
		return "they are a signature of a schema other than 3 and 4";
	if (!take_key_id(f, b + SCHEMA))
		return "they are a signature without the name of a key";
	f->size = (uint32_t)len;
	f->there = true;
	return NULL;
}

int ek_footer_read(struct ek_in *in, const char *what, struct ek_footer *f,
		   struct ek_err *err)
{
	unsigned long long at = ek_in_pos(in);
	unsigned char buf[EK_FOOTER_MAX + 1];
	const char *why;
	size_t got;
	int rc = ek_in_read(in, buf, sizeof(buf), &got, err);

	*f = (struct ek_footer){ .there = false };
	if (rc != EK_OK || got == 0)
		return rc;
	if (got == sizeof(buf))
		why = "they are more than a signature has";
	else
		why = ek_footer_parse(buf, got, f);
	if (why == NULL)
		return EK_OK;
	return ek_fail(err, EK_EFORMAT, "'%s': bytes at offset %llu, behind the"
		       " end of the %s: %s", ek_in_name(in), at, what, why);
}
