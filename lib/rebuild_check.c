/* SPDX-License-Identifier: BSD-2-Clause */
/* rebuild_check.c - may this be rebuilt, and may the result have a name */
#include "os.h"

#include "ek/image.h"
#include "ek/isobuild.h"

#include "ek/release.h"
#include "ek/rules_iso.h"
#include "rebuild_int.h"

static bool is(const struct ek_finding *f, const char *code)
{
	return strcmp(f->code, code) == 0;
}

/* A firmware is lost: what --force is for. */
static bool loses_firmware(const struct ek_finding *f)
{
	return is(f, "boot-entry") || is(f, "boot-table");
}

static size_t count(const struct ek_findings *found, const char *code)
{
	const struct ek_finding *f;
	size_t n = 0;

	for (size_t i = 0; (f = ek_findings_at(found, i)) != NULL; i++)
		n += is(f, code);
	return n;
}

static int refuse(const struct ek_finding *f, const char *hint,
		  struct ek_err *err)
{
	return ek_fail(err, EK_EREFUSE, "'%s': %s; %s", f->subject, f->what,
		       hint);
}

/* ---- before ------------------------------------------------------------- */

static bool adds(const struct ek_isobuild *b, const char *path)
{
	const struct ek_isochange *c;

	for (size_t i = 0; (c = ek_isobuild_at(b, i)) != NULL; i++) {
		if (c->file != NULL && strcasecmp(c->path, path) == 0)
			return true;
	}
	return false;
}

/* Each boot.cfg that is missing must be among what is added. */
static int check_cfg(const struct ek_isobuild *b, const struct ek_image *in,
		     const struct ek_finding *f, struct ek_err *err)
{
	static const char *const path[] = { "/BOOT.CFG", "/EFI/BOOT/BOOT.CFG" };

	for (size_t i = 0; i < 2; i++) {
		if (ek_image_find(in, path[i]) == NULL && !adds(b, path[i]))
			return refuse(f, "is it an installer image of ESXi",
				      err);
	}
	return EK_OK;
}

int ek_rebuild_admit(const struct ek_isobuild *b, struct ek_image *in,
		     bool force, struct ek_findings *found, struct ek_err *err)
{
	const struct ek_rules_iso subject = { .image = in };
	const struct ek_finding *f;
	int rc = ek_rules_run(ek_rules_iso, ek_rules_iso_count, EK_RALL,
			      &subject, found, err);

	for (size_t i = 0;
	     rc == EK_OK && (f = ek_findings_at(found, i)) != NULL; i++) {
		if (is(f, "boot-cfg"))
			rc = check_cfg(b, in, f, err);
		else if (is(f, "boot-entry") && count(found, f->code) > 1)
			rc = refuse(f, "nor is there one for the other "
				    "firmware", err);
		else if (loses_firmware(f) && count(found, "boot-entry") +
			 count(found, "boot-table") > 1)
			rc = refuse(f, "nor can the other firmware boot it",
				    err);
		else if (loses_firmware(f) && !force)
			rc = refuse(f, "the new image could not either "
				    "(--force makes it all the same)", err);
	}
	return rc;
}

/* ---- after -------------------------------------------------------------- */

/* The gzip rule over what is new on the image. */
static int check_new(const struct ek_isobuild *b, struct ek_image *out,
		     struct ek_findings *found, struct ek_err *err)
{
	struct ek_rules_iso subject = { .image = out };
	const struct ek_isochange *c;
	const char **only;
	size_t n = 0;
	int rc;

	while (ek_isobuild_at(b, n) != NULL)
		n++;
	only = calloc(n + 1, sizeof(*only));
	if (only == NULL)
		return ek_fail_sys(err, "list of changes");
	for (size_t i = 0; (c = ek_isobuild_at(b, i)) != NULL; i++) {
		if (c->file != NULL)
			only[subject.n_only++] = c->path;
	}
	subject.only = only;
	rc = ek_rules_run(ek_rules_iso_data, ek_rules_iso_data_count, EK_RALL,
			  &subject, found, err);
	free(only);
	return rc;
}

int ek_rebuild_accept(const struct ek_isobuild *b, struct ek_image *out,
		      const struct ek_findings *before, bool force,
		      struct ek_findings *found, struct ek_err *err)
{
	const struct ek_rules_iso subject = { .image = out };
	const struct ek_finding *f;
	int rc = ek_rules_run(ek_rules_iso, ek_rules_iso_count, EK_RALL,
			      &subject, found, err);

	if (rc == EK_OK)
		rc = check_new(b, out, found, err);
	for (size_t i = 0;
	     rc == EK_OK && (f = ek_findings_at(found, i)) != NULL; i++) {
		if (is(f, "boot-cfg-differ") && !force &&
		    count(before, f->code) == 0)
			rc = refuse(f, "change both alike (--force lets them "
				    "differ)", err);
		else if (f->severity == EK_ERROR &&
			 !(loses_firmware(f) && force))
			rc = refuse(f, f->remedy, err);
	}
	return rc;
}
