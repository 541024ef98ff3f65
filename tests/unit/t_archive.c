/* SPDX-License-Identifier: BSD-2-Clause */
/* t_archive.c - unit tests of archive.h, in memory: every flip, every cut */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>
#include <cmocka.h>

#include "ek/archive.h"
#include "ek/buf.h"
#include "ek/deflate.h"
#include "ek/entry.h"
#include "ek/err.h"
#include "ek/gnutar.h"
#include "ek/io.h"
#include "ek/vmtar.h"

struct bytes {
	char *p; /* owned */
	size_t len;
};

static struct bytes commit(struct ek_out **out, struct bytes *b)
{
	assert_int_equal(ek_out_commit(out, NULL), EK_OK);
	return *b;
}

/* A directory, two files with data, an empty one, a link. */
static struct bytes make_tar(void)
{
	static char d[] = "d", da[] = "d/a", db[] = "d/b", e[] = "e", l[] = "l";
	const struct ek_entry v[] = {
		{ .name = d, .type = EK_FT_DIR, .mode = 0755 },
		{ .name = da, .mode = 01644, .size = 5, .mtime = 77 },
		{ .name = db, .mode = 0755, .size = 4 },
		{ .name = e, .mode = 0600 },
		{ .name = l, .link = da, .type = EK_FT_SYMLINK },
	};
	static const char *const data[] = { "", "hello", "\177ELF", "", "" };
	struct bytes b = { NULL, 0 };
	struct ek_out *out;

	assert_int_equal(ek_out_open_mem(&out, &b.p, &b.len, NULL), EK_OK);
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++)
		assert_int_equal(ek_gnutar_file(out, &v[i], data[i], NULL),
				 EK_OK);
	ek_gnutar_end(out, 0);
	return commit(&out, &b);
}

static struct bytes make_vmtar(void)
{
	struct bytes tar = make_tar(), b = { NULL, 0 };
	struct ek_out *out;
	struct ek_in *in;

	assert_int_equal(ek_in_open_mem(&in, "t", tar.p, tar.len, NULL), EK_OK);
	assert_int_equal(ek_out_open_mem(&out, &b.p, &b.len, NULL), EK_OK);
	assert_int_equal(ek_vmtar_from_tar(in, EK_VMTAR_65, out, NULL, NULL,
					   NULL), EK_OK);
	ek_in_close(&in);
	free(tar.p);
	return commit(&out, &b);
}

/* from is freed */
static struct bytes gzip(struct bytes from)
{
	struct bytes b = { NULL, 0 };
	struct ek_out *out, *gz;

	assert_int_equal(ek_out_open_mem(&out, &b.p, &b.len, NULL), EK_OK);
	assert_int_equal(ek_out_open_gzip(&gz, out, 9, NULL), EK_OK);
	ek_out_write(gz, from.p, from.len);
	assert_int_equal(ek_out_commit(&gz, NULL), EK_OK);
	free(from.p);
	return commit(&out, &b);
}

/* All headers and all data as text. */
static int read_data(struct ek_archive *a, struct ek_buf *text,
		     struct ek_err *err)
{
	struct ek_in *in;
	char buf[64];
	size_t i, n;
	int rc;

	for (;;) {
		rc = ek_archive_next_data(a, true, &i, &in, err);
		if (rc != EK_OK)
			return rc;
		ek_buf_addf(text, "%zu:", i);
		do {
			rc = ek_in_read(in, buf, sizeof(buf), &n, err);
			ek_buf_add(text, buf, n);
		} while (rc == EK_OK && n != 0);
		ek_buf_addc(text, '\n');
		ek_in_close(&in);
		if (rc != EK_OK)
			return rc;
	}
}

static int read_all(const char *p, size_t len, struct ek_buf *text,
		    struct ek_err *err)
{
	struct ek_archive_member m;
	struct ek_archive *a = NULL;
	struct ek_in *in;
	int rc;

	assert_int_equal(ek_in_open_mem(&in, "t", p, len, NULL), EK_OK);
	rc = ek_archive_open(&a, in, err);
	while (rc == EK_OK) {
		rc = ek_archive_next(a, &m, err);
		if (rc == EK_OK)
			ek_archive_line(text, &m, false);
	}
	if (rc == EK_END)
		rc = ek_archive_rewind(a, err);
	if (rc == EK_OK)
		rc = read_data(a, text, err);
	if (rc == EK_END)
		rc = ek_archive_finish(a, true, err);
	ek_archive_close(&a);
	assert_null(a);
	ek_in_close(&in);
	return rc;
}

static const char listing[] =
"drwxr-xr-x 0/0                0 1970-01-01 00:00:00 d/\n"
"-rw-r--r-T 0/0                5 1970-01-01 00:01:17 d/a\n"
"%crwxr-xr-x 0/0                4 1970-01-01 00:00:00 d/b\n"
"-rw------- 0/0                0 1970-01-01 00:00:00 e\n"
"l--------- 0/0                0 1970-01-01 00:00:00 l -> d/a\n"
"1:hello\n2:\177ELF\n";

enum form { BARE_VMTAR, GZ_VMTAR, BARE_TAR, GZ_TAR, N_FORMS };

static struct bytes make(enum form form)
{
	switch (form) {
	case BARE_VMTAR:
		return make_vmtar();
	case GZ_VMTAR:
		return gzip(make_vmtar());
	case BARE_TAR:
		return make_tar();
	case GZ_TAR:
	case N_FORMS:
		break;
	}
	return gzip(make_tar());
}

static void want_text(enum form form, char *want, size_t room)
{
	snprintf(want, room, listing, form <= GZ_VMTAR ? 'm' : '-');
}

static void test_forms(void **state)
{
	char want[600];

	(void)state;
	for (enum form f = 0; f < N_FORMS; f++) {
		struct ek_err err = EK_ERR_INIT;
		struct ek_buf text = EK_BUF_INIT;
		struct bytes b = make(f);

		want_text(f, want, sizeof(want));
		if (read_all(b.p, b.len, &text, &err) != EK_OK)
			fail_msg("form %d: %s", (int)f, err.msg);
		assert_string_equal(ek_buf_str(&text), want);
		ek_buf_free(&text);
		free(b.p);
	}
}

/* Nothing that is cut short is good, and one message tells why. */
static void test_cuts(void **state)
{
	(void)state;
	for (enum form f = 0; f < N_FORMS; f++) {
		struct bytes b = make(f);

		for (size_t n = 0; n < b.len; n++) {
			/* the second zero block of a tar need not be there */
			bool fine = f == BARE_TAR && n >= b.len - 512;
			struct ek_err err = EK_ERR_INIT;
			struct ek_buf text = EK_BUF_INIT;
			char *copy = malloc(n + 1); /* so that ASan sees */

			assert_non_null(copy);
			memcpy(copy, b.p, n);
			if (read_all(copy, n, &text, &err) !=
			    (fine ? EK_OK : EK_EFORMAT))
				fail_msg("form %d cut at %zu: %s", (int)f, n,
					 err.msg);
			assert_true(fine || err.msg[0] != '\0');
			ek_buf_free(&text);
			free(copy);
		}
		free(b.p);
	}
}

/* Bytes of a gzip header that say nothing of the data: FTEXT, time, XFL, OS. */
static bool is_free(enum form f, size_t bit)
{
	return (f == GZ_VMTAR || f == GZ_TAR) &&
	       ((bit >= 32 && bit < 80) || bit == 24);
}

/* A flipped bit in gzip is found or does not matter (a run of zeros can be
 * copied from anywhere in it). In a bare archive this
 * holds for headers and gaps; of the data nothing is known. */
static void test_flips(void **state)
{
	char want[600];

	(void)state;
	for (enum form f = 0; f < N_FORMS; f++) {
		struct bytes b = make(f);
		const char *data = f == BARE_VMTAR ?
			memmem(b.p, b.len, "hello", 5) : NULL;
		size_t end = data != NULL ? (size_t)(data - b.p) : b.len;

		if (f == BARE_TAR) { /* its data lies among the headers */
			free(b.p);
			continue;
		}
		want_text(f, want, sizeof(want));
		for (size_t bit = 0; bit < end * 8; bit++) {
			struct ek_buf text = EK_BUF_INIT;
			int rc;

			b.p[bit / 8] = (char)(b.p[bit / 8] ^ (1 << bit % 8));
			rc = read_all(b.p, b.len, &text, NULL);
			b.p[bit / 8] = (char)(b.p[bit / 8] ^ (1 << bit % 8));
			if (rc == EK_OK &&
			    strcmp(ek_buf_str(&text), want) != 0)
				fail_msg("form %d bit %zu: not found", (int)f,
					 bit);
			if (is_free(f, bit))
				assert_int_equal(rc, EK_OK);
			else if (f != BARE_VMTAR &&
				 (bit < 32 || bit / 8 >= b.len - 8))
				assert_true(rc < 0);
			ek_buf_free(&text);
		}
		free(b.p);
	}
}

static int print(struct bytes b, const char *name, bool text_only, char **got,
		 struct ek_err *err)
{
	struct ek_archive *a;
	struct ek_out *out;
	struct ek_in *in;
	size_t len;
	int rc;

	*got = NULL;
	assert_int_equal(ek_in_open_mem(&in, "t", b.p, b.len, NULL), EK_OK);
	assert_int_equal(ek_archive_open(&a, in, NULL), EK_OK);
	assert_int_equal(ek_out_open_mem(&out, got, &len, NULL), EK_OK);
	rc = ek_archive_print(a, name, text_only, out, err);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	ek_archive_close(&a);
	ek_in_close(&in);
	return rc;
}

static const struct {
	const char *name;
	bool text_only;
	int rc;
	const char *want; /* data, or part of the message */
} prints[] = {
	{ "d/a", false, EK_OK, "hello" },
	{ "/d/a", true, EK_OK, "hello" },
	{ "././d/a", true, EK_OK, "hello" },
	{ "e", true, EK_OK, "" },
	{ "d/b", false, EK_OK, "\177ELF" },
	{ "d/b", true, EK_EARG, "'t': member 'd/b' is binary" },
	{ "d", false, EK_EREFUSE, "member 'd' is a directory, and has no" },
	{ "l", false, EK_EREFUSE, "it names 'd/a'" },
	{ "x", false, EK_EFORMAT, "'t': no member 'x'" },
	{ "", false, EK_EFORMAT, "no member ''" },
};

static void test_print(void **state)
{
	(void)state;
	for (enum form f = 0; f < N_FORMS; f++) {
		struct bytes b = make(f);

		for (size_t i = 0; i < sizeof(prints) / sizeof(prints[0]);
		     i++) {
			struct ek_err err = EK_ERR_INIT;
			char *got;

			assert_int_equal(print(b, prints[i].name,
					       prints[i].text_only, &got, &err),
					 prints[i].rc);
			if (prints[i].rc == EK_OK)
				assert_string_equal(got, prints[i].want);
			else
				assert_non_null(strstr(err.msg,
						       prints[i].want));
			free(got);
		}
		free(b.p);
	}
}

/* Back to tar: from all forms the very tar that the vmtar was made of. */
static void test_to_tar(void **state)
{
	struct bytes want = make_tar();

	(void)state;
	for (enum form f = 0; f < N_FORMS; f++) {
		struct bytes b = make(f), got = { NULL, 0 };
		struct ek_archive *a;
		struct ek_out *out;
		struct ek_in *in;

		assert_int_equal(ek_in_open_mem(&in, "t", b.p, b.len, NULL),
				 EK_OK);
		assert_int_equal(ek_archive_open(&a, in, NULL), EK_OK);
		assert_int_equal(ek_out_open_mem(&out, &got.p, &got.len, NULL),
				 EK_OK);
		assert_int_equal(ek_archive_to_tar(a, out, NULL), EK_OK);
		commit(&out, &got);
		assert_int_equal(got.len, want.len);
		assert_memory_equal(got.p, want.p, want.len);
		ek_archive_close(&a);
		ek_in_close(&in);
		free(got.p);
		free(b.p);
	}
	free(want.p);
}

static const struct {
	const char *in, *want;
} escapes[] = {
	{ "plain", "plain" },
	{ "a\\b", "a\\\\b" },
	{ "a\nb\033\177", "a\\012b\\033\\177" },
	{ "\303\251", "\303\251" },
	{ "\303", "\\303" },
	{ "\302\205", "\\302\\205" },          /* C1: next line */
	{ "\342\200\256", "\\342\\200\\256" }, /* right to left */
	{ "", "" },
};

static void test_escape(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++) {
		struct ek_buf b = EK_BUF_INIT;

		ek_archive_escape(&b, escapes[i].in);
		assert_string_equal(ek_buf_str(&b), escapes[i].want);
		ek_buf_free(&b);
	}
}

/* More text than a terminal is shown; memory stays bounded. */
static void test_print_much(void **state)
{
	static char name[] = "t";
	const size_t len = EK_ARCHIVE_TEXT_MAX + 1;
	struct ek_entry e = { .name = name, .mode = 0644, .size = len };
	struct bytes b = { NULL, 0 };
	char *text = malloc(len), *got;
	struct ek_out *out;
	struct ek_err err;

	(void)state;
	assert_non_null(text);
	memset(text, 't', len);
	assert_int_equal(ek_out_open_mem(&out, &b.p, &b.len, NULL), EK_OK);
	assert_int_equal(ek_gnutar_file(out, &e, text, NULL), EK_OK);
	ek_gnutar_end(out, 0);
	commit(&out, &b);
	assert_int_equal(print(b, "t", true, &got, &err), EK_EARG);
	assert_non_null(strstr(err.msg, "member 't' has 16777217 bytes"));
	free(got);
	assert_int_equal(print(b, "t", false, &got, &err), EK_OK);
	assert_memory_equal(got, text, len);
	free(got);
	free(text);
	free(b.p);
}

struct pieces {
	size_t n, most; /* taken, and refused from there on */
	size_t longest;
	unsigned told;  /* of bad files */
};

static int take_piece(void *ctx, const void *data, size_t len,
		      struct ek_err *err)
{
	struct pieces *p = ctx;

	(void)data;
	if (p->n == p->most)
		return ek_fail(err, EK_ESYS, "full");
	p->n++;
	p->longest = len > p->longest ? len : p->longest;
	return EK_OK;
}

static void count_bad(void *ctx, int rc, const struct ek_err *err)
{
	(void)rc;
	(void)err;
	((struct pieces *)ctx)->told++;
}

/* A list goes out member by member, and ends where it cannot. */
static void test_report(void **state)
{
	struct bytes tar = make_tar();
	char name[] = "/tmp/t_archive.XXXXXX", *files[] = { name };
	int fd = mkstemp(name);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, tar.p, tar.len), tar.len);
	close(fd);
	for (int json = 0; json < 2; json++) {
		for (size_t most = 0; most <= 2; most++) {
			struct pieces p = { .most = most != 0 ? most : 99 };
			struct ek_err err = EK_ERR_INIT;
			struct ek_out *out;
			int rc;

			assert_int_equal(ek_out_open_put(&out, "o", take_piece,
							 NULL, NULL, &p, NULL),
					 EK_OK);
			rc = ek_archive_report(out, files, 1, EK_ARCHIVE_LIST,
					       true, json != 0, count_bad, &p,
					       &err);
			ek_out_abort(&out);
			assert_int_equal(rc, most != 0 ? EK_ESYS : EK_OK);
			assert_string_equal(err.msg, most != 0 ? "full" : "");
			assert_true(most != 0 ? p.n == most : p.n >= 5);
			assert_true(p.longest < 600);
			assert_int_equal(p.told, 0);
		}
	}
	assert_int_equal(unlink(name), 0);
	free(tar.p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_flips),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_print_much),
		cmocka_unit_test(test_to_tar),
		cmocka_unit_test(test_escape),
		cmocka_unit_test(test_report),
	};

	return cmocka_run_group_tests_name("archive", tests, NULL, NULL);
}
