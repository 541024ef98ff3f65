/* SPDX-License-Identifier: BSD-2-Clause */
/* diff_json.c - the differences as one document (esxi-diff.1, "JSON") */
#include "os.h"

#include "diff_int.h"
#include "ek/bootcfg.h"
#include "ek/buf.h"
#include "ek/err.h"
#include "ek/json.h"

static const struct diff_list none;

/* ---- small parts --------------------------------------------------------- */

static void put_facts(struct ek_json *j, const char *key,
		      const struct diff_list *a, const struct diff_list *b)
{
	const struct diff_fact *x, *y, *one;
	struct diff_walk w = { 0, 0 };

	ek_json_array(j, key);
	while (diff_facts_next(a, b, &w, &x, &y)) {
		one = diff_either(x, y);
		ek_json_object(j, NULL);
		ek_json_str(j, "key", one->key);
		ek_json_str(j, "ref", x != NULL ? x->value : NULL);
		ek_json_str(j, "comp", y != NULL ? y->value : NULL);
		ek_json_close(j);
	}
	ek_json_close(j);
}

static const char *verb(const void *x, const void *y)
{
	return x == NULL ? "added" : y == NULL ? "removed" : "changed";
}

static void put_file_side(struct ek_json *j, const char *key,
			  const struct diff_file *f, bool mode)
{
	if (f == NULL) {
		ek_json_null(j, key);
		return;
	}
	ek_json_object(j, key);
	ek_json_uint(j, "size", f->size);
	ek_json_str(j, "sha256", f->sha256[0] != '\0' ? f->sha256 : NULL);
	if (mode) {
		char text[8];

		snprintf(text, sizeof(text), "%04o", f->mode & 07777);
		ek_json_str(j, "mode", text);
		ek_json_str(j, "link", f->link);
	}
	ek_json_close(j);
}

static void put_files(struct ek_json *j, const struct diff_list *a,
		      const struct diff_list *b, bool mode)
{
	const struct diff_file *x, *y, *any;
	struct diff_walk w = { 0, 0 };

	ek_json_array(j, "files");
	while (diff_files_next(a, b, &w, &x, &y)) {
		any = diff_either(x, y);
		ek_json_object(j, NULL);
		ek_json_str(j, "path", any->shown != NULL ? any->shown
							  : any->key);
		ek_json_str(j, "change", verb(x, y));
		put_file_side(j, "ref", x, mode);
		put_file_side(j, "comp", y, mode);
		ek_json_close(j);
	}
	ek_json_close(j);
}

static void put_group_side(struct ek_json *j, const char *key,
			   const struct diff_group *g)
{
	if (g == NULL) {
		ek_json_null(j, key);
		return;
	}
	ek_json_object(j, key);
	ek_json_str(j, "file", g->file);
	ek_json_bool(j, "there", g->there);
	ek_json_str(j, "sha256", g->looked ? g->sha256 : NULL);
	ek_json_close(j);
}

static void put_groups(struct ek_json *j, const char *key, const char *name,
		       const struct diff_list *a, const struct diff_list *b)
{
	const struct diff_group *x, *y, *any;
	struct diff_walk w = { 0, 0 };

	ek_json_array(j, key);
	while (diff_groups_next(a, b, &w, &x, &y)) {
		unsigned how = x != NULL && y != NULL ? diff_group_how(x, y)
						      : 0;

		any = diff_either(x, y);
		ek_json_object(j, NULL);
		ek_json_str(j, name, any->key);
		ek_json_str(j, "change", verb(x, y));
		put_group_side(j, "ref", x);
		put_group_side(j, "comp", y);
		ek_json_bool(j, "only_packed_otherwise", how != 0 &&
			     (how & (DIFF_BYTES | DIFF_THERE)) == 0 &&
			     (how & DIFF_PACKED) != 0);
		put_files(j, x != NULL ? &x->files : &none,
			  y != NULL ? &y->files : &none, true);
		ek_json_close(j);
	}
	ek_json_close(j);
}

/* ---- VIBs ---------------------------------------------------------------- */

static void put_level(struct ek_json *j, const char *key,
		      const struct diff_side *s)
{
	ek_json_str(j, key, s->has_level ? ek_level_name(s->level) : NULL);
}

/* Has the other side one of this name? Two VIBs alone are a pair always. */
static bool has_peer(const struct diff_vib *v)
{
	return v->peer != NULL && strcmp(v->key, v->peer->key) == 0;
}

/* Ids of VIBs without a counterpart. */
static void put_only(struct ek_json *j, const char *key,
		     const struct diff_side *s)
{
	const struct diff_vib *v = s->vibs.v;

	ek_json_array(j, key);
	for (size_t i = 0; i < s->vibs.n; i++)
		if (!has_peer(&v[i]))
			ek_json_str(j, NULL, v[i].id);
	ek_json_close(j);
}

/* Ids of B whose counterpart has another version. */
static void put_changed(struct ek_json *j, const char *key,
			const struct diff_side *b, enum diff_change change)
{
	const struct diff_vib *v = b->vibs.v;

	ek_json_array(j, key);
	for (size_t i = 0; i < b->vibs.n; i++)
		if (has_peer(&v[i]) && v[i].change == change)
			ek_json_str(j, NULL, v[i].id);
	ek_json_close(j);
}

static void put_vib_side(struct ek_json *j, const char *key,
			 const struct diff_vib *v)
{
	if (v == NULL) {
		ek_json_null(j, key);
		return;
	}
	ek_json_object(j, key);
	ek_json_str(j, "id", v->id);
	ek_json_str(j, "version", v->version);
	ek_json_str(j, "acceptance_level", ek_level_name(v->level));
	ek_json_close(j);
}

static void put_vib(struct ek_json *j, const struct diff_vib *a,
		    const struct diff_vib *b)
{
	static const char *const names[] = {
		"packed_otherwise", "other_content", "upgrade", "downgrade",
	};
	const struct diff_vib *any = diff_either(a, b);

	ek_json_object(j, NULL);
	ek_json_str(j, "name", any->key);
	ek_json_str(j, "change", a == NULL ? "added" : b == NULL ? "removed"
		    : names[a->change]);
	put_vib_side(j, "ref", a);
	put_vib_side(j, "comp", b);
	if (a != NULL && b != NULL)
		put_facts(j, "descriptor", &a->facts, &b->facts);
	else
		put_facts(j, "descriptor", &none, &none);
	put_groups(j, "payloads", "payload", a != NULL ? &a->groups : &none,
		   b != NULL ? &b->groups : &none);
	ek_json_close(j);
}

static void put_vibs(struct ek_json *j, const struct ek_diff *d)
{
	const struct diff_vib *a = d->side[0].vibs.v, *b = d->side[1].vibs.v;

	ek_json_array(j, "vibs");
	for (size_t i = 0; i < d->side[0].vibs.n; i++)
		if (a[i].peer == NULL || a[i].change != DIFF_SAME ||
		    !diff_groups_same(&a[i].groups, &a[i].peer->groups))
			put_vib(j, &a[i], a[i].peer);
	for (size_t i = 0; i < d->side[1].vibs.n; i++)
		if (b[i].peer == NULL)
			put_vib(j, NULL, &b[i]);
	ek_json_close(j);
}

/* ---- boot.cfg ------------------------------------------------------------ */

static void put_place(struct ek_json *j, const char *key,
		      const struct diff_mod *m)
{
	if (m == NULL)
		ek_json_null(j, key);
	else
		ek_json_uint(j, key, m->place + 1);
}

static void put_module(struct ek_json *j, const struct diff_mod *a,
		       const struct diff_mod *b)
{
	const struct diff_mod *any = diff_either(a, b);
	const char *change = verb(a, b);

	if (a != NULL && b != NULL && a->moved)
		change = "moved";
	ek_json_object(j, NULL);
	ek_json_str(j, "module", any->key);
	ek_json_str(j, "change", change);
	put_place(j, "ref_place", a);
	put_place(j, "comp_place", b);
	ek_json_str(j, "ref_options", a != NULL ? a->opts : NULL);
	ek_json_str(j, "comp_options", b != NULL ? b->opts : NULL);
	ek_json_close(j);
}

static void put_boot(struct ek_json *j, const struct ek_diff *d,
		     enum ek_boot_fw fw)
{
	const struct diff_boot *a = &d->side[0].boot[fw];
	const struct diff_boot *b = &d->side[1].boot[fw];
	const struct diff_mod *x, *y;

	ek_json_object(j, ek_boot_fw_name(fw));
	put_facts(j, "keys", &a->keys, &b->keys);
	ek_json_array(j, "modules");
	for (size_t i = 0; (x = diff_mod_at(a, i)) != NULL; i++) {
		y = diff_mod_at(b, x->peer);
		if (y == NULL || x->moved || strcmp(x->opts, y->opts) != 0)
			put_module(j, x, y);
	}
	for (size_t i = 0; (y = diff_mod_at(b, i)) != NULL; i++)
		if (y->peer == SIZE_MAX)
			put_module(j, NULL, y);
	ek_json_close(j);
	ek_json_close(j);
}

/* ---- all of it ----------------------------------------------------------- */

static void put_side(struct ek_json *j, const char *key,
		     const struct diff_side *s)
{
	const struct diff_fact *f = s->notes.v;

	ek_json_object(j, key);
	ek_json_str(j, "file", s->path);
	ek_json_str(j, "kind", diff_kind_name(s->kind));
	ek_json_array(j, "notes");
	for (size_t i = 0; i < s->notes.n; i++)
		ek_json_str(j, NULL, f[i].value);
	ek_json_close(j);
	ek_json_close(j);
}

int ek_diff_json(const struct ek_diff *d, struct ek_buf *out,
		 struct ek_err *err)
{
	const struct diff_side *a = &d->side[0], *b = &d->side[1];
	struct ek_json j;

	ek_json_begin(&j, out);
	put_side(&j, "ref", a);
	put_side(&j, "comp", b);
	ek_json_bool(&j, "equal", d->same);
	ek_json_bool(&j, "packages_equal", d->packages_same);
	put_level(&j, "ref_acceptance_level", a);
	put_level(&j, "comp_acceptance_level", b);
	put_only(&j, "only_in_ref", a);
	put_only(&j, "only_in_comp", b);
	put_changed(&j, "upgrade_from_ref", b, DIFF_UP);
	put_changed(&j, "downgrade_from_ref", b, DIFF_DOWN);
	put_changed(&j, "other_content", b, DIFF_OTHER);
	put_vibs(&j, d);
	put_facts(&j, "profile", &a->profile, &b->profile);
	put_facts(&j, "database", &a->database, &b->database);
	ek_json_object(&j, "boot");
	put_boot(&j, d, EK_BOOT_BIOS);
	put_boot(&j, d, EK_BOOT_UEFI);
	ek_json_close(&j);
	put_groups(&j, "modules_of_no_vib", "module", &a->groups, &b->groups);
	put_files(&j, &a->files, &b->files, false);
	put_facts(&j, "disc", &a->disc, &b->disc);
	put_facts(&j, "pci_ids", &a->pci, &b->pci);
	ek_json_end(&j);
	return ek_buf_check(out, "differences", err);
}
