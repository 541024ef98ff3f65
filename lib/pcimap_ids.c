/* SPDX-License-Identifier: BSD-2-Clause */
/* pcimap_ids.c - names of PCI ids, in the format of the PCI ID project */
#include "os.h"

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/pcimap.h"

void ek_pciids_clear(struct ek_pciids *ids)
{
	for (size_t i = 0; i < ids->n; i++)
		free(ids->v[i].name);
	free(ids->v);
	memset(ids, 0, sizeof(*ids));
}

/* Four lower-case hex digits; upper case is taken as well. */
static bool hex4(const char *p, size_t len, uint16_t *out)
{
	unsigned v = 0;

	if (len < 4)
		return false;
	for (size_t i = 0; i < 4; i++) {
		unsigned c = (unsigned char)p[i];

		if (c >= '0' && c <= '9')
			c -= '0';
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			c = (c | 0x20) - 'a' + 10;
		else
			return false;
		v = v << 4 | c;
	}
	*out = (uint16_t)v;
	return true;
}

/* One entry's numbers; now holds the vendor and device above it. The rest of
 * the line, where the name is, comes back in *p and *len. */
static bool numbers(const char **p, size_t *len, struct ek_pciid *now)
{
	size_t tabs = 0;

	while (tabs < *len && (*p)[tabs] == '\t')
		tabs++;
	*p += tabs;
	*len -= tabs;
	now->depth = tabs == 0 ? EK_ID_VENDOR :
		tabs == 1 ? EK_ID_DEVICE : EK_ID_SUBSYSTEM;
	if (tabs > 2)
		return false;
	if (tabs == 2) {
		if (*len < 9 || !hex4(*p, *len, &now->subvendor) ||
		    (*p)[4] != ' ' || !hex4(*p + 5, *len - 5, &now->subdevice))
			return false;
		*p += 9;
		*len -= 9;
		return true;
	}
	if (!hex4(*p, *len, tabs == 0 ? &now->vendor : &now->device))
		return false;
	*p += 4;
	*len -= 4;
	return true;
}

static int keep(struct ek_pciids *ids, const struct ek_pciid *now,
		const char *text, size_t len, const char *name,
		struct ek_err *err)
{
	size_t cap = ids->cap == 0 ? 64 : ids->cap * 2;
	struct ek_pciid *v;
	char *s;

	if (ids->n == ids->cap) {
		v = realloc(ids->v, cap * sizeof(*v));
		if (v == NULL)
			return ek_fail_sys(err, "cannot read '%s'", name);
		ids->v = v;
		ids->cap = cap;
	}
	s = malloc(len + 1);
	if (s == NULL)
		return ek_fail_sys(err, "cannot read '%s'", name);
	memcpy(s, text, len);
	s[len] = '\0';
	ids->v[ids->n] = *now;
	ids->v[ids->n++].name = s;
	return EK_OK;
}

struct state {
	struct ek_pciid now;
	bool classes;            /* in the section "C 02  Network controller" */
	bool has_vendor, has_device;
	unsigned long n_bad, first_bad;
};

static bool in_place(struct state *st)
{
	switch (st->now.depth) {
	case EK_ID_VENDOR:
		st->has_vendor = true;
		st->has_device = false;
		return true;
	case EK_ID_DEVICE:
		st->has_device = st->has_vendor;
		return st->has_vendor;
	case EK_ID_SUBSYSTEM:
		return st->has_device;
	}
	return false;
}

static int one_line(struct ek_pciids *ids, struct state *st, const char *p,
		    size_t len, const char *name, struct ek_err *err)
{
	st->now.line++;
	while (len > 0 && (p[len - 1] == ' ' || p[len - 1] == '\r'))
		len--;
	if (len == 0 || p[0] == '#')
		return EK_OK;
	if (len > 2 && p[1] == ' ' && p[0] >= 'A' && p[0] <= 'Z')
		st->classes = true;
	else if (p[0] != '\t')
		st->classes = false;
	if (st->classes)
		return EK_OK;
	if (!numbers(&p, &len, &st->now) || len < 3 ||
	    memcmp(p, "  ", 2) != 0 || !in_place(st)) {
		if (st->n_bad++ == 0)
			st->first_bad = st->now.line;
		return EK_OK;
	}
	return keep(ids, &st->now, p + 2, len - 2, name, err);
}

static void tell_bad(const struct state *st, const char *name,
		     ek_map_note *note, void *ctx)
{
	char text[1024];

	if (st->n_bad == 0 || note == NULL)
		return;
	snprintf(text, sizeof(text), "'%s': line %lu: not an id and a name, "
		 "left out (%lu such lines)", name, st->first_bad, st->n_bad);
	note(ctx, text);
}

int ek_pciids_parse(struct ek_pciids *ids, const char *name, const char *text,
		    size_t len, ek_map_note *note, void *ctx,
		    struct ek_err *err)
{
	const char *p = text, *end = text + len, *lf;
	struct state st = { 0 };
	int rc = EK_OK;

	memset(ids, 0, sizeof(*ids));
	if (len > EK_PCIIDS_MAX)
		return ek_fail(err, EK_ELIMIT, "'%s': larger than %u bytes",
			       name, EK_PCIIDS_MAX);
	if (len > 0 && memchr(text, '\0', len) != NULL)
		return ek_fail(err, EK_EFORMAT, "'%s': not text: has a NUL",
			       name);
	for (; rc == EK_OK && p < end; p = lf + 1) {
		lf = memchr(p, '\n', (size_t)(end - p));
		if (lf == NULL)
			lf = end;
		rc = one_line(ids, &st, p, (size_t)(lf - p), name, err);
	}
	if (rc != EK_OK)
		ek_pciids_clear(ids);
	else
		tell_bad(&st, name, note, ctx);
	return rc;
}
