/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_vibcheck.c - any bytes are checked as a VIB: there is an answer, and what
 *                   ek_vib_open() and the payloads' checksums refuse is an error
 */
#include "os.h"

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/finding.h"
#include "ek/io.h"
#include "ek/json.h"
#include "ek/release.h"
#include "ek/rules_vib.h"
#include "ek/vib.h"
#include "ek/vibprobe.h"

/* Would the strict reader take it, payloads included? */
static bool is_good(const uint8_t *data, size_t size)
{
	struct ek_vib *v = NULL;
	struct ek_in *in;
	bool good;

	if (ek_in_open_mem(&in, "f", data, size, NULL) != EK_OK)
		abort();
	good = ek_vib_open(&v, in, NULL) == EK_OK &&
		ek_vib_verify(v, NULL) == EK_OK;
	ek_vib_close(&v);
	ek_in_close(&in);
	return good;
}

static void show(const struct ek_findings *f)
{
	struct ek_buf b = EK_BUF_INIT;
	struct ek_json j;

	ek_findings_text(f, EK_RALL, &b);
	ek_buf_reset(&b);
	ek_json_begin(&j, &b);
	ek_findings_json(f, &j);
	ek_json_end(&j);
	ek_buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct ek_vib_ask ask = { .trust = NULL };
	struct ek_vibprobe *p;
	struct ek_findings *f;
	struct ek_in *in;

	if (size > 1u << 20)
		return 0;
	if (ek_in_open_mem(&in, "f", data, size, NULL) != EK_OK ||
	    ek_findings_new(&f, NULL) != EK_OK)
		abort();
	if (ek_vibprobe_open(&p, in, NULL) == EK_OK) {
		if (ek_vib_check(p, &ask, EK_RALL, f, NULL) == EK_OK) {
			show(f);
			if (!is_good(data, size) && ek_findings_count(f) == 0)
				abort();
		}
		ek_vibprobe_free(&p);
	}
	ek_findings_free(&f);
	ek_in_close(&in);
	return 0;
}
