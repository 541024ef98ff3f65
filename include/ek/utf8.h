/* SPDX-License-Identifier: BSD-2-Clause */
/* utf8.h - one character of UTF-8 at a time (RFC 3629) */
#ifndef EK_UTF8_H
#define EK_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The character at s, of which len > 0 bytes are there: its length 1 to 4, and
 * its number in *c. 0 where s does not begin with a character: overlong forms,
 * surrogates, more than U+10FFFF, and cut ones are none.
 */
size_t ek_utf8_next(const char *s, size_t len, uint32_t *c);

/* May c go to a terminal? Not C0, DEL, C1, nor what reorders a line. */
bool ek_utf8_printable(uint32_t c);

#endif /* EK_UTF8_H */
