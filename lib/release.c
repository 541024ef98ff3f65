/* SPDX-License-Identifier: BSD-2-Clause */
/* release.c - one table: what each release of ESXi wants */
#include "os.h"

#include "ek/num.h"
#include "ek/release.h"
#include "ek/version.h"

#define UP_TO_67 .vmklinux = true
#define V65      .gen = EK_VMTAR_65
#define V67      .gen = EK_VMTAR_67, .gunzip256_written = true
#define V8U1     .gen = EK_VMTAR_80U1, .gunzip256_written = true
#define SIGS     .stores_orig_sig = true
#define R80      .bit = EK_R80, .base = "8.0", .sw_platform = "8.0", \
		 .gunzip256_needed = true, SIGS

/*
 * Oldest first. Interfaces: vib.5, "Conventions"; checksums and platform:
 * vib.5, "Checksums"; signatures: imgdb.5, "Directories"; hyphens: imgdb.5,
 * "Local names"; generation: vmtar.5, "Where the data goes". What 6.5
 * wants of a vmklinux driver no sample shows; 6.0 and 6.7 agree, so it is that.
 */
static const struct ek_release rows[] = {
	{ .name = "5.0", .bit = EK_R50, .base = "5.0", UP_TO_67, V65,
	  .vmkapi_linux = "vmkapi_2_0_0_0", .keeps_hyphen = true,
	  .driver_api = "com.vmware.driverAPI-9.2.0.0" },
	{ .name = "5.1", .bit = EK_R51, .base = "5.1", UP_TO_67, V65,
	  .vmkapi_linux = "vmkapi_2_1_0_0",
	  .driver_api = "com.vmware.driverAPI-9.2.1.0" },
	{ .name = "5.5", .bit = EK_R55, .base = "5.5", UP_TO_67, V65,
	  .vmkapi_linux = "vmkapi_2_2_0_0",
	  .driver_api = "com.vmware.driverAPI-9.2.2.0" },
	{ .name = "6.0", .bit = EK_R60, .base = "6.0", UP_TO_67, V65,
	  .vmkapi = "vmkapi_2_3_0_0", .vmkapi_linux = "vmkapi_2_3_0_0",
	  .driver_api = "com.vmware.driverAPI-9.2.3.0" },
	{ .name = "6.5", .bit = EK_R65, .base = "6.5", UP_TO_67, V65, SIGS,
	  .vmkapi = "vmkapi_2_4_0_0", .vmkapi_linux = "vmkapi_2_3_0_0",
	  .driver_api = "com.vmware.driverAPI-9.2.3.0" },
	{ .name = "6.7", .bit = EK_R67, .base = "6.7", UP_TO_67, V67, SIGS,
	  .vmkapi_oldest = "vmkapi_2_2_0_0",
	  .api_oldest = "com.vmware.driverAPI-9.2.1.0",
	  .vmkapi = "vmkapi_2_5_0_0", .vmkapi_linux = "vmkapi_2_3_0_0",
	  .driver_api = "com.vmware.driverAPI-9.2.3.0" },
	{ .name = "7.0", .bit = EK_R70, .base = "7.0", V67, SIGS,
	  .vmkapi = "vmkapi_2_6_0_0", .vmkapi_oldest = "vmkapi_2_4_0_0",
	  .sw_platform = "7.0" },
	{ .name = "7.0.3", .bit = EK_R70, .base = "7.0", V67, SIGS,
	  .vmkapi = "vmkapi_2_9_0_0", .sw_platform = "7.0" },
	{ .name = "8.0", R80, V67, .vmkapi = "vmkapi_2_10_0_0" },
	{ .name = "8.0U1", R80, V8U1, .vmkapi = "vmkapi_2_11_0_0" },
	{ .name = "8.0U2", R80, V8U1, .vmkapi = "vmkapi_2_12_0_0" },
	{ .name = "8.0U3", R80, V8U1, .vmkapi = "vmkapi_2_13_0_0" },
	{ .name = "9.0", .bit = EK_R90, .base = "9.0", V8U1, SIGS,
	  .vmkapi = "vmkapi_3_0_0_0", .sw_platform = "9.0",
	  .gunzip256_needed = true },
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

/* Checksums of 6.7 serve all releases; so does the newest writer, whose files
 * the oldest reader that was tried takes (vmtar.5, "Where the data goes"). */
static const struct ek_release untold = {
	.name = "default", .bit = EK_R67, .base = "6.7", V8U1, SIGS,
	.vmklinux = true,
};

/* Decimal digits at s, at most three: *s moves behind them. */
static bool take_number(const char **s, unsigned *out)
{
	size_t n = strspn(*s, "0123456789");
	uint64_t v;

	if (n > 3 || !ek_num_dec(*s, n, 999, &v))
		return false;
	*s += n;
	*out = (unsigned)v;
	return true;
}

/* What may follow a release without changing it: the letter of a patch (8.0b,
 * 8.0U3e), further numbers and a build (6.7.0-0.0.8169922). */
static bool rest_ok(const char *s)
{
	static const char word[] = "0123456789._"
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

	if ((*s >= 'a' && *s <= 'z') && s[1] == '\0')
		return true;
	if (*s == '\0')
		return true;
	if (*s != '-' && *s != '.')
		return false;
	return s[1] != '\0' && s[1 + strspn(s + 1, word)] == '\0';
}

/*
 * "8.0", "8.0.3", "8.0U3", each with a rest, as major * 100 + minor * 10 +
 * update; the minor number of a release always had one digit. 0: not one.
 */
static unsigned rank(const char *s)
{
	unsigned major, minor, update = 0;
	bool point;

	if (!take_number(&s, &major) || major < 1 || major > 99 ||
	    *s++ != '.' || !take_number(&s, &minor) || minor > 9)
		return 0;
	point = *s == '.';
	if (point || *s == 'U' || *s == 'u') {
		s++;
		if (!take_number(&s, &update))
			return 0;
	}
	if (!rest_ok(s))
		return 0;
	return major * 100 + minor * 10 + (update < 9 ? update : 9);
}

const struct ek_release *ek_release_find(const char *text)
{
	unsigned wanted = text != NULL ? rank(text) : 0;

	if (wanted == 0)
		return NULL;
	for (size_t i = N_ROWS; i-- > 0;) {
		unsigned have = rank(rows[i].name);

		/* a row of another major release tells nothing of this one */
		if (have <= wanted)
			return have / 100 == wanted / 100 ? &rows[i] : NULL;
	}
	return NULL;
}

const struct ek_release *ek_release_default(void)
{
	return &untold;
}

const struct ek_release *ek_release_at(size_t i)
{
	return i < N_ROWS ? &rows[i] : NULL;
}

/* ---- kernel interfaces --------------------------------------------------- */

#define VMKAPI   "vmkapi_"
#define INCOMPAT "vmkapi_incompat_"
#define API      "com.vmware.driverAPI-"

/* What stands behind prefix as a version: 2_5_0_0 is 2.5.0.0. False where name
 * is of another kind. */
static bool interface(const char *name, const char *prefix, char out[32])
{
	size_t n = strlen(prefix);

	if (name == NULL || strncmp(name, prefix, n) != 0)
		return false;
	name += n;
	n = strlen(name);
	if (n == 0 || n >= 32 || strspn(name, "0123456789._") != n)
		return false;
	for (size_t i = 0; i <= n; i++)
		out[i] = (char)(name[i] == '_' ? '.' : name[i]);
	return true;
}

/* asked against a row's own and oldest interface, and the next row's own. */
static enum ek_provided within(const char *asked, const char *prefix,
			       const char *own, const char *oldest,
			       const char *next)
{
	char mine[32], old[32], later[32];

	if (!interface(own, prefix, mine))
		return EK_PROVIDED_UNKNOWN;
	if (ek_version_cmp(asked, mine) == 0)
		return EK_PROVIDED;
	if (ek_version_cmp(asked, mine) > 0)
		return interface(next, prefix, later) &&
		       ek_version_cmp(asked, later) >= 0 ? EK_NOT_PROVIDED
							 : EK_PROVIDED_UNKNOWN;
	if (!interface(oldest, prefix, old))
		return EK_PROVIDED_UNKNOWN;
	return ek_version_cmp(asked, old) >= 0 ? EK_PROVIDED : EK_NOT_PROVIDED;
}

static const char *own_vmkapi(const struct ek_release *r)
{
	return r->vmkapi != NULL ? r->vmkapi : r->vmkapi_linux;
}

enum ek_provided ek_release_provides(const struct ek_release *r,
				     const char *name)
{
	static const struct ek_release none = { .name = "" };
	const struct ek_release *next = &none;
	char asked[32];

	for (size_t i = 0; i + 1 < N_ROWS; i++)
		if (r == &rows[i])
			next = &rows[i + 1];
	/* hosts do not look at this one (imgdb.5, "Validation") */
	if (strcmp(name, INCOMPAT "2_3_0_0") == 0)
		return EK_PROVIDED;
	if (interface(name, INCOMPAT, asked))
		/* this very one or none */
		return within(asked, VMKAPI, own_vmkapi(r),
			      r->vmkapi_oldest != NULL ? own_vmkapi(r) : NULL,
			      own_vmkapi(next));
	if (interface(name, VMKAPI, asked))
		return within(asked, VMKAPI, own_vmkapi(r), r->vmkapi_oldest,
			      own_vmkapi(next));
	if (!interface(name, API, asked))
		return EK_PROVIDED_UNKNOWN;
	if (!r->vmklinux)
		return EK_NOT_PROVIDED;
	return within(asked, API, r->driver_api, r->api_oldest,
		      next->driver_api);
}

void ek_release_mask_text(unsigned mask, char out[64])
{
	size_t len = 0;
	unsigned done = 0;

	out[0] = '\0';
	for (size_t i = 0; i < N_ROWS; i++) {
		if ((rows[i].bit & mask & ~done) == 0)
			continue;
		done |= rows[i].bit;
		len += (size_t)snprintf(out + len, 64 - len, "%s%s",
					len != 0 ? " " : "", rows[i].base);
	}
}

const char *ek_release_list(void)
{
	return "5.0, 5.1, 5.5, 6.0, 6.5, 6.7, 7.0, 8.0, 9.0";
}
