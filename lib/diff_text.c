/* SPDX-License-Identifier: BSD-2-Clause */
/* diff_text.c - the differences for a person, one section a subject */
#include "os.h"

#include "diff_int.h"
#include "ek/archive.h"
#include "ek/bootcfg.h"
#include "ek/buf.h"
#include "ek/err.h"

static const struct diff_list none;

/* The title of a section stands before its first line, or nowhere. */
struct section {
	struct ek_buf *out;
	const char *title, *name; /* name may be NULL */
	bool begun;
};

static void begin(struct section *s)
{
	if (s->begun)
		return;
	s->begun = true;
	ek_buf_addf(s->out, "\n%s", s->title);
	if (s->name != NULL) {
		ek_buf_addc(s->out, ' ');
		ek_archive_escape(s->out, s->name);
	}
	ek_buf_addc(s->out, '\n');
}

/* "  + name", "- ": in A only; "+": in B only; "~": changed; ">": moved */
static void mark(struct section *s, char c, const char *name)
{
	begin(s);
	ek_buf_addf(s->out, "  %c ", c);
	ek_archive_escape(s->out, name);
}

static char sign(const void *x, const void *y)
{
	if (x == NULL)
		return '+';
	return y == NULL ? '-' : '~';
}

/* ---- facts --------------------------------------------------------------- */

/* A digest is as good by its first digits. */
static void put_value(struct ek_buf *out, const char *value)
{
	size_t n = strlen(value);

	if ((n == 64 || n == 40) && strspn(value, "0123456789abcdef") == n)
		ek_buf_addf(out, "%.12s...", value);
	else if (n == 0)
		ek_buf_adds(out, "(empty)");
	else
		ek_archive_escape(out, value);
}

static void put_fact(struct section *s, const struct diff_fact *x,
		     const struct diff_fact *y)
{
	const struct diff_fact *one = diff_either(x, y);

	mark(s, sign(x, y), one->key);
	if (x != NULL && y != NULL) {
		ek_buf_adds(s->out, ": ");
		put_value(s->out, x->value);
		ek_buf_adds(s->out, " -> ");
		put_value(s->out, y->value);
	} else if (one->value[0] != '\0') {
		ek_buf_adds(s->out, ": ");
		put_value(s->out, one->value);
	}
	ek_buf_addc(s->out, '\n');
}

static void put_facts(struct ek_buf *out, const char *title,
		      const struct diff_list *a, const struct diff_list *b)
{
	struct section s = { .out = out, .title = title };
	const struct diff_fact *x, *y;
	struct diff_walk w = { 0, 0 };

	while (diff_facts_next(a, b, &w, &x, &y))
		put_fact(&s, x, y);
}

/* ---- files --------------------------------------------------------------- */

static void put_target(struct ek_buf *out, const char *link)
{
	if (link != NULL)
		ek_archive_escape(out, link);
	else
		ek_buf_adds(out, "none");
}

static void put_how(struct ek_buf *out, const struct diff_file *x,
		    const struct diff_file *y)
{
	unsigned how = diff_file_how(x, y);
	const char *comma = "";

	ek_buf_adds(out, " (");
	if ((how & DIFF_CONTENT) != 0) {
		ek_buf_adds(out, "content");
		comma = ", ";
	}
	if ((how & DIFF_MODE) != 0) {
		ek_buf_addf(out, "%smode %04o -> %04o", comma, x->mode,
			    y->mode);
		comma = ", ";
	}
	if ((how & DIFF_LINK) != 0) {
		ek_buf_addf(out, "%slink ", comma);
		put_target(out, x->link);
		ek_buf_adds(out, " -> ");
		put_target(out, y->link);
	}
	ek_buf_addc(out, ')');
}

static void put_files(struct section *s, const char *indent,
		      const struct diff_list *a, const struct diff_list *b)
{
	const struct diff_file *x, *y, *any;
	struct diff_walk w = { 0, 0 };

	while (diff_files_next(a, b, &w, &x, &y)) {
		any = diff_either(x, y);
		begin(s);
		ek_buf_adds(s->out, indent);
		mark(s, sign(x, y), any->shown != NULL ? any->shown : any->key);
		if (x != NULL && y != NULL)
			put_how(s->out, x, y);
		ek_buf_addc(s->out, '\n');
	}
}

static void put_image_files(struct ek_buf *out, const struct diff_list *a,
			    const struct diff_list *b)
{
	struct section s = { .out = out, .title = "Other files of the image" };

	put_files(&s, "", a, b);
}

/* ---- payloads and modules ------------------------------------------------ */

static void put_group_how(struct ek_buf *out, const struct diff_group *x,
			  const struct diff_group *y)
{
	unsigned how = diff_group_how(x, y);

	if ((how & DIFF_THERE) != 0)
		ek_buf_addf(out, ": the file is not there in %c",
			    x->there ? 'B' : 'A');
	if ((how & DIFF_BYTES) != 0)
		ek_buf_adds(out, ": other content");
	if ((how & DIFF_PACKED) != 0)
		ek_buf_adds(out, ": packed otherwise, the files in it"
			    " are the same");
	if ((how & DIFF_NAME) != 0) {
		ek_buf_adds(out, ": now ");
		ek_archive_escape(out, y->file);
	}
}

static void put_group(struct section *s, const char *what,
		      const struct diff_group *x, const struct diff_group *y)
{
	const struct diff_group *any = diff_either(x, y);

	begin(s);
	ek_buf_addf(s->out, "  %c %s ", sign(x, y), what);
	ek_archive_escape(s->out, any->key);
	if (any->file != NULL && strcmp(any->file, any->key) != 0) {
		ek_buf_adds(s->out, " (");
		ek_archive_escape(s->out, any->file);
		ek_buf_addc(s->out, ')');
	}
	if (x != NULL && y != NULL)
		put_group_how(s->out, x, y);
	ek_buf_addc(s->out, '\n');
	put_files(s, "  ", x != NULL ? &x->files : &none,
		  y != NULL ? &y->files : &none);
}

static void put_groups(struct section *s, const char *what,
		       const struct diff_list *a, const struct diff_list *b)
{
	const struct diff_group *x, *y;
	struct diff_walk w = { 0, 0 };

	while (diff_groups_next(a, b, &w, &x, &y))
		put_group(s, what, x, y);
}

static void put_free_modules(struct ek_buf *out, const struct ek_diff *d)
{
	struct section s = { .out = out, .title = "Modules of no VIB" };

	put_groups(&s, "module", &d->side[0].groups, &d->side[1].groups);
}

/* ---- VIBs ---------------------------------------------------------------- */

static void put_vib_name(struct section *s, const char *how,
			 const struct diff_vib *v)
{
	begin(s);
	ek_buf_addf(s->out, "  %-11s ", how);
	ek_archive_escape(s->out, v->key);
	ek_buf_addc(s->out, ' ');
	ek_archive_escape(s->out, v->version);
}

static void put_only(struct section *s, const char *how,
		     const struct diff_list *l)
{
	const struct diff_vib *v = l->v;

	for (size_t i = 0; i < l->n; i++) {
		if (v[i].peer != NULL)
			continue;
		put_vib_name(s, how, &v[i]);
		ek_buf_addf(s->out, " (%s)\n", ek_level_name(v[i].level));
	}
}

static void put_other_name(struct ek_buf *out, const struct diff_vib *a,
			   const struct diff_vib *b)
{
	bool name = strcmp(a->key, b->key) != 0;

	if (!name && strcmp(a->version, b->version) == 0) {
		ek_buf_adds(out, ", same version, other content");
		return;
	}
	ek_buf_adds(out, " -> ");
	ek_archive_escape(out, name ? b->key : b->version);
	if (!name)
		return;
	ek_buf_addc(out, ' ');
	ek_archive_escape(out, b->version);
}

static void put_pairs(struct section *s, const char *how,
		      const struct diff_list *l, enum diff_change change)
{
	const struct diff_vib *v = l->v;

	for (size_t i = 0; i < l->n; i++) {
		const struct diff_vib *o = v[i].peer;

		if (o == NULL || v[i].change != change)
			continue;
		put_vib_name(s, how, &v[i]);
		put_other_name(s->out, &v[i], o);
		if (v[i].level != o->level)
			ek_buf_addf(s->out, " (%s -> %s)",
				    ek_level_name(v[i].level),
				    ek_level_name(o->level));
		ek_buf_addc(s->out, '\n');
	}
}

static void put_vibs(struct ek_buf *out, const struct ek_diff *d)
{
	const struct diff_list *a = &d->side[0].vibs, *b = &d->side[1].vibs;
	struct section s = { .out = out, .title = "VIBs" };

	put_only(&s, "only in A", a);
	put_only(&s, "only in B", b);
	put_pairs(&s, "upgraded", a, DIFF_UP);
	put_pairs(&s, "downgraded", a, DIFF_DOWN);
	put_pairs(&s, "other", a, DIFF_OTHER);
}

/* With the version these change by nature; what is in the payloads is told. */
static bool by_nature(const char *key)
{
	static const char *const words[] = {
		"payload ", "file ", "version", "release-date", "signature",
		"signed descriptor",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strncmp(key, words[i], strlen(words[i])) == 0)
			return true;
	return false;
}

static void put_vib(struct ek_buf *out, const struct diff_vib *a,
		    const struct diff_vib *b)
{
	struct section s = { .out = out, .title = "VIB", .name = a->key };
	bool other = a->change == DIFF_UP || a->change == DIFF_DOWN;
	const struct diff_fact *x, *y;
	struct diff_walk w = { 0, 0 };

	while (diff_facts_next(&a->facts, &b->facts, &w, &x, &y)) {
		const struct diff_fact *one = diff_either(x, y);

		if (!other || !by_nature(one->key))
			put_fact(&s, x, y);
	}
	put_groups(&s, "payload", &a->groups, &b->groups);
	if (s.begun || a->change != DIFF_OTHER)
		return;
	begin(&s);
	ek_buf_adds(out, "  ~ the text of the descriptor, not what it says\n");
}

/* One that the other side has not: what came or went with it. */
static void put_lone_vib(struct ek_buf *out, const struct diff_vib *v,
			 bool in_a)
{
	struct section s = { .out = out, .title = "VIB", .name = v->key };

	put_groups(&s, "payload", in_a ? &v->groups : &none,
		   in_a ? &none : &v->groups);
}

static void put_each_vib(struct ek_buf *out, const struct ek_diff *d)
{
	const struct diff_vib *a = d->side[0].vibs.v, *b = d->side[1].vibs.v;

	for (size_t i = 0; i < d->side[0].vibs.n; i++) {
		if (a[i].peer != NULL)
			put_vib(out, &a[i], a[i].peer);
		else
			put_lone_vib(out, &a[i], true);
	}
	for (size_t i = 0; i < d->side[1].vibs.n; i++)
		if (b[i].peer == NULL)
			put_lone_vib(out, &b[i], false);
}

/* ---- boot.cfg ------------------------------------------------------------ */

static void put_pair_module(struct section *s, const struct diff_mod *x,
			    const struct diff_mod *y)
{
	if (x->moved) {
		mark(s, '>', x->key);
		ek_buf_addf(s->out, ": module %zu -> %zu\n", x->place + 1,
			    y->place + 1);
	}
	if (strcmp(x->opts, y->opts) == 0)
		return;
	mark(s, '~', x->key);
	ek_buf_adds(s->out, ": options ");
	put_value(s->out, x->opts);
	ek_buf_adds(s->out, " -> ");
	put_value(s->out, y->opts);
	ek_buf_addc(s->out, '\n');
}

static void put_lone_modules(struct section *s, char sign_of,
			     const struct diff_boot *b)
{
	const struct diff_mod *m;

	for (size_t i = 0; (m = diff_mod_at(b, i)) != NULL; i++) {
		if (m->peer != SIZE_MAX)
			continue;
		mark(s, sign_of, m->key);
		ek_buf_addf(s->out, ": module %zu of %zu\n", i + 1, b->mods.n);
	}
}

static void put_modules(struct section *s, const struct diff_boot *a,
			const struct diff_boot *b)
{
	const struct diff_mod *x, *y;

	put_lone_modules(s, '-', a);
	put_lone_modules(s, '+', b);
	for (size_t i = 0; (x = diff_mod_at(a, i)) != NULL; i++) {
		y = diff_mod_at(b, x->peer);
		if (y != NULL)
			put_pair_module(s, x, y);
	}
}

static void put_boot(struct ek_buf *out, const char *title,
		     const struct diff_boot *a, const struct diff_boot *b)
{
	struct section s = { .out = out, .title = title };
	const struct diff_fact *x, *y;
	struct diff_walk w = { 0, 0 };

	if (a->there != b->there) {
		mark(&s, a->there ? '-' : '+', "the file itself");
		ek_buf_addc(out, '\n');
		return;
	}
	while (diff_facts_next(&a->keys, &b->keys, &w, &x, &y))
		put_fact(&s, x, y);
	put_modules(&s, a, b);
}

/* Mostly both firmwares have the same differences: these are told once. */
static void put_boots(struct ek_buf *out, const struct ek_diff *d)
{
	const struct diff_boot *a = d->side[0].boot, *b = d->side[1].boot;
	struct ek_buf bios = EK_BUF_INIT, uefi = EK_BUF_INIT;

	put_boot(&bios, "boot.cfg", &a[EK_BOOT_BIOS], &b[EK_BOOT_BIOS]);
	put_boot(&uefi, "boot.cfg", &a[EK_BOOT_UEFI], &b[EK_BOOT_UEFI]);
	if (strcmp(ek_buf_str(&bios), ek_buf_str(&uefi)) == 0) {
		put_boot(out, "boot.cfg of BIOS and of UEFI", &a[EK_BOOT_BIOS],
			 &b[EK_BOOT_BIOS]);
	} else {
		put_boot(out, "boot.cfg of BIOS", &a[EK_BOOT_BIOS],
			 &b[EK_BOOT_BIOS]);
		put_boot(out, "boot.cfg of UEFI", &a[EK_BOOT_UEFI],
			 &b[EK_BOOT_UEFI]);
	}
	out->failed = out->failed || bios.failed || uefi.failed;
	ek_buf_free(&bios);
	ek_buf_free(&uefi);
}

/* ---- all of it ----------------------------------------------------------- */

static void put_notes(struct ek_buf *out, const struct ek_diff *d)
{
	struct section s = { .out = out, .title = "Not looked into" };

	for (size_t i = 0; i < 2; i++) {
		const struct diff_fact *f = d->side[i].notes.v;

		for (size_t k = 0; k < d->side[i].notes.n; k++) {
			begin(&s);
			ek_buf_addf(out, "  %c: ", i == 0 ? 'A' : 'B');
			ek_archive_escape(out, f[k].value);
			ek_buf_addc(out, '\n');
		}
	}
}

static void put_head(struct ek_buf *out, const struct ek_diff *d)
{
	for (size_t i = 0; i < 2; i++) {
		ek_buf_addf(out, "%c: ", i == 0 ? 'A' : 'B');
		ek_archive_escape(out, d->path[i]);
		ek_buf_addf(out, " (%s)\n", diff_kind_name(d->side[i].kind));
	}
}

int ek_diff_text(const struct ek_diff *d, struct ek_buf *out,
		 struct ek_err *err)
{
	const struct diff_side *a = &d->side[0], *b = &d->side[1];

	put_head(out, d);
	if (d->same)
		ek_buf_adds(out, "no differences\n");
	put_vibs(out, d);
	put_facts(out, "Profile", &a->profile, &b->profile);
	put_boots(out, d);
	put_facts(out, "PCI ids", &a->pci, &b->pci);
	put_each_vib(out, d);
	put_free_modules(out, d);
	put_image_files(out, &a->files, &b->files);
	put_facts(out, a->kind == DIFF_BUNDLE ? "Bundle" : "Database",
		  &a->database, &b->database);
	put_facts(out, "Disc", &a->disc, &b->disc);
	put_notes(out, d);
	return ek_buf_check(out, "differences", err);
}
