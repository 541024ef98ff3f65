/* SPDX-License-Identifier: BSD-2-Clause */
/* vib.c - read a VIB package from a stream (vib.5) */
#include "os.h"

#include "ek/ar.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/paysum.h"
#include "ek/vib.h"

#define DESCRIPTOR "descriptor.xml"
#define SIGNATURE  "sig.pkcs7"

struct ek_vib {
	struct ek_in *in; /* borrowed */
	struct ek_ar *ar;
	struct ek_vibdesc d;
	bool parsed;
	char *id;
	char *desc, *sig;
	size_t desc_len, sig_len;
	struct ek_strs names; /* of the members met so far */
	bool *met;            /* of each payload */
	struct ek_vib_member m;
};

static const char *file(const struct ek_vib *v)
{
	return ek_in_name(v->in);
}

/* ---- the first two members ---------------------------------------------- */

static int slurp(struct ek_vib *v, const struct ek_ar_member *m,
		 struct ek_in *data, size_t limit, char **text, size_t *len,
		 struct ek_err *err)
{
	char what[64];

	if (m->size > limit)
		return ek_fail(err, EK_ELIMIT, "'%s': member '%s' at offset"
			       " %llu is larger than %zu bytes", file(v),
			       m->name, (unsigned long long)m->data, limit);
	*len = (size_t)m->size;
	*text = malloc(*len + 1);
	if (*text == NULL)
		return ek_fail_sys(err, "reading '%s'", file(v));
	(*text)[*len] = '\0';
	snprintf(what, sizeof(what), "member '%.40s'", m->name);
	return ek_in_read_exact(data, *text, *len, what, err);
}

static int too_short(struct ek_vib *v, const char *missing, struct ek_err *err)
{
	return ek_fail(err, EK_EFORMAT, "'%s': VIB archive is too short (it"
		       " ends at offset %llu, before %s)", file(v),
		       (unsigned long long)ek_in_pos(v->in), missing);
}

static int read_descriptor(struct ek_vib *v, struct ek_err *err)
{
	const struct ek_ar_member *m;
	struct ek_in *data;
	int rc = ek_ar_next(v->ar, &m, &data, err);

	if (rc == EK_END)
		return too_short(v, DESCRIPTOR, err);
	if (rc != EK_OK)
		return rc;
	if (strcmp(m->name, "debian-binary") == 0)
		return ek_fail(err, EK_EFORMAT, "'%s': This VIB is a ESX 4.x"
			       " VIB and is not supported on this version of"
			       " ESX.", file(v));
	if (strcmp(m->name, DESCRIPTOR) != 0)
		return ek_fail(err, EK_EFORMAT, "'%s': This VIB has an"
			       " unsupported format.  The first member found"
			       " was %s, but descriptor.xml was expected.",
			       file(v), m->name);
	return slurp(v, m, data, EK_VIBDESC_MAX, &v->desc, &v->desc_len, err);
}

static int read_signature(struct ek_vib *v, struct ek_err *err)
{
	const struct ek_ar_member *m;
	struct ek_in *data;
	int rc = ek_ar_next(v->ar, &m, &data, err);

	if (rc == EK_END)
		return too_short(v, SIGNATURE, err);
	if (rc != EK_OK)
		return rc;
	if (strcmp(m->name, SIGNATURE) != 0)
		return ek_fail(err, EK_EFORMAT, "'%s': Expected second member"
			       " of Vib file to be sig.pkcs7, but found %s"
			       " instead.", file(v), m->name);
	return slurp(v, m, data, EK_VIB_SIG_MAX, &v->sig, &v->sig_len, err);
}

/* ESXi takes these, and one of the payloads is lost. */
static int check_names(struct ek_vib *v, struct ek_err *err)
{
	const struct ek_payload *p = v->d.payloads;

	for (size_t i = 0; i < v->d.n_payloads; i++) {
		if (strcmp(p[i].name, DESCRIPTOR) == 0 ||
		    strcmp(p[i].name, SIGNATURE) == 0)
			return ek_fail(err, EK_EFORMAT, "'%s': a payload is"
				       " called '%s', as a member of every VIB",
				       file(v), p[i].name);
		if (ek_vibdesc_payload(&v->d, p[i].name) != &p[i])
			return ek_fail(err, EK_EFORMAT, "'%s': two payloads are"
				       " called '%s'", file(v), p[i].name);
	}
	return EK_OK;
}

static int parse(struct ek_vib *v, struct ek_err *err)
{
	char *name;
	int rc;

	if (asprintf(&name, "%s:" DESCRIPTOR, file(v)) < 0)
		return ek_fail_sys(err, "reading '%s'", file(v));
	rc = ek_vibdesc_parse(&v->d, name, v->desc, v->desc_len, err);
	free(name);
	if (rc != EK_OK)
		return rc;
	v->parsed = true;
	rc = check_names(v, err);
	if (rc != EK_OK)
		return rc;
	v->id = ek_vibdesc_id(&v->d);
	v->met = calloc(v->d.n_payloads + 1, sizeof(*v->met));
	if (v->id == NULL || v->met == NULL)
		return ek_fail_sys(err, "reading '%s'", file(v));
	return EK_OK;
}

int ek_vib_open(struct ek_vib **out, struct ek_in *in, struct ek_err *err)
{
	struct ek_vib *v;
	int rc;

	*out = NULL;
	v = calloc(1, sizeof(*v));
	if (v == NULL)
		return ek_fail_sys(err, "reading '%s'", ek_in_name(in));
	v->in = in;
	rc = ek_ar_open(&v->ar, in, err);
	if (rc == EK_OK)
		rc = read_descriptor(v, err);
	if (rc == EK_OK)
		rc = read_signature(v, err);
	if (rc == EK_OK)
		rc = parse(v, err);
	if (rc == EK_OK)
		rc = ek_strs_add(&v->names, DESCRIPTOR, strlen(DESCRIPTOR),
				 err);
	if (rc == EK_OK)
		rc = ek_strs_add(&v->names, SIGNATURE, strlen(SIGNATURE), err);
	if (rc != EK_OK)
		ek_vib_close(&v);
	*out = v;
	return rc;
}

void ek_vib_close(struct ek_vib **vp)
{
	struct ek_vib *v = *vp;

	if (v == NULL)
		return;
	ek_ar_close(&v->ar);
	if (v->parsed)
		ek_vibdesc_clear(&v->d);
	ek_strs_free(&v->names);
	free(v->id);
	free(v->desc);
	free(v->sig);
	free(v->met);
	free(v);
	*vp = NULL;
}

const struct ek_vibdesc *ek_vib_desc(const struct ek_vib *v)
{
	return &v->d;
}

const char *ek_vib_id(const struct ek_vib *v)
{
	return v->id;
}

const char *ek_vib_descriptor(const struct ek_vib *v, size_t *len)
{
	*len = v->desc_len;
	return v->desc;
}

const char *ek_vib_signature(const struct ek_vib *v, size_t *len)
{
	*len = v->sig_len;
	return v->sig;
}

/* ---- the payloads ------------------------------------------------------- */

static int check_complete(struct ek_vib *v, struct ek_err *err)
{
	for (size_t i = 0; i < v->d.n_payloads; i++)
		if (!v->met[i])
			return ek_fail(err, EK_EFORMAT, "'%s': Could not find"
				       " file object for payload '%s'. (the"
				       " archive ends at offset %llu without"
				       " that member)", file(v),
				       v->d.payloads[i].name,
				       (unsigned long long)ek_in_pos(v->in));
	return EK_END;
}

int ek_vib_next(struct ek_vib *v, struct ek_vib_member *m, struct ek_err *err)
{
	const struct ek_ar_member *am;
	struct ek_in *data;
	int rc = ek_ar_next(v->ar, &am, &data, err);

	if (rc == EK_END)
		return check_complete(v, err);
	if (rc != EK_OK)
		return rc;
	if (ek_strs_has(&v->names, am->name))
		return ek_fail(err, EK_EFORMAT, "'%s': a second member '%s' at"
			       " offset %llu", file(v), am->name,
			       (unsigned long long)am->header);
	rc = ek_strs_add(&v->names, am->name, strlen(am->name), err);
	if (rc != EK_OK)
		return rc;
	v->m = (struct ek_vib_member){
		.name = am->name,
		.payload = ek_vibdesc_payload(&v->d, am->name),
		.size = am->size,
		.offset = am->data,
		.data = data,
	};
	if (v->m.payload != NULL)
		v->met[v->m.payload - v->d.payloads] = true;
	*m = v->m;
	return EK_OK;
}

int ek_vib_copy(struct ek_vib *v, struct ek_out *out, unsigned *unchecked,
		struct ek_err *err)
{
	if (v->m.payload != NULL)
		return ek_paysum_copy(v->m.payload, file(v), v->m.data, out,
				      unchecked, err);
	if (unchecked != NULL)
		*unchecked = EK_NO_SUMS;
	return out != NULL ? ek_in_copy(v->m.data, out, NULL, err)
			   : ek_in_drain(v->m.data, err);
}

int ek_vib_verify(struct ek_vib *v, struct ek_err *err)
{
	struct ek_vib_member m;
	int rc;

	while ((rc = ek_vib_next(v, &m, err)) == EK_OK) {
		rc = ek_vib_copy(v, NULL, NULL, err);
		if (rc != EK_OK)
			return rc;
	}
	return rc == EK_END ? EK_OK : rc;
}

int ek_vib_finish(struct ek_vib *v, struct ek_err *err)
{
	struct ek_vib_member m;
	int rc;

	do
		rc = ek_vib_next(v, &m, err);
	while (rc == EK_OK);
	return rc == EK_END ? EK_OK : rc;
}
