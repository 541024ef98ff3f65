/* SPDX-License-Identifier: BSD-2-Clause */
/* finding.c - the one engine behind every check */
#include "os.h"

#include <stdarg.h>

#include "ek/buf.h"
#include "ek/finding.h"
#include "ek/json.h"
#include "ek/release.h"

struct item {
	struct ek_finding pub; /* its texts are those below */
	char *subject, *what, *esxi_text;
};

struct ek_findings {
	struct item *v; /* owned, with the texts */
	size_t n, cap;
	bool failed; /* memory ran out: the list is not complete */
};

const char *ek_severity_name(enum ek_severity s)
{
	static const char *const names[] = { "info", "warning", "error" };

	return names[s];
}

int ek_findings_new(struct ek_findings **f, struct ek_err *err)
{
	*f = calloc(1, sizeof(**f));
	if (*f == NULL)
		return ek_fail_sys(err, "findings");
	return EK_OK;
}

static void clear(struct item *x)
{
	free(x->subject);
	free(x->what);
	free(x->esxi_text);
}

void ek_findings_free(struct ek_findings **f)
{
	if (*f == NULL)
		return;
	for (size_t i = 0; i < (*f)->n; i++)
		clear(&(*f)->v[i]);
	free((*f)->v);
	free(*f);
	*f = NULL;
}

static bool make_room(struct ek_findings *f)
{
	size_t cap = f->cap != 0 ? f->cap * 2 : 16;
	struct item *v;

	if (f->n < f->cap)
		return true;
	v = reallocarray(f->v, cap, sizeof(*v));
	if (v == NULL)
		return false;
	f->v = v;
	f->cap = cap;
	return true;
}

static void add(struct ek_findings *f, const struct ek_rule *rule,
		unsigned releases, const char *subject, const char *esxi_text,
		const char *what_fmt, va_list ap) EK_PRINTF(6, 0);

static void add(struct ek_findings *f, const struct ek_rule *rule,
		unsigned releases, const char *subject, const char *esxi_text,
		const char *what_fmt, va_list ap)
{
	struct item x = { .subject = strdup(subject) };

	if (vasprintf(&x.what, what_fmt, ap) < 0)
		x.what = NULL;
	if (esxi_text != NULL)
		x.esxi_text = strdup(esxi_text);
	if (x.what == NULL || x.subject == NULL ||
	    (x.esxi_text == NULL && esxi_text != NULL) || !make_room(f)) {
		f->failed = true;
		clear(&x);
		return;
	}
	x.pub = (struct ek_finding){
		.severity = rule->severity, .code = rule->code,
		.esxi_class = rule->esxi_class, .remedy = rule->remedy,
		.releases = releases, .subject = x.subject,
		.what = x.what, .esxi_text = x.esxi_text,
	};
	f->v[f->n++] = x;
}

void ek_finding_add(struct ek_findings *f, const struct ek_rule *rule,
		    const char *subject, const char *esxi_text,
		    const char *what_fmt, ...)
{
	va_list ap;

	va_start(ap, what_fmt);
	add(f, rule, rule->releases, subject, esxi_text, what_fmt, ap);
	va_end(ap);
}

void ek_finding_add_for(struct ek_findings *f, const struct ek_rule *rule,
			unsigned releases, const char *subject,
			const char *esxi_text, const char *what_fmt, ...)
{
	va_list ap;

	releases &= rule->releases;
	if (releases == 0)
		return;
	va_start(ap, what_fmt);
	add(f, rule, releases, subject, esxi_text, what_fmt, ap);
	va_end(ap);
}

int ek_rules_run(const struct ek_rule *rules, size_t n, unsigned mask,
		 const void *subject, struct ek_findings *out,
		 struct ek_err *err)
{
	for (size_t i = 0; i < n; i++) {
		int rc = EK_OK;

		if ((rules[i].releases & mask) != 0)
			rc = rules[i].check(&rules[i], subject, out, err);
		if (rc < 0)
			return rc;
	}
	if (out->failed)
		return ek_fail(err, EK_ESYS, "findings: %s", strerror(ENOMEM));
	return EK_OK;
}

size_t ek_findings_count(const struct ek_findings *f)
{
	return f->n;
}

size_t ek_findings_of(const struct ek_findings *f, enum ek_severity s)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++)
		n += f->v[i].pub.severity == s;
	return n;
}

const struct ek_finding *ek_findings_at(const struct ek_findings *f, size_t i)
{
	return i < f->n ? &f->v[i].pub : NULL;
}

/* Text out of a file must not begin a line of its own, or seem to. */
static void add_line_part(struct ek_buf *out, const char *s)
{
	while (*s != '\0') {
		size_t n = strcspn(s, "\n\t");

		ek_buf_add(out, s, n);
		s += n;
		if (*s != '\0') {
			ek_buf_addc(out, '?');
			s++;
		}
	}
}

static void add_esxi_line(const struct ek_finding *x, unsigned mask,
			  struct ek_buf *out)
{
	char releases[64];

	if (x->esxi_class == NULL && x->esxi_text == NULL)
		return;
	ek_buf_adds(out, "    ESXi");
	if (x->releases != EK_RALL) {
		ek_release_mask_text(x->releases & mask, releases);
		ek_buf_addf(out, " %s", releases);
	}
	ek_buf_adds(out, " says: ");
	if (x->esxi_class != NULL)
		ek_buf_adds(out, x->esxi_class);
	if (x->esxi_class != NULL && x->esxi_text != NULL)
		ek_buf_adds(out, ": ");
	if (x->esxi_text != NULL)
		add_line_part(out, x->esxi_text);
	ek_buf_addc(out, '\n');
}

void ek_findings_text(const struct ek_findings *f, unsigned mask,
		      struct ek_buf *out)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct ek_finding *x = &f->v[i].pub;

		ek_buf_addf(out, "%s: ", ek_severity_name(x->severity));
		add_line_part(out, x->subject);
		ek_buf_adds(out, ": ");
		add_line_part(out, x->what);
		ek_buf_addf(out, " [%s]\n", x->code);
		add_esxi_line(x, mask, out);
		if (x->remedy != NULL)
			ek_buf_addf(out, "    remedy: %s\n", x->remedy);
	}
}

static void add_releases(struct ek_json *j, unsigned mask)
{
	unsigned done = 0;

	ek_json_array(j, "releases");
	for (size_t i = 0; ek_release_at(i) != NULL; i++) {
		const struct ek_release *r = ek_release_at(i);

		if ((r->bit & mask & ~done) != 0)
			ek_json_str(j, NULL, r->base);
		done |= r->bit;
	}
	ek_json_close(j);
}

void ek_findings_json(const struct ek_findings *f, struct ek_json *j)
{
	ek_json_array(j, "findings");
	for (size_t i = 0; i < f->n; i++) {
		const struct ek_finding *x = &f->v[i].pub;

		ek_json_object(j, NULL);
		ek_json_str(j, "severity", ek_severity_name(x->severity));
		ek_json_str(j, "code", x->code);
		add_releases(j, x->releases);
		ek_json_str(j, "subject", x->subject);
		ek_json_str(j, "message", x->what);
		ek_json_str(j, "esxi_class", x->esxi_class);
		ek_json_str(j, "esxi_text", x->esxi_text);
		ek_json_str(j, "remedy", x->remedy);
		ek_json_close(j);
	}
	ek_json_close(j);
}

int ek_findings_verdict(const struct ek_findings *f, const char *who,
			struct ek_err *err)
{
	const struct ek_finding *first = NULL;
	size_t n = ek_findings_of(f, EK_ERROR);
	char more[64] = "";

	if (n == 0)
		return EK_OK;
	for (size_t i = 0; first == NULL; i++)
		if (f->v[i].pub.severity == EK_ERROR)
			first = &f->v[i].pub;
	if (n > 1)
		snprintf(more, sizeof(more), "; %zu more error%s", n - 1,
			 n > 2 ? "s" : "");
	return ek_fail(err, EK_EREFUSE, "%s: %s: %s [%s]%s", who,
		       first->subject, first->what, first->code, more);
}
