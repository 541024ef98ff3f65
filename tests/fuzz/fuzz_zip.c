/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_zip.c - what is read of a zip is written, read again, and is the same
 */
#include "os.h"

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/zip.h"

#define CAP (1u << 22) /* bytes of one member that are looked at */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Names must be safe to make files of. */
static void check_name(const char *name)
{
	if (name[0] == '\0' || name[0] == '/' || strstr(name, "//") != NULL ||
	    strchr(name, '\\') != NULL || strncmp(name, "../", 3) == 0 ||
	    strstr(name, "/../") != NULL || strcmp(name, "..") == 0 ||
	    name[strlen(name) - 1] == '/')
		abort();
}

/* One member goes to w, where its name can be written. */
static void copy(struct ek_zip *z, const struct ek_zip_member *m,
		 struct ek_zipw *w, struct ek_strs *names)
{
	char *data;
	size_t len;

	check_name(m->name);
	if (ek_zip_find(z, m->name) != m)
		abort();
	if (ek_zip_read(z, m, CAP, &data, &len, NULL) != EK_OK)
		return;
	if (len != m->size)
		abort();
	for (const char *p = m->name; *p != '\0'; p++)
		if ((unsigned char)*p > 0x7e)
			goto out;
	if (ek_zipw_add_mem(w, m->name, data, len, NULL) != EK_OK ||
	    ek_strs_add(names, m->name, strlen(m->name), NULL) != EK_OK)
		abort();
out:
	free(data);
}

static void compare(struct ek_zip *a, struct ek_zip *b,
		    const struct ek_strs *names)
{
	if (ek_zip_count(b) != names->n)
		abort();
	for (size_t i = 0; i < names->n; i++) {
		const struct ek_zip_member *m = ek_zip_at(b, i);
		char *x, *y;
		size_t xlen, ylen;

		if (strcmp(m->name, names->v[i]) != 0 ||
		    ek_zip_read(b, m, CAP, &x, &xlen, NULL) != EK_OK ||
		    ek_zip_read(a, ek_zip_find(a, m->name), CAP, &y, &ylen,
				NULL) != EK_OK ||
		    xlen != ylen || memcmp(x, y, xlen) != 0)
			abort();
		free(x);
		free(y);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ek_strs names = { .v = NULL };
	struct ek_zip *z, *again;
	struct ek_zipw *w;
	struct ek_out *out;
	char *zip = NULL;
	size_t len;

	if (ek_zip_open_mem(&z, "fuzz", data, size, NULL) != EK_OK)
		return 0;
	if (ek_out_open_mem(&out, &zip, &len, NULL) != EK_OK ||
	    ek_zipw_new(&w, out, 0, NULL) != EK_OK)
		abort();
	for (size_t i = 0; i < ek_zip_count(z); i++)
		copy(z, ek_zip_at(z, i), w, &names);
	if (ek_zipw_end(w, NULL) != EK_OK ||
	    ek_out_commit(&out, NULL) != EK_OK ||
	    ek_zip_open_mem(&again, "again", zip, len, NULL) != EK_OK)
		abort();
	compare(z, again, &names);
	ek_zipw_free(&w);
	ek_zip_close(&again);
	ek_zip_close(&z);
	ek_strs_free(&names);
	free(zip);
	return 0;
}
