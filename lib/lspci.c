/* SPDX-License-Identifier: BSD-2-Clause */
/* lspci.c - read what lspci(8) prints of a machine's devices */
#include "os.h"

#include "ek/err.h"
#include "ek/lspci.h"

/* Where the parts of an id begin, and how long they are. */
enum { VENDOR = 0, DEVICE = 4, SUBVENDOR = 8, SUBDEVICE = 12, CLASS = 16,
       PROG_IF = 20 };

static const char unknown[] = "??????????????????????";

struct job {
	const char *name;
	struct ek_pcidevs *d;
	unsigned long line;
	bool record;  /* inside a block of -vmm */
	bool verbose; /* the device has lines of its own behind it */
	bool open;    /* the last device is not finished */
};

/* A piece of a line. */
struct str {
	const char *p;
	size_t n;
};

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
		(c >= 'A' && c <= 'F');
}

static size_t hex_run(const char *p, const char *end)
{
	size_t n = 0;

	while (p + n < end && is_hex(p[n]))
		n++;
	return n;
}

/* n digits at p, folded. */
static void put(char *out, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = (char)(p[i] >= 'A' && p[i] <= 'F' ? p[i] - 'A' + 'a'
							   : p[i]);
}

static bool known(const struct ek_pcidev *d, size_t at)
{
	return d->id[at] != '?';
}

static int bad(const struct job *j, const char *what, struct ek_err *err)
{
	return ek_fail(err, EK_EFORMAT, "'%s': line %lu: %s", j->name, j->line,
		       what);
}

/* ---- the list of devices ------------------------------------------------ */

static int new_device(struct job *j, struct ek_pcidev **out,
		      struct ek_err *err)
{
	struct ek_pcidevs *d = j->d;
	struct ek_pcidev *v;

	if (d->n == EK_LSPCI_DEVICES)
		return ek_fail(err, EK_ELIMIT, "'%s': more than %u devices",
			       j->name, EK_LSPCI_DEVICES);
	if (d->n == d->cap) {
		size_t cap = d->cap == 0 ? 64 : d->cap * 2;

		v = reallocarray(d->v, cap, sizeof(*v));
		if (v == NULL)
			return ek_fail_sys(err, "'%s'", j->name);
		d->v = v;
		d->cap = cap;
	}
	*out = &d->v[d->n++];
	**out = (struct ek_pcidev){ .line = j->line };
	memcpy((*out)->id, unknown, sizeof(unknown));
	j->open = true;
	j->verbose = false;
	return EK_OK;
}

void ek_pcidevs_clear(struct ek_pcidevs *d)
{
	for (size_t i = 0; i < d->n; i++)
		free(d->v[i].name);
	free(d->v);
	*d = (struct ek_pcidevs){ NULL, 0, 0 };
}

static void set_zero(struct ek_pcidev *d, size_t at, size_t n)
{
	if (!known(d, at))
		memset(d->id + at, '0', n);
}

/*
 * The device is complete. What lspci leaves out of a full listing is zero: it
 * prints the subsystem and the programming interface where there is one.
 */
static int end_device(struct job *j, struct ek_err *err)
{
	struct ek_pcidev *d;

	if (!j->open)
		return EK_OK;
	j->open = false;
	d = &j->d->v[j->d->n - 1];
	if (!known(d, VENDOR) || !known(d, DEVICE))
		return ek_fail(err, EK_EFORMAT, "'%s': the device at line %lu"
			       " has no vendor and device numbers: run lspci"
			       " -vmmn", j->name, d->line);
	if (j->record || j->verbose) {
		set_zero(d, SUBVENDOR, 8);
		if (known(d, CLASS))
			set_zero(d, PROG_IF, 2);
	}
	return EK_OK;
}

static int set_name(const struct job *j, struct ek_pcidev *d, const char *p,
		    size_t n, struct ek_err *err)
{
	free(d->name);
	d->name = strndup(p, n);
	return d->name != NULL ? EK_OK : ek_fail_sys(err, "'%s'", j->name);
}

/* ---- pieces ------------------------------------------------------------- */

/* "00:1f.6" or "0000:00:1f.6" (domains may have more digits); its length. */
static size_t slot_len(const char *p, const char *end)
{
	const char *s = p;
	size_t n = hex_run(s, end);

	if (n >= 4 && n <= 8 && s + n < end && s[n] == ':') {
		s += n + 1;
		n = hex_run(s, end);
	}
	if (n != 2 || s + 2 >= end || s[2] != ':')
		return 0;
	s += 3;
	if (hex_run(s, end) != 2 || s + 2 >= end || s[2] != '.' ||
	    hex_run(s + 3, end) != 1)
		return 0;
	return (size_t)(s + 4 - p);
}

/* "[hhhh]" or "hhhh" at the end of s, in out: four digits. */
static bool number_of(const struct str *s, char *out)
{
	const char *p = s->p, *end = s->p + s->n;

	if (s->n >= 6 && end[-1] == ']' && end[-6] == '[' &&
	    hex_run(end - 5, end - 1) == 4) {
		put(out, end - 5, 4);
		return true;
	}
	if (s->n != 4 || hex_run(p, end) != 4)
		return false;
	put(out, p, 4);
	return true;
}

/* The last "[hhhh:hhhh]" between p and end; NULL: none. */
static const char *last_pair(const char *p, const char *end)
{
	for (const char *s = end - 11; s >= p; s--)
		if (s[0] == '[' && hex_run(s + 1, end) == 4 && s[5] == ':' &&
		    hex_run(s + 6, end) == 4 && s[10] == ']')
			return s;
	return NULL;
}

/* "hhhh:hhhh" at p, and no further digit. */
static bool is_pair(const char *p, const char *end)
{
	return end - p >= 9 && hex_run(p, end) == 4 && p[4] == ':' &&
		hex_run(p + 5, end) == 4;
}

static void put_pair(struct ek_pcidev *d, size_t at, const char *p)
{
	put(d->id + at, p, 4);
	put(d->id + at + 4, p + 5, 4);
}

/* ---- -mm: slot and quoted fields ----------------------------------------- */

/* The next field from *p on: "quoted", or a word; false at the end. */
static bool next_field(const char **p, const char *end, struct str *f,
		       bool *quoted)
{
	const char *s = *p;

	while (s < end && *s == ' ')
		s++;
	if (s == end)
		return false;
	*quoted = *s == '"';
	f->p = s + *quoted;
	for (s = f->p; s < end && *s != (*quoted ? '"' : ' '); s++)
		if (*quoted && *s == '\\' && s + 1 < end)
			s++;
	f->n = (size_t)(s - f->p);
	*p = s < end ? s + 1 : end;
	return true;
}

/* "-r31", "-p01". */
static void take_flag(struct ek_pcidev *d, const struct str *f)
{
	if (f->n == 4 && f->p[0] == '-' && f->p[1] == 'p' &&
	    hex_run(f->p + 2, f->p + 4) == 2)
		put(d->id + PROG_IF, f->p + 2, 2);
}

static int mm_line(struct job *j, struct ek_pcidev *d, const char *p,
		   const char *end, struct ek_err *err)
{
	static const size_t places[] = { CLASS, VENDOR, DEVICE, SUBVENDOR,
					 SUBDEVICE };
	struct str f;
	size_t k = 0;
	bool quoted;

	while (next_field(&p, end, &f, &quoted)) {
		if (!quoted) {
			take_flag(d, &f);
			continue;
		}
		if (k == 5) /* there is no sixth */
			return bad(j, "more fields than lspci -mm has", err);
		if (f.n == 0 && k >= 3)
			memset(d->id + places[k], '0', 4);
		else if (!number_of(&f, d->id + places[k]))
			return bad(j, "a field is no number: run lspci -mmn",
				   err);
		k++;
	}
	if (k < 3)
		return bad(j, "fewer fields than lspci -mm has", err);
	set_zero(d, SUBVENDOR, 4);
	set_zero(d, SUBDEVICE, 4);
	set_zero(d, PROG_IF, 2);
	return EK_OK;
}

/* ---- -n and -nn --------------------------------------------------------- */

/* "(prog-if 02 [NVM Express])" somewhere behind the ids. */
static void take_prog_if(struct ek_pcidev *d, const char *p, const char *end)
{
	static const char word[] = "(prog-if ";
	const char *s = memmem(p, (size_t)(end - p), word, sizeof(word) - 1);

	if (s == NULL)
		return;
	s += sizeof(word) - 1;
	if (hex_run(s, end) == 2)
		put(d->id + PROG_IF, s, 2);
}

/* "0200: 8086:15b8 (rev 31)", which may have "Class " in front. */
static bool n_line(struct ek_pcidev *d, const char *p, const char *end)
{
	if (end - p > 6 && memcmp(p, "Class ", 6) == 0)
		p += 6;
	if (end - p < 15 || hex_run(p, end) != 4 || p[4] != ':' ||
	    p[5] != ' ' || !is_pair(p + 6, end))
		return false;
	put(d->id + CLASS, p, 4);
	put_pair(d, VENDOR, p + 6);
	take_prog_if(d, p + 15, end);
	return true;
}

/* "Ethernet controller [0200]: Intel ... [8086:15b7] (rev 31)". */
static int nn_line(struct job *j, struct ek_pcidev *d, const char *p,
		   const char *end, struct ek_err *err)
{
	const char *pair = last_pair(p, end), *name;

	for (name = p; end - name >= 8; name++)
		if (name[0] == '[' && hex_run(name + 1, end) == 4 &&
		    name[5] == ']' && name[6] == ':')
			break;
	if (end - name < 8 || pair == NULL || pair < name)
		return bad(j, "a device without numbers: run lspci -vmmn", err);
	put(d->id + CLASS, name + 1, 4);
	put_pair(d, VENDOR, pair + 1);
	take_prog_if(d, pair, end);
	name += 7;
	while (name < pair && *name == ' ')
		name++;
	while (pair > name && pair[-1] == ' ')
		pair--;
	return set_name(j, d, name, (size_t)(pair - name), err);
}

static int slot_line(struct job *j, const char *p, size_t slot,
		     const char *end, struct ek_err *err)
{
	struct ek_pcidev *d;
	int rc = end_device(j, err);

	j->record = false;
	if (rc == EK_OK)
		rc = new_device(j, &d, err);
	if (rc != EK_OK)
		return rc;
	memcpy(d->slot, p, slot); /* longest: 8 + 8 digits */
	p += slot;
	while (p < end && *p == ' ')
		p++;
	if (p < end && *p == '"')
		return mm_line(j, d, p, end, err);
	if (n_line(d, p, end))
		return EK_OK;
	return nn_line(j, d, p, end, err);
}

/* A line behind -n or -nn with -v: of use is only the subsystem. */
static int detail_line(struct job *j, const char *p, const char *end,
		       struct ek_err *err)
{
	static const char word[] = "Subsystem:";
	struct ek_pcidev *d;
	const char *pair;

	if (!j->open || j->record)
		return bad(j, "details of no device", err);
	d = &j->d->v[j->d->n - 1];
	j->verbose = true;
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	if ((size_t)(end - p) < sizeof(word) - 1 ||
	    memcmp(p, word, sizeof(word) - 1) != 0)
		return EK_OK;
	p += sizeof(word) - 1;
	while (p < end && *p == ' ')
		p++;
	pair = last_pair(p, end);
	if (pair == NULL && !is_pair(p, end))
		return bad(j, "a subsystem without numbers: run lspci -vmmn",
			   err);
	put_pair(d, SUBVENDOR, pair != NULL ? pair + 1 : p);
	return EK_OK;
}

/* ---- -vmm --------------------------------------------------------------- */

static int slot_value(struct job *j, const struct str *v, struct ek_err *err)
{
	struct ek_pcidev *d;
	int rc = end_device(j, err);

	if (rc == EK_OK)
		rc = new_device(j, &d, err);
	if (rc != EK_OK)
		return rc;
	j->record = true;
	if (v->n == 0 || slot_len(v->p, v->p + v->n) != v->n)
		return bad(j, "this is no slot", err);
	memcpy(d->slot, v->p, v->n);
	return EK_OK;
}

static int record_value(struct job *j, const struct str *key,
			const struct str *v, struct ek_err *err)
{
	static const struct {
		const char *key;
		size_t at;
	} keys[] = {
		{ "Class", CLASS }, { "Vendor", VENDOR }, { "Device", DEVICE },
		{ "SVendor", SUBVENDOR }, { "SDevice", SUBDEVICE },
	};
	struct ek_pcidev *d = &j->d->v[j->d->n - 1];

	if (key->n == 6 && memcmp(key->p, "ProgIf", 6) == 0) {
		if (v->n != 2 || hex_run(v->p, v->p + 2) != 2)
			return bad(j, "ProgIf is no number", err);
		put(d->id + PROG_IF, v->p, 2);
	}
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (key->n != strlen(keys[i].key) ||
		    memcmp(key->p, keys[i].key, key->n) != 0)
			continue;
		if (known(d, keys[i].at))
			return bad(j, "a field is there twice", err);
		if (!number_of(v, d->id + keys[i].at))
			return bad(j, "a field is no number: run lspci -vmmn",
				   err);
		if (keys[i].at == DEVICE && v->n > 7)
			return set_name(j, d, v->p, v->n - 7, err);
	}
	return EK_OK;
}

/* "Key:<tab>value"; others than those above are of no use here. */
static int key_line(struct job *j, const char *p, const char *end,
		    struct ek_err *err)
{
	const char *colon = memchr(p, ':', (size_t)(end - p));
	struct str key, v;

	if (colon == NULL || colon + 1 == end || colon[1] != '\t')
		return bad(j, "nothing that lspci -n, -nn, -mmn or -vmmn"
			   " prints", err);
	key = (struct str){ p, (size_t)(colon - p) };
	v = (struct str){ colon + 2, (size_t)(end - colon - 2) };
	if (key.n == 4 && memcmp(p, "Slot", 4) == 0)
		return slot_value(j, &v, err);
	if (!j->open || !j->record)
		return bad(j, "a field of no device: run lspci -vmmn", err);
	return record_value(j, &key, &v, err);
}

/* ---- the whole ---------------------------------------------------------- */

static int one_line(struct job *j, const char *p, const char *end,
		    struct ek_err *err)
{
	size_t slot;

	if (end > p && end[-1] == '\r')
		end--;
	if (memchr(p, '\0', (size_t)(end - p)) != NULL)
		return bad(j, "it has a NUL: this is no text", err);
	if (p == end)
		return end_device(j, err);
	if (*p == ' ' || *p == '\t')
		return detail_line(j, p, end, err);
	slot = slot_len(p, end);
	if (slot != 0 && p + slot < end && p[slot] == ' ')
		return slot_line(j, p, slot, end, err);
	return key_line(j, p, end, err);
}

int ek_lspci_parse(struct ek_pcidevs *d, const char *name, const char *text,
		   size_t len, struct ek_err *err)
{
	struct job j = { .name = name, .d = d };
	const char *p = text, *stop = text + len, *nl;
	int rc = EK_OK;

	if (len > EK_LSPCI_MAX)
		return ek_fail(err, EK_ELIMIT, "'%s' is larger than %u MiB",
			       name, EK_LSPCI_MAX >> 20);
	for (; rc == EK_OK && p < stop; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(stop - p));
		if (nl == NULL)
			nl = stop;
		j.line++;
		rc = one_line(&j, p, nl, err);
	}
	return rc == EK_OK ? end_device(&j, err) : rc;
}

bool ek_lspci_is_id(const char *text)
{
	size_t n = strlen(text);
	const char *end = text + n;

	if (n != 9 && (n != 19 || text[9] != ':' ||
		       !is_pair(text + 10, end)))
		return false;
	return is_pair(text, end);
}

int ek_lspci_add_id(struct ek_pcidevs *d, const char *text, struct ek_err *err)
{
	struct job j = { .name = text, .d = d };
	struct ek_pcidev *it;
	int rc;

	if (!ek_lspci_is_id(text))
		return ek_fail(err, EK_EARG, "'%s' is no PCI id: vvvv:dddd or"
			       " vvvv:dddd:ssss:ssss, hexadecimal", text);
	rc = new_device(&j, &it, err);
	if (rc != EK_OK)
		return rc;
	put_pair(it, VENDOR, text);
	if (text[9] == ':')
		put_pair(it, SUBVENDOR, text + 10);
	return EK_OK;
}

enum ek_pcidev_kind ek_pcidev_kind(const struct ek_pcidev *d)
{
	const char *c = d->id + CLASS;

	if (c[0] == '?')
		return EK_DEV_UNKNOWN;
	if (memcmp(c, "02", 2) == 0)
		return EK_DEV_NETWORK;
	if (memcmp(c, "01", 2) == 0 || memcmp(c, "0c04", 4) == 0)
		return EK_DEV_STORAGE;
	if (memcmp(c, "05", 2) == 0 || memcmp(c, "06", 2) == 0 ||
	    memcmp(c, "08", 2) == 0 || memcmp(c, "11", 2) == 0)
		return EK_DEV_BRIDGE;
	return EK_DEV_OTHER;
}

const char *ek_pcidev_kind_name(enum ek_pcidev_kind k)
{
	static const char *const names[] = { "network", "storage", "bridge",
					     "other", "unknown" };

	return names[k];
}
