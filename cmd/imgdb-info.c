/* SPDX-License-Identifier: BSD-2-Clause */
/* imgdb-info.c - show an image database */
#include "os.h"

#include <getopt.h>

#include "ek/buf.h"
#include "ek/cli.h"
#include "ek/dbproof.h"
#include "ek/imgdb.h"
#include "ek/imgedit.h"
#include "ek/imgshow.h"
#include "ek/profile.h"
#include "ek/sandbox.h"

static const char usage[] =
"usage: imgdb-info [--recompute] [--json] [file]\n"
"       imgdb-info --vib name | --profile [--json] [file]\n"
"       imgdb-info --boot-order | --names | --owns path | --get key [file]\n"
"\n"
"Show the image database of an ESXi image (IMGDB.TGZ, or standard input):\n"
"its profile, release and VIBs.\n"
"\n"
"      --boot-order print what the loader gets, the kernel first, a line each\n"
"      --get key    print one value: esx-version, release, name, vendor,\n"
"                   profile-id, creationtime, modifiedtime, serialno,\n"
"                   description, level\n"
"      --json       print JSON\n"
"      --names      print VIB id, payload, file name, \"kept\" and use (module,\n"
"                   boot or file), one payload a line, columns cut by TAB\n"
"      --owns path  print the ids of the VIBs that hold this file; status 1\n"
"                   where there is none\n"
"      --profile    print the XML of the image profile\n"
"      --recompute  compute the names of files and payloads anew and compare\n"
"      --vib name   print the XML of one VIB, by name or id\n"
"  -h, --help       print this text\n"
"  -V, --version    print the version\n";

enum { OPT_GET = EK_OPT_LONG, OPT_JSON, OPT_NAMES, OPT_ORDER, OPT_OWNS,
       OPT_PROFILE, OPT_PROOF, OPT_VIB };

static const struct option longopts[] = {
	{ "boot-order", no_argument, NULL, OPT_ORDER },
	{ "get", required_argument, NULL, OPT_GET },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "names", no_argument, NULL, OPT_NAMES },
	{ "owns", required_argument, NULL, OPT_OWNS },
	{ "profile", no_argument, NULL, OPT_PROFILE },
	{ "recompute", no_argument, NULL, OPT_PROOF },
	{ "vib", required_argument, NULL, OPT_VIB },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

struct opts {
	int what;        /* an OPT_, 0: overview */
	const char *arg; /* of what */
	bool json;
	const char *in;
};

static void set_what(struct opts *o, int what)
{
	if (o->what != 0)
		ek_cli_usage("only one of --boot-order, --vib, --profile, "
			     "--names, --owns, --get, --recompute at a time");
	o->what = what;
	o->arg = optarg;
}

static void parse_args(struct opts *o, int argc, char **argv)
{
	int c;

	*o = (struct opts){ .what = 0 };
	while ((c = getopt_long(argc, argv, "hV", longopts, NULL)) != -1) {
		switch (c) {
		case OPT_JSON: o->json = true; break;
		case OPT_GET:
		case OPT_NAMES: case OPT_ORDER: case OPT_OWNS: case OPT_PROFILE:
		case OPT_PROOF:
		case OPT_VIB: set_what(o, c); break;
		case 'h': ek_cli_help();
		case 'V': ek_cli_version(argv);
		default: ek_cli_bad_option(argv);
		}
	}
	if (argc - optind > 1)
		ek_cli_usage("more than one file");
	if (o->json && (o->what == OPT_GET || o->what == OPT_NAMES ||
			o->what == OPT_ORDER || o->what == OPT_OWNS))
		ek_cli_usage("--json goes with --vib, --profile, --recompute "
			     "or none of them");
	o->in = argv[optind];
}

static int show_vib(const struct ek_imgdb *db, const struct opts *o,
		    struct ek_buf *b, struct ek_err *err)
{
	const struct ek_dbvib *v;
	int rc = ek_imgshow_find(db, o->arg, &v, err);

	if (rc == EK_OK && o->json)
		ek_imgshow_vib_json(db, v, b);
	else if (rc == EK_OK)
		ek_buf_add(b, v->xml->data, (size_t)v->xml->e.size);
	return rc;
}

static int show_profile(const struct ek_imgdb *db, const struct opts *o,
			struct ek_buf *b, struct ek_err *err)
{
	const struct ek_dbfile *f;
	struct ek_profile *p;
	int rc = ek_imgdb_profile(db, &p, err);

	if (o->json) {
		ek_imgshow_profile_json(db, b);
		return rc;
	}
	if (rc != EK_OK)
		return rc;
	f = ek_imgdb_profile_file(db, 0);
	ek_buf_add(b, f->data, (size_t)f->e.size);
	return EK_OK;
}

static int show_names(const struct ek_imgdb *db, struct ek_buf *b,
		      struct ek_err *err)
{
	struct ek_nametab t;
	int rc = ek_imgedit_names(db, &t, err);

	if (rc == EK_OK)
		ek_nametab_write(&t, b);
	ek_nametab_free(&t);
	return rc;
}

static int show_owners(const struct ek_imgdb *db, const struct opts *o,
		       struct ek_buf *b, struct ek_err *err)
{
	bool any;
	int rc = ek_imgshow_owners(db, o->arg, b, &any, err);

	if (rc == EK_OK && !any)
		rc = ek_fail(err, EK_EREFUSE, "'%s': no VIB holds '%s'",
			     ek_imgdb_name(db), o->arg);
	return rc;
}

/* A database without one profile is shown all the same; then status 1. */
static int show_all(const struct ek_imgdb *db, const struct opts *o,
		    struct ek_buf *b, struct ek_err *err)
{
	struct ek_profile *p;
	int rc = EK_OK;

	if (o->json)
		rc = ek_imgshow_json(db, b, err);
	else
		ek_imgshow_text(db, b);
	return rc == EK_OK ? ek_imgdb_profile(db, &p, err) : rc;
}

static int show(const struct ek_imgdb *db, const struct opts *o,
		struct ek_buf *b, struct ek_err *err)
{
	switch (o->what) {
	case OPT_GET: {
		int rc = ek_imgshow_get(db, o->arg, b, err);

		ek_buf_adds(b, rc == EK_OK ? "\n" : "");
		return rc;
	}
	case OPT_NAMES:
		return show_names(db, b, err);
	case OPT_ORDER:
		return ek_imgshow_order(db, b, err);
	case OPT_OWNS:
		return show_owners(db, o, b, err);
	case OPT_PROFILE:
		return show_profile(db, o, b, err);
	case OPT_PROOF:
		return ek_dbproof_report(db, o->json, b, err);
	case OPT_VIB:
		return show_vib(db, o, b, err);
	default:
		return show_all(db, o, b, err);
	}
}

int main(int argc, char **argv)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_buf b = EK_BUF_INIT;
	struct ek_sandbox box = EK_SANDBOX_INIT;
	struct ek_imgdb *db = NULL;
	struct opts o;
	int rc;

	ek_cli_init("imgdb-info", usage);
	parse_args(&o, argc, argv);
	ek_sandbox_read(&box, o.in);
	rc = ek_cli_sandbox(&box, &err);
	if (rc == EK_OK)
		rc = ek_imgdb_open(&db, o.in, &err);
	if (rc == EK_OK)
		rc = show(db, &o, &b, &err);
	if (rc == EK_OK)
		rc = ek_buf_check(&b, "standard output", &err);
	if (rc != EK_ESYS) /* else it may be half a document */
		ek_cli_puts(ek_buf_str(&b));
	ek_imgdb_free(&db);
	ek_buf_free(&b);
	return ek_cli_finish(rc, &err);
}
