/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_bulletin.c - a bulletin that is taken has its texts, is written and read
 *                   again as the same, and all of it is given back; one that is
 *                   not taken leaves nothing
 */
#include "os.h"

#include "ek/buf.h"
#include "ek/bulletin.h"
#include "ek/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t length(const char *s)
{
	if (s == NULL)
		abort();
	return strlen(s);
}

/* Written, read, and written once more: the same bytes. */
static void round_trip(const struct ek_bulletin *b)
{
	struct ek_buf once = EK_BUF_INIT, twice = EK_BUF_INIT;
	struct ek_bulletin again;

	ek_bulletin_write(b, &once);
	if (ek_bulletin_parse(&again, "again", ek_buf_str(&once), once.len,
			      NULL) != EK_OK)
		abort();
	ek_bulletin_write(&again, &twice);
	if (once.len != twice.len || again.vib_ids.n != b->vib_ids.n ||
	    again.platforms.n != b->platforms.n ||
	    strcmp(again.id, b->id) != 0 ||
	    memcmp(once.p, twice.p, once.len) != 0)
		abort();
	ek_bulletin_clear(&again);
	ek_buf_free(&once);
	ek_buf_free(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_bulletin b;
	size_t sum = 0;

	if (ek_bulletin_parse(&b, "fuzz", (const char *)data, size, &err) !=
	    EK_OK) {
		if (b.id != NULL || b.vib_ids.n != 0 || err.msg[0] == '\0')
			abort();
		return 0;
	}
	sum += length(b.vendor) + length(b.summary) + length(b.severity) +
	       length(b.category) + length(b.urgency) + length(b.contact) +
	       length(b.release_type) + length(b.description) +
	       length(b.kb_url) + length(b.release_date);
	for (size_t i = 0; i < b.vib_ids.n; i++)
		sum += length(b.vib_ids.v[i]);
	for (size_t i = 0; i < b.platforms.n; i++)
		sum += length(b.platforms.v[i]);
	/* texts come from the input, and no text is there twice */
	if (length(b.id) == 0 || sum > size * 4 ||
	    (ek_bulletin_is_component(&b) &&
	     length(b.component) + length(b.version) > size * 4))
		abort();
	round_trip(&b);
	ek_bulletin_clear(&b);
	return 0;
}
