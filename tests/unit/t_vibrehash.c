/* SPDX-License-Identifier: BSD-2-Clause */
/* t_vibrehash.c - unit tests of vibrehash.h: what changes, what stays, and
 *                 files that are not what they say, or change meanwhile */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <unistd.h>

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/io.h"
#include "ek/release.h"
#include "ek/vib.h"
#include "ek/vibrehash.h"

/* SHA-256 of "abc" (FIPS 180-2, appendix B.1). */
#define ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define SUM "<checksum checksum-type=\"sha-256\">" ABC "</checksum>"

struct place {
	char dir[64], file[96];
};

/* What was told, one after the other. */
struct told {
	int n;
	char text[1024];
};

static void say(void *ctx, enum ek_say_kind kind, const char *text)
{
	struct told *t = ctx;
	size_t len = strlen(t->text);

	assert_int_equal(kind, EK_SAY_WARN);
	snprintf(t->text + len, sizeof(t->text) - len, "%s\n", text);
	t->n++;
}

static int set_up(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	snprintf(p->dir, sizeof(p->dir), "/tmp/t_vibrehash.XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->file, sizeof(p->file), "%s/x.vib", p->dir);
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

/* ---- making VIBs -------------------------------------------------------- */

static void desc(struct ek_buf *b, const char *level, const char *req,
		 const char *payload)
{
	ek_buf_addf(b, "<vib version=\"5.0\"><type>bootbank</type><name>n</name>"
		    "<odd a=\"1\">kept</odd>"
		    "<release-date>2024-01-02T03:04:05+00:00</release-date>"
		    "<system-requires>%s</system-requires>"
		    "<acceptance-level>%s</acceptance-level>"
		    "<payloads>%s</payloads></vib>", req, level, payload);
}

static int open_abc(void *ctx, struct ek_in **in, struct ek_err *err)
{
	(void)ctx;
	return ek_in_open_mem(in, "abc", "abc", 3, err);
}

static void make(struct ek_buf *file, const struct ek_buf *d, const char *sig)
{
	const struct ek_vib_source src = {
		.name = "p", .size = 3, .open = open_abc,
	};
	struct ek_out *out;
	char *p;
	size_t len;

	assert_int_equal(ek_out_open_mem(&out, &p, &len, NULL), EK_OK);
	assert_int_equal(ek_vib_write(out, d->p, d->len, sig, strlen(sig),
				      &src, 1, NULL), EK_OK);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	ek_buf_add(file, p, len);
	free(p);
}

static void put(const char *path, const void *p, size_t len)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(p, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

/* The new file in *got; the code of what failed. */
static int rehash(const char *path, const char *target, struct told *t,
		  struct ek_buf *got, struct ek_err *err)
{
	struct ek_vibrehash *r;
	struct ek_out *out;
	size_t len = 0;
	char *p = NULL;
	int rc = ek_vibrehash_open(&r, path, ek_release_find(target), say, t,
				   err);

	if (rc != EK_OK) {
		assert_null(r);
		return rc;
	}
	assert_int_equal(ek_out_open_mem(&out, &p, &len, NULL), EK_OK);
	rc = ek_vibrehash_write(r, out, err);
	if (rc == EK_OK)
		assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	ek_out_abort(&out);
	ek_vibrehash_free(&r);
	if (rc == EK_OK)
		ek_buf_add(got, p, len);
	free(p);
	return rc;
}

/* Old descriptor and signature in, this descriptor out, in a VIB that is to the
 * byte the one written with it. */
static void check(const struct place *p, const char *target,
		  const struct ek_buf *old, const char *sig,
		  const struct ek_buf *want, struct told *t)
{
	struct ek_buf file = EK_BUF_INIT, got = EK_BUF_INIT, new = EK_BUF_INIT;
	struct ek_err err = EK_ERR_INIT;

	make(&file, old, sig);
	make(&new, want, "");
	put(p->file, file.p, file.len);
	if (rehash(p->file, target, t, &got, &err) != EK_OK)
		fail_msg("%s", err.msg);
	assert_int_equal(got.len, new.len);
	assert_memory_equal(got.p, new.p, new.len);
	ek_buf_free(&file);
	ek_buf_free(&got);
	ek_buf_free(&new);
}

/* ---- tests -------------------------------------------------------------- */

/* No checksum, no size, another platform: all is made, what is odd stays. */
static void test_made(void **state)
{
	struct ek_buf old = EK_BUF_INIT, want = EK_BUF_INIT;
	struct told t = { .n = 0 };

	desc(&old, "community", "<softwarePlatform version=\"7.0\"/><x/>",
	     "<payload name=\"p\" type=\"text\" o=\"2\"/>");
	desc(&want, "community", "<x/><softwarePlatform version=\"8.0\" "
	     "locale=\"\" productLineID=\"embeddedEsx\"/>",
	     "<payload name=\"p\" type=\"text\" o=\"2\" size=\"3\">" SUM
	     "</payload>");
	check(*state, "8.0", &old, "", &want, &t);
	assert_int_equal(t.n, 0);
	ek_buf_free(&old);
	ek_buf_free(&want);
}

/* Without a target the platform stays; a signature and its level do not. */
static void test_signed(void **state)
{
	static const char payload[] = "<payload name=\"p\" type=\"text\" "
		"size=\"3\">" SUM "</payload>";
	struct ek_buf old = EK_BUF_INIT, want = EK_BUF_INIT;
	struct told t = { .n = 0 };

	desc(&old, "signed", "<softwarePlatform version=\"7.0\"/>", payload);
	desc(&want, "community", "<softwarePlatform version=\"7.0\"/>",
	     payload);
	check(*state, NULL, &old, "any bytes", &want, &t);
	assert_int_equal(t.n, 2);
	assert_non_null(strstr(t.text, "the signature is dropped"));
	assert_non_null(strstr(t.text, "level partner becomes community"));
	ek_buf_free(&old);
	ek_buf_free(&want);
}

static void fails(const struct place *p, const char *target, const char *level,
		  const char *payload, const char *msg)
{
	struct ek_buf d = EK_BUF_INIT, file = EK_BUF_INIT, got = EK_BUF_INIT;
	struct ek_err err = EK_ERR_INIT;
	struct told t = { .n = 0 };

	desc(&d, level, "", payload);
	make(&file, &d, "");
	put(p->file, file.p, file.len);
	assert_true(rehash(p->file, target, &t, &got, &err) < 0);
	if (strstr(err.msg, msg) == NULL)
		fail_msg("'%s' is not in '%s'", msg, err.msg);
	assert_non_null(strstr(err.msg, p->file));
	assert_null(got.p);
	ek_buf_free(&d);
	ek_buf_free(&file);
	ek_buf_free(&got);
}

static void test_refused(void **state)
{
	const struct place *p = *state;

	fails(p, "8.0", "community", "<payload name=\"p\" type=\"text\">"
	      "<checksum checksum-type=\"sha-256\">00</checksum></payload>",
	      "sha-256");
	fails(p, "8.0", "community", "<payload name=\"p\" type=\"vgz\"/>",
	      "payload 'p' is not gzip");
	fails(p, "8.0", "community", "<payload name=\"p\" type=\"vzstd\"/>",
	      "type vzstd, which ESXi 8.0 cannot unpack");
	fails(p, "8.0", "community", "<payload name=\"q\" type=\"text\"/>",
	      "Could not find file object for payload 'q'");
	fails(p, "8.0", "high", "", "acceptance level");
}

/* Cut anywhere: never a VIB, and always a reason. The last byte is a pad, which
 * may be missing. */
static void test_cut(void **state)
{
	const struct place *p = *state;
	struct ek_buf d = EK_BUF_INIT, file = EK_BUF_INIT, got = EK_BUF_INIT;
	struct told t = { .n = 0 };

	desc(&d, "community", "", "<payload name=\"p\" type=\"text\"/>");
	make(&file, &d, "");
	for (size_t n = 0; n + 1 < file.len; n++) {
		struct ek_err err = EK_ERR_INIT;

		put(p->file, file.p, n);
		assert_true(rehash(p->file, "8.0", &t, &got, &err) < 0);
		assert_true(err.msg[0] != '\0');
	}
	assert_null(got.p);
	ek_buf_free(&d);
	ek_buf_free(&file);
}

/* The payload becomes another one between the digest and the copy. */
static void test_changed(void **state)
{
	const struct place *p = *state;
	struct ek_buf d = EK_BUF_INIT, file = EK_BUF_INIT;
	struct ek_err err = EK_ERR_INIT;
	struct ek_vibrehash *r;
	struct ek_out *out;
	size_t len;
	char *mem = NULL;

	desc(&d, "community", "", "<payload name=\"p\" type=\"text\"/>");
	make(&file, &d, "");
	put(p->file, file.p, file.len);
	assert_int_equal(ek_vibrehash_open(&r, p->file, NULL, NULL, NULL, NULL),
			 EK_OK);
	file.p[file.len - 2] ^= 1;
	put(p->file, file.p, file.len);
	assert_int_equal(ek_out_open_mem(&out, &mem, &len, NULL), EK_OK);
	assert_int_equal(ek_vibrehash_write(r, out, &err), EK_EREFUSE);
	ek_out_abort(&out);
	ek_vibrehash_free(&r);
	assert_null(r);
	ek_vibrehash_free(&r);
	free(mem);
	ek_buf_free(&d);
	ek_buf_free(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_made, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_signed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_refused, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_cut, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_changed, set_up,
						tear_down),
	};

	return cmocka_run_group_tests_name("vibrehash", tests, NULL, NULL);
}
