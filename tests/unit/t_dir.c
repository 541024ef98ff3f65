/* SPDX-License-Identifier: BSD-2-Clause */
/* t_dir.c - unit tests of dir.h; every one with openat2 and without */
#include "os.h"

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "ek/dir.h"
#include "ek/err.h"
#include "ek/io.h"

/* A directory of its own: in/ is the target, out/canary must stay as it is. */
struct place {
	char top[64];
	struct ek_dir *d;
};

static const char *path(const struct place *p, const char *name)
{
	static char text[8192];

	snprintf(text, sizeof(text), "%s/%s", p->top, name);
	return text;
}

static void put(const struct place *p, const char *name, const char *text)
{
	FILE *f = fopen(path(p, name), "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void assert_text(const struct place *p, const char *name,
			const char *want)
{
	char text[256] = "";
	FILE *f = fopen(path(p, name), "r");

	assert_non_null(f);
	assert_true(fread(text, 1, sizeof(text) - 1, f) == strlen(want));
	fclose(f);
	assert_string_equal(text, want);
}

static unsigned mode_of(const struct place *p, const char *name)
{
	struct stat st;

	assert_int_equal(lstat(path(p, name), &st), 0);
	return st.st_mode;
}

static long mtime_of(const struct place *p, const char *name)
{
	struct stat st;

	assert_int_equal(lstat(path(p, name), &st), 0);
	return (long)st.st_mtime;
}

static bool is_there(const struct place *p, const char *name)
{
	struct stat st;

	return lstat(path(p, name), &st) == 0;
}

static unsigned n_found;

static int count_them(const char *name, const struct stat *st, int flag,
		      struct FTW *ftw)
{
	(void)name, (void)st, (void)flag, (void)ftw;
	n_found++;
	return 0;
}

/* Files, links and directories below name, itself counted. */
static unsigned count(const struct place *p, const char *name)
{
	n_found = 0;
	assert_int_equal(nftw(path(p, name), count_them, 16, FTW_PHYS), 0);
	return n_found;
}

static void open_place(struct place *p, bool walk)
{
	*p = (struct place){ .top = "/tmp/t_dir.XXXXXX" };
	assert_non_null(mkdtemp(p->top));
	assert_int_equal(mkdir(path(p, "out"), 0755), 0);
	put(p, "out/canary", "alive");
	assert_int_equal(ek_dir_open(&p->d, path(p, "in"), true, NULL), EK_OK);
	if (walk)
		ek_dir_walk_only(p->d);
}

static int remove_one(const char *name, const struct stat *st, int flag,
		      struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(name);
}

static void close_place(struct place *p)
{
	assert_text(p, "out/canary", "alive");
	assert_int_equal(count(p, "out"), 2);
	ek_dir_close(&p->d);
	assert_null(p->d);
	nftw(p->top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static int make_file(struct place *p, const char *name, const char *text,
		     bool replace, struct ek_err *err)
{
	struct ek_out *out;
	int rc;

	rc = ek_dir_create(p->d, name, 01640, 1234567890, replace, &out, err);
	if (rc != EK_OK) {
		assert_null(out);
		return rc;
	}
	ek_out_write(out, text, strlen(text));
	return ek_out_commit(&out, err);
}

/* Run one test both ways. */
static void both(void (*test)(struct place *))
{
	struct place p;

	for (int walk = 0; walk < 2; walk++) {
		open_place(&p, walk != 0);
		test(&p);
		close_place(&p);
	}
}

static void do_files(struct place *p)
{
	struct ek_err err = EK_ERR_INIT;
	mode_t mask = umask(077);

	assert_int_equal(make_file(p, "a/b/c", "one", false, &err), EK_OK);
	assert_int_equal(ek_dir_mkdir(p->d, "d/", 01755, &err), EK_OK);
	umask(mask);
	assert_text(p, "in/a/b/c", "one");
	assert_int_equal(mode_of(p, "in/a/b/c"), S_IFREG | 01640);
	assert_int_equal(mtime_of(p, "in/a/b/c"), 1234567890);
	assert_int_equal(mode_of(p, "in/a"), S_IFDIR | 0755);
	assert_int_equal(mode_of(p, "in/d"), S_IFDIR | 01755);

	assert_int_equal(make_file(p, "a/b/c", "two", false, &err), EK_EREFUSE);
	assert_non_null(strstr(err.msg, "'a/b/c' is already there"));
	assert_text(p, "in/a/b/c", "one");
	assert_int_equal(make_file(p, "a/b/c", "two", true, &err), EK_OK);
	assert_text(p, "in/a/b/c", "two");
	assert_int_equal(make_file(p, "a/b", "two", true, &err), EK_EREFUSE);
	assert_int_equal(count(p, "in"), 5);
}

static void test_files(void **state)
{
	(void)state;
	both(do_files);
}

static void do_abort(struct place *p)
{
	struct ek_out *out;

	assert_int_equal(ek_dir_create(p->d, "x", 0644, 0, false, &out, NULL),
			 EK_OK);
	ek_out_write(out, "part", 4);
	assert_false(is_there(p, "in/x"));
	ek_out_abort(&out);
	assert_int_equal(count(p, "in"), 1);

	/* somebody else is first */
	assert_int_equal(ek_dir_create(p->d, "x", 0644, 0, false, &out, NULL),
			 EK_OK);
	ek_out_write(out, "part", 4);
	put(p, "in/x", "theirs");
	assert_int_equal(ek_out_commit(&out, NULL), EK_EREFUSE);
	assert_text(p, "in/x", "theirs");
	assert_int_equal(count(p, "in"), 2);
}

static void test_abort(void **state)
{
	(void)state;
	both(do_abort);
}

/* Names that must never be used, whatever is there. */
static const char *const bad_names[] = {
	"", "/", "/etc/x", "..", "../out/x", "a/../../out/x", "a/..", ".",
	"./x", "a//b", "a\nb", "a\033[2Jb",
};

static void do_bad_names(struct place *p)
{
	struct ek_err err;
	enum ek_dir_there there;

	for (size_t i = 0; i < sizeof(bad_names) / sizeof(bad_names[0]); i++) {
		const char *n = bad_names[i];

		err = (struct ek_err)EK_ERR_INIT;
		assert_int_equal(make_file(p, n, "x", true, &err), EK_EREFUSE);
		assert_non_null(strstr(err.msg, "not a safe name"));
		assert_int_equal(ek_dir_mkdir(p->d, n, 0755, &err), EK_EREFUSE);
		assert_int_equal(ek_dir_symlink(p->d, n, "t", &err),
				 EK_EREFUSE);
		assert_int_equal(ek_dir_hardlink(p->d, n, "t", &err),
				 EK_EREFUSE);
		assert_int_equal(ek_dir_hardlink(p->d, "t", n, &err),
				 EK_EREFUSE);
		assert_int_equal(ek_dir_finish(p->d, n, 0755, 0, &err),
				 EK_EREFUSE);
		assert_int_equal(ek_dir_utime(p->d, n, 0, &err), EK_EREFUSE);
		assert_int_equal(ek_dir_remove(p->d, n, &err), EK_EREFUSE);
		assert_int_equal(ek_dir_look(p->d, n, &there, &err),
				 EK_EREFUSE);
		assert_int_equal(ek_dir_open_file(p->d, n), -1);
	}
	assert_int_equal(count(p, "in"), 1);
}

static void test_bad_names(void **state)
{
	(void)state;
	both(do_bad_names);
}

static void assert_link_refused(int rc, const struct ek_err *err)
{
	assert_int_equal(rc, EK_EREFUSE);
	assert_non_null(strstr(err->msg, "'l' is a symbolic link there"));
}

/* A link that leaves, one that stays, one to a file, one to nothing: none is
 * followed, neither as a parent nor as the last component. */
static void do_links(struct place *p)
{
	static const char *const targets[] = {
		"../out", "sub", "/", "nothing",
	};
	enum ek_dir_there there;
	struct ek_err err;

	assert_int_equal(ek_dir_mkdir(p->d, "sub", 0755, NULL), EK_OK);
	assert_int_equal(make_file(p, "f", "x", false, NULL), EK_OK);
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		err = (struct ek_err)EK_ERR_INIT;
		assert_int_equal(ek_dir_symlink(p->d, "l", targets[i], &err),
				 EK_OK);
		assert_link_refused(make_file(p, "l/x", "x", true, &err), &err);
		assert_link_refused(ek_dir_mkdir(p->d, "l/x", 0755, &err),
				    &err);
		assert_link_refused(ek_dir_mkdir(p->d, "l/x/y", 0755, &err),
				    &err);
		assert_link_refused(ek_dir_mkdir(p->d, "l", 0755, &err), &err);
		assert_link_refused(ek_dir_symlink(p->d, "l/x", "t", &err),
				    &err);
		assert_link_refused(ek_dir_hardlink(p->d, "l/x", "f", &err),
				    &err);
		assert_link_refused(ek_dir_hardlink(p->d, "y", "l/canary",
						    &err), &err);
		assert_link_refused(ek_dir_finish(p->d, "l", 0700, 1, &err),
				    &err);
		assert_link_refused(ek_dir_remove(p->d, "l/canary", &err),
				    &err);
		assert_link_refused(ek_dir_utime(p->d, "l/canary", 1, &err),
				    &err);
		assert_link_refused(ek_dir_look(p->d, "l/x", &there, &err),
				    &err);
		assert_int_equal(ek_dir_open_file(p->d, "l"), -1);
		assert_int_equal(ek_dir_open_file(p->d, "l/canary"), -1);
		assert_int_equal(ek_dir_hardlink(p->d, "y", "l", &err),
				 EK_EREFUSE);
		assert_non_null(strstr(err.msg, "not a regular file"));
		assert_int_equal(ek_dir_look(p->d, "l", &there, &err), EK_OK);
		assert_int_equal(there, EK_DIR_IS_OTHER);
		assert_int_equal(ek_dir_utime(p->d, "l", 77, &err), EK_OK);
		assert_int_equal(mtime_of(p, "in/l"), 77);
		assert_int_equal(make_file(p, "l", "x", false, &err),
				 EK_EREFUSE);
		assert_int_equal(count(p, "in"), 4);
		assert_int_equal(ek_dir_remove(p->d, "l", &err), EK_OK);
		assert_false(is_there(p, "in/l"));
	}
	/* replacing a link replaces the link, not what it points to */
	assert_int_equal(ek_dir_symlink(p->d, "l", "../out/canary", &err),
			 EK_OK);
	assert_int_equal(make_file(p, "l", "new", true, &err), EK_OK);
	assert_text(p, "in/l", "new");
}

static void test_links(void **state)
{
	(void)state;
	both(do_links);
}

/* A file where a directory is needed. */
static void do_file_in_the_way(struct place *p)
{
	enum ek_dir_there there;
	struct ek_err err = EK_ERR_INIT;

	assert_int_equal(make_file(p, "f", "x", false, &err), EK_OK);
	assert_int_equal(make_file(p, "f/x", "y", true, &err), EK_EREFUSE);
	assert_non_null(strstr(err.msg, "'f' is not a directory there"));
	assert_int_equal(ek_dir_mkdir(p->d, "f", 0755, &err), EK_EREFUSE);
	assert_int_equal(ek_dir_mkdir(p->d, "f/g/h", 0755, &err), EK_EREFUSE);
	assert_int_equal(ek_dir_finish(p->d, "f", 0755, 0, &err), EK_EREFUSE);
	assert_int_equal(ek_dir_look(p->d, "f/x", &there, &err), EK_EREFUSE);
	assert_text(p, "in/f", "x");
}

static void test_file_in_the_way(void **state)
{
	(void)state;
	both(do_file_in_the_way);
}

static void do_the_rest(struct place *p)
{
	struct ek_err err = EK_ERR_INIT;
	enum ek_dir_there there;
	struct stat st;
	int fd;

	assert_int_equal(make_file(p, "a/f", "x", false, &err), EK_OK);
	assert_int_equal(ek_dir_hardlink(p->d, "b/g", "a/f", &err), EK_OK);
	assert_int_equal(stat(path(p, "in/b/g"), &st), 0);
	assert_int_equal(st.st_nlink, 2);
	assert_int_equal(ek_dir_hardlink(p->d, "b/g", "a/f", &err), EK_EREFUSE);
	assert_int_equal(ek_dir_hardlink(p->d, "h", "a", &err), EK_EREFUSE);
	assert_int_equal(ek_dir_hardlink(p->d, "h", "no", &err), EK_ESYS);

	assert_int_equal(ek_dir_finish(p->d, "a", 0500, 5, &err), EK_OK);
	assert_int_equal(mode_of(p, "in/a"), S_IFDIR | 0500);
	assert_int_equal(mtime_of(p, "in/a"), 5);
	assert_int_equal(ek_dir_finish(p->d, "a", 0755, 5, &err), EK_OK);

	assert_int_equal(ek_dir_look(p->d, "no/thing", &there, &err), EK_OK);
	assert_int_equal(there, EK_DIR_NOTHING);
	assert_int_equal(ek_dir_look(p->d, "a", &there, &err), EK_OK);
	assert_int_equal(there, EK_DIR_IS_DIR);
	assert_int_equal(ek_dir_check_free(p->d, "no/thing", false, false,
					   &err), EK_OK);
	assert_int_equal(ek_dir_check_free(p->d, "a", true, true, &err),
			 EK_OK);
	assert_int_equal(ek_dir_check_free(p->d, "a", true, false, &err),
			 EK_EREFUSE);
	assert_int_equal(ek_dir_check_free(p->d, "a", false, true, &err),
			 EK_EREFUSE);
	assert_int_equal(ek_dir_check_free(p->d, "a/f", false, true, &err),
			 EK_OK);
	assert_int_equal(ek_dir_check_free(p->d, "a/f", false, false, &err),
			 EK_EREFUSE);
	assert_int_equal(ek_dir_check_free(p->d, "a/f", true, true, &err),
			 EK_EREFUSE);
	assert_int_equal(ek_dir_remove(p->d, "no/thing", &err), EK_OK);
	assert_int_equal(ek_dir_remove(p->d, "a", &err), EK_EREFUSE);

	fd = ek_dir_open_file(p->d, "a/f");
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(mkfifo(path(p, "in/fifo"), 0644), 0);
	assert_int_equal(ek_dir_open_file(p->d, "fifo"), -1);
	assert_int_equal(ek_dir_open_file(p->d, "a"), -1);
	assert_int_equal(ek_dir_open_file(p->d, "none"), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(ek_dir_open_file(p->d, "none/x"), -1);
	assert_int_equal(errno, ENOENT);
}

static void test_the_rest(void **state)
{
	(void)state;
	both(do_the_rest);
}

/* 4,095 bytes in all are fine, 300 in one component are not. */
static void do_long_names(struct place *p)
{
	struct ek_err err = EK_ERR_INIT;
	char name[4096 + 1];

	memset(name, 'n', sizeof(name));
	for (size_t i = 200; i < 4000; i += 200)
		name[i] = '/';
	name[4000] = '\0';
	assert_int_equal(make_file(p, name, "x", false, &err), EK_OK);
	assert_int_equal(count(p, "in"), 21);
	name[300] = '\0';
	name[200] = 'n';
	assert_int_equal(make_file(p, name, "x", false, &err), EK_ELIMIT);
	name[200] = '/';
	memset(name + 200, 'n', 3896);
	name[4096] = '\0';
	assert_int_equal(make_file(p, name, "x", false, &err), EK_EREFUSE);
}

static void test_long_names(void **state)
{
	(void)state;
	both(do_long_names);
}

static void do_below(struct place *p)
{
	struct ek_err err = EK_ERR_INIT;
	struct place sub = *p;

	assert_int_equal(ek_dir_mkdir(p->d, "a/b", 0755, &err), EK_OK);
	assert_int_equal(ek_dir_symlink(p->d, "l", "../out", &err), EK_OK);
	assert_int_equal(make_file(p, "f", "x", false, &err), EK_OK);
	assert_int_equal(ek_dir_open_below(&sub.d, p->d, "a/b", &err), EK_OK);
	assert_int_equal(make_file(&sub, "c/d", "one", false, &err), EK_OK);
	assert_int_equal(make_file(&sub, "../e", "one", false, &err),
			 EK_EREFUSE);
	ek_dir_close(&sub.d);
	assert_text(p, "in/a/b/c/d", "one");
	assert_int_equal(ek_dir_open_below(&sub.d, p->d, "l", &err),
			 EK_EREFUSE);
	assert_null(sub.d);
	assert_int_equal(ek_dir_open_below(&sub.d, p->d, "f", &err),
			 EK_EREFUSE);
	assert_int_equal(ek_dir_open_below(&sub.d, p->d, "..", &err),
			 EK_EREFUSE);
	assert_int_equal(ek_dir_open_below(&sub.d, p->d, "no", &err), EK_ESYS);
}

static void test_below(void **state)
{
	(void)state;
	both(do_below);
}

/* Somebody swaps a directory for a link to the outside, again and again. */
static void swap_for_ever(const struct place *p)
{
	char d[128], l[128];

	snprintf(d, sizeof(d), "%s/in/d", p->top);
	snprintf(l, sizeof(l), "%s/in/l", p->top);
	for (;;)
		renameat2(AT_FDCWD, d, AT_FDCWD, l, RENAME_EXCHANGE);
}

static void do_race(struct place *p)
{
	struct ek_err err;
	unsigned made = 0, refused = 0;
	char name[32];
	pid_t pid;

	assert_int_equal(ek_dir_mkdir(p->d, "d", 0755, NULL), EK_OK);
	assert_int_equal(ek_dir_symlink(p->d, "l", "../out", NULL), EK_OK);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		swap_for_ever(p);
	for (unsigned i = 0; i < 2000 &&
	     (made < 100 || refused < 100); i++) {
		snprintf(name, sizeof(name), "d/x%u/y", i);
		if (make_file(p, name, "x", false, &err) == EK_OK)
			made++;
		else
			refused++;
		snprintf(name, sizeof(name), "d/l%u", i);
		ek_dir_symlink(p->d, name, "t", &err);
		ek_dir_hardlink(p->d, name, "d/canary", &err);
		ek_dir_remove(p->d, "d/canary", &err);
		ek_dir_utime(p->d, "d/canary", 1, &err);
	}
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	/* close_place() looks at the outside */
	assert_int_not_equal(mtime_of(p, "out/canary"), 1);
	assert_true(made != 0);
}

static void test_race(void **state)
{
	(void)state;
	both(do_race);
}

static void test_open(void **state)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_dir *d;
	struct place p;

	(void)state;
	open_place(&p, false);
	assert_int_equal(ek_dir_open(&d, path(&p, "no"), false, &err), EK_ESYS);
	assert_null(d);
	assert_int_equal(ek_dir_open(&d, path(&p, "no/no"), true, &err),
			 EK_ESYS);
	assert_int_equal(ek_dir_open(&d, path(&p, "out/canary"), true, &err),
			 EK_ESYS);
	assert_int_equal(chmod(path(&p, "in"), 0755), 0);
	assert_false(ek_dir_is_private(p.d));
	assert_int_equal(chmod(path(&p, "in"), 0700), 0);
	assert_true(ek_dir_is_private(p.d));
	/* not where its owner is someone else: only root can be there */
	if (geteuid() == 0) {
		assert_int_equal(chown(path(&p, "in"), 12345, 0), 0);
		assert_false(ek_dir_is_private(p.d));
		assert_int_equal(chown(path(&p, "in"), 0, 0), 0);
	}
	close_place(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_abort),
		cmocka_unit_test(test_bad_names),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_file_in_the_way),
		cmocka_unit_test(test_the_rest),
		cmocka_unit_test(test_long_names),
		cmocka_unit_test(test_below),
		cmocka_unit_test(test_race),
		cmocka_unit_test(test_open),
	};

	return cmocka_run_group_tests_name("dir", tests, NULL, NULL);
}
