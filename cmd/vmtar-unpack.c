/* SPDX-License-Identifier: BSD-2-Clause */
/* vmtar-unpack.c - list, test, extract, print or convert a vmtar or a tar */
#include "os.h"

#include <getopt.h>

#include "ek/archive.h"
#include "ek/cli.h"
#include "ek/io.h"
#include "ek/unpack.h"

static const char usage[] =
"usage: vmtar-unpack [-qv] [-C dir] [--force] [--max-size n] [file...]\n"
"       vmtar-unpack -t | --test | --layers | --repack [-qv] [--json] [-o out]\n"
"                    [file...]\n"
"       vmtar-unpack -p path | --tar [-f] [-o out] [file]\n"
"\n"
"Extract a vmtar, a tar, or either in gzip (or standard input), or look inside.\n"
"\n"
"  -C, --directory dir  extract below dir, made if it is not there\n"
"      --force          replace files that are there\n"
"      --max-size n     take at most n bytes (K, M, G) of files: 4G\n"
"  -t, --list           list members\n"
"      --test           read all and check it; silence is good news\n"
"      --layers         tell layers, sizes, writer and signature\n"
"      --repack         pack it again and tell whose writer gives the same bytes\n"
"  -p, --print path     write the data of one member\n"
"      --tar            write it as a tar\n"
"      --json           report in JSON\n"
"  -o, --output out     write to this file, in one step\n"
"  -f                   write binary data to a terminal\n"
"  -q, --quiet          no notes\n"
"  -v, --verbose        extract: name each member; list: offset, textoffset,\n"
"                       textPgs, fixUpPgs; test: say what is good\n"
"  -h, --help           print this text\n"
"  -V, --version        print the version\n";

/* An action is the option that asks for it; 0 is extraction. */
enum { OPT_TEST = EK_OPT_LONG, OPT_LAYERS, OPT_TAR, OPT_JSON, OPT_FORCE,
       OPT_REPACK, OPT_MAX };

static const struct option longopts[] = {
	{ "directory", required_argument, NULL, 'C' },
	{ "force", no_argument, NULL, OPT_FORCE },
	{ "max-size", required_argument, NULL, OPT_MAX },
	{ "list", no_argument, NULL, 't' },
	{ "test", no_argument, NULL, OPT_TEST },
	{ "layers", no_argument, NULL, OPT_LAYERS },
	{ "repack", no_argument, NULL, OPT_REPACK },
	{ "print", required_argument, NULL, 'p' },
	{ "tar", no_argument, NULL, OPT_TAR },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "output", required_argument, NULL, 'o' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

struct opts {
	int action, n;
	const char *dir, *path, *out;
	uint64_t max;
	bool replace, json, to_tty, verbose;
	char **files;
};

static void check_args(const struct opts *o)
{
	bool reports = o->action != 0 && o->action != 'p' &&
		       o->action != OPT_TAR;

	if (o->action != 0 && (o->dir != NULL || o->replace || o->max != 0))
		ek_cli_usage("-C, --force and --max-size are for extraction");
	if (o->action == 0 && o->out != NULL)
		ek_cli_usage("extraction takes -C dir, not -o");
	if (o->json && !reports)
		ek_cli_usage("--json goes with -t, --test, --layers or "
			     "--repack");
	if (o->n > 1 && o->action != 0 && !reports)
		ek_cli_usage("-p and --tar take one file");
}

static void parse_args(struct opts *o, int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "C:tp:o:fqvhV", longopts, NULL)) !=
	       -1) {
		switch (c) {
		case 't': case OPT_TEST: case OPT_LAYERS: case OPT_REPACK:
		case 'p': case OPT_TAR:
			if (o->action != 0)
				ek_cli_usage("one of -t, --test, --layers, "
					     "--repack, -p and --tar, and once");
			o->action = c;
			o->path = optarg;
			break;
		case 'C': o->dir = optarg; break;
		case OPT_MAX: o->max = ek_cli_size("--max-size", optarg); break;
		case OPT_FORCE: o->replace = true; break;
		case OPT_JSON: o->json = true; break;
		case 'o': o->out = optarg; break;
		case 'f': o->to_tty = true; break;
		case 'q': ek_cli_quiet(true); break;
		case 'v': o->verbose = true; break;
		case 'h': ek_cli_help();
		case 'V': ek_cli_version(argv);
		default: ek_cli_bad_option(argv);
		}
	}
	/* argv[argc] is NULL: standard input */
	o->n = argc > optind ? argc - optind : 1;
	o->files = argv + optind;
	check_args(o);
}

/* ---- extract ------------------------------------------------------------ */

static void say_note(void *ctx, const char *member, const char *text)
{
	ek_cli_warn("'%s': member '%s': %s", (const char *)ctx, member, text);
}

static void say_made(void *ctx, const char *member)
{
	(void)ctx;
	ek_cli_printf("%s\n", member);
}

static void say_signed(void *ctx, const struct ek_footer *f)
{
	ek_cli_note("'%s': " EK_FOOTER_LOST, (const char *)ctx, f->key_id);
}

static int extract(const struct opts *o, const char *file, struct ek_err *err)
{
	struct ek_unpack_opts how = {
		.replace = o->replace,
		.max = o->max,
		.note = say_note,
		.made = o->verbose ? say_made : NULL,
		.signed_by = say_signed,
		.ctx = (void *)(uintptr_t)ek_input_name(file),
	};

	return ek_unpack_path(file, o->dir, &how, err);
}

/* ---- look into ---------------------------------------------------------- */

/* A file that is not good is told at once, and the next one looked at. */
static void say_bad(void *ctx, int rc, const struct ek_err *err)
{
	*(bool *)ctx = true;
	ek_cli_report(rc, err);
}

static int write_data(const struct opts *o, struct ek_out *out,
		      struct ek_err *err)
{
	bool text_only = ek_out_is_tty(out) && !o->to_tty;
	bool tar = o->action == OPT_TAR;
	struct ek_archive *a;
	int rc = tar ? ek_cli_no_binary(out, o->to_tty, err) : EK_OK;

	if (rc == EK_OK)
		rc = ek_archive_open_path(&a, o->files[0], err);
	if (rc != EK_OK)
		return rc;
	rc = tar ? ek_archive_to_tar(a, out, err)
		 : ek_archive_print(a, o->path, text_only, out, err);
	if (rc == EK_OK && tar && ek_archive_footer(a)->there)
		say_signed((void *)(uintptr_t)ek_archive_name(a),
			   ek_archive_footer(a));
	ek_archive_close(&a);
	return rc;
}

int main(int argc, char **argv)
{
	struct ek_err err = EK_ERR_INIT;
	struct opts o = { .action = 0 };
	struct ek_out *out = NULL;
	enum ek_archive_how how;
	bool bad = false;
	int rc = EK_OK;

	ek_cli_init("vmtar-unpack", usage);
	parse_args(&o, argc, argv);
	if (o.action == 0) {
		rc = ek_cli_sandbox_files(o.files, (size_t)o.n, NULL,
					  o.dir != NULL ? o.dir : ".", &err);
		for (int i = 0; i < o.n && rc == EK_OK; i++)
			rc = extract(&o, o.files[i], &err);
		return ek_cli_finish(rc, &err);
	}
	how = o.action == 't' ? EK_ARCHIVE_LIST :
	      o.action == OPT_TEST ? EK_ARCHIVE_TEST :
	      o.action == OPT_REPACK ? EK_ARCHIVE_REPACK : EK_ARCHIVE_LAYERS;
	rc = ek_out_open(&out, o.out, &err);
	if (rc == EK_OK)
		rc = ek_cli_sandbox_files(o.files, (size_t)o.n, out, NULL,
					  &err);
	if (rc == EK_OK && (o.action == 'p' || o.action == OPT_TAR))
		rc = write_data(&o, out, &err);
	else if (rc == EK_OK)
		rc = ek_archive_report(out, o.files, o.n, how, o.verbose,
				       o.json, say_bad, &bad, &err);
	/* what could be listed is shown, but no file is written */
	if (rc == EK_OK && !(bad && o.out != NULL))
		rc = ek_out_commit(&out, &err);
	ek_out_abort(&out);
	return ek_cli_finish(rc, &err);
}
