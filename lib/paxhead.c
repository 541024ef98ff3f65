/* SPDX-License-Identifier: BSD-2-Clause */
/* paxhead.c - the headers before a member of a tar, byte by byte */
#include "os.h"

#include "ek/paxhead.h"

/* More than libarchive takes of a header. */
#define LINE_MAX_LEN ((uint64_t)1 << 30)

enum { LENGTH, KEY, VALUE };

/* ---- lines of a pax header ---------------------------------------------- */

static bool is_name(const char *key)
{
	static const char *const names[] = {
		"path", "linkpath", "uname", "gname",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(key, names[i]) == 0)
			return true;
	return false;
}

static void next_line(struct ek_paxhead *p)
{
	p->part = LENGTH;
	p->length = p->used = 0;
	p->n_key = 0;
}

static void see_length(struct ek_paxhead *p, unsigned char c)
{
	if (c >= '0' && c <= '9' && p->length < LINE_MAX_LEN)
		p->length = p->length * 10 + (uint64_t)(c - '0');
	else if (c == ' ' && p->length > p->used)
		p->part = KEY;
	else
		p->why = "has a pax header with a line of no length";
}

static void see_key(struct ek_paxhead *p, unsigned char c)
{
	if (c == '=')
		p->part = VALUE;
	else if (p->n_key < sizeof(p->key) - 1)
		p->key[p->n_key++] = (char)c;
	p->key[p->n_key] = '\0';
}

static void see_byte(struct ek_paxhead *p, unsigned char c)
{
	p->used++;
	if (p->part == LENGTH) {
		see_length(p, c);
		return;
	}
	if (p->part == KEY)
		see_key(p, c);
	else if (c == '\0' && is_name(p->key))
		p->why = "has a pax header with a name that has a NUL in it";
	if (p->used == p->length)
		next_line(p);
}

/* ---- records ------------------------------------------------------------ */

/* x and X (Solaris) are pax; g is for all members, and libarchive skips it as it
 * does A, V; L and K are GNU's long names, which end at a NUL. */
static bool goes_before(char type)
{
	return type != '\0' && strchr("xXgAVLK", type) != NULL;
}

static void see_record(struct ek_paxhead *p)
{
	char type = ek_record_type(&p->r);

	p->have = 0;
	p->over = !goes_before(type);
	if (p->over)
		return;
	if (!ek_record_size(&p->r, &p->data)) {
		p->why = "has a header before it whose size is no octal number";
		return;
	}
	p->pad = -p->data % EK_RECORD_SIZE;
	p->is_pax = type == 'x' || type == 'X';
	next_line(p);
}

/* The bytes of data that were taken. */
static size_t gather(struct ek_paxhead *p, const unsigned char *data, size_t n)
{
	size_t room = EK_RECORD_SIZE - p->have;
	size_t take = n < room ? n : room;

	memcpy(p->r.b + p->have, data, take);
	p->have += take;
	if (p->have == EK_RECORD_SIZE)
		see_record(p);
	return take;
}

static size_t see_data(struct ek_paxhead *p, const unsigned char *data,
		       size_t n)
{
	size_t take = n < p->data ? n : (size_t)p->data;

	p->data -= take;
	for (size_t i = 0; p->is_pax && p->why == NULL && i < take; i++)
		see_byte(p, data[i]);
	return take;
}

static size_t see_pad(struct ek_paxhead *p, size_t n)
{
	size_t take = n < p->pad ? n : (size_t)p->pad;

	p->pad -= take;
	return take;
}

void ek_paxhead_feed(struct ek_paxhead *p, const unsigned char *data, size_t n)
{
	size_t take;

	for (; n != 0 && !p->over && p->why == NULL; data += take, n -= take)
		take = p->data != 0 ? see_data(p, data, n)
		     : p->pad != 0 ? see_pad(p, n) : gather(p, data, n);
}
