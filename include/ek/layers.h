/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * layers.h - what is wrapped round an archive, outermost first (vmtar.5,
 *            "Layers")
 *
 * Only gzip can be taken off for now; xz, zstd and the signature footer are
 * recognised and named, so that nobody unpacks them by mistake.
 */
#ifndef EK_LAYERS_H
#define EK_LAYERS_H

#include <stddef.h>

struct ek_err;
struct ek_in;

enum ek_layer {
	EK_LAYER_NONE, /* none of those below: a bare archive or other bytes */
	EK_LAYER_GZIP,
	EK_LAYER_XZ,
	EK_LAYER_ZSTD,
};

/* From the first bytes (6 are enough) of a layer. */
enum ek_layer ek_layer_detect(const unsigned char *p, size_t len);
const char *ek_layer_name(enum ek_layer layer);

/*
 * *out is from with its gzip layer, if any, taken off; *layer tells which was
 * there (EK_LAYER_NONE or EK_LAYER_GZIP). xz or zstd, outside or inside the
 * gzip, is EK_EREFUSE and says so: "'s.v00': xz inside gzip is not supported
 * yet". from is borrowed; *out may read it until closed, and can be rewound
 * where there is no layer and from can.
 */
int ek_layers_open(struct ek_in **out, struct ek_in *from, enum ek_layer *layer,
		   struct ek_err *err);

/* The same for a tar that no boot loader will see: gzip members are joined, as
 * gzip(1) does (EK_GZ_MANY), where ek_layers_open() refuses a second one. */
int ek_layers_open_foreign(struct ek_in **out, struct ek_in *from,
			   enum ek_layer *layer, struct ek_err *err);

#endif /* EK_LAYERS_H */
