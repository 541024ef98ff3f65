/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_bundle.c - files as an offline bundle: what is opened can be shown, checked
 *                 and read, and what is not tells why
 *
 * The input is no zip, whose sums nothing could guess (fuzz_zip.c), but the files
 * of one: "@@name\n" and then the bytes; those below "metadata/" go into
 * metadata.zip.
 */
#include "os.h"

#include <sys/mman.h>
#include <unistd.h>

#include "ek/buf.h"
#include "ek/bundle.h"
#include "ek/err.h"
#include "ek/finding.h"
#include "ek/io.h"
#include "ek/json.h"
#include "ek/rules_bundle.h"
#include "ek/zip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
	if (!ok)
		abort();
}

/* Where the next "@@" is, or the end. */
static const char *next(const char *p, const char *end)
{
	const char *at = memmem(p, (size_t)(end - p), "@@", 2);

	return at != NULL ? at : end;
}

/* All files, or those below metadata/; a name that cannot be is passed over. */
static void fill(struct ek_zipw *w, bool inside, const char *p,
		 const char *end)
{
	static const char dir[] = "metadata/";

	for (p = next(p, end); p != end; p = next(p, end)) {
		const char *stop = next(p + 2, end);
		const char *line = memchr(p, '\n', (size_t)(stop - p));
		char name[64];

		if (line != NULL && line - p < (long)sizeof(name)) {
			bool below;

			snprintf(name, sizeof(name), "%.*s",
				 (int)(line - p - 2), p + 2);
			below = strncmp(name, dir, strlen(dir)) == 0;
			if (below == inside)
				(void)ek_zipw_add_mem(w, below ? name +
						      strlen(dir) : name,
						      line + 1, (size_t)
						      (stop - line - 1), NULL);
		}
		p = stop;
	}
}

/* A name that was refused ends a zip: then there is none. */
static bool make(bool inside, const char *p, const char *end,
		 const char *meta, size_t meta_len, char **zip, size_t *len)
{
	struct ek_out *out;
	struct ek_zipw *w;
	bool good;

	check(ek_out_open_mem(&out, zip, len, NULL) == EK_OK);
	check(ek_zipw_new(&w, out, 0, NULL) == EK_OK);
	if (meta != NULL)
		check(ek_zipw_add_mem(w, "metadata.zip", meta, meta_len, NULL)
		      == EK_OK);
	fill(w, inside, p, end);
	good = ek_zipw_end(w, NULL) == EK_OK;
	ek_zipw_free(&w);
	if (good)
		check(ek_out_commit(&out, NULL) == EK_OK);
	ek_out_abort(&out);
	return good;
}

static void use(struct ek_bundle *b)
{
	struct ek_buf text = EK_BUF_INIT, json = EK_BUF_INIT;
	const struct ek_bundle_vib *v;
	struct ek_findings *f;
	struct ek_json j;
	bool refused;

	check(ek_bundle_text(b, &text, NULL) == EK_OK);
	ek_json_begin(&j, &json);
	check(ek_bundle_json(b, &j, NULL) == EK_OK);
	ek_json_end(&j);
	check(ek_findings_new(&f, NULL) == EK_OK);
	check(ek_bundle_check(b, f, &refused, NULL) == EK_OK);
	check(!refused || ek_findings_of(f, EK_ERROR) != 0);
	for (size_t i = 0; (v = ek_bundle_vib(b, i)) != NULL; i++) {
		struct ek_err err = EK_ERR_INIT;

		check(ek_bundle_find(b, v->id) == v);
		check((v->member == NULL) == (v->why != NULL));
		if (ek_bundle_vib_copy(b, v, NULL, &err) != EK_OK)
			check(err.msg[0] != '\0');
	}
	ek_findings_free(&f);
	ek_buf_free(&text);
	ek_buf_free(&json);
}

static void run(const char *zip, size_t len)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_bundle *b;
	char path[32];
	int fd = memfd_create("bundle", MFD_CLOEXEC);

	check(fd >= 0 && write(fd, zip, len) == (ssize_t)len);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (ek_bundle_open(&b, path, &err) == EK_OK)
		use(b);
	else
		check(b == NULL && err.code < 0 && err.msg[0] != '\0');
	ek_bundle_close(&b);
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data, *end = p + size;
	char *meta = NULL, *zip = NULL;
	size_t meta_len, len;

	if (size != 0 && make(true, p, end, NULL, 0, &meta, &meta_len) &&
	    make(false, p, end, meta, meta_len, &zip, &len))
		run(zip, len);
	free(meta);
	free(zip);
	return 0;
}
