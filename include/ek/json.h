/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * json.h - write one JSON document
 *
 * Appends to a buffer; the caller keeps braces balanced (an assertion checks at
 * ek_json_end()). Two blanks a level, one member a line, a final newline. Text
 * that is not UTF-8 has each bad byte written as \u00XX, as golden data do; so
 * are characters that no terminal should get (ek_utf8_printable()).
 *
 *	struct ek_json j;
 *	ek_json_begin(&j, &buf);		// the document is an object
 *	ek_json_str(&j, "name", "x");
 *	ek_json_array(&j, "files");
 *	ek_json_str(&j, NULL, "a");		// NULL key inside an array
 *	ek_json_close(&j);
 *	ek_json_end(&j);
 */
#ifndef EK_JSON_H
#define EK_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ek_buf;

#define EK_JSON_DEPTH 16

struct ek_json {
	struct ek_buf *out;
	unsigned depth;
	bool array[EK_JSON_DEPTH];
	bool used[EK_JSON_DEPTH]; /* has a member already */
};

void ek_json_begin(struct ek_json *j, struct ek_buf *out);
void ek_json_begin_array(struct ek_json *j, struct ek_buf *out);
void ek_json_end(struct ek_json *j);

void ek_json_object(struct ek_json *j, const char *key);
void ek_json_array(struct ek_json *j, const char *key);
void ek_json_close(struct ek_json *j); /* innermost object or array */

/* value NULL is null. */
void ek_json_str(struct ek_json *j, const char *key, const char *value);
void ek_json_strn(struct ek_json *j, const char *key, const char *value,
		  size_t len);
void ek_json_int(struct ek_json *j, const char *key, int64_t value);
void ek_json_uint(struct ek_json *j, const char *key, uint64_t value);
void ek_json_bool(struct ek_json *j, const char *key, bool value);
void ek_json_null(struct ek_json *j, const char *key);

#endif /* EK_JSON_H */
