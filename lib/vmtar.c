/* SPDX-License-Identifier: BSD-2-Clause */
/* vmtar.c - the generations of vmtar writers by name */
#include "os.h"

#include "ek/vmtar.h"

static const char *const gens[] = {
	[EK_VMTAR_65] = "6.5",
	[EK_VMTAR_67] = "6.7",
	[EK_VMTAR_80U1] = "8.0u1",
};

bool ek_vmtar_gen_parse(const char *s, enum ek_vmtar_gen *gen)
{
	for (size_t i = 0; i < sizeof(gens) / sizeof(gens[0]); i++) {
		if (strcasecmp(s, gens[i]) == 0) {
			*gen = (enum ek_vmtar_gen)i;
			return true;
		}
	}
	return false;
}

const char *ek_vmtar_gen_name(enum ek_vmtar_gen gen)
{
	return gens[gen];
}
