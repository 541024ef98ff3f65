/* SPDX-License-Identifier: BSD-2-Clause */
/* rules_image_whole.c - the database, and the names and archives of an image */
#include "os.h"

#include "ek/digest.h"
#include "ek/image.h"
#include "ek/imgdb.h"
#include "ek/path.h"
#include "ek/version.h"
#include "rules_image_int.h"

/* The file of this name; NULL: nobody speaks of it. */
static const struct ri_file *named(const struct ri *w, const char *name)
{
	for (size_t i = 0; i < w->n; i++)
		if (strcmp(w->v[i].f->name, name) == 0)
			return &w->v[i];
	return NULL;
}

/* ---- the database -------------------------------------------------------- */

int rules_image_database(const struct ek_rule *rule, const void *subject,
			 struct ek_findings *out, struct ek_err *err)
{
	const struct ri *w = subject;
	const struct ri_file *f = named(w, "imgdb.tgz");
	const struct ek_err *why = ek_imgscan_why(w->s->scan);

	(void)err;
	if (w->s->db != NULL || (f != NULL && f->fault != RI_FINE))
		return EK_OK;
	ek_finding_add(out, rule, ek_image_name(w->img), NULL, "%s",
		       why != NULL ? why->msg : "no image database");
	return EK_OK;
}

/* ---- modules that no VIB brings ------------------------------------------ */

/* imgdb.5, "Boot order": what must be loaded on an image of this release. */
static bool is_needed(const struct ri *w, const char *name)
{
	if (strcmp(name, "imgdb.tgz") == 0)
		return true;
	if (w->s->bank)
		return false;
	if (strcmp(name, "imgpayld.tgz") == 0)
		return true;
	return w->s->version != NULL && ek_version_valid(w->s->version) &&
	       ek_version_cmp(w->s->version, "7.0.2") >= 0;
}

int rules_image_installer(const struct ek_rule *rule, const void *subject,
			  struct ek_findings *out, struct ek_err *err)
{
	static const char *const names[] = {
		"imgdb.tgz", "imgpayld.tgz", "basemisc.tgz",
	};
	const struct ri *w = subject;

	(void)err;
	for (size_t i = 0; w->modules && w->s->db != NULL &&
	     i < sizeof(names) / sizeof(names[0]); i++) {
		const struct ri_file *v = named(w, names[i]);

		if (is_needed(w, names[i]) &&
		    (v == NULL || v->f->boots == 0))
			ek_finding_add(out, rule, ek_image_name(w->img), NULL,
				       "no boot.cfg loads '%s'", names[i]);
	}
	return EK_OK;
}

/* ---- imgpayld.tgz -------------------------------------------------------- */

#define BOOT_DIR "var/db/payloads/boot/"

static int by_path(const void *key, const void *entry)
{
	return strcmp(key, ((const struct ek_scan_entry *)entry)->path);
}

/* What imgpayld.tgz has of payload file f; *known: it was looked into. */
static const struct ek_scan_entry *inside(const struct ek_scan_file *from,
					  const char *path)
{
	return from->n_entries == 0 ? NULL :
		bsearch(path, from->entries, from->n_entries,
			sizeof(*from->entries), by_path);
}

static int check_inside(const struct ek_rule *rule, const struct ri *w,
			const struct ri_file *from, const struct ri_file *v,
			struct ek_findings *out, struct ek_err *err)
{
	const struct ek_checksum *sum =
		ek_payload_sum(v->f->payload, "sha-256", NULL);
	const struct ek_scan_entry *e;
	char path[512];

	snprintf(path, sizeof(path), BOOT_DIR "%s", v->f->name);
	e = inside(from->f, path);
	if (e == NULL)
		return rules_image_tell(rule, w, v->f, NULL, out, err,
					"imgpayld.tgz has no '%s', which the"
					" installer takes", path);
	if (sum == NULL || e->sha256[0] == '\0' ||
	    ek_digest_equal(e->sha256, sum->hex))
		return EK_OK;
	return rules_image_tell(rule, w, v->f, NULL, out, err, "sha-256 of"
				" '%s' in imgpayld.tgz, which the installer"
				" takes, is %s, the descriptor says %s", path,
				e->sha256, sum->hex);
}

int rules_image_imgpayld(const struct ek_rule *rule, const void *subject,
			 struct ek_findings *out, struct ek_err *err)
{
	const struct ri *w = subject;
	const struct ri_file *from = named(w, "imgpayld.tgz");
	int rc = EK_OK;

	if (w->s->bank || from == NULL || from->fault != RI_FINE ||
	    !from->f->looked)
		return EK_OK;
	for (size_t i = 0; rc == EK_OK && i < w->n; i++)
		if (rules_image_is_here(w, w->v[i].f) &&
		    !w->v[i].f->claimed_again &&
		    rules_image_is(w->v[i].f->payload->type, "boot"))
			rc = check_inside(rule, w, from, &w->v[i], out, err);
	return rc;
}

/* ---- names --------------------------------------------------------------- */

/* Length of a name without its extension. */
static size_t stem_of(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot != NULL ? (size_t)(dot - name) : strlen(name);
}

/* boot.cfg.5, "Secure Boot"; VMware's are .v00, .v01 and so on. */
static bool is_trusted(const char *name)
{
	static const char *const names[] = { "s", "sb", "esxcore", "esxupdt" };
	size_t n = stem_of(name);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == n && strncmp(names[i], name, n) == 0)
			return name[n] == '.' && name[n + 1] == 'v';
	return false;
}

/* rules_boot.h tells where there are two: its trusted-name. */
static bool is_alone(const struct ri *w, const struct ek_scan_file *f)
{
	size_t n = stem_of(f->name) + 1;

	for (size_t i = 0; i < w->n; i++)
		if (w->v[i].f != f && w->v[i].f->boots != 0 &&
		    strncmp(w->v[i].f->name, f->name, n) == 0)
			return false;
	return true;
}

int rules_image_trusted(const struct ek_rule *rule, const void *subject,
			struct ek_findings *out, struct ek_err *err)
{
	const struct ri *w = subject;
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < w->n; i++) {
		const struct ek_scan_file *f = w->v[i].f;

		if (f->boots != 0 && f->vib != NULL && is_trusted(f->name) &&
		    f->vib->d.level == EK_COMMUNITY && is_alone(w, f))
			rc = rules_image_tell(rule, w, f, NULL, out, err,
				"this is a name that the loader checks the"
				" signature of; Secure Boot stops");
	}
	return rc;
}

/* The first 8 bytes of the stem and 3 of the extension: room for "8.3". */
static void cut(const char *name, char out[13])
{
	size_t n = stem_of(name);

	snprintf(out, 13, "%.*s.%.3s", (int)(n < 8 ? n : 8), name,
		 name[n] == '.' ? name + n + 1 : "");
}

struct short_name {
	char text[13];
	const struct ek_scan_file *f;
};

static int by_short(const void *a, const void *b)
{
	const struct short_name *x = a, *y = b;
	int c = strcmp(x->text, y->text);

	return c != 0 ? c : strcmp(x->f->name, y->f->name);
}

int rules_image_83(const struct ek_rule *rule, const void *subject,
		   struct ek_findings *out, struct ek_err *err)
{
	const struct ri *w = subject;
	struct short_name *v = calloc(w->n + 1, sizeof(*v));
	size_t n = 0;
	int rc = EK_OK;

	if (v == NULL)
		return ek_fail_sys(err, "'%s'", ek_image_name(w->img));
	for (size_t i = 0; i < w->n; i++) {
		if (w->v[i].f->boots == 0)
			continue;
		cut(w->v[i].f->name, v[n].text);
		v[n++].f = w->v[i].f;
	}
	qsort(v, n, sizeof(*v), by_short);
	for (size_t i = 1; rc == EK_OK && i < n; i++)
		if (strcmp(v[i - 1].text, v[i].text) == 0)
			rc = rules_image_tell(rule, w, v[i].f, NULL, out, err,
				"cut to 8.3 it is '%s', as '%s' is", v[i].text,
				v[i - 1].f->name);
	free(v);
	return rc;
}
