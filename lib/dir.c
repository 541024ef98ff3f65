/* SPDX-License-Identifier: BSD-2-Clause */
/* dir.c - make files below one directory, whatever the names say */
#include "os.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ek/dir.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/path.h"
#include "io_int.h"

struct ek_dir {
	int fd;         /* O_PATH */
	char *path;     /* owned; for messages */
	bool walk_only; /* no openat2 */
	bool nameless;  /* a file without a name can be given one: /proc */
};

/* A name cut in two: an open directory, and what is to be made in it. */
struct spot {
	int fd;                       /* of the parent, O_PATH */
	const char *base;             /* last component, in text */
	char text[EK_PATH_MAX + 1];   /* cut at the slashes */
};

/* ---- the directory itself ----------------------------------------------- */

int ek_dir_open(struct ek_dir **out, const char *path, bool make,
		struct ek_err *err)
{
	struct ek_dir *d;
	int rc;

	*out = NULL;
	d = calloc(1, sizeof(*d));
	if (d == NULL)
		return ek_fail_sys(err, "'%.300s'", path);
	d->fd = -1;
	d->path = strdup(path);
	if (d->path == NULL) {
		rc = ek_fail_sys(err, "'%.300s'", path);
		goto fail;
	}
	if (make && mkdir(path, 0777) != 0 && errno != EEXIST) {
		rc = ek_fail_sys(err, "cannot make directory '%.300s'", path);
		goto fail;
	}
	d->fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (d->fd < 0) {
		rc = ek_fail_sys(err, "cannot open directory '%.300s'", path);
		goto fail;
	}
	d->nameless = access("/proc/self/fd", X_OK) == 0;
	*out = d;
	return EK_OK;
fail:
	ek_dir_close(&d);
	return rc;
}

void ek_dir_close(struct ek_dir **d)
{
	struct ek_dir *it = *d;

	*d = NULL;
	if (it == NULL)
		return;
	if (it->fd >= 0)
		close(it->fd);
	free(it->path);
	free(it);
}

void ek_dir_walk_only(struct ek_dir *d)
{
	d->walk_only = true;
}

bool ek_dir_is_private(const struct ek_dir *d)
{
	struct stat st;

	return fstat(d->fd, &st) == 0 && (st.st_mode & 011) == 0 &&
	       st.st_uid == geteuid();
}

/* ---- from a name to an open parent -------------------------------------- */

/* Why errno came from name at dirfd: a link and a file in the way are the
 * archive's fault, the rest is the system's. */
static int fail_at(const struct ek_dir *d, int dirfd, const char *name,
		   const char *part, struct ek_err *err)
{
	int sys = errno;
	struct stat st;

	if (sys == ENAMETOOLONG)
		return ek_fail(err, EK_ELIMIT, "'%.300s' below '%.300s': a name is"
			       " longer than the file system takes", name,
			       d->path);
	if ((sys == ELOOP || sys == ENOTDIR) &&
	    fstatat(dirfd, part, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    !S_ISDIR(st.st_mode))
		return ek_fail(err, EK_EREFUSE, "'%.300s' below '%.300s': '%.300s' is %s"
			       " there, nothing is written through it", name,
			       d->path, part, S_ISLNK(st.st_mode) ?
			       "a symbolic link" : "not a directory");
	errno = sys;
	return ek_fail_sys(err, "'%.300s' below '%.300s'", name, d->path);
}

/* The whole of path at once, by the kernel; -1 where it will not. */
static int open_beneath(const struct ek_dir *d, const char *path,
			uint64_t flags)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
			   RESOLVE_NO_MAGICLINKS,
	};

	if (d->walk_only) {
		errno = ENOSYS;
		return -1;
	}
	return (int)syscall(SYS_openat2, d->fd, path, &how, sizeof(how));
}

/* Make directory part in dirfd, with this mode whatever the umask. */
static int make_dir(int dirfd, const char *part, uint32_t mode)
{
	int fd, rc;

	if (mkdirat(dirfd, part, 0700) != 0)
		return -1;
	fd = openat(dirfd, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
		    O_CLOEXEC);
	if (fd < 0)
		return -1;
	rc = fchmod(fd, (mode_t)mode);
	close(fd);
	return rc;
}

/* Open one directory in dirfd, making it where make is true. */
static int step(int dirfd, const char *part, bool make)
{
	const int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(dirfd, part, flags);

	if (fd >= 0 || errno != ENOENT || !make)
		return fd;
	if (make_dir(dirfd, part, 0755) != 0 && errno != EEXIST)
		return -1;
	return openat(dirfd, part, flags);
}

/* From the root to the last slash (s->base), component by component. */
static int walk(const struct ek_dir *d, const char *name, struct spot *s,
		bool make, struct ek_err *err)
{
	char *part = s->text, *slash;
	int fd, rc;

	s->fd = openat(d->fd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (s->fd < 0)
		return ek_fail_sys(err, "'%.300s'", d->path);
	for (; part < s->base; part = slash + 1) {
		slash = part + strlen(part);
		fd = step(s->fd, part, make);
		if (fd < 0) {
			rc = fail_at(d, s->fd, name, part, err);
			close(s->fd);
			s->fd = -1;
			return rc;
		}
		close(s->fd);
		s->fd = fd;
	}
	return EK_OK;
}

static int check_name(const struct ek_dir *d, const char *name,
		      struct ek_err *err)
{
	const char *why = ek_path_problem(name, strlen(name));

	if (why == NULL)
		return EK_OK;
	return ek_fail(err, EK_EREFUSE, "'%.300s' below '%.300s' is not a safe name:"
		       " %s", name, d->path, why);
}

/* Open the parent of name; on EK_OK the caller closes s->fd. */
static int find(const struct ek_dir *d, const char *name, bool make,
		struct spot *s, struct ek_err *err)
{
	size_t len = strlen(name);
	char *slash;
	int rc;

	s->fd = -1;
	rc = check_name(d, name, err);
	if (rc != EK_OK)
		return rc;
	if (name[len - 1] == '/')
		len--;
	memcpy(s->text, name, len);
	s->text[len] = '\0';
	slash = strrchr(s->text, '/');
	s->base = slash != NULL ? slash + 1 : s->text;

	if (slash != NULL) {
		*slash = '\0';
		s->fd = open_beneath(d, s->text, O_PATH | O_DIRECTORY);
		if (s->fd >= 0)
			return EK_OK;
	}
	/* Whatever the kernel did not like, the walk finds out where, or makes
	 * what is missing. */
	for (char *p = s->text; p < s->base; p++)
		if (*p == '/')
			*p = '\0';
	return walk(d, name, s, make, err);
}

int ek_dir_open_below(struct ek_dir **out, const struct ek_dir *d,
		      const char *name, struct ek_err *err)
{
	struct ek_dir *sub;
	struct spot s;
	int rc;

	*out = NULL;
	rc = find(d, name, false, &s, err);
	if (rc != EK_OK)
		return rc;
	sub = calloc(1, sizeof(*sub));
	if (sub == NULL) {
		rc = ek_fail_sys(err, "'%s'", name);
		goto out;
	}
	*sub = *d;
	sub->fd = step(s.fd, s.base, false);
	if (sub->fd < 0)
		rc = fail_at(d, s.fd, name, s.base, err);
	sub->path = NULL;
	if (rc == EK_OK && asprintf(&sub->path, "%s/%s", d->path, name) < 0)
		rc = ek_fail_sys(err, "'%s'", name);
	if (rc != EK_OK)
		ek_dir_close(&sub);
	*out = sub;
out:
	close(s.fd);
	return rc;
}

static int fail_taken(const struct ek_dir *d, const char *name,
		      struct ek_err *err)
{
	return ek_fail(err, EK_EREFUSE, "'%.300s' is already there below '%.300s', and"
		       " is left alone", name, d->path);
}

/* ---- directories and links ---------------------------------------------- */

int ek_dir_mkdir(struct ek_dir *d, const char *name, uint32_t mode,
		 struct ek_err *err)
{
	struct spot s;
	struct stat st;
	int rc;

	rc = find(d, name, true, &s, err);
	if (rc != EK_OK)
		return rc;
	if (make_dir(s.fd, s.base, mode & 07777) == 0)
		goto out;
	if (errno == EEXIST &&
	    fstatat(s.fd, s.base, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		if (S_ISDIR(st.st_mode))
			goto out;
		errno = ENOTDIR;
	}
	rc = fail_at(d, s.fd, name, s.base, err);
out:
	close(s.fd);
	return rc;
}

int ek_dir_symlink(struct ek_dir *d, const char *name, const char *target,
		   struct ek_err *err)
{
	struct spot s;
	int rc;

	rc = find(d, name, true, &s, err);
	if (rc != EK_OK)
		return rc;
	if (symlinkat(target, s.fd, s.base) != 0)
		rc = errno == EEXIST ? fail_taken(d, name, err)
				     : fail_at(d, s.fd, name, s.base, err);
	close(s.fd);
	return rc;
}

int ek_dir_hardlink(struct ek_dir *d, const char *name, const char *to,
		    struct ek_err *err)
{
	struct spot s, from;
	struct stat st;
	int rc;

	rc = find(d, to, false, &from, err);
	if (rc != EK_OK)
		return rc;
	rc = find(d, name, true, &s, err);
	if (rc != EK_OK)
		goto out;
	if (fstatat(from.fd, from.base, &st, AT_SYMLINK_NOFOLLOW) != 0)
		rc = fail_at(d, from.fd, to, from.base, err);
	else if (!S_ISREG(st.st_mode))
		rc = ek_fail(err, EK_EREFUSE, "'%.300s' below '%.300s': hard link to"
			     " '%.300s', which is not a regular file", name,
			     d->path, to);
	/* flags 0: were it swapped for a link now, that link is linked */
	else if (linkat(from.fd, from.base, s.fd, s.base, 0) != 0)
		rc = errno == EEXIST ? fail_taken(d, name, err)
				     : fail_at(d, s.fd, name, s.base, err);
	close(s.fd);
out:
	close(from.fd);
	return rc;
}

/* atime is now: nobody wants the archive's */
static void set_times(struct timespec ts[2], int64_t mtime)
{
	ts[0] = (struct timespec){ .tv_nsec = UTIME_NOW };
	ts[1] = (struct timespec){ .tv_sec = (time_t)mtime };
}

int ek_dir_utime(struct ek_dir *d, const char *name, int64_t mtime,
		 struct ek_err *err)
{
	struct timespec ts[2];
	struct spot s;
	int rc;

	rc = find(d, name, false, &s, err);
	if (rc != EK_OK)
		return rc;
	set_times(ts, mtime);
	if (utimensat(s.fd, s.base, ts, AT_SYMLINK_NOFOLLOW) != 0)
		rc = fail_at(d, s.fd, name, s.base, err);
	close(s.fd);
	return rc;
}

int ek_dir_finish(struct ek_dir *d, const char *name, uint32_t mode,
		  int64_t mtime, struct ek_err *err)
{
	struct timespec ts[2];
	struct spot s;
	int fd, rc;

	rc = find(d, name, false, &s, err);
	if (rc != EK_OK)
		return rc;
	set_times(ts, mtime);
	fd = openat(s.fd, s.base, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
		    O_CLOEXEC);
	if (fd < 0 || fchmod(fd, (mode_t)(mode & 07777)) != 0 ||
	    futimens(fd, ts) != 0)
		rc = fail_at(d, s.fd, name, s.base, err);
	if (fd >= 0)
		close(fd);
	close(s.fd);
	return rc;
}

/* find() of something that need not be there, nor its parent. */
static int find_old(const struct ek_dir *d, const char *name, struct spot *s,
		    bool *gone, struct ek_err *err)
{
	struct ek_err why = EK_ERR_INIT;
	int rc = find(d, name, false, s, &why);

	*gone = rc == EK_ESYS && why.sys == ENOENT;
	if (*gone)
		return EK_OK;
	if (rc != EK_OK && err != NULL)
		*err = why;
	return rc;
}

int ek_dir_look(struct ek_dir *d, const char *name, enum ek_dir_there *there,
		struct ek_err *err)
{
	struct spot s;
	struct stat st;
	bool gone;
	int rc;

	*there = EK_DIR_NOTHING;
	rc = find_old(d, name, &s, &gone, err);
	if (rc != EK_OK || gone)
		return rc;
	if (fstatat(s.fd, s.base, &st, AT_SYMLINK_NOFOLLOW) == 0)
		*there = S_ISDIR(st.st_mode) ? EK_DIR_IS_DIR : EK_DIR_IS_OTHER;
	else if (errno != ENOENT)
		rc = fail_at(d, s.fd, name, s.base, err);
	close(s.fd);
	return rc;
}

int ek_dir_check_free(struct ek_dir *d, const char *name, bool tree,
		      bool replace, struct ek_err *err)
{
	enum ek_dir_there there;
	int rc = ek_dir_look(d, name, &there, err);

	if (rc != EK_OK || there == EK_DIR_NOTHING)
		return rc;
	if ((there == EK_DIR_IS_DIR) != tree)
		return ek_fail(err, EK_EREFUSE, "'%s' is there and is %s"
			       " directory", name, tree ? "no" : "a");
	if (!replace)
		return ek_fail(err, EK_EREFUSE, "'%s' is already there; nothing"
			       " was written (--force replaces files)", name);
	return EK_OK;
}

int ek_dir_remove(struct ek_dir *d, const char *name, struct ek_err *err)
{
	struct spot s;
	bool gone;
	int rc;

	rc = find_old(d, name, &s, &gone, err);
	if (rc != EK_OK || gone)
		return rc;
	if (unlinkat(s.fd, s.base, 0) != 0 && errno != ENOENT)
		rc = errno == EISDIR ? ek_fail(err, EK_EREFUSE, "'%.300s' below"
					       " '%.300s' is a directory, and is"
					       " not removed", name, d->path)
				     : fail_at(d, s.fd, name, s.base, err);
	close(s.fd);
	return rc;
}

int ek_dir_open_file(struct ek_dir *d, const char *name)
{
	struct ek_err why = EK_ERR_INIT;
	struct spot s;
	struct stat st;
	int fd, sys;

	if (find(d, name, false, &s, &why) != EK_OK) {
		errno = why.sys != 0 ? why.sys : EINVAL;
		return -1;
	}
	/* O_NONBLOCK: a FIFO must not hold us up */
	fd = openat(s.fd, s.base, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
		    O_NOCTTY | O_CLOEXEC);
	sys = errno;
	close(s.fd);
	if (fd >= 0 && (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))) {
		sys = EINVAL;
		close(fd);
		fd = -1;
	}
	errno = sys;
	return fd;
}

/* ---- files -------------------------------------------------------------- */

/* A file that is being written; it is filled by an ek_out. */
struct fresh {
	const struct ek_dir *d;
	int fd;
	struct spot s;
	char *name;    /* owned; as the caller gave it */
	char tmp[EK_IO_TMP]; /* its name until commit, "" while nameless */
	uint32_t mode;
	int64_t mtime;
	bool replace;
};

static int fresh_put(void *ctx, const void *data, size_t len,
		     struct ek_err *err)
{
	const struct fresh *f = ctx;

	if (ek_io_write(f->fd, data, len) != 0)
		return ek_fail_sys(err, "cannot write '%.300s' below '%.300s'",
				   f->name, f->d->path);
	return EK_OK;
}

static int put_in_place(struct fresh *f)
{
	if (!f->replace && f->tmp[0] == '\0')
		return ek_io_link(f->fd, f->s.fd, f->s.base);
	if (!f->replace) {
		if (renameat2(f->s.fd, f->tmp, f->s.fd, f->s.base,
			      RENAME_NOREPLACE) == 0) {
			f->tmp[0] = '\0';
			return 0;
		}
		if (errno != EINVAL && errno != ENOSYS)
			return -1;
		/* an old file system: fresh_drop() removes tmp */
		return linkat(f->s.fd, f->tmp, f->s.fd, f->s.base, 0);
	}
	if (f->tmp[0] == '\0' && ek_io_link_tmp(f->fd, f->s.fd, f->tmp) < 0)
		return -1;
	if (renameat(f->s.fd, f->tmp, f->s.fd, f->s.base) != 0)
		return -1;
	f->tmp[0] = '\0';
	return 0;
}

static int fresh_finish(void *ctx, struct ek_err *err)
{
	struct fresh *f = ctx;
	struct timespec ts[2];

	set_times(ts, f->mtime);
	if (fchmod(f->fd, (mode_t)f->mode) == 0 && futimens(f->fd, ts) == 0 &&
	    put_in_place(f) == 0)
		return EK_OK;
	if (errno == EEXIST || errno == EISDIR)
		return fail_taken(f->d, f->name, err);
	return ek_fail_sys(err, "cannot make '%.300s' below '%.300s'", f->name,
			   f->d->path);
}

static void fresh_drop(void *ctx)
{
	struct fresh *f = ctx;

	if (f->fd >= 0)
		close(f->fd);
	if (f->tmp[0] != '\0')
		unlinkat(f->s.fd, f->tmp, 0);
	if (f->s.fd >= 0)
		close(f->s.fd);
	free(f->name);
	free(f);
}

/* Refuse now what commit would refuse after all the bytes. */
static int check_free(const struct fresh *f, struct ek_err *err)
{
	struct stat st;

	if (fstatat(f->s.fd, f->s.base, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? EK_OK :
		       fail_at(f->d, f->s.fd, f->name, f->s.base, err);
	if (f->replace && !S_ISDIR(st.st_mode))
		return EK_OK;
	return fail_taken(f->d, f->name, err);
}

static int fresh_open(struct fresh *f, struct ek_err *err)
{
	int rc;

	rc = find(f->d, f->name, true, &f->s, err);
	if (rc == EK_OK)
		rc = check_free(f, err);
	if (rc != EK_OK)
		return rc;
	if (f->d->nameless)
		f->fd = openat(f->s.fd, ".", O_WRONLY | O_TMPFILE | O_CLOEXEC,
			       0600);
	if (f->fd < 0)
		f->fd = ek_io_create_tmp(f->s.fd, O_WRONLY, f->tmp);
	if (f->fd < 0)
		return fail_at(f->d, f->s.fd, f->name, f->s.base, err);
	return EK_OK;
}

int ek_dir_create(struct ek_dir *d, const char *name, uint32_t mode,
		  int64_t mtime, bool replace, struct ek_out **out,
		  struct ek_err *err)
{
	struct fresh *f;
	int rc;

	*out = NULL;
	f = calloc(1, sizeof(*f));
	if (f == NULL)
		return ek_fail_sys(err, "'%.300s'", name);
	f->d = d;
	f->fd = f->s.fd = -1;
	f->mode = mode & 07777;
	f->mtime = mtime;
	f->replace = replace;
	f->name = strdup(name);
	rc = f->name != NULL ? fresh_open(f, err)
			     : ek_fail_sys(err, "'%.300s'", name);
	if (rc != EK_OK) {
		fresh_drop(f);
		return rc;
	}
	return ek_out_open_put(out, f->name, fresh_put, fresh_finish,
			       fresh_drop, f, err);
}
