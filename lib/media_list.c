/* SPDX-License-Identifier: BSD-2-Clause */
/* media_list.c - the files of an image on their way to another medium */
#include "os.h"

#include "ek/err.h"
#include "ek/image.h"
#include "ek/io.h"
#include "ek/path.h"
#include "media_int.h"

struct file {
	struct ek_media_file pub;
	char *path;                      /* owned; pub.path */
	const struct ek_image_file *src; /* of the image, or NULL */
	char *data;                      /* owned; where src is NULL */
};

struct ek_media {
	struct ek_image *img; /* borrowed */
	struct file *v;       /* owned; by path, case folded */
	size_t n, cap;
	bool timed;           /* mtime is that of every file */
	int64_t mtime;
};

static int no_memory(const struct ek_media *m, struct ek_err *err)
{
	errno = ENOMEM;
	return ek_fail_sys(err, "'%s'", ek_image_name(m->img));
}

struct ek_image *media_image(const struct ek_media *m)
{
	return m->img;
}

const char *ek_media_name(const struct ek_media *m)
{
	return ek_image_name(m->img);
}

/* ---- the list ----------------------------------------------------------- */

/* Where path is, or has to be put in: the first that is not before it. */
static size_t place_of(const struct ek_media *m, const char *path)
{
	size_t lo = 0, hi = m->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (strcasecmp(m->v[mid].path, path) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static struct file *find(const struct ek_media *m, const char *path)
{
	size_t i = place_of(m, path);

	return i < m->n && strcasecmp(m->v[i].path, path) == 0 ? &m->v[i]
							       : NULL;
}

/* f's path is copied; its data is the list's on success. */
static int insert(struct ek_media *m, const char *path, const struct file *f,
		  struct ek_err *err)
{
	size_t at = place_of(m, path);
	char *copy = strdup(path);

	if (copy == NULL)
		return no_memory(m, err);
	if (m->n == m->cap) {
		size_t cap = m->cap == 0 ? 256 : m->cap * 2;
		struct file *v = reallocarray(m->v, cap, sizeof(*v));

		if (v == NULL) {
			free(copy);
			return no_memory(m, err);
		}
		m->v = v;
		m->cap = cap;
	}
	memmove(&m->v[at + 1], &m->v[at], (m->n - at) * sizeof(*m->v));
	m->v[at] = *f;
	m->v[at].path = copy;
	m->v[at].pub.path = copy;
	if (m->timed)
		m->v[at].pub.mtime = m->mtime;
	m->n++;
	return EK_OK;
}

/* Rows of the image come in order: each goes to the end. */
int ek_media_new(struct ek_media **out, struct ek_image *img,
		 struct ek_err *err)
{
	const struct ek_image_file *f;
	struct ek_media *m = calloc(1, sizeof(*m));
	int rc = EK_OK;

	*out = m;
	if (m == NULL)
		return ek_fail_sys(err, "'%s'", ek_image_name(img));
	m->img = img;
	for (size_t i = 0; rc == EK_OK && (f = ek_image_at(img, i)) != NULL;
	     i++) {
		const struct file row = {
			.pub = { NULL, f->size, f->mtime }, .src = f,
		};

		rc = insert(m, f->path, &row, err);
	}
	if (rc != EK_OK)
		ek_media_free(out);
	return rc;
}

static void clear(struct file *f)
{
	free(f->path);
	free(f->data);
}

void ek_media_free(struct ek_media **mp)
{
	struct ek_media *m = *mp;

	if (m == NULL)
		return;
	for (size_t i = 0; i < m->n; i++)
		clear(&m->v[i]);
	free(m->v);
	free(m);
	*mp = NULL;
}

size_t ek_media_count(const struct ek_media *m)
{
	return m->n;
}

const struct ek_media_file *ek_media_at(const struct ek_media *m, size_t i)
{
	return i < m->n ? &m->v[i].pub : NULL;
}

const struct ek_media_file *ek_media_find(const struct ek_media *m,
					  const char *path)
{
	const struct file *f = find(m, path);

	return f != NULL ? &f->pub : NULL;
}

int ek_media_in(const struct ek_media *m, const struct ek_media_file *file,
		struct ek_in **in, struct ek_err *err)
{
	/* pub is the first member */
	const struct file *f = (const struct file *)(const void *)file;

	if (f->src != NULL)
		return ek_image_in(m->img, f->src, in, err);
	return ek_in_open_mem(in, f->path, f->data, (size_t)f->pub.size, err);
}

/* ---- changes ------------------------------------------------------------ */

/* Of what is made anew: that of a boot.cfg, as old as the image. */
static int64_t new_time(const struct ek_media *m)
{
	const struct file *f = find(m, "/BOOT.CFG");

	if (f == NULL)
		f = find(m, "/EFI/BOOT/BOOT.CFG");
	return f != NULL ? f->pub.mtime : 0;
}

int ek_media_put(struct ek_media *m, const char *path, const void *data,
		 size_t len, struct ek_err *err)
{
	struct file *old = find(m, path);
	struct file f = { .pub = { NULL, len, new_time(m) },
			  .data = malloc(len + 1) };
	int rc;

	if (f.data == NULL)
		return no_memory(m, err);
	memcpy(f.data, data, len);
	if (old != NULL) {
		free(old->data);
		old->data = f.data;
		old->src = NULL;
		old->pub.size = len;
		return EK_OK;
	}
	rc = insert(m, path, &f, err);
	if (rc != EK_OK)
		free(f.data);
	return rc;
}

int ek_media_copy(struct ek_media *m, const char *from, const char *to,
		  struct ek_err *err)
{
	const struct file *src = find(m, from);
	struct file f;

	if (src == NULL)
		return ek_fail(err, EK_EREFUSE, "'%s' has no '%s'",
			       ek_media_name(m), from);
	if (find(m, to) != NULL)
		return ek_fail(err, EK_EREFUSE, "'%s' has a '%s' of its own: "
			       "'%s' cannot have that name too",
			       ek_media_name(m), to, from);
	f = *src;
	if (f.src == NULL)
		return ek_media_put(m, to, f.data, (size_t)f.pub.size, err);
	return insert(m, to, &f, err);
}

void ek_media_drop(struct ek_media *m, const char *path)
{
	struct file *f = find(m, path);
	size_t at;

	if (f == NULL)
		return;
	at = (size_t)(f - m->v);
	clear(f);
	m->n--;
	memmove(f, f + 1, (m->n - at) * sizeof(*f));
}

void ek_media_lower(struct ek_media *m)
{
	for (size_t i = 0; i < m->n; i++)
		ek_path_lower(m->v[i].path, m->v[i].path);
}

void ek_media_set_mtime(struct ek_media *m, int64_t sec)
{
	m->timed = true;
	m->mtime = sec;
	for (size_t i = 0; i < m->n; i++)
		m->v[i].pub.mtime = sec;
}
