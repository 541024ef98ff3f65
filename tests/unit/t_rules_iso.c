/* SPDX-License-Identifier: BSD-2-Clause */
/* t_rules_iso.c - each rule of rules_iso.h on an image that breaks it */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/err.h"
#include "ek/image.h"
#include "ek/release.h"
#include "ek/rules_iso.h"
#include "iso_made.h"

/* gzip of "x\n", level 9: one member */
static const unsigned char gz[] = {
	0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3, 0xab, 0xe0, 2, 0,
	0x1f, 0x08, 0xea, 0x46, 2, 0, 0, 0,
};

/* Look at the files as if they lay elsewhere. */
static bool copied;

/* The codes found in the image in img, in order, one blank behind each. */
static void codes(char *text, size_t room, bool data)
{
	const struct ek_rules_iso *subject;
	struct ek_rules_iso s = { .copied = copied };
	struct ek_findings *found;
	struct ek_iso *iso;
	int fd = image_fd(sizeof(img));

	assert_int_equal(ek_iso_open_fd(&iso, fd, "x.iso", NULL), EK_OK);
	close(fd);
	assert_int_equal(ek_image_open_iso(&s.image, iso, NULL), EK_OK);
	assert_int_equal(ek_findings_new(&found, NULL), EK_OK);
	subject = &s;
	assert_int_equal(ek_rules_run(data ? ek_rules_iso_data : ek_rules_iso,
				      data ? ek_rules_iso_data_count :
					     ek_rules_iso_count,
				      EK_RALL, subject, found, NULL), EK_OK);
	text[0] = '\0';
	for (size_t i = 0; i < ek_findings_count(found); i++) {
		size_t n = strlen(text);

		snprintf(text + n, room - n, "%s ",
			 ek_findings_at(found, i)->code);
	}
	ek_findings_free(&found);
	ek_image_close(&s.image);
	ek_iso_close(&iso);
}

static void expect(const char *want, bool data)
{
	char text[512];

	codes(text, sizeof(text), data);
	assert_string_equal(text, want);
}

/* Another text for one BOOT.CFG, or for both; the length stays. */
static void cfg(unsigned lba, const char *text)
{
	memset(block(lba), '\n', CFG_SIZE);
	memcpy(block(lba), text, strlen(text));
}

static void both_cfg(const char *text)
{
	cfg(CFG, text);
	cfg(CFG2, text);
}

static void test_good(void **state)
{
	(void)state;
	make();
	expect("", false);
	expect("", true);
}

static void test_catalog(void **state)
{
	(void)state;
	make();
	block(CATALOG)[0] = 9;
	expect("boot-catalog boot-entry boot-entry ", false);
	make();
	block(BOOT_VD)[7] = 'X';
	expect("boot-entry boot-entry ", false);
	make();
	block(CATALOG)[32] = 0; /* not bootable */
	expect("boot-entry ", false);
	make();
	block(CATALOG)[97] = 2; /* floppy emulation */
	expect("boot-entry ", false);
	make();
	block(CATALOG)[104] = CFG - 1; /* no file begins there */
	expect("boot-image ", false);
	make();
	block(CATALOG)[38] = 8;
	expect("boot-load-size ", false);
	make();
	block(CATALOG)[102] = 1;
	expect("boot-load-size ", false);
}

static void test_table(void **state)
{
	(void)state;
	make();
	block(ISOLINUX)[12] ^= 1;
	expect("boot-table ", false);
	make();
	both32(find_record(ROOT, "ISOLINUX.BIN;1") + 10, 20);
	expect("boot-table ", false);
}

static void test_cfg(void **state)
{
	(void)state;
	make();
	memcpy(find_record(ROOT, "BOOT.CFG;1") + 33, "BOOT.CFX", 8);
	expect("boot-cfg ", false);
	make();
	block(CATALOG)[65] = 1; /* no UEFI entry, so its boot.cfg is moot */
	memcpy(find_record(EFI_BOOT, "BOOT.CFG;1") + 33, "BOOT.CFX", 8);
	expect("boot-entry ", false);
	make();
	both_cfg("kernel=/ata-pata.v00\ntimeout=5s\n");
	expect("boot-cfg-load boot-cfg-load ", false);
	make();
	both_cfg("modules=/.discinfo\n");
	expect("boot-cfg-load boot-cfg-load ", false);
	make(); /* only loaders of 8.0.1 and later stop, but who knows */
	both_cfg("kernel=/ata-pata.v00\nskip=1\n");
	expect("boot-cfg-load boot-cfg-load ", false);
	make();
	cfg(CFG2, "kernel=/ata-pata.v00\n");
	expect("boot-cfg-differ ", false);
	make();
	cfg(CFG, "kernel=/ata-pata.v00\nkernelopt=a\n");
	cfg(CFG2, "kernel=/ata-pata.v00\nkernelopt=b\n");
	expect("boot-cfg-differ ", false);
}

static void test_modules(void **state)
{
	(void)state;
	make();
	both_cfg("kernel=/gone\nmodules=/gone.v00\n");
	expect("module-missing module-missing module-missing module-missing ",
	       false);
	make(); /* without the slash UEFI looks in its own directory */
	both_cfg("kernel=/ata-pata.v00\nmodules=noext\n");
	expect("module-missing module-empty ", false);
	make();
	both_cfg("kernel=/ata-pata.v00\nmodules=/NoExt\n");
	expect("module-empty module-empty ", false);
	make();
	both_cfg("kernel=/mylongcustomdriver.tgz\n");
	expect("module-extents module-extents ", false);
}

static void test_gzip(void **state)
{
	unsigned char *p;

	(void)state;
	make();
	p = find_record(ROOT, ".DISCINFO;1");
	both32(p + 2, LONG);
	both32(p + 10, sizeof(gz));
	memcpy(block(LONG), gz, sizeof(gz));
	expect("", true);
	both32(p + 10, sizeof(gz) - 1); /* cut */
	expect("module-gzip ", true);
	both32(p + 10, sizeof(gz) + 1); /* something behind it */
	expect("module-gzip ", true);
	both32(p + 10, sizeof(gz));
	block(LONG)[14] ^= 1; /* wrong CRC */
	expect("module-gzip ", true);
}

/* The catalog does not matter, and so both boot.cfg do. */
static void test_copied(void **state)
{
	(void)state;
	copied = true;
	make();
	block(CATALOG)[0] = 9;
	block(ISOLINUX)[12] ^= 1;
	expect("", false);
	cfg(CFG2, "kernel=/gone\n");
	expect("module-missing boot-cfg-differ ", false);
	make();
	block(CATALOG)[65] = 1;
	memcpy(find_record(EFI_BOOT, "BOOT.CFG;1") + 33, "BOOT.CFX", 8);
	expect("boot-cfg ", false);
	copied = false;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_catalog),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_cfg),
		cmocka_unit_test(test_modules),
		cmocka_unit_test(test_gzip),
		cmocka_unit_test(test_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
