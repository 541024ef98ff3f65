/* SPDX-License-Identifier: BSD-2-Clause */
/* proc.c - run another program, its standard error kept for our message */
#include "os.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/proc.h"

/* Kept of standard error, and the longest line told to opts->line. */
enum { LOG_MAX = 65536, LINE_MAX_LEN = 4096, ENV_MAX = 8 };

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
static bool make_env(char *v[ENV_MAX])
{
	const char *path = getenv("PATH");
	size_t n = 0;

	return add_env(v, &n, "PATH", path != NULL ? path : "/usr/bin:/bin") &&
	       add_env(v, &n, "HOME", "/") &&
	       add_env(v, &n, "LC_ALL", "C") &&
	       add_env(v, &n, "TZ", "UTC") &&
	       add_env(v, &n, "TMPDIR", getenv("TMPDIR")) &&
	       add_env(v, &n, "SOURCE_DATE_EPOCH",
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

static int listen_to(struct listener *l, int fd, const char *name,
		     struct ek_err *err)
{
	char buf[4096];
	ssize_t n;

	for (;;) {
		n = read(fd, buf, sizeof(buf));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		hear(l, buf, (size_t)n);
	}
	tell_line(l);
	return n == 0 ? EK_OK : ek_fail_sys(err, "listening to '%s'", name);
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

/* Descriptors of the child: /dev/null twice, the pipe, and the kept one. */
static int set_files(posix_spawn_file_actions_t *fa, int pipe_end, int keep_fd)
{
	int e;

	e = posix_spawn_file_actions_addopen(fa, 0, "/dev/null", O_RDONLY, 0);
	if (e == 0)
		e = posix_spawn_file_actions_addopen(fa, 1, "/dev/null",
						     O_WRONLY, 0);
	if (e == 0)
		e = posix_spawn_file_actions_adddup2(fa, pipe_end, 2);
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
static int start(pid_t *pid, const char *const argv[], int pipe_end, int keep,
		 char *const env[])
{
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t attr;
	int e;

	e = posix_spawn_file_actions_init(&fa);
	if (e != 0)
		return e;
	e = posix_spawnattr_init(&attr);
	if (e == 0) {
		e = set_files(&fa, pipe_end, keep);
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
	errno = e;
	return ek_fail_sys(err, "cannot run '%s'", name);
}

/* Start it, listen, wait. end: ours of the pipe, and the child's. */
static int run(const char *const argv[], struct listener *l, int end[2],
	       char *const env[], int *status, struct ek_err *err)
{
	pid_t pid;
	int e, rc, wait_rc;

	e = start(&pid, argv, end[1], l->opts->keep_fd, env);
	close(end[1]);
	end[1] = -1;
	if (e != 0)
		return cannot_start(e, argv[0], l->opts->install_hint, err);
	rc = listen_to(l, end[0], argv[0], err);
	close(end[0]); /* a child that goes on writing is told so by SIGPIPE */
	end[0] = -1;
	wait_rc = wait_for(pid, argv[0], status, rc == EK_OK ? err : NULL);
	return rc != EK_OK ? rc : wait_rc;
}

int ek_proc_run(const char *const argv[], const struct ek_proc_opts *opts,
		struct ek_buf *log, int *status, struct ek_err *err)
{
	static const struct ek_proc_opts none = { .keep_fd = -1 };
	struct sigaction dfl = { .sa_handler = SIG_DFL }, old;
	struct listener l = { .opts = opts != NULL ? opts : &none };
	char *env[ENV_MAX] = { NULL };
	int end[2] = { -1, -1 }, rc;

	*status = -1;
	/* Where our parent ignores SIGCHLD there is nothing to wait for. */
	sigaction(SIGCHLD, &dfl, &old);
	if (!make_env(env) || pipe2(end, O_CLOEXEC) != 0)
		rc = ek_fail_sys(err, "cannot run '%s'", argv[0]);
	else
		rc = run(argv, &l, end, env, status, err);
	sigaction(SIGCHLD, &old, NULL);
	keep_end(&l, log);
	for (int i = 0; i < 2; i++)
		if (end[i] >= 0)
			close(end[i]);
	for (int i = 0; i < ENV_MAX; i++)
		free(env[i]);
	ek_buf_free(&l.all);
	ek_buf_free(&l.line);
	return rc;
}
