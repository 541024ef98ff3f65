/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_xml.c - parse, write, parse, write: the same bytes, and pure ASCII */
#include "os.h"

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Look at everything that the tree lets one see. */
static void walk(const struct ek_node *n, int depth)
{
	char *attr;

	for (; n != NULL; n = ek_node_next(n, NULL)) {
		free(ek_node_text(n, true));
		if (ek_node_attr(n, "name", &attr))
			free(attr);
		if (ek_node_line(n) < 0 || depth > 256)
			abort();
		walk(ek_node_child(n, NULL), depth + 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ek_buf once = EK_BUF_INIT, twice = EK_BUF_INIT;
	struct ek_err err = EK_ERR_INIT;
	struct ek_xml *x, *y;
	bool declared;

	if (ek_xml_parse(&x, "fuzz", (const char *)data, size, &declared,
			 &err) != EK_OK) {
		if (x != NULL || err.msg[0] == '\0' || err.code == EK_ESYS)
			abort();
		return 0;
	}
	walk(ek_xml_root(x), 0);
	ek_xml_write(ek_xml_root(x), &once);
	if (ek_xml_parse(&y, "again", once.p, once.len, &declared, &err) !=
	    EK_OK || declared)
		abort();
	ek_xml_write(ek_xml_root(y), &twice);
	if (once.len != twice.len || memcmp(once.p, twice.p, once.len) != 0)
		abort();
	ek_xml_free(&x);
	ek_xml_free(&y);
	ek_buf_free(&once);
	ek_buf_free(&twice);
	return 0;
}
