/* SPDX-License-Identifier: BSD-2-Clause */
/* imgcheck_run.c - a whole image against itself: all the rules there are */
#include "os.h"

#include "ek/err.h"
#include "ek/finding.h"
#include "ek/image.h"
#include "ek/imgcheck.h"
#include "ek/imgdb.h"
#include "ek/imgscan.h"
#include "ek/profile.h"
#include "ek/release.h"
#include "ek/rules_boot.h"
#include "ek/rules_image.h"
#include "ek/rules_iso.h"
#include "ek/rules_profile.h"
#include "ek/rules_vib.h"
#include "ek/vibprobe.h"

struct work {
	struct ek_imgscan *scan;
	struct ek_image *img;
	const struct ek_imgcheck_opts *o;
	struct ek_rules_image s;
	struct ek_imgcheck_tally t;
	struct ek_findings *out;
};

/* ---- findings of others, sifted ------------------------------------------ */

/* Is what x tells told already, or of no matter in this place? */
typedef int echo(const struct work *w, const struct ek_finding *x, bool *yes,
		 struct ek_err *err);

static void hand_on(struct ek_findings *out, const struct ek_finding *x)
{
	const struct ek_rule rule = {
		.code = x->code, .severity = x->severity,
		.releases = x->releases, .esxi_class = x->esxi_class,
		.remedy = x->remedy,
	};

	ek_finding_add(out, &rule, x->subject, x->esxi_text, "%s", x->what);
}

/* Frees *f. */
static int sift(struct work *w, struct ek_findings **f, echo *is_echo,
		struct ek_err *err)
{
	const struct ek_finding *x;
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && (x = ek_findings_at(*f, i)) != NULL;
	     i++) {
		bool yes = false;

		rc = is_echo(w, x, &yes, err);
		if (rc == EK_OK && !yes)
			hand_on(w->out, x);
	}
	ek_findings_free(f);
	return rc;
}

static bool is_one_of(const char *code, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(code, *list) == 0)
			return true;
	return false;
}

/* ---- boot.cfg ------------------------------------------------------------ */

/* Same words about the other boot.cfg: they are copies of each other. */
static int is_boot_echo(const struct work *w, const struct ek_finding *x,
			bool *yes, struct ek_err *err)
{
	const struct ek_finding *y;

	(void)err;
	for (size_t i = 0; (y = ek_findings_at(w->out, i)) != NULL; i++)
		*yes = *yes || (strcmp(x->code, y->code) == 0 &&
				strcmp(x->what, y->what) == 0);
	return EK_OK;
}

static const struct ek_rule unreadable = {
	"boot-cfg-load", EK_ERROR, EK_RALL, NULL,
	"correct it with bootcfg-edit, or take it from the original image",
	NULL,
};

static int check_boot(struct work *w, enum ek_boot_fw fw, struct ek_err *err)
{
	struct ek_err why = EK_ERR_INIT;
	const struct ek_image_boot *b;
	struct ek_findings *f = NULL;
	struct ek_rules_boot s = { .place = w->s.bank ? EK_PLACE_DISK
						      : EK_PLACE_ISO };
	int rc = ek_image_boot(w->img, fw, &b, &why);

	if (rc == EK_ESYS) {
		*err = why;
		return rc;
	}
	if (rc != EK_OK)
		ek_finding_add(w->out, &unreadable, ek_image_name(w->img), NULL,
			       "%s", why.msg);
	if (rc != EK_OK || b->cfg == NULL)
		return EK_OK;
	s.cfg = b->cfg;
	rc = ek_findings_new(&f, err);
	if (rc == EK_OK)
		rc = ek_rules_run(ek_rules_boot, ek_rules_boot_count, EK_RALL,
				  &s, f, err);
	if (rc == EK_OK)
		rc = sift(w, &f, is_boot_echo, err);
	ek_findings_free(&f);
	return rc;
}

/* Have the rules of boot.cfg told why the loader stops? */
static bool has_boot_error(const struct work *w)
{
	const struct ek_finding *x;

	for (size_t i = 0; (x = ek_findings_at(w->out, i)) != NULL; i++)
		if (x->severity == EK_ERROR || strcmp(x->code, "skip") == 0)
			return true;
	return false;
}

/* ---- the shape of the disc ----------------------------------------------- */

/* Of rules_iso.h; what else it has is told by rules_image.h and rules_boot.h. */
static int check_iso(struct work *w, struct ek_err *err)
{
	static const char *const disc[] = {
		"boot-catalog", "boot-entry", "boot-image", "boot-load-size",
		"boot-table", "boot-cfg", NULL,
	};
	static const char *const load[] = {
		"boot-cfg-load", "boot-cfg-differ", NULL,
	};
	const struct ek_rules_iso s = { .image = w->img };
	bool told = has_boot_error(w);
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < ek_rules_iso_count; i++) {
		const struct ek_rule *r = &ek_rules_iso[i];

		if ((is_one_of(r->code, disc) && !w->s.bank) ||
		    (is_one_of(r->code, load) && !told))
			rc = ek_rules_run(r, 1, EK_RALL, &s, w->out, err);
	}
	return rc;
}

/* ---- the profile --------------------------------------------------------- */

/* no-signed-copy of a VIB that signature-missing tells of. */
static int is_profile_echo(const struct work *w, const struct ek_finding *x,
			   bool *yes, struct ek_err *err)
{
	const struct ek_dbvib *v = ek_imgdb_find(w->s.db, x->subject);
	struct ek_err why = EK_ERR_INIT;
	enum ek_stored st;
	int rc;

	if (strcmp(x->code, "no-signed-copy") != 0 || v == NULL)
		return EK_OK;
	rc = ek_image_stored(&w->s, v, &st, &why, err);
	*yes = rc == EK_OK && st == EK_STORED_MISSING;
	return rc;
}

static int check_profile(struct work *w, struct ek_err *err)
{
	struct ek_findings *f = NULL;
	int rc;

	if (w->s.db == NULL)
		return EK_OK;
	rc = ek_findings_new(&f, err);
	if (rc == EK_OK)
		rc = ek_profile_check(w->s.db, w->o->release, f, err);
	if (rc == EK_OK)
		rc = sift(w, &f, is_profile_echo, err);
	ek_findings_free(&f);
	return rc;
}

/* ---- signatures ---------------------------------------------------------- */

/* What vib-check says of one that is good. */
static int is_sig_echo(const struct work *w, const struct ek_finding *x,
		       bool *yes, struct ek_err *err)
{
	static const char *const codes[] = {
		"claims-level", "signer", "signature-unused", NULL,
	};

	(void)w;
	(void)err;
	*yes = is_one_of(x->code, codes);
	return EK_OK;
}

/* The .orig and .sig as if they were those of a .vib. */
static int check_sig(struct work *w, const struct ek_dbvib *v,
		     struct ek_err *err)
{
	size_t before = ek_findings_of(w->out, EK_ERROR);
	struct ek_findings *f = NULL;
	struct ek_vibprobe p = {
		.desc = v->orig->data, .desc_len = (size_t)v->orig->e.size,
		.sig = v->sig->data, .sig_len = (size_t)v->sig->e.size,
		.parsed = true, .d = v->d, .id = v->id,
	};
	int rc;

	if (asprintf(&p.file, "%s:imgdb.tgz:%s", ek_image_name(w->img),
		     v->sig->e.name) < 0)
		return ek_fail_sys(err, "checking signatures");
	rc = ek_findings_new(&f, err);
	if (rc == EK_OK)
		rc = ek_vib_check_sig(&p, w->o->trust, w->s.release->bit, f,
				      err);
	if (rc == EK_OK)
		rc = sift(w, &f, is_sig_echo, err);
	ek_findings_free(&f);
	if (ek_findings_of(w->out, EK_ERROR) == before)
		w->t.sig_good++;
	else
		w->t.sig_bad++;
	free(p.file);
	return rc;
}

static int check_vib(struct work *w, const struct ek_dbvib *v,
		     struct ek_err *err)
{
	struct ek_err why = EK_ERR_INIT;
	enum ek_stored st;
	int rc = ek_image_stored(&w->s, v, &st, &why, err);

	if (rc != EK_OK)
		return rc;
	w->t.community += v->d.level == EK_COMMUNITY;
	if (st == EK_STORED_SIG)
		return check_sig(w, v, err);
	if (v->d.level != EK_COMMUNITY && st == EK_STORED_UNTOLD)
		w->t.sig_untold++;
	else if (v->d.level != EK_COMMUNITY)
		w->t.sig_bad++;
	return EK_OK;
}

static int check_sigs(struct work *w, struct ek_err *err)
{
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && w->s.p != NULL &&
	     i < w->s.p->n_vibs; i++) {
		const struct ek_dbvib *v = ek_imgdb_find(w->s.db,
							 w->s.p->vibs[i].id);

		w->t.vibs++;
		if (v != NULL)
			rc = check_vib(w, v, err);
	}
	return rc;
}

/* ---- all of it ----------------------------------------------------------- */

/* A bootbank has a boot.cfg and no loader of a disc (imgdb.5, "Where it is"). */
enum ek_image_kind ek_image_kind_of(const struct ek_image *img)
{
	static const char *const loaders[] = {
		"/ISOLINUX.BIN", "/MBOOT.C32", "/EFI/BOOT/BOOT.CFG",
		"/EFI/BOOT/BOOTX64.EFI", "/EFIBOOT.IMG", "/IMGPAYLD.TGZ",
	};

	if (ek_image_iso(img) != NULL)
		return EK_IMAGE_ISO;
	if (ek_image_find(img, "/BOOT.CFG") == NULL)
		return EK_IMAGE_TREE;
	for (size_t i = 0; i < sizeof(loaders) / sizeof(loaders[0]); i++)
		if (ek_image_find(img, loaders[i]) != NULL)
			return EK_IMAGE_TREE;
	return EK_IMAGE_BANK;
}

void ek_imgcheck_wants(const struct ek_image *img, struct ek_imgscan_opts *o)
{
	o->read = true;
	o->entries = true;
	o->entries_of = "imgpayld.tgz";
	o->plain = ek_image_kind_of(img) != EK_IMAGE_BANK;
}

static void set_up(struct work *w)
{
	const struct ek_imgdb *db = ek_imgscan_db(w->scan);
	const struct ek_release *r = w->o->release != NULL ? w->o->release :
		ek_release_default();

	w->img = ek_imgscan_image(w->scan);
	w->t.kind = ek_image_kind_of(w->img);
	w->t.trust = w->o->trust != NULL;
	w->s = (struct ek_rules_image){
		.scan = w->scan, .bank = w->t.kind == EK_IMAGE_BANK, .db = db,
		.release = db != NULL ? ek_profile_release(db, r) : r,
	};
	if (db != NULL && ek_imgdb_profiles(db) == 1)
		w->s.p = ek_imgdb_profile_at(db, 0);
	w->s.version = db != NULL ? ek_imgdb_esx_version(db) : NULL;
	w->t.version = w->s.version;
	w->t.profile = w->s.p != NULL ? w->s.p->name : NULL;
	for (size_t i = 0; i < ek_imgscan_count(w->scan); i++)
		w->t.modules += ek_imgscan_at(w->scan, i)->boots != 0;
}

int ek_imgcheck(struct ek_imgscan *scan, const struct ek_imgcheck_opts *o,
		struct ek_findings *out, struct ek_err *err)
{
	struct work w = { .scan = scan, .o = o, .out = out };
	int rc = EK_OK;

	set_up(&w);
	for (enum ek_boot_fw fw = EK_BOOT_BIOS; rc == EK_OK &&
	     fw <= EK_BOOT_UEFI; fw++)
		rc = check_boot(&w, fw, err);
	if (rc == EK_OK)
		rc = check_iso(&w, err);
	if (rc == EK_OK)
		rc = ek_image_check(&w.s, out, err);
	if (rc == EK_OK)
		rc = check_profile(&w, err);
	if (rc == EK_OK)
		rc = check_sigs(&w, err);
	if (o->tally != NULL)
		*o->tally = w.t;
	/* a lack of memory that stuck */
	return rc == EK_OK ? ek_rules_run(NULL, 0, 0, NULL, out, err) : rc;
}
