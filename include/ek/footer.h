/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * footer.h - the signature behind a module (vmtar.5, "Signature footer")
 *
 *	u32 schema | key id (16), signature | u32 length of both | u32 magic
 *
 * It is taken apart and named, not verified: the keys are in the boot loader.
 */
#ifndef EK_FOOTER_H
#define EK_FOOTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ek_err;
struct ek_in;

#define EK_FOOTER_KEY_ID 16u
/* Bytes of a footer that are looked at; those known have 284 and 540. */
#define EK_FOOTER_MAX 4096u

struct ek_footer {
	bool there;    /* else nothing of the rest holds */
	uint32_t schema; /* 3 or 4 */
	char key_id[EK_FOOTER_KEY_ID + 1]; /* printable */
	uint32_t length; /* as it tells: of key id and signature */
	uint32_t size;   /* of all of it */
};

/* Do these bytes, which something else should explain, end as a footer does? */
bool ek_footer_ends(const void *p, size_t len);

/* All of len bytes must be one footer. NULL, or why it is none: "schema 7 is
 * not known". */
const char *ek_footer_parse(const void *p, size_t len, struct ek_footer *f);

/*
 * Read in to its end: nothing, or exactly one footer. Else EK_EFORMAT: "'s.v00':
 * bytes at offset 100, behind the end of the xz data" (what), with the reason.
 */
int ek_footer_read(struct ek_in *in, const char *what, struct ek_footer *f,
		   struct ek_err *err);

/* What to tell the user of an output that has not got the footer. */
#define EK_FOOTER_LOST "its signature (key '%s') is not kept: UEFI Secure Boot" \
	" refuses the module once it is packed again; without Secure Boot it" \
	" boots"

#endif /* EK_FOOTER_H */
