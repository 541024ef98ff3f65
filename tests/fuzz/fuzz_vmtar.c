/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_vmtar.c - a vmtar that is read goes to tar, and that tar to a vmtar that
 *                is read again, to the same tar; a tar that is packed is read
 */
#include "os.h"

#include "ek/err.h"
#include "ek/io.h"
#include "ek/vmtar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct bytes {
	char *p;
	size_t n;
};

static int pack(const void *p, size_t n, int gen, struct bytes *to)
{
	struct ek_out *out;
	struct ek_in *in;
	int rc;

	*to = (struct bytes){ NULL, 0 };
	if (ek_in_open_mem(&in, "fuzz", p, n, NULL) != EK_OK ||
	    ek_out_open_mem(&out, &to->p, &to->n, NULL) != EK_OK)
		abort();
	rc = ek_vmtar_from_tar(in, (enum ek_vmtar_gen)gen, out, NULL, NULL,
			       NULL);
	if (ek_out_commit(&out, NULL) != EK_OK)
		abort();
	ek_in_close(&in);
	return rc;
}

static int unpack(const void *p, size_t n, struct bytes *to)
{
	struct ek_vmtar *v;
	struct ek_out *out;
	struct ek_in *in;
	int rc;

	*to = (struct bytes){ NULL, 0 };
	if (ek_in_open_mem(&in, "fuzz", p, n, NULL) != EK_OK ||
	    ek_out_open_mem(&out, &to->p, &to->n, NULL) != EK_OK)
		abort();
	rc = ek_vmtar_open(&v, in, NULL);
	if (rc == EK_OK)
		rc = ek_vmtar_to_tar(v, out, NULL);
	ek_vmtar_close(&v);
	if (ek_out_commit(&out, NULL) != EK_OK)
		abort();
	ek_in_close(&in);
	return rc;
}

/* tar to vmtar to tar: the second time nothing changes any more. */
static void there_and_back(const void *tar, size_t n, int gen)
{
	struct bytes v, back, v2, again;

	if (pack(tar, n, gen, &v) == EK_OK) {
		if (unpack(v.p, v.n, &back) != EK_OK ||
		    pack(back.p, back.n, gen, &v2) != EK_OK ||
		    unpack(v2.p, v2.n, &again) != EK_OK ||
		    again.n != back.n ||
		    memcmp(again.p, back.p, back.n) != 0)
			abort();
		free(back.p);
		free(v2.p);
		free(again.p);
	}
	free(v.p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int gen = size != 0 ? data[size - 1] % 3 : 0;
	struct bytes tar;

	if (unpack(data, size, &tar) == EK_OK)
		there_and_back(tar.p, tar.n, gen);
	free(tar.p);
	there_and_back(data, size, gen);
	return 0;
}
