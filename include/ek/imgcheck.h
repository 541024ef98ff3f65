/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * imgcheck.h - a whole image against itself, and the report (esxi-check.1)
 *
 * Runs what there is of rules over what an imgscan has seen: rules_boot.h,
 * rules_iso.h, rules_profile.h, rules_vib.h (signatures), rules_image.h. What
 * only repeats another finding is left out.
 */
#ifndef EK_IMGCHECK_H
#define EK_IMGCHECK_H

#include <stdbool.h>
#include <stddef.h>

struct ek_buf;
struct ek_err;
struct ek_findings;
struct ek_image;
struct ek_imgscan;
struct ek_imgscan_opts;
struct ek_release;
struct ek_sigtrust;

/* What an image looked like, for the head of a report. */
enum ek_image_kind { EK_IMAGE_ISO, EK_IMAGE_TREE, EK_IMAGE_BANK };
const char *ek_image_kind_name(enum ek_image_kind kind); /* iso, tree, bootbank */

/* A directory with a boot.cfg and without the loaders of a disc is a bootbank. */
enum ek_image_kind ek_image_kind_of(const struct ek_image *img);

/* Counted on the way. */
struct ek_imgcheck_tally {
	enum ek_image_kind kind;
	const char *version; /* esx-version; NULL: not told. Of the database */
	const char *profile; /* name; NULL: not exactly one. Of the database */
	size_t vibs;         /* in the profile */
	size_t modules;      /* that a boot.cfg loads, the kernel with them */
	/* signatures of the VIBs above level community */
	size_t sig_good;     /* fit the descriptor; with trust: of a trusted one */
	size_t sig_bad;      /* a finding tells */
	size_t sig_untold;   /* nothing is stored, before 6.5: cannot tell */
	size_t community;    /* VIBs of that level: nobody looks */
	bool trust;          /* it was asked who signed */
};

struct ek_imgcheck_opts {
	/* of no matter yet: the scan has read everything */
	unsigned threads;
	const struct ek_sigtrust *trust;  /* NULL: nobody told whom to trust */
	/* for an image that does not tell its own; may be NULL */
	const struct ek_release *release;
	struct ek_imgcheck_tally *tally;  /* filled; may be NULL */
};

/*
 * What a scan must look at for a check of img, and no more: sets read, entries,
 * entries_of and plain. On a disc the digest of a file is enough; a host packs
 * payloads anew, so that in a bootbank what is in them counts.
 */
void ek_imgcheck_wants(const struct ek_image *img, struct ek_imgscan_opts *o);

/*
 * Check. scan was made with what ek_imgcheck_wants() says, or with read and all
 * entries and digests; out is one of ek_findings_new().
 * A failure is one of the system or of a limit, not of the image.
 */
int ek_imgcheck(struct ek_imgscan *scan, const struct ek_imgcheck_opts *o,
		struct ek_findings *out, struct ek_err *err);

/* How to show it. */
enum ek_imgcheck_form { EK_IMGCHECK_TEXT, EK_IMGCHECK_BRIEF, EK_IMGCHECK_JSON };

/*
 * The report: findings, and but for BRIEF head and summary. EK_EREFUSE, with out
 * complete, where there is an error among them.
 */
int ek_imgcheck_report(const struct ek_imgscan *scan,
		       const struct ek_imgcheck_tally *tally,
		       const struct ek_findings *f, enum ek_imgcheck_form form,
		       struct ek_buf *out, struct ek_err *err);

#endif /* EK_IMGCHECK_H */
