/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * treemap.h - cut a rectangle into pieces as large as their sizes
 *
 * Squarified treemaps (Bruls, Huizing, van Wijk, 2000): pieces are laid in rows
 * along the shorter side, a row ends where one more would make its pieces longer
 * and thinner. Coordinates are whole numbers, and what a piece loses by that its
 * neighbour gains: the pieces cover the rectangle, and none lies on another.
 */
#ifndef EK_TREEMAP_H
#define EK_TREEMAP_H

#include <stddef.h>
#include <stdint.h>

struct ek_rect {
	uint32_t x, y, w, h;
};

struct ek_treemap_item {
	uint64_t size;
	struct ek_rect at; /* set by ek_treemap(); empty where size is 0, or too
			    * small for one unit */
	size_t tag;        /* the caller's */
};

/* Largest side that is taken. Of n items one counts for EK_TREEMAP_SUM / (n + 1)
 * at most; no file is near. */
#define EK_TREEMAP_SIDE 1000000u
#define EK_TREEMAP_SUM  (UINT64_C(1) << 50)

/* Sort by size, largest first, then by tag; then lay out into area. */
void ek_treemap(struct ek_rect area, struct ek_treemap_item *items, size_t n);

#endif /* EK_TREEMAP_H */
