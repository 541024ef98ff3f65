/* SPDX-License-Identifier: BSD-2-Clause */
/* vibmeta.c - a file with the options of vib-gen */
#include "os.h"

#include "ek/err.h"
#include "ek/io.h"
#include "ek/vibmeta.h"
#include "ek/vibopts.h"

struct job {
	struct ek_vibopts *o;
	const char *name;
	unsigned long line;
	bool before[EK_VO_N]; /* told before the file was read */
	bool here[EK_VO_N];   /* told by it */
};

struct str {
	const char *p;
	size_t n;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void trim(struct str *s)
{
	while (s->n != 0 && is_blank(s->p[0])) {
		s->p++;
		s->n--;
	}
	while (s->n != 0 && is_blank(s->p[s->n - 1]))
		s->n--;
}

static int bad(const struct job *j, const char *what, const struct str *of,
	       struct ek_err *err)
{
	return ek_fail(err, EK_EFORMAT, "'%s' line %lu: %s '%.*s'", j->name,
		       j->line, what, (int)(of->n < 100 ? of->n : 100), of->p);
}

/* EK_VO_N where there is none of this name. */
static enum ek_vibopt find(const struct str *key)
{
	int i = 0;

	while (i < EK_VO_N &&
	       (strlen(ek_vibopt_name((enum ek_vibopt)i)) != key->n ||
		memcmp(ek_vibopt_name((enum ek_vibopt)i), key->p, key->n) != 0))
		i++;
	return (enum ek_vibopt)i;
}

static int set(struct job *j, enum ek_vibopt opt, const struct str *value,
	       struct ek_err *err)
{
	struct ek_err why = EK_ERR_INIT;
	int rc = ek_strs_add(&j->o->kept, value->p, value->n, err);

	if (rc != EK_OK)
		return rc;
	rc = ek_vibopts_set(j->o, opt, j->o->kept.v[j->o->kept.n - 1], &why);
	if (rc == EK_EARG)
		return ek_fail(err, EK_EFORMAT, "'%s' line %lu: %.800s",
			       j->name, j->line, why.msg);
	if (rc != EK_OK && err != NULL)
		*err = why;
	return rc;
}

/* An option without a value has true here. */
static int set_bare(struct job *j, enum ek_vibopt opt,
		    const struct str *value, struct ek_err *err)
{
	if (value->n != 4 || memcmp(value->p, "true", 4) != 0)
		return bad(j, "the value can be true only, not", value, err);
	return ek_vibopts_set(j->o, opt, NULL, err);
}

static int one(struct job *j, const struct str *key, const struct str *value,
	       struct ek_err *err)
{
	enum ek_vibopt opt = find(key);

	if (opt == EK_VO_N || opt == EK_VO_META)
		return bad(j, "no option of vib-gen:", key, err);
	if (memchr(value->p, '\0', value->n) != NULL)
		return bad(j, "a NUL in the value of", key, err);
	if (!ek_vibopt_is_list(opt)) {
		if (j->here[opt])
			return bad(j, "told twice:", key, err);
		j->here[opt] = true;
		if (j->before[opt])
			return EK_OK;
	}
	return ek_vibopt_has_value(opt) ? set(j, opt, value, err)
					: set_bare(j, opt, value, err);
}

static int one_line(struct job *j, const char *p, const char *end,
		    struct ek_err *err)
{
	struct str line = { p, (size_t)(end - p) }, key, value;
	const char *eq;

	trim(&line);
	if (line.n == 0 || line.p[0] == '#')
		return EK_OK;
	eq = memchr(line.p, '=', line.n);
	if (eq == NULL)
		return bad(j, "no key = value:", &line, err);
	key = (struct str){ line.p, (size_t)(eq - line.p) };
	value = (struct str){ eq + 1, line.n - key.n - 1 };
	trim(&key);
	trim(&value);
	return one(j, &key, &value, err);
}

int ek_vibmeta_parse(struct ek_vibopts *o, const char *name, const char *text,
		     size_t len, struct ek_err *err)
{
	struct job j = { .o = o, .name = name };
	const char *p = text, *stop = text + len, *nl;
	int rc = EK_OK;

	memcpy(j.before, o->given, sizeof(j.before));
	for (; rc == EK_OK && p < stop; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(stop - p));
		if (nl == NULL)
			nl = stop;
		j.line++;
		rc = one_line(&j, p, nl, err);
	}
	return rc;
}

int ek_vibmeta_load(struct ek_vibopts *o, const char *path, struct ek_err *err)
{
	char *text;
	size_t len;
	int rc = ek_read_all(path, EK_VIBMETA_MAX, &text, &len, err);

	if (rc != EK_OK)
		return rc;
	rc = ek_vibmeta_parse(o, ek_input_name(path), text, len, err);
	free(text);
	return rc;
}
