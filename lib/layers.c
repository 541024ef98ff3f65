/* SPDX-License-Identifier: BSD-2-Clause */
/* layers.c - what is wrapped round an archive (vmtar.5, "Layers") */
#include "os.h"

#include "ek/err.h"
#include "ek/inflate.h"
#include "ek/io.h"
#include "ek/layers.h"

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
	return EK_LAYER_NONE;
}

const char *ek_layer_name(enum ek_layer layer)
{
	for (size_t i = 0; i < COUNT; i++)
		if (layers[i].layer == layer)
			return layers[i].name;
	return "none";
}

static int detect(struct ek_in *in, enum ek_layer *layer, struct ek_err *err)
{
	const unsigned char *p;
	size_t got;
	int rc = ek_in_peek(in, MAGIC_MAX, &p, &got, err);

	*layer = rc == EK_OK ? ek_layer_detect(p, got) : EK_LAYER_NONE;
	return rc;
}

/* A layer that we know by its name only. inside: of gzip. */
static int refuse(const struct ek_in *in, enum ek_layer layer,
		  const char *inside, struct ek_err *err)
{
	if (layer == EK_LAYER_NONE || layer == EK_LAYER_GZIP)
		return EK_OK;
	return ek_fail(err, EK_EREFUSE, "'%s': %s%s is not supported yet",
		       ek_in_name(in), ek_layer_name(layer), inside);
}

static int take_off(struct ek_in **out, struct ek_in *from, enum ek_gz mode,
		    struct ek_err *err)
{
	enum ek_layer inner;
	int rc;

	rc = ek_in_open_gunzip(out, from, mode, false, err);
	if (rc != EK_OK)
		return rc;
	rc = detect(*out, &inner, err);
	if (rc == EK_OK)
		rc = refuse(from, inner, " inside gzip", err);
	if (rc != EK_OK)
		ek_in_close(out);
	return rc;
}

static int open_layers(struct ek_in **out, struct ek_in *from, enum ek_gz mode,
		       enum ek_layer *layer, struct ek_err *err)
{
	int rc;

	*out = NULL;
	rc = detect(from, layer, err);
	if (rc == EK_OK)
		rc = refuse(from, *layer, "", err);
	if (rc != EK_OK)
		return rc;
	if (*layer == EK_LAYER_GZIP)
		return take_off(out, from, mode, err);
	return ek_in_open_rest(out, from, err);
}

int ek_layers_open(struct ek_in **out, struct ek_in *from, enum ek_layer *layer,
		   struct ek_err *err)
{
	return open_layers(out, from, EK_GZ_ONE, layer, err);
}

int ek_layers_open_foreign(struct ek_in **out, struct ek_in *from,
			   enum ek_layer *layer, struct ek_err *err)
{
	return open_layers(out, from, EK_GZ_MANY, layer, err);
}
