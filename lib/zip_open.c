/* SPDX-License-Identifier: BSD-2-Clause */
/* zip_open.c - open a zip: where its bytes lie, and the list of members */
#include "os.h"

#include "ek/err.h"
#include "ek/io.h"
#include "zip_int.h"

int ek_zip_bytes(const struct ek_zip *z, uint64_t off, void *buf, size_t n,
		 const char *what, struct ek_err *err)
{
	if (z->file != NULL)
		return ek_file_read(z->file, off, buf, n, what, err);
	if (off > z->size || n > z->size - off)
		return ek_fail(err, EK_EFORMAT, "'%s' ends at offset %llu,"
			       " before the end of %s", z->name,
			       (unsigned long long)z->size, what);
	memcpy(buf, z->mem + off, n);
	return EK_OK;
}

int ek_zip_bad(const struct ek_zip *z, const struct ek_zip_item *it,
	       const char *why, struct ek_err *err)
{
	return ek_fail(err, EK_EFORMAT, "'%s': member '%.200s' at offset %llu:"
		       " %s", z->name, it->m.name, (unsigned long long)it->at,
		       why);
}

/* Directories have had their say. */
static void drop_directories(struct ek_zip *z)
{
	size_t n = 0;

	for (size_t i = 0; i < z->n; i++) {
		if (z->v[i].dir)
			free(z->v[i].m.name);
		else
			z->v[n++] = z->v[i];
	}
	z->n = n;
}

static int look_through(struct ek_zip *z, struct ek_err *err)
{
	int rc = ek_zip_directory(z, err);

	if (rc == EK_OK)
		rc = ek_zip_names_sort(z, err);
	if (rc == EK_OK)
		rc = ek_zip_names_check(z, err);
	if (rc == EK_OK)
		rc = ek_zip_locals(z, err);
	if (rc != EK_OK)
		return rc;
	drop_directories(z);
	return ek_zip_names_sort(z, err);
}

/* file becomes the zip's; with NULL it is the len bytes at mem. */
static int open_zip(struct ek_zip **out, const char *name,
		    struct ek_file *file, const void *mem, size_t len,
		    struct ek_err *err)
{
	struct ek_zip *z = calloc(1, sizeof(*z));
	int rc;

	if (z == NULL || (z->name = strdup(name)) == NULL) {
		rc = ek_fail_sys(err, "reading '%s'", name);
		free(z);
		ek_file_close(&file);
		return rc;
	}
	z->file = file;
	z->mem = mem;
	z->size = file != NULL ? ek_file_size(file) : len;
	rc = look_through(z, err);
	if (rc != EK_OK)
		ek_zip_close(&z);
	*out = z;
	return rc;
}

int ek_zip_open(struct ek_zip **out, const char *path, struct ek_err *err)
{
	struct ek_file *file;
	int rc = ek_file_open(&file, path, err);

	*out = NULL;
	if (rc != EK_OK)
		return rc;
	return open_zip(out, ek_file_name(file), file, NULL, 0, err);
}

int ek_zip_open_mem(struct ek_zip **out, const char *name, const void *data,
		    size_t len, struct ek_err *err)
{
	*out = NULL;
	return open_zip(out, name, NULL, data, len, err);
}

int ek_zip_open_fd(struct ek_zip **out, const char *name, int fd,
		   struct ek_err *err)
{
	struct ek_file *file;
	int rc = ek_file_open_fd(&file, fd, name, err);

	*out = NULL;
	if (rc != EK_OK)
		return rc;
	return open_zip(out, name, file, NULL, 0, err);
}

void ek_zip_close(struct ek_zip **z)
{
	if (*z == NULL)
		return;
	for (size_t i = 0; i < (*z)->n; i++)
		free((*z)->v[i].m.name);
	free((*z)->v);
	free((*z)->by_name);
	ek_file_close(&(*z)->file);
	free((*z)->name);
	free(*z);
	*z = NULL;
}

const char *ek_zip_name(const struct ek_zip *z)
{
	return z->name;
}

size_t ek_zip_count(const struct ek_zip *z)
{
	return z->n;
}

const struct ek_zip_member *ek_zip_at(const struct ek_zip *z, size_t i)
{
	return i < z->n ? &z->v[i].m : NULL;
}
