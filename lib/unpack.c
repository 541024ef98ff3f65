/* SPDX-License-Identifier: BSD-2-Clause */
/* unpack.c - extract an archive below a directory, safely */
#include "os.h"

#include <limits.h>

#include "ek/archive.h"
#include "ek/dir.h"
#include "ek/entry.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/num.h"
#include "ek/path.h"
#include "ek/unpack.h"

#define ID_BITS 06000u /* setuid and setgid */

/* What will be made of one member. */
struct item {
	char *name, *link; /* owned; link or NULL */
	enum ek_ftype type;
	uint32_t mode;
	int64_t mtime;
	uint64_t size;
};

struct sorted {
	const struct item *it;
};

struct ek_unpack {
	struct ek_archive *a; /* borrowed */
	struct item *v;       /* in the order of the archive */
	size_t n, cap;
	struct sorted *order; /* a parent before what is below it */
	size_t names;         /* bytes of them */
	uint64_t bytes;       /* of all files */
};

/* ---- plan: members one by one ------------------------------------------- */

static int refuse(const struct ek_unpack *u, const char *name, const char *why,
		  struct ek_err *err)
{
	return ek_fail(err, EK_EREFUSE, "'%.300s': member '%.300s' %s: nothing was"
		       " extracted", ek_archive_name(u->a), name, why);
}

static int check_link(const struct ek_unpack *u, const struct ek_entry *e,
		      struct ek_err *err)
{
	const char *p;

	if (e->link == NULL || e->link[0] == '\0')
		return refuse(u, e->name, "is a link to nothing", err);
	if (strlen(e->link) > EK_PATH_MAX)
		return refuse(u, e->name, "is a link whose target is too long",
			      err);
	for (p = e->link; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return refuse(u, e->name, "is a link whose target has"
				      " a control character", err);
	return EK_OK;
}

/* A component that no file system of Linux takes; better told now. */
static bool has_long_component(const char *name)
{
	size_t n;

	for (;; name += n + 1) {
		n = strcspn(name, "/");
		if (n > NAME_MAX)
			return true;
		if (name[n] == '\0')
			return false;
	}
}

static int check_entry(const struct ek_unpack *u, const struct ek_entry *e,
		       struct ek_err *err)
{
	const char *why = ek_path_problem(e->name, strlen(e->name));
	char text[96];

	if (why == NULL && has_long_component(e->name))
		why = "has a component of more than 255 bytes";
	if (why != NULL) {
		snprintf(text, sizeof(text), "has an unsafe name, which %s",
			 why);
		return refuse(u, e->name, text, err);
	}
	switch (e->type) {
	case EK_FT_FILE:
	case EK_FT_DIR:
		return EK_OK;
	case EK_FT_SYMLINK:
	case EK_FT_HARDLINK:
		return check_link(u, e, err);
	case EK_FT_CHARDEV:
	case EK_FT_BLOCKDEV:
	case EK_FT_FIFO:
	case EK_FT_OTHER:
		break;
	}
	snprintf(text, sizeof(text), "is a %s, which is never made",
		 e->type == EK_FT_OTHER ? "thing of unknown type"
					: ek_ftype_name(e->type));
	return refuse(u, e->name, text, err);
}

/* A bomb has any number of bytes. */
static int add_size(struct ek_unpack *u, const struct ek_entry *e,
		    struct ek_err *err)
{
	uint64_t max = ek_archive_max(u->a);
	char size[EK_NUM_SIZE];

	if (e->size <= max && u->bytes <= max - e->size) {
		u->bytes += e->size;
		return EK_OK;
	}
	ek_num_show_size(max, size);
	return ek_fail(err, EK_ELIMIT, "'%.300s': with member '%.300s' more"
		       " than %s of files: nothing was extracted (--max-size"
		       " allows more)", ek_archive_name(u->a), e->name, size);
}

static int add_item(struct ek_unpack *u, const struct ek_entry *e,
		    struct ek_err *err)
{
	size_t cap = u->cap != 0 ? u->cap * 2 : 64;
	struct item *it;

	u->names += strlen(e->name) + (e->link != NULL ? strlen(e->link) : 0);
	if (u->names > EK_UNPACK_NAMES_MAX)
		return ek_fail(err, EK_ELIMIT, "'%.300s' has more than %u MiB of"
			       " names", ek_archive_name(u->a),
			       EK_UNPACK_NAMES_MAX >> 20);
	if (u->n == u->cap) {
		it = reallocarray(u->v, cap, sizeof(*it));
		if (it == NULL)
			goto nomem;
		u->v = it;
		u->cap = cap;
	}
	it = &u->v[u->n++];
	*it = (struct item){
		.name = strdup(e->name),
		.link = e->link != NULL ? strdup(e->link) : NULL,
		.type = e->type,
		.mode = e->mode & 07777,
		.mtime = e->mtime,
		.size = e->size,
	};
	if (it->name != NULL && (it->link != NULL) == (e->link != NULL))
		return EK_OK;
nomem:
	return ek_fail_sys(err, "'%.300s'", ek_archive_name(u->a));
}

static int read_headers(struct ek_unpack *u, struct ek_err *err)
{
	struct ek_archive_member m;
	int rc;

	do {
		rc = ek_archive_next(u->a, &m, err);
		if (rc == EK_OK)
			rc = check_entry(u, m.e, err);
		if (rc == EK_OK)
			rc = add_size(u, m.e, err);
		if (rc == EK_OK)
			rc = add_item(u, m.e, err);
	} while (rc == EK_OK);
	return rc == EK_END ? EK_OK : rc;
}

/* ---- plan: members against each other ----------------------------------- */

/*
 * Bytes, but '/' before all of them: then whatever is below a name follows that
 * name at once. Names have no byte below ' '.
 */
static int cmp_name(const char *a, const char *b)
{
	unsigned char x, y;

	while (*a == *b && *a != '\0') {
		a++;
		b++;
	}
	x = *a == '/' ? 1 : (unsigned char)*a;
	y = *b == '/' ? 1 : (unsigned char)*b;
	return (x > y) - (x < y);
}

static int by_name(const void *a, const void *b)
{
	const struct sorted *x = a, *y = b;
	int c = cmp_name(x->it->name, y->it->name);

	return c != 0 ? c : (x->it > y->it) - (x->it < y->it);
}

static bool is_below(const char *name, const char *top)
{
	size_t len = strlen(top);

	return strncmp(name, top, len) == 0 && name[len] == '/';
}

static int check_neighbours(const struct ek_unpack *u, const struct item *a,
			    const struct item *b, struct ek_err *err)
{
	if (strcmp(a->name, b->name) == 0)
		return refuse(u, a->name, "is in the archive twice", err);
	if (a->type != EK_FT_DIR && is_below(b->name, a->name))
		return ek_fail(err, EK_EREFUSE, "'%.300s': member '%.300s' is below"
			       " '%.300s', which is a %s in the same archive:"
			       " nothing was extracted", ek_archive_name(u->a),
			       b->name, a->name, ek_ftype_name(a->type));
	return EK_OK;
}

static int find_name(const void *key, const void *at)
{
	const struct sorted *s = at;

	return cmp_name(key, s->it->name);
}

/* A hard link must name a file, or a hard link to one, that comes before. */
static int check_hardlink(const struct ek_unpack *u, const struct item *it,
			  struct ek_err *err)
{
	const struct sorted *to;

	to = bsearch(it->link, u->order, u->n, sizeof(*to), find_name);
	if (to != NULL && to->it < it && (to->it->type == EK_FT_FILE ||
					  to->it->type == EK_FT_HARDLINK))
		return EK_OK;
	return ek_fail(err, EK_EREFUSE, "'%.300s': member '%.300s' is a hard link to"
		       " '%.300s', which is not a file before it in the archive:"
		       " nothing was extracted", ek_archive_name(u->a),
		       it->name, it->link);
}

static int check_all(struct ek_unpack *u, struct ek_err *err)
{
	int rc = EK_OK;

	u->order = calloc(u->n + 1, sizeof(*u->order));
	if (u->order == NULL)
		return ek_fail_sys(err, "'%.300s'", ek_archive_name(u->a));
	for (size_t i = 0; i < u->n; i++)
		u->order[i].it = &u->v[i];
	qsort(u->order, u->n, sizeof(*u->order), by_name);
	for (size_t i = 1; rc == EK_OK && i < u->n; i++)
		rc = check_neighbours(u, u->order[i - 1].it, u->order[i].it,
				      err);
	for (size_t i = 0; rc == EK_OK && i < u->n; i++)
		if (u->v[i].type == EK_FT_HARDLINK)
			rc = check_hardlink(u, &u->v[i], err);
	return rc;
}

int ek_unpack_plan(struct ek_unpack **out, struct ek_archive *a,
		   struct ek_err *err)
{
	struct ek_unpack *u;
	int rc;

	*out = NULL;
	u = calloc(1, sizeof(*u));
	if (u == NULL)
		return ek_fail_sys(err, "'%.300s'", ek_archive_name(a));
	u->a = a;
	rc = ek_archive_keep(a, true, err);
	if (rc == EK_OK)
		rc = read_headers(u, err);
	if (rc == EK_OK)
		rc = check_all(u, err);
	/* a tar was read to its end for its headers */
	if (rc == EK_OK && ek_archive_kind(a) == EK_ARCHIVE_VMTAR &&
	    ek_archive_can_rewind(a))
		rc = ek_archive_finish(a, true, err);
	if (rc != EK_OK) {
		ek_unpack_free(&u);
		return rc;
	}
	*out = u;
	return EK_OK;
}

uint64_t ek_unpack_bytes(const struct ek_unpack *u)
{
	return u->bytes;
}

void ek_unpack_free(struct ek_unpack **u)
{
	struct ek_unpack *it = *u;

	*u = NULL;
	if (it == NULL)
		return;
	for (size_t i = 0; i < it->n; i++) {
		free(it->v[i].name);
		free(it->v[i].link);
	}
	free(it->v);
	free(it->order);
	free(it);
}

/* ---- run ---------------------------------------------------------------- */

struct run {
	struct ek_unpack *u;
	struct ek_dir *d;
	struct ek_unpack_opts opts;
	bool keep_ids;
};

static void tell(const struct run *r, const char *member, const char *text)
{
	if (r->opts.note != NULL)
		r->opts.note(r->opts.ctx, member, text);
}

static void tell_made(const struct run *r, const struct item *it)
{
	if (r->opts.made != NULL)
		r->opts.made(r->opts.ctx, it->name);
}

static uint32_t safe_mode(const struct run *r, const struct item *it)
{
	if ((it->mode & ID_BITS) == 0 || r->keep_ids)
		return it->mode;
	tell(r, it->name, "setuid and setgid are left out, since others can"
	     " enter this directory; extract into one of mode 0700 to keep"
	     " them");
	return it->mode & ~ID_BITS;
}

/* Refuse what cannot be made, before anything is. */
static int look(const struct run *r, const struct item *it, struct ek_err *err)
{
	enum ek_dir_there there;
	int rc = ek_dir_look(r->d, it->name, &there, err);

	if (rc != EK_OK || there == EK_DIR_NOTHING)
		return rc;
	if (it->type == EK_FT_DIR && there == EK_DIR_IS_DIR)
		return EK_OK;
	if (it->type == EK_FT_DIR)
		return refuse(r->u, it->name, "is a directory, but something"
			      " else of that name is there", err);
	if (there == EK_DIR_IS_DIR)
		return refuse(r->u, it->name, "is not a directory, but one of"
			      " that name is there", err);
	if (!r->opts.replace)
		return refuse(r->u, it->name, "is already there, and is not"
			      " replaced unless forced", err);
	return EK_OK;
}

static int look_at_all(const struct run *r, struct ek_err *err)
{
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < r->u->n; i++)
		rc = look(r, &r->u->v[i], err);
	return rc;
}

static int make_dirs(const struct run *r, struct ek_err *err)
{
	const struct item *it;
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < r->u->n; i++) {
		it = r->u->order[i].it;
		if (it->type != EK_FT_DIR)
			continue;
		rc = ek_dir_mkdir(r->d, it->name, 0700, err);
		if (rc == EK_OK)
			tell_made(r, it);
	}
	return rc;
}

/* in may be NULL: an empty file. */
static int make_file(const struct run *r, const struct item *it,
		     struct ek_in *in, struct ek_err *err)
{
	struct ek_out *out;
	uint64_t n = 0;
	int rc;

	rc = ek_dir_create(r->d, it->name, safe_mode(r, it), it->mtime,
			   r->opts.replace, &out, err);
	if (rc == EK_OK && in != NULL)
		rc = ek_in_copy(in, out, &n, err);
	if (rc == EK_OK && n != it->size)
		rc = ek_fail(err, EK_EFORMAT, "'%.300s' changed while it was read",
			     ek_archive_name(r->u->a));
	if (rc == EK_OK)
		rc = ek_out_commit(&out, err);
	ek_out_abort(&out);
	if (rc == EK_OK)
		tell_made(r, it);
	return rc;
}

static int make_files(const struct run *r, struct ek_err *err)
{
	struct ek_unpack *u = r->u;
	struct ek_in *data;
	size_t i;
	int rc;

	rc = ek_archive_rewind(u->a, err);
	while (rc == EK_OK) {
		rc = ek_archive_next_data(u->a, true, &i, &data, err);
		if (rc == EK_OK && (i >= u->n || u->v[i].type != EK_FT_FILE))
			rc = ek_fail(err, EK_EFORMAT, "'%.300s' changed while it"
				     " was read", ek_archive_name(u->a));
		if (rc == EK_OK)
			rc = make_file(r, &u->v[i], data, err);
		ek_in_close(&data);
	}
	if (rc == EK_END)
		rc = ek_archive_finish(u->a, true, err);
	for (i = 0; rc == EK_OK && i < u->n; i++)
		if (u->v[i].type == EK_FT_FILE && u->v[i].size == 0)
			rc = make_file(r, &u->v[i], NULL, err);
	return rc;
}

static int make_link(const struct run *r, const struct item *it,
		     struct ek_err *err)
{
	int rc = EK_OK;

	if (r->opts.replace)
		rc = ek_dir_remove(r->d, it->name, err);
	if (rc != EK_OK)
		return rc;
	if (it->type == EK_FT_HARDLINK)
		return ek_dir_hardlink(r->d, it->name, it->link, err);
	if (!ek_path_link_inside(it->name, it->link, true))
		tell(r, it->name, "is a symbolic link that leaves the"
		     " directory");
	rc = ek_dir_symlink(r->d, it->name, it->link, err);
	if (rc == EK_OK)
		rc = ek_dir_utime(r->d, it->name, it->mtime, err);
	return rc;
}

/* After the files: nothing can be written through one then. */
static int make_links(const struct run *r, struct ek_err *err)
{
	const struct item *it;
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < r->u->n; i++) {
		it = &r->u->v[i];
		if (it->type != EK_FT_SYMLINK && it->type != EK_FT_HARDLINK)
			continue;
		rc = make_link(r, it, err);
		if (rc == EK_OK)
			tell_made(r, it);
	}
	return rc;
}

/* The deepest first, as its parent may become read-only. */
static int finish_dirs(const struct run *r, struct ek_err *err)
{
	const struct item *it;
	int rc = EK_OK;

	for (size_t i = r->u->n; rc == EK_OK && i-- > 0;) {
		it = r->u->order[i].it;
		if (it->type == EK_FT_DIR)
			rc = ek_dir_finish(r->d, it->name, safe_mode(r, it),
					   it->mtime, err);
	}
	return rc;
}

int ek_unpack_run(struct ek_unpack *u, struct ek_dir *d,
		  const struct ek_unpack_opts *opts, struct ek_err *err)
{
	struct run r = {
		.u = u, .d = d, .keep_ids = ek_dir_is_private(d),
	};
	int rc;

	if (opts != NULL)
		r.opts = *opts;
	rc = look_at_all(&r, err);
	if (rc == EK_OK)
		rc = make_dirs(&r, err);
	if (rc == EK_OK)
		rc = make_files(&r, err);
	if (rc == EK_OK)
		rc = make_links(&r, err);
	if (rc == EK_OK)
		rc = finish_dirs(&r, err);
	return rc;
}

int ek_unpack_path(const char *path, const char *dir,
		   const struct ek_unpack_opts *opts, struct ek_err *err)
{
	struct ek_archive *a = NULL;
	struct ek_unpack *u = NULL;
	struct ek_dir *d = NULL;
	int rc;

	rc = ek_archive_open_path(&a, path, err);
	if (rc == EK_OK && opts != NULL && opts->max != 0)
		ek_archive_set_max(a, opts->max);
	if (rc == EK_OK)
		rc = ek_unpack_plan(&u, a, err);
	if (rc == EK_OK)
		rc = ek_dir_open(&d, dir != NULL ? dir : ".", dir != NULL, err);
	if (rc == EK_OK)
		rc = ek_unpack_run(u, d, opts, err);
	if (rc == EK_OK && opts != NULL && opts->signed_by != NULL &&
	    ek_archive_footer(a)->there)
		opts->signed_by(opts->ctx, ek_archive_footer(a));
	ek_unpack_free(&u);
	ek_archive_close(&a);
	ek_dir_close(&d);
	return rc;
}
