/* SPDX-License-Identifier: BSD-2-Clause */
/* fat.c - read a FAT32 file system inside a disk image, and check it */
#include "os.h"

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/fat.h"
#include "ek/io.h"
#include "ek/path.h"

enum { ENTRY = 32, NAME_MAX_LEN = 255, PIECE = 13, DIR_MAX = 65536 * ENTRY };
enum { ATTR_LABEL = 0x08, ATTR_DIR = 0x10, ATTR_LONG = 0x0f };
enum { LAST_PIECE = 0x40, LOWER_BASE = 0x08, LOWER_EXT = 0x10 };
#define CHAIN_END 0x0ffffff8u

struct node {
	struct ek_fat_node pub;
	char *path, *alias; /* owned; those of pub */
	unsigned depth;
};

struct ek_fat {
	struct ek_file *file;    /* borrowed */
	uint64_t off;            /* of the file system */
	uint64_t data;           /* of cluster 2 */
	struct ek_fat_volume vol;
	uint32_t root, reserved, fat_sectors;
	uint32_t *next;          /* owned; what the FAT says of each cluster */
	bool *used;              /* owned; is it in a chain */
	struct node *v;          /* owned */
	size_t n, cap;
};

static uint32_t le16(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static uint32_t le32(const unsigned char *p)
{
	return le16(p) | le16(p + 2) << 16;
}

static int bad(const struct ek_fat *f, const char *what, struct ek_err *err)
{
	return ek_fail(err, EK_EFORMAT, "'%s': FAT file system at offset %llu:"
		       " %s", ek_file_name(f->file),
		       (unsigned long long)f->off, what);
}

static int no_memory(const struct ek_fat *f, struct ek_err *err)
{
	errno = ENOMEM;
	return ek_fail_sys(err, "'%s'", ek_file_name(f->file));
}

/* ---- boot sector and FAT ------------------------------------------------ */

static void get_label(const unsigned char *p, char out[12])
{
	size_t n = 11;

	while (n > 0 && (p[n - 1] == ' ' || p[n - 1] == '\0'))
		n--;
	memcpy(out, p, n);
	for (size_t i = 0; i < n; i++)
		if (p[i] <= ' ' || p[i] >= 0x7f)
			out[i] = '?';
	out[n] = '\0';
}

static int read_boot(struct ek_fat *f, uint64_t len, struct ek_err *err)
{
	unsigned char b[EK_FAT_SECTOR];
	uint64_t before;
	uint32_t per;
	int rc = ek_file_read(f->file, f->off, b, sizeof(b), "boot sector",
			      err);

	if (rc != EK_OK)
		return rc;
	if (b[510] != 0x55 || b[511] != 0xaa || le16(b + 11) != EK_FAT_SECTOR)
		return bad(f, "no boot sector with 512 bytes a sector", err);
	if (le16(b + 17) != 0 || le16(b + 19) != 0 || le16(b + 22) != 0 ||
	    b[16] != 2 || le16(b + 42) != 0)
		return bad(f, "is not FAT32 with two FATs", err);
	per = b[13];
	f->reserved = le16(b + 14);
	f->fat_sectors = le32(b + 36);
	f->root = le32(b + 44);
	f->vol.sectors = le32(b + 32);
	f->vol.hidden = le32(b + 28);
	f->vol.id = le32(b + 67);
	get_label(b + 71, f->vol.label);
	before = f->reserved + 2 * (uint64_t)f->fat_sectors;
	if (per == 0 || (per & (per - 1)) != 0 || f->reserved == 0 ||
	    before >= f->vol.sectors ||
	    (uint64_t)f->vol.sectors * EK_FAT_SECTOR > len)
		return bad(f, "sizes in the boot sector do not fit", err);
	f->vol.cluster_bytes = per * EK_FAT_SECTOR;
	f->vol.clusters = (uint32_t)((f->vol.sectors - before) / per);
	f->data = f->off + before * EK_FAT_SECTOR;
	if (f->vol.clusters > EK_FAT_CLUSTERS_MAX)
		return ek_fail(err, EK_ELIMIT, "'%s': FAT file system of more "
			       "than %u clusters", ek_file_name(f->file),
			       EK_FAT_CLUSTERS_MAX);
	if ((uint64_t)f->fat_sectors * EK_FAT_SECTOR / 4 <
	    (uint64_t)f->vol.clusters + 2)
		return bad(f, "the FAT is too small for its clusters", err);
	return EK_OK;
}

/* One sector of both FATs, which are alike, into next[]. */
static int read_fat_sector(struct ek_fat *f, uint32_t sector,
			   struct ek_err *err)
{
	unsigned char a[EK_FAT_SECTOR], b[EK_FAT_SECTOR];
	uint64_t at = f->off + (f->reserved + (uint64_t)sector) * EK_FAT_SECTOR;
	uint32_t first = sector * (EK_FAT_SECTOR / 4);
	int rc = ek_file_read(f->file, at, a, sizeof(a), "FAT", err);

	if (rc == EK_OK)
		rc = ek_file_read(f->file, at + (uint64_t)f->fat_sectors *
				  EK_FAT_SECTOR, b, sizeof(b), "FAT", err);
	if (rc != EK_OK)
		return rc;
	if (memcmp(a, b, sizeof(a)) != 0)
		return bad(f, "its two FATs differ", err);
	for (uint32_t i = 0; i < EK_FAT_SECTOR / 4; i++)
		if (first + i < f->vol.clusters + 2)
			f->next[first + i] = le32(a + (size_t)4 * i) &
					     0x0fffffffu;
	return EK_OK;
}

static int read_fat(struct ek_fat *f, struct ek_err *err)
{
	uint32_t n = f->vol.clusters + 2;
	int rc = EK_OK;

	f->next = calloc(n, sizeof(*f->next));
	f->used = calloc(n, sizeof(*f->used));
	if (f->next == NULL || f->used == NULL)
		return no_memory(f, err);
	for (uint32_t s = 0; rc == EK_OK && s * (EK_FAT_SECTOR / 4) < n; s++)
		rc = read_fat_sector(f, s, err);
	return rc;
}

/* ---- chains ------------------------------------------------------------- */

/* Walk it once and mark its clusters; path is for messages. */
static int take_chain(struct ek_fat *f, const char *path, uint32_t first,
		      uint32_t *length, struct ek_err *err)
{
	uint32_t c = first;

	*length = 0;
	do {
		if (c < 2 || c - 2 >= f->vol.clusters)
			return ek_fail(err, EK_EFORMAT, "'%s': '%s' goes on at "
				       "cluster %u, which is none",
				       ek_file_name(f->file), path, c);
		if (f->used[c])
			return ek_fail(err, EK_EFORMAT, "'%s': cluster %u of "
				       "'%s' was there before",
				       ek_file_name(f->file), c, path);
		f->used[c] = true;
		(*length)++;
		c = f->next[c];
	} while (c < CHAIN_END);
	return EK_OK;
}

static uint64_t cluster_at(const struct ek_fat *f, uint32_t c)
{
	return f->data + (uint64_t)(c - 2) * f->vol.cluster_bytes;
}

/* ---- names -------------------------------------------------------------- */

/* A long name that is being put together. */
struct longname {
	char text[NAME_MAX_LEN + PIECE + 1];
	unsigned want;      /* number of the piece that must come next */
	unsigned char sum;
	bool any;
};

static unsigned char alias_sum(const unsigned char *name)
{
	unsigned sum = 0;

	for (size_t i = 0; i < 11; i++)
		sum = (((sum & 1) << 7) + (sum >> 1) + name[i]) & 0xff;
	return (unsigned char)sum;
}

static int add_piece(const struct ek_fat *f, struct longname *l,
		     const unsigned char *e, struct ek_err *err)
{
	static const unsigned char at[PIECE] = { 1, 3, 5, 7, 9, 14, 16, 18, 20,
						 22, 24, 28, 30 };
	unsigned seq = e[0] & ~(unsigned)LAST_PIECE;
	bool last = (e[0] & LAST_PIECE) != 0;

	if (seq == 0 || seq > (NAME_MAX_LEN + PIECE - 1) / PIECE ||
	    last == l->any || (!last && (seq != l->want || e[13] != l->sum)))
		return bad(f, "pieces of a long name are not in order", err);
	if (last) {
		memset(l, 0, sizeof(*l));
		l->any = true;
		l->sum = e[13];
	}
	l->want = seq - 1;
	for (size_t i = 0; i < PIECE; i++) {
		uint32_t c = le16(e + at[i]);

		if (c == 0)
			break;
		if (c > 0x7e)
			return bad(f, "a long name outside ASCII", err);
		l->text[(size_t)(seq - 1) * PIECE + i] = (char)c;
	}
	return EK_OK;
}

static size_t put_part(char *out, const unsigned char *p, size_t n, bool lower)
{
	while (n > 0 && p[n - 1] == ' ')
		n--;
	for (size_t i = 0; i < n; i++) {
		out[i] = (char)p[i];
		if (lower && p[i] >= 'A' && p[i] <= 'Z')
			out[i] = (char)(p[i] - 'A' + 'a');
	}
	return n;
}

/* "NAME.EXT" of an entry; cased: as it was typed. */
static void short_name(const unsigned char *e, bool cased, char out[13])
{
	size_t n = put_part(out, e, 8, cased && (e[12] & LOWER_BASE) != 0);
	size_t ext;

	out[n] = '.';
	ext = put_part(out + n + 1, e + 8, 3,
		       cased && (e[12] & LOWER_EXT) != 0);
	out[ext > 0 ? n + 1 + ext : n] = '\0';
}

/* ---- directories -------------------------------------------------------- */

/* Days since 1970 of a date from 1980 on; the usual count of years from March,
 * with leap days each fourth, but for 2100. */
static int64_t days_from(int64_t y, int64_t m, int64_t d)
{
	int64_t mp = (m + 9) % 12;

	y -= m <= 2;
	return y * 365 + y / 4 - y / 100 + y / 400 + (153 * mp + 2) / 5 + d -
	       1 - 719468;
}

static int64_t mtime_of(const unsigned char *e)
{
	int64_t t = le16(e + 22), d = le16(e + 24);

	return days_from(1980 + (d >> 9), d >> 5 & 15, d & 31) * 86400 +
	       (t >> 11) * 3600 + (t >> 5 & 63) * 60 + (t & 31) * 2;
}

static int grow(struct ek_fat *f, struct ek_err *err)
{
	size_t cap = f->cap == 0 ? 64 : f->cap * 2;
	struct node *v;

	if (f->n == EK_FAT_NODES_MAX)
		return ek_fail(err, EK_ELIMIT, "'%s': more than %u files",
			       ek_file_name(f->file), EK_FAT_NODES_MAX);
	if (f->n < f->cap)
		return EK_OK;
	v = reallocarray(f->v, cap, sizeof(*v));
	if (v == NULL)
		return no_memory(f, err);
	f->v = v;
	f->cap = cap;
	return EK_OK;
}

static int check_size(struct ek_fat *f, const struct node *n,
		      struct ek_err *err)
{
	uint32_t length, unit = f->vol.cluster_bytes;
	int rc;

	if (n->pub.dir)
		return n->pub.size == 0 ? EK_OK :
		       bad(f, "a directory with a size", err);
	if (n->pub.size == 0)
		return n->pub.cluster == 0 ? EK_OK :
		       bad(f, "an empty file with a cluster", err);
	rc = take_chain(f, n->path, n->pub.cluster, &length, err);
	if (rc == EK_OK && length != (n->pub.size - 1) / unit + 1)
		return ek_fail(err, EK_EFORMAT, "'%s': '%s' has %u bytes and "
			       "%u clusters", ek_file_name(f->file), n->path,
			       n->pub.size, length);
	return rc;
}

/* One file or directory of the directory that is node parent (SIZE_MAX: the
 * root), under this name. */
static int add_node(struct ek_fat *f, size_t parent, const unsigned char *e,
		    const char *name, struct ek_err *err)
{
	const char *above = parent != SIZE_MAX ? f->v[parent].path : "";
	struct node *n;
	char alias[13];
	int rc = grow(f, err);

	if (rc != EK_OK)
		return rc;
	if (strchr(name, '/') != NULL ||
	    ek_path_problem(name, strlen(name)) != NULL)
		return bad(f, "a name that none can have", err);
	short_name(e, false, alias);
	n = &f->v[f->n];
	*n = (struct node){ .depth = 1, .pub = {
		NULL, NULL, (e[11] & ATTR_DIR) != 0, le32(e + 28),
		le16(e + 20) << 16 | le16(e + 26), mtime_of(e) } };
	if (parent != SIZE_MAX)
		n->depth = f->v[parent].depth + 1;
	n->alias = strdup(alias);
	if (n->alias == NULL || asprintf(&n->path, "%s/%s", above, name) < 0) {
		free(n->alias);
		return no_memory(f, err);
	}
	n->pub.path = n->path;
	n->pub.alias = n->alias;
	f->n++;
	if (n->depth > EK_FAT_DEPTH_MAX)
		return ek_fail(err, EK_ELIMIT, "'%s': more than %u levels of "
			       "directories", ek_file_name(f->file),
			       EK_FAT_DEPTH_MAX);
	return check_size(f, n, err);
}

static bool is_dots(const unsigned char *e)
{
	return memcmp(e, ".          ", 11) == 0 ||
	       memcmp(e, "..         ", 11) == 0;
}

static int read_entry(struct ek_fat *f, size_t parent, const unsigned char *e,
		      struct longname *l, struct ek_err *err)
{
	char name[13];
	bool any = l->any;

	if (e[0] != 0xe5 && (e[11] & 0x3f) == ATTR_LONG)
		return add_piece(f, l, e, err);
	l->any = false;
	if (any && (e[0] == 0xe5 || l->want != 0 || alias_sum(e) != l->sum))
		return bad(f, "a long name without its short one", err);
	if (e[0] == 0xe5 || (e[11] & ATTR_LABEL) != 0 ||
	    (parent != SIZE_MAX && is_dots(e)))
		return EK_OK;
	short_name(e, true, name);
	return add_node(f, parent, e, any ? l->text : name, err);
}

/* Of one cluster; *end: the last entry was met. */
static int read_entries(struct ek_fat *f, size_t parent,
			const unsigned char *p, struct longname *l, bool *end,
			struct ek_err *err)
{
	int rc = EK_OK;

	for (size_t at = 0; rc == EK_OK && !*end && at < f->vol.cluster_bytes;
	     at += ENTRY) {
		*end = p[at] == 0;
		if (!*end)
			rc = read_entry(f, parent, p + at, l, err);
	}
	return rc;
}

/* parent as in add_node(). */
static int read_dir(struct ek_fat *f, size_t parent, struct ek_err *err)
{
	uint32_t c = parent != SIZE_MAX ? f->v[parent].pub.cluster : f->root;
	struct longname l = { .any = false };
	uint32_t length;
	unsigned char *p;
	bool end = false;
	int rc = take_chain(f, parent != SIZE_MAX ? f->v[parent].path : "/", c,
			    &length, err);

	if (rc != EK_OK)
		return rc;
	if ((uint64_t)length * f->vol.cluster_bytes > DIR_MAX)
		return bad(f, "a directory of more than 65,536 entries", err);
	p = malloc(f->vol.cluster_bytes);
	if (p == NULL)
		return no_memory(f, err);
	for (; rc == EK_OK && !end && c < CHAIN_END; c = f->next[c]) {
		rc = ek_file_read(f->file, cluster_at(f, c), p,
				  f->vol.cluster_bytes, "directory", err);
		if (rc == EK_OK)
			rc = read_entries(f, parent, p, &l, &end, err);
	}
	free(p);
	if (rc == EK_OK && l.any)
		rc = bad(f, "a long name without its short one", err);
	return rc;
}

/* ---- open and close ----------------------------------------------------- */

static int by_path(const void *a, const void *b)
{
	return strcasecmp(((const struct node *)a)->path,
			  ((const struct node *)b)->path);
}

static int check_all(struct ek_fat *f, struct ek_err *err)
{
	if (f->n > 1)
		qsort(f->v, f->n, sizeof(*f->v), by_path);
	for (size_t i = 1; i < f->n; i++)
		if (by_path(&f->v[i - 1], &f->v[i]) == 0)
			return ek_fail(err, EK_EFORMAT, "'%s': two of name "
				       "'%s'", ek_file_name(f->file),
				       f->v[i].path);
	for (uint32_t c = 2; c < f->vol.clusters + 2; c++)
		if (f->next[c] != 0 && !f->used[c])
			return ek_fail(err, EK_EFORMAT, "'%s': cluster %u is "
				       "taken and belongs to no file",
				       ek_file_name(f->file), c);
	return EK_OK;
}

int ek_fat_open(struct ek_fat **fat, struct ek_file *file, uint64_t off,
		uint64_t len, struct ek_err *err)
{
	struct ek_fat *f = calloc(1, sizeof(*f));
	int rc;

	*fat = f;
	if (f == NULL)
		return ek_fail_sys(err, "'%s'", ek_file_name(file));
	f->file = file;
	f->off = off;
	rc = read_boot(f, len, err);
	if (rc == EK_OK)
		rc = read_fat(f, err);
	if (rc == EK_OK)
		rc = read_dir(f, SIZE_MAX, err);
	for (size_t i = 0; rc == EK_OK && i < f->n; i++)
		if (f->v[i].pub.dir)
			rc = read_dir(f, i, err);
	if (rc == EK_OK)
		rc = check_all(f, err);
	if (rc != EK_OK)
		ek_fat_close(fat);
	return rc;
}

void ek_fat_close(struct ek_fat **fat)
{
	struct ek_fat *f = *fat;

	if (f == NULL)
		return;
	for (size_t i = 0; i < f->n; i++) {
		free(f->v[i].path);
		free(f->v[i].alias);
	}
	free(f->v);
	free(f->next);
	free(f->used);
	free(f);
	*fat = NULL;
}

const struct ek_fat_volume *ek_fat_volume(const struct ek_fat *fat)
{
	return &fat->vol;
}

size_t ek_fat_count(const struct ek_fat *fat)
{
	return fat->n;
}

const struct ek_fat_node *ek_fat_at(const struct ek_fat *fat, size_t i)
{
	return i < fat->n ? &fat->v[i].pub : NULL;
}

/* Search by the path, which is not written to. */
static int path_cmp(const void *key, const void *node)
{
	return strcasecmp(key, ((const struct node *)node)->path);
}

const struct ek_fat_node *ek_fat_find(const struct ek_fat *fat,
				      const char *path)
{
	const struct node *n = NULL;

	if (fat->n != 0)
		n = bsearch(path, fat->v, fat->n, sizeof(*fat->v), path_cmp);
	return n != NULL ? &n->pub : NULL;
}

/* ---- bytes -------------------------------------------------------------- */

struct reader {
	const struct ek_fat *f;
	uint32_t cluster, at; /* the next byte */
	uint32_t left;
};

/* The rest of this cluster, as far as there is room; chains were checked. */
static int fill(void *ctx, unsigned char *buf, size_t cap, size_t *got,
		struct ek_err *err)
{
	struct reader *r = ctx;
	uint32_t unit = r->f->vol.cluster_bytes, n = unit - r->at;
	int rc;

	*got = 0;
	if (r->left == 0)
		return EK_OK;
	if (n > r->left)
		n = r->left;
	if (n > cap)
		n = (uint32_t)cap;
	rc = ek_file_read(r->f->file, cluster_at(r->f, r->cluster) + r->at, buf,
			  n, "file", err);
	if (rc != EK_OK)
		return rc;
	r->at += n;
	r->left -= n;
	*got = n;
	if (r->at == unit) {
		r->at = 0;
		r->cluster = r->f->next[r->cluster];
	}
	return EK_OK;
}

int ek_fat_in(const struct ek_fat *fat, const struct ek_fat_node *node,
	      struct ek_in **in, struct ek_err *err)
{
	struct reader *r;

	*in = NULL;
	if (node->dir)
		return ek_fail(err, EK_EREFUSE, "'%s': '%s' is a directory",
			       ek_file_name(fat->file), node->path);
	r = malloc(sizeof(*r));
	if (r == NULL)
		return no_memory(fat, err);
	*r = (struct reader){ fat, node->cluster, 0, node->size };
	return ek_in_open_fill(in, node->path, fill, free, r, err);
}
