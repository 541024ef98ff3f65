/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * paxhead.h - what stands before the record of a member of a tar: has a name in
 *             a pax header a NUL in it
 *
 * libarchive, as GNU tar, hands out such a name up to the NUL, and no word of
 * what is behind it: two readers may take it for two files.
 *
 * Source: POSIX.1-2017, pax, "pax Extended Header": the data of a record of type
 * x is lines of "%d %s=%s\n", length, keyword, value. Values of other keywords
 * may be bytes of any kind, such as those of SCHILY.xattr.
 */
#ifndef EK_PAXHEAD_H
#define EK_PAXHEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ek/record.h"

/* Begins all zero, at the first record of a member. */
struct ek_paxhead {
	const char *why;     /* what is wrong: "has ..."; or NULL */
	bool over;           /* the member's own record was met */
	/* the rest is paxhead.c's */
	struct ek_record r;
	size_t have;         /* bytes of r that are gathered */
	uint64_t data, pad;  /* bytes to come of its data, and of zeros behind */
	bool is_pax;
	int part;            /* of the line */
	uint64_t length, used; /* of the line */
	char key[12];        /* its beginning, NUL behind */
	size_t n_key;
};

/* The next n bytes. Those behind the member's own record are not looked at. */
void ek_paxhead_feed(struct ek_paxhead *p, const unsigned char *data, size_t n);

#endif /* EK_PAXHEAD_H */
