/* SPDX-License-Identifier: BSD-2-Clause */
/* num.c - numbers in text and in little-endian bytes */
#include "os.h"

#include "ek/num.h"

static bool digits(const char *s, size_t len, unsigned base, uint64_t max,
		   uint64_t *out)
{
	uint64_t v = 0;

	if (len == 0)
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned d = (unsigned)(unsigned char)s[i] - '0';

		if (d >= base || v > max / base || d > max - v * base)
			return false;
		v = v * base + d;
	}
	*out = v;
	return true;
}

bool ek_num_dec(const char *s, size_t len, uint64_t max, uint64_t *out)
{
	return digits(s, len, 10, max, out);
}

bool ek_num_oct(const char *s, size_t len, uint64_t max, uint64_t *out)
{
	return digits(s, len, 8, max, out);
}

bool ek_num_int(const char *s, size_t len, int64_t *out)
{
	bool minus = len != 0 && s[0] == '-';
	uint64_t max = (uint64_t)INT64_MAX + (minus ? 1 : 0), v;

	if (!digits(s + minus, len - minus, 10, max, &v))
		return false;
	if (minus)
		*out = v > INT64_MAX ? INT64_MIN : -(int64_t)v;
	else
		*out = (int64_t)v;
	return true;
}

/* ---- sizes -------------------------------------------------------------- */

bool ek_num_size(const char *s, uint64_t *out)
{
	static const char units[] = "KMG";
	size_t len = strlen(s);
	const char *unit = len != 0 ? strchr(units, s[len - 1]) : NULL;
	unsigned shift = unit != NULL ? 10 * (unsigned)(unit - units + 1) : 0;
	uint64_t n;

	if (!ek_num_dec(s, len - (unit != NULL), UINT64_MAX >> shift, &n))
		return false;
	*out = n << shift;
	return true;
}

void ek_num_show_size(uint64_t n, char out[EK_NUM_SIZE])
{
	static const char *const units[] = { "bytes", "KiB", "MiB", "GiB" };
	size_t i = 0;

	while (i < 3 && n != 0 && n % 1024 == 0) {
		n /= 1024;
		i++;
	}
	snprintf(out, EK_NUM_SIZE, "%llu %s", (unsigned long long)n, units[i]);
}

/* ---- arithmetic --------------------------------------------------------- */

bool ek_num_add(uint64_t a, uint64_t b, uint64_t *out)
{
	if (b > UINT64_MAX - a)
		return false;
	*out = a + b;
	return true;
}

bool ek_num_mul(uint64_t a, uint64_t b, uint64_t *out)
{
	if (a != 0 && b > UINT64_MAX / a)
		return false;
	*out = a * b;
	return true;
}

bool ek_num_round_up(uint64_t a, uint64_t to, uint64_t *out)
{
	uint64_t over;

	if (to == 0)
		return false;
	over = a % to;
	return ek_num_add(a, over != 0 ? to - over : 0, out);
}

uint16_t ek_num_le16(const unsigned char *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

uint32_t ek_num_le32(const unsigned char *p)
{
	return (uint32_t)ek_num_le16(p) | (uint32_t)ek_num_le16(p + 2) << 16;
}

uint64_t ek_num_le64(const unsigned char *p)
{
	return ek_num_le32(p) | (uint64_t)ek_num_le32(p + 4) << 32;
}

void ek_num_put_le32(unsigned char *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (unsigned char)(v >> (8 * i));
}
