/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pcipool.h - every driver map and list of names of an image, a VIB or a driver
 *             package, as a host would have them
 *
 * Source: vib.5, "Driver packages". Of an image the modules that a boot.cfg
 * loads count, and a later one hides the files of an earlier one, path by path.
 * Of a VIB or a package alone it is not known which release it is for, nor which
 * other modules there will be: all its lines count.
 */
#ifndef EK_PCIPOOL_H
#define EK_PCIPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ek/buf.h"
#include "ek/pcimatch.h"

struct ek_err;
struct ek_release;
struct ek_scan_file;

struct ek_pcipool; /* opaque */

struct ek_pcipool_opts {
	unsigned threads; /* as in imgscan.h */
	void (*progress)(void *ctx, uint64_t done, uint64_t total); /* or NULL */
	void *ctx;
};

/*
 * path is an ISO, a directory with the files of one, a VIB, or a driver package
 * (a tar or vmtar in any layers), told by content. Refused: what is none of
 * these, an image no boot.cfg of which names a module, a module that cannot be
 * read. A map or list of names that is none is left out: see ek_pcipool_odd().
 */
int ek_pcipool_open(struct ek_pcipool **out, const char *path,
		    const struct ek_pcipool_opts *o, struct ek_err *err);
void ek_pcipool_free(struct ek_pcipool **p); /* *p may be NULL */

/* "iso", "directory", "vib", "driver". */
const char *ek_pcipool_kind(const struct ek_pcipool *p);
/* "8.0.3-0.0.24022510"; NULL: not known. And its row, or NULL. */
const char *ek_pcipool_version(const struct ek_pcipool *p);
const struct ek_release *ek_pcipool_release(const struct ek_pcipool *p);

/* The maps, sorted by path, for ek_pcimatch(). Borrowed until free. */
const struct ek_pcidrivers *ek_pcipool_drivers(const struct ek_pcipool *p);
/* The file that has this module in vmkmod; NULL: none has. */
const struct ek_scan_file *ek_pcipool_module(const struct ek_pcipool *p,
					     const char *driver);

/* As ek_pcinames_find(): lists of drivers by rank, then the general one. */
void ek_pcipool_name(const struct ek_pcipool *p, const char *id,
		     const char **vendor, const char **device);
/* Lines of all maps: what one question may cost. */
size_t ek_pcipool_lines(const struct ek_pcipool *p);

/* Why the first map or list that is left out cannot be read; NULL: all can. */
const struct ek_err *ek_pcipool_odd(const struct ek_pcipool *p);
/* What a person should know of the maps, one line each. */
const struct ek_strs *ek_pcipool_notes(const struct ek_pcipool *p);

#endif /* EK_PCIPOOL_H */
