/* SPDX-License-Identifier: BSD-2-Clause */
/* rules_desc_int.h - what the files of rules_desc.h share */
#ifndef EK_RULES_DESC_INT_H
#define EK_RULES_DESC_INT_H

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/finding.h"
#include "ek/rules_desc.h"
#include "ek/xml.h"

/* One rule at work. Findings of one rule are told up to this many: a hostile
 * text of 8 MiB could hold a million. */
#define EK_DESC_FINDINGS 200u

struct ek_desc_work {
	const struct ek_rule *rule;
	const struct ek_rules_desc *s;
	struct ek_findings *out;
	struct ek_err *err;
	unsigned n;     /* findings so far */
	bool no_memory; /* a text was lost */
	const void *ctx;
};

/* For the elements at a path ("urls/url") below n, as the reader goes. */
typedef void ek_desc_element(struct ek_desc_work *w, const struct ek_node *n);
void ek_desc_each(struct ek_desc_work *w, const struct ek_node *n,
		  const char *path, ek_desc_element *f);

/* A rule that calls f for each element at path below the root of a <vib>. */
int ek_desc_rule(const struct ek_rule *rule, const void *subject,
		 const char *path, ek_desc_element *f, const void *ctx,
		 struct ek_findings *out, struct ek_err *err);
/* EK_OK, or EK_ESYS where w lost a text. */
int ek_desc_done(const struct ek_desc_work *w);

/* One finding at element n (NULL: of the whole text), for some releases. */
void ek_desc_tell(struct ek_desc_work *w, unsigned releases,
		  const struct ek_node *n, const char *esxi_text,
		  const char *what_fmt, ...) EK_PRINTF(5, 6);

/* "file line 1: /vib/name", malloc()ed; NULL: no memory. */
char *ek_desc_where(const struct ek_rules_desc *s, const struct ek_node *n);

/* Texts, "" for what is absent; owned, NULL only where memory ran out, which w
 * notes. attr() is NULL for an absent attribute. */
char *ek_desc_text(struct ek_desc_work *w, const struct ek_node *parent,
		   const char *child);
char *ek_desc_own(struct ek_desc_work *w, const struct ek_node *n);
char *ek_desc_attr(struct ek_desc_work *w, const struct ek_node *n,
		   const char *name);
/* The same; an empty one counts as absent. */
char *ek_desc_attr_full(struct ek_desc_work *w, const struct ek_node *n,
			const char *name);

/* ESXi's text with the name and version of the VIB in front: "VIB 'a-1' has
 * invalid " and the rest. Lack of memory sticks in b. */
void ek_desc_invalid(struct ek_desc_work *w, struct ek_buf *b);
/* vendor_type_name_version, owned; NULL: no memory, noted. */
char *ek_desc_id(struct ek_desc_work *w);

#define EK_DESC_CHECK(f) \
	int ek_desc_##f(const struct ek_rule *rule, const void *subject, \
			struct ek_findings *out, struct ek_err *err)
/* rules_desc_xml.c: what keeps the reader from opening it */
EK_DESC_CHECK(xml);
EK_DESC_CHECK(declaration);
EK_DESC_CHECK(name);
EK_DESC_CHECK(type);
EK_DESC_CHECK(version);
EK_DESC_CHECK(date);
EK_DESC_CHECK(url);
EK_DESC_CHECK(constraint);
EK_DESC_CHECK(boolean);
EK_DESC_CHECK(hwplatform);
EK_DESC_CHECK(level);
EK_DESC_CHECK(payload_name);
EK_DESC_CHECK(payload_number);
EK_DESC_CHECK(sum_type);
EK_DESC_CHECK(tag);
/* rules_desc_sum.c: payloads and their checksums */
EK_DESC_CHECK(sum_unknown);
EK_DESC_CHECK(no_plain);
EK_DESC_CHECK(order);
EK_DESC_CHECK(no_sum);
EK_DESC_CHECK(no_sha1);
EK_DESC_CHECK(no_gunzip);
EK_DESC_CHECK(duplicate);
EK_DESC_CHECK(payload_type);
EK_DESC_CHECK(vfat);
EK_DESC_CHECK(size);
EK_DESC_CHECK(live_boot);
/* rules_desc_need.c: levels and kernel interfaces */
EK_DESC_CHECK(host_level);
EK_DESC_CHECK(any_level);
EK_DESC_CHECK(depends);
EK_DESC_CHECK(depends_unknown);
EK_DESC_CHECK(vmklinux);
/* rules_desc_more.c: the rest */
EK_DESC_CHECK(no_date);
EK_DESC_CHECK(date_hour);
EK_DESC_CHECK(missing);
EK_DESC_CHECK(vib_version);
EK_DESC_CHECK(ascii);
EK_DESC_CHECK(schema);

#endif /* EK_RULES_DESC_INT_H */
