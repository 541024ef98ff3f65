/* SPDX-License-Identifier: BSD-2-Clause */
/* t_tree.c - unit tests of walk.h and tree.h, on a directory of its own */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ek/err.h"
#include "ek/io.h"
#include "ek/tree.h"
#include "ek/walk.h"

static char top[] = "/tmp/t_tree.XXXXXX";
static int top_fd = -1;

static void put_file(const char *name, const char *text)
{
	int fd = openat(top_fd, name, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, 0644), 0);
	close(fd);
}

static int setup(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(top));
	top_fd = open(top, O_RDONLY | O_DIRECTORY);
	assert_true(top_fd >= 0);
	/* not in their order */
	assert_int_equal(mkdirat(top_fd, "b", 0755), 0);
	put_file("b/z", "zz");
	put_file("b/\303\244", "umlaut");
	put_file("b.c", "dot");
	assert_int_equal(mkdirat(top_fd, "a", 0755), 0);
	put_file("a/x", "xxx");
	assert_int_equal(linkat(top_fd, "b/z", top_fd, "a/link", 0), 0);
	assert_int_equal(linkat(top_fd, "b/z", top_fd, "zlast", 0), 0);
	assert_int_equal(symlinkat("../a", top_fd, "b/sym"), 0);
	assert_int_equal(mkdirat(top_fd, "a/empty", 0700), 0);
	return 0;
}

static int teardown(void **state)
{
	static const char *const names[] = {
		"b/z", "b/\303\244", "b.c", "a/x", "a/link", "zlast", "b/sym",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlinkat(top_fd, names[i], 0);
	unlinkat(top_fd, "a/empty", AT_REMOVEDIR);
	unlinkat(top_fd, "a", AT_REMOVEDIR);
	unlinkat(top_fd, "b", AT_REMOVEDIR);
	close(top_fd);
	return rmdir(top);
}

/* ---- walk ------------------------------------------------------------------ */

static int note_path(void *ctx, const struct ek_walked *w, struct ek_err *err)
{
	(void)err;
	ek_buf_addf(ctx, "%s%s%s ", w->path, w->link != NULL ? "->" : "",
		    w->link != NULL ? w->link : "");
	return EK_OK;
}

static const struct {
	const char *only[3];
	int rc;
	const char *paths; /* or a part of the message */
} walks[] = {
	{ { NULL }, EK_OK, "a a/empty a/link a/x b b/sym->../a b/z b/\303\244 "
	  "b.c zlast " },
	{ { "." }, EK_OK, "a a/empty a/link a/x b b/sym->../a b/z b/\303\244 "
	  "b.c zlast " },
	{ { "a/x", "./" }, EK_OK, "a a/empty a/link a/x b b/sym->../a b/z "
	  "b/\303\244 b.c zlast " },
	{ { "b" }, EK_OK, "b b/sym->../a b/z b/\303\244 " },
	{ { "b/" }, EK_OK, "b b/sym->../a b/z b/\303\244 " },
	{ { "./b/z", "a/empty" }, EK_OK, "a a/empty b b/z " },
	{ { "b", "b/z" }, EK_OK, "b b/sym->../a b/z b/\303\244 " },
	{ { "zlast" }, EK_OK, "zlast " },
	{ { "nope" }, EK_ESYS, "cannot open 'nope' below '" },
	{ { "b/nope" }, EK_ESYS, "cannot open 'b/nope' below '" },
	{ { "b/sym/x" }, EK_ESYS, "cannot open 'b/sym/x' below '" },
	{ { "b/z/" }, EK_OK, "b b/z " },
	{ { "b/../a" }, EK_EARG, "path 'b/../a'" },
	{ { "../a" }, EK_EARG, "path '../a'" },
	{ { "/a" }, EK_EARG, "path '/a'" },
	{ { "" }, EK_OK, "a a/empty a/link a/x b b/sym->../a b/z b/\303\244 "
	  "b.c zlast " },
};

static void test_walk(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(walks) / sizeof(walks[0]); i++) {
		struct ek_buf got = EK_BUF_INIT;
		struct ek_strs only = { 0 };
		struct ek_err err = EK_ERR_INIT;
		const char *text;
		int rc;

		for (size_t k = 0; walks[i].only[k] != NULL; k++)
			ek_strs_add(&only, walks[i].only[k],
				    strlen(walks[i].only[k]), NULL);
		rc = ek_walk(top, &only, note_path, &got, &err);
		text = rc == EK_OK ? ek_buf_str(&got) : err.msg;
		if (rc != walks[i].rc ||
		    (rc == EK_OK ? strcmp(text, walks[i].paths) != 0
				 : strstr(text, walks[i].paths) == NULL))
			fail_msg("%zu: %d '%s'", i, rc, text);
		ek_strs_free(&only);
		ek_buf_free(&got);
	}
}

static int stop_walk(void *ctx, const struct ek_walked *w, struct ek_err *err)
{
	(void)w;
	++*(int *)ctx;
	return ek_fail(err, EK_EREFUSE, "stop");
}

static void test_walk_stops(void **state)
{
	struct ek_err err;
	int n = 0;

	(void)state;
	assert_int_equal(ek_walk(top, NULL, stop_walk, &n, &err), EK_EREFUSE);
	assert_int_equal(n, 1);
	assert_int_equal(ek_walk("/nowhere/at/all", NULL, stop_walk, &n, &err),
			 EK_ESYS);
	assert_int_equal(n, 1);
}

/* Deep nests end with a message, not with a crash. */
static void test_walk_depth(void **state)
{
	struct ek_buf got = EK_BUF_INIT;
	struct ek_err err;
	int fd = dup(top_fd), sub;

	(void)state;
	assert_int_equal(mkdirat(top_fd, "deep", 0755), 0);
	for (int i = 0; i < EK_WALK_DEPTH + 2; i++) {
		sub = openat(fd, i == 0 ? "deep" : "d", O_RDONLY | O_DIRECTORY);
		assert_true(sub >= 0);
		close(fd);
		fd = sub;
		assert_int_equal(mkdirat(fd, "d", 0755), 0);
	}
	assert_int_equal(ek_walk(top, NULL, note_path, &got, &err), EK_ELIMIT);
	assert_non_null(strstr(err.msg, "directories inside each other"));
	ek_buf_free(&got);
	for (int i = 0; i < EK_WALK_DEPTH + 2; i++) {
		unlinkat(fd, "d", AT_REMOVEDIR);
		sub = openat(fd, "..", O_RDONLY | O_DIRECTORY);
		close(fd);
		fd = sub;
	}
	assert_int_equal(unlinkat(top_fd, "deep", AT_REMOVEDIR), 0);
	close(fd);
}

/* ---- tree ------------------------------------------------------------------ */

static void test_entries(void **state)
{
	static const struct {
		const char *name;
		enum ek_ftype type;
		uint64_t size;
		const char *link;
	} want[] = {
		{ "a", EK_FT_DIR, 0, NULL },
		{ "a/empty", EK_FT_DIR, 0, NULL },
		{ "a/link", EK_FT_FILE, 2, NULL }, /* the first of three */
		{ "a/x", EK_FT_FILE, 3, NULL },
		{ "b", EK_FT_DIR, 0, NULL },
		{ "b/sym", EK_FT_SYMLINK, 0, "../a" },
		{ "b/z", EK_FT_HARDLINK, 0, "a/link" },
		{ "b/\303\244", EK_FT_FILE, 6, NULL },
		{ "b.c", EK_FT_FILE, 3, NULL },
		{ "zlast", EK_FT_HARDLINK, 0, "a/link" },
	};
	struct ek_tree_opts o = { .uid = 0, .gid = 201, .set_mtime = true,
				  .mtime = 77 };
	struct ek_tree *t;

	(void)state;
	assert_int_equal(ek_tree_open(&t, top, &o, NULL), EK_OK);
	assert_int_equal(ek_tree_count(t), sizeof(want) / sizeof(want[0]));
	for (size_t i = 0; i < ek_tree_count(t); i++) {
		const struct ek_entry *e = ek_tree_entry(t, i);

		assert_string_equal(e->name, want[i].name);
		assert_int_equal(e->type, want[i].type);
		assert_int_equal(e->size, want[i].size);
		if (want[i].link != NULL)
			assert_string_equal(e->link, want[i].link);
		else
			assert_null(e->link);
		assert_int_equal(e->mtime, 77);
		assert_int_equal(e->gid, 201);
		assert_string_equal(e->uname, "root");
		assert_string_equal(e->gname, "");
	}
	assert_int_equal(ek_tree_entry(t, 1)->mode, 0700);
	assert_int_equal(ek_tree_entry(t, 5)->mode, 0777);
	ek_tree_free(&t);
}

/* The link target is the first name among those that were asked for. */
static void test_links_of_a_part(void **state)
{
	struct ek_tree_opts o = { .uid = 0 };
	struct ek_tree *t;

	(void)state;
	ek_strs_add(&o.only, "b", 1, NULL);
	ek_strs_add(&o.only, "zlast", 5, NULL);
	assert_int_equal(ek_tree_open(&t, top, &o, NULL), EK_OK);
	assert_int_equal(ek_tree_count(t), 5);
	assert_int_equal(ek_tree_entry(t, 2)->type, EK_FT_FILE);
	assert_string_equal(ek_tree_entry(t, 4)->link, "b/z");
	ek_tree_free(&t);
	ek_strs_free(&o.only);
}

/* A file that changed since the walk is refused, and so is a link in its
 * place. */
static void test_changes(void **state)
{
	struct ek_tree_opts o = { .uid = 0 };
	struct ek_tree *t;
	struct ek_err err;
	struct ek_in *in;
	char buf[8];
	size_t got;

	(void)state;
	ek_strs_add(&o.only, "b.c", 3, NULL);
	assert_int_equal(ek_tree_open(&t, top, &o, NULL), EK_OK);
	assert_int_equal(ek_tree_data(t, 0, &in, NULL), EK_OK);
	assert_int_equal(ek_in_read(in, buf, sizeof(buf), &got, NULL), EK_OK);
	assert_int_equal(got, 3);
	assert_memory_equal(buf, "dot", 3);
	ek_in_close(&in);
	put_file("b.c", "longer");
	assert_int_equal(ek_tree_data(t, 0, &in, &err), EK_EFORMAT);
	assert_non_null(strstr(err.msg, "b.c' changed while it was read: it"
			       " had 3 bytes and now has 6"));
	assert_null(in);
	unlinkat(top_fd, "b.c", 0);
	assert_int_equal(ek_tree_data(t, 0, &in, &err), EK_ESYS);
	assert_int_equal(symlinkat("a/x", top_fd, "b.c"), 0);
	assert_int_equal(ek_tree_data(t, 0, &in, &err), EK_ESYS);
	unlinkat(top_fd, "b.c", 0);
	put_file("b.c", "dot");
	ek_tree_free(&t);
	ek_strs_free(&o.only);
}

static void test_kinds(void **state)
{
	struct ek_tree_opts o = { .uid = 0 };
	struct ek_tree *t;
	struct ek_err err;

	(void)state;
	assert_int_equal(mkfifoat(top_fd, "fifo", 0644), 0);
	assert_int_equal(ek_tree_open(&t, top, &o, &err), EK_EREFUSE);
	assert_non_null(strstr(err.msg, "'fifo' is a FIFO"));
	assert_null(t);
	unlinkat(top_fd, "fifo", 0);
	put_file("new\nline", "x");
	assert_int_equal(ek_tree_open(&t, top, &o, &err), EK_EREFUSE);
	unlinkat(top_fd, "new\nline", 0);
}

static void test_owner(void **state)
{
	static const char *const bad[] = { "", "0", ":", "0:", ":0", "root:0",
					   "0:0:0", " 0:0", "-1:0",
					   "4294967296:0" };
	uint32_t uid = 9, gid = 9;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(ek_tree_owner_parse(bad[i], &uid, &gid));
	assert_int_equal(uid, 9);
	assert_true(ek_tree_owner_parse("201:4294967295", &uid, &gid));
	assert_int_equal(uid, 201);
	assert_int_equal(gid, UINT32_MAX);
}

/* The tar of a tree, read back by the writer of vmtars, is the tree's vmtar. */
static void test_tar(void **state)
{
	struct ek_tree_opts o = { .set_mtime = true, .mtime = 5 };
	char *tar = NULL, *a = NULL, *b = NULL;
	size_t tar_len = 0, an = 0, bn = 0;
	struct ek_out *out;
	struct ek_tree *t;
	struct ek_in *in;

	(void)state;
	assert_int_equal(ek_tree_open(&t, top, &o, NULL), EK_OK);
	assert_int_equal(ek_out_open_mem(&out, &tar, &tar_len, NULL), EK_OK);
	assert_int_equal(ek_tree_to_tar(t, out, NULL), EK_OK);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	assert_int_equal(tar_len % 10240, 0);
	assert_int_equal(ek_out_open_mem(&out, &a, &an, NULL), EK_OK);
	assert_int_equal(ek_tree_to_vmtar(t, EK_VMTAR_67, out, NULL, NULL,
					  NULL), EK_OK);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	assert_int_equal(ek_in_open_mem(&in, "t", tar, tar_len, NULL), EK_OK);
	assert_int_equal(ek_out_open_mem(&out, &b, &bn, NULL), EK_OK);
	assert_int_equal(ek_vmtar_from_tar(in, EK_VMTAR_67, out, NULL, NULL,
					   NULL), EK_OK);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	assert_int_equal(an, bn);
	assert_memory_equal(a, b, an);
	ek_in_close(&in);
	ek_tree_free(&t);
	free(tar);
	free(a);
	free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_walk),
		cmocka_unit_test(test_walk_stops),
		cmocka_unit_test(test_walk_depth),
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_links_of_a_part),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_owner),
		cmocka_unit_test(test_tar),
	};

	return cmocka_run_group_tests_name("tree", tests, setup, teardown);
}
