/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vibunpack.h - take a VIB apart into a directory
 *
 * Nothing is written before all of the VIB has been read and every payload has
 * been found to fit its checksums (paysum.h), and before it is known that no
 * file in the directory is in the way. The bytes are checked once more while
 * they are written.
 */
#ifndef EK_VIBUNPACK_H
#define EK_VIBUNPACK_H

#include <stdbool.h>
#include <stdint.h>

struct ek_err;
struct ek_nametab;

struct ek_vibunpack_opts {
	/*
	 * Payloads that hold an archive (types vgz, tgz, installer_vgz, vzstd)
	 * become a directory of the payload's name with what is in them;
	 * safely, see unpack.h. A layer that is not gzip is EK_EREFUSE.
	 */
	bool trees;
	/* Bytes of all their files, against bombs; 0: EK_TAR_DISK_MAX. */
	uint64_t max;
	/*
	 * Write only those payloads that this table says were added for this
	 * VIB and lie on the disc, under the file names that it gives, and no
	 * descriptor and signature. A payload it does not list is EK_EREFUSE.
	 * NULL: all members, under their own names.
	 */
	const struct ek_nametab *names;
	bool replace; /* files that are there; otherwise they are EK_EREFUSE */
	/* something that should be known about a member; may be NULL */
	void (*note)(void *ctx, const char *member, const char *text);
	/* a file or directory was made; may be NULL */
	void (*made)(void *ctx, const char *name);
	void *ctx;
};

/*
 * path "-" or NULL is standard input; a pipe goes through a scratch file. dir
 * is made where it is not there (its last component). Files get mode 0644 and the
 * VIB's release date, 0 where it has none; those in trees their own.
 */
int ek_vibunpack(const char *path, const char *dir,
		 const struct ek_vibunpack_opts *opts, struct ek_err *err);

#endif /* EK_VIBUNPACK_H */
