/* SPDX-License-Identifier: BSD-2-Clause */
/* t_iso9660.c - unit tests of iso9660.h, on images made byte by byte */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/err.h"
#include "ek/io.h"
#include "ek/iso9660.h"
#include "iso_made.h"

static int open_len(struct ek_iso **iso, size_t len, struct ek_err *err)
{
	int fd = image_fd(len);
	int rc;

	assert_true(fd >= 0);
	rc = ek_iso_open_fd(iso, fd, "x.iso", err);
	close(fd);
	return rc;
}

static struct ek_iso *open_good(void)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_iso *iso;

	if (open_len(&iso, sizeof(img), &err) != EK_OK)
		fail_msg("%s", err.msg);
	return iso;
}

static void open_bad(size_t len, int code, const char *text)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_iso *iso;

	assert_int_equal(open_len(&iso, len, &err), code);
	assert_null(iso);
	assert_non_null(strstr(err.msg, "'x.iso'"));
	if (strstr(err.msg, text) == NULL)
		fail_msg("'%s' not in '%s'", text, err.msg);
}

/* ------------------------------------------------------------------------- */

static void test_volume(void **state)
{
	const struct ek_iso_volume *v;
	struct ek_iso *iso;

	(void)state;
	make();
	iso = open_good();
	v = ek_iso_volume(iso);
	assert_string_equal(v->volume_id, "ESXI-6.7.0-TEST");
	assert_string_equal(v->application_id, "ESXIMAGE");
	assert_string_equal(v->preparer_id, "");
	assert_int_equal(v->blocks, BLOCKS);
	assert_int_equal(v->modified, 1642766400);
	assert_false(v->rock_ridge);
	assert_false(v->joliet);
	assert_true(v->has_boot_record);
	ek_iso_close(&iso);
	assert_null(iso);
	ek_iso_close(&iso);
}

static void test_names(void **state)
{
	static const struct { const char *path, *raw; bool dir; } want[] = {
		{ "/", "", true },
		{ "/.DISCINFO", ".DISCINFO;1", false },
		{ "/ATA-PATA.V00", "ATA-PATA.V00;1", false },
		{ "/BOOT.CAT", "BOOT.CAT;1", false },
		{ "/BOOT.CFG", "BOOT.CFG;1", false },
		{ "/EFI", "EFI", true },
		{ "/EFIBOOT.IMG", "EFIBOOT.IMG;1", false },
		{ "/ISOLINUX.BIN", "ISOLINUX.BIN;1", false },
		{ "/MYLONGCUSTOMDRIVER.TGZ", "MYLONGCUSTOMDRIVER.TGZ;1",
		  false },
		{ "/NOEXT", "NOEXT.;1", false },
		{ "/EFI/BOOT", "BOOT", true },
		{ "/EFI/BOOT/BOOT.CFG", "BOOT.CFG;1", false },
	};
	struct ek_iso *iso;

	(void)state;
	make();
	iso = open_good();
	assert_int_equal(ek_iso_count(iso), COUNT(want));
	for (size_t i = 0; i < COUNT(want); i++) {
		const struct ek_iso_node *n = ek_iso_at(iso, i);

		assert_string_equal(n->path, want[i].path);
		assert_string_equal(n->raw, want[i].raw);
		assert_int_equal(n->dir, want[i].dir);
		if (i > 0)
			assert_int_equal(n->mtime, 1642766400 - 7200);
	}
	assert_null(ek_iso_at(iso, COUNT(want)));
	ek_iso_close(&iso);
}

static void test_find(void **state)
{
	static const struct { const char *path, *found; } row[] = {
		{ "/BOOT.CFG", "/BOOT.CFG" },
		{ "boot.cfg", "/BOOT.CFG" },
		{ "//efi/Boot///boot.CFG", "/EFI/BOOT/BOOT.CFG" },
		{ "/efi/", "/EFI" },
		{ "", "/" },
		{ "/", "/" },
		{ "noext", "/NOEXT" },
		{ "noext.", NULL },
		{ "BOOT.CF", NULL },
		{ "BOOT.CFGX", NULL },
		{ "/BOOT.CFG/x", NULL },
		{ "/nope/x", NULL },
		{ "..", NULL },
	};
	struct ek_iso *iso;

	(void)state;
	make();
	iso = open_good();
	for (size_t i = 0; i < COUNT(row); i++) {
		const struct ek_iso_node *n =
			ek_iso_find(iso, row[i].path, strlen(row[i].path));

		if (row[i].found == NULL)
			assert_null(n);
		else
			assert_string_equal(n->path, row[i].found);
	}
	assert_null(ek_iso_find(iso, "BOOT\0CFG", 8));
	ek_iso_close(&iso);
}

static void test_read(void **state)
{
	const struct ek_iso_node *n;
	unsigned char buf[4096];
	struct ek_iso *iso;
	struct ek_in *in;
	size_t got;

	(void)state;
	make();
	iso = open_good();
	n = ek_iso_find(iso, "BOOT.CFG", 8);
	assert_int_equal(ek_iso_in(iso, n, &in, NULL), EK_OK);
	assert_int_equal(ek_in_read(in, buf, sizeof(buf), &got, NULL), EK_OK);
	assert_int_equal(got, CFG_SIZE);
	assert_memory_equal(buf, block(CFG), got);
	ek_in_close(&in);
	/* two extents that follow each other are one file */
	n = ek_iso_find(iso, "MYLONGCUSTOMDRIVER.TGZ", 22);
	assert_int_equal(n->extents, 2);
	assert_int_equal(n->size, 2048 + 10);
	/* a directory has no bytes to hand out */
	assert_int_equal(ek_iso_in(iso, ek_iso_at(iso, 0), &in, NULL),
			 EK_EREFUSE);
	assert_null(in);
	ek_iso_close(&iso);
}

static void test_catalog(void **state)
{
	struct ek_iso_catalog cat;
	const struct ek_iso_boot *b;
	struct ek_iso *iso;

	(void)state;
	make();
	iso = open_good();
	assert_int_equal(ek_iso_catalog(iso, &cat, NULL), EK_OK);
	assert_int_equal(cat.n, 2);
	assert_string_equal(cat.node->path, "/BOOT.CAT");
	b = ek_iso_boot_for(&cat, EK_ISO_BIOS);
	assert_string_equal(b->node->path, "/ISOLINUX.BIN");
	assert_int_equal(b->sectors, 4);
	b = ek_iso_boot_for(&cat, EK_ISO_UEFI);
	assert_string_equal(b->node->path, "/EFIBOOT.IMG");
	assert_int_equal(b->sectors, 16);
	assert_null(ek_iso_boot_for(&cat, 1));
	ek_iso_close(&iso);
}

/* One byte of the catalog changed: what comes of it. */
static void test_catalog_bad(void **state)
{
	static const struct {
		unsigned at, value;
		const char *text;
	} row[] = {
		{ 0, 2, "no validation entry" },
		{ 30, 0, "no validation entry" },
		{ 5, 1, "wrong checksum" },
		{ 32, 0x77, "neither bootable nor not" },
		{ 40, 0, "beyond the end" },
		{ 41, 1, "beyond the end" },
		{ 106, 1, "beyond the end" },
		{ 66, 90, "neither bootable nor not" },
	};
	struct ek_err err = EK_ERR_INIT;
	struct ek_iso_catalog cat;
	struct ek_iso *iso;

	(void)state;
	for (size_t i = 0; i < COUNT(row); i++) {
		make();
		memset(block(CATALOG) + 128, 0x55, 128);
		block(CATALOG)[row[i].at] = (unsigned char)row[i].value;
		iso = open_good();
		assert_int_equal(ek_iso_catalog(iso, &cat, &err), EK_EFORMAT);
		if (strstr(err.msg, row[i].text) == NULL)
			fail_msg("%zu: '%s'", i, err.msg);
		ek_iso_close(&iso);
	}
	make();
	le32(block(BOOT_VD) + 71, BLOCKS);
	iso = open_good();
	assert_int_equal(ek_iso_catalog(iso, &cat, &err), EK_EFORMAT);
	ek_iso_close(&iso);
	make();
	block(BOOT_VD)[7] = 'X';
	iso = open_good();
	assert_int_equal(ek_iso_catalog(iso, &cat, &err), EK_END);
	ek_iso_close(&iso);
}

/* 33 entries in one section: the limit, and no walk past the block. */
static void test_catalog_many(void **state)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_iso_catalog cat;
	struct ek_iso *iso;

	(void)state;
	make();
	block(CATALOG)[66] = 33;
	for (unsigned i = 0; i < 33; i++)
		boot_entry(block(CATALOG) + 96 + 32 * (size_t)i, 1, EFIBOOT);
	iso = open_good();
	assert_int_equal(ek_iso_catalog(iso, &cat, &err), EK_ELIMIT);
	ek_iso_close(&iso);
	/* entries that are extensions only: the block ends first */
	make();
	block(CATALOG)[66] = 200;
	for (size_t i = 96; i < EK_ISO_BLOCK; i += 32) {
		boot_entry(block(CATALOG) + i, 1, EFIBOOT);
		block(CATALOG)[i + 1] = 0x20;
		if (i > 96)
			block(CATALOG)[i] = 0x44;
	}
	iso = open_good();
	assert_int_equal(ek_iso_catalog(iso, &cat, &err), EK_EFORMAT);
	assert_non_null(strstr(err.msg, "cut off"));
	ek_iso_close(&iso);
}

static void test_table(void **state)
{
	static const struct {
		unsigned at;
		const char *text;
	} row[] = {
		{ 8, "block 16" }, { 12, "another block" },
		{ 16, "another length" }, { 20, "checksum" },
		{ 100, "checksum" }, { TABLE_SIZE - 1, "checksum" },
		{ 24, "reserved" }, { 63, "reserved" },
	};
	const struct ek_iso_node *n;
	struct ek_iso_table t;
	struct ek_iso *iso;

	(void)state;
	make();
	iso = open_good();
	n = ek_iso_find(iso, "ISOLINUX.BIN", 12);
	assert_int_equal(ek_iso_table(iso, n, &t, NULL), EK_OK);
	assert_null(ek_iso_table_problem(&t, n));
	assert_int_equal(ek_iso_table(iso, ek_iso_find(iso, "BOOT.CFG", 8), &t,
				      NULL), EK_EFORMAT);
	ek_iso_close(&iso);
	for (size_t i = 0; i < COUNT(row); i++) {
		make();
		block(ISOLINUX)[row[i].at] ^= 1;
		iso = open_good();
		n = ek_iso_find(iso, "ISOLINUX.BIN", 12);
		assert_int_equal(ek_iso_table(iso, n, &t, NULL), EK_OK);
		assert_non_null(ek_iso_table_problem(&t, n));
		assert_non_null(strstr(ek_iso_table_problem(&t, n),
				       row[i].text));
		ek_iso_close(&iso);
	}
}

static void test_cut(void **state)
{
	static const struct {
		size_t len;
		const char *text;
	} row[] = {
		{ 0, "not an ISO" },
		{ 100, "not an ISO" },
		{ PVD * 2048, "not an ISO" },
		{ PVD * 2048 + 2047, "not an ISO" },
		{ BOOT_VD * 2048, "cut off" },
		{ END_VD * 2048 + 2048, "cut off" },
		{ CFG * 2048, "cut off" },
		{ sizeof(img) - 1, "cut off" },
	};

	(void)state;
	make();
	for (size_t i = 0; i < COUNT(row); i++)
		open_bad(row[i].len, EK_EFORMAT, row[i].text);
}

static void test_not_iso(void **state)
{
	(void)state;
	memset(img, 'x', sizeof(img));
	open_bad(sizeof(img), EK_EFORMAT, "not an ISO image");
	make();
	block(PVD)[0] = 2;
	open_bad(sizeof(img), EK_EFORMAT, "no primary volume descriptor");
	make();
	block(END_VD)[0] = 3;
	open_bad(sizeof(img), EK_EFORMAT, "no volume descriptor at offset");
	make();
	block(PVD)[129] = 4; /* blocks of 1024 */
	open_bad(sizeof(img), EK_ELIMIT, "blocks of 1024 bytes");
	make();
	memcpy(block(END_VD), block(PVD), 2048);
	memcpy(block(ROOT), "\377CD001\1", 7);
	both32(block(END_VD) + 158, EFI);
	open_bad(sizeof(img), EK_EFORMAT, "two primary volume descriptors");
}

/* One field of one directory record changed. */
static void test_record_bad(void **state)
{
	static const struct {
		unsigned at, value;
		const char *text;
	} row[] = {
		{ 0, 33, "length makes no sense" },
		{ 32, 0, "length makes no sense" },
		{ 32, 200, "length makes no sense" },
		{ 1, 1, "extended attribute" },
		{ 2, 99, "byte orders" },
		{ 9, 99, "byte orders" },
		{ 10, 99, "byte orders" },
		{ 17, 99, "byte orders" },
		{ 25, 4, "associated" },
		{ 26, 1, "interleaved" },
		{ 27, 1, "interleaved" },
		{ 25, 0x80, "a directory where a file goes on" },
		{ 34, '/', "slash" },
		{ 34, '\n', "control character" },
		{ 34, 0, "control character" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(row); i++) {
		make();
		find_record(ROOT, "BOOT.CFG;1")[row[i].at] =
			(unsigned char)row[i].value;
		open_bad(sizeof(img), EK_EFORMAT, row[i].text);
	}
}

static void test_beyond(void **state)
{
	static const struct { uint32_t lba, size; } row[] = {
		{ BLOCKS, 1 }, { 0xffffffff, 2048 }, { CFG, 0xffffffff },
		{ BLOCKS - 1, 2049 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(row); i++) {
		make();
		both32(find_record(ROOT, "BOOT.CFG;1") + 2, row[i].lba);
		both32(find_record(ROOT, "BOOT.CFG;1") + 10, row[i].size);
		open_bad(sizeof(img), EK_EFORMAT, "beyond the end");
	}
	make();
	both32(block(PVD) + 158, BLOCKS);
	open_bad(sizeof(img), EK_EFORMAT, "root directory lies beyond");
}

static void test_loop(void **state)
{
	static const unsigned to[] = { ROOT, EFI, EFI_BOOT };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		make();
		both32(find_record(EFI, "BOOT") + 2, to[i]);
		open_bad(sizeof(img), EK_EFORMAT, "a loop");
	}
	/* directories that overlap without being the same */
	make();
	both32(find_record(ROOT, "EFI") + 10, 3 * 2048);
	open_bad(sizeof(img), EK_EFORMAT, "directory");
	make();
	both32(find_record(ROOT, "EFI") + 10, 0);
	open_bad(sizeof(img), EK_EFORMAT, "whole number of blocks");
	make();
	both32(find_record(ROOT, "EFI") + 10, 100);
	open_bad(sizeof(img), EK_EFORMAT, "whole number of blocks");
}

static void test_duplicates(void **state)
{
	static const char *const name[] = { "BOOT.CFG;1", "boot.cfg;1",
					    "Boot.Cfg" };
	unsigned char *p;

	(void)state;
	for (size_t i = 0; i < COUNT(name); i++) {
		make();
		for (p = block(ROOT); p[0] != 0; p += p[0])
			continue;
		record(p, name[i], strlen(name[i]), CFG2, CFG_SIZE, 0);
		open_bad(sizeof(img), EK_EFORMAT, "two entries");
	}
}

static void test_escapes(void **state)
{
	static const struct { const char *name; size_t len; } row[] = {
		{ "..", 2 }, { ".", 1 }, { "..;1", 4 }, { "../X;1", 6 },
		{ "/ETC/X;1", 8 }, { "\0", 1 }, { "\1", 1 },
	};
	unsigned char *p;

	(void)state;
	for (size_t i = 0; i < COUNT(row); i++) {
		make();
		for (p = block(EFI_BOOT); p[0] != 0; p += p[0])
			continue;
		record(p, row[i].name, row[i].len, CFG2, CFG_SIZE, 0);
		open_bad(sizeof(img), EK_EFORMAT, "name");
	}
}

static void test_extents(void **state)
{
	unsigned char *p;

	(void)state;
	make(); /* the parts of one file are scattered */
	p = find_record(ROOT, "MYLONGCUSTOMDRIVER.TGZ;1");
	both32(p + p[0] + 2, CFG);
	open_bad(sizeof(img), EK_EFORMAT, "scattered");
	make(); /* the last part is missing */
	p = find_record(ROOT, "MYLONGCUSTOMDRIVER.TGZ;1");
	p[p[0]] = 0;
	open_bad(sizeof(img), EK_EFORMAT, "missing");
	make(); /* the next record is of another file */
	find_record(ROOT, "EFIBOOT.IMG;1")[25] = 0x80;
	open_bad(sizeof(img), EK_EFORMAT, "no further part of the last file");
	make(); /* a directory in parts */
	find_record(ROOT, "EFI")[25] = 0x82;
	open_bad(sizeof(img), EK_EFORMAT, "several parts");
}

static void test_names_of_platforms(void **state)
{
	(void)state;
	assert_string_equal(ek_iso_platform_name(0), "BIOS");
	assert_string_equal(ek_iso_platform_name(0xef), "UEFI");
	assert_string_equal(ek_iso_platform_name(9), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_volume),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_catalog),
		cmocka_unit_test(test_catalog_bad),
		cmocka_unit_test(test_catalog_many),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_not_iso),
		cmocka_unit_test(test_record_bad),
		cmocka_unit_test(test_beyond),
		cmocka_unit_test(test_loop),
		cmocka_unit_test(test_duplicates),
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_extents),
		cmocka_unit_test(test_names_of_platforms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
