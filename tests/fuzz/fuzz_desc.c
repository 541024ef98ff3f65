/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_desc.c - every rule and the schema over any text; what the reader
 *               refuses has an error among the findings
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ek/err.h"
#include "ek/release.h"
#include "ek/rules_desc.h"
#include "ek/xml.h"
#include "ek/xml_schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_told(void *user, const struct ek_node *n, const char *why)
{
	unsigned *told = user;
	char *path = ek_node_path(n);

	if (path == NULL || why[0] == '\0' || ++*told > EK_SCHEMA_ERRORS)
		abort();
	free(path);
}

static void try_profile(const char *text, size_t size)
{
	struct ek_err err = EK_ERR_INIT;
	unsigned told = 0;
	struct ek_xml_schema *schema;
	struct ek_xml *x;

	if (ek_xml_parse(&x, "fuzz", text, size, NULL, NULL) != EK_OK)
		return;
	if (ek_xml_schema_new(&schema, EK_SCHEMA_PROFILE, &err) != EK_OK ||
	    ek_xml_validate(x, schema, on_told, &told, &err) == EK_ESYS)
		abort();
	ek_xml_schema_free(&schema);
	ek_xml_free(&x);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct ek_desc_ask ask = {
		.has_host_level = true, .host_level = EK_PARTNER,
	};
	const char *text = (const char *)data;
	struct ek_err err = EK_ERR_INIT;
	struct ek_findings *f;
	struct ek_vibdesc d;
	int rc;

	if (ek_findings_new(&f, NULL) != EK_OK)
		abort();
	rc = ek_desc_check("fuzz", text, size, &ask, EK_RALL, f, &err);
	if (rc != EK_OK && (rc != EK_ELIMIT || err.msg[0] == '\0'))
		abort();
	if (rc == EK_OK && ek_findings_of(f, EK_ERROR) == 0 &&
	    ek_vibdesc_parse(&d, "fuzz", text, size, NULL) != EK_OK)
		abort();
	else if (rc == EK_OK && ek_findings_of(f, EK_ERROR) == 0)
		ek_vibdesc_clear(&d);
	try_profile(text, size);
	ek_findings_free(&f);
	return 0;
}
