/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report.h - one self-contained page of HTML about an image (esxi-report.1)
 *
 * No clock, no path, nothing from elsewhere: the same image of the same name
 * gives the same bytes. Every name and text of the image is
 * escaped (html.h); only the digest of our own script and style is let run by
 * the policy of the page, so that a mistake there could not run one either.
 */
#ifndef EK_REPORT_H
#define EK_REPORT_H

#include <stdint.h>

struct ek_err;
struct ek_findings;
struct ek_imgscan;
struct ek_out;

/* Rows of one table; a page says how many more there are. Real images have some
 * 20,000 files and 5,000 PCI ids. */
#define EK_REPORT_ROWS 100000u

struct ek_report_opts {
	const char *diff; /* another image to compare with, or NULL */
	unsigned threads; /* as in imgscan.h */
	/* bytes of one image, told as they are read; may be NULL */
	void (*progress)(void *ctx, uint64_t done, uint64_t total);
	void *ctx;
};

/*
 * Read the image, check it, compare it where asked for, and write the page to
 * out, which is borrowed and written last. What the check finds is in the page
 * and no failure; EK_EREFUSE for an image without a database, EK_EFORMAT where
 * it cannot be read.
 */
int ek_report_make(const char *image, const struct ek_report_opts *o,
		   struct ek_out *out, struct ek_err *err);

/* ---- only the page ------------------------------------------------------ */

/* All borrowed. */
struct ek_report_page {
	/* the image as it was given; the page has the last component only, also
	 * where findings and differences name it */
	const char *image;
	struct ek_imgscan *scan;  /* read, with entries and maps */
	/* of a check; NULL: none was made, and the page says so */
	const struct ek_findings *findings;
	/* the other image, and the text; NULL: not compared */
	const char *other, *diff;
};
/* Failures of out stick there. */
int ek_report_write(const struct ek_report_page *page, struct ek_out *out,
		    struct ek_err *err);

#endif /* EK_REPORT_H */
