/* SPDX-License-Identifier: BSD-2-Clause */
/* rules_boot_int.h - shared by the parts of rules_boot; for nobody else */
#ifndef EK_RULES_BOOT_INT_H
#define EK_RULES_BOOT_INT_H

struct ek_err;
struct ek_findings;
struct ek_rule;

/* Rules over modules= and the names in it; subject: struct ek_rules_boot. */
typedef int rules_boot_check(const struct ek_rule *rule, const void *subject,
			     struct ek_findings *out, struct ek_err *err);

rules_boot_check rules_boot_name_hyphens, rules_boot_empty_item,
	rules_boot_too_many, rules_boot_many, rules_boot_relative_name,
	rules_boot_iso_name, rules_boot_twice, rules_boot_trusted_name,
	rules_boot_prefix_ignored;

#endif /* EK_RULES_BOOT_INT_H */
