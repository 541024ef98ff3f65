/* SPDX-License-Identifier: BSD-2-Clause */
/* libarc.c - libarchive, loaded when a tar is there to be read */
#include "os.h"

#include <dlfcn.h>
#include <stddef.h>

#include "ek/err.h"
#include "libarc.h"

#define CALL(call) { #call, offsetof(struct ek_libarc, call) },

static const struct {
	const char *name;
	size_t at;
} calls[] = {
	EK_LIBARC_CALLS(CALL)
};

/* All calls by their names; the first that is not there, or NULL. dlsym() has a
 * function as a pointer to an object, which POSIX says is of the same form. */
static const char *find_all(struct ek_libarc *la)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		void *p = dlsym(la->handle, calls[i].name);

		if (p == NULL)
			return calls[i].name;
		memcpy((char *)la + calls[i].at, &p, sizeof(p));
	}
	return NULL;
}

int ek_libarc_open(struct ek_libarc *la, const char *name, struct ek_err *err)
{
	const char *lacks, *why;

	*la = (struct ek_libarc){ .handle = dlopen(name, RTLD_NOW | RTLD_LOCAL |
						   RTLD_NODELETE) };
	if (la->handle == NULL) {
		why = dlerror();
		return ek_fail(err, EK_ESYS, "cannot load libarchive, which reads"
			       " tars: %.300s", why != NULL ? why : name);
	}
	lacks = find_all(la);
	if (lacks == NULL)
		return EK_OK;
	ek_libarc_close(la);
	return ek_fail(err, EK_ESYS, "cannot load libarchive, which reads tars:"
		       " '%.300s' has no %s()", name, lacks);
}

void ek_libarc_close(struct ek_libarc *la)
{
	if (la->handle != NULL)
		dlclose(la->handle);
	*la = (struct ek_libarc){ .handle = NULL };
}

const char *ek_libarc_version(void)
{
	struct ek_libarc la;
	const char *text;

	if (ek_libarc_open(&la, EK_LIBARC, NULL) != EK_OK)
		return NULL;
	text = la.archive_version_string();
	ek_libarc_close(&la);
	return text;
}
