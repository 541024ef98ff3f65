/* SPDX-License-Identifier: BSD-2-Clause */
/* rules_vib.c - what ESXi says of a VIB's archive and payloads */
#include "os.h"

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/release.h"
#include "ek/rules_vib.h"
#include "ek/sig.h"
#include "ek/vibprobe.h"

/* Findings of one rule; a hostile list of files could make a million. */
enum { MANY = 200 };

/* One rule at work. */
struct work {
	const struct ek_rule *rule;
	const struct ek_vibprobe *p;
	struct ek_findings *out;
	struct ek_err *err;
	size_t n; /* findings so far */
	bool no_memory;
};

static int done(const struct work *w)
{
	if (!w->no_memory)
		return EK_OK;
	errno = ENOMEM;
	return ek_fail_sys(w->err, "checking '%s'", w->p->file);
}

/* "x.vib:member", or "x.vib" where there is no member. Owned by the caller. */
static char *subject_of(struct work *w, const char *member)
{
	char *s;

	if (asprintf(&s, "%s%s%s", w->p->file, member != NULL ? ":" : "",
		     member != NULL ? member : "") >= 0)
		return s;
	w->no_memory = true;
	return NULL;
}

static void tell(struct work *w, const char *member, const char *esxi,
		 const char *what)
{
	char *subject;

	if (w->n > MANY)
		return;
	if (w->n++ == MANY)
		what = "there are more of this kind, which are not told";
	subject = subject_of(w, member);
	if (subject != NULL)
		ek_finding_add(w->out, w->rule, subject, esxi, "%s", what);
	free(subject);
}

/* ---- the archive -------------------------------------------------------- */

static int check_header(const struct ek_rule *rule, const void *subject,
			struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_vib *s = subject;

	(void)err;
	if (s->p->fault == EK_VF_HEADER)
		ek_finding_add(out, rule, s->p->file, "Bad VIB archive header",
			       "%s", s->p->why.msg);
	return EK_OK;
}

static int check_short(const struct ek_rule *rule, const void *subject,
		       struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_vib *s = subject;

	(void)err;
	if (s->p->fault == EK_VF_SHORT)
		ek_finding_add(out, rule, s->p->file, "VIB archive is too"
			       " short", "the archive ends before %s",
			       s->p->desc == NULL ? "descriptor.xml"
						  : "sig.pkcs7");
	return EK_OK;
}

static int check_esx4(const struct ek_rule *rule, const void *subject,
		      struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_vib *s = subject;

	(void)err;
	if (s->p->fault == EK_VF_ESX4)
		ek_finding_add(out, rule, s->p->file, "This VIB is a ESX 4.x"
			       " VIB and is not supported on this version of"
			       " ESX.", "its first member is debian-binary");
	return EK_OK;
}

static int check_order(const struct ek_rule *rule, const void *subject,
		       struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_vib *s = subject;
	struct ek_buf b = EK_BUF_INIT;
	int rc;

	if (s->p->fault == EK_VF_FIRST)
		ek_buf_addf(&b, "This VIB has an unsupported format.  The first"
			    " member found was %s, but descriptor.xml was"
			    " expected.", s->p->met);
	if (s->p->fault == EK_VF_SECOND)
		ek_buf_addf(&b, "Expected second member of Vib file to be"
			    " sig.pkcs7, but found %s instead.", s->p->met);
	if (b.len != 0)
		ek_finding_add(out, rule, s->p->file, ek_buf_str(&b), "member"
			       " '%s' stands where %s must be", s->p->met,
			       s->p->fault == EK_VF_FIRST ? "descriptor.xml"
							  : "sig.pkcs7");
	rc = ek_buf_check(&b, "findings", err);
	ek_buf_free(&b);
	return rc;
}

/* Is the archive read to its end, so that what is missing is missing? */
static bool is_whole(const struct ek_vibprobe *p)
{
	return p->fault == EK_VF_NONE && p->parsed;
}

/* Another payload before it has this name: told by rules_desc. */
static bool is_twin(const struct ek_vibdesc *d, size_t i)
{
	return ek_vibdesc_payload(d, d->payloads[i].name) != &d->payloads[i];
}

static int check_missing(const struct ek_rule *rule, const void *subject,
			 struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_vib *s = subject;
	struct work w = { rule, s->p, out, err, 0, false };
	char text[256];

	for (size_t i = 0; is_whole(s->p) && i < s->p->d.n_payloads; i++) {
		const char *name = s->p->d.payloads[i].name;

		if (ek_vibprobe_member(s->p, i) != NULL ||
		    is_twin(&s->p->d, i))
			continue;
		snprintf(text, sizeof(text), "Could not find file object for"
			 " payload '%.200s'.", name);
		tell(&w, name, text, "the descriptor has this payload, the"
		     " archive has no such member");
	}
	return done(&w);
}

static int check_stray(const struct ek_rule *rule, const void *subject,
		       struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_vib *s = subject;
	struct work w = { rule, s->p, out, err, 0, false };
	char what[160];

	for (size_t i = 0; s->p->parsed && i < s->p->n_members; i++) {
		const struct ek_probe_member *m = &s->p->members[i];

		if (m->payload != SIZE_MAX || m->again)
			continue;
		snprintf(what, sizeof(what), "a member at offset %llu that no"
			 " payload names: nobody reads it",
			 (unsigned long long)m->header);
		tell(&w, m->name, NULL, what);
	}
	return done(&w);
}

static int check_again(const struct ek_rule *rule, const void *subject,
		       struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_vib *s = subject;
	struct work w = { rule, s->p, out, err, 0, false };
	char what[160];

	for (size_t i = 0; i < s->p->n_members; i++) {
		const struct ek_probe_member *m = &s->p->members[i];

		snprintf(what, sizeof(what), "a second member of this name, at"
			 " offset %llu: which of them is read is not known",
			 (unsigned long long)m->header);
		if (m->again)
			tell(&w, m->name, NULL, what);
	}
	return done(&w);
}

/* ---- payloads ----------------------------------------------------------- */

typedef void payload_rule(struct work *w, const struct ek_payload *p,
			  const struct ek_probe_member *m);

/* f for each payload whose member was looked at. */
static int each(const struct ek_rule *rule, const void *subject,
		payload_rule *f, struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_vib *s = subject;
	struct work w = { rule, s->p, out, err, 0, false };

	for (size_t i = 0; s->p->parsed && i < s->p->d.n_payloads; i++) {
		const struct ek_probe_member *m = ek_vibprobe_member(s->p, i);

		if (m != NULL && m->looked)
			f(&w, &s->p->d.payloads[i], m);
	}
	return done(&w);
}

static bool is(const char *s, const char *want)
{
	return s != NULL && strcmp(s, want) == 0;
}

static bool is_inside(const struct ek_checksum *s)
{
	return s->process != NULL || is(s->type, "sha-256-gunzip1");
}

static void tell_digest(struct work *w, const struct ek_payload *p,
			const struct ek_checksum *s, const char *got,
			bool esxi)
{
	char text[256], what[512];

	snprintf(text, sizeof(text), "Calculated digest at EOF does not match"
		 " expected result: %s calculated, %.80s expected.", got,
		 s->hex);
	snprintf(what, sizeof(what), "the %s%s%s checksum is not that of the"
		 " bytes: %s calculated, %.80s declared", s->type,
		 s->process != NULL ? " " : "",
		 s->process != NULL ? s->process : "", got, s->hex);
	tell(w, p->name, esxi ? text : NULL, what);
}

static void digest_of(struct work *w, const struct ek_payload *p,
		      const struct ek_probe_member *m)
{
	for (size_t i = 0; i < p->n_sums; i++) {
		const struct ek_checksum *s = &p->sums[i];
		const char *got = ek_payload_digest(&m->look, s);

		if (!is_inside(s) && got != NULL &&
		    !ek_payload_fits(&m->look, s))
			tell_digest(w, p, s, got, true);
	}
}

static int check_digest(const struct ek_rule *rule, const void *subject,
			struct ek_findings *out, struct ek_err *err)
{
	return each(rule, subject, digest_of, out, err);
}

static void gunzip_of(struct work *w, const struct ek_payload *p,
		      const struct ek_probe_member *m)
{
	for (size_t i = 0; m->look.layers_rc == EK_OK && i < p->n_sums; i++) {
		const struct ek_checksum *s = &p->sums[i];
		const char *got = ek_payload_digest(&m->look, s);

		if (is_inside(s) && got != NULL &&
		    !ek_payload_fits(&m->look, s))
			tell_digest(w, p, s, got, false);
	}
}

static int check_gunzip(const struct ek_rule *rule, const void *subject,
			struct ek_findings *out, struct ek_err *err)
{
	return each(rule, subject, gunzip_of, out, err);
}

static void size_of(struct work *w, const struct ek_payload *p,
		    const struct ek_probe_member *m)
{
	const struct ek_payload_look *l = &m->look;
	char what[160];

	if (p->has_size && p->size != l->size) {
		snprintf(what, sizeof(what), "the member has %llu bytes, the"
			 " descriptor says %llu", (unsigned long long)l->size,
			 (unsigned long long)p->size);
		tell(w, p->name, NULL, what);
	}
	if (p->has_uncompressed && l->layers_rc == EK_OK &&
	    p->uncompressed_size != l->inside_size) {
		snprintf(what, sizeof(what), "it has %llu bytes uncompressed,"
			 " the descriptor says %llu",
			 (unsigned long long)l->inside_size,
			 (unsigned long long)p->uncompressed_size);
		tell(w, p->name, NULL, what);
	}
}

static int check_size(const struct ek_rule *rule, const void *subject,
		      struct ek_findings *out, struct ek_err *err)
{
	return each(rule, subject, size_of, out, err);
}

/* ---- what is in a payload ----------------------------------------------- */

static bool wants_vmtar(const struct ek_payload *p)
{
	return is(p->type, "vgz") || is(p->type, "vzstd") ||
		is(p->type, "installer_vgz");
}

static void gzip_of(struct work *w, const struct ek_payload *p,
		    const struct ek_probe_member *m)
{
	const struct ek_payload_look *l = &m->look;

	if (!ek_payload_compressed(p))
		return;
	if (!l->gzip)
		tell(w, p->name, NULL, "it is not gzip, which its type says");
	else if (l->layers_rc != EK_OK)
		tell(w, p->name, NULL, l->layers_why.msg);
}

static int check_gzip(const struct ek_rule *rule, const void *subject,
		      struct ek_findings *out, struct ek_err *err)
{
	return each(rule, subject, gzip_of, out, err);
}

static void vmtar_of(struct work *w, const struct ek_payload *p,
		     const struct ek_probe_member *m)
{
	const struct ek_payload_look *l = &m->look;

	if (!wants_vmtar(p) || l->layers_rc != EK_OK)
		return;
	if (l->holds != EK_HOLDS_VMTAR)
		tell(w, p->name, "Invalid header magic", l->holds ==
		     EK_HOLDS_TAR ? "it holds a tar, and a payload of this type"
		     " is a vmtar" : "it holds no vmtar");
	else if (l->rc != EK_OK)
		tell(w, p->name, NULL, l->why.msg);
}

static int check_vmtar(const struct ek_rule *rule, const void *subject,
		       struct ek_findings *out, struct ek_err *err)
{
	return each(rule, subject, vmtar_of, out, err);
}

static void tar_of(struct work *w, const struct ek_payload *p,
		   const struct ek_probe_member *m)
{
	const struct ek_payload_look *l = &m->look;

	if (!is(p->type, "tgz") || l->layers_rc != EK_OK)
		return;
	if (l->holds != EK_HOLDS_TAR)
		tell(w, p->name, NULL, l->holds == EK_HOLDS_VMTAR ?
		     "it holds a vmtar, and a payload of type tgz is a tar" :
		     "it holds no tar");
	else if (l->rc != EK_OK)
		tell(w, p->name, NULL, l->why.msg);
}

static int check_tar(const struct ek_rule *rule, const void *subject,
		     struct ek_findings *out, struct ek_err *err)
{
	return each(rule, subject, tar_of, out, err);
}

static void dialect_of(struct work *w, const struct ek_payload *p,
		       const struct ek_probe_member *m)
{
	const struct ek_payload_look *l = &m->look;
	char what[320];

	if (!is(p->type, "tgz") || l->layers_rc != EK_OK ||
	    l->holds != EK_HOLDS_TAR || l->rc != EK_OK || l->form.strict)
		return;
	snprintf(what, sizeof(what), "its tar is not in the form that all"
		 " working packages have (GNU tar): %s", l->form.why);
	tell(w, p->name, NULL, what);
}

static int check_dialect(const struct ek_rule *rule, const void *subject,
			 struct ek_findings *out, struct ek_err *err)
{
	return each(rule, subject, dialect_of, out, err);
}

static void vzstd_of(struct work *w, const struct ek_payload *p,
		     const struct ek_probe_member *m)
{
	bool zstd = strcmp(m->look.layers, "gzip zstd") == 0;

	if (m->look.layers_rc != EK_OK || zstd == is(p->type, "vzstd"))
		return;
	if (zstd && ek_payload_compressed(p))
		tell(w, p->name, NULL, "it is zstd inside gzip, which only"
		     " type vzstd has");
	if (!zstd)
		tell(w, p->name, NULL, "its type is vzstd, and there is no zstd"
		     " in it");
}

static int check_vzstd(const struct ek_rule *rule, const void *subject,
		       struct ek_findings *out, struct ek_err *err)
{
	return each(rule, subject, vzstd_of, out, err);
}

/* vib.5, "Payload types": 9.0 is the first that takes zstd off. */
static void release_of(struct work *w, const struct ek_payload *p,
		       const struct ek_probe_member *m)
{
	(void)m;
	if (is(p->type, "vzstd"))
		tell(w, p->name, NULL, "its type is vzstd, which only 9.0 and"
		     " later can unpack");
}

static int check_release(const struct ek_rule *rule, const void *subject,
			 struct ek_findings *out, struct ek_err *err)
{
	return each(rule, subject, release_of, out, err);
}

static void map_of(struct work *w, const struct ek_payload *p,
		   const struct ek_probe_member *m)
{
	if (m->look.linux_map)
		tell(w, p->name, NULL, "it has a driver map with regtype=linux:"
		     " there is no vmklinux to load such a driver");
}

static int check_map(const struct ek_rule *rule, const void *subject,
		     struct ek_findings *out, struct ek_err *err)
{
	return each(rule, subject, map_of, out, err);
}

/* ---- the file list ------------------------------------------------------ */

/* Can every payload's content be told? Else nothing is known to be missing. */
static bool all_readable(const struct ek_vibprobe *p)
{
	for (size_t i = 0; i < p->d.n_payloads; i++) {
		const struct ek_probe_member *m = ek_vibprobe_member(p, i);
		const struct ek_payload *pay = &p->d.payloads[i];

		if (!wants_vmtar(pay) && !is(pay->type, "tgz"))
			continue;
		if (m == NULL || !m->looked || m->look.rc != EK_OK ||
		    m->look.layers_rc != EK_OK ||
		    m->look.holds == EK_HOLDS_BYTES)
			return false;
	}
	return true;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Is path among the sorted texts of l? */
static bool among(const struct ek_strs *l, const char *path)
{
	return l->n != 0 && bsearch(&path, l->v, l->n, sizeof(*l->v),
				    by_bytes) != NULL;
}

static void held_not_listed(struct work *w, const struct ek_probe_member *m,
			    const struct ek_strs *listed)
{
	char what[512];

	for (size_t i = 0; i < m->look.files.n; i++) {
		const char *path = m->look.files.v[i];

		if (among(listed, path))
			continue;
		snprintf(what, sizeof(what), "it holds '%.400s', which the file"
			 " list does not name", path);
		tell(w, m->name, NULL, what);
	}
}

static void listed_not_held(struct work *w, const struct ek_strs *listed)
{
	char what[512];

	for (size_t i = 0; i < listed->n; i++) {
		bool held = false;

		for (size_t k = 0; k < w->p->n_members && !held; k++)
			held = among(&w->p->members[k].look.files,
				     listed->v[i]);
		if (held)
			continue;
		snprintf(what, sizeof(what), "the file list names '%.400s',"
			 " which no payload holds", listed->v[i]);
		tell(w, "descriptor.xml", NULL, what);
	}
}

static int check_list(const struct ek_rule *rule, const void *subject,
		      struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_vib *s = subject;
	struct work w = { rule, s->p, out, err, 0, false };
	struct ek_strs listed = { NULL, 0, 0 };
	int rc = EK_OK;

	if (!is_whole(s->p) || !all_readable(s->p))
		return EK_OK;
	for (size_t i = 0; rc == EK_OK && i < s->p->d.files.n; i++)
		rc = ek_strs_add(&listed, s->p->d.files.v[i],
				 strlen(s->p->d.files.v[i]), err);
	ek_strs_sort(&listed);
	for (size_t k = 0; rc == EK_OK && k < s->p->n_members; k++)
		held_not_listed(&w, &s->p->members[k], &listed);
	if (rc == EK_OK)
		listed_not_held(&w, &listed);
	ek_strs_free(&listed);
	return rc == EK_OK ? done(&w) : rc;
}

/* Is dir, n bytes long, above path? */
static bool is_above(const char *path, const char *dir, size_t n)
{
	return path != NULL && strncmp(path, dir, n) == 0 && path[n] == '/';
}

/* Each directory above a path, the outermost first, but those also above before:
 * of them it was told with that one. Files are sorted, and so those of a
 * directory stand together. */
static void look_above(struct work *w, const struct ek_probe_member *m,
		       char *path, const char *before)
{
	char what[512];
	char *slash = strchr(path, '/');

	for (; slash != NULL; slash = strchr(slash + 1, '/')) {
		if (is_above(before, path, (size_t)(slash - path)))
			continue;
		*slash = '\0';
		snprintf(what, sizeof(what), "it holds files below '%.400s',"
			 " and no entry of that directory", path);
		if (!among(&m->look.dirs, path))
			tell(w, m->name, NULL, what);
		*slash = '/';
	}
}

static void dirs_of(struct work *w, const struct ek_payload *p,
		    const struct ek_probe_member *m)
{
	const struct ek_strs *files = &m->look.files;

	if (!wants_vmtar(p) && !is(p->type, "tgz"))
		return;
	for (size_t i = 0; i < files->n; i++) {
		char *path = strdup(files->v[i]);

		w->no_memory |= path == NULL;
		if (path != NULL)
			look_above(w, m, path, i != 0 ? files->v[i - 1] : NULL);
		free(path);
	}
}

static int check_dirs(const struct ek_rule *rule, const void *subject,
		      struct ek_findings *out, struct ek_err *err)
{
	return each(rule, subject, dirs_of, out, err);
}

/* ---- room --------------------------------------------------------------- */

/* All of an image must fit a bootbank of 6.7 (vib.5; imgdb.5, "Installer"). */
#define BOOTBANK (UINT64_C(239) << 20)

static int check_space(const struct ek_rule *rule, const void *subject,
		       struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_vib *s = subject;
	uint64_t sum = 0;

	(void)err;
	if (!s->p->parsed || is(s->p->d.type, "locker"))
		return EK_OK;
	for (size_t i = 0; i < s->p->n_members; i++)
		if (s->p->members[i].looked)
			sum += s->p->members[i].look.size;
	if (sum > BOOTBANK)
		ek_finding_add(out, rule, s->p->file, NULL, "its payloads have"
			       " %llu MiB, and a whole image may have 239",
			       (unsigned long long)(sum >> 20));
	return EK_OK;
}

/* ---- the table ---------------------------------------------------------- */

#define E EK_ERROR
#define W EK_WARNING
#define FORMAT "VibFormatError"
#define AGAIN "make the VIB again (vib-gen)"
#define REHASH "make the checksums anew (vib-gen --rehash), or get the file again"
#define REPACK "pack it again (vib-gen --tree, or vmtar-pack -z)"

const struct ek_rule ek_rules_vib[] = {
	{ "ar-header", E, EK_RALL, FORMAT, "get the file again: it was cut or"
	  " changed", check_header },
	{ "ar-short", E, EK_RALL, FORMAT, AGAIN, check_short },
	{ "esx4-vib", E, EK_RALL, FORMAT, "there is no way to use it: find one"
	  " for ESXi 5.0 or later", check_esx4 },
	{ "ar-order", E, EK_RALL, FORMAT, AGAIN, check_order },
	{ "duplicate-member", E, EK_RALL, NULL, AGAIN, check_again },
	{ "payload-missing", E, EK_RALL, FORMAT, AGAIN, check_missing },
	{ "stray-member", W, EK_RALL, NULL, "leave it out", check_stray },
	{ "digest", E, EK_RALL, "HashError", REHASH, check_digest },
	{ "gunzip-digest", E, EK_RALL, NULL, REHASH, check_gunzip },
	{ "size", W, EK_RALL, NULL, REHASH, check_size },
	{ "payload-gzip", E, EK_RALL, NULL, REPACK, check_gzip },
	{ "vmtar", E, EK_RALL, NULL, REPACK, check_vmtar },
	{ "tgz", E, EK_RALL, NULL, REPACK, check_tar },
	{ "tgz-form", W, EK_RALL, NULL, "pack it again (vib-gen --tree"
	  " name:tgz=dir)", check_dialect },
	{ "payload-layer", E, EK_RALL, NULL, "give it the type that its layers"
	  " have", check_vzstd },
	{ "payload-release", E, EK_RALL & ~EK_R90, NULL, "make it again with"
	  " type vgz", check_release },
	{ "vmklinux", E, EK_R70_UP, NULL, "take a native driver", check_map },
	{ "file-list", W, EK_RALL, NULL, "make the VIB again: vib-gen lists"
	  " what is there", check_list },
	{ "no-directory", W, EK_RALL, NULL, REPACK, check_dirs },
	{ "space", W, EK_RALL, NULL, "make the payloads smaller", check_space },
};
const size_t ek_rules_vib_n = sizeof(ek_rules_vib) / sizeof(ek_rules_vib[0]);

/* ---- the calls ---------------------------------------------------------- */

/* What is known of the signature goes to s; *sig is to be freed. */
static int read_sig(struct ek_rules_vib *s, struct ek_sig **sig,
		    struct ek_err *parse_why, char verdict_why[256],
		    struct ek_err *err)
{
	enum ek_sig_verdict v;
	char *name;
	int rc;

	*sig = NULL;
	if (s->p->sig == NULL || s->p->sig_len == 0 || s->p->desc == NULL)
		return EK_OK;
	if (asprintf(&name, "%s:sig.pkcs7", s->p->file) < 0)
		return ek_fail_sys(err, "checking '%s'", s->p->file);
	rc = ek_sig_parse(sig, name, s->p->sig, s->p->sig_len, parse_why);
	free(name);
	if (rc == EK_ESYS) {
		if (err != NULL)
			*err = *parse_why;
		return rc;
	}
	s->sig = *sig;
	if (rc != EK_OK) {
		s->sig_why = parse_why->msg;
		return EK_OK;
	}
	rc = ek_sig_verify(*sig, s->p->desc, s->p->desc_len, s->trust, &v,
			   verdict_why, err);
	s->verdict = (int)v;
	s->verdict_why = verdict_why;
	return rc;
}

int ek_vib_check_sig(const struct ek_vibprobe *p,
		     const struct ek_sigtrust *trust, unsigned mask,
		     struct ek_findings *out, struct ek_err *err)
{
	struct ek_rules_vib s = { .p = p, .trust = trust };
	struct ek_err why = EK_ERR_INIT;
	char verdict_why[256] = "";
	struct ek_sig *sig;
	int rc = read_sig(&s, &sig, &why, verdict_why, err);

	if (rc == EK_OK)
		rc = ek_rules_run(ek_rules_vib_sig, ek_rules_vib_sig_n, mask,
				  &s, out, err);
	ek_sig_free(&sig);
	return rc;
}

int ek_vib_check(const struct ek_vibprobe *p, const struct ek_vib_ask *ask,
		 unsigned mask, struct ek_findings *out, struct ek_err *err)
{
	const struct ek_rules_vib s = { .p = p, .trust = ask->trust };
	char *name = NULL;
	int rc;

	rc = ek_rules_run(ek_rules_vib, ek_rules_vib_n, mask, &s, out, err);
	if (rc != EK_OK || p->desc == NULL)
		return rc;
	if (asprintf(&name, "%s:descriptor.xml", p->file) < 0)
		return ek_fail_sys(err, "checking '%s'", p->file);
	rc = ek_desc_check(name, p->desc, p->desc_len, &ask->desc, mask, out,
			   err);
	free(name);
	if (rc == EK_OK && p->parsed)
		rc = ek_vib_check_sig(p, ask->trust, mask, out, err);
	return rc;
}
