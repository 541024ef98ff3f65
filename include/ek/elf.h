/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * elf.h - the three numbers that a vmtar keeps of an executable file
 *
 * Source: vmtar.5, "ELF fields". Only what the archive needs is looked at:
 * whether the machine is 64-bit, the one executable segment, and the pages of
 * it that relocations change. Always little-endian.
 */
#ifndef EK_ELF_H
#define EK_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ek_err;

struct ek_elf_text {
	uint32_t textoffset; /* of the segment, in bytes from the file's start */
	uint32_t text_pgs;   /* whole pages of 4096 bytes of its memory size */
	uint32_t fixup_pgs;  /* how many of these a relocation touches */
};

/* Do the first len bytes of a file begin with 7f 45 4c 46? */
bool ek_elf_is(const unsigned char *p, size_t len);

/* Give n bytes at off of the file; off + n is within the size stated. */
typedef int ek_elf_read(void *ctx, uint64_t off, void *buf, size_t n,
			struct ek_err *err);

/*
 * Look at a file of size bytes. Whatever is wrong with it is no failure: then
 * all of *t is 0 and *note (when not NULL) is the complaint of VMware's program
 * word for word; else *note is NULL. A failure is one of read(), or no memory.
 * At most 2 MiB are held; each relocation section may be as large as the file,
 * and all of them together four times that.
 */
int ek_elf_look(uint64_t size, ek_elf_read *read, void *ctx,
		struct ek_elf_text *t, const char **note, struct ek_err *err);

#endif /* EK_ELF_H */
