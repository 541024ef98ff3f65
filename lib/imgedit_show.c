/* SPDX-License-Identifier: BSD-2-Clause */
/* imgedit_show.c - what an edit of an image database does, in words */
#include "os.h"

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/finding.h"
#include "ek/imgedit.h"
#include "ek/json.h"
#include "ek/release.h"

static void change_text(const struct ek_change *c, struct ek_buf *out)
{
	switch (c->kind) {
	case EK_CHANGE_ALREADY:
		ek_buf_addf(out, "'%s' %s is there already", c->name,
			    c->new_version);
		break;
	case EK_CHANGE_ADD:
		ek_buf_addf(out, "added '%s' %s", c->name, c->new_version);
		break;
	case EK_CHANGE_REPLACE:
		ek_buf_addf(out, "replaced '%s' %s by %s", c->name,
			    c->old_version, c->new_version);
		break;
	case EK_CHANGE_DOWNGRADE:
		ek_buf_addf(out, "replaced '%s' %s by %s: a downgrade", c->name,
			    c->old_version, c->new_version);
		break;
	case EK_CHANGE_REMOVE:
	default:
		ek_buf_addf(out, "removed '%s' %s", c->name, c->old_version);
	}
	if (c->why != NULL)
		ek_buf_addf(out, ", %s", c->why);
}

static void level_text(const struct ek_imgedit *e, struct ek_buf *out)
{
	ek_buf_adds(out, ek_level_name(e->old_level));
	if (e->old_level == e->new_level)
		return;
	ek_buf_addf(out, " -> %s", ek_level_name(e->new_level));
	if (e->lowered_by != NULL)
		ek_buf_addf(out, ", because of '%s'", e->lowered_by);
}

static int add_note(struct ek_strs *to, const struct ek_buf *b,
		    struct ek_err *err)
{
	int rc = ek_buf_check(b, "message", err);

	return rc == EK_OK ? ek_strs_add(to, b->p, b->len, err) : rc;
}

int ek_imgedit_notes(const struct ek_imgedit *e, struct ek_strs *out,
		     struct ek_err *err)
{
	struct ek_buf b = EK_BUF_INIT;
	int rc = EK_OK;

	for (size_t i = 0; i < e->n_changes && rc == EK_OK; i++) {
		ek_buf_reset(&b);
		change_text(&e->changes[i], &b);
		rc = add_note(out, &b, err);
	}
	if (rc == EK_OK && e->old_level != e->new_level) {
		ek_buf_reset(&b);
		ek_buf_adds(&b, "acceptance level of the profile: ");
		level_text(e, &b);
		rc = add_note(out, &b, err);
	}
	ek_buf_free(&b);
	return rc;
}

static int wider(int width, const char *s)
{
	int n = (int)strnlen(s, 60);

	return n > width ? n : width;
}

static const char *or_dash(const char *s)
{
	return s != NULL && s[0] != '\0' ? s : "-";
}

/* As ek_change_name(), for people. */
static const char *change_title(const struct ek_change *c)
{
	return c->kind == EK_CHANGE_ALREADY ? "already there"
					    : ek_change_name(c->kind);
}

static void add_changes(const struct ek_imgedit *e, struct ek_buf *out)
{
	int change = 9, name = 3, old = 3, new = 3;

	for (size_t i = 0; i < e->n_changes; i++) {
		change = wider(change, change_title(&e->changes[i]));
		name = wider(name, e->changes[i].name);
		old = wider(old, or_dash(e->changes[i].old_version));
		new = wider(new, or_dash(e->changes[i].new_version));
	}
	ek_buf_addf(out, "%-*s  %-*s  %-*s  %-*s  LEVEL\n", change, "CHANGE",
		    name, "VIB", old, "OLD", new, "NEW");
	for (size_t i = 0; i < e->n_changes; i++) {
		const struct ek_change *c = &e->changes[i];

		ek_buf_addf(out, "%-*s  %-*s  %-*s  %-*s  %s%s%s\n",
			    change, change_title(c), name, c->name, old,
			    or_dash(c->old_version), new,
			    or_dash(c->new_version), ek_level_name(c->level),
			    c->why != NULL ? "  " : "",
			    c->why != NULL ? c->why : "");
	}
}

static void add_files(const struct ek_imgedit *e, struct ek_buf *out)
{
	const struct ek_nametab_row *r = e->names.v;
	int name = 4, payload = 7;
	bool any = false;

	for (size_t i = 0; i < e->names.n; i++) {
		if (r[i].fate == EK_NAME_KEPT)
			continue;
		any = true;
		name = wider(name, r[i].name);
		payload = wider(payload, r[i].payload);
	}
	if (!any)
		return;
	ek_buf_addf(out, "\n%-9s  %-*s  %-6s  %-*s  VIB\n", "CHANGE", name,
		    "FILE", "USE", payload, "PAYLOAD");
	for (size_t i = 0; i < e->names.n; i++)
		if (r[i].fate != EK_NAME_KEPT)
			ek_buf_addf(out, "%-9s  %-*s  %-6s  %-*s  %s\n",
				    ek_name_fate_text(r[i].fate), name,
				    r[i].name, ek_name_use_text(r[i].use),
				    payload, r[i].payload, r[i].vib);
}

void ek_imgedit_text(const struct ek_imgedit *e, const struct ek_findings *f,
		     struct ek_buf *out)
{
	if (e->n_changes != 0)
		add_changes(e, out);
	add_files(e, out);
	if (e->n_changes != 0)
		ek_buf_addc(out, '\n');
	ek_buf_adds(out, "level   ");
	level_text(e, out);
	ek_buf_addc(out, '\n');
	if (e->has_serial) {
		ek_buf_addf(out, "serial  %lld", (long long)e->old_serial);
		if (e->old_serial != e->new_serial)
			ek_buf_addf(out, " -> %lld", (long long)e->new_serial);
		ek_buf_addc(out, '\n');
	}
	if (!e->changed)
		ek_buf_adds(out, "nothing changes\n");
	ek_findings_text(f, EK_RALL, out);
}

static void json_change(const struct ek_change *c, struct ek_json *j)
{
	ek_json_object(j, NULL);
	ek_json_str(j, "change", ek_change_name(c->kind));
	ek_json_str(j, "name", c->name);
	ek_json_str(j, "old_id", c->old_id);
	ek_json_str(j, "old_version", c->old_version);
	ek_json_str(j, "new_id", c->new_id);
	ek_json_str(j, "new_version", c->new_version);
	ek_json_str(j, "level", ek_level_name(c->level));
	ek_json_str(j, "reason", c->why);
	ek_json_close(j);
}

static void json_names(const struct ek_nametab *t, struct ek_json *j)
{
	ek_json_array(j, "payloads");
	for (size_t i = 0; i < t->n; i++) {
		const struct ek_nametab_row *r = &t->v[i];

		ek_json_object(j, NULL);
		ek_json_str(j, "vib_id", r->vib);
		ek_json_str(j, "payload", r->payload);
		ek_json_str(j, "file", r->name);
		ek_json_str(j, "state", ek_name_fate_text(r->fate));
		ek_json_str(j, "use", ek_name_use_text(r->use));
		ek_json_close(j);
	}
	ek_json_close(j);
}

static void json_level(const struct ek_imgedit *e, struct ek_json *j)
{
	ek_json_object(j, "level");
	ek_json_str(j, "old", ek_level_name(e->old_level));
	ek_json_str(j, "new", ek_level_name(e->new_level));
	ek_json_str(j, "because_of", e->lowered_by);
	ek_json_close(j);
}

static void json_serial(const struct ek_imgedit *e, struct ek_json *j)
{
	ek_json_object(j, "serial");
	if (e->has_serial) {
		ek_json_int(j, "old", e->old_serial);
		ek_json_int(j, "new", e->new_serial);
	} else {
		ek_json_null(j, "old");
		ek_json_null(j, "new");
	}
	ek_json_close(j);
}

void ek_imgedit_json(const struct ek_imgedit *e, const struct ek_findings *f,
		     struct ek_buf *out)
{
	struct ek_json j;

	ek_json_begin(&j, out);
	ek_json_bool(&j, "changed", e->changed);
	ek_json_array(&j, "changes");
	for (size_t i = 0; i < e->n_changes; i++)
		json_change(&e->changes[i], &j);
	ek_json_close(&j);
	json_level(e, &j);
	json_serial(e, &j);
	json_names(&e->names, &j);
	ek_findings_json(f, &j);
	ek_json_end(&j);
}
