/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xml_schema.h - hold a document against a RELAX NG schema of ours (libxml2)
 *
 * Source: schema/vib.rng and schema/imageprofile.rng, which are part of the
 * library: no file is opened. They include nothing.
 */
#ifndef EK_XML_SCHEMA_H
#define EK_XML_SCHEMA_H

struct ek_err;
struct ek_node;
struct ek_xml;

enum ek_schema { EK_SCHEMA_VIB, EK_SCHEMA_PROFILE };

/*
 * Validated at most: more elements, attributes and texts than this in one
 * document are EK_ELIMIT (the largest descriptor known has some 2,000): the
 * time that libxml2 takes grows with the square of them, a second for these. No
 * more than so many errors are told; fewer, and one at least, of a document so
 * large that looking for more would take longer than that.
 */
#define EK_SCHEMA_NODES  16384u
#define EK_SCHEMA_ERRORS 32u

/* n: the element (borrowed from the document) that is wrong; where that is one
 * of a list, libxml2 tells of the list (file-list, payloads) only. why: libxml2's text, one line without its end. */
typedef void ek_schema_told(void *user, const struct ek_node *n,
			    const char *why);

struct ek_xml_schema; /* one of them, made ready; opaque, never changed */

/* To make one ready takes five times as long as to validate a descriptor. */
int ek_xml_schema_new(struct ek_xml_schema **s, enum ek_schema which,
		      struct ek_err *err);
void ek_xml_schema_free(struct ek_xml_schema **s); /* *s may be NULL */

/*
 * Call told() for each element that breaks the schema; x is not changed. After
 * one error the rest is looked at as if that element were not there, so that
 * each is told once. EK_OK whether or not there was any.
 */
int ek_xml_validate(const struct ek_xml *x, const struct ek_xml_schema *schema,
		    ek_schema_told *told, void *user, struct ek_err *err);

#endif /* EK_XML_SCHEMA_H */
