/* SPDX-License-Identifier: BSD-2-Clause */
/* isobuild_plan.c - what is to change on an ISO image, checked beforehand */
#include "os.h"

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/path.h"
#include "isobuild_int.h"

/* 2100-01-01: a directory record goes to 2155, and nobody means more. */
#define TIME_END 4102444800

/* Without these no ESXi image boots, whatever boot.cfg says (iso-rebuild.1,
 * "DESCRIPTION"); boot images and catalog are found by their blocks. */
static const char *const needed[] = {
	"/BOOT.CFG", "/ISOLINUX.CFG", "/MBOOT.C32",
	"/EFI/BOOT/BOOT.CFG", "/EFI/BOOT/BOOTX64.EFI",
};

int ek_isobuild_new(struct ek_isobuild **out, const struct ek_iso *in,
		    struct ek_err *err)
{
	const struct ek_iso_volume *vol = ek_iso_volume(in);
	struct ek_isobuild *b;
	int rc;

	*out = NULL;
	b = calloc(1, sizeof(*b));
	if (b == NULL)
		return ek_fail_sys(err, "'%s'", ek_iso_name(in));
	b->in = in;
	snprintf(b->volume_id, sizeof(b->volume_id), "%s", vol->volume_id);
	b->mtime = vol->modified > 0 ? vol->modified : vol->created;
	if (b->mtime < 0 || b->mtime >= TIME_END)
		b->mtime = 0;
	rc = ek_iso_catalog(in, &b->boot, err);
	if (rc == EK_END)
		rc = ek_fail(err, EK_EREFUSE, "'%s' has no boot entry at all: "
			     "it is no installer image", ek_iso_name(in));
	if (rc == EK_OK)
		*out = b;
	else
		ek_isobuild_free(&b);
	return rc;
}

static void change_free(struct change *c)
{
	free(c->path);
	free(c->given);
	free(c->file);
	free(c->shown);
	free(c->top);
}

void ek_isobuild_free(struct ek_isobuild **bp)
{
	struct ek_isobuild *b = *bp;

	if (b == NULL)
		return;
	for (size_t i = 0; i < b->n; i++)
		change_free(&b->v[i]);
	free(b->v);
	free(b->base);
	free(b);
	*bp = NULL;
}

/* ---- names -------------------------------------------------------------- */

static bool name_char(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
	       c == '.' || c == '-';
}

/* Why a new name in upper case must not be used, or NULL. */
static const char *name_problem(const char *s, size_t len)
{
	if (len > EK_ISO_NAME_NEW)
		return "is longer than 30 characters";
	for (size_t i = 0; i < len; i++) {
		if (!name_char(s[i]))
			return "has a character other than A-Z 0-9 _ . -";
	}
	if (s[len - 1] == '.')
		return "ends in a dot, which the loaders do not see";
	return NULL;
}

/* A path while it is matched against the image, part by part. */
struct match {
	const struct ek_isobuild *b;
	const char *given;
	const char *shown; /* of the file to put there, or NULL */
	struct ek_buf path;             /* as it will be */
	const struct ek_iso_node *node; /* what path is so far; NULL: new */
	size_t top;                     /* length of path up to the first new
					 * part, or 0 */
	unsigned levels;
	bool respelled;
};

/* The part as a new name: in upper case. */
static int new_part(struct match *m, const char *s, size_t len,
		    struct ek_err *err)
{
	size_t at = m->path.len;
	const char *why;

	for (size_t i = 0; i < len; i++) {
		char c = s[i];

		if (c >= 'a' && c <= 'z') {
			c = (char)(c - 'a' + 'A');
			m->respelled = true;
		}
		ek_buf_addc(&m->path, c);
	}
	if (ek_buf_check(&m->path, m->given, err) != EK_OK)
		return EK_ESYS;
	why = name_problem(m->path.p + at, len);
	if (why != NULL)
		return ek_fail(err, EK_EARG, "'%s': the name '%.*s' %s",
			       m->given, (int)len, s, why);
	if (m->top == 0)
		m->top = m->path.len;
	m->node = NULL;
	return EK_OK;
}

static int match_part(struct match *m, const char *s, size_t len,
		      struct ek_err *err)
{
	const struct ek_iso_node *node = NULL;
	size_t at;

	if (m->node != NULL && !m->node->dir)
		return ek_fail(err, EK_EREFUSE, "'%s': '%s' is a file in '%s'",
			       m->given, m->node->path, ek_iso_name(m->b->in));
	ek_buf_addc(&m->path, '/');
	at = m->path.len;
	m->levels++;
	if (m->node != NULL) {
		ek_buf_add(&m->path, s, len);
		if (ek_buf_check(&m->path, m->given, err) != EK_OK)
			return EK_ESYS;
		node = ek_iso_find(m->b->in, m->path.p, m->path.len);
		m->path.len = at;
	}
	if (node == NULL)
		return new_part(m, s, len, err);
	ek_buf_adds(&m->path, node->name);
	m->node = node;
	return EK_OK;
}

static int match_path(struct match *m, struct ek_err *err)
{
	const char *s = m->given;
	int rc = EK_OK;

	m->node = ek_iso_at(m->b->in, 0);
	while (rc == EK_OK) {
		size_t len;

		s += strspn(s, "/");
		len = strcspn(s, "/");
		if (len == 0)
			break;
		if (strncmp(s, "..", len) == 0 && len <= 2)
			return ek_fail(err, EK_EARG, "'%s': '.' and '..' mean "
				       "nothing on an image", m->given);
		rc = match_part(m, s, len, err);
		s += len;
	}
	if (rc == EK_OK)
		rc = ek_buf_check(&m->path, m->given, err);
	if (rc == EK_OK && m->levels == 0)
		rc = ek_fail(err, EK_EARG, "'%s' is no path of a file",
			     m->given);
	return rc;
}

/* ---- changes ------------------------------------------------------------ */

const struct change *ek_isobuild_change(const struct ek_isobuild *b,
					const char *path)
{
	for (size_t i = 0; i < b->n; i++) {
		if (strcmp(b->v[i].path, path) == 0)
			return &b->v[i];
	}
	return NULL;
}

/* Is a the directory that b lies in, at any depth? */
static bool is_above(const char *a, const char *b)
{
	size_t n = strlen(a);

	return strncmp(a, b, n) == 0 && b[n] == '/';
}

/* Two changes must not be about one path, nor make a file and a directory. */
static int check_clash(const struct ek_isobuild *b, const char *path,
		       struct ek_err *err)
{
	for (size_t i = 0; i < b->n; i++) {
		const char *other = b->v[i].path;

		if (strcmp(other, path) == 0)
			return ek_fail(err, EK_EARG, "'%s' is given twice",
				       path);
		if (is_above(other, path) || is_above(path, other))
			return ek_fail(err, EK_EARG,
				       "'%s' and '%s': one cannot lie in the "
				       "other", other, path);
	}
	return EK_OK;
}

static int grow(struct ek_isobuild *b, struct ek_err *err)
{
	size_t cap = b->cap == 0 ? 16 : b->cap * 2;
	struct change *v;

	if (b->n < b->cap)
		return EK_OK;
	v = reallocarray(b->v, cap, sizeof(*v));
	if (v == NULL)
		return ek_fail_sys(err, "list of changes");
	b->v = v;
	b->cap = cap;
	return EK_OK;
}

char *ek_isobuild_below(const char *base, const char *file)
{
	char *s;

	if (base == NULL || file[0] == '/')
		return strdup(file);
	return asprintf(&s, "%s/%s", base, file) < 0 ? NULL : s;
}

int ek_isobuild_set_base(struct ek_isobuild *b, const char *dir,
			 struct ek_err *err)
{
	char *own = strdup(dir);

	if (own == NULL)
		return ek_fail_sys(err, "'%s'", dir);
	free(b->base);
	b->base = own;
	return EK_OK;
}

/* Take the matched path and file into the plan. */
static int keep(struct ek_isobuild *b, const struct match *m, const char *file,
		uint64_t size, struct ek_err *err)
{
	struct change c = { 0 };
	int rc = check_clash(b, m->path.p, err);

	if (rc == EK_OK)
		rc = grow(b, err);
	if (rc != EK_OK)
		return rc;
	c.path = strdup(m->path.p);
	c.given = strdup(m->given);
	c.file = file != NULL ? strdup(file) : NULL;
	c.shown = file != NULL ? strdup(m->shown) : NULL;
	c.top = strndup(m->path.p, m->top != 0 ? m->top : m->path.len);
	if (c.path == NULL || c.given == NULL || c.top == NULL ||
	    (file != NULL && (c.file == NULL || c.shown == NULL))) {
		change_free(&c);
		return ek_fail_sys(err, "list of changes");
	}
	c.pub = (struct ek_isochange){ .path = c.path, .given = c.given,
		.file = c.file, .shown = c.shown,
		.replaces = file != NULL && m->node != NULL,
		.respelled = m->respelled, .size = size };
	b->v[b->n++] = c;
	return EK_OK;
}

/* Size of file; refused is what cannot be one extent of an image. */
static int measure(const char *file, uint64_t *size, struct ek_err *err)
{
	struct ek_file *f;
	int rc = ek_file_open(&f, file, err);

	if (rc != EK_OK)
		return rc;
	*size = ek_file_size(f);
	ek_file_close(&f);
	if (*size > UINT32_MAX)
		return ek_fail(err, EK_ELIMIT, "'%s' has %llu bytes; the boot "
			       "loader takes less than 4 GiB a file", file,
			       (unsigned long long)*size);
	return EK_OK;
}

/* Does an entry of the catalog load this file? platform -1: any entry. */
static bool is_boot_image(const struct ek_isobuild *b,
			  const struct ek_iso_node *node, int platform)
{
	for (size_t i = 0; i < b->boot.n; i++) {
		const struct ek_iso_boot *e = &b->boot.boot[i];

		if (e->node == node &&
		    (platform < 0 || e->platform == platform))
			return true;
	}
	return false;
}

static int check_target(const struct ek_isobuild *b, const struct match *m,
			struct ek_err *err)
{
	const char *name = ek_iso_name(b->in);

	if (m->node != NULL && m->node->dir)
		return ek_fail(err, EK_EREFUSE, "'%s': '%s' is a directory",
			       name, m->node->path);
	if (m->node != NULL && m->node == b->boot.node)
		return ek_fail(err, EK_EREFUSE, "'%s': '%s' is the boot "
			       "catalog, which is made anew", name,
			       m->node->path);
	/* measured: the entry goes on pointing to the old file's blocks */
	if (m->node != NULL && is_boot_image(b, m->node, EK_ISO_BIOS))
		return ek_fail(err, EK_EREFUSE, "'%s': '%s' is what BIOS boots,"
			       " and xorriso loses its boot entry where it is "
			       "replaced: make the image anew from its files",
			       name, m->node->path);
	if (m->path.len > EK_ISO_PATH_NEW || m->levels > EK_ISO_LEVELS_NEW)
		return ek_fail(err, EK_EARG, "'%s' is longer than %u "
			       "characters or deeper than %u levels", m->given,
			       EK_ISO_PATH_NEW, EK_ISO_LEVELS_NEW);
	return EK_OK;
}

int ek_isobuild_add(struct ek_isobuild *b, const char *path, const char *file,
		    struct ek_err *err)
{
	struct match m = { .b = b, .given = path, .shown = file };
	char *where = ek_isobuild_below(b->base, file);
	uint64_t size = 0;
	int rc;

	if (where == NULL)
		return ek_fail_sys(err, "'%s'", file);
	rc = match_path(&m, err);
	if (rc == EK_OK)
		rc = check_target(b, &m, err);
	if (rc == EK_OK)
		rc = measure(where, &size, err);
	if (rc == EK_OK)
		rc = keep(b, &m, where, size, err);
	ek_buf_free(&m.path);
	free(where);
	return rc;
}

static bool is_needed(const struct ek_isobuild *b,
		      const struct ek_iso_node *node)
{
	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++) {
		if (strcasecmp(node->path, needed[i]) == 0)
			return true;
	}
	return node == b->boot.node || is_boot_image(b, node, -1);
}

int ek_isobuild_remove(struct ek_isobuild *b, const char *path,
		       struct ek_err *err)
{
	const char *name = ek_iso_name(b->in);
	const struct ek_iso_node *node = ek_iso_find(b->in, path, strlen(path));
	struct match m = { .b = b, .given = path };
	int rc;

	if (node == NULL)
		return ek_fail(err, EK_EREFUSE, "'%s': there is no '%s' to "
			       "remove", name, path);
	if (node->dir)
		return ek_fail(err, EK_EREFUSE, "'%s': '%s' is a directory; "
			       "only files are removed", name, node->path);
	if (is_needed(b, node))
		return ek_fail(err, EK_EREFUSE, "'%s': '%s' is not removed: "
			       "the image would not boot without", name,
			       node->path);
	rc = match_path(&m, err);
	if (rc == EK_OK)
		rc = keep(b, &m, NULL, 0, err);
	ek_buf_free(&m.path);
	return rc;
}

int ek_isobuild_set_volume_id(struct ek_isobuild *b, const char *id,
			      struct ek_err *err)
{
	size_t len = strlen(id);
	char upper[sizeof(b->volume_id)];

	if (len == 0 || len >= sizeof(upper))
		return ek_fail(err, EK_EARG, "volume id '%s': 1 to 32 "
			       "characters", id);
	ek_path_upper(id, upper);
	for (size_t i = 0; i < len; i++) {
		if (!name_char(upper[i]) && upper[i] != ' ')
			return ek_fail(err, EK_EARG, "volume id '%s': A-Z 0-9 "
				       "_ . - and blank only", id);
	}
	if (upper[0] == ' ' || upper[len - 1] == ' ')
		return ek_fail(err, EK_EARG, "volume id '%s': no blank at "
			       "either end", id);
	memcpy(b->volume_id, upper, len + 1);
	return EK_OK;
}

int ek_isobuild_set_mtime(struct ek_isobuild *b, int64_t sec,
			  struct ek_err *err)
{
	if (sec < 0 || sec >= TIME_END)
		return ek_fail(err, EK_EARG, "time %lld: 1970 to 2099 only",
			       (long long)sec);
	b->mtime = sec;
	return EK_OK;
}

const struct ek_isochange *ek_isobuild_at(const struct ek_isobuild *b,
					  size_t i)
{
	return i < b->n ? &b->v[i].pub : NULL;
}

int64_t ek_isobuild_mtime(const struct ek_isobuild *b)
{
	return b->mtime;
}

const char *ek_isobuild_volume_id(const struct ek_isobuild *b)
{
	return b->volume_id;
}
