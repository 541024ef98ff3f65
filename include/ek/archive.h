/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * archive.h - one reader over vmtar and tar, bare or in layers
 *
 * Takes off the layers (layers.h), tells vmtar from tar by content, and hands
 * out members and data in the same way for both. Offsets, sums and gaps are
 * checked as vmtar.h and tarball.h say.
 */
#ifndef EK_ARCHIVE_H
#define EK_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ek/layers.h"
#include "ek/record.h"

struct ek_buf;
struct ek_entry;
struct ek_err;
struct ek_in;
struct ek_json;
struct ek_out;

enum ek_archive_kind { EK_ARCHIVE_VMTAR, EK_ARCHIVE_TAR };

struct ek_archive; /* opaque */

struct ek_archive_member {
	const struct ek_entry *e;      /* valid until the next call */
	size_t index;                  /* of the data, see below */
	char type;                     /* vmtar: letter of the record, or 0 */
	const struct ek_visor *visor;  /* vmtar, else NULL */
};

/* Does in, which has no layers, begin as one of the two, and as which? Nothing
 * is taken of it. */
int ek_archive_tell(struct ek_in *in, bool *known, enum ek_archive_kind *kind,
		    struct ek_err *err);

/* in is borrowed until close, and stands at the first byte. */
int ek_archive_open(struct ek_archive **out, struct ek_in *in,
		    struct ek_err *err);
/* The same on a file ("-" or NULL: standard input), which it owns. */
int ek_archive_open_path(struct ek_archive **out, const char *path,
			 struct ek_err *err);
void ek_archive_close(struct ek_archive **a);

/* What may come to disk of it, against bombs: bytes of files that
 * ek_unpack_plan() takes, and of a tar that a scratch file takes.
 * EK_TAR_DISK_MAX where nothing is set. */
void ek_archive_set_max(struct ek_archive *a, uint64_t max);
uint64_t ek_archive_max(const struct ek_archive *a);

enum ek_archive_kind ek_archive_kind(const struct ek_archive *a);
/* NULL where it was kept in a scratch file (ek_archive_keep()). */
const struct ek_layers *ek_archive_layers(const struct ek_archive *a);
const char *ek_archive_name(const struct ek_archive *a); /* for messages */
const char *ek_archive_kind_name(enum ek_archive_kind kind); /* "vmtar" */

/*
 * Headers, in archive order; EK_END after the last. In a tar this reads
 * through the data, so that EK_END means that all of it was read and is sound.
 */
int ek_archive_next(struct ek_archive *a, struct ek_archive_member *m,
		    struct ek_err *err);

/*
 * Start again with the first member; what was handed out before is gone. After
 * data was read this needs a file, and so does a tar after its first header,
 * or ek_archive_keep() before. The headers of a vmtar can always be had again.
 */
int ek_archive_rewind(struct ek_archive *a, struct ek_err *err);
bool ek_archive_can_rewind(const struct ek_archive *a); /* also after data */
/* Before anything is read: a tar from a pipe goes to a scratch file, so that
 * rewind will work. Where data will be read twice, so does a vmtar in layers, of
 * up to 512 MiB, if it is a file: that costs less than to take them off again.
 * Nothing for one from a pipe, whose headers are all in front. */
int ek_archive_keep(struct ek_archive *a, bool twice, struct ek_err *err);

/*
 * Data of each file that has some, ascending by offset: a stream of exactly its
 * size, to be closed before the next call, read or not. EK_END after the last:
 * then ek_archive_finish() wants to be called. In a tar this begins at the
 * first member only after open or rewind. Gaps must be zero when strict.
 */
int ek_archive_next_data(struct ek_archive *a, bool strict, size_t *index,
			 struct ek_in **data, struct ek_err *err);

/*
 * Read all that was not read yet, and check it: EK_OK means that no byte is
 * unexplained.
 */
int ek_archive_finish(struct ek_archive *a, bool strict, struct ek_err *err);

/* After that, or after ek_archive_to_tar(): the signature behind it, .there
 * where there is one; the length of the archive itself; and for a vmtar, bits
 * 1 << enum ek_vmtar_gen, see ek_vmtar_gens(). */
const struct ek_footer *ek_archive_footer(const struct ek_archive *a);
uint64_t ek_archive_length(const struct ek_archive *a);
unsigned ek_archive_gens(const struct ek_archive *a);

/*
 * After the headers: is all there? For a vmtar that ek_archive_open_path() found
 * in a regular file, the length of the file, or the one in the trailer of its
 * gzip, is enough where it is what the headers say; else as finish.
 */
int ek_archive_end(struct ek_archive *a, struct ek_err *err);

/*
 * The member called name (a leading "/" or "./" is ignored) to out: EK_EFORMAT
 * where there is none, or two of them; a hard link gives the file it names. All
 * of the archive is read and checked. text_only: what is not text is EK_EARG,
 * and nothing is written before all of it was seen; it is held in memory, so
 * that more than EK_ARCHIVE_TEXT_MAX bytes are EK_EARG as well.
 */
#define EK_ARCHIVE_TEXT_MAX (16u << 20)

int ek_archive_print(struct ek_archive *a, const char *name, bool text_only,
		     struct ek_out *out, struct ek_err *err);

/*
 * The tar of vmtar.5, "Back to tar". A tar is taken the same way through a
 * vmtar (6.7) in a scratch file: old GNU headers are kept as they are, other
 * dialects become old GNU. Nothing may have been read before.
 */
int ek_archive_to_tar(struct ek_archive *a, struct ek_out *out,
		      struct ek_err *err);

/* ---- showing ------------------------------------------------------------ */

/*
 * One line of a listing, with its newline: mode, owner/group, size, time in
 * UTC, name, " -> target" or " link to target". verbose puts offset,
 * textoffset, textPgs and fixUpPgs before the name, "-" each for a tar. What is
 * not printable becomes \ooo, and \ is doubled, so that a line is one member.
 */
void ek_archive_line(struct ek_buf *out, const struct ek_archive_member *m,
		     bool verbose);

/* The same as an object in the open array of j. */
void ek_archive_json(struct ek_json *j, const struct ek_archive_member *m);

/* Add text as lines have it: with \ooo and \\. */
void ek_archive_escape(struct ek_buf *out, const char *text);

/* What is reported of a file, and thereby how much of it is read. */
enum ek_archive_how {
	EK_ARCHIVE_LIST,   /* its members; ek_archive_end() */
	EK_ARCHIVE_TEST,   /* their number; all, strictly */
	EK_ARCHIVE_LAYERS, /* layers and kind; all, or nobody sees a footer */
	EK_ARCHIVE_REPACK, /* whether our writer makes the same bytes; files */
};

/*
 * Say what is asked for of each of n files ("-" or NULL: standard input), as
 * text or as one JSON document, to out. A test says nothing of a good file
 * unless verbose; one that is not packed the same has failed (EK_EREFUSE). A
 * file that fails is given to bad(), and the next one looked
 * at; what was found before is written, and in JSON an "error".
 */
typedef void ek_archive_bad(void *ctx, int rc, const struct ek_err *err);
int ek_archive_report(struct ek_out *out, char *const *files, int n,
		      enum ek_archive_how how, bool verbose, bool json,
		      ek_archive_bad *bad, void *ctx, struct ek_err *err);

#endif /* EK_ARCHIVE_H */
