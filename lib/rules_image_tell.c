/* SPDX-License-Identifier: BSD-2-Clause */
/* rules_image_tell.c - what is wrong with the files of an image, in words */
#include "os.h"

#include "ek/image.h"
#include "ek/imgdb.h"
#include "ek/io.h"
#include "ek/release.h"
#include "rules_image_int.h"

/* Adds one finding. */
typedef int say(const struct ek_rule *rule, const struct ri *w,
		const struct ri_file *v, struct ek_findings *out,
		struct ek_err *err);

/* Every file with this fault. */
static int each(const struct ek_rule *rule, const struct ri *w,
		enum ri_fault fault, say *tell, struct ek_findings *out,
		struct ek_err *err)
{
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < w->n; i++)
		if (w->v[i].fault == fault)
			rc = tell(rule, w, &w->v[i], out, err);
	return rc;
}

static const char *loaded_by(const struct ek_scan_file *f)
{
	if (f->boots == EK_SCAN_BIOS)
		return "the boot.cfg of BIOS loads it";
	return f->boots == EK_SCAN_UEFI ? "the boot.cfg of UEFI loads it"
					: "boot.cfg loads it";
}

/* ---- there, and loaded --------------------------------------------------- */

static int say_missing(const struct ek_rule *rule, const struct ri *w,
		       const struct ri_file *v, struct ek_findings *out,
		       struct ek_err *err)
{
	return rules_image_tell(rule, w, v->f, "Fatal error: 15 (Not found)",
				out, err, "%s, and it is not there",
				loaded_by(v->f));
}

static int say_no_file(const struct ek_rule *rule, const struct ri *w,
		       const struct ri_file *v, struct ek_findings *out,
		       struct ek_err *err)
{
	return rules_image_tell(rule, w, v->f, NULL, out, err, "it is not there,"
				" and no boot.cfg loads it");
}

static int say_empty(const struct ek_rule *rule, const struct ri *w,
		     const struct ri_file *v, struct ek_findings *out,
		     struct ek_err *err)
{
	return rules_image_tell(rule, w, v->f, "Fatal error: 15 (Not found)",
				out, err, "it has 0 bytes: BIOS does not find"
				" such a file");
}

static int say_extents(const struct ek_rule *rule, const struct ri *w,
		       const struct ri_file *v, struct ek_findings *out,
		       struct ek_err *err)
{
	return rules_image_tell(rule, w, v->f, NULL, out, err, "it lies in %u"
				" extents, of which the first is loaded",
				(unsigned)v->f->file->extents);
}

static int say_stray(const struct ek_rule *rule, const struct ri *w,
		     const struct ri_file *v, struct ek_findings *out,
		     struct ek_err *err)
{
	return rules_image_tell(rule, w, v->f, NULL, out, err, "%s, and no VIB"
				" of the profile has such a payload: nothing"
				" vouches for what is in it", loaded_by(v->f));
}

static int say_unbooted(const struct ek_rule *rule, const struct ri *w,
			const struct ri_file *v, struct ek_findings *out,
			struct ek_err *err)
{
	return rules_image_tell(rule, w, v->f, NULL, out, err,
				"no boot.cfg loads it");
}

/* One line of boot.cfg that is not what it was makes them all so. */
enum { UNBOOTED_TOLD = 8 };

static int unbooted(const struct ek_rule *rule, const struct ri *w,
		    struct ek_findings *out, struct ek_err *err)
{
	const struct ek_scan_file *first = NULL;
	size_t n = 0;

	for (size_t i = 0; i < w->n; i++) {
		if (w->v[i].fault != RI_UNBOOTED)
			continue;
		if (n++ == 0)
			first = w->v[i].f;
	}
	if (n <= UNBOOTED_TOLD)
		return each(rule, w, RI_UNBOOTED, say_unbooted, out, err);
	ek_finding_add(out, rule, ek_image_name(w->img), NULL, "no boot.cfg"
		       " loads %zu files that are payloads, '%s' the first of"
		       " them", n, first->name);
	return EK_OK;
}

/* ---- what the loader says ------------------------------------------------ */

static int say_loader(const struct ek_rule *rule, const struct ri *w,
		      const struct ri_file *v, struct ek_findings *out,
		      struct ek_err *err)
{
	struct ek_rules_payload s = { .path = v->f->name, .file = v->loader };
	char *subject;
	int rc;

	(void)rule; /* theirs tell, with their own codes */
	if (asprintf(&subject, "%s:%s", ek_image_name(w->img),
		     v->f->file->path) < 0)
		return ek_fail_sys(err, "findings");
	s.subject = subject;
	rc = ek_rules_run(ek_rules_payload, ek_rules_payload_count, EK_RALL, &s,
			  out, err);
	free(subject);
	return rc;
}

/* ---- the bytes against the descriptor ------------------------------------ */

static int say_sum(const struct ek_rule *rule, const struct ri *w,
		   const struct ri_file *v, bool inside,
		   struct ek_findings *out, struct ek_err *err)
{
	const struct ek_checksum *s = rules_image_unfit(v->f, inside);

	return rules_image_tell(rule, w, v->f, NULL, out, err, "%s%s%s is %s,"
				" the descriptor says %s", s->type,
				s->process != NULL ? " " : "",
				s->process != NULL ? s->process : "",
				ek_payload_digest(&v->f->look, s), s->hex);
}

static int say_digest(const struct ek_rule *rule, const struct ri *w,
		      const struct ri_file *v, struct ek_findings *out,
		      struct ek_err *err)
{
	return say_sum(rule, w, v, false, out, err);
}

static int say_gunzip(const struct ek_rule *rule, const struct ri *w,
		      const struct ri_file *v, struct ek_findings *out,
		      struct ek_err *err)
{
	return say_sum(rule, w, v, true, out, err);
}

static int say_size(const struct ek_rule *rule, const struct ri *w,
		    const struct ri_file *v, struct ek_findings *out,
		    struct ek_err *err)
{
	const struct ek_payload *p = v->f->payload;
	const struct ek_payload_look *l = &v->f->look;
	bool plain = p->has_size && !w->s->bank && p->size != l->size;

	return rules_image_tell(rule, w, v->f, NULL, out, err, "it has %llu"
				" bytes%s, the descriptor says %llu",
				(unsigned long long)(plain ? l->size
							   : l->inside_size),
				plain ? "" : " uncompressed",
				(unsigned long long)(plain ? p->size :
						     p->uncompressed_size));
}

/* ---- layers and archives ------------------------------------------------- */

static int say_packed(const struct ek_rule *rule, const struct ri *w,
		      const struct ri_file *v, struct ek_findings *out,
		      struct ek_err *err)
{
	const struct ek_payload_look *l = &v->f->look;

	return rules_image_tell(rule, w, v->f, NULL, out, err, "%s", l->gzip ?
				l->layers_why.msg : "it is not gzip, which its"
				" type says");
}

static int say_layer(const struct ek_rule *rule, const struct ri *w,
		     const struct ri_file *v, struct ek_findings *out,
		     struct ek_err *err)
{
	return rules_image_tell(rule, w, v->f, NULL, out, err, "%s",
				rules_image_is(v->f->payload->type, "vzstd") ?
				"its type is vzstd, and there is no zstd in it"
				: "it is zstd inside gzip, which only type"
				" vzstd has");
}

static int say_vmtar(const struct ek_rule *rule, const struct ri *w,
		     const struct ri_file *v, struct ek_findings *out,
		     struct ek_err *err)
{
	const struct ek_payload_look *l = &v->f->look;

	if (l->holds == EK_HOLDS_VMTAR)
		return rules_image_tell(rule, w, v->f, NULL, out, err, "%s",
					l->why.msg);
	return rules_image_tell(rule, w, v->f, "Invalid header magic", out, err,
				l->holds == EK_HOLDS_TAR ? "it holds a tar, and"
				" a payload of this type is a vmtar" : "it"
				" holds no vmtar");
}

static int say_tgz(const struct ek_rule *rule, const struct ri *w,
		   const struct ri_file *v, struct ek_findings *out,
		   struct ek_err *err)
{
	const struct ek_payload_look *l = &v->f->look;

	if (l->holds == EK_HOLDS_TAR)
		return rules_image_tell(rule, w, v->f, NULL, out, err, "%s",
					l->why.msg);
	return rules_image_tell(rule, w, v->f, NULL, out, err, l->holds ==
				EK_HOLDS_VMTAR ? "it holds a vmtar, and a"
				" payload of type tgz is a tar" : "it holds no"
				" tar");
}

static int say_damaged(const struct ek_rule *rule, const struct ri *w,
		       const struct ri_file *v, struct ek_findings *out,
		       struct ek_err *err)
{
	const struct ek_payload_look *l = &v->f->look;

	return rules_image_tell(rule, w, v->f, NULL, out, err, "%s",
				l->layers_rc != EK_OK ? l->layers_why.msg :
				l->why.msg);
}

/* ---- by code ------------------------------------------------------------- */

int rules_image_file(const struct ek_rule *rule, const void *subject,
		     struct ek_findings *out, struct ek_err *err)
{
	static const struct {
		const char *code;
		enum ri_fault fault;
		say *tell;
	} faults[] = {
		{ "module-missing", RI_MISSING, say_missing },
		{ "payload-file", RI_NO_FILE, say_no_file },
		{ "module-empty", RI_EMPTY, say_empty },
		{ "module-extents", RI_EXTENTS, say_extents },
		{ "module-stray", RI_STRAY, say_stray },
		{ "module-file", RI_LOADER, say_loader },
		{ "digest", RI_DIGEST, say_digest },
		{ "payload-gzip", RI_PACKED, say_packed },
		{ "gunzip-digest", RI_GUNZIP, say_gunzip },
		{ "size", RI_SIZE, say_size },
		{ "payload-layer", RI_LAYER, say_layer },
		{ "vmtar", RI_VMTAR, say_vmtar },
		{ "tgz", RI_TGZ, say_tgz },
		{ "module-damaged", RI_DAMAGED, say_damaged },
	};

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (strcmp(faults[i].code, rule->code) == 0)
			return each(rule, subject, faults[i].fault,
				    faults[i].tell, out, err);
	return unbooted(rule, subject, out, err);
}
