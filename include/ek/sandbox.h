/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sandbox.h - what this process may still open: a list that is put together
 *             from the command line, and then holds until the end
 *
 * Landlock for files and TCP, seccomp for what no parser has a use for. Neither
 * wants a privilege; PR_SET_NO_NEW_PRIVS is set. Where the kernel lacks one of
 * them, or a container forbids it, that one is left out and nothing fails.
 * Descriptors that are open already, standard input and output among them, stay
 * as they are; threads and children that are started later are confined alike.
 *
 * Every command, ek_sandbox_system(): reads below /usr and /lib*, what OpenSSL
 *   and the loader have in /etc, uses /dev/null and /dev/urandom.
 * Who runs other programs, ek_sandbox_programs(), besides: reads and executes
 *   what lies below /usr, /lib*, /bin, /sbin and the absolute directories of
 *   PATH; reads what xorriso and mtools have in /etc. No seccomp then.
 * What no call below names, nobody can: open a file or a directory, make one,
 *   cut one, rename or link from one directory to another, use TCP, send a
 *   signal to others (each from the ABI on that knows of it).
 * Landlock has no way to forbid stat, chmod and a change of directory.
 */
#ifndef EK_SANDBOX_H
#define EK_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ek/err.h"

struct ek_out;

/* Access rights as Landlock numbers them (landlock(7)); the number of the ABI
 * that brought the ones after EK_BOX_MAKE_SYM. */
enum ek_box_right {
	EK_BOX_EXECUTE = 1 << 0,
	EK_BOX_WRITE = 1 << 1,
	EK_BOX_READ = 1 << 2,
	EK_BOX_READ_DIR = 1 << 3,
	EK_BOX_REMOVE_DIR = 1 << 4,
	EK_BOX_REMOVE_FILE = 1 << 5,
	EK_BOX_MAKE_DIR = 1 << 7,
	EK_BOX_MAKE_REG = 1 << 8,
	EK_BOX_MAKE_SYM = 1 << 12,
	EK_BOX_REFER = 1 << 13,     /* 2 */
	EK_BOX_TRUNCATE = 1 << 14,  /* 3 */
	EK_BOX_IOCTL_DEV = 1 << 15, /* 5 */
};

struct ek_box_rule {
	int fd;          /* owned; O_PATH on a file, or on a directory for all
			  * that lies below it */
	uint32_t rights; /* EK_BOX_ bits */
};

/* Start with EK_SANDBOX_INIT; a failure sticks until ek_sandbox_enter(). */
struct ek_sandbox {
	struct ek_box_rule *v; /* owned */
	size_t n, cap;
	bool tree;     /* links between directories are wanted */
	bool programs; /* other programs are run */
	const char *made; /* the directory of ek_sandbox_tree(), borrowed, where
			   * that was not there: may be removed while empty */
	int rc;
	struct ek_err err;
};

#define EK_SANDBOX_INIT { NULL, 0, 0, false, false, NULL, 0, EK_ERR_INIT }

/*
 * All that follow take NULL and "-" for nothing to be named, and a path that
 * is not there, or may not be looked at, for one that whoever opens it will
 * complain of.
 */

/* Read this file, or all below this directory. */
void ek_sandbox_read(struct ek_sandbox *box, const char *path);
void ek_sandbox_read_all(struct ek_sandbox *box, char *const *paths, size_t n);
/* The same of path in dir, where that is not NULL and path is not absolute. */
void ek_sandbox_read_at(struct ek_sandbox *box, const char *dir,
			const char *path);

/* ek_out_open(path) will be called: read and write what lies in the directory
 * where its symbolic links end; or that device alone. */
void ek_sandbox_write(struct ek_sandbox *box, const char *path);

/* out (NULL: none) is open, and ek_out_commit() will be called: give and take
 * away names in its directory, but open nothing there but that very file. The
 * better way of the two, where the output can be opened before the input. */
void ek_sandbox_opened(struct ek_sandbox *box, const struct ek_out *out);

/* Everything below a directory: files, directories, links. It is made (its last
 * component), for there is no rule for what is not there. */
void ek_sandbox_tree(struct ek_sandbox *box, const char *dir);

/* ek_spool_new() will be called: files in TMPDIR, else /tmp. */
void ek_sandbox_scratch(struct ek_sandbox *box);

void ek_sandbox_system(struct ek_sandbox *box);
void ek_sandbox_programs(struct ek_sandbox *box);

/* Add a rule of one's own. */
void ek_sandbox_allow(struct ek_sandbox *box, const char *path,
		      uint32_t rights);

/*
 * From now on, and for good. Frees box but for made, whatever it returns: EK_ESYS
 * where the list could not be made, or the kernel has Landlock and yet refused.
 */
int ek_sandbox_enter(struct ek_sandbox *box, struct ek_err *err);
void ek_sandbox_free(struct ek_sandbox *box);

/*
 * The kernel's ABI of Landlock, 0 where there is none. ABI 1 (Linux 5.13 to
 * 5.18) knows no way to allow a link between directories, so that a box with
 * a tree is not confined by it.
 */
int ek_sandbox_abi(void);

/* "landlock ABI 7, seccomp": what is active; programs: of a command that runs
 * other programs. Static text but for the number, in buf. */
enum { EK_SANDBOX_TEXT = 80 };
const char *ek_sandbox_text(bool programs, char buf[EK_SANDBOX_TEXT]);

#endif /* EK_SANDBOX_H */
