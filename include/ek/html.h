/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * html.h - write one HTML document, which is well-formed XML as well
 *
 * Texts and attributes come from hostile files: all are escaped here, and no call
 * takes them otherwise. What is no UTF-8, a control character but LF and TAB, and
 * what reorders a line (utf8.h) becomes U+FFFD. Failures of out stick there.
 */
#ifndef EK_HTML_H
#define EK_HTML_H

#include <stdbool.h>

#include "ek/err.h"

struct ek_out;

/* Elements in one another. */
#define EK_HTML_DEPTH 24

struct ek_html {
	struct ek_out *out; /* borrowed */
	const char *open[EK_HTML_DEPTH];
	unsigned depth;
	bool in_tag; /* attributes may follow */
};

/* The doctype. Names of elements and attributes are string literals of ours. */
void ek_html_begin(struct ek_html *h, struct ek_out *out);
/* Close whatever is open. */
void ek_html_end(struct ek_html *h);

void ek_html_open(struct ek_html *h, const char *tag);
/* Of the element opened last, before anything is in it. NULL is "". */
void ek_html_attr(struct ek_html *h, const char *name, const char *value);
void ek_html_attrf(struct ek_html *h, const char *name, const char *fmt, ...)
	EK_PRINTF(3, 4);
/* NULL is "". */
void ek_html_text(struct ek_html *h, const char *text);
void ek_html_textf(struct ek_html *h, const char *fmt, ...) EK_PRINTF(2, 3);
/* The element opened last. */
void ek_html_close(struct ek_html *h);
/* The same, and a line end: for those between which a blank does not matter. */
void ek_html_close_line(struct ek_html *h);

/* Element, text, end. */
void ek_html_elem(struct ek_html *h, const char *tag, const char *text);
/* The same with class=. */
void ek_html_elem_class(struct ek_html *h, const char *tag, const char *class_,
			const char *text);

/* A style or script of ours, as it stands: no '<' and no '&' may be in it. */
void ek_html_verbatim(struct ek_html *h, const char *text);

#endif /* EK_HTML_H */
