/* SPDX-License-Identifier: BSD-2-Clause */
/* vibdesc_read.c - parse descriptor.xml (vib.5, "descriptor.xml") */
#include "os.h"

#include <stdarg.h>

#include "ek/err.h"
#include "ek/num.h"
#include "ek/version.h"
#include "ek/vibdesc.h"
#include "ek/xml.h"
#include "vibdesc_int.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

struct reader {
	struct ek_vibdesc *d;
	const char *file;
	struct ek_err *err;
	bool no_memory; /* an attribute was lost */
};

/*
 * Every message holds the text that ESXi 6.7 prints for the defect (vib.5,
 * "Opening the file"), so that a search for either finds both.
 */
static int refuse(const struct reader *r, const struct ek_node *n,
		  const char *fmt, ...) EK_PRINTF(3, 4);

static int refuse(const struct reader *r, const struct ek_node *n,
		  const char *fmt, ...)
{
	char text[768];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return ek_fail(r->err, EK_EFORMAT, "'%s' line %ld: %s", r->file,
		       ek_node_line(n), text);
}

/* Words are compared with each other, in every pair: they have a limit. */
static int check_word(const struct reader *r, const struct ek_node *n,
		      const char *word)
{
	if (word == NULL || strlen(word) <= EK_VIBDESC_WORD)
		return EK_OK;
	return ek_fail(r->err, EK_ELIMIT, "'%s' line %ld: '%.20s...' has more"
		       " than %u characters", r->file, ek_node_line(n), word,
		       EK_VIBDESC_WORD);
}

static int no_memory(const struct reader *r)
{
	errno = ENOMEM;
	return ek_fail_sys(r->err, "reading '%s'", r->file);
}

/* "VIB 'name-version' has invalid WHAT: ", as ESXi begins most of them. */
#define INVALID "VIB '%s-%s' has invalid "

static const char *or_empty(const char *s)
{
	return s != NULL ? s : "";
}

/* ---- going through the tree --------------------------------------------- */

typedef int on_element(struct reader *r, struct ek_node *n, void *ctx);

/*
 * Call f for each element at path ("urls/url") below n. The depth is that of
 * the path. All parents of one name are gone through, as ElementTree does.
 */
static int each(struct reader *r, struct ek_node *n, const char *path,
		on_element *f, void *ctx)
{
	const char *rest = path + strcspn(path, "/");
	char step[32];
	int rc;

	snprintf(step, sizeof(step), "%.*s", (int)(rest - path), path);
	n = ek_node_child(n, step);
	for (; n != NULL; n = ek_node_next(n, step)) {
		rc = *rest == '/' ? each(r, n, rest + 1, f, ctx)
				  : f(r, n, ctx);
		if (rc != EK_OK)
			return rc;
	}
	return EK_OK;
}

/* The first child of this name, its text in *text (owned, trimmed); both NULL
 * where there is none. */
static int child_text(struct reader *r, struct ek_node *parent,
		      const char *name, struct ek_node **n, char **text)
{
	*text = NULL;
	*n = ek_node_child(parent, name);
	if (*n == NULL)
		return EK_OK;
	*text = ek_node_text(*n, true);
	return *text != NULL ? EK_OK : no_memory(r);
}

void ek_vd_strip(char *s)
{
	static const char blank[] = " \t\r\n\v\f";
	size_t skip, len;

	if (s == NULL)
		return;
	skip = strspn(s, blank);
	len = strlen(s + skip);
	while (len > 0 && strchr(blank, s[skip + len - 1]) != NULL)
		len--;
	memmove(s, s + skip, len);
	s[len] = '\0';
}

/* Attribute, without white space at its ends; NULL: absent. Owned. */
static char *attr(struct reader *r, const struct ek_node *n, const char *name)
{
	char *s;

	r->no_memory |= !ek_node_attr(n, name, &s);
	ek_vd_strip(s);
	return s;
}

/* The same, where an empty one counts as absent. */
static char *attr_full(struct reader *r, const struct ek_node *n,
		       const char *name)
{
	char *s = attr(r, n, name);

	if (s != NULL && s[0] != '\0')
		return s;
	free(s);
	return NULL;
}

bool ek_vd_bool(const char *s, bool *out)
{
	if (strcasecmp(s, "true") == 0 || strcmp(s, "1") == 0)
		*out = true;
	else if (strcasecmp(s, "false") == 0 || strcmp(s, "0") == 0)
		*out = false;
	else
		return false;
	return true;
}

/* ---- identity and texts ------------------------------------------------- */

static int check_identity(struct reader *r, struct ek_node *root)
{
	struct ek_vibdesc *d = r->d;

	if (strcmp(ek_node_name(root), "vib") != 0)
		return refuse(r, root, "Missing VIB name. (the root element is"
			      " <%s>, not <vib>)", ek_node_name(root));
	if (or_empty(d->type)[0] == '\0' &&
	    ek_vibdesc_set(&d->type, "bootbank", r->err) != EK_OK)
		return EK_ESYS;
	if (strcmp(d->type, "bootbank") != 0 &&
	    strcmp(d->type, "locker") != 0 && strcmp(d->type, "meta") != 0)
		return refuse(r, ek_node_child(root, "type"), "VIB type"
			      " invalid. ('%s' is not bootbank, locker or"
			      " meta)", d->type);
	if (or_empty(d->name)[0] == '\0')
		return refuse(r, root, "Missing VIB name.");
	if (d->version != NULL && !ek_version_valid(d->version))
		return refuse(r, ek_node_child(root, "version"), "VIB '%s' has"
			      " invalid version '%s'. (one hyphen at most)",
			      d->name, d->version);
	return EK_OK;
}

static int read_texts(struct reader *r, struct ek_node *root)
{
	struct ek_vibdesc *d = r->d;
	const struct {
		const char *name;
		char **to;
		bool word;
	} texts[] = {
		{ "type", &d->type, true },
		{ "name", &d->name, true },
		{ "version", &d->version, true },
		{ "vendor", &d->vendor, true },
		{ "summary", &d->summary, false },
		{ "description", &d->description, false },
	};
	struct ek_node *n;
	int rc;

	for (size_t i = 0; i < LEN(texts); i++) {
		rc = child_text(r, root, texts[i].name, &n, texts[i].to);
		if (rc == EK_OK && texts[i].word)
			rc = check_word(r, n, *texts[i].to);
		if (rc != EK_OK)
			return rc;
	}
	return check_identity(r, root);
}

static int read_date(struct reader *r, struct ek_node *root, const char *name,
		     bool *has, struct ek_date *date)
{
	struct ek_node *n;
	char *text;
	int rc;

	rc = child_text(r, root, name, &n, &text);
	if (rc != EK_OK || text == NULL || text[0] == '\0')
		goto out;
	*has = ek_date_parse(text, strlen(text), date);
	if (!*has)
		rc = refuse(r, n, INVALID "%s: '%s' is not a valid date/time"
			    " string..", r->d->name, or_empty(r->d->version),
			    name, text);
out:
	free(text);
	return rc;
}

static int read_level(struct reader *r, struct ek_node *root)
{
	struct ek_node *n;
	char *text;
	int rc;

	rc = child_text(r, root, "acceptance-level", &n, &text);
	if (rc == EK_OK && text != NULL && text[0] != '\0' &&
	    !ek_level_parse_xml(text, &r->d->level))
		rc = refuse(r, n, INVALID "acceptance level '%s'.",
			    r->d->name, or_empty(r->d->version), text);
	free(text);
	return rc;
}

static int read_flags(struct reader *r, struct ek_node *root)
{
	struct ek_vibdesc *d = r->d;
	const struct {
		const char *name;
		bool *to;
	} flags[] = {
		{ "live-install-allowed", &d->live_install },
		{ "live-remove-allowed", &d->live_remove },
		{ "cimom-restart", &d->cimom_restart },
		{ "stateless-ready", &d->stateless },
		{ "overlay", &d->overlay },
	};
	struct ek_node *n;
	char *text;
	int rc = EK_OK;

	for (size_t i = 0; i < LEN(flags) && rc == EK_OK; i++) {
		rc = child_text(r, root, flags[i].name, &n, &text);
		if (rc == EK_OK && text != NULL && text[0] != '\0' &&
		    !ek_vd_bool(text, flags[i].to))
			rc = refuse(r, n, INVALID "%s value '%s'.", d->name,
				    or_empty(d->version), flags[i].name, text);
		free(text);
	}
	return rc;
}

/* ---- lists -------------------------------------------------------------- */

static int on_url(struct reader *r, struct ek_node *n, void *ctx)
{
	char *key = attr_full(r, n, "key"), *url = ek_node_text(n, true);
	int rc;

	(void)ctx;
	if (url == NULL)
		rc = no_memory(r);
	else if (key == NULL)
		rc = refuse(r, n, "VIB '%s' url '%s' has missing or invalid"
			    " key", r->d->name, url);
	else
		rc = ek_vibdesc_add_url(r->d, key, url, r->err);
	free(key);
	free(url);
	return rc;
}

struct relation_list {
	const char *what; /* "depends" */
	const char *path;
	struct ek_constraints *to;
};

const char *ek_vd_constraint_problem(const char *name, const char *relation,
				     const char *version)
{
	if (name == NULL)
		return "name attribute is missing or empty.";
	if (relation != NULL && !ek_version_relation_valid(relation))
		return "Invalid relation value: ";
	if (relation != NULL && version == NULL)
		return "relation attribute exists and is non-empty, but version"
		       " attribute is missing or empty.";
	if (relation == NULL && version != NULL)
		return "version attribute exists and is non-empty, but relation"
		       " attribute is missing or empty.";
	if (version != NULL && !ek_version_valid(version))
		return "invalid version ";
	return NULL;
}

static int on_constraint(struct reader *r, struct ek_node *n, void *ctx)
{
	const struct relation_list *l = ctx;
	bool provide = l->to == &r->d->provides;
	char *name = attr_full(r, n, "name");
	char *version = attr_full(r, n, "version");
	char *relation = provide ? NULL : attr_full(r, n, "relation");
	const char *why, *extra = "";
	int rc;

	rc = check_word(r, n, name);
	if (rc == EK_OK)
		rc = check_word(r, n, version);
	/* a provide has a version alone; "=" for it pleases the check */
	why = ek_vd_constraint_problem(name, provide && version != NULL ? "="
				 : relation, version);
	if (rc == EK_OK && why == NULL) {
		rc = ek_constraints_add(l->to, name, relation, version, r->err);
	} else if (rc == EK_OK) {
		if (strncmp(why, "Invalid", 7) == 0)
			extra = or_empty(relation);
		if (strncmp(why, "invalid", 7) == 0)
			extra = version;
		rc = refuse(r, n, INVALID "%s: %s%s%s.", r->d->name,
			    or_empty(r->d->version), l->what, why, extra,
			    extra[0] != '\0' ? "." : "");
	}
	free(name);
	free(version);
	free(relation);
	return rc;
}

static int read_relations(struct reader *r, struct ek_node *root)
{
	struct ek_vibdesc *d = r->d;
	struct relation_list lists[] = {
		{ "depends", "relationships/depends/constraint", &d->depends },
		{ "conflicts", "relationships/conflicts/constraint",
		  &d->conflicts },
		{ "replaces", "relationships/replaces/constraint",
		  &d->replaces },
		{ "provides", "relationships/provides/provide", &d->provides },
		{ "compatibleWith", "relationships/compatibleWith/constraint",
		  &d->compatible },
	};
	int rc = EK_OK;

	for (size_t i = 0; i < LEN(lists) && rc == EK_OK; i++)
		rc = each(r, root, lists[i].path, on_constraint, &lists[i]);
	return rc;
}

static int on_tag(struct reader *r, struct ek_node *n, void *ctx)
{
	char *raw = ek_node_text(n, false);
	int rc = EK_OK;

	(void)ctx;
	if (raw == NULL)
		return no_memory(r);
	if (raw[0] == '\0') {
		rc = refuse(r, n, "an empty <tag/>: 'NoneType' object has no"
			    " attribute 'strip' (AttributeError)");
	} else {
		ek_vd_strip(raw);
		/* only blanks is read by ESXi but must not be written */
		if (raw[0] != '\0')
			rc = ek_strs_add(&r->d->tags, raw, strlen(raw), r->err);
	}
	free(raw);
	return rc;
}

static int on_file(struct reader *r, struct ek_node *n, void *ctx)
{
	char *path = ek_node_text(n, true);
	int rc;

	(void)ctx;
	if (path == NULL)
		return no_memory(r);
	rc = ek_strs_add(&r->d->files, path, strlen(path), r->err);
	free(path);
	return rc;
}

/* ---- system-requires ---------------------------------------------------- */

static int bad_maintenance(struct reader *r, struct ek_node *n, const char *s)
{
	return refuse(r, n, INVALID "maintenance mode: '%s' is not a valid"
		      " boolean.", r->d->name, or_empty(r->d->version), s);
}

/* The text sets removal, and installation unless an attribute does. */
static int on_maintenance(struct reader *r, struct ek_node *n, void *ctx)
{
	char *text = ek_node_text(n, true);
	char *install = attr_full(r, n, "on-install");
	char *removal = attr_full(r, n, "on-remove");
	struct ek_vibdesc *d = r->d;
	int rc = EK_OK;

	(void)ctx;
	if (text == NULL)
		rc = no_memory(r);
	else if (removal != NULL && !ek_vd_bool(removal, &d->maint_remove))
		rc = bad_maintenance(r, n, removal);
	else if (text[0] != '\0' && !ek_vd_bool(text, &d->maint_remove))
		rc = bad_maintenance(r, n, text);
	else if (text[0] != '\0')
		d->maint_install = d->maint_remove;
	if (rc == EK_OK && install != NULL &&
	    !ek_vd_bool(install, &d->maint_install))
		rc = bad_maintenance(r, n, install);
	free(text);
	free(install);
	free(removal);
	return rc;
}

static int on_hwplatform(struct reader *r, struct ek_node *n, void *ctx)
{
	char *vendor = attr_full(r, n, "vendor");
	char *model = attr_full(r, n, "model");
	int rc;

	(void)ctx;
	if (vendor == NULL)
		rc = refuse(r, n, INVALID "hwplatform: hwplatform must specify"
			    " vendor.", r->d->name, or_empty(r->d->version));
	else
		rc = ek_vibdesc_add_hw(r->d, vendor, model, r->err);
	free(vendor);
	free(model);
	return rc;
}

static int on_swplatform(struct reader *r, struct ek_node *n, void *ctx)
{
	char *version = attr(r, n, "version"), *locale = attr(r, n, "locale");
	char *product = attr(r, n, "productLineID");
	int rc;

	(void)ctx;
	rc = ek_vibdesc_add_sw(r->d, version, locale, product, r->err);
	free(version);
	free(locale);
	free(product);
	return rc;
}

/* ---- payloads ----------------------------------------------------------- */

#define PAYLOAD INVALID "payload: "

static int bad_value(struct reader *r, struct ek_node *n, const char *value,
		     const char *name)
{
	return refuse(r, n, PAYLOAD "Invalid value '%s' for %s.", r->d->name,
		      or_empty(r->d->version), value, name);
}

/* The number in an attribute; *has stays false where that is absent. */
static int payload_number(struct reader *r, struct ek_node *n,
			  const char *name, bool *has, uint64_t *out)
{
	char *s = attr(r, n, name);
	int rc = EK_OK;

	if (s != NULL) {
		*has = ek_num_dec(s, strlen(s), INT64_MAX, out);
		if (!*has)
			rc = bad_value(r, n, s, name);
	}
	free(s);
	return rc;
}

static int payload_attrs(struct reader *r, struct ek_node *n,
			 struct ek_payload *p)
{
	char *order = attr(r, n, "boot-order");
	int rc = EK_OK;

	if (order != NULL && !ek_num_int(order, strlen(order), &p->boot_order))
		rc = bad_value(r, n, order, "boot-order");
	free(order);
	if (rc == EK_OK)
		rc = payload_number(r, n, "size", &p->has_size, &p->size);
	if (rc == EK_OK)
		rc = payload_number(r, n, "uncompressed-size",
				    &p->has_uncompressed,
				    &p->uncompressed_size);
	p->vfat_name = attr_full(r, n, "vfat-name");
	p->compression_option = attr_full(r, n, "compression-option");
	return rc;
}

static int on_checksum(struct reader *r, struct ek_node *n, void *ctx)
{
	char *type = attr_full(r, n, "checksum-type");
	char *process = attr_full(r, n, "verify-process");
	char *hex = ek_node_text(n, true);
	int rc;

	if (hex == NULL)
		rc = no_memory(r);
	else if (type == NULL)
		rc = refuse(r, n, PAYLOAD "checksum-type attribute was not"
			    " found", r->d->name, or_empty(r->d->version));
	else
		rc = ek_payload_add_sum(ctx, type, process, hex, r->err);
	free(type);
	free(process);
	free(hex);
	return rc;
}

static int on_payload(struct reader *r, struct ek_node *n, void *ctx)
{
	char *name = attr(r, n, "name"), *type = attr(r, n, "type");
	struct ek_payload *p = NULL;
	int rc;

	(void)ctx;
	if (name == NULL || type == NULL)
		rc = refuse(r, n, PAYLOAD "'NoneType' object has no attribute"
			    " 'strip' (the %s attribute is missing)",
			    r->d->name, or_empty(r->d->version),
			    name == NULL ? "name" : "type");
	else if (name[0] == '\0' || strlen(name) > EK_PAYLOAD_NAME_MAX)
		rc = bad_value(r, n, name, "name");
	else if (r->d->n_payloads >= EK_VIBDESC_PAYLOADS)
		rc = ek_fail(r->err, EK_ELIMIT, "'%s' line %ld: more than %u"
			     " payloads", r->file, ek_node_line(n),
			     EK_VIBDESC_PAYLOADS);
	else
		rc = ek_vibdesc_add_payload(r->d, name, type, &p, r->err);
	free(name);
	free(type);
	if (p == NULL)
		return rc;
	rc = payload_attrs(r, n, p);
	if (rc == EK_OK)
		rc = each(r, n, "checksum", on_checksum, p);
	return rc;
}

/* ---- the whole ---------------------------------------------------------- */

static int read_lists(struct reader *r, struct ek_node *root)
{
	static const struct {
		const char *path;
		on_element *f;
	} lists[] = {
		{ "urls/url", on_url },
		{ "software-tags/tag", on_tag },
		{ "system-requires/maintenance-mode", on_maintenance },
		{ "system-requires/hwplatform", on_hwplatform },
		{ "system-requires/softwarePlatform", on_swplatform },
		{ "file-list/file", on_file },
		{ "payloads/payload", on_payload },
	};
	int rc = read_relations(r, root);

	for (size_t i = 0; i < LEN(lists) && rc == EK_OK; i++)
		rc = each(r, root, lists[i].path, lists[i].f, NULL);
	return rc;
}

static int read_all(struct reader *r, struct ek_node *root)
{
	struct ek_vibdesc *d = r->d;
	int rc = read_texts(r, root);

	if (rc == EK_OK)
		rc = read_date(r, root, "release-date", &d->has_date, &d->date);
	if (rc == EK_OK)
		rc = read_date(r, root, "installdate", &d->has_installdate,
			       &d->installdate);
	if (rc == EK_OK)
		rc = read_level(r, root);
	if (rc == EK_OK)
		rc = read_flags(r, root);
	return rc == EK_OK ? read_lists(r, root) : rc;
}

static int parse_xml(struct ek_xml **x, const char *name, const char *text,
		     size_t len, struct ek_err *err)
{
	struct ek_err why = EK_ERR_INIT;
	bool declared;
	int rc;

	if (len > EK_VIBDESC_MAX)
		return ek_fail(err, EK_ELIMIT, "'%s' is larger than %u bytes",
			       name, EK_VIBDESC_MAX);
	rc = ek_xml_parse(x, name, text, len, &declared, &why);
	if (rc == EK_OK && declared && ek_xml_tells_encoding(text, len)) {
		ek_xml_free(x);
		return ek_fail(err, EK_EFORMAT, "'%s' line 1: Could not parse"
			       " VIB XML data: Unicode strings with encoding"
			       " declaration are not supported. (ESXi 6.5 and"
			       " later; take the <?xml ...?> out)", name);
	}
	if (rc == EK_EFORMAT)
		return ek_fail(err, rc, "Could not parse VIB XML data: %.900s",
			       why.msg);
	if (rc != EK_OK && err != NULL)
		*err = why;
	return rc;
}

int ek_vibdesc_parse(struct ek_vibdesc *d, const char *name, const char *text,
		     size_t len, struct ek_err *err)
{
	struct reader r = { .d = d, .file = name, .err = err };
	struct ek_xml *x = NULL;
	int rc;

	ek_vibdesc_init(d);
	rc = parse_xml(&x, name, text, len, err);
	if (rc == EK_OK)
		rc = read_all(&r, ek_xml_root(x));
	/* whatever was said of an attribute that seemed to be absent */
	if (r.no_memory)
		rc = no_memory(&r);
	if (rc != EK_OK)
		ek_vibdesc_clear(d);
	ek_xml_free(&x);
	return rc;
}
