/* SPDX-License-Identifier: BSD-2-Clause */
/* t_rules_payload.c - unit tests of rules_payload.h and ek_gz_scan() */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "ek/err.h"
#include "ek/finding.h"
#include "ek/io.h"
#include "ek/release.h"
#include "ek/rules_payload.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

enum { D_SIZE = 69000, ROOM = 128 << 10 };

/* A file being put together. */
struct file {
	unsigned char p[ROOM];
	size_t n;
};

static void put(struct file *f, const void *data, size_t len)
{
	assert_true(f->n + len <= ROOM);
	memcpy(f->p + f->n, data, len);
	f->n += len;
}

static void put_le32(struct file *f, unsigned long v)
{
	for (int i = 0; i < 4; i++, v >>= 8)
		put(f, &(unsigned char){ (unsigned char)v }, 1);
}

/* The text D, and others of any length. */
static const unsigned char *text(void)
{
	static unsigned char d[D_SIZE];

	for (size_t i = 0; i < D_SIZE; i++)
		d[i] = (unsigned char)"boot image of tests\n"[i % 20];
	return d;
}

/* One member of the first len bytes of D; flags as in RFC 1952. */
static void member(struct file *f, size_t len, unsigned flags, int level)
{
	const unsigned char head[10] = {
		0x1f, 0x8b, 8, (unsigned char)flags, 0, 0, 0, 0, 2, 255,
	};
	z_stream z = { .zalloc = NULL };

	put(f, head, sizeof(head));
	if (flags & 4)
		put(f, "\x03\0abc", 5);
	if (flags & 8)
		put(f, "s.v00", 6);
	if (flags & 16)
		put(f, "a comment", 10);
	if (flags & 2)
		put(f, "\x12\x34", 2); /* wrong, and not looked at */
	assert_int_equal(deflateInit2(&z, level, Z_DEFLATED, -15, 8, 0), Z_OK);
	z.next_in = (unsigned char *)(uintptr_t)text();
	z.avail_in = (unsigned)len;
	z.next_out = f->p + f->n;
	z.avail_out = (unsigned)(ROOM - f->n);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	f->n += z.total_out;
	deflateEnd(&z);
	put_le32(f, crc32(0, text(), (unsigned)len));
	put_le32(f, (unsigned long)len);
}

static void m(struct file *f)
{
	member(f, D_SIZE, 0, 9);
}

/* ---- the cases that were measured with the loader ------------------------ */

static void f_name(struct file *f) { member(f, D_SIZE, 8, 9); }
static void f_comment(struct file *f) { member(f, D_SIZE, 16, 9); }
static void f_extra(struct file *f) { member(f, D_SIZE, 4, 9); }
static void f_hcrc(struct file *f) { member(f, D_SIZE, 2, 9); }
static void f_all(struct file *f) { member(f, D_SIZE, 30, 9); }
static void f_text(struct file *f) { member(f, D_SIZE, 1, 9); }
static void empty(struct file *f) { member(f, 0, 0, 9); }
static void other(struct file *f) { m(f); member(f, 5000, 0, 9); }
static void twice(struct file *f) { m(f); m(f); }
static void m_empty(struct file *f) { m(f); empty(f); }
static void empty_m(struct file *f) { empty(f); m(f); }
static void zero1(struct file *f) { m(f); put(f, "", 1); }
static void zero512(struct file *f)
{
	static const unsigned char z[512];

	m(f);
	put(f, z, 512);
}
static void text8(struct file *f) { m(f); put(f, "textabcd", 8); }
static void bad_crc(struct file *f) { m(f); f->p[f->n - 8] ^= 1; }
static void long_isize(struct file *f) { m(f); f->p[f->n - 4]++; }
static void huge_isize(struct file *f) { m(f); f->p[f->n - 1] = 0xff; }
static void short_isize(struct file *f) { m(f); f->p[f->n - 4]--; }
static void cut20(struct file *f) { m(f); f->n -= 20; }
static void cut1(struct file *f) { m(f); f->n -= 1; }
static void plain(struct file *f) { put(f, text(), D_SIZE); }
static void nothing(struct file *f) { f->n = 0; }
static void reserved(struct file *f) { m(f); f->p[3] = 0x20; }
static void method7(struct file *f) { m(f); f->p[2] = 7; }
static void head3(struct file *f) { put(f, "\x1f\x8b\x08", 3); }
static void stored(struct file *f) { member(f, 5000, 0, 0); }
static void one(struct file *f) { member(f, 1, 0, 9); }
static void two_zeros(struct file *f)
{
	member(f, 2, 0, 9);
	put(f, "\0\0\0\0\0\0\0", 8);
}
static void xz(struct file *f) { put(f, "\xfd""7zXZ\0rest", 10); }
static void damaged(struct file *f)
{
	member(f, D_SIZE, 0, 9);
	/* block type 3 does not exist */
	f->p[10] = 0x07;
}
static void one_byte(struct file *f) { put(f, "\x1f", 1); }
static void no_data(struct file *f)
{
	put(f, "\x1f\x8b\x08\0\0\0\0\0\2\xff" "abcdefgh", 18);
}
static void no_trailer(struct file *f)
{
	put(f, "\x1f\x8b\x08\0\0\0\0\0\2\xff" "abc", 13);
}
static void endless_name(struct file *f)
{
	put(f, "\x1f\x8b\x08\x08\0\0\0\0\2\xff", 10);
	put(f, text(), D_SIZE);
}
static void cut_extra(struct file *f)
{
	put(f, "\x1f\x8b\x08\x04\0\0\0\0\2\xff\xff\xff" "abc", 15);
}

static const struct {
	const char *name;
	void (*make)(struct file *f);
	int bios, uefi;
	uint64_t size;
	const char *findings; /* codes */
} cases[] = {
	{ "a no flags", m, 0, 0, D_SIZE, "" },
	{ "b FNAME", f_name, 0, 0, D_SIZE, "" },
	{ "c FCOMMENT", f_comment, 0, 0, D_SIZE, "" },
	{ "d FEXTRA", f_extra, 0, 0, D_SIZE, "" },
	{ "e FHCRC", f_hcrc, 0, 0, D_SIZE, "" },
	{ "f all four", f_all, 0, 0, D_SIZE, "" },
	{ "g FTEXT", f_text, 0, 0, D_SIZE, "" },
	{ "h E alone", empty, 0, 0, 0, "module-nothing " },
	{ "i M, other member", other, 6, 6, 0, "module-gzip " },
	{ "j M, M", twice, 0, 0, D_SIZE, "module-trailing " },
	{ "k M, E", m_empty, 0, 0, 0, "module-trailing " },
	{ "l E, M", empty_m, 28, 28, 0, "module-gzip " },
	{ "m M, one zero", zero1, 6, 6, 0, "module-gzip " },
	{ "n M, 512 zeros", zero512, 28, 28, 0, "module-gzip " },
	{ "o M, 8 bytes", text8, 28, 28, 0, "module-gzip " },
	{ "p wrong CRC", bad_crc, 28, 28, 0, "module-gzip " },
	{ "q ISIZE + 1", long_isize, 0, 0, D_SIZE, "module-length " },
	{ "r cut by 20", cut20, 6, 6, 0, "module-gzip " },
	{ "s plain", plain, 0, 0, D_SIZE, "module-plain " },
	{ "t 0 bytes", nothing, 15, 0, 0, "module-empty " },
	{ "u reserved flag", reserved, 37, 37, 0, "module-gzip " },
	{ "v method 7", method7, 4, 4, 0, "module-gzip " },
	{ "w 1f 8b 08 only", head3, 37, 37, 0, "module-gzip " },
	{ "x stored", stored, 0, 0, 5000, "" },
	{ "y one byte", one, 0, 0, 1, "" },
	{ "z two bytes, 8 zeros", two_zeros, 0, 0, 0, "module-trailing " },
	{ "za xz", xz, 0, 0, 10, "module-plain " },

	/* from the rules behind them */
	{ "ISIZE far too large", huge_isize, 0, 0, D_SIZE, "module-length " },
	{ "ISIZE - 1", short_isize, 6, 6, 0, "module-gzip " },
	{ "cut by 1", cut1, 28, 28, 0, "module-gzip " },
	{ "damaged", damaged, 33, 33, 0, "module-gzip " },
	{ "one byte of the magic", one_byte, 0, 0, 1, "module-plain " },
	{ "no data at all", no_data, 33, 33, 0, "module-gzip " },
	{ "no room for a trailer", no_trailer, 6, 6, 0, "module-gzip " },
	{ "name without end", endless_name, 37, 37, 0, "module-gzip " },
	{ "extra field without end", cut_extra, 37, 37, 0, "module-gzip " },
};

static void look(const struct file *f, struct ek_module_file *file)
{
	struct ek_in *in;

	assert_int_equal(ek_in_open_mem(&in, "t", f->p, f->n, NULL), EK_OK);
	assert_int_equal(ek_module_file_look(in, file, NULL), EK_OK);
	assert_int_equal(file->scan.file_size, f->n);
	ek_in_close(&in);
}

static void codes(const struct ek_rules_payload *s, char *out, size_t room)
{
	struct ek_findings *f;
	size_t n = 0;

	out[0] = '\0';
	assert_int_equal(ek_findings_new(&f, NULL), EK_OK);
	assert_int_equal(ek_rules_run(ek_rules_payload, ek_rules_payload_count,
				      EK_RALL, s, f, NULL), EK_OK);
	for (size_t i = 0; i < ek_findings_count(f); i++)
		n += (size_t)snprintf(out + n, room - n, "%s ",
				      ek_findings_at(f, i)->code);
	ek_findings_free(&f);
}

static void test_cases(void **state)
{
	struct ek_rules_payload s = { .subject = "t", .path = "/x.v00" };
	struct file *f = calloc(1, sizeof(*f));
	char got[256];

	(void)state;
	assert_non_null(f);
	for (size_t i = 0; i < N(cases); i++) {
		f->n = 0;
		cases[i].make(f);
		look(f, &s.file);
		codes(&s, got, sizeof(got));
		if ((int)s.file.bios != cases[i].bios ||
		    (int)s.file.uefi != cases[i].uefi ||
		    (cases[i].bios == 0 && s.file.size != cases[i].size) ||
		    strcmp(got, cases[i].findings) != 0)
			fail_msg("%s: bios %d, uefi %d, size %llu, %s",
				 cases[i].name, (int)s.file.bios,
				 (int)s.file.uefi,
				 (unsigned long long)s.file.size, got);
	}
	free(f);
}

/* The place-holders of the installer are gzip of nothing. */
static void test_placeholders(void **state)
{
	static const char *const names[] = {
		"/useropts.gz", "JUMPSTRT.GZ", "http://h/esx/features.gz",
	};
	struct ek_rules_payload s = { .subject = "t" };
	struct file *f = calloc(1, sizeof(*f));
	char got[256];

	(void)state;
	assert_non_null(f);
	empty(f);
	look(f, &s.file);
	for (size_t i = 0; i < N(names); i++) {
		s.path = names[i];
		codes(&s, got, sizeof(got));
		assert_string_equal(got, "");
	}
	free(f);
}

/* Whatever bit is flipped in the packed data, it is not taken for good, unless
 * the bytes that come out are the same. */
static void test_flips(void **state)
{
	struct file *good = calloc(1, sizeof(*good));
	struct file *f = calloc(1, sizeof(*f));
	struct ek_module_file file;

	(void)state;
	assert_non_null(good);
	assert_non_null(f);
	member(good, 3000, 0, 9);
	for (size_t i = 10 * 8; i < good->n * 8; i++) {
		*f = *good;
		f->p[i / 8] ^= (unsigned char)(1u << (i % 8));
		look(f, &file);
		if (file.bios == EK_BOOT_OK && file.scan.tail_size == 3000)
			assert_int_equal(file.scan.crc,
					 crc32(0, text(), 3000));
	}
	/* and wherever it is cut */
	for (size_t n = 2; n < good->n; n++) {
		*f = *good;
		f->n = n;
		look(f, &file);
		assert_int_not_equal(file.bios, EK_BOOT_OK);
	}
	free(good);
	free(f);
}

/* Data of more than one buffer, packed and unpacked. */
static void test_large(void **state)
{
	struct ek_module_file file;
	struct file *f = calloc(1, sizeof(*f));

	(void)state;
	assert_non_null(f);
	member(f, D_SIZE, 0, 0);
	assert_true(f->n > 65536);
	look(f, &file);
	assert_int_equal(file.bios, EK_BOOT_OK);
	assert_int_equal(file.size, D_SIZE);
	assert_int_equal(file.scan.data_end + 8, f->n);
	free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_placeholders),
		cmocka_unit_test(test_flips),
		cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests_name("rules_payload", tests, NULL, NULL);
}
