/* SPDX-License-Identifier: BSD-2-Clause */
/* vibmake_check.c - is what was composed fit for ESXi */
#include "os.h"

#include "ek/release.h"
#include "ek/rules_path.h"
#include "vibmake_int.h"

/* Longest texts of the schema (vib.5, "Elements"); ESXi takes longer ones. */
enum { MAX_WORD = 35, MAX_SUMMARY = 80, MAX_KEY = 20, MAX_FILE = 99 };

/* Writing the database fails on a host with anything else (measured). */
static int check_text(const char *field, const char *s, struct ek_err *err)
{
	for (const char *p = s; p != NULL && *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;

		if (c > 0x7e)
			return ek_fail(err, EK_EREFUSE, "%s '%s' is not ASCII, "
				       "which fails when ESXi writes its "
				       "database", field, s);
		if (c < 0x20 && strcmp(field, "description") != 0)
			return ek_fail(err, EK_EREFUSE, "%s '%s' has a control "
				       "character", field, s);
	}
	return EK_OK;
}

static int check_relations(const char *field, const struct ek_constraints *l,
			   struct ek_err *err)
{
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < l->n; i++) {
		rc = check_text(field, l->v[i].name, err);
		if (rc == EK_OK)
			rc = check_text(field, l->v[i].version, err);
	}
	return rc;
}

static int check_lists(const struct ek_vibdesc *d, struct ek_err *err)
{
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < d->n_urls; i++) {
		rc = check_text("url key", d->urls[i].key, err);
		if (rc == EK_OK)
			rc = check_text("url", d->urls[i].url, err);
	}
	for (size_t i = 0; rc == EK_OK && i < d->tags.n; i++)
		rc = check_text("tag", d->tags.v[i], err);
	for (size_t i = 0; rc == EK_OK && i < d->n_hw; i++) {
		rc = check_text("hwplatform", d->hw[i].vendor, err);
		if (rc == EK_OK)
			rc = check_text("hwplatform", d->hw[i].model, err);
	}
	for (size_t i = 0; rc == EK_OK && i < d->files.n; i++)
		rc = check_text("file", d->files.v[i], err);
	return rc;
}

int vm_check_text(const struct ek_vibdesc *d, struct ek_err *err)
{
	const struct {
		const char *field, *text;
	} texts[] = {
		{ "name", d->name }, { "version", d->version },
		{ "vendor", d->vendor }, { "summary", d->summary },
		{ "description", d->description }, { "type", d->type },
	};
	const struct {
		const char *field;
		const struct ek_constraints *list;
	} lists[] = {
		{ "depends", &d->depends }, { "conflicts", &d->conflicts },
		{ "replaces", &d->replaces }, { "provides", &d->provides },
		{ "compatibleWith", &d->compatible },
	};
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < sizeof(texts) / sizeof(texts[0]);
	     i++)
		rc = check_text(texts[i].field, texts[i].text, err);
	for (size_t i = 0; rc == EK_OK && i < sizeof(lists) / sizeof(lists[0]);
	     i++)
		rc = check_relations(lists[i].field, lists[i].list, err);
	return rc == EK_OK ? check_lists(d, err) : rc;
}

static void warn_long(const struct ek_vibmake *m, const char *what,
		      const char *text, size_t max)
{
	if (text != NULL && strlen(text) > max)
		vm_tell(m, EK_SAY_WARN, "%s '%s' has %zu characters; the "
			"schema of ESXi allows %zu", what, text, strlen(text),
			max);
}

static void warn_lengths(const struct ek_vibmake *m)
{
	const struct ek_vibdesc *d = &m->d;

	warn_long(m, "name", d->name, MAX_WORD);
	warn_long(m, "version", d->version, MAX_WORD);
	warn_long(m, "vendor", d->vendor, MAX_WORD);
	warn_long(m, "summary", d->summary, MAX_SUMMARY);
	for (size_t i = 0; i < d->n_urls; i++)
		warn_long(m, "url key", d->urls[i].key, MAX_KEY);
	for (size_t i = 0; i < d->files.n; i++)
		warn_long(m, "file", d->files.v[i], MAX_FILE);
}

/* What a host says at install; vib-check tells more. */
static void warn_rules(const struct ek_vibmake *m)
{
	const struct ek_vibdesc *d = &m->d;
	const char *first = NULL, *level = ek_level_name(d->level);
	size_t n = 0;

	for (size_t i = 0; i < d->files.n; i++)
		if (!ek_path_rule_ok(d->level, m->rel->bit, d->files.v[i]) &&
		    n++ == 0)
			first = d->files.v[i];
	if (first != NULL)
		vm_tell(m, EK_SAY_WARN, "ESXi %s refuses '%s' in a VIB of level"
			" %s (%zu such path%s): it installs only with --force",
			m->rel->base, first, level, n, n == 1 ? "" : "s");
	if (d->overlay && d->level == EK_COMMUNITY)
		vm_tell(m, EK_SAY_WARN, "ESXi refuses overlay in a VIB of level"
			" community");
	if (d->level > EK_COMMUNITY && m->sig == NULL &&
	    !m->o->given[EK_VO_SIGN]) /* vm_sign() tells what that is worth */
		vm_tell(m, EK_SAY_WARN, "level %s needs a signature that ESXi "
			"trusts, and there is none", level);
}

void vm_warn(const struct ek_vibmake *m)
{
	warn_lengths(m);
	warn_rules(m);
}

int vm_check_written(const struct ek_vibmake *m, struct ek_err *err)
{
	struct ek_vibdesc d;
	int rc;

	rc = ek_vibdesc_parse(&d, "the new descriptor", ek_buf_str(&m->xml),
			      m->xml.len, err);
	ek_vibdesc_clear(&d);
	return rc;
}
