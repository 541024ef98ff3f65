/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rules_image.h - does an image agree with itself: boot.cfg, modules, database,
 *                 descriptors
 *
 * Source: imgdb.5, boot.cfg.5, "Secure Boot"; vib.5, "Checksums". The subject is
 * a struct ek_rules_image. A file has one fault at most, the first of the list
 * that holds: a module that is not there has no wrong digest as well.
 *
 *	database          error    no image database, or not readable
 *	module-missing    error    in boot.cfg, and not there
 *	payload-file      error    a payload that a module must be made of has no
 *	                           file
 *	module-empty      error    no bytes
 *	module-extents    error    ISO: several extents; one is loaded
 *	module-stray      error    in boot.cfg, and no VIB claims it
 *	payload-unbooted  error    a payload that no boot.cfg loads
 *	module-gzip ...   error    what the loader refuses (rules_payload.h)
 *	payload-gzip      error    its type wants gzip, it is none or damaged
 *	digest            error    not the bytes that the descriptor speaks of
 *	gunzip-digest     error    the same of what is in them
 *	size              warning  not as many bytes as the descriptor tells
 *	payload-layer     error    zstd without type vzstd, or the reverse
 *	vmtar, tgz        error    not the archive that its type says, or damaged
 *	module-damaged    error    a module of the installer that cannot be read
 *	file-list         warning  files inside that the list does not name, or
 *	                           the reverse
 *	imgpayld          error    ISO: a boot payload that imgpayld.tgz lacks, or
 *	                           has with other bytes
 *	installer-module  error    ISO: imgpayld.tgz, basemisc.tgz and so on are
 *	                           not loaded
 *	trusted-name      warning  a VIB's module with a name Secure Boot minds
 *	name-83           warning  two modules that are one, cut to 8.3
 *	descriptor        error    XML and signed original differ
 *	signature-missing error    6.5 and later: nothing stored to verify
 */
#ifndef EK_RULES_IMAGE_H
#define EK_RULES_IMAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "ek/finding.h"

struct ek_dbvib;
struct ek_err;
struct ek_imgdb;
struct ek_imgscan;
struct ek_profile;
struct ek_release;

/* The subject; all borrowed. */
struct ek_rules_image {
	struct ek_imgscan *scan;       /* with read, and entries of imgpayld.tgz */
	bool bank;       /* a bootbank of a host, which packs payloads anew */
	const struct ek_imgdb *db;     /* NULL: none that can be read */
	const struct ek_profile *p;    /* NULL: not exactly one */
	const struct ek_release *release;
	const char *version;           /* esx-version; NULL: not told */
};

/* All rules. A failure is one of the check itself. */
int ek_image_check(const struct ek_rules_image *s, struct ek_findings *out,
		   struct ek_err *err);

/* What the database stores of a VIB's signature. */
enum ek_stored {
	EK_STORED_COMMUNITY, /* nobody looks at that of this level */
	EK_STORED_SIG,       /* descriptor and signature: look at it */
	EK_STORED_UNTOLD,    /* nothing, as before 6.5: cannot tell */
	EK_STORED_MISSING,   /* signature-missing tells */
	EK_STORED_DIFFERS,   /* descriptor tells, and why */
};
/* why is for the last; a failure is one of the system. */
int ek_image_stored(const struct ek_rules_image *s, const struct ek_dbvib *v,
		    enum ek_stored *st, struct ek_err *why, struct ek_err *err);

#endif /* EK_RULES_IMAGE_H */
