/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * repack.h - does our writer make the same bytes of what is in a vmtar?
 *
 * A proof on files of others, not a step of any work: the archive is written as
 * a tar (vmtar.5, "Back to tar"), that is packed again with the writer of each
 * generation, and compared. Layers and a signature are no part of it.
 */
#ifndef EK_REPACK_H
#define EK_REPACK_H

#include <stdbool.h>
#include <stdint.h>

struct ek_err;
struct ek_in;

struct ek_repack {
	bool vmtar;      /* false: a tar, which nothing was done with */
	uint64_t size;   /* of the archive */
	unsigned gens;   /* bits 1 << enum ek_vmtar_gen: gave the same bytes */
	/* where none did: the one that went furthest, and how far it was right */
	unsigned best;   /* enum ek_vmtar_gen */
	uint64_t offset; /* of the first byte that differs, in the archive */
};

/* in stands at its start and can be rewound, else EK_EARG; it is read several
 * times. Damage is what ek_archive_to_tar() refuses. */
int ek_repack(struct ek_in *in, struct ek_repack *r, struct ek_err *err);

#endif /* EK_REPACK_H */
