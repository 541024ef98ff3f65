/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * record.h - the 512-byte header of old GNU tar and of vmtar: one codec
 *
 * Source: vmtar.5, "Header record", "Checksum", "Types". A visor record is an
 * old GNU record with another magic and four little-endian words at 496. Bytes
 * are kept: packing and unpacking change fields in place, never re-make them.
 */
#ifndef EK_RECORD_H
#define EK_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ek_buf;
struct ek_err;
struct ek_entry;

#define EK_RECORD_SIZE 512
#define EK_VMTAR_PAGE  4096
/* Offsets and sizes must end below this (vmtar.5, "Limits"). */
#define EK_VMTAR_MAX   0x80000000u

struct ek_record {
	unsigned char b[EK_RECORD_SIZE];
};

enum ek_magic {
	EK_MAGIC_GNU,   /* "ustar  \0": old GNU */
	EK_MAGIC_VISOR, /* "visor  \0" */
	EK_MAGIC_POSIX, /* "ustar\0" "00" */
	EK_MAGIC_OTHER, /* v7 and anything else */
};

enum ek_magic ek_record_magic(const struct ek_record *r);
void ek_record_set_magic(struct ek_record *r, enum ek_magic magic);

/* First byte 0: the end of the header area. */
bool ek_record_is_end(const struct ek_record *r);
bool ek_record_is_zero(const struct ek_record *r);

/* Stored checksum equals the signed or the unsigned sum. */
bool ek_record_sum_ok(const struct ek_record *r);
/* Store the sum as "%06o" NUL blank: over signed bytes (vmtar) or unsigned. */
void ek_record_set_sum(struct ek_record *r, bool is_signed);

char ek_record_type(const struct ek_record *r);
void ek_record_set_type(struct ek_record *r, char type);
/* L or K: the data is inline, behind the record. */
bool ek_record_is_long(const struct ek_record *r);
/* Is there data elsewhere: size > 0, type not L K 1 2 3 4 5 6. */
bool ek_record_has_data(const struct ek_record *r);

/* Octal size as the original reads it: leading blanks, short forms; false for
 * anything else (base-256, 12 digits without an end, >= 2^63). */
bool ek_record_size(const struct ek_record *r, uint64_t *size);
void ek_record_clear_size(struct ek_record *r); /* to 0 */

/* The four words of a visor record. */
struct ek_visor {
	uint32_t offset, textoffset, text_pgs, fixup_pgs;
};
void ek_record_visor(const struct ek_record *r, struct ek_visor *v);
void ek_record_set_visor(struct ek_record *r, const struct ek_visor *v);

/*
 * All fields but the four words, as an entry. name and link override the
 * record's own where a long record went before (else NULL). type 7, NUL and
 * unknown letters are files. what names the record in messages.
 */
int ek_record_entry(const struct ek_record *r, const char *name,
		    const char *link, const char *what, struct ek_entry *e,
		    struct ek_err *err);

/*
 * The record of e as GNU tar writes it (magic GNU, sum unsigned): "%07o",
 * "%011o", directories with a trailing slash, root for an empty owner is NOT
 * supplied. A name or link of 100 bytes and more is cut here: the caller puts a
 * long record in front. A number that does not fit is EK_ELIMIT.
 */
int ek_record_make(struct ek_record *r, const struct ek_entry *e,
		   struct ek_err *err);

/* The L or K record for text of len bytes (without NUL): GNU's fields, name
 * "././@LongLink". Its data is text, a NUL, zeros to 512. */
void ek_record_make_long(struct ek_record *r, char type, size_t len);

/* A name ("dir/" for directories) or a link target of this length and more has
 * a long record: 100 without a NUL is legal in GNU tar, but ESXi's own reader
 * takes it for the empty string (vmtar.5, "Limits"). */
#define EK_RECORD_LONG 100

/* Append what must stand before the record of e: the K (type 'K') or L record
 * and its data in whole blocks; nothing where e needs none. GNU tar writes the
 * K first. Lack of memory sticks in out. */
void ek_record_add_long(const struct ek_entry *e, char type,
			struct ek_buf *out);

/* "-rwxr-xr-x" and so on; 'm' first for type 7. out has 11 bytes. */
void ek_record_mode_text(char type, uint32_t mode, char out[11]);

#endif /* EK_RECORD_H */
