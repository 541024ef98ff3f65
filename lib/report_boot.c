/* SPDX-License-Identifier: BSD-2-Clause */
/* report_boot.c - what each firmware loads, and what these files are */
#include "os.h"

#include "ek/err.h"
#include "ek/image.h"
#include "ek/imgdb.h"
#include "report_int.h"

static void term(struct report *r, const char *name, const char *value)
{
	if (value == NULL)
		value = "not set";
	ek_html_elem(&r->h, "dt", name);
	ek_html_open(&r->h, "dd");
	ek_report_text(r, *value != '\0' ? value : "empty");
	ek_html_close(&r->h);
}

static void plan(struct report *r, const struct ek_boot_plan *p)
{
	char number[32];

	if (p->status != EK_BOOT_OK) {
		term(r, "Does not boot", p->why);
		return;
	}
	if (p->undefined != NULL)
		term(r, "Undefined", p->undefined);
	term(r, "Title", p->title);
	term(r, "Kernel", p->kernel);
	term(r, "Options", p->kernelopt);
	term(r, "Prefix", p->prefix);
	snprintf(number, sizeof(number), "%zu", p->n_modules);
	term(r, "Modules", number);
}

static int firmware(struct report *r, enum ek_boot_fw fw, const char *title,
		    struct ek_err *err)
{
	struct ek_err why = EK_ERR_INIT;
	const struct ek_image_boot *b;
	int rc = ek_image_boot(r->img, fw, &b, &why);

	if (rc == EK_ESYS) {
		*err = why;
		return rc;
	}
	ek_html_elem(&r->h, "h3", title);
	ek_html_open(&r->h, "dl");
	if (rc != EK_OK) {
		term(r, "boot.cfg", why.msg);
	} else {
		term(r, "boot.cfg", b->file != NULL ? b->file->path
						    : "there is none");
		if (b->file != NULL)
			plan(r, &b->plan);
	}
	ek_html_close_line(&r->h);
	return EK_OK;
}

/* Those of BIOS, in its order; then those of UEFI alone; then others. */
static int in_order(const void *a, const void *b)
{
	const struct ek_scan_file *x = *(const struct ek_scan_file *const *)a;
	const struct ek_scan_file *y = *(const struct ek_scan_file *const *)b;

	if (x->kernel != y->kernel)
		return x->kernel ? -1 : 1;
	for (unsigned fw = 0; fw < 2; fw++) {
		unsigned bit = fw == EK_BOOT_BIOS ? EK_SCAN_BIOS : EK_SCAN_UEFI;
		bool p = (x->boots & bit) != 0, q = (y->boots & bit) != 0;

		if (p != q)
			return p ? -1 : 1;
		if (p && x->place[fw] != y->place[fw])
			return x->place[fw] < y->place[fw] ? -1 : 1;
	}
	return strcmp(x->name, y->name);
}

static void place(struct report *r, const struct ek_scan_file *f,
		  enum ek_boot_fw fw)
{
	unsigned bit = fw == EK_BOOT_BIOS ? EK_SCAN_BIOS : EK_SCAN_UEFI;

	if ((f->boots & bit) == 0)
		ek_html_elem_class(&r->h, "td", "n", "-");
	else if (f->kernel)
		ek_html_elem_class(&r->h, "td", "n", "kernel");
	else
		ek_report_number(r, f->place[fw] + 1);
}

static const char *const holds[] = {
	[EK_HOLDS_BYTES] = "bytes", [EK_HOLDS_VMTAR] = "vmtar",
	[EK_HOLDS_TAR] = "tar",
};

/* "gzip xz vmtar, 12 entries", or why not. */
static void form(struct report *r, const struct ek_scan_file *f)
{
	const struct ek_payload_look *l = &f->look;

	ek_html_open(&r->h, "td");
	if (f->file == NULL) {
		ek_html_elem_class(&r->h, "span", "error", "not there");
	} else if (f->looked) {
		ek_html_textf(&r->h, "%s%s%s", l->layers,
			      *l->layers != '\0' ? " " : "", holds[l->holds]);
		if (l->holds != EK_HOLDS_BYTES)
			ek_html_textf(&r->h, ", %zu entries", l->entries);
		if (l->layers_rc != EK_OK || l->rc != EK_OK) {
			ek_html_elem_class(&r->h, "span", "error",
					   " damaged: ");
			ek_report_text(r, l->layers_rc != EK_OK
				       ? l->layers_why.msg : l->why.msg);
		}
	}
	ek_html_close(&r->h);
}

static void module(struct report *r, const struct ek_scan_file *f)
{
	ek_report_row(r, f->name);
	place(r, f, EK_BOOT_BIOS);
	place(r, f, EK_BOOT_UEFI);
	ek_report_number(r, ek_report_file_size(f));
	form(r, f);
	ek_report_cell(r, f->payload != NULL ? f->payload->name : "");
	ek_report_cell(r, f->vib != NULL ? f->vib->d.name : "in no VIB");
	ek_report_row_end(r);
}

static int modules(struct report *r, struct ek_err *err)
{
	static const char *const heads[] = {
		"File", "#BIOS", "#UEFI", "#Bytes", "Form", "Payload", "VIB",
		NULL,
	};
	size_t n = ek_imgscan_count(r->page->scan);
	const struct ek_scan_file **v = calloc(n + 1,
					       sizeof(struct ek_scan_file *));

	if (v == NULL)
		return ek_fail_sys(err, "'%s'", r->name[0]);
	for (size_t i = 0; i < n; i++)
		v[i] = ek_imgscan_at(r->page->scan, i);
	qsort(v, n, sizeof(struct ek_scan_file *), in_order);
	ek_report_table(r, "Modules and payloads, in the order in which they"
			" are loaded", "modules", heads);
	for (size_t i = 0; i < n && i < EK_REPORT_ROWS; i++)
		module(r, v[i]);
	ek_report_table_end(r);
	ek_report_more(r, n > EK_REPORT_ROWS ? n - EK_REPORT_ROWS : 0);
	free(v);
	return EK_OK;
}

int ek_report_boot(struct report *r, struct ek_err *err)
{
	int rc;

	ek_report_section(r, "boot", "Boot modules");
	rc = firmware(r, EK_BOOT_BIOS, "BIOS", err);
	if (rc == EK_OK)
		rc = firmware(r, EK_BOOT_UEFI, "UEFI", err);
	if (rc == EK_OK)
		rc = modules(r, err);
	ek_report_section_end(r);
	return rc;
}
