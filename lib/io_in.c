/* SPDX-License-Identifier: BSD-2-Clause */
/* io_in.c - input streams: a window [ptr, end), refilled from below */
#include "os.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ek/err.h"
#include "ek/io.h"
#include "io_int.h"

struct ek_in {
	char *name;                    /* owned; for messages */
	const unsigned char *ptr, *end; /* there, and not yet taken */
	unsigned char *buf;            /* owned; NULL for memory */
	uint64_t pos;                  /* of ptr in the stream */
	bool over;                     /* fill has said so */
	int rc;                        /* first failure; it sticks */
	struct ek_err err;             /* its message */
	ek_in_fill *fill;              /* NULL: memory, all of it is there */
	void (*drop)(void *ctx);
	/* Go to an offset; false where that cannot be. NULL: it never can. */
	bool (*seek)(void *ctx, uint64_t off);
	void (*taken)(void *ctx, const void *p, size_t n); /* or NULL */
	void *ctx; /* owned */
	const unsigned char *mem; /* of a stream over memory: its begin */
};

bool ek_io_is_dash(const char *path)
{
	return path == NULL || strcmp(path, "-") == 0;
}

bool ek_io_again(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	if (errno == EINTR)
		return true;
	if (errno != EAGAIN)
		return false;
	/* someone else has set O_NONBLOCK on the file that we share */
	return poll(&p, 1, -1) >= 0 || errno == EINTR;
}

ssize_t ek_io_read(int fd, void *buf, size_t n, off_t off)
{
	ssize_t got;

	if (n > SSIZE_MAX)
		n = SSIZE_MAX;
	do
		got = off < 0 ? read(fd, buf, n) : pread(fd, buf, n, off);
	while (got < 0 && ek_io_again(fd, POLLIN));
	return got;
}

/* ---- the stream ---------------------------------------------------------- */

/* room: of the buffer, 0 for a stream over memory. */
static int new_in(struct ek_in **in, const char *name, size_t room,
		  struct ek_err *err)
{
	struct ek_in *n = calloc(1, sizeof(*n));
	char *copy = strdup(name);
	unsigned char *buf = room != 0 ? malloc(room) : NULL;

	*in = NULL;
	if (n == NULL || copy == NULL || (room != 0 && buf == NULL)) {
		free(buf);
		free(copy);
		free(n);
		return ek_fail_sys(err, "'%s'", name);
	}
	n->name = copy;
	n->buf = buf;
	n->ptr = n->end = buf;
	*in = n;
	return EK_OK;
}

int ek_in_open_fill(struct ek_in **in, const char *name, ek_in_fill *fill,
		    void (*drop)(void *ctx), void *ctx, struct ek_err *err)
{
	int rc = new_in(in, name, EK_IN_PEEK_MAX, err);

	if (rc != EK_OK) {
		if (drop != NULL)
			drop(ctx);
		return rc;
	}
	(*in)->fill = fill;
	(*in)->drop = drop;
	(*in)->ctx = ctx;
	return EK_OK;
}

void ek_in_on_take(struct ek_in *in,
		   void (*taken)(void *ctx, const void *p, size_t n))
{
	in->taken = taken;
}

int ek_in_open_mem(struct ek_in **in, const char *name, const void *data,
		   size_t len, struct ek_err *err)
{
	static const unsigned char nothing[1];
	int rc = new_in(in, name, 0, err);

	if (rc != EK_OK)
		return rc;
	(*in)->mem = len != 0 ? data : nothing;
	(*in)->ptr = (*in)->mem;
	(*in)->end = (*in)->mem + len;
	(*in)->over = true;
	return EK_OK;
}

void ek_in_close(struct ek_in **in)
{
	struct ek_in *i = *in;
	int sys = errno;

	*in = NULL;
	if (i == NULL)
		return;
	if (i->drop != NULL)
		i->drop(i->ctx);
	free(i->buf);
	free(i->name);
	free(i);
	errno = sys;
}

/* The first failure, again. */
static int stuck(const struct ek_in *in, struct ek_err *err)
{
	if (err != NULL)
		*err = in->err;
	return in->rc;
}

static size_t there(const struct ek_in *in)
{
	return (size_t)(in->end - in->ptr);
}

static void take(struct ek_in *in, size_t n)
{
	if (n == 0) /* ptr may be NULL */
		return;
	if (in->taken != NULL)
		in->taken(in->ctx, in->ptr, n);
	in->ptr += n;
	in->pos += n;
}

/* Bytes from below to where the caller wants them; *got 0 at the end. */
static int fill_at(struct ek_in *in, unsigned char *to, size_t cap, size_t *got,
		   struct ek_err *err)
{
	*got = 0;
	if (in->rc != EK_OK)
		return stuck(in, err);
	if (in->over)
		return EK_OK;
	in->rc = in->fill(in->ctx, to, cap, got, &in->err);
	if (in->rc != EK_OK) {
		*got = 0;
		return stuck(in, err);
	}
	in->over = *got == 0;
	return EK_OK;
}

/* More bytes behind those that are there, which move to the front. */
static int fill_more(struct ek_in *in, size_t *got, struct ek_err *err)
{
	size_t have = there(in);
	int rc;

	*got = 0;
	if (in->rc == EK_OK && in->over)
		return EK_OK;
	if (have != 0 && in->ptr != in->buf)
		memmove(in->buf, in->ptr, have);
	in->ptr = in->buf;
	in->end = in->buf + have;
	rc = fill_at(in, in->buf + have, EK_IN_PEEK_MAX - have, got, err);
	in->end += *got;
	return rc;
}

int ek_in_peek(struct ek_in *in, size_t want, const unsigned char **p,
	       size_t *got, struct ek_err *err)
{
	size_t more = 1;
	int rc;

	*got = 0;
	while (there(in) < want && there(in) < EK_IN_PEEK_MAX && more != 0) {
		rc = fill_more(in, &more, err);
		if (rc != EK_OK)
			return rc;
	}
	*p = in->ptr;
	*got = there(in) < want ? there(in) : want;
	return EK_OK;
}

int ek_in_peek_some(struct ek_in *in, const unsigned char **p, size_t *got,
		    struct ek_err *err)
{
	size_t more;
	int rc = EK_OK;

	if (there(in) == 0)
		rc = fill_more(in, &more, err);
	*p = in->ptr;
	*got = there(in);
	return rc;
}

int ek_in_read(struct ek_in *in, void *buf, size_t n, size_t *got,
	       struct ek_err *err)
{
	unsigned char *to = buf;
	size_t more;
	int rc;

	*got = 0;
	while (n != 0) {
		size_t have = there(in) < n ? there(in) : n;

		if (have != 0) {
			memcpy(to, in->ptr, have);
			take(in, have);
			more = have;
		} else if (n >= EK_IN_PEEK_MAX) {
			rc = fill_at(in, to, n, &more, err);
			if (rc != EK_OK)
				return rc;
			if (in->taken != NULL)
				in->taken(in->ctx, to, more);
			in->pos += more;
		} else {
			rc = fill_more(in, &more, err);
			if (rc != EK_OK)
				return rc;
			if (more != 0)
				continue;
		}
		if (more == 0)
			break;
		to += more;
		n -= more;
		*got += more;
	}
	return EK_OK;
}

int ek_in_drain(struct ek_in *in, struct ek_err *err)
{
	size_t more = 1;
	int rc = EK_OK;

	while (rc == EK_OK && more != 0) {
		take(in, there(in));
		rc = fill_more(in, &more, err);
	}
	return rc;
}

int ek_in_copy(struct ek_in *in, struct ek_out *out, uint64_t *n,
	       struct ek_err *err)
{
	uint64_t from = in->pos;
	size_t more = 1;
	int rc = EK_OK;

	while (rc == EK_OK && more != 0) {
		ek_out_write(out, in->ptr, there(in));
		take(in, there(in));
		rc = ek_out_status(out, err);
		if (rc == EK_OK)
			rc = fill_more(in, &more, err);
	}
	if (n != NULL)
		*n = in->pos - from;
	return rc;
}

static int skip_by_reading(struct ek_in *in, uint64_t n, const char *what,
			   struct ek_err *err)
{
	size_t more;
	int rc;

	while (n != 0) {
		size_t have = there(in) < n ? there(in) : (size_t)n;

		take(in, have);
		n -= have;
		if (n == 0)
			break;
		rc = fill_more(in, &more, err);
		if (rc != EK_OK)
			return rc;
		if (more == 0)
			return ek_fail(err, EK_EFORMAT, "'%s' ends at offset"
				       " %llu inside %s", in->name,
				       (unsigned long long)in->pos, what);
	}
	return EK_OK;
}

/* Go to an offset without reading; false, and nothing done, where that cannot
 * be: a seek beyond the end fails as well. */
static bool jump(struct ek_in *in, uint64_t to)
{
	if (in->rc != EK_OK)
		return false;
	if (in->mem != NULL) {
		if (to > (uint64_t)(in->end - in->mem))
			return false;
		in->ptr = in->mem + to;
	} else if (in->seek != NULL && in->seek(in->ctx, to)) {
		in->ptr = in->end = in->buf;
		in->over = false;
	} else {
		return false;
	}
	in->pos = to;
	return true;
}

int ek_in_skip(struct ek_in *in, uint64_t n, const char *what,
	       struct ek_err *err)
{
	uint64_t have = there(in);

	/* Where there is no seek, reading tells where the end is. */
	if (!in->over && n > have && n - have > EK_IN_PEEK_MAX &&
	    n <= UINT64_MAX - in->pos && jump(in, in->pos + n))
		return EK_OK;
	return skip_by_reading(in, n, what, err);
}

int ek_in_same(struct ek_in *a, struct ek_in *b, bool *same,
	       struct ek_err *err)
{
	const unsigned char *p, *q;
	size_t n, m;
	int rc;

	*same = false;
	for (;;) {
		rc = ek_in_peek_some(a, &p, &n, err);
		if (rc == EK_OK)
			rc = ek_in_peek_some(b, &q, &m, err);
		if (rc != EK_OK)
			return rc;
		if (n == 0 || m == 0) {
			*same = n == m;
			return EK_OK;
		}
		n = n < m ? n : m;
		if (memcmp(p, q, n) != 0)
			return EK_OK;
		rc = ek_in_skip(a, n, "data", err);
		if (rc == EK_OK)
			rc = ek_in_skip(b, n, "data", err);
		if (rc != EK_OK)
			return rc;
	}
}

uint64_t ek_in_pos(const struct ek_in *in)
{
	return in->pos;
}

const char *ek_in_name(const struct ek_in *in)
{
	return in->name;
}

bool ek_in_can_rewind(const struct ek_in *in)
{
	return in->mem != NULL || in->seek != NULL;
}

int ek_in_rewind(struct ek_in *in, struct ek_err *err)
{
	if (in->rc != EK_OK)
		return stuck(in, err);
	if (jump(in, 0))
		return EK_OK;
	errno = ESPIPE;
	return ek_fail_sys(err, "cannot read '%s' twice", in->name);
}

/* ---- descriptors --------------------------------------------------------- */

struct span {
	char *name; /* owned; for messages */
	int fd;
	bool own, by_offset;
	uint64_t at, start, end; /* in the file; end UINT64_MAX: to its end */
	uint64_t size;           /* when it was opened */
};

static int span_fill(void *ctx, unsigned char *buf, size_t cap, size_t *got,
		     struct ek_err *err)
{
	struct span *s = ctx;
	ssize_t n;

	if (cap > s->end - s->at)
		cap = (size_t)(s->end - s->at);
	n = cap != 0 ? ek_io_read(s->fd, buf, cap,
				  s->by_offset ? (off_t)s->at : -1) : 0;
	if (n < 0)
		return ek_fail_sys(err, "cannot read '%s'", s->name);
	if (n == 0 && cap != 0 && s->end != UINT64_MAX)
		return ek_fail(err, EK_EFORMAT, "'%s' became shorter while it"
			       " was read: it ends %llu bytes early", s->name,
			       (unsigned long long)(s->end - s->at));
	s->at += (uint64_t)n;
	*got = (size_t)n;
	return EK_OK;
}

static bool span_seek(void *ctx, uint64_t off)
{
	struct span *s = ctx;
	uint64_t most = s->end != UINT64_MAX ? s->end : s->size;

	if (most < s->start || off > most - s->start)
		return off == 0;
	s->at = s->start + off;
	return true;
}

static void span_drop(void *ctx)
{
	struct span *s = ctx;

	if (s->own)
		close(s->fd);
	free(s->name);
	free(s);
}

static int open_span(struct ek_in **in, const struct span *like,
		     struct ek_err *err)
{
	struct span *s = malloc(sizeof(*s));
	char *name = strdup(like->name);
	int rc;

	*in = NULL;
	if (s == NULL || name == NULL) {
		rc = ek_fail_sys(err, "'%s'", like->name);
		free(s);
		free(name);
		if (like->own)
			close(like->fd);
		return rc;
	}
	*s = *like;
	s->name = name;
	s->at = s->start;
	rc = ek_in_open_fill(in, name, span_fill, span_drop, s, err);
	if (rc == EK_OK && like->by_offset)
		(*in)->seek = span_seek;
	return rc;
}

int ek_io_open_span(struct ek_in **in, const char *name, int fd, bool own,
		    uint64_t start, uint64_t end, uint64_t size,
		    struct ek_err *err)
{
	char *borrowed = (char *)(uintptr_t)name; /* open_span() copies it */
	struct span s = {
		.name = borrowed, .fd = fd, .own = own, .by_offset = true,
		.start = start, .end = end, .size = size,
	};

	return open_span(in, &s, err);
}

/* A file that can be read by offset, from where its descriptor stands. */
static void look_at(struct span *s, const struct stat *st)
{
	off_t at;

	if (!S_ISREG(st->st_mode))
		return;
	at = lseek(s->fd, 0, SEEK_CUR);
	if (at < 0)
		return;
	s->by_offset = true;
	s->start = (uint64_t)at;
	s->size = (uint64_t)st->st_size;
}

int ek_in_open(struct ek_in **in, const char *path, struct ek_err *err)
{
	const char *name = ek_input_name(path);
	char *borrowed = (char *)(uintptr_t)name;
	struct span s = { .name = borrowed, .end = UINT64_MAX };
	struct stat st;
	int rc;

	*in = NULL;
	s.own = !ek_io_is_dash(path);
	s.fd = s.own ? open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
		     : STDIN_FILENO;
	if (s.fd < 0)
		return ek_fail_sys(err, "cannot open '%s'", name);
	if (fstat(s.fd, &st) != 0) {
		rc = ek_fail_sys(err, "cannot read '%s'", name);
		goto fail;
	}
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		rc = ek_fail_sys(err, "cannot read '%s'", name);
		goto fail;
	}
	look_at(&s, &st);
	return open_span(in, &s, err);
fail:
	if (s.own)
		close(s.fd);
	return rc;
}

/* ---- part of a stream ---------------------------------------------------- */

struct part {
	struct ek_in *from; /* borrowed */
	uint64_t len, left;
};

/* from ends before the part does. */
static int part_cut(const struct part *p, struct ek_err *err)
{
	return ek_fail(err, EK_EFORMAT, "'%s' ends at offset %llu: %llu of %llu"
		       " bytes of data are missing", p->from->name,
		       (unsigned long long)p->from->pos,
		       (unsigned long long)p->left, (unsigned long long)p->len);
}

static int part_fill(void *ctx, unsigned char *buf, size_t cap, size_t *got,
		     struct ek_err *err)
{
	struct part *p = ctx;
	int rc;

	if (cap > p->left)
		cap = (size_t)p->left;
	rc = ek_in_read(p->from, buf, cap, got, err);
	if (rc != EK_OK)
		return rc;
	p->left -= *got;
	if (*got == 0 && cap != 0)
		return part_cut(p, err);
	return EK_OK;
}

/* No one can be told here: a failure sticks in from. */
static void part_drop(void *ctx)
{
	struct part *p = ctx;
	struct ek_in *from = p->from;
	uint64_t before = from->pos;
	struct ek_err err;

	if (p->left != 0 && ek_in_skip(from, p->left, "data", &err) != EK_OK &&
	    from->rc == EK_OK) {
		p->left -= from->pos - before;
		from->rc = part_cut(p, &from->err);
	}
	free(p);
}

int ek_in_open_part(struct ek_in **in, struct ek_in *from, uint64_t len,
		    struct ek_err *err)
{
	struct part *p = malloc(sizeof(*p));

	*in = NULL;
	if (p == NULL)
		return ek_fail_sys(err, "'%s'", from->name);
	*p = (struct part){ .from = from, .len = len, .left = len };
	return ek_in_open_fill(in, from->name, part_fill, part_drop, p, err);
}

/* ---- the rest of a stream ------------------------------------------------ */

struct rest {
	struct ek_in *from; /* borrowed */
	uint64_t base;      /* where it began */
};

static int rest_fill(void *ctx, unsigned char *buf, size_t cap, size_t *got,
		     struct ek_err *err)
{
	struct rest *r = ctx;

	return ek_in_read(r->from, buf, cap, got, err);
}

static bool rest_seek(void *ctx, uint64_t off)
{
	struct rest *r = ctx;

	return off <= UINT64_MAX - r->base && jump(r->from, r->base + off);
}

int ek_in_open_rest(struct ek_in **in, struct ek_in *from, struct ek_err *err)
{
	struct rest *r = malloc(sizeof(*r));
	int rc;

	*in = NULL;
	if (r == NULL)
		return ek_fail_sys(err, "'%s'", from->name);
	*r = (struct rest){ .from = from, .base = from->pos };
	rc = ek_in_open_fill(in, from->name, rest_fill, free, r, err);
	if (rc == EK_OK && ek_in_can_rewind(from))
		(*in)->seek = rest_seek;
	return rc;
}
