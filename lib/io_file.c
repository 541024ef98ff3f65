/* SPDX-License-Identifier: BSD-2-Clause */
/* io_file.c - files read by offset, and unnamed scratch files */
#include "os.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ek/err.h"
#include "ek/io.h"
#include "io_int.h"

bool ek_same_file(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

/* ---- files by offset ----------------------------------------------------- */

struct ek_file {
	char *name; /* owned */
	int fd;     /* owned */
	uint64_t size;
};

/* Size of a regular file or block device; EK_EARG for what has none. */
static int find_size(struct ek_file *f, struct ek_err *err)
{
	struct stat st;
	off_t end;

	if (fstat(f->fd, &st) != 0)
		return ek_fail_sys(err, "cannot read '%s'", f->name);
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		return ek_fail_sys(err, "cannot read '%s'", f->name);
	}
	if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
		return ek_fail(err, EK_EARG, "'%s' is neither a file nor a"
			       " disk: it must be read in any order, so write"
			       " it to a file first", f->name);
	end = lseek(f->fd, 0, SEEK_END);
	if (end < 0)
		return ek_fail_sys(err, "cannot read '%s'", f->name);
	f->size = (uint64_t)end;
	return EK_OK;
}

/* Takes fd. */
static int open_file(struct ek_file **file, int fd, const char *name,
		     struct ek_err *err)
{
	struct ek_file *f = calloc(1, sizeof(*f));
	int rc;

	if (f == NULL) {
		rc = ek_fail_sys(err, "'%s'", name);
		close(fd);
		return rc;
	}
	f->fd = fd;
	f->name = strdup(name);
	rc = f->name != NULL ? find_size(f, err)
			     : ek_fail_sys(err, "'%s'", name);
	if (rc != EK_OK)
		ek_file_close(&f);
	*file = f;
	return rc;
}

int ek_file_open(struct ek_file **f, const char *path, struct ek_err *err)
{
	int fd;

	*f = NULL;
	/* O_NONBLOCK: a FIFO is refused, not waited for */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return ek_fail_sys(err, "cannot open '%s'", path);
	return open_file(f, fd, path, err);
}

int ek_file_open_fd(struct ek_file **f, int fd, const char *name,
		    struct ek_err *err)
{
	*f = NULL;
	fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (fd < 0)
		return ek_fail_sys(err, "cannot open '%s'", name);
	return open_file(f, fd, name, err);
}

int ek_in_open_fd(struct ek_in **in, int fd, const char *name,
		  struct ek_err *err)
{
	struct stat st;
	int rc;

	*in = NULL;
	if (fstat(fd, &st) != 0)
		rc = ek_fail_sys(err, "cannot read '%s'", name);
	else if (!S_ISREG(st.st_mode))
		rc = ek_fail(err, EK_EREFUSE, "'%s' is not a regular file",
			     name);
	else
		return ek_io_open_span(in, name, fd, true, 0, UINT64_MAX,
				       (uint64_t)st.st_size, err);
	close(fd);
	return rc;
}

uint64_t ek_file_size(const struct ek_file *f)
{
	return f->size;
}

const char *ek_file_name(const struct ek_file *f)
{
	return f->name;
}

/* Is [off, off + n) inside the file? */
static int check_range(const struct ek_file *f, uint64_t off, uint64_t n,
		       const char *what, struct ek_err *err)
{
	if (off <= f->size && n <= f->size - off)
		return EK_OK;
	return ek_fail(err, EK_EFORMAT, "'%s' ends at offset %llu, before the"
		       " end of %s (%llu bytes at offset %llu)", f->name,
		       (unsigned long long)f->size, what,
		       (unsigned long long)n, (unsigned long long)off);
}

int ek_file_read(struct ek_file *f, uint64_t off, void *buf, size_t n,
		 const char *what, struct ek_err *err)
{
	unsigned char *to = buf;
	int rc = check_range(f, off, n, what, err);

	if (rc != EK_OK)
		return rc;
	while (n != 0) {
		ssize_t got = ek_io_read(f->fd, to, n, (off_t)off);

		if (got < 0)
			return ek_fail_sys(err, "cannot read '%s' at offset"
					   " %llu", f->name,
					   (unsigned long long)off);
		if (got == 0)
			return ek_fail(err, EK_EFORMAT, "'%s' became shorter"
				       " while it was read: it ends at offset"
				       " %llu inside %s", f->name,
				       (unsigned long long)off, what);
		to += got;
		off += (uint64_t)got;
		n -= (size_t)got;
	}
	return EK_OK;
}

int ek_file_in(struct ek_file *f, uint64_t off, uint64_t len, const char *name,
	       struct ek_in **in, struct ek_err *err)
{
	int rc = check_range(f, off, len, name, err);

	*in = NULL;
	if (rc != EK_OK)
		return rc;
	return ek_io_open_span(in, name, f->fd, false, off, off + len, f->size,
			       err);
}

void ek_file_close(struct ek_file **f)
{
	if (*f == NULL)
		return;
	close((*f)->fd);
	free((*f)->name);
	free(*f);
	*f = NULL;
}

/* ---- scratch files ------------------------------------------------------- */

struct ek_spool {
	int fd;
};

static int open_nameless(const char *dir)
{
	int fd = open(dir, O_RDWR | O_TMPFILE | O_EXCL | O_CLOEXEC, 0600);
	char *path;
	int sys;

	if (fd >= 0 || asprintf(&path, "%s/ek.XXXXXX", dir) < 0)
		return fd;
	fd = mkostemp(path, O_CLOEXEC);
	sys = errno;
	if (fd >= 0)
		unlink(path);
	free(path);
	errno = sys;
	return fd;
}

const char *ek_io_scratch_dir(void)
{
	const char *dir = getenv("TMPDIR");

	return dir != NULL && dir[0] != '\0' ? dir : "/tmp";
}

int ek_spool_new(struct ek_spool **s, struct ek_err *err)
{
	const char *dir = ek_io_scratch_dir();

	*s = malloc(sizeof(**s));
	if (*s == NULL)
		return ek_fail_sys(err, "scratch file");
	(*s)->fd = open_nameless(dir);
	if ((*s)->fd < 0) {
		free(*s);
		*s = NULL;
		return ek_fail_sys(err, "cannot make a scratch file in '%s'"
				   " (set TMPDIR to another directory)", dir);
	}
	return EK_OK;
}

int ek_spool_out(struct ek_spool *s, struct ek_out **out, struct ek_err *err)
{
	return ek_io_open_fd_out(out, "scratch file (see TMPDIR)", s->fd, false,
				 err);
}

int ek_spool_size(const struct ek_spool *s, uint64_t *size, struct ek_err *err)
{
	struct stat st;

	*size = 0;
	if (fstat(s->fd, &st) != 0)
		return ek_fail_sys(err, "cannot look at a scratch file");
	*size = (uint64_t)st.st_size;
	return EK_OK;
}

int ek_spool_in(struct ek_spool *s, const char *name, struct ek_in **in,
		struct ek_err *err)
{
	uint64_t size;
	int rc = ek_spool_size(s, &size, err);

	*in = NULL;
	if (rc != EK_OK)
		return rc;
	return ek_io_open_span(in, name, s->fd, false, 0, size, size, err);
}

int ek_spool_fd(const struct ek_spool *s)
{
	return s->fd;
}

void ek_spool_free(struct ek_spool *s)
{
	if (s == NULL)
		return;
	close(s->fd);
	free(s);
}
