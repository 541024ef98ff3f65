/* SPDX-License-Identifier: BSD-2-Clause */
/* t_cli.c - unit tests of cli.h; each case is a child process that ends */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <fcntl.h>
#include <getopt.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ek/buf.h"
#include "ek/cli.h"
#include "ek/digest.h"
#include "ek/err.h"
#include "ek/inflate.h"
#include "ek/io.h"
#include "ek/xml.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* What a child said, and its exit status. */
struct said {
	struct ek_buf out, err;
	int status;
};

static void drain(int fd, struct ek_buf *b)
{
	char buf[512];
	ssize_t n;

	ek_buf_reset(b);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		ek_buf_add(b, buf, (size_t)n);
	close(fd);
}

/* Run f in a child; stdout_path instead of a pipe where it is not NULL. */
static void run(int (*f)(void), const char *stdout_path, struct said *s)
{
	int out[2], err[2], status;
	pid_t pid;

	assert_int_equal(pipe(out), 0);
	assert_int_equal(pipe(err), 0);
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (stdout_path != NULL)
			out[1] = open(stdout_path, O_WRONLY);
		dup2(out[1], STDOUT_FILENO);
		dup2(err[1], STDERR_FILENO);
		_exit(f());
	}
	close(out[1]);
	close(err[1]);
	drain(out[0], &s->out);
	drain(err[0], &s->err);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	s->status = WIFEXITED(status) ? WEXITSTATUS(status) : 999;
}

static void check(int (*f)(void), int status, const char *out, const char *err)
{
	struct said s = { EK_BUF_INIT, EK_BUF_INIT, 0 };

	run(f, NULL, &s);
	assert_string_equal(ek_buf_str(&s.out), out);
	assert_string_equal(ek_buf_str(&s.err), err);
	assert_int_equal(s.status, status);
	ek_buf_free(&s.out);
	ek_buf_free(&s.err);
}

/* ---- status -------------------------------------------------------------- */

static int code_now;

static int finish_with_code(void)
{
	struct ek_err err = EK_ERR_INIT;

	ek_cli_init("prog", "usage\n");
	if (code_now < 0)
		ek_err_set(&err, code_now, 0, "why '%d'", code_now);
	return ek_cli_finish(code_now, &err);
}

static void test_status(void **state)
{
	static const struct {
		int code, status;
		const char *err;
	} rows[] = {
		{ EK_OK, 0, "" },
		{ EK_END, 0, "" },
		{ EK_ESYS, 3, "prog: why '-1'\n" },
		{ EK_EFORMAT, 1, "prog: why '-2'\n" },
		{ EK_ELIMIT, 1, "prog: why '-3'\n" },
		{ EK_EARG, 2, "prog: why '-4'\n" },
		{ EK_EREFUSE, 1, "prog: why '-5'\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		code_now = rows[i].code;
		check(finish_with_code, rows[i].status, "", rows[i].err);
	}
}

static int report_three(void)
{
	struct ek_err err = EK_ERR_INIT;

	ek_cli_init("prog", "usage\n");
	ek_cli_report(ek_fail(&err, EK_EFORMAT, "one"), &err);
	ek_cli_report(ek_fail(&err, EK_ESYS, "two"), &err);
	ek_cli_report(ek_fail(&err, EK_EFORMAT, "three"), &err);
	ek_cli_report(EK_OK, &err);
	return ek_cli_finish(EK_OK, NULL);
}

static void test_report(void **state)
{
	(void)state;
	check(report_three, 3, "", "prog: one\nprog: two\nprog: three\n");
}

/* ---- text ---------------------------------------------------------------- */

static int say_evil(void)
{
	ek_cli_init("prog", "usage\n");
	ek_cli_warn("'%s'", "a\033[2Jb\nc\td\x7f");
	ek_cli_note("'%s'", "\xc3\xa4\xff\xc2\x9bx\xe2\x80\xae");
	ek_cli_puts("a\033b\nc\td\xff\n");
	ek_cli_printf("%s %d\n", "\xe2\x81\xa6\r", 5);
	return ek_cli_finish(EK_OK, NULL);
}

static void test_masked(void **state)
{
	(void)state;
	check(say_evil, 0, "a?b\nc\td?\n?? 5\n",
	      "prog: warning: 'a?[2Jb?c?d?'\nprog: '\xc3\xa4??x?'\n");
}

static int say_much(void)
{
	ek_cli_init("prog", "usage\n");
	ek_cli_warn("%02000d", 7);
	return ek_cli_finish(EK_OK, NULL);
}

static void test_long_text(void **state)
{
	struct said s = { EK_BUF_INIT, EK_BUF_INIT, 0 };

	(void)state;
	run(say_much, NULL, &s);
	assert_int_equal(s.err.len, strlen("prog: warning: ") + 2001);
	ek_buf_free(&s.err);
	ek_buf_free(&s.out);
}

static int be_quiet(void)
{
	ek_cli_init("prog", "usage\n");
	ek_cli_progress_force();
	ek_cli_quiet(true);
	ek_cli_note("hidden");
	ek_cli_warn("seen");
	ek_cli_progress("hidden", 1, 2);
	return ek_cli_is_quiet() ? ek_cli_finish(EK_OK, NULL) : 9;
}

static void test_quiet(void **state)
{
	(void)state;
	check(be_quiet, 0, "", "prog: warning: seen\n");
}

/* ---- usage, help, version ------------------------------------------------ */

static int wrong_usage(void)
{
	ek_cli_init("prog", "usage\n");
	ek_cli_usage("more than one file: '%s'", "x\ny");
}

static int help_please(void)
{
	ek_cli_init("prog", "usage: prog\n\n  -x  does x\n");
	ek_cli_help();
}

/* Only the libraries that a command is linked with are told. */
static int version_please(void)
{
	static char *none[] = { NULL };
	char hex[EK_DIGEST_HEX];
	struct ek_xml *x = NULL;
	struct ek_in *in = NULL;

	ek_in_open_mem(&in, "m", "", 0, NULL);
	ek_in_open_gunzip(&in, in, EK_GZ_ONE, true, NULL);
	ek_in_close(&in);
	ek_xml_free(&x);
	ek_digest_mem(EK_SHA1, "", 0, hex, NULL);
	ek_cli_init("prog", "usage\n");
	ek_cli_version(none);
}

static void test_usage(void **state)
{
	struct said s = { EK_BUF_INIT, EK_BUF_INIT, 0 };

	(void)state;
	check(wrong_usage, 2, "", "prog: more than one file: 'x?y'\n"
				  "Try 'prog --help'.\n");
	check(help_please, 0, "usage: prog\n\n  -x  does x\n", "");
	run(version_please, NULL, &s);
	assert_int_equal(s.status, 0);
	assert_memory_equal(s.out.p, "prog ", 5);
	assert_non_null(strstr(s.out.p, "\nzlib 1."));
	assert_non_null(strstr(s.out.p, "\nlibxml2 2."));
	assert_non_null(strstr(s.out.p, "\nOpenSSL "));
	ek_buf_free(&s.err);
	ek_buf_free(&s.out);
}

static const char *args_now[3];

static int parse_options(void)
{
	static const struct option longopts[] = {
		{ "alpha", required_argument, NULL, 'a' },
		{ "beta", no_argument, NULL, EK_OPT_LONG },
		{ "bets", required_argument, NULL, EK_OPT_LONG + 1 },
		{ NULL, 0, NULL, 0 },
	};
	char *argv[4] = { strdup("/path/to/prog") };
	int argc = 1, c;

	for (size_t i = 0; i < COUNT(args_now) && args_now[i] != NULL; i++)
		argv[argc++] = strdup(args_now[i]);
	ek_cli_init("prog", "usage\n");
	while ((c = getopt_long(argc, argv, "a:b", longopts, NULL)) != -1)
		if (c == '?')
			ek_cli_bad_option(argv);
	return ek_cli_finish(EK_OK, NULL);
}

static void test_bad_option(void **state)
{
	static const struct {
		const char *args[3], *what; /* NULL: fine */
	} rows[] = {
		{ { "-b", "-a", "x" }, NULL },
		{ { "--beta", "--alpha=1", NULL }, NULL },
		{ { "-x", NULL, NULL },
		  "option '-x' is unknown or lacks its argument" },
		{ { "-x", "-b", NULL }, "option '-x' is unknown" },
		{ { "--beta", "-bxb", NULL }, "option '-x' is unknown" },
		{ { "--alpha=1", "-xb", "-b" }, "option '-x' is unknown" },
		{ { "-b", "-a", NULL },
		  "option '-a' is unknown or lacks its argument" },
		{ { "--none", NULL, NULL },
		  "option '--none' is unknown or ambiguous" },
		{ { "--none=5", "-b", NULL },
		  "option '--none=5' is unknown or ambiguous" },
		{ { "--bet", NULL, NULL },
		  "option '--bet' is unknown or ambiguous" },
		{ { "--alpha", NULL, NULL },
		  "option '--alpha' lacks its argument" },
		{ { "--bets", NULL, NULL },
		  "option '--bets' lacks its argument" },
		{ { "--beta=1", "-b", NULL },
		  "option '--beta=1' takes no argument" },
		{ { "-\033", "b", NULL }, "option '-?' is unknown" },
	};
	char want[256];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		memcpy(args_now, rows[i].args, sizeof(args_now));
		if (rows[i].what == NULL) {
			check(parse_options, 0, "", "");
			continue;
		}
		snprintf(want, sizeof(want), "prog: %s\n"
			 "Try 'prog --help'.\n", rows[i].what);
		check(parse_options, 2, "", want);
	}
}

/* ---- standard output that does not work ---------------------------------- */

static void test_stdout_full(void **state)
{
	struct said s = { EK_BUF_INIT, EK_BUF_INIT, 0 };

	(void)state;
	run(help_please, "/dev/full", &s);
	assert_int_equal(s.status, 3);
	assert_string_equal(ek_buf_str(&s.err),
			    "prog: cannot write 'standard output': No space"
			    " left on device\n");
	ek_buf_free(&s.err);
	ek_buf_free(&s.out);
}

static int closed_stdout(void)
{
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	ek_cli_init("prog", "usage\n");
	if (open("/dev/null", O_RDONLY) <= 2)
		return 9;
	ek_cli_puts("lost");
	return ek_cli_finish(EK_OK, NULL);
}

/* Lost output is an error, though descriptor 1 was closed and is not now. */
static void test_stdout_closed(void **state)
{
	(void)state;
	check(closed_stdout, 3, "",
	      "prog: cannot write 'standard output': Bad file descriptor\n");
}

/* ---- terminal ------------------------------------------------------------ */

static int binary_to_terminal(void)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), slave;
	struct ek_err err = EK_ERR_INIT;
	struct ek_out *out;
	int rc;

	if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0)
		return 77;
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	if (slave < 0 || dup2(slave, STDOUT_FILENO) < 0)
		return 77;
	ek_cli_init("prog", "usage\n");
	rc = ek_out_open(&out, NULL, &err);
	if (rc != EK_OK || ek_cli_no_binary(out, true, &err) != EK_OK)
		return 9;
	rc = ek_cli_no_binary(out, false, &err);
	ek_out_abort(&out);
	return ek_cli_finish(rc, &err);
}

static void test_no_binary(void **state)
{
	struct said s = { EK_BUF_INIT, EK_BUF_INIT, 0 };

	(void)state;
	run(binary_to_terminal, NULL, &s);
	if (s.status == 77)
		skip();
	assert_int_equal(s.status, 2);
	assert_string_equal(ek_buf_str(&s.err), "prog: binary output does not"
			    " go to a terminal: use -o FILE, or -f\n");
	ek_buf_free(&s.err);
	ek_buf_free(&s.out);
}

static int progress(void)
{
	struct ek_err err = EK_ERR_INIT;

	ek_cli_init("prog", "usage\n");
	ek_cli_progress("silent", 1, 2); /* standard error is no terminal */
	ek_cli_progress_force();
	ek_cli_progress("'a\n'", 0, 1000);
	ek_cli_progress("'a\n'", 4, 1000); /* still 0 percent */
	ek_cli_progress("'a\n'", 500, 1000);
	ek_cli_progress("big", UINT64_MAX - 1, UINT64_MAX);
	ek_cli_progress(NULL, 0, 0);
	ek_cli_progress(NULL, 0, 0);
	ek_cli_progress("no total", 9 << 20, 0);
	return ek_cli_finish(ek_fail(&err, EK_EFORMAT, "bad"), &err);
}

static void test_progress(void **state)
{
	(void)state;
	check(progress, 1, "",
	      "\rprog: 'a?':   0%\033[K\rprog: 'a?':  50%\033[K"
	      "\rprog: big: 100%\033[K\n"
	      "\rprog: no total: 9 MiB\033[K\nprog: bad\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_report),
		cmocka_unit_test(test_masked),
		cmocka_unit_test(test_long_text),
		cmocka_unit_test(test_quiet),
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_bad_option),
		cmocka_unit_test(test_stdout_full),
		cmocka_unit_test(test_stdout_closed),
		cmocka_unit_test(test_no_binary),
		cmocka_unit_test(test_progress),
	};

	return cmocka_run_group_tests_name("cli", tests, NULL, NULL);
}
