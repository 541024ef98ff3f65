/* SPDX-License-Identifier: BSD-2-Clause */
/* depot.c - the XML files of an offline bundle, read */
#include "os.h"

#include "ek/depot.h"
#include "ek/err.h"
#include "ek/num.h"
#include "ek/xml.h"

static int no_memory(const char *name, struct ek_err *err)
{
	return ek_fail(err, EK_ESYS, "'%s': %s", name, strerror(ENOMEM));
}

void ek_depot_vendors_clear(struct ek_depot_vendors *l)
{
	for (size_t i = 0; l->v != NULL && i < l->n; i++) {
		free(l->v[i].name);
		free(l->v[i].code);
		free(l->v[i].index);
		free(l->v[i].path);
	}
	free(l->v);
	*l = (struct ek_depot_vendors){ NULL, 0 };
}

void ek_depot_metas_clear(struct ek_depot_metas *l)
{
	for (size_t i = 0; l->v != NULL && i < l->n; i++) {
		free(l->v[i].product);
		free(l->v[i].version);
		free(l->v[i].url);
	}
	free(l->v);
	*l = (struct ek_depot_metas){ NULL, 0 };
}

void ek_depot_vib_clear(struct ek_depot_vib *v)
{
	free(v->path);
	free(v->sha256);
	*v = (struct ek_depot_vib){ .path = NULL };
}

/* A document whose root must have this name. */
static int open_xml(struct ek_xml **x, const char *name, const char *root,
		    const char *text, size_t len, struct ek_err *err)
{
	int rc = ek_xml_parse(x, name, text, len, NULL, err);
	const char *is;

	if (rc != EK_OK)
		return rc;
	is = ek_node_name(ek_xml_root(*x));
	if (strcmp(is, root) == 0)
		return EK_OK;
	rc = ek_fail(err, EK_EFORMAT, "'%s': the root is <%.100s>, not <%s>",
		     name, is, root);
	ek_xml_free(x);
	return rc;
}

/* The text of a child that must be there (bundle.5, "index.xml"). */
static int needed(const char *name, const struct ek_node *n, const char *child,
		  char **to, struct ek_err *err)
{
	const struct ek_node *c = ek_node_child(n, child);

	if (c == NULL)
		return ek_fail(err, EK_EFORMAT, "'%s' line %ld: ESXi says:"
			       " Element %s was expected, but not found", name,
			       ek_node_line(n), child);
	*to = ek_node_text(c, true);
	return *to != NULL ? EK_OK : no_memory(name, err);
}

/* Room for the children of root that are called item. */
static int room(const char *name, const struct ek_node *root, const char *item,
		size_t size, void **v, struct ek_err *err)
{
	size_t n = 0;

	for (const struct ek_node *c = ek_node_child(root, item); c != NULL;
	     c = ek_node_next(c, item))
		n++;
	if (n == 0)
		return ek_fail(err, EK_EFORMAT, "'%s': there is no <%s> in it",
			       name, item);
	if (n > EK_DEPOT_MAX)
		return ek_fail(err, EK_ELIMIT, "'%s': %zu times <%s>, more"
			       " than %u", name, n, item, EK_DEPOT_MAX);
	*v = calloc(n, size);
	return *v != NULL ? EK_OK : no_memory(name, err);
}

static int read_vendor(struct ek_depot_vendor *v, const char *name,
		       const struct ek_node *n, struct ek_err *err)
{
	int rc = needed(name, n, "name", &v->name, err);

	if (rc == EK_OK)
		rc = needed(name, n, "code", &v->code, err);
	if (rc == EK_OK)
		rc = needed(name, n, "indexfile", &v->index, err);
	return rc == EK_OK ? needed(name, n, "relativePath", &v->path, err)
			   : rc;
}

int ek_depot_vendors_parse(struct ek_depot_vendors *l, const char *name,
			   const char *text, size_t len, struct ek_err *err)
{
	struct ek_node *n;
	struct ek_xml *x;
	void *v = NULL;
	int rc = open_xml(&x, name, "vendorList", text, len, err);

	*l = (struct ek_depot_vendors){ NULL, 0 };
	if (rc != EK_OK)
		return rc;
	rc = room(name, ek_xml_root(x), "vendor", sizeof(*l->v), &v, err);
	l->v = v;
	n = ek_node_child(ek_xml_root(x), "vendor");
	for (; rc == EK_OK && n != NULL; n = ek_node_next(n, "vendor"))
		rc = read_vendor(&l->v[l->n++], name, n, err);
	ek_xml_free(&x);
	if (rc != EK_OK)
		ek_depot_vendors_clear(l);
	return rc;
}

static int read_meta(struct ek_depot_meta *m, const char *name,
		     const struct ek_node *n, struct ek_err *err)
{
	char *locale = NULL; /* needed, and of no use */
	int rc = needed(name, n, "productId", &m->product, err);

	if (rc == EK_OK)
		rc = needed(name, n, "version", &m->version, err);
	if (rc == EK_OK)
		rc = needed(name, n, "locale", &locale, err);
	if (rc == EK_OK)
		rc = needed(name, n, "url", &m->url, err);
	free(locale);
	return rc;
}

int ek_depot_metas_parse(struct ek_depot_metas *l, const char *name,
			 const char *text, size_t len, struct ek_err *err)
{
	struct ek_node *n;
	struct ek_xml *x;
	void *v = NULL;
	int rc = open_xml(&x, name, "metaList", text, len, err);

	*l = (struct ek_depot_metas){ NULL, 0 };
	if (rc != EK_OK)
		return rc;
	rc = room(name, ek_xml_root(x), "metadata", sizeof(*l->v), &v, err);
	l->v = v;
	n = ek_node_child(ek_xml_root(x), "metadata");
	for (; rc == EK_OK && n != NULL; n = ek_node_next(n, "metadata"))
		rc = read_meta(&l->v[l->n++], name, n, err);
	ek_xml_free(&x);
	if (rc != EK_OK)
		ek_depot_metas_clear(l);
	return rc;
}

static int read_size(struct ek_depot_vib *v, const char *name,
		     const struct ek_node *root, struct ek_err *err)
{
	const struct ek_node *n = ek_node_child(root, "packed-size");
	char *text;
	int rc = EK_OK;

	if (n == NULL)
		return EK_OK;
	text = ek_node_text(n, true);
	if (text == NULL)
		return no_memory(name, err);
	v->has_size = ek_num_dec(text, strlen(text), INT64_MAX, &v->size);
	if (!v->has_size)
		rc = ek_fail(err, EK_EFORMAT, "'%s' line %ld: packed-size"
			     " '%.40s' is no number", name, ek_node_line(n),
			     text);
	free(text);
	return rc;
}

/* The first sha-256 of the file; those of payloads are deeper. */
static int read_sum(struct ek_depot_vib *v, const char *name,
		    const struct ek_node *root, struct ek_err *err)
{
	const struct ek_node *n = ek_node_child(root, "checksum");

	for (; n != NULL && v->sha256 == NULL; n = ek_node_next(n, "checksum")) {
		char *type;

		if (!ek_node_attr(n, "checksum-type", &type))
			return no_memory(name, err);
		if (type != NULL && strcmp(type, "sha-256") == 0) {
			v->sha256 = ek_node_text(n, true);
			if (v->sha256 == NULL) {
				free(type);
				return no_memory(name, err);
			}
		}
		free(type);
	}
	return EK_OK;
}

int ek_depot_vib_parse(struct ek_depot_vib *v, const char *name,
		       const char *text, size_t len, struct ek_err *err)
{
	struct ek_xml *x;
	int rc = open_xml(&x, name, "vib", text, len, err);

	*v = (struct ek_depot_vib){ .path = NULL };
	if (rc != EK_OK)
		return rc;
	rc = needed(name, ek_xml_root(x), "relative-path", &v->path, err);
	if (rc == EK_OK)
		rc = read_size(v, name, ek_xml_root(x), err);
	if (rc == EK_OK)
		rc = read_sum(v, name, ek_xml_root(x), err);
	ek_xml_free(&x);
	if (rc != EK_OK)
		ek_depot_vib_clear(v);
	return rc;
}
