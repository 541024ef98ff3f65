/* SPDX-License-Identifier: BSD-2-Clause */
/* nametab.c - the table that carries file names from database to disc */
#include "os.h"

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/nametab.h"

enum { COLUMNS = 5 };

static const char *const fates[] = {
	[EK_NAME_ADDED] = "added",
	[EK_NAME_KEPT] = "kept",
	[EK_NAME_REMOVED] = "removed",
};

static const char *const uses[] = {
	[EK_USE_MODULE] = "module",
	[EK_USE_BOOT] = "boot",
	[EK_USE_FILE] = "file",
};

/* imgdb.5, "What must change": kinds vgz, tgz and boot lie on the disc. */
enum ek_name_use ek_name_use_of(const char *payload_type)
{
	static const char *const modules[] = { "vgz", "tgz", "installer_vgz",
					       "vzstd" };

	if (strcmp(payload_type, "boot") == 0)
		return EK_USE_BOOT;
	for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++)
		if (strcmp(payload_type, modules[i]) == 0)
			return EK_USE_MODULE;
	return EK_USE_FILE;
}

const char *ek_name_fate_text(enum ek_name_fate fate)
{
	return fates[fate];
}

const char *ek_name_use_text(enum ek_name_use use)
{
	return uses[use];
}

static bool is_plain(const char *s)
{
	if (*s == '\0')
		return false;
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return false;
	return true;
}

static int grow(struct ek_nametab *t, struct ek_err *err)
{
	size_t cap = t->cap != 0 ? t->cap * 2 : 64;
	struct ek_nametab_row *v;

	if (t->n < t->cap)
		return EK_OK;
	v = reallocarray(t->v, cap, sizeof(*v));
	if (v == NULL)
		return ek_fail_sys(err, "table of names");
	t->v = v;
	t->cap = cap;
	return EK_OK;
}

static void free_row(struct ek_nametab_row *r)
{
	free(r->vib);
	free(r->payload);
	free(r->name);
}

int ek_nametab_add(struct ek_nametab *t, const char *vib, const char *payload,
		   const char *name, enum ek_name_fate fate,
		   enum ek_name_use use, struct ek_err *err)
{
	struct ek_nametab_row row;
	int rc;

	if (!is_plain(vib) || !is_plain(payload) || !is_plain(name))
		return ek_fail(err, EK_EFORMAT, "payload '%s' of VIB '%s': its"
			       " file name '%s' or one of these is empty or"
			       " has control characters", payload, vib, name);
	rc = grow(t, err);
	if (rc != EK_OK)
		return rc;
	row = (struct ek_nametab_row){
		.vib = strdup(vib), .payload = strdup(payload),
		.name = strdup(name), .fate = fate, .use = use,
	};
	if (row.vib == NULL || row.payload == NULL || row.name == NULL) {
		rc = ek_fail_sys(err, "table of names");
		free_row(&row);
		return rc;
	}
	t->v[t->n++] = row;
	return EK_OK;
}

/* The index of text in list, or -1. */
static int find(const char *const *list, int n, const char *text)
{
	for (int i = 0; i < n; i++)
		if (strcmp(list[i], text) == 0)
			return i;
	return -1;
}

/* Cut line, which ends in a NUL, at its TABs; false for another number. */
static bool cut(char *line, char *column[COLUMNS])
{
	int n = 0;

	for (char *p = line; p != NULL; n++) {
		char *tab = strchr(p, '\t');

		if (n == COLUMNS)
			return false;
		column[n] = p;
		if (tab != NULL)
			*tab++ = '\0';
		p = tab;
	}
	return n == COLUMNS;
}

static int parse_line(struct ek_nametab *t, char *line, struct ek_err *err)
{
	char *c[COLUMNS];
	int fate, use;

	if (!cut(line, c))
		return ek_fail(err, EK_EFORMAT, "%d columns were expected",
			       COLUMNS);
	fate = find(fates, 3, c[3]);
	if (fate < 0)
		return ek_fail(err, EK_EFORMAT, "'%s' is not added, kept or"
			       " removed", c[3]);
	use = find(uses, 3, c[4]);
	if (use < 0)
		return ek_fail(err, EK_EFORMAT, "'%s' is not module, boot or"
			       " file", c[4]);
	return ek_nametab_add(t, c[0], c[1], c[2], (enum ek_name_fate)fate,
			      (enum ek_name_use)use, err);
}

int ek_nametab_parse(struct ek_nametab *t, const char *name, const char *text,
		     size_t len, struct ek_err *err)
{
	const char *end = text + len, *nl;
	struct ek_err why;
	unsigned no = 0;
	int rc = EK_OK;

	if (len > EK_NAMETAB_MAX)
		return ek_fail(err, EK_ELIMIT, "'%s' is larger than %u bytes",
			       name, EK_NAMETAB_MAX);
	if (len != 0 && memchr(text, '\0', len) != NULL)
		return ek_fail(err, EK_EFORMAT, "'%s' holds a NUL byte", name);
	for (; rc == EK_OK && text < end; text = nl + 1) {
		char *line;

		no++;
		nl = memchr(text, '\n', (size_t)(end - text));
		if (nl == NULL)
			nl = end;
		line = strndup(text, (size_t)(nl - text));
		if (line == NULL)
			return ek_fail_sys(err, "'%s'", name);
		rc = parse_line(t, line, &why);
		free(line);
	}
	if (rc == EK_ESYS || rc == EK_OK)
		return rc == EK_OK ? rc : ek_fail_sys(err, "'%s'", name);
	return ek_fail(err, rc, "'%s' line %u: %s", name, no, why.msg);
}

void ek_nametab_write(const struct ek_nametab *t, struct ek_buf *out)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct ek_nametab_row *r = &t->v[i];

		ek_buf_addf(out, "%s\t%s\t%s\t%s\t%s\n", r->vib, r->payload,
			    r->name, fates[r->fate], uses[r->use]);
	}
}

void ek_nametab_free(struct ek_nametab *t)
{
	for (size_t i = 0; i < t->n; i++)
		free_row(&t->v[i]);
	free(t->v);
	*t = (struct ek_nametab){ .v = NULL };
}

bool ek_nametab_has(const struct ek_nametab *t, const char *name,
		    enum ek_name_fate fate)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].fate == fate && t->v[i].use == EK_USE_MODULE &&
		    strcasecmp(t->v[i].name, name) == 0)
			return true;
	return false;
}

/* Has an edit taken the place of this name already? Texts are those of rows. */
static bool is_used(const struct ek_module_edit *v, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].from == name)
			return true;
	return false;
}

/* How alike what comes and what goes are: the better, the more of them match. */
enum likeness { SAME_PAYLOAD, SAME_VIB, SAME_BOTH };

/*
 * The name of the VIB within its id, vendor_type_name_version. An id cannot be
 * taken apart for sure (vib.5, "Identity"), but nothing hangs on it here but
 * the place in a list.
 */
static const char *name_in_id(const char *id, size_t *len)
{
	static const char *const types[] = { "_bootbank_", "_locker_",
					     "_meta_" };
	const char *end = strrchr(id, '_'), *name;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		name = strstr(id, types[i]);
		if (name == NULL)
			continue;
		name += strlen(types[i]);
		if (end < name)
			continue;
		*len = (size_t)(end - name);
		return name;
	}
	*len = strlen(id);
	return id;
}

static bool is_like(const struct ek_nametab_row *a,
		    const struct ek_nametab_row *b, enum likeness how)
{
	size_t alen, blen;
	const char *aname = name_in_id(a->vib, &alen);
	const char *bname = name_in_id(b->vib, &blen);
	bool vib = alen == blen && memcmp(aname, bname, alen) == 0;
	bool payload = strcmp(a->payload, b->payload) == 0;

	return (vib || how == SAME_PAYLOAD) && (payload || how == SAME_VIB);
}

/* The name that went, in whose place the new one of this row comes: that of
 * the likest row; one that nobody has taken yet. */
static const char *lost_name(const struct ek_nametab *t,
			     const struct ek_nametab_row *to,
			     enum likeness how, const struct ek_module_edit *v,
			     size_t n)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct ek_nametab_row *r = &t->v[i];

		if (r->fate == EK_NAME_REMOVED && r->use == EK_USE_MODULE &&
		    is_like(r, to, how) && !ek_nametab_has(t, r->name, EK_NAME_ADDED) &&
		    !is_used(v, n, r->name))
			return r->name;
	}
	return NULL;
}

/* The row that keeps this name on the disc, or NULL. */
static const struct ek_nametab_row *keeper(const struct ek_nametab *t,
					   const char *name)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].fate == EK_NAME_KEPT &&
		    t->v[i].use != EK_USE_FILE &&
		    strcasecmp(t->v[i].name, name) == 0)
			return &t->v[i];
	return NULL;
}

int ek_nametab_check(const struct ek_nametab *t, struct ek_err *err)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct ek_nametab_row *r = &t->v[i], *kept;

		if (r->fate == EK_NAME_KEPT || r->use == EK_USE_FILE)
			continue;
		kept = keeper(t, r->name);
		if (kept != NULL)
			return ek_fail(err, EK_EREFUSE, "the database gives the"
				       " file '%s' to payload '%s' of VIB '%s',"
				       " which stays, and to VIB '%s', which"
				       " does not: that file would be lost",
				       r->name, kept->payload, kept->vib,
				       r->vib);
		if (r->use == EK_USE_BOOT)
			return ek_fail(err, EK_EREFUSE, "payload '%s' of VIB"
				       " '%s' is of type boot: it lies in"
				       " imgpayld.tgz too and cannot be added,"
				       " replaced or removed", r->payload,
				       r->vib);
	}
	return EK_OK;
}

/* An edit for each row whose name is new in the list, from is not set. */
static size_t add_new(const struct ek_nametab *t, struct ek_module_edit *e,
		      size_t *rows)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++) {
		const struct ek_nametab_row *r = &t->v[i];

		if (r->fate != EK_NAME_ADDED || r->use != EK_USE_MODULE ||
		    ek_nametab_has(t, r->name, EK_NAME_REMOVED))
			continue;
		rows[n] = i;
		e[n++].to = r->name;
	}
	return n;
}

int ek_nametab_edits(const struct ek_nametab *t, struct ek_module_edit **v,
		     size_t *n, struct ek_err *err)
{
	struct ek_module_edit *e;
	size_t *rows;
	int rc = ek_nametab_check(t, err);

	*v = NULL;
	*n = 0;
	if (rc != EK_OK)
		return rc;
	e = calloc(t->n + 1, sizeof(*e));
	rows = calloc(t->n + 1, sizeof(*rows));
	if (e == NULL || rows == NULL) {
		free(e);
		free(rows);
		return ek_fail_sys(err, "table of names");
	}
	*n = add_new(t, e, rows);
	for (int how = SAME_BOTH; how >= SAME_PAYLOAD; how--)
		for (size_t i = 0; i < *n; i++)
			if (e[i].from == NULL)
				e[i].from = lost_name(t, &t->v[rows[i]],
						      (enum likeness)how, e,
						      *n);
	free(rows);
	for (size_t i = 0; i < t->n; i++) {
		const struct ek_nametab_row *r = &t->v[i];

		if (r->fate == EK_NAME_REMOVED && r->use == EK_USE_MODULE &&
		    !ek_nametab_has(t, r->name, EK_NAME_ADDED) && !is_used(e, *n, r->name))
			e[(*n)++].from = r->name;
	}
	*v = e;
	return EK_OK;
}
