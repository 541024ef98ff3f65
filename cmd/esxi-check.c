/* SPDX-License-Identifier: BSD-2-Clause */
/* esxi-check.c - an installation image, or a bootbank, against itself */
#include "os.h"

#include <getopt.h>

#include "ek/buf.h"
#include "ek/cli.h"
#include "ek/finding.h"
#include "ek/image.h"
#include "ek/imgcheck.h"
#include "ek/imgscan.h"
#include "ek/release.h"
#include "ek/sandbox.h"
#include "ek/sig.h"

static const char usage[] =
"usage: esxi-check [-q] [-j n] [--target release] [--ca pem]... [--json] image\n"
"\n"
"Read all of an ESXi install image (an ISO, or a directory with what is on one),\n"
"or of a bootbank copied from a host, and tell where its parts do not agree:\n"
"boot.cfg, modules, image database, descriptors, signatures.\n"
"\n"
"      --ca pem          certificates to trust; without it nobody is asked who\n"
"                        signed\n"
"      --target release  the release, where the image does not tell it\n"
"  -j, --jobs n          read n modules at a time, else one a processor\n"
"      --json            print one JSON document\n"
"  -q, --quiet           print findings only\n"
"  -h, --help            print this text\n"
"  -V, --version         print the version\n"
"\n"
"Status 0: no error found. 1: an error was found. 2: wrong usage. 3: the system\n"
"failed.\n";

enum { OPT_TARGET = EK_OPT_LONG, OPT_CA, OPT_JSON };

static const struct option longopts[] = {
	{ "target", required_argument, NULL, OPT_TARGET },
	{ "ca", required_argument, NULL, OPT_CA },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "jobs", required_argument, NULL, 'j' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

struct opts {
	const char *image;
	const struct ek_release *release;
	struct ek_sigtrust *trust;
	struct ek_strs cas;
	enum ek_imgcheck_form form;
	unsigned threads;
};

static int set(struct opts *o, int c, char **argv, struct ek_err *err)
{
	switch (c) {
	case OPT_TARGET:
		o->release = ek_release_find(optarg);
		if (o->release == NULL)
			ek_cli_usage("'%s' is no release: %s", optarg,
				     ek_release_list());
		break;
	case OPT_CA:
		return ek_strs_add(&o->cas, optarg, strlen(optarg), err);
	case OPT_JSON: o->form = EK_IMGCHECK_JSON; break;
	case 'j': o->threads = ek_cli_jobs(optarg); break;
	case 'q': ek_cli_quiet(true); break;
	case 'h': ek_cli_help();
	case 'V': ek_cli_version(argv);
	default: ek_cli_bad_option(argv);
	}
	return EK_OK;
}

static int parse_args(struct opts *o, int argc, char **argv,
		      struct ek_err *err)
{
	int c, rc = EK_OK;

	while (rc == EK_OK && (c = getopt_long(argc, argv, "j:qhV", longopts,
					       NULL)) != -1)
		rc = set(o, c, argv, err);
	if (ek_cli_is_quiet() && o->form == EK_IMGCHECK_TEXT)
		o->form = EK_IMGCHECK_BRIEF;
	if (rc == EK_OK && argc - optind != 1)
		ek_cli_usage("wanted: one image, an ISO or a directory");
	o->image = argv[optind];
	return rc;
}

static int confine(const struct opts *o, struct ek_err *err)
{
	struct ek_sandbox box = EK_SANDBOX_INIT;

	ek_sandbox_read(&box, o->image);
	ek_sandbox_read_all(&box, o->cas.v, o->cas.n);
	ek_sandbox_scratch(&box);
	return ek_cli_sandbox(&box, err);
}

static int scan(struct ek_imgscan **s, struct ek_image *img,
		const struct opts *o, struct ek_err *err)
{
	struct ek_imgscan_opts so = {
		.threads = o->threads, .progress = ek_cli_on_reading,
	};
	int rc;

	ek_imgcheck_wants(img, &so);
	rc = ek_imgscan_new(s, img, &so, err);
	ek_cli_progress(NULL, 0, 0);
	return rc;
}

static int run(const struct opts *o, struct ek_buf *text, struct ek_err *err)
{
	struct ek_imgcheck_tally tally = { .version = NULL };
	const struct ek_imgcheck_opts co = {
		.threads = o->threads, .trust = o->trust,
		.release = o->release, .tally = &tally,
	};
	struct ek_findings *f = NULL;
	struct ek_imgscan *s = NULL;
	struct ek_image *img = NULL;
	int rc = ek_image_open(&img, o->image, err);

	if (rc == EK_OK)
		rc = scan(&s, img, o, err);
	if (rc == EK_OK)
		rc = ek_findings_new(&f, err);
	if (rc == EK_OK)
		rc = ek_imgcheck(s, &co, f, err);
	if (rc == EK_OK)
		rc = ek_imgcheck_report(s, &tally, f, o->form, text, err);
	ek_findings_free(&f);
	ek_imgscan_free(&s);
	ek_image_close(&img);
	return rc;
}

int main(int argc, char **argv)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_buf text = EK_BUF_INIT;
	struct opts o = { .image = NULL };
	int rc;

	ek_cli_init("esxi-check", usage);
	rc = parse_args(&o, argc, argv, &err);
	if (rc == EK_OK)
		rc = confine(&o, &err);
	if (rc == EK_OK)
		rc = ek_sigtrust_read(&o.trust, o.cas.v, o.cas.n, &err);
	if (rc == EK_OK)
		rc = run(&o, &text, &err);
	ek_cli_puts(ek_buf_str(&text)); /* empty where it was not checked */
	ek_buf_free(&text);
	ek_sigtrust_free(&o.trust);
	ek_strs_free(&o.cas);
	return ek_cli_finish(rc, &err);
}
