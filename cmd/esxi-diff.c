/* SPDX-License-Identifier: BSD-2-Clause */
/* esxi-diff.c - what differs between two images, databases, VIBs or bundles */
#include "os.h"

#include <getopt.h>

#include "ek/buf.h"
#include "ek/cli.h"
#include "ek/diff.h"

static const char usage[] =
"usage: esxi-diff [--json] [--progress] [-q] a b\n"
"\n"
"Tell what differs between two install images (ISO or directory), image\n"
"databases, VIBs or offline bundles: VIBs, profile, boot.cfg, PCI ids, and the\n"
"files inside the payloads. Content tells what each is. A pair of different\n"
"kinds is compared by what both have: a database, or VIBs.\n"
"\n"
"      --json      print one JSON document\n"
"      --progress  show progress though standard error is no terminal\n"
"  -q, --quiet     print nothing but errors: the status tells\n"
"  -h, --help      print this text\n"
"  -V, --version   print the version\n"
"\n"
"Status 0: the same. 1: they differ. 2: wrong usage. 3: one of them cannot be\n"
"compared, or the system failed.\n";

enum { OPT_JSON = EK_OPT_LONG, OPT_PROGRESS };

static const struct option longopts[] = {
	{ "json", no_argument, NULL, OPT_JSON },
	{ "progress", no_argument, NULL, OPT_PROGRESS },
	{ "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

struct opts {
	const char *a, *b;
	bool json;
};

static void parse_args(struct opts *o, int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "qhV", longopts, NULL)) != -1) {
		switch (c) {
		case OPT_JSON: o->json = true; break;
		case OPT_PROGRESS: ek_cli_progress_force(); break;
		case 'q': ek_cli_quiet(true); break;
		case 'h': ek_cli_help();
		case 'V': ek_cli_version(argv);
		default:
			ek_cli_bad_option(argv);
		}
	}
	if (argc - optind != 2)
		ek_cli_usage("two files or directories are wanted");
	o->a = argv[optind];
	o->b = argv[optind + 1];
	if (strcmp(o->a, "-") == 0 || strcmp(o->b, "-") == 0)
		ek_cli_usage("each is read more than once: '-' will not do");
}

static int report(const struct opts *o, const struct ek_diff *d,
		  struct ek_err *err)
{
	struct ek_buf text = EK_BUF_INIT;
	int rc = o->json ? ek_diff_json(d, &text, err)
			 : ek_diff_text(d, &text, err);

	if (rc == EK_OK && !ek_cli_is_quiet())
		ek_cli_puts(ek_buf_str(&text));
	ek_buf_free(&text);
	return rc;
}

/* Status 1 says that they differ: rejected input is 3, as a failed system. */
static int status_of(int rc, const struct ek_err *err, bool same)
{
	int status = ek_cli_finish(rc < 0 ? EK_ESYS : rc, err);

	return status == EK_EXIT_OK && !same ? EK_EXIT_DATA : status;
}

int main(int argc, char **argv)
{
	const struct ek_diff_opts how = { .progress = ek_cli_on_reading };
	struct ek_err err = EK_ERR_INIT;
	struct opts o = { .json = false };
	struct ek_diff *d = NULL;
	bool same = false;
	int rc;

	ek_cli_init("esxi-diff", usage);
	parse_args(&o, argc, argv);
	rc = ek_cli_sandbox_files(argv + optind, 2, NULL, NULL, &err);
	if (rc == EK_OK)
		rc = ek_diff_open(&d, o.a, o.b, &how, &err);
	ek_cli_progress(NULL, 0, 0);
	if (rc == EK_OK) {
		same = ek_diff_same(d);
		rc = report(&o, d, &err);
	}
	ek_diff_free(&d);
	return status_of(rc, &err, same);
}
