/* SPDX-License-Identifier: BSD-2-Clause */
/* rules_boot_list.c - rules over modules= and the names in a boot.cfg */
#include "os.h"

#include "ek/bootcfg.h"
#include "ek/err.h"
#include "ek/finding.h"
#include "ek/rules_boot.h"
#include "rules_boot_int.h"

/* A rule about names tells of so many of them, a wrong file has thousands. */
enum { TOLD_MAX = 100 };

/* A name is told up to so many bytes. */
enum { NAME_MAX_TOLD = 128 };

static const char *modules_of(const struct ek_rules_boot *s)
{
	const char *list = ek_bootcfg_get(s->cfg, "modules");

	return list != NULL ? list : "";
}

static bool is_slash(char c)
{
	return c == '/' || c == '\\';
}

/* ---- separators --------------------------------------------------------- */

static const char *end_of(const struct ek_bootcfg_item *it)
{
	return it->opts_len != 0 ? it->opts + it->opts_len
				 : it->name + it->name_len;
}

/*
 * Is what stands before it probably the first half of its name: glued to it by
 * "---", while a list without blanks ("/a---/b") has slashes or extensions?
 */
static bool is_torn(const struct ek_bootcfg_item *before,
		    const struct ek_bootcfg_item *it)
{
	if (before->name == NULL || it->empty != 0 || it->name[-1] != '-')
		return false;
	if (it->name[0] == '-') /* four hyphens and more */
		return true;
	if (before->opts_len != 0 || end_of(before)[0] != '-' ||
	    is_slash(it->name[0]))
		return false;
	return is_slash(before->name[0]) ||
	       memchr(before->name, '.', before->name_len) == NULL;
}

int rules_boot_name_hyphens(const struct ek_rule *rule, const void *subject,
			    struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_boot *s = subject;
	const char *list = modules_of(s);
	struct ek_bootcfg_item it, before = { .name = NULL };
	int told = 0;

	(void)err;
	for (; told < TOLD_MAX &&
	       ek_bootcfg_next_item(&list, &it) == EK_BOOTCFG_ITEM;
	     before = it) {
		const char *end = it.name + it.name_len;

		if (!is_torn(&before, &it))
			continue;
		told++;
		ek_finding_add(out, rule, ek_bootcfg_name(s->cfg), NULL,
			       "'%.*s' is read as two modules, '%.*s' and "
			       "'%.*s'",
			       end - before.name < NAME_MAX_TOLD
			       ? (int)(end - before.name) : NAME_MAX_TOLD,
			       before.name, (int)before.name_len, before.name,
			       (int)it.name_len, it.name);
	}
	return EK_OK;
}

int rules_boot_empty_item(const struct ek_rule *rule, const void *subject,
			  struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_boot *s = subject;
	const char *list = modules_of(s), *end = list;
	size_t n = 0, empty = 0, at = 0;
	struct ek_bootcfg_item it;
	enum ek_bootcfg_next next;
	bool lost = false;

	(void)err;
	do {
		next = ek_bootcfg_next_item(&list, &it);
		if (it.empty != 0 && empty == 0)
			at = n;
		empty += it.empty;
		lost |= it.lost;
		if (next == EK_BOOTCFG_ITEM)
			end = end_of(&it);
		n++;
	} while (next == EK_BOOTCFG_ITEM);
	if (next == EK_BOOTCFG_WILD)
		ek_finding_add(out, rule, ek_bootcfg_name(s->cfg), NULL,
			       "modules= ends in an empty module: the loader "
			       "reads past the end of the text");
	else if (empty != 0)
		ek_finding_add(out, rule, ek_bootcfg_name(s->cfg), NULL,
			       "modules= has %zu empty module%s, the first "
			       "behind %zu others: %s", empty,
			       empty > 1 ? "s" : "", at, lost
			       ? "the loader drops the byte behind each"
			       : "the loader passes over them, ESXi's upgrade "
				 "does not");
	else if (*end != '\0')
		ek_finding_add(out, rule, ek_bootcfg_name(s->cfg), NULL,
			       "modules= ends in a separator: the loader "
			       "passes over it, ESXi's upgrade does not");
	return EK_OK;
}

int rules_boot_too_many(const struct ek_rule *rule, const void *subject,
			struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_boot *s = subject;
	size_t n = ek_bootcfg_module_count(s->cfg);

	(void)err;
	if (n > EK_BOOTCFG_MODULES_MAX)
		ek_finding_add(out, rule, ek_bootcfg_name(s->cfg), NULL,
			       "%zu modules; with more than %u the machine "
			       "hangs without a message", n,
			       EK_BOOTCFG_MODULES_MAX);
	return EK_OK;
}

int rules_boot_many(const struct ek_rule *rule, const void *subject,
		    struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_boot *s = subject;
	size_t n = ek_bootcfg_module_count(s->cfg);

	(void)err;
	if (n >= EK_BOOTCFG_MODULES_MANY && n <= EK_BOOTCFG_MODULES_MAX)
		ek_finding_add(out, rule, ek_bootcfg_name(s->cfg), NULL,
			       "%zu modules of %u", n, EK_BOOTCFG_MODULES_MAX);
	return EK_OK;
}

/* ---- names -------------------------------------------------------------- */

/* Walk over kernel and modules as the file has them. */
struct names {
	const char *kernel; /* NULL: done with it */
	const char *list;
};

static struct names names_of(const struct ek_rules_boot *s)
{
	return (struct names){
		.kernel = ek_bootcfg_get(s->cfg, "kernel"),
		.list = modules_of(s),
	};
}

static bool next_name(struct names *n, const char **name, size_t *len)
{
	struct ek_bootcfg_item it;

	if (n->kernel != NULL) {
		*name = n->kernel;
		*len = strlen(n->kernel);
		n->kernel = NULL;
		return true;
	}
	if (ek_bootcfg_next_item(&n->list, &it) != EK_BOOTCFG_ITEM)
		return false;
	*name = it.name;
	*len = it.name_len;
	return true;
}

static bool has_url(const char *name, size_t len)
{
	return memmem(name, len, "://", 3) != NULL;
}

static bool is_absolute(const char *name, size_t len)
{
	return (len != 0 && is_slash(name[0])) || has_url(name, len);
}

/* How many names are absolute, or are not; *first is one of them. */
static size_t count_names(const struct ek_rules_boot *s, bool absolute,
			  const char **first, size_t *first_len)
{
	struct names n = names_of(s);
	const char *name;
	size_t len, count = 0;

	while (next_name(&n, &name, &len)) {
		if (len == 0 || is_absolute(name, len) != absolute)
			continue;
		if (count++ == 0) {
			*first = name;
			*first_len = len;
		}
	}
	return count;
}

int rules_boot_relative_name(const struct ek_rule *rule, const void *subject,
			     struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_boot *s = subject;
	const char *prefix = ek_bootcfg_get(s->cfg, "prefix");
	const char *name;
	size_t len, n;

	(void)err;
	if (s->place != EK_PLACE_ISO || (prefix != NULL && prefix[0] != '\0'))
		return EK_OK;
	n = count_names(s, false, &name, &len);
	if (n != 0)
		ek_finding_add(out, rule, ek_bootcfg_name(s->cfg), NULL,
			       "%zu name%s without leading '/', first '%.*s': "
			       "UEFI looks in /EFI/BOOT for it", n,
			       n > 1 ? "s" : "", (int)len, name);
	return EK_OK;
}

int rules_boot_prefix_ignored(const struct ek_rule *rule, const void *subject,
			      struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_boot *s = subject;
	const char *prefix = ek_bootcfg_get(s->cfg, "prefix");
	const char *name;
	size_t len, n;

	(void)err;
	if (prefix == NULL || prefix[strspn(prefix, "/\\")] == '\0')
		return EK_OK;
	n = count_names(s, true, &name, &len);
	if (n != 0)
		ek_finding_add(out, rule, ek_bootcfg_name(s->cfg), NULL,
			       "prefix=%s does not apply to absolute names, of "
			       "which there are %zu, first '%.*s'", prefix, n,
			       (int)len, name);
	return EK_OK;
}

/* Longest name of ours on an ISO, with the dot (iso-rebuild.1). */
enum { ISO_NAME_MAX = 30 };

/* Is each component one that stays as it is? */
static bool iso_name_ok(const char *name, size_t len)
{
	size_t part = 0;

	for (size_t i = 0; i < len; i++) {
		char c = name[i];

		part++;
		if (is_slash(c))
			part = 0;
		else if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
			   (c >= '0' && c <= '9') || c == '_' || c == '-' ||
			   c == '.'))
			return false;
		if (part > ISO_NAME_MAX)
			return false;
	}
	return true;
}

int rules_boot_iso_name(const struct ek_rule *rule, const void *subject,
			struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_boot *s = subject;
	struct names n = names_of(s);
	const char *name;
	int told = 0;
	size_t len;

	(void)err;
	while (s->place == EK_PLACE_ISO && told < TOLD_MAX &&
	       next_name(&n, &name, &len)) {
		if (has_url(name, len) || iso_name_ok(name, len))
			continue;
		told++;
		ek_finding_add(out, rule, ek_bootcfg_name(s->cfg), NULL,
			       "name '%.*s': an ISO maker writes another one "
			       "on the disc", (int)len, name);
	}
	return EK_OK;
}

/* ---- names given twice, and trusted ones -------------------------------- */

/* The modules as the BIOS loader has them; more are too many anyway. */
enum { LOOKED_AT = 1024 };

int rules_boot_twice(const struct ek_rule *rule, const void *subject,
		     struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_boot *s = subject;
	struct ek_boot_plan p;
	int rc;

	rc = ek_boot_plan(s->cfg, EK_BOOT_BIOS, "", &p, err);
	if (rc != EK_OK)
		return rc;
	for (size_t i = 0; i < p.n_modules && i < LOOKED_AT; i++)
		for (size_t k = 0; k < i; k++) {
			if (!ek_bootcfg_same_name(p.modules[i].path,
						  p.modules[k].path))
				continue;
			ek_finding_add(out, rule, ek_bootcfg_name(s->cfg),
				       NULL, "module '%s' is there twice, as "
				       "number %zu and %zu: it is loaded twice",
				       p.modules[i].path, k + 1, i + 1);
			break;
		}
	ek_boot_plan_clear(&p);
	return EK_OK;
}

static const char *const trusted[] = { "s", "sb", "esxcore", "esxupdt" };

enum { N_TRUSTED = sizeof(trusted) / sizeof(trusted[0]) };

/* Index of the trusted name that path has without its extension, or N_TRUSTED;
 * *ext is the extension. */
static size_t trusted_name(const char *path, const char **ext)
{
	const char *base = strrchr(path, '/');
	const char *dot;
	size_t i, len;

	base = base != NULL ? base + 1 : path;
	dot = strrchr(base, '.');
	len = dot != NULL ? (size_t)(dot - base) : strlen(base);
	*ext = dot != NULL ? dot + 1 : "";
	for (i = 0; i < N_TRUSTED; i++)
		if (strlen(trusted[i]) == len &&
		    strncasecmp(trusted[i], base, len) == 0)
			break;
	return i;
}

/* VMware's own are .v00, .v01 and so on. */
static bool is_payload_ext(const char *ext)
{
	return (ext[0] == 'v' || ext[0] == 'V') &&
	       strspn(ext + 1, "0123456789abcdefABCDEF") == 2 &&
	       ext[3] == '\0';
}

int rules_boot_trusted_name(const struct ek_rule *rule, const void *subject,
			    struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_boot *s = subject;
	bool seen[N_TRUSTED + 1] = { false };
	struct ek_boot_plan p;
	const char *ext;
	int rc;

	rc = ek_boot_plan(s->cfg, EK_BOOT_BIOS, "", &p, err);
	if (rc != EK_OK)
		return rc;
	for (size_t i = 0; i < p.n_modules && i < LOOKED_AT; i++) {
		size_t t = trusted_name(p.modules[i].path, &ext);

		if (t == N_TRUSTED || (!seen[t] && is_payload_ext(ext))) {
			seen[t] = true;
			continue;
		}
		ek_finding_add(out, rule, ek_bootcfg_name(s->cfg), NULL,
			       "module '%s': '%s' is a name that the loader "
			       "checks the signature of, and that may be there "
			       "once; Secure Boot stops", p.modules[i].path,
			       trusted[t]);
		seen[t] = true;
	}
	ek_boot_plan_clear(&p);
	return EK_OK;
}
