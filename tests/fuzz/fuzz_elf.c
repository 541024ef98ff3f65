/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_elf.c - whatever the headers say, nothing outside the file is read, and
 *              the numbers fit together */
#include "os.h"

#include "ek/elf.h"
#include "ek/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct file {
	const uint8_t *p;
	size_t n;
};

static int read_file(void *ctx, uint64_t off, void *buf, size_t n,
		     struct ek_err *err)
{
	const struct file *f = ctx;

	(void)err;
	if (off > f->n || n > f->n - off)
		abort();
	memcpy(buf, f->p + off, n);
	return EK_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct file f = { data, size };
	struct ek_elf_text t;
	const char *note;

	if (ek_elf_look(size, read_file, &f, &t, &note, NULL) != EK_OK)
		abort();
	if (t.fixup_pgs > t.text_pgs || t.text_pgs > 0xffffff)
		abort();
	if (note != NULL &&
	    (t.textoffset != 0 || t.text_pgs != 0 || t.fixup_pgs != 0))
		abort();
	return 0;
}
