/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pcinames.h - what devices are called, of several lists of names
 *
 * Source: vib.5, "Driver packages". A question costs no walk over the lists, of
 * which the general one alone has some 35,000 lines.
 */
#ifndef EK_PCINAMES_H
#define EK_PCINAMES_H

#include <stddef.h>

#include "ek/pcimap.h"

struct ek_err;
struct ek_pciname; /* opaque */

struct ek_pcinames {
	struct ek_pciname *v; /* owned, sorted */
	size_t n;
};

/* The lists are borrowed until clear; n is the number of them. *names is made
 * anew, and to be cleared in any case. */
int ek_pcinames_make(struct ek_pcinames *names,
		     const struct ek_pciids *const *lists, size_t n,
		     struct ek_err *err);
void ek_pcinames_clear(struct ek_pcinames *names);

/*
 * The name of a device, whose id is that of a struct ek_pcidev, or the pattern of
 * a map's line: the first list that knows it wins, and there the subsystem
 * before the device. *vendor and *device are NULL where nobody knows. Borrowed.
 */
void ek_pcinames_find(const struct ek_pcinames *names, const char *id,
		      const char **vendor, const char **device);

#endif /* EK_PCINAMES_H */
