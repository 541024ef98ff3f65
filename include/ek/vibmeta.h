/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vibmeta.h - a file with the options of vib-gen, so that a Makefile needs one
 *             line
 *
 *	# comment
 *	name = net-acme
 *	tag = driver
 *
 * Keys are the long options without "--". Blanks round key and value do not
 * count, nor do empty lines and CR before LF. An option that can be told once is
 * passed over where it was told before (the command line wins), and must not
 * stand twice in the file; of others each line adds one.
 */
#ifndef EK_VIBMETA_H
#define EK_VIBMETA_H

#include <stddef.h>

struct ek_err;
struct ek_vibopts;

#define EK_VIBMETA_MAX (1u << 20) /* bytes of such a file */

/* Set what text says; o keeps the values. What is wrong is EK_EFORMAT with name
 * and line. */
int ek_vibmeta_parse(struct ek_vibopts *o, const char *name, const char *text,
		     size_t len, struct ek_err *err);
/* The same of a file; "-": standard input. */
int ek_vibmeta_load(struct ek_vibopts *o, const char *path,
		    struct ek_err *err);

#endif /* EK_VIBMETA_H */
