/* SPDX-License-Identifier: BSD-2-Clause */
/* vibmake_part.c - payloads out of files */
#include "os.h"

#include "ek/entry.h"
#include "ek/inflate.h"
#include "ek/io.h"
#include "ek/layers.h"
#include "ek/path.h"
#include "ek/record.h"
#include "ek/release.h"
#include "ek/source.h"
#include "ek/vmtar.h"
#include "vibmake_int.h"

/* vib.5, "Payloads" */
static const struct {
	const char *type;
	enum vm_content content;
} types[] = {
	{ "vgz", VM_VMTAR }, { "installer_vgz", VM_VMTAR }, { "tgz", VM_TAR },
	{ "boot", VM_BOOT }, { "vzstd", VM_ZSTD }, { "upgrade", VM_RAW },
	{ "text", VM_RAW }, { "boot_com32_bios", VM_RAW },
	{ "boot_iso_bios", VM_RAW }, { "boot_pxe_bios", VM_RAW },
	{ "boot_loader_efi", VM_RAW }, { "eltorito_image_efi", VM_RAW },
};

enum vm_content vm_content(const char *type)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].type, type) == 0)
			return types[i].content;
	return VM_UNKNOWN;
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

/* For 9.0, or in a descriptor that is for it already: with --sig no target can
 * be told, and what was taken apart must go together again. */
static bool zstd_ok(const struct ek_vibmake *m, const char *name)
{
	const struct ek_payload *t = ek_vibdesc_payload(&m->d, name);

	if (m->o->target != NULL)
		return (m->o->target->bit & EK_R90) != 0;
	return t != NULL && strcmp(t->type, "vzstd") == 0;
}

static int check_type(const struct ek_vibmake *m, const char *name,
		      const char *type, struct ek_err *err)
{
	switch (vm_content(type)) {
	case VM_VMTAR:
	case VM_TAR:
	case VM_RAW:
		return EK_OK;
	case VM_BOOT:
		return ek_fail(err, EK_EREFUSE, "payload '%s': type boot, a "
			       "kernel or a module of the boot loader, is "
			       "refused: it can be neither installed nor "
			       "removed on a running host, and the installer "
			       "takes it from imgpayld.tgz, not from the ISO",
			       name);
	case VM_ZSTD:
		if (zstd_ok(m, name))
			return EK_OK;
		return ek_fail(err, EK_EREFUSE, "payload '%s': type vzstd is "
			       "for --target 9.0: no earlier release can unpack"
			       " it", name);
	case VM_UNKNOWN:
		break;
	}
	return ek_fail(err, EK_EREFUSE, "payload '%s': '%s' is no payload type:"
		       " vgz, tgz, vzstd, installer_vgz, upgrade, text, "
		       "boot_com32_bios, boot_iso_bios, boot_pxe_bios, "
		       "boot_loader_efi or eltorito_image_efi", name, type);
}

int vm_part_new(struct ek_vibmake *m, const char *name, const char *type,
		struct vm_part **p, struct ek_err *err)
{
	struct vm_part *v;
	int rc;

	rc = check_type(m, name, type, err);
	if (rc != EK_OK)
		return rc;
	for (size_t i = 0; i < m->n; i++)
		if (strcmp(m->parts[i].name, name) == 0)
			return ek_fail(err, EK_EARG, "two payloads are called "
				       "'%s'", name);
	v = realloc(m->parts, (m->n + 1) * sizeof(*v));
	if (v == NULL)
		return ek_fail_sys(err, "payload '%s'", name);
	m->parts = v;
	*p = &v[m->n++];
	memset(*p, 0, sizeof(**p));
	(*p)->compressed = vm_content(type) != VM_RAW;
	(*p)->zstd = vm_content(type) == VM_ZSTD;
	rc = ek_vibdesc_set(&(*p)->name, name, err);
	return rc == EK_OK ? ek_vibdesc_set(&(*p)->type, type, err) : rc;
}

int vm_part_extras(struct ek_vibmake *m, struct vm_part *p,
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

void vm_part_time(struct vm_part *p, int64_t mtime)
{
	if (!p->has_newest || mtime > p->newest)
		p->newest = mtime;
	p->has_newest = true;
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
		vm_part_time(p, newest);
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
	vm_part_time(p, v->e.mtime);
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

/* What is wrong with the layers of a source that holds a vmtar: EK_OK nothing,
 * EK_END that there are others than its type has, which can be changed. */
static int judge_layers(const struct vm_part *p, const struct ek_layers *l,
			bool visor, struct ek_err *err)
{
	const char *name = ek_source_name(p->source);
	char have[EK_LAYERS_NAMES];

	ek_layers_names(l, have);
	if (strcmp(have, p->zstd ? "gzip zstd" : "gzip") == 0)
		return visor ? EK_OK
		     : ek_fail(err, EK_EFORMAT, "'%s' holds no vmtar, and"
			       " payload '%s' of type %s must: take type tgz"
			       " for a tar, or --tree for a directory", name,
			       p->name, p->type);
	if (!visor && have[0] == '\0')
		return ek_fail(err, EK_EFORMAT, "'%s' is neither a vmtar nor "
			       "gzip, and payload '%s' of type %s is a vmtar in"
			       " %s", name, p->name, p->type,
			       p->zstd ? "zstd in gzip" : "gzip");
	if (have[0] == '\0' || (p->zstd && visor && ek_layers_count(l) == 1))
		return EK_END;
	return ek_fail(err, EK_EREFUSE, "'%s' is a %s in %s, and payload '%s'"
		       " of type %s is a vmtar in %s", name,
		       visor ? "vmtar" : "something else", have, p->name,
		       p->type, p->zstd ? "gzip zstd" : "gzip");
}

/* A vmtar in no layer, or for zstd in one of the two, is packed anew. */
static int fit_layers(struct ek_vibmake *m, struct vm_part *p,
		      struct ek_err *err)
{
	const unsigned char *bytes;
	struct ek_layers *l = NULL;
	struct ek_in *in = NULL;
	size_t got = 0, n = 0;
	int rc;

	rc = ek_source_in(p->source, &in, err);
	if (rc == EK_OK)
		rc = ek_layers_open(&l, in, NULL, err);
	if (rc == EK_OK)
		rc = ek_in_peek(ek_layers_in(l), EK_RECORD_SIZE, &bytes, &got,
				err);
	if (rc == EK_OK) { /* one without a member begins with zeros */
		n = ek_layers_count(l);
		rc = judge_layers(p, l, is_visor(bytes, got) ||
				  (n != 0 && (got == 0 || bytes[0] == 0)), err);
	}
	ek_layers_close(&l);
	ek_in_close(&in);
	if (rc != EK_END)
		return rc;
	vm_tell(m, EK_SAY_NOTE, "'%s' was put into %sgzip",
		ek_source_name(p->source), p->zstd ? "zstd and " : "");
	return vm_rewrite(m, p, n != 0, vm_write_plain, err);
}

static int take_vmtar(struct ek_vibmake *m, struct vm_part *p,
		      struct ek_err *err)
{
	struct ek_layers *l = NULL;
	struct ek_in *in = NULL;
	int rc;

	rc = fit_layers(m, p, err);
	if (rc != EK_OK)
		return rc;
	rc = ek_source_in(p->source, &in, err);
	if (rc == EK_OK)
		rc = ek_layers_open(&l, in, NULL, err);
	if (rc == EK_OK)
		rc = read_vmtar(p, ek_layers_in(l), err);
	ek_layers_close(&l);
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

int vm_part_content(struct ek_vibmake *m, struct vm_part *p,
		    struct ek_err *err)
{
	int64_t mtime;

	switch (vm_content(p->type)) {
	case VM_TAR:
		return take_tgz(m, p, err);
	case VM_VMTAR:
	case VM_ZSTD:
		return take_vmtar(m, p, err);
	case VM_RAW:
		if (ek_source_mtime(p->source, &mtime))
			vm_part_time(p, mtime);
		return EK_OK;
	case VM_BOOT:
	case VM_UNKNOWN:
		break; /* refused before */
	}
	return EK_OK;
}

int vm_add_file(struct ek_vibmake *m, const struct ek_payload_spec *s,
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
		rc = check_type(m, s->name, type, err);
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
	rc = vm_part_extras(m, p, s, err);
	return rc == EK_OK ? vm_part_content(m, p, err) : rc;
}

int vm_add_files(struct ek_vibmake *m, struct ek_err *err)
{
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < m->o->n_payloads; i++) {
		const struct ek_payload_spec *s = &m->o->payloads[i];

		if (s->tree)
			rc = vm_add_tree(m, s, err);
		else if (s->file[0] != '\0')
			rc = vm_add_file(m, s, err);
	}
	return rc;
}
