/* SPDX-License-Identifier: BSD-2-Clause */
/* layers.c - what is wrapped round an archive (vmtar.5, "Layers") */
#include "os.h"

#include "ek/deflate.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/layers.h"
#include "ek/xz.h"
#include "ek/zstd.h"

static const struct {
	enum ek_layer layer;
	const char *name;
	size_t len;
	const char *magic;
} layers[] = {
	{ EK_LAYER_GZIP, "gzip", 2, "\x1f\x8b" },
	{ EK_LAYER_XZ, "xz", 6, "\xfd" "7zXZ\0" },
	{ EK_LAYER_ZSTD, "zstd", 4, "\x28\xb5\x2f\xfd" },
};

enum { COUNT = sizeof(layers) / sizeof(layers[0]), MAGIC_MAX = 6 };

enum ek_layer ek_layer_detect(const unsigned char *p, size_t len)
{
	for (size_t i = 0; i < COUNT; i++)
		if (len >= layers[i].len &&
		    memcmp(p, layers[i].magic, layers[i].len) == 0)
			return layers[i].layer;
	/* a skippable frame, which zstd.h refuses with the reason */
	if (len >= 4 && (p[0] & 0xf0) == 0x50 &&
	    memcmp(p + 1, "\x2a\x4d\x18", 3) == 0)
		return EK_LAYER_ZSTD;
	return EK_LAYER_NONE;
}

const char *ek_layer_name(enum ek_layer layer)
{
	for (size_t i = 0; i < COUNT; i++)
		if (layers[i].layer == layer)
			return layers[i].name;
	return "none";
}

/* ---- the stack ---------------------------------------------------------- */

/* A stream that passes bytes on: to the tap, and at its end to the footer. */
struct pass {
	struct ek_layers *l;
	struct ek_in *from;   /* borrowed */
	struct ek_in *behind; /* where a footer may stand, or NULL */
	enum ek_layer layer;  /* behind which that would be */
	ek_layers_tap *tap;   /* or NULL */
};

struct ek_layers {
	struct ek_layers_opts o;
	struct ek_in *from; /* borrowed */
	enum ek_layer kind[EK_LAYERS_MAX];
	size_t n;
	/* what layer i gives: the codec's, and what is handed on of it */
	struct ek_in *raw[EK_LAYERS_MAX], *gives[EK_LAYERS_MAX];
	struct ek_in *bare; /* no layer, or a tap; else NULL */
	struct ek_footer footer;
};

struct ek_in *ek_layers_in(const struct ek_layers *l)
{
	return l->bare != NULL ? l->bare : l->gives[l->n - 1];
}

size_t ek_layers_count(const struct ek_layers *l)
{
	return l->n;
}

enum ek_layer ek_layers_kind(const struct ek_layers *l, size_t i)
{
	return i < l->n ? l->kind[i] : EK_LAYER_NONE;
}

uint64_t ek_layers_size(const struct ek_layers *l, size_t i)
{
	return i < l->n ? ek_in_pos(l->gives[i]) : 0;
}

const struct ek_footer *ek_layers_footer(const struct ek_layers *l)
{
	return &l->footer;
}

void ek_layers_names(const struct ek_layers *l, char out[EK_LAYERS_NAMES])
{
	out[0] = '\0';
	for (size_t i = 0, n = 0; i < l->n; i++)
		n += (size_t)snprintf(out + n, EK_LAYERS_NAMES - n, "%s%s",
				      i != 0 ? " " : "",
				      ek_layer_name(l->kind[i]));
}

void ek_layers_close(struct ek_layers **l)
{
	struct ek_layers *it = *l;

	*l = NULL;
	if (it == NULL)
		return;
	ek_in_close(&it->bare);
	for (size_t i = EK_LAYERS_MAX; i-- > 0;) {
		ek_in_close(&it->gives[i]);
		ek_in_close(&it->raw[i]);
	}
	free(it);
}

/* ---- passing on --------------------------------------------------------- */

/* What is left of the stream in which an xz stream or a zstd frame ended. */
static int read_behind(struct pass *p, struct ek_err *err)
{
	const char *name = ek_in_name(p->behind);
	const unsigned char *b;
	char what[16];
	size_t got;
	int rc = ek_in_peek(p->behind, MAGIC_MAX, &b, &got, err);

	if (rc != EK_OK)
		return rc;
	if (ek_layer_detect(b, got) == p->layer)
		return ek_fail(err, EK_EFORMAT, "'%s': a second %s at offset"
			       " %llu, behind the end of the first: ESXi writes"
			       " one only", name,
			       p->layer == EK_LAYER_XZ ? "xz stream"
						       : "zstd frame",
			       (unsigned long long)ek_in_pos(p->behind));
	snprintf(what, sizeof(what), "%s data", ek_layer_name(p->layer));
	return ek_footer_read(p->behind, what, &p->l->footer, err);
}

static int pass_on(void *ctx, unsigned char *buf, size_t cap, size_t *got,
		   struct ek_err *err)
{
	struct pass *p = ctx;
	int rc = ek_in_read(p->from, buf, cap, got, err);

	if (rc != EK_OK)
		return rc;
	if (*got != 0 && p->tap != NULL)
		p->tap(p->l->o.ctx, buf, *got);
	return *got == 0 && p->behind != NULL ? read_behind(p, err) : EK_OK;
}

static int open_pass(struct ek_in **out, const struct pass *like,
		     struct ek_err *err)
{
	struct pass *p = malloc(sizeof(*p));

	if (p == NULL)
		return ek_fail_sys(err, "'%s'", ek_in_name(like->from));
	*p = *like;
	return ek_in_open_fill(out, ek_in_name(like->from), pass_on, free, p,
			       err);
}

/* ---- taking off --------------------------------------------------------- */

static int detect(struct ek_in *in, enum ek_layer *layer, struct ek_err *err)
{
	const unsigned char *p;
	size_t got;
	int rc = ek_in_peek(in, MAGIC_MAX, &p, &got, err);

	*layer = rc == EK_OK ? ek_layer_detect(p, got) : EK_LAYER_NONE;
	return rc;
}

static int open_raw(struct ek_layers *l, struct ek_in *from,
		    enum ek_layer layer, struct ek_err *err)
{
	struct ek_in **out = &l->raw[l->n];

	switch (layer) {
	case EK_LAYER_GZIP:
		return ek_in_open_gunzip(out, from, l->o.mode, false, err);
	case EK_LAYER_XZ:
		return ek_in_open_unxz(out, from, false, err);
	case EK_LAYER_ZSTD:
	case EK_LAYER_NONE:
		break;
	}
	return ek_in_open_unzstd(out, from, false, err);
}

/* from begins with layer, and is what the layer before it gives. */
static int take_off(struct ek_layers *l, struct ek_in *from,
		    enum ek_layer layer, struct ek_err *err)
{
	struct pass p = { .l = l, .layer = layer };
	int rc;

	if (l->n != 0 && (l->n == EK_LAYERS_MAX || layer == EK_LAYER_GZIP ||
			  l->kind[l->n - 1] != EK_LAYER_GZIP))
		return ek_fail(err, EK_EREFUSE, "'%s': %s inside %s, which no"
			       " module has: unpack it first, if that is meant",
			       ek_in_name(from), ek_layer_name(layer),
			       ek_layer_name(l->kind[l->n - 1]));
	rc = open_raw(l, from, layer, err);
	if (rc != EK_OK)
		return rc;
	p.from = l->raw[l->n];
	p.tap = l->n == 0 ? l->o.outer : NULL;
	p.behind = layer != EK_LAYER_GZIP ? from : NULL;
	if (p.tap == NULL && p.behind == NULL) { /* no need of a copy */
		l->gives[l->n] = l->raw[l->n];
		l->raw[l->n] = NULL;
	} else {
		rc = open_pass(&l->gives[l->n], &p, err);
	}
	if (rc == EK_OK)
		l->kind[l->n++] = layer;
	return rc;
}

/* The innermost stream, seen as it passes. */
static int tap_inner(struct ek_layers *l, struct ek_in *from,
		     struct ek_err *err)
{
	struct pass p = { .l = l, .from = from, .tap = l->o.inner };

	if (p.tap == NULL && l->n != 0)
		return EK_OK;
	if (p.tap == NULL)
		return ek_in_open_rest(&l->bare, from, err);
	return open_pass(&l->bare, &p, err);
}

static int open_all(struct ek_layers *l, struct ek_err *err)
{
	struct ek_in *in = l->from;
	enum ek_layer layer;
	int rc;

	for (;;) {
		rc = detect(in, &layer, err);
		if (rc != EK_OK)
			return rc;
		if (layer == EK_LAYER_NONE)
			return tap_inner(l, in, err);
		rc = take_off(l, in, layer, err);
		if (rc != EK_OK)
			return rc;
		in = l->gives[l->n - 1];
	}
}

int ek_layers_open(struct ek_layers **l, struct ek_in *from,
		   const struct ek_layers_opts *o, struct ek_err *err)
{
	int rc;

	*l = calloc(1, sizeof(**l));
	if (*l == NULL)
		return ek_fail_sys(err, "'%s'", ek_in_name(from));
	if (o != NULL)
		(*l)->o = *o;
	(*l)->from = from;
	rc = open_all(*l, err);
	if (rc != EK_OK)
		ek_layers_close(l);
	return rc;
}

/* ---- putting them on ---------------------------------------------------- */

struct wrap {
	struct ek_out *gzip, *zstd; /* owned; the latter may be NULL */
};

static int put(void *ctx, const void *data, size_t len, struct ek_err *err)
{
	const struct wrap *w = ctx;
	struct ek_out *to = w->zstd != NULL ? w->zstd : w->gzip;

	ek_out_write(to, data, len);
	return ek_out_status(to, err);
}

static int finish(void *ctx, struct ek_err *err)
{
	struct wrap *w = ctx;
	int rc = EK_OK;

	if (w->zstd != NULL)
		rc = ek_out_commit(&w->zstd, err);
	return rc == EK_OK ? ek_out_commit(&w->gzip, err) : rc;
}

static void drop(void *ctx)
{
	struct wrap *w = ctx;

	ek_out_abort(&w->zstd);
	ek_out_abort(&w->gzip);
	free(w);
}

int ek_layers_out(struct ek_out **out, struct ek_out *to, bool zstd, int level,
		  unsigned jobs, struct ek_err *err)
{
	struct wrap *w = calloc(1, sizeof(*w));
	int rc;

	*out = NULL;
	if (w == NULL)
		return ek_fail_sys(err, "gzip");
	if (level < 0) /* vmtar.5, "gzip, exactly" */
		level = zstd ? 1 : EK_GZ_LEVEL;
	/* round zstd it must be that of VMware's files, which is zlib's */
	rc = zstd ? ek_out_open_gzip(&w->gzip, to, level, err)
		  : ek_out_open_gzip_jobs(&w->gzip, to, level, jobs, err);
	if (rc == EK_OK && zstd)
		rc = ek_out_open_zstd(&w->zstd, w->gzip, err);
	if (rc != EK_OK) {
		drop(w);
		return rc;
	}
	return ek_out_open_put(out, zstd ? "zstd" : "gzip", put, finish, drop,
			       w, err);
}
