/* SPDX-License-Identifier: BSD-2-Clause */
/* usb_names.c - can FAT have these files, and what does BIOS see of them */
#include "os.h"

#include "ek/err.h"
#include "ek/fat.h"
#include "ek/image.h"
#include "ek/media.h"
#include "ek/path.h"
#include "usb_int.h"

/* ---- names -------------------------------------------------------------- */

/* mtools takes '*', '?' and '[' for a pattern, and puts '_' for what FAT does
 * not have; a name that ends in a dot loses it. */
static const char good[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			   "abcdefghijklmnopqrstuvwxyz0123456789"
			   "/_-.~+!#$%&'()@{}^";

static const char *problem_of(const char *path)
{
	const char *name = path;

	if (path[strspn(path, good)] != '\0')
		return "has a character that FAT cannot hold";
	for (const char *p = path + 1;; p++) {
		if (*p != '/' && *p != '\0')
			continue;
		if (p[-1] == '.')
			return "has a name that ends in a dot, which FAT drops";
		if (p - name - 1 > 255)
			return "has a name of more than 255 characters";
		if (*p == '\0')
			return NULL;
		name = p;
	}
}

int usb_check_files(const struct ek_media *m, struct ek_err *err)
{
	const struct ek_media_file *f;

	for (size_t i = 0; (f = ek_media_at(m, i)) != NULL; i++) {
		const char *why = problem_of(f->path);

		if (why == NULL && f->size > EK_FAT_FILE_MAX)
			why = "has 4 GiB or more, and FAT ends there";
		if (why != NULL)
			return ek_fail(err, EK_EREFUSE, "'%s': '%s' %s",
				       ek_media_name(m), f->path, why);
	}
	return EK_OK;
}

/* ---- 8.3 ---------------------------------------------------------------- */

/* What a reader that knows 8.3 only makes of a name: "NAME.EXT". */
static void cut_83(const char *name, char out[13])
{
	const char *dot = strrchr(name, '.');
	size_t base = dot != NULL ? (size_t)(dot - name) : strlen(name);

	snprintf(out, 13, "%.*s%s%.3s", (int)(base > 8 ? 8 : base), name,
		 dot != NULL ? "." : "", dot != NULL ? dot + 1 : "");
}

struct cut {
	char text[13];
	const char *path;
};

static int by_text(const void *a, const void *b)
{
	const struct cut *x = a, *y = b;
	int c = strcasecmp(x->text, y->text);

	return c != 0 ? c : strcasecmp(x->path, y->path);
}

/* Two files whose names are one when cut; both paths, or false. */
static bool find_clash(struct cut *v, size_t n, const struct cut *pair[2])
{
	if (n > 1)
		qsort(v, n, sizeof(*v), by_text);
	for (size_t i = 1; i < n; i++) {
		pair[0] = &v[i - 1];
		pair[1] = &v[i];
		if (strcasecmp(pair[0]->text, pair[1]->text) == 0 &&
		    strcasecmp(pair[0]->path, pair[1]->path) != 0)
			return true;
	}
	return false;
}

static void tell(size_t n_long, const char *first, const struct cut *pair[2],
		 bool clash, struct ek_buf *text)
{
	if (n_long == 0)
		return;
	ek_buf_addf(text, "%zu module%s such as '%s' ha%s no 8.3 name", n_long,
		    n_long > 1 ? "s" : "", first, n_long > 1 ? "ve" : "s");
	if (clash)
		ek_buf_addf(text, ", and '%s' and '%s' are one in 8.3",
			    pair[0]->path, pair[1]->path);
	ek_buf_adds(text, ": UEFI finds them, and BIOS too, but not with the"
			  " option -p of mboot.c32");
}

int usb_check_short(struct ek_image *img, struct ek_buf *text,
		    struct ek_err *err)
{
	const struct cut *pair[2] = { NULL, NULL };
	const struct ek_image_boot *boot;
	const char *first = "";
	size_t n = 0, n_long = 0;
	struct cut *v;
	int rc = ek_image_boot(img, EK_BOOT_BIOS, &boot, err);

	if (rc != EK_OK || boot->file == NULL)
		return rc;
	v = calloc(boot->plan.n_modules + 1, sizeof(*v));
	if (v == NULL)
		return ek_fail_sys(err, "'%s'", ek_image_name(img));
	for (size_t i = 0; i < boot->plan.n_modules; i++) {
		const struct ek_image_file *f = boot->modules[i];

		if (f == NULL)
			continue;
		if (!ek_path_is_83(ek_path_base(f->path))) {
			first = n_long == 0 ? f->path : first;
			n_long++;
		}
		cut_83(ek_path_base(f->path), v[n].text);
		v[n++].path = f->path;
	}
	tell(n_long, first, pair, find_clash(v, n, pair), text);
	free(v);
	return ek_buf_check(text, ek_image_name(img), err);
}
