/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_layers.c - anything in layers: what is said to be whole has the sizes
 *                 that it had before in whatever pieces it is read, the taps saw
 *                 just that, and a gzip round its outer inside changes nothing
 */
#include "os.h"

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/layers.h"

enum { MAX = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct result {
	int rc;
	size_t count;
	uint64_t outer, inner; /* sizes */
	struct ek_footer footer;
	struct ek_buf bytes;    /* what came */
	struct ek_buf saw[2];   /* what the taps saw: outer, inner */
};

static void see_outer(void *ctx, const void *p, size_t n)
{
	ek_buf_add(&((struct result *)ctx)->saw[0], p, n);
}

static void see_inner(void *ctx, const void *p, size_t n)
{
	ek_buf_add(&((struct result *)ctx)->saw[1], p, n);
}

static void read_all(struct ek_layers *l, struct result *r, size_t step)
{
	struct ek_in *in = ek_layers_in(l);
	char *buf = malloc(step);
	size_t got;

	if (buf == NULL)
		abort();
	do {
		r->rc = ek_in_read(in, buf, step, &got, NULL);
		ek_buf_add(&r->bytes, buf, got);
		if (r->bytes.len > MAX)
			r->rc = EK_ELIMIT;
	} while (r->rc == EK_OK && got != 0);
	free(buf);
}

static void take_off(const void *data, size_t size, size_t step,
		     struct result *r)
{
	const struct ek_layers_opts o = {
		EK_GZ_ONE, see_outer, see_inner, r,
	};
	struct ek_layers *l;
	struct ek_in *from;

	*r = (struct result){ .bytes = EK_BUF_INIT };
	if (ek_in_open_mem(&from, "fuzz", data, size, NULL) != EK_OK)
		abort();
	r->rc = ek_layers_open(&l, from, step == 7 ? NULL : &o, NULL);
	if (r->rc == EK_OK) {
		read_all(l, r, step);
		r->count = ek_layers_count(l);
		r->outer = ek_layers_size(l, 0);
		r->inner = ek_layers_size(l, r->count - (r->count != 0));
		r->footer = *ek_layers_footer(l);
	}
	ek_layers_close(&l);
	ek_in_close(&from);
}

static void clear(struct result *r)
{
	ek_buf_free(&r->bytes);
	ek_buf_free(&r->saw[0]);
	ek_buf_free(&r->saw[1]);
}

static bool equal(const struct ek_buf *a, const struct ek_buf *b)
{
	return a->len == b->len &&
	       (a->len == 0 || memcmp(a->p, b->p, a->len) == 0);
}

static void check(const struct result *a, const struct result *b)
{
	if (a->rc == EK_ELIMIT || b->rc == EK_ELIMIT)
		return;
	if ((a->rc == EK_OK) != (b->rc == EK_OK))
		abort();
	if (a->rc != EK_OK)
		return;
	if (!equal(&a->bytes, &b->bytes) || !equal(&a->bytes, &a->saw[1]) ||
	    a->count != b->count || a->outer != b->outer ||
	    a->footer.there != b->footer.there)
		abort();
	if (a->count != 0 && a->inner != a->bytes.len)
		abort();
	if (a->footer.there && (a->footer.size > EK_FOOTER_MAX ||
				a->footer.length + 12 != a->footer.size ||
				a->count == 0))
		abort();
}

/* gzip put round what was in gzip, by our writer, is taken off again. */
static void wrap_again(const struct result *a)
{
	struct ek_out *mem, *gz;
	struct result b;
	char *out;
	size_t len;

	if (ek_out_open_mem(&mem, &out, &len, NULL) != EK_OK ||
	    ek_layers_out(&gz, mem, false, 1, 1, NULL) != EK_OK)
		abort();
	ek_out_write(gz, a->saw[0].p, a->saw[0].len);
	if (ek_out_commit(&gz, NULL) != EK_OK ||
	    ek_out_commit(&mem, NULL) != EK_OK)
		abort();
	take_off(out, len, 4096, &b);
	if (b.rc != EK_OK || !equal(&a->bytes, &b.bytes))
		abort();
	clear(&b);
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct result a, b;

	take_off(data, size, 65536, &a);
	take_off(data, size, 7, &b);
	check(&a, &b);
	if (a.rc == EK_OK && a.count != 0 && data[0] == 0x1f)
		wrap_again(&a);
	clear(&a);
	clear(&b);
	return 0;
}
