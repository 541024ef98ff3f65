/* SPDX-License-Identifier: BSD-2-Clause */
/* diff_image.c - one side that is an image or a database */
#include "os.h"

#include "diff_int.h"
#include "ek/bootcfg.h"
#include "ek/err.h"
#include "ek/image.h"
#include "ek/imgdb.h"
#include "ek/imgscan.h"
#include "ek/io.h"
#include "ek/iso9660.h"
#include "ek/path.h"

/* ---- modules and payloads ------------------------------------------------ */

static int add_maps(struct diff_side *s, const struct ek_scan_file *f,
		    struct ek_err *err)
{
	const char *vib = f->vib != NULL ? f->vib->d.name : NULL;
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < f->n_maps; i++)
		rc = diff_add_map(s, &f->maps[i].map, vib, err);
	if (rc == EK_OK && f->odd != NULL)
		rc = diff_fact(&s->notes, f->name, f->odd, err);
	return rc;
}

static int add_entries(struct diff_group *g, const struct ek_scan_file *f,
		       struct ek_err *err)
{
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < f->n_entries; i++) {
		const struct ek_scan_entry *e = &f->entries[i];

		rc = diff_add_file(&g->files, e->path, e->link, e->mode,
				   e->size, e->sha256, err);
	}
	return rc;
}

static int add_module(struct diff_side *s, const struct ek_scan_file *f,
		      struct ek_err *err)
{
	struct diff_vib *v = f->vib != NULL ? diff_find_vib(s, f->vib->id)
					    : NULL;
	struct diff_group *g;
	char *name;
	int rc = diff_add_group(v != NULL ? &v->groups : &s->groups,
				v != NULL ? f->payload->name : f->name,
				f->name, &g, err);

	if (rc != EK_OK || !f->looked || f->file == NULL)
		return rc;
	if (asprintf(&name, "%s:%s", s->path, f->file->path) < 0)
		return ek_fail_sys(err, "'%s'", s->path);
	rc = diff_add_look(g, &f->look, name, err);
	free(name);
	if (rc == EK_OK)
		rc = add_entries(g, f, err);
	return rc == EK_OK ? add_maps(s, f, err) : rc;
}

static int add_modules(struct diff_side *s, const struct ek_imgscan *scan,
		       struct ek_err *err)
{
	const struct ek_image_file *db =
		ek_image_database(ek_imgscan_image(scan));
	const struct ek_scan_file *f;
	int rc = EK_OK;

	/* the database is a module too; it is compared as what it is */
	for (size_t i = 0; rc == EK_OK &&
	     (f = ek_imgscan_at(scan, i)) != NULL; i++)
		if (f->file == NULL || f->file != db)
			rc = add_module(s, f, err);
	return rc;
}

/* ---- the other files ----------------------------------------------------- */

static uint32_t le32(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
		(uint32_t)p[3] << 24;
}

/*
 * Where a file lies on its disc is no content: the block in a boot information
 * table (iso9660.h), those in a boot catalog (El Torito, 2.0). p is the begin
 * of a file of size bytes.
 */
static void hide_blocks(unsigned char *p, size_t n, uint64_t size)
{
	if (n >= EK_ISO_TABLE_END && le32(p + 8) == 16 && le32(p + 16) == size)
		memset(p + 12, 0, 4);
	if (size != EK_ISO_BLOCK || n < EK_ISO_BLOCK || p[0] != 1 ||
	    p[30] != 0x55 || p[31] != 0xaa)
		return;
	for (size_t at = 32; at < EK_ISO_BLOCK; at += 32)
		if (p[at] == 0x88 || p[at] == 0)
			memset(p + at + 8, 0, 4);
}

static int sum_stream(struct ek_in *in, uint64_t size, bool hide,
		      struct ek_digest *d, struct ek_err *err)
{
	unsigned char buf[16384];
	size_t got;
	int rc;

	do {
		rc = ek_in_read(in, buf, sizeof(buf), &got, err);
		if (rc != EK_OK)
			return rc;
		if (hide)
			hide_blocks(buf, got, size);
		hide = false;
		ek_digest_update(d, buf, got);
	} while (got == sizeof(buf));
	return EK_OK;
}

static int sum_in(struct ek_in *in, uint64_t size, bool hide,
		  char hex[EK_DIGEST_HEX], struct ek_err *err)
{
	struct ek_digest *d = NULL;
	int rc = ek_digest_new(&d, EK_SHA256, err);

	if (rc == EK_OK)
		rc = sum_stream(in, size, hide, d, err);
	if (rc == EK_OK)
		rc = ek_digest_hex(d, hex, err);
	ek_digest_free(d);
	return rc;
}

static int sum_file(const struct ek_image *img, const struct ek_image_file *f,
		    char hex[EK_DIGEST_HEX], struct ek_err *err)
{
	struct ek_in *in = NULL;
	int rc = ek_image_in(img, f, &in, err);

	if (rc == EK_OK)
		rc = sum_in(in, f->size, true, hex, err);
	ek_in_close(&in);
	return rc;
}

static int add_file(struct diff_side *s, struct ek_image *img,
		    const struct ek_image_file *f, struct ek_err *err)
{
	const struct ek_image_boot *boot;
	struct diff_file *to;
	char hex[EK_DIGEST_HEX];
	int rc = sum_file(img, f, hex, err);

	if (rc == EK_OK)
		rc = diff_add_file(&s->files, f->path, NULL, 0, f->size, hex,
				   err);
	if (rc != EK_OK)
		return rc;
	to = (struct diff_file *)s->files.v + s->files.n - 1;
	ek_path_lower(to->key, to->key);
	to->shown = strdup(f->path);
	if (to->shown == NULL)
		return ek_fail_sys(err, "'%s'", f->path);
	if (f == ek_image_database(img))
		to->is = DIFF_IMGDB;
	for (enum ek_boot_fw fw = EK_BOOT_BIOS; rc == EK_OK &&
	     fw <= EK_BOOT_UEFI; fw++) {
		rc = ek_image_boot(img, fw, &boot, err);
		if (rc == EK_OK && boot->file == f)
			to->is = fw == EK_BOOT_BIOS ? DIFF_BIOS_CFG
						    : DIFF_UEFI_CFG;
	}
	return rc;
}

static int by_address(const void *a, const void *b)
{
	uintptr_t x = (uintptr_t)*(const struct ek_image_file *const *)a;
	uintptr_t y = (uintptr_t)*(const struct ek_image_file *const *)b;

	return (x > y) - (x < y);
}

/* All that are none of the modules. */
static int add_files(struct diff_side *s, const struct ek_imgscan *scan,
		     struct ek_err *err)
{
	struct ek_image *img = ek_imgscan_image(scan);
	const struct ek_image_file *db = ek_image_database(img), *f;
	const struct ek_image_file **done;
	size_t n = ek_imgscan_count(scan), k = 0;
	int rc = EK_OK;

	done = calloc(n + 1, sizeof(const struct ek_image_file *));
	if (done == NULL)
		return ek_fail_sys(err, "'%s'", s->path);
	for (size_t i = 0; i < n; i++) {
		f = ek_imgscan_at(scan, i)->file;
		if (f != NULL && f != db)
			done[k++] = f;
	}
	qsort(done, k, sizeof(const struct ek_image_file *), by_address);
	for (size_t i = 0; rc == EK_OK &&
	     (f = ek_image_at(img, i)) != NULL; i++)
		if (bsearch(&f, done, k, sizeof(const struct ek_image_file *),
			    by_address) == NULL)
			rc = add_file(s, img, f, err);
	free(done);
	return rc;
}

/* ---- the disc and its boot.cfg ------------------------------------------- */

static int add_boot_entry(struct diff_side *s, const struct ek_iso_boot *b,
			  size_t number, struct ek_err *err)
{
	char *text;
	int rc;

	if (asprintf(&text, "%s, %s, %u sectors%s%s",
		     ek_iso_platform_name(b->platform),
		     b->node != NULL ? b->node->path : "no file", b->sectors,
		     b->media == 0 ? "" : ", emulation",
		     b->bootable ? "" : ", not bootable") < 0)
		return ek_fail_sys(err, "'%s'", s->path);
	rc = diff_factf(&s->disc, err, text, "boot entry %zu", number);
	free(text);
	return rc;
}

static int add_disc(struct diff_side *s, const struct ek_iso *iso,
		    struct ek_err *err)
{
	const struct ek_iso_volume *v = ek_iso_volume(iso);
	struct ek_iso_catalog *cat;
	int rc = diff_fact(&s->disc, "volume id", v->volume_id, err);

	if (rc != EK_OK || !v->has_boot_record)
		return rc;
	cat = calloc(1, sizeof(*cat));
	if (cat == NULL)
		return ek_fail_sys(err, "'%s'", s->path);
	rc = ek_iso_catalog(iso, cat, err);
	for (size_t i = 0; rc == EK_OK && i < cat->n; i++)
		rc = add_boot_entry(s, &cat->boot[i], i + 1, err);
	free(cat);
	return rc == EK_END ? EK_OK : rc;
}

static int add_boot(struct diff_side *s, struct ek_image *img,
		    struct ek_err *err)
{
	const struct ek_image_boot *b;
	int rc = EK_OK;

	for (enum ek_boot_fw fw = EK_BOOT_BIOS; rc == EK_OK &&
	     fw <= EK_BOOT_UEFI; fw++) {
		rc = ek_image_boot(img, fw, &b, err);
		if (rc == EK_OK && b->cfg != NULL)
			rc = diff_boot_load(&s->boot[fw], b->cfg, err);
	}
	if (rc == EK_OK && !s->boot[EK_BOOT_BIOS].there &&
	    !s->boot[EK_BOOT_UEFI].there && ek_image_database(img) == NULL)
		return ek_fail(err, EK_EREFUSE, "'%s' has neither boot.cfg nor"
			       " imgdb.tgz: it is no image of ESXi", s->path);
	return rc;
}

/* ---- databases ----------------------------------------------------------- */

static int add_database(struct diff_side *s, struct ek_in *in,
			const struct diff_want *w, struct ek_err *err)
{
	struct ek_imgdb *db = NULL;
	int rc = ek_imgdb_read(&db, in, err);

	if (rc == EK_OK)
		rc = diff_add_db(s, db, w, err);
	ek_imgdb_free(&db);
	return rc;
}

/* The database of an image, or a file that is one: in is read twice. */
static int load_database(struct diff_side *s, struct ek_in *in,
			 const struct diff_want *w, struct ek_err *err)
{
	int rc = add_database(s, in, w, err);

	if (rc == EK_OK)
		rc = ek_in_rewind(in, err);
	return rc == EK_OK ? sum_in(in, 0, false, s->packed, err) : rc;
}

int diff_load_database(struct diff_side *s, const struct diff_want *w,
		       struct ek_err *err)
{
	struct ek_in *in = NULL;
	int rc = ek_in_open(&in, s->path, err);

	if (rc == EK_OK)
		rc = load_database(s, in, w, err);
	ek_in_close(&in);
	return rc;
}

static int database_of(struct diff_side *s, struct ek_image *img,
		       const struct diff_want *w, struct ek_err *err)
{
	const struct ek_image_file *f = ek_image_database(img);
	struct ek_in *in = NULL;
	int rc;

	if (f == NULL)
		return ek_fail(err, EK_EREFUSE, "'%s' has no image database"
			       " (imgdb.tgz) to compare", s->path);
	rc = ek_image_in(img, f, &in, err);
	if (rc == EK_OK)
		rc = load_database(s, in, w, err);
	ek_in_close(&in);
	return rc;
}

/* ---- an image ------------------------------------------------------------ */

static int scan_image(struct diff_side *s, struct ek_image *img,
		      const struct diff_want *w, struct ek_err *err)
{
	const struct ek_imgscan_opts o = {
		.threads = w->o->threads, .read = true, .entries = true,
		.maps = true, .progress = w->o->progress, .ctx = w->o->ctx,
	};
	struct ek_imgscan *scan = NULL;
	int rc = add_boot(s, img, err);

	if (rc == EK_OK)
		rc = ek_imgscan_new(&scan, img, &o, err);
	if (rc == EK_OK && ek_imgscan_why(scan) != NULL &&
	    ek_image_database(img) != NULL) {
		*err = *ek_imgscan_why(scan);
		rc = err->code;
	}
	if (rc == EK_OK && ek_imgscan_db(scan) != NULL)
		rc = diff_add_db(s, ek_imgscan_db(scan), w, err);
	if (rc == EK_OK)
		rc = add_modules(s, scan, err);
	if (rc == EK_OK)
		rc = add_files(s, scan, err);
	ek_imgscan_free(&scan);
	return rc;
}

int diff_load_image(struct diff_side *s, const struct diff_want *w,
		    struct ek_err *err)
{
	struct ek_image *img = NULL;
	int rc = ek_image_open(&img, s->path, err);

	if (rc == EK_OK && !w->files)
		rc = database_of(s, img, w, err);
	else if (rc == EK_OK)
		rc = scan_image(s, img, w, err);
	if (rc == EK_OK && w->disc)
		rc = add_disc(s, ek_image_iso(img), err);
	ek_image_close(&img);
	return rc;
}
