/* SPDX-License-Identifier: BSD-2-Clause */
/* rules_desc_more.c - what ESXi takes, or notices late, and is wrong all the
 *                     same (vib.5, "What ESXi says"); the schema */
#include "os.h"

#include "ek/date.h"
#include "ek/num.h"
#include "ek/release.h"
#include "ek/xml_schema.h"
#include "rules_desc_int.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static bool is_vib(const struct ek_rules_desc *s)
{
	return s->root != NULL && strcmp(ek_node_name(s->root), "vib") == 0;
}

int ek_desc_no_date(const struct ek_rule *rule, const void *subject,
		    struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_desc *s = subject;
	struct ek_desc_work w = { rule, s, out, err, 0, false, NULL };
	char *text;

	if (!is_vib(s))
		return EK_OK;
	text = ek_desc_text(&w, s->root, "release-date");
	if (text != NULL && text[0] == '\0')
		ek_desc_tell(&w, EK_RALL, s->root, "unorderable types:"
			     " NoneType() > NoneType()", "no release-date: the"
			     " VIB opens, but fails when it is merged with its"
			     " metadata, as every download is");
	free(text);
	return ek_desc_done(&w);
}

/* hh:mm of a date where mm is what a 12-hour clock shows for hh. */
static bool hour_twice(const char *text)
{
	uint64_t h, m;

	if (strlen(text) < 19 || !ek_num_dec(text + 11, 2, 23, &h) ||
	    !ek_num_dec(text + 14, 2, 59, &m))
		return false;
	return m == (h % 12 == 0 ? 12 : h % 12);
}

int ek_desc_date_hour(const struct ek_rule *rule, const void *subject,
		      struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_desc *s = subject;
	struct ek_desc_work w = { rule, s, out, err, 0, false, NULL };
	struct ek_date d;
	char *text;

	if (!is_vib(s))
		return EK_OK;
	text = ek_desc_text(&w, s->root, "release-date");
	if (text != NULL && ek_date_parse(text, strlen(text), &d) &&
	    hour_twice(text))
		ek_desc_tell(&w, EK_RALL, ek_node_child(s->root,
							"release-date"),
			     NULL, "the minutes are the hour of a 12-hour clock:"
			     " perhaps a script wrote %%H:%%I:%%S");
	free(text);
	return ek_desc_done(&w);
}

/* summary and description may be empty, an id of empty parts may not. */
int ek_desc_missing(const struct ek_rule *rule, const void *subject,
		    struct ek_findings *out, struct ek_err *err)
{
	static const struct {
		const char *name;
		bool full;
	} fields[] = {
		{ "version", true }, { "vendor", true }, { "summary", false },
		{ "description", false }, { "relationships", false },
	};
	const struct ek_rules_desc *s = subject;
	struct ek_desc_work w = { rule, s, out, err, 0, false, NULL };

	for (size_t i = 0; i < LEN(fields) && is_vib(s); i++) {
		const char *name = fields[i].name;
		const struct ek_node *n = ek_node_child(s->root, name);
		char *text = ek_desc_text(&w, s->root, name);

		if (n == NULL)
			ek_desc_tell(&w, EK_RALL, s->root, NULL, "no <%s>",
				     name);
		else if (fields[i].full && text != NULL && text[0] == '\0')
			ek_desc_tell(&w, EK_RALL, n, NULL, "<%s> is empty",
				     name);
		free(text);
	}
	return ek_desc_done(&w);
}

int ek_desc_vib_version(const struct ek_rule *rule, const void *subject,
			struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_desc *s = subject;
	struct ek_desc_work w = { rule, s, out, err, 0, false, NULL };
	char *version;

	if (!is_vib(s))
		return EK_OK;
	version = ek_desc_attr(&w, s->root, "version");
	if (!w.no_memory && (version == NULL || strcmp(version, "5.0") != 0))
		ek_desc_tell(&w, EK_RALL, s->root, NULL, "the version attribute"
			     " of <vib> is '%s'; every release writes 5.0 and"
			     " looks at none", version != NULL ? version : "");
	free(version);
	return ek_desc_done(&w);
}

/* n and all below, with no recursion of ours deeper than XML may be. */
static void ascii_below(struct ek_desc_work *w, const struct ek_node *n)
{
	if (!ek_node_ascii(n))
		ek_desc_tell(w, EK_RALL, n, NULL, "text that is not ASCII: the"
			     " host fails later, when it writes its database");
	for (n = ek_node_child(n, NULL); n != NULL; n = ek_node_next(n, NULL))
		ascii_below(w, n);
}

int ek_desc_ascii(const struct ek_rule *rule, const void *subject,
		  struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_desc *s = subject;
	struct ek_desc_work w = { rule, s, out, err, 0, false, NULL };

	if (s->root != NULL)
		ascii_below(&w, s->root);
	return ek_desc_done(&w);
}

/* ---- schema -------------------------------------------------------------- */

/* The path in a finding's subject: "x.vib line 1: /vib/name"; "" for none. */
static const char *path_in(const struct ek_rules_desc *s, const char *subject)
{
	size_t n = strlen(s->name);
	const char *at = strncmp(subject, s->name, n) == 0 ?
			 strstr(subject + n, ": /") : NULL;

	return at != NULL ? at + 2 : "";
}

/* Has another rule told of this element? The schema tells of a list where one
 * of its elements is wrong, so one below counts, but not for the root. */
static bool told_already(struct ek_desc_work *w, const struct ek_node *n)
{
	char *path = ek_node_path(n);
	size_t len = path != NULL ? strlen(path) : 0;
	bool told = false;

	w->no_memory |= path == NULL;
	for (size_t i = 0; i < ek_findings_count(w->out) && path != NULL &&
	     !told; i++) {
		const struct ek_finding *f = ek_findings_at(w->out, i);
		const char *at = path_in(w->s, f->subject);

		told = f->severity != EK_INFO && f->code != w->rule->code &&
		       strncmp(at, path, len) == 0 &&
		       (at[len] == '\0' || (at[len] == '/' && n != w->s->root));
	}
	free(path);
	return told;
}

static void on_violation(void *user, const struct ek_node *n, const char *why)
{
	struct ek_desc_work *w = user;

	if (!told_already(w, n))
		ek_desc_tell(w, EK_RALL, n, NULL, "breaks the schema: %s", why);
}

int ek_desc_schema(const struct ek_rule *rule, const void *subject,
		   struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_desc *s = subject;
	struct ek_desc_work w = { rule, s, out, err, 0, false, NULL };
	struct ek_xml_schema *own = NULL;
	struct ek_err why = EK_ERR_INIT;
	int rc = EK_OK;

	if (!is_vib(s))
		return EK_OK;
	if (s->schema == NULL)
		rc = ek_xml_schema_new(&own, EK_SCHEMA_VIB, &why);
	if (rc == EK_OK)
		rc = ek_xml_validate(s->xml, own != NULL ? own : s->schema,
				     on_violation, &w, &why);
	ek_xml_schema_free(&own);
	if (rc == EK_ELIMIT)
		ek_desc_tell(&w, EK_RALL, s->root, NULL, "not held against the"
			     " schema: %s", why.msg);
	else if (rc != EK_OK && err != NULL)
		*err = why;
	if (rc != EK_OK && rc != EK_ELIMIT)
		return rc;
	return ek_desc_done(&w);
}
