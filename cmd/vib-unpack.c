/* SPDX-License-Identifier: BSD-2-Clause */
/* vib-unpack.c - take a VIB apart */
#include "os.h"

#include <getopt.h>

#include "ek/cli.h"
#include "ek/io.h"
#include "ek/nametab.h"
#include "ek/sandbox.h"
#include "ek/vibunpack.h"

static const char usage[] =
"usage: vib-unpack [-qv] [-C dir] [--trees [--max-size n]] [--force] [file]\n"
"       vib-unpack --names table [-qv] [-C dir] [--force] [file]\n"
"\n"
"Write the members of a VIB (or of standard input) as files: descriptor.xml,\n"
"sig.pkcs7 and the payloads. Every payload is checked against its checksums\n"
"before anything is written.\n"
"\n"
"  -C, --directory dir  write below dir, made if it is not there\n"
"      --trees          unpack payloads that are archives, each into a\n"
"                       directory of its name\n"
"      --names table    write only the payloads that imgdb-edit --names-out\n"
"                       says were added, under the file names it gave them\n"
"      --max-size n     take at most n bytes (K, M, G) of files in trees: 4G\n"
"      --force          replace files that are there\n"
"  -q, --quiet          no notes\n"
"  -v, --verbose        name each file that was made\n"
"  -h, --help           print this text\n"
"  -V, --version        print the version\n";

enum { OPT_TREES = EK_OPT_LONG, OPT_NAMES, OPT_FORCE, OPT_MAX };

static const struct option longopts[] = {
	{ "directory", required_argument, NULL, 'C' },
	{ "trees", no_argument, NULL, OPT_TREES },
	{ "max-size", required_argument, NULL, OPT_MAX },
	{ "names", required_argument, NULL, OPT_NAMES },
	{ "force", no_argument, NULL, OPT_FORCE },
	{ "quiet", no_argument, NULL, 'q' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

struct opts {
	const char *dir, *names, *in;
	struct ek_vibunpack_opts unpack;
};

static void on_note(void *ctx, const char *member, const char *text)
{
	(void)ctx;
	ek_cli_note("'%s': %s", member, text);
}

static void on_made(void *ctx, const char *name)
{
	(void)ctx;
	ek_cli_printf("%s\n", name);
}

static void parse_args(struct opts *o, int argc, char **argv)
{
	int c;

	*o = (struct opts){ .dir = ".", .unpack = { .note = on_note } };
	while ((c = getopt_long(argc, argv, "C:qvhV", longopts, NULL)) != -1) {
		switch (c) {
		case 'C':
			o->dir = optarg;
			break;
		case OPT_TREES:
			o->unpack.trees = true;
			break;
		case OPT_NAMES:
			o->names = optarg;
			break;
		case OPT_MAX:
			o->unpack.max = ek_cli_size("--max-size", optarg);
			break;
		case OPT_FORCE:
			o->unpack.replace = true;
			break;
		case 'q':
			ek_cli_quiet(true);
			break;
		case 'v':
			o->unpack.made = on_made;
			break;
		case 'h':
			ek_cli_help();
		case 'V':
			ek_cli_version(argv);
		default:
			ek_cli_bad_option(argv);
		}
	}
	if (argc - optind > 1)
		ek_cli_usage("more than one file");
	if (o->unpack.max != 0 && !o->unpack.trees)
		ek_cli_usage("--max-size goes with --trees");
	if (o->names != NULL && o->unpack.trees)
		ek_cli_usage("--names does not go with --trees");
	o->in = argv[optind];
}

static int read_names(struct ek_nametab *t, const char *path,
		      struct ek_err *err)
{
	char *text;
	size_t len;
	int rc = ek_read_all(path, EK_NAMETAB_MAX, &text, &len, err);

	if (rc == EK_OK)
		rc = ek_nametab_parse(t, ek_input_name(path), text, len, err);
	free(text);
	return rc;
}

static int confine(const struct opts *o, struct ek_err *err)
{
	struct ek_sandbox box = EK_SANDBOX_INIT;

	ek_sandbox_read(&box, o->in);
	ek_sandbox_read(&box, o->names);
	ek_sandbox_tree(&box, o->dir);
	ek_sandbox_scratch(&box);
	return ek_cli_sandbox(&box, err);
}

int main(int argc, char **argv)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_nametab names = { NULL, 0, 0 };
	struct opts o;
	int rc;

	ek_cli_init("vib-unpack", usage);
	parse_args(&o, argc, argv);
	rc = confine(&o, &err);
	if (rc == EK_OK && o.names != NULL) {
		rc = read_names(&names, o.names, &err);
		o.unpack.names = &names;
	}
	if (rc == EK_OK)
		rc = ek_vibunpack(o.in, o.dir, &o.unpack, &err);
	ek_nametab_free(&names);
	return ek_cli_finish(rc, &err);
}
