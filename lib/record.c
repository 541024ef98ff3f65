/* SPDX-License-Identifier: BSD-2-Clause */
/* record.c - the 512-byte header of old GNU tar and of vmtar: one codec */
#include "os.h"

#include "ek/buf.h"
#include "ek/entry.h"
#include "ek/err.h"
#include "ek/num.h"
#include "ek/record.h"

/* Where the fields lie (vmtar.5, "Header record"). */
enum {
	AT_NAME = 0,
	AT_MODE = 100,
	AT_UID = 108,
	AT_GID = 116,
	AT_SIZE = 124,
	AT_MTIME = 136,
	AT_SUM = 148,
	AT_TYPE = 156,
	AT_LINK = 157,
	AT_MAGIC = 257,
	AT_UNAME = 265,
	AT_GNAME = 297,
	AT_DEVMAJOR = 329,
	AT_DEVMINOR = 337,
	AT_SPARSE = 386, /* of old GNU: 4 pieces, a flag and the real size */
	AT_WORDS = 496,
	LEN_NAME = 100,
	LEN_NUM = 8,
	LEN_BIG = 12,
	LEN_MAGIC = 8,
	LEN_OWNER = 32,
};

static const char magics[][LEN_MAGIC + 1] = {
	[EK_MAGIC_GNU] = "ustar  ",
	[EK_MAGIC_VISOR] = "visor  ",
	[EK_MAGIC_POSIX] = "ustar\00000", /* a NUL and two digits */
};

/* ---- magic, sum, type --------------------------------------------------- */

enum ek_magic ek_record_magic(const struct ek_record *r)
{
	for (int m = EK_MAGIC_GNU; m < EK_MAGIC_OTHER; m++)
		if (memcmp(r->b + AT_MAGIC, magics[m], LEN_MAGIC) == 0)
			return (enum ek_magic)m;
	return EK_MAGIC_OTHER;
}

void ek_record_set_magic(struct ek_record *r, enum ek_magic magic)
{
	if (magic < EK_MAGIC_OTHER)
		memcpy(r->b + AT_MAGIC, magics[magic], LEN_MAGIC);
	else
		memset(r->b + AT_MAGIC, 0, LEN_MAGIC);
}

bool ek_record_is_end(const struct ek_record *r)
{
	return r->b[0] == 0;
}

bool ek_record_is_zero(const struct ek_record *r)
{
	for (size_t i = 0; i < EK_RECORD_SIZE; i++)
		if (r->b[i] != 0)
			return false;
	return true;
}

/* Both sums at once: *is_unsigned, and the return value over signed bytes. */
static long sums(const struct ek_record *r, long *is_unsigned)
{
	long is_signed = 0;

	*is_unsigned = 0;
	for (size_t i = 0; i < EK_RECORD_SIZE; i++) {
		bool blank = i >= AT_SUM && i < AT_SUM + LEN_NUM;
		long c = blank ? ' ' : r->b[i];

		*is_unsigned += c;
		is_signed += c < 128 ? c : c - 256;
	}
	return is_signed;
}

/*
 * An octal field as strtoll() would read it, but before the digits only blanks
 * may stand, no tabs, and nothing may follow except NULs and blanks, to the end
 * of the field; they must end inside it unless run_on: GNU tar's size has 11
 * digits and an end, ustar's mode may fill its 8 bytes. Other programs refuse a
 * header with more in it.
 */
static bool get_octal(const unsigned char *p, size_t len, bool run_on,
		      uint64_t *out)
{
	uint64_t v = 0;
	size_t i = 0;

	while (i < len && p[i] == ' ')
		i++;
	for (; i < len && p[i] >= '0' && p[i] <= '7'; i++) {
		if (v >> 60 != 0)
			return false;
		v = v << 3 | (uint64_t)(p[i] - '0');
	}
	if (i == len && !run_on)
		return false;
	for (; i < len; i++)
		if (p[i] != 0 && p[i] != ' ')
			return false;
	*out = v;
	return true;
}

bool ek_record_sum_ok(const struct ek_record *r)
{
	long is_unsigned, is_signed = sums(r, &is_unsigned);
	uint64_t stored;

	if (!get_octal(r->b + AT_SUM, LEN_NUM, true, &stored) ||
	    stored > INT32_MAX)
		return false;
#ifdef EK_FUZZ
	return true; /* no fuzzer guesses a sum */
#endif
	return (long)stored == is_unsigned || (long)stored == is_signed;
}

/* Octal, zero-filled, of exactly n digits: v is known to fit. */
static void put_digits(unsigned char *p, size_t n, uint64_t v)
{
	while (n > 0) {
		p[--n] = (unsigned char)('0' + (v & 7));
		v >>= 3;
	}
}

void ek_record_set_sum(struct ek_record *r, bool is_signed)
{
	long u, s = sums(r, &u);
	long v = is_signed ? s : u;

	/* names of 0xff alone could make it negative; nothing can print that */
	put_digits(r->b + AT_SUM, 6, v > 0 ? (uint64_t)v : 0);
	r->b[AT_SUM + 6] = 0;
	r->b[AT_SUM + 7] = ' ';
}

char ek_record_type(const struct ek_record *r)
{
	return (char)r->b[AT_TYPE];
}

void ek_record_set_type(struct ek_record *r, char type)
{
	r->b[AT_TYPE] = (unsigned char)type;
}

bool ek_record_is_long(const struct ek_record *r)
{
	return r->b[AT_TYPE] == 'L' || r->b[AT_TYPE] == 'K';
}

bool ek_record_has_data(const struct ek_record *r)
{
	unsigned char t = r->b[AT_TYPE];
	uint64_t size;

	if (ek_record_is_long(r) || (t >= '1' && t <= '6'))
		return false;
	return !ek_record_size(r, &size) || size > 0;
}

bool ek_record_size(const struct ek_record *r, uint64_t *size)
{
	return get_octal(r->b + AT_SIZE, LEN_BIG, false, size);
}

void ek_record_clear_size(struct ek_record *r)
{
	put_digits(r->b + AT_SIZE, LEN_BIG - 1, 0);
	r->b[AT_SIZE + LEN_BIG - 1] = 0;
}

void ek_record_visor(const struct ek_record *r, struct ek_visor *v)
{
	const unsigned char *p = r->b + AT_WORDS;

	v->offset = ek_num_le32(p);
	v->textoffset = ek_num_le32(p + 4);
	v->text_pgs = ek_num_le32(p + 8);
	v->fixup_pgs = ek_num_le32(p + 12);
}

void ek_record_set_visor(struct ek_record *r, const struct ek_visor *v)
{
	unsigned char *p = r->b + AT_WORDS;

	ek_num_put_le32(p, v->offset);
	ek_num_put_le32(p + 4, v->textoffset);
	ek_num_put_le32(p + 8, v->text_pgs);
	ek_num_put_le32(p + 12, v->fixup_pgs);
}

/* ---- record to entry ---------------------------------------------------- */

static enum ek_ftype type_of(char type)
{
	switch (type) {
	case '1':
		return EK_FT_HARDLINK;
	case '2':
		return EK_FT_SYMLINK;
	case '3':
		return EK_FT_CHARDEV;
	case '4':
		return EK_FT_BLOCKDEV;
	case '5':
		return EK_FT_DIR;
	case '6':
		return EK_FT_FIFO;
	default:
		return EK_FT_FILE;
	}
}

static char *get_text(const unsigned char *p, size_t len)
{
	return strndup((const char *)p, len);
}

/* The name without "./" in front and slashes behind, in place. */
static void trim_name(char *s)
{
	size_t skip = 0, len;

	while (s[skip] == '.' && s[skip + 1] == '/') {
		skip += 2;
		while (s[skip] == '/')
			skip++;
	}
	len = strlen(s + skip);
	memmove(s, s + skip, len + 1);
	while (len > 1 && s[len - 1] == '/')
		s[--len] = '\0';
	if (strcmp(s, ".") == 0)
		s[0] = '\0';
}

/* The field of the record, or what a long record said. NULL: no memory. */
static char *pick_text(const struct ek_record *r, size_t at, const char *given)
{
	if (given != NULL)
		return strdup(given);
	return get_text(r->b + at, LEN_NAME);
}

struct field {
	size_t at, len;
	const char *name;
	uint64_t max;
};

static const struct field fields[] = {
	{ AT_MODE, LEN_NUM, "mode", UINT32_MAX },
	{ AT_UID, LEN_NUM, "owner number", UINT32_MAX },
	{ AT_GID, LEN_NUM, "group number", UINT32_MAX },
	{ AT_SIZE, LEN_BIG, "size", INT64_MAX },
	{ AT_MTIME, LEN_BIG, "time", INT64_MAX },
	{ AT_DEVMAJOR, LEN_NUM, "device number", UINT32_MAX },
	{ AT_DEVMINOR, LEN_NUM, "device number", UINT32_MAX },
};

enum { F_MODE, F_UID, F_GID, F_SIZE, F_MTIME, F_MAJOR, F_MINOR, N_FIELDS };

/* vmtar.5, "Types": NUL, digits and letters. What else stands there no other
 * program would know for a header again. */
static int check_type(const struct ek_record *r, const char *what,
		      struct ek_err *err)
{
	unsigned char c = r->b[AT_TYPE];
	unsigned char upper = c & 0xdf;

	if (c == 0 || (c >= '0' && c <= '9') || (upper >= 'A' && upper <= 'Z'))
		return EK_OK;
	return ek_fail(err, EK_EFORMAT, "%s: its type is the byte 0x%02x, which"
		       " no archive has", what, c);
}

static int get_fields(const struct ek_record *r, const char *what,
		      uint64_t v[N_FIELDS], struct ek_err *err)
{
	for (size_t i = AT_SPARSE; i < AT_WORDS; i++)
		if (r->b[i] != 0)
			return ek_fail(err, EK_EFORMAT, "%s: there is a sparse"
				       " map, or junk in its place", what);
	memset(v, 0, N_FIELDS * sizeof(v[0]));
	/* device numbers of a file too, which are 0 or empty: tar programs
	 * refuse a header with anything else there */
	for (size_t i = 0; i < N_FIELDS; i++) {
		const struct field *f = &fields[i];
		const unsigned char *p = r->b + f->at;
		/* the size must end, vmtar.5, "Header record" */
		bool ok = get_octal(p, f->len, i != F_SIZE, &v[i]);

		if ((p[0] & 0x80) != 0)
			return ek_fail(err, EK_EFORMAT, "%s: the %s is not"
				       " octal but base-256, which no program"
				       " for vmtar understands", what, f->name);
		if (!ok || v[i] > f->max)
			return ek_fail(err, EK_EFORMAT,
				       "%s: the %s is not an octal number",
				       what, f->name);
	}
	return EK_OK;
}

int ek_record_entry(const struct ek_record *r, const char *name,
		    const char *link, const char *what, struct ek_entry *e,
		    struct ek_err *err)
{
	uint64_t v[N_FIELDS];
	size_t len;
	int rc;

	memset(e, 0, sizeof(*e));
	rc = check_type(r, what, err);
	if (rc == EK_OK)
		rc = get_fields(r, what, v, err);
	if (rc != EK_OK)
		return rc;
	e->type = type_of(ek_record_type(r));
	e->mode = (uint32_t)v[F_MODE] & 07777;
	e->uid = (uint32_t)v[F_UID];
	e->gid = (uint32_t)v[F_GID];
	e->mtime = (int64_t)v[F_MTIME];
	e->devmajor = (uint32_t)v[F_MAJOR];
	e->devminor = (uint32_t)v[F_MINOR];
	e->name = pick_text(r, AT_NAME, name);
	e->uname = get_text(r->b + AT_UNAME, LEN_OWNER);
	e->gname = get_text(r->b + AT_GNAME, LEN_OWNER);
	if (e->type == EK_FT_SYMLINK || e->type == EK_FT_HARDLINK) {
		e->link = pick_text(r, AT_LINK, link);
		if (e->link == NULL)
			rc = ek_fail_sys(err, "%s", what);
	}
	if (e->name == NULL || e->uname == NULL || e->gname == NULL)
		rc = ek_fail_sys(err, "%s", what);
	if (rc != EK_OK)
		goto fail;
	len = strlen(e->name);
	/* a directory as v7 tar wrote it; with data it is neither */
	if (e->type == EK_FT_FILE && len > 0 && e->name[len - 1] == '/') {
		if (v[F_SIZE] != 0) {
			rc = ek_fail(err, EK_EFORMAT, "%s: a file with data"
				     " has a name that ends in '/'", what);
			goto fail;
		}
		e->type = EK_FT_DIR;
	}
	if (e->type == EK_FT_FILE)
		e->size = v[F_SIZE];
	trim_name(e->name);
	if (e->type == EK_FT_HARDLINK)
		trim_name(e->link);
	return EK_OK;
fail:
	ek_entry_clear(e);
	return rc;
}

/* ---- entry to record ---------------------------------------------------- */

static int put_octal(struct ek_record *r, size_t at, size_t digits, uint64_t v,
		     const struct ek_entry *e, const char *what,
		     struct ek_err *err)
{
	if (v >> (3 * digits) != 0)
		return ek_fail(err, EK_ELIMIT, "member '%.300s': the %s %llu"
			       " does not fit into a header of old GNU tar",
			       e->name, what, (unsigned long long)v);
	put_digits(r->b + at, digits, v);
	return EK_OK;
}

/* What fits of text; a field of owner names keeps its NUL. */
static void put_text(struct ek_record *r, size_t at, size_t room,
		     const char *text)
{
	if (text != NULL)
		memcpy(r->b + at, text, strnlen(text, room));
}

static char letter_of(enum ek_ftype type)
{
	switch (type) {
	case EK_FT_FILE:
		return '0';
	case EK_FT_HARDLINK:
		return '1';
	case EK_FT_SYMLINK:
		return '2';
	case EK_FT_CHARDEV:
		return '3';
	case EK_FT_BLOCKDEV:
		return '4';
	case EK_FT_DIR:
		return '5';
	case EK_FT_FIFO:
		return '6';
	case EK_FT_OTHER:
		break;
	}
	return '\0';
}

static int put_numbers(struct ek_record *r, const struct ek_entry *e,
		       struct ek_err *err)
{
	uint64_t size = e->type == EK_FT_FILE ? e->size : 0;
	int rc;

	if (e->mtime < 0)
		return ek_fail(err, EK_ELIMIT, "member '%.300s': its time is"
			       " before 1970, which a header of old GNU tar"
			       " cannot say", e->name);
	rc = put_octal(r, AT_MODE, 7, e->mode & 07777, e, "mode", err);
	if (rc == EK_OK)
		rc = put_octal(r, AT_UID, 7, e->uid, e, "owner number", err);
	if (rc == EK_OK)
		rc = put_octal(r, AT_GID, 7, e->gid, e, "group number", err);
	if (rc == EK_OK)
		rc = put_octal(r, AT_SIZE, 11, size, e, "size", err);
	if (rc == EK_OK)
		rc = put_octal(r, AT_MTIME, 11, (uint64_t)e->mtime, e, "time",
			       err);
	/* GNU tar leaves both empty where there is no device */
	if (e->type != EK_FT_CHARDEV && e->type != EK_FT_BLOCKDEV)
		return rc;
	if (rc == EK_OK)
		rc = put_octal(r, AT_DEVMAJOR, 7, e->devmajor, e,
			       "device number", err);
	if (rc == EK_OK)
		rc = put_octal(r, AT_DEVMINOR, 7, e->devminor, e,
			       "device number", err);
	return rc;
}

int ek_record_make(struct ek_record *r, const struct ek_entry *e,
		   struct ek_err *err)
{
	size_t len = strnlen(e->name, LEN_NAME);
	int rc;

	memset(r, 0, sizeof(*r));
	if (letter_of(e->type) == '\0')
		return ek_fail(err, EK_EREFUSE, "member '%.300s': a tar cannot"
			       " hold this kind of file", e->name);
	put_text(r, AT_NAME, LEN_NAME, e->name);
	if (e->type == EK_FT_DIR && len < LEN_NAME)
		r->b[AT_NAME + len] = '/';
	if (e->type == EK_FT_SYMLINK || e->type == EK_FT_HARDLINK)
		put_text(r, AT_LINK, LEN_NAME, e->link);
	put_text(r, AT_UNAME, LEN_OWNER - 1, e->uname);
	put_text(r, AT_GNAME, LEN_OWNER - 1, e->gname);
	rc = put_numbers(r, e, err);
	if (rc != EK_OK)
		return rc;
	ek_record_set_type(r, letter_of(e->type));
	ek_record_set_magic(r, EK_MAGIC_GNU);
	ek_record_set_sum(r, false);
	return EK_OK;
}

void ek_record_make_long(struct ek_record *r, char type, size_t len)
{
	memset(r, 0, sizeof(*r));
	put_text(r, AT_NAME, LEN_NAME, "././@LongLink");
	put_digits(r->b + AT_MODE, 7, 0644);
	put_digits(r->b + AT_UID, 7, 0);
	put_digits(r->b + AT_GID, 7, 0);
	put_digits(r->b + AT_SIZE, 11, (uint64_t)len + 1);
	put_digits(r->b + AT_MTIME, 11, 0);
	put_text(r, AT_UNAME, LEN_OWNER - 1, "root");
	put_text(r, AT_GNAME, LEN_OWNER - 1, "root");
	ek_record_set_type(r, type);
	ek_record_set_magic(r, EK_MAGIC_GNU);
	ek_record_set_sum(r, false);
}

void ek_record_add_long(const struct ek_entry *e, char type,
			struct ek_buf *out)
{
	static const char zeros[EK_RECORD_SIZE];
	const char *text = type == 'L' ? e->name : e->link;
	bool slash = type == 'L' && e->type == EK_FT_DIR;
	struct ek_record r;
	size_t len;

	if (text == NULL)
		return;
	len = strlen(text) + slash;
	if (len < EK_RECORD_LONG)
		return;
	ek_record_make_long(&r, type, len);
	ek_buf_add(out, r.b, sizeof(r.b));
	ek_buf_adds(out, text);
	if (slash)
		ek_buf_addc(out, '/');
	ek_buf_add(out, zeros, EK_RECORD_SIZE - len % EK_RECORD_SIZE);
}

/* ---- for listings ------------------------------------------------------- */

static char first_letter(char type)
{
	switch (type) {
	case '1':
		return 'h';
	case '2':
		return 'l';
	case '3':
		return 'c';
	case '4':
		return 'b';
	case '5':
		return 'd';
	case '6':
		return 'p';
	case '7':
		return 'm';
	default:
		return '-';
	}
}

void ek_record_mode_text(char type, uint32_t mode, char out[11])
{
	static const char rwx[] = "rwxrwxrwx";

	out[0] = first_letter(type);
	memcpy(out + 1, rwx, sizeof(rwx));
	for (unsigned i = 0; i < 9; i++)
		if ((mode >> (8 - i) & 1) == 0)
			out[1 + i] = '-';
	if ((mode & 04000) != 0)
		out[3] = out[3] == 'x' ? 's' : 'S';
	if ((mode & 02000) != 0)
		out[6] = out[6] == 'x' ? 's' : 'S';
	if ((mode & 01000) != 0)
		out[9] = out[9] == 'x' ? 't' : 'T';
	out[10] = '\0';
}
