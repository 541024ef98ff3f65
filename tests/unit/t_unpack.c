/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_unpack.c - unit tests of unpack.h: the plan against a slow and simple one,
 *              over many small archives. What extraction itself does is tested
 *              by tests/cli/vmtar-unpack.sh.
 */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/archive.h"
#include "ek/entry.h"
#include "ek/err.h"
#include "ek/gnutar.h"
#include "ek/io.h"
#include "ek/unpack.h"

enum { MEMBERS = 4, NAME = 8 };

struct member {
	enum ek_ftype type;
	char name[NAME], link[NAME];
};

/* The same numbers in every run. */
static unsigned next_random(unsigned *state)
{
	*state = *state * 1103515245u + 12345u;
	return *state >> 16 & 0x7fff;
}

/* One to three components out of few, '-' and '0' sorting around '/'. */
static void make_name(char name[NAME], unsigned *state)
{
	static const char *const parts[] = { "a", "b", "a-", "a0" };
	unsigned n = 1 + next_random(state) % 2;
	size_t len = 0;

	for (unsigned i = 0; i < n; i++)
		len += (size_t)snprintf(name + len, NAME - len, "%s%s",
					i != 0 ? "/" : "",
					parts[next_random(state) % 4]);
}

static void make_members(struct member *v, unsigned *state)
{
	static const enum ek_ftype types[] = {
		EK_FT_FILE, EK_FT_DIR, EK_FT_DIR, EK_FT_SYMLINK,
		EK_FT_HARDLINK,
	};

	for (int i = 0; i < MEMBERS; i++) {
		v[i].type = types[next_random(state) % 5];
		make_name(v[i].name, state);
		make_name(v[i].link, state);
	}
}

static bool is_below(const char *name, const char *top)
{
	size_t len = strlen(top);

	return strncmp(name, top, len) == 0 && name[len] == '/';
}

/* As the header says it, every pair in turn. */
static bool is_good(const struct member *v)
{
	for (int i = 0; i < MEMBERS; i++) {
		bool found = v[i].type != EK_FT_HARDLINK;

		for (int k = 0; k < MEMBERS; k++) {
			if (k != i && strcmp(v[i].name, v[k].name) == 0)
				return false;
			if (v[k].type != EK_FT_DIR &&
			    is_below(v[i].name, v[k].name))
				return false;
			if (k < i && strcmp(v[i].link, v[k].name) == 0 &&
			    (v[k].type == EK_FT_FILE ||
			     v[k].type == EK_FT_HARDLINK))
				found = true;
		}
		if (!found)
			return false;
	}
	return true;
}

static int plan(struct member *v, struct ek_err *err)
{
	struct ek_archive *a;
	struct ek_unpack *u;
	struct ek_out *out;
	struct ek_in *in;
	char *tar = NULL;
	size_t len;
	int rc;

	assert_int_equal(ek_out_open_mem(&out, &tar, &len, NULL), EK_OK);
	for (int i = 0; i < MEMBERS; i++) {
		struct ek_entry e = { .name = v[i].name, .type = v[i].type };

		if (e.type == EK_FT_SYMLINK || e.type == EK_FT_HARDLINK)
			e.link = v[i].link;
		assert_int_equal(ek_gnutar_file(out, &e, "", NULL), EK_OK);
	}
	ek_gnutar_end(out, 0);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	assert_int_equal(ek_in_open_mem(&in, "t", tar, len, NULL), EK_OK);
	assert_int_equal(ek_archive_open(&a, in, NULL), EK_OK);
	rc = ek_unpack_plan(&u, a, err);
	assert_true((rc == EK_OK) == (u != NULL));
	ek_unpack_free(&u);
	assert_null(u);
	ek_archive_close(&a);
	ek_in_close(&in);
	free(tar);
	return rc;
}

static void test_plan(void **state)
{
	unsigned random = 1, good = 0;
	struct member v[MEMBERS];

	(void)state;
	for (int i = 0; i < 5000; i++) {
		struct ek_err err = EK_ERR_INIT;
		bool want;

		make_members(v, &random);
		want = is_good(v);
		good += want;
		if (plan(v, &err) != (want ? EK_OK : EK_EREFUSE))
			fail_msg("%d: %s (%s %s %s %s)", i, err.msg, v[0].name,
				 v[1].name, v[2].name, v[3].name);
	}
	/* neither side was left out */
	assert_in_range(good, 200, 4800);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plan),
	};

	return cmocka_run_group_tests_name("unpack", tests, NULL, NULL);
}
