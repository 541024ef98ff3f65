/* SPDX-License-Identifier: BSD-2-Clause */
/* source.c - bytes that are read more than once */
#include "os.h"

#include <sys/stat.h>

#include "ek/err.h"
#include "ek/io.h"
#include "ek/source.h"

struct ek_source {
	char *name;
	struct ek_file *file;   /* one of the two */
	struct ek_spool *spool;
	uint64_t spool_size;
	bool has_mtime;
	int64_t mtime;
};

void ek_source_free(struct ek_source **s)
{
	struct ek_source *it = *s;

	*s = NULL;
	if (it == NULL)
		return;
	ek_file_close(&it->file);
	ek_spool_free(it->spool);
	free(it->name);
	free(it);
}

static int new_source(struct ek_source **s, const char *name,
		      struct ek_err *err)
{
	*s = calloc(1, sizeof(**s));
	if (*s != NULL)
		(*s)->name = strdup(name);
	if (*s != NULL && (*s)->name != NULL)
		return EK_OK;
	free(*s);
	*s = NULL;
	return ek_fail_sys(err, "cannot read '%s'", name);
}

static int copy_in(struct ek_source *s, const char *path, struct ek_err *err)
{
	struct ek_out *out = NULL;
	struct ek_in *in = NULL;
	int rc;

	rc = ek_in_open(&in, path, err);
	if (rc == EK_OK)
		rc = ek_spool_new(&s->spool, err);
	if (rc == EK_OK)
		rc = ek_spool_out(s->spool, &out, err);
	if (rc == EK_OK)
		rc = ek_in_copy(in, out, NULL, err);
	if (rc == EK_OK)
		rc = ek_out_commit(&out, err);
	if (rc == EK_OK)
		rc = ek_spool_size(s->spool, &s->spool_size, err);
	ek_out_abort(&out);
	ek_in_close(&in);
	return rc;
}

int ek_source_open(struct ek_source **out, const char *path,
		   struct ek_err *err)
{
	bool named = path != NULL && strcmp(path, "-") != 0;
	struct ek_source *s;
	struct stat st;
	int rc;

	*out = NULL;
	rc = new_source(&s, ek_input_name(path), err);
	if (rc != EK_OK)
		return rc;
	if (named && stat(path, &st) == 0 && S_ISREG(st.st_mode)) {
		s->has_mtime = true;
		s->mtime = (int64_t)st.st_mtime;
		rc = ek_file_open(&s->file, path, err);
	} else {
		rc = copy_in(s, path, err);
	}
	if (rc == EK_OK)
		*out = s;
	else
		ek_source_free(&s);
	return rc;
}

int ek_source_spool(struct ek_source **out, struct ek_spool *spool,
		    const char *name, struct ek_err *err)
{
	int rc = new_source(out, name, err);

	if (rc != EK_OK) {
		ek_spool_free(spool);
		return rc;
	}
	(*out)->spool = spool;
	rc = ek_spool_size(spool, &(*out)->spool_size, err);
	if (rc != EK_OK)
		ek_source_free(out);
	return rc;
}

int ek_source_in(struct ek_source *s, struct ek_in **in, struct ek_err *err)
{
	if (s->file == NULL)
		return ek_spool_in(s->spool, s->name, in, err);
	return ek_file_in(s->file, 0, ek_file_size(s->file), s->name, in, err);
}

uint64_t ek_source_size(const struct ek_source *s)
{
	return s->file != NULL ? ek_file_size(s->file) : s->spool_size;
}

const char *ek_source_name(const struct ek_source *s)
{
	return s->name;
}

bool ek_source_mtime(const struct ek_source *s, int64_t *mtime)
{
	if (s->has_mtime)
		*mtime = s->mtime;
	return s->has_mtime;
}
