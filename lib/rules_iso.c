/* SPDX-License-Identifier: BSD-2-Clause */
/* rules_iso.c - does the shape of an installer image let both firmwares boot */
#include "os.h"

#include "ek/image.h"
#include "ek/inflate.h"
#include "ek/io.h"
#include "ek/iso9660.h"
#include "ek/release.h"
#include "ek/rules_iso.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* The two firmwares, as the boot catalog and as boot.cfg name them. */
static const struct firmware {
	enum ek_boot_fw fw;
	uint8_t platform;
	const char *name, *cfg;
} firmwares[] = {
	{ EK_BOOT_BIOS, EK_ISO_BIOS, "BIOS", "/BOOT.CFG" },
	{ EK_BOOT_UEFI, EK_ISO_UEFI, "UEFI", "/EFI/BOOT/BOOT.CFG" },
};

static struct ek_image *image_of(const void *subject)
{
	return ((const struct ek_rules_iso *)subject)->image;
}

/* The ISO, where it is one and will stay one; else NULL. */
static const struct ek_iso *iso_of(const void *subject)
{
	const struct ek_rules_iso *s = subject;

	return s->copied ? NULL : ek_image_iso(s->image);
}

/* A failure of the system is no finding. */
static int hand_on(const struct ek_err *why, struct ek_err *err)
{
	if (err != NULL)
		*err = *why;
	return EK_ESYS;
}

/* The boot catalog of an ISO; *iso is NULL where there is none to look at: a
 * directory, no boot record, or damage, which boot-catalog tells. */
static int catalog_of(const void *subject, const struct ek_iso **iso,
		      struct ek_iso_catalog *cat, struct ek_err *err)
{
	struct ek_err why = EK_ERR_INIT;
	int rc = EK_END;

	*iso = iso_of(subject);
	if (*iso != NULL)
		rc = ek_iso_catalog(*iso, cat, &why);
	if (rc != EK_OK)
		*iso = NULL;
	return rc == EK_ESYS ? hand_on(&why, err) : EK_OK;
}

/* ---- boot catalog ------------------------------------------------------- */

static int check_catalog(const struct ek_rule *rule, const void *subject,
			 struct ek_findings *out, struct ek_err *err)
{
	const struct ek_iso *iso = iso_of(subject);
	struct ek_iso_catalog cat;
	struct ek_err why = EK_ERR_INIT;
	int rc;

	if (iso == NULL)
		return EK_OK;
	rc = ek_iso_catalog(iso, &cat, &why);
	if (rc == EK_ESYS)
		return hand_on(&why, err);
	if (rc < 0)
		ek_finding_add(out, rule, ek_iso_name(iso), NULL, "%s",
			       why.msg);
	return EK_OK;
}

static int check_entry(const struct ek_rule *rule, const void *subject,
		       struct ek_findings *out, struct ek_err *err)
{
	const struct ek_iso *iso = iso_of(subject), *whole;
	struct ek_iso_catalog cat;
	int rc = catalog_of(subject, &whole, &cat, err);

	if (rc != EK_OK || iso == NULL)
		return rc;
	if (whole == NULL)
		cat.n = 0;
	for (size_t i = 0; i < COUNT(firmwares); i++) {
		if (ek_iso_boot_for(&cat, firmwares[i].platform) == NULL)
			ek_finding_add(out, rule, ek_iso_name(iso), NULL,
				       "no boot entry for %s: a machine with "
				       "%s firmware cannot boot it",
				       firmwares[i].name, firmwares[i].name);
	}
	return EK_OK;
}

static int check_boot_image(const struct ek_rule *rule, const void *subject,
			    struct ek_findings *out, struct ek_err *err)
{
	const struct ek_iso *iso;
	struct ek_iso_catalog cat;
	int rc = catalog_of(subject, &iso, &cat, err);

	if (rc != EK_OK || iso == NULL)
		return rc;
	for (size_t i = 0; i < cat.n; i++) {
		if (cat.boot[i].node == NULL)
			ek_finding_add(out, rule, ek_iso_name(iso), NULL,
				       "boot entry %zu (%s) points to block "
				       "%u, where no file begins", i + 1,
				       ek_iso_platform_name(
					       cat.boot[i].platform),
				       cat.boot[i].lba);
	}
	return EK_OK;
}

/* Sectors that should be loaded: isolinux takes 4 and loads the rest itself;
 * a FAT image is taken whole, as far as 16 bits can say. */
static bool load_size_right(const struct ek_iso_boot *b)
{
	uint64_t all = (b->node->size + 511) / 512;

	if (b->platform == EK_ISO_BIOS)
		return b->sectors == 4;
	return all > UINT16_MAX || b->sectors == all;
}

static int check_load_size(const struct ek_rule *rule, const void *subject,
			   struct ek_findings *out, struct ek_err *err)
{
	const struct ek_iso *iso;
	struct ek_iso_catalog cat;
	int rc = catalog_of(subject, &iso, &cat, err);

	if (rc != EK_OK || iso == NULL)
		return rc;
	for (size_t i = 0; i < COUNT(firmwares); i++) {
		const struct ek_iso_boot *b =
			ek_iso_boot_for(&cat, firmwares[i].platform);

		if (b != NULL && b->node != NULL && !load_size_right(b))
			ek_finding_add(out, rule, ek_iso_name(iso), NULL,
				       "%s is told to load %u sectors of '%s'",
				       firmwares[i].name, b->sectors,
				       b->node->path);
	}
	return EK_OK;
}

static int check_table(const struct ek_rule *rule, const void *subject,
		       struct ek_findings *out, struct ek_err *err)
{
	const struct ek_iso_boot *b;
	const struct ek_iso *iso;
	struct ek_iso_catalog cat;
	struct ek_iso_table t;
	const char *why;
	int rc = catalog_of(subject, &iso, &cat, err);

	if (rc != EK_OK || iso == NULL)
		return rc;
	b = ek_iso_boot_for(&cat, EK_ISO_BIOS);
	if (b == NULL || b->node == NULL)
		return EK_OK;
	rc = ek_iso_table(iso, b->node, &t, err);
	if (rc == EK_ESYS)
		return rc;
	why = rc == EK_OK ? ek_iso_table_problem(&t, b->node) :
			    "the file is too short for one";
	if (why != NULL)
		ek_finding_add(out, rule, ek_iso_name(iso), NULL,
			       "boot information table of '%s': %s: it stays "
			       "black on BIOS", b->node->path, why);
	return EK_OK;
}

/* ---- boot.cfg and what it loads ----------------------------------------- */

/* Does this firmware matter: on an ISO, only where it has an entry. */
static int boots(const void *subject, const struct firmware *f, bool *yes,
		 struct ek_err *err)
{
	const struct ek_iso *iso;
	struct ek_iso_catalog cat;
	int rc = catalog_of(subject, &iso, &cat, err);

	*yes = iso_of(subject) == NULL ||
		(iso != NULL && ek_iso_boot_for(&cat, f->platform) != NULL);
	return rc;
}

static int check_cfg(const struct ek_rule *rule, const void *subject,
		     struct ek_findings *out, struct ek_err *err)
{
	struct ek_image *img = image_of(subject);

	for (size_t i = 0; i < COUNT(firmwares); i++) {
		bool yes;
		int rc = boots(subject, &firmwares[i], &yes, err);

		if (rc != EK_OK)
			return rc;
		if (yes && ek_image_find(img, firmwares[i].cfg) == NULL)
			ek_finding_add(out, rule, ek_image_name(img), NULL,
				       "no '%s', which %s reads",
				       firmwares[i].cfg, firmwares[i].name);
	}
	return EK_OK;
}

/* One firmware's boot.cfg, read; *boot is NULL where there is none. */
static int boot_of(const void *subject, const struct firmware *f,
		   const struct ek_image_boot **boot, struct ek_err *err)
{
	bool yes;
	int rc = boots(subject, f, &yes, err);

	*boot = NULL;
	if (rc != EK_OK || !yes)
		return rc;
	rc = ek_image_boot(image_of(subject), f->fw, boot, err);
	if (rc == EK_OK && (*boot)->file == NULL)
		*boot = NULL;
	return rc;
}

/* Run look over the boot.cfg of both firmwares. */
static int each_boot(const struct ek_rule *rule, const void *subject,
		     void (*look)(const struct ek_rule *rule,
				  const struct ek_image_boot *boot,
				  const struct firmware *f,
				  struct ek_findings *out),
		     struct ek_findings *out, struct ek_err *err)
{
	for (size_t i = 0; i < COUNT(firmwares); i++) {
		const struct ek_image_boot *boot;
		int rc = boot_of(subject, &firmwares[i], &boot, err);

		if (rc != EK_OK)
			return rc;
		if (boot != NULL)
			look(rule, boot, &firmwares[i], out);
	}
	return EK_OK;
}

static void look_load(const struct ek_rule *rule,
		      const struct ek_image_boot *boot,
		      const struct firmware *f, struct ek_findings *out)
{
	const struct ek_boot_plan *p = &boot->plan;

	if (p->undefined != NULL)
		ek_finding_add(out, rule, ek_bootcfg_name(boot->cfg), NULL,
			       "%s", p->undefined);
	else if (p->status != EK_BOOT_OK)
		ek_finding_add(out, rule, ek_bootcfg_name(boot->cfg), NULL,
			       "the loader of %s stops with %d (%s): %s",
			       f->name, (int)p->status,
			       ek_boot_status_text(p->status),
			       p->why != NULL ? p->why : "no reason");
}

static int check_load(const struct ek_rule *rule, const void *subject,
		      struct ek_findings *out, struct ek_err *err)
{
	return each_boot(rule, subject, look_load, out, err);
}

static void look_count(const struct ek_rule *rule,
		       const struct ek_image_boot *boot,
		       const struct firmware *f, struct ek_findings *out)
{
	if (boot->plan.n_modules > EK_BOOTCFG_MODULES_MAX)
		ek_finding_add(out, rule, ek_bootcfg_name(boot->cfg), NULL,
			       "%zu modules: with more than %u the loader of "
			       "%s hangs without a message",
			       boot->plan.n_modules, EK_BOOTCFG_MODULES_MAX,
			       f->name);
}

static int check_count(const struct ek_rule *rule, const void *subject,
		       struct ek_findings *out, struct ek_err *err)
{
	return each_boot(rule, subject, look_count, out, err);
}

/* One file that is to be loaded: i 0 is the kernel, the modules follow. Of a
 * list that is too long no more is looked at than could be loaded. */
struct item {
	const char *what, *path;
	const struct ek_image_file *file; /* NULL: not there */
};

static bool item_at(const struct ek_image_boot *b, size_t i, struct item *it)
{
	if (i > b->plan.n_modules || i > EK_BOOTCFG_MODULES_MAX ||
	    b->plan.status != EK_BOOT_OK || b->plan.undefined != NULL)
		return false;
	if (i == 0)
		*it = (struct item){ "kernel", b->plan.kernel, b->kernel };
	else
		*it = (struct item){ "module", b->plan.modules[i - 1].path,
				     b->modules[i - 1] };
	return true;
}

static void look_missing(const struct ek_rule *rule,
			 const struct ek_image_boot *boot,
			 const struct firmware *f, struct ek_findings *out)
{
	struct item it;

	for (size_t i = 0; item_at(boot, i, &it); i++) {
		if (it.path != NULL && it.file == NULL)
			ek_finding_add(out, rule, ek_bootcfg_name(boot->cfg),
				       "Fatal error: 15 (Not found)",
				       "%s '%s' is not there (%s)", it.what,
				       it.path, f->name);
	}
}

static int check_missing(const struct ek_rule *rule, const void *subject,
			 struct ek_findings *out, struct ek_err *err)
{
	return each_boot(rule, subject, look_missing, out, err);
}

static void look_empty(const struct ek_rule *rule,
		       const struct ek_image_boot *boot,
		       const struct firmware *f, struct ek_findings *out)
{
	struct item it;

	(void)f;
	for (size_t i = 0; item_at(boot, i, &it); i++) {
		if (it.file != NULL && it.file->size == 0)
			ek_finding_add(out, rule, ek_bootcfg_name(boot->cfg),
				       "Fatal error: 15 (Not found)",
				       "%s '%s' has 0 bytes: BIOS does not "
				       "find it", it.what, it.file->path);
	}
}

static int check_empty(const struct ek_rule *rule, const void *subject,
		       struct ek_findings *out, struct ek_err *err)
{
	return each_boot(rule, subject, look_empty, out, err);
}

static void look_extents(const struct ek_rule *rule,
			 const struct ek_image_boot *boot,
			 const struct firmware *f, struct ek_findings *out)
{
	struct item it;

	(void)f;
	for (size_t i = 0; item_at(boot, i, &it); i++) {
		if (it.file != NULL && it.file->extents > 1)
			ek_finding_add(out, rule, ek_bootcfg_name(boot->cfg),
				       NULL, "%s '%s' lies in %u extents; only "
				       "the first is loaded", it.what,
				       it.file->path, it.file->extents);
	}
}

static int check_extents(const struct ek_rule *rule, const void *subject,
			 struct ek_findings *out, struct ek_err *err)
{
	return each_boot(rule, subject, look_extents, out, err);
}

static bool same_text(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b != NULL ? b : "") == 0;
}

/* Both boot.cfg, where both firmwares boot and have one. */
static int both(const void *subject, const struct ek_image_boot *boot[2],
		bool *yes, struct ek_err *err)
{
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < COUNT(firmwares); i++)
		rc = boot_of(subject, &firmwares[i], &boot[i], err);
	*yes = rc == EK_OK && boot[0] != NULL && boot[1] != NULL;
	return rc;
}

static int check_differ(const struct ek_rule *rule, const void *subject,
			struct ek_findings *out, struct ek_err *err)
{
	const char *name = ek_image_name(image_of(subject));
	const struct ek_image_boot *boot[2];
	bool yes, same = true;
	char *why = NULL;
	int rc = both(subject, boot, &yes, err);

	if (rc != EK_OK || !yes)
		return rc;
	rc = ek_bootcfg_same(boot[0]->cfg, boot[1]->cfg, &same, &why, err);
	if (rc != EK_OK)
		return rc;
	if (!same)
		ek_finding_add(out, rule, name, NULL, "'%s' and '%s': %s",
			       boot[0]->file->path, boot[1]->file->path,
			       why != NULL ? why : "they differ");
	else if (!same_text(boot[0]->plan.kernelopt, boot[1]->plan.kernelopt))
		ek_finding_add(out, rule, name, NULL, "'%s' and '%s': other "
			       "kernelopt", boot[0]->file->path,
			       boot[1]->file->path);
	free(why);
	return EK_OK;
}

/* ---- data --------------------------------------------------------------- */

static bool asked_for(const struct ek_rules_iso *s, const char *path)
{
	for (size_t i = 0; i < s->n_only; i++) {
		if (strcasecmp(s->only[i], path) == 0)
			return true;
	}
	return s->only == NULL;
}

/* Was the file looked at for the firmware before? */
static bool seen(const struct ek_image_boot *before,
		 const struct ek_image_file *file)
{
	struct item it;

	for (size_t i = 0; before != NULL && item_at(before, i, &it); i++) {
		if (it.file == file)
			return true;
	}
	return false;
}

static int unpack(struct ek_in *in, struct ek_err *err)
{
	struct ek_out *null = NULL;
	struct ek_in *gz = NULL;
	bool yes = false;
	int rc = ek_is_gzip(in, &yes, err);

	if (rc != EK_OK || !yes)
		return rc;
	rc = ek_in_open_gunzip(&gz, in, EK_GZ_ONE, false, err);
	if (rc == EK_OK)
		rc = ek_out_open_null(&null, err);
	if (rc == EK_OK)
		rc = ek_in_copy(gz, null, NULL, err);
	ek_out_abort(&null);
	ek_in_close(&gz);
	return rc;
}

static int check_gzip_of(const struct ek_rule *rule, struct ek_image *img,
			 const struct item *it, struct ek_findings *out,
			 struct ek_err *err)
{
	struct ek_err why = EK_ERR_INIT;
	struct ek_in *in;
	int rc = ek_image_in(img, it->file, &in, err);

	if (rc != EK_OK)
		return rc;
	rc = unpack(in, &why);
	ek_in_close(&in);
	if (rc == EK_ESYS)
		return hand_on(&why, err);
	if (rc != EK_OK)
		ek_finding_add(out, rule, ek_image_name(img), NULL,
			       "%s '%s' cannot be unpacked by the loader: %s",
			       it->what, it->file->path, why.msg);
	return EK_OK;
}

static int check_gzip(const struct ek_rule *rule, const void *subject,
		      struct ek_findings *out, struct ek_err *err)
{
	const struct ek_image_boot *boot = NULL, *before = NULL;
	struct item it;
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < COUNT(firmwares); i++) {
		before = boot;
		rc = boot_of(subject, &firmwares[i], &boot, err);
		for (size_t k = 0; rc == EK_OK && boot != NULL &&
				   item_at(boot, k, &it); k++) {
			if (it.file != NULL && !seen(before, it.file) &&
			    asked_for(subject, it.file->path))
				rc = check_gzip_of(rule, image_of(subject),
						   &it, out, err);
		}
	}
	return rc;
}

/* ---- the tables --------------------------------------------------------- */

#define RULE(code, severity, remedy, check) \
	{ code, severity, EK_RALL, NULL, remedy, check }

const struct ek_rule ek_rules_iso[] = {
	RULE("boot-catalog", EK_ERROR,
	     "get the image again, or make it anew from its files",
	     check_catalog),
	RULE("boot-entry", EK_ERROR,
	     "begin with an image that has both entries, as VMware's have",
	     check_entry),
	RULE("boot-image", EK_WARNING, "begin with the original image",
	     check_boot_image),
	RULE("boot-load-size", EK_WARNING,
	     "4 sectors for ISOLINUX.BIN, all of EFIBOOT.IMG", check_load_size),
	RULE("boot-table", EK_ERROR,
	     "rebuild it with a boot information table", check_table),
	RULE("boot-cfg", EK_ERROR, "put one there", check_cfg),
	RULE("boot-cfg-load", EK_ERROR, "correct it with bootcfg-edit",
	     check_load),
	RULE("too-many-modules", EK_ERROR,
	     "leave drivers out, or put them into one archive", check_count),
	RULE("module-missing", EK_ERROR,
	     "add the file, or take it out of boot.cfg", check_missing),
	RULE("module-empty", EK_ERROR,
	     "put at least an empty file there that gzip packed", check_empty),
	RULE("module-extents", EK_ERROR, "make the image anew", check_extents),
	RULE("boot-cfg-differ", EK_WARNING,
	     "give both files to one call of bootcfg-edit", check_differ),
};
const size_t ek_rules_iso_count = COUNT(ek_rules_iso);

const struct ek_rule ek_rules_iso_data[] = {
	RULE("module-gzip", EK_ERROR,
	     "pack it anew: one gzip member, nothing behind it", check_gzip),
};
const size_t ek_rules_iso_data_count = COUNT(ek_rules_iso_data);
