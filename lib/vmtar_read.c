/* SPDX-License-Identifier: BSD-2-Clause */
/* vmtar_read.c - vmtar archives: the header area, then data by offset */
#include "os.h"

#include "ek/err.h"
#include "ek/io.h"
#include "ek/num.h"
#include "squeeze.h"
#include "vmtar_int.h"

/* Read behind the last data to tell what it is. */
#define TRAIL_MAX (1u << 20)

uint64_t ek_vmtar_head_end(const struct ek_vmtar *v)
{
	return v->head_len + EK_RECORD_SIZE;
}

/* ---- header area -------------------------------------------------------- */

/* What is being read: one record and what was said of it before. */
struct parse {
	struct ek_vmtar *v;
	struct ek_record r;
	uint64_t at;   /* offset of r in the archive */
	uint64_t size; /* its size field */
	struct ek_buf longname, longlink;
	char what[800]; /* "'x.v00': member 'y' at offset N" */
};

static void name_record(struct parse *s)
{
	const char *name = ek_buf_str(&s->longname);

	snprintf(s->what, sizeof(s->what), "'%.300s': member '%.*s' at offset"
		 " %llu", ek_in_name(s->v->in), name[0] != '\0' ? 300 : 100,
		 name[0] != '\0' ? name : (const char *)s->r.b,
		 (unsigned long long)s->at);
}

static int check_record(struct parse *s, struct ek_err *err)
{
	enum ek_magic magic = ek_record_magic(&s->r);

	if (magic != EK_MAGIC_VISOR)
		return ek_fail(err, EK_EFORMAT, "%s: its header has no vmtar"
			       " magic%s", s->what, magic != EK_MAGIC_OTHER
			       ? ": it is that of a tar" : "");
	if (!ek_record_sum_ok(&s->r))
		return ek_fail(err, EK_EFORMAT, "%s: the checksum of its header"
			       " is wrong", s->what);
	if (!ek_record_size(&s->r, &s->size))
		return ek_fail(err, EK_EFORMAT, "%s: its size is not an octal"
			       " number", s->what);
	return EK_OK;
}

/* A new last raw record, at the end of head. */
static int add_raw(struct ek_vmtar *v, const struct ek_record *r,
		   struct ek_err *err)
{
	size_t cap = v->cap_raws != 0 ? v->cap_raws * 2 : 64;
	struct ek_vmtar_raw *grown;

	if (v->n_raws == v->cap_raws) {
		grown = reallocarray(v->raws, cap, sizeof(*grown));
		if (grown == NULL)
			return ek_fail_sys(err, "'%s'", ek_in_name(v->in));
		v->raws = grown;
		v->cap_raws = cap;
	}
	v->raws[v->n_raws++] = (struct ek_vmtar_raw){
		.at = (uint32_t)v->head.len,
		.member = EK_VMTAR_NOBODY,
	};
	ek_squeeze(&v->head, r->b, sizeof(r->b));
	v->head_len += sizeof(r->b);
	return EK_OK;
}

/* Append m; what it owns goes along. */
static int append_member(struct ek_vmtar *v, struct ek_vmtar_member *m,
			 struct ek_err *err)
{
	int rc;

	ek_buf_add(&v->member_bytes, m, sizeof(*m));
	rc = ek_buf_check(&v->member_bytes, ek_in_name(v->in), err);
	if (rc != EK_OK) {
		ek_entry_clear(&m->e);
		return rc;
	}
	/* malloc()ed, and so aligned for anything */
	v->members = (void *)v->member_bytes.p;
	v->n++;
	return EK_OK;
}

/* The text in the data of an L or K, which is room bytes long. */
static int take_text(const struct parse *s, struct ek_buf *text,
		     const char *data, size_t room, struct ek_err *err)
{
	size_t len = strnlen(data, (size_t)s->size);

	if (len == 0)
		return ek_fail(err, EK_EFORMAT, "%s: a long name that is empty",
			       s->what);
	for (size_t i = len; i < room; i++)
		if (data[i] != '\0')
			return ek_fail(err, EK_EFORMAT, "%s: bytes that are not"
				       " zero behind the long name", s->what);
	ek_buf_add(text, data, len);
	return ek_buf_check(text, s->what, err);
}

/* The inline data of an L or K, into head and into the text it gives. */
static int read_long(struct parse *s, struct ek_err *err)
{
	struct ek_buf *text = ek_record_type(&s->r) == 'L' ? &s->longname
							   : &s->longlink;
	char *data = NULL;
	uint64_t room;
	int rc;

	if (s->size == 0 || s->size > EK_VMTAR_LONG_MAX)
		return ek_fail(err, EK_ELIMIT, "%s: a long name of %llu bytes",
			       s->what, (unsigned long long)s->size);
	if (text->len != 0)
		return ek_fail(err, EK_EFORMAT, "%s: a second long name for"
			       " the same member", s->what);
	ek_num_round_up(s->size, EK_RECORD_SIZE, &room);
	data = malloc((size_t)room);
	if (data == NULL)
		return ek_fail_sys(err, "%s", s->what);
	rc = ek_in_read_exact(s->v->in, data, (size_t)room, "a long name", err);
	if (rc == EK_OK) {
		for (size_t i = 0; i < room; i += EK_RECORD_SIZE)
			ek_squeeze(&s->v->head, data + i, EK_RECORD_SIZE);
		s->v->head_len += (size_t)room;
		rc = take_text(s, text, data, (size_t)room, err);
	}
	s->v->raws[s->v->n_raws - 1].tail = (uint32_t)room;
	free(data);
	return rc;
}

/* Offset and size against the limits; overlaps are looked for at the end. */
static int check_data(const struct parse *s, const struct ek_visor *visor,
		      struct ek_err *err)
{
	char type = ek_record_type(&s->r);

	if (s->size == 0)
		return EK_OK;
	if (type >= '1' && type <= '6')
		return ek_fail(err, EK_EFORMAT, "%s: it is a link, directory or"
			       " device with a size of %llu, but these have no"
			       " data", s->what, (unsigned long long)s->size);
	if (visor->offset == 0)
		return ek_fail(err, EK_EFORMAT, "%s: its %llu bytes of data are"
			       " said to be at offset 0, where the headers are",
			       s->what, (unsigned long long)s->size);
	if (s->size > EK_VMTAR_MAX ||
	    visor->offset + s->size > EK_VMTAR_MAX)
		return ek_fail(err, EK_EFORMAT, "%s: its %llu bytes of data at"
			       " offset %lu end beyond 2 GiB, where a vmtar"
			       " must end", s->what,
			       (unsigned long long)s->size,
			       (unsigned long)visor->offset);
	return EK_OK;
}

/* The numbers of an L or K mean nothing, and must be numbers all the same: they
 * go back to tar. */
static int check_long(const struct parse *s, struct ek_err *err)
{
	struct ek_entry e;
	int rc = ek_record_entry(&s->r, NULL, NULL, s->what, &e, err);

	if (rc == EK_OK)
		ek_entry_clear(&e);
	return rc;
}

static int add_member(struct parse *s, struct ek_err *err)
{
	struct ek_vmtar *v = s->v;
	struct ek_vmtar_member m = { .type = ek_record_type(&s->r),
				     .record = v->n_raws - 1 };
	int rc;

	ek_record_visor(&s->r, &m.visor);
	rc = check_data(s, &m.visor, err);
	if (rc == EK_OK)
		rc = ek_record_entry(&s->r, s->longname.p, s->longlink.p,
				     s->what, &m.e, err);
	ek_buf_free(&s->longname);
	ek_buf_free(&s->longlink);
	if (rc != EK_OK)
		return rc;
	if (m.e.name[0] == '\0') { /* the root itself, or rubbish */
		rc = m.e.type == EK_FT_DIR ? EK_OK
		   : ek_fail(err, EK_EFORMAT, "%s: it has no name", s->what);
		ek_entry_clear(&m.e);
		return rc;
	}
	v->raws[m.record].member = (uint32_t)v->n;
	return append_member(v, &m, err);
}

static int add_record(struct parse *s, struct ek_err *err)
{
	struct ek_vmtar *v = s->v;
	int rc;

	name_record(s);
	rc = check_record(s, err);
	if (rc != EK_OK)
		return rc;
	if (v->head_len > EK_VMTAR_HEAD_MAX - EK_VMTAR_LONG_MAX)
		return ek_fail(err, EK_ELIMIT, "'%s': more than %u MiB of"
			       " headers", ek_in_name(v->in),
			       EK_VMTAR_HEAD_MAX >> 20);
	rc = add_raw(v, &s->r, err);
	if (rc != EK_OK)
		return rc;
	if (!ek_record_is_long(&s->r)) {
		rc = add_member(s, err);
	} else {
		rc = check_long(s, err);
		if (rc == EK_OK)
			rc = read_long(s, err);
	}
	if (rc == EK_OK)
		rc = ek_buf_check(&v->head, ek_in_name(v->in), err);
	return rc;
}

/* The next record; EK_END at the zero block. */
static int read_record(struct parse *s, struct ek_err *err)
{
	const char *name = ek_in_name(s->v->in);
	size_t got;
	int rc;

	s->at = ek_in_pos(s->v->in) - s->v->start;
	rc = ek_in_read(s->v->in, s->r.b, sizeof(s->r.b), &got, err);
	if (rc != EK_OK)
		return rc;
	if (got == 0 && s->at == 0)
		return ek_fail(err, EK_EFORMAT, "'%s' is empty, which no vmtar"
			       " is", name);
	if (got < sizeof(s->r.b))
		return ek_fail(err, EK_EFORMAT, "'%s' ends at offset %llu,"
			       " before the zero block that ends the headers:"
			       " it is cut short", name,
			       (unsigned long long)(s->at + got));
	if (!ek_record_is_end(&s->r))
		return EK_OK;
	if (!ek_record_is_zero(&s->r))
		return ek_fail(err, EK_EFORMAT, "'%s': the block at offset %llu"
			       " is neither a header nor the zero block that"
			       " ends the headers", name,
			       (unsigned long long)s->at);
	if (s->longname.len != 0 || s->longlink.len != 0)
		return ek_fail(err, EK_EFORMAT, "'%s': the long name before"
			       " offset %llu has no member behind it", name,
			       (unsigned long long)s->at);
	return EK_END;
}

static int read_head(struct ek_vmtar *v, struct ek_err *err)
{
	struct parse *s = calloc(1, sizeof(*s));
	int rc;

	if (s == NULL)
		return ek_fail_sys(err, "'%s'", ek_in_name(v->in));
	s->v = v;
	do {
		rc = read_record(s, err);
		if (rc == EK_OK)
			rc = add_record(s, err);
	} while (rc == EK_OK);
	ek_buf_free(&s->longname);
	ek_buf_free(&s->longlink);
	free(s);
	return rc == EK_END ? EK_OK : rc;
}

/* ---- where data lies ---------------------------------------------------- */

struct place {
	uint64_t offset;
	size_t member;
};

static int by_offset(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return x->member < y->member ? -1 : x->member > y->member;
}

static int check_place(const struct ek_vmtar *v, const struct place *p,
		       const struct ek_vmtar_member *prev, struct ek_err *err)
{
	const struct ek_vmtar_member *m = &v->members[p->member];
	const char *name = ek_in_name(v->in);

	if (p->offset < ek_vmtar_head_end(v))
		return ek_fail(err, EK_EFORMAT, "'%s': member '%.300s': its data"
			       " at offset %llu lies in the header area, which"
			       " ends at %llu", name, m->e.name,
			       (unsigned long long)p->offset,
			       (unsigned long long)ek_vmtar_head_end(v));
	if (prev != NULL && p->offset < v->data_end)
		return ek_fail(err, EK_EFORMAT, "'%s': member '%.300s': its data"
			       " at offset %llu overlaps that of '%.300s', which"
			       " ends at %llu", name, m->e.name,
			       (unsigned long long)p->offset, prev->e.name,
			       (unsigned long long)v->data_end);
	return EK_OK;
}

static int sort_data(struct ek_vmtar *v, struct ek_err *err)
{
	const struct ek_vmtar_member *prev = NULL, *m;
	struct place *places;
	int rc = EK_OK;

	places = calloc(v->n + 1, sizeof(*places));
	v->order = calloc(v->n + 1, sizeof(*v->order));
	if (places == NULL || v->order == NULL) {
		rc = ek_fail_sys(err, "'%s'", ek_in_name(v->in));
		goto out;
	}
	for (size_t i = 0; i < v->n; i++)
		if (v->members[i].e.size != 0)
			places[v->n_data++] = (struct place){
				v->members[i].visor.offset, i
			};
	qsort(places, v->n_data, sizeof(*places), by_offset);
	for (size_t i = 0; rc == EK_OK && i < v->n_data; i++) {
		rc = check_place(v, &places[i], prev, err);
		m = &v->members[places[i].member];
		v->order[i] = places[i].member;
		v->data_end = places[i].offset + m->e.size;
		prev = m;
	}
out:
	free(places);
	return rc;
}

int ek_vmtar_open(struct ek_vmtar **v, struct ek_in *in, struct ek_err *err)
{
	int rc;

	*v = calloc(1, sizeof(**v));
	if (*v == NULL)
		return ek_fail_sys(err, "'%s'", ek_in_name(in));
	(*v)->in = in;
	(*v)->start = ek_in_pos(in);
	rc = read_head(*v, err);
	if (rc == EK_OK) {
		(*v)->pos = ek_vmtar_head_end(*v);
		rc = sort_data(*v, err);
	}
	if (rc != EK_OK)
		ek_vmtar_close(v);
	return rc;
}

void ek_vmtar_close(struct ek_vmtar **v)
{
	struct ek_vmtar *o = *v;

	*v = NULL;
	if (o == NULL)
		return;
	for (size_t i = 0; i < o->n; i++)
		ek_entry_clear(&o->members[i].e);
	ek_buf_free(&o->member_bytes);
	free(o->raws);
	free(o->order);
	ek_buf_free(&o->head);
	free(o);
}

size_t ek_vmtar_count(const struct ek_vmtar *v)
{
	return v->n;
}

const struct ek_vmtar_member *ek_vmtar_member(const struct ek_vmtar *v,
					      size_t i)
{
	return &v->members[i];
}

uint64_t ek_vmtar_data_end(const struct ek_vmtar *v)
{
	return v->data_end != 0 ? v->data_end : ek_vmtar_head_end(v);
}

bool ek_vmtar_in_order(const struct ek_vmtar *v)
{
	for (size_t i = 1; i < v->n_data; i++)
		if (v->order[i - 1] > v->order[i])
			return false;
	return true;
}

/* ---- data --------------------------------------------------------------- */

/* Data of one member, out of the stream of the archive. */
struct slice {
	struct ek_vmtar *v;
	size_t member;
	uint64_t left;
};

static int cut_short(const struct ek_vmtar *v, size_t member, uint64_t left,
		     struct ek_err *err)
{
	const struct ek_vmtar_member *m = &v->members[member];

	return ek_fail(err, EK_EFORMAT, "'%s' ends at offset %llu: %llu of %llu"
		       " bytes of member '%.300s' are missing",
		       ek_in_name(v->in),
		       (unsigned long long)(ek_in_pos(v->in) - v->start),
		       (unsigned long long)left,
		       (unsigned long long)m->e.size, m->e.name);
}

static int slice_fill(void *ctx, unsigned char *buf, size_t cap, size_t *got,
		      struct ek_err *err)
{
	struct slice *s = ctx;
	int rc;

	if (cap > s->left)
		cap = (size_t)s->left;
	rc = ek_in_read(s->v->in, buf, cap, got, err);
	if (rc != EK_OK)
		return rc;
	s->left -= *got;
	if (*got < cap)
		return cut_short(s->v, s->member, s->left, err);
	return EK_OK;
}

/* What is left is passed over by the next ek_vmtar_next_data(). */
static void slice_drop(void *ctx)
{
	free(ctx);
}

static int open_slice(struct ek_vmtar *v, size_t member, struct ek_in **data,
		      struct ek_err *err)
{
	const struct ek_vmtar_member *m = &v->members[member];
	struct slice *s = malloc(sizeof(*s));

	if (s == NULL)
		return ek_fail_sys(err, "member '%.300s'", m->e.name);
	*s = (struct slice){ .v = v, .member = member, .left = m->e.size };
	return ek_in_open_fill(data, m->e.name, slice_fill, slice_drop, s, err);
}

/* Pass over data that its reader did not want. */
static int skip_rest(struct ek_vmtar *v, struct ek_err *err)
{
	uint64_t at = ek_in_pos(v->in) - v->start, left;
	struct ek_err why;
	int rc;

	if (at >= v->pos)
		return EK_OK;
	left = v->pos - at;
	rc = ek_in_skip(v->in, left, "data", &why);
	at = ek_in_pos(v->in) - v->start;
	if (rc == EK_EFORMAT && v->next > 0 && at < v->pos)
		return cut_short(v, v->order[v->next - 1], v->pos - at, err);
	if (rc != EK_OK && err != NULL)
		*err = why;
	return rc;
}

/* Read n bytes that must be zero; the first that is not is told. */
static int read_zeros(struct ek_vmtar *v, uint64_t n, struct ek_err *err)
{
	const unsigned char *p;
	unsigned char buf[EK_VMTAR_PAGE];
	size_t got;
	int rc;

	while (n > 0) {
		rc = ek_in_read(v->in, buf, n < sizeof(buf) ? (size_t)n
							    : sizeof(buf),
				&got, err);
		if (rc != EK_OK)
			return rc;
		if (got == 0)
			return EK_END;
		n -= got;
		for (p = buf; p < buf + got; p++)
			if (*p != 0)
				return ek_fail(err, EK_EFORMAT, "'%s': the byte"
					       " at offset %llu belongs to no"
					       " member and is not zero",
					       ek_in_name(v->in),
					       (unsigned long long)
					       (ek_in_pos(v->in) - v->start -
						(uint64_t)(buf + got - p)));
	}
	return EK_OK;
}

/* From where the stream is to the data of the member. */
static int pass_gap(struct ek_vmtar *v, size_t member, bool strict,
		    struct ek_err *err)
{
	const struct ek_vmtar_member *m = &v->members[member];
	struct ek_err why;
	uint64_t at;
	int rc;

	rc = skip_rest(v, err);
	if (rc != EK_OK)
		return rc;
	if (strict) {
		rc = read_zeros(v, m->visor.offset - v->pos, err);
		return rc == EK_END ? cut_short(v, member, m->e.size, err) : rc;
	}
	rc = ek_in_skip(v->in, m->visor.offset - v->pos, "a gap", &why);
	at = ek_in_pos(v->in) - v->start;
	if (rc == EK_EFORMAT && at < m->visor.offset)
		return cut_short(v, member, m->e.size, err);
	if (rc != EK_OK && err != NULL)
		*err = why;
	return rc;
}

int ek_vmtar_next_data(struct ek_vmtar *v, bool strict, size_t *i,
		       struct ek_in **data, struct ek_err *err)
{
	const struct ek_vmtar_member *m;
	int rc;

	*data = NULL;
	if (v->next == v->n_data) {
		rc = skip_rest(v, err);
		return rc == EK_OK ? EK_END : rc;
	}
	*i = v->order[v->next];
	m = &v->members[*i];
	rc = pass_gap(v, *i, strict, err);
	if (rc != EK_OK)
		return rc;
	rc = open_slice(v, *i, data, err);
	if (rc != EK_OK)
		return rc;
	v->next++;
	v->pos = m->visor.offset + m->e.size;
	return EK_OK;
}

/* ---- the end ------------------------------------------------------------ */

/* What stands behind the last data. */
struct trail {
	uint64_t len;
	uint64_t zeros; /* how many of them come first */
	size_t n;       /* bytes kept of those behind them */
	unsigned char rest[EK_FOOTER_MAX + 1];
};

/* Count zeros in front, keep what fits of the rest. */
static void look_at(struct trail *t, const unsigned char *buf, size_t n)
{
	size_t i = 0, room = sizeof(t->rest) - t->n;

	if (t->zeros == t->len)
		while (i < n && buf[i] == 0)
			i++;
	t->zeros += i;
	t->len += n;
	n -= i;
	if (n > room)
		n = room;
	memcpy(t->rest + t->n, buf + i, n);
	t->n += n;
}

static int read_trail(struct ek_vmtar *v, struct trail *t, struct ek_err *err)
{
	unsigned char buf[EK_VMTAR_PAGE];
	size_t got;
	int rc;

	memset(t, 0, sizeof(*t));
	do {
		rc = ek_in_read(v->in, buf, sizeof(buf), &got, err);
		if (rc != EK_OK)
			return rc;
		look_at(t, buf, got);
	} while (got != 0 && t->len <= TRAIL_MAX);
	return EK_OK;
}

/* Zeros that the 8.0u1 writer puts behind the last data. */
static uint64_t fill_of(const struct ek_vmtar *v)
{
	uint64_t end = ek_vmtar_data_end(v);

	if (v->n_raws == 0)
		return EK_VMTAR_EMPTY - EK_RECORD_SIZE;
	return (EK_RECORD_SIZE - end % EK_RECORD_SIZE) % EK_RECORD_SIZE;
}

static int check_trail(struct ek_vmtar *v, const struct trail *t,
		       struct ek_err *err)
{
	uint64_t end = ek_vmtar_data_end(v), fill = fill_of(v);
	bool zeros_ok = t->zeros == 0 || t->zeros == fill;
	const char *name = ek_in_name(v->in), *why;

	v->end = end + t->zeros;
	if (t->zeros == t->len && zeros_ok)
		return EK_OK;
	if (t->len > TRAIL_MAX)
		return ek_fail(err, EK_EFORMAT, "'%s': more than %u MiB stand"
			       " behind the end of the archive at offset %llu",
			       name, TRAIL_MAX >> 20, (unsigned long long)end);
	if (t->zeros == t->len || !zeros_ok)
		return ek_fail(err, EK_EFORMAT, "'%s': %llu zero bytes behind"
			       " the end of the archive at offset %llu; none or"
			       " %llu belong there", name,
			       (unsigned long long)t->zeros,
			       (unsigned long long)end,
			       (unsigned long long)fill);
	why = ek_footer_parse(t->rest, t->n, &v->footer);
	if (why == NULL)
		return EK_OK;
	return ek_fail(err, EK_EFORMAT, "'%s': bytes at offset %llu behind the"
		       " end of the archive, which is at %llu: %s", name,
		       (unsigned long long)v->end, (unsigned long long)end,
		       why);
}

int ek_vmtar_finish(struct ek_vmtar *v, struct ek_err *err)
{
	struct ek_in *data;
	struct trail t;
	size_t i;
	int rc;

	do {
		rc = ek_vmtar_next_data(v, false, &i, &data, err);
		ek_in_close(&data);
	} while (rc == EK_OK);
	if (rc != EK_END)
		return rc;
	if (v->finished)
		return EK_OK;
	rc = read_trail(v, &t, err);
	if (rc == EK_OK)
		rc = check_trail(v, &t, err);
	v->finished = rc == EK_OK;
	return rc;
}

uint64_t ek_vmtar_end(const struct ek_vmtar *v)
{
	return v->end;
}

const struct ek_footer *ek_vmtar_footer(const struct ek_vmtar *v)
{
	return &v->footer;
}

/* ---- who has written it ------------------------------------------------- */

static bool fits(const struct ek_vmtar *v, enum ek_vmtar_gen gen)
{
	uint64_t pos = ek_vmtar_head_end(v), end = pos;

	for (size_t i = 0; i < v->n; i++) {
		const struct ek_vmtar_member *m = &v->members[i];
		uint64_t to = ek_vmtar_align(gen, m->type);

		if (m->e.size == 0)
			continue;
		/* below 2 GiB: it was checked at open */
		pos = (pos + to - 1) / to * to;
		if (m->visor.offset != pos)
			return false;
		end = pos + m->e.size;
		pos = (end + to - 1) / to * to;
	}
	if (v->n_raws != 0 && gen == EK_VMTAR_80U1)
		end += fill_of(v);
	else if (v->n_raws == 0)
		end = EK_VMTAR_EMPTY;
	return v->end == end;
}

unsigned ek_vmtar_gens(const struct ek_vmtar *v)
{
	unsigned mask = 0;

	for (enum ek_vmtar_gen g = EK_VMTAR_65; g <= EK_VMTAR_80U1; g++)
		if (v->finished && fits(v, g))
			mask |= 1u << g;
	return mask;
}
