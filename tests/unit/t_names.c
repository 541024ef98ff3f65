/* SPDX-License-Identifier: BSD-2-Clause */
/* t_names.c - unit tests of names.h */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/err.h"
#include "ek/names.h"
#include "localnames.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

/* VIB id, or profile name and creator; hash and file name of either width. */
static const struct {
	const char *text, *creator;
	int64_t hash32;
	const char *file32;
	int64_t hash64;
	const char *file64;
} files[] = {
	{ "Acme_bootbank_net-acme_1.0-1", NULL,
	  INT64_C(111022998),
	  "net-acme-111022998.xml",
	  INT64_C(6101998094966985622),
	  "net-acme-6101998094966985622.xml" },
	{ "Acme_bootbank_net-acme_1.0-2", NULL,
	  INT64_C(111022997),
	  "net-acme-111022997.xml",
	  INT64_C(6101998094966985621),
	  "net-acme-6101998094966985621.xml" },
	{ "acme_bootbank_net-acme_1.0-1", NULL,
	  INT64_C(-149957642),
	  "net-acme--149957642.xml",
	  INT64_C(-881560097991437322),
	  "net-acme--881560097991437322.xml" },
	{ "OEM_bootbank_OEM-00_1.0", NULL,
	  INT64_C(-799242930),
	  "OEM-00--799242930.xml",
	  INT64_C(2050048770742977870),
	  "OEM-00-2050048770742977870.xml" },
	{ "Example.Org_bootbank_scsi-thing_2.10.3.4-1vmw.670.0.0.8169922", NULL,
	  INT64_C(-1172892733),
	  "scsi-thing--1172892733.xml",
	  INT64_C(-9035593473686301757),
	  "scsi-thing--9035593473686301757.xml" },
	{ "A_locker_t_1", NULL,
	  INT64_C(-232735351),
	  "t--232735351.xml",
	  INT64_C(2594038621667376521),
	  "t-2594038621667376521.xml" },
	{ "Acme_bootbank_minus-one_1.0-4382694m", NULL,
	  INT64_C(-2),
	  "minus-one--2.xml",
	  INT64_C(-8453290203182792705),
	  "minus-one--8453290203182792705.xml" },
	{ "Example-Co_bootbank_abcdefghijklmnopqrstuvwxyz012345678_1234567890.12345-123456789.1234567", NULL,
	  INT64_C(-742937435),
	  "abcdefghijklmnopqrstuvwxyz012345678--742937435.xml",
	  INT64_C(3073265626026323109),
	  "abcdefghijklmnopqrstuvwxyz012345678-3073265626026323109.xml" },
	{ "Vendor_meta_bundle_3.1-0", NULL,
	  INT64_C(786310007),
	  "bundle-786310007.xml",
	  INT64_C(7256573501960495991),
	  "bundle-7256573501960495991.xml" },
	{ "github.com_tcely_bootbank_fwrule-ntpServer_1.0.0-1", NULL,
	  INT64_C(-224704669),
	  "fwrule-ntpServer--224704669.xml",
	  INT64_C(-7989020314772486301),
	  "fwrule-ntpServer--7989020314772486301.xml" },
	{ "ESXi-6.7.0-test", "Acme, Inc.",
	  INT64_C(-1850978726),
	  "ESXi-6.7.0-test-1850978726",
	  INT64_C(6747448312278568538),
	  "ESXi-6.7.0-test6747448312278568538" },
	{ "(Updated) ESXi-7.0.0-15843807-standard", "Acme GmbH & Co.",
	  INT64_C(-88587436),
	  "%28Updated%29%20ESXi-7.0.0-15843807-standard-88587436",
	  INT64_C(4757214933554840404),
	  "%28Updated%29%20ESXi-7.0.0-15843807-standard4757214933554840404" },
	{ "A profile with a very long name / with slash and percent 100%", "x",
	  INT64_C(1225056311),
	  "A%20profile%20with%20a%20very%20long%20name%20%2F%1225056311",
	  INT64_C(6044175415231438903),
	  "A%20profile%20with%20a%20very%20long%20name%20%2F%6044175415231438903" },
	{ "VMware_bootbank_net-e1000_8.0.3.1-2vmw.0.0.381646", NULL,
	  INT64_C(-925314997),
	  "net-e1000--925314997.xml",
	  INT64_C(-5906696556918550453),
	  "net-e1000--5906696556918550453.xml" },
	{ "ESXi-5.0.0-381646-standard", "VMware, Inc.",
	  INT64_C(1293795055),
	  "ESXi-5.0.0-381646-standard1293795055",
	  INT64_C(8282444170742578927),
	  "ESXi-5.0.0-381646-standard8282444170742578927" },
	{ "ESXi-6.7.0-8169922-standard", "VMware, Inc.",
	  INT64_C(452839153),
	  "ESXi-6.7.0-8169922-standard452839153",
	  INT64_C(-8105289274980710671),
	  "ESXi-6.7.0-8169922-standard-8105289274980710671" },
};

/* The name in a VIB id of the table, which has no '_' of its own. */
static void vib_name(const char *id, char *out, size_t size)
{
	const char *end = strrchr(id, '_'), *start = end;

	while (start[-1] != '_')
		start--;
	snprintf(out, size, "%.*s", (int)(end - start), start);
}

static void check_file(size_t i, unsigned bits, int64_t hash, const char *want)
{
	char name[64], *file;

	if (files[i].creator != NULL) {
		assert_int_equal(ek_hash_pair(files[i].text, files[i].creator,
					      bits), hash);
		file = ek_name_profile_file(files[i].text, files[i].creator,
					    bits);
	} else {
		vib_name(files[i].text, name, sizeof(name));
		assert_int_equal(ek_hash_string(files[i].text, bits), hash);
		file = ek_name_vib_file(name, files[i].text, bits);
	}
	assert_string_equal(file, want);
	free(file);
}

static void test_hash(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(files); i++) {
		check_file(i, 32, files[i].hash32, files[i].file32);
		check_file(i, 64, files[i].hash64, files[i].file64);
	}
	assert_int_equal(ek_hash_string("", 32), 0);
	assert_int_equal(ek_hash_string("", 64), 0);
}

/* The cut at 50 falls inside a quoted character. */
static void test_profile_cut(void **state)
{
	char *file = ek_name_profile_file("0123456789012345678901234567890123"
					  "456789012345678 x", "y", 32);

	(void)state;
	assert_memory_equal(file, "0123456789012345678901234567890123456789"
			    "012345678%", 50);
	assert_true(file[50] == '-' || (file[50] >= '0' && file[50] <= '9'));
	free(file);
}

static int by_id(const void *a, const void *b)
{
	const struct row *x = *(const struct row *const *)a;
	const struct row *y = *(const struct row *const *)b;
	int c = strcmp(x->id, y->id);

	return c != 0 ? c : strcmp(x->payload, y->payload);
}

/* Sort the set; both arrays are freed by the caller. */
static struct ek_local *make(const struct set *s, const struct row ***rows)
{
	struct ek_local *v = calloc(s->n, sizeof(*v));

	*rows = calloc(s->n, sizeof(**rows));
	assert_non_null(v);
	assert_non_null(*rows);
	for (size_t i = 0; i < s->n; i++)
		(*rows)[i] = &s->v[i];
	qsort(*rows, s->n, sizeof(**rows), by_id);
	for (size_t i = 0; i < s->n; i++) {
		const struct row *r = (*rows)[i];

		v[i] = (struct ek_local){
			.vib_id = r->id, .payload = r->payload,
			.type = r->type, .vfat_name = r->vfat,
			.boot_order = r->boot_order, .overlay = r->overlay,
			.locker = r->locker,
			.name = r->kept != NULL ? strdup(r->kept) : NULL,
		};
	}
	return v;
}

static void check_order(const struct set *s, const struct ek_local *v,
			const struct row **rows, bool bootbank)
{
	size_t *order = calloc(s->n, sizeof(*order)), m, want = 0;

	assert_non_null(order);
	ek_names_boot_order(v, s->n, bootbank, order, &m);
	for (size_t i = 0; i < s->n; i++)
		want += (bootbank ? rows[i]->bootbank : rows[i]->iso) >= 0;
	assert_int_equal(m, want);
	for (size_t i = 0; i < m; i++) {
		const struct row *r = rows[order[i]];

		assert_int_equal(bootbank ? r->bootbank : r->iso, i);
	}
	free(order);
}

static void check_set(const struct set *s)
{
	const struct row **rows;
	struct ek_local *v = make(s, &rows);
	struct ek_err err = EK_ERR_INIT;
	bool refused = s->v[0].name == NULL;
	int rc = ek_names_assign(v, s->n, s->hyphens, &err);

	assert_int_equal(rc, refused ? EK_EREFUSE : EK_OK);
	for (size_t i = 0; i < s->n; i++) {
		const char *want = refused ? rows[i]->kept : rows[i]->name;

		assert_true((want == NULL) == (v[i].name == NULL));
		if (want != NULL)
			assert_string_equal(v[i].name, want);
		assert_int_equal(v[i].added, !refused && rows[i]->kept == NULL);
	}
	if (!refused) {
		check_order(s, v, rows, false);
		check_order(s, v, rows, true);
	}
	ek_locals_free(v, s->n);
	free(rows);
}

static void test_sets(void **state)
{
	(void)state;
	assert_int_equal(LENGTH(sets), 18);
	for (size_t i = 0; i < LENGTH(sets); i++) {
		print_message("%s\n", sets[i].what);
		check_set(&sets[i]);
	}
}

/* 256 names of one stem fit, another one does not; nothing changes then. */
static void test_full(void **state)
{
	static char ids[257][16];
	struct ek_err err = EK_ERR_INIT;
	struct ek_local *v = calloc(257, sizeof(*v));

	(void)state;
	assert_non_null(v);
	for (size_t i = 0; i < 257; i++) {
		snprintf(ids[i], sizeof(ids[i]), "id%03zu", i);
		v[i] = (struct ek_local){
			.vib_id = ids[i], .payload = "disk", .type = "vgz",
		};
	}
	assert_int_equal(ek_names_assign(v, 257, false, &err), EK_EREFUSE);
	assert_non_null(strstr(err.msg, "all 256 file names 'disk.v00' to"));
	for (size_t i = 0; i < 257; i++)
		assert_null(v[i].name);
	assert_int_equal(ek_names_assign(v, 256, false, &err), EK_OK);
	assert_string_equal(v[255].name, "disk.vff");
	ek_locals_free(v, 257);
}

/* What a package says must not become a path. */
static const struct {
	const char *payload, *type, *vfat;
} unsafe[] = {
	{ "a/b", "vgz", NULL },	    { "../x", "vgz", NULL },
	{ "a b", "vgz", NULL },	    { "a\nb", "vgz", NULL },
	{ "a", "/", NULL },	    { "a", "", NULL },
	{ "a", NULL, NULL },	    { "a", "vgz", "../../x" },
	{ "a", "vgz", "x/y" },	    { "a", "vgz", ".." },
	{ "a", "vgz", "\xc3\xa4" }, { "", "vgz", NULL },
	/* files of the disc itself */
	{ "a", "vgz", "boot.cfg" }, { "a", "boot", "IMGDB.TGZ" },
	{ "a", "tgz", "isolinux.bin" },
};

static void test_unsafe(void **state)
{
	struct ek_err err = EK_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < LENGTH(unsafe); i++) {
		struct ek_local l = {
			.vib_id = "id", .payload = unsafe[i].payload,
			.type = unsafe[i].type, .vfat_name = unsafe[i].vfat,
		};

		assert_int_equal(ek_names_assign(&l, 1, false, &err),
				 EK_EREFUSE);
		assert_null(l.name);
	}
}

/* A disc has one file for a name, in upper or lower case. */
static void test_case(void **state)
{
	char *kept = strdup("A.V00"), *again = strdup("a.v00");
	struct ek_local v[] = {
		{ .vib_id = "1", .payload = "x", .type = "vgz", .name = kept },
		{ .vib_id = "2", .payload = "a", .type = "vgz" },
		/* it lies nowhere, so it may wish for any name */
		{ .vib_id = "3", .payload = "b", .type = "boot_com32_bios",
		  .vfat_name = "mboot.c32" },
	};

	(void)state;
	assert_non_null(kept);
	assert_non_null(again);
	assert_int_equal(ek_names_assign(v, LENGTH(v), false, NULL), EK_OK);
	assert_string_equal(v[1].name, "a.v01");
	assert_string_equal(v[2].name, "mboot.c32");
	free(v[1].name);
	v[1].name = again;
	assert_int_equal(ek_names_assign(v, LENGTH(v), false, NULL),
			 EK_EREFUSE);
	for (size_t i = 0; i < LENGTH(v); i++)
		free(v[i].name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hash),
		cmocka_unit_test(test_profile_cut),
		cmocka_unit_test(test_sets),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_unsafe),
		cmocka_unit_test(test_case),
	};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
