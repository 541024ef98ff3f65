/* SPDX-License-Identifier: BSD-2-Clause */
/* esxi-pxe.c - a tree for network boot from an installer ISO */
#include "os.h"

#include <getopt.h>

#include "ek/buf.h"
#include "ek/cli.h"
#include "ek/date.h"
#include "ek/pxe.h"
#include "ek/sandbox.h"

static const char usage[] =
"usage: esxi-pxe -C dir [--prefix p] [--ks url] [--add-opt o]... [--mtime t]\n"
"                [--force] [--progress] [-qv] image.iso\n"
"\n"
"Make a tree for a TFTP or HTTP server from an ESXi installer image: lower-case\n"
"names, kernel= and modules= without leading slashes, the loaders of BIOS and\n"
"UEFI at the top. What dnsmasq, pxelinux and iPXE have to say is printed.\n"
"\n"
"      --add-opt o      add this to kernelopt= in every boot.cfg\n"
"  -C, --directory dir  write below dir, made if it is not there\n"
"      --force          replace files that are there\n"
"      --ks url         ks=url in every boot.cfg, in place of an old ks=\n"
"      --mtime t        time of all files: seconds since 1970, or a date\n"
"      --prefix p       prefix= in every boot.cfg: dir as the server has it, or\n"
"                       a URL; without it, where boot.cfg was read from\n"
"      --progress       show progress though standard error is no terminal\n"
"  -q, --quiet          no notes, no progress, nothing printed\n"
"  -v, --verbose        name each file that was made, on standard error\n"
"  -h, --help           print this text\n"
"  -V, --version        print the version\n";

enum { OPT_ADD_OPT = EK_OPT_LONG, OPT_FORCE, OPT_KS, OPT_MTIME, OPT_PREFIX,
       OPT_PROGRESS };

static const struct option longopts[] = {
	{ "add-opt", required_argument, NULL, OPT_ADD_OPT },
	{ "directory", required_argument, NULL, 'C' },
	{ "force", no_argument, NULL, OPT_FORCE },
	{ "ks", required_argument, NULL, OPT_KS },
	{ "mtime", required_argument, NULL, OPT_MTIME },
	{ "prefix", required_argument, NULL, OPT_PREFIX },
	{ "progress", no_argument, NULL, OPT_PROGRESS },
	{ "quiet", no_argument, NULL, 'q' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

struct opts {
	const char *in, *dir, *mtime;
	const char **add; /* owned */
	struct ek_pxe_opts pxe;
};

static void on_made(void *ctx, const char *path)
{
	(void)ctx;
	ek_cli_note("%s", path);
}

static void check_args(struct opts *o, int argc, char **argv)
{
	o->in = ek_cli_one_image(argc, argv);
	if (o->dir == NULL)
		ek_cli_usage("-C is missing: say where the tree goes");
}

static int parse_args(struct opts *o, int argc, char **argv, struct ek_err *err)
{
	int c;

	o->add = calloc((size_t)argc, sizeof(*o->add));
	if (o->add == NULL)
		return ek_fail_sys(err, "options");
	o->pxe.opts = o->add;
	while ((c = getopt_long(argc, argv, "C:qvhV", longopts, NULL)) != -1) {
		switch (c) {
		case OPT_ADD_OPT: o->add[o->pxe.n_opts++] = optarg; break;
		case OPT_FORCE: o->pxe.replace = true; break;
		case OPT_KS: o->pxe.ks = optarg; break;
		case OPT_MTIME: o->mtime = optarg; break;
		case OPT_PREFIX: o->pxe.prefix = optarg; break;
		case OPT_PROGRESS: ek_cli_progress_force(); break;
		case 'C': o->dir = optarg; break;
		case 'q': ek_cli_quiet(true); break;
		case 'v': o->pxe.made = on_made; break;
		case 'h': ek_cli_help();
		case 'V': ek_cli_version(argv);
		default:
			ek_cli_bad_option(argv);
		}
	}
	check_args(o, argc, argv);
	return ek_date_wanted(o->mtime, &o->pxe.timed, &o->pxe.mtime, err);
}

static int show(const struct opts *o, struct ek_err *err)
{
	struct ek_buf text = EK_BUF_INIT;
	int rc = ek_pxe_snippets(o->dir, o->pxe.prefix, &text, err);

	if (rc == EK_OK)
		ek_cli_puts(ek_buf_str(&text));
	ek_buf_free(&text);
	return rc;
}

static int confine(const struct opts *o, struct ek_err *err)
{
	struct ek_sandbox box = EK_SANDBOX_INIT;

	ek_sandbox_read(&box, o->in);
	ek_sandbox_tree(&box, o->dir);
	return ek_cli_sandbox(&box, err);
}

int main(int argc, char **argv)
{
	struct opts o = { .pxe = { .note = ek_cli_on_note, .progress = ek_cli_on_writing } };
	struct ek_err err = EK_ERR_INIT;
	int rc;

	ek_cli_init("esxi-pxe", usage);
	rc = parse_args(&o, argc, argv, &err);
	if (rc == EK_OK)
		rc = confine(&o, &err);
	if (rc == EK_OK)
		rc = ek_pxe_make(o.in, o.dir, &o.pxe, &err);
	if (rc == EK_OK && !ek_cli_is_quiet())
		rc = show(&o, &err);
	free(o.add);
	return ek_cli_finish(rc, &err);
}
