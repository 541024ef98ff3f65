/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_text.c - dates, versions, numbers, paths: up to three lines of text */
#include "os.h"

#include "ek/buf.h"
#include "ek/date.h"
#include "ek/json.h"
#include "ek/num.h"
#include "ek/path.h"
#include "ek/version.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
	if (!ok)
		abort();
}

static int sign(int c)
{
	return (c > 0) - (c < 0);
}

/* What is a date is written as one, and read again as the same. */
static void try_date(const char *s, size_t len)
{
	char text[EK_DATE_SIZE];
	struct ek_date d, again;

	if (!ek_date_parse(s, len, &d))
		return;
	must(d.usec >= 0 && d.usec < 1000000);
	ek_date_format(&d, text);
	must(ek_date_parse(text, strlen(text), &again));
	must(ek_date_cmp(&d, &again) == 0);
}

/* The order has no circles, and a relation agrees with it. */
static void try_versions(const char *a, const char *b, const char *c)
{
	int ab, bc, ac;

	if (!ek_version_valid(a) || !ek_version_valid(b) ||
	    !ek_version_valid(c))
		return;
	ab = sign(ek_version_cmp(a, b));
	bc = sign(ek_version_cmp(b, c));
	ac = sign(ek_version_cmp(a, c));
	must(ab == -sign(ek_version_cmp(b, a)));
	must(ek_version_cmp(a, a) == 0);
	if (ab <= 0 && bc <= 0)
		must(ac <= 0 && (ac < 0 || (ab == 0 && bc == 0)));
	if (strchr(b, '-') != NULL && b[strlen(b) - 1] != '-') {
		must(ek_version_satisfies(a, "<<", b) == (ab < 0));
		must(ek_version_satisfies(a, "=", b) == (ab == 0));
		must(ek_version_satisfies(a, ">=", b) == (ab >= 0));
	}
}

static void try_number(const char *s, size_t len)
{
	char text[32];
	int64_t i;
	uint64_t u;

	if (ek_num_int(s, len, &i)) {
		snprintf(text, sizeof(text), "%lld", (long long)i);
		must(ek_num_int(text, strlen(text), &(int64_t){ 0 }));
	}
	if (ek_num_oct(s, len, UINT64_MAX, &u)) {
		snprintf(text, sizeof(text), "%llo", (unsigned long long)u);
		must(ek_num_oct(text, strlen(text), u, &(uint64_t){ 0 }));
	}
}

/* A link whose target a walk takes out of the tree is never inside. */
static void try_link(const char *name, const char *target)
{
	long depth = 0, least = 0;

	if (ek_path_problem(name, strlen(name)) != NULL ||
	    !ek_path_link_inside(name, target, false))
		return;
	must(target[0] != '\0' && target[0] != '/');
	for (const char *p = name; *p != '\0'; p++)
		depth += p[0] == '/' && p[1] != '\0';
	for (const char *p = target; *p != '\0'; p += strcspn(p, "/")) {
		p += strspn(p, "/");
		if (strncmp(p, "..", 2) == 0 && (p[2] == '/' || p[2] == '\0'))
			depth--;
		else if (*p != '\0' && strcspn(p, "/") != strspn(p, "."))
			depth++;
		else if (strcspn(p, "/") > 2)
			depth++;
		least = depth < least ? depth : least;
	}
	must(least == 0);
}

/* Whatever the bytes, JSON is text without control characters. */
static void try_json(const char *s, size_t len)
{
	struct ek_buf b = EK_BUF_INIT;
	struct ek_json j;

	ek_json_begin_array(&j, &b);
	ek_json_strn(&j, NULL, s, len);
	ek_json_end(&j);
	must(strlen(ek_buf_str(&b)) == b.len);
	must(memchr(b.p + 5, '\n', b.len - 8) == NULL);
	ek_buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *line[3], *rest = text;

	must(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	try_json(text, size);
	ek_path_problem(text, size);
	for (int i = 0; i < 3; i++) {
		line[i] = rest;
		rest += strcspn(rest, "\n");
		if (*rest == '\n')
			*rest++ = '\0';
		try_date(line[i], strlen(line[i]));
		try_number(line[i], strlen(line[i]));
	}
	try_versions(line[0], line[1], line[2]);
	try_link(line[0], line[1]);
	free(text);
	return 0;
}
