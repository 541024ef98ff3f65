/* SPDX-License-Identifier: BSD-2-Clause */
/* t_walk.c - unit tests of walk.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <ftw.h>
#include <unistd.h>

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/walk.h"

static int enter(void **state)
{
	char top[] = "/tmp/t_walk.XXXXXX";

	*state = strdup(mkdtemp(top));
	return chdir(top);
}

static int unlink_it(const char *path, const struct stat *st, int type,
		     struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int leave(void **state)
{
	int rc = chdir("/") != 0 || nftw(*state, unlink_it, 16,
					 FTW_DEPTH | FTW_PHYS) != 0;

	free(*state);
	return rc;
}

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void make_tree(void)
{
	assert_int_equal(mkdir("d", 0755), 0);
	assert_int_equal(mkdir("d/b", 0755), 0);
	assert_int_equal(mkdir("d/b/deep", 0755), 0);
	put("d/z", "1");
	put("d/a", "22");
	put("d/b/deep/x", "333");
	put("d/b-", "");
	assert_int_equal(symlink("../etc", "d/l"), 0);
}

static int collect(void *ctx, const struct ek_walked *w, struct ek_err *err)
{
	char *all = ctx;
	size_t n = strlen(all);

	(void)err;
	snprintf(all + n, 256 - n, "%s%s%s ", w->path,
		 w->link != NULL ? ">" : S_ISDIR(w->st->st_mode) ? "/" : "",
		 w->link != NULL ? w->link : "");
	return strcmp(w->path, "z") == 0 ? EK_END : EK_OK;
}

/* Parents first, bytes decide within a directory, no link is followed, and what
 * the function returns ends the walk. */
static void test_order(void **state)
{
	char all[256] = "";

	(void)state;
	make_tree();
	assert_int_equal(ek_walk("d", NULL, collect, all, NULL), EK_END);
	assert_string_equal(all, "a b/ b/deep/ b/deep/x b- l>../etc z ");
}

static const struct {
	const char *only[3];
	int rc;
	const char *all;
} rows[] = {
	{ { "b" }, EK_OK, "b/ b/deep/ b/deep/x " },
	{ { "./b/deep/", "a" }, EK_OK, "a b/ b/deep/ b/deep/x " },
	{ { "b/deep/x" }, EK_OK, "b/ b/deep/ b/deep/x " },
	{ { "." }, EK_END, "a b/ b/deep/ b/deep/x b- l>../etc z " },
	{ { "nope" }, EK_ESYS, "" },
	{ { "a/x" }, EK_ESYS, "a " },
	{ { "../d" }, EK_EARG, "" },
	{ { "/etc" }, EK_EARG, "" },
};

static void test_only(void **state)
{
	(void)state;
	make_tree();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ek_strs only = { 0 };
		char all[256] = "";

		for (size_t k = 0; k < 3 && rows[i].only[k] != NULL; k++)
			assert_int_equal(ek_strs_add(&only, rows[i].only[k],
						     strlen(rows[i].only[k]),
						     NULL), EK_OK);
		assert_int_equal(ek_walk("d", &only, collect, all, NULL),
				 rows[i].rc);
		assert_string_equal(all, rows[i].all);
		ek_strs_free(&only);
	}
}

static void test_bad(void **state)
{
	struct ek_err err = EK_ERR_INIT;
	char all[256] = "";

	(void)state;
	assert_int_equal(ek_walk("nope", NULL, collect, all, &err), EK_ESYS);
	put("f", "");
	assert_int_equal(ek_walk("f", NULL, collect, all, &err), EK_ESYS);
	assert_int_equal(mkdir("d", 0755), 0);
	put("d/a\nb", "");
	assert_int_equal(ek_walk("d", NULL, collect, all, &err), EK_EREFUSE);
	assert_non_null(strstr(err.msg, "control character"));
}

static void test_deep(void **state)
{
	struct ek_err err = EK_ERR_INIT;
	char all[256] = "";

	(void)state;
	assert_int_equal(mkdir("d", 0755), 0);
	assert_int_equal(chdir("d"), 0);
	for (int i = 0; i <= EK_WALK_DEPTH; i++)
		assert_int_equal(mkdir("n", 0755) | chdir("n"), 0);
	assert_int_equal(chdir(*state), 0);
	assert_int_equal(ek_walk("d", NULL, collect, all, &err), EK_ELIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_order, enter, leave),
		cmocka_unit_test_setup_teardown(test_only, enter, leave),
		cmocka_unit_test_setup_teardown(test_bad, enter, leave),
		cmocka_unit_test_setup_teardown(test_deep, enter, leave),
	};

	return cmocka_run_group_tests_name("walk", tests, NULL, NULL);
}
