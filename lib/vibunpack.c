/* SPDX-License-Identifier: BSD-2-Clause */
/* vibunpack.c - take a VIB apart into a directory */
#include "os.h"

#include "ek/archive.h"
#include "ek/dir.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/nametab.h"
#include "ek/path.h"
#include "ek/paysum.h"
#include "ek/source.h"
#include "ek/tarball.h"
#include "ek/unpack.h"
#include "ek/vib.h"
#include "ek/vibunpack.h"

struct job {
	const struct ek_vibunpack_opts *o;
	struct ek_source *src;
	struct ek_vib *vib;           /* open during a pass */
	struct ek_dir *dir;           /* NULL in the first pass */
	struct ek_strs files, trees;  /* what the second pass will make */
	uint64_t left;                /* bytes that trees may have yet */
};

static void note(const struct job *j, const char *member, const char *text)
{
	if (j->dir == NULL && j->o->note != NULL)
		j->o->note(j->o->ctx, member, text);
}

static void made(const struct job *j, const char *name)
{
	if (j->o->made != NULL)
		j->o->made(j->o->ctx, name);
}

static int64_t file_time(const struct job *j)
{
	const struct ek_vibdesc *d = ek_vib_desc(j->vib);

	return d->has_date ? d->date.sec : 0;
}

/* ---- what becomes of a member ------------------------------------------- */

static bool is_archive(const struct ek_payload *p)
{
	return p != NULL && (strcmp(p->type, "vgz") == 0 ||
			     strcmp(p->type, "tgz") == 0 ||
			     strcmp(p->type, "installer_vgz") == 0 ||
			     strcmp(p->type, "vzstd") == 0);
}

/* The table's row of a payload of this VIB that stays or comes. */
static const struct ek_nametab_row *find_row(const struct job *j,
					     const char *payload)
{
	const struct ek_nametab *t = j->o->names;

	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].fate != EK_NAME_REMOVED &&
		    strcmp(t->v[i].vib, ek_vib_id(j->vib)) == 0 &&
		    strcmp(t->v[i].payload, payload) == 0)
			return &t->v[i];
	return NULL;
}

/* Under which name is it written; *to is NULL where it is not. */
static int target(const struct job *j, const struct ek_vib_member *m,
		  const char **to, struct ek_err *err)
{
	const struct ek_nametab_row *row;
	const char *why;

	*to = m->name;
	if (j->o->names == NULL)
		return EK_OK;
	*to = NULL;
	if (m->payload == NULL)
		return EK_OK;
	row = find_row(j, m->name);
	if (row == NULL)
		return ek_fail(err, EK_EREFUSE, "the table of names has no"
			       " payload '%s' of VIB '%s'", m->name,
			       ek_vib_id(j->vib));
	why = strchr(row->name, '/') != NULL ? "has '/'"
	      : ek_path_problem(row->name, strlen(row->name));
	if (why != NULL)
		return ek_fail(err, EK_EREFUSE, "the table of names calls"
			       " payload '%s' '%s', which %s", m->name,
			       row->name, why);
	if (row->fate == EK_NAME_ADDED && row->use != EK_USE_FILE)
		*to = row->name;
	return EK_OK;
}

/* ---- files -------------------------------------------------------------- */

static void tell_unchecked(const struct job *j, const struct ek_vib_member *m,
			   unsigned unchecked)
{
	if (m->payload == NULL)
		note(j, m->name, "no payload names this member, and nothing"
		     " checks it");
	else if ((unchecked & EK_NO_SUMS) != 0)
		note(j, m->name, "the descriptor has no checksum of it");
}

static int write_file(struct job *j, const char *to, struct ek_err *err)
{
	struct ek_out *out;
	int rc = ek_dir_create(j->dir, to, 0644, file_time(j), j->o->replace,
			       &out, err);

	if (rc != EK_OK)
		return rc;
	rc = ek_vib_copy(j->vib, out, NULL, err);
	if (rc == EK_OK)
		rc = ek_out_commit(&out, err);
	ek_out_abort(&out);
	if (rc == EK_OK)
		made(j, to);
	return rc;
}

static int do_file(struct job *j, const struct ek_vib_member *m,
		   const char *to, struct ek_err *err)
{
	unsigned unchecked;
	int rc;

	if (j->dir != NULL)
		return to != NULL ? write_file(j, to, err) : EK_OK;
	rc = ek_vib_copy(j->vib, NULL, &unchecked, err);
	if (rc != EK_OK)
		return rc;
	tell_unchecked(j, m, unchecked);
	if (to == NULL)
		return EK_OK;
	if (ek_strs_has(&j->files, to))
		return ek_fail(err, EK_EREFUSE, "the table of names calls two"
			       " payloads '%s'", to);
	return ek_strs_add(&j->files, to, strlen(to), err);
}

/* ---- trees -------------------------------------------------------------- */

/* The member's bytes, checked, where they can be read again. */
static int spool(struct job *j, const struct ek_vib_member *m,
		 struct ek_source **s, struct ek_err *err)
{
	struct ek_spool *sp = NULL;
	struct ek_out *out = NULL;
	unsigned unchecked = 0;
	char *name = NULL;
	int rc = ek_spool_new(&sp, err);

	if (rc == EK_OK)
		rc = ek_spool_out(sp, &out, err);
	if (rc == EK_OK)
		rc = ek_vib_copy(j->vib, out, &unchecked, err);
	if (rc == EK_OK)
		rc = ek_out_commit(&out, err);
	if (rc == EK_OK && asprintf(&name, "%s:%s", ek_source_name(j->src),
				    m->name) < 0)
		rc = ek_fail_sys(err, "'%s'", m->name);
	if (rc == EK_OK) {
		tell_unchecked(j, m, unchecked);
		rc = ek_source_spool(s, sp, name, err);
		sp = NULL;
	}
	ek_out_abort(&out);
	ek_spool_free(sp);
	free(name);
	return rc;
}

static void tell_kind(const struct job *j, const struct ek_vib_member *m,
		      const struct ek_archive *a)
{
	bool tar = ek_archive_kind(a) == EK_ARCHIVE_TAR;

	if (tar != (strcmp(m->payload->type, "tgz") == 0))
		note(j, m->name, tar ? "holds a tar, but its type says vmtar"
		     : "holds a vmtar, but its type says tar");
}

/* All trees share one limit. */
static int plan_tree(struct job *j, struct ek_unpack **u, struct ek_archive *a,
		     struct ek_err *err)
{
	int rc;

	ek_archive_set_max(a, j->left);
	rc = ek_unpack_plan(u, a, err);
	if (rc == EK_OK)
		j->left -= ek_unpack_bytes(*u);
	return rc;
}

/* First pass: can all of it be extracted? */
static int try_tree(struct job *j, const struct ek_vib_member *m,
		    struct ek_archive *a, struct ek_err *err)
{
	struct ek_unpack *u;
	struct ek_in *data;
	size_t index;
	int rc = plan_tree(j, &u, a, err);

	ek_unpack_free(&u);
	if (rc != EK_OK)
		return rc;
	tell_kind(j, m, a);
	/* a tar was read whole for its headers */
	if (ek_archive_kind(a) == EK_ARCHIVE_TAR)
		return EK_OK;
	while ((rc = ek_archive_next_data(a, false, &index, &data, err)) ==
	       EK_OK)
		ek_in_close(&data);
	return rc == EK_END ? ek_archive_finish(a, false, err) : rc;
}

struct tree_note {
	const struct job *j;
	const char *payload;
};

static void on_unpack_note(void *ctx, const char *member, const char *text)
{
	const struct tree_note *t = ctx;
	char *name;

	if (t->j->o->note == NULL ||
	    asprintf(&name, "%s/%s", t->payload, member) < 0)
		return;
	t->j->o->note(t->j->o->ctx, name, text);
	free(name);
}

static int write_tree(struct job *j, const char *name, struct ek_archive *a,
		      struct ek_err *err)
{
	struct tree_note t = { j, name };
	const struct ek_unpack_opts opts = {
		.replace = j->o->replace,
		.note = on_unpack_note,
		.ctx = &t,
	};
	struct ek_unpack *u;
	struct ek_dir *sub = NULL;
	int rc = plan_tree(j, &u, a, err);

	if (rc == EK_OK)
		rc = ek_dir_mkdir(j->dir, name, 0755, err);
	if (rc == EK_OK)
		rc = ek_dir_open_below(&sub, j->dir, name, err);
	if (rc == EK_OK)
		rc = ek_unpack_run(u, sub, &opts, err);
	ek_dir_close(&sub);
	ek_unpack_free(&u);
	if (rc == EK_OK)
		rc = ek_dir_finish(j->dir, name, 0755, file_time(j), err);
	if (rc == EK_OK)
		made(j, name);
	return rc;
}

/* Known once all of it was read. */
static void tell_signature(const struct job *j, const struct ek_vib_member *m,
			   const struct ek_archive *a)
{
	const struct ek_footer *f = ek_archive_footer(a);
	char text[256];

	if (!f->there)
		return;
	snprintf(text, sizeof(text), EK_FOOTER_LOST, f->key_id);
	note(j, m->name, text);
}

static int do_tree(struct job *j, const struct ek_vib_member *m,
		   struct ek_err *err)
{
	struct ek_source *s = NULL;
	struct ek_archive *a = NULL;
	struct ek_in *in = NULL;
	int rc = spool(j, m, &s, err);

	if (rc == EK_OK)
		rc = ek_source_in(s, &in, err);
	if (rc == EK_OK)
		rc = ek_archive_open(&a, in, err);
	if (rc == EK_OK)
		rc = j->dir == NULL ? try_tree(j, m, a, err)
				    : write_tree(j, m->name, a, err);
	if (rc == EK_OK && j->dir == NULL)
		tell_signature(j, m, a);
	if (rc == EK_OK && j->dir == NULL)
		rc = ek_strs_add(&j->trees, m->name, strlen(m->name), err);
	ek_archive_close(&a);
	ek_in_close(&in);
	ek_source_free(&s);
	return rc;
}

/* ---- passes ------------------------------------------------------------- */

/* Descriptor and signature, as they are. */
static int put_text(struct job *j, const char *name, const char *text,
		    size_t len, struct ek_err *err)
{
	struct ek_out *out;
	int rc;

	if (j->o->names != NULL)
		return EK_OK;
	if (j->dir == NULL)
		return ek_strs_add(&j->files, name, strlen(name), err);
	rc = ek_dir_create(j->dir, name, 0644, file_time(j), j->o->replace,
			   &out, err);
	if (rc != EK_OK)
		return rc;
	ek_out_write(out, text, len);
	rc = ek_out_commit(&out, err);
	if (rc == EK_OK)
		made(j, name);
	return rc;
}

static int put_texts(struct job *j, struct ek_err *err)
{
	size_t len;
	const char *text = ek_vib_descriptor(j->vib, &len);
	int rc = put_text(j, "descriptor.xml", text, len, err);

	text = ek_vib_signature(j->vib, &len);
	return rc == EK_OK ? put_text(j, "sig.pkcs7", text, len, err) : rc;
}

static int do_members(struct job *j, struct ek_err *err)
{
	struct ek_vib_member m;
	const char *to;
	int rc;

	while ((rc = ek_vib_next(j->vib, &m, err)) == EK_OK) {
		rc = target(j, &m, &to, err);
		if (rc == EK_OK && j->o->trees && is_archive(m.payload))
			rc = do_tree(j, &m, err);
		else if (rc == EK_OK)
			rc = do_file(j, &m, to, err);
		if (rc != EK_OK)
			return rc;
	}
	return rc == EK_END ? EK_OK : rc;
}

static int pass(struct job *j, struct ek_err *err)
{
	struct ek_in *in;
	int rc = ek_source_in(j->src, &in, err);

	j->left = j->o->max != 0 ? j->o->max : EK_TAR_DISK_MAX;
	if (rc != EK_OK)
		return rc;
	rc = ek_vib_open(&j->vib, in, err);
	if (rc == EK_OK)
		rc = put_texts(j, err);
	if (rc == EK_OK)
		rc = do_members(j, err);
	ek_vib_close(&j->vib);
	ek_in_close(&in);
	return rc;
}

/* Nothing may be in the way. */
static int check_free(const struct job *j, const struct ek_strs *names,
		      bool trees, struct ek_err *err)
{
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < names->n; i++)
		rc = ek_dir_check_free(j->dir, names->v[i], trees,
				       j->o->replace, err);
	return rc;
}

int ek_vibunpack(const char *path, const char *dir,
		 const struct ek_vibunpack_opts *opts, struct ek_err *err)
{
	struct job j = { .o = opts };
	struct ek_dir *d = NULL;
	int rc = ek_source_open(&j.src, path, err);

	if (rc == EK_OK)
		rc = pass(&j, err);
	if (rc == EK_OK)
		rc = ek_dir_open(&d, dir, true, err);
	j.dir = d;
	if (rc == EK_OK)
		rc = check_free(&j, &j.files, false, err);
	if (rc == EK_OK)
		rc = check_free(&j, &j.trees, true, err);
	if (rc == EK_OK)
		rc = pass(&j, err);
	ek_dir_close(&d);
	ek_strs_free(&j.files);
	ek_strs_free(&j.trees);
	ek_source_free(&j.src);
	return rc;
}
