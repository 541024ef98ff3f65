/* SPDX-License-Identifier: BSD-2-Clause */
/* vibdesc.c - a VIB's descriptor in memory: make one, fill it, free it */
#include "os.h"

#include "ek/err.h"
#include "ek/version.h"
#include "ek/vibdesc.h"

#if defined(__GNUC__) && !defined(__clang__)
/* gcc 12 takes a string that goes into a list for lost */
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
#endif

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

/* ---- acceptance levels -------------------------------------------------- */

static const struct {
	const char *name;
	enum ek_level level;
	bool in_xml;
} levels[] = {
	/* the first of a level is its name */
	{ "community", EK_COMMUNITY, true },
	{ "partner", EK_PARTNER, true },
	{ "accepted", EK_ACCEPTED, true },
	{ "certified", EK_CERTIFIED, true },
	{ "unsigned", EK_COMMUNITY, true },
	{ "signed", EK_PARTNER, true },
	{ "CommunitySupported", EK_COMMUNITY, false },
	{ "PartnerSupported", EK_PARTNER, false },
	{ "VMwareAccepted", EK_ACCEPTED, false },
	{ "VMwareCertified", EK_CERTIFIED, false },
};

bool ek_level_parse(const char *s, enum ek_level *level)
{
	for (size_t i = 0; i < LEN(levels); i++) {
		if (strcasecmp(s, levels[i].name) == 0) {
			*level = levels[i].level;
			return true;
		}
	}
	return false;
}

bool ek_level_parse_xml(const char *s, enum ek_level *level)
{
	for (size_t i = 0; i < LEN(levels); i++) {
		if (levels[i].in_xml && strcmp(s, levels[i].name) == 0) {
			*level = levels[i].level;
			return true;
		}
	}
	return false;
}

const char *ek_level_name(enum ek_level level)
{
	for (size_t i = 0; i < LEN(levels); i++)
		if (levels[i].level == level)
			return levels[i].name;
	return "unknown";
}

/* ---- life and death ----------------------------------------------------- */

void ek_vibdesc_init(struct ek_vibdesc *d)
{
	*d = (struct ek_vibdesc){
		.level = EK_COMMUNITY,
		.maint_install = true,
		.maint_remove = true,
	};
}

static void clear_constraints(struct ek_constraints *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->v[i].name);
		free(l->v[i].relation);
		free(l->v[i].version);
	}
	free(l->v);
}

static void clear_payload(struct ek_payload *p)
{
	for (size_t i = 0; i < p->n_sums; i++) {
		free(p->sums[i].type);
		free(p->sums[i].process);
		free(p->sums[i].hex);
	}
	free(p->sums);
	free(p->name);
	free(p->type);
	free(p->vfat_name);
	free(p->compression_option);
}

static void clear_lists(struct ek_vibdesc *d)
{
	for (size_t i = 0; i < d->n_urls; i++) {
		free(d->urls[i].key);
		free(d->urls[i].url);
	}
	free(d->urls);
	for (size_t i = 0; i < d->n_hw; i++) {
		free(d->hw[i].vendor);
		free(d->hw[i].model);
	}
	free(d->hw);
	for (size_t i = 0; i < d->n_sw; i++) {
		free(d->sw[i].version);
		free(d->sw[i].locale);
		free(d->sw[i].product);
	}
	free(d->sw);
	for (size_t i = 0; i < d->n_payloads; i++)
		clear_payload(&d->payloads[i]);
	free(d->payloads);
}

void ek_vibdesc_clear(struct ek_vibdesc *d)
{
	free(d->type);
	free(d->name);
	free(d->version);
	free(d->vendor);
	free(d->summary);
	free(d->description);
	clear_lists(d);
	clear_constraints(&d->depends);
	clear_constraints(&d->conflicts);
	clear_constraints(&d->replaces);
	clear_constraints(&d->provides);
	clear_constraints(&d->compatible);
	ek_strs_free(&d->tags);
	ek_strs_free(&d->files);
	ek_vibdesc_init(d);
}

/* ---- filling ------------------------------------------------------------ */

/* Room for one more of size bytes behind n; v, or its new place; NULL: none. */
static void *room(void *v, size_t n, size_t size)
{
	/* doubled at 4, 8, 16, ...: no member for the capacity is needed */
	if (n != 0 && (n < 4 || (n & (n - 1)) != 0))
		return v;
	return reallocarray(v, n < 4 ? 4 : n * 2, size);
}

/* Copies of n texts, NULL for NULL; all of them, or false: no memory. */
static bool copy(char **to, const char *const *from, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		to[i] = from[i] != NULL ? strdup(from[i]) : NULL;
		if (to[i] != NULL || from[i] == NULL)
			continue;
		while (i > 0)
			free(to[--i]);
		return false;
	}
	return true;
}

int ek_vibdesc_set(char **to, const char *s, struct ek_err *err)
{
	char *fresh;

	if (!copy(&fresh, &s, 1))
		return ek_fail_sys(err, "descriptor");
	free(*to);
	*to = fresh;
	return EK_OK;
}

int ek_constraints_add(struct ek_constraints *l, const char *name,
		       const char *relation, const char *version,
		       struct ek_err *err)
{
	const char *const from[] = { name, relation, version };
	struct ek_constraint *v = room(l->v, l->n, sizeof(*v));
	char *t[LEN(from)];

	if (v != NULL)
		l->v = v;
	if (v == NULL || !copy(t, from, LEN(from)))
		return ek_fail_sys(err, "relation '%s'", name);
	v[l->n++] = (struct ek_constraint){ t[0], t[1], t[2] };
	return EK_OK;
}

/* Length of the relation at s: 2, 1, or 0 where there is none. */
static size_t relation_at(const char *s)
{
	static const char *const all[] = { "<<", "<=", ">=", ">>", "=" };

	for (size_t i = 0; i < LEN(all); i++)
		if (strncmp(s, all[i], strlen(all[i])) == 0)
			return strlen(all[i]);
	return 0;
}

/* Cut "name >= version" in three, in place; NULL where that cannot be. */
static const char *cut_relation(char *text, char relation[3], char **version)
{
	char *op = text + strcspn(text, "<>=");
	char *v, *end = op;
	size_t n;

	relation[0] = '\0';
	*version = NULL;
	while (end > text && end[-1] == ' ')
		end--;
	if (*op == '\0') {
		*end = '\0';
		return text;
	}
	n = relation_at(op);
	v = op + n;
	if (n == 0 || strpbrk(v, "<>=") != NULL)
		return NULL;
	memcpy(relation, op, n);
	relation[n] = '\0';
	v += strspn(v, " ");
	*end = '\0';
	*version = v;
	return text;
}

int ek_constraints_add_text(struct ek_constraints *l, const char *text,
			    struct ek_err *err)
{
	const char *name;
	char relation[3], *version, *copied;
	int rc;

	copied = strdup(text + strspn(text, " "));
	if (copied == NULL)
		return ek_fail_sys(err, "relation '%s'", text);
	name = cut_relation(copied, relation, &version);
	if (name == NULL || name[0] == '\0' || strchr(name, ' ') != NULL ||
	    (version != NULL && (version[0] == '\0' ||
				 strchr(version, ' ') != NULL ||
				 !ek_version_valid(version))))
		rc = ek_fail(err, EK_EARG, "'%s' is not a relation: write NAME"
			     " or 'NAME >= VERSION', with one of << <= = >= >>",
			     text);
	else
		rc = ek_constraints_add(l, name, version != NULL ? relation
					: NULL, version, err);
	free(copied);
	return rc;
}

int ek_vibdesc_add_url(struct ek_vibdesc *d, const char *key, const char *url,
		       struct ek_err *err)
{
	const char *const from[] = { key, url };
	struct ek_url *v = room(d->urls, d->n_urls, sizeof(*v));
	char *t[LEN(from)];

	if (v != NULL)
		d->urls = v;
	if (v == NULL || !copy(t, from, LEN(from)))
		return ek_fail_sys(err, "url '%s'", key);
	v[d->n_urls++] = (struct ek_url){ t[0], t[1] };
	return EK_OK;
}

int ek_vibdesc_add_hw(struct ek_vibdesc *d, const char *vendor,
		      const char *model, struct ek_err *err)
{
	const char *const from[] = { vendor, model };
	struct ek_hwplatform *v = room(d->hw, d->n_hw, sizeof(*v));
	char *t[LEN(from)];

	if (v != NULL)
		d->hw = v;
	if (v == NULL || !copy(t, from, LEN(from)))
		return ek_fail_sys(err, "hardware platform");
	v[d->n_hw++] = (struct ek_hwplatform){ t[0], t[1] };
	return EK_OK;
}

int ek_vibdesc_add_sw(struct ek_vibdesc *d, const char *version,
		      const char *locale, const char *product,
		      struct ek_err *err)
{
	const char *const from[] = { version, locale, product };
	struct ek_swplatform *v = room(d->sw, d->n_sw, sizeof(*v));
	char *t[LEN(from)];

	if (v != NULL)
		d->sw = v;
	if (v == NULL || !copy(t, from, LEN(from)))
		return ek_fail_sys(err, "software platform");
	v[d->n_sw++] = (struct ek_swplatform){ t[0], t[1], t[2] };
	return EK_OK;
}

int ek_vibdesc_add_payload(struct ek_vibdesc *d, const char *name,
			   const char *type, struct ek_payload **p,
			   struct ek_err *err)
{
	const char *const from[] = { name, type };
	struct ek_payload *v = room(d->payloads, d->n_payloads, sizeof(*v));
	char *t[LEN(from)];

	if (v != NULL)
		d->payloads = v;
	if (v == NULL || !copy(t, from, LEN(from)))
		return ek_fail_sys(err, "payload '%s'", name);
	*p = &v[d->n_payloads++];
	**p = (struct ek_payload){ .name = t[0], .type = t[1] };
	return EK_OK;
}

int ek_payload_add_sum(struct ek_payload *p, const char *type,
		       const char *process, const char *hex,
		       struct ek_err *err)
{
	const char *const from[] = { type, process, hex };
	struct ek_checksum *v = room(p->sums, p->n_sums, sizeof(*v));
	char *t[LEN(from)];

	if (v != NULL)
		p->sums = v;
	if (v == NULL || !copy(t, from, LEN(from)))
		return ek_fail_sys(err, "checksum of '%s'", p->name);
	v[p->n_sums++] = (struct ek_checksum){ t[0], t[1], t[2] };
	return EK_OK;
}

/* ---- asking ------------------------------------------------------------- */

static const char *or_empty(const char *s)
{
	return s != NULL ? s : "";
}

char *ek_vibdesc_id(const struct ek_vibdesc *d)
{
	char *id;

	if (asprintf(&id, "%s_%s_%s_%s", or_empty(d->vendor),
		     d->type != NULL ? d->type : "bootbank", or_empty(d->name),
		     or_empty(d->version)) < 0)
		return NULL;
	return id;
}

const struct ek_payload *ek_vibdesc_payload(const struct ek_vibdesc *d,
					    const char *name)
{
	for (size_t i = 0; i < d->n_payloads; i++)
		if (strcmp(d->payloads[i].name, name) == 0)
			return &d->payloads[i];
	return NULL;
}

static bool same(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return strcmp(a, b) == 0;
}

const struct ek_checksum *ek_payload_sum(const struct ek_payload *p,
					 const char *type, const char *process)
{
	for (size_t i = p->n_sums; i-- > 0;)
		if (same(p->sums[i].type, type) &&
		    same(p->sums[i].process, process))
			return &p->sums[i];
	return NULL;
}

bool ek_payload_compressed(const struct ek_payload *p)
{
	static const char *const types[] = {
		"vgz", "tgz", "boot", "vzstd", "installer_vgz",
	};

	for (size_t i = 0; i < LEN(types); i++)
		if (strcmp(p->type, types[i]) == 0)
			return true;
	return false;
}
