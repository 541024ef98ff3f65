/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * usb_proof.c - is the image what it should be: read back by our own reader,
 *               not by the programs that wrote it
 */
#include "os.h"

#include "ek/err.h"
#include "ek/fat.h"
#include "ek/io.h"
#include "ek/media.h"
#include "usb_int.h"

struct proof {
	const struct usb_image *img;
	const struct usb_disk *d;
	struct ek_file *file;
	struct ek_fat *fat;
	void (*add)(void *ctx, uint64_t n);
	void *ctx;
};

static int refuse(const struct proof *p, const char *what, struct ek_err *err)
{
	return ek_fail(err, EK_EREFUSE, "'%s' was not made as it should be: "
		       "%s; this is a fault of the programs, not of the input",
		       p->img->name, what);
}

static int check_disk(const struct proof *p, struct ek_err *err)
{
	const struct ek_fat_volume *v = ek_fat_volume(p->fat);
	unsigned char want[USB_SECTOR], is[USB_SECTOR];
	int rc = ek_file_read(p->file, 0, is, sizeof(is), "partition table",
			      err);

	if (rc != EK_OK)
		return rc;
	usb_disk_mbr(p->d, want);
	if (memcmp(is, want, sizeof(is)) != 0)
		return refuse(p, "another partition table", err);
	if (ek_file_size(p->file) != p->d->bytes ||
	    v->sectors != p->d->sectors || v->hidden != USB_FIRST ||
	    v->id != p->d->serial)
		return refuse(p, "another size or serial number", err);
	if (v->clusters < EK_FAT32_CLUSTERS_MIN)
		return refuse(p, "too few clusters for FAT32", err);
	return EK_OK;
}

static int same_bytes(const struct proof *p, const struct ek_media *m,
		      const struct ek_media_file *f,
		      const struct ek_fat_node *n, bool *same,
		      struct ek_err *err)
{
	struct ek_in *want = NULL, *have = NULL;
	int rc = ek_media_in(m, f, &want, err);

	if (rc == EK_OK)
		rc = ek_fat_in(p->fat, n, &have, err);
	if (rc == EK_OK)
		rc = ek_in_same(want, have, same, err);
	ek_in_close(&have);
	ek_in_close(&want);
	return rc;
}

/* FAT keeps even seconds. */
static bool same_time(int64_t want, int64_t is)
{
	want = usb_time(want);
	return is == want - want % 2;
}

static int check_file(const struct proof *p, const struct ek_media *m,
		      const struct ek_media_file *f, struct ek_err *err)
{
	const struct ek_fat_node *n = ek_fat_find(p->fat, f->path);
	bool same = false;
	char *what;
	int rc = EK_OK;

	if (n != NULL && !n->dir && same_time(f->mtime, n->mtime))
		rc = same_bytes(p, m, f, n, &same, err);
	if (rc != EK_OK)
		return rc;
	p->add(p->ctx, f->size);
	if (same)
		return EK_OK;
	if (asprintf(&what, "'%s' is not there, or not the same", f->path) < 0)
		return ek_fail_sys(err, "'%s'", p->img->name);
	rc = refuse(p, what, err);
	free(what);
	return rc;
}

static int check_files(const struct proof *p, const struct ek_media *m,
		       struct ek_err *err)
{
	const struct ek_media_file *f;
	int rc = EK_OK;

	if (ek_fat_count(p->fat) != ek_media_count(m) + p->d->dirs.n)
		return refuse(p, "more files or fewer", err);
	for (size_t i = 0; rc == EK_OK && (f = ek_media_at(m, i)) != NULL; i++)
		rc = check_file(p, m, f, err);
	return rc;
}

int usb_prove(const struct usb_image *img, const struct usb_disk *d,
	      const struct ek_media *m, void (*add)(void *ctx, uint64_t n),
	      void *ctx, struct ek_err *err)
{
	struct proof p = { .img = img, .d = d, .add = add, .ctx = ctx };
	int rc = ek_file_open_fd(&p.file, img->fd, img->name, err);

	if (rc == EK_OK)
		rc = ek_fat_open(&p.fat, p.file, (uint64_t)USB_FIRST *
				 USB_SECTOR, (uint64_t)d->sectors * USB_SECTOR,
				 err);
	if (rc == EK_OK)
		rc = check_disk(&p, err);
	if (rc == EK_OK)
		rc = check_files(&p, m, err);
	ek_fat_close(&p.fat);
	ek_file_close(&p.file);
	return rc;
}
