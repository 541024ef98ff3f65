/* SPDX-License-Identifier: BSD-2-Clause */
/* t_vmtar.c - unit tests of vmtar.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../fix/vmtar_cases.h"
#include "ek/digest.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/num.h"
#include "ek/vmtar.h"

/* ---- helpers -------------------------------------------------------------- */

/* A stream over bytes that cannot be rewound, as a pipe. */
struct pipe_in {
	const char *p;
	size_t left;
};

static int pipe_fill(void *ctx, unsigned char *buf, size_t cap, size_t *got,
		     struct ek_err *err)
{
	struct pipe_in *s = ctx;
	size_t n = s->left < cap ? s->left : cap;

	(void)err;
	if (n > 700)
		n = 700; /* odd pieces */
	memcpy(buf, s->p, n);
	s->p += n;
	s->left -= n;
	*got = n;
	return EK_OK;
}

static struct ek_in *open_bytes(const void *p, size_t n, bool piped)
{
	struct pipe_in *s;
	struct ek_in *in;

	if (!piped) {
		assert_int_equal(ek_in_open_mem(&in, "t", p, n, NULL), EK_OK);
		return in;
	}
	s = malloc(sizeof(*s));
	assert_non_null(s);
	*s = (struct pipe_in){ p, n };
	assert_int_equal(ek_in_open_fill(&in, "t", pipe_fill, free, s, NULL),
			 EK_OK);
	return in;
}

struct notes {
	int warnings, elf;
	char last[300];
};

static void on_note(void *ctx, enum ek_vmtar_say say, const char *member,
		    const char *text)
{
	struct notes *n = ctx;

	if (say == EK_VMTAR_ELF)
		n->elf++;
	else
		n->warnings++;
	snprintf(n->last, sizeof(n->last), "%s: %s", member, text);
}

static int pack(const void *tar, size_t len, enum ek_vmtar_gen gen, bool piped,
		char **buf, size_t *n, struct notes *notes, struct ek_err *err)
{
	struct ek_in *in = open_bytes(tar, len, piped);
	struct ek_out *out;
	int rc;

	*buf = NULL;
	*n = 0;
	assert_int_equal(ek_out_open_mem(&out, buf, n, NULL), EK_OK);
	memset(notes, 0, sizeof(*notes));
	rc = ek_vmtar_from_tar(in, gen, out, on_note, notes, err);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	ek_in_close(&in);
	return rc;
}

static int unpack(const void *vtar, size_t len, bool piped, char **buf,
		  size_t *n, struct ek_err *err)
{
	struct ek_in *in = open_bytes(vtar, len, piped);
	struct ek_vmtar *v;
	struct ek_out *out;
	int rc;

	*buf = NULL;
	*n = 0;
	assert_int_equal(ek_out_open_mem(&out, buf, n, NULL), EK_OK);
	rc = ek_vmtar_open(&v, in, err);
	if (rc == EK_OK)
		rc = ek_vmtar_to_tar(v, out, err);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	ek_vmtar_close(&v);
	ek_in_close(&in);
	return rc;
}

/* ---- the cases ------------------------------------------------------------ */

static void check_case(const struct vcase *c, int g, bool piped)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_buf tar = EK_BUF_INIT;
	char *vtar, *back, hex[EK_DIGEST_HEX];
	struct notes notes;
	size_t n, back_n;

	c->make(&tar);
	if (pack(tar.p, tar.len, (enum ek_vmtar_gen)g, piped, &vtar, &n,
		 &notes, &err) != EK_OK)
		fail_msg("%s: %s", c->name, err.msg);
	assert_int_equal(ek_digest_mem(EK_SHA256, vtar, n, hex, NULL), EK_OK);
	if (n != c->out[g].size || strcmp(hex, c->out[g].sha256) != 0)
		fail_msg("%s, generation %d: %zu bytes, sha256 %s", c->name, g,
			 n, hex);
	if (unpack(vtar, n, piped, &back, &back_n, &err) != EK_OK)
		fail_msg("%s: %s", c->name, err.msg);
	assert_int_equal(back_n, tar.len);
	if ((memcmp(back, tar.p, back_n) == 0) == c->differs)
		fail_msg("%s: the way back is wrong", c->name);
	free(back);
	free(vtar);
	ek_buf_free(&tar);
}

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < VCASES; i++)
		for (int g = 0; g < 3 && vcases[i].out[g].size != 0; g++) {
			check_case(&vcases[i], g, false);
			check_case(&vcases[i], g, true);
		}
}

/* The two whose way back is not the input: digests of the measured bytes. */
static void test_way_back(void **state)
{
	static const struct {
		const char *name, *sha256;
	} want[] = {
		{ "signed-sum", 
		  "91eca9a2e66f867aa63420a297e652cbce5da45dcad1219d3a9eff2287127c29" },
		{ "type7-in", 
		  "cc4b32810b929c61ac09ac7bd46de170093a05bbfe2f71204cafc7a0eeb1e6a0" },
	};
	char *vtar, *back, hex[EK_DIGEST_HEX];
	struct notes notes;
	size_t n, back_n;

	(void)state;
	for (size_t i = 0; i < VCASES; i++)
		for (size_t w = 0; w < 2; w++) {
			struct ek_buf tar = EK_BUF_INIT;

			if (strcmp(vcases[i].name, want[w].name) != 0)
				continue;
			vcases[i].make(&tar);
			assert_int_equal(pack(tar.p, tar.len, EK_VMTAR_67,
					      false, &vtar, &n, &notes, NULL),
					 EK_OK);
			assert_int_equal(unpack(vtar, n, false, &back, &back_n,
						NULL), EK_OK);
			assert_int_equal(ek_digest_mem(EK_SHA256, back, back_n,
						       hex, NULL), EK_OK);
			assert_string_equal(hex, want[w].sha256);
			free(back);
			free(vtar);
			ek_buf_free(&tar);
		}
}

/* ---- tars that are refused, or warned of ---------------------------------- */

/* A case to be changed: the file "a" of 3 bytes, then the empty file "f". */
static void small_tar(struct ek_buf *b)
{
	vc_file(b, '0', "a", "abc", 3);
	vc_add(b, '0', 0644, "f", NULL, NULL, 0);
	vc_end(b);
}

enum { AT_A = 0, AT_F = 1024 };

static const struct bad_tar {
	const char *what;    /* of the change */
	size_t at;           /* of the record */
	size_t field, len;
	const char *bytes;   /* put at the field */
	int rc;
	const char *msg;     /* is in the message */
} bad_tars[] = {
	{ "2 GiB", AT_F, 124, 12, "20000000000\0", EK_ELIMIT,
	  "'t': member 'f' at offset 1024: it has 2147483648 bytes" },
	{ "4 GiB", AT_F, 124, 12, "40000000000\0", EK_ELIMIT,
	  "4294967296 bytes, but all of a vmtar must end below 2 GiB" },
	{ "base-256 size", AT_F, 124, 12,
	  "\200\0\0\0\0\0\0\2\0\0\0\0", EK_ELIMIT,
	  "'t': member 'f' at offset 1024: its size is written in base-256" },
	{ "base-256 owner", AT_F, 108, 8, "\200\0\0\0\0\40\0\0", EK_EFORMAT,
	  "member 'f' at offset 1024: the owner number is not octal" },
	{ "12 digits run on", AT_F, 124, 12, "000000000000", EK_EFORMAT,
	  "its size is not an octal number" },
	{ "digits are no digits", AT_F, 124, 12, "0000000x000", EK_EFORMAT,
	  "its size is not an octal number" },
	{ "magic of POSIX behind GNU", AT_F, 257, 8, "ustar\0" "00",
	  EK_EFORMAT, "member 'f' at offset 1024: its header is not of old" },
	{ "magic of a vmtar behind GNU", AT_F, 257, 8, "visor  \0",
	  EK_EFORMAT, "dialects are mixed" },
	{ "magic cut", AT_F, 257, 8, "ustar \0\0", EK_EFORMAT, "dialects" },
	{ "a vmtar", AT_A, 257, 8, "visor  \0", EK_EREFUSE,
	  "'t' is a vmtar already" },
	{ "no name", AT_F, 0, 1, "\0", EK_EFORMAT, "it has no name" },
	{ "link with a size", AT_A, 156, 1, "2", EK_EFORMAT,
	  "member 'a' at offset 0: it is a link" },
	{ "hard link with data", AT_A, 156, 1, "1", EK_EFORMAT,
	  "offset 512: the checksum of its header is wrong" },
	{ "directory with a size", AT_A, 156, 1, "5", EK_EFORMAT, "size" },
	{ "sparse", AT_A, 156, 1, "S", EK_EFORMAT, "a sparse file" },
	{ "pax header", AT_A, 156, 1, "x", EK_EFORMAT, "a pax header" },
	{ "size beyond the end", AT_F, 124, 12, "00000010000\0", EK_EFORMAT,
	  "inside the data of member 'f' at offset 1024" },
	{ "size that eats the end", AT_F, 124, 12, "00000002000\0",
	  EK_EFORMAT, "without the zero block" },
	{ "second long name", AT_A, 156, 1, "L", EK_OK, NULL },
	{ "empty long name", AT_F, 156, 1, "L", EK_EFORMAT, "is empty" },
};

static void test_bad_tars(void **state)
{
	struct ek_err err;
	struct notes notes;
	char *vtar;
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(bad_tars) / sizeof(bad_tars[0]); i++) {
		const struct bad_tar *t = &bad_tars[i];

		for (int piped = 0; piped < 2; piped++) {
			struct ek_buf tar = EK_BUF_INIT;
			int rc;

			small_tar(&tar);
			memcpy(tar.p + t->at + t->field, t->bytes, t->len);
			vc_sum(tar.p + t->at, false);
			rc = pack(tar.p, tar.len, EK_VMTAR_67, piped != 0,
				  &vtar, &n, &notes, &err);
			if (rc != t->rc ||
			    (t->msg != NULL &&
			     strstr(err.msg, t->msg) == NULL))
				fail_msg("%s: %d '%s'", t->what, rc, err.msg);
			if (rc != EK_OK)
				assert_int_equal(n, 0);
			free(vtar);
			ek_buf_free(&tar);
		}
	}
}

/* Cut anywhere but behind the first zero block: refused, nothing written. */
static void test_cut_tars(void **state)
{
	struct ek_buf tar = EK_BUF_INIT;
	struct ek_err err;
	struct notes notes;
	char *vtar;
	size_t n;

	(void)state;
	vc_longname(&tar);
	for (size_t len = 0; len < tar.len - 512; len += 256) {
		for (int piped = 0; piped < 2; piped++) {
			int rc = pack(tar.p, len, EK_VMTAR_67, piped != 0,
				      &vtar, &n, &notes, &err);

			if (rc != EK_EFORMAT || n != 0)
				fail_msg("%zu bytes: %d, %zu written", len, rc,
					 n);
			assert_non_null(strstr(err.msg, "'t' "));
			free(vtar);
		}
	}
	/* one zero block is enough, and what stands behind it must be zero */
	assert_int_equal(pack(tar.p, tar.len - 512, EK_VMTAR_67, false, &vtar,
			      &n, &notes, NULL), EK_OK);
	free(vtar);
	vc_fill(&tar, 0, 9000);
	assert_int_equal(pack(tar.p, tar.len, EK_VMTAR_67, false, &vtar, &n,
			      &notes, NULL), EK_OK);
	free(vtar);
	ek_buf_addc(&tar, 'x');
	assert_int_equal(pack(tar.p, tar.len, EK_VMTAR_67, false, &vtar, &n,
			      &notes, &err), EK_EFORMAT);
	assert_non_null(strstr(err.msg, "behind the end of the tar"));
	free(vtar);
	ek_buf_free(&tar);
}

static void test_refused_cases(void **state)
{
	struct ek_err err;
	struct notes notes;
	char *vtar;
	size_t n;

	(void)state;
	for (size_t i = 0; i < VCASES; i++) {
		struct ek_buf tar = EK_BUF_INIT;

		if (vcases[i].out[0].size != 0)
			continue;
		vcases[i].make(&tar);
		assert_int_equal(pack(tar.p, tar.len, EK_VMTAR_67, false, &vtar,
				      &n, &notes, &err), EK_EFORMAT);
		assert_int_equal(n, 0);
		free(vtar);
		ek_buf_free(&tar);
	}
}

/* The POSIX header gives what the same file gives in old GNU. */
static void test_ustar(void **state)
{
	struct ek_buf posix = EK_BUF_INIT, gnu = EK_BUF_INIT;
	struct notes notes;
	char *a, *b;
	size_t an, bn;

	(void)state;
	vc_bad_ustar(&posix);
	vc_file(&gnu, '0', "x", "A", 1);
	vc_end(&gnu);
	for (int piped = 0; piped < 2; piped++) {
		assert_int_equal(pack(posix.p, posix.len, EK_VMTAR_67,
				      piped != 0, &a, &an, &notes, NULL),
				 EK_OK);
		assert_int_equal(pack(gnu.p, gnu.len, EK_VMTAR_67, piped != 0,
				      &b, &bn, &notes, NULL), EK_OK);
		assert_int_equal(an, bn);
		assert_memory_equal(a, b, an);
		free(a);
		free(b);
	}
	ek_buf_free(&posix);
	ek_buf_free(&gnu);
}

static void test_notes(void **state)
{
	static const struct {
		void (*make)(struct ek_buf *);
		int warnings, elf;
		const char *last;
	} rows[] = {
		{ vc_sizes, 0, 0, "" },
		{ vc_elf64_text, 0, 0, "" },
		{ vc_elf_short, 0, 2, "e40: not a valid exec file" },
		{ vc_elf64_two_exec, 0, 1,
		  "e: only 1 executable load section supported" },
		{ vc_elf64_relobj, 0, 1, "e: not a valid exec file" },
		{ vc_odd_types, 3, 0,
		  "z2: a type of record that no archive of ESXi has; it is"
		  " taken over as it is" },
		{ vc_longname, 0, 0, "" },
	};
	struct notes notes;
	char *vtar;
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ek_buf tar = EK_BUF_INIT;

		rows[i].make(&tar);
		assert_int_equal(pack(tar.p, tar.len, EK_VMTAR_67, false, &vtar,
				      &n, &notes, NULL), EK_OK);
		assert_int_equal(notes.warnings, rows[i].warnings);
		assert_int_equal(notes.elf, rows[i].elf);
		assert_string_equal(notes.last, rows[i].last);
		free(vtar);
		ek_buf_free(&tar);
	}
}

/* 100 bytes without an end, 512 bytes and a "./": warned of, once each. */
static void test_name_warnings(void **state)
{
	struct ek_buf tar = EK_BUF_INIT;
	struct notes notes;
	char *vtar, name[513];
	size_t n;

	(void)state;
	vc_name_100(&tar);
	pack(tar.p, tar.len, EK_VMTAR_67, false, &vtar, &n, &notes, NULL);
	assert_int_equal(notes.warnings, 1);
	free(vtar);
	for (size_t len = 511; len <= 512; len++) {
		ek_buf_reset(&tar);
		memset(name, 'n', len);
		name[len] = '\0';
		vc_longlink(&tar, 'L', name);
		vc_file(&tar, '0', name, "A", 1);
		vc_end(&tar);
		pack(tar.p, tar.len, EK_VMTAR_67, false, &vtar, &n, &notes,
		     NULL);
		assert_int_equal(notes.warnings, len == 512);
		free(vtar);
	}
	ek_buf_reset(&tar);
	vc_file(&tar, '0', "./a", "A", 1);
	vc_file(&tar, '0', "./b", "A", 1);
	vc_end(&tar);
	pack(tar.p, tar.len, EK_VMTAR_67, false, &vtar, &n, &notes, NULL);
	assert_int_equal(notes.warnings, 1);
	free(vtar);
	ek_buf_free(&tar);
}

/* A hard link that tells the size of its file, without data: size 0. */
static void test_hard_link(void **state)
{
	struct ek_buf tar = EK_BUF_INIT, want = EK_BUF_INIT;
	struct notes notes;
	char *a, *b;
	size_t an, bn;

	(void)state;
	vc_file(&tar, '0', "a", "A", 3);
	vc_add(&tar, '1', 0644, "l", "a", NULL, 0);
	vc_file(&tar, '0', "b", "B", 1);
	vc_end(&tar);
	ek_buf_add(&want, tar.p, tar.len);
	memcpy(tar.p + 1024 + 124, "00000000003", 11);
	vc_sum(tar.p + 1024, false);
	assert_int_equal(pack(tar.p, tar.len, EK_VMTAR_67, true, &a, &an,
			      &notes, NULL), EK_OK);
	assert_int_equal(pack(want.p, want.len, EK_VMTAR_67, true, &b, &bn,
			      &notes, NULL), EK_OK);
	assert_int_equal(an, bn);
	assert_memory_equal(a, b, an);
	free(a);
	free(b);
	ek_buf_free(&tar);
	ek_buf_free(&want);
}

/* A long name with no member behind it. */
static void test_dangling(void **state)
{
	struct ek_buf tar = EK_BUF_INIT;
	struct notes notes;
	struct ek_err err;
	char *vtar;
	size_t n;

	(void)state;
	vc_file(&tar, '0', "a", "A", 1);
	vc_longlink(&tar, 'L', "lost");
	vc_end(&tar);
	assert_int_equal(pack(tar.p, tar.len, EK_VMTAR_67, false, &vtar, &n,
			      &notes, &err), EK_EFORMAT);
	assert_non_null(strstr(err.msg, "the long name 'lost' stands at the"));
	free(vtar);
	ek_buf_free(&tar);
}

/* What no reader looks at in a long record is refused, and not handed on. */
static void test_bad_long(void **state)
{
	struct ek_buf tar = EK_BUF_INIT;
	struct notes notes;
	struct ek_err err;
	char *vtar, *back;
	size_t n, m;

	(void)state;
	vc_longname(&tar);
	assert_int_equal(pack(tar.p, tar.len, EK_VMTAR_67, false, &vtar, &n,
			      &notes, NULL), EK_OK);
	vtar[1535] = 'x'; /* the L is at 512 */
	assert_int_equal(unpack(vtar, n, false, &back, &m, &err), EK_EFORMAT);
	assert_string_equal(err.msg, "'t': member '././@LongLink' at offset 512"
			    ": bytes that are not zero behind the long name");
	free(back);
	vtar[1535] = '\0';
	vtar[512 + 104] = '9'; /* found by fuzzing */
	vc_sum(vtar + 512, true);
	assert_int_equal(unpack(vtar, n, false, &back, &m, &err), EK_EFORMAT);
	assert_string_equal(err.msg, "'t': member '././@LongLink' at offset 512"
			    ": the mode is not an octal number");
	free(back);
	free(vtar);
	tar.p[2047] = 'x'; /* the L is at 1024 */
	assert_int_equal(pack(tar.p, tar.len, EK_VMTAR_67, false, &vtar, &n,
			      &notes, &err), EK_EFORMAT);
	assert_non_null(strstr(err.msg, "at offset 1024: bytes that are not"
			       " zero behind the long name"));
	free(vtar);
	ek_buf_free(&tar);
}

/* ---- plans ----------------------------------------------------------------- */

struct give {
	size_t len;
};

static int give_source(void *ctx, size_t index, struct ek_in **in,
		       struct ek_err *err)
{
	static const char bytes[100];
	const struct give *g = ctx;

	(void)index;
	return ek_in_open_mem(in, "source", bytes, g->len, err);
}

static void entry(struct ek_entry *e, const char *name, enum ek_ftype type,
		  uint64_t size)
{
	char *copy = strdup(name);

	assert_non_null(copy);
	*e = (struct ek_entry){ .name = copy, .type = type, .mode = 0644,
				.size = size, .mtime = 1500000000 };
}

/* Whatever the length of a name: the file is told, and why. */
static void test_long_names_told(void **state)
{
	struct ek_vmtar_plan *p;
	char name[4001];
	struct ek_entry e;
	struct ek_err err;

	(void)state;
	memset(name, 'n', 4000);
	name[4000] = '\0';
	assert_int_equal(ek_vmtar_plan_new(&p, EK_VMTAR_67, "dir", NULL, NULL,
					   NULL), EK_OK);
	entry(&e, name, EK_FT_FILE, 1);
	e.mtime = -1;
	assert_int_equal(ek_vmtar_plan_entry(p, &e, &err), EK_ELIMIT);
	assert_int_equal(err.code, EK_ELIMIT);
	assert_memory_equal(err.msg, "'dir': member 'nnn", 18);
	assert_non_null(strstr(err.msg, "nnn': its time is before 1970"));
	e.mtime = 0;
	e.size = EK_VMTAR_MAX;
	assert_int_equal(ek_vmtar_plan_entry(p, &e, &err), EK_ELIMIT);
	assert_memory_equal(err.msg, "'dir': member 'nnn", 18);
	assert_non_null(strstr(err.msg, "nnn': it has 2147483648 bytes, but"));
	ek_entry_clear(&e);
	ek_vmtar_plan_free(&p);
}

/* A source that changed since the plan is refused. */
static void test_sources(void **state)
{
	static const struct {
		size_t len;
		int rc;
	} rows[] = { { 9, EK_EFORMAT }, { 10, EK_OK }, { 11, EK_EFORMAT } };
	struct ek_vmtar_plan *p;
	struct ek_out *out;
	struct ek_entry e;
	struct ek_err err;
	struct give g;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(ek_vmtar_plan_new(&p, EK_VMTAR_67, "t", NULL,
						   NULL, NULL), EK_OK);
		entry(&e, "f", EK_FT_FILE, 10);
		assert_int_equal(ek_vmtar_plan_entry(p, &e, NULL), EK_OK);
		assert_int_equal(ek_vmtar_plan_close(p, NULL, NULL), EK_OK);
		assert_int_equal(ek_out_open_null(&out, NULL), EK_OK);
		g.len = rows[i].len;
		assert_int_equal(ek_vmtar_plan_write(p, out, give_source, &g,
						     &err), rows[i].rc);
		if (rows[i].rc != EK_OK)
			assert_non_null(strstr(err.msg, "member 'f' became"));
		ek_out_abort(&out);
		ek_entry_clear(&e);
		ek_vmtar_plan_free(&p);
	}
}

/* Everything must end below 2 GiB; the member that does not is named. */
static void test_limit(void **state)
{
	static const struct {
		uint64_t a, b;
		enum ek_vmtar_gen gen;
		const char *bad; /* NULL: fits */
		uint64_t total;
	} rows[] = {
		{ 1 << 30, (1 << 30) - 8192, EK_VMTAR_67, NULL,
		  4096 + 0x7fffe000u },
		{ 1 << 30, (1 << 30) - 4097, EK_VMTAR_67, NULL, 0x7fffffff },
		{ 1 << 30, (1 << 30) - 4096, EK_VMTAR_67, "two", 0 },
		{ 1 << 30, (1 << 30) - 4097, EK_VMTAR_80U1, "two", 0 },
		{ 1 << 30, (1 << 30) - 4608, EK_VMTAR_80U1, NULL,
		  0x7ffffe00 },
		{ 1 << 30, 1 << 30, EK_VMTAR_67, "two", 0 },
		{ 1 << 30, (1 << 30) - 1537, EK_VMTAR_65, NULL, 0x7fffffff },
		{ 0x7fffffff, 1, EK_VMTAR_67, "one", 0 },
		{ 0x80000000u, 1, EK_VMTAR_67, "one", 0 },
		{ 0x100000000u, 1, EK_VMTAR_67, "one", 0 },
		{ UINT64_MAX, 1, EK_VMTAR_67, "one", 0 },
	};
	struct ek_vmtar_plan *p;
	struct ek_entry one, two;
	struct ek_err err;
	char want[40];
	uint64_t total;
	int rc;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		entry(&one, "one", EK_FT_FILE, rows[i].a);
		entry(&two, "two", EK_FT_FILE, rows[i].b);
		assert_int_equal(ek_vmtar_plan_new(&p, rows[i].gen, "t", NULL,
						   NULL, NULL), EK_OK);
		rc = ek_vmtar_plan_entry(p, &one, &err);
		if (rc == EK_OK)
			rc = ek_vmtar_plan_entry(p, &two, &err);
		if (rc == EK_OK)
			rc = ek_vmtar_plan_close(p, &total, &err);
		assert_int_equal(rc, rows[i].bad != NULL ? EK_ELIMIT : EK_OK);
		if (rc == EK_OK) {
			assert_int_equal(total, rows[i].total);
		} else {
			snprintf(want, sizeof(want), "'t': member '%s'",
				 rows[i].bad);
			assert_non_null(strstr(err.msg, want));
		}
		ek_vmtar_plan_free(&p);
		ek_entry_clear(&one);
		ek_entry_clear(&two);
	}
}

static void test_generations(void **state)
{
	enum ek_vmtar_gen g = EK_VMTAR_65;

	(void)state;
	assert_true(ek_vmtar_gen_parse("8.0U1", &g));
	assert_int_equal(g, EK_VMTAR_80U1);
	assert_string_equal(ek_vmtar_gen_name(g), "8.0u1");
	assert_true(ek_vmtar_gen_parse("6.7", &g));
	assert_int_equal(g, EK_VMTAR_67);
	assert_false(ek_vmtar_gen_parse("7.0", &g));
	assert_false(ek_vmtar_gen_parse("", &g));
}

/* ---- vmtars that are read --------------------------------------------------- */

/* Three files of 10, 20 and 30 bytes at 4096, 8192 and 12288. */
static void three(struct ek_buf *v)
{
	struct ek_buf tar = EK_BUF_INIT;
	struct notes notes;
	char *vtar;
	size_t n;

	vc_file(&tar, '0', "a", "A", 10);
	vc_file(&tar, '0', "b", "B", 20);
	vc_file(&tar, '0', "c", "C", 30);
	vc_end(&tar);
	assert_int_equal(pack(tar.p, tar.len, EK_VMTAR_67, false, &vtar, &n,
			      &notes, NULL), EK_OK);
	ek_buf_add(v, vtar, n);
	free(vtar);
	ek_buf_free(&tar);
}

static const struct bad_vmtar {
	const char *what;
	size_t rec;       /* whose offset and size are set */
	uint32_t offset;
	uint64_t size;
	const char *msg;  /* NULL: fine */
} bad_vmtars[] = {
	{ "as it was", 1, 8192, 20, NULL },
	{ "unaligned", 1, 8193, 20, NULL },
	{ "empty with an offset", 1, 8192, 0, "is not zero" },
	{ "offset 0", 1, 0, 20, "'t': member 'b' at offset 512: its 20 bytes"
	  " of data are said to be at offset 0" },
	{ "in the headers", 1, 1024, 20, "'t': member 'b': its data at offset"
	  " 1024 lies in the header area, which ends at 2048" },
	{ "in the zero block", 1, 2047, 20, "ends at 2048" },
	{ "shared", 1, 4096, 10, "'t': member 'b': its data at offset 4096"
	  " overlaps that of 'a', which ends at 4106" },
	{ "overlaps before", 1, 4105, 20, "overlaps that of 'a'" },
	{ "overlaps behind", 1, 12287, 2, "'t': member 'c': its data at offset"
	  " 12288 overlaps that of 'b', which ends at 12289" },
	{ "inside another", 2, 8195, 5, "'t': member 'c': its data at offset"
	  " 8195 overlaps that of 'b'" },
	{ "beyond the end", 2, 12289, 30, "1 of 30 bytes of member 'c' are"
	  " missing" },
	{ "far beyond the end", 2, 0x10000000, 30, "'t' ends at offset 12318:"
	  " 30 of 30 bytes of member 'c' are missing" },
	{ "longer than there is", 2, 12288, 31, "1 of 31 bytes of member 'c'"
	  " are missing" },
	{ "2 GiB of data", 2, 12288, 0x80000000u, "'t': member 'c' at offset"
	  " 1024: its 2147483648 bytes of data at offset 12288 end beyond" },
	{ "4 GiB of data", 2, 12288, 0x100000000u, "beyond 2 GiB" },
	{ "offset of 2 GiB", 2, 0x80000000u, 1, "beyond 2 GiB" },
	{ "offset of nearly 4 GiB", 2, 0xffffffffu, 30, "beyond 2 GiB" },
	{ "ends at 2 GiB", 2, 0x7fffffe2, 30, "30 of 30 bytes of member 'c'" },
	{ "ends behind 2 GiB", 2, 0x7fffffe3, 30, "beyond 2 GiB" },
};

static void set_place(struct ek_buf *v, size_t rec, uint32_t offset,
		      uint64_t size)
{
	char digits[13];
	char *h = v->p + rec * 512;

	snprintf(digits, sizeof(digits), "%011llo", (unsigned long long)size);
	memcpy(h + 124, digits, 12);
	ek_num_put_le32((unsigned char *)h + 496, offset);
	vc_sum(h, true);
}

static void test_bad_vmtars(void **state)
{
	struct ek_err err;
	char *tar;
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(bad_vmtars) / sizeof(bad_vmtars[0]);
	     i++) {
		const struct bad_vmtar *b = &bad_vmtars[i];

		for (int piped = 0; piped < 2; piped++) {
			struct ek_buf v = EK_BUF_INIT;
			int rc;

			three(&v);
			if (b->what[0] == 'u') { /* moved by a byte */
				memmove(v.p + 8193, v.p + 8192, 20);
				v.p[8192] = 0;
			}
			if (b->rec == 2 && b->offset != 12288)
				memset(v.p + 12288, 0, 30);
			set_place(&v, b->rec, b->offset, b->size);
			rc = unpack(v.p, v.len, piped != 0, &tar, &n, &err);
			if (b->msg == NULL ? rc != EK_OK
					   : rc != EK_EFORMAT ||
					     strstr(err.msg, b->msg) == NULL)
				fail_msg("%s: %d '%s'", b->what, rc, err.msg);
			free(tar);
			ek_buf_free(&v);
		}
	}
}

/* Headers against the order of the data: the tar is that of the headers. */
static void test_reversed(void **state)
{
	struct ek_buf v = EK_BUF_INIT, want = EK_BUF_INIT;
	char *tar;
	size_t n;

	(void)state;
	three(&v);
	set_place(&v, 0, 12288, 30);
	set_place(&v, 2, 4096, 10);
	vc_file(&want, '0', "a", "C", 30);
	vc_file(&want, '0', "b", "B", 20);
	vc_file(&want, '0', "c", "A", 10);
	vc_end(&want);
	for (int piped = 0; piped < 2; piped++) {
		assert_int_equal(unpack(v.p, v.len, piped != 0, &tar, &n, NULL),
				 EK_OK);
		assert_int_equal(n, want.len);
		assert_memory_equal(tar, want.p, n);
		free(tar);
	}
	ek_buf_free(&v);
	ek_buf_free(&want);
}

static void test_cut_vmtars(void **state)
{
	struct ek_buf v = EK_BUF_INIT;
	struct ek_err err;
	char *tar;
	size_t n;

	(void)state;
	three(&v);
	for (size_t len = 0; len < v.len; len += 15) {
		for (int piped = 0; piped < 2; piped++) {
			int rc = unpack(v.p, len, piped != 0, &tar, &n, &err);

			if (rc != EK_EFORMAT)
				fail_msg("%zu bytes: %d", len, rc);
			assert_non_null(strstr(err.msg, "'t' "));
			free(tar);
		}
	}
	ek_buf_free(&v);
}

static void test_flipped(void **state)
{
	struct ek_buf v = EK_BUF_INIT;
	struct ek_err err;
	char *tar;
	size_t n;

	(void)state;
	three(&v);
	for (size_t i = 0; i < 3 * 512; i++) {
		/* the sum is read as a number, and so may change its looks */
		bool sum = i % 512 >= 154 && i % 512 < 156;

		v.p[i] ^= 0x01;
		if (!sum && unpack(v.p, v.len, false, &tar, &n, &err) == EK_OK)
			fail_msg("byte %zu flipped, not noticed", i);
		if (!sum)
			free(tar);
		v.p[i] ^= 0x01;
	}
	ek_buf_free(&v);
}

static const struct trail {
	const char *what;
	size_t fill;          /* zeros behind the data, which ends at 12318 */
	const char *bytes;    /* then these */
	size_t len;
	int rc;
	const char *msg;
} trails[] = {
	{ "nothing", 0, "", 0, EK_OK, NULL },
	{ "fill of 8.0u1", 482, "", 0, EK_OK, NULL },
	{ "short fill", 481, "", 0, EK_EFORMAT, "none or 482 belong there" },
	{ "long fill", 483, "", 0, EK_EFORMAT, "'t': 483 zero bytes behind" },
	{ "a byte", 0, "x", 1, EK_EFORMAT, "bytes at offset 12318 behind" },
	{ "a byte behind fill", 482, "x", 1, EK_EFORMAT, "offset 12800" },
#define SIG "\3\0\0\0" "vmware_esx67\0\0\0\0" "sig!" "\x14\0\0\0" \
	"\xed\x11\xbe\x1a"
	{ "footer", 0, SIG, 32, EK_OK, NULL },
	{ "footer behind fill", 482, SIG, 32, EK_OK, NULL },
	{ "footer behind short fill", 481, SIG, 32, EK_EFORMAT,
	  "481 zero bytes behind the end of the archive at offset 12318" },
	{ "two footers", 0, SIG SIG, 64, EK_EFORMAT, "bytes at offset 12318" },
	{ "footer without a signature", 0,
	  "\3\0\0\0" "sig!" "\4\0\0\0" "\xed\x11\xbe\x1a", 16,
	  EK_EFORMAT, "a signature of no bytes" },
	{ "lying footer", 0, "\3\0\0\0" "sig!" "\4\1\0\0" "\xed\x11\xbe\x1a",
	  16, EK_EFORMAT, "bytes at offset 12318 behind" },
};

static void test_trails(void **state)
{
	struct ek_err err;
	char *tar;
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(trails) / sizeof(trails[0]); i++) {
		const struct trail *t = &trails[i];
		struct ek_buf v = EK_BUF_INIT;
		int rc;

		three(&v);
		vc_fill(&v, 0, t->fill);
		ek_buf_add(&v, t->bytes, t->len);
		rc = unpack(v.p, v.len, true, &tar, &n, &err);
		if (rc != t->rc || (t->msg != NULL &&
				    strstr(err.msg, t->msg) == NULL))
			fail_msg("%s: %d '%s'", t->what, rc, err.msg);
		free(tar);
		ek_buf_free(&v);
	}
}

/* What a bomb unpacks to behind an archive is not read to its end. */
static void test_endless_trail(void **state)
{
	struct ek_buf v = EK_BUF_INIT;
	struct ek_vmtar *vt;
	struct ek_err err;
	struct ek_in *in;

	(void)state;
	three(&v);
	vc_fill(&v, 0, 8 << 20);
	in = open_bytes(v.p, v.len, true);
	assert_int_equal(ek_vmtar_open(&vt, in, NULL), EK_OK);
	assert_int_equal(ek_vmtar_finish(vt, &err), EK_EFORMAT);
	assert_string_equal(err.msg, "'t': more than 1 MiB stand behind the end"
			    " of the archive at offset 12318");
	assert_true(ek_in_pos(in) < 2 << 20);
	ek_vmtar_close(&vt);
	ek_in_close(&in);
	ek_buf_free(&v);
}

/* A gap that is not zero is found when asked for, and the walk skips. */
static void test_walk(void **state)
{
	struct ek_buf v = EK_BUF_INIT;
	struct ek_vmtar *vt;
	struct ek_err err;
	struct ek_in *in, *data;
	size_t i;

	(void)state;
	three(&v);
	v.p[5000] = 'x';
	for (int strict = 0; strict < 2; strict++) {
		in = open_bytes(v.p, v.len, true);
		assert_int_equal(ek_vmtar_open(&vt, in, NULL), EK_OK);
		assert_int_equal(ek_vmtar_count(vt), 3);
		assert_int_equal(ek_vmtar_data_end(vt), 12318);
		assert_int_equal(ek_vmtar_next_data(vt, strict != 0, &i, &data,
						    &err), EK_OK);
		assert_int_equal(i, 0);
		ek_in_close(&data);
		assert_int_equal(ek_vmtar_next_data(vt, strict != 0, &i, &data,
						    &err),
				 strict != 0 ? EK_EFORMAT : EK_OK);
		ek_in_close(&data);
		if (strict != 0)
			assert_string_equal(err.msg, "'t': the byte at offset"
					    " 5000 belongs to no member and is"
					    " not zero");
		else
			assert_int_equal(ek_vmtar_finish(vt, &err), EK_OK);
		ek_vmtar_close(&vt);
		ek_in_close(&in);
	}
	ek_buf_free(&v);
}

/* L and K are folded in; type 7 is a file; the root is no member. */
static void test_members(void **state)
{
	struct ek_buf tar = EK_BUF_INIT;
	const struct ek_vmtar_member *m;
	struct notes notes;
	struct ek_vmtar *v;
	struct ek_in *in;
	char *vtar;
	size_t n;

	(void)state;
	vc_add(&tar, '5', 0755, "./", NULL, NULL, 0);
	vc_add(&tar, '5', 0755, "./d/", NULL, NULL, 0);
	vc_longname(&tar);
	tar.len -= 1024;
	vc_elf64_rela(&tar);
	assert_int_equal(pack(tar.p, tar.len, EK_VMTAR_67, false, &vtar, &n,
			      &notes, NULL), EK_OK);
	in = open_bytes(vtar, n, false);
	assert_int_equal(ek_vmtar_open(&v, in, NULL), EK_OK);
	assert_int_equal(ek_vmtar_count(v), 5);
	m = ek_vmtar_member(v, 0);
	assert_string_equal(m->e.name, "d");
	assert_int_equal(m->e.type, EK_FT_DIR);
	m = ek_vmtar_member(v, 2);
	assert_int_equal(strlen(m->e.name), 155);
	assert_int_equal(m->e.size, 4);
	m = ek_vmtar_member(v, 3);
	assert_string_equal(m->e.name, "s");
	assert_int_equal(strlen(m->e.link), 156);
	assert_int_equal(m->e.type, EK_FT_SYMLINK);
	m = ek_vmtar_member(v, 4);
	assert_int_equal(m->type, '7');
	assert_int_equal(m->e.type, EK_FT_FILE);
	assert_int_equal(m->visor.textoffset, 0x1000);
	assert_int_equal(m->visor.text_pgs, 3);
	assert_int_equal(m->visor.fixup_pgs, 2);
	ek_vmtar_close(&v);
	ek_in_close(&in);
	free(vtar);
	ek_buf_free(&tar);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_way_back),
		cmocka_unit_test(test_bad_tars),
		cmocka_unit_test(test_cut_tars),
		cmocka_unit_test(test_refused_cases),
		cmocka_unit_test(test_ustar),
		cmocka_unit_test(test_notes),
		cmocka_unit_test(test_name_warnings),
		cmocka_unit_test(test_hard_link),
		cmocka_unit_test(test_dangling),
		cmocka_unit_test(test_bad_long),
		cmocka_unit_test(test_long_names_told),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_generations),
		cmocka_unit_test(test_bad_vmtars),
		cmocka_unit_test(test_reversed),
		cmocka_unit_test(test_cut_vmtars),
		cmocka_unit_test(test_flipped),
		cmocka_unit_test(test_trails),
		cmocka_unit_test(test_endless_trail),
		cmocka_unit_test(test_walk),
		cmocka_unit_test(test_members),
	};

	return cmocka_run_group_tests_name("vmtar", tests, NULL, NULL);
}
