/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_nametab.c - a table of names that is taken is written and read again as
 *                  the same; the changes of a module list that it makes are
 *                  those of its rows
 */
#include "os.h"

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/nametab.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
	if (!ok)
		abort();
}

static void write_out(const struct ek_nametab *t, struct ek_buf *b)
{
	ek_nametab_write(t, b);
	must(ek_buf_check(b, "fuzz", NULL) == EK_OK);
}

static void round_trip(const struct ek_nametab *t)
{
	struct ek_buf once = EK_BUF_INIT, twice = EK_BUF_INIT;
	struct ek_nametab again = { .v = NULL };

	write_out(t, &once);
	must(ek_nametab_parse(&again, "again", ek_buf_str(&once), once.len,
			      NULL) == EK_OK);
	must(again.n == t->n);
	for (size_t i = 0; i < t->n; i++)
		must(strcmp(again.v[i].vib, t->v[i].vib) == 0 &&
		     strcmp(again.v[i].payload, t->v[i].payload) == 0 &&
		     strcmp(again.v[i].name, t->v[i].name) == 0 &&
		     again.v[i].fate == t->v[i].fate &&
		     again.v[i].use == t->v[i].use);
	write_out(&again, &twice);
	must(strcmp(ek_buf_str(&once), ek_buf_str(&twice)) == 0);
	ek_nametab_free(&again);
	ek_buf_free(&once);
	ek_buf_free(&twice);
}

static void edits(const struct ek_nametab *t)
{
	struct ek_module_edit *v = NULL;
	size_t n = 0;

	if (ek_nametab_check(t, NULL) != EK_OK ||
	    ek_nametab_edits(t, &v, &n, NULL) != EK_OK)
		return;
	must(n <= t->n);
	for (size_t i = 0; i < n; i++) {
		must(v[i].from != NULL || v[i].to != NULL);
		must(v[i].from == NULL ||
		     ek_nametab_has(t, v[i].from, EK_NAME_REMOVED));
		must(v[i].to == NULL ||
		     ek_nametab_has(t, v[i].to, EK_NAME_ADDED));
	}
	free(v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ek_nametab t = { .v = NULL };
	struct ek_err err = EK_ERR_INIT;

	if (ek_nametab_parse(&t, "fuzz", (const char *)data, size, &err) !=
	    EK_OK) {
		must(err.msg[0] != '\0');
	} else {
		round_trip(&t);
		edits(&t);
	}
	ek_nametab_free(&t);
	return 0;
}
