/* SPDX-License-Identifier: BSD-2-Clause */
/* cli_out.c - progress of what is written */
#include "os.h"

#include "ek/cli.h"
#include "ek/err.h"
#include "ek/io.h"

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
