/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vmtar.h - vmtar archives: plan then write, read from a file or a pipe
 *
 * Source of every rule: vmtar.5. Units are bytes. Headers come first, data
 * behind, at the offset that the header tells.
 */
#ifndef EK_VMTAR_H
#define EK_VMTAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ek/elf.h"
#include "ek/entry.h"
#include "ek/record.h"

struct ek_err;
struct ek_footer;
struct ek_in;
struct ek_out;

/* Header area accepted and written, and one inline name in it. */
#define EK_VMTAR_HEAD_MAX (256u << 20)
#define EK_VMTAR_LONG_MAX (64u << 10)

/* Length of an archive without a record: two zero blocks. */
#define EK_VMTAR_EMPTY 1024u

/* ---- generations -------------------------------------------------------- */

enum ek_vmtar_gen { EK_VMTAR_65, EK_VMTAR_67, EK_VMTAR_80U1 };

/* "6.5", "6.7", "8.0u1" (any case); false for others. */
bool ek_vmtar_gen_parse(const char *s, enum ek_vmtar_gen *gen);
const char *ek_vmtar_gen_name(enum ek_vmtar_gen gen);

/* ---- writing ------------------------------------------------------------ */

/*
 * What the writer has to say of a member and yet does not refuse: a warning of
 * ours, or the complaint of VMware's program about an ELF file (it is harmless;
 * vmtar.5, "ELF fields").
 */
enum ek_vmtar_say { EK_VMTAR_WARN, EK_VMTAR_ELF };
typedef void ek_vmtar_note(void *ctx, enum ek_vmtar_say say,
			   const char *member, const char *text);

/*
 * Where the data of a planned member comes from. Called once for each member
 * with data, in archive order, when writing. It opens a stream of exactly size
 * bytes, which is closed by the writer; one that is shorter or longer is
 * EK_EFORMAT. index counts the calls of ek_vmtar_plan_record() and _entry().
 */
typedef int ek_vmtar_source(void *ctx, size_t index, struct ek_in **in,
			    struct ek_err *err);

struct ek_vmtar_plan; /* opaque: records, inline names, offsets */

/* name of the input is for messages and is copied; note may be NULL. */
int ek_vmtar_plan_new(struct ek_vmtar_plan **p, enum ek_vmtar_gen gen,
		      const char *name, ek_vmtar_note *note, void *ctx,
		      struct ek_err *err);

/*
 * Add a record as it is in a tar; at is its offset there, for messages. For L
 * and K tail is its data, whole blocks. Refused: another magic than that of old
 * GNU tar, a wrong sum, no name, numbers that are not octal, a size on a type
 * without data (on a hard link it becomes 0), sparse files, pax headers, 2 GiB.
 */
int ek_vmtar_plan_record(struct ek_vmtar_plan *p, const struct ek_record *r,
			 uint64_t at, const void *tail, size_t tail_len,
			 struct ek_err *err);

/* Add an entry of ours: L and K records are made as needed. */
int ek_vmtar_plan_entry(struct ek_vmtar_plan *p, const struct ek_entry *e,
			struct ek_err *err);

/* Is call number index a regular file (type 0) with data, whose data must be
 * shown to ek_vmtar_plan_elf() when it begins as ELF does? */
bool ek_vmtar_plan_wants_elf(const struct ek_vmtar_plan *p, size_t index);

/* Make that member type 7, with the text fields that read (elf.h) shows. */
int ek_vmtar_plan_elf(struct ek_vmtar_plan *p, size_t index, ek_elf_read *read,
		      void *ctx, struct ek_err *err);

/* Fix all offsets; EK_ELIMIT at 2 GiB names the member. *total, the length of
 * the archive, may be NULL. */
int ek_vmtar_plan_close(struct ek_vmtar_plan *p, uint64_t *total,
			struct ek_err *err);
/* Write all of it, from where out stands. */
int ek_vmtar_plan_write(struct ek_vmtar_plan *p, struct ek_out *out,
			ek_vmtar_source *source, void *ctx, struct ek_err *err);
void ek_vmtar_plan_free(struct ek_vmtar_plan **p);

/*
 * A whole tar to a vmtar. in is the bare tar without its layers. Old GNU tar is
 * taken over byte for byte; another first record (POSIX, pax, v7) makes all of
 * it be read by tarball and normalised to old GNU. in is read twice: it is
 * spooled where it cannot be rewound, and where it is normalised. Bytes other
 * than zeros behind the end of the tar are refused, and so is a vmtar.
 */
int ek_vmtar_from_tar(struct ek_in *in, enum ek_vmtar_gen gen,
		      struct ek_out *out, ek_vmtar_note *note, void *ctx,
		      struct ek_err *err);
/* The same from path ("-" or NULL: standard input), in layers or not. */
int ek_vmtar_from_file(const char *path, enum ek_vmtar_gen gen,
		       struct ek_out *out, ek_vmtar_note *note, void *ctx,
		       struct ek_err *err);

/* ---- reading ------------------------------------------------------------ */

struct ek_vmtar; /* opaque: the header area, in memory */

struct ek_vmtar_member {
	struct ek_entry e;    /* L and K are folded in; type 7 is a file */
	struct ek_visor visor;
	char type;            /* letter of the record */
	size_t record;        /* index of its own record in the header area */
};

/*
 * Read the header area of a vmtar from in (bare, without layers), which is
 * borrowed until close; its magic, sums, sizes and offsets are checked: data
 * inside the header area, at offset 0, overlapping or shared, or past 2 GiB is
 * EK_EFORMAT and names member and offset. Members are in archive order; a
 * record of the root ("./") is none.
 */
int ek_vmtar_open(struct ek_vmtar **v, struct ek_in *in, struct ek_err *err);
size_t ek_vmtar_count(const struct ek_vmtar *v);
const struct ek_vmtar_member *ek_vmtar_member(const struct ek_vmtar *v,
					      size_t i);
/* End of the last data, from the headers. */
uint64_t ek_vmtar_data_end(const struct ek_vmtar *v);

/*
 * Walk the data in ascending offset order, each member with data once: *i is
 * its index and *data a stream of exactly its bytes (closed by the caller, read
 * or not). Gaps must be zero when strict, else EK_EFORMAT with the offset.
 * EK_END after the last.
 */
int ek_vmtar_next_data(struct ek_vmtar *v, bool strict, size_t *i,
		       struct ek_in **data, struct ek_err *err);

/*
 * Read in to its end, past the data that was not walked. Fine is nothing, or
 * zeros to the next 512, and then nothing or a signature footer. Other bytes
 * are EK_EFORMAT, with offset; of more than 1 MiB the rest is not read.
 */
int ek_vmtar_finish(struct ek_vmtar *v, struct ek_err *err);

/* After that: the length of the archive with its fill, the footer behind it,
 * and the generations (bits 1 << enum ek_vmtar_gen) whose writer puts data and
 * end just where they are; 0 where none does. */
uint64_t ek_vmtar_end(const struct ek_vmtar *v);
const struct ek_footer *ek_vmtar_footer(const struct ek_vmtar *v);
unsigned ek_vmtar_gens(const struct ek_vmtar *v);

/* The exact tar of vmtar.5, "Back to tar". Reads to the end and checks it. Data
 * out of header order needs an in that can be rewound, or is spooled. */
int ek_vmtar_to_tar(struct ek_vmtar *v, struct ek_out *out, struct ek_err *err);

void ek_vmtar_close(struct ek_vmtar **v);

#endif /* EK_VMTAR_H */
