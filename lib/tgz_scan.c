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

struct scan {
	struct ek_tgz_form *form;
	struct ek_nameset names;
	struct ek_in *in; /* unpacked */
	bool first, posix;
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

static void not_strict(struct scan *s, const char *fmt, ...) EK_PRINTF(2, 3);

/* The first reason counts. */
static void not_strict(struct scan *s, const char *fmt, ...)
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

static void see_magic(struct scan *s, const struct ek_record *r)
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
static int see_name(struct scan *s, const char *name, size_t len, bool dir,
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

static int see_fields(struct scan *s, const struct ek_record *r,
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

/* Behind the first zero block: one more, and zeros to the end. */
static int see_end(struct scan *s, struct ek_err *err)
{
	unsigned char b[EK_RECORD_SIZE];
	size_t got, blocks = 0;
	int rc;

	for (;;) {
		rc = ek_in_read(s->in, b, sizeof(b), &got, err);
		if (rc != EK_OK || got == 0)
			break;
		if (got < sizeof(b) || !zero(b, got))
			not_strict(s, "bytes behind the end of the tar");
		blocks++;
	}
	if (blocks == 0)
		not_strict(s, "one zero block at the end, not two");
	return rc;
}

/* One record and its data; EK_END behind the last. */
static int see_record(struct scan *s, struct ek_err *err)
{
	struct ek_record r;
	uint64_t size = 0, whole;
	int rc;

	rc = ek_in_read_exact(s->in, r.b, sizeof(r.b), "a record", err);
	if (rc != EK_OK)
		return rc;
	if (ek_record_is_zero(&r)) {
		rc = see_end(s, err);
		return rc == EK_OK ? EK_END : rc;
	}
	if (!ek_record_sum_ok(&r))
		return ek_fail(err, EK_EFORMAT, "wrong checksum");
	see_magic(s, &r);
	rc = see_fields(s, &r, err);
	if (rc != EK_OK)
		return rc;
	if (!ek_record_size(&r, &size) ||
	    !ek_num_round_up(size, EK_RECORD_SIZE, &whole))
		return ek_fail(err, EK_EFORMAT, "size is not octal");
	if (!ek_record_has_data(&r) && !ek_record_is_long(&r))
		whole = 0;
	return ek_in_skip(s->in, whole, "data", err);
}

int ek_tgz_form(struct ek_in *in, struct ek_tgz_form *form, struct ek_err *err)
{
	struct scan s = { .form = form, .first = true };
	struct ek_in *gz = NULL;
	int rc;

	memset(form, 0, sizeof(*form));
	form->strict = true;
	rc = ek_is_gzip(in, &form->gzip, err);
	if (rc != EK_OK)
		return rc;
	if (!form->gzip)
		not_strict(&s, "not compressed");
	else
		rc = ek_in_open_gunzip(&gz, in, EK_GZ_ONE, false, err);
	s.in = form->gzip ? gz : in;
	while (rc == EK_OK)
		rc = see_record(&s, err);
	if (rc < 0 && rc != EK_ESYS)
		not_strict(&s, "not one sound gzip member");
	if (form->dialect != EK_TAR_GNU && !s.first)
		snprintf(form->why, sizeof(form->why), "%s",
			 ek_tar_dialect_name(form->dialect));
	ek_in_close(&gz);
	ek_nameset_free(&s.names);
	return rc == EK_ESYS ? rc : EK_OK;
}
