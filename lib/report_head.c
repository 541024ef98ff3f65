/* SPDX-License-Identifier: BSD-2-Clause */
/* report_head.c - what the image is, in a few lines; where to go; the search */
#include "os.h"

#include <stdarg.h>

#include "ek/date.h"
#include "ek/err.h"
#include "ek/finding.h"
#include "ek/image.h"
#include "ek/imgcheck.h"
#include "ek/imgdb.h"
#include "ek/profile.h"
#include "ek/release.h"
#include "report_int.h"

static void term(struct report *r, const char *name, const char *value)
{
	ek_html_elem(&r->h, "dt", name);
	ek_html_open(&r->h, "dd");
	ek_report_text(r, value);
	ek_html_close(&r->h);
}

static void termf(struct report *r, const char *name, const char *fmt, ...)
	EK_PRINTF(3, 4);

static void termf(struct report *r, const char *name, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	term(r, name, text);
}

static void of_profile(struct report *r, const struct ek_profile *p)
{
	char date[EK_DATE_SIZE];

	term(r, "Profile", p->name);
	term(r, "Creator", p->creator);
	term(r, "Acceptance level", ek_level_name(p->level));
	if (p->has_created) {
		ek_date_show(p->created.sec, date);
		termf(r, "Created", "%s UTC", date);
	}
	if (p->has_modified) {
		ek_date_show(p->modified.sec, date);
		termf(r, "Modified", "%s UTC", date);
	}
	termf(r, "VIBs", "%zu", p->n_vibs);
}

static void of_release(struct report *r)
{
	const char *version = ek_imgdb_esx_version(r->db);
	const struct ek_release *rel = ek_release_find(version);

	termf(r, "Release", "%s%s", rel != NULL ? "ESXi " : "",
	      rel != NULL ? rel->base : "not told");
	if (version != NULL)
		term(r, "Version", version);
}

static void of_files(struct report *r)
{
	const struct ek_image_file *f;
	char size[32];
	uint64_t sum = 0;

	for (size_t i = 0; (f = ek_image_at(r->img, i)) != NULL; i++)
		sum += f->size;
	ek_report_size(sum, size);
	termf(r, "Files", "%zu with %s (%llu bytes)", ek_image_count(r->img),
	      size, (unsigned long long)sum);
}

static int of_boot(struct report *r, enum ek_boot_fw fw, const char *name,
		   struct ek_err *err)
{
	struct ek_err why = EK_ERR_INIT;
	const struct ek_image_boot *b;
	int rc = ek_image_boot(r->img, fw, &b, &why);

	if (rc == EK_ESYS) {
		*err = why;
		return rc;
	}
	if (rc != EK_OK)
		term(r, name, why.msg);
	else if (b->file == NULL)
		term(r, name, "no boot.cfg");
	else if (b->plan.kernel == NULL)
		term(r, name, b->plan.why != NULL ? b->plan.why
						  : "does not boot");
	else
		termf(r, name, "%zu modules and the kernel %.200s",
		      b->plan.n_modules, b->plan.kernel);
	return EK_OK;
}

static void of_check(struct report *r)
{
	const struct ek_findings *f = r->page->findings;

	if (f == NULL)
		term(r, "Check", "none was made");
	else
		termf(r, "Check", "%zu errors, %zu warnings, %zu notes",
		      ek_findings_of(f, EK_ERROR),
		      ek_findings_of(f, EK_WARNING),
		      ek_findings_of(f, EK_INFO));
}

static const char *const forms[] = {
	[EK_IMAGE_ISO] = "ISO", [EK_IMAGE_TREE] = "directory",
	[EK_IMAGE_BANK] = "bootbank",
};

static int summary(struct report *r, struct ek_err *err)
{
	int rc;

	ek_html_open(&r->h, "dl");
	term(r, "Image", r->name[0]);
	term(r, "Form", forms[ek_image_kind_of(r->img)]);
	of_release(r);
	if (r->profile != NULL)
		of_profile(r, r->profile);
	else
		termf(r, "Profile", "%zu of them, ESXi wants one",
		      ek_imgdb_profiles(r->db));
	of_files(r);
	rc = of_boot(r, EK_BOOT_BIOS, "Boot, BIOS", err);
	if (rc == EK_OK)
		rc = of_boot(r, EK_BOOT_UEFI, "Boot, UEFI", err);
	of_check(r);
	ek_html_close_line(&r->h);
	return rc;
}

static void to(struct report *r, const char *id, const char *title)
{
	ek_html_open(&r->h, "li");
	ek_html_open(&r->h, "a");
	ek_html_attrf(&r->h, "href", "#%s", id);
	ek_html_text(&r->h, title);
	ek_html_close(&r->h);
	ek_html_close_line(&r->h);
}

static void nav(struct report *r)
{
	ek_html_open(&r->h, "nav");
	ek_html_attr(&r->h, "aria-label", "Sections");
	ek_html_open(&r->h, "ul");
	to(r, "sizes", "Sizes");
	to(r, "findings", "Findings");
	to(r, "vibs", "VIBs");
	to(r, "boot", "Boot modules");
	to(r, "pci", "PCI ids");
	to(r, "files", "Files");
	if (r->page->diff != NULL)
		to(r, "diff", "Differences");
	ek_html_close(&r->h);
	ek_html_close_line(&r->h);
}

/* Shown by the script: without it there is nobody who would search. */
static void search(struct report *r)
{
	ek_html_open(&r->h, "div");
	ek_html_attr(&r->h, "id", "search");
	ek_html_attr(&r->h, "role", "search");
	ek_html_attr(&r->h, "hidden", "");
	ek_html_open(&r->h, "label");
	ek_html_attr(&r->h, "for", "find");
	ek_html_text(&r->h, "Find a PCI id or a file");
	ek_html_close(&r->h);
	ek_html_open(&r->h, "input");
	ek_html_attr(&r->h, "id", "find");
	ek_html_attr(&r->h, "type", "search");
	ek_html_attr(&r->h, "autocomplete", "off");
	ek_html_attr(&r->h, "spellcheck", "false");
	ek_html_attr(&r->h, "placeholder", "10ec:8125, or part of a name");
	ek_html_close(&r->h);
	ek_html_open(&r->h, "span");
	ek_html_attr(&r->h, "id", "found");
	ek_html_attr(&r->h, "role", "status");
	ek_html_close(&r->h);
	ek_html_close_line(&r->h);
}

int ek_report_head(struct report *r, struct ek_err *err)
{
	int rc;

	ek_html_open(&r->h, "a");
	ek_html_attr(&r->h, "class", "skip");
	ek_html_attr(&r->h, "href", "#main");
	ek_html_text(&r->h, "Skip to the content");
	ek_html_close_line(&r->h);
	ek_html_open(&r->h, "header");
	ek_html_elem(&r->h, "h1", r->profile != NULL ? r->profile->name
						    : r->name[0]);
	rc = summary(r, err);
	nav(r);
	ek_html_close_line(&r->h);
	search(r);
	return rc;
}
