/* SPDX-License-Identifier: BSD-2-Clause */
/* report_pci.c - every PCI id that a driver of the image takes */
#include "os.h"

#include "ek/err.h"
#include "ek/imgdb.h"
#include "ek/pcimatch.h"
#include "ek/release.h"
#include "report_int.h"

/* A line of a map, and where it stands; text is its pattern, or its id. */
struct line {
	char pattern[EK_PCI_PATTERN + 1]; /* "" for other buses */
	const struct ek_map_line *l;
	const struct ek_scan_map *map;
	const struct ek_scan_file *file;
};

static int by_id(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int c = (*x->pattern == '\0') - (*y->pattern == '\0');

	if (c == 0)
		c = strcmp(x->pattern, y->pattern);
	if (c == 0)
		c = strcmp(x->l->id, y->l->id);
	if (c == 0)
		c = strcmp(x->map->path, y->map->path);
	if (c == 0)
		c = strcmp(x->file->name, y->file->name);
	return c != 0 ? c : (x->l->line > y->l->line) -
			    (x->l->line < y->l->line);
}

static size_t total(const struct report *r)
{
	const struct ek_scan_file *f;
	size_t n = 0;

	for (size_t i = 0; (f = ek_imgscan_at(r->page->scan, i)) != NULL; i++)
		for (size_t k = 0; k < f->n_maps; k++)
			n += f->maps[k].map.n;
	return n;
}

static void take(const struct ek_scan_file *f, struct line *v, size_t *n)
{
	for (size_t k = 0; k < f->n_maps; k++)
		for (size_t i = 0; i < f->maps[k].map.n; i++) {
			struct line *l = &v[(*n)++];

			*l = (struct line){ .l = &f->maps[k].map.v[i],
					    .map = &f->maps[k], .file = f };
			if (!ek_map_line_pattern(l->l, l->pattern))
				l->pattern[0] = '\0';
		}
}

/* Does some of n characters say something? */
static bool says(const char *p, size_t n)
{
	return strspn(p, ".") < n;
}

/* "10ec:8125 subsystem 1043:87d7 class 0200..", as far as it is told. */
static void device(struct report *r, const struct line *l)
{
	const char *p = l->pattern;

	ek_html_open(&r->h, "th");
	ek_html_attr(&r->h, "scope", "row");
	ek_html_attr(&r->h, "class", "id");
	if (*p == '\0') {
		ek_html_text(&r->h, l->l->bus);
		ek_html_text(&r->h, " ");
		ek_html_text(&r->h, l->l->id);
	} else {
		if (says(p, 8) || !says(p, EK_PCI_PATTERN))
			ek_html_textf(&r->h, "%.4s:%.4s", p, p + 4);
		if (says(p + 8, 8))
			ek_html_textf(&r->h, " subsystem %.4s:%.4s", p + 8,
				      p + 12);
		if (says(p + 16, 6))
			ek_html_textf(&r->h, "%sclass %s",
				      says(p, 16) ? " " : "", p + 16);
	}
	ek_html_close(&r->h);
}

static void name(struct report *r, const struct report_names *names,
		 const struct line *l)
{
	const char *vendor = NULL, *known = NULL;

	if (*l->pattern != '\0')
		ek_report_name(names, l->pattern, &vendor, &known);
	ek_html_open(&r->h, "td");
	ek_html_text(&r->h, vendor);
	if (vendor != NULL && known != NULL)
		ek_html_text(&r->h, ", ");
	ek_html_text(&r->h, known);
	ek_html_close(&r->h);
}

static void row(struct report *r, const struct report_names *names,
		const struct line *l)
{
	ek_html_open(&r->h, "tr");
	device(r, l);
	name(r, names, l);
	ek_report_cell(r, l->l->driver);
	ek_report_cell(r, l->l->kind == EK_MAP_LINUX ? "vmklinux" : "native");
	ek_report_cell(r, ek_map_rank_name(ek_map_rank(l->map->path)));
	ek_report_cell(r, l->file->vib != NULL ? l->file->vib->d.name : "");
	ek_report_cell(r, l->file->name);
	ek_report_row_end(r);
}

static void table(struct report *r, const struct report_names *names,
		  const struct line *v, size_t n)
{
	static const char *const heads[] = {
		"Device", "Name", "Driver", "Kind", "Rank", "VIB", "Module",
		NULL,
	};

	ek_html_open(&r->h, "details");
	ek_html_open(&r->h, "summary");
	ek_html_textf(&r->h, "%zu lines of driver maps", n);
	ek_html_close_line(&r->h);
	ek_report_table(r, "Devices that a driver takes", "PCI ids", heads);
	for (size_t i = 0; i < n && i < EK_REPORT_ROWS; i++)
		row(r, names, &v[i]);
	ek_report_table_end(r);
	ek_report_more(r, n > EK_REPORT_ROWS ? n - EK_REPORT_ROWS : 0);
	ek_html_close_line(&r->h);
}

static void note(struct report *r)
{
	const struct ek_release *rel =
		ek_release_find(ek_imgdb_esx_version(r->db));

	ek_html_open(&r->h, "p");
	ek_html_attr(&r->h, "class", "note");
	ek_html_text(&r->h, "A dot stands for any digit. Of several drivers for"
		     " one device the rank decides: oem, ihv, default, driver,"
		     " fallback; which takes a given card, esxi-pci tells.");
	if (rel != NULL && !rel->vmklinux)
		ek_html_text(&r->h, " This release loads no vmklinux driver.");
	ek_html_close_line(&r->h);
}

/* Maps that cannot be read, so that nobody takes the table for all. */
static void odd(struct report *r)
{
	const struct ek_scan_file *f;

	for (size_t i = 0; (f = ek_imgscan_at(r->page->scan, i)) != NULL; i++)
		if (f->odd != NULL) {
			ek_html_open(&r->h, "p");
			ek_html_elem_class(&r->h, "span", "warning",
					   "Cannot be read: ");
			ek_report_text(r, f->odd);
			ek_html_close_line(&r->h);
		}
}

int ek_report_pci(struct report *r, struct ek_err *err)
{
	size_t n = total(r), at = 0;
	struct line *v = calloc(n + 1, sizeof(*v));
	struct report_names *names = NULL;
	const struct ek_scan_file *f;
	int rc = EK_OK;

	if (v == NULL)
		rc = ek_fail_sys(err, "'%s'", r->name[0]);
	if (rc == EK_OK)
		rc = ek_report_names_new(r, &names, err);
	if (rc != EK_OK)
		goto out;
	for (size_t i = 0; (f = ek_imgscan_at(r->page->scan, i)) != NULL; i++)
		take(f, v, &at);
	qsort(v, n, sizeof(*v), by_id);
	ek_report_section(r, "pci", "PCI ids");
	note(r);
	odd(r);
	table(r, names, v, n);
	ek_report_section_end(r);
out:
	ek_report_names_free(&names);
	free(v);
	return rc;
}
