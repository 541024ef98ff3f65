/* SPDX-License-Identifier: BSD-2-Clause */
/* report_run.c - read, check, compare an image, and write the page */
#include "os.h"

#include "ek/buf.h"
#include "ek/diff.h"
#include "ek/err.h"
#include "ek/finding.h"
#include "ek/image.h"
#include "ek/imgcheck.h"
#include "ek/imgscan.h"
#include "ek/report.h"

struct run {
	const struct ek_report_opts *o;
	struct ek_image *img;
	struct ek_imgscan *scan;
	struct ek_findings *findings;
	struct ek_buf diff;
};

static int read_image(struct run *run, const char *image, struct ek_err *err)
{
	struct ek_imgscan_opts o = {
		.threads = run->o->threads, .progress = run->o->progress,
		.ctx = run->o->ctx,
	};
	int rc = ek_image_open(&run->img, image, err);

	if (rc != EK_OK)
		return rc;
	ek_imgcheck_wants(run->img, &o);
	/* the page shows what is in every module */
	o.read = o.entries = o.maps = true;
	o.entries_of = NULL;
	return ek_imgscan_new(&run->scan, run->img, &o, err);
}

static int check(struct run *run, struct ek_err *err)
{
	const struct ek_imgcheck_opts o = { .threads = run->o->threads };
	int rc = ek_findings_new(&run->findings, err);

	return rc == EK_OK ? ek_imgcheck(run->scan, &o, run->findings, err)
			   : rc;
}

static int compare(struct run *run, const char *image, struct ek_err *err)
{
	const struct ek_diff_opts o = {
		.threads = run->o->threads, .progress = run->o->progress,
		.ctx = run->o->ctx,
	};
	struct ek_diff *d = NULL;
	int rc = ek_diff_open(&d, image, run->o->diff, &o, err);

	if (rc == EK_OK)
		rc = ek_diff_text(d, &run->diff, err);
	if (rc == EK_OK)
		rc = ek_buf_check(&run->diff, "differences", err);
	ek_diff_free(&d);
	return rc;
}

int ek_report_make(const char *image, const struct ek_report_opts *o,
		   struct ek_out *out, struct ek_err *err)
{
	struct run run = { .o = o, .diff = EK_BUF_INIT };
	struct ek_report_page page = { .image = image };
	int rc = read_image(&run, image, err);

	if (rc == EK_OK)
		rc = check(&run, err);
	if (rc == EK_OK && o->diff != NULL)
		rc = compare(&run, image, err);
	if (rc == EK_OK) {
		page.scan = run.scan;
		page.findings = run.findings;
		page.other = o->diff;
		if (o->diff != NULL)
			page.diff = ek_buf_str(&run.diff);
		rc = ek_report_write(&page, out, err);
	}
	ek_findings_free(&run.findings);
	ek_buf_free(&run.diff);
	ek_imgscan_free(&run.scan);
	ek_image_close(&run.img);
	return rc;
}
