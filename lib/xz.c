/* SPDX-License-Identifier: BSD-2-Clause */
/* xz.c - take xz off a stream (liblzma) */
#include "os.h"

#include <lzma.h>

#include "ek/err.h"
#include "ek/io.h"
#include "ek/xz.h"

struct unxz {
	struct ek_in *from;
	bool own;  /* close from */
	bool over; /* the stream has ended */
	lzma_stream z;
};

static int fail_at(const struct unxz *x, const char *why, struct ek_err *err)
{
	return ek_fail(err, EK_EFORMAT, "'%s': xz data damaged at or before"
		       " offset %llu: %s", ek_in_name(x->from),
		       (unsigned long long)ek_in_pos(x->from), why);
}

static int check(const struct unxz *x, lzma_ret z, struct ek_err *err)
{
	const char *name = ek_in_name(x->from);

	switch ((int)z) { /* others in each version of the library */
	case LZMA_OK:
	case LZMA_STREAM_END:
	case LZMA_BUF_ERROR: /* nothing to be done with so few bytes */
		return EK_OK;
	case LZMA_MEM_ERROR:
		errno = ENOMEM;
		return ek_fail_sys(err, "unpacking '%s'", name);
	case LZMA_MEMLIMIT_ERROR:
		return ek_fail(err, EK_ELIMIT, "'%s': its xz data needs %llu"
			       " MiB of memory, more than %u are not given",
			       name, (unsigned long long)
			       (lzma_memusage(&x->z) >> 20),
			       EK_XZ_MEMORY_MAX >> 20);
	case LZMA_FORMAT_ERROR:
		return fail_at(x, "not an xz header", err);
	case LZMA_OPTIONS_ERROR:
		return fail_at(x, "it has a filter or an option that liblzma"
			       " does not know", err);
	case LZMA_UNSUPPORTED_CHECK:
		return fail_at(x, "its integrity check is of a kind that"
			       " liblzma does not know", err);
	default:
		return fail_at(x, "the data, or a check of it, is wrong", err);
	}
}

/* One call of liblzma on what is there; *got bytes went to buf. */
static int step(struct unxz *x, unsigned char *buf, size_t cap, size_t *got,
		struct ek_err *err)
{
	const unsigned char *p;
	size_t have;
	lzma_ret z;
	int rc = ek_in_peek_some(x->from, &p, &have, err);

	if (rc != EK_OK)
		return rc;
	x->z.next_in = p;
	x->z.avail_in = have;
	x->z.next_out = buf;
	x->z.avail_out = cap;
	/* without input as well: there may be output still to come */
	z = lzma_code(&x->z, LZMA_RUN);
	*got = cap - x->z.avail_out;
	x->over = z == LZMA_STREAM_END;
	rc = ek_in_skip(x->from, have - x->z.avail_in, "xz data", err);
	if (rc == EK_OK)
		rc = check(x, z, err);
	if (rc == EK_OK && have == 0 && *got == 0 && !x->over)
		return ek_fail(err, EK_EFORMAT, "'%s' ends at offset %llu"
			       " inside xz data", ek_in_name(x->from),
			       (unsigned long long)ek_in_pos(x->from));
	return rc;
}

static int fill(void *ctx, unsigned char *buf, size_t cap, size_t *got,
		struct ek_err *err)
{
	struct unxz *x = ctx;
	int rc = EK_OK;

	*got = 0;
	while (rc == EK_OK && *got == 0 && !x->over)
		rc = step(x, buf, cap, got, err);
	return rc;
}

static void drop(void *ctx)
{
	struct unxz *x = ctx;

	lzma_end(&x->z);
	if (x->own)
		ek_in_close(&x->from);
	free(x);
}

int ek_in_open_unxz(struct ek_in **out, struct ek_in *from, bool own,
		    struct ek_err *err)
{
	static const lzma_stream none = LZMA_STREAM_INIT;
	struct unxz *x = malloc(sizeof(*x));

	*out = NULL;
	if (x != NULL)
		*x = (struct unxz){ .from = from, .own = own, .z = none };
	if (x == NULL ||
	    lzma_stream_decoder(&x->z, EK_XZ_MEMORY_MAX,
				LZMA_TELL_UNSUPPORTED_CHECK) != LZMA_OK) {
		errno = ENOMEM;
		ek_err_set(err, EK_ESYS, errno, "unpacking '%s'",
			   ek_in_name(from));
		free(x);
		if (own)
			ek_in_close(&from);
		return EK_ESYS;
	}
	return ek_in_open_fill(out, ek_in_name(from), fill, drop, x, err);
}
