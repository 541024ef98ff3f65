/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proc.h - run another program: no shell, a cleared environment, its standard
 *          error kept for our message, its standard input fed from a stream
 */
#ifndef EK_PROC_H
#define EK_PROC_H

#include <stdbool.h>
#include <stddef.h>

struct ek_err;
struct ek_buf;
struct ek_in;

struct ek_proc_opts {
	int keep_fd;               /* a descriptor the child keeps, or -1 */
	const char *install_hint;  /* Debian package, for "not found" */
	/* called for each line of the child's standard error; may be NULL */
	void (*line)(void *ctx, const char *text);
	void *ctx;
	/* its standard input, from here to the end, through a pipe; NULL: it
	 * reads /dev/null. Borrowed. */
	struct ek_in *input;
	/* SOURCE_DATE_EPOCH of the child; NULL: ours */
	const char *epoch;
};

/*
 * Run argv (NULL at its end; argv[0] is looked up in PATH) and wait for it.
 * *status is its exit status, or 128 + the signal that killed it. The
 * environment is PATH, HOME=/, LC_ALL=C, TZ=UTC and, where they are set, TMPDIR
 * and SOURCE_DATE_EPOCH. Standard output is /dev/null, and standard input too
 * without opts->input. A child that does not read its input to the end is no
 * failure here: its status tells. Where reading opts->input fails, that is
 * returned, and the child has seen an early end. Standard error goes into log
 * (may be NULL; the last 64 KiB of it) and, line by line, to opts->line: lines
 * end with LF or CR, are at most 4096 bytes, and are not empty. opts may be
 * NULL. A program that is not there is EK_ESYS, with the hint in its message; so
 * is one that ends with 127 and says nothing.
 */
int ek_proc_run(const char *const argv[], const struct ek_proc_opts *opts,
		struct ek_buf *log, int *status, struct ek_err *err);

/* Does what a program said tell that a disk is full or a limit met? ENOSPC,
 * EDQUOT, EFBIG, or 0. */
int ek_proc_full(const char *log);

#endif /* EK_PROC_H */
