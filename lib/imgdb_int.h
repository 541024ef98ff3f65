/* SPDX-License-Identifier: BSD-2-Clause */
/* imgdb_int.h - the image database, seen from its own parts */
#ifndef EK_IMGDB_INT_H
#define EK_IMGDB_INT_H

#include "ek/imgdb.h"

#define EK_DB_ROOT     "var/db/esximg/"
#define EK_DB_VIBS     EK_DB_ROOT "vibs/"
#define EK_DB_PROFILES EK_DB_ROOT "profiles/"

struct profile {
	struct ek_profile *p;     /* owned */
	struct ek_dbfile *file;   /* of the database; NULL: not written yet */
	char *name, *creator;     /* as read: they make the file name */
};

struct ek_imgdb {
	char *name;               /* for messages */
	char *raw;                /* the file as it was read, or NULL */
	size_t raw_len;
	struct ek_dbfile **files; /* owned: all entries */
	size_t n_files, cap_files;
	struct ek_dbvib *vibs;    /* sorted by id */
	size_t n_vibs;
	struct profile *profiles;
	size_t n_profiles;
	bool changed;             /* VIBs put in or taken out */
};

int ek_imgdb_nomem(struct ek_err *err);
void ek_imgdb_free_file(struct ek_dbfile *f);

/* f and p become the database's on success. */
int ek_imgdb_put_file(struct ek_imgdb *db, struct ek_dbfile *f,
		      struct ek_err *err);
int ek_imgdb_put_profile(struct ek_imgdb *db, struct ek_profile *p,
			 struct ek_dbfile *f, struct ek_err *err);

/* Neither a directory, nor of a VIB, nor a profile. */
bool ek_imgdb_is_other(const struct ek_dbfile *f);

/* type, vfat-name and so on of a payload, from its VIB (which may be NULL). */
void ek_imgdb_local(const struct ek_dbvib *v, const char *payload,
		    struct ek_local *l);

int ek_imgdb_same_desc(const struct ek_vibdesc *x, const struct ek_vibdesc *y,
		       bool *same, struct ek_err *err);

#endif /* EK_IMGDB_INT_H */
