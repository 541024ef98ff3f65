/* SPDX-License-Identifier: BSD-2-Clause */
/* path.c - names out of archives and for file systems; text only */
#include "os.h"

#include "ek/path.h"

/* Why this component must not be used. */
static const char *component_problem(const char *p, size_t len)
{
	if (len == 0)
		return "has an empty component";
	if (len == 1 && p[0] == '.')
		return "has '.'";
	if (len == 2 && p[0] == '.' && p[1] == '.')
		return "has '..'";
	return NULL;
}

static bool has_control(const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)p[i] < 0x20 || p[i] == 0x7f)
			return true;
	return false;
}

const char *ek_path_problem(const char *name, size_t len)
{
	const char *p = name, *end = name + len, *slash, *why;

	if (len == 0)
		return "is empty";
	if (memchr(name, '\0', len) != NULL)
		return "holds a NUL";
	if (has_control(name, len))
		return "holds a control character";
	if (name[0] == '/')
		return "is absolute";
	if (len > EK_PATH_MAX)
		return "is too long";
	if (end[-1] == '/')
		end--;
	for (;;) {
		slash = memchr(p, '/', (size_t)(end - p));
		why = component_problem(p, (size_t)((slash != NULL ? slash
								   : end) - p));
		if (why != NULL || slash == NULL)
			return why;
		p = slash + 1;
	}
}

/* Directories that stand above the last component of name. */
static size_t depth_of(const char *name)
{
	size_t depth = 0;

	for (; *name != '\0'; name++)
		if (name[0] == '/' && name[1] != '\0')
			depth++;
	return depth;
}

bool ek_path_link_inside(const char *name, const char *target, bool rooted)
{
	size_t depth = depth_of(name), len;

	if (target[0] == '\0')
		return false;
	if (target[0] == '/') {
		if (!rooted)
			return false;
		depth = 0;
	}
	for (;; target += len) {
		target += strspn(target, "/");
		len = strcspn(target, "/");
		if (len == 0)
			return true;
		if (len == 2 && target[0] == '.' && target[1] == '.') {
			if (depth-- == 0)
				return false;
		} else if (len != 1 || target[0] != '.') {
			depth++;
		}
	}
}

void ek_path_upper(const char *s, char *out)
{
	for (; *s != '\0'; s++, out++) {
		*out = *s;
		if (*s >= 'a' && *s <= 'z')
			*out = (char)(*s - 'a' + 'A');
	}
	*out = '\0';
}

void ek_path_lower(const char *s, char *out)
{
	for (; *s != '\0'; s++, out++) {
		*out = *s;
		if (*s >= 'A' && *s <= 'Z')
			*out = (char)(*s - 'A' + 'a');
	}
	*out = '\0';
}

const char *ek_path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* Length of the run of characters that both parts of an 8.3 name may have. */
static size_t plain_run(const char *s)
{
	return strspn(s, "abcdefghijklmnopqrstuvwxyz"
			 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
}

bool ek_path_is_83(const char *name)
{
	size_t stem = plain_run(name), ext;

	if (stem == 0 || stem > 8)
		return false;
	if (name[stem] == '\0')
		return true;
	if (name[stem] != '.')
		return false;
	name += stem + 1;
	ext = plain_run(name);
	return ext != 0 && ext <= 3 && name[ext] == '\0';
}
