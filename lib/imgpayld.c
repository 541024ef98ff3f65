/* SPDX-License-Identifier: BSD-2-Clause */
/* imgpayld.c - payloads of type boot, in imgpayld.tgz (imgdb.5) */
#include "os.h"

#include "ek/entry.h"
#include "ek/err.h"
#include "ek/image.h"
#include "ek/imgpayld.h"
#include "ek/io.h"
#include "ek/layers.h"
#include "ek/tarball.h"

#define BOOT_DIR "var/db/payloads/boot/"

struct ek_imgpayld {
	const struct ek_image *img;
	const struct ek_image_file *file;
	char *name;
	struct ek_imgpayld_file *v; /* in the order of the archive */
	size_t n, cap;
};

/* ---- the archive --------------------------------------------------------- */

/* Open, and where in it we are. */
struct tgz {
	struct ek_in *file;
	struct ek_layers *layers;
	struct ek_tarball *tar;
};

static void tgz_close(struct tgz *t)
{
	ek_tarball_close(&t->tar);
	ek_layers_close(&t->layers);
	ek_in_close(&t->file);
}

static int tgz_open(struct tgz *t, const struct ek_imgpayld *p,
		    struct ek_err *err)
{
	int rc = ek_image_in(p->img, p->file, &t->file, err);

	if (rc == EK_OK)
		rc = ek_layers_open(&t->layers, t->file, NULL, err);
	if (rc == EK_OK)
		rc = ek_tarball_open(&t->tar, ek_layers_in(t->layers), err);
	return rc;
}

/* Local name of a boot payload; NULL: the entry is something else. */
static const char *boot_name(const struct ek_entry *e)
{
	const size_t n = strlen(BOOT_DIR);

	return e->type == EK_FT_FILE && strncmp(e->name, BOOT_DIR, n) == 0
	       ? e->name + n : NULL;
}

/* ---- the list ------------------------------------------------------------ */

static int grow(struct ek_imgpayld *p, struct ek_err *err)
{
	size_t cap = p->cap != 0 ? p->cap * 2 : 16;
	struct ek_imgpayld_file *v;

	if (p->n < p->cap)
		return EK_OK;
	v = reallocarray(p->v, cap, sizeof(*v));
	if (v == NULL)
		return ek_fail_sys(err, "'%s'", p->name);
	p->v = v;
	p->cap = cap;
	return EK_OK;
}

static int note(struct ek_imgpayld *p, const struct ek_entry *e,
		struct ek_err *err)
{
	const char *name = boot_name(e);
	int rc;

	if (name == NULL)
		return EK_OK;
	if (p->n >= EK_IMGPAYLD_FILES)
		return ek_fail(err, EK_ELIMIT, "'%s' has more than %u boot"
			       " payloads", p->name, EK_IMGPAYLD_FILES);
	rc = grow(p, err);
	if (rc != EK_OK)
		return rc;
	p->v[p->n].name = strdup(name);
	p->v[p->n].size = e->size;
	if (p->v[p->n].name == NULL)
		return ek_fail_sys(err, "'%s'", p->name);
	p->n++;
	return EK_OK;
}

static int read_list(struct ek_imgpayld *p, struct ek_err *err)
{
	struct tgz t = { NULL, NULL, NULL };
	const struct ek_entry *e;
	uint64_t total = 0;
	int rc = tgz_open(&t, p, err);

	while (rc == EK_OK && (rc = ek_tarball_next(t.tar, &e, err)) == EK_OK) {
		/* its data is passed over by the next call: not of a bomb */
		if (e->size > EK_IMGPAYLD_MAX - total) {
			rc = ek_fail(err, EK_ELIMIT, "'%s' has more than %llu"
				     " bytes of files", p->name,
				     (unsigned long long)EK_IMGPAYLD_MAX);
			break;
		}
		total += e->size;
		rc = note(p, e, err);
	}
	tgz_close(&t);
	return rc == EK_END ? EK_OK : rc;
}

int ek_imgpayld_open(struct ek_imgpayld **out, struct ek_image *img,
		     struct ek_err *err)
{
	const struct ek_image_file *file = ek_image_module(img, "imgpayld.tgz");
	struct ek_imgpayld *p;
	int rc;

	*out = NULL;
	if (file == NULL)
		return ek_fail(err, EK_EREFUSE, "'%s' has no imgpayld.tgz",
			       ek_image_name(img));
	p = calloc(1, sizeof(*p));
	if (p == NULL || asprintf(&p->name, "%s%s", ek_image_name(img),
				  file->path) < 0) {
		free(p);
		return ek_fail_sys(err, "'%s'", ek_image_name(img));
	}
	p->img = img;
	p->file = file;
	rc = read_list(p, err);
	if (rc != EK_OK)
		ek_imgpayld_free(&p);
	*out = p;
	return rc;
}

void ek_imgpayld_free(struct ek_imgpayld **pp)
{
	struct ek_imgpayld *p = *pp;

	if (p == NULL)
		return;
	for (size_t i = 0; i < p->n; i++)
		free(p->v[i].name);
	free(p->v);
	free(p->name);
	free(p);
	*pp = NULL;
}

const char *ek_imgpayld_name(const struct ek_imgpayld *p)
{
	return p->name;
}

const struct ek_imgpayld_file *ek_imgpayld_find(const struct ek_imgpayld *p,
						const char *name)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->v[i].name, name) == 0)
			return &p->v[i];
	return NULL;
}

/* ---- one file ------------------------------------------------------------ */

static int fill(void *ctx, unsigned char *buf, size_t cap, size_t *got,
		struct ek_err *err)
{
	struct tgz *t = ctx;

	return ek_tarball_read(t->tar, buf, cap, got, err);
}

static void drop(void *ctx)
{
	tgz_close(ctx);
	free(ctx);
}

/* To its first entry of this name. */
static int seek_to(struct tgz *t, const struct ek_imgpayld *p, const char *name,
		   struct ek_err *err)
{
	const struct ek_entry *e;
	int rc;

	while ((rc = ek_tarball_next(t->tar, &e, err)) == EK_OK) {
		const char *it = boot_name(e);

		if (it != NULL && strcmp(it, name) == 0)
			return EK_OK;
	}
	if (rc != EK_END)
		return rc;
	return ek_fail(err, EK_EREFUSE, "'%s' was changed while it was read:"
		       " '" BOOT_DIR "%s' is gone", p->name, name);
}

int ek_imgpayld_in(const struct ek_imgpayld *p,
		   const struct ek_imgpayld_file *file, struct ek_in **in,
		   struct ek_err *err)
{
	struct tgz *t = calloc(1, sizeof(*t));
	char *name = NULL;
	int rc;

	*in = NULL;
	if (t == NULL ||
	    asprintf(&name, "%s:" BOOT_DIR "%s", p->name, file->name) < 0) {
		free(t);
		return ek_fail_sys(err, "'%s'", p->name);
	}
	rc = tgz_open(t, p, err);
	if (rc == EK_OK)
		rc = seek_to(t, p, file->name, err);
	if (rc == EK_OK)
		rc = ek_in_open_fill(in, name, fill, drop, t, err);
	else
		drop(t);
	free(name);
	return rc;
}
