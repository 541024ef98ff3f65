/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mkrec.c - make a tar or a vmtar record by record, good or bad in stated ways
 *
 *	mkrec [-v] [-E] [-a align] [-g gap] [-T tail] 'type key=value ...'...
 *
 * Uses nothing of the library but its build: what tests expect of the reader
 * must not come from the writer beside it.
 *
 *   -v   vmtar (magic, signed sums, data behind the headers); else GNU tar
 *   -E   no zero block at the end of the headers
 *   -a   data begins on multiples of this (vmtar; 4096)
 *   -g   gaps between data are filled with this byte (vmtar; 0)
 *   -T   bytes behind everything
 *
 * type: the letter of the record, or "." for NUL. Keys, all optional; values
 * have no blanks, and \ooo for any byte:
 *
 *   name link uname gname magic data   the bytes
 *   mode uid gid                       octal
 *   mtime size major minor             decimal; size: what the header says
 *   fill=N    data is N times 'x'
 *   rawsize=TEXT                       the size field itself
 *   offset=N  where the header says that the data is (vmtar)
 *   place=N   where it is put; both change where the next goes (vmtar)
 *   text=A,B,C                         textoffset, textPgs, fixUpPgs (vmtar)
 *   sum=N     added to the checksum
 */
#include "os.h"

#include <unistd.h>

struct rec {
	unsigned char h[512];
	unsigned char *data;
	size_t len;
	long long offset, place; /* -1: not given */
};

struct opts {
	bool vmtar, no_end;
	size_t align;
	int gap;
	const char *tail;
};

static void die(const char *what)
{
	fprintf(stderr, "mkrec: %s\n", what);
	exit(2);
}

static void *need(void *p)
{
	if (p == NULL)
		die("no memory");
	return p;
}

/* Resolve \ooo; the bytes, malloc()ed, and their number. */
static unsigned char *unescape(const char *s, size_t *len)
{
	unsigned char *out = need(malloc(strlen(s) + 1));
	char oct[4] = "";
	size_t n = 0;

	while (*s != '\0') {
		if (*s == '\\' && strlen(s) >= 4) {
			memcpy(oct, s + 1, 3);
			out[n++] = (unsigned char)strtoul(oct, NULL, 8);
			s += 4;
		} else {
			out[n++] = (unsigned char)*s++;
		}
	}
	out[n] = '\0';
	*len = n;
	return out;
}

static void put(struct rec *r, size_t at, size_t room, const char *value)
{
	size_t len;
	unsigned char *p = unescape(value, &len);

	memset(r->h + at, 0, room);
	memcpy(r->h + at, p, len < room ? len : room);
	free(p);
}

static void put_oct(struct rec *r, size_t at, size_t room, long long v)
{
	char text[32];

	snprintf(text, sizeof(text), "%0*llo", (int)room - 1,
		 (unsigned long long)v);
	if (strlen(text) >= room)
		die("number too large");
	memset(r->h + at, 0, room);
	memcpy(r->h + at, text, room - 1);
}

static void put_le32(struct rec *r, size_t at, unsigned long long v)
{
	for (size_t i = 0; i < 4; i++)
		r->h[at + i] = (unsigned char)(v >> 8 * i);
}

static void set_data(struct rec *r, const char *key, const char *value)
{
	if (strcmp(key, "data") == 0) {
		r->data = unescape(value, &r->len);
	} else {
		r->len = strtoul(value, NULL, 10);
		r->data = need(malloc(r->len + 1));
		memset(r->data, 'x', r->len);
	}
	put_oct(r, 124, 12, (long long)r->len);
}

static void set_text(struct rec *r, const char *value)
{
	char *end;

	put_le32(r, 500, strtoull(value, &end, 10));
	put_le32(r, 504, *end != '\0' ? strtoull(end + 1, &end, 10) : 0);
	put_le32(r, 508, *end != '\0' ? strtoull(end + 1, NULL, 10) : 0);
}

/* Fields that are bytes or octal, and where they are. */
static const struct {
	const char *key;
	size_t at, room;
	int base; /* 0: bytes */
} fields[] = {
	{ "name", 0, 100, 0 },    { "mode", 100, 8, 8 },
	{ "uid", 108, 8, 8 },     { "gid", 116, 8, 8 },
	{ "size", 124, 12, 10 },  { "rawsize", 124, 12, 0 },
	{ "mtime", 136, 12, 10 }, { "link", 157, 100, 0 },
	{ "magic", 257, 8, 0 },   { "uname", 265, 32, 0 },
	{ "gname", 297, 32, 0 },  { "major", 329, 8, 10 },
	{ "minor", 337, 8, 10 },
};

static void set_key(struct rec *r, const char *key, const char *value,
		    long *sum)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (strcmp(key, fields[i].key) != 0)
			continue;
		if (fields[i].base == 0)
			put(r, fields[i].at, fields[i].room, value);
		else
			put_oct(r, fields[i].at, fields[i].room,
				strtoll(value, NULL, fields[i].base));
		return;
	}
	if (strcmp(key, "data") == 0 || strcmp(key, "fill") == 0)
		set_data(r, key, value);
	else if (strcmp(key, "offset") == 0)
		r->offset = strtoll(value, NULL, 10);
	else if (strcmp(key, "place") == 0)
		r->place = strtoll(value, NULL, 10);
	else if (strcmp(key, "text") == 0)
		set_text(r, value);
	else if (strcmp(key, "sum") == 0)
		*sum = strtol(value, NULL, 10);
	else
		die(key);
}

/* The parts of a record; its checksum waits for the offset. */
static void parse(struct rec *r, char *spec, const struct opts *o, long *sum)
{
	char *save = NULL, *word, *eq;

	memset(r, 0, sizeof(*r));
	r->offset = r->place = -1;
	put_oct(r, 100, 8, 0644);
	put_oct(r, 108, 8, 0);
	put_oct(r, 116, 8, 0);
	put_oct(r, 124, 12, 0);
	put_oct(r, 136, 12, 1500000000);
	memcpy(r->h + 257, o->vmtar ? "visor  " : "ustar  ", 8);
	word = strtok_r(spec, " ", &save);
	if (word == NULL)
		die("empty record");
	r->h[156] = (unsigned char)(word[0] == '.' ? 0 : word[0]);
	while ((word = strtok_r(NULL, " ", &save)) != NULL) {
		eq = strchr(word, '=');
		if (eq == NULL)
			die(word);
		*eq = '\0';
		set_key(r, word, eq + 1, sum);
	}
}

static void seal(struct rec *r, const struct opts *o, long wrong)
{
	long sum = wrong;

	memset(r->h + 148, ' ', 8);
	for (size_t i = 0; i < sizeof(r->h); i++)
		sum += o->vmtar && r->h[i] >= 0x80 ? r->h[i] - 256L : r->h[i];
	snprintf((char *)r->h + 148, 7, "%06lo", sum & 0777777);
}

static bool is_long(const struct rec *r)
{
	return r->h[156] == 'L' || r->h[156] == 'K';
}

static size_t up(size_t n, size_t to)
{
	return (n + to - 1) / to * to;
}

static void pad(size_t n, int c)
{
	while (n-- > 0)
		putchar(c);
}

static void put_data(const struct rec *r)
{
	if (r->len != 0)
		fwrite(r->data, 1, r->len, stdout);
}

/* Where the data of each goes, as vmtar.5 tells, but for what was told. */
static void place_all(struct rec *v, int n, const struct opts *o)
{
	size_t pos = 512;

	for (int i = 0; i < n; i++)
		pos += 512 + (is_long(&v[i]) ? up(v[i].len, 512) : 0);
	for (int i = 0; i < n; i++) {
		if (v[i].len == 0 || is_long(&v[i]))
			continue;
		if (v[i].place < 0)
			v[i].place = (long long)up(pos, o->align);
		if (v[i].offset < 0)
			v[i].offset = v[i].place;
		if ((size_t)v[i].place + v[i].len > pos)
			pos = (size_t)v[i].place + v[i].len;
	}
}

static int by_place(const void *a, const void *b)
{
	const struct rec *x = a, *y = b;

	return (x->place > y->place) - (x->place < y->place);
}

/* The data behind the headers, which end at pos. */
static void write_behind(struct rec *v, int n, size_t pos, const struct opts *o)
{
	qsort(v, (size_t)n, sizeof(*v), by_place);
	for (int i = 0; i < n; i++) {
		if (v[i].place < (long long)pos || is_long(&v[i]))
			continue;
		pad((size_t)v[i].place - pos, o->gap);
		put_data(&v[i]);
		pos = (size_t)v[i].place + v[i].len;
	}
}

static void write_all(struct rec *v, long *sums, int n, const struct opts *o)
{
	size_t pos = 0, len;
	unsigned char *tail;

	if (o->vmtar)
		place_all(v, n, o);
	for (int i = 0; i < n; i++) {
		if (o->vmtar && v[i].offset >= 0)
			put_le32(&v[i], 496, (unsigned long long)v[i].offset);
		seal(&v[i], o, sums[i]);
		fwrite(v[i].h, 1, 512, stdout);
		pos += 512;
		if (!o->vmtar || is_long(&v[i])) {
			put_data(&v[i]);
			pad(up(v[i].len, 512) - v[i].len, 0);
			pos += up(v[i].len, 512);
		}
	}
	if (!o->no_end) {
		pad(o->vmtar ? 512 : 1024, 0);
		pos += 512;
	}
	if (o->vmtar)
		write_behind(v, n, pos, o);
	tail = unescape(o->tail, &len);
	fwrite(tail, 1, len, stdout);
	free(tail);
}

int main(int argc, char **argv)
{
	struct opts o = { .align = 4096, .tail = "" };
	struct rec *v;
	long *sums;
	int c, n;

	while ((c = getopt(argc, argv, "vEa:g:T:")) != -1) {
		if (c == 'v')
			o.vmtar = true;
		else if (c == 'E')
			o.no_end = true;
		else if (c == 'a')
			o.align = strtoul(optarg, NULL, 10);
		else if (c == 'g')
			o.gap = optarg[0];
		else if (c == 'T')
			o.tail = optarg;
		else
			return 2;
	}
	n = argc - optind;
	v = need(calloc((size_t)n + 1, sizeof(*v)));
	sums = need(calloc((size_t)n + 1, sizeof(*sums)));
	for (int i = 0; i < n; i++)
		parse(&v[i], argv[optind + i], &o, &sums[i]);
	write_all(v, sums, n, &o);
	for (int i = 0; i < n; i++)
		free(v[i].data);
	free(v);
	free(sums);
	return fflush(stdout) != 0 || ferror(stdout) ? 1 : 0;
}
