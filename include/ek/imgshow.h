/* SPDX-License-Identifier: BSD-2-Clause */
/* imgshow.h - an image database in words and in JSON (imgdb-info.1) */
#ifndef EK_IMGSHOW_H
#define EK_IMGSHOW_H

#include <stdbool.h>

struct ek_buf;
struct ek_dbvib;
struct ek_err;
struct ek_imgdb;

/* What a person wants to see first: profiles, release, level, table of VIBs. */
void ek_imgshow_text(const struct ek_imgdb *db, struct ek_buf *out);

/* One document about all of it, or about one VIB, or the profiles alone. */
int ek_imgshow_json(const struct ek_imgdb *db, struct ek_buf *out,
		    struct ek_err *err);
void ek_imgshow_vib_json(const struct ek_imgdb *db, const struct ek_dbvib *v,
			 struct ek_buf *out);
void ek_imgshow_profile_json(const struct ek_imgdb *db, struct ek_buf *out);

/* The VIB of this name or id; EK_EREFUSE where there is none or several. */
int ek_imgshow_find(const struct ek_imgdb *db, const char *name,
		    const struct ek_dbvib **v, struct ek_err *err);

/*
 * One value, without a line feed: esx-version, release, name, vendor,
 * profile-id, creationtime, modifiedtime, serialno, description, level.
 * EK_EREFUSE where the database has no such value, EK_EARG for other keys.
 */
int ek_imgshow_get(const struct ek_imgdb *db, const char *key,
		   struct ek_buf *out, struct ek_err *err);

/* The files that the boot loader gets, the kernel first, up to imgdb.tgz, a line
 * each; EK_EREFUSE where there is not one profile. */
int ek_imgshow_order(const struct ek_imgdb *db, struct ek_buf *out,
		     struct ek_err *err);

/* The ids of the VIBs whose file list has path, one a line; *any says whether
 * there are. */
int ek_imgshow_owners(const struct ek_imgdb *db, const char *path,
		      struct ek_buf *out, bool *any, struct ek_err *err);

#endif /* EK_IMGSHOW_H */
