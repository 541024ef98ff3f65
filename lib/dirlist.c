/* SPDX-License-Identifier: BSD-2-Clause */
/* dirlist.c - the files below a directory */
#include "os.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ek/buf.h"
#include "ek/dirlist.h"
#include "ek/err.h"

struct walk {
	const char *top;
	unsigned depth_max;
	ek_dirlist_each *each;
	void *ctx;
};

static int list(const struct walk *w, int fd, const char *prefix,
		unsigned depth, struct ek_err *err);

/* The names in fd, but "." and "..", sorted; fd is closed. */
static int names_of(const struct walk *w, int fd, const char *prefix,
		    struct ek_strs *names, struct ek_err *err)
{
	DIR *dir = fdopendir(fd);
	const struct dirent *e;
	int rc = EK_OK;

	if (dir == NULL) {
		rc = ek_fail_sys(err, "cannot read '%s/%s'", w->top, prefix);
		close(fd);
		return rc;
	}
	errno = 0;
	while (rc == EK_OK && (e = readdir(dir)) != NULL) {
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			rc = ek_strs_add(names, e->d_name, strlen(e->d_name),
					 err);
	}
	if (rc == EK_OK && errno != 0)
		rc = ek_fail_sys(err, "cannot read '%s/%s'", w->top, prefix);
	closedir(dir);
	ek_strs_sort(names);
	return rc;
}

static int enter(const struct walk *w, int at, const char *name,
		 const char *path, unsigned depth, struct ek_err *err)
{
	char *prefix = NULL;
	int fd, rc;

	if (depth == w->depth_max)
		return ek_fail(err, EK_ELIMIT, "'%s/%s' is more than %u levels "
			       "deep", w->top, path, w->depth_max);
	fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return ek_fail_sys(err, "cannot open '%s/%s'", w->top, path);
	if (asprintf(&prefix, "%s/", path) < 0) {
		rc = ek_fail_sys(err, "'%s/%s'", w->top, path);
		close(fd);
		return rc;
	}
	rc = list(w, fd, prefix, depth + 1, err);
	free(prefix);
	return rc;
}

static int visit(const struct walk *w, int at, const char *name,
		 const char *prefix, unsigned depth, struct ek_err *err)
{
	char *path = NULL;
	struct stat st;
	int rc;

	if (asprintf(&path, "%s%s", prefix, name) < 0)
		return ek_fail_sys(err, "'%s/%s%s'", w->top, prefix, name);
	if (fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		rc = ek_fail_sys(err, "cannot look at '%s/%s'", w->top, path);
	else if (S_ISDIR(st.st_mode))
		rc = enter(w, at, name, path, depth, err);
	else if (S_ISREG(st.st_mode))
		rc = w->each(w->ctx, path, (uint64_t)st.st_size, st.st_mtime,
			     err);
	else
		rc = ek_fail(err, EK_EREFUSE, "'%s/%s' is neither a file nor a "
			     "directory", w->top, path);
	free(path);
	return rc;
}

/* The bounded recursion: depth_max levels. fd is closed. */
static int list(const struct walk *w, int fd, const char *prefix,
		unsigned depth, struct ek_err *err)
{
	struct ek_strs names = { 0 };
	int at = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	int rc;

	if (at < 0) {
		rc = ek_fail_sys(err, "'%s/%s'", w->top, prefix);
		close(fd);
		return rc;
	}
	rc = names_of(w, fd, prefix, &names, err);
	for (size_t i = 0; rc == EK_OK && i < names.n; i++)
		rc = visit(w, at, names.v[i], prefix, depth, err);
	ek_strs_free(&names);
	close(at);
	return rc;
}

int ek_dirlist(const char *path, unsigned depth, ek_dirlist_each *each,
	       void *ctx, struct ek_err *err)
{
	const struct walk w = { path, depth, each, ctx };
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return ek_fail_sys(err, "cannot open directory '%s'", path);
	return list(&w, fd, "", 0, err);
}
