/* SPDX-License-Identifier: BSD-2-Clause */
/* t_paysum.c - unit tests of paysum.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "ek/deflate.h"
#include "ek/digest.h"
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

/* gzip of a zstd frame of the same; of that and more; of an xz stream of it with a
 * signature behind; of its gzip. */
static const unsigned char gzstd[] = {
	0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xff, 0xd3,
	0xd8, 0xaa, 0xff, 0x57, 0x81, 0xcd, 0x90, 0x81, 0x21, 0x23, 0x35,
	0x27, 0x27, 0x9f, 0x0b, 0x00, 0x7d, 0xff, 0x85, 0x47, 0x0f, 0x00,
	0x00, 0x00,
};
#define ZS_256 \
	"0fcb90ddb4d4fe0812ce8d50e54ff9a4500feb49c337ea02d5d6ac3c13c6f6a5"
#define ZS_IN \
	"bf9a63d24b3074b36a33fe4aaab3457e918e632acc798e1cc0c9fcde5684bcb7"
static const unsigned char gjunk[] = {
	0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xff, 0xd3,
	0xd8, 0xaa, 0xff, 0x57, 0x81, 0xcd, 0x90, 0x81, 0x21, 0x23, 0x35,
	0x27, 0x27, 0x9f, 0x2b, 0xab, 0x34, 0x2f, 0x1b, 0x00, 0xa8, 0x68,
	0x7a, 0x8f, 0x13, 0x00, 0x00, 0x00,
};
#define ZJ_256 \
	"16fe83cfc6b7058eebf4d5247322dac36f7fc57e865c0a20ec70ec90d0759df9"
static const unsigned char gxz[] = {
	0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xff, 0xfb,
	0x6b, 0x5e, 0x15, 0x11, 0xc5, 0xc0, 0xc0, 0x98, 0xa9, 0x74, 0xcf,
	0x8c, 0x89, 0x41, 0x91, 0x51, 0x88, 0x81, 0x81, 0x41, 0x79, 0x47,
	0xbb, 0x0e, 0x23, 0x03, 0x6b, 0x46, 0x6a, 0x4e, 0x4e, 0x3e, 0x17,
	0x90, 0xaf, 0x60, 0x60, 0x65, 0xc6, 0xc0, 0x28, 0xc5, 0x76, 0xf4,
	0xd5, 0x89, 0xca, 0x09, 0x4e, 0x33, 0x79, 0x19, 0x81, 0x62, 0x0c,
	0x8c, 0x91, 0x51, 0xcc, 0x40, 0xaa, 0x2c, 0xb7, 0x3c, 0xb1, 0x28,
	0x35, 0x3e, 0xb5, 0xb8, 0xc2, 0xcc, 0x1c, 0x24, 0x5c, 0x9c, 0x99,
	0xae, 0x28, 0x02, 0xa4, 0xdf, 0x0a, 0xee, 0x93, 0x02, 0x00, 0x01,
	0x40, 0x1b, 0xf4, 0x5c, 0x00, 0x00, 0x00,
};
#define XZ_256 \
	"82a51d96f12771a0e7851c4504523d299539ee74e99a585d1c91260b26edbc3d"
#define XZ_IN \
	"c863adbf3f5912e6780f0467d593e4398e9935d6054db80630e03ec507bc3d7c"
#define XZ_IN1 "457dd5fee2ba32cac49b1039f44d6077a6157f8d"
static const unsigned char gzgz[] = {
	0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xff, 0x93,
	0xef, 0xe6, 0x60, 0x00, 0x01, 0xa6, 0xff, 0xa7, 0x3d, 0xce, 0x9e,
	0x3c, 0xf9, 0x9c, 0x89, 0x41, 0xc1, 0xc0, 0xca, 0x8c, 0x0d, 0x28,
	0x02, 0x00, 0x0c, 0xe2, 0x9b, 0x09, 0x1a, 0x00, 0x00, 0x00,
};
#define GG_256 \
	"0c19ef82f5d9781c915906eb579a62de63d53e701a27aebfbce6cbbb7d88b495"

enum which { GZ, ZSTD, JUNK, XZ, GZGZ };
static const struct {
	const unsigned char *p;
	size_t len;
} files[] = {
	[GZ] = { gz, sizeof(gz) },
	[ZSTD] = { gzstd, sizeof(gzstd) },
	[JUNK] = { gjunk, sizeof(gjunk) },
	[XZ] = { gxz, sizeof(gxz) },
	[GZGZ] = { gzgz, sizeof(gzgz) },
};

struct sum {
	const char *type, *process, *hex;
};

static const struct row {
	struct sum sums[5];
	enum which file;
	int64_t size, inside; /* -1: not told */
	int rc;
	const char *say;
	unsigned unchecked;
} rows[] = {
	{ { { NULL, NULL, NULL } }, GZ, -1, -1, EK_OK, NULL, EK_NO_SUMS },
	{ { { NULL, NULL, NULL } }, GZ, 26, -1, EK_OK, NULL, EK_NO_SUMS },
	{ { { NULL, NULL, NULL } }, GZ, 27, -1, EK_EREFUSE,
	  "payload 'p' has 26 bytes, its descriptor says 27", EK_NO_SUMS },
	{ { { "sha-256", NULL, GZ_256 } }, GZ, 26, -1, EK_OK, NULL, 0 },
	/* the set of 5.x, and that of 6.7 */
	{ { { "sha-256", NULL, GZ_256 }, { "sha-1", "gunzip", IN_1 } },
	  GZ, 26, -1, EK_OK, NULL, 0 },
	{ { { "sha-256", "gunzip", IN_256 }, { "sha-256", NULL, GZ_256 },
	    { "sha-1", "gunzip", IN_1 } }, GZ, 26, 6, EK_OK, NULL, 0 },
	/* that of 9.0; plain sha-1, which nobody writes; another process */
	{ { { "sha-256", NULL, GZ_256 }, { "sha-256-gunzip1", NULL, IN_256 } },
	  GZ, -1, -1, EK_OK, NULL, 0 },
	{ { { "sha-256", NULL, GZ_256 }, { "sha-1", NULL, GZ_1 } },
	  GZ, -1, -1, EK_OK, NULL, 0 },
	{ { { "sha-256", NULL, GZ_256 }, { "sha-256", "txt-mle", "00" } },
	  GZ, -1, -1, EK_OK, NULL, 0 },
	/* wrong, each in its turn */
	{ { { "sha-256", NULL, IN_256 } }, GZ, 26, -1, EK_EREFUSE,
	  "'x.vib': payload 'p' does not fit its sha-256 checksum: " GZ_256
	  " calculated, " IN_256 " expected", 0 },
	{ { { "sha-256", NULL, GZ_256 }, { "sha-256", "gunzip", GZ_256 } },
	  GZ, -1, -1, EK_EREFUSE, "does not fit its sha-256 gunzip checksum: "
	  IN_256 " calculated, " GZ_256 " expected", 0 },
	{ { { "sha-256", NULL, GZ_256 }, { "sha-1", "gunzip", GZ_1 } },
	  GZ, -1, -1, EK_EREFUSE, "its sha-1 gunzip checksum: " IN_1, 0 },
	{ { { "sha-256", NULL, GZ_256 }, { "sha-256-gunzip1", NULL, GZ_256 } },
	  GZ, -1, -1, EK_EREFUSE, "its sha-256-gunzip1 checksum", 0 },
	{ { { "sha-256", NULL, GZ_256 }, { "sha-1", NULL, IN_1 } },
	  GZ, -1, -1, EK_EREFUSE, "its sha-1 checksum", 0 },
	{ { { "sha-256", NULL, GZ_256 }, { "sha-256", NULL, IN_256 } },
	  GZ, -1, -1, EK_EREFUSE, "its sha-256 checksum", 0 },
	{ { { "sha-256", NULL, GZ_256 }, { "sha-256", "gunzip", IN_256 } },
	  GZ, 26, 7, EK_EREFUSE, "has 6 bytes uncompressed, its descriptor"
	  " says 7", 0 },
	{ { { "sha-256", NULL, "" } }, GZ, -1, -1, EK_EREFUSE,
	  "does not fit", 0 },
	/* what ESXi refuses */
	{ { { "sha-1", "gunzip", IN_1 } }, GZ, -1, -1, EK_EREFUSE,
	  "no plain sha-256", 0 },
	{ { { "sha-256", NULL, GZ_256 }, { "crc", NULL, "0" } }, GZ, -1, -1,
	  EK_EREFUSE, "unsupported hash type crc", 0 },
	/* zstd inside: gunzip sums are over what is in that, gunzip1 not */
	{ { { "sha-256", "gunzip", IN_256 }, { "sha-256", NULL, ZS_256 },
	    { "sha-1", "gunzip", IN_1 }, { "sha-256-gunzip1", NULL, ZS_IN } },
	  ZSTD, -1, 6, EK_OK, NULL, 0 },
	{ { { "sha-256", "gunzip", IN_256 }, { "sha-256", NULL, ZS_256 },
	    { "sha-256-gunzip1", NULL, IN_256 } }, ZSTD, -1, -1, EK_EREFUSE,
	  "its sha-256-gunzip1 checksum: " ZS_IN, 0 },
	{ { { "sha-256", "gunzip", ZS_IN }, { "sha-256", NULL, ZS_256 } },
	  ZSTD, -1, -1, EK_EREFUSE, "its sha-256 gunzip checksum: " IN_256, 0 },
	{ { { "sha-256", NULL, ZS_256 }, { "sha-256-gunzip1", NULL, ZS_IN } },
	  ZSTD, -1, 15, EK_EREFUSE, "has 6 bytes uncompressed", 0 },
	/* something behind it that nobody understands */
	{ { { "sha-256", "gunzip", IN_256 }, { "sha-256", NULL, ZJ_256 } },
	  JUNK, -1, -1, EK_EFORMAT, "behind the end of the zstd data", 0 },
	{ { { "sha-256", NULL, ZJ_256 } }, JUNK, -1, -1, EK_OK, NULL, 0 },
	/* xz and a signature: all layers, or gunzip and no more */
	{ { { "sha-256", "gunzip", IN_256 }, { "sha-256", NULL, XZ_256 },
	    { "sha-1", "gunzip", XZ_IN1 } }, XZ, -1, 6, EK_OK, NULL, 0 },
	{ { { "sha-256", "gunzip", XZ_IN }, { "sha-256", NULL, XZ_256 },
	    { "sha-1", "gunzip", IN_1 } }, XZ, -1, -1, EK_OK, NULL, 0 },
	{ { { "sha-256", "gunzip", ZS_IN }, { "sha-256", NULL, XZ_256 } },
	  XZ, -1, -1, EK_EREFUSE, "its sha-256 gunzip checksum: " IN_256, 0 },
	{ { { "sha-256", NULL, XZ_256 }, { "sha-256-gunzip1", NULL, IN_256 } },
	  XZ, -1, -1, EK_EREFUSE, "its sha-256-gunzip1 checksum: " XZ_IN, 0 },
	{ { { "sha-256", "gunzip", GZ_256 }, { "sha-256", NULL, GG_256 } },
	  GZGZ, -1, -1, EK_EREFUSE, "gzip inside gzip", 0 },
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
		const void *data = files[r->file].p;
		size_t len = files[r->file].len;
		struct ek_vibdesc d;
		int rc;

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

/* A million times "a", the test vector of FIPS 180: more than any window, so
 * that what is seen at opening is not all of it. */
#define MILLION_256 \
	"cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
#define MILLION_1 "34aa973cd4c4daa4f61eeb2bdbad27316534016f"

static void test_large(void **state)
{
	static char a[1000000];
	struct row r = { .size = -1, .inside = sizeof(a) };
	char hex[EK_DIGEST_HEX], *buf = NULL;
	struct ek_out *mem, *out;
	struct ek_vibdesc d;
	size_t n;

	(void)state;
	memset(a, 'a', sizeof(a));
	assert_int_equal(ek_out_open_mem(&mem, &buf, &n, NULL), EK_OK);
	assert_int_equal(ek_out_open_gzip(&out, mem, 6, NULL), EK_OK);
	ek_out_write(out, a, sizeof(a));
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	assert_int_equal(ek_out_commit(&mem, NULL), EK_OK);
	assert_int_equal(ek_digest_mem(EK_SHA256, buf, n, hex, NULL), EK_OK);
	r.sums[0] = (struct sum){ "sha-256", NULL, hex };
	r.sums[1] = (struct sum){ "sha-256-gunzip1", NULL, MILLION_256 };
	r.sums[2] = (struct sum){ "sha-1", "gunzip", MILLION_1 };
	make_payload(&d, &r);
	assert_int_equal(copy(d.payloads, buf, n, NULL, NULL), EK_OK);
	ek_vibdesc_clear(&d);
	free(buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_flips),
		cmocka_unit_test(test_not_gzip),
		cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests_name("paysum", tests, NULL, NULL);
}
