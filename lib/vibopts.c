/* SPDX-License-Identifier: BSD-2-Clause */
/* vibopts.c - what a VIB is to be made of, as options tell it */
#include "os.h"

#include "ek/err.h"
#include "ek/num.h"
#include "ek/release.h"
#include "ek/sandbox.h"
#include "ek/version.h"
#include "ek/vibopts.h"

#define WORD "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

static const char *const names[EK_VO_N] = {
	[EK_VO_NAME] = "name", [EK_VO_VERSION] = "version",
	[EK_VO_VENDOR] = "vendor", [EK_VO_SUMMARY] = "summary",
	[EK_VO_DESCRIPTION] = "description", [EK_VO_TYPE] = "type",
	[EK_VO_MAINTENANCE] = "maintenance-mode",
	[EK_VO_LIVE_INSTALL] = "live-install",
	[EK_VO_LIVE_REMOVE] = "live-remove", [EK_VO_CIMOM] = "cimom-restart",
	[EK_VO_STATELESS] = "stateless-ready", [EK_VO_OVERLAY] = "overlay",
	[EK_VO_LEVEL] = "level", [EK_VO_TARGET] = "target",
	[EK_VO_MTIME] = "mtime", [EK_VO_DEPENDS] = "depends",
	[EK_VO_CONFLICTS] = "conflicts", [EK_VO_REPLACES] = "replaces",
	[EK_VO_PROVIDES] = "provides", [EK_VO_TAG] = "tag",
	[EK_VO_URL] = "url", [EK_VO_PAYLOAD] = "payload",
	[EK_VO_TREE] = "tree", [EK_VO_DRIVER] = "driver",
	[EK_VO_ANY_FILES] = "any-files", [EK_VO_TEMPLATE] = "template",
	[EK_VO_SIG] = "sig", [EK_VO_UNPACKED] = "unpacked",
	[EK_VO_SIGN] = "sign", [EK_VO_CERT] = "cert",
	[EK_VO_REHASH] = "rehash", [EK_VO_META] = "meta",
	[EK_VO_ADD_PCI_ID] = "add-pci-id", [EK_VO_PCI_ID_FOR] = "pci-id-for",
};

const char *ek_vibopt_name(enum ek_vibopt opt)
{
	return names[opt];
}

bool ek_vibopt_is_list(enum ek_vibopt opt)
{
	return opt >= EK_VO_DEPENDS && opt <= EK_VO_ADD_PCI_ID;
}

bool ek_vibopt_has_value(enum ek_vibopt opt)
{
	return opt != EK_VO_ANY_FILES;
}

void ek_vibopts_init(struct ek_vibopts *o)
{
	memset(o, 0, sizeof(*o));
	ek_vibdesc_init(&o->lists);
}

void ek_vibopts_inputs(const struct ek_vibopts *o, struct ek_sandbox *box)
{
	static const enum ek_vibopt files[] = {
		EK_VO_DRIVER, EK_VO_TEMPLATE, EK_VO_SIG, EK_VO_SIGN,
		EK_VO_CERT, EK_VO_REHASH, EK_VO_META, EK_VO_UNPACKED,
		EK_VO_PCI_ID_FOR,
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		ek_sandbox_read(box, o->text[files[i]]);
	for (size_t i = 0; i < o->n_payloads; i++)
		if (o->payloads[i].file[0] != '\0')
			ek_sandbox_read(box, o->payloads[i].file);
}

void ek_vibopts_clear(struct ek_vibopts *o)
{
	for (size_t i = 0; i < o->n_payloads; i++) {
		free(o->payloads[i].name);
		free(o->payloads[i].type);
		free(o->payloads[i].vfat_name);
	}
	free(o->payloads);
	for (size_t i = 0; i < o->n_add; i++)
		ek_pciadd_clear(&o->add[i]);
	free(o->add);
	ek_vibdesc_clear(&o->lists);
	ek_strs_free(&o->kept);
	memset(o, 0, sizeof(*o));
}

bool ek_vibopts_change(const struct ek_vibopts *o)
{
	for (int i = 0; i < EK_VO_PAYLOAD; i++)
		if (o->given[i])
			return true;
	return false;
}

/* ---- values ------------------------------------------------------------- */

static int set_flag(bool *flag, const char *value, struct ek_err *err)
{
	*flag = strcasecmp(value, "true") == 0 || strcmp(value, "1") == 0;
	if (*flag || strcasecmp(value, "false") == 0 || strcmp(value, "0") == 0)
		return EK_OK;
	return ek_fail(err, EK_EARG, "'%s' is neither true nor false", value);
}

static int check_type(const char *value, struct ek_err *err)
{
	if (strcmp(value, "bootbank") == 0 || strcmp(value, "locker") == 0)
		return EK_OK;
	return ek_fail(err, EK_EARG,
		       "'%s' is no type of VIB: bootbank or locker", value);
}

static int check_word(const char *value, const char *what, struct ek_err *err)
{
	if (value[0] != '\0' && value[strspn(value, WORD "._-")] == '\0')
		return EK_OK;
	return ek_fail(err, EK_EARG, "%s '%s' is not made of letters, digits, "
		       "'_', '-' and '.'", what, value);
}

/* Words with dots between them, at most two such parts and a hyphen. */
static int check_version(const char *value, struct ek_err *err)
{
	bool word = false, good = ek_version_valid(value);

	for (const char *p = value; *p != '\0' && good; p++) {
		bool now = strchr(WORD "_", *p) != NULL;

		good = now || (word && strchr(".-", *p) != NULL);
		word = now;
	}
	if (good && word)
		return EK_OK;
	return ek_fail(err, EK_EARG, "'%s' is no version: words with dots "
		       "between them, and a release behind a hyphen, such as "
		       "1.0.2-1", value);
}

static int set_level(struct ek_vibopts *o, const char *value,
		     struct ek_err *err)
{
	if (ek_level_parse(value, &o->level))
		return EK_OK;
	return ek_fail(err, EK_EARG, "'%s' is no acceptance level: community, "
		       "partner, accepted or certified", value);
}

static int set_target(struct ek_vibopts *o, const char *value,
		      struct ek_err *err)
{
	o->target = ek_release_find(value);
	if (o->target != NULL)
		return EK_OK;
	return ek_fail(err, EK_EARG, "'%s' is no release of ESXi: one of %s",
		       value, ek_release_list());
}

static int add_url(struct ek_vibopts *o, const char *value, struct ek_err *err)
{
	const char *eq = strchr(value, '=');
	char *key;
	int rc;

	if (eq == NULL || eq == value)
		return ek_fail(err, EK_EARG, "'%s' is not key=url", value);
	key = strndup(value, (size_t)(eq - value));
	if (key == NULL)
		return ek_fail_sys(err, "url '%s'", value);
	rc = ek_vibdesc_add_url(&o->lists, key, eq + 1, err);
	free(key);
	return rc;
}

static int add_tag(struct ek_vibopts *o, const char *value, struct ek_err *err)
{
	/* ESXi 6.7 breaks on an empty one */
	if (strspn(value, " \t") == strlen(value))
		return ek_fail(err, EK_EARG, "a tag cannot be empty");
	return ek_strs_add(&o->lists.tags, value, strlen(value), err);
}

/* ---- payloads ----------------------------------------------------------- */

const char *ek_payload_name_problem(const char *text)
{
	size_t len = strlen(text);

	if (len == 0)
		return "is empty";
	if (len > EK_PAYLOAD_NAME_MAX)
		return "is longer than 15 characters, which ESXi refuses";
	if (text[strspn(text, WORD "._-")] != '\0')
		return "is not made of letters, digits, '_', '-' and '.'";
	return NULL;
}

/* The next part of "a:b:c", up to end; a copy. *p moves behind it; NULL where
 * it is empty or absent. */
static int take_part(const char **p, const char *end, char **out,
		     struct ek_err *err)
{
	const char *colon;
	size_t n;

	*out = NULL;
	if (*p >= end)
		return EK_OK;
	colon = memchr(*p, ':', (size_t)(end - *p));
	n = (size_t)((colon != NULL ? colon : end) - *p);
	if (n > 0 && (*out = strndup(*p, n)) == NULL)
		return ek_fail_sys(err, "payload '%s'", *p);
	*p += n + 1;
	return EK_OK;
}

static int parse_order(const char *text, int64_t *order, struct ek_err *err)
{
	uint64_t v;

	if (text == NULL)
		return EK_OK;
	if (!ek_num_dec(text, strlen(text), INT32_MAX, &v))
		return ek_fail(err, EK_EARG, "boot-order '%s' is not a number",
			       text);
	*order = (int64_t)v;
	return EK_OK;
}

static int parse_spec(struct ek_payload_spec *s, const char *value, bool tree,
		      struct ek_err *err)
{
	const char *eq = strchr(value, '='), *p = value;
	char *order = NULL;
	int rc;

	if (eq == NULL)
		return ek_fail(err, EK_EARG, "'%s' is not %s", value, tree ?
			       "name[:type]=dir" :
			       "name[:type[:boot-order[:vfat-name]]]=file");
	rc = take_part(&p, eq, &s->name, err);
	if (rc == EK_OK)
		rc = take_part(&p, eq, &s->type, err);
	if (rc == EK_OK && !tree)
		rc = take_part(&p, eq, &order, err);
	if (rc == EK_OK)
		rc = parse_order(order, &s->boot_order, err);
	if (rc == EK_OK && !tree)
		rc = take_part(&p, eq, &s->vfat_name, err);
	free(order);
	if (rc == EK_OK && p < eq)
		return ek_fail(err, EK_EARG, "'%s' has too many parts", value);
	s->file = eq + 1;
	s->tree = tree;
	return rc;
}

static int check_spec(const struct ek_vibopts *o,
		      const struct ek_payload_spec *s, struct ek_err *err)
{
	const char *name = s->name != NULL ? s->name : "";
	const char *why = ek_payload_name_problem(name);

	if (why != NULL)
		return ek_fail(err, EK_EARG, "payload name '%s' %s", name, why);
	for (size_t i = 0; i < o->n_payloads; i++)
		if (strcmp(o->payloads[i].name, name) == 0)
			return ek_fail(err, EK_EARG,
				       "two payloads are called '%s'", name);
	if (s->tree && s->file[0] == '\0')
		return ek_fail(err, EK_EARG, "no directory for payload '%s'",
			       name);
	if (s->vfat_name != NULL)
		return check_word(s->vfat_name, "vfat-name", err);
	return EK_OK;
}

static int add_payload(struct ek_vibopts *o, const char *value, bool tree,
		       struct ek_err *err)
{
	struct ek_payload_spec *v, s = { .name = NULL };
	int rc;

	v = realloc(o->payloads, (o->n_payloads + 1) * sizeof(*v));
	if (v == NULL)
		return ek_fail_sys(err, "payload '%s'", value);
	o->payloads = v;
	rc = parse_spec(&s, value, tree, err);
	if (rc == EK_OK)
		rc = check_spec(o, &s, err);
	if (rc == EK_OK) {
		v[o->n_payloads++] = s;
		return EK_OK;
	}
	free(s.name);
	free(s.type);
	free(s.vfat_name);
	return rc;
}

static int add_pci_id(struct ek_vibopts *o, const char *value,
		      struct ek_err *err)
{
	struct ek_pciadd *v = reallocarray(o->add, o->n_add + 1, sizeof(*v));
	int rc;

	if (v == NULL)
		return ek_fail_sys(err, "id '%s'", value);
	o->add = v;
	rc = ek_pciadd_parse(&v[o->n_add], value, err);
	o->n_add += rc == EK_OK;
	return rc;
}

/* ---- all ---------------------------------------------------------------- */

static int set_one(struct ek_vibopts *o, enum ek_vibopt opt, const char *value,
		   struct ek_err *err)
{
	switch (opt) {
	case EK_VO_NAME:
		return check_word(value, "name", err);
	case EK_VO_VENDOR:
		return check_word(value, "vendor", err);
	case EK_VO_VERSION:
		return check_version(value, err);
	case EK_VO_TYPE:
		return check_type(value, err);
	case EK_VO_MAINTENANCE:
	case EK_VO_LIVE_INSTALL:
	case EK_VO_LIVE_REMOVE:
	case EK_VO_CIMOM:
	case EK_VO_STATELESS:
	case EK_VO_OVERLAY:
		return set_flag(&o->flag[opt], value, err);
	case EK_VO_LEVEL:
		return set_level(o, value, err);
	case EK_VO_TARGET:
		return set_target(o, value, err);
	case EK_VO_DEPENDS:
		return ek_constraints_add_text(&o->lists.depends, value, err);
	case EK_VO_CONFLICTS:
		return ek_constraints_add_text(&o->lists.conflicts, value, err);
	case EK_VO_REPLACES:
		return ek_constraints_add_text(&o->lists.replaces, value, err);
	case EK_VO_PROVIDES:
		return ek_constraints_add_text(&o->lists.provides, value, err);
	case EK_VO_TAG:
		return add_tag(o, value, err);
	case EK_VO_URL:
		return add_url(o, value, err);
	case EK_VO_PAYLOAD:
	case EK_VO_TREE:
		return add_payload(o, value, opt == EK_VO_TREE, err);
	case EK_VO_ADD_PCI_ID:
		return add_pci_id(o, value, err);
	case EK_VO_SUMMARY:
	case EK_VO_DESCRIPTION:
	case EK_VO_MTIME:
	case EK_VO_DRIVER:
	case EK_VO_ANY_FILES:
	case EK_VO_TEMPLATE:
	case EK_VO_SIG:
	case EK_VO_UNPACKED:
	case EK_VO_SIGN:
	case EK_VO_CERT:
	case EK_VO_REHASH:
	case EK_VO_META:
	case EK_VO_PCI_ID_FOR:
	case EK_VO_N:
		break;
	}
	return EK_OK;
}

/* What a VIB can have one of only. */
static bool is_single(enum ek_vibopt opt)
{
	return opt == EK_VO_DRIVER ||
		(opt >= EK_VO_TEMPLATE && opt <= EK_VO_PCI_ID_FOR);
}

int ek_vibopts_set(struct ek_vibopts *o, enum ek_vibopt opt, const char *value,
		   struct ek_err *err)
{
	struct ek_err why = EK_ERR_INIT;
	int rc;

	if (o->given[opt] && is_single(opt))
		return ek_fail(err, EK_EARG, "--%s: given twice", names[opt]);
	o->given[opt] = true;
	o->text[opt] = value;
	rc = set_one(o, opt, value, &why);
	if (rc == EK_EARG)
		return ek_fail(err, EK_EARG, "--%s: %.900s", names[opt],
			       why.msg);
	if (rc != EK_OK && err != NULL)
		*err = why;
	return rc;
}

static bool is_stdin(const char *file)
{
	return file != NULL && strcmp(file, "-") == 0;
}

static int check_stdin(const struct ek_vibopts *o, struct ek_err *err)
{
	int n = is_stdin(o->text[EK_VO_DRIVER]) +
		is_stdin(o->text[EK_VO_TEMPLATE]) +
		is_stdin(o->text[EK_VO_SIG]) + is_stdin(o->text[EK_VO_SIGN]) +
		is_stdin(o->text[EK_VO_CERT]) +
		is_stdin(o->text[EK_VO_REHASH]) +
		is_stdin(o->text[EK_VO_META]);

	for (size_t i = 0; i < o->n_payloads; i++)
		n += !o->payloads[i].tree && is_stdin(o->payloads[i].file);
	if (n > 1)
		return ek_fail(err, EK_EARG,
			       "standard input can be read for one file only");
	return EK_OK;
}

/* At most one payload without a file, and that only for a driver. */
static int check_empty(const struct ek_vibopts *o, struct ek_err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < o->n_payloads; i++) {
		const struct ek_payload_spec *s = &o->payloads[i];

		if (s->file[0] == '\0' &&
		    (!o->given[EK_VO_DRIVER] || n++ > 0))
			return ek_fail(err, EK_EARG,
				       "no file for payload '%s'", s->name);
	}
	return EK_OK;
}

static int check_sign(const struct ek_vibopts *o, struct ek_err *err)
{
	if (o->given[EK_VO_SIGN] != o->given[EK_VO_CERT])
		return ek_fail(err, EK_EARG, "--sign and --cert go together: a"
			       " key and its certificate");
	if (o->given[EK_VO_SIGN] && o->given[EK_VO_SIG])
		return ek_fail(err, EK_EARG, "--sign makes a signature, --sig"
			       " gives one: not both");
	return EK_OK;
}

/* Only its checksums are made anew, for a target. */
static int check_rehash(const struct ek_vibopts *o, struct ek_err *err)
{
	for (int i = 0; i < EK_VO_N; i++)
		if (o->given[i] && i != EK_VO_REHASH && i != EK_VO_TARGET &&
		    i != EK_VO_META)
			return ek_fail(err, EK_EARG, "--rehash goes with"
				       " --target only, not with --%s",
				       names[i]);
	return EK_OK;
}

static int check_sig(const struct ek_vibopts *o, struct ek_err *err)
{
	if (!o->given[EK_VO_SIG])
		return EK_OK;
	if (!o->given[EK_VO_TEMPLATE])
		return ek_fail(err, EK_EARG, "a signature is over the bytes of "
			       "a descriptor: --sig goes with -d");
	if (ek_vibopts_change(o))
		return ek_fail(err, EK_EARG, "a signature is over the bytes of "
			       "a descriptor: with --sig no option may change "
			       "it");
	return EK_OK;
}

/* A map alone, for a driver of an image. */
static int check_pci_id_for(const struct ek_vibopts *o, struct ek_err *err)
{
	if (o->given[EK_VO_DRIVER] || o->given[EK_VO_TEMPLATE] ||
	    o->n_payloads > 0 || o->given[EK_VO_SIG] ||
	    o->given[EK_VO_ANY_FILES])
		return ek_fail(err, EK_EARG, "--pci-id-for goes with no other "
			       "input");
	if (o->n_add == 0)
		return ek_fail(err, EK_EARG, "--pci-id-for wants --add-pci-id");
	for (size_t i = 0; i < o->n_add; i++)
		if (o->add[i].driver == NULL ||
		    strcmp(o->add[i].driver, o->add[0].driver) != 0)
			return ek_fail(err, EK_EARG, "--pci-id-for wants one "
				       "driver: --add-pci-id vvvv:dddd=driver");
	return EK_OK;
}

/* Is there anything, and does it go together. */
static int check_inputs(const struct ek_vibopts *o, struct ek_err *err)
{
	bool driver = o->given[EK_VO_DRIVER], desc = o->given[EK_VO_TEMPLATE];

	if (o->given[EK_VO_UNPACKED]) {
		if (driver || desc || o->n_payloads > 0 ||
		    o->given[EK_VO_SIG] || o->n_add > 0 ||
		    o->given[EK_VO_PCI_ID_FOR])
			return ek_fail(err, EK_EARG, "--unpacked goes with no "
				       "other input");
		return EK_OK;
	}
	if (o->given[EK_VO_PCI_ID_FOR])
		return check_pci_id_for(o, err);
	if (o->n_add != 0 && !driver)
		return ek_fail(err, EK_EARG, "--add-pci-id goes with --driver, "
			       "or with --pci-id-for");
	if (!driver && !desc && o->n_payloads == 0)
		return ek_fail(err, EK_EARG, "nothing to make a VIB of: give "
			       "--driver, --payload, --tree or -d");
	if (!driver && !desc && !o->given[EK_VO_NAME])
		return ek_fail(err, EK_EARG, "no name for the VIB: give --name");
	if (o->given[EK_VO_ANY_FILES] && !driver)
		return ek_fail(err, EK_EARG, "--any-files goes with --driver");
	return EK_OK;
}

int ek_vibopts_ready(struct ek_vibopts *o, struct ek_err *err)
{
	int rc;

	if (o->given[EK_VO_REHASH])
		return check_rehash(o, err);
	rc = check_inputs(o, err);
	if (rc == EK_OK)
		rc = check_sign(o, err);
	if (rc == EK_OK)
		rc = check_sig(o, err);
	if (rc == EK_OK)
		rc = check_stdin(o, err);
	if (rc == EK_OK)
		rc = check_empty(o, err);
	if (rc != EK_OK)
		return rc;
	return ek_date_wanted(o->text[EK_VO_MTIME], &o->has_time, &o->time,
			      err);
}
