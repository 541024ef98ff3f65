/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * zip.h - zip archives: read one by its central directory, write one that is
 *         the same for the same input
 *
 * Source: bundle.5 and PKWARE's APPNOTE 6.3. All records are looked through
 * before the first member is handed out, and every byte of the file must belong
 * to one. Methods stored and deflate; no encryption, no parts, no zip64.
 */
#ifndef EK_ZIP_H
#define EK_ZIP_H

#include <stddef.h>
#include <stdint.h>

struct ek_err;
struct ek_file;
struct ek_in;
struct ek_out;

/* Members of one zip, bytes of one member unpacked, and of all together. */
#define EK_ZIP_MEMBERS 20000u
#define EK_ZIP_SIZE    ((uint64_t)4 << 30)

/* ---- reading ------------------------------------------------------------ */

struct ek_zip; /* opaque */

struct ek_zip_member {
	char *name;
	uint64_t size;   /* unpacked */
	uint64_t packed; /* in the file */
};

/*
 * Open and look through. Refused (EK_EFORMAT with the member's name and its
 * offset): no zip; cut; bytes before the first, behind the last record (a
 * comment too) or between two; names that are empty, absolute, not UTF-8, have
 * '..', a backslash or control characters, or are there twice (also when only
 * case differs, of ASCII letters); a file below a file; links and devices;
 * encrypted members; other methods than stored and deflate; local header, data
 * descriptor and directory that differ in name, method, flags, size or CRC;
 * members whose data overlap; what says that it grows more than 1032 times and
 * 1 MiB (deflate cannot). EK_ELIMIT: zip64, or beyond the limits. Directories
 * (a final '/', no data) are passed over, and so are times, versions,
 * attributes, extra fields and comments of members: nothing protects these.
 */
int ek_zip_open(struct ek_zip **out, const char *path, struct ek_err *err);
/* The same of len bytes of memory, borrowed until close; name: for messages. */
int ek_zip_open_mem(struct ek_zip **out, const char *name, const void *data,
		    size_t len, struct ek_err *err);
/* The same of a scratch file that holds a zip; fd is borrowed until close. */
int ek_zip_open_fd(struct ek_zip **out, const char *name, int fd,
		   struct ek_err *err);
void ek_zip_close(struct ek_zip **z); /* *z may be NULL, and becomes it */

const char *ek_zip_name(const struct ek_zip *z); /* for messages */
/* In the order in which their data lies in the file; NULL behind the last. */
const struct ek_zip_member *ek_zip_at(const struct ek_zip *z, size_t i);
size_t ek_zip_count(const struct ek_zip *z);
/* NULL: no such member. */
const struct ek_zip_member *ek_zip_find(const struct ek_zip *z,
					const char *name);

/*
 * Its bytes, unpacked, as a stream named "zip:member"; z and m are borrowed
 * until close. Their number and CRC are checked before the last of them is
 * handed out; a difference is EK_EFORMAT. Several may be open at once.
 */
int ek_zip_in(struct ek_zip *z, const struct ek_zip_member *m,
	      struct ek_in **in, struct ek_err *err);
/* All of them, malloc()ed, with one NUL more. More than limit is EK_ELIMIT. */
int ek_zip_read(struct ek_zip *z, const struct ek_zip_member *m, size_t limit,
		char **data, size_t *len, struct ek_err *err);

/* ---- writing ------------------------------------------------------------ */

/*
 * Every member deflated by zlib (level 6) and described in front, so that its
 * data is read twice: once by ek_zip_sum(), once by ek_zipw_add(). No extra
 * fields, no comment, version 2.0, names as they are; made by Unix, mode 0644.
 * The same bytes for the same input, in any time zone.
 */
struct ek_zip_sum {
	uint32_t crc;
	uint64_t size, packed;
};

/* Read in to its end. */
int ek_zip_sum(struct ek_in *in, struct ek_zip_sum *sum, struct ek_err *err);

/* The same of what is written to out; sum, borrowed, is filled at commit. */
int ek_zip_sum_open(struct ek_out **out, struct ek_zip_sum *sum,
		    struct ek_err *err);

struct ek_zipw; /* opaque */

/* mtime: of every member, in UTC; below 1980-01-01 it is that, odd seconds are
 * made even, and beyond 2107 is EK_EARG. out is borrowed. */
int ek_zipw_new(struct ek_zipw **w, struct ek_out *out, int64_t mtime,
		struct ek_err *err);
/*
 * in must have what sum says: else EK_EREFUSE, "'name' was changed while it was
 * read". What our reader would not take is EK_ELIMIT (beyond 4 GiB or too many
 * members) or EK_EARG (a name twice, other than printable ASCII, with '..'...).
 * A failure sticks: the zip cannot be ended any more.
 */
int ek_zipw_add(struct ek_zipw *w, const char *name, struct ek_in *in,
		const struct ek_zip_sum *sum, struct ek_err *err);
/* The same of what is written to out, which is committed before the next. */
int ek_zipw_open(struct ek_zipw *w, const char *name,
		 const struct ek_zip_sum *sum, struct ek_out **out,
		 struct ek_err *err);
int ek_zipw_add_mem(struct ek_zipw *w, const char *name, const void *data,
		    size_t len, struct ek_err *err);
/* The central directory; out is not committed. */
int ek_zipw_end(struct ek_zipw *w, struct ek_err *err);
void ek_zipw_free(struct ek_zipw **w); /* *w may be NULL, and becomes it */

#endif /* EK_ZIP_H */
