/* SPDX-License-Identifier: BSD-2-Clause */
/* iso-rebuild.c - a new ISO image with files added, replaced or removed */
#include "os.h"

#include <getopt.h>

#include "ek/buf.h"
#include "ek/cli.h"
#include "ek/date.h"
#include "ek/finding.h"
#include "ek/io.h"
#include "ek/iso9660.h"
#include "ek/isobuild.h"
#include "ek/rebuild.h"
#include "ek/sandbox.h"

static const char usage[] =
"usage: iso-rebuild -o out.iso [--add path=file]... [--remove path]...\n"
"                   [--names table=dir] [-C dir] [--volume-id id] [--mtime t]\n"
"                   [--json] [--force] [-q] in.iso\n"
"\n"
"Make a new ISO image from in.iso. Both boot entries are kept, and the result is\n"
"proved against the input before it gets its name. Needs xorriso.\n"
"\n"
"      --add path=file  put file at path, in place of what is there\n"
"      --remove path    leave this file out\n"
"      --names t=dir    what imgdb-edit --names-out says; new modules are in dir\n"
"  -C, --directory dir  names of files above are below this directory\n"
"      --force          take an image that only one firmware boots; let the two\n"
"                       boot.cfg differ\n"
"      --json           report as one JSON document on standard output\n"
"      --mtime t        time of added files: seconds since 1970, or a date\n"
"  -o, --output out.iso write to this file, in one step\n"
"      --progress       show progress though standard error is no terminal\n"
"  -q, --quiet          no notes, no progress\n"
"      --volume-id id   the new image's volume id\n"
"  -h, --help           print this text\n"
"  -V, --version        print the version\n";

enum { OPT_ADD = EK_OPT_LONG, OPT_REMOVE, OPT_NAMES, OPT_FORCE, OPT_JSON,
       OPT_MTIME, OPT_PROGRESS, OPT_VOLUME_ID };

static const struct option longopts[] = {
	{ "add", required_argument, NULL, OPT_ADD },
	{ "remove", required_argument, NULL, OPT_REMOVE },
	{ "names", required_argument, NULL, OPT_NAMES },
	{ "directory", required_argument, NULL, 'C' },
	{ "force", no_argument, NULL, OPT_FORCE },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "mtime", required_argument, NULL, OPT_MTIME },
	{ "output", required_argument, NULL, 'o' },
	{ "progress", no_argument, NULL, OPT_PROGRESS },
	{ "quiet", no_argument, NULL, 'q' },
	{ "volume-id", required_argument, NULL, OPT_VOLUME_ID },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

struct opts {
	const char *in, *out, *dir, *volume_id, *mtime;
	struct ek_isoedit *edits; /* in the order given; owned */
	size_t n_edits;
	bool force, json;
};

/* Cut "path=file" in two, in place: argv is ours to write to. */
static struct ek_isoedit parse_add(char *arg)
{
	char *eq = strchr(arg, '=');

	if (eq == NULL || eq == arg || eq[1] == '\0')
		ek_cli_usage("'%s' is not path=file", arg);
	*eq = '\0';
	return (struct ek_isoedit){ .path = arg, .file = eq + 1 };
}

static int parse_args(struct opts *o, int argc, char **argv, struct ek_err *err)
{
	int c;

	*o = (struct opts){ .edits = calloc((size_t)argc, sizeof(*o->edits)) };
	if (o->edits == NULL)
		return ek_fail_sys(err, "options");
	while ((c = getopt_long(argc, argv, "C:o:qhV", longopts, NULL)) != -1) {
		switch (c) {
		case OPT_ADD: o->edits[o->n_edits++] = parse_add(optarg); break;
		case OPT_REMOVE: o->edits[o->n_edits++].path = optarg; break;
		case OPT_NAMES:
			o->edits[o->n_edits] = parse_add(optarg);
			o->edits[o->n_edits++].names = true;
			break;
		case OPT_FORCE: o->force = true; break;
		case OPT_JSON: o->json = true; break;
		case OPT_MTIME: o->mtime = optarg; break;
		case OPT_PROGRESS: ek_cli_progress_force(); break;
		case OPT_VOLUME_ID: o->volume_id = optarg; break;
		case 'C': o->dir = optarg; break;
		case 'o': o->out = optarg; break;
		case 'q': ek_cli_quiet(true); break;
		case 'h': ek_cli_help();
		case 'V': ek_cli_version(argv);
		default:
			ek_cli_bad_option(argv);
		}
	}
	o->in = ek_cli_one_image(argc, argv);
	ek_cli_new_image(o->out);
	return EK_OK;
}

static int confine(const struct opts *o, struct ek_out **out, struct ek_err *e)
{
	struct ek_sandbox box = EK_SANDBOX_INIT;
	int rc = ek_out_open(out, o->out, e);

	if (rc != EK_OK)
		return rc;
	ek_sandbox_read(&box, o->in);
	ek_isobuild_inputs(o->dir, o->edits, o->n_edits, &box);
	ek_sandbox_opened(&box, *out);
	return ek_cli_sandbox(&box, e);
}

static int plan(struct ek_isobuild *plan, const struct opts *o,
		struct ek_err *err)
{
	bool given = false;
	int64_t sec = 0;
	int rc = ek_date_wanted(o->mtime, &given, &sec, err);

	if (rc == EK_OK && given)
		rc = ek_isobuild_set_mtime(plan, sec, err);
	if (rc == EK_OK && o->volume_id != NULL)
		rc = ek_isobuild_set_volume_id(plan, o->volume_id, err);
	if (rc == EK_OK && o->dir != NULL)
		rc = ek_isobuild_set_base(plan, o->dir, err);
	if (rc == EK_OK)
		rc = ek_isobuild_edit(plan, o->edits, o->n_edits, err);
	return rc;
}

/* What a person should know though it is done. */
static void tell(struct ek_rebuild *r)
{
	const struct ek_iso_volume *vol = ek_iso_volume(ek_rebuild_input(r));
	const struct ek_findings *found = ek_rebuild_findings(r);
	const struct ek_isobuild *plan = ek_rebuild_plan(r);
	const struct ek_isochange *c;
	const struct ek_finding *f;

	for (size_t i = 0; (c = ek_isobuild_at(plan, i)) != NULL; i++) {
		if (c->respelled)
			ek_cli_note("'%s' is written as '%s'", c->given,
				    c->path);
	}
	if (vol->rock_ridge || vol->joliet)
		ek_cli_note("Rock Ridge and Joliet names are not kept; the "
			    "boot loaders do not read them");
	for (size_t i = 0; (f = ek_findings_at(found, i)) != NULL; i++)
		ek_cli_warn("'%s': %s", f->subject, f->what);
}

static int report(const struct ek_rebuild *r, struct ek_err *err)
{
	struct ek_buf text = EK_BUF_INIT;
	int rc = ek_rebuild_json(r, &text, err);

	if (rc == EK_OK)
		ek_cli_puts(ek_buf_str(&text));
	ek_buf_free(&text);
	return rc;
}

int main(int argc, char **argv)
{
	struct ek_rebuild_opts how = { .progress = ek_cli_on_stage };
	struct ek_err err = EK_ERR_INIT;
	struct ek_rebuild *r = NULL;
	struct ek_out *out = NULL;
	struct opts o;
	int rc;

	ek_cli_init("iso-rebuild", usage);
	rc = parse_args(&o, argc, argv, &err);
	if (rc == EK_OK)
		rc = confine(&o, &out, &err);
	if (rc == EK_OK)
		rc = ek_rebuild_open(&r, o.in, o.out, &err);
	if (rc == EK_OK)
		rc = plan(ek_rebuild_plan(r), &o, &err);
	how.force = o.force;
	if (rc == EK_OK)
		rc = ek_rebuild_run(r, &out, &how, &err);
	if (rc == EK_OK)
		tell(r);
	if (rc == EK_OK && o.json)
		rc = report(r, &err);
	ek_rebuild_close(&r);
	ek_out_abort(&out);
	free(o.edits);
	return ek_cli_finish(rc, &err);
}
