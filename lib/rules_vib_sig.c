/* SPDX-License-Identifier: BSD-2-Clause */
/* rules_vib_sig.c - what ESXi says of a VIB's signature (vib.5, "Signatures") */
#include "os.h"

#include "ek/err.h"
#include "ek/release.h"
#include "ek/rules_vib.h"
#include "ek/sig.h"
#include "ek/vibprobe.h"

/* Is the signature of no matter: at level community nobody looks at it. */
static bool is_community(const struct ek_rules_vib *s)
{
	return s->p->d.level == EK_COMMUNITY;
}

static bool has_sig(const struct ek_rules_vib *s)
{
	return s->p->sig != NULL && s->p->sig_len != 0;
}

static const char *level(const struct ek_rules_vib *s)
{
	return ek_level_name(s->p->d.level);
}

static int check_unsigned(const struct ek_rule *rule, const void *subject,
			  struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_vib *s = subject;
	char *text;

	if (is_community(s) || has_sig(s) || s->p->sig == NULL)
		return EK_OK;
	if (asprintf(&text, "The VIB %s does not contain a signature.",
		     s->p->id) < 0)
		return ek_fail_sys(err, "checking '%s'", s->p->file);
	ek_finding_add(out, rule, s->p->file, text, "claims %s, unsigned",
		       level(s));
	free(text);
	return EK_OK;
}

static int check_format(const struct ek_rule *rule, const void *subject,
			struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_vib *s = subject;

	(void)err;
	if (!is_community(s) && s->sig_why != NULL)
		ek_finding_add(out, rule, s->p->file, "Error reading PKCS7"
			       " signature: no start line", "%s", s->sig_why);
	return EK_OK;
}

static int check_cert(const struct ek_rule *rule, const void *subject,
		      struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_vib *s = subject;

	(void)err;
	if (!is_community(s) && s->sig != NULL && s->verdict == EK_SIG_NO_CERT)
		ek_finding_add(out, rule, s->p->file, NULL, "the signature has"
			       " not the certificate of its signer: the"
			       " verifier of 6.7 crashes on it");
	return EK_OK;
}

static int check_digest(const struct ek_rule *rule, const void *subject,
			struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_vib *s = subject;

	(void)err;
	if (!is_community(s) && s->sig != NULL &&
	    s->verdict == EK_SIG_MISMATCH)
		ek_finding_add(out, rule, s->p->file, "Invalid PKCS7 digest.",
			       "the signature is not over this descriptor (%s)",
			       s->verdict_why);
	return EK_OK;
}

static int check_trust(const struct ek_rule *rule, const void *subject,
		       struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_vib *s = subject;

	(void)err;
	if (!is_community(s) && s->sig != NULL &&
	    s->verdict == EK_SIG_UNTRUSTED)
		ek_finding_add(out, rule, s->p->file, "Could not find a trusted"
			       " signer.", "signed by '%s', whom no certificate"
			       " of --ca vouches for (%s)",
			       ek_sig_signer(s->sig)->subject, s->verdict_why);
	return EK_OK;
}

/* O=VMware Inc, OU=Acceptance Signing signs accepted, and only that. */
static int check_subject(const struct ek_rule *rule, const void *subject,
			 struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_vib *s = subject;
	const struct ek_signer *x;
	char *text;

	if (s->sig == NULL || (s->p->d.level != EK_PARTNER &&
			       s->p->d.level != EK_ACCEPTED))
		return EK_OK;
	x = ek_sig_signer(s->sig);
	if (!x->has_cert || x->acceptance == (s->p->d.level == EK_ACCEPTED))
		return EK_OK;
	if (asprintf(&text, "Validating signer subject for '%s' level failed:"
		     " Signer %s is not valid for this acceptance level.",
		     level(s), x->subject) < 0)
		return ek_fail_sys(err, "checking '%s'", s->p->file);
	ek_finding_add(out, rule, s->p->file, text, "signed by '%s', who cannot"
		       " sign level %s", x->subject, level(s));
	free(text);
	return EK_OK;
}

/* Well made, and nobody asked whom to trust. */
static int check_claim(const struct ek_rule *rule, const void *subject,
		       struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_vib *s = subject;

	(void)err;
	if (!is_community(s) && s->sig != NULL && s->trust == NULL &&
	    s->verdict == EK_SIG_GOOD)
		ek_finding_add(out, rule, s->p->file, NULL, "claims %s, signed"
			       " by '%s': whether that is VMware's key was not"
			       " looked at", level(s),
			       ek_sig_signer(s->sig)->subject);
	return EK_OK;
}

static int check_signer(const struct ek_rule *rule, const void *subject,
			struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_vib *s = subject;
	const struct ek_signer *x;

	(void)err;
	if (is_community(s) || s->sig == NULL || s->trust == NULL ||
	    s->verdict != EK_SIG_GOOD)
		return EK_OK;
	x = ek_sig_signer(s->sig);
	ek_finding_add(out, rule, s->p->file, NULL, "signed by '%s', issued by"
		       " '%s', %s: trusted through --ca", x->subject,
		       x->issuer, x->digest);
	return EK_OK;
}

static int check_unused(const struct ek_rule *rule, const void *subject,
			struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_vib *s = subject;
	const char *what = "good";

	(void)err;
	if (!is_community(s) || !has_sig(s))
		return EK_OK;
	if (s->sig == NULL)
		what = s->sig_why;
	else if (s->verdict != EK_SIG_GOOD)
		what = s->verdict_why;
	ek_finding_add(out, rule, s->p->file, NULL, "it has a signature, which"
		       " ESXi does not look at for level community; it is: %s",
		       what);
	return EK_OK;
}

#define E EK_ERROR
#define SIGN "get the VIB from who signed it; ESXi trusts VMware's chain only"

const struct ek_rule ek_rules_vib_sig[] = {
	{ "unsigned", E, EK_RALL, "VibSigMissingError", "make it level"
	  " community, or have it signed", check_unsigned },
	{ "signature-format", E, EK_RALL, "VibSigFormatError", SIGN,
	  check_format },
	{ "signature-cert", E, EK_RALL, NULL, SIGN, check_cert },
	{ "signature-digest", E, EK_RALL, "VibSigDigestError", SIGN,
	  check_digest },
	{ "signature-trust", E, EK_RALL, "VibSigInvalidError", SIGN,
	  check_trust },
	{ "signature-subject", E, EK_RALL, "VibSigInvalidError", SIGN,
	  check_subject },
	{ "claims-level", EK_WARNING, EK_RALL, NULL, "check it against VMware's"
	  " certificates: --ca", check_claim },
	{ "signer", EK_INFO, EK_RALL, NULL, NULL, check_signer },
	{ "signature-unused", EK_INFO, EK_RALL, NULL, NULL, check_unused },
};
const size_t ek_rules_vib_sig_n =
	sizeof(ek_rules_vib_sig) / sizeof(ek_rules_vib_sig[0]);
