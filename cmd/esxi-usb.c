/* SPDX-License-Identifier: BSD-2-Clause */
/* esxi-usb.c - a bootable image for a USB stick from an installer ISO */
#include "os.h"

#include <getopt.h>

#include "ek/buf.h"
#include "ek/cli.h"
#include "ek/date.h"
#include "ek/io.h"
#include "ek/sandbox.h"
#include "ek/usb.h"

static const char usage[] =
"usage: esxi-usb -o stick.img [--ks file] [--add-opt o]... [--mtime t]\n"
"                [--progress] [-q] image.iso\n"
"\n"
"Make an image for a USB stick from an ESXi installer image: one FAT32 partition\n"
"with its files, which UEFI boots. What BIOS wants is in esxi-usb(1). The result\n"
"is read back and proved before it gets its name. Needs mtools.\n"
"\n"
"      --add-opt o      add this to kernelopt= in every boot.cfg\n"
"      --ks file        put file on it as KS.CFG, and ks=usb:/KS.CFG in every\n"
"                       boot.cfg, in place of an old ks=\n"
"      --mtime t        time of all files: seconds since 1970, or a date\n"
"  -o, --output img     write to this file, in one step\n"
"      --progress       show progress though standard error is no terminal\n"
"  -q, --quiet          no notes, no progress\n"
"  -h, --help           print this text\n"
"  -V, --version        print the version\n";

enum { OPT_ADD_OPT = EK_OPT_LONG, OPT_KS, OPT_MTIME, OPT_PROGRESS };

static const struct option longopts[] = {
	{ "add-opt", required_argument, NULL, OPT_ADD_OPT },
	{ "ks", required_argument, NULL, OPT_KS },
	{ "mtime", required_argument, NULL, OPT_MTIME },
	{ "output", required_argument, NULL, 'o' },
	{ "progress", no_argument, NULL, OPT_PROGRESS },
	{ "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

struct opts {
	const char *in, *out, *mtime;
	const char **add; /* owned */
	struct ek_usb_opts usb;
};

static int parse_args(struct opts *o, int argc, char **argv, struct ek_err *err)
{
	int c;

	o->add = calloc((size_t)argc, sizeof(*o->add));
	if (o->add == NULL)
		return ek_fail_sys(err, "options");
	o->usb.opts = o->add;
	while ((c = getopt_long(argc, argv, "o:qhV", longopts, NULL)) != -1) {
		switch (c) {
		case OPT_ADD_OPT: o->add[o->usb.n_opts++] = optarg; break;
		case OPT_KS: o->usb.ks = optarg; break;
		case OPT_MTIME: o->mtime = optarg; break;
		case OPT_PROGRESS: ek_cli_progress_force(); break;
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
	return ek_date_wanted(o->mtime, &o->usb.timed, &o->usb.mtime, err);
}

static void tell(const struct opts *o, const struct ek_usb_result *r)
{
	ek_cli_note("'%s': %zu files, %llu MiB; 'dd if=%s of=/dev/sdX bs=4M"
		    " conv=fsync' writes it to the stick sdX", o->out,
		    r->files, (unsigned long long)r->bytes >> 20, o->out);
	ek_cli_note("UEFI boots it. BIOS does not: for that the stick wants"
		    " syslinux 3.86, which no image of ESXi brings along; no"
		    " newer one starts its mboot.c32 (esxi-usb(1), BIOS)");
}

/* The output is opened before the input is looked at. */
static int confine(const struct opts *o, struct ek_out **out,
		   struct ek_err *err)
{
	struct ek_sandbox box = EK_SANDBOX_INIT;
	int rc = ek_out_open(out, o->out, err);

	if (rc != EK_OK)
		return rc;
	ek_sandbox_read(&box, o->in);
	ek_sandbox_read(&box, o->usb.ks);
	ek_sandbox_opened(&box, *out);
	return ek_cli_sandbox(&box, err);
}

int main(int argc, char **argv)
{
	struct opts o = { .usb = { .note = ek_cli_on_note, .progress = ek_cli_on_stage } };
	struct ek_usb_result result = { 0, 0 };
	struct ek_err err = EK_ERR_INIT;
	struct ek_out *out = NULL;
	int rc;

	ek_cli_init("esxi-usb", usage);
	rc = parse_args(&o, argc, argv, &err);
	if (rc == EK_OK)
		rc = confine(&o, &out, &err);
	if (rc == EK_OK)
		rc = ek_usb_make(o.in, o.out, &out, &o.usb, &result, &err);
	ek_out_abort(&out);
	if (rc == EK_OK)
		tell(&o, &result);
	free(o.add);
	return ek_cli_finish(rc, &err);
}
