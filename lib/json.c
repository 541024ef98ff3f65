/* SPDX-License-Identifier: BSD-2-Clause */
/* json.c - write one JSON document */
#include "os.h"

#include <assert.h>
#include <inttypes.h>

#include "ek/buf.h"
#include "ek/json.h"
#include "ek/utf8.h"

/* Line break and blanks for what stands inside the innermost level. */
static void indent(struct ek_json *j)
{
	ek_buf_addc(j->out, '\n');
	for (unsigned i = 0; i < j->depth; i++)
		ek_buf_adds(j->out, "  ");
}

/* One byte that has a meaning of its own in a string, or is none in UTF-8. */
static void add_special(struct ek_buf *out, char c)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *at = c != '\0' ? strchr(from, c) : NULL;

	if (at != NULL)
		ek_buf_addf(out, "\\%c", to[at - from]);
	else
		ek_buf_addf(out, "\\u%04x", (unsigned)(unsigned char)c);
}

static void add_string(struct ek_buf *out, const char *s, size_t len)
{
	uint32_t c;

	ek_buf_addc(out, '"');
	while (len != 0) {
		size_t n = ek_utf8_next(s, len, &c);

		if (n == 0 || c < 0x20 || c == '"' || c == '\\') {
			add_special(out, *s);
			n = 1;
		} else if (c <= 0xffff && !ek_utf8_printable(c)) {
			/* it could drive the terminal that it is shown on */
			ek_buf_addf(out, "\\u%04lx", (unsigned long)c);
		} else {
			ek_buf_add(out, s, n);
		}
		s += n;
		len -= n;
	}
	ek_buf_addc(out, '"');
}

/* All that goes before a value: comma, new line, key. */
static void before(struct ek_json *j, const char *key)
{
	unsigned top = j->depth - 1;

	assert(j->depth != 0 && j->array[top] == (key == NULL));
	if (j->used[top])
		ek_buf_addc(j->out, ',');
	j->used[top] = true;
	indent(j);
	if (key != NULL) {
		add_string(j->out, key, strlen(key));
		ek_buf_adds(j->out, ": ");
	}
}

static void open_level(struct ek_json *j, bool array)
{
	assert(j->depth < EK_JSON_DEPTH);
	j->array[j->depth] = array;
	j->used[j->depth] = false;
	j->depth++;
	ek_buf_addc(j->out, array ? '[' : '{');
}

void ek_json_begin(struct ek_json *j, struct ek_buf *out)
{
	*j = (struct ek_json){ .out = out };
	open_level(j, false);
}

void ek_json_begin_array(struct ek_json *j, struct ek_buf *out)
{
	*j = (struct ek_json){ .out = out };
	open_level(j, true);
}

void ek_json_end(struct ek_json *j)
{
	assert(j->depth == 1);
	ek_json_close(j);
	ek_buf_addc(j->out, '\n');
}

void ek_json_object(struct ek_json *j, const char *key)
{
	before(j, key);
	open_level(j, false);
}

void ek_json_array(struct ek_json *j, const char *key)
{
	before(j, key);
	open_level(j, true);
}

void ek_json_close(struct ek_json *j)
{
	assert(j->depth != 0);
	j->depth--;
	if (j->used[j->depth])
		indent(j);
	ek_buf_addc(j->out, j->array[j->depth] ? ']' : '}');
}

void ek_json_str(struct ek_json *j, const char *key, const char *value)
{
	if (value == NULL)
		ek_json_null(j, key);
	else
		ek_json_strn(j, key, value, strlen(value));
}

void ek_json_strn(struct ek_json *j, const char *key, const char *value,
		  size_t len)
{
	before(j, key);
	add_string(j->out, value, len);
}

void ek_json_int(struct ek_json *j, const char *key, int64_t value)
{
	before(j, key);
	ek_buf_addf(j->out, "%" PRId64, value);
}

void ek_json_uint(struct ek_json *j, const char *key, uint64_t value)
{
	before(j, key);
	ek_buf_addf(j->out, "%" PRIu64, value);
}

void ek_json_bool(struct ek_json *j, const char *key, bool value)
{
	before(j, key);
	ek_buf_adds(j->out, value ? "true" : "false");
}

void ek_json_null(struct ek_json *j, const char *key)
{
	before(j, key);
	ek_buf_adds(j->out, "null");
}
