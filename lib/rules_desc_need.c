/* SPDX-License-Identifier: BSD-2-Clause */
/* rules_desc_need.c - what a VIB asks of its host: level, kernel interfaces
 *                     (vib.5, "Conventions" and "What ESXi says") */
#include "os.h"

#include "ek/release.h"
#include "rules_desc_int.h"

#define DRIVER_API "com.vmware.driverAPI-"

/* ---- acceptance level ---------------------------------------------------- */

int ek_desc_host_level(const struct ek_rule *rule, const void *subject,
		       struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_desc *s = subject;
	struct ek_desc_work w = { rule, s, out, err, 0, false, NULL };
	struct ek_buf b = EK_BUF_INIT;
	char *id;

	if (s->d == NULL || !s->has_host_level || s->d->level >= s->host_level)
		return EK_OK;
	id = ek_desc_id(&w);
	ek_buf_addf(&b, "VIB %s's acceptance level is %s, which is not"
		    " compliant with the ImageProfile acceptance level %s",
		    id != NULL ? id : "", ek_level_name(s->d->level),
		    ek_level_name(s->host_level));
	ek_buf_adds(&b, " To change the host acceptance level, use the 'esxcli"
		    " software acceptance set' command.");
	w.no_memory |= b.failed;
	ek_desc_tell(&w, EK_RALL, s->root, ek_buf_str(&b), "level %s is below"
		     " the host's, %s", ek_level_name(s->d->level),
		     ek_level_name(s->host_level));
	ek_buf_free(&b);
	free(id);
	return ek_desc_done(&w);
}

int ek_desc_any_level(const struct ek_rule *rule, const void *subject,
		      struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_desc *s = subject;
	struct ek_desc_work w = { rule, s, out, err, 0, false, NULL };

	if (s->d != NULL && !s->has_host_level && s->d->level < EK_CERTIFIED)
		ek_desc_tell(&w, EK_RALL, s->root, NULL, "level %s: a host that"
			     " is set to a higher one refuses it",
			     ek_level_name(s->d->level));
	return ek_desc_done(&w);
}

/* ---- kernel interfaces --------------------------------------------------- */

static bool is_api(const char *name)
{
	return strncmp(name, DRIVER_API, strlen(DRIVER_API)) == 0;
}

static bool is_interface(const char *name)
{
	return is_api(name) || strncmp(name, "vmkapi_", 7) == 0;
}

/* The i-th release that was asked for; NULL behind the last. */
static const struct ek_release *target(const struct ek_rules_desc *s, size_t i)
{
	if (s->n_targets == 0)
		return ek_release_at(i);
	return i < s->n_targets ? s->targets[i] : NULL;
}

/*
 * Base releases that do not provide name, and those of which it is not known:
 * all updates of one that were asked for must agree. A driverAPI on releases
 * without vmklinux is left to the rule for that.
 */
static void sort_releases(const struct ek_rules_desc *s, const char *name,
			  unsigned *no, unsigned *unknown)
{
	const struct ek_release *r;
	unsigned yes = 0;

	*no = 0;
	*unknown = 0;
	for (size_t i = 0; (r = target(s, i)) != NULL; i++) {
		if (is_api(name) && !r->vmklinux)
			continue;
		switch (ek_release_provides(r, name)) {
		case EK_PROVIDED:
			yes |= r->bit;
			break;
		case EK_NOT_PROVIDED:
			*no |= r->bit;
			break;
		case EK_PROVIDED_UNKNOWN:
			*unknown |= r->bit;
			break;
		}
	}
	*unknown |= yes & *no;
	*no &= ~*unknown;
}

/* Comparisons of what is given with what is wanted: an image has some ten
 * thousand, and a hostile VIB wants and provides a hundred thousand things. */
#define MET_MAX (UINT64_C(1) << 26)

static bool is_too_much(const struct ek_rules_desc *s)
{
	uint64_t provides = 0;

	for (size_t k = 0; k < s->n_given; k++)
		provides += 1 + s->given[k].d->provides.n;
	return provides * s->d->depends.n > MET_MAX;
}

/* Does one of the VIBs that come with it meet this constraint? */
static bool is_met(struct ek_desc_work *w, const struct ek_node *n, char *name)
{
	const struct ek_rules_desc *s = w->s;
	struct ek_constraint c = { .name = name };
	bool met = false;

	if (s->d == NULL || is_too_much(s))
		return false;
	c.relation = ek_desc_attr_full(w, n, "relation");
	c.version = ek_desc_attr_full(w, n, "version");
	for (size_t k = 0; !met && k < s->n_given; k++)
		met = ek_relations_meets(s->given[k].d, &c);
	free(c.relation);
	free(c.version);
	return met;
}

static void requires(struct ek_desc_work *w, unsigned releases,
		     const struct ek_node *n, const char *name,
		     const char *what)
{
	char *id = ek_desc_id(w);
	struct ek_buf b = EK_BUF_INIT;

	ek_buf_addf(&b, "VIB %s requires %s, but the requirement cannot be"
		    " satisfied within the ImageProfile.",
		    id != NULL ? id : "", name);
	w->no_memory |= b.failed;
	ek_desc_tell(w, releases, n, ek_buf_str(&b), "depends on '%s', %s",
		     name, what);
	ek_buf_free(&b);
	free(id);
}

static void on_depends(struct ek_desc_work *w, const struct ek_node *n)
{
	char *name = ek_desc_attr_full(w, n, "name");
	unsigned no, unknown;

	if (name != NULL && is_interface(name) && !is_met(w, n, name)) {
		sort_releases(w->s, name, &no, &unknown);
		if (no != 0)
			requires(w, no, n, name, "which the release does not"
				 " provide");
	}
	free(name);
}

static void on_unknown(struct ek_desc_work *w, const struct ek_node *n)
{
	char *name = ek_desc_attr_full(w, n, "name");
	unsigned no, unknown;

	if (name != NULL && is_interface(name) && !is_met(w, n, name)) {
		sort_releases(w->s, name, &no, &unknown);
		if (unknown != 0)
			ek_desc_tell(w, unknown, n, NULL, "depends on '%s'; it"
				     " is not known whether every update of the"
				     " release provides that", name);
	}
	free(name);
}

static void on_vmklinux(struct ek_desc_work *w, const struct ek_node *n)
{
	char *name = ek_desc_attr_full(w, n, "name");

	if (name != NULL && is_api(name))
		requires(w, EK_RALL, n, name, "the interface of vmklinux"
			 " drivers: 7.0 and later have no vmklinux");
	free(name);
}

#define DEPENDS "relationships/depends/constraint"

int ek_desc_depends(const struct ek_rule *rule, const void *subject,
		    struct ek_findings *out, struct ek_err *err)
{
	return ek_desc_rule(rule, subject, DEPENDS, on_depends, NULL, out,
			    err);
}

int ek_desc_depends_unknown(const struct ek_rule *rule, const void *subject,
			    struct ek_findings *out, struct ek_err *err)
{
	return ek_desc_rule(rule, subject, DEPENDS, on_unknown, NULL, out,
			    err);
}

int ek_desc_vmklinux(const struct ek_rule *rule, const void *subject,
		     struct ek_findings *out, struct ek_err *err)
{
	return ek_desc_rule(rule, subject, DEPENDS, on_vmklinux, NULL, out,
			    err);
}
