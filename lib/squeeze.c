/* SPDX-License-Identifier: BSD-2-Clause */
/* squeeze.c - bytes that are mostly zeros, kept in memory without them */
#include "os.h"

#include "ek/buf.h"
#include "squeeze.h"

/* A pair of counts, of zeros and of bytes that follow; then those bytes. */
enum { RUN_MAX = 255, WORTH = 3 };

static size_t zeros(const unsigned char *p, size_t n)
{
	size_t i = 0;

	while (i < n && i < RUN_MAX && p[i] == 0)
		i++;
	return i;
}

/* Up to where so many zeros begin that a new pair pays. */
static size_t others(const unsigned char *p, size_t n)
{
	size_t i = 0;

	while (i < n && i < RUN_MAX &&
	       (p[i] != 0 || zeros(p + i, n - i) < WORTH))
		i++;
	return i;
}

void ek_squeeze(struct ek_buf *out, const void *data, size_t n)
{
	const unsigned char *p = data;

	while (n != 0) {
		size_t skip = zeros(p, n), take = others(p + skip, n - skip);
		unsigned char pair[2] = { (unsigned char)skip,
					  (unsigned char)take };

		ek_buf_add(out, pair, sizeof(pair));
		ek_buf_add(out, p + skip, take);
		p += skip + take;
		n -= skip + take;
	}
}

size_t ek_unsqueeze(const char *p, void *data, size_t n)
{
	const unsigned char *from = (const unsigned char *)p;
	unsigned char *to = data;

	memset(to, 0, n);
	while (n != 0) {
		size_t skip = from[0], take = from[1];

		memcpy(to + skip, from + 2, take);
		from += 2 + take;
		to += skip + take;
		n -= skip + take;
	}
	return (size_t)(from - (const unsigned char *)p);
}
