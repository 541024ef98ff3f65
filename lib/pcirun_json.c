/* SPDX-License-Identifier: BSD-2-Clause */
/* pcirun_json.c - which driver takes which device, for a program */
#include "os.h"

#include "pcirun_int.h"

/* n digits of an id; null where one is not known. */
static void put_digits(struct ek_json *json, const char *key, const char *id,
		       size_t n)
{
	if (memchr(id, '?', n) != NULL)
		ek_json_null(json, key);
	else
		ek_json_strn(json, key, id, n);
}

/* The class has as many pairs as are known. */
static void put_class(struct ek_json *json, const char *digits)
{
	size_t n = strcspn(digits, "?");

	if (n == 0) {
		ek_json_null(json, "class");
		ek_json_null(json, "class_name");
		return;
	}
	ek_json_strn(json, "class", digits, n);
	ek_json_str(json, "class_name", ek_pci_class_words(digits));
}

static void put_hit(const struct ek_pcijob *j, const struct ek_pcihit *h,
		    struct ek_json *json)
{
	ek_json_object(json, NULL);
	ek_json_str(json, "driver", h->line->driver);
	ek_json_str(json, "vib", h->source->vib_id);
	ek_json_str(json, "version", h->source->vib_version);
	ek_json_str(json, "module", ek_pcijob_module(j, h->line->driver));
	ek_json_str(json, "map", h->source->path);
	ek_json_uint(json, "line", h->line->line);
	ek_json_str(json, "rank", ek_map_rank_name(h->rank));
	ek_json_str(json, "by", ek_pcihow_name(h->how));
	ek_json_bool(json, "counts", ek_pcihit_counts(h));
	ek_json_bool(json, "may", h->may);
	ek_json_bool(json, "vmklinux_unloaded", h->unloaded);
	ek_json_bool(json, "module_missing", h->missing);
	ek_json_bool(json, "class_unknown", h->vague);
	ek_json_close(json);
}

static void put_device(const struct ek_pcijob *j, const struct ek_pcianswer *a,
		       struct ek_json *json)
{
	static const char *const verdicts[] = { "none", "may", "taken" };

	ek_json_object(json, NULL);
	ek_json_str(json, "slot", a->d->slot[0] != '\0' ? a->d->slot : NULL);
	ek_json_strn(json, "vendor", a->d->id, 4);
	ek_json_strn(json, "device", a->d->id + 4, 4);
	put_digits(json, "subvendor", a->d->id + 8, 4);
	put_digits(json, "subdevice", a->d->id + 12, 4);
	put_class(json, a->d->id + 16);
	ek_json_str(json, "kind", ek_pcidev_kind_name(a->kind));
	ek_json_str(json, "vendor_name", a->vendor);
	ek_json_str(json, "device_name", a->name);
	ek_json_bool(json, "counts", a->asked);
	ek_json_bool(json, "covered", a->covered);
	ek_json_str(json, "verdict", verdicts[a->m.verdict]);
	ek_json_bool(json, "tie", a->m.tie);
	ek_json_array(json, "drivers");
	for (size_t i = 0; i < a->m.n; i++)
		put_hit(j, &a->m.hits[i], json);
	ek_json_close(json);
	ek_json_close(json);
}

void ek_pcirun_json(const struct ek_pcijob *j, struct ek_json *json)
{
	ek_json_array(json, "devices");
	for (size_t i = 0; i < j->n; i++)
		put_device(j, &j->v[i], json);
	ek_json_close(json);
	ek_json_uint(json, "counted", j->asked);
	ek_json_uint(json, "covered", j->covered);
}
