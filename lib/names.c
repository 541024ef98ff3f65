/* SPDX-License-Identifier: BSD-2-Clause */
/* names.c - hashes in file names, local payload names, boot order */
#include "os.h"

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/names.h"
#include "ek/nametab.h"
#include "ek/path.h"

/* ---- Python 2's hash (imgdb.5, "File names") ---------------------------- */

static uint64_t fold(uint64_t x, unsigned bits)
{
	return bits == 32 ? x & 0xffffffffu : x;
}

/* As a signed number of that many bits; -1 means "error" in Python. */
static int64_t as_signed(uint64_t x, unsigned bits)
{
	int64_t v = bits == 32 ? (int64_t)(int32_t)(uint32_t)x : (int64_t)x;

	return v == -1 ? -2 : v;
}

int64_t ek_hash_string(const char *s, unsigned bits)
{
	size_t n = strlen(s);
	uint64_t x;

	if (n == 0)
		return 0;
	x = fold((uint64_t)(unsigned char)s[0] << 7, bits);
	for (size_t i = 0; i < n; i++)
		x = fold(x * 1000003u, bits) ^ (unsigned char)s[i];
	return as_signed(x ^ n, bits);
}

int64_t ek_hash_pair(const char *s, const char *t, unsigned bits)
{
	uint64_t x = 0x345678;

	x = fold((x ^ (uint64_t)ek_hash_string(s, bits)) * 1000003u, bits);
	x = fold((x ^ (uint64_t)ek_hash_string(t, bits)) * 1082525u, bits);
	return as_signed(fold(x + 97531u, bits), bits);
}

char *ek_name_vib_file(const char *vib_name, const char *vib_id, unsigned bits)
{
	char *text;

	if (asprintf(&text, "%s-%lld.xml", vib_name,
		     (long long)ek_hash_string(vib_id, bits)) < 0)
		return NULL;
	return text;
}

static bool is_word(unsigned char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

/* Characters of the encoded name that are kept. */
#define PROFILE_CUT 50

char *ek_name_profile_file(const char *name, const char *creator, unsigned bits)
{
	char quoted[PROFILE_CUT + 4], *text;
	size_t n = 0;

	for (const char *p = name; *p != '\0' && n < PROFILE_CUT; p++) {
		unsigned char c = (unsigned char)*p;

		if (is_word(c))
			quoted[n++] = (char)c;
		else
			n += (size_t)snprintf(quoted + n, 4, "%%%02X", c);
	}
	quoted[n < PROFILE_CUT ? n : PROFILE_CUT] = '\0';
	if (asprintf(&text, "%s%lld", quoted,
		     (long long)ek_hash_pair(name, creator, bits)) < 0)
		return NULL;
	return text;
}

/* ---- a set of short texts, each with a number ---------------------------- */

struct slot {
	const char *key; /* borrowed; NULL: free */
	unsigned value;
};

struct set {
	struct slot *v;
	size_t mask;
};

/* Room for n keys; it never grows. */
static int set_init(struct set *s, size_t n, struct ek_err *err)
{
	size_t cap = 16;

	while (cap / 2 < n && cap < SIZE_MAX / 4)
		cap *= 2;
	s->v = calloc(cap, sizeof(*s->v));
	if (s->v == NULL)
		return ek_fail_sys(err, "payload names");
	s->mask = cap - 1;
	return EK_OK;
}

/* The slot of key, or the free one where it would go. Letters count alike,
 * upper or lower: so do the names on a disc. */
static struct slot *set_find(const struct set *s, const char *key)
{
	size_t h = 5381;

	for (const char *p = key; *p != '\0'; p++)
		h = h * 33 ^ ((unsigned char)*p | 0x20u);
	for (h &= s->mask; s->v[h].key != NULL; h = (h + 1) & s->mask)
		if (strcasecmp(s->v[h].key, key) == 0)
			break;
	return &s->v[h];
}

static bool set_has(const struct set *s, const char *key)
{
	return set_find(s, key)->key != NULL;
}

static void set_put(struct set *s, const char *key)
{
	set_find(s, key)->key = key;
}

/* ---- local names (imgdb.5, "Local names") -------------------------------- */

/* First 8 characters of a payload name and its NUL. */
#define STEM 9

struct namer {
	struct ek_local *v;
	size_t n;
	bool hyphens;
	struct set taken; /* local names */
	struct set stems; /* with the next number to try */
	char (*stem)[STEM]; /* of each payload */
};

/* A file name of the flat root of an image, and of FAT: nothing else may come
 * out of a package. */
static bool is_plain(const char *name)
{
	if (name[0] == '\0' || strcmp(name, ".") == 0 ||
	    strcmp(name, "..") == 0)
		return false;
	for (const char *p = name; *p != '\0'; p++)
		if (!is_word((unsigned char)*p))
			return false;
	return true;
}

static int take_kept(struct namer *w, struct ek_err *err)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct ek_local *l = &w->v[i];

		if (l->name == NULL)
			continue;
		if (set_has(&w->taken, l->name))
			return ek_fail(err, EK_EREFUSE, "VIB '%s', payload '%s'"
				       ": the file name '%s' is that of another"
				       " payload too", l->vib_id, l->payload,
				       l->name);
		set_put(&w->taken, l->name);
	}
	return EK_OK;
}

static int give(struct namer *w, size_t i, const char *name, struct ek_err *err)
{
	struct ek_local *l = &w->v[i];

	l->name = strdup(name);
	if (l->name == NULL)
		return ek_fail_sys(err, "payload names");
	l->added = true;
	set_put(&w->taken, l->name);
	return EK_OK;
}

/* Files of a disc that belong to no VIB: a package that wishes for one of these
 * names would take its place. */
static bool is_of_disc(const char *name)
{
	static const char *const all[] = {
		"basemisc.tgz", "boot.cat", "boot.cfg", "efiboot.img",
		"esxiodpt.tgz", "imgdb.tgz", "imgpayld.tgz", "isolinux.bin",
		"isolinux.cfg", "mboot.c32", "menu.c32", "resvibs.tgz",
		"safeboot.c32", "state.tgz",
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcasecmp(name, all[i]) == 0)
			return true;
	return false;
}

static int give_wish(struct namer *w, size_t i, struct ek_err *err)
{
	const struct ek_local *l = &w->v[i];
	char *name;
	int rc = EK_OK;

	if (l->vfat_name == NULL || l->vfat_name[0] == '\0')
		return EK_OK;
	if (!is_plain(l->vfat_name))
		return ek_fail(err, EK_EREFUSE, "VIB '%s', payload '%s': "
			       "vfat-name '%s' is no plain file name",
			       l->vib_id, l->payload, l->vfat_name);
	if (is_of_disc(l->vfat_name) && l->type != NULL &&
	    ek_name_use_of(l->type) != EK_USE_FILE)
		return ek_fail(err, EK_EREFUSE, "VIB '%s', payload '%s': "
			       "vfat-name '%s' is that of a file of every "
			       "image, which it would replace", l->vib_id,
			       l->payload, l->vfat_name);
	name = strdup(l->vfat_name);
	if (name == NULL)
		return ek_fail_sys(err, "payload names");
	ek_path_lower(l->vfat_name, name);
	if (!set_has(&w->taken, name))
		rc = give(w, i, name, err);
	free(name);
	return rc;
}

static void make_stem(const struct namer *w, const char *payload,
		      char stem[STEM])
{
	char cut[STEM];
	size_t n = strnlen(payload, STEM - 1);

	memcpy(cut, payload, n);
	cut[n] = '\0';
	for (size_t i = 0; i < n; i++)
		if (cut[i] == '-' && !w->hyphens)
			cut[i] = '_';
	ek_path_lower(cut, stem);
}

static int give_number(struct namer *w, size_t i, struct ek_err *err)
{
	const struct ek_local *l = &w->v[i];
	char name[STEM + 8];
	struct slot *counter;

	make_stem(w, l->payload, w->stem[i]);
	if (!is_plain(l->payload) || l->type == NULL ||
	    !is_plain(l->type))
		return ek_fail(err, EK_EREFUSE, "VIB '%s': payload '%s' of type"
			       " '%s' cannot be a file name", l->vib_id,
			       l->payload, l->type != NULL ? l->type : "");
	counter = set_find(&w->stems, w->stem[i]);
	counter->key = w->stem[i];
	for (unsigned q = counter->value; q < 256; q++) {
		snprintf(name, sizeof(name), "%s.%c%02x", w->stem[i],
			 l->type[0], q);
		if (set_has(&w->taken, name))
			continue;
		counter->value = q + 1;
		return give(w, i, name, err);
	}
	return ek_fail(err, EK_EREFUSE, "VIB '%s', payload '%s': all 256 file "
		       "names '%s.%c00' to '%s.%cff' are taken", l->vib_id,
		       l->payload, w->stem[i], l->type[0], w->stem[i],
		       l->type[0]);
}

static int assign(struct namer *w, struct ek_err *err)
{
	int rc = take_kept(w, err);

	for (size_t i = 0; i < w->n && rc == EK_OK; i++)
		if (w->v[i].name == NULL)
			rc = give_wish(w, i, err);
	for (size_t i = 0; i < w->n && rc == EK_OK; i++)
		if (w->v[i].name == NULL)
			rc = give_number(w, i, err);
	return rc;
}

static void take_back(struct namer *w)
{
	for (size_t i = 0; i < w->n; i++) {
		if (!w->v[i].added)
			continue;
		free(w->v[i].name);
		w->v[i].name = NULL;
		w->v[i].added = false;
	}
}

int ek_names_assign(struct ek_local *v, size_t n, bool hyphens,
		    struct ek_err *err)
{
	struct namer w = { .v = v, .n = n, .hyphens = hyphens };
	int rc;

	for (size_t i = 0; i < n; i++)
		v[i].added = false;
	rc = set_init(&w.taken, n, err);
	if (rc != EK_OK)
		goto out;
	rc = set_init(&w.stems, n, err);
	if (rc != EK_OK)
		goto out;
	w.stem = calloc(n + 1, sizeof(*w.stem));
	if (w.stem == NULL) {
		rc = ek_fail_sys(err, "payload names");
		goto out;
	}
	rc = assign(&w, err);
	if (rc != EK_OK)
		take_back(&w);
out:
	free(w.stem);
	free(w.stems.v);
	free(w.taken.v);
	return rc;
}

void ek_locals_free(struct ek_local *v, size_t n)
{
	for (size_t i = 0; v != NULL && i < n; i++)
		free(v[i].name);
	free(v);
}

/* ---- boot order (imgdb.5, "Boot order") ---------------------------------- */

static bool is_use(const struct ek_local *l, enum ek_name_use use)
{
	return l->type != NULL && ek_name_use_of(l->type) == use;
}

/* Boot payloads in front, ordered; equal ones stay as they are. */
static size_t order_boot(const struct ek_local *v, size_t n, size_t *out)
{
	size_t m = 0;

	for (size_t i = 0; i < n; i++) {
		size_t at = m;

		if (!is_use(&v[i], EK_USE_BOOT))
			continue;
		while (at > 0 && v[out[at - 1]].boot_order > v[i].boot_order)
			at--;
		memmove(out + at + 1, out + at, (m - at) * sizeof(*out));
		out[at] = i;
		m++;
	}
	return m;
}

/* Those with boot-order 100 each go in front of what is there: reversed. */
#define IN_FRONT 100

static size_t order_modules(const struct ek_local *v, size_t n, bool overlay,
			    size_t *out)
{
	size_t m = 0;

	for (size_t i = n; i-- > 0;)
		if (is_use(&v[i], EK_USE_MODULE) &&
		    v[i].overlay == overlay && v[i].boot_order == IN_FRONT)
			out[m++] = i;
	for (size_t i = 0; i < n; i++)
		if (is_use(&v[i], EK_USE_MODULE) &&
		    v[i].overlay == overlay && v[i].boot_order != IN_FRONT)
			out[m++] = i;
	return m;
}

void ek_names_boot_order(const struct ek_local *v, size_t n, bool bootbank,
			 size_t *out, size_t *m)
{
	size_t kept = 0, all;

	all = order_boot(v, n, out);
	all += order_modules(v, n, false, out + all);
	all += order_modules(v, n, true, out + all);
	for (size_t i = 0; i < all; i++)
		if (!bootbank || !v[out[i]].locker)
			out[kept++] = out[i];
	*m = kept;
}
