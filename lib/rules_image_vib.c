/* SPDX-License-Identifier: BSD-2-Clause */
/* rules_image_vib.c - do the VIBs of an image's database agree with themselves */
#include "os.h"

#include "ek/image.h"
#include "ek/imgdb.h"
#include "ek/profile.h"
#include "ek/release.h"
#include "ek/vib.h"
#include "rules_image_int.h"

/* Each VIB of the profile that is there. */
typedef int vib_check(const struct ek_rule *rule, const struct ri *w,
		      const struct ek_dbvib *v, struct ek_findings *out,
		      struct ek_err *err);

static int each_vib(const struct ek_rule *rule, const void *subject,
		    vib_check *check, struct ek_findings *out,
		    struct ek_err *err)
{
	const struct ri *w = subject;
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && w->s->p != NULL &&
	     i < w->s->p->n_vibs; i++) {
		const struct ek_dbvib *v =
			ek_imgdb_find(w->s->db, w->s->p->vibs[i].id);

		if (v != NULL)
			rc = check(rule, w, v, out, err);
	}
	return rc;
}

/* "IMAGE:/IMGDB.TGZ:var/db/esximg/vibs/x.xml", malloc()ed. */
static char *place_of(const struct ri *w, const struct ek_dbfile *f)
{
	const struct ek_image_file *db =
		ek_image_database(ek_imgscan_image(w->s->scan));
	char *s;

	if (asprintf(&s, "%s:%s:%s", ek_image_name(w->img),
		     db != NULL ? db->path : "/imgdb.tgz", f->e.name) < 0)
		return NULL;
	return s;
}

static int tell(const struct ek_rule *rule, const struct ri *w,
		const struct ek_dbfile *f, const char *what, const char *of,
		const struct ek_dbvib *v, struct ek_findings *out,
		struct ek_err *err)
{
	char *subject = place_of(w, f);

	if (subject == NULL)
		return ek_fail_sys(err, "findings");
	ek_finding_add(out, rule, subject, NULL, "VIB '%s': %s%s", v->id, what,
		       of);
	free(subject);
	return EK_OK;
}

/* ---- descriptor and signature -------------------------------------------- */

static bool is_there(const struct ek_dbfile *f)
{
	return f != NULL && f->e.size != 0; /* an empty one is taken as none */
}

/* imgdb.5, "VIBs": before 6.5 a database holds XML only. */
static bool stores(const struct ek_rules_image *s)
{
	return s->release->stores_orig_sig || ek_imgdb_has_orig(s->db) ||
	       ek_imgdb_has_sig(s->db);
}

int ek_image_stored(const struct ek_rules_image *s, const struct ek_dbvib *v,
		    enum ek_stored *st, struct ek_err *why, struct ek_err *err)
{
	int rc = EK_OK;

	if (is_there(v->orig))
		rc = ek_imgdb_check_orig(v, why);
	if (rc == EK_ESYS) {
		*err = *why;
		return rc;
	}
	if (rc != EK_OK)
		*st = EK_STORED_DIFFERS;
	else if (v->d.level == EK_COMMUNITY)
		*st = EK_STORED_COMMUNITY;
	else if (is_there(v->orig) && is_there(v->sig))
		*st = EK_STORED_SIG;
	else
		*st = stores(s) ? EK_STORED_MISSING : EK_STORED_UNTOLD;
	return EK_OK;
}

static int check_descriptor(const struct ek_rule *rule, const struct ri *w,
			    const struct ek_dbvib *v, struct ek_findings *out,
			    struct ek_err *err)
{
	struct ek_err why = EK_ERR_INIT;
	enum ek_stored st;
	int rc = ek_image_stored(w->s, v, &st, &why, err);

	if (rc == EK_OK && st == EK_STORED_DIFFERS)
		rc = tell(rule, w, v->orig, why.msg, "", v, out, err);
	return rc;
}

int rules_image_descriptor(const struct ek_rule *rule, const void *subject,
			   struct ek_findings *out, struct ek_err *err)
{
	return each_vib(rule, subject, check_descriptor, out, err);
}

static int check_signature(const struct ek_rule *rule, const struct ri *w,
			   const struct ek_dbvib *v, struct ek_findings *out,
			   struct ek_err *err)
{
	struct ek_err why = EK_ERR_INIT;
	enum ek_stored st;
	int rc = ek_image_stored(w->s, v, &st, &why, err);

	if (rc == EK_OK && st == EK_STORED_MISSING)
		rc = tell(rule, w, v->xml, is_there(v->orig) ? "no signature"
			  " is stored, and it claims level " : "no signed"
			  " descriptor is stored, and it claims level ",
			  ek_level_name(v->d.level), v, out, err);
	return rc;
}

int rules_image_signature(const struct ek_rule *rule, const void *subject,
			  struct ek_findings *out, struct ek_err *err)
{
	return each_vib(rule, subject, check_signature, out, err);
}

/* ---- the file list ------------------------------------------------------- */

/* Findings of one VIB; a hostile list of files could make a million. */
enum { MANY = 50 };

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool among(const struct ek_strs *l, const char *path)
{
	return l->n != 0 && bsearch(&path, l->v, l->n, sizeof(*l->v),
				    by_bytes) != NULL;
}

/* A payload of this VIB that has files. */
static bool has_files(const struct ek_dbvib *v, const struct ek_scan_file *f)
{
	return f->vib == v && (rules_image_is_vmtar(f->payload) ||
			       rules_image_is(f->payload->type, "tgz"));
}

/* Could every payload be read, and has it no other fault? Else nothing is known
 * to be missing. */
static bool all_readable(const struct ri *w, const struct ek_dbvib *v)
{
	size_t want = 0, got = 0;

	for (size_t i = 0; i < v->d.n_payloads; i++)
		want += rules_image_is_vmtar(&v->d.payloads[i]) ||
			rules_image_is(v->d.payloads[i].type, "tgz");
	for (size_t i = 0; i < w->n; i++)
		got += has_files(v, w->v[i].f) && w->v[i].f->looked &&
		       !w->v[i].f->claimed_again && w->v[i].fault == RI_FINE;
	return want == got;
}

struct lister {
	const struct ek_rule *rule;
	const struct ri *w;
	const struct ek_dbvib *v;
	struct ek_findings *out;
	size_t n;
};

/* Once more than MANY: that there are more. */
static bool full(struct lister *l)
{
	if (l->n == MANY)
		ek_finding_add(l->out, l->rule, l->v->id, NULL, "there are more"
			       " of this kind, which are not told");
	return l->n++ >= MANY;
}

static int held_not_listed(struct lister *l, const struct ek_scan_file *f,
			   const struct ek_strs *listed, struct ek_err *err)
{
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < f->look.files.n; i++) {
		const char *path = f->look.files.v[i];

		if (!among(listed, path) && !full(l))
			rc = rules_image_tell(l->rule, l->w, f, NULL, l->out,
					      err, "it holds '%.400s', which"
					      " the file list does not name",
					      path);
	}
	return rc;
}

static bool is_held(const struct lister *l, const char *path)
{
	for (size_t i = 0; i < l->w->n; i++)
		if (has_files(l->v, l->w->v[i].f) &&
		    among(&l->w->v[i].f->look.files, path))
			return true;
	return false;
}

static int listed_not_held(struct lister *l, const struct ek_strs *listed,
			   struct ek_err *err)
{
	char what[512];
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < listed->n; i++) {
		if (is_held(l, listed->v[i]) || full(l))
			continue;
		snprintf(what, sizeof(what), "the file list names '%.400s',"
			 " which no payload holds", listed->v[i]);
		rc = tell(l->rule, l->w, l->v->xml, what, "", l->v, l->out,
			  err);
	}
	return rc;
}

static int sorted_list(const struct ek_dbvib *v, struct ek_strs *l,
		       struct ek_err *err)
{
	const struct ek_strs *from = &v->d.files;
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < from->n; i++)
		rc = ek_strs_add(l, from->v[i], strlen(from->v[i]), err);
	ek_strs_sort(l);
	return rc;
}

static int check_list(const struct ek_rule *rule, const struct ri *w,
		      const struct ek_dbvib *v, struct ek_findings *out,
		      struct ek_err *err)
{
	struct lister l = { rule, w, v, out, 0 };
	struct ek_strs listed = { NULL, 0, 0 };
	int rc;

	if (!all_readable(w, v))
		return EK_OK;
	rc = sorted_list(v, &listed, err);
	for (size_t i = 0; rc == EK_OK && i < w->n; i++)
		if (has_files(v, w->v[i].f))
			rc = held_not_listed(&l, w->v[i].f, &listed, err);
	if (rc == EK_OK)
		rc = listed_not_held(&l, &listed, err);
	ek_strs_free(&listed);
	return rc;
}

int rules_image_file_list(const struct ek_rule *rule, const void *subject,
			  struct ek_findings *out, struct ek_err *err)
{
	return each_vib(rule, subject, check_list, out, err);
}
