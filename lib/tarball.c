/* SPDX-License-Identifier: BSD-2-Clause */
/* tarball.c - read a tar of any dialect, and only a tar (libarchive) */
#include "os.h"

#include <locale.h>

#include "ek/entry.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/paxhead.h"
#include "ek/tarball.h"
#include "libarc.h"

#define BLOCK 512u
#define MAGIC 257 /* offset in a header */

struct ek_tarball {
	struct ek_libarc la;
	struct archive *a;
	struct ek_in *in; /* borrowed */
	locale_t locale;  /* "C" */
	struct ek_entry e;
	size_t count;

	/* What libarchive was given last, and where it stood. */
	uint64_t start;
	size_t len;
	unsigned char tail[BLOCK]; /* the bytes before buf */
	unsigned char buf[EK_IN_PEEK_MAX];

	/* The headers before a member, shown as libarchive takes them. */
	struct ek_paxhead pax;
	bool in_headers;
	uint64_t watched; /* bytes of the input up to here */

	/* in's own failure, which libarchive cannot carry */
	int in_rc;
	struct ek_err in_err;
};

/* Show pax what buf has of the headers; it knows where they end. */
static void watch(struct ek_tarball *t)
{
	uint64_t end = t->start + t->len;

	ek_paxhead_feed(&t->pax, t->buf + (t->watched - t->start),
			(size_t)(end - t->watched));
	t->watched = end;
}

static la_ssize_t fill(struct archive *a, void *ctx, const void **p)
{
	struct ek_tarball *t = ctx;
	unsigned char tail[BLOCK];
	size_t got = 0;

	if (t->in_headers)
		watch(t);
	if (t->len >= BLOCK)
		memcpy(tail, t->buf + t->len - BLOCK, BLOCK);
	t->in_rc = ek_in_read(t->in, t->buf, sizeof(t->buf), &got, &t->in_err);
	if (t->in_rc != EK_OK) {
		t->la.archive_set_error(a, EIO, "cannot read");
		return -1;
	}
	if (got == 0) /* what came last is still in buf, for finish() */
		return 0;
	if (t->len >= BLOCK)
		memcpy(t->tail, tail, BLOCK);
	t->start += t->len;
	t->len = got;
	*p = t->buf;
	return (la_ssize_t)got;
}

static unsigned long long position(struct ek_tarball *t)
{
	return (unsigned long long)t->la.archive_filter_bytes(t->a, 0);
}

static unsigned long long header_position(struct ek_tarball *t)
{
	return (unsigned long long)t->la.archive_read_header_position(t->a);
}

/* What libarchive, or the stream below it, found wrong. */
static int fail_archive(struct ek_tarball *t, struct ek_err *err)
{
	const char *why = t->la.archive_error_string(t->a);

	if (t->in_rc != EK_OK) {
		if (err != NULL)
			*err = t->in_err;
		return t->in_rc;
	}
	if (t->la.archive_errno(t->a) == ENOMEM) {
		errno = ENOMEM;
		return ek_fail_sys(err, "'%.300s'", ek_in_name(t->in));
	}
	if (t->la.archive_format(t->a) == 0)
		return ek_fail(err, EK_EFORMAT, "'%.300s' is not a tar: no valid"
			       " header at its start", ek_in_name(t->in));
	return ek_fail(err, EK_EFORMAT, "'%.300s': not a sound tar at offset %llu:"
		       " %s", ek_in_name(t->in), position(t),
		       why != NULL ? why : "no reason given");
}

/* A vmtar looks like a tar to libarchive, which would take headers for data. */
static int check_start(struct ek_in *in, struct ek_err *err)
{
	static const char visor[] = "visor  ";
	const unsigned char *p;
	size_t got;
	int rc;

	rc = ek_in_peek(in, BLOCK, &p, &got, err);
	if (rc != EK_OK)
		return rc;
	if (got < BLOCK)
		return ek_fail(err, EK_EFORMAT, "'%.300s' is not a tar: it has only"
			       " %zu bytes", ek_in_name(in), got);
	if (memcmp(p + MAGIC, visor, sizeof(visor)) == 0)
		return ek_fail(err, EK_EFORMAT, "'%.300s' is a vmtar, not a tar",
			       ek_in_name(in));
	return EK_OK;
}

int ek_tarball_open(struct ek_tarball **out, struct ek_in *in,
		    struct ek_err *err)
{
	struct ek_tarball *t;
	int rc;

	*out = NULL;
	rc = check_start(in, err);
	if (rc != EK_OK)
		return rc;
	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return ek_fail_sys(err, "'%.300s'", ek_in_name(in));
	t->in = in;
	rc = ek_libarc_open(&t->la, EK_LIBARC, err);
	if (rc != EK_OK)
		goto fail;
	t->locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	t->a = t->la.archive_read_new();
	if (t->a == NULL || t->locale == (locale_t)0) {
		errno = ENOMEM;
		rc = ek_fail_sys(err, "'%.300s'", ek_in_name(in));
		goto fail;
	}
	/* no filter is enabled: filters may start programs */
	if (t->la.archive_read_support_format_tar(t->a) != ARCHIVE_OK ||
	    t->la.archive_read_open(t->a, t, NULL, fill, NULL) != ARCHIVE_OK) {
		rc = fail_archive(t, err);
		goto fail;
	}
	*out = t;
	return EK_OK;
fail:
	ek_tarball_close(&t);
	return rc;
}

/* The headers of the next member begin here, when the data before it is done. */
static int begin_headers(struct ek_tarball *t, struct ek_err *err)
{
	if (t->count != 0 &&
	    t->la.archive_read_data_skip(t->a) != ARCHIVE_OK)
		return fail_archive(t, err);
	t->pax = (struct ek_paxhead){ .why = NULL };
	t->watched = position(t);
	if (t->watched < t->start) /* no release of it looks ahead here */
		return ek_fail(err, EK_ESYS, "'%.300s': %s cannot be followed"
			       " at offset %llu", ek_in_name(t->in),
			       t->la.archive_version_string(), position(t));
	t->in_headers = true;
	return EK_OK;
}

static void end_headers(struct ek_tarball *t)
{
	watch(t);
	t->in_headers = false;
}

/*
 * Names stay the bytes they are: in a UTF-8 locale libarchive would hand out
 * NFC of a pax name. In the C locale it keeps the bytes and warns about it.
 */
static int next_header(struct ek_tarball *t, struct archive_entry **ae)
{
	locale_t old = uselocale(t->locale);
	const char *why;
	int rc;

	rc = t->la.archive_read_next_header(t->a, ae);
	why = t->la.archive_error_string(t->a);
	if (rc == ARCHIVE_WARN && why != NULL &&
	    strstr(why, "can't be converted from UTF-8") != NULL)
		rc = ARCHIVE_OK;
	uselocale(old);
	return rc;
}

static bool all_zero(const unsigned char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (p[i] != 0)
			return false;
	return true;
}

/*
 * libarchive takes the end of the input for the end of the archive. The mark
 * was there if it consumed a block, and the last block it consumed is zero.
 */
static bool saw_mark(struct ek_tarball *t)
{
	uint64_t end = position(t);
	uint64_t head = header_position(t);

	if (end < head + BLOCK || end < t->start)
		return false;
	if (end < t->start + BLOCK)
		return end == t->start && all_zero(t->tail, BLOCK);
	return all_zero(t->buf + (end - t->start) - BLOCK, BLOCK);
}

/* The archive is over: nothing but zeros may follow. */
static int finish(struct ek_tarball *t, struct ek_err *err)
{
	uint64_t end = position(t);
	size_t from = (size_t)(end - t->start);

	if (!saw_mark(t))
		return ek_fail(err, EK_EFORMAT, "'%.300s' ends at offset %llu"
			       " without an end-of-archive mark: it is cut"
			       " short", ek_in_name(t->in),
			       (unsigned long long)end);
	do {
		for (size_t i = from; i < t->len; i++)
			if (t->buf[i] != 0)
				return ek_fail(err, EK_EFORMAT, "'%.300s': bytes"
					       " that are not zero behind the"
					       " end of the tar, at offset"
					       " %llu", ek_in_name(t->in),
					       (unsigned long long)
					       (t->start + i));
		from = 0;
		t->start += t->len;
		t->in_rc = ek_in_read(t->in, t->buf, sizeof(t->buf), &t->len,
				      err);
		if (t->in_rc != EK_OK)
			return t->in_rc;
	} while (t->len != 0);
	return EK_END;
}

/* Drop "./" in front and "/" behind; *len is what is left, 0 for the root. */
static const char *trim_name(const char *s, size_t *len)
{
	size_t n;

	while (s[0] == '.' && s[1] == '/')
		s += 2;
	n = strlen(s);
	while (n > 1 && s[n - 1] == '/')
		n--;
	if (n == 1 && s[0] == '.')
		n = 0;
	*len = n;
	return s;
}

static enum ek_ftype file_type(const struct ek_tarball *t,
			       struct archive_entry *ae)
{
	if (t->la.archive_entry_hardlink(ae) != NULL)
		return EK_FT_HARDLINK;
	switch (t->la.archive_entry_filetype(ae)) {
	case AE_IFREG:
		return EK_FT_FILE;
	case AE_IFDIR:
		return EK_FT_DIR;
	case AE_IFLNK:
		return EK_FT_SYMLINK;
	case AE_IFCHR:
		return EK_FT_CHARDEV;
	case AE_IFBLK:
		return EK_FT_BLOCKDEV;
	case AE_IFIFO:
		return EK_FT_FIFO;
	default:
		return EK_FT_OTHER;
	}
}

/* Copy text to *to; NULL stays NULL. */
static bool copy_text(char **to, const char *text, size_t len)
{
	if (text == NULL)
		return true;
	*to = strndup(text, len);
	return *to != NULL;
}

static bool copy_string(char **to, const char *text)
{
	return copy_text(to, text, text != NULL ? strlen(text) : 0);
}

static int set_texts(struct ek_tarball *t, struct archive_entry *ae,
		     const char *name, size_t len, struct ek_err *err)
{
	const char *sym = t->la.archive_entry_symlink(ae);
	const char *hard = t->la.archive_entry_hardlink(ae);
	const char *uname = t->la.archive_entry_uname(ae);
	const char *gname = t->la.archive_entry_gname(ae);
	struct ek_entry *e = &t->e;
	size_t n = 0;

	if (sym == NULL && file_type(t, ae) == EK_FT_SYMLINK)
		sym = ""; /* libarchive's way to tell an empty target */
	e->name = strndup(name, len);
	if (hard != NULL)
		hard = trim_name(hard, &n);
	if (e->name == NULL || !copy_text(&e->link, hard, n) ||
	    (hard == NULL && !copy_string(&e->link, sym)) ||
	    !copy_string(&e->uname, uname) || !copy_string(&e->gname, gname))
		return ek_fail_sys(err, "'%.300s'", ek_in_name(t->in));
	return EK_OK;
}

static int set_numbers(struct ek_tarball *t, struct archive_entry *ae,
		       struct ek_err *err)
{
	int64_t uid = t->la.archive_entry_uid(ae);
	int64_t gid = t->la.archive_entry_gid(ae);
	int64_t size = t->la.archive_entry_size(ae);
	struct ek_entry *e = &t->e;
	const char *in = ek_in_name(t->in);

	if (uid < 0 || uid > UINT32_MAX || gid < 0 || gid > UINT32_MAX)
		return ek_fail(err, EK_ELIMIT, "'%.300s': member '%.300s': owner"
			       " %lld:%lld is out of range", in, e->name,
			       (long long)uid, (long long)gid);
	if (t->la.archive_entry_sparse_count(ae) != 0)
		return ek_fail(err, EK_EREFUSE, "'%.300s': member '%.300s' is a sparse"
			       " file, which is not supported: make the tar"
			       " without --sparse", in, e->name);
	e->type = file_type(t, ae);
	if (e->type == EK_FT_HARDLINK && size > 0)
		return ek_fail(err, EK_EREFUSE, "'%.300s': member '%.300s' is a hard"
			       " link that carries data of its own", in,
			       e->name);
	if (size < 0)
		return ek_fail(err, EK_EFORMAT, "'%.300s': member '%.300s' has a"
			       " negative size", in, e->name);
	e->mode = (uint32_t)t->la.archive_entry_perm(ae) & 07777;
	e->uid = (uint32_t)uid;
	e->gid = (uint32_t)gid;
	e->devmajor = (uint32_t)t->la.archive_entry_rdevmajor(ae);
	e->devminor = (uint32_t)t->la.archive_entry_rdevminor(ae);
	e->mtime = t->la.archive_entry_mtime(ae);
	e->size = e->type == EK_FT_FILE ? (uint64_t)size : 0;
	return EK_OK;
}

static int next_member(struct ek_tarball *t, struct archive_entry **ae,
		       const char **name, struct ek_err *err)
{
	int rc = begin_headers(t, err);

	if (rc != EK_OK)
		return rc;
	rc = next_header(t, ae);
	end_headers(t);
	if (rc == ARCHIVE_EOF)
		return finish(t, err);
	if (rc != ARCHIVE_OK)
		return fail_archive(t, err);
	if (++t->count > EK_TARBALL_MAX)
		return ek_fail(err, EK_ELIMIT, "'%.300s' has more than %u"
			       " members", ek_in_name(t->in), EK_TARBALL_MAX);
	*name = t->la.archive_entry_pathname(*ae);
	if (*name == NULL)
		return ek_fail(err, EK_EFORMAT, "'%.300s': member at offset"
			       " %llu has no name", ek_in_name(t->in),
			       header_position(t));
	if (t->pax.why == NULL)
		return EK_OK;
	return ek_fail(err, EK_EREFUSE, "'%.300s': member '%.300s' at offset"
		       " %llu %s", ek_in_name(t->in), *name,
		       header_position(t), t->pax.why);
}

int ek_tarball_next(struct ek_tarball *t, const struct ek_entry **e,
		    struct ek_err *err)
{
	struct archive_entry *ae;
	const char *name = NULL;
	size_t len;
	int rc;

	*e = NULL;
	do {
		rc = next_member(t, &ae, &name, err);
		if (rc != EK_OK)
			return rc;
		name = trim_name(name, &len);
		/* the root is no entry; a file of no name is, and a bad one */
	} while (len == 0 && file_type(t, ae) == EK_FT_DIR);

	ek_entry_clear(&t->e);
	rc = set_texts(t, ae, name, len, err);
	if (rc == EK_OK)
		rc = set_numbers(t, ae, err);
	if (rc == EK_OK)
		*e = &t->e;
	return rc;
}

int ek_tarball_read(struct ek_tarball *t, void *buf, size_t n, size_t *got,
		    struct ek_err *err)
{
	la_ssize_t r = t->la.archive_read_data(t->a, buf, n);

	*got = 0;
	if (r < 0)
		return fail_archive(t, err);
	*got = (size_t)r;
	return EK_OK;
}

int ek_tarball_copy(struct ek_tarball *t, struct ek_out *out,
		    struct ek_err *err)
{
	const void *p;
	la_int64_t off;
	size_t n;
	int rc;

	for (;;) {
		rc = t->la.archive_read_data_block(t->a, &p, &n, &off);
		if (rc == ARCHIVE_EOF)
			return EK_OK;
		if (rc != ARCHIVE_OK)
			return fail_archive(t, err);
		ek_out_write(out, p, n);
		rc = ek_out_status(out, err);
		if (rc != EK_OK)
			return rc;
	}
}

int ek_tarball_slurp(struct ek_tarball *t, size_t limit, char **data,
		     size_t *len, struct ek_err *err)
{
	size_t size, n = 0, got = 1;
	char *buf;
	int rc;

	*data = NULL;
	*len = 0;
	if (t->e.size > limit || t->e.size >= SIZE_MAX)
		return ek_fail(err, EK_ELIMIT, "'%.300s': member '%.300s' has %llu"
			       " bytes, more than the %zu accepted",
			       ek_in_name(t->in), t->e.name,
			       (unsigned long long)t->e.size, limit);
	size = (size_t)t->e.size;
	buf = malloc(size + 1);
	if (buf == NULL)
		return ek_fail_sys(err, "'%.300s': member '%.300s'", ek_in_name(t->in),
				   t->e.name);
	while (n < size && got != 0) {
		rc = ek_tarball_read(t, buf + n, size - n, &got, err);
		if (rc != EK_OK)
			goto fail;
		n += got;
	}
	if (n < size) {
		rc = ek_fail(err, EK_EFORMAT, "'%.300s': member '%.300s' has only %zu"
			     " of its %zu bytes", ek_in_name(t->in),
			     t->e.name, n, size);
		goto fail;
	}
	buf[n] = '\0';
	*data = buf;
	*len = n;
	return EK_OK;
fail:
	free(buf);
	return rc;
}

void ek_tarball_close(struct ek_tarball **t)
{
	struct ek_tarball *it = *t;

	*t = NULL;
	if (it == NULL)
		return;
	if (it->a != NULL)
		it->la.archive_read_free(it->a);
	ek_libarc_close(&it->la);
	if (it->locale != (locale_t)0)
		freelocale(it->locale);
	ek_entry_clear(&it->e);
	free(it);
}
