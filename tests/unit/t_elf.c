/* SPDX-License-Identifier: BSD-2-Clause */
/* t_elf.c - unit tests of elf.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <time.h>
#include <cmocka.h>

#include "../fix/vmtar_cases.h"
#include "ek/elf.h"
#include "ek/err.h"

#define NOT_EXEC "not a valid exec file"

struct file {
	const unsigned char *p;
	size_t len;
};

/* Nothing outside the file is ever asked for. */
static int read_file(void *ctx, uint64_t off, void *buf, size_t n,
		     struct ek_err *err)
{
	const struct file *f = ctx;

	(void)err;
	assert_true(off <= f->len && n <= f->len - off);
	memcpy(buf, f->p + off, n);
	return EK_OK;
}

static int fail_read(void *ctx, uint64_t off, void *buf, size_t n,
		     struct ek_err *err)
{
	(void)ctx;
	(void)off;
	(void)buf;
	(void)n;
	return ek_fail(err, EK_EFORMAT, "no");
}

/* One change of bytes to a file of vmtar_cases.h, and what comes out. */
static const struct row {
	const char *what;
	const struct vc_elf *elf;
	size_t at, len;
	uint64_t value;
	struct ek_elf_text want;
	const char *note;
} rows[] = {
	{ "text", &vc_elf_text, 0, 0, 0, { 0x1000, 2, 0 }, NULL },
	{ "rela", &vc_elf_rela, 0, 0, 0, { 0x1000, 3, 2 }, NULL },
	{ "rel32", &vc_elf_rel32, 0, 0, 0, { 0, 3, 2 }, NULL },
	{ "arm64", &vc_elf_arm64, 0, 0, 0, { 0, 3, 1 }, NULL },
	{ "memsz", &vc_elf_memsz, 0, 0, 0, { 0, 5, 0 }, NULL },
	{ "two", &vc_elf_two, 0, 0, 0, { 0, 0, 0 },
	  "only 1 executable load section supported" },
	{ "object", &vc_elf_obj, 0, 0, 0, { 0, 0, 0 }, NOT_EXEC },
	/* not looked at: class, byte order, version, type */
	{ "class", &vc_elf_rela, 4, 1, 1, { 0x1000, 3, 2 }, NULL },
	{ "byte order", &vc_elf_rela, 5, 1, 2, { 0x1000, 3, 2 }, NULL },
	{ "version", &vc_elf_rela, 20, 4, 9, { 0x1000, 3, 2 }, NULL },
	{ "type", &vc_elf_rela, 16, 2, 77, { 0x1000, 3, 2 }, NULL },
	/* a machine that is neither is read as 32 bits */
	{ "machine", &vc_elf_rela, 18, 2, 21, { 0, 0, 0 }, NOT_EXEC },
	{ "machine 32", &vc_elf_rel32, 18, 2, 8, { 0, 3, 2 }, NULL },
	{ "phoff 0", &vc_elf_rela, 32, 8, 0, { 0, 0, 0 }, NOT_EXEC },
	{ "phnum 0", &vc_elf_rela, 56, 2, 0, { 0, 0, 0 }, NOT_EXEC },
	{ "phentsize", &vc_elf_rela, 54, 2, 57, { 0, 0, 0 }, NOT_EXEC },
	{ "shoff 0", &vc_elf_rela, 40, 8, 0, { 0, 0, 0 }, NOT_EXEC },
	{ "shnum 0", &vc_elf_rela, 60, 2, 0, { 0, 0, 0 }, NOT_EXEC },
	{ "shentsize", &vc_elf_rela, 58, 2, 40, { 0, 0, 0 }, NOT_EXEC },
	{ "phdrs beyond", &vc_elf_rela, 32, 8, 17494 - 55, { 0, 0, 0 },
	  "could not read phdr" },
	{ "phdrs far beyond", &vc_elf_rela, 32, 8, UINT64_MAX, { 0, 0, 0 },
	  "could not read phdr" },
	{ "many phdrs", &vc_elf_rela, 56, 2, 65535, { 0, 0, 0 },
	  "could not read phdr" },
	{ "shdrs beyond", &vc_elf_rela, 40, 8, 17494 - 127, { 0, 0, 0 },
	  "could not read shdr" },
	{ "many shdrs", &vc_elf_rela, 60, 2, 65535, { 0, 0, 0 },
	  "could not read shdr" },
	{ "rels beyond", &vc_elf_rela, 240 + 64 + 24, 8, 17494 - 119,
	  { 0, 0, 0 }, "could not read rel" },
	{ "rels of 2^63", &vc_elf_rela, 240 + 64 + 32, 8, 1ull << 63,
	  { 0, 0, 0 }, "could not read rel" },
	{ "unaligned", &vc_elf_rela, 64 + 16, 8, 0x401001, { 0, 0, 0 },
	  "text address not aligned on page boundary" },
	{ "ends at 64 GiB", &vc_elf_rela, 64 + 40, 8,
	  0x1000000000 - 0x401000 - 1, { 0x1000, 0xfffbfe, 3 }, NULL },
	{ "ends behind 64 GiB", &vc_elf_rela, 64 + 40, 8,
	  0x1000000000 - 0x401000, { 0, 0, 0 }, "text region is too big" },
	{ "wraps", &vc_elf_rela, 64 + 40, 8, UINT64_MAX, { 0, 0, 0 },
	  "text region is too big" },
	{ "not executable", &vc_elf_rela, 64 + 4, 4, 4, { 0, 0, 0 }, NULL },
	{ "not loaded", &vc_elf_rela, 64, 4, 2, { 0, 0, 0 }, NULL },
	{ "no whole page", &vc_elf_rela, 64 + 40, 8, 4095, { 0x1000, 0, 0 },
	  NULL },
	{ "entry size", &vc_elf_rela, 240 + 64 + 56, 8, 1, { 0x1000, 3, 2 },
	  NULL },
	{ "other sections", &vc_elf_rela, 240 + 64 + 4, 4, 5, { 0x1000, 3, 0 },
	  NULL },
	{ "both in one page", &vc_elf_rela, 120 + 72, 8, 0x401fff,
	  { 0x1000, 3, 1 }, NULL },
};

static void test_rows(void **state)
{
	unsigned char bytes[20000];
	struct ek_elf_text t;
	const char *note;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct file f = { bytes, vc_elf_bytes(rows[i].elf, bytes) };

		vc_put(bytes + rows[i].at, rows[i].len, rows[i].value);
		assert_int_equal(ek_elf_look(f.len, read_file, &f, &t, &note,
					     NULL), EK_OK);
		if (memcmp(&t, &rows[i].want, sizeof(t)) != 0 ||
		    (note == NULL) != (rows[i].note == NULL) ||
		    (note != NULL && strcmp(note, rows[i].note) != 0))
			fail_msg("%s: %#x %u %u '%s'", rows[i].what,
				 t.textoffset, t.text_pgs, t.fixup_pgs,
				 note != NULL ? note : "");
	}
}

/* Every length: never a read outside, never a failure. */
static void test_cut(void **state)
{
	unsigned char bytes[20000];
	struct ek_elf_text t;
	const char *note;

	(void)state;
	vc_elf_bytes(&vc_elf_rela, bytes);
	for (size_t n = 0; n < 500; n++) {
		struct file f = { bytes, n };

		assert_int_equal(ek_elf_look(n, read_file, &f, &t, &note,
					     NULL), EK_OK);
		if (n < 368) {
			assert_non_null(note);
			assert_int_equal(t.text_pgs, 0);
		} else {
			assert_null(note);
		}
	}
}

static void test_begin(void **state)
{
	struct ek_elf_text t;
	struct ek_err err;

	(void)state;
	assert_true(ek_elf_is((const unsigned char *)"\177ELF", 4));
	assert_true(ek_elf_is((const unsigned char *)"\177ELFx", 5));
	assert_false(ek_elf_is((const unsigned char *)"\177ELF", 3));
	assert_false(ek_elf_is((const unsigned char *)"\177ELf", 4));
	assert_int_equal(ek_elf_look(100, fail_read, NULL, &t, NULL, &err),
			 EK_EFORMAT);
	assert_string_equal(err.msg, "no");
}

/* Sections that lie over each other do not make us read for ever. */
static void test_budget(void **state)
{
	size_t n = 3000, size = 240 + n * 64;
	unsigned char *bytes = calloc(1, size + 20000);
	struct file f = { bytes, size };
	struct ek_elf_text t;
	const char *note;

	(void)state;
	assert_non_null(bytes);
	vc_elf_bytes(&vc_elf_rela, bytes);
	vc_put(bytes + 60, 2, n);
	for (size_t i = 0; i < n; i++) {
		vc_put(bytes + 240 + i * 64 + 4, 4, 4);
		vc_put(bytes + 240 + i * 64 + 24, 8, 0);
		vc_put(bytes + 240 + i * 64 + 32, 8, size);
	}
	assert_int_equal(ek_elf_look(size, read_file, &f, &t, &note, NULL),
			 EK_OK);
	assert_string_equal(note, "could not read rel");
	free(bytes);
}

/* 64 GiB of text said in a few bytes cost nothing: a vmtar may have half a
 * million of such files. */
static void test_claims_much(void **state)
{
	unsigned char bytes[20000];
	struct file f = { bytes, vc_elf_bytes(&vc_elf_rela, bytes) };
	struct ek_elf_text t;
	clock_t begin = clock();

	(void)state;
	vc_put(bytes + 64 + 40, 8, 0x1000000000 - 0x401000 - 1);
	vc_put(bytes + 60, 2, 1); /* no section of relocations */
	for (int i = 0; i < 3000; i++) {
		assert_int_equal(ek_elf_look(f.len, read_file, &f, &t, NULL,
					     NULL), EK_OK);
		assert_int_equal(t.text_pgs, 0xfffbfe);
	}
	assert_true(clock() - begin < 3 * CLOCKS_PER_SEC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_begin),
		cmocka_unit_test(test_budget),
		cmocka_unit_test(test_claims_much),
	};

	(void)vcases;
	(void)vc_bad_ustar;
	return cmocka_run_group_tests_name("elf", tests, NULL, NULL);
}
