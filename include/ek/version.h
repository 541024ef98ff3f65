/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * version.h - VIB versions and their order (imgdb.5, "Comparing versions")
 *
 * A version is "version" or "version-release"; each part is cut at dots, each
 * field is a leading number (-1 where there is none; no limit) and a rest.
 */
#ifndef EK_VERSION_H
#define EK_VERSION_H

#include <stdbool.h>

/* False for two hyphens or more; the empty string is valid. */
bool ek_version_valid(const char *v);

/* <0, 0, >0. Both must be valid. "1.0-1" equals "1.0-01". */
int ek_version_cmp(const char *a, const char *b);

/*
 * Does a provide of version have (NULL: none) satisfy "relation want"?
 * relation is one of << <= = >= >>, or NULL for no relation (always true). A
 * want without a release part is compared with have's part before its hyphen.
 */
bool ek_version_satisfies(const char *have, const char *relation,
			  const char *want);

/* True for << <= = >= >>. */
bool ek_version_relation_valid(const char *relation);

#endif /* EK_VERSION_H */
