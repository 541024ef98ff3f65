/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * io.h - streams in, streams out, and files read by offset
 *
 * Every command reads and writes through these, so that "-", pipes, partial
 * output and full disks mean the same thing everywhere. An output file appears
 * complete or not at all.
 */
#ifndef EK_IO_H
#define EK_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ek_err;

/* What to call path in a message: path, or "standard input" for "-" or NULL. */
const char *ek_input_name(const char *path);

/*
 * Read path ("-" or NULL: standard input) to its end. On success *data is
 * malloc()ed, holds *len bytes and one NUL more, and is the caller's to
 * free(). More than limit bytes is EK_ELIMIT.
 */
int ek_read_all(const char *path, size_t limit, char **data, size_t *len,
		struct ek_err *err);

/* Are both there, and one file? */
bool ek_same_file(const char *a, const char *b);

/* ---- input streams ------------------------------------------------------ */

struct ek_in; /* opaque */

/* Room that ek_in_peek() promises. */
#define EK_IN_PEEK_MAX 65536u

/* Open path ("-" or NULL: standard input). A directory is refused. */
int ek_in_open(struct ek_in **in, const char *path, struct ek_err *err);

/* A regular file that is open for reading, from its first byte; fd is closed
 * with the stream, and also where this call fails. */
int ek_in_open_fd(struct ek_in **in, int fd, const char *name,
		  struct ek_err *err);

/* Read len bytes of memory; data is borrowed until close. */
int ek_in_open_mem(struct ek_in **in, const char *name, const void *data,
		   size_t len, struct ek_err *err);

/*
 * For filters: a stream whose bytes come from fill(). fill puts 1..cap bytes
 * at buf and sets *got, or sets *got to 0 at the end; it returns EK_OK or a
 * negative code with *err filled, which then sticks. drop frees ctx at close
 * and may be NULL. ctx is dropped too where this call fails.
 */
typedef int ek_in_fill(void *ctx, unsigned char *buf, size_t cap, size_t *got,
		       struct ek_err *err);
int ek_in_open_fill(struct ek_in **in, const char *name, ek_in_fill *fill,
		    void (*drop)(void *ctx), void *ctx, struct ek_err *err);
/* Have such a stream tell its ctx of every run of bytes as it is taken: what
 * was read ahead is not seen until then. */
void ek_in_on_take(struct ek_in *in,
		   void (*taken)(void *ctx, const void *p, size_t n));

/*
 * Exactly len further bytes of from, as a stream of its own; from is borrowed
 * and must not be read meanwhile. Fewer is EK_EFORMAT when they are missed.
 * What was not read of them is skipped at ek_in_close().
 */
int ek_in_open_part(struct ek_in **in, struct ek_in *from, uint64_t len,
		    struct ek_err *err);

/*
 * All further bytes of from, as a stream of its own with from's name; from is
 * borrowed and must not be read meanwhile. It can be rewound, to where from is
 * now, where from can.
 */
int ek_in_open_rest(struct ek_in **in, struct ek_in *from, struct ek_err *err);

/* Up to want (<= EK_IN_PEEK_MAX) bytes without taking them; fewer at the end
 * only. Borrowed until the next call on in. */
int ek_in_peek(struct ek_in *in, size_t want, const unsigned char **p,
	       size_t *got, struct ek_err *err);

/* The same, but as many as are there without reading, at least one. */
int ek_in_peek_some(struct ek_in *in, const unsigned char **p, size_t *got,
		    struct ek_err *err);

/* Take up to n bytes; *got < n at the end only. */
int ek_in_read(struct ek_in *in, void *buf, size_t n, size_t *got,
	       struct ek_err *err);

/* Take n bytes; what ("header of member 'x'") is for the message when the
 * input ends first: "'name' ends at offset N inside WHAT". */
int ek_in_read_exact(struct ek_in *in, void *buf, size_t n, const char *what,
		     struct ek_err *err);
int ek_in_skip(struct ek_in *in, uint64_t n, const char *what,
	       struct ek_err *err);

/* Take all that there is, to the end. */
int ek_in_drain(struct ek_in *in, struct ek_err *err);

/* Copies to the end; *n (may be NULL) counts. */
struct ek_out;
int ek_in_copy(struct ek_in *in, struct ek_out *out, uint64_t *n,
	       struct ek_err *err);

/* Do both have the same bytes from here to the end? Both are taken as far as
 * they are alike. */
int ek_in_same(struct ek_in *a, struct ek_in *b, bool *same,
	       struct ek_err *err);

uint64_t ek_in_pos(const struct ek_in *in); /* bytes taken so far */
const char *ek_in_name(const struct ek_in *in);

/* Can ek_in_rewind() work: a regular file or memory, not a filter. */
bool ek_in_can_rewind(const struct ek_in *in);
int ek_in_rewind(struct ek_in *in, struct ek_err *err);

void ek_in_close(struct ek_in **in); /* *in may be NULL, and becomes it */

/* ---- output ------------------------------------------------------------- */

/*
 * Open path for output ("-" or NULL: standard output). A regular file is
 * written under no name, beside its target, and takes the target's name (and
 * its mode, where it is there) at ek_out_commit(); until then readers see the
 * old file. A symbolic link stays one: the file that it names is the target.
 * A device, a FIFO, or what /dev/fd and /proc/self/fd name is written through.
 */
int ek_out_open(struct ek_out **out, const char *path, struct ek_err *err);

/* Output to memory: *buf is free()d by the caller after commit. */
int ek_out_open_mem(struct ek_out **out, char **buf, size_t *len,
		    struct ek_err *err);

/* Output that is only counted and thrown away. */
int ek_out_open_null(struct ek_out **out, struct ek_err *err);

/*
 * For filters: bytes go to put(). finish (may be NULL) runs at commit before
 * drop; drop frees ctx, on abort as well. ctx is dropped where this call fails.
 */
typedef int ek_out_put(void *ctx, const void *data, size_t len,
		       struct ek_err *err);
int ek_out_open_put(struct ek_out **out, const char *name, ek_out_put *put,
		    int (*finish)(void *ctx, struct ek_err *err),
		    void (*drop)(void *ctx), void *ctx, struct ek_err *err);

/*
 * Write. The first failure sticks, and is returned by ek_out_commit(). Files
 * are buffered; filters, memory and null get each piece as it is written.
 */
void ek_out_write(struct ek_out *out, const void *data, size_t len);
void ek_out_zeros(struct ek_out *out, uint64_t n);

/* Bytes written so far. */
uint64_t ek_out_pos(const struct ek_out *out);

/* Has a write failed? Then long work may stop early; commit will report. */
bool ek_out_failed(const struct ek_out *out);
/* EK_OK, or the first failure and its message; ek_in_copy() returns it too. */
int ek_out_status(const struct ek_out *out, struct ek_err *err);

/*
 * Flush and sync, so that of ek_out_commit() only the name is left to do: for
 * two files that should appear together or not at all. A failure sticks.
 */
int ek_out_prepare(struct ek_out *out, struct ek_err *err);

/*
 * Flush, sync, put the file in place. Frees the object and sets *out to NULL,
 * whatever it returns; on failure the target is as it was.
 */
int ek_out_commit(struct ek_out **out, struct ek_err *err);

/* Throw the output away. Frees the object; *out may be NULL, and becomes it. */
void ek_out_abort(struct ek_out **out);

/*
 * The descriptor behind a file output that has no name yet, for a child program
 * that writes into it by /proc/self/fd/N; -1 where there is none (standard
 * output, memory, a target that is written through). Nothing may have been
 * written to out before; ek_out_commit() works as ever afterwards.
 */
int ek_out_fd(struct ek_out *out);

/* Is this output a terminal? Commands refuse binary there without -f. */
bool ek_out_is_tty(const struct ek_out *out);

/* ---- unnamed scratch file ----------------------------------------------- */

/*
 * Bytes that must be known whole before they can be written (a tar from a pipe,
 * a payload whose digest goes in front). Held in an unlinked file in TMPDIR.
 * Write through ek_spool_out() and ek_out_commit() it, then read it as often as
 * wanted through ek_spool_in().
 */
struct ek_spool;
int ek_spool_new(struct ek_spool **s, struct ek_err *err);
int ek_spool_out(struct ek_spool *s, struct ek_out **out, struct ek_err *err);
int ek_spool_in(struct ek_spool *s, const char *name, struct ek_in **in,
		struct ek_err *err);
int ek_spool_size(const struct ek_spool *s, uint64_t *size, struct ek_err *err);
/* Its descriptor, borrowed, for who reads by offset. */
int ek_spool_fd(const struct ek_spool *s);
void ek_spool_free(struct ek_spool *s);

/* ---- files by offset ---------------------------------------------------- */

struct ek_file; /* opaque; a regular file or block device, read only */

int ek_file_open(struct ek_file **f, const char *path, struct ek_err *err);
/* The same on a descriptor, which is duplicated; name is for messages. */
int ek_file_open_fd(struct ek_file **f, int fd, const char *name,
		    struct ek_err *err);
uint64_t ek_file_size(const struct ek_file *f);
const char *ek_file_name(const struct ek_file *f);
/* n bytes at off; beyond the end is EK_EFORMAT and names what and off. */
int ek_file_read(struct ek_file *f, uint64_t off, void *buf, size_t n,
		 const char *what, struct ek_err *err);
/* A stream over [off, off + len), named name; f is borrowed until close. It
 * can be rewound. A range beyond the end is EK_EFORMAT at once. */
int ek_file_in(struct ek_file *f, uint64_t off, uint64_t len, const char *name,
	       struct ek_in **in, struct ek_err *err);
void ek_file_close(struct ek_file **f);

#endif /* EK_IO_H */
