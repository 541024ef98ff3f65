/* SPDX-License-Identifier: BSD-2-Clause */
/* utf8.c - one character of UTF-8 at a time (RFC 3629) */
#include "os.h"

#include "ek/utf8.h"

/* Length by the first byte, or 0; *c becomes the bits that it carries. */
static size_t lead(unsigned char b, uint32_t *c)
{
	if (b < 0x80) {
		*c = b;
		return 1;
	}
	if (b >= 0xc2 && b < 0xe0) {
		*c = b & 0x1fu;
		return 2;
	}
	if (b >= 0xe0 && b < 0xf0) {
		*c = b & 0x0fu;
		return 3;
	}
	if (b >= 0xf0 && b < 0xf5) {
		*c = b & 0x07u;
		return 4;
	}
	return 0;
}

size_t ek_utf8_next(const char *s, size_t len, uint32_t *c)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = len != 0 ? lead((unsigned char)s[0], c) : 0;

	if (n == 0 || n > len)
		return 0;
	for (size_t i = 1; i < n; i++) {
		unsigned char b = (unsigned char)s[i];

		if ((b & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (b & 0x3fu);
	}
	if (*c < least[n] || *c > 0x10ffff || (*c >= 0xd800 && *c < 0xe000))
		return 0;
	return n;
}

bool ek_utf8_printable(uint32_t c)
{
	if (c < 0x20 || (c >= 0x7f && c < 0xa0))
		return false;
	/* line and paragraph separators, embeddings, overrides, isolates */
	if ((c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069))
		return false;
	return c != 0x200e && c != 0x200f && c != 0x061c && c != 0xfeff;
}
