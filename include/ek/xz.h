/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xz.h - take xz off a stream (liblzma)
 *
 * One stream, as "xz --single-stream" reads it: of 6.5 to 7.0 signed modules are
 * xz with a signature behind (vmtar.5, "Layers"). Whatever integrity checks the
 * stream has are checked, its header and its index always.
 */
#ifndef EK_XZ_H
#define EK_XZ_H

#include <stdbool.h>

struct ek_err;
struct ek_in;

/* Memory that a stream may ask for: enough for "xz -9" (65 MiB; VMware's ask
 * for 3); more is EK_ELIMIT. */
#define EK_XZ_MEMORY_MAX (128u << 20)

/*
 * *out hands out what is inside from, and ends with the stream: then from
 * stands at the byte behind it, whatever that is. from is borrowed, unless own
 * is true: then it is closed with *out, and also where this call fails.
 * Messages name the offset in from.
 */
int ek_in_open_unxz(struct ek_in **out, struct ek_in *from, bool own,
		    struct ek_err *err);

#endif /* EK_XZ_H */
