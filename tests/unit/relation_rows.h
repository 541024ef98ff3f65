/* SPDX-License-Identifier: BSD-2-Clause */
/* relation_rows.h - version of a provide, relation and version of a constraint, and
 *                   whether the one meets the other (vib.5, "Relations") */
#ifndef RELATION_ROWS_H
#define RELATION_ROWS_H

static const struct {
	const char *have, *relation, *want;
	bool meets;
} relation_rows[] = {
	{ "6.7.0-0.0.8169922", ">=", "6.5.0", true },
	{ "6.7.0-0.0.8169922", "=", "6.7.0", true },
	{ "6.7.0-0.0.8169922", ">>", "6.7.0", false },
	{ "6.7.0-0.0.8169922", "<=", "6.7.0", true },
	{ "6.7.0-0.0.8169922", "=", "6.7.0-0.0.8169922", true },
	{ "6.7.0-0.0.8169922", ">=", "6.7.0-0.0.9000000", false },
	{ "6.7.0-0.0.8169922", "=", "6.7", false },
	{ "6.7.0", ">=", "6.7.0-1", false },
	{ NULL, NULL, NULL, true },
	{ NULL, "=", "1", false },
	{ "1.0-1", NULL, NULL, true },
	{ "1.0", "<<", "1.0.0", true },
	{ "1.0-5", "<<", "1.0", false },
	{ "2.0-1", ">>", "1.9", true },
	/* ours */
	{ "1.0-1", "==", "1.0-1", false },
	{ "1.0-1", "<=", "1.0-1", true },
	{ "1.0-2", "<=", "1.0-1", false },
};

#endif
