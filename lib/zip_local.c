/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * zip_local.c - the local headers and data descriptors (APPNOTE 4.3.7, 4.3.9):
 *               they say what the directory says, and every byte before it is
 *               theirs or that of a member
 */
#include "os.h"

#include "ek/err.h"
#include "ek/num.h"
#include "ek/path.h"
#include "zip_int.h"

enum { DESCRIBED = 0x0008, /* flag: sizes and CRC are behind the data */
       /* levels of deflate, and UTF-8: names are that in any case */
       FREE = 0x0002 | 0x0004 | 0x0800 };

/* A value of the local header; where the data is described behind, it may have
 * been left open. */
static bool same(const struct ek_zip_item *it, uint32_t local, uint64_t value)
{
	return local == value || (local == 0 && (it->flags & DESCRIBED) != 0);
}

/* What in the header h differs from the directory. */
static const char *difference(const struct ek_zip_item *it,
			      const unsigned char *h)
{
	const char *name = (const char *)h + EK_ZIP_LOCAL;

	if (((ek_num_le16(h + 6) ^ it->flags) & ~(unsigned)FREE) != 0)
		return "its header and the directory differ in flags";
	if (ek_num_le16(h + 8) != it->method)
		return "its header and the directory differ in the method";
	if (!same(it, ek_num_le32(h + 14), it->crc))
		return "its header and the directory differ in the CRC";
	if (!same(it, ek_num_le32(h + 18), it->m.packed) ||
	    !same(it, ek_num_le32(h + 22), it->m.size))
		return "its header and the directory differ in a size";
	if (ek_num_le16(h + 26) != it->name_len ||
	    memcmp(name, it->m.name, it->name_len - it->dir) != 0 ||
	    (it->dir && name[it->name_len - 1] != '/'))
		return "its header and the directory differ in the name";
	return NULL;
}

/* zip64 may stand in the local header alone. */
static int find_zip64(const struct ek_zip *z, const struct ek_zip_item *it,
		      const unsigned char *h, struct ek_err *err)
{
	if (ek_num_le32(h + 18) != UINT32_MAX &&
	    ek_num_le32(h + 22) != UINT32_MAX)
		return EK_OK;
	return ek_fail(err, EK_ELIMIT, "'%s': member '%.200s' at offset %llu"
		       " is of zip64, which is not read", z->name, it->m.name,
		       (unsigned long long)it->at);
}

/* The header; *end is where the data ends, at most that of limit. */
static int check_header(const struct ek_zip *z, struct ek_zip_item *it,
			uint64_t limit, uint64_t *end, struct ek_err *err)
{
	unsigned char h[EK_ZIP_LOCAL + EK_PATH_MAX];
	size_t n = EK_ZIP_LOCAL + it->name_len;
	const char *why;
	int rc;

	if (n > limit - it->at)
		return ek_zip_bad(z, it, "what comes next begins inside its"
				  " header", err);
	rc = ek_zip_bytes(z, it->at, h, n, "the header of a member", err);
	if (rc != EK_OK)
		return rc;
	if (ek_num_le32(h) != EK_ZIP_SIG_LOCAL)
		return ek_zip_bad(z, it, "there is no header of a member",
				  err);
	rc = find_zip64(z, it, h, err);
	if (rc != EK_OK)
		return rc;
	why = difference(it, h);
	if (why != NULL)
		return ek_zip_bad(z, it, why, err);
	it->data = it->at + n + ek_num_le16(h + 28);
	*end = it->data + it->m.packed;
	if (*end > limit)
		return ek_zip_bad(z, it, "its data goes beyond the beginning of"
				  " what comes next: they overlap", err);
	return EK_OK;
}

/* The descriptor: the n bytes between the data and what comes next. */
static int check_descriptor(const struct ek_zip *z,
			    const struct ek_zip_item *it, uint64_t at,
			    uint64_t n, struct ek_err *err)
{
	unsigned char b[16];
	const unsigned char *p = b;
	int rc;

	if (n == 20 || n == 24)
		return ek_fail(err, EK_ELIMIT, "'%s': member '%.200s' at offset"
			       " %llu: its data descriptor is of zip64, which"
			       " is not read", z->name, it->m.name,
			       (unsigned long long)it->at);
	if (n != 12 && n != 16)
		return ek_zip_bad(z, it, "behind its data is something else"
				  " than a data descriptor", err);
	rc = ek_zip_bytes(z, at, b, (size_t)n, "a data descriptor", err);
	if (rc != EK_OK)
		return rc;
	if (n == 16) {
		if (ek_num_le32(p) != EK_ZIP_SIG_DATA)
			return ek_zip_bad(z, it, "behind its data is something"
					  " else than a data descriptor", err);
		p += 4;
	}
	if (ek_num_le32(p) != it->crc || ek_num_le32(p + 4) != it->m.packed ||
	    ek_num_le32(p + 8) != it->m.size)
		return ek_zip_bad(z, it, "its data descriptor and the directory"
				  " differ", err);
	return EK_OK;
}

/* An empty block is all that a directory may have. */
static int check_empty(const struct ek_zip *z, const struct ek_zip_item *it,
		       struct ek_err *err)
{
	static const unsigned char empty[2] = { 3, 0 };
	unsigned char b[2];
	int rc;

	if (!it->dir || it->m.packed == 0)
		return EK_OK;
	if (it->m.packed != sizeof(b))
		return ek_zip_bad(z, it, "a directory with data", err);
	rc = ek_zip_bytes(z, it->data, b, sizeof(b), "a directory", err);
	if (rc == EK_OK && memcmp(b, empty, sizeof(b)) != 0)
		return ek_zip_bad(z, it, "a directory with data", err);
	return rc;
}

/* All of it, which is to end at limit, where the next thing begins. */
static int check_member(const struct ek_zip *z, struct ek_zip_item *it,
			uint64_t limit, struct ek_err *err)
{
	uint64_t end = 0;
	int rc = check_header(z, it, limit, &end, err);

	if (rc == EK_OK)
		rc = check_empty(z, it, err);
	if (rc != EK_OK)
		return rc;
	if ((it->flags & DESCRIBED) != 0)
		return check_descriptor(z, it, end, limit - end, err);
	if (end != limit)
		return ek_fail(err, EK_EFORMAT, "'%s': %llu bytes at offset"
			       " %llu, behind member '%.200s', belong to"
			       " nothing", z->name,
			       (unsigned long long)(limit - end),
			       (unsigned long long)end, it->m.name);
	return EK_OK;
}

int ek_zip_locals(struct ek_zip *z, struct ek_err *err)
{
	uint64_t first = z->n != 0 ? z->v[0].at : z->dir_at;
	int rc = EK_OK;

	if (first != 0)
		return ek_fail(err, EK_EFORMAT, "'%s': %llu bytes at offset 0,"
			       " before the first member, belong to nothing",
			       z->name, (unsigned long long)first);
	for (size_t i = 0; rc == EK_OK && i < z->n; i++) {
		uint64_t limit = i + 1 < z->n ? z->v[i + 1].at : z->dir_at;

		if (limit <= z->v[i].at)
			return ek_zip_bad(z, &z->v[i], i + 1 < z->n ?
					  "another member begins there too" :
					  "it begins behind the directory",
					  err);
		rc = check_member(z, &z->v[i], limit, err);
	}
	return rc;
}
