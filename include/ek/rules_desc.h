/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rules_desc.h - what ESXi says of a descriptor, each defect for itself
 *
 * Source: vib.5, "What ESXi says". ek_vibdesc_parse() stops at the first thing
 * that ESXi refuses; these rules look at the XML itself, report every defect
 * with its line and element, and go on. They need no payload: the same tables
 * judge a descriptor alone and the .xml and .orig of a database.
 */
#ifndef EK_RULES_DESC_H
#define EK_RULES_DESC_H

#include <stdbool.h>
#include <stddef.h>

#include "ek/finding.h"
#include "ek/relations.h"
#include "ek/vibdesc.h"

struct ek_err;
struct ek_node;
struct ek_release;
struct ek_xml;
struct ek_xml_schema;

/* The subject; all borrowed. */
struct ek_rules_desc {
	const char *name;          /* "x.vib:descriptor.xml" */
	const char *text;
	size_t len;
	const struct ek_xml *xml;  /* NULL: not XML, see why */
	const struct ek_node *root;
	const char *why;           /* the parser's message, or NULL */
	bool declared;             /* begins with an XML declaration */
	const struct ek_vibdesc *d; /* NULL: ek_vibdesc_parse() refuses it */
	const struct ek_release *const *targets; /* those asked for */
	size_t n_targets;          /* 0: every release */
	bool has_host_level;
	enum ek_level host_level;
	const struct ek_relvib *given; /* what is installed with it */
	size_t n_given;
	const struct ek_xml_schema *schema; /* NULL: made ready when wanted */
};

/* "xml", "xml-declaration", "name", ... "schema", "ascii": see vib-check.1. */
extern const struct ek_rule ek_rules_desc[];
extern const size_t ek_rules_desc_n;

/*
 * Run them, and ek_rules_path where it parses, over a descriptor: parse the
 * text, build the subject, run, free. mask: releases asked for.
 */
struct ek_desc_ask {
	const struct ek_release *const *targets;
	size_t n_targets;
	bool has_host_level;
	enum ek_level host_level;
	/* VIBs that come with it (it may be among them; need not be sorted;
	 * borrowed): a dependency that one of them meets is met */
	const struct ek_relvib *given;
	size_t n_given;
	/* of VIBs, for who asks of many (borrowed); NULL: each for itself */
	const struct ek_xml_schema *schema;
};
int ek_desc_check(const char *name, const char *text, size_t len,
		  const struct ek_desc_ask *ask, unsigned mask,
		  struct ek_findings *out, struct ek_err *err);

#endif /* EK_RULES_DESC_H */
