/* SPDX-License-Identifier: BSD-2-Clause */
/* vib-gen.c - make a VIB, or only its descriptor */
#include "os.h"

#include <getopt.h>

#include "ek/cli.h"
#include "ek/io.h"
#include "ek/sandbox.h"
#include "ek/vibmake.h"
#include "ek/vibmeta.h"
#include "ek/vibopts.h"
#include "ek/vibrehash.h"

static const char usage[] =
"usage: vib-gen [-fqv] [-o out.vib] --driver driver.tgz [--any-files]\n"
"               [--add-pci-id id]... [--target release] [option]...\n"
"       vib-gen [-fqv] [-o out.vib] --pci-id-for image --add-pci-id id...\n"
"               [--target release] [option]...\n"
"       vib-gen [-fqv] [-o out.vib] [-d descriptor.xml [--sig file]]\n"
"               [--payload name[:type[:boot-order[:vfat-name]]]=file]...\n"
"               [--tree name[:type]=dir]... [--target release] [option]...\n"
"       vib-gen --descriptor [the same]\n"
"       vib-gen [-fq] [-o out.vib] --rehash old.vib [--target release]\n"
"\n"
"Make a VIB of a driver package, of files or of directories.\n"
"\n"
"  -o, --output out.vib     write to this file, in one step\n"
"      --driver driver.tgz  a package with a module, its map and its names\n"
"      --add-pci-id id      one more PCI id for the map of the driver:\n"
"                           vvvv:dddd[:ssss:ssss][=driver]\n"
"      --any-files          take files that are no part of a driver as well\n"
"      --payload p=file     a file as payload; p is name[:type[:boot-order\n"
"                           [:vfat-name]]]. Without file: what the payload of\n"
"                           the driver is to be\n"
"      --tree p=dir         a directory as payload; p is name[:type], type vgz\n"
"                           (packed as vmtar) or tgz\n"
"  -d, --template file      descriptor: put in as it is where it has the\n"
"                           digests of these payloads, else completed\n"
"      --unpacked dir       what vib-unpack --trees wrote, a VIB again\n"
"      --sig file           signature of that descriptor, put in as it is\n"
"      --sign key --cert c  sign it (both PEM): for use outside ESXi\n"
"      --descriptor         write only the descriptor\n"
"      --pci-id-for image   make a map of --add-pci-id alone, for a driver that\n"
"                           this image has: vvvv:dddd[:ssss:ssss]=driver\n"
"      --rehash old.vib     the same VIB with its checksums made anew\n"
"      --meta file          options from a file, key = value\n"
"      --target release     make it for 5.0 5.1 5.5 6.0 6.5 6.7 7.0 8.0 or 9.0\n"
"      --mtime time         release date, and time of all that is packed here\n"
"  -f                       write a VIB to a terminal\n"
"  -q, --quiet              print warnings and errors only\n"
"  -v, --verbose            name every file of the driver package\n"
"  -h, --help               print this text\n"
"  -V                       print the version\n"
"\n"
"What the descriptor says (b is true or false, c such as 'x >= 1.0'):\n"
"  --name n  --version v  --vendor v  --summary s  --description s\n"
"  --type bootbank|locker  --level community|partner|accepted|certified\n"
"  --depends c  --conflicts c  --replaces c  --provides c  --tag t\n"
"  --url key=url  --maintenance-mode b  --live-install b  --live-remove b\n"
"  --cimom-restart b  --stateless-ready b  --overlay b\n";

enum { OPT_DESCRIPTOR = EK_OPT_LONG + EK_VO_N };

static const struct option common[] = {
	{ "output", 1, NULL, 'o' }, { "descriptor", 0, NULL, OPT_DESCRIPTOR },
	{ "quiet", 0, NULL, 'q' }, { "verbose", 0, NULL, 'v' },
	{ "help", 0, NULL, 'h' }, { NULL, 0, NULL, 0 },
};

#define N_COMMON (sizeof(common) / sizeof(common[0]))

struct opts {
	const char *out;
	bool force, verbose, descriptor;
	struct ek_vibopts vib;
};

/* What goes in and what it says: EK_OPT_LONG + enum ek_vibopt. */
static void make_table(struct option table[EK_VO_N + N_COMMON])
{
	for (int i = 0; i < EK_VO_N; i++)
		table[i] = (struct option){
			.name = ek_vibopt_name((enum ek_vibopt)i),
			.has_arg = ek_vibopt_has_value((enum ek_vibopt)i) ?
				required_argument : no_argument,
			.val = EK_OPT_LONG + i,
		};
	memcpy(&table[EK_VO_N], common, sizeof(common));
}

static int set(struct opts *o, int opt, struct ek_err *err)
{
	return ek_vibopts_set(&o->vib, (enum ek_vibopt)(opt - EK_OPT_LONG),
			      optarg, err);
}

/* "--version" takes the version of the VIB; alone, or with -v and nothing else,
 * it asks for ours. */
static void bad_option(char **argv)
{
	if (strcmp(argv[optind - 1], "--version") == 0)
		ek_cli_version(argv);
	ek_cli_bad_option(argv);
}

static int parse_args(struct opts *o, int argc, char **argv, struct ek_err *err)
{
	struct option table[EK_VO_N + N_COMMON];
	int c, rc = EK_OK;

	if (argc == 3 && strcmp(argv[1], "--version") == 0 &&
	    strcmp(argv[2], "-v") == 0)
		ek_cli_version(argv);
	make_table(table);
	while (rc == EK_OK &&
	       (c = getopt_long(argc, argv, "d:fo:qvhV", table, NULL)) != -1) {
		switch (c) {
		case 'd': rc = set(o, EK_OPT_LONG + EK_VO_TEMPLATE, err); break;
		case 'f': o->force = true; break;
		case 'o': o->out = optarg; break;
		case 'q': ek_cli_quiet(true); break;
		case 'v': o->verbose = true; break;
		case OPT_DESCRIPTOR: o->descriptor = true; break;
		case 'h': ek_cli_help();
		case 'V': ek_cli_version(argv);
		case '?': bad_option(argv); break;
		default:
			rc = set(o, c, err);
		}
	}
	if (rc == EK_OK && optind < argc)
		ek_cli_usage("'%s' is no option; what goes in is told by "
			     "--driver, --payload, --tree or -d", argv[optind]);
	if (rc == EK_OK && o->vib.given[EK_VO_META])
		rc = ek_vibmeta_load(&o->vib, o->vib.text[EK_VO_META], err);
	if (rc == EK_OK)
		rc = ek_vibopts_ready(&o->vib, err);
	if (rc == EK_OK && o->descriptor &&
	    (o->vib.given[EK_VO_REHASH] || o->vib.given[EK_VO_SIGN]))
		ek_cli_usage("--descriptor writes no VIB: not with --rehash or"
			     " --sign");
	if (rc == EK_EARG)
		ek_cli_usage("%s", err->msg);
	return rc;
}

static void say(void *ctx, enum ek_say_kind kind, const char *text)
{
	const struct opts *o = ctx;

	if (kind == EK_SAY_WARN)
		ek_cli_warn("%s", text);
	else if (kind == EK_SAY_NOTE || o->verbose)
		ek_cli_note("%s", text);
}

static int write_out(struct ek_vibmake *m, const struct opts *o,
		     struct ek_out *out, struct ek_err *err)
{
	const char *xml;
	size_t len;

	if (!o->descriptor)
		return ek_vibmake_write(m, out, err);
	xml = ek_vibmake_descriptor(m, &len);
	ek_out_write(out, xml, len);
	return EK_OK;
}

/* Open the output, read what goes in, then write: one of the two. */
static int run(const struct opts *o, struct ek_err *err)
{
	const char *old = o->vib.text[EK_VO_REHASH];
	struct ek_sandbox box = EK_SANDBOX_INIT;
	struct ek_vibrehash *r = NULL;
	struct ek_vibmake *m = NULL;
	struct ek_out *out = NULL; /* say() only reads ctx */
	void *ctx = (void *)(uintptr_t)o;
	int rc;

	rc = ek_out_open(&out, o->out, err);
	if (rc == EK_OK && !o->descriptor)
		rc = ek_cli_no_binary(out, o->force, err);
	if (rc == EK_OK) {
		ek_vibopts_inputs(&o->vib, &box);
		ek_sandbox_opened(&box, out);
		ek_sandbox_scratch(&box);
		rc = ek_cli_sandbox(&box, err);
	}
	if (rc == EK_OK && old != NULL)
		rc = ek_vibrehash_open(&r, old, o->vib.target, say, ctx, err);
	else if (rc == EK_OK)
		rc = ek_vibmake_open(&m, &o->vib, say, ctx, err);
	if (rc == EK_OK)
		rc = old != NULL ? ek_vibrehash_write(r, out, err)
				 : write_out(m, o, out, err);
	if (rc == EK_OK)
		rc = ek_out_commit(&out, err);
	ek_out_abort(&out);
	ek_vibmake_free(&m);
	ek_vibrehash_free(&r);
	return rc;
}

int main(int argc, char **argv)
{
	struct ek_err err = EK_ERR_INIT;
	struct opts o = { .out = NULL };
	int rc;

	ek_cli_init("vib-gen", usage);
	ek_vibopts_init(&o.vib);
	rc = parse_args(&o, argc, argv, &err);
	if (rc == EK_OK)
		rc = run(&o, &err);
	ek_vibopts_clear(&o.vib);
	return ek_cli_finish(rc, &err);
}
