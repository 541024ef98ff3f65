/* SPDX-License-Identifier: BSD-2-Clause */
/* bootcheck.h - the rules of rules_boot.h over several files, and the report */
#ifndef EK_BOOTCHECK_H
#define EK_BOOTCHECK_H

#include <stdbool.h>

#include "ek/rules_boot.h"

struct ek_bootset;
struct ek_buf;
struct ek_err;

/*
 * Check each file of the set as one that lies at place, and each of the others
 * against the first. dir is the root of the disc or tree that holds the
 * modules; NULL: the rules that want it are skipped, and named in the report.
 *
 * The report is text, or one JSON document: files (array of names), place,
 * skipped (array of codes), errors, warnings, findings. EK_EREFUSE, and out is
 * complete, where there is an error among the findings.
 */
int ek_bootcheck(const struct ek_bootset *set, enum ek_boot_place place,
		 const char *dir, bool json, struct ek_buf *out,
		 struct ek_err *err);

#endif /* EK_BOOTCHECK_H */
