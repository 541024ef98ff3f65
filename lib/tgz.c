/* SPDX-License-Identifier: BSD-2-Clause */
/* tgz.c - read a tar of any dialect for a payload, and pack it anew */
#include "os.h"

#include "ek/entry.h"
#include "ek/err.h"
#include "ek/gnutar.h"
#include "ek/inflate.h"
#include "ek/io.h"
#include "ek/path.h"
#include "ek/tarball.h"
#include "ek/tgz.h"
#include "nameset.h"

#define CHUNK 65536u

struct job {
	const struct ek_tgz_rules *rules;
	const char *name;       /* of the input */
	struct ek_tarball *t;
	struct ek_out *tar;     /* or NULL */
	struct ek_nameset names;
	uint64_t total;
	int64_t newest;
	unsigned char chunk[CHUNK];
};

static int refuse(const struct job *j, const struct ek_entry *e,
		  const char *why, struct ek_err *err)
{
	return ek_fail(err, EK_EREFUSE, "'%s': member '%s' %s", j->name,
		       e->name, why);
}

static bool is_dir(const struct ek_entry *e)
{
	return e->type == EK_FT_DIR;
}

static int check_name(const struct job *j, const struct ek_entry *e,
		      struct ek_err *err)
{
	size_t len = strlen(e->name);
	const char *why = ek_path_problem(e->name, len);

	if (why != NULL)
		return ek_fail(err, EK_EREFUSE, "'%s': member '%s': the name %s",
			       j->name, e->name, why);
	if (len + is_dir(e) < EK_TGZ_NAME)
		return EK_OK;
	return ek_fail(err, EK_EREFUSE, "'%s': member '%s': the name has %zu "
		       "bytes, and a tgz payload takes 99", j->name, e->name,
		       len + is_dir(e));
}

static int check_type(const struct job *j, const struct ek_entry *e,
		      struct ek_err *err)
{
	if (e->type == EK_FT_FILE || is_dir(e))
		return EK_OK;
	if (e->type != EK_FT_SYMLINK)
		return ek_fail(err, EK_EREFUSE, "'%s': member '%s' is a %s: "
			       "a payload may hold files, directories and "
			       "symbolic links only", j->name, e->name,
			       ek_ftype_name(e->type));
	if (e->link == NULL || strlen(e->link) >= EK_TGZ_NAME)
		return refuse(j, e, "is a link to nothing, or to a name of "
			      "100 bytes and more", err);
	if (ek_path_link_inside(e->name, e->link, !j->rules->driver))
		return EK_OK;
	return ek_fail(err, EK_EREFUSE, "'%s': member '%s' is a link to '%s', "
		       "which leaves the tree", j->name, e->name, e->link);
}

static int check_total(struct job *j, const struct ek_entry *e,
		       struct ek_err *err)
{
	j->total += 512;
	if (e->size >= EK_TGZ_MAX || j->total + e->size + 512 >= EK_TGZ_MAX)
		return ek_fail(err, EK_ELIMIT, "'%s': member '%s': %llu bytes; "
			       "a payload must stay below 4 GiB unpacked",
			       j->name, e->name,
			       (unsigned long long)e->size);
	j->total += (e->size + 511) / 512 * 512;
	return EK_OK;
}

/* ---- packing anew ------------------------------------------------------- */

static uint32_t new_mode(const struct job *j, const struct ek_entry *e)
{
	uint32_t sticky = e->mode & 01000;

	if (!j->rules->driver || e->type == EK_FT_SYMLINK)
		return e->mode & 07777;
	if (is_dir(e))
		return 0755;
	if ((e->mode & 0777) == 0555)
		return 0555 | sticky;
	return ((e->mode & 0111) != 0 ? 0755 : 0644) | sticky;
}

/* e as it is written: len bytes of its name only, which is a directory then. */
static int put_header(const struct job *j, const struct ek_entry *e,
		      const char *name, bool dir, struct ek_err *err)
{
	struct ek_entry w = *e;
	char root[] = "root", copy[EK_TGZ_NAME];

	if (j->tar == NULL)
		return EK_OK;
	snprintf(copy, sizeof(copy), "%s", name);
	w.name = copy;
	if (dir && !is_dir(e)) {
		w.type = EK_FT_DIR;
		w.mode = 0755;
		w.link = NULL;
		w.size = 0;
	}
	w.mode = new_mode(j, &w);
	if (j->rules->set_mtime)
		w.mtime = j->rules->mtime;
	if (w.mtime < 0)
		w.mtime = 0;
	if (j->rules->driver || dir != is_dir(e)) {
		w.uid = w.gid = 0;
		w.uname = w.gname = root;
	}
	return ek_gnutar_header(j->tar, &w, err);
}

/* The directories above e: each is one, and is written where it was not. */
static int above(struct job *j, const struct ek_entry *e, struct ek_err *err)
{
	char up[EK_TGZ_NAME];
	enum ek_name_kind kind;
	const char *p = e->name;
	int rc = EK_OK;

	while (rc == EK_OK && (p = strchr(p, '/')) != NULL) {
		size_t n = (size_t)(p++ - e->name);

		kind = ek_nameset_find(&j->names, e->name, n);
		snprintf(up, sizeof(up), "%.*s", (int)n, e->name);
		if (kind == EK_NAME_OTHER)
			return ek_fail(err, EK_EREFUSE, "'%s': member '%s' "
				       "lies below '%s', which is a file or a "
				       "link", j->name, e->name, up);
		if (kind != EK_NAME_NEW)
			continue;
		rc = ek_nameset_put(&j->names, e->name, n, EK_NAME_IMPLIED,
				    err);
		if (rc == EK_OK)
			rc = put_header(j, e, up, true, err);
	}
	return rc;
}

static int copy_data(struct job *j, const struct ek_entry *e,
		     unsigned char *held, size_t want, struct ek_err *err)
{
	uint64_t n = 0;
	size_t got, keep;
	int rc;

	for (;;) {
		rc = ek_tarball_read(j->t, j->chunk, sizeof(j->chunk), &got,
				     err);
		if (rc != EK_OK || got == 0)
			break;
		if (n < want) {
			keep = got < want - n ? got : want - (size_t)n;
			memcpy(held + n, j->chunk, keep);
		}
		if (j->tar != NULL)
			ek_out_write(j->tar, j->chunk, got);
		n += got;
	}
	if (rc == EK_OK && n != e->size)
		return ek_fail(err, EK_EFORMAT, "'%s': member '%s' has %llu of "
			       "its %llu bytes", j->name, e->name,
			       (unsigned long long)n,
			       (unsigned long long)e->size);
	if (rc == EK_OK && j->tar != NULL)
		ek_gnutar_pad(j->tar);
	return rc;
}

/* Other bytes under the name of e; *done: so it was. */
static int put_instead(struct job *j, const struct ek_entry *e, bool *done,
		       struct ek_err *err)
{
	const struct ek_tgz_rules *r = j->rules;
	struct ek_entry w = *e;
	const void *data;
	size_t len;
	int rc;

	*done = j->tar != NULL && r->replace != NULL &&
		e->type == EK_FT_FILE && r->replace(r->ctx, e, &data, &len);
	if (!*done)
		return EK_OK;
	w.size = len;
	rc = put_header(j, &w, e->name, false, err);
	if (rc != EK_OK)
		return rc;
	ek_out_write(j->tar, data, len);
	ek_gnutar_pad(j->tar);
	return EK_OK;
}

static int take_other(struct job *j, const struct ek_entry *e,
		      struct ek_err *err)
{
	const struct ek_tgz_rules *r = j->rules;
	size_t want = r->want != NULL ? r->want(r->ctx, e) : 0;
	unsigned char *held;
	bool done;
	int rc = put_instead(j, e, &done, err);

	if (rc != EK_OK || done)
		return rc;
	if (want > e->size)
		want = (size_t)e->size;
	held = malloc(want + 1);
	if (held == NULL)
		return ek_fail_sys(err, "cannot read '%s'", j->name);
	held[want] = 0;
	rc = put_header(j, e, e->name, false, err);
	if (rc == EK_OK)
		rc = copy_data(j, e, held, want, err);
	if (rc == EK_OK && r->seen != NULL)
		rc = r->seen(r->ctx, e, held, want, err);
	free(held);
	return rc;
}

static int take(struct job *j, const struct ek_entry *e, struct ek_err *err)
{
	enum ek_name_kind kind;
	size_t len;
	int rc;

	rc = check_name(j, e, err);
	if (rc == EK_OK)
		rc = check_type(j, e, err);
	if (rc == EK_OK)
		rc = check_total(j, e, err);
	if (rc == EK_OK)
		rc = above(j, e, err);
	if (rc != EK_OK)
		return rc;
	len = strlen(e->name);
	kind = ek_nameset_find(&j->names, e->name, len);
	if (kind == EK_NAME_OTHER || (kind != EK_NAME_NEW && !is_dir(e)))
		return refuse(j, e, "is there twice", err);
	if (e->mtime > j->newest)
		j->newest = e->mtime;
	rc = ek_nameset_put(&j->names, e->name, len,
			    is_dir(e) ? EK_NAME_DIR : EK_NAME_OTHER, err);
	if (rc != EK_OK)
		return rc;
	if (!is_dir(e))
		return take_other(j, e, err);
	return kind == EK_NAME_NEW ? put_header(j, e, e->name, true, err) :
		EK_OK;
}

static int take_all(struct job *j, struct ek_in *in, struct ek_err *err)
{
	const struct ek_entry *e;
	int rc;

	rc = ek_tarball_open(&j->t, in, err);
	while (rc == EK_OK) {
		rc = ek_tarball_next(j->t, &e, err);
		if (rc == EK_OK)
			rc = take(j, e, err);
	}
	ek_tarball_close(&j->t);
	if (rc != EK_END)
		return rc;
	if (j->tar != NULL)
		ek_gnutar_end(j->tar, 1);
	return EK_OK;
}

int ek_tgz_read(struct ek_in *in, const struct ek_tgz_rules *rules,
		struct ek_out *tar, int64_t *newest, struct ek_err *err)
{
	struct ek_in *gz = NULL;
	struct job *j;
	bool gzip;
	int rc;

	rc = ek_is_gzip(in, &gzip, err);
	if (rc != EK_OK)
		return rc;
	j = calloc(1, sizeof(*j));
	if (j == NULL)
		return ek_fail_sys(err, "cannot read '%s'", ek_in_name(in));
	j->rules = rules;
	j->name = ek_in_name(in);
	j->tar = tar;
	j->newest = INT64_MIN;
	if (gzip)
		rc = ek_in_open_gunzip(&gz, in, EK_GZ_MANY, false, err);
	if (rc == EK_OK)
		rc = take_all(j, gzip ? gz : in, err);
	ek_in_close(&gz);
	ek_nameset_free(&j->names);
	if (newest != NULL)
		*newest = j->newest;
	free(j);
	return rc;
}
