/* SPDX-License-Identifier: BSD-2-Clause */
/* t_rules_image.c - unit tests of rules_image.h: what a database stores of a
 *                   signature; the rules: tests/cli/esxi-check.sh */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/err.h"
#include "ek/imgdb.h"
#include "ek/release.h"
#include "ek/rules_image.h"

#define DESC(level, summary) "<vib version=\"5.0\"><type>bootbank</type><name>" \
	"a</name><version>1-1</version><vendor>V</vendor><summary>" summary \
	"</summary><description>d</description><release-date>2020-01-01T00:00" \
	":00</release-date><acceptance-level>" level "</acceptance-level>" \
	"</vib>"

static enum ek_stored stored(const char *text, const char *orig,
			     const char *sig, const char *release,
			     struct ek_err *why)
{
	struct ek_dbadd a = { .label = "a", .text = text, .len = strlen(text),
			      .sig = sig, .sig_len = sig != NULL ? strlen(sig)
								 : 0,
			      .orig = orig != NULL, .keep_sig = sig != NULL };
	struct ek_rules_image s = { .release = ek_release_find(release) };
	struct ek_imgdb *db;
	struct ek_dbfile other;
	struct ek_dbvib v;
	enum ek_stored st = EK_STORED_UNTOLD;

	assert_int_equal(ek_imgdb_new(&db, NULL), EK_OK);
	assert_int_equal(ek_imgdb_add(db, &a, NULL), EK_OK);
	v = *ek_imgdb_vib(db, 0);
	if (orig != NULL) { /* of which a hand has made another */
		other = *v.orig;
		other.data = strdup(orig);
		other.e.size = strlen(orig);
		v.orig = &other;
	}
	s.db = db;
	assert_int_equal(ek_image_stored(&s, &v, &st, why, why), EK_OK);
	if (orig != NULL)
		free(other.data);
	ek_imgdb_free(&db);
	return st;
}

static void test_stored(void **state)
{
	static const char high[] = DESC("certified", "s");
	static const char low[] = DESC("community", "s");
	static const struct {
		const char *text, *orig, *sig, *release;
		enum ek_stored want;
	} rows[] = {
		{ high, high, "x", "6.7", EK_STORED_SIG },
		{ high, NULL, NULL, "6.7", EK_STORED_MISSING },
		{ high, high, NULL, "6.5", EK_STORED_MISSING },
		{ high, NULL, "x", "9.0", EK_STORED_MISSING },
		{ high, "", "x", "9.0", EK_STORED_MISSING },
		{ high, NULL, NULL, "6.0", EK_STORED_UNTOLD },
		{ high, NULL, NULL, "5.0", EK_STORED_UNTOLD },
		/* a database of that form, whatever the release says */
		{ high, high, NULL, "5.0", EK_STORED_MISSING },
		{ low, NULL, NULL, "6.7", EK_STORED_COMMUNITY },
		{ low, low, "x", "6.7", EK_STORED_COMMUNITY },
		{ low, high, "x", "6.7", EK_STORED_DIFFERS },
		{ high, DESC("certified", "t"), "x", "6.7", EK_STORED_DIFFERS },
		{ high, "<vib", "x", "6.7", EK_STORED_DIFFERS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ek_err why = EK_ERR_INIT;
		enum ek_stored st = stored(rows[i].text, rows[i].orig,
					   rows[i].sig, rows[i].release, &why);

		if (st != rows[i].want)
			fail_msg("row %zu: %d, %s", i, (int)st, why.msg);
		assert_int_equal(why.msg[0] != '\0', st == EK_STORED_DIFFERS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stored),
	};

	return cmocka_run_group_tests_name("rules_image", tests, NULL, NULL);
}
