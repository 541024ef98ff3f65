/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_pcimap.c - a map that parses is written so that it parses again, to the
 *                 same bytes; names never fail but for their size
 */
#include "os.h"

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/pcimap.h"

static void quiet(void *ctx, const char *text)
{
	size_t *n = ctx;

	*n += strlen(text);
}

static void check_names(const char *text, size_t len, const struct ek_pcimap *m)
{
	struct ek_pciset set = { .v = NULL };
	struct ek_pciids ids;
	size_t n = 0;

	if (ek_pciids_parse(&ids, "fuzz", text, len, quiet, &n, NULL) != EK_OK)
		return;
	if (ek_pciset_add(&set, m, NULL) != EK_OK)
		abort();
	ek_pciset_sort(&set);
	for (size_t i = 0; i < ids.n && i < 16; i++) {
		const struct ek_pciid *id = &ids.v[i];
		bool takes = ek_pcimap_takes(m, id);

		if (takes && m->n == 0)
			abort();
		if (id->depth == EK_ID_DEVICE &&
		    takes != ek_pciset_has(&set, id->vendor, id->device))
			abort();
	}
	ek_pciset_clear(&set);
	ek_pciids_clear(&ids);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ek_buf a = EK_BUF_INIT, b = EK_BUF_INIT;
	struct ek_pcimap m, again;
	size_t n = 0;

	if (ek_pcimap_parse(&m, "fuzz", (const char *)data, size, quiet, &n,
			    NULL) == EK_OK) {
		ek_pcimap_write(&m, &a);
		if (ek_pcimap_parse(&again, "again", ek_buf_str(&a), a.len,
				    quiet, &n, NULL) != EK_OK)
			abort();
		ek_pcimap_write(&again, &b);
		if (a.len != b.len || again.n != m.n ||
		    strcmp(ek_buf_str(&a), ek_buf_str(&b)) != 0)
			abort();
		ek_pcimap_clear(&again);
	}
	check_names((const char *)data, size, &m);
	ek_pcimap_clear(&m);
	ek_buf_free(&a);
	ek_buf_free(&b);
	return 0;
}
