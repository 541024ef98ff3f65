/* SPDX-License-Identifier: BSD-2-Clause */
/* io.c - what can be said in terms of the streams alone */
#include "os.h"

#include "ek/err.h"
#include "ek/io.h"

const char *ek_input_name(const char *path)
{
	return path == NULL || strcmp(path, "-") == 0 ? "standard input" : path;
}

/* Double *cap, at most to limit and one byte to see that there is more. */
static int grow(char **buf, size_t *cap, size_t limit, const char *name,
		struct ek_err *err)
{
	size_t most = limit < SIZE_MAX - 2 ? limit + 2 : SIZE_MAX;
	size_t want = *cap != 0 ? *cap * 2 : 16384;
	char *grown;

	if (want > most || want < *cap)
		want = most;
	grown = realloc(*buf, want);
	if (grown == NULL)
		return ek_fail_sys(err, "reading '%s'", name);
	*buf = grown;
	*cap = want;
	return EK_OK;
}

/* All of in; *buf may be set on failure as well. */
static int slurp(struct ek_in *in, size_t limit, char **buf, size_t *len,
		 struct ek_err *err)
{
	size_t cap = 0, n = 0, got;
	int rc;

	for (;;) {
		if (cap - n < 2) { /* room for one byte and the NUL */
			rc = grow(buf, &cap, limit, ek_in_name(in), err);
			if (rc != EK_OK)
				return rc;
		}
		rc = ek_in_read(in, *buf + n, cap - n - 1, &got, err);
		if (rc != EK_OK)
			return rc;
		n += got;
		if (n > limit)
			return ek_fail(err, EK_ELIMIT, "'%s' is larger than"
				       " %zu bytes", ek_in_name(in), limit);
		if (got == 0)
			break;
	}
	(*buf)[n] = '\0';
	*len = n;
	return EK_OK;
}

int ek_read_all(const char *path, size_t limit, char **data, size_t *len,
		struct ek_err *err)
{
	struct ek_in *in;
	char *buf = NULL;
	int rc;

	*data = NULL;
	*len = 0;
	rc = ek_in_open(&in, path, err);
	if (rc != EK_OK)
		return rc;
	rc = slurp(in, limit, &buf, len, err);
	ek_in_close(&in);
	if (rc == EK_OK)
		*data = buf;
	else
		free(buf);
	return rc;
}

int ek_in_read_exact(struct ek_in *in, void *buf, size_t n, const char *what,
		     struct ek_err *err)
{
	size_t got;
	int rc;

	rc = ek_in_read(in, buf, n, &got, err);
	if (rc != EK_OK)
		return rc;
	if (got < n)
		return ek_fail(err, EK_EFORMAT, "'%s' ends at offset %llu"
			       " inside %s", ek_in_name(in),
			       (unsigned long long)ek_in_pos(in), what);
	return EK_OK;
}
