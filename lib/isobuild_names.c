/* SPDX-License-Identifier: BSD-2-Clause */
/* isobuild_names.c - the changes of a disc that a table of names tells */
#include "os.h"

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/nametab.h"
#include "ek/path.h"
#include "ek/sandbox.h"
#include "isobuild_int.h"

/*
 * A payload may take the place of one whose VIB goes, and of no other file: the
 * database names what belongs to VIBs, and the loaders, menus and boot images
 * of the disc are not among that.
 */
static int check_free(const struct ek_isobuild *b, const struct ek_nametab *t,
		      const struct ek_nametab_row *r, const char *path,
		      struct ek_err *err)
{
	const struct ek_iso_node *node = ek_iso_find(b->in, path, strlen(path));

	if (node == NULL || ek_nametab_has(t, r->name, EK_NAME_REMOVED))
		return EK_OK;
	return ek_fail(err, EK_EREFUSE, "'%s': '%s' is there already and not of"
		       " a VIB that goes; payload '%s' of VIB '%s' would"
		       " overwrite it: rename the payload, or remove that file"
		       " first", ek_iso_name(b->in), node->path, r->payload,
		       r->vib);
}

/* path begins with a slash; it is put into upper case. */
static int add_file(struct ek_isobuild *b, const struct ek_nametab *t,
		    const struct ek_nametab_row *r, const char *dir,
		    char *path, struct ek_err *err)
{
	struct ek_buf file = EK_BUF_INIT;
	int rc = check_free(b, t, r, path, err);

	ek_buf_addf(&file, "%s%s", dir, path);
	if (rc == EK_OK)
		rc = ek_buf_check(&file, dir, err);
	ek_path_upper(path, path);
	if (rc == EK_OK)
		rc = ek_isobuild_add(b, path, ek_buf_str(&file), err);
	ek_buf_free(&file);
	return rc;
}

static int apply_row(struct ek_isobuild *b, const struct ek_nametab *t,
		     const struct ek_nametab_row *r, const char *dir,
		     struct ek_err *err)
{
	struct ek_buf path = EK_BUF_INIT;
	int rc;

	if (r->use != EK_USE_MODULE || r->fate == EK_NAME_KEPT)
		return EK_OK;
	if (strchr(r->name, '/') != NULL)
		return ek_fail(err, EK_EFORMAT, "payload '%s' of VIB '%s': "
			       "'%s' is no plain file name", r->payload,
			       r->vib, r->name);
	ek_buf_addf(&path, "/%s", r->name);
	rc = ek_buf_check(&path, "table of names", err);
	if (rc == EK_OK && r->fate == EK_NAME_ADDED)
		rc = add_file(b, t, r, dir, path.p, err);
	else if (rc == EK_OK && !ek_nametab_has(t, r->name, EK_NAME_ADDED))
		rc = ek_isobuild_remove(b, ek_buf_str(&path), err);
	ek_buf_free(&path);
	/* a bad name is the package's or the database's, not the caller's */
	if (rc == EK_EARG)
		err->code = rc = EK_EREFUSE;
	return rc;
}

int ek_isobuild_names(struct ek_isobuild *b, const char *table, const char *dir,
		      struct ek_err *err)
{
	struct ek_nametab t = { .v = NULL };
	char *text = NULL, *where;
	size_t len = 0;
	int rc;

	where = ek_isobuild_below(b->base, table);
	if (where == NULL)
		return ek_fail_sys(err, "'%s'", table);
	rc = ek_read_all(where, EK_NAMETAB_MAX, &text, &len, err);
	if (rc == EK_OK)
		rc = ek_nametab_parse(&t, table, text, len, err);
	if (rc == EK_OK)
		rc = ek_nametab_check(&t, err);
	for (size_t i = 0; rc == EK_OK && i < t.n; i++)
		rc = apply_row(b, &t, &t.v[i], dir, err);
	free(text);
	free(where);
	ek_nametab_free(&t);
	return rc;
}

int ek_isobuild_edit(struct ek_isobuild *b, const struct ek_isoedit *v,
		     size_t n, struct ek_err *err)
{
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < n; i++) {
		if (v[i].names)
			rc = ek_isobuild_names(b, v[i].path, v[i].file, err);
		else if (v[i].file == NULL)
			rc = ek_isobuild_remove(b, v[i].path, err);
		else
			rc = ek_isobuild_add(b, v[i].path, v[i].file, err);
	}
	return rc;
}

void ek_isobuild_inputs(const char *base, const struct ek_isoedit *v, size_t n,
			struct ek_sandbox *box)
{
	for (size_t i = 0; i < n; i++) {
		if (v[i].names)
			ek_sandbox_read_at(box, base, v[i].path);
		if (v[i].file != NULL)
			ek_sandbox_read_at(box, base, v[i].file);
	}
}
