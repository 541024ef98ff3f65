/* SPDX-License-Identifier: BSD-2-Clause */
/* vibmake_sign.c - sign the descriptor with a key of the user's */
#include "os.h"

#include "ek/io.h"
#include "ek/sig.h"
#include "vibmake_int.h"

static void tell_worth(const struct ek_vibmake *m)
{
	if (m->d.level == EK_COMMUNITY)
		vm_tell(m, EK_SAY_NOTE, "signed, for use outside ESXi: it does"
			" not look at the signature of a community VIB");
	else
		vm_tell(m, EK_SAY_WARN, "signed, and it claims level %s: ESXi"
			" trusts VMware's chain only and will refuse it there;"
			" this signature is for use outside ESXi",
			ek_level_name(m->d.level));
}

int vm_sign(struct ek_vibmake *m, struct ek_err *err)
{
	const char *key = m->o->text[EK_VO_SIGN], *cert = m->o->text[EK_VO_CERT];
	struct ek_sig_key k = { .key_name = ek_input_name(key),
				.cert_name = ek_input_name(cert) };
	char *key_pem = NULL, *cert_pem = NULL;
	struct ek_buf pem = EK_BUF_INIT;
	int rc = ek_read_all(key, EK_SIG_PEM_MAX, &key_pem, &k.key_len, err);

	if (rc == EK_OK)
		rc = ek_read_all(cert, EK_SIG_PEM_MAX, &cert_pem, &k.cert_len,
				 err);
	if (rc == EK_OK) {
		k.key = key_pem;
		k.cert = cert_pem;
		/* the same input gives the same bytes: no clock */
		k.time = m->o->has_time ? m->o->time : m->d.date.sec;
		rc = ek_sig_make(&k, m->xml.p, m->xml.len, &pem, err);
	}
	if (rc == EK_OK)
		rc = ek_buf_take(&pem, "signature", &m->sig, &m->sig_len, err);
	if (rc == EK_OK)
		tell_worth(m);
	if (key_pem != NULL)
		explicit_bzero(key_pem, k.key_len);
	ek_buf_free(&pem);
	free(key_pem);
	free(cert_pem);
	return rc;
}
