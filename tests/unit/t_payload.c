/* SPDX-License-Identifier: BSD-2-Clause */
/* t_payload.c - unit tests of payload.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/entry.h"
#include "ek/gnutar.h"
#include "ek/payload.h"
#include "ek/vibdesc.h"
#include "ek/vmtar.h"
#include "wrap.h"

static const char map[] =
	"regtype=native,bus=pci,id=10ec8125..............,driver=if_re\n";

/* A tar with directories, an ELF file of more than a piece, a map, a link. */
static void make_tar(struct ek_buf *b)
{
	static char names[][40] = { "etc", "etc/vmware",
		"etc/vmware/default.map.d", "etc/vmware/default.map.d/x.map",
		"empty", "big", "link" };
	static char data[70000] = "\177ELF";
	const struct ek_entry v[] = {
		{ .name = names[0], .type = EK_FT_DIR, .mode = 0755 },
		{ .name = names[1], .type = EK_FT_DIR, .mode = 0755 },
		{ .name = names[2], .type = EK_FT_DIR, .mode = 0755 },
		{ .name = names[3], .mode = 0644, .size = sizeof(map) - 1 },
		{ .name = names[4], .mode = 0644 },
		{ .name = names[5], .mode = 01644, .size = sizeof(data) },
		{ .name = names[6], .link = names[5], .type = EK_FT_SYMLINK },
	};
	struct ek_out *out;
	char *p;
	size_t len;

	assert_int_equal(ek_out_open_mem(&out, &p, &len, NULL), EK_OK);
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++)
		assert_int_equal(ek_gnutar_file(out, &v[i], i == 3 ? map : data,
						NULL), EK_OK);
	ek_gnutar_end(out, 0);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	ek_buf_add(b, p, len);
	free(p);
}

static void make_vmtar(struct ek_buf *b)
{
	struct ek_buf tar = EK_BUF_INIT;
	struct ek_out *out;
	struct ek_in *in;
	char *p;
	size_t len;

	make_tar(&tar);
	assert_int_equal(ek_in_open_mem(&in, "t", tar.p, tar.len, NULL), EK_OK);
	assert_int_equal(ek_out_open_mem(&out, &p, &len, NULL), EK_OK);
	assert_int_equal(ek_vmtar_from_tar(in, EK_VMTAR_67, out, NULL, NULL,
					   NULL), EK_OK);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	ek_buf_add(b, p, len);
	ek_in_close(&in);
	ek_buf_free(&tar);
	free(p);
}

static int look(const struct ek_buf *b, const struct ek_payload_eyes *eyes,
		struct ek_payload_look *l)
{
	struct ek_in *in;
	int rc;

	assert_int_equal(ek_in_open_mem(&in, "p", ek_buf_str(b), b->len, NULL),
			 EK_OK);
	rc = ek_payload_look(in, eyes, l, NULL);
	ek_in_close(&in);
	return rc;
}

static void assert_digest(enum ek_digest_kind kind, const struct ek_buf *of,
			  const char *got)
{
	char hex[EK_DIGEST_HEX];

	assert_int_equal(ek_digest_mem(kind, of->p, of->len, hex, NULL), EK_OK);
	assert_string_equal(got, hex);
}

static void assert_whole(const struct ek_payload_look *l,
			 const struct ek_buf *file, const struct ek_buf *inside)
{
	assert_int_equal(l->size, file->len);
	assert_digest(EK_SHA256, file, l->sha256);
	assert_digest(EK_SHA1, file, l->sha1);
	assert_int_equal(l->layers_rc, EK_OK);
	assert_int_equal(l->inside_size, inside->len);
	assert_digest(EK_SHA256, inside, l->inside_sha256);
	assert_digest(EK_SHA1, inside, l->inside_sha1);
	assert_int_equal(l->rc, EK_OK);
}

static void assert_lists(const struct ek_payload_look *l)
{
	assert_int_equal(l->entries, 7);
	assert_int_equal(l->files.n, 4);
	assert_string_equal(l->files.v[0], "big");
	assert_string_equal(l->files.v[2], "etc/vmware/default.map.d/x.map");
	assert_int_equal(l->dirs.n, 3);
	assert_true(l->native_map);
	assert_false(l->linux_map);
}

static void test_vgz(void **state)
{
	struct ek_buf inside = EK_BUF_INIT, file = EK_BUF_INIT;
	struct ek_payload_look l;

	(void)state;
	make_vmtar(&inside);
	add_gzip(&file, inside.p, inside.len);
	assert_int_equal(look(&file, NULL, &l), EK_OK);
	assert_whole(&l, &file, &inside);
	assert_lists(&l);
	assert_true(l.gzip);
	assert_string_equal(l.layers, "gzip");
	assert_string_equal(l.gunzip1_sha256, l.inside_sha256);
	assert_int_equal(l.holds, EK_HOLDS_VMTAR);
	assert_false(l.footer.there);
	ek_payload_look_clear(&l);
	ek_buf_free(&inside);
	ek_buf_free(&file);
}

static void test_tgz(void **state)
{
	struct ek_buf inside = EK_BUF_INIT, file = EK_BUF_INIT;
	struct ek_payload_look l;

	(void)state;
	make_tar(&inside);
	add_gzip(&file, inside.p, inside.len);
	assert_int_equal(look(&file, NULL, &l), EK_OK);
	assert_whole(&l, &file, &inside);
	assert_lists(&l);
	assert_int_equal(l.holds, EK_HOLDS_TAR);
	assert_true(l.form.strict);
	assert_int_equal(l.form.dialect, EK_TAR_GNU);
	ek_payload_look_clear(&l);
	/* another dialect, told with its name */
	memcpy(inside.p + 257, "ustar\00000", 8);
	ek_buf_reset(&file);
	add_gzip(&file, inside.p, inside.len);
	assert_int_equal(look(&file, NULL, &l), EK_OK);
	assert_false(l.form.strict);
	ek_payload_look_clear(&l);
	ek_buf_free(&inside);
	ek_buf_free(&file);
}

/* Both inner layers, with a footer behind. */
static void test_inner_layers(void **state)
{
	(void)state;
	for (int xz = 0; xz < 2; xz++) {
		struct ek_buf inside = EK_BUF_INIT, mid = EK_BUF_INIT,
			file = EK_BUF_INIT;
		struct ek_payload_look l;

		make_vmtar(&inside);
		if (xz)
			add_xz(&mid, inside.p, inside.len, LZMA_CHECK_CRC32,
			       1u << 16);
		else
			add_zstd(&mid, inside.p, inside.len, 0);
		add_footer(&mid, 4, "vmware_esx67", 512);
		add_gzip(&file, mid.p, mid.len);
		assert_int_equal(look(&file, NULL, &l), EK_OK);
		assert_whole(&l, &file, &inside);
		assert_lists(&l);
		assert_digest(EK_SHA256, &mid, l.gunzip1_sha256);
		assert_string_equal(l.layers, xz ? "gzip xz" : "gzip zstd");
		assert_true(l.footer.there);
		assert_string_equal(l.footer.key_id, "vmware_esx67");
		ek_payload_look_clear(&l);
		ek_buf_free(&inside);
		ek_buf_free(&mid);
		ek_buf_free(&file);
	}
}

/* What a checksum speaks of, and whether that is it. */
static void test_sums(void **state)
{
	static char t1[] = "sha-1", t256[] = "sha-256", g1[] = "sha-256-gunzip1";
	static char gunzip[] = "gunzip", other[] = "txt-mle", md5[] = "md5";
	struct ek_payload_look l = { .layers = "gzip xz" };
	const struct {
		struct ek_checksum s;
		const char *want;
	} rows[] = {
		{ { t256, NULL, NULL }, l.sha256 },
		{ { t1, NULL, NULL }, l.sha1 },
		{ { t256, gunzip, NULL }, l.inside_sha256 },
		{ { t1, gunzip, NULL }, l.inside_sha1 },
		{ { g1, NULL, NULL }, l.gunzip1_sha256 },
		{ { t256, other, NULL }, NULL },
		{ { md5, NULL, NULL }, NULL },
		{ { md5, gunzip, NULL }, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_null(ek_payload_digest(&l, &rows[i].s)); /* not taken */
	l.sha256[0] = 'a';
	l.sha1[0] = 'b';
	l.inside_sha256[0] = 'c';
	l.inside_sha1[0] = 'd';
	l.gunzip1_sha256[0] = 'e';
	l.gunzip1_sha1[0] = 'f';
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ek_checksum s = rows[i].s;
		char hex[2] = "";

		assert_ptr_equal(ek_payload_digest(&l, &s), rows[i].want);
		s.hex = hex;
		hex[0] = 'x';
		assert_false(ek_payload_fits(&l, &s));
		if (rows[i].want == NULL)
			continue;
		hex[0] = rows[i].want[0];
		assert_true(ek_payload_fits(&l, &s));
		/* of xz, what is in the gzip will do as well */
		hex[0] = s.type == t1 ? 'f' : 'e';
		assert_int_equal(ek_payload_fits(&l, &s),
				 s.process != NULL || s.type == g1);
	}
	l.layers_rc = EK_EFORMAT;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].s.process != NULL)
			assert_null(ek_payload_digest(&l, &rows[i].s));
}

/* The digest of the file and no other, and all else as ever. */
static void test_plain(void **state)
{
	const struct ek_payload_eyes eyes = { .plain = true };
	struct ek_buf inside = EK_BUF_INIT, file = EK_BUF_INIT;
	struct ek_payload_look l;

	(void)state;
	make_vmtar(&inside);
	add_gzip(&file, inside.p, inside.len);
	assert_int_equal(look(&file, &eyes, &l), EK_OK);
	assert_digest(EK_SHA256, &file, l.sha256);
	assert_string_equal(l.sha1, "");
	assert_string_equal(l.inside_sha256, "");
	assert_string_equal(l.inside_sha1, "");
	assert_string_equal(l.gunzip1_sha256, "");
	assert_string_equal(l.gunzip1_sha1, "");
	assert_int_equal(l.inside_size, inside.len);
	assert_lists(&l);
	ek_payload_look_clear(&l);
	ek_buf_free(&inside);
	ek_buf_free(&file);
}

/* Of file only what the checksum speaks of, and that as if all were taken. */
static void only_one(const struct ek_buf *file, struct ek_checksum s,
		     const char *taken)
{
	struct ek_payload p = { .sums = &s, .n_sums = 1 };
	const struct ek_payload_eyes eyes = { .only = &p };
	struct ek_payload_look all, l;
	const struct {
		const char *all, *only;
	} v[] = {
		{ all.sha256, l.sha256 }, { all.sha1, l.sha1 },
		{ all.inside_sha256, l.inside_sha256 },
		{ all.inside_sha1, l.inside_sha1 },
		{ all.gunzip1_sha256, l.gunzip1_sha256 },
		{ all.gunzip1_sha1, l.gunzip1_sha1 },
	};

	assert_int_equal(look(file, NULL, &all), EK_OK);
	assert_int_equal(look(file, &eyes, &l), EK_OK);
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++)
		assert_string_equal(v[i].only, taken[i] == '+' ? v[i].all : "");
	s.hex = all.gunzip1_sha256; /* what will do for xz, see test_sums() */
	assert_int_equal(ek_payload_fits(&l, &s), ek_payload_fits(&all, &s));
	s.hex = all.inside_sha1;
	assert_int_equal(ek_payload_fits(&l, &s), ek_payload_fits(&all, &s));
	assert_int_equal(l.inside_size, all.inside_size);
	ek_payload_look_clear(&all);
	ek_payload_look_clear(&l);
}

static void test_only(void **state)
{
	static char t1[] = "sha-1", t256[] = "sha-256", g1[] = "sha-256-gunzip1";
	static char gunzip[] = "gunzip", other[] = "txt-mle", md5[] = "md5";
	static const struct {
		struct ek_checksum s;
		const char *taken; /* of sha256, sha1, inside_*, gunzip1_* */
	} rows[] = {
		{ { t256, NULL, NULL }, "+-----" },
		{ { t1, NULL, NULL }, "-+----" },
		{ { t256, gunzip, NULL }, "--+-+-" },
		{ { t1, gunzip, NULL }, "---+-+" },
		{ { g1, NULL, NULL }, "--+-+-" },
		{ { t256, other, NULL }, "------" },
		{ { md5, NULL, NULL }, "------" },
	};
	struct ek_buf inside = EK_BUF_INIT, mid = EK_BUF_INIT;
	struct ek_buf one = EK_BUF_INIT, xz = EK_BUF_INIT;

	(void)state;
	make_vmtar(&inside);
	add_gzip(&one, inside.p, inside.len);
	add_xz(&mid, inside.p, inside.len, LZMA_CHECK_CRC32, 1u << 16);
	add_gzip(&xz, mid.p, mid.len);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		only_one(&one, rows[i].s, rows[i].taken);
		only_one(&xz, rows[i].s, rows[i].taken);
	}
	ek_buf_free(&inside);
	ek_buf_free(&mid);
	ek_buf_free(&one);
	ek_buf_free(&xz);
}

static void test_no_archive(void **state)
{
	struct ek_buf inside = EK_BUF_INIT, file = EK_BUF_INIT;
	struct ek_payload_look l;

	(void)state;
	ek_buf_adds(&inside, "just a text");
	assert_int_equal(look(&inside, NULL, &l), EK_OK);
	assert_whole(&l, &inside, &inside);
	assert_string_equal(l.layers, "");
	assert_string_equal(l.gunzip1_sha256, "");
	assert_int_equal(l.holds, EK_HOLDS_BYTES);
	ek_payload_look_clear(&l);
	add_gzip(&file, inside.p, inside.len);
	assert_int_equal(look(&file, NULL, &l), EK_OK);
	assert_whole(&l, &file, &inside);
	assert_int_equal(l.holds, EK_HOLDS_BYTES);
	ek_payload_look_clear(&l);
	ek_buf_reset(&inside);
	assert_int_equal(look(&inside, NULL, &l), EK_OK);
	assert_int_equal(l.size, 0);
	ek_payload_look_clear(&l);
	ek_buf_free(&inside);
	ek_buf_free(&file);
}

/* Cut anywhere, or with more behind: the file's digest is there all the same,
 * and what is wrong with the gzip is told. */
static void test_damage(void **state)
{
	struct ek_buf inside = EK_BUF_INIT, file = EK_BUF_INIT;
	struct ek_payload_look l;

	(void)state;
	make_vmtar(&inside);
	add_gzip(&file, inside.p, inside.len);
	for (size_t n = 2; n < file.len; n += 5) {
		const struct ek_buf part = { file.p, n, n, false };

		assert_int_equal(look(&part, NULL, &l), EK_OK);
		assert_digest(EK_SHA256, &part, l.sha256);
		assert_int_equal(l.layers_rc, EK_EFORMAT);
		assert_true(strlen(l.layers_why.msg) > 0);
		assert_string_equal(l.inside_sha256, "");
		ek_payload_look_clear(&l);
	}
	ek_buf_adds(&file, "more");
	assert_int_equal(look(&file, NULL, &l), EK_OK);
	assert_digest(EK_SHA256, &file, l.sha256);
	assert_int_equal(l.layers_rc, EK_EFORMAT);
	assert_int_equal(l.entries, 7);
	ek_payload_look_clear(&l);
	ek_buf_free(&inside);
	ek_buf_free(&file);
}

/* A sound gzip of an archive that is not. */
static void test_bad_archive(void **state)
{
	struct ek_buf inside = EK_BUF_INIT, file = EK_BUF_INIT;
	struct ek_payload_look l;

	(void)state;
	make_vmtar(&inside);
	inside.p[512 + 150] ^= 1; /* the sum of the second record */
	add_gzip(&file, inside.p, inside.len);
	assert_int_equal(look(&file, NULL, &l), EK_OK);
	assert_int_equal(l.layers_rc, EK_OK);
	assert_digest(EK_SHA256, &inside, l.inside_sha256);
	assert_int_equal(l.holds, EK_HOLDS_VMTAR);
	assert_int_equal(l.rc, EK_EFORMAT);
	assert_non_null(strstr(l.why.msg, "checksum"));
	ek_payload_look_clear(&l);
	ek_buf_free(&inside);
	ek_buf_free(&file);
}

/* ---- eyes --------------------------------------------------------------- */

struct notes {
	struct ek_buf text;
	int fail_at;
};

static size_t want(void *ctx, const struct ek_entry *e)
{
	(void)ctx;
	return strcmp(e->name, "big") == 0 ? 4 : 0;
}

static int seen(void *ctx, const struct ek_entry *e, const void *data,
		size_t len, const char *sha256, struct ek_err *err)
{
	struct notes *n = ctx;

	if (n->fail_at-- == 0)
		return ek_fail(err, EK_EARG, "enough");
	ek_buf_addf(&n->text, "%s %zu %.4s\n", e->name, len, sha256);
	if (strcmp(e->name, "big") == 0)
		assert_memory_equal(data, "\177ELF", 4);
	return EK_OK;
}

static void test_eyes(void **state)
{
	struct ek_buf inside = EK_BUF_INIT, file = EK_BUF_INIT;
	struct notes n = { EK_BUF_INIT, -1 };
	struct ek_payload_eyes eyes = {
		.want = want, .seen = seen, .digests = true, .ctx = &n,
	};
	struct ek_payload_look l;

	(void)state;
	make_tar(&inside);
	add_gzip(&file, inside.p, inside.len);
	assert_int_equal(look(&file, &eyes, &l), EK_OK);
	assert_string_equal(n.text.p,
			    "etc 0 \netc/vmware 0 \netc/vmware/default.map.d 0"
			    " \netc/vmware/default.map.d/x.map 62 c5e6\n"
			    "empty 0 e3b0\nbig 4 1be1\nlink 0 \n");
	ek_payload_look_clear(&l);
	n.fail_at = 3;
	assert_int_equal(look(&file, &eyes, &l), EK_EARG);
	ek_payload_look_clear(&l);
	ek_buf_free(&n.text);
	ek_buf_free(&inside);
	ek_buf_free(&file);
}

/* Without digests the rest is the same. */
static void test_no_sums(void **state)
{
	const struct ek_payload_eyes eyes = { .no_sums = true };
	struct ek_buf b = EK_BUF_INIT;
	struct ek_payload_look l;

	(void)state;
	make_vmtar(&b);
	assert_int_equal(look(&b, &eyes, &l), EK_OK);
	assert_int_equal(l.size, b.len);
	assert_int_equal(l.inside_size, b.len);
	assert_int_equal(l.rc, EK_OK);
	assert_lists(&l);
	assert_string_equal(l.sha256, "");
	assert_string_equal(l.sha1, "");
	assert_string_equal(l.inside_sha256, "");
	assert_string_equal(l.gunzip1_sha1, "");
	ek_payload_look_clear(&l);
	ek_buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vgz), cmocka_unit_test(test_tgz),
		cmocka_unit_test(test_inner_layers),
		cmocka_unit_test(test_sums),
		cmocka_unit_test(test_plain), cmocka_unit_test(test_only),
		cmocka_unit_test(test_no_archive), cmocka_unit_test(test_damage),
		cmocka_unit_test(test_bad_archive), cmocka_unit_test(test_eyes),
		cmocka_unit_test(test_no_sums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
