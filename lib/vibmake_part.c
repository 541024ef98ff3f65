/* SPDX-License-Identifier: BSD-2-Clause */
/* vibmake_part.c - payloads out of files and of a driver package */
#include "os.h"

#include "ek/deflate.h"
#include "ek/entry.h"
#include "ek/inflate.h"
#include "ek/io.h"
#include "ek/path.h"
#include "ek/record.h"
#include "ek/release.h"
#include "ek/source.h"
#include "ek/vmtar.h"
#include "vibmake_int.h"

/* What a payload of each type is (vib.5, "Payloads"). */
enum content { C_UNKNOWN, C_VMTAR, C_TAR, C_RAW, C_BOOT, C_ZSTD };

static const struct {
	const char *type;
	enum content content;
} types[] = {
	{ "vgz", C_VMTAR }, { "installer_vgz", C_VMTAR }, { "tgz", C_TAR },
	{ "boot", C_BOOT }, { "vzstd", C_ZSTD }, { "upgrade", C_RAW },
	{ "text", C_RAW }, { "boot_com32_bios", C_RAW },
	{ "boot_iso_bios", C_RAW }, { "boot_pxe_bios", C_RAW },
	{ "boot_loader_efi", C_RAW }, { "eltorito_image_efi", C_RAW },
};

static enum content content_of(const char *type)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].type, type) == 0)
			return types[i].content;
	return C_UNKNOWN;
}

void vm_part_clear(struct vm_part *p)
{
	ek_source_free(&p->source);
	ek_strs_free(&p->files);
	free(p->name);
	free(p->type);
	free(p->vfat_name);
	memset(p, 0, sizeof(*p));
}

static int check_type(const char *name, const char *type, struct ek_err *err)
{
	switch (content_of(type)) {
	case C_VMTAR:
	case C_TAR:
	case C_RAW:
		return EK_OK;
	case C_BOOT:
		return ek_fail(err, EK_EREFUSE, "payload '%s': type boot, a "
			       "kernel or a module of the boot loader, is "
			       "refused: it can be neither installed nor "
			       "removed on a running host, and the installer "
			       "takes it from imgpayld.tgz, not from the ISO",
			       name);
	case C_ZSTD:
		return ek_fail(err, EK_EREFUSE, "payload '%s': type vzstd is "
			       "not supported yet", name);
	case C_UNKNOWN:
		break;
	}
	return ek_fail(err, EK_EREFUSE, "payload '%s': '%s' is no payload type:"
		       " vgz, tgz, installer_vgz, upgrade, text, "
		       "boot_com32_bios, boot_iso_bios, boot_pxe_bios, "
		       "boot_loader_efi or eltorito_image_efi", name, type);
}

int vm_part_new(struct ek_vibmake *m, const char *name, const char *type,
		struct vm_part **p, struct ek_err *err)
{
	struct vm_part *v;
	int rc;

	rc = check_type(name, type, err);
	if (rc != EK_OK)
		return rc;
	v = realloc(m->parts, (m->n + 1) * sizeof(*v));
	if (v == NULL)
		return ek_fail_sys(err, "payload '%s'", name);
	m->parts = v;
	*p = &v[m->n++];
	memset(*p, 0, sizeof(**p));
	(*p)->compressed = content_of(type) != C_RAW;
	rc = ek_vibdesc_set(&(*p)->name, name, err);
	return rc == EK_OK ? ek_vibdesc_set(&(*p)->type, type, err) : rc;
}

/* Boot order and local name, of the option or else of the template. */
static int set_extras(struct ek_vibmake *m, struct vm_part *p,
		      const struct ek_payload_spec *s, struct ek_err *err)
{
	const struct ek_payload *t = ek_vibdesc_payload(&m->d, p->name);
	const char *vfat = NULL;

	p->boot_order = t != NULL ? t->boot_order : 0;
	if (s != NULL && s->boot_order != 0)
		p->boot_order = s->boot_order;
	if (t != NULL)
		vfat = t->vfat_name;
	if (s != NULL && s->vfat_name != NULL)
		vfat = s->vfat_name;
	return vfat != NULL ? ek_vibdesc_set(&p->vfat_name, vfat, err) : EK_OK;
}

static void see_time(struct vm_part *p, int64_t mtime)
{
	if (!p->has_newest || mtime > p->newest)
		p->newest = mtime;
	p->has_newest = true;
}

/* ---- scratch files ------------------------------------------------------ */

/* What write() writes, in gzip where gzip is true, replaces *s. */
typedef int write_fn(struct ek_vibmake *m, struct ek_in *in,
		     struct ek_out *out, struct ek_err *err);

static int through(struct ek_vibmake *m, struct ek_in *in, struct ek_out *out,
		   write_fn *write, struct ek_err *err)
{
	struct ek_out *gz = NULL;
	int rc;

	rc = ek_out_open_gzip(&gz, out, EK_GZ_LEVEL, err);
	if (rc == EK_OK)
		rc = write(m, in, gz, err);
	if (rc == EK_OK)
		rc = ek_out_commit(&gz, err);
	ek_out_abort(&gz);
	return rc;
}

static int into_spool(struct ek_vibmake *m, struct ek_source *s,
		      struct ek_spool *spool, bool unpack, write_fn *write,
		      struct ek_err *err)
{
	struct ek_in *in = NULL, *gz = NULL;
	struct ek_out *out = NULL;
	int rc;

	rc = ek_source_in(s, &in, err);
	if (rc == EK_OK && unpack)
		rc = ek_in_open_gunzip(&gz, in, EK_GZ_ONE, false, err);
	if (rc == EK_OK)
		rc = ek_spool_out(spool, &out, err);
	if (rc == EK_OK)
		rc = through(m, unpack ? gz : in, out, write, err);
	if (rc == EK_OK)
		rc = ek_out_commit(&out, err);
	ek_out_abort(&out);
	ek_in_close(&gz);
	ek_in_close(&in);
	return rc;
}

/* *s, unpacked first where unpack is true, as write() makes it and in gzip. */
static int rewrite(struct ek_vibmake *m, struct ek_source **s, bool unpack,
		   write_fn *write, struct ek_err *err)
{
	struct ek_spool *spool = NULL;
	struct ek_source *fresh;
	int rc;

	rc = ek_spool_new(&spool, err);
	if (rc != EK_OK)
		return rc;
	rc = into_spool(m, *s, spool, unpack, write, err);
	if (rc != EK_OK) {
		ek_spool_free(spool);
		return rc;
	}
	rc = ek_source_spool(&fresh, spool, ek_source_name(*s), err);
	if (rc == EK_OK) {
		ek_source_free(s);
		*s = fresh;
	}
	return rc;
}

static int write_plain(struct ek_vibmake *m, struct ek_in *in,
		       struct ek_out *out, struct ek_err *err)
{
	(void)m;
	return ek_in_copy(in, out, NULL, err);
}

static void vmtar_note(void *ctx, enum ek_vmtar_say say, const char *member,
		       const char *text)
{
	if (say == EK_VMTAR_WARN)
		vm_tell(ctx, EK_SAY_WARN, "'%s': %s", member, text);
}

static int write_vmtar(struct ek_vibmake *m, struct ek_in *in,
		       struct ek_out *out, struct ek_err *err)
{
	return ek_vmtar_from_tar(in, m->rel->gen, out, vmtar_note, m, err);
}

/* ---- contents ----------------------------------------------------------- */

static int seen(void *ctx, const struct ek_entry *e, const void *data,
		size_t len, struct ek_err *err)
{
	struct vm_part *p = ctx;

	(void)data;
	(void)len;
	return ek_strs_add(&p->files, e->name, strlen(e->name), err);
}

static int take_tgz(struct ek_vibmake *m, struct vm_part *p,
		    struct ek_err *err)
{
	const struct ek_tgz_rules rules = {
		.set_mtime = m->o->has_time, .mtime = m->o->time,
		.seen = seen, .ctx = p,
	};
	struct ek_tgz_form form;
	int64_t newest;
	int rc;

	rc = ek_tgz_prepare(&p->source, &rules, false, &form, &newest, err);
	if (rc != EK_OK)
		return rc;
	if (newest != INT64_MIN)
		see_time(p, newest);
	if (!form.strict)
		vm_tell(m, EK_SAY_NOTE, "'%s' was packed anew as GNU tar in "
			"gzip (it was: %s)", ek_source_name(p->source),
			form.why);
	return EK_OK;
}

static int see_member(struct vm_part *p, const struct ek_vmtar_member *v,
		      const char *name, struct ek_err *err)
{
	const char *why = ek_path_problem(v->e.name, strlen(v->e.name));

	if (why != NULL)
		return ek_fail(err, EK_EREFUSE, "'%s': member '%s': the name %s",
			       name, v->e.name, why);
	see_time(p, v->e.mtime);
	if (v->e.type == EK_FT_DIR)
		return EK_OK;
	return ek_strs_add(&p->files, v->e.name, strlen(v->e.name), err);
}

static int read_vmtar(struct vm_part *p, struct ek_in *in, struct ek_err *err)
{
	struct ek_vmtar *v = NULL;
	int rc;

	rc = ek_vmtar_open(&v, in, err);
	for (size_t i = 0; rc == EK_OK && i < ek_vmtar_count(v); i++)
		rc = see_member(p, ek_vmtar_member(v, i), ek_in_name(in), err);
	if (rc == EK_OK)
		rc = ek_vmtar_finish(v, err);
	ek_vmtar_close(&v);
	return rc;
}

static bool is_visor(const unsigned char *p, size_t len)
{
	struct ek_record r;

	if (len < sizeof(r.b))
		return false;
	memcpy(r.b, p, sizeof(r.b));
	return ek_record_magic(&r) == EK_MAGIC_VISOR;
}

/* A vmtar that nobody compressed yet is put into gzip here. */
static int compress_bare(struct ek_vibmake *m, struct vm_part *p,
			 struct ek_err *err)
{
	const unsigned char *bytes;
	struct ek_in *in = NULL;
	bool gzip = false, bare = false;
	size_t got;
	int rc;

	rc = ek_source_in(p->source, &in, err);
	if (rc == EK_OK)
		rc = ek_is_gzip(in, &gzip, err);
	if (rc == EK_OK)
		rc = ek_in_peek(in, EK_RECORD_SIZE, &bytes, &got, err);
	if (rc == EK_OK)
		bare = is_visor(bytes, got);
	ek_in_close(&in);
	if (rc != EK_OK || gzip)
		return rc;
	if (!bare)
		return ek_fail(err, EK_EFORMAT, "'%s' is neither a vmtar nor "
			       "gzip, and payload '%s' of type %s is a vmtar in"
			       " gzip", ek_source_name(p->source), p->name,
			       p->type);
	vm_tell(m, EK_SAY_NOTE, "'%s' was put into gzip",
		ek_source_name(p->source));
	return rewrite(m, &p->source, false, write_plain, err);
}

static int take_vmtar(struct ek_vibmake *m, struct vm_part *p,
		      struct ek_err *err)
{
	const unsigned char *bytes;
	struct ek_in *in = NULL, *gz = NULL;
	size_t got;
	int rc;

	rc = compress_bare(m, p, err);
	if (rc != EK_OK)
		return rc;
	rc = ek_source_in(p->source, &in, err);
	if (rc == EK_OK)
		rc = ek_in_open_gunzip(&gz, in, EK_GZ_ONE, false, err);
	if (rc == EK_OK)
		rc = ek_in_peek(gz, EK_RECORD_SIZE, &bytes, &got, err);
	if (rc == EK_OK && !is_visor(bytes, got) && got != 0 && bytes[0] != 0)
		rc = ek_fail(err, EK_EFORMAT, "'%s' holds no vmtar, and payload"
			     " '%s' of type %s must: take type tgz for a tar, "
			     "or --tree for a directory",
			     ek_source_name(p->source), p->name, p->type);
	if (rc == EK_OK)
		rc = read_vmtar(p, gz, err);
	ek_in_close(&gz);
	ek_in_close(&in);
	return rc;
}

/* ---- files -------------------------------------------------------------- */

/* tgz or vgz, by what is inside. */
static int guess_type(struct ek_source *s, const char *name, const char **type,
		      struct ek_err *err)
{
	const unsigned char *bytes;
	struct ek_in *in = NULL, *gz = NULL;
	bool gzip = false;
	size_t got = 0;
	int rc;

	rc = ek_source_in(s, &in, err);
	if (rc == EK_OK)
		rc = ek_is_gzip(in, &gzip, err);
	if (rc == EK_OK && gzip)
		rc = ek_in_open_gunzip(&gz, in, EK_GZ_MANY, false, err);
	if (rc == EK_OK)
		rc = ek_in_peek(gzip ? gz : in, EK_RECORD_SIZE, &bytes, &got,
				err);
	*type = NULL;
	if (rc == EK_OK && is_visor(bytes, got)) {
		*type = "vgz";
	} else if (rc == EK_OK && got == EK_RECORD_SIZE) {
		struct ek_record r;

		memcpy(r.b, bytes, sizeof(r.b));
		if (ek_record_sum_ok(&r))
			*type = "tgz";
	}
	ek_in_close(&gz);
	ek_in_close(&in);
	if (rc == EK_OK && *type == NULL)
		rc = ek_fail(err, EK_EFORMAT, "'%s' is neither a vmtar nor a "
			     "tar: tell the type of payload '%s' (%s:TYPE=...)",
			     ek_source_name(s), name, name);
	return rc;
}

static int take_content(struct ek_vibmake *m, struct vm_part *p,
			struct ek_err *err)
{
	int64_t mtime;

	switch (content_of(p->type)) {
	case C_TAR:
		return take_tgz(m, p, err);
	case C_VMTAR:
		return take_vmtar(m, p, err);
	case C_RAW:
		if (ek_source_mtime(p->source, &mtime))
			see_time(p, mtime);
		return EK_OK;
	case C_BOOT:
	case C_ZSTD:
	case C_UNKNOWN:
		break; /* refused before */
	}
	return EK_OK;
}

static int add_file(struct ek_vibmake *m, const struct ek_payload_spec *s,
		    struct ek_err *err)
{
	const struct ek_payload *t = ek_vibdesc_payload(&m->d, s->name);
	const char *type = s->type;
	struct ek_source *source = NULL;
	struct vm_part *p;
	int rc;

	if (type == NULL && t != NULL)
		type = t->type;
	if (type != NULL) { /* before a byte is read */
		rc = check_type(s->name, type, err);
		if (rc != EK_OK)
			return rc;
	}
	rc = ek_source_open(&source, s->file, err);
	if (rc == EK_OK && type == NULL)
		rc = guess_type(source, s->name, &type, err);
	if (rc == EK_OK)
		rc = vm_part_new(m, s->name, type, &p, err);
	if (rc != EK_OK) {
		ek_source_free(&source);
		return rc;
	}
	p->source = source;
	rc = set_extras(m, p, s, err);
	return rc == EK_OK ? take_content(m, p, err) : rc;
}

int vm_add_files(struct ek_vibmake *m, struct ek_err *err)
{
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < m->o->n_payloads; i++) {
		const struct ek_payload_spec *s = &m->o->payloads[i];

		if (s->tree)
			rc = vm_add_tree(m, s, err);
		else if (s->file[0] != '\0')
			rc = add_file(m, s, err);
	}
	return rc;
}

/* ---- the driver --------------------------------------------------------- */

/* What was told of the driver's payload: --payload name:...= without a file. */
static const struct ek_payload_spec *driver_spec(const struct ek_vibmake *m)
{
	for (size_t i = 0; i < m->o->n_payloads; i++)
		if (m->o->payloads[i].file[0] == '\0')
			return &m->o->payloads[i];
	return NULL;
}

/* Else the template's only payload, else the first 8 characters of the name. */
static int driver_name(struct ek_vibmake *m, char out[EK_PAYLOAD_NAME_MAX + 1],
		       struct ek_err *err)
{
	const struct ek_payload_spec *s = driver_spec(m);
	struct ek_vibdesc d;
	const char *name = m->o->text[EK_VO_NAME];
	int rc = EK_OK;

	ek_vibdesc_init(&d);
	if (s == NULL && m->o->n_payloads == 0 && m->d.n_payloads == 1) {
		snprintf(out, EK_PAYLOAD_NAME_MAX + 1, "%s",
			 m->d.payloads[0].name);
		return EK_OK;
	}
	if (name == NULL)
		name = m->d.name;
	if (name == NULL || name[0] == '\0') {
		rc = ek_package_describe(m->package, NULL, &d, err);
		name = d.name;
	}
	if (rc == EK_OK && s != NULL)
		snprintf(out, EK_PAYLOAD_NAME_MAX + 1, "%s", s->name);
	else if (rc == EK_OK)
		snprintf(out, EK_PAYLOAD_NAME_MAX + 1, "%.8s", name);
	ek_vibdesc_clear(&d);
	return rc;
}

static const char *driver_type(const struct ek_vibmake *m, const char *name)
{
	const struct ek_payload_spec *s = driver_spec(m);
	const struct ek_payload *t = ek_vibdesc_payload(&m->d, name);

	if (s != NULL && s->type != NULL)
		return s->type;
	return t != NULL ? t->type : "tgz";
}

static int read_package(struct ek_vibmake *m, bool anew, struct ek_err *err)
{
	const struct ek_package_opts po = {
		.any_files = m->o->given[EK_VO_ANY_FILES],
		.target = m->o->target, .anew = anew,
		.set_mtime = m->o->has_time, .mtime = m->o->time,
		.say = m->say, .ctx = m->ctx,
	};

	return ek_package_open(&m->package, m->o->text[EK_VO_DRIVER], &po, err);
}

static int copy_files(struct vm_part *p, const struct ek_strs *files,
		      struct ek_err *err)
{
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < files->n; i++)
		rc = ek_strs_add(&p->files, files->v[i], strlen(files->v[i]),
				 err);
	return rc;
}

/* Is the payload told to be of a type, before its name is known? */
static bool wants_vmtar(const struct ek_vibmake *m)
{
	const struct ek_payload_spec *s = driver_spec(m);

	if (s != NULL && s->type != NULL)
		return content_of(s->type) == C_VMTAR;
	return m->d.n_payloads == 1 && m->o->n_payloads == 0 &&
		content_of(m->d.payloads[0].type) == C_VMTAR;
}

int vm_add_driver(struct ek_vibmake *m, struct ek_err *err)
{
	char name[EK_PAYLOAD_NAME_MAX + 1];
	struct vm_part *p;
	const char *type;
	int rc;

	rc = read_package(m, wants_vmtar(m), err);
	if (rc == EK_OK)
		rc = driver_name(m, name, err);
	if (rc != EK_OK)
		return rc;
	type = driver_type(m, name);
	if (content_of(type) == C_RAW)
		return ek_fail(err, EK_EREFUSE, "payload '%s': a driver is "
			       "packed as tgz or vgz, not as %s", name, type);
	rc = vm_part_new(m, name, type, &p, err);
	if (rc != EK_OK)
		return rc;
	p->source = m->package->source;
	m->package->source = NULL;
	see_time(p, m->package->newest);
	rc = set_extras(m, p, driver_spec(m), err);
	if (rc == EK_OK)
		rc = copy_files(p, &m->package->files, err);
	if (rc == EK_OK && content_of(type) == C_VMTAR)
		rc = rewrite(m, &p->source, true, write_vmtar, err);
	return rc;
}

/* ---- measuring ---------------------------------------------------------- */

struct sums {
	struct ek_digest *outer, *sha256, *sha1;
};

static void free_sums(struct sums *s)
{
	ek_digest_free(s->outer);
	ek_digest_free(s->sha256);
	ek_digest_free(s->sha1);
}

/* To the end; what is inside goes to the two digests, and is counted. */
static int read_inside(struct ek_in *in, struct sums *s, uint64_t *n,
		       struct ek_err *err)
{
	unsigned char buf[16384];
	struct ek_in *gz = NULL;
	size_t got = 1;
	int rc;

	rc = ek_in_open_gunzip(&gz, in, EK_GZ_ONE, false, err);
	while (rc == EK_OK && got > 0) {
		rc = ek_in_read(gz, buf, sizeof(buf), &got, err);
		if (rc == EK_OK) {
			ek_digest_update(s->sha256, buf, got);
			ek_digest_update(s->sha1, buf, got);
			*n += got;
		}
	}
	ek_in_close(&gz);
	return rc;
}

static int read_part(struct vm_part *p, struct sums *s, struct ek_err *err)
{
	struct ek_in *raw = NULL, *in = NULL;
	struct ek_out *null = NULL;
	int rc;

	rc = ek_source_in(p->source, &raw, err);
	if (rc == EK_OK)
		rc = ek_in_open_digest(&in, raw, s->outer, NULL, err);
	if (rc == EK_OK && p->compressed)
		rc = read_inside(in, s, &p->inside, err);
	if (rc == EK_OK)
		rc = ek_out_open_null(&null, err);
	if (rc == EK_OK)
		rc = ek_in_copy(in, null, NULL, err);
	if (rc == EK_OK)
		p->size = ek_in_pos(raw);
	ek_out_abort(&null);
	ek_in_close(&in);
	ek_in_close(&raw);
	return rc;
}

static int measure(struct vm_part *p, struct ek_err *err)
{
	struct sums s = { NULL, NULL, NULL };
	int rc;

	rc = ek_digest_new(&s.outer, EK_SHA256, err);
	if (rc == EK_OK)
		rc = ek_digest_new(&s.sha256, EK_SHA256, err);
	if (rc == EK_OK)
		rc = ek_digest_new(&s.sha1, EK_SHA1, err);
	if (rc == EK_OK)
		rc = read_part(p, &s, err);
	if (rc == EK_OK)
		rc = ek_digest_hex(s.outer, p->sha256, err);
	if (rc == EK_OK)
		rc = ek_digest_hex(s.sha256, p->inside_sha256, err);
	if (rc == EK_OK)
		rc = ek_digest_hex(s.sha1, p->inside_sha1, err);
	free_sums(&s);
	return rc;
}

int vm_measure(struct ek_vibmake *m, struct ek_err *err)
{
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < m->n; i++)
		rc = measure(&m->parts[i], err);
	return rc;
}
