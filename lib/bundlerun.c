/* SPDX-License-Identifier: BSD-2-Clause */
/* bundlerun.c - what esxi-bundle does */
#include "os.h"

#include <sys/stat.h>

#include "ek/buf.h"
#include "ek/bundle.h"
#include "ek/bundleget.h"
#include "ek/bundlerun.h"
#include "ek/err.h"
#include "ek/finding.h"
#include "ek/image.h"
#include "ek/imgvib.h"
#include "ek/io.h"
#include "ek/json.h"
#include "ek/rules_bundle.h"
#include "ek/vib.h"

/* ---- make --------------------------------------------------------------- */

static int is_image(const char *path, bool *yes, struct ek_err *err)
{
	enum ek_kind kind = EK_KIND_UNKNOWN;
	struct ek_in *in;
	struct stat st;
	int rc;

	*yes = false;
	if (strcmp(path, "-") == 0)
		return EK_OK; /* it is read once */
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		*yes = S_ISDIR(st.st_mode);
		return EK_OK;
	}
	rc = ek_in_open(&in, path, err);
	if (rc == EK_OK)
		rc = ek_kind_of(in, &kind, err);
	ek_in_close(&in);
	*yes = rc == EK_OK && kind == EK_KIND_ISO;
	/* what is damaged is told by who reads it */
	return rc == EK_ESYS ? rc : EK_OK;
}

static int take_image(struct ek_bundlemake *m, const struct ek_bundlerun *o,
		      struct ek_imgvibs *v, struct ek_err *err)
{
	size_t left = 0;
	int rc = ek_bundlemake_image(m, v, o->left_out, o->ctx, &left, err);

	if (rc != EK_OK || left == 0 || o->force)
		return rc;
	return ek_fail(err, EK_EREFUSE, "'%s': %zu VIBs cannot be proved:"
		       " --force leaves them out", o->files[0], left);
}

static int make_of_image(struct ek_bundlemake *m, const struct ek_bundlerun *o,
			 struct ek_out *out, bool *all, struct ek_err *err)
{
	struct ek_imgvibs *v = NULL;
	struct ek_image *img;
	int rc = ek_image_open(&img, o->files[0], err);

	if (rc == EK_OK)
		rc = ek_imgvibs_new(&v, img, err);
	if (rc == EK_OK)
		rc = take_image(m, o, v, err);
	if (rc == EK_OK)
		rc = ek_bundlemake_write(m, out, all, err);
	ek_imgvibs_free(&v);
	ek_image_close(&img);
	return rc;
}

static int make_of_vibs(struct ek_bundlemake *m, const struct ek_bundlerun *o,
			struct ek_out *out, bool *all, struct ek_err *err)
{
	int rc = EK_OK;

	if (o->make.profile)
		return ek_fail(err, EK_EARG, "--profile wants an image: '%s' is"
			       " none", o->files[0]);
	for (size_t i = 0; rc == EK_OK && i < o->n; i++)
		rc = ek_bundlemake_file(m, o->files[i], err);
	return rc == EK_OK ? ek_bundlemake_write(m, out, all, err) : rc;
}

int ek_bundle_make(const struct ek_bundlerun *o, struct ek_out *out, bool *all,
		   struct ek_err *err)
{
	struct ek_bundlemake *m;
	bool image = false;
	int rc = ek_bundlemake_new(&m, &o->make, err);

	for (size_t i = 0; rc == EK_OK && i < o->platforms->n; i++)
		rc = ek_bundlemake_platform(m, o->platforms->v[i], err);
	if (rc == EK_OK)
		rc = is_image(o->files[0], &image, err);
	if (rc == EK_OK && image && o->n > 1)
		rc = ek_fail(err, EK_EARG, "'%s' is an image, which goes alone",
			     o->files[0]);
	if (rc == EK_OK)
		rc = image ? make_of_image(m, o, out, all, err)
			   : make_of_vibs(m, o, out, all, err);
	ek_bundlemake_free(&m);
	return rc;
}

/* ---- report ------------------------------------------------------------- */

static int list(const struct ek_bundle *b, bool json, struct ek_buf *out,
		struct ek_err *err)
{
	struct ek_json j;
	int rc;

	if (!json)
		return ek_bundle_text(b, out, err);
	ek_json_begin(&j, out);
	ek_json_str(&j, "file", ek_bundle_name(b));
	rc = ek_bundle_json(b, &j, err);
	if (rc == EK_OK)
		ek_json_end(&j);
	return rc;
}

/* The first error: one line must do for who reads no more. */
static int refuse(const struct ek_bundle *b, const struct ek_findings *f,
		  struct ek_err *err)
{
	const struct ek_finding *x;
	size_t i = 0;

	while ((x = ek_findings_at(f, i)) != NULL && x->severity != EK_ERROR)
		i++;
	if (x == NULL)
		return ek_fail(err, EK_EREFUSE, "'%s' is refused",
			       ek_bundle_name(b));
	return ek_fail(err, EK_EREFUSE, "'%s' is refused: %s: %s [%s]",
		       ek_bundle_name(b), x->subject, x->what, x->code);
}

static int check(struct ek_bundle *b, bool json, struct ek_buf *out,
		struct ek_err *err)
{
	struct ek_findings *f;
	bool refused = false;
	struct ek_json j;
	int rc = ek_findings_new(&f, err);

	if (rc == EK_OK)
		rc = ek_bundle_check(b, f, &refused, err);
	if (rc == EK_OK && json) {
		ek_json_begin(&j, out);
		ek_json_str(&j, "file", ek_bundle_name(b));
		ek_json_bool(&j, "good", !refused);
		ek_findings_json(f, &j);
		ek_json_end(&j);
	} else if (rc == EK_OK) {
		ek_findings_text(f, ek_bundle_releases(b), out);
	}
	if (rc == EK_OK)
		rc = ek_buf_check(out, "report", err);
	if (rc == EK_OK && refused)
		rc = refuse(b, f, err);
	ek_findings_free(&f);
	return rc;
}

int ek_bundle_report(const char *path, bool test, bool json,
		     struct ek_buf *out, struct ek_err *err)
{
	struct ek_bundle *b;
	int rc = ek_bundle_open(&b, path, err);

	if (rc == EK_OK)
		rc = test ? check(b, json, out, err) : list(b, json, out, err);
	ek_bundle_close(&b);
	return rc;
}

/* ---- extract ------------------------------------------------------------ */

int ek_bundle_extract(char *const *files, size_t n, const char *dir,
		      const struct ek_bundleget *o, struct ek_err *err)
{
	struct ek_bundle **v = calloc(n + 1, sizeof(struct ek_bundle *));
	int rc = EK_OK;

	if (v == NULL)
		return ek_fail_sys(err, "bundle");
	for (size_t i = 0; rc == EK_OK && i < n; i++)
		rc = ek_bundle_open(&v[i], files[i], err);
	if (rc == EK_OK)
		rc = ek_bundle_get(v, n, dir, o, err);
	for (size_t i = 0; i < n; i++)
		ek_bundle_close(&v[i]);
	free(v);
	return rc;
}
