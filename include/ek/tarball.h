/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tarball.h - read a tar of any dialect, and only a tar (libarchive)
 *
 * v7, POSIX ustar, pax, GNU; no other format and no filter is ever enabled:
 * compression is taken off before, by ek_layers_open(). Sparse files, hard
 * links with data of their own, an archive without an end mark (one zero block
 * is enough), names of pax headers with a NUL in them, which libarchive would cut
 * there, and whatever it warns about, are refused. Not for vmtar, which is told.
 * Names are the archive's bytes in every locale, control characters and ".."
 * included: see ek_path_problem().
 */
#ifndef EK_TARBALL_H
#define EK_TARBALL_H

#include <stddef.h>
#include <stdint.h>

struct ek_err;
struct ek_in;
struct ek_entry;
struct ek_out;

/* Entries accepted in one archive. */
#define EK_TARBALL_MAX 1000000u

/* Bytes of a tar that are copied to a scratch file, and bytes of files that are
 * extracted of it: twice what a vmtar can hold. A bomb can have any number. */
#define EK_TAR_DISK_MAX ((uint64_t)4 << 30)

struct ek_tarball; /* opaque */

/* in is borrowed until close; its name is used in messages. */
int ek_tarball_open(struct ek_tarball **out, struct ek_in *in,
		    struct ek_err *err);

/*
 * The next entry, its rest of data skipped; *e is the tarball's, valid until
 * the next call. EK_END at the end: then bytes behind the end-of-archive mark
 * other than zeros have been refused. The order is that of the archive.
 */
int ek_tarball_next(struct ek_tarball *t, const struct ek_entry **e,
		    struct ek_err *err);

/* Data of the current entry. *got is 0 at its end. */
int ek_tarball_read(struct ek_tarball *t, void *buf, size_t n, size_t *got,
		    struct ek_err *err);
int ek_tarball_copy(struct ek_tarball *t, struct ek_out *out,
		    struct ek_err *err);
/* All of it, malloc()ed with a NUL behind; more than limit is EK_ELIMIT. */
int ek_tarball_slurp(struct ek_tarball *t, size_t limit, char **data,
		     size_t *len, struct ek_err *err);

void ek_tarball_close(struct ek_tarball **t);

#endif /* EK_TARBALL_H */
