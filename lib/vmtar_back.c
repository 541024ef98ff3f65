/* SPDX-License-Identifier: BSD-2-Clause */
/* vmtar_back.c - vmtar archives: the way back to tar (vmtar.5, "Back to tar") */
#include "os.h"

#include "ek/err.h"
#include "ek/io.h"
#include "squeeze.h"
#include "vmtar_int.h"

/* Where data can be had in any order. */
struct store {
	struct ek_in *in;
	uint64_t less, more; /* position in it: offset - less + more */
};

/* The record as it was in a tar, and its inline data. */
static void write_record(const struct ek_vmtar *v,
			 const struct ek_vmtar_raw *raw, struct ek_out *out)
{
	static const struct ek_visor none;
	const char *p = v->head.p + raw->at;
	struct ek_record r;

	p += ek_unsqueeze(p, r.b, sizeof(r.b));
	if (ek_record_type(&r) == '7')
		ek_record_set_type(&r, '0');
	ek_record_set_magic(&r, EK_MAGIC_GNU);
	ek_record_set_visor(&r, &none);
	ek_record_set_sum(&r, false);
	ek_out_write(out, r.b, sizeof(r.b));
	for (uint32_t n = 0; n < raw->tail; n += EK_RECORD_SIZE) {
		p += ek_unsqueeze(p, r.b, sizeof(r.b));
		ek_out_write(out, r.b, sizeof(r.b));
	}
}

static int write_data(struct ek_in *data, struct ek_out *out, uint64_t size,
		      struct ek_err *err)
{
	int rc = ek_in_copy(data, out, NULL, err);

	if (rc == EK_OK && size % EK_RECORD_SIZE != 0)
		ek_out_zeros(out, EK_RECORD_SIZE - size % EK_RECORD_SIZE);
	return rc;
}

static int from_stream(struct ek_vmtar *v, size_t member, struct ek_out *out,
		       struct ek_err *err)
{
	struct ek_in *data;
	size_t i;
	int rc;

	rc = ek_vmtar_next_data(v, true, &i, &data, err);
	if (rc == EK_OK)
		rc = write_data(data, out, v->members[member].e.size, err);
	ek_in_close(&data);
	return rc;
}

static int from_store(const struct ek_vmtar *v, const struct store *s,
		      size_t member, struct ek_out *out, struct ek_err *err)
{
	const struct ek_vmtar_member *m = &v->members[member];
	struct ek_in *data = NULL;
	int rc;

	rc = ek_in_rewind(s->in, err);
	if (rc == EK_OK)
		rc = ek_in_skip(s->in, m->visor.offset - s->less + s->more,
				"data", err);
	if (rc == EK_OK)
		rc = ek_in_open_part(&data, s->in, m->e.size, err);
	if (rc == EK_OK)
		rc = write_data(data, out, m->e.size, err);
	ek_in_close(&data);
	return rc;
}

/* s NULL: the data comes in the order of the headers. */
static int write_all(struct ek_vmtar *v, const struct store *s,
		     struct ek_out *out, struct ek_err *err)
{
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < v->n_raws; i++) {
		uint32_t member = v->raws[i].member;

		write_record(v, &v->raws[i], out);
		if (member == EK_VMTAR_NOBODY || v->members[member].e.size == 0)
			continue;
		rc = s != NULL ? from_store(v, s, member, out, err)
			       : from_stream(v, member, out, err);
	}
	if (rc == EK_OK)
		ek_out_zeros(out, (uint64_t)2 * EK_RECORD_SIZE);
	return rc;
}

/* Walk all data, and copy it, gaps and all, where to is not NULL. */
static int walk_data(struct ek_vmtar *v, struct ek_out *to, struct ek_err *err)
{
	uint64_t pos = ek_vmtar_head_end(v);
	struct ek_in *data;
	size_t i;
	int rc;

	for (;;) {
		rc = ek_vmtar_next_data(v, true, &i, &data, err);
		if (rc != EK_OK)
			break;
		if (to != NULL) {
			ek_out_zeros(to, v->members[i].visor.offset - pos);
			rc = ek_in_copy(data, to, NULL, err);
		}
		ek_in_close(&data);
		if (rc != EK_OK)
			return rc;
		pos = v->members[i].visor.offset + v->members[i].e.size;
	}
	return rc == EK_END ? ek_vmtar_finish(v, err) : rc;
}

static int from_spool(struct ek_vmtar *v, struct ek_out *out,
		      struct ek_err *err)
{
	struct store s = { .less = ek_vmtar_head_end(v) };
	struct ek_spool *spool = NULL;
	struct ek_out *to = NULL;
	int rc;

	rc = ek_spool_new(&spool, err);
	if (rc == EK_OK)
		rc = ek_spool_out(spool, &to, err);
	if (rc == EK_OK)
		rc = walk_data(v, to, err);
	if (rc == EK_OK)
		rc = ek_out_commit(&to, err);
	if (rc == EK_OK)
		rc = ek_spool_in(spool, ek_in_name(v->in), &s.in, err);
	if (rc == EK_OK)
		rc = write_all(v, &s, out, err);
	ek_out_abort(&to);
	ek_in_close(&s.in);
	ek_spool_free(spool);
	return rc;
}

int ek_vmtar_to_tar(struct ek_vmtar *v, struct ek_out *out, struct ek_err *err)
{
	struct store s = { .in = v->in, .more = v->start };
	int rc;

	if (ek_vmtar_in_order(v)) {
		rc = write_all(v, NULL, out, err);
		return rc == EK_OK ? ek_vmtar_finish(v, err) : rc;
	}
	if (!ek_in_can_rewind(v->in))
		return from_spool(v, out, err);
	rc = walk_data(v, NULL, err);
	return rc == EK_OK ? write_all(v, &s, out, err) : rc;
}
