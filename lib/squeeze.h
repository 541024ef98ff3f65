/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * squeeze.h - bytes that are mostly zeros, kept in memory without them
 *
 * The header area of a vmtar is 512 bytes an entry, some 80 of which are not 0:
 * this is what lets 100,000 entries be held in a fifth of it.
 */
#ifndef EK_SQUEEZE_H
#define EK_SQUEEZE_H

#include <stddef.h>

struct ek_buf;

/* Append n bytes, less the longer runs of zeros. Lack of memory sticks in out. */
void ek_squeeze(struct ek_buf *out, const void *data, size_t n);

/* Give the n bytes back that were put there by one call of ek_squeeze(); the
 * number of bytes that they had at p. */
size_t ek_unsqueeze(const char *p, void *data, size_t n);

#endif /* EK_SQUEEZE_H */
