/* SPDX-License-Identifier: BSD-2-Clause */
/* vibprobe.c - a VIB read as far as it can be, with every defect kept */
#include "os.h"

#include "ek/ar.h"
#include "ek/io.h"
#include "ek/vib.h"
#include "ek/vibprobe.h"

#define DESCRIPTOR "descriptor.xml"
#define SIGNATURE  "sig.pkcs7"

static int no_memory(const struct ek_vibprobe *p, struct ek_err *err)
{
	errno = ENOMEM;
	return ek_fail_sys(err, "reading '%s'", p->file);
}

/* What of a failure is the file's, and so no failure of ours. */
static int keep(struct ek_vibprobe *p, int rc, const struct ek_err *why,
		struct ek_err *err)
{
	if (rc == EK_EFORMAT) {
		p->fault = EK_VF_HEADER;
		p->why = *why;
		return EK_END;
	}
	if (rc < 0 && err != NULL)
		*err = *why;
	return rc;
}

static int set_fault(struct ek_vibprobe *p, enum ek_vib_fault fault,
		     const char *met, struct ek_err *err)
{
	p->fault = fault;
	if (met != NULL) {
		p->met = strdup(met);
		if (p->met == NULL)
			return no_memory(p, err);
	}
	return EK_END;
}

/* ---- the first two members ---------------------------------------------- */

static int slurp(struct ek_vibprobe *p, const struct ek_ar_member *m,
		 struct ek_in *data, size_t limit, char **text, size_t *len,
		 struct ek_err *err)
{
	struct ek_err why = EK_ERR_INIT;
	int rc;

	if (m->size > limit)
		return ek_fail(err, EK_ELIMIT, "'%s': member '%s' at offset"
			       " %llu is larger than %zu bytes", p->file,
			       m->name, (unsigned long long)m->data, limit);
	*len = (size_t)m->size;
	*text = malloc(*len + 1);
	if (*text == NULL)
		return no_memory(p, err);
	(*text)[*len] = '\0';
	rc = ek_in_read_exact(data, *text, *len, m->name, &why);
	if (rc != EK_OK) {
		free(*text);
		*text = NULL;
	}
	return keep(p, rc, &why, err);
}

/* EK_END where there is no use in going on. */
static int read_first(struct ek_vibprobe *p, struct ek_ar *ar,
		      const char *name, struct ek_err *err)
{
	bool first = strcmp(name, DESCRIPTOR) == 0;
	struct ek_err why = EK_ERR_INIT;
	const struct ek_ar_member *m;
	struct ek_in *data;
	int rc = ek_ar_next(ar, &m, &data, &why);

	if (rc == EK_END)
		return set_fault(p, EK_VF_SHORT, NULL, err);
	if (rc != EK_OK)
		return keep(p, rc, &why, err);
	if (first && strcmp(m->name, "debian-binary") == 0)
		return set_fault(p, EK_VF_ESX4, NULL, err);
	if (strcmp(m->name, name) != 0)
		return set_fault(p, first ? EK_VF_FIRST : EK_VF_SECOND,
				 m->name, err);
	if (first)
		return slurp(p, m, data, EK_VIBDESC_MAX, &p->desc,
			     &p->desc_len, err);
	return slurp(p, m, data, EK_VIB_SIG_MAX, &p->sig, &p->sig_len, err);
}

/* A descriptor that ESXi refuses is for the rules to tell of. */
static int parse(struct ek_vibprobe *p, struct ek_err *err)
{
	struct ek_err why = EK_ERR_INIT;
	int rc = ek_vibdesc_parse(&p->d, p->file, p->desc, p->desc_len, &why);

	if (rc == EK_EFORMAT)
		return EK_OK;
	if (rc != EK_OK) {
		if (err != NULL)
			*err = why;
		return rc;
	}
	p->parsed = true;
	p->id = ek_vibdesc_id(&p->d);
	return p->id != NULL ? EK_OK : no_memory(p, err);
}

/* ---- the others --------------------------------------------------------- */

static struct ek_probe_member *new_member(struct ek_vibprobe *p,
					  const struct ek_ar_member *m)
{
	struct ek_probe_member *v;

	/* grown to the next power of two; ar.h has the limit */
	if ((p->n_members & (p->n_members - 1)) == 0) {
		size_t cap = p->n_members == 0 ? 1 : p->n_members * 2;

		v = reallocarray(p->members, cap, sizeof(*v));
		if (v == NULL)
			return NULL;
		p->members = v;
	}
	v = &p->members[p->n_members];
	*v = (struct ek_probe_member){
		.header = m->header, .data = m->data, .size = m->size,
		.payload = SIZE_MAX, .name = strdup(m->name),
	};
	if (v->name == NULL)
		return NULL;
	p->n_members++;
	return v;
}

static void place(const struct ek_vibprobe *p, struct ek_probe_member *v)
{
	v->again = strcmp(v->name, DESCRIPTOR) == 0 ||
		strcmp(v->name, SIGNATURE) == 0;
	for (const struct ek_probe_member *m = p->members; m != v; m++)
		v->again = v->again || strcmp(m->name, v->name) == 0;
	for (size_t i = 0; p->parsed && !v->again && i < p->d.n_payloads; i++)
		if (v->payload == SIZE_MAX &&
		    strcmp(p->d.payloads[i].name, v->name) == 0)
			v->payload = i;
}

static int read_member(struct ek_vibprobe *p, struct ek_ar *ar,
		       struct ek_err *err)
{
	struct ek_err why = EK_ERR_INIT;
	struct ek_payload_eyes eyes = { .only = NULL };
	const struct ek_ar_member *m;
	struct ek_probe_member *v;
	struct ek_in *data;
	int rc = ek_ar_next(ar, &m, &data, &why);

	if (rc != EK_OK)
		return keep(p, rc, &why, err);
	v = new_member(p, m);
	if (v == NULL)
		return no_memory(p, err);
	place(p, v);
	if (v->payload == SIZE_MAX)
		return EK_OK;
	eyes.only = &p->d.payloads[v->payload];
	rc = ek_payload_look(data, &eyes, &v->look, &why);
	v->looked = rc == EK_OK;
	return keep(p, rc, &why, err);
}

/* ---- the whole ---------------------------------------------------------- */

static int read_all(struct ek_vibprobe *p, struct ek_in *in,
		    struct ek_err *err)
{
	struct ek_err why = EK_ERR_INIT;
	struct ek_ar *ar;
	int rc = ek_ar_open(&ar, in, &why);

	rc = keep(p, rc, &why, err);
	if (rc == EK_OK)
		rc = read_first(p, ar, DESCRIPTOR, err);
	if (rc == EK_OK)
		rc = parse(p, err);
	if (rc == EK_OK)
		rc = read_first(p, ar, SIGNATURE, err);
	while (rc == EK_OK)
		rc = read_member(p, ar, err);
	ek_ar_close(&ar);
	return rc == EK_END ? EK_OK : rc;
}

int ek_vibprobe_open(struct ek_vibprobe **out, struct ek_in *in,
		     struct ek_err *err)
{
	struct ek_vibprobe *p = calloc(1, sizeof(*p));
	int rc;

	*out = NULL;
	if (p == NULL || (p->file = strdup(ek_in_name(in))) == NULL) {
		free(p);
		return ek_fail_sys(err, "reading '%s'", ek_in_name(in));
	}
	rc = read_all(p, in, err);
	if (rc != EK_OK)
		ek_vibprobe_free(&p);
	*out = p;
	return rc;
}

void ek_vibprobe_free(struct ek_vibprobe **pp)
{
	struct ek_vibprobe *p = *pp;

	*pp = NULL;
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->n_members; i++) {
		ek_payload_look_clear(&p->members[i].look);
		free(p->members[i].name);
	}
	free(p->members);
	if (p->parsed)
		ek_vibdesc_clear(&p->d);
	free(p->id);
	free(p->desc);
	free(p->sig);
	free(p->met);
	free(p->file);
	free(p);
}

const struct ek_probe_member *ek_vibprobe_member(const struct ek_vibprobe *p,
						 size_t i)
{
	for (size_t k = 0; k < p->n_members; k++)
		if (p->members[k].payload == i)
			return &p->members[k];
	return NULL;
}
