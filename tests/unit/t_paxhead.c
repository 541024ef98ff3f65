/* SPDX-License-Identifier: BSD-2-Clause */
/* t_paxhead.c - unit tests of paxhead.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/buf.h"
#include "ek/paxhead.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct head {
	char type;
	const char *data; /* NULL: none */
	size_t len;
	const char *size; /* the field, where it is another */
};

#define DATA(s) (s), sizeof(s) - 1

#define NUL "has a pax header with a name that has a NUL in it"
#define LINE "has a pax header with a line of no length"
#define SIZE "has a header before it whose size is no octal number"

static const struct row {
	struct head v[4]; /* ends with the one of type 0 */
	const char *why;
} rows[] = {
	{ { { '0', NULL, 0, NULL } }, NULL },
	{ { { 'x', DATA("9 path=a\n"), NULL }, { '0', NULL, 0, NULL } }, NULL },
	{ { { 'x', DATA("10 path=a\0\n"), NULL }, { '0', NULL, 0, NULL } },
	  NUL },
	{ { { 'X', DATA("10 path=\0a\n"), NULL }, { '0', NULL, 0, NULL } },
	  NUL },
	{ { { 'x', DATA("14 linkpath=\0\n"), NULL }, { '2', NULL, 0, NULL } },
	  NUL },
	{ { { 'x', DATA("12 uname=a\0\n"), NULL }, { '5', NULL, 0, NULL } },
	  NUL },
	{ { { 'x', DATA("12 gname=a\0\n"), NULL }, { '5', NULL, 0, NULL } },
	  NUL },
	/* the second line, the second header */
	{ { { 'x', DATA("9 path=a\n12 gname=a\0\n"), NULL },
	    { '5', NULL, 0, NULL } }, NUL },
	{ { { 'x', DATA("9 path=a\n"), NULL }, { 'L', DATA("b\0"), NULL },
	    { 'x', DATA("10 path=a\0\n"), NULL }, { '0', NULL, 0, NULL } },
	  NUL },
	/* values of bytes */
	{ { { 'x', DATA("24 SCHILY.xattr.a.b=x\0\0\n"), NULL },
	    { '0', NULL, 0, NULL } }, NULL },
	{ { { 'x', DATA("31 RHT.security.selinux=a:b:c\0\n"), NULL },
	    { '0', NULL, 0, NULL } }, NULL },
	{ { { 'x', DATA("16 paths=\0\0\0\0\0\0\n10 path=\0\0\n"), NULL },
	    { '0', NULL, 0, NULL } }, NUL },
	{ { { 'x', DATA("19 path=10 path=\0\n"), NULL },
	    { '0', NULL, 0, NULL } }, NUL },
	/* '=' in a value, none at all, and no length */
	{ { { 'x', DATA("11 path=a=\n"), NULL }, { '0', NULL, 0, NULL } },
	  NULL },
	{ { { 'x', DATA("9 path\0=\n"), NULL }, { '0', NULL, 0, NULL } },
	  NULL },
	{ { { 'x', DATA("6 abc\n10 path=\0\0\n"), NULL },
	    { '0', NULL, 0, NULL } }, NUL },
	{ { { 'x', DATA("path=a\n"), NULL }, { '0', NULL, 0, NULL } }, LINE },
	{ { { 'x', DATA("1 path=a\n"), NULL }, { '0', NULL, 0, NULL } }, LINE },
	{ { { 'x', DATA("99999999999999999999 path=a\n"), NULL },
	    { '0', NULL, 0, NULL } }, LINE },
	/* g is not for one member; behind its own record is data */
	{ { { 'g', DATA("10 path=a\0\n"), NULL }, { '0', NULL, 0, NULL } },
	  NULL },
	{ { { 'K', DATA("x\0y"), NULL }, { '2', NULL, 0, NULL } }, NULL },
	{ { { '0', NULL, 0, NULL }, { 'x', DATA("10 path=a\0\n"), NULL } },
	  NULL },
	{ { { '\0', NULL, 0, NULL }, { 'x', DATA("10 path=a\0\n"), NULL } },
	  NULL },
	{ { { 'x', DATA("9 path=a\n"), "\200\0\0\0\0\0\0\0\0\0\0\011" },
	    { '0', NULL, 0, NULL } }, SIZE },
	{ { { 'x', DATA("9 path=a\n"), "9          " }, { '0', NULL, 0, NULL } },
	  SIZE },
};

static void add_head(struct ek_buf *b, const struct head *h)
{
	static const char zero[EK_RECORD_SIZE];
	struct ek_record r = { { 0 } };

	snprintf((char *)r.b + 124, 12, "%011o", (unsigned)h->len);
	if (h->size != NULL)
		memcpy(r.b + 124, h->size, 12);
	ek_record_set_type(&r, h->type);
	ek_buf_add(b, r.b, sizeof(r.b));
	if (h->len == 0)
		return;
	ek_buf_add(b, h->data, h->len);
	ek_buf_add(b, zero, (sizeof(zero) - h->len % sizeof(zero)) %
		   sizeof(zero));
}

static void feed(struct ek_paxhead *p, const struct ek_buf *b, size_t chunk)
{
	for (size_t at = 0; at < b->len; at += chunk) {
		size_t left = b->len - at;

		ek_paxhead_feed(p, (const unsigned char *)b->p + at,
				left < chunk ? left : chunk);
	}
}

static void test_rows(void **state)
{
	static const size_t chunks[] = { 1, 7, 511, 512, 513, 100000 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows) * COUNT(chunks); i++) {
		const struct row *r = &rows[i / COUNT(chunks)];
		struct ek_paxhead p = { .why = NULL };
		struct ek_buf b = EK_BUF_INIT;

		for (size_t k = 0; k < COUNT(r->v); k++)
			add_head(&b, &r->v[k]);
		feed(&p, &b, chunks[i % COUNT(chunks)]);
		ek_buf_free(&b);
		if (r->why != NULL && p.why != NULL &&
		    strcmp(r->why, p.why) == 0)
			continue;
		if (r->why != p.why)
			fail_msg("row %zu: %s", i / COUNT(chunks),
				 p.why != NULL ? p.why : "nothing found");
		assert_true(p.over);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests_name("paxhead", tests, NULL, NULL);
}
