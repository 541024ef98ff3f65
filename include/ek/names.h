/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * names.h - the hash in database file names, local payload names, boot order
 *
 * Source: imgdb.5, "File names", "Local names and boot order".
 */
#ifndef EK_NAMES_H
#define EK_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ek/vibdesc.h"

struct ek_err;

/* Python 2's hash of a string and of a pair, signed; bits is 32 or 64. */
int64_t ek_hash_string(const char *s, unsigned bits);
int64_t ek_hash_pair(const char *s, const char *t, unsigned bits);

/* "<name>-<hash of id>.xml"; malloc()ed, NULL: no memory. */
char *ek_name_vib_file(const char *vib_name, const char *vib_id, unsigned bits);
/* Percent-encoded name cut to 50, hash of (name, creator); malloc()ed. */
char *ek_name_profile_file(const char *name, const char *creator,
			   unsigned bits);

/* A payload in the set that gets names. */
struct ek_local {
	const char *vib_id;       /* borrowed, as the next three */
	const char *payload;
	const char *type;
	const char *vfat_name;    /* or NULL */
	int64_t boot_order;
	bool overlay, locker;     /* of its VIB */
	char *name;               /* owned; kept where not NULL */
	bool added;               /* out: name was given here */
};

/*
 * Give every payload without a name one (rules A to C); hyphens says the 5.0
 * rule. v is sorted by VIB id and payload name. A kept name met twice, a stem
 * with all 256 names taken, a payload name, type or vfat-name with other
 * characters than A-Z a-z 0-9 _ . -, and for a module or boot payload the
 * vfat-name of a file that no VIB brings (boot.cfg, imgdb.tgz...), are
 * EK_EREFUSE; nothing is changed then. Names count alike in upper and lower
 * case, as on a disc.
 */
int ek_names_assign(struct ek_local *v, size_t n, bool hyphens,
		    struct ek_err *err);

/*
 * Boot order: out[0..*m) are indices into v (sorted as above), the kernel first
 * and then the modules, up to imgdb.tgz; out has room for n. bootbank leaves
 * out payloads of locker VIBs.
 */
void ek_names_boot_order(const struct ek_local *v, size_t n, bool bootbank,
			 size_t *out, size_t *m);

void ek_locals_free(struct ek_local *v, size_t n); /* names and v */

#endif /* EK_NAMES_H */
