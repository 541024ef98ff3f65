/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * layers.h - what is wrapped round an archive, outermost first (vmtar.5,
 *            "Layers")
 *
 *	gzip, xz, zstd; gzip round xz or zstd; or none
 *
 * and behind xz or zstd nothing, or a signature footer. A footer behind a bare
 * archive is left to its reader: only that knows where the archive ends. gzip
 * in gzip, and anything else in xz or zstd that is a layer, is EK_EREFUSE: the
 * boot loader takes off one gzip, and nobody makes the others.
 */
#ifndef EK_LAYERS_H
#define EK_LAYERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ek/footer.h"
#include "ek/inflate.h"

struct ek_err;
struct ek_in;
struct ek_out;

enum ek_layer {
	EK_LAYER_NONE, /* none of those below: a bare archive or other bytes */
	EK_LAYER_GZIP,
	EK_LAYER_XZ,
	EK_LAYER_ZSTD,
};

/* From the first bytes (6 are enough) of a layer. */
enum ek_layer ek_layer_detect(const unsigned char *p, size_t len);
const char *ek_layer_name(enum ek_layer layer);

/* Layers there can be, and room for their names with blanks between. */
#define EK_LAYERS_MAX   2
#define EK_LAYERS_NAMES 16

/* See bytes as they pass, in order and each once; never seen are those that
 * nobody reads, so that who wants a digest reads to the end. */
typedef void ek_layers_tap(void *ctx, const void *p, size_t n);

struct ek_layers_opts {
	/* EK_GZ_ONE: gzip as the boot loader takes it; EK_GZ_MANY: members are
	 * joined, for a tar that no loader will see */
	enum ek_gz mode;
	ek_layers_tap *outer; /* what the outermost layer gives, or NULL */
	ek_layers_tap *inner; /* what ek_layers_in() gives, or NULL */
	void *ctx;            /* of both */
};

struct ek_layers; /* opaque */

/* from is borrowed until close. o may be NULL: EK_GZ_ONE, no taps. */
int ek_layers_open(struct ek_layers **l, struct ek_in *from,
		   const struct ek_layers_opts *o, struct ek_err *err);

/*
 * What is inside all layers. Its end, and nothing before, says that all of
 * from was read, that every check of every layer holds, and that there is
 * nothing behind them but a footer. It can be rewound where there is no layer
 * and no tap, and from can.
 */
struct ek_in *ek_layers_in(const struct ek_layers *l);

size_t ek_layers_count(const struct ek_layers *l);
/* i counts from the outermost; EK_LAYER_NONE beyond the last. */
enum ek_layer ek_layers_kind(const struct ek_layers *l, size_t i);
/* Bytes that it gave so far: all of them once the end was reached. */
uint64_t ek_layers_size(const struct ek_layers *l, size_t i);
/* "gzip xz", "" where there is none. */
void ek_layers_names(const struct ek_layers *l, char out[EK_LAYERS_NAMES]);
/* The one behind xz or zstd, once the end was reached. */
const struct ek_footer *ek_layers_footer(const struct ek_layers *l);

void ek_layers_close(struct ek_layers **l); /* *l may be NULL, and becomes it */

/* ---- putting them on ---------------------------------------------------- */

/* A stream that puts gzip of this level round what is written (by jobs threads,
 * deflate.h), and with zstd first that (zstd.h; one thread). A level below 0 is
 * that of VMware's files: 9, and 1 round zstd. to is borrowed: commit *out first,
 * then to. */
int ek_layers_out(struct ek_out **out, struct ek_out *to, bool zstd, int level,
		  unsigned jobs, struct ek_err *err);

#endif /* EK_LAYERS_H */
