/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * zip_made.h - make a zip record by record, good or bad, with nothing of our
 *              reader or writer; programs include it
 */
#ifndef ZIP_MADE_H
#define ZIP_MADE_H

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "ek/buf.h"

/* All but name may be 0. */
struct made_zip {
	const char *name;
	const char *local; /* name in the local header; NULL: the same */
	const void *data;
	size_t len;
	unsigned method, flags, descriptor; /* its bytes: 12, 16, 20 or 24 */
	unsigned by;       /* who made it; 3: Unix */
	unsigned mode;
	unsigned extra, comment; /* bytes of them; extra: 0, or 4 and more */
	unsigned gap;      /* bytes behind it that belong to nothing */
	unsigned at, data_at, packed, crc, central_at; /* told, not asked */
};

static inline void made_num(struct ek_buf *b, unsigned long long v,
			    unsigned bytes)
{
	for (; bytes != 0; bytes--, v >>= 8)
		ek_buf_addc(b, (char)(v & 0xff));
}

/* An extra field of n bytes, at least 4, or none. */
static inline void made_extra(struct ek_buf *b, unsigned n)
{
	if (n == 0)
		return;
	made_num(b, 0x7878, 2);
	made_num(b, n - 4, 2);
	for (unsigned i = 4; i < n; i++)
		ek_buf_addc(b, 'x');
}

static inline void made_fill(struct ek_buf *b, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		ek_buf_addc(b, 'x');
}

/* What lies in the zip, malloc()ed. */
static inline void *made_pack(struct made_zip *m)
{
	size_t room = compressBound((uLong)m->len) + 64;
	unsigned char *p = malloc(room);
	z_stream z = { .next_in = Z_NULL };

	m->crc = (unsigned)crc32_z(0, m->data, m->len);
	m->packed = (unsigned)m->len;
	if (p == NULL)
		abort();
	if (m->method != 8) {
		if (m->len != 0)
			memcpy(p, m->data, m->len);
		return p;
	}
	z.next_in = (Bytef *)(uintptr_t)m->data;
	z.avail_in = (uInt)m->len;
	z.next_out = p;
	z.avail_out = (uInt)room;
	if (deflateInit2(&z, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) !=
	    Z_OK || deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	m->packed = (unsigned)z.total_out;
	deflateEnd(&z);
	return p;
}

static inline void made_local(struct ek_buf *b, struct made_zip *m)
{
	const char *name = m->local != NULL ? m->local : m->name;
	void *packed = made_pack(m);
	unsigned open = m->descriptor != 0;

	m->at = (unsigned)b->len;
	made_num(b, 0x04034b50, 4);
	made_num(b, 20, 2);
	made_num(b, m->flags | (open ? 8 : 0), 2);
	made_num(b, m->method, 2);
	made_num(b, 0x21 << 16, 4);
	made_num(b, open ? 0 : m->crc, 4);
	made_num(b, open ? 0 : m->packed, 4);
	made_num(b, open ? 0 : m->len, 4);
	made_num(b, strlen(name), 2);
	made_num(b, m->extra, 2);
	ek_buf_adds(b, name);
	made_extra(b, m->extra);
	m->data_at = (unsigned)b->len;
	ek_buf_add(b, packed, m->packed);
	free(packed);
	if (m->descriptor == 16 || m->descriptor == 24)
		made_num(b, 0x08074b50, 4);
	if (open) {
		made_num(b, m->crc, 4);
		made_num(b, m->packed, m->descriptor < 20 ? 4 : 8);
		made_num(b, m->len, m->descriptor < 20 ? 4 : 8);
	}
	made_fill(b, m->gap);
}

static inline void made_central(struct ek_buf *b, struct made_zip *m)
{
	m->central_at = (unsigned)b->len;
	made_num(b, 0x02014b50, 4);
	made_num(b, m->by << 8 | 20, 2);
	made_num(b, 20, 2);
	made_num(b, m->flags | (m->descriptor != 0 ? 8 : 0), 2);
	made_num(b, m->method, 2);
	made_num(b, 0x21 << 16, 4);
	made_num(b, m->crc, 4);
	made_num(b, m->packed, 4);
	made_num(b, m->len, 4);
	made_num(b, strlen(m->name), 2);
	made_num(b, m->extra, 2);
	made_num(b, m->comment, 2);
	made_num(b, 0, 4);
	made_num(b, (unsigned long long)m->mode << 16, 4);
	made_num(b, m->at, 4);
	ek_buf_adds(b, m->name);
	made_extra(b, m->extra);
	made_fill(b, m->comment);
}

/* Returns where the record at the end is. */
static inline unsigned made_zip(struct ek_buf *b, struct made_zip *v, size_t n)
{
	size_t dir, end;

	for (size_t i = 0; i < n; i++)
		made_local(b, &v[i]);
	dir = b->len;
	for (size_t i = 0; i < n; i++)
		made_central(b, &v[i]);
	end = b->len;
	made_num(b, 0x06054b50, 4);
	made_num(b, 0, 4);
	made_num(b, n, 2);
	made_num(b, n, 2);
	made_num(b, end - dir, 4);
	made_num(b, dir, 4);
	made_num(b, 0, 2);
	return (unsigned)end;
}

#endif /* ZIP_MADE_H */
