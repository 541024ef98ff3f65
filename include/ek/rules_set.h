/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rules_set.h - what VIBs that are installed together say of each other
 *
 * Source: imgdb.5, "Validation". The rules of relations.h as findings: over the
 * VIBs of a profile, and over some that are checked together.
 */
#ifndef EK_RULES_SET_H
#define EK_RULES_SET_H

#include <stddef.h>

#include "ek/finding.h"
#include "ek/relations.h"

struct ek_buf;

/* The subject: n VIBs, sorted by id. */
struct ek_vib_set {
	const struct ek_relvib *v; /* borrowed */
	size_t n;
};

/* One function a kind of problem: a file claimed by several, a dependency that
 * none of them meets, a conflict, a VIB obsoleted by another. */
int ek_set_claimed(const struct ek_rule *rule, const void *subject,
		   struct ek_findings *out, struct ek_err *err);
int ek_set_missing(const struct ek_rule *rule, const void *subject,
		   struct ek_findings *out, struct ek_err *err);
int ek_set_conflict(const struct ek_rule *rule, const void *subject,
		    struct ek_findings *out, struct ek_err *err);
int ek_set_obsolete(const struct ek_rule *rule, const void *subject,
		    struct ek_findings *out, struct ek_err *err);

/* For VIBs without the rest of an image: all but dependencies, which the image
 * may meet. */
extern const struct ek_rule ek_rules_set[];
extern const size_t ek_rules_set_n;

/* "{'a', 'b'}", how ESXi shows a set: first (may be NULL), then those that which
 * (NULL: the first n) names. Lack of memory sticks in b. */
void ek_set_text(struct ek_buf *b, const struct ek_vib_set *s,
		 const size_t *which, size_t n, const char *first);
/* Were the texts of a finding, in b and set, whole? Frees both. */
int ek_set_text_done(struct ek_buf *b, struct ek_buf *set, struct ek_err *err);

#endif /* EK_RULES_SET_H */
