/* SPDX-License-Identifier: BSD-2-Clause */
/* vmtar-pack.c - make a vmtar from a tar or a directory */
#include "os.h"

#include <getopt.h>

#include "ek/cli.h"
#include "ek/date.h"
#include "ek/deflate.h"
#include "ek/io.h"
#include "ek/layers.h"
#include "ek/tree.h"
#include "ek/vmtar.h"

static const char usage[] =
"usage: vmtar-pack [options] [tar]\n"
"       vmtar-pack [options] [--owner uid:gid] [--mtime time] -C dir [path...]\n"
"\n"
"Make a vmtar of a tar or tgz (or standard input), or of a directory.\n"
"\n"
"  -C, --directory dir   pack this directory, or the paths below it\n"
"  -f                    write to a terminal as well\n"
"  -j, --jobs n          pack with n threads, levels 4 to 9; above 1 the bytes\n"
"                        are others, but the same for every n\n"
"  -o, --output out      write to this file, in one step\n"
"  -q, --quiet           no warnings of odd names\n"
"  -v, --verbose         tell what is odd about ELF files, too\n"
"  -z                    gzip, level 9; -0 to -9 for another level\n"
"      --generation g    layout of 6.5, 6.7 or 8.0u1 (default)\n"
"      --layers l        none (default), gzip (-z), or zstd+gzip as 9.0 has\n"
"      --mtime time      time of every entry: seconds, or YYYY-MM-DDThh:mm:ss\n"
"      --owner uid:gid   owner of every entry (0:0)\n"
"      --progress        show progress, terminal or not\n"
"  -h, --help            print this text\n"
"  -V, --version         print the version\n";

enum { OPT_GEN = EK_OPT_LONG, OPT_LAYERS, OPT_MTIME, OPT_OWNER, OPT_PROGRESS };

static const struct option longopts[] = {
	{ "directory", required_argument, NULL, 'C' },
	{ "jobs", required_argument, NULL, 'j' },
	{ "output", required_argument, NULL, 'o' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "generation", required_argument, NULL, OPT_GEN },
	{ "layers", required_argument, NULL, OPT_LAYERS },
	{ "mtime", required_argument, NULL, OPT_MTIME },
	{ "owner", required_argument, NULL, OPT_OWNER },
	{ "progress", no_argument, NULL, OPT_PROGRESS },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

struct opts {
	char *dir, *in;
	const char *out, *mtime, *owner;
	enum ek_vmtar_gen gen;
	int level; /* of gzip; -1: that of the layers */
	unsigned jobs;
	bool gzip, zstd, force, verbose;
	struct ek_tree_opts tree;
};

static void parse_layers(struct opts *o, const char *arg)
{
	o->zstd = strcmp(arg, "zstd+gzip") == 0;
	o->gzip = o->zstd || strcmp(arg, "gzip") == 0;
	if (!o->gzip && strcmp(arg, "none") != 0)
		ek_cli_usage("'%s' is not none, gzip or zstd+gzip", arg);
}

static void parse_long(struct opts *o, int c, char **argv)
{
	switch (c) {
	case OPT_GEN:
		if (!ek_vmtar_gen_parse(optarg, &o->gen))
			ek_cli_usage("'%s' is not 6.5, 6.7 or 8.0u1", optarg);
		break;
	case OPT_LAYERS:
		parse_layers(o, optarg);
		break;
	case OPT_MTIME:
		o->mtime = optarg;
		break;
	case OPT_OWNER:
		o->owner = optarg;
		if (!ek_tree_owner_parse(optarg, &o->tree.uid, &o->tree.gid))
			ek_cli_usage("'%s' is not uid:gid, two numbers", optarg);
		break;
	case OPT_PROGRESS:
		ek_cli_progress_force();
		break;
	default:
		ek_cli_bad_option(argv);
	}
}

static void parse_opt(struct opts *o, int c, char **argv)
{

	if (c == 'z' || (c >= '0' && c <= '9')) {
		o->level = c == 'z' ? EK_GZ_LEVEL : c - '0';
		o->gzip = true;
		return;
	}
	switch (c) {
	case 'C': o->dir = optarg; break;
	case 'f': o->force = true; break;
	case 'j': o->jobs = ek_cli_jobs(optarg); break;
	case 'o': o->out = optarg; break;
	case 'q': ek_cli_quiet(true); break;
	case 'v': o->verbose = true; break;
	case 'h': ek_cli_help();
	case 'V': ek_cli_version(argv);
	default:
		parse_long(o, c, argv);
	}
}

static int parse(struct opts *o, int argc, char **argv, struct ek_err *err)
{
	int c, rc = EK_OK;

	*o = (struct opts){ .gen = EK_VMTAR_80U1, .level = -1, .jobs = 1 };
	while ((c = getopt_long(argc, argv, "C:fj:o:qvzhV0123456789", longopts,
				NULL)) != -1)
		parse_opt(o, c, argv);
	if (o->dir == NULL) {
		if (argc - optind > 1)
			ek_cli_usage("more than one tar");
		if (o->owner != NULL || o->mtime != NULL)
			ek_cli_usage("--owner and --mtime go with -C: the"
				     " headers of a tar are kept");
		o->in = argv[optind];
		return EK_OK;
	}
	for (int i = optind; rc == EK_OK && i < argc; i++)
		rc = ek_strs_add(&o->tree.only, argv[i], strlen(argv[i]), err);
	if (rc == EK_OK)
		rc = ek_date_wanted(o->mtime, &o->tree.set_mtime,
				    &o->tree.mtime, err);
	return rc;
}

static void on_note(void *ctx, enum ek_vmtar_say say, const char *member,
		    const char *text)
{
	const struct opts *o = ctx;

	if (say == EK_VMTAR_ELF ? o->verbose : !ek_cli_is_quiet())
		ek_cli_warn("'%s': %s", member, text);
}

static int pack(struct opts *o, struct ek_out *out, struct ek_err *err)
{
	struct ek_tree *t;
	int rc;

	if (o->dir == NULL)
		return ek_vmtar_from_file(o->in, o->gen, out, on_note, o, err);
	rc = ek_tree_open(&t, o->dir, &o->tree, err);
	if (rc == EK_OK)
		rc = ek_tree_to_vmtar(t, o->gen, out, on_note, o, err);
	ek_tree_free(&t);
	return rc;
}

/* Through the file, the layers, the meter. */
static int run(struct opts *o, struct ek_err *err)
{
	struct ek_out *out[3] = { NULL, NULL, NULL };
	int n = 0, rc = ek_out_open(&out[0], o->out, err);

	if (rc == EK_OK)
		rc = ek_cli_no_binary(out[0], o->force, err);
	if (rc == EK_OK)
		rc = ek_cli_sandbox_files(o->dir != NULL ? &o->dir : &o->in, 1,
					  out[0], NULL, err);
	if (rc == EK_OK && o->gzip)
		rc = ek_layers_out(&out[++n], out[0], o->zstd, o->level,
				   o->jobs, err);
	if (rc == EK_OK)
		rc = ek_cli_out_progress(&out[n + 1], out[n], "packing", err);
	if (rc == EK_OK)
		rc = pack(o, out[++n], err);
	for (; rc == EK_OK && n >= 0; n--)
		rc = ek_out_commit(&out[n], err);
	for (n = 3; n > 0; n--)
		ek_out_abort(&out[n - 1]);
	return rc;
}

int main(int argc, char **argv)
{
	struct ek_err err = EK_ERR_INIT;
	struct opts o;
	int rc;

	ek_cli_init("vmtar-pack", usage);
	rc = parse(&o, argc, argv, &err);
	if (rc == EK_OK)
		rc = run(&o, &err);
	ek_strs_free(&o.tree.only);
	return ek_cli_finish(rc, &err);
}
