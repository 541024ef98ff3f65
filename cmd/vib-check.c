/* SPDX-License-Identifier: BSD-2-Clause */
/* vib-check.c - what ESXi would say of VIBs, before ESXi says it */
#include "os.h"

#include <getopt.h>

#include "ek/buf.h"
#include "ek/cli.h"
#include "ek/release.h"
#include "ek/sandbox.h"
#include "ek/sig.h"
#include "ek/vibcheck.h"

static const char usage[] =
"usage: vib-check [--target release]... [--host-level level] [--ca pem]...\n"
"                 [--json] [file...]\n"
"\n"
"Tell what ESXi would object to in VIB packages: what, where, since which\n"
"release, in ESXi's words, and how to mend it. Several are checked together.\n"
"\n"
"      --target release    ask for this release only: 5.0 5.1 5.5 6.0 6.5 6.7\n"
"                          7.0 8.0 or 9.0, or finer (8.0U3)\n"
"      --host-level level  acceptance level of the host: community, partner,\n"
"                          accepted or certified\n"
"      --ca pem            certificates to trust; without it nobody is asked\n"
"                          who signed\n"
"      --json              print one JSON document\n"
"  -h, --help              print this text\n"
"  -V, --version           print the version\n"
"\n"
"Status 0: taken. 1: refused: with --target by one of these releases, without it\n"
"by every release. 2: wrong usage. 3: the system failed.\n";

enum { OPT_TARGET = EK_OPT_LONG, OPT_LEVEL, OPT_CA, OPT_JSON };

static const struct option longopts[] = {
	{ "target", required_argument, NULL, OPT_TARGET },
	{ "host-level", required_argument, NULL, OPT_LEVEL },
	{ "ca", required_argument, NULL, OPT_CA },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

struct opts {
	struct ek_vibcheck c;
	const struct ek_release *targets[EK_VIBCHECK_TARGETS];
	struct ek_sigtrust *trust;
	struct ek_strs cas;
	char **files;
	size_t n_files;
};

static void add_target(struct opts *o, const char *text)
{
	const struct ek_release *r = ek_release_find(text);

	if (r == NULL)
		ek_cli_usage("'%s' is no release: %s", text, ek_release_list());
	if (o->c.ask.desc.n_targets == EK_VIBCHECK_TARGETS)
		ek_cli_usage("too many --target");
	o->targets[o->c.ask.desc.n_targets++] = r;
}

static int set(struct opts *o, int c, char **argv, struct ek_err *err)
{
	switch (c) {
	case OPT_TARGET:
		add_target(o, optarg);
		break;
	case OPT_LEVEL:
		o->c.ask.desc.has_host_level = true;
		if (!ek_level_parse(optarg, &o->c.ask.desc.host_level))
			ek_cli_usage("'%s' is no acceptance level", optarg);
		break;
	case OPT_CA:
		return ek_strs_add(&o->cas, optarg, strlen(optarg), err);
	case OPT_JSON:
		o->c.json = true;
		break;
	case 'h':
		ek_cli_help();
	case 'V':
		ek_cli_version(argv);
	default:
		ek_cli_bad_option(argv);
	}
	return EK_OK;
}

static int parse_args(struct opts *o, int argc, char **argv,
		      struct ek_err *err)
{
	static char dash[] = "-";
	static char *standard_input[] = { dash };
	int c, rc = EK_OK;

	while (rc == EK_OK &&
	       (c = getopt_long(argc, argv, "hV", longopts, NULL)) != -1)
		rc = set(o, c, argv, err);
	o->c.ask.desc.targets = o->targets;
	o->files = argv + optind;
	o->n_files = (size_t)(argc - optind);
	if (o->n_files == 0) {
		o->files = standard_input;
		o->n_files = 1;
	}
	return rc;
}

/* From here on nothing is opened but what was named. */
static int confine(const struct opts *o, struct ek_err *err)
{
	struct ek_sandbox box = EK_SANDBOX_INIT;

	ek_sandbox_read_all(&box, o->files, o->n_files);
	ek_sandbox_read_all(&box, o->cas.v, o->cas.n);
	ek_sandbox_scratch(&box);
	return ek_cli_sandbox(&box, err);
}

int main(int argc, char **argv)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_buf text = EK_BUF_INIT;
	struct opts o = { .trust = NULL };
	int rc;

	ek_cli_init("vib-check", usage);
	rc = parse_args(&o, argc, argv, &err);
	if (rc == EK_OK)
		rc = confine(&o, &err);
	if (rc == EK_OK)
		rc = ek_sigtrust_read(&o.trust, o.cas.v, o.cas.n, &err);
	o.c.ask.trust = o.trust;
	if (rc == EK_OK)
		rc = ek_vibcheck(&o.c, o.files, o.n_files, &text, &err);
	if (rc == EK_OK || rc == EK_EREFUSE)
		ek_cli_puts(ek_buf_str(&text));
	ek_buf_free(&text);
	ek_sigtrust_free(&o.trust);
	ek_strs_free(&o.cas);
	return ek_cli_finish(rc, &err);
}
