/* SPDX-License-Identifier: BSD-2-Clause */
/* rules_boot.c - is this boot.cfg one that all its readers take? */
#include "os.h"

#include "ek/bootcfg.h"
#include "ek/buf.h"
#include "ek/err.h"
#include "ek/finding.h"
#include "ek/path.h"
#include "ek/release.h"
#include "ek/rules_boot.h"
#include "rules_boot_int.h"

bool ek_boot_place_parse(const char *s, enum ek_boot_place *place)
{
	for (enum ek_boot_place p = EK_PLACE_ISO; p <= EK_PLACE_NET; p++)
		if (strcasecmp(s, ek_boot_place_name(p)) == 0) {
			*place = p;
			return true;
		}
	return false;
}

const char *ek_boot_place_name(enum ek_boot_place place)
{
	static const char *const names[] = { "iso", "disk", "net" };

	return names[place];
}

/* ---- each line ---------------------------------------------------------- */

/* Looks at one line; true: add what (NUL-ended) as a finding. */
typedef bool line_check(const struct ek_bootcfg_line *l, struct ek_buf *what);

static int each_line(const struct ek_rule *rule, const void *subject,
		     line_check *check, struct ek_findings *out,
		     struct ek_err *err)
{
	const struct ek_rules_boot *s = subject;
	struct ek_buf what = EK_BUF_INIT;
	struct ek_bootcfg_line l;
	char place[512];
	int rc;

	for (size_t i = 0; i < ek_bootcfg_line_count(s->cfg); i++) {
		ek_buf_reset(&what);
		ek_bootcfg_line(s->cfg, i, &l);
		if (!check(&l, &what))
			continue;
		snprintf(place, sizeof(place), "%s, line %zu",
			 ek_bootcfg_name(s->cfg), l.number);
		ek_finding_add(out, rule, place, NULL, "%s", ek_buf_str(&what));
	}
	rc = ek_buf_check(&what, "findings", err);
	ek_buf_free(&what);
	return rc;
}

static bool is_bom(const struct ek_bootcfg_line *l)
{
	return l->number == 1 && l->len >= 3 &&
	       memcmp(l->raw, "\xef\xbb\xbf", 3) == 0;
}

static bool has_bom(const struct ek_bootcfg_line *l, struct ek_buf *what)
{
	ek_buf_adds(what, "UTF-8 byte order mark: the loader does not recognise"
			  " this line");
	return is_bom(l);
}

static int check_bom(const struct ek_rule *rule, const void *subject,
		     struct ek_findings *out, struct ek_err *err)
{
	return each_line(rule, subject, has_bom, out, err);
}

/* Keys of safeboot, of ESXi's writer, and of some loaders only. */
static bool known_elsewhere(const char *key, size_t len)
{
	static const char *const names[] = {
		"bootstate", "build", "updated", "quickboot", "nativehttp",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == len &&
		    strncasecmp(names[i], key, len) == 0)
			return true;
	return false;
}

static bool key_blank(const struct ek_bootcfg_line *l, struct ek_buf *what)
{
	if (l->key == NULL || l->key_len == 0 ||
	    l->key[l->key_len - 1] != ' ')
		return false;
	ek_buf_addf(what, "blank before the '=': the loader does not recognise "
		    "'%.*s'", (int)l->key_len - 1, l->key);
	return true;
}

static int check_key_blank(const struct ek_rule *rule, const void *subject,
			   struct ek_findings *out, struct ek_err *err)
{
	return each_line(rule, subject, key_blank, out, err);
}

static bool bad_integer(const struct ek_bootcfg_line *l, struct ek_buf *what)
{
	if (!l->integer || ek_bootcfg_is_number(l->value))
		return false;
	ek_buf_addf(what, "%s: '%s' is not a number; the loader refuses the "
		    "whole file with 32 (Syntax)", l->option, l->value);
	return true;
}

static int check_integer(const struct ek_rule *rule, const void *subject,
			 struct ek_findings *out, struct ek_err *err)
{
	return each_line(rule, subject, bad_integer, out, err);
}

static bool path_blank(const struct ek_bootcfg_line *l, struct ek_buf *what)
{
	if (l->option == NULL || strchr(l->value, ' ') == NULL ||
	    (strcmp(l->option, "kernel") != 0 &&
	     strcmp(l->option, "prefix") != 0))
		return false;
	ek_buf_addf(what, "%s: blank in '%s'; the loader deletes it and joins "
		    "what is left", l->option, l->value);
	return true;
}

static int check_path_blank(const struct ek_rule *rule, const void *subject,
			    struct ek_findings *out, struct ek_err *err)
{
	return each_line(rule, subject, path_blank, out, err);
}

static bool key_short(const struct ek_bootcfg_line *l, struct ek_buf *what)
{
	if (l->option == NULL || l->key_len == strlen(l->option))
		return false;
	ek_buf_addf(what, "'%.*s' is an abbreviation: the loader takes it for "
		    "%s, other readers do not", (int)l->key_len, l->key,
		    l->option);
	return true;
}

static int check_key_short(const struct ek_rule *rule, const void *subject,
			   struct ek_findings *out, struct ek_err *err)
{
	return each_line(rule, subject, key_short, out, err);
}

static bool key_case(const struct ek_bootcfg_line *l, struct ek_buf *what)
{
	bool upper = false;

	for (size_t i = 0; l->key != NULL && i < l->key_len; i++)
		upper |= l->key[i] >= 'A' && l->key[i] <= 'Z';
	if (!upper || (l->option == NULL &&
		       !known_elsewhere(l->key, l->key_len)))
		return false;
	ek_buf_addf(what, "upper case in key '%.*s': the loader does not mind, "
		    "other readers do", (int)l->key_len, l->key);
	return true;
}

static int check_key_case(const struct ek_rule *rule, const void *subject,
			  struct ek_findings *out, struct ek_err *err)
{
	return each_line(rule, subject, key_case, out, err);
}

static bool key_unknown(const struct ek_bootcfg_line *l, struct ek_buf *what)
{
	if (l->key == NULL || l->option != NULL ||
	    known_elsewhere(l->key, l->key_len) ||
	    l->key[l->key_len - 1] == ' ')
		return false;
	ek_buf_addf(what, "unknown key '%.*s': the loader passes over it",
		    (int)l->key_len, l->key);
	return true;
}

static int check_key_unknown(const struct ek_rule *rule, const void *subject,
			     struct ek_findings *out, struct ek_err *err)
{
	return each_line(rule, subject, key_unknown, out, err);
}

static bool no_equals(const struct ek_bootcfg_line *l, struct ek_buf *what)
{
	ek_buf_adds(what, "no '=': the loader passes over the line, ESXi's "
			  "upgrade refuses it");
	return l->key == NULL && l->text[0] != '\0' && l->text[0] != '#';
}

static int check_no_equals(const struct ek_rule *rule, const void *subject,
			   struct ek_findings *out, struct ek_err *err)
{
	return each_line(rule, subject, no_equals, out, err);
}

static bool hash(const struct ek_bootcfg_line *l, struct ek_buf *what)
{
	if (l->text[0] == '#' || strchr(l->text, '#') == NULL)
		return false;
	ek_buf_adds(what, "'#' inside the line: no comment to the loader, which"
			  " takes it as data; one to ESXi's upgrade");
	return true;
}

static int check_hash(const struct ek_rule *rule, const void *subject,
		      struct ek_findings *out, struct ek_err *err)
{
	return each_line(rule, subject, hash, out, err);
}

static bool non_ascii(const struct ek_bootcfg_line *l, struct ek_buf *what)
{
	bool nbsp = false, high = false;

	for (size_t i = 0; i < l->len; i++) {
		high |= (unsigned char)l->raw[i] > 0x7f;
		nbsp |= (unsigned char)l->raw[i] == 0xa0;
	}
	ek_buf_addf(what, "bytes outside ASCII%s", nbsp
		    ? "; byte A0 among them is white space to the loader" : "");
	return high && !is_bom(l);
}

static int check_non_ascii(const struct ek_rule *rule, const void *subject,
			   struct ek_findings *out, struct ek_err *err)
{
	return each_line(rule, subject, non_ascii, out, err);
}

static bool nul(const struct ek_bootcfg_line *l, struct ek_buf *what)
{
	ek_buf_adds(what, "a NUL byte: the loader does not see what is behind "
			  "it in this line");
	return l->len != 0 && memchr(l->raw, '\0', l->len) != NULL;
}

static int check_nul(const struct ek_rule *rule, const void *subject,
		     struct ek_findings *out, struct ek_err *err)
{
	return each_line(rule, subject, nul, out, err);
}

static bool is_space(char c)
{
	return (c >= '\b' && c <= '\r') || c == ' ' || c == (char)0xa0;
}

/* White space inside that is not one blank; both ends do not count. */
static bool white_space(const struct ek_bootcfg_line *l, struct ek_buf *what)
{
	size_t from = 0, to = l->len;

	while (from < to && is_space(l->raw[from]))
		from++;
	while (to > from && is_space(l->raw[to - 1]))
		to--;
	ek_buf_adds(what, "tabs or several blanks in a row: the loader makes "
			  "one blank of them");
	if (l->key == NULL)
		return false;
	for (; from < to; from++)
		if (is_space(l->raw[from]) &&
		    (l->raw[from] != ' ' || is_space(l->raw[from + 1])))
			return true;
	return false;
}

static int check_white_space(const struct ek_rule *rule, const void *subject,
			     struct ek_findings *out, struct ek_err *err)
{
	return each_line(rule, subject, white_space, out, err);
}

/* ---- keys given twice --------------------------------------------------- */

struct given {
	struct ek_bootcfg_line line;
	const char *name; /* of the option, or as the line has it */
	size_t len;
};

static int by_name_and_line(const void *a, const void *b)
{
	const struct given *x = a, *y = b;
	size_t n = x->len < y->len ? x->len : y->len;
	int c = strncasecmp(x->name, y->name, n);

	if (c != 0)
		return c;
	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return x->line.number < y->line.number ? -1 : 1;
}

static bool same_key(const struct given *a, const struct given *b)
{
	return a->len == b->len && strncasecmp(a->name, b->name, a->len) == 0;
}

static void add_duplicate(const struct ek_rule *rule,
			  const struct ek_rules_boot *s, const struct given *g,
			  size_t n, struct ek_findings *out)
{
	const struct given *last = &g[n - 1];
	bool crash = last->line.option != NULL && !last->line.integer &&
		     last->line.value[0] == '\0';

	ek_finding_add(out, rule, ek_bootcfg_name(s->cfg), NULL,
		       "key '%.*s' given %zu times, first in line %zu, last in "
		       "line %zu: %s", (int)g->len, g->name, n, g->line.number,
		       last->line.number, crash
		       ? "the last has no value, and the UEFI loader may crash"
		       : "the last one counts");
}

static int check_duplicate(const struct ek_rule *rule, const void *subject,
			   struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_boot *s = subject;
	size_t lines = ek_bootcfg_line_count(s->cfg), n = 0;
	struct given *v = calloc(lines + 1, sizeof(*v));

	if (v == NULL)
		return ek_fail_sys(err, "'%s'", ek_bootcfg_name(s->cfg));
	for (size_t i = 0; i < lines; i++) {
		struct given *g = &v[n];

		ek_bootcfg_line(s->cfg, i, &g->line);
		if (g->line.key == NULL)
			continue;
		g->name = g->line.option;
		g->len = g->name != NULL ? strlen(g->name) : g->line.key_len;
		if (g->name == NULL)
			g->name = g->line.key;
		n++;
	}
	if (n != 0)
		qsort(v, n, sizeof(*v), by_name_and_line);
	for (size_t i = 0, next; i < n; i = next) {
		for (next = i + 1; next < n; next++)
			if (!same_key(&v[i], &v[next]))
				break;
		if (next - i > 1)
			add_duplicate(rule, s, &v[i], next - i, out);
	}
	free(v);
	return EK_OK;
}

/* ---- the file as a whole ------------------------------------------------ */

static int check_no_kernel(const struct ek_rule *rule, const void *subject,
			   struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_boot *s = subject;
	const char *kernel = ek_bootcfg_get(s->cfg, "kernel");

	(void)err;
	if (kernel == NULL || kernel[0] == '\0')
		ek_finding_add(out, rule, ek_bootcfg_name(s->cfg), NULL,
			       "no kernel= that the loader recognises: it "
			       "stops with 32 (Syntax)");
	return EK_OK;
}

static int check_skip(const struct ek_rule *rule, const void *subject,
		      struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_boot *s = subject;
	const char *skip = ek_bootcfg_get(s->cfg, "skip");

	(void)err;
	if (skip != NULL && skip[strspn(skip, "-0")] != '\0')
		ek_finding_add(out, rule, ek_bootcfg_name(s->cfg), NULL,
			       "skip=%s: loaders of 8.0.1 and later stop with "
			       "22 (Aborted)", skip);
	return EK_OK;
}

static int check_cdrom_boot(const struct ek_rule *rule, const void *subject,
			    struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_boot *s = subject;
	const char *opts = ek_bootcfg_get(s->cfg, "kernelopt");

	(void)err;
	if (s->place != EK_PLACE_ISO && opts != NULL &&
	    strstr(opts, "cdromBoot") != NULL)
		ek_finding_add(out, rule, ek_bootcfg_name(s->cfg), NULL,
			       "kernelopt has cdromBoot, and this does not "
			       "boot from a CD");
	return EK_OK;
}

/* safeboot changes the digit in place; it looks no further than this. */
enum { SAFEBOOT_BYTES = 512 };

static int check_bootstate(const struct ek_rule *rule, const void *subject,
			   struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_boot *s = subject;
	struct ek_bootcfg_line l;
	size_t end = 0;

	(void)err;
	for (size_t i = 0; i < ek_bootcfg_line_count(s->cfg); i++) {
		ek_bootcfg_line(s->cfg, i, &l);
		end += l.len + 1;
		if (s->place != EK_PLACE_DISK || l.key == NULL ||
		    l.key_len != 9 || strncasecmp(l.key, "bootstate", 9) != 0)
			continue;
		if (l.value[0] >= '0' && l.value[0] <= '4' &&
		    l.value[1] == '\0' && end <= SAFEBOOT_BYTES)
			continue;
		ek_finding_add(out, rule, ek_bootcfg_name(s->cfg), NULL,
			       "line %zu: bootstate '%s' is not one digit from "
			       "0 to 4 in the first 512 bytes, where safeboot "
			       "changes it", l.number, l.value);
	}
	return EK_OK;
}

/* ---- the tables --------------------------------------------------------- */

#define ERROR(code, remedy, check) \
	{ code, EK_ERROR, EK_RALL, NULL, remedy, check }
#define WARNING(code, remedy, check) \
	{ code, EK_WARNING, EK_RALL, NULL, remedy, check }

const struct ek_rule ek_rules_boot[] = {
	ERROR("bom", "take the first three bytes out", check_bom),
	ERROR("key-blank", "write key=value without blanks", check_key_blank),
	ERROR("integer", "write digits only", check_integer),
	ERROR("duplicate-key", "leave one line of the key", check_duplicate),
	ERROR("name-hyphens", "give the file a name without '---'",
	      rules_boot_name_hyphens),
	ERROR("empty-item", "leave one ' --- ' between two modules, and none "
	      "at the ends", rules_boot_empty_item),
	ERROR("too-many-modules", "leave drivers out, or put them into one "
	      "archive", rules_boot_too_many),
	ERROR("path-blank", "options of the kernel belong to kernelopt=",
	      check_path_blank),
	ERROR("no-kernel", "add kernel=/NAME in lower case at the begin of a "
	      "line", check_no_kernel),
	ERROR("relative-name", "begin the name with '/'",
	      rules_boot_relative_name),
	ERROR("iso-name", "use A-Z, 0-9, '_', '-' and '.', at most 30 "
	      "characters", rules_boot_iso_name),
	ERROR("bootstate", "put bootstate=0 first", check_bootstate),
	WARNING("many-modules", "249 are the limit", rules_boot_many),
	WARNING("skip", "take skip= out", check_skip),
	WARNING("key-short", "write the whole key", check_key_short),
	WARNING("key-case", "write keys in lower case", check_key_case),
	WARNING("key-unknown", "see whether the key is misspelt",
		check_key_unknown),
	WARNING("no-equals", "make it a comment, with '#' in front",
		check_no_equals),
	WARNING("hash", "give a comment a line of its own", check_hash),
	WARNING("non-ascii", "write it in ASCII", check_non_ascii),
	WARNING("nul", "take the NUL byte out", check_nul),
	WARNING("white-space", "write one blank", check_white_space),
	WARNING("module-twice", "leave it there once", rules_boot_twice),
	WARNING("trusted-name", "give a module of your own another name",
		rules_boot_trusted_name),
	WARNING("prefix-ignored", "take the leading '/' off the names, or "
		"prefix= out", rules_boot_prefix_ignored),
	WARNING("cdrom-boot", "take the word cdromBoot out", check_cdrom_boot),
};

const size_t ek_rules_boot_count =
	sizeof(ek_rules_boot) / sizeof(ek_rules_boot[0]);

/* ---- two files ---------------------------------------------------------- */

static int check_differ(const struct ek_rule *rule, const void *subject,
			struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_boot_pair *p = subject;
	char *why = NULL, *both = NULL;
	bool same;
	int rc;

	rc = ek_bootcfg_same(p->a, p->b, &same, &why, err);
	if (rc == EK_EFORMAT) /* a list that empty-item tells of */
		return EK_OK;
	if (rc != EK_OK || same)
		return rc;
	if (asprintf(&both, "%s, %s", ek_bootcfg_name(p->a),
		     ek_bootcfg_name(p->b)) < 0)
		rc = ek_fail_sys(err, "'%s'", ek_bootcfg_name(p->a));
	else
		ek_finding_add(out, rule, both, NULL, "%s", why);
	if (rc == EK_OK)
		free(both);
	free(why);
	return rc;
}

const struct ek_rule ek_rules_boot_pair[] = {
	WARNING("boot-cfg-differ", "BIOS and UEFI read one each: give both the "
		"same edit", check_differ),
};

const size_t ek_rules_boot_pair_count =
	sizeof(ek_rules_boot_pair) / sizeof(ek_rules_boot_pair[0]);
