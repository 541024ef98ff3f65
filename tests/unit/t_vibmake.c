/* SPDX-License-Identifier: BSD-2-Clause */
/* t_vibmake.c - unit tests of vibmake.h and source.h: files that change while
 *               they are read, and what is read twice */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <unistd.h>

#include "ek/err.h"
#include "ek/io.h"
#include "ek/source.h"
#include "ek/vib.h"
#include "ek/vibmake.h"

struct place {
	char dir[64], file[96];
};

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static int set_up(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	snprintf(p->dir, sizeof(p->dir), "/tmp/t_vibmake.XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->file, sizeof(p->file), "%s/f", p->dir);
	put(p->file, "12345678");
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	struct place *p = *state;

	unlink(p->file);
	rmdir(p->dir);
	free(p);
	return 0;
}

/* A VIB of the one file, as far as it is measured. */
static void open_one(struct ek_vibmake **m, struct ek_vibopts *o,
		     const struct place *p, char *spec, size_t room)
{
	struct ek_err err = EK_ERR_INIT;

	snprintf(spec, room, "r:text=%s", p->file);
	ek_vibopts_init(o);
	assert_int_equal(ek_vibopts_set(o, EK_VO_NAME, "n", NULL), EK_OK);
	assert_int_equal(ek_vibopts_set(o, EK_VO_MTIME, "0", NULL), EK_OK);
	assert_int_equal(ek_vibopts_set(o, EK_VO_PAYLOAD, spec, NULL), EK_OK);
	assert_int_equal(ek_vibopts_ready(o, NULL), EK_OK);
	if (ek_vibmake_open(m, o, NULL, NULL, &err) != EK_OK)
		fail_msg("%s", err.msg);
}

static int write_one(struct ek_vibmake *m, char **vib, size_t *len,
		     struct ek_err *err)
{
	struct ek_out *out;
	int rc;

	*vib = NULL;
	assert_int_equal(ek_out_open_mem(&out, vib, len, NULL), EK_OK);
	rc = ek_vibmake_write(m, out, err);
	if (rc == EK_OK)
		assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	ek_out_abort(&out);
	return rc;
}

static void test_same(void **state)
{
	struct ek_vibmake *m;
	struct ek_vibopts o;
	struct ek_vib *v;
	struct ek_in *in;
	char spec[128], *vib;
	size_t len;

	open_one(&m, &o, *state, spec, sizeof(spec));
	assert_int_equal(write_one(m, &vib, &len, NULL), EK_OK);
	assert_int_equal(ek_in_open_mem(&in, "v", vib, len, NULL), EK_OK);
	assert_int_equal(ek_vib_open(&v, in, NULL), EK_OK);
	assert_int_equal(ek_vib_verify(v, NULL), EK_OK);
	ek_vib_close(&v);
	ek_in_close(&in);
	free(vib);
	ek_vibmake_free(&m);
	ek_vibopts_clear(&o);
}

/* What the file becomes between the digest and the copy. */
static void test_changed(void **state)
{
	static const char *const texts[] = { "12345679", "1234567", "" };
	struct place *p = *state;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct ek_err err = EK_ERR_INIT;
		struct ek_vibmake *m;
		struct ek_vibopts o;
		char spec[128], *vib;
		size_t len;

		put(p->file, "12345678");
		open_one(&m, &o, p, spec, sizeof(spec));
		put(p->file, texts[i]);
		assert_true(write_one(m, &vib, &len, &err) < 0);
		assert_non_null(strstr(err.msg, p->file));
		ek_vibmake_free(&m);
		ek_vibopts_clear(&o);
	}
}

/* A longer file is what it was when it was measured; a new one of that name
 * does not matter. */
static void test_replaced(void **state)
{
	struct place *p = *state;
	struct ek_vibmake *m;
	struct ek_vibopts o;
	char spec[128], *vib;
	size_t len;

	open_one(&m, &o, p, spec, sizeof(spec));
	assert_int_equal(unlink(p->file), 0);
	put(p->file, "new");
	assert_int_equal(write_one(m, &vib, &len, NULL), EK_OK);
	assert_non_null(memmem(vib, len, "12345678", 8));
	free(vib);
	ek_vibmake_free(&m);
	ek_vibopts_clear(&o);
}

static void read_twice(struct ek_source *s, const char *want)
{
	char buf[16];
	size_t got;

	for (int i = 0; i < 2; i++) {
		struct ek_in *in;

		assert_int_equal(ek_source_in(s, &in, NULL), EK_OK);
		assert_int_equal(ek_in_read(in, buf, sizeof(buf), &got, NULL),
				 EK_OK);
		assert_int_equal(got, strlen(want));
		assert_memory_equal(buf, want, got);
		ek_in_close(&in);
	}
	assert_int_equal(ek_source_size(s), strlen(want));
}

static void test_source(void **state)
{
	struct place *p = *state;
	struct ek_source *s = NULL;
	struct ek_spool *spool;
	struct ek_err err = EK_ERR_INIT;
	struct ek_out *out;
	int64_t mtime = -1;

	assert_int_equal(ek_source_open(&s, p->file, NULL), EK_OK);
	read_twice(s, "12345678");
	assert_true(ek_source_mtime(s, &mtime));
	assert_true(mtime > 0);
	assert_string_equal(ek_source_name(s), p->file);
	ek_source_free(&s);
	assert_null(s);

	assert_int_equal(ek_spool_new(&spool, NULL), EK_OK);
	assert_int_equal(ek_spool_out(spool, &out, NULL), EK_OK);
	ek_out_write(out, "spooled", 7);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	assert_int_equal(ek_source_spool(&s, spool, "scratch", NULL), EK_OK);
	read_twice(s, "spooled");
	assert_false(ek_source_mtime(s, &mtime));
	ek_source_free(&s);

	/* a device is copied first */
	assert_int_equal(ek_source_open(&s, "/dev/null", NULL), EK_OK);
	read_twice(s, "");
	ek_source_free(&s);

	assert_int_equal(ek_source_open(&s, p->dir, &err), EK_ESYS);
	assert_null(s);
	assert_int_equal(ek_source_open(&s, "/nowhere/f", &err), EK_ESYS);
	assert_null(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_same, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_changed, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_replaced, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_source, set_up,
						tear_down),
	};

	return cmocka_run_group_tests_name("vibmake", tests, NULL, NULL);
}
