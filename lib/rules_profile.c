/* SPDX-License-Identifier: BSD-2-Clause */
/* rules_profile.c - what makes an image profile invalid */
#include "os.h"

#include "ek/buf.h"
#include "ek/bulletin.h"
#include "ek/err.h"
#include "ek/imgdb.h"
#include "ek/names.h"
#include "ek/nametab.h"
#include "ek/profile.h"
#include "ek/release.h"
#include "ek/rules_path.h"
#include "ek/rules_profile.h"
#include "ek/rules_set.h"

static int no_memory(struct ek_err *err)
{
	errno = ENOMEM;
	return ek_fail_sys(err, "image profile");
}

/* More are of no use to anyone, and take memory. */
#define FINDINGS_MAX 65536u

static int check_room(const struct ek_findings *out, struct ek_err *err)
{
	if (ek_findings_count(out) < FINDINGS_MAX)
		return EK_OK;
	return ek_fail(err, EK_ELIMIT, "more than %u findings", FINDINGS_MAX);
}

/* ---- what the profile and the VIBs say of each other --------------------- */

static int check_vibs(const struct ek_rule *rule, const void *subject,
		      struct ek_findings *out, struct ek_err *err)
{
	const struct ek_profile_set *s = subject;

	(void)err;
	for (size_t i = 0; i < s->p->n_vibs; i++) {
		const struct ek_profile_vib *v = &s->p->vibs[i];

		if (v->boot && ek_imgdb_find(s->db, v->id) == NULL)
			ek_finding_add(out, rule, v->id, v->id, "the profile "
				       "lists this VIB, the database has no "
				       "XML of it");
	}
	return EK_OK;
}

static int check_payloads(const struct ek_rule *rule, const void *subject,
			  struct ek_findings *out, struct ek_err *err)
{
	const struct ek_profile_set *s = subject;
	int rc = EK_OK;

	for (size_t i = 0; i < s->n; i++) {
		const struct ek_profile_vib *v = ek_profile_find(s->p,
								 s->v[i].id);
		const struct ek_vibdesc *d = s->v[i].d;

		for (size_t k = 0; k < d->n_payloads && rc == EK_OK; k++) {
			const char *name = d->payloads[k].name;

			if (ek_profile_local(v, name) != NULL)
				continue;
			ek_finding_add(out, rule, v->id, name, "the profile "
				       "has no file name for payload '%s'",
				       name);
			rc = check_room(out, err);
		}
	}
	return rc;
}

static bool has_payload(const struct ek_vibdesc *d, const char *name)
{
	for (size_t i = 0; i < d->n_payloads; i++)
		if (strcmp(d->payloads[i].name, name) == 0)
			return true;
	return false;
}

static int check_strays(const struct ek_rule *rule, const void *subject,
			struct ek_findings *out, struct ek_err *err)
{
	const struct ek_profile_set *s = subject;

	(void)err;
	for (size_t i = 0; i < s->n; i++) {
		const struct ek_profile_vib *v = ek_profile_find(s->p,
								 s->v[i].id);

		for (size_t k = 0; k < v->n_payloads; k++)
			if (!has_payload(s->v[i].d, v->payloads[k].payload))
				ek_finding_add(out, rule, v->id, NULL, "the "
					       "profile names a payload '%s' "
					       "that this VIB does not have",
					       v->payloads[k].payload);
	}
	return EK_OK;
}

static int by_name(const void *a, const void *b)
{
	const struct ek_local *x = a, *y = b;
	int c = strcasecmp(x->name, y->name); /* as on a disc */

	if (c == 0)
		c = strcmp(x->vib_id, y->vib_id);
	return c != 0 ? c : strcmp(x->payload, y->payload);
}

static int check_names(const struct ek_rule *rule, const void *subject,
		       struct ek_findings *out, struct ek_err *err)
{
	const struct ek_profile_set *s = subject;
	struct ek_local *v;
	size_t n;
	int rc = ek_imgdb_locals(s->db, s->p, 0, &v, &n, err);

	if (rc != EK_OK)
		return rc;
	qsort(v, n, sizeof(*v), by_name);
	for (size_t i = 1; i < n; i++)
		if (strcasecmp(v[i - 1].name, v[i].name) == 0)
			ek_finding_add(out, rule, v[i].vib_id, NULL, "payload "
				       "'%s' has the file name '%s', as "
				       "payload '%s' of VIB '%s' has", v[i].payload,
				       v[i].name, v[i - 1].payload,
				       v[i - 1].vib_id);
	ek_locals_free(v, n);
	return EK_OK;
}

static int check_unlisted(const struct ek_rule *rule, const void *subject,
			  struct ek_findings *out, struct ek_err *err)
{
	const struct ek_profile_set *s = subject;

	(void)err;
	for (size_t i = 0; i < ek_imgdb_vibs(s->db); i++) {
		const struct ek_dbvib *v = ek_imgdb_vib(s->db, i);

		if (ek_profile_find(s->p, v->id) == NULL)
			ek_finding_add(out, rule, v->id, NULL, "the database "
				       "has this VIB, the profile does not "
				       "list it");
	}
	return EK_OK;
}

/* ---- what a bootable image needs ----------------------------------------- */

static int check_kernel(const struct ek_rule *rule, const void *subject,
			struct ek_findings *out, struct ek_err *err)
{
	const struct ek_profile_set *s = subject;
	const struct ek_vib_set set = { s->v, s->n };
	struct ek_buf b = EK_BUF_INIT, none = EK_BUF_INIT;

	for (size_t i = 0; i < s->n; i++)
		for (size_t k = 0; k < s->v[i].d->n_payloads; k++)
			if (ek_name_use_of(s->v[i].d->payloads[k].type) ==
			    EK_USE_BOOT)
				return EK_OK;
	ek_buf_addf(&b, "At least one boot kernel is required, but none is "
		    "found for ImageProfile %s with VIBs: ", s->p->name);
	ek_set_text(&b, &set, NULL, s->n, NULL);
	ek_finding_add(out, rule, s->p->name, ek_buf_str(&b), "no VIB of the "
		       "profile has a payload of type boot, so there is no "
		       "kernel");
	return ek_set_text_done(&b, &none, err);
}

static int check_base(const struct ek_rule *rule, const void *subject,
		      struct ek_findings *out, struct ek_err *err)
{
	const struct ek_profile_set *s = subject;
	char name[] = "esx-version";
	struct ek_constraint c = { .name = name };
	struct ek_buf b = EK_BUF_INIT, none = EK_BUF_INIT;

	for (size_t i = 0; i < s->n; i++)
		if (ek_relations_meets(s->v[i].d, &c))
			return EK_OK;
	ek_buf_addf(&b, "Base ESX package not found in profile %s: There is no "
		    "VIB providing 'esx-version'.", s->p->name);
	ek_finding_add(out, rule, s->p->name, ek_buf_str(&b), "no VIB of the "
		       "profile provides esx-version");
	return ek_set_text_done(&b, &none, err);
}

/* ---- levels and paths ---------------------------------------------------- */

static int check_level(const struct ek_rule *rule, const void *subject,
		       struct ek_findings *out, struct ek_err *err)
{
	const struct ek_profile_set *s = subject;
	char text[512];

	(void)err;
	for (size_t i = 0; i < s->n; i++) {
		const char *level = ek_level_name(s->v[i].d->level);

		if (s->v[i].d->level >= s->p->level)
			continue;
		snprintf(text, sizeof(text), "VIB %s's acceptance level is %s, "
			 "which is not compliant with the ImageProfile "
			 "acceptance level %s", s->v[i].id, level,
			 ek_level_name(s->p->level));
		ek_finding_add(out, rule, s->v[i].id, text, "its acceptance "
			       "level %s is below that of the profile", level);
	}
	return EK_OK;
}

static void path_text(const struct ek_relvib *v, char out[512])
{
	snprintf(out, 512, "VIB %s violates extensibility rule checks: "
		 "['(line ...) Element vib failed to validate content']",
		 v->id);
}

static int check_paths_of(const struct ek_rule *rule,
			  const struct ek_relvib *v, unsigned release,
			  struct ek_findings *out, struct ek_err *err)
{
	const struct ek_vibdesc *d = v->d;
	char text[512];
	int rc = EK_OK;

	path_text(v, text);
	for (size_t i = 0; i < d->files.n && rc == EK_OK; i++) {
		if (ek_path_rule_ok(d->level, release, d->files.v[i]))
			continue;
		ek_finding_add(out, rule, v->id, text, "a %s VIB may not hold "
			       "'%s'", ek_level_name(d->level), d->files.v[i]);
		rc = check_room(out, err);
	}
	return rc;
}

static int check_path(const struct ek_rule *rule, const void *subject,
		      struct ek_findings *out, struct ek_err *err)
{
	const struct ek_profile_set *s = subject;
	int rc = EK_OK;

	for (size_t i = 0; i < s->n && rc == EK_OK; i++)
		rc = check_paths_of(rule, &s->v[i], s->release, out, err);
	return rc;
}

static int check_overlay(const struct ek_rule *rule, const void *subject,
			 struct ek_findings *out, struct ek_err *err)
{
	const struct ek_profile_set *s = subject;
	char text[512];

	(void)err;
	for (size_t i = 0; i < s->n; i++) {
		path_text(&s->v[i], text);
		if (s->v[i].d->level == EK_COMMUNITY && s->v[i].d->overlay)
			ek_finding_add(out, rule, s->v[i].id, text, "a "
				       "community VIB may not be an overlay");
	}
	return EK_OK;
}

/* ---- relations ----------------------------------------------------------- */

static int check_claimed(const struct ek_rule *rule, const void *subject,
			 struct ek_findings *out, struct ek_err *err)
{
	const struct ek_profile_set *s = subject;
	const struct ek_vib_set set = { s->v, s->n };

	return ek_set_claimed(rule, &set, out, err);
}

static int check_missing(const struct ek_rule *rule, const void *subject,
			 struct ek_findings *out, struct ek_err *err)
{
	const struct ek_profile_set *s = subject;
	const struct ek_vib_set set = { s->v, s->n };

	return ek_set_missing(rule, &set, out, err);
}

static int check_conflict(const struct ek_rule *rule, const void *subject,
			  struct ek_findings *out, struct ek_err *err)
{
	const struct ek_profile_set *s = subject;
	const struct ek_vib_set set = { s->v, s->n };

	return ek_set_conflict(rule, &set, out, err);
}

static int check_obsolete(const struct ek_rule *rule, const void *subject,
			  struct ek_findings *out, struct ek_err *err)
{
	const struct ek_profile_set *s = subject;
	const struct ek_vib_set set = { s->v, s->n };

	return ek_set_obsolete(rule, &set, out, err);
}

/* ---- checksums, files beside the XML, texts ------------------------------ */

static int check_gunzip(const struct ek_rule *rule, const void *subject,
			struct ek_findings *out, struct ek_err *err)
{
	const struct ek_profile_set *s = subject;
	int rc = EK_OK;

	for (size_t i = 0; i < s->n; i++) {
		const struct ek_vibdesc *d = s->v[i].d;

		for (size_t k = 0; k < d->n_payloads && rc == EK_OK; k++) {
			const struct ek_payload *p = &d->payloads[k];

			if (!ek_payload_compressed(p) ||
			    ek_payload_sum(p, "sha-256", "gunzip") != NULL)
				continue;
			ek_finding_add(out, rule, s->v[i].id, NULL, "payload "
				       "'%s' has no sha-256 gunzip checksum",
				       p->name);
			rc = check_room(out, err);
		}
	}
	return rc;
}

/* Readers up to 6.0 take every file for XML. */
static int check_old_files(const struct ek_rule *rule, const void *subject,
			   struct ek_findings *out, struct ek_err *err)
{
	const struct ek_profile_set *s = subject;

	(void)err;
	for (size_t i = 0; i < s->n; i++) {
		const struct ek_dbvib *v = ek_imgdb_find(s->db, s->v[i].id);

		if (v->orig != NULL || v->sig != NULL)
			ek_finding_add(out, rule, v->id, NULL, "the database "
				       "has a .orig or .sig file of it, which "
				       "this release takes for XML");
	}
	return EK_OK;
}

static int check_new_files(const struct ek_rule *rule, const void *subject,
			   struct ek_findings *out, struct ek_err *err)
{
	const struct ek_profile_set *s = subject;
	bool orig = ek_imgdb_has_orig(s->db), sig = ek_imgdb_has_sig(s->db);

	(void)err;
	for (size_t i = 0; i < s->n; i++) {
		const struct ek_dbvib *v = ek_imgdb_find(s->db, s->v[i].id);

		if ((orig && v->orig == NULL) || (sig && v->sig == NULL))
			ek_finding_add(out, rule, v->id, NULL, "other VIBs have"
				       " their signed descriptor and signature "
				       "in the database, it has no %s file",
				       orig && v->orig == NULL ? ".orig"
							       : ".sig");
	}
	return EK_OK;
}

static bool is_ascii(const char *s)
{
	for (; s != NULL && *s != '\0'; s++)
		if ((unsigned char)*s >= 0x80)
			return false;
	return true;
}

static bool all_ascii(const struct ek_strs *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (!is_ascii(l->v[i]))
			return false;
	return true;
}

static int check_ascii(const struct ek_rule *rule, const void *subject,
		       struct ek_findings *out, struct ek_err *err)
{
	const struct ek_profile_set *s = subject;

	(void)err;
	for (size_t i = 0; i < s->n; i++) {
		const struct ek_vibdesc *d = s->v[i].d;

		if (!is_ascii(s->v[i].id) || !is_ascii(d->summary) ||
		    !is_ascii(d->description) || !all_ascii(&d->files) ||
		    !all_ascii(&d->tags))
			ek_finding_add(out, rule, s->v[i].id, NULL, "its "
				       "descriptor has other characters than "
				       "ASCII");
	}
	if (!is_ascii(s->p->name) || !is_ascii(s->p->creator) ||
	    !is_ascii(s->p->description))
		ek_finding_add(out, rule, s->p->name, NULL, "the profile has "
			       "other characters than ASCII");
	return EK_OK;
}

static int check_schema(const struct ek_rule *rule, const void *subject,
			struct ek_findings *out, struct ek_err *err)
{
	const struct ek_profile *p =
		((const struct ek_profile_set *)subject)->p;
	const struct {
		const char *what, *text;
		size_t max;
	} fields[] = {
		{ "name", p->name, 80 },
		{ "creator", p->creator, 40 },
		{ "description", p->description, 2048 },
	};

	(void)err;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		size_t n = fields[i].text != NULL ? strlen(fields[i].text) : 0;

		if (n > fields[i].max)
			ek_finding_add(out, rule, p->name, NULL, "the %s of "
				       "the profile has %zu characters, ESXi's "
				       "schema allows %zu", fields[i].what, n,
				       fields[i].max);
	}
	return EK_OK;
}

/* ---- components ---------------------------------------------------------- */

static int tell_component(const struct ek_rule *rule,
			  const struct ek_profile_set *s,
			  const struct ek_bulletin *b, struct ek_findings *out,
			  struct ek_err *err)
{
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < b->vib_ids.n; i++) {
		if (ek_profile_find(s->p, b->vib_ids.v[i]) != NULL)
			continue;
		ek_finding_add(out, rule, b->component != NULL ? b->component
							       : b->id, NULL,
			       "this component names VIB '%s', which is not in"
			       " the image: lifecycle tools will find it"
			       " incomplete, the installer does not look at it",
			       b->vib_ids.v[i]);
		rc = check_room(out, err);
	}
	return rc;
}

/* Those that an add-on overrides may lack their VIBs. */
static int check_components(const struct ek_rule *rule, const void *subject,
			    struct ek_findings *out, struct ek_err *err)
{
	const struct ek_profile_set *s = subject;
	const struct ek_dbfile *f;
	bool reserved;
	size_t pos = 0;
	int rc = EK_OK;

	while (rc == EK_OK &&
	       (f = ek_imgdb_next_bulletin(s->db, &pos, &reserved)) != NULL) {
		struct ek_err why = EK_ERR_INIT;
		struct ek_bulletin b;

		rc = ek_bulletin_parse(&b, f->e.name, f->data,
				       (size_t)f->e.size, &why);
		if (rc == EK_OK && !reserved)
			rc = tell_component(rule, s, &b, out, err);
		else if (rc == EK_EFORMAT || rc == EK_ELIMIT)
			ek_finding_add(out, rule, f->e.name, NULL, "%s",
				       why.msg);
		else if (rc != EK_OK && err != NULL)
			*err = why;
		if (rc == EK_EFORMAT || rc == EK_ELIMIT)
			rc = EK_OK;
		else if (rc == EK_OK)
			ek_bulletin_clear(&b);
	}
	return rc;
}

/* ---- the table: in ESXi's order of priorities ---------------------------- */

const struct ek_rule ek_rules_profile[] = {
	{ "vib-missing", EK_ERROR, EK_RALL, "KeyError",
	  "take the VIB out of the profile (imgdb-edit --remove)", check_vibs },
	{ "payload-missing", EK_ERROR, EK_RALL, "KeyError",
	  "add the VIB again, which gives its payloads names", check_payloads },
	{ "name-twice", EK_ERROR, EK_RALL, NULL,
	  "remove and add one of the two VIBs", check_names },
	{ "stray-payload", EK_WARNING, EK_RALL, NULL, NULL, check_strays },
	{ "unlisted-vib", EK_WARNING, EK_RALL, NULL, NULL, check_unlisted },
	{ "file-conflict", EK_ERROR, EK_RALL, "ProfileValidationError",
	  "remove one of the VIBs", check_claimed },
	{ "no-kernel", EK_ERROR, EK_RALL, "ProfileValidationError",
	  "an image needs esx-base", check_kernel },
	{ "no-base", EK_ERROR, EK_RALL, "ProfileValidationError",
	  "an image needs esx-base", check_base },
	{ "path-rule", EK_ERROR, EK_RALL, "ExtensibilityRuleViolation",
	  "leave the file out, or move it below opt/ or another allowed "
	  "directory (vib.5, \"Path rules\")", check_path },
	{ "overlay", EK_ERROR, EK_RALL, "ExtensibilityRuleViolation",
	  "make the VIB with --overlay false", check_overlay },
	{ "level", EK_ERROR, EK_RALL, "AcceptanceConfigError",
	  "lower the level of the profile (imgdb-edit --level)", check_level },
	{ "dependency", EK_ERROR, EK_RALL, "DependencyError",
	  "add a VIB that provides it, or take one made for this release",
	  check_missing },
	{ "conflict", EK_ERROR, EK_RALL, "DependencyError",
	  "remove one of the two VIBs", check_conflict },
	{ "obsoleted", EK_ERROR, EK_RALL, "DependencyError",
	  "remove the VIB that is obsoleted", check_obsolete },
	{ "no-sha256-gunzip", EK_ERROR, EK_R80_UP, "ProfileValidationError",
	  "make the checksums anew (vib-gen --rehash)", check_gunzip },
	{ "old-database", EK_ERROR, EK_RALL & ~EK_R65_UP, "DatabaseFormatError",
	  NULL, check_old_files },
	{ "no-signed-copy", EK_WARNING, EK_R65_UP, NULL,
	  "remove and add the VIB", check_new_files },
	{ "ascii", EK_ERROR, EK_RALL, NULL,
	  "a host could not write its database: use ASCII only", check_ascii },
	{ "schema", EK_WARNING, EK_RALL, NULL, "shorten it", check_schema },
	{ "component", EK_WARNING, EK_R70_UP, NULL, "use the image as it is, or"
	  " make it with an offline bundle and VMware's tools",
	  check_components },
};
const size_t ek_rules_profile_n =
	sizeof(ek_rules_profile) / sizeof(ek_rules_profile[0]);

/* ---- the calls ----------------------------------------------------------- */

const struct ek_release *ek_profile_release(const struct ek_imgdb *db,
					    const struct ek_release *r)
{
	const struct ek_release *found =
		ek_release_find(ek_imgdb_esx_version(db));

	if (found != NULL)
		return found;
	return r != NULL ? r : ek_release_default();
}

static int check_one(const struct ek_imgdb *db, const struct ek_profile *p,
		     unsigned release, struct ek_findings *out,
		     struct ek_err *err)
{
	struct ek_relvib *v = calloc(p->n_vibs + 1, sizeof(*v));
	struct ek_profile_set s = {
		.db = db, .p = p, .v = v, .release = release,
	};
	int rc;

	if (v == NULL)
		return no_memory(err);
	for (size_t i = 0; i < ek_imgdb_vibs(db); i++) {
		const struct ek_dbvib *dv = ek_imgdb_vib(db, i);
		const struct ek_profile_vib *pv = ek_profile_find(p, dv->id);

		if (pv != NULL && pv->boot)
			v[s.n++] = (struct ek_relvib){ dv->id, &dv->d };
	}
	rc = ek_rules_run(ek_rules_profile, ek_rules_profile_n, release, &s,
			  out, err);
	free(v);
	return rc;
}

static int check_count(const struct ek_rule *rule, const void *subject,
		       struct ek_findings *out, struct ek_err *err)
{
	const struct ek_imgdb *db = subject;
	size_t n = ek_imgdb_profiles(db);

	(void)err;
	if (n == 0)
		ek_finding_add(out, rule, ek_imgdb_name(db), NULL, "no image "
			       "profile: the installer needs exactly one");
	if (n > 1)
		ek_finding_add(out, rule, ek_imgdb_name(db), NULL, "%zu image "
			       "profiles: the installer needs exactly one", n);
	return EK_OK;
}

static const struct ek_rule count_rule = {
	"profile-count", EK_ERROR, EK_RALL, NULL, NULL, check_count,
};

int ek_profile_check(const struct ek_imgdb *db, const struct ek_release *r,
		     struct ek_findings *out, struct ek_err *err)
{
	unsigned release = ek_profile_release(db, r)->bit;

	if (ek_imgdb_profiles(db) != 1)
		return ek_rules_run(&count_rule, 1, EK_RALL, db, out, err);
	return check_one(db, ek_imgdb_profile_at(db, 0), release, out, err);
}

static int compare(const struct ek_finding *x, const struct ek_finding *y)
{
	int c = strcmp(x->code, y->code);

	if (c == 0)
		c = strcmp(x->subject, y->subject);
	return c != 0 ? c : strcmp(x->what, y->what);
}

static int by_text(const void *a, const void *b)
{
	const struct ek_finding *const *x = a, *const *y = b;

	return compare(*x, *y);
}

/* The findings of f in an order to search in; free() it. */
static const struct ek_finding **sorted(const struct ek_findings *f)
{
	size_t n = ek_findings_count(f);
	const struct ek_finding **v = calloc(n + 1,
					     sizeof(struct ek_finding *));

	if (v == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++)
		v[i] = ek_findings_at(f, i);
	qsort(v, n, sizeof(struct ek_finding *), by_text);
	return v;
}

int ek_findings_known(const struct ek_findings *before,
		      const struct ek_findings *after, struct ek_findings *out,
		      struct ek_err *err)
{
	const struct ek_finding **old = sorted(before);

	if (old == NULL)
		return no_memory(err);
	for (size_t i = 0; i < ek_findings_count(after); i++) {
		const struct ek_finding *x = ek_findings_at(after, i);
		struct ek_rule rule = {
			.code = x->code, .severity = x->severity,
			.releases = x->releases, .esxi_class = x->esxi_class,
			.remedy = x->remedy,
		};
		bool known = x->severity == EK_ERROR &&
			     bsearch(&x, old, ek_findings_count(before),
				     sizeof(struct ek_finding *), by_text);

		if (known)
			rule.severity = EK_WARNING;
		ek_finding_add(out, &rule, x->subject, x->esxi_text, "%s%s",
			       x->what,
			       known ? " (as before this change)" : "");
	}
	free(old);
	return ek_rules_run(NULL, 0, 0, NULL, out, err);
}
