/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cli.h - what every command does the same way
 *
 * Exit status: 0 done; 1 the input was rejected or a check found an error; 2
 * wrong usage; 3 the system failed us (cannot open, disk full, no memory).
 */
#ifndef EK_CLI_H
#define EK_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ek/err.h"

struct ek_out;
struct ek_buf;
struct ek_sandbox;

enum { EK_EXIT_OK, EK_EXIT_DATA, EK_EXIT_USAGE, EK_EXIT_SYS };

/* Values of long options without a letter start here. */
enum { EK_OPT_LONG = 256 };

/* First call of main(). usage is the full help text, kept by reference. */
void ek_cli_init(const char *progname, const char *usage);

/* "prog: message" and a hint to --help on stderr; exits with 2. */
EK_NORETURN void ek_cli_usage(const char *fmt, ...) EK_PRINTF(1, 2);

/* For the default case of getopt_long(): names the bad option; exits with 2. */
EK_NORETURN void ek_cli_bad_option(char **argv);

/* What setting an option's value returned: nothing where it is EK_OK, else an
 * exit, with 2 for EK_EARG. */
void ek_cli_option(int rc, const struct ek_err *err);

/* The value of option name as ek_num_size() takes it, at least 1; exits with 2
 * where it is none. */
uint64_t ek_cli_size(const char *name, const char *text);

/* The value of -j, 1 to 1024; exits with 2 where it is none. */
unsigned ek_cli_jobs(const char *text);

/* An image is read from more than one place: exits with 2 where path is "-". */
void ek_cli_image_file(const char *path);

/* The image that is the only operand left (getopt_long() is through), never
 * "-"; exits with 2 where there is none or more. Borrowed from argv. */
const char *ek_cli_one_image(int argc, char *const *argv);

/* Where -o says that the new image goes, by NULL that it was not given; as
 * ek_cli_image_file(). */
void ek_cli_new_image(const char *out);

/* Help or version to stdout; exits with 0, or 3 where stdout is broken. With -v
 * or --verbose in argv the version says which sandbox is active as well. */
EK_NORETURN void ek_cli_help(void);
EK_NORETURN void ek_cli_version(char *const *argv);

/*
 * Confine this process to what box allows, to what every program needs
 * (ek_sandbox_system()), and to what xorriso and mtools need where the command
 * runs them. Once, when the options are known, and before the first byte of
 * input is looked at. box is freed.
 */
int ek_cli_sandbox(struct ek_sandbox *box, struct ek_err *err);

/* The same for who reads n files or directories, writes standard output, out
 * (NULL: none; open already) and all below dir (NULL: none), and makes scratch
 * files for that (ek_spool_new()). */
int ek_cli_sandbox_files(char *const *in, size_t n, const struct ek_out *out,
			 const char *dir, struct ek_err *err);

/* "prog: warning: message", "prog: message" on stderr, control characters
 * masked. note is silent after ek_cli_quiet(true), warn is not. */
void ek_cli_warn(const char *fmt, ...) EK_PRINTF(1, 2);
void ek_cli_note(const char *fmt, ...) EK_PRINTF(1, 2);
/* The one or the other, for those who are told by a callback. */
void ek_cli_on_note(void *ctx, bool warning, const char *text);
void ek_cli_quiet(bool quiet);
bool ek_cli_is_quiet(void);

/* Text for a person to stdout, control characters but LF and TAB masked. */
void ek_cli_puts(const char *text);
/* The same; raw: byte for byte, for programs, where stdout is no terminal. */
void ek_cli_put(const struct ek_buf *text, bool raw);
void ek_cli_printf(const char *fmt, ...) EK_PRINTF(1, 2);

/* EK_EARG where out is a terminal and force is not set. */
int ek_cli_no_binary(const struct ek_out *out, bool force, struct ek_err *err);

/* Progress on stderr, one line rewritten: done of total (0: not known) bytes;
 * only on a terminal or when forced, never when quiet. what NULL ends it. */
void ek_cli_progress_force(void);
void ek_cli_progress(const char *what, uint64_t done, uint64_t total);
/* For those who are told by a callback: "reading" or "writing", until all is
 * done, or a stage that the callback names. */
void ek_cli_on_reading(void *ctx, uint64_t done, uint64_t total);
void ek_cli_on_writing(void *ctx, uint64_t done, uint64_t total);
void ek_cli_on_stage(void *ctx, const char *stage, uint64_t done,
		     uint64_t total);

/* A stream that hands on to to, which is borrowed, and shows how much went
 * through. Commit it before to. */
int ek_cli_out_progress(struct ek_out **out, struct ek_out *to,
			const char *what, struct ek_err *err);

/* A stream that hands on to to, which is borrowed, with control characters but
 * LF and TAB masked: text of a file for a terminal. Commit it before to. */
int ek_cli_out_text(struct ek_out **out, struct ek_out *to, struct ek_err *err);

/* ek_out_open(), with that where path is a terminal. */
int ek_cli_out_open_text(struct ek_out **out, const char *path,
			 struct ek_err *err);

/* Report a failure now and go on; the status is kept for ek_cli_finish(). */
void ek_cli_report(int rc, const struct ek_err *err);

/*
 * Last call of main(): report *err where rc is a failure, close stdout, and
 * return the exit status.
 */
int ek_cli_finish(int rc, const struct ek_err *err);

#endif /* EK_CLI_H */
