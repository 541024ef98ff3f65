/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bootcfg.h - read, edit and write a boot.cfg; what the boot loader makes of it
 *
 * Source of every rule: boot.cfg.5. A file is lines of "key=value". Editing is
 * lossless: a line that is not touched is written back byte for byte, and a
 * missing newline at the end is supplied only where a line comes behind it.
 *
 * Keys are those of the loader, which takes abbreviations and any case, and of
 * several lines the last. What is written has full lower-case names, each once.
 * Keys that the loader does not know (build, bootstate, ...) compare without
 * regard to case.
 *
 * Names of modules compare without regard to case and leading slashes:
 * "/net.v00" is "NET.V00".
 */
#ifndef EK_BOOTCFG_H
#define EK_BOOTCFG_H

#include <stdbool.h>
#include <stddef.h>

struct ek_buf;
struct ek_err;
struct ek_json;
struct ek_out;

/* Largest input accepted, in bytes and in lines. The loader has no limit. */
#define EK_BOOTCFG_MAX       (4u << 20)
#define EK_BOOTCFG_LINES_MAX 65536u

/* Modules that the loader can take; where a warning is due. */
#define EK_BOOTCFG_MODULES_MAX  249u
#define EK_BOOTCFG_MODULES_MANY 240u

struct ek_bootcfg; /* opaque */

/* ---- reading and writing ------------------------------------------------ */

/*
 * Parse len bytes of text; name is for messages and is copied. Any bytes parse:
 * only size, lines and memory can fail. *out is NULL then.
 */
int ek_bootcfg_parse(struct ek_bootcfg **out, const char *name,
		     const char *text, size_t len, struct ek_err *err);
void ek_bootcfg_free(struct ek_bootcfg **cfg); /* NULL inside is fine */

const char *ek_bootcfg_name(const struct ek_bootcfg *cfg);

/* The whole file. A failed write is reported by out itself. */
void ek_bootcfg_write(const struct ek_bootcfg *cfg, struct ek_out *out);

/* ---- lines, for those who check ----------------------------------------- */

struct ek_bootcfg_line {
	size_t number;   /* from 1 */
	const char *raw; /* len bytes as they are, no string; without the LF */
	size_t len;
	/* as the loader sees it: up to a NUL, white space trimmed and merged */
	const char *text;
	/* text before the first '=', not a string; NULL in a comment, an empty
	 * line and one without '='. It can be empty. */
	const char *key;
	size_t key_len;
	const char *value;  /* text behind the '=' and blanks; NULL as key */
	const char *option; /* what the loader takes it for; NULL: unknown */
	bool integer;       /* the option's value must be a number */
};

size_t ek_bootcfg_line_count(const struct ek_bootcfg *cfg);
/* Line i, from 0. Borrowed until cfg changes. */
void ek_bootcfg_line(const struct ek_bootcfg *cfg, size_t i,
		     struct ek_bootcfg_line *line);

/* Is it a number to the loader: an optional '-', then digits or nothing? */
bool ek_bootcfg_is_number(const char *value);

/* ---- keys --------------------------------------------------------------- */

/*
 * The value of key as the loader sees it (trimmed, white space merged), of the
 * last line where there are several; NULL where there is none. Borrowed until
 * cfg changes.
 */
const char *ek_bootcfg_get(const struct ek_bootcfg *cfg, const char *key);

/*
 * Set key to value. The first line of the key is rewritten, others of it are
 * removed; a new key goes where ESXi's own writer has it. EK_EARG for a key or
 * a value that cannot be written, or that the loader would refuse; so is an
 * abbreviation of a key. On failure cfg is as it was, here and below.
 */
int ek_bootcfg_set(struct ek_bootcfg *cfg, const char *key, const char *value,
		   struct ek_err *err);
/* Remove all lines of key; EK_EREFUSE where there is none. */
int ek_bootcfg_delete(struct ek_bootcfg *cfg, const char *key,
		      struct ek_err *err);

/* ---- modules ------------------------------------------------------------ */

/* "/net.v00" and "NET.V00" are the same. */
bool ek_bootcfg_same_name(const char *a, const char *b);
size_t ek_bootcfg_module_count(const struct ek_bootcfg *cfg);
bool ek_bootcfg_has_module(const struct ek_bootcfg *cfg, const char *name);

/* Why name cannot stand in modules= ("has '---'", ...), or NULL. */
const char *ek_bootcfg_module_problem(const char *name);

/*
 * Add a module, with the leading slash that the others have or have not: before
 * the module before, or (NULL) before imgdb.tgz, or last where that is not
 * there. EK_EARG for a bad name, EK_EREFUSE where name is there already or
 * before is not, EK_ELIMIT for the 250th.
 *
 * These and the next two write " --- " between all modules and never an empty
 * one. A list from which the loader drops bytes, or runs past its end, is
 * EK_EFORMAT: set modules= whole to repair it.
 */
int ek_bootcfg_add_module(struct ek_bootcfg *cfg, const char *name,
			  const char *before, struct ek_err *err);
/* Remove it, each time it is there; EK_EREFUSE where it is not. */
int ek_bootcfg_remove_module(struct ek_bootcfg *cfg, const char *name,
			     struct ek_err *err);
/* In the place of old, which keeps its options. EK_EREFUSE where old is not
 * there, or name is there elsewhere. */
int ek_bootcfg_replace_module(struct ek_bootcfg *cfg, const char *old,
			      const char *name, struct ek_err *err);

/* ---- kernel options ----------------------------------------------------- */

/*
 * Add the words of opts to kernelopt=. A word "k=v" replaces each that begins
 * with "k=", in the place of the first; one that is there already stays.
 */
int ek_bootcfg_add_opt(struct ek_bootcfg *cfg, const char *opts,
		       struct ek_err *err);
/* Remove the words of opts; "k=" removes each that begins so. EK_EREFUSE where
 * one is not there. */
int ek_bootcfg_remove_opt(struct ek_bootcfg *cfg, const char *opts,
			  struct ek_err *err);

/* ---- lists, for those who check ----------------------------------------- */

/* One module of a list. Pointers into the list, not strings. */
struct ek_bootcfg_item {
	const char *name;
	size_t name_len;
	const char *opts; /* trimmed */
	size_t opts_len;
	/* separators that were passed over before it, and whether bytes other
	 * than a blank went with them */
	size_t empty;
	bool lost;
};

enum ek_bootcfg_next { EK_BOOTCFG_ITEM, EK_BOOTCFG_END, EK_BOOTCFG_WILD };

/* The next module from *list (as ek_bootcfg_get() has it) on, which moves
 * behind it; WILD where the loader reads past the end of the text. At the end
 * empty and lost are set too. */
enum ek_bootcfg_next ek_bootcfg_next_item(const char **list,
					  struct ek_bootcfg_item *item);

/* ---- edits as data ------------------------------------------------------ */

enum ek_bootcfg_op {
	EK_BOOTCFG_SET,     /* a: key, b: value */
	EK_BOOTCFG_DELETE,  /* a: key */
	EK_BOOTCFG_ADD,     /* a: module, b: module to put it before, or NULL */
	EK_BOOTCFG_REMOVE,  /* a: module */
	EK_BOOTCFG_REPLACE, /* a: old module, b: new one */
	EK_BOOTCFG_OPT,     /* a: kernel options */
	EK_BOOTCFG_NO_OPT,  /* a: kernel options */
};

struct ek_bootcfg_edit {
	enum ek_bootcfg_op op;
	const char *a, *b; /* borrowed */
};

int ek_bootcfg_apply(struct ek_bootcfg *cfg, const struct ek_bootcfg_edit *e,
		     struct ek_err *err);

/* ---- what the loader makes of it ---------------------------------------- */

enum ek_boot_fw { EK_BOOT_BIOS, EK_BOOT_UEFI };

/* "bios", "uefi"; false for others. */
bool ek_boot_fw_parse(const char *s, enum ek_boot_fw *fw);
const char *ek_boot_fw_name(enum ek_boot_fw fw);
/* Directory of the boot.cfg that this firmware reads on an ISO: "" for the
 * root, "/EFI/BOOT". */
const char *ek_boot_fw_dir(enum ek_boot_fw fw);

struct ek_boot_module {
	char *path;    /* to load; owned */
	char *options; /* NULL: none; owned */
};

/* Error numbers of the loader. */
enum ek_boot_status {
	EK_BOOT_OK = 0,
	EK_BOOT_UNSUPPORTED = 4,
	EK_BOOT_TOO_SMALL = 6,
	EK_BOOT_NOT_FOUND = 15,
	EK_BOOT_ABORTED = 22,
	EK_BOOT_CRC = 28,
	EK_BOOT_SYNTAX = 32,
	EK_BOOT_INCONSISTENT = 33,
	EK_BOOT_BAD_HEADER = 37,
};
const char *ek_boot_status_text(enum ek_boot_status s); /* "Syntax", ... */

struct ek_boot_plan {
	enum ek_boot_status status;
	/* why, in our words, where status is not 0; else NULL */
	char *why;
	/* the loader would run wild, its result is not known; NULL: it would
	 * not. With status 0 then, and the rest below as far as it is known. */
	const char *undefined;
	/* owned; not set where status is not 0 */
	char *title;     /* NULL: not set */
	char *prefix;    /* in force */
	int timeout;     /* seconds */
	char *kernel;    /* path to load */
	char *kernelopt; /* NULL: not set */
	struct ek_boot_module *modules;
	size_t n_modules;
};

/*
 * Read cfg as the loader (of 9.0) does that found it in the directory dir.
 * *plan is filled and ek_boot_plan_clear()ed by the caller; EK_ESYS alone can
 * be returned, and leaves it cleared.
 */
int ek_boot_plan(const struct ek_bootcfg *cfg, enum ek_boot_fw fw,
		 const char *dir, struct ek_boot_plan *plan,
		 struct ek_err *err);
void ek_boot_plan_clear(struct ek_boot_plan *plan);

/* Does it boot: status 0, and the result is known? */
bool ek_boot_plan_boots(const struct ek_boot_plan *plan);

/*
 * Both plans for a person, under the heading name; one of them may be NULL.
 * What is alike is shown once. Lack of memory sticks in out.
 */
void ek_boot_plan_text(const char *name, const struct ek_boot_plan *bios,
		       const struct ek_boot_plan *uefi, struct ek_buf *out);
/* Members of the open object: status, then error, or title, prefix, timeout,
 * kernel, kernelopt and modules (pairs of path and options). An undefined
 * result has status null. */
void ek_boot_plan_json(const struct ek_boot_plan *plan, struct ek_json *j);

/*
 * EK_EREFUSE where a loader would not boot by cfg as it lies on an ISO (an
 * error or an undefined result; skip=1 is somebody's will), with the reason.
 */
int ek_bootcfg_bootable(const struct ek_bootcfg *cfg, struct ek_err *err);

/*
 * Do both name the same kernel and the same modules with the same options, in
 * the same order? Otherwise *why (may be NULL) tells the first difference,
 * malloc()ed. Names compare as ek_bootcfg_same_name() does.
 */
int ek_bootcfg_same(const struct ek_bootcfg *a, const struct ek_bootcfg *b,
		    bool *same, char **why, struct ek_err *err);

#endif /* EK_BOOTCFG_H */
