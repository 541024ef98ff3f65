/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unpack.h - extract an archive below a directory, safely
 *
 *	rc = ek_unpack_plan(&u, archive, &err);	// nothing is written yet
 *	rc = ek_dir_open(&d, path, true, &err);
 *	rc = ek_unpack_run(u, d, &opts, &err);
 *
 * The plan reads all headers and refuses, before anything is written: names
 * that ek_path_problem() refuses, a name twice, a name below a file or a link
 * of the same archive, hard links to anything but a file before them, devices,
 * FIFOs, unknown types, symbolic links without a usable target, and files of
 * more bytes together than ek_archive_max(). It reads and checks all data as
 * well, but for a vmtar from a pipe, which goes by once.
 *
 * Where that turns out bad while files are written, those that are complete
 * stay and no part of another one does.
 *
 * Restored are modes, with the sticky bit also of files (ESXi has 01644), and
 * times; directories get theirs last. Owners are never changed. setuid and
 * setgid are kept only below a directory of ours that others cannot enter
 * (ek_dir_is_private()): elsewhere they could run the file as the user who
 * extracted it; note is told.
 */
#ifndef EK_UNPACK_H
#define EK_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ek_archive;
struct ek_dir;
struct ek_err;
struct ek_footer;

/* Bytes of names and link targets accepted in one archive. */
#define EK_UNPACK_NAMES_MAX (64u << 20)

struct ek_unpack; /* opaque */

struct ek_unpack_opts {
	bool replace; /* files and links that are there, never directories */
	/* ek_unpack_path() only: for ek_archive_set_max(); 0: what it is */
	uint64_t max;
	/* something was done otherwise than the archive says; may be NULL */
	void (*note)(void *ctx, const char *member, const char *text);
	/* a member was made; may be NULL */
	void (*made)(void *ctx, const char *member);
	/* ek_unpack_path() only: all was extracted, and there is a signature
	 * behind the archive, which is not; may be NULL */
	void (*signed_by)(void *ctx, const struct ek_footer *f);
	void *ctx;
};

/* a is borrowed until free, and nothing of it was read before. */
int ek_unpack_plan(struct ek_unpack **out, struct ek_archive *a,
		   struct ek_err *err);

/* Of all its files. */
uint64_t ek_unpack_bytes(const struct ek_unpack *u);

/*
 * Once. What is there already is looked at before the first file is written: a
 * file in the place of a directory or the reverse is EK_EREFUSE, and any file
 * or link is unless replace. opts may be NULL. The archive is read to its end.
 */
int ek_unpack_run(struct ek_unpack *u, struct ek_dir *d,
		  const struct ek_unpack_opts *opts, struct ek_err *err);

void ek_unpack_free(struct ek_unpack **u);

/* All of it: the archive at path ("-" or NULL: standard input) below dir, which
 * is made (its last component only) when the plan is good. dir NULL: the
 * current directory. */
int ek_unpack_path(const char *path, const char *dir,
		   const struct ek_unpack_opts *opts, struct ek_err *err);

#endif /* EK_UNPACK_H */
