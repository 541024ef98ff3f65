/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rules_boot.h - is this boot.cfg one that all its readers take?
 *
 * Source: boot.cfg.5. The readers are the boot loader, safeboot on installed
 * hosts, and the strict parser of ESXi's upgrade. All rules hold for every
 * release. The codes:
 *
 *	bom               error    byte order mark; the first line is lost
 *	key-blank         error    blank before '='; the line is lost
 *	integer           error    not a number; the whole file is refused
 *	duplicate-key     error    a key given twice
 *	name-hyphens      error    '---' inside a name cuts it in two
 *	empty-item        error    an empty module in modules=
 *	too-many-modules  error    more than 249
 *	path-blank        error    white space in kernel= or prefix=
 *	no-kernel         error    no kernel= that the loader recognises
 *	relative-name     error    ISO: no leading '/' and no prefix
 *	iso-name          error    ISO: a name that an ISO maker changes
 *	bootstate         error    disk: not one digit in the first 512 bytes
 *	many-modules      warning  240 and more
 *	skip              warning  skip= makes the loader give up
 *	key-short         warning  abbreviated key
 *	key-case          warning  upper case in a key
 *	key-unknown       warning  key that no reader knows
 *	no-equals         warning  a line without '='
 *	hash              warning  '#' inside a line
 *	non-ascii         warning  bytes outside ASCII
 *	nul               warning  a NUL byte ends its line
 *	white-space       warning  tabs or double blanks in a value
 *	module-twice      warning  loaded twice
 *	trusted-name      warning  s, sb, esxcore, esxupdt: Secure Boot minds
 *	prefix-ignored    warning  prefix= with absolute names
 *	cdrom-boot        warning  disk, net: cdromBoot in kernelopt=
 *
 * and those that want the files, with the rules of rules_payload.h:
 *
 *	module-missing    error    kernel or module is not there
 *	name-case         error    net: there, but spelt in another case
 *
 * and for two files:
 *
 *	boot-cfg-differ   warning  they differ in kernel or modules
 */
#ifndef EK_RULES_BOOT_H
#define EK_RULES_BOOT_H

#include <stdbool.h>
#include <stddef.h>

#include "ek/bootcfg.h"
#include "ek/finding.h"

struct ek_buf;
struct ek_err;
struct ek_image;

/* Where the file lies, or will lie. */
enum ek_boot_place { EK_PLACE_ISO, EK_PLACE_DISK, EK_PLACE_NET };

/* "iso", "disk", "net"; false for others. */
bool ek_boot_place_parse(const char *s, enum ek_boot_place *place);
const char *ek_boot_place_name(enum ek_boot_place place);

/* The subject of the rules. */
struct ek_rules_boot {
	const struct ek_bootcfg *cfg;
	enum ek_boot_place place;
	const struct ek_image *files; /* root of the disc or tree, or NULL */
};

extern const struct ek_rule ek_rules_boot[];
extern const size_t ek_rules_boot_count;
/* These are silent where files is NULL. */
extern const struct ek_rule ek_rules_boot_files[];
extern const size_t ek_rules_boot_files_count;

/* Two files of one image. */
struct ek_rules_boot_pair {
	const struct ek_bootcfg *a, *b;
};
extern const struct ek_rule ek_rules_boot_pair[];
extern const size_t ek_rules_boot_pair_count;

#endif /* EK_RULES_BOOT_H */
