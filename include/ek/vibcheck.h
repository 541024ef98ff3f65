/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vibcheck.h - VIBs checked, each for itself and all together, and the report
 *              (vib-check.1)
 */
#ifndef EK_VIBCHECK_H
#define EK_VIBCHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "ek/rules_vib.h"

struct ek_buf;
struct ek_err;

/* VIBs in one run: a whole image has some 150. */
#define EK_VIBCHECK_MAX 1024u
/* Releases that can be asked for. */
#define EK_VIBCHECK_TARGETS 32u

struct ek_vibcheck {
	struct ek_vib_ask ask; /* targets: none asks for every release */
	bool json;
};

/*
 * Check the n files ("-": standard input). The report goes to out, complete in
 * each of these cases: EK_OK; EK_EREFUSE where an error holds for a release that
 * was asked for, or, where none was, no release takes one of them, or they do
 * not go together. Other failures are those of the system.
 */
int ek_vibcheck(const struct ek_vibcheck *c, char *const *files, size_t n,
		struct ek_buf *out, struct ek_err *err);

#endif /* EK_VIBCHECK_H */
