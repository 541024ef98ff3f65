/* SPDX-License-Identifier: BSD-2-Clause */
/* vibrehash.c - a VIB with its checksums made anew for a release */
#include "os.h"

#include <stdarg.h>

#include "ek/buf.h"
#include "ek/digest.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/payload.h"
#include "ek/paysum.h"
#include "ek/release.h"
#include "ek/source.h"
#include "ek/vib.h"
#include "ek/vibrehash.h"
#include "ek/xml.h"

/* Where a payload lies in the old file, and what it is. */
struct part {
	struct ek_vibrehash *r;
	char *name; /* owned */
	uint64_t offset, size;
	bool compressed, zstd;
	char sha256[EK_DIGEST_HEX], gunzip1_sha256[EK_DIGEST_HEX];
	char inside_sha256[EK_DIGEST_HEX], inside_sha1[EK_DIGEST_HEX];
};

struct ek_vibrehash {
	struct ek_source *source; /* the old VIB */
	const struct ek_release *target; /* or NULL */
	ek_say *say;
	void *ctx;
	struct part *parts; /* owned; by payload of the descriptor */
	size_t n;
	struct ek_buf xml;  /* the new descriptor */
};

static void tell(const struct ek_vibrehash *r, const char *fmt, ...)
	EK_PRINTF(2, 3);

static void tell(const struct ek_vibrehash *r, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	if (r->say == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	r->say(r->ctx, EK_SAY_WARN, text);
}

static const char *name_of(const struct ek_vibrehash *r)
{
	return ek_source_name(r->source);
}

static int no_memory(const struct ek_vibrehash *r, struct ek_err *err)
{
	errno = ENOMEM;
	return ek_fail_sys(err, "'%s'", name_of(r));
}

void ek_vibrehash_free(struct ek_vibrehash **rr)
{
	struct ek_vibrehash *r = *rr;

	*rr = NULL;
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->n; i++)
		free(r->parts[i].name);
	free(r->parts);
	ek_buf_free(&r->xml);
	ek_source_free(&r->source);
	free(r);
}

/* ---- what is there ------------------------------------------------------ */

/* Do the bytes fit what the old descriptor says of them? */
static int verify_old(struct ek_vibrehash *r, struct ek_err *err)
{
	struct ek_in *in;
	struct ek_vib *v = NULL;
	int rc = ek_source_in(r->source, &in, err);

	if (rc == EK_OK)
		rc = ek_vib_open(&v, in, err);
	if (rc == EK_OK)
		rc = ek_vib_verify(v, err);
	ek_vib_close(&v);
	ek_in_close(&in);
	return rc;
}

/* A checksum of what is in the gzip cannot be made where there is none. */
static int check_layers(const struct part *p, const struct ek_payload_look *l,
			struct ek_err *err)
{
	if (!p->compressed)
		return EK_OK;
	if (l->layers_rc != EK_OK) {
		if (err != NULL)
			*err = l->layers_why;
		return l->layers_rc;
	}
	if (!l->gzip)
		return ek_fail(err, EK_EREFUSE, "'%s': payload '%s' is not "
			       "gzip, which its type must be: ESXi cannot "
			       "unpack it, whatever its checksums",
			       name_of(p->r), p->name);
	return EK_OK;
}

/* vib.5, "Payloads": what the target can unpack. */
static int check_target(const struct part *p, struct ek_err *err)
{
	const struct ek_release *to = p->r->target;

	if (!p->zstd || to == NULL || (to->bit & EK_R90) != 0)
		return EK_OK;
	return ek_fail(err, EK_EREFUSE, "'%s': payload '%s' is of type vzstd, "
		       "which ESXi %s cannot unpack: checksums do not help, "
		       "pack it as vgz", name_of(p->r), p->name, to->name);
}

static int look(struct ek_vibrehash *r, const struct ek_vib_member *m,
		struct part *p, struct ek_err *err)
{
	struct ek_payload_look l;
	int rc;

	*p = (struct part){ .r = r, .offset = m->offset, .size = m->size,
			    .name = strdup(m->name),
			    .compressed = ek_payload_compressed(m->payload),
			    .zstd = strcmp(m->payload->type, "vzstd") == 0 };
	if (p->name == NULL)
		return no_memory(r, err);
	rc = check_target(p, err);
	if (rc != EK_OK)
		return rc;
	rc = ek_payload_look(m->data, NULL, &l, err);
	if (rc == EK_OK)
		rc = check_layers(p, &l, err);
	memcpy(p->sha256, l.sha256, EK_DIGEST_HEX);
	memcpy(p->gunzip1_sha256, l.gunzip1_sha256, EK_DIGEST_HEX);
	memcpy(p->inside_sha256, l.inside_sha256, EK_DIGEST_HEX);
	memcpy(p->inside_sha1, l.inside_sha1, EK_DIGEST_HEX);
	ek_payload_look_clear(&l);
	return rc;
}

static int read_parts(struct ek_vibrehash *r, struct ek_vib *v,
		      struct ek_err *err)
{
	const struct ek_vibdesc *d = ek_vib_desc(v);
	struct ek_vib_member m;
	int rc;

	r->parts = calloc(d->n_payloads + 1, sizeof(*r->parts));
	if (r->parts == NULL)
		return no_memory(r, err);
	r->n = d->n_payloads;
	while ((rc = ek_vib_next(v, &m, err)) == EK_OK) {
		if (m.payload == NULL)
			continue; /* nobody reads it: it does not go along */
		rc = look(r, &m, &r->parts[m.payload - d->payloads], err);
		if (rc != EK_OK)
			return rc;
	}
	return rc == EK_END ? EK_OK : rc;
}

/* ---- the descriptor ----------------------------------------------------- */

static int put_sum(struct ek_node *payload, const struct ek_checksum *s,
		   struct ek_err *err)
{
	struct ek_node *n;
	int rc = ek_node_add(payload, "checksum", s->hex, &n, err);

	if (rc == EK_OK)
		rc = ek_node_set_attr(n, "checksum-type", s->type, err);
	if (rc == EK_OK && s->process != NULL)
		rc = ek_node_set_attr(n, "verify-process", s->process, err);
	return rc;
}

static int put_sums(const struct ek_vibrehash *r, const struct part *p,
		    struct ek_node *payload, struct ek_err *err)
{
	const struct ek_release *rel = r->target != NULL ? r->target :
		ek_release_default();
	const struct ek_paysums s = {
		.compressed = p->compressed, .zstd = p->zstd,
		.sha256 = p->sha256, .inside_sha256 = p->inside_sha256,
		.inside_sha1 = p->inside_sha1,
		.gunzip1_sha256 = p->gunzip1_sha256,
	};
	struct ek_payload *list;
	struct ek_vibdesc d;
	char size[24];
	int rc;

	ek_vibdesc_init(&d);
	rc = ek_vibdesc_add_payload(&d, p->name, "vgz", &list, err);
	if (rc == EK_OK)
		rc = ek_paysums_add(list, r->target == NULL ||
				    rel->gunzip256_written, &s, err);
	for (size_t i = 0; rc == EK_OK && i < list->n_sums; i++)
		rc = put_sum(payload, &list->sums[i], err);
	snprintf(size, sizeof(size), "%llu", (unsigned long long)p->size);
	if (rc == EK_OK)
		rc = ek_node_set_attr(payload, "size", size, err);
	ek_vibdesc_clear(&d);
	return rc;
}

static void remove_all(struct ek_node *parent, const char *name)
{
	struct ek_node *n;

	while ((n = ek_node_child(parent, name)) != NULL)
		ek_node_remove(n);
}

static int edit_payloads(const struct ek_vibrehash *r, struct ek_node *root,
			 struct ek_err *err)
{
	struct ek_node *list = ek_node_child(root, "payloads");
	size_t i = 0;
	int rc = EK_OK;

	/* the reader has met them in this order, over all such lists */
	for (; rc == EK_OK && list != NULL;
	     list = ek_node_next(list, "payloads")) {
		struct ek_node *p = ek_node_child(list, "payload");

		for (; rc == EK_OK && p != NULL && i < r->n;
		     p = ek_node_next(p, "payload")) {
			remove_all(p, "checksum");
			rc = put_sums(r, &r->parts[i++], p, err);
		}
	}
	if (rc == EK_OK && i != r->n)
		return ek_fail(err, EK_EFORMAT, "'%s': the descriptor has its"
			       " payloads in an odd place", name_of(r));
	return rc;
}

/* vib.5, "Checksums": the platform that a VIB for the target tells. */
static int edit_platform(const struct ek_vibrehash *r, struct ek_node *root,
			 struct ek_err *err)
{
	struct ek_node *req = ek_node_child(root, "system-requires"), *n;
	int rc = EK_OK;

	if (r->target == NULL)
		return EK_OK;
	/* readers take those of every such element */
	for (n = req; n != NULL; n = ek_node_next(n, "system-requires"))
		remove_all(n, "softwarePlatform");
	if (r->target->sw_platform == NULL)
		return EK_OK;
	if (req == NULL)
		rc = ek_node_add(root, "system-requires", NULL, &req, err);
	if (rc == EK_OK)
		rc = ek_node_add(req, "softwarePlatform", NULL, &n, err);
	if (rc == EK_OK)
		rc = ek_node_set_attr(n, "version", r->target->sw_platform, err);
	if (rc == EK_OK)
		rc = ek_node_set_attr(n, "locale", "", err);
	return rc == EK_OK ? ek_node_set_attr(n, "productLineID",
					      "embeddedEsx", err) : rc;
}

static int edit_level(const struct ek_vibrehash *r, const struct ek_vib *v,
		      struct ek_node *root, struct ek_err *err)
{
	struct ek_node *n = ek_node_child(root, "acceptance-level");
	enum ek_level level = ek_vib_desc(v)->level;
	size_t len;

	(void)ek_vib_signature(v, &len);
	if (len != 0)
		tell(r, "'%s': the signature is dropped: it is over the old"
		     " checksums", name_of(r));
	if (level == EK_COMMUNITY || n == NULL)
		return EK_OK;
	tell(r, "'%s': level %s becomes community, which needs no signature",
	     name_of(r), ek_level_name(level));
	return ek_node_set_text(n, ek_level_name(EK_COMMUNITY), err);
}

static int compose(struct ek_vibrehash *r, const struct ek_vib *v,
		   struct ek_err *err)
{
	size_t len;
	const char *text = ek_vib_descriptor(v, &len);
	struct ek_node *root;
	struct ek_xml *x;
	int rc = ek_xml_parse(&x, name_of(r), text, len, NULL, err);

	if (rc != EK_OK)
		return rc;
	root = ek_xml_root(x);
	rc = edit_payloads(r, root, err);
	if (rc == EK_OK)
		rc = edit_platform(r, root, err);
	if (rc == EK_OK)
		rc = edit_level(r, v, root, err);
	if (rc == EK_OK) {
		ek_xml_write(root, &r->xml);
		rc = ek_buf_check(&r->xml, "descriptor", err);
	}
	ek_xml_free(&x);
	return rc;
}

static int read_old(struct ek_vibrehash *r, struct ek_err *err)
{
	struct ek_vib *v = NULL;
	struct ek_in *in;
	int rc = ek_source_in(r->source, &in, err);

	if (rc == EK_OK)
		rc = ek_vib_open(&v, in, err);
	if (rc == EK_OK)
		rc = read_parts(r, v, err);
	if (rc == EK_OK)
		rc = compose(r, v, err);
	ek_vib_close(&v);
	ek_in_close(&in);
	return rc;
}

int ek_vibrehash_open(struct ek_vibrehash **out, const char *path,
		      const struct ek_release *target, ek_say *say, void *ctx,
		      struct ek_err *err)
{
	struct ek_vibrehash *r = calloc(1, sizeof(*r));
	int rc;

	*out = NULL;
	if (r == NULL)
		return ek_fail_sys(err, "'%s'", ek_input_name(path));
	r->target = target;
	r->say = say;
	r->ctx = ctx;
	rc = ek_source_open(&r->source, path, err);
	if (rc == EK_OK)
		rc = verify_old(r, err);
	if (rc == EK_OK)
		rc = read_old(r, err);
	if (rc == EK_OK)
		*out = r;
	else
		ek_vibrehash_free(&r);
	return rc;
}

/* ---- writing ------------------------------------------------------------ */

/* A part of the old file, which must still be what was read of it. */
static int open_part(void *ctx, struct ek_in **in, struct ek_err *err)
{
	const struct part *p = ctx;
	struct ek_in *whole;
	int rc = ek_source_in(p->r->source, &whole, err);

	if (rc == EK_OK)
		rc = ek_in_skip(whole, p->offset, p->name, err);
	if (rc != EK_OK) {
		ek_in_close(&whole);
		return rc;
	}
	return ek_in_open_expect(in, whole, p->size, p->sha256, err);
}

int ek_vibrehash_write(struct ek_vibrehash *r, struct ek_out *out,
		       struct ek_err *err)
{
	struct ek_vib_source *src = calloc(r->n + 1, sizeof(*src));
	int rc;

	if (src == NULL)
		return no_memory(r, err);
	for (size_t i = 0; i < r->n; i++)
		src[i] = (struct ek_vib_source){
			.name = r->parts[i].name, .size = r->parts[i].size,
			.open = open_part, .ctx = &r->parts[i],
		};
	rc = ek_vib_write(out, r->xml.p, r->xml.len, "", 0, src, r->n, err);
	free(src);
	return rc;
}
