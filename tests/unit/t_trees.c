/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_trees.c - random trees there and back: vmtar, gzip, tar
 *
 *	TREES=1000 SEED=7 build/unit/t_trees	1,000 trees of that seed
 *	FIRST=123 TREES=1 SEED=7 ...		only number 123 of them
 *
 * A tree depends on SEED and its number alone. Each is packed, wrapped, unpacked
 * and packed again, and taken through a tar: the bytes must be the same.
 */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ek/archive.h"
#include "ek/dir.h"
#include "ek/err.h"
#include "ek/inflate.h"
#include "ek/io.h"
#include "ek/layers.h"
#include "ek/tree.h"
#include "ek/unpack.h"
#include "ek/vmtar.h"

enum { DIRS_MAX = 24, FILE_MAX = 400000 };

struct bytes {
	char *p;
	size_t len;
};

struct world {
	uint64_t x;            /* random state */
	unsigned number;       /* of the tree */
	int n_dirs, n_names;
	char dirs[DIRS_MAX][1200], file[1400]; /* made; file: the last one */
	enum ek_vmtar_gen gen;
	struct ek_err err;
};

/* splitmix64 */
static uint64_t next(struct world *w)
{
	uint64_t z = (w->x += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static unsigned below(struct world *w, unsigned n)
{
	return (unsigned)(next(w) % n);
}

/* ---- a tree ---------------------------------------------------------------- */

/* "dir/name", the name never the same twice. Long ones need more than the 100
 * bytes of a record, and very long ones more than its prefix has. */
static void make_name(struct world *w, char *to, size_t room)
{
	static const char *const parts[] = {
		"a", "lib", ".", "-x", " ", "\303\244", "README", "so.1", "\377",
		"etc", "%s", "\\", "'", "\"", "~", "vmkernel", "_",
	};
	const char *dir = w->dirs[below(w, (unsigned)w->n_dirs)];
	unsigned kind = below(w, 20), want = 1 + below(w, 12);
	size_t n = (size_t)snprintf(to, room, "%s/", dir), begin = n;

	if (kind == 0)
		want = 80 + below(w, 40);
	else if (kind == 1)
		want = 200 + below(w, 30);
	while (n - begin < want)
		n += (size_t)snprintf(to + n, room - n, "%s",
				      parts[below(w, sizeof(parts) /
						     sizeof(parts[0]))]);
	snprintf(to + n, room - n, "%d", w->n_names++);
}

/* Files that ESXi has are ELF or text; others are here as well. */
static size_t make_data(struct world *w, unsigned char *p)
{
	static const unsigned edges[] = { 0, 1, 511, 512, 513, 4095, 4096, 4097,
					  65536, 131072, 262144 };
	unsigned kind = below(w, 4), size = below(w, 3000);

	if (below(w, 3) == 0)
		size = edges[below(w, sizeof(edges) / sizeof(edges[0]))];
	else if (below(w, 40) == 0)
		size = below(w, FILE_MAX);
	for (unsigned i = 0; i < size; i++)
		p[i] = kind == 0 ? 0
		     : kind == 1 ? (unsigned char)next(w)
				 : (unsigned char)('a' + (i / 7 + i % 5) % 26);
	if (kind == 3 && size >= 64)
		memcpy(p, "\177ELF\2\1\1", 7);
	return size;
}

static void set_times(struct world *w, const char *name)
{
	struct timespec t[2] = { { .tv_sec = below(w, 0x7fffffff) } };

	t[1] = t[0];
	assert_int_equal(utimensat(AT_FDCWD, name, t, AT_SYMLINK_NOFOLLOW), 0);
}

static void make_file(struct world *w, const char *name)
{
	static unsigned char data[FILE_MAX];
	size_t n = make_data(w, data);
	int fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, n), n);
	/* readable to us, whoever we are */
	assert_int_equal(fchmod(fd, (mode_t)(0400 | below(w, 010000))), 0);
	close(fd);
	snprintf(w->file, sizeof(w->file), "%s", name);
	set_times(w, name);
}

static void make_one(struct world *w)
{
	char name[1400], target[1400];
	unsigned kind = below(w, 10);

	make_name(w, name, sizeof(name));
	if (kind < 2 && w->n_dirs < DIRS_MAX && strlen(name) < 900) {
		assert_int_equal(mkdir(name, 0700), 0);
		snprintf(w->dirs[w->n_dirs++], sizeof(w->dirs[0]), "%s", name);
	} else if (kind == 2) {
		/* to what may be there or not, in the tree or not */
		make_name(w, target, sizeof(target));
		assert_int_equal(symlink(target + below(w, 2), name), 0);
		set_times(w, name);
	} else if (kind == 3 && w->file[0] != '\0') {
		assert_int_equal(link(w->file, name), 0);
	} else {
		make_file(w, name);
	}
}

static void make_tree(struct world *w)
{
	unsigned n = below(w, 24);

	w->n_dirs = 1;
	snprintf(w->dirs[0], sizeof(w->dirs[0]), "a");
	assert_int_equal(mkdir("a", 0700), 0);
	while (n-- > 0)
		make_one(w);
	/* directories last: what is made in them changes their times */
	for (int i = w->n_dirs - 1; i > 0; i--) {
		assert_int_equal(chmod(w->dirs[i], (mode_t)
				       (0700 | below(w, 010000))), 0);
		set_times(w, w->dirs[i]);
	}
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static void remove_tree(const char *dir)
{
	assert_int_equal(nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

/* ---- there and back -------------------------------------------------------- */

static void good(const struct world *w, int rc, const char *what)
{
	if (rc != EK_OK)
		fail_msg("tree %u: %s: %s", w->number, what, w->err.msg);
}

static void same(const struct world *w, const struct bytes *a,
		 const struct bytes *b, const char *what)
{
	if (a->len != b->len || memcmp(a->p, b->p, a->len) != 0)
		fail_msg("tree %u: %s: other bytes (%zu and %zu)", w->number,
			 what, a->len, b->len);
}

static struct bytes pack(struct world *w, const char *dir, bool tar)
{
	struct ek_tree_opts o = { .uid = 0 };
	struct ek_tree *t;
	struct ek_out *out;
	struct bytes b;

	good(w, ek_tree_open(&t, dir, &o, &w->err), "open");
	good(w, ek_out_open_mem(&out, &b.p, &b.len, &w->err), "memory");
	good(w, tar ? ek_tree_to_tar(t, out, &w->err)
		    : ek_tree_to_vmtar(t, w->gen, out, NULL, NULL, &w->err),
	     "pack");
	good(w, ek_out_commit(&out, &w->err), "commit");
	ek_tree_free(&t);
	return b;
}

static struct bytes wrap(struct world *w, const struct bytes *b, bool zstd,
			 int level, unsigned jobs)
{
	struct ek_out *mem, *out;
	struct bytes to;

	good(w, ek_out_open_mem(&mem, &to.p, &to.len, &w->err), "memory");
	good(w, ek_layers_out(&out, mem, zstd, level, jobs, &w->err), "layers");
	ek_out_write(out, b->p, b->len);
	good(w, ek_out_commit(&out, &w->err), "wrap");
	good(w, ek_out_commit(&mem, &w->err), "commit");
	return to;
}

static void unpack(struct world *w, const struct bytes *b, const char *dir)
{
	struct ek_archive *a;
	struct ek_unpack *u;
	struct ek_dir *d;
	struct ek_in *in;

	good(w, ek_in_open_mem(&in, "memory", b->p, b->len, &w->err), "in");
	good(w, ek_archive_open(&a, in, &w->err), "archive");
	good(w, ek_unpack_plan(&u, a, &w->err), "plan");
	/* 0700: elsewhere setuid would not be kept */
	assert_int_equal(mkdir(dir, 0700), 0);
	good(w, ek_dir_open(&d, dir, false, &w->err), "dir");
	good(w, ek_unpack_run(u, d, NULL, &w->err), "unpack");
	ek_dir_close(&d);
	ek_unpack_free(&u);
	ek_archive_close(&a);
	ek_in_close(&in);
}

static struct bytes to_tar(struct world *w, const struct bytes *b)
{
	struct ek_archive *a;
	struct ek_out *out;
	struct ek_in *in;
	struct bytes to;

	good(w, ek_in_open_mem(&in, "memory", b->p, b->len, &w->err), "in");
	good(w, ek_archive_open(&a, in, &w->err), "archive");
	good(w, ek_out_open_mem(&out, &to.p, &to.len, &w->err), "memory");
	good(w, ek_archive_to_tar(a, out, &w->err), "to tar");
	good(w, ek_out_commit(&out, &w->err), "commit");
	ek_archive_close(&a);
	ek_in_close(&in);
	return to;
}

static struct bytes from_tar(struct world *w, const struct bytes *b)
{
	struct ek_out *out;
	struct ek_in *in;
	struct bytes to;

	good(w, ek_in_open_mem(&in, "memory", b->p, b->len, &w->err), "in");
	good(w, ek_out_open_mem(&out, &to.p, &to.len, &w->err), "memory");
	good(w, ek_vmtar_from_tar(in, w->gen, out, NULL, NULL, &w->err),
	     "from tar");
	good(w, ek_out_commit(&out, &w->err), "commit");
	ek_in_close(&in);
	return to;
}

/* What several threads make is the same for any number of them. */
static struct bytes wrap_some_way(struct world *w, const struct bytes *b)
{
	unsigned level = below(w, 10), jobs = 1 + below(w, 3);
	bool zstd = below(w, 8) == 0;
	struct bytes one = wrap(w, b, zstd, (int)level, jobs), two;

	if (jobs > 1) {
		two = wrap(w, b, zstd, (int)level, jobs + 1);
		same(w, &one, &two, "packed by more threads");
		free(two.p);
	}
	return one;
}

static void unpacks_to_the_same(struct world *w, const struct bytes *packed,
				const struct bytes *want, const char *what)
{
	struct bytes again;

	unpack(w, packed, "b");
	again = pack(w, "b", false);
	same(w, want, &again, what);
	free(again.p);
	remove_tree("b");
}

static void there_and_back(struct world *w)
{
	struct bytes v = pack(w, "a", false), z = wrap_some_way(w, &v);
	struct bytes tar = to_tar(w, &z), v2 = from_tar(w, &tar), t = { 0 };

	unpacks_to_the_same(w, &z, &v, "unpacked and packed again");
	same(w, &v, &v2, "to a tar and back");
	if (w->number % 4 == 0) {
		unpacks_to_the_same(w, &tar, &v, "the tar unpacked");
		t = pack(w, "a", true);
		unpacks_to_the_same(w, &t, &v, "packed as a tar");
	}
	free(v.p);
	free(z.p);
	free(tar.p);
	free(v2.p);
	free(t.p);
}

static unsigned setting(const char *name, unsigned otherwise)
{
	const char *text = getenv(name);

	return text != NULL ? (unsigned)strtoul(text, NULL, 10) : otherwise;
}

static void test_trees(void **state)
{
	unsigned seed = setting("SEED", 6), n = setting("TREES", 40);
	unsigned first = setting("FIRST", 0);
	struct world *w = calloc(1, sizeof(*w));
	char top[] = "/tmp/t_trees.XXXXXX";

	(void)state;
	assert_non_null(w);
	assert_non_null(mkdtemp(top));
	assert_int_equal(chdir(top), 0);
	print_message("SEED=%u FIRST=%u TREES=%u\n", seed, first, n);
	for (unsigned i = first; i < first + n; i++) {
		*w = (struct world){ .x = (uint64_t)seed << 32 | i, .number = i };
		w->gen = (enum ek_vmtar_gen)below(w, 3);
		make_tree(w);
		there_and_back(w);
		remove_tree("a");
	}
	free(w);
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(rmdir(top), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trees),
	};

	umask(022);
	return cmocka_run_group_tests_name("trees", tests, NULL, NULL);
}
