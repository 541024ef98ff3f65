/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rules_profile.h - what makes an image profile invalid (imgdb.5,
 *                   "Validation"), as esxcli, Image Builder and the ISO
 *                   installer check it, and some more
 */
#ifndef EK_RULES_PROFILE_H
#define EK_RULES_PROFILE_H

#include <stddef.h>

#include "ek/finding.h"
#include "ek/relations.h"

struct ek_imgdb;
struct ek_profile;
struct ek_release;

/* What the rules look at; all borrowed. */
struct ek_profile_set {
	const struct ek_imgdb *db;
	const struct ek_profile *p;
	const struct ek_relvib *v; /* VIBs of it that are there, by id */
	size_t n;
	unsigned release;          /* one bit of enum ek_rel_bit */
};

/* Over a struct ek_profile_set. */
extern const struct ek_rule ek_rules_profile[];
extern const size_t ek_rules_profile_n;

/* The release that db is for: of its esx-version, else r, which may be NULL and
 * then is ek_release_default(). */
const struct ek_release *ek_profile_release(const struct ek_imgdb *db,
					    const struct ek_release *r);

/*
 * Run the rules over the one profile of db; none or several is a finding too
 * (profile-count) and then the only one. r as above.
 */
int ek_profile_check(const struct ek_imgdb *db, const struct ek_release *r,
		     struct ek_findings *out, struct ek_err *err);

/*
 * Add to out the findings of after; an error that before holds too (same code,
 * subject and text) becomes a warning: what is changed now is not its cause.
 */
int ek_findings_known(const struct ek_findings *before,
		      const struct ek_findings *after, struct ek_findings *out,
		      struct ek_err *err);

#endif /* EK_RULES_PROFILE_H */
