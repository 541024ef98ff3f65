/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_archive.c - vmtar or tar, bare or in gzip: what passes the test becomes a
 *                  tar that passes it too and has the same members, and whose
 *                  own tar is the same bytes; the plan of an extraction has no
 *                  name twice
 */
#include "os.h"

#include "ek/archive.h"
#include "ek/buf.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/unpack.h"

/* The listing of a sound archive; false where it is none. */
static bool list(const void *data, size_t size, struct ek_buf *text)
{
	struct ek_archive_member m;
	struct ek_archive *a;
	struct ek_in *in;
	int rc;

	if (ek_in_open_mem(&in, "fuzz", data, size, NULL) != EK_OK)
		abort();
	rc = ek_archive_open(&a, in, NULL);
	while (rc == EK_OK) {
		rc = ek_archive_next(a, &m, NULL);
		if (rc == EK_OK)
			ek_archive_line(text, &m, true);
	}
	if (rc == EK_END)
		rc = ek_archive_finish(a, true, NULL);
	ek_archive_close(&a);
	ek_in_close(&in);
	return rc == EK_OK;
}

static bool to_tar(const void *data, size_t size, char **tar, size_t *len)
{
	struct ek_archive *a = NULL;
	struct ek_out *out;
	struct ek_in *in;
	int rc;

	if (ek_in_open_mem(&in, "fuzz", data, size, NULL) != EK_OK ||
	    ek_out_open_mem(&out, tar, len, NULL) != EK_OK)
		abort();
	rc = ek_archive_open(&a, in, NULL);
	if (rc == EK_OK)
		rc = ek_archive_to_tar(a, out, NULL);
	if (rc == EK_OK)
		rc = ek_out_commit(&out, NULL);
	ek_out_abort(&out);
	ek_archive_close(&a);
	ek_in_close(&in);
	return rc == EK_OK;
}

static void plan(const void *data, size_t size)
{
	struct ek_archive *a = NULL;
	struct ek_unpack *u = NULL;
	struct ek_in *in;

	if (ek_in_open_mem(&in, "fuzz", data, size, NULL) != EK_OK)
		abort();
	if (ek_archive_open(&a, in, NULL) == EK_OK &&
	    ek_unpack_plan(&u, a, NULL) == EK_OK && a == NULL)
		abort();
	ek_unpack_free(&u);
	ek_archive_close(&a);
	ek_in_close(&in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ek_buf text = EK_BUF_INIT, none = EK_BUF_INIT;
	char *tar = NULL, *again = NULL;
	size_t len = 0, n = 0;

	plan(data, size);
	if (list(data, size, &text) && to_tar(data, size, &tar, &len)) {
		if (!list(tar, len, &none) || !to_tar(tar, len, &again, &n) ||
		    len != n || memcmp(tar, again, len) != 0)
			abort();
	}
	free(tar);
	free(again);
	ek_buf_free(&text);
	ek_buf_free(&none);
	return 0;
}
