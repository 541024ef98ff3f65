/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vibopts.h - what a VIB is to be made of, as options tell it: each value is
 *             checked when it is set
 *
 * The command owns the option letters; this owns their meaning (vib-gen.1).
 */
#ifndef EK_VIBOPTS_H
#define EK_VIBOPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ek/pciadd.h"
#include "ek/vibdesc.h"

struct ek_err;
struct ek_release;

enum ek_vibopt {
	/* one text each */
	EK_VO_NAME, EK_VO_VERSION, EK_VO_VENDOR, EK_VO_SUMMARY,
	EK_VO_DESCRIPTION, EK_VO_TYPE,
	/* flags of the descriptor: true, false, 1, 0 */
	EK_VO_MAINTENANCE, EK_VO_LIVE_INSTALL, EK_VO_LIVE_REMOVE, EK_VO_CIMOM,
	EK_VO_STATELESS, EK_VO_OVERLAY,
	/* others of the descriptor */
	EK_VO_LEVEL, EK_VO_TARGET, EK_VO_MTIME,
	/* lists of it: each call adds one */
	EK_VO_DEPENDS, EK_VO_CONFLICTS, EK_VO_REPLACES, EK_VO_PROVIDES,
	EK_VO_TAG, EK_VO_URL,
	/* what goes in; those before change the descriptor */
	EK_VO_PAYLOAD, EK_VO_TREE, EK_VO_ADD_PCI_ID, EK_VO_DRIVER,
	EK_VO_ANY_FILES,
	EK_VO_TEMPLATE, EK_VO_SIG, EK_VO_UNPACKED, EK_VO_SIGN, EK_VO_CERT,
	EK_VO_REHASH, EK_VO_META, EK_VO_PCI_ID_FOR,
	EK_VO_N
};

/* name[:type[:boot-order[:vfat-name]]]=file */
struct ek_payload_spec {
	char *name, *type, *vfat_name; /* owned; the last two may be NULL */
	int64_t boot_order;            /* 0: not told */
	const char *file;              /* borrowed; "" only next to a driver,
					* whose payload this describes */
	bool tree;                     /* file is a directory */
};

struct ek_vibopts {
	bool given[EK_VO_N];
	const char *text[EK_VO_N];   /* last value; borrowed */
	bool flag[EK_VO_N];          /* value of those that are flags */
	enum ek_level level;
	const struct ek_release *target; /* NULL: not told */
	bool has_time;               /* --mtime or SOURCE_DATE_EPOCH */
	int64_t time;
	struct ek_vibdesc lists;     /* relations, tags, urls of options */
	struct ek_payload_spec *payloads;
	size_t n_payloads;
	struct ek_pciadd *add;       /* of --add-pci-id */
	size_t n_add;
	struct ek_strs kept;         /* values that no caller holds */
};

/* The long option, "driver"; does it take a value. */
const char *ek_vibopt_name(enum ek_vibopt opt);
bool ek_vibopt_has_value(enum ek_vibopt opt);

void ek_vibopts_init(struct ek_vibopts *o);
/* value (NULL for EK_VO_ANY_FILES) is borrowed. A wrong one is EK_EARG, and the
 * message names the option. */
int ek_vibopts_set(struct ek_vibopts *o, enum ek_vibopt opt, const char *value,
		   struct ek_err *err);
/* Can it be told several times, each time one more? */
bool ek_vibopt_is_list(enum ek_vibopt opt);
/* When all are set: what does not go together is EK_EARG. */
int ek_vibopts_ready(struct ek_vibopts *o, struct ek_err *err);
/* Was something told that goes into the descriptor? */
bool ek_vibopts_change(const struct ek_vibopts *o);
void ek_vibopts_clear(struct ek_vibopts *o);
/* The files and directories that they name may be read. */
struct ek_sandbox;
void ek_vibopts_inputs(const struct ek_vibopts *o, struct ek_sandbox *box);

/* Why text cannot be the name of a payload, or NULL where it can. */
const char *ek_payload_name_problem(const char *text);

#endif /* EK_VIBOPTS_H */
