/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * imgdb.h - an image database (IMGDB.TGZ) in memory: read, change, write
 *
 * Source: imgdb.5. Everything below var/db/esximg/vibs is a VIB, but names that
 * end in .orig or .sig; everything below profiles is a profile. What else there
 * is, is carried through as it was. An entry that is not changed keeps its
 * name, bytes, owner and time.
 */
#ifndef EK_IMGDB_H
#define EK_IMGDB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ek/entry.h"
#include "ek/vibdesc.h"

struct ek_err;
struct ek_in;
struct ek_local;
struct ek_out;
struct ek_profile;

/* Accepted: bytes of the file and of what is in it, entries, VIBs. */
#define EK_IMGDB_MAX     (64u << 20)
#define EK_IMGDB_ENTRIES 32768u
#define EK_IMGDB_VIBS    8192u
/* VMware's writer refuses longer paths (imgdb.5, "Limit"). */
#define EK_IMGDB_PATH    97u

struct ek_imgdb; /* opaque */

/* A file of the database; e.size bytes of data and a NUL. */
struct ek_dbfile {
	struct ek_entry e; /* e.name is the path in the archive */
	char *data;
	char *owner; /* id of the VIB it belongs to, or NULL */
	bool added;
	bool again;  /* a directory that is there before */
};

struct ek_dbvib {
	char *id;
	struct ek_vibdesc d;             /* from the XML */
	const struct ek_dbfile *xml;     /* borrowed from the database */
	const struct ek_dbfile *orig;    /* signed descriptor; NULL: none */
	const struct ek_dbfile *sig;     /* signature; NULL: none */
	bool added;
};

/*
 * Read path ("-" or NULL: standard input), or a stream to its end. Refused:
 * what is no gzip of a tar; a name with ".." and the like; a file that is there
 * twice; nothing below var/db/esximg (also where the names are in upper case,
 * or begin with "./" or "/": ESXi finds nothing then); XML that
 * ek_vibdesc_parse() or ek_profile_parse() refuses; one VIB id with two
 * different descriptors. No profile or several are taken here.
 */
int ek_imgdb_open(struct ek_imgdb **db, const char *path, struct ek_err *err);
int ek_imgdb_read(struct ek_imgdb **db, struct ek_in *in, struct ek_err *err);
/* The same of the tar that is inside the gzip. */
int ek_imgdb_read_tar(struct ek_imgdb **out, struct ek_in *in,
		      struct ek_err *err);
/* One without VIBs and profile. */
int ek_imgdb_new(struct ek_imgdb **out, struct ek_err *err);
void ek_imgdb_free(struct ek_imgdb **out);

const char *ek_imgdb_name(const struct ek_imgdb *db); /* for messages */

/* The VIBs, sorted by id, each id once. Borrowed until one is removed. */
size_t ek_imgdb_vibs(const struct ek_imgdb *db);
const struct ek_dbvib *ek_imgdb_vib(const struct ek_imgdb *db, size_t i);
const struct ek_dbvib *ek_imgdb_find(const struct ek_imgdb *db, const char *id);

/* The profiles, in the order of the archive. */
size_t ek_imgdb_profiles(const struct ek_imgdb *db);
struct ek_profile *ek_imgdb_profile_at(const struct ek_imgdb *db, size_t i);
const struct ek_dbfile *ek_imgdb_profile_file(const struct ek_imgdb *db,
					      size_t i);
/* The one profile; none or several are EK_EREFUSE, as for the installer. */
int ek_imgdb_profile(const struct ek_imgdb *db, struct ek_profile **p,
		     struct ek_err *err);
/* Give an empty database its profile, which becomes the database's. */
int ek_imgdb_set_profile(struct ek_imgdb *db, struct ek_profile *p,
			 struct ek_err *err);

/* Files that are neither, in the order of the archive: the next one, NULL at
 * the end; *pos starts at 0. */
const struct ek_dbfile *ek_imgdb_next_other(const struct ek_imgdb *db,
					    size_t *pos);

/* The same for the components of 7.0 and later: the next file of bulletins/ or
 * (*reserved) reservedComponents/. */
const struct ek_dbfile *ek_imgdb_next_bulletin(const struct ek_imgdb *db,
					       size_t *pos, bool *reserved);

/* "6.7.0-0.0.8169922": what the VIBs of the profile provide as esx-version, the
 * highest; NULL: nothing. Borrowed. */
const char *ek_imgdb_esx_version(const struct ek_imgdb *db);

/* Does '-' stay in the names of payloads, as in 5.0? The version of esx-base
 * tells; otherwise where there is none. */
bool ek_imgdb_keeps_hyphen(const struct ek_imgdb *db, bool otherwise);

/* Has any VIB a .orig, a .sig? */
bool ek_imgdb_has_orig(const struct ek_imgdb *db);
bool ek_imgdb_has_sig(const struct ek_imgdb *db);

/*
 * The payloads that profile p names, sorted by VIB id and payload, with room
 * for extra more behind them; free with ek_locals_free(*v, n). Texts but the
 * names are borrowed from the database and from p. type is NULL where the
 * database has no such payload.
 */
int ek_imgdb_locals(const struct ek_imgdb *db, const struct ek_profile *p,
		    size_t extra, struct ek_local **v, size_t *n,
		    struct ek_err *err);
/* The order in which names are given. */
void ek_locals_sort(struct ek_local *v, size_t n);

/*
 * Put in a VIB: text is its descriptor.xml, sig its signature (may be of length
 * 0). The XML is written in the form of databases; .orig and .sig, verbatim,
 * where asked for. An id that is there, other characters than printable ASCII
 * in the id, name or a payload name, and a path longer than EK_IMGDB_PATH are
 * EK_EREFUSE. The profile is not touched. label is for messages.
 */
struct ek_dbadd {
	const char *label;
	const char *text;
	size_t len;
	const void *sig;
	size_t sig_len;
	bool orig, keep_sig; /* write .orig, .sig */
};
int ek_imgdb_add(struct ek_imgdb *db, const struct ek_dbadd *a,
		 struct ek_err *err);
/* Is this VIB there, with the same descriptor and signature? */
int ek_imgdb_same(const struct ek_dbvib *v, const struct ek_dbadd *a,
		  bool *same, struct ek_err *err);

/* Is the .orig, which is there, that of this VIB, and does it say what the XML
 * does? EK_EREFUSE and EK_EFORMAT name the files. */
int ek_imgdb_check_orig(const struct ek_dbvib *v, struct ek_err *err);

/* Take out a VIB with all its files; the profile is not touched. */
void ek_imgdb_remove(struct ek_imgdb *db, const char *id);

bool ek_imgdb_changed(const struct ek_imgdb *db);

/*
 * Write: gzip without a name of a tar as VMware writes it; or, where nothing
 * has changed since ek_imgdb_read(), the very bytes that were read. fresh is
 * the time of entries that are new or changed; where all is set, of every entry.
 */
int ek_imgdb_write(struct ek_imgdb *db, struct ek_out *out, int64_t fresh,
		   bool all, struct ek_err *err);
/* The tar alone, always made anew. */
int ek_imgdb_write_tar(struct ek_imgdb *db, struct ek_out *out, int64_t fresh,
		       bool all, struct ek_err *err);

#endif /* EK_IMGDB_H */
