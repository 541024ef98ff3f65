/* SPDX-License-Identifier: BSD-2-Clause */
/* t_imgedit.c - unit tests of imgedit.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/err.h"
#include "ek/finding.h"
#include "ek/imgedit.h"
#include "ek/profile.h"
#include "ek/release.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

/* A VIB of vendor A: payload p, type vgz, released in the given year. */
#define VIB(name, version, year, relations) \
	"<vib><name>" name "</name><version>" version "</version>" \
	"<vendor>A</vendor><release-date>" year "-01-01T00:00:00" \
	"</release-date><relationships>" relations "</relationships>" \
	"<acceptance-level>certified</acceptance-level><payloads>" \
	"<payload name=\"net-" name "\" type=\"vgz\"/></payloads></vib>"

#define REPLACES(c) "<replaces><constraint " c "/></replaces>"

enum { MANY = 4 };

/* A database of these VIBs, all in the profile, payloads "0", "1", ... */
static struct ek_imgdb *make(const char *const *vibs, bool orig)
{
	const struct ek_date d = { .sec = 1000 };
	struct ek_imgdb *db;
	struct ek_profile *p;

	assert_int_equal(ek_imgdb_new(&db, NULL), EK_OK);
	assert_int_equal(ek_profile_new(&p, "P", "C", EK_PARTNER, NULL), EK_OK);
	assert_int_equal(ek_profile_set_serial(p, 10, NULL), EK_OK);
	assert_int_equal(ek_profile_set_modified(p, &d, NULL), EK_OK);
	assert_int_equal(ek_imgdb_set_profile(db, p, NULL), EK_OK);
	for (size_t i = 0; vibs[i] != NULL; i++) {
		struct ek_dbadd a = { .label = "l", .text = vibs[i],
				      .len = strlen(vibs[i]), .orig = orig };

		assert_int_equal(ek_imgdb_add(db, &a, NULL), EK_OK);
	}
	for (size_t i = 0; i < ek_imgdb_vibs(db); i++) {
		const struct ek_dbvib *v = ek_imgdb_vib(db, i);
		char name[] = "0";
		struct ek_profile_payload pl = { v->d.payloads[0].name, name };

		name[0] = (char)(name[0] + (char)i);
		assert_int_equal(ek_profile_add_vib(p, v->id, &pl, 1, NULL),
				 EK_OK);
	}
	return db;
}

static const char *const three[] = {
	VIB("a", "1-1", "2020", ""), VIB("b", "1-1", "2020", ""),
	VIB("c", "1-1", "2020", ""), NULL,
};

static void run(struct ek_imgdb *db, struct ek_imgedit_opts *o,
		struct ek_imgedit **e)
{
	struct ek_err err = EK_ERR_INIT;

	if (ek_imgedit_run(db, o, e, &err) != EK_OK)
		fail_msg("%s", err.msg);
}

/* "change name old new why" a line, then the table of names. */
static void assert_edit(const struct ek_imgedit *e, const char *want)
{
	struct ek_buf b = EK_BUF_INIT;

	for (size_t i = 0; i < e->n_changes; i++) {
		const struct ek_change *c = &e->changes[i];

		ek_buf_addf(&b, "%s %s %s %s %s\n", ek_change_name(c->kind),
			    c->name, c->old_version ? c->old_version : "-",
			    c->new_version ? c->new_version : "-",
			    c->why ? c->why : "-");
	}
	ek_nametab_write(&e->names, &b);
	assert_string_equal(ek_buf_str(&b), want);
	ek_buf_free(&b);
}

/* One added VIB, what becomes of a, b and c. */
static const struct {
	const char *text, *want;
	int64_t serial, modified;
} edits[] = {
	{ VIB("d", "1-1", "1970", ""),
	  "add d - 1-1 -\n"
	  "A_bootbank_a_1-1\tnet-a\t0\tkept\tmodule\n"
	  "A_bootbank_b_1-1\tnet-b\t1\tkept\tmodule\n"
	  "A_bootbank_c_1-1\tnet-c\t2\tkept\tmodule\n"
	  "A_bootbank_d_1-1\tnet-d\tnet_d.v00\tadded\tmodule\n", 11, 1000 },
	{ VIB("b", "2-1", "1971", ""),
	  "replace b 1-1 2-1 -\n"
	  "A_bootbank_a_1-1\tnet-a\t0\tkept\tmodule\n"
	  "A_bootbank_b_1-1\tnet-b\t1\tremoved\tmodule\n"
	  "A_bootbank_b_2-1\tnet-b\tnet_b.v00\tadded\tmodule\n"
	  "A_bootbank_c_1-1\tnet-c\t2\tkept\tmodule\n", 12, 31536000 },
	{ VIB("b", "1-0", "1970", ""),
	  "downgrade b 1-1 1-0 -\n"
	  "A_bootbank_a_1-1\tnet-a\t0\tkept\tmodule\n"
	  "A_bootbank_b_1-0\tnet-b\tnet_b.v00\tadded\tmodule\n"
	  "A_bootbank_b_1-1\tnet-b\t1\tremoved\tmodule\n"
	  "A_bootbank_c_1-1\tnet-c\t2\tkept\tmodule\n", 12, 1000 },
	{ VIB("b", "1-01", "1970", ""),
	  "replace b 1-1 1-01 -\n"
	  "A_bootbank_a_1-1\tnet-a\t0\tkept\tmodule\n"
	  "A_bootbank_b_1-01\tnet-b\tnet_b.v00\tadded\tmodule\n"
	  "A_bootbank_b_1-1\tnet-b\t1\tremoved\tmodule\n"
	  "A_bootbank_c_1-1\tnet-c\t2\tkept\tmodule\n", 12, 1000 },
	{ VIB("b", "1-1", "2020", ""),
	  "already b 1-1 1-1 -\n"
	  "A_bootbank_a_1-1\tnet-a\t0\tkept\tmodule\n"
	  "A_bootbank_b_1-1\tnet-b\t1\tkept\tmodule\n"
	  "A_bootbank_c_1-1\tnet-c\t2\tkept\tmodule\n", 10, 1000 },
	{ VIB("b", "1-1", "2021", ""),
	  "replace b 1-1 1-1 the same version with other contents\n"
	  "A_bootbank_a_1-1\tnet-a\t0\tkept\tmodule\n"
	  "A_bootbank_b_1-1\tnet-b\t1\tremoved\tmodule\n"
	  "A_bootbank_b_1-1\tnet-b\tnet_b.v00\tadded\tmodule\n"
	  "A_bootbank_c_1-1\tnet-c\t2\tkept\tmodule\n", 12, 1609459200 },
	{ VIB("b", "2-1", "1970", REPLACES("name=\"a\"")),
	  "replace b 1-1 2-1 -\nremove a 1-1 - replaced by 'b'\n"
	  "A_bootbank_a_1-1\tnet-a\t0\tremoved\tmodule\n"
	  "A_bootbank_b_1-1\tnet-b\t1\tremoved\tmodule\n"
	  "A_bootbank_b_2-1\tnet-b\tnet_b.v00\tadded\tmodule\n"
	  "A_bootbank_c_1-1\tnet-c\t2\tkept\tmodule\n", 13, 1000 },
};

static void test_edits(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(edits); i++) {
		struct ek_dbadd a = { .label = "x.vib", .text = edits[i].text,
				      .len = strlen(edits[i].text) };
		struct ek_imgedit_opts o = { .adds = &a, .n_adds = 1 };
		struct ek_imgdb *db = make(three, false);
		struct ek_profile *p;
		struct ek_imgedit *e;

		run(db, &o, &e);
		assert_edit(e, edits[i].want);
		assert_int_equal(ek_imgdb_profile(db, &p, NULL), EK_OK);
		assert_int_equal(p->serial, edits[i].serial);
		assert_int_equal(e->new_serial, edits[i].serial);
		assert_int_equal(p->modified.sec, edits[i].modified);
		assert_int_equal(ek_imgdb_vibs(db), p->n_vibs);
		ek_imgedit_free(&e);
		ek_imgdb_free(&db);
	}
}

static void remove_one(struct ek_imgedit_opts *o, const char *name)
{
	assert_int_equal(ek_imgedit_set(o, EK_IMG_REMOVE, name, NULL), EK_OK);
}

/* A removal of what is added as well is the replacement that it is. */
static void test_remove(void **state)
{
	struct ek_dbadd a = { .label = "x", .text = edits[1].text,
			      .len = strlen(edits[1].text) };
	struct ek_imgedit_opts o = { .adds = &a, .n_adds = 1 };
	struct ek_imgdb *db = make(three, false);
	struct ek_err err = EK_ERR_INIT;
	struct ek_imgedit *e;

	(void)state;
	remove_one(&o, "b");
	remove_one(&o, "A_bootbank_c_1-1");
	run(db, &o, &e);
	assert_edit(e, "replace b 1-1 2-1 -\nremove c 1-1 - -\n"
		    "A_bootbank_a_1-1\tnet-a\t0\tkept\tmodule\n"
		    "A_bootbank_b_1-1\tnet-b\t1\tremoved\tmodule\n"
		    "A_bootbank_b_2-1\tnet-b\tnet_b.v00\tadded\tmodule\n"
		    "A_bootbank_c_1-1\tnet-c\t2\tremoved\tmodule\n");
	ek_imgedit_free(&e);
	remove_one(&o, "cc");
	assert_int_equal(ek_imgedit_run(db, &o, &e, &err), EK_EREFUSE);
	assert_null(e);
	ek_strs_free(&o.removes);
	ek_imgdb_free(&db);
}

/* Signed copies and hyphens: by the others, then by the target. */
static const struct {
	const char *vibs[MANY];
	const char *target;
	bool orig, want_orig;
	const char *want_name;
} forms[] = {
	{ { NULL }, NULL, false, true, "net_d.v00" }, /* as for 6.7 */
	{ { NULL }, "6.7", false, true, "net_d.v00" },
	{ { NULL }, "5.0", false, false, "net-d.v00" },
	{ { VIB("a", "1-1", "2020", "") }, "6.7", false, false, "net_d.v00" },
	{ { VIB("a", "1-1", "2020", "") }, "5.5", true, true, "net_d.v00" },
	{ { VIB("esx-base", "5.0.0-1", "2020", "") }, "6.7", false, false,
	  "net-d.v00" },
};

static void test_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(forms); i++) {
		struct ek_dbadd a = { .label = "x", .text = edits[0].text,
				      .len = strlen(edits[0].text) };
		struct ek_imgedit_opts o = { .adds = &a, .n_adds = 1 };
		struct ek_imgdb *db = make(forms[i].vibs, forms[i].orig);
		const struct ek_dbvib *v;
		struct ek_imgedit *e;

		o.target = ek_release_find(forms[i].target);
		run(db, &o, &e);
		v = ek_imgdb_find(db, "A_bootbank_d_1-1");
		assert_non_null(v);
		assert_int_equal(v->orig != NULL, forms[i].want_orig);
		for (size_t k = 0; k < e->names.n; k++)
			if (e->names.v[k].fate == EK_NAME_ADDED)
				assert_string_equal(e->names.v[k].name,
						    forms[i].want_name);
		ek_imgedit_free(&e);
		ek_imgdb_free(&db);
	}
}

/* A VIB that the database has and the profile does not list is taken in. */
static void test_unlisted(void **state)
{
	struct ek_dbadd a = { .label = "x", .text = three[1],
			      .len = strlen(three[1]) };
	struct ek_imgedit_opts o = { .adds = &a, .n_adds = 1 };
	struct ek_imgdb *db = make(three, false);
	struct ek_profile *p;
	struct ek_imgedit *e;

	(void)state;
	assert_int_equal(ek_imgdb_profile(db, &p, NULL), EK_OK);
	ek_profile_remove_vib(p, "A_bootbank_b_1-1");
	run(db, &o, &e);
	assert_edit(e, "add b - 1-1 -\n"
		    "A_bootbank_a_1-1\tnet-a\t0\tkept\tmodule\n"
		    "A_bootbank_b_1-1\tnet-b\tnet_b.v00\tadded\tmodule\n"
		    "A_bootbank_c_1-1\tnet-c\t2\tkept\tmodule\n");
	assert_int_equal(p->serial, 11);
	assert_int_equal(ek_imgdb_vibs(db), 3);
	ek_imgedit_free(&e);
	ek_imgdb_free(&db);
}

/* One that replaces so much, in a database that provides so much, takes more
 * comparisons than anyone waits for. */
static void test_greedy(void **state)
{
	struct ek_buf old = EK_BUF_INIT, new = EK_BUF_INIT;
	struct ek_dbadd a = { .label = "x" }, b = { .label = "y" };
	struct ek_imgedit_opts o = { .adds = &b, .n_adds = 1 };
	struct ek_imgdb *db = make(three, false);
	struct ek_err err = EK_ERR_INIT;
	struct ek_imgedit *e;

	(void)state;
	ek_buf_adds(&old, "<vib><name>old</name><relationships><provides>");
	ek_buf_adds(&new, "<vib><name>new</name><relationships><replaces>");
	for (int i = 0; i < 12000; i++) {
		ek_buf_adds(&old, "<provide name=\"p\"/>");
		ek_buf_adds(&new, "<constraint name=\"q\"/>");
	}
	ek_buf_adds(&old, "</provides></relationships></vib>");
	ek_buf_adds(&new, "</replaces></relationships></vib>");
	a.text = old.p;
	a.len = old.len;
	b.text = new.p;
	b.len = new.len;
	assert_int_equal(ek_imgdb_add(db, &a, NULL), EK_OK);
	assert_int_equal(ek_imgedit_run(db, &o, &e, &err), EK_ELIMIT);
	assert_null(e);
	ek_buf_free(&old);
	ek_buf_free(&new);
	ek_imgdb_free(&db);
}

/* What the profile does not have is not made up; what cannot grow is told. */
static void test_serial(void **state)
{
	static const char bare[] = "<imageprofile><name>n</name><creator>c"
		"</creator><acceptancelevel>community</acceptancelevel>"
		"</imageprofile>";
	struct ek_imgedit_opts o = { .has_level = true, .level = EK_PARTNER };
	struct ek_imgdb *db;
	struct ek_profile *p;
	struct ek_imgedit *e;

	(void)state;
	assert_int_equal(ek_profile_parse(&p, "p", bare, strlen(bare), NULL),
			 EK_OK);
	assert_int_equal(ek_imgdb_new(&db, NULL), EK_OK);
	assert_int_equal(ek_imgdb_set_profile(db, p, NULL), EK_OK);
	run(db, &o, &e);
	assert_true(e->changed);
	assert_false(p->has_serial || p->has_modified);
	assert_int_equal(p->level, EK_PARTNER);
	ek_imgedit_free(&e);
	assert_int_equal(ek_profile_set_serial(p, INT64_MAX, NULL), EK_OK);
	o.level = EK_COMMUNITY;
	assert_int_equal(ek_imgedit_run(db, &o, &e, NULL), EK_ELIMIT);
	ek_imgdb_free(&db);
}

static void test_options(void **state)
{
	struct ek_imgedit_opts o = { .adds = NULL };
	struct ek_err err = EK_ERR_INIT;

	(void)state;
	assert_int_equal(ek_imgedit_set(&o, EK_IMG_LEVEL, "best", &err),
			 EK_EARG);
	assert_int_equal(ek_imgedit_set(&o, EK_IMG_TARGET, "4.1", &err),
			 EK_EARG);
	assert_int_equal(ek_imgedit_set(&o, EK_IMG_LEVEL, "VMwareCertified",
					&err), EK_OK);
	assert_int_equal(o.level, EK_CERTIFIED);
	assert_int_equal(ek_imgedit_set(&o, EK_IMG_MTIME, "x", &err), EK_OK);
	assert_int_equal(ek_imgedit_load(&o, &err), EK_EARG);
	ek_imgedit_clear(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_edits),
		cmocka_unit_test(test_remove),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_unlisted),
		cmocka_unit_test(test_greedy),
		cmocka_unit_test(test_serial),
		cmocka_unit_test(test_options),
	};

	return cmocka_run_group_tests_name("imgedit", tests, NULL, NULL);
}
