/* SPDX-License-Identifier: BSD-2-Clause */
/* t_dbproof.c - unit tests of dbproof.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/dbproof.h"
#include "ek/err.h"
#include "ek/imgdb.h"
#include "ek/io.h"
#include "ek/profile.h"

#define VIB(name, payload) \
	"<vib><name>" name "</name><version>1-1</version><vendor>A</vendor>" \
	"<payloads><payload name=\"" payload "\" type=\"vgz\"/></payloads>" \
	"</vib>"

struct row {
	const char *text, *id, *payload, *name;
};

/* Their names: net_acme.v00, net_acme.v01, x_y.v00 (imgdb.5, "Local names"). */
static struct row good[] = {
	{ VIB("a", "net-acme"), "A_bootbank_a_1-1", "net-acme",
	  "net_acme.v00" },
	{ VIB("b", "net-acme"), "A_bootbank_b_1-1", "net-acme",
	  "net_acme.v01" },
	{ VIB("c", "x-y"), "A_bootbank_c_1-1", "x-y", "x_y.v00" },
};
enum { ROWS = sizeof(good) / sizeof(good[0]) };

/* The same, read: with names of files. db is freed. */
static struct ek_imgdb *again(struct ek_imgdb *db)
{
	struct ek_out *out;
	struct ek_in *in;
	size_t len;
	char *tar;

	assert_int_equal(ek_out_open_mem(&out, &tar, &len, NULL), EK_OK);
	assert_int_equal(ek_imgdb_write_tar(db, out, 1, true, NULL), EK_OK);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	ek_imgdb_free(&db);
	assert_int_equal(ek_in_open_mem(&in, "db", tar, len, NULL), EK_OK);
	assert_int_equal(ek_imgdb_read_tar(&db, in, NULL), EK_OK);
	ek_in_close(&in);
	free(tar);
	return db;
}

static struct ek_imgdb *make(const struct row *rows)
{
	struct ek_imgdb *db;
	struct ek_profile *p;

	assert_int_equal(ek_imgdb_new(&db, NULL), EK_OK);
	assert_int_equal(ek_profile_new(&p, "P", "C", EK_PARTNER, NULL), EK_OK);
	assert_int_equal(ek_imgdb_set_profile(db, p, NULL), EK_OK);
	for (size_t i = 0; i < ROWS; i++) {
		struct ek_dbadd a = { .label = "l", .text = rows[i].text,
				      .len = strlen(rows[i].text) };
		struct ek_profile_payload pl = {
			(char *)(uintptr_t)rows[i].payload,
			(char *)(uintptr_t)rows[i].name,
		};

		assert_int_equal(ek_imgdb_add(db, &a, NULL), EK_OK);
		assert_int_equal(ek_profile_add_vib(p, rows[i].id, &pl, 1,
						    NULL), EK_OK);
	}
	return again(db);
}

static void assert_text(const struct row *rows, bool is_good, const char *want)
{
	struct ek_imgdb *db = make(rows);
	struct ek_buf b = EK_BUF_INIT;
	struct ek_dbproof p;

	assert_int_equal(ek_dbproof_run(&p, db, NULL), EK_OK);
	assert_int_equal(ek_dbproof_good(&p), is_good);
	ek_dbproof_text(&p, &b);
	assert_string_equal(ek_buf_str(&b), want);
	ek_buf_free(&b);
	ek_dbproof_clear(&p);
	ek_imgdb_free(&db);
}

#define FILES "VIB files      3: 3 with the 32-bit hash, 0 with the 64-bit" \
	" hash, 0 with another number\nprofile file   32-bit hash\n"

static void test_good(void **state)
{
	(void)state;
	assert_text(good, true, FILES "payload names  3: 3 as computed\n");
}

/* Two that stand in each other's place, and one of another rule. */
static void test_differs(void **state)
{
	struct row rows[ROWS];

	(void)state;
	memcpy(rows, good, sizeof(rows));
	rows[0].name = "net_acme.v01";
	rows[1].name = "net_acme.v00";
	rows[2].name = "x-y.v00";
	assert_text(rows, false, FILES "payload names  3: 0 as computed\n"
		    "'net_acme.v01', computed 'net_acme.v00': payload"
		    " 'net-acme' of 'A_bootbank_a_1-1'\n"
		    "'net_acme.v00', computed 'net_acme.v01': payload"
		    " 'net-acme' of 'A_bootbank_b_1-1'\n"
		    "'x-y.v00', computed 'x_y.v00': payload 'x-y' of"
		    " 'A_bootbank_c_1-1'\n");
}

/* What the profile names and its VIB does not have is not counted. */
static void test_stray(void **state)
{
	struct row rows[ROWS];

	(void)state;
	memcpy(rows, good, sizeof(rows));
	rows[0].payload = "nobody's";
	rows[1].name = "net_acme.v00";
	assert_text(rows, true, FILES "payload names  2: 2 as computed\n");
}

/* Names that cannot be are told, and that is not good. */
static void test_why(void **state)
{
	struct row rows[ROWS];
	struct ek_dbproof p;
	struct ek_buf b = EK_BUF_INIT;
	struct ek_err err = EK_ERR_INIT;
	struct ek_imgdb *db;

	(void)state;
	memcpy(rows, good, sizeof(rows));
	rows[2].text = VIB("c", "a/b");
	rows[2].payload = "a/b";
	db = make(rows);
	assert_int_equal(ek_dbproof_run(&p, db, NULL), EK_OK);
	assert_false(ek_dbproof_good(&p));
	assert_non_null(strstr(p.why, "a/b"));
	ek_dbproof_clear(&p);
	assert_int_equal(ek_dbproof_report(db, false, &b, &err), EK_EREFUSE);
	assert_non_null(strstr(ek_buf_str(&b), "cannot be computed: "));
	ek_buf_reset(&b);
	assert_int_equal(ek_dbproof_report(db, true, &b, &err), EK_EREFUSE);
	assert_non_null(strstr(ek_buf_str(&b), "\"differ\": []"));
	ek_buf_free(&b);
	ek_imgdb_free(&db);
}

static void test_no_profile(void **state)
{
	struct ek_imgdb *db;
	struct ek_dbproof p;

	(void)state;
	assert_int_equal(ek_imgdb_new(&db, NULL), EK_OK);
	assert_int_equal(ek_dbproof_run(&p, db, NULL), EK_EREFUSE);
	ek_dbproof_clear(&p);
	ek_imgdb_free(&db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good), cmocka_unit_test(test_differs),
		cmocka_unit_test(test_stray), cmocka_unit_test(test_why),
		cmocka_unit_test(test_no_profile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
