/* SPDX-License-Identifier: BSD-2-Clause */
/* pcirun_match.c - which driver of an image takes which device */
#include "os.h"

#include "ek/buf.h"
#include "ek/imgscan.h"
#include "ek/io.h"
#include "pcirun_int.h"

/* ---- devices ------------------------------------------------------------- */

static int read_listing(struct ek_pcijob *j, struct ek_err *err)
{
	char *text = NULL;
	size_t len, before = j->devs.n;
	int rc = ek_read_all(j->r->listing, EK_LSPCI_MAX, &text, &len, err);

	if (rc == EK_OK)
		rc = ek_lspci_parse(&j->devs, j->r->listing, text, len, err);
	free(text);
	if (rc == EK_OK && j->devs.n == before)
		return ek_fail(err, EK_EREFUSE, "'%s' tells of no device: the "
			       "output of 'lspci -vmmn' is wanted",
			       j->r->listing);
	return rc;
}

static int read_devices(struct ek_pcijob *j, struct ek_err *err)
{
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < j->r->n_ids; i++)
		rc = ek_lspci_add_id(&j->devs, j->r->ids[i], err);
	if (rc == EK_OK && j->r->listing != NULL)
		rc = read_listing(j, err);
	return rc;
}

/* ---- answers ------------------------------------------------------------- */

static bool is_covered(const struct ek_pcimatch *m)
{
	for (size_t i = 0; i < m->n; i++)
		if (ek_pcihit_counts(&m->hits[i]) && !m->hits[i].may)
			return true;
	return false;
}

static int answer(struct ek_pcijob *j, const struct ek_pcidev *d,
		  struct ek_err *err)
{
	struct ek_pcianswer *a = &j->v[j->n++];
	int rc = ek_pcimatch(ek_pcipool_drivers(j->pool), d, &a->m, err);

	a->d = d;
	a->kind = ek_pcidev_kind(d);
	a->asked = a->kind == EK_DEV_NETWORK || a->kind == EK_DEV_STORAGE ||
		a->kind == EK_DEV_UNKNOWN;
	a->covered = is_covered(&a->m);
	j->asked += a->asked;
	j->covered += a->asked && a->covered;
	ek_pcipool_name(j->pool, d->id, &a->vendor, &a->name);
	if (a->name == NULL && d->name != NULL) {
		a->vendor = NULL; /* lspci's words have it */
		a->name = d->name;
	}
	return rc;
}

static int answer_all(struct ek_pcijob *j, struct ek_err *err)
{
	size_t lines = ek_pcipool_lines(j->pool);
	int rc = EK_OK;

	if (lines != 0 && j->devs.n > EK_PCIRUN_STEPS / lines)
		return ek_fail(err, EK_ELIMIT, "'%s': %zu lines of driver maps"
			       " for %zu devices are too many", j->r->image,
			       lines, j->devs.n);
	j->v = calloc(j->devs.n + 1, sizeof(*j->v));
	if (j->v == NULL)
		return ek_fail_sys(err, "'%s'", j->r->image);
	for (size_t i = 0; rc == EK_OK && i < j->devs.n; i++)
		rc = answer(j, &j->devs.v[i], err);
	return rc;
}

const char *ek_pcijob_module(const struct ek_pcijob *j, const char *driver)
{
	const struct ek_scan_file *f = ek_pcipool_module(j->pool, driver);

	return f != NULL ? f->name : NULL;
}

/* Names of the PCI ID project, shortened. */
const char *ek_pci_class_words(const char *digits)
{
	static const struct {
		char digits[5], words[20];
	} names[] = {
		{ "0100", "SCSI" }, { "0101", "IDE" }, { "0104", "RAID" },
		{ "0105", "ATA" }, { "0106", "SATA" }, { "0107", "SAS" },
		{ "0108", "NVMe" }, { "0180", "mass storage" },
		{ "0200", "Ethernet" }, { "0207", "InfiniBand" },
		{ "0280", "other network" }, { "0300", "VGA" },
		{ "0302", "3D" }, { "0380", "display" },
		{ "0401", "multimedia" }, { "0403", "audio" },
		{ "0500", "RAM" }, { "0580", "memory" },
		{ "0600", "host bridge" }, { "0601", "ISA bridge" },
		{ "0604", "PCI bridge" }, { "0680", "bridge" },
		{ "0700", "serial port" }, { "0780", "communication" },
		{ "0800", "interrupts" }, { "0806", "IOMMU" },
		{ "0880", "system peripheral" }, { "0c03", "USB" },
		{ "0c04", "Fibre Channel" }, { "0c05", "SMBus" },
		{ "0c80", "serial bus" }, { "1080", "encryption" },
		{ "1101", "counters" }, { "1180", "signal processing" },
		{ "1200", "accelerator" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (memcmp(names[i].digits, digits, 4) == 0)
			return names[i].words;
	return NULL;
}

/* ---- the report ---------------------------------------------------------- */

static int report_json(const struct ek_pcijob *j, struct ek_buf *out,
		       struct ek_err *err)
{
	const struct ek_strs *notes = ek_pcipool_notes(j->pool);
	struct ek_json json;
	int rc = EK_OK;

	ek_json_begin(&json, out);
	ek_json_str(&json, "image", j->r->image);
	ek_json_str(&json, "kind", ek_pcipool_kind(j->pool));
	ek_json_str(&json, "esx_version", ek_pcipool_version(j->pool));
	ek_json_uint(&json, "maps", ek_pcipool_drivers(j->pool)->n);
	ek_json_uint(&json, "lines", ek_pcipool_lines(j->pool));
	ek_json_bool(&json, "complete", ek_pcipool_odd(j->pool) == NULL);
	ek_json_array(&json, "notes");
	for (size_t i = 0; i < notes->n; i++)
		ek_json_str(&json, NULL, notes->v[i]);
	ek_json_close(&json);
	if (j->r->all)
		rc = ek_pcirun_all_json(j, &json, err);
	else
		ek_pcirun_json(j, &json);
	if (rc == EK_OK)
		ek_json_end(&json);
	return rc;
}

static void put_head(const struct ek_pcijob *j, struct ek_buf *out)
{
	const struct ek_strs *notes = ek_pcipool_notes(j->pool);
	const char *version = ek_pcipool_version(j->pool);
	size_t lines = ek_pcipool_lines(j->pool);
	size_t maps = ek_pcipool_drivers(j->pool)->n;

	ek_buf_addf(out, "%s: %s%s, %zu line%s in %zu driver map%s\n",
		    j->r->image, version != NULL ? "ESXi " :
		    ek_pcipool_kind(j->pool), version != NULL ? version : "",
		    lines, lines == 1 ? "" : "s", maps, maps == 1 ? "" : "s");
	for (size_t i = 0; i < notes->n; i++)
		ek_buf_addf(out, "note: %s\n", notes->v[i]);
	if (j->r->all)
		ek_buf_addc(out, '\n');
}

static int report_text(const struct ek_pcijob *j, struct ek_buf *out,
		       struct ek_err *err)
{
	put_head(j, out);
	if (j->r->all)
		return ek_pcirun_all_text(j, out, err);
	ek_pcirun_text(j, out);
	return EK_OK;
}

static int run(struct ek_pcijob *j, struct ek_buf *out, struct ek_err *err)
{
	const struct ek_pcipool_opts o = {
		.threads = j->r->threads, .progress = j->r->progress,
		.ctx = j->r->ctx,
	};
	int rc = j->r->all ? EK_OK : read_devices(j, err);

	if (rc == EK_OK)
		rc = ek_pcipool_open(&j->pool, j->r->image, &o, err);
	if (rc == EK_OK && !j->r->all)
		rc = answer_all(j, err);
	if (rc == EK_OK)
		rc = j->r->json ? report_json(j, out, err)
				: report_text(j, out, err);
	if (rc == EK_OK)
		rc = ek_buf_check(out, "report", err);
	if (rc != EK_OK)
		ek_buf_reset(out);
	if (rc != EK_OK || ek_pcipool_odd(j->pool) == NULL)
		return rc;
	if (err != NULL)
		*err = *ek_pcipool_odd(j->pool);
	return EK_EFORMAT;
}

int ek_pcirun(const struct ek_pcirun *r, struct ek_buf *out, bool *covered,
	      struct ek_err *err)
{
	struct ek_pcijob j = { .r = r };
	int rc = run(&j, out, err);

	*covered = j.covered == j.asked;
	for (size_t i = 0; i < j.n; i++)
		ek_pcimatch_clear(&j.v[i].m);
	free(j.v);
	ek_pcipool_free(&j.pool);
	ek_pcidevs_clear(&j.devs);
	return rc;
}
