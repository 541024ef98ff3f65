/* SPDX-License-Identifier: BSD-2-Clause */
/* t_imgscan.c - unit tests of imgscan.h; with a database: tests/cli/esxi-*.sh */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/deflate.h"
#include "ek/digest.h"
#include "ek/entry.h"
#include "ek/err.h"
#include "ek/gnutar.h"
#include "ek/image.h"
#include "ek/imgscan.h"
#include "ek/io.h"
#include "image_dir.h"

#define CFG(modules) "bootstate=0\nkernel=/b.b00\nkernelopt=\nmodules=" \
	modules "\nbuild=\nupdated=0\n"

#define MAP "etc/vmware/default.map.d/x.map"
#define IDS "usr/share/hwdata/default.pciids.d/x.ids"

static void put_entry(struct ek_out *out, const char *name, const char *text)
{
	char path[128];
	const struct ek_entry e = { .name = path, .type = EK_FT_FILE,
				    .mode = 0644, .size = strlen(text) };

	snprintf(path, sizeof(path), "%s", name);
	assert_int_equal(ek_gnutar_file(out, &e, text, NULL), EK_OK);
}

/* A tgz with a map, a list of names and a file. */
static void put_driver(const char *path, const char *map)
{
	struct ek_out *to, *out;

	assert_int_equal(ek_out_open(&to, path, NULL), EK_OK);
	assert_int_equal(ek_out_open_gzip(&out, to, 9, NULL), EK_OK);
	put_entry(out, "usr/lib/x", "hello");
	put_entry(out, MAP, map);
	put_entry(out, IDS, "8086  Intel\n\t10d3  A card\n");
	ek_gnutar_end(out, 1);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	assert_int_equal(ek_out_commit(&to, NULL), EK_OK);
}

static struct ek_imgscan *scan(struct ek_image **img,
			       const struct ek_imgscan_opts *o)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_imgscan *s;

	assert_int_equal(ek_image_open(img, "d", &err), EK_OK);
	if (ek_imgscan_new(&s, *img, o, &err) != EK_OK)
		fail_msg("%s", err.msg);
	return s;
}

/* Who loads what, and where; what is not there is a record too. */
static void test_boots(void **state)
{
	const struct ek_imgscan_opts o = { .threads = 1 };
	const struct ek_scan_file *f;
	struct ek_imgscan *s;
	struct ek_image *img;

	(void)state;
	make_image(CFG("/S.v00 --- /net-e1.v00 --- /gone.v00"),
		   CFG("/net-e1.v00 --- /s.v00"));
	s = scan(&img, &o);
	assert_int_equal(ek_imgscan_count(s), 4);
	f = ek_imgscan_find(s, "B.B00");
	assert_non_null(f);
	assert_true(f->kernel);
	assert_int_equal(f->boots, EK_SCAN_BIOS | EK_SCAN_UEFI);
	f = ek_imgscan_find(s, "s.v00");
	assert_int_equal(f->place[EK_BOOT_BIOS], 0);
	assert_int_equal(f->place[EK_BOOT_UEFI], 1);
	assert_string_equal(f->file->path, "/S.V00");
	assert_false(f->kernel);
	assert_false(f->looked);
	f = ek_imgscan_find(s, "gone.v00");
	assert_null(f->file);
	assert_int_equal(f->boots, EK_SCAN_BIOS);
	assert_null(ek_imgscan_find(s, "mboot.c32"));
	assert_null(ek_imgscan_at(s, 4));
	assert_null(ek_imgscan_db(s));
	assert_non_null(strstr(ek_imgscan_why(s)->msg, "no image database"));
	assert_ptr_equal(ek_imgscan_image(s), img);
	ek_imgscan_free(&s);
	assert_null(s);
	ek_image_close(&img);
}

static void count(void *ctx, uint64_t done, uint64_t total)
{
	assert_true(done <= total);
	++*(size_t *)ctx;
}

static void check_driver(const struct ek_scan_file *f)
{
	char hex[EK_DIGEST_HEX];

	assert_true(f->looked);
	assert_int_equal(f->look.rc, EK_OK);
	assert_int_equal(f->n_entries, 3);
	assert_string_equal(f->entries[0].path, MAP);
	assert_string_equal(f->entries[1].path, "usr/lib/x");
	assert_int_equal(f->entries[1].size, 5);
	assert_int_equal(ek_digest_mem(EK_SHA256, "hello", 5, hex, NULL),
			 EK_OK);
	assert_string_equal(f->entries[1].sha256, hex);
	assert_string_equal(f->entries[2].path, IDS);
	assert_int_equal(f->n_maps, 1);
	assert_string_equal(f->maps[0].map.v[0].driver, "x");
	assert_int_equal(f->n_ids, 1);
	assert_string_equal(f->ids[0].ids.v[1].name, "A card");
	assert_null(f->odd);
}

/* The same whatever the number of threads. */
static void test_reads(void **state)
{
	(void)state;
	make_image(CFG("/s.v00 --- /net-e1.v00"), NULL);
	put_driver("d/S.V00", "regtype=native,bus=pci,id=808610d3..............,"
		   "driver=x,class=network\n");
	for (unsigned threads = 1; threads <= 4; threads++) {
		size_t told = 0;
		const struct ek_imgscan_opts o = {
			.threads = threads, .read = true, .entries = true,
			.maps = true, .progress = count, .ctx = &told,
		};
		struct ek_image *img;
		struct ek_imgscan *s = scan(&img, &o);

		assert_int_equal(told, 3);
		check_driver(ek_imgscan_find(s, "s.v00"));
		assert_int_equal(ek_imgscan_find(s, "net-e1.v00")->n_entries,
				 0);
		ek_imgscan_free(&s);
		ek_image_close(&img);
	}
}

/* Entries of one file, and no digest but that of the file. */
static void test_plain(void **state)
{
	const struct ek_imgscan_opts o = {
		.threads = 1, .read = true, .entries = true,
		.entries_of = "s.v00", .plain = true,
	};
	const struct ek_scan_file *f;
	struct ek_imgscan *s;
	struct ek_image *img;

	(void)state;
	make_image(CFG("/s.v00 --- /net-e1.v00"), NULL);
	put_driver("d/S.V00", "x\n");
	put_driver("d/NET-E1.V00", "x\n");
	s = scan(&img, &o);
	f = ek_imgscan_find(s, "s.v00");
	assert_int_equal(f->n_entries, 3);
	assert_int_equal(strlen(f->entries[1].sha256), 64);
	assert_int_equal(strlen(f->look.sha256), 64);
	assert_string_equal(f->look.sha1, "");
	assert_string_equal(f->look.inside_sha256, "");
	assert_int_equal(f->n_maps, 0);
	f = ek_imgscan_find(s, "net-e1.v00");
	assert_int_equal(f->n_entries, 0);
	assert_int_equal(f->look.files.n, 3);
	assert_int_equal(strlen(f->look.sha256), 64);
	ek_imgscan_free(&s);
	ek_image_close(&img);
}

/* A map that cannot be read is told, and the rest is there. */
static void test_odd(void **state)
{
	const struct ek_imgscan_opts o = { .threads = 1, .read = true,
					   .maps = true };
	const struct ek_scan_file *f;
	struct ek_imgscan *s;
	struct ek_image *img;

	(void)state;
	make_image(CFG("/s.v00"), NULL);
	put_driver("d/S.V00", "what is this\n");
	s = scan(&img, &o);
	f = ek_imgscan_find(s, "s.v00");
	assert_int_equal(f->n_maps, 0);
	assert_int_equal(f->n_ids, 1);
	assert_int_equal(f->n_entries, 0); /* not asked for */
	assert_non_null(strstr(f->odd, MAP));
	ek_imgscan_free(&s);
	ek_image_close(&img);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_boots, enter, leave),
		cmocka_unit_test_setup_teardown(test_reads, enter, leave),
		cmocka_unit_test_setup_teardown(test_plain, enter, leave),
		cmocka_unit_test_setup_teardown(test_odd, enter, leave),
	};

	return cmocka_run_group_tests_name("imgscan", tests, NULL, NULL);
}
