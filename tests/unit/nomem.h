/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nomem.h - run some work with the first, second, ... allocation failing until
 *           none does; one test program includes it
 *
 * Not under ASan, which has a malloc of its own: then exhaust() skips.
 */
#ifndef NOMEM_H
#define NOMEM_H

#include <dlfcn.h>

#include "ek/err.h"

#if defined(__SANITIZE_ADDRESS__) || !defined(__GLIBC__)
#define CAN_INTERPOSE 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CAN_INTERPOSE 0
#endif
#endif
#ifndef CAN_INTERPOSE
#define CAN_INTERPOSE 1
#endif

static long countdown; /* 0: nothing fails; 1: the next one does */
static long held;      /* blocks */
static bool spare_xml; /* not for libxml2: its 2.9 breaks on it, by itself */

#if CAN_INTERPOSE
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void __libc_free(void *p);

#define CALLER __builtin_return_address(0)

static bool fails(const void *caller)
{
	Dl_info from;

	if (countdown == 0 ||
	    (spare_xml && dladdr(caller, &from) != 0 &&
	     strstr(from.dli_fname, "libxml2") != NULL) || --countdown != 0)
		return false;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t n)
{
	void *p = fails(CALLER) ? NULL : __libc_malloc(n);

	held += p != NULL;
	return p;
}

void *calloc(size_t n, size_t size)
{
	void *p = fails(CALLER) ? NULL : __libc_calloc(n, size);

	held += p != NULL;
	return p;
}

void *realloc(void *old, size_t n)
{
	void *p = fails(CALLER) ? NULL : __libc_realloc(old, n);

	held += p != NULL && old == NULL;
	return p;
}

void free(void *p)
{
	held -= p != NULL;
	__libc_free(p);
}
#endif

/* keeps: a library that keeps blocks of its own after a failure. */
static void exhaust(int (*work)(struct ek_err *err), bool keeps)
{
	bool hit = true;
	long n = 0;
	int rc;

	if (!CAN_INTERPOSE) {
		(void)spare_xml;
		skip();
	}
	assert_int_equal(work(NULL), EK_OK); /* what libraries make once */
	while (hit) { /* qsort() does without: EK_OK is not the end */
		struct ek_err err = EK_ERR_INIT;
		long before = held;

		countdown = ++n;
		rc = work(&err);
		hit = countdown == 0;
		countdown = 0;
		if (rc != EK_OK && (rc != EK_ESYS || err.msg[0] == '\0'))
			fail_msg("allocation %ld: %d: %s", n, rc, err.msg);
		if (!keeps && held != before)
			fail_msg("allocation %ld: %ld blocks lost", n,
				 held - before);
		assert_true(n < 10000);
	}
	assert_true(n > 2);
}

#endif /* NOMEM_H */
