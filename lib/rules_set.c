/* SPDX-License-Identifier: BSD-2-Clause */
/* rules_set.c - what VIBs that come together say of each other */
#include "os.h"

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/release.h"
#include "ek/rules_set.h"

/* Names in a set: a hostile database could ask for gigabytes of them. */
enum { SET_MAX = 32 };

void ek_set_text(struct ek_buf *b, const struct ek_vib_set *s,
		    const size_t *which, size_t n, const char *first)
{
	ek_buf_addc(b, '{');
	if (first != NULL)
		ek_buf_addf(b, "'%s'%s", first, n != 0 ? ", " : "");
	for (size_t i = 0; i < n && i < SET_MAX; i++)
		ek_buf_addf(b, "%s'%s'", i != 0 ? ", " : "",
			    s->v[which != NULL ? which[i] : i].id);
	if (n > SET_MAX)
		ek_buf_addf(b, ", and %zu more", n - SET_MAX);
	ek_buf_addc(b, '}');
}

int ek_set_text_done(struct ek_buf *b, struct ek_buf *set, struct ek_err *err)
{
	int rc = ek_buf_check(b, "findings", err);

	if (rc == EK_OK)
		rc = ek_buf_check(set, "findings", err);
	ek_buf_free(b);
	ek_buf_free(set);
	return rc;
}

static int tell_claimed(const struct ek_rule *rule,
			const struct ek_vib_set *s,
			const struct ek_problem *p, struct ek_findings *out,
			struct ek_err *err)
{
	const char *group = p->overlay ? "overlay" : "non-overlay";
	struct ek_buf b = EK_BUF_INIT, set = EK_BUF_INIT;

	ek_set_text(&set, s, p->others, p->n_others, s->v[p->vib].id);
	ek_buf_addf(&b, "File path of '%s' is claimed by multiple %s VIBs: %s",
		    p->path, group, ek_buf_str(&set));
	ek_finding_add(out, rule, p->path, ek_buf_str(&b), "this file is in "
		       "several %s VIBs: %s", group, ek_buf_str(&set));
	return ek_set_text_done(&b, &set, err);
}

static int tell_missing(const struct ek_rule *rule,
			const struct ek_vib_set *s,
			const struct ek_problem *p, struct ek_findings *out,
			struct ek_err *err)
{
	struct ek_buf b = EK_BUF_INIT, c = EK_BUF_INIT;

	ek_constraint_text(p->c, &c);
	ek_buf_addf(&b, "VIB %s requires %s, but the requirement cannot be "
		    "satisfied within the ImageProfile.", s->v[p->vib].id,
		    ek_buf_str(&c));
	ek_finding_add(out, rule, s->v[p->vib].id, ek_buf_str(&b), "it depends "
		       "on '%s', which no VIB of the profile provides",
		       ek_buf_str(&c));
	return ek_set_text_done(&b, &c, err);
}

static int tell_conflict(const struct ek_rule *rule,
			 const struct ek_vib_set *s,
			 const struct ek_problem *p, struct ek_findings *out,
			 struct ek_err *err)
{
	const char *id = s->v[p->vib].id;
	struct ek_buf b = EK_BUF_INIT, none = EK_BUF_INIT;

	for (size_t i = 0; i < p->n_others && !b.failed; i++) {
		const char *other = s->v[p->others[i]].id;

		ek_buf_reset(&b);
		ek_buf_addf(&b, "VIBs (%s, %s) are conflicting with each other",
			    id, other);
		ek_finding_add(out, rule, id, ek_buf_str(&b), "it conflicts "
			       "with VIB '%s'", other);
	}
	return ek_set_text_done(&b, &none, err);
}

static int tell_obsolete(const struct ek_rule *rule,
			 const struct ek_vib_set *s,
			 const struct ek_problem *p, struct ek_findings *out,
			 struct ek_err *err)
{
	struct ek_buf b = EK_BUF_INIT, set = EK_BUF_INIT;

	ek_set_text(&set, s, p->others, p->n_others, NULL);
	ek_buf_addf(&b, "VIB %s is obsoleted by %s", s->v[p->vib].id,
		    ek_buf_str(&set));
	ek_finding_add(out, rule, s->v[p->vib].id, ek_buf_str(&b), "it is "
		       "obsoleted by %s", ek_buf_str(&set));
	return ek_set_text_done(&b, &set, err);
}

typedef int tell_fn(const struct ek_rule *rule, const struct ek_vib_set *s,
		    const struct ek_problem *p, struct ek_findings *out,
		    struct ek_err *err);

static int check_relations(enum ek_problem_kind kind, tell_fn *tell,
			   const struct ek_rule *rule, const void *subject,
			   struct ek_findings *out, struct ek_err *err)
{
	const struct ek_vib_set *s = subject;
	struct ek_problems *list;
	int rc = ek_relations_check(&list, kind, s->v, s->n, err);

	if (rc != EK_OK)
		return rc;
	for (size_t i = 0; i < ek_problems_count(list) && rc == EK_OK; i++)
		rc = tell(rule, s, ek_problems_at(list, i), out, err);
	ek_problems_free(&list);
	return rc;
}

int ek_set_claimed(const struct ek_rule *rule, const void *subject,
		   struct ek_findings *out, struct ek_err *err)
{
	return check_relations(EK_CLAIMED, tell_claimed, rule, subject, out, err);
}

int ek_set_missing(const struct ek_rule *rule, const void *subject,
		   struct ek_findings *out, struct ek_err *err)
{
	return check_relations(EK_MISSING, tell_missing, rule, subject, out, err);
}

int ek_set_conflict(const struct ek_rule *rule, const void *subject,
		    struct ek_findings *out, struct ek_err *err)
{
	return check_relations(EK_CONFLICT, tell_conflict, rule, subject, out, err);
}

int ek_set_obsolete(const struct ek_rule *rule, const void *subject,
		    struct ek_findings *out, struct ek_err *err)
{
	return check_relations(EK_OBSOLETE, tell_obsolete, rule, subject, out, err);
}

const struct ek_rule ek_rules_set[] = {
	{ "file-conflict", EK_ERROR, EK_RALL, "ProfileValidationError",
	  "install one of the VIBs only", ek_set_claimed },
	{ "conflict", EK_ERROR, EK_RALL, "DependencyError",
	  "install one of the two VIBs only", ek_set_conflict },
	{ "obsoleted", EK_ERROR, EK_RALL, "DependencyError",
	  "leave out the VIB that is obsoleted", ek_set_obsolete },
};
const size_t ek_rules_set_n = sizeof(ek_rules_set) / sizeof(ek_rules_set[0]);
