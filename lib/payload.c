/* SPDX-License-Identifier: BSD-2-Clause */
/* payload.c - look at the file of a payload in one pass */
#include "os.h"

#include "ek/archive.h"
#include "ek/entry.h"
#include "ek/io.h"
#include "ek/payload.h"
#include "ek/pcimap.h"
#include "ek/tarball.h"
#include "ek/vibdesc.h"
#include "ek/vmtar.h"

static const struct ek_payload_eyes no_eyes;

/* The digests of a look; those of the outer layer where there is another in it. */
enum { FILE256, FILE1, INSIDE256, INSIDE1, OUTER256, OUTER1, SUMS };

#define SUM(i) (1u << (i))

struct look {
	struct ek_payload_look *l;
	const struct ek_payload_eyes *eyes;
	struct ek_digest *sum[SUMS]; /* NULL where not wanted */
	bool one_layer; /* the outer one is the only one */
	struct ek_tgz_scan *scan; /* NULL: no tar */
	int rc;         /* first failure of a tap, which cannot return it */
	struct ek_err err;
	unsigned char buf[65536];
};

/* Where the data of an entry comes from. */
typedef int read_data(void *from, void *buf, size_t n, size_t *got,
		      struct ek_err *err);

static int read_stream(void *from, void *buf, size_t n, size_t *got,
		       struct ek_err *err)
{
	return ek_in_read(from, buf, n, got, err);
}

static int read_tarball(void *from, void *buf, size_t n, size_t *got,
			struct ek_err *err)
{
	return ek_tarball_read(from, buf, n, got, err);
}

/* ---- bytes as they pass ------------------------------------------------- */

static void update(struct look *k, int at, const void *p, size_t n)
{
	if (k->sum[at] != NULL)
		ek_digest_update(k->sum[at], p, n);
}

static void see_outer(void *ctx, const void *p, size_t n)
{
	struct look *k = ctx;

	/* of one layer see_inner() does it */
	if (k->one_layer)
		return;
	update(k, OUTER256, p, n);
	update(k, OUTER1, p, n);
}

static void see_inner(void *ctx, const void *p, size_t n)
{
	struct look *k = ctx;

	update(k, INSIDE256, p, n);
	update(k, INSIDE1, p, n);
	k->l->inside_size += n;
	if (k->scan != NULL && k->rc == EK_OK)
		k->rc = ek_tgz_scan_feed(k->scan, p, n, &k->err);
}

/* ---- one entry ---------------------------------------------------------- */

static bool is_map(const struct ek_entry *e)
{
	static const char top[] = "etc/vmware/", tail[] = ".map";
	size_t n = strlen(e->name);

	return e->type == EK_FT_FILE && n > sizeof(top) + sizeof(tail) &&
		memcmp(e->name, top, sizeof(top) - 1) == 0 &&
		strcmp(e->name + n - (sizeof(tail) - 1), tail) == 0;
}

static size_t wanted(const struct look *k, const struct ek_entry *e)
{
	size_t want = 0;

	if (k->eyes->want != NULL)
		want = k->eyes->want(k->eyes->ctx, e);
	if (is_map(e) && want < EK_PCIMAP_MAX)
		want = EK_PCIMAP_MAX;
	return e->size < want ? (size_t)e->size : want;
}

static void see_map(struct look *k, const char *text, size_t len)
{
	static const char native[] = "regtype=native", linux[] =
		"regtype=linux";

	if (memmem(text, len, linux, sizeof(linux) - 1) != NULL)
		k->l->linux_map = true;
	if (memmem(text, len, native, sizeof(native) - 1) != NULL)
		k->l->native_map = true;
}

/* Hold the first hold bytes of the data, and take the digest of all. */
static int read_entry(struct look *k, read_data *read, void *from,
		      struct ek_digest *d, char *held, size_t hold,
		      struct ek_err *err)
{
	size_t at = 0, got = 1;
	int rc;

	while (got != 0 && (d != NULL || at < hold)) {
		rc = read(from, k->buf, sizeof(k->buf), &got, err);
		if (rc != EK_OK)
			return rc;
		if (d != NULL)
			ek_digest_update(d, k->buf, got);
		if (at < hold) {
			size_t n = got < hold - at ? got : hold - at;

			memcpy(held + at, k->buf, n);
			at += n;
		}
	}
	return EK_OK;
}

static int tell(struct look *k, const struct ek_entry *e, const char *data,
		size_t len, const char *sha256, struct ek_err *err)
{
	if (is_map(e))
		see_map(k, data, len);
	if (k->eyes->seen == NULL)
		return EK_OK;
	return k->eyes->seen(k->eyes->ctx, e, data, len, sha256, err);
}

/* An entry with data, of which nothing was read yet. */
static int see_data(struct look *k, const struct ek_entry *e, read_data *read,
		    void *from, struct ek_err *err)
{
	char hex[EK_DIGEST_HEX] = "";
	size_t hold = wanted(k, e);
	char *held = malloc(hold + 1);
	struct ek_digest *d = NULL;
	int rc = EK_OK;

	if (held == NULL)
		return ek_fail_sys(err, "'%s'", e->name);
	held[hold] = '\0';
	if (k->eyes->digests)
		rc = ek_digest_new(&d, EK_SHA256, err);
	if (rc == EK_OK)
		rc = read_entry(k, read, from, d, held, hold, err);
	if (rc == EK_OK && d != NULL)
		rc = ek_digest_hex(d, hex, err);
	if (rc == EK_OK)
		rc = tell(k, e, held, hold, hex, err);
	ek_digest_free(d);
	free(held);
	return rc;
}

/* An empty file has a digest as well. */
static int see_empty(struct look *k, const struct ek_entry *e,
		     struct ek_err *err)
{
	char hex[EK_DIGEST_HEX] = "";
	int rc = EK_OK;

	if (k->eyes->digests && e->type == EK_FT_FILE)
		rc = ek_digest_mem(EK_SHA256, "", 0, hex, err);
	return rc == EK_OK ? tell(k, e, "", 0, hex, err) : rc;
}

static int see_name(struct look *k, const struct ek_entry *e,
		    struct ek_err *err)
{
	struct ek_strs *to = e->type == EK_FT_DIR ? &k->l->dirs : &k->l->files;

	k->l->entries++;
	return ek_strs_add(to, e->name, strlen(e->name), err);
}

/* ---- the archive -------------------------------------------------------- */

static bool has_data(const struct ek_entry *e)
{
	return e->type == EK_FT_FILE && e->size != 0;
}

static int see_members(struct look *k, struct ek_vmtar *v, struct ek_err *err)
{
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < ek_vmtar_count(v); i++) {
		const struct ek_entry *e = &ek_vmtar_member(v, i)->e;

		rc = see_name(k, e, err);
		if (rc == EK_OK && !has_data(e))
			rc = see_empty(k, e, err);
	}
	return rc;
}

static int see_vmtar(struct look *k, struct ek_in *in, struct ek_err *err)
{
	struct ek_vmtar *v;
	struct ek_in *data;
	size_t i;
	int rc = ek_vmtar_open(&v, in, err);

	if (rc != EK_OK)
		return rc;
	rc = see_members(k, v, err);
	while (rc == EK_OK &&
	       (rc = ek_vmtar_next_data(v, true, &i, &data, err)) == EK_OK) {
		const struct ek_entry *e = &ek_vmtar_member(v, i)->e;

		/* a device with a size: nothing of it is a file's */
		if (has_data(e))
			rc = see_data(k, e, read_stream, data, err);
		ek_in_close(&data);
	}
	if (rc == EK_END)
		rc = ek_vmtar_finish(v, err);
	if (rc == EK_OK) {
		k->l->gens = ek_vmtar_gens(v);
		k->l->footer = *ek_vmtar_footer(v);
	}
	ek_vmtar_close(&v);
	return rc;
}

static int see_tar(struct look *k, struct ek_in *in, struct ek_err *err)
{
	const struct ek_entry *e;
	struct ek_tarball *t;
	int rc = ek_tarball_open(&t, in, err);

	while (rc == EK_OK && (rc = ek_tarball_next(t, &e, err)) == EK_OK) {
		rc = see_name(k, e, err);
		if (rc == EK_OK)
			rc = has_data(e) ? see_data(k, e, read_tarball, t, err)
					 : see_empty(k, e, err);
	}
	ek_tarball_close(&t);
	return rc == EK_END ? EK_OK : rc;
}

static int see_inside(struct look *k, struct ek_in *in, struct ek_err *err)
{
	enum ek_archive_kind kind;
	bool known;
	int rc = ek_archive_tell(in, &known, &kind, err);

	if (rc != EK_OK || !known)
		return rc;
	k->l->holds = kind == EK_ARCHIVE_TAR ? EK_HOLDS_TAR : EK_HOLDS_VMTAR;
	return kind == EK_ARCHIVE_TAR ? see_tar(k, in, err)
				      : see_vmtar(k, in, err);
}

/* ---- the layers --------------------------------------------------------- */

/* Failures that say nothing about the bytes. */
static bool is_ours(int rc)
{
	return rc == EK_ESYS || rc == EK_EARG;
}

static int read_layers(struct look *k, struct ek_layers *layers,
		       struct ek_err *err)
{
	struct ek_payload_look *l = k->l;
	struct ek_in *in = ek_layers_in(layers);
	int rc;

	ek_layers_names(layers, l->layers);
	k->one_layer = ek_layers_count(layers) == 1;
	l->rc = see_inside(k, in, &l->why);
	if (is_ours(l->rc)) {
		if (err != NULL)
			*err = l->why;
		return l->rc;
	}
	l->layers_rc = ek_in_drain(in, &l->layers_why);
	if (ek_layers_footer(layers)->there)
		l->footer = *ek_layers_footer(layers);
	rc = l->layers_rc;
	if (rc == EK_ESYS && err != NULL)
		*err = l->layers_why;
	return rc == EK_ESYS ? rc : EK_OK;
}

static int take_off(struct look *k, struct ek_in *file, struct ek_err *err)
{
	const struct ek_layers_opts o = {
		.mode = EK_GZ_ONE, .outer = see_outer, .inner = see_inner,
		.ctx = k,
	};
	struct ek_payload_look *l = k->l;
	struct ek_layers *layers;
	int rc = ek_is_gzip(file, &l->gzip, err);

	if (rc != EK_OK)
		return rc;
	l->layers_rc = ek_layers_open(&layers, file, &o, &l->layers_why);
	if (l->layers_rc == EK_ESYS && err != NULL)
		*err = l->layers_why;
	if (l->layers_rc != EK_OK)
		return l->layers_rc == EK_ESYS ? EK_ESYS : EK_OK;
	rc = read_layers(k, layers, err);
	ek_layers_close(&layers);
	if (rc == EK_OK && k->rc != EK_OK && err != NULL)
		*err = k->err;
	return rc == EK_OK ? k->rc : rc;
}

/* ---- digests ------------------------------------------------------------ */

static bool is(const char *s, const char *want)
{
	return s != NULL && strcmp(s, want) == 0;
}

/* What must be computed for one checksum; see ek_payload_fits(). */
static unsigned sums_for(const struct ek_checksum *s)
{
	bool one = is(s->type, "sha-1");

	if (is(s->type, "sha-256-gunzip1"))
		return SUM(OUTER256) | SUM(INSIDE256);
	if (!one && !is(s->type, "sha-256"))
		return 0;
	if (s->process == NULL)
		return SUM(one ? FILE1 : FILE256);
	if (!is(s->process, "gunzip"))
		return 0;
	return one ? SUM(INSIDE1) | SUM(OUTER1) : SUM(INSIDE256) | SUM(OUTER256);
}

static unsigned wanted_sums(const struct ek_payload_eyes *e)
{
	unsigned sums = 0;

	if (e->no_sums)
		return 0;
	if (e->plain)
		return SUM(FILE256);
	if (e->only == NULL)
		return SUM(SUMS) - 1;
	for (size_t i = 0; i < e->only->n_sums; i++)
		sums |= sums_for(&e->only->sums[i]);
	return sums;
}

static int new_digests(struct look *k, struct ek_err *err)
{
	unsigned sums = wanted_sums(k->eyes);
	int rc = EK_OK;

	for (int i = 0; rc == EK_OK && i < SUMS; i++)
		if ((sums & SUM(i)) != 0)
			rc = ek_digest_new(&k->sum[i], i % 2 == 0 ? EK_SHA256
								  : EK_SHA1,
					   err);
	return rc;
}

static int result(const struct look *k, int at, char hex[EK_DIGEST_HEX],
		  struct ek_err *err)
{
	return k->sum[at] != NULL ? ek_digest_hex(k->sum[at], hex, err) : EK_OK;
}

static int results(const struct look *k, struct ek_err *err)
{
	struct ek_payload_look *l = k->l;
	int rc = result(k, FILE256, l->sha256, err);

	if (rc == EK_OK)
		rc = result(k, FILE1, l->sha1, err);
	if (rc != EK_OK || l->layers_rc != EK_OK)
		return rc;
	rc = result(k, INSIDE256, l->inside_sha256, err);
	if (rc == EK_OK)
		rc = result(k, INSIDE1, l->inside_sha1, err);
	if (rc != EK_OK || l->layers[0] == '\0')
		return rc;
	rc = result(k, k->one_layer ? INSIDE256 : OUTER256, l->gunzip1_sha256,
		    err);
	if (rc == EK_OK)
		rc = result(k, k->one_layer ? INSIDE1 : OUTER1,
			    l->gunzip1_sha1, err);
	return rc;
}

/* ---- the whole ---------------------------------------------------------- */

/* A stream of the file that takes its digests, to be closed; NULL where none are
 * wanted. */
static int open_file(struct look *k, struct ek_in *in, struct ek_in **file,
		     struct ek_err *err)
{
	*file = NULL;
	if (k->sum[FILE256] == NULL && k->sum[FILE1] == NULL)
		return EK_OK;
	return ek_in_open_digest(file, in, k->sum[FILE256], k->sum[FILE1], err);
}

static int look_at(struct look *k, struct ek_in *in, struct ek_err *err)
{
	struct ek_payload_look *l = k->l;
	uint64_t from = ek_in_pos(in);
	int rc = take_off(k, in, err);

	/* the rest; a failure of in itself sticks in it and shows here */
	if (rc == EK_OK)
		rc = ek_in_drain(in, err);
	if (rc != EK_OK)
		return rc;
	l->size = ek_in_pos(in) - from;
	ek_tgz_scan_end(k->scan, l->gzip);
	ek_strs_sort(&l->files);
	ek_strs_sort(&l->dirs);
	return results(k, err);
}

int ek_payload_look(struct ek_in *in, const struct ek_payload_eyes *eyes,
		    struct ek_payload_look *l, struct ek_err *err)
{
	struct look *k = calloc(1, sizeof(*k));
	struct ek_in *file = NULL;
	int rc;

	*l = (struct ek_payload_look){ .size = 0 };
	if (k == NULL)
		return ek_fail_sys(err, "'%s'", ek_in_name(in));
	k->l = l;
	k->eyes = eyes != NULL ? eyes : &no_eyes;
	rc = ek_tgz_scan_new(&k->scan, &l->form, err);
	if (rc == EK_OK)
		rc = new_digests(k, err);
	if (rc == EK_OK)
		rc = open_file(k, in, &file, err);
	if (rc == EK_OK)
		rc = look_at(k, file != NULL ? file : in, err);
	ek_in_close(&file);
	for (int i = 0; i < SUMS; i++)
		ek_digest_free(k->sum[i]);
	ek_tgz_scan_free(&k->scan);
	free(k);
	return rc;
}

void ek_payload_look_clear(struct ek_payload_look *l)
{
	ek_strs_free(&l->files);
	ek_strs_free(&l->dirs);
	*l = (struct ek_payload_look){ .size = 0 };
}

/* ---- against a checksum -------------------------------------------------- */

static const char *inside_digest(const struct ek_payload_look *l,
				 const struct ek_checksum *s)
{
	if (l->layers_rc != EK_OK)
		return NULL;
	if (is(s->type, "sha-256-gunzip1"))
		return l->gunzip1_sha256;
	if (!is(s->process, "gunzip"))
		return NULL;
	if (is(s->type, "sha-1"))
		return l->inside_sha1;
	return is(s->type, "sha-256") ? l->inside_sha256 : NULL;
}

const char *ek_payload_digest(const struct ek_payload_look *l,
			      const struct ek_checksum *s)
{
	const char *hex = NULL;

	if (s->process != NULL || is(s->type, "sha-256-gunzip1"))
		hex = inside_digest(l, s);
	else if (is(s->type, "sha-1"))
		hex = l->sha1;
	else if (is(s->type, "sha-256"))
		hex = l->sha256;
	return hex != NULL && hex[0] != '\0' ? hex : NULL;
}

bool ek_payload_fits(const struct ek_payload_look *l,
		     const struct ek_checksum *s)
{
	const char *got = ek_payload_digest(l, s);

	if (got == NULL || ek_digest_equal(got, s->hex))
		return got != NULL;
	if (!is(s->process, "gunzip") || strcmp(l->layers, "gzip xz") != 0)
		return false;
	return ek_digest_equal(is(s->type, "sha-1") ? l->gunzip1_sha1
						    : l->gunzip1_sha256,
			       s->hex);
}
