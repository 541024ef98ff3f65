/* SPDX-License-Identifier: BSD-2-Clause */
/* rawdef.c - put bytes into deflate: zlib, or ISA-L where it was built in */
#include "os.h"

#define ZLIB_CONST 1 /* it does not write to its input */
#include <zlib.h>
#ifdef EK_ISAL
#include <isa-l.h>
#endif

#include "ek/err.h"
#include "ek/io.h"
#include "rawdef.h"

enum { ROOM = 65536, MEM_LEVEL = 8 };

/* The library behind a level; both have the same calls below. */
struct ek_rawdef {
	z_stream z;
	bool isal;
#ifdef EK_ISAL
	struct isal_zstream i;
	unsigned char level_buf[ISAL_DEF_LVL3_DEFAULT]; /* the largest */
#endif
	unsigned char out[ROOM];
};

static int start_zlib(z_stream *z, int level)
{
	*z = (z_stream){ .next_in = Z_NULL };
	return deflateInit2(z, level, Z_DEFLATED, -MAX_WBITS, MEM_LEVEL,
			    Z_DEFAULT_STRATEGY);
}

#ifdef EK_ISAL

/*
 * Its levels are not those of gzip(1). Level 2 packs within 3 % of gzip -1, 3
 * is the best that it has.
 */
static bool start_isal(struct ek_rawdef *d, int level)
{
	if (level < 1 || level > 3)
		return false;
	isal_deflate_init(&d->i);
	d->i.level = level == 1 ? 2 : 3;
	d->i.level_buf = d->level_buf;
	d->i.level_buf_size = level == 1 ? ISAL_DEF_LVL2_DEFAULT
					 : ISAL_DEF_LVL3_DEFAULT;
	d->i.flush = NO_FLUSH;
	d->i.gzip_flag = IGZIP_DEFLATE;
	return true;
}

static int put_isal(struct ek_rawdef *d, const void *data, size_t n, bool last,
		    struct ek_out *out, struct ek_err *err)
{
	/* it takes a pointer to bytes that it does not write to */
	d->i.next_in = (uint8_t *)(uintptr_t)data;
	d->i.avail_in = (uint32_t)n;
	d->i.end_of_stream = last;
	do {
		d->i.next_out = d->out;
		d->i.avail_out = ROOM;
		if (isal_deflate(&d->i) != COMP_OK)
			return ek_fail(err, EK_ESYS, "ISA-L cannot deflate");
		ek_out_write(out, d->out, ROOM - d->i.avail_out);
	} while (d->i.avail_out == 0 || d->i.avail_in != 0 ||
		 (last && d->i.internal_state.state != ZSTATE_END));
	return ek_out_status(out, err);
}

#else

static bool start_isal(struct ek_rawdef *d, int level)
{
	(void)d;
	(void)level;
	return false;
}

static int put_isal(struct ek_rawdef *d, const void *data, size_t n, bool last,
		    struct ek_out *out, struct ek_err *err)
{
	(void)d;
	(void)data;
	(void)n;
	(void)last;
	(void)out;
	return ek_fail(err, EK_ESYS, "ISA-L was not built in");
}

#endif

struct ek_rawdef *ek_rawdef_new(int level, bool fast)
{
	/* zeros: ISA-L looks at its buffer before it has written all of it, and
	 * no output may depend on what was there */
	struct ek_rawdef *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->isal = fast && start_isal(d, level);
	if (!d->isal && start_zlib(&d->z, level) != Z_OK) {
		free(d);
		return NULL;
	}
	return d;
}

void ek_rawdef_free(struct ek_rawdef *d)
{
	if (d != NULL && !d->isal)
		(void)deflateEnd(&d->z);
	free(d);
}

int ek_rawdef_put(struct ek_rawdef *d, const void *data, size_t n, bool last,
		  struct ek_out *out, struct ek_err *err)
{
	if (d->isal)
		return put_isal(d, data, n, last, out, err);
	d->z.next_in = data;
	d->z.avail_in = (uInt)n;
	do {
		d->z.next_out = d->out;
		d->z.avail_out = ROOM;
		if (deflate(&d->z, last ? Z_FINISH : Z_NO_FLUSH) ==
		    Z_STREAM_ERROR)
			return ek_fail(err, EK_ESYS, "zlib cannot deflate: %s",
				       d->z.msg != NULL ? d->z.msg : "bug");
		ek_out_write(out, d->out, ROOM - d->z.avail_out);
	} while (d->z.avail_out == 0);
	return ek_out_status(out, err);
}

size_t ek_rawdef_bound(size_t n)
{
	/* stored blocks, the flush behind them, and some */
	return (size_t)compressBound((uLong)n) + 64;
}

int ek_rawdef_run(int level, const void *dict, size_t n_dict,
		  const void *data, size_t n, bool last, void *out,
		  size_t n_out, size_t *got, struct ek_err *err)
{
	z_stream z;
	int rc;

	if (start_zlib(&z, level) != Z_OK) {
		errno = ENOMEM;
		return ek_fail_sys(err, "gzip");
	}
	if (n_dict != 0)
		(void)deflateSetDictionary(&z, dict, (uInt)n_dict);
	z.next_in = data;
	z.avail_in = (uInt)n;
	z.next_out = out;
	z.avail_out = (uInt)n_out;
	rc = deflate(&z, last ? Z_FINISH : Z_SYNC_FLUSH);
	*got = n_out - z.avail_out;
	(void)deflateEnd(&z);
	/* a flush that fills all of out may not be whole */
	if (rc != (last ? Z_STREAM_END : Z_OK) || *got == n_out)
		return ek_fail(err, EK_ESYS, "zlib cannot deflate: no room");
	return EK_OK;
}

uint32_t ek_rawdef_crc_join(uint32_t a, uint32_t b, size_t len)
{
	return (uint32_t)crc32_combine(a, b, (z_off_t)len);
}
