/* SPDX-License-Identifier: BSD-2-Clause */
/* vmtar_tar.c - vmtar archives: a whole tar, of any dialect, into one */
#include "os.h"

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/gnutar.h"
#include "ek/io.h"
#include "ek/layers.h"
#include "ek/num.h"
#include "ek/tarball.h"
#include "ek/vmtar.h"

/* What a record of the tar became: call number i of the plan. */
struct source {
	uint64_t at; /* of its data in the tar */
	uint64_t size;
	bool elf;
};

struct job {
	struct ek_in *in;  /* the tar while it is planned */
	struct ek_in *tar; /* the same, can be rewound; borrowed or from spool */
	struct ek_vmtar_plan *plan;
	struct source *sources; /* owned */
	size_t n, cap;
	ek_vmtar_note *note;
	void *ctx;
	bool warned; /* of odd names, once is enough */
};

/* ---- planning ----------------------------------------------------------- */

static int add_source(struct job *j, const struct source *s, struct ek_err *err)
{
	size_t cap = j->cap != 0 ? j->cap * 2 : 64;
	struct source *grown;

	if (j->n == j->cap) {
		grown = reallocarray(j->sources, cap, sizeof(*grown));
		if (grown == NULL)
			return ek_fail_sys(err, "'%s'", ek_in_name(j->in));
		j->sources = grown;
		j->cap = cap;
	}
	j->sources[j->n++] = *s;
	return EK_OK;
}

/* The next record; EK_END at a zero block. */
static int read_record(struct job *j, struct ek_record *r, struct ek_err *err)
{
	size_t got;
	int rc = ek_in_read(j->in, r->b, sizeof(r->b), &got, err);

	if (rc != EK_OK)
		return rc;
	if (got < sizeof(r->b))
		return ek_fail(err, EK_EFORMAT, "'%s' ends at offset %llu,"
			       " without the zero block that ends a tar: it is"
			       " cut short", ek_in_name(j->in),
			       (unsigned long long)ek_in_pos(j->in));
	return ek_record_is_zero(r) ? EK_END : EK_OK;
}

/* Behind the zero block there may be more zeros, and nothing else. */
static int read_rest(struct job *j, struct ek_err *err)
{
	unsigned char buf[EK_VMTAR_PAGE];
	size_t got;
	int rc;

	do {
		uint64_t at = ek_in_pos(j->in);

		rc = ek_in_read(j->in, buf, sizeof(buf), &got, err);
		if (rc != EK_OK)
			return rc;
		for (size_t i = 0; i < got; i++)
			if (buf[i] != 0)
				return ek_fail(err, EK_EFORMAT, "'%s': bytes at"
					       " offset %llu behind the end of"
					       " the tar: are these two tars"
					       " in one file?",
					       ek_in_name(j->in),
					       (unsigned long long)(at + i));
	} while (got != 0);
	return EK_OK;
}

/* Names as no archive of ESXi has them: a usual slip, told once. */
static void warn_name(struct job *j, const struct ek_record *r)
{
	const char *name = (const char *)r->b;

	if (j->warned || j->note == NULL ||
	    (name[0] != '/' && strncmp(name, "./", 2) != 0) ||
	    ek_record_is_long(r))
		return;
	j->warned = true;
	j->note(j->ctx, EK_VMTAR_WARN, ek_in_name(j->in),
		"names begin with './' or '/', which no archive of ESXi has"
		" (give tar the names, not '.')");
}

/* The data of an L or K, in whole blocks. */
static int read_tail(struct job *j, uint64_t size, unsigned char **tail,
		     size_t *len, struct ek_err *err)
{
	uint64_t room;

	*tail = NULL;
	if (size > EK_VMTAR_LONG_MAX || !ek_num_round_up(size, EK_RECORD_SIZE,
							 &room))
		return ek_fail(err, EK_ELIMIT, "'%s': a name of %llu bytes"
			       " before offset %llu", ek_in_name(j->in),
			       (unsigned long long)size,
			       (unsigned long long)ek_in_pos(j->in));
	*len = (size_t)room;
	*tail = malloc(*len + 1);
	if (*tail == NULL)
		return ek_fail_sys(err, "'%s'", ek_in_name(j->in));
	return ek_in_read_exact(j->in, *tail, *len, "a long name", err);
}

static int plan_long(struct job *j, const struct ek_record *r, uint64_t at,
		     struct ek_err *err)
{
	struct source none = { 0 };
	unsigned char *tail = NULL;
	uint64_t size = 0;
	size_t len = 0;
	int rc;

	/* what is wrong with the record itself is told by the plan */
	if (ek_record_sum_ok(r) && ek_record_size(r, &size) && size != 0) {
		rc = read_tail(j, size, &tail, &len, err);
		if (rc != EK_OK)
			goto out;
	}
	rc = ek_vmtar_plan_record(j->plan, r, at, tail, len, err);
	if (rc == EK_OK)
		rc = add_source(j, &none, err);
out:
	free(tail);
	return rc;
}

/* Note where the data is and how it begins, and pass it. */
static int pass_data(struct job *j, const struct ek_record *r, uint64_t at,
		     struct ek_err *err)
{
	struct source s = { .at = ek_in_pos(j->in) };
	const unsigned char *p;
	char what[160];
	uint64_t room;
	size_t got;
	int rc;

	if (ek_record_has_data(r) && ek_record_size(r, &s.size)) {
		rc = ek_in_peek(j->in, 4, &p, &got, err);
		if (rc != EK_OK)
			return rc;
		s.elf = s.size >= 4 && ek_elf_is(p, got);
	}
	if (!ek_num_round_up(s.size, EK_RECORD_SIZE, &room))
		room = s.size;
	snprintf(what, sizeof(what), "the data of member '%.100s' at offset"
		 " %llu", (const char *)r->b, (unsigned long long)at);
	rc = ek_in_skip(j->in, room, what, err);
	return rc == EK_OK ? add_source(j, &s, err) : rc;
}

static int plan_records(struct job *j, struct ek_err *err)
{
	struct ek_record r;
	uint64_t at;
	int rc;

	for (;;) {
		at = ek_in_pos(j->in);
		rc = read_record(j, &r, err);
		if (rc != EK_OK)
			break;
		if (ek_record_is_long(&r)) {
			rc = plan_long(j, &r, at, err);
		} else {
			rc = ek_vmtar_plan_record(j->plan, &r, at, NULL, 0,
						  err);
			if (rc == EK_OK)
				rc = pass_data(j, &r, at, err);
		}
		if (rc != EK_OK)
			return rc;
		warn_name(j, &r);
	}
	return rc == EK_END ? read_rest(j, err) : rc;
}

/* ---- a tar that is read twice ------------------------------------------- */

struct tee {
	struct ek_in *from;
	struct ek_out *to;
};

static int tee_fill(void *ctx, unsigned char *buf, size_t cap, size_t *got,
		    struct ek_err *err)
{
	struct tee *t = ctx;
	int rc = ek_in_read(t->from, buf, cap, got, err);

	if (rc != EK_OK)
		return rc;
	if (ek_out_pos(t->to) + *got > EK_TAR_DISK_MAX)
		return ek_fail(err, EK_ELIMIT, "'%s': more than %llu GiB of"
			       " tar; all of a vmtar must end below 2 GiB",
			       ek_in_name(t->from), (unsigned long long)
			       (EK_TAR_DISK_MAX >> 30));
	ek_out_write(t->to, buf, *got);
	return ek_out_status(t->to, err);
}

/* Plan it while it is copied to the spool. */
static int plan_piped(struct job *j, struct ek_in *from, struct ek_out *to,
		      struct ek_err *err)
{
	struct tee t = { from, to };
	int rc;

	rc = ek_in_open_fill(&j->in, ek_in_name(from), tee_fill, NULL, &t, err);
	if (rc == EK_OK)
		rc = plan_records(j, err);
	ek_in_close(&j->in);
	return rc;
}

static int too_big(const char *tar, const struct ek_entry *e,
		   struct ek_err *err)
{
	return ek_fail(err, EK_ELIMIT, "'%s': member '%.300s': it has %llu"
		       " bytes, but all of a vmtar must end below 2 GiB", tar,
		       e->name, (unsigned long long)e->size);
}

/* One entry of a foreign dialect as GNU tar would have written it. */
static int normalise_entry(struct ek_tarball *t, const char *tar,
			   const struct ek_entry *e, struct ek_out *to,
			   struct ek_err *err)
{
	struct ek_err why;
	int rc;

	if (e->size >= EK_VMTAR_MAX || ek_out_pos(to) >= EK_VMTAR_MAX)
		return too_big(tar, e, err);
	rc = ek_gnutar_header(to, e, &why);
	if (rc != EK_OK)
		ek_err_set(err, rc, 0, "'%s': %s", tar, why.msg);
	if (rc == EK_OK && e->type == EK_FT_FILE && e->size != 0)
		rc = ek_tarball_copy(t, to, err);
	ek_gnutar_pad(to);
	return rc == EK_OK ? ek_out_status(to, err) : rc;
}

static int normalise(struct ek_in *from, struct ek_out *to, struct ek_err *err)
{
	const struct ek_entry *e;
	struct ek_tarball *t;
	int rc;

	rc = ek_tarball_open(&t, from, err);
	if (rc != EK_OK)
		return rc;
	for (;;) {
		rc = ek_tarball_next(t, &e, err);
		if (rc != EK_OK)
			break;
		rc = normalise_entry(t, ek_in_name(from), e, to, err);
		if (rc != EK_OK)
			break;
	}
	ek_tarball_close(&t);
	if (rc != EK_END)
		return rc;
	ek_gnutar_end(to, 0);
	return EK_OK;
}

/* ---- which dialect ------------------------------------------------------ */

/* By the first record. *gnu: it can be taken over as it is. */
static int look_at_first(struct ek_in *in, bool *gnu, struct ek_err *err)
{
	const unsigned char *p;
	struct ek_record r;
	size_t got;
	int rc;

	rc = ek_in_peek(in, sizeof(r.b), &p, &got, err);
	if (rc != EK_OK)
		return rc;
	if (got < sizeof(r.b))
		return ek_fail(err, EK_EFORMAT, "'%s' has %zu bytes: that is"
			       " no tar", ek_in_name(in), got);
	memcpy(r.b, p, sizeof(r.b));
	if (ek_record_magic(&r) == EK_MAGIC_VISOR)
		return ek_fail(err, EK_EREFUSE, "'%s' is a vmtar already, not"
			       " a tar", ek_in_name(in));
	*gnu = ek_record_magic(&r) == EK_MAGIC_GNU || ek_record_is_zero(&r);
	if (!*gnu && !ek_record_sum_ok(&r))
		return ek_fail(err, EK_EFORMAT, "'%s' is no tar: the checksum"
			       " at its begin is wrong", ek_in_name(in));
	return EK_OK;
}

static int plan_spooled(struct job *j, struct ek_spool *spool,
			struct ek_in *from, bool gnu, struct ek_err *err)
{
	struct ek_out *to = NULL;
	int rc;

	rc = ek_spool_out(spool, &to, err);
	if (rc != EK_OK)
		return rc;
	rc = gnu ? plan_piped(j, from, to, err) : normalise(from, to, err);
	if (rc == EK_OK)
		rc = ek_out_commit(&to, err);
	if (rc == EK_OK)
		rc = ek_spool_in(spool, ek_in_name(from), &j->tar, err);
	if (rc == EK_OK && !gnu) {
		j->in = j->tar;
		rc = plan_records(j, err);
	}
	ek_out_abort(&to);
	return rc;
}

/* ---- writing ------------------------------------------------------------ */

static int go_to(struct ek_in *in, uint64_t at, struct ek_err *err)
{
	int rc = EK_OK;

	if (ek_in_pos(in) > at)
		rc = ek_in_rewind(in, err);
	if (rc == EK_OK)
		rc = ek_in_skip(in, at - ek_in_pos(in), "data", err);
	return rc;
}

struct elf_place {
	struct ek_in *in;
	uint64_t at;
};

static int elf_read(void *ctx, uint64_t off, void *buf, size_t n,
		    struct ek_err *err)
{
	const struct elf_place *p = ctx;
	int rc = go_to(p->in, p->at + off, err);

	return rc == EK_OK ? ek_in_read_exact(p->in, buf, n, "ELF headers", err)
			   : rc;
}

static int look_at_elf(struct job *j, struct ek_err *err)
{
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < j->n; i++) {
		struct elf_place p = { j->tar, j->sources[i].at };

		if (j->sources[i].elf && ek_vmtar_plan_wants_elf(j->plan, i))
			rc = ek_vmtar_plan_elf(j->plan, i, elf_read, &p, err);
	}
	return rc;
}

static int open_source(void *ctx, size_t index, struct ek_in **in,
		       struct ek_err *err)
{
	const struct job *j = ctx;
	const struct source *s = &j->sources[index];
	int rc = go_to(j->tar, s->at, err);

	*in = NULL;
	return rc == EK_OK ? ek_in_open_part(in, j->tar, s->size, err) : rc;
}

static int write_out(struct job *j, struct ek_out *out, struct ek_err *err)
{
	int rc = look_at_elf(j, err);

	if (rc == EK_OK)
		rc = ek_vmtar_plan_close(j->plan, NULL, err);
	if (rc == EK_OK)
		rc = ek_vmtar_plan_write(j->plan, out, open_source, j, err);
	return rc;
}

int ek_vmtar_from_tar(struct ek_in *in, enum ek_vmtar_gen gen,
		      struct ek_out *out, ek_vmtar_note *note, void *ctx,
		      struct ek_err *err)
{
	struct job j = { .note = note, .ctx = ctx };
	struct ek_spool *spool = NULL;
	bool gnu;
	int rc;

	rc = look_at_first(in, &gnu, err);
	if (rc != EK_OK)
		return rc;
	rc = ek_vmtar_plan_new(&j.plan, gen, ek_in_name(in), note, ctx, err);
	if (rc != EK_OK)
		return rc;
	if (gnu && ek_in_can_rewind(in)) {
		j.in = j.tar = in;
		rc = plan_records(&j, err);
	} else {
		rc = ek_spool_new(&spool, err);
		if (rc == EK_OK)
			rc = plan_spooled(&j, spool, in, gnu, err);
	}
	if (rc == EK_OK)
		rc = write_out(&j, out, err);
	if (spool != NULL)
		ek_in_close(&j.tar);
	ek_spool_free(spool);
	free(j.sources);
	ek_vmtar_plan_free(&j.plan);
	return rc;
}

int ek_vmtar_from_file(const char *path, enum ek_vmtar_gen gen,
		       struct ek_out *out, ek_vmtar_note *note, void *ctx,
		       struct ek_err *err)
{
	static const struct ek_layers_opts opts = { .mode = EK_GZ_MANY };
	struct ek_layers *l = NULL;
	struct ek_in *in = NULL;
	int rc = ek_in_open(&in, path, err);

	if (rc == EK_OK)
		rc = ek_layers_open(&l, in, &opts, err);
	if (rc == EK_OK)
		rc = ek_vmtar_from_tar(ek_layers_in(l), gen, out, note, ctx,
				       err);
	ek_layers_close(&l);
	ek_in_close(&in);
	return rc;
}
