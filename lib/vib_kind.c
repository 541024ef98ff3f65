/* SPDX-License-Identifier: BSD-2-Clause */
/* vib_kind.c - what kind of package a file is, by its content */
#include "os.h"

#include "ek/ar.h"
#include "ek/digest.h"
#include "ek/entry.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/json.h"
#include "ek/layers.h"
#include "ek/num.h"
#include "ek/record.h"
#include "ek/tarball.h"
#include "ek/vib.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Volume descriptor of ISO 9660, sector 16. */
enum { ISO_AT = 32769 };

static const struct {
	enum ek_kind kind;
	const char *name;
} kinds[] = {
	{ EK_KIND_UNKNOWN, "unknown" },
	{ EK_KIND_VIB, "vib" },
	{ EK_KIND_VIB4, "vib-4x" },
	{ EK_KIND_DRIVER, "driver" },
	{ EK_KIND_IMGDB, "imgdb" },
	{ EK_KIND_TGZ, "tgz" },
	{ EK_KIND_TAR, "tar" },
	{ EK_KIND_VMTAR, "vmtar" },
	{ EK_KIND_BUNDLE, "bundle" },
	{ EK_KIND_ZIP, "zip" },
	{ EK_KIND_ISO, "iso" },
	{ EK_KIND_DESCRIPTOR, "descriptor" },
	{ EK_KIND_PROFILE, "profile" },
	{ EK_KIND_XZ, "xz" },
	{ EK_KIND_ZSTD, "zstd" },
	{ EK_KIND_GZIP, "gzip" },
};

const char *ek_kind_name(enum ek_kind kind)
{
	for (size_t i = 0; i < LEN(kinds); i++)
		if (kinds[i].kind == kind)
			return kinds[i].name;
	return "unknown";
}

static bool begins(const unsigned char *p, size_t len, const char *with)
{
	return len >= strlen(with) && memcmp(p, with, strlen(with)) == 0;
}

static bool is_blank(unsigned char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* ---- ar and text -------------------------------------------------------- */

static enum ek_kind kind_of_ar(const unsigned char *p, size_t len)
{
	p += EK_AR_MAGIC_LEN;
	len -= EK_AR_MAGIC_LEN;
	if (begins(p, len, "descriptor.xml"))
		return EK_KIND_VIB;
	if (begins(p, len, "debian-binary"))
		return EK_KIND_VIB4;
	return EK_KIND_UNKNOWN;
}

/* The name of the root element, as far as the bytes at hand show it. */
static enum ek_kind kind_of_xml(const unsigned char *p, size_t len)
{
	const unsigned char *end = p + len;

	for (; p < end; p++) {
		p = memchr(p, '<', (size_t)(end - p));
		if (p == NULL || p + 1 == end)
			break;
		if (p[1] == '?' || p[1] == '!')
			continue;
		if (begins(p, (size_t)(end - p), "<vib>") ||
		    begins(p, (size_t)(end - p), "<vib "))
			return EK_KIND_DESCRIPTOR;
		if (begins(p, (size_t)(end - p), "<imageprofile>") ||
		    begins(p, (size_t)(end - p), "<imageprofile "))
			return EK_KIND_PROFILE;
		break;
	}
	return EK_KIND_UNKNOWN;
}

/* ---- tar ---------------------------------------------------------------- */

static bool has_suffix(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n >= m && strcmp(s + n - m, suffix) == 0;
}

/* What only a driver package brings; those of 4.x count, so that whoever takes
 * the package can say why it does not. */
static bool is_of_driver(const char *name)
{
	static const char modules[] = "usr/lib/vmware/vmkmod/";

	if (strncmp(name, modules, strlen(modules)) == 0)
		return name[strlen(modules)] != '\0';
	if (strcmp(name, "etc/vmware/pci.ids") == 0 ||
	    strcmp(name, "usr/share/hwdata/pci.ids") == 0)
		return true;
	return strncmp(name, "etc/vmware/", 11) == 0 &&
	       has_suffix(name, ".map");
}

static int kind_of_tgz(struct ek_in *in, enum ek_kind *kind,
		       struct ek_err *err)
{
	const struct ek_entry *e;
	struct ek_tarball *t;
	int rc = ek_tarball_open(&t, in, err);

	*kind = EK_KIND_TGZ;
	if (rc != EK_OK)
		return rc;
	while ((rc = ek_tarball_next(t, &e, err)) == EK_OK) {
		const char *name = e->name + strspn(e->name, "/");

		if (strcmp(name, "var/db/esximg") == 0 ||
		    strncmp(name, "var/db/esximg/", 14) == 0)
			*kind = EK_KIND_IMGDB;
		else if (is_of_driver(name))
			*kind = EK_KIND_DRIVER;
		else
			continue;
		rc = EK_END;
		break;
	}
	ek_tarball_close(&t);
	return rc == EK_END ? EK_OK : rc;
}

/* ---- bare archives and layers ------------------------------------------- */

static bool looks_like_tar(const unsigned char *p, size_t len)
{
	struct ek_record r;

	if (len < EK_RECORD_SIZE)
		return false;
	memcpy(r.b, p, EK_RECORD_SIZE);
	switch (ek_record_magic(&r)) {
	case EK_MAGIC_GNU:
	case EK_MAGIC_POSIX:
		return true;
	case EK_MAGIC_VISOR:
		return false;
	case EK_MAGIC_OTHER:
		break;
	}
	return !ek_record_is_zero(&r) && ek_record_sum_ok(&r);
}

static enum ek_kind kind_of_bytes(const unsigned char *p, size_t len)
{
	if (len > 257 && begins(p + 257, len - 257, "visor "))
		return EK_KIND_VMTAR;
	return looks_like_tar(p, len) ? EK_KIND_TAR : EK_KIND_UNKNOWN;
}

/* Of bytes in these layers that are no archive. */
static enum ek_kind kind_of_layers(const struct ek_layers *l)
{
	switch (ek_layers_kind(l, ek_layers_count(l) - 1)) {
	case EK_LAYER_GZIP:
		return EK_KIND_GZIP;
	case EK_LAYER_XZ:
		return EK_KIND_XZ;
	case EK_LAYER_ZSTD:
		return EK_KIND_ZSTD;
	case EK_LAYER_NONE:
		break;
	}
	return EK_KIND_UNKNOWN;
}

/* A bare archive, or what there is in the layers that in begins with. */
static int kind_inside(struct ek_in *in, enum ek_kind *kind, struct ek_err *err)
{
	static const struct ek_layers_opts opts = { .mode = EK_GZ_MANY };
	const unsigned char *p;
	struct ek_layers *l;
	size_t len = 0;
	int rc = ek_layers_open(&l, in, &opts, err);

	if (rc == EK_OK)
		rc = ek_in_peek(ek_layers_in(l), EK_RECORD_SIZE, &p, &len, err);
	if (rc == EK_OK) {
		*kind = kind_of_bytes(p, len);
		/* what a tgz is, is told of gzip alone */
		if (*kind == EK_KIND_TAR && ek_layers_count(l) == 1 &&
		    ek_layers_kind(l, 0) == EK_LAYER_GZIP)
			rc = kind_of_tgz(ek_layers_in(l), kind, err);
		else if (*kind == EK_KIND_UNKNOWN && ek_layers_count(l) != 0)
			*kind = kind_of_layers(l);
	}
	ek_layers_close(&l);
	return rc;
}

/* ---- zip ---------------------------------------------------------------- */

enum { ZIP_LOCAL = 30, ZIP_FLAGS = 6, ZIP_SIZE = 18, ZIP_NAME = 26,
       ZIP_EXTRA = 28, ZIP_STREAMED = 8 };

static bool is_of_bundle(const unsigned char *name, size_t len)
{
	static const char *const all[] = {
		"index.xml", "vendor-index.xml", "metadata.zip",
	};

	for (size_t i = 0; i < LEN(all); i++)
		if (len == strlen(all[i]) && memcmp(name, all[i], len) == 0)
			return true;
	return false;
}

/* To the next header, where a member does not tell its size in front. */
static int zip_scan(struct ek_in *in, struct ek_err *err)
{
	const unsigned char *p, *hit;
	size_t got;
	int rc;

	for (;;) {
		rc = ek_in_peek(in, EK_IN_PEEK_MAX, &p, &got, err);
		if (rc != EK_OK)
			return rc;
		hit = memmem(p, got, "PK\3\4", 4);
		if (hit == NULL)
			hit = memmem(p, got, "PK\1\2", 4);
		if (hit != NULL)
			return ek_in_skip(in, (uint64_t)(hit - p), "zip", err);
		if (got < EK_IN_PEEK_MAX)
			return ek_fail(err, EK_EFORMAT, "'%s': the zip ends at"
				       " offset %llu without a directory",
				       ek_in_name(in), (unsigned long long)
				       (ek_in_pos(in) + got));
		rc = ek_in_skip(in, got - 3, "zip", err);
		if (rc != EK_OK)
			return rc;
	}
}

/* One local header and its data; EK_END at the directory. */
static int zip_member(struct ek_in *in, enum ek_kind *kind, struct ek_err *err)
{
	const unsigned char *p;
	uint64_t size;
	size_t got, name;
	int rc = ek_in_peek(in, ZIP_LOCAL, &p, &got, err);

	if (rc != EK_OK)
		return rc;
	if (begins(p, got, "PK\1\2") || begins(p, got, "PK\5\6") ||
	    begins(p, got, "PK\6\6"))
		return EK_END;
	if (got < ZIP_LOCAL || !begins(p, got, "PK\3\4"))
		return ek_fail(err, EK_EFORMAT, "'%s': no zip header at offset"
			       " %llu", ek_in_name(in),
			       (unsigned long long)ek_in_pos(in));
	name = ek_num_le16(p + ZIP_NAME);
	size = ek_num_le32(p + ZIP_SIZE);
	if ((p[ZIP_FLAGS] & ZIP_STREAMED) == 0 && size != UINT32_MAX)
		size += ek_num_le16(p + ZIP_EXTRA);
	else
		size = UINT32_MAX;
	rc = ek_in_skip(in, ZIP_LOCAL, "zip", err);
	if (rc == EK_OK)
		rc = ek_in_peek(in, name, &p, &got, err);
	if (rc == EK_OK && got == name && is_of_bundle(p, name)) {
		*kind = EK_KIND_BUNDLE;
		return EK_END;
	}
	if (rc == EK_OK)
		rc = ek_in_skip(in, name, "the name of a zip member", err);
	if (rc != EK_OK)
		return rc;
	if (size == UINT32_MAX)
		return zip_scan(in, err);
	return ek_in_skip(in, size, "a zip member", err);
}

static int kind_of_zip(struct ek_in *in, enum ek_kind *kind,
		       struct ek_err *err)
{
	int rc;

	*kind = EK_KIND_ZIP;
	do
		rc = zip_member(in, kind, err);
	while (rc == EK_OK);
	return rc == EK_END ? EK_OK : rc;
}

/* ---- all of it ---------------------------------------------------------- */

int ek_kind_of(struct ek_in *in, enum ek_kind *kind, struct ek_err *err)
{
	const unsigned char *p;
	size_t len, blank = 0;
	int rc = ek_in_peek(in, EK_IN_PEEK_MAX, &p, &len, err);

	*kind = EK_KIND_UNKNOWN;
	if (rc != EK_OK)
		return rc;
	if (begins(p, len, EK_AR_MAGIC)) {
		*kind = kind_of_ar(p, len);
		return EK_OK;
	}
	if (begins(p, len, "PK\3\4") || begins(p, len, "PK\5\6"))
		return kind_of_zip(in, kind, err);
	if (ek_layer_detect(p, len) != EK_LAYER_NONE)
		return kind_inside(in, kind, err);
	if (len > ISO_AT && begins(p + ISO_AT, len - ISO_AT, "CD001")) {
		*kind = EK_KIND_ISO;
		return EK_OK;
	}
	while (blank < len && is_blank(p[blank]))
		blank++;
	if (blank < len && p[blank] == '<') {
		*kind = kind_of_xml(p + blank, len - blank);
		return EK_OK;
	}
	return kind_inside(in, kind, err);
}

/* ek_kind_of() stops where it knows enough; the rest is read for its digest. */
static int kind_and_digest(struct ek_in *in, enum ek_kind *kind,
			   uint64_t *size, char hex[EK_DIGEST_HEX],
			   struct ek_err *err)
{
	struct ek_digest *d = NULL;
	struct ek_in *seen = NULL;
	struct ek_out *null = NULL;
	int rc = ek_digest_new(&d, EK_SHA256, err);

	if (rc == EK_OK)
		rc = ek_in_open_digest(&seen, in, d, NULL, err);
	if (rc == EK_OK)
		rc = ek_kind_of(seen, kind, err);
	if (rc == EK_OK)
		rc = ek_out_open_null(&null, err);
	if (rc == EK_OK)
		rc = ek_in_copy(seen, null, NULL, err);
	if (rc == EK_OK)
		rc = ek_digest_hex(d, hex, err);
	if (rc == EK_OK)
		*size = ek_in_pos(seen);
	ek_out_abort(&null);
	ek_in_close(&seen);
	ek_digest_free(d);
	return rc;
}

int ek_kind_json(struct ek_in *in, enum ek_kind *kind, struct ek_json *j,
		 struct ek_err *err)
{
	char hex[EK_DIGEST_HEX];
	uint64_t size;
	int rc = kind_and_digest(in, kind, &size, hex, err);

	if (rc != EK_OK)
		return rc;
	ek_json_object(j, NULL);
	ek_json_str(j, "file", ek_in_name(in));
	ek_json_str(j, "kind", ek_kind_name(*kind));
	ek_json_uint(j, "size", size);
	ek_json_str(j, "sha256", hex);
	ek_json_close(j);
	return EK_OK;
}
