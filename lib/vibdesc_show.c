/* SPDX-License-Identifier: BSD-2-Clause */
/* vibdesc_show.c - a descriptor as JSON and for a person */
#include "os.h"

#include "ek/json.h"
#include "ek/vibdesc.h"

/* ---- JSON --------------------------------------------------------------- */

static void json_date(struct ek_json *j, const char *key, bool has,
		      const struct ek_date *d)
{
	char text[EK_DATE_SIZE];

	if (!has) {
		ek_json_null(j, key);
		return;
	}
	ek_date_format(d, text);
	ek_json_str(j, key, text);
}

static void json_strs(struct ek_json *j, const char *key,
		      const struct ek_strs *l)
{
	ek_json_array(j, key);
	for (size_t i = 0; i < l->n; i++)
		ek_json_str(j, NULL, l->v[i]);
	ek_json_close(j);
}

static void json_relations(struct ek_json *j, const char *key,
			   const struct ek_constraints *l)
{
	ek_json_array(j, key);
	for (size_t i = 0; i < l->n; i++) {
		ek_json_object(j, NULL);
		ek_json_str(j, "name", l->v[i].name);
		if (l->v[i].relation != NULL)
			ek_json_str(j, "relation", l->v[i].relation);
		if (l->v[i].version != NULL)
			ek_json_str(j, "version", l->v[i].version);
		ek_json_close(j);
	}
	ek_json_close(j);
}

static void json_platforms(struct ek_json *j, const struct ek_vibdesc *d)
{
	ek_json_array(j, "hardware_platforms");
	for (size_t i = 0; i < d->n_hw; i++) {
		ek_json_object(j, NULL);
		ek_json_str(j, "vendor", d->hw[i].vendor);
		ek_json_str(j, "model", d->hw[i].model);
		ek_json_close(j);
	}
	ek_json_close(j);
	ek_json_array(j, "software_platforms");
	for (size_t i = 0; i < d->n_sw; i++) {
		ek_json_object(j, NULL);
		ek_json_str(j, "version", d->sw[i].version);
		ek_json_str(j, "locale", d->sw[i].locale);
		ek_json_str(j, "product_line_id", d->sw[i].product);
		ek_json_close(j);
	}
	ek_json_close(j);
}

static void json_payload(struct ek_json *j, const struct ek_payload *p)
{
	ek_json_object(j, NULL);
	ek_json_str(j, "name", p->name);
	ek_json_str(j, "type", p->type);
	ek_json_int(j, "boot_order", p->boot_order);
	ek_json_str(j, "vfat_name", p->vfat_name);
	if (p->has_size)
		ek_json_uint(j, "size", p->size);
	else
		ek_json_null(j, "size");
	if (p->has_uncompressed)
		ek_json_uint(j, "uncompressed_size", p->uncompressed_size);
	if (p->compression_option != NULL)
		ek_json_str(j, "compression_option", p->compression_option);
	ek_json_array(j, "checksums");
	for (size_t i = 0; i < p->n_sums; i++) {
		ek_json_object(j, NULL);
		ek_json_str(j, "type", p->sums[i].type);
		ek_json_str(j, "verify_process", p->sums[i].process);
		ek_json_str(j, "value", p->sums[i].hex);
		ek_json_close(j);
	}
	ek_json_close(j);
	ek_json_close(j);
}

static void json_identity(const struct ek_vibdesc *d, struct ek_json *j)
{
	char *id = ek_vibdesc_id(d);

	if (id == NULL)
		j->out->failed = true;
	ek_json_str(j, "id", id);
	free(id);
	ek_json_str(j, "type", d->type != NULL ? d->type : "bootbank");
	ek_json_str(j, "name", d->name);
	ek_json_str(j, "version", d->version);
	ek_json_str(j, "vendor", d->vendor);
	ek_json_str(j, "summary", d->summary);
	ek_json_str(j, "description", d->description);
	json_date(j, "release_date", d->has_date, &d->date);
	if (d->has_installdate)
		json_date(j, "installdate", true, &d->installdate);
	ek_json_str(j, "acceptance_level", ek_level_name(d->level));
	ek_json_array(j, "urls");
	for (size_t i = 0; i < d->n_urls; i++) {
		ek_json_object(j, NULL);
		ek_json_str(j, "key", d->urls[i].key);
		ek_json_str(j, "url", d->urls[i].url);
		ek_json_close(j);
	}
	ek_json_close(j);
}

static void json_flags(const struct ek_vibdesc *d, struct ek_json *j)
{
	ek_json_bool(j, "maintenance_mode_install", d->maint_install);
	ek_json_bool(j, "maintenance_mode_remove", d->maint_remove);
	ek_json_bool(j, "live_install_allowed", d->live_install);
	ek_json_bool(j, "live_remove_allowed", d->live_remove);
	ek_json_bool(j, "cimom_restart", d->cimom_restart);
	ek_json_bool(j, "stateless_ready", d->stateless);
	ek_json_bool(j, "overlay", d->overlay);
}

void ek_vibdesc_json(const struct ek_vibdesc *d, struct ek_json *j)
{
	json_identity(d, j);
	json_relations(j, "depends", &d->depends);
	json_relations(j, "conflicts", &d->conflicts);
	json_relations(j, "replaces", &d->replaces);
	json_relations(j, "provides", &d->provides);
	json_relations(j, "compatible_with", &d->compatible);
	json_strs(j, "tags", &d->tags);
	json_platforms(j, d);
	json_flags(d, j);
	json_strs(j, "files", &d->files);
	ek_json_array(j, "payloads");
	for (size_t i = 0; i < d->n_payloads; i++)
		json_payload(j, &d->payloads[i]);
	ek_json_close(j);
}

/* ---- text --------------------------------------------------------------- */

static void line(struct ek_buf *out, const char *title, const char *value)
{
	ek_buf_addf(out, "%-17s %s\n", title, value != NULL ? value : "-");
}

static void text_date(struct ek_buf *out, const char *title, bool has,
		      const struct ek_date *d)
{
	char text[EK_DATE_SIZE];

	if (has)
		ek_date_format(d, text);
	line(out, title, has ? text : NULL);
}

static void text_strs(struct ek_buf *out, const char *title,
		      const struct ek_strs *l)
{
	if (l->n != 0)
		ek_buf_addf(out, "%s\n", title);
	for (size_t i = 0; i < l->n; i++)
		ek_buf_addf(out, "    %s\n", l->v[i]);
}

static void text_relations(struct ek_buf *out, const char *title,
			   const struct ek_constraints *l)
{
	if (l->n != 0)
		ek_buf_addf(out, "%s\n", title);
	for (size_t i = 0; i < l->n; i++) {
		const struct ek_constraint *c = &l->v[i];

		ek_buf_addf(out, "    %s", c->name);
		if (c->version != NULL)
			ek_buf_addf(out, " %s %s", c->relation != NULL ?
				    c->relation : "=", c->version);
		ek_buf_addc(out, '\n');
	}
}

/* inside UINT64_MAX: what the descriptor says, if anything. */
static void text_payload(struct ek_buf *out, const struct ek_payload *p,
			 uint64_t inside)
{
	ek_buf_addf(out, "    %-15s %s", p->name, p->type);
	if (p->has_size)
		ek_buf_addf(out, ", %llu bytes", (unsigned long long)p->size);
	if (inside == UINT64_MAX && p->has_uncompressed)
		inside = p->uncompressed_size;
	if (inside != UINT64_MAX)
		ek_buf_addf(out, ", inflated %llu",
			    (unsigned long long)inside);
	if (p->boot_order != 0)
		ek_buf_addf(out, ", boot order %lld",
			    (long long)p->boot_order);
	if (p->vfat_name != NULL)
		ek_buf_addf(out, ", as %s", p->vfat_name);
	ek_buf_addc(out, '\n');
	for (size_t i = 0; i < p->n_sums; i++)
		ek_buf_addf(out, "        %s%s%s %s\n", p->sums[i].type,
			    p->sums[i].process != NULL ? " " : "",
			    p->sums[i].process != NULL ? p->sums[i].process
			    : "", p->sums[i].hex);
}

static const char *yes_no(bool b)
{
	return b ? "yes" : "no";
}

static void text_flags(const struct ek_vibdesc *d, struct ek_buf *out)
{
	if (d->maint_install == d->maint_remove)
		line(out, "maintenance mode", yes_no(d->maint_install));
	else
		line(out, "maintenance mode", d->maint_install ?
		     "on install only" : "on removal only");
	line(out, "live install", yes_no(d->live_install));
	line(out, "live removal", yes_no(d->live_remove));
	line(out, "CIMOM restart", yes_no(d->cimom_restart));
	line(out, "stateless ready", yes_no(d->stateless));
	line(out, "overlay", yes_no(d->overlay));
}

static void text_identity(const struct ek_vibdesc *d, struct ek_buf *out)
{
	char *id = ek_vibdesc_id(d);

	if (id == NULL)
		out->failed = true;
	line(out, "id", id);
	free(id);
	line(out, "name", d->name);
	line(out, "version", d->version);
	line(out, "vendor", d->vendor);
	line(out, "type", d->type != NULL ? d->type : "bootbank");
	line(out, "acceptance level", ek_level_name(d->level));
	line(out, "summary", d->summary);
	line(out, "description", d->description);
	text_date(out, "release date", d->has_date, &d->date);
	if (d->has_installdate)
		text_date(out, "installed", true, &d->installdate);
	for (size_t i = 0; i < d->n_urls; i++)
		ek_buf_addf(out, "%-17s %s: %s\n", "url", d->urls[i].key,
			    d->urls[i].url);
	for (size_t i = 0; i < d->n_hw; i++)
		ek_buf_addf(out, "%-17s %s %s\n", "hardware",
			    d->hw[i].vendor, d->hw[i].model != NULL ?
			    d->hw[i].model : "");
	for (size_t i = 0; i < d->n_sw; i++)
		line(out, "software platform", d->sw[i].version);
}

void ek_vibdesc_text(const struct ek_vibdesc *d, const uint64_t *inside,
		     struct ek_buf *out)
{
	text_identity(d, out);
	text_flags(d, out);
	text_relations(out, "depends", &d->depends);
	text_relations(out, "conflicts", &d->conflicts);
	text_relations(out, "replaces", &d->replaces);
	text_relations(out, "provides", &d->provides);
	text_relations(out, "compatible with", &d->compatible);
	text_strs(out, "tags", &d->tags);
	text_strs(out, "files", &d->files);
	if (d->n_payloads != 0)
		ek_buf_adds(out, "payloads\n");
	for (size_t i = 0; i < d->n_payloads; i++)
		text_payload(out, &d->payloads[i],
			     inside != NULL ? inside[i] : UINT64_MAX);
}
