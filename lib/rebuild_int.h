/* SPDX-License-Identifier: BSD-2-Clause */
/* rebuild_int.h - the rules on either side of a rebuild */
#ifndef EK_REBUILD_INT_H
#define EK_REBUILD_INT_H

#include <stdbool.h>

#include "ek/rebuild.h"

struct ek_image;

/*
 * Look at the input of plan b. found gets every finding. EK_EREFUSE: a firmware
 * has no boot entry or no right boot information table (force lets that pass),
 * both do, or a boot.cfg is not there and b does not add it.
 */
int ek_rebuild_admit(const struct ek_isobuild *b, struct ek_image *in,
		     bool force, struct ek_findings *found, struct ek_err *err);

/*
 * Look at the output; before is what admit found. EK_EREFUSE: any error that
 * admit did not let pass; two boot.cfg that differ and did not before (force
 * lets that pass); an added module that the loader could not unpack.
 */
int ek_rebuild_accept(const struct ek_isobuild *b, struct ek_image *out,
		      const struct ek_findings *before, bool force,
		      struct ek_findings *found, struct ek_err *err);

#endif /* EK_REBUILD_INT_H */
