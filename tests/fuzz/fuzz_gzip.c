/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_gzip.c - gunzip of anything; what comes out is packed and unpacked */
#include "os.h"

#include "ek/deflate.h"
#include "ek/err.h"
#include "ek/inflate.h"
#include "ek/io.h"

enum { MAX = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Up to MAX bytes of what gz unpacks to; the code. */
static int gunzip(const void *gz, size_t len, enum ek_gz mode, char *out,
		  size_t *n)
{
	struct ek_in *from, *in;
	int rc;

	if (ek_in_open_mem(&from, "fuzz", gz, len, NULL) != EK_OK ||
	    ek_in_open_gunzip(&in, from, mode, true, NULL) != EK_OK)
		abort();
	rc = ek_in_read(in, out, MAX, n, NULL);
	ek_in_close(&in);
	return rc;
}

static void round_trip(const char *data, size_t n, int level, char *again)
{
	struct ek_out *mem, *gz;
	size_t len, m;
	char *packed;

	if (ek_out_open_mem(&mem, &packed, &len, NULL) != EK_OK ||
	    ek_out_open_gzip(&gz, mem, level, NULL) != EK_OK)
		abort();
	ek_out_write(gz, data, n);
	if (ek_out_commit(&gz, NULL) != EK_OK ||
	    ek_out_commit(&mem, NULL) != EK_OK)
		abort();
	if (gunzip(packed, len, EK_GZ_ONE, again, &m) != EK_OK || m != n ||
	    (n != 0 && memcmp(data, again, n) != 0))
		abort();
	free(packed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *one = malloc(MAX), *many = malloc(MAX);
	size_t n, m;

	if (one == NULL || many == NULL)
		abort();
	/* what one member gives, joining gives too */
	if (gunzip(data, size, EK_GZ_ONE, one, &n) == EK_OK &&
	    (gunzip(data, size, EK_GZ_MANY, many, &m) != EK_OK || m != n ||
	     (n != 0 && memcmp(one, many, n) != 0)))
		abort();
	if (gunzip(data, size, EK_GZ_MANY, many, &m) == EK_OK)
		round_trip(many, m, (int)(size % 10), one);
	free(one);
	free(many);
	return 0;
}
