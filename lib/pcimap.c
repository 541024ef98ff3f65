/* SPDX-License-Identifier: BSD-2-Clause */
/* pcimap.c - maps of PCI ids to drivers: two grammars, one reader and writer */
#include "os.h"

#include <stdarg.h>

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/pcimap.h"

/* One text that is being parsed, and what was odd in it. */
struct job {
	const char *name;
	ek_map_note *note;
	void *ctx;
	unsigned long line;
	unsigned long n_cr, first_cr, n_upper, first_upper;
};

/* One line, cut into values; p is NULL where the key is not there. */
struct value {
	const char *p;
	size_t len;
};

enum key { K_REGTYPE, K_BUS, K_ID, K_DRIVER, K_CLASS, N_KEYS };

static const char *const keys[N_KEYS] = {
	[K_REGTYPE] = "regtype", [K_BUS] = "bus", [K_ID] = "id",
	[K_DRIVER] = "driver", [K_CLASS] = "class",
};

static bool is(const struct value *v, const char *text)
{
	return v->len == strlen(text) && memcmp(v->p, text, v->len) == 0;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static void tell(const struct job *j, const char *fmt, ...) EK_PRINTF(2, 3);

static void tell(const struct job *j, const char *fmt, ...)
{
	char text[1024];
	va_list ap;
	int n;

	if (j->note == NULL)
		return;
	n = snprintf(text, sizeof(text), "'%s': ", j->name);
	if (n < 0 || (size_t)n >= sizeof(text))
		return;
	va_start(ap, fmt);
	vsnprintf(text + n, sizeof(text) - (size_t)n, fmt, ap);
	va_end(ap);
	j->note(j->ctx, text);
}

static void line_clear(struct ek_map_line *l)
{
	free(l->bus);
	free(l->id);
	free(l->driver);
	free(l->class);
	free(l->other);
}

void ek_pcimap_clear(struct ek_pcimap *m)
{
	for (size_t i = 0; i < m->n; i++)
		line_clear(&m->v[i]);
	free(m->v);
	memset(m, 0, sizeof(*m));
}

/* ---- one line ----------------------------------------------------------- */

static bool find_key(const char *p, size_t len, enum key *key)
{
	for (int k = 0; k < N_KEYS; k++)
		if (len == strlen(keys[k]) && memcmp(p, keys[k], len) == 0) {
			*key = (enum key)k;
			return true;
		}
	return false;
}

/* "key=value,key=value": known ones to v[], the others to rest. */
static int split(const struct job *j, const char *p, size_t len,
		 struct value v[N_KEYS], struct ek_buf *rest,
		 struct ek_err *err)
{
	const char *end = p + len, *comma, *eq;
	enum key key = N_KEYS;

	memset(v, 0, N_KEYS * sizeof(*v));
	for (; p <= end; p = comma + 1) {
		comma = memchr(p, ',', (size_t)(end - p));
		if (comma == NULL)
			comma = end;
		eq = memchr(p, '=', (size_t)(comma - p));
		if (eq == NULL || eq == p)
			return ek_fail(err, EK_EFORMAT,
				       "'%s': line %lu: '%.*s' is not "
				       "key=value", j->name, j->line,
				       (int)(comma - p < 64 ? comma - p : 64),
				       p);
		if (!find_key(p, (size_t)(eq - p), &key)) {
			if (rest->len > 0)
				ek_buf_addc(rest, ',');
			ek_buf_add(rest, p, (size_t)(comma - p));
			continue;
		}
		if (v[key].p != NULL)
			return ek_fail(err, EK_EFORMAT,
				       "'%s': line %lu: key '%s' twice",
				       j->name, j->line, keys[key]);
		v[key].p = eq + 1;
		v[key].len = (size_t)(comma - eq - 1);
	}
	return EK_OK;
}

static char *copy(const struct value *v)
{
	char *s = malloc(v->len + 1);

	if (s != NULL) {
		memcpy(s, v->p, v->len);
		s[v->len] = '\0';
	}
	return s;
}

/* Lower-case hex; true where something was folded. */
static bool fold_hex(char *s)
{
	bool folded = false;

	for (; *s != '\0'; s++)
		if (*s >= 'A' && *s <= 'F') {
			*s = (char)(*s - 'A' + 'a');
			folded = true;
		}
	return folded;
}

/* Each character of shape 'x' a digit, '.' a digit or a dot, others equal. */
static bool has_shape(const char *s, const char *shape)
{
	for (; *shape != '\0'; s++, shape++) {
		if (*shape == 'x' && is_hex(*s))
			continue;
		if (*shape == '.' && (is_hex(*s) || *s == '.'))
			continue;
		if (*shape != *s || *shape == 'x')
			return false;
	}
	return *s == '\0';
}

static int check_pci_id(struct job *j, struct ek_map_line *l,
			struct ek_err *err)
{
	bool linux_form = l->kind == EK_MAP_LINUX;
	const char *shape = linux_form ? "xxxx:xxxx xxxx:xxxx" :
		"......................";

	if (fold_hex(l->id) && j->n_upper++ == 0)
		j->first_upper = j->line;
	if (has_shape(l->id, shape))
		return EK_OK;
	return ek_fail(err, EK_EFORMAT, "'%s': line %lu: id '%.64s' is not %s",
		       j->name, j->line, l->id, linux_form ?
		       "of the form 'vvvv:dddd ssss:uuuu'" :
		       "22 hex digits or dots");
}

static int missing(const struct job *j, enum key key, struct ek_err *err)
{
	return ek_fail(err, EK_EFORMAT, "'%s': line %lu: no '%s='", j->name,
		       j->line, keys[key]);
}

static int check_kind(const struct job *j, const struct value v[N_KEYS],
		      struct ek_map_line *l, struct ek_err *err)
{
	for (int k = 0; k <= K_DRIVER; k++)
		if (v[k].p == NULL || v[k].len == 0)
			return missing(j, (enum key)k, err);
	if (!is(&v[K_REGTYPE], "linux") && !is(&v[K_REGTYPE], "native"))
		return ek_fail(err, EK_EFORMAT, "'%s': line %lu: regtype "
			       "'%.*s' is neither linux nor native", j->name,
			       j->line, (int)(v->len < 64 ? v->len : 64), v->p);
	l->kind = is(v, "native") ? EK_MAP_NATIVE : EK_MAP_LINUX;
	if (is(&v[K_BUS], "pci") || (l->kind == EK_MAP_NATIVE &&
	    (is(&v[K_BUS], "acpi") || is(&v[K_BUS], "logical"))))
		return EK_OK;
	v += K_BUS;
	return ek_fail(err, EK_EFORMAT, "'%s': line %lu: bus '%.*s' is not %s",
		       j->name, j->line, (int)(v->len < 64 ? v->len : 64), v->p,
		       l->kind == EK_MAP_LINUX ? "pci" :
		       "pci, acpi or logical");
}

/* The driver is a file name in vmkmod. */
static int check_driver(const struct job *j, const char *driver,
			struct ek_err *err)
{
	if (strchr(driver, '/') == NULL && driver[0] != '.')
		return EK_OK;
	return ek_fail(err, EK_EFORMAT,
		       "'%s': line %lu: driver '%.64s' is not a module name",
		       j->name, j->line, driver);
}

static int fill(struct job *j, const struct value v[N_KEYS],
		struct ek_buf *rest, struct ek_map_line *l, struct ek_err *err)
{
	size_t len;
	int rc;

	rc = check_kind(j, v, l, err);
	if (rc != EK_OK)
		return rc;
	l->line = j->line;
	l->bus = copy(&v[K_BUS]);
	l->id = copy(&v[K_ID]);
	l->driver = copy(&v[K_DRIVER]);
	if (v[K_CLASS].p != NULL)
		l->class = copy(&v[K_CLASS]);
	if (l->bus == NULL || l->id == NULL || l->driver == NULL ||
	    (v[K_CLASS].p != NULL && l->class == NULL))
		return ek_fail_sys(err, "cannot read '%s'", j->name);
	if (rest->len > 0) {
		rc = ek_buf_take(rest, "map line", &l->other, &len, err);
		if (rc != EK_OK)
			return rc;
	}
	rc = check_driver(j, l->driver, err);
	if (rc == EK_OK && strcmp(l->bus, "pci") == 0)
		rc = check_pci_id(j, l, err);
	return rc;
}

static int grow(struct ek_pcimap *m, const char *name, struct ek_err *err)
{
	size_t cap = m->cap == 0 ? 16 : m->cap * 2;
	struct ek_map_line *v;

	if (m->n < m->cap)
		return EK_OK;
	v = realloc(m->v, cap * sizeof(*v));
	if (v == NULL)
		return ek_fail_sys(err, "cannot read '%s'", name);
	m->v = v;
	m->cap = cap;
	return EK_OK;
}

static int add_line(struct ek_pcimap *m, struct job *j, const char *p,
		    size_t len, struct ek_err *err)
{
	struct ek_buf rest = EK_BUF_INIT;
	struct value v[N_KEYS];
	int rc;

	rc = grow(m, j->name, err);
	if (rc != EK_OK)
		return rc;
	memset(&m->v[m->n], 0, sizeof(m->v[m->n]));
	rc = split(j, p, len, v, &rest, err);
	if (rc == EK_OK)
		rc = ek_buf_check(&rest, "map line", err);
	if (rc == EK_OK)
		rc = fill(j, v, &rest, &m->v[m->n++], err);
	ek_buf_free(&rest);
	return rc;
}

/* ---- the whole text ----------------------------------------------------- */

static int check_bytes(struct job *j, const char *p, size_t len,
		       struct ek_err *err)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)p[i] < 0x20 || (unsigned char)p[i] > 0x7e)
			return ek_fail(err, EK_EFORMAT,
				       "'%s': line %lu: byte 0x%02x is not text",
				       j->name, j->line, (unsigned char)p[i]);
	return EK_OK;
}

static bool is_blank(const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (p[i] != ' ')
			return false;
	return true;
}

static int one_line(struct ek_pcimap *m, struct job *j, const char *p,
		    size_t len, struct ek_err *err)
{
	int rc;

	j->line++;
	if (len > 0 && p[len - 1] == '\r') {
		len--;
		if (j->n_cr++ == 0)
			j->first_cr = j->line;
	}
	if (is_blank(p, len) || p[0] == '#')
		return EK_OK;
	rc = check_bytes(j, p, len, err);
	return rc != EK_OK ? rc : add_line(m, j, p, len, err);
}

static int text_cmp(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

/* By id first, and then so that equal lines, and only they, give 0. */
static int line_cmp(const void *va, const void *vb)
{
	const struct ek_map_line *a = va, *b = vb;
	int c = strcmp(a->id, b->id);

	if (c == 0)
		c = (int)a->kind - (int)b->kind;
	if (c == 0)
		c = strcmp(a->bus, b->bus);
	if (c == 0)
		c = strcmp(a->driver, b->driver);
	if (c == 0)
		c = text_cmp(a->class, b->class);
	return c != 0 ? c : text_cmp(a->other, b->other);
}

/* The lines in order; NULL where there is none, or no memory for the copy. */
static struct ek_map_line *sorted(const struct ek_pcimap *m)
{
	struct ek_map_line *v;

	if (m->n == 0)
		return NULL;
	v = malloc(m->n * sizeof(*v));
	if (v == NULL)
		return NULL;
	memcpy(v, m->v, m->n * sizeof(*v));
	qsort(v, m->n, sizeof(*v), line_cmp);
	return v;
}

/* So many ids that are there twice are told of, a wrong map has thousands. */
enum { TOLD_MAX = 20 };

static void tell_oddities(const struct job *j, const struct ek_pcimap *m)
{
	struct ek_map_line *v;
	size_t n = 0;

	if (j->n_cr > 0)
		tell(j, "line %lu: CR before LF (in %lu lines), which VMware's"
		     " own maps never have", j->first_cr, j->n_cr);
	if (j->n_upper > 0)
		tell(j, "line %lu: upper-case hex (in %lu lines), which "
		     "VMware's own maps never have", j->first_upper,
		     j->n_upper);
	if (j->note == NULL)
		return;
	v = sorted(m);
	for (size_t i = 1; v != NULL && i < m->n; i++) {
		if (strcmp(v[i - 1].id, v[i].id) != 0 ||
		    strcmp(v[i - 1].driver, v[i].driver) != 0)
			continue;
		if (n++ < TOLD_MAX)
			tell(j, "line %lu: id '%s' for '%s' is there twice",
			     v[i].line, v[i].id, v[i].driver);
	}
	if (n > TOLD_MAX)
		tell(j, "%zu more ids are there twice", n - TOLD_MAX);
	free(v);
}

int ek_pcimap_parse(struct ek_pcimap *m, const char *name, const char *text,
		    size_t len, ek_map_note *note, void *ctx,
		    struct ek_err *err)
{
	struct job j = { .name = name, .note = note, .ctx = ctx };
	const char *p = text, *end = text + len, *lf;
	int rc = EK_OK;

	memset(m, 0, sizeof(*m));
	if (len > EK_PCIMAP_MAX)
		return ek_fail(err, EK_ELIMIT, "'%s': larger than %u bytes",
			       name, EK_PCIMAP_MAX);
	for (; rc == EK_OK && p < end; p = lf + 1) {
		lf = memchr(p, '\n', (size_t)(end - p));
		if (lf == NULL)
			lf = end;
		rc = one_line(m, &j, p, (size_t)(lf - p), err);
	}
	if (rc != EK_OK)
		ek_pcimap_clear(m);
	else
		tell_oddities(&j, m);
	return rc;
}

void ek_pcimap_write(const struct ek_pcimap *m, struct ek_buf *out)
{
	struct ek_map_line *v = sorted(m);

	if (v == NULL && m->n > 0) {
		out->failed = true;
		return;
	}
	for (size_t i = 0; i < m->n; i++) {
		ek_buf_addf(out, "regtype=%s,bus=%s,id=%s,driver=%s",
			    v[i].kind == EK_MAP_LINUX ? "linux" : "native",
			    v[i].bus, v[i].id, v[i].driver);
		if (v[i].class != NULL)
			ek_buf_addf(out, ",class=%s", v[i].class);
		if (v[i].other != NULL)
			ek_buf_addf(out, ",%s", v[i].other);
		ek_buf_addc(out, '\n');
	}
	free(v);
}

bool ek_map_line_pattern(const struct ek_map_line *l,
			 char out[EK_PCI_PATTERN + 1])
{
	static const char any[] = "0000:0000";

	if (strcmp(l->bus, "pci") != 0)
		return false;
	memset(out, '.', EK_PCI_PATTERN);
	out[EK_PCI_PATTERN] = '\0';
	if (l->kind == EK_MAP_NATIVE) {
		memcpy(out, l->id, EK_PCI_PATTERN);
		return true;
	}
	memcpy(out, l->id, 4);
	memcpy(out + 4, l->id + 5, 4);
	if (strcmp(l->id + 10, any) != 0) {
		memcpy(out + 8, l->id + 10, 4);
		memcpy(out + 12, l->id + 15, 4);
	}
	return true;
}

/* ---- which ids a map has ------------------------------------------------ */

static bool field_fits(const char *pattern, uint16_t value)
{
	char text[5];

	snprintf(text, sizeof(text), "%04x", value);
	for (size_t i = 0; i < 4; i++)
		if (pattern[i] != '.' && pattern[i] != text[i])
			return false;
	return true;
}

bool ek_pcimap_takes(const struct ek_pcimap *m, const struct ek_pciid *id)
{
	const uint16_t want[] = { id->vendor, id->device, id->subvendor,
				  id->subdevice };
	const size_t n = id->depth == EK_ID_VENDOR ? 1 :
		id->depth == EK_ID_DEVICE ? 2 : 4;
	char pattern[EK_PCI_PATTERN + 1];
	size_t k;

	for (size_t i = 0; i < m->n; i++) {
		if (!ek_map_line_pattern(&m->v[i], pattern))
			continue;
		for (k = 0; k < n && field_fits(pattern + 4 * k, want[k]); k++)
			;
		if (k == n)
			return true;
	}
	return false;
}
