/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rules_payload.h - will the boot loader take this file as kernel or module?
 *
 * Source: boot.cfg.5, "Module files". The loader unpacks gzip, takes CRC and
 * length from the last eight bytes of the file, and hands over anything else as
 * it is. All rules hold for every release.
 *
 *	module-empty     error    no bytes: BIOS does not find such a file
 *	module-gzip      error    the loader stops: header, data, length or CRC
 *	module-trailing  error    accepted, but bytes behind the first member
 *	                          are lost, or all of it is
 *	module-length    warning  the length at its end is too large
 *	module-nothing   warning  unpacks to nothing, and is no place-holder
 *	module-plain     warning  not gzip; handed over as it is
 */
#ifndef EK_RULES_PAYLOAD_H
#define EK_RULES_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ek/bootcfg.h"
#include "ek/finding.h"
#include "ek/inflate.h"

struct ek_err;
struct ek_in;

/* What the loader makes of a file. */
struct ek_module_file {
	struct ek_gz_scan scan;
	bool gzip;                      /* begins with 1f 8b */
	unsigned char first[6];         /* bytes, 0 in a shorter file */
	enum ek_boot_status bios, uefi; /* EK_BOOT_OK: accepted */
	uint64_t size; /* handed to the kernel, where it is accepted */
};

/* Reads in to its end, in little memory. Only what the system does can fail. */
int ek_module_file_look(struct ek_in *in, struct ek_module_file *file,
			struct ek_err *err);

/* The subject of the rules. */
struct ek_rules_payload {
	const char *subject; /* for the finding: "boot.cfg: module '/s.v00'" */
	const char *path;    /* its name decides whether it may be empty */
	struct ek_module_file file;
};

extern const struct ek_rule ek_rules_payload[];
extern const size_t ek_rules_payload_count;

#endif /* EK_RULES_PAYLOAD_H */
