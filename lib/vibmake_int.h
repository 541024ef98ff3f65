/* SPDX-License-Identifier: BSD-2-Clause */
/* vibmake_int.h - the parts of vibmake */
#ifndef EK_VIBMAKE_INT_H
#define EK_VIBMAKE_INT_H

#include "ek/digest.h"
#include "ek/err.h"
#include "ek/vibmake.h"

struct ek_source;
struct ek_release;

/* One payload to be. */
struct vm_part {
	char *name, *type, *vfat_name; /* owned; vfat_name may be NULL */
	int64_t boot_order;
	struct ek_source *source;   /* the bytes that become the member */
	bool compressed;            /* has gunzip checksums */
	uint64_t size, inside;      /* bytes, and bytes inside the gzip */
	char sha256[EK_DIGEST_HEX];
	char inside_sha256[EK_DIGEST_HEX], inside_sha1[EK_DIGEST_HEX];
	struct ek_strs files;       /* every entry but directories */
	bool has_newest;
	int64_t newest;             /* of what is in it */
};

struct ek_vibmake {
	const struct ek_vibopts *o;
	const struct ek_release *rel; /* the target, or the default row */
	ek_say *say;
	void *ctx;
	struct ek_package *package;   /* or NULL */
	struct vm_part *parts;
	size_t n;
	struct ek_vibdesc d;          /* as far as it is composed */
	char *text;                   /* of -d; NULL: none */
	size_t text_len;
	struct ek_buf xml;            /* what is written */
	char *sig;
	size_t sig_len;
};

void vm_tell(const struct ek_vibmake *m, enum ek_say_kind kind,
	     const char *fmt, ...) EK_PRINTF(3, 4);

/* ---- vibmake_part.c: from files and the driver ---- */

/* Room for one more part; it is zeroed and counted. */
int vm_part_new(struct ek_vibmake *m, const char *name, const char *type,
		struct vm_part **p, struct ek_err *err);
int vm_add_driver(struct ek_vibmake *m, struct ek_err *err);
int vm_add_files(struct ek_vibmake *m, struct ek_err *err);
/* Sizes and digests of every part. */
int vm_measure(struct ek_vibmake *m, struct ek_err *err);
void vm_part_clear(struct vm_part *p);

/* ---- vibmake_tree.c: from directories ---- */

int vm_add_tree(struct ek_vibmake *m, const struct ek_payload_spec *s,
		struct ek_err *err);

/* ---- vibmake_given.c: a descriptor that was given ---- */

/* Read -d into m->text and m->d. */
int vm_read_template(struct ek_vibmake *m, struct ek_err *err);
/* Can it be put in as it is? *why (a buffer) tells why not. */
bool vm_is_finished(const struct ek_vibmake *m, char *why, size_t room);
int vm_read_sig(struct ek_vibmake *m, struct ek_err *err);

/* ---- vibmake_desc.c: composing it ---- */

int vm_compose(struct ek_vibmake *m, struct ek_err *err);

#endif /* EK_VIBMAKE_INT_H */
