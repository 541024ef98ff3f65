/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * isobuild.h - a new ISO image from an old one: what is to change, the run of
 *              xorriso that does it, and the proof that it did this and no more
 *
 * The only place that knows xorriso's command line. Its reasons stand in
 * iso-rebuild.1, "HOW IT IS DONE": both boot entries replayed, no name changed,
 * no Rock Ridge, the same bytes in every run.
 *
 *	ek_isobuild_new(&b, in, &err);
 *	ek_isobuild_add(b, "/boot.cfg", "new.cfg", &err);
 *	ek_isobuild_run(b, fd, "out.iso", NULL, NULL, &err);
 *	ek_iso_open_fd(&out, fd, "out.iso", &err);
 *	ek_isobuild_prove(b, out, NULL, NULL, &err);
 */
#ifndef EK_ISOBUILD_H
#define EK_ISOBUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ek/digest.h"

struct ek_err;
struct ek_iso;
struct ek_isobuild; /* opaque: the plan */

/* A new name on the image: A-Z 0-9 _ . - and no more characters than this;
 * xorriso cuts longer ones without a word. */
#define EK_ISO_NAME_NEW 30u
/* A whole new path: isolinux takes no longer one. */
#define EK_ISO_PATH_NEW 255u
/* Levels of a new path, the file included (ECMA-119, 6.8.2.1, and the root). */
#define EK_ISO_LEVELS_NEW 7u

/* in is borrowed until free. */
int ek_isobuild_new(struct ek_isobuild **out, const struct ek_iso *in,
		    struct ek_err *err);
void ek_isobuild_free(struct ek_isobuild **b);

/*
 * Put file at path, in place of what is there. What there is of path on the
 * image is matched without regard to case and keeps its spelling; the rest is
 * put into upper case. EK_EARG: a name that the image cannot have, a path given
 * twice. EK_EREFUSE: a directory is there, or the boot catalog, or what BIOS
 * boots, or file is not a regular file. EK_ELIMIT: file has 4 GiB or more. file is opened now and
 * again by its name during run and prove.
 */
int ek_isobuild_add(struct ek_isobuild *b, const char *path, const char *file,
		    struct ek_err *err);

/* Names of files to add are below dir from now on; absolute ones are not. */
int ek_isobuild_set_base(struct ek_isobuild *b, const char *dir,
			 struct ek_err *err);

/* Take the file at path away. EK_EREFUSE: it is not there, a directory, or
 * needed to boot. */
int ek_isobuild_remove(struct ek_isobuild *b, const char *path,
		       struct ek_err *err);

/*
 * What the table of names in the file table tells (nametab.h): modules that were
 * added come from files of the same name in dir (table and dir below the base), those of VIBs that went are
 * removed. EK_EREFUSE: besides what add and remove refuse, a new module whose
 * name a file of the image has that does not go, or a payload of type boot.
 */
int ek_isobuild_names(struct ek_isobuild *b, const char *table, const char *dir,
		      struct ek_err *err);

/* One of these as a command line names it. */
struct ek_isoedit {
	const char *path;
	const char *file; /* NULL: remove */
	bool names;       /* path is a table of names, file a directory */
};
int ek_isobuild_edit(struct ek_isobuild *b, const struct ek_isoedit *v,
		     size_t n, struct ek_err *err);
/* The files that they name, below base (NULL: none), may be read. */
struct ek_sandbox;
void ek_isobuild_inputs(const char *base, const struct ek_isoedit *v, size_t n,
			struct ek_sandbox *box);

/* 1 to 32 of A-Z 0-9 _ . - and blank; lower case is put into upper case. */
int ek_isobuild_set_volume_id(struct ek_isobuild *b, const char *id,
			      struct ek_err *err);

/* Time of what is added: 1970 to 2099. Else: that of the input's volume. */
int ek_isobuild_set_mtime(struct ek_isobuild *b, int64_t sec,
			  struct ek_err *err);

struct ek_isochange {
	const char *path;  /* as it is, or will be, on the image */
	const char *given; /* as the caller spelled it */
	const char *file;  /* what is put there; NULL: removed */
	const char *shown; /* file as the caller named it */
	bool replaces;     /* there was one */
	bool respelled;    /* a new name that was put into upper case */
	uint64_t size;     /* of file */
	char sha256[EK_DIGEST_HEX]; /* of file; filled by prove, else "" */
};
/* In the order given; NULL behind the last. Borrowed. */
const struct ek_isochange *ek_isobuild_at(const struct ek_isobuild *b,
					  size_t i);
int64_t ek_isobuild_mtime(const struct ek_isobuild *b);
const char *ek_isobuild_volume_id(const struct ek_isobuild *b);

/* done of total, in bytes. */
typedef void ek_isobuild_progress(void *ctx, uint64_t done, uint64_t total);

/*
 * Run xorriso; fd is an empty file open for reading and writing, name what to
 * call it in messages. EK_ESYS where xorriso is missing or fails in any way:
 * every status but 0 is a failure, since 32 leaves a damaged image behind.
 */
int ek_isobuild_run(const struct ek_isobuild *b, int fd, const char *name,
		    ek_isobuild_progress *progress, void *ctx,
		    struct ek_err *err);

/*
 * Is out the input with these changes and nothing else? Names, bytes and times
 * of all files, the volume's own texts, boot entries and the files they point
 * to, the boot information table (where the input has a right one). EK_EREFUSE
 * where not. Reads both images and every added file once.
 */
int ek_isobuild_prove(struct ek_isobuild *b, const struct ek_iso *out,
		      ek_isobuild_progress *progress, void *ctx,
		      struct ek_err *err);

#endif /* EK_ISOBUILD_H */
