/* SPDX-License-Identifier: BSD-2-Clause */
/* t_media.c - unit tests of media.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/image.h"
#include "ek/io.h"
#include "ek/media.h"
#include "image_dir.h"

#define MODULES "modules=/s.v00 --- /net-e1.v00 debug=/x\n"
#define CFG "title=x\nkernel=/b.b00\n" \
	    "kernelopt=cdromBoot runweasel ks=cdrom:/KS.CFG\n" MODULES

/* ---- helpers ------------------------------------------------------------ */

static struct ek_image *img;

static struct ek_media *open_media(void)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_media *m = NULL;

	if (ek_image_open(&img, "d", &err) != EK_OK ||
	    ek_media_new(&m, img, &err) != EK_OK)
		fail_msg("%s", err.msg);
	return m;
}

static void close_media(struct ek_media **m)
{
	ek_media_free(m);
	assert_null(*m);
	ek_image_close(&img);
}

/* The bytes of a file as text; static. */
static const char *text_of(const struct ek_media *m, const char *path)
{
	static char buf[4096];
	const struct ek_media_file *f = ek_media_find(m, path);
	struct ek_in *in;
	size_t got;

	assert_non_null(f);
	assert_int_equal(ek_media_in(m, f, &in, NULL), EK_OK);
	assert_int_equal(ek_in_read(in, buf, sizeof(buf) - 1, &got, NULL),
			 EK_OK);
	assert_int_equal(got, f->size);
	buf[got] = '\0';
	ek_in_close(&in);
	return buf;
}

static void on_note(void *ctx, bool warning, const char *text)
{
	ek_buf_addf(ctx, "%s%s\n", warning ? "warning: " : "", text);
}

/* ---- the list ----------------------------------------------------------- */

static void test_list(void **state)
{
	static const char *const want[] = {
		"/B.B00", "/BOOT.CFG", "/EFI/BOOT/BOOT.CFG",
		"/EFI/BOOT/BOOTX64.EFI", "/EFI/BOOT/CRYPTO64.EFI",
		"/MBOOT.C32", "/NET-E1.V00", "/S.V00",
	};
	struct ek_media *m;

	(void)state;
	make_image(CFG, CFG);
	m = open_media();
	assert_string_equal(ek_media_name(m), "d");
	assert_int_equal(ek_media_count(m), COUNT(want));
	for (size_t i = 0; i < COUNT(want); i++)
		assert_string_equal(ek_media_at(m, i)->path, want[i]);
	assert_null(ek_media_at(m, COUNT(want)));
	assert_string_equal(text_of(m, "/b.b00"), "kernel");
	assert_null(ek_media_find(m, "/nope"));
	close_media(&m);
}

static void test_changes(void **state)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_media *m;
	size_t n;

	(void)state;
	make_image(CFG, CFG);
	m = open_media();
	n = ek_media_count(m);
	/* new, and in the place of an old one */
	assert_int_equal(ek_media_put(m, "/KS.CFG", "one", 3, NULL), EK_OK);
	assert_int_equal(ek_media_put(m, "/ks.cfg", "two!", 4, NULL), EK_OK);
	assert_int_equal(ek_media_put(m, "/s.v00", "", 0, NULL), EK_OK);
	assert_int_equal(ek_media_count(m), n + 1);
	assert_string_equal(text_of(m, "/KS.CFG"), "two!");
	assert_string_equal(text_of(m, "/S.V00"), "");
	assert_int_equal(ek_media_find(m, "/KS.CFG")->mtime,
			 ek_media_find(m, "/BOOT.CFG")->mtime);
	/* copies of either kind */
	assert_int_equal(ek_media_copy(m, "/b.b00", "/C.B00", NULL), EK_OK);
	assert_int_equal(ek_media_copy(m, "/KS.CFG", "/KS2.CFG", NULL), EK_OK);
	assert_string_equal(text_of(m, "/C.B00"), "kernel");
	assert_string_equal(text_of(m, "/KS2.CFG"), "two!");
	assert_int_equal(ek_media_copy(m, "/B.B00", "/s.V00", &err),
			 EK_EREFUSE);
	assert_non_null(strstr(err.msg, "has a '/s.V00' of its own"));
	assert_int_equal(ek_media_copy(m, "/nope", "/X", &err), EK_EREFUSE);
	ek_media_drop(m, "/nope");
	ek_media_drop(m, "/c.b00");
	assert_null(ek_media_find(m, "/C.B00"));
	assert_int_equal(ek_media_count(m), n + 2);
	ek_media_lower(m);
	assert_string_equal(ek_media_find(m, "/NET-E1.V00")->path,
			    "/net-e1.v00");
	ek_media_set_mtime(m, 12345);
	assert_int_equal(ek_media_find(m, "/s.v00")->mtime, 12345);
	assert_int_equal(ek_media_put(m, "/LATE", "x", 1, NULL), EK_OK);
	assert_int_equal(ek_media_find(m, "/LATE")->mtime, 12345);
	close_media(&m);
}

/* ---- boot.cfg ----------------------------------------------------------- */

static void test_boot(void **state)
{
	static const char *const opts[] = { "foo=1", "bar" };
	static const struct {
		const char *in;
		struct ek_media_boot how;
		const char *out, *notes;
	} rows[] = {
		/* a stick */
		{ CFG, { .needed = EK_BOOT_UEFI },
		  "title=x\nkernel=/b.b00\n"
		  "kernelopt=runweasel ks=usb:/KS.CFG\n" MODULES,
		  "ks=cdrom:/KS.CFG becomes ks=usb:/KS.CFG" },
		{ CFG, { .needed = EK_BOOT_UEFI, .ks = "usb:/KS.CFG",
			 .opts = opts, .n_opts = COUNT(opts) },
		  "title=x\nkernel=/b.b00\n"
		  "kernelopt=runweasel ks=usb:/KS.CFG foo=1 bar\n" MODULES,
		  "" },
		{ "kernel=/b.b00\nkernelopt=cdromBootX xcdromBoot foo=0\n"
		  MODULES,
		  { .opts = opts, .n_opts = 1 },
		  "kernel=/b.b00\nkernelopt=cdromBootX xcdromBoot foo=1\n"
		  MODULES, "" },
		{ "kernel=/b.b00\n" MODULES, { .needed = EK_BOOT_UEFI },
		  "kernel=/b.b00\n" MODULES, "" },
		/* a server */
		{ CFG, { .net = true },
		  "title=x\nkernel=b.b00\n"
		  "kernelopt=runweasel ks=cdrom:/KS.CFG\n"
		  "modules=s.v00 --- net-e1.v00 debug=/x\n",
		  "warning: 'd:/BOOT.CFG': ks=cdrom:/KS.CFG stays, and there "
		  "is no CD: give --ks" },
		{ CFG, { .net = true, .prefix = "esxi67",
			 .ks = "http://h//a/KS.cfg" },
		  "title=x\nprefix=esxi67\nkernel=b.b00\n"
		  "kernelopt=runweasel ks=http://h//a/KS.cfg\n"
		  "modules=s.v00 --- net-e1.v00 debug=/x\n", "" },
		/* a prefix of old, names in upper case and with more slashes */
		{ "prefix=/EFI/..//\nkernel=\\B.B00\nmodules=//S.V00\n",
		  { .net = true },
		  "prefix=\nkernel=b.b00\nmodules=s.v00\n", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ek_buf notes = EK_BUF_INIT;
		struct ek_media_boot how = rows[i].how;
		struct ek_err err = EK_ERR_INIT;
		struct ek_media *m;

		make_image(rows[i].in, rows[i].in);
		how.note = on_note;
		how.ctx = &notes;
		m = open_media();
		if (ek_media_boot(m, &how, &err) != EK_OK)
			fail_msg("row %zu: %s", i, err.msg);
		assert_string_equal(text_of(m, "/BOOT.CFG"), rows[i].out);
		assert_string_equal(text_of(m, "/EFI/BOOT/BOOT.CFG"),
				    rows[i].out);
		if (rows[i].notes[0] == '\0')
			assert_string_equal(ek_buf_str(&notes), "");
		else
			assert_non_null(strstr(ek_buf_str(&notes),
					       rows[i].notes));
		ek_buf_free(&notes);
		close_media(&m);
		assert_int_equal(system("rm -rf d"), 0);
	}
}

static void test_refused(void **state)
{
	static const struct {
		const char *bios, *uefi;
		struct ek_media_boot how;
		int rc;
		const char *text;
	} rows[] = {
		{ CFG, NULL, { .needed = EK_BOOT_UEFI }, EK_EREFUSE,
		  "no '/EFI/BOOT/BOOT.CFG', which UEFI reads" },
		{ NULL, CFG, { .needed = EK_BOOT_BIOS }, EK_EREFUSE,
		  "no '/BOOT.CFG', which BIOS reads" },
		{ CFG, "kernel=/b.b00\nmodules=/gone.v00\n",
		  { .needed = EK_BOOT_BIOS }, EK_EREFUSE,
		  "module '/gone.v00' is not there (UEFI)" },
		{ "modules=/s.v00\n", CFG, { .needed = EK_BOOT_UEFI },
		  EK_EREFUSE, "stops with 32 (Syntax)" },
		{ "kernel=/b.b00\nmodules=---\n", CFG, { .net = true },
		  EK_EFORMAT, "'d:/BOOT.CFG': modules=: an empty module" },
		{ CFG, CFG, { .ks = "two words" }, EK_EARG,
		  "ks 'two words' is not one word" },
		{ CFG, CFG, { .ks = "" }, EK_EARG, "is not one word" },
		{ CFG, CFG, { .net = true, .prefix = "a b" }, EK_EARG,
		  "prefix 'a b' is not one word" },
		{ CFG, CFG, { .net = true, .prefix = "" }, EK_EARG,
		  "prefix '' is not one word" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ek_err err = EK_ERR_INIT;
		struct ek_media *m;

		make_image(rows[i].bios, rows[i].uefi);
		m = open_media();
		assert_int_equal(ek_media_boot(m, &rows[i].how, &err),
				 rows[i].rc);
		if (strstr(err.msg, rows[i].text) == NULL)
			fail_msg("row %zu: '%s'", i, err.msg);
		close_media(&m);
		assert_int_equal(system("rm -rf d"), 0);
	}
}

/* That of the other firmware may be missing: it is told. */
static void test_one_cfg(void **state)
{
	struct ek_buf notes = EK_BUF_INIT;
	struct ek_media_boot how = { .needed = EK_BOOT_UEFI, .note = on_note,
				     .ctx = &notes };
	struct ek_media *m;

	(void)state;
	make_image(NULL, "kernel=/b.b00\nkernelopt=cdromBoot\n");
	m = open_media();
	assert_int_equal(ek_media_boot(m, &how, NULL), EK_OK);
	assert_string_equal(text_of(m, "/EFI/BOOT/BOOT.CFG"),
			    "kernel=/b.b00\nkernelopt=\n");
	assert_non_null(strstr(ek_buf_str(&notes),
			       "warning: 'd': no '/BOOT.CFG', which BIOS"));
	ek_buf_free(&notes);
	close_media(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_list, enter, leave),
		cmocka_unit_test_setup_teardown(test_changes, enter, leave),
		cmocka_unit_test_setup_teardown(test_boot, enter, leave),
		cmocka_unit_test_setup_teardown(test_refused, enter, leave),
		cmocka_unit_test_setup_teardown(test_one_cfg, enter, leave),
	};

	return cmocka_run_group_tests_name("media", tests, NULL, NULL);
}
