/* SPDX-License-Identifier: BSD-2-Clause */
/* elf.c - the three numbers that a vmtar keeps of an executable file */
#include "os.h"

#include "ek/elf.h"
#include "ek/err.h"
#include "ek/num.h"

enum {
	EM_X86_64_ = 62,
	EM_AARCH64_ = 183,
	PT_LOAD_ = 1,
	PF_X_ = 1,
	SHT_RELA_ = 4,
	SHT_REL_ = 9,
	PAGE = 4096,
	EHDR_MAX = 64,
	CHUNK = 8192,
};

/* Text must end below 64 GiB. */
#define PAGES_MAX 0xffffffu

/* The complaints of VMware's vmtar (vmtar.5, "ELF fields"). */
static const char bad_exec[] = "not a valid exec file";
static const char bad_two[] = "only 1 executable load section supported";
static const char bad_align[] = "text address not aligned on page boundary";
static const char bad_big[] = "text region is too big";
static const char bad_phdr[] = "could not read phdr";
static const char bad_shdr[] = "could not read shdr";
static const char bad_rel[] = "could not read rel";

/* Where things lie in files of 32 and of 64 bits. */
struct layout {
	size_t e_phoff, e_shoff, e_phentsize, e_phnum, e_shentsize, e_shnum;
	size_t phdr, p_flags, p_offset, p_vaddr, p_memsz;
	size_t shdr, sh_offset, sh_size; /* sh_type is at 4 */
	size_t rel, rela;
	bool is64;
};

static const struct layout layout32 = {
	28, 32, 42, 44, 46, 48,
	32, 24, 4, 8, 20,
	40, 16, 20,
	8, 12,
	false,
};

static const struct layout layout64 = {
	32, 40, 54, 56, 58, 60,
	56, 4, 8, 16, 40,
	64, 24, 32,
	16, 24,
	true,
};

/* One file being looked at. A step that complains sets note and ends. */
struct look {
	const struct layout *l;
	ek_elf_read *read;
	void *ctx;
	uint64_t size;
	const char *note;
	unsigned char ehdr[EHDR_MAX];
	bool found; /* the executable segment */
	uint64_t offset, vaddr, memsz;
	uint64_t pages;
	uint64_t budget;     /* bytes of relocations still to be read */
	unsigned char *hits; /* owned; one bit a page; NULL: none was hit */
	uint32_t n_hits;     /* bits set */
};

typedef int entry_fn(struct look *k, const unsigned char *p,
		     struct ek_err *err);

bool ek_elf_is(const unsigned char *p, size_t len)
{
	return len >= 4 && memcmp(p, "\177ELF", 4) == 0;
}

static uint64_t word(const struct look *k, const unsigned char *p)
{
	return k->l->is64 ? ek_num_le64(p) : ek_num_le32(p);
}

/* Call fn on each of n entries of a table; outside the file: that note. */
static int each(struct look *k, uint64_t off, size_t entsize, uint64_t n,
		const char *note, entry_fn *fn, struct ek_err *err)
{
	size_t per = CHUNK / entsize;
	unsigned char buf[CHUNK];
	int rc;

	if (off > k->size || n > (k->size - off) / entsize) {
		k->note = note;
		return EK_OK;
	}
	while (n > 0) {
		size_t now = n < per ? (size_t)n : per;

		rc = k->read(k->ctx, off, buf, now * entsize, err);
		for (size_t i = 0; rc == EK_OK && i < now; i++) {
			rc = fn(k, buf + i * entsize, err);
			if (k->note != NULL)
				return rc;
		}
		if (rc != EK_OK)
			return rc;
		off += (uint64_t)now * entsize;
		n -= now;
	}
	return EK_OK;
}

static int on_phdr(struct look *k, const unsigned char *p, struct ek_err *err)
{
	const struct layout *l = k->l;
	uint64_t end;

	(void)err;
	if (ek_num_le32(p) != PT_LOAD_ ||
	    (ek_num_le32(p + l->p_flags) & PF_X_) == 0)
		return EK_OK;
	if (k->found) {
		k->note = bad_two;
		return EK_OK;
	}
	k->found = true;
	k->offset = word(k, p + l->p_offset);
	k->vaddr = word(k, p + l->p_vaddr);
	k->memsz = word(k, p + l->p_memsz);
	if (k->vaddr % PAGE != 0)
		k->note = bad_align;
	else if (!ek_num_add(k->vaddr, k->memsz, &end) ||
		 end / PAGE > PAGES_MAX || k->offset > UINT32_MAX)
		k->note = bad_big;
	return EK_OK;
}

static int on_rel(struct look *k, const unsigned char *p, struct ek_err *err)
{
	uint64_t r_offset = word(k, p), page;
	unsigned char bit;

	if (r_offset < k->vaddr)
		return EK_OK;
	page = (r_offset - k->vaddr) / PAGE;
	if (page >= k->pages)
		return EK_OK;
	if (k->hits == NULL)
		k->hits = calloc(1, (size_t)(k->pages / 8 + 1));
	if (k->hits == NULL)
		return ek_fail_sys(err, "pages of a program");
	/* counted here: a file of 200 bytes may claim 16 million pages */
	bit = (unsigned char)(1u << (page % 8));
	k->n_hits += (k->hits[page / 8] & bit) == 0;
	k->hits[page / 8] |= bit;
	return EK_OK;
}

static int on_shdr(struct look *k, const unsigned char *p, struct ek_err *err)
{
	uint32_t type = ek_num_le32(p + 4);
	size_t entsize = type == SHT_REL_ ? k->l->rel : k->l->rela;
	uint64_t size = word(k, p + k->l->sh_size);

	if (type != SHT_REL_ && type != SHT_RELA_)
		return EK_OK;
	/* sections that lie over each other again and again */
	if (size > k->budget) {
		k->note = bad_rel;
		return EK_OK;
	}
	k->budget -= size;
	return each(k, word(k, p + k->l->sh_offset), entsize, size / entsize,
		    bad_rel, on_rel, err);
}

static int read_ehdr(struct look *k, struct ek_err *err)
{
	size_t n = k->size < EHDR_MAX ? (size_t)k->size : EHDR_MAX;
	uint16_t machine;
	int rc;

	/* what a short file lacks counts as 0 */
	rc = k->read(k->ctx, 0, k->ehdr, n, err);
	machine = ek_num_le16(k->ehdr + 18);
	k->l = machine == EM_X86_64_ || machine == EM_AARCH64_ ? &layout64
							       : &layout32;
	return rc;
}

static int read_phdrs(struct look *k, struct ek_err *err)
{
	const struct layout *l = k->l;
	uint64_t off = word(k, k->ehdr + l->e_phoff);
	uint16_t n = ek_num_le16(k->ehdr + l->e_phnum);

	if (off == 0 || n == 0 ||
	    ek_num_le16(k->ehdr + l->e_phentsize) != l->phdr) {
		k->note = bad_exec;
		return EK_OK;
	}
	return each(k, off, l->phdr, n, bad_phdr, on_phdr, err);
}

static int read_shdrs(struct look *k, struct ek_err *err)
{
	const struct layout *l = k->l;
	uint64_t off = word(k, k->ehdr + l->e_shoff);
	uint16_t n = ek_num_le16(k->ehdr + l->e_shnum);

	if (off == 0 || n == 0 ||
	    ek_num_le16(k->ehdr + l->e_shentsize) != l->shdr) {
		k->note = bad_exec;
		return EK_OK;
	}
	if (!k->found)
		return EK_OK;
	k->pages = k->memsz / PAGE;
	return each(k, off, l->shdr, n, bad_shdr, on_shdr, err);
}

int ek_elf_look(uint64_t size, ek_elf_read *read, void *ctx,
		struct ek_elf_text *t, const char **note, struct ek_err *err)
{
	struct look k = { .read = read, .ctx = ctx, .size = size };
	int rc;

	memset(t, 0, sizeof(*t));
	if (note != NULL)
		*note = NULL;
	if (!ek_num_mul(size, 4, &k.budget))
		k.budget = UINT64_MAX;
	rc = read_ehdr(&k, err);
	if (rc == EK_OK)
		rc = read_phdrs(&k, err);
	if (rc == EK_OK && k.note == NULL)
		rc = read_shdrs(&k, err);
	if (rc == EK_OK && k.note == NULL && k.found) {
		t->textoffset = (uint32_t)k.offset;
		t->text_pgs = (uint32_t)k.pages;
		t->fixup_pgs = k.n_hits;
	}
	if (note != NULL)
		*note = k.note;
	free(k.hits);
	return rc;
}
