/* SPDX-License-Identifier: BSD-2-Clause */
/* report_parts.c - what all sections are made of */
#include "os.h"

#include "ek/err.h"
#include "ek/image.h"
#include "report_int.h"

void ek_report_size(uint64_t size, char out[32])
{
	static const char *const units[] = {
		"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB",
	};
	uint64_t rest = 0;
	size_t u = 0;

	for (; size >= 1024; u++) {
		rest = size % 1024;
		size /= 1024;
	}
	if (u == 0)
		snprintf(out, 32, "%llu B", (unsigned long long)size);
	else
		snprintf(out, 32, "%llu.%llu %s", (unsigned long long)size,
			 (unsigned long long)(rest * 10 / 1024), units[u]);
}

uint64_t ek_report_file_size(const struct ek_scan_file *f)
{
	return f->file != NULL ? f->file->size : 0;
}

/* May c stand beside a path without being a part of it? */
static bool ends(char c)
{
	return c == '\0' || strchr(" :'\"(),\n", c) != NULL;
}

/* Where path is in text, on its own. */
static const char *path_at(const char *text, const char *path)
{
	size_t len = strlen(path);
	const char *p = text;

	while ((p = strstr(p, path)) != NULL &&
	       !((p == text || ends(p[-1])) && (ends(p[len]) || p[len] == '/')))
		p++;
	return p;
}

/* The first of the two paths in text, and which; NULL: none is there. */
static const char *next_path(const struct report *r, const char *text,
			     size_t *which)
{
	const char *a = path_at(text, r->path[0]), *b = NULL;

	if (r->path[1] != NULL)
		b = path_at(text, r->path[1]);
	*which = b != NULL && (a == NULL || b < a);
	return *which != 0 ? b : a;
}

static void piece(struct report *r, const char *text, size_t len)
{
	char part[512];

	while (len != 0) {
		size_t n = len < sizeof(part) - 1 ? len : sizeof(part) - 1;

		/* not in the middle of a character */
		while (n < len && n > 4 && ((unsigned char)text[n] & 0xc0) ==
					   0x80)
			n--;
		memcpy(part, text, n);
		part[n] = '\0';
		ek_html_text(&r->h, part);
		text += n;
		len -= n;
	}
}

void ek_report_text(struct report *r, const char *text)
{
	const char *at;
	size_t i;

	while (text != NULL && (at = next_path(r, text, &i)) != NULL) {
		piece(r, text, (size_t)(at - text));
		ek_html_text(&r->h, r->name[i]);
		text = at + strlen(r->path[i]);
	}
	ek_html_text(&r->h, text);
}

void ek_report_section(struct report *r, const char *id, const char *title)
{
	ek_html_open(&r->h, "section");
	ek_html_attr(&r->h, "id", id);
	ek_html_attrf(&r->h, "aria-labelledby", "%s-h", id);
	ek_html_open(&r->h, "h2");
	ek_html_attrf(&r->h, "id", "%s-h", id);
	ek_html_text(&r->h, title);
	ek_html_close_line(&r->h);
}

void ek_report_section_end(struct report *r)
{
	ek_html_close_line(&r->h);
}

void ek_report_table(struct report *r, const char *label, const char *find,
		     const char *const *heads)
{
	ek_html_open(&r->h, "div");
	ek_html_attr(&r->h, "class", "wide");
	/* what scrolls must be reached by the keyboard */
	ek_html_attr(&r->h, "role", "region");
	ek_html_attr(&r->h, "tabindex", "0");
	ek_html_attr(&r->h, "aria-label", label);
	ek_html_open(&r->h, "table");
	if (find != NULL)
		ek_html_attr(&r->h, "data-find", find);
	ek_html_elem(&r->h, "caption", label);
	ek_html_open(&r->h, "thead");
	ek_html_open(&r->h, "tr");
	for (; *heads != NULL; heads++) {
		bool number = **heads == '#';

		ek_html_open(&r->h, "th");
		ek_html_attr(&r->h, "scope", "col");
		if (number)
			ek_html_attr(&r->h, "class", "n");
		ek_html_text(&r->h, *heads + number);
		ek_html_close(&r->h);
	}
	ek_html_close(&r->h);
	ek_html_close_line(&r->h);
	ek_html_open(&r->h, "tbody");
	ek_html_text(&r->h, "\n");
}

void ek_report_table_end(struct report *r)
{
	ek_html_close(&r->h); /* tbody */
	ek_html_close(&r->h); /* table */
	ek_html_close_line(&r->h);
}

void ek_report_row(struct report *r, const char *text)
{
	ek_html_open(&r->h, "tr");
	ek_html_open(&r->h, "th");
	ek_html_attr(&r->h, "scope", "row");
	ek_html_text(&r->h, text);
	ek_html_close(&r->h);
}

void ek_report_cell(struct report *r, const char *text)
{
	ek_html_elem(&r->h, "td", text);
}

void ek_report_number(struct report *r, uint64_t n)
{
	ek_html_open(&r->h, "td");
	ek_html_attr(&r->h, "class", "n");
	ek_html_textf(&r->h, "%llu", (unsigned long long)n);
	ek_html_close(&r->h);
}

void ek_report_row_end(struct report *r)
{
	ek_html_close_line(&r->h);
}

void ek_report_more(struct report *r, size_t more)
{
	if (more == 0)
		return;
	ek_html_open(&r->h, "p");
	ek_html_textf(&r->h, "%zu more are not shown.", more);
	ek_html_close_line(&r->h);
}
