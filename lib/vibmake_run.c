/* SPDX-License-Identifier: BSD-2-Clause */
/* vibmake_run.c - the steps of making a VIB */
#include "os.h"

#include <stdarg.h>

#include "ek/io.h"
#include "ek/release.h"
#include "ek/source.h"
#include "ek/vib.h"
#include "vibmake_int.h"

void vm_tell(const struct ek_vibmake *m, enum ek_say_kind kind,
	     const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	if (m->say == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	m->say(m->ctx, kind, text);
}

void ek_vibmake_free(struct ek_vibmake **mm)
{
	struct ek_vibmake *m = *mm;

	*mm = NULL;
	if (m == NULL)
		return;
	for (size_t i = 0; i < m->n; i++)
		vm_part_clear(&m->parts[i]);
	free(m->parts);
	ek_package_free(&m->package);
	ek_vibdesc_clear(&m->d);
	ek_buf_free(&m->xml);
	free(m->template);
	free(m->text);
	free(m->sig);
	free(m);
}

/* As it is where it fits the payloads and nothing is to be changed in it. */
static int descriptor(struct ek_vibmake *m, struct ek_err *err)
{
	char why[256];

	if (m->text == NULL)
		return vm_compose(m, err);
	if (vm_is_finished(m, why, sizeof(why))) {
		vm_tell(m, EK_SAY_DETAIL, "'%s' has the digests of these "
			"payloads: put in as it is", m->template);
		ek_buf_add(&m->xml, m->text, m->text_len);
		return ek_buf_check(&m->xml, "descriptor", err);
	}
	if (m->o->given[EK_VO_SIG])
		return ek_fail(err, EK_EREFUSE, "'%s' cannot be put in as it "
			       "is, and its signature is good for nothing else:"
			       " %s", m->template, why);
	vm_tell(m, EK_SAY_NOTE, "'%s' is completed: %s", m->template, why);
	if (m->o->given[EK_VO_UNPACKED])
		vm_drop_sig(m);
	return vm_compose(m, err);
}

static int read_inputs(struct ek_vibmake *m, struct ek_err *err)
{
	const struct ek_vibopts *o = m->o;
	int rc = EK_OK;

	if (o->given[EK_VO_UNPACKED])
		return vm_read_unpacked(m, err);
	if (o->given[EK_VO_TEMPLATE])
		rc = vm_read_template(m, o->text[EK_VO_TEMPLATE], err);
	if (rc == EK_OK && o->given[EK_VO_SIG])
		rc = vm_read_sig(m, o->text[EK_VO_SIG], err);
	if (rc == EK_OK && o->given[EK_VO_DRIVER])
		rc = vm_add_driver(m, err);
	if (rc == EK_OK && o->given[EK_VO_PCI_ID_FOR])
		rc = vm_add_pciid(m, err);
	return rc == EK_OK ? vm_add_files(m, err) : rc;
}

static int run(struct ek_vibmake *m, struct ek_err *err)
{
	int rc;

	rc = read_inputs(m, err);
	if (rc == EK_OK)
		rc = vm_measure(m, err);
	if (rc == EK_OK)
		rc = descriptor(m, err);
	if (rc == EK_OK && m->o->given[EK_VO_SIGN]) {
		free(m->sig); /* of what was unpacked */
		m->sig = NULL;
		rc = vm_sign(m, err);
	}
	return rc;
}

int ek_vibmake_open(struct ek_vibmake **out, const struct ek_vibopts *o,
		    ek_say *say, void *ctx, struct ek_err *err)
{
	struct ek_vibmake *m = calloc(1, sizeof(*m));
	int rc;

	*out = NULL;
	if (m == NULL)
		return ek_fail_sys(err, "cannot make a VIB");
	m->o = o;
	m->say = say;
	m->ctx = ctx;
	m->rel = o->target != NULL ? o->target : ek_release_default();
	ek_vibdesc_init(&m->d);
	rc = run(m, err);
	if (rc == EK_OK)
		*out = m;
	else
		ek_vibmake_free(&m);
	return rc;
}

const char *ek_vibmake_descriptor(const struct ek_vibmake *m, size_t *len)
{
	*len = m->xml.len;
	return ek_buf_str(&m->xml);
}

/* ---- writing ------------------------------------------------------------ */

/* A part's bytes once more, and they must be those that were measured. */
static int open_again(void *ctx, struct ek_in **in, struct ek_err *err)
{
	const struct vm_part *p = ctx;
	struct ek_in *raw;
	int rc = ek_source_in(p->source, &raw, err);

	if (rc != EK_OK)
		return rc;
	return ek_in_open_expect(in, raw, UINT64_MAX, p->sha256, err);
}

int ek_vibmake_write(struct ek_vibmake *m, struct ek_out *out,
		     struct ek_err *err)
{
	struct ek_vib_source *src = calloc(m->n + 1, sizeof(*src));
	int rc;

	if (src == NULL)
		return ek_fail_sys(err, "cannot write a VIB");
	for (size_t i = 0; i < m->n; i++) {
		src[i].name = m->parts[i].name;
		src[i].size = m->parts[i].size;
		src[i].open = open_again;
		src[i].ctx = &m->parts[i];
	}
	rc = ek_vib_write(out, m->xml.p, m->xml.len, m->sig != NULL ? m->sig :
			  "", m->sig_len, src, m->n, err);
	free(src);
	return rc;
}
