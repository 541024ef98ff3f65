/* SPDX-License-Identifier: BSD-2-Clause */
/* bundlecheck.c - an offline bundle checked, with every VIB in it */
#include "os.h"

#include "ek/buf.h"
#include "ek/bundle.h"
#include "ek/digest.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/release.h"
#include "ek/rules_bundle.h"
#include "ek/rules_vib.h"
#include "ek/vibprobe.h"
#include "ek/xml_schema.h"
#include "ek/zip.h"

/* "5.*" and "6.*" stand for a major release, all else for one. */
static unsigned releases_of(const char *version)
{
	const struct ek_release *r;
	unsigned mask = 0;

	if (version[0] == '\0' || strcmp(version + 1, ".*") != 0) {
		r = ek_release_find(version);
		return r != NULL ? r->bit : 0;
	}
	for (size_t i = 0; (r = ek_release_at(i)) != NULL; i++)
		if (r->name[0] == version[0])
			mask |= r->bit;
	return mask;
}

unsigned ek_bundle_releases(const struct ek_bundle *b)
{
	const struct ek_strs *l = ek_bundle_versions(b, false);
	unsigned mask = 0;

	for (size_t i = 0; i < l->n; i++) {
		unsigned one = releases_of(l->v[i]);

		if (one == 0)
			return EK_RALL;
		mask |= one;
	}
	return mask != 0 ? mask : EK_RALL;
}

static unsigned refused_by(const struct ek_findings *f, size_t from)
{
	const struct ek_finding *x;
	unsigned mask = 0;

	for (size_t i = from; (x = ek_findings_at(f, i)) != NULL; i++)
		if (x->severity == EK_ERROR)
			mask |= x->releases;
	return mask;
}

/* The VIB as rules see it; its bytes pass once. */
static int probe(struct ek_bundle *b, struct ek_rules_bundle_vib *s,
		 struct ek_vibprobe **p, char sha256[EK_DIGEST_HEX],
		 struct ek_err *err)
{
	struct ek_digest *d = NULL;
	struct ek_in *in, *seen = NULL;
	int rc = ek_bundle_vib_in(b, s->v, &in, err);

	*p = NULL;
	if (rc == EK_OK)
		rc = ek_digest_new(&d, EK_SHA256, err);
	if (rc == EK_OK)
		rc = ek_in_open_digest(&seen, in, d, NULL, err);
	if (rc == EK_OK)
		rc = ek_vibprobe_open(p, seen, err);
	if (rc == EK_OK) /* what the probe could not read as a VIB */
		rc = ek_in_skip(seen, s->v->member->size - ek_in_pos(seen),
				"VIB", err);
	if (rc == EK_OK)
		rc = ek_digest_hex(d, sha256, err);
	s->size = s->v->member->size;
	ek_digest_free(d);
	ek_in_close(&seen);
	ek_in_close(&in);
	return rc;
}

static int check_vib(struct ek_bundle *b, const struct ek_bundle_vib *v,
		     const struct ek_vib_ask *ask, unsigned mask,
		     struct ek_findings *out, struct ek_err *err)
{
	struct ek_rules_bundle_vib s = { .v = v };
	char sha256[EK_DIGEST_HEX];
	struct ek_vibprobe *p;
	int rc = probe(b, &s, &p, sha256, err);

	s.p = p;
	s.sha256 = sha256;
	if (rc == EK_OK)
		rc = ek_rules_run(ek_rules_bundle_vib, ek_rules_bundle_vib_n,
				  mask, &s, out, err);
	if (rc == EK_OK)
		rc = ek_vib_check(p, ask, mask, out, err);
	ek_vibprobe_free(&p);
	return rc;
}

static int check_vibs(struct ek_bundle *b, const struct ek_vib_ask *ask,
		      unsigned mask, struct ek_findings *out, bool *refused,
		      struct ek_err *err)
{
	const struct ek_bundle_vib *v;
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && (v = ek_bundle_vib(b, i)) != NULL;
	     i++) {
		size_t from = ek_findings_count(out);

		if (v->member == NULL)
			continue;
		rc = check_vib(b, v, ask, mask, out, err);
		*refused = *refused || (refused_by(out, from) & mask) == mask;
	}
	return rc;
}

/* All of the bundle are given together: one may need another. */
static int gather(const struct ek_bundle *b, struct ek_relvib **out,
		  struct ek_vib_ask *ask, struct ek_err *err)
{
	const struct ek_bundle_vib *v;
	size_t n = 0;

	while (ek_bundle_vib(b, n) != NULL)
		n++;
	*out = calloc(n + 1, sizeof(**out));
	if (*out == NULL)
		return ek_fail_sys(err, "bundle");
	for (size_t i = 0; (v = ek_bundle_vib(b, i)) != NULL; i++)
		(*out)[i] = (struct ek_relvib){ v->id, &v->d };
	ask->desc.given = *out;
	ask->desc.n_given = n;
	return EK_OK;
}

int ek_bundle_check(struct ek_bundle *b, struct ek_findings *out,
		    bool *refused, struct ek_err *err)
{
	struct ek_vib_ask ask = { .trust = NULL };
	unsigned mask = ek_bundle_releases(b);
	struct ek_xml_schema *schema = NULL;
	struct ek_relvib *given;
	size_t from = ek_findings_count(out);
	int rc = gather(b, &given, &ask, err);

	*refused = false;
	if (rc == EK_OK)
		rc = ek_rules_run(ek_rules_bundle, ek_rules_bundle_n, mask, b,
				  out, err);
	*refused = refused_by(out, from) != 0;
	/* made ready once, for all of them */
	if (rc == EK_OK)
		rc = ek_xml_schema_new(&schema, EK_SCHEMA_VIB, err);
	ask.desc.schema = schema;
	if (rc == EK_OK)
		rc = check_vibs(b, &ask, mask, out, refused, err);
	ek_xml_schema_free(&schema);
	free(given);
	return rc;
}
