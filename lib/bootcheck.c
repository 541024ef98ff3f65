/* SPDX-License-Identifier: BSD-2-Clause */
/* bootcheck.c - the rules of rules_boot.h over several files, and the report */
#include "os.h"

#include "ek/bootcheck.h"
#include "ek/bootset.h"
#include "ek/buf.h"
#include "ek/err.h"
#include "ek/finding.h"
#include "ek/image.h"
#include "ek/json.h"
#include "ek/release.h"
#include "ek/rules_boot.h"
#include "ek/rules_payload.h"

static int check_file(const struct ek_rules_boot *s, bool files,
		      struct ek_findings *f, struct ek_err *err)
{
	int rc;

	rc = ek_rules_run(ek_rules_boot, ek_rules_boot_count, EK_RALL, s, f,
			  err);
	if (rc == EK_OK && files)
		rc = ek_rules_run(ek_rules_boot_files,
				  ek_rules_boot_files_count, EK_RALL, s, f,
				  err);
	return rc;
}

/* Also where nobody can tell. */
static bool differs(const struct ek_rules_boot_pair *p)
{
	bool same;

	return ek_bootcfg_same(p->a, p->b, &same, NULL, NULL) != EK_OK ||
	       !same;
}

static int check_set(const struct ek_bootset *set, enum ek_boot_place place,
		     const struct ek_image *files, struct ek_findings *f,
		     struct ek_err *err)
{
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < ek_bootset_count(set); i++) {
		const struct ek_rules_boot_pair pair = {
			ek_bootset_at(set, 0), ek_bootset_at(set, i),
		};
		const struct ek_rules_boot s = {
			.cfg = pair.b, .place = place, .files = files,
		};

		/* the same modules need not be read, and told of, twice */
		rc = check_file(&s, i == 0 || differs(&pair), f, err);
		if (rc == EK_OK && i != 0)
			rc = ek_rules_run(ek_rules_boot_pair,
					  ek_rules_boot_pair_count, EK_RALL,
					  &pair, f, err);
	}
	return rc;
}

/* Code i of the rules that want the files; NULL behind the last. */
static const char *file_rule(size_t i, enum ek_boot_place place)
{
	if (i == 0)
		return "module-missing";
	if (i == 1)
		return place == EK_PLACE_NET ? "name-case" : "";
	return i - 2 < ek_rules_payload_count ? ek_rules_payload[i - 2].code
					      : NULL;
}

static void add_json(const struct ek_bootset *set, enum ek_boot_place place,
		     bool skipped, const struct ek_findings *f,
		     struct ek_buf *out)
{
	struct ek_json j;

	ek_json_begin(&j, out);
	ek_json_array(&j, "files");
	for (size_t i = 0; i < ek_bootset_count(set); i++)
		ek_json_str(&j, NULL, ek_bootcfg_name(ek_bootset_at(set, i)));
	ek_json_close(&j);
	ek_json_str(&j, "place", ek_boot_place_name(place));
	ek_json_array(&j, "skipped");
	for (size_t i = 0; skipped && file_rule(i, place) != NULL; i++)
		if (file_rule(i, place)[0] != '\0')
			ek_json_str(&j, NULL, file_rule(i, place));
	ek_json_close(&j);
	ek_json_uint(&j, "errors", ek_findings_of(f, EK_ERROR));
	ek_json_uint(&j, "warnings", ek_findings_of(f, EK_WARNING));
	ek_findings_json(f, &j);
	ek_json_end(&j);
}

static void add_text(enum ek_boot_place place, bool skipped,
		     const struct ek_findings *f, struct ek_buf *out)
{
	ek_findings_text(f, EK_RALL, out);
	if (!skipped)
		return;
	ek_buf_adds(out, "skipped, since they want the modules (-C):");
	for (size_t i = 0; file_rule(i, place) != NULL; i++)
		ek_buf_addf(out, "%s%s", file_rule(i, place)[0] != '\0' ? " " :
			    "", file_rule(i, place));
	ek_buf_addc(out, '\n');
}

int ek_bootcheck(const struct ek_bootset *set, enum ek_boot_place place,
		 const char *dir, bool json, struct ek_buf *out,
		 struct ek_err *err)
{
	struct ek_findings *f = NULL;
	struct ek_image *files = NULL;
	size_t errors;
	int rc = EK_OK;

	if (dir != NULL)
		rc = ek_image_open(&files, dir, err);
	if (rc == EK_OK)
		rc = ek_findings_new(&f, err);
	if (rc == EK_OK)
		rc = check_set(set, place, files, f, err);
	if (rc != EK_OK)
		goto out;
	if (json)
		add_json(set, place, dir == NULL, f, out);
	else
		add_text(place, dir == NULL, f, out);
	rc = ek_buf_check(out, "report", err);
	errors = ek_findings_of(f, EK_ERROR);
	if (rc == EK_OK && errors != 0)
		rc = ek_fail(err, EK_EREFUSE, "'%s': %zu error%s found",
			     ek_bootcfg_name(ek_bootset_at(set, 0)), errors,
			     errors > 1 ? "s" : "");
out:
	ek_findings_free(&f);
	ek_image_close(&files);
	return rc;
}
