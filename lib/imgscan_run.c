/* SPDX-License-Identifier: BSD-2-Clause */
/* imgscan_run.c - every module and payload file of an image: whom it belongs to */
#include "os.h"

#include "ek/err.h"
#include "ek/image.h"
#include "ek/imgdb.h"
#include "ek/imgscan.h"
#include "ek/io.h"
#include "ek/path.h"
#include "ek/profile.h"
#include "imgscan_int.h"

static int no_memory(const struct ek_imgscan *s, struct ek_err *err)
{
	errno = ENOMEM;
	return ek_fail_sys(err, "'%s'", ek_image_name(s->img));
}

/* ---- the list ------------------------------------------------------------ */

/* A new last one called name, in lower case; NULL: no memory. */
static struct ek_scan_file *new_file(struct ek_imgscan *s, const char *name)
{
	struct ek_scan_file *f;

	if (s->n == s->cap) {
		size_t cap = s->cap != 0 ? s->cap * 2 : 256;

		f = reallocarray(s->v, cap, sizeof(*f));
		if (f == NULL)
			return NULL;
		s->v = f;
		s->cap = cap;
	}
	f = &s->v[s->n];
	memset(f, 0, sizeof(*f));
	f->name = strdup(name);
	if (f->name == NULL)
		return NULL;
	ek_path_lower(f->name, f->name);
	s->n++;
	return f;
}

static int add_payload(struct ek_imgscan *s, const struct ek_dbvib *d,
		       const struct ek_payload *p, const char *local,
		       struct ek_err *err)
{
	struct ek_scan_file *f = new_file(s, local);

	if (f == NULL)
		return no_memory(s, err);
	f->vib = d;
	f->payload = p;
	f->file = ek_image_module(s->img, local);
	return EK_OK;
}

/* The payloads of the profile's VIBs; one that has no local name is left out. */
static int add_vib(struct ek_imgscan *s, const struct ek_profile_vib *v,
		   struct ek_err *err)
{
	const struct ek_dbvib *d = ek_imgdb_find(s->db, v->id);
	int rc = EK_OK;

	if (d == NULL || !v->boot)
		return EK_OK;
	for (size_t i = 0; rc == EK_OK && i < d->d.n_payloads; i++) {
		const struct ek_payload *p = &d->d.payloads[i];
		const char *local = ek_profile_local(v, p->name);

		if (local != NULL)
			rc = add_payload(s, d, p, local, err);
	}
	return rc;
}

static int add_booted(struct ek_imgscan *s, enum ek_boot_fw fw,
		      const char *path, const struct ek_image_file *file,
		      bool kernel, size_t place, struct ek_err *err)
{
	struct ek_scan_file *f = new_file(s, ek_path_base(path));

	if (f == NULL)
		return no_memory(s, err);
	f->file = file;
	f->kernel = kernel;
	f->boots = fw == EK_BOOT_BIOS ? EK_SCAN_BIOS : EK_SCAN_UEFI;
	f->place[fw] = place;
	return EK_OK;
}

/* What a firmware loads; a boot.cfg that cannot be read is somebody else's. */
static int add_boot(struct ek_imgscan *s, enum ek_boot_fw fw,
		    struct ek_err *err)
{
	struct ek_err why = EK_ERR_INIT;
	const struct ek_image_boot *b;
	int rc = ek_image_boot(s->img, fw, &b, &why);

	if (rc == EK_ESYS) {
		*err = why;
		return rc;
	}
	if (rc != EK_OK || b->file == NULL || b->plan.kernel == NULL)
		return EK_OK;
	rc = add_booted(s, fw, b->plan.kernel, b->kernel, true, 0, err);
	for (size_t i = 0; rc == EK_OK && i < b->plan.n_modules; i++)
		rc = add_booted(s, fw, b->plan.modules[i].path, b->modules[i],
				false, i, err);
	return rc;
}

/* ---- one record a file --------------------------------------------------- */

/* Payloads before what boot.cfg says of them. */
static int by_name(const void *a, const void *b)
{
	const struct ek_scan_file *x = a, *y = b;
	int c = strcmp(x->name, y->name);

	if (c == 0)
		c = (x->payload == NULL) - (y->payload == NULL);
	if (c == 0 && x->payload != NULL)
		c = strcmp(x->vib->id, y->vib->id);
	return c;
}

/* from says more of to. */
static void join(struct ek_scan_file *to, const struct ek_scan_file *from)
{
	to->claimed_again = to->claimed_again || from->payload != NULL;
	if (to->file == NULL)
		to->file = from->file;
	to->kernel = to->kernel || from->kernel;
	for (unsigned fw = 0; fw < 2; fw++) {
		unsigned bit = fw == EK_BOOT_BIOS ? EK_SCAN_BIOS : EK_SCAN_UEFI;

		if ((from->boots & ~to->boots & bit) != 0)
			to->place[fw] = from->place[fw];
	}
	to->boots |= from->boots;
	free(from->name);
}

static void merge(struct ek_imgscan *s)
{
	size_t n = 0;

	if (s->n == 0)
		return;
	qsort(s->v, s->n, sizeof(*s->v), by_name);
	for (size_t i = 1; i < s->n; i++) {
		if (strcmp(s->v[n].name, s->v[i].name) == 0)
			join(&s->v[n], &s->v[i]);
		else
			s->v[++n] = s->v[i];
	}
	s->n = n + 1;
}

/* ---- the image ----------------------------------------------------------- */

static int open_db(struct ek_imgscan *s, struct ek_err *err)
{
	const struct ek_image_file *f = ek_image_database(s->img);
	struct ek_in *in = NULL;
	int rc;

	if (f == NULL) {
		(void)ek_fail(&s->why, EK_EREFUSE, "'%s' has no image database",
			      ek_image_name(s->img));
		return EK_OK;
	}
	rc = ek_image_in(s->img, f, &in, &s->why);
	if (rc == EK_OK)
		rc = ek_imgdb_read(&s->db, in, &s->why);
	ek_in_close(&in);
	if (rc != EK_ESYS)
		return EK_OK;
	*err = s->why;
	return rc;
}

static int gather(struct ek_imgscan *s, struct ek_err *err)
{
	struct ek_profile *p = NULL;
	int rc = open_db(s, err);

	if (rc == EK_OK && s->db != NULL &&
	    ek_imgdb_profile(s->db, &p, &s->why) == EK_OK)
		for (size_t i = 0; rc == EK_OK && i < p->n_vibs; i++)
			rc = add_vib(s, &p->vibs[i], err);
	for (enum ek_boot_fw fw = EK_BOOT_BIOS; rc == EK_OK &&
	     fw <= EK_BOOT_UEFI; fw++)
		rc = add_boot(s, fw, err);
	merge(s);
	return rc;
}

int ek_imgscan_new(struct ek_imgscan **out, struct ek_image *img,
		   const struct ek_imgscan_opts *o, struct ek_err *err)
{
	struct ek_imgscan *s = calloc(1, sizeof(*s));
	int rc;

	*out = NULL;
	if (s == NULL)
		return ek_fail_sys(err, "'%s'", ek_image_name(img));
	s->img = img;
	s->o = *o;
	rc = gather(s, err);
	if (rc == EK_OK && o->read)
		rc = ek_imgscan_read(s, err);
	if (rc != EK_OK)
		ek_imgscan_free(&s);
	*out = s;
	return rc;
}

void ek_imgscan_free(struct ek_imgscan **scan)
{
	struct ek_imgscan *s = *scan;

	if (s == NULL)
		return;
	for (size_t i = 0; i < s->n; i++)
		ek_scan_file_clear(&s->v[i]);
	free(s->v);
	ek_imgdb_free(&s->db);
	free(s);
	*scan = NULL;
}

/* ---- looking ------------------------------------------------------------- */

size_t ek_imgscan_count(const struct ek_imgscan *s)
{
	return s->n;
}

const struct ek_scan_file *ek_imgscan_at(const struct ek_imgscan *s, size_t i)
{
	return i < s->n ? &s->v[i] : NULL;
}

static int is_named(const void *key, const void *file)
{
	return strcmp(key, ((const struct ek_scan_file *)file)->name);
}

const struct ek_scan_file *ek_imgscan_find(const struct ek_imgscan *s,
					   const char *name)
{
	struct ek_scan_file *f = NULL;
	char *lower = strdup(name);

	if (lower == NULL || s->n == 0) {
		free(lower);
		return NULL;
	}
	ek_path_lower(lower, lower);
	f = bsearch(lower, s->v, s->n, sizeof(*s->v), is_named);
	free(lower);
	return f;
}

struct ek_image *ek_imgscan_image(const struct ek_imgscan *s)
{
	return s->img;
}

const struct ek_imgdb *ek_imgscan_db(const struct ek_imgscan *s)
{
	return s->db;
}

const struct ek_err *ek_imgscan_why(const struct ek_imgscan *s)
{
	return s->why.code != EK_OK ? &s->why : NULL;
}
