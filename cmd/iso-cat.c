/* SPDX-License-Identifier: BSD-2-Clause */
/* iso-cat.c - list an ISO image, or print files of it */
#include "os.h"

#include <getopt.h>

#include "ek/buf.h"
#include "ek/cli.h"
#include "ek/io.h"
#include "ek/sandbox.h"
#include "ek/iso9660.h"

static const char usage[] =
"usage: iso-cat [-f] [-o out] iso path...\n"
"       iso-cat [-t] [-v] [--json] iso [path...]\n"
"\n"
"Print files of an ISO image one after another, or list what is on it. Names\n"
"are the plain ISO 9660 ones that the boot loader sees, without regard to case.\n"
"\n"
"  -f               print binary files to a terminal too\n"
"  -o, --output out write to this file, in one step\n"
"  -t, --list       list; so it does where no path is given\n"
"  -v, --verbose    list blocks, recorded names, volume and boot entries too\n"
"      --json       list all of this as one JSON document\n"
"  -h, --help       print this text\n"
"  -V, --version    print the version\n";

enum { OPT_JSON = EK_OPT_LONG };

static const struct option longopts[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "list", no_argument, NULL, 't' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

struct opts {
	const char *iso, *out;
	char **paths;
	size_t n_paths;
	bool force, list, verbose, json;
};

static void check_args(struct opts *o, int argc, char **argv)
{
	if (optind == argc)
		ek_cli_usage("an ISO image is missing");
	o->iso = argv[optind];
	if (strcmp(o->iso, "-") == 0)
		ek_cli_usage("an ISO image cannot come from standard input");
	o->paths = argv + optind + 1;
	o->n_paths = (size_t)(argc - optind - 1);
	if (o->n_paths == 0 || o->verbose || o->json)
		o->list = true;
	if (o->list && (o->force || o->out != NULL))
		ek_cli_usage("-f and -o go with files to print only");
}

static void parse_args(struct opts *o, int argc, char **argv)
{
	int c;

	*o = (struct opts){ 0 };
	while ((c = getopt_long(argc, argv, "fo:tvhV", longopts, NULL)) != -1) {
		switch (c) {
		case 'f': o->force = true; break;
		case 'o': o->out = optarg; break;
		case 't': o->list = true; break;
		case 'v': o->verbose = true; break;
		case OPT_JSON: o->json = true; break;
		case 'h': ek_cli_help();
		case 'V': ek_cli_version(argv);
		default:
			ek_cli_bad_option(argv);
		}
	}
	check_args(o, argc, argv);
}

/* All paths are looked up before the first byte is written. */
static int find_all(const struct ek_iso *iso, const struct opts *o,
		    const struct ek_iso_node **nodes, struct ek_err *err)
{
	for (size_t i = 0; i < o->n_paths; i++) {
		nodes[i] = ek_iso_find(iso, o->paths[i], strlen(o->paths[i]));
		if (nodes[i] == NULL)
			return ek_fail(err, EK_EREFUSE, "'%s' has no '%s'",
				       ek_iso_name(iso), o->paths[i]);
		if (nodes[i]->dir && !o->list)
			return ek_fail(err, EK_EREFUSE, "'%s': '%s' is a "
				       "directory", ek_iso_name(iso),
				       nodes[i]->path);
	}
	return EK_OK;
}

/* A NUL in the first bytes is what no text has. */
static int check_terminal(struct ek_in *in, const struct ek_out *out,
			  const struct opts *o, struct ek_err *err)
{
	const unsigned char *p;
	size_t n;
	int rc = ek_in_peek(in, 512, &p, &n, err);

	if (rc != EK_OK || memchr(p, '\0', n) == NULL)
		return rc;
	return ek_cli_no_binary(out, o->force, err);
}

/* Text that goes to a terminal cannot drive it. */
static int copy_out(struct ek_in *in, struct ek_out *out, const struct opts *o,
		    struct ek_err *err)
{
	struct ek_out *text = NULL;
	int rc;

	if (o->force || !ek_out_is_tty(out))
		return ek_in_copy(in, out, NULL, err);
	rc = ek_cli_out_text(&text, out, err);
	if (rc == EK_OK)
		rc = ek_in_copy(in, text, NULL, err);
	if (rc == EK_OK)
		rc = ek_out_commit(&text, err);
	ek_out_abort(&text);
	return rc;
}

static int print_one(const struct ek_iso *iso, const struct ek_iso_node *node,
		     struct ek_out *out, const struct opts *o,
		     struct ek_err *err)
{
	struct ek_in *in;
	int rc = ek_iso_in(iso, node, &in, err);

	if (rc == EK_OK)
		rc = check_terminal(in, out, o, err);
	if (rc == EK_OK)
		rc = copy_out(in, out, o, err);
	ek_in_close(&in);
	return rc;
}

/* What could be read is shown, also where the boot catalog is damaged. */
static int list(const struct ek_iso *iso, const struct ek_iso_node **nodes,
		const struct opts *o, struct ek_err *err)
{
	struct ek_buf text = EK_BUF_INIT;
	int rc;

	if (o->json)
		rc = ek_iso_json(iso, nodes, o->n_paths, &text, err);
	else
		rc = ek_iso_text(iso, nodes, o->n_paths, o->verbose, &text,
				 err);
	ek_cli_puts(ek_buf_str(&text));
	ek_buf_free(&text);
	return rc;
}

static int print(const struct ek_iso *iso, const struct ek_iso_node **nodes,
		 const struct opts *o, struct ek_out *out, struct ek_err *err)
{
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < o->n_paths; i++)
		rc = print_one(iso, nodes[i], out, o, err);
	return rc;
}

static int confine(const struct opts *o, const struct ek_out *out,
		   struct ek_err *err)
{
	struct ek_sandbox box = EK_SANDBOX_INIT;

	ek_sandbox_read(&box, o->iso);
	ek_sandbox_opened(&box, out);
	return ek_cli_sandbox(&box, err);
}

int main(int argc, char **argv)
{
	struct ek_err err = EK_ERR_INIT;
	const struct ek_iso_node **nodes = NULL;
	struct ek_out *out = NULL;
	struct ek_iso *iso = NULL;
	struct opts o;
	int rc;

	ek_cli_init("iso-cat", usage);
	parse_args(&o, argc, argv);
	rc = ek_out_open(&out, o.out, &err);
	if (rc == EK_OK)
		rc = confine(&o, out, &err);
	if (rc == EK_OK)
		rc = ek_iso_open(&iso, o.iso, &err);
	if (rc != EK_OK)
		goto out;
	nodes = calloc(o.n_paths + 1, sizeof(struct ek_iso_node *));
	if (nodes == NULL) {
		rc = ek_fail_sys(&err, "list of paths");
		goto out;
	}
	rc = find_all(iso, &o, nodes, &err);
	if (rc == EK_OK && o.list)
		rc = list(iso, nodes, &o, &err);
	else if (rc == EK_OK)
		rc = print(iso, nodes, &o, out, &err);
	if (rc == EK_OK)
		rc = ek_out_commit(&out, &err);
out:
	ek_out_abort(&out);
	free(nodes);
	ek_iso_close(&iso);
	return ek_cli_finish(rc, &err);
}
