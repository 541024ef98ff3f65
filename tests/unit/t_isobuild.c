/* SPDX-License-Identifier: BSD-2-Clause */
/* t_isobuild.c - unit tests of isobuild.h: the plan, and the proof on outputs
 *                that were changed by hand; no xorriso */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/err.h"
#include "ek/isobuild.h"
#include "iso_made.h"

static struct ek_iso *open_img(void)
{
	struct ek_err err = EK_ERR_INIT;
	int fd = image_fd(sizeof(img));
	struct ek_iso *iso;

	assert_true(fd >= 0);
	if (ek_iso_open_fd(&iso, fd, "x.iso", &err) != EK_OK)
		fail_msg("%s", err.msg);
	close(fd);
	return iso;
}

static struct ek_isobuild *plan_for(const struct ek_iso *iso)
{
	struct ek_isobuild *b;

	assert_int_equal(ek_isobuild_new(&b, iso, NULL), EK_OK);
	return b;
}

/* ---- the plan ----------------------------------------------------------- */

static void test_add_names(void **state)
{
	static const struct {
		const char *given, *path;
		int rc;
		bool replaces, respelled;
	} row[] = {
		{ "boot.cfg", "/BOOT.CFG", EK_OK, true, false },
		{ "/BOOT.CFG", "/BOOT.CFG", EK_OK, true, false },
		{ "//efi//boot/boot.cfg", "/EFI/BOOT/BOOT.CFG", EK_OK, true,
		  false },
		{ "ata-pata.v00", "/ATA-PATA.V00", EK_OK, true, false },
		{ "/new.tgz", "/NEW.TGZ", EK_OK, false, true },
		{ "/NEW.TGZ", "/NEW.TGZ", EK_OK, false, false },
		{ "efi/New.tgz", "/EFI/NEW.TGZ", EK_OK, false, true },
		{ "custom/x.tgz", "/CUSTOM/X.TGZ", EK_OK, false, true },
		{ "A_B-C.D.E", "/A_B-C.D.E", EK_OK, false, false },
		{ ".HID", "/.HID", EK_OK, false, false },
		{ "123456789012345678901234567890",
		  "/123456789012345678901234567890", EK_OK, false, false },
		{ "1234567890123456789012345678901", NULL, EK_EARG, 0, 0 },
		{ "a/b/c/d/e/f/g", "/A/B/C/D/E/F/G", EK_OK, false, true },
		{ "a/b/c/d/e/f/g/h", NULL, EK_EARG, 0, 0 },
		{ "", NULL, EK_EARG, 0, 0 },
		{ "/", NULL, EK_EARG, 0, 0 },
		{ ".", NULL, EK_EARG, 0, 0 },
		{ "..", NULL, EK_EARG, 0, 0 },
		{ "efi/../x", NULL, EK_EARG, 0, 0 },
		{ "a b", NULL, EK_EARG, 0, 0 },
		{ "a;1", NULL, EK_EARG, 0, 0 },
		{ "a.", NULL, EK_EARG, 0, 0 },
		{ "\303\244", NULL, EK_EARG, 0, 0 },
		{ "efi", NULL, EK_EREFUSE, 0, 0 },
		{ "boot.cat", NULL, EK_EREFUSE, 0, 0 },
		{ "boot.cfg/x", NULL, EK_EREFUSE, 0, 0 },
	};
	const struct ek_isochange *c;
	struct ek_err err = EK_ERR_INIT;
	struct ek_iso *iso;

	(void)state;
	make();
	iso = open_img();
	for (size_t i = 0; i < COUNT(row); i++) {
		struct ek_isobuild *b = plan_for(iso);
		int rc = ek_isobuild_add(b, row[i].given, "/etc/passwd", &err);

		if (rc != row[i].rc)
			fail_msg("'%s': %d", row[i].given, rc);
		c = ek_isobuild_at(b, 0);
		if (rc == EK_OK) {
			assert_string_equal(c->path, row[i].path);
			assert_string_equal(c->given, row[i].given);
			assert_int_equal(c->replaces, row[i].replaces);
			assert_int_equal(c->respelled, row[i].respelled);
			assert_true(c->size > 0);
		} else {
			assert_null(c);
			assert_int_equal(err.code, row[i].rc);
		}
		ek_isobuild_free(&b);
	}
	ek_iso_close(&iso);
}

static void test_remove(void **state)
{
	static const struct {
		const char *path;
		int rc;
	} row[] = {
		{ "noext", EK_OK }, { "/.discinfo", EK_OK },
		{ "nope", EK_EREFUSE }, { "efi", EK_EREFUSE },
		{ "isolinux.bin", EK_EREFUSE }, { "efiboot.img", EK_EREFUSE },
		{ "boot.cat", EK_EREFUSE }, { "boot.cfg", EK_EREFUSE },
		{ "/efi/boot/boot.cfg", EK_EREFUSE }, { "", EK_EREFUSE },
	};
	struct ek_isobuild *b;
	struct ek_iso *iso;

	(void)state;
	make();
	iso = open_img();
	for (size_t i = 0; i < COUNT(row); i++) {
		b = plan_for(iso);
		assert_int_equal(ek_isobuild_remove(b, row[i].path, NULL),
				 row[i].rc);
		ek_isobuild_free(&b);
	}
	ek_iso_close(&iso);
}

static void test_clashes(void **state)
{
	static const char *const pair[][2] = {
		{ "a", "A" }, { "a", "a/b" }, { "a/b/c", "a/b" },
		{ "boot.cfg", "/BOOT.CFG" },
	};
	struct ek_isobuild *b;
	struct ek_iso *iso;

	(void)state;
	make();
	iso = open_img();
	for (size_t i = 0; i < COUNT(pair); i++) {
		b = plan_for(iso);
		assert_int_equal(ek_isobuild_add(b, pair[i][0], "/etc/passwd",
						 NULL), EK_OK);
		assert_int_equal(ek_isobuild_add(b, pair[i][1], "/etc/passwd",
						 NULL), EK_EARG);
		assert_null(ek_isobuild_at(b, 1));
		ek_isobuild_free(&b);
	}
	b = plan_for(iso);
	assert_int_equal(ek_isobuild_remove(b, "noext", NULL), EK_OK);
	assert_int_equal(ek_isobuild_add(b, "noext", "/etc/passwd", NULL),
			 EK_EARG);
	/* a name that only begins like the other is no clash */
	assert_int_equal(ek_isobuild_add(b, "ab", "/etc/passwd", NULL), EK_OK);
	assert_int_equal(ek_isobuild_add(b, "abc", "/etc/passwd", NULL), EK_OK);
	ek_isobuild_free(&b);
	ek_iso_close(&iso);
}

static void test_files(void **state)
{
	struct ek_isobuild *b;
	struct ek_iso *iso;

	(void)state;
	make();
	iso = open_img();
	b = plan_for(iso);
	assert_int_equal(ek_isobuild_add(b, "a", "/nonexistent/x", NULL),
			 EK_ESYS);
	assert_true(ek_isobuild_add(b, "a", "/", NULL) < 0);
	assert_true(ek_isobuild_add(b, "a", "/dev/null", NULL) < 0);
	assert_null(ek_isobuild_at(b, 0));
	ek_isobuild_free(&b);
	ek_iso_close(&iso);
}

static void test_volume_id(void **state)
{
	static const struct {
		const char *id, *want;
	} row[] = {
		{ "ESXI-6.7.0", "ESXI-6.7.0" }, { "esxi_x", "ESXI_X" },
		{ "A B", "A B" }, { "", NULL }, { " A", NULL }, { "A ", NULL },
		{ "A/B", NULL }, { "\303\204", NULL },
		{ "12345678901234567890123456789012",
		  "12345678901234567890123456789012" },
		{ "123456789012345678901234567890123", NULL },
	};
	struct ek_isobuild *b;
	struct ek_iso *iso;

	(void)state;
	make();
	iso = open_img();
	for (size_t i = 0; i < COUNT(row); i++) {
		b = plan_for(iso);
		assert_string_equal(ek_isobuild_volume_id(b),
				    "ESXI-6.7.0-TEST");
		assert_int_equal(ek_isobuild_set_volume_id(b, row[i].id, NULL),
				 row[i].want != NULL ? EK_OK : EK_EARG);
		assert_string_equal(ek_isobuild_volume_id(b),
				    row[i].want != NULL ? row[i].want :
							  "ESXI-6.7.0-TEST");
		ek_isobuild_free(&b);
	}
	ek_iso_close(&iso);
}

static void test_mtime(void **state)
{
	struct ek_isobuild *b;
	struct ek_iso *iso;

	(void)state;
	make();
	iso = open_img();
	b = plan_for(iso);
	assert_int_equal(ek_isobuild_mtime(b), 1642766400);
	assert_int_equal(ek_isobuild_set_mtime(b, -1, NULL), EK_EARG);
	assert_int_equal(ek_isobuild_set_mtime(b, 4102444800, NULL), EK_EARG);
	assert_int_equal(ek_isobuild_set_mtime(b, 0, NULL), EK_OK);
	assert_int_equal(ek_isobuild_mtime(b), 0);
	ek_isobuild_free(&b);
	ek_iso_close(&iso);
}

static void test_no_entry(void **state)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_isobuild *b;
	struct ek_iso *iso;

	(void)state;
	make();
	block(BOOT_VD)[7] = 'X';
	iso = open_img();
	assert_int_equal(ek_isobuild_new(&b, iso, &err), EK_EREFUSE);
	assert_null(b);
	assert_non_null(strstr(err.msg, "no boot entry"));
	ek_iso_close(&iso);
}

/* ---- the proof ---------------------------------------------------------- */

/* The image in img against itself as it was, with no change planned. */
static int prove(struct ek_err *err)
{
	struct ek_iso *in, *out;
	struct ek_isobuild *b;
	unsigned char changed[sizeof(img)];
	int rc;

	memcpy(changed, img, sizeof(img));
	make();
	in = open_img();
	b = plan_for(in);
	memcpy(img, changed, sizeof(img));
	out = open_img();
	rc = ek_isobuild_prove(b, out, NULL, NULL, err);
	ek_iso_close(&out);
	ek_isobuild_free(&b);
	ek_iso_close(&in);
	return rc;
}

static void test_proof_same(void **state)
{
	struct ek_err err = EK_ERR_INIT;

	(void)state;
	make();
	if (prove(&err) != EK_OK)
		fail_msg("%s", err.msg);
	/* the catalog's bytes may change where they mean nothing */
	make();
	block(CATALOG)[200] = 'x';
	assert_int_equal(prove(NULL), EK_OK);
}

/* One byte of the output changed. */
static void test_proof_bytes(void **state)
{
	static const struct {
		unsigned lba, at, value;
		const char *text;
	} row[] = {
		{ CFG, 0, 'K', "'/BOOT.CFG' has other bytes from offset 0" },
		{ CFG, CFG_SIZE - 1, 'x', "'/BOOT.CFG' has other bytes" },
		{ CFG2, 3, 'x', "'/EFI/BOOT/BOOT.CFG' has other bytes from "
				"offset 3" },
		{ LONG, 2047, 'x', "other bytes from offset 2047" },
		{ EMPTY, 9, 'x', "other bytes from offset 2057" },
		{ EFIBOOT + 3, 2047, 1, "'/EFIBOOT.IMG' has other bytes" },
		{ ISOLINUX, 7, 'x', "'/ISOLINUX.BIN' has other bytes from "
				    "offset 7" },
		{ ISOLINUX, 9, 1, "boot information table" },
		{ ISOLINUX, 12, 1, "boot information table" },
		{ ISOLINUX, 30, 1, "boot information table" },
		{ CATALOG, 32, 0, "boot entry 1 (BIOS) is not as it was" },
		{ CATALOG, 38, 5, "boot entry 1 (BIOS) is not as it was" },
		{ CATALOG, 40, EFIBOOT, "boot entry 1 does not point to" },
		{ CATALOG, 65, 1, "boot entry 2 (UEFI) is not as it was" },
		{ CATALOG, 66, 0, "1 boot entries in place of 2" },
		{ CATALOG, 104, ISOLINUX, "boot entry 2 does not point to" },
		{ CATALOG, 104, CFG - 1, "boot entry 2 (UEFI) is not as it" },
		{ BOOT_VD, 7, 'X', "no boot entry is left" },
		{ PVD, 40, 'X', "volume id is" },
		{ PVD, 574, 'X', "application id is" },
		{ PVD, 446, 'X', "preparer id is" },
	};
	struct ek_err err = EK_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT(row); i++) {
		make();
		block(row[i].lba)[row[i].at] = (unsigned char)row[i].value;
		assert_int_equal(prove(&err), EK_EREFUSE);
		if (strstr(err.msg, row[i].text) == NULL)
			fail_msg("'%s' not in '%s'", row[i].text, err.msg);
	}
}

/* One directory record of the output changed. */
static void test_proof_records(void **state)
{
	static const struct {
		const char *name;
		unsigned at, value;
		const char *text;
	} row[] = {
		{ "ATA-PATA.V00;1", 36, '_', "'/ATA-PATA.V00' is lost" },
		{ "ATA-PATA.V00;1", 33, 'a', "'/ATA-PATA.V00' is lost" },
		{ "NOEXT.;1", 38, 'X', "'/NOEXT' is lost" },
		{ "BOOT.CFG;1", 42, '2', "'/BOOT.CFG' is lost" },
		{ "BOOT.CFG;1", 23, 1, "the time of '/BOOT.CFG'" },
		{ "EFI", 23, 1, "the time of '/EFI'" },
	};
	struct ek_err err = EK_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT(row); i++) {
		make();
		find_record(ROOT, row[i].name)[row[i].at] =
			(unsigned char)row[i].value;
		assert_int_equal(prove(&err), EK_EREFUSE);
		if (strstr(err.msg, row[i].text) == NULL)
			fail_msg("'%s' not in '%s'", row[i].text, err.msg);
	}
}

static void test_proof_extra(void **state)
{
	struct ek_err err = EK_ERR_INIT;
	unsigned char *p;

	(void)state;
	make();
	for (p = block(EFI); p[0] != 0; p += p[0])
		continue;
	record(p, "EXTRA.;1", 8, CFG, CFG_SIZE, 0);
	assert_int_equal(prove(&err), EK_EREFUSE);
	assert_non_null(strstr(err.msg, "'/EFI/EXTRA' was not asked for"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add_names),
		cmocka_unit_test(test_remove),
		cmocka_unit_test(test_clashes),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_volume_id),
		cmocka_unit_test(test_mtime),
		cmocka_unit_test(test_no_entry),
		cmocka_unit_test(test_proof_same),
		cmocka_unit_test(test_proof_bytes),
		cmocka_unit_test(test_proof_records),
		cmocka_unit_test(test_proof_extra),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
