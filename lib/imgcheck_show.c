/* SPDX-License-Identifier: BSD-2-Clause */
/* imgcheck_show.c - the report of esxi-check, as text and as JSON */
#include "os.h"

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/finding.h"
#include "ek/image.h"
#include "ek/imgcheck.h"
#include "ek/imgscan.h"
#include "ek/json.h"
#include "ek/release.h"

const char *ek_image_kind_name(enum ek_image_kind kind)
{
	static const char *const names[] = { "iso", "tree", "bootbank" };

	return names[kind];
}

static void add_json(const char *name, const struct ek_imgcheck_tally *t,
		     const struct ek_findings *f, struct ek_buf *out)
{
	struct ek_json j;

	ek_json_begin(&j, out);
	ek_json_str(&j, "image", name);
	ek_json_str(&j, "kind", ek_image_kind_name(t->kind));
	ek_json_str(&j, "profile", t->profile);
	ek_json_str(&j, "esx_version", t->version);
	ek_json_uint(&j, "vibs", t->vibs);
	ek_json_uint(&j, "modules", t->modules);
	ek_json_object(&j, "signatures");
	ek_json_bool(&j, "trust", t->trust);
	ek_json_uint(&j, "good", t->sig_good);
	ek_json_uint(&j, "bad", t->sig_bad);
	ek_json_uint(&j, "cannot_tell", t->sig_untold);
	ek_json_uint(&j, "community", t->community);
	ek_json_close(&j);
	ek_json_uint(&j, "errors", ek_findings_of(f, EK_ERROR));
	ek_json_uint(&j, "warnings", ek_findings_of(f, EK_WARNING));
	ek_findings_json(f, &j);
	ek_json_end(&j);
}

static void add_signatures(const struct ek_imgcheck_tally *t,
			   struct ek_buf *out)
{
	if (t->sig_good != 0)
		ek_buf_addf(out, "signatures: %zu fit their descriptors%s\n",
			    t->sig_good, t->trust ? ", and --ca vouches for"
			    " the signers" : "; whose they are was not looked"
			    " at (--ca)");
	if (t->sig_bad != 0)
		ek_buf_addf(out, "signatures: %zu bad\n", t->sig_bad);
	if (t->sig_untold != 0)
		ek_buf_addf(out, "signatures: cannot tell for %zu VIBs above"
			    " level community: before 6.5 an image stores"
			    " none\n", t->sig_untold);
	if (t->community != 0)
		ek_buf_addf(out, "level community: %zu VIBs, whose signatures"
			    " ESXi does not look at\n", t->community);
}

static const char *s_of(size_t n)
{
	return n == 1 ? "" : "s";
}

static void add_text(const char *name, const struct ek_imgcheck_tally *t,
		     const struct ek_findings *f, struct ek_buf *out)
{
	size_t errors = ek_findings_of(f, EK_ERROR);
	size_t warnings = ek_findings_of(f, EK_WARNING);

	ek_buf_addf(out, "%s: %s", name, ek_image_kind_name(t->kind));
	if (t->profile != NULL)
		ek_buf_addf(out, ", profile %s", t->profile);
	if (t->version != NULL)
		ek_buf_addf(out, ", esx-version %s", t->version);
	ek_buf_addf(out, ", %zu VIBs, %zu modules\n", t->vibs, t->modules);
	ek_findings_text(f, EK_RALL, out);
	add_signatures(t, out);
	if (ek_findings_count(f) == 0)
		ek_buf_adds(out, "nothing found\n");
	else
		ek_buf_addf(out, "%zu error%s, %zu warning%s\n", errors,
			    s_of(errors), warnings, s_of(warnings));
}

int ek_imgcheck_report(const struct ek_imgscan *scan,
		       const struct ek_imgcheck_tally *tally,
		       const struct ek_findings *f, enum ek_imgcheck_form form,
		       struct ek_buf *out, struct ek_err *err)
{
	const char *name = ek_image_name(ek_imgscan_image(scan));
	size_t errors = ek_findings_of(f, EK_ERROR);
	int rc;

	if (form == EK_IMGCHECK_JSON)
		add_json(name, tally, f, out);
	else if (form == EK_IMGCHECK_TEXT)
		add_text(name, tally, f, out);
	else
		ek_findings_text(f, EK_RALL, out);
	rc = ek_buf_check(out, "report", err);
	if (rc == EK_OK && errors != 0)
		rc = ek_fail(err, EK_EREFUSE, "'%s': %zu error%s found", name,
			     errors, errors > 1 ? "s" : "");
	return rc;
}
