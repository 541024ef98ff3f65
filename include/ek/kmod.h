/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kmod.h - is this a module that the VMkernel could load, and which version
 *
 * A module is an ELF relocatable object of 64 bits for x86-64 or AArch64 (vib.5,
 * "Driver packages"). Nothing of it is run or linked; only headers and one
 * section are looked at.
 */
#ifndef EK_KMOD_H
#define EK_KMOD_H

#include <stddef.h>
#include <stdint.h>

struct ek_err;

/* A module is looked into as far as this, in bytes; past it, version is "". */
#define EK_KMOD_LOOK (32u << 20)
/* Longest version and release that the schema of descriptors has, and a NUL. */
#define EK_KMOD_VERSION 36

enum ek_machine { EK_X86_64, EK_AARCH64 };
const char *ek_machine_name(enum ek_machine m);

struct ek_kmod {
	enum ek_machine machine;
	char version[256]; /* its own words, "" where it has none */
};

/*
 * data is the first len of the module's size bytes; len is size or EK_KMOD_LOOK.
 * what names it in messages. Something else than a module is EK_EREFUSE, one
 * that is cut short EK_EFORMAT.
 *
 * The version is what follows the first "version=" at the start of a string in a
 * section whose name holds "modinfo".
 */
int ek_kmod_look(struct ek_kmod *k, const char *what, const unsigned char *data,
		 size_t len, uint64_t size, struct ek_err *err);

/*
 * A version for a descriptor out of such words: the first word that is a number,
 * or a 'v' and a number, begins it; characters that no version can have, and
 * hyphens after the first, become dots; "-1" is put behind where there is no
 * release. "Version 8.0.3.1-5vmw, Build: 1" gives 8.0.3.1-5vmw, "" 1.0-1.
 */
void ek_kmod_version(const char *words, char out[EK_KMOD_VERSION]);

#endif /* EK_KMOD_H */
