/* SPDX-License-Identifier: BSD-2-Clause */
/* tgz_scan.c - is a tgz in the strict form: record by record, as it lies */
#include "os.h"

#include <stdarg.h>

#include "ek/err.h"
#include "ek/inflate.h"
#include "ek/io.h"
#include "ek/num.h"
#include "ek/record.h"
#include "ek/tgz.h"
#include "nameset.h"

/* Fields that must be octal digits with a blank or a NUL behind. */
static const struct {
	size_t at, len;
} numbers[] = {
	{ 100, 8 }, { 108, 8 }, { 116, 8 }, { 124, 12 }, { 136, 12 },
	{ 148, 8 },
};

enum { PREFIX = 345, NAME_LEN = 100, LINK = 157 };

struct ek_tgz_scan {
	struct ek_tgz_form *form; /* borrowed */
	struct ek_nameset names;
	bool first;
	bool over;    /* the first zero block was met */
	bool damaged; /* no more can be told */
	size_t zeros; /* blocks behind it */
	uint64_t skip; /* bytes of data that are still to come */
	size_t have;  /* bytes of the block that is gathered */
	unsigned char block[EK_RECORD_SIZE];
};

const char *ek_tar_dialect_name(enum ek_tar_dialect dialect)
{
	switch (dialect) {
	case EK_TAR_GNU:
		return "GNU tar";
	case EK_TAR_USTAR:
		return "POSIX ustar";
	case EK_TAR_PAX:
		return "POSIX pax";
	case EK_TAR_V7:
		return "v7 tar";
	}
	return "tar";
}

static void not_strict(struct ek_tgz_scan *s, const char *fmt, ...) EK_PRINTF(2, 3);

/* The first reason counts. */
static void not_strict(struct ek_tgz_scan *s, const char *fmt, ...)
{
	va_list ap;

	if (!s->form->strict)
		return;
	s->form->strict = false;
	va_start(ap, fmt);
	vsnprintf(s->form->why, sizeof(s->form->why), fmt, ap);
	va_end(ap);
}

static bool octal(const unsigned char *p, size_t len)
{
	size_t n = 0;

	while (n < len && p[n] >= '0' && p[n] <= '7')
		n++;
	return n > 0 && n < len && (p[n] == '\0' || p[n] == ' ');
}

static bool zero(const unsigned char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (p[i] != 0)
			return false;
	return true;
}

static void see_magic(struct ek_tgz_scan *s, const struct ek_record *r)
{
	enum ek_magic magic = ek_record_magic(r);
	char type = ek_record_type(r);

	if (s->first)
		s->form->dialect = magic == EK_MAGIC_GNU ? EK_TAR_GNU :
			magic == EK_MAGIC_POSIX ? EK_TAR_USTAR : EK_TAR_V7;
	s->first = false;
	if (type == 'x' || type == 'g')
		s->form->dialect = EK_TAR_PAX;
	if (magic != EK_MAGIC_GNU)
		not_strict(s, "%s", ek_tar_dialect_name(s->form->dialect));
}

/* Every directory above name, and name itself, are new and were told. */
static int see_name(struct ek_tgz_scan *s, const char *name, size_t len, bool dir,
		    struct ek_err *err)
{
	size_t n = len - (dir ? 1 : 0);
	const char *up = memrchr(name, '/', n);
	enum ek_name_kind kind = ek_nameset_find(&s->names, name, n);

	if (up != NULL && ek_nameset_find(&s->names, name,
					  (size_t)(up - name)) != EK_NAME_DIR)
		not_strict(s, "'%.*s' comes before its directory", (int)n,
			   name);
	if (kind != EK_NAME_NEW)
		not_strict(s, "'%.*s' is there twice", (int)n, name);
	return ek_nameset_put(&s->names, name, n,
			      dir ? EK_NAME_DIR : EK_NAME_OTHER, err);
}

static int see_fields(struct ek_tgz_scan *s, const struct ek_record *r,
		      struct ek_err *err)
{
	const char *name = (const char *)r->b;
	size_t len = strnlen(name, NAME_LEN);
	char type = ek_record_type(r);
	bool dir = type == '5';

	if (type != '0' && type != '2' && !dir) {
		not_strict(s, "member of type 0x%02x", (unsigned char)type);
		return EK_OK;
	}
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (!octal(r->b + numbers[i].at, numbers[i].len))
			not_strict(s, "'%.*s' has a number that is not octal",
				   (int)len, name);
	if (len == 0 || len == NAME_LEN || r->b[LINK + NAME_LEN - 1] != 0 ||
	    !zero(r->b + PREFIX, EK_RECORD_SIZE - PREFIX)) {
		not_strict(s, "name or link of 100 bytes and more");
		return EK_OK;
	}
	if (strncmp(name, "./", 2) == 0 || (name[len - 1] == '/') != dir ||
	    len < (dir ? 2u : 1u)) {
		not_strict(s, "name '%.*s' has './' or a wrong '/'", (int)len,
			   name);
		return EK_OK;
	}
	return see_name(s, name, len, dir, err);
}

static void damage(struct ek_tgz_scan *s)
{
	not_strict(s, "not one sound gzip member");
	s->damaged = true;
}

/* Behind the first zero block: one more, and zeros to the end. */
static void see_behind(struct ek_tgz_scan *s)
{
	if (s->have < sizeof(s->block) || !zero(s->block, s->have))
		not_strict(s, "bytes behind the end of the tar");
	s->zeros++;
}

static int see_record(struct ek_tgz_scan *s, struct ek_err *err)
{
	struct ek_record r;
	uint64_t size = 0;
	int rc;

	memcpy(r.b, s->block, sizeof(r.b));
	if (ek_record_is_zero(&r)) {
		s->over = true;
		return EK_OK;
	}
	if (!ek_record_sum_ok(&r)) {
		damage(s);
		return EK_OK;
	}
	see_magic(s, &r);
	rc = see_fields(s, &r, err);
	if (rc != EK_OK)
		return rc;
	if (!ek_record_size(&r, &size) ||
	    !ek_num_round_up(size, EK_RECORD_SIZE, &s->skip))
		damage(s);
	if (!ek_record_has_data(&r) && !ek_record_is_long(&r))
		s->skip = 0;
	return EK_OK;
}

static int see_block(struct ek_tgz_scan *s, struct ek_err *err)
{
	int rc = EK_OK;

	if (s->over)
		see_behind(s);
	else
		rc = see_record(s, err);
	s->have = 0;
	return rc;
}

int ek_tgz_scan_new(struct ek_tgz_scan **s, struct ek_tgz_form *form,
		    struct ek_err *err)
{
	*s = calloc(1, sizeof(**s));
	if (*s == NULL)
		return ek_fail_sys(err, "tar");
	memset(form, 0, sizeof(*form));
	form->strict = true;
	(*s)->form = form;
	(*s)->first = true;
	return EK_OK;
}

void ek_tgz_scan_free(struct ek_tgz_scan **s)
{
	if (*s != NULL)
		ek_nameset_free(&(*s)->names);
	free(*s);
	*s = NULL;
}

int ek_tgz_scan_feed(struct ek_tgz_scan *s, const void *data, size_t n,
		     struct ek_err *err)
{
	const unsigned char *p = data;
	int rc = EK_OK;

	while (n != 0 && !s->damaged && rc == EK_OK) {
		size_t k = sizeof(s->block) - s->have;

		if (s->skip != 0)
			k = s->skip < n ? (size_t)s->skip : n;
		if (k > n)
			k = n;
		if (s->skip != 0) {
			s->skip -= k;
		} else {
			memcpy(s->block + s->have, p, k);
			s->have += k;
			if (s->have == sizeof(s->block))
				rc = see_block(s, err);
		}
		p += k;
		n -= k;
	}
	return rc;
}

void ek_tgz_scan_end(struct ek_tgz_scan *s, bool gzip)
{
	s->form->gzip = gzip;
	if (!gzip) { /* comes first, so that it is what counts */
		s->form->strict = true;
		not_strict(s, "not compressed");
	}
	if (!s->damaged && (!s->over || s->skip != 0))
		damage(s);
	if (!s->damaged && s->have != 0)
		see_behind(s);
	if (!s->damaged && s->zeros == 0)
		not_strict(s, "one zero block at the end, not two");
	if (s->form->dialect != EK_TAR_GNU && !s->first)
		snprintf(s->form->why, sizeof(s->form->why), "%s",
			 ek_tar_dialect_name(s->form->dialect));
}

static int scan_all(struct ek_tgz_scan *s, struct ek_in *in,
		    struct ek_err *err)
{
	const unsigned char *p;
	size_t got;
	int rc;

	while ((rc = ek_in_peek_some(in, &p, &got, err)) == EK_OK && got != 0) {
		rc = ek_tgz_scan_feed(s, p, got, err);
		if (rc == EK_OK)
			rc = ek_in_skip(in, got, "tar", err);
		if (rc != EK_OK || s->damaged)
			return rc;
	}
	return rc;
}

int ek_tgz_form(struct ek_in *in, struct ek_tgz_form *form, struct ek_err *err)
{
	struct ek_tgz_scan *s;
	struct ek_in *gz = NULL;
	bool gzip;
	int rc = ek_tgz_scan_new(&s, form, err);

	if (rc != EK_OK)
		return rc;
	rc = ek_is_gzip(in, &gzip, err);
	if (rc == EK_OK && gzip)
		rc = ek_in_open_gunzip(&gz, in, EK_GZ_ONE, false, err);
	if (rc == EK_OK)
		rc = scan_all(s, gzip ? gz : in, err);
	if (rc < 0 && rc != EK_ESYS)
		damage(s);
	if (rc != EK_ESYS)
		ek_tgz_scan_end(s, gzip);
	ek_in_close(&gz);
	ek_tgz_scan_free(&s);
	return rc == EK_ESYS ? rc : EK_OK;
}
