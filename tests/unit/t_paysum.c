/* SPDX-License-Identifier: BSD-2-Clause */
/* t_paysum.c - unit tests of paysum.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "ek/err.h"
#include "ek/io.h"
#include "ek/paysum.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

/* "hello\n" through gzip -n; digests by sha256sum and sha1sum. */
static const unsigned char gz[] = {
	0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0xcb, 0x48,
	0xcd, 0xc9, 0xc9, 0xe7, 0x02, 0x00, 0x20, 0x30, 0x3a, 0x36, 0x06, 0x00,
	0x00, 0x00,
};
#define GZ_256 \
	"cf8187e9a5d4c53e63790f6350ea61dee4929bf6b6402c10307df634a741dd41"
#define GZ_1 "aaf97d4509ce524e402011be6c4e483fafca1156"
#define IN_256 \
	"5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"
#define IN_1 "f572d396fae9206628714fb2ce00f72e94f2258f"

/* gzip -n of the four bytes 28 b5 2f fd and two more: a zstd frame begins so. */
static const unsigned char gzstd[] = {
	0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xff, 0xd3,
	0xd8, 0xaa, 0xff, 0x97, 0x81, 0x11, 0x00, 0xe1, 0xce, 0x50, 0xb0,
	0x06, 0x00, 0x00, 0x00,
};
#define ZS_256 \
	"59f7a0a792e10d13131d4bd35b2f1a524f00b019a06eeb102550db63d60b6828"
#define ZS_IN \
	"c2b6317d2589c8e6df9dccc01aa64bc67096f8df04ba106c844f82f1247da49b"

struct sum {
	const char *type, *process, *hex;
};

static const struct row {
	struct sum sums[5];
	bool zstd;
	int64_t size, inside; /* -1: not told */
	int rc;
	const char *say;
	unsigned unchecked;
} rows[] = {
	{ { { NULL, NULL, NULL } }, false, -1, -1, EK_OK, NULL, EK_NO_SUMS },
	{ { { NULL, NULL, NULL } }, false, 26, -1, EK_OK, NULL, EK_NO_SUMS },
	{ { { NULL, NULL, NULL } }, false, 27, -1, EK_EREFUSE,
	  "payload 'p' has 26 bytes, its descriptor says 27", EK_NO_SUMS },
	{ { { "sha-256", NULL, GZ_256 } }, false, 26, -1, EK_OK, NULL, 0 },
	/* the set of 5.x, and that of 6.7 */
	{ { { "sha-256", NULL, GZ_256 }, { "sha-1", "gunzip", IN_1 } },
	  false, 26, -1, EK_OK, NULL, 0 },
	{ { { "sha-256", "gunzip", IN_256 }, { "sha-256", NULL, GZ_256 },
	    { "sha-1", "gunzip", IN_1 } }, false, 26, 6, EK_OK, NULL, 0 },
	/* that of 9.0; plain sha-1, which nobody writes; another process */
	{ { { "sha-256", NULL, GZ_256 }, { "sha-256-gunzip1", NULL, IN_256 } },
	  false, -1, -1, EK_OK, NULL, 0 },
	{ { { "sha-256", NULL, GZ_256 }, { "sha-1", NULL, GZ_1 } },
	  false, -1, -1, EK_OK, NULL, 0 },
	{ { { "sha-256", NULL, GZ_256 }, { "sha-256", "txt-mle", "00" } },
	  false, -1, -1, EK_OK, NULL, 0 },
	/* wrong, each in its turn */
	{ { { "sha-256", NULL, IN_256 } }, false, 26, -1, EK_EREFUSE,
	  "'x.vib': payload 'p' does not fit its sha-256 checksum: " GZ_256
	  " calculated, " IN_256 " expected", 0 },
	{ { { "sha-256", NULL, GZ_256 }, { "sha-256", "gunzip", GZ_256 } },
	  false, -1, -1, EK_EREFUSE, "does not fit its sha-256 gunzip checksum: "
	  IN_256 " calculated, " GZ_256 " expected", 0 },
	{ { { "sha-256", NULL, GZ_256 }, { "sha-1", "gunzip", GZ_1 } },
	  false, -1, -1, EK_EREFUSE, "its sha-1 gunzip checksum: " IN_1, 0 },
	{ { { "sha-256", NULL, GZ_256 }, { "sha-256-gunzip1", NULL, GZ_256 } },
	  false, -1, -1, EK_EREFUSE, "its sha-256-gunzip1 checksum", 0 },
	{ { { "sha-256", NULL, GZ_256 }, { "sha-1", NULL, IN_1 } },
	  false, -1, -1, EK_EREFUSE, "its sha-1 checksum", 0 },
	{ { { "sha-256", NULL, GZ_256 }, { "sha-256", NULL, IN_256 } },
	  false, -1, -1, EK_EREFUSE, "its sha-256 checksum", 0 },
	{ { { "sha-256", NULL, GZ_256 }, { "sha-256", "gunzip", IN_256 } },
	  false, 26, 7, EK_EREFUSE, "has 6 bytes uncompressed, its descriptor"
	  " says 7", 0 },
	{ { { "sha-256", NULL, "" } }, false, -1, -1, EK_EREFUSE,
	  "does not fit", 0 },
	/* what ESXi refuses */
	{ { { "sha-1", "gunzip", IN_1 } }, false, -1, -1, EK_EREFUSE,
	  "no plain sha-256", 0 },
	{ { { "sha-256", NULL, GZ_256 }, { "crc", NULL, "0" } }, false, -1, -1,
	  EK_EREFUSE, "unsupported hash type crc", 0 },
	/* zstd inside: gunzip sums are over what is inside that */
	{ { { "sha-256", "gunzip", IN_256 }, { "sha-256", NULL, ZS_256 },
	    { "sha-256-gunzip1", NULL, ZS_IN } }, true, -1, 99, EK_OK, NULL,
	  EK_LAYERS_LEFT },
	{ { { "sha-256", "gunzip", IN_256 }, { "sha-256", NULL, ZS_256 },
	    { "sha-256-gunzip1", NULL, IN_256 } }, true, -1, -1, EK_EREFUSE,
	  "its sha-256-gunzip1 checksum", EK_LAYERS_LEFT },
};

static void make_payload(struct ek_vibdesc *d, const struct row *r)
{
	struct ek_payload *p;

	ek_vibdesc_init(d);
	assert_int_equal(ek_vibdesc_add_payload(d, "p", "vgz", &p, NULL),
			 EK_OK);
	for (const struct sum *s = r->sums; s->type != NULL; s++)
		assert_int_equal(ek_payload_add_sum(p, s->type, s->process,
						    s->hex, NULL), EK_OK);
	p->has_size = r->size >= 0;
	p->size = (uint64_t)r->size;
	p->has_uncompressed = r->inside >= 0;
	p->uncompressed_size = (uint64_t)r->inside;
}

/* What came out must be what went in, whenever it is said to be right. */
static int copy(const struct ek_payload *p, const void *data, size_t len,
		unsigned *unchecked, struct ek_err *err)
{
	struct ek_out *out;
	struct ek_in *in;
	char *buf = NULL;
	size_t n;
	int rc;

	assert_int_equal(ek_in_open_mem(&in, "t", data, len, NULL), EK_OK);
	assert_int_equal(ek_out_open_mem(&out, &buf, &n, NULL), EK_OK);
	rc = ek_paysum_copy(p, "x.vib", in, out, unchecked, err);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	if (rc == EK_OK) {
		assert_int_equal(n, len);
		assert_memory_equal(buf, data, len);
	}
	free(buf);
	ek_in_close(&in);
	return rc;
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		const struct row *r = &rows[i];
		struct ek_err err = EK_ERR_INIT;
		unsigned unchecked = 77;
		const void *data = gz;
		size_t len = sizeof(gz);
		struct ek_vibdesc d;
		int rc;

		if (r->zstd) {
			data = gzstd;
			len = sizeof(gzstd);
		}
		make_payload(&d, r);
		rc = copy(d.payloads, data, len, &unchecked, &err);
		if (rc != r->rc)
			fail_msg("row %zu: %d %s", i, rc, err.msg);
		if (rc != EK_OK && strstr(err.msg, r->say) == NULL)
			fail_msg("row %zu: '%s' lacks '%s'", i, err.msg,
				 r->say);
		assert_int_equal(unchecked, r->unchecked);
		ek_vibdesc_clear(&d);
	}
}

/* Every bit counts; and the digest is told, not what gunzip thinks of it. */
static void test_flips(void **state)
{
	unsigned char bytes[sizeof(gz)];
	struct ek_vibdesc d;

	(void)state;
	make_payload(&d, &rows[5]);
	for (size_t bit = 0; bit < sizeof(gz) * 8; bit++) {
		struct ek_err err = EK_ERR_INIT;

		memcpy(bytes, gz, sizeof(gz));
		bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
		assert_int_equal(copy(d.payloads, bytes, sizeof(bytes), NULL,
				      &err), EK_EREFUSE);
		assert_non_null(strstr(err.msg, "its sha-256 checksum"));
	}
	ek_vibdesc_clear(&d);
}

/* The plain sum is right, but this is no gzip. */
static void test_not_gzip(void **state)
{
	static const struct row r = {
		.sums = { { "sha-256", NULL, IN_256 },
			  { "sha-1", "gunzip", IN_1 } },
		.size = -1, .inside = -1,
	};
	struct ek_err err = EK_ERR_INIT;
	struct ek_vibdesc d;

	(void)state;
	make_payload(&d, &r);
	assert_int_equal(copy(d.payloads, "hello\n", 6, NULL, &err),
			 EK_EFORMAT);
	assert_non_null(strstr(err.msg, "x.vib:p"));
	ek_vibdesc_clear(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_flips),
		cmocka_unit_test(test_not_gzip),
	};

	return cmocka_run_group_tests_name("paysum", tests, NULL, NULL);
}
