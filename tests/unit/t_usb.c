/* SPDX-License-Identifier: BSD-2-Clause */
/* t_usb.c - unit tests of usb.h and its parts */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <fcntl.h>

#include "ek/err.h"
#include "ek/fat.h"
#include "ek/image.h"
#include "ek/io.h"
#include "ek/media.h"
#include "image_dir.h"
#include "usb_int.h"

#define CFG "kernel=/b.b00\nmodules=/s.v00 --- /net-e1.v00\n"

static struct ek_image *img;
static struct ek_media *m;

static void open_media(void)
{
	make_image(CFG, CFG);
	assert_int_equal(ek_image_open(&img, "d", NULL), EK_OK);
	assert_int_equal(ek_media_new(&m, img, NULL), EK_OK);
	ek_media_set_mtime(m, 1642766401);
}

static void close_media(void)
{
	ek_media_free(&m);
	ek_image_close(&img);
}

/* ---- disk --------------------------------------------------------------- */

static void test_mbr(void **state)
{
	/* active, from 0/32/33, FAT32 by number, to 4/85/17, 2048, 67584 */
	static const unsigned char entry[] = {
		0x80, 0x20, 0x21, 0x00, 0x0c, 0x55, 0x11, 0x04,
		0x00, 0x08, 0x00, 0x00, 0x00, 0x08, 0x01, 0x00,
	};
	struct usb_disk d = { .sectors = 67584, .id = 0x8ca84bf1 };
	unsigned char mbr[USB_SECTOR];

	(void)state;
	usb_disk_mbr(&d, mbr);
	assert_memory_equal(mbr + 446, entry, sizeof(entry));
	assert_memory_equal(mbr + 440, "\xf1\x4b\xa8\x8c", 4);
	assert_memory_equal(mbr + 510, "\x55\xaa", 2);
	for (size_t i = 446 + 16; i < 510; i++)
		assert_int_equal(mbr[i], 0);
	/* the code takes its text from 7c19h: up to a NUL, before the id */
	assert_memory_equal(mbr + 5, "\xbe\x19\x7c", 3);
	assert_non_null(memchr(mbr + 0x19, '\0', 440 - 0x19));
	/* beyond what cylinders can say */
	d.sectors = 0x7fffffff;
	usb_disk_mbr(&d, mbr);
	assert_memory_equal(mbr + 446 + 5, "\xfe\xff\xff", 3);
}

static void test_plan(void **state)
{
	struct usb_disk a, b;

	(void)state;
	open_media();
	assert_int_equal(usb_disk_plan(&a, m, NULL), EK_OK);
	/* small: what FAT32 has at least, in clusters of one sector */
	assert_int_equal(a.per_cluster, 1);
	assert_true(a.bytes > 32u << 20 && a.bytes < 40u << 20);
	assert_int_equal(a.bytes % USB_MIB, 0);
	assert_int_equal(a.bytes, USB_MIB + (uint64_t)a.sectors * USB_SECTOR);
	assert_int_equal(a.dirs.n, 2);
	assert_string_equal(a.dirs.v[0], "/EFI");
	assert_string_equal(a.dirs.v[1], "/EFI/BOOT");
	/* other files, other numbers; the same ones, the same */
	assert_int_equal(usb_disk_plan(&b, m, NULL), EK_OK);
	assert_int_equal(a.id, b.id);
	assert_int_equal(a.serial, b.serial);
	usb_disk_clear(&b);
	assert_int_equal(ek_media_put(m, "/X", "x", 1, NULL), EK_OK);
	assert_int_equal(usb_disk_plan(&b, m, NULL), EK_OK);
	assert_int_not_equal(a.id, b.id);
	usb_disk_clear(&b);
	usb_disk_clear(&a);
	close_media();
}

/* A file with a hole: the size alone counts. */
static void test_plan_large(void **state)
{
	static const struct {
		off_t size;
		int rc;
	} rows[] = {
		{ (off_t)400 << 20, EK_OK },
		{ (off_t)4095 << 20, EK_OK },
		{ (off_t)60 << 30, EK_ELIMIT },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct usb_disk d;

		make_image(CFG, CFG);
		assert_int_equal(truncate("d/S.V00", rows[i].size), 0);
		assert_int_equal(ek_image_open(&img, "d", NULL), EK_OK);
		assert_int_equal(ek_media_new(&m, img, NULL), EK_OK);
		assert_int_equal(usb_disk_plan(&d, m, NULL), rows[i].rc);
		if (rows[i].rc == EK_OK) {
			assert_int_equal(d.per_cluster, 8);
			assert_true(d.bytes > (uint64_t)rows[i].size +
				    (16u << 20));
			assert_true(d.bytes < (uint64_t)rows[i].size +
				    (32u << 20));
		}
		usb_disk_clear(&d);
		close_media();
		assert_int_equal(system("rm -rf d"), 0);
	}
}

static void test_time(void **state)
{
	(void)state;
	assert_int_equal(usb_time(1642766401), 1642766401);
	assert_int_equal(usb_time(0), EK_FAT_TIME_MIN);
	assert_int_equal(usb_time(INT64_MAX), EK_FAT_TIME_MAX);
}

/* ---- names -------------------------------------------------------------- */

static void test_names(void **state)
{
	static const struct {
		const char *path, *text; /* NULL: fine */
	} rows[] = {
		{ "/.DISCINFO", NULL },
		{ "/A-LONG.NAME.WITH_DOTS", NULL },
		{ "/d.x/Y", NULL },
		{ "/A*", "character" },
		{ "/A?", "character" },
		{ "/A[1]", "character" },
		{ "/A:B", "character" },
		{ "/A\\B", "character" },
		{ "/A B", "character" },
		{ "/A\303\244", "character" },
		{ "/A.", "ends in a dot" },
		{ "/D./A", "ends in a dot" },
	};
	char path[300];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ek_err err = EK_ERR_INIT;

		open_media();
		assert_int_equal(ek_media_put(m, rows[i].path, "", 0, NULL),
				 EK_OK);
		assert_int_equal(usb_check_files(m, &err),
				 rows[i].text != NULL ? EK_EREFUSE : EK_OK);
		if (rows[i].text != NULL)
			assert_non_null(strstr(err.msg, rows[i].text));
		close_media();
		assert_int_equal(system("rm -rf d"), 0);
	}
	open_media();
	memset(path, 'x', sizeof(path));
	path[0] = '/';
	path[256] = '\0';
	assert_int_equal(ek_media_put(m, path, "", 0, NULL), EK_OK);
	assert_int_equal(usb_check_files(m, NULL), EK_OK);
	path[256] = 'x';
	path[257] = '\0';
	assert_int_equal(ek_media_put(m, path, "", 0, NULL), EK_OK);
	assert_int_equal(usb_check_files(m, NULL), EK_EREFUSE);
	close_media();
}

static void test_short(void **state)
{
	static const struct {
		const char *more, *want;
	} rows[] = {
		{ "", "" },
		{ " --- /mylongdriver.v00", "1 module such as '/MYLONGDRIVER"
		  ".V00' has no 8.3 name: UEFI" },
		{ " --- /mylongdriver.v00 --- /mylongdrill.v00",
		  "2 modules such as '/MYLONGDRIVER.V00' have no 8.3 name, and"
		  " '/MYLONGDRILL.V00' and '/MYLONGDRIVER.V00' are one in 8.3"
		  ": UEFI" },
		/* the same twice is no clash */
		{ " --- /s.v00", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ek_buf text = EK_BUF_INIT;
		char *cfg;

		assert_true(asprintf(&cfg, "kernel=/b.b00\nmodules=/s.v00%s\n",
				     rows[i].more) > 0);
		make_image(cfg, CFG);
		put_file("d/MYLONGDRIVER.V00", "1");
		put_file("d/MYLONGDRILL.V00", "2");
		assert_int_equal(ek_image_open(&img, "d", NULL), EK_OK);
		assert_int_equal(usb_check_short(img, &text, NULL), EK_OK);
		assert_memory_equal(ek_buf_str(&text), rows[i].want,
				    strlen(rows[i].want));
		assert_int_equal(text.len == 0, rows[i].want[0] == '\0');
		ek_buf_free(&text);
		ek_image_close(&img);
		free(cfg);
		assert_int_equal(system("rm -rf d"), 0);
	}
}

/* ---- the proof can fail ------------------------------------------------- */

static void no_add(void *ctx, uint64_t n)
{
	(void)ctx;
	(void)n;
}

/* The image as usb_run.c writes it. */
static void write_image(const struct usb_image *to, const struct usb_disk *d)
{
	const struct ek_media_file *f;
	unsigned char mbr[USB_SECTOR];

	usb_disk_mbr(d, mbr);
	assert_int_equal(ftruncate(to->fd, (off_t)d->bytes), 0);
	assert_int_equal(pwrite(to->fd, mbr, sizeof(mbr), 0), sizeof(mbr));
	assert_int_equal(usb_mformat(to, d, 1642766401, NULL), EK_OK);
	for (size_t i = 0; i < d->dirs.n; i++)
		assert_int_equal(usb_mmd(to, d->dirs.v[i], 1642766401, NULL),
				 EK_OK);
	for (size_t i = 0; (f = ek_media_at(m, i)) != NULL; i++) {
		struct ek_in *in;

		assert_int_equal(ek_media_in(m, f, &in, NULL), EK_OK);
		assert_int_equal(usb_mcopy(to, f->path, f->mtime, in, NULL),
				 EK_OK);
		ek_in_close(&in);
	}
}

/* Where this text lies on the image. */
static off_t find_text(int fd, const char *text)
{
	static char buf[4 << 20];
	ssize_t n = pread(fd, buf, sizeof(buf), 0);
	const char *p = memmem(buf, (size_t)n, text, strlen(text));

	assert_non_null(p);
	return p - buf;
}

static void flip(int fd, off_t at)
{
	unsigned char c;

	assert_int_equal(pread(fd, &c, 1, at), 1);
	c ^= 1;
	assert_int_equal(pwrite(fd, &c, 1, at), 1);
}

static void refused(const struct usb_image *to, const struct usb_disk *d,
		    const char *text)
{
	struct ek_err err = EK_ERR_INIT;
	int rc = usb_prove(to, d, m, no_add, NULL, &err);

	assert_true(rc == EK_EREFUSE || rc == EK_EFORMAT);
	if (strstr(err.msg, text) == NULL)
		fail_msg("'%s' has no '%s'", err.msg, text);
}

static void test_prove(void **state)
{
	struct usb_image to = { -1, "out.img" };
	struct usb_disk d;
	struct ek_in *in;
	off_t at;

	(void)state;
	if (system("command -v mformat >/dev/null") != 0)
		skip();
	open_media();
	to.fd = open("out.img", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(to.fd >= 0);
	assert_int_equal(usb_disk_plan(&d, m, NULL), EK_OK);
	write_image(&to, &d);
	assert_int_equal(usb_prove(&to, &d, m, no_add, NULL, NULL),
			 EK_OK);
	flip(to.fd, 500);
	refused(&to, &d, "another partition table");
	flip(to.fd, 500);
	at = find_text(to.fd, "driver");
	flip(to.fd, at);
	refused(&to, &d, "'/NET-E1.V00' is not there, or not the same");
	flip(to.fd, at);
	ek_media_set_mtime(m, 1642766404);
	refused(&to, &d, "is not there, or not the same");
	ek_media_set_mtime(m, 1642766400); /* even seconds */
	d.serial++;
	refused(&to, &d, "another size or serial number");
	d.serial--;
	assert_int_equal(usb_prove(&to, &d, m, no_add, NULL, NULL),
			 EK_OK);
	assert_int_equal(ek_in_open_mem(&in, "x", "x", 1, NULL), EK_OK);
	assert_int_equal(usb_mcopy(&to, "/MORE", 0, in, NULL), EK_OK);
	ek_in_close(&in);
	refused(&to, &d, "more files or fewer");
	close(to.fd);
	usb_disk_clear(&d);
	close_media();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mbr),
		cmocka_unit_test_setup_teardown(test_plan, enter, leave),
		cmocka_unit_test_setup_teardown(test_plan_large, enter, leave),
		cmocka_unit_test(test_time),
		cmocka_unit_test_setup_teardown(test_names, enter, leave),
		cmocka_unit_test_setup_teardown(test_short, enter, leave),
		cmocka_unit_test_setup_teardown(test_prove, enter, leave),
	};

	return cmocka_run_group_tests_name("usb", tests, NULL, NULL);
}
