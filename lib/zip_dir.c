/* SPDX-License-Identifier: BSD-2-Clause */
/* zip_dir.c - end record and central directory (APPNOTE 4.3.16, 4.3.12) */
#include "os.h"

#include "ek/err.h"
#include "ek/num.h"
#include "zip_int.h"

/* Deflate grows at most 1032 times (258 bytes from two bits). */
enum { GROWTH = 1032, GROWTH_MORE = 1 << 20 };

enum { LOCATOR = 20, COMMENT_MAX = 65535 };
#define SIG_LOCATOR 0x07064b50u /* of zip64 */

enum { FLAG_ENCRYPTED = 0x0001, FLAG_PATCH = 0x0020, FLAG_STRONG = 0x0040,
       FLAG_MASKED = 0x2000,
       /* level of deflate, data descriptor, UTF-8 */
       FLAGS_KNOWN = 0x0002 | 0x0004 | 0x0008 | 0x0800 };

/* Who made it, of those whose attributes hold a mode of Unix. */
enum { UNIX = 3, DARWIN = 19 };
enum { S_TYPE = 0170000, S_DIR = 0040000, S_FILE = 0100000 };

static int bad_zip(const struct ek_zip *z, uint64_t at, const char *why,
		   struct ek_err *err)
{
	return ek_fail(err, EK_EFORMAT, "'%s': offset %llu: %s", z->name,
		       (unsigned long long)at, why);
}

static int is_zip64(const struct ek_zip *z, struct ek_err *err)
{
	return ek_fail(err, EK_ELIMIT, "'%s' is a zip64 archive, which is not"
		       " read: make a zip without zip64 extensions (4 GiB and"
		       " 65535 members are the most)", z->name);
}

/* ---- end record --------------------------------------------------------- */

/* The last mark of an end record among the last bytes; *at: where, or size. */
static int last_mark(const struct ek_zip *z, uint64_t *at, struct ek_err *err)
{
	size_t n = EK_ZIP_END + COMMENT_MAX;
	unsigned char *b;
	int rc;

	*at = z->size;
	if (n > z->size)
		n = (size_t)z->size;
	b = malloc(n + 1);
	if (b == NULL)
		return ek_fail_sys(err, "reading '%s'", z->name);
	rc = ek_zip_bytes(z, z->size - n, b, n, "the last record", err);
	for (size_t i = n; rc == EK_OK && i-- > 3;)
		if (ek_num_le32(b + i - 3) == EK_ZIP_SIG_END) {
			*at = z->size - n + i - 3;
			break;
		}
	free(b);
	return rc;
}

/* There is no end record where it has to be: why? */
static int no_end(const struct ek_zip *z, struct ek_err *err)
{
	unsigned char head[4];
	uint64_t at;
	int rc;

	if (z->size < sizeof(head))
		return ek_fail(err, EK_EFORMAT, "'%s' is not a zip: it has %llu"
			       " bytes", z->name, (unsigned long long)z->size);
	rc = last_mark(z, &at, err);
	if (rc == EK_OK)
		rc = ek_zip_bytes(z, 0, head, sizeof(head), "the first record",
				  err);
	if (rc != EK_OK)
		return rc;
	if (at != z->size)
		return bad_zip(z, at, at + EK_ZIP_END > z->size ?
			       "the record that ends a zip is cut short" :
			       "behind the record that ends a zip are a comment"
			       " or other bytes: make the zip without", err);
	if (ek_num_le32(head) == EK_ZIP_SIG_LOCAL)
		return bad_zip(z, z->size, "the file ends without the record"
			       " that ends a zip: it is cut short", err);
	return ek_fail(err, EK_EFORMAT, "'%s' is not a zip", z->name);
}

static int find_zip64(const struct ek_zip *z, uint64_t end, struct ek_err *err)
{
	unsigned char b[LOCATOR];
	int rc;

	if (end < LOCATOR)
		return EK_OK;
	rc = ek_zip_bytes(z, end - LOCATOR, b, LOCATOR, "the directory", err);
	if (rc == EK_OK && ek_num_le32(b) == SIG_LOCATOR)
		return is_zip64(z, err);
	return rc;
}

/* What the end record e at end says of the directory. */
static int check_end(struct ek_zip *z, const unsigned char *e, uint64_t end,
		     struct ek_err *err)
{
	uint32_t count = ek_num_le16(e + 10), len = ek_num_le32(e + 12);
	uint32_t at = ek_num_le32(e + 16);

	if (count == UINT16_MAX || len == UINT32_MAX || at == UINT32_MAX)
		return is_zip64(z, err);
	if (ek_num_le16(e + 4) != 0 || ek_num_le16(e + 6) != 0 ||
	    ek_num_le16(e + 8) != count)
		return bad_zip(z, end, "the zip is in parts", err);
	if (count > EK_ZIP_MEMBERS || len > EK_ZIP_DIR_MAX)
		return ek_fail(err, EK_ELIMIT, "'%s' has %u members in a"
			       " directory of %u bytes: more than %u, or than"
			       " %u bytes, are not read", z->name, count, len,
			       EK_ZIP_MEMBERS, EK_ZIP_DIR_MAX);
	if ((uint64_t)at + len != end)
		return bad_zip(z, end, "the directory does not lie where the"
			       " record at the end says: bytes were put before"
			       " the zip, taken out of it, or cannot be"
			       " explained", err);
	z->dir_at = at;
	z->dir_len = len;
	z->n = count;
	return EK_OK;
}

static int read_end(struct ek_zip *z, struct ek_err *err)
{
	unsigned char e[EK_ZIP_END];
	uint64_t end;
	int rc;

	if (z->size < EK_ZIP_END)
		return no_end(z, err);
	end = z->size - EK_ZIP_END;
	rc = ek_zip_bytes(z, end, e, EK_ZIP_END, "the last record", err);
	if (rc != EK_OK)
		return rc;
	if (ek_num_le32(e) != EK_ZIP_SIG_END || ek_num_le16(e + 20) != 0)
		return no_end(z, err);
	rc = find_zip64(z, end, err);
	return rc == EK_OK ? check_end(z, e, end, err) : rc;
}

/* ---- directory ---------------------------------------------------------- */

/* The name of h, whose end is not beyond that of the directory. */
static int take_name(const struct ek_zip *z, struct ek_zip_item *it,
		     const unsigned char *h, struct ek_err *err)
{
	const char *name = (const char *)h + EK_ZIP_CENTRAL;
	size_t len = it->name_len;
	const char *why = ek_zip_name_problem(name, len);

	if (why != NULL)
		return ek_fail(err, EK_EFORMAT, "'%s': member '%.*s' at offset"
			       " %llu: its name %s", z->name,
			       len < 200 ? (int)len : 200, name,
			       (unsigned long long)it->at, why);
	it->dir = name[len - 1] == '/';
	it->m.name = strndup(name, it->dir ? len - 1 : len);
	if (it->m.name == NULL)
		return ek_fail_sys(err, "reading '%s'", z->name);
	return EK_OK;
}

static const char *flag_problem(unsigned flags)
{
	if ((flags & (FLAG_ENCRYPTED | FLAG_STRONG | FLAG_MASKED)) != 0)
		return "it is encrypted";
	if ((flags & FLAG_PATCH) != 0)
		return "it is a patch, not a file";
	if ((flags & ~(unsigned)FLAGS_KNOWN) != 0)
		return "flag bits that mean nothing are set";
	return NULL;
}

/* Neither link nor device, and a directory is called like one. */
static const char *type_problem(const struct ek_zip_item *it,
				const unsigned char *h)
{
	unsigned by = h[5], type = ek_num_le16(h + 40) & S_TYPE;

	if (by != UNIX && by != DARWIN)
		type = 0;
	if (type != 0 && type != S_DIR && type != S_FILE)
		return "it is a link or a device";
	if (!it->dir && type == S_DIR)
		return "it is a directory, but its name does not end in '/'";
	if (it->dir && type == S_FILE)
		return "it is a file, but its name ends in '/'";
	return NULL;
}

static const char *size_problem(const struct ek_zip_item *it)
{
	uint64_t size = it->m.size, packed = it->m.packed;

	if (it->method != EK_ZIP_STORED && it->method != EK_ZIP_DEFLATE)
		return "its compression method is neither stored nor deflate";
	if (it->method == EK_ZIP_STORED && size != packed)
		return "it is stored, but with two sizes";
	if (it->dir && (size != 0 || it->crc != 0))
		return "a directory with data";
	/* Java has even directories deflated: to an empty block */
	if (it->dir && packed > 2)
		return "a directory with data";
	if (size > packed * GROWTH + GROWTH_MORE)
		return "its size is a lie: nothing can grow like that";
	return NULL;
}

/* One record; *used is its length. */
static int parse(const struct ek_zip *z, struct ek_zip_item *it,
		 const unsigned char *h, size_t left, size_t *used,
		 struct ek_err *err)
{
	uint64_t at = z->dir_at + (z->dir_len - left);
	const char *why;
	int rc;

	if (left < EK_ZIP_CENTRAL || ek_num_le32(h) != EK_ZIP_SIG_CENTRAL)
		return bad_zip(z, at, "not a record of a zip directory", err);
	it->name_len = ek_num_le16(h + 28);
	*used = (size_t)EK_ZIP_CENTRAL + it->name_len + ek_num_le16(h + 30) +
		ek_num_le16(h + 32);
	if (*used > left)
		return bad_zip(z, at, "a record goes beyond the end of the zip"
			       " directory", err);
	it->flags = ek_num_le16(h + 8);
	it->method = ek_num_le16(h + 10);
	it->crc = ek_num_le32(h + 16);
	it->m.packed = ek_num_le32(h + 20);
	it->m.size = ek_num_le32(h + 24);
	it->at = ek_num_le32(h + 42);
	if (it->m.packed == UINT32_MAX || it->m.size == UINT32_MAX ||
	    it->at == UINT32_MAX)
		return is_zip64(z, err);
	rc = take_name(z, it, h, err);
	if (rc != EK_OK)
		return rc;
	why = flag_problem(it->flags);
	if (why == NULL && ek_num_le16(h + 34) != 0)
		why = "it begins in another part";
	if (why == NULL)
		why = type_problem(it, h);
	if (why == NULL)
		why = size_problem(it);
	return why == NULL ? EK_OK : ek_zip_bad(z, it, why, err);
}

static int by_place(const void *va, const void *vb)
{
	const struct ek_zip_item *a = va, *b = vb;

	return (a->at > b->at) - (a->at < b->at);
}

/* Of the dir_len bytes at h. z->n grows with what close has to free. */
static int parse_all(struct ek_zip *z, const unsigned char *h,
		     struct ek_err *err)
{
	size_t count = z->n, left = z->dir_len, used = 0;
	uint64_t total = 0;
	int rc = EK_OK;

	z->n = 0;
	z->v = calloc(count + 1, sizeof(*z->v));
	if (z->v == NULL)
		return ek_fail_sys(err, "reading '%s'", z->name);
	while (rc == EK_OK && z->n < count) {
		struct ek_zip_item *it = &z->v[z->n++];

		rc = parse(z, it, h, left, &used, err);
		if (rc != EK_OK)
			return rc;
		h += used;
		left -= used;
		total += it->m.size;
		if (total > EK_ZIP_SIZE)
			return ek_fail(err, EK_ELIMIT, "'%s': its members have"
				       " more than %llu bytes together",
				       z->name,
				       (unsigned long long)EK_ZIP_SIZE);
	}
	if (left != 0)
		return bad_zip(z, z->dir_at + (z->dir_len - left), "the zip"
			       " directory goes on behind its last record",
			       err);
	qsort(z->v, z->n, sizeof(*z->v), by_place);
	return EK_OK;
}

int ek_zip_directory(struct ek_zip *z, struct ek_err *err)
{
	unsigned char *h;
	int rc = read_end(z, err);

	if (rc != EK_OK)
		return rc;
	h = malloc(z->dir_len + 1);
	if (h == NULL) {
		z->n = 0;
		return ek_fail_sys(err, "reading '%s'", z->name);
	}
	rc = ek_zip_bytes(z, z->dir_at, h, z->dir_len, "the directory", err);
	if (rc == EK_OK)
		rc = parse_all(z, h, err);
	else
		z->n = 0;
	free(h);
	return rc;
}
