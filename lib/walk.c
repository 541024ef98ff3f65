/* SPDX-License-Identifier: BSD-2-Clause */
/* walk.c - what lies below a directory, in one order on every machine */
#include "os.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "ek/err.h"
#include "ek/path.h"
#include "ek/walk.h"

struct walk {
	const char *dir;
	struct ek_strs only; /* cleaned */
	bool *seen;          /* owned: which of only were met */
	ek_walk_fn *fn;
	void *ctx;
	struct ek_buf path; /* of what is being looked at */
	char *link;         /* owned */
};

static int walk_dir(struct walk *w, int fd, unsigned depth, struct ek_err *err);

/* ---- what is wanted ----------------------------------------------------- */

/* "./a/" is a; "." is everything, and then the list is of no use. */
static int clean(struct walk *w, const char *path, bool *all,
		 struct ek_err *err)
{
	const char *problem;
	size_t len;

	while (path[0] == '.' && path[1] == '/') {
		path += 2;
		while (path[0] == '/')
			path++;
	}
	len = strlen(path);
	while (len > 1 && path[len - 1] == '/')
		len--;
	*all = len == 0 || (len == 1 && path[0] == '.');
	if (*all)
		return EK_OK;
	problem = ek_path_problem(path, len);
	if (problem != NULL)
		return ek_fail(err, EK_EARG, "path '%s' %s: give names below"
			       " '%s'", path, problem, w->dir);
	return ek_strs_add(&w->only, path, len, err);
}

static int clean_all(struct walk *w, const struct ek_strs *only,
		     struct ek_err *err)
{
	bool all = only == NULL || only->n == 0;
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && !all && i < only->n; i++)
		rc = clean(w, only->v[i], &all, err);
	if (all)
		ek_strs_free(&w->only);
	w->seen = calloc(w->only.n + 1, sizeof(*w->seen));
	if (rc == EK_OK && w->seen == NULL)
		rc = ek_fail_sys(err, "'%s'", w->dir);
	return rc;
}

/* Is path top, or below it? */
static bool is_below(const char *path, const char *top)
{
	size_t n = strlen(top);

	return strncmp(path, top, n) == 0 && (path[n] == '\0' ||
					      path[n] == '/');
}

static bool is_wanted(struct walk *w, const char *path)
{
	bool wanted = w->only.n == 0;

	for (size_t i = 0; i < w->only.n; i++) {
		if (strcmp(path, w->only.v[i]) == 0)
			w->seen[i] = true;
		if (is_below(path, w->only.v[i]) || is_below(w->only.v[i], path))
			wanted = true;
	}
	return wanted;
}

static int check_seen(const struct walk *w, struct ek_err *err)
{
	for (size_t i = 0; i < w->only.n; i++) {
		if (!w->seen[i]) {
			errno = ENOENT;
			return ek_fail_sys(err, "cannot open '%s' below '%s'",
					   w->only.v[i], w->dir);
		}
	}
	return EK_OK;
}

/* ---- the walk ----------------------------------------------------------- */

static int fail_path(const struct walk *w, const char *doing,
		     struct ek_err *err)
{
	return ek_fail_sys(err, "cannot %s '%s/%s'", doing, w->dir,
			   ek_buf_str(&w->path));
}

/* All names in a directory, sorted. fd is used up. */
static int read_names(const struct walk *w, int fd, struct ek_strs *names,
		      struct ek_err *err)
{
	struct dirent *e;
	DIR *d = fdopendir(fd);
	int rc = EK_OK;

	if (d == NULL) {
		rc = fail_path(w, "read", err);
		close(fd);
		return rc;
	}
	for (;;) {
		errno = 0;
		e = readdir(d);
		if (e == NULL)
			break;
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		rc = ek_strs_add(names, e->d_name, strlen(e->d_name), err);
		if (rc != EK_OK)
			break;
	}
	if (rc == EK_OK && errno != 0)
		rc = fail_path(w, "read", err);
	closedir(d);
	ek_strs_sort(names);
	return rc;
}

static int read_link(struct walk *w, int fd, const char *name,
		     struct ek_err *err)
{
	char target[EK_PATH_MAX + 2];
	ssize_t n = readlinkat(fd, name, target, sizeof(target));

	if (n < 0)
		return fail_path(w, "read the link", err);
	if ((size_t)n > EK_PATH_MAX)
		return ek_fail(err, EK_ELIMIT, "'%s/%s': its target has more"
			       " than %d bytes", w->dir, ek_buf_str(&w->path),
			       EK_PATH_MAX);
	w->link = strndup(target, (size_t)n);
	if (w->link == NULL)
		return ek_fail_sys(err, "'%s'", w->dir);
	return EK_OK;
}

static int go_into(struct walk *w, int fd, const char *name, unsigned depth,
		   struct ek_err *err)
{
	int sub, rc;

	if (depth >= EK_WALK_DEPTH)
		return ek_fail(err, EK_ELIMIT, "'%s/%s': more than %d"
			       " directories inside each other", w->dir,
			       ek_buf_str(&w->path), EK_WALK_DEPTH);
	sub = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (sub < 0)
		return fail_path(w, "open", err);
	rc = walk_dir(w, sub, depth + 1, err);
	close(sub);
	return rc;
}

/* One name: w->path is its path. */
static int show(struct walk *w, int fd, const char *name, unsigned depth,
		struct ek_err *err)
{
	struct ek_walked shown = { .path = w->path.p };
	const char *problem;
	struct stat st;
	int rc = EK_OK;

	problem = ek_path_problem(w->path.p, w->path.len);
	if (problem != NULL)
		return ek_fail(err, EK_EREFUSE, "'%s': the name '%s' %s",
			       w->dir, w->path.p, problem);
	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return fail_path(w, "look at", err);
	if (S_ISLNK(st.st_mode))
		rc = read_link(w, fd, name, err);
	shown.st = &st;
	shown.link = w->link;
	if (rc == EK_OK)
		rc = w->fn(w->ctx, &shown, err);
	free(w->link);
	w->link = NULL;
	if (rc == EK_OK && S_ISDIR(st.st_mode))
		rc = go_into(w, fd, name, depth, err);
	return rc;
}

static int walk_dir(struct walk *w, int fd, unsigned depth, struct ek_err *err)
{
	struct ek_strs names = { 0 };
	size_t len = w->path.len;
	int copy, rc;

	copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (copy < 0)
		return fail_path(w, "open", err);
	rc = read_names(w, copy, &names, err);
	for (size_t i = 0; rc == EK_OK && i < names.n; i++) {
		if (len != 0)
			ek_buf_addc(&w->path, '/');
		ek_buf_adds(&w->path, names.v[i]);
		rc = ek_buf_check(&w->path, w->dir, err);
		if (rc == EK_OK && is_wanted(w, w->path.p))
			rc = show(w, fd, names.v[i], depth, err);
		if (rc == EK_OK) {
			w->path.len = len;
			w->path.p[len] = '\0';
		}
	}
	ek_strs_free(&names);
	return rc;
}

int ek_walk(const char *dir, const struct ek_strs *only, ek_walk_fn *fn,
	    void *ctx, struct ek_err *err)
{
	struct walk w = { .dir = dir, .fn = fn, .ctx = ctx };
	int fd, rc;

	rc = clean_all(&w, only, err);
	if (rc != EK_OK)
		goto out;
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		rc = ek_fail_sys(err, "cannot open '%s'", dir);
		goto out;
	}
	rc = walk_dir(&w, fd, 0, err);
	close(fd);
	if (rc == EK_OK)
		rc = check_seen(&w, err);
out:
	ek_strs_free(&w.only);
	ek_buf_free(&w.path);
	free(w.seen);
	return rc;
}
