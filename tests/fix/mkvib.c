/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mkvib.c - VIBs for tests, good ones and such with one stated defect
 *
 *	mkvib [-o out] [--name n] [--version v] [--vendor v] [--type t]
 *	      [--level l] [--summary s] [--description s] [--date d|none]
 *	      [--file path]... [--depends c]... [--conflicts c]...
 *	      [--replaces c]... [--provides c]... [--tag t]... [--url k=u]...
 *	      [--maint b] [--live] [--stateless] [--overlay]
 *	      [--sums new|old|hand|plain|none]
 *	      [--payload name:type[:boot-order[:vfat-name]]=file]...
 *	      [--sig file] [--descriptor file] [--print]
 *	defects:
 *	      [--wrong sha256|gunzip256|gunzip1|size]    what is declared is not
 *	      [--corrupt payload]                        flip a bit of its data
 *	      [--drop payload] [--stray name=file]... [--twice]
 *	      [--first name] [--second name] [--no-sig]
 *	      [--mode text] [--slash] [--no-pad]
 *
 * Without options: net-acme 1.0-1 of Acme, community. Data for vgz, tgz and
 * boot that is no gzip is compressed. --print gives the descriptor alone. --sums
 * are the sets of vib.5: new (default) is that of 6.7 and later, old that of
 * 5.x, hand that of hand-made "8.x" VIBs. Members are in the order of --payload,
 * which no reader minds. Headers are made here, so that they can be wrong.
 */
#include "os.h"

#include <getopt.h>

#include "ek/buf.h"
#include "ek/deflate.h"
#include "ek/digest.h"
#include "ek/err.h"
#include "ek/inflate.h"
#include "ek/io.h"
#include "ek/vibdesc.h"

enum { FILE_MAX = 64 << 20, DATA_MAX = 64 };

struct data {
	const char *name;
	char *p;
	size_t len;
	bool stray;
};

struct opts {
	const char *out, *sums, *sig, *descriptor, *wrong, *corrupt, *drop;
	const char *first, *second, *mode;
	bool print, no_sig, slash, no_pad, twice;
	struct ek_vibdesc d;
	struct data data[DATA_MAX];
	size_t n;
};

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "mkvib: %s\n", what);
	exit(3);
}

static void must(int rc, const struct ek_err *err)
{
	if (rc != EK_OK)
		die(err->msg);
}

static void slurp(const char *path, char **p, size_t *len)
{
	struct ek_err err = EK_ERR_INIT;

	must(ek_read_all(path, FILE_MAX, p, len, &err), &err);
}

/* ---- payloads ----------------------------------------------------------- */

static void compress_data(struct data *d)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_out *mem, *gz;
	char *packed;
	size_t len;

	if (d->len >= 2 && memcmp(d->p, "\x1f\x8b", 2) == 0)
		return;
	must(ek_out_open_mem(&mem, &packed, &len, &err), &err);
	must(ek_out_open_gzip(&gz, mem, EK_GZ_LEVEL, &err), &err);
	ek_out_write(gz, d->p, d->len);
	must(ek_out_commit(&gz, &err), &err);
	must(ek_out_commit(&mem, &err), &err);
	free(d->p);
	d->p = packed;
	d->len = len;
}

static void digest(const struct data *d, enum ek_digest_kind kind, bool gunzip,
		   char hex[EK_DIGEST_HEX])
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_in *in, *gz = NULL;
	struct ek_digest *dg;
	char buf[4096];
	size_t got;

	must(ek_digest_new(&dg, kind, &err), &err);
	must(ek_in_open_mem(&in, "payload", d->p, d->len, &err), &err);
	if (gunzip)
		must(ek_in_open_gunzip(&gz, in, EK_GZ_MANY, false, &err), &err);
	do {
		must(ek_in_read(gunzip ? gz : in, buf, sizeof(buf), &got, &err),
		     &err);
		ek_digest_update(dg, buf, got);
	} while (got != 0);
	must(ek_digest_hex(dg, hex, &err), &err);
	ek_in_close(&gz);
	ek_in_close(&in);
	ek_digest_free(dg);
}

static void add_sum(struct opts *o, struct ek_payload *p, const struct data *d,
		    enum ek_digest_kind kind, bool gunzip)
{
	const char *what = !gunzip ? "sha256" :
			   kind == EK_SHA1 ? "gunzip1" : "gunzip256";
	struct ek_err err = EK_ERR_INIT;
	char hex[EK_DIGEST_HEX];

	if (gunzip && !ek_payload_compressed(p))
		return;
	digest(d, kind, gunzip, hex);
	if (o->wrong != NULL && strcmp(o->wrong, what) == 0)
		hex[0] = hex[0] == '0' ? '1' : '0';
	must(ek_payload_add_sum(p, kind == EK_SHA1 ? "sha-1" : "sha-256",
				gunzip ? "gunzip" : NULL, hex, &err), &err);
}

static void add_sums(struct opts *o, struct ek_payload *p, const struct data *d)
{
	if (strcmp(o->sums, "none") == 0)
		return;
	if (strcmp(o->sums, "new") == 0)
		add_sum(o, p, d, EK_SHA256, true);
	add_sum(o, p, d, EK_SHA256, false);
	if (strcmp(o->sums, "hand") == 0)
		add_sum(o, p, d, EK_SHA256, true);
	if (strcmp(o->sums, "plain") != 0)
		add_sum(o, p, d, EK_SHA1, true);
}

/* name:type[:boot-order[:vfat-name]]=file; arg is cut in place. */
static void add_payload(struct opts *o, char *arg)
{
	struct ek_err err = EK_ERR_INIT;
	char *file = strchr(arg, '='), *part[4] = { NULL };
	struct ek_payload *p;
	struct data *d;

	if (file == NULL || o->n == DATA_MAX)
		die("--payload wants name:type=file, 64 of them at most");
	*file++ = '\0';
	for (size_t i = 0; i < 4 && arg != NULL; i++)
		part[i] = strsep(&arg, ":");
	d = &o->data[o->n++];
	d->name = part[0];
	slurp(file, &d->p, &d->len);
	must(ek_vibdesc_add_payload(&o->d, part[0], part[1] != NULL ? part[1] :
				    "vgz", &p, &err), &err);
	if (part[2] != NULL)
		p->boot_order = strtol(part[2], NULL, 10);
	if (part[3] != NULL)
		must(ek_vibdesc_set(&p->vfat_name, part[3], &err), &err);
	if (ek_payload_compressed(p))
		compress_data(d);
	p->has_size = true;
	p->size = d->len;
}

static void add_stray(struct opts *o, char *arg)
{
	char *file = strchr(arg, '=');
	struct data *d;

	if (file == NULL || o->n == DATA_MAX)
		die("--stray wants name=file");
	*file++ = '\0';
	d = &o->data[o->n++];
	d->name = arg;
	d->stray = true;
	slurp(file, &d->p, &d->len);
}

static void finish_payloads(struct opts *o)
{
	size_t k = 0;

	for (size_t i = 0; i < o->n; i++) {
		struct data *d = &o->data[i];

		if (d->stray)
			continue;
		add_sums(o, &o->d.payloads[k], d);
		if (o->wrong != NULL && strcmp(o->wrong, "size") == 0)
			o->d.payloads[k].size++;
		if (o->corrupt != NULL && strcmp(o->corrupt, d->name) == 0 &&
		    d->len != 0)
			d->p[d->len / 2] ^= 1;
		k++;
	}
}

/* ---- the archive -------------------------------------------------------- */

static void put(const struct opts *o, struct ek_out *out, const char *name,
		const void *data, size_t len, bool last)
{
	char field[64], head[64];
	int n;

	snprintf(field, sizeof(field), "%s%s", name, o->slash ? "/" : "");
	n = snprintf(head, sizeof(head), "%-16.16s%-12s%-6s%-6s%-8.8s%-10zu`\n",
		     field, "0", "0", "0", o->mode, len);
	ek_out_write(out, head, (size_t)n);
	ek_out_write(out, data, len);
	if (len % 2 != 0 && !(last && o->no_pad))
		ek_out_write(out, "\n", 1);
}

static void write_vib(const struct opts *o, struct ek_out *out,
		      const char *desc, size_t desc_len, const char *sig,
		      size_t sig_len)
{
	ek_out_write(out, "!<arch>\n", 8);
	put(o, out, o->first, desc, desc_len, false);
	if (!o->no_sig)
		put(o, out, o->second, sig, sig_len, false);
	for (size_t i = 0; i < o->n; i++) {
		const struct data *d = &o->data[i];

		if (o->drop != NULL && strcmp(o->drop, d->name) == 0)
			continue;
		put(o, out, d->name, d->p, d->len, i + 1 == o->n && !o->twice);
		if (o->twice)
			put(o, out, d->name, d->p, d->len, i + 1 == o->n);
	}
}

static void run(struct opts *o)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_buf desc = EK_BUF_INIT;
	char *text = NULL, *sig = NULL;
	size_t len, sig_len = 0;
	struct ek_out *out;

	finish_payloads(o);
	if (o->descriptor != NULL) {
		slurp(o->descriptor, &text, &len);
		ek_buf_add(&desc, text, len);
	} else {
		ek_vibdesc_write(&o->d, EK_VIBDESC_VIB, &desc);
	}
	must(ek_buf_check(&desc, "descriptor", &err), &err);
	if (o->sig != NULL)
		slurp(o->sig, &sig, &sig_len);
	must(ek_out_open(&out, o->out, &err), &err);
	if (o->print)
		ek_out_write(out, desc.p, desc.len);
	else
		write_vib(o, out, ek_buf_str(&desc), desc.len, sig, sig_len);
	must(ek_out_commit(&out, &err), &err);
	ek_buf_free(&desc);
	free(text);
	free(sig);
}

/* ---- options ------------------------------------------------------------ */

enum { NAME = 1, VERSION, VENDOR, TYPE, LEVEL, SUMMARY, DESCRIPTION, DATE,
       PATH, DEPENDS, CONFLICTS, REPLACES, PROVIDES, TAG, URL, MAINT, LIVE,
       STATELESS, OVERLAY, SUMS, PAYLOAD, SIG, DESCRIPTOR, PRINT, WRONG,
       CORRUPT, DROP, STRAY, TWICE, FIRST, SECOND, NO_SIG, MODE, SLASH,
       NO_PAD };

static const struct option longopts[] = {
	{ "name", 1, NULL, NAME }, { "version", 1, NULL, VERSION },
	{ "vendor", 1, NULL, VENDOR }, { "type", 1, NULL, TYPE },
	{ "level", 1, NULL, LEVEL }, { "summary", 1, NULL, SUMMARY },
	{ "description", 1, NULL, DESCRIPTION }, { "date", 1, NULL, DATE },
	{ "file", 1, NULL, PATH }, { "depends", 1, NULL, DEPENDS },
	{ "conflicts", 1, NULL, CONFLICTS }, { "replaces", 1, NULL, REPLACES },
	{ "provides", 1, NULL, PROVIDES }, { "tag", 1, NULL, TAG },
	{ "url", 1, NULL, URL }, { "maint", 1, NULL, MAINT },
	{ "live", 0, NULL, LIVE }, { "stateless", 0, NULL, STATELESS },
	{ "overlay", 0, NULL, OVERLAY }, { "sums", 1, NULL, SUMS },
	{ "payload", 1, NULL, PAYLOAD }, { "sig", 1, NULL, SIG },
	{ "descriptor", 1, NULL, DESCRIPTOR }, { "print", 0, NULL, PRINT },
	{ "wrong", 1, NULL, WRONG }, { "corrupt", 1, NULL, CORRUPT },
	{ "drop", 1, NULL, DROP }, { "stray", 1, NULL, STRAY },
	{ "twice", 0, NULL, TWICE }, { "first", 1, NULL, FIRST },
	{ "second", 1, NULL, SECOND }, { "no-sig", 0, NULL, NO_SIG },
	{ "mode", 1, NULL, MODE }, { "slash", 0, NULL, SLASH },
	{ "no-pad", 0, NULL, NO_PAD }, { NULL, 0, NULL, 0 },
};

static void set_date(struct ek_vibdesc *d, const char *text)
{
	d->has_date = strcmp(text, "none") != 0;
	if (d->has_date && !ek_date_parse(text, strlen(text), &d->date))
		die("--date wants YYYY-MM-DDThh:mm:ss or none");
}

static void add_url(struct ek_vibdesc *d, char *arg, struct ek_err *err)
{
	char *url = strchr(arg, '=');

	if (url == NULL)
		die("--url wants key=url");
	*url++ = '\0';
	must(ek_vibdesc_add_url(d, arg, url, err), err);
}

static void set_text(char **to)
{
	struct ek_err err = EK_ERR_INIT;

	must(ek_vibdesc_set(to, optarg, &err), &err);
}

/* Options that fill the descriptor; false for any other. */
static bool describe(struct ek_vibdesc *d, int c)
{
	struct ek_err err = EK_ERR_INIT;

	switch (c) {
	case NAME: set_text(&d->name); break;
	case VERSION: set_text(&d->version); break;
	case VENDOR: set_text(&d->vendor); break;
	case TYPE: set_text(&d->type); break;
	case SUMMARY: set_text(&d->summary); break;
	case DESCRIPTION: set_text(&d->description); break;
	case DATE: set_date(d, optarg); break;
	case LEVEL:
		if (!ek_level_parse(optarg, &d->level))
			die("--level wants community, partner, accepted or"
			    " certified");
		break;
	case PATH:
		must(ek_strs_add(&d->files, optarg, strlen(optarg), &err),
		     &err);
		break;
	case TAG:
		must(ek_strs_add(&d->tags, optarg, strlen(optarg), &err), &err);
		break;
	case URL: add_url(d, optarg, &err); break;
	case MAINT:
		d->maint_install = strcmp(optarg, "false") != 0;
		d->maint_remove = d->maint_install;
		break;
	case LIVE: d->live_install = d->live_remove = true; break;
	case STATELESS: d->stateless = true; break;
	case OVERLAY: d->overlay = true; break;
	default: return false;
	}
	return true;
}

static bool relate(struct ek_vibdesc *d, int c)
{
	struct ek_constraints *l = c == DEPENDS ? &d->depends :
				   c == CONFLICTS ? &d->conflicts :
				   c == REPLACES ? &d->replaces :
				   c == PROVIDES ? &d->provides : NULL;
	struct ek_err err = EK_ERR_INIT;

	if (l != NULL)
		must(ek_constraints_add_text(l, optarg, &err), &err);
	return l != NULL;
}

static void option(struct opts *o, int c)
{
	switch (c) {
	case 'o': o->out = optarg; break;
	case SUMS: o->sums = optarg; break;
	case PAYLOAD: add_payload(o, optarg); break;
	case SIG: o->sig = optarg; break;
	case DESCRIPTOR: o->descriptor = optarg; break;
	case PRINT: o->print = true; break;
	case WRONG: o->wrong = optarg; break;
	case CORRUPT: o->corrupt = optarg; break;
	case DROP: o->drop = optarg; break;
	case STRAY: add_stray(o, optarg); break;
	case TWICE: o->twice = true; break;
	case FIRST: o->first = optarg; break;
	case SECOND: o->second = optarg; break;
	case NO_SIG: o->no_sig = true; break;
	case MODE: o->mode = optarg; break;
	case SLASH: o->slash = true; break;
	case NO_PAD: o->no_pad = true; break;
	default: die("see the head of tests/fix/mkvib.c for the options");
	}
}

static void set_defaults(struct opts *o)
{
	static const char *const texts[] = {
		"net-acme", "1.0-1", "Acme", "net-acme: made by mkvib",
		"A VIB for tests.",
	};
	struct ek_vibdesc *d = &o->d;
	char **to[] = { &d->name, &d->version, &d->vendor, &d->summary,
			&d->description };
	struct ek_err err = EK_ERR_INIT;

	ek_vibdesc_init(d);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		must(ek_vibdesc_set(to[i], texts[i], &err), &err);
	set_date(d, "2024-01-02T03:04:05");
}

int main(int argc, char **argv)
{
	struct opts o = { .sums = "new", .first = "descriptor.xml",
			  .second = "sig.pkcs7", .mode = "0" };
	int c;

	set_defaults(&o);
	while ((c = getopt_long(argc, argv, "o:", longopts, NULL)) != -1)
		if (!describe(&o.d, c) && !relate(&o.d, c))
			option(&o, c);
	run(&o);
	for (size_t i = 0; i < o.n; i++)
		free(o.data[i].p);
	ek_vibdesc_clear(&o.d);
	return 0;
}
