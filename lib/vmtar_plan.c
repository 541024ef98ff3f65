/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vmtar_plan.c - vmtar archives: every record first, then the data
 *
 * The header area is kept squeezed (squeeze.h), each record and each block
 * behind an L or K; an item remembers where its record lies, and what is not as
 * it lies there.
 */
#include "os.h"

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/num.h"
#include "squeeze.h"
#include "vmtar_int.h"

/* Longest name that ESXi's own reader takes, without the NUL (vmtar.5,
 * "Limits"): it reads one block of a long record, and drops its last byte. */
#define NAME_SAFE (EK_RECORD_SIZE - 1)

struct item {
	uint32_t at;   /* of its record in head */
	uint32_t tail; /* bytes of inline data behind it */
	uint32_t size; /* of its data; 0: none. Below EK_VMTAR_MAX */
	bool elf;      /* it is on a page because of its contents; type 7 */
	struct ek_visor visor;
};

struct ek_vmtar_plan {
	char *name; /* owned; of the input, for messages */
	enum ek_vmtar_gen gen;
	ek_vmtar_note *note;
	void *ctx;
	struct ek_buf head;
	size_t head_len; /* in the archive */
	struct item *items; /* owned */
	size_t n, cap;
	size_t calls;       /* of plan_record and plan_entry: items[] by call */
	size_t *by_call;    /* owned: call -> item that it ended with */
	size_t calls_cap;
	struct ek_buf longname, longlink; /* said for the next record */
	bool closed;
	uint64_t total;
};

int ek_vmtar_plan_new(struct ek_vmtar_plan **p, enum ek_vmtar_gen gen,
		      const char *name, ek_vmtar_note *note, void *ctx,
		      struct ek_err *err)
{
	*p = calloc(1, sizeof(**p));
	if (*p == NULL)
		return ek_fail_sys(err, "'%s'", name);
	(*p)->name = strdup(name);
	if ((*p)->name == NULL) {
		ek_vmtar_plan_free(p);
		return ek_fail_sys(err, "'%s'", name);
	}
	(*p)->gen = gen;
	(*p)->note = note;
	(*p)->ctx = ctx;
	return EK_OK;
}

void ek_vmtar_plan_free(struct ek_vmtar_plan **p)
{
	struct ek_vmtar_plan *o = *p;

	*p = NULL;
	if (o == NULL)
		return;
	ek_buf_free(&o->head);
	ek_buf_free(&o->longname);
	ek_buf_free(&o->longlink);
	free(o->items);
	free(o->by_call);
	free(o->name);
	free(o);
}

/* ---- records ------------------------------------------------------------ */

/* items[] grows by one; what was there may move. */
static int add_item(struct ek_vmtar_plan *p, struct item it,
		    struct ek_err *err)
{
	size_t cap = p->cap != 0 ? p->cap * 2 : 64;
	struct item *grown;

	if (p->n == p->cap) {
		grown = reallocarray(p->items, cap, sizeof(*grown));
		if (grown == NULL)
			return ek_fail_sys(err, "'%s'", p->name);
		p->items = grown;
		p->cap = cap;
	}
	p->items[p->n++] = it;
	return EK_OK;
}

/* The call that is being served ends with the item added last. */
static int end_call(struct ek_vmtar_plan *p, struct ek_err *err)
{
	size_t cap = p->calls_cap != 0 ? p->calls_cap * 2 : 64;
	size_t *grown;

	if (p->calls == p->calls_cap) {
		grown = reallocarray(p->by_call, cap, sizeof(*grown));
		if (grown == NULL)
			return ek_fail_sys(err, "'%s'", p->name);
		p->by_call = grown;
		p->calls_cap = cap;
	}
	p->by_call[p->calls++] = p->n - 1;
	return EK_OK;
}

/* Take a record and its inline data into the header area. */
static int add_record(struct ek_vmtar_plan *p, const struct ek_record *r,
		      const void *tail, size_t tail_len, uint64_t size,
		      struct ek_err *err)
{
	struct ek_record copy = *r;
	size_t at = p->head.len;
	const char *data = tail;

	/* A hard link may tell the size of its file, but as GNU tar reads it no
	 * data follows (vmtar.5, "Checklists": size 0 for types 1, 2, 5). */
	if (ek_record_type(r) == '1' && size != 0) {
		ek_record_clear_size(&copy);
		size = 0;
	}

	if (tail_len > EK_VMTAR_HEAD_MAX ||
	    p->head_len > EK_VMTAR_HEAD_MAX - EK_RECORD_SIZE - tail_len)
		return ek_fail(err, EK_ELIMIT, "'%s': more than %u MiB of"
			       " headers", p->name, EK_VMTAR_HEAD_MAX >> 20);
	ek_record_set_magic(&copy, EK_MAGIC_VISOR);
	ek_record_set_visor(&copy, &(struct ek_visor){ .offset = 0 });
	ek_squeeze(&p->head, copy.b, sizeof(copy.b));
	for (size_t i = 0; data != NULL && i < tail_len; i += EK_RECORD_SIZE)
		ek_squeeze(&p->head, data + i, EK_RECORD_SIZE);
	p->head_len += sizeof(copy.b) + tail_len;
	if (ek_buf_check(&p->head, p->name, err) != EK_OK)
		return EK_ESYS;
	return add_item(p, (struct item){ .at = (uint32_t)at,
					  .tail = (uint32_t)tail_len,
					  .size = (uint32_t)size }, err);
}

/* The record as it is now; what is behind it in head, in *behind or NULL. */
static struct ek_record get_record(const struct ek_vmtar_plan *p,
				   const struct item *i, const char **behind)
{
	const char *at = p->head.p + i->at;
	struct ek_record r;

	at += ek_unsqueeze(at, r.b, sizeof(r.b));
	if (behind != NULL)
		*behind = at;
	if (i->elf)
		ek_record_set_type(&r, '7');
	ek_record_set_visor(&r, &i->visor);
	return r;
}

/* The name of item n for messages: its own, or that of the L before it. */
static void item_name(const struct ek_vmtar_plan *p, size_t n,
		      char *name, size_t cap)
{
	struct ek_record r = get_record(p, &p->items[n], NULL);
	const char *text;

	snprintf(name, cap, "%.100s", (const char *)r.b);
	for (size_t i = n; i > 0 && n - i < 2; i--) {
		r = get_record(p, &p->items[i - 1], &text);
		if (!ek_record_is_long(&r))
			return;
		if (ek_record_type(&r) != 'L')
			continue;
		/* of a longer one the first block is enough to tell */
		ek_unsqueeze(text, r.b, sizeof(r.b));
		snprintf(name, cap, "%.512s", (const char *)r.b);
	}
}

static void say(const struct ek_vmtar_plan *p, enum ek_vmtar_say what,
		const char *member, const char *text)
{
	if (p->note != NULL)
		p->note(p->ctx, what, member, text);
}

/* What is legal and will surprise. */
static void warn_names(const struct ek_vmtar_plan *p, const struct ek_record *r,
		       const char *name)
{
	if (p->longname.len > NAME_SAFE || p->longlink.len > NAME_SAFE)
		say(p, EK_VMTAR_WARN, name, "a name of more than 511 bytes:"
		    " ESXi's own reader loses its end");
	if ((p->longname.len == 0 && memchr(r->b, 0, 100) == NULL) ||
	    (p->longlink.len == 0 && memchr(r->b + 157, 0, 100) == NULL))
		say(p, EK_VMTAR_WARN, name, "a name of exactly 100 bytes"
		    " without a long record: ESXi's own reader takes it for"
		    " an empty one");
	if (strchr("0123457", ek_record_type(r)) == NULL ||
	    ek_record_type(r) == '\0')
		say(p, EK_VMTAR_WARN, name, "a type of record that no archive"
		    " of ESXi has; it is taken over as it is");
}

/* Types that would be mangled if their bytes were just copied. */
static const char *bad_type(const struct ek_record *r, uint64_t size)
{
	switch (ek_record_type(r)) {
	case 'S':
		return "a sparse file; make the tar without --sparse";
	case 'x':
	case 'g':
		return "a pax header in a tar of old GNU; make the tar with"
		       " --format=gnu";
	case '2':
	case '3':
	case '4':
	case '5':
	case '6':
		return size == 0 ? NULL : "a link, directory or device with a"
					  " size, but these have no data";
	default:
		return NULL;
	}
}

static int check_size(const struct ek_record *r, const char *what,
		      uint64_t *size, struct ek_err *err)
{
	if ((r->b[124] & 0x80) != 0)
		return ek_fail(err, EK_ELIMIT, "%s: its size is written in"
			       " base-256, as tar does from 8 GiB on; all of a"
			       " vmtar must end below 2 GiB", what);
	if (!ek_record_size(r, size))
		return ek_fail(err, EK_EFORMAT, "%s: its size is not an octal"
			       " number", what);
	if (*size >= EK_VMTAR_MAX)
		return ek_fail(err, EK_ELIMIT, "%s: it has %llu bytes, but all"
			       " of a vmtar must end below 2 GiB", what,
			       (unsigned long long)*size);
	return EK_OK;
}

/* With the long names before it: the first 100 bytes of a name, which are in the
 * record as well, may end in a slash though the name does not. */
static int check_entry(const struct ek_vmtar_plan *p, const struct ek_record *r,
		       const char *what, struct ek_err *err)
{
	bool use = !ek_record_is_long(r);
	struct ek_entry e;
	int rc;

	rc = ek_record_entry(r, use && p->longname.len != 0 ? p->longname.p
							    : NULL,
			     use && p->longlink.len != 0 ? p->longlink.p : NULL,
			     what, &e, err);
	if (rc == EK_OK)
		ek_entry_clear(&e);
	return rc;
}

static int check_record(const struct ek_vmtar_plan *p,
			const struct ek_record *r, const char *what,
			uint64_t *size, struct ek_err *err)
{
	int rc;

	if (!ek_record_sum_ok(r))
		return ek_fail(err, EK_EFORMAT, "%s: the checksum of its header"
			       " is wrong", what);
	if (ek_record_magic(r) != EK_MAGIC_GNU)
		return ek_fail(err, EK_EFORMAT, "%s: its header is not of old"
			       " GNU tar as those before it are: dialects are"
			       " mixed; make the tar with --format=gnu", what);
	if (ek_record_is_end(r))
		return ek_fail(err, EK_EFORMAT, "%s: it has no name", what);
	rc = check_size(r, what, size, err);
	if (rc != EK_OK)
		return rc;
	if (bad_type(r, *size) != NULL)
		return ek_fail(err, EK_EFORMAT, "%s: it is %s", what,
			       bad_type(r, *size));
	return check_entry(p, r, what, err);
}

/* Keep the text of an L or K for the record that follows. */
static int keep_long(struct ek_vmtar_plan *p, const struct ek_record *r,
		     uint64_t size, const void *tail, size_t tail_len,
		     const char *what, struct ek_err *err)
{
	struct ek_buf *b = ek_record_type(r) == 'L' ? &p->longname
						    : &p->longlink;
	const char *text = tail;
	size_t len;

	if (size > tail_len || tail_len % EK_RECORD_SIZE != 0)
		return ek_fail(err, EK_EARG, "%s: its data is missing", what);
	len = size != 0 ? strnlen(text, (size_t)size) : 0;
	if (len == 0 || b->len != 0)
		return ek_fail(err, EK_EFORMAT, "%s: a long name that is empty"
			       " or given twice", what);
	for (size_t i = len; i < tail_len; i++)
		if (text[i] != '\0')
			return ek_fail(err, EK_EFORMAT, "%s: bytes that are not"
				       " zero behind the long name", what);
	ek_buf_add(b, tail, len);
	return ek_buf_check(b, p->name, err);
}

static void name_record(const struct ek_vmtar_plan *p,
			const struct ek_record *r, uint64_t at, char *what,
			size_t cap)
{
	const char *name = ek_buf_str(&p->longname);

	snprintf(what, cap, "'%.300s': member '%.*s' at offset %llu", p->name,
		 name[0] != '\0' ? 300 : 100,
		 name[0] != '\0' ? name : (const char *)r->b,
		 (unsigned long long)at);
}

int ek_vmtar_plan_record(struct ek_vmtar_plan *p, const struct ek_record *r,
			 uint64_t at, const void *tail, size_t tail_len,
			 struct ek_err *err)
{
	char what[800], name[101];
	uint64_t size;
	int rc;

	name_record(p, r, at, what, sizeof(what));
	rc = check_record(p, r, what, &size, err);
	if (rc != EK_OK)
		return rc;
	if (ek_record_is_long(r)) {
		rc = keep_long(p, r, size, tail, tail_len, what, err);
		size = 0;
	} else {
		snprintf(name, sizeof(name), "%.100s", (const char *)r->b);
		warn_names(p, r, p->longname.len != 0 ? p->longname.p : name);
		ek_buf_reset(&p->longname);
		ek_buf_reset(&p->longlink);
	}
	if (rc == EK_OK)
		rc = add_record(p, r, tail, tail_len, size, err);
	if (rc == EK_OK)
		rc = end_call(p, err);
	return rc;
}

/* The long record of e, if it needs one of this type. */
static int add_long(struct ek_vmtar_plan *p, const struct ek_entry *e,
		    char type, struct ek_err *err)
{
	struct ek_buf b = EK_BUF_INIT;
	struct ek_record r;
	int rc;

	ek_record_add_long(e, type, &b);
	rc = ek_buf_check(&b, e->name, err);
	if (rc == EK_OK && b.len != 0) {
		memcpy(r.b, b.p, sizeof(r.b));
		if (b.len > (size_t)2 * EK_RECORD_SIZE)
			say(p, EK_VMTAR_WARN, e->name, "a name of more than 511"
			    " bytes: ESXi's own reader loses its end");
		rc = add_record(p, &r, b.p + EK_RECORD_SIZE,
				b.len - EK_RECORD_SIZE, 0, err);
	}
	ek_buf_free(&b);
	return rc;
}

int ek_vmtar_plan_entry(struct ek_vmtar_plan *p, const struct ek_entry *e,
			struct ek_err *err)
{
	uint64_t size = e->type == EK_FT_FILE ? e->size : 0;
	struct ek_err why;
	struct ek_record r;
	int rc;

	if (size >= EK_VMTAR_MAX)
		return ek_fail(err, EK_ELIMIT, "'%s': member '%.300s': it has"
			       " %llu bytes, but all of a vmtar must end below"
			       " 2 GiB", p->name, e->name,
			       (unsigned long long)size);
	rc = ek_record_make(&r, e, &why);
	if (rc != EK_OK) {
		ek_err_set(err, rc, 0, "'%s': %s", p->name, why.msg);
		return rc;
	}
	rc = add_long(p, e, 'K', err);
	if (rc == EK_OK)
		rc = add_long(p, e, 'L', err);
	if (rc == EK_OK)
		rc = add_record(p, &r, NULL, 0, size, err);
	if (rc == EK_OK)
		rc = end_call(p, err);
	return rc;
}

/* ---- ELF ---------------------------------------------------------------- */

bool ek_vmtar_plan_wants_elf(const struct ek_vmtar_plan *p, size_t index)
{
	const struct item *i = &p->items[p->by_call[index]];
	struct ek_record r = get_record(p, i, NULL);

	return i->size > 0 && ek_record_type(&r) == '0';
}

int ek_vmtar_plan_elf(struct ek_vmtar_plan *p, size_t index, ek_elf_read *read,
		      void *ctx, struct ek_err *err)
{
	size_t n = p->by_call[index];
	struct item *i = &p->items[n];
	struct ek_elf_text t;
	const char *note;
	char name[512];
	int rc;

	rc = ek_elf_look(i->size, read, ctx, &t, &note, err);
	if (rc != EK_OK)
		return rc;
	if (note != NULL) {
		item_name(p, n, name, sizeof(name));
		say(p, EK_VMTAR_ELF, name, note);
	}
	i->elf = true;
	i->visor = (struct ek_visor){
		.textoffset = t.textoffset,
		.text_pgs = t.text_pgs,
		.fixup_pgs = t.fixup_pgs,
	};
	return EK_OK;
}

/* ---- offsets ------------------------------------------------------------ */

uint64_t ek_vmtar_align(enum ek_vmtar_gen gen, char type)
{
	if (type == '7' || (type == '0' && gen != EK_VMTAR_65))
		return EK_VMTAR_PAGE;
	return EK_RECORD_SIZE;
}

static uint64_t alignment(const struct ek_vmtar_plan *p, const struct item *i)
{
	struct ek_record r = get_record(p, i, NULL);
	char type = ek_record_type(&r);

	/* a 7 of the input is none of ours (vmtar.5, "Types") */
	if (type == '7' && !i->elf)
		return EK_RECORD_SIZE;
	return ek_vmtar_align(p->gen, type);
}

static uint64_t round_up(uint64_t v, uint64_t to)
{
	return (v + to - 1) / to * to; /* all that comes is below 4 GiB */
}

static int too_big(const struct ek_vmtar_plan *p, size_t n, struct ek_err *err)
{
	char name[512];

	item_name(p, n, name, sizeof(name));
	return ek_fail(err, EK_ELIMIT, "'%s': member '%.300s': its data would"
		       " end beyond 2 GiB, where a vmtar must end", p->name,
		       name);
}

int ek_vmtar_plan_close(struct ek_vmtar_plan *p, uint64_t *total,
			struct ek_err *err)
{
	uint64_t pos = p->head_len + EK_RECORD_SIZE, end = pos;
	size_t last = 0;

	if (p->longname.len != 0 || p->longlink.len != 0)
		return ek_fail(err, EK_EFORMAT, "'%s': the long name '%.300s'"
			       " stands at the end, with no member behind it",
			       p->name, ek_buf_str(p->longname.len != 0 ?
						   &p->longname :
						   &p->longlink));
	for (size_t n = 0; n < p->n; n++) {
		struct item *i = &p->items[n];
		uint64_t a;

		if (i->size == 0)
			continue;
		a = alignment(p, i);
		pos = round_up(pos, a);
		end = pos + i->size;
		if (end >= EK_VMTAR_MAX)
			return too_big(p, n, err);
		i->visor.offset = (uint32_t)pos;
		pos = round_up(end, a);
		last = n;
	}
	p->total = p->gen == EK_VMTAR_80U1 ? round_up(end, EK_RECORD_SIZE)
					   : end;
	if (p->n == 0)
		p->total = EK_VMTAR_EMPTY;
	if (p->total >= EK_VMTAR_MAX)
		return too_big(p, last, err);
	if (total != NULL)
		*total = p->total;
	p->closed = true;
	return EK_OK;
}

/* ---- writing ------------------------------------------------------------ */

static int wrong_length(const struct ek_vmtar_plan *p, size_t n, bool longer,
			struct ek_err *err)
{
	char name[512];

	item_name(p, n, name, sizeof(name));
	return ek_fail(err, EK_EFORMAT, "'%s': member '%.300s' became %s while"
		       " it was read: it had %llu bytes", p->name, name,
		       longer ? "longer" : "shorter",
		       (unsigned long long)p->items[n].size);
}

static int write_data(const struct ek_vmtar_plan *p, size_t n, struct ek_in *in,
		      struct ek_out *out, struct ek_err *err)
{
	uint64_t size = p->items[n].size, copied = 0;
	int rc = ek_in_copy(in, out, &copied, err);

	if (rc == EK_OK && copied != size)
		return wrong_length(p, n, copied > size, err);
	return rc;
}

static void write_head(const struct ek_vmtar_plan *p, struct ek_out *out)
{
	struct ek_record r;
	const char *from;

	for (size_t n = 0; n < p->n; n++) {
		r = get_record(p, &p->items[n], &from);
		ek_record_set_sum(&r, true);
		ek_out_write(out, r.b, sizeof(r.b));
		for (uint32_t i = 0; i < p->items[n].tail; i += EK_RECORD_SIZE) {
			from += ek_unsqueeze(from, r.b, sizeof(r.b));
			ek_out_write(out, r.b, sizeof(r.b));
		}
	}
	ek_out_zeros(out, EK_RECORD_SIZE);
}

int ek_vmtar_plan_write(struct ek_vmtar_plan *p, struct ek_out *out,
			ek_vmtar_source *source, void *ctx, struct ek_err *err)
{
	uint64_t pos = p->head_len + EK_RECORD_SIZE;
	struct ek_in *in;
	int rc = EK_OK;

	if (!p->closed)
		return ek_fail(err, EK_EARG, "'%s': offsets are not fixed yet",
			       p->name);
	write_head(p, out);
	for (size_t c = 0; rc == EK_OK && c < p->calls; c++) {
		size_t n = p->by_call[c];
		const struct item *i = &p->items[n];

		if (i->size == 0)
			continue;
		ek_out_zeros(out, i->visor.offset - pos);
		rc = source(ctx, c, &in, err);
		if (rc != EK_OK)
			return rc;
		rc = write_data(p, n, in, out, err);
		ek_in_close(&in);
		pos = (uint64_t)i->visor.offset + i->size;
	}
	if (rc == EK_OK)
		ek_out_zeros(out, p->total - pos);
	return rc;
}
