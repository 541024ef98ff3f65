/* SPDX-License-Identifier: BSD-2-Clause */
/* vibmake_desc.c - compose the descriptor of a VIB */
#include "os.h"

#include "ek/paysum.h"
#include "ek/release.h"
#include "vibmake_int.h"

static bool empty(const char *s)
{
	return s == NULL || s[0] == '\0';
}

/* ---- options over the template ------------------------------------------ */

static int set_text(struct ek_vibmake *m, enum ek_vibopt opt, char **to,
		    struct ek_err *err)
{
	return m->o->given[opt] ? ek_vibdesc_set(to, m->o->text[opt], err) :
		EK_OK;
}

static int option_texts(struct ek_vibmake *m, struct ek_err *err)
{
	struct ek_vibdesc *d = &m->d;
	const struct {
		enum ek_vibopt opt;
		char **to;
	} texts[] = {
		{ EK_VO_NAME, &d->name }, { EK_VO_VERSION, &d->version },
		{ EK_VO_VENDOR, &d->vendor }, { EK_VO_SUMMARY, &d->summary },
		{ EK_VO_DESCRIPTION, &d->description },
		{ EK_VO_TYPE, &d->type },
	};
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < sizeof(texts) / sizeof(texts[0]);
	     i++)
		rc = set_text(m, texts[i].opt, texts[i].to, err);
	return rc;
}

static void option_flags(struct ek_vibmake *m)
{
	const struct ek_vibopts *o = m->o;
	struct ek_vibdesc *d = &m->d;
	const struct {
		enum ek_vibopt opt;
		bool *to;
	} flags[] = {
		{ EK_VO_MAINTENANCE, &d->maint_install },
		{ EK_VO_MAINTENANCE, &d->maint_remove },
		{ EK_VO_LIVE_INSTALL, &d->live_install },
		{ EK_VO_LIVE_REMOVE, &d->live_remove },
		{ EK_VO_CIMOM, &d->cimom_restart },
		{ EK_VO_STATELESS, &d->stateless },
		{ EK_VO_OVERLAY, &d->overlay },
	};

	if (m->text == NULL && m->package != NULL)
		d->stateless = true; /* as VMware's own drivers are */
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (o->given[flags[i].opt])
			*flags[i].to = o->flag[flags[i].opt];
	if (o->given[EK_VO_LEVEL])
		d->level = o->level;
}

static int add_relations(struct ek_constraints *to,
			 const struct ek_constraints *from, struct ek_err *err)
{
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < from->n; i++)
		rc = ek_constraints_add(to, from->v[i].name,
					from->v[i].relation,
					from->v[i].version, err);
	return rc;
}

static int option_lists(struct ek_vibmake *m, struct ek_err *err)
{
	const struct ek_vibdesc *l = &m->o->lists;
	struct ek_vibdesc *d = &m->d;
	int rc;

	rc = add_relations(&d->depends, &l->depends, err);
	if (rc == EK_OK)
		rc = add_relations(&d->conflicts, &l->conflicts, err);
	if (rc == EK_OK)
		rc = add_relations(&d->replaces, &l->replaces, err);
	if (rc == EK_OK)
		rc = add_relations(&d->provides, &l->provides, err);
	for (size_t i = 0; rc == EK_OK && i < l->tags.n; i++)
		if (!ek_strs_has(&d->tags, l->tags.v[i]))
			rc = ek_strs_add(&d->tags, l->tags.v[i],
					 strlen(l->tags.v[i]), err);
	for (size_t i = 0; rc == EK_OK && i < l->n_urls; i++)
		rc = ek_vibdesc_add_url(d, l->urls[i].key, l->urls[i].url, err);
	return rc;
}

/* ---- defaults ----------------------------------------------------------- */

static int defaults(struct ek_vibmake *m, struct ek_err *err)
{
	struct ek_vibdesc *d = &m->d;
	int rc = EK_OK;

	if (m->package != NULL)
		rc = ek_package_describe(m->package, m->o->target, d, err);
	if (rc == EK_OK && empty(d->version))
		rc = ek_vibdesc_set(&d->version, "1.0-1", err);
	if (rc == EK_OK && empty(d->vendor))
		rc = ek_vibdesc_set(&d->vendor, "community", err);
	if (rc == EK_OK && empty(d->summary))
		rc = ek_vibdesc_set(&d->summary, d->name, err);
	if (rc == EK_OK && empty(d->description))
		rc = ek_vibdesc_set(&d->description, d->summary, err);
	return rc;
}

/* Which of the four that matter were given by nobody; before they are set. */
struct untold {
	bool name, version, vendor, summary;
};

static void tell_defaults(const struct ek_vibmake *m, const struct untold *u)
{
	const struct ek_vibdesc *d = &m->d;
	struct ek_buf b = EK_BUF_INIT;

	if (u->name)
		ek_buf_addf(&b, ", name %s", d->name);
	if (u->version)
		ek_buf_addf(&b, ", version %s", d->version);
	if (u->vendor)
		ek_buf_addf(&b, ", vendor %s", d->vendor);
	if (u->summary)
		ek_buf_addf(&b, ", summary '%s'", d->summary);
	if (b.len > 2)
		vm_tell(m, EK_SAY_NOTE, "by default: %s", b.p + 2);
	ek_buf_free(&b);
}

static void tell_target(const struct ek_vibmake *m)
{
	const struct ek_release *t = m->o->target;

	if (t == NULL)
		vm_tell(m, EK_SAY_NOTE, "no --target: no softwarePlatform, no "
			"vmkapi or driverAPI depends%s, checksums as for 6.7",
			m->text != NULL ? " added" : "");
	if (t == NULL || m->package == NULL ||
	    !m->package->has_kind[EK_MAP_NATIVE] || t->vmkapi != NULL)
		return;
	if ((t->bit & EK_R55_UP) == 0)
		vm_tell(m, EK_SAY_WARN, "ESXi %s has no native drivers, 5.5 "
			"and later have: this one will not be loaded", t->name);
	else
		vm_tell(m, EK_SAY_WARN, "which vmkapi a native driver for ESXi "
			"%s depends on is not known: none is written", t->name);
}

static int platform(struct ek_vibmake *m, struct ek_err *err)
{
	const struct ek_release *t = m->o->target;

	if (t == NULL || t->sw_platform == NULL)
		return EK_OK;
	for (size_t i = 0; i < m->d.n_sw; i++)
		if (strcmp(m->d.sw[i].version, t->sw_platform) == 0)
			return EK_OK;
	return ek_vibdesc_add_sw(&m->d, t->sw_platform, "", "embeddedEsx", err);
}

static int release_date(struct ek_vibmake *m, struct ek_err *err)
{
	bool found = false;
	int64_t newest = 0;

	m->d.has_installdate = false;
	if (m->o->has_time) {
		m->d.has_date = true;
		m->d.date = (struct ek_date){ .sec = m->o->time };
		return EK_OK;
	}
	if (m->d.has_date)
		return EK_OK;
	for (size_t i = 0; i < m->n; i++)
		if (m->parts[i].has_newest &&
		    (!found || m->parts[i].newest > newest)) {
			found = true;
			newest = m->parts[i].newest;
		}
	if (!found)
		return ek_fail(err, EK_EARG, "nothing that goes in has a time "
			       "for the release date: give --mtime");
	m->d.has_date = true;
	m->d.date = (struct ek_date){ .sec = newest < 0 ? 0 : newest };
	return EK_OK;
}

/* ---- payloads and files ------------------------------------------------- */

static int add_sums(const struct ek_release *rel, struct ek_payload *p,
		    const struct vm_part *part, struct ek_err *err)
{
	const struct ek_paysums s = {
		.compressed = part->compressed, .zstd = part->zstd,
		.sha256 = part->sha256, .inside_sha256 = part->inside_sha256,
		.inside_sha1 = part->inside_sha1,
		.gunzip1_sha256 = part->gunzip1_sha256,
	};

	return ek_paysums_add(p, rel->gunzip256_written, &s, err);
}

static int add_payload(struct ek_vibmake *m, struct ek_vibdesc *d,
		       const struct vm_part *part, struct ek_err *err)
{
	struct ek_payload *p;
	int rc;

	rc = ek_vibdesc_add_payload(d, part->name, part->type, &p, err);
	if (rc != EK_OK)
		return rc;
	p->boot_order = part->boot_order;
	p->has_size = true;
	p->size = part->size;
	if (part->vfat_name != NULL)
		rc = ek_vibdesc_set(&p->vfat_name, part->vfat_name, err);
	if (rc == EK_OK && part->zstd) {
		p->has_uncompressed = true;
		p->uncompressed_size = part->inside;
		rc = ek_vibdesc_set(&p->compression_option, "level=18", err);
	}
	return rc == EK_OK ? add_sums(m->rel, p, part, err) : rc;
}

static int part_cmp(const void *a, const void *b)
{
	return strcmp(((const struct vm_part *)a)->name,
		      ((const struct vm_part *)b)->name);
}

/* Those of the template must all be there: a payload is not lost silently. */
static int check_given(const struct ek_vibmake *m, struct ek_err *err)
{
	for (size_t i = 0; i < m->d.n_payloads; i++) {
		const char *name = m->d.payloads[i].name;
		size_t k = 0;

		while (k < m->n && strcmp(m->parts[k].name, name) != 0)
			k++;
		if (k == m->n)
			return ek_fail(err, EK_EREFUSE, "'%s' lists the payload"
				       " '%s', and no file was given for it "
				       "(--payload %s=FILE)",
				       m->template, name, name);
	}
	return EK_OK;
}

static int replace_payloads(struct ek_vibmake *m, struct ek_err *err)
{
	struct ek_vibdesc fresh;
	struct ek_payload *old = m->d.payloads;
	size_t n_old = m->d.n_payloads;
	int rc;

	rc = check_given(m, err);
	if (rc != EK_OK)
		return rc;
	/* members and elements alike go by the bytes of their names */
	if (m->n > 1)
		qsort(m->parts, m->n, sizeof(*m->parts), part_cmp);
	ek_vibdesc_init(&fresh);
	for (size_t i = 0; rc == EK_OK && i < m->n; i++)
		rc = add_payload(m, &fresh, &m->parts[i], err);
	m->d.payloads = fresh.payloads;
	m->d.n_payloads = fresh.n_payloads;
	fresh.payloads = old;
	fresh.n_payloads = n_old;
	ek_vibdesc_clear(&fresh);
	return rc;
}

static int replace_files(struct ek_vibmake *m, struct ek_err *err)
{
	struct ek_strs all = { 0 };
	int rc = EK_OK;

	ek_strs_free(&m->d.files);
	memset(&m->d.files, 0, sizeof(m->d.files));
	for (size_t i = 0; i < m->n; i++)
		for (size_t k = 0; rc == EK_OK && k < m->parts[i].files.n; k++)
			rc = ek_strs_add(&all, m->parts[i].files.v[k],
					 strlen(m->parts[i].files.v[k]), err);
	ek_strs_sort(&all);
	for (size_t i = 0; rc == EK_OK && i < all.n; i++) {
		if (i > 0 && strcmp(all.v[i - 1], all.v[i]) == 0) {
			vm_tell(m, EK_SAY_WARN, "'%s' is in two payloads",
				all.v[i]);
			continue;
		}
		rc = ek_strs_add(&m->d.files, all.v[i], strlen(all.v[i]), err);
	}
	ek_strs_free(&all);
	return rc;
}

/* A host that cannot unpack it must not take it (vib.5, "Relationships"). */
static int zstd_depends(struct ek_vibmake *m, struct ek_err *err)
{
	static const char name[] = "zstd-compression";
	bool zstd = false;

	for (size_t i = 0; i < m->n; i++)
		zstd |= m->parts[i].zstd;
	for (size_t i = 0; i < m->d.depends.n; i++)
		if (strcmp(m->d.depends.v[i].name, name) == 0)
			return EK_OK;
	if (!zstd)
		return EK_OK;
	return ek_constraints_add(&m->d.depends, name, "=", "1.0", err);
}

int vm_compose(struct ek_vibmake *m, struct ek_err *err)
{
	struct untold u;
	int rc;

	rc = option_texts(m, err);
	if (rc != EK_OK)
		return rc;
	u.name = empty(m->d.name);
	u.version = empty(m->d.version);
	u.vendor = empty(m->d.vendor);
	u.summary = empty(m->d.summary);
	option_flags(m);
	rc = defaults(m, err);
	if (rc == EK_OK)
		rc = option_lists(m, err);
	if (rc == EK_OK)
		rc = platform(m, err);
	if (rc == EK_OK)
		rc = zstd_depends(m, err);
	if (rc == EK_OK)
		rc = release_date(m, err);
	if (rc == EK_OK)
		rc = replace_payloads(m, err);
	if (rc == EK_OK)
		rc = replace_files(m, err);
	if (rc == EK_OK)
		rc = vm_check_text(&m->d, err);
	if (rc != EK_OK)
		return rc;
	tell_defaults(m, &u);
	tell_target(m);
	vm_warn(m);
	ek_vibdesc_write(&m->d, EK_VIBDESC_VIB, &m->xml);
	rc = ek_buf_check(&m->xml, "descriptor", err);
	return rc == EK_OK ? vm_check_written(m, err) : rc;
}
