/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * buf.h - a growing run of bytes
 *
 * Appending never fails on the spot: a lack of memory sticks in .failed and is
 * reported once, by ek_buf_check(). The bytes are always followed by a NUL that
 * .len does not count, so .p is a C string where no NUL was put in; .p is NULL
 * only while nothing was ever appended (use ek_buf_str() for text).
 */
#ifndef EK_BUF_H
#define EK_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "ek/err.h"

struct ek_buf {
	char *p; /* owned */
	size_t len, cap;
	bool failed;
};

#define EK_BUF_INIT { NULL, 0, 0, false }

void ek_buf_add(struct ek_buf *b, const void *data, size_t len);
void ek_buf_adds(struct ek_buf *b, const char *text);
void ek_buf_addc(struct ek_buf *b, char c);
void ek_buf_addf(struct ek_buf *b, const char *fmt, ...) EK_PRINTF(2, 3);

/* Forget the contents, keep the memory. */
void ek_buf_reset(struct ek_buf *b);

/* The text, or "" where nothing was appended. Borrowed. */
const char *ek_buf_str(const struct ek_buf *b);

/* EK_OK, or EK_ESYS (ENOMEM) where an append failed; what is for messages. */
int ek_buf_check(const struct ek_buf *b, const char *what, struct ek_err *err);

/* Hand over the bytes (never NULL on EK_OK); b becomes empty. */
int ek_buf_take(struct ek_buf *b, const char *what, char **text, size_t *len,
		struct ek_err *err);

void ek_buf_free(struct ek_buf *b);

/*
 * A list of owned strings, for options and for lists in descriptors. Zero it to
 * start. add copies n bytes of s; a failure is EK_ESYS and leaves it as it was.
 */
struct ek_strs {
	char **v; /* owned, and each string too */
	size_t n, cap;
};

int ek_strs_add(struct ek_strs *l, const char *s, size_t n, struct ek_err *err);
bool ek_strs_has(const struct ek_strs *l, const char *s);
void ek_strs_sort(struct ek_strs *l); /* by bytes */
void ek_strs_free(struct ek_strs *l);

#endif /* EK_BUF_H */
