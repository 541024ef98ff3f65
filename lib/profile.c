/* SPDX-License-Identifier: BSD-2-Clause */
/* profile.c - the image profile in an image database */
#include "os.h"

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/num.h"
#include "ek/profile.h"
#include "ek/xml.h"

/* Elements in the order written (imgdb.5, "Profile"). */
static const char *const order[] = {
	"name", "creator", "profileID", "creationtime", "modifiedtime",
	"serialno", "description", "readonly", "viblist", "acceptancelevel",
};

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static int no_memory(struct ek_err *err)
{
	errno = ENOMEM;
	return ek_fail_sys(err, "image profile");
}

/* ---- texts --------------------------------------------------------------- */

static bool has_control(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return true;
	return false;
}

/* A file in the root of an image: what scripts may take as a name. */
static bool is_file_name(const char *s)
{
	return s[0] != '\0' && strcmp(s, ".") != 0 && strcmp(s, "..") != 0 &&
	       strchr(s, '/') == NULL && !has_control(s);
}

/* Text of the child; *text is NULL where there is none. */
static int child_text(const struct ek_profile *p, const char *name, char **text,
		      struct ek_err *err)
{
	const struct ek_node *n = ek_node_child(ek_xml_root(p->xml), name);

	*text = NULL;
	if (n == NULL)
		return EK_OK;
	*text = ek_node_text(n, true);
	return *text != NULL ? EK_OK : no_memory(err);
}

/* ---- parsing ------------------------------------------------------------- */

static int need_text(const struct ek_profile *p, const char *file,
		     const char *element, char **text, struct ek_err *err)
{
	int rc = child_text(p, element, text, err);

	if (rc != EK_OK)
		return rc;
	if (*text == NULL || (*text)[0] == '\0')
		return ek_fail(err, EK_EFORMAT, "'%s': ESXi refuses it: "
			       "Missing profile %s.", file, element);
	return EK_OK;
}

static int parse_date(const struct ek_profile *p, const char *file,
		      const char *element, bool *has, struct ek_date *d,
		      struct ek_err *err)
{
	char *text;
	int rc = child_text(p, element, &text, err);

	*has = text != NULL;
	if (text != NULL && !ek_date_parse(text, strlen(text), d))
		rc = ek_fail(err, EK_EFORMAT, "'%s': %s '%s' is not a valid "
			     "date/time string", file, element, text);
	free(text);
	return rc;
}

static int parse_serial(struct ek_profile *p, const char *file,
			struct ek_err *err)
{
	char *text;
	int rc = child_text(p, "serialno", &text, err);

	p->has_serial = text != NULL;
	if (text != NULL && !ek_num_int(text, strlen(text), &p->serial))
		rc = ek_fail(err, EK_EFORMAT, "'%s': serialno '%s' is not a "
			     "number", file, text);
	free(text);
	return rc;
}

static int parse_level(struct ek_profile *p, const char *file,
		       struct ek_err *err)
{
	char *text;
	int rc = child_text(p, "acceptancelevel", &text, err);

	if (rc == EK_OK && (text == NULL || !ek_level_parse(text, &p->level)))
		rc = ek_fail(err, EK_EFORMAT, "'%s': ESXi refuses it: Invalid "
			     "acceptance level value '%s'", file,
			     text != NULL ? text : "");
	free(text);
	return rc;
}

static void clear_vib(struct ek_profile_vib *v)
{
	for (size_t i = 0; i < v->n_payloads; i++) {
		free(v->payloads[i].payload);
		free(v->payloads[i].name);
	}
	free(v->payloads);
	free(v->id);
}

/* Takes over both texts, also where it fails. */
static int put_payload(struct ek_profile_vib *v, char *payload, char *name,
		       struct ek_err *err)
{
	struct ek_profile_payload *grown;

	grown = reallocarray(v->payloads, v->n_payloads + 1, sizeof(*grown));
	if (grown == NULL) {
		free(payload);
		free(name);
		return no_memory(err);
	}
	grown[v->n_payloads++] = (struct ek_profile_payload){ payload, name };
	v->payloads = grown;
	return EK_OK;
}

static int parse_payload(struct ek_profile *p, const char *file,
			 struct ek_profile_vib *v, const struct ek_node *n,
			 struct ek_err *err)
{
	char *payload, *name = ek_node_text(n, true);
	int rc;

	if (!ek_node_attr(n, "payload-name", &payload) || name == NULL)
		rc = no_memory(err);
	else if (payload == NULL || payload[0] == '\0' || has_control(payload))
		rc = ek_fail(err, EK_EFORMAT, "'%s', line %ld: VIB '%s': a "
			     "payload without a usable payload-name", file,
			     ek_node_line(n), v->id);
	else if (!is_file_name(name))
		rc = ek_fail(err, EK_EFORMAT, "'%s', line %ld: VIB '%s', "
			     "payload '%s': '%s' is no plain file name", file,
			     ek_node_line(n), v->id, payload, name);
	else if (++p->n_payloads > EK_PROFILE_PAYLOADS)
		rc = ek_fail(err, EK_ELIMIT, "'%s': more than %u payloads",
			     file, EK_PROFILE_PAYLOADS);
	else
		return put_payload(v, payload, name, err);
	free(payload);
	free(name);
	return rc;
}

static int parse_boot(struct ek_profile_vib *v, const struct ek_node *n,
		      struct ek_err *err)
{
	const struct ek_node *b = ek_node_child(n, "boot");
	char *text;

	v->boot = true;
	if (b == NULL)
		return EK_OK;
	text = ek_node_text(b, true);
	if (text == NULL)
		return no_memory(err);
	v->boot = strcasecmp(text, "false") != 0 && strcmp(text, "0") != 0;
	free(text);
	return EK_OK;
}

static int parse_vib(struct ek_profile *p, const char *file,
		     struct ek_profile_vib *v, struct ek_node *n,
		     struct ek_err *err)
{
	const struct ek_node *id = ek_node_child(n, "vib-id"), *list;
	int rc;

	v->node = n;
	v->id = ek_node_text(id, true); /* NULL for an absent one */
	if (v->id == NULL && id != NULL)
		return no_memory(err);
	if (v->id == NULL || v->id[0] == '\0' || has_control(v->id))
		return ek_fail(err, EK_EFORMAT, "'%s', line %ld: a VIB without "
			       "a usable vib-id", file, ek_node_line(n));
	rc = parse_boot(v, n, err);
	list = ek_node_child(n, "payloads");
	if (rc != EK_OK || list == NULL)
		return rc;
	for (n = ek_node_child(list, "payload"); n != NULL && rc == EK_OK;
	     n = ek_node_next(n, "payload"))
		rc = parse_payload(p, file, v, n, err);
	return rc;
}

/* Room for one more VIB; NULL where there is no memory. */
static struct ek_profile_vib *next_vib(struct ek_profile *p)
{
	if (p->n_vibs == p->cap_vibs) {
		size_t cap = p->cap_vibs != 0 ? p->cap_vibs * 2 : 64;
		struct ek_profile_vib *v = reallocarray(p->vibs, cap,
							sizeof(*v));

		if (v == NULL)
			return NULL;
		p->vibs = v;
		p->cap_vibs = cap;
	}
	p->vibs[p->n_vibs] = (struct ek_profile_vib){ .boot = true };
	return &p->vibs[p->n_vibs];
}

static int by_id(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

static int check_twice(const struct ek_profile *p, const char *file,
		       struct ek_err *err)
{
	const char **ids = calloc(p->n_vibs + 1, sizeof(*ids));
	int rc = EK_OK;

	if (ids == NULL)
		return no_memory(err);
	for (size_t i = 0; i < p->n_vibs; i++)
		ids[i] = p->vibs[i].id;
	qsort(ids, p->n_vibs, sizeof(*ids), by_id);
	for (size_t i = 1; i < p->n_vibs && rc == EK_OK; i++)
		if (strcmp(ids[i - 1], ids[i]) == 0)
			rc = ek_fail(err, EK_EFORMAT, "'%s': ESXi refuses it: "
				     "Profile %s has duplicated vib-ids in "
				     "viblist (%s)", file, p->name, ids[i]);
	free(ids);
	return rc;
}

static int parse_viblist(struct ek_profile *p, const char *file,
			 struct ek_err *err)
{
	struct ek_node *list = ek_node_child(ek_xml_root(p->xml), "viblist");
	struct ek_node *n = list != NULL ? ek_node_child(list, "vib") : NULL;
	struct ek_profile_vib *v;
	int rc = EK_OK;

	for (; n != NULL && rc == EK_OK; n = ek_node_next(n, "vib")) {
		if (p->n_vibs >= EK_PROFILE_VIBS)
			return ek_fail(err, EK_ELIMIT, "'%s': more than %u "
				       "VIBs", file, EK_PROFILE_VIBS);
		v = next_vib(p);
		if (v == NULL)
			return no_memory(err);
		p->n_vibs++;
		rc = parse_vib(p, file, v, n, err);
	}
	return rc == EK_OK ? check_twice(p, file, err) : rc;
}

static int parse_fields(struct ek_profile *p, const char *file,
			struct ek_err *err)
{
	int rc = need_text(p, file, "name", &p->name, err);

	if (rc == EK_OK)
		rc = need_text(p, file, "creator", &p->creator, err);
	if (rc == EK_OK)
		rc = child_text(p, "profileID", &p->id, err);
	if (rc == EK_OK)
		rc = child_text(p, "description", &p->description, err);
	if (rc == EK_OK)
		rc = parse_date(p, file, "creationtime", &p->has_created,
				&p->created, err);
	if (rc == EK_OK)
		rc = parse_date(p, file, "modifiedtime", &p->has_modified,
				&p->modified, err);
	if (rc == EK_OK)
		rc = parse_serial(p, file, err);
	if (rc == EK_OK)
		rc = parse_level(p, file, err);
	return rc;
}

static int parse_root(struct ek_profile *p, const char *file,
		      struct ek_err *err)
{
	const char *root = ek_node_name(ek_xml_root(p->xml));
	int rc;

	if (strcmp(root, "imageprofile") != 0)
		return ek_fail(err, EK_EFORMAT, "'%s' is no image profile: its "
			       "root element is '%s'", file, root);
	rc = parse_fields(p, file, err);
	return rc == EK_OK ? parse_viblist(p, file, err) : rc;
}

int ek_profile_parse(struct ek_profile **out, const char *name,
		     const char *text, size_t len, struct ek_err *err)
{
	struct ek_profile *p;
	int rc;

	*out = NULL;
	p = calloc(1, sizeof(*p));
	if (p == NULL)
		return no_memory(err);
	rc = ek_xml_parse(&p->xml, name, text, len, NULL, err);
	if (rc == EK_OK)
		rc = parse_root(p, name, err);
	if (rc != EK_OK)
		ek_profile_free(&p);
	*out = p;
	return rc;
}

int ek_profile_new(struct ek_profile **p, const char *name, const char *creator,
		   enum ek_level level, struct ek_err *err)
{
	struct ek_buf b = EK_BUF_INIT;
	int rc;

	*p = NULL;
	ek_buf_adds(&b, "<imageprofile><name>");
	ek_xml_escape(&b, name, false);
	ek_buf_adds(&b, "</name><creator>");
	ek_xml_escape(&b, creator, false);
	ek_buf_adds(&b, "</creator><viblist/><acceptancelevel>");
	ek_buf_adds(&b, ek_level_name(level));
	ek_buf_adds(&b, "</acceptancelevel></imageprofile>");
	rc = ek_buf_check(&b, "image profile", err);
	if (rc == EK_OK)
		rc = ek_profile_parse(p, "new profile", b.p, b.len, err);
	ek_buf_free(&b);
	return rc;
}

void ek_profile_free(struct ek_profile **out)
{
	struct ek_profile *p = *out;

	if (p == NULL)
		return;
	for (size_t i = 0; i < p->n_vibs; i++)
		clear_vib(&p->vibs[i]);
	free(p->vibs);
	free(p->name);
	free(p->creator);
	free(p->id);
	free(p->description);
	ek_xml_free(&p->xml);
	free(p);
	*out = NULL;
}

/* ---- reading ------------------------------------------------------------- */

void ek_profile_write(const struct ek_profile *p, struct ek_buf *out)
{
	ek_xml_write(ek_xml_root(p->xml), out);
}

const struct ek_profile_vib *ek_profile_find(const struct ek_profile *p,
					     const char *id)
{
	for (size_t i = 0; i < p->n_vibs; i++)
		if (strcmp(p->vibs[i].id, id) == 0)
			return &p->vibs[i];
	return NULL;
}

const char *ek_profile_local(const struct ek_profile_vib *v,
			     const char *payload)
{
	for (size_t i = 0; i < v->n_payloads; i++)
		if (strcmp(v->payloads[i].payload, payload) == 0)
			return v->payloads[i].name;
	return NULL;
}

/* ---- changing ------------------------------------------------------------ */

/* The element of this name; a new empty one, at its place, where it is not. */
static int get_element(struct ek_profile *p, const char *name,
		       struct ek_node **node, struct ek_err *err)
{
	struct ek_node *root = ek_xml_root(p->xml), *after = NULL, *n;

	*node = ek_node_child(root, name);
	if (*node != NULL)
		return EK_OK;
	for (size_t i = 0; i < LENGTH(order); i++) {
		if (strcmp(order[i], name) == 0)
			break;
		n = ek_node_child(root, order[i]);
		if (n != NULL)
			after = n;
	}
	if (after == NULL)
		return ek_node_add(root, name, "", node, err);
	return ek_node_add_after(after, name, "", node, err);
}

static int set_element(struct ek_profile *p, const char *name, const char *text,
		       struct ek_err *err)
{
	struct ek_node *n;
	int rc = get_element(p, name, &n, err);

	if (rc == EK_OK)
		rc = ek_node_set_text(n, text, err);
	if (rc == EK_OK)
		p->changed = true;
	return rc;
}

static int check_text(const char *what, const char *text, bool lines,
		      struct ek_err *err)
{
	for (const char *s = text; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if ((c >= 0x20 && c < 0x7f) ||
		    (lines && (c == '\n' || c == '\t')))
			continue;
		return ek_fail(err, EK_EARG, "profile %s '%s' has other "
			       "characters than printable ASCII: ESXi could "
			       "not write its database", what, text);
	}
	return EK_OK;
}

static char **field_of(struct ek_profile *p, enum ek_profile_field field)
{
	switch (field) {
	case EK_PROFILE_NAME:
		return &p->name;
	case EK_PROFILE_CREATOR:
		return &p->creator;
	case EK_PROFILE_ID:
		return &p->id;
	case EK_PROFILE_DESCRIPTION:
	default:
		return &p->description;
	}
}

int ek_profile_set(struct ek_profile *p, enum ek_profile_field field,
		   const char *text, struct ek_err *err)
{
	static const char *const elements[] = {
		[EK_PROFILE_NAME] = "name", [EK_PROFILE_CREATOR] = "creator",
		[EK_PROFILE_ID] = "profileID",
		[EK_PROFILE_DESCRIPTION] = "description",
	};
	char **value = field_of(p, field), *copy;
	bool needed = field == EK_PROFILE_NAME || field == EK_PROFILE_CREATOR;
	int rc;

	if (*value != NULL && strcmp(*value, text) == 0)
		return EK_OK;
	if (needed && text[strspn(text, " ")] == '\0')
		return ek_fail(err, EK_EARG, "the profile needs a %s",
			       elements[field]);
	rc = check_text(elements[field], text, field == EK_PROFILE_DESCRIPTION,
			err);
	if (rc != EK_OK)
		return rc;
	copy = strdup(text);
	if (copy == NULL)
		return no_memory(err);
	rc = set_element(p, elements[field], text, err);
	if (rc != EK_OK) {
		free(copy);
		return rc;
	}
	free(*value);
	*value = copy;
	return EK_OK;
}

int ek_profile_set_level(struct ek_profile *p, enum ek_level level,
			 struct ek_err *err)
{
	int rc;

	if (p->level == level)
		return EK_OK;
	rc = set_element(p, "acceptancelevel", ek_level_name(level), err);
	if (rc == EK_OK)
		p->level = level;
	return rc;
}

int ek_profile_set_serial(struct ek_profile *p, int64_t serial,
			  struct ek_err *err)
{
	char text[32];
	int rc;

	if (p->has_serial && p->serial == serial)
		return EK_OK;
	snprintf(text, sizeof(text), "%lld", (long long)serial);
	rc = set_element(p, "serialno", text, err);
	if (rc == EK_OK) {
		p->serial = serial;
		p->has_serial = true;
	}
	return rc;
}

static int set_date(struct ek_profile *p, const char *element, bool *has,
		    struct ek_date *value, const struct ek_date *d,
		    struct ek_err *err)
{
	char text[EK_DATE_SIZE];
	int rc;

	if (*has && ek_date_cmp(value, d) == 0)
		return EK_OK;
	ek_date_format(d, text);
	rc = set_element(p, element, text, err);
	if (rc == EK_OK) {
		*value = *d;
		*has = true;
	}
	return rc;
}

int ek_profile_set_created(struct ek_profile *p, const struct ek_date *d,
			   struct ek_err *err)
{
	return set_date(p, "creationtime", &p->has_created, &p->created, d,
			err);
}

int ek_profile_set_modified(struct ek_profile *p, const struct ek_date *d,
			    struct ek_err *err)
{
	return set_date(p, "modifiedtime", &p->has_modified, &p->modified, d,
			err);
}

static int add_nodes(struct ek_node *vib, const char *id,
		     const struct ek_profile_payload *payloads, size_t n,
		     struct ek_err *err)
{
	struct ek_node *list = NULL, *node;
	int rc = ek_node_add(vib, "vib-id", id, NULL, err);

	if (rc == EK_OK)
		rc = ek_node_add(vib, "payloads", NULL, &list, err);
	for (size_t i = 0; i < n && rc == EK_OK; i++) {
		rc = ek_node_add(list, "payload", payloads[i].name, &node, err);
		if (rc == EK_OK)
			rc = ek_node_set_attr(node, "payload-name",
					      payloads[i].payload, err);
	}
	return rc;
}

/* The new element, and what it says, as if it had been there. */
static int add_element(struct ek_profile *p, struct ek_profile_vib *v,
		       const char *id,
		       const struct ek_profile_payload *payloads, size_t n,
		       struct ek_err *err)
{
	size_t before = p->n_payloads;
	struct ek_node *list, *node;
	int rc = get_element(p, "viblist", &list, err);

	if (rc == EK_OK)
		rc = ek_node_add(list, "vib", NULL, &node, err);
	if (rc != EK_OK)
		return rc;
	rc = add_nodes(node, id, payloads, n, err);
	if (rc == EK_OK)
		rc = parse_vib(p, p->name, v, node, err);
	if (rc == EK_OK)
		return EK_OK;
	ek_node_remove(node);
	clear_vib(v);
	p->n_payloads = before;
	return rc;
}

int ek_profile_add_vib(struct ek_profile *p, const char *id,
		       const struct ek_profile_payload *payloads, size_t n,
		       struct ek_err *err)
{
	struct ek_profile_vib *v;
	int rc;

	if (ek_profile_find(p, id) != NULL)
		return ek_fail(err, EK_EREFUSE, "VIB '%s' is in profile '%s' "
			       "already", id, p->name);
	if (p->n_vibs >= EK_PROFILE_VIBS ||
	    n > EK_PROFILE_PAYLOADS - p->n_payloads)
		return ek_fail(err, EK_ELIMIT, "profile '%s' has no room for "
			       "VIB '%s'", p->name, id);
	v = next_vib(p);
	if (v == NULL)
		return no_memory(err);
	rc = add_element(p, v, id, payloads, n, err);
	if (rc != EK_OK)
		return rc;
	p->n_vibs++;
	p->changed = true;
	return EK_OK;
}

void ek_profile_remove_vib(struct ek_profile *p, const char *id)
{
	for (size_t i = 0; i < p->n_vibs; i++) {
		struct ek_profile_vib *v = &p->vibs[i];

		if (strcmp(v->id, id) != 0)
			continue;
		ek_node_remove(v->node);
		p->n_payloads -= v->n_payloads;
		clear_vib(v);
		memmove(v, v + 1, (p->n_vibs - i - 1) * sizeof(*v));
		p->n_vibs--;
		p->changed = true;
		return;
	}
}
