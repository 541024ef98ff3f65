/* SPDX-License-Identifier: BSD-2-Clause */
/* tree.c - a directory as the entries of an archive */
#include "os.h"

#include <sys/stat.h>
#include <unistd.h>

#include "ek/dir.h"
#include "ek/err.h"
#include "ek/gnutar.h"
#include "ek/io.h"
#include "ek/num.h"
#include "ek/tree.h"
#include "ek/walk.h"

struct node {
	struct ek_entry e;
	dev_t dev; /* of a file with other names, else both 0 */
	ino_t ino;
};

struct ek_tree {
	char *name; /* owned; as the user gave it */
	struct ek_dir *dir;
	const struct ek_tree_opts *o; /* while it is walked */
	struct node *v; /* owned */
	size_t n, cap;
	struct ek_strs texts; /* all that the entries point to */
	struct ek_file *file; /* whose data was asked for last */
};

bool ek_tree_owner_parse(const char *text, uint32_t *uid, uint32_t *gid)
{
	const char *colon = strchr(text, ':');
	uint64_t u, g;

	if (colon == NULL ||
	    !ek_num_dec(text, (size_t)(colon - text), UINT32_MAX, &u) ||
	    !ek_num_dec(colon + 1, strlen(colon + 1), UINT32_MAX, &g))
		return false;
	*uid = (uint32_t)u;
	*gid = (uint32_t)g;
	return true;
}

/* ---- entries ------------------------------------------------------------ */

static int type_of(const struct ek_tree *t, const struct ek_walked *w,
		   enum ek_ftype *type, struct ek_err *err)
{
	const char *kind = NULL;

	if (S_ISREG(w->st->st_mode))
		*type = EK_FT_FILE;
	else if (S_ISDIR(w->st->st_mode))
		*type = EK_FT_DIR;
	else if (S_ISLNK(w->st->st_mode))
		*type = EK_FT_SYMLINK;
	else if (S_ISSOCK(w->st->st_mode))
		kind = "a socket";
	else if (S_ISFIFO(w->st->st_mode))
		kind = "a FIFO";
	else
		kind = "a device";
	if (kind == NULL)
		return EK_OK;
	return ek_fail(err, EK_EREFUSE, "'%s': '%.300s' is %s, which no archive"
		       " of ESXi has; remove it", t->name, w->path, kind);
}

static int add_node(struct ek_tree *t, struct node **node, struct ek_err *err)
{
	size_t cap = t->cap != 0 ? t->cap * 2 : 64;
	struct node *grown;

	if (t->n == t->cap) {
		grown = reallocarray(t->v, cap, sizeof(*grown));
		if (grown == NULL)
			return ek_fail_sys(err, "'%s'", t->name);
		t->v = grown;
		t->cap = cap;
	}
	*node = &t->v[t->n++];
	memset(*node, 0, sizeof(**node));
	return EK_OK;
}

/* A copy of text that lives as long as the tree; NULL stays NULL. */
static int keep(struct ek_tree *t, const char *text, char **copy,
		struct ek_err *err)
{
	int rc;

	*copy = NULL;
	if (text == NULL)
		return EK_OK;
	rc = ek_strs_add(&t->texts, text, strlen(text), err);
	if (rc == EK_OK)
		*copy = t->texts.v[t->texts.n - 1];
	return rc;
}

static void fill_entry(struct node *n, const struct ek_tree_opts *o,
		       enum ek_ftype type, const struct stat *st)
{
	n->e.type = type;
	n->e.mode = type == EK_FT_SYMLINK ? 0777 : st->st_mode & 07777;
	n->e.uid = o->uid;
	n->e.gid = o->gid;
	n->e.mtime = o->set_mtime ? o->mtime : st->st_mtime;
	if (type != EK_FT_FILE)
		return;
	n->e.size = (uint64_t)st->st_size;
	if (st->st_nlink > 1) {
		n->dev = st->st_dev;
		n->ino = st->st_ino;
	}
}

static int on_walked(void *ctx, const struct ek_walked *w, struct ek_err *err)
{
	struct ek_tree *t = ctx;
	enum ek_ftype type = EK_FT_OTHER;
	struct node *n;
	int rc;

	rc = type_of(t, w, &type, err);
	if (rc == EK_OK)
		rc = add_node(t, &n, err);
	if (rc != EK_OK)
		return rc;
	fill_entry(n, t->o, type, w->st);
	rc = keep(t, w->path, &n->e.name, err);
	if (rc == EK_OK)
		rc = keep(t, w->link, &n->e.link, err);
	if (rc == EK_OK)
		rc = keep(t, t->o->uid == 0 ? "root" : "", &n->e.uname, err);
	if (rc == EK_OK)
		rc = keep(t, t->o->gid == 0 ? "root" : "", &n->e.gname, err);
	return rc;
}

/* ---- hard links --------------------------------------------------------- */

struct name_of {
	const struct node *node;
	size_t i;
};

static int by_file(const void *a, const void *b)
{
	const struct name_of *x = a, *y = b;

	if (x->node->dev != y->node->dev)
		return x->node->dev < y->node->dev ? -1 : 1;
	if (x->node->ino != y->node->ino)
		return x->node->ino < y->node->ino ? -1 : 1;
	return x->i < y->i ? -1 : x->i > y->i;
}

/* The first name of a file keeps the data; the others are links to it. */
static void make_link(struct ek_tree *t, size_t i, size_t first)
{
	struct ek_entry *e = &t->v[i].e;

	e->link = t->v[first].e.name;
	e->type = EK_FT_HARDLINK;
	e->size = 0;
}

static int find_links(struct ek_tree *t, struct ek_err *err)
{
	struct name_of *v = calloc(t->n + 1, sizeof(*v));
	size_t n = 0, first = 0;

	if (v == NULL)
		return ek_fail_sys(err, "'%s'", t->name);
	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].ino != 0)
			v[n++] = (struct name_of){ &t->v[i], i };
	qsort(v, n, sizeof(*v), by_file);
	for (size_t i = 1; i < n; i++) {
		if (v[i].node->dev == v[first].node->dev &&
		    v[i].node->ino == v[first].node->ino)
			make_link(t, v[i].i, v[first].i);
		else
			first = i;
	}
	free(v);
	return EK_OK;
}

/* ---- open --------------------------------------------------------------- */

int ek_tree_open(struct ek_tree **t, const char *dir,
		 const struct ek_tree_opts *o, struct ek_err *err)
{
	struct ek_tree *n = calloc(1, sizeof(*n));
	int rc;

	*t = NULL;
	if (n == NULL)
		return ek_fail_sys(err, "'%s'", dir);
	n->name = strdup(dir);
	n->o = o;
	if (n->name == NULL)
		rc = ek_fail_sys(err, "'%s'", dir);
	else
		rc = ek_dir_open(&n->dir, dir, false, err);
	if (rc == EK_OK)
		rc = ek_walk(dir, &o->only, on_walked, n, err);
	if (rc == EK_OK)
		rc = find_links(n, err);
	n->o = NULL;
	if (rc == EK_OK)
		*t = n;
	else
		ek_tree_free(&n);
	return rc;
}

void ek_tree_free(struct ek_tree **t)
{
	struct ek_tree *o = *t;

	*t = NULL;
	if (o == NULL)
		return;
	ek_strs_free(&o->texts);
	ek_file_close(&o->file);
	ek_dir_close(&o->dir);
	free(o->v);
	free(o->name);
	free(o);
}

size_t ek_tree_count(const struct ek_tree *t)
{
	return t->n;
}

const struct ek_entry *ek_tree_entry(const struct ek_tree *t, size_t i)
{
	return &t->v[i].e;
}

/* ---- data --------------------------------------------------------------- */

static int open_file(struct ek_tree *t, size_t i, struct ek_err *err)
{
	const struct ek_entry *e = &t->v[i].e;
	int fd, rc;

	ek_file_close(&t->file);
	fd = ek_dir_open_file(t->dir, e->name);
	if (fd < 0)
		return ek_fail_sys(err, "cannot open '%s/%.300s'", t->name,
				   e->name);
	rc = ek_file_open_fd(&t->file, fd, e->name, err);
	close(fd);
	if (rc == EK_OK && ek_file_size(t->file) != e->size)
		rc = ek_fail(err, EK_EFORMAT, "'%s/%.300s' changed while it was"
			     " read: it had %llu bytes and now has %llu",
			     t->name, e->name, (unsigned long long)e->size,
			     (unsigned long long)ek_file_size(t->file));
	return rc;
}

int ek_tree_data(struct ek_tree *t, size_t i, struct ek_in **in,
		 struct ek_err *err)
{
	const struct ek_entry *e = &t->v[i].e;
	int rc = open_file(t, i, err);

	*in = NULL;
	return rc == EK_OK ? ek_file_in(t->file, 0, e->size, e->name, in, err)
			   : rc;
}

/* ---- as a vmtar --------------------------------------------------------- */

static int elf_read(void *ctx, uint64_t off, void *buf, size_t n,
		    struct ek_err *err)
{
	return ek_file_read(ctx, off, buf, n, "ELF headers", err);
}

static int look_at_elf(struct ek_tree *t, struct ek_vmtar_plan *p, size_t i,
		       struct ek_err *err)
{
	unsigned char first[4];
	int rc;

	if (!ek_vmtar_plan_wants_elf(p, i) || t->v[i].e.size < sizeof(first))
		return EK_OK;
	rc = open_file(t, i, err);
	if (rc == EK_OK)
		rc = ek_file_read(t->file, 0, first, sizeof(first), "data",
				  err);
	if (rc == EK_OK && ek_elf_is(first, sizeof(first)))
		rc = ek_vmtar_plan_elf(p, i, elf_read, t->file, err);
	return rc;
}

static int source(void *ctx, size_t index, struct ek_in **in,
		  struct ek_err *err)
{
	return ek_tree_data(ctx, index, in, err);
}

int ek_tree_to_vmtar(struct ek_tree *t, enum ek_vmtar_gen gen,
		     struct ek_out *out, ek_vmtar_note *note, void *ctx,
		     struct ek_err *err)
{
	struct ek_vmtar_plan *p;
	int rc;

	rc = ek_vmtar_plan_new(&p, gen, t->name, note, ctx, err);
	for (size_t i = 0; rc == EK_OK && i < t->n; i++) {
		rc = ek_vmtar_plan_entry(p, &t->v[i].e, err);
		if (rc == EK_OK)
			rc = look_at_elf(t, p, i, err);
	}
	if (rc == EK_OK)
		rc = ek_vmtar_plan_close(p, NULL, err);
	if (rc == EK_OK)
		rc = ek_vmtar_plan_write(p, out, source, t, err);
	ek_vmtar_plan_free(&p);
	return rc;
}

/* ---- as a tar ----------------------------------------------------------- */

static int write_member(struct ek_tree *t, size_t i, struct ek_out *out,
			struct ek_err *err)
{
	struct ek_in *in;
	int rc;

	rc = ek_gnutar_header(out, &t->v[i].e, err);
	if (rc != EK_OK || t->v[i].e.size == 0)
		return rc;
	rc = ek_tree_data(t, i, &in, err);
	if (rc == EK_OK)
		rc = ek_in_copy(in, out, NULL, err);
	ek_in_close(&in);
	ek_gnutar_pad(out);
	return rc;
}

int ek_tree_to_tar(struct ek_tree *t, struct ek_out *out, struct ek_err *err)
{
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < t->n; i++)
		rc = write_member(t, i, out, err);
	if (rc == EK_OK)
		ek_gnutar_end(out, 1);
	return rc;
}
