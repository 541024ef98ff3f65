/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mkdb.c - an image database in the real form, and the files it speaks of
 *
 *	mkdb [--shape 5.0|6.7|7.0|8.0|9.0] [--count N] [--short] [--esx-version V]
 *	     [--kernel file] [--ballast file.v00]... [-o imgdb.tgz]
 *	     [--payloads dir]
 *
 * A dozen VIBs as VMware's (all made up): esx-base with boot payloads, drivers,
 * a locker VIB; the profile at level partner. --count adds drivers up to N
 * modules in boot.cfg, --short gives their files one-letter stems. --payloads
 * writes the files of the modules, the loaders, IMGDB.TGZ, IMGPAYLD.TGZ and BOOT.CFG
 * into dir, all in upper case as they are on a disc. --kernel is what the payload that
 * kernel= names holds (else a line of text); each --ballast the payload of a
 * VIB of its own, taken as it is. The same call gives the same bytes.
 */
#include "os.h"

#include <getopt.h>
#include <sys/stat.h>
#include <unistd.h>

#include <lzma.h>
#include <openssl/pem.h>

#include "ek/buf.h"
#include "ek/date.h"
#include "ek/deflate.h"
#include "ek/digest.h"
#include "ek/entry.h"
#include "ek/err.h"
#include "ek/gnutar.h"
#include "ek/imgdb.h"
#include "ek/io.h"
#include "ek/layers.h"
#include "ek/payload.h"
#include "ek/paysum.h"
#include "ek/names.h"
#include "ek/path.h"
#include "ek/profile.h"
#include "ek/sig.h"
#include "ek/vibdesc.h"
#include "ek/vmtar.h"
#include "testkey.h"

enum { VIBS_MAX = 400, BALLAST_MAX = 200, PAYLOADS_MAX = 16, FILE_MAX = 1 << 30 };

/* "name:type[:boot-order[:vfat-name]]", cut by blanks */
struct vib {
	const char *name, *version, *payloads;
	const char *flags; /* D driver, L locker, O overlay, E esx-version */
};

static const struct vib v50[] = {
	{ "ata-pata-amd", "0.3.10-3vmw.500.0.0.469512", "ata-pata:vgz", "D" },
	{ "ehci-ehci-hcd", "1.0-3vmw.500.0.0.469512", "ehci-ehc:vgz", "D" },
	{ "esx-base", "5.0.0-0.0.469512", "b:boot:10 useropts:boot:48:useropts.gz "
	  "k:boot:50 a:boot:60 s:vgz:100 weaselin:installer_vgz mboot.c32:"
	  "boot_com32_bios", "E" },
	{ "esx-tboot", "5.0.0-0.0.469512", "tboot:boot:1", "" },
	{ "ipmi-ipmi-si-drv", "39.1-4vmw.500.0.0.469512", "ipmi-ipm:vgz", "D" },
	{ "misc-drivers", "5.0.0-0.0.469512", "misc-dri:vgz", "D" },
	{ "net-bnx2", "2.0.15g.v50.11-5vmw.500.0.0.469512", "net-bnx2:vgz",
	  "D" },
	{ "net-e1000", "8.0.3.1-2vmw.500.0.0.469512", "net-e1000:vgz", "D" },
	{ "net-e1000e", "1.1.2-3vmw.500.0.0.469512", "net-e1000e:vgz", "D" },
	{ "net-igb", "2.1.11.1-3vmw.500.0.0.469512", "net-igb:vgz", "D" },
	{ "sata-ahci", "3.0-6vmw.500.0.0.469512", "sata-ahc:vgz", "D" },
	{ "scsi-mpt2sas", "06.00.00.00-5vmw.500.0.0.469512", "scsi-mpt:vgz",
	  "D" },
	{ "tools-light", "5.0.0-0.0.469512", "tools:tgz", "L" },
};

static const struct vib v67[] = {
	{ "ata-pata-amd", "0.3.10-3vmw.670.0.0.8169922", "ata-pata:vgz", "D" },
	{ "cpu-microcode", "6.7.0-0.0.8169922", "uc_intel:boot:200 "
	  "uc_amd:boot:201", "" },
	{ "esx-base", "6.7.0-0.0.8169922", "b:boot:10 jumpstrt:boot:47:"
	  "jumpstrt.gz useropts:boot:48:useropts.gz features:boot:49:"
	  "features.gz k:boot:50 chardevs:boot:99 user:boot:100 "
	  "procfs:boot:101 vmx:vgz:100 vim:vgz:100 sb:vgz:100 s:vgz:100 "
	  "btldr:tgz weaselin:tgz mboot.c32:boot_com32_bios "
	  "BOOTx64.EFI:boot_loader_efi", "E" },
	{ "esx-ui", "1.25.0-7872652", "esx-ui:vgz", "" },
	{ "esx-xserver", "6.7.0-0.0.8169922", "xorg:vgz", "O" },
	{ "ixgben", "1.4.1-12vmw.670.0.0.8169922", "ixgben:vgz", "" },
	{ "lsu-lsi-lsi-mr3-plugin", "1.0.0-13vmw.670.0.0.8169922",
	  "lsu-lsi-:vgz", "" },
	{ "lsu-hp-hpsa-plugin", "2.0.0-13vmw.670.0.0.8169922", "lsu-hp-h:vgz",
	  "" },
	{ "net-e1000", "8.0.3.1-5vmw.670.0.0.8169922", "net-e100:vgz", "D" },
	{ "net-e1000e", "3.2.2.1-2vmw.670.0.0.8169922", "net-e100:vgz", "D" },
	{ "net-igb", "5.0.5.1.1-5vmw.670.0.0.8169922", "net-igb:vgz", "D" },
	{ "sata-ahci", "3.0-26vmw.670.0.0.8169922", "sata-ahc:vgz", "D" },
	{ "scsi-mpt2sas", "19.00.00.00-2vmw.670.0.0.8169922", "scsi-mpt:vgz",
	  "D" },
	{ "tools-light", "10.2.0.7253323-8169922", "tools:tgz", "L" },
};

/* 7.0.3 and later: no vmklinux; N is a native driver. */
#define BASE_70(build) { "esx-base", build, "b:boot:10 jumpstrt:boot:47:" \
	"jumpstrt.gz useropts:boot:48:useropts.gz features:boot:49:" \
	"features.gz k:boot:50 procfs:boot:99 vmx:vgz:100 vim:vgz:100 " \
	"sb:vgz:100 s:vgz:100 btldr:tgz mboot.c32:boot_com32_bios " \
	"BOOTx64.EFI:boot_loader_efi", "E" }
#define REST_70(build, type) \
	{ "cpu-microcode", build, "uc_intel:boot:51 uc_amd:boot:52 " \
	  "uc_hygon:boot:52", "" }, \
	{ "esx-update", build, "esxupdt:vgz", "" }, \
	{ "esx-xserver", build, "xorg:vgz", "O" }, \
	{ "gc", build, "gc:vgz", "O" }, \
	{ "i40en", "1.11.1.31-1vmw", "i40en:" type, "N" }, \
	{ "igbn", "1.4.11.2-1vmw", "igbn:" type, "N" }, \
	{ "ixgben", "1.7.1.35-1vmw", "ixgben:" type, "N" }, \
	{ "lsi-mr3", "7.718.02.00-1vmw", "lsi-mr3:" type, "N" }, \
	{ "lsuv2-lsiv2-drivers-plugin", "1.0.0-5vmw", \
	  "lsuv2-ls:vgz", "" }, \
	{ "vmkusb", "0.1-6vmw", "vmkusb:" type, "N" }, \
	{ "weaselin", build, "weaselin:vgz", "" }, \
	{ "tools-light", "11.3.0.18090558-18478802", "tools:tgz", "L" }

static const struct vib v70[] = {
	BASE_70("7.0.3-0.0.18644231"), REST_70("7.0.3-0.0.18644231", "vgz"),
};
static const struct vib v80[] = {
	BASE_70("8.0.3-0.0.24022510"), REST_70("8.0.3-0.0.24022510", "vgz"),
};
static const struct vib v90[] = {
	BASE_70("9.0.0-0.0.24755229"), REST_70("9.0.0-0.0.24755229", "vzstd"),
};

static const char *const provides70[] = {
	"vmkapi_2_9_0_0", "vmkapi_2_9_0_0", "vmkapi_incompat_2_9_0_0", NULL
};
static const char *const provides80[] = {
	"vmkapi_2_13_0_0", "vmkapi_2_13_0_0", "vmkapi_incompat_2_13_0_0", NULL
};
static const char *const provides90[] = {
	"vmkapi_3_0_0_0", "vmkapi_3_0_0_0", "zstd-compression=1.0", NULL
};

static const char *const provides50[] = {
	"vmkapi_2_0_0_0", "com.vmware.driverAPI-9.2.0.0", NULL
};
static const char *const provides67[] = {
	"vmkapi_2_2_0_0", "vmkapi_2_3_0_0", "vmkapi_2_4_0_0", "vmkapi_2_5_0_0",
	"vmkapi_incompat_2_5_0_0", "com.vmware.driverAPI-9.2.1.0",
	"com.vmware.driverAPI-9.2.2.0", "com.vmware.driverAPI-9.2.3.0", NULL
};

static const struct shape {
	const char *release, *profile, *date, *esx, *kernelopt;
	const struct vib *vibs;
	size_t n;
	const char *const *provides;
	bool orig; /* .orig and .sig are stored; hyphens become _ */
	enum ek_vmtar_gen gen;
	bool modern;      /* 7.0: bulletins, signed s and sb, build= */
	const char *tail; /* modules between imgdb.tgz and imgpayld.tgz */
	const char *title;
} shapes[] = {
	{ "5.0", "ESXi-5.0.0-469512-standard", "2011-08-19T00:00:00+00:00",
	  "5.0.0-0.0.469512", "runweasel", v50, sizeof(v50) / sizeof(v50[0]),
	  provides50, false, EK_VMTAR_65, false, "",
	  "Loading ESXi installer" },
	{ "6.7", "ESXi-6.7.0-8169922-standard", "2018-04-03T21:49:24+00:00",
	  "6.7.0-0.0.8169922", "cdromBoot runweasel", v67,
	  sizeof(v67) / sizeof(v67[0]), provides67, true, EK_VMTAR_67, false,
	  "", "Loading ESXi installer" },
	{ "7.0", "ESXi-7.0U3-18644231-standard", "2021-10-05T00:00:00+00:00",
	  "7.0.3-0.0.18644231", "runweasel cdromBoot", v70,
	  sizeof(v70) / sizeof(v70[0]), provides70, true, EK_VMTAR_67, true,
	  "/basemisc.tgz --- /resvibs.tgz --- ", "Loading ESXi installer" },
	{ "8.0", "ESXi-8.0U3-24022510-standard", "2024-06-25T00:00:00+00:00",
	  "8.0.3-0.0.24022510", "runweasel cdromBoot", v80,
	  sizeof(v80) / sizeof(v80[0]), provides80, true, EK_VMTAR_80U1, true,
	  "/basemisc.tgz --- /resvibs.tgz --- /esxiodpt.tgz --- ",
	  "Loading ESXi installer" },
	{ "9.0", "ESXi-9.0.0-24755229-standard", "2025-06-17T00:00:00+00:00",
	  "9.0.0-0.0.24755229", "runweasel cdromBoot", v90,
	  sizeof(v90) / sizeof(v90[0]), provides90, true, EK_VMTAR_80U1, true,
	  "/basemisc.tgz --- /resvibs.tgz --- /esxiodpt.tgz --- ",
	  "Loading ESX installer" },
};

static const struct shape *find_shape(const char *release)
{
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		if (strcmp(shapes[i].release, release) == 0)
			return &shapes[i];
	fprintf(stderr, "mkdb: no shape '%s'\n", release);
	exit(2);
}

struct opts {
	const struct shape *shape;
	const char *out, *dir, *esx, *kernel, *ballast[BALLAST_MAX];
	size_t n_ballast;
	unsigned count;
	bool is_short;
};

/* A payload and its file. */
struct item {
	char id[256];
	struct ek_vibdesc *d;
	size_t payload;
	char *data;
	size_t len;
};

struct image {
	const struct opts *o;
	struct ek_imgdb *db;
	struct ek_profile *p;
	struct vib vibs[VIBS_MAX];
	char text[VIBS_MAX][2][64]; /* of those that --count and --ballast add */
	struct ek_vibdesc d[VIBS_MAX];
	size_t n;
	struct item *items;
	struct ek_local *locals; /* sorted; items are in the same order */
	size_t n_items;
	BIO *key, *cert; /* of mksig, as PEM */
};

static struct ek_err err;

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "mkdb: %s: %s\n", what, err.msg);
	exit(3);
}

static void must(int rc, const char *what)
{
	if (rc != EK_OK)
		die(what);
}

static char *copy(const char *s)
{
	char *t = strdup(s);

	if (t == NULL)
		die("memory");
	return t;
}

/* ---- contents ------------------------------------------------------------ */

static void put_file(struct ek_out *tar, const char *name, enum ek_ftype type,
		     const char *data, size_t len)
{
	struct ek_entry e = {
		.name = copy(name), .type = type,
		.mode = type == EK_FT_DIR ? 0755 : 0644,
		.uname = copy("root"), .gname = copy("root"),
		.mtime = 1500000000, .size = len,
	};

	must(type == EK_FT_DIR ? ek_gnutar_header(tar, &e, &err)
			       : ek_gnutar_file(tar, &e, data, &err), name);
	ek_entry_clear(&e);
}

/* File path with its directories, which are told apart by their first use. */
static void put_path(struct ek_out *tar, char *made, size_t cap,
		     const char *path, const char *data, size_t len)
{
	char dir[256];

	for (const char *p = strchr(path, '/'); p; p = strchr(p + 1, '/')) {
		size_t n = strlen(made);

		snprintf(dir, sizeof(dir), "|%.*s|", (int)(p - path), path);
		if (strstr(made, dir) != NULL)
			continue;
		snprintf(made + n, cap - n, "%s", dir);
		dir[strlen(dir) - 1] = '\0';
		put_file(tar, dir + 1, EK_FT_DIR, NULL, 0);
	}
	put_file(tar, path, EK_FT_FILE, data, len);
}

/* Reproducible bytes that do not pack to nothing. */
static void noise(struct ek_buf *b, const char *seed, size_t n)
{
	uint64_t x = 88172645463325252u;

	for (; *seed != '\0'; seed++)
		x = x * 31 + (unsigned char)*seed;
	while (b->len < n) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		ek_buf_addf(b, "%08x\n", (unsigned)x);
	}
}

/* The tar inside a vgz or tgz payload; the file names go to files. */
static void make_tar(const struct vib *v, const char *payload,
		     struct ek_strs *files, char **data, size_t *len)
{
	struct ek_buf b = EK_BUF_INIT;
	struct ek_out *tar;
	char made[1024] = "", path[128], map[128];
	bool native = strchr(v->flags, 'N') != NULL;
	bool driver = native || strchr(v->flags, 'D') != NULL;

	must(ek_out_open_mem(&tar, data, len, &err), "memory");
	if (driver) {
		unsigned id = ek_hash_string(v->name, 32) & 0xffff;

		snprintf(path, sizeof(path), "etc/vmware/%s.map.d/%s.map",
			 native ? "default" : "driver", v->name);
		snprintf(map, sizeof(map), native ? "regtype=native,bus=pci,"
			 "id=8086%04x..............,driver=%s\n" :
			 "regtype=linux,bus=pci,id=8086:%04x 0000:0000,"
			 "driver=%s,class=network\n", id, v->name);
		put_path(tar, made, sizeof(made), path, map, strlen(map));
		must(ek_strs_add(files, path, strlen(path), &err), path);
	}
	snprintf(path, sizeof(path), driver ? "usr/lib/vmware/vmkmod/%s"
		 : "usr/lib/vmware/%s", driver ? v->name : payload);
	noise(&b, payload, strcmp(payload, "s") == 0 ? 200000 : 3000);
	put_path(tar, made, sizeof(made), path, b.p, b.len);
	must(ek_strs_add(files, path, strlen(path), &err), path);
	ek_gnutar_end(tar, 0);
	must(ek_out_commit(&tar, &err), "tar");
	ek_buf_free(&b);
}

static void gzip_of(const char *data, size_t len, bool zstd, char **gz,
		    size_t *gz_len)
{
	struct ek_out *mem, *out;

	must(ek_out_open_mem(&mem, gz, gz_len, &err), "memory");
	must(ek_layers_out(&out, mem, zstd, -1, 1, &err), "gzip");
	ek_out_write(out, data, len);
	must(ek_out_commit(&out, &err), "gzip");
	must(ek_out_commit(&mem, &err), "gzip");
}

static void vmtar_of(char **data, size_t *len, enum ek_vmtar_gen gen)
{
	struct ek_in *in;
	struct ek_out *out;
	char *v;
	size_t n;

	must(ek_in_open_mem(&in, "tar", *data, *len, &err), "tar");
	must(ek_out_open_mem(&out, &v, &n, &err), "vmtar");
	must(ek_vmtar_from_tar(in, gen, out, NULL, NULL, &err), "vmtar");
	must(ek_out_commit(&out, &err), "vmtar");
	ek_in_close(&in);
	free(*data);
	*data = v;
	*len = n;
}

static void boot_of(const struct opts *o, const char *payload, char **data,
		    size_t *len)
{
	struct ek_buf b = EK_BUF_INIT;
	const char *kernel = o->shape->orig ? "b" : "tboot";

	if (strcmp(payload, kernel) == 0 && o->kernel != NULL) {
		must(ek_read_all(o->kernel, FILE_MAX, data, len, &err),
		     o->kernel);
		return;
	}
	noise(&b, payload, strcmp(payload, "k") == 0 ? 100000 : 2000);
	must(ek_buf_take(&b, payload, data, len, &err), payload);
}

/* As VMware's signed modules are: xz, and a signature footer behind it (vmtar.5,
 * "Layers"). */
static void sign_module(char **data, size_t *len)
{
	static const unsigned char head[4] = { 4 },
		tail[8] = { 0x10, 2, 0, 0, 0xed, 0x11, 0xbe, 0x1a };
	size_t room = lzma_stream_buffer_bound(*len), n = 0;
	uint8_t *xz = malloc(room);
	struct ek_buf b = EK_BUF_INIT;

	if (xz == NULL || lzma_easy_buffer_encode(1, LZMA_CHECK_CRC32, NULL,
						  (uint8_t *)*data, *len, xz,
						  &n, room) != LZMA_OK)
		die("xz");
	ek_buf_add(&b, xz, n);
	ek_buf_add(&b, head, sizeof(head));
	ek_buf_add(&b, "vmware_esx67\0\0\0\0", 16);
	for (int i = 0; i < 512; i++)
		ek_buf_addc(&b, (char)(i * 37 + 11));
	ek_buf_add(&b, tail, sizeof(tail));
	free(xz);
	free(*data);
	must(ek_buf_take(&b, "signed module", data, len, &err), "memory");
}

/* The file of payload p, compressed where its type wants that. */
static void make_payload(struct image *im, size_t vib, struct ek_payload *p,
			 struct item *it)
{
	const struct vib *v = &im->vibs[vib];
	struct ek_strs *files = &im->d[vib].files;
	char *data;
	size_t len;

	if (v->payloads[0] == '!') { /* ballast, taken as it is */
		const char *file = im->o->ballast[strtoul(v->name + 7, NULL,
							  10)];

		must(ek_read_all(file, FILE_MAX, &it->data, &it->len, &err),
		     file);
		return;
	}
	if (strncmp(p->type, "boot", 4) == 0) {
		boot_of(im->o, p->name, &data, &len);
	} else {
		make_tar(v, p->name, files, &data, &len);
		if (strcmp(p->type, "vgz") == 0 ||
		    strcmp(p->type, "installer_vgz") == 0)
			vmtar_of(&data, &len, im->o->shape->gen);
		if (strcmp(p->type, "vzstd") == 0)
			vmtar_of(&data, &len, im->o->shape->gen);
		if (im->o->shape->modern && (strcmp(p->name, "s") == 0 ||
					     strcmp(p->name, "sb") == 0))
			sign_module(&data, &len);
	}
	if (!ek_payload_compressed(p)) {
		it->data = data;
		it->len = len;
		return;
	}
	gzip_of(data, len, strcmp(p->type, "vzstd") == 0, &it->data, &it->len);
	free(data);
}

/* Digests of what is in all layers, and in the gzip. */
static void look_at(const struct item *it, struct ek_payload_look *l)
{
	struct ek_in *in;

	must(ek_in_open_mem(&in, "payload", it->data, it->len, &err), "in");
	must(ek_payload_look(in, NULL, l, &err), "payload");
	ek_in_close(&in);
}

static void add_sums(const struct item *it, struct ek_payload *p, bool is_67)
{
	struct ek_payload_look l;
	struct ek_paysums sums = {
		.compressed = ek_payload_compressed(p),
		.zstd = strcmp(p->type, "vzstd") == 0, .sha256 = l.sha256,
		.inside_sha256 = l.inside_sha256, .inside_sha1 = l.inside_sha1,
		.gunzip1_sha256 = l.gunzip1_sha256,
	};

	look_at(it, &l);
	must(ek_paysums_add(p, is_67, &sums, &err), "sum");
	ek_payload_look_clear(&l);
}

/* ---- VIBs ---------------------------------------------------------------- */

static void add_payload(struct image *im, size_t vib, const char *spec,
			size_t len)
{
	char text[128], *part[4] = { NULL }, *p = text;
	struct ek_payload *pay;
	struct item *it = &im->items[im->n_items++];

	if (*spec == '!') {
		spec++;
		len--;
	}
	snprintf(text, sizeof(text), "%.*s", (int)len, spec);
	for (int i = 0; i < 4 && p != NULL; i++)
		part[i] = strsep(&p, ":");
	must(ek_vibdesc_add_payload(&im->d[vib], part[0], part[1], &pay, &err),
	     text);
	if (part[2] != NULL)
		pay->boot_order = strtol(part[2], NULL, 10);
	if (part[3] != NULL)
		pay->vfat_name = copy(part[3]);
	make_payload(im, vib, pay, it);
	pay->has_size = true;
	pay->size = it->len;
	add_sums(it, pay, im->o->shape->orig);
	it->payload = im->d[vib].n_payloads - 1;
	it->d = &im->d[vib];
}

static void relate(const struct image *im, const struct vib *v,
		   struct ek_vibdesc *d)
{
	const struct shape *s = im->o->shape;

	if (strchr(v->flags, 'E') != NULL) {
		must(ek_constraints_add(&d->provides, "esx-version", NULL,
					im->o->esx, &err), "provides");
		for (size_t i = 0; s->provides[i] != NULL; i++)
			must(ek_constraints_add_text(&d->provides,
						     s->provides[i], &err),
			     "provides");
	}
	if (strpbrk(v->flags, "DN") != NULL) {
		must(ek_constraints_add(&d->depends, s->provides[s->orig], NULL,
					NULL, &err), "depends");
		must(ek_strs_add(&d->tags, "driver", 6, &err), "tag");
		must(ek_strs_add(&d->tags, "module", 6, &err), "tag");
	}
}

static void make_vib(struct image *im, size_t i)
{
	const struct vib *v = &im->vibs[i];
	struct ek_vibdesc *d = &im->d[i];
	const char *p = v->payloads;

	ek_vibdesc_init(d);
	free(d->type);
	d->type = copy(strchr(v->flags, 'L') != NULL ? "locker" : "bootbank");
	d->name = copy(v->name);
	d->version = copy(v->version);
	d->vendor = copy("VMware");
	d->summary = copy(v->name);
	d->description = copy("A made-up package.");
	d->has_date = ek_date_parse(im->o->shape->date,
				    strlen(im->o->shape->date), &d->date);
	d->level = EK_CERTIFIED;
	d->overlay = strchr(v->flags, 'O') != NULL;
	d->stateless = true;
	relate(im, v, d);
	while (*p != '\0') {
		size_t n = strcspn(p, " ");

		add_payload(im, i, p, n);
		p += n + (p[n] == ' ');
	}
	ek_strs_sort(&d->files);
}

/* How many modules modules= will have, imgdb.tgz and imgpayld.tgz too. */
static size_t count_modules(const struct image *im)
{
	size_t n = 1; /* the kernel is none, and two are more */

	for (size_t i = 0; i < im->n; i++)
		for (const char *p = im->vibs[i].payloads; *p != '\0';) {
			const char *type = strchr(p, ':') + 1;

			n += strncmp(type, "boot_", 5) != 0;
			p += strcspn(p, " ");
			p += *p == ' ';
		}
	return n;
}

static void list_vibs(struct image *im)
{
	const struct shape *s = im->o->shape;

	for (size_t i = 0; i < s->n; i++)
		im->vibs[im->n++] = s->vibs[i];
	for (size_t i = 0; i < im->o->n_ballast; i++) {
		char *name = im->text[im->n][0], *payload = im->text[im->n][1];

		snprintf(name, 64, "ballast%zu", i);
		snprintf(payload, 64, "!ballast%zu:vgz", i);
		im->vibs[im->n++] = (struct vib){ name, "1.0-1", payload, "" };
	}
	for (size_t i = 0; count_modules(im) < im->o->count; i++) {
		char *name = im->text[im->n][0], *payload = im->text[im->n][1];

		snprintf(name, 64, im->o->is_short ? "%c%c" : "drv-acme-%c%c",
			 (int)('e' + i / 20), (int)('a' + i % 20));
		snprintf(payload, 64, im->o->is_short ? "d:vgz" : "drv%s:vgz",
			 name + 8 * !im->o->is_short);
		im->vibs[im->n++] = (struct vib){ name, "1.0-1vmw.670.0.0.1",
						  payload, "D" };
	}
}

/* ---- database ------------------------------------------------------------ */

static void make_names(struct image *im)
{
	im->locals = calloc(im->n_items, sizeof(*im->locals));
	if (im->locals == NULL)
		die("memory");
	for (size_t i = 0; i < im->n_items; i++) {
		const struct item *it = &im->items[i];
		const struct ek_payload *p = &it->d->payloads[it->payload];

		im->locals[i] = (struct ek_local){
			.vib_id = it->id, .payload = p->name, .type = p->type,
			.vfat_name = p->vfat_name, .boot_order = p->boot_order,
			.overlay = it->d->overlay,
			.locker = strcmp(it->d->type, "locker") == 0,
		};
	}
	must(ek_names_assign(im->locals, im->n_items, !im->o->shape->orig,
			     &err), "names");
}

static int by_id(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	int c = strcmp(x->id, y->id);

	return c != 0 ? c : strcmp(x->d->payloads[x->payload].name,
				   y->d->payloads[y->payload].name);
}

static void make_key_pair(struct image *im)
{
	EVP_PKEY *key = make_key();
	X509 *cert = make_cert(key, 1);

	im->key = BIO_new(BIO_s_mem());
	im->cert = BIO_new(BIO_s_mem());
	need(PEM_write_bio_PrivateKey(im->key, key, NULL, NULL, 0, NULL,
				      NULL) == 1);
	need(PEM_write_bio_X509(im->cert, cert) == 1);
	X509_free(cert);
	EVP_PKEY_free(key);
}

/* Signed by mksig's key: whole, and nobody trusts it. */
static void sign_text(const struct image *im, const struct ek_buf *text,
		      struct ek_buf *sig)
{
	char *key, *cert;
	struct ek_sig_key k = { .key_name = "key", .cert_name = "cert",
				.time = 1500000000 };

	k.key_len = (size_t)BIO_get_mem_data(im->key, &key);
	k.cert_len = (size_t)BIO_get_mem_data(im->cert, &cert);
	k.key = key;
	k.cert = cert;
	must(ek_sig_make(&k, text->p, text->len, sig, &err), "signature");
}

static void add_to_db(struct image *im, size_t i)
{
	struct ek_profile_payload pay[PAYLOADS_MAX];
	struct ek_buf b = EK_BUF_INIT, sig = EK_BUF_INIT;
	struct ek_dbadd a = { .label = im->vibs[i].name,
			      .orig = im->o->shape->orig,
			      .keep_sig = im->o->shape->orig };
	char *id = ek_vibdesc_id(&im->d[i]);
	size_t n = 0;

	ek_vibdesc_write(&im->d[i], EK_VIBDESC_VIB, &b);
	sign_text(im, &b, &sig);
	a.text = ek_buf_str(&b);
	a.len = b.len;
	a.sig = sig.p;
	a.sig_len = sig.len;
	must(ek_imgdb_add(im->db, &a, &err), a.label);
	for (size_t k = 0; k < im->n_items; k++)
		if (strcmp(im->locals[k].vib_id, id) == 0)
			pay[n++] = (struct ek_profile_payload){
				.payload = (char *)(uintptr_t)
					im->locals[k].payload,
				.name = im->locals[k].name };
	must(ek_profile_add_vib(im->p, id, pay, n, &err), a.label);
	free(id);
	ek_buf_free(&b);
	ek_buf_free(&sig);
}

static void make_db(struct image *im)
{
	const struct shape *s = im->o->shape;
	struct ek_date date;

	make_key_pair(im);
	must(ek_imgdb_new(&im->db, &err), "database");
	must(ek_profile_new(&im->p, s->profile, "VMware, Inc.", EK_PARTNER,
			    &err), "profile");
	if (!ek_date_parse(s->date, strlen(s->date), &date))
		die("date");
	must(ek_profile_set(im->p, EK_PROFILE_ID,
			    "0123456789abcdef0123456789abcdef", &err), "id");
	must(ek_profile_set_created(im->p, &date, &err), "date");
	must(ek_profile_set_modified(im->p, &date, &err), "date");
	must(ek_profile_set_serial(im->p, (int64_t)im->n, &err), "serial");
	must(ek_profile_set(im->p, EK_PROFILE_DESCRIPTION, "A made-up image.",
			    &err), "description");
	for (size_t i = 0; i < im->n; i++)
		add_to_db(im, i);
	must(ek_imgdb_set_profile(im->db, im->p, &err), "profile");
}

/* ---- components ---------------------------------------------------------- */

static void bulletin(struct ek_buf *b, const struct ek_vibdesc *d,
		     const char *id)
{
	ek_buf_reset(b);
	ek_buf_addf(b, "<bulletin><id>VMware-%s_1.0-1</id><vendor>VMware"
		    "</vendor><summary>%s</summary><severity>general</severity>"
		    "<category>bugfix</category><urgency>important</urgency>"
		    "<releaseType>extension</releaseType><description>Made up."
		    "</description><kbUrl>http://example.com/</kbUrl><contact>"
		    "nobody@example.com</contact>", d->name, d->name);
	ek_buf_addf(b, "<componentNameSpec name=\"VMware-%s\" uiString=\"%s"
		    " component\"/><componentVersionSpec version=\"1.0-1\""
		    " uiString=\"1.0\"/><releaseDate>2024-01-02T03:04:05+00:00"
		    "</releaseDate><platforms><softwarePlatform version=\"8.0\""
		    " locale=\"\" productLineID=\"embeddedEsx\"/></platforms>"
		    "<vibList><vibID>%s</vibID></vibList></bulletin>", d->name,
		    d->name, id);
}

/* The archive without the zero blocks at its end. */
static size_t content_end(const char *tar, size_t len)
{
	while (len != 0 && tar[len - 1] == '\0')
		len--;
	return (len + 511) / 512 * 512;
}

/* Databases of 7.0 and later hold components as well, one for each VIB here; and
 * one that was replaced, and something that nobody knows. */
static void add_components(struct image *im)
{
	char made[512] = "|var||var/db||var/db/esximg|", path[256], *tar, *id;
	struct ek_buf b = EK_BUF_INIT;
	struct ek_out *out, *mem;
	struct ek_in *in;
	size_t len, n;
	char *whole;

	must(ek_out_open_mem(&out, &tar, &len, &err), "memory");
	must(ek_imgdb_write_tar(im->db, out, 1500000000, true, &err), "tar");
	must(ek_out_commit(&out, &err), "tar");
	must(ek_out_open_mem(&mem, &whole, &n, &err), "memory");
	ek_out_write(mem, tar, content_end(tar, len));
	for (size_t i = 0; i < im->n; i++) {
		id = ek_vibdesc_id(&im->d[i]);
		bulletin(&b, &im->d[i], id);
		snprintf(path, sizeof(path), "var/db/esximg/%s/VMware-%s_1.0-1"
			 ".xml", strcmp(im->d[i].name, "gc") == 0 ?
			 "reservedComponents" : "bulletins", im->d[i].name);
		put_path(mem, made, sizeof(made), path, b.p, b.len);
		free(id);
	}
	put_path(mem, made, sizeof(made), "var/db/esximg/manifests/made-up.xml",
		 "<manifest/>", 11);
	ek_gnutar_end(mem, 0);
	must(ek_out_commit(&mem, &err), "tar");
	ek_imgdb_free(&im->db);
	must(ek_in_open_mem(&in, "db", whole, n, &err), "db");
	must(ek_imgdb_read_tar(&im->db, in, &err), "db");
	ek_in_close(&in);
	ek_buf_free(&b);
	free(whole);
	free(tar);
}

/* ---- files --------------------------------------------------------------- */

static struct ek_out *open_in(const char *dir, const char *name)
{
	char path[512], upper[128];
	struct ek_out *out;

	ek_path_upper(name, upper);
	snprintf(path, sizeof(path), "%s/%s", dir, upper);
	must(ek_out_open(&out, path, &err), path);
	return out;
}

static bool is_module(const struct ek_payload *p)
{
	return ek_payload_compressed(p);
}

static void write_imgpayld(const struct image *im, struct ek_out *to)
{
	char made[256] = "", path[256];
	struct ek_out *out;

	must(ek_out_open_gzip(&out, to, EK_GZ_LEVEL, &err), "imgpayld");
	for (size_t i = 0; i < im->n_items; i++) {
		const struct item *it = &im->items[i];

		if (strcmp(it->d->payloads[it->payload].type, "boot") != 0)
			continue;
		snprintf(path, sizeof(path), "var/db/payloads/boot/%s",
			 im->locals[i].name);
		put_path(out, made, sizeof(made), path, it->data, it->len);
	}
	ek_gnutar_end(out, 0);
	must(ek_out_commit(&out, &err), "imgpayld");
	must(ek_out_commit(&to, &err), "imgpayld");
}

/* basemisc.tgz and the like: of no interest but that they stay. */
static void write_extra(struct ek_out *to, const char *name)
{
	char made[256] = "", path[64];
	struct ek_out *out;

	must(ek_out_open_gzip(&out, to, EK_GZ_LEVEL, &err), name);
	snprintf(path, sizeof(path), "etc/vmware/%s", name);
	put_path(out, made, sizeof(made), path, name, strlen(name));
	ek_gnutar_end(out, 0);
	must(ek_out_commit(&out, &err), name);
	must(ek_out_commit(&to, &err), name);
}

static void write_bootcfg(const struct image *im, struct ek_out *out)
{
	size_t *order = calloc(im->n_items, sizeof(*order)), n;
	const struct shape *s = im->o->shape;
	struct ek_buf b = EK_BUF_INIT;

	if (order == NULL)
		die("memory");
	ek_names_boot_order(im->locals, im->n_items, false, order, &n);
	ek_buf_addf(&b, "bootstate=0\ntitle=%s\n", s->title);
	if (s->orig)
		ek_buf_adds(&b, "timeout=5\nprefix=\n");
	ek_buf_addf(&b, "kernel=/%s\nkernelopt=%s\nmodules=",
		    im->locals[order[0]].name, s->kernelopt);
	for (size_t i = 1; i < n; i++)
		ek_buf_addf(&b, "/%s --- ", im->locals[order[i]].name);
	ek_buf_addf(&b, "/imgdb.tgz --- %s/imgpayld.tgz\nbuild=%s\n"
		    "updated=%d\n", s->tail, s->modern ? s->esx : "",
		    strcmp(s->release, "9.0") == 0);
	ek_out_write(out, b.p, b.len);
	must(ek_out_commit(&out, &err), "BOOT.CFG");
	ek_buf_free(&b);
	free(order);
}

/* Loaders lie on a disc under the names of their payloads. */
static void write_loader(const struct item *it, const char *dir)
{
	const struct ek_payload *p = &it->d->payloads[it->payload];
	bool bios = strcmp(p->type, "boot_com32_bios") == 0;
	struct ek_out *out;
	char *below;

	if (!bios && strcmp(p->type, "boot_loader_efi") != 0)
		return;
	if (asprintf(&below, "%s%s", dir, bios ? "" : "/EFI/BOOT") < 0)
		die("memory");
	if (access(below, W_OK) == 0) {
		out = open_in(below, p->name);
		ek_out_write(out, it->data, it->len);
		must(ek_out_commit(&out, &err), p->name);
	}
	free(below);
}

static void write_dir(struct image *im, const char *dir)
{
	struct ek_out *out;

	for (size_t i = 0; i < im->n_items; i++) {
		const struct item *it = &im->items[i];

		write_loader(it, dir);
		if (!is_module(&it->d->payloads[it->payload]))
			continue;
		out = open_in(dir, im->locals[i].name);
		ek_out_write(out, it->data, it->len);
		must(ek_out_commit(&out, &err), im->locals[i].name);
	}
	out = open_in(dir, "imgdb.tgz");
	must(ek_imgdb_write(im->db, out, 1500000000, true, &err), "imgdb");
	must(ek_out_commit(&out, &err), "imgdb");
	write_imgpayld(im, open_in(dir, "imgpayld.tgz"));
	for (const char *p = im->o->shape->tail; *p == '/';) {
		size_t n = strcspn(p, " ");
		char name[32];

		snprintf(name, sizeof(name), "%.*s", (int)n - 1, p + 1);
		write_extra(open_in(dir, name), name);
		p += n + strlen(" --- ");
	}
	write_bootcfg(im, open_in(dir, "boot.cfg"));
}

/* ---- main ---------------------------------------------------------------- */

static void parse_args(struct opts *o, int argc, char **argv)
{
	static const struct option longopts[] = {
		{ "shape", required_argument, NULL, 's' },
		{ "count", required_argument, NULL, 'c' },
		{ "short", no_argument, NULL, 'S' },
		{ "esx-version", required_argument, NULL, 'e' },
		{ "kernel", required_argument, NULL, 'k' },
		{ "ballast", required_argument, NULL, 'b' },
		{ "payloads", required_argument, NULL, 'p' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	*o = (struct opts){ .shape = &shapes[1] };
	while ((c = getopt_long(argc, argv, "o:", longopts, NULL)) != -1)
		switch (c) {
		case 's':
			o->shape = find_shape(optarg);
			break;
		case 'c': o->count = (unsigned)strtoul(optarg, NULL, 10); break;
		case 'S': o->is_short = true; break;
		case 'e': o->esx = optarg; break;
		case 'k': o->kernel = optarg; break;
		case 'b':
			if (o->n_ballast == BALLAST_MAX)
				exit(2);
			o->ballast[o->n_ballast++] = optarg;
			break;
		case 'p': o->dir = optarg; break;
		case 'o': o->out = optarg; break;
		default: exit(2);
		}
	if (o->esx == NULL)
		o->esx = o->shape->esx;
}

static void free_image(struct image *im)
{
	for (size_t i = 0; i < im->n; i++)
		ek_vibdesc_clear(&im->d[i]);
	for (size_t i = 0; i < im->n_items; i++)
		free(im->items[i].data);
	ek_locals_free(im->locals, im->n_items);
	ek_imgdb_free(&im->db);
	BIO_free(im->key);
	BIO_free(im->cert);
	free(im->items);
	free(im);
}

int main(int argc, char **argv)
{
	struct image *im = calloc(1, sizeof(*im));
	struct ek_out *out;
	struct opts o;

	parse_args(&o, argc, argv);
	if (im == NULL || (im->items = calloc(VIBS_MAX * PAYLOADS_MAX,
					      sizeof(*im->items))) == NULL)
		die("memory");
	im->o = &o;
	list_vibs(im);
	for (size_t i = 0; i < im->n; i++)
		make_vib(im, i);
	for (size_t i = 0; i < im->n_items; i++) {
		char *id = ek_vibdesc_id(im->items[i].d);

		snprintf(im->items[i].id, sizeof(im->items[i].id), "%s", id);
		free(id);
	}
	qsort(im->items, im->n_items, sizeof(*im->items), by_id);
	make_names(im);
	make_db(im);
	if (o.shape->modern)
		add_components(im);
	if (o.dir != NULL) {
		mkdir(o.dir, 0777);
		write_dir(im, o.dir);
	}
	if (o.out != NULL) {
		must(ek_out_open(&out, o.out, &err), o.out);
		must(ek_imgdb_write(im->db, out, 1500000000, true, &err), "db");
		must(ek_out_commit(&out, &err), o.out);
	}
	free_image(im);
	return 0;
}
