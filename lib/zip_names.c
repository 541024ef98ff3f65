/* SPDX-License-Identifier: BSD-2-Clause */
/* zip_names.c - names of the members of a zip: which may be, and one by name */
#include "os.h"

#include "ek/err.h"
#include "ek/path.h"
#include "ek/utf8.h"
#include "zip_int.h"

const char *ek_zip_name_problem(const char *name, size_t len)
{
	const char *why = ek_path_problem(name, len);

	if (why != NULL)
		return why;
	for (size_t i = 0, n; i < len; i += n) {
		uint32_t c;

		n = ek_utf8_next(name + i, len - i, &c);
		if (n == 0)
			return "is not UTF-8";
		if (!ek_utf8_printable(c))
			return "holds a control character";
		if (c == '\\')
			return "has a backslash";
	}
	return NULL;
}

/* Where case does not count, as on many a disk; '/' before all else. */
static int rank(char c)
{
	if (c == '/')
		return 1;
	if (c >= 'A' && c <= 'Z')
		return c - 'A' + 'a';
	return (unsigned char)c;
}

static int compare(const char *a, const char *b)
{
	while (*a != '\0' && rank(*a) == rank(*b)) {
		a++;
		b++;
	}
	return rank(*a) - rank(*b);
}

static int by_name(const void *va, const void *vb)
{
	const struct ek_zip_item *const *a = va, *const *b = vb;

	return compare((*a)->m.name, (*b)->m.name);
}

int ek_zip_names_sort(struct ek_zip *z, struct ek_err *err)
{
	if (z->by_name == NULL)
		z->by_name = calloc(z->n + 1, sizeof(struct ek_zip_item *));
	if (z->by_name == NULL)
		return ek_fail_sys(err, "reading '%s'", z->name);
	for (size_t i = 0; i < z->n; i++)
		z->by_name[i] = &z->v[i];
	qsort(z->by_name, z->n, sizeof(struct ek_zip_item *), by_name);
	return EK_OK;
}

static bool is_below(const char *dir, const char *name)
{
	while (*dir != '\0' && rank(*dir) == rank(*name)) {
		dir++;
		name++;
	}
	return *dir == '\0' && *name == '/';
}

/* b comes right behind a. The name of a directory has lost its '/' here. */
static const char *clash(const struct ek_zip_item *a,
			 const struct ek_zip_item *b)
{
	if (strcmp(a->m.name, b->m.name) == 0)
		return "is there twice";
	if (compare(a->m.name, b->m.name) == 0)
		return "is there twice, in upper and lower case";
	if (!a->dir && is_below(a->m.name, b->m.name))
		return "lies below a file";
	return NULL;
}

int ek_zip_names_check(const struct ek_zip *z, struct ek_err *err)
{
	for (size_t i = 1; i < z->n; i++) {
		const struct ek_zip_item *a = z->by_name[i - 1];
		const struct ek_zip_item *b = z->by_name[i];
		const char *why = clash(a, b);

		if (why != NULL)
			return ek_fail(err, EK_EFORMAT, "'%s': member '%.200s'"
				       " at offset %llu: its name %s, see"
				       " '%.200s' at offset %llu", z->name,
				       b->m.name, (unsigned long long)b->at,
				       why, a->m.name,
				       (unsigned long long)a->at);
	}
	return EK_OK;
}

const struct ek_zip_member *ek_zip_find(const struct ek_zip *z,
					const char *name)
{
	size_t from = 0, to = z->n;

	while (from < to) {
		size_t mid = from + (to - from) / 2;
		const struct ek_zip_item *it = z->by_name[mid];
		int c = compare(name, it->m.name);

		if (c == 0) /* what differs in case is another name */
			return strcmp(name, it->m.name) == 0 ? &it->m : NULL;
		if (c < 0)
			to = mid;
		else
			from = mid + 1;
	}
	return NULL;
}
