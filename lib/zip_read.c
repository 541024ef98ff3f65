/* SPDX-License-Identifier: BSD-2-Clause */
/* zip_read.c - the bytes of one member of a zip */
#include "os.h"

#include "ek/err.h"
#include "ek/io.h"
#include "rawinf.h"
#include "zip_int.h"

struct unzip {
	const struct ek_zip *z;
	const struct ek_zip_item *it;
	struct ek_in *from;    /* what lies in the zip */
	struct ek_rawinf *raw; /* NULL: it is stored */
	bool over;             /* the data has ended */
	bool checked;
	uint64_t size;
	uint32_t crc;
};

static int damaged(const struct unzip *u, const char *why, struct ek_err *err)
{
	return ek_fail(err, EK_EFORMAT, "'%s': member '%.200s', whose data"
		       " begins at offset %llu: %s", u->z->name,
		       u->it->m.name, (unsigned long long)u->it->data, why);
}

/* Up to cap bytes, unpacked; *got is 0 where none came out yet. */
static int step(struct unzip *u, unsigned char *buf, size_t cap, size_t *got,
		struct ek_err *err)
{
	unsigned char rest[EK_RAW_REST];
	const unsigned char *p;
	size_t have, used;
	enum ek_raw raw;
	int rc;

	if (u->raw == NULL) {
		rc = ek_in_read(u->from, buf, cap, got, err);
		u->over = *got == 0;
		return rc;
	}
	rc = ek_in_peek_some(u->from, &p, &have, err);
	if (rc != EK_OK)
		return rc;
	raw = ek_rawinf_step(u->raw, p, have, &used, buf, cap, got);
	rc = ek_in_skip(u->from, used, "deflate data", err);
	if (rc != EK_OK)
		return rc;
	if (raw == EK_RAW_NO_MEMORY) {
		errno = ENOMEM;
		return ek_fail_sys(err, "unpacking '%s'", u->z->name);
	}
	if (raw == EK_RAW_BAD)
		return damaged(u, ek_rawinf_why(u->raw), err);
	if (raw == EK_RAW_MORE && have == 0 && *got == 0)
		return damaged(u, "its deflate data is cut short", err);
	u->over = raw == EK_RAW_END;
	if (u->over && ek_rawinf_rest(u->raw, rest) != 0)
		return damaged(u, "bytes behind its deflate data", err);
	return EK_OK;
}

/* All bytes have come: is there nothing more, and are they right? */
static int check_end(struct unzip *u, struct ek_err *err)
{
	unsigned char more;
	size_t got = 0;
	int rc = EK_OK;

	u->checked = true;
	while (rc == EK_OK && got == 0 && !u->over)
		rc = step(u, &more, 1, &got, err);
	if (rc != EK_OK)
		return rc;
	if (got != 0)
		return damaged(u, "it has more bytes than the zip says", err);
	if (ek_in_pos(u->from) != u->it->m.packed)
		return damaged(u, "bytes behind its deflate data", err);
	if (u->crc != u->it->crc)
		return damaged(u, "its CRC-32 is wrong", err);
	return EK_OK;
}

/*
 * The last bytes are handed out after the check: who reads as many as the
 * directory says, and no further, must not miss it.
 */
static int fill(void *ctx, unsigned char *buf, size_t cap, size_t *got,
		struct ek_err *err)
{
	struct unzip *u = ctx;
	uint64_t left = u->it->m.size - u->size;
	int rc = EK_OK;

	*got = 0;
	if (cap > left)
		cap = (size_t)left;
	while (rc == EK_OK && cap != 0 && *got == 0 && !u->over)
		rc = step(u, buf, cap, got, err);
	if (rc == EK_OK && *got == 0 && left != 0)
		rc = damaged(u, "it has fewer bytes than the zip says", err);
	if (rc != EK_OK)
		return rc;
	u->crc = ek_crc32(u->crc, buf, *got);
	u->size += *got;
	if (u->size == u->it->m.size && !u->checked)
		rc = check_end(u, err);
	return rc;
}

static void drop(void *ctx)
{
	struct unzip *u = ctx;

	ek_rawinf_free(u->raw);
	ek_in_close(&u->from);
	free(u);
}

static int open_packed(struct unzip *u, const char *name, struct ek_err *err)
{
	const struct ek_zip *z = u->z;

	if (z->file != NULL)
		return ek_file_in(z->file, u->it->data, u->it->m.packed, name,
				  &u->from, err);
	return ek_in_open_mem(&u->from, name, z->mem + u->it->data,
			      (size_t)u->it->m.packed, err);
}

static int open_unzip(struct unzip *u, const char *name, struct ek_in **in,
		      struct ek_err *err)
{
	int rc = open_packed(u, name, err);

	if (rc == EK_OK && u->it->method == EK_ZIP_DEFLATE) {
		u->raw = ek_rawinf_new();
		if (u->raw == NULL) {
			errno = ENOMEM;
			rc = ek_fail_sys(err, "unpacking '%s'", name);
		}
	}
	if (rc != EK_OK) {
		drop(u);
		return rc;
	}
	return ek_in_open_fill(in, name, fill, drop, u, err);
}

int ek_zip_in(struct ek_zip *z, const struct ek_zip_member *m,
	      struct ek_in **in, struct ek_err *err)
{
	struct unzip *u = calloc(1, sizeof(*u));
	char *name;
	int rc;

	*in = NULL;
	if (u == NULL || asprintf(&name, "%s:%s", z->name, m->name) < 0) {
		free(u);
		errno = ENOMEM;
		return ek_fail_sys(err, "reading '%s'", z->name);
	}
	u->z = z;
	u->it = (const struct ek_zip_item *)m; /* its first member */
	rc = open_unzip(u, name, in, err);
	free(name);
	return rc;
}

int ek_zip_read(struct ek_zip *z, const struct ek_zip_member *m, size_t limit,
		char **data, size_t *len, struct ek_err *err)
{
	struct ek_in *in;
	char *p;
	int rc;

	*data = NULL;
	*len = 0;
	if (m->size > limit || m->size >= SIZE_MAX)
		return ek_fail(err, EK_ELIMIT, "'%s': member '%.200s' has %llu"
			       " bytes, more than the %zu that are read",
			       z->name, m->name, (unsigned long long)m->size,
			       limit);
	p = malloc((size_t)m->size + 1);
	if (p == NULL)
		return ek_fail_sys(err, "reading '%s'", z->name);
	rc = ek_zip_in(z, m, &in, err);
	/* one more than it has: the end is seen in any case */
	if (rc == EK_OK)
		rc = ek_in_read(in, p, (size_t)m->size + 1, len, err);
	ek_in_close(&in);
	if (rc != EK_OK) {
		free(p);
		*len = 0;
		return rc;
	}
	p[*len] = '\0';
	*data = p;
	return EK_OK;
}
