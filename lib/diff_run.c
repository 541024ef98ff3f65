/* SPDX-License-Identifier: BSD-2-Clause */
/* diff_run.c - what the two are, both loaded, both compared */
#include "os.h"

#include <sys/stat.h>

#include "diff_int.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/vib.h"

const char *diff_kind_name(enum diff_kind kind)
{
	static const char *const names[] = {
		"image", "database", "vib", "bundle",
	};

	return names[kind];
}

/* ---- what is it ---------------------------------------------------------- */

static int set_kind(struct diff_side *s, enum ek_kind kind, struct ek_err *err)
{
	s->is_iso = kind == EK_KIND_ISO;
	if (kind == EK_KIND_ISO)
		s->kind = DIFF_IMAGE;
	else if (kind == EK_KIND_IMGDB)
		s->kind = DIFF_DATABASE;
	else if (kind == EK_KIND_VIB)
		s->kind = DIFF_VIB;
	else if (kind == EK_KIND_BUNDLE)
		s->kind = DIFF_BUNDLE;
	else
		return ek_fail(err, EK_EREFUSE, "'%s' cannot be compared: it is"
			       " neither ISO, directory, image database, VIB"
			       " nor offline bundle, but of kind '%s'", s->path,
			       ek_kind_name(kind));
	return EK_OK;
}

/* A directory is an image; content tells the rest. */
static int find_kind(struct diff_side *s, struct ek_err *err)
{
	enum ek_kind kind = EK_KIND_UNKNOWN;
	struct ek_in *in = NULL;
	struct stat st;
	int rc;

	if (stat(s->path, &st) != 0)
		return ek_fail_sys(err, "cannot open '%s'", s->path);
	if (S_ISDIR(st.st_mode)) {
		s->kind = DIFF_IMAGE;
		return EK_OK;
	}
	if (!S_ISREG(st.st_mode))
		return ek_fail(err, EK_EREFUSE, "'%s' is neither a file nor a"
			       " directory", s->path);
	rc = ek_in_open(&in, s->path, err);
	if (rc == EK_OK)
		rc = ek_kind_of(in, &kind, err);
	ek_in_close(&in);
	return rc == EK_OK ? set_kind(s, kind, err) : rc;
}

/* ---- both ---------------------------------------------------------------- */

static int load(struct diff_side *s, const struct diff_want *w,
		struct ek_err *err)
{
	switch (s->kind) {
	case DIFF_IMAGE: return diff_load_image(s, w, err);
	case DIFF_DATABASE: return diff_load_database(s, w, err);
	case DIFF_VIB: return diff_load_vib(s, w, err);
	case DIFF_BUNDLE: return diff_load_bundle(s, w, err);
	}
	return ek_fail(err, EK_EARG, "'%s': no such kind", s->path);
}

/* Has it a database, or is it one? */
static bool has_database(enum diff_kind kind)
{
	return kind == DIFF_IMAGE || kind == DIFF_DATABASE;
}

/* An image beside what is no image and no database counts by its VIBs. */
static void vibs_alone(struct diff_side *s)
{
	diff_facts_free(&s->profile);
	diff_facts_free(&s->database);
	s->packed[0] = '\0';
}

static int compare(struct ek_diff *d, const struct ek_diff_opts *o,
		   struct ek_err *err)
{
	struct diff_side *a = &d->side[0], *b = &d->side[1];
	const struct diff_want w = {
		.exact = a->kind == b->kind || (has_database(a->kind) &&
						has_database(b->kind)),
		.files = a->kind == b->kind && a->kind != DIFF_DATABASE,
		.disc = a->is_iso && b->is_iso,
		.o = o,
	};
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < 2; i++) {
		rc = load(&d->side[i], &w, err);
		if (rc == EK_OK && !w.exact)
			vibs_alone(&d->side[i]);
		if (rc == EK_OK)
			rc = diff_seal(&d->side[i], err);
	}
	return rc == EK_OK ? diff_match(d, err) : rc;
}

int ek_diff_open(struct ek_diff **out, const char *a, const char *b,
		 const struct ek_diff_opts *o, struct ek_err *err)
{
	static const struct ek_diff_opts none;
	struct ek_diff *d = calloc(1, sizeof(*d));
	int rc = EK_OK;

	*out = NULL;
	if (d == NULL)
		return ek_fail_sys(err, "comparing");
	d->path[0] = strdup(a);
	d->path[1] = strdup(b);
	if (d->path[0] == NULL || d->path[1] == NULL)
		rc = ek_fail_sys(err, "comparing");
	for (size_t i = 0; rc == EK_OK && i < 2; i++) {
		d->side[i].path = d->path[i];
		rc = find_kind(&d->side[i], err);
	}
	if (rc == EK_OK)
		rc = compare(d, o != NULL ? o : &none, err);
	if (rc != EK_OK)
		ek_diff_free(&d);
	*out = d;
	return rc;
}

bool ek_diff_same(const struct ek_diff *d)
{
	return d->same;
}

void ek_diff_free(struct ek_diff **diff)
{
	struct ek_diff *d = *diff;

	if (d == NULL)
		return;
	for (size_t i = 0; i < 2; i++) {
		diff_side_free(&d->side[i]);
		free(d->path[i]);
	}
	free(d);
	*diff = NULL;
}
