/* SPDX-License-Identifier: BSD-2-Clause */
/* archive.c - one reader over vmtar and tar, bare or in layers */
#include "os.h"

#include "ek/archive.h"
#include "ek/entry.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/num.h"
#include "ek/tarball.h"
#include "ek/utf8.h"
#include "ek/vmtar.h"

struct ek_archive {
	struct ek_in *from; /* borrowed unless own */
	bool own;
	char *path;         /* owned; of a file that may have a length, or NULL */
	struct ek_layers *layers; /* owned */
	struct ek_in *kept;       /* owned: what is read of spool */
	struct ek_in *bare;       /* without the layers: one of the two's */
	enum ek_layer inner;      /* the last one that was taken off */
	enum ek_archive_kind kind;
	struct ek_vmtar *v;
	struct ek_tarball *t;
	struct ek_spool *spool; /* of what is read twice */
	struct ek_footer footer; /* of layers that are closed */
	size_t next;            /* index of the next member */
	bool over;              /* a tar was read to its end */
	bool used;              /* data of a vmtar was read */
	uint64_t max;           /* bytes that may come to disk */
};

/* ---- what is it --------------------------------------------------------- */

/* A vmtar with no record is two zero blocks; a tar of none usually is more. */
#define ZEROS_MAX ((size_t)2 * EK_RECORD_SIZE)

static bool all_zero(const unsigned char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (p[i] != 0)
			return false;
	return true;
}

/* False where the bytes in front are neither. */
static bool tell(const unsigned char *p, size_t got, enum ek_archive_kind *kind)
{
	struct ek_record r;

	*kind = EK_ARCHIVE_VMTAR;
	if (got < sizeof(r.b))
		return false;
	memcpy(r.b, p, sizeof(r.b));
	if (ek_record_magic(&r) == EK_MAGIC_VISOR)
		return true;
	*kind = EK_ARCHIVE_TAR;
	if (!all_zero(p, got))
		return ek_record_sum_ok(&r);
	if (got <= ZEROS_MAX)
		*kind = EK_ARCHIVE_VMTAR;
	return true;
}

static int tell_stream(struct ek_in *in, bool *known,
		       enum ek_archive_kind *kind, size_t *got,
		       struct ek_err *err)
{
	const unsigned char *p;
	int rc = ek_in_peek(in, ZEROS_MAX + 1, &p, got, err);

	*known = rc == EK_OK && tell(p, *got, kind);
	return rc;
}

static const struct ek_layers_opts strict_gzip = { .mode = EK_GZ_ONE },
				   joined_gzip = { .mode = EK_GZ_MANY };

int ek_archive_tell(struct ek_in *in, bool *known, enum ek_archive_kind *kind,
		    struct ek_err *err)
{
	size_t got;

	return tell_stream(in, known, kind, &got, err);
}

/*
 * Is there a tar behind the layers? Its gzip may have several members, that of
 * a vmtar must be what the boot loader takes: so this must be known before in
 * is read. Where it cannot be told, no.
 */
static int tell_ahead(struct ek_in *in, bool *tar, struct ek_err *err)
{
	struct ek_layers *l = NULL;
	struct ek_in *mem = NULL;
	enum ek_archive_kind kind;
	const unsigned char *p;
	size_t got;
	bool known = false;
	int rc;

	*tar = false;
	rc = ek_in_peek(in, EK_IN_PEEK_MAX, &p, &got, err);
	if (rc != EK_OK)
		return rc;
	if (ek_in_open_mem(&mem, ek_in_name(in), p, got, NULL) == EK_OK &&
	    ek_layers_open(&l, mem, &joined_gzip, NULL) == EK_OK &&
	    tell_stream(ek_layers_in(l), &known, &kind, &got, NULL) == EK_OK &&
	    known)
		*tar = kind == EK_ARCHIVE_TAR;
	ek_layers_close(&l);
	ek_in_close(&mem);
	return EK_OK;
}

/* ---- open and close ----------------------------------------------------- */

/* Take the layers off from, and see what is in them. */
static int open_bare(struct ek_archive *a, struct ek_err *err)
{
	char in[EK_LAYERS_NAMES];
	size_t got = 0;
	bool tar, known;
	int rc;

	rc = tell_ahead(a->from, &tar, err);
	if (rc != EK_OK)
		return rc;
	rc = ek_layers_open(&a->layers, a->from,
			    tar ? &joined_gzip : &strict_gzip, err);
	if (rc != EK_OK)
		return rc;
	a->bare = ek_layers_in(a->layers);
	if (ek_layers_count(a->layers) != 0)
		a->inner = ek_layers_kind(a->layers,
					  ek_layers_count(a->layers) - 1);
	rc = tell_stream(a->bare, &known, &a->kind, &got, err);
	if (rc != EK_OK || known)
		return rc;
	ek_layers_names(a->layers, in);
	return ek_fail(err, EK_EFORMAT, "'%.300s' is neither a vmtar nor a tar%s"
		       "%s: %s", ek_in_name(a->from), in[0] != '\0' ? " in " : "",
		       in, got < EK_RECORD_SIZE ? "it is shorter than a header"
						: "no valid header at its start");
}

/* A tar is opened with the first member: libarchive takes bytes at once, and
 * ek_archive_keep() wants them all. */
static int open_reader(struct ek_archive *a, struct ek_err *err)
{
	a->next = 0;
	a->over = a->used = false;
	if (a->kind == EK_ARCHIVE_TAR)
		return EK_OK;
	return ek_vmtar_open(&a->v, a->bare, err);
}

int ek_archive_open(struct ek_archive **out, struct ek_in *in,
		    struct ek_err *err)
{
	struct ek_archive *a;
	int rc;

	*out = NULL;
	a = calloc(1, sizeof(*a));
	if (a == NULL)
		return ek_fail_sys(err, "'%.300s'", ek_in_name(in));
	a->from = in;
	a->max = EK_TAR_DISK_MAX;
	rc = open_bare(a, err);
	if (rc == EK_OK)
		rc = open_reader(a, err);
	if (rc != EK_OK) {
		ek_archive_close(&a);
		return rc;
	}
	*out = a;
	return EK_OK;
}

int ek_archive_open_path(struct ek_archive **out, const char *path,
			 struct ek_err *err)
{
	struct ek_in *in;
	int rc;

	*out = NULL;
	rc = ek_in_open(&in, path, err);
	if (rc != EK_OK)
		return rc;
	rc = ek_archive_open(out, in, err);
	if (rc != EK_OK) {
		ek_in_close(&in);
		return rc;
	}
	(*out)->own = true;
	if (path == NULL || strcmp(path, "-") == 0)
		return EK_OK;
	(*out)->path = strdup(path);
	if ((*out)->path == NULL) {
		rc = ek_fail_sys(err, "'%.300s'", path);
		ek_archive_close(out);
	}
	return rc;
}

static void close_reader(struct ek_archive *a)
{
	ek_vmtar_close(&a->v);
	ek_tarball_close(&a->t);
}

static void close_bare(struct ek_archive *a)
{
	if (a->layers != NULL && ek_layers_footer(a->layers)->there)
		a->footer = *ek_layers_footer(a->layers);
	a->bare = NULL;
	ek_in_close(&a->kept);
	ek_layers_close(&a->layers);
}

void ek_archive_close(struct ek_archive **a)
{
	struct ek_archive *it = *a;

	*a = NULL;
	if (it == NULL)
		return;
	close_reader(it);
	close_bare(it);
	ek_spool_free(it->spool);
	if (it->own)
		ek_in_close(&it->from);
	free(it->path);
	free(it);
}

void ek_archive_set_max(struct ek_archive *a, uint64_t max)
{
	a->max = max;
}

uint64_t ek_archive_max(const struct ek_archive *a)
{
	return a->max;
}

enum ek_archive_kind ek_archive_kind(const struct ek_archive *a)
{
	return a->kind;
}

const struct ek_layers *ek_archive_layers(const struct ek_archive *a)
{
	return a->layers;
}

const struct ek_footer *ek_archive_footer(const struct ek_archive *a)
{
	const struct ek_footer *f = &a->footer;

	if (a->layers != NULL)
		f = ek_layers_footer(a->layers);
	return f->there || a->v == NULL ? f : ek_vmtar_footer(a->v);
}

uint64_t ek_archive_length(const struct ek_archive *a)
{
	return a->v != NULL ? ek_vmtar_end(a->v) : ek_in_pos(a->bare);
}

unsigned ek_archive_gens(const struct ek_archive *a)
{
	return a->v != NULL ? ek_vmtar_gens(a->v) : 0;
}

const char *ek_archive_name(const struct ek_archive *a)
{
	return ek_in_name(a->from);
}

const char *ek_archive_kind_name(enum ek_archive_kind kind)
{
	return kind == EK_ARCHIVE_VMTAR ? "vmtar" : "tar";
}

/* ---- headers ------------------------------------------------------------ */

int ek_archive_next(struct ek_archive *a, struct ek_archive_member *m,
		    struct ek_err *err)
{
	const struct ek_vmtar_member *vm;
	int rc;

	*m = (struct ek_archive_member){ .index = a->next };
	if (a->kind == EK_ARCHIVE_TAR) {
		if (a->over)
			return EK_END;
		rc = a->t != NULL ? EK_OK
				  : ek_tarball_open(&a->t, a->bare, err);
		if (rc != EK_OK)
			return rc;
		rc = ek_tarball_next(a->t, &m->e, err);
		a->over = rc == EK_END;
		if (rc == EK_OK)
			a->next++;
		return rc;
	}
	if (a->next == ek_vmtar_count(a->v))
		return EK_END;
	vm = ek_vmtar_member(a->v, a->next++);
	m->e = &vm->e;
	m->type = vm->type;
	m->visor = &vm->visor;
	return EK_OK;
}

int ek_archive_rewind(struct ek_archive *a, struct ek_err *err)
{
	const enum ek_archive_kind kind = a->kind;
	int rc;

	a->next = 0;
	if (kind == EK_ARCHIVE_VMTAR && !a->used)
		return EK_OK;
	close_reader(a);
	close_bare(a);
	if (a->spool != NULL) {
		rc = ek_spool_in(a->spool, ek_in_name(a->from), &a->kept, err);
		a->bare = a->kept;
	} else {
		rc = ek_in_rewind(a->from, err);
		if (rc == EK_OK)
			rc = open_bare(a, err);
	}
	if (rc == EK_OK && a->kind != kind)
		rc = ek_fail(err, EK_EFORMAT, "'%.300s' changed while it was read",
			     ek_in_name(a->from));
	if (rc == EK_OK)
		rc = open_reader(a, err);
	return rc;
}

static int copy_limited(struct ek_in *in, struct ek_out *out, uint64_t max,
			struct ek_err *err)
{
	char size[EK_NUM_SIZE];
	const unsigned char *p;
	size_t got;
	int rc;

	while ((rc = ek_in_peek_some(in, &p, &got, err)) == EK_OK && got != 0) {
		if (got > max || ek_out_pos(out) > max - got) {
			ek_num_show_size(max, size);
			return ek_fail(err, EK_ELIMIT, "'%.300s': more than %s"
				       " of tar are not copied to a scratch"
				       " file", ek_in_name(in), size);
		}
		ek_out_write(out, p, got);
		rc = ek_in_skip(in, got, "tar", err);
		if (rc == EK_OK)
			rc = ek_out_status(out, err);
		if (rc != EK_OK)
			return rc;
	}
	return rc;
}

/* Bytes of a vmtar that are worth a scratch file: they should not be written to
 * a disk before it is gone. */
#define KEEP_MAX ((uint64_t)512 << 20)

/* Copy all of in to a new scratch file. */
static int fill_spool(struct ek_spool **s, struct ek_in *in, uint64_t max,
		      struct ek_err *err)
{
	struct ek_out *out = NULL;
	int rc;

	rc = ek_spool_new(s, err);
	if (rc == EK_OK)
		rc = ek_spool_out(*s, &out, err);
	if (rc == EK_OK)
		rc = copy_limited(in, out, max, err);
	if (rc == EK_OK)
		rc = ek_out_commit(&out, err);
	ek_out_abort(&out);
	return rc;
}

bool ek_archive_can_rewind(const struct ek_archive *a)
{
	return a->spool != NULL || ek_in_can_rewind(a->from);
}

/*
 * A vmtar in layers that will be read twice: to take them off twice costs three
 * times as much as to write it once. Where no scratch file can be had, or had
 * whole, that is what happens.
 */
static int keep_vmtar(struct ek_archive *a, struct ek_err *err)
{
	struct ek_spool *spool = NULL;
	int rc;

	close_reader(a);
	close_bare(a);
	rc = ek_in_rewind(a->from, err);
	if (rc == EK_OK)
		rc = open_bare(a, err);
	if (rc == EK_OK)
		rc = fill_spool(&spool, a->bare, EK_TAR_DISK_MAX, err);
	if (rc == EK_OK || rc == EK_ESYS) {
		a->used = true; /* what is open is not at its first byte */
		if (rc == EK_OK)
			a->spool = spool;
		else
			ek_spool_free(spool);
		return ek_archive_rewind(a, err);
	}
	ek_spool_free(spool);
	return rc;
}

int ek_archive_keep(struct ek_archive *a, bool twice, struct ek_err *err)
{
	int rc;

	if (twice && a->kind == EK_ARCHIVE_VMTAR && ek_archive_can_rewind(a) &&
	    ek_layers_count(a->layers) != 0 &&
	    ek_vmtar_data_end(a->v) <= KEEP_MAX)
		return keep_vmtar(a, err);
	if (a->kind == EK_ARCHIVE_VMTAR || ek_archive_can_rewind(a))
		return EK_OK;
	rc = fill_spool(&a->spool, a->bare, a->max, err);
	if (rc == EK_OK)
		rc = ek_archive_rewind(a, err);
	return rc;
}

/* ---- data --------------------------------------------------------------- */

/* The data of a tar's member, as a stream. */
struct member_in {
	struct ek_tarball *t;
	uint64_t left;
	const char *in;
};

static int member_fill(void *ctx, unsigned char *buf, size_t cap, size_t *got,
		       struct ek_err *err)
{
	struct member_in *m = ctx;
	int rc = ek_tarball_read(m->t, buf, cap, got, err);

	if (rc != EK_OK)
		return rc;
	if (*got > m->left || (*got == 0 && m->left != 0))
		return ek_fail(err, EK_EFORMAT, "'%.300s': a member has not the"
			       " size that its header tells", m->in);
	m->left -= *got;
	return EK_OK;
}

static int next_tar_data(struct ek_archive *a, size_t *index,
			 struct ek_in **data, struct ek_err *err)
{
	struct ek_archive_member m;
	struct member_in *ctx;
	int rc;

	do {
		rc = ek_archive_next(a, &m, err);
		if (rc != EK_OK)
			return rc;
	} while (m.e->type != EK_FT_FILE || m.e->size == 0);
	*index = m.index;
	ctx = malloc(sizeof(*ctx));
	if (ctx == NULL)
		return ek_fail_sys(err, "'%.300s'", ek_in_name(a->from));
	*ctx = (struct member_in){ .t = a->t, .left = m.e->size,
				   .in = ek_in_name(a->from) };
	return ek_in_open_fill(data, ek_in_name(a->from), member_fill, free,
			       ctx, err);
}

int ek_archive_next_data(struct ek_archive *a, bool strict, size_t *index,
			 struct ek_in **data, struct ek_err *err)
{
	*data = NULL;
	if (a->kind == EK_ARCHIVE_TAR)
		return next_tar_data(a, index, data, err);
	a->used = true;
	return ek_vmtar_next_data(a->v, strict, index, data, err);
}

/* It stands behind what gunzip gives, not in front of the end of xz. */
static int check_footer(const struct ek_archive *a, struct ek_err *err)
{
	if (!ek_vmtar_footer(a->v)->there || a->inner == EK_LAYER_NONE ||
	    a->inner == EK_LAYER_GZIP)
		return EK_OK;
	return ek_fail(err, EK_EFORMAT, "'%.300s': a signature at offset %llu,"
		       " inside the %s data: the boot loader looks for it behind"
		       " that", ek_in_name(a->from),
		       (unsigned long long)ek_vmtar_end(a->v),
		       ek_layer_name(a->inner));
}

int ek_archive_finish(struct ek_archive *a, bool strict, struct ek_err *err)
{
	struct ek_archive_member m;
	struct ek_in *data;
	size_t i;
	int rc;

	a->used = true;
	do {
		if (a->kind == EK_ARCHIVE_TAR)
			rc = ek_archive_next(a, &m, err);
		else
			rc = ek_vmtar_next_data(a->v, strict, &i, &data, err);
		if (rc == EK_OK && a->kind == EK_ARCHIVE_VMTAR)
			ek_in_close(&data); /* skips */
	} while (rc == EK_OK);
	if (rc != EK_END || a->kind == EK_ARCHIVE_TAR)
		return rc == EK_END ? EK_OK : rc;
	rc = ek_vmtar_finish(a->v, err);
	return rc == EK_OK ? check_footer(a, err) : rc;
}

/* The length of what is inside a file, without reading it; false where only
 * reading can tell. */
static bool stated_length(const struct ek_archive *a, uint64_t *len)
{
	unsigned char isize[4];
	struct ek_file *f;
	bool ok;

	if (a->path == NULL || ek_file_open(&f, a->path, NULL) != EK_OK)
		return false;
	*len = ek_file_size(f);
	ok = ek_layers_count(a->layers) == 0;
	if (ek_layers_count(a->layers) == 1 &&
	    ek_layers_kind(a->layers, 0) == EK_LAYER_GZIP &&
	    *len > sizeof(isize)) {
		/* RFC 1952: length modulo 2^32, and ours end below 2 GiB */
		ok = ek_file_read(f, *len - sizeof(isize), isize,
				  sizeof(isize), "gzip trailer", NULL) == EK_OK;
		*len = ek_num_le32(isize);
	}
	ek_file_close(&f);
	return ok;
}

int ek_archive_end(struct ek_archive *a, struct ek_err *err)
{
	uint64_t want, padded, len;

	if (a->kind == EK_ARCHIVE_VMTAR && stated_length(a, &len)) {
		want = ek_vmtar_data_end(a->v);
		/* the fill of the 8.0u1 writer (vmtar.5, "Where the data
		 * goes") */
		if (ek_num_round_up(want, EK_RECORD_SIZE, &padded) &&
		    (len == want || len == padded))
			return EK_OK;
	}
	return ek_archive_finish(a, false, err);
}

/* ---- one member --------------------------------------------------------- */

struct wanted {
	const char *name; /* changes when a hard link is followed */
	size_t index, n;  /* where, and how many of that name */
	enum ek_ftype type;
	char *link;       /* owned */
	uint64_t size;
};

static int take_wanted(struct wanted *w, const struct ek_archive_member *m,
		       struct ek_err *err)
{
	if (strcmp(m->e->name, w->name) != 0)
		return EK_OK;
	w->n++;
	w->index = m->index;
	w->type = m->e->type;
	w->size = m->e->size;
	free(w->link);
	w->link = strdup(m->e->link != NULL ? m->e->link : "");
	return w->link != NULL ? EK_OK : ek_fail_sys(err, "'%.300s'", w->name);
}

/* Go through all headers; exactly one must have the name. */
static int find(struct ek_archive *a, struct wanted *w, struct ek_err *err)
{
	struct ek_archive_member m;
	int rc;

	w->n = 0;
	rc = ek_archive_rewind(a, err);
	while (rc == EK_OK) {
		rc = ek_archive_next(a, &m, err);
		if (rc == EK_OK)
			rc = take_wanted(w, &m, err);
	}
	if (rc != EK_END)
		return rc;
	if (w->n == 0)
		return ek_fail(err, EK_EFORMAT, "'%.300s': no member '%.300s'",
			       ek_archive_name(a), w->name);
	if (w->n > 1)
		return ek_fail(err, EK_EFORMAT, "'%.300s': %zu members are called"
			       " '%.300s'", ek_archive_name(a), w->n, w->name);
	return EK_OK;
}

/* A hard link stands for the file it names. Links to links end somewhere, or
 * go round: then one of the steps is one too many. */
static int find_file(struct ek_archive *a, struct wanted *w, struct ek_err *err)
{
	char *target = NULL;
	int rc;

	rc = find(a, w, err);
	for (int steps = 0; rc == EK_OK && w->type == EK_FT_HARDLINK &&
	     steps < 8; steps++) {
		free(target);
		target = w->link;
		w->link = NULL;
		w->name = target;
		rc = find(a, w, err);
	}
	if (rc == EK_OK && w->type != EK_FT_FILE)
		rc = ek_fail(err, EK_EREFUSE, "'%.300s': member '%.300s' is a %s, and"
			     " has no data%s%s%s", ek_archive_name(a), w->name,
			     ek_ftype_name(w->type),
			     w->link[0] != '\0' ? "; it names '" : "", w->link,
			     w->link[0] != '\0' ? "'" : "");
	free(target);
	return rc;
}

/* All data goes by; that of member index goes to out. */
static int copy_one(struct ek_archive *a, const struct wanted *w,
		    struct ek_out *out, struct ek_err *err)
{
	struct ek_in *data;
	uint64_t n = 0;
	size_t i;
	int rc;

	rc = ek_archive_rewind(a, err);
	while (rc == EK_OK) {
		rc = ek_archive_next_data(a, true, &i, &data, err);
		if (rc == EK_OK && i == w->index)
			rc = ek_in_copy(data, out, &n, err);
		ek_in_close(&data);
	}
	if (rc != EK_END)
		return rc;
	if (n != w->size)
		return ek_fail(err, EK_EFORMAT, "'%.300s' changed while it was"
			       " read", ek_archive_name(a));
	return ek_archive_finish(a, true, err);
}

/* Of at most most bytes. */
static int print_any(struct ek_archive *a, const char *name, uint64_t most,
		     struct ek_out *out, struct ek_err *err)
{
	struct wanted w = { .name = name };
	int rc;

	while (w.name[0] == '/' || (w.name[0] == '.' && w.name[1] == '/'))
		w.name++;
	rc = ek_archive_keep(a, false, err);
	if (rc == EK_OK)
		rc = find_file(a, &w, err);
	if (rc == EK_OK && w.size > most)
		rc = ek_fail(err, EK_EARG, "'%.300s': member '%.300s' has %llu"
			     " bytes, and is not written to a terminal without"
			     " -f", ek_archive_name(a), w.name,
			     (unsigned long long)w.size);
	if (rc == EK_OK)
		rc = copy_one(a, &w, out, err);
	free(w.link);
	return rc;
}

/* Is there nothing but lines? Bytes that are not UTF-8 may be of an older set,
 * where those below A0 are controls. */
static bool is_text(const char *p, size_t len)
{
	uint32_t c;

	while (len != 0) {
		size_t n = ek_utf8_next(p, len, &c);

		if (n == 0) {
			c = (unsigned char)*p;
			n = 1;
		}
		if (!ek_utf8_printable(c) && (c < '\t' || c > '\r'))
			return false;
		p += n;
		len -= n;
	}
	return true;
}

int ek_archive_print(struct ek_archive *a, const char *name, bool text_only,
		     struct ek_out *out, struct ek_err *err)
{
	struct ek_out *mem;
	char *data = NULL;
	size_t len = 0;
	int rc;

	if (!text_only)
		return print_any(a, name, UINT64_MAX, out, err);
	rc = ek_out_open_mem(&mem, &data, &len, err);
	if (rc == EK_OK)
		rc = print_any(a, name, EK_ARCHIVE_TEXT_MAX, mem, err);
	if (rc == EK_OK)
		rc = ek_out_commit(&mem, err);
	if (rc == EK_OK && !is_text(data, len))
		rc = ek_fail(err, EK_EARG, "'%.300s': member '%.300s' is binary, and is"
			     " not written to a terminal without -f",
			     ek_archive_name(a), name);
	if (rc == EK_OK)
		ek_out_write(out, data, len);
	ek_out_abort(&mem);
	free(data);
	return rc;
}

/* ---- back to tar -------------------------------------------------------- */

static int tar_to_tar(struct ek_archive *a, struct ek_out *to,
		      struct ek_err *err)
{
	struct ek_out *out = NULL;
	struct ek_spool *s = NULL;
	struct ek_vmtar *v = NULL;
	struct ek_in *in = NULL;
	int rc;

	rc = ek_spool_new(&s, err);
	if (rc == EK_OK)
		rc = ek_spool_out(s, &out, err);
	if (rc == EK_OK)
		rc = ek_vmtar_from_tar(a->bare, EK_VMTAR_67, out, NULL, NULL,
				       err);
	if (rc == EK_OK)
		rc = ek_out_commit(&out, err);
	if (rc == EK_OK)
		rc = ek_spool_in(s, ek_archive_name(a), &in, err);
	if (rc == EK_OK)
		rc = ek_vmtar_open(&v, in, err);
	if (rc == EK_OK)
		rc = ek_vmtar_to_tar(v, to, err);
	ek_vmtar_close(&v);
	ek_in_close(&in);
	ek_out_abort(&out);
	ek_spool_free(s);
	return rc;
}

int ek_archive_to_tar(struct ek_archive *a, struct ek_out *out,
		      struct ek_err *err)
{
	int rc;

	if (a->kind == EK_ARCHIVE_TAR)
		return tar_to_tar(a, out, err);
	rc = ek_vmtar_to_tar(a->v, out, err);
	return rc == EK_OK ? check_footer(a, err) : rc;
}
