/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * path.h - names out of archives and for file systems; text only, no system
 *          call
 */
#ifndef EK_PATH_H
#define EK_PATH_H

#include <stdbool.h>
#include <stddef.h>

/* Longest path taken from any archive, in bytes, without the NUL. */
#define EK_PATH_MAX 4095

/* Why a name from an archive must not be used, or NULL where it may. */
const char *ek_path_problem(const char *name, size_t len);
/*
 * The rules: not empty, no NUL or other control character, at most EK_PATH_MAX,
 * relative, no empty, "." or ".." component. One trailing slash is allowed.
 * The text returned is a constant such as "absolute", "has '..'", "is empty".
 */

/*
 * Would the symbolic link at path name (a name that has no problem) with this
 * target stay inside the tree? An absolute target counts as inside only where
 * rooted is true (then it is taken from the root of the tree, as ESXi does).
 */
bool ek_path_link_inside(const char *name, const char *target, bool rooted);

/* Copy to out, ASCII letters folded; out has room for strlen(s) + 1. */
void ek_path_upper(const char *s, char *out);
void ek_path_lower(const char *s, char *out);

/* Last component. Borrowed from path. */
const char *ek_path_base(const char *path);

/* True for a name of at most 8 and 3 characters, A-Z 0-9 _ - any case. */
bool ek_path_is_83(const char *name);

#endif /* EK_PATH_H */
