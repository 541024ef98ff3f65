/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_profile.c - whatever parses is written so that it parses again, to the
 *                  same bytes; and a VIB that is added and removed leaves none
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_out(const struct ek_profile *p, struct ek_buf *b)
{
	ek_profile_write(p, b);
	if (ek_buf_check(b, "fuzz", NULL) != EK_OK)
		abort();
}

static void assert_same(const struct ek_buf *a, const struct ek_buf *b)
{
	if (a->len != b->len || memcmp(a->p, b->p, a->len) != 0)
		abort();
}

static void change(struct ek_profile *p)
{
	char payload[] = "p", name[] = "p.v00";
	const struct ek_profile_payload pl = { payload, name };
	const struct ek_date d = { .sec = 1 };

	if (ek_profile_find(p, "fuzz") != NULL)
		return;
	if (ek_profile_add_vib(p, "fuzz", &pl, 1, NULL) != EK_OK ||
	    ek_profile_find(p, "fuzz") == NULL)
		abort();
	ek_profile_remove_vib(p, "fuzz");
	if (ek_profile_set_level(p, EK_COMMUNITY, NULL) != EK_OK ||
	    ek_profile_set_modified(p, &d, NULL) != EK_OK ||
	    ek_profile_set_serial(p, 7, NULL) != EK_OK ||
	    ek_profile_set(p, EK_PROFILE_NAME, "n", NULL) != EK_OK)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ek_buf a = EK_BUF_INIT, b = EK_BUF_INIT, c = EK_BUF_INIT;
	struct ek_profile *p, *q;

	if (ek_profile_parse(&p, "fuzz", (const char *)data, size, NULL) !=
	    EK_OK)
		return 0;
	write_out(p, &a);
	if (ek_profile_parse(&q, "fuzz", a.p, a.len, NULL) != EK_OK)
		abort();
	write_out(q, &b);
	assert_same(&a, &b);
	if (p->n_vibs != q->n_vibs || p->level != q->level)
		abort();
	ek_profile_free(&p);
	change(q);
	write_out(q, &c);
	if (ek_profile_parse(&p, "fuzz", c.p, c.len, NULL) != EK_OK)
		abort();
	ek_profile_free(&p);
	ek_profile_free(&q);
	ek_buf_free(&a);
	ek_buf_free(&b);
	ek_buf_free(&c);
	return 0;
}
