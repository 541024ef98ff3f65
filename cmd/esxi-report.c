/* SPDX-License-Identifier: BSD-2-Clause */
/* esxi-report.c - one self-contained page of HTML about an image */
#include "os.h"

#include <getopt.h>

#include "ek/cli.h"
#include "ek/io.h"
#include "ek/report.h"
#include "ek/sandbox.h"

static const char usage[] =
"usage: esxi-report [-o page.html] [--diff other] [-j n] [--progress] [-q] image\n"
"\n"
"Write a page of HTML about an ESXi image, an ISO or a directory: what it is,\n"
"what takes its room, its VIBs and who signed them, what it boots, which PCI\n"
"devices its drivers take, the files in its modules, what esxi-check finds.\n"
"\n"
"      --diff other    tell what differs, from image to other\n"
"  -j, --jobs n        read n modules at a time, else one a processor\n"
"  -o, --output file   write file instead of standard output\n"
"      --progress      show progress though standard error is no terminal\n"
"  -q, --quiet         no progress\n"
"  -h, --help          print this text\n"
"  -V, --version       print the version\n";

enum { OPT_DIFF = EK_OPT_LONG, OPT_PROGRESS };

static const struct option longopts[] = {
	{ "diff", required_argument, NULL, OPT_DIFF },
	{ "jobs", required_argument, NULL, 'j' },
	{ "output", required_argument, NULL, 'o' },
	{ "progress", no_argument, NULL, OPT_PROGRESS },
	{ "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

struct opts {
	const char *in, *out;
	struct ek_report_opts report;
};

static void parse_args(struct opts *o, int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "j:o:qhV", longopts, NULL)) != -1) {
		switch (c) {
		case OPT_DIFF: o->report.diff = optarg; break;
		case OPT_PROGRESS: ek_cli_progress_force(); break;
		case 'j': o->report.threads = ek_cli_jobs(optarg); break;
		case 'o': o->out = optarg; break;
		case 'q': ek_cli_quiet(true); break;
		case 'h': ek_cli_help();
		case 'V': ek_cli_version(argv);
		default:
			ek_cli_bad_option(argv);
		}
	}
	o->in = ek_cli_one_image(argc, argv);
	if (o->report.diff != NULL)
		ek_cli_image_file(o->report.diff);
}

static int confine(const struct opts *o, const struct ek_out *out,
		   struct ek_err *err)
{
	struct ek_sandbox box = EK_SANDBOX_INIT;

	ek_sandbox_read(&box, o->in);
	ek_sandbox_read(&box, o->report.diff);
	ek_sandbox_opened(&box, out);
	ek_sandbox_scratch(&box);
	return ek_cli_sandbox(&box, err);
}

static int report(const struct opts *o, struct ek_err *err)
{
	struct ek_out *out;
	int rc = ek_cli_out_open_text(&out, o->out, err);

	if (rc == EK_OK)
		rc = confine(o, out, err);
	if (rc == EK_OK)
		rc = ek_report_make(o->in, &o->report, out, err);
	if (rc == EK_OK)
		rc = ek_out_commit(&out, err);
	ek_out_abort(&out);
	return rc;
}

int main(int argc, char **argv)
{
	struct opts o = { .report = { .progress = ek_cli_on_reading } };
	struct ek_err err = EK_ERR_INIT;

	ek_cli_init("esxi-report", usage);
	parse_args(&o, argc, argv);
	return ek_cli_finish(report(&o, &err), &err);
}
