/* SPDX-License-Identifier: BSD-2-Clause */
/* usb_run.c - an installer image onto a USB image, from checks to its name */
#include "os.h"

#include <unistd.h>

#include "ek/err.h"
#include "ek/image.h"
#include "ek/io.h"
#include "ek/media.h"
#include "usb_int.h"

static const char loader[] = "/EFI/BOOT/BOOTX64.EFI";

struct job {
	const struct ek_usb_opts *o;
	struct ek_image *img;
	struct ek_media *m;
	struct usb_disk disk;
	struct ek_out *out;
	struct usb_image image;
	const char *stage;
	uint64_t done, total;
};

static void add_progress(void *ctx, uint64_t n)
{
	struct job *j = ctx;

	j->done += n;
	if (j->o->progress != NULL)
		j->o->progress(j->o->ctx, j->stage, j->done, j->total);
}

static void begin_stage(struct job *j, const char *stage)
{
	j->stage = stage;
	j->done = 0;
	add_progress(j, 0);
}

/* ---- what goes onto it -------------------------------------------------- */

static int put_ks(struct job *j, struct ek_err *err)
{
	char *text;
	size_t len;
	int rc;

	if (j->o->ks == NULL)
		return EK_OK;
	rc = ek_read_all(j->o->ks, EK_MEDIA_KS_MAX, &text, &len, err);
	if (rc == EK_OK && len == 0)
		rc = ek_fail(err, EK_EREFUSE, "'%s' is empty",
			     ek_input_name(j->o->ks));
	if (rc == EK_OK)
		rc = ek_media_put(j->m, "/KS.CFG", text, len, err);
	free(text);
	return rc;
}

/* Ready for who puts syslinux onto the stick: it reads this menu. */
static int put_menu(struct job *j, struct ek_err *err)
{
	if (ek_media_find(j->m, "/ISOLINUX.CFG") == NULL ||
	    ek_media_find(j->m, "/SYSLINUX.CFG") != NULL)
		return EK_OK;
	return ek_media_copy(j->m, "/ISOLINUX.CFG", "/SYSLINUX.CFG", err);
}

static int tell_short(struct job *j, struct ek_err *err)
{
	struct ek_buf text = EK_BUF_INIT;
	int rc = usb_check_short(j->img, &text, err);

	if (rc == EK_OK && text.len != 0 && j->o->note != NULL)
		j->o->note(j->o->ctx, false, ek_buf_str(&text));
	ek_buf_free(&text);
	return rc;
}

static int plan(struct job *j, struct ek_err *err)
{
	const struct ek_media_boot how = {
		.needed = EK_BOOT_UEFI,
		.ks = j->o->ks != NULL ? "usb:/KS.CFG" : NULL,
		.opts = j->o->opts, .n_opts = j->o->n_opts,
		.note = j->o->note, .ctx = j->o->ctx,
	};
	const struct ek_media_file *f;
	int rc = ek_media_new(&j->m, j->img, err);

	if (rc == EK_OK && ek_media_find(j->m, loader) == NULL)
		rc = ek_fail(err, EK_EREFUSE, "'%s' has no '%s': UEFI could not"
			     " boot the stick", ek_media_name(j->m), loader);
	if (rc == EK_OK && j->o->timed)
		ek_media_set_mtime(j->m, j->o->mtime);
	if (rc == EK_OK)
		rc = ek_media_boot(j->m, &how, err);
	if (rc == EK_OK)
		rc = put_ks(j, err);
	if (rc == EK_OK)
		rc = put_menu(j, err);
	if (rc == EK_OK)
		rc = usb_check_files(j->m, err);
	if (rc == EK_OK)
		rc = tell_short(j, err);
	if (rc == EK_OK)
		rc = usb_disk_plan(&j->disk, j->m, err);
	for (size_t i = 0; rc == EK_OK && (f = ek_media_at(j->m, i)) != NULL;
	     i++)
		j->total += f->size;
	return rc;
}

/* ---- writing ------------------------------------------------------------ */

static int write_mbr(struct job *j, struct ek_err *err)
{
	unsigned char mbr[USB_SECTOR];

	usb_disk_mbr(&j->disk, mbr);
	if (ftruncate(j->image.fd, (off_t)j->disk.bytes) != 0 ||
	    pwrite(j->image.fd, mbr, sizeof(mbr), 0) != (ssize_t)sizeof(mbr))
		return ek_fail_sys(err, "cannot write '%s'", j->image.name);
	return EK_OK;
}

/* One file through the pipe of mcopy. */
static int write_file(struct job *j, const struct ek_media_file *f,
		      struct ek_err *err)
{
	struct ek_in *in;
	int rc = ek_media_in(j->m, f, &in, err);

	if (rc == EK_OK)
		rc = usb_mcopy(&j->image, f->path, f->mtime, in, err);
	ek_in_close(&in);
	if (rc == EK_OK)
		add_progress(j, f->size);
	return rc;
}

/* Label and directories are as old as boot.cfg. */
static int write_all(struct job *j, struct ek_err *err)
{
	const struct ek_media_file *f;
	int64_t mtime = ek_media_find(j->m, "/EFI/BOOT/BOOT.CFG")->mtime;
	int rc = write_mbr(j, err);

	if (rc == EK_OK)
		rc = usb_mformat(&j->image, &j->disk, mtime, err);
	for (size_t i = 0; rc == EK_OK && i < j->disk.dirs.n; i++)
		rc = usb_mmd(&j->image, j->disk.dirs.v[i], mtime, err);
	for (size_t i = 0; rc == EK_OK && (f = ek_media_at(j->m, i)) != NULL;
	     i++)
		rc = write_file(j, f, err);
	return rc;
}

static int make(struct job *j, const char *out, struct ek_err *err)
{
	int rc;

	j->image = (struct usb_image){ ek_out_fd(j->out), out };
	if (j->image.fd < 0)
		return ek_fail(err, EK_EARG, "'%s' cannot hold an image: it is "
			       "no regular file; write one, and that to the "
			       "stick", out);
	begin_stage(j, "writing");
	rc = write_all(j, err);
	if (rc != EK_OK)
		return rc;
	begin_stage(j, "proving");
	rc = usb_prove(&j->image, &j->disk, j->m, add_progress, j, err);
	begin_stage(j, NULL);
	return rc == EK_OK ? ek_out_commit(&j->out, err) : rc;
}

int ek_usb_make(const char *in, const char *name, struct ek_out **out,
		const struct ek_usb_opts *opts, struct ek_usb_result *result,
		struct ek_err *err)
{
	struct job j = { .o = opts, .out = *out };
	int rc = EK_OK;

	*out = NULL;
	if (ek_same_file(in, name))
		rc = ek_fail(err, EK_EARG, "'%s' and '%s' are the same file: "
			     "an image is not changed in place", in, name);
	if (rc == EK_OK)
		rc = ek_image_open(&j.img, in, err);
	if (rc == EK_OK)
		rc = plan(&j, err);
	if (rc == EK_OK)
		rc = make(&j, name, err);
	if (rc == EK_OK) {
		result->files = ek_media_count(j.m);
		result->bytes = j.disk.bytes;
	}
	ek_out_abort(&j.out);
	usb_disk_clear(&j.disk);
	ek_media_free(&j.m);
	ek_image_close(&j.img);
	return rc;
}
