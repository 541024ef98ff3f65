/* SPDX-License-Identifier: BSD-2-Clause */
/* rules_bundle.c - what is wrong in an offline bundle that can be read */
#include "os.h"

#include <ctype.h>
#include <inttypes.h>

#include "ek/buf.h"
#include "ek/bundle.h"
#include "ek/digest.h"
#include "ek/profile.h"
#include "ek/release.h"
#include "ek/rules_bundle.h"
#include "ek/vibprobe.h"
#include "ek/xml.h"

#define E EK_ERROR
#define W EK_WARNING

#define AGAIN "make the bundle again of its VIBs (esxi-bundle -o)"

/* ---- the bundle --------------------------------------------------------- */

static int check_file(const struct ek_rule *rule, const void *subject,
		      struct ek_findings *out, struct ek_err *err)
{
	const struct ek_bundle_vib *v;

	(void)err;
	for (size_t i = 0; (v = ek_bundle_vib(subject, i)) != NULL; i++)
		if (v->member == NULL)
			ek_finding_add(out, rule, v->meta, NULL, "VIB '%s' is"
				       " said to be '%s', which %s", v->id,
				       v->file.path, v->why);
	return EK_OK;
}

static int check_bulletin_vib(const struct ek_rule *rule, const void *subject,
			      struct ek_findings *out, struct ek_err *err)
{
	const struct ek_bundle_bulletin *x;

	(void)err;
	for (size_t i = 0; (x = ek_bundle_bulletin(subject, i)) != NULL; i++)
		for (size_t k = 0; k < x->b.vib_ids.n; k++)
			if (ek_bundle_find(subject, x->b.vib_ids.v[k]) == NULL)
				ek_finding_add(out, rule, x->meta, NULL,
					       "it names VIB '%s', which the"
					       " bundle does not have",
					       x->b.vib_ids.v[k]);
	return EK_OK;
}

static int check_vib_bulletin(const struct ek_rule *rule, const void *subject,
			      struct ek_findings *out, struct ek_err *err)
{
	struct ek_strs named = { NULL, 0, 0 };
	const struct ek_bundle_bulletin *x;
	const struct ek_bundle_vib *v;
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK &&
	     (x = ek_bundle_bulletin(subject, i)) != NULL; i++)
		for (size_t k = 0; rc == EK_OK && k < x->b.vib_ids.n; k++)
			rc = ek_strs_add(&named, x->b.vib_ids.v[k],
					 strlen(x->b.vib_ids.v[k]), err);
	ek_strs_sort(&named);
	for (size_t i = 0, k = 0; rc == EK_OK &&
	     (v = ek_bundle_vib(subject, i)) != NULL; i++) {
		while (k < named.n && strcmp(named.v[k], v->id) < 0)
			k++;
		if (k == named.n || strcmp(named.v[k], v->id) != 0)
			ek_finding_add(out, rule, v->meta, NULL, "no bulletin"
				       " names VIB '%s'", v->id);
	}
	ek_strs_free(&named);
	return rc;
}

static bool same_set(const struct ek_strs *a, const struct ek_strs *b)
{
	for (size_t i = 0; i < a->n; i++)
		if (!ek_strs_has(b, a->v[i]))
			return false;
	for (size_t i = 0; i < b->n; i++)
		if (!ek_strs_has(a, b->v[i]))
			return false;
	return true;
}

/* bundle.5, "Which versions to declare": three places that must agree. */
static int check_versions(const struct ek_rule *rule, const void *subject,
			  struct ek_findings *out, struct ek_err *err)
{
	const struct ek_strs *outside = ek_bundle_versions(subject, false);
	const struct ek_bundle_bulletin *x;

	(void)err;
	if (!same_set(outside, ek_bundle_versions(subject, true)))
		ek_finding_add(out, rule, ek_bundle_name(subject),
			       "Cannot upload file, as it is an invalid package",
			       "vendor-index.xml declares other versions than"
			       " the one in metadata.zip");
	for (size_t i = 0; (x = ek_bundle_bulletin(subject, i)) != NULL; i++)
		if (!same_set(outside, &x->b.platforms))
			ek_finding_add(out, rule, x->meta, "Cannot upload file"
				       ", as it is an invalid package",
				       "its platforms are not the versions of"
				       " vendor-index.xml");
	return EK_OK;
}

static bool good_component(const char *name)
{
	for (const char *p = name; *p != '\0'; p++)
		if (!isalnum((unsigned char)*p) && *p != '-')
			return false;
	return name[0] != '\0';
}

static void component(const struct ek_rule *rule,
		      const struct ek_bundle_bulletin *x,
		      struct ek_findings *out)
{
	const char *name = x->b.component, *version = x->b.version;
	const char *dash = version != NULL ? strchr(version, '-') : NULL;

	if (name == NULL && version == NULL)
		return;
	if (name == NULL || version == NULL)
		ek_finding_add(out, rule, x->meta, NULL, "it has %s, but no %s",
			       name != NULL ? "componentNameSpec" :
			       "componentVersionSpec", name == NULL ?
			       "componentNameSpec" : "componentVersionSpec");
	if (name != NULL && !good_component(name))
		ek_finding_add(out, rule, x->meta, NULL, "the name of the"
			       " component, '%s', has more than letters, digits"
			       " and '-'", name);
	if (version != NULL && (dash == NULL || strchr(dash + 1, '-') != NULL))
		ek_finding_add(out, rule, x->meta, NULL, "the version of the"
			       " component, '%s', has not exactly one '-'",
			       version);
}

static int check_component(const struct ek_rule *rule, const void *subject,
			   struct ek_findings *out, struct ek_err *err)
{
	const struct ek_bundle_bulletin *x;

	(void)err;
	for (size_t i = 0; (x = ek_bundle_bulletin(subject, i)) != NULL; i++)
		component(rule, x, out);
	return EK_OK;
}

static int check_twice(const struct ek_rule *rule, const void *subject,
		       struct ek_findings *out, struct ek_err *err)
{
	struct ek_strs names = { NULL, 0, 0 };
	const struct ek_bundle_bulletin *x;
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK &&
	     (x = ek_bundle_bulletin(subject, i)) != NULL; i++)
		if (ek_bulletin_is_component(&x->b))
			rc = ek_strs_add(&names, x->b.component,
					 strlen(x->b.component), err);
	ek_strs_sort(&names);
	for (size_t i = 1; rc == EK_OK && i < names.n; i++)
		if (strcmp(names.v[i - 1], names.v[i]) == 0)
			ek_finding_add(out, rule, names.v[i], NULL, "two"
				       " bulletins are this component");
	ek_strs_free(&names);
	return rc;
}

static int check_profile(const struct ek_rule *rule, const void *subject,
			 struct ek_findings *out, struct ek_err *err)
{
	const struct ek_bundle_profile *x;

	(void)err;
	for (size_t i = 0; (x = ek_bundle_profile(subject, i)) != NULL; i++)
		for (size_t k = 0; k < x->p->n_vibs; k++)
			if (ek_bundle_find(subject, x->p->vibs[k].id) == NULL)
				ek_finding_add(out, rule, x->meta, NULL,
					       "it has VIB '%s', which the"
					       " bundle does not have",
					       x->p->vibs[k].id);
	return EK_OK;
}

const struct ek_rule ek_rules_bundle[] = {
	{ "vib-file", E, EK_RALL, NULL, AGAIN, check_file },
	{ "bulletin-vib", E, EK_RALL, NULL, AGAIN, check_bulletin_vib },
	{ "vib-bulletin", W, EK_RALL, NULL, AGAIN, check_vib_bulletin },
	{ "versions", W, EK_RALL, NULL, AGAIN, check_versions },
	{ "component", E, EK_RALL, NULL, AGAIN, check_component },
	{ "component-twice", W, EK_RALL, NULL, "keep one of them",
	  check_twice },
	{ "profile-vib", E, EK_RALL, NULL, "add the VIB, or take it out of the"
	  " profile", check_profile },
};
const size_t ek_rules_bundle_n = sizeof(ek_rules_bundle) /
	sizeof(ek_rules_bundle[0]);

/* ---- a VIB in it -------------------------------------------------------- */

static int check_packed(const struct ek_rule *rule, const void *subject,
			struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_bundle_vib *s = subject;
	const struct ek_depot_vib *f = &s->v->file;

	(void)err;
	if (f->has_size && f->size != s->size)
		ek_finding_add(out, rule, s->p->file, NULL, "it has %" PRIu64
			       " bytes, packed-size in '%s' says %" PRIu64,
			       s->size, s->v->meta, f->size);
	if (f->sha256 != NULL && !ek_digest_equal(f->sha256, s->sha256))
		ek_finding_add(out, rule, s->p->file, NULL, "its sha-256 is"
			       " %s, '%s' says %s", s->sha256, s->v->meta,
			       f->sha256);
	return EK_OK;
}

static int parse(const struct ek_vibdesc *d, const char *name,
		 struct ek_xml **x, struct ek_err *err)
{
	struct ek_buf b = EK_BUF_INIT;
	int rc;

	*x = NULL;
	ek_vibdesc_write(d, EK_VIBDESC_DATABASE, &b);
	rc = ek_buf_check(&b, name, err);
	if (rc == EK_OK)
		rc = ek_xml_parse(x, name, b.p, b.len, NULL, err);
	ek_buf_free(&b);
	return rc;
}

static bool same_element(const struct ek_node *a, const struct ek_node *b,
			 bool *failed)
{
	struct ek_buf x = EK_BUF_INIT, y = EK_BUF_INIT;
	bool same;

	ek_xml_write(a, &x);
	ek_xml_write(b, &y);
	*failed = *failed || x.failed || y.failed;
	same = strcmp(ek_buf_str(&x), ek_buf_str(&y)) == 0;
	ek_buf_free(&x);
	ek_buf_free(&y);
	return same;
}

/* Both are in the order of the database form. */
static void compare(const struct ek_rule *rule,
		    const struct ek_rules_bundle_vib *s, struct ek_xml *meta,
		    struct ek_xml *vib, struct ek_findings *out, bool *failed)
{
	const struct ek_node *a = ek_node_child(ek_xml_root(meta), NULL);
	const struct ek_node *b = ek_node_child(ek_xml_root(vib), NULL);

	while (a != NULL && b != NULL && same_element(a, b, failed)) {
		a = ek_node_next(a, NULL);
		b = ek_node_next(b, NULL);
	}
	if (a != NULL || b != NULL)
		ek_finding_add(out, rule, s->v->meta, NULL, "<%s> is another"
			       " there than in the descriptor of '%s'",
			       ek_node_name(a != NULL ? a : b), s->p->file);
}

static int check_metadata(const struct ek_rule *rule, const void *subject,
			  struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_bundle_vib *s = subject;
	struct ek_xml *meta, *vib = NULL;
	bool failed = false;
	int rc;

	if (!s->p->parsed)
		return EK_OK; /* told by the rules of the VIB */
	rc = parse(&s->v->d, s->v->meta, &meta, err);
	if (rc == EK_OK)
		rc = parse(&s->p->d, s->p->file, &vib, err);
	if (rc == EK_OK)
		compare(rule, s, meta, vib, out, &failed);
	ek_xml_free(&meta);
	ek_xml_free(&vib);
	if (!failed)
		return rc;
	errno = ENOMEM;
	return ek_fail_sys(err, "bundle");
}

const struct ek_rule ek_rules_bundle_vib[] = {
	{ "packed", E, EK_RALL, "VibPayloadDigestError", AGAIN, check_packed },
	{ "metadata", E, EK_RALL, NULL, AGAIN, check_metadata },
};
const size_t ek_rules_bundle_vib_n = sizeof(ek_rules_bundle_vib) /
	sizeof(ek_rules_bundle_vib[0]);
