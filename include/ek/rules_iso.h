/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rules_iso.h - does the shape of an installer image let both firmwares boot
 *
 * Rules over struct ek_rules_iso, for the engine of finding.h. Source: what was
 * measured of the loaders (boot.cfg.5; iso-rebuild.1, "HOW IT IS DONE"). All of
 * them hold for every release.
 *
 *	boot-catalog     error    the boot catalog is damaged
 *	boot-entry       error    a firmware has no entry in it
 *	boot-image       warning  an entry points to no file
 *	boot-load-size   warning  more or less is loaded than should be
 *	boot-table       error    ISOLINUX.BIN would not find itself
 *	boot-cfg         error    a firmware finds no boot.cfg
 *	boot-cfg-load    error    the loader stops in reading it, or for skip=
 *	too-many-modules error    the loader hangs
 *	module-missing   error    kernel or module is not there
 *	module-empty     error    kernel or module has no bytes
 *	module-extents   error    it lies in several extents; one is loaded
 *	boot-cfg-differ  warning  the firmwares do not boot the same
 *
 * and in a table of its own, since it reads every module:
 *
 *	module-gzip      error    not one whole gzip member
 *
 * The first five are for ISO images and silent on a directory.
 */
#ifndef EK_RULES_ISO_H
#define EK_RULES_ISO_H

#include <stdbool.h>
#include <stddef.h>

#include "ek/finding.h"

struct ek_image;

/* The subject; its boot.cfg are read through the image, which keeps them. */
struct ek_rules_iso {
	struct ek_image *image;
	/* module-gzip looks at these paths only; NULL: at every module */
	const char *const *only;
	size_t n_only;
	/* its files are meant for a directory or another file system: as if it
	 * were one */
	bool copied;
};

extern const struct ek_rule ek_rules_iso[];
extern const size_t ek_rules_iso_count;
extern const struct ek_rule ek_rules_iso_data[];
extern const size_t ek_rules_iso_data_count;

#endif /* EK_RULES_ISO_H */
