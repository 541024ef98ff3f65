/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_vibdesc.c - whatever parses must be written so that it parses again, to
 *                  the same bytes, all of them ASCII
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ek/err.h"
#include "ek/json.h"
#include "ek/vibdesc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void show(const struct ek_vibdesc *d)
{
	struct ek_buf out = EK_BUF_INIT;
	struct ek_json j;

	ek_json_begin(&j, &out);
	ek_vibdesc_json(d, &j);
	ek_json_end(&j);
	ek_vibdesc_text(d, NULL, &out);
	ek_buf_free(&out);
}

static void check(const struct ek_vibdesc *a, enum ek_vibdesc_form form)
{
	struct ek_buf atext = EK_BUF_INIT, btext = EK_BUF_INIT;
	struct ek_vibdesc b;

	ek_vibdesc_write(a, form, &atext);
	for (size_t i = 0; i < atext.len; i++)
		if ((unsigned char)atext.p[i] > 0x7e)
			abort();
	if (ek_vibdesc_parse(&b, "fuzz", atext.p, atext.len, NULL) != EK_OK)
		abort();
	ek_vibdesc_write(&b, form, &btext);
	if (atext.len != btext.len ||
	    memcmp(atext.p, btext.p, atext.len) != 0)
		abort();
	ek_vibdesc_clear(&b);
	ek_buf_free(&atext);
	ek_buf_free(&btext);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ek_vibdesc d;

	if (ek_vibdesc_parse(&d, "fuzz", (const char *)data, size, NULL) !=
	    EK_OK)
		return 0;
	check(&d, EK_VIBDESC_VIB);
	check(&d, EK_VIBDESC_DATABASE);
	show(&d);
	ek_vibdesc_clear(&d);
	return 0;
}
