/* SPDX-License-Identifier: BSD-2-Clause */
/* iso9660.c - read an ISO 9660 image as the boot loaders of ESXi do */
#include "os.h"

#include <time.h>

#include "ek/err.h"
#include "ek/io.h"
#include "ek/iso9660.h"
#include "ek/num.h"

struct ek_iso {
	struct ek_file *file;     /* owned */
	struct ek_iso_volume vol;
	struct ek_iso_node *node; /* owned, with path and raw of each */
	size_t n, cap;
	size_t *sorted;           /* owned; children of a directory by name */
	uint32_t *dir_lba;        /* owned; directories met so far */
	size_t n_dirs;
	uint64_t dir_bytes;       /* of directories read so far */
};

/* ECMA-119, 8.4 and 9.1: offsets in a volume descriptor and in a record. */
enum {
	VD_FIRST = 16,      /* block of the first descriptor */
	VD_MAX = 64,        /* descriptors that we look at */
	VD_BOOT = 0, VD_PRIMARY = 1, VD_SUPPLEMENTARY = 2, VD_END = 255,
	VD_SYSTEM = 8, VD_VOLUME = 40, VD_BLOCKS = 80, VD_ESCAPES = 88,
	VD_BLOCK_SIZE = 128, VD_ROOT = 156, VD_SET = 190, VD_PUBLISHER = 318,
	VD_PREPARER = 446, VD_APPLICATION = 574, VD_CREATED = 813,
	VD_MODIFIED = 830, VD_CATALOG = 71,

	DR_XATTR = 1, DR_LBA = 2, DR_SIZE = 10, DR_DATE = 18, DR_FLAGS = 25,
	DR_UNIT = 26, DR_GAP = 27, DR_NAME_LEN = 32, DR_NAME = 33,
	DR_IS_DIR = 0x02, DR_ASSOCIATED = 0x04, DR_MORE = 0x80,
};

/* A directory record, decoded; name points into its block. */
struct record {
	uint32_t lba, size;
	uint8_t flags;
	int64_t mtime;
	const unsigned char *name;
	size_t name_len;
	const char *problem; /* why it cannot be used, or NULL */
};

static bool inside(const struct ek_iso *iso, uint32_t lba, uint64_t len)
{
	uint64_t at = (uint64_t)lba * EK_ISO_BLOCK;
	uint64_t size = ek_file_size(iso->file);

	return at <= size && len <= size - at;
}

static uint32_t be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

/* A number in both byte orders; false where they differ. */
static bool both32(const unsigned char *p, uint32_t *v)
{
	*v = ek_num_le32(p);
	return *v == be32(p + 4);
}

/* Seconds since 1970; 0 for what is no date. quarters: zone in 15 minutes. */
static int64_t seconds(int year, int mon, int day, int h, int min, int s,
		       int quarters)
{
	struct tm tm = { .tm_year = year - 1900, .tm_mon = mon - 1,
			 .tm_mday = day, .tm_hour = h, .tm_min = min,
			 .tm_sec = s };

	if (mon < 1 || mon > 12 || day < 1 || day > 31 || h > 23 || min > 59 ||
	    s > 60 || quarters < -48 || quarters > 56)
		return 0;
	return (int64_t)timegm(&tm) - (int64_t)quarters * 900;
}

/* ECMA-119, 9.1.5: seven bytes. */
static int64_t record_date(const unsigned char *p)
{
	return seconds(1900 + p[0], p[1], p[2], p[3], p[4], p[5], (int8_t)p[6]);
}

/* ECMA-119, 8.4.26.1: sixteen digits and the zone. */
static int64_t volume_date(const unsigned char *p)
{
	static const unsigned char width[] = { 4, 2, 2, 2, 2, 2 };
	const char *s = (const char *)p;
	uint64_t v[6];

	for (size_t i = 0; i < 6; s += width[i++]) {
		if (!ek_num_dec(s, width[i], 9999, &v[i]))
			return 0;
	}
	return seconds((int)v[0], (int)v[1], (int)v[2], (int)v[3], (int)v[4],
		       (int)v[5], (int8_t)p[16]);
}

static void text_field(char *out, const unsigned char *p, size_t len)
{
	while (len > 0 && (p[len - 1] == ' ' || p[len - 1] == '\0'))
		len--;
	memcpy(out, p, len);
	out[len] = '\0';
}

/* ---- directory records -------------------------------------------------- */

static const char *record_problem(const unsigned char *p, struct record *r)
{
	if (!both32(p + DR_LBA, &r->lba) || !both32(p + DR_SIZE, &r->size))
		return "the two byte orders of a number differ";
	if (p[DR_XATTR] != 0)
		return "has an extended attribute record";
	if (p[DR_UNIT] != 0 || p[DR_GAP] != 0)
		return "is interleaved";
	if (r->flags & DR_ASSOCIATED)
		return "is an associated file";
	return NULL;
}

/* False where the bytes are no record: then there is no next one either. */
static bool record_get(const unsigned char *p, size_t room, struct record *r)
{
	size_t len = p[0];

	if (len < DR_NAME + 1 || len > room || p[DR_NAME_LEN] == 0 ||
	    DR_NAME + (size_t)p[DR_NAME_LEN] > len)
		return false;
	r->flags = p[DR_FLAGS];
	r->mtime = record_date(p + DR_DATE);
	r->name = p + DR_NAME;
	r->name_len = p[DR_NAME_LEN];
	r->problem = record_problem(p, r);
	return true;
}

/* How much of the recorded name the loaders see (boot.cfg.5, "File names"). */
static size_t visible(const struct record *r)
{
	size_t n = r->name_len;

	if (r->flags & DR_IS_DIR)
		return n;
	if (n > 2 && r->name[n - 2] == ';' && r->name[n - 1] == '1')
		n -= 2;
	if (n > 1 && r->name[n - 1] == '.')
		n--;
	return n;
}

static const char *name_problem(const unsigned char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (s[i] < 0x20 || s[i] == 0x7f)
			return "a name has a control character";
		if (s[i] == '/')
			return "a name has a slash";
	}
	if (n <= 2 && memcmp(s, "..", n) == 0)
		return "a name is '.' or '..'";
	return NULL;
}

/* ---- the tree ----------------------------------------------------------- */

static int no_memory(const struct ek_iso *iso, struct ek_err *err)
{
	errno = ENOMEM;
	return ek_fail_sys(err, "'%s'", ek_iso_name(iso));
}

/* One more zeroed node; it may move all others. */
static int node_new(struct ek_iso *iso, struct ek_iso_node **node,
		    struct ek_err *err)
{
	if (iso->n == EK_ISO_NODES_MAX)
		return ek_fail(err, EK_ELIMIT,
			       "'%s' has more than %u files and directories",
			       ek_iso_name(iso), EK_ISO_NODES_MAX);
	if (iso->n == iso->cap) {
		size_t cap = iso->cap == 0 ? 256 : iso->cap * 2;
		struct ek_iso_node *p;

		p = reallocarray(iso->node, cap, sizeof(*p));
		if (p == NULL)
			return no_memory(iso, err);
		iso->node = p;
		iso->cap = cap;
	}
	*node = &iso->node[iso->n];
	**node = (struct ek_iso_node){ 0 };
	iso->n++;
	return EK_OK;
}

/* path, name and raw in one allocation, owned through path. */
static int node_names(const struct ek_iso *iso, struct ek_iso_node *node,
		      const struct record *r, struct ek_err *err)
{
	const char *dir = iso->node[node->parent].path;
	size_t dlen = strcmp(dir, "/") == 0 ? 0 : strlen(dir);
	size_t vis = visible(r);
	char *p = malloc(dlen + 1 + vis + 1 + r->name_len + 1);

	if (p == NULL)
		return no_memory(iso, err);
	memcpy(p, dir, dlen);
	p[dlen] = '/';
	memcpy(p + dlen + 1, r->name, vis);
	p[dlen + 1 + vis] = '\0';
	memcpy(p + dlen + vis + 2, r->name, r->name_len);
	p[dlen + vis + 2 + r->name_len] = '\0';
	node->path = p;
	node->name = p + dlen + 1;
	node->raw = p + dlen + vis + 2;
	return EK_OK;
}

/* Where a record stands, for messages. */
struct where {
	size_t dir;      /* index of the directory */
	uint64_t offset; /* in the image */
};

static int bad(const struct ek_iso *iso, const struct where *w, const char *why,
	       struct ek_err *err)
{
	return ek_fail(err, EK_EFORMAT,
		       "'%s': directory '%s', record at offset %llu: %s",
		       ek_iso_name(iso), iso->node[w->dir].path,
		       (unsigned long long)w->offset, why);
}

/* A directory is read once: one that is reached again is a loop. */
static int note_dir(struct ek_iso *iso, const struct ek_iso_node *d,
		    struct ek_err *err)
{
	for (size_t i = 0; i < iso->n_dirs; i++) {
		if (iso->dir_lba[i] == d->lba)
			return ek_fail(err, EK_EFORMAT,
				       "'%s': directory '%s' at block %u is "
				       "reached twice: a loop",
				       ek_iso_name(iso), d->path, d->lba);
	}
	if (iso->n_dirs == EK_ISO_DIRS_MAX)
		return ek_fail(err, EK_ELIMIT,
			       "'%s' has more than %u directories",
			       ek_iso_name(iso), EK_ISO_DIRS_MAX);
	iso->dir_lba[iso->n_dirs++] = d->lba;
	iso->dir_bytes += d->size;
	if (iso->dir_bytes > EK_ISO_DIR_BYTES)
		return ek_fail(err, EK_ELIMIT,
			       "'%s': directory '%s': more than %u MiB of "
			       "directories", ek_iso_name(iso), d->path,
			       EK_ISO_DIR_BYTES >> 20);
	if (d->size == 0 || d->size % EK_ISO_BLOCK != 0)
		return ek_fail(err, EK_EFORMAT,
			       "'%s': directory '%s' has %llu bytes, no whole "
			       "number of blocks", ek_iso_name(iso), d->path,
			       (unsigned long long)d->size);
	return EK_OK;
}

static unsigned depth(const struct ek_iso *iso, size_t i)
{
	unsigned n = 0;

	for (; i != 0; i = iso->node[i].parent)
		n++;
	return n;
}

/* The next extent of the file that *node is; more than one is allowed where
 * they follow each other, as every writer has it. */
static int add_extent(struct ek_iso *iso, struct ek_iso_node *node,
		      const struct record *r, const struct where *w,
		      struct ek_err *err)
{
	if (strlen(node->raw) != r->name_len ||
	    memcmp(node->raw, r->name, r->name_len) != 0)
		return bad(iso, w, "is no further part of the last file", err);
	if (node->size % EK_ISO_BLOCK != 0 ||
	    node->lba + node->size / EK_ISO_BLOCK != r->lba)
		return bad(iso, w, "the parts of the file are scattered", err);
	node->size += r->size;
	node->extents++;
	return EK_OK;
}

static int add_node(struct ek_iso *iso, const struct record *r,
		    const struct where *w, struct ek_err *err)
{
	const char *why = name_problem(r->name, r->name_len);
	struct ek_iso_node *node;
	int rc;

	if (why == NULL)
		why = name_problem(r->name, visible(r));
	if (why != NULL)
		return bad(iso, w, why, err);
	rc = node_new(iso, &node, err);
	if (rc != EK_OK)
		return rc;
	node->parent = w->dir;
	node->dir = (r->flags & DR_IS_DIR) != 0;
	node->flags = r->flags;
	node->lba = r->lba;
	node->size = r->size;
	node->extents = 1;
	node->mtime = r->mtime;
	rc = node_names(iso, node, r, err);
	if (rc != EK_OK)
		return rc;
	iso->node[w->dir].n++;
	if (node->dir && depth(iso, iso->n - 1) > EK_ISO_DEPTH_MAX)
		return ek_fail(err, EK_ELIMIT,
			       "'%s': '%s' is more than %u levels deep",
			       ek_iso_name(iso), node->path, EK_ISO_DEPTH_MAX);
	return EK_OK;
}

/* One record: "." and ".." are passed over; *more: the file goes on in the
 * next record. */
static int take_record(struct ek_iso *iso, const struct record *r, bool *more,
		       const struct where *w, struct ek_err *err)
{
	int rc;

	if (r->problem != NULL)
		return bad(iso, w, r->problem, err);
	if (!inside(iso, r->lba, r->size))
		return bad(iso, w, "its data lies beyond the end of the image",
			   err);
	if (*more && !(r->flags & DR_IS_DIR))
		rc = add_extent(iso, &iso->node[iso->n - 1], r, w, err);
	else if (*more)
		rc = bad(iso, w, "a directory where a file goes on", err);
	else
		rc = add_node(iso, r, w, err);
	*more = (r->flags & DR_MORE) != 0;
	if (rc == EK_OK && *more && (r->flags & DR_IS_DIR))
		rc = bad(iso, w, "is a directory of several parts", err);
	return rc;
}

/* "\0" and "\1" are the first two records of a directory, and nowhere else. */
static bool is_dot(const struct record *r, size_t nth)
{
	return r->name_len == 1 && nth < 2 && r->name[0] == nth;
}

/* nth counts the records of the directory, over its blocks. */
static int read_block(struct ek_iso *iso, const unsigned char *p,
		      struct where *w, size_t *nth, bool *more,
		      struct ek_err *err)
{
	const uint64_t base = w->offset;
	struct record r;
	int rc = EK_OK;

	for (size_t at = 0; rc == EK_OK && at < EK_ISO_BLOCK && p[at] != 0;
	     at += p[at]) {
		w->offset = base + at;
		if (!record_get(p + at, EK_ISO_BLOCK - at, &r))
			return bad(iso, w, "its length makes no sense", err);
		if (!is_dot(&r, *nth))
			rc = take_record(iso, &r, more, w, err);
		(*nth)++;
	}
	return rc;
}

static int by_name(const void *a, const void *b, void *arg)
{
	const struct ek_iso_node *node = arg;

	return strcasecmp(node[*(const size_t *)a].name,
			  node[*(const size_t *)b].name);
}

/* Put the children of d in order of name, and refuse two that are one to a
 * reader that does not mind case: nobody could say which is loaded. */
static int sort_children(struct ek_iso *iso, size_t d, struct ek_err *err)
{
	const struct ek_iso_node *dir = &iso->node[d];
	size_t *s = iso->sorted + dir->first;

	for (size_t i = 0; i < dir->n; i++)
		s[i] = dir->first + i;
	qsort_r(s, dir->n, sizeof(*s), by_name, iso->node);
	for (size_t i = 1; i < dir->n; i++) {
		if (by_name(&s[i - 1], &s[i], iso->node) == 0)
			return ek_fail(err, EK_EFORMAT,
				       "'%s': two entries '%s'",
				       ek_iso_name(iso),
				       iso->node[s[i]].path);
	}
	return EK_OK;
}

static int read_dir(struct ek_iso *iso, size_t d, struct ek_err *err)
{
	unsigned char block[EK_ISO_BLOCK];
	const uint32_t lba = iso->node[d].lba;
	const uint64_t size = iso->node[d].size;
	struct where w = { .dir = d };
	bool more = false;
	size_t nth = 0;
	int rc = note_dir(iso, &iso->node[d], err);

	iso->node[d].first = iso->n;
	for (uint64_t at = 0; rc == EK_OK && at < size; at += EK_ISO_BLOCK) {
		w.offset = (uint64_t)lba * EK_ISO_BLOCK + at;
		rc = ek_file_read(iso->file, w.offset, block, sizeof(block),
				  "a directory", err);
		if (rc == EK_OK)
			rc = read_block(iso, block, &w, &nth, &more, err);
	}
	if (rc == EK_OK && more)
		rc = bad(iso, &w, "the last part of a file is missing", err);
	return rc == EK_OK ? sort_children(iso, d, err) : rc;
}

/* Directories are read in the order in which they are found, so a look at the
 * array from its front is a walk without recursion. */
static int read_tree(struct ek_iso *iso, struct ek_err *err)
{
	int rc = EK_OK;

	iso->dir_lba = calloc(EK_ISO_DIRS_MAX, sizeof(*iso->dir_lba));
	iso->sorted = calloc(EK_ISO_NODES_MAX, sizeof(*iso->sorted));
	if (iso->dir_lba == NULL || iso->sorted == NULL)
		return no_memory(iso, err);
	for (size_t i = 0; rc == EK_OK && i < iso->n; i++) {
		if (iso->node[i].dir)
			rc = read_dir(iso, i, err);
	}
	free(iso->dir_lba);
	iso->dir_lba = NULL;
	return rc;
}

/* ---- volume descriptors ------------------------------------------------- */

/* SUSP 5.3: the first record of the root begins its system use with "SP". */
static int find_rock_ridge(struct ek_iso *iso, struct ek_err *err)
{
	unsigned char p[DR_NAME + 1 + 7];
	int rc = ek_file_read(iso->file,
			      (uint64_t)iso->node[0].lba * EK_ISO_BLOCK, p,
			      sizeof(p), "the root directory", err);

	if (rc == EK_OK)
		iso->vol.rock_ridge = p[0] >= sizeof(p) &&
			memcmp(p + DR_NAME + 1, "SP\7\1\276\357", 6) == 0;
	return rc;
}

static int make_root(struct ek_iso *iso, const unsigned char *p,
		     struct ek_err *err)
{
	struct ek_iso_node *root;
	struct record r = { 0 };
	char *names;
	int rc;

	if (!record_get(p, DR_NAME + 1, &r) || !(r.flags & DR_IS_DIR))
		return ek_fail(err, EK_EFORMAT,
			       "'%s': the record of the root directory makes "
			       "no sense", ek_iso_name(iso));
	if (r.problem != NULL)
		return ek_fail(err, EK_EFORMAT, "'%s': root directory: %s",
			       ek_iso_name(iso), r.problem);
	if (!inside(iso, r.lba, r.size))
		return ek_fail(err, EK_EFORMAT, "'%s': the root directory lies "
			       "beyond the end of the image", ek_iso_name(iso));
	rc = node_new(iso, &root, err);
	if (rc != EK_OK)
		return rc;
	names = calloc(1, 3);
	if (names == NULL)
		return no_memory(iso, err);
	names[0] = '/';
	*root = (struct ek_iso_node){ .path = names, .name = names + 1,
		.raw = names + 2, .dir = true, .flags = r.flags, .lba = r.lba,
		.size = r.size, .extents = 1, .mtime = r.mtime };
	return find_rock_ridge(iso, err);
}

static int read_primary(struct ek_iso *iso, const unsigned char *p,
			struct ek_err *err)
{
	struct ek_iso_volume *v = &iso->vol;

	text_field(v->system_id, p + VD_SYSTEM, 32);
	text_field(v->volume_id, p + VD_VOLUME, 32);
	text_field(v->set_id, p + VD_SET, 128);
	text_field(v->publisher_id, p + VD_PUBLISHER, 128);
	text_field(v->preparer_id, p + VD_PREPARER, 128);
	text_field(v->application_id, p + VD_APPLICATION, 128);
	v->created = volume_date(p + VD_CREATED);
	v->modified = volume_date(p + VD_MODIFIED);
	if (!both32(p + VD_BLOCKS, &v->blocks))
		return ek_fail(err, EK_EFORMAT, "'%s': size of the volume: the "
			       "two byte orders differ", ek_iso_name(iso));
	if (ek_num_le16(p + VD_BLOCK_SIZE) != EK_ISO_BLOCK)
		return ek_fail(err, EK_ELIMIT, "'%s': blocks of %u bytes; the "
			       "loaders take %u only", ek_iso_name(iso),
			       ek_num_le16(p + VD_BLOCK_SIZE), EK_ISO_BLOCK);
	if (!inside(iso, 0, (uint64_t)v->blocks * EK_ISO_BLOCK))
		return ek_fail(err, EK_EFORMAT, "'%s' is cut off: the volume "
			       "has %llu bytes, the file %llu; get it again",
			       ek_iso_name(iso),
			       (unsigned long long)v->blocks * EK_ISO_BLOCK,
			       (unsigned long long)ek_iso_size(iso));
	return make_root(iso, p + VD_ROOT, err);
}

/* A second primary descriptor counts for UEFI, the first one for BIOS. */
static int same_primary(const struct ek_iso *iso, const unsigned char *p,
			struct ek_err *err)
{
	struct record r = { 0 };

	if (record_get(p + VD_ROOT, DR_NAME + 1, &r) && r.problem == NULL &&
	    r.lba == iso->node[0].lba && r.size == iso->node[0].size)
		return EK_OK;
	return ek_fail(err, EK_EFORMAT, "'%s' has two primary volume "
		       "descriptors that differ: BIOS and UEFI would see "
		       "different files", ek_iso_name(iso));
}

static void read_boot_record(struct ek_iso *iso, const unsigned char *p)
{
	static const char id[32] = "EL TORITO SPECIFICATION";

	if (memcmp(p + 7, id, sizeof(id)) != 0 || iso->vol.has_boot_record)
		return;
	iso->vol.has_boot_record = true;
	iso->vol.catalog_lba = ek_num_le32(p + VD_CATALOG);
}

static bool is_joliet(const unsigned char *p)
{
	const unsigned char *e = p + VD_ESCAPES;

	return e[0] == '%' && e[1] == '/' &&
	       (e[2] == '@' || e[2] == 'C' || e[2] == 'E');
}

static int read_descriptor(struct ek_iso *iso, const unsigned char *p,
			   struct ek_err *err)
{
	if (p[0] == VD_BOOT)
		read_boot_record(iso, p);
	if (p[0] == VD_SUPPLEMENTARY && is_joliet(p))
		iso->vol.joliet = true;
	if (p[0] != VD_PRIMARY)
		return EK_OK;
	return iso->n == 0 ? read_primary(iso, p, err) :
			     same_primary(iso, p, err);
}

static int read_descriptors(struct ek_iso *iso, struct ek_err *err)
{
	unsigned char p[EK_ISO_BLOCK];
	int rc;

	for (uint32_t lba = VD_FIRST; lba < VD_FIRST + VD_MAX; lba++) {
		if (!inside(iso, lba, sizeof(p)) && lba > VD_FIRST)
			return ek_fail(err, EK_EFORMAT, "'%s' is cut off in "
				       "its volume descriptors",
				       ek_iso_name(iso));
		if (!inside(iso, lba, sizeof(p)))
			return ek_fail(err, EK_EFORMAT, "'%s' is not an ISO "
				       "image: only %llu bytes",
				       ek_iso_name(iso),
				       (unsigned long long)ek_iso_size(iso));
		rc = ek_file_read(iso->file, (uint64_t)lba * EK_ISO_BLOCK, p,
				  sizeof(p), "a volume descriptor", err);
		if (rc != EK_OK)
			return rc;
		if (memcmp(p + 1, "CD001", 5) != 0)
			return ek_fail(err, EK_EFORMAT, "'%s' is not an ISO "
				       "image: no volume descriptor at offset "
				       "%u", ek_iso_name(iso),
				       lba * EK_ISO_BLOCK);
		if (p[0] == VD_END && iso->n > 0)
			return EK_OK;
		if (p[0] == VD_END)
			break;
		rc = read_descriptor(iso, p, err);
		if (rc != EK_OK)
			return rc;
	}
	return ek_fail(err, EK_EFORMAT, "'%s': %s", ek_iso_name(iso),
		       iso->n > 0 ? "no end of the volume descriptors" :
				    "no primary volume descriptor");
}

/* ---- the rest of the interface ------------------------------------------ */

static int load(struct ek_iso *iso, struct ek_err *err)
{
	int rc = read_descriptors(iso, err);

	return rc == EK_OK ? read_tree(iso, err) : rc;
}

static int make(struct ek_iso **out, struct ek_file *file, struct ek_err *err)
{
	struct ek_iso *iso = calloc(1, sizeof(*iso));
	int rc;

	if (iso == NULL) {
		rc = ek_fail_sys(err, "'%s'", ek_file_name(file));
		ek_file_close(&file);
		return rc;
	}
	iso->file = file;
	rc = load(iso, err);
	if (rc != EK_OK)
		ek_iso_close(&iso);
	*out = iso;
	return rc;
}

int ek_iso_open(struct ek_iso **iso, const char *path, struct ek_err *err)
{
	struct ek_file *file;
	int rc;

	*iso = NULL;
	rc = ek_file_open(&file, path, err);
	return rc == EK_OK ? make(iso, file, err) : rc;
}

int ek_iso_open_fd(struct ek_iso **iso, int fd, const char *name,
		   struct ek_err *err)
{
	struct ek_file *file;
	int rc;

	*iso = NULL;
	rc = ek_file_open_fd(&file, fd, name, err);
	return rc == EK_OK ? make(iso, file, err) : rc;
}

void ek_iso_close(struct ek_iso **isop)
{
	struct ek_iso *iso = *isop;

	if (iso == NULL)
		return;
	for (size_t i = 0; i < iso->n; i++)
		free((char *)(uintptr_t)iso->node[i].path);
	free(iso->node);
	free(iso->sorted);
	free(iso->dir_lba);
	ek_file_close(&iso->file);
	free(iso);
	*isop = NULL;
}

const char *ek_iso_name(const struct ek_iso *iso)
{
	return ek_file_name(iso->file);
}

uint64_t ek_iso_size(const struct ek_iso *iso)
{
	return ek_file_size(iso->file);
}

const struct ek_iso_volume *ek_iso_volume(const struct ek_iso *iso)
{
	return &iso->vol;
}

size_t ek_iso_count(const struct ek_iso *iso)
{
	return iso->n;
}

const struct ek_iso_node *ek_iso_at(const struct ek_iso *iso, size_t i)
{
	return i < iso->n ? &iso->node[i] : NULL;
}

const struct ek_iso_node *ek_iso_at_lba(const struct ek_iso *iso, uint32_t lba)
{
	for (size_t i = 0; i < iso->n; i++) {
		if (!iso->node[i].dir && iso->node[i].lba == lba &&
		    iso->node[i].size > 0)
			return &iso->node[i];
	}
	return NULL;
}

/* The child of d with this name: a search by halves in the sorted ones. */
static const struct ek_iso_node *child(const struct ek_iso *iso,
				       const struct ek_iso_node *d,
				       const char *name, size_t len)
{
	size_t lo = d->first, hi = d->first + d->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct ek_iso_node *c = &iso->node[iso->sorted[mid]];
		int cmp = strncasecmp(name, c->name, len);

		if (cmp == 0 && c->name[len] == '\0')
			return c;
		if (cmp > 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

const struct ek_iso_node *ek_iso_find(const struct ek_iso *iso,
				      const char *path, size_t len)
{
	const struct ek_iso_node *at = &iso->node[0];
	size_t i = 0, end;

	for (;;) {
		while (i < len && path[i] == '/')
			i++;
		if (i == len || at == NULL)
			return at;
		for (end = i; end < len && path[end] != '/'; end++) {
			if (path[end] == '\0')
				return NULL;
		}
		at = at->dir ? child(iso, at, path + i, end - i) : NULL;
		i = end;
	}
}

int ek_iso_in_blocks(const struct ek_iso *iso, uint32_t lba, uint64_t len,
		     struct ek_in **in, struct ek_err *err)
{
	return ek_file_in(iso->file, (uint64_t)lba * EK_ISO_BLOCK, len,
			  ek_iso_name(iso), in, err);
}

int ek_iso_in(const struct ek_iso *iso, const struct ek_iso_node *node,
	      struct ek_in **in, struct ek_err *err)
{
	*in = NULL;
	if (node->dir)
		return ek_fail(err, EK_EREFUSE, "'%s': '%s' is a directory",
			       ek_iso_name(iso), node->path);
	return ek_file_in(iso->file, (uint64_t)node->lba * EK_ISO_BLOCK,
			  node->size, node->path, in, err);
}
