/* SPDX-License-Identifier: BSD-2-Clause */
/* rules_desc_sum.c - payloads and their checksums, as far as a descriptor alone
 *                    tells (vib.5, "Checksums") */
#include "os.h"

#include "ek/release.h"
#include "rules_desc_int.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

/* What the checksums of one payload are. */
struct sums {
	unsigned n;
	bool plain, gunzip256, gunzip1;
	bool last_plain;       /* of those of type sha-256 */
	char plain_hex[72], last_hex[72];
};

static void look(struct ek_desc_work *w, const struct ek_node *payload,
		 struct sums *s)
{
	const struct ek_node *n = ek_node_child(payload, "checksum");

	*s = (struct sums){ .n = 0 };
	for (; n != NULL; n = ek_node_next(n, "checksum")) {
		char *type = ek_desc_attr_full(w, n, "checksum-type");
		char *process = ek_desc_attr_full(w, n, "verify-process");
		char *hex = ek_desc_own(w, n);
		bool sha256 = type != NULL && strcmp(type, "sha-256") == 0;
		bool gunzip = process != NULL && strcmp(process, "gunzip") == 0;

		s->n++;
		if (sha256) {
			s->last_plain = process == NULL;
			snprintf(s->last_hex, sizeof(s->last_hex), "%s",
				 hex != NULL ? hex : "");
		}
		if (sha256 && process == NULL) {
			s->plain = true;
			memcpy(s->plain_hex, s->last_hex, sizeof(s->last_hex));
		}
		s->gunzip256 |= sha256 && gunzip;
		s->gunzip1 |= type != NULL && gunzip &&
			      strcmp(type, "sha-1") == 0;
		free(type);
		free(process);
		free(hex);
	}
}

/* The payload's name for a message: "" where there is none. Owned by out. */
static const char *name_of(struct ek_desc_work *w, const struct ek_node *n,
			   char out[64])
{
	char *name = ek_desc_attr(w, n, "name");

	snprintf(out, 64, "%s", name != NULL ? name : "");
	free(name);
	return out;
}

static bool compressed(struct ek_desc_work *w, const struct ek_node *n)
{
	char *type = ek_desc_attr(w, n, "type");
	const struct ek_payload p = { .type = type };
	bool yes = type != NULL && ek_payload_compressed(&p);

	free(type);
	return yes;
}

#define PAYLOADS(f) \
	int ek_desc_##f(const struct ek_rule *rule, const void *subject, \
			struct ek_findings *out, struct ek_err *err) \
	{ \
		return ek_desc_rule(rule, subject, "payloads/payload", \
				    on_##f, NULL, out, err); \
	}

static void on_sum_unknown(struct ek_desc_work *w, const struct ek_node *n)
{
	static const char *const known[] = {
		"sha-256", "sha-1", "sha-256-gunzip1",
	};
	char *type = ek_desc_attr_full(w, n, "checksum-type");
	struct ek_buf b = EK_BUF_INIT;
	bool ok = type == NULL;

	for (size_t i = 0; i < LEN(known) && !ok; i++)
		ok = strcmp(type, known[i]) == 0;
	if (!ok) {
		ek_buf_addf(&b, "unsupported hash type %s", type);
		w->no_memory |= b.failed;
		ek_desc_tell(w, EK_RALL, n, ek_buf_str(&b), "'%s' is no type of"
			     " checksum that is known", type);
	}
	ek_buf_free(&b);
	free(type);
}

int ek_desc_sum_unknown(const struct ek_rule *rule, const void *subject,
			struct ek_findings *out, struct ek_err *err)
{
	return ek_desc_rule(rule, subject, "payloads/payload/checksum",
			    on_sum_unknown, NULL, out, err);
}

static void on_no_plain(struct ek_desc_work *w, const struct ek_node *n)
{
	struct sums s;
	char name[64];

	look(w, n, &s);
	if (s.n != 0 && !s.plain)
		ek_desc_tell(w, EK_RALL, n, "'NoneType' object has no attribute"
			     " 'checksumtype'", "payload '%s' has checksums,"
			     " but none of type sha-256 without verify-process",
			     name_of(w, n, name));
}
PAYLOADS(no_plain)

/* Two rows of the table say the same, one for releases that refuse it, one for
 * those that do not mind: where all were asked for, the first is enough. */
static bool is_echo(const struct ek_desc_work *w)
{
	return w->rule->severity == EK_INFO && w->s->n_targets == 0;
}

/* ESXi says nothing where it does not mind. */
static const char *words(const struct ek_desc_work *w, const char *text)
{
	return w->rule->severity == EK_INFO ? NULL : text;
}

static void on_order(struct ek_desc_work *w, const struct ek_node *n)
{
	char name[64], text[256];
	struct sums s;

	look(w, n, &s);
	if (!s.plain || s.last_plain || is_echo(w))
		return;
	snprintf(text, sizeof(text), "Calculated digest at EOF does not match"
		 " expected result: %s calculated, %s expected.", s.plain_hex,
		 s.last_hex);
	ek_desc_tell(w, EK_RALL, n, words(w, text), "payload '%s': ESXi up to 6.5 takes"
		     " the last sha-256 for that of the file, and here it is"
		     " one with verify-process", name_of(w, n, name));
}
PAYLOADS(order)

static void on_no_sum(struct ek_desc_work *w, const struct ek_node *n)
{
	char name[64];

	if (ek_node_child(n, "checksum") == NULL)
		ek_desc_tell(w, EK_RALL, n, NULL, "payload '%s' has no"
			     " checksum: nothing binds its bytes",
			     name_of(w, n, name));
}
PAYLOADS(no_sum)

static void on_no_sha1(struct ek_desc_work *w, const struct ek_node *n)
{
	static const char *const exempt[] = {
		"useropts", "features", "jumpstrt",
	};
	char name[64], text[128];
	struct sums s;

	look(w, n, &s);
	name_of(w, n, name);
	for (size_t i = 0; i < LEN(exempt); i++)
		if (strncmp(name, exempt[i], strlen(exempt[i])) == 0)
			return;
	if (s.n == 0 || s.gunzip1 || !compressed(w, n))
		return;
	snprintf(text, sizeof(text), "Failed to find checksum for payload %s",
		 name);
	ek_desc_tell(w, EK_RALL, n, text, "payload '%s' has no sha-1 of its"
		     " unpacked bytes: the host cannot verify it later", name);
}
PAYLOADS(no_sha1)

static void on_no_gunzip(struct ek_desc_work *w, const struct ek_node *n)
{
	struct ek_buf b = EK_BUF_INIT;
	struct sums s;
	char name[64];
	char *id;

	look(w, n, &s);
	if (s.gunzip256 || !compressed(w, n) || is_echo(w))
		return;
	id = ek_desc_id(w);
	ek_buf_addf(&b, "In ImageProfile ..., the payload(s) in VIB %s does not"
		    " have sha-256 gunzip checksum. This will prevent VIB"
		    " security verification and secure boot from functioning"
		    " properly. Please remove this VIB or please check with"
		    " your vendor for a replacement of this VIB",
		    id != NULL ? id : "");
	w->no_memory |= b.failed;
	ek_desc_tell(w, EK_RALL, n, words(w, ek_buf_str(&b)), "payload '%s'"
		     " has no sha-256 of its unpacked bytes, which 8.0 and later"
		     " require", name_of(w, n, name));
	ek_buf_free(&b);
	free(id);
}
PAYLOADS(no_gunzip)

/* Names seen so far: sorted copies, so that thousands are no matter. */
static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void on_name(struct ek_desc_work *w, const struct ek_node *n)
{
	/* w->ctx: the list, which is not const where it was made */
	struct ek_strs *l = (struct ek_strs *)(uintptr_t)w->ctx;
	char *name = ek_desc_attr_full(w, n, "name");

	if (name != NULL &&
	    ek_strs_add(l, name, strlen(name), w->err) != EK_OK)
		w->no_memory = true;
	free(name);
}

static void on_duplicate(struct ek_desc_work *w, const struct ek_node *n)
{
	/* w->ctx: the sorted names that come twice */
	const struct ek_strs *l = w->ctx;
	char *name = ek_desc_attr_full(w, n, "name");

	if (name != NULL && l->n != 0 &&
	    bsearch(&name, l->v, l->n, sizeof(l->v[0]), by_text) != NULL)
		ek_desc_tell(w, EK_RALL, n, NULL, "payload '%s' is there more"
			     " than once: all but one are lost", name);
	free(name);
}

int ek_desc_duplicate(const struct ek_rule *rule, const void *subject,
		      struct ek_findings *out, struct ek_err *err)
{
	struct ek_strs all = { NULL, 0, 0 }, twice = { NULL, 0, 0 };
	int rc;

	rc = ek_desc_rule(rule, subject, "payloads/payload", on_name, &all,
			  out, err);
	ek_strs_sort(&all);
	for (size_t i = 1; i < all.n && rc == EK_OK; i++)
		if (strcmp(all.v[i - 1], all.v[i]) == 0)
			rc = ek_strs_add(&twice, all.v[i], strlen(all.v[i]),
					 err);
	if (rc == EK_OK)
		rc = ek_desc_rule(rule, subject, "payloads/payload",
				  on_duplicate, &twice, out, err);
	ek_strs_free(&all);
	ek_strs_free(&twice);
	return rc;
}

static void on_payload_type(struct ek_desc_work *w, const struct ek_node *n)
{
	static const char *const raw[] = {
		"upgrade", "text", "boot_com32_bios", "boot_iso_bios",
		"boot_pxe_bios", "boot_loader_efi", "eltorito_image_efi",
	};
	char *type = ek_desc_attr(w, n, "type");
	bool known = type == NULL || compressed(w, n);
	char name[64];

	for (size_t i = 0; i < LEN(raw) && !known; i++)
		known = strcmp(type, raw[i]) == 0;
	if (!known)
		ek_desc_tell(w, EK_RALL, n, NULL, "payload '%s' is of type"
			     " '%s', which ESXi does not know",
			     name_of(w, n, name), type);
	free(type);
}
PAYLOADS(payload_type)

/* 1 to 8 characters, and perhaps a dot and 1 to 3. */
static bool is_8_3(const char *s)
{
	size_t base = strcspn(s, "."), ext;

	if (base < 1 || base > 8)
		return false;
	if (s[base] == '\0')
		return true;
	ext = strlen(s + base + 1);
	return ext >= 1 && ext <= 3 && strchr(s + base + 1, '.') == NULL;
}

static void on_vfat(struct ek_desc_work *w, const struct ek_node *n)
{
	char *vfat = ek_desc_attr_full(w, n, "vfat-name");

	if (vfat != NULL && !is_8_3(vfat))
		ek_desc_tell(w, EK_RALL, n, NULL, "vfat-name '%s' is not 8.3",
			     vfat);
	free(vfat);
}
PAYLOADS(vfat)

static void on_size(struct ek_desc_work *w, const struct ek_node *n)
{
	char *size = ek_desc_attr(w, n, "size");
	char name[64];

	if (size == NULL && !w->no_memory)
		ek_desc_tell(w, EK_RALL, n, NULL, "payload '%s' has no size"
			     " attribute", name_of(w, n, name));
	free(size);
}
PAYLOADS(size)

static void on_live_boot(struct ek_desc_work *w, const struct ek_node *n)
{
	const struct ek_vibdesc *d = w->s->d;
	char *type = ek_desc_attr(w, n, "type");
	char name[64];

	if (d != NULL && type != NULL && strcmp(type, "boot") == 0 &&
	    (d->live_install || d->live_remove))
		ek_desc_tell(w, EK_RALL, n, NULL, "payload '%s' is of type"
			     " boot, and comes or goes with a reboot only, but"
			     " the VIB allows live installation or removal",
			     name_of(w, n, name));
	free(type);
}
PAYLOADS(live_boot)
