/* SPDX-License-Identifier: BSD-2-Clause */
/* rules_path.c - paths and overlay of community and partner VIBs (vib.5,
 *                "Path rules") */
#include "os.h"

#include "ek/err.h"
#include "ek/release.h"
#include "ek/rules_path.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Who may: none, partner VIBs alone, community VIBs as well. */
enum who { NO, PART, ALL };

/*
 * A path that ends with a slash takes whatever is below, at least one
 * character. In the lists of ESXi a dot stands for any character; literal says
 * for which of community (C) and partner (P) it does not.
 */
enum { C = 1, P = 2 };

static const struct row {
	const char *path;
	enum who old, now; /* 5.0 and 5.1; later */
	unsigned literal;
} rows[] = {
	{ "etc/cim/", ALL, ALL, 0 },
	{ "etc/config/", ALL, ALL, 0 },
	{ "etc/vmware/driver.map.d/", ALL, ALL, 0 },
	{ "etc/vmware/fallback.map.d/", NO, ALL, 0 },
	{ "etc/vmware/default.map.d/", NO, ALL, 0 },
	{ "etc/vmware/ihv.map.d/", NO, ALL, 0 },
	{ "etc/vmware/oem.map.d/", NO, ALL, 0 },
	{ "etc/vmware/firewall/", ALL, ALL, 0 },
	{ "etc/vmware/service/", ALL, ALL, 0 },
	{ "etc/vmware/vm-support/", ALL, ALL, 0 },
	{ "etc/vmware/pciid/", ALL, ALL, 0 },
	{ "etc/vmware/shutdown/shutdown.d/", ALL, ALL, C | P },
	{ "etc/init.d/", PART, ALL, P },
	{ "etc/shutdown.d/", NO, ALL, C | P },
	{ "etc/rc.local.d/", NO, PART, C | P },
	{ "opt/", ALL, ALL, 0 },
	{ "usr/lib/cim/", ALL, ALL, 0 },
	{ "usr/lib/pycim/", ALL, ALL, 0 },
	{ "usr/lib/hostprofiles/plugins/", ALL, ALL, 0 },
	{ "usr/lib/hostprofiles/locale/", ALL, ALL, 0 },
	{ "usr/lib/vmware/", ALL, ALL, 0 },
	{ "usr/lib/vmware-debug/", ALL, ALL, 0 },
	{ "usr/lib64/vmware/", NO, ALL, 0 },
	{ "usr/libexec/jumpstart/plugins/", ALL, ALL, 0 },
	{ "usr/share/hwdata/driver.pciids.d/", ALL, ALL, 0 },
	{ "usr/share/hwdata/fallback.pciids.d/", NO, ALL, 0 },
	{ "usr/share/hwdata/default.pciids.d/", NO, ALL, 0 },
	{ "usr/share/hwdata/ihv.pciids.d/", NO, ALL, 0 },
	{ "usr/share/hwdata/oem.pciids.d/", NO, ALL, 0 },
	{ "var/lib/sfcb/registration/", ALL, ALL, 0 },
	{ "etc/vmware/vmware.lic", PART, PART, 0 },
	{ "etc/vmware/support", PART, PART, 0 },
	{ "etc/vmware/oem.xml", PART, PART, 0 },
	{ "etc/vmware/backup.conf", PART, PART, 0 },
	{ "usr/lib/vmware/hostd/docroot/client/customLinks.xml", PART, PART,
	  0 },
};

/* Does path fit row; *odd where only the looseness of a dot makes it so. */
static bool fits(const struct row *r, const char *path, bool loose, bool *odd)
{
	size_t n = strlen(r->path);

	*odd = false;
	for (size_t i = 0; i < n; i++) {
		if (path[i] == r->path[i])
			continue;
		if (r->path[i] != '.' || !loose || path[i] == '\0')
			return false;
		*odd = true;
	}
	if (r->path[n - 1] == '/')
		return path[n] != '\0';
	return path[n] == '\0';
}

enum ek_path_verdict ek_path_rule(enum ek_level level, unsigned release,
				  const char *path)
{
	enum who need = level == EK_PARTNER ? PART : ALL;
	enum ek_path_verdict best = EK_PATH_BAD;
	bool odd;

	if (level != EK_COMMUNITY && level != EK_PARTNER)
		return EK_PATH_OK;
	for (size_t i = 0; i < LEN(rows); i++) {
		const struct row *r = &rows[i];
		enum who who = (release & (EK_R50 | EK_R51)) != 0 ? r->old
								   : r->now;
		bool loose = (r->literal & (need == PART ? P : C)) == 0;

		if (who < need || !fits(r, path, loose, &odd))
			continue;
		if (!odd)
			return EK_PATH_OK;
		best = EK_PATH_ODD;
	}
	return best;
}

bool ek_path_rule_ok(enum ek_level level, unsigned release, const char *path)
{
	return ek_path_rule(level, release, path) != EK_PATH_BAD;
}

/* ---- as rules ----------------------------------------------------------- */

static const char *or_empty(const char *s)
{
	return s != NULL ? s : "";
}

/* ESXi's text; the line and column are of its own copy of the XML. */
static void esxi_text(const struct ek_vibdesc *d, const char *before,
		      char out[512])
{
	snprintf(out, 512, "VIB (%s_%s_%s_%s) failed a check of extensibility"
		 " rules for acceptance level '%s': ['%s(line ...) Element vib"
		 " failed to validate content']", or_empty(d->vendor),
		 d->type != NULL ? d->type : "bootbank", or_empty(d->name),
		 or_empty(d->version), ek_level_name(d->level), before);
}

/* All releases: what even the longer list does not have. */
static int check_path(const struct ek_rule *rule, const void *subject,
		      struct ek_findings *out, struct ek_err *err)
{
	const struct ek_vibdesc *d = subject;
	char text[512];

	(void)err;
	esxi_text(d, "", text);
	for (size_t i = 0; i < d->files.n; i++)
		if (!ek_path_rule_ok(d->level, EK_R67, d->files.v[i]))
			ek_finding_add(out, rule, d->files.v[i], text,
				       "a %s VIB may not hold this path",
				       ek_level_name(d->level));
	return EK_OK;
}

/* 5.0 and 5.1: what only later releases have in their list. */
static int check_old_path(const struct ek_rule *rule, const void *subject,
			  struct ek_findings *out, struct ek_err *err)
{
	const struct ek_vibdesc *d = subject;
	char text[512];

	(void)err;
	esxi_text(d, "", text);
	for (size_t i = 0; i < d->files.n; i++) {
		const char *path = d->files.v[i];

		if (ek_path_rule_ok(d->level, EK_R67, path) &&
		    !ek_path_rule_ok(d->level, EK_R50, path))
			ek_finding_add(out, rule, path, text, "a %s VIB may"
				       " not hold this path before 5.5",
				       ek_level_name(d->level));
	}
	return EK_OK;
}

static int check_odd_path(const struct ek_rule *rule, const void *subject,
			  struct ek_findings *out, struct ek_err *err)
{
	const struct ek_vibdesc *d = subject;

	(void)err;
	for (size_t i = 0; i < d->files.n; i++)
		if (ek_path_rule(d->level, EK_R67, d->files.v[i]) ==
		    EK_PATH_ODD)
			ek_finding_add(out, rule, d->files.v[i], NULL, "passes"
				       " only because a dot in ESXi's list of"
				       " paths stands for any character");
	return EK_OK;
}

static int check_overlay(const struct ek_rule *rule, const void *subject,
			 struct ek_findings *out, struct ek_err *err)
{
	const struct ek_vibdesc *d = subject;
	char text[512];

	(void)err;
	if (d->level != EK_COMMUNITY || !d->overlay)
		return EK_OK;
	esxi_text(d, "(line ...) Error validating value boolean, ", text);
	ek_finding_add(out, rule, or_empty(d->name), text, "a community VIB"
		       " may not be an overlay");
	return EK_OK;
}

#define PATH_REMEDY "leave the file out, or move it below opt/ or another" \
	" allowed directory (vib.5, \"Path rules\")"

const struct ek_rule ek_rules_path[] = {
	{ "path-rule", EK_ERROR, EK_RALL, "VibValidationError", PATH_REMEDY,
	  check_path },
	{ "path-rule", EK_ERROR, EK_R50 | EK_R51, "VibValidationError",
	  PATH_REMEDY, check_old_path },
	{ "odd-path", EK_WARNING, EK_RALL, NULL,
	  "spell the directory as the list has it", check_odd_path },
	{ "overlay", EK_ERROR, EK_RALL, "VibValidationError",
	  "make the VIB with --overlay false", check_overlay },
};
const size_t ek_rules_path_n = LEN(ek_rules_path);
