/* SPDX-License-Identifier: BSD-2-Clause */
/* vibmake_given.c - a descriptor that was given: is it finished */
#include "os.h"

#include "ek/io.h"
#include "ek/vib.h"
#include "vibmake_int.h"

int vm_read_template(struct ek_vibmake *m, struct ek_err *err)
{
	const char *path = m->o->text[EK_VO_TEMPLATE];
	int rc;

	rc = ek_read_all(path, EK_VIBDESC_MAX, &m->text, &m->text_len, err);
	if (rc != EK_OK)
		return rc;
	ek_vibdesc_clear(&m->d);
	return ek_vibdesc_parse(&m->d, ek_input_name(path), m->text,
				m->text_len, err);
}

int vm_read_sig(struct ek_vibmake *m, struct ek_err *err)
{
	static const char pem[] = "-----BEGIN PKCS7-----";
	const char *path = m->o->text[EK_VO_SIG];
	int rc;

	rc = ek_read_all(path, EK_VIB_SIG_MAX, &m->sig, &m->sig_len, err);
	if (rc != EK_OK)
		return rc;
	/* ESXi reads nothing else: not DER, not BEGIN CMS */
	if (m->sig_len < sizeof(pem) - 1 ||
	    memcmp(m->sig, pem, sizeof(pem) - 1) != 0)
		return ek_fail(err, EK_EFORMAT, "'%s' is no signature: it must "
			       "begin with '%s'", ek_input_name(path), pem);
	return EK_OK;
}

/* ---- is it finished ----------------------------------------------------- */

static const struct vm_part *find_part(const struct ek_vibmake *m,
				       const char *name)
{
	for (size_t i = 0; i < m->n; i++)
		if (strcmp(m->parts[i].name, name) == 0)
			return &m->parts[i];
	return NULL;
}

/* What this checksum must be; NULL where it is of a kind not computed. */
static const char *computed(const struct vm_part *p,
			    const struct ek_checksum *s)
{
	bool gunzip = s->process != NULL && strcmp(s->process, "gunzip") == 0;

	if (strcmp(s->type, "sha-256-gunzip1") == 0)
		return p->compressed ? p->inside_sha256 : NULL;
	if (gunzip && !p->compressed)
		return NULL;
	if (strcmp(s->type, "sha-256") == 0)
		return gunzip ? p->inside_sha256 :
			s->process == NULL ? p->sha256 : NULL;
	return strcmp(s->type, "sha-1") == 0 && gunzip ? p->inside_sha1 : NULL;
}

static bool sums_fit(const struct vm_part *p, const struct ek_payload *d,
		     char *why, size_t room)
{
	if (ek_payload_sum(d, "sha-256", NULL) == NULL) {
		snprintf(why, room, "payload '%s' has no sha-256 in it",
			 d->name);
		return false;
	}
	for (size_t i = 0; i < d->n_sums; i++) {
		const char *want = computed(p, &d->sums[i]);

		if (want != NULL && ek_digest_equal(want, d->sums[i].hex))
			continue;
		snprintf(why, room, "the %s%s%s of payload '%s' is another "
			 "one", d->sums[i].type,
			 d->sums[i].process != NULL ? " " : "",
			 d->sums[i].process != NULL ? d->sums[i].process : "",
			 d->name);
		return false;
	}
	if (!d->has_size || d->size != p->size) {
		snprintf(why, room, "the size of payload '%s' is %s", d->name,
			 d->has_size ? "another one" : "not in it");
		return false;
	}
	return true;
}

static bool payload_fits(const struct ek_vibmake *m,
			 const struct ek_payload *d, char *why, size_t room)
{
	const struct vm_part *p = find_part(m, d->name);

	if (p == NULL) {
		snprintf(why, room, "payload '%s' was not given", d->name);
		return false;
	}
	if (strcmp(p->type, d->type) != 0 || p->boot_order != d->boot_order) {
		snprintf(why, room, "payload '%s' is to be of another type or "
			 "boot-order", d->name);
		return false;
	}
	return sums_fit(p, d, why, room);
}

/* ESXi takes no declaration (6.5 on) and fails later on what is not ASCII. */
static bool text_fits(const struct ek_vibmake *m, char *why, size_t room)
{
	if (m->text_len >= 5 && memcmp(m->text, "<?xml", 5) == 0) {
		snprintf(why, room, "it has an XML declaration, which ESXi "
			 "refuses");
		return false;
	}
	for (size_t i = 0; i < m->text_len; i++)
		if ((unsigned char)m->text[i] > 0x7e) {
			snprintf(why, room, "it is not ASCII at offset %zu", i);
			return false;
		}
	return true;
}

bool vm_is_finished(const struct ek_vibmake *m, char *why, size_t room)
{
	if (ek_vibopts_change(m->o)) {
		snprintf(why, room, "options change it");
		return false;
	}
	if (m->d.n_payloads != m->n) {
		snprintf(why, room, "it lists %zu payloads, and %zu were given",
			 m->d.n_payloads, m->n);
		return false;
	}
	if (m->n == 0 && !m->o->given[EK_VO_SIG]) {
		snprintf(why, room, "it is a template without payloads");
		return false;
	}
	if (!m->d.has_date) {
		snprintf(why, room, "it has no release-date");
		return false;
	}
	for (size_t i = 0; i < m->d.n_payloads; i++)
		if (!payload_fits(m, &m->d.payloads[i], why, room))
			return false;
	return text_fits(m, why, room);
}
