/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mkdriver.c - make a driver package for tests, good or bad in one stated way
 *
 * The module is a real ELF relocatable object with .text, .modinfo and symbol
 * tables; nothing here is shared with the code under test but zlib. The same
 * options give the same bytes.
 */
#include "os.h"

#include <getopt.h>
#include <stdarg.h>

#define ZLIB_CONST 1
#include <zlib.h>

static const char usage[] =
"Usage: mkdriver [-o file] [--module name] [--kind linux|native]\n"
"                [--dialect gnu|ustar|pax|v7] [--class network|storage]\n"
"                [--id vvvv:dddd] [--module-version text] [--mtime seconds]\n"
"                [--size bytes] [--tar] [--object] [--bad what]\n"
"\n"
"Defaults: module acme, kind linux, dialect gnu, class network, id 1af4:1000,\n"
"module version 1.2.3, mtime 1700000000. --tar leaves gzip away, --object\n"
"writes the module alone, --size pads its code. what, refused by vib-gen:\n"
"  dotdot absolute device fifo hardlink dup longname filedir linkout linkabs\n"
"  control simplemap pciids object nomap nomodule baddriver notelf machine\n"
"  exec other wrongmap badmap sparse cut flip trailing\n"
"and these, which it takes:\n"
"  noids emptymap nodirs dotslash members crlf upper dupid idsonly orphan\n"
"  modes longdir\n";

struct bytes {
	unsigned char *p;
	size_t len, cap;
};

struct opts {
	const char *out, *module, *kind, *dialect, *class, *id, *version, *bad;
	long long mtime;
	size_t size;
	bool tar, object;
};

static void die(const char *what)
{
	fprintf(stderr, "mkdriver: %s\n", what);
	exit(3);
}

static void add(struct bytes *b, const void *data, size_t len)
{
	if (b->len + len > b->cap) {
		b->cap = (b->len + len) * 2;
		b->p = realloc(b->p, b->cap);
		if (b->p == NULL)
			die("no memory");
	}
	if (len > 0)
		memcpy(b->p + b->len, data, len);
	b->len += len;
}

static void zeros(struct bytes *b, size_t to)
{
	static const unsigned char none[512];

	while (b->len % to != 0)
		add(b, none, 1);
}

__attribute__((format(printf, 2, 3)))
static void addf(struct bytes *b, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(text))
		die("text too long");
	add(b, text, (size_t)n);
}

static bool bad(const struct opts *o, const char *what)
{
	return o->bad != NULL && strcmp(o->bad, what) == 0;
}

static bool native(const struct opts *o)
{
	return strcmp(o->kind, "native") == 0;
}

/* ---- the module --------------------------------------------------------- */

static void le(struct bytes *b, uint64_t v, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		unsigned char c = (unsigned char)(v >> (8 * i));

		add(b, &c, 1);
	}
}

static void section(struct bytes *b, uint32_t name, uint32_t type,
		    uint64_t flags, uint64_t off, uint64_t size, uint32_t link,
		    uint32_t info, uint64_t align, uint64_t entsize)
{
	le(b, name, 4);
	le(b, type, 4);
	le(b, flags, 8);
	le(b, 0, 8); /* sh_addr */
	le(b, off, 8);
	le(b, size, 8);
	le(b, link, 4);
	le(b, info, 4);
	le(b, align, 8);
	le(b, entsize, 8);
}

static void elf_header(struct bytes *b, const struct opts *o, uint64_t shoff)
{
	static const unsigned char ident[16] = {
		0x7f, 'E', 'L', 'F', 2 /* 64 bit */, 1 /* LSB */, 1,
	};

	add(b, ident, sizeof(ident));
	le(b, bad(o, "exec") ? 2 : 1, 2);         /* ET_REL */
	le(b, bad(o, "machine") ? 21 : 62, 2);    /* EM_X86_64; EM_PPC64 */
	le(b, 1, 4);
	le(b, 0, 8);
	le(b, 0, 8);
	le(b, shoff, 8);
	le(b, 0, 4);
	le(b, 64, 2);
	le(b, 0, 2);
	le(b, 0, 2);
	le(b, 64, 2);
	le(b, 6, 2); /* sections */
	le(b, 5, 2); /* .shstrtab */
}

/* init_module and cleanup_module: xor %eax,%eax; ret */
static void text_section(struct bytes *b, size_t size)
{
	static const unsigned char code[16] = {
		0x31, 0xc0, 0xc3, 0x90, 0x90, 0x90, 0x90, 0x90,
		0x31, 0xc0, 0xc3, 0x90, 0x90, 0x90, 0x90, 0x90,
	};
	uint32_t x = 1;

	add(b, code, sizeof(code));
	while (b->len < 64 + size) { /* such as does not compress away */
		x = x * 1664525u + 1013904223u;
		le(b, x >> 8, 3);
	}
	zeros(b, 16);
}

static void symbol(struct bytes *b, uint32_t name, uint64_t value)
{
	le(b, name, 4);
	le(b, name == 0 ? 0 : 0x12, 1); /* global function */
	le(b, 0, 1);
	le(b, name == 0 ? 0 : 1, 2); /* in .text */
	le(b, value, 8);
	le(b, name == 0 ? 0 : 3, 8);
}

static void make_module(struct bytes *b, const struct opts *o)
{
	static const char strs[] = "\0init_module\0cleanup_module";
	static const char names[] =
		"\0.text\0.modinfo\0.symtab\0.strtab\0.shstrtab";
	struct bytes body = { 0 };
	size_t info, sym, str, shstr, code;

	for (size_t i = 0; i < 64; i++)
		add(&body, "", 1);
	text_section(&body, o->size);
	code = body.len - 64;
	info = body.len;
	addf(&body, "license=GPL%cversion=%s%cdescription=%s driver%c", 0,
	     o->version, 0, o->module, 0);
	zeros(&body, 8);
	sym = body.len;
	symbol(&body, 0, 0);
	symbol(&body, 1, 0);
	symbol(&body, 13, 8);
	str = body.len;
	add(&body, strs, sizeof(strs));
	shstr = body.len;
	add(&body, names, sizeof(names));
	zeros(&body, 8);
	elf_header(b, o, body.len);
	add(b, body.p + 64, body.len - 64);
	section(b, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	section(b, 1, 1, 6, 64, code, 0, 0, 16, 0);
	section(b, 7, 1, 2, info, sym - info, 0, 0, 1, 0);
	section(b, 16, 2, 0, sym, str - sym, 4, 1, 8, 24);
	section(b, 24, 3, 0, str, shstr - str, 0, 0, 1, 0);
	section(b, 32, 3, 0, shstr, sizeof(names), 0, 0, 1, 0);
	free(body.p);
}

/* ---- map and ids -------------------------------------------------------- */

static void make_map(struct bytes *b, const struct opts *o)
{
	const char *driver = bad(o, "baddriver") ? "nobody" : o->module;
	const char *end = bad(o, "crlf") ? "\r\n" : "\n";
	const char *id = bad(o, "upper") ? "1AF4:1000" : o->id;
	unsigned twice = bad(o, "dupid") ? 2 : 1;

	if (bad(o, "emptymap"))
		return;
	if (bad(o, "badmap")) {
		addf(b, "# a comment\nregtype=linux,bus=pci,id=8086,driver=%s\n",
		     driver);
		return;
	}
	for (unsigned i = 0; i < twice; i++) {
		if (native(o))
			addf(b, "regtype=native,bus=pci,id=%.4s%.4s"
			     "..............,driver=%s%s", id, id + 5, driver,
			     end);
		else
			addf(b, "regtype=linux,bus=pci,id=%s 0000:0000,"
			     "driver=%s,class=%s%s", id, driver, o->class, end);
	}
}

static void make_ids(struct bytes *b, const struct opts *o)
{
	addf(b, "# %s\n%.4s  Acme\n\t%.4s  Acme %s adapter\n", o->module, o->id,
	     o->id + 5, o->module);
	if (bad(o, "idsonly"))
		addf(b, "\tffff  Acme without a driver\n");
}

/* ---- tar ---------------------------------------------------------------- */

static void number(unsigned char *p, int width, unsigned long long v)
{
	char text[32];

	snprintf(text, sizeof(text), "%0*llo", width, v);
	memcpy(p, text, (size_t)width + 1);
}

static void seal(struct bytes *b, unsigned char h[512])
{
	unsigned sum = 0;

	memset(h + 148, ' ', 8);
	for (size_t i = 0; i < 512; i++)
		sum += h[i];
	number(h + 148, 6, sum);
	add(b, h, 512);
}

static void data_of(struct bytes *b, const void *data, size_t len)
{
	add(b, data, len);
	zeros(b, 512);
}

static void basic(unsigned char h[512], const char *name, size_t len, char type,
		  unsigned mode, size_t size, long long mtime)
{
	memset(h, 0, 512);
	memcpy(h, name, len > 100 ? 100 : len);
	number(h + 100, 7, mode);
	number(h + 108, 7, 0);
	number(h + 116, 7, 0);
	number(h + 124, 11, size);
	number(h + 136, 11, (unsigned long long)mtime);
	h[156] = (unsigned char)type;
}

static void magic(unsigned char h[512], const struct opts *o)
{
	if (strcmp(o->dialect, "v7") == 0) {
		if (h[156] == '0' || h[156] == '5')
			h[156] = 0;
		return;
	}
	if (strcmp(o->dialect, "gnu") == 0)
		memcpy(h + 257, "ustar  ", 8);
	else
		memcpy(h + 257, "ustar\00000", 8);
	memcpy(h + 265, "root", 4);
	memcpy(h + 297, "root", 4);
}

/* "len key=value\n", where len counts its own digits. */
static size_t pax_text(char *p, size_t room, const char *key,
		       const char *value)
{
	size_t n = strlen(key) + strlen(value) + 3, len = n + 1;
	int wrote;

	while (len != n + (size_t)snprintf(NULL, 0, "%zu", len))
		len++;
	wrote = snprintf(p, room, "%zu %s=%s\n", len, key, value);
	if (wrote < 0 || (size_t)wrote != len || len >= room)
		die("pax record");
	return len;
}

/* One extended header for what the next record cannot say. */
static void pax_header(struct bytes *b, const struct opts *o, const char *path)
{
	unsigned char h[512];
	char text[1024];
	size_t len;

	len = pax_text(text, sizeof(text), "mtime", "1700000000.5");
	if (strlen(path) >= 100)
		len += pax_text(text + len, sizeof(text) - len, "path", path);
	basic(h, "PaxHeaders/x", 12, 'x', 0644, len, o->mtime);
	magic(h, o);
	seal(b, h);
	data_of(b, text, len);
}

/* What each dialect does with a name that is too long for its field. */
static void long_name(struct bytes *b, unsigned char h[512],
		      const struct opts *o, const char *name)
{
	unsigned char l[512];
	const char *cut;

	if (strcmp(o->dialect, "v7") == 0)
		die("v7 has no long names");
	if (strcmp(o->dialect, "gnu") == 0) {
		basic(l, "././@LongLink", 13, 'L', 0644, strlen(name) + 1, 0);
		magic(l, o);
		seal(b, l);
		data_of(b, name, strlen(name) + 1);
	} else if (strcmp(o->dialect, "ustar") == 0) {
		cut = strrchr(name, '/');
		memset(h, 0, 100);
		memcpy(h, cut + 1, strlen(cut + 1));
		memcpy(h + 345, name, (size_t)(cut - name));
	}
}

static void member(struct bytes *b, const struct opts *o, const char *name,
		   char type, unsigned mode, const char *link, const void *data,
		   size_t len)
{
	unsigned char h[512];
	char full[512];

	snprintf(full, sizeof(full), "%s%s", bad(o, "dotslash") ? "./" : "",
		 name);
	basic(h, full, strlen(full), type, mode, len, o->mtime);
	if (link != NULL)
		memcpy(h + 157, link, strlen(link));
	if (type == '3') {
		number(h + 329, 7, 1);
		number(h + 337, 7, 3);
	}
	magic(h, o);
	if (strcmp(o->dialect, "pax") == 0 && type == '0')
		pax_header(b, o, full);
	if (strlen(full) >= 100)
		long_name(b, h, o, full);
	seal(b, h);
	data_of(b, data, len);
}

static void dir(struct bytes *b, const struct opts *o, const char *name)
{
	if (!bad(o, "nodirs"))
		member(b, o, name, '5', bad(o, "modes") ? 0700 : 0755, NULL,
		       NULL, 0);
}

static void file(struct bytes *b, const struct opts *o, const char *name,
		 const void *data, size_t len)
{
	member(b, o, name, '0', bad(o, "modes") ? 0600 : 0644, NULL, data, len);
}

/* ---- the package -------------------------------------------------------- */

static void add_map(struct bytes *b, const struct opts *o)
{
	const char *where = native(o) ? "default.map.d" : "driver.map.d";
	struct bytes map = { 0 };
	char name[512];

	if (bad(o, "nomap") || bad(o, "simplemap") || bad(o, "pciids"))
		return;
	make_map(&map, o);
	snprintf(name, sizeof(name), "etc/vmware/%s/", where);
	dir(b, o, name);
	snprintf(name, sizeof(name), "etc/vmware/%s/%s.map", where, o->module);
	if (bad(o, "longname"))
		snprintf(name, sizeof(name), "etc/vmware/%s/%.*s.map", where,
			 (int)(100 - 4 - 12 - strlen(where)),
			 "a-name-that-makes-the-whole-path-one-hundred-bytes-"
			 "long-which-is-one-more-than-there-is-room-for");
	if (bad(o, "wrongmap"))
		snprintf(name, sizeof(name), "etc/vmware/%s.map", o->module);
	file(b, o, name, map.p, map.len);
	if (bad(o, "dup"))
		file(b, o, name, map.p, map.len);
	free(map.p);
}

static void add_module(struct bytes *b, const struct opts *o)
{
	struct bytes elf = { 0 };
	char name[512];

	make_module(&elf, o);
	if (bad(o, "notelf"))
		memcpy(elf.p, "#!/bin/sh\n", 10);
	dir(b, o, "usr/lib/vmware/vmkmod/");
	snprintf(name, sizeof(name), "usr/lib/vmware/vmkmod/%s%s", o->module,
		 bad(o, "object") ? ".o" : "");
	if (!bad(o, "nomodule"))
		file(b, o, name, elf.p, elf.len);
	if (bad(o, "hardlink"))
		member(b, o, "usr/lib/vmware/vmkmod/again", '1', 0644, name,
		       NULL, 0);
	if (bad(o, "orphan"))
		file(b, o, "usr/lib/vmware/vmkmod/orphan", elf.p, elf.len);
	free(elf.p);
}

static void add_ids(struct bytes *b, const struct opts *o)
{
	const char *where = native(o) ? "default.pciids.d" : "driver.pciids.d";
	struct bytes ids = { 0 };
	char name[512];

	if (bad(o, "noids") || bad(o, "pciids"))
		return;
	make_ids(&ids, o);
	snprintf(name, sizeof(name), "usr/share/hwdata/%s/", where);
	dir(b, o, "usr/share/");
	dir(b, o, "usr/share/hwdata/");
	dir(b, o, name);
	snprintf(name, sizeof(name), "usr/share/hwdata/%s/%s.ids", where,
		 o->module);
	file(b, o, name, ids.p, ids.len);
	free(ids.p);
}

static void add_sparse(struct bytes *b, const struct opts *o)
{
	unsigned char h[512];

	basic(h, "usr/sparse", 10, 'S', 0644, 512, o->mtime);
	magic(h, o);
	number(h + 386, 11, 1 << 20); /* one piece of data, far behind */
	number(h + 398, 11, 512);
	number(h + 483, 11, (1 << 20) + 512);
	seal(b, h);
	for (int i = 0; i < 512; i++)
		add(b, "s", 1);
}

/* Members that no driver package may have, each in front of the good ones. */
static void add_bad(struct bytes *b, const struct opts *o)
{
	if (bad(o, "dotdot"))
		file(b, o, "usr/../../evil", "x\n", 2);
	if (bad(o, "absolute"))
		file(b, o, "/etc/evil", "x\n", 2);
	if (bad(o, "control"))
		file(b, o, "etc/e\033[2Jvil", "x\n", 2);
	if (bad(o, "device"))
		member(b, o, "etc/evil", '3', 0666, NULL, NULL, 0);
	if (bad(o, "fifo"))
		member(b, o, "etc/evil", '6', 0666, NULL, NULL, 0);
	if (bad(o, "linkout"))
		member(b, o, "etc/evil", '2', 0777, "../../../etc/shadow", NULL,
		       0);
	if (bad(o, "linkabs"))
		member(b, o, "etc/evil", '2', 0777, "/etc/shadow", NULL, 0);
	if (bad(o, "filedir"))
		file(b, o, "usr/lib/vmware", "x\n", 2);
	if (bad(o, "sparse"))
		add_sparse(b, o);
	if (bad(o, "other"))
		file(b, o, "etc/acme.conf", "x\n", 2);
	if (bad(o, "simplemap"))
		file(b, o, "etc/vmware/simple.map",
		     "8086:10d3 0000:0000 network e1000e\n", 35);
	if (bad(o, "longdir"))
		dir(b, o, "etc/an-empty-directory-more/");
}

static void make_tar(struct bytes *b, const struct opts *o)
{
	dir(b, o, "etc/");
	dir(b, o, "etc/vmware/");
	if (!bad(o, "filedir")) {
		dir(b, o, "usr/");
		dir(b, o, "usr/lib/");
		dir(b, o, "usr/lib/vmware/");
	}
	add_bad(b, o);
	add_map(b, o);
	add_module(b, o);
	add_ids(b, o);
	if (bad(o, "pciids"))
		file(b, o, "usr/share/hwdata/pci.ids", "8086  Intel\n", 12);
	for (int i = 0; i < 2; i++) {
		add(b, "", 1);
		zeros(b, 512);
	}
	zeros(b, 10240);
}

static void gzip(struct bytes *out, const unsigned char *data, size_t len)
{
	unsigned char buf[65536];
	z_stream z = { 0 };
	int rc;

	if (deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		die("zlib");
	z.next_in = data;
	z.avail_in = (uInt)len;
	do {
		z.next_out = buf;
		z.avail_out = sizeof(buf);
		rc = deflate(&z, Z_FINISH);
		add(out, buf, sizeof(buf) - z.avail_out);
	} while (rc == Z_OK);
	deflateEnd(&z);
	if (rc != Z_STREAM_END)
		die("zlib");
}

static void pack(struct bytes *out, const struct bytes *tar,
		 const struct opts *o)
{
	size_t half = tar->len / 2;

	if (o->tar) {
		add(out, tar->p, tar->len);
		return;
	}
	if (!bad(o, "members"))
		half = tar->len;
	gzip(out, tar->p, half);
	if (half < tar->len)
		gzip(out, tar->p + half, tar->len - half);
	if (bad(o, "cut"))
		out->len -= out->len / 3;
	if (bad(o, "flip"))
		out->p[out->len / 2] ^= 0x10;
	if (bad(o, "trailing"))
		add(out, "more", 4);
}

enum { OPT_MODULE = 256, OPT_KIND, OPT_DIALECT, OPT_CLASS, OPT_ID, OPT_VERSION,
       OPT_MTIME, OPT_SIZE, OPT_TAR, OPT_OBJECT, OPT_BAD };

static const struct option longopts[] = {
	{ "module", required_argument, NULL, OPT_MODULE },
	{ "kind", required_argument, NULL, OPT_KIND },
	{ "dialect", required_argument, NULL, OPT_DIALECT },
	{ "class", required_argument, NULL, OPT_CLASS },
	{ "id", required_argument, NULL, OPT_ID },
	{ "module-version", required_argument, NULL, OPT_VERSION },
	{ "mtime", required_argument, NULL, OPT_MTIME },
	{ "size", required_argument, NULL, OPT_SIZE },
	{ "tar", no_argument, NULL, OPT_TAR },
	{ "object", no_argument, NULL, OPT_OBJECT },
	{ "bad", required_argument, NULL, OPT_BAD },
	{ NULL, 0, NULL, 0 },
};

/* A word of the usage text, so that a test cannot ask for what is not there. */
static bool known(const char *what)
{
	size_t n = strlen(what);

	for (const char *p = strstr(usage, "dotdot"); p != NULL;
	     p = strstr(p + 1, what))
		if (strncmp(p, what, n) == 0 && p[-1] == ' ' &&
		    (p[n] == ' ' || p[n] == '\n'))
			return true;
	return false;
}

static void parse_args(struct opts *o, int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "o:", longopts, NULL)) != -1) {
		switch (c) {
		case 'o': o->out = optarg; break;
		case OPT_MODULE: o->module = optarg; break;
		case OPT_KIND: o->kind = optarg; break;
		case OPT_DIALECT: o->dialect = optarg; break;
		case OPT_CLASS: o->class = optarg; break;
		case OPT_ID: o->id = optarg; break;
		case OPT_VERSION: o->version = optarg; break;
		case OPT_MTIME: o->mtime = strtoll(optarg, NULL, 10); break;
		case OPT_SIZE: o->size = strtoul(optarg, NULL, 10); break;
		case OPT_TAR: o->tar = true; break;
		case OPT_OBJECT: o->object = true; break;
		case OPT_BAD: o->bad = optarg; break;
		default:
			fputs(usage, stderr);
			exit(2);
		}
	}
	if (optind != argc || strlen(o->id) != 9 || strlen(o->module) > 60 ||
	    (o->bad != NULL && !known(o->bad))) {
		fputs(usage, stderr);
		exit(2);
	}
}

int main(int argc, char **argv)
{
	struct opts o = {
		.module = "acme", .kind = "linux", .dialect = "gnu",
		.class = "network", .id = "1af4:1000", .version = "1.2.3",
		.mtime = 1700000000,
	};
	struct bytes tar = { 0 }, out = { 0 };
	FILE *f = stdout;

	parse_args(&o, argc, argv);
	if (o.object) {
		make_module(&out, &o);
	} else {
		make_tar(&tar, &o);
		pack(&out, &tar, &o);
	}
	if (o.out != NULL && (f = fopen(o.out, "wb")) == NULL)
		die("cannot open output");
	if (fwrite(out.p, 1, out.len, f) != out.len || fclose(f) != 0)
		die("cannot write output");
	free(tar.p);
	free(out.p);
	return 0;
}
