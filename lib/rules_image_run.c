/* SPDX-License-Identifier: BSD-2-Clause */
/* rules_image_run.c - does an image agree with itself: the table */
#include "os.h"

#include "ek/release.h"
#include "rules_image_int.h"

#define E EK_ERROR
#define W EK_WARNING
#define AGAIN "get the file again: from the original image, or out of its VIB"

/* A file has one fault at most. */
static const struct ek_rule rules[] = {
	{ "database", E, EK_RALL, NULL, "take imgdb.tgz from the original"
	  " image", rules_image_database },
	{ "module-missing", E, EK_RALL, NULL, "put the file there, or take its"
	  " name out of boot.cfg", rules_image_file },
	{ "payload-file", E, EK_RALL, NULL, "put the file there and into"
	  " boot.cfg, or remove the VIB (imgdb-edit)", rules_image_file },
	{ "module-empty", E, EK_RALL, NULL, "put the packed file there; an"
	  " empty one is gzip of nothing", rules_image_file },
	{ "module-extents", E, EK_RALL, NULL, "make the ISO anew"
	  " (iso-rebuild)", rules_image_file },
	{ "module-stray", E, EK_RALL, NULL, "take it out of boot.cfg, or put it"
	  " into a VIB (vib-gen) and add that", rules_image_file },
	{ "payload-unbooted", E, EK_RALL, NULL, "add it to modules= of every"
	  " boot.cfg (bootcfg-edit)", rules_image_file },
	/* runs the rules of rules_payload.h, whose codes it adds */
	{ "module-file", E, EK_RALL, NULL, NULL, rules_image_file },
	{ "digest", E, EK_RALL, "HashError", AGAIN, rules_image_file },
	{ "payload-gzip", E, EK_RALL, NULL, AGAIN, rules_image_file },
	{ "gunzip-digest", E, EK_RALL, NULL, AGAIN, rules_image_file },
	{ "size", W, EK_RALL, NULL, AGAIN, rules_image_file },
	{ "payload-layer", E, EK_RALL, NULL, AGAIN, rules_image_file },
	{ "vmtar", E, EK_RALL, NULL, AGAIN, rules_image_file },
	{ "tgz", E, EK_RALL, NULL, AGAIN, rules_image_file },
	{ "module-damaged", E, EK_RALL, NULL, "take it from the original"
	  " image", rules_image_file },
	{ "imgpayld", E, EK_RALL, NULL, "take imgpayld.tgz from the original"
	  " image", rules_image_imgpayld },
	{ "installer-module", E, EK_RALL, NULL, "add it to modules= of every"
	  " boot.cfg (bootcfg-edit)", rules_image_installer },
	{ "trusted-name", W, EK_RALL, NULL, "give the payload another name",
	  rules_image_trusted },
	{ "name-83", W, EK_RALL, NULL, "give one of the two another name",
	  rules_image_83 },
	{ "descriptor", E, EK_RALL, NULL, "remove the VIB and add it again"
	  " (imgdb-edit)", rules_image_descriptor },
	{ "signature-missing", E, EK_R65_UP, "VibSigMissingError", "add the VIB"
	  " again from its file, or make it level community",
	  rules_image_signature },
	{ "file-list", W, EK_RALL, NULL, "make the VIB again: vib-gen lists"
	  " what is there", rules_image_file_list },
};

/* Those that ask a database there is none of are silent. */
static unsigned mask_of(const struct ek_rules_image *s)
{
	return s->release->bit != 0 ? s->release->bit : EK_RALL;
}

int ek_image_check(const struct ek_rules_image *s, struct ek_findings *out,
		   struct ek_err *err)
{
	struct ri w = { .s = s };
	int rc = rules_image_look(&w, err);

	if (rc == EK_OK)
		rc = ek_rules_run(rules, sizeof(rules) / sizeof(rules[0]),
				  mask_of(s), &w, out, err);
	free(w.v);
	return rc;
}
