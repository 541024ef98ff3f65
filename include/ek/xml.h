/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xml.h - parse hostile XML into a tree, and write a tree (libxml2)
 *
 * No network, no external entity, no DTD: a document type declaration is
 * refused, so there are no entities but the five. Limits: size EK_XML_MAX, 256
 * levels of elements, 256 attributes of one element, 1000 declarations of name
 * spaces. The text is UTF-8, whatever encoding it declares; a byte order mark
 * is skipped.
 * The tree is libxml2's, held behind opaque types. Elements and attributes of a
 * name space are kept, but not found: to ESXi their names are others.
 *
 * Writing is "serialisation A" of vib.5: no declaration, no final newline, one
 * line as the tree has it, <x/> for an element without children, attributes in
 * the order of the document, ASCII with &#N; for the rest.
 */
#ifndef EK_XML_H
#define EK_XML_H

#include <stdbool.h>
#include <stddef.h>

struct ek_err;
struct ek_buf;

#define EK_XML_MAX (8u << 20) /* bytes of one document */

struct ek_xml;  /* a document; opaque */
struct ek_node; /* an element of it; opaque, borrowed from the document */

/* Before threads are started that parse: libxml2 must be begun by one alone. */
void ek_xml_begin(void);

/* name is for messages, which tell the line. declared (may be NULL) becomes
 * true where the text begins with an XML declaration. */
int ek_xml_parse(struct ek_xml **x, const char *name, const char *text,
		 size_t len, bool *declared, struct ek_err *err);
void ek_xml_free(struct ek_xml **x);

/* Of a text that begins with an XML declaration: does that tell an encoding? */
bool ek_xml_tells_encoding(const char *text, size_t len);

struct ek_node *ek_xml_root(struct ek_xml *x);
/* "" for an element of a name space. */
const char *ek_node_name(const struct ek_node *n);
/* First child element, next sibling element; name NULL takes any. */
struct ek_node *ek_node_child(const struct ek_node *n, const char *name);
struct ek_node *ek_node_next(const struct ek_node *n, const char *name);
/* Text of n itself, not of elements in it, joined, malloc()ed; NULL where
 * memory ran out. trim cuts white space at both ends. n NULL gives NULL. */
char *ek_node_text(const struct ek_node *n, bool trim);
/* *value: the attribute, malloc()ed, or NULL where it is absent; false where
 * memory ran out, *value is NULL then too. */
bool ek_node_attr(const struct ek_node *n, const char *name, char **value);
long ek_node_line(const struct ek_node *n);
/* "/vib/payloads/payload[2]", malloc()ed; NULL where memory ran out. */
char *ek_node_path(const struct ek_node *n);
/* Are name, attributes and text of n itself, not of elements in it, ASCII? */
bool ek_node_ascii(const struct ek_node *n);

/* ---- changing a tree ----------------------------------------------------
 * Each is EK_ESYS for lack of memory, and EK_EARG for a text that XML cannot
 * hold: not UTF-8, or control characters. Names are the caller's own. */

int ek_node_set_text(struct ek_node *n, const char *text, struct ek_err *err);
int ek_node_set_attr(struct ek_node *n, const char *name, const char *value,
		     struct ek_err *err);
/* A new last child, or one behind the child after. *child may be NULL. */
int ek_node_add(struct ek_node *n, const char *name, const char *text,
		struct ek_node **child, struct ek_err *err);
int ek_node_add_after(struct ek_node *after, const char *name, const char *text,
		      struct ek_node **added, struct ek_err *err);
void ek_node_remove(struct ek_node *n); /* with all below; white space too */

/* Serialisation A of the element. An element whose last text was set to "" is
 * written <x></x>, one without children <x/>. Lack of memory sticks in out. */
void ek_xml_write(const struct ek_node *n, struct ek_buf *out);

/* <name>text</name>; NULL is an empty text, as it is for who reads it. */
void ek_xml_element(struct ek_buf *out, const char *name, const char *text);

/* Escape for text (&amp; &lt; &gt;) or, with attr, for "..." too. Bytes above
 * 0x7e are taken as UTF-8 and become &#N;. What XML cannot hold (control
 * characters, bytes that are not UTF-8) becomes &#65533;: refuse it before. */
void ek_xml_escape(struct ek_buf *out, const char *text, bool attr);

#endif /* EK_XML_H */
