/* SPDX-License-Identifier: BSD-2-Clause */
/* pciadd.c - one more PCI id for a driver */
#include "os.h"

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/lspci.h"
#include "ek/pciadd.h"

/* What names of modules are made of; nothing that a map's grammar knows. */
#define WORD "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

enum { DRIVER_MAX = 63 };

static int parse_driver(struct ek_pciadd *a, const char *name,
			struct ek_err *err)
{
	size_t n = strlen(name);

	if (n == 0 || n > DRIVER_MAX || strspn(name, WORD) != n)
		return ek_fail(err, EK_EARG, "'%s' is no name of a driver",
			       name);
	a->driver = strdup(name);
	return a->driver != NULL ? EK_OK : ek_fail_sys(err, "'%s'", name);
}

static int parse_id(struct ek_pciadd *a, const char *text, struct ek_err *err)
{
	struct ek_pcidevs d = { NULL, 0, 0 };
	int rc = ek_lspci_add_id(&d, text, err);

	if (rc == EK_OK) {
		memcpy(a->id, d.v[0].id, sizeof(a->id));
		for (char *p = a->id; *p != '\0'; p++)
			if (*p == '?')
				*p = '.';
	}
	ek_pcidevs_clear(&d);
	return rc;
}

int ek_pciadd_parse(struct ek_pciadd *a, const char *text, struct ek_err *err)
{
	const char *eq = strchr(text, '=');
	char *id = eq != NULL ? strndup(text, (size_t)(eq - text))
			      : strdup(text);
	int rc;

	*a = (struct ek_pciadd){ .driver = NULL };
	if (id == NULL)
		return ek_fail_sys(err, "'%s'", text);
	rc = parse_id(a, id, err);
	free(id);
	if (rc == EK_OK && eq != NULL)
		rc = parse_driver(a, eq + 1, err);
	if (rc != EK_OK)
		ek_pciadd_clear(a);
	return rc;
}

void ek_pciadd_clear(struct ek_pciadd *a)
{
	free(a->driver);
	*a = (struct ek_pciadd){ .driver = NULL };
}

void ek_pciadd_text(const struct ek_pciadd *a, char out[20])
{
	const char *p = a->id;

	if (p[8] == '.')
		snprintf(out, 20, "%.4s:%.4s", p, p + 4);
	else
		snprintf(out, 20, "%.4s:%.4s:%.4s:%.4s", p, p + 4, p + 8,
			 p + 12);
}

static bool has_line(const struct ek_pciadd *a, const struct ek_pcimap *m,
		     const char *driver)
{
	char pattern[EK_PCI_PATTERN + 1];

	for (size_t i = 0; i < m->n; i++)
		if (strcmp(m->v[i].driver, driver) == 0 &&
		    ek_map_line_pattern(&m->v[i], pattern) &&
		    strcmp(pattern, a->id) == 0)
			return true;
	return false;
}

/* The two grammars (vib.5, "Driver packages"). */
static void put_line(const struct ek_pciadd *a, enum ek_map_kind kind,
		     const char *driver, const char *class, struct ek_buf *out)
{
	const char *p = a->id;
	bool sub = p[8] != '.';

	if (kind == EK_MAP_NATIVE)
		ek_buf_addf(out, "regtype=native,bus=pci,id=%s,driver=%s\n", p,
			    driver);
	else
		ek_buf_addf(out, "regtype=linux,bus=pci,id=%.4s:%.4s %.4s:%.4s,"
			    "driver=%s,class=%s\n", p, p + 4,
			    sub ? p + 8 : "0000", sub ? p + 12 : "0000",
			    driver, class);
}

int ek_pciadd_to(const struct ek_pciadd *a, struct ek_pcimap *m,
		 enum ek_map_kind kind, const char *driver, const char *class,
		 bool *there, struct ek_err *err)
{
	struct ek_buf text = EK_BUF_INIT;
	struct ek_pcimap with;
	int rc;

	*there = has_line(a, m, driver);
	if (*there)
		return EK_OK;
	ek_pcimap_write(m, &text);
	put_line(a, kind, driver, class, &text);
	rc = ek_buf_check(&text, "map", err);
	if (rc == EK_OK)
		rc = ek_pcimap_parse(&with, "the map with the new id",
				     ek_buf_str(&text), text.len, NULL, NULL,
				     err);
	ek_buf_free(&text);
	if (rc != EK_OK)
		return rc;
	ek_pcimap_clear(m);
	*m = with;
	return EK_OK;
}
