/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rules_vib.h - what ESXi says of a VIB whose bytes were read: archive, payloads
 *               against the descriptor, signature
 *
 * Source: vib.5, "What ESXi says", "Checksums", "Signatures". What the descriptor
 * alone shows is in rules_desc.h. Codes: see vib-check.1.
 */
#ifndef EK_RULES_VIB_H
#define EK_RULES_VIB_H

#include <stdbool.h>
#include <stddef.h>

#include "ek/finding.h"
#include "ek/rules_desc.h"

struct ek_err;
struct ek_sig;
struct ek_sigtrust;
struct ek_vibprobe;

/* The subject; all borrowed. */
struct ek_rules_vib {
	const struct ek_vibprobe *p;
	const struct ek_sigtrust *trust; /* NULL: nobody told whom to trust */
	const struct ek_sig *sig;        /* NULL: none, or see sig_why */
	const char *sig_why;             /* why it cannot be read, or NULL */
	int verdict;                     /* enum ek_sig_verdict, where sig is */
	const char *verdict_why;
};

extern const struct ek_rule ek_rules_vib[];
extern const size_t ek_rules_vib_n;
/* Of the signature alone; also for the .orig and .sig of a database. */
extern const struct ek_rule ek_rules_vib_sig[];
extern const size_t ek_rules_vib_sig_n;

struct ek_vib_ask {
	struct ek_desc_ask desc;
	const struct ek_sigtrust *trust;
};

/* All rules over one VIB, those of its descriptor with them; mask: the releases
 * asked for. A failure is one of the check itself. */
int ek_vib_check(const struct ek_vibprobe *p, const struct ek_vib_ask *ask,
		 unsigned mask, struct ek_findings *out, struct ek_err *err);

/* Only of its signature: text is the descriptor, id and level what it says. */
int ek_vib_check_sig(const struct ek_vibprobe *p,
		     const struct ek_sigtrust *trust, unsigned mask,
		     struct ek_findings *out, struct ek_err *err);

#endif /* EK_RULES_VIB_H */
