/* SPDX-License-Identifier: BSD-2-Clause */
/* t_kmod.c - unit tests of kmod.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/err.h"
#include "ek/kmod.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* What a module says of itself, and the version in the descriptor. */
static const struct {
	const char *words, *want;
} versions[] = {
	{ "", "1.0-1" },
	{ "no number", "1.0-1" },
	{ "1.2.3", "1.2.3-1" },
	{ "1.2.3-4", "1.2.3-4" },
	{ "v1.2.3", "1.2.3-1" },
	{ "V2", "2-1" },
	{ "Version 8.0.3.1-5vmw, Build: 8169922, Interface: 9.2", "8.0.3.1-5vmw" },
	{ "Version 8.0.3.1, Build: 8169922", "8.0.3.1-1" },
	{ "version1 2.0", "2.0-1" },
	{ "8.045a-NAPI", "8.045a-NAPI" },
	{ "2.2.4f.v60.10-2vmw.670.0.0.8169922",
	  "2.2.4f.v60.10-2vmw.670.0.0.8169922" },
	{ "1.2-3-4", "1.2-3.4" },
	{ "1.2+git~5", "1.2.git.5-1" },
	{ "1..2", "1.2-1" },
	{ "1.2-", "1.2-1" },
	{ "1.2.", "1.2-1" },
	{ "1.-2", "1-2" },
	{ "1-.2", "1.2-1" },
	{ "(3.1)", "3.1-1" },
	{ "1\303\2742", "1.2-1" },
	{ "1.234567890123456789012345678901234567890",
	  "1.2345678901234567890123456789012-1" },
	{ "1-234567890123456789012345678901234567890",
	  "1-234567890123456789012345678901234" },
};

static void test_versions(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(versions); i++) {
		char out[EK_KMOD_VERSION + 8];

		memset(out, 'x', sizeof(out));
		ek_kmod_version(versions[i].words, out);
		if (strcmp(out, versions[i].want) != 0)
			fail_msg("'%s': '%s', wanted '%s'", versions[i].words,
				 out, versions[i].want);
		assert_int_equal(out[EK_KMOD_VERSION], 'x');
	}
}

/* A relocatable object: header, .modinfo, .shstrtab, three section headers. */
struct object {
	unsigned char b[512];
	size_t len;
};

static void put(struct object *o, size_t at, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		o->b[at + i] = (unsigned char)(v >> (8 * i));
}

static void put_section(struct object *o, size_t at, uint32_t name,
			uint64_t off, uint64_t len)
{
	put(o, at, name, 4);
	put(o, at + 4, 1, 4);
	put(o, at + 24, off, 8);
	put(o, at + 32, len, 8);
}

static struct object make(void)
{
	static const char info[] = "license=GPL\0\0version=Version 1.2, x\0z";
	static const char names[] = "\0.modinfo\0.shstrtab";
	struct object o = { { 0 }, 64 + 64 + 32 + 3 * 64 };

	memcpy(o.b, "\177ELF\2\1\1", 7);
	put(&o, 16, 1, 2);
	put(&o, 18, 62, 2);
	put(&o, 40, 160, 8);
	put(&o, 58, 64, 2);
	put(&o, 60, 3, 2);
	put(&o, 62, 2, 2);
	memcpy(o.b + 64, info, sizeof(info));
	memcpy(o.b + 128, names, sizeof(names));
	put_section(&o, 160 + 64, 1, 64, sizeof(info));
	put_section(&o, 160 + 128, 10, 128, sizeof(names));
	return o;
}

static int look(const struct object *o, struct ek_kmod *k, struct ek_err *err)
{
	/* a copy of exactly that size, so that a sanitizer sees overruns */
	unsigned char *p = malloc(o->len);
	int rc;

	assert_non_null(p);
	memcpy(p, o->b, o->len);
	rc = ek_kmod_look(k, "'t': module 'm'", p, o->len, o->len, err);
	free(p);
	return rc;
}

static void test_good(void **state)
{
	struct object o = make();
	struct ek_kmod k;

	(void)state;
	assert_int_equal(look(&o, &k, NULL), EK_OK);
	assert_int_equal(k.machine, EK_X86_64);
	assert_string_equal(k.version, "Version 1.2, x");
	put(&o, 18, 183, 2);
	assert_int_equal(look(&o, &k, NULL), EK_OK);
	assert_int_equal(k.machine, EK_AARCH64);
}

/* One field changed at a time: what a module must be, and lies about sections
 * that cost only the version. */
static const struct {
	size_t at, n;
	uint64_t v;
	int rc;
	const char *want; /* version, or text of the message */
} changes[] = {
	{ 0, 1, 'x', EK_EREFUSE, "is not ELF" },
	{ 4, 1, 1, EK_EREFUSE, "another machine (number 62, not 64 bits)" },
	{ 5, 1, 2, EK_EREFUSE, "another machine" },
	{ 18, 2, 3, EK_EREFUSE, "another machine (number 3, 64 bits)" },
	{ 16, 2, 2, EK_EREFUSE, "type 2, not a relocatable object" },
	{ 16, 2, 3, EK_EREFUSE, "type 3, not a relocatable object" },
	{ 58, 2, 40, EK_EREFUSE, "no ELF sections" },
	{ 60, 2, 0, EK_EREFUSE, "no ELF sections" },
	{ 60, 2, 4, EK_EFORMAT, "cut short" },
	{ 40, 8, 161, EK_EFORMAT, "cut short: its section headers at offset "
	  "161" },
	{ 40, 8, UINT64_MAX, EK_EFORMAT, "cut short" },
	{ 62, 2, 9, EK_OK, "" },                     /* no names */
	{ 62, 2, 0, EK_OK, "" },
	{ 160 + 64, 4, 0, EK_OK, "" },               /* another name */
	{ 160 + 64, 4, UINT32_MAX, EK_OK, "" },
	{ 160 + 64 + 4, 4, 8, EK_OK, "" },           /* SHT_NOBITS */
	{ 160 + 64 + 24, 8, UINT64_MAX, EK_OK, "" },
	{ 160 + 64 + 32, 8, UINT64_MAX, EK_OK, "" },
	{ 160 + 64 + 32, 8, 17, EK_OK, "" },         /* ends inside the key */
	{ 160 + 64 + 32, 8, 24, EK_OK, "Ver" },
	{ 160 + 128 + 24, 8, 1u << 20, EK_OK, "" },
};

static void test_changes(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(changes); i++) {
		struct ek_err err = EK_ERR_INIT;
		struct object o = make();
		struct ek_kmod k;

		put(&o, changes[i].at, changes[i].v, changes[i].n);
		assert_int_equal(look(&o, &k, &err), changes[i].rc);
		if (changes[i].rc == EK_OK)
			assert_string_equal(k.version, changes[i].want);
		else if (strstr(err.msg, changes[i].want) == NULL)
			fail_msg("row %zu: %s", i, err.msg);
	}
}

static void test_cut(void **state)
{
	struct object o = make();
	struct ek_kmod k;

	(void)state;
	for (size_t len = 0; len < 160 + 3 * 64; len++) {
		struct ek_err err = EK_ERR_INIT;

		o.len = len;
		assert_int_equal(look(&o, &k, &err),
				 len < 4 ? EK_EREFUSE : EK_EFORMAT);
		assert_int_equal(strncmp(err.msg, "'t': module 'm' ", 16), 0);
	}
}

/* Only the first part is held: no version, but no failure either. */
static void test_large(void **state)
{
	struct object o = make();
	struct ek_kmod k;

	(void)state;
	assert_int_equal(ek_kmod_look(&k, "m", o.b, 100, o.len, NULL), EK_OK);
	assert_string_equal(k.version, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests_name("kmod", tests, NULL, NULL);
}
