/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gnutar.h - write a tar exactly as GNU tar does with --format=gnu
 *
 * For what the kernel of ESXi mounts or the installer reads: imgdb.tgz, driver
 * tgz payloads (vmtar.5, "Quirks"; imgdb.5, "Container"). Magic "ustar  \0", no
 * pax, no base-256, L and K records from 100 bytes on.
 */
#ifndef EK_GNUTAR_H
#define EK_GNUTAR_H

#include <stddef.h>

struct ek_err;
struct ek_entry;
struct ek_out;

/* Header of e; e->size bytes of data must follow through ek_out_write(), then
 * ek_gnutar_pad(). Failure of a write is reported by out itself. */
int ek_gnutar_header(struct ek_out *out, const struct ek_entry *e,
		     struct ek_err *err);
void ek_gnutar_pad(struct ek_out *out);

/* Header, data and padding of a file that lies in memory (e->size bytes). */
int ek_gnutar_file(struct ek_out *out, const struct ek_entry *e,
		   const void *data, struct ek_err *err);

/* Two zero blocks; with blocked, zeros up to a multiple of 10,240. The position
 * of out counts: nothing else may have been written to it. */
void ek_gnutar_end(struct ek_out *out, int blocked);

#endif /* EK_GNUTAR_H */
