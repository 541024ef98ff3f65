/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * driver_made.h - a driver package, or a module of an image, for the unit tests
 *                 of what reads maps. Include once, behind cmocka.h.
 */
#ifndef EK_TEST_DRIVER_MADE_H
#define EK_TEST_DRIVER_MADE_H

#include "ek/entry.h"
#include "ek/gnutar.h"
#include "ek/io.h"
#include "ek/deflate.h"

#define VMKMOD "usr/lib/vmware/vmkmod/"
#define NATIVE(id, driver) "regtype=native,bus=pci,id=" id ",driver=" driver "\n"

/* Pairs of path and text, NULL at the end, become the tgz at path. */
static inline void put_driver(const char *path, const char *const *pairs)
{
	struct ek_out *to, *out;

	assert_int_equal(ek_out_open(&to, path, NULL), EK_OK);
	assert_int_equal(ek_out_open_gzip(&out, to, 9, NULL), EK_OK);
	for (; *pairs != NULL; pairs += 2) {
		char name[128];
		const struct ek_entry e = {
			.name = name, .type = EK_FT_FILE, .mode = 0644,
			.size = strlen(pairs[1]),
		};

		snprintf(name, sizeof(name), "%s", pairs[0]);
		assert_int_equal(ek_gnutar_file(out, &e, pairs[1], NULL),
				 EK_OK);
	}
	ek_gnutar_end(out, 1);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	assert_int_equal(ek_out_commit(&to, NULL), EK_OK);
}

#endif /* EK_TEST_DRIVER_MADE_H */
