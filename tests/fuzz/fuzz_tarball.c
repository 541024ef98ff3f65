/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_tarball.c - what is read of a tar of any dialect and written as old GNU
 *                  is read again as the same entries with the same data
 */
#include "os.h"

#include "ek/entry.h"
#include "ek/err.h"
#include "ek/gnutar.h"
#include "ek/io.h"
#include "ek/tarball.h"

#define DATA_MAX (1u << 20)

static bool same_text(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b != NULL ? b : "") == 0;
}

static bool same(const struct ek_entry *a, const struct ek_entry *b)
{
	bool dev = a->type == EK_FT_CHARDEV || a->type == EK_FT_BLOCKDEV;

	return same_text(a->name, b->name) && same_text(a->link, b->link) &&
	       same_text(a->uname, b->uname) && same_text(a->gname, b->gname) &&
	       a->type == b->type && a->mode == b->mode && a->uid == b->uid &&
	       a->gid == b->gid && a->mtime == b->mtime && a->size == b->size &&
	       (!dev || (a->devmajor == b->devmajor &&
			 a->devminor == b->devminor));
}

/* What an old GNU header cannot hold. */
static bool has_no_record(const struct ek_entry *e)
{
	bool link = e->type == EK_FT_SYMLINK || e->type == EK_FT_HARDLINK;

	return e->type == EK_FT_OTHER || e->name[0] == '\0' ||
	       (link && (e->link == NULL || e->link[0] == '\0')) ||
	       (e->uname != NULL && strlen(e->uname) > 31) ||
	       (e->gname != NULL && strlen(e->gname) > 31);
}

/* Write e alone and read it back. */
static void round_trip(const struct ek_entry *e, const char *data)
{
	const struct ek_entry *got;
	struct ek_tarball *t;
	struct ek_out *out;
	struct ek_in *in;
	char *tar = NULL, *back;
	size_t len = 0, n;

	if (ek_out_open_mem(&out, &tar, &len, NULL) != EK_OK)
		abort();
	if (ek_gnutar_file(out, e, data, NULL) != EK_OK) {
		ek_out_abort(&out); /* a number that does not fit */
		free(tar);
		return;
	}
	ek_gnutar_end(out, 0);
	if (ek_out_commit(&out, NULL) != EK_OK ||
	    ek_in_open_mem(&in, "back", tar, len, NULL) != EK_OK ||
	    ek_tarball_open(&t, in, NULL) != EK_OK ||
	    ek_tarball_next(t, &got, NULL) != EK_OK || !same(e, got) ||
	    ek_tarball_slurp(t, DATA_MAX, &back, &n, NULL) != EK_OK ||
	    n != e->size || memcmp(back, data, n) != 0 ||
	    ek_tarball_next(t, &got, NULL) != EK_END)
		abort();
	free(back);
	ek_tarball_close(&t);
	ek_in_close(&in);
	free(tar);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct ek_entry *e;
	struct ek_tarball *t;
	struct ek_in *in;
	char *text;
	size_t n;

	if (ek_in_open_mem(&in, "fuzz", data, size, NULL) != EK_OK)
		abort();
	if (ek_tarball_open(&t, in, NULL) != EK_OK) {
		ek_in_close(&in);
		return 0;
	}
	while (ek_tarball_next(t, &e, NULL) == EK_OK) {
		if (ek_tarball_slurp(t, DATA_MAX, &text, &n, NULL) != EK_OK)
			continue;
		if (n != e->size)
			abort();
		if (!has_no_record(e))
			round_trip(e, text);
		free(text);
	}
	ek_tarball_close(&t);
	ek_in_close(&in);
	return 0;
}
