/* SPDX-License-Identifier: BSD-2-Clause */
/* buf.c - a growing run of bytes, and a list of strings */
#include "os.h"

#include <stdarg.h>

#include "ek/buf.h"

#if defined(__GNUC__) && !defined(__clang__)
/* gcc 12 takes a string that goes into a list for lost */
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
#endif

/* Room for len more bytes and the NUL. */
static bool reserve(struct ek_buf *b, size_t len)
{
	size_t cap = b->cap != 0 ? b->cap : 64;
	char *p;

	if (b->failed)
		return false;
	if (b->p != NULL && len < b->cap - b->len)
		return true;
	if (len >= SIZE_MAX / 2 - b->len) {
		b->failed = true;
		return false;
	}
	while (cap - b->len <= len)
		cap *= 2;
	p = realloc(b->p, cap);
	if (p == NULL) {
		b->failed = true;
		return false;
	}
	b->p = p;
	b->cap = cap;
	return true;
}

void ek_buf_add(struct ek_buf *b, const void *data, size_t len)
{
	if (!reserve(b, len))
		return;
	if (len != 0)
		memcpy(b->p + b->len, data, len);
	b->len += len;
	b->p[b->len] = '\0';
}

void ek_buf_adds(struct ek_buf *b, const char *text)
{
	ek_buf_add(b, text, strlen(text));
}

void ek_buf_addc(struct ek_buf *b, char c)
{
	ek_buf_add(b, &c, 1);
}

void ek_buf_addf(struct ek_buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0) {
		b->failed = true;
		return;
	}
	if (!reserve(b, (size_t)n))
		return;
	va_start(ap, fmt);
	vsnprintf(b->p + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
}

void ek_buf_reset(struct ek_buf *b)
{
	b->len = 0;
	b->failed = false;
	if (b->p != NULL)
		b->p[0] = '\0';
}

const char *ek_buf_str(const struct ek_buf *b)
{
	return b->p != NULL ? b->p : "";
}

int ek_buf_check(const struct ek_buf *b, const char *what, struct ek_err *err)
{
	if (!b->failed)
		return EK_OK;
	errno = ENOMEM;
	return ek_fail_sys(err, "%s", what);
}

int ek_buf_take(struct ek_buf *b, const char *what, char **text, size_t *len,
		struct ek_err *err)
{
	int rc;

	*text = NULL;
	*len = 0;
	reserve(b, 0);
	rc = ek_buf_check(b, what, err);
	if (rc != EK_OK)
		return rc;
	b->p[b->len] = '\0';
	*text = b->p;
	*len = b->len;
	*b = (struct ek_buf)EK_BUF_INIT;
	return EK_OK;
}

void ek_buf_free(struct ek_buf *b)
{
	free(b->p);
	*b = (struct ek_buf)EK_BUF_INIT;
}

/* Room for one more string; false where there is no memory. */
static bool reserve_string(struct ek_strs *l)
{
	size_t cap = l->cap != 0 ? l->cap * 2 : 8;
	char **v;

	if (l->n < l->cap)
		return true;
	v = reallocarray(l->v, cap, sizeof(*v));
	if (v == NULL)
		return false;
	l->v = v;
	l->cap = cap;
	return true;
}

int ek_strs_add(struct ek_strs *l, const char *s, size_t n, struct ek_err *err)
{
	if (!reserve_string(l))
		return ek_fail_sys(err, "list");
	l->v[l->n] = strndup(s, n);
	if (l->v[l->n] == NULL)
		return ek_fail_sys(err, "list");
	l->n++;
	return EK_OK;
}

bool ek_strs_has(const struct ek_strs *l, const char *s)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->v[i], s) == 0)
			return true;
	return false;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void ek_strs_sort(struct ek_strs *l)
{
	if (l->n > 1)
		qsort(l->v, l->n, sizeof(*l->v), by_bytes);
}

void ek_strs_free(struct ek_strs *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i]);
	free(l->v);
	*l = (struct ek_strs){ NULL, 0, 0 };
}
