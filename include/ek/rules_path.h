/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rules_path.h - which paths a VIB of a level may hold, and the rule against
 *                overlay (vib.5, "Path rules"); ESXi calls them extensibility
 *                rules
 */
#ifndef EK_RULES_PATH_H
#define EK_RULES_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "ek/finding.h"
#include "ek/vibdesc.h"

enum ek_path_verdict {
	EK_PATH_OK,
	EK_PATH_ODD, /* passes on a host, but only because a dot in its list
		      * stands for any character */
	EK_PATH_BAD,
};

/*
 * path as file-list has it, without a leading slash. release is one bit of
 * enum ek_rel_bit: 5.0 and 5.1 have a shorter list than later ones (the lists
 * of 5.5 to 6.5, 7.0 and later are taken to be that of 6.7). Accepted and
 * certified VIBs may hold anything.
 */
enum ek_path_verdict ek_path_rule(enum ek_level level, unsigned release,
				  const char *path);
/* Would a host take it: not EK_PATH_BAD. */
bool ek_path_rule_ok(enum ek_level level, unsigned release, const char *path);

/*
 * The rules over a struct ek_vibdesc: path-rule (one finding for each path that
 * is bad), odd-path, overlay. For ek_rules_run().
 */
extern const struct ek_rule ek_rules_path[];
extern const size_t ek_rules_path_n;

#endif /* EK_RULES_PATH_H */
