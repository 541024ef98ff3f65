/* SPDX-License-Identifier: BSD-2-Clause */
/* zstd.c - take zstd off a stream, and put it round one (libzstd) */
#include "os.h"

#include <zstd.h>
#include <zstd_errors.h>

#include "ek/err.h"
#include "ek/io.h"
#include "ek/num.h"
#include "ek/zstd.h"

/* RFC 8878: a frame, and the first of 16 skippable ones. */
#define FRAME     0xfd2fb528u
#define SKIPPABLE 0x184d2a50u

struct unzstd {
	struct ek_in *from;
	bool own;   /* close from */
	bool begun; /* the magic was looked at */
	bool over;  /* the frame has ended */
	ZSTD_DCtx *z;
};

/* ---- reading ------------------------------------------------------------ */

static int fail_at(const struct unzstd *z, size_t code, struct ek_err *err)
{
	const char *name = ek_in_name(z->from);
	ZSTD_ErrorCode why = ZSTD_getErrorCode(code);

	if (why == ZSTD_error_memory_allocation) {
		errno = ENOMEM;
		return ek_fail_sys(err, "unpacking '%s'", name);
	}
	if (why == ZSTD_error_frameParameter_windowTooLarge)
		return ek_fail(err, EK_ELIMIT, "'%s': its zstd data needs a"
			       " window of more than %u MiB, which ESXi does"
			       " not write and is not read", name,
			       1u << (EK_ZSTD_WINDOW_LOG - 20));
	if (why == ZSTD_error_dictionary_wrong)
		return ek_fail(err, EK_EREFUSE, "'%s': its zstd data needs a"
			       " dictionary, which nobody has", name);
	return ek_fail(err, EK_EFORMAT, "'%s': zstd data damaged at or before"
		       " offset %llu: %s", name,
		       (unsigned long long)ek_in_pos(z->from),
		       ZSTD_getErrorName(code));
}

static int look_at_magic(struct unzstd *z, struct ek_err *err)
{
	const char *name = ek_in_name(z->from);
	const unsigned char *p;
	size_t got;
	int rc = ek_in_peek(z->from, 4, &p, &got, err);

	z->begun = true;
	if (rc != EK_OK)
		return rc;
	if (got == 4 && (ek_num_le32(p) & ~0xfu) == SKIPPABLE)
		return ek_fail(err, EK_EREFUSE, "'%s' begins with a skippable"
			       " zstd frame, whose meaning is not known", name);
	if (got != 4 || ek_num_le32(p) != FRAME)
		return ek_fail(err, EK_EFORMAT, "'%s' is not zstd", name);
	return EK_OK;
}

/* One call of libzstd on what is there; *got bytes went to buf. */
static int step(struct unzstd *z, unsigned char *buf, size_t cap, size_t *got,
		struct ek_err *err)
{
	ZSTD_outBuffer to = { .dst = buf, .size = cap };
	ZSTD_inBuffer in = { .pos = 0 };
	const unsigned char *p;
	size_t code;
	int rc = ek_in_peek_some(z->from, &p, &in.size, err);

	if (rc != EK_OK)
		return rc;
	in.src = p;
	/* without input as well: there may be output still to come */
	code = ZSTD_decompressStream(z->z, &to, &in);
	*got = to.pos;
	rc = ek_in_skip(z->from, in.pos, "zstd data", err);
	if (rc == EK_OK && ZSTD_isError(code))
		rc = fail_at(z, code, err);
	if (rc != EK_OK)
		return rc;
	z->over = code == 0;
	if (in.size == 0 && *got == 0 && !z->over)
		return ek_fail(err, EK_EFORMAT, "'%s' ends at offset %llu"
			       " inside zstd data", ek_in_name(z->from),
			       (unsigned long long)ek_in_pos(z->from));
	return EK_OK;
}

static int fill(void *ctx, unsigned char *buf, size_t cap, size_t *got,
		struct ek_err *err)
{
	struct unzstd *z = ctx;
	int rc = z->begun ? EK_OK : look_at_magic(z, err);

	*got = 0;
	while (rc == EK_OK && *got == 0 && !z->over)
		rc = step(z, buf, cap, got, err);
	return rc;
}

static void drop(void *ctx)
{
	struct unzstd *z = ctx;

	ZSTD_freeDCtx(z->z);
	if (z->own)
		ek_in_close(&z->from);
	free(z);
}

int ek_in_open_unzstd(struct ek_in **out, struct ek_in *from, bool own,
		      struct ek_err *err)
{
	struct unzstd *z = calloc(1, sizeof(*z));

	*out = NULL;
	if (z != NULL)
		z->z = ZSTD_createDCtx();
	if (z == NULL || z->z == NULL ||
	    ZSTD_isError(ZSTD_DCtx_setParameter(z->z, ZSTD_d_windowLogMax,
						EK_ZSTD_WINDOW_LOG))) {
		errno = ENOMEM;
		ek_err_set(err, EK_ESYS, errno, "unpacking '%s'",
			   ek_in_name(from));
		if (z != NULL)
			ZSTD_freeDCtx(z->z);
		free(z);
		if (own)
			ek_in_close(&from);
		return EK_ESYS;
	}
	z->from = from;
	z->own = own;
	return ek_in_open_fill(out, ek_in_name(from), fill, drop, z, err);
}

/* ---- writing ------------------------------------------------------------ */

enum { PIECE = 65536 };

struct zstd {
	struct ek_out *to; /* borrowed */
	ZSTD_CCtx *z;
	unsigned char packed[PIECE];
};

/* Give libzstd len bytes, and hand on what comes out. */
static int pack(struct zstd *z, const void *data, size_t len,
		ZSTD_EndDirective how, struct ek_err *err)
{
	ZSTD_inBuffer in = { .src = data, .size = len };
	size_t left;

	do {
		ZSTD_outBuffer to = { .dst = z->packed, .size = PIECE };

		left = ZSTD_compressStream2(z->z, &to, &in, how);
		if (ZSTD_getErrorCode(left) == ZSTD_error_memory_allocation) {
			errno = ENOMEM;
			return ek_fail_sys(err, "zstd");
		}
		if (ZSTD_isError(left))
			return ek_fail(err, EK_ESYS, "zstd cannot compress: %s",
				       ZSTD_getErrorName(left));
		ek_out_write(z->to, z->packed, to.pos);
		if (ek_out_failed(z->to))
			break;
	} while (how == ZSTD_e_end ? left != 0 : in.pos < in.size);
	return ek_out_status(z->to, err);
}

static int put(void *ctx, const void *data, size_t len, struct ek_err *err)
{
	return pack(ctx, data, len, ZSTD_e_continue, err);
}

static int finish(void *ctx, struct ek_err *err)
{
	/* a frame whose first call is its last gets a content size: be sure
	 * that there was another */
	int rc = pack(ctx, NULL, 0, ZSTD_e_continue, err);

	return rc == EK_OK ? pack(ctx, NULL, 0, ZSTD_e_end, err) : rc;
}

static void drop_out(void *ctx)
{
	struct zstd *z = ctx;

	ZSTD_freeCCtx(z->z);
	free(z);
}

/* What "zstd -18 --long=27 --no-check" sets. One worker is its default, and
 * gives other bytes than none; a library without threads has none. */
static bool set_up(ZSTD_CCtx *z)
{
	static const struct {
		ZSTD_cParameter what;
		int value;
	} all[] = {
		{ ZSTD_c_compressionLevel, EK_ZSTD_LEVEL },
		{ ZSTD_c_enableLongDistanceMatching, 1 },
		{ ZSTD_c_windowLog, EK_ZSTD_WINDOW_LOG },
		{ ZSTD_c_checksumFlag, 0 },
		{ ZSTD_c_nbWorkers, 1 },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (ZSTD_isError(ZSTD_CCtx_setParameter(z, all[i].what,
							all[i].value)) &&
		    all[i].what != ZSTD_c_nbWorkers)
			return false;
	return true;
}

int ek_out_open_zstd(struct ek_out **out, struct ek_out *to, struct ek_err *err)
{
	struct zstd *z = calloc(1, sizeof(*z));
	int rc;

	*out = NULL;
	if (z != NULL)
		z->z = ZSTD_createCCtx();
	if (z == NULL || z->z == NULL || !set_up(z->z)) {
		errno = ENOMEM;
		rc = ek_fail_sys(err, "zstd");
		if (z != NULL)
			ZSTD_freeCCtx(z->z);
		free(z);
		return rc;
	}
	z->to = to;
	return ek_out_open_put(out, "zstd", put, finish, drop_out, z, err);
}
