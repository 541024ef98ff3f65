/* SPDX-License-Identifier: BSD-2-Clause */
/* vibcheck.c - VIBs checked, each for itself and all together, and the report */
#include "os.h"

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/json.h"
#include "ek/pool.h"
#include "ek/release.h"
#include "ek/rules_set.h"
#include "ek/vibcheck.h"
#include "ek/vibprobe.h"
#include "ek/xml.h"
#include "ek/xml_schema.h"

struct one {
	struct ek_vibprobe *p;
	struct ek_findings *f;
	unsigned refused; /* mask of releases for which there is an error */
};

struct job {
	const struct ek_vibcheck *c;
	char *const *files;
	unsigned mask; /* releases that count */
	struct one *v;
	size_t n;
	struct ek_xml_schema *schema; /* NULL for one file */
	struct ek_findings *together;
	struct ek_relvib *given; /* those whose descriptor could be read */
	size_t n_given;
};

/* ---- checking ----------------------------------------------------------- */

static unsigned mask_of(const struct ek_desc_ask *ask)
{
	unsigned mask = 0;

	for (size_t i = 0; i < ask->n_targets; i++)
		mask |= ask->targets[i]->bit;
	return mask != 0 ? mask : EK_RALL;
}

static unsigned refused_by(const struct ek_findings *f)
{
	const struct ek_finding *x;
	unsigned mask = 0;

	for (size_t i = 0; (x = ek_findings_at(f, i)) != NULL; i++)
		if (x->severity == EK_ERROR)
			mask |= x->releases;
	return mask;
}

/* Each file for itself, several at a time. */
static int read_one(void *ctx, size_t i, struct ek_err *err)
{
	struct job *j = ctx;
	struct ek_in *in;
	int rc = ek_in_open(&in, j->files[i], err);

	if (rc == EK_OK)
		rc = ek_vibprobe_open(&j->v[i].p, in, err);
	ek_in_close(&in);
	return rc;
}

/* All of them are read: one may provide what another depends on. Several at a
 * time, too: what they share does not change any more. */
static int check_one(void *ctx, size_t i, struct ek_err *err)
{
	const struct job *j = ctx;
	struct one *o = &j->v[i];
	struct ek_vib_ask ask = j->c->ask;
	int rc = ek_findings_new(&o->f, err);

	ask.desc.given = j->given;
	ask.desc.n_given = j->n_given;
	ask.desc.schema = j->schema;
	if (rc == EK_OK)
		rc = ek_vib_check(o->p, &ask, j->mask, o->f, err);
	if (rc == EK_OK)
		o->refused = refused_by(o->f) & j->mask;
	return rc;
}

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct ek_relvib *)a)->id,
		      ((const struct ek_relvib *)b)->id);
}

static int check_twice(const struct ek_rule *rule, const void *subject,
		       struct ek_findings *out, struct ek_err *err)
{
	const struct ek_vib_set *s = subject;

	(void)err;
	for (size_t i = 1; i < s->n; i++)
		if (strcmp(s->v[i - 1].id, s->v[i].id) == 0)
			ek_finding_add(out, rule, s->v[i].id, NULL, "this VIB"
				       " was given twice");
	return EK_OK;
}

static const struct ek_rule twice = {
	"vib-twice", EK_WARNING, EK_RALL, NULL, "give it once", check_twice,
};

/* What is given, sorted by id. */
static int take_given(struct job *j, struct ek_err *err)
{
	j->given = calloc(j->n + 1, sizeof(*j->given));
	if (j->given == NULL)
		return ek_fail_sys(err, "VIBs");
	for (size_t i = 0; i < j->n; i++)
		if (j->v[i].p->parsed)
			j->given[j->n_given++] = (struct ek_relvib){
				j->v[i].p->id, &j->v[i].p->d };
	qsort(j->given, j->n_given, sizeof(*j->given), by_id);
	return EK_OK;
}

/* Each id once: relations are between different VIBs. */
static size_t without_twins(struct ek_relvib *v, size_t n)
{
	size_t k = 0;

	for (size_t i = 0; i < n; i++)
		if (i == 0 || strcmp(v[i].id, v[k - 1].id) != 0)
			v[k++] = v[i];
	return k;
}

static int check_together(struct job *j, struct ek_err *err)
{
	struct ek_vib_set set = { j->given, j->n_given };
	int rc;

	rc = ek_rules_run(&twice, 1, j->mask, &set, j->together, err);
	set.n = without_twins(j->given, set.n);
	if (rc == EK_OK && set.n > 1)
		rc = ek_rules_run(ek_rules_set, ek_rules_set_n, j->mask, &set,
				  j->together, err);
	return rc;
}

/* ---- verdicts ----------------------------------------------------------- */

/* The next release (a base one, once) that counts, from *i on; 0: no more. */
static const struct ek_release *next_release(const struct job *j, size_t *i)
{
	const struct ek_release *r;

	while ((r = ek_release_at(*i)) != NULL) {
		const struct ek_release *before = *i == 0 ? NULL :
			ek_release_at(*i - 1);

		++*i;
		if ((r->bit & j->mask) != 0 &&
		    (before == NULL || before->bit != r->bit))
			return r;
	}
	return NULL;
}

/* The codes of the errors that a release has, each once, ", " between. */
static int add_codes(const struct ek_findings *f, unsigned bit,
		     struct ek_strs *codes, struct ek_err *err)
{
	const struct ek_finding *x;
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && (x = ek_findings_at(f, i)) != NULL;
	     i++)
		if (x->severity == EK_ERROR && (x->releases & bit) != 0 &&
		    !ek_strs_has(codes, x->code))
			rc = ek_strs_add(codes, x->code, strlen(x->code), err);
	return rc;
}

static void put_verdict(struct ek_buf *out, const char *releases,
			const struct ek_strs *codes)
{
	ek_buf_addf(out, "%s: %s", releases,
		    codes->n == 0 ? "taken" : "refused:");
	for (size_t i = 0; i < codes->n; i++)
		ek_buf_addf(out, "%s %s", i != 0 ? "," : "", codes->v[i]);
	ek_buf_addc(out, '\n');
}

static bool same(const struct ek_strs *a, const struct ek_strs *b)
{
	bool yes = a->n == b->n;

	for (size_t i = 0; yes && i < a->n; i++)
		yes = strcmp(a->v[i], b->v[i]) == 0;
	return yes;
}

/* Releases with the same answer, one line: "8.0 9.0: refused: digest". */
static int verdict_text(const struct job *j, const struct one *o,
			struct ek_buf *out, struct ek_err *err)
{
	struct ek_strs codes = { NULL, 0, 0 }, last = { NULL, 0, 0 };
	const struct ek_release *r;
	char releases[64] = "";
	size_t i = 0, n = 0;
	int rc = EK_OK;

	while (rc == EK_OK && (r = next_release(j, &i)) != NULL) {
		rc = add_codes(o->f, r->bit, &codes, err);
		if (n != 0 && !same(&codes, &last)) {
			put_verdict(out, releases, &last);
			n = 0;
		}
		n += (size_t)snprintf(releases + n, sizeof(releases) - n,
				      "%s%s", n != 0 ? " " : "", r->base);
		ek_strs_free(&last);
		last = codes;
		codes = (struct ek_strs){ NULL, 0, 0 };
	}
	if (n != 0)
		put_verdict(out, releases, &last);
	ek_strs_free(&last);
	ek_strs_free(&codes);
	return rc;
}

static int verdict_json(const struct job *j, const struct one *o,
			struct ek_json *json, struct ek_err *err)
{
	const struct ek_release *r;
	size_t i = 0;
	int rc = EK_OK;

	ek_json_array(json, "verdicts");
	while (rc == EK_OK && (r = next_release(j, &i)) != NULL) {
		struct ek_strs codes = { NULL, 0, 0 };

		rc = add_codes(o->f, r->bit, &codes, err);
		ek_json_object(json, NULL);
		ek_json_str(json, "release", r->base);
		ek_json_bool(json, "taken", codes.n == 0);
		ek_json_array(json, "codes");
		for (size_t k = 0; k < codes.n; k++)
			ek_json_str(json, NULL, codes.v[k]);
		ek_json_close(json);
		ek_json_close(json);
		ek_strs_free(&codes);
	}
	ek_json_close(json);
	return rc;
}

/* ---- the report --------------------------------------------------------- */

static int report_text(const struct job *j, struct ek_buf *out,
		       struct ek_err *err)
{
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < j->n; i++) {
		const struct one *o = &j->v[i];

		ek_buf_addf(out, "%s%s: %s\n", i != 0 ? "\n" : "", o->p->file,
			    o->p->id != NULL ? o->p->id : "not readable");
		ek_findings_text(o->f, j->mask, out);
		rc = verdict_text(j, o, out, err);
	}
	if (rc == EK_OK && ek_findings_count(j->together) != 0) {
		ek_buf_adds(out, "\ntogether\n");
		ek_findings_text(j->together, j->mask, out);
	}
	return rc == EK_OK ? ek_buf_check(out, "report", err) : rc;
}

static int report_json(const struct job *j, struct ek_buf *out,
		       struct ek_err *err)
{
	struct ek_json json;
	int rc = EK_OK;

	ek_json_begin(&json, out);
	ek_json_array(&json, "vibs");
	for (size_t i = 0; rc == EK_OK && i < j->n; i++) {
		const struct one *o = &j->v[i];

		ek_json_object(&json, NULL);
		ek_json_str(&json, "file", o->p->file);
		ek_json_str(&json, "id", o->p->id);
		ek_findings_json(o->f, &json);
		rc = verdict_json(j, o, &json, err);
		ek_json_close(&json);
	}
	ek_json_close(&json);
	ek_json_object(&json, "together");
	ek_findings_json(j->together, &json);
	ek_json_close(&json);
	if (rc != EK_OK)
		return rc;
	ek_json_end(&json);
	return ek_buf_check(out, "report", err);
}

/* ---- the answer --------------------------------------------------------- */

/* The first error for these releases: one line must do for who reads no more.
 * There is one. */
static const struct ek_finding *first_error(const struct ek_findings *f,
					    unsigned releases)
{
	for (size_t i = 0; i < ek_findings_count(f); i++) {
		const struct ek_finding *x = ek_findings_at(f, i);

		if (x->severity == EK_ERROR && (x->releases & releases) != 0)
			return x;
	}
	return NULL;
}

static int answer(const struct job *j, struct ek_err *err)
{
	bool told = j->c->ask.desc.n_targets != 0;
	char releases[64];

	ek_release_mask_text(j->mask, releases);
	for (size_t i = 0; i < j->n; i++) {
		const struct one *o = &j->v[i];

		if (told && o->refused != 0) {
			const struct ek_finding *x = first_error(o->f,
								 o->refused);

			ek_release_mask_text(o->refused, releases);
			return ek_fail(err, EK_EREFUSE, "'%s': ESXi %s refuses"
				       " it: %s [%s]", o->p->file, releases,
				       x != NULL ? x->what : "several errors",
				       x != NULL ? x->code : "errors");
		}
		if (o->refused == j->mask)
			return ek_fail(err, EK_EREFUSE, "'%s': no release of"
				       " ESXi takes it", o->p->file);
	}
	if (refused_by(j->together) != 0)
		return ek_fail(err, EK_EREFUSE, "these VIBs do not go together");
	return EK_OK;
}

static int run(struct job *j, struct ek_buf *out, struct ek_err *err)
{
	int rc = ek_findings_new(&j->together, err);

	ek_xml_begin();
	if (rc == EK_OK)
		rc = ek_pool_run(0, j->n, read_one, j, err);
	if (rc == EK_OK)
		rc = take_given(j, err);
	if (rc == EK_OK && j->n > 1)
		rc = ek_xml_schema_new(&j->schema, EK_SCHEMA_VIB, err);
	if (rc == EK_OK)
		rc = ek_pool_run(0, j->n, check_one, j, err);
	if (rc == EK_OK)
		rc = check_together(j, err);
	if (rc == EK_OK)
		rc = j->c->json ? report_json(j, out, err)
				: report_text(j, out, err);
	return rc == EK_OK ? answer(j, err) : rc;
}

static size_t dashes(char *const *files, size_t n)
{
	size_t k = 0;

	for (size_t i = 0; i < n; i++)
		k += strcmp(files[i], "-") == 0;
	return k;
}

int ek_vibcheck(const struct ek_vibcheck *c, char *const *files, size_t n,
		struct ek_buf *out, struct ek_err *err)
{
	struct job j = { .c = c, .files = files,
			 .mask = mask_of(&c->ask.desc), .n = n };
	int rc;

	if (dashes(files, n) > 1)
		return ek_fail(err, EK_EARG, "standard input can be read once"
			       " only");
	if (n > EK_VIBCHECK_MAX)
		return ek_fail(err, EK_ELIMIT, "more than %u VIBs at once",
			       EK_VIBCHECK_MAX);
	j.v = calloc(n + 1, sizeof(*j.v));
	if (j.v == NULL)
		return ek_fail_sys(err, "VIBs");
	rc = run(&j, out, err);
	for (size_t i = 0; i < n; i++) {
		ek_vibprobe_free(&j.v[i].p);
		ek_findings_free(&j.v[i].f);
	}
	ek_findings_free(&j.together);
	ek_xml_schema_free(&j.schema);
	free(j.given);
	free(j.v);
	return rc;
}
