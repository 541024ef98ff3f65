/* SPDX-License-Identifier: BSD-2-Clause */
/* xml.c - parse hostile XML into a tree, and change a tree (libxml2) */
#include "os.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xmlerror.h>

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/utf8.h"
#include "ek/xml.h"
#include "xml_int.h"

/*
 * Attributes of one element: libxml2 compares each with each. Name spaces of
 * one document: it looks through all that are open at every element.
 */
enum { ATTRS_MAX = 256, SPACES_MAX = 1000 };

/* The opaque node is libxml2's. */
static xmlNodePtr of(const struct ek_node *n)
{
	return (xmlNodePtr)(uintptr_t)n;
}

static struct ek_node *to(xmlNodePtr n)
{
	return (struct ek_node *)(void *)n;
}

static const xmlChar *str(const char *s)
{
	return (const xmlChar *)s;
}

static int no_memory(struct ek_err *err)
{
	errno = ENOMEM;
	return ek_fail_sys(err, "XML");
}

/* ---- before libxml2 sees it ---------------------------------------------- */

static unsigned long line_at(const char *text, const char *p)
{
	unsigned long line = 1;

	for (; text < p; text++)
		line += *text == '\n';
	return line;
}

static int check_bytes(const char *name, const char *text, size_t len,
		       struct ek_err *err)
{
	const char *p = text, *end = text + len;
	uint32_t c;

	while (p < end) {
		size_t n = ek_utf8_next(p, (size_t)(end - p), &c);

		if (n == 0 || c == 0)
			return ek_fail(err, EK_EFORMAT, "'%s' line %lu: %s"
				       " at offset %zu", name,
				       line_at(text, p), n == 0 ?
				       "not UTF-8" : "a NUL byte",
				       (size_t)(p - text));
		p += n;
	}
	return EK_OK;
}

/* Behind the next until in [p, end), or end. */
static const char *behind(const char *p, const char *end, const char *until)
{
	size_t n = strlen(until);
	const char *at = memmem(p, (size_t)(end - p), until, n);

	return at != NULL ? at + n : end;
}

/* What makes libxml2 slow. */
struct count {
	unsigned attrs;  /* of one tag: '=' outside quotes */
	unsigned spaces; /* of the document: "xmlns" outside quotes */
};

/* Behind the tag that begins at p. */
static const char *skip_tag(const char *p, const char *end, struct count *c)
{
	char quote = '\0';

	c->attrs = 0;
	for (; p < end && (quote != '\0' || *p != '>'); p++) {
		if (quote == '\0' && (*p == '"' || *p == '\''))
			quote = *p;
		else if (*p == quote)
			quote = '\0';
		else if (quote == '\0' && *p == '=')
			c->attrs++;
		else if (quote == '\0' && *p == 'x' && end - p >= 5 &&
			 memcmp(p, "xmlns", 5) == 0)
			c->spaces++;
	}
	return p;
}

/*
 * Refuse elements with so many attributes, and documents with so many name
 * spaces, that libxml2 would take minutes. A text that is not well-formed is
 * counted somehow, and refused later.
 */
static int check_attrs(const char *name, const char *text, size_t len,
		       struct ek_err *err)
{
	const char *p = text, *end = text + len, *tag;
	struct count c = { 0, 0 };

	while ((tag = memchr(p, '<', (size_t)(end - p))) != NULL) {
		size_t left = (size_t)(end - tag);

		if (left >= 4 && memcmp(tag, "<!--", 4) == 0) {
			p = behind(tag + 4, end, "-->");
		} else if (left >= 9 && memcmp(tag, "<![CDATA[", 9) == 0) {
			p = behind(tag + 9, end, "]]>");
		} else if (left >= 2 && tag[1] == '?') {
			p = behind(tag + 2, end, "?>");
		} else {
			p = skip_tag(tag, end, &c);
			if (c.attrs > ATTRS_MAX)
				return ek_fail(err, EK_ELIMIT, "'%s' line %lu:"
					       " an element with more than %d"
					       " attributes", name,
					       line_at(text, tag), ATTRS_MAX);
			if (c.spaces > SPACES_MAX)
				return ek_fail(err, EK_ELIMIT, "'%s' line %lu:"
					       " more than %d name spaces are"
					       " declared", name,
					       line_at(text, tag), SPACES_MAX);
		}
	}
	return EK_OK;
}

/* ---- parsing ------------------------------------------------------------- */

/* What the callbacks leave for us; the parser's _private points to it. */
struct report {
	const char *name;
	struct ek_err *err;
	int rc;
};

/* libxml2's text without its line break. */
static void put_error(struct report *r, const xmlError *e)
{
	const char *text = e->message != NULL ? e->message : "not well-formed";
	int len = (int)strcspn(text, "\n");

	if (e->code == XML_ERR_NO_MEMORY) {
		r->rc = no_memory(r->err);
		return;
	}
	if (strncmp(text, "Excessive depth", 15) == 0)
		r->rc = ek_fail(r->err, EK_ELIMIT, "'%s' line %d: elements are"
				" nested too deeply", r->name, e->line);
	else
		r->rc = ek_fail(r->err, EK_EFORMAT, "'%s' line %d: %.*s",
				r->name, e->line, len, text);
}

/* The first error that is not a warning; the later ones follow from it. */
static void on_error(void *user, xmlErrorPtr e)
{
	xmlParserCtxtPtr ctxt = user;
	struct report *r = ctxt->_private;

	if (r->rc == EK_OK && e->level != XML_ERR_WARNING)
		put_error(r, e);
}

/* A document type declaration: stop before anything in it is looked at. */
static void on_doctype(void *user, const xmlChar *root,
		       const xmlChar *public_id, const xmlChar *system_id)
{
	xmlParserCtxtPtr ctxt = user;
	struct report *r = ctxt->_private;

	(void)root;
	(void)public_id;
	(void)system_id;
	if (r->rc == EK_OK)
		r->rc = ek_fail(r->err, EK_EFORMAT, "'%s' line %d: a document"
				" type declaration (DOCTYPE) is not allowed",
				r->name, ctxt->input != NULL ?
				ctxt->input->line : 0);
	xmlStopParser(ctxt);
}

/* No external entity, whatever asks for one. */
static xmlParserInputPtr on_entity(void *user, const xmlChar *public_id,
				   const xmlChar *system_id)
{
	(void)user;
	(void)public_id;
	(void)system_id;
	return NULL;
}

static void listen_to(xmlParserCtxtPtr ctxt, struct report *r)
{
	ctxt->_private = r;
	ctxt->sax->serror = on_error;
	ctxt->sax->internalSubset = on_doctype;
	ctxt->sax->externalSubset = NULL;
	ctxt->sax->resolveEntity = on_entity;
}

/* An error that no callback told of must not pass either. */
static int result(xmlParserCtxtPtr ctxt, const struct report *r)
{
	if (r->rc != EK_OK)
		return r->rc;
	if (ctxt->wellFormed != 1 || ctxt->myDoc == NULL ||
	    xmlDocGetRootElement(ctxt->myDoc) == NULL)
		return ek_fail(r->err, EK_EFORMAT, "'%s' is not well-formed"
			       " XML", r->name);
	return EK_OK;
}

/* *doc is set on failure as well, where there is one. */
static int parse_with(xmlParserCtxtPtr ctxt, struct report *r, xmlDocPtr *doc,
		      const char *text, size_t len)
{
	int rc;

	listen_to(ctxt, r);
	/* UTF-8 it is, whatever the text declares: check_bytes() has seen it */
	*doc = xmlCtxtReadMemory(ctxt, text, (int)len, NULL, "UTF-8",
				 XML_PARSE_NONET | XML_PARSE_NOCDATA);
	ctxt->myDoc = *doc;
	rc = result(ctxt, r);
	ctxt->myDoc = NULL;
	return rc;
}

/* What goes wrong before or beside the parser is lack of memory alone. */
static void on_stray_error(void *user, xmlErrorPtr e)
{
	struct report *r = user;

	if (r->rc == EK_OK && e->code == XML_ERR_NO_MEMORY)
		r->rc = no_memory(r->err);
}

static int read_doc(xmlDocPtr *doc, const char *name, const char *text,
		    size_t len, struct ek_err *err)
{
	struct report r = { .name = name, .err = err, .rc = EK_OK };
	/* of this thread; put back below */
	xmlStructuredErrorFunc was = xmlStructuredError;
	void *was_ctx = xmlStructuredErrorContext;
	xmlParserCtxtPtr ctxt;
	int rc;

	xmlSetStructuredErrorFunc(&r, on_stray_error);
	ctxt = xmlNewParserCtxt();
	rc = ctxt != NULL ? parse_with(ctxt, &r, doc, text, len)
			  : no_memory(err);
	xmlFreeParserCtxt(ctxt);
	xmlSetStructuredErrorFunc(was_ctx, was);
	if (rc != EK_OK) {
		xmlFreeDoc(*doc);
		*doc = NULL;
	}
	return rc;
}

/* Text after an optional byte order mark. */
static void skip_bom(const char **text, size_t *len)
{
	if (*len >= 3 && memcmp(*text, "\xef\xbb\xbf", 3) == 0) {
		*text += 3;
		*len -= 3;
	}
}

void ek_xml_begin(void)
{
	xmlInitParser();
}

int ek_xml_parse(struct ek_xml **x, const char *name, const char *text,
		 size_t len, bool *declared, struct ek_err *err)
{
	struct ek_xml *n;
	int rc;

	*x = NULL;
	if (declared != NULL)
		*declared = false;
	if (len > EK_XML_MAX)
		return ek_fail(err, EK_ELIMIT, "'%s' is larger than %u bytes",
			       name, EK_XML_MAX);
	skip_bom(&text, &len);
	if (len == 0)
		return ek_fail(err, EK_EFORMAT, "'%s' is empty, not XML", name);
	rc = check_bytes(name, text, len, err);
	if (rc == EK_OK)
		rc = check_attrs(name, text, len, err);
	if (rc != EK_OK)
		return rc;
	if (declared != NULL)
		*declared = len >= 6 && memcmp(text, "<?xml", 5) == 0 &&
			    strchr(" \t\r\n", text[5]) != NULL;
	n = calloc(1, sizeof(*n));
	if (n == NULL)
		return ek_fail_sys(err, "'%s'", name);
	rc = read_doc(&n->doc, name, text, len, err);
	if (rc != EK_OK)
		ek_xml_free(&n);
	*x = n;
	return rc;
}

void ek_xml_free(struct ek_xml **x)
{
	if (*x == NULL)
		return;
	xmlFreeDoc((*x)->doc);
	free(*x);
	*x = NULL;
}

bool ek_xml_tells_encoding(const char *text, size_t len)
{
	const char *end = len != 0 ? memmem(text, len, "?>", 2) : NULL;

	return end != NULL &&
	       memmem(text, (size_t)(end - text), "encoding", 8) != NULL;
}

/* ---- looking ------------------------------------------------------------- */

struct ek_node *ek_xml_root(struct ek_xml *x)
{
	return to(xmlDocGetRootElement(x->doc));
}

const char *ek_node_name(const struct ek_node *n)
{
	return of(n)->ns == NULL ? (const char *)of(n)->name : "";
}

/* n or the first element behind it that is called name. */
static struct ek_node *find(xmlNodePtr n, const char *name)
{
	for (; n != NULL; n = n->next)
		if (n->type == XML_ELEMENT_NODE &&
		    (name == NULL ||
		     (n->ns == NULL && xmlStrEqual(n->name, str(name)))))
			break;
	return to(n);
}

struct ek_node *ek_node_child(const struct ek_node *n, const char *name)
{
	return n != NULL ? find(of(n)->children, name) : NULL;
}

struct ek_node *ek_node_next(const struct ek_node *n, const char *name)
{
	return n != NULL ? find(of(n)->next, name) : NULL;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Cut white space off both ends of what b holds. */
static void trim_buf(struct ek_buf *b)
{
	size_t from = 0;

	while (b->len != 0 && is_space(b->p[b->len - 1]))
		b->len--;
	while (from < b->len && is_space(b->p[from]))
		from++;
	if (b->p != NULL) {
		memmove(b->p, b->p + from, b->len - from);
		b->len -= from;
		b->p[b->len] = '\0';
	}
}

char *ek_node_text(const struct ek_node *n, bool trim)
{
	struct ek_buf b = EK_BUF_INIT;
	size_t len;
	char *text;

	if (n == NULL)
		return NULL;
	for (xmlNodePtr c = of(n)->children; c != NULL; c = c->next)
		if ((c->type == XML_TEXT_NODE ||
		     c->type == XML_CDATA_SECTION_NODE) && c->content != NULL)
			ek_buf_adds(&b, (const char *)c->content);
	if (trim)
		trim_buf(&b);
	if (ek_buf_take(&b, "XML", &text, &len, NULL) != EK_OK)
		ek_buf_free(&b);
	return text;
}

bool ek_node_attr(const struct ek_node *n, const char *name, char **value)
{
	xmlChar *text;

	*value = NULL;
	if (xmlHasNsProp(of(n), str(name), NULL) == NULL)
		return true;
	text = xmlGetNoNsProp(of(n), str(name));
	if (text != NULL)
		*value = strdup((const char *)text);
	xmlFree(text);
	return *value != NULL;
}

long ek_node_line(const struct ek_node *n)
{
	return xmlGetLineNo(of(n));
}

char *ek_node_path(const struct ek_node *n)
{
	xmlChar *path = xmlGetNodePath(of(n));
	char *copy = path != NULL ? strdup((const char *)path) : NULL;

	xmlFree(path);
	return copy;
}

static bool is_ascii(const xmlChar *s)
{
	for (; s != NULL && *s != '\0'; s++)
		if (*s > 0x7e)
			return false;
	return true;
}

static bool texts_ascii(const xmlNode *n)
{
	for (; n != NULL; n = n->next)
		if ((n->type == XML_TEXT_NODE ||
		     n->type == XML_CDATA_SECTION_NODE) &&
		    !is_ascii(n->content))
			return false;
	return true;
}

bool ek_node_ascii(const struct ek_node *n)
{
	if (!is_ascii(of(n)->name) || !texts_ascii(of(n)->children))
		return false;
	for (const xmlAttr *a = of(n)->properties; a != NULL; a = a->next)
		if (!is_ascii(a->name) || !texts_ascii(a->children))
			return false;
	return true;
}

/* ---- changing ------------------------------------------------------------ */

/* XML has no way to write these, not even as a reference. */
static bool is_no_char(uint32_t c)
{
	return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') ||
	       c == 0xfffe || c == 0xffff;
}

/* Can XML hold this text? (libxml2 would say so on standard error.) */
static int check_text(const char *what, const char *text, struct ek_err *err)
{
	size_t len = strlen(text), n;
	uint32_t c;

	for (; len != 0; text += n, len -= n) {
		n = ek_utf8_next(text, len, &c);
		if (n == 0 || is_no_char(c))
			return ek_fail(err, EK_EARG, "text for '%s' in XML: %s",
				       what, n == 0 ? "not UTF-8" :
				       "a control character");
	}
	return EK_OK;
}

/* A text node that is the last child of n, even where text is "". Without
 * memory libxml2 2.9 hands out nodes that lack their name or content. */
static bool add_text(xmlNodePtr n, const char *text)
{
	xmlNodePtr t = xmlNewDocText(n->doc, str(text));

	if (t == NULL)
		return false;
	/* libxml2 2.9 gives a node without its text where memory ran out */
	if (t->content == NULL) {
		xmlFreeNode(t);
		return false;
	}
	if (xmlAddChild(n, t) == NULL) {
		xmlFreeNode(t);
		return false;
	}
	return true;
}

int ek_node_set_text(struct ek_node *n, const char *text, struct ek_err *err)
{
	xmlNodePtr c, next;
	int rc = check_text(ek_node_name(n), text, err);

	if (rc != EK_OK)
		return rc;
	for (c = of(n)->children; c != NULL; c = next) {
		next = c->next;
		xmlUnlinkNode(c);
		xmlFreeNode(c);
	}
	return add_text(of(n), text) ? EK_OK : no_memory(err);
}

/* Does a say this? libxml2 2.9 returns one without name or value where memory
 * ran out half way. */
static bool attr_is(xmlAttrPtr a, const char *value)
{
	if (a == NULL || a->name == NULL)
		return false;
	if (*value == '\0')
		return true;
	return a->children != NULL && a->children->content != NULL &&
	       strcmp((const char *)a->children->content, value) == 0;
}

int ek_node_set_attr(struct ek_node *n, const char *name, const char *value,
		     struct ek_err *err)
{
	int rc = check_text(name, value, err);
	xmlAttrPtr a;

	if (rc != EK_OK)
		return rc;
	a = xmlSetProp(of(n), str(name), str(value));
	if (attr_is(a, value))
		return EK_OK;
	if (a != NULL)
		xmlRemoveProp(a);
	return no_memory(err);
}

/* An element in no tree yet; text NULL: without children. */
static xmlNodePtr new_element(xmlDocPtr doc, const char *name, const char *text)
{
	xmlNodePtr n = xmlNewDocNode(doc, NULL, str(name), NULL);

	if (n != NULL &&
	    (n->name == NULL || (text != NULL && !add_text(n, text)))) {
		xmlFreeNode(n);
		n = NULL;
	}
	return n;
}

/* Put a new element in with how(), which is given where and the element. */
static int insert(struct ek_node *where, const char *name, const char *text,
		  xmlNodePtr (*how)(xmlNodePtr where, xmlNodePtr n),
		  struct ek_node **added, struct ek_err *err)
{
	int rc = text != NULL ? check_text(name, text, err) : EK_OK;
	xmlNodePtr n;

	if (added != NULL)
		*added = NULL;
	if (rc != EK_OK)
		return rc;
	n = new_element(of(where)->doc, name, text);
	if (n == NULL)
		return no_memory(err);
	if (how(of(where), n) == NULL) {
		xmlFreeNode(n);
		return no_memory(err);
	}
	if (added != NULL)
		*added = to(n);
	return EK_OK;
}

int ek_node_add(struct ek_node *n, const char *name, const char *text,
		struct ek_node **child, struct ek_err *err)
{
	return insert(n, name, text, xmlAddChild, child, err);
}

int ek_node_add_after(struct ek_node *after, const char *name, const char *text,
		      struct ek_node **added, struct ek_err *err)
{
	return insert(after, name, text, xmlAddNextSibling, added, err);
}

static bool is_blank(xmlNodePtr n)
{
	const xmlChar *p;

	if (n == NULL || n->type != XML_TEXT_NODE)
		return false;
	for (p = n->content; p != NULL && *p != '\0'; p++)
		if (!is_space((char)*p))
			return false;
	return true;
}

void ek_node_remove(struct ek_node *n)
{
	xmlNodePtr before = of(n)->prev;

	if (is_blank(before)) {
		xmlUnlinkNode(before);
		xmlFreeNode(before);
	}
	xmlUnlinkNode(of(n));
	xmlFreeNode(of(n));
}

/* ---- serialisation A (vib.5, "descriptor.xml") --------------------------- */

/* A character as a reference, or NULL where it may stand for itself. */
static const char *reference(uint32_t c, bool attr)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '\r': /* a reader would make it a line feed */
		return "&#13;";
	case '"':
		return attr ? "&quot;" : NULL;
	case '\n':
		return attr ? "&#10;" : NULL;
	case '\t':
		return attr ? "&#9;" : NULL;
	default:
		return NULL;
	}
}

void ek_xml_escape(struct ek_buf *out, const char *text, bool attr)
{
	size_t len = strlen(text), n;
	const char *ref;
	uint32_t c;

	for (; len != 0; text += n, len -= n) {
		n = ek_utf8_next(text, len, &c);
		if (n == 0 || is_no_char(c)) {
			c = 0xfffd; /* the replacement character */
			n = n != 0 ? n : 1;
		}
		ref = reference(c, attr);
		if (ref != NULL)
			ek_buf_adds(out, ref);
		else if (c > 0x7e)
			ek_buf_addf(out, "&#%lu;", (unsigned long)c);
		else
			ek_buf_addc(out, (char)c);
	}
}

static void put_name(struct ek_buf *out, const xmlNs *ns, const xmlChar *name)
{
	if (ns != NULL && ns->prefix != NULL)
		ek_buf_addf(out, "%s:", (const char *)ns->prefix);
	ek_buf_adds(out, (const char *)name);
}

static void put_attr(struct ek_buf *out, xmlAttrPtr a)
{
	ek_buf_addc(out, ' ');
	put_name(out, a->ns, a->name);
	ek_buf_adds(out, "=\"");
	/* all of them are texts: there is no DTD to have entities from */
	for (xmlNodePtr c = a->children; c != NULL; c = c->next)
		if (c->content != NULL)
			ek_xml_escape(out, (const char *)c->content, true);
	ek_buf_addc(out, '"');
}

/* libxml2 keeps an ampersand in the name of a name space as "&#38;". */
static void put_ns(struct ek_buf *out, const xmlNs *ns)
{
	const char *href = ns->href != NULL ? (const char *)ns->href : "", *amp;
	struct ek_buf plain = EK_BUF_INIT;

	ek_buf_adds(out, " xmlns");
	if (ns->prefix != NULL)
		ek_buf_addf(out, ":%s", (const char *)ns->prefix);
	while ((amp = strstr(href, "&#38;")) != NULL) {
		ek_buf_add(&plain, href, (size_t)(amp + 1 - href));
		href = amp + 5;
	}
	ek_buf_adds(&plain, href);
	out->failed |= plain.failed;
	ek_buf_adds(out, "=\"");
	ek_xml_escape(out, ek_buf_str(&plain), true);
	ek_buf_addc(out, '"');
	ek_buf_free(&plain);
}

/* <name a="b">, or <name a="b"/> where there are no children. */
static void put_start(struct ek_buf *out, xmlNodePtr n)
{
	ek_buf_addc(out, '<');
	put_name(out, n->ns, n->name);
	for (const xmlNs *ns = n->nsDef; ns != NULL; ns = ns->next)
		put_ns(out, ns);
	for (xmlAttrPtr a = n->properties; a != NULL; a = a->next)
		put_attr(out, a);
	ek_buf_adds(out, n->children != NULL ? ">" : "/>");
}

static void put_end(struct ek_buf *out, xmlNodePtr n)
{
	ek_buf_adds(out, "</");
	put_name(out, n->ns, n->name);
	ek_buf_addc(out, '>');
}

/* Text for what cannot hold references: not ASCII is written as it would be in
 * text, and reads back as that. */
static void put_plain(struct ek_buf *out, const char *before, const char *text,
		      const char *after)
{
	uint32_t c;
	size_t len = strlen(text), n;

	ek_buf_adds(out, before);
	for (; len != 0; text += n, len -= n) {
		n = ek_utf8_next(text, len, &c);
		if (n <= 1)
			ek_buf_addc(out, *text);
		else
			ek_buf_addf(out, "&#%lu;", (unsigned long)c);
		n = n != 0 ? n : 1;
	}
	ek_buf_adds(out, after);
}

/* Whatever a tree holds besides elements. */
static void put_leaf(struct ek_buf *out, xmlNodePtr n)
{
	const char *text = n->content != NULL ? (const char *)n->content : "";

	switch ((int)n->type) {
	case XML_TEXT_NODE:
	case XML_CDATA_SECTION_NODE:
		ek_xml_escape(out, text, false);
		break;
	case XML_COMMENT_NODE:
		put_plain(out, "<!--", text, "-->");
		break;
	case XML_PI_NODE:
		ek_buf_addf(out, "<?%s", (const char *)n->name);
		put_plain(out, text[0] != '\0' ? " " : "", text, "?>");
		break;
	default: /* no other can be without a DTD */
		break;
	}
}

/* The node that follows n in the text, below root; ends are written. */
static xmlNodePtr next_node(struct ek_buf *out, xmlNodePtr n, xmlNodePtr root)
{
	if (n->type == XML_ELEMENT_NODE && n->children != NULL)
		return n->children;
	while (n != root && n->next == NULL) {
		n = n->parent;
		put_end(out, n);
	}
	return n != root ? n->next : NULL;
}

void ek_xml_write(const struct ek_node *node, struct ek_buf *out)
{
	xmlNodePtr root = of(node), n = root;

	while (n != NULL) {
		if (n->type == XML_ELEMENT_NODE)
			put_start(out, n);
		else
			put_leaf(out, n);
		n = next_node(out, n, root);
	}
}

void ek_xml_element(struct ek_buf *out, const char *name, const char *text)
{
	ek_buf_addf(out, "<%s>", name);
	if (text != NULL)
		ek_xml_escape(out, text, false);
	ek_buf_addf(out, "</%s>", name);
}
