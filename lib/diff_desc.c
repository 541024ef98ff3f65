/* SPDX-License-Identifier: BSD-2-Clause */
/* diff_desc.c - a descriptor as facts, to be compared one by one */
#include "os.h"

#include "diff_int.h"
#include "ek/date.h"
#include "ek/err.h"

/* The names of the XML (vib.5), where an element has one. */

static int add_texts(struct diff_list *l, const struct ek_vibdesc *d,
		     struct ek_err *err)
{
	const struct {
		const char *key, *value;
	} all[] = {
		{ "type", d->type }, { "name", d->name },
		{ "version", d->version }, { "vendor", d->vendor },
		{ "summary", d->summary }, { "description", d->description },
		{ "acceptance-level", ek_level_name(d->level) },
	};
	char date[EK_DATE_SIZE];
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < sizeof(all) / sizeof(*all); i++)
		rc = diff_fact(l, all[i].key, all[i].value, err);
	if (rc == EK_OK && d->has_date) {
		ek_date_format(&d->date, date);
		rc = diff_fact(l, "release-date", date, err);
	}
	return rc;
}

static int add_flags(struct diff_list *l, const struct ek_vibdesc *d,
		     struct ek_err *err)
{
	const struct {
		const char *key;
		bool value;
	} all[] = {
		{ "maintenance-mode install", d->maint_install },
		{ "maintenance-mode remove", d->maint_remove },
		{ "live-install-allowed", d->live_install },
		{ "live-remove-allowed", d->live_remove },
		{ "cimom-restart", d->cimom_restart },
		{ "stateless-ready", d->stateless },
		{ "overlay", d->overlay },
	};
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < sizeof(all) / sizeof(*all); i++)
		rc = diff_fact(l, all[i].key, all[i].value ? "true" : "false",
			       err);
	return rc;
}

static int add_relations(struct diff_list *l, const char *key,
			 const struct ek_constraints *c, struct ek_err *err)
{
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < c->n; i++) {
		const char *relation = c->v[i].relation;
		const char *version = c->v[i].version;
		char *value;

		if (asprintf(&value, "%s%s%s",
			     relation != NULL ? relation : "",
			     relation != NULL && version != NULL ? " " : "",
			     version != NULL ? version : "") < 0)
			return ek_fail_sys(err, "comparing");
		rc = diff_factf(l, err, value, "%s %s", key, c->v[i].name);
		free(value);
	}
	return rc;
}

static int add_all_relations(struct diff_list *l, const struct ek_vibdesc *d,
			     struct ek_err *err)
{
	const struct {
		const char *key;
		const struct ek_constraints *c;
	} all[] = {
		{ "depends", &d->depends }, { "conflicts", &d->conflicts },
		{ "replaces", &d->replaces }, { "provides", &d->provides },
		{ "compatible-with", &d->compatible },
	};
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < sizeof(all) / sizeof(*all); i++)
		rc = add_relations(l, all[i].key, all[i].c, err);
	return rc;
}

static int add_strs(struct diff_list *l, const char *key,
		    const struct ek_strs *s, struct ek_err *err)
{
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < s->n; i++)
		rc = diff_factf(l, err, "", "%s %s", key, s->v[i]);
	return rc;
}

static const char *text(const char *s)
{
	return s != NULL ? s : "";
}

static int add_platforms(struct diff_list *l, const struct ek_vibdesc *d,
			 struct ek_err *err)
{
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < d->n_urls; i++)
		rc = diff_factf(l, err, text(d->urls[i].url), "url %s",
				text(d->urls[i].key));
	for (size_t i = 0; rc == EK_OK && i < d->n_hw; i++)
		rc = diff_factf(l, err, text(d->hw[i].model), "hwplatform %s",
				text(d->hw[i].vendor));
	for (size_t i = 0; rc == EK_OK && i < d->n_sw; i++)
		rc = diff_factf(l, err, text(d->sw[i].product),
				"swplatform %s %s", text(d->sw[i].version),
				text(d->sw[i].locale));
	return rc;
}

static int add_number(struct diff_list *l, const char *payload,
		      const char *what, bool has, uint64_t n,
		      struct ek_err *err)
{
	char value[24];

	if (!has)
		return EK_OK;
	snprintf(value, sizeof(value), "%llu", (unsigned long long)n);
	return diff_factf(l, err, value, "payload %s %s", payload, what);
}

static int add_payload(struct diff_list *l, const struct ek_payload *p,
		       struct ek_err *err)
{
	int rc = diff_factf(l, err, p->type, "payload %s type", p->name);

	if (rc == EK_OK)
		rc = add_number(l, p->name, "boot-order", p->boot_order != 0,
				(uint64_t)p->boot_order, err);
	if (rc == EK_OK)
		rc = add_number(l, p->name, "size", p->has_size, p->size, err);
	if (rc == EK_OK)
		rc = add_number(l, p->name, "uncompressed-size",
				p->has_uncompressed, p->uncompressed_size, err);
	if (rc == EK_OK)
		rc = diff_factf(l, err, p->vfat_name, "payload %s vfat-name",
				p->name);
	if (rc == EK_OK)
		rc = diff_factf(l, err, p->compression_option,
				"payload %s compression-option", p->name);
	for (size_t i = 0; rc == EK_OK && i < p->n_sums; i++)
		rc = diff_factf(l, err, p->sums[i].hex, "payload %s %s%s%s",
				p->name, p->sums[i].type,
				p->sums[i].process != NULL ? " " : "",
				text(p->sums[i].process));
	return rc;
}

int diff_add_desc(struct diff_list *facts, const struct ek_vibdesc *d,
		  struct ek_err *err)
{
	int rc = add_texts(facts, d, err);

	if (rc == EK_OK)
		rc = add_flags(facts, d, err);
	if (rc == EK_OK)
		rc = add_all_relations(facts, d, err);
	if (rc == EK_OK)
		rc = add_platforms(facts, d, err);
	if (rc == EK_OK)
		rc = add_strs(facts, "tag", &d->tags, err);
	if (rc == EK_OK)
		rc = add_strs(facts, "file", &d->files, err);
	for (size_t i = 0; rc == EK_OK && i < d->n_payloads; i++)
		rc = add_payload(facts, &d->payloads[i], err);
	return rc;
}
