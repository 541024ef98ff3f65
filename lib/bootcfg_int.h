/* SPDX-License-Identifier: BSD-2-Clause */
/* bootcfg_int.h - shared by the parts of bootcfg; for nobody else */
#ifndef EK_BOOTCFG_INT_H
#define EK_BOOTCFG_INT_H

#include <stdbool.h>
#include <stddef.h>

struct ek_err;

/* One line as it is and as the loader sees it. */
struct bootcfg_line {
	char *raw;    /* owned; without the LF */
	size_t len;
	char *text;   /* owned; white space trimmed and merged, ends at a NUL */
	size_t klen;  /* of the key at text; without one key is false */
	size_t value; /* offset in text */
	bool key;     /* has a '=' and is no comment */
	int option;   /* index in bootcfg_options, -1: unknown to the loader */
};

struct ek_bootcfg {
	char *name;             /* owned */
	struct bootcfg_line *v; /* owned */
	size_t n, cap;
	bool open_end; /* the last line of the input has no LF */
};

struct bootcfg_option {
	const char *name;
	bool integer;
};

/* In the order of the loader's own table, which decides on abbreviations. */
enum { OPT_KERNEL, OPT_KERNELOPT, OPT_MODULES, OPT_TITLE, OPT_PREFIX,
       OPT_NOBOOTIF, OPT_TIMEOUT, OPT_NOQUIRKS, OPT_NORTS, OPT_CRYPTO,
       OPT_RUNTIMEWD, OPT_TFTPBLKSIZE, OPT_ACPITABLES, OPT_RUNTIMEWDTIMEOUT,
       OPT_SKIP, OPT_ERRTIMEOUT, N_OPTIONS };

extern const struct bootcfg_option bootcfg_options[N_OPTIONS];

/* White space of the loader: NBSP of ISO 8859-1 and backspace are among it. */
bool bootcfg_is_space(char c);

/* Option that the loader takes len bytes of key for, or -1. */
int bootcfg_option_find(const char *key, size_t len);

/* ek_bootcfg_set() without a look at key and value. */
int bootcfg_put(struct ek_bootcfg *cfg, const char *key, const char *value,
		struct ek_err *err);

#endif /* EK_BOOTCFG_INT_H */
