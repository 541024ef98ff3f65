/* SPDX-License-Identifier: BSD-2-Clause */
/* t_bootset.c - unit tests of bootset.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

#include "ek/bootset.h"
#include "ek/buf.h"
#include "ek/err.h"
#include "ek/io.h"

static const char text[] =
	"kernel=/k\nmodules=/a --- /imgdb.tgz\nupdated=0\n";

/* A directory of its own, with three files alike; all later paths are in it. */
static int set_up(void **state)
{
	char *dir = strdup("/tmp/t_bootset.XXXXXX");

	if (dir == NULL || mkdtemp(dir) == NULL || chdir(dir) != 0)
		return -1;
	*state = dir;
	return 0;
}

static int tear_down(void **state)
{
	static const char *const names[] = { "a", "b", "c", "table" };

	for (size_t i = 0; i < 4; i++)
		if (unlink(names[i]) != 0)
			rmdir(names[i]);
	if (chdir("/") != 0 || rmdir(*state) != 0)
		return -1; /* something was left behind */
	free(*state);
	return 0;
}

static void put(const char *path, const char *content)
{
	struct ek_out *out;

	assert_int_equal(ek_out_open(&out, path, NULL), EK_OK);
	ek_out_write(out, content, strlen(content));
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
}

static void assert_file(const char *path, const char *want)
{
	char *data;
	size_t len;

	assert_int_equal(ek_read_all(path, 4096, &data, &len, NULL), EK_OK);
	assert_string_equal(data, want);
	free(data);
}

static struct ek_bootset *three(void)
{
	static const char *const paths[] = { "a", "b", "c" };
	struct ek_bootset *set;

	put("a", text);
	put("b", text);
	put("c", text);
	assert_int_equal(ek_bootset_read(&set, paths, 3, NULL), EK_OK);
	return set;
}

static void edit(struct ek_bootset *set, const char *module)
{
	const struct ek_bootcfg_edit e = { EK_BOOTCFG_ADD, module, NULL };

	assert_int_equal(ek_bootset_edit(set, &e, 1, NULL), EK_OK);
}

static const char edited[] =
	"kernel=/k\nmodules=/a --- /n --- /imgdb.tgz\nupdated=0\n";

static void test_all(void **state)
{
	struct ek_bootset *set = three();

	(void)state;
	assert_null(ek_bootset_difference(set));
	edit(set, "n");
	assert_file("a", text);
	assert_int_equal(ek_bootset_replace(set, NULL), EK_OK);
	assert_file("a", edited);
	assert_file("b", edited);
	assert_file("c", edited);
	ek_bootset_free(&set);
}

/* The second file cannot take its name in the end: the first is put back. */
static void test_undo(void **state)
{
	struct ek_bootset *set = three();
	struct ek_err err = EK_ERR_INIT;

	(void)state;
	edit(set, "n");
	assert_int_equal(ek_bootset_prepare(set, NULL), EK_OK);
	assert_int_equal(unlink("b"), 0);
	assert_int_equal(mkdir("b", 0700), 0);
	assert_int_equal(ek_bootset_commit(set, &err), EK_ESYS);
	assert_non_null(strstr(err.msg, "'b'"));
	assert_non_null(strstr(err.msg, "no file was changed"));
	assert_file("a", text);
	assert_file("c", text);
	ek_bootset_free(&set);
	assert_int_equal(rmdir("b"), 0);
}

static void test_unreadable(void **state)
{
	static const char *const paths[] = { "a", "none/b" };
	struct ek_bootset *set;
	struct ek_err err = EK_ERR_INIT;

	(void)state;
	put("a", text);
	assert_int_equal(ek_bootset_read(&set, paths, 2, &err), EK_ESYS);
	assert_null(set);
	assert_file("a", text);
}

static void test_difference(void **state)
{
	static const char *const paths[] = { "a", "b" };
	const struct ek_bootcfg_edit set_both = {
		EK_BOOTCFG_SET, "modules", "/x --- /y",
	};
	struct ek_bootset *set;
	struct ek_err err = EK_ERR_INIT;

	(void)state;
	put("a", text);
	put("b", "kernel=/k\nmodules=/b --- /imgdb.tgz\n");
	assert_int_equal(ek_bootset_read(&set, paths, 2, NULL), EK_OK);
	assert_string_equal(ek_bootset_difference(set), "'a' and 'b' differ: "
			    "module '/a' here, '/b' there");
	assert_int_equal(ek_bootset_edit(set, NULL, 0, &err), EK_EREFUSE);
	assert_non_null(strstr(err.msg, "nothing was written"));
	assert_int_equal(ek_bootset_edit(set, &set_both, 1, &err), EK_OK);
	assert_null(ek_bootset_difference(set));
	assert_int_equal(ek_bootset_modules(set), 2);
	ek_bootset_free(&set);
}

static void test_report(void **state)
{
	struct ek_bootset *set = three();
	struct ek_bootedits l = { .v = NULL };
	struct ek_buf b = EK_BUF_INIT;

	(void)state;
	ek_bootedits_add(&l, EK_BOOTCFG_ADD, "n", NULL, NULL);
	assert_int_equal(ek_bootedits_before(&l, "a", NULL), EK_OK);
	ek_bootedits_add_option(&l, EK_BOOTCFG_REPLACE, "IMGDB.TGZ=db", NULL);
	ek_bootedits_add_option(&l, EK_BOOTCFG_OPT, "ks=x=y", NULL);
	ek_bootedits_add_option(&l, EK_BOOTCFG_SET, "title=a=b", NULL);
	ek_bootedits_add_option(&l, EK_BOOTCFG_DELETE, "updated", NULL);
	ek_bootedits_add_option(&l, EK_BOOTCFG_REMOVE, "a", NULL);
	assert_int_equal(ek_bootedits_add_option(&l, EK_BOOTCFG_SET, "x", NULL),
			 EK_EARG);
	assert_int_equal(ek_bootset_edit(set, l.v, l.n, NULL), EK_OK);
	assert_int_equal(ek_bootset_report(set, &l, &b, NULL), EK_OK);
	assert_string_equal(ek_buf_str(&b),
		"module 1 of 2: /n, added before /db\n"
		"module 2 of 2: /db, replaces IMGDB.TGZ\n"
		"kernelopt=ks=x=y\n"
		"title=a=b\n"
		"updated deleted\n"
		"module a removed, 2 left\n");
	ek_buf_free(&b);
	ek_bootedits_free(&l);
	ek_bootset_free(&set);
}

static void test_table(void **state)
{
	struct ek_bootset *set = three();
	struct ek_bootedits l = { .v = NULL };

	(void)state;
	put("table", "A_b_n_1\tn\tn\tadded\tmodule\n");
	assert_int_equal(ek_bootedits_add_table(&l, "table", NULL), EK_OK);
	assert_int_equal(l.n, 1);
	assert_int_equal(ek_bootset_edit(set, l.v, l.n, NULL), EK_OK);
	assert_int_equal(ek_bootset_replace(set, NULL), EK_OK);
	assert_file("b", edited);
	ek_bootedits_free(&l);
	ek_bootset_free(&set);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_all),        CASE(test_undo),
		CASE(test_unreadable), CASE(test_difference),
		CASE(test_report),     CASE(test_table),
	};

	return cmocka_run_group_tests_name("bootset", tests, NULL, NULL);
}
