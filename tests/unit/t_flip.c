/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_flip.c - every byte of a VIB changed in turn, in several ways: vib-check's
 *            rules must notice
 *
 * Of a VIB that a test CA signed and that is checked with that CA, only what
 * nothing protects may change unseen: owner, mode and time of the archive's
 * members, pads, and fields of PKCS#7 that are not authenticated. Of an
 * unsigned one, whatever is in a payload, a number, a name or a digest.
 */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/ar.h"
#include "ek/digest.h"
#include "ek/err.h"
#include "ek/gnutar.h"
#include "ek/io.h"
#include "ek/release.h"
#include "ek/rules_vib.h"
#include "ek/sig.h"
#include "ek/vibdesc.h"
#include "ek/vibprobe.h"
#include "ek/vmtar.h"
#include "sig_made.h"
#include "wrap.h"

struct vib {
	struct ek_buf file, desc, sig, payload;
	struct made_cert ca, signer;
	struct ek_sigtrust *trust; /* NULL for the unsigned one */
	size_t desc_at, sig_at, payload_at; /* of the data */
};

/* ---- making it ---------------------------------------------------------- */

static void make_inside(struct ek_buf *b)
{
	static char opt[] = "opt", file[] = "opt/a", text[] = "hello, world\n";
	const struct ek_entry v[] = {
		{ .name = opt, .type = EK_FT_DIR, .mode = 0755 },
		{ .name = file, .mode = 0644, .size = sizeof(text) - 1 },
	};
	struct ek_out *out, *to;
	struct ek_in *in;
	char *tar, *vmtar;
	size_t n, len;

	assert_int_equal(ek_out_open_mem(&out, &tar, &n, NULL), EK_OK);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(ek_gnutar_file(out, &v[i], text, NULL), EK_OK);
	ek_gnutar_end(out, 0);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	assert_int_equal(ek_in_open_mem(&in, "t", tar, n, NULL), EK_OK);
	assert_int_equal(ek_out_open_mem(&to, &vmtar, &len, NULL), EK_OK);
	assert_int_equal(ek_vmtar_from_tar(in, EK_VMTAR_65, to, NULL, NULL,
					   NULL), EK_OK);
	assert_int_equal(ek_out_commit(&to, NULL), EK_OK);
	ek_buf_add(b, vmtar, len);
	ek_in_close(&in);
	free(tar);
	free(vmtar);
}

static void add_sum(struct ek_payload *p, enum ek_digest_kind kind,
		    const char *process, const struct ek_buf *of)
{
	char hex[EK_DIGEST_HEX];

	assert_int_equal(ek_digest_mem(kind, of->p, of->len, hex, NULL), EK_OK);
	assert_int_equal(ek_payload_add_sum(p, kind == EK_SHA1 ? "sha-1" :
					    "sha-256", process, hex, NULL),
			 EK_OK);
}

static void describe(struct vib *v, const struct ek_buf *inside, bool sign)
{
	struct ek_payload *p;
	struct ek_vibdesc d;

	ek_vibdesc_init(&d);
	assert_int_equal(ek_vibdesc_set(&d.name, "net-acme", NULL), EK_OK);
	assert_int_equal(ek_vibdesc_set(&d.version, "1.2-34", NULL), EK_OK);
	assert_int_equal(ek_vibdesc_set(&d.vendor, "Acme", NULL), EK_OK);
	assert_int_equal(ek_vibdesc_set(&d.summary, "A summary", NULL), EK_OK);
	assert_int_equal(ek_vibdesc_set(&d.description, "Words", NULL), EK_OK);
	assert_true(ek_date_parse("2024-01-02T13:24:55", 19, &d.date));
	d.has_date = true;
	d.level = sign ? EK_PARTNER : EK_COMMUNITY;
	assert_int_equal(ek_strs_add(&d.files, "opt/a", 5, NULL), EK_OK);
	assert_int_equal(ek_vibdesc_add_payload(&d, "net-acme", "vgz", &p,
						NULL), EK_OK);
	p->has_size = true;
	p->size = v->payload.len;
	add_sum(p, EK_SHA256, "gunzip", inside);
	add_sum(p, EK_SHA256, NULL, &v->payload);
	add_sum(p, EK_SHA1, "gunzip", inside);
	ek_vibdesc_write(&d, EK_VIBDESC_VIB, &v->desc);
	ek_vibdesc_clear(&d);
}

static void sign_it(struct vib *v)
{
	struct ek_sig_key k = { .key_name = "k", .cert_name = "c" };

	made_cert(&v->ca, "Test", NULL, "CA", NULL);
	made_cert(&v->signer, "Acme", NULL, "S", &v->ca);
	k.key = v->signer.key_pem.p;
	k.key_len = v->signer.key_pem.len;
	k.cert = v->signer.cert_pem.p;
	k.cert_len = v->signer.cert_pem.len;
	assert_int_equal(ek_sig_make(&k, v->desc.p, v->desc.len, &v->sig, NULL),
			 EK_OK);
	assert_int_equal(ek_sigtrust_new(&v->trust, NULL), EK_OK);
	assert_int_equal(ek_sigtrust_add(v->trust, "ca", v->ca.cert_pem.p,
					 v->ca.cert_pem.len, NULL), EK_OK);
}

static size_t add_member(struct ek_buf *file, const char *name,
			 const struct ek_buf *data)
{
	struct ek_out *out;
	char *head;
	size_t n, at;

	assert_int_equal(ek_out_open_mem(&out, &head, &n, NULL), EK_OK);
	assert_int_equal(ek_ar_put_header(out, name, data->len, NULL), EK_OK);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	ek_buf_add(file, head, n);
	at = file->len;
	ek_buf_add(file, ek_buf_str(data), data->len);
	if (data->len % 2 != 0)
		ek_buf_addc(file, '\n');
	free(head);
	return at;
}

static size_t check(const struct vib *v, const char *bytes)
{
	const struct ek_vib_ask ask = { .trust = v->trust };
	struct ek_findings *f;
	struct ek_vibprobe *p;
	struct ek_in *in;
	size_t n;

	assert_int_equal(ek_in_open_mem(&in, "x", bytes, v->file.len, NULL),
			 EK_OK);
	assert_int_equal(ek_vibprobe_open(&p, in, NULL), EK_OK);
	assert_int_equal(ek_findings_new(&f, NULL), EK_OK);
	assert_int_equal(ek_vib_check(p, &ask, EK_RALL, f, NULL), EK_OK);
	n = ek_findings_of(f, EK_ERROR) + ek_findings_of(f, EK_WARNING);
	ek_findings_free(&f);
	ek_vibprobe_free(&p);
	ek_in_close(&in);
	return n;
}

static void make(struct vib *v, bool sign)
{
	struct ek_buf inside = EK_BUF_INIT;

	memset(v, 0, sizeof(*v));
	make_inside(&inside);
	add_gzip(&v->payload, inside.p, inside.len);
	describe(v, &inside, sign);
	if (sign)
		sign_it(v);
	ek_buf_adds(&v->file, EK_AR_MAGIC);
	v->desc_at = add_member(&v->file, "descriptor.xml", &v->desc);
	v->sig_at = add_member(&v->file, "sig.pkcs7", &v->sig);
	v->payload_at = add_member(&v->file, "net-acme", &v->payload);
	ek_buf_free(&inside);
	assert_int_equal(check(v, v->file.p), 0);
}

static void unmake(struct vib *v)
{
	ek_buf_free(&v->file);
	ek_buf_free(&v->desc);
	ek_buf_free(&v->sig);
	ek_buf_free(&v->payload);
	made_cert_free(&v->ca);
	made_cert_free(&v->signer);
	ek_sigtrust_free(&v->trust);
}

/* ---- flipping ----------------------------------------------------------- */

static bool inside(size_t i, size_t at, size_t n)
{
	return i >= at && i < at + n;
}

/* Time, owner and mode (32 bytes behind the name of 16), which nobody reads, and
 * the newline behind an odd member. */
static bool is_unprotected(const struct vib *v, size_t i)
{
	const size_t at[] = { v->desc_at, v->sig_at, v->payload_at };
	const size_t n[] = { v->desc.len, v->sig.len, v->payload.len };

	for (size_t k = 0; k < 3; k++)
		if (inside(i, at[k] - EK_AR_HEADER + 16, 32) ||
		    (n[k] % 2 != 0 && i == at[k] + n[k]))
			return true;
	return false;
}

static const unsigned char patterns[] = { 0x01, 0x20, 0x80 };

/* A NUL for a blank behind a member's name or size: readers take either. */
static bool is_pad(const struct vib *v, size_t i, char now)
{
	const size_t at[] = { v->desc_at, v->sig_at, v->payload_at };

	for (size_t k = 0; k < 3; k++)
		if (inside(i, at[k] - EK_AR_HEADER, 16) ||
		    inside(i, at[k] - EK_AR_HEADER + 48, 10))
			return v->file.p[i] == ' ' && now == '\0';
	return false;
}

/* The number of changes of byte i that nothing tells of: of all, or of one, a
 * verification being slow. */
static size_t unseen(const struct vib *v, char *copy, size_t i, bool all)
{
	const size_t from = all ? 0 : i % sizeof(patterns);
	const size_t to = all ? sizeof(patterns) : from + 1;
	size_t n = 0;

	for (size_t k = from; k < to; k++) {
		copy[i] = (char)((unsigned char)v->file.p[i] ^ patterns[k]);
		n += !is_pad(v, i, copy[i]) && check(v, copy) == 0;
	}
	copy[i] = v->file.p[i];
	return n;
}

static char *copy_of(const struct vib *v)
{
	char *copy = malloc(v->file.len);

	assert_non_null(copy);
	memcpy(copy, v->file.p, v->file.len);
	return copy;
}

/*
 * What PKCS#7 leaves unauthenticated, and libcrypto does not look at: the type
 * of the content that is not inside, and how the signer names his digest (its
 * parameters) and his key. Of each the last place in the DER, but of the type
 * the first, which the signed attributes repeat.
 */
static const struct field {
	const char *der;
	size_t n, at, len; /* of der; where in it the free bytes are, how many */
	bool first;
} fields[] = {
	{ "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01", 11, 2, 9, true },
	{ "\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00", 13, 11, 2,
	  false },
	{ "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00", 13, 2, 11,
	  false },
};

static size_t find_field(const unsigned char *der, size_t len,
			 const struct field *f)
{
	size_t at = SIZE_MAX;

	for (size_t i = 0; i + f->n <= len; i++)
		if (memcmp(der + i, f->der, f->n) == 0 &&
		    (at == SIZE_MAX || !f->first))
			at = i;
	assert_true(at != SIZE_MAX);
	return at + f->at;
}

/* Is each byte of the PEM one that holds bits of such a field? */
static bool *free_in_sig(const struct vib *v)
{
	const size_t line = strlen("-----BEGIN PKCS7-----\n");
	bool *is_free = calloc(v->sig.len, sizeof(*is_free));
	BIO *b = BIO_new_mem_buf(v->sig.p, (int)v->sig.len);
	unsigned char *der = NULL;
	long len = 0;

	assert_non_null(is_free);
	assert_int_equal(PEM_bytes_read_bio(&der, &len, NULL, "PKCS7", b, NULL,
					    NULL), 1);
	for (size_t k = 0; k < sizeof(fields) / sizeof(fields[0]); k++) {
		size_t at = find_field(der, (size_t)len, &fields[k]);
		size_t last = (at + fields[k].len) * 8 - 1;

		/* six bits a letter, 64 letters and a newline a line */
		for (size_t c = at * 8 / 6; c <= last / 6; c++)
			is_free[line + c + c / 64] = true;
	}
	OPENSSL_free(der);
	BIO_free(b);
	return is_free;
}

static void test_signed(void **state)
{
	struct vib v;
	size_t n_free = 0;
	bool *is_free;
	char *copy;

	(void)state;
	make(&v, true);
	copy = copy_of(&v);
	is_free = free_in_sig(&v);
	for (size_t i = 0; i < v.sig.len; i++)
		n_free += is_free[i];
	assert_in_range(n_free, 20, 40);
	for (size_t i = 0; i < v.file.len; i++) {
		if (is_unprotected(&v, i) ||
		    (inside(i, v.sig_at, v.sig.len) && is_free[i - v.sig_at]))
			continue;
		if (unseen(&v, copy, i, false) != 0)
			fail_msg("byte %zu: a change is not seen", i);
	}
	free(is_free);
	free(copy);
	unmake(&v);
}

/* Which bytes of the descriptor must be noticed without a signature: numbers,
 * names and digests, that is attribute values in <payloads>, and the name. */
static bool is_bound(const struct vib *v, size_t i)
{
	const char *d = v->desc.p;
	size_t at = i - v->desc_at;
	const char *pay = strstr(d, "<payload ");
	bool quoted = false;

	if (pay == NULL || at < (size_t)(pay - d))
		return false;
	for (const char *p = pay; p < d + at; p++)
		quoted ^= *p == '"';
	/* a digest is text */
	if (!quoted && d[at] != '"')
		return strchr("0123456789abcdef", d[at]) != NULL &&
			strspn(d + at, "0123456789abcdef") +
			(size_t)(d + at - pay) > 0 &&
			d[at - 1] != '<' && d[at - 1] != '/';
	return quoted && d[at] != '"';
}

static void test_unsigned(void **state)
{
	struct vib v;
	size_t bound = 0;
	char *copy;

	(void)state;
	make(&v, false);
	copy = copy_of(&v);
	for (size_t i = 0; i < v.file.len; i++) {
		bool desc = inside(i, v.desc_at, v.desc.len);
		size_t n;

		if (is_unprotected(&v, i) || (desc && !is_bound(&v, i)))
			continue;
		bound++;
		n = unseen(&v, copy, i, true);
		/* hex may be in upper case */
		if (n == 1 && desc && v.file.p[i] >= 'a' && v.file.p[i] <= 'f')
			n = 0;
		if (n != 0)
			fail_msg("byte %zu ('%c'): %zu changes are not seen", i,
				 v.file.p[i], n);
	}
	assert_true(bound > v.payload.len + 250);
	free(copy);
	unmake(&v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signed), cmocka_unit_test(test_unsigned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
