/* SPDX-License-Identifier: BSD-2-Clause */
/* diff_pack.c - one side that is a VIB or an offline bundle */
#include "os.h"

#include "diff_int.h"
#include "ek/bundle.h"
#include "ek/entry.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/payload.h"
#include "ek/pcimap.h"
#include "ek/pcimatch.h"
#include "ek/profile.h"
#include "ek/vib.h"

/* ---- a payload ----------------------------------------------------------- */

/* What is being looked into. */
struct looking {
	struct diff_side *s;
	struct diff_group *g;
	const char *vib; /* name */
};

static bool is_map(const struct ek_entry *e)
{
	size_t n = strlen(e->name);

	return e->type == EK_FT_FILE && ek_map_rank(e->name) >= 0 && n > 4 &&
		strcmp(e->name + n - 4, ".map") == 0;
}

static size_t want_map(void *ctx, const struct ek_entry *e)
{
	(void)ctx;
	return is_map(e) ? EK_PCIMAP_MAX : 0;
}

/* One that cannot be read costs its ids, and that is told. */
static int take_map(struct looking *k, const struct ek_entry *e,
		    const void *data, size_t len, struct ek_err *err)
{
	struct ek_err why = EK_ERR_INIT;
	struct ek_pcimap map = { 0 };
	int rc;

	if (len == e->size)
		rc = ek_pcimap_parse(&map, e->name, data, len, NULL, NULL,
				     &why);
	else
		rc = ek_fail(&why, EK_ELIMIT, "'%.400s' has more than %zu"
			     " bytes", e->name, len);
	if (rc == EK_OK)
		rc = diff_add_map(k->s, &map, k->vib, err);
	else if (rc == EK_ESYS)
		*err = why;
	else
		rc = diff_fact(&k->s->notes, e->name, why.msg, err);
	ek_pcimap_clear(&map);
	return rc;
}

static int see(void *ctx, const struct ek_entry *e, const void *data,
	       size_t len, const char *sha256, struct ek_err *err)
{
	struct looking *k = ctx;
	int rc;

	if (e->type == EK_FT_DIR)
		return EK_OK;
	rc = diff_add_file(&k->g->files, e->name, e->link, e->mode, e->size,
			   sha256, err);
	return rc == EK_OK && is_map(e) ? take_map(k, e, data, len, err) : rc;
}

static int add_payload(struct diff_side *s, struct diff_vib *v,
		       const struct ek_vib_member *m, const char *in_name,
		       struct ek_err *err)
{
	struct looking k = { .s = s, .vib = v->key };
	const struct ek_payload_eyes eyes = {
		.want = want_map, .seen = see, .digests = true, .ctx = &k,
	};
	struct ek_payload_look look = { 0 };
	char *name;
	int rc = diff_add_group(&v->groups, m->name, NULL, &k.g, err);

	if (rc != EK_OK)
		return rc;
	if (asprintf(&name, "%s:%s", in_name, m->name) < 0)
		return ek_fail_sys(err, "'%s'", in_name);
	rc = ek_payload_look(m->data, &eyes, &look, err);
	if (rc == EK_OK)
		rc = diff_add_look(k.g, &look, name, err);
	ek_payload_look_clear(&look);
	free(name);
	return rc;
}

/* ---- a VIB --------------------------------------------------------------- */

/* What a descriptor does not say of itself. */
static int add_exact(struct diff_vib *to, const struct ek_vib *v,
		     struct ek_err *err)
{
	const char *text, *sig;
	size_t len, sig_len;
	int rc;

	text = ek_vib_descriptor(v, &len);
	sig = ek_vib_signature(v, &sig_len);
	rc = ek_digest_mem(EK_SHA256, text, len, to->xml, err);
	if (rc == EK_OK && sig_len != 0)
		rc = diff_fact_sum(&to->facts, "signature", sig, sig_len, err);
	return rc;
}

static int walk_vib(struct diff_side *s, struct ek_vib *v, struct diff_vib *to,
		    const char *name, struct ek_err *err)
{
	struct ek_vib_member m;
	int rc;

	while ((rc = ek_vib_next(v, &m, err)) == EK_OK) {
		rc = add_payload(s, to, &m, name, err);
		if (rc != EK_OK)
			return rc;
	}
	return rc == EK_END ? EK_OK : rc;
}

/* in becomes the side's last VIB. */
static int load_vib(struct diff_side *s, struct ek_in *in,
		    const struct diff_want *w, struct ek_err *err)
{
	struct ek_vib *v = NULL;
	struct diff_vib *to = NULL;
	int rc = ek_vib_open(&v, in, err);

	if (rc == EK_OK)
		rc = diff_add_vib(s, ek_vib_desc(v), ek_vib_id(v), &to, err);
	if (rc == EK_OK && w->exact)
		rc = add_exact(to, v, err);
	if (rc == EK_OK)
		rc = w->files ? walk_vib(s, v, to, ek_in_name(in), err)
			      : ek_vib_finish(v, err);
	ek_vib_close(&v);
	return rc;
}

int diff_load_vib(struct diff_side *s, const struct diff_want *w,
		  struct ek_err *err)
{
	struct ek_in *in = NULL;
	int rc = ek_in_open(&in, s->path, err);

	if (rc == EK_OK)
		rc = load_vib(s, in, w, err);
	ek_in_close(&in);
	return rc;
}

/* ---- a bundle ------------------------------------------------------------ */

/* The .vib is proved by what the metadata say of it, then read. */
static int load_member(struct diff_side *s, struct ek_bundle *b,
		       const struct ek_bundle_vib *v,
		       const struct diff_want *w, struct ek_err *err)
{
	struct ek_in *in = NULL;
	int rc = ek_bundle_vib_copy(b, v, NULL, err);

	if (rc == EK_OK)
		rc = ek_bundle_vib_in(b, v, &in, err);
	if (rc == EK_OK)
		rc = load_vib(s, in, w, err);
	ek_in_close(&in);
	return rc;
}

static int add_vibs(struct diff_side *s, struct ek_bundle *b,
		    const struct diff_want *w, struct ek_err *err)
{
	const struct ek_bundle_vib *v;
	struct diff_vib *to;
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && (v = ek_bundle_vib(b, i)) != NULL;
	     i++)
		rc = w->files ? load_member(s, b, v, w, err)
			      : diff_add_vib(s, &v->d, v->id, &to, err);
	return rc;
}

static int add_ids(struct diff_side *s, const char *what, const char *name,
		   const char *id, struct ek_err *err)
{
	return diff_factf(&s->database, err, "", "%s %s: VIB %s", what, name,
			  id);
}

static int add_bulletin(struct diff_side *s, const struct ek_bulletin *b,
			struct ek_err *err)
{
	struct ek_buf text = EK_BUF_INIT;
	char hex[EK_DIGEST_HEX];
	int rc;

	ek_bulletin_fields_write(b, &text);
	rc = ek_buf_check(&text, b->id, err);
	if (rc == EK_OK)
		rc = ek_digest_mem(EK_SHA256, ek_buf_str(&text), text.len, hex,
				   err);
	ek_buf_free(&text);
	if (rc == EK_OK)
		rc = diff_factf(&s->database, err, hex, "bulletin %s", b->id);
	if (rc == EK_OK && b->version != NULL)
		rc = diff_factf(&s->database, err, b->version,
				"bulletin %s: version", b->id);
	for (size_t i = 0; rc == EK_OK && i < b->vib_ids.n; i++)
		rc = add_ids(s, "bulletin", b->id, b->vib_ids.v[i], err);
	return rc;
}

static int add_profile(struct diff_side *s, const struct ek_profile *p,
		       bool only, struct ek_err *err)
{
	int rc = EK_OK;

	if (only)
		rc = diff_add_profile(s, p, err);
	else
		rc = diff_factf(&s->database, err, ek_level_name(p->level),
				"profile %s: level", p->name);
	for (size_t i = 0; rc == EK_OK && i < p->n_vibs; i++)
		rc = add_ids(s, "profile", p->name, p->vibs[i].id, err);
	return rc;
}

/* What is in it beside the VIBs. */
static int add_rest(struct diff_side *s, const struct ek_bundle *b,
		    struct ek_err *err)
{
	const struct ek_strs *versions = ek_bundle_versions(b, true);
	const struct ek_bundle_bulletin *l;
	const struct ek_bundle_profile *p;
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < versions->n; i++)
		rc = diff_factf(&s->database, err, "", "platform %s",
				versions->v[i]);
	for (size_t i = 0; rc == EK_OK &&
	     (l = ek_bundle_bulletin(b, i)) != NULL; i++)
		rc = add_bulletin(s, &l->b, err);
	for (size_t i = 0; rc == EK_OK &&
	     (p = ek_bundle_profile(b, i)) != NULL; i++)
		rc = add_profile(s, p->p, ek_bundle_profile(b, 1) == NULL, err);
	return rc;
}

int diff_load_bundle(struct diff_side *s, const struct diff_want *w,
		     struct ek_err *err)
{
	struct ek_bundle *b = NULL;
	int rc = ek_bundle_open(&b, s->path, err);

	if (rc == EK_OK)
		rc = add_vibs(s, b, w, err);
	if (rc == EK_OK && w->exact)
		rc = add_rest(s, b, err);
	ek_bundle_close(&b);
	return rc;
}
