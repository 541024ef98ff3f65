/* SPDX-License-Identifier: BSD-2-Clause */
/* imgdb-edit.c - add, replace and remove VIBs of an image database */
#include "os.h"

#include <getopt.h>

#include "ek/cli.h"
#include "ek/finding.h"
#include "ek/imgedit.h"
#include "ek/io.h"
#include "ek/sandbox.h"

static const char usage[] =
"usage: imgdb-edit [-o out] [--add vib]... [--remove name]... [--level level]\n"
"                  [--profile-name name] [--profile-vendor vendor]\n"
"                  [--profile-description text] [--target release]\n"
"                  [--mtime time] [--plan] [--json] [--names-out file]\n"
"                  [--force] [-fq] [file]\n"
"\n"
"Edit the image database of an ESXi image (IMGDB.TGZ, or standard input).\n"
"\n"
"  -o, --output out         write to this file, in one step\n"
"      --add vib            add this .vib; the VIB of its name goes\n"
"      --remove name        remove the VIB of this name or id\n"
"      --level level        acceptance level of the profile; without it the\n"
"                           level is lowered when an added VIB needs it\n"
"      --profile-name, --profile-vendor, --profile-description text\n"
"                           change these of the profile\n"
"      --target release     release, where the database does not tell it\n"
"      --mtime time         time of all that is written\n"
"      --plan               print what would be done and write no database\n"
"      --json               print the plan, or what was done, as JSON\n"
"      --names-out file     write which payload is which file of the image\n"
"      --force              write a profile that is not valid\n"
"  -f                       write to a terminal\n"
"  -q, --quiet              do not tell what was done\n"
"  -h, --help               print this text\n"
"  -V, --version            print the version\n";

enum { OPT_EDIT = EK_OPT_LONG, /* and enum ek_imgopt */
       OPT_PLAN = OPT_EDIT + EK_IMG_N, OPT_JSON, OPT_NAMES, OPT_FORCE };
enum { NO, ARG }; /* as getopt_long() has them */

static const struct option longopts[] = {
	{ "add", ARG, NULL, OPT_EDIT + EK_IMG_ADD },
	{ "force", NO, NULL, OPT_FORCE }, { "json", NO, NULL, OPT_JSON },
	{ "level", ARG, NULL, OPT_EDIT + EK_IMG_LEVEL },
	{ "mtime", ARG, NULL, OPT_EDIT + EK_IMG_MTIME },
	{ "names-out", ARG, NULL, OPT_NAMES },
	{ "output", ARG, NULL, 'o' }, { "plan", NO, NULL, OPT_PLAN },
	{ "profile-description", ARG, NULL, OPT_EDIT + EK_IMG_DESCRIPTION },
	{ "profile-name", ARG, NULL, OPT_EDIT + EK_IMG_NAME },
	{ "profile-vendor", ARG, NULL, OPT_EDIT + EK_IMG_VENDOR },
	{ "remove", ARG, NULL, OPT_EDIT + EK_IMG_REMOVE },
	{ "target", ARG, NULL, OPT_EDIT + EK_IMG_TARGET },
	{ "quiet", NO, NULL, 'q' }, { "help", NO, NULL, 'h' },
	{ "version", NO, NULL, 'V' }, { NULL, 0, NULL, 0 },
};

struct opts {
	struct ek_imgedit_opts e;
	const char *in, *out, *names;
	bool plan, json, force, tty;
};

static void set_option(struct opts *o, int c, char **argv)
{
	struct ek_err err = EK_ERR_INIT;

	switch (c) {
	case OPT_PLAN: o->plan = true; break;
	case OPT_JSON: o->json = true; break;
	case OPT_NAMES: o->names = optarg; break;
	case OPT_FORCE: o->force = true; break;
	case 'f': o->tty = true; break;
	case 'o': o->out = optarg; break;
	case 'q': ek_cli_quiet(true); break;
	case 'h': ek_cli_help();
	case 'V': ek_cli_version(argv);
	default:
		if (c < OPT_EDIT || c >= OPT_PLAN)
			ek_cli_bad_option(argv);
		c = ek_imgedit_set(&o->e, (enum ek_imgopt)(c - OPT_EDIT),
				   optarg, &err);
		ek_cli_option(c, &err);
	}
}

static bool is_std(const char *path)
{
	return path == NULL || strcmp(path, "-") == 0;
}

static void check_args(const struct opts *o)
{
	size_t stdins = is_std(o->in);

	for (size_t i = 0; i < o->e.paths.n; i++)
		stdins += is_std(o->e.paths.v[i]);
	if (stdins > 1)
		ek_cli_usage("standard input is named twice: give files");
	if (is_std(o->out) && !o->plan &&
	    (o->json || (o->names != NULL && is_std(o->names))))
		ek_cli_usage("standard output is needed twice: give -o out, or "
			     "--plan");
	if (!is_std(o->out) && o->names && strcmp(o->out, o->names) == 0)
		ek_cli_usage("-o and --names-out are the same file");
}

static void parse_args(struct opts *o, int argc, char **argv)
{
	int c;

	*o = (struct opts){ .in = NULL };
	while ((c = getopt_long(argc, argv, "fo:qhV", longopts, NULL)) != -1)
		set_option(o, c, argv);
	if (argc - optind > 1)
		ek_cli_usage("more than one file");
	o->in = argv[optind];
	check_args(o);
}

static int make_report(const struct opts *o, const struct ek_imgedit *e,
		       const struct ek_findings *f, struct ek_buf *b,
		       struct ek_err *err)
{
	if (o->json)
		ek_imgedit_json(e, f, b);
	else if (o->plan)
		ek_imgedit_text(e, f, b);
	return ek_buf_check(b, "report", err);
}

/* What was done and what is odd about it, on standard error. */
static void tell(const struct ek_strs *notes, const struct ek_findings *f)
{
	const struct ek_finding *x;

	for (size_t i = 0; i < notes->n; i++)
		ek_cli_note("%s", notes->v[i]);
	for (size_t i = 0; (x = ek_findings_at(f, i)) != NULL; i++)
		if (x->severity != EK_INFO)
			ek_cli_warn("%s: %s [%s]", x->subject, x->what,
				    x->code);
}

/* The output is opened first; none where only a plan is made. */
static int confine(const struct opts *o, struct ek_out **out,
		   struct ek_err *err)
{
	struct ek_sandbox box = EK_SANDBOX_INIT;
	int rc = o->plan ? EK_OK : ek_out_open(out, o->out, err);

	if (rc == EK_OK && !o->plan)
		rc = ek_cli_no_binary(*out, o->tty, err);
	if (rc != EK_OK)
		return rc;
	ek_sandbox_read(&box, o->in);
	ek_sandbox_read_all(&box, o->e.paths.v, o->e.paths.n);
	ek_sandbox_write(&box, o->names);
	ek_sandbox_opened(&box, *out);
	return ek_cli_sandbox(&box, err);
}

/* All that is to be told is put together first: what is written then stays. */
static int edit(const struct opts *o, struct ek_imgdb *db,
		struct ek_findings *f, struct ek_out **out, struct ek_err *err)
{
	struct ek_strs notes = { NULL, 0, 0 };
	struct ek_buf report = EK_BUF_INIT;
	struct ek_imgedit *e;
	int rc = ek_imgedit_checked(db, &o->e, &e, f, err);

	if (rc == EK_OK)
		rc = make_report(o, e, f, &report, err);
	if (rc == EK_OK)
		rc = ek_imgedit_notes(e, &notes, err);
	if (rc == EK_OK && o->plan)
		ek_cli_puts(ek_buf_str(&report));
	if (rc == EK_OK && !o->force)
		rc = ek_findings_verdict(f, "the profile would not be valid",
					 err);
	if (rc == EK_OK)
		rc = ek_imgedit_write(e, db, o->e.dated, out, o->names, err);
	if (rc == EK_OK && !o->plan) {
		tell(&notes, f);
		ek_cli_puts(ek_buf_str(&report));
	}
	ek_strs_free(&notes);
	ek_buf_free(&report);
	ek_imgedit_free(&e);
	return rc;
}

int main(int argc, char **argv)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_findings *f = NULL;
	struct ek_imgdb *db = NULL;
	struct ek_out *out = NULL;
	struct opts o;
	int rc;

	ek_cli_init("imgdb-edit", usage);
	parse_args(&o, argc, argv);
	rc = confine(&o, &out, &err);
	if (rc == EK_OK)
		rc = ek_imgedit_load(&o.e, &err);
	if (rc == EK_OK)
		rc = ek_imgdb_open(&db, o.in, &err);
	if (rc == EK_OK)
		rc = ek_findings_new(&f, &err);
	if (rc == EK_OK)
		rc = edit(&o, db, f, &out, &err);
	ek_out_abort(&out);
	ek_findings_free(&f);
	ek_imgdb_free(&db);
	ek_imgedit_clear(&o.e);
	return ek_cli_finish(rc, &err);
}
