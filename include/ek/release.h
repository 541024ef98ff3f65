/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * release.h - one table: what each release of ESXi wants
 *
 * Source: vib.5, imgdb.5, vmtar.5. Finer releases (7.0.3, 8.0U3, a full
 * esx-version such as 6.7.0-0.0.8169922) are folded to the nearest row at or
 * below. Rows are constant and live for ever.
 */
#ifndef EK_RELEASE_H
#define EK_RELEASE_H

#include <stdbool.h>
#include <stddef.h>

#include "ek/vmtar.h"

struct ek_err;

/* One bit a base release, for masks in rules and findings. */
enum ek_rel_bit {
	EK_R50 = 1u << 0, EK_R51 = 1u << 1, EK_R55 = 1u << 2, EK_R60 = 1u << 3,
	EK_R65 = 1u << 4, EK_R67 = 1u << 5, EK_R70 = 1u << 6, EK_R80 = 1u << 7,
	EK_R90 = 1u << 8,
	EK_RALL = (1u << 9) - 1,
	EK_R55_UP = EK_RALL & ~(EK_R50 | EK_R51),
	EK_R65_UP = EK_R65 | EK_R67 | EK_R70 | EK_R80 | EK_R90,
	EK_R70_UP = EK_R70 | EK_R80 | EK_R90,
	EK_R80_UP = EK_R80 | EK_R90,
};

struct ek_release {
	const char *name;     /* "6.7", "8.0U3", "default" */
	unsigned bit;         /* of its base release */
	const char *base;     /* "6.7", "8.0" */
	const char *vmkapi;   /* depends of a native driver, or NULL: not known */
	const char *vmkapi_linux; /* depends of a vmklinux driver, or NULL */
	const char *vmkapi_oldest; /* what it provides begins here and ends with its
				    * own; NULL: not known */
	const char *api_oldest;    /* the same of com.vmware.driverAPI */
	const char *driver_api;   /* com.vmware.driverAPI-..., NULL: no vmklinux */
	const char *sw_platform;  /* softwarePlatform to write, or NULL */
	bool gunzip256_written;   /* --target writes sha-256 gunzip, first */
	bool gunzip256_needed;    /* 8.0 on: refused without */
	bool stores_orig_sig;     /* database holds .orig and .sig */
	bool keeps_hyphen;        /* payload names: '-' stays (5.0) */
	bool vmklinux;            /* can load vmklinux drivers */
	enum ek_vmtar_gen gen;    /* writer generation of its own files */
};

/*
 * The row for a release or an esx-version: "6.7", "8.0U3e", "7.0.3",
 * "6.7.0-0.0.8169922". The nearest row at or below it of the same major
 * release: 9.1 is 9.0. NULL where text is none, or older than 5.0, or of a
 * major release that is not in the table; also for NULL.
 */
const struct ek_release *ek_release_find(const char *text);

/* The row that is used without --target: checksums as for 6.7, no platform, no
 * depends, the newest writer generation. It is not among those of at(). */
const struct ek_release *ek_release_default(void);

/* All rows, oldest first; NULL behind the last. */
const struct ek_release *ek_release_at(size_t i);

enum ek_provided { EK_PROVIDED, EK_NOT_PROVIDED, EK_PROVIDED_UNKNOWN };
/*
 * Does a host of release r (a row of at(), not the default) itself provide the
 * kernel interface name: vmkapi_A_B_C_D, vmkapi_incompat_A_B_C_D or
 * com.vmware.driverAPI-VERSION? Not known for any other name. Source: vib.5,
 * "Conventions": a row's own is provided, one as new as the next row's is not,
 * and of older ones only 6.7 and 7.0 are known.
 */
enum ek_provided ek_release_provides(const struct ek_release *r,
				     const char *name);

/* "5.0 5.1" and so on for a mask, in out; "" for 0. */
void ek_release_mask_text(unsigned mask, char out[64]);

/* For usage messages: "5.0, 5.1, ... 9.0". */
const char *ek_release_list(void);

#endif /* EK_RELEASE_H */
