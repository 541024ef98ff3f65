/* SPDX-License-Identifier: BSD-2-Clause */
/* imgvib_read.c - the VIBs of an image's profile, their texts (imgdb.5) */
#include "os.h"

#include "ek/err.h"
#include "ek/image.h"
#include "ek/imgdb.h"
#include "ek/imgpayld.h"
#include "ek/imgvib.h"
#include "ek/io.h"
#include "ek/profile.h"
#include "ek/vib.h"
#include "imgvib_int.h"

static int no_memory(const struct ek_imgvibs *v, struct ek_err *err)
{
	errno = ENOMEM;
	return ek_fail_sys(err, "'%s'", ek_image_name(v->img));
}

/* ---- the list ------------------------------------------------------------ */

static int open_db(struct ek_imgvibs *v, struct ek_err *err)
{
	const struct ek_image_file *f = ek_image_database(v->img);
	struct ek_in *in = NULL;
	int rc;

	if (f == NULL)
		return ek_fail(err, EK_EREFUSE, "'%s' has no image database:"
			       " neither a boot.cfg nor the root has an"
			       " imgdb.tgz", ek_image_name(v->img));
	rc = ek_image_in(v->img, f, &in, err);
	if (rc == EK_OK)
		rc = ek_imgdb_read(&v->db, in, err);
	ek_in_close(&in);
	return rc;
}

static int by_id(const void *a, const void *b)
{
	const struct ek_dbvib *const *x = a, *const *y = b;

	return strcmp((*x)->id, (*y)->id);
}

static int list(struct ek_imgvibs *v, struct ek_err *err)
{
	int rc = EK_OK;

	v->v = calloc(v->p->n_vibs + 1, sizeof(struct ek_dbvib *));
	if (v->v == NULL)
		return no_memory(v, err);
	for (size_t i = 0; i < v->p->n_vibs && rc == EK_OK; i++) {
		const char *id = v->p->vibs[i].id;
		const struct ek_dbvib *it = ek_imgdb_find(v->db, id);

		if (it != NULL)
			v->v[v->n++] = it;
		else
			rc = ek_strs_add(&v->missing, id, strlen(id), err);
	}
	qsort(v->v, v->n, sizeof(struct ek_dbvib *), by_id);
	ek_strs_sort(&v->missing);
	return rc;
}

int ek_imgvibs_new(struct ek_imgvibs **out, struct ek_image *img,
		   struct ek_err *err)
{
	struct ek_imgvibs *v = calloc(1, sizeof(*v));
	struct ek_profile *p = NULL;
	int rc;

	*out = NULL;
	if (v == NULL)
		return ek_fail_sys(err, "'%s'", ek_image_name(img));
	v->img = img;
	rc = open_db(v, err);
	if (rc == EK_OK)
		rc = ek_imgdb_profile(v->db, &p, err);
	v->p = p;
	if (rc == EK_OK)
		rc = list(v, err);
	if (rc != EK_OK)
		ek_imgvibs_free(&v);
	*out = v;
	return rc;
}

void ek_imgvibs_free(struct ek_imgvibs **vp)
{
	struct ek_imgvibs *v = *vp;

	if (v == NULL)
		return;
	ek_imgpayld_free(&v->boot);
	ek_strs_free(&v->missing);
	free(v->v);
	ek_imgdb_free(&v->db);
	free(v);
	*vp = NULL;
}

const struct ek_imgdb *ek_imgvibs_db(const struct ek_imgvibs *v)
{
	return v->db;
}

size_t ek_imgvibs_count(const struct ek_imgvibs *v)
{
	return v->n;
}

const struct ek_dbvib *ek_imgvibs_at(const struct ek_imgvibs *v, size_t i)
{
	return v->v[i];
}

const struct ek_strs *ek_imgvibs_missing(const struct ek_imgvibs *v)
{
	return &v->missing;
}

/* ---- descriptor and signature -------------------------------------------- */

/* ESXi takes an empty .orig as none (imgdb.5, "VIBs"). */
static const struct ek_dbfile *orig_of(const struct ek_dbvib *d)
{
	return d->orig != NULL && d->orig->e.size != 0 ? d->orig : NULL;
}

const char *ek_imgvib_sig(const struct ek_dbvib *d, size_t *len)
{
	*len = d->sig != NULL ? (size_t)d->sig->e.size : 0;
	return d->sig != NULL ? d->sig->data : NULL;
}

const char *ek_imgvibs_descriptor(const struct ek_imgvibs *v, size_t i,
				  size_t *len)
{
	const struct ek_dbvib *d = v->v[i];
	const struct ek_dbfile *f = orig_of(d);

	if (f == NULL)
		f = d->xml;
	*len = (size_t)f->e.size;
	return f->data;
}

int ek_imgvib_check(const struct ek_dbvib *d, struct ek_err *err)
{
	const struct ek_dbfile *orig = orig_of(d);
	size_t len;

	ek_imgvib_sig(d, &len);
	if (len > EK_VIB_SIG_MAX)
		return ek_fail(err, EK_ELIMIT, "'%s' is larger than %u bytes",
			       d->sig->e.name, EK_VIB_SIG_MAX);
	if (orig != NULL)
		return ek_imgdb_check_orig(d, err);
	if (len != 0)
		return ek_fail(err, EK_EREFUSE, "'%s': there is no %s.orig, the"
			       " descriptor that this signature was made over",
			       d->sig->e.name, d->xml->e.name);
	return EK_OK;
}
