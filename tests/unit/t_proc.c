/* SPDX-License-Identifier: BSD-2-Clause */
/* t_proc.c - unit tests of proc.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/proc.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* A shell runs script; its status, and what it said in *log. */
static int sh(const char *script, const struct ek_proc_opts *opts,
	      struct ek_buf *log)
{
	const char *const argv[] = { "sh", "-c", script, NULL };
	struct ek_err err = EK_ERR_INIT;
	int status;

	if (ek_proc_run(argv, opts, log, &status, &err) != EK_OK)
		fail_msg("%s", err.msg);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no zombie */
	assert_int_equal(errno, ECHILD);
	return status;
}

static void test_status(void **state)
{
	static const struct {
		const char *script;
		int status;
	} rows[] = {
		{ "exit 0", 0 },
		{ "exit 3", 3 },
		{ "exit 255", 255 },
		{ "kill -KILL $$", 128 + SIGKILL },
		{ "kill -SEGV $$", 128 + SIGSEGV },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(sh(rows[i].script, NULL, NULL),
				 rows[i].status);
}

static void test_log(void **state)
{
	struct ek_buf log = EK_BUF_INIT;

	(void)state;
	ek_buf_adds(&log, "before:");
	assert_int_equal(sh("echo out; echo 'e $x \"'>&2", NULL, &log), 0);
	assert_string_equal(ek_buf_str(&log), "before:e $x \"\n");
	ek_buf_reset(&log);
	/* of much the end, from the begin of a line */
	assert_int_equal(sh("i=0; while [ $i -lt 40000 ]; do i=$((i + 1));"
			    " echo \"line $i\"; done >&2", NULL, &log), 0);
	assert_true(log.len <= 65536 && log.len > 65536 - 20);
	assert_memory_equal(log.p, "line ", 5);
	assert_string_equal(log.p + log.len - 22, "line 39999\nline 40000\n");
	ek_buf_free(&log);
}

static void join(void *ctx, const char *text)
{
	ek_buf_addf(ctx, "[%s]", text);
}

static void test_lines(void **state)
{
	struct ek_buf lines = EK_BUF_INIT;
	struct ek_proc_opts opts = { .keep_fd = -1, .line = join,
				     .ctx = &lines };

	(void)state;
	sh("printf 'one\\n\\ntwo\\rthree\\r\\nfo\\0ur' >&2", &opts, NULL);
	assert_string_equal(ek_buf_str(&lines),
			    "[one][two][three][fo?ur]");
	ek_buf_reset(&lines);
	sh("head -c 10000 /dev/zero | tr '\\0' x >&2", &opts, NULL);
	assert_int_equal(lines.len, 10006); /* in three pieces */
	ek_buf_free(&lines);
}

/* Nothing of ours but what the header names. */
static void test_environment(void **state)
{
	struct ek_buf log = EK_BUF_INIT;
	const char *old = getenv("PATH");
	char path[8192];

	(void)state;
	snprintf(path, sizeof(path), "%s", old != NULL ? old : "/usr/bin:/bin");
	setenv("LD_DEBUG", "all", 1);
	setenv("HOME", "/secret", 1);
	setenv("LC_ALL", "de_DE.UTF-8", 1);
	setenv("TMPDIR", "/var/tmp", 1);
	setenv("PATH", "/usr/bin:/bin", 1);
	unsetenv("SOURCE_DATE_EPOCH");
	assert_int_equal(sh("unset PWD OLDPWD SHLVL _; env | LC_ALL=C sort >&2",
			    NULL, &log), 0);
	assert_string_equal(ek_buf_str(&log), "HOME=/\nLC_ALL=C\n"
			    "PATH=/usr/bin:/bin\nTMPDIR=/var/tmp\nTZ=UTC\n");
	ek_buf_reset(&log);
	setenv("SOURCE_DATE_EPOCH", "5", 1);
	unsetenv("TMPDIR");
	assert_int_equal(sh("unset PWD OLDPWD SHLVL _; env | LC_ALL=C sort >&2",
			    NULL, &log), 0);
	assert_string_equal(ek_buf_str(&log), "HOME=/\nLC_ALL=C\n"
			    "PATH=/usr/bin:/bin\nSOURCE_DATE_EPOCH=5\n"
			    "TZ=UTC\n");
	unsetenv("LD_DEBUG");
	unsetenv("SOURCE_DATE_EPOCH");
	setenv("PATH", path, 1);
	ek_buf_free(&log);
}

/* Input and output are /dev/null; only the kept descriptor is handed on. */
static void test_descriptors(void **state)
{
	char name[] = "/tmp/t_proc.XXXXXX";
	int fd = mkostemp(name, O_CLOEXEC);
	int other = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct ek_proc_opts opts = { .keep_fd = fd };
	struct ek_buf log = EK_BUF_INIT;
	char *script, got[9] = "";

	(void)state;
	unlink(name);
	assert_true(fd > 2 && other > 2);
	assert_true(asprintf(&script, "cat; echo lost; echo child"
			     " >/proc/self/fd/%d; [ -e /proc/self/fd/%d ] &&"
			     " echo leaked >&2; :", fd, other) > 0);
	assert_int_equal(sh(script, &opts, &log), 0);
	assert_string_equal(ek_buf_str(&log), "");
	assert_int_equal(pread(fd, got, 8, 0), 6);
	assert_string_equal(got, "child\n");
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC); /* ours still is */
	free(script);
	/* without keep_fd the child does not have it */
	assert_true(asprintf(&script, "[ -e /proc/self/fd/%d ]", fd) > 0);
	assert_int_equal(sh(script, NULL, NULL), 1);
	free(script);
	close(fd);
	close(other);
	ek_buf_free(&log);
}

static void test_not_found(void **state)
{
	const char *const argv[] = { "ek-no-such-program", NULL };
	struct ek_proc_opts opts = { .keep_fd = -1, .install_hint = "xorriso" };
	struct ek_err err;
	int status = 7;

	(void)state;
	assert_int_equal(ek_proc_run(argv, &opts, NULL, &status, &err),
			 EK_ESYS);
	assert_string_equal(err.msg, "'ek-no-such-program' not found: install"
				     " it with 'apt-get install xorriso'");
	assert_int_equal(ek_proc_run(argv, NULL, NULL, &status, &err), EK_ESYS);
	assert_string_equal(err.msg, "cannot run 'ek-no-such-program': No such"
				     " file or directory");
}

/* What posix_spawn() is allowed to do where the program is not there. */
static void test_not_started(void **state)
{
	const char *const silent[] = { "sh", "-c", "exit 127", NULL };
	const char *const argv[] = { "sh", "-c", "echo no >&2; exit 127", NULL };
	struct ek_proc_opts opts = { .keep_fd = -1, .install_hint = "xorriso" };
	struct ek_err err;
	int status;

	(void)state;
	assert_int_equal(ek_proc_run(silent, &opts, NULL, &status, &err),
			 EK_ESYS);
	assert_string_equal(err.msg, "'sh' not found: install it with 'apt-get"
				     " install xorriso'");
	assert_int_equal(ek_proc_run(silent, NULL, NULL, &status, &err),
			 EK_ESYS);
	assert_string_equal(err.msg, "cannot run 'sh': No such file or"
				     " directory");
	assert_int_equal(ek_proc_run(argv, &opts, NULL, &status, &err), EK_OK);
	assert_int_equal(status, 127);
}

/* A file that may not be run stands for what only a user without rights sees:
 * a directory of PATH that may not be looked into. */
static void test_not_allowed(void **state)
{
	const char *const argv[] = { "null", NULL };
	struct ek_proc_opts opts = { .keep_fd = -1, .install_hint = "mtools" };
	const char *old = getenv("PATH");
	char *path = strdup(old != NULL ? old : "/usr/bin:/bin");
	struct ek_err err;
	int status;

	(void)state;
	assert_non_null(path);
	setenv("PATH", "/dev:/nowhere", 1);
	assert_int_equal(ek_proc_run(argv, &opts, NULL, &status, &err),
			 EK_ESYS);
	setenv("PATH", path, 1);
	free(path);
	assert_string_equal(err.msg, "'null' is in no directory of PATH that"
				     " may be read, or may not be run; is it"
				     " installed ('apt-get install mtools')?");
}

static void test_cannot_run(void **state)
{
	const char *const argv[] = { "/dev/null", NULL };
	struct ek_proc_opts opts = { .keep_fd = -1, .install_hint = "x" };
	struct ek_err err;
	int status;

	(void)state;
	assert_int_equal(ek_proc_run(argv, &opts, NULL, &status, &err),
			 EK_ESYS);
	assert_string_equal(err.msg, "cannot run '/dev/null': Permission"
				     " denied");
}

/* Signals that our parent ignored or blocked are as usual in the child, and
 * ours are as they were. */
static void test_signals(void **state)
{
	struct sigaction sa;
	sigset_t set, was;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, &was);
	assert_int_equal(sh("kill -PIPE $$", NULL, NULL), 128 + SIGPIPE);
	assert_int_equal(sh("kill -TERM $$", NULL, NULL), 128 + SIGTERM);
	sigprocmask(SIG_SETMASK, &was, NULL);
	assert_int_equal(sigaction(SIGCHLD, NULL, &sa), 0);
	assert_true(sa.sa_handler == SIG_IGN);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGCHLD, SIG_DFL);
}

/* ---- standard input ----------------------------------------------------- */

/* A stream of n bytes 'x', which fails at the end where ctx says so. */
struct source {
	size_t left;
	bool fails;
};

static int fill_x(void *ctx, unsigned char *buf, size_t cap, size_t *got,
		  struct ek_err *err)
{
	struct source *s = ctx;

	*got = s->left < cap ? s->left : cap;
	memset(buf, 'x', *got);
	s->left -= *got;
	if (*got == 0 && s->fails)
		return ek_fail(err, EK_EFORMAT, "the source broke");
	return EK_OK;
}

static void test_input(void **state)
{
	static const size_t sizes[] = { 0, 1, 65536, 3000000 };
	struct ek_buf log = EK_BUF_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct source s = { sizes[i], false };
		struct ek_proc_opts opts = { .keep_fd = -1 };
		char want[32];

		snprintf(want, sizeof(want), "%zu\n", sizes[i]);
		assert_int_equal(ek_in_open_fill(&opts.input, "x", fill_x, NULL,
						 &s, NULL), EK_OK);
		assert_int_equal(sh("wc -c >&2", &opts, &log), 0);
		assert_string_equal(ek_buf_str(&log), want);
		ek_buf_reset(&log);
		ek_in_close(&opts.input);
	}
	ek_buf_free(&log);
}

/* A child that does not read, or that talks more than a pipe holds. */
static void test_input_left(void **state)
{
	static const char *const scripts[] = {
		"exit 7", "exec <&-; sleep 0.1; exit 7",
		"yes | head -c 300000 >&2; cat >/dev/null; exit 7",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(scripts); i++) {
		struct source s = { 3000000, false };
		struct ek_proc_opts opts = { .keep_fd = -1 };

		assert_int_equal(ek_in_open_fill(&opts.input, "x", fill_x, NULL,
						 &s, NULL), EK_OK);
		assert_int_equal(sh(scripts[i], &opts, NULL), 7);
		ek_in_close(&opts.input);
	}
}

static void test_input_fails(void **state)
{
	static const char *const argv[] = { "cat", NULL };
	struct source s = { 100000, true };
	struct ek_proc_opts opts = { .keep_fd = -1 };
	struct ek_err err = EK_ERR_INIT;
	int status;

	(void)state;
	assert_int_equal(ek_in_open_fill(&opts.input, "x", fill_x, NULL, &s,
					 NULL), EK_OK);
	assert_int_equal(ek_proc_run(argv, &opts, NULL, &status, &err),
			 EK_EFORMAT);
	assert_string_equal(err.msg, "the source broke");
	ek_in_close(&opts.input);
}

static void test_epoch(void **state)
{
	struct ek_proc_opts opts = { .keep_fd = -1, .epoch = "12345" };
	struct ek_buf log = EK_BUF_INIT;

	(void)state;
	assert_int_equal(setenv("SOURCE_DATE_EPOCH", "99", 1), 0);
	assert_int_equal(sh("echo $SOURCE_DATE_EPOCH >&2", &opts, &log), 0);
	assert_int_equal(sh("echo $SOURCE_DATE_EPOCH >&2", NULL, &log), 0);
	assert_string_equal(ek_buf_str(&log), "12345\n99\n");
	ek_buf_free(&log);
	unsetenv("SOURCE_DATE_EPOCH");
}

static void test_full(void **state)
{
	(void)state;
	assert_int_equal(ek_proc_full(""), 0);
	assert_int_equal(ek_proc_full("x: no such file"), 0);
	assert_int_equal(ek_proc_full("a\nb: No space left on device\nc"),
			 ENOSPC);
	assert_int_equal(ek_proc_full("Image exceeds free space on media"),
			 ENOSPC);
	assert_int_equal(ek_proc_full("x: Disk quota exceeded"), EDQUOT);
	assert_int_equal(ek_proc_full("x: File too large"), EFBIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_log),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_environment),
		cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_not_found),
		cmocka_unit_test(test_not_started),
		cmocka_unit_test(test_not_allowed),
		cmocka_unit_test(test_cannot_run),
		cmocka_unit_test(test_signals),
		cmocka_unit_test(test_input),
		cmocka_unit_test(test_input_left),
		cmocka_unit_test(test_input_fails),
		cmocka_unit_test(test_epoch),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests_name("proc", tests, NULL, NULL);
}
