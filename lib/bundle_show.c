/* SPDX-License-Identifier: BSD-2-Clause */
/* bundle_show.c - an offline bundle in words and in JSON */
#include "os.h"

#include <inttypes.h>

#include "bundle_int.h"
#include "ek/buf.h"
#include "ek/json.h"
#include "ek/profile.h"

static const char *text(const char *s)
{
	return s != NULL ? s : "";
}

static void add_list(struct ek_buf *out, const struct ek_strs *l)
{
	for (size_t i = 0; i < l->n; i++)
		ek_buf_addf(out, "%s%s", i != 0 ? " " : "", l->v[i]);
	ek_buf_addc(out, '\n');
}

static int wider(int width, const char *s)
{
	int n = (int)strnlen(text(s), 60);

	return n > width ? n : width;
}

static void text_vibs(const struct ek_bundle *b, struct ek_buf *out)
{
	int name = 4, version = 7, vendor = 6;

	for (size_t i = 0; i < b->n_vibs; i++) {
		name = wider(name, b->vibs[i].d.name);
		version = wider(version, b->vibs[i].d.version);
		vendor = wider(vendor, b->vibs[i].d.vendor);
	}
	ek_buf_addf(out, "\n%-*s  %-*s  %-*s  %-9s  FILE\n", name, "NAME",
		    version, "VERSION", vendor, "VENDOR", "LEVEL");
	for (size_t i = 0; i < b->n_vibs; i++) {
		const struct ek_bundle_vib *v = &b->vibs[i];

		ek_buf_addf(out, "%-*s  %-*s  %-*s  %-9s  %s", name, v->d.name,
			    version, text(v->d.version), vendor,
			    text(v->d.vendor), ek_level_name(v->d.level),
			    v->file.path);
		if (v->member == NULL)
			ek_buf_addf(out, " (%s)", v->why);
		ek_buf_addc(out, '\n');
	}
}

static void text_bulletins(const struct ek_bundle *b, struct ek_buf *out)
{
	if (b->n_bulletins != 0)
		ek_buf_addc(out, '\n');
	for (size_t i = 0; i < b->n_bulletins; i++) {
		const struct ek_bulletin *x = &b->bulletins[i].b;

		if (ek_bulletin_is_component(x))
			ek_buf_addf(out, "component %s %s: ", x->component,
				    x->version);
		else
			ek_buf_addf(out, "bulletin %s: ", x->id);
		add_list(out, &x->vib_ids);
	}
}

int ek_bundle_text(const struct ek_bundle *b, struct ek_buf *out,
		   struct ek_err *err)
{
	for (size_t i = 0; i < b->vendors.n; i++)
		ek_buf_addf(out, "vendor    %s (%s)\n", b->vendors.v[i].name,
			    b->vendors.v[i].code);
	ek_buf_adds(out, "versions  ");
	add_list(out, &b->outside);
	ek_buf_addf(out, "VIBs      %zu\n", b->n_vibs);
	text_vibs(b, out);
	text_bulletins(b, out);
	for (size_t i = 0; i < b->n_profiles; i++)
		ek_buf_addf(out, "profile %s: %zu VIBs\n",
			    b->profiles[i].p->name, b->profiles[i].p->n_vibs);
	return ek_buf_check(out, "bundle", err);
}

/* ---- JSON --------------------------------------------------------------- */

static void json_list(struct ek_json *j, const char *key,
		      const struct ek_strs *l)
{
	ek_json_array(j, key);
	for (size_t i = 0; i < l->n; i++)
		ek_json_str(j, NULL, l->v[i]);
	ek_json_close(j);
}

static void json_vendors(const struct ek_bundle *b, struct ek_json *j)
{
	ek_json_array(j, "vendors");
	for (size_t i = 0; i < b->vendors.n; i++) {
		ek_json_object(j, NULL);
		ek_json_str(j, "name", b->vendors.v[i].name);
		ek_json_str(j, "code", b->vendors.v[i].code);
		ek_json_close(j);
	}
	ek_json_close(j);
	json_list(j, "versions", &b->outside);
}

static void json_vib(const struct ek_bundle_vib *v, struct ek_json *j)
{
	ek_json_object(j, NULL);
	ek_json_str(j, "id", v->id);
	ek_json_str(j, "name", v->d.name);
	ek_json_str(j, "version", v->d.version);
	ek_json_str(j, "vendor", v->d.vendor);
	ek_json_str(j, "level", ek_level_name(v->d.level));
	ek_json_str(j, "file", v->file.path);
	ek_json_str(j, "problem", v->why);
	if (v->file.has_size)
		ek_json_uint(j, "size", v->file.size);
	else
		ek_json_null(j, "size");
	ek_json_str(j, "sha256", v->file.sha256);
	ek_json_close(j);
}

static void json_bulletin(const struct ek_bulletin *b, struct ek_json *j)
{
	ek_json_object(j, NULL);
	ek_json_str(j, "id", b->id);
	ek_json_str(j, "component", b->component);
	ek_json_str(j, "version", b->version);
	json_list(j, "versions", &b->platforms);
	json_list(j, "vibs", &b->vib_ids);
	ek_json_close(j);
}

static void json_profile(const struct ek_profile *p, struct ek_json *j)
{
	ek_json_object(j, NULL);
	ek_json_str(j, "name", p->name);
	ek_json_str(j, "vendor", p->creator);
	ek_json_str(j, "level", ek_level_name(p->level));
	ek_json_array(j, "vibs");
	for (size_t i = 0; i < p->n_vibs; i++)
		ek_json_str(j, NULL, p->vibs[i].id);
	ek_json_close(j);
	ek_json_close(j);
}

int ek_bundle_json(const struct ek_bundle *b, struct ek_json *j,
		   struct ek_err *err)
{
	json_vendors(b, j);
	ek_json_array(j, "vibs");
	for (size_t i = 0; i < b->n_vibs; i++)
		json_vib(&b->vibs[i], j);
	ek_json_close(j);
	ek_json_array(j, "bulletins");
	for (size_t i = 0; i < b->n_bulletins; i++)
		json_bulletin(&b->bulletins[i].b, j);
	ek_json_close(j);
	ek_json_array(j, "profiles");
	for (size_t i = 0; i < b->n_profiles; i++)
		json_profile(b->profiles[i].p, j);
	ek_json_close(j);
	return ek_buf_check(j->out, "bundle", err);
}
