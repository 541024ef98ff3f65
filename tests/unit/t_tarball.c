/* SPDX-License-Identifier: BSD-2-Clause */
/* t_tarball.c - unit tests of tarball.h, on tars made here byte by byte */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/buf.h"
#include "ek/entry.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/tarball.h"

enum dialect { V7, USTAR, GNU };

/* One record and its data, as the old manual pages describe them. */
struct rec {
	char type;
	const char *name, *link, *data;
	enum dialect dialect;
	const char *size; /* the field, where it is not that of data */
};

static void add_rec(struct ek_buf *b, const struct rec *r)
{
	static const char zero[512];
	size_t len = r->data != NULL ? strlen(r->data) : 0;
	unsigned char h[512] = { 0 };
	unsigned sum = 0;

	memcpy(h, r->name, strnlen(r->name, 100));
	snprintf((char *)h + 100, 24, "%07o%c%07o%c%07o", 01644u, 0, 3u, 0, 4u);
	snprintf((char *)h + 124, 24, "%011o%c%011o",
		 (unsigned)(len & 0xffffff), 0, 1234567u);
	if (r->size != NULL)
		memcpy(h + 124, r->size, 12);
	h[156] = (unsigned char)r->type;
	if (r->link != NULL)
		memcpy(h + 157, r->link, strnlen(r->link, 100));
	if (r->dialect == USTAR)
		memcpy(h + 257, "ustar\0" "00", 8);
	if (r->dialect == GNU)
		memcpy(h + 257, "ustar  ", 8);
	if (r->dialect != V7) {
		memcpy(h + 265, "joe", 3);
		memcpy(h + 297, "crew", 4);
		memcpy(h + 329, "0000010\0" "0000002", 15);
	}
	memset(h + 148, ' ', 8);
	for (size_t i = 0; i < sizeof(h); i++)
		sum += h[i];
	snprintf((char *)h + 148, 8, "%06o", sum);
	ek_buf_add(b, h, sizeof(h));
	if (len != 0)
		ek_buf_add(b, r->data, len);
	ek_buf_add(b, zero, (512 - len % 512) % 512);
}

static void add_end(struct ek_buf *b, size_t n)
{
	static const char zero[512];

	while (n-- > 0)
		ek_buf_add(b, zero, sizeof(zero));
}

/* Read all of b; names, types and data go to text. */
static int read_all(const struct ek_buf *b, struct ek_buf *text,
		    struct ek_err *err)
{
	struct ek_tarball *t = NULL;
	struct ek_in *in;
	const struct ek_entry *e;
	char *data;
	size_t len;
	int rc;

	assert_int_equal(ek_in_open_mem(&in, "t.tar", ek_buf_str(b), b->len,
					NULL), EK_OK);
	rc = ek_tarball_open(&t, in, err);
	while (rc == EK_OK) {
		rc = ek_tarball_next(t, &e, err);
		if (rc != EK_OK)
			break;
		ek_buf_addf(text, "%s|%s|%s|%o|%u:%u|%s:%s|%lld|",
			    ek_ftype_name(e->type), e->name,
			    e->link != NULL ? e->link : "", e->mode, e->uid,
			    e->gid, e->uname != NULL ? e->uname : "",
			    e->gname != NULL ? e->gname : "",
			    (long long)e->mtime);
		rc = ek_tarball_slurp(t, 1000, &data, &len, err);
		if (rc == EK_OK)
			ek_buf_addf(text, "%s\n", data);
		free(data);
	}
	assert_true(rc == EK_END || rc < 0);
	ek_tarball_close(&t);
	ek_in_close(&in);
	return rc;
}

static const struct {
	struct rec r;
	const char *want;
} good[] = {
	{ { .type = '0', .name = "a", .data = "one", .dialect = V7 },
	  "file|a||1644|3:4|:|1234567|one\n" },
	{ { .type = '0', .name = "a", .data = "one", .dialect = USTAR },
	  "file|a||1644|3:4|joe:crew|1234567|one\n" },
	{ { .type = 0, .name = "a/b", .data = "one", .dialect = GNU },
	  "file|a/b||1644|3:4|joe:crew|1234567|one\n" },
	{ { .type = '7', .name = "a", .data = "one", .dialect = GNU },
	  "file|a||1644|3:4|joe:crew|1234567|one\n" },
	{ { .type = '5', .name = "./d/", .dialect = GNU },
	  "directory|d||1644|3:4|joe:crew|1234567|\n" },
	{ { .type = '5', .name = "././d//", .dialect = GNU },
	  "directory|d||1644|3:4|joe:crew|1234567|\n" },
	{ { .type = '5', .name = "./", .dialect = GNU }, "" },
	{ { .type = '5', .name = ".", .dialect = GNU }, "" },
	{ { .type = '2', .name = "s", .link = "./x/", .dialect = GNU },
	  "symbolic link|s|./x/|1644|3:4|joe:crew|1234567|\n" },
	{ { .type = '1', .name = "h", .link = "./x", .dialect = GNU },
	  "hard link|h|x|1644|3:4|joe:crew|1234567|\n" },
	{ { .type = '3', .name = "c", .dialect = GNU },
	  "character device|c||1644|3:4|joe:crew|1234567|\n" },
	{ { .type = '4', .name = "c", .dialect = GNU },
	  "block device|c||1644|3:4|joe:crew|1234567|\n" },
	{ { .type = '6', .name = "c", .dialect = GNU },
	  "FIFO|c||1644|3:4|joe:crew|1234567|\n" },
	/* not ours to judge */
	{ { .type = '0', .name = "../\001", .data = "x", .dialect = GNU },
	  "file|../\001||1644|3:4|joe:crew|1234567|x\n" },
	{ { .type = '0', .name = "/a\351", .data = "x", .dialect = GNU },
	  "file|/a\351||1644|3:4|joe:crew|1234567|x\n" },
};

static void test_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		for (size_t end = 1; end < 25; end += 19) {
			struct ek_buf b = EK_BUF_INIT, text = EK_BUF_INIT;
			struct ek_err err = EK_ERR_INIT;

			add_rec(&b, &good[i].r);
			add_end(&b, end);
			if (read_all(&b, &text, &err) != EK_END)
				fail_msg("case %zu: %s", i, err.msg);
			assert_string_equal(ek_buf_str(&text), good[i].want);
			ek_buf_free(&b);
			ek_buf_free(&text);
		}
	}
}

/* Several records, and bytes behind them. */
static const struct bad {
	struct rec r[3];
	size_t end; /* zero blocks */
	const char *behind;
	size_t cut; /* bytes taken off */
	int rc;
	const char *want;
} bad[] = {
	{ .r = { { '0', "a", NULL, "one", GNU, NULL } }, .rc = EK_EFORMAT,
	  .want = "'t.tar' ends at offset 1024 without an end-of-archive mark" },
	{ .r = { { '0', "a", NULL, "one", GNU, NULL } }, .cut = 1,
	  .rc = EK_EFORMAT, .want = "Truncated" },
	{ .r = { { '0', "a", NULL, "one", GNU, NULL } }, .cut = 510,
	  .rc = EK_EFORMAT, .want = "Truncated" },
	{ .r = { { '0', "a", NULL, "one", GNU, NULL } }, .end = 1, .cut = 1,
	  .rc = EK_EFORMAT, .want = "Truncated" },
	{ .r = { { '0', "a", NULL, "one", GNU, NULL } }, .end = 2,
	  .behind = "x", .rc = EK_EFORMAT,
	  .want = "behind the end of the tar, at offset 2048" },
	{ .r = { { '0', "a", NULL, "one", GNU, NULL } }, .end = 1,
	  .behind = "x", .rc = EK_EFORMAT,
	  .want = "behind the end of the tar, at offset 1536" },
	{ .r = { { '0', "a", NULL, "one", GNU, NULL } }, .end = 300,
	  .behind = "x", .rc = EK_EFORMAT,
	  .want = "behind the end of the tar, at offset 154624" },
	{ .r = { { '0', "a", NULL, "one", V7, "\0\0\0\0\0\0\0\0\0\0\0" } },
	  .end = 2, .rc = EK_EFORMAT, .want = "offset" },
	{ .r = { { '0', "a", NULL, "one", GNU, "77777777777" } }, .end = 2,
	  .rc = EK_ELIMIT, .want = "member 'a' has 8589934591 bytes" },
	{ .r = { { '0', "a", NULL, "one", GNU, "00000001000" } }, .end = 0,
	  .rc = EK_EFORMAT, .want = "without an end" },
	{ .r = { { '0', "a", NULL, "one", GNU, "00000001001" } }, .end = 0,
	  .rc = EK_EFORMAT, .want = "Truncated" },
	{ .r = { { '0', "a", NULL, "one", GNU,
		   "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff" } },
	  .end = 2, .rc = EK_EFORMAT, .want = "offset" },
	{ .r = { { '0', "a", NULL, "one", GNU,
		   "\x80\x00\x00\x00\x7f\xff\xff\xff\xff\xff\xff\xff" } },
	  .end = 2, .rc = EK_EFORMAT, .want = "offset" },
	{ .r = { { '0', "a", NULL, "one", GNU,
		   "\x80\x00\x00\x00\x00\x00\x00\x10\x00\x00\x00\x00" } },
	  .end = 2, .rc = EK_ELIMIT, .want = "member 'a' has 68719476736" },
	{ .r = { { 'x', "p", NULL, "11 size=3\n", USTAR, NULL },
		 { '0', "a", NULL, "one", USTAR, NULL } },
	  .end = 2, .rc = EK_EFORMAT, .want = "offset" },
	{ .r = { { 'x', "p", NULL, "9 size=3\n", USTAR, NULL },
		 { '1', "a", "b", "one", USTAR, NULL } },
	  .end = 2, .rc = EK_EREFUSE,
	  .want = "member 'a' is a hard link that carries data" },
	{ .r = { { 'x', "p", NULL, "13 uid=-1234\n", USTAR, NULL },
		 { '0', "a", NULL, "one", USTAR, NULL } },
	  .end = 2, .rc = EK_ELIMIT, .want = "owner -1234:4 is out of range" },
	{ .r = { { 'x', "p", NULL, "18 gid=4294967296\n", USTAR, NULL },
		 { '0', "a", NULL, "one", USTAR, NULL } },
	  .end = 2, .rc = EK_ELIMIT, .want = "4294967296 is out of range" },
	{ .r = { { 'g', "g", NULL, "20 comment=something", USTAR, NULL } },
	  .end = 0, .rc = EK_EFORMAT, .want = "offset" },
};

static void run_bad(size_t i, const struct bad *x)
{
	struct ek_buf b = EK_BUF_INIT, text = EK_BUF_INIT;
	struct ek_err err = EK_ERR_INIT;
	int rc;

	for (size_t k = 0; k < 3 && x->r[k].name != NULL; k++)
		add_rec(&b, &x->r[k]);
	add_end(&b, x->end);
	if (x->behind != NULL)
		ek_buf_adds(&b, x->behind);
	b.len -= x->cut;
	rc = read_all(&b, &text, &err);
	if (rc != x->rc || strstr(err.msg, x->want) == NULL)
		fail_msg("case %zu: %d %s (%s)", i, rc, err.msg,
			 ek_buf_str(&text));
	ek_buf_free(&b);
	ek_buf_free(&text);
}

static void test_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		run_bad(i, &bad[i]);
}

/* Every single bit of a header: an error, or another entry, never a crash; the
 * checksum sees all that matter. */
static void test_flips(void **state)
{
	struct rec r = { '0', "a", NULL, "one", GNU, NULL };

	(void)state;
	for (size_t bit = 0; bit < (size_t)512 * 8; bit++) {
		struct ek_buf b = EK_BUF_INIT, text = EK_BUF_INIT;

		add_rec(&b, &r);
		add_end(&b, 2);
		b.p[bit / 8] = (char)(b.p[bit / 8] ^ (1 << bit % 8));
		if (bit / 8 < 148 || bit / 8 > 155)
			assert_int_equal(read_all(&b, &text, NULL), EK_EFORMAT);
		else
			read_all(&b, &text, NULL);
		ek_buf_free(&b);
		ek_buf_free(&text);
	}
}

/* Other things that people call tar. */
static const struct {
	const char *data;
	size_t len;
	const char *want;
} others[] = {
	{ "", 0, "'t.tar' is not a tar: it has only 0 bytes" },
	{ "hello", 5, "'t.tar' is not a tar: it has only 5 bytes" },
	{ "\x1f\x8b\x08", 600, "no valid header at its start" },
	{ "070701000000000000", 600, "no valid header at its start" },
	{ "PK\003\004", 600, "no valid header at its start" },
	{ "\0", 512, NULL },
	{ "\0", 1024, NULL },
};

static void test_others(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct ek_buf b = EK_BUF_INIT, text = EK_BUF_INIT;
		struct ek_err err = EK_ERR_INIT;
		char data[1024] = "";

		memcpy(data, others[i].data,
		       others[i].len < 18 ? others[i].len :
		       strlen(others[i].data));
		ek_buf_add(&b, data, others[i].len);
		if (others[i].want == NULL) {
			assert_int_equal(read_all(&b, &text, &err), EK_END);
		} else {
			assert_int_equal(read_all(&b, &text, &err), EK_EFORMAT);
			assert_non_null(strstr(err.msg, others[i].want));
		}
		ek_buf_free(&b);
		ek_buf_free(&text);
	}
}

static void test_vmtar_is_none(void **state)
{
	struct rec r = { '0', "a", NULL, "one", GNU, NULL };
	struct ek_buf b = EK_BUF_INIT, text = EK_BUF_INIT;
	struct ek_err err = EK_ERR_INIT;

	(void)state;
	add_rec(&b, &r);
	memcpy(b.p + 257, "visor", 5);
	add_end(&b, 2);
	assert_int_equal(read_all(&b, &text, &err), EK_EFORMAT);
	assert_string_equal(err.msg, "'t.tar' is a vmtar, not a tar");
	ek_buf_free(&b);
	ek_buf_free(&text);
}

/* Long names by L, K and by pax; an umlaut as two characters stays two. */
static void test_long_and_pax(void **state)
{
	static const struct rec recs[] = {
		{ 'L', "././@LongLink", NULL, "long/e\314\210", GNU, NULL },
		{ 'K', "././@LongLink", NULL, "t\303\251", GNU, NULL },
		{ '2', "cut", "cut", NULL, GNU, NULL },
		{ 'x', "p", NULL,
		  "14 path=e\314\210\303\251\n22 linkpath=target\314\210.\n"
		  "15 uname=J\303\266rg\n", USTAR, NULL },
		{ '2', "cut", "cut", NULL, USTAR, NULL },
		{ '0', "last", NULL, "data", USTAR, NULL },
	};
	struct ek_buf b = EK_BUF_INIT, text = EK_BUF_INIT;
	struct ek_err err = EK_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(recs) / sizeof(recs[0]); i++)
		add_rec(&b, &recs[i]);
	add_end(&b, 2);
	if (read_all(&b, &text, &err) != EK_END)
		fail_msg("%s", err.msg);
	assert_string_equal(ek_buf_str(&text),
		"symbolic link|long/e\314\210|t\303\251|1644|3:4|joe:crew|"
		"1234567|\n"
		"symbolic link|e\314\210\303\251|target\314\210.|1644|3:4|"
		"J\303\266rg:crew|1234567|\n"
		"file|last||1644|3:4|joe:crew|1234567|data\n");
	ek_buf_free(&b);
	ek_buf_free(&text);
}

/* ---- a NUL in a name of a pax header ------------------------------------- */

/* A stream of a buffer that gives step bytes at once. */
struct pieces {
	const struct ek_buf *b;
	size_t at, step;
};

static int fill_pieces(void *ctx, unsigned char *buf, size_t cap, size_t *got,
		       struct ek_err *err)
{
	struct pieces *p = ctx;
	size_t n = p->b->len - p->at;

	(void)err;
	n = n < cap ? n : cap;
	*got = n < p->step ? n : p->step;
	memcpy(buf, p->b->p + p->at, *got);
	p->at += *got;
	return EK_OK;
}

/* The members up to a failure or the end, the data of every other one read. */
static size_t count(const struct ek_buf *b, size_t step, int *rc,
		    struct ek_err *err)
{
	struct pieces from = { b, 0, step };
	struct ek_tarball *t;
	const struct ek_entry *e;
	struct ek_in *in;
	char *data;
	size_t n = 0, len;

	assert_int_equal(ek_in_open_fill(&in, "t.tar", fill_pieces, NULL, &from,
					 NULL), EK_OK);
	assert_int_equal(ek_tarball_open(&t, in, NULL), EK_OK);
	while ((*rc = ek_tarball_next(t, &e, err)) == EK_OK) {
		if (n++ % 2 != 0)
			continue;
		assert_int_equal(ek_tarball_slurp(t, 4000, &data, &len, err),
				 EK_OK);
		free(data);
	}
	ek_tarball_close(&t);
	ek_in_close(&in);
	return n;
}

static void test_pax_nul(void **state)
{
	static char data[3][2001];
	static const struct rec recs[] = {
		{ '0', "a", NULL, data[0], GNU, NULL },
		{ 'x', "p", NULL, "9 path=b\n", USTAR, NULL },
		{ '0', "cut", NULL, data[1], USTAR, NULL },
		{ '0', "c", NULL, data[2], USTAR, NULL },
		{ '5', "./", NULL, NULL, USTAR, NULL },
		{ 'L', "././@LongLink", NULL, data[2], GNU, NULL },
		{ '0', "d", NULL, data[0], GNU, NULL },
		{ 'x', "p", NULL, "13 path=ef?g\n", USTAR, NULL },
		{ '0', "cut", NULL, data[1], USTAR, NULL },
	};
	struct ek_buf b = EK_BUF_INIT;
	char *mark;

	(void)state;
	memset(data[0], '0', 2000); /* so would a record look that has a size */
	memset(data[1], '7', 513);
	memset(data[2], 'x', 1024);
	for (size_t i = 0; i < sizeof(recs) / sizeof(recs[0]); i++)
		add_rec(&b, &recs[i]);
	add_end(&b, 2);
	mark = memchr(ek_buf_str(&b), '?', b.len);
	assert_non_null(mark);
	for (size_t step = 1; step < 1200; step += step < 40 ? 1 : 37) {
		struct ek_err err = EK_ERR_INIT;
		int rc;

		*mark = '?';
		assert_int_equal(count(&b, step, &rc, &err), 5);
		assert_int_equal(rc, EK_END);
		*mark = '\0';
		assert_int_equal(count(&b, step, &rc, &err), 4);
		assert_int_equal(rc, EK_EREFUSE);
		assert_string_equal(err.msg, "'t.tar': member 'ef' at offset"
			" 11264 has a pax header with a name that has a NUL in"
			" it");
	}
	ek_buf_free(&b);
}

/* copy() and skipping, over more than one buffer. */
static void test_copy(void **state)
{
	struct ek_buf b = EK_BUF_INIT;
	struct ek_tarball *t;
	const struct ek_entry *e;
	struct ek_out *out;
	struct ek_in *in;
	char *big = malloc(200001), *got;
	size_t len;

	(void)state;
	assert_non_null(big);
	memset(big, 'b', 200000);
	big[200000] = '\0';
	add_rec(&b, &(struct rec){ '0', "a", NULL, big, GNU, NULL });
	add_rec(&b, &(struct rec){ '0', "b", NULL, big, GNU, NULL });
	add_rec(&b, &(struct rec){ '0', "c", NULL, "end", GNU, NULL });
	add_end(&b, 2);
	assert_int_equal(ek_in_open_mem(&in, "t", b.p, b.len, NULL), EK_OK);
	assert_int_equal(ek_tarball_open(&t, in, NULL), EK_OK);
	assert_int_equal(ek_tarball_next(t, &e, NULL), EK_OK);
	assert_int_equal(ek_tarball_next(t, &e, NULL), EK_OK);
	assert_int_equal(e->size, 200000);
	assert_int_equal(ek_out_open_mem(&out, &got, &len, NULL), EK_OK);
	assert_int_equal(ek_tarball_copy(t, out, NULL), EK_OK);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	assert_int_equal(len, 200000);
	assert_memory_equal(got, big, len);
	free(got);
	assert_int_equal(ek_tarball_next(t, &e, NULL), EK_OK);
	assert_int_equal(ek_tarball_slurp(t, 2, &got, &len, NULL), EK_ELIMIT);
	assert_int_equal(ek_tarball_slurp(t, 3, &got, &len, NULL), EK_OK);
	assert_string_equal(got, "end");
	free(got);
	assert_int_equal(ek_tarball_next(t, &e, NULL), EK_END);
	assert_null(e);
	ek_tarball_close(&t);
	assert_null(t);
	ek_in_close(&in);
	free(big);
	ek_buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_flips),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_vmtar_is_none),
		cmocka_unit_test(test_long_and_pax),
		cmocka_unit_test(test_pax_nul),
		cmocka_unit_test(test_copy),
	};

	return cmocka_run_group_tests_name("tarball", tests, NULL, NULL);
}
