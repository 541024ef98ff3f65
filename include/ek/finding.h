/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * finding.h - the one engine behind every check
 *
 * A rule is one row of a table and one function. A checker is a list of such
 * tables run over one subject; what the functions report is collected here and
 * shown in one place, as text or as JSON.
 */
#ifndef EK_FINDING_H
#define EK_FINDING_H

#include <stdbool.h>
#include <stddef.h>

#include "ek/err.h"

struct ek_json;
struct ek_buf;

enum ek_severity { EK_INFO, EK_WARNING, EK_ERROR };
const char *ek_severity_name(enum ek_severity s); /* info, warning, error */

struct ek_findings; /* opaque list */

struct ek_rule {
	const char *code;       /* stable, lower-case with hyphens: "path-rule" */
	enum ek_severity severity;
	unsigned releases;      /* mask of release.h: where it holds */
	const char *esxi_class; /* ESXi's error class, or NULL */
	const char *remedy;     /* what to do, one line */
	/*
	 * Look at subject (each table says what that points to) and report with
	 * ek_finding_add(). Returns EK_OK, or a failure of the check itself.
	 */
	int (*check)(const struct ek_rule *rule, const void *subject,
		     struct ek_findings *out, struct ek_err *err);
};

int ek_findings_new(struct ek_findings **f, struct ek_err *err);
void ek_findings_free(struct ek_findings **f);

/*
 * One finding of this rule. subject names file, member, path, VIB; what says in
 * our words what is wrong; esxi_text is what ESXi would print, or NULL. All are
 * copied. A lack of memory sticks and ek_rules_run() reports it.
 */
void ek_finding_add(struct ek_findings *f, const struct ek_rule *rule,
		    const char *subject, const char *esxi_text,
		    const char *what_fmt, ...) EK_PRINTF(5, 6);

/* The same for some releases of the rule's only (a mask; 0: nothing is added):
 * what one release refuses and another takes. */
void ek_finding_add_for(struct ek_findings *f, const struct ek_rule *rule,
			unsigned releases, const char *subject,
			const char *esxi_text, const char *what_fmt, ...)
	EK_PRINTF(6, 7);

/* Run each of n rules whose releases meet mask over subject. */
int ek_rules_run(const struct ek_rule *rules, size_t n, unsigned mask,
		 const void *subject, struct ek_findings *out,
		 struct ek_err *err);

size_t ek_findings_count(const struct ek_findings *f);
size_t ek_findings_of(const struct ek_findings *f, enum ek_severity s);

struct ek_finding {
	enum ek_severity severity;
	const char *code, *esxi_class, *remedy;
	unsigned releases;
	const char *subject, *what, *esxi_text; /* owned by the list */
};
/* In the order of ek_finding_add(); NULL behind the last. Borrowed until the
 * next is added. */
const struct ek_finding *ek_findings_at(const struct ek_findings *f, size_t i);

/*
 * Text, one finding a block:
 *	error: SUBJECT: WHAT [CODE]
 *	    ESXi 6.7 says: CLASS: TEXT
 *	    remedy: REMEDY
 * The release is left out where releases are all, else mask & its own. A line
 * end or tab inside a text shows as '?': no finding can forge another.
 */
void ek_findings_text(const struct ek_findings *f, unsigned mask,
		      struct ek_buf *out);

/* Array "findings" of objects: severity, code, releases (array of "6.7" and so
 * on), subject, message, esxi_class, esxi_text, remedy (each may be null). */
void ek_findings_json(const struct ek_findings *f, struct ek_json *j);

/* EK_EREFUSE with the first error's text and the number of the others where
 * there is an error, else EK_OK; who ("profile 'x'") begins the message. */
int ek_findings_verdict(const struct ek_findings *f, const char *who,
			struct ek_err *err);

#endif /* EK_FINDING_H */
