/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vibprobe.h - a VIB read as far as it can be, with every defect kept
 *
 * ek_vib_open() stops at what ESXi refuses; this goes on, for whoever has to say
 * all that is wrong. Nothing is judged here: see rules_vib.h.
 */
#ifndef EK_VIBPROBE_H
#define EK_VIBPROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ek/err.h"
#include "ek/payload.h"
#include "ek/vibdesc.h"

struct ek_in;

/* What ended the reading of the archive before its end. */
enum ek_vib_fault {
	EK_VF_NONE,
	EK_VF_HEADER,    /* no magic, a damaged header, cut short: .why */
	EK_VF_SHORT,     /* the first two members are not there */
	EK_VF_ESX4,      /* a package of ESX 4.x */
	EK_VF_FIRST,     /* the first member is not the descriptor: .met */
	EK_VF_SECOND,    /* the second is not the signature: .met */
};

struct ek_probe_member {
	char *name;      /* owned */
	uint64_t header, data, size; /* offsets in the file */
	bool again;      /* a member of this name came before */
	/* index of the payload in d; SIZE_MAX: none has this name */
	size_t payload;
	bool looked;     /* look is filled */
	struct ek_payload_look look;
};

struct ek_vibprobe {
	char *file;      /* owned; for messages */
	enum ek_vib_fault fault;
	struct ek_err why;
	char *met;       /* owned, or NULL */
	char *desc, *sig; /* owned, a NUL behind; NULL: not reached */
	size_t desc_len, sig_len;
	bool parsed;     /* d is filled, and id */
	struct ek_vibdesc d;
	char *id;        /* owned */
	struct ek_probe_member *members; /* behind the first two */
	size_t n_members;
};

/* in is borrowed and read to its end, or to what cannot be read; it may be a
 * pipe. Only the system and the limits of vib.h fail. */
int ek_vibprobe_open(struct ek_vibprobe **out, struct ek_in *in,
		     struct ek_err *err);
void ek_vibprobe_free(struct ek_vibprobe **p); /* *p may be NULL */

/* The member of payload i; NULL: not there. */
const struct ek_probe_member *ek_vibprobe_member(const struct ek_vibprobe *p,
						 size_t i);

#endif /* EK_VIBPROBE_H */
