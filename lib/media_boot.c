/* SPDX-License-Identifier: BSD-2-Clause */
/* media_boot.c - the boot.cfg of an image, for where they will lie */
#include "os.h"

#include <stdarg.h>

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/finding.h"
#include "ek/image.h"
#include "ek/io.h"
#include "ek/path.h"
#include "ek/release.h"
#include "ek/rules_iso.h"
#include "media_int.h"

static void tell(const struct ek_media_boot *how, bool warning,
		 const char *fmt, ...) EK_PRINTF(3, 4);
static void tell(const struct ek_media_boot *how, bool warning,
		 const char *fmt, ...)
{
	va_list ap;
	char *text;
	int n;

	if (how->note == NULL)
		return;
	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	how->note(how->ctx, warning, text);
	free(text);
}

/* ---- before ------------------------------------------------------------- */

static const char *const cfg_path[] = {
	[EK_BOOT_BIOS] = "/BOOT.CFG",
	[EK_BOOT_UEFI] = "/EFI/BOOT/BOOT.CFG",
};

/* What the rules found of a boot.cfg that may be missing, and of extents, which
 * no other medium has. */
static bool matters(const struct ek_media *m, const struct ek_media_boot *how,
		    const struct ek_finding *f)
{
	if (strcmp(f->code, "boot-cfg") == 0)
		return ek_media_find(m, cfg_path[how->needed]) == NULL;
	return strcmp(f->code, "module-extents") != 0;
}

static int admit(const struct ek_media *m, const struct ek_media_boot *how,
		 struct ek_err *err)
{
	const struct ek_rules_iso subject = { .image = media_image(m),
					      .copied = true };
	const struct ek_finding *f;
	struct ek_findings *found;
	int rc = ek_findings_new(&found, err);

	if (rc == EK_OK)
		rc = ek_rules_run(ek_rules_iso, ek_rules_iso_count, EK_RALL,
				  &subject, found, err);
	for (size_t i = 0;
	     rc == EK_OK && (f = ek_findings_at(found, i)) != NULL; i++) {
		if (matters(m, how, f) && f->severity == EK_ERROR)
			rc = ek_fail(err, EK_EREFUSE, "'%s': %s; %s",
				     f->subject, f->what, f->remedy);
		else
			tell(how, true, "'%s': %s", f->subject, f->what);
	}
	ek_findings_free(&found);
	return rc;
}

/* ---- kernelopt= --------------------------------------------------------- */

/* The word of kernelopt= that begins with text; its end in *len. The loader
 * has made one blank of all white space. */
static const char *word_of(const struct ek_bootcfg *cfg, const char *text,
			   size_t *len)
{
	const char *p = ek_bootcfg_get(cfg, "kernelopt");

	while (p != NULL && *p != '\0') {
		*len = strcspn(p, " ");
		if (strncmp(p, text, strlen(text)) == 0)
			return p;
		p += *len;
		p += strspn(p, " ");
	}
	return NULL;
}

static int drop_cdrom(struct ek_bootcfg *cfg, struct ek_err *err)
{
	static const char word[] = "cdromBoot";
	const char *p = ek_bootcfg_get(cfg, "kernelopt");

	for (; p != NULL && *p != '\0'; p += strspn(p, " ")) {
		size_t len = strcspn(p, " ");

		if (len == sizeof(word) - 1 && strncmp(p, word, len) == 0)
			return ek_bootcfg_remove_opt(cfg, word, err);
		p += len;
	}
	return EK_OK;
}

/*
 * A ks= that names the CD: its file comes along to a stick, where it has the
 * same path; a server hands nothing out under that name.
 */
static int move_ks(struct ek_bootcfg *cfg, const struct ek_media_boot *how,
		   struct ek_err *err)
{
	static const char cd[] = "ks=cdrom:";
	size_t len;
	const char *word = word_of(cfg, cd, &len);
	char *opt;
	int rc;

	if (word == NULL)
		return EK_OK;
	if (how->net) {
		tell(how, true, "'%s': %.*s stays, and there is no CD: give"
		     " --ks", ek_bootcfg_name(cfg), (int)len, word);
		return EK_OK;
	}
	if (asprintf(&opt, "ks=usb:%.*s", (int)(len - (sizeof(cd) - 1)),
		     word + sizeof(cd) - 1) < 0)
		return ek_fail_sys(err, "'%s'", ek_bootcfg_name(cfg));
	tell(how, false, "'%s': %.*s becomes %s", ek_bootcfg_name(cfg),
	     (int)len, word, opt);
	rc = ek_bootcfg_add_opt(cfg, opt, err);
	free(opt);
	return rc;
}

static int set_ks(struct ek_bootcfg *cfg, const struct ek_media_boot *how,
		  struct ek_err *err)
{
	char *opt;
	int rc;

	if (how->ks == NULL)
		return move_ks(cfg, how, err);
	if (how->ks[0] == '\0' || how->ks[strcspn(how->ks, " \t\r\n")] != '\0')
		return ek_fail(err, EK_EARG, "ks '%s' is not one word",
			       how->ks);
	if (asprintf(&opt, "ks=%s", how->ks) < 0)
		return ek_fail_sys(err, "'%s'", ek_bootcfg_name(cfg));
	rc = ek_bootcfg_add_opt(cfg, opt, err);
	free(opt);
	return rc;
}

static int edit_opts(struct ek_bootcfg *cfg, const struct ek_media_boot *how,
		     struct ek_err *err)
{
	int rc = drop_cdrom(cfg, err);

	if (rc == EK_OK)
		rc = set_ks(cfg, how, err);
	for (size_t i = 0; rc == EK_OK && i < how->n_opts; i++)
		rc = ek_bootcfg_add_opt(cfg, how->opts[i], err);
	return rc;
}

/* ---- kernel=, modules= and prefix= for a server ------------------------- */

/* The name that the file has in the tree. */
static void add_name(struct ek_buf *b, const struct ek_image_file *f)
{
	size_t at = b->len;

	ek_buf_adds(b, f->path + 1);
	if (!b->failed)
		ek_path_lower(b->p + at, b->p + at);
}

static int set_modules(struct ek_bootcfg *cfg, const struct ek_image_boot *boot,
		       struct ek_err *err)
{
	struct ek_buf b = EK_BUF_INIT;
	int rc;

	if (boot->plan.n_modules == 0)
		return EK_OK;
	for (size_t i = 0; i < boot->plan.n_modules; i++) {
		const char *opts = boot->plan.modules[i].options;

		ek_buf_adds(&b, i != 0 ? " --- " : "");
		add_name(&b, boot->modules[i]);
		if (opts != NULL)
			ek_buf_addf(&b, " %s", opts);
	}
	rc = ek_buf_check(&b, ek_bootcfg_name(cfg), err);
	if (rc == EK_OK)
		rc = ek_bootcfg_set(cfg, "modules", ek_buf_str(&b), err);
	ek_buf_free(&b);
	return rc;
}

static int set_prefix(struct ek_bootcfg *cfg, const char *prefix,
		      struct ek_err *err)
{
	const char *old = ek_bootcfg_get(cfg, "prefix");

	if (prefix == NULL)
		return old == NULL || old[0] == '\0'
		       ? EK_OK : ek_bootcfg_set(cfg, "prefix", "", err);
	if (prefix[0] == '\0' || prefix[strcspn(prefix, " \t\r\n")] != '\0')
		return ek_fail(err, EK_EARG, "prefix '%s' is not one word: the"
			       " loader takes blanks out", prefix);
	return ek_bootcfg_set(cfg, "prefix", prefix, err);
}

static int edit_net(struct ek_bootcfg *cfg, const struct ek_image_boot *boot,
		    const struct ek_media_boot *how, struct ek_err *err)
{
	struct ek_buf kernel = EK_BUF_INIT;
	int rc;

	add_name(&kernel, boot->kernel);
	rc = ek_buf_check(&kernel, ek_bootcfg_name(cfg), err);
	if (rc == EK_OK)
		rc = ek_bootcfg_set(cfg, "kernel", ek_buf_str(&kernel), err);
	if (rc == EK_OK)
		rc = set_modules(cfg, boot, err);
	if (rc == EK_OK)
		rc = set_prefix(cfg, how->prefix, err);
	ek_buf_free(&kernel);
	return rc;
}

/* ---- the files ---------------------------------------------------------- */

static int write_cfg(const struct ek_bootcfg *cfg, char **text, size_t *len,
		     struct ek_err *err)
{
	struct ek_out *out;
	int rc = ek_out_open_mem(&out, text, len, err);

	if (rc != EK_OK)
		return rc;
	ek_bootcfg_write(cfg, out);
	return ek_out_commit(&out, err);
}

/* One that is ours to change. */
static int clone(struct ek_bootcfg **out, const struct ek_bootcfg *cfg,
		 struct ek_err *err)
{
	char *text = NULL;
	size_t len = 0;
	int rc = write_cfg(cfg, &text, &len, err);

	*out = NULL;
	if (rc == EK_OK)
		rc = ek_bootcfg_parse(out, ek_bootcfg_name(cfg), text, len,
				      err);
	free(text);
	return rc;
}

static int edit_one(struct ek_media *m, enum ek_boot_fw fw,
		    const struct ek_media_boot *how, struct ek_err *err)
{
	const struct ek_image_boot *boot;
	struct ek_bootcfg *cfg = NULL;
	char *text = NULL;
	size_t len = 0;
	int rc = ek_image_boot(media_image(m), fw, &boot, err);

	if (rc != EK_OK || boot->file == NULL)
		return rc;
	rc = clone(&cfg, boot->cfg, err);
	if (rc == EK_OK)
		rc = edit_opts(cfg, how, err);
	if (rc == EK_OK && how->net)
		rc = edit_net(cfg, boot, how, err);
	if (rc == EK_OK)
		rc = ek_bootcfg_bootable(cfg, err);
	if (rc == EK_OK)
		rc = write_cfg(cfg, &text, &len, err);
	if (rc == EK_OK)
		rc = ek_media_put(m, boot->file->path, text, len, err);
	free(text);
	ek_bootcfg_free(&cfg);
	return rc;
}

int ek_media_boot(struct ek_media *m, const struct ek_media_boot *how,
		  struct ek_err *err)
{
	int rc = admit(m, how, err);

	if (rc == EK_OK)
		rc = edit_one(m, EK_BOOT_BIOS, how, err);
	if (rc == EK_OK)
		rc = edit_one(m, EK_BOOT_UEFI, how, err);
	return rc;
}
