/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pcimatch.h - which driver takes a device
 *
 * Source: vib.5, "Driver packages". Directories of maps have ranks: oem, ihv,
 * default, driver, fallback. Within a rank the more specific line wins:
 * subsystem before device before class.
 */
#ifndef EK_PCIMATCH_H
#define EK_PCIMATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "ek/lspci.h"
#include "ek/pcimap.h"

struct ek_err;

/* One map; all borrowed. */
struct ek_pcisource {
	const char *path;    /* of the map: "etc/vmware/default.map.d/x.map" */
	const struct ek_pcimap *map;
	const char *vib_id, *vib_version; /* whose it is; may be NULL */
	const char *file;    /* the module of the image it is in; may be NULL */
};

/* Where its path lies, 0 first; -1: in none of these directories. */
int ek_map_rank(const char *path);
const char *ek_map_rank_name(int rank); /* "oem", ... */

enum ek_pcihow {
	EK_PCI_BY_CLASS, EK_PCI_BY_DEVICE, EK_PCI_BY_SUBSYSTEM,
};
const char *ek_pcihow_name(enum ek_pcihow how); /* "class", ... */

struct ek_pcihit {
	const struct ek_pcisource *source;
	const struct ek_map_line *line;
	int rank;
	enum ek_pcihow how;
	bool may;     /* it wants something of the device that is not known */
	bool unloaded; /* a vmklinux line, and this release loads no such */
	bool missing; /* its module is not there */
	bool vague;   /* it wants a class, and nothing of the device's is known:
		       * so it says nothing, of any device */
};
/* May it be what a host uses; false for the last three, and for a map that no
 * host reads. */
bool ek_pcihit_counts(const struct ek_pcihit *h);

enum ek_pciverdict { EK_PCI_NONE, EK_PCI_MAY, EK_PCI_TAKEN };

struct ek_pcimatch {
	enum ek_pciverdict verdict; /* of the first hit that counts */
	struct ek_pcihit *hits;     /* owned; the likely one first, and those
				     * that do not count last */
	size_t n;
	bool tie; /* the first two that count are equal, for two drivers */
};

/* Comparisons of one call; real images have some 2,000 lines. */
#define EK_PCIMATCH_STEPS (1u << 26)

struct ek_pcidrivers {
	const struct ek_pcisource *v;
	size_t n;
	bool vmklinux; /* lines with regtype=linux count */
	/* is there a module of this name; NULL: not known, all are there */
	bool (*has_module)(void *ctx, const char *driver);
	void *ctx;
};
/* m is to be cleared in any case. */
int ek_pcimatch(const struct ek_pcidrivers *drivers, const struct ek_pcidev *d,
		struct ek_pcimatch *m, struct ek_err *err);
void ek_pcimatch_clear(struct ek_pcimatch *m);

#endif /* EK_PCIMATCH_H */
