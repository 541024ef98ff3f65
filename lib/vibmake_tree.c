/* SPDX-License-Identifier: BSD-2-Clause */
/* vibmake_tree.c - payloads out of directories */
#include "os.h"

#include "vibmake_int.h"

int vm_add_tree(struct ek_vibmake *m, const struct ek_payload_spec *s,
		struct ek_err *err)
{
	(void)m;
	return ek_fail(err, EK_EREFUSE, "--tree %s: not yet", s->name);
}
