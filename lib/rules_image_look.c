/* SPDX-License-Identifier: BSD-2-Clause */
/* rules_image_look.c - what is wrong with a file of an image: one thing each */
#include "os.h"

#include <stdarg.h>

#include "ek/image.h"
#include "ek/imgdb.h"
#include "ek/io.h"
#include "ek/profile.h"
#include "ek/release.h"
#include "ek/version.h"
#include "rules_image_int.h"

/* ---- helpers ------------------------------------------------------------ */

bool rules_image_is(const char *s, const char *want)
{
	return s != NULL && strcmp(s, want) == 0;
}

bool rules_image_is_vmtar(const struct ek_payload *p)
{
	return rules_image_is(p->type, "vgz") ||
	       rules_image_is(p->type, "vzstd") ||
	       rules_image_is(p->type, "installer_vgz");
}

/* imgdb.5, "Where it is": a host has locker VIBs elsewhere, and nothing of the
 * installer. */
bool rules_image_is_here(const struct ri *w, const struct ek_scan_file *f)
{
	return f->vib != NULL &&
	       !(w->s->bank &&
		 (rules_image_is(f->vib->d.type, "locker") ||
		  rules_image_is(f->payload->type, "installer_vgz")));
}

/* imgdb.5, "Boot order"; what a host keeps in its bootbank besides. */
bool rules_image_is_known(const struct ri *w, const char *name)
{
	static const char *const both[] = { "imgdb.tgz" };
	static const char *const iso[] = { "imgpayld.tgz" };
	static const char *const newer[] = { "basemisc.tgz", "resvibs.tgz",
					     "esxiodpt.tgz" };
	static const char *const bank[] = { "state.tgz", "local.tgz",
		"onetime.tgz", "useropts.gz", "features.gz", "jumpstrt.gz" };
	const struct { const char *const *v; size_t n; bool yes; } lists[] = {
		{ both, 1, true },
		{ iso, 1, !w->s->bank },
		{ newer, 3, (w->s->release->bit & EK_R70_UP) != 0 },
		{ bank, 6, w->s->bank },
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		for (size_t k = 0; lists[i].yes && k < lists[i].n; k++)
			if (strcmp(lists[i].v[k], name) == 0)
				return true;
	return false;
}

/* "IMAGE:/S.V00", malloc()ed. */
static char *subject_of(const struct ri *w, const struct ek_scan_file *f)
{
	char *s;

	if (asprintf(&s, "%s:%s%s", ek_image_name(w->img), f->file != NULL ? ""
		     : "/", f->file != NULL ? f->file->path : f->name) < 0)
		return NULL;
	return s;
}

int rules_image_tell(const struct ek_rule *rule, const struct ri *w,
		     const struct ek_scan_file *f, const char *esxi_text,
		     struct ek_findings *out, struct ek_err *err,
		     const char *fmt, ...)
{
	char *what, *subject = subject_of(w, f);
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&what, fmt, ap);
	va_end(ap);
	if (n < 0 || subject == NULL) {
		if (n >= 0)
			free(what);
		free(subject);
		return ek_fail_sys(err, "findings");
	}
	if (f->payload != NULL)
		ek_finding_add(out, rule, subject, esxi_text, "%s; payload '%s'"
			       " of VIB '%s'", what, f->payload->name,
			       f->vib->id);
	else
		ek_finding_add(out, rule, subject, esxi_text, "%s", what);
	free(subject);
	free(what);
	return EK_OK;
}

/* ---- whose is it -------------------------------------------------------- */

/* The profile names it, for a VIB whose XML is not there: told by vib-missing. */
static bool in_profile(const struct ri *w, const char *name)
{
	const struct ek_profile *p = w->s->p;

	for (size_t i = 0; i < p->n_vibs; i++)
		for (size_t k = 0; k < p->vibs[i].n_payloads; k++)
			if (strcasecmp(p->vibs[i].payloads[k].name, name) == 0)
				return true;
	return false;
}

static bool fits_one(const struct ek_payload *p,
		     const struct ek_payload_look *l)
{
	for (size_t k = 0; k < p->n_sums; k++)
		if (ek_payload_fits(l, &p->sums[k]))
			return true;
	return false;
}

/* Is the name that the profile has for payload p its own? */
static bool has_own_name(const struct ri *w, const struct ek_profile_vib *v,
			 const struct ek_payload *p)
{
	const char *name = ek_profile_local(v, p->name);

	for (size_t i = 0; name != NULL && i < w->n; i++) {
		const struct ek_scan_file *f = ek_imgscan_at(w->s->scan, i);

		if (strcasecmp(f->name, name) == 0 && f->claimed_again)
			return false;
	}
	return name != NULL;
}

/* It is a payload of a VIB that the profile does not list, or for which it has
 * no name, or the same as for another: told by unlisted-vib, payload-missing,
 * name-twice. */
static bool is_told(const struct ri *w, const struct ek_scan_file *f)
{
	for (size_t i = 0; f->looked && i < ek_imgdb_vibs(w->s->db); i++) {
		const struct ek_dbvib *v = ek_imgdb_vib(w->s->db, i);
		const struct ek_profile_vib *pv = ek_profile_find(w->s->p,
								  v->id);

		for (size_t k = 0; k < v->d.n_payloads; k++)
			if ((pv == NULL ||
			     !has_own_name(w, pv, &v->d.payloads[k])) &&
			    fits_one(&v->d.payloads[k], &f->look))
				return true;
	}
	return false;
}

static bool is_stray(const struct ri *w, const struct ek_scan_file *f)
{
	return f->boots != 0 && f->vib == NULL && w->s->p != NULL &&
	       !rules_image_is_known(w, f->name) && !in_profile(w, f->name) &&
	       !is_told(w, f);
}

/* ---- its bytes ---------------------------------------------------------- */

/* Filled by the host as it runs (boot.cfg.5, "Module files"). */
static bool is_state(const char *name)
{
	return strncmp(name, "useropts", 8) == 0 ||
	       strncmp(name, "jumpstrt", 8) == 0 ||
	       strncmp(name, "features", 8) == 0;
}

static bool is_inside(const struct ek_checksum *s)
{
	return s->process != NULL || rules_image_is(s->type, "sha-256-gunzip1");
}

const struct ek_checksum *rules_image_unfit(const struct ek_scan_file *f,
					    bool inside)
{
	for (size_t i = 0; i < f->payload->n_sums; i++) {
		const struct ek_checksum *s = &f->payload->sums[i];

		if (is_inside(s) == inside &&
		    ek_payload_digest(&f->look, s) != NULL &&
		    !ek_payload_fits(&f->look, s))
			return s;
	}
	return NULL;
}

static bool wrong_size(const struct ri *w, const struct ek_scan_file *f)
{
	const struct ek_payload *p = f->payload;

	return (p->has_size && !w->s->bank && p->size != f->look.size) ||
	       (p->has_uncompressed && f->look.layers_rc == EK_OK &&
		p->uncompressed_size != f->look.inside_size);
}

static enum ri_fault inside_fault(const struct ri *w,
				  const struct ek_scan_file *f)
{
	const struct ek_payload_look *l = &f->look;
	bool zstd = strcmp(l->layers, "gzip zstd") == 0;
	enum ek_payload_holds want = rules_image_is_vmtar(f->payload) ?
		EK_HOLDS_VMTAR : EK_HOLDS_TAR;

	if (rules_image_unfit(f, true) != NULL)
		return RI_GUNZIP;
	if (wrong_size(w, f))
		return RI_SIZE;
	if (zstd != rules_image_is(f->payload->type, "vzstd"))
		return RI_LAYER;
	if (want == EK_HOLDS_TAR && !rules_image_is(f->payload->type, "tgz"))
		return RI_FINE; /* of type boot */
	if (l->holds == want && l->rc == EK_OK)
		return RI_FINE;
	return want == EK_HOLDS_TAR ? RI_TGZ : RI_VMTAR;
}

/* A payload that was looked at. */
static enum ri_fault payload_fault(const struct ri *w,
				   const struct ri_file *v)
{
	const struct ek_scan_file *f = v->f;
	bool differs = !w->s->bank && rules_image_unfit(f, false) != NULL;

	if (v->loader.bios != EK_BOOT_OK)
		return RI_LOADER;
	if (w->s->bank && is_state(f->name))
		return RI_FINE;
	if (differs)
		return RI_DIGEST;
	if (!ek_payload_compressed(f->payload))
		return RI_FINE;
	if (f->look.gzip && f->look.layers_rc != EK_OK)
		return f->boots != 0 ? RI_LOADER : RI_PACKED;
	if (!f->look.gzip)
		return RI_PACKED;
	return inside_fault(w, f);
}

static enum ri_fault bytes_fault(const struct ri *w, const struct ri_file *v)
{
	const struct ek_scan_file *f = v->f;

	if (!f->looked || f->claimed_again) /* told by name-twice */
		return RI_FINE;
	if (rules_image_is_here(w, f))
		return payload_fault(w, v);
	if (f->look.gzip && f->look.layers_rc != EK_OK)
		return RI_LOADER;
	if (f->boots == 0 || !rules_image_is_known(w, f->name))
		return RI_FINE;
	if (strcmp(f->name, "imgdb.tgz") == 0)
		return RI_FINE; /* the database is read, or why it is not told */
	if (f->look.layers_rc != EK_OK || f->look.rc != EK_OK)
		return RI_DAMAGED;
	return RI_FINE;
}

/* ---- all of it ---------------------------------------------------------- */

/* A file that must be there and be loaded. */
static bool is_wanted(const struct ri *w, const struct ek_scan_file *f)
{
	return rules_image_is_here(w, f) && ek_payload_compressed(f->payload);
}

static enum ri_fault fault_of(const struct ri *w, const struct ri_file *v)
{
	const struct ek_scan_file *f = v->f;

	if (f->file == NULL && f->boots != 0)
		return RI_MISSING;
	if (f->file == NULL)
		return is_wanted(w, f) ? RI_NO_FILE : RI_FINE;
	if (f->boots != 0 && f->file->size == 0)
		return RI_EMPTY;
	if (f->boots != 0 && f->file->extents > 1)
		return RI_EXTENTS;
	if (is_stray(w, f))
		return RI_STRAY;
	if (f->boots == 0 && w->boots && is_wanted(w, f))
		return RI_UNBOOTED;
	return bytes_fault(w, v);
}

/* What the loader makes of a file with damaged layers, read once more. */
static int look_again(const struct ri *w, struct ri_file *v,
		      struct ek_err *err)
{
	const struct ek_scan_file *f = v->f;
	struct ek_in *in = NULL;
	int rc;

	if (f->file == NULL || !f->looked || !f->look.gzip ||
	    f->look.layers_rc == EK_OK || f->boots == 0)
		return EK_OK;
	rc = ek_image_in(w->img, f->file, &in, err);
	if (rc == EK_OK)
		rc = ek_module_file_look(in, &v->loader, err);
	ek_in_close(&in);
	return rc;
}

static int find_boots(struct ri *w, struct ek_err *err)
{
	struct ek_image *img = ek_imgscan_image(w->s->scan);

	for (enum ek_boot_fw fw = EK_BOOT_BIOS; fw <= EK_BOOT_UEFI; fw++) {
		const struct ek_image_boot *b;
		int rc = ek_image_boot(img, fw, &b, err);

		if (rc == EK_ESYS)
			return rc;
		if (rc == EK_OK && b->file != NULL && b->plan.kernel != NULL &&
		    ek_boot_plan_boots(&b->plan)) {
			w->boots = true;
			w->modules = w->modules || b->plan.n_modules != 0;
		}
	}
	return EK_OK;
}

int rules_image_look(struct ri *w, struct ek_err *err)
{
	int rc;

	w->img = ek_imgscan_image(w->s->scan);
	w->n = ek_imgscan_count(w->s->scan);
	w->v = calloc(w->n + 1, sizeof(*w->v));
	if (w->v == NULL)
		return ek_fail_sys(err, "'%s'", ek_image_name(w->img));
	rc = find_boots(w, err);
	for (size_t i = 0; rc == EK_OK && i < w->n; i++) {
		w->v[i].f = ek_imgscan_at(w->s->scan, i);
		rc = look_again(w, &w->v[i], err);
		w->v[i].fault = fault_of(w, &w->v[i]);
	}
	return rc;
}
