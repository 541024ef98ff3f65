/* SPDX-License-Identifier: BSD-2-Clause */
/* t_relations.c - unit tests of relations.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/err.h"
#include "ek/relations.h"

#include "relation_rows.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

/*
 * A VIB in one line: name, version, then words: D: depends, C: conflicts, R:
 * replaces, P: provides (without blanks: "foo>=1.0"), F: file, O overlay.
 */
struct text {
	const char *name, *version, *words;
};

static void fill(struct ek_vibdesc *d, const char *word)
{
	const char *arg = word + 2;
	int rc = EK_OK;

	switch (word[0]) {
	case 'D':
		rc = ek_constraints_add_text(&d->depends, arg, NULL);
		break;
	case 'C':
		rc = ek_constraints_add_text(&d->conflicts, arg, NULL);
		break;
	case 'R':
		rc = ek_constraints_add_text(&d->replaces, arg, NULL);
		break;
	case 'P':
		rc = ek_constraints_add_text(&d->provides, arg, NULL);
		break;
	case 'F':
		rc = ek_strs_add(&d->files, arg, strlen(arg), NULL);
		break;
	default:
		d->overlay = true;
	}
	assert_int_equal(rc, EK_OK);
}

static void make(struct ek_vibdesc *d, const struct text *t)
{
	char word[64];
	const char *p = t->words;

	ek_vibdesc_init(d);
	d->name = strdup(t->name);
	d->version = strdup(t->version);
	while (*p != '\0') {
		size_t n = strcspn(p, " ");

		snprintf(word, sizeof(word), "%.*s", (int)n, p);
		fill(d, word);
		p += n + (p[n] == ' ');
	}
}

/* One line a problem: kind, VIB, its others, what it is about. */
static void describe(const struct ek_problem *p, const struct ek_relvib *v,
		     struct ek_buf *out)
{
	ek_buf_adds(out, v[p->vib].id);
	for (size_t i = 0; i < p->n_others; i++)
		ek_buf_addf(out, ",%s", v[p->others[i]].id);
	if (p->c != NULL) {
		ek_buf_adds(out, " wants ");
		ek_constraint_text(p->c, out);
	}
	if (p->path != NULL)
		ek_buf_addf(out, " %s%s", p->path, p->overlay ? " overlay" : "");
	ek_buf_addc(out, '\n');
}

#define MANY 4

static void check(enum ek_problem_kind kind, const struct text *t,
		  const char *want)
{
	struct ek_buf b = EK_BUF_INIT;
	struct ek_relvib v[MANY];
	struct ek_vibdesc d[MANY];
	struct ek_problems *list;
	size_t n = 0;

	for (; n < MANY && t[n].name != NULL; n++) {
		make(&d[n], &t[n]);
		v[n] = (struct ek_relvib){ .id = t[n].name, .d = &d[n] };
	}
	assert_int_equal(ek_relations_check(&list, kind, v, n, NULL), EK_OK);
	for (size_t i = 0; i < ek_problems_count(list); i++)
		describe(ek_problems_at(list, i), v, &b);
	assert_string_equal(ek_buf_str(&b), want);
	ek_problems_free(&list);
	assert_null(list);
	ek_buf_free(&b);
	for (size_t i = 0; i < n; i++)
		ek_vibdesc_clear(&d[i]);
}

/* Rows of imgdb.5, "Validation"; ids are the names. */
static const struct {
	enum ek_problem_kind kind;
	struct text v[MANY];
	const char *want;
} rows[] = {
	{ EK_MISSING, { { "a", "1", "D:b D:c>=2 D:a=1" }, { "b", "1", "P:c=1" } },
	  "a wants c >= 2\n" },
	{ EK_MISSING, { { "a", "1", "D:c>=2" }, { "b", "1", "P:c=2-5" } }, "" },
	/* a provide without version never meets a constraint with one */
	{ EK_MISSING, { { "a", "1", "D:c D:c>=0" }, { "b", "1", "P:c" } },
	  "a wants c >= 0\n" },
	{ EK_MISSING, { { "a", "6.7.0-0.0.8169922", "D:x" },
			{ "b", "1", "D:a=6.7.0" } }, "a wants x\n" },
	{ EK_MISSING, { { "a", "1", "D:vmkapi_incompat_2_3_0_0"
			  " D:vmkapi_incompat_2_4_0_0" } },
	  "a wants vmkapi_incompat_2_4_0_0\n" },
	{ EK_MISSING, { { "a", "1", "D:installer:esximage>=1.0"
			  " D:installer:esximage>=2.0" } },
	  "a wants installer:esximage >= 2.0\n" },
	{ EK_MISSING, { { "esx-base", "6.0.0-1", "" },
			{ "misc-drivers", "6.0.0-1", "D:esx-base=5.5.0" } }, "" },
	{ EK_MISSING, { { "esx-base", "6.5.0-1", "" },
			{ "misc-drivers", "6.5.0-1", "D:esx-base=5.5.0" } },
	  "misc-drivers wants esx-base = 5.5.0\n" },
	/* conflicts and replaces: whoever says it; never with oneself */
	{ EK_CONFLICT, { { "a", "1", "" }, { "b", "1", "C:a" } }, "a,b\n" },
	{ EK_CONFLICT, { { "a", "1", "C:b" }, { "b", "1", "C:a" } }, "a,b\n" },
	{ EK_CONFLICT, { { "a", "1", "C:a P:x C:x" } }, "" },
	{ EK_CONFLICT, { { "a", "1", "C:b>>1" }, { "b", "1", "" } }, "" },
	{ EK_CONFLICT, { { "a", "1", "C:z" }, { "b", "1", "P:z" },
			 { "c", "1", "P:z" } }, "a,b,c\n" },
	{ EK_OBSOLETE, { { "a", "1", "" }, { "b", "1", "R:a" } }, "a,b\n" },
	{ EK_OBSOLETE, { { "a", "1", "R:b<<2" }, { "b", "1.5", "" } }, "b,a\n" },
	{ EK_OBSOLETE, { { "a", "1", "R:b<<2" }, { "b", "2", "" } }, "" },
	/* every VIB replaces lower versions of its name */
	{ EK_OBSOLETE, { { "a", "1", "" }, { "a", "2", "" } }, "a,a\n" },
	{ EK_OBSOLETE, { { "a", "2", "" }, { "b", "1", "P:a=1" } }, "b,a\n" },
	/* files: groups of overlay and of others; paths are normalised */
	{ EK_CLAIMED, { { "a", "1", "F:opt/x F:opt/y" },
			{ "b", "1", "F:/opt//./x F:opt/z/../y" } },
	  "a,b /opt/x\na,b /opt/y\n" },
	{ EK_CLAIMED, { { "a", "1", "F:opt/x" }, { "b", "1", "F:opt/x O" } }, "" },
	{ EK_CLAIMED, { { "a", "1", "F:x O" }, { "b", "1", "F:x O" },
			{ "c", "1", "F:x" } }, "a,b /x overlay\n" },
	{ EK_CLAIMED, { { "a", "1", "F:opt/" }, { "b", "1", "F:opt/" } }, "" },
	{ EK_CLAIMED, { { "a", "1", "F:x F:x" } }, "" },
	{ EK_CLAIMED, { { "a", "1", "F:x F:x" }, { "b", "1", "F:x F:x" },
			{ "c", "1", "F:x" } }, "a,b,c /x\n" },
	{ EK_CLAIMED, { { "a", "1", "F:X" }, { "b", "1", "F:x" } }, "" },
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		print_message("row %zu\n", i);
		check(rows[i].kind, rows[i].v, rows[i].want);
	}
}

/* What goes when the first comes. */
static const struct {
	struct text added, there;
	enum ek_displaced want;
} moves[] = {
	{ { "a", "1", "" }, { "a", "2", "" }, EK_SAME_NAME },
	{ { "a", "2", "" }, { "a", "1", "" }, EK_SAME_NAME },
	{ { "a", "1", "R:b" }, { "b", "2", "" }, EK_REPLACED },
	{ { "a", "1", "R:b<<2" }, { "b", "2", "" }, EK_STAYS },
	{ { "a", "1", "R:z" }, { "b", "2", "P:z" }, EK_REPLACED },
	{ { "a", "1", "" }, { "b", "2", "R:a" }, EK_REPLACES },
	{ { "a", "1", "" }, { "b", "2", "C:a" }, EK_STAYS },
	{ { "a", "1", "D:b" }, { "b", "2", "" }, EK_STAYS },
};

static void test_displaced(void **state)
{
	struct ek_vibdesc a, b;

	(void)state;
	for (size_t i = 0; i < LENGTH(moves); i++) {
		make(&a, &moves[i].added);
		make(&b, &moves[i].there);
		assert_int_equal(ek_relations_displaced(&a, &b), moves[i].want);
		ek_vibdesc_clear(&a);
		ek_vibdesc_clear(&b);
	}
}

static void test_versions(void **state)
{
	struct ek_constraint c = { .name = NULL };
	char name[] = "x", relation[4], want[32];
	struct ek_vibdesc d;

	(void)state;
	for (size_t i = 0; i < LENGTH(relation_rows); i++) {
		const char *have = relation_rows[i].have;

		make(&d, &(struct text){ "other", "9", "" });
		assert_int_equal(ek_constraints_add(&d.provides, "x",
						    have != NULL ? "=" : NULL,
						    have, NULL), EK_OK);
		c.name = name;
		c.relation = c.version = NULL;
		if (relation_rows[i].relation != NULL) {
			snprintf(relation, sizeof(relation), "%s",
				 relation_rows[i].relation);
			snprintf(want, sizeof(want), "%s",
				 relation_rows[i].want);
			c.relation = relation;
			c.version = want;
		}
		assert_int_equal(ek_relations_meets(&d, &c),
				 relation_rows[i].meets);
		ek_vibdesc_clear(&d);
	}
}

/* 400 VIBs that all conflict: 79,800 pairs; nobody reads these. */
static void check_flood(void)
{
	struct ek_relvib *v = calloc(400, sizeof(*v));
	struct ek_problems *list;
	struct ek_vibdesc d;

	assert_non_null(v);
	make(&d, &(struct text){ "x", "1", "C:x P:y" });
	for (size_t i = 0; i < 400; i++)
		v[i] = (struct ek_relvib){ "x", &d };
	assert_int_equal(ek_relations_check(&list, EK_CONFLICT, v, 400, NULL),
			 EK_ELIMIT);
	assert_null(list);
	ek_vibdesc_clear(&d);
	free(v);
}

static void test_limit(void **state)
{
	struct ek_problems *list;

	(void)state;
	assert_int_equal(ek_relations_check(&list, EK_MISSING, NULL,
					    EK_RELATIONS_MAX + 1, NULL),
			 EK_ELIMIT);
	assert_null(list);
	check_flood();
	assert_int_equal(ek_relations_check(&list, EK_CLAIMED, NULL, 0, NULL),
			 EK_OK);
	assert_int_equal(ek_problems_count(list), 0);
	ek_problems_free(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_displaced),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests_name("relations", tests, NULL, NULL);
}
