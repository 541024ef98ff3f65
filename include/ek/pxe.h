/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pxe.h - a tree for a TFTP or HTTP server from an installer image
 *
 * Names are in lower case, kernel= and modules= without slashes in front, and
 * what both firmwares want lies at the top: boot.cfg, mboot.c32, and for UEFI
 * mboot.efi and crypto64.efi (boot.cfg.5, "File names"; esxi-pxe.1).
 */
#ifndef EK_PXE_H
#define EK_PXE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ek_buf;
struct ek_err;

struct ek_pxe_opts {
	const char *prefix;      /* prefix=: a directory of the server, or a URL;
				  * NULL: the directory of boot.cfg */
	const char *ks;          /* ks=, or NULL */
	const char *const *opts; /* n_opts more for kernelopt= */
	size_t n_opts;
	bool timed;              /* every file gets the time mtime */
	int64_t mtime;
	bool replace;            /* files that are there */
	/* what a person should know; warning: it may not work so. May be NULL */
	void (*note)(void *ctx, bool warning, const char *text);
	/* a file was made, by its path below dir; may be NULL */
	void (*made)(void *ctx, const char *path);
	/* done of total bytes; may be NULL */
	void (*progress)(void *ctx, uint64_t done, uint64_t total);
	void *ctx;
};

/*
 * Make the tree of the image in (an ISO, or a directory that holds its files)
 * below dir, of which the last component is made where it is not there. All is
 * checked before the first file is written; a failure in writing leaves those
 * that are complete. EK_EREFUSE: a file is there, no boot.cfg, no loader for
 * either firmware.
 */
int ek_pxe_make(const char *in, const char *dir, const struct ek_pxe_opts *opts,
		struct ek_err *err);

/* What the configuration of dnsmasq, pxelinux and iPXE would say about the
 * tree; dir must be there. */
int ek_pxe_snippets(const char *dir, const char *prefix, struct ek_buf *out,
		    struct ek_err *err);

#endif /* EK_PXE_H */
