/* SPDX-License-Identifier: BSD-2-Clause */
/* esxi-bundle.c - offline bundles: make, list, check, take VIBs out */
#include "os.h"

#include <getopt.h>

#include "ek/buf.h"
#include "ek/bundleget.h"
#include "ek/bundlerun.h"
#include "ek/cli.h"
#include "ek/date.h"
#include "ek/io.h"

static const char usage[] =
"usage: esxi-bundle [-fq] [-o out.zip] [--platform release]... [--profile]\n"
"                   [--no-component] [--mtime t] [--force] vib... | image.iso\n"
"       esxi-bundle -t | --test [--json] bundle.zip\n"
"       esxi-bundle -C dir [--vib name]... [--force] [-v] bundle.zip...\n"
"\n"
"Make an offline bundle of VIBs, or of those of an install image, each proved;\n"
"list what is in one, check it, or take VIBs out as files.\n"
"\n"
"  -o, --output out.zip    write to this file, in one step\n"
"      --platform release  declare it for this release: 5.0 to 9.0, 8.0.3, 5.*\n"
"      --profile           put the image profile in as well\n"
"      --no-component      plain bulletins, for 7.0 and later too\n"
"      --mtime t           time of all that is written\n"
"  -t                      list\n"
"      --test              check the bundle and every VIB in it\n"
"      --json              as one JSON document\n"
"  -C, --directory dir     write VIBs below dir, made if it is not there\n"
"      --vib name          only VIBs of this name or id\n"
"      --force             make: leave out VIBs that cannot be proved; take out:\n"
"                          replace files that are there\n"
"  -f                      write a zip to a terminal\n"
"  -q, --quiet             no notes\n"
"  -v, --verbose           name each file that was made\n"
"  -h, --help              print this text\n"
"  -V, --version           print the version\n";

enum { OPT_PLATFORM = EK_OPT_LONG, OPT_PROFILE, OPT_NO_COMPONENT, OPT_MTIME,
       OPT_TEST, OPT_JSON, OPT_VIB, OPT_FORCE };

static const struct option longopts[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "platform", required_argument, NULL, OPT_PLATFORM },
	{ "profile", no_argument, NULL, OPT_PROFILE },
	{ "no-component", no_argument, NULL, OPT_NO_COMPONENT },
	{ "mtime", required_argument, NULL, OPT_MTIME },
	{ "test", no_argument, NULL, OPT_TEST },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "directory", required_argument, NULL, 'C' },
	{ "vib", required_argument, NULL, OPT_VIB },
	{ "force", no_argument, NULL, OPT_FORCE },
	{ "quiet", no_argument, NULL, 'q' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

struct opts {
	const char *out, *dir, *mtime;
	bool list, test, json, force, tty, verbose, making;
	struct ek_strs platforms, vibs;
	struct ek_bundlemake_opts make;
	char **in;
	size_t n;
};

static int set(struct opts *o, int c, char **argv, struct ek_err *err)
{
	switch (c) {
	case 'o': o->out = optarg; break;
	case 'C': o->dir = optarg; break;
	case 't': o->list = true; break;
	case 'f': o->tty = true; break;
	case 'q': ek_cli_quiet(true); break;
	case 'v': o->verbose = true; break;
	case OPT_PLATFORM:
		return ek_strs_add(&o->platforms, optarg, strlen(optarg), err);
	case OPT_VIB:
		return ek_strs_add(&o->vibs, optarg, strlen(optarg), err);
	case OPT_PROFILE: o->make.profile = true; break;
	case OPT_NO_COMPONENT: o->make.no_component = true; break;
	case OPT_MTIME: o->mtime = optarg; break;
	case OPT_TEST: o->test = true; break;
	case OPT_JSON: o->json = true; break;
	case OPT_FORCE: o->force = true; break;
	case 'h': ek_cli_help();
	case 'V': ek_cli_version(argv);
	default: ek_cli_bad_option(argv);
	}
	return EK_OK;
}

static void check_args(const struct opts *o)
{
	bool make = o->out != NULL || o->platforms.n != 0 || o->make.profile ||
		o->make.no_component || o->mtime != NULL;

	if (o->list + o->test + (o->dir != NULL) + make > 1)
		ek_cli_usage("make (-o), -t, --test and -C do not go together");
	if (o->vibs.n != 0 && o->dir == NULL)
		ek_cli_usage("--vib wants -C");
	if (o->json && !o->list && !o->test)
		ek_cli_usage("--json wants -t or --test");
	if (o->n == 0)
		ek_cli_usage("no %s given", o->making ? "VIB or image"
						      : "bundle");
	if ((o->list || o->test) && o->n > 1)
		ek_cli_usage("more than one bundle");
	for (size_t i = 0; i < o->n; i++)
		if (!o->making && strcmp(o->in[i], "-") == 0)
			ek_cli_usage("a bundle must be a file");
}

static int parse_args(struct opts *o, int argc, char **argv,
		      struct ek_err *err)
{
	int c, rc = EK_OK;

	while (rc == EK_OK && (c = getopt_long(argc, argv, "o:C:tfqvhV",
					       longopts, NULL)) != -1)
		rc = set(o, c, argv, err);
	o->in = argv + optind;
	o->n = (size_t)(argc - optind);
	o->making = !o->list && !o->test && o->dir == NULL;
	if (rc != EK_OK)
		return rc;
	check_args(o);
	return ek_date_wanted(o->mtime, &o->make.set_mtime, &o->make.mtime,
			      err);
}

static void on_left(void *ctx, const char *id, const char *why)
{
	(void)ctx;
	(void)id; /* why names it */
	ek_cli_warn("not proved: %s", why);
}

static void on_made(void *ctx, const char *name)
{
	(void)ctx;
	ek_cli_printf("%s\n", name);
}

static int make(const struct opts *o, struct ek_err *err)
{
	const struct ek_bundlerun run = {
		.make = o->make, .platforms = &o->platforms, .files = o->in,
		.n = o->n, .force = o->force, .left_out = on_left,
	};
	struct ek_out *out;
	bool all = false;
	int rc = ek_out_open(&out, o->out, err);

	if (rc == EK_OK)
		rc = ek_cli_no_binary(out, o->tty, err);
	if (rc == EK_OK)
		rc = ek_cli_sandbox_files(o->in, o->n, out, NULL, err);
	if (rc == EK_OK)
		rc = ek_bundle_make(&run, out, &all, err);
	if (rc == EK_OK)
		rc = ek_out_commit(&out, err);
	ek_out_abort(&out);
	if (rc == EK_OK && all)
		ek_cli_note("declared for every release: no VIB names one, and"
			    " --platform was not given");
	return rc;
}

static int report(const struct opts *o, struct ek_err *err)
{
	struct ek_buf text = EK_BUF_INIT;
	int rc = ek_bundle_report(o->in[0], o->test, o->json, &text, err);

	if (rc == EK_OK || rc == EK_EREFUSE)
		ek_cli_puts(ek_buf_str(&text));
	ek_buf_free(&text);
	return rc;
}

static int extract(const struct opts *o, struct ek_err *err)
{
	const struct ek_bundleget get = {
		.wanted = &o->vibs, .replace = o->force,
		.made = o->verbose ? on_made : NULL,
	};

	return ek_bundle_extract(o->in, o->n, o->dir, &get, err);
}

int main(int argc, char **argv)
{
	struct ek_err err = EK_ERR_INIT;
	struct opts o = { .out = NULL };
	int rc;

	ek_cli_init("esxi-bundle", usage);
	rc = parse_args(&o, argc, argv, &err);
	if (rc == EK_OK && o.making)
		rc = make(&o, &err);
	else if (rc == EK_OK)
		rc = ek_cli_sandbox_files(o.in, o.n, NULL, o.dir, &err);
	if (rc == EK_OK && !o.making)
		rc = o.dir != NULL ? extract(&o, &err) : report(&o, &err);
	ek_strs_free(&o.platforms);
	ek_strs_free(&o.vibs);
	return ek_cli_finish(rc, &err);
}
