/* SPDX-License-Identifier: BSD-2-Clause */
/* vibdesc_write.c - write descriptor.xml (vib.5, "Order written") */
#include "os.h"

#include "ek/err.h"
#include "ek/vibdesc.h"
#include "ek/xml.h"

static void flag(struct ek_buf *out, const char *name, bool value)
{
	ek_xml_element(out, name, value ? "true" : "false");
}

/* ' name="value"', nothing where value is NULL. */
static void attr(struct ek_buf *out, const char *name, const char *value)
{
	if (value == NULL)
		return;
	ek_buf_addf(out, " %s=\"", name);
	ek_xml_escape(out, value, true);
	ek_buf_addc(out, '"');
}

static void date(struct ek_buf *out, const char *name, bool has,
		 const struct ek_date *d)
{
	char text[EK_DATE_SIZE];

	if (!has)
		return;
	ek_date_format(d, text);
	ek_xml_element(out, name, text);
}

/* Tags round a list, in the short form where it has nothing. */
static void begin_list(struct ek_buf *out, const char *name, size_t n)
{
	ek_buf_addf(out, n != 0 ? "<%s>" : "<%s/>", name);
}

static void end_list(struct ek_buf *out, const char *name, size_t n)
{
	if (n != 0)
		ek_buf_addf(out, "</%s>", name);
}

static int cmp_urls(const void *a, const void *b)
{
	const struct ek_url *x = a, *y = b;
	int c = strcmp(x->key, y->key);

	return c != 0 ? c : strcmp(x->url, y->url);
}

static void urls(struct ek_buf *out, const struct ek_vibdesc *d)
{
	struct ek_url *v = calloc(d->n_urls + 1, sizeof(*v));

	if (v == NULL) {
		out->failed = true;
		return;
	}
	for (size_t i = 0; i < d->n_urls; i++)
		v[i] = d->urls[i]; /* its texts stay the descriptor's */
	qsort(v, d->n_urls, sizeof(*v), cmp_urls);
	begin_list(out, "urls", d->n_urls);
	for (size_t i = 0; i < d->n_urls; i++) {
		ek_buf_adds(out, "<url");
		attr(out, "key", v[i].key);
		ek_buf_addc(out, '>');
		ek_xml_escape(out, v[i].url, false);
		ek_buf_adds(out, "</url>");
	}
	end_list(out, "urls", d->n_urls);
	free(v);
}

static int cmp_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Left out when empty. */
static void files(struct ek_buf *out, const struct ek_vibdesc *d)
{
	const char **v;

	if (d->files.n == 0)
		return;
	v = calloc(d->files.n, sizeof(*v));
	if (v == NULL) {
		out->failed = true;
		return;
	}
	for (size_t i = 0; i < d->files.n; i++)
		v[i] = d->files.v[i];
	qsort(v, d->files.n, sizeof(*v), cmp_texts);
	ek_buf_adds(out, "<file-list>");
	for (size_t i = 0; i < d->files.n; i++)
		ek_xml_element(out, "file", v[i]);
	ek_buf_adds(out, "</file-list>");
	free(v);
}

static void constraints(struct ek_buf *out, const char *name, const char *item,
			const struct ek_constraints *l, bool relations)
{
	begin_list(out, name, l->n);
	for (size_t i = 0; i < l->n; i++) {
		const struct ek_constraint *c = &l->v[i];

		ek_buf_addf(out, "<%s", item);
		attr(out, "name", c->name);
		if (relations && c->version != NULL)
			attr(out, "relation", c->relation);
		attr(out, "version", c->version);
		ek_buf_adds(out, "/>");
	}
	end_list(out, name, l->n);
}

static void relationships(struct ek_buf *out, const struct ek_vibdesc *d)
{
	ek_buf_adds(out, "<relationships>");
	constraints(out, "depends", "constraint", &d->depends, true);
	constraints(out, "conflicts", "constraint", &d->conflicts, true);
	constraints(out, "replaces", "constraint", &d->replaces, true);
	constraints(out, "provides", "provide", &d->provides, false);
	constraints(out, "compatibleWith", "constraint", &d->compatible, true);
	ek_buf_adds(out, "</relationships>");
}

static void tags(struct ek_buf *out, const struct ek_vibdesc *d)
{
	begin_list(out, "software-tags", d->tags.n);
	for (size_t i = 0; i < d->tags.n; i++)
		ek_xml_element(out, "tag", d->tags.v[i]);
	end_list(out, "software-tags", d->tags.n);
}

static void system_requires(struct ek_buf *out, const struct ek_vibdesc *d)
{
	ek_buf_adds(out, "<system-requires><maintenance-mode");
	if (d->maint_install != d->maint_remove)
		attr(out, "on-install", d->maint_install ? "true" : "false");
	ek_buf_addf(out, ">%s</maintenance-mode>",
		    d->maint_remove ? "true" : "false");
	for (size_t i = 0; i < d->n_hw; i++) {
		ek_buf_adds(out, "<hwplatform");
		attr(out, "vendor", d->hw[i].vendor);
		attr(out, "model", d->hw[i].model);
		ek_buf_adds(out, "/>");
	}
	for (size_t i = 0; i < d->n_sw; i++) {
		ek_buf_adds(out, "<softwarePlatform");
		attr(out, "version", d->sw[i].version);
		attr(out, "locale", d->sw[i].locale);
		attr(out, "productLineID", d->sw[i].product);
		ek_buf_adds(out, "/>");
	}
	ek_buf_adds(out, "</system-requires>");
}

static void number(struct ek_buf *out, const char *name, uint64_t value)
{
	ek_buf_addf(out, " %s=\"%llu\"", name, (unsigned long long)value);
}

static void payload(struct ek_buf *out, const struct ek_payload *p)
{
	ek_buf_adds(out, "<payload");
	attr(out, "name", p->name);
	attr(out, "type", p->type);
	if (p->boot_order > 0)
		number(out, "boot-order", (uint64_t)p->boot_order);
	attr(out, "vfat-name", p->vfat_name);
	if (p->has_size)
		number(out, "size", p->size);
	if (p->has_uncompressed)
		number(out, "uncompressed-size", p->uncompressed_size);
	attr(out, "compression-option", p->compression_option);
	ek_buf_adds(out, p->n_sums != 0 ? ">" : "/>");
	for (size_t i = 0; i < p->n_sums; i++) {
		ek_buf_adds(out, "<checksum");
		attr(out, "checksum-type", p->sums[i].type);
		attr(out, "verify-process", p->sums[i].process);
		ek_buf_addc(out, '>');
		ek_xml_escape(out, p->sums[i].hex, false);
		ek_buf_adds(out, "</checksum>");
	}
	end_list(out, "payload", p->n_sums);
}

static void texts(struct ek_buf *out, const struct ek_vibdesc *d)
{
	ek_xml_element(out, "type", d->type != NULL ? d->type : "bootbank");
	ek_xml_element(out, "name", d->name);
	ek_xml_element(out, "version", d->version);
	ek_xml_element(out, "vendor", d->vendor);
	ek_xml_element(out, "summary", d->summary);
	ek_xml_element(out, "description", d->description);
	date(out, "release-date", d->has_date, &d->date);
}

void ek_vibdesc_write(const struct ek_vibdesc *d, enum ek_vibdesc_form form,
		      struct ek_buf *out)
{
	ek_buf_adds(out, "<vib version=\"5.0\">");
	texts(out, d);
	urls(out, d);
	relationships(out, d);
	tags(out, d);
	if (form == EK_VIBDESC_DATABASE)
		date(out, "installdate", d->has_installdate, &d->installdate);
	system_requires(out, d);
	files(out, d);
	ek_xml_element(out, "acceptance-level", ek_level_name(d->level));
	flag(out, "live-install-allowed", d->live_install);
	flag(out, "live-remove-allowed", d->live_remove);
	flag(out, "cimom-restart", d->cimom_restart);
	flag(out, "stateless-ready", d->stateless);
	flag(out, "overlay", d->overlay);
	begin_list(out, "payloads", d->n_payloads);
	for (size_t i = 0; i < d->n_payloads; i++)
		payload(out, &d->payloads[i]);
	end_list(out, "payloads", d->n_payloads);
	ek_buf_adds(out, "</vib>");
}
