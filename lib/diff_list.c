/* SPDX-License-Identifier: BSD-2-Clause */
/* diff_list.c - lists of two sides, put in, sorted, walked at once */
#include "os.h"

#include <stdarg.h>

#include "diff_int.h"
#include "ek/buf.h"
#include "ek/err.h"

static int no_memory(struct ek_err *err)
{
	errno = ENOMEM;
	return ek_fail_sys(err, "comparing");
}

void *diff_add(struct diff_list *l, size_t size, const char *key, size_t len,
	       struct ek_err *err)
{
	char *copy = strndup(key, len), *more = l->v;

	if (copy != NULL && l->n == l->cap) {
		size_t cap = l->cap == 0 ? 8 : l->cap * 2;

		more = reallocarray(l->v, cap, size);
		if (more != NULL) {
			l->v = more;
			l->cap = cap;
		}
	}
	if (copy == NULL || more == NULL) {
		free(copy);
		no_memory(err);
		return NULL;
	}
	more += l->n++ * size;
	memset(more, 0, size);
	memcpy(more, &copy, sizeof(copy)); /* the key is the first member */
	return more;
}

static int by_key(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void diff_sort(struct diff_list *l, size_t size)
{
	if (l->n > 1)
		qsort(l->v, l->n, size, by_key);
}

bool diff_next(const struct diff_list *a, const struct diff_list *b,
	       size_t size, struct diff_walk *w, const void **x,
	       const void **y)
{
	int cmp;

	*x = w->i < a->n ? (const char *)a->v + w->i * size : NULL;
	*y = w->j < b->n ? (const char *)b->v + w->j * size : NULL;
	if (*x == NULL && *y == NULL)
		return false;
	cmp = *x == NULL ? 1 : *y == NULL ? -1 : by_key(*x, *y);
	if (cmp > 0)
		*x = NULL;
	else
		w->i++;
	if (cmp < 0)
		*y = NULL;
	else
		w->j++;
	return true;
}

const void *diff_either(const void *x, const void *y)
{
	return x != NULL ? x : y;
}

/* ---- facts -------------------------------------------------------------- */

int diff_fact(struct diff_list *l, const char *key, const char *value,
	      struct ek_err *err)
{
	struct diff_fact *f;

	if (value == NULL)
		return EK_OK;
	f = diff_add(l, sizeof(*f), key, strlen(key), err);
	if (f == NULL)
		return EK_ESYS;
	f->order = l->n;
	f->value = strdup(value);
	return f->value != NULL ? EK_OK : no_memory(err);
}

int diff_factf(struct diff_list *l, struct ek_err *err, const char *value,
	       const char *fmt, ...)
{
	va_list ap;
	char *key;
	int n, rc;

	va_start(ap, fmt);
	n = vasprintf(&key, fmt, ap);
	va_end(ap);
	if (n < 0)
		return no_memory(err);
	rc = diff_fact(l, key, value, err);
	free(key);
	return rc;
}

int diff_fact_sum(struct diff_list *l, const char *key, const void *data,
		  size_t len, struct ek_err *err)
{
	char hex[EK_DIGEST_HEX];
	int rc = ek_digest_mem(EK_SHA256, data, len, hex, err);

	return rc == EK_OK ? diff_fact(l, key, hex, err) : rc;
}

static int by_order(const void *a, const void *b)
{
	const struct diff_fact *x = a, *y = b;
	int cmp = strcmp(x->key, y->key);

	return cmp != 0 ? cmp : (x->order > y->order) - (x->order < y->order);
}

static int by_value(const void *a, const void *b)
{
	const struct diff_fact *x = a, *y = b;
	int cmp = strcmp(x->key, y->key);

	if (cmp == 0)
		cmp = strcmp(x->value, y->value);
	return cmp != 0 ? cmp : (x->order > y->order) - (x->order < y->order);
}

/* The values of n facts of one key, sorted, into the first. */
static int join(struct diff_fact *f, size_t n, struct ek_err *err)
{
	struct ek_buf b = EK_BUF_INIT;
	size_t len;
	char *text;
	int rc;

	for (size_t i = 0; i < n; i++) {
		if (i != 0 && strcmp(f[i].value, f[i - 1].value) == 0)
			continue;
		ek_buf_adds(&b, i != 0 ? ", " : "");
		ek_buf_adds(&b, f[i].value);
	}
	rc = ek_buf_take(&b, "comparing", &text, &len, err);
	ek_buf_free(&b);
	if (rc != EK_OK)
		return rc;
	free(f->value);
	f->value = text;
	return EK_OK;
}

static void drop(struct diff_fact *f, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(f[i].key);
		free(f[i].value);
	}
}

int diff_facts_seal(struct diff_list *l, bool last, struct ek_err *err)
{
	struct diff_fact *v = l->v;
	size_t kept = 0, n;
	int rc = EK_OK;

	if (l->n > 1)
		qsort(v, l->n, sizeof(*v), last ? by_order : by_value);
	for (size_t i = 0; i < l->n; i += n) {
		for (n = 1; i + n < l->n &&
		     strcmp(v[i].key, v[i + n].key) == 0; n++)
			;
		if (n > 1 && last) {
			struct diff_fact f = v[i];

			v[i] = v[i + n - 1];
			v[i + n - 1] = f;
		} else if (n > 1 && rc == EK_OK) {
			rc = join(&v[i], n, err);
		}
		drop(&v[i + 1], n - 1);
		v[kept++] = v[i];
	}
	l->n = kept;
	return rc;
}

bool diff_facts_next(const struct diff_list *a, const struct diff_list *b,
		     struct diff_walk *w, const struct diff_fact **x,
		     const struct diff_fact **y)
{
	const void *p, *q;

	while (diff_next(a, b, sizeof(**x), w, &p, &q)) {
		*x = p;
		*y = q;
		if (*x == NULL || *y == NULL ||
		    strcmp((*x)->value, (*y)->value) != 0)
			return true;
	}
	return false;
}

bool diff_facts_same(const struct diff_list *a, const struct diff_list *b)
{
	const struct diff_fact *x, *y;
	struct diff_walk w = { 0, 0 };

	return !diff_facts_next(a, b, &w, &x, &y);
}

void diff_facts_free(struct diff_list *l)
{
	drop(l->v, l->n);
	free(l->v);
	*l = (struct diff_list){ 0 };
}

/* ---- files -------------------------------------------------------------- */

unsigned diff_file_how(const struct diff_file *a, const struct diff_file *b)
{
	unsigned how = 0;

	if (a->told && b->told)
		return 0;
	if (a->size != b->size || strcmp(a->sha256, b->sha256) != 0)
		how |= DIFF_CONTENT;
	if (a->mode != b->mode)
		how |= DIFF_MODE;
	if ((a->link == NULL) != (b->link == NULL) ||
	    (a->link != NULL && strcmp(a->link, b->link) != 0))
		how |= DIFF_LINK;
	return how;
}

bool diff_files_next(const struct diff_list *a, const struct diff_list *b,
		     struct diff_walk *w, const struct diff_file **x,
		     const struct diff_file **y)
{
	const void *p, *q;

	while (diff_next(a, b, sizeof(**x), w, &p, &q)) {
		*x = p;
		*y = q;
		if (*x == NULL || *y == NULL || diff_file_how(*x, *y) != 0)
			return true;
	}
	return false;
}

static int by_path(const void *a, const void *b)
{
	const struct diff_file *x = a, *y = b;
	int cmp = strcmp(x->key, y->key);

	/* an archive can hold one path twice */
	if (cmp == 0)
		cmp = strcmp(x->sha256, y->sha256);
	if (cmp == 0 && x->link != NULL && y->link != NULL)
		cmp = strcmp(x->link, y->link);
	return cmp;
}

void diff_files_sort(struct diff_list *l)
{
	if (l->n > 1)
		qsort(l->v, l->n, sizeof(struct diff_file), by_path);
}

void diff_files_free(struct diff_list *l)
{
	struct diff_file *v = l->v;

	for (size_t i = 0; i < l->n; i++) {
		free(v[i].key);
		free(v[i].shown);
		free(v[i].link);
	}
	free(v);
	*l = (struct diff_list){ 0 };
}

/* ---- groups ------------------------------------------------------------- */

static bool same_files(const struct diff_list *a, const struct diff_list *b)
{
	const struct diff_file *x, *y;
	struct diff_walk w = { 0, 0 };

	return !diff_files_next(a, b, &w, &x, &y);
}

unsigned diff_group_how(const struct diff_group *a, const struct diff_group *b)
{
	unsigned how = 0;

	if (a->file != NULL && b->file != NULL && strcmp(a->file, b->file) != 0)
		how |= DIFF_NAME;
	if (a->there != b->there)
		how |= DIFF_THERE;
	if (!a->looked || !b->looked || strcmp(a->sha256, b->sha256) == 0)
		return how;
	/* the same in other layers; or, of an archive, owners, times, order */
	if (strcmp(a->inside, b->inside) == 0 ||
	    (a->files.n != 0 && same_files(&a->files, &b->files)))
		return how | DIFF_PACKED;
	return how | DIFF_BYTES;
}

bool diff_groups_next(const struct diff_list *a, const struct diff_list *b,
		      struct diff_walk *w, const struct diff_group **x,
		      const struct diff_group **y)
{
	const void *p, *q;

	while (diff_next(a, b, sizeof(**x), w, &p, &q)) {
		*x = p;
		*y = q;
		if (*x == NULL || *y == NULL || diff_group_how(*x, *y) != 0)
			return true;
	}
	return false;
}

bool diff_groups_same(const struct diff_list *a, const struct diff_list *b)
{
	const struct diff_group *x, *y;
	struct diff_walk w = { 0, 0 };

	return !diff_groups_next(a, b, &w, &x, &y);
}
