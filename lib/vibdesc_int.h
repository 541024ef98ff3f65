/* SPDX-License-Identifier: BSD-2-Clause */
/* vibdesc_int.h - what the reader of descriptors and the rules over them take
 *                 for the same */
#ifndef EK_VIBDESC_INT_H
#define EK_VIBDESC_INT_H

#include <stdbool.h>

/* Cut white space at both ends, in place; s may be NULL. */
void ek_vd_strip(char *s);

/* true, false (any case), 1, 0; *out is left alone otherwise. */
bool ek_vd_bool(const char *s, bool *out);

/*
 * What is wrong with a relation, in ESXi's words, or NULL; absent ones are
 * NULL. Behind a text that ends with a blank comes the relation ("Invalid") or
 * the version ("invalid"), and a full stop.
 */
const char *ek_vd_constraint_problem(const char *name, const char *relation,
				     const char *version);

#endif /* EK_VIBDESC_INT_H */
