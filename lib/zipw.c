/* SPDX-License-Identifier: BSD-2-Clause */
/* zipw.c - write a zip; nothing in it but what was given */
#include "os.h"

#include "ek/buf.h"
#include "ek/date.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/num.h"
#include "ek/path.h"
#include "nameset.h"
#include "rawdef.h"
#include "rawinf.h"
#include "zip_int.h"

enum { LEVEL = 6, VERSION_2 = 20, BY_UNIX = 3 << 8, MODE = 0100644 };

/* zlib always gets pieces of this size: the bytes must not depend on ours. */
enum { PIECE = 65536 };

/* 1980-01-01, where the time of DOS begins, and 2108-01-01, where it ends. */
#define FIRST 315532800
#define BEYOND 4354819200

struct ek_zipw {
	struct ek_out *out; /* borrowed */
	uint64_t at;        /* bytes written */
	uint64_t total;     /* of the members, unpacked */
	unsigned count;
	uint16_t date, time;
	struct ek_buf dir;  /* what comes last */
	struct ek_nameset names;
	struct ek_err failed; /* code 0: not yet */
};

/* ---- deflate ------------------------------------------------------------ */

/* What is put in comes out deflated. */
struct packer {
	struct ek_rawdef *d;
	struct ek_out *out;     /* borrowed */
	struct ek_zip_sum sum;  /* so far */
	uint64_t before;        /* where out was */
	size_t held;
	unsigned char piece[PIECE];
};

static void packer_free(struct packer *p)
{
	if (p == NULL)
		return;
	ek_rawdef_free(p->d);
	free(p);
}

static int packer_new(struct packer **out, struct ek_out *to,
		      struct ek_err *err)
{
	struct packer *p = malloc(sizeof(*p));

	*out = NULL;
	if (p == NULL)
		return ek_fail_sys(err, "packing");
	p->d = ek_rawdef_new(LEVEL, false);
	p->out = to;
	p->sum = (struct ek_zip_sum){ .crc = 0 };
	p->before = ek_out_pos(to);
	p->held = 0;
	if (p->d == NULL) {
		free(p);
		errno = ENOMEM;
		return ek_fail_sys(err, "packing");
	}
	*out = p;
	return EK_OK;
}

static int flush(struct packer *p, bool last, struct ek_err *err)
{
	size_t n = p->held;

	p->sum.crc = ek_crc32(p->sum.crc, p->piece, n);
	p->sum.size += n;
	p->held = 0;
	return ek_rawdef_put(p->d, p->piece, n, last, p->out, err);
}

static int packer_put(struct packer *p, const void *data, size_t len,
		      struct ek_err *err)
{
	const unsigned char *from = data;
	int rc = EK_OK;

	while (rc == EK_OK && len != 0) {
		size_t n = PIECE - p->held < len ? PIECE - p->held : len;

		memcpy(p->piece + p->held, from, n);
		p->held += n;
		from += n;
		len -= n;
		if (p->held == PIECE)
			rc = flush(p, false, err);
	}
	return rc;
}

static int packer_end(struct packer *p, struct ek_err *err)
{
	int rc = flush(p, true, err);

	p->sum.packed = ek_out_pos(p->out) - p->before;
	return rc;
}

/* ---- sums --------------------------------------------------------------- */

struct summer {
	struct packer *p;
	struct ek_out *null;
	struct ek_zip_sum *sum; /* the caller's */
};

static int sum_put(void *ctx, const void *data, size_t len, struct ek_err *err)
{
	return packer_put(((struct summer *)ctx)->p, data, len, err);
}

static int sum_finish(void *ctx, struct ek_err *err)
{
	struct summer *s = ctx;
	int rc = packer_end(s->p, err);

	*s->sum = s->p->sum;
	return rc;
}

static void sum_drop(void *ctx)
{
	struct summer *s = ctx;

	packer_free(s->p);
	ek_out_abort(&s->null);
	free(s);
}

int ek_zip_sum_open(struct ek_out **out, struct ek_zip_sum *sum,
		    struct ek_err *err)
{
	struct summer *s = calloc(1, sizeof(*s));
	int rc;

	*out = NULL;
	if (s == NULL)
		return ek_fail_sys(err, "packing");
	s->sum = sum;
	rc = ek_out_open_null(&s->null, err);
	if (rc == EK_OK)
		rc = packer_new(&s->p, s->null, err);
	if (rc == EK_OK)
		return ek_out_open_put(out, "zip", sum_put, sum_finish,
				       sum_drop, s, err);
	sum_drop(s);
	return rc;
}

int ek_zip_sum(struct ek_in *in, struct ek_zip_sum *sum, struct ek_err *err)
{
	struct ek_out *out;
	int rc = ek_zip_sum_open(&out, sum, err);

	if (rc == EK_OK)
		rc = ek_in_copy(in, out, NULL, err);
	if (rc == EK_OK)
		rc = ek_out_commit(&out, err);
	ek_out_abort(&out);
	return rc;
}

/* ---- records ------------------------------------------------------------ */

static void put16(struct ek_buf *b, unsigned v)
{
	ek_buf_addc(b, (char)(v & 0xff));
	ek_buf_addc(b, (char)(v >> 8 & 0xff));
}

static void put32(struct ek_buf *b, uint32_t v)
{
	unsigned char p[4];

	ek_num_put_le32(p, v);
	ek_buf_add(b, p, sizeof(p));
}

/* What local header and directory have in common: from version to extra. */
static void put_common(const struct ek_zipw *w, struct ek_buf *b, size_t len,
		       const struct ek_zip_sum *sum)
{
	put16(b, VERSION_2);
	put16(b, 0); /* flags */
	put16(b, EK_ZIP_DEFLATE);
	put16(b, w->time);
	put16(b, w->date);
	put32(b, sum->crc);
	put32(b, (uint32_t)sum->packed);
	put32(b, (uint32_t)sum->size);
	put16(b, (unsigned)len);
	put16(b, 0); /* extra */
}

static void put_directory(struct ek_zipw *w, const char *name,
			  const struct ek_zip_sum *sum)
{
	struct ek_buf *b = &w->dir;

	put32(b, EK_ZIP_SIG_CENTRAL);
	put16(b, BY_UNIX | VERSION_2);
	put_common(w, b, strlen(name), sum);
	put16(b, 0); /* comment */
	put16(b, 0); /* part */
	put16(b, 0); /* internal attributes: not said to be text */
	put32(b, (uint32_t)MODE << 16);
	put32(b, (uint32_t)w->at);
	ek_buf_adds(b, name);
}

static int put_local(struct ek_zipw *w, const char *name,
		     const struct ek_zip_sum *sum, struct ek_err *err)
{
	struct ek_buf b = EK_BUF_INIT;
	int rc;

	put32(&b, EK_ZIP_SIG_LOCAL);
	put_common(w, &b, strlen(name), sum);
	ek_buf_adds(&b, name);
	rc = ek_buf_check(&b, "header of a member", err);
	if (rc == EK_OK)
		ek_out_write(w->out, b.p, b.len);
	ek_buf_free(&b);
	return rc;
}

/* ---- names -------------------------------------------------------------- */

static const char *name_problem(const char *name)
{
	size_t len = strlen(name);
	const char *why = ek_zip_name_problem(name, len);

	if (why != NULL)
		return why;
	if (name[len - 1] == '/')
		return "ends in '/'";
	for (; *name != '\0'; name++)
		if ((unsigned char)*name > 0x7e)
			return "has characters beyond ASCII";
	return NULL;
}

/* Directories above the last component of name, which is in lower case. */
static int note_above(struct ek_zipw *w, const char *name, const char **why,
		      struct ek_err *err)
{
	const char *slash = name;
	int rc = EK_OK;

	while (rc == EK_OK && (slash = strchr(slash, '/')) != NULL) {
		size_t len = (size_t)(slash++ - name);

		if (ek_nameset_find(&w->names, name, len) == EK_NAME_OTHER)
			*why = "lies below a file";
		else
			rc = ek_nameset_put(&w->names, name, len,
					    EK_NAME_IMPLIED, err);
	}
	return rc;
}

static int note_name(struct ek_zipw *w, const char *name, struct ek_err *err)
{
	const char *why = name_problem(name);
	char lower[EK_PATH_MAX + 1];
	size_t len;
	int rc = EK_OK;

	if (why == NULL) {
		ek_path_lower(name, lower);
		len = strlen(lower);
		if (ek_nameset_find(&w->names, lower, len) != EK_NAME_NEW)
			why = "is there already (case does not count)";
		else
			rc = note_above(w, lower, &why, err);
		if (rc == EK_OK && why == NULL)
			rc = ek_nameset_put(&w->names, lower, len,
					    EK_NAME_OTHER, err);
	}
	if (why != NULL)
		return ek_fail(err, EK_EARG, "cannot put '%.200s' into a zip:"
			       " its name %s", name, why);
	return rc;
}

/* ---- writing ------------------------------------------------------------ */

static int set_time(struct ek_zipw *w, int64_t mtime, struct ek_err *err)
{
	struct ek_civil c;

	if (mtime >= BEYOND)
		return ek_fail(err, EK_EARG, "the time %lld is beyond 2107: a"
			       " zip cannot tell it", (long long)mtime);
	ek_date_split(mtime < FIRST ? FIRST : mtime, &c);
	w->date = (uint16_t)((unsigned)(c.year - 1980) << 9 | c.month << 5 |
			     c.day);
	w->time = (uint16_t)(c.hour << 11 | c.minute << 5 | c.second / 2);
	return EK_OK;
}

int ek_zipw_new(struct ek_zipw **w, struct ek_out *out, int64_t mtime,
		struct ek_err *err)
{
	int rc;

	*w = calloc(1, sizeof(**w));
	if (*w == NULL)
		return ek_fail_sys(err, "writing a zip");
	(*w)->out = out;
	rc = set_time(*w, mtime, err);
	if (rc != EK_OK)
		ek_zipw_free(w);
	return rc;
}

/* Does it all fit, with the directory that then follows? */
static int check_room(const struct ek_zipw *w, size_t len,
		      const struct ek_zip_sum *sum, struct ek_err *err)
{
	uint64_t dir = w->dir.len + EK_ZIP_CENTRAL + len;
	uint64_t all = w->at + EK_ZIP_LOCAL + len + dir + EK_ZIP_END;

	if (w->count == EK_ZIP_MEMBERS || dir > EK_ZIP_DIR_MAX)
		return ek_fail(err, EK_ELIMIT, "a zip of more than %u members,"
			       " or with a directory of more than %u bytes,"
			       " cannot be written", EK_ZIP_MEMBERS,
			       EK_ZIP_DIR_MAX);
	if (sum->packed >= UINT32_MAX || sum->size >= UINT32_MAX ||
	    all + sum->packed >= UINT32_MAX ||
	    w->total + sum->size > EK_ZIP_SIZE)
		return ek_fail(err, EK_ELIMIT, "a zip of 4 GiB or more cannot"
			       " be written");
	return EK_OK;
}

/* The first failure is remembered, and told again. */
static int settle(struct ek_zipw *w, int rc, const struct ek_err *why,
		  struct ek_err *err)
{
	if (rc == EK_OK)
		return rc;
	w->failed = *why;
	w->failed.code = rc;
	if (err != NULL)
		*err = w->failed;
	return rc;
}

/* A member that is being written. */
struct member {
	struct ek_zipw *w;
	struct packer *p;
	struct ek_zip_sum sum; /* what it must have */
	bool whole;
	char name[];
};

static int member_put(void *ctx, const void *data, size_t len,
		      struct ek_err *err)
{
	return packer_put(((struct member *)ctx)->p, data, len, err);
}

static int member_finish(void *ctx, struct ek_err *err)
{
	struct member *m = ctx;
	struct ek_zipw *w = m->w;
	const struct ek_zip_sum *now = &m->p->sum;
	int rc = packer_end(m->p, err);

	if (rc != EK_OK)
		return rc;
	if (now->crc != m->sum.crc || now->size != m->sum.size ||
	    now->packed != m->sum.packed)
		return ek_fail(err, EK_EREFUSE, "'%s' was changed while it was"
			       " read", m->name);
	put_directory(w, m->name, now);
	w->at += EK_ZIP_LOCAL + strlen(m->name) + now->packed;
	w->total += now->size;
	w->count++;
	m->whole = true;
	return EK_OK;
}

static void member_drop(void *ctx)
{
	struct member *m = ctx;
	struct ek_err why = EK_ERR_INIT;

	if (!m->whole && m->w->failed.code == EK_OK)
		settle(m->w, ek_fail(&why, EK_EREFUSE, "'%s' was not written"
				     " whole", m->name), &why, NULL);
	packer_free(m->p);
	free(m);
}

static int start(struct ek_zipw *w, const char *name,
		 const struct ek_zip_sum *sum, struct ek_err *err)
{
	int rc = check_room(w, strlen(name), sum, err);

	if (rc == EK_OK)
		rc = note_name(w, name, err);
	return rc == EK_OK ? put_local(w, name, sum, err) : rc;
}

static int open_member(struct ek_zipw *w, const char *name,
		       const struct ek_zip_sum *sum, struct ek_out **out,
		       struct ek_err *err)
{
	size_t len = strlen(name);
	struct member *m = calloc(1, sizeof(*m) + len + 1);
	int rc;

	if (m == NULL)
		return ek_fail_sys(err, "writing a zip");
	m->w = w;
	m->sum = *sum;
	memcpy(m->name, name, len + 1);
	rc = start(w, name, sum, err);
	if (rc == EK_OK)
		rc = packer_new(&m->p, w->out, err);
	if (rc == EK_OK)
		return ek_out_open_put(out, name, member_put, member_finish,
				       member_drop, m, err);
	free(m);
	return rc;
}

int ek_zipw_open(struct ek_zipw *w, const char *name,
		 const struct ek_zip_sum *sum, struct ek_out **out,
		 struct ek_err *err)
{
	struct ek_err why = w->failed;
	int rc = why.code;

	*out = NULL;
	if (rc == EK_OK)
		rc = open_member(w, name, sum, out, &why);
	return settle(w, rc, &why, err);
}

int ek_zipw_add(struct ek_zipw *w, const char *name, struct ek_in *in,
		const struct ek_zip_sum *sum, struct ek_err *err)
{
	struct ek_err why = EK_ERR_INIT;
	struct ek_out *out;
	int rc = ek_zipw_open(w, name, sum, &out, err);

	if (rc != EK_OK)
		return rc;
	rc = ek_in_copy(in, out, NULL, &why);
	if (rc == EK_OK)
		rc = ek_out_commit(&out, &why);
	rc = settle(w, rc, &why, err);
	ek_out_abort(&out);
	return rc;
}

int ek_zipw_add_mem(struct ek_zipw *w, const char *name, const void *data,
		    size_t len, struct ek_err *err)
{
	struct ek_zip_sum sum;
	struct ek_in *in;
	int rc = ek_in_open_mem(&in, name, data, len, err);

	if (rc != EK_OK)
		return rc;
	rc = ek_zip_sum(in, &sum, err);
	if (rc == EK_OK)
		rc = ek_in_rewind(in, err);
	if (rc == EK_OK)
		rc = ek_zipw_add(w, name, in, &sum, err);
	ek_in_close(&in);
	return rc;
}

static int end(struct ek_zipw *w, struct ek_err *err)
{
	struct ek_buf *b = &w->dir;
	size_t len = b->len;
	int rc;

	put32(b, EK_ZIP_SIG_END);
	put16(b, 0); /* part, and that where the directory begins */
	put16(b, 0);
	put16(b, w->count);
	put16(b, w->count);
	put32(b, (uint32_t)len);
	put32(b, (uint32_t)w->at);
	put16(b, 0); /* comment */
	rc = ek_buf_check(b, "directory of a zip", err);
	if (rc != EK_OK)
		return rc;
	ek_out_write(w->out, b->p, b->len);
	return ek_out_status(w->out, err);
}

int ek_zipw_end(struct ek_zipw *w, struct ek_err *err)
{
	struct ek_err why = w->failed;
	int rc = why.code;

	if (rc == EK_OK)
		rc = end(w, &why);
	return settle(w, rc, &why, err);
}

void ek_zipw_free(struct ek_zipw **w)
{
	if (*w == NULL)
		return;
	ek_buf_free(&(*w)->dir);
	ek_nameset_free(&(*w)->names);
	free(*w);
	*w = NULL;
}
