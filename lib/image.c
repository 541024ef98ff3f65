/* SPDX-License-Identifier: BSD-2-Clause */
/* image.c - an installer image, as ISO or as directory */
#include "os.h"

#include <ctype.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ek/buf.h"
#include "ek/dir.h"
#include "ek/err.h"
#include "ek/image.h"
#include "ek/io.h"
#include "ek/iso9660.h"
#include "ek/path.h"
#include "ek/walk.h"

struct file {
	struct ek_image_file pub;
	char *path;                     /* owned; pub.path of a directory's */
	const struct ek_iso_node *node; /* of an ISO */
};

struct ek_image {
	char *name;               /* owned */
	const struct ek_iso *iso; /* or NULL */
	struct ek_iso *own;       /* iso, where it is ours to close */
	struct ek_dir *dir;       /* owned, or NULL */
	struct file *v;           /* owned; by path, case folded */
	size_t n, cap;
	bool have[2];             /* boot is filled; by enum ek_boot_fw */
	struct ek_image_boot boot[2];
};

static int no_memory(const struct ek_image *img, struct ek_err *err)
{
	errno = ENOMEM;
	return ek_fail_sys(err, "'%s'", img->name);
}

/* ---- files -------------------------------------------------------------- */

static int add(struct ek_image *img, const struct file *f, struct ek_err *err)
{
	if (img->n == EK_ISO_NODES_MAX)
		return ek_fail(err, EK_ELIMIT, "'%s' has more than %u files",
			       img->name, EK_ISO_NODES_MAX);
	if (img->n == img->cap) {
		size_t cap = img->cap == 0 ? 256 : img->cap * 2;
		struct file *v = reallocarray(img->v, cap, sizeof(*v));

		if (v == NULL)
			return no_memory(img, err);
		img->v = v;
		img->cap = cap;
	}
	img->v[img->n++] = *f;
	return EK_OK;
}

static int by_path(const void *a, const void *b)
{
	return strcasecmp(((const struct file *)a)->pub.path,
			  ((const struct file *)b)->pub.path);
}

static int sort_files(struct ek_image *img, struct ek_err *err)
{
	if (img->n > 1)
		qsort(img->v, img->n, sizeof(*img->v), by_path);
	for (size_t i = 1; i < img->n; i++) {
		if (by_path(&img->v[i - 1], &img->v[i]) == 0)
			return ek_fail(err, EK_EFORMAT, "'%s': '%s' and '%s' "
				       "differ in case only", img->name,
				       img->v[i - 1].pub.path,
				       img->v[i].pub.path);
	}
	return EK_OK;
}

static int load_iso(struct ek_image *img, struct ek_err *err)
{
	const struct ek_iso_node *n;
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && (n = ek_iso_at(img->iso, i)) != NULL;
	     i++) {
		const struct file f = {
			.pub = { n->path, n->size, n->extents, n->mtime },
			.node = n,
		};

		if (!n->dir)
			rc = add(img, &f, err);
	}
	return rc;
}

static int on_walked(void *ctx, const struct ek_walked *w, struct ek_err *err)
{
	struct ek_image *img = ctx;
	struct file f = { .pub = { NULL, (uint64_t)w->st->st_size, 1,
				   w->st->st_mtime } };
	int rc;

	if (S_ISDIR(w->st->st_mode))
		return EK_OK;
	/* nothing is passed over in silence */
	if (!S_ISREG(w->st->st_mode))
		return ek_fail(err, EK_EREFUSE, "'%s/%s' is neither a file nor"
			       " a directory", img->name, w->path);
	if (asprintf(&f.path, "/%s", w->path) < 0)
		return no_memory(img, err);
	f.pub.path = f.path;
	rc = add(img, &f, err);
	if (rc != EK_OK)
		free(f.path);
	return rc;
}

/* ---- open and close ----------------------------------------------------- */

static int make(struct ek_image **out, const char *name, struct ek_err *err)
{
	struct ek_image *img = calloc(1, sizeof(*img));

	*out = img;
	if (img != NULL)
		img->name = strdup(name);
	if (img != NULL && img->name != NULL)
		return EK_OK;
	free(img);
	*out = NULL;
	return ek_fail_sys(err, "'%s'", name);
}

int ek_image_open_iso(struct ek_image **out, const struct ek_iso *iso,
		      struct ek_err *err)
{
	int rc = make(out, ek_iso_name(iso), err);

	if (rc != EK_OK)
		return rc;
	(*out)->iso = iso;
	rc = load_iso(*out, err);
	if (rc == EK_OK)
		rc = sort_files(*out, err);
	if (rc != EK_OK)
		ek_image_close(out);
	return rc;
}

static int open_dir(struct ek_image *img, struct ek_err *err)
{
	int rc = ek_dir_open(&img->dir, img->name, false, err);

	if (rc == EK_OK)
		rc = ek_walk(img->name, NULL, on_walked, img, err);
	return rc;
}

int ek_image_open(struct ek_image **out, const char *path, struct ek_err *err)
{
	struct stat st;
	int rc = make(out, path, err);

	if (rc != EK_OK)
		return rc;
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		rc = open_dir(*out, err);
	} else {
		rc = ek_iso_open(&(*out)->own, path, err);
		(*out)->iso = (*out)->own;
		if (rc == EK_OK)
			rc = load_iso(*out, err);
	}
	if (rc == EK_OK)
		rc = sort_files(*out, err);
	if (rc != EK_OK)
		ek_image_close(out);
	return rc;
}

static void boot_clear(struct ek_image_boot *b)
{
	ek_bootcfg_free(&b->cfg);
	ek_boot_plan_clear(&b->plan);
	free(b->modules);
	*b = (struct ek_image_boot){ 0 };
}

void ek_image_close(struct ek_image **imgp)
{
	struct ek_image *img = *imgp;

	if (img == NULL)
		return;
	boot_clear(&img->boot[0]);
	boot_clear(&img->boot[1]);
	for (size_t i = 0; i < img->n; i++)
		free(img->v[i].path);
	free(img->v);
	ek_iso_close(&img->own);
	ek_dir_close(&img->dir);
	free(img->name);
	free(img);
	*imgp = NULL;
}

const char *ek_image_name(const struct ek_image *img)
{
	return img->name;
}

const struct ek_iso *ek_image_iso(const struct ek_image *img)
{
	return img->iso;
}

size_t ek_image_count(const struct ek_image *img)
{
	return img->n;
}

const struct ek_image_file *ek_image_at(const struct ek_image *img, size_t i)
{
	return i < img->n ? &img->v[i].pub : NULL;
}

/* ---- look-up and bytes -------------------------------------------------- */

/* As by_path() has it for key with one slash in front and none twice. It needs no
 * memory: a look-up cannot fail. */
static int by_asked(const void *key, const void *file)
{
	const char *a = key, *b = ((const struct file *)file)->pub.path;
	int x = '/', y;

	a += strspn(a, "/");
	while (x == (y = tolower((unsigned char)*b)) && x != '\0') {
		b++;
		x = tolower((unsigned char)*a);
		a += x == '/' ? strspn(a, "/") : (size_t)(x != '\0');
	}
	return x - y;
}

const struct ek_image_file *ek_image_find(const struct ek_image *img,
					  const char *path)
{
	const struct file *f = NULL;

	if (img->n > 0)
		f = bsearch(path, img->v, img->n, sizeof(*img->v), by_asked);
	return f != NULL ? &f->pub : NULL;
}

/* pub is the first member: a file that we handed out is a struct file. */
static const struct file *whole(const struct ek_image_file *file)
{
	return (const struct file *)(const void *)file;
}

static int file_in(const struct ek_image *img, const struct file *f,
		   struct ek_in **in, struct ek_err *err)
{
	char *name = NULL;
	int fd = ek_dir_open_file(img->dir, f->path + 1);
	int rc;

	*in = NULL;
	if (fd < 0)
		return ek_fail_sys(err, "'%s': cannot open '%s'", img->name,
				   f->path);
	if (asprintf(&name, "%s%s", img->name, f->path) < 0) {
		close(fd);
		return no_memory(img, err);
	}
	rc = ek_in_open_fd(in, fd, name, err);
	free(name);
	return rc;
}

int ek_image_in(const struct ek_image *img, const struct ek_image_file *file,
		struct ek_in **in, struct ek_err *err)
{
	const struct file *f = whole(file);

	if (img->iso != NULL)
		return ek_iso_in(img->iso, f->node, in, err);
	return file_in(img, f, in, err);
}

int ek_image_read(const struct ek_image *img, const struct ek_image_file *file,
		  size_t limit, char **data, size_t *len, struct ek_err *err)
{
	struct ek_in *in;
	int rc;

	*data = NULL;
	*len = 0;
	if (file->size > limit)
		return ek_fail(err, EK_ELIMIT, "'%s': '%s' has more than %zu "
			       "bytes", img->name, file->path, limit);
	rc = ek_image_in(img, file, &in, err);
	if (rc != EK_OK)
		return rc;
	*data = malloc((size_t)file->size + 1);
	if (*data == NULL)
		rc = no_memory(img, err);
	else
		rc = ek_in_read_exact(in, *data, (size_t)file->size, file->path,
				      err);
	ek_in_close(&in);
	if (rc != EK_OK) {
		free(*data);
		*data = NULL;
		return rc;
	}
	*len = (size_t)file->size;
	(*data)[*len] = '\0';
	return EK_OK;
}

/* ---- boot --------------------------------------------------------------- */

static int parse_cfg(const struct ek_image *img, struct ek_image_boot *b,
		     struct ek_err *err)
{
	char *text, *name = NULL;
	size_t len;
	int rc;

	rc = ek_image_read(img, b->file, EK_BOOTCFG_MAX, &text, &len, err);
	if (rc != EK_OK)
		return rc;
	if (asprintf(&name, "%s:%s", img->name, b->file->path) < 0) {
		name = NULL;
		rc = no_memory(img, err);
	} else {
		rc = ek_bootcfg_parse(&b->cfg, name, text, len, err);
	}
	free(name);
	free(text);
	return rc;
}

/* Find what the plan names. */
static int locate(const struct ek_image *img, struct ek_image_boot *b,
		  struct ek_err *err)
{
	if (b->plan.kernel != NULL)
		b->kernel = ek_image_find(img, b->plan.kernel);
	b->modules = calloc(b->plan.n_modules + 1,
			    sizeof(struct ek_image_file *));
	if (b->modules == NULL)
		return no_memory(img, err);
	for (size_t i = 0; i < b->plan.n_modules; i++)
		b->modules[i] = ek_image_find(img, b->plan.modules[i].path);
	return EK_OK;
}

static int load_boot(const struct ek_image *img, enum ek_boot_fw fw,
		     struct ek_image_boot *b, struct ek_err *err)
{
	const char *dir = ek_boot_fw_dir(fw);
	char *path;
	int rc;

	if (asprintf(&path, "%s/boot.cfg", dir) < 0)
		return no_memory(img, err);
	b->file = ek_image_find(img, path);
	free(path);
	if (b->file == NULL)
		return EK_OK;
	rc = parse_cfg(img, b, err);
	if (rc == EK_OK)
		rc = ek_boot_plan(b->cfg, fw, dir, &b->plan, err);
	if (rc == EK_OK)
		rc = locate(img, b, err);
	return rc;
}

int ek_image_boot(struct ek_image *img, enum ek_boot_fw fw,
		  const struct ek_image_boot **boot, struct ek_err *err)
{
	struct ek_image_boot *b = &img->boot[fw];
	int rc = EK_OK;

	*boot = b;
	if (img->have[fw])
		return EK_OK;
	rc = load_boot(img, fw, b, err);
	if (rc != EK_OK)
		boot_clear(b);
	img->have[fw] = rc == EK_OK;
	return rc;
}

/* The one of this name among what a firmware boots. */
static const struct ek_image_file *booted(const struct ek_image_boot *b,
					  const char *name)
{
	for (size_t i = 0; i < b->plan.n_modules; i++) {
		const struct ek_image_file *f = b->modules[i];

		if (f != NULL && strcasecmp(ek_path_base(f->path), name) == 0)
			return f;
	}
	if (b->kernel != NULL &&
	    strcasecmp(ek_path_base(b->kernel->path), name) == 0)
		return b->kernel;
	return NULL;
}

const struct ek_image_file *ek_image_module(struct ek_image *img,
					    const char *name)
{
	for (enum ek_boot_fw fw = EK_BOOT_BIOS; fw <= EK_BOOT_UEFI; fw++) {
		const struct ek_image_boot *b;
		const struct ek_image_file *f = NULL;

		if (ek_image_boot(img, fw, &b, NULL) == EK_OK)
			f = booted(b, name);
		if (f != NULL)
			return f;
	}
	return ek_image_find(img, name);
}

const struct ek_image_file *ek_image_database(struct ek_image *img)
{
	return ek_image_module(img, "imgdb.tgz");
}
