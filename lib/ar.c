/* SPDX-License-Identifier: BSD-2-Clause */
/* ar.c - ar archives as VIBs have them (vib.5, "The ar container") */
#include "os.h"

#include "ek/ar.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/num.h"

/* ESXi's own text for whatever is wrong with the container. */
#define BAD "Bad VIB archive header"

enum { NAME_LEN = 16, SIZE_AT = 48, SIZE_LEN = 10, END_AT = 58 };

struct ek_ar {
	struct ek_in *in;   /* borrowed */
	struct ek_in *data; /* of the current member */
	struct ek_ar_member m;
	uint64_t left;      /* bytes of it that data has not taken from in */
	char name[EK_AR_NAME_MAX + 1]; /* of it */
	char *table;        /* owned: long names, or NULL */
	size_t table_len;
	size_t count;
};

int ek_ar_open(struct ek_ar **out, struct ek_in *in, struct ek_err *err)
{
	const unsigned char *p;
	struct ek_ar *a;
	size_t got;
	int rc;

	*out = NULL;
	rc = ek_in_peek(in, EK_AR_MAGIC_LEN, &p, &got, err);
	if (rc != EK_OK)
		return rc;
	if (got < EK_AR_MAGIC_LEN ||
	    memcmp(p, EK_AR_MAGIC, EK_AR_MAGIC_LEN) != 0)
		return ek_fail(err, EK_EFORMAT, "'%s': " BAD " at offset 0: not"
			       " a VIB, it does not begin with '!<arch>'",
			       ek_in_name(in));
	rc = ek_in_skip(in, EK_AR_MAGIC_LEN, "the ar magic", err);
	if (rc != EK_OK)
		return rc;
	a = calloc(1, sizeof(*a));
	if (a == NULL)
		return ek_fail_sys(err, "reading '%s'", ek_in_name(in));
	a->in = in;
	*out = a;
	return EK_OK;
}

void ek_ar_close(struct ek_ar **a)
{
	if (*a == NULL)
		return;
	ek_in_close(&(*a)->data);
	free((*a)->table);
	free(*a);
	*a = NULL;
}

/* Messages: file, offset of the header, ESXi's text, and why. */
static int bad_header(const struct ek_ar *a, uint64_t at, const char *why,
		      struct ek_err *err)
{
	return ek_fail(err, EK_EFORMAT, "'%s': " BAD " at offset %llu: %s",
		       ek_in_name(a->in), (unsigned long long)at, why);
}

/* ---- data --------------------------------------------------------------- */

/* ek_in_fill: what is left of the current member. */
static int fill_data(void *ctx, unsigned char *buf, size_t cap, size_t *got,
		     struct ek_err *err)
{
	struct ek_ar *a = ctx;
	int rc;

	*got = 0;
	if (a->left == 0)
		return EK_OK;
	rc = ek_in_read(a->in, buf, a->left < cap ? (size_t)a->left : cap, got,
			err);
	if (rc != EK_OK)
		return rc;
	if (*got == 0)
		return ek_fail(err, EK_EFORMAT, "'%s' ends at offset %llu"
			       " inside member '%s': %llu of its %llu bytes are"
			       " missing", ek_in_name(a->in),
			       (unsigned long long)ek_in_pos(a->in), a->name,
			       (unsigned long long)a->left,
			       (unsigned long long)a->m.size);
	a->left -= *got;
	return EK_OK;
}

static int open_data(struct ek_ar *a, struct ek_err *err)
{
	char *name;
	int rc;

	if (asprintf(&name, "%s:%s", ek_in_name(a->in), a->name) < 0)
		return ek_fail_sys(err, "reading '%s'", ek_in_name(a->in));
	rc = ek_in_open_fill(&a->data, name, fill_data, NULL, a, err);
	free(name);
	return rc;
}

/* To the end of the current member's data, which must be there. */
static int skip_rest(struct ek_ar *a, struct ek_err *err)
{
	char what[EK_AR_NAME_MAX + 32];
	uint64_t left = a->left;

	ek_in_close(&a->data);
	a->left = 0;
	if (left == 0)
		return EK_OK;
	snprintf(what, sizeof(what), "member '%s'", a->name);
	return ek_in_skip(a->in, left, what, err);
}

/* The newline behind data of odd length. */
static int skip_pad(struct ek_ar *a, struct ek_err *err)
{
	unsigned char pad;
	size_t got;
	int rc;

	if (a->m.size % 2 == 0)
		return EK_OK;
	rc = ek_in_read(a->in, &pad, 1, &got, err);
	if (rc != EK_OK || got == 0 || pad == '\n')
		return rc;
	return ek_fail(err, EK_EFORMAT, "'%s': member '%s' is padded with"
		       " 0x%02x at offset %llu, not with a newline: damaged, or"
		       " its"
		       " size is wrong", ek_in_name(a->in), a->name, pad,
		       (unsigned long long)(ek_in_pos(a->in) - 1));
}

static int finish_member(struct ek_ar *a, struct ek_err *err)
{
	int rc;

	if (a->count == 0)
		return EK_OK;
	rc = skip_rest(a, err);
	return rc == EK_OK ? skip_pad(a, err) : rc;
}

/* ---- headers ------------------------------------------------------------ */

/* Length of a field without the blanks and NULs at its end. */
static size_t field_len(const unsigned char *f, size_t len)
{
	while (len > 0 && (f[len - 1] == ' ' || f[len - 1] == '\0'))
		len--;
	return len;
}

/* 60 bytes, or EK_END where the input ends before the first. */
static int read_header(struct ek_ar *a, unsigned char h[EK_AR_HEADER],
		       struct ek_err *err)
{
	size_t got;
	int rc = ek_in_read(a->in, h, EK_AR_HEADER, &got, err);

	if (rc != EK_OK)
		return rc;
	if (got == 0)
		return EK_END;
	if (got < EK_AR_HEADER)
		return bad_header(a, a->m.header, "the file ends inside the"
				  " header", err);
	if (h[END_AT] != 0x60 || h[END_AT + 1] != 0x0a)
		return bad_header(a, a->m.header, "it does not end with the"
				  " bytes 60 0a", err);
	if (!ek_num_dec((const char *)h + SIZE_AT,
			field_len(h + SIZE_AT, SIZE_LEN), EK_AR_SIZE_MAX,
			&a->m.size))
		return bad_header(a, a->m.header, "its size is not a decimal"
				  " number", err);
	a->m.data = a->m.header + EK_AR_HEADER;
	a->left = a->m.size;
	return EK_OK;
}

/* Names become file names: nothing that could lead elsewhere. */
static const char *name_problem(const char *s, size_t len)
{
	if (len == 0)
		return "its name is empty";
	if (len > EK_AR_NAME_MAX)
		return "its name is too long";
	if (len <= 2 && memcmp(s, "..", len) == 0)
		return "its name is '.' or '..'";
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '/')
			return "its name has a '/'";
		if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f)
			return "its name has a control character";
	}
	return NULL;
}

static int set_name(struct ek_ar *a, const char *s, size_t len,
		    struct ek_err *err)
{
	const char *why = name_problem(s, len);

	if (why != NULL)
		return bad_header(a, a->m.header, why, err);
	memcpy(a->name, s, len);
	a->name[len] = '\0';
	a->m.name = a->name;
	return EK_OK;
}

/* "/123": the name at 123 in the table, which ends at "/\n". */
static int long_name(struct ek_ar *a, const char *digits, size_t len,
		     struct ek_err *err)
{
	const char *s, *end;
	uint64_t at;

	if (!ek_num_dec(digits, len, EK_AR_TABLE_MAX, &at))
		return bad_header(a, a->m.header, "its name begins with '/'",
				  err);
	if (a->table == NULL || at >= a->table_len)
		return bad_header(a, a->m.header, "its long name is not in the"
				  " table of long names", err);
	s = a->table + at;
	end = memchr(s, '\n', a->table_len - (size_t)at);
	if (end == NULL)
		return bad_header(a, a->m.header, "its long name has no end",
				  err);
	if (end > s && end[-1] == '/')
		end--;
	return set_name(a, s, (size_t)(end - s), err);
}

static int take_name(struct ek_ar *a, const unsigned char *field,
		     struct ek_err *err)
{
	const char *s = (const char *)field;
	size_t len = field_len(field, NAME_LEN);

	if (len > 3 && memcmp(s, "#1/", 3) == 0)
		return bad_header(a, a->m.header, "a long name in the manner of"
				  " BSD ar, which ESXi cannot read: make the"
				  " archive with GNU ar or vib-gen", err);
	if (len > 1 && s[0] == '/')
		return long_name(a, s + 1, len - 1, err);
	if (len > 1 && s[len - 1] == '/')
		len--;
	return set_name(a, s, len, err);
}

/* ---- special members ---------------------------------------------------- */

static bool is_special(const unsigned char *field, const char *name)
{
	size_t len = field_len(field, NAME_LEN);

	return len == strlen(name) && memcmp(field, name, len) == 0;
}

static int read_table(struct ek_ar *a, struct ek_err *err)
{
	if (a->table != NULL)
		return bad_header(a, a->m.header, "a second table of long"
				  " names", err);
	if (a->m.size > EK_AR_TABLE_MAX)
		return ek_fail(err, EK_ELIMIT, "'%s': table of long names at"
			       " offset %llu is larger than %u bytes",
			       ek_in_name(a->in),
			       (unsigned long long)a->m.header,
			       EK_AR_TABLE_MAX);
	a->table_len = (size_t)a->m.size;
	a->table = malloc(a->table_len + 1);
	if (a->table == NULL)
		return ek_fail_sys(err, "reading '%s'", ek_in_name(a->in));
	a->left = 0;
	return ek_in_read_exact(a->in, a->table, a->table_len,
				"the table of long names", err);
}

/* The next header of an ordinary member, in h. */
static int next_header(struct ek_ar *a, unsigned char h[EK_AR_HEADER],
		       struct ek_err *err)
{
	bool table;
	int rc;

	for (;;) {
		rc = finish_member(a, err);
		if (rc != EK_OK)
			return rc;
		a->m.header = ek_in_pos(a->in);
		rc = read_header(a, h, err);
		if (rc != EK_OK)
			return rc;
		if (++a->count > EK_AR_MEMBERS_MAX)
			return ek_fail(err, EK_ELIMIT, "'%s' has more than %u"
				       " members", ek_in_name(a->in),
				       EK_AR_MEMBERS_MAX);
		table = is_special(h, "//");
		if (!table && !is_special(h, "/"))
			return EK_OK;
		snprintf(a->name, sizeof(a->name), "%s", table ? "//" : "/");
		rc = table ? read_table(a, err) : EK_OK;
		if (rc != EK_OK)
			return rc;
	}
}

int ek_ar_next(struct ek_ar *a, const struct ek_ar_member **m,
	       struct ek_in **data, struct ek_err *err)
{
	unsigned char h[EK_AR_HEADER];
	int rc = next_header(a, h, err);

	if (rc == EK_OK)
		rc = take_name(a, h, err);
	if (rc == EK_OK)
		rc = open_data(a, err);
	if (rc != EK_OK)
		return rc;
	*m = &a->m;
	*data = a->data;
	return EK_OK;
}

/* ---- writing ------------------------------------------------------------ */

int ek_ar_put_header(struct ek_out *out, const char *name, uint64_t size,
		     struct ek_err *err)
{
	char h[EK_AR_HEADER + 1];
	size_t len = strlen(name);
	const char *why = name_problem(name, len);

	if (len >= NAME_LEN)
		why = "its name has more than 15 characters";
	if (why == NULL && (name[len - 1] == ' ' || name[0] == '#'))
		why = "its name begins with '#' or ends with a blank";
	if (why == NULL && size > EK_AR_SIZE_MAX)
		why = "it is larger than the ten digits of an ar header tell";
	if (why != NULL)
		return ek_fail(err, EK_EARG, "cannot put '%s' into a VIB: %s",
			       name, why);
	snprintf(h, sizeof(h), "%-16s%-12s%-6s%-6s%-8s%-10llu`\n", name, "0",
		 "0", "0", "0", (unsigned long long)size);
	ek_out_write(out, h, EK_AR_HEADER);
	return EK_OK;
}

void ek_ar_put_pad(struct ek_out *out, uint64_t size)
{
	if (size % 2 != 0)
		ek_out_write(out, "\n", 1);
}
