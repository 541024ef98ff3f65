/* SPDX-License-Identifier: BSD-2-Clause */
/* cli_out.c - what is written: its progress, and text for a terminal */
#include "os.h"

#include "ek/cli.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/utf8.h"

struct meter {
	struct ek_out *to; /* borrowed */
	const char *what;
	uint64_t done;
};

static int meter_put(void *ctx, const void *data, size_t len,
		     struct ek_err *err)
{
	struct meter *m = ctx;

	ek_out_write(m->to, data, len);
	m->done += len;
	ek_cli_progress(m->what, m->done, 0);
	return ek_out_status(m->to, err);
}

static void meter_drop(void *ctx)
{
	ek_cli_progress(NULL, 0, 0);
	free(ctx);
}

int ek_cli_out_progress(struct ek_out **out, struct ek_out *to,
			const char *what, struct ek_err *err)
{
	struct meter *m = malloc(sizeof(*m));

	*out = NULL;
	if (m == NULL)
		return ek_fail_sys(err, "progress");
	*m = (struct meter){ .to = to, .what = what };
	return ek_out_open_put(out, what, meter_put, NULL, meter_drop, m, err);
}

/* ---- text for a terminal ------------------------------------------------- */

struct masker {
	struct ek_out *to;
	bool own;          /* to is ours: commit and close it as well */
	char part[4];      /* the begin of a character that is not there yet */
	size_t n;
};

/* Can more bytes make a character of these n, which are none? */
static bool is_cut(const char *s, size_t n)
{
	unsigned char c = (unsigned char)s[0];
	size_t want = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;

	for (size_t i = 1; i < n && i < want; i++)
		if (((unsigned char)s[i] & 0xc0) != 0x80)
			return false;
	return n < want;
}

static void mask_one(struct masker *m, const char *s, size_t n, uint32_t c)
{
	if (n != 0 && (ek_utf8_printable(c) || c == '\n' || c == '\t'))
		ek_out_write(m->to, s, n);
	else
		ek_out_write(m->to, "?", 1);
}

static int mask_put(void *ctx, const void *data, size_t len, struct ek_err *err)
{
	struct masker *m = ctx;
	const char *p = data;

	for (size_t i = 0; i < len; i++) {
		uint32_t c = 0;
		size_t n;

		m->part[m->n++] = p[i];
		n = ek_utf8_next(m->part, m->n, &c);
		if (n == 0 && is_cut(m->part, m->n))
			continue;
		if (n == 0 && m->n > 1) { /* the last byte begins anew */
			mask_one(m, NULL, 0, 0);
			m->n = 0;
			i--;
			continue;
		}
		mask_one(m, m->part, n, c);
		m->n = 0;
	}
	return ek_out_status(m->to, err);
}

static int mask_finish(void *ctx, struct ek_err *err)
{
	struct masker *m = ctx;

	if (m->n != 0)
		mask_one(m, NULL, 0, 0);
	return m->own ? ek_out_commit(&m->to, err)
		      : ek_out_status(m->to, err);
}

static void mask_drop(void *ctx)
{
	struct masker *m = ctx;

	if (m->own)
		ek_out_abort(&m->to);
	free(m);
}

static int open_masker(struct ek_out **out, struct ek_out *to, bool own,
		       struct ek_err *err)
{
	struct masker *m = calloc(1, sizeof(*m));

	*out = NULL;
	if (m == NULL) {
		if (own)
			ek_out_abort(&to);
		return ek_fail_sys(err, "standard output");
	}
	*m = (struct masker){ .to = to, .own = own };
	return ek_out_open_put(out, "standard output", mask_put, mask_finish,
			       mask_drop, m, err);
}

int ek_cli_out_text(struct ek_out **out, struct ek_out *to, struct ek_err *err)
{
	return open_masker(out, to, false, err);
}

int ek_cli_out_open_text(struct ek_out **out, const char *path,
			 struct ek_err *err)
{
	int rc = ek_out_open(out, path, err);

	if (rc != EK_OK || !ek_out_is_tty(*out))
		return rc;
	return open_masker(out, *out, true, err);
}
