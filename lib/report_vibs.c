/* SPDX-License-Identifier: BSD-2-Clause */
/* report_vibs.c - the table of VIBs, with who signed each */
#include "os.h"

#include "ek/err.h"
#include "ek/imgdb.h"
#include "ek/profile.h"
#include "ek/release.h"
#include "ek/sig.h"
#include "report_int.h"

/* Does this release store signatures (imgdb.5, "Files")? */
static bool stored(const struct report *r)
{
	const struct ek_release *rel =
		ek_release_find(ek_imgdb_esx_version(r->db));

	return (rel != NULL && rel->stores_orig_sig) ||
		ek_imgdb_has_sig(r->db) || ek_imgdb_has_orig(r->db);
}

/* What a signature over the descriptor as it was signed is worth. */
static int verify(const struct ek_dbvib *v, const struct ek_sig *sig,
		  char out[512], struct ek_err *err)
{
	const struct ek_signer *who = ek_sig_signer(sig);
	enum ek_sig_verdict verdict;
	char why[256];
	int rc = ek_sig_verify(sig, v->orig->data, (size_t)v->orig->e.size,
			       NULL, &verdict, why, err);

	if (rc != EK_OK)
		return rc;
	if (verdict == EK_SIG_GOOD)
		snprintf(out, 512, "by %s", who->subject);
	else if (verdict == EK_SIG_NO_CERT)
		snprintf(out, 512, "the signer's certificate is missing");
	else
		snprintf(out, 512, "not over this descriptor: says %s",
			 who->subject);
	return EK_OK;
}

static int signature(const struct report *r, const struct ek_dbvib *v,
		     char out[512], struct ek_err *err)
{
	struct ek_err why = EK_ERR_INIT;
	struct ek_sig *sig = NULL;
	int rc;

	if (v->sig == NULL || v->sig->e.size == 0) {
		snprintf(out, 512, "%s", v->sig == NULL && !stored(r)
			 ? "cannot tell" : "not signed");
		return EK_OK;
	}
	if (v->orig == NULL) {
		snprintf(out, 512, "cannot tell: the descriptor as it was"
			 " signed is not stored");
		return EK_OK;
	}
	rc = ek_sig_parse(&sig, v->id, v->sig->data, (size_t)v->sig->e.size,
			  &why);
	if (rc == EK_OK) {
		rc = verify(v, sig, out, err);
	} else if (rc != EK_ESYS) {
		snprintf(out, 512, "damaged");
		rc = EK_OK;
	} else {
		*err = why;
	}
	ek_sig_free(&sig);
	return rc;
}

static void size(struct report *r, const struct report_vib *v)
{
	char text[32];

	ek_report_size(v->size, text);
	ek_html_open(&r->h, "td");
	ek_html_attr(&r->h, "class", "n");
	ek_html_attrf(&r->h, "title", "%llu bytes",
		      (unsigned long long)v->size);
	ek_html_text(&r->h, text);
	ek_html_close(&r->h);
}

static void level(struct report *r, const char *name)
{
	ek_html_open(&r->h, "td");
	ek_html_open(&r->h, "span");
	ek_html_attrf(&r->h, "class", "level %s", name);
	ek_html_text(&r->h, name);
	ek_html_close(&r->h);
	ek_html_close(&r->h);
}

static void begin(struct report *r, size_t number, const char *name)
{
	ek_html_open(&r->h, "tr");
	ek_html_attrf(&r->h, "id", "vib-%zu", number);
	ek_html_open(&r->h, "th");
	ek_html_attr(&r->h, "scope", "row");
	ek_html_text(&r->h, name);
	ek_html_close(&r->h);
}

static int row(struct report *r, size_t number, struct ek_err *err)
{
	const struct report_vib *v = &r->vibs[number];
	const struct ek_vibdesc *d = &v->vib->d;
	char text[512];
	int rc = signature(r, v->vib, text, err);

	if (rc != EK_OK)
		return rc;
	begin(r, number, d->name);
	ek_report_cell(r, d->version);
	ek_report_cell(r, d->vendor);
	level(r, ek_level_name(d->level));
	ek_report_cell(r, text);
	size(r, v);
	ek_report_number(r, v->n_files);
	ek_html_open(&r->h, "td");
	ek_html_text(&r->h, d->summary);
	if (r->profile != NULL && ek_profile_find(r->profile, v->vib->id) ==
				  NULL)
		ek_html_text(&r->h, " (not in the profile)");
	ek_html_close(&r->h);
	ek_report_row_end(r);
	return EK_OK;
}

/* Files that no VIB has: such as the database itself. */
static void rest(struct report *r, size_t number)
{
	const struct report_vib *v = &r->vibs[number];

	if (v->n_files == 0)
		return;
	begin(r, number, "in no VIB");
	for (unsigned i = 0; i < 4; i++)
		ek_report_cell(r, "");
	size(r, v);
	ek_report_number(r, v->n_files);
	ek_report_cell(r, "what boot.cfg loads and no VIB has");
	ek_report_row_end(r);
}

int ek_report_vibs(struct report *r, struct ek_err *err)
{
	static const char *const heads[] = {
		"Name", "Version", "Vendor", "Level", "Signature", "#Size",
		"#Files", "Summary", NULL,
	};
	int rc = EK_OK;

	ek_report_section(r, "vibs", "VIBs");
	ek_report_table(r, "All VIBs of the database", NULL, heads);
	for (size_t i = 0; rc == EK_OK && i + 1 < r->n_vibs; i++)
		rc = row(r, i, err);
	rest(r, r->n_vibs - 1);
	ek_report_table_end(r);
	ek_html_open(&r->h, "p");
	ek_html_attr(&r->h, "class", "note");
	if (!stored(r))
		ek_html_text(&r->h, "Before 6.5 an image stores no signature:"
			     " whether a VIB is signed, its own file alone"
			     " can tell. ");
	ek_html_text(&r->h, "Who is named as signer has signed the descriptor;"
		     " whether to trust them, vib-check --ca tells.");
	ek_html_close_line(&r->h);
	ek_report_section_end(r);
	return rc;
}
