/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ar.h - the ar archives that VIBs are: a reader for streams, and a writer
 *
 * Source: vib.5, "The ar container". Only what VIBs hold: plain member names.
 * Mode, owner and time are of no use in a VIB and are not looked at.
 */
#ifndef EK_AR_H
#define EK_AR_H

#include <stddef.h>
#include <stdint.h>

struct ek_err;
struct ek_in;
struct ek_out;

#define EK_AR_MAGIC     "!<arch>\n"
#define EK_AR_MAGIC_LEN 8
#define EK_AR_HEADER    60 /* bytes of a header */

#define EK_AR_MEMBERS_MAX 10000u       /* members taken from one archive */
#define EK_AR_NAME_MAX    255u         /* bytes of one name */
#define EK_AR_TABLE_MAX   (1u << 20)   /* bytes of a table of long names */
#define EK_AR_SIZE_MAX    9999999999u  /* bytes of a member: its ten digits */

/* ---- reading ------------------------------------------------------------ */

struct ek_ar; /* opaque */

struct ek_ar_member {
	const char *name;     /* borrowed until the next call */
	uint64_t size;        /* of the data */
	uint64_t header, data; /* offsets in the stream */
};

/*
 * Read the magic from in, which is borrowed until close and may be a pipe.
 * Without the magic it is EK_EFORMAT, with ESXi's text "Bad VIB archive
 * header".
 */
int ek_ar_open(struct ek_ar **out, struct ek_in *in, struct ek_err *err);

/*
 * The next member; the rest of the one before is skipped, and missed when the
 * input ends inside it. *data is a stream of its bytes, the archive's: it ends
 * at the next call. EK_END at the end of the input.
 *
 * Names: one '/' at the end is GNU's and taken off, symbol tables ("/") are
 * passed over, the table of long names ("//") is read and "/N" looked up. BSD's
 * "#1/N" is refused. So is a name that is empty, ".", "..", or holds a '/', a
 * NUL or another control character. A name met twice is the caller's matter.
 * Each member begins at an even offset, behind one newline; at the very end
 * that newline may be missing.
 */
int ek_ar_next(struct ek_ar *a, const struct ek_ar_member **m,
	       struct ek_in **data, struct ek_err *err);
void ek_ar_close(struct ek_ar **a); /* *a may be NULL, and becomes it */

/* ---- writing ------------------------------------------------------------ */

/*
 * The form of VMware's tools: blanks behind the name, no '/', zeros, mode "0",
 * data, a newline after an odd size. Write EK_AR_MAGIC first, then for each
 * member a header, size bytes of data, and the pad. A name that the reader
 * would not give back, one longer than 15 bytes, and a size above
 * EK_AR_SIZE_MAX are EK_EARG; nothing is written then.
 */
int ek_ar_put_header(struct ek_out *out, const char *name, uint64_t size,
		     struct ek_err *err);
void ek_ar_put_pad(struct ek_out *out, uint64_t size);

#endif /* EK_AR_H */
