/* SPDX-License-Identifier: BSD-2-Clause */
/* report_map.c - a treemap: what a VIB takes of the image, in which files */
#include "os.h"

#include "ek/err.h"
#include "ek/imgdb.h"
#include "ek/treemap.h"
#include "ek/utf8.h"
#include "report_int.h"

/* Units of the drawing, near pixels; a label's line, its letters at most. */
enum { WIDTH = 1000, HEIGHT = 520, LINE = 15, LETTER = 7 };

static const char *colour(const struct report_vib *v)
{
	return v->vib != NULL ? ek_level_name(v->vib->d.level) : "nobody";
}

static const char *name(const struct report_vib *v)
{
	return v->vib != NULL ? v->vib->d.name : "in no VIB";
}

static void rect(struct ek_html *h, const char *class_, struct ek_rect at)
{
	ek_html_open(h, "rect");
	ek_html_attr(h, "class", class_);
	ek_html_attrf(h, "x", "%u", at.x);
	ek_html_attrf(h, "y", "%u", at.y);
	ek_html_attrf(h, "width", "%u", at.w);
	ek_html_attrf(h, "height", "%u", at.h);
	ek_html_close(h);
}

/* As much of text as is sure to fit, whole characters of it; nothing where that
 * would tell nobody anything. */
static void label(struct ek_html *h, struct ek_rect at, const char *text)
{
	size_t len = strlen(text), i = 0, n = 0;
	size_t room = at.w > 8 ? (at.w - 8) / LETTER : 0;
	char cut[512];

	if (at.h < LINE || room < 4)
		return;
	while (i < len && n < room && i < sizeof(cut) - 8) {
		uint32_t c;
		size_t k = ek_utf8_next(text + i, len - i, &c);

		i += k != 0 ? k : 1;
		n++;
	}
	snprintf(cut, sizeof(cut), "%.*s%s", (int)i, text,
		 i < len ? "\xe2\x80\xa6" : "");
	ek_html_open(h, "text");
	ek_html_attrf(h, "x", "%u", at.x + 4);
	ek_html_attrf(h, "y", "%u", at.y + 12);
	ek_html_text(h, cut);
	ek_html_close(h);
}

/* What of a VIB's piece its files share: below the label, if there is one. */
static struct ek_rect inner(struct ek_rect at)
{
	uint32_t top = at.h >= 3 * LINE && at.w >= 4 * LETTER ? LINE + 2 : 2;

	if (at.w < 8 || at.h < top + 6)
		return (struct ek_rect){ at.x, at.y, 0, 0 };
	return (struct ek_rect){ at.x + 2, at.y + top, at.w - 4,
				 at.h - top - 2 };
}

static void draw_files(struct report *r, const struct report_vib *v,
		       struct ek_rect at, struct ek_treemap_item *items)
{
	for (size_t i = 0; i < v->n_files; i++)
		items[i] = (struct ek_treemap_item){
			.size = ek_report_file_size(v->files[i]), .tag = i };
	ek_treemap(inner(at), items, v->n_files);
	for (size_t i = 0; i < v->n_files; i++) {
		const struct ek_scan_file *f = v->files[items[i].tag];

		if (items[i].at.w < 3 || items[i].at.h < 3)
			continue;
		rect(&r->h, "part", items[i].at);
		if (at.h >= 3 * LINE)
			label(&r->h, items[i].at, f->name);
	}
}

static void title(struct report *r, const struct report_vib *v)
{
	char size[32];

	ek_report_size(v->size, size);
	ek_html_open(&r->h, "title");
	ek_html_text(&r->h, name(v));
	if (v->vib != NULL)
		ek_html_textf(&r->h, " %.200s, %s", v->vib->d.version,
			      ek_level_name(v->vib->d.level));
	ek_html_textf(&r->h, ": %s in %zu files", size, v->n_files);
	ek_html_close(&r->h);
}

static void draw_vib(struct report *r, const struct report_vib *v,
		     size_t number, struct ek_rect at,
		     struct ek_treemap_item *items)
{
	ek_html_open(&r->h, "a");
	ek_html_attrf(&r->h, "href", "#vib-%zu", number);
	/* the table below has the same for the keyboard */
	ek_html_attr(&r->h, "tabindex", "-1");
	ek_html_open(&r->h, "g");
	title(r, v);
	rect(&r->h, colour(v), at);
	if (v->n_files > 1)
		draw_files(r, v, at, items);
	label(&r->h, at, name(v));
	ek_html_close(&r->h);
	ek_html_close_line(&r->h);
}

static void key(struct report *r)
{
	static const char *const levels[][2] = {
		{ "certified", "certified" }, { "accepted", "accepted" },
		{ "partner", "partner" }, { "community", "community" },
		{ "nobody", "in no VIB" },
	};

	ek_html_open(&r->h, "ul");
	ek_html_attr(&r->h, "class", "key");
	ek_html_attr(&r->h, "aria-label", "Colours");
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		ek_html_open(&r->h, "li");
		ek_html_elem_class(&r->h, "span", levels[i][0], levels[i][1]);
		ek_html_close(&r->h);
	}
	ek_html_close_line(&r->h);
}

static void svg(struct report *r, const struct ek_treemap_item *vibs,
		struct ek_treemap_item *files)
{
	ek_html_open(&r->h, "div");
	ek_html_attr(&r->h, "class", "wide");
	ek_html_open(&r->h, "svg");
	ek_html_attrf(&r->h, "viewBox", "0 0 %d %d", WIDTH, HEIGHT);
	ek_html_attr(&r->h, "role", "img");
	ek_html_attr(&r->h, "aria-label", "Treemap of the sizes of the VIBs,"
		     " which the table of VIBs has as numbers");
	for (size_t i = 0; i < r->n_vibs; i++)
		if (vibs[i].at.w != 0 && vibs[i].at.h != 0)
			draw_vib(r, &r->vibs[vibs[i].tag], vibs[i].tag,
				 vibs[i].at, files);
	ek_html_close(&r->h);
	ek_html_close_line(&r->h);
}

int ek_report_map(struct report *r, struct ek_err *err)
{
	size_t n = ek_imgscan_count(r->page->scan);
	struct ek_treemap_item *vibs = calloc(r->n_vibs, sizeof(*vibs));
	struct ek_treemap_item *files = calloc(n + 1, sizeof(*files));
	int rc = EK_OK;

	if (vibs == NULL || files == NULL) {
		rc = ek_fail_sys(err, "'%s'", r->name[0]);
		goto out;
	}
	for (size_t i = 0; i < r->n_vibs; i++)
		vibs[i] = (struct ek_treemap_item){ .size = r->vibs[i].size,
						    .tag = i };
	ek_treemap((struct ek_rect){ 0, 0, WIDTH, HEIGHT }, vibs, r->n_vibs);
	ek_report_section(r, "sizes", "Sizes of the VIBs");
	ek_html_elem_class(&r->h, "p", "note", "Each area is as large as the"
			   " files of a VIB on the image, as they lie there;"
			   " inside it are its files. Colours are levels.");
	key(r);
	svg(r, vibs, files);
	ek_report_section_end(r);
out:
	free(vibs);
	free(files);
	return rc;
}
