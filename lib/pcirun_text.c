/* SPDX-License-Identifier: BSD-2-Clause */
/* pcirun_text.c - which driver takes which device, for a person */
#include "os.h"

#include "ek/buf.h"
#include "pcirun_int.h"

/* Under a device's first line. */
#define INDENT "              "

static const struct group {
	const char *title;
	unsigned kinds; /* mask of enum ek_pcidev_kind */
	bool brief;
} groups[] = {
	{ "network and storage", 1u << EK_DEV_NETWORK | 1u << EK_DEV_STORAGE,
	  false },
	{ "class not told", 1u << EK_DEV_UNKNOWN, false },
	{ "other devices (do not count)", 1u << EK_DEV_OTHER, false },
	{ "mainboard (needs no driver of an image)", 1u << EK_DEV_BRIDGE,
	  true },
};

/* "10ec:8125 1043:87d7"; the second pair where it is known. */
static void put_id(const char *id, struct ek_buf *out)
{
	ek_buf_addf(out, "%.4s:%.4s ", id, id + 4);
	if (id[8] == '?')
		ek_buf_addf(out, "%9s", "");
	else
		ek_buf_addf(out, "%.4s:%.4s", id + 8, id + 12);
}

static void put_class(const struct ek_pcianswer *a, struct ek_buf *out)
{
	const char *digits = a->d->id + 16;
	const char *words = ek_pci_class_words(digits);

	if (words == NULL && digits[0] != '?')
		ek_buf_addf(out, "  class %-11.4s", digits);
	else
		ek_buf_addf(out, "  %-17s", words != NULL ? words : "");
}

/* For a device that needs none, no driver is no news. */
static void put_head(const struct ek_pcianswer *a, bool brief,
		     struct ek_buf *out)
{
	const char *verdict = brief ? "-" : "nothing takes it";

	if (a->m.verdict != EK_PCI_NONE)
		verdict = a->m.hits[0].line->driver;

	ek_buf_addf(out, "%-12s  ", a->d->slot[0] != '\0' ? a->d->slot : "-");
	put_id(a->d->id, out);
	put_class(a, out);
	ek_buf_addf(out, "  %s%s\n", verdict, a->m.verdict == EK_PCI_MAY ?
		    " (may match)" : "");
}

static void put_name(const struct ek_pcianswer *a, struct ek_buf *out)
{
	if (a->name == NULL && a->vendor == NULL)
		return;
	ek_buf_addf(out, INDENT "%s%s%s\n", a->vendor != NULL ? a->vendor : "",
		    a->vendor != NULL ? ", " : "",
		    a->name != NULL ? a->name : "a device that no list names");
}

static void put_source(const struct ek_pcijob *j, const struct ek_pcihit *h,
		       struct ek_buf *out)
{
	const char *module = ek_pcijob_module(j, h->line->driver);

	if (h->source->vib_id != NULL)
		ek_buf_addf(out, INDENT "VIB %s, version %s\n",
			    h->source->vib_id, h->source->vib_version);
	ek_buf_addf(out, INDENT "%s in %s, by %s\n",
		    h->source->path, module != NULL ? module : h->source->file,
		    ek_pcihow_name(h->how));
}

static const char *why_not(const struct ek_pcihit *h)
{
	if (h->unloaded)
		return ": does not count, no vmklinux in this release";
	if (h->missing)
		return ": does not count, there is no such module";
	if (h->rank < 0)
		return ": does not count, nothing reads this directory";
	if (h->vague)
		return ": not known, the device's class was not told";
	return h->may ? ": may match" : "";
}

static void put_others(const struct ek_pcimatch *m, struct ek_buf *out)
{
	for (size_t i = m->verdict == EK_PCI_NONE ? 0 : 1; i < m->n; i++) {
		const struct ek_pcihit *h = &m->hits[i];

		ek_buf_addf(out, INDENT "%s %s (%s, by %s)%s\n",
			    i == 1 && m->tie ? "or" : "also",
			    h->line->driver, h->source->path,
			    ek_pcihow_name(h->how), why_not(h));
	}
	if (m->tie)
		ek_buf_adds(out, INDENT "two lines tie: which driver wins is "
			    "not known\n");
}

static void put_group(const struct ek_pcijob *j, const struct group *g,
		      struct ek_buf *out)
{
	bool titled = false;

	for (size_t i = 0; i < j->n; i++) {
		const struct ek_pcianswer *a = &j->v[i];

		if ((1u << a->kind & g->kinds) == 0)
			continue;
		if (!titled)
			ek_buf_addf(out, "\n%s\n", g->title);
		titled = true;
		put_head(a, g->brief, out);
		if (g->brief)
			continue;
		put_name(a, out);
		if (a->m.verdict != EK_PCI_NONE)
			put_source(j, &a->m.hits[0], out);
		put_others(&a->m, out);
	}
}

static void put_end(const struct ek_pcijob *j, struct ek_buf *out)
{
	bool may = false;

	for (size_t i = 0; i < j->n; i++)
		may = may || (j->v[i].asked && j->v[i].m.verdict == EK_PCI_MAY);
	ek_buf_addf(out, "\n%zu of %zu devices that count %s a driver\n",
		    j->covered, j->asked, j->covered == 1 ? "has" : "have");
	if (may)
		ek_buf_adds(out, "may match: a line wants more of the device "
			    "than is known; 'lspci -vmmn' on that\nmachine "
			    "tells its subsystem and class in full\n");
	if (j->covered < j->asked && !may)
		ek_buf_adds(out, "a VIB or driver package that takes the rest "
			    "is added by 'esxi-customize --add'\n");
}

void ek_pcirun_text(const struct ek_pcijob *j, struct ek_buf *out)
{
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		put_group(j, &groups[i], out);
	put_end(j, out);
}
