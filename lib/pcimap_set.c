/* SPDX-License-Identifier: BSD-2-Clause */
/* pcimap_set.c - the devices of many maps, put in order for many questions */
#include "os.h"

#include "ek/err.h"
#include "ek/pcimap.h"

/* Vendor and device of a pattern: the digits that count, and what they are. */
struct ek_pciset_item {
	uint32_t mask, value;
};

/* Dots are free: their digits count in neither. */
static struct ek_pciset_item item_of(const char pattern[EK_PCI_PATTERN + 1])
{
	struct ek_pciset_item it = { 0, 0 };

	for (size_t i = 0; i < 8; i++) {
		char c = pattern[i];
		uint32_t digit = c >= 'a' ? (uint32_t)(c - 'a' + 10) :
			(uint32_t)(c - '0');

		it.mask = it.mask << 4 | (c == '.' ? 0 : 0xf);
		it.value = it.value << 4 | (c == '.' ? 0 : digit);
	}
	return it;
}

static int add(struct ek_pciset *s, const struct ek_pciset_item *it,
	       struct ek_err *err)
{
	if (s->n == s->cap) {
		size_t cap = s->cap == 0 ? 64 : s->cap * 2;
		struct ek_pciset_item *v;

		v = reallocarray(s->v, cap, sizeof(*v));
		if (v == NULL)
			return ek_fail_sys(err, "list of PCI ids");
		s->v = v;
		s->cap = cap;
	}
	s->v[s->n++] = *it;
	return EK_OK;
}

int ek_pciset_add(struct ek_pciset *s, const struct ek_pcimap *m,
		  struct ek_err *err)
{
	char pattern[EK_PCI_PATTERN + 1];
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < m->n; i++)
		if (ek_map_line_pattern(&m->v[i], pattern)) {
			const struct ek_pciset_item it = item_of(pattern);

			rc = add(s, &it, err);
		}
	return rc;
}

static int item_cmp(const void *va, const void *vb)
{
	const struct ek_pciset_item *a = va, *b = vb;

	if (a->mask != b->mask)
		return a->mask < b->mask ? -1 : 1;
	return (a->value > b->value) - (a->value < b->value);
}

void ek_pciset_sort(struct ek_pciset *s)
{
	if (s->n > 1)
		qsort(s->v, s->n, sizeof(*s->v), item_cmp);
	s->n_masks = 0;
	for (size_t i = 0; i < s->n; i++)
		if (i == 0 || s->v[i].mask != s->v[i - 1].mask)
			s->masks[s->n_masks++] = s->v[i].mask;
}

/* One search for each set of digits that counts; nearly always that is one. */
bool ek_pciset_has(const struct ek_pciset *s, uint16_t vendor, uint16_t device)
{
	const uint32_t id = (uint32_t)vendor << 16 | device;

	for (size_t i = 0; i < s->n_masks; i++) {
		const struct ek_pciset_item key = { s->masks[i],
						    id & s->masks[i] };

		if (bsearch(&key, s->v, s->n, sizeof(key), item_cmp) != NULL)
			return true;
	}
	return false;
}

void ek_pciset_clear(struct ek_pciset *s)
{
	free(s->v);
	*s = (struct ek_pciset){ .v = NULL };
}
