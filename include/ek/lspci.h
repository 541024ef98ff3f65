/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lspci.h - read what lspci(8) prints of a machine's devices
 *
 * Taken: -n, -nn, -mn, -mmn, -mmnn, -vmmn, -vmmnn, and the first two with -v or
 * -vv, mixed and one behind the other; with and without domains. Without numbers
 * (no n) a listing says nothing about ids, and is refused with what to run.
 */
#ifndef EK_LSPCI_H
#define EK_LSPCI_H

#include <stdbool.h>
#include <stddef.h>

#include "ek/pcimap.h"

struct ek_err;

/* Accepted: bytes of a listing, devices in it. */
#define EK_LSPCI_MAX     (16u << 20)
#define EK_LSPCI_DEVICES 65536u

struct ek_pcidev {
	char slot[24];  /* "0000:00:1f.6"; "" where there was none (--id) */
	/* vendor, device, subsystem vendor and device, class, subclass,
	 * programming interface: lower-case digits, '?' each where it is not
	 * known (lspci -n does not print it) */
	char id[EK_PCI_PATTERN + 1];
	char *name;     /* owned; lspci's words, or NULL */
	unsigned long line; /* where it begins; 0 for --id */
};

struct ek_pcidevs {
	struct ek_pcidev *v; /* in the order of the listing */
	size_t n, cap;
};

/* Parse; devices are added to d, which is zeroed to start. A line that is none
 * of these forms is EK_EFORMAT with its number. name is for messages. */
int ek_lspci_parse(struct ek_pcidevs *d, const char *name, const char *text,
		   size_t len, struct ek_err *err);

/* "10ec:8125" or "10ec:8125:1043:87d7", as an option has it: add that device,
 * of which the rest is not known. Anything else is EK_EARG. */
int ek_lspci_add_id(struct ek_pcidevs *d, const char *text, struct ek_err *err);
/* Is text of one of these two forms? */
bool ek_lspci_is_id(const char *text);

void ek_pcidevs_clear(struct ek_pcidevs *d);

/* What kind of device: decides whether it counts when nothing takes it. */
enum ek_pcidev_kind {
	EK_DEV_NETWORK, /* class 02 */
	EK_DEV_STORAGE, /* class 01, and Fibre Channel (0c04) */
	EK_DEV_BRIDGE,  /* class 05, 06, 08, 11: of the mainboard */
	EK_DEV_OTHER,
	EK_DEV_UNKNOWN, /* the class was not told */
};
enum ek_pcidev_kind ek_pcidev_kind(const struct ek_pcidev *d);
const char *ek_pcidev_kind_name(enum ek_pcidev_kind k); /* "network", ... */

#endif /* EK_LSPCI_H */
