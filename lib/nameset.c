/* SPDX-License-Identifier: BSD-2-Clause */
/* nameset.c - the names of an archive as they pass */
#include "os.h"

#include <search.h>

#include "ek/err.h"
#include "nameset.h"

struct item {
	enum ek_name_kind kind;
	size_t len;
	const char *name; /* own, or that of a question */
	char own[];
};

static int item_cmp(const void *va, const void *vb)
{
	const struct item *a = va, *b = vb;
	size_t n = a->len < b->len ? a->len : b->len;
	int c = memcmp(a->name, b->name, n);

	if (c != 0)
		return c;
	return (a->len > b->len) - (a->len < b->len);
}

static struct item *look(const struct ek_nameset *s, const char *name,
			 size_t len)
{
	const struct item key = { .len = len, .name = name };
	void *const *at = tfind(&key, &s->root, item_cmp);

	return at != NULL ? *at : NULL;
}

enum ek_name_kind ek_nameset_find(const struct ek_nameset *s, const char *name,
				  size_t len)
{
	const struct item *it = look(s, name, len);

	return it != NULL ? it->kind : EK_NAME_NEW;
}

int ek_nameset_put(struct ek_nameset *s, const char *name, size_t len,
		   enum ek_name_kind kind, struct ek_err *err)
{
	struct item *it = look(s, name, len);

	if (it != NULL) {
		it->kind = kind;
		return EK_OK;
	}
	it = malloc(sizeof(*it) + len);
	if (it == NULL)
		return ek_fail_sys(err, "cannot remember a name");
	memcpy(it->own, name, len);
	it->name = it->own;
	it->len = len;
	it->kind = kind;
	if (tsearch(it, &s->root, item_cmp) == NULL) {
		free(it);
		errno = ENOMEM;
		return ek_fail_sys(err, "cannot remember a name");
	}
	return EK_OK;
}

void ek_nameset_free(struct ek_nameset *s)
{
	if (s->root != NULL)
		tdestroy(s->root, free);
	s->root = NULL;
}
