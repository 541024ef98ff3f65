/* SPDX-License-Identifier: BSD-2-Clause */
/* vmtar_int.h - an open vmtar, for its reader and its way back to tar */
#ifndef EK_VMTAR_INT_H
#define EK_VMTAR_INT_H

#include "ek/buf.h"
#include "ek/footer.h"
#include "ek/vmtar.h"

#define EK_VMTAR_NOBODY UINT32_MAX

/* A record of the header area; EK_VMTAR_HEAD_MAX keeps all three small. */
struct ek_vmtar_raw {
	uint32_t at;     /* in head */
	uint32_t tail;   /* bytes of inline data behind it */
	uint32_t member; /* whose it is, or EK_VMTAR_NOBODY: an L, K, or root */
};

struct ek_vmtar {
	struct ek_in *in; /* borrowed */
	uint64_t start;   /* where in stood at open: the archive's offset 0 */
	/* The header area, each record and each block behind an L or K squeezed
	 * (squeeze.h); head_len is what it has in the archive. */
	struct ek_buf head;
	size_t head_len;
	struct ek_vmtar_raw *raws; /* owned */
	size_t n_raws, cap_raws;
	struct ek_buf member_bytes; /* the array that members is */
	struct ek_vmtar_member *members;
	size_t n;
	size_t *order; /* owned: members with data by offset */
	size_t n_data, next;
	uint64_t pos;  /* end of what was handed out, in the archive */
	uint64_t data_end;
	uint64_t end; /* of data and fill; where finished */
	bool finished;
	struct ek_footer footer;
};

/* Where data of a record of this type may begin (vmtar.5, "Where the data
 * goes"). */
uint64_t ek_vmtar_align(enum ek_vmtar_gen gen, char type);

/* Where head, with the terminator, ends in the archive. */
uint64_t ek_vmtar_head_end(const struct ek_vmtar *v);

/* Is the data in the order of the headers? */
bool ek_vmtar_in_order(const struct ek_vmtar *v);

#endif /* EK_VMTAR_INT_H */
