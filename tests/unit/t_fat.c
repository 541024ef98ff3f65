/* SPDX-License-Identifier: BSD-2-Clause */
/* t_fat.c - unit tests of fat.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/err.h"
#include "ek/fat.h"
#include "ek/io.h"
#include "fat_made.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Bytes before the file system, and behind it. */
enum { BEFORE = 1024, BEHIND = 512 };

static int open_disk(struct ek_fat **fat, struct ek_file **file, size_t len,
		     struct ek_err *err)
{
	int fd = memfd_create("fat", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, disk, len, BEFORE), (ssize_t)len);
	assert_int_equal(ftruncate(fd, (off_t)(BEFORE + len + BEHIND)), 0);
	assert_int_equal(ek_file_open_fd(file, fd, "x.img", NULL), EK_OK);
	close(fd);
	return ek_fat_open(fat, *file, BEFORE, len, err);
}

static void test_good(void **state)
{
	static const struct {
		const char *path, *alias;
		uint32_t size;
		bool dir;
	} want[] = {
		{ "/EFI", "EFI", 0, true },
		{ "/EFI/BOOT.CFG", "BOOT.CFG", EK_FAT_SECTOR, false },
		{ "/empty.x", "EMPTY.X", 0, false },
		{ "/mylongcustomdriver.tgz", "MYLONG~1.TGZ", 10, false },
		{ "/S.V00", "S.V00", BIG_SIZE, false },
	};
	const struct ek_fat_volume *v;
	struct ek_err err = EK_ERR_INIT;
	struct ek_file *file;
	struct ek_fat *fat;

	(void)state;
	make_fat();
	if (open_disk(&fat, &file, sizeof(disk), &err) != EK_OK)
		fail_msg("%s", err.msg);
	v = ek_fat_volume(fat);
	assert_int_equal(v->sectors, SECTORS);
	assert_int_equal(v->clusters, SECTORS - DATA_AT);
	assert_int_equal(v->cluster_bytes, EK_FAT_SECTOR);
	assert_int_equal(v->hidden, 63);
	assert_int_equal(v->id, 0x12345678);
	assert_string_equal(v->label, "ESXI");
	assert_int_equal(ek_fat_count(fat), COUNT(want));
	for (size_t i = 0; i < COUNT(want); i++) {
		const struct ek_fat_node *n = ek_fat_at(fat, i);

		assert_string_equal(n->path, want[i].path);
		assert_string_equal(n->alias, want[i].alias);
		assert_int_equal(n->size, want[i].size);
		assert_int_equal(n->dir, want[i].dir);
		assert_int_equal(n->mtime, 1642766402);
	}
	assert_null(ek_fat_at(fat, COUNT(want)));
	assert_string_equal(ek_fat_find(fat, "/efi/boot.cfg")->path,
			    "/EFI/BOOT.CFG");
	assert_null(ek_fat_find(fat, "/MYLONG~1.TGZ"));
	ek_fat_close(&fat);
	ek_file_close(&file);
}

static void test_bytes(void **state)
{
	struct ek_file *file;
	struct ek_fat *fat;
	struct ek_in *in;
	char buf[BIG_SIZE + 1];
	size_t got;

	(void)state;
	make_fat();
	/* the chain need not ascend */
	set_next(C_BIG, C_FREE);
	set_next(C_FREE, C_BIG3);
	set_next(C_BIG2, 0);
	memset(at_cluster(C_FREE), 'f', EK_FAT_SECTOR);
	assert_int_equal(open_disk(&fat, &file, sizeof(disk), NULL), EK_OK);
	assert_int_equal(ek_fat_in(fat, ek_fat_find(fat, "/s.v00"), &in, NULL),
			 EK_OK);
	assert_int_equal(ek_in_read(in, buf, sizeof(buf), &got, NULL), EK_OK);
	assert_int_equal(got, BIG_SIZE);
	assert_int_equal(buf[0], 'a');
	assert_int_equal(buf[511], 'a');
	assert_int_equal(buf[512], 'f');
	assert_int_equal(buf[1024], 'c');
	assert_int_equal(buf[BIG_SIZE - 1], 'c');
	ek_in_close(&in);
	assert_int_equal(ek_fat_in(fat, ek_fat_find(fat, "/empty.x"), &in,
				   NULL), EK_OK);
	assert_int_equal(ek_in_read(in, buf, sizeof(buf), &got, NULL), EK_OK);
	assert_int_equal(got, 0);
	ek_in_close(&in);
	assert_int_equal(ek_fat_in(fat, ek_fat_find(fat, "/EFI"), &in, NULL),
			 EK_EREFUSE);
	assert_null(in);
	ek_fat_close(&fat);
	ek_file_close(&file);
}

/* ---- damage ------------------------------------------------------------- */

static unsigned char *root(unsigned n)
{
	return at_cluster(C_ROOT) + (size_t)n * 32;
}

static void no_mark(void) { disk[511] = 0; }
static void sector_size(void) { put16(disk + 11, 4096); }
static void is_fat16(void) { put16(disk + 22, 1); }
static void one_fat(void) { disk[16] = 1; }
static void no_cluster(void) { disk[13] = 0; }
static void odd_cluster(void) { disk[13] = 3; }
static void too_long(void) { put32(disk + 32, SECTORS + 1); }
static void huge(void) { put32(disk + 32, UINT32_MAX); }
static void fat_beyond(void) { put32(disk + 36, UINT32_MAX); }
static void fat_short(void) { put32(disk + 36, 0); }
static void fats_differ(void) { disk[(FAT_AT + 1) * EK_FAT_SECTOR + 100] = 1; }
static void root_none(void) { put32(disk + 44, 0); }
static void root_beyond(void) { put32(disk + 44, SECTORS); }
static void loop(void) { set_next(C_BIG3, C_BIG); }
static void to_free(void) { set_next(C_BIG2, 0); }
static void bad_cluster(void) { set_next(C_BIG2, 0x0ffffff7); }
static void crossed(void) { put16(root(6) + 26, C_BIG3); }
static void lost(void) { set_next(C_FREE, LAST); }
static void size_more(void) { put32(root(3) + 28, 1537); }
static void size_less(void) { put32(root(3) + 28, 1024); }
static void size_huge(void) { put32(root(3) + 28, UINT32_MAX); }
static void empty_cluster(void) { put16(root(7) + 26, C_BIG); }
static void dir_size(void) { put32(root(1) + 28, 512); }
static void dir_loop(void) { put16(root(1) + 26, C_ROOT); }
static void dir_none(void) { put16(root(1) + 26, 0); }
static void sum_wrong(void) { root(6)[0] = 'N'; }
static void piece_gone(void) { root(5)[0] = 0xe5; }
static void piece_order(void) { root(5)[0] = 2; }
static void piece_zero(void) { root(4)[0] = 0x40; }
static void piece_many(void) { root(4)[0] = 0x7f; }
static void piece_last(void) { piece(C_ROOT, 7, 0x41, "x", "X          "); }
static void not_ascii(void) { root(5)[2] = 4; }
static void slash(void) { root(5)[1] = '/'; }
static void dots(void) { memcpy(root(3), "..         ", 11); }
static void control(void) { root(3)[0] = 1; }
static void twice(void) { memcpy(root(3), "EMPTY   X  ", 11); }
static void nameless(void) { memset(root(3), ' ', 11); }

static void test_damage(void **state)
{
	static const struct {
		void (*harm)(void);
		const char *text;
	} rows[] = {
		{ no_mark, "no boot sector" },
		{ sector_size, "no boot sector" },
		{ is_fat16, "is not FAT32" },
		{ one_fat, "is not FAT32" },
		{ no_cluster, "do not fit" },
		{ odd_cluster, "do not fit" },
		{ too_long, "do not fit" },
		{ huge, "do not fit" },
		{ fat_beyond, "do not fit" },
		{ fat_short, "too small" },
		{ fats_differ, "FATs differ" },
		{ root_none, "'/' goes on at cluster 0" },
		{ root_beyond, "which is none" },
		{ loop, "cluster 3 of '/S.V00' was there before" },
		{ to_free, "'/S.V00' goes on at cluster 0" },
		{ bad_cluster, "'/S.V00' goes on at cluster 268435447" },
		{ crossed, "cluster 5 of '/mylongcustomdriver.tgz' was there" },
		{ lost, "cluster 9 is taken and belongs to no file" },
		{ size_more, "has 1537 bytes and 3 clusters" },
		{ size_less, "has 1024 bytes and 3 clusters" },
		{ size_huge, "has 4294967295 bytes and 3 clusters" },
		{ empty_cluster, "an empty file with a cluster" },
		{ dir_size, "a directory with a size" },
		{ dir_loop, "cluster 2 of '/EFI' was there before" },
		{ dir_none, "'/EFI' goes on at cluster 0" },
		{ sum_wrong, "without its short one" },
		{ piece_gone, "without its short one" },
		{ piece_order, "not in order" },
		{ piece_zero, "not in order" },
		{ piece_many, "not in order" },
		{ piece_last, "without its short one" },
		{ not_ascii, "outside ASCII" },
		{ slash, "a name that none can have" },
		{ dots, "a name that none can have" },
		{ control, "a name that none can have" },
		{ twice, "two of name '/empty.x'" },
		{ nameless, "a name that none can have" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ek_err err = EK_ERR_INIT;
		struct ek_file *file;
		struct ek_fat *fat;

		make_fat();
		rows[i].harm();
		assert_int_equal(open_disk(&fat, &file, sizeof(disk), &err),
				 EK_EFORMAT);
		assert_null(fat);
		if (strstr(err.msg, rows[i].text) == NULL)
			fail_msg("row %zu: '%s' has no '%s'", i, err.msg,
				 rows[i].text);
		assert_non_null(strstr(err.msg, "x.img"));
		ek_file_close(&file);
	}
}

static void test_cut(void **state)
{
	(void)state;
	make_fat();
	for (size_t n = 0; n < sizeof(disk); n += 256) {
		struct ek_err err = EK_ERR_INIT;
		struct ek_file *file;
		struct ek_fat *fat;

		assert_int_equal(open_disk(&fat, &file, n, &err), EK_EFORMAT);
		assert_null(fat);
		ek_file_close(&file);
	}
}

/* A chain of directories, each in the one before. */
static void test_deep(void **state)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_file *file;
	struct ek_fat *fat;

	(void)state;
	make_fat();
	put16(root(1) + 26, C_FREE);
	set_next(C_EFI, 0);
	set_next(C_CFG, 0);
	for (unsigned c = C_FREE; c < C_FREE + EK_FAT_DEPTH_MAX; c++) {
		set_next(c, LAST);
		if (c + 1 < C_FREE + EK_FAT_DEPTH_MAX)
			entry(c, 0, "D          ", 0x10, c + 1, 0);
	}
	assert_int_equal(open_disk(&fat, &file, sizeof(disk), &err), EK_OK);
	ek_fat_close(&fat);
	ek_file_close(&file);
	set_next(C_FREE + EK_FAT_DEPTH_MAX, LAST);
	entry(C_FREE + EK_FAT_DEPTH_MAX - 1, 0, "D          ", 0x10,
	      C_FREE + EK_FAT_DEPTH_MAX, 0);
	assert_int_equal(open_disk(&fat, &file, sizeof(disk), &err),
			 EK_ELIMIT);
	ek_file_close(&file);
}

/* A byte changed anywhere: read, or refused with a text. */
static void test_flip(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(disk); i += 3) {
		struct ek_err err = EK_ERR_INIT;
		struct ek_file *file;
		struct ek_fat *fat;

		make_fat();
		disk[i] ^= 0xa5;
		if (open_disk(&fat, &file, sizeof(disk), &err) != EK_OK) {
			assert_null(fat);
			assert_true(err.msg[0] != '\0');
		}
		ek_fat_close(&fat);
		ek_file_close(&file);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_deep),
		cmocka_unit_test(test_flip),
	};

	return cmocka_run_group_tests_name("fat", tests, NULL, NULL);
}
