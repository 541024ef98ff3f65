/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pciadd.h - one more PCI id for a driver: as an option has it, as a line of a
 *            map (vib.5, "Driver packages")
 *
 * Only the map is changed. A driver has a table of ids of its own, and one that
 * lacks the id will not take the card all the same.
 */
#ifndef EK_PCIADD_H
#define EK_PCIADD_H

#include <stdbool.h>

#include "ek/pcimap.h"

struct ek_err;
struct ek_buf;

struct ek_pciadd {
	char id[EK_PCI_PATTERN + 1]; /* as in a native map; dots are any */
	char *driver;                /* owned; NULL: not told */
};

/* The sentence that a person must be told. */
#define EK_PCIADD_TABLE "a driver whose own table lacks the id will still not" \
	" take the card"

/* "vvvv:dddd[:ssss:ssss][=driver]"; anything else is EK_EARG. *a is zeroed first,
 * and left cleared on failure. */
int ek_pciadd_parse(struct ek_pciadd *a, const char *text, struct ek_err *err);
void ek_pciadd_clear(struct ek_pciadd *a);

/* "10ec:8125" or "10ec:8125:1043:87d7" */
void ek_pciadd_text(const struct ek_pciadd *a, char out[20]);

/* Put it into m as a line of that kind; class is for vmklinux lines. *there: that
 * line was in m already, and m is as it was. */
int ek_pciadd_to(const struct ek_pciadd *a, struct ek_pcimap *m,
		 enum ek_map_kind kind, const char *driver, const char *class,
		 bool *there, struct ek_err *err);

#endif /* EK_PCIADD_H */
