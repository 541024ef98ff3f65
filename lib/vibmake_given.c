/* SPDX-License-Identifier: BSD-2-Clause */
/* vibmake_given.c - a descriptor that was given: is it finished */
#include "os.h"

#include <sys/stat.h>

#include "ek/io.h"
#include "ek/vib.h"
#include "vibmake_int.h"

int vm_read_template(struct ek_vibmake *m, const char *path,
		     struct ek_err *err)
{
	int rc;

	rc = ek_vibdesc_set(&m->template, ek_input_name(path), err);
	if (rc == EK_OK)
		rc = ek_read_all(path, EK_VIBDESC_MAX, &m->text, &m->text_len,
				 err);
	if (rc != EK_OK)
		return rc;
	ek_vibdesc_clear(&m->d);
	return ek_vibdesc_parse(&m->d, m->template, m->text, m->text_len, err);
}

int vm_read_sig(struct ek_vibmake *m, const char *path, struct ek_err *err)
{
	static const char pem[] = "-----BEGIN PKCS7-----";
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

/* ---- what vib-unpack wrote ---------------------------------------------- */

/* "<dir>/<name>", where name can be that of a payload and so leads nowhere
 * else; malloc()ed. */
static int below(const char *dir, const char *name, char **path,
		 struct ek_err *err)
{
	const char *why = ek_payload_name_problem(name);

	*path = NULL;
	if (why == NULL && (strcmp(name, ".") == 0 || strcmp(name, "..") == 0))
		why = "is no name";
	if (why != NULL)
		return ek_fail(err, EK_EREFUSE,
			       "'%s/descriptor.xml': payload name '%s' %s",
			       dir, name, why);
	if (asprintf(path, "%s/%s", dir, name) < 0) {
		*path = NULL;
		return ek_fail_sys(err, "cannot read '%s'", dir);
	}
	return EK_OK;
}

static int add_unpacked(struct ek_vibmake *m, const char *dir,
			const struct ek_payload *p, struct ek_err *err)
{
	struct ek_payload_spec s = { .name = p->name };
	struct stat st;
	char *path;
	int rc;

	rc = below(dir, p->name, &path, err);
	if (rc != EK_OK)
		return rc;
	s.file = path;
	s.tree = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
	rc = s.tree ? vm_add_tree(m, &s, err) : vm_add_file(m, &s, err);
	free(path);
	return rc;
}

/* An unsigned VIB has a signature of no bytes, or (as a tree) no such file. */
static int unpacked_sig(struct ek_vibmake *m, const char *path,
			struct ek_err *err)
{
	struct stat st;

	if (stat(path, &st) != 0 || st.st_size == 0)
		return EK_OK;
	return vm_read_sig(m, path, err);
}

int vm_read_unpacked(struct ek_vibmake *m, struct ek_err *err)
{
	const char *dir = m->o->text[EK_VO_UNPACKED];
	char *xml = NULL, *sig = NULL;
	int rc;

	rc = below(dir, "descriptor.xml", &xml, err);
	if (rc == EK_OK)
		rc = below(dir, "sig.pkcs7", &sig, err);
	if (rc == EK_OK)
		rc = vm_read_template(m, xml, err);
	if (rc == EK_OK)
		rc = unpacked_sig(m, sig, err);
	for (size_t i = 0; rc == EK_OK && i < m->d.n_payloads; i++)
		rc = add_unpacked(m, dir, &m->d.payloads[i], err);
	free(xml);
	free(sig);
	return rc;
}

void vm_drop_sig(struct ek_vibmake *m)
{
	if (m->sig_len > 0)
		vm_tell(m, EK_SAY_WARN, "'%s': the signature is dropped, it is "
			"not over what the VIB is now", m->template);
	free(m->sig);
	m->sig = NULL;
	m->sig_len = 0;
	if (m->d.level == EK_COMMUNITY || m->o->given[EK_VO_LEVEL])
		return;
	vm_tell(m, EK_SAY_WARN, "'%s': level %s becomes community",
		m->template, ek_level_name(m->d.level));
	m->d.level = EK_COMMUNITY;
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
		return p->compressed ? p->gunzip1_sha256 : NULL;
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

static bool same_text(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b != NULL ? b : "") == 0;
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
	if (!same_text(p->vfat_name, d->vfat_name)) {
		snprintf(why, room, "payload '%s' is to have another vfat-name",
			 d->name);
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
