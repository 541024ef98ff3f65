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

#include "ek/entry.h"
#include "ek/record.h"

struct ek_err;
struct ek_in;
struct ek_out;

/* ---- generations -------------------------------------------------------- */

enum ek_vmtar_gen { EK_VMTAR_65, EK_VMTAR_67, EK_VMTAR_80U1 };

/* "6.5", "6.7", "8.0u1" (any case); false for others. */
bool ek_vmtar_gen_parse(const char *s, enum ek_vmtar_gen *gen);
const char *ek_vmtar_gen_name(enum ek_vmtar_gen gen);

/* ---- writing ------------------------------------------------------------ */

/*
 * Where the data of a planned member comes from. Called once for each member
 * with data, in archive order, twice over: when planning (first bytes and ELF
 * headers are looked at) and when writing. It opens a stream of exactly size
 * bytes; a source that is shorter or longer is EK_EFORMAT.
 */
typedef int ek_vmtar_source(void *ctx, size_t index, struct ek_in **in,
			    struct ek_err *err);

struct ek_vmtar_plan; /* opaque: records, inline names, offsets */

int ek_vmtar_plan_new(struct ek_vmtar_plan **p, enum ek_vmtar_gen gen,
		      struct ek_err *err);

/* Add a record as it is in a tar (magic GNU; sum checked); for L and K inline
 * is its data, whole blocks. what names it in messages. Data of a file follows
 * with ek_vmtar_plan_elf(). */
int ek_vmtar_plan_record(struct ek_vmtar_plan *p, const struct ek_record *r,
			 const void *inline_data, size_t inline_len,
			 const char *what, struct ek_err *err);

/* Add an entry of ours: L and K records are made as needed. */
int ek_vmtar_plan_entry(struct ek_vmtar_plan *p, const struct ek_entry *e,
			struct ek_err *err);

/*
 * Show the data of the record added last (a file of type 0 with size > 0): in
 * is read as far as needed, at most to its end. Data that begins with 7f 45 4c
 * 46 makes it type 7; *note, when not NULL, becomes the original's complaint
 * ("not a valid exec file") or NULL.
 */
int ek_vmtar_plan_data(struct ek_vmtar_plan *p, struct ek_in *in,
		       const char **note, struct ek_err *err);

size_t ek_vmtar_plan_count(const struct ek_vmtar_plan *p); /* of records */
/* Fix all offsets; EK_ELIMIT at 2 GiB names the member. *total may be NULL. */
int ek_vmtar_plan_close(struct ek_vmtar_plan *p, uint64_t *total,
			struct ek_err *err);
/* Write all of it; source is called with the index of each record with data,
 * ascending. */
int ek_vmtar_plan_write(struct ek_vmtar_plan *p, struct ek_out *out,
			ek_vmtar_source *source, void *ctx, struct ek_err *err);
void ek_vmtar_plan_free(struct ek_vmtar_plan **p);

/*
 * A whole tar (old GNU; other dialects are normalised) to a vmtar. in is the
 * bare tar without its layers. It is read twice, so it is spooled where it
 * cannot be rewound; name is for messages. note is called with the name of a
 * member and the original's complaint about its ELF headers, or with a warning
 * of ours; it may be NULL.
 */
typedef void ek_vmtar_note(void *ctx, const char *member, const char *text);
int ek_vmtar_from_tar(struct ek_in *in, enum ek_vmtar_gen gen,
		      struct ek_out *out, ek_vmtar_note *note, void *ctx,
		      struct ek_err *err);

/* ---- reading ------------------------------------------------------------ */

/* Header area accepted, and records in it. */
#define EK_VMTAR_HEAD_MAX  (256u << 20)

struct ek_vmtar; /* opaque: the header area, in memory */

struct ek_vmtar_member {
	struct ek_entry e;    /* L and K are folded in; type 7 is a file */
	struct ek_visor visor;
	char type;            /* letter of the record */
	size_t record;        /* index of its first record (an L or K) */
};

/*
 * Read the header area of a vmtar from in (bare, without layers), which is
 * borrowed until close; its magic, sums, sizes and offsets are checked: data
 * inside the header area, at offset 0, overlapping or shared, or past 2 GiB is
 * EK_EFORMAT and names member and offset. Members are in archive order.
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
 * After EK_END: read in to its end. Fine is nothing, or zeros to the next 512.
 * A signature footer or other bytes are EK_EREFUSE or EK_EFORMAT, with offset.
 */
int ek_vmtar_finish(struct ek_vmtar *v, struct ek_err *err);

/* The exact tar of vmtar.5, "Back to tar". Reads to the end and checks it. Data
 * out of header order needs an in that can be rewound, or is spooled. */
int ek_vmtar_to_tar(struct ek_vmtar *v, struct ek_out *out, struct ek_err *err);

void ek_vmtar_close(struct ek_vmtar **v);

#endif /* EK_VMTAR_H */
