/* SPDX-License-Identifier: BSD-2-Clause */
/* proc.c - run another program, its standard error kept for our message, its
 *          standard input fed */
#include "os.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/proc.h"

/* Kept of standard error, and the longest line told to opts->line. */
enum { LOG_MAX = 65536, LINE_MAX_LEN = 4096, ENV_MAX = 8 };

/* What a child exits with that could not become the program, see run(). */
enum { NOT_STARTED = 127 };

/* ---- environment --------------------------------------------------------- */

/* v[*n] = "name=value"; nothing where value is NULL. */
static bool add_env(char **v, size_t *n, const char *name, const char *value)
{
	if (value == NULL)
		return true;
	if (asprintf(&v[*n], "%s=%s", name, value) < 0) {
		v[*n] = NULL;
		return false;
	}
	(*n)++;
	return true;
}

/* The whole environment of the child; v has room and is zeroed. */
static bool make_env(char *v[ENV_MAX], const char *epoch)
{
	const char *path = getenv("PATH");
	size_t n = 0;

	return add_env(v, &n, "PATH", path != NULL ? path : "/usr/bin:/bin") &&
	       add_env(v, &n, "HOME", "/") &&
	       add_env(v, &n, "LC_ALL", "C") &&
	       add_env(v, &n, "TZ", "UTC") &&
	       add_env(v, &n, "TMPDIR", getenv("TMPDIR")) &&
	       add_env(v, &n, "SOURCE_DATE_EPOCH", epoch != NULL ? epoch :
		       getenv("SOURCE_DATE_EPOCH"));
}

/* ---- what the child says ------------------------------------------------- */

struct listener {
	const struct ek_proc_opts *opts;
	struct ek_buf all;  /* the end of it */
	struct ek_buf line; /* the one that is not complete yet */
};

static void tell_line(struct listener *l)
{
	if (l->line.len != 0 && l->opts->line != NULL)
		l->opts->line(l->opts->ctx, ek_buf_str(&l->line));
	ek_buf_reset(&l->line);
}

/* Lines end with LF, or with CR where a program rewrites its own. */
static void hear(struct listener *l, const char *p, size_t n)
{
	ek_buf_add(&l->all, p, n);
	if (l->all.len > (size_t)2 * LOG_MAX) {
		size_t cut = l->all.len - LOG_MAX;

		memmove(l->all.p, l->all.p + cut, LOG_MAX + 1);
		l->all.len = LOG_MAX;
	}
	for (size_t i = 0; i < n; i++) {
		bool end = p[i] == '\n' || p[i] == '\r';

		if (end || l->line.len >= LINE_MAX_LEN)
			tell_line(l);
		if (!end)
			ek_buf_add(&l->line, p[i] != '\0' ? &p[i] : "?", 1);
	}
}

/* What is read of its standard error now; false at the end. */
static int listen_once(struct listener *l, int fd, const char *name,
		       bool *more, struct ek_err *err)
{
	char buf[4096];
	ssize_t n = read(fd, buf, sizeof(buf));

	if (n < 0 && errno != EINTR)
		return ek_fail_sys(err, "listening to '%s'", name);
	if (n > 0)
		hear(l, buf, (size_t)n);
	*more = n != 0;
	return EK_OK;
}

/* Hand on what the pipe takes; closes it at the end of the input, and where the
 * child reads no more. */
static int feed_once(struct ek_in *in, int *fd, const char *name,
		     struct ek_err *err)
{
	const unsigned char *p;
	size_t got;
	ssize_t n = 0;
	int rc = ek_in_peek_some(in, &p, &got, err);

	if (rc == EK_OK && got != 0) {
		n = write(*fd, p, got);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return EK_OK;
		if (n < 0 && errno != EPIPE)
			return ek_fail_sys(err, "writing to '%s'", name);
		if (n > 0)
			return ek_in_skip(in, (uint64_t)n, "input", err);
	}
	close(*fd);
	*fd = -1;
	return rc;
}

/* Our ends of the child's pipes; -1 where one is closed. */
struct ends {
	int error, error_child, input, input_child;
};

/* Feed and listen, until it has closed its standard error. */
static int attend(struct listener *l, struct ends *e, const char *name,
		  struct ek_err *err)
{
	bool more = true;
	int rc = EK_OK;

	while (rc == EK_OK && more) {
		struct pollfd v[2] = { { e->error, POLLIN, 0 },
				       { e->input, POLLOUT, 0 } };

		if (poll(v, 2, -1) < 0) {
			if (errno != EINTR)
				rc = ek_fail_sys(err, "waiting for '%s'", name);
			continue;
		}
		if (v[0].revents != 0)
			rc = listen_once(l, e->error, name, &more, err);
		if (rc == EK_OK && e->input >= 0 && v[1].revents != 0)
			rc = feed_once(l->opts->input, &e->input, name, err);
	}
	tell_line(l);
	return rc;
}

/* The last LOG_MAX bytes, from the begin of a line on. */
static void keep_end(const struct listener *l, struct ek_buf *log)
{
	const char *p = ek_buf_str(&l->all), *nl;
	size_t n = l->all.len;

	if (log == NULL)
		return;
	if (n > LOG_MAX) {
		p += n - LOG_MAX;
		n = LOG_MAX;
		nl = memchr(p, '\n', n);
		if (nl != NULL) {
			n -= (size_t)(nl + 1 - p);
			p = nl + 1;
		}
	}
	ek_buf_add(log, p, n);
}

/* ---- the child ----------------------------------------------------------- */

/* Descriptors of the child: pipes or /dev/null, and the kept one. */
static int set_files(posix_spawn_file_actions_t *fa, const struct ends *end,
		     int keep_fd)
{
	int e;

	if (end->input_child >= 0)
		e = posix_spawn_file_actions_adddup2(fa, end->input_child, 0);
	else
		e = posix_spawn_file_actions_addopen(fa, 0, "/dev/null",
						     O_RDONLY, 0);
	if (e == 0)
		e = posix_spawn_file_actions_addopen(fa, 1, "/dev/null",
						     O_WRONLY, 0);
	if (e == 0)
		e = posix_spawn_file_actions_adddup2(fa, end->error_child, 2);
	/* onto itself: that takes close-on-exec off, in the child alone */
	if (e == 0 && keep_fd >= 0)
		e = posix_spawn_file_actions_adddup2(fa, keep_fd, keep_fd);
	return e;
}

/* All signals as a program expects them, whatever was done to ours. */
static int set_signals(posix_spawnattr_t *attr)
{
	sigset_t none, all;
	int e;

	sigemptyset(&none);
	sigfillset(&all);
	e = posix_spawnattr_setsigmask(attr, &none);
	if (e == 0)
		e = posix_spawnattr_setsigdefault(attr, &all);
	if (e == 0)
		e = posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK |
					     POSIX_SPAWN_SETSIGDEF);
	return e;
}

/* An errno, or 0. */
static int start(pid_t *pid, const char *const argv[], const struct ends *end,
		 int keep, char *const env[])
{
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t attr;
	int e;

	e = posix_spawn_file_actions_init(&fa);
	if (e != 0)
		return e;
	e = posix_spawnattr_init(&attr);
	if (e == 0) {
		e = set_files(&fa, end, keep);
		if (e == 0)
			e = set_signals(&attr);
		if (e == 0) /* it does not write to argv: POSIX says so */
			e = posix_spawnp(pid, argv[0], &fa, &attr,
					 (char *const *)(uintptr_t)argv, env);
		posix_spawnattr_destroy(&attr);
	}
	posix_spawn_file_actions_destroy(&fa);
	return e;
}

static int wait_for(pid_t pid, const char *name, int *status,
		    struct ek_err *err)
{
	int s;

	while (waitpid(pid, &s, 0) < 0)
		if (errno != EINTR)
			return ek_fail_sys(err, "waiting for '%s'", name);
	*status = WIFSIGNALED(s) ? 128 + WTERMSIG(s) : WEXITSTATUS(s);
	return EK_OK;
}

static int cannot_start(int e, const char *name, const char *hint,
			struct ek_err *err)
{
	if (e == ENOENT && hint != NULL)
		return ek_fail(err, EK_ESYS, "'%s' not found: install it with"
			       " 'apt-get install %s'", name, hint);
	/* so it is too where a directory of PATH may not be looked into */
	if (e == EACCES && hint != NULL && strchr(name, '/') == NULL)
		return ek_fail(err, EK_ESYS, "'%s' is in no directory of PATH"
			       " that may be read, or may not be run; is it"
			       " installed ('apt-get install %s')?", name,
			       hint);
	errno = e;
	return ek_fail_sys(err, "cannot run '%s'", name);
}

static void shut(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int open_pipes(struct ends *e, bool feeds)
{
	int v[2];

	if (pipe2(v, O_CLOEXEC) != 0)
		return -1;
	e->error = v[0];
	e->error_child = v[1];
	if (!feeds)
		return 0;
	if (pipe2(v, O_CLOEXEC) != 0)
		return -1;
	e->input_child = v[0];
	e->input = v[1];
	return fcntl(e->input, F_SETFL, O_NONBLOCK);
}

/*
 * Start it, feed it, listen, wait. posix_spawn() may succeed where the program is
 * not there (POSIX.1-2017; so it does under valgrind and qemu-user): then the
 * child ends with 127, as of a shell, and without a word.
 */
static int run(const char *const argv[], struct listener *l, struct ends *end,
	       char *const env[], int *status, struct ek_err *err)
{
	pid_t pid;
	int e, rc, wait_rc;

	e = start(&pid, argv, end, l->opts->keep_fd, env);
	shut(&end->error_child);
	shut(&end->input_child);
	if (e != 0)
		return cannot_start(e, argv[0], l->opts->install_hint, err);
	rc = attend(l, end, argv[0], err);
	/* a child that goes on writing is told so by SIGPIPE */
	shut(&end->error);
	shut(&end->input);
	wait_rc = wait_for(pid, argv[0], status, rc == EK_OK ? err : NULL);
	if (rc != EK_OK || wait_rc != EK_OK)
		return rc != EK_OK ? rc : wait_rc;
	if (*status != NOT_STARTED || l->all.len != 0)
		return EK_OK;
	return cannot_start(ENOENT, argv[0], l->opts->install_hint, err);
}

int ek_proc_run(const char *const argv[], const struct ek_proc_opts *opts,
		struct ek_buf *log, int *status, struct ek_err *err)
{
	static const struct ek_proc_opts none = { .keep_fd = -1 };
	struct sigaction dfl = { .sa_handler = SIG_DFL }, old;
	struct sigaction ign = { .sa_handler = SIG_IGN }, old_pipe;
	struct listener l = { .opts = opts != NULL ? opts : &none };
	struct ends end = { -1, -1, -1, -1 };
	char *env[ENV_MAX] = { NULL };
	int rc;

	*status = -1;
	/* Where our parent ignores SIGCHLD there is nothing to wait for; a
	 * child that stops reading must not end us. */
	sigaction(SIGCHLD, &dfl, &old);
	sigaction(SIGPIPE, &ign, &old_pipe);
	if (!make_env(env, l.opts->epoch) ||
	    open_pipes(&end, l.opts->input != NULL) != 0)
		rc = ek_fail_sys(err, "cannot run '%s'", argv[0]);
	else
		rc = run(argv, &l, &end, env, status, err);
	sigaction(SIGPIPE, &old_pipe, NULL);
	sigaction(SIGCHLD, &old, NULL);
	keep_end(&l, log);
	shut(&end.error);
	shut(&end.error_child);
	shut(&end.input);
	shut(&end.input_child);
	for (int i = 0; i < ENV_MAX; i++)
		free(env[i]);
	ek_buf_free(&l.all);
	ek_buf_free(&l.line);
	return rc;
}

int ek_proc_full(const char *log)
{
	/* xorriso looks at the free space before it writes */
	static const struct { const char *text; int sys; } full[] = {
		{ "No space left on device", ENOSPC },
		{ "exceeds free space on media", ENOSPC },
		{ "Disk quota exceeded", EDQUOT },
		{ "File too large", EFBIG },
	};

	for (size_t i = 0; i < sizeof(full) / sizeof(*full); i++)
		if (strstr(log, full[i].text) != NULL)
			return full[i].sys;
	return 0;
}
