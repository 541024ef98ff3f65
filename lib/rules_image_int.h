/* SPDX-License-Identifier: BSD-2-Clause */
/* rules_image_int.h - what the parts of rules_image.h share */
#ifndef EK_RULES_IMAGE_INT_H
#define EK_RULES_IMAGE_INT_H

#include <stdbool.h>
#include <stddef.h>

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/imgscan.h"
#include "ek/rules_image.h"
#include "ek/rules_payload.h"

/* What is wrong with a file: the first that holds. */
enum ri_fault {
	RI_FINE,
	RI_MISSING,  /* a boot.cfg loads it */
	RI_NO_FILE,  /* a payload, and no boot.cfg loads it either */
	RI_EMPTY, RI_EXTENTS,
	RI_STRAY,    /* nobody's */
	RI_UNBOOTED,
	RI_LOADER,   /* the loader refuses it, or takes it wrongly */
	RI_DIGEST,   /* also where the loader would refuse nothing */
	RI_PACKED,   /* its layers */
	RI_GUNZIP, RI_SIZE, RI_LAYER, RI_VMTAR, RI_TGZ,
	RI_DAMAGED,  /* nobody's payload, and no sound archive */
};

struct ri_file {
	const struct ek_scan_file *f;
	enum ri_fault fault;
	struct ek_module_file loader; /* where its layers are damaged */
};

/* The subject of the tables inside. */
struct ri {
	const struct ek_rules_image *s;
	const struct ek_image *img;
	struct ri_file *v; /* as ek_imgscan_at() */
	size_t n;
	bool boots;        /* a boot.cfg there can be booted */
	bool modules;      /* and has modules */
};

/* Fill v. */
int rules_image_look(struct ri *w, struct ek_err *err);

/* ---- helpers ------------------------------------------------------------ */

/* Add a finding about a file: "IMAGE:/S.V00", or its name where it is not
 * there. What it says ends in "; payload 's' of VIB 'x'" where it is one. */
int rules_image_tell(const struct ek_rule *rule, const struct ri *w,
		     const struct ek_scan_file *f, const char *esxi_text,
		     struct ek_findings *out, struct ek_err *err,
		     const char *fmt, ...) EK_PRINTF(7, 8);

bool rules_image_is(const char *s, const char *want);
/* Does the kernel mount it as a vmtar (vgz, vzstd, installer_vgz)? */
bool rules_image_is_vmtar(const struct ek_payload *p);
/* The part of a VIB that is on the image of this kind. */
bool rules_image_is_here(const struct ri *w, const struct ek_scan_file *f);
/* A checksum of the file, or of what is in it, that does not fit; NULL: none. */
const struct ek_checksum *rules_image_unfit(const struct ek_scan_file *f,
					    bool inside);
/* A module that no VIB brings: imgdb.tgz and so on. */
bool rules_image_is_known(const struct ri *w, const char *name);

/* ---- rules -------------------------------------------------------------- */

typedef int rules_image_check(const struct ek_rule *rule, const void *subject,
			      struct ek_findings *out, struct ek_err *err);

/* One for every fault; the code says which. */
rules_image_check rules_image_file;
rules_image_check rules_image_database, rules_image_imgpayld,
	rules_image_installer, rules_image_trusted, rules_image_83;
rules_image_check rules_image_file_list, rules_image_descriptor,
	rules_image_signature;

#endif /* EK_RULES_IMAGE_INT_H */
