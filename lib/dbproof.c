/* SPDX-License-Identifier: BSD-2-Clause */
/* dbproof.c - names in an image database, computed anew */
#include "os.h"

#include "ek/dbproof.h"
#include "ek/err.h"
#include "ek/imgdb.h"
#include "ek/json.h"
#include "ek/names.h"
#include "ek/profile.h"

static int no_memory(struct ek_err *err)
{
	errno = ENOMEM;
	return ek_fail_sys(err, "image database");
}

void ek_dbproof_clear(struct ek_dbproof *p)
{
	for (size_t i = 0; i < p->n_differ; i++) {
		free(p->differ[i].vib);
		free(p->differ[i].payload);
		free(p->differ[i].name);
		free(p->differ[i].computed);
	}
	free(p->differ);
	free(p->why);
	*p = (struct ek_dbproof){ .vibs = 0 };
}

bool ek_dbproof_good(const struct ek_dbproof *p)
{
	return p->n_differ == 0 && p->why == NULL;
}

/* ---- files --------------------------------------------------------------- */

/* Is the last component of path this name, which is freed? */
static int same_name(const char *path, char *name, bool *same,
		     struct ek_err *err)
{
	const char *slash = strrchr(path, '/');

	if (name == NULL)
		return no_memory(err);
	*same = strcmp(slash != NULL ? slash + 1 : path, name) == 0;
	free(name);
	return EK_OK;
}

static int vib_files(struct ek_dbproof *p, const struct ek_imgdb *db,
		     struct ek_err *err)
{
	int rc = EK_OK;

	p->vibs = ek_imgdb_vibs(db);
	for (size_t i = 0; i < p->vibs && rc == EK_OK; i++) {
		const struct ek_dbvib *v = ek_imgdb_vib(db, i);
		const char *path = v->xml->e.name;
		bool is32 = false, is64 = false;

		rc = same_name(path, ek_name_vib_file(v->d.name, v->id, 32),
			       &is32, err);
		if (rc == EK_OK)
			rc = same_name(path, ek_name_vib_file(v->d.name, v->id,
							      64), &is64, err);
		p->vibs32 += is32;
		p->vibs64 += is64;
	}
	return rc;
}

static int profile_file(struct ek_dbproof *p, const struct ek_imgdb *db,
			const struct ek_profile *profile, struct ek_err *err)
{
	const struct ek_dbfile *f = ek_imgdb_profile_file(db, 0);
	const char *path = f != NULL ? f->e.name : "";
	int rc = same_name(path, ek_name_profile_file(profile->name,
						      profile->creator, 32),
			   &p->profile32, err);

	if (rc == EK_OK)
		rc = same_name(path, ek_name_profile_file(profile->name,
							  profile->creator, 64),
			       &p->profile64, err);
	return rc;
}

/* ---- payloads ------------------------------------------------------------ */

/* Note that l, which was called old, got another name. */
static int note(struct ek_dbproof *p, const struct ek_local *l, const char *old,
		struct ek_err *err)
{
	struct ek_dbproof_row *v = reallocarray(p->differ, p->n_differ + 1,
						sizeof(*v)), *r;

	if (v == NULL)
		return no_memory(err);
	p->differ = v;
	r = &v[p->n_differ++];
	r->vib = strdup(l->vib_id);
	r->payload = strdup(l->payload);
	r->name = strdup(old);
	r->computed = strdup(l->name);
	return r->vib != NULL && r->payload != NULL && r->name != NULL &&
	       r->computed != NULL ? EK_OK : no_memory(err);
}

/* Names of v, whose own are in old, as if none had one. */
static int compare(struct ek_dbproof *p, const struct ek_imgdb *db,
		   struct ek_local *v, char *const *old, struct ek_err *err)
{
	struct ek_err why = EK_ERR_INIT;
	int rc = ek_names_assign(v, p->names, ek_imgdb_keeps_hyphen(db, false),
				 &why);

	if (rc == EK_ESYS) {
		if (err != NULL)
			*err = why;
		return rc;
	}
	if (rc != EK_OK) {
		p->why = strdup(why.msg);
		return p->why != NULL ? EK_OK : no_memory(err);
	}
	for (size_t i = 0; i < p->names && rc == EK_OK; i++)
		if (strcmp(v[i].name, old[i]) != 0)
			rc = note(p, &v[i], old[i], err);
	return rc;
}

static int payload_names(struct ek_dbproof *p, const struct ek_imgdb *db,
			 const struct ek_profile *profile, struct ek_err *err)
{
	struct ek_local *v = NULL;
	char **old = NULL;
	size_t n = 0;
	int rc = ek_imgdb_locals(db, profile, 0, &v, &n, err);

	if (rc != EK_OK)
		return rc;
	/* what the profile names and no VIB has, stays out */
	for (size_t i = 0; i < n; i++)
		if (v[i].type != NULL) {
			struct ek_local l = v[i];

			v[i] = v[p->names];
			v[p->names++] = l;
		}
	old = calloc(n + 1, sizeof(*old));
	if (old == NULL)
		rc = no_memory(err);
	for (size_t i = 0; rc == EK_OK && i < p->names; i++) {
		old[i] = v[i].name;
		v[i].name = NULL;
	}
	if (rc == EK_OK)
		rc = compare(p, db, v, old, err);
	for (size_t i = 0; old != NULL && i < p->names; i++)
		free(old[i]);
	free(old);
	ek_locals_free(v, n);
	return rc;
}

int ek_dbproof_run(struct ek_dbproof *p, const struct ek_imgdb *db,
		   struct ek_err *err)
{
	struct ek_profile *profile;
	int rc = ek_imgdb_profile(db, &profile, err);

	*p = (struct ek_dbproof){ .vibs = 0 };
	if (rc == EK_OK)
		rc = vib_files(p, db, err);
	if (rc == EK_OK)
		rc = profile_file(p, db, profile, err);
	if (rc == EK_OK)
		rc = payload_names(p, db, profile, err);
	return rc;
}

/* ---- showing ------------------------------------------------------------- */

static const char *profile_bits(const struct ek_dbproof *p)
{
	return p->profile32 ? "32-bit hash" :
	       p->profile64 ? "64-bit hash" : "another number";
}

void ek_dbproof_text(const struct ek_dbproof *p, struct ek_buf *out)
{
	ek_buf_addf(out, "VIB files      %zu: %zu with the 32-bit hash, %zu"
		    " with the 64-bit hash, %zu with another number\n", p->vibs,
		    p->vibs32, p->vibs64, p->vibs - p->vibs32 - p->vibs64);
	ek_buf_addf(out, "profile file   %s\n", profile_bits(p));
	if (p->why != NULL)
		ek_buf_addf(out, "payload names  %zu: cannot be computed: %s\n",
			    p->names, p->why);
	else
		ek_buf_addf(out, "payload names  %zu: %zu as computed\n",
			    p->names, p->names - p->n_differ);
	for (size_t i = 0; i < p->n_differ; i++) {
		const struct ek_dbproof_row *r = &p->differ[i];

		ek_buf_addf(out, "'%s', computed '%s': payload '%s' of '%s'\n",
			    r->name, r->computed, r->payload, r->vib);
	}
}

void ek_dbproof_json(const struct ek_dbproof *p, struct ek_buf *out)
{
	struct ek_json j;

	ek_json_begin(&j, out);
	ek_json_uint(&j, "vib_files", p->vibs);
	ek_json_uint(&j, "vib_files_32", p->vibs32);
	ek_json_uint(&j, "vib_files_64", p->vibs64);
	ek_json_bool(&j, "profile_file_32", p->profile32);
	ek_json_bool(&j, "profile_file_64", p->profile64);
	ek_json_uint(&j, "payload_names", p->names);
	ek_json_str(&j, "error", p->why);
	ek_json_array(&j, "differ");
	for (size_t i = 0; i < p->n_differ; i++) {
		const struct ek_dbproof_row *r = &p->differ[i];

		ek_json_object(&j, NULL);
		ek_json_str(&j, "vib_id", r->vib);
		ek_json_str(&j, "payload", r->payload);
		ek_json_str(&j, "file", r->name);
		ek_json_str(&j, "computed", r->computed);
		ek_json_close(&j);
	}
	ek_json_close(&j);
	ek_json_end(&j);
}

int ek_dbproof_report(const struct ek_imgdb *db, bool json, struct ek_buf *out,
		      struct ek_err *err)
{
	struct ek_dbproof p;
	int rc = ek_dbproof_run(&p, db, err);

	if (rc == EK_OK && json)
		ek_dbproof_json(&p, out);
	else if (rc == EK_OK)
		ek_dbproof_text(&p, out);
	if (rc == EK_OK && !ek_dbproof_good(&p))
		rc = ek_fail(err, EK_EREFUSE, "'%s': names of payloads are not"
			     " as computed", ek_imgdb_name(db));
	ek_dbproof_clear(&p);
	return rc;
}
