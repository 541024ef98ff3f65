/* SPDX-License-Identifier: BSD-2-Clause */
/* version.c - VIB versions and their order (imgdb.5, "Comparing versions") */
#include "os.h"

#include "ek/version.h"

/* A borrowed piece of a version. */
struct piece {
	const char *p;
	size_t len;
};

static struct piece make_piece(const char *from, const char *to)
{
	return (struct piece){ .p = from, .len = (size_t)(to - from) };
}

/* "version-release" cut in two; no hyphen, an empty release. */
static void cut(const char *v, struct piece *version, struct piece *release)
{
	const char *end = v + strlen(v), *hyphen = strchr(v, '-');

	*version = make_piece(v, hyphen != NULL ? hyphen : end);
	*release = make_piece(hyphen != NULL ? hyphen + 1 : end, end);
}

static int compare_bytes(struct piece a, struct piece b)
{
	int c = memcmp(a.p, b.p, a.len < b.len ? a.len : b.len);

	if (c != 0)
		return c;
	return a.len < b.len ? -1 : a.len > b.len;
}

/* Take the digits off the front of *f; leading zeros are dropped. */
static struct piece take_number(struct piece *f, bool *none)
{
	struct piece n = { .p = f->p, .len = 0 };

	while (f->len != 0 && *f->p >= '0' && *f->p <= '9') {
		f->p++;
		f->len--;
	}
	*none = f->p == n.p;
	while (n.p < f->p && *n.p == '0')
		n.p++;
	n.len = (size_t)(f->p - n.p);
	return n;
}

/* No upper limit: of two numbers without zeros in front the longer is more. */
static int compare_fields(struct piece a, struct piece b)
{
	bool a_none, b_none;
	struct piece na = take_number(&a, &a_none);
	struct piece nb = take_number(&b, &b_none);
	int c;

	if (a_none != b_none)
		return a_none ? -1 : 1;
	if (na.len != nb.len)
		return na.len < nb.len ? -1 : 1;
	c = memcmp(na.p, nb.p, na.len);
	return c != 0 ? c : compare_bytes(a, b);
}

/* Take the next field off *s, which must have one. *more: a dot followed. */
static struct piece take_field(struct piece *s, bool *more)
{
	const char *end = s->p + s->len, *dot = memchr(s->p, '.', s->len);
	struct piece f = make_piece(s->p, dot != NULL ? dot : end);

	*more = dot != NULL;
	*s = make_piece(dot != NULL ? dot + 1 : end, end);
	return f;
}

static int compare_parts(struct piece a, struct piece b)
{
	bool a_more, b_more;
	int c;

	do {
		struct piece fa = take_field(&a, &a_more);
		struct piece fb = take_field(&b, &b_more);

		c = compare_fields(fa, fb);
	} while (c == 0 && a_more && b_more);
	return c != 0 ? c : a_more - b_more;
}

bool ek_version_valid(const char *v)
{
	const char *hyphen = strchr(v, '-');

	return hyphen == NULL || strchr(hyphen + 1, '-') == NULL;
}

int ek_version_cmp(const char *a, const char *b)
{
	struct piece av, ar, bv, br;
	int c;

	cut(a, &av, &ar);
	cut(b, &bv, &br);
	c = compare_parts(av, bv);
	return c != 0 ? c : compare_parts(ar, br);
}

/* Does "have relation want" hold where comparing the two gave c? */
static bool holds(const char *relation, int c)
{
	if (strcmp(relation, "<<") == 0)
		return c < 0;
	if (strcmp(relation, "<=") == 0)
		return c <= 0;
	if (strcmp(relation, "=") == 0)
		return c == 0;
	if (strcmp(relation, ">=") == 0)
		return c >= 0;
	return strcmp(relation, ">>") == 0 && c > 0;
}

bool ek_version_satisfies(const char *have, const char *relation,
			  const char *want)
{
	struct piece hv, hr, wv, wr;
	int c;

	if (relation == NULL)
		return true;
	if (have == NULL || want == NULL)
		return false;
	cut(have, &hv, &hr);
	cut(want, &wv, &wr);
	c = compare_parts(hv, wv);
	if (c == 0 && wr.len != 0)
		c = compare_parts(hr, wr);
	return holds(relation, c);
}

bool ek_version_relation_valid(const char *relation)
{
	static const char *const all[] = { "<<", "<=", "=", ">=", ">>" };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(relation, all[i]) == 0)
			return true;
	return false;
}
