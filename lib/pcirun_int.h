/* SPDX-License-Identifier: BSD-2-Clause */
/* pcirun_int.h - what the parts of pcirun.h share */
#ifndef EK_PCIRUN_INT_H
#define EK_PCIRUN_INT_H

#include "ek/err.h"
#include "ek/json.h"
#include "ek/pcimatch.h"
#include "ek/pcipool.h"
#include "ek/pcirun.h"

/* A device, and what was found for it. */
struct ek_pcianswer {
	const struct ek_pcidev *d;
	enum ek_pcidev_kind kind;
	struct ek_pcimatch m;
	const char *vendor, *name; /* of a list, else lspci's; may be NULL */
	bool asked;   /* it counts: exit status */
	bool covered; /* a driver takes it, and nothing about that is unknown */
};

struct ek_pcijob {
	const struct ek_pcirun *r;
	struct ek_pcipool *pool;
	struct ek_pcidevs devs;
	struct ek_pcianswer *v; /* one for each of devs */
	size_t n;
	size_t asked, covered; /* how many */
};

/* The file that has the driver's module, or NULL. */
const char *ek_pcijob_module(const struct ek_pcijob *j, const char *driver);
/* "Ethernet", "NVMe", of 6 digits; NULL: not in our table. */
const char *ek_pci_class_words(const char *digits);

void ek_pcirun_text(const struct ek_pcijob *j, struct ek_buf *out);
void ek_pcirun_json(const struct ek_pcijob *j, struct ek_json *json);

/* Every line of a map, sorted by id. */
int ek_pcirun_all_text(const struct ek_pcijob *j, struct ek_buf *out,
		       struct ek_err *err);
int ek_pcirun_all_json(const struct ek_pcijob *j, struct ek_json *json,
		       struct ek_err *err);

#endif /* EK_PCIRUN_INT_H */
