/* SPDX-License-Identifier: BSD-2-Clause */
/* report_files.c - every file inside the modules */
#include "os.h"

#include "ek/imgdb.h"
#include "report_int.h"

static void entry(struct report *r, const struct ek_scan_file *f,
		  const struct ek_scan_entry *e)
{
	ek_html_open(&r->h, "tr");
	ek_html_open(&r->h, "th");
	ek_html_attr(&r->h, "scope", "row");
	ek_html_text(&r->h, e->path);
	if (e->link != NULL) {
		ek_html_text(&r->h, " \xe2\x86\x92 ");
		ek_html_text(&r->h, e->link);
	}
	ek_html_close(&r->h);
	ek_report_number(r, e->size);
	ek_report_cell(r, f->name);
	ek_report_cell(r, f->vib != NULL ? f->vib->d.name : "");
	ek_report_row_end(r);
}

static size_t total(const struct report *r)
{
	const struct ek_scan_file *f;
	size_t n = 0;

	for (size_t i = 0; (f = ek_imgscan_at(r->page->scan, i)) != NULL; i++)
		n += f->n_entries;
	return n;
}

void ek_report_files(struct report *r)
{
	static const char *const heads[] = {
		"Path", "#Bytes", "Module", "VIB", NULL,
	};
	size_t n = total(r), shown = 0;
	const struct ek_scan_file *f;

	ek_report_section(r, "files", "Files");
	ek_html_open(&r->h, "details");
	ek_html_open(&r->h, "summary");
	ek_html_textf(&r->h, "%zu files and links inside the modules", n);
	ek_html_close_line(&r->h);
	ek_report_table(r, "Files inside the modules", "files", heads);
	for (size_t i = 0; (f = ek_imgscan_at(r->page->scan, i)) != NULL; i++)
		for (size_t k = 0; k < f->n_entries &&
		     shown < EK_REPORT_ROWS; k++, shown++)
			entry(r, f, &f->entries[k]);
	ek_report_table_end(r);
	ek_report_more(r, n - shown);
	ek_html_close_line(&r->h);
	ek_report_section_end(r);
}
