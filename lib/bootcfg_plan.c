/* SPDX-License-Identifier: BSD-2-Clause */
/* bootcfg_plan.c - what the boot loader makes of a boot.cfg */
#include "os.h"

#include "ek/bootcfg.h"
#include "ek/buf.h"
#include "ek/err.h"

#include "bootcfg_int.h"

#define SEPARATOR "---"

bool ek_boot_fw_parse(const char *s, enum ek_boot_fw *fw)
{
	if (strcasecmp(s, "bios") == 0)
		*fw = EK_BOOT_BIOS;
	else if (strcasecmp(s, "uefi") == 0)
		*fw = EK_BOOT_UEFI;
	else
		return false;
	return true;
}

const char *ek_boot_fw_name(enum ek_boot_fw fw)
{
	return fw == EK_BOOT_BIOS ? "bios" : "uefi";
}

const char *ek_boot_fw_dir(enum ek_boot_fw fw)
{
	return fw == EK_BOOT_BIOS ? "" : "/EFI/BOOT";
}

const char *ek_boot_status_text(enum ek_boot_status s)
{
	switch (s) {
	case EK_BOOT_OK:
		return "Success";
	case EK_BOOT_UNSUPPORTED:
		return "Unsupported";
	case EK_BOOT_TOO_SMALL:
		return "Buffer too small";
	case EK_BOOT_NOT_FOUND:
		return "Not found";
	case EK_BOOT_ABORTED:
		return "Aborted";
	case EK_BOOT_CRC:
		return "CRC error";
	case EK_BOOT_SYNTAX:
		return "Syntax";
	case EK_BOOT_INCONSISTENT:
		return "Inconsistent data";
	case EK_BOOT_BAD_HEADER:
		return "Bad header";
	}
	return "Unknown";
}

/* ---- lists -------------------------------------------------------------- */

/* Pass over separators at s as the loader does: each takes the next byte with
 * it, even the NUL. False where that ran past the end. */
static bool pass_separators(const char **s, struct ek_bootcfg_item *it)
{
	while (strncmp(*s, SEPARATOR, 3) == 0) {
		it->empty++;
		*s += 3;
		if (**s == '\0')
			return false;
		it->lost |= **s != ' ';
		(*s)++;
		*s += strspn(*s, " ");
	}
	return true;
}

/* The next separator, or the end. Not strstr(): under a sanitizer that looks at
 * all of the rest each time. */
static const char *find_separator(const char *s)
{
	s = strchrnul(s, SEPARATOR[0]);
	while (*s != '\0' && strncmp(s, SEPARATOR, 3) != 0)
		s = strchrnul(s + 1, SEPARATOR[0]);
	return s;
}

enum ek_bootcfg_next ek_bootcfg_next_item(const char **list,
					  struct ek_bootcfg_item *it)
{
	const char *s = *list + strspn(*list, " ");
	const char *end;

	*it = (struct ek_bootcfg_item){ .empty = 0 };
	if (!pass_separators(&s, it))
		return EK_BOOTCFG_WILD;
	*list = s;
	if (*s == '\0')
		return EK_BOOTCFG_END;
	end = find_separator(s);
	*list = *end != '\0' ? end + 3 : end;

	it->name = s;
	while (s < end && *s != ' ')
		s++;
	it->name_len = (size_t)(s - it->name);
	while (s < end && *s == ' ')
		s++;
	while (end > s && end[-1] == ' ')
		end--;
	it->opts = s;
	it->opts_len = (size_t)(end - s);
	return EK_BOOTCFG_ITEM;
}

/* ---- paths -------------------------------------------------------------- */

static bool is_absolute(const char *path)
{
	return path[0] == '/' || path[0] == '\\' ||
	       strstr(path, "://") != NULL;
}

/* In place: no white space, '/' for '\', one for several but for "://". */
static void clean(char *path)
{
	const char *url;
	size_t n = 0, keep = 0;

	for (size_t i = 0; path[i] != '\0'; i++)
		if (!bootcfg_is_space(path[i]))
			path[n++] = path[i];
	path[n] = '\0';
	for (char *p = strchr(path, '\\'); p != NULL; p = strchr(p, '\\'))
		*p = '/';
	url = strstr(path, "://");
	if (url != NULL)
		keep = (size_t)(url - path) + 3;
	n = keep;
	for (size_t i = keep; path[i] != '\0'; i++)
		if (path[i] != '/' || n == 0 || path[n - 1] != '/')
			path[n++] = path[i];
	path[n] = '\0';
}

/* The path that is loaded for len bytes of name; NULL: no memory. */
static char *make_path(const char *prefix, const char *name, size_t len)
{
	char *own = strndup(name, len);
	char *path;

	if (own == NULL)
		return NULL;
	if (is_absolute(own) || prefix[0] == '\0') {
		clean(own);
		return own;
	}
	if (asprintf(&path, "%s/%s", prefix, own) < 0)
		path = NULL;
	free(own);
	if (path != NULL)
		clean(path);
	return path;
}

/* ---- keys --------------------------------------------------------------- */

/* What the lines said in the end. */
struct seen {
	const char *last[N_OPTIONS]; /* NULL: not given */
	bool set[N_OPTIONS];         /* had a value that was not empty */
	const struct bootcfg_line *bad; /* number that is none */
};

static void look(const struct ek_bootcfg *cfg, struct seen *s)
{
	*s = (struct seen){ .bad = NULL };
	for (size_t i = 0; i < cfg->n; i++) {
		const struct bootcfg_line *l = &cfg->v[i];
		const char *value = l->text + l->value;

		if (l->option < 0)
			continue;
		if (bootcfg_options[l->option].integer && *value != '\0' &&
		    !ek_bootcfg_is_number(value)) {
			s->bad = l;
			return;
		}
		s->last[l->option] = value;
		s->set[l->option] |= *value != '\0';
	}
}

/* The value of a string option, NULL where it is not set. */
static const char *string_of(const struct seen *s, int option)
{
	const char *v = s->last[option];

	return v != NULL && *v != '\0' ? v : NULL;
}

static int number_of(const struct seen *s, int option, int def,
		     enum ek_boot_fw fw)
{
	const char *v = s->last[option];
	long long n;

	if (v == NULL)
		return def;
	n = strtoll(v, NULL, 10); /* "" and "-" are 0 */
	if (fw == EK_BOOT_UEFI) /* a long of 64 bits, cut to an int */
		return (int)(int32_t)(uint32_t)(unsigned long long)n;
	return n > INT32_MAX ? INT32_MAX : n < INT32_MIN ? INT32_MIN : (int)n;
}

/* A string key whose last value is empty: half of its pointer is cleared. */
static bool half_cleared(const struct seen *s)
{
	for (int i = 0; i < N_OPTIONS; i++)
		if (!bootcfg_options[i].integer && s->set[i] &&
		    *s->last[i] == '\0')
			return true;
	return false;
}

/* ---- the plan ----------------------------------------------------------- */

static int refuse(struct ek_boot_plan *plan, enum ek_boot_status status,
		  const char *why, struct ek_err *err)
{
	plan->status = status;
	plan->why = strdup(why);
	return plan->why != NULL ? EK_OK : ek_fail_sys(err, "boot.cfg");
}

static int refuse_number(struct ek_boot_plan *plan,
			 const struct bootcfg_line *l, struct ek_err *err)
{
	plan->status = EK_BOOT_SYNTAX;
	if (asprintf(&plan->why, "%s: '%s' is not a number",
		     bootcfg_options[l->option].name, l->text + l->value) >= 0)
		return EK_OK;
	plan->why = NULL;
	return ek_fail_sys(err, "boot.cfg");
}

static bool copy(char **to, const char *s)
{
	*to = s != NULL ? strdup(s) : NULL;
	return s == NULL || *to != NULL;
}

static bool add_module(struct ek_boot_plan *plan, size_t *cap,
		       const struct ek_bootcfg_item *it)
{
	struct ek_boot_module *m;

	if (plan->n_modules == *cap) {
		*cap = *cap != 0 ? *cap * 2 : 64;
		m = reallocarray(plan->modules, *cap, sizeof(*m));
		if (m == NULL)
			return false;
		plan->modules = m;
	}
	m = &plan->modules[plan->n_modules];
	*m = (struct ek_boot_module){ .path = NULL };
	if (it->opts_len != 0)
		m->options = strndup(it->opts, it->opts_len);
	m->path = make_path(plan->prefix, it->name, it->name_len);
	plan->n_modules++;
	return m->path != NULL && (m->options != NULL || it->opts_len == 0);
}

static bool add_modules(struct ek_boot_plan *plan, const char *list)
{
	struct ek_bootcfg_item it;
	enum ek_bootcfg_next next;
	size_t cap = 0;

	while ((next = ek_bootcfg_next_item(&list, &it)) == EK_BOOTCFG_ITEM)
		if (!add_module(plan, &cap, &it))
			return false;
	if (next == EK_BOOTCFG_WILD && plan->undefined == NULL)
		plan->undefined = "modules= ends in an empty module: the loader"
				  " reads past the end of the text";
	return true;
}

/* Everything that can lack memory. */
static bool fill(struct ek_boot_plan *plan, const struct seen *s,
		 const char *dir)
{
	const char *kernel = string_of(s, OPT_KERNEL);
	const char *prefix = string_of(s, OPT_PREFIX);
	const char *modules = string_of(s, OPT_MODULES);

	if (!copy(&plan->title, string_of(s, OPT_TITLE)) ||
	    !copy(&plan->prefix, prefix != NULL ? prefix : dir) ||
	    !copy(&plan->kernelopt, string_of(s, OPT_KERNELOPT)))
		return false;
	plan->kernel = make_path(plan->prefix, kernel, strlen(kernel));
	return plan->kernel != NULL &&
	       (modules == NULL || add_modules(plan, modules));
}

int ek_boot_plan(const struct ek_bootcfg *cfg, enum ek_boot_fw fw,
		 const char *dir, struct ek_boot_plan *plan,
		 struct ek_err *err)
{
	struct seen s;
	int rc = EK_OK;

	*plan = (struct ek_boot_plan){ .status = EK_BOOT_OK };
	look(cfg, &s);
	if (s.bad != NULL) {
		rc = refuse_number(plan, s.bad, err);
	} else if (number_of(&s, OPT_SKIP, 0, fw) != 0) {
		rc = refuse(plan, EK_BOOT_ABORTED, "skip is set", err);
	} else if (fw == EK_BOOT_UEFI && half_cleared(&s)) {
		plan->undefined = "a key is given twice, the last time without"
				  " a value: the loader may crash";
	}
	if (rc != EK_OK || plan->status != EK_BOOT_OK)
		goto out;
	if (string_of(&s, OPT_KERNEL) == NULL) {
		if (plan->undefined == NULL)
			rc = refuse(plan, EK_BOOT_SYNTAX,
				    "no kernel= that the loader recognises",
				    err);
	} else {
		plan->timeout = number_of(&s, OPT_TIMEOUT, 5, fw);
		if (!fill(plan, &s, dir))
			rc = ek_fail(err, EK_ESYS, "'%s': %s", cfg->name,
				     strerror(ENOMEM));
	}
out:
	if (rc != EK_OK)
		ek_boot_plan_clear(plan);
	return rc;
}

void ek_boot_plan_clear(struct ek_boot_plan *plan)
{
	for (size_t i = 0; i < plan->n_modules; i++) {
		free(plan->modules[i].path);
		free(plan->modules[i].options);
	}
	free(plan->modules);
	free(plan->why);
	free(plan->title);
	free(plan->prefix);
	free(plan->kernel);
	free(plan->kernelopt);
	*plan = (struct ek_boot_plan){ .status = EK_BOOT_OK };
}

int ek_bootcfg_bootable(const struct ek_bootcfg *cfg, struct ek_err *err)
{
	for (enum ek_boot_fw fw = EK_BOOT_BIOS; fw <= EK_BOOT_UEFI; fw++) {
		struct ek_boot_plan plan;
		int rc;

		rc = ek_boot_plan(cfg, fw, ek_boot_fw_dir(fw), &plan, err);
		if (rc != EK_OK)
			return rc;
		if (plan.undefined != NULL)
			rc = ek_fail(err, EK_EREFUSE, "'%s': %s", cfg->name,
				     plan.undefined);
		else if (plan.status == EK_BOOT_SYNTAX)
			rc = ek_fail(err, EK_EREFUSE, "'%s': %s; the loader "
				     "stops with 32 (Syntax)", cfg->name,
				     plan.why);
		ek_boot_plan_clear(&plan);
		if (rc != EK_OK)
			return rc;
	}
	return EK_OK;
}
