/* SPDX-License-Identifier: BSD-2-Clause */
/* io_out.c - output that appears complete or not at all */
#include "os.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/path.h"
#include "io_int.h"

enum { OUT_BUF = 65536, LINKS_MAX = 40 };

struct ek_out {
	char *name;        /* owned; for messages */
	unsigned char *buf; /* owned; NULL: every piece goes straight to put */
	size_t fill;       /* bytes in buf */
	uint64_t pos;
	int rc;            /* first failure; it sticks */
	struct ek_err err; /* its message */
	ek_out_put *put;
	int (*finish)(void *ctx, struct ek_err *err);
	void (*drop)(void *ctx);
	void *ctx; /* owned */
	int fd;      /* where ctx is a struct file, else -1 */
	bool hidden; /* fd has no name yet */
};

/* ---- the stream ---------------------------------------------------------- */

int ek_out_open_put(struct ek_out **out, const char *name, ek_out_put *put,
		    int (*finish)(void *ctx, struct ek_err *err),
		    void (*drop)(void *ctx), void *ctx, struct ek_err *err)
{
	struct ek_out *o = calloc(1, sizeof(*o));
	char *copy = strdup(name);

	*out = NULL;
	if (o == NULL || copy == NULL) {
		int rc = ek_fail_sys(err, "'%s'", name);

		free(o);
		free(copy);
		if (drop != NULL)
			drop(ctx);
		return rc;
	}
	o->name = copy;
	o->put = put;
	o->finish = finish;
	o->drop = drop;
	o->ctx = ctx;
	o->fd = -1;
	*out = o;
	return EK_OK;
}

static void put(struct ek_out *o, const void *data, size_t len)
{
	if (o->rc == EK_OK)
		o->rc = o->put(o->ctx, data, len, &o->err);
}

static void flush(struct ek_out *o)
{
	if (o->fill != 0)
		put(o, o->buf, o->fill);
	o->fill = 0;
}

void ek_out_write(struct ek_out *out, const void *data, size_t len)
{
	if (len == 0 || out->rc != EK_OK)
		return;
	out->pos += len;
	if (out->buf == NULL) {
		put(out, data, len);
		return;
	}
	if (len > OUT_BUF - out->fill)
		flush(out);
	if (len >= OUT_BUF) {
		put(out, data, len);
		return;
	}
	memcpy(out->buf + out->fill, data, len);
	out->fill += len;
}

void ek_out_zeros(struct ek_out *out, uint64_t n)
{
	static const unsigned char zeros[4096];

	while (n != 0 && out->rc == EK_OK) {
		size_t len = n < sizeof(zeros) ? (size_t)n : sizeof(zeros);

		ek_out_write(out, zeros, len);
		n -= len;
	}
}

uint64_t ek_out_pos(const struct ek_out *out)
{
	return out->pos;
}

bool ek_out_failed(const struct ek_out *out)
{
	return out->rc != EK_OK;
}

int ek_out_status(const struct ek_out *out, struct ek_err *err)
{
	if (out->rc != EK_OK && err != NULL)
		*err = out->err;
	return out->rc;
}

/* Some file systems cannot sync, and say so in this way. */
static int sync_fd(int fd)
{
	if (fsync(fd) == 0 || errno == EINVAL || errno == ENOSYS)
		return 0;
	return -1;
}

int ek_out_prepare(struct ek_out *out, struct ek_err *err)
{
	flush(out);
	if (out->rc == EK_OK && out->hidden && sync_fd(out->fd) != 0)
		out->rc = ek_fail_sys(&out->err, "cannot write '%s'",
				      out->name);
	return ek_out_status(out, err);
}

int ek_out_commit(struct ek_out **out, struct ek_err *err)
{
	struct ek_out *o = *out;
	int rc;

	flush(o);
	if (o->rc == EK_OK && o->finish != NULL)
		o->rc = o->finish(o->ctx, &o->err);
	rc = ek_out_status(o, err);
	ek_out_abort(out);
	return rc;
}

void ek_out_abort(struct ek_out **out)
{
	struct ek_out *o = *out;
	int sys = errno;

	*out = NULL;
	if (o == NULL)
		return;
	if (o->drop != NULL)
		o->drop(o->ctx);
	free(o->buf);
	free(o->name);
	free(o);
	errno = sys;
}

int ek_out_fd(struct ek_out *out)
{
	/* a child opens it anew, which a umask of 0777 would not allow */
	if (!out->hidden || out->pos != 0 || fchmod(out->fd, 0600) != 0)
		return -1;
	return out->fd;
}

bool ek_out_is_tty(const struct ek_out *out)
{
	return out->fd >= 0 && isatty(out->fd);
}

/* ---- memory and nothing -------------------------------------------------- */

struct mem {
	struct ek_buf b;
	char **buf;
	size_t *len;
};

static int mem_put(void *ctx, const void *data, size_t len, struct ek_err *err)
{
	struct mem *m = ctx;

	ek_buf_add(&m->b, data, len);
	return ek_buf_check(&m->b, "output to memory", err);
}

static int mem_finish(void *ctx, struct ek_err *err)
{
	struct mem *m = ctx;

	return ek_buf_take(&m->b, "output to memory", m->buf, m->len, err);
}

static void mem_drop(void *ctx)
{
	struct mem *m = ctx;

	ek_buf_free(&m->b);
	free(m);
}

int ek_out_open_mem(struct ek_out **out, char **buf, size_t *len,
		    struct ek_err *err)
{
	struct mem *m = calloc(1, sizeof(*m));

	*out = NULL;
	*buf = NULL;
	*len = 0;
	if (m == NULL)
		return ek_fail_sys(err, "output to memory");
	m->buf = buf;
	m->len = len;
	return ek_out_open_put(out, "memory", mem_put, mem_finish, mem_drop, m,
			       err);
}

static int null_put(void *ctx, const void *data, size_t len, struct ek_err *err)
{
	(void)ctx;
	(void)data;
	(void)len;
	(void)err;
	return EK_OK;
}

int ek_out_open_null(struct ek_out **out, struct ek_err *err)
{
	return ek_out_open_put(out, "nothing", null_put, NULL, NULL, NULL, err);
}

/* ---- descriptors --------------------------------------------------------- */

struct file {
	char *path;             /* owned; of the target, links followed */
	const char *base;       /* last component of path */
	int fd;
	bool own;               /* close fd */
	int dirfd;              /* directory of path; -1: written through */
	bool exists;            /* the target did, when this was opened */
	mode_t mode;            /* of the finished file */
	uid_t uid;              /* of the old file */
	gid_t gid;
	char tmp[EK_IO_TMP];    /* name beside the target, "" while nameless */
};

int ek_io_write(int fd, const void *buf, size_t n)
{
	const char *p = buf;

	while (n != 0) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && ek_io_again(fd, POLLOUT))
			continue;
		if (done < 0)
			return -1;
		p += done;
		n -= (size_t)done;
	}
	return 0;
}

static int file_put(void *ctx, const void *data, size_t len, struct ek_err *err)
{
	struct file *f = ctx;

	if (ek_io_write(f->fd, data, len) != 0)
		return ek_fail_sys(err, "cannot write '%s'", f->path);
	return EK_OK;
}

int ek_io_link(int fd, int dirfd, const char *name)
{
	char self[32];

	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, self, dirfd, name, AT_SYMLINK_FOLLOW);
}

static int create_as(int how, int dirfd, const char *name)
{
	return openat(dirfd, name, how | O_CREAT | O_EXCL | O_NOFOLLOW |
		      O_CLOEXEC, 0600);
}

/* Call use() on names in dirfd until one is free. */
static int with_name(int (*use)(int arg, int dirfd, const char *name), int arg,
		     int dirfd, char tmp[EK_IO_TMP])
{
	int rc = -1;

	for (unsigned i = 0; i < 1000; i++) {
		snprintf(tmp, EK_IO_TMP, ".ek%ld.%u", (long)getpid(), i);
		rc = use(arg, dirfd, tmp);
		if (rc >= 0 || errno != EEXIST)
			break;
	}
	if (rc < 0)
		tmp[0] = '\0';
	return rc;
}

int ek_io_create_tmp(int dirfd, int how, char tmp[EK_IO_TMP])
{
	return with_name(create_as, how, dirfd, tmp);
}

int ek_io_link_tmp(int fd, int dirfd, char tmp[EK_IO_TMP])
{
	return with_name(ek_io_link, fd, dirfd, tmp);
}

/* Give the finished file its name; -1 and errno otherwise. */
static int put_in_place(struct file *f)
{
	if (f->tmp[0] == '\0' && !f->exists) {
		if (ek_io_link(f->fd, f->dirfd, f->base) == 0)
			return 0;
		if (errno != EEXIST)
			return -1;
	}
	if (f->tmp[0] == '\0' && ek_io_link_tmp(f->fd, f->dirfd, f->tmp) != 0)
		return -1;
	if (renameat(f->dirfd, f->tmp, f->dirfd, f->base) != 0)
		return -1;
	f->tmp[0] = '\0';
	return 0;
}

/* Owner and mode of the file that is replaced, as far as we may. */
static int keep_mode(struct file *f)
{
	if (f->exists && fchown(f->fd, f->uid, f->gid) != 0)
		f->mode &= 0777; /* set-id bits are for the old owner only */
	return fchmod(f->fd, f->mode);
}

static int file_finish(void *ctx, struct ek_err *err)
{
	struct file *f = ctx;
	int fd = f->fd;

	if (f->dirfd >= 0 && (keep_mode(f) != 0 || sync_fd(fd) != 0 ||
			      put_in_place(f) != 0))
		return ek_fail_sys(err, "cannot write '%s'", f->path);
	if (f->own) {
		f->fd = -1;
		f->own = false;
		if (close(fd) != 0 && f->dirfd < 0)
			return ek_fail_sys(err, "cannot write '%s'", f->path);
	}
	/*
	 * The bytes are on disk and the name is in place: whoever said now that
	 * it failed would promise that the old file is there. Without this sync a
	 * crash may still leave the old one, which is complete as well.
	 */
	if (f->dirfd >= 0)
		(void)sync_fd(f->dirfd);
	return EK_OK;
}

static void file_drop(void *ctx)
{
	struct file *f = ctx;

	if (f->own)
		close(f->fd);
	if (f->tmp[0] != '\0')
		unlinkat(f->dirfd, f->tmp, 0);
	if (f->dirfd >= 0)
		close(f->dirfd);
	free(f->path);
	free(f);
}

static struct file *new_file(const char *path)
{
	struct file *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->fd = f->dirfd = -1;
	f->path = strdup(path);
	if (f->path == NULL) {
		free(f);
		return NULL;
	}
	f->base = ek_path_base(f->path);
	return f;
}

/* The stream over a file whose descriptor is open. Takes f. */
static int wrap(struct ek_out **out, struct file *f, struct ek_err *err)
{
	int rc = ek_out_open_put(out, f->path, file_put, file_finish, file_drop,
				 f, err);

	if (rc != EK_OK)
		return rc;
	(*out)->fd = f->fd;
	(*out)->hidden = f->dirfd >= 0;
	(*out)->buf = malloc(OUT_BUF);
	if ((*out)->buf == NULL) {
		rc = ek_fail_sys(err, "'%s'", (*out)->name);
		ek_out_abort(out);
	}
	return rc;
}

int ek_io_open_fd_out(struct ek_out **out, const char *name, int fd, bool own,
		      struct ek_err *err)
{
	struct file *f = new_file(name);

	*out = NULL;
	if (f == NULL) {
		int rc = ek_fail_sys(err, "'%s'", name);

		if (own)
			close(fd);
		return rc;
	}
	f->fd = fd;
	f->own = own;
	return wrap(out, f, err);
}

/* ---- opening by name ----------------------------------------------------- */

/* Is the symbolic link at path one of /proc, whose text means nothing? */
static bool is_magic(const char *path)
{
	struct statfs fs;
	int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	bool magic = fd < 0 || fstatfs(fd, &fs) != 0 ||
		     fs.f_type == PROC_SUPER_MAGIC;

	if (fd >= 0)
		close(fd);
	return magic;
}

/* Put what the symbolic link f->path says in place of it. */
static int follow_once(struct file *f)
{
	char text[PATH_MAX], *path;
	ssize_t n = readlink(f->path, text, sizeof(text));
	int len = (int)(f->base - f->path);

	if (n < 0)
		return -1;
	if ((size_t)n == sizeof(text)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (asprintf(&path, "%.*s%.*s", text[0] == '/' ? 0 : len, f->path,
		     (int)n, text) < 0)
		return -1;
	free(f->path);
	f->path = path;
	f->base = ek_path_base(path);
	return 0;
}

/*
 * Follow symbolic links by hand up to the file that they name, so that it is
 * replaced and they stay. *through: open the path as it is, and write to that.
 */
static int find_target(struct file *f, bool *through)
{
	struct stat st;

	for (int i = 0; i < LINKS_MAX; i++) {
		*through = false;
		f->exists = fstatat(AT_FDCWD, f->path, &st,
				    AT_SYMLINK_NOFOLLOW) == 0;
		if (!f->exists)
			return errno == ENOENT ? 0 : -1;
		f->mode = st.st_mode & 07777;
		f->uid = st.st_uid;
		f->gid = st.st_gid;
		*through = !S_ISREG(st.st_mode);
		if (!S_ISLNK(st.st_mode) || is_magic(f->path))
			return 0;
		if (follow_once(f) != 0)
			return -1;
	}
	errno = ELOOP;
	return -1;
}

static int open_parent(const struct file *f)
{
	char *dir;
	int fd, sys;

	if (f->base == f->path)
		return open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = strndup(f->path, (size_t)(f->base - f->path));
	if (dir == NULL)
		return -1;
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	sys = errno;
	free(dir);
	errno = sys;
	return fd;
}

static mode_t get_umask(void)
{
	mode_t mask = umask(077);

	umask(mask);
	return mask;
}

/* Open the file that will become the target; nameless where that can be. */
static int open_beside(struct file *f)
{
	int fd = -1;

	if (f->base[0] == '\0') { /* "", or "name/" */
		errno = f->path[0] != '\0' ? EISDIR : ENOENT;
		return -1;
	}
	f->dirfd = open_parent(f);
	if (f->dirfd < 0)
		return -1;
	if (!f->exists)
		f->mode = 0666 & ~get_umask();
	/* without /proc it could not get a name */
	if (access("/proc/self/fd", X_OK) == 0)
		fd = openat(f->dirfd, ".", O_RDWR | O_TMPFILE | O_CLOEXEC,
			    0600);
	return fd >= 0 ? fd : ek_io_create_tmp(f->dirfd, O_RDWR, f->tmp);
}

/* Does the shell mean its own standard output by this path? */
static bool is_stdout(const char *path)
{
	return ek_io_is_dash(path) || strcmp(path, "/dev/stdout") == 0 ||
	       strcmp(path, "/dev/fd/1") == 0 ||
	       strcmp(path, "/proc/self/fd/1") == 0;
}

static int open_file(struct file *f, struct ek_err *err)
{
	bool through;

	if (find_target(f, &through) != 0)
		return ek_fail_sys(err, "cannot write '%s'", f->path);
	f->fd = through ? open(f->path, O_WRONLY | O_TRUNC | O_CLOEXEC |
			       O_NOCTTY) : open_beside(f);
	if (f->fd < 0)
		return ek_fail_sys(err, "cannot write '%s'", f->path);
	f->own = true;
	return EK_OK;
}

static int open_stdout(struct file *f, struct ek_err *err)
{
	f->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	if (f->fd < 0)
		return ek_fail_sys(err, "cannot write '%s'", f->path);
	f->own = true;
	return EK_OK;
}

int ek_out_open(struct ek_out **out, const char *path, struct ek_err *err)
{
	bool standard = is_stdout(path);
	struct file *f = new_file(standard ? "standard output" : path);
	int rc;

	*out = NULL;
	if (f == NULL)
		return ek_fail_sys(err, "output");
	rc = standard ? open_stdout(f, err) : open_file(f, err);
	if (rc != EK_OK) {
		file_drop(f);
		return rc;
	}
	return wrap(out, f, err);
}

/* ---- for the sandbox ----------------------------------------------------- */

int ek_io_open_where(const char *path)
{
	struct file *f = new_file(path);
	bool through;
	int fd = -1, sys;

	if (f == NULL)
		return -1;
	if (find_target(f, &through) == 0)
		fd = through ? open(f->path, O_PATH | O_CLOEXEC)
			     : open_parent(f);
	sys = errno;
	file_drop(f);
	errno = sys;
	return fd;
}

bool ek_io_out_where(const struct ek_out *out, int fd[2])
{
	const struct file *f = out->ctx;

	if (!out->hidden)
		return false;
	fd[0] = f->dirfd;
	fd[1] = f->fd;
	return true;
}
