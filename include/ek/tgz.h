/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tgz.h - a tar that is to become a payload of type tgz: is it in the form that
 *         ESXi takes, is it fit to be put in, and the same packed anew
 *
 * Source: vib.5, "Driver packages". The strict form is that of GNU tar: magic
 * "ustar  \0", octal numbers, names below 100 bytes without "./", a record for
 * every directory before its contents, files, directories and symbolic links
 * only, two zero blocks and zeros behind; round it one gzip member with nothing
 * after it.
 */
#ifndef EK_TGZ_H
#define EK_TGZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ek_err;
struct ek_in;
struct ek_out;
struct ek_entry;
struct ek_source;

/* What is unpacked must end below this: the loader keeps 32 bits of it. */
#define EK_TGZ_MAX (UINT64_C(4) << 30)
/* Names of this length and more (with the '/' of a directory) are refused. */
#define EK_TGZ_NAME 100

enum ek_tar_dialect { EK_TAR_GNU, EK_TAR_USTAR, EK_TAR_PAX, EK_TAR_V7 };
/* "GNU tar", "POSIX ustar", "POSIX pax", "v7 tar" */
const char *ek_tar_dialect_name(enum ek_tar_dialect dialect);

struct ek_tgz_form {
	bool strict;
	bool gzip;                   /* compressed at all */
	enum ek_tar_dialect dialect; /* when a first record could be read */
	char why[160];               /* what is not strict, first met; or "" */
};

/*
 * Look at the form alone, reading in (the file as it is, not unpacked) as far as
 * needed; it is borrowed. Damage makes it not strict; ek_tgz_read() will tell of
 * it. Fails only with EK_ESYS.
 */
int ek_tgz_form(struct ek_in *in, struct ek_tgz_form *form, struct ek_err *err);

/*
 * The same for who reads the tar anyway: show what is in the gzip as it passes,
 * then tell of the end (gzip: it was in gzip); only then form holds. form is
 * borrowed until free. Only lack of memory fails.
 */
struct ek_tgz_scan; /* opaque */
int ek_tgz_scan_new(struct ek_tgz_scan **s, struct ek_tgz_form *form,
		    struct ek_err *err);
int ek_tgz_scan_feed(struct ek_tgz_scan *s, const void *data, size_t n,
		     struct ek_err *err);
void ek_tgz_scan_end(struct ek_tgz_scan *s, bool gzip);
void ek_tgz_scan_free(struct ek_tgz_scan **s);

/* How to read, and to pack anew. */
struct ek_tgz_rules {
	bool driver;  /* of a driver: modes are made 0644, 0755 or 0555 (the
		       * sticky bit stays), owners root, and no link may be
		       * absolute */
	bool set_mtime;
	int64_t mtime; /* for every member */
	/*
	 * Called for every entry but directories, checked, in archive order.
	 * want (NULL: none) tells how many bytes of its data to hold; seen
	 * (NULL: not wanted) gets that many, or fewer where it has fewer.
	 */
	size_t (*want)(void *ctx, const struct ek_entry *e);
	int (*seen)(void *ctx, const struct ek_entry *e, const void *data,
		    size_t len, struct ek_err *err);
	/* NULL: not wanted. Of a file that is packed anew: true where these len
	 * bytes, borrowed, are written instead of its own. */
	bool (*replace)(void *ctx, const struct ek_entry *e, const void **data,
			size_t *len);
	void *ctx;
};

/*
 * Read all of in: a tar of any dialect, bare or in gzip of one or more members.
 * Refused with name and reason: names that are empty, absolute, have '..' or
 * control characters, or are 100 bytes and longer; names twice; a file where a
 * directory is needed; devices, FIFOs, hard links, and links that leave the
 * tree. *newest becomes the newest time of an entry (INT64_MIN: no entry).
 *
 * tar, where it is not NULL, gets the same as GNU tar, not compressed; it is
 * borrowed, and must be at its start.
 */
int ek_tgz_read(struct ek_in *in, const struct ek_tgz_rules *rules,
		struct ek_out *tar, int64_t *newest, struct ek_err *err);

/*
 * Make *s a tgz in the strict form: read and check all of it, and where it is
 * not strict, or anew is true, replace *s by a scratch file with the same as GNU
 * tar in gzip. form is that of the old *s.
 */
int ek_tgz_prepare(struct ek_source **s, const struct ek_tgz_rules *rules,
		   bool anew, struct ek_tgz_form *form, int64_t *newest,
		   struct ek_err *err);

#endif /* EK_TGZ_H */
