/* SPDX-License-Identifier: BSD-2-Clause */
/* vib-info.c - show VIBs, say what kind of package a file is */
#include "os.h"

#include <getopt.h>

#include "ek/cli.h"
#include "ek/io.h"
#include "ek/json.h"
#include "ek/vib.h"

static const char usage[] =
"usage: vib-info [--json | --xml | --files | --id | --signed] [file...]\n"
"       vib-info --kind [--json] [file...]\n"
"\n"
"Show what VIB packages are and hold; whether they are right says vib-check.\n"
"\n"
"      --json     everything, as one JSON document\n"
"      --xml      the descriptor, byte for byte as it is\n"
"      --files    path, tab, payload that holds it; where list and payloads\n"
"                 differ, tab and how\n"
"      --id       the VIB id\n"
"      --signed   print nothing; status 1 where a VIB holds no signature\n"
"      --kind     say by content what a file is: vib, vib-4x, driver, imgdb,\n"
"                 bundle, vmtar, iso, tgz, tar, zip, descriptor, profile,\n"
"                 gzip, xz, zstd; status 1 where it is none of them. With\n"
"                 --json size and SHA-256 of each file too\n"
"  -h, --help     print this text\n"
"  -V, --version  print the version\n";

enum what { TEXT, JSON, XML, FILES, ID, SIGNED };
enum { OPT_JSON = EK_OPT_LONG, OPT_XML, OPT_FILES, OPT_ID, OPT_SIGNED,
       OPT_KIND };

static const struct option longopts[] = {
	{ "json", 0, NULL, OPT_JSON }, { "xml", 0, NULL, OPT_XML },
	{ "files", 0, NULL, OPT_FILES }, { "id", 0, NULL, OPT_ID },
	{ "signed", 0, NULL, OPT_SIGNED }, { "kind", 0, NULL, OPT_KIND },
	{ "help", 0, NULL, 'h' }, { "version", 0, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

struct opts {
	enum what what;
	bool kind, unsigned_met; /* a VIB without a signature was shown */
	char **files;
	size_t n_files;
};

static void parse_args(struct opts *o, int argc, char **argv)
{
	static char dash[] = "-";
	static char *standard_input[] = { dash };
	int c;

	*o = (struct opts){ .what = TEXT };
	while ((c = getopt_long(argc, argv, "hV", longopts, NULL)) != -1) {
		if (c == 'h')
			ek_cli_help();
		if (c == 'V')
			ek_cli_version(argv);
		if (c < OPT_JSON || c > OPT_KIND)
			ek_cli_bad_option(argv);
		o->kind |= c == OPT_KIND;
		if (c == OPT_KIND)
			continue;
		if (o->what != TEXT)
			ek_cli_usage("one of --json --xml --files --id"
				     " --signed only");
		o->what = (enum what)(c - OPT_JSON + JSON);
	}
	if (o->kind && o->what != TEXT && o->what != JSON)
		ek_cli_usage("--kind goes with --json only");
	o->files = argv + optind;
	o->n_files = (size_t)(argc - optind);
	if (o->n_files == 0) {
		o->files = standard_input;
		o->n_files = 1;
	}
}

/* ---- kinds -------------------------------------------------------------- */

static int show_kind(struct ek_in *in, const struct opts *o,
		     struct ek_json *j, struct ek_buf *out, struct ek_err *err)
{
	enum ek_kind kind;
	int rc;

	if (o->what == JSON)
		rc = ek_kind_json(in, &kind, j, err);
	else
		rc = ek_kind_of(in, &kind, err);
	if (rc == EK_OK && kind == EK_KIND_UNKNOWN)
		return ek_fail(err, EK_EFORMAT, "'%s' is nothing that esxkit"
			       " knows", ek_in_name(in));
	if (rc == EK_OK && o->what == TEXT && o->n_files > 1)
		ek_buf_addf(out, "%s: ", ek_in_name(in));
	if (rc == EK_OK && o->what == TEXT)
		ek_buf_addf(out, "%s\n", ek_kind_name(kind));
	return rc;
}

/* ---- VIBs --------------------------------------------------------------- */

static int show_part(struct ek_vib *v, struct opts *o, struct ek_buf *out,
		     struct ek_err *err)
{
	size_t len;
	const char *xml = ek_vib_descriptor(v, &len);
	int rc = ek_vib_finish(v, err);

	if (rc != EK_OK)
		return rc;
	if (o->what == ID)
		ek_buf_addf(out, "%s\n", ek_vib_id(v));
	if (o->what == XML)
		ek_buf_add(out, xml, len);
	(void)ek_vib_signature(v, &len);
	o->unsigned_met |= len == 0;
	return EK_OK;
}

/* Everything that is in it. What cannot be understood of a payload is told, and
 * makes the status 1, when the rest was shown. */
static int show_whole(struct ek_vib *v, const struct opts *o, struct ek_json *j,
		      struct ek_buf *out, struct ek_err *err)
{
	struct ek_err odd = EK_ERR_INIT;
	size_t differ = 0;
	int rc;

	if (o->what == JSON)
		rc = ek_vib_json(v, j, &odd, err);
	else if (o->what == FILES)
		rc = ek_vib_files(v, out, &differ, &odd, err);
	else
		rc = ek_vib_text(v, out, &odd, err);
	if (rc == EK_OK && odd.code != 0)
		ek_cli_report(EK_EFORMAT, &odd);
	else if (rc == EK_OK && differ != 0)
		ek_cli_warn("'%s': file list and payloads differ in %zu paths",
			    ek_vib_id(v), differ);
	return rc;
}

static int show_vib(struct ek_in *in, struct opts *o, struct ek_json *j,
		    struct ek_buf *out, struct ek_err *err)
{
	struct ek_vib *v;
	int rc = ek_vib_open(&v, in, err);

	if (rc == EK_OK && o->what == JSON) {
		ek_json_object(j, NULL);
		ek_json_str(j, "file", ek_in_name(in));
	}
	if (rc == EK_OK && o->what == TEXT && out->len != 0)
		ek_buf_addc(out, '\n');
	if (rc == EK_OK)
		rc = o->what == TEXT || o->what == JSON || o->what == FILES
		     ? show_whole(v, o, j, out, err)
		     : show_part(v, o, out, err);
	if (rc == EK_OK && o->what == JSON)
		ek_json_close(j);
	ek_vib_close(&v);
	return rc;
}

static int show_all(struct opts *o, struct ek_buf *out, struct ek_err *err)
{
	struct ek_json j;
	int rc = EK_OK;

	if (o->what == JSON) {
		ek_json_begin(&j, out);
		ek_json_array(&j, o->kind ? "files" : "vibs");
	}
	for (size_t i = 0; i < o->n_files && rc == EK_OK; i++) {
		struct ek_in *in;

		rc = ek_in_open(&in, o->files[i], err);
		if (rc == EK_OK && o->kind)
			rc = show_kind(in, o, &j, out, err);
		else if (rc == EK_OK)
			rc = show_vib(in, o, &j, out, err);
		ek_in_close(&in);
	}
	if (rc == EK_OK && o->what == JSON) {
		ek_json_close(&j);
		ek_json_end(&j);
	}
	return rc == EK_OK ? ek_buf_check(out, "output", err) : rc;
}

int main(int argc, char **argv)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_buf text = EK_BUF_INIT;
	struct ek_out *out = NULL;
	struct opts o;
	int rc;

	ek_cli_init("vib-info", usage);
	parse_args(&o, argc, argv);
	rc = ek_cli_sandbox_files(o.files, o.n_files, NULL, NULL, &err);
	if (rc == EK_OK)
		rc = show_all(&o, &text, &err);
	if (rc == EK_OK && o.what != XML)
		ek_cli_puts(ek_buf_str(&text));
	if (rc == EK_OK && o.what == XML)
		rc = ek_out_open(&out, NULL, &err);
	if (out != NULL) {
		ek_out_write(out, ek_buf_str(&text), text.len);
		rc = ek_out_commit(&out, &err);
	}
	ek_buf_free(&text);
	rc = ek_cli_finish(rc, &err);
	return rc == EK_EXIT_OK && o.what == SIGNED && o.unsigned_met
		? EK_EXIT_DATA : rc;
}
