/* SPDX-License-Identifier: BSD-2-Clause */
/* t_nametab.c - unit tests of nametab.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/nametab.h"

/* Table in, edits out as "from>to;" with - for none; NULL: refused. */
static const struct {
	const char *table, *edits;
} cases[] = {
	{ "", "" },
	{ "V\tp\tp.v00\tkept\tmodule\n", "" },
	{ "V\tp\tp.v00\tadded\tmodule\n", "->p.v00;" },
	{ "V\tp\tp.v00\tremoved\tmodule\n", "p.v00>-;" },
	{ "V\tp\tp.u00\tadded\tfile\nW\tq\tq.t00\tremoved\tfile\n", "" },
	/* a new version under the same name */
	{ "V1\tp\tp.v00\tremoved\tmodule\nV2\tp\tp.v00\tadded\tmodule\n", "" },
	/* a new version under another name keeps its place */
	{ "V1\tp\tp.v00\tremoved\tmodule\nV2\tp\tp.t01\tadded\tmodule\n",
	  "p.v00>p.t01;" },
	/* the name that A loses is B's now, A's own new name comes new */
	{ "A1\tp\tp.v00\tremoved\tmodule\nA2\tq\tq.v00\tadded\tmodule\n"
	  "B1\tp\tp.v00\tadded\tmodule\n", "->q.v00;" },
	/* two that lost payloads of one name */
	{ "A1\tp\tp.v00\tremoved\tmodule\nB1\tp\tp.v01\tremoved\tmodule\n"
	  "A2\tp\tp.t02\tadded\tmodule\nB2\tp\tp.t03\tadded\tmodule\n",
	  "p.v00>p.t02;p.v01>p.t03;" },
	/* a VIB whose payload has another name now keeps its place as well */
	{ "A_bootbank_net-x_1\tnet-x\tnet-x.v00\tremoved\tmodule\n"
	  "B_bootbank_net-x_2-1\tx\tx.t00\tadded\tmodule\n",
	  "net-x.v00>x.t00;" },
	/* and not that of a stranger, though its payload has the name */
	{ "A_bootbank_a_1\tp\tp.v00\tremoved\tmodule\n"
	  "A_bootbank_b_1\tp\tp.v01\tremoved\tmodule\n"
	  "B_bootbank_b_2\tp\tp.t02\tadded\tmodule\n",
	  "p.v01>p.t02;p.v00>-;" },
	/* the names within the ids are compared whole */
	{ "A_bootbank_net-x_1\tp\tp.v00\tremoved\tmodule\n"
	  "A_bootbank_net-xy_1\tq\tq.v00\tadded\tmodule\n",
	  "->q.v00;p.v00>-;" },
	{ "_bootbank_\tp\tp.v00\tremoved\tmodule\n"
	  "A_locker_\tq\tq.v00\tadded\tmodule\n", "->q.v00;p.v00>-;" },
	/* the disc has one case */
	{ "A1\tp\tP.V00\tremoved\tmodule\nA2\tp\tp.v00\tadded\tmodule\n", "" },
	{ "V\tb\tb.b00\tkept\tboot\n", "" },
	{ "V\tb\tb.b00\tadded\tboot\n", NULL },
	{ "V\tb\tb.b00\tremoved\tboot\n", NULL },
};

static void show(const struct ek_module_edit *v, size_t n, struct ek_buf *out)
{
	for (size_t i = 0; i < n; i++)
		ek_buf_addf(out, "%s>%s;", v[i].from != NULL ? v[i].from : "-",
			    v[i].to != NULL ? v[i].to : "-");
}

static void test_edits(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ek_nametab t = { .v = NULL };
		struct ek_module_edit *v;
		struct ek_buf b = EK_BUF_INIT;
		size_t n;
		int rc;

		assert_int_equal(ek_nametab_parse(&t, "t", cases[i].table,
						  strlen(cases[i].table), NULL),
				 EK_OK);
		ek_nametab_write(&t, &b);
		assert_string_equal(ek_buf_str(&b), cases[i].table);
		ek_buf_reset(&b);
		rc = ek_nametab_edits(&t, &v, &n, NULL);
		assert_int_equal(rc, cases[i].edits != NULL ? EK_OK
							    : EK_EREFUSE);
		if (rc == EK_OK) {
			show(v, n, &b);
			assert_string_equal(ek_buf_str(&b), cases[i].edits);
		}
		free(v);
		ek_buf_free(&b);
		ek_nametab_free(&t);
	}
}

static const struct {
	const char *table, *msg;
} bad[] = {
	{ "V\tp\tn\tkept\n", "'t' line 1: 5 columns were expected" },
	{ "V\tp\tn\tkept\tfile\tx\n", "'t' line 1: 5 columns were expected" },
	{ "V\tp\tn\tkept\tfile\n\n", "'t' line 2: 5 columns were expected" },
	{ "V\tp\tn\tgone\tfile\n",
	  "'t' line 1: 'gone' is not added, kept or removed" },
	{ "V\tp\tn\tkept\tx\n", "'t' line 1: 'x' is not module, boot or file" },
};

static void test_rejects(void **state)
{
	struct ek_nametab t = { .v = NULL };
	struct ek_err err = EK_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(ek_nametab_parse(&t, "t", bad[i].table,
						  strlen(bad[i].table), &err),
				 EK_EFORMAT);
		assert_string_equal(err.msg, bad[i].msg);
	}
	assert_int_equal(ek_nametab_parse(&t, "t", "a\0b", 3, &err),
			 EK_EFORMAT);
	assert_int_equal(ek_nametab_add(&t, "V", "", "n", EK_NAME_KEPT,
					EK_USE_FILE, &err), EK_EFORMAT);
	assert_int_equal(ek_nametab_add(&t, "V", "p", "a\tb", EK_NAME_KEPT,
					EK_USE_FILE, &err), EK_EFORMAT);
	ek_nametab_free(&t);
}

/* Two VIBs with one file: a database that was damaged, or means harm. */
static void test_check(void **state)
{
	static const struct {
		const char *table;
		int want;
	} rows[] = {
		{ "A\tp\tx.v00\tremoved\tmodule\n"
		  "B\ts\tx.v00\tkept\tmodule\n", EK_EREFUSE },
		{ "A\tp\tB.B00\tremoved\tmodule\n"
		  "B\ts\tb.b00\tkept\tboot\n", EK_EREFUSE },
		{ "A\tp\tx.v00\tadded\tmodule\n"
		  "B\ts\tX.V00\tkept\tmodule\n", EK_EREFUSE },
		{ "A\tp\tx.b00\tadded\tboot\n", EK_EREFUSE },
		{ "A\tp\tx.v00\tremoved\tmodule\n"
		  "B\ts\tx.v00\tkept\tfile\n", EK_OK },
		{ "A\tp\tx.v00\tremoved\tmodule\n"
		  "B\ts\tx.v00\tadded\tmodule\n", EK_OK },
		{ "A\tp\tx.v00\tremoved\tfile\n"
		  "B\ts\tx.v00\tkept\tmodule\n", EK_OK },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ek_nametab t = { .v = NULL };

		assert_int_equal(ek_nametab_parse(&t, "t", rows[i].table,
						  strlen(rows[i].table), NULL),
				 EK_OK);
		assert_int_equal(ek_nametab_check(&t, NULL), rows[i].want);
		ek_nametab_free(&t);
	}
}

static void test_use(void **state)
{
	(void)state;
	assert_int_equal(ek_name_use_of("vgz"), EK_USE_MODULE);
	assert_int_equal(ek_name_use_of("tgz"), EK_USE_MODULE);
	assert_int_equal(ek_name_use_of("vzstd"), EK_USE_MODULE);
	assert_int_equal(ek_name_use_of("boot"), EK_USE_BOOT);
	assert_int_equal(ek_name_use_of("upgrade"), EK_USE_FILE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_edits),
		cmocka_unit_test(test_rejects),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_use),
	};

	return cmocka_run_group_tests_name("nametab", tests, NULL, NULL);
}
