/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * imgedit.h - add, replace and remove VIBs of an image database, and tell what
 *             became of it (imgdb.5, "What must change")
 */
#ifndef EK_IMGEDIT_H
#define EK_IMGEDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ek/buf.h"
#include "ek/imgdb.h"
#include "ek/nametab.h"
#include "ek/vibdesc.h"

struct ek_err;
struct ek_findings;
struct ek_out;
struct ek_release;

struct ek_imgedit_opts {
	struct ek_strs paths;    /* of VIBs to add, for ek_imgedit_load() */
	struct ek_dbadd *adds;   /* orig and keep_sig are set by the edit */
	size_t n_adds;
	struct ek_strs removes;  /* names or ids of VIBs */
	/* of the profile; NULL: keep */
	const char *name, *vendor, *description;
	bool has_level;          /* else it is lowered when it must be */
	enum ek_level level;
	const struct ek_release *target; /* NULL: not told */
	const char *time_text;   /* --mtime, NULL: not given */
	bool dated;              /* mtime is the time of all that is written */
	int64_t mtime;
};

enum ek_imgopt {
	EK_IMG_ADD, EK_IMG_REMOVE, EK_IMG_LEVEL, EK_IMG_NAME, EK_IMG_VENDOR,
	EK_IMG_DESCRIPTION, EK_IMG_TARGET, EK_IMG_MTIME,
	EK_IMG_N
};

/* Set one, as an option of the command line has it (zero o to start); value is
 * borrowed. What is none is EK_EARG. */
int ek_imgedit_set(struct ek_imgedit_opts *o, enum ek_imgopt opt,
		   const char *value, struct ek_err *err);

/*
 * When all are set: read and verify the VIBs ("-": standard input): every
 * payload is there and has the digests of the descriptor.
 */
int ek_imgedit_load(struct ek_imgedit_opts *o, struct ek_err *err);
void ek_imgedit_clear(struct ek_imgedit_opts *o);

enum ek_change_kind {
	EK_CHANGE_ALREADY,   /* added, but it is there with the same bytes */
	EK_CHANGE_ADD,
	EK_CHANGE_REPLACE,   /* also the same version with other contents */
	EK_CHANGE_DOWNGRADE, /* a replace by a lower version */
	EK_CHANGE_REMOVE,
};
const char *ek_change_name(enum ek_change_kind kind); /* "already", "add"... */

struct ek_change {
	enum ek_change_kind kind;
	char *name;                      /* of the VIB */
	char *old_id, *old_version;      /* NULL for add */
	char *new_id, *new_version;      /* NULL for remove */
	enum ek_level level;             /* of the new one, else of the old */
	char *why;                       /* "replaced by 'x'", or NULL */
};

struct ek_imgedit {
	struct ek_change *changes; /* added ones in the order given, the rest */
	size_t n_changes;
	struct ek_nametab names;   /* by id and payload, removed ones too */
	enum ek_level old_level, new_level;
	char *lowered_by;          /* name of the VIB that needs it; NULL */
	int64_t old_serial, new_serial;
	bool has_serial;
	bool changed;
	int64_t fresh;             /* time for ek_imgdb_write() */
};

/*
 * Make the edit in db; nothing is checked here but what makes it impossible
 * (see ek_profile_check() for the rest). The VIB that is added always wins over
 * those of its name, those that it replaces and those that replace it; they go
 * with all their files. Refused: not exactly one profile; a name to remove that
 * is not there (near ones are named); two added VIBs of one name; no free file
 * name for a payload. After a failure db is to be thrown away.
 */
int ek_imgedit_run(struct ek_imgdb *db, const struct ek_imgedit_opts *o,
		   struct ek_imgedit **out, struct ek_err *err);
void ek_imgedit_free(struct ek_imgedit **out);

/* The edit, and ek_profile_check() of what comes out of it; what was wrong
 * before it as well is a warning in out, and a target that the image denies. */
int ek_imgedit_checked(struct ek_imgdb *db, const struct ek_imgedit_opts *o,
		       struct ek_imgedit **e, struct ek_findings *out,
		       struct ek_err *err);

/* The names of a database as it is, all kept; t is zeroed first. */
int ek_imgedit_names(const struct ek_imgdb *db, struct ek_nametab *t,
		     struct ek_err *err);

/*
 * Write the database to *out (NULL: not at all), where all is set with the time
 * of the edit on every entry, and the table of names (nametab.h) to the file
 * names (NULL: none). Both are complete, on disk, before either gets its name;
 * the table gets it first, so that a new database is never there without it.
 * *out is taken and becomes NULL, whatever this returns.
 */
int ek_imgedit_write(const struct ek_imgedit *e, struct ek_imgdb *db, bool all,
		     struct ek_out **out, const char *names,
		     struct ek_err *err);

/* What was done, one line each: "replaced 'net-acme' 1.0-1 by 1.1-1". */
int ek_imgedit_notes(const struct ek_imgedit *e, struct ek_strs *out,
		     struct ek_err *err);

/* The tables of --plan with the findings behind them; or a document: changed,
 * changes, level, serial, payloads, findings. */
void ek_imgedit_text(const struct ek_imgedit *e, const struct ek_findings *f,
		     struct ek_buf *out);
void ek_imgedit_json(const struct ek_imgedit *e, const struct ek_findings *f,
		     struct ek_buf *out);

#endif /* EK_IMGEDIT_H */
