/* SPDX-License-Identifier: BSD-2-Clause */
/* vib_show.c - a VIB package as JSON, for a person, and its files */
#include "os.h"

#include "ek/buf.h"
#include "ek/date.h"
#include "ek/err.h"
#include "ek/json.h"
#include "ek/payload.h"
#include "ek/sig.h"
#include "ek/vib.h"

/* A member behind the first two. */
struct part {
	char *name; /* owned */
	const struct ek_payload *payload; /* NULL: no payload has this name */
	uint64_t offset, size;
	struct ek_payload_look look; /* of a payload */
};

struct shown {
	struct ek_vib *v;
	struct part *parts; /* owned */
	size_t n;
	uint64_t *inside;   /* owned; of each payload */
	struct ek_sig *sig; /* NULL: none, or it cannot be read */
};

/* ---- reading ------------------------------------------------------------ */

/* The first thing that was not understood is kept. */
static void note_odd(struct ek_err *odd, const struct ek_err *why)
{
	if (odd->code == 0)
		*odd = *why;
}

static bool holds_archive(const struct ek_payload *p)
{
	static const char *const types[] = { "vgz", "tgz", "vzstd",
					     "installer_vgz" };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(p->type, types[i]) == 0)
			return true;
	return false;
}

static void judge(const struct shown *s, const struct part *p,
		  struct ek_err *odd)
{
	const struct ek_payload_look *l = &p->look;
	struct ek_err why = EK_ERR_INIT;

	if (ek_payload_compressed(p->payload) && l->layers_rc != EK_OK)
		note_odd(odd, &l->layers_why);
	else if (holds_archive(p->payload) && l->rc != EK_OK)
		note_odd(odd, &l->why);
	if (!holds_archive(p->payload) || l->layers_rc != EK_OK ||
	    l->holds != EK_HOLDS_BYTES)
		return;
	ek_err_set(&why, EK_EFORMAT, 0, "'%s': payload '%s' of type %s holds"
		   " no archive", ek_vib_id(s->v), p->name, p->payload->type);
	note_odd(odd, &why);
}

static int no_memory(const struct shown *s, struct ek_err *err)
{
	errno = ENOMEM;
	return ek_fail_sys(err, "showing '%s'", ek_vib_id(s->v));
}

static int add_part(struct shown *s, const struct ek_vib_member *m,
		    struct ek_err *odd, struct ek_err *err)
{
	const struct ek_vibdesc *d = ek_vib_desc(s->v);
	struct part *p;
	int rc = EK_OK;

	if ((s->n & (s->n - 1)) == 0) { /* grown to the next power of two */
		p = reallocarray(s->parts, s->n == 0 ? 1 : s->n * 2,
				 sizeof(*p));
		if (p == NULL)
			return no_memory(s, err);
		s->parts = p;
	}
	p = &s->parts[s->n];
	*p = (struct part){ .payload = m->payload, .offset = m->offset,
			    .size = m->size, .name = strdup(m->name) };
	if (p->name == NULL)
		return no_memory(s, err);
	s->n++;
	if (m->payload == NULL)
		return EK_OK;
	rc = ek_payload_look(m->data, NULL, &p->look, err);
	if (rc != EK_OK)
		return rc;
	if (p->look.layers_rc == EK_OK)
		s->inside[m->payload - d->payloads] = p->look.inside_size;
	judge(s, p, odd);
	return EK_OK;
}

static int read_sig(struct shown *s, struct ek_err *odd, struct ek_err *err)
{
	struct ek_err why = EK_ERR_INIT;
	size_t len;
	const char *pem = ek_vib_signature(s->v, &len);
	int rc;

	if (len == 0)
		return EK_OK;
	rc = ek_sig_parse(&s->sig, ek_vib_id(s->v), pem, len, &why);
	if (rc == EK_ESYS) {
		if (err != NULL)
			*err = why;
		return rc;
	}
	if (rc != EK_OK)
		note_odd(odd, &why);
	return EK_OK;
}

static int read_all(struct shown *s, struct ek_err *odd, struct ek_err *err)
{
	const struct ek_vibdesc *d = ek_vib_desc(s->v);
	struct ek_vib_member m;
	int rc;

	*odd = (struct ek_err)EK_ERR_INIT;
	s->inside = malloc((d->n_payloads + 1) * sizeof(*s->inside));
	if (s->inside == NULL)
		return no_memory(s, err);
	for (size_t i = 0; i < d->n_payloads; i++)
		s->inside[i] = UINT64_MAX;
	rc = read_sig(s, odd, err);
	while (rc == EK_OK && (rc = ek_vib_next(s->v, &m, err)) == EK_OK)
		rc = add_part(s, &m, odd, err);
	return rc == EK_END ? EK_OK : rc;
}

static void forget(struct shown *s)
{
	for (size_t i = 0; i < s->n; i++) {
		ek_payload_look_clear(&s->parts[i].look);
		free(s->parts[i].name);
	}
	free(s->parts);
	free(s->inside);
	ek_sig_free(&s->sig);
}

/* ---- files -------------------------------------------------------------- */

struct file {
	const char *path;    /* borrowed */
	const char *payload; /* that holds it; NULL: none */
	bool listed;
};

static int by_path(const void *a, const void *b)
{
	const struct file *x = a, *y = b;
	int c = strcmp(x->path, y->path);

	/* what is held first, so that the list's entry finds it */
	return c != 0 ? c : (x->payload == NULL) - (y->payload == NULL);
}

/* A listed path that a payload holds becomes one with it. */
static size_t join(struct file *v, size_t n)
{
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		if (k != 0 && strcmp(v[k - 1].path, v[i].path) == 0 &&
		    v[i].payload == NULL)
			v[k - 1].listed = true;
		else
			v[k++] = v[i];
	}
	/* held by two payloads, listed once: both are */
	for (size_t i = k; i-- > 1;)
		if (strcmp(v[i - 1].path, v[i].path) == 0)
			v[i - 1].listed |= v[i].listed;
	return k;
}

/* *v is to be freed; its texts are those of s. */
static int all_files(const struct shown *s, struct file **v, size_t *n,
		     struct ek_err *err)
{
	const struct ek_vibdesc *d = ek_vib_desc(s->v);
	size_t total = d->files.n;

	for (size_t i = 0; i < s->n; i++)
		total += s->parts[i].look.files.n;
	*v = calloc(total + 1, sizeof(**v));
	*n = 0;
	if (*v == NULL)
		return no_memory(s, err);
	for (size_t i = 0; i < d->files.n; i++)
		(*v)[(*n)++] = (struct file){ d->files.v[i], NULL, true };
	for (size_t i = 0; i < s->n; i++)
		for (size_t k = 0; k < s->parts[i].look.files.n; k++)
			(*v)[(*n)++] = (struct file){
				s->parts[i].look.files.v[k],
				s->parts[i].name, false };
	qsort(*v, *n, sizeof(**v), by_path);
	*n = join(*v, *n);
	return EK_OK;
}

static const char *mark(const struct file *f)
{
	if (f->payload == NULL)
		return "\tnot there";
	return f->listed ? "" : "\tnot listed";
}

int ek_vib_files(struct ek_vib *v, struct ek_buf *out, size_t *differ,
		 struct ek_err *odd, struct ek_err *err)
{
	struct shown s = { .v = v };
	struct file *files = NULL;
	size_t n = 0;
	int rc = read_all(&s, odd, err);

	*differ = 0;
	if (rc == EK_OK)
		rc = all_files(&s, &files, &n, err);
	for (size_t i = 0; i < n; i++) {
		const struct file *f = &files[i];

		ek_buf_addf(out, "%s\t%s%s\n", f->path,
			    f->payload != NULL ? f->payload : "-", mark(f));
		*differ += f->payload == NULL || !f->listed;
	}
	free(files);
	forget(&s);
	return rc;
}

/* ---- JSON --------------------------------------------------------------- */

static void json_time(struct ek_json *j, const char *key, int64_t seconds)
{
	char text[EK_DATE_SIZE];

	ek_date_show(seconds, text);
	ek_json_str(j, key, text);
}

static void json_signer(const struct shown *s, struct ek_json *j)
{
	const struct ek_signer *x;

	if (s->sig == NULL) {
		ek_json_null(j, "signer");
		return;
	}
	x = ek_sig_signer(s->sig);
	ek_json_object(j, "signer");
	ek_json_str(j, "subject", x->subject);
	ek_json_str(j, "issuer", x->issuer);
	ek_json_str(j, "serial", x->serial);
	ek_json_str(j, "digest", x->digest);
	if (x->has_cert) {
		json_time(j, "not_before", x->not_before);
		json_time(j, "not_after", x->not_after);
	}
	ek_json_bool(j, "has_certificate", x->has_cert);
	ek_json_bool(j, "self_signed", x->self_signed);
	ek_json_close(j);
}

static void json_part(const struct part *p, struct ek_json *j)
{
	static const char *const holds[] = { "bytes", "vmtar", "tar" };
	const struct ek_payload_look *l = &p->look;

	ek_json_object(j, NULL);
	ek_json_str(j, "name", p->name);
	ek_json_uint(j, "offset", p->offset);
	ek_json_uint(j, "size", p->size);
	ek_json_bool(j, "is_payload", p->payload != NULL);
	if (p->payload != NULL) {
		ek_json_str(j, "layers", l->layers);
		if (l->layers_rc == EK_OK)
			ek_json_uint(j, "inflated_size", l->inside_size);
		else
			ek_json_null(j, "inflated_size");
		ek_json_str(j, "holds", holds[l->holds]);
		ek_json_str(j, "module_signature", l->footer.there
			    ? l->footer.key_id : NULL);
	}
	ek_json_close(j);
}

static int json_files(const struct shown *s, struct ek_json *j,
		      struct ek_err *err)
{
	struct file *files;
	size_t n;
	int rc = all_files(s, &files, &n, err);

	ek_json_array(j, "contents");
	for (size_t i = 0; rc == EK_OK && i < n; i++) {
		ek_json_object(j, NULL);
		ek_json_str(j, "path", files[i].path);
		ek_json_str(j, "payload", files[i].payload);
		ek_json_bool(j, "listed", files[i].listed);
		ek_json_close(j);
	}
	ek_json_close(j);
	free(files);
	return rc;
}

int ek_vib_json(struct ek_vib *v, struct ek_json *j, struct ek_err *odd,
		struct ek_err *err)
{
	struct shown s = { .v = v };
	size_t desc_len, sig_len;
	int rc = read_all(&s, odd, err);

	if (rc == EK_OK) {
		(void)ek_vib_descriptor(v, &desc_len);
		(void)ek_vib_signature(v, &sig_len);
		ek_vibdesc_json(ek_vib_desc(v), j);
		ek_json_bool(j, "signed", sig_len != 0);
		json_signer(&s, j);
		ek_json_uint(j, "descriptor_size", desc_len);
		ek_json_uint(j, "signature_size", sig_len);
		ek_json_array(j, "members");
		for (size_t i = 0; i < s.n; i++)
			json_part(&s.parts[i], j);
		ek_json_close(j);
		rc = json_files(&s, j, err);
	}
	forget(&s);
	return rc;
}

/* ---- text --------------------------------------------------------------- */

static void text_signer(const struct shown *s, struct ek_buf *out)
{
	const struct ek_signer *x;
	size_t len;

	(void)ek_vib_signature(s->v, &len);
	if (len == 0) {
		ek_buf_addf(out, "%-17s no\n", "signed");
		return;
	}
	if (s->sig == NULL) {
		ek_buf_addf(out, "%-17s by a signature of %zu bytes that cannot"
			    " be read\n", "signed", len);
		return;
	}
	x = ek_sig_signer(s->sig);
	ek_buf_addf(out, "%-17s %s\n", "signed", x->has_cert ? x->subject :
		    "by somebody whose certificate is not inside");
	if (x->has_cert)
		ek_buf_addf(out, "%-17s %s\n", "certified by", x->issuer);
	ek_buf_addf(out, "%-17s not here: vib-check --ca\n", "verified");
}

int ek_vib_text(struct ek_vib *v, struct ek_buf *out, struct ek_err *odd,
		struct ek_err *err)
{
	struct shown s = { .v = v };
	int rc = read_all(&s, odd, err);

	if (rc == EK_OK) {
		ek_vibdesc_text(ek_vib_desc(v), s.inside, out);
		text_signer(&s, out);
	}
	for (size_t i = 0; rc == EK_OK && i < s.n; i++) {
		const struct part *p = &s.parts[i];

		if (p->payload == NULL)
			ek_buf_addf(out, "%-17s %s, %llu bytes, which no"
				    " payload names\n", "other member",
				    p->name, (unsigned long long)p->size);
		else if (p->look.footer.there)
			ek_buf_addf(out, "%-17s payload %s, by key '%s'\n",
				    "module signature", p->name,
				    p->look.footer.key_id);
	}
	forget(&s);
	return rc;
}
