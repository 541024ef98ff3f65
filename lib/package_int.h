/* SPDX-License-Identifier: BSD-2-Clause */
/* package_int.h - parts of package.c that have a file of their own */
#ifndef EK_PACKAGE_INT_H
#define EK_PACKAGE_INT_H

#include "ek/err.h"
#include "ek/package.h"

void ek_package_tell(const struct ek_package_opts *o, enum ek_say_kind kind,
		     const char *fmt, ...) EK_PRINTF(3, 4);

/* All that is checked when everything was read. */
int ek_package_check(struct ek_package *p, const struct ek_package_opts *o,
		     struct ek_err *err);

/* Put the ids of o into the maps, and pack the package anew with them. */
int ek_package_add(struct ek_package *p, const struct ek_package_opts *o,
		   struct ek_err *err);

#endif /* EK_PACKAGE_INT_H */
