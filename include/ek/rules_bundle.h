/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rules_bundle.h - what is wrong in an offline bundle that can be read
 *
 * Source: bundle.5, "Checks of a bundle". Codes: see esxi-bundle.1.
 */
#ifndef EK_RULES_BUNDLE_H
#define EK_RULES_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ek/finding.h"

struct ek_bundle;
struct ek_bundle_vib;
struct ek_vibprobe;

/* The subject of the first is a struct ek_bundle. */
extern const struct ek_rule ek_rules_bundle[];
extern const size_t ek_rules_bundle_n;

/* One VIB, whose bytes were read; all borrowed. */
struct ek_rules_bundle_vib {
	const struct ek_bundle_vib *v;
	const struct ek_vibprobe *p;
	uint64_t size;      /* of the .vib, as sha256 */
	const char *sha256;
};
extern const struct ek_rule ek_rules_bundle_vib[];
extern const size_t ek_rules_bundle_vib_n;

/* All of them and those of each VIB (rules_vib.h), for the releases that the
 * bundle declares. *refused is true where something of the bundle is an error, or
 * no declared release takes a VIB. Failures are those of the system. */
int ek_bundle_check(struct ek_bundle *b, struct ek_findings *out,
		    bool *refused, struct ek_err *err);

/* The releases that the versions of a bundle stand for; all where one cannot be
 * told. */
unsigned ek_bundle_releases(const struct ek_bundle *b);

#endif /* EK_RULES_BUNDLE_H */
