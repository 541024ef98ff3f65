/* SPDX-License-Identifier: BSD-2-Clause */
/* rules_desc_run.c - what ESXi says of a descriptor: the table, and what its rules
 *                share (vib.5, "What ESXi says") */
#include "os.h"

#include <stdarg.h>

#include "ek/release.h"
#include "ek/rules_path.h"
#include "rules_desc_int.h"
#include "vibdesc_int.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

/* ---- telling ------------------------------------------------------------- */

char *ek_desc_where(const struct ek_rules_desc *s, const struct ek_node *n)
{
	char *path, *where;

	if (n == NULL)
		return strdup(s->name);
	path = ek_node_path(n);
	if (path == NULL || asprintf(&where, "%s line %ld: %s", s->name,
				     ek_node_line(n), path) < 0)
		where = NULL;
	free(path);
	return where;
}

void ek_desc_tell(struct ek_desc_work *w, unsigned releases,
		  const struct ek_node *n, const char *esxi_text,
		  const char *what_fmt, ...)
{
	char what[512];
	char *where;
	va_list ap;

	if (w->n > EK_DESC_FINDINGS)
		return;
	if (w->n++ == EK_DESC_FINDINGS) {
		ek_finding_add_for(w->out, w->rule, releases, w->s->name, NULL,
				   "more than %u of this kind: the others are"
				   " not told", EK_DESC_FINDINGS);
		return;
	}
	va_start(ap, what_fmt);
	vsnprintf(what, sizeof(what), what_fmt, ap);
	va_end(ap);
	where = ek_desc_where(w->s, n);
	w->no_memory |= where == NULL;
	if (where != NULL)
		ek_finding_add_for(w->out, w->rule, releases, where, esxi_text,
				   "%s", what);
	free(where);
}

int ek_desc_done(const struct ek_desc_work *w)
{
	if (!w->no_memory)
		return EK_OK;
	errno = ENOMEM;
	return ek_fail_sys(w->err, "checking '%s'", w->s->name);
}

/* ---- looking ------------------------------------------------------------- */

void ek_desc_each(struct ek_desc_work *w, const struct ek_node *n,
		  const char *path, ek_desc_element *f)
{
	const char *rest = path + strcspn(path, "/");
	char step[32];

	snprintf(step, sizeof(step), "%.*s", (int)(rest - path), path);
	n = ek_node_child(n, step);
	for (; n != NULL; n = ek_node_next(n, step)) {
		if (*rest == '/')
			ek_desc_each(w, n, rest + 1, f);
		else
			f(w, n);
	}
}

int ek_desc_rule(const struct ek_rule *rule, const void *subject,
		 const char *path, ek_desc_element *f, const void *ctx,
		 struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_desc *s = subject;
	struct ek_desc_work w = { rule, s, out, err, 0, false, ctx };

	/* a document of another kind is told of once, by "name" */
	if (s->root != NULL && strcmp(ek_node_name(s->root), "vib") == 0)
		ek_desc_each(&w, s->root, path, f);
	return ek_desc_done(&w);
}

char *ek_desc_own(struct ek_desc_work *w, const struct ek_node *n)
{
	char *text = ek_node_text(n, true);

	w->no_memory |= text == NULL;
	return text;
}

char *ek_desc_text(struct ek_desc_work *w, const struct ek_node *parent,
		   const char *child)
{
	const struct ek_node *n = ek_node_child(parent, child);
	char *text = n != NULL ? ek_node_text(n, true) : strdup("");

	w->no_memory |= text == NULL;
	return text;
}

char *ek_desc_attr(struct ek_desc_work *w, const struct ek_node *n,
		   const char *name)
{
	char *s;

	w->no_memory |= !ek_node_attr(n, name, &s);
	ek_vd_strip(s);
	return s;
}

char *ek_desc_attr_full(struct ek_desc_work *w, const struct ek_node *n,
			const char *name)
{
	char *s = ek_desc_attr(w, n, name);

	if (s != NULL && s[0] != '\0')
		return s;
	free(s);
	return NULL;
}

void ek_desc_invalid(struct ek_desc_work *w, struct ek_buf *b)
{
	char *name = ek_desc_text(w, w->s->root, "name");
	char *version = ek_desc_text(w, w->s->root, "version");

	ek_buf_addf(b, "VIB '%s-%s' has invalid ", name != NULL ? name : "",
		    version != NULL ? version : "");
	free(name);
	free(version);
}

char *ek_desc_id(struct ek_desc_work *w)
{
	const struct ek_node *root = w->s->root;
	struct ek_vibdesc d = {
		.vendor = ek_desc_text(w, root, "vendor"),
		.type = ek_desc_text(w, root, "type"),
		.name = ek_desc_text(w, root, "name"),
		.version = ek_desc_text(w, root, "version"),
	};
	char *id;

	if (d.type != NULL && d.type[0] == '\0') {
		free(d.type);
		d.type = NULL;
	}
	id = ek_vibdesc_id(&d);
	w->no_memory |= id == NULL;
	free(d.vendor);
	free(d.type);
	free(d.name);
	free(d.version);
	return id;
}

/* ---- the table ----------------------------------------------------------- */

#define FORMAT "VibFormatError"
#define UP_TO_65 (EK_R50 | EK_R51 | EK_R55 | EK_R60 | EK_R65)
#define REHASH "make the checksums anew (vib-gen --rehash): a signature and" \
	" a level above community are lost by that"
#define E EK_ERROR
#define W EK_WARNING
#define I EK_INFO

const struct ek_rule ek_rules_desc[] = {
	{ "xml", E, EK_RALL, FORMAT, "mend the XML", ek_desc_xml },
	{ "xml-declaration", E, EK_R65_UP, FORMAT, "take the <?xml ...?> out",
	  ek_desc_declaration },
	{ "name", E, EK_RALL, FORMAT, "give the VIB a <name>", ek_desc_name },
	{ "type", E, EK_RALL, FORMAT, "write bootbank", ek_desc_type },
	{ "version", E, EK_RALL, FORMAT, "write VERSION-RELEASE with one hyphen"
	  " at most", ek_desc_version },
	{ "date", E, EK_RALL, FORMAT, "write a date and a time, as in"
	  " 2024-01-02T03:04:05+00:00", ek_desc_date },
	{ "url-key", E, EK_RALL, FORMAT, "give the <url> a key", ek_desc_url },
	{ "constraint", E, EK_RALL, FORMAT, "write a name, and relation (<< <="
	  " = >= >>) and version only together", ek_desc_constraint },
	{ "boolean", E, EK_RALL, FORMAT, "write true or false",
	  ek_desc_boolean },
	{ "hwplatform", E, EK_RALL, FORMAT, "name a vendor, or take the element"
	  " out", ek_desc_hwplatform },
	{ "level", E, EK_RALL, FORMAT, "write community", ek_desc_level },
	{ "payload-name", E, EK_RALL, FORMAT, "give the payload a name of 1 to"
	  " 15 characters, and a type", ek_desc_payload_name },
	{ "payload-number", E, EK_RALL, FORMAT, "write a decimal number",
	  ek_desc_payload_number },
	{ "checksum-type", E, EK_RALL, FORMAT, "write checksum-type=\"sha-256\"",
	  ek_desc_sum_type },
	{ "empty-tag", E, EK_RALL, "AttributeError", "take the empty <tag/>"
	  " out", ek_desc_tag },

	{ "checksum-type", E, EK_RALL, "ValueError", REHASH,
	  ek_desc_sum_unknown },
	{ "no-plain-sha256", E, EK_RALL, "AttributeError", REHASH,
	  ek_desc_no_plain },
	{ "digest-order", E, UP_TO_65, "HashError", REHASH, ek_desc_order },
	{ "digest-order", I, EK_RALL & ~UP_TO_65, NULL, REHASH,
	  ek_desc_order },
	{ "no-checksum", W, EK_RALL, NULL, REHASH, ek_desc_no_sum },
	{ "no-sha1", W, EK_RALL, NULL, REHASH, ek_desc_no_sha1 },
	{ "no-sha256-gunzip", E, EK_R80_UP, "ProfileValidationError", REHASH,
	  ek_desc_no_gunzip },
	{ "no-sha256-gunzip", I, EK_RALL & ~EK_R80_UP, NULL, REHASH,
	  ek_desc_no_gunzip },
	{ "date", E, EK_RALL, "TypeError", "give the VIB a <release-date>",
	  ek_desc_no_date },

	{ "level", E, EK_RALL, "AcceptanceConfigError", "lower the level of the"
	  " host, or have the VIB signed", ek_desc_host_level },
	{ "level", I, EK_RALL, NULL, NULL, ek_desc_any_level },
	{ "dependency", E, EK_RALL, "DependencyError", "take a driver that was"
	  " made for this release", ek_desc_depends },
	{ "dependency", I, EK_RALL, NULL, NULL, ek_desc_depends_unknown },
	{ "vmklinux", E, EK_R70_UP, "DependencyError", "take a native driver",
	  ek_desc_vmklinux },

	{ "missing-field", W, EK_RALL, NULL, "add it: listings and merges look"
	  " at it", ek_desc_missing },
	{ "version-attribute", I, EK_RALL, NULL, "write <vib version=\"5.0\">",
	  ek_desc_vib_version },
	{ "size", W, EK_RALL, NULL, "write the bytes of the member",
	  ek_desc_size },
	{ "duplicate-payload", E, EK_RALL, NULL, "give each payload a name of"
	  " its own", ek_desc_duplicate },
	{ "payload-type", W, EK_RALL, NULL, "write vgz or tgz",
	  ek_desc_payload_type },
	{ "vfat-name", W, EK_RALL, NULL, "at most 8 characters, a dot, 3"
	  " characters", ek_desc_vfat },
	{ "live-boot", W, EK_RALL, NULL, "set live-install-allowed and"
	  " live-remove-allowed to false", ek_desc_live_boot },
	{ "ascii", E, EK_RALL, NULL, "write it in ASCII", ek_desc_ascii },
	{ "date-hour", I, EK_RALL, NULL, "nothing, where the time is true",
	  ek_desc_date_hour },
	/* last: what another rule has told of is left out */
	{ "schema", W, EK_RALL, NULL, "see vib(5), and schema/vib.rng",
	  ek_desc_schema },
};
const size_t ek_rules_desc_n = LEN(ek_rules_desc);

/* ---- all of it ----------------------------------------------------------- */

static int run(const struct ek_rules_desc *s, unsigned mask,
	       struct ek_findings *out, struct ek_err *err)
{
	int rc = ek_rules_run(ek_rules_desc, ek_rules_desc_n, mask, s, out,
			      err);

	if (rc == EK_OK && s->d != NULL)
		rc = ek_rules_run(ek_rules_path, ek_rules_path_n, mask, s->d,
				  out, err);
	return rc;
}

int ek_desc_check(const char *name, const char *text, size_t len,
		  const struct ek_desc_ask *ask, unsigned mask,
		  struct ek_findings *out, struct ek_err *err)
{
	struct ek_err why = EK_ERR_INIT;
	struct ek_rules_desc s = { .name = name, .text = text, .len = len };
	struct ek_vibdesc d;
	struct ek_xml *x;
	int rc;

	s.targets = ask->targets;
	s.n_targets = ask->n_targets;
	s.has_host_level = ask->has_host_level;
	s.host_level = ask->host_level;
	s.given = ask->given;
	s.n_given = ask->n_given;
	s.schema = ask->schema;
	rc = ek_xml_parse(&x, name, text, len, &s.declared, &why);
	if (rc == EK_OK) {
		s.xml = x;
		s.root = ek_xml_root(x);
		rc = ek_vibdesc_parse(&d, name, text, len, &why);
		s.d = rc == EK_OK ? &d : NULL;
	} else {
		s.why = why.msg;
	}
	/* a limit or lack of memory is no verdict */
	if (rc == EK_OK || rc == EK_EFORMAT)
		rc = run(&s, mask, out, err);
	else if (err != NULL)
		*err = why;
	if (s.d != NULL)
		ek_vibdesc_clear(&d);
	ek_xml_free(&x);
	return rc;
}
