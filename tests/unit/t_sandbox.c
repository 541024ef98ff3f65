/* SPDX-License-Identifier: BSD-2-Clause */
/* t_sandbox.c - what a box asks for, and what the kernel makes of it */
#include "os.h"

#include <fcntl.h>
#include <linux/filter.h>
#if __has_include(<linux/landlock.h>)
#include <linux/landlock.h>
#endif
#include <linux/seccomp.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "ek/err.h"
#include "ek/io.h"
#include "ek/sandbox.h"

/* Ours are the kernel's, as far as this system's header knows them. */
#ifdef LANDLOCK_ACCESS_FS_EXECUTE
_Static_assert(EK_BOX_EXECUTE == LANDLOCK_ACCESS_FS_EXECUTE, "execute");
_Static_assert(EK_BOX_WRITE == LANDLOCK_ACCESS_FS_WRITE_FILE, "write");
_Static_assert(EK_BOX_READ == LANDLOCK_ACCESS_FS_READ_FILE, "read");
_Static_assert(EK_BOX_READ_DIR == LANDLOCK_ACCESS_FS_READ_DIR, "read dir");
_Static_assert(EK_BOX_REMOVE_DIR == LANDLOCK_ACCESS_FS_REMOVE_DIR, "rmdir");
_Static_assert(EK_BOX_REMOVE_FILE == LANDLOCK_ACCESS_FS_REMOVE_FILE, "unlink");
_Static_assert(EK_BOX_MAKE_DIR == LANDLOCK_ACCESS_FS_MAKE_DIR, "mkdir");
_Static_assert(EK_BOX_MAKE_REG == LANDLOCK_ACCESS_FS_MAKE_REG, "create");
_Static_assert(EK_BOX_MAKE_SYM == LANDLOCK_ACCESS_FS_MAKE_SYM, "symlink");
#endif
#ifdef LANDLOCK_ACCESS_FS_REFER
_Static_assert(EK_BOX_REFER == LANDLOCK_ACCESS_FS_REFER, "refer");
#endif
#ifdef LANDLOCK_ACCESS_FS_TRUNCATE
_Static_assert(EK_BOX_TRUNCATE == LANDLOCK_ACCESS_FS_TRUNCATE, "truncate");
#endif
#ifdef LANDLOCK_ACCESS_FS_IOCTL_DEV
_Static_assert(EK_BOX_IOCTL_DEV == LANDLOCK_ACCESS_FS_IOCTL_DEV, "ioctl");
#endif

enum { FILES = EK_BOX_READ | EK_BOX_READ_DIR | EK_BOX_WRITE | EK_BOX_MAKE_REG |
	       EK_BOX_REMOVE_FILE | EK_BOX_TRUNCATE };

/* ---- a directory to work in ---------------------------------------------- */

static char top[] = "/tmp/t_sandbox.XXXXXX";

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static int set_up(void **state)
{
	(void)state;
	if (mkdtemp(top) == NULL || chdir(top) != 0 || mkdir("in", 0700) != 0 ||
	    mkdir("out", 0700) != 0 || mkdir("other", 0700) != 0 ||
	    mkdir("scratch", 0700) != 0)
		return -1;
	put("in/file", "in");
	put("out/old", "old");
	put("other/file", "secret");
	return setenv("TMPDIR", "scratch", 1);
}

static int tear_down(void **state)
{
	char *cmd;
	int rc;

	(void)state;
	if (asprintf(&cmd, "rm -rf '%s'", top) < 0)
		return -1;
	rc = system(cmd);
	free(cmd);
	return rc;
}

/* ---- the list ------------------------------------------------------------ */

/* Rights that the box has for exactly this file; 0: none. */
static uint32_t rights_of(const struct ek_sandbox *box, const char *path)
{
	struct stat a, b;
	uint32_t rights = 0;

	assert_int_equal(stat(path, &a), 0);
	for (size_t i = 0; i < box->n; i++) {
		assert_int_equal(fstat(box->v[i].fd, &b), 0);
		if (a.st_dev == b.st_dev && a.st_ino == b.st_ino)
			rights |= box->v[i].rights;
	}
	return rights;
}

static void test_read(void **state)
{
	struct ek_sandbox box = EK_SANDBOX_INIT;

	(void)state;
	ek_sandbox_read(&box, NULL);
	ek_sandbox_read(&box, "-");
	ek_sandbox_read(&box, "not/there");
	ek_sandbox_read(&box, "in/file/below");
	assert_int_equal(box.n, 0);
	assert_int_equal(box.rc, EK_OK);
	ek_sandbox_read(&box, "in/file");
	ek_sandbox_read_at(&box, "other", "file");
	ek_sandbox_read_at(&box, NULL, "out");
	assert_int_equal(box.n, 3);
	assert_int_equal(rights_of(&box, "in/file"),
			 EK_BOX_READ | EK_BOX_IOCTL_DEV);
	assert_int_equal(rights_of(&box, "other/file"),
			 EK_BOX_READ | EK_BOX_IOCTL_DEV);
	assert_int_equal(rights_of(&box, "out"),
			 EK_BOX_READ | EK_BOX_READ_DIR | EK_BOX_IOCTL_DEV);
	assert_int_equal(rights_of(&box, "in"), 0);
	ek_sandbox_free(&box);
}

/* Where a link is followed to its end, the directory there is written. */
static void test_write(void **state)
{
	struct ek_sandbox box = EK_SANDBOX_INIT;

	(void)state;
	assert_int_equal(symlink("../out/new", "in/link"), 0);
	ek_sandbox_write(&box, NULL);
	ek_sandbox_write(&box, "-");
	ek_sandbox_write(&box, "not/there");
	assert_int_equal(box.n, 0);
	ek_sandbox_write(&box, "in/link");
	assert_int_equal(box.n, 1);
	assert_int_equal(rights_of(&box, "out"), FILES | EK_BOX_IOCTL_DEV);
	ek_sandbox_write(&box, "/dev/null");
	assert_int_equal(rights_of(&box, "/dev"), 0);
	assert_int_equal(rights_of(&box, "/dev/null"), EK_BOX_READ |
			 EK_BOX_WRITE | EK_BOX_TRUNCATE | EK_BOX_IOCTL_DEV);
	assert_int_equal(unlink("in/link"), 0);
	ek_sandbox_free(&box);
}

static void test_opened(void **state)
{
	struct ek_sandbox box = EK_SANDBOX_INIT;
	struct ek_out *out;
	struct ek_err err;

	(void)state;
	ek_sandbox_opened(&box, NULL);
	assert_int_equal(ek_out_open_null(&out, &err), EK_OK);
	ek_sandbox_opened(&box, out);
	ek_out_abort(&out);
	assert_int_equal(ek_out_open(&out, NULL, &err), EK_OK);
	ek_sandbox_opened(&box, out);
	ek_out_abort(&out);
	assert_int_equal(box.n, 0);
	assert_int_equal(ek_out_open(&out, "out/new", &err), EK_OK);
	ek_sandbox_opened(&box, out);
	ek_out_abort(&out);
	assert_int_equal(box.n, 2);
	assert_int_equal(box.v[1].rights,
			 EK_BOX_READ | EK_BOX_WRITE | EK_BOX_TRUNCATE);
	assert_int_equal(rights_of(&box, "out"),
			 EK_BOX_MAKE_REG | EK_BOX_REMOVE_FILE);
	ek_sandbox_free(&box);
}

static void test_tree(void **state)
{
	struct ek_sandbox box = EK_SANDBOX_INIT;
	struct stat st;
	uint32_t all = FILES | EK_BOX_MAKE_DIR | EK_BOX_MAKE_SYM |
		       EK_BOX_REMOVE_DIR | EK_BOX_REFER;

	(void)state;
	ek_sandbox_tree(&box, NULL);
	assert_int_equal(box.n, 0);
	assert_false(box.tree);
	ek_sandbox_tree(&box, "out");
	assert_true(box.tree);
	assert_null(box.made);
	assert_int_equal(rights_of(&box, "out"), all);
	ek_sandbox_free(&box);

	ek_sandbox_tree(&box, "in/fresh/");
	assert_string_equal(box.made, "in/fresh/");
	assert_int_equal(stat("in/fresh", &st), 0);
	assert_int_equal(rights_of(&box, "in/fresh"), all);
	assert_int_equal(rights_of(&box, "in"), EK_BOX_REMOVE_DIR);
	assert_int_equal(rmdir("in/fresh"), 0);
	ek_sandbox_free(&box);

	box = (struct ek_sandbox)EK_SANDBOX_INIT;
	ek_sandbox_tree(&box, "not/there");
	assert_null(box.made);
	assert_int_equal(box.n, 0);
	ek_sandbox_free(&box);
}

static void test_programs(void **state)
{
	struct ek_sandbox box = EK_SANDBOX_INIT;
	char *path = strdup(getenv("PATH")), *mine;

	(void)state;
	assert_non_null(path);
	assert_true(asprintf(&mine, "%s/other::/:rel:/usr/bin", top) > 0);
	setenv("PATH", mine, 1);
	ek_sandbox_scratch(&box);
	assert_int_equal(rights_of(&box, "scratch"), FILES);
	ek_sandbox_system(&box);
	assert_int_equal(rights_of(&box, "/usr"),
			 EK_BOX_READ | EK_BOX_READ_DIR);
	assert_false(box.programs);
	ek_sandbox_programs(&box);
	assert_true(box.programs);
	assert_int_equal(rights_of(&box, "other"),
			 EK_BOX_READ | EK_BOX_READ_DIR | EK_BOX_EXECUTE);
	assert_int_equal(rights_of(&box, "/"), 0);
	assert_int_equal(rights_of(&box, "/etc"), 0);
	assert_int_equal(rights_of(&box, "/tmp"), 0);
	assert_int_equal(rights_of(&box, "."), 0);
	setenv("PATH", path, 1);
	free(path);
	free(mine);
	ek_sandbox_free(&box);
}

/* ---- in the kernel ------------------------------------------------------- */

/* Calls that a child makes: the status is the line that failed, or 0. */
#define CHECK(what) \
	do { \
		if (!(what)) \
			_exit(__LINE__ % 251 + 1); \
	} while (0)

static bool can_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool is_denied(const char *path, int flags)
{
	return !can_open(path, flags) && errno == EACCES;
}

static void in_child(void (*run)(void))
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		run();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void *open_other(void *ctx)
{
	*(bool *)ctx = can_open("other/file", O_RDONLY);
	return NULL;
}

/* Reads what is named, writes beside its output, and nothing else. */
static void files(void)
{
	struct ek_sandbox box = EK_SANDBOX_INIT;
	struct ek_spool *spool;
	struct ek_err err;
	struct ek_out *out;
	pthread_t thread;
	bool opened = true;

	CHECK(ek_out_open(&out, "out/old", &err) == EK_OK);
	ek_sandbox_read(&box, "in/file");
	ek_sandbox_opened(&box, out);
	ek_sandbox_scratch(&box);
	ek_sandbox_system(&box);
	CHECK(ek_sandbox_enter(&box, &err) == EK_OK);
	CHECK(can_open("in/file", O_RDONLY));
	CHECK(is_denied("in/file", O_WRONLY));
	CHECK(is_denied("in", O_RDONLY));
	CHECK(is_denied("out/old", O_RDONLY));
	CHECK(is_denied("out/old", O_WRONLY));
	CHECK(is_denied("other/file", O_RDONLY));
	CHECK(is_denied("other/new", O_WRONLY | O_CREAT));
	CHECK(is_denied("/etc/passwd", O_RDONLY));
	CHECK(rename("in/file", "out/file") != 0);
	CHECK(unlink("other/file") != 0);
	if (ek_sandbox_abi() >= 3)
		CHECK(truncate("other/file", 0) != 0);
	CHECK(ek_spool_new(&spool, &err) == EK_OK);
	ek_spool_free(spool);
	CHECK(pthread_create(&thread, NULL, open_other, &opened) == 0);
	CHECK(pthread_join(thread, NULL) == 0 && !opened);
	ek_out_write(out, "new", 3);
	CHECK(ek_out_commit(&out, &err) == EK_OK);
}

/* A tree: all below it, links between its directories too. */
static void tree(void)
{
	struct ek_sandbox box = EK_SANDBOX_INIT;
	struct ek_err err;

	ek_sandbox_tree(&box, "out");
	CHECK(ek_sandbox_enter(&box, &err) == EK_OK);
	CHECK(mkdir("out/a", 0700) == 0 && mkdir("out/b", 0700) == 0);
	CHECK(can_open("out/a/x", O_WRONLY | O_CREAT));
	CHECK(link("out/a/x", "out/b/x") == 0);
	CHECK(symlink("x", "out/b/y") == 0);
	CHECK(rename("out/b/x", "out/a/z") == 0);
	CHECK(mkdir("other/new", 0700) != 0);
	CHECK(link("other/file", "out/b/file") != 0);
	CHECK(link("out/a/x", "other/x") != 0);
	CHECK(is_denied("other/file", O_RDONLY));
}

static void write_new(void)
{
	struct ek_sandbox box = EK_SANDBOX_INIT;
	struct ek_err err;
	struct ek_out *out;

	ek_sandbox_write(&box, "out/new");
	CHECK(ek_sandbox_enter(&box, &err) == EK_OK);
	CHECK(ek_out_open(&out, "out/new", &err) == EK_OK);
	ek_out_write(out, "new", 3);
	CHECK(ek_out_commit(&out, &err) == EK_OK);
	CHECK(ek_out_open(&out, "other/new", &err) == EK_ESYS);
}

/* A program that is allowed can run, and is confined as we are. */
static void programs(void)
{
	struct ek_sandbox box = EK_SANDBOX_INIT;
	struct ek_err err;

	ek_sandbox_system(&box);
	ek_sandbox_programs(&box);
	CHECK(ek_sandbox_enter(&box, &err) == EK_OK);
	execl("/bin/sh", "sh", "-c", "[ -x other/file ] && exit 1;"
	      " ! read -r x 2>/dev/null <other/file", (char *)NULL);
	CHECK(false);
}

static void no_calls(void)
{
	struct ek_sandbox box = EK_SANDBOX_INIT;
	struct ek_err err;

	ek_sandbox_system(&box);
	CHECK(ek_sandbox_enter(&box, &err) == EK_OK);
	CHECK(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) < 0 &&
	      errno == EPERM);
	CHECK(execl("/bin/true", "true", (char *)NULL) < 0 && errno == EPERM);
	CHECK(getpid() > 0);
}

static void test_kernel(void **state)
{
	char text[EK_SANDBOX_TEXT];

	(void)state;
	if (strstr(ek_sandbox_text(false, text), "seccomp") != NULL)
		in_child(no_calls);
	if (ek_sandbox_abi() == 0) {
		print_message("skipped: this kernel lacks Landlock\n");
		return;
	}
	in_child(files);
	in_child(write_new);
	assert_int_equal(unlink("out/new"), 0);
	in_child(programs);
	if (ek_sandbox_abi() > 1)
		in_child(tree);
}

/* ---- kernels that lack it ------------------------------------------------ */

/* Landlock's calls fail as an old kernel has it, or a container. */
static void lack(unsigned error)
{
	struct sock_filter f[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 444, 0, 2),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 446, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { sizeof(f) / sizeof(*f), f };

	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0) == 0);
}

static void lacking(unsigned error)
{
	struct ek_sandbox box = EK_SANDBOX_INIT;
	char text[EK_SANDBOX_TEXT];
	struct ek_err err;

	lack(error);
	CHECK(ek_sandbox_abi() == 0);
	CHECK(strcmp(ek_sandbox_text(true, text),
		     "none: this kernel lacks Landlock") == 0);
	ek_sandbox_read(&box, "in/file");
	CHECK(ek_sandbox_enter(&box, &err) == EK_OK);
	CHECK(can_open("other/file", O_RDONLY));
}

static void old_kernel(void)
{
	lacking(ENOSYS);
}

static void not_enabled(void)
{
	lacking(EOPNOTSUPP);
}

static void forbidden(void)
{
	lacking(EPERM);
}

static void test_lacking(void **state)
{
	(void)state;
	in_child(old_kernel);
	in_child(not_enabled);
	in_child(forbidden);
}

/* What cannot be opened for want of descriptors is a failure, and none that
 * leaves the process unconfined. */
static void test_no_descriptors(void **state)
{
	struct ek_sandbox box = EK_SANDBOX_INIT;
	struct ek_err err = EK_ERR_INIT;
	int fd, last = -1;

	(void)state;
	while ((fd = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0)
		last = fd;
	ek_sandbox_read(&box, "in/file");
	ek_sandbox_tree(&box, "out");
	assert_int_equal(ek_sandbox_enter(&box, &err), EK_ESYS);
	assert_int_equal(err.sys, EMFILE);
	assert_non_null(strstr(err.msg, "sandbox: 'in/file'"));
	for (; last > 2; last--)
		close(last);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_opened),
		cmocka_unit_test(test_tree),
		cmocka_unit_test(test_programs),
		cmocka_unit_test(test_kernel),
		cmocka_unit_test(test_lacking),
		cmocka_unit_test(test_no_descriptors),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
