/* SPDX-License-Identifier: BSD-2-Clause */
/* rules_boot_files.c - rules over the files that a boot.cfg names */
#include "os.h"

#include "ek/bootcfg.h"
#include "ek/err.h"
#include "ek/finding.h"
#include "ek/image.h"
#include "ek/io.h"
#include "ek/release.h"
#include "ek/rules_boot.h"
#include "ek/rules_payload.h"

/* One file that the loader would load. */
struct wanted {
	const struct ek_rules_boot *s;
	const char *what; /* "kernel", "module" */
	const char *path; /* as the loader has it */
	const struct ek_image_file *file; /* NULL: not there */
};

typedef int wanted_check(const struct ek_rule *rule, const struct wanted *w,
			 struct ek_findings *out, struct ek_err *err);

/* The part of a URL that the server's tree has. */
static const char *path_in_tree(const char *path)
{
	const char *host = strstr(path, "://");
	const char *slash;

	if (host == NULL)
		return path;
	slash = strchr(host + 3, '/');
	return slash != NULL ? slash : "";
}

static int check_one(const struct ek_rule *rule, struct wanted *w,
		     const char *what, const char *path, wanted_check *check,
		     struct ek_findings *out, struct ek_err *err)
{
	w->what = what;
	w->path = path;
	w->file = ek_image_find(w->s->files, path_in_tree(path));
	return check(rule, w, out, err);
}

/* Where both firmwares look for the same it is enough to look once; on an ISO
 * only a name without a slash makes them differ, and relative-name tells. */
static int each_file(const struct ek_rule *rule, const void *subject,
		     wanted_check *check, struct ek_findings *out,
		     struct ek_err *err)
{
	struct wanted w = { .s = subject };
	struct ek_boot_plan p;
	int rc;

	if (w.s->files == NULL)
		return EK_OK;
	rc = ek_boot_plan(w.s->cfg, EK_BOOT_BIOS, "", &p, err);
	if (rc != EK_OK)
		return rc;
	if (p.kernel != NULL)
		rc = check_one(rule, &w, "kernel", p.kernel, check, out, err);
	for (size_t i = 0; rc == EK_OK && i < p.n_modules; i++)
		rc = check_one(rule, &w, "module", p.modules[i].path, check,
			       out, err);
	ek_boot_plan_clear(&p);
	return rc;
}

static int missing(const struct ek_rule *rule, const struct wanted *w,
		   struct ek_findings *out, struct ek_err *err)
{
	(void)err;
	if (w->file == NULL)
		ek_finding_add(out, rule, ek_bootcfg_name(w->s->cfg), NULL,
			       "%s '%s' is not there: the loader stops with 15 "
			       "(Not found)", w->what, w->path);
	return EK_OK;
}

static int check_missing(const struct ek_rule *rule, const void *subject,
			 struct ek_findings *out, struct ek_err *err)
{
	return each_file(rule, subject, missing, out, err);
}

/* The same text, but for slashes in front and repeated ones? */
static bool same_case(const char *a, const char *b)
{
	for (;;) {
		a += *a == '/' ? strspn(a, "/") - 1 : 0;
		b += *b == '/' ? strspn(b, "/") - 1 : 0;
		if (*a != *b)
			return false;
		if (*a == '\0')
			return true;
		a++;
		b++;
	}
}

static int other_case(const struct ek_rule *rule, const struct wanted *w,
		      struct ek_findings *out, struct ek_err *err)
{
	const char *path = path_in_tree(w->path);

	(void)err;
	if (w->s->place != EK_PLACE_NET || w->file == NULL)
		return EK_OK;
	if (same_case(path + strspn(path, "/"),
		      w->file->path + strspn(w->file->path, "/")))
		return EK_OK;
	ek_finding_add(out, rule, ek_bootcfg_name(w->s->cfg), NULL,
		       "%s '%s' lies there as '%s': a server minds the case",
		       w->what, w->path, w->file->path);
	return EK_OK;
}

static int check_case(const struct ek_rule *rule, const void *subject,
		      struct ek_findings *out, struct ek_err *err)
{
	return each_file(rule, subject, other_case, out, err);
}

static int contents(const struct ek_rule *rule, const struct wanted *w,
		    struct ek_findings *out, struct ek_err *err)
{
	struct ek_rules_payload p = { .path = w->path };
	struct ek_in *in = NULL;
	char *subject;
	int rc;

	(void)rule;
	if (w->file == NULL)
		return EK_OK;
	if (asprintf(&subject, "%s: %s '%s'", ek_bootcfg_name(w->s->cfg),
		     w->what, w->path) < 0)
		return ek_fail_sys(err, "'%s'", w->path);
	p.subject = subject;
	rc = ek_image_in(w->s->files, w->file, &in, err);
	if (rc == EK_OK)
		rc = ek_module_file_look(in, &p.file, err);
	if (rc == EK_OK)
		rc = ek_rules_run(ek_rules_payload, ek_rules_payload_count,
				  EK_RALL, &p, out, err);
	ek_in_close(&in);
	free(subject);
	return rc;
}

static int check_contents(const struct ek_rule *rule, const void *subject,
			  struct ek_findings *out, struct ek_err *err)
{
	return each_file(rule, subject, contents, out, err);
}

const struct ek_rule ek_rules_boot_files[] = {
	{ "module-missing", EK_ERROR, EK_RALL, NULL,
	  "put the file there, or take its name out", check_missing },
	{ "name-case", EK_ERROR, EK_RALL, NULL,
	  "rename the file as boot.cfg has it", check_case },
	/* only runs those of rules_payload.h, whose codes it adds */
	{ "module-file", EK_ERROR, EK_RALL, NULL, NULL, check_contents },
};

const size_t ek_rules_boot_files_count =
	sizeof(ek_rules_boot_files) / sizeof(ek_rules_boot_files[0]);
