/* SPDX-License-Identifier: BSD-2-Clause */
/* rebuild_run.c - a rebuild from the open input to the named output */
#include "os.h"

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/finding.h"
#include "ek/image.h"
#include "ek/io.h"
#include "ek/iso9660.h"
#include "ek/isobuild.h"
#include "ek/json.h"
#include "ek/pool.h"
#include "rebuild_int.h"

struct ek_rebuild {
	char *name; /* owned; of the output */
	struct ek_iso *in, *out;
	struct ek_image *in_image, *out_image;
	struct ek_isobuild *plan;
	struct ek_findings *before, *after;
	struct ek_out *file;
	struct ek_rebuild_opts opts;
	const char *stage;
};

/* ---- open and close ----------------------------------------------------- */

/* xorriso grows an image in place where both are one file. */
static int check_names(const char *in, const char *out, struct ek_err *err)
{
	if (ek_same_file(in, out))
		return ek_fail(err, EK_EARG, "'%s' and '%s' are the same file: "
			       "an image is not changed in place", in, out);
	return EK_OK;
}

int ek_rebuild_open(struct ek_rebuild **rp, const char *in, const char *out,
		    struct ek_err *err)
{
	struct ek_rebuild *r;
	int rc;

	*rp = NULL;
	rc = check_names(in, out, err);
	if (rc != EK_OK)
		return rc;
	r = calloc(1, sizeof(*r));
	if (r != NULL)
		r->name = strdup(out);
	if (r == NULL || r->name == NULL) {
		free(r);
		return ek_fail_sys(err, "'%s'", in);
	}
	rc = ek_iso_open(&r->in, in, err);
	if (rc == EK_OK)
		rc = ek_isobuild_new(&r->plan, r->in, err);
	if (rc != EK_OK)
		ek_rebuild_close(&r);
	*rp = r;
	return rc;
}

void ek_rebuild_close(struct ek_rebuild **rp)
{
	struct ek_rebuild *r = *rp;

	if (r == NULL)
		return;
	ek_out_abort(&r->file);
	ek_findings_free(&r->after);
	ek_findings_free(&r->before);
	ek_image_close(&r->out_image);
	ek_image_close(&r->in_image);
	ek_isobuild_free(&r->plan);
	ek_iso_close(&r->out);
	ek_iso_close(&r->in);
	free(r->name);
	free(r);
	*rp = NULL;
}

struct ek_isobuild *ek_rebuild_plan(struct ek_rebuild *r)
{
	return r->plan;
}

const struct ek_iso *ek_rebuild_input(const struct ek_rebuild *r)
{
	return r->in;
}

const struct ek_findings *ek_rebuild_findings(const struct ek_rebuild *r)
{
	return r->after;
}

/* ---- the steps ---------------------------------------------------------- */

static void on_progress(void *ctx, uint64_t done, uint64_t total)
{
	const struct ek_rebuild *r = ctx;

	if (r->opts.progress != NULL)
		r->opts.progress(r->opts.ctx, r->stage, done, total);
}

static int admit(struct ek_rebuild *r, struct ek_err *err)
{
	int rc = ek_image_open_iso(&r->in_image, r->in, err);

	if (rc == EK_OK)
		rc = ek_findings_new(&r->before, err);
	if (rc == EK_OK)
		rc = ek_rebuild_admit(r->plan, r->in_image, r->opts.force,
				      r->before, err);
	return rc;
}

/* The proof reads what the disk is still taking: the two side by side. */
static int sync_or_prove(void *ctx, size_t i, struct ek_err *err)
{
	struct ek_rebuild *r = ctx;

	return i == 0 ? ek_out_prepare(r->file, err)
		      : ek_isobuild_prove(r->plan, r->out, on_progress, r, err);
}

static int write_and_prove(struct ek_rebuild *r, struct ek_err *err)
{
	int rc, fd = ek_out_fd(r->file);

	if (fd < 0)
		return ek_fail(err, EK_EARG, "'%s' cannot hold an image: it is "
			       "no regular file", r->name);
	r->stage = "writing";
	rc = ek_isobuild_run(r->plan, fd, r->name, on_progress, r, err);
	if (rc == EK_OK)
		rc = ek_iso_open_fd(&r->out, fd, r->name, err);
	r->stage = "proving";
	if (rc == EK_OK)
		rc = ek_pool_run(2, 2, sync_or_prove, r, err);
	r->stage = NULL;
	on_progress(r, 0, 0);
	return rc;
}

static int accept(struct ek_rebuild *r, struct ek_err *err)
{
	int rc = ek_image_open_iso(&r->out_image, r->out, err);

	if (rc == EK_OK)
		rc = ek_findings_new(&r->after, err);
	if (rc == EK_OK)
		rc = ek_rebuild_accept(r->plan, r->out_image, r->before,
				       r->opts.force, r->after, err);
	return rc;
}

int ek_rebuild_run(struct ek_rebuild *r, struct ek_out **out,
		   const struct ek_rebuild_opts *opts, struct ek_err *err)
{
	int rc;

	r->opts = *opts;
	r->file = *out;
	*out = NULL;
	rc = admit(r, err);
	if (rc == EK_OK)
		rc = write_and_prove(r, err);
	if (rc == EK_OK)
		rc = accept(r, err);
	if (rc == EK_OK)
		rc = ek_out_commit(&r->file, err);
	return rc;
}

/* ---- report ------------------------------------------------------------- */

static const char *action(const struct ek_isochange *c)
{
	if (c->file == NULL)
		return "removed";
	return c->replaces ? "replaced" : "added";
}

static void change_json(const struct ek_isochange *c, struct ek_json *j)
{
	ek_json_object(j, NULL);
	ek_json_str(j, "action", action(c));
	ek_json_str(j, "path", c->path);
	ek_json_str(j, "given", c->given);
	if (c->file != NULL) {
		ek_json_str(j, "file", c->shown);
		ek_json_uint(j, "size", c->size);
		ek_json_str(j, "sha256", c->sha256);
	}
	ek_json_close(j);
}

int ek_rebuild_json(const struct ek_rebuild *r, struct ek_buf *out,
		    struct ek_err *err)
{
	const struct ek_isochange *c;
	struct ek_json j;

	ek_json_begin(&j, out);
	ek_json_str(&j, "input", ek_iso_name(r->in));
	ek_json_str(&j, "output", r->name);
	ek_json_uint(&j, "size", ek_iso_size(r->out));
	ek_json_str(&j, "volume_id", ek_isobuild_volume_id(r->plan));
	ek_json_int(&j, "mtime", ek_isobuild_mtime(r->plan));
	ek_json_bool(&j, "forced", r->opts.force);
	ek_json_array(&j, "changes");
	for (size_t i = 0; (c = ek_isobuild_at(r->plan, i)) != NULL; i++)
		change_json(c, &j);
	ek_json_close(&j);
	ek_findings_json(r->after, &j);
	ek_json_end(&j);
	return ek_buf_check(out, r->name, err);
}
