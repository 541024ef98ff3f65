/* SPDX-License-Identifier: BSD-2-Clause */
/* wrap.h - put layers round bytes, by the libraries themselves; one test program
 *          includes it after cmocka.h */
#ifndef WRAP_H
#define WRAP_H

#include <lzma.h>
#include <zstd.h>

#include "ek/buf.h"
#include "ek/deflate.h"
#include "ek/io.h"

static inline void add_gzip(struct ek_buf *b, const void *data, size_t n)
{
	struct ek_out *mem, *gz;
	char *out;
	size_t len;

	assert_int_equal(ek_out_open_mem(&mem, &out, &len, NULL), EK_OK);
	assert_int_equal(ek_out_open_gzip(&gz, mem, 9, NULL), EK_OK);
	ek_out_write(gz, data, n);
	assert_int_equal(ek_out_commit(&gz, NULL), EK_OK);
	assert_int_equal(ek_out_commit(&mem, NULL), EK_OK);
	ek_buf_add(b, out, len);
	free(out);
}

/* One stream with this check and a dictionary of dict bytes. */
static inline void add_xz(struct ek_buf *b, const void *data, size_t n,
			  lzma_check check, uint32_t dict)
{
	size_t room = lzma_stream_buffer_bound(n), len = 0;
	uint8_t *out = malloc(room);
	lzma_options_lzma o;
	lzma_filter filters[] = {
		{ .id = LZMA_FILTER_LZMA2, .options = &o },
		{ .id = LZMA_VLI_UNKNOWN },
	};

	assert_non_null(out);
	assert_false(lzma_lzma_preset(&o, 0));
	o.dict_size = dict;
	assert_int_equal(lzma_stream_buffer_encode(filters, check, NULL, data,
						   n, out, &len, room),
			 LZMA_OK);
	ek_buf_add(b, out, len);
	free(out);
}

/* One frame with its size and, when asked, a checksum. */
static inline void add_zstd(struct ek_buf *b, const void *data, size_t n,
			    int checksum)
{
	size_t room = ZSTD_compressBound(n), len;
	ZSTD_CCtx *z = ZSTD_createCCtx();
	void *out = malloc(room);

	assert_non_null(z);
	assert_non_null(out);
	assert_false(ZSTD_isError(ZSTD_CCtx_setParameter(
		z, ZSTD_c_checksumFlag, checksum)));
	len = ZSTD_compress2(z, out, room, data, n);
	assert_false(ZSTD_isError(len));
	ek_buf_add(b, out, len);
	free(out);
	ZSTD_freeCCtx(z);
}

/* A footer: this schema, key id, n bytes of signature. */
static inline void add_footer(struct ek_buf *b, uint8_t schema,
			      const char *key, uint32_t n)
{
	uint8_t len[4] = { (uint8_t)(n + 16), (uint8_t)((n + 16) >> 8), 0, 0 };
	uint8_t front[4] = { schema, 0, 0, 0 };
	char id[17] = { 0 };

	snprintf(id, sizeof(id), "%s", key);
	ek_buf_add(b, front, sizeof(front));
	ek_buf_add(b, id, 16);
	for (uint32_t i = 0; i < n; i++)
		ek_buf_addc(b, (char)(i * 7 + 1));
	ek_buf_add(b, len, sizeof(len));
	ek_buf_add(b, "\xed\x11\xbe\x1a", 4);
}

#endif /* WRAP_H */
