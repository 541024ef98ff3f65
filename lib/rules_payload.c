/* SPDX-License-Identifier: BSD-2-Clause */
/* rules_payload.c - will the boot loader take this file as kernel or module? */
#include "os.h"

#include "ek/bootcfg.h"
#include "ek/err.h"
#include "ek/finding.h"
#include "ek/inflate.h"
#include "ek/io.h"
#include "ek/layers.h"
#include "ek/path.h"
#include "ek/release.h"
#include "ek/rules_payload.h"

/* ---- the loader --------------------------------------------------------- */

enum { TRAILER = 8 };

/* A length of 0 is believed, and nothing else looked at, up to this many bytes
 * between header and trailer. */
enum { EMPTY_MAX = 256 };

static enum ek_boot_status unpack(const struct ek_gz_scan *s)
{
	/* the loader hands the first byte of the trailer to inflate as well */
	bool in_time = s->data_end <= s->file_size - (TRAILER - 1);

	/* the length is the room for the data, and says so first */
	if (s->size > s->tail_size)
		return EK_BOOT_TOO_SMALL;
	if (s->data == EK_GZ_DATA_SHORT || !in_time)
		return EK_BOOT_TOO_SMALL;
	if (s->data == EK_GZ_DATA_BAD)
		return EK_BOOT_INCONSISTENT;
	return s->crc == s->tail_crc ? EK_BOOT_OK : EK_BOOT_CRC;
}

static enum ek_boot_status gunzip(const struct ek_gz_scan *s, uint64_t *size)
{
	*size = 0;
	if (s->head == EK_GZ_HEAD_BAD)
		return EK_BOOT_BAD_HEADER;
	if (s->head == EK_GZ_HEAD_METHOD)
		return EK_BOOT_UNSUPPORTED;
	if (s->file_size < s->head_size + TRAILER)
		return EK_BOOT_TOO_SMALL;
	if (s->file_size == s->head_size + TRAILER)
		return EK_BOOT_INCONSISTENT;
	if (s->tail_size == 0)
		return s->file_size - s->head_size - TRAILER <= EMPTY_MAX
		       ? EK_BOOT_OK : EK_BOOT_CRC;
	*size = s->size;
	return unpack(s);
}

int ek_module_file_look(struct ek_in *in, struct ek_module_file *file,
			struct ek_err *err)
{
	const unsigned char *p;
	size_t got;
	int rc;

	*file = (struct ek_module_file){ .size = 0 };
	rc = ek_in_peek(in, sizeof(file->first), &p, &got, err);
	if (rc != EK_OK)
		return rc;
	if (got != 0)
		memcpy(file->first, p, got);
	rc = ek_gz_scan(in, &file->scan, err);
	if (rc != EK_OK)
		return rc;
	file->gzip = file->scan.head != EK_GZ_HEAD_NONE;
	if (file->gzip) {
		file->bios = gunzip(&file->scan, &file->size);
		file->uefi = file->bios;
		return EK_OK;
	}
	file->size = file->scan.file_size;
	file->bios = file->size != 0 ? EK_BOOT_OK : EK_BOOT_NOT_FOUND;
	return EK_OK;
}

/* ---- rules -------------------------------------------------------------- */

/* Bytes behind the first member. */
static uint64_t trailing(const struct ek_gz_scan *s)
{
	if (s->head != EK_GZ_HEAD_OK || s->data != EK_GZ_DATA_ENDS ||
	    s->file_size < s->data_end + TRAILER)
		return 0;
	return s->file_size - s->data_end - TRAILER;
}

static int check_empty(const struct ek_rule *rule, const void *subject,
		       struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_payload *p = subject;

	(void)err;
	if (p->file.scan.file_size == 0)
		ek_finding_add(out, rule, p->subject, NULL, "the file has 0 "
			       "bytes: with BIOS the loader stops with 15 (Not "
			       "found)");
	return EK_OK;
}

/* What is wrong with a file that the loader refuses. */
static const char *cause(const struct ek_gz_scan *s)
{
	if (s->head == EK_GZ_HEAD_BAD)
		return "the gzip header is cut short or has reserved flags";
	if (s->head == EK_GZ_HEAD_METHOD)
		return "the compression method is not deflate";
	if (s->data == EK_GZ_DATA_BAD)
		return "the packed data is damaged";
	if (s->data == EK_GZ_DATA_SHORT ||
	    s->file_size < s->data_end + TRAILER)
		return "the file is cut short";
	if (s->file_size > s->data_end + TRAILER)
		return "there are bytes behind the first gzip member";
	if (s->crc != s->tail_crc)
		return "the CRC-32 is wrong";
	return "the length at its end is wrong";
}

static int check_gzip(const struct ek_rule *rule, const void *subject,
		      struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_payload *p = subject;

	(void)err;
	if (p->file.gzip && p->file.bios != EK_BOOT_OK)
		ek_finding_add(out, rule, p->subject, NULL,
			       "%s: the loader stops with %d (%s)",
			       cause(&p->file.scan), (int)p->file.bios,
			       ek_boot_status_text(p->file.bios));
	return EK_OK;
}

static int check_trailing(const struct ek_rule *rule, const void *subject,
			  struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_payload *p = subject;
	const struct ek_gz_scan *s = &p->file.scan;

	(void)err;
	if (!p->file.gzip || p->file.bios != EK_BOOT_OK)
		return EK_OK;
	if (p->file.size == 0 && (s->size != 0 || s->data != EK_GZ_DATA_ENDS))
		ek_finding_add(out, rule, p->subject, NULL, "its last four "
			       "bytes are 0: the loader takes it for an empty "
			       "module, without a word");
	else if (trailing(s) != 0)
		ek_finding_add(out, rule, p->subject, NULL, "%llu bytes behind "
			       "the first gzip member: the loader drops them",
			       (unsigned long long)trailing(s));
	return EK_OK;
}

static int check_length(const struct ek_rule *rule, const void *subject,
			struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_payload *p = subject;
	const struct ek_gz_scan *s = &p->file.scan;

	(void)err;
	if (p->file.gzip && p->file.bios == EK_BOOT_OK && trailing(s) == 0 &&
	    s->tail_size > s->size)
		ek_finding_add(out, rule, p->subject, NULL, "the length at its "
			       "end is %lu, there are %llu bytes",
			       (unsigned long)s->tail_size,
			       (unsigned long long)s->size);
	return EK_OK;
}

/* Empty until an installation fills them. */
static bool is_placeholder(const char *path)
{
	static const char *const names[] = {
		"jumpstrt", "useropts", "features",
	};
	const char *base = ek_path_base(path);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strncasecmp(base, names[i], 8) == 0)
			return true;
	return false;
}

static int check_nothing(const struct ek_rule *rule, const void *subject,
			 struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_payload *p = subject;

	(void)err;
	if (p->file.gzip && p->file.bios == EK_BOOT_OK && p->file.size == 0 &&
	    p->file.scan.size == 0 && p->file.scan.data == EK_GZ_DATA_ENDS &&
	    trailing(&p->file.scan) == 0 && !is_placeholder(p->path))
		ek_finding_add(out, rule, p->subject, NULL,
			       "it unpacks to nothing");
	return EK_OK;
}

static int check_plain(const struct ek_rule *rule, const void *subject,
		       struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_payload *p = subject;
	enum ek_layer layer;

	(void)err;
	if (p->file.gzip || p->file.scan.file_size == 0)
		return EK_OK;
	layer = ek_layer_detect(p->file.first, sizeof(p->file.first));
	if (layer == EK_LAYER_NONE)
		ek_finding_add(out, rule, p->subject, NULL, "not gzip: the "
			       "kernel gets it as it is");
	else
		ek_finding_add(out, rule, p->subject, NULL, "not gzip, but %s, "
			       "which the loader does not unpack: the kernel "
			       "gets it as it is", ek_layer_name(layer));
	return EK_OK;
}

const struct ek_rule ek_rules_payload[] = {
	{ "module-empty", EK_ERROR, EK_RALL, NULL,
	  "put the packed file there; an empty one is gzip of nothing",
	  check_empty },
	{ "module-gzip", EK_ERROR, EK_RALL, NULL,
	  "pack it anew: one gzip member and nothing behind it (gzip -9n)",
	  check_gzip },
	{ "module-trailing", EK_ERROR, EK_RALL, NULL,
	  "pack it anew: one gzip member and nothing behind it (gzip -9n)",
	  check_trailing },
	{ "module-length", EK_WARNING, EK_RALL, NULL,
	  "pack it anew: the file is not what its maker wrote", check_length },
	{ "module-nothing", EK_WARNING, EK_RALL, NULL,
	  "see whether the right file was put there", check_nothing },
	{ "module-plain", EK_WARNING, EK_RALL, NULL,
	  "pack it with gzip, as all modules of the image are", check_plain },
};

const size_t ek_rules_payload_count =
	sizeof(ek_rules_payload) / sizeof(ek_rules_payload[0]);
