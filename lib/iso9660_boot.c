/* SPDX-License-Identifier: BSD-2-Clause */
/* iso9660_boot.c - El Torito and the boot information table of an ISO image */
#include "os.h"

#include "ek/err.h"
#include "ek/io.h"
#include "ek/iso9660.h"
#include "ek/num.h"

/* El Torito 1.0, figures 2 to 5: entries of 32 bytes. */
enum {
	ENTRY = 32,
	VALIDATION = 0x01, BOOTABLE = 0x88,
	SECTION = 0x90, LAST_SECTION = 0x91, EXTENSION = 0x44,
	MORE_FOLLOW = 0x20, /* in the media byte: an extension comes next */
};

/* The catalog while it is read; it may have as many entries as a block and
 * EK_ISO_BOOT_MAX allow. */
struct reader {
	const struct ek_iso *iso;
	struct ek_iso_catalog *cat;
	unsigned char data[EK_ISO_BLOCK];
	size_t at;
};

static int bad(const struct reader *r, const char *why, struct ek_err *err)
{
	return ek_fail(err, EK_EFORMAT,
		       "'%s': boot catalog, entry at offset %llu: %s",
		       ek_iso_name(r->iso),
		       (unsigned long long)r->cat->lba * EK_ISO_BLOCK + r->at,
		       why);
}

static int check_validation(const struct reader *r, struct ek_err *err)
{
	const unsigned char *p = r->data;
	uint16_t sum = 0;

	if (p[0] != VALIDATION || p[30] != 0x55 || p[31] != 0xaa)
		return bad(r, "no validation entry", err);
	for (size_t i = 0; i < ENTRY; i += 2)
		sum = (uint16_t)(sum + ek_num_le16(p + i));
	if (sum != 0)
		return bad(r, "wrong checksum", err);
	return EK_OK;
}

static int add_entry(struct reader *r, uint8_t platform, struct ek_err *err)
{
	const unsigned char *p = r->data + r->at;
	struct ek_iso_catalog *cat = r->cat;
	struct ek_iso_boot *b;

	if (p[0] != BOOTABLE && p[0] != 0)
		return bad(r, "neither bootable nor not", err);
	if (cat->n == EK_ISO_BOOT_MAX)
		return ek_fail(err, EK_ELIMIT, "'%s' has more than %u boot "
			       "entries", ek_iso_name(r->iso), EK_ISO_BOOT_MAX);
	b = &cat->boot[cat->n];
	b->platform = platform;
	b->bootable = p[0] == BOOTABLE;
	b->media = p[1] & 0x0f;
	b->segment = ek_num_le16(p + 2);
	b->sectors = ek_num_le16(p + 6);
	b->lba = ek_num_le32(p + 8);
	if (b->lba == 0 ||
	    (uint64_t)b->lba * EK_ISO_BLOCK >= ek_iso_size(r->iso))
		return bad(r, "its image lies beyond the end of the file", err);
	b->node = ek_iso_at_lba(r->iso, b->lba);
	cat->n++;
	return EK_OK;
}

static bool room(const struct reader *r)
{
	return r->at + ENTRY <= sizeof(r->data);
}

/* The entries of one section, each with the extensions that follow it. */
static int read_section(struct reader *r, uint8_t platform, unsigned count,
			struct ek_err *err)
{
	int rc;

	while (count-- > 0) {
		bool more;

		if (!room(r))
			return bad(r, "a section is cut off", err);
		more = (r->data[r->at + 1] & MORE_FOLLOW) != 0;
		rc = add_entry(r, platform, err);
		if (rc != EK_OK)
			return rc;
		r->at += ENTRY;
		while (more && room(r) && r->data[r->at] == EXTENSION) {
			more = (r->data[r->at + 1] & MORE_FOLLOW) != 0;
			r->at += ENTRY;
		}
	}
	return EK_OK;
}

static int read_sections(struct reader *r, struct ek_err *err)
{
	bool last = false;
	int rc = EK_OK;

	while (rc == EK_OK && !last && room(r)) {
		const unsigned char *p = r->data + r->at;

		if (p[0] != SECTION && p[0] != LAST_SECTION)
			break;
		last = p[0] == LAST_SECTION;
		r->at += ENTRY;
		rc = read_section(r, p[1], ek_num_le16(p + 2), err);
	}
	return rc;
}

/* The default entry has the platform of the validation entry. */
static int read_entries(struct reader *r, struct ek_err *err)
{
	int rc = check_validation(r, err);

	if (rc != EK_OK)
		return rc;
	r->at = ENTRY;
	rc = add_entry(r, r->data[1], err);
	if (rc != EK_OK)
		return rc;
	r->at += ENTRY;
	return read_sections(r, err);
}

static int read_catalog_block(struct reader *r, struct ek_err *err)
{
	uint64_t at = (uint64_t)r->cat->lba * EK_ISO_BLOCK;
	struct ek_in *in;
	int rc;

	if (at + EK_ISO_BLOCK > ek_iso_size(r->iso))
		return ek_fail(err, EK_EFORMAT, "'%s': the boot catalog lies "
			       "beyond the end of the file",
			       ek_iso_name(r->iso));
	rc = ek_iso_in_blocks(r->iso, r->cat->lba, EK_ISO_BLOCK, &in, err);
	if (rc != EK_OK)
		return rc;
	rc = ek_in_read_exact(in, r->data, sizeof(r->data), "the boot catalog",
			      err);
	ek_in_close(&in);
	return rc;
}

int ek_iso_catalog(const struct ek_iso *iso, struct ek_iso_catalog *cat,
		   struct ek_err *err)
{
	const struct ek_iso_volume *vol = ek_iso_volume(iso);
	struct reader r = { .iso = iso, .cat = cat };
	int rc;

	*cat = (struct ek_iso_catalog){ .lba = vol->catalog_lba };
	if (!vol->has_boot_record)
		return EK_END;
	rc = read_catalog_block(&r, err);
	if (rc != EK_OK)
		return rc;
	cat->node = ek_iso_at_lba(iso, cat->lba);
	return read_entries(&r, err);
}

const struct ek_iso_boot *ek_iso_boot_for(const struct ek_iso_catalog *cat,
					  uint8_t platform)
{
	for (size_t i = 0; i < cat->n; i++) {
		const struct ek_iso_boot *b = &cat->boot[i];

		if (b->platform == platform && b->bootable && b->media == 0)
			return b;
	}
	return NULL;
}

const char *ek_iso_platform_name(uint8_t platform)
{
	switch (platform) {
	case EK_ISO_BIOS:
		return "BIOS";
	case 1:
		return "PowerPC";
	case 2:
		return "Mac";
	case EK_ISO_UEFI:
		return "UEFI";
	default:
		return "unknown";
	}
}

/* ---- boot information table --------------------------------------------- */

/* Sum of the words that in has left; the last one is filled up with zeroes. */
static int sum_words(struct ek_in *in, uint32_t *sum, struct ek_err *err)
{
	unsigned char buf[4096];
	size_t got;
	int rc;

	*sum = 0;
	do {
		rc = ek_in_read(in, buf, sizeof(buf), &got, err);
		if (rc != EK_OK)
			return rc;
		memset(buf + got, 0, (4 - got % 4) % 4);
		for (size_t i = 0; i < got; i += 4)
			*sum += ek_num_le32(buf + i);
	} while (got == sizeof(buf));
	return EK_OK;
}

int ek_iso_table(const struct ek_iso *iso, const struct ek_iso_node *node,
		 struct ek_iso_table *t, struct ek_err *err)
{
	unsigned char head[EK_ISO_TABLE_END];
	const unsigned char *p = head + EK_ISO_TABLE_AT;
	struct ek_in *in;
	int rc = ek_iso_in(iso, node, &in, err);

	if (rc != EK_OK)
		return rc;
	rc = ek_in_read_exact(in, head, sizeof(head),
			      "the boot information table", err);
	if (rc == EK_OK)
		rc = sum_words(in, &t->real_sum, err);
	ek_in_close(&in);
	if (rc != EK_OK)
		return rc;
	t->pvd = ek_num_le32(p);
	t->lba = ek_num_le32(p + 4);
	t->length = ek_num_le32(p + 8);
	t->sum = ek_num_le32(p + 12);
	t->zeros = true;
	for (size_t i = 24; i < sizeof(head); i++)
		t->zeros = t->zeros && head[i] == 0;
	return EK_OK;
}

const char *ek_iso_table_problem(const struct ek_iso_table *t,
				 const struct ek_iso_node *node)
{
	if (t->pvd != 16)
		return "the volume descriptor is not at block 16";
	if (t->lba != node->lba)
		return "it names another block than the file lies at";
	if (t->length != node->size)
		return "it names another length than the file has";
	if (t->sum != t->real_sum)
		return "its checksum is wrong";
	if (!t->zeros)
		return "its reserved bytes are not zero";
	return NULL;
}
