/* SPDX-License-Identifier: BSD-2-Clause */
/* gnutar.c - write a tar exactly as GNU tar does with --format=gnu */
#include "os.h"

#include "ek/buf.h"
#include "ek/entry.h"
#include "ek/err.h"
#include "ek/gnutar.h"
#include "ek/io.h"
#include "ek/record.h"

#define BLOCKING 10240u /* 20 records, GNU tar's default */

int ek_gnutar_header(struct ek_out *out, const struct ek_entry *e,
		     struct ek_err *err)
{
	struct ek_buf head = EK_BUF_INIT;
	struct ek_record r;
	int rc;

	rc = ek_record_make(&r, e, err);
	if (rc != EK_OK)
		return rc;
	ek_record_add_long(e, 'K', &head);
	ek_record_add_long(e, 'L', &head);
	ek_buf_add(&head, r.b, sizeof(r.b));
	rc = ek_buf_check(&head, e->name, err);
	if (rc == EK_OK)
		ek_out_write(out, head.p, head.len);
	ek_buf_free(&head);
	return rc;
}

static void fill_to(struct ek_out *out, uint64_t unit)
{
	uint64_t over = ek_out_pos(out) % unit;

	if (over != 0)
		ek_out_zeros(out, unit - over);
}

void ek_gnutar_pad(struct ek_out *out)
{
	fill_to(out, EK_RECORD_SIZE);
}

int ek_gnutar_file(struct ek_out *out, const struct ek_entry *e,
		   const void *data, struct ek_err *err)
{
	int rc = ek_gnutar_header(out, e, err);

	if (rc != EK_OK)
		return rc;
	ek_out_write(out, data, (size_t)e->size);
	ek_gnutar_pad(out);
	return EK_OK;
}

void ek_gnutar_end(struct ek_out *out, int blocked)
{
	ek_out_zeros(out, (uint64_t)2 * EK_RECORD_SIZE);
	if (blocked)
		fill_to(out, BLOCKING);
}
