/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_nomem.c - the lower modules where memory runs out: with the first, second,
 *             ... allocation failing until none does. Each time the code is
 *             EK_ESYS or the work is done, and nothing is lost.
 */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <unistd.h>

#include "ek/buf.h"
#include "ek/deflate.h"
#include "ek/digest.h"
#include "ek/err.h"
#include "ek/inflate.h"
#include "ek/io.h"
#include "ek/layers.h"
#include "ek/proc.h"
#include "ek/vib.h"
#include "ek/xml.h"

#include "nomem.h"

/* ---- the work ------------------------------------------------------------ */

static const char text[] = "some text, some text, some more text";

static int pack(char **gz, size_t *len, struct ek_err *err)
{
	struct ek_out *mem = NULL, *z = NULL;
	int rc = ek_out_open_mem(&mem, gz, len, err);

	if (rc == EK_OK)
		rc = ek_out_open_gzip(&z, mem, 9, err);
	if (rc == EK_OK) {
		ek_out_write(z, text, sizeof(text));
		rc = ek_out_commit(&z, err);
	}
	if (rc == EK_OK)
		rc = ek_out_commit(&mem, err);
	ek_out_abort(&z);
	ek_out_abort(&mem);
	return rc;
}

static int do_gzip(struct ek_err *err)
{
	struct ek_in *from = NULL, *part = NULL;
	struct ek_layers *l = NULL;
	char *gz = NULL, got[sizeof(text)];
	size_t len;
	int rc = pack(&gz, &len, err);

	if (rc == EK_OK)
		rc = ek_in_open_mem(&from, "m", gz, len, err);
	if (rc == EK_OK)
		rc = ek_layers_open(&l, from, NULL, err);
	if (rc == EK_OK)
		rc = ek_in_open_part(&part, ek_layers_in(l), sizeof(text), err);
	if (rc == EK_OK)
		rc = ek_in_read_exact(part, got, sizeof(text), "it", err);
	if (rc == EK_OK)
		assert_string_equal(got, text);
	ek_in_close(&part);
	ek_layers_close(&l);
	ek_in_close(&from);
	free(gz);
	return rc;
}

/* zstd of "hello\n", and xz of nothing */
static const struct {
	const char *p;
	size_t len, inside;
} wrapped[] = {
	{ "\x28\xb5\x2f\xfd\x20\x06\x31\0\0hello\n", 15, 6 },
	{ "\xfd" "7zXZ\0\0\4\xe6\xd6\xb4\x46\0\0\0\0\x1c\xdf\x44\x21"
	  "\x1f\xb6\xf3\x7d\1\0\0\0\0\4YZ", 32, 0 },
};

static int do_layers(struct ek_err *err)
{
	int rc = EK_OK;

	for (size_t i = 0; i < 2 && rc == EK_OK; i++) {
		struct ek_in *from = NULL;
		struct ek_layers *l = NULL;
		size_t got = 0;
		char buf[9];

		rc = ek_in_open_mem(&from, "m", wrapped[i].p, wrapped[i].len,
				    err);
		if (rc == EK_OK)
			rc = ek_layers_open(&l, from, NULL, err);
		if (rc == EK_OK)
			rc = ek_in_read(ek_layers_in(l), buf, 9, &got, err);
		if (rc == EK_OK)
			assert_int_equal(got, wrapped[i].inside);
		ek_layers_close(&l);
		ek_in_close(&from);
	}
	return rc;
}

static int do_files(struct ek_err *err)
{
	struct ek_spool *s = NULL;
	struct ek_file *f = NULL;
	struct ek_out *out = NULL;
	struct ek_in *in = NULL;
	char *data = NULL;
	size_t len;
	int rc = ek_spool_new(&s, err);

	if (rc == EK_OK)
		rc = ek_spool_out(s, &out, err);
	if (rc == EK_OK) {
		ek_out_write(out, text, 5);
		rc = ek_out_commit(&out, err);
	}
	if (rc == EK_OK)
		rc = ek_spool_in(s, "s", &in, err);
	if (rc == EK_OK)
		rc = ek_file_open(&f, "/proc/self/exe", err);
	if (rc == EK_OK)
		rc = ek_read_all("/proc/self/stat", 4096, &data, &len, err);
	free(data);
	ek_file_close(&f);
	ek_in_close(&in);
	ek_out_abort(&out);
	ek_spool_free(s);
	return rc;
}

static int do_output(struct ek_err *err)
{
	struct ek_out *out = NULL;
	char name[64];
	int rc;

	snprintf(name, sizeof(name), "/tmp/t_nomem.%ld", (long)getpid());
	rc = ek_out_open(&out, name, err);
	if (rc == EK_OK) {
		ek_out_write(out, text, 5);
		rc = ek_out_commit(&out, err);
	}
	ek_out_abort(&out);
	assert_int_equal(access(name, F_OK), rc == EK_OK ? 0 : -1);
	unlink(name);
	return rc;
}

static int do_xml(struct ek_err *err)
{
	static const char in[] = "<a b='1'>t<c d='2'/><!-- x --></a>";
	struct ek_buf b = EK_BUF_INIT;
	struct ek_xml *x;
	int rc = ek_xml_parse(&x, "t", in, sizeof(in) - 1, NULL, err);

	if (rc == EK_OK)
		rc = ek_node_set_attr(ek_xml_root(x), "e", "3", err);
	if (rc == EK_OK)
		rc = ek_node_add(ek_xml_root(x), "f", "4", NULL, err);
	if (rc == EK_OK)
		rc = ek_node_set_text(ek_node_child(ek_xml_root(x), "f"), "5",
				      err);
	if (rc == EK_OK) {
		ek_xml_write(ek_xml_root(x), &b);
		rc = ek_buf_check(&b, "xml", err);
	}
	if (rc == EK_OK)
		assert_string_equal(b.p, "<a b=\"1\" e=\"3\">t<c d=\"2\"/>"
				    "<!-- x --><f>5</f></a>");
	ek_xml_free(&x);
	ek_buf_free(&b);
	return rc;
}

static int do_digest(struct ek_err *err)
{
	char hex[EK_DIGEST_HEX];

	return ek_digest_mem(EK_SHA256, text, 5, hex, err);
}

static int do_proc(struct ek_err *err)
{
	const char *const argv[] = { "true", NULL };
	int status;

	return ek_proc_run(argv, NULL, NULL, &status, err);
}

static int do_strs(struct ek_err *err)
{
	struct ek_strs l = { NULL, 0, 0 };
	int rc = EK_OK;

	for (int i = 0; i < 20 && rc == EK_OK; i++)
		rc = ek_strs_add(&l, text, 9, err);
	ek_strs_free(&l);
	return rc;
}

/* Not the reader: libxml2 2.9 itself breaks where memory runs out. */
static int fill_vibdesc(struct ek_vibdesc *d, struct ek_err *err)
{
	struct ek_payload *p = NULL;
	int rc = ek_vibdesc_set(&d->name, "n", err);

	if (rc == EK_OK)
		rc = ek_constraints_add_text(&d->depends, "x >= 1", err);
	if (rc == EK_OK)
		rc = ek_vibdesc_add_url(d, "k", "u", err);
	if (rc == EK_OK)
		rc = ek_vibdesc_add_hw(d, "v", "m", err);
	if (rc == EK_OK)
		rc = ek_vibdesc_add_sw(d, "8.0", "", "e", err);
	if (rc == EK_OK)
		rc = ek_strs_add(&d->files, "opt/a", 5, err);
	if (rc == EK_OK)
		rc = ek_vibdesc_add_payload(d, "a", "vgz", &p, err);
	if (rc == EK_OK)
		rc = ek_payload_add_sum(p, "sha-1", "gunzip", "0", err);
	return rc;
}

static int do_vibdesc(struct ek_err *err)
{
	struct ek_buf out = EK_BUF_INIT;
	struct ek_vibdesc d;
	int rc;

	ek_vibdesc_init(&d);
	rc = fill_vibdesc(&d, err);
	if (rc == EK_OK) {
		ek_vibdesc_write(&d, EK_VIBDESC_VIB, &out);
		rc = ek_buf_check(&out, "t", err);
	}
	ek_buf_free(&out);
	ek_vibdesc_clear(&d);
	return rc;
}

static int open_one(void *ctx, struct ek_in **in, struct ek_err *err)
{
	(void)ctx;
	return ek_in_open_mem(in, "a", "one", 3, err);
}

static int do_vib(struct ek_err *err)
{
	const struct ek_vib_source src = { "a", 3, open_one, NULL };
	struct ek_out *out = NULL;
	char *vib = NULL;
	size_t len;
	int rc = ek_out_open_mem(&out, &vib, &len, err);

	if (rc == EK_OK)
		rc = ek_vib_write(out, text, sizeof(text), "s", 1, &src, 1,
				  err);
	if (rc == EK_OK)
		rc = ek_out_commit(&out, err);
	ek_out_abort(&out);
	free(vib);
	return rc;
}

/* ---- running out --------------------------------------------------------- */

static void test_gzip(void **state)
{
	(void)state;
	exhaust(do_gzip, false);
	exhaust(do_layers, false);
}

static void test_files(void **state)
{
	(void)state;
	exhaust(do_files, false);
}

static void test_output(void **state)
{
	(void)state;
	exhaust(do_output, false);
}

static void test_xml(void **state)
{
	(void)state;
	exhaust(do_xml, true);
}

static void test_digest(void **state)
{
	(void)state;
	exhaust(do_digest, true);
}

static void test_proc(void **state)
{
	(void)state;
	exhaust(do_proc, false);
}

static void test_strs(void **state)
{
	(void)state;
	exhaust(do_strs, false);
}

static void test_vibdesc(void **state)
{
	(void)state;
	exhaust(do_vibdesc, false);
}

static void test_vib(void **state)
{
	(void)state;
	exhaust(do_vib, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gzip),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_output),
		cmocka_unit_test(test_xml),
		cmocka_unit_test(test_digest),
		cmocka_unit_test(test_proc),
		cmocka_unit_test(test_strs),
		cmocka_unit_test(test_vibdesc),
		cmocka_unit_test(test_vib),
	};

	return cmocka_run_group_tests_name("nomem", tests, NULL, NULL);
}
