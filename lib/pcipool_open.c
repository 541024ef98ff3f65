/* SPDX-License-Identifier: BSD-2-Clause */
/* pcipool_open.c - the files of an image, VIB or package that may have maps */
#include "os.h"

#include <sys/stat.h>

#include "ek/image.h"
#include "ek/imgdb.h"
#include "ek/io.h"
#include "ek/release.h"
#include "ek/vib.h"
#include "pcipool_int.h"

int ek_pcipool_no_memory(const struct ek_pcipool *p, struct ek_err *err)
{
	errno = ENOMEM;
	return ek_fail_sys(err, "'%s'", p->path);
}

/* ---- which files there are ----------------------------------------------- */

/* A map that cannot be read is kept in mind: the rest may be answer enough. */
static int note_odd(struct ek_pcipool *p, const struct ek_scan_file *f,
		    struct ek_err *err)
{
	struct ek_err why = EK_ERR_INIT;
	char text[1100];

	(void)ek_fail(&why, EK_EFORMAT, "'%s': '%s': %.800s", p->path, f->name,
		      f->odd);
	if (p->odd.code == EK_OK)
		p->odd = why;
	snprintf(text, sizeof(text), "left out, it cannot be read: %s",
		 why.msg);
	return ek_strs_add(&p->notes, text, strlen(text), err);
}

static int check_file(struct ek_pcipool *p, const struct ek_scan_file *f,
		      struct ek_err *err)
{
	if (f->look.rc != EK_OK)
		return ek_fail(err, f->look.rc, "'%s': '%s': %.800s", p->path,
			       f->name, f->look.why.msg);
	if (f->look.layers_rc != EK_OK)
		return ek_fail(err, f->look.layers_rc, "'%s': '%s': %.800s",
			       p->path, f->name, f->look.layers_why.msg);
	return f->odd != NULL ? note_odd(p, f, err) : EK_OK;
}

static size_t place_of(const struct ek_scan_file *f)
{
	return f->place[(f->boots & EK_SCAN_UEFI) != 0 ? 1 : 0];
}

static bool is_booted(const struct ek_scan_file *f)
{
	return f->boots != 0 && !f->kernel;
}

static int take_scanned(struct ek_pcipool *p, struct ek_err *err)
{
	const struct ek_scan_file *f;
	int rc = EK_OK;

	p->from = calloc(ek_imgscan_count(p->scan) + 1, sizeof(*p->from));
	if (p->from == NULL)
		return ek_pcipool_no_memory(p, err);
	for (size_t i = 0; rc == EK_OK &&
	     (f = ek_imgscan_at(p->scan, i)) != NULL; i++) {
		if (!is_booted(f))
			continue;
		if (f->file == NULL)
			return ek_fail(err, EK_EFORMAT, "'%s': boot.cfg loads "
				       "'%s', which is not there", p->path,
				       f->name);
		rc = check_file(p, f, err);
		p->from[p->n_from++] = (struct ek_pool_from){
			.f = f, .place = place_of(f),
			.vib_id = f->vib != NULL ? f->vib->id : NULL,
			.vib_version = f->vib != NULL ? f->vib->d.version
						      : NULL,
		};
	}
	if (rc == EK_OK && p->n_from == 0)
		return ek_fail(err, EK_EREFUSE, "'%s' has no boot.cfg that "
			       "loads a module: this is no image of ESXi",
			       p->path);
	return rc;
}

/* Without a database it is not known which release that is. */
static int check_db(struct ek_pcipool *p, struct ek_err *err)
{
	const struct ek_err *why = ek_imgscan_why(p->scan);
	char text[1100];

	if (why == NULL)
		return EK_OK;
	if (ek_imgscan_db(p->scan) == NULL &&
	    ek_image_database(p->img) != NULL) {
		*err = *why;
		return why->code;
	}
	snprintf(text, sizeof(text), "which VIB a driver is of is not known: "
		 "%s", why->msg);
	return ek_strs_add(&p->notes, text, strlen(text), err);
}

static int open_image(struct ek_pcipool *p, const struct ek_pcipool_opts *o,
		      struct ek_err *err)
{
	const struct ek_imgscan_opts so = {
		.threads = o->threads, .read = true, .maps = true,
		.no_sums = true,
		.progress = o->progress, .ctx = o->ctx,
	};
	int rc = ek_image_open(&p->img, p->path, err);

	if (rc == EK_OK)
		rc = ek_imgscan_new(&p->scan, p->img, &so, err);
	if (rc != EK_OK)
		return rc;
	p->kind = ek_image_iso(p->img) != NULL ? "iso" : "directory";
	p->rel = ek_release_find(ek_pcipool_version(p));
	rc = check_db(p, err);
	return rc == EK_OK ? take_scanned(p, err) : rc;
}

/* One more file that is no image's; *in is read to its end. */
static int look_at(struct ek_pcipool *p, const char *name, struct ek_in *in,
		   struct ek_err *err)
{
	const struct ek_imgscan_opts so = { .maps = true, .no_sums = true };
	struct ek_scan_file *v = reallocarray(p->own, p->n_own + 1,
					      sizeof(*v));
	int rc;

	if (v == NULL)
		return ek_pcipool_no_memory(p, err);
	p->own = v;
	v += p->n_own;
	memset(v, 0, sizeof(*v));
	v->name = strdup(name);
	if (v->name == NULL)
		return ek_pcipool_no_memory(p, err);
	p->n_own++;
	rc = ek_scan_look(v, in, &so, err);
	return rc == EK_OK ? check_file(p, v, err) : rc;
}

static int take_own(struct ek_pcipool *p, struct ek_err *err)
{
	p->from = calloc(p->n_own + 1, sizeof(*p->from));
	if (p->from == NULL)
		return ek_pcipool_no_memory(p, err);
	for (size_t i = 0; i < p->n_own; i++)
		p->from[p->n_from++] = (struct ek_pool_from){
			.f = &p->own[i], .place = i, .vib_id = p->vib_id,
			.vib_version = p->vib_version,
		};
	return EK_OK;
}

static int read_vib(struct ek_pcipool *p, struct ek_vib *v, struct ek_err *err)
{
	struct ek_vib_member m;
	int rc;

	p->vib_id = strdup(ek_vib_id(v));
	p->vib_version = strdup(ek_vib_desc(v)->version);
	if (p->vib_id == NULL || p->vib_version == NULL)
		return ek_pcipool_no_memory(p, err);
	while ((rc = ek_vib_next(v, &m, err)) == EK_OK) {
		if (m.payload == NULL || !ek_payload_compressed(m.payload))
			continue;
		rc = look_at(p, m.name, m.data, err);
		if (rc != EK_OK)
			return rc;
	}
	return rc == EK_END ? EK_OK : rc;
}

static int open_vib(struct ek_pcipool *p, struct ek_in *in, struct ek_err *err)
{
	struct ek_vib *v;
	int rc = ek_vib_open(&v, in, err);

	if (rc != EK_OK)
		return rc;
	rc = read_vib(p, v, err);
	ek_vib_close(&v);
	return rc == EK_OK ? take_own(p, err) : rc;
}

static int open_driver(struct ek_pcipool *p, struct ek_in *in,
		       struct ek_err *err)
{
	int rc = look_at(p, p->path, in, err);

	if (rc == EK_OK && p->own[0].look.holds == EK_HOLDS_BYTES)
		return ek_fail(err, EK_EREFUSE, "'%s' is no archive", p->path);
	return rc == EK_OK ? take_own(p, err) : rc;
}

/* What path is, by its bytes; a directory is an image. */
static int tell_kind(const char *path, bool *dir, enum ek_kind *kind,
		     struct ek_err *err)
{
	struct ek_in *in;
	struct stat st;
	int rc;

	*kind = EK_KIND_UNKNOWN;
	*dir = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
	if (*dir)
		return EK_OK;
	rc = ek_in_open(&in, path, err);
	if (rc == EK_OK)
		rc = ek_kind_of(in, kind, err);
	ek_in_close(&in);
	return rc;
}

static int open_package(struct ek_pcipool *p, enum ek_kind kind,
			struct ek_err *err)
{
	struct ek_in *in;
	int rc;

	if (kind != EK_KIND_VIB && kind != EK_KIND_DRIVER &&
	    kind != EK_KIND_TGZ && kind != EK_KIND_TAR &&
	    kind != EK_KIND_VMTAR)
		return ek_fail(err, EK_EREFUSE, "'%s' is no ISO, directory, VIB"
			       " or driver package, but: %s", p->path,
			       ek_kind_name(kind));
	rc = ek_in_open(&in, p->path, err);
	if (rc != EK_OK)
		return rc;
	p->kind = kind == EK_KIND_VIB ? "vib" : "driver";
	rc = kind == EK_KIND_VIB ? open_vib(p, in, err)
				 : open_driver(p, in, err);
	ek_in_close(&in);
	return rc;
}

/* ---- the pool -------------------------------------------------------------- */

int ek_pcipool_open(struct ek_pcipool **out, const char *path,
		    const struct ek_pcipool_opts *o, struct ek_err *err)
{
	struct ek_pcipool *p = calloc(1, sizeof(*p));
	enum ek_kind kind;
	bool dir;
	int rc;

	*out = NULL;
	if (p == NULL || (p->path = strdup(path)) == NULL) {
		free(p);
		return ek_fail_sys(err, "'%s'", path);
	}
	rc = tell_kind(path, &dir, &kind, err);
	if (rc == EK_OK)
		rc = dir || kind == EK_KIND_ISO ? open_image(p, o, err)
						: open_package(p, kind, err);
	if (rc == EK_OK)
		rc = ek_pcipool_take(p, err);
	if (rc == EK_OK)
		*out = p;
	else
		ek_pcipool_free(&p);
	return rc;
}

void ek_pcipool_free(struct ek_pcipool **pp)
{
	struct ek_pcipool *p = *pp;

	*pp = NULL;
	if (p == NULL)
		return;
	ek_imgscan_free(&p->scan);
	ek_image_close(&p->img);
	for (size_t i = 0; i < p->n_own; i++)
		ek_scan_file_clear(&p->own[i]);
	free(p->own);
	free(p->vib_id);
	free(p->vib_version);
	free(p->from);
	free(p->modules);
	free(p->sources);
	free(p->lists);
	ek_pcinames_clear(&p->names);
	ek_strs_free(&p->notes);
	free(p->path);
	free(p);
}

const char *ek_pcipool_kind(const struct ek_pcipool *p)
{
	return p->kind;
}

const char *ek_pcipool_version(const struct ek_pcipool *p)
{
	const struct ek_imgdb *db = p->scan != NULL ? ek_imgscan_db(p->scan)
						    : NULL;

	return db != NULL ? ek_imgdb_esx_version(db) : NULL;
}

const struct ek_release *ek_pcipool_release(const struct ek_pcipool *p)
{
	return p->rel;
}

const struct ek_pcidrivers *ek_pcipool_drivers(const struct ek_pcipool *p)
{
	return &p->drivers;
}

void ek_pcipool_name(const struct ek_pcipool *p, const char *id,
		     const char **vendor, const char **device)
{
	ek_pcinames_find(&p->names, id, vendor, device);
}

size_t ek_pcipool_lines(const struct ek_pcipool *p)
{
	return p->lines;
}

const struct ek_err *ek_pcipool_odd(const struct ek_pcipool *p)
{
	return p->odd.code != EK_OK ? &p->odd : NULL;
}

const struct ek_strs *ek_pcipool_notes(const struct ek_pcipool *p)
{
	return &p->notes;
}
