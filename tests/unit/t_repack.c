/* SPDX-License-Identifier: BSD-2-Clause */
/* t_repack.c - unit tests of repack.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/entry.h"
#include "ek/err.h"
#include "ek/gnutar.h"
#include "ek/io.h"
#include "ek/layers.h"
#include "ek/repack.h"
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

/* Two files, so that each generation lays them out in its own way. */
static struct bytes make_tar(void)
{
	static char a[] = "a", b[] = "b";
	const struct ek_entry v[] = {
		{ .name = a, .mode = 0644, .size = 5 },
		{ .name = b, .mode = 0755, .size = 7 },
	};
	static const char *const data[] = { "hello", "goodbye" };
	struct bytes t = { NULL, 0 };
	struct ek_out *out;

	assert_int_equal(ek_out_open_mem(&out, &t.p, &t.len, NULL), EK_OK);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(ek_gnutar_file(out, &v[i], data[i], NULL),
				 EK_OK);
	ek_gnutar_end(out, 0);
	return commit(&out, &t);
}

static struct bytes make_vmtar(enum ek_vmtar_gen gen)
{
	struct bytes tar = make_tar(), b = { NULL, 0 };
	struct ek_out *out;
	struct ek_in *in;

	assert_int_equal(ek_in_open_mem(&in, "t", tar.p, tar.len, NULL), EK_OK);
	assert_int_equal(ek_out_open_mem(&out, &b.p, &b.len, NULL), EK_OK);
	assert_int_equal(ek_vmtar_from_tar(in, gen, out, NULL, NULL, NULL),
			 EK_OK);
	ek_in_close(&in);
	free(tar.p);
	return commit(&out, &b);
}

/* from is freed */
static struct bytes wrap(struct bytes from, bool zstd)
{
	struct bytes b = { NULL, 0 };
	struct ek_out *out, *in;

	assert_int_equal(ek_out_open_mem(&out, &b.p, &b.len, NULL), EK_OK);
	assert_int_equal(ek_layers_out(&in, out, zstd, -1, 1, NULL), EK_OK);
	ek_out_write(in, from.p, from.len);
	assert_int_equal(ek_out_commit(&in, NULL), EK_OK);
	free(from.p);
	return commit(&out, &b);
}

static int repack(const struct bytes *b, struct ek_repack *r,
		  struct ek_err *err)
{
	struct ek_in *in;
	int rc;

	assert_int_equal(ek_in_open_mem(&in, "x.v00", b->p, b->len, NULL),
			 EK_OK);
	rc = ek_repack(in, r, err);
	ek_in_close(&in);
	return rc;
}

static void test_each(void **state)
{
	struct ek_repack r;

	(void)state;
	for (enum ek_vmtar_gen g = EK_VMTAR_65; g <= EK_VMTAR_80U1; g++)
		for (int wrapped = 0; wrapped < 3; wrapped++) {
			struct bytes b = make_vmtar(g);
			size_t len = b.len;

			if (wrapped != 0)
				b = wrap(b, wrapped == 2);
			assert_int_equal(repack(&b, &r, NULL), EK_OK);
			assert_true(r.vmtar);
			assert_int_equal(r.size, len);
			assert_int_equal(r.gens, 1u << g);
			free(b.p);
		}
}

/* An archive without data is the same with all but the last. */
static void test_several(void **state)
{
	struct bytes tar = { NULL, 0 }, b = { NULL, 0 };
	static char d[] = "d";
	const struct ek_entry e = { .name = d, .type = EK_FT_DIR,
				    .mode = 0755 };
	struct ek_repack r;
	struct ek_out *out;
	struct ek_in *in;

	(void)state;
	assert_int_equal(ek_out_open_mem(&out, &tar.p, &tar.len, NULL), EK_OK);
	assert_int_equal(ek_gnutar_file(out, &e, "", NULL), EK_OK);
	ek_gnutar_end(out, 0);
	commit(&out, &tar);
	assert_int_equal(ek_in_open_mem(&in, "t", tar.p, tar.len, NULL), EK_OK);
	assert_int_equal(ek_out_open_mem(&out, &b.p, &b.len, NULL), EK_OK);
	assert_int_equal(ek_vmtar_from_tar(in, EK_VMTAR_67, out, NULL, NULL,
					   NULL), EK_OK);
	ek_in_close(&in);
	commit(&out, &b);
	assert_int_equal(repack(&b, &r, NULL), EK_OK);
	assert_int_equal(r.gens, 7);
	free(tar.p);
	free(b.p);
}

/* Sum of a header whose other bytes changed (vmtar.5, "Checksum"). */
static void fix_sum(char *h)
{
	long sum = 0;

	memset(h + 148, ' ', 8);
	for (int i = 0; i < 512; i++)
		sum += (signed char)h[i];
	snprintf(h + 148, 8, "%06lo", (unsigned long)sum);
}

/* One that a writer of another mind made: textPgs of a file that is no ELF. */
static void test_differs(void **state)
{
	struct bytes b = make_vmtar(EK_VMTAR_67);
	struct ek_repack r;

	(void)state;
	b.p[512 + 504] = 9;
	fix_sum(b.p + 512);
	assert_int_equal(repack(&b, &r, NULL), EK_OK);
	assert_true(r.vmtar);
	assert_int_equal(r.gens, 0);
	/* the sum of the second header is the first thing that differs */
	assert_int_equal(r.best, EK_VMTAR_80U1);
	assert_in_range(r.offset, 512 + 148, 512 + 155);
	free(b.p);
}

static void test_tar(void **state)
{
	struct bytes b = make_tar();
	struct ek_repack r;

	(void)state;
	assert_int_equal(repack(&b, &r, NULL), EK_OK);
	assert_false(r.vmtar);
	assert_int_equal(r.gens, 0);
	free(b.p);
}

static void test_refused(void **state)
{
	struct bytes b = make_vmtar(EK_VMTAR_67), cut;
	struct ek_err err = EK_ERR_INIT;
	struct ek_repack r;
	struct ek_layers *l;
	struct ek_in *in;

	(void)state;
	for (size_t n = 0; n < b.len; n += n < 2048 ? 1 : 511) {
		cut = (struct bytes){ b.p, n };
		assert_int_equal(repack(&cut, &r, NULL), EK_EFORMAT);
	}
	b = wrap(b, false);
	assert_int_equal(ek_in_open_mem(&in, "m", b.p, b.len, NULL), EK_OK);
	assert_int_equal(ek_layers_open(&l, in, NULL, NULL), EK_OK);
	/* a stream that cannot be read again */
	assert_int_equal(ek_repack(ek_layers_in(l), &r, &err), EK_EARG);
	assert_non_null(strstr(err.msg, "must be a file"));
	ek_layers_close(&l);
	ek_in_close(&in);
	free(b.p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each), cmocka_unit_test(test_several),
		cmocka_unit_test(test_differs), cmocka_unit_test(test_tar),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
