/* SPDX-License-Identifier: BSD-2-Clause */
/* pcinames.c - what devices are called, of several lists of names */
#include "os.h"

#include "ek/err.h"
#include "ek/pcinames.h"

struct ek_pciname {
	enum ek_pciid_depth depth;
	uint64_t key;     /* its numbers, as far as depth, one behind the other */
	size_t list, at;  /* the first list wins, and there the first line */
	const char *name;
};

static uint64_t key_of(const struct ek_pciid *id)
{
	uint64_t key = id->vendor;

	if (id->depth != EK_ID_VENDOR)
		key = key << 16 | id->device;
	if (id->depth == EK_ID_SUBSYSTEM)
		key = key << 32 | (uint64_t)id->subvendor << 16 | id->subdevice;
	return key;
}

static int by_question(const struct ek_pciname *a, const struct ek_pciname *b)
{
	if (a->depth != b->depth)
		return a->depth < b->depth ? -1 : 1;
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return 0;
}

static int by_order(const void *x, const void *y)
{
	const struct ek_pciname *a = x, *b = y;
	int c = by_question(a, b);

	if (c == 0 && a->list != b->list)
		c = a->list < b->list ? -1 : 1;
	if (c == 0 && a->at != b->at)
		c = a->at < b->at ? -1 : 1;
	return c;
}

int ek_pcinames_make(struct ek_pcinames *names,
		     const struct ek_pciids *const *lists, size_t n,
		     struct ek_err *err)
{
	size_t all = 0;

	*names = (struct ek_pcinames){ NULL, 0 };
	for (size_t i = 0; i < n; i++)
		all += lists[i]->n;
	names->v = calloc(all + 1, sizeof(*names->v));
	if (names->v == NULL)
		return ek_fail_sys(err, "names of devices");
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < lists[i]->n; k++) {
			const struct ek_pciid *id = &lists[i]->v[k];

			names->v[names->n++] = (struct ek_pciname){
				id->depth, key_of(id), i, k, id->name,
			};
		}
	qsort(names->v, names->n, sizeof(*names->v), by_order);
	return EK_OK;
}

void ek_pcinames_clear(struct ek_pcinames *names)
{
	free(names->v);
	*names = (struct ek_pcinames){ NULL, 0 };
}

/* The first n digits of id are the question; one that is not known has no
 * answer. */
static const struct ek_pciname *find(const struct ek_pcinames *names,
				     enum ek_pciid_depth depth, const char *id,
				     size_t n)
{
	struct ek_pciname want = { .depth = depth };
	char digits[17], *end;
	size_t from = 0, to = names->n;

	memcpy(digits, id, n);
	digits[n] = '\0';
	if (strspn(digits, "0123456789abcdef") != n)
		return NULL;
	want.key = strtoull(digits, &end, 16);
	while (from < to) {
		size_t mid = from + (to - from) / 2;

		if (by_question(&names->v[mid], &want) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return from < names->n && by_question(&names->v[from], &want) == 0 ?
		&names->v[from] : NULL;
}

void ek_pcinames_find(const struct ek_pcinames *names, const char *id,
		      const char **vendor, const char **device)
{
	const struct ek_pciname *v = find(names, EK_ID_VENDOR, id, 4);
	const struct ek_pciname *d = find(names, EK_ID_DEVICE, id, 8);
	const struct ek_pciname *s = find(names, EK_ID_SUBSYSTEM, id, 16);

	if (s != NULL && (d == NULL || s->list <= d->list))
		d = s;
	*vendor = v != NULL ? v->name : NULL;
	*device = d != NULL ? d->name : NULL;
}
