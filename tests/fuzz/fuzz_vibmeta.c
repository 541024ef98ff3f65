/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_vibmeta.c - a file of options gives the same options again; what is
 *                  wrong is told with its line
 */
#include "os.h"

#include "ek/err.h"
#include "ek/vibmeta.h"
#include "ek/vibopts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ek_err err = EK_ERR_INIT, again = EK_ERR_INIT;
	struct ek_vibopts a, b;
	int rc;

	ek_vibopts_init(&a);
	ek_vibopts_init(&b);
	rc = ek_vibmeta_parse(&a, "m", (const char *)data, size, &err);
	if (rc != EK_OK && strncmp(err.msg, "'m' line ", 9) != 0)
		abort();
	if (ek_vibmeta_parse(&b, "m", (const char *)data, size, &again) != rc ||
	    strcmp(err.msg, again.msg) != 0 || a.kept.n != b.kept.n)
		abort();
	ek_vibopts_clear(&a);
	ek_vibopts_clear(&b);
	return 0;
}
