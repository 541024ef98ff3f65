/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vmtar_cases.h - tars made for tests of vmtar, each a case with a name, and
 *                 the vmtar that each generation makes of it
 *
 * The inputs are made here byte by byte, without the library. The digests are
 * known from elsewhere: those of 6.7 are VMware's own program's output for
 * these tars, those of 6.5 and 8.0u1 follow from the layout rules that rebuild
 * genuine files (vmtar.5, "Where the data goes").
 */
#ifndef VMTAR_CASES_H
#define VMTAR_CASES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "ek/buf.h"

/* Size and digest for 6.5, 6.7, 8.0u1. */
struct vcase_out {
	size_t size;
	const char *sha256;
};

struct vcase {
	const char *name;
	void (*make)(struct ek_buf *tar);
	struct vcase_out out[3];   /* size 0: refused */
	bool differs;              /* the way back is not the input */
};

/* ---- a record, by hand --------------------------------------------------- */

static void vc_fill(struct ek_buf *b, char c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ek_buf_addc(b, c);
}

static void vc_sum(char *h, bool is_signed)
{
	long sum = 0;

	memset(h + 148, ' ', 8);
	for (size_t i = 0; i < 512; i++)
		sum += is_signed ? (long)(signed char)h[i]
				 : (long)(unsigned char)h[i];
	snprintf(h + 148, 8, "%06lo", (unsigned long)sum);
	h[155] = ' ';
}

struct vc_rec {
	const char *name;
	char type;
	unsigned mode;
	const char *link;
	const void *data;
	size_t len;
	unsigned long mtime;
	bool is_signed;
};

static void vc_record(struct ek_buf *b, const struct vc_rec *r)
{
	static const char magic[8] = "ustar  ";
	char h[512];

	memset(h, 0, sizeof(h));
	memcpy(h, r->name, strnlen(r->name, 100));
	snprintf(h + 100, 8, "%07o", r->mode);
	snprintf(h + 108, 8, "%07o", 0U);
	snprintf(h + 116, 8, "%07o", 0U);
	snprintf(h + 124, 12, "%011lo", (unsigned long)r->len);
	snprintf(h + 136, 12, "%011lo", r->mtime);
	h[156] = r->type;
	if (r->link != NULL)
		memcpy(h + 157, r->link, strnlen(r->link, 100));
	memcpy(h + 257, magic, 8);
	memcpy(h + 265, "root", 4);
	memcpy(h + 297, "root", 4);
	vc_sum(h, r->is_signed);
	ek_buf_add(b, h, sizeof(h));
	if (r->len != 0) {
		ek_buf_add(b, r->data, r->len);
		vc_fill(b, 0, (512 - r->len % 512) % 512);
	}
}

static void vc_add(struct ek_buf *b, char type, unsigned mode, const char *name,
		   const char *link, const void *data, size_t len)
{
	struct vc_rec r = { name, type, mode, link, data, len, 1500000000,
			    false };

	vc_record(b, &r);
}

/* A file of n bytes which repeat text. */
static void vc_file(struct ek_buf *b, char type, const char *name,
		    const char *text, size_t n)
{
	struct ek_buf d = EK_BUF_INIT;

	for (size_t i = 0; i < n; i++)
		ek_buf_addc(&d, text[i % strlen(text)]);
	vc_add(b, type, 0644, name, NULL, d.p, n);
	ek_buf_free(&d);
}

static void vc_end(struct ek_buf *b)
{
	vc_fill(b, 0, 1024);
}

/* ---- layout and records --------------------------------------------------- */

static void vc_empty(struct ek_buf *b)
{
	vc_end(b);
}

static void vc_one_dir(struct ek_buf *b)
{
	vc_add(b, '5', 0755, "d0/", NULL, NULL, 0);
	vc_end(b);
}

static void vc_dirs(struct ek_buf *b)
{
	char name[8];

	for (int i = 0; i < 7; i++) {
		snprintf(name, sizeof(name), "d%d/", i);
		vc_add(b, '5', 0755, name, NULL, NULL, 0);
	}
	vc_file(b, '0', "f", "x", 1);
	vc_end(b);
}

static void vc_empty_file(struct ek_buf *b)
{
	vc_add(b, '0', 0644, "f", NULL, NULL, 0);
	vc_end(b);
}

static void vc_empty_last(struct ek_buf *b)
{
	vc_file(b, '0', "a", "abc", 3);
	vc_add(b, '0', 0644, "f", NULL, NULL, 0);
	vc_end(b);
}

static void vc_sizes(struct ek_buf *b)
{
	static const size_t n[] = { 1, 511, 512, 513, 4095, 4096, 4097, 8192 };
	char name[16], text[2] = "A";

	for (size_t i = 0; i < sizeof(n) / sizeof(n[0]); i++) {
		snprintf(name, sizeof(name), "s%zu", n[i]);
		vc_file(b, '0', name, text, n[i]);
		text[0]++;
	}
	vc_end(b);
}

static void vc_links(struct ek_buf *b)
{
	vc_file(b, '0', "a", "A", 1);
	vc_add(b, '2', 0777, "sym", "a", NULL, 0);
	vc_add(b, '1', 0644, "hard", "a", NULL, 0);
	vc_end(b);
}

static void vc_longlink(struct ek_buf *b, char type, const char *text)
{
	struct vc_rec r = { "././@LongLink", type, 0, NULL, text,
			    strlen(text) + 1, 0, false };

	vc_record(b, &r);
}

static void vc_longname(struct ek_buf *b)
{
	char name[160];

	memcpy(name, "very/", 5);
	memset(name + 5, 'l', 150);
	name[155] = '\0';
	vc_file(b, '0', "a", "A", 10);
	vc_longlink(b, 'L', name);
	vc_file(b, '0', name, "DATA", 4);
	memcpy(name + 155, "2", 2);
	vc_longlink(b, 'K', name);
	vc_add(b, '2', 0644, "s", name, NULL, 0);
	vc_end(b);
}

static void vc_name_100(struct ek_buf *b)
{
	char name[101];

	memset(name, 'n', 100);
	name[100] = '\0';
	vc_file(b, '0', name, "A", 1);
	vc_end(b);
}

static void vc_signed_sum(struct ek_buf *b)
{
	struct vc_rec r = { "\303\251.txt", '0', 0644, NULL, "A", 1,
			    1500000000, true };

	vc_record(b, &r);
	vc_end(b);
}

static void vc_high_offsets(struct ek_buf *b)
{
	char name[8];

	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "f%02d", i);
		vc_file(b, '0', name, name + 1, 4200);
	}
	vc_end(b);
}

static void vc_odd_types(struct ek_buf *b)
{
	vc_file(b, 'Z', "z", "z", 10);
	vc_file(b, '0', "a", "A", 10);
	vc_file(b, 'Z', "z", "z", 10);
	vc_file(b, 'Z', "z2", "z", 600);
	vc_file(b, '0', "a2", "a", 1);
	vc_end(b);
}

static void vc_type7_in(struct ek_buf *b)
{
	char elf[104] = "\177ELF";

	vc_add(b, '7', 0644, "e7", NULL, elf, sizeof(elf));
	vc_add(b, '0', 0644, "e0", NULL, elf, sizeof(elf));
	vc_end(b);
}

/* ---- ELF ------------------------------------------------------------------ */

static void vc_put(unsigned char *p, size_t n, uint64_t v)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (unsigned char)(v >> (8 * i));
}

struct vc_seg {
	unsigned flags;
	uint32_t offset, vaddr, filesz, memsz;
};

struct vc_elf {
	bool is64;
	unsigned type, machine;
	size_t size, n_segs, n_rels;
	struct vc_seg segs[2];
	uint32_t rels[5];
};

/* Program headers; where they end is returned. */
static size_t vc_phdrs(unsigned char *f, const struct vc_elf *e)
{
	size_t at = e->is64 ? 64 : 52, w = e->is64 ? 8 : 4;

	for (size_t i = 0; i < e->n_segs; i++) {
		const struct vc_seg *s = &e->segs[i];
		unsigned char *p = f + at + (e->is64 ? 8 : 4);

		vc_put(f + at, 4, 1);
		vc_put(f + at + (e->is64 ? 4 : 24), 4, s->flags);
		vc_put(p, w, s->offset);
		vc_put(p + w, w, s->vaddr);
		vc_put(p + 2 * w, w, s->vaddr);
		vc_put(p + 3 * w, w, s->filesz);
		vc_put(p + 4 * w, w, s->memsz);
		vc_put(f + at + (e->is64 ? 48 : 28), w, 0x1000);
		at += e->is64 ? 56 : 32;
	}
	return at;
}

static size_t vc_rels(unsigned char *f, const struct vc_elf *e, size_t at)
{
	size_t w = e->is64 ? 8 : 4;

	for (size_t i = 0; i < e->n_rels; i++) {
		vc_put(f + at, w, e->rels[i]);
		vc_put(f + at + w, w, 8);
		at += e->is64 ? 24 : 8;
	}
	return at;
}

/* An empty section, and the relocations. */
static void vc_shdrs(unsigned char *f, const struct vc_elf *e, size_t rel,
		     size_t at)
{
	size_t w = e->is64 ? 8 : 4, ent = e->is64 ? 64 : 40;
	size_t align = e->is64 ? 48 : 32;

	vc_put(f + at + align, w, w);
	vc_put(f + at + ent + 4, 4, e->is64 ? 4 : 9);
	vc_put(f + at + ent + (e->is64 ? 24 : 16), w, rel);
	vc_put(f + at + ent + (e->is64 ? 32 : 20), w, at - rel);
	vc_put(f + at + ent + align, w, w);
	vc_put(f + at + ent + align + w, w, e->is64 ? 24 : 8);
}

static void vc_ehdr(unsigned char *f, const struct vc_elf *e, size_t shoff)
{
	size_t w = e->is64 ? 8 : 4, head = e->is64 ? 64 : 52;
	unsigned char *tail = f + 24 + 3 * w;

	memcpy(f, e->is64 ? "\177ELF\2\1\1" : "\177ELF\1\1\1", 7);
	vc_put(f + 16, 2, e->type);
	vc_put(f + 18, 2, e->machine);
	vc_put(f + 20, 4, 1);
	vc_put(f + 24 + w, w, e->n_segs != 0 ? head : 0);
	vc_put(f + 24 + 2 * w, w, shoff);
	vc_put(tail + 4, 2, head);
	vc_put(tail + 6, 2, e->is64 ? 56 : 32);
	vc_put(tail + 8, 2, e->n_segs);
	vc_put(tail + 10, 2, e->is64 ? 64 : 40);
	vc_put(tail + 12, 2, 2);
}

/* The bytes of the file; all cases are smaller than 20,000. */
static size_t vc_elf_bytes(const struct vc_elf *e, unsigned char f[20000])
{
	size_t rel, sh;

	memset(f, 0, 20000);
	rel = vc_phdrs(f, e);
	sh = vc_rels(f, e, rel);
	vc_shdrs(f, e, rel, sh);
	vc_ehdr(f, e, sh);
	return e->size;
}

static const struct vc_elf vc_elf_text = {
	true, 3, 62, 13125, 2, 0,
	{ { 4, 0, 0, 0x800, 0x800 },
	  { 5, 0x1000, 0x401000, 9029, 9029 } }, { 0 }
};
static const struct vc_elf vc_elf_rela = {
	true, 3, 62, 17494, 1, 5,
	{ { 5, 0x1000, 0x401000, 13398, 13398 } },
	{ 0x400ffc, 0x401000, 0x10, 0x402ffe, 0x404400 }
};
static const struct vc_elf vc_elf_rel32 = {
	false, 3, 3, 12288, 1, 3,
	{ { 5, 0, 0, 12288, 12288 } }, { 0x10, 0x1010, 0x1020 }
};
static const struct vc_elf vc_elf_arm64 = {
	true, 3, 183, 12288, 1, 1, { { 5, 0, 0, 12288, 12288 } }, { 1 }
};
static const struct vc_elf vc_elf_memsz = {
	true, 3, 62, 10240, 1, 0, { { 5, 0, 0, 10240, 20481 } }, { 0 }
};
static const struct vc_elf vc_elf_two = {
	true, 3, 62, 8192, 2, 0,
	{ { 5, 0, 0, 0x1000, 0x1000 }, { 5, 0x1000, 0x1000, 0x1000, 0x1000 } },
	{ 0 }
};
static const struct vc_elf vc_elf_obj = {
	true, 1, 62, 12288, 0, 3, { { 0 } }, { 1, 2, 3 }
};

static void vc_elf_tar(struct ek_buf *b, const struct vc_elf *e, unsigned mode)
{
	unsigned char f[20000];
	size_t n = vc_elf_bytes(e, f);

	vc_add(b, '0', mode, "e", NULL, f, n);
	vc_end(b);
}

static void vc_elf_short(struct ek_buf *b)
{
	unsigned char f[40] = "\177ELF\2\1\1";

	vc_put(f + 16, 2, 3);
	vc_put(f + 18, 2, 62);
	vc_put(f + 20, 4, 1);
	vc_put(f + 32, 8, 64);
	vc_add(b, '0', 0644, "e3", NULL, f, 3);
	vc_add(b, '0', 0644, "e4", NULL, f, 4);
	vc_add(b, '0', 0644, "e40", NULL, f, 40);
	vc_end(b);
}

#define VC_ELF(fn, elf, mode)                                                  \
	static void fn(struct ek_buf *b)                                       \
	{                                                                      \
		vc_elf_tar(b, &(elf), mode);                                   \
	}
VC_ELF(vc_elf64_text, vc_elf_text, 0755)
VC_ELF(vc_elf64_rela, vc_elf_rela, 0644)
VC_ELF(vc_elf32_rel, vc_elf_rel32, 0644)
VC_ELF(vc_elf64_arm64, vc_elf_arm64, 0644)
VC_ELF(vc_elf64_memsz, vc_elf_memsz, 0644)
VC_ELF(vc_elf64_two_exec, vc_elf_two, 0644)
VC_ELF(vc_elf64_relobj, vc_elf_obj, 0644)
#undef VC_ELF

/* ---- refusals ------------------------------------------------------------- */

static void vc_bad_checksum(struct ek_buf *b)
{
	vc_file(b, '0', "x", "A", 1);
	vc_end(b);
	memcpy(b->p + 148, "000001", 6);
}

static void vc_bad_noend(struct ek_buf *b)
{
	vc_file(b, '0', "a", "abc", 3);
}

/* POSIX ustar: not refused by us, but normalised to old GNU. */
static void vc_bad_ustar(struct ek_buf *b)
{
	vc_file(b, '0', "x", "A", 1);
	vc_end(b);
	memcpy(b->p + 257, "ustar\0" "00", 8);
	vc_sum(b->p, false);
}

/* ---- the table ------------------------------------------------------------ */

static const struct vcase vcases[] = {
#include "vmtar_cases.inc"
};

#define VCASES (sizeof(vcases) / sizeof(vcases[0]))

#endif /* VMTAR_CASES_H */
