/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mkzip.c - make a zip record by record, good or bad in stated ways
 *
 *	mkzip 'name key=value ...'... >zip
 *
 * Uses nothing of the library's reader and writer. Keys, all optional; values
 * have no blanks:
 *
 *   text=T    the data; file=F: that of a file; fill=N: N times 'x'
 *   method=N  8 is deflate; else the data is put as it is (0)
 *   flags=N   of header and directory
 *   desc=N    a data descriptor of 12, 16, 20 or 24 bytes
 *   local=T   the name in the local header
 *   by=N mode=N         who made it (3: Unix), and its mode, in octal
 *   extra=N comment=N   bytes of them
 *   gap=N     bytes behind it that belong to nothing
 */
#include "os.h"

#include "ek/io.h"
#include "../unit/zip_made.h"

static void die(const char *what)
{
	fprintf(stderr, "mkzip: %s\n", what);
	exit(2);
}

static char *set_data(struct made_zip *m, const char *key, const char *value)
{
	char *p = NULL;

	if (strcmp(key, "text") == 0) {
		m->len = strlen(value);
		p = strdup(value);
	} else if (strcmp(key, "fill") == 0) {
		m->len = strtoul(value, NULL, 10);
		p = malloc(m->len + 1);
		if (p != NULL)
			memset(p, 'x', m->len);
	} else if (ek_read_all(value, SIZE_MAX, &p, &m->len, NULL) != 0) {
		die(value);
	}
	if (p == NULL)
		die("no memory");
	m->data = p;
	return p;
}

static void set(struct made_zip *m, const char *key, const char *value)
{
	unsigned n = (unsigned)strtoul(value, NULL,
				       strcmp(key, "mode") == 0 ? 8 : 10);

	if (strcmp(key, "local") == 0)
		m->local = value;
	else if (strcmp(key, "method") == 0)
		m->method = n;
	else if (strcmp(key, "flags") == 0)
		m->flags = n;
	else if (strcmp(key, "desc") == 0)
		m->descriptor = n;
	else if (strcmp(key, "by") == 0)
		m->by = n;
	else if (strcmp(key, "mode") == 0)
		m->mode = n;
	else if (strcmp(key, "extra") == 0)
		m->extra = n;
	else if (strcmp(key, "comment") == 0)
		m->comment = n;
	else if (strcmp(key, "gap") == 0)
		m->gap = n;
	else
		die(key);
}

static bool is_data(const char *key)
{
	return strcmp(key, "text") == 0 || strcmp(key, "fill") == 0 ||
	       strcmp(key, "file") == 0;
}

/* The data of m is to be freed. */
static char *parse(struct made_zip *m, char *arg)
{
	char *data = NULL;

	*m = (struct made_zip){ .name = strsep(&arg, " ") };
	while (arg != NULL) {
		char *key = strsep(&arg, " ");
		char *value = strchr(key, '=');

		if (value == NULL)
			die(key);
		*value++ = '\0';
		if (!is_data(key)) {
			set(m, key, value);
			continue;
		}
		free(data);
		data = set_data(m, key, value);
	}
	return data != NULL ? data : set_data(m, "text", "");
}

int main(int argc, char **argv)
{
	struct made_zip *v = calloc((size_t)argc, sizeof(*v));
	struct ek_buf b = EK_BUF_INIT;
	char **data = calloc((size_t)argc, sizeof(*data));
	size_t n = 0;

	if (v == NULL || data == NULL)
		die("no memory");
	for (int i = 1; i < argc; i++, n++)
		data[n] = parse(&v[n], argv[i]);
	made_zip(&b, v, n);
	if (b.failed || fwrite(b.p, 1, b.len, stdout) != b.len ||
	    fflush(stdout) != 0)
		die("cannot write");
	ek_buf_free(&b);
	for (size_t i = 0; i < n; i++)
		free(data[i]);
	free(data);
	free(v);
	return 0;
}
