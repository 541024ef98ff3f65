/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proc.h - run another program: no shell, a cleared environment, its standard
 *          error kept for our message
 */
#ifndef EK_PROC_H
#define EK_PROC_H

#include <stdbool.h>
#include <stddef.h>

struct ek_err;
struct ek_buf;

struct ek_proc_opts {
	int keep_fd;               /* a descriptor the child keeps, or -1 */
	const char *install_hint;  /* Debian package, for "not found" */
	/* called for each line of the child's standard error; may be NULL */
	void (*line)(void *ctx, const char *text);
	void *ctx;
};

/*
 * Run argv (NULL at its end; argv[0] is looked up in PATH), wait for it. *status
 * is its exit status, or 128 + the signal. The environment is PATH, HOME=/,
 * LC_ALL=C, TZ=UTC and, where it is set, TMPDIR and SOURCE_DATE_EPOCH. Standard
 * input and output are /dev/null; standard error goes, line by line, into log
 * (may be NULL; at most 64 KiB are kept, the end). A program that is not there
 * is EK_ESYS with the hint in its message.
 */
int ek_proc_run(const char *const argv[], const struct ek_proc_opts *opts,
		struct ek_buf *log, int *status, struct ek_err *err);

#endif /* EK_PROC_H */
