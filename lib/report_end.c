/* SPDX-License-Identifier: BSD-2-Clause */
/* report_end.c - what the check finds, and what differs from another image */
#include "os.h"

#include "ek/finding.h"
#include "ek/release.h"
#include "report_int.h"

static void releases(struct report *r, unsigned mask)
{
	char text[64];

	ek_release_mask_text(mask, text);
	ek_report_cell(r, (mask & EK_RALL) == EK_RALL ? "all" : text);
}

/* What is wrong, and what ESXi would say, in one cell. */
static void what(struct report *r, const struct ek_finding *f)
{
	ek_html_open(&r->h, "td");
	ek_report_text(r, f->what);
	if (f->esxi_text != NULL || f->esxi_class != NULL) {
		ek_html_open(&r->h, "br");
		ek_html_close(&r->h);
		ek_html_open(&r->h, "span");
		ek_html_attr(&r->h, "class", "note");
		ek_html_text(&r->h, "ESXi says: ");
		ek_html_text(&r->h, f->esxi_class);
		if (f->esxi_text != NULL && f->esxi_class != NULL)
			ek_html_text(&r->h, ": ");
		ek_report_text(r, f->esxi_text);
		ek_html_close(&r->h);
	}
	ek_html_close(&r->h);
}

static void finding(struct report *r, const struct ek_finding *f)
{
	ek_html_open(&r->h, "tr");
	ek_html_elem_class(&r->h, "td", ek_severity_name(f->severity),
			   ek_severity_name(f->severity));
	ek_html_open(&r->h, "th");
	ek_html_attr(&r->h, "scope", "row");
	ek_report_text(r, f->subject);
	ek_html_close(&r->h);
	what(r, f);
	ek_report_cell(r, f->remedy);
	ek_html_elem_class(&r->h, "td", "id", f->code);
	releases(r, f->releases);
	ek_report_row_end(r);
}

static void findings(struct report *r, const struct ek_findings *f)
{
	static const char *const heads[] = {
		"Severity", "Of", "What", "Remedy", "Code", "Releases", NULL,
	};
	size_t n = ek_findings_count(f), i = 0;

	if (n == 0) {
		ek_html_elem(&r->h, "p", "The check found nothing.");
		return;
	}
	ek_report_table(r, "What esxi-check finds", NULL, heads);
	/* the worst first */
	for (int s = EK_ERROR; s >= EK_INFO; s--)
		for (size_t k = 0; k < n && i < EK_REPORT_ROWS; k++)
			if ((int)ek_findings_at(f, k)->severity == s) {
				finding(r, ek_findings_at(f, k));
				i++;
			}
	ek_report_table_end(r);
	ek_report_more(r, n - i);
}

void ek_report_findings(struct report *r)
{
	ek_report_section(r, "findings", "Findings");
	if (r->page->findings != NULL)
		findings(r, r->page->findings);
	else
		ek_html_elem(&r->h, "p", "The image was not checked.");
	ek_report_section_end(r);
}

void ek_report_diff(struct report *r)
{
	if (r->page->diff == NULL)
		return;
	ek_report_section(r, "diff", "Differences");
	ek_html_open(&r->h, "p");
	ek_html_text(&r->h, "From A, this image, to B: ");
	ek_html_text(&r->h, r->name[1]);
	ek_html_close_line(&r->h);
	ek_html_open(&r->h, "pre");
	ek_html_attr(&r->h, "tabindex", "0");
	ek_html_attr(&r->h, "role", "region");
	ek_html_attr(&r->h, "aria-label", "Differences");
	ek_report_text(r, r->page->diff);
	ek_html_close_line(&r->h);
	ek_report_section_end(r);
}
