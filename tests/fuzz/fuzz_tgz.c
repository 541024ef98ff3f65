/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_tgz.c - a tar that is taken is packed anew in the strict form, and that
 *              is its own fixed point
 */
#include "os.h"

#include "ek/deflate.h"
#include "ek/entry.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/kmod.h"
#include "ek/tgz.h"

#define CAP (1u << 20) /* of what is held of one member */

struct bytes {
	char *p;
	size_t len;
};

static size_t want(void *ctx, const struct ek_entry *e)
{
	(void)ctx;
	return e->size < CAP ? (size_t)e->size : 0;
}

/* Whatever it is, a module or not, looking at it must end well. */
static int seen(void *ctx, const struct ek_entry *e, const void *data,
		size_t len, struct ek_err *err)
{
	char version[EK_KMOD_VERSION];
	struct ek_kmod k;

	(void)ctx;
	if (ek_kmod_look(&k, e->name, data, len, e->size, err) == EK_OK) {
		ek_kmod_version(k.version, version);
		if (strlen(version) >= sizeof(version) ||
		    strchr(version, '-') == NULL)
			abort();
	}
	return EK_OK;
}

static bool repack(const void *data, size_t len, bool driver,
		   struct bytes *tar)
{
	const struct ek_tgz_rules rules = {
		.driver = driver, .want = want, .seen = seen,
	};
	struct ek_out *out;
	struct ek_in *in;
	int rc;

	if (ek_in_open_mem(&in, "fuzz", data, len, NULL) != EK_OK ||
	    ek_out_open_mem(&out, &tar->p, &tar->len, NULL) != EK_OK)
		abort();
	rc = ek_tgz_read(in, &rules, out, NULL, NULL);
	if (rc == EK_OK && ek_out_commit(&out, NULL) != EK_OK)
		abort();
	ek_out_abort(&out);
	ek_in_close(&in);
	return rc == EK_OK;
}

static bool strict(const void *data, size_t len)
{
	struct ek_tgz_form form;
	struct ek_in *in;

	if (ek_in_open_mem(&in, "fuzz", data, len, NULL) != EK_OK ||
	    ek_tgz_form(in, &form, NULL) != EK_OK ||
	    form.strict != (form.why[0] == '\0'))
		abort();
	ek_in_close(&in);
	return form.strict;
}

static void check_fixed_point(const struct bytes *tar, bool driver)
{
	struct ek_out *out, *gz;
	struct bytes z, again;

	if (ek_out_open_mem(&out, &z.p, &z.len, NULL) != EK_OK ||
	    ek_out_open_gzip(&gz, out, 1, NULL) != EK_OK)
		abort();
	ek_out_write(gz, tar->p, tar->len);
	if (ek_out_commit(&gz, NULL) != EK_OK ||
	    ek_out_commit(&out, NULL) != EK_OK)
		abort();
	if (!strict(z.p, z.len) || !repack(z.p, z.len, driver, &again) ||
	    again.len != tar->len || memcmp(again.p, tar->p, tar->len) != 0)
		abort();
	free(again.p);
	free(z.p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	strict(data, size);
	for (int driver = 0; driver < 2; driver++) {
		struct bytes tar;

		if (!repack(data, size, driver != 0, &tar))
			continue;
		check_fixed_point(&tar, driver != 0);
		free(tar.p);
	}
	return 0;
}
