/* SPDX-License-Identifier: BSD-2-Clause */
/* t_io.c - unit tests of io.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ek/err.h"
#include "ek/io.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Every test has an empty directory of its own, and is in it. */
static char top[] = "/tmp/t_io.XXXXXX";
static int home = -1;

static int count_names(void)
{
	DIR *d = opendir(".");
	int n = -2; /* "." and ".." */

	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

static int enter(void **state)
{
	static char dir[sizeof(top)];

	memcpy(dir, top, sizeof(top));
	*state = dir;
	return mkdtemp(dir) != NULL ? chdir(dir) : -1;
}

static int leave(void **state)
{
	char *cmd;

	if (fchdir(home) != 0 || asprintf(&cmd, "rm -rf '%s'",
					  (char *)*state) < 0)
		return -1;
	if (system(cmd) != 0)
		return -1;
	free(cmd);
	return 0;
}

/* Byte i of everything that is made here. */
static unsigned char at(uint64_t i)
{
	return (unsigned char)(i * 31 + (i >> 8) * 7 + (i >> 16));
}

static unsigned char *pattern(size_t n)
{
	unsigned char *p = malloc(n + 1);

	assert_non_null(p);
	for (size_t i = 0; i < n; i++)
		p[i] = at(i);
	return p;
}

static void put_file(const char *path, const void *data, size_t n)
{
	FILE *fp = fopen(path, "w");

	assert_non_null(fp);
	assert_int_equal(fwrite(data, 1, n, fp), n);
	assert_int_equal(fclose(fp), 0);
}

static void put_text(const char *path, const char *text)
{
	put_file(path, text, strlen(text));
}

static void assert_holds(const char *path, const char *want)
{
	char *data;
	size_t len;

	assert_int_equal(ek_read_all(path, 1 << 20, &data, &len, NULL), EK_OK);
	assert_string_equal(data, want);
	assert_int_equal(len, strlen(want));
	free(data);
}

static struct ek_out *open_out(const char *path)
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_out *out;

	if (ek_out_open(&out, path, &err) != EK_OK)
		fail_msg("%s", err.msg);
	return out;
}

static void test_out_appears_whole(void **state)
{
	struct ek_out *out = open_out("new");
	struct stat st;

	(void)state;
	ek_out_write(out, "hello", 5);
	assert_int_equal(ek_out_pos(out), 5);
	assert_int_equal(access("new", F_OK), -1);
	assert_int_equal(count_names(), 0);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	assert_null(out);
	assert_holds("new", "hello");
	assert_int_equal(count_names(), 1);
	assert_int_equal(stat("new", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
}

static void test_out_keeps_old_until_commit(void **state)
{
	struct ek_out *out;
	struct stat st;

	(void)state;
	put_text("f", "old");
	assert_int_equal(chmod("f", 0640), 0);
	out = open_out("f");
	ek_out_write(out, "new and longer", 14);
	assert_holds("f", "old");
	ek_out_abort(&out);
	assert_null(out);
	assert_holds("f", "old");
	assert_int_equal(count_names(), 1);

	out = open_out("./f");
	ek_out_write(out, "new", 3);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	assert_holds("f", "new");
	assert_int_equal(stat("f", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(count_names(), 1);
}

static void test_in_out_big(void **state)
{
	enum { N = 1000003 };
	unsigned char *want = pattern(N), *got = malloc(N);
	struct ek_out *out = open_out("big");
	struct ek_in *in;
	size_t n, i = 0;

	(void)state;
	for (size_t step = 1; i < N; step = step % 70001 + 977) {
		n = step < N - i ? step : N - i;
		ek_out_write(out, want + i, n);
		i += n;
	}
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);

	assert_int_equal(ek_in_open(&in, "big", NULL), EK_OK);
	for (i = 0; i < N; i += n)
		assert_int_equal(ek_in_read(in, got + i, i % 99991 + 1 < N - i ?
					    i % 99991 + 1 : N - i, &n, NULL),
				 EK_OK);
	assert_memory_equal(got, want, N);
	assert_int_equal(ek_in_pos(in), N);
	assert_int_equal(ek_in_read(in, got, 1, &n, NULL), EK_OK);
	assert_int_equal(n, 0);
	ek_in_close(&in);
	free(got);
	free(want);
}

static void test_peek_part_rewind(void **state)
{
	unsigned char *data = pattern(200000);
	const unsigned char *p;
	struct ek_err err;
	struct ek_in *in, *part;
	size_t got;

	(void)state;
	put_file("f", data, 200000);
	assert_int_equal(ek_in_open(&in, "f", NULL), EK_OK);
	assert_int_equal(ek_in_skip(in, 100, "x", NULL), EK_OK);
	assert_int_equal(ek_in_open_part(&part, in, 150000, NULL), EK_OK);
	assert_int_equal(ek_in_peek(part, EK_IN_PEEK_MAX, &p, &got, NULL),
			 EK_OK);
	assert_int_equal(got, EK_IN_PEEK_MAX);
	assert_memory_equal(p, data + 100, got);
	assert_int_equal(ek_in_pos(part), 0);
	ek_in_close(&part);
	assert_int_equal(ek_in_pos(in), 150100);
	assert_int_equal(ek_in_peek(in, 3, &p, &got, NULL), EK_OK);
	assert_memory_equal(p, data + 150100, 3);
	assert_true(ek_in_can_rewind(in));
	assert_int_equal(ek_in_rewind(in, NULL), EK_OK);
	assert_int_equal(ek_in_skip(in, 199999, "x", NULL), EK_OK);
	assert_int_equal(ek_in_skip(in, 2, "member 'y'", &err), EK_EFORMAT);
	assert_string_equal(err.msg,
			    "'f' ends at offset 200000 inside member 'y'");
	ek_in_close(&in);
	free(data);
}

static void test_file_and_spool(void **state)
{
	struct ek_spool *s;
	struct ek_file *f;
	struct ek_out *out;
	struct ek_err err;
	struct ek_in *in;
	char buf[8];
	size_t got;

	(void)state;
	put_text("f", "0123456789");
	assert_int_equal(ek_file_open(&f, "f", NULL), EK_OK);
	assert_int_equal(ek_file_size(f), 10);
	assert_int_equal(ek_file_read(f, 8, buf, 2, "end", NULL), EK_OK);
	assert_memory_equal(buf, "89", 2);
	assert_int_equal(ek_file_read(f, 9, buf, 2, "end", &err), EK_EFORMAT);
	assert_int_equal(ek_file_read(f, UINT64_MAX, buf, 2, "end", NULL),
			 EK_EFORMAT);
	assert_int_equal(ek_file_in(f, 2, 3, "part", &in, NULL), EK_OK);
	assert_int_equal(ek_in_read(in, buf, 8, &got, NULL), EK_OK);
	assert_int_equal(got, 3);
	assert_memory_equal(buf, "234", 3);
	ek_in_close(&in);
	ek_file_close(&f);

	assert_int_equal(ek_spool_new(&s, NULL), EK_OK);
	assert_int_equal(ek_spool_out(s, &out, NULL), EK_OK);
	ek_out_write(out, "spooled", 7);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	assert_int_equal(ek_spool_size(s), 7);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(ek_spool_in(s, "s", &in, NULL), EK_OK);
		assert_int_equal(ek_in_read(in, buf, 8, &got, NULL), EK_OK);
		assert_int_equal(got, 7);
		assert_memory_equal(buf, "spooled", 7);
		ek_in_close(&in);
	}
	ek_spool_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, enter, leave)
		T(test_out_appears_whole),
		T(test_out_keeps_old_until_commit),
		T(test_in_out_big),
		T(test_peek_part_rewind),
		T(test_file_and_spool),
	};

	umask(022);
	home = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return cmocka_run_group_tests_name("io", tests, NULL, NULL);
}
