/* SPDX-License-Identifier: BSD-2-Clause */
/* xml_schema.c - hold a document against a RELAX NG schema of ours (libxml2)
 *
 * libxml2 stops at the first element that does not fit, and tells the same
 * defect once for every element round it. So: validate a copy, believe the
 * error that is deepest in the tree, take that element out, validate again.
 * Its table of data types is made by itself at the first use, once.
 */
#include "os.h"

#include <libxml/relaxng.h>
#include <libxml/xmlerror.h>

#include <ek_gen/schema.h> /* schema_vib[], schema_imageprofile[] */

#include "ek/err.h"
#include "ek/xml.h"
#include "ek/xml_schema.h"
#include "xml_int.h"

static int no_memory(struct ek_err *err)
{
	errno = ENOMEM;
	return ek_fail_sys(err, "XML schema");
}

/* ---- the copy ------------------------------------------------------------ */

/* The node behind n below root, children first; NULL behind the last. */
static xmlNodePtr next_node(xmlNodePtr n, const xmlNode *root)
{
	if (n->children != NULL && n->type == XML_ELEMENT_NODE)
		return n->children;
	while (n != root && n->next == NULL)
		n = n->parent;
	return n != root ? n->next : NULL;
}

static size_t count_nodes(xmlNodePtr root)
{
	size_t n = 0;

	for (xmlNodePtr p = root; p != NULL; p = next_node(p, root)) {
		n++;
		if (p->type != XML_ELEMENT_NODE)
			continue;
		for (xmlAttrPtr a = p->properties; a != NULL; a = a->next)
			n++;
	}
	return n;
}

/* Let each element of the copy know which one it is; false: not the same. */
static bool pair(xmlNodePtr copy, xmlNodePtr orig)
{
	xmlNodePtr c = copy, o = orig;

	while (c != NULL && o != NULL && c->type == o->type) {
		c->_private = o;
		c = next_node(c, copy);
		o = next_node(o, orig);
	}
	return c == NULL && o == NULL;
}

/* ---- one run ------------------------------------------------------------- */

struct run {
	xmlNodePtr at; /* element of the copy; NULL: no error yet */
	int depth;
	char why[256];
	char extra[64]; /* name of the last element that did not fit in */
	bool no_memory;
};

static int depth_of(const xmlNode *n)
{
	int depth = 0;

	for (; n->parent != NULL; n = n->parent)
		depth++;
	return depth;
}

static void on_error(void *user, xmlErrorPtr e)
{
	struct run *r = user;
	xmlNodePtr n = e->node;
	int depth;

	r->no_memory |= e->code == XML_ERR_NO_MEMORY;
	if (e->code == XML_RELAXNG_ERR_INTEREXTRA && e->str1 != NULL)
		snprintf(r->extra, sizeof(r->extra), "%s", e->str1);
	while (n != NULL && n->type != XML_ELEMENT_NODE)
		n = n->parent;
	if (n == NULL || e->message == NULL)
		return;
	depth = depth_of(n);
	if (r->at != NULL && depth <= r->depth)
		return;
	r->at = n;
	r->depth = depth;
	snprintf(r->why, sizeof(r->why), "%.*s",
		 (int)strcspn(e->message, "\n"), e->message);
}

/* Where nothing but the root was told of, the name of the child that did not
 * fit in is in the text of another error. */
static void look_below(struct run *r, xmlNodePtr root)
{
	if (r->at != root || r->extra[0] == '\0')
		return;
	for (xmlNodePtr c = root->children; c != NULL; c = c->next) {
		if (c->type != XML_ELEMENT_NODE ||
		    strcmp((const char *)c->name, r->extra) != 0)
			continue;
		r->at = c;
		snprintf(r->why, sizeof(r->why), "element %s is there twice, or"
			 " what is in it does not fit", r->extra);
		return;
	}
}

static int run_once(xmlRelaxNGPtr schema, xmlDocPtr doc, struct run *r,
		    struct ek_err *err)
{
	xmlRelaxNGValidCtxtPtr v = xmlRelaxNGNewValidCtxt(schema);
	int valid;

	*r = (struct run){ .at = NULL };
	if (v == NULL)
		return no_memory(err);
	xmlRelaxNGSetValidStructuredErrors(v, on_error, r);
	valid = xmlRelaxNGValidateDoc(v, doc);
	xmlRelaxNGFreeValidCtxt(v);
	if (valid < 0 || r->no_memory)
		return no_memory(err);
	if (valid != 0 && r->at == NULL) {
		r->at = xmlDocGetRootElement(doc);
		snprintf(r->why, sizeof(r->why), "does not fit the schema");
	}
	if (valid != 0)
		look_below(r, xmlDocGetRootElement(doc));
	return EK_OK;
}

/* How often a document of n nodes may be gone through: the work of a run grows
 * with the square of n. */
static size_t runs_of(size_t n)
{
	size_t most = EK_SCHEMA_ERRORS;

	if (n != 0) /* the root is one */
		most = (size_t)EK_SCHEMA_NODES * EK_SCHEMA_NODES / (n * n);
	return most < EK_SCHEMA_ERRORS ? most : EK_SCHEMA_ERRORS;
}

static int run_all(xmlRelaxNGPtr schema, xmlDocPtr doc, ek_schema_told *told,
		   void *user, struct ek_err *err)
{
	size_t most = runs_of(count_nodes(xmlDocGetRootElement(doc)));
	struct run r;

	for (size_t i = 0; i < most; i++) {
		const xmlNode *root = xmlDocGetRootElement(doc);
		int rc = run_once(schema, doc, &r, err);

		if (rc != EK_OK || r.at == NULL)
			return rc;
		/* what the root lacks may be what was taken out before */
		if (r.at != root || i == 0)
			told(user, r.at->_private, r.why);
		if (r.at == root)
			break;
		xmlUnlinkNode(r.at);
		xmlFreeNode(r.at);
	}
	return EK_OK;
}

/* ---- the schema ---------------------------------------------------------- */

/* Of the parser of a schema: ours has no error but lack of memory. */
static void on_quiet(void *user, xmlErrorPtr e)
{
	(void)user;
	(void)e;
}

static xmlRelaxNGPtr load(enum ek_schema which)
{
	const bool vib = which == EK_SCHEMA_VIB;
	const unsigned char *text = vib ? schema_vib : schema_imageprofile;
	size_t len = vib ? sizeof(schema_vib) : sizeof(schema_imageprofile);
	xmlRelaxNGParserCtxtPtr p;
	xmlRelaxNGPtr schema = NULL;

	p = xmlRelaxNGNewMemParserCtxt((const char *)text, (int)len);
	if (p != NULL) {
		xmlRelaxNGSetParserStructuredErrors(p, on_quiet, NULL);
		schema = xmlRelaxNGParse(p);
	}
	xmlRelaxNGFreeParserCtxt(p);
	return schema;
}

struct ek_xml_schema {
	xmlRelaxNGPtr rng;
};

int ek_xml_schema_new(struct ek_xml_schema **s, enum ek_schema which,
		      struct ek_err *err)
{
	xmlStructuredErrorFunc was = xmlStructuredError;
	void *was_ctx = xmlStructuredErrorContext;

	*s = calloc(1, sizeof(**s));
	if (*s == NULL)
		return no_memory(err);
	/* of this thread; nothing may reach standard error */
	xmlSetStructuredErrorFunc(NULL, on_quiet);
	(*s)->rng = load(which);
	xmlSetStructuredErrorFunc(was_ctx, was);
	if ((*s)->rng != NULL)
		return EK_OK;
	ek_xml_schema_free(s);
	return no_memory(err);
}

void ek_xml_schema_free(struct ek_xml_schema **s)
{
	if (*s != NULL)
		xmlRelaxNGFree((*s)->rng);
	free(*s);
	*s = NULL;
}

static int validate(const struct ek_xml *x, xmlRelaxNGPtr schema,
		    ek_schema_told *told, void *user, struct ek_err *err)
{
	xmlNodePtr root = xmlDocGetRootElement(x->doc);
	xmlDocPtr copy = xmlCopyDoc(x->doc, 1);
	int rc;

	if (copy == NULL || xmlDocGetRootElement(copy) == NULL ||
	    !pair(xmlDocGetRootElement(copy), root))
		rc = no_memory(err);
	else
		rc = run_all(schema, copy, told, user, err);
	xmlFreeDoc(copy);
	return rc;
}

int ek_xml_validate(const struct ek_xml *x, const struct ek_xml_schema *schema,
		    ek_schema_told *told, void *user, struct ek_err *err)
{
	xmlStructuredErrorFunc was = xmlStructuredError;
	void *was_ctx = xmlStructuredErrorContext;
	int rc;

	if (count_nodes(xmlDocGetRootElement(x->doc)) > EK_SCHEMA_NODES)
		return ek_fail(err, EK_ELIMIT, "more than %u elements,"
			       " attributes and texts: too many to hold against"
			       " the schema", EK_SCHEMA_NODES);
	/* of this thread; nothing may reach standard error */
	xmlSetStructuredErrorFunc(NULL, on_quiet);
	rc = validate(x, schema->rng, told, user, err);
	xmlSetStructuredErrorFunc(was_ctx, was);
	return rc;
}
