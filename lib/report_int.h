/* SPDX-License-Identifier: BSD-2-Clause */
/* report_int.h - the parts of a page; each writes one section */
#ifndef EK_REPORT_INT_H
#define EK_REPORT_INT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ek/html.h"
#include "ek/imgscan.h"
#include "ek/report.h"

struct ek_dbvib;
struct ek_profile;

/* A VIB and what it has on the image. */
struct report_vib {
	const struct ek_dbvib *vib; /* NULL: the files that are nobody's */
	const struct ek_scan_file **files; /* borrowed; largest first */
	size_t n_files;
	uint64_t size; /* of the files that are there */
};

struct report {
	struct ek_html h;
	const struct ek_report_page *page;
	/* owned; of the image and the other one: path without slashes at its
	 * end, and the last component of it. NULL: there is no other */
	char *path[2];
	const char *name[2];
	const struct ek_imgdb *db;        /* there always */
	const struct ek_profile *profile; /* NULL: not exactly one */
	struct ek_image *img;
	const struct ek_scan_file **files; /* owned; by VIB */
	struct report_vib *vibs;           /* owned; by name, nobody's last */
	size_t n_vibs;
};

/* "12.3 MiB", "17 B". */
void ek_report_size(uint64_t size, char out[32]);
uint64_t ek_report_file_size(const struct ek_scan_file *f);

/* Text that may name one of the images: by its path, which becomes its name. */
void ek_report_text(struct report *r, const char *text);
/* <section id=...><h2>, and its end. id is what links of the page name. */
void ek_report_section(struct report *r, const char *id, const char *title);
void ek_report_section_end(struct report *r);
/* A table inside a box that scrolls; heads ends with NULL, and one that begins
 * with '#' is of numbers. id and find may be NULL; a table with find is one
 * whose rows the search box takes, and find is what it calls them. */
void ek_report_table(struct report *r, const char *label, const char *find,
		     const char *const *heads);
void ek_report_table_end(struct report *r);
/* The first cell of a row, and the others. */
void ek_report_row(struct report *r, const char *text);
void ek_report_cell(struct report *r, const char *text);
void ek_report_number(struct report *r, uint64_t n);
void ek_report_row_end(struct report *r);
/* That as many rows are left out; nothing where it is 0. */
void ek_report_more(struct report *r, size_t more);

/* ---- names of PCI ids, borrowed from the scan ---------------------------- */

struct report_names; /* opaque */
/* To be freed in any case. */
int ek_report_names_new(const struct report *r, struct report_names **out,
			struct ek_err *err);
void ek_report_names_free(struct report_names **names);
/* Of the device that a pattern of 22 characters takes; NULL: not known. */
void ek_report_name(const struct report_names *names, const char *pattern,
		    const char **vendor, const char **device);

/* ---- sections, in the order of the page --------------------------------- */

int ek_report_style(struct report *r, struct ek_err *err); /* policy too */
void ek_report_script(struct report *r);
int ek_report_head(struct report *r, struct ek_err *err);
int ek_report_map(struct report *r, struct ek_err *err);
void ek_report_findings(struct report *r);
int ek_report_vibs(struct report *r, struct ek_err *err);
int ek_report_boot(struct report *r, struct ek_err *err);
int ek_report_pci(struct report *r, struct ek_err *err);
void ek_report_files(struct report *r);
void ek_report_diff(struct report *r);

#endif /* EK_REPORT_INT_H */
