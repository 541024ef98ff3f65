/* SPDX-License-Identifier: BSD-2-Clause */
/* pcirun_all.c - every line of every map of an image */
#include "os.h"

#include "ek/buf.h"
#include "pcirun_int.h"

/* A line, and whose it is. */
struct row {
	const struct ek_pcisource *source;
	const struct ek_map_line *line;
	char id[EK_PCI_PATTERN + 1]; /* "" where the bus is not PCI */
};

struct rows {
	struct row *v;
	size_t n;
};

/* PCI first, by id; then by rank, bus, map and line. */
static int by_id(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int c = (x->id[0] == '\0') - (y->id[0] == '\0');
	int i, k;

	if (c == 0)
		c = strcmp(x->id, y->id);
	if (c == 0)
		c = strcmp(x->line->bus, y->line->bus);
	if (c == 0 && x->id[0] == '\0')
		c = strcmp(x->line->id, y->line->id);
	if (c != 0)
		return c;
	i = ek_map_rank(x->source->path);
	k = ek_map_rank(y->source->path);
	if (i != k)
		return i < k ? -1 : 1;
	c = strcmp(x->source->path, y->source->path);
	if (c == 0 && x->line->line != y->line->line)
		c = x->line->line < y->line->line ? -1 : 1;
	return c;
}

static int gather(const struct ek_pcijob *j, struct rows *r,
		  struct ek_err *err)
{
	const struct ek_pcidrivers *d = ek_pcipool_drivers(j->pool);

	r->n = 0;
	r->v = calloc(ek_pcipool_lines(j->pool) + 1, sizeof(*r->v));
	if (r->v == NULL)
		return ek_fail_sys(err, "'%s'", j->r->image);
	for (size_t i = 0; i < d->n; i++)
		for (size_t k = 0; k < d->v[i].map->n; k++) {
			struct row *row = &r->v[r->n++];

			row->source = &d->v[i];
			row->line = &d->v[i].map->v[k];
			if (!ek_map_line_pattern(row->line, row->id))
				row->id[0] = '\0';
		}
	qsort(r->v, r->n, sizeof(*r->v), by_id);
	return EK_OK;
}

/* NULL: the line counts. */
static const char *why_not(const struct ek_pcidrivers *d, const struct row *r)
{
	if (r->line->kind == EK_MAP_LINUX && !d->vmklinux)
		return "no vmklinux";
	if (d->has_module != NULL && !d->has_module(d->ctx, r->line->driver))
		return "no module";
	return ek_map_rank(r->source->path) < 0 ? "not read" : NULL;
}

/* ---- text ---------------------------------------------------------------- */

static void put_id(const struct row *r, struct ek_buf *out)
{
	if (r->id[0] == '\0')
		ek_buf_addf(out, "%s %s\t", r->line->bus, r->line->id);
	else
		ek_buf_addf(out, "%.4s:%.4s %.4s:%.4s %.6s\t", r->id, r->id + 4,
			    r->id + 8, r->id + 12, r->id + 16);
}

static void put_row(const struct ek_pcijob *j, const struct row *r,
		    struct ek_buf *out)
{
	const char *why = why_not(ek_pcipool_drivers(j->pool), r);
	const char *vendor = NULL, *name = NULL;

	if (r->id[0] != '\0')
		ek_pcipool_name(j->pool, r->id, &vendor, &name);
	put_id(r, out);
	ek_buf_addf(out, "%s\t%s\t%s\t%s%s%s\n", r->line->driver,
		    why != NULL ? why : ek_map_rank_name(ek_map_rank(
							 r->source->path)),
		    r->source->vib_id != NULL ? r->source->vib_id : "-",
		    vendor != NULL ? vendor : "-", name != NULL ? ", " : "",
		    name != NULL ? name : "");
}

int ek_pcirun_all_text(const struct ek_pcijob *j, struct ek_buf *out,
		       struct ek_err *err)
{
	struct rows rows;
	int rc = gather(j, &rows, err);

	for (size_t i = 0; i < rows.n; i++)
		put_row(j, &rows.v[i], out);
	free(rows.v);
	return rc;
}

/* ---- JSON ---------------------------------------------------------------- */

/* n digits of an id; null where any will do. */
static void put_digits(struct ek_json *json, const char *key, const char *id,
		       size_t n)
{
	if (strspn(id, ".") >= n)
		ek_json_null(json, key);
	else
		ek_json_strn(json, key, id, n);
}

static void put_pci(const struct ek_pcijob *j, const struct row *r,
		    struct ek_json *json)
{
	const char *vendor, *name;

	ek_pcipool_name(j->pool, r->id, &vendor, &name);
	put_digits(json, "vendor", r->id, 4);
	put_digits(json, "device", r->id + 4, 4);
	put_digits(json, "subvendor", r->id + 8, 4);
	put_digits(json, "subdevice", r->id + 12, 4);
	put_digits(json, "class", r->id + 16, 6);
	ek_json_str(json, "vendor_name", vendor);
	ek_json_str(json, "device_name", name);
}

static void put_object(const struct ek_pcijob *j, const struct row *r,
		       struct ek_json *json)
{
	ek_json_object(json, NULL);
	ek_json_str(json, "bus", r->line->bus);
	ek_json_str(json, "id", r->line->id);
	if (r->id[0] != '\0')
		put_pci(j, r, json);
	ek_json_str(json, "driver", r->line->driver);
	ek_json_str(json, "vib", r->source->vib_id);
	ek_json_str(json, "version", r->source->vib_version);
	ek_json_str(json, "module", ek_pcijob_module(j, r->line->driver));
	ek_json_str(json, "map", r->source->path);
	ek_json_uint(json, "line", r->line->line);
	ek_json_str(json, "rank",
		    ek_map_rank_name(ek_map_rank(r->source->path)));
	ek_json_bool(json, "counts",
		     why_not(ek_pcipool_drivers(j->pool), r) == NULL);
	ek_json_close(json);
}

int ek_pcirun_all_json(const struct ek_pcijob *j, struct ek_json *json,
		       struct ek_err *err)
{
	struct rows rows;
	int rc = gather(j, &rows, err);

	ek_json_array(json, "ids");
	for (size_t i = 0; i < rows.n; i++)
		put_object(j, &rows.v[i], json);
	ek_json_close(json);
	free(rows.v);
	return rc;
}
