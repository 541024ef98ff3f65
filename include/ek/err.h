/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * err.h - how library code reports failure
 *
 * A fallible function returns EK_OK, or EK_END when an iteration is over, or a
 * negative code. With a negative code it also fills *err, when the caller gave
 * one. The message is complete (what, which, why) and can follow "prog: " as
 * it stands. Library code never prints and never exits.
 *
 * A struct ek_err owns nothing: put it on the stack, copy it, forget it.
 */
#ifndef EK_ERR_H
#define EK_ERR_H

#include <errno.h>

enum ek_code {
	EK_END = 1,      /* no more items; not a failure */
	EK_OK = 0,
	EK_ESYS = -1,    /* a call to the system failed; see sys, even ENOMEM */
	EK_EFORMAT = -2, /* the input is malformed */
	EK_ELIMIT = -3,  /* the input is larger than we accept */
	EK_EARG = -4,    /* the command line asks for something impossible */
	EK_EREFUSE = -5, /* well-formed, but a rule or a check forbids it */
};

struct ek_err {
	int code; /* enum ek_code */
	int sys;  /* errno, or 0 */
	char msg[1024];
};

#define EK_ERR_INIT { 0 }

#define EK_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define EK_NORETURN     __attribute__((noreturn))

/*
 * return ek_fail(err, EK_EFORMAT, "'%s' is empty", name);
 * return ek_fail_sys(err, "cannot open '%s'", name);  // adds ": " and why
 *
 * err may be NULL. These are macros so that the compiler, and an analyser, can
 * see that the value is not EK_OK.
 */
#define ek_fail(err, code, ...) \
	(ek_err_set((err), (code), 0, __VA_ARGS__), (code))
#define ek_fail_sys(err, ...) \
	(ek_err_set((err), EK_ESYS, errno, __VA_ARGS__), EK_ESYS)

void ek_err_set(struct ek_err *err, int code, int sys, const char *fmt, ...)
	EK_PRINTF(4, 5);

#endif /* EK_ERR_H */
