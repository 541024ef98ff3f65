/* SPDX-License-Identifier: BSD-2-Clause */
/* t_io.c - unit tests of io.h */
#undef _FORTIFY_SOURCE /* its inline read() would stand before ours */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ek/err.h"
#include "ek/io.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* ---- a system that misbehaves -------------------------------------------- */

/* These stand in front of the ones of libc, for the library as well. */
static struct {
	bool no_tmpfile;  /* as NFS and FAT do */
	unsigned eintr;   /* interrupt each first call of two */
	size_t most;      /* bytes that one call moves; 0: no limit */
	int read_error;   /* errno of every read, or 0 */
	uint64_t was_read; /* bytes that pread() gave */
} fault;

static bool interrupt(void)
{
	if (fault.eintr == 0 || fault.eintr++ % 2 == 0)
		return false;
	errno = EINTR;
	return true;
}

static size_t some(size_t n)
{
	return fault.most != 0 && n > fault.most ? fault.most : n;
}

int openat(int dir, const char *path, int flags, ...)
{
	unsigned mode = 0;
	va_list ap;

	va_start(ap, flags);
	if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE)
		mode = va_arg(ap, unsigned);
	va_end(ap);
	if (fault.no_tmpfile && (flags & O_TMPFILE) == O_TMPFILE) {
		errno = EOPNOTSUPP;
		return -1;
	}
	return (int)syscall(SYS_openat, dir, path, flags, mode);
}

ssize_t read(int fd, void *buf, size_t n)
{
	if (interrupt())
		return -1;
	if (fault.read_error != 0) {
		errno = fault.read_error;
		return -1;
	}
	return syscall(SYS_read, fd, buf, some(n));
}

ssize_t pread(int fd, void *buf, size_t n, off_t off)
{
	if (interrupt())
		return -1;
	if (fault.read_error != 0) {
		errno = fault.read_error;
		return -1;
	}
	n = (size_t)syscall(SYS_pread64, fd, buf, some(n), off);
	if ((ssize_t)n > 0)
		fault.was_read += n;
	return (ssize_t)n;
}

ssize_t write(int fd, const void *buf, size_t n)
{
	if (interrupt())
		return -1;
	return syscall(SYS_write, fd, buf, some(n));
}

/* ---- what the tests share ------------------------------------------------ */

/* Every test has an empty directory of its own, and is in it. */
static char top[] = "/tmp/t_io.XXXXXX";
static int home = -1;

static int count_names(void)
{
	DIR *d = opendir(".");
	int n = -2; /* "." and ".." */

	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

static int enter(void **state)
{
	static char dir[sizeof(top)];

	memcpy(dir, top, sizeof(top));
	*state = dir;
	return mkdtemp(dir) != NULL ? chdir(dir) : -1;
}

static int leave(void **state)
{
	char *cmd;

	memset(&fault, 0, sizeof(fault));
	if (fchdir(home) != 0 || asprintf(&cmd, "rm -rf '%s'",
					  (char *)*state) < 0)
		return -1;
	if (system(cmd) != 0)
		return -1;
	free(cmd);
	return 0;
}

/* Byte i of everything that is made here. */
static unsigned char at(uint64_t i)
{
	return (unsigned char)(i * 31 + (i >> 8) * 7 + (i >> 16));
}

static unsigned char *pattern(size_t n)
{
	unsigned char *p = malloc(n + 1);

	assert_non_null(p);
	for (size_t i = 0; i < n; i++)
		p[i] = at(i);
	return p;
}

static void put_file(const char *path, const void *data, size_t n)
{
	FILE *fp = fopen(path, "w");

	assert_non_null(fp);
	assert_int_equal(fwrite(data, 1, n, fp), n);
	assert_int_equal(fclose(fp), 0);
}

static void put_text(const char *path, const char *text)
{
	put_file(path, text, strlen(text));
}

static void assert_holds(const char *path, const char *want)
{
	char *data;
	size_t len;

	assert_int_equal(ek_read_all(path, 1 << 20, &data, &len, NULL), EK_OK);
	assert_string_equal(data, want);
	assert_int_equal(len, strlen(want));
	free(data);
}

static struct ek_out *open_out(const char *path)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_out *out;

	if (ek_out_open(&out, path, &err) != EK_OK)
		fail_msg("%s", err.msg);
	return out;
}

static void test_out_appears_whole(void **state)
{
	struct ek_out *out = open_out("new");
	struct stat st;

	(void)state;
	ek_out_write(out, "hello", 5);
	assert_int_equal(ek_out_pos(out), 5);
	assert_int_equal(access("new", F_OK), -1);
	assert_int_equal(count_names(), 0);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	assert_null(out);
	assert_holds("new", "hello");
	assert_int_equal(count_names(), 1);
	assert_int_equal(stat("new", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
}

static void test_out_keeps_old_until_commit(void **state)
{
	struct ek_out *out;
	struct stat st;

	(void)state;
	put_text("f", "old");
	assert_int_equal(chmod("f", 0640), 0);
	out = open_out("f");
	ek_out_write(out, "new and longer", 14);
	assert_holds("f", "old");
	ek_out_abort(&out);
	assert_null(out);
	assert_holds("f", "old");
	assert_int_equal(count_names(), 1);

	out = open_out("./f");
	ek_out_write(out, "new", 3);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	assert_holds("f", "new");
	assert_int_equal(stat("f", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(count_names(), 1);
}

static void test_in_out_big(void **state)
{
	enum { N = 1000003 };
	unsigned char *want = pattern(N), *got = malloc(N);
	struct ek_out *out = open_out("big");
	struct ek_in *in;
	size_t n, i = 0;

	(void)state;
	for (size_t step = 1; i < N; step = step % 70001 + 977) {
		n = step < N - i ? step : N - i;
		ek_out_write(out, want + i, n);
		i += n;
	}
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);

	assert_int_equal(ek_in_open(&in, "big", NULL), EK_OK);
	for (i = 0; i < N; i += n)
		assert_int_equal(ek_in_read(in, got + i, i % 99991 + 1 < N - i ?
					    i % 99991 + 1 : N - i, &n, NULL),
				 EK_OK);
	assert_memory_equal(got, want, N);
	assert_int_equal(ek_in_pos(in), N);
	assert_int_equal(ek_in_read(in, got, 1, &n, NULL), EK_OK);
	assert_int_equal(n, 0);
	ek_in_close(&in);
	free(got);
	free(want);
}

static void test_peek_part_rewind(void **state)
{
	unsigned char *data = pattern(200000);
	const unsigned char *p;
	struct ek_err err;
	struct ek_in *in, *part;
	size_t got;

	(void)state;
	put_file("f", data, 200000);
	assert_int_equal(ek_in_open(&in, "f", NULL), EK_OK);
	assert_int_equal(ek_in_skip(in, 100, "x", NULL), EK_OK);
	assert_int_equal(ek_in_open_part(&part, in, 150000, NULL), EK_OK);
	assert_int_equal(ek_in_peek(part, EK_IN_PEEK_MAX, &p, &got, NULL),
			 EK_OK);
	assert_int_equal(got, EK_IN_PEEK_MAX);
	assert_memory_equal(p, data + 100, got);
	assert_int_equal(ek_in_pos(part), 0);
	ek_in_close(&part);
	assert_int_equal(ek_in_pos(in), 150100);
	assert_int_equal(ek_in_peek(in, 3, &p, &got, NULL), EK_OK);
	assert_memory_equal(p, data + 150100, 3);
	assert_true(ek_in_can_rewind(in));
	assert_int_equal(ek_in_rewind(in, NULL), EK_OK);
	assert_int_equal(ek_in_skip(in, 199999, "x", NULL), EK_OK);
	assert_int_equal(ek_in_skip(in, 2, "member 'y'", &err), EK_EFORMAT);
	assert_string_equal(err.msg,
			    "'f' ends at offset 200000 inside member 'y'");
	ek_in_close(&in);
	free(data);
}

static void test_file_and_spool(void **state)
{
	struct ek_spool *s;
	struct ek_file *f;
	struct ek_out *out;
	struct ek_err err;
	struct ek_in *in;
	char buf[8];
	uint64_t size;
	size_t got;

	(void)state;
	put_text("f", "0123456789");
	assert_int_equal(ek_file_open(&f, "f", NULL), EK_OK);
	assert_int_equal(ek_file_size(f), 10);
	assert_int_equal(ek_file_read(f, 8, buf, 2, "end", NULL), EK_OK);
	assert_memory_equal(buf, "89", 2);
	assert_int_equal(ek_file_read(f, 9, buf, 2, "end", &err), EK_EFORMAT);
	assert_int_equal(ek_file_read(f, UINT64_MAX, buf, 2, "end", NULL),
			 EK_EFORMAT);
	assert_int_equal(ek_file_in(f, 2, 3, "part", &in, NULL), EK_OK);
	assert_int_equal(ek_in_read(in, buf, 8, &got, NULL), EK_OK);
	assert_int_equal(got, 3);
	assert_memory_equal(buf, "234", 3);
	ek_in_close(&in);
	ek_file_close(&f);

	assert_int_equal(ek_spool_new(&s, NULL), EK_OK);
	assert_int_equal(ek_spool_out(s, &out, NULL), EK_OK);
	ek_out_write(out, "spooled", 7);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	assert_int_equal(ek_spool_size(s, &size, NULL), EK_OK);
	assert_int_equal(size, 7);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(ek_spool_in(s, "s", &in, NULL), EK_OK);
		assert_int_equal(ek_in_read(in, buf, 8, &got, NULL), EK_OK);
		assert_int_equal(got, 7);
		assert_memory_equal(buf, "spooled", 7);
		ek_in_close(&in);
	}
	ek_spool_free(s);
}


/* ---- output -------------------------------------------------------------- */

static int commit_text(const char *path, const char *text, struct ek_err *err)
{
	struct ek_out *out;
	int rc = ek_out_open(&out, path, err);

	if (rc != EK_OK)
		return rc;
	ek_out_write(out, text, strlen(text));
	return ek_out_commit(&out, err);
}

/* No O_TMPFILE, signals, one byte a call: the bytes are the same. */
static void test_out_on_a_bad_system(void **state)
{
	(void)state;
	fault.no_tmpfile = true;
	fault.eintr = 1;
	fault.most = 1;
	assert_int_equal(commit_text("f", "one", NULL), EK_OK);
	assert_holds("f", "one");
	assert_int_equal(commit_text("f", "another", NULL), EK_OK);
	assert_holds("f", "another");
	assert_int_equal(count_names(), 1);
}

/* The fallback name is taken away again. */
static void test_out_named_abort(void **state)
{
	struct ek_out *out;

	(void)state;
	fault.no_tmpfile = true;
	out = open_out("f");
	ek_out_write(out, "x", 1);
	assert_int_equal(count_names(), 1);
	ek_out_abort(&out);
	assert_int_equal(count_names(), 0);
}

static void assert_link(const char *path, const char *target)
{
	char text[64] = "";

	assert_true(readlink(path, text, sizeof(text) - 1) > 0);
	assert_string_equal(text, target);
}

static void test_out_through_links(void **state)
{
	struct ek_out *out;
	struct ek_err err;

	(void)state;
	assert_int_equal(mkdir("d", 0755), 0);
	put_text("d/real", "old");
	assert_int_equal(symlink("real", "d/l1"), 0);
	assert_int_equal(symlink("d/l1", "l2"), 0);
	out = open_out("l2");
	ek_out_write(out, "new", 3);
	assert_holds("d/real", "old");
	ek_out_abort(&out);
	assert_holds("d/real", "old");
	assert_int_equal(commit_text("l2", "new", NULL), EK_OK);
	assert_link("l2", "d/l1");
	assert_link("d/l1", "real");
	assert_holds("d/real", "new");

	assert_int_equal(symlink("d/fresh", "dangling"), 0);
	assert_int_equal(commit_text("dangling", "x", NULL), EK_OK);
	assert_link("dangling", "d/fresh");
	assert_holds("d/fresh", "x");

	assert_int_equal(symlink("loop", "loop"), 0);
	assert_int_equal(commit_text("loop", "x", &err), EK_ESYS);
	assert_int_equal(err.sys, ELOOP);
	assert_int_equal(symlink("nowhere/x", "lost"), 0);
	assert_int_equal(commit_text("lost", "x", &err), EK_ESYS);
	assert_int_equal(err.sys, ENOENT);
}

static void *read_fifo(void *path)
{
	char *data = NULL;
	size_t len;

	if (ek_read_all(path, 100, &data, &len, NULL) != EK_OK)
		return NULL;
	return data;
}

static void test_out_through_fifo_and_device(void **state)
{
	char path[] = "p";
	pthread_t reader;
	struct stat st;
	void *got;

	(void)state;
	assert_int_equal(mkfifo("p", 0600), 0);
	assert_int_equal(pthread_create(&reader, NULL, read_fifo, path), 0);
	assert_int_equal(commit_text("p", "piped", NULL), EK_OK);
	assert_int_equal(pthread_join(reader, &got), 0);
	assert_non_null(got);
	assert_string_equal(got, "piped");
	free(got);
	assert_int_equal(lstat("p", &st), 0);
	assert_true(S_ISFIFO(st.st_mode));
	assert_int_equal(commit_text("/dev/null", "x", NULL), EK_OK);
	assert_int_equal(lstat("/dev/null", &st), 0);
	assert_true(S_ISCHR(st.st_mode));
	assert_int_equal(count_names(), 1);
}

/* What /proc names is written through, though it looks like a file's link. */
static void test_out_to_proc_fd(void **state)
{
	struct stat before, after;
	char path[32];
	int fd;

	(void)state;
	put_text("f", "old and long");
	assert_int_equal(stat("f", &before), 0);
	fd = open("f", O_WRONLY | O_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert_int_equal(commit_text(path, "new", NULL), EK_OK);
	close(fd);
	assert_int_equal(stat("f", &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_holds("f", "new");
}

/* "-" and /dev/stdout go behind what is there already. */
static void test_out_to_stdout(void **state)
{
	static const char *const names[] = { "-", "/dev/stdout", "/dev/fd/1",
					     "/proc/self/fd/1", NULL };
	int saved = dup(STDOUT_FILENO), fd;

	(void)state;
	fd = open("f", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(saved >= 0 && fd >= 0);
	assert_int_equal(dup2(fd, STDOUT_FILENO), STDOUT_FILENO);
	close(fd);
	for (size_t i = 0; i < COUNT(names); i++)
		if (commit_text(names[i], "x", NULL) != EK_OK)
			break;
	assert_int_equal(dup2(saved, STDOUT_FILENO), STDOUT_FILENO);
	close(saved);
	assert_holds("f", "xxxxx");
}

static void test_out_cannot_open(void **state)
{
	static const struct {
		const char *path;
		int sys;
	} bad[] = {
		{ "no/such/dir", ENOENT }, { ".", EISDIR }, { "d", EISDIR },
		{ "d/", EISDIR }, { "new/", EISDIR }, { "f/x", ENOTDIR },
		{ "", ENOENT },
	};
	struct ek_err err;

	(void)state;
	assert_int_equal(mkdir("d", 0755), 0);
	put_text("f", "old");
	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_int_equal(commit_text(bad[i].path, "x", &err), EK_ESYS);
		if (err.sys != bad[i].sys)
			fail_msg("'%s': %s", bad[i].path, err.msg);
	}
	assert_int_equal(count_names(), 2);
	assert_holds("f", "old");
}

/* A full disk: status, message, and the old file as it was. */
static void test_out_full(void **state)
{
	struct rlimit all, few;
	struct ek_out *out;
	struct ek_err err;

	(void)state;
	assert_int_equal(commit_text("/dev/full", "x", &err), EK_ESYS);
	assert_string_equal(err.msg, "cannot write '/dev/full': No space left"
				     " on device");
	put_text("f", "old");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &all), 0);
	few = all;
	few.rlim_cur = 100000;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &few), 0);
	out = open_out("f");
	ek_out_zeros(out, 1000000);
	assert_true(ek_out_failed(out));
	assert_int_equal(ek_out_status(out, &err), EK_ESYS);
	assert_true(ek_out_pos(out) < 1000000);
	ek_out_write(out, "x", 1);
	assert_int_equal(ek_out_commit(&out, &err), EK_ESYS);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &all), 0);
	assert_string_equal(err.msg, "cannot write 'f': File too large");
	assert_int_equal(err.sys, EFBIG);
	assert_holds("f", "old");
	assert_int_equal(count_names(), 1);
}

/* A pipe that someone else made non-blocking: no byte is lost, none is an
 * error. */
static void *fill_slowly(void *arg)
{
	int fd = *(int *)arg;
	char byte = 'x';

	for (int i = 0; i < 5; i++) {
		usleep(2000);
		if (write(fd, &byte, 1) != 1)
			break;
	}
	close(fd);
	return NULL;
}

static void *drain_slowly(void *arg)
{
	static size_t total;
	char buf[4096];
	ssize_t n;

	usleep(5000);
	total = 0;
	while ((n = read(*(int *)arg, buf, sizeof(buf))) > 0)
		total += (size_t)n;
	return &total;
}

static void test_nonblocking(void **state)
{
	pthread_t thread;
	struct ek_out *out;
	int end[2], saved[2] = { dup(0), dup(1) };
	char *data;
	size_t len;
	void *total;

	(void)state;
	assert_int_equal(pipe2(end, O_NONBLOCK | O_CLOEXEC), 0);
	assert_int_equal(pthread_create(&thread, NULL, fill_slowly, &end[1]),
			 0);
	assert_int_equal(dup2(end[0], 0), 0);
	assert_int_equal(ek_read_all("-", 100, &data, &len, NULL), EK_OK);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_string_equal(data, "xxxxx");
	free(data);
	close(end[0]);

	assert_int_equal(pipe2(end, O_CLOEXEC), 0);
	fflush(stdout);
	assert_int_equal(dup2(end[1], 1), 1);
	assert_int_equal(ek_out_open(&out, "-", NULL), EK_OK);
	assert_int_equal(fcntl(end[1], F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(pthread_create(&thread, NULL, drain_slowly, &end[0]),
			 0);
	ek_out_zeros(out, 1000000);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(dup2(saved[i], i), i);
		close(saved[i]);
	}
	close(end[1]);
	assert_int_equal(pthread_join(thread, &total), 0);
	assert_int_equal(*(size_t *)total, 1000000);
	close(end[0]);
}

/* A failure to take the name leaves nothing behind. */
static void test_out_target_became_directory(void **state)
{
	struct ek_out *out = open_out("f");
	struct ek_err err;

	(void)state;
	ek_out_write(out, "x", 1);
	assert_int_equal(mkdir("f", 0755), 0);
	assert_int_equal(ek_out_commit(&out, &err), EK_ESYS);
	assert_int_equal(count_names(), 1);
}

/* A file that came into being meanwhile is replaced like an older one. */
static void test_out_target_came_to_be(void **state)
{
	struct ek_out *out = open_out("f");

	(void)state;
	put_text("f", "theirs");
	ek_out_write(out, "ours", 4);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	assert_holds("f", "ours");
	assert_int_equal(count_names(), 1);
}

/* A child program writes into the file that has no name yet. */
static void test_out_fd(void **state)
{
	struct ek_out *out;
	struct ek_file *f;
	char path[32], got[5] = "";
	int fd, child;

	(void)state;
	for (int i = 0; i < 2; i++) {
		fault.no_tmpfile = i == 1;
		put_text("f", "old");
		out = open_out("f");
		fd = ek_out_fd(out);
		assert_true(fd > 2);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		child = open(path, O_RDWR | O_CLOEXEC);
		assert_int_equal(pwrite(child, "work", 4, 0), 4);
		close(child);
		assert_int_equal(ek_file_open_fd(&f, fd, "new", NULL), EK_OK);
		assert_int_equal(ek_file_size(f), 4);
		assert_int_equal(ek_file_read(f, 0, got, 4, "all", NULL),
				 EK_OK);
		assert_string_equal(got, "work");
		ek_file_close(&f);
		assert_holds("f", "old");
		assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
		assert_holds("f", "work");
	}
	out = open_out("f");
	ek_out_write(out, "x", 1);
	assert_int_equal(ek_out_fd(out), -1);
	ek_out_abort(&out);
	out = open_out("/dev/null");
	assert_int_equal(ek_out_fd(out), -1);
	assert_false(ek_out_is_tty(out));
	ek_out_abort(&out);
}

static int refuse(void *ctx, const void *data, size_t len, struct ek_err *err)
{
	(void)data;
	*(size_t *)ctx += len;
	return ek_fail(err, EK_EREFUSE, "no more");
}

static void count_drop(void *ctx)
{
	*(size_t *)ctx += 1000;
}

static void test_out_filter(void **state)
{
	struct ek_in *in;
	struct ek_out *out;
	struct ek_err err;
	size_t seen = 0;
	uint64_t n;

	(void)state;
	assert_int_equal(ek_out_open_put(&out, "sink", refuse, NULL, count_drop,
					 &seen, NULL), EK_OK);
	ek_out_write(out, "ab", 2);
	ek_out_write(out, "cd", 2);
	assert_int_equal(seen, 2); /* called at once, and never again */
	assert_int_equal(ek_in_open_mem(&in, "m", "xyz", 3, NULL), EK_OK);
	assert_int_equal(ek_in_copy(in, out, &n, &err), EK_EREFUSE);
	assert_string_equal(err.msg, "no more");
	ek_in_close(&in);
	assert_int_equal(ek_out_commit(&out, &err), EK_EREFUSE);
	assert_int_equal(seen, 1002);
}

static void test_out_mem(void **state)
{
	struct ek_out *out;
	char *buf;
	size_t len;

	(void)state;
	assert_int_equal(ek_out_open_mem(&out, &buf, &len, NULL), EK_OK);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	assert_string_equal(buf, "");
	assert_int_equal(len, 0);
	free(buf);
	assert_int_equal(ek_out_open_mem(&out, &buf, &len, NULL), EK_OK);
	ek_out_zeros(out, 10001);
	ek_out_write(out, "x", 1);
	assert_int_equal(ek_out_pos(out), 10002);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	assert_int_equal(len, 10002);
	assert_int_equal(buf[10000], 0);
	assert_int_equal(buf[10001], 'x');
	free(buf);
	assert_int_equal(ek_out_open_mem(&out, &buf, &len, NULL), EK_OK);
	ek_out_write(out, "x", 1);
	ek_out_abort(&out);
	assert_null(buf);
	assert_int_equal(ek_out_open_null(&out, NULL), EK_OK);
	ek_out_zeros(out, UINT64_C(1) << 30);
	assert_true(ek_out_pos(out) == UINT64_C(1) << 30);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
}

/* ---- input --------------------------------------------------------------- */

static void test_read_all(void **state)
{
	unsigned char *want = pattern(50000);
	struct ek_err err;
	char *data;
	size_t len;

	(void)state;
	put_file("f", want, 50000);
	fault.most = 977;
	fault.eintr = 1;
	assert_int_equal(ek_read_all("f", 50000, &data, &len, NULL), EK_OK);
	assert_int_equal(len, 50000);
	assert_memory_equal(data, want, 50000);
	assert_int_equal(data[len], 0);
	free(data);
	assert_int_equal(ek_read_all("f", 49999, &data, &len, &err), EK_ELIMIT);
	assert_string_equal(err.msg, "'f' is larger than 49999 bytes");
	assert_null(data);
	put_text("empty", "");
	assert_int_equal(ek_read_all("empty", 0, &data, &len, NULL), EK_OK);
	assert_string_equal(data, "");
	free(data);
	assert_int_equal(ek_read_all("none", 9, &data, &len, &err), EK_ESYS);
	assert_string_equal(err.msg, "cannot open 'none': No such file or"
				     " directory");
	assert_int_equal(ek_read_all(".", 9, &data, &len, &err), EK_ESYS);
	assert_string_equal(err.msg, "cannot read '.': Is a directory");
	assert_int_equal(ek_read_all("/proc/version", 9999, &data, &len, NULL),
			 EK_OK);
	assert_true(len > 5);
	free(data);
	free(want);
}

static void test_stdin(void **state)
{
	int saved = dup(STDIN_FILENO), fd;
	struct ek_in *in;
	char buf[8];
	size_t got;

	(void)state;
	put_text("f", "0123456789");
	fd = open("f", O_RDONLY | O_CLOEXEC);
	assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
	close(fd);
	/* the begin is where the shell left it */
	assert_int_equal(lseek(STDIN_FILENO, 4, SEEK_SET), 4);
	assert_int_equal(ek_in_open(&in, "-", NULL), EK_OK);
	assert_string_equal(ek_in_name(in), "standard input");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(ek_in_read(in, buf, 8, &got, NULL), EK_OK);
		assert_int_equal(got, 6);
		assert_memory_equal(buf, "456789", 6);
		assert_int_equal(ek_in_rewind(in, NULL), EK_OK);
	}
	ek_in_close(&in);
	assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0);
	assert_int_equal(dup2(saved, STDIN_FILENO), STDIN_FILENO);
	close(saved);
}

/* A source for fill(): the pattern, in pieces of changing size. */
struct source {
	uint64_t at, len, fail_at;
	unsigned calls;
};

static int source_fill(void *ctx, unsigned char *buf, size_t cap, size_t *got,
		       struct ek_err *err)
{
	struct source *s = ctx;
	size_t n = s->calls++ * 7919 % 5000 + 1;

	if (s->fail_at != 0 && s->at >= s->fail_at)
		return ek_fail(err, EK_EFORMAT, "broken at %llu",
			       (unsigned long long)s->at);
	if (n > cap)
		n = cap;
	if (n > s->len - s->at)
		n = (size_t)(s->len - s->at);
	for (size_t i = 0; i < n; i++)
		buf[i] = at(s->at + i);
	s->at += n;
	*got = n;
	return EK_OK;
}

static void test_error_sticks(void **state)
{
	struct source s = { .len = 100000, .fail_at = 70000 };
	const unsigned char *p;
	unsigned char *buf = malloc(100000);
	struct ek_err err;
	struct ek_in *in;
	unsigned calls;
	size_t got;

	(void)state;
	assert_int_equal(ek_in_open_fill(&in, "s", source_fill, NULL, &s, NULL),
			 EK_OK);
	assert_int_equal(ek_in_read(in, buf, 100000, &got, &err), EK_EFORMAT);
	assert_true(got >= 65536 && got <= 75000); /* what there was */
	calls = s.calls;
	for (int i = 0; i < 3; i++) {
		memset(&err, 0, sizeof(err));
		assert_int_equal(ek_in_peek(in, 1, &p, &got, &err), EK_EFORMAT);
		assert_int_equal(strncmp(err.msg, "broken at 7", 11), 0);
	}
	assert_int_equal(ek_in_skip(in, 1, "x", NULL), EK_EFORMAT);
	assert_int_equal(ek_in_rewind(in, NULL), EK_EFORMAT);
	assert_int_equal(s.calls, calls);
	ek_in_close(&in);
	free(buf);
}

static void test_read_error(void **state)
{
	struct ek_err err;
	struct ek_in *in;
	char buf[4];
	size_t got;

	(void)state;
	put_text("f", "abc");
	assert_int_equal(ek_in_open(&in, "f", NULL), EK_OK);
	fault.read_error = EIO;
	assert_int_equal(ek_in_read(in, buf, 4, &got, &err), EK_ESYS);
	fault.read_error = 0;
	assert_int_equal(err.sys, EIO);
	assert_string_equal(err.msg, "cannot read 'f': Input/output error");
	assert_int_equal(ek_in_read(in, buf, 4, &got, &err), EK_ESYS);
	ek_in_close(&in);
}

static void test_part_cut(void **state)
{
	struct ek_in *in, *part;
	const unsigned char *p;
	struct ek_err err;
	char buf[16];
	size_t got;

	(void)state;
	/* read: the missing bytes are told */
	assert_int_equal(ek_in_open_mem(&in, "m", "0123456789", 10, NULL),
			 EK_OK);
	assert_int_equal(ek_in_skip(in, 4, "x", NULL), EK_OK);
	assert_int_equal(ek_in_open_part(&part, in, 9, NULL), EK_OK);
	assert_int_equal(ek_in_read(part, buf, 16, &got, &err), EK_EFORMAT);
	assert_int_equal(got, 6);
	assert_string_equal(err.msg, "'m' ends at offset 10: 3 of 9 bytes of"
				     " data are missing");
	ek_in_close(&part);
	ek_in_close(&in);
	/* not read: the skip at close sticks in the stream below */
	assert_int_equal(ek_in_open_mem(&in, "m", "0123456789", 10, NULL),
			 EK_OK);
	assert_int_equal(ek_in_open_part(&part, in, 11, NULL), EK_OK);
	assert_int_equal(ek_in_read(part, buf, 2, &got, &err), EK_OK);
	ek_in_close(&part);
	assert_int_equal(ek_in_peek(in, 1, &p, &got, &err), EK_EFORMAT);
	assert_string_equal(err.msg, "'m' ends at offset 10: 1 of 11 bytes of"
				     " data are missing");
	ek_in_close(&in);
	/* a part of nothing */
	assert_int_equal(ek_in_open_mem(&in, "m", "", 0, NULL), EK_OK);
	assert_int_equal(ek_in_open_part(&part, in, 0, NULL), EK_OK);
	assert_int_equal(ek_in_read(part, buf, 2, &got, &err), EK_OK);
	assert_int_equal(got, 0);
	assert_false(ek_in_can_rewind(part));
	assert_int_equal(ek_in_rewind(part, &err), EK_ESYS);
	ek_in_close(&part);
	ek_in_close(&in);
}

static void test_read_exact(void **state)
{
	struct ek_err err;
	struct ek_in *in;
	char buf[8];

	(void)state;
	assert_int_equal(ek_in_open_mem(&in, "m", "0123456789", 10, NULL),
			 EK_OK);
	assert_int_equal(ek_in_read_exact(in, buf, 8, "a", NULL), EK_OK);
	assert_int_equal(ek_in_read_exact(in, buf, 3, "header of member 'b'",
					  &err), EK_EFORMAT);
	assert_string_equal(err.msg, "'m' ends at offset 10 inside header of"
				     " member 'b'");
	ek_in_close(&in);
	ek_in_close(&in);
}

/* A file that is cut while it is read is no reason to make up bytes. */
static void test_file_becomes_shorter(void **state)
{
	struct ek_file *f;
	struct ek_err err;
	struct ek_in *in;
	char buf[16];
	size_t got;

	(void)state;
	put_text("f", "0123456789");
	assert_int_equal(ek_file_open(&f, "f", NULL), EK_OK);
	assert_int_equal(ek_file_in(f, 2, 8, "member", &in, NULL), EK_OK);
	assert_int_equal(truncate("f", 5), 0);
	assert_int_equal(ek_in_read(in, buf, 8, &got, &err), EK_EFORMAT);
	assert_string_equal(err.msg, "'member' became shorter while it was"
				     " read: it ends 5 bytes early");
	assert_int_equal(ek_file_read(f, 4, buf, 6, "it", &err), EK_EFORMAT);
	ek_in_close(&in);
	ek_file_close(&f);
}

static void test_file_refuses(void **state)
{
	struct ek_err err;
	struct ek_file *f;
	struct ek_in *in;

	(void)state;
	assert_int_equal(mkfifo("p", 0600), 0);
	assert_int_equal(ek_file_open(&f, "p", &err), EK_EARG);
	assert_null(f);
	assert_int_equal(ek_file_open(&f, "/dev/null", &err), EK_EARG);
	assert_int_equal(ek_file_open(&f, ".", &err), EK_ESYS);
	assert_int_equal(ek_file_open(&f, "none", &err), EK_ESYS);
	put_text("f", "abc");
	assert_int_equal(ek_file_open(&f, "f", NULL), EK_OK);
	assert_int_equal(ek_file_in(f, 1, 3, "x", &in, &err), EK_EFORMAT);
	assert_null(in);
	assert_string_equal(err.msg, "'f' ends at offset 3, before the end of x"
				     " (3 bytes at offset 1)");
	assert_int_equal(ek_file_in(f, 4, 0, "x", &in, NULL), EK_EFORMAT);
	assert_int_equal(ek_file_in(f, 1, UINT64_MAX, "x", &in, NULL),
			 EK_EFORMAT);
	assert_int_equal(ek_file_in(f, 3, 0, "x", &in, NULL), EK_OK);
	ek_in_close(&in);
	ek_file_close(&f);
	ek_file_close(&f);
}

static void test_spool_dir(void **state)
{
	struct ek_spool *s;
	struct ek_err err;

	(void)state;
	setenv("TMPDIR", "/no/such", 1);
	assert_int_equal(ek_spool_new(&s, &err), EK_ESYS);
	assert_null(s);
	assert_string_equal(err.msg, "cannot make a scratch file in '/no/such'"
			    " (set TMPDIR to another directory): No such file"
			    " or directory");
	setenv("TMPDIR", ".", 1);
	assert_int_equal(ek_spool_new(&s, NULL), EK_OK);
	assert_int_equal(count_names(), 0);
	ek_spool_free(s);
	unsetenv("TMPDIR");
	ek_spool_free(NULL);
}

static uint64_t tapped;

static void tap(void *ctx, const void *p, size_t n)
{
	(void)ctx;
	for (size_t i = 0; i < n; i++)
		assert_int_equal(((const unsigned char *)p)[i],
				 at(tapped + i));
	tapped += n;
}

/* Only what is taken is told, whether by copy, skip, or past the buffer. */
static void test_on_take(void **state)
{
	struct source s = { .len = 500000 };
	unsigned char *buf = malloc(200000);
	const unsigned char *p;
	struct ek_out *out;
	struct ek_in *in;
	uint64_t n;
	size_t got;

	(void)state;
	tapped = 0;
	assert_int_equal(ek_in_open_fill(&in, "s", source_fill, NULL, &s, NULL),
			 EK_OK);
	ek_in_on_take(in, tap);
	assert_int_equal(ek_in_peek(in, 60000, &p, &got, NULL), EK_OK);
	assert_int_equal(tapped, 0);
	assert_int_equal(ek_in_read(in, buf, 10, &got, NULL), EK_OK);
	assert_int_equal(tapped, 10);
	assert_int_equal(ek_in_skip(in, 5, "x", NULL), EK_OK);
	assert_int_equal(tapped, 15);
	assert_int_equal(ek_in_read(in, buf, 200000, &got, NULL), EK_OK);
	assert_int_equal(tapped, 200015);
	assert_int_equal(ek_out_open_null(&out, NULL), EK_OK);
	assert_int_equal(ek_in_copy(in, out, &n, NULL), EK_OK);
	assert_int_equal(n, 500000 - 200015);
	assert_int_equal(tapped, 500000);
	ek_out_abort(&out);
	ek_in_close(&in);
	free(buf);
}

/* ---- every kind of stream against what it must give ---------------------- */

static unsigned dice(unsigned *seed, unsigned sides)
{
	*seed = *seed * 1103515245 + 12345;
	return (*seed >> 8) % sides;
}

/* Random takes and looks; base is the offset in the pattern of its begin. */
static void exercise(struct ek_in *in, uint64_t base, uint64_t len,
		     unsigned seed)
{
	unsigned char *buf = malloc(200000);
	const unsigned char *p;
	struct ek_err err;
	uint64_t pos = 0;
	size_t got, n;

	for (int i = 0; i < 400; i++) {
		static const unsigned sizes[] = { 2, 600, 65537, 199999 };

		n = dice(&seed, sizes[dice(&seed, 4)]);
		p = buf;
		got = 0;
		assert_true(ek_in_pos(in) == pos);
		switch (dice(&seed, 5)) {
		case 0:
			n = n < EK_IN_PEEK_MAX ? n : EK_IN_PEEK_MAX;
			assert_int_equal(ek_in_peek(in, n, &p, &got, &err),
					 EK_OK);
			break;
		case 1:
			assert_int_equal(ek_in_peek_some(in, &p, &got, &err),
					 EK_OK);
			assert_true((got != 0) == (pos < len));
			n = got;
			break;
		case 2:
			assert_int_equal(ek_in_skip(in, n, "x", &err),
					 n <= len - pos ? EK_OK : EK_EFORMAT);
			pos += n < len - pos ? n : len - pos;
			continue;
		case 3:
			if (pos < len / 2 && dice(&seed, 4) != 0)
				continue;
			if (!ek_in_can_rewind(in))
				continue;
			assert_int_equal(ek_in_rewind(in, &err), EK_OK);
			pos = 0;
			continue;
		default:
			assert_int_equal(ek_in_read(in, buf, n, &got, &err),
					 EK_OK);
			break;
		}
		assert_int_equal(got, n < len - pos ? n : len - pos);
		for (size_t k = 0; k < got; k++)
			if (p[k] != at(base + pos + k))
				fail_msg("byte %llu",
					 (unsigned long long)(pos + k));
		if (p == buf)
			pos += got;
	}
	free(buf);
}

static void test_streams_agree(void **state)
{
	enum { N = 3000000 };
	unsigned char *data = pattern(N);
	struct source s = { .len = N };
	struct ek_in *in, *over;
	struct ek_spool *spool;
	struct ek_file *f;
	struct ek_out *out;

	(void)state;
	put_file("f", data, N);
	for (unsigned seed = 1; seed < 6; seed++) {
		fault.most = seed == 3 ? 4999 : 0;
		assert_int_equal(ek_in_open(&in, "f", NULL), EK_OK);
		exercise(in, 0, N, seed);
		ek_in_close(&in);

		assert_int_equal(ek_in_open_mem(&in, "m", data, N, NULL),
				 EK_OK);
		exercise(in, 0, N, seed);
		ek_in_close(&in);

		s.at = 0;
		assert_int_equal(ek_in_open_fill(&in, "s", source_fill, NULL,
						 &s, NULL), EK_OK);
		exercise(in, 0, N, seed);
		ek_in_close(&in);

		assert_int_equal(ek_file_open(&f, "f", NULL), EK_OK);
		assert_int_equal(ek_file_in(f, 12345, N - 50000, "f", &in,
					    NULL), EK_OK);
		exercise(in, 12345, N - 50000, seed);
		ek_in_close(&in);
		ek_file_close(&f);

		assert_int_equal(ek_in_open(&in, "f", NULL), EK_OK);
		assert_int_equal(ek_in_skip(in, 777, "x", NULL), EK_OK);
		assert_int_equal(ek_in_open_part(&over, in, N - 1000, NULL),
				 EK_OK);
		exercise(over, 777, N - 1000, seed);
		ek_in_close(&over);
		assert_true(ek_in_pos(in) == N - 223);
		assert_int_equal(ek_in_rewind(in, NULL), EK_OK);
		assert_int_equal(ek_in_skip(in, 99, "x", NULL), EK_OK);
		assert_int_equal(ek_in_open_rest(&over, in, NULL), EK_OK);
		exercise(over, 99, N - 99, seed);
		ek_in_close(&over);
		ek_in_close(&in);
	}
	assert_int_equal(ek_spool_new(&spool, NULL), EK_OK);
	assert_int_equal(ek_spool_out(spool, &out, NULL), EK_OK);
	ek_out_write(out, data, N);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	assert_int_equal(ek_spool_in(spool, "s", &in, NULL), EK_OK);
	assert_int_equal(ek_spool_in(spool, "s", &over, NULL), EK_OK);
	exercise(in, 0, N, 8);
	exercise(over, 0, N, 9);
	ek_in_close(&in);
	ek_in_close(&over);
	ek_spool_free(spool);
	free(data);
}

/* To go to and fro in a layer without a layer costs no reading of all that lies
 * between. */
static void test_rest_seeks(void **state)
{
	enum { N = 3000000, BASE = 5 };
	unsigned char *data = pattern(N), c;
	struct ek_err err = EK_ERR_INIT;
	struct ek_in *in, *over;
	size_t got;

	(void)state;
	put_file("f", data, N);
	assert_int_equal(ek_in_open(&in, "f", NULL), EK_OK);
	assert_int_equal(ek_in_skip(in, BASE, "x", NULL), EK_OK);
	assert_int_equal(ek_in_open_rest(&over, in, NULL), EK_OK);
	fault.was_read = 0;
	for (uint64_t i = 0; i < 10; i++) {
		uint64_t to = i % 2 == 0 ? N - BASE - 1 - i : i * 1000000 / 4;

		assert_int_equal(ek_in_rewind(over, NULL), EK_OK);
		assert_int_equal(ek_in_skip(over, to, "x", NULL), EK_OK);
		assert_int_equal(ek_in_read(over, &c, 1, &got, NULL), EK_OK);
		assert_int_equal(got, 1);
		assert_int_equal(c, data[BASE + to]);
		assert_true(ek_in_pos(over) == to + 1);
	}
	assert_true(fault.was_read <= 10 * (uint64_t)EK_IN_PEEK_MAX);
	/* beyond the end: told where that is */
	assert_int_equal(ek_in_rewind(over, NULL), EK_OK);
	assert_int_equal(ek_in_skip(over, N, "all of it", &err), EK_EFORMAT);
	assert_string_equal(err.msg, "'f' ends at offset 2999995 inside all of"
			    " it");
	ek_in_close(&over);
	ek_in_close(&in);
	free(data);
}

static void test_in_same(void **state)
{
	static const struct {
		size_t a, b, flip; /* lengths; the byte of b that is another */
		bool same;
	} rows[] = {
		{ 0, 0, SIZE_MAX, true },
		{ 5, 5, SIZE_MAX, true },
		{ 5, 6, SIZE_MAX, false },
		{ 6, 5, SIZE_MAX, false },
		{ 0, 1, SIZE_MAX, false },
		{ 200000, 200000, SIZE_MAX, true },
		{ 200000, 200000, 199999, false },
		{ 200000, 200000, 0, false },
		{ 200000, 199999, SIZE_MAX, false },
	};
	static char x[200000], y[200000];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ek_in *a, *b;
		bool same;
		int fd = memfd_create("y", MFD_CLOEXEC);

		memset(x, 'x', sizeof(x));
		memset(y, 'x', sizeof(y));
		if (rows[i].flip != SIZE_MAX)
			y[rows[i].flip] ^= 1;
		assert_int_equal(write(fd, y, rows[i].b), rows[i].b);
		assert_int_equal(ek_in_open_mem(&a, "x", x, rows[i].a, NULL),
				 EK_OK);
		assert_int_equal(ek_in_open_fd(&b, fd, "y", NULL), EK_OK);
		assert_int_equal(ek_in_same(a, b, &same, NULL), EK_OK);
		assert_int_equal(same, rows[i].same);
		ek_in_close(&a);
		ek_in_close(&b);
	}
}

/* To the end of what is left, and a failure on the way. */
static void test_drain(void **state)
{
	static const char text[] = "0123456789";
	struct ek_in *from, *in;
	unsigned char c[3];
	size_t got;

	(void)state;
	assert_int_equal(ek_in_open_mem(&from, "m", text, 10, NULL), EK_OK);
	assert_int_equal(ek_in_read(from, c, 3, &got, NULL), EK_OK);
	assert_int_equal(ek_in_drain(from, NULL), EK_OK);
	assert_int_equal(ek_in_pos(from), 10);
	assert_int_equal(ek_in_drain(from, NULL), EK_OK);
	ek_in_close(&from);
	/* a part of more than there is */
	assert_int_equal(ek_in_open_mem(&from, "m", text, 10, NULL), EK_OK);
	assert_int_equal(ek_in_open_part(&in, from, 11, NULL), EK_OK);
	assert_int_equal(ek_in_drain(in, NULL), EK_EFORMAT);
	assert_int_equal(ek_in_pos(in), 10);
	ek_in_close(&in);
	ek_in_close(&from);
}

static void test_same_file(void **state)
{
	(void)state;
	put_text("f", "x");
	put_text("g", "x");
	assert_int_equal(link("f", "hard"), 0);
	assert_int_equal(symlink("f", "soft"), 0);
	assert_true(ek_same_file("f", "./f"));
	assert_true(ek_same_file("f", "hard"));
	assert_true(ek_same_file("soft", "f"));
	assert_false(ek_same_file("f", "g"));
	assert_false(ek_same_file("f", "none"));
	assert_false(ek_same_file("none", "none"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, enter, leave)
		T(test_out_appears_whole),
		T(test_out_keeps_old_until_commit),
		T(test_in_out_big),
		T(test_peek_part_rewind),
		T(test_file_and_spool),
		T(test_in_same),
		T(test_same_file), T(test_drain),
		T(test_out_on_a_bad_system),
		T(test_out_named_abort),
		T(test_out_through_links),
		T(test_out_through_fifo_and_device),
		T(test_out_to_proc_fd),
		T(test_out_to_stdout),
		T(test_out_cannot_open),
		T(test_out_full),
		T(test_nonblocking),
		T(test_out_target_became_directory),
		T(test_out_target_came_to_be),
		T(test_out_fd),
		T(test_out_filter),
		T(test_out_mem),
		T(test_read_all),
		T(test_stdin),
		T(test_error_sticks),
		T(test_read_error),
		T(test_part_cut),
		T(test_read_exact),
		T(test_file_becomes_shorter),
		T(test_file_refuses),
		T(test_spool_dir),
		T(test_on_take),
		T(test_streams_agree),
		T(test_rest_seeks),
	};

	umask(022);
	home = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return cmocka_run_group_tests_name("io", tests, NULL, NULL);
}
