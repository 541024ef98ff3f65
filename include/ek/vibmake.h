/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vibmake.h - make a VIB of a driver package, files, directories and a
 *             descriptor (vib.5; vib-gen.1)
 */
#ifndef EK_VIBMAKE_H
#define EK_VIBMAKE_H

#include <stddef.h>

#include "ek/package.h"
#include "ek/vibopts.h"

struct ek_err;
struct ek_out;

struct ek_vibmake; /* opaque */

/*
 * Read, check and measure all that goes in, and compose the descriptor. o is
 * borrowed until free; say (may be NULL) is told what a person should know. No
 * payload is held in memory: those that must be made lie in scratch files.
 */
int ek_vibmake_open(struct ek_vibmake **out, const struct ek_vibopts *o,
		    ek_say *say, void *ctx, struct ek_err *err);

/* The bytes of descriptor.xml; borrowed. */
const char *ek_vibmake_descriptor(const struct ek_vibmake *m, size_t *len);

/* Write the VIB. A file that is no longer what was measured is EK_EREFUSE. */
int ek_vibmake_write(struct ek_vibmake *m, struct ek_out *out,
		     struct ek_err *err);

void ek_vibmake_free(struct ek_vibmake **m); /* *m may be NULL */

#endif /* EK_VIBMAKE_H */
