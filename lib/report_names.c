/* SPDX-License-Identifier: BSD-2-Clause */
/* report_names.c - names of PCI ids, all lists of the image at once */
#include "os.h"

#include "ek/err.h"
#include "report_int.h"

struct item {
	uint64_t id;
	enum ek_pciid_depth depth;
	size_t order; /* of equal ones the first counts */
	const char *name;
};

struct report_names {
	struct item *v;
	size_t n;
};

static uint64_t id_of(const struct ek_pciid *p)
{
	uint64_t id = (uint64_t)p->vendor << 48;

	if (p->depth != EK_ID_VENDOR)
		id |= (uint64_t)p->device << 32;
	if (p->depth == EK_ID_SUBSYSTEM)
		id |= (uint64_t)p->subvendor << 16 | p->subdevice;
	return id;
}

static int compare(const struct item *a, uint64_t id, enum ek_pciid_depth depth)
{
	if (a->depth != depth)
		return a->depth < depth ? -1 : 1;
	return (a->id > id) - (a->id < id);
}

static int by_id(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	int c = compare(x, y->id, y->depth);

	return c != 0 ? c : (x->order > y->order) - (x->order < y->order);
}

/* The lists of one file behind those that are there. */
static void take(struct report_names *names, const struct ek_scan_file *f)
{
	for (size_t i = 0; i < f->n_ids; i++)
		for (size_t k = 0; k < f->ids[i].ids.n; k++) {
			const struct ek_pciid *p = &f->ids[i].ids.v[k];

			names->v[names->n] = (struct item){
				id_of(p), p->depth, names->n, p->name };
			names->n++;
		}
}

int ek_report_names_new(const struct report *r, struct report_names **out,
			struct ek_err *err)
{
	struct report_names *names = calloc(1, sizeof(*names));
	const struct ek_scan_file *f;
	size_t n = 1;

	for (size_t i = 0; (f = ek_imgscan_at(r->page->scan, i)) != NULL; i++)
		for (size_t k = 0; k < f->n_ids; k++)
			n += f->ids[k].ids.n;
	if (names != NULL)
		names->v = calloc(n, sizeof(*names->v));
	*out = names;
	if (names == NULL || names->v == NULL)
		return ek_fail_sys(err, "'%s'", r->name[0]);
	for (size_t i = 0; (f = ek_imgscan_at(r->page->scan, i)) != NULL; i++)
		take(names, f);
	qsort(names->v, names->n, sizeof(*names->v), by_id);
	return EK_OK;
}

void ek_report_names_free(struct report_names **names)
{
	if (*names != NULL)
		free((*names)->v);
	free(*names);
	*names = NULL;
}

/* The first of those that are equal. */
static const char *find(const struct report_names *names, uint64_t id,
			enum ek_pciid_depth depth)
{
	size_t from = 0, to = names->n;

	while (from < to) {
		size_t mid = from + (to - from) / 2;

		if (compare(&names->v[mid], id, depth) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return from < names->n && compare(&names->v[from], id, depth) == 0
		? names->v[from].name : NULL;
}

/* Digits of the pattern as a number; false where one may be any. */
static bool digits(const char *pattern, size_t n, uint64_t *out)
{
	char text[17], *end;

	memcpy(text, pattern, n);
	text[n] = '\0';
	*out = strtoull(text, &end, 16);
	return *end == '\0';
}

void ek_report_name(const struct report_names *names, const char *pattern,
		    const char **vendor, const char **device)
{
	uint64_t id;

	*vendor = *device = NULL;
	if (digits(pattern, 4, &id))
		*vendor = find(names, id << 48, EK_ID_VENDOR);
	if (digits(pattern, 16, &id))
		*device = find(names, id, EK_ID_SUBSYSTEM);
	if (*device == NULL && digits(pattern, 8, &id))
		*device = find(names, id << 32, EK_ID_DEVICE);
}
