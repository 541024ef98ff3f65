/* SPDX-License-Identifier: BSD-2-Clause */
/* isobuild_xorriso.c - the command line of xorriso, and what it reports */
#include "os.h"

#include <stdarg.h>

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/num.h"
#include "ek/proc.h"
#include "isobuild_int.h"

/* Words of the command line; the first failure sticks. */
struct words {
	struct ek_strs list;
	int rc;
	struct ek_err *err;
};

static void word(struct words *w, const char *s)
{
	if (w->rc == EK_OK)
		w->rc = ek_strs_add(&w->list, s, strlen(s), w->err);
}

static void words(struct words *w, const char *const v[], size_t n)
{
	for (size_t i = 0; i < n; i++)
		word(w, v[i]);
}

static void wordf(struct words *w, const char *fmt, ...) EK_PRINTF(2, 3);
static void wordf(struct words *w, const char *fmt, ...)
{
	char *s = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0) {
		s = NULL;
		w->rc = ek_fail_sys(w->err, "command line of xorriso");
	}
	va_end(ap);
	if (s != NULL)
		word(w, s);
	free(s);
}

/* A path that cannot be taken for a command or an option. */
static void path_word(struct words *w, const char *prefix, const char *path)
{
	wordf(w, "%s%s%s", prefix, path[0] == '/' ? "" : "./", path);
}

/* What the names of the input need so that they stay as they are; VMware's
 * need nothing of it, images that other people made sometimes do. */
struct needs {
	bool lower, eight_bit, no_version, no_dot, dir_dot, long_name;
};

static void look_at(const struct ek_iso_node *n, struct needs *need)
{
	size_t len = strlen(n->name);

	for (const char *p = n->raw; *p != '\0'; p++) {
		need->lower = need->lower || (*p >= 'a' && *p <= 'z');
		need->eight_bit = need->eight_bit || (unsigned char)*p > 0x7e;
	}
	need->long_name = need->long_name || len > 31;
	if (n->dir) {
		need->dir_dot = need->dir_dot || strchr(n->raw, '.') != NULL;
		return;
	}
	need->no_version = need->no_version || strchr(n->raw, ';') == NULL;
	need->no_dot = need->no_dot || strchr(n->raw, '.') == NULL;
}

/*
 * 7bit_ascii: without it '-' and others become '_', in names nobody touched.
 * no_emul_toc: the volume descriptor stays at block 16.
 */
static void compliance(const struct ek_isobuild *b, struct words *w)
{
	const struct ek_iso_node *n;
	struct needs need = { 0 };

	for (size_t i = 1; (n = ek_iso_at(b->in, i)) != NULL; i++)
		look_at(n, &need);
	word(w, "-compliance");
	wordf(w, "no_emul_toc:7bit_ascii%s%s%s%s%s%s",
	      need.lower ? ":lowercase" : "",
	      need.eight_bit ? ":full_ascii" : "",
	      need.no_version ? ":omit_version" : "",
	      need.no_dot ? ":no_force_dots" : "",
	      need.dir_dot ? ":allow_dir_id_ext" : "",
	      need.long_name ? ":long_names" : "");
}

/*
 * -no_rc: no start-up file of the user. -read_fs ecma119: the names that the
 * loaders see, also where Rock Ridge or Joliet have others. -follow param: a
 * symbolic link given as source stands for its file. -pacifier: it looks that
 * often whether all is written, else once a second.
 */
static void settings(struct words *w)
{
	static const char *const v[] = {
		"xorriso", "-no_rc", "-report_about", "UPDATE",
		"-pacifier", "interval=0.1",
		"-abort_on", "FAILURE", "-return_with", "SORRY", "32",
		"-iso_rr_pattern", "off", "-disk_pattern", "off",
		"-stdio_sync", "off", "-rockridge", "off",
		"-padding", "0",
		"-read_fs", "ecma119", "-follow", "param",
	};

	words(w, v, sizeof(v) / sizeof(*v));
}

/* -boot_image any replay: both boot entries as they were, the boot information
 * table written anew. The preparer would become xorriso where it is empty. */
static void images(const struct ek_isobuild *b, int fd, struct words *w)
{
	const struct ek_iso_volume *vol = ek_iso_volume(b->in);

	word(w, "-indev");
	path_word(w, "stdio:", ek_iso_name(b->in));
	word(w, "-outdev");
	wordf(w, "stdio:/proc/self/fd/%d", fd);
	word(w, "-boot_image");
	word(w, "any");
	word(w, "replay");
	word(w, "-preparer_id");
	word(w, vol->preparer_id);
	if (strcmp(b->volume_id, vol->volume_id) != 0) {
		word(w, "-volid");
		word(w, b->volume_id);
	}
}

/*
 * -cut_out of the whole file, not -map: what is one file on disk (the two
 * boot.cfg) would share its blocks, so the image would depend on inode numbers,
 * and some readers hand out no data for the second name. -cut_out takes no
 * empty file.
 */
static void put(const struct change *c, struct words *w)
{
	word(w, c->pub.size != 0 ? "-cut_out" : "-map");
	path_word(w, "", c->file);
	if (c->pub.size != 0) {
		word(w, "0");
		wordf(w, "%llu", (unsigned long long)c->pub.size);
	}
	word(w, c->path);
}

/* Files first, then the times: of each file, and of directories made for it. */
static void changes(const struct ek_isobuild *b, struct words *w)
{
	for (size_t i = 0; i < b->n; i++) {
		if (b->v[i].file != NULL) {
			put(&b->v[i], w);
		} else {
			word(w, "-rm");
			word(w, b->v[i].path);
			word(w, "--");
		}
	}
	for (size_t i = 0; i < b->n; i++) {
		if (b->v[i].file == NULL)
			continue;
		word(w, "-alter_date_r");
		word(w, "m");
		wordf(w, "=%lld", (long long)b->mtime);
		word(w, b->v[i].top);
		word(w, "--");
	}
}

/* The list with the NULL that exec wants; owned, its words borrowed. */
static const char **argv_of(struct words *w)
{
	const char **argv = NULL;

	if (w->rc == EK_OK)
		argv = calloc(w->list.n + 1, sizeof(*argv));
	if (w->rc == EK_OK && argv == NULL)
		w->rc = ek_fail_sys(w->err, "command line of xorriso");
	for (size_t i = 0; argv != NULL && i < w->list.n; i++)
		argv[i] = w->list.v[i];
	return argv;
}

/* ---- what it says ------------------------------------------------------- */

struct watch {
	ek_isobuild_progress *progress;
	void *ctx;
	uint64_t total;
};

/* "xorriso : UPDATE : Writing:     74576s    7.3%   fifo 100% ..." */
static void on_line(void *ctx, const char *text)
{
	static const char begin[] = "xorriso : UPDATE : Writing:";
	const struct watch *w = ctx;
	const char *p = text + sizeof(begin) - 1;
	size_t n;
	uint64_t blocks;

	if (strncmp(text, begin, sizeof(begin) - 1) != 0)
		return;
	p += strspn(p, " ");
	n = strspn(p, "0123456789");
	if (p[n] == 's' && ek_num_dec(p, n, UINT32_MAX, &blocks))
		w->progress(w->ctx, blocks * EK_ISO_BLOCK, w->total);
}

/* About the size of the new image, for the progress only. */
static uint64_t estimate(const struct ek_isobuild *b)
{
	uint64_t n = (uint64_t)ek_iso_volume(b->in)->blocks * EK_ISO_BLOCK;

	for (size_t i = 0; i < b->n; i++)
		n += b->v[i].pub.size;
	return n;
}

/* The last line of a severity that matters, else the last of all. */
static void blame(const char *log, const char **line, size_t *len)
{
	static const char *const severe[] = { " : FAILURE : ", " : FATAL : ",
					      " : SORRY : ", " : MISHAP : " };
	bool found = false;

	*line = "no message";
	*len = strlen(*line);
	for (const char *p = log; *p != '\0'; p += strspn(p, "\n")) {
		size_t n = strcspn(p, "\n");
		bool hit = false;

		for (size_t i = 0; i < sizeof(severe) / sizeof(*severe); i++)
			hit = hit || memmem(p, n, severe[i],
					    strlen(severe[i])) != NULL;
		if (n > 0 && (hit || !found)) {
			*line = p;
			*len = n;
		}
		found = found || hit;
		p += n;
	}
}

static int explain(const char *log, int status, const char *name,
		   struct ek_err *err)
{
	const char *line;
	size_t len;

	errno = ek_proc_full(log);
	if (errno != 0)
		return ek_fail_sys(err, "cannot write '%s'", name);
	blame(log, &line, &len);
	return ek_fail(err, EK_ESYS, "cannot make '%s': xorriso failed with "
		       "status %d: %.*s", name, status,
		       (int)(len > 500 ? 500 : len), line);
}

int ek_isobuild_run(const struct ek_isobuild *b, int fd, const char *name,
		    ek_isobuild_progress *progress, void *ctx,
		    struct ek_err *err)
{
	struct watch watch = { progress, ctx, estimate(b) };
	struct ek_proc_opts opts = { .keep_fd = fd, .install_hint = "xorriso",
		.line = progress != NULL ? on_line : NULL, .ctx = &watch };
	struct words w = { .err = err };
	struct ek_buf log = EK_BUF_INIT;
	const char **argv;
	int rc, status = 0;

	settings(&w);
	compliance(b, &w);
	images(b, fd, &w);
	changes(b, &w);
	word(&w, "-commit");
	argv = argv_of(&w);
	rc = w.rc;
	if (rc == EK_OK)
		rc = ek_proc_run(argv, &opts, &log, &status, err);
	if (rc == EK_OK && status != 0)
		rc = explain(ek_buf_str(&log), status, name, err);
	ek_buf_free(&log);
	free(argv);
	ek_strs_free(&w.list);
	return rc;
}
