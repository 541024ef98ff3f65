/* SPDX-License-Identifier: BSD-2-Clause */
/* cli.c - what every command does the same way; holds the only state */
#include "os.h"

#ifdef EK_ISAL
#include <isa-l.h>
#endif

#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#ifdef EK_TEST_MISBEHAVE
#include <sys/socket.h>
#endif
#include <unistd.h>

#include "ek/buf.h"
#include "ek/cli.h"
#include "ek/io.h"
#include "ek/num.h"
#include "ek/proc.h"
#include "ek/sandbox.h"
#include "ek/utf8.h"

#ifndef EK_VERSION
#define EK_VERSION "unknown"
#endif

static const char *prog = "ek";
static const char *help = "";
static bool is_quiet;
static int status; /* worst so far */

/* A directory that we made before there was something to put into it. */
static const char *made;

/* Progress: forced, on a line that is open now, and what that line shows;
 * is standard error a terminal (-1: not asked yet). */
static bool forced, line_open;
static int to_terminal = -1;
static uint64_t shown;

/* ---- text ---------------------------------------------------------------- */

/*
 * Names come out of untrusted archives: keep them from driving a terminal. LF
 * and TAB pass where lines is true.
 */
static void put_masked(FILE *fp, const char *text, size_t len, bool lines)
{
	uint32_t c;

	while (len != 0) {
		size_t n = ek_utf8_next(text, len, &c);

		if (n != 0 && (ek_utf8_printable(c) ||
			       (lines && (c == '\n' || c == '\t')))) {
			fwrite(text, 1, n, fp);
		} else {
			fputc('?', fp);
			n = n != 0 ? n : 1;
		}
		text += n;
		len -= n;
	}
}

static void end_progress(void)
{
	if (line_open)
		fputc('\n', stderr);
	line_open = false;
}

/* "prog: kind: msg" */
static void put_message(const char *kind, const char *msg)
{
	end_progress();
	fprintf(stderr, "%s: %s", prog, kind);
	put_masked(stderr, msg, strlen(msg), false);
	fputc('\n', stderr);
}

/* Text of any length; what fits where memory is out. */
EK_PRINTF(2, 0)
static void put_formatted(const char *kind, const char *fmt, va_list ap)
{
	char small[512], *msg;
	va_list again;

	va_copy(again, ap);
	if (vasprintf(&msg, fmt, ap) < 0) {
		vsnprintf(small, sizeof(small), fmt, again);
		put_message(kind, small);
	} else {
		put_message(kind, msg);
		free(msg);
	}
	va_end(again);
}

void ek_cli_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_formatted("warning: ", fmt, ap);
	va_end(ap);
}

void ek_cli_note(const char *fmt, ...)
{
	va_list ap;

	if (is_quiet)
		return;
	va_start(ap, fmt);
	put_formatted("", fmt, ap);
	va_end(ap);
}

void ek_cli_on_note(void *ctx, bool warning, const char *text)
{
	(void)ctx;
	if (warning)
		ek_cli_warn("%s", text);
	else
		ek_cli_note("%s", text);
}

void ek_cli_quiet(bool quiet)
{
	is_quiet = quiet;
}

bool ek_cli_is_quiet(void)
{
	return is_quiet;
}

void ek_cli_puts(const char *text)
{
	put_masked(stdout, text, strlen(text), true);
}

void ek_cli_put(const struct ek_buf *text, bool raw)
{
	if (raw && !isatty(STDOUT_FILENO))
		fwrite(ek_buf_str(text), 1, text->len, stdout);
	else
		ek_cli_puts(ek_buf_str(text));
}

void ek_cli_printf(const char *fmt, ...)
{
	va_list ap;
	char *text;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0) {
		put_message("", "out of memory");
		exit(EK_EXIT_SYS);
	}
	ek_cli_puts(text);
	free(text);
}

/* ---- begin, usage ------------------------------------------------------- */

void ek_cli_init(const char *progname, const char *usage)
{
	prog = progname;
	help = usage;
	opterr = 0; /* getopt() would call the program by its path */

	/*
	 * A file opened later must never land on descriptor 0, 1 or 2. They are
	 * opened the wrong way round, so that to use them is still an error.
	 */
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) == -1 &&
		    open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
			_exit(EK_EXIT_SYS);
}

void ek_cli_usage(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_formatted("", fmt, ap);
	va_end(ap);
	fprintf(stderr, "Try '%s --help'.\n", prog);
	exit(EK_EXIT_USAGE);
}

/*
 * Was it a long option that failed? Then its word is the last one that was
 * taken; a letter may stand inside of the next word, as x does in "-axb".
 */
static bool long_failed(char *const *argv)
{
	const char *next = argv[optind];

	if (strncmp(argv[optind - 1], "--", 2) != 0)
		return false;
	return optopt == 0 || optopt >= EK_OPT_LONG || next == NULL ||
	       next[0] != '-' || next[1] == '-' ||
	       strchr(next + 1, optopt) == NULL;
}

void ek_cli_bad_option(char **argv)
{
	const char *word = argv[optind - 1];

	if (!long_failed(argv))
		ek_cli_usage("option '-%c' is unknown%s", optopt,
			     argv[optind] == NULL ? " or lacks its argument"
						  : "");
	if (optopt == 0)
		ek_cli_usage("option '%s' is unknown or ambiguous", word);
	ek_cli_usage("option '%s' %s argument", word,
		     strchr(word, '=') != NULL ? "takes no" : "lacks its");
}

void ek_cli_help(void)
{
	fputs(help, stdout);
	exit(ek_cli_finish(EK_OK, NULL));
}

/*
 * Weak: a command that does without one of these libraries must not need it
 * only to tell its version, and does not tell it.
 */
extern const char *zlibVersion(void) __attribute__((weak));
extern const char *lzma_version_string(void) __attribute__((weak));
extern const char *ZSTD_versionString(void) __attribute__((weak));
#ifdef EK_ISAL
/* it has no call for this: the version that we were built with is told */
#pragma weak isal_inflate_init
#endif
extern const char *const xmlParserVersion __attribute__((weak));
extern const char *ek_libarc_version(void) __attribute__((weak));
extern const char *OpenSSL_version(int t) __attribute__((weak));
/* who does not link it runs no other program */
#pragma weak ek_proc_run

/* "20914" is libxml2's way to say 2.9.14. */
static void put_xml_version(void)
{
	long n = strtol(xmlParserVersion, NULL, 10);

	printf("libxml2 %ld.%ld.%ld\n", n / 10000, n / 100 % 100, n % 100);
}

static bool has_word(char *const *argv, const char *word)
{
	while (*argv != NULL && strcmp(*argv, word) != 0)
		argv++;
	return *argv != NULL;
}

void ek_cli_version(char *const *argv)
{
	char sandbox[EK_SANDBOX_TEXT];

	printf("%s %s\n", prog, EK_VERSION);
	if (zlibVersion != NULL)
		printf("zlib %s\n", zlibVersion());
#ifdef EK_ISAL
	if (isal_inflate_init != NULL)
		printf("ISA-L %d.%d.%d\n", ISAL_MAJOR_VERSION,
		       ISAL_MINOR_VERSION, ISAL_PATCH_VERSION);
#endif
	if (lzma_version_string != NULL)
		printf("liblzma %s\n", lzma_version_string());
	if (ZSTD_versionString != NULL)
		printf("libzstd %s\n", ZSTD_versionString());
	if (&xmlParserVersion != NULL)
		put_xml_version();
	if (ek_libarc_version != NULL && ek_libarc_version() != NULL)
		printf("%s\n", ek_libarc_version());
	if (OpenSSL_version != NULL)
		printf("%s\n", OpenSSL_version(0));
	if (has_word(argv, "-v") || has_word(argv, "--verbose"))
		printf("sandbox: %s\n",
		       ek_sandbox_text(&ek_proc_run != NULL, sandbox));
	exit(ek_cli_finish(EK_OK, NULL));
}

void ek_cli_option(int rc, const struct ek_err *err)
{
	if (rc == EK_EARG)
		ek_cli_usage("%s", err->msg);
	if (rc != EK_OK)
		exit(ek_cli_finish(rc, err));
}

uint64_t ek_cli_size(const char *name, const char *text)
{
	uint64_t n;

	if (!ek_num_size(text, &n) || n == 0)
		ek_cli_usage("%s wants a number of bytes, such as 512M or 8G,"
			     " not '%s'", name, text);
	return n;
}

unsigned ek_cli_jobs(const char *text)
{
	uint64_t n;

	if (!ek_num_dec(text, strlen(text), 1024, &n) || n == 0)
		ek_cli_usage("'%s' is not a number of threads", text);
	return (unsigned)n;
}

void ek_cli_image_file(const char *path)
{
	if (strcmp(path, "-") == 0)
		ek_cli_usage("an image is a file: '-' will not do");
}

const char *ek_cli_one_image(int argc, char *const *argv)
{
	if (argc - optind != 1)
		ek_cli_usage("one input image is wanted");
	ek_cli_image_file(argv[optind]);
	return argv[optind];
}

void ek_cli_new_image(const char *out)
{
	if (out == NULL)
		ek_cli_usage("-o is missing: say where the new image goes");
	ek_cli_image_file(out);
}

/* ---- sandbox ------------------------------------------------------------- */

#ifdef EK_TEST_MISBEHAVE
/*
 * In a build for tests only, tests/cli/sandbox.sh: what a parser that was taken
 * over would try, and what came of it, on standard error. $EK_MISBEHAVE names a
 * file that the command line does not.
 */

static void tell(const char *what, bool done)
{
	fprintf(stderr, "misbehave: %s: %s\n", what,
		done ? "done" : strerror(errno));
}

static void misbehave(void)
{
	static char *const argv[] = { NULL };
	const char *path = getenv("EK_MISBEHAVE");
	char beside[4096];

	if (path == NULL)
		return;
	snprintf(beside, sizeof(beside), "%s.made", path);
	tell("read", open(path, O_RDONLY | O_CLOEXEC) >= 0);
	tell("write", open(path, O_WRONLY | O_CLOEXEC) >= 0);
	tell("truncate", truncate(path, 0) == 0);
	tell("create", open(beside, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0);
	tell("rename", rename(path, beside) == 0);
	tell("link", link(path, beside) == 0);
	tell("remove", unlink(path) == 0);
	tell("socket", socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0);
	/* comes back where it was refused only */
	execve(getenv("EK_MISBEHAVE_RUN"), argv, argv);
	tell("run", false);
}
#else
static void misbehave(void)
{
}
#endif

int ek_cli_sandbox(struct ek_sandbox *box, struct ek_err *err)
{
	int rc;

	ek_sandbox_system(box);
	if (&ek_proc_run != NULL)
		ek_sandbox_programs(box);
	rc = ek_sandbox_enter(box, err);
	made = box->made;
	if (rc == EK_OK)
		misbehave();
	return rc;
}

int ek_cli_sandbox_files(char *const *in, size_t n, const struct ek_out *out,
			 const char *dir, struct ek_err *err)
{
	struct ek_sandbox box = EK_SANDBOX_INIT;

	ek_sandbox_read_all(&box, in, n);
	ek_sandbox_opened(&box, out);
	ek_sandbox_tree(&box, dir);
	ek_sandbox_scratch(&box);
	return ek_cli_sandbox(&box, err);
}

/* ---- the end ------------------------------------------------------------- */

static int status_of(int rc)
{
	if (rc >= 0)
		return EK_EXIT_OK;
	if (rc == EK_ESYS)
		return EK_EXIT_SYS;
	return rc == EK_EARG ? EK_EXIT_USAGE : EK_EXIT_DATA;
}

void ek_cli_report(int rc, const struct ek_err *err)
{
	int s = status_of(rc);

	if (s == EK_EXIT_OK)
		return;
	put_message("", err != NULL ? err->msg : "failed");
	if (s > status)
		status = s;
}

static int close_stdout(struct ek_err *err)
{
	bool failed = ferror(stdout) != 0;

	if (fclose(stdout) != 0)
		return ek_fail_sys(err, "cannot write 'standard output'");
	return failed ? ek_fail(err, EK_ESYS, "cannot write 'standard output'")
		      : EK_OK;
}

int ek_cli_finish(int rc, const struct ek_err *err)
{
	struct ek_err out;

	ek_cli_report(rc, err);
	end_progress();
	if (close_stdout(&out) != EK_OK)
		ek_cli_report(EK_ESYS, &out);
	if (status != EK_EXIT_OK && made != NULL)
		(void)rmdir(made); /* only while it is empty */
	return status;
}

int ek_cli_no_binary(const struct ek_out *out, bool force, struct ek_err *err)
{
	if (force || !ek_out_is_tty(out))
		return EK_OK;
	return ek_fail(err, EK_EARG, "binary output does not go to a terminal:"
		       " use -o FILE, or -f");
}

/* ---- progress ------------------------------------------------------------ */

void ek_cli_progress_force(void)
{
	forced = true;
}

/* Asked once: progress is told of at every write. */
static bool shows_progress(void)
{
	if (to_terminal < 0)
		to_terminal = isatty(STDERR_FILENO);
	return forced || to_terminal != 0;
}

void ek_cli_progress(const char *what, uint64_t done, uint64_t total)
{
	uint64_t now;

	if (is_quiet || !shows_progress())
		return;
	if (what == NULL) {
		end_progress();
		return;
	}
	/* percent, or units of 4 MiB: no clock is needed to be rare enough */
	now = total == 0 ? done >> 22
	    : total > UINT64_MAX / 100 ? done / (total / 100)
				       : done * 100 / total;
	if (line_open && now == shown)
		return;
	shown = now;
	line_open = true;
	fprintf(stderr, "\r%s: ", prog);
	put_masked(stderr, what, strlen(what), false);
	if (total != 0)
		fprintf(stderr, ": %3u%%", (unsigned)(now > 100 ? 100 : now));
	else
		fprintf(stderr, ": %llu MiB", (unsigned long long)done >> 20);
	fputs("\033[K", stderr);
	fflush(stderr);
}

void ek_cli_on_stage(void *ctx, const char *stage, uint64_t done,
		     uint64_t total)
{
	(void)ctx;
	ek_cli_progress(stage, done, total);
}

/* A stage that is the only one. */
static void on_only(const char *what, uint64_t done, uint64_t total)
{
	ek_cli_progress(what, done, total);
	if (done >= total)
		ek_cli_progress(NULL, 0, 0);
}

void ek_cli_on_reading(void *ctx, uint64_t done, uint64_t total)
{
	(void)ctx;
	on_only("reading", done, total);
}

void ek_cli_on_writing(void *ctx, uint64_t done, uint64_t total)
{
	(void)ctx;
	on_only("writing", done, total);
}
