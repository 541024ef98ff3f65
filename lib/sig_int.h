/* SPDX-License-Identifier: BSD-2-Clause */
/* sig_int.h - what sig.c and sig_make.c have in common */
#ifndef SIG_INT_H
#define SIG_INT_H

#include <stddef.h>

#include <openssl/x509.h>

struct ek_err;

/*
 * Every certificate of a PEM text, at least one; what else is in it is passed
 * over. Nobody is asked for a passphrase. code is the failure where there is
 * none, a damaged one or too much text. *out is to be freed in any case.
 */
int ek_sig_certs(STACK_OF(X509) **out, const char *name, const void *pem,
		 size_t len, int code, struct ek_err *err);

#endif /* SIG_INT_H */
