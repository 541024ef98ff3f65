/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * media.h - the files of an installer image on their way to another medium: a
 *           USB stick, the tree of a boot server
 *
 * The list begins as that of the image. Files can be added, paths put into
 * lower case, and the boot.cfg of both firmwares edited for where they will lie
 * (boot.cfg.5). Nothing is written: who lays the files out reads them here.
 *
 *	ek_media_new(&m, image, &err);
 *	ek_media_boot(m, &how, &err);
 *	for (i = 0; (f = ek_media_at(m, i)) != NULL; i++)
 *		ek_media_in(m, f, &in, &err);
 */
#ifndef EK_MEDIA_H
#define EK_MEDIA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ek/bootcfg.h"

struct ek_err;
struct ek_image;
struct ek_in;
struct ek_media; /* opaque */

struct ek_media_file {
	const char *path; /* "/EFI/BOOT/BOOT.CFG", as it will be there */
	uint64_t size;
	int64_t mtime;
};

/* img is borrowed until free. */
int ek_media_new(struct ek_media **out, struct ek_image *img,
		 struct ek_err *err);
void ek_media_free(struct ek_media **m);
const char *ek_media_name(const struct ek_media *m); /* of the image */

/* The files, in order of path without regard to case; NULL behind the last.
 * Borrowed until the next change. */
size_t ek_media_count(const struct ek_media *m);
const struct ek_media_file *ek_media_at(const struct ek_media *m, size_t i);
/* Without regard to case; NULL: no such file. */
const struct ek_media_file *ek_media_find(const struct ek_media *m,
					  const char *path);
/* The bytes of a file of the list; m is borrowed until close. */
int ek_media_in(const struct ek_media *m, const struct ek_media_file *file,
		struct ek_in **in, struct ek_err *err);

/* ---- changes ------------------------------------------------------------ */

/* A file of these bytes, which are copied, in the place of what is there; its
 * time is that of boot.cfg. */
int ek_media_put(struct ek_media *m, const char *path, const void *data,
		 size_t len, struct ek_err *err);
/* The file at from, which must be there, once more as to. EK_EREFUSE: to is
 * there already. */
int ek_media_copy(struct ek_media *m, const char *from, const char *to,
		  struct ek_err *err);
/* Take it off the list; not there is fine. */
void ek_media_drop(struct ek_media *m, const char *path);
/* All paths into lower case: a server minds the case. */
void ek_media_lower(struct ek_media *m);
/* The time of every file, those that are added later too. */
void ek_media_set_mtime(struct ek_media *m, int64_t sec);

/* ---- boot.cfg ----------------------------------------------------------- */

/* Longest file given as ks.cfg. */
#define EK_MEDIA_KS_MAX (1u << 20)

struct ek_media_boot {
	enum ek_boot_fw needed;  /* whose boot.cfg must be there */
	const char *ks;          /* in place of an old ks=; NULL: none is given */
	const char *const *opts; /* n_opts more for kernelopt= */
	size_t n_opts;
	/*
	 * For a server: kernel= and modules= get the names that the files have in
	 * lower case, without slashes in front, and prefix= is set (NULL: to
	 * nothing, which is the directory of the boot.cfg that is read).
	 */
	bool net;
	const char *prefix;
	/* what a person should know; warning: it may not work so. May be NULL */
	void (*note)(void *ctx, bool warning, const char *text);
	void *ctx;
};

/*
 * Check that the image boots as far as boot.cfg, kernel and modules tell
 * (rules_iso.h), and edit the boot.cfg of both firmwares: cdromBoot goes, ks=
 * and options come. EK_EREFUSE: the check found an error, the needed boot.cfg
 * is not there, or the result is none that the loader reads. EK_EARG: ks,
 * options or prefix that cannot stand in a boot.cfg.
 */
int ek_media_boot(struct ek_media *m, const struct ek_media_boot *how,
		  struct ek_err *err);

#endif /* EK_MEDIA_H */
