/* SPDX-License-Identifier: BSD-2-Clause */
/* html.c - write one HTML document */
#include "os.h"

#include <assert.h>
#include <stdarg.h>

#include "ek/html.h"
#include "ek/io.h"
#include "ek/utf8.h"

static void puts_(struct ek_html *h, const char *s)
{
	ek_out_write(h->out, s, strlen(s));
}

/* What a character is written as; NULL: as it is. */
static const char *instead(const char *s, size_t n, uint32_t c)
{
	if (n == 0)
		return "\xef\xbf\xbd";
	switch (*s) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '"': return "&quot;";
	case '\'': return "&#39;";
	case '\n':
	case '\t': return NULL;
	default: break;
	}
	/* U+FFFE and U+FFFF are none in XML */
	return ek_utf8_printable(c) && c != 0xfffe && c != 0xffff
		? NULL : "\xef\xbf\xbd";
}

/* Runs that need nothing go out in one piece. */
static void escaped(struct ek_html *h, const char *s)
{
	size_t len = strlen(s), run = 0;

	for (size_t i = 0; i < len;) {
		uint32_t c = 0;
		size_t n = ek_utf8_next(s + i, len - i, &c);
		const char *as = instead(s + i, n, c);

		n = n != 0 ? n : 1;
		if (as != NULL) {
			ek_out_write(h->out, s + run, i - run);
			puts_(h, as);
			run = i + n;
		}
		i += n;
	}
	ek_out_write(h->out, s + run, len - run);
}

/* A text of ours with numbers in it: short, or cut. */
static void format(char out[512], const char *fmt, va_list ap) EK_PRINTF(2, 0);

static void format(char out[512], const char *fmt, va_list ap)
{
	if (vsnprintf(out, 512, fmt, ap) < 0)
		out[0] = '\0';
}

static void inside(struct ek_html *h)
{
	if (h->in_tag)
		puts_(h, ">");
	h->in_tag = false;
}

void ek_html_begin(struct ek_html *h, struct ek_out *out)
{
	*h = (struct ek_html){ .out = out };
	puts_(h, "<!DOCTYPE html>\n");
}

void ek_html_end(struct ek_html *h)
{
	while (h->depth != 0)
		ek_html_close_line(h);
}

void ek_html_open(struct ek_html *h, const char *tag)
{
	assert(h->depth < EK_HTML_DEPTH);
	inside(h);
	puts_(h, "<");
	puts_(h, tag);
	h->open[h->depth++] = tag;
	h->in_tag = true;
}

void ek_html_attr(struct ek_html *h, const char *name, const char *value)
{
	assert(h->in_tag);
	puts_(h, " ");
	puts_(h, name);
	puts_(h, "=\"");
	escaped(h, value != NULL ? value : "");
	puts_(h, "\"");
}

void ek_html_attrf(struct ek_html *h, const char *name, const char *fmt, ...)
{
	char value[512];
	va_list ap;

	va_start(ap, fmt);
	format(value, fmt, ap);
	va_end(ap);
	ek_html_attr(h, name, value);
}

void ek_html_text(struct ek_html *h, const char *text)
{
	inside(h);
	if (text != NULL)
		escaped(h, text);
}

void ek_html_textf(struct ek_html *h, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	format(text, fmt, ap);
	va_end(ap);
	ek_html_text(h, text);
}

/* Elements that HTML knows to be empty; in SVG any may be. */
static bool is_void(const char *tag)
{
	static const char *const names[] = {
		"meta", "input", "br", "rect",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(tag, names[i]) == 0)
			return true;
	return false;
}

void ek_html_close(struct ek_html *h)
{
	const char *tag;

	assert(h->depth != 0);
	tag = h->open[--h->depth];
	if (h->in_tag && is_void(tag)) {
		puts_(h, "/>");
		h->in_tag = false;
		return;
	}
	inside(h);
	puts_(h, "</");
	puts_(h, tag);
	puts_(h, ">");
}

void ek_html_close_line(struct ek_html *h)
{
	ek_html_close(h);
	puts_(h, "\n");
}

void ek_html_elem(struct ek_html *h, const char *tag, const char *text)
{
	ek_html_open(h, tag);
	ek_html_text(h, text);
	ek_html_close(h);
}

void ek_html_elem_class(struct ek_html *h, const char *tag, const char *class_,
			const char *text)
{
	ek_html_open(h, tag);
	ek_html_attr(h, "class", class_);
	ek_html_text(h, text);
	ek_html_close(h);
}

void ek_html_verbatim(struct ek_html *h, const char *text)
{
	assert(strpbrk(text, "<&") == NULL);
	inside(h);
	puts_(h, text);
}
