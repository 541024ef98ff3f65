/* SPDX-License-Identifier: BSD-2-Clause */
/* rules_desc_xml.c - what keeps ESXi from opening a descriptor, as the reader
 *                    of vibdesc_read.c finds it (vib.5, "What ESXi says") */
#include "os.h"

#include "ek/date.h"
#include "ek/num.h"
#include "ek/release.h"
#include "ek/version.h"
#include "rules_desc_int.h"
#include "vibdesc_int.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

/* A finding whose ESXi text is "VIB 'a-1' has invalid " and the format. */
#define TELL(w, n, what, ...) \
	do { \
		struct ek_buf b_ = EK_BUF_INIT; \
		ek_desc_invalid((w), &b_); \
		ek_buf_addf(&b_, __VA_ARGS__); \
		(w)->no_memory |= b_.failed; \
		ek_desc_tell((w), EK_RALL, (n), ek_buf_str(&b_), "%s", \
			     (what)); \
		ek_buf_free(&b_); \
	} while (0)

int ek_desc_xml(const struct ek_rule *rule, const void *subject,
		struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_desc *s = subject;
	struct ek_desc_work w = { rule, s, out, err, 0, false, NULL };
	const char *why = s->why != NULL ? s->why : "not well-formed";
	struct ek_buf b = EK_BUF_INIT;

	if (s->xml != NULL)
		return EK_OK;
	ek_buf_addf(&b, "Could not parse VIB XML data: %.900s", why);
	w.no_memory = b.failed;
	ek_desc_tell(&w, EK_RALL, NULL, ek_buf_str(&b), "%s", why);
	ek_buf_free(&b);
	return ek_desc_done(&w);
}

int ek_desc_declaration(const struct ek_rule *rule, const void *subject,
			struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_desc *s = subject;
	struct ek_desc_work w = { rule, s, out, err, 0, false, NULL };

	if (s->xml != NULL && s->declared &&
	    ek_xml_tells_encoding(s->text, s->len))
		ek_desc_tell(&w, EK_RALL, NULL, "Could not parse VIB XML data:"
			     " Unicode strings with encoding declaration are"
			     " not supported.", "begins with an XML declaration"
			     " that tells an encoding");
	return ek_desc_done(&w);
}

int ek_desc_name(const struct ek_rule *rule, const void *subject,
		 struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_desc *s = subject;
	struct ek_desc_work w = { rule, s, out, err, 0, false, NULL };
	char *name;

	if (s->root == NULL)
		return EK_OK;
	name = ek_desc_text(&w, s->root, "name");
	if (strcmp(ek_node_name(s->root), "vib") != 0)
		ek_desc_tell(&w, EK_RALL, s->root, "Missing VIB name.",
			     "the root element is not <vib>");
	else if (name != NULL && name[0] == '\0')
		ek_desc_tell(&w, EK_RALL, s->root, "Missing VIB name.",
			     "no <name>, or an empty one");
	free(name);
	return ek_desc_done(&w);
}

static void on_type(struct ek_desc_work *w, const struct ek_node *n)
{
	char *type = ek_desc_own(w, n);

	if (type != NULL && type[0] != '\0' && strcmp(type, "bootbank") != 0 &&
	    strcmp(type, "locker") != 0 && strcmp(type, "meta") != 0)
		ek_desc_tell(w, EK_RALL, n, "VIB type invalid.", "'%s' is not"
			     " bootbank, locker or meta", type);
	free(type);
}

/* The first child of this name: what the reader looks at. */
static void first(struct ek_desc_work *w, const char *name, ek_desc_element *f)
{
	const struct ek_node *n;

	if (w->s->root == NULL || strcmp(ek_node_name(w->s->root), "vib") != 0)
		return;
	n = ek_node_child(w->s->root, name);
	if (n != NULL)
		f(w, n);
}

int ek_desc_type(const struct ek_rule *rule, const void *subject,
		 struct ek_findings *out, struct ek_err *err)
{
	struct ek_desc_work w = { rule, subject, out, err, 0, false, NULL };

	first(&w, "type", on_type);
	return ek_desc_done(&w);
}

static void on_version(struct ek_desc_work *w, const struct ek_node *n)
{
	char *version = ek_desc_own(w, n);
	char *name = ek_desc_text(w, w->s->root, "name");
	struct ek_buf b = EK_BUF_INIT;

	if (version != NULL && name != NULL && !ek_version_valid(version)) {
		ek_buf_addf(&b, "VIB '%s' has invalid version '%s'.", name,
			    version);
		w->no_memory |= b.failed;
		ek_desc_tell(w, EK_RALL, n, ek_buf_str(&b), "'%s' has more than"
			     " one hyphen", version);
	}
	ek_buf_free(&b);
	free(version);
	free(name);
}

int ek_desc_version(const struct ek_rule *rule, const void *subject,
		    struct ek_findings *out, struct ek_err *err)
{
	struct ek_desc_work w = { rule, subject, out, err, 0, false, NULL };

	first(&w, "version", on_version);
	return ek_desc_done(&w);
}

static void on_date(struct ek_desc_work *w, const struct ek_node *n)
{
	char *text = ek_desc_own(w, n);
	struct ek_date d;

	if (text != NULL && text[0] != '\0' &&
	    !ek_date_parse(text, strlen(text), &d))
		TELL(w, n, "not YYYY-MM-DDThh:mm:ss", "%s: '%s' is not a valid"
		     " date/time string..", ek_node_name(n), text);
	free(text);
}

int ek_desc_date(const struct ek_rule *rule, const void *subject,
		 struct ek_findings *out, struct ek_err *err)
{
	struct ek_desc_work w = { rule, subject, out, err, 0, false, NULL };

	first(&w, "release-date", on_date);
	first(&w, "installdate", on_date);
	return ek_desc_done(&w);
}

static void on_url(struct ek_desc_work *w, const struct ek_node *n)
{
	char *key = ek_desc_attr_full(w, n, "key");
	char *url = ek_desc_own(w, n);
	char *name = ek_desc_text(w, w->s->root, "name");
	struct ek_buf b = EK_BUF_INIT;

	if (key == NULL && url != NULL && name != NULL) {
		ek_buf_addf(&b, "VIB '%s' url '%s' has missing or invalid key",
			    name, url);
		w->no_memory |= b.failed;
		ek_desc_tell(w, EK_RALL, n, ek_buf_str(&b), "no key attribute,"
			     " or an empty one");
	}
	ek_buf_free(&b);
	free(key);
	free(url);
	free(name);
}

int ek_desc_url(const struct ek_rule *rule, const void *subject,
		struct ek_findings *out, struct ek_err *err)
{
	return ek_desc_rule(rule, subject, "urls/url", on_url, NULL, out, err);
}

/* w->ctx: the list's name. */
static void on_constraint(struct ek_desc_work *w, const struct ek_node *n)
{
	const char *list = w->ctx, *extra = "", *why;
	bool provide = strcmp(list, "provides") == 0;
	char *name = ek_desc_attr_full(w, n, "name");
	char *version = ek_desc_attr_full(w, n, "version");
	char *relation = provide ? NULL : ek_desc_attr_full(w, n, "relation");
	char what[256];

	why = ek_vd_constraint_problem(name, provide && version != NULL ? "="
				       : relation, version);
	if (why != NULL) {
		if (strncmp(why, "Invalid", 7) == 0)
			extra = relation != NULL ? relation : "";
		if (strncmp(why, "invalid", 7) == 0)
			extra = version != NULL ? version : "";
		snprintf(what, sizeof(what), "'%.100s': %s%.80s",
			 name != NULL ? name : "", why, extra);
		TELL(w, n, what, "%s: %s%s%s.", list, why, extra,
		     extra[0] != '\0' ? "." : "");
	}
	free(name);
	free(version);
	free(relation);
}

int ek_desc_constraint(const struct ek_rule *rule, const void *subject,
		       struct ek_findings *out, struct ek_err *err)
{
	static const char *const lists[][2] = {
		{ "depends", "relationships/depends/constraint" },
		{ "conflicts", "relationships/conflicts/constraint" },
		{ "replaces", "relationships/replaces/constraint" },
		{ "provides", "relationships/provides/provide" },
		{ "compatibleWith", "relationships/compatibleWith/constraint" },
	};
	int rc = EK_OK;

	for (size_t i = 0; i < LEN(lists) && rc == EK_OK; i++)
		rc = ek_desc_rule(rule, subject, lists[i][1], on_constraint,
				  lists[i][0], out, err);
	return rc;
}

static void on_flag(struct ek_desc_work *w, const struct ek_node *n)
{
	char *text = ek_desc_own(w, n);
	bool b;

	if (text != NULL && text[0] != '\0' && !ek_vd_bool(text, &b))
		TELL(w, n, "not true, false, 1 or 0", "%s value '%s'.",
		     ek_node_name(n), text);
	free(text);
}

static void maintenance(struct ek_desc_work *w, const struct ek_node *n,
			const char *text)
{
	bool b;

	if (text != NULL && text[0] != '\0' && !ek_vd_bool(text, &b))
		TELL(w, n, "not true, false, 1 or 0", "maintenance mode: '%s'"
		     " is not a valid boolean.", text);
}

static void on_maintenance(struct ek_desc_work *w, const struct ek_node *n)
{
	char *text = ek_desc_own(w, n);
	char *install = ek_desc_attr(w, n, "on-install");
	char *removal = ek_desc_attr(w, n, "on-remove");

	maintenance(w, n, text);
	maintenance(w, n, install);
	maintenance(w, n, removal);
	free(text);
	free(install);
	free(removal);
}

int ek_desc_boolean(const struct ek_rule *rule, const void *subject,
		    struct ek_findings *out, struct ek_err *err)
{
	static const char *const flags[] = {
		"live-install-allowed", "live-remove-allowed", "cimom-restart",
		"stateless-ready", "overlay",
	};
	struct ek_desc_work w = { rule, subject, out, err, 0, false, NULL };
	int rc;

	for (size_t i = 0; i < LEN(flags); i++)
		first(&w, flags[i], on_flag);
	rc = ek_desc_done(&w);
	if (rc == EK_OK)
		rc = ek_desc_rule(rule, subject,
				  "system-requires/maintenance-mode",
				  on_maintenance, NULL, out, err);
	return rc;
}

static void on_hwplatform(struct ek_desc_work *w, const struct ek_node *n)
{
	char *vendor = ek_desc_attr_full(w, n, "vendor");

	if (vendor == NULL && !w->no_memory)
		TELL(w, n, "no vendor attribute, or an empty one",
		     "hwplatform: hwplatform must specify vendor.");
	free(vendor);
}

int ek_desc_hwplatform(const struct ek_rule *rule, const void *subject,
		       struct ek_findings *out, struct ek_err *err)
{
	return ek_desc_rule(rule, subject, "system-requires/hwplatform",
			    on_hwplatform, NULL, out, err);
}

static void on_level(struct ek_desc_work *w, const struct ek_node *n)
{
	char *text = ek_desc_own(w, n);
	enum ek_level level;

	if (text != NULL && text[0] != '\0' &&
	    !ek_level_parse_xml(text, &level))
		TELL(w, n, "not certified, accepted, partner or community",
		     "acceptance level '%s'.", text);
	free(text);
}

int ek_desc_level(const struct ek_rule *rule, const void *subject,
		  struct ek_findings *out, struct ek_err *err)
{
	struct ek_desc_work w = { rule, subject, out, err, 0, false, NULL };

	first(&w, "acceptance-level", on_level);
	return ek_desc_done(&w);
}

/* ---- payloads ------------------------------------------------------------ */

static void on_payload_name(struct ek_desc_work *w, const struct ek_node *n)
{
	char *name = ek_desc_attr(w, n, "name");
	char *type = ek_desc_attr(w, n, "type");

	if (w->no_memory)
		goto out;
	if (name == NULL || type == NULL)
		TELL(w, n, name == NULL ? "no name attribute"
					: "no type attribute",
		     "payload: 'NoneType' object has no attribute 'strip'");
	if (name != NULL &&
	    (name[0] == '\0' || strlen(name) > EK_PAYLOAD_NAME_MAX))
		TELL(w, n, "a payload's name has 1 to 15 characters",
		     "payload: Invalid value '%s' for name.", name);
out:
	free(name);
	free(type);
}

int ek_desc_payload_name(const struct ek_rule *rule, const void *subject,
			 struct ek_findings *out, struct ek_err *err)
{
	return ek_desc_rule(rule, subject, "payloads/payload", on_payload_name,
			    NULL, out, err);
}

static void on_payload_number(struct ek_desc_work *w, const struct ek_node *n)
{
	static const char *const names[] = {
		"boot-order", "size", "uncompressed-size",
	};

	for (size_t i = 0; i < LEN(names); i++) {
		char *s = ek_desc_attr(w, n, names[i]);
		uint64_t u;
		int64_t v;

		if (s != NULL &&
		    !(i == 0 ? ek_num_int(s, strlen(s), &v)
			     : ek_num_dec(s, strlen(s), INT64_MAX, &u)))
			TELL(w, n, "not a number", "payload: Invalid value '%s'"
			     " for %s.", s, names[i]);
		free(s);
	}
}

int ek_desc_payload_number(const struct ek_rule *rule, const void *subject,
			   struct ek_findings *out, struct ek_err *err)
{
	return ek_desc_rule(rule, subject, "payloads/payload",
			    on_payload_number, NULL, out, err);
}

static void on_sum_type(struct ek_desc_work *w, const struct ek_node *n)
{
	char *type = ek_desc_attr_full(w, n, "checksum-type");

	if (type == NULL && !w->no_memory)
		TELL(w, n, "no checksum-type attribute, or an empty one",
		     "payload: checksum-type attribute was not found");
	free(type);
}

int ek_desc_sum_type(const struct ek_rule *rule, const void *subject,
		     struct ek_findings *out, struct ek_err *err)
{
	return ek_desc_rule(rule, subject, "payloads/payload/checksum",
			    on_sum_type, NULL, out, err);
}

static void on_tag(struct ek_desc_work *w, const struct ek_node *n)
{
	char *raw = ek_node_text(n, false);

	w->no_memory |= raw == NULL;
	if (raw != NULL && raw[0] == '\0')
		ek_desc_tell(w, EK_RALL, n, "'NoneType' object has no attribute"
			     " 'strip'", "an empty tag");
	free(raw);
}

int ek_desc_tag(const struct ek_rule *rule, const void *subject,
		struct ek_findings *out, struct ek_err *err)
{
	return ek_desc_rule(rule, subject, "software-tags/tag", on_tag, NULL,
			    out, err);
}
