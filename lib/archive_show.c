/* SPDX-License-Identifier: BSD-2-Clause */
/* archive_show.c - members as lines and as JSON */
#include "os.h"

#include "ek/archive.h"
#include "ek/buf.h"
#include "ek/date.h"
#include "ek/entry.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/json.h"
#include "ek/repack.h"
#include "ek/utf8.h"
#include "ek/vmtar.h"

/* Text that cannot break the line, drive a terminal, or look like another. */
void ek_archive_escape(struct ek_buf *out, const char *text)
{
	size_t len = strlen(text), n;
	uint32_t c;

	for (; len != 0; text += n, len -= n) {
		n = ek_utf8_next(text, len, &c);
		if (n != 0 && c == '\\') {
			ek_buf_adds(out, "\\\\");
		} else if (n != 0 && ek_utf8_printable(c)) {
			ek_buf_add(out, text, n);
		} else {
			n = n != 0 ? n : 1;
			for (size_t i = 0; i < n; i++)
				ek_buf_addf(out, "\\%03o",
					    (unsigned char)text[i]);
		}
	}
}

/* The letter of a vmtar record, or the one that a record would have. */
static char type_of(const struct ek_archive_member *m)
{
	switch (m->visor != NULL ? EK_FT_OTHER : m->e->type) {
	case EK_FT_FILE:
		return '0';
	case EK_FT_DIR:
		return '5';
	case EK_FT_SYMLINK:
		return '2';
	case EK_FT_HARDLINK:
		return '1';
	case EK_FT_CHARDEV:
		return '3';
	case EK_FT_BLOCKDEV:
		return '4';
	case EK_FT_FIFO:
		return '6';
	case EK_FT_OTHER:
		break;
	}
	return m->type;
}

static void add_owner(struct ek_buf *out, const struct ek_entry *e)
{
	struct ek_buf b = EK_BUF_INIT;

	if (e->uname != NULL && e->uname[0] != '\0')
		ek_archive_escape(&b, e->uname);
	else
		ek_buf_addf(&b, "%u", e->uid);
	ek_buf_addc(&b, '/');
	if (e->gname != NULL && e->gname[0] != '\0')
		ek_archive_escape(&b, e->gname);
	else
		ek_buf_addf(&b, "%u", e->gid);
	ek_buf_addf(out, " %-9s", ek_buf_str(&b));
	out->failed = out->failed || b.failed;
	ek_buf_free(&b);
}

static void add_size(struct ek_buf *out, const struct ek_entry *e)
{
	char dev[32];

	if (e->type != EK_FT_CHARDEV && e->type != EK_FT_BLOCKDEV) {
		ek_buf_addf(out, " %10llu", (unsigned long long)e->size);
		return;
	}
	snprintf(dev, sizeof(dev), "%u,%u", e->devmajor, e->devminor);
	ek_buf_addf(out, " %10s", dev);
}

static void add_visor(struct ek_buf *out, const struct ek_visor *v)
{
	if (v == NULL)
		ek_buf_addf(out, " %10s %8s %6s %6s", "-", "-", "-", "-");
	else
		ek_buf_addf(out, " %10u %8u %6u %6u", v->offset, v->textoffset,
			    v->text_pgs, v->fixup_pgs);
}

void ek_archive_line(struct ek_buf *out, const struct ek_archive_member *m,
		     bool verbose)
{
	const struct ek_entry *e = m->e;
	char mode[11], when[EK_DATE_SIZE];

	ek_record_mode_text(type_of(m), e->mode, mode);
	ek_date_show(e->mtime, when);
	ek_buf_adds(out, mode);
	add_owner(out, e);
	add_size(out, e);
	ek_buf_addf(out, " %s", when);
	if (verbose)
		add_visor(out, m->visor);
	ek_buf_addc(out, ' ');
	ek_archive_escape(out, e->name);
	if (e->type == EK_FT_DIR)
		ek_buf_addc(out, '/');
	if (e->link != NULL) {
		ek_buf_adds(out, e->type == EK_FT_HARDLINK ? " link to "
							   : " -> ");
		ek_archive_escape(out, e->link);
	}
	ek_buf_addc(out, '\n');
}

static void json_visor(struct ek_json *j, const struct ek_archive_member *m)
{
	ek_json_bool(j, "elf", m->type == '7');
	ek_json_uint(j, "offset", m->visor->offset);
	ek_json_uint(j, "text_offset", m->visor->textoffset);
	ek_json_uint(j, "text_pages", m->visor->text_pgs);
	ek_json_uint(j, "fixup_pages", m->visor->fixup_pgs);
}

void ek_archive_json(struct ek_json *j, const struct ek_archive_member *m)
{
	const struct ek_entry *e = m->e;
	char mode[16];

	snprintf(mode, sizeof(mode), "%04o", e->mode);
	ek_json_object(j, NULL);
	ek_json_str(j, "name", e->name);
	ek_json_str(j, "type", ek_ftype_name(e->type));
	ek_json_str(j, "mode", mode);
	ek_json_uint(j, "uid", e->uid);
	ek_json_uint(j, "gid", e->gid);
	ek_json_str(j, "uname", e->uname != NULL ? e->uname : "");
	ek_json_str(j, "gname", e->gname != NULL ? e->gname : "");
	ek_json_uint(j, "size", e->size);
	ek_json_int(j, "mtime", e->mtime);
	if (e->link != NULL)
		ek_json_str(j, "link", e->link);
	if (e->type == EK_FT_CHARDEV || e->type == EK_FT_BLOCKDEV) {
		ek_json_uint(j, "major", e->devmajor);
		ek_json_uint(j, "minor", e->devminor);
	}
	if (m->visor != NULL)
		json_visor(j, m);
	ek_json_close(j);
}

/* ---- whole files -------------------------------------------------------- */

/* After the headers: read as much as was asked for. */
static int check(struct ek_archive *a, enum ek_archive_how how,
		 struct ek_err *err)
{
	if (how == EK_ARCHIVE_LIST)
		return ek_archive_end(a, err);
	return ek_archive_finish(a, how == EK_ARCHIVE_TEST, err);
}

/* A report on its way. */
struct report {
	struct ek_out *out;
	struct ek_buf text; /* not yet in out */
	struct ek_json j;   /* into text, where it is JSON */
	enum ek_archive_how how;
	bool verbose, json, heading;
};

/* Hand on what there is: a list may be longer than memory. */
static int flush(struct report *r, struct ek_err *err)
{
	int rc = ek_buf_check(&r->text, "report", err);

	if (rc != EK_OK)
		return rc;
	ek_out_write(r->out, r->text.p, r->text.len);
	ek_buf_reset(&r->text);
	return ek_out_status(r->out, err);
}

/* Show each header where a list is wanted; *n counts. */
static int each_member(struct ek_archive *a, struct report *r, size_t *n,
		       struct ek_err *err)
{
	struct ek_archive_member m;
	int rc;

	for (*n = 0;; ++*n) {
		rc = ek_archive_next(a, &m, err);
		if (rc != EK_OK)
			return rc == EK_END ? EK_OK : rc;
		if (r->how != EK_ARCHIVE_LIST)
			continue;
		if (r->json)
			ek_archive_json(&r->j, &m);
		else
			ek_archive_line(&r->text, &m, r->verbose);
		rc = flush(r, err);
		if (rc != EK_OK)
			return rc;
	}
}

static void add_kind(struct ek_buf *text, const struct ek_archive *a,
		     const char *file)
{
	const struct ek_layers *l = ek_archive_layers(a);

	ek_archive_escape(text, file);
	ek_buf_adds(text, ": ");
	for (size_t i = 0; i < ek_layers_count(l); i++)
		ek_buf_addf(text, "%s, ", ek_layer_name(ek_layers_kind(l, i)));
	ek_buf_adds(text, ek_archive_kind_name(ek_archive_kind(a)));
}

/* "6.5, 6.7 or 8.0u1", as far as the bytes tell. */
static void add_gens(struct ek_buf *text, unsigned gens)
{
	const char *before = " of ";

	if (gens == 0)
		ek_buf_adds(text, " of no known writer");
	for (enum ek_vmtar_gen g = EK_VMTAR_65; g <= EK_VMTAR_80U1; g++) {
		if ((gens & 1u << g) == 0)
			continue;
		ek_buf_addf(text, "%s%s", before, ek_vmtar_gen_name(g));
		gens &= ~(1u << g);
		before = (gens & (gens - 1)) == 0 ? " or " : ", ";
	}
}

static void json_gens(struct ek_json *j, unsigned gens)
{
	ek_json_array(j, "generations");
	for (enum ek_vmtar_gen g = EK_VMTAR_65; g <= EK_VMTAR_80U1; g++)
		if ((gens & 1u << g) != 0)
			ek_json_str(j, NULL, ek_vmtar_gen_name(g));
	ek_json_close(j);
}

/* All layers, each with the bytes that it gives; then what is in them. */
static void add_layers(struct ek_buf *text, const struct ek_archive *a,
		       const char *file)
{
	const struct ek_layers *l = ek_archive_layers(a);
	const struct ek_footer *f = ek_archive_footer(a);

	ek_archive_escape(text, file);
	ek_buf_adds(text, ":");
	for (size_t i = 0; i < ek_layers_count(l); i++)
		ek_buf_addf(text, " %s -> %llu,",
			    ek_layer_name(ek_layers_kind(l, i)),
			    (unsigned long long)ek_layers_size(l, i));
	ek_buf_addf(text, " %s", ek_archive_kind_name(ek_archive_kind(a)));
	if (ek_archive_kind(a) == EK_ARCHIVE_VMTAR)
		add_gens(text, ek_archive_gens(a));
	ek_buf_addf(text, ", %llu bytes",
		    (unsigned long long)ek_archive_length(a));
	if (f->there)
		ek_buf_addf(text, ", signature of %u (schema %u, key %s, length"
			    " %u)", f->size, f->schema, f->key_id, f->length);
}

/* ---- packed again -------------------------------------------------------- */

static int repack(const char *path, struct ek_repack *r, struct ek_err *err)
{
	struct ek_in *in = NULL;
	int rc = ek_in_open(&in, path, err);

	if (rc == EK_OK)
		rc = ek_repack(in, r, err);
	if (rc == EK_OK && r->vmtar && r->gens == 0)
		rc = ek_fail(err, EK_EREFUSE, "'%s': packed again it is not the"
			     " same: with %s, the nearest, up to offset %llu of"
			     " %llu", ek_in_name(in),
			     ek_vmtar_gen_name((enum ek_vmtar_gen)r->best),
			     (unsigned long long)r->offset,
			     (unsigned long long)r->size);
	ek_in_close(&in);
	return rc;
}

static int repack_text(struct report *r, const char *path, struct ek_err *err)
{
	struct ek_repack how = { .vmtar = false };
	int rc = repack(path, &how, err);

	if (rc != EK_OK)
		return rc;
	ek_archive_escape(&r->text, ek_input_name(path));
	if (how.vmtar) {
		ek_buf_addf(&r->text, ": %llu bytes, the same when packed with"
			    " the writer", (unsigned long long)how.size);
		add_gens(&r->text, how.gens);
	} else {
		ek_buf_adds(&r->text, ": a tar, not packed again");
	}
	ek_buf_addc(&r->text, '\n');
	return EK_OK;
}

static int repack_json(struct report *r, const char *path, struct ek_err *err)
{
	struct ek_repack how = { .vmtar = false };
	int rc = repack(path, &how, err);

	ek_json_object(&r->j, NULL);
	ek_json_str(&r->j, "file", ek_input_name(path));
	if (rc == EK_OK || how.size != 0)
		ek_json_str(&r->j, "format", ek_archive_kind_name
			    (how.vmtar ? EK_ARCHIVE_VMTAR : EK_ARCHIVE_TAR));
	if (rc == EK_OK && how.vmtar)
		json_gens(&r->j, how.gens);
	if (rc != EK_OK)
		ek_json_str(&r->j, "error", err->msg);
	ek_json_close(&r->j);
	return rc;
}

/* ---- one file ------------------------------------------------------------ */

static int report_text(struct report *r, const char *path, struct ek_err *err)
{
	const char *file = ek_input_name(path);
	struct ek_archive *a;
	size_t n = 0;
	int rc;

	rc = ek_archive_open_path(&a, path, err);
	if (rc != EK_OK)
		return rc;
	if (r->how == EK_ARCHIVE_LIST && r->heading) {
		ek_archive_escape(&r->text, file);
		ek_buf_adds(&r->text, ":\n");
	}
	rc = each_member(a, r, &n, err);
	if (rc == EK_OK)
		rc = check(a, r->how, err);
	if (rc == EK_OK && r->how == EK_ARCHIVE_LAYERS) {
		add_layers(&r->text, a, file);
		ek_buf_addc(&r->text, '\n');
	}
	if (rc == EK_OK && r->how == EK_ARCHIVE_TEST && r->verbose) {
		add_kind(&r->text, a, file);
		ek_buf_addf(&r->text, ", %zu members: good\n", n);
	}
	ek_archive_close(&a);
	return rc;
}

static void json_kind(struct ek_json *j, const struct ek_archive *a)
{
	const struct ek_layers *l = ek_archive_layers(a);

	ek_json_str(j, "format", ek_archive_kind_name(ek_archive_kind(a)));
	ek_json_array(j, "layers");
	for (size_t i = 0; i < ek_layers_count(l); i++)
		ek_json_str(j, NULL, ek_layer_name(ek_layers_kind(l, i)));
	ek_json_close(j);
}

/* What is known once all was read. */
static void json_whole(struct ek_json *j, const struct ek_archive *a)
{
	const struct ek_layers *l = ek_archive_layers(a);
	const struct ek_footer *f = ek_archive_footer(a);
	unsigned gens = ek_archive_gens(a);

	ek_json_array(j, "layer_sizes");
	for (size_t i = 0; i < ek_layers_count(l); i++)
		ek_json_uint(j, NULL, ek_layers_size(l, i));
	ek_json_close(j);
	ek_json_uint(j, "size", ek_archive_length(a));
	if (ek_archive_kind(a) == EK_ARCHIVE_VMTAR)
		json_gens(j, gens);
	if (!f->there)
		return;
	ek_json_object(j, "signature");
	ek_json_uint(j, "schema", f->schema);
	ek_json_str(j, "key_id", f->key_id);
	ek_json_uint(j, "length", f->length);
	ek_json_uint(j, "size", f->size);
	ek_json_close(j);
}

static int report_json(struct report *r, const char *path, struct ek_err *err)
{
	struct ek_json *j = &r->j;
	struct ek_archive *a;
	size_t n = 0;
	int rc;

	ek_json_object(j, NULL);
	ek_json_str(j, "file", ek_input_name(path));
	rc = ek_archive_open_path(&a, path, err);
	if (rc == EK_OK) {
		json_kind(j, a);
		if (r->how == EK_ARCHIVE_LIST)
			ek_json_array(j, "members");
		rc = each_member(a, r, &n, err);
		if (r->how == EK_ARCHIVE_LIST)
			ek_json_close(j);
		if (rc == EK_OK)
			rc = check(a, r->how, err);
		if (rc == EK_OK && r->how != EK_ARCHIVE_LIST)
			ek_json_uint(j, "count", n);
		if (rc == EK_OK && r->how == EK_ARCHIVE_LAYERS)
			json_whole(j, a);
		ek_archive_close(&a);
	}
	if (rc != EK_OK)
		ek_json_str(j, "error", err->msg);
	ek_json_close(j);
	return rc;
}

static int report_one(struct report *r, const char *path, struct ek_err *err)
{
	if (r->how == EK_ARCHIVE_REPACK)
		return r->json ? repack_json(r, path, err)
			       : repack_text(r, path, err);
	return r->json ? report_json(r, path, err) : report_text(r, path, err);
}

int ek_archive_report(struct ek_out *out, char *const *files, int n,
		      enum ek_archive_how how, bool verbose, bool json,
		      ek_archive_bad *bad, void *ctx, struct ek_err *err)
{
	struct ek_err why = EK_ERR_INIT;
	struct report r = {
		.out = out, .text = EK_BUF_INIT, .how = how,
		.verbose = verbose, .json = json, .heading = n > 1,
	};
	int rc;

	if (json) {
		ek_json_begin(&r.j, &r.text);
		ek_json_array(&r.j, "archives");
	}
	for (int i = 0; i < n && !ek_out_failed(out) && !r.text.failed; i++) {
		rc = report_one(&r, files[i], &why);
		if (rc != EK_OK && !ek_out_failed(out) && !r.text.failed)
			bad(ctx, rc, &why);
	}
	if (json) {
		ek_json_close(&r.j);
		ek_json_end(&r.j);
	}
	rc = flush(&r, err);
	ek_buf_free(&r.text);
	return rc;
}
