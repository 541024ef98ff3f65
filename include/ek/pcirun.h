/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pcirun.h - which driver of an image takes which device, and the report
 *            (esxi-pci.1)
 */
#ifndef EK_PCIRUN_H
#define EK_PCIRUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ek_buf;
struct ek_err;

/* Comparisons of one run: each device with each line of a map. A machine has
 * some 200 devices, an image some 2,000 lines. */
#define EK_PCIRUN_STEPS (1u << 28)

struct ek_pcirun {
	const char *image;   /* as for ek_pcipool_open() */
	const char *listing; /* what lspci printed; "-"; NULL: none */
	const char *const *ids; /* "10ec:8125", "10ec:8125:1043:87d7" */
	size_t n_ids;
	bool all;  /* every line of a map instead of devices */
	bool json;
	unsigned threads; /* as in imgscan.h */
	void (*progress)(void *ctx, uint64_t done, uint64_t total); /* or NULL */
	void *ctx;
};

/*
 * The report goes to out, complete with EK_OK; with EK_EFORMAT it may be one of
 * all but the maps that cannot be read. Other failures leave out empty. *covered: each device that counts (of networks and of
 * storage, and those asked for by id) is surely taken; true where all is set.
 * EK_EARG: an id that is none.
 */
int ek_pcirun(const struct ek_pcirun *r, struct ek_buf *out, bool *covered,
	      struct ek_err *err);

#endif /* EK_PCIRUN_H */
