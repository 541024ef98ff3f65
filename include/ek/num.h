/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * num.h - numbers in text and in little-endian bytes
 *
 * Parsers take the whole text or nothing: no sign, no blanks, no trailing
 * bytes, no overflow. They return false and leave *out alone otherwise.
 */
#ifndef EK_NUM_H
#define EK_NUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool ek_num_dec(const char *s, size_t len, uint64_t max, uint64_t *out);
bool ek_num_oct(const char *s, size_t len, uint64_t max, uint64_t *out);

/* With an optional '-'; INT64_MIN .. INT64_MAX. */
bool ek_num_int(const char *s, size_t len, int64_t *out);

/* "512", "64K", "2M", "4G": bytes, with units of 1024. */
bool ek_num_size(const char *s, uint64_t *out);
/* The reverse for people, in the largest unit that divides it: "4 GiB". */
#define EK_NUM_SIZE 32
void ek_num_show_size(uint64_t n, char out[EK_NUM_SIZE]);

/* a + b, a * b and a rounded up to a multiple of to; false on overflow. */
bool ek_num_add(uint64_t a, uint64_t b, uint64_t *out);
bool ek_num_mul(uint64_t a, uint64_t b, uint64_t *out);
bool ek_num_round_up(uint64_t a, uint64_t to, uint64_t *out);

uint16_t ek_num_le16(const unsigned char *p);
uint32_t ek_num_le32(const unsigned char *p);
uint64_t ek_num_le64(const unsigned char *p);
void ek_num_put_le32(unsigned char *p, uint32_t v);

#endif /* EK_NUM_H */
