/* SPDX-License-Identifier: BSD-2-Clause */
/* esxi-pci.c - which driver of an image takes this hardware */
#include "os.h"

#include <getopt.h>

#include "ek/buf.h"
#include "ek/cli.h"
#include "ek/lspci.h"
#include "ek/pcirun.h"
#include "ek/sandbox.h"

static const char usage[] =
"usage: esxi-pci [--json] [--progress] [-q] image [lspci-output]\n"
"       esxi-pci --id vvvv:dddd[:ssss:ssss]... [--json] image [lspci-output]\n"
"       esxi-pci --all [--json] image\n"
"\n"
"Tell which driver of an ESXi image takes each device of a machine: driver, VIB,\n"
"module and name of the device, or that nothing takes it. image is an ISO, a\n"
"directory with the files of one, a VIB, or a driver package. On the machine:\n"
"\n"
"    lspci -vmmn | esxi-pci image.iso\n"
"\n"
"      --all        list every id that a driver of the image takes\n"
"      --id id      ask for this device: vendor and device, and its subsystem\n"
"      --json       print one JSON document\n"
"      --progress   show progress though standard error is no terminal\n"
"  -q, --quiet      no progress\n"
"  -h, --help       print this text\n"
"  -V, --version    print the version\n"
"\n"
"Status 0: each network and storage device, and each --id, has a driver. 1: one\n"
"has none, or only a line that may match. 2: wrong usage. 3: the input was\n"
"rejected, or the system failed.\n";

enum { OPT_ALL = EK_OPT_LONG, OPT_ID, OPT_JSON, OPT_PROGRESS };

static const struct option longopts[] = {
	{ "all", no_argument, NULL, OPT_ALL },
	{ "id", required_argument, NULL, OPT_ID },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "progress", no_argument, NULL, OPT_PROGRESS },
	{ "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static void check_args(struct ek_pcirun *r, int argc, char **argv)
{
	int n = argc - optind;

	if (n < 1 || n > 2)
		ek_cli_usage("an image is wanted, and then what lspci printed"
			     " or nothing");
	r->image = argv[optind];
	ek_cli_image_file(r->image);
	if (r->all && (n == 2 || r->n_ids != 0))
		ek_cli_usage("--all lists the image's ids: it takes no device");
	if (n == 2)
		r->listing = argv[optind + 1];
	else if (!r->all && r->n_ids == 0)
		r->listing = "-";
}

static void add_id(struct ek_pcirun *r, const char **ids, const char *text)
{
	if (!ek_lspci_is_id(text))
		ek_cli_usage("'%s' is no id: vvvv:dddd or vvvv:dddd:ssss:ssss"
			     " is wanted, in hexadecimal", text);
	ids[r->n_ids++] = text;
}

static void parse_args(struct ek_pcirun *r, const char **ids, int argc,
		       char **argv)
{
	int c;

	r->ids = ids;
	while ((c = getopt_long(argc, argv, "qhV", longopts, NULL)) != -1) {
		switch (c) {
		case OPT_ALL: r->all = true; break;
		case OPT_ID: add_id(r, ids, optarg); break;
		case OPT_JSON: r->json = true; break;
		case OPT_PROGRESS: ek_cli_progress_force(); break;
		case 'q': ek_cli_quiet(true); break;
		case 'h': ek_cli_help();
		case 'V': ek_cli_version(argv);
		default:
			ek_cli_bad_option(argv);
		}
	}
	check_args(r, argc, argv);
}

int main(int argc, char **argv)
{
	struct ek_pcirun r = { .progress = ek_cli_on_reading };
	struct ek_sandbox box = EK_SANDBOX_INIT;
	struct ek_buf text = EK_BUF_INIT;
	struct ek_err err = EK_ERR_INIT;
	bool covered = true;
	const char **ids;
	int rc, status;

	ek_cli_init("esxi-pci", usage);
	ids = calloc((size_t)argc, sizeof(*ids));
	if (ids == NULL)
		return ek_cli_finish(ek_fail_sys(&err, "options"), &err);
	parse_args(&r, ids, argc, argv);
	ek_sandbox_read(&box, r.image);
	ek_sandbox_read(&box, r.listing);
	ek_sandbox_scratch(&box);
	rc = ek_cli_sandbox(&box, &err);
	if (rc == EK_OK)
		rc = ek_pcirun(&r, &text, &covered, &err);
	ek_cli_progress(NULL, 0, 0);
	if (rc == EK_OK || rc == EK_EFORMAT) /* of what could be read */
		ek_cli_puts(ek_buf_str(&text));
	ek_buf_free(&text);
	free(ids);
	status = ek_cli_finish(rc, &err);
	/* 1 is for what has no driver: what was rejected is 3 here */
	if (status == EK_EXIT_DATA)
		return EK_EXIT_SYS;
	return status == EK_EXIT_OK && !covered ? EK_EXIT_DATA : status;
}
