/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_imgdb.c - the tar in an image database: whatever is read is written so
 *                that it reads again, to the same bytes; the checks and an edit
 *                stand it
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/finding.h"
#include "ek/imgdb.h"
#include "ek/imgedit.h"
#include "ek/imgshow.h"
#include "ek/io.h"
#include "ek/rules_profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int read_in(struct ek_imgdb **db, const void *data, size_t size)
{
	struct ek_in *in;
	int rc;

	if (ek_in_open_mem(&in, "fuzz", data, size, NULL) != EK_OK)
		abort();
	rc = ek_imgdb_read_tar(db, in, NULL);
	ek_in_close(&in);
	return rc;
}

/* False where a field does not fit in a header. */
static bool write_out(struct ek_imgdb *db, char **tar, size_t *len)
{
	struct ek_out *out;
	int rc;

	*tar = NULL;
	if (ek_out_open_mem(&out, tar, len, NULL) != EK_OK)
		abort();
	rc = ek_imgdb_write_tar(db, out, 1, false, NULL);
	if (rc != EK_OK) {
		ek_out_abort(&out);
		return false;
	}
	if (ek_out_commit(&out, NULL) != EK_OK)
		abort();
	return true;
}

/* Take out the first VIB, put in one of ours. */
static void edit(struct ek_imgdb *db)
{
	static const char text[] = "<vib><name>fuzz</name><version>1</version>"
		"<payloads><payload name=\"p\" type=\"vgz\"/></payloads></vib>";
	struct ek_dbadd add = { .label = "fuzz", .text = text,
				.len = sizeof(text) - 1 };
	struct ek_imgedit_opts o = { .adds = &add, .n_adds = 1 };
	struct ek_imgedit *e = NULL;
	struct ek_findings *f;
	const char *id;

	if (ek_findings_new(&f, NULL) != EK_OK)
		abort();
	if (ek_imgdb_vibs(db) != 0) {
		id = ek_imgdb_vib(db, 0)->id;
		if (ek_strs_add(&o.removes, id, strlen(id), NULL) != EK_OK)
			abort();
	}
	if (ek_imgedit_checked(db, &o, &e, f, NULL) == EK_OK && !e->changed)
		abort();
	ek_imgedit_free(&e);
	ek_findings_free(&f);
	ek_strs_free(&o.removes);
}

static void show(const struct ek_imgdb *db)
{
	struct ek_buf b = EK_BUF_INIT;

	ek_imgshow_text(db, &b);
	if (ek_imgshow_json(db, &b, NULL) != EK_OK)
		abort();
	ek_buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *a = NULL, *b = NULL, *c = NULL;
	size_t alen, blen, clen;
	struct ek_imgdb *db;

	if (read_in(&db, data, size) != EK_OK)
		return 0;
	show(db);
	if (!write_out(db, &a, &alen))
		goto out;
	ek_imgdb_free(&db);
	if (read_in(&db, a, alen) != EK_OK || !write_out(db, &b, &blen) ||
	    alen != blen || memcmp(a, b, alen) != 0)
		abort();
	edit(db);
	if (!write_out(db, &c, &clen))
		abort();
	ek_imgdb_free(&db);
	if (read_in(&db, c, clen) != EK_OK)
		abort();
out:
	ek_imgdb_free(&db);
	free(a);
	free(b);
	free(c);
	return 0;
}
