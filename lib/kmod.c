/* SPDX-License-Identifier: BSD-2-Clause */
/* kmod.c - is this a module that the VMkernel could load, and which version */
#include "os.h"

#include "ek/err.h"
#include "ek/kmod.h"
#include "ek/num.h"

/* ELF64 (System V ABI): offsets in the file header and in a section header. */
enum {
	EHDR = 64, E_CLASS = 4, E_DATA = 5, E_TYPE = 16, E_MACHINE = 18,
	E_SHOFF = 40, E_SHENTSIZE = 58, E_SHNUM = 60, E_SHSTRNDX = 62,
	SHDR = 64, SH_NAME = 0, SH_TYPE = 4, SH_OFFSET = 24, SH_SIZE = 32,
	CLASS64 = 2, LSB = 1, ET_REL = 1, SHT_NOBITS = 8,
	EM_X86_64 = 62, EM_AARCH64 = 183,
};

struct image {
	const unsigned char *p;
	uint64_t len;
};

struct part {
	const unsigned char *p; /* NULL: not there */
	size_t len;
};

const char *ek_machine_name(enum ek_machine m)
{
	return m == EK_AARCH64 ? "AArch64" : "x86-64";
}

static int check_header(struct ek_kmod *k, const char *what,
			const unsigned char *p, size_t len, struct ek_err *err)
{
	unsigned machine, type;

	if (len < 4 || memcmp(p, "\177ELF", 4) != 0)
		return ek_fail(err, EK_EREFUSE, "%s is not ELF, so it is no "
			       "module", what);
	if (len < EHDR)
		return ek_fail(err, EK_EFORMAT,
			       "%s ends inside its ELF header", what);
	machine = ek_num_le16(p + E_MACHINE);
	if (p[E_CLASS] != CLASS64 || p[E_DATA] != LSB ||
	    (machine != EM_X86_64 && machine != EM_AARCH64))
		return ek_fail(err, EK_EREFUSE, "%s is ELF for another machine "
			       "(number %u, %s bits): ESXi runs on x86-64 and "
			       "AArch64", what, machine,
			       p[E_CLASS] == CLASS64 ? "64" : "not 64");
	type = ek_num_le16(p + E_TYPE);
	if (type != ET_REL)
		return ek_fail(err, EK_EREFUSE, "%s is ELF of type %u, not a "
			       "relocatable object: it is no module", what,
			       type);
	k->machine = machine == EM_AARCH64 ? EK_AARCH64 : EK_X86_64;
	return EK_OK;
}

static int check_sections(const char *what, const unsigned char *p,
			  uint64_t size, struct ek_err *err)
{
	uint64_t off = ek_num_le64(p + E_SHOFF);
	uint64_t need = (uint64_t)ek_num_le16(p + E_SHNUM) * SHDR;

	if (ek_num_le16(p + E_SHENTSIZE) != SHDR || need == 0)
		return ek_fail(err, EK_EREFUSE, "%s has no ELF sections: it is "
			       "no module", what);
	if (off > size || need > size - off)
		return ek_fail(err, EK_EFORMAT, "%s is cut short: its section "
			       "headers at offset %llu lie behind its end",
			       what, (unsigned long long)off);
	return EK_OK;
}

/* Header of section i, known to lie in the file; NULL past what is held. */
static const unsigned char *section(const struct image *m, unsigned i)
{
	uint64_t at = ek_num_le64(m->p + E_SHOFF) + (uint64_t)i * SHDR;

	if (i >= ek_num_le16(m->p + E_SHNUM) || at > m->len ||
	    m->len - at < SHDR)
		return NULL;
	return m->p + at;
}

static struct part contents(const struct image *m, const unsigned char *sh)
{
	struct part c = { NULL, 0 };
	uint64_t off, len;

	if (sh == NULL || ek_num_le32(sh + SH_TYPE) == SHT_NOBITS)
		return c;
	off = ek_num_le64(sh + SH_OFFSET);
	len = ek_num_le64(sh + SH_SIZE);
	if (off > m->len || len > m->len - off)
		return c;
	c.p = m->p + off;
	c.len = (size_t)len;
	return c;
}

static bool named_modinfo(const struct part *names, const unsigned char *sh)
{
	uint32_t at = ek_num_le32(sh + SH_NAME);
	size_t n;

	if (names->p == NULL || at >= names->len)
		return false;
	n = strnlen((const char *)names->p + at, names->len - at);
	return memmem(names->p + at, n, "modinfo", 7) != NULL;
}

/* Strings, each with its NUL; runs of NULs pad. */
static bool find_version(const struct part *info, struct ek_kmod *k)
{
	static const char key[] = "version=";
	const char *p = (const char *)info->p, *end = p + info->len;
	size_t n, keep;

	for (; p < end; p += n + 1) {
		n = strnlen(p, (size_t)(end - p));
		if (n <= sizeof(key) - 1 ||
		    memcmp(p, key, sizeof(key) - 1) != 0)
			continue;
		p += sizeof(key) - 1;
		n -= sizeof(key) - 1;
		keep = n < sizeof(k->version) ? n : sizeof(k->version) - 1;
		memcpy(k->version, p, keep);
		k->version[keep] = '\0';
		return true;
	}
	return false;
}

int ek_kmod_look(struct ek_kmod *k, const char *what, const unsigned char *data,
		 size_t len, uint64_t size, struct ek_err *err)
{
	struct image m = { data, len };
	const unsigned char *sh;
	struct part names, info;
	int rc;

	memset(k, 0, sizeof(*k));
	rc = check_header(k, what, data, len, err);
	if (rc == EK_OK)
		rc = check_sections(what, data, size, err);
	if (rc != EK_OK)
		return rc;
	names = contents(&m, section(&m, ek_num_le16(data + E_SHSTRNDX)));
	for (unsigned i = 0; i < ek_num_le16(data + E_SHNUM); i++) {
		sh = section(&m, i);
		if (sh == NULL || !named_modinfo(&names, sh))
			continue;
		info = contents(&m, sh);
		if (info.p != NULL && find_version(&info, k))
			break;
	}
	return EK_OK;
}

/* ---- a version out of words --------------------------------------------- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
	return is_digit(c) || c == '_' || (c >= 'a' && c <= 'z') ||
		(c >= 'A' && c <= 'Z');
}

static bool ends_word(char c)
{
	return c == '\0' || strchr(" \t\r\n,;()[]\"'", c) != NULL;
}

/* Where the version begins; NULL where no word does. */
static const char *first_number(const char *s)
{
	bool at_start = true;

	for (; *s != '\0'; s++) {
		if (at_start && is_digit(s[0]))
			return s;
		if (at_start && (s[0] == 'v' || s[0] == 'V') && is_digit(s[1]))
			return s + 1;
		at_start = ends_word(*s);
	}
	return NULL;
}

void ek_kmod_version(const char *words, char out[EK_KMOD_VERSION])
{
	const char *p = first_number(words);
	const size_t room = EK_KMOD_VERSION - 1;
	bool hyphen = false;
	size_t n = 0;

	for (; p != NULL && !ends_word(*p) && n < room; p++) {
		bool first = *p == '-' && !hyphen;

		/* dots and the hyphen stand between characters of words */
		if (!is_word(*p) && !is_word(p[1]))
			continue;
		if (is_word(*p) || first)
			out[n++] = *p;
		else
			out[n++] = '.';
		hyphen = hyphen || first;
	}
	while (n > 0 && !is_word(out[n - 1]))
		n--;
	if (n == 0) {
		memcpy(out, "1.0", 3);
		n = 3;
	}
	out[n] = '\0';
	if (strchr(out, '-') != NULL)
		return;
	if (n > room - 2)
		n = room - 2;
	while (n > 1 && !is_word(out[n - 1]))
		n--;
	memcpy(out + n, "-1", 3);
}
