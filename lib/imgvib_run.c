/* SPDX-License-Identifier: BSD-2-Clause */
/* imgvib_run.c - prove and write a VIB of an image (imgdb.5; vib.5) */
#include "os.h"

#include "ek/digest.h"
#include "ek/err.h"
#include "ek/image.h"
#include "ek/imgdb.h"
#include "ek/imgpayld.h"
#include "ek/imgvib.h"
#include "ek/io.h"
#include "ek/paysum.h"
#include "ek/profile.h"
#include "ek/vib.h"
#include "imgvib_int.h"

/* ---- payloads ------------------------------------------------------------ */

/* A payload and the file that it is in: one of the two. */
struct part {
	const struct ek_imgvibs *v;
	const struct ek_payload *p;
	const char *sha256; /* of its bytes */
	const struct ek_image_file *file;
	const struct ek_imgpayld_file *boot;
};

static int part_in(void *ctx, struct ek_in **in, struct ek_err *err)
{
	const struct part *t = ctx;

	return t->boot != NULL ? ek_imgpayld_in(t->v->boot, t->boot, in, err)
			       : ek_image_in(t->v->img, t->file, in, err);
}

static uint64_t part_size(const struct part *t)
{
	return t->boot != NULL ? t->boot->size : t->file->size;
}

/* As ek_vib_write() wants it. */
static int part_open(void *ctx, struct ek_in **in, struct ek_err *err)
{
	const struct part *t = ctx;
	struct ek_in *from;
	int rc = part_in(ctx, &from, err);

	*in = NULL;
	return rc == EK_OK ? ek_in_open_expect(in, from, UINT64_MAX, t->sha256,
					       err) : rc;
}

static int find_boot(struct ek_imgvibs *v, struct part *t, const char *name,
		     struct ek_err *err)
{
	struct ek_err why = EK_ERR_INIT;
	int rc = EK_OK;

	if (v->boot == NULL)
		rc = ek_imgpayld_open(&v->boot, v->img, &why);
	if (rc == EK_EREFUSE)
		return ek_fail(err, rc, "payload '%s' of type boot is '%s' of"
			       " imgpayld.tgz: %s", t->p->name, name, why.msg);
	if (rc != EK_OK) {
		*err = why;
		return rc;
	}
	t->boot = ek_imgpayld_find(v->boot, name);
	if (t->boot == NULL)
		return ek_fail(err, EK_EREFUSE, "payload '%s': '%s' does not"
			       " have var/db/payloads/boot/%s", t->p->name,
			       ek_imgpayld_name(v->boot), name);
	return EK_OK;
}

/*
 * What the firmware starts lies on a disc under the name of the payload, where
 * the firmware looks for it (bundle.5, "Profiles"); whether it is the payload, its
 * bytes have to prove.
 */
static const struct ek_image_file *find_loader(const struct ek_imgvibs *v,
					       const struct ek_payload *p)
{
	const struct ek_image_file *f;
	char path[64];

	if (strncmp(p->type, "boot_", 5) != 0 &&
	    strcmp(p->type, "eltorito_image_efi") != 0)
		return NULL;
	f = ek_image_find(v->img, p->name);
	if (f != NULL)
		return f;
	snprintf(path, sizeof(path), "EFI/BOOT/%.40s", p->name);
	return ek_image_find(v->img, path);
}

static int find_file(struct ek_imgvibs *v, const struct ek_dbvib *d,
		     struct part *t, struct ek_err *err)
{
	const char *name = ek_profile_local(ek_profile_find(v->p, d->id),
					    t->p->name);

	if (name == NULL)
		return ek_fail(err, EK_EREFUSE, "payload '%s': the profile '%s'"
			       " names no file for it", t->p->name,
			       v->p->name);
	if (strcmp(t->p->type, "boot") == 0)
		return find_boot(v, t, name, err);
	t->file = ek_image_module(v->img, name);
	if (t->file == NULL)
		t->file = find_loader(v, t->p);
	if (t->file == NULL)
		return ek_fail(err, EK_EREFUSE, "payload '%s': its file '%s' is"
			       " not on the image '%s'", t->p->name, name,
			       ek_image_name(v->img));
	return EK_OK;
}

static int plan_part(struct ek_imgvibs *v, const struct ek_dbvib *d,
		     struct part *t, struct ek_err *err)
{
	const struct ek_checksum *s = ek_payload_sum(t->p, "sha-256", NULL);

	if (s == NULL)
		return ek_fail(err, EK_EREFUSE, "payload '%s' has no plain"
			       " checksum (sha-256) to prove the bytes by",
			       t->p->name);
	t->v = v;
	t->sha256 = s->hex;
	return find_file(v, d, t, err);
}

/* ---- the whole ----------------------------------------------------------- */

/* A VIB that can be written. */
struct plan {
	const char *desc, *sig;
	size_t desc_len, sig_len;
	struct part *parts;
	struct ek_vib_source *src;
	size_t n;
};

static int plan_parts(struct ek_imgvibs *v, const struct ek_dbvib *d,
		      struct plan *p, struct ek_err *err)
{
	int rc = EK_OK;

	for (size_t i = 0; i < d->d.n_payloads && rc == EK_OK; i++) {
		struct part *t = &p->parts[p->n];

		t->p = &d->d.payloads[i];
		rc = plan_part(v, d, t, err);
		if (rc != EK_OK)
			break;
		p->src[p->n++] = (struct ek_vib_source){
			.name = t->p->name, .size = part_size(t),
			.open = part_open, .ctx = t,
		};
	}
	return rc;
}

static void plan_clear(struct plan *p)
{
	free(p->parts);
	free(p->src);
}

/* Failures are told with the VIB's id in front. A name that no VIB can have is
 * none of the command line here. */
static int say_vib(const struct ek_dbvib *d, int rc, const struct ek_err *why,
		   struct ek_err *err)
{
	if (rc == EK_EARG)
		rc = EK_EREFUSE;
	if (rc == EK_OK || err == NULL)
		return rc;
	*err = *why;
	err->code = rc;
	snprintf(err->msg, sizeof(err->msg), "VIB '%.200s': %.800s", d->id,
		 why->msg);
	return rc;
}

static int make_plan(struct ek_imgvibs *v, size_t i, struct plan *p,
		     struct ek_err *err)
{
	const struct ek_dbvib *d = v->v[i];
	int rc;

	*p = (struct plan){ .n = 0 };
	p->desc = ek_imgvibs_descriptor(v, i, &p->desc_len);
	p->sig = ek_imgvib_sig(d, &p->sig_len);
	p->parts = calloc(d->d.n_payloads + 1, sizeof(*p->parts));
	p->src = calloc(d->d.n_payloads + 1, sizeof(*p->src));
	if (p->parts == NULL || p->src == NULL)
		return ek_fail_sys(err, "'%s'", ek_image_name(v->img));
	rc = ek_imgvib_check(d, err);
	if (rc == EK_OK)
		rc = plan_parts(v, d, p, err);
	return rc;
}

static int no_bytes(void *ctx, struct ek_in **in, struct ek_err *err)
{
	(void)ctx;
	return ek_in_open_mem(in, "nothing", "", 0, err);
}

/* Would names and sizes do in a VIB? It is written with no bytes in it. */
static int check_names(const struct plan *p, struct ek_err *err)
{
	struct ek_vib_source *src = calloc(p->n + 1, sizeof(*src));
	struct ek_out *out = NULL;
	int rc;

	if (src == NULL)
		return ek_fail_sys(err, "checking a VIB");
	for (size_t i = 0; i < p->n; i++)
		src[i] = (struct ek_vib_source){ .name = p->src[i].name,
						 .open = no_bytes };
	rc = ek_out_open_null(&out, err);
	if (rc == EK_OK)
		rc = ek_vib_write(out, "", 0, "", 0, src, p->n, err);
	ek_out_abort(&out);
	free(src);
	return rc;
}

static int prove_part(struct part *t, struct ek_err *err)
{
	struct ek_in *in = NULL;
	int rc = part_in(t, &in, err);

	if (rc == EK_OK)
		rc = ek_paysum_copy(t->p, ek_in_name(in), in, NULL, NULL, err);
	ek_in_close(&in);
	return rc;
}

int ek_imgvibs_prove(struct ek_imgvibs *v, size_t i, struct ek_err *err)
{
	struct ek_err why = EK_ERR_INIT;
	struct plan p;
	int rc = make_plan(v, i, &p, &why);

	if (rc == EK_OK)
		rc = check_names(&p, &why);
	for (size_t k = 0; k < p.n && rc == EK_OK; k++)
		rc = prove_part(&p.parts[k], &why);
	plan_clear(&p);
	return say_vib(v->v[i], rc, &why, err);
}

int ek_imgvibs_write(struct ek_imgvibs *v, size_t i, struct ek_out *out,
		     struct ek_err *err)
{
	struct ek_err why = EK_ERR_INIT;
	struct plan p;
	int rc = make_plan(v, i, &p, &why);

	if (rc == EK_OK)
		rc = ek_vib_write(out, p.desc, p.desc_len, p.sig, p.sig_len,
				  p.src, p.n, &why);
	plan_clear(&p);
	return say_vib(v->v[i], rc, &why, err);
}
