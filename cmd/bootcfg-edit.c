/* SPDX-License-Identifier: BSD-2-Clause */
/* bootcfg-edit.c - show, check and edit one or several boot.cfg alike */
#include "os.h"

#include <getopt.h>

#include "ek/bootcfg.h"
#include "ek/bootcheck.h"
#include "ek/bootset.h"
#include "ek/buf.h"
#include "ek/cli.h"
#include "ek/io.h"
#include "ek/sandbox.h"

static const char usage[] =
"usage: bootcfg-edit [-nq] [-i | -o out] [edit]... [file...]\n"
"       bootcfg-edit --get key [file...]\n"
"       bootcfg-edit --list [--firmware bios|uefi] [--json] [file...]\n"
"       bootcfg-edit --check [--for iso|disk|net] [-C dir] [--json] [file...]\n"
"\n"
"  -C, --directory dir        root of the disc or tree with the modules\n"
"  -i, --in-place             write each file back, in one step\n"
"  -n, --dry-run              do all but write\n"
"  -o, --output out           write to this file, in one step\n"
"  -q, --quiet                say only what is wrong\n"
"  -h, --help                 print this text\n"
"  -V, --version              print the version\n"
"\n"
"Edits, made in the order given:\n"
"      --set key=value        set key, in its place\n"
"      --delete key           remove key\n"
"      --add-module m         add a module, before imgdb.tgz\n"
"      --before m             add modules before this one\n"
"      --remove-module m      remove a module\n"
"      --replace-module old=new   put a module in the place of another\n"
"      --add-opt o            add kernel options; k=v replaces k=...\n"
"      --remove-opt o         remove kernel options; k= removes k=...\n"
"      --names table          what imgdb-edit --names-out says; last\n";

/* Options without a letter; those from EDIT on are edits, EDIT + operation. */
enum { BEFORE = EK_OPT_LONG, CHECK, FIRMWARE, FOR, GET, JSON, LIST, NAMES,
       EDIT };
enum { NO, ARG }; /* as getopt_long() has them */

static const struct option longopts[] = {
	{ "add-module", ARG, NULL, EDIT + EK_BOOTCFG_ADD },
	{ "add-opt", ARG, NULL, EDIT + EK_BOOTCFG_OPT },
	{ "before", ARG, NULL, BEFORE }, { "check", NO, NULL, CHECK },
	{ "delete", ARG, NULL, EDIT + EK_BOOTCFG_DELETE },
	{ "directory", ARG, NULL, 'C' }, { "dry-run", NO, NULL, 'n' },
	{ "firmware", ARG, NULL, FIRMWARE },
	{ "for", ARG, NULL, FOR }, { "get", ARG, NULL, GET },
	{ "in-place", NO, NULL, 'i' }, { "json", NO, NULL, JSON },
	{ "list", NO, NULL, LIST }, { "names", ARG, NULL, NAMES },
	{ "output", ARG, NULL, 'o' }, { "quiet", NO, NULL, 'q' },
	{ "remove-module", ARG, NULL, EDIT + EK_BOOTCFG_REMOVE },
	{ "remove-opt", ARG, NULL, EDIT + EK_BOOTCFG_NO_OPT },
	{ "replace-module", ARG, NULL, EDIT + EK_BOOTCFG_REPLACE },
	{ "set", ARG, NULL, EDIT + EK_BOOTCFG_SET },
	{ "help", NO, NULL, 'h' }, { "version", NO, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

struct opts {
	const char *has[EDIT]; /* by option: its argument or "", NULL: absent */
	enum ek_boot_fw fw;    /* of FIRMWARE */
	enum ek_boot_place place;
	struct ek_bootedits edits; /* owned */
	const char *const *files;
	size_t n_files;
};

static int take_option(struct opts *o, int c, char **argv, struct ek_err *err)
{
	if (c == '?')
		ek_cli_bad_option(argv);
	if (c == 'h')
		ek_cli_help();
	if (c == 'V')
		ek_cli_version(argv);
	if (c >= EDIT)
		return ek_bootedits_add_option(&o->edits,
					       (enum ek_bootcfg_op)(c - EDIT),
					       optarg, err);
	o->has[c] = optarg != NULL ? optarg : "";
	return EK_OK;
}

/* Combinations that make no sense, and words that are none. */
static void check_args(struct opts *o)
{
	const char *const *has = o->has;
	bool edits = o->edits.n != 0 || has[NAMES] || has[BEFORE];
	int shows = !!has[GET] + !!has[LIST] + !!has[CHECK];

	if (shows > 1)
		ek_cli_usage("one of --get, --list and --check");
	if (shows != 0 && (edits || has['o'] || has['i'] || has['n']))
		ek_cli_usage("--get, --list and --check write nothing");
	if ((has[JSON] && !has[LIST] && !has[CHECK]) ||
	    (has[FIRMWARE] && !has[LIST]) ||
	    ((has[FOR] || has['C']) && !has[CHECK]))
		ek_cli_usage("an option without its --list or --check");
	if (has['i'] && (has['o'] || !edits))
		ek_cli_usage("-i goes with an edit, and without -o");
	if (o->n_files > 1 && !has['i'] && shows == 0)
		ek_cli_usage("several files want -i");
	if (has[FIRMWARE] && !ek_boot_fw_parse(has[FIRMWARE], &o->fw))
		ek_cli_usage("'%s' is no firmware: bios, uefi", has[FIRMWARE]);
	if (has[FOR] && !ek_boot_place_parse(has[FOR], &o->place))
		ek_cli_usage("'%s' is none of iso, disk, net", has[FOR]);
}

static int confine(const struct opts *o, struct ek_err *err)
{
	struct ek_sandbox box = EK_SANDBOX_INIT;

	ek_sandbox_read(&box, o->has[NAMES]);
	ek_sandbox_read(&box, o->has['C']);
	for (size_t i = 0; i < o->n_files; i++) {
		ek_sandbox_read(&box, o->files[i]);
		if (o->has['i'])
			ek_sandbox_write(&box, o->files[i]);
	}
	ek_sandbox_write(&box, o->has['o']);
	return ek_cli_sandbox(&box, err);
}

static int parse_args(struct opts *o, int argc, char **argv, struct ek_err *err)
{
	static const char *const standard_input[] = { "-" };
	int c, rc = EK_OK;

	*o = (struct opts){ .files = standard_input, .n_files = 1 };
	while (rc == EK_OK &&
	       (c = getopt_long(argc, argv, "C:ino:qhV", longopts, NULL)) != -1)
		rc = take_option(o, c, argv, err);
	if (rc != EK_OK)
		return rc;
	if (optind < argc) {
		o->n_files = (size_t)(argc - optind);
		o->files = (const char *const *)argv + optind;
	}
	check_args(o);
	rc = confine(o, err);
	if (rc == EK_OK && o->has[BEFORE] != NULL)
		rc = ek_bootedits_before(&o->edits, o->has[BEFORE], err);
	if (rc == EK_OK && o->has[NAMES] != NULL)
		rc = ek_bootedits_add_table(&o->edits, o->has[NAMES], err);
	return rc;
}

/* --get, --check and --list */
static int show(const struct opts *o, const struct ek_bootset *set,
		struct ek_buf *text, struct ek_err *err)
{
	bool json = o->has[JSON] != NULL;

	if (o->has[GET])
		return ek_bootset_get(set, o->has[GET], text, err);
	if (o->has[CHECK])
		return ek_bootcheck(set, o->place, o->has['C'], json, text,
				    err);
	return ek_bootset_list(set, o->has[FIRMWARE] ? &o->fw : NULL, json,
			       text, err);
}

/* Edit and write; what is to be told goes to text. */
static int edit(const struct opts *o, struct ek_bootset *set,
		struct ek_buf *text, struct ek_err *err)
{
	const char *difference = ek_bootset_difference(set);
	struct ek_out *out;
	int rc;

	if (difference != NULL)
		ek_cli_warn("before the edit: %s", difference);
	rc = ek_bootset_edit(set, o->edits.v, o->edits.n, err);
	if (rc != EK_OK)
		return rc;
	if (ek_bootset_modules(set) >= EK_BOOTCFG_MODULES_MANY)
		ek_cli_warn("'%s': %zu modules; the loader takes %u",
			    o->files[0], ek_bootset_modules(set),
			    EK_BOOTCFG_MODULES_MAX);
	if (o->has['i'] && !o->has['q'])
		rc = ek_bootset_report(set, &o->edits, text, err);
	if (rc != EK_OK || o->has['n'])
		return rc;
	if (o->has['i'])
		return ek_bootset_replace(set, err);
	rc = ek_cli_out_open_text(&out, o->has['o'], err);
	if (rc != EK_OK)
		return rc;
	ek_bootset_write(set, out);
	return ek_out_commit(&out, err);
}

int main(int argc, char **argv)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_buf text = EK_BUF_INIT;
	struct ek_bootset *set = NULL;
	struct opts o;
	int rc;

	ek_cli_init("bootcfg-edit", usage);
	rc = parse_args(&o, argc, argv, &err);
	if (rc == EK_OK)
		rc = ek_bootset_read(&set, o.files, o.n_files, &err);
	if (rc == EK_OK && (o.has[GET] || o.has[LIST] || o.has[CHECK]))
		rc = show(&o, set, &text, &err);
	else if (rc == EK_OK)
		rc = edit(&o, set, &text, &err);
	if (rc == EK_OK || rc == EK_EREFUSE)
		ek_cli_put(&text, o.has[GET] || o.has[JSON]);
	ek_buf_free(&text);
	ek_bootset_free(&set);
	ek_bootedits_free(&o.edits);
	return ek_cli_finish(rc, &err);
}
