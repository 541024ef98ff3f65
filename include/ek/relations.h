/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * relations.h - what VIBs want of each other: the only solver
 *
 * Source: imgdb.5, "Validation", and vib.5. Every VIB provides its name at its
 * version and replaces lower versions of its name. A constraint meets a provide
 * of the same name whose version ek_version_satisfies() it. Conflicts and
 * replaces count whichever side says so. Texts are those of ESXi.
 */
#ifndef EK_RELATIONS_H
#define EK_RELATIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "ek/vibdesc.h"

struct ek_err;

/* One VIB of a set; all borrowed. */
struct ek_relvib {
	const char *id;
	const struct ek_vibdesc *d;
};

/* Does d provide (by its name or its list) what c asks for? */
bool ek_relations_meets(const struct ek_vibdesc *d,
			const struct ek_constraint *c);

/* Why there goes when added comes. */
enum ek_displaced {
	EK_STAYS,
	EK_SAME_NAME,    /* another version of it, even a higher one */
	EK_REPLACED,     /* added says that it replaces it */
	EK_REPLACES,     /* it says that it replaces added */
};
enum ek_displaced ek_relations_displaced(const struct ek_vibdesc *added,
					 const struct ek_vibdesc *there);

enum ek_problem_kind {
	EK_MISSING,  /* a dependency of vib, c, is met by none */
	EK_CONFLICT, /* vib and the others conflict */
	EK_OBSOLETE, /* vib is obsoleted by the others */
	EK_CLAIMED,  /* path is claimed by vib and the others */
};

struct ek_problem {
	enum ek_problem_kind kind;
	size_t vib;                    /* index into the set */
	const size_t *others;          /* ascending; owned by the list */
	size_t n_others;
	const struct ek_constraint *c; /* borrowed from the descriptor */
	const char *path;              /* absolute, normalised; owned */
	bool overlay;                  /* EK_CLAIMED: among overlay VIBs */
};

struct ek_problems; /* opaque list */

/*
 * All problems of the kind in the set v, which is sorted by id: by VIB, for
 * EK_CLAIMED by path. More VIBs, problems or comparisons than this are
 * EK_ELIMIT: a real image has some 150 VIBs and no problem.
 */
#define EK_RELATIONS_MAX      16384u
#define EK_RELATIONS_PROBLEMS 65536u
#define EK_RELATIONS_STEPS    (1u << 27)
int ek_relations_check(struct ek_problems **out, enum ek_problem_kind kind,
		       const struct ek_relvib *v, size_t n, struct ek_err *err);
size_t ek_problems_count(const struct ek_problems *p);
const struct ek_problem *ek_problems_at(const struct ek_problems *p, size_t i);
void ek_problems_free(struct ek_problems **p);

/* "nothere >= 1.0" or "nothere". */
struct ek_buf;
void ek_constraint_text(const struct ek_constraint *c, struct ek_buf *out);

/*
 * The path of a file list as the check for files claimed twice sees it: one
 * leading slash, no "//", no "." or ".." component; malloc()ed. NULL where it
 * is skipped (empty, or a directory: it ends in a slash) or memory ran out,
 * which *nomem tells apart.
 */
char *ek_relations_path(const char *path, bool *nomem);

#endif /* EK_RELATIONS_H */
