/* SPDX-License-Identifier: BSD-2-Clause */
/* t_imgvib.c - unit tests of imgvib.h */
#include "os.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/buf.h"
#include "ek/deflate.h"
#include "ek/digest.h"
#include "ek/entry.h"
#include "ek/err.h"
#include "ek/gnutar.h"
#include "ek/image.h"
#include "ek/imgdb.h"
#include "ek/imgvib.h"
#include "ek/io.h"
#include "ek/profile.h"
#include "ek/vib.h"
#include "image_dir.h"

/* ---- what the image is made of ------------------------------------------- */

enum sums { ALL_SUMS, GUNZIP_SUM, NO_SUM };

struct pay {
	const char *name, *type, *local, *data;
	enum sums sums;
	bool zip; /* data is put into gzip */
};

struct made {
	const char *name, *sig; /* sig NULL: not signed */
	bool orig;
	struct pay pay[2];
	size_t n;
};

static const struct made good[] = {
	{ "a", NULL, true, { { "a-one", "vgz", "a_one.v00", "one", ALL_SUMS,
			       true } }, 1 },
	{ "b", "-----PEM\n", true,
	  { { "b", "tgz", "b.t00", "two", ALL_SUMS, true },
	    { "README", "text", "readme.t00", "three!", ALL_SUMS, false } },
	  2 },
	{ "k", NULL, true, { { "k", "boot", "k.b00", "kernel", ALL_SUMS,
			       true } }, 1 },
	{ "none", NULL, true, { { NULL, NULL, NULL, NULL, NO_SUM, false } },
	  0 },
	{ "old", NULL, false, { { "old", "vgz", "old.v00", "four", ALL_SUMS,
				  true } }, 1 },
};
enum { A, B, K, NONE, OLD, VIBS };

/* The bytes of the payload's file. */
static void bytes_of(const struct pay *p, struct ek_buf *b)
{
	struct ek_out *mem, *gz;
	char *data;
	size_t len;

	if (!p->zip) {
		ek_buf_adds(b, p->data);
		return;
	}
	assert_int_equal(ek_out_open_mem(&mem, &data, &len, NULL), EK_OK);
	assert_int_equal(ek_out_open_gzip(&gz, mem, 9, NULL), EK_OK);
	ek_out_write(gz, p->data, strlen(p->data));
	assert_int_equal(ek_out_commit(&gz, NULL), EK_OK);
	assert_int_equal(ek_out_commit(&mem, NULL), EK_OK);
	ek_buf_add(b, data, len);
	free(data);
}

static void add_payload(struct ek_buf *b, const struct pay *p)
{
	struct ek_buf bytes = EK_BUF_INIT;
	char hex[EK_DIGEST_HEX];

	bytes_of(p, &bytes);
	ek_buf_addf(b, "<payload name=\"%s\" type=\"%s\" size=\"%zu\">",
		    p->name, p->type, bytes.len);
	assert_int_equal(ek_digest_mem(EK_SHA256, bytes.p, bytes.len, hex,
				       NULL), EK_OK);
	if (p->sums == ALL_SUMS)
		ek_buf_addf(b, "<checksum checksum-type=\"sha-256\">%s"
			    "</checksum>", hex);
	assert_int_equal(ek_digest_mem(EK_SHA1, p->data, strlen(p->data), hex,
				       NULL), EK_OK);
	if (p->zip && p->sums != NO_SUM)
		ek_buf_addf(b, "<checksum checksum-type=\"sha-1\""
			    " verify-process=\"gunzip\">%s</checksum>", hex);
	ek_buf_adds(b, "</payload>\n");
	ek_buf_free(&bytes);
}

/* descriptor.xml, in another form than that of databases. */
static void describe(const struct made *m, struct ek_buf *b)
{
	ek_buf_addf(b, "<vib version=\"5.0\">\n<type>bootbank</type>\n"
		    "<name>%s</name><version>1-1</version>"
		    "<vendor>A</vendor>\n<summary>s</summary>"
		    "<description>\n d\n</description>"
		    "<release-date>2020-01-01T00:00:00</release-date>"
		    "<acceptance-level>community</acceptance-level>"
		    "<payloads>\n", m->name);
	for (size_t i = 0; i < m->n; i++)
		add_payload(b, &m->pay[i]);
	ek_buf_adds(b, "</payloads></vib>\n");
}

static int open_pay(void *ctx, struct ek_in **in, struct ek_err *err)
{
	const struct ek_buf *b = ctx;

	return ek_in_open_mem(in, "made", ek_buf_str(b), b->len, err);
}

/* The .vib with this descriptor. */
static void make_vib(const struct made *m, const char *desc, size_t desc_len,
		     char **vib, size_t *len)
{
	struct ek_buf bytes[2] = { EK_BUF_INIT, EK_BUF_INIT };
	struct ek_vib_source src[2];
	const char *sig = m->sig != NULL ? m->sig : "";
	struct ek_out *out;

	for (size_t i = 0; i < m->n; i++) {
		bytes_of(&m->pay[i], &bytes[i]);
		src[i] = (struct ek_vib_source){ m->pay[i].name, bytes[i].len,
						 open_pay, &bytes[i] };
	}
	assert_int_equal(ek_out_open_mem(&out, vib, len, NULL), EK_OK);
	assert_int_equal(ek_vib_write(out, desc, desc_len, sig, strlen(sig),
				      src, m->n, NULL), EK_OK);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	ek_buf_free(&bytes[0]);
	ek_buf_free(&bytes[1]);
}

/* ---- the image ----------------------------------------------------------- */

static void save(const char *path, const void *data, size_t len)
{
	FILE *fp = fopen(path, "w");

	assert_non_null(fp);
	assert_int_equal(fwrite(data, 1, len, fp), len);
	assert_int_equal(fclose(fp), 0);
}

static void add_to_db(struct ek_imgdb *db, const struct made *m)
{
	struct ek_buf desc = EK_BUF_INIT;
	struct ek_dbadd add = { .label = m->name, .sig = m->sig,
				.orig = m->orig, .keep_sig = true };

	describe(m, &desc);
	add.text = desc.p;
	add.len = desc.len;
	add.sig_len = m->sig != NULL ? strlen(m->sig) : 0;
	assert_int_equal(ek_imgdb_add(db, &add, NULL), EK_OK);
	ek_buf_free(&desc);
}

static void add_to_profile(struct ek_profile *p, const struct made *m)
{
	struct ek_profile_payload pl[2];
	char id[64];

	for (size_t i = 0; i < m->n; i++)
		pl[i] = (struct ek_profile_payload){
			(char *)(uintptr_t)m->pay[i].name,
			(char *)(uintptr_t)m->pay[i].local,
		};
	snprintf(id, sizeof(id), "A_bootbank_%s_1-1", m->name);
	assert_int_equal(ek_profile_add_vib(p, id, pl, m->n, NULL), EK_OK);
}

/* With these VIBs, the last first, all in the profile. */
static struct ek_imgdb *make_db(const struct made *m, size_t n)
{
	struct ek_imgdb *db;
	struct ek_profile *p;

	assert_int_equal(ek_imgdb_new(&db, NULL), EK_OK);
	assert_int_equal(ek_profile_new(&p, "P", "C", EK_COMMUNITY, NULL),
			 EK_OK);
	assert_int_equal(ek_imgdb_set_profile(db, p, NULL), EK_OK);
	while (n-- > 0) {
		add_to_db(db, &m[n]);
		add_to_profile(p, &m[n]);
	}
	return db;
}

static struct ek_profile *profile_of(const struct ek_imgdb *db)
{
	return ek_imgdb_profile_at(db, 0);
}

static void save_db(struct ek_imgdb *db)
{
	struct ek_out *out;

	assert_int_equal(ek_out_open(&out, "d/IMGDB.TGZ", NULL), EK_OK);
	assert_int_equal(ek_imgdb_write(db, out, 1, true, NULL), EK_OK);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	ek_imgdb_free(&db);
}

/* A tgz of files, each with its text. */
struct tar_file {
	const char *name;
	const char *data;
	size_t len;
};

static void save_tgz(const char *path, const struct tar_file *f, size_t n)
{
	struct ek_out *file, *gz;

	assert_int_equal(ek_out_open(&file, path, NULL), EK_OK);
	assert_int_equal(ek_out_open_gzip(&gz, file, 9, NULL), EK_OK);
	for (size_t i = 0; i < n; i++) {
		struct ek_entry e = {
			.name = (char *)(uintptr_t)f[i].name, .mode = 0644,
			.size = f[i].len,
		};

		assert_int_equal(ek_gnutar_file(gz, &e, f[i].data, NULL),
				 EK_OK);
	}
	ek_gnutar_end(gz, 1);
	assert_int_equal(ek_out_commit(&gz, NULL), EK_OK);
	assert_int_equal(ek_out_commit(&file, NULL), EK_OK);
}

/* imgpayld.tgz with the kernel, called so. */
static void save_imgpayld(const struct made *m, const char *name)
{
	struct ek_buf b = EK_BUF_INIT;
	struct tar_file f[] = {
		{ "var/db/payloads/other/k.b00", "no", 2 }, { name, "", 0 },
	};

	bytes_of(&m->pay[0], &b);
	f[1].data = b.p;
	f[1].len = b.len;
	save_tgz("d/IMGPAYLD.TGZ", f, COUNT(f));
	ek_buf_free(&b);
}

#define KERNEL "var/db/payloads/boot/k.b00"

/* The payload files; those of type boot are others than in imgpayld.tgz. */
static void save_files(const struct made *m, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < m[i].n; k++) {
			const struct pay *p = &m[i].pay[k];
			struct ek_buf b = EK_BUF_INIT;
			char path[64] = "d/";

			for (size_t c = 0; p->local[c] != '\0'; c++)
				path[c + 2] = (char)toupper(
					(unsigned char)p->local[c]);
			bytes_of(p, &b);
			if (strcmp(p->type, "boot") == 0)
				b.p[4] ^= 1;
			save(path, b.p, b.len);
			ek_buf_free(&b);
		}
}

static void make_good(void)
{
	make_image(NULL, NULL);
	save_db(make_db(good, VIBS));
	save_files(good, VIBS);
	save_imgpayld(&good[K], KERNEL);
}

static struct ek_image *open_image(void)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_image *img;

	if (ek_image_open(&img, "d", &err) != EK_OK)
		fail_msg("%s", err.msg);
	return img;
}

static struct ek_imgvibs *open_vibs(struct ek_image *img)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_imgvibs *v;

	if (ek_imgvibs_new(&v, img, &err) != EK_OK)
		fail_msg("%s", err.msg);
	return v;
}

/* Which is called so. */
static size_t at(const struct ek_imgvibs *v, const char *name)
{
	for (size_t i = 0; i < ek_imgvibs_count(v); i++)
		if (strcmp(ek_imgvibs_at(v, i)->d.name, name) == 0)
			return i;
	fail_msg("no VIB %s", name);
	return 0;
}

/* ---- good ones ----------------------------------------------------------- */

static void assert_written(struct ek_imgvibs *v, size_t i, const char *want,
			   size_t want_len)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_out *out;
	size_t len;
	char *got;

	if (ek_imgvibs_prove(v, i, &err) != EK_OK)
		fail_msg("%s", err.msg);
	for (int twice = 0; twice < 2; twice++) {
		assert_int_equal(ek_out_open_mem(&out, &got, &len, NULL),
				 EK_OK);
		if (ek_imgvibs_write(v, i, out, &err) != EK_OK)
			fail_msg("%s", err.msg);
		assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
		assert_int_equal(len, want_len);
		assert_memory_equal(got, want, len);
		free(got);
	}
}

/* What went in comes out; of the one without .orig, with the XML. */
static void test_good(void **state)
{
	struct ek_image *img;
	struct ek_imgvibs *v;

	(void)state;
	make_good();
	img = open_image();
	v = open_vibs(img);
	assert_int_equal(ek_imgvibs_count(v), VIBS);
	assert_int_equal(ek_imgvibs_missing(v)->n, 0);
	assert_int_equal(ek_imgdb_vibs(ek_imgvibs_db(v)), VIBS);
	for (size_t i = 0; i < VIBS; i++) {
		struct ek_buf desc = EK_BUF_INIT;
		size_t len, n;
		const char *d = ek_imgvibs_descriptor(v, i, &n);
		char *vib;

		/* sorted by id: in the order of the table */
		assert_string_equal(ek_imgvibs_at(v, i)->d.name, good[i].name);
		describe(&good[i], &desc);
		assert_int_equal(desc.len == n && memcmp(d, desc.p, n) == 0,
				 good[i].orig);
		make_vib(&good[i], d, n, &vib, &len);
		assert_written(v, i, vib, len);
		ek_buf_free(&desc);
		free(vib);
	}
	ek_imgvibs_free(&v);
	assert_null(v);
	ek_imgvibs_free(&v);
	ek_image_close(&img);
}

/* Files where a boot.cfg has them: below its prefix. */
static void test_prefix(void **state)
{
	struct ek_image *img;
	struct ek_imgvibs *v;
	struct ek_err err = EK_ERR_INIT;

	(void)state;
	make_good();
	assert_int_equal(mkdir("d/SUB", 0755), 0);
	assert_int_equal(rename("d/A_ONE.V00", "d/SUB/A_ONE.V00"), 0);
	assert_int_equal(rename("d/IMGPAYLD.TGZ", "d/SUB/IMGPAYLD.TGZ"), 0);
	assert_int_equal(rename("d/IMGDB.TGZ", "d/SUB/IMGDB.TGZ"), 0);
	assert_int_equal(rename("d/OLD.V00", "d/SUB/OLD.V00"), 0);
	put_file("d/BOOT.CFG", "bootstate=0\nprefix=/sub\nkernel=old.v00\n"
		 "kernelopt=\nmodules=a_one.v00 --- imgdb.tgz ---"
		 " imgpayld.tgz\nbuild=\nupdated=0\n");
	img = open_image();
	v = open_vibs(img);
	for (size_t i = 0; i < VIBS; i++)
		if (ek_imgvibs_prove(v, i, &err) != EK_OK)
			fail_msg("%s", err.msg);
	ek_imgvibs_free(&v);
	ek_image_close(&img);
}

/* ---- one that cannot be proved ------------------------------------------- */

/* This VIB of the image is refused so, and the others are well. */
static void assert_refused(const char *name, int rc, const char *const *say)
{
	struct ek_image *img = open_image();
	struct ek_imgvibs *v = open_vibs(img);
	struct ek_err err = EK_ERR_INIT;
	size_t i = at(v, name);

	assert_int_equal(ek_imgvibs_prove(v, i, NULL), rc);
	assert_int_equal(ek_imgvibs_prove(v, i, &err), rc);
	assert_int_equal(err.code, rc);
	for (; *say != NULL; say++)
		if (strstr(err.msg, *say) == NULL)
			fail_msg("no '%s' in: %s", *say, err.msg);
	for (size_t k = 0; k < ek_imgvibs_count(v); k++)
		if (k != i && ek_imgvibs_prove(v, k, &err) != EK_OK)
			fail_msg("%s", err.msg);
	ek_imgvibs_free(&v);
	ek_image_close(&img);
}

#define REFUSED(name, ...) \
	assert_refused(name, EK_EREFUSE, (const char *const[]){ __VA_ARGS__, \
								NULL })

static void flip(const char *path, long off)
{
	FILE *fp = fopen(path, "r+");
	int c;

	assert_non_null(fp);
	assert_int_equal(fseek(fp, off, SEEK_SET), 0);
	c = fgetc(fp);
	assert_int_equal(fseek(fp, off, SEEK_SET), 0);
	assert_int_equal(fputc(c ^ 1, fp), c ^ 1);
	assert_int_equal(fclose(fp), 0);
}

static void append(const char *path)
{
	FILE *fp = fopen(path, "a");

	assert_non_null(fp);
	assert_int_equal(fputc('x', fp), 'x');
	assert_int_equal(fclose(fp), 0);
}

static void test_files(void **state)
{
	(void)state;
	make_good();
	assert_int_equal(unlink("d/README.T00"), 0);
	REFUSED("b", "VIB 'A_bootbank_b_1-1': payload 'README'",
		"'readme.t00' is not on the image 'd'");
	put_file("d/README.T00", "three!");
	flip("d/A_ONE.V00", 12);
	REFUSED("a", "'d/A_ONE.V00': payload 'a-one' does not fit its sha-256"
		" checksum");
	flip("d/A_ONE.V00", 12);
	put_file("d/README.T00", "three!x");
	REFUSED("b", "'d/README.T00'", "payload 'README'");
	put_file("d/README.T00", "three");
	REFUSED("b", "'d/README.T00'", "payload 'README'");
	put_file("d/README.T00", "");
	REFUSED("b", "'d/README.T00'", "payload 'README'");
	put_file("d/README.T00", "three!");
	append("d/OLD.V00");
	REFUSED("old", "'d/OLD.V00'", "payload 'old'");
}

static void test_boot(void **state)
{
	struct made k = good[K];

	(void)state;
	make_good();
	save_imgpayld(&good[K], "var/db/payloads/boot/K.B00");
	REFUSED("k", "payload 'k'", "'d/IMGPAYLD.TGZ' does not have " KERNEL);
	save_imgpayld(&good[K], "k.b00");
	REFUSED("k", "'d/IMGPAYLD.TGZ' does not have " KERNEL);
	k.pay[0].data = "kernex";
	save_imgpayld(&k, KERNEL);
	REFUSED("k", "'d/IMGPAYLD.TGZ:" KERNEL "': payload 'k' does not fit");
	assert_int_equal(unlink("d/IMGPAYLD.TGZ"), 0);
	REFUSED("k", "payload 'k' of type boot is 'k.b00' of imgpayld.tgz:"
		" 'd' has no imgpayld.tgz");
	put_file("d/IMGPAYLD.TGZ", "rubbish, and no tar");
	assert_refused("k", EK_EFORMAT, (const char *const[]){
		"VIB 'A_bootbank_k_1-1'", "d/IMGPAYLD.TGZ", NULL });
}

/* Descriptor, signature and profile, each as the function leaves it. */
static void change_db(const struct made *m, size_t n,
		      void (*change)(struct ek_imgdb *db))
{
	struct ek_imgdb *db = make_db(m, n);

	if (change != NULL)
		change(db);
	save_db(db);
}

static void change_orig(struct ek_imgdb *db, const char *old, const char *new)
{
	const struct ek_dbfile *f = ek_imgdb_find(db, "A_bootbank_b_1-1")->orig;
	char *p = strstr(f->data, old);

	assert_non_null(p);
	while (*new != '\0')
		*p++ = *new++;
}

static void other_id(struct ek_imgdb *db)
{
	change_orig(db, "<name>b<", "<name>z<");
}

static void other_text(struct ek_imgdb *db)
{
	change_orig(db, "<summary>s<", "<summary>t<");
}

static void no_xml(struct ek_imgdb *db)
{
	change_orig(db, "<vib", "<<<<");
}

static void same_text(struct ek_imgdb *db)
{
	change_orig(db, "<description>\n", "<description> ");
}

static void no_file(struct ek_imgdb *db)
{
	struct ek_profile *p = profile_of(db);
	struct made m = good[B];

	ek_profile_remove_vib(p, "A_bootbank_b_1-1");
	m.n = 1;
	add_to_profile(p, &m);
}

static void test_texts(void **state)
{
	struct made m[VIBS];

	(void)state;
	make_good();
	change_db(good, VIBS, other_id);
	REFUSED("b", ".xml.orig' is the descriptor of VIB 'A_bootbank_z_1-1',"
		" not of 'A_bootbank_b_1-1'");
	change_db(good, VIBS, other_text);
	REFUSED("b", ".xml.orig' does not say the same as");
	change_db(good, VIBS, no_xml);
	assert_refused("b", EK_EFORMAT, (const char *const[]){
		"VIB 'A_bootbank_b_1-1'", ".xml.orig", NULL });
	change_db(good, VIBS, no_file);
	REFUSED("b", "payload 'README': the profile 'P' names no file for it");
	memcpy(m, good, sizeof(m));
	m[B].orig = false;
	change_db(m, VIBS, NULL);
	REFUSED("b", ".xml.sig': there is no ", ".xml.orig, the descriptor"
		" that this signature was made over");
}

/* White space that a database does not keep is no difference. */
static void test_same(void **state)
{
	struct ek_image *img;
	struct ek_imgvibs *v;

	(void)state;
	make_good();
	change_db(good, VIBS, same_text);
	img = open_image();
	v = open_vibs(img);
	assert_int_equal(ek_imgvibs_prove(v, B, NULL), EK_OK);
	ek_imgvibs_free(&v);
	ek_image_close(&img);
}

static void test_sums(void **state)
{
	struct made m[VIBS];

	(void)state;
	make_good();
	memcpy(m, good, sizeof(m));
	m[A].pay[0].sums = GUNZIP_SUM;
	change_db(m, VIBS, NULL);
	REFUSED("a", "payload 'a-one' has no plain checksum (sha-256) to prove"
		" the bytes by");
	m[A].pay[0].sums = NO_SUM;
	change_db(m, VIBS, NULL);
	REFUSED("a", "no plain checksum");
}

/* Names that no VIB can have are told by the proof, not by the write. */
static void test_names(void **state)
{
	struct made m[VIBS];

	(void)state;
	make_good();
	memcpy(m, good, sizeof(m));
	m[B].pay[1].name = "descriptor.xml";
	change_db(m, VIBS, NULL);
	REFUSED("b", "cannot be called 'descriptor.xml'");
	m[B].pay[1].name = "#one";
	change_db(m, VIBS, NULL);
	REFUSED("b", "begins with '#'");
	m[B].pay[1] = m[B].pay[0];
	change_db(m, VIBS, NULL);
	REFUSED("b", "two payloads are called 'b'");
}

/* ---- changed meanwhile --------------------------------------------------- */

static int write_null(struct ek_imgvibs *v, size_t i, struct ek_err *err)
{
	struct ek_out *out;
	int rc;

	assert_int_equal(ek_out_open_null(&out, NULL), EK_OK);
	rc = ek_imgvibs_write(v, i, out, err);
	ek_out_abort(&out);
	return rc;
}

static void test_meanwhile(void **state)
{
	struct ek_image *img;
	struct ek_imgvibs *v;
	struct ek_err err = EK_ERR_INIT;
	struct made k = good[K];

	(void)state;
	make_good();
	img = open_image();
	v = open_vibs(img);
	for (size_t i = 0; i < VIBS; i++)
		assert_int_equal(ek_imgvibs_prove(v, i, NULL), EK_OK);
	flip("d/A_ONE.V00", 12);
	assert_int_equal(write_null(v, A, &err), EK_EREFUSE);
	assert_non_null(strstr(err.msg, "VIB 'A_bootbank_a_1-1': 'd/A_ONE.V00'"
			       " was changed while it was read"));
	put_file("d/README.T00", "three");
	assert_int_equal(write_null(v, B, NULL), EK_EREFUSE);
	put_file("d/README.T00", "three!x");
	assert_int_equal(write_null(v, B, NULL), EK_EREFUSE);
	k.pay[0].data = "kernex";
	save_imgpayld(&k, KERNEL);
	assert_int_equal(write_null(v, K, NULL), EK_EREFUSE);
	save_imgpayld(&k, "other");
	assert_int_equal(write_null(v, K, &err), EK_EREFUSE);
	assert_non_null(strstr(err.msg, "'" KERNEL "' is gone"));
	assert_int_equal(unlink("d/OLD.V00"), 0);
	assert_int_equal(write_null(v, OLD, NULL), EK_ESYS);
	assert_int_equal(write_null(v, NONE, NULL), EK_OK);
	ek_imgvibs_free(&v);
	ek_image_close(&img);
}

/* ---- the database -------------------------------------------------------- */

static void strangers(struct ek_imgdb *db)
{
	const struct made y = { "y", NULL, true, { { NULL, NULL, NULL, NULL,
			        NO_SUM, false } }, 0 };
	struct made x = y;

	add_to_profile(profile_of(db), &y);
	x.name = "x";
	add_to_profile(profile_of(db), &x);
	x.name = "spare"; /* in the database, not in the profile */
	add_to_db(db, &x);
}

static void test_missing(void **state)
{
	struct ek_image *img;
	struct ek_imgvibs *v;

	(void)state;
	make_good();
	change_db(good, VIBS, strangers);
	img = open_image();
	v = open_vibs(img);
	assert_int_equal(ek_imgvibs_count(v), VIBS);
	assert_int_equal(ek_imgvibs_missing(v)->n, 2);
	assert_string_equal(ek_imgvibs_missing(v)->v[0], "A_bootbank_x_1-1");
	assert_string_equal(ek_imgvibs_missing(v)->v[1], "A_bootbank_y_1-1");
	ek_imgvibs_free(&v);
	ek_image_close(&img);
}

static void assert_no_vibs(int rc, const char *say)
{
	struct ek_image *img = open_image();
	struct ek_err err = EK_ERR_INIT;
	struct ek_imgvibs *v;

	assert_int_equal(ek_imgvibs_new(&v, img, &err), rc);
	assert_null(v);
	if (strstr(err.msg, say) == NULL)
		fail_msg("no '%s' in: %s", say, err.msg);
	ek_image_close(&img);
}

#define PROFILE(name) \
	"<imageprofile><name>" name "</name><creator>C</creator><viblist/>" \
	"<acceptancelevel>community</acceptancelevel></imageprofile>"
#define IN_DB(path, text) \
	{ "var/db/esximg/" path, text, sizeof(text) - 1 }

static void test_no_database(void **state)
{
	static const struct tar_file two[] = {
		IN_DB("profiles/p", PROFILE("p")),
		IN_DB("profiles/q", PROFILE("q")),
	};
	static const struct tar_file none[] = {
		IN_DB("vibs/x.xml", "<vib><name>x</name><version>1-1</version>"
		      "<vendor>A</vendor></vib>"),
	};
	struct ek_image *img;
	struct ek_imgvibs *v;

	(void)state;
	make_image(NULL, NULL);
	assert_no_vibs(EK_EREFUSE, "'d' has no image database");
	save_tgz("d/IMGDB.TGZ", two, 2);
	assert_no_vibs(EK_EREFUSE, "profiles");
	save_tgz("d/IMGDB.TGZ", none, 1);
	assert_no_vibs(EK_EREFUSE, "profile");
	put_file("d/IMGDB.TGZ", "rubbish");
	assert_no_vibs(EK_EFORMAT, "d/IMGDB.TGZ");
	save_tgz("d/IMGDB.TGZ", two, 1);
	img = open_image();
	v = open_vibs(img);
	assert_int_equal(ek_imgvibs_count(v), 0);
	ek_imgvibs_free(&v);
	ek_image_close(&img);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_good), TEST(test_prefix), TEST(test_files),
		TEST(test_boot), TEST(test_texts), TEST(test_same),
		TEST(test_sums), TEST(test_names), TEST(test_meanwhile),
		TEST(test_missing), TEST(test_no_database),
	};

	return cmocka_run_group_tests_name("imgvib", tests, NULL, NULL);
}
