/* SPDX-License-Identifier: BSD-2-Clause */
/* pxe_run.c - an installer image as the tree of a boot server */
#include "os.h"

#include "ek/dir.h"
#include "ek/err.h"
#include "ek/image.h"
#include "ek/io.h"
#include "ek/media.h"
#include "ek/pxe.h"

static const char uefi_cfg[] = "/EFI/BOOT/BOOT.CFG";
static const char uefi_loader[] = "/EFI/BOOT/BOOTX64.EFI";
static const char uefi_crypto[] = "/EFI/BOOT/CRYPTO64.EFI";
static const char bios_loader[] = "/MBOOT.C32";

struct job {
	const struct ek_pxe_opts *o;
	struct ek_image *img;
	struct ek_media *m;
	struct ek_dir *dir;
	uint64_t done, total;
};

static void warn(const struct job *j, const char *text)
{
	if (j->o->note != NULL)
		j->o->note(j->o->ctx, true, text);
}

static bool has(const struct job *j, const char *path)
{
	return ek_media_find(j->m, path) != NULL;
}

/* ---- what goes into it -------------------------------------------------- */

static int check_loaders(const struct job *j, struct ek_err *err)
{
	bool bios = has(j, bios_loader), uefi = has(j, uefi_loader);

	if (!bios && !uefi)
		return ek_fail(err, EK_EREFUSE, "'%s' has neither '%s' for BIOS"
			       " nor '%s' for UEFI", ek_media_name(j->m),
			       bios_loader, uefi_loader);
	if (!bios)
		warn(j, "no /MBOOT.C32: the tree is of no use to BIOS");
	if (!uefi)
		warn(j, "no /EFI/BOOT/BOOTX64.EFI: the tree is of no use to "
			"UEFI");
	return EK_OK;
}

/*
 * mboot.efi finds its boot.cfg, and crypto64.efi, beside itself. The boot.cfg
 * of UEFI in efi/boot is one for a firmware that starts bootx64.efi there;
 * without prefix= it would look for its modules there, in vain.
 */
static int put_loaders(struct job *j, struct ek_err *err)
{
	int rc = EK_OK;

	if (has(j, uefi_loader))
		rc = ek_media_copy(j->m, uefi_loader, "/MBOOT.EFI", err);
	if (rc == EK_OK && has(j, uefi_crypto))
		rc = ek_media_copy(j->m, uefi_crypto, "/CRYPTO64.EFI", err);
	if (rc == EK_OK && j->o->prefix == NULL)
		ek_media_drop(j->m, uefi_cfg);
	return rc;
}

static int plan(struct job *j, struct ek_err *err)
{
	const struct ek_media_boot how = {
		.needed = EK_BOOT_BIOS, .ks = j->o->ks,
		.opts = j->o->opts, .n_opts = j->o->n_opts,
		.net = true, .prefix = j->o->prefix,
		.note = j->o->note, .ctx = j->o->ctx,
	};
	const struct ek_media_file *f;
	int rc = ek_media_new(&j->m, j->img, err);

	if (rc == EK_OK && j->o->timed)
		ek_media_set_mtime(j->m, j->o->mtime);
	if (rc == EK_OK)
		rc = check_loaders(j, err);
	if (rc == EK_OK)
		rc = ek_media_boot(j->m, &how, err);
	if (rc == EK_OK)
		rc = put_loaders(j, err);
	if (rc != EK_OK)
		return rc;
	ek_media_lower(j->m);
	for (size_t i = 0; (f = ek_media_at(j->m, i)) != NULL; i++)
		j->total += f->size;
	return EK_OK;
}

/* ---- writing ------------------------------------------------------------ */

static int write_file(struct job *j, const struct ek_media_file *f,
		      struct ek_err *err)
{
	struct ek_in *in = NULL;
	struct ek_out *out = NULL;
	int rc = ek_media_in(j->m, f, &in, err);

	if (rc == EK_OK)
		rc = ek_dir_create(j->dir, f->path + 1, 0644, f->mtime,
				   j->o->replace, &out, err);
	if (rc == EK_OK)
		rc = ek_in_copy(in, out, NULL, err);
	if (rc == EK_OK)
		rc = ek_out_commit(&out, err);
	ek_out_abort(&out);
	ek_in_close(&in);
	if (rc == EK_OK && j->o->made != NULL)
		j->o->made(j->o->ctx, f->path + 1);
	j->done += f->size;
	if (j->o->progress != NULL)
		j->o->progress(j->o->ctx, j->done, j->total);
	return rc;
}

static int write_all(struct job *j, struct ek_err *err)
{
	const struct ek_media_file *f;
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && (f = ek_media_at(j->m, i)) != NULL;
	     i++)
		rc = ek_dir_check_free(j->dir, f->path + 1, false,
				       j->o->replace, err);
	for (size_t i = 0; rc == EK_OK && (f = ek_media_at(j->m, i)) != NULL;
	     i++)
		rc = write_file(j, f, err);
	return rc;
}

int ek_pxe_make(const char *in, const char *dir, const struct ek_pxe_opts *opts,
		struct ek_err *err)
{
	struct job j = { .o = opts };
	int rc = ek_image_open(&j.img, in, err);

	if (rc == EK_OK)
		rc = plan(&j, err);
	if (rc == EK_OK)
		rc = ek_dir_open(&j.dir, dir, true, err);
	if (rc == EK_OK)
		rc = write_all(&j, err);
	ek_dir_close(&j.dir);
	ek_media_free(&j.m);
	ek_image_close(&j.img);
	return rc;
}
