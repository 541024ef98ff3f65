/* SPDX-License-Identifier: BSD-2-Clause */
/* bootcfg-edit.c - show, check and edit one or several boot.cfg alike */
#include "os.h"

#include <getopt.h>

#include "ek/bootcfg.h"
#include "ek/bootset.h"
#include "ek/buf.h"
#include "ek/cli.h"
#include "ek/io.h"

static const char usage[] =
"usage: bootcfg-edit [-nq] [-i | -o out] [edit]... [file...]\n"
"       bootcfg-edit --get key [file...]\n"
"       bootcfg-edit --list [--firmware bios|uefi] [--json] [file...]\n"
"\n"
"Edit, show or check boot.cfg files; several get the same edit, or none does.\n"
"\n"
"  -i, --in-place             write each file back, in one step\n"
"  -n, --dry-run              do all but write\n"
"  -o, --output out           write to this file, in one step\n"
"  -q, --quiet                say only what is wrong\n"
"      --get key              print the value of key\n"
"      --list                 show what the boot loader makes of the file\n"
"      --firmware bios|uefi   for this firmware only\n"
"      --json                 as JSON\n"
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
enum { BEFORE = EK_OPT_LONG, FIRMWARE, GET, JSON, LIST, NAMES, EDIT };

static const struct option longopts[] = {
	{ "add-module", required_argument, NULL, EDIT + EK_BOOTCFG_ADD },
	{ "add-opt", required_argument, NULL, EDIT + EK_BOOTCFG_OPT },
	{ "before", required_argument, NULL, BEFORE },
	{ "delete", required_argument, NULL, EDIT + EK_BOOTCFG_DELETE },
	{ "dry-run", no_argument, NULL, 'n' },
	{ "firmware", required_argument, NULL, FIRMWARE },
	{ "get", required_argument, NULL, GET },
	{ "in-place", no_argument, NULL, 'i' },
	{ "json", no_argument, NULL, JSON },
	{ "list", no_argument, NULL, LIST },
	{ "names", required_argument, NULL, NAMES },
	{ "output", required_argument, NULL, 'o' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "remove-module", required_argument, NULL, EDIT + EK_BOOTCFG_REMOVE },
	{ "remove-opt", required_argument, NULL, EDIT + EK_BOOTCFG_NO_OPT },
	{ "replace-module", required_argument, NULL,
	  EDIT + EK_BOOTCFG_REPLACE },
	{ "set", required_argument, NULL, EDIT + EK_BOOTCFG_SET },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

struct opts {
	const char *has[EDIT]; /* by option: its argument or "", NULL: absent */
	enum ek_boot_fw fw;    /* of FIRMWARE */
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
		ek_cli_version();
	if (c == 'q')
		ek_cli_quiet(true);
	if (c >= EDIT)
		return ek_bootedits_add_option(&o->edits,
					       (enum ek_bootcfg_op)(c - EDIT),
					       optarg, err);
	o->has[c] = optarg != NULL ? optarg : "";
	return EK_OK;
}

/* Combinations that make no sense. */
static void check_args(struct opts *o)
{
	const char *const *has = o->has;
	bool edits = o->edits.n != 0 || has[NAMES] != NULL;
	bool shows = has[GET] != NULL || has[LIST] != NULL;

	if (has[GET] != NULL && has[LIST] != NULL)
		ek_cli_usage("--get or --list, not both");
	if (shows && (edits || has['o'] || has['i'] || has['n']))
		ek_cli_usage("--get and --list go with no edit and no output");
	if (has[LIST] == NULL && (has[JSON] || has[FIRMWARE]))
		ek_cli_usage("--json and --firmware go with --list");
	if (has['o'] != NULL && has['i'] != NULL)
		ek_cli_usage("-i or -o, not both");
	if (has['i'] != NULL && !edits)
		ek_cli_usage("-i without an edit");
	if (o->n_files > 1 && has['i'] == NULL && !shows)
		ek_cli_usage("several files want -i");
	for (size_t i = 0; has['i'] != NULL && i < o->n_files; i++)
		if (strcmp(o->files[i], "-") == 0)
			ek_cli_usage("-i wants files");
	if (has[FIRMWARE] != NULL && !ek_boot_fw_parse(has[FIRMWARE], &o->fw))
		ek_cli_usage("'%s' is no firmware: bios, uefi", has[FIRMWARE]);
}

static int parse_args(struct opts *o, int argc, char **argv, struct ek_err *err)
{
	static const char *const standard_input[] = { "-" };
	int c, rc = EK_OK;

	*o = (struct opts){ .files = standard_input, .n_files = 1 };
	while (rc == EK_OK &&
	       (c = getopt_long(argc, argv, "ino:qhV", longopts, NULL)) != -1)
		rc = take_option(o, c, argv, err);
	if (rc != EK_OK)
		return rc;
	if (optind < argc) {
		o->n_files = (size_t)(argc - optind);
		o->files = (const char *const *)argv + optind;
	}
	check_args(o);
	if (o->has[BEFORE] != NULL)
		rc = ek_bootedits_before(&o->edits, o->has[BEFORE], err);
	if (rc == EK_OK && o->has[NAMES] != NULL)
		rc = ek_bootedits_add_table(&o->edits, o->has[NAMES], err);
	return rc;
}

/* --get and --list */
static int show(const struct opts *o, const struct ek_bootset *set,
		struct ek_buf *text, struct ek_err *err)
{
	if (o->has[GET] != NULL)
		return ek_bootset_get(set, o->has[GET], text, err);
	return ek_bootset_list(set, o->has[FIRMWARE] != NULL ? &o->fw : NULL,
			       o->has[JSON] != NULL, text, err);
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
	if (o->has['i'] != NULL)
		rc = ek_bootset_report(set, &o->edits, text, err);
	if (rc != EK_OK || o->has['n'] != NULL)
		return rc;
	if (o->has['i'] != NULL)
		return ek_bootset_replace(set, err);
	rc = ek_out_open(&out, o->has['o'], err);
	if (rc != EK_OK)
		return rc;
	ek_bootset_write(set, out);
	return ek_out_commit(&out, err);
}

/* JSON and values are for programs, byte for byte; the rest for people. */
static void print(const struct opts *o, const struct ek_buf *text)
{
	if (o->has[GET] != NULL || o->has[JSON] != NULL)
		fwrite(ek_buf_str(text), 1, text->len, stdout);
	else if (o->has['q'] == NULL)
		ek_cli_puts(ek_buf_str(text));
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
	if (rc != EK_OK)
		goto out;
	if (o.has[GET] != NULL || o.has[LIST] != NULL)
		rc = show(&o, set, &text, &err);
	else
		rc = edit(&o, set, &text, &err);
	if (rc == EK_OK || rc == EK_EREFUSE)
		print(&o, &text);
out:
	ek_buf_free(&text);
	ek_bootset_free(&set);
	ek_bootedits_free(&o.edits);
	return ek_cli_finish(rc, &err);
}
