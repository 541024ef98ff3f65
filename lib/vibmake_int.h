/* SPDX-License-Identifier: BSD-2-Clause */
/* vibmake_int.h - the parts of vibmake */
#ifndef EK_VIBMAKE_INT_H
#define EK_VIBMAKE_INT_H

#include "ek/digest.h"
#include "ek/err.h"
#include "ek/vibmake.h"

struct ek_in;
struct ek_out;
struct ek_source;
struct ek_release;

/* One payload to be. */
struct vm_part {
	char *name, *type, *vfat_name; /* owned; vfat_name may be NULL */
	int64_t boot_order;
	struct ek_source *source;   /* the bytes that become the member */
	bool compressed;            /* has gunzip checksums */
	bool zstd;                  /* and zstd inside the gzip */
	uint64_t size, inside;      /* bytes, and bytes inside all layers */
	char sha256[EK_DIGEST_HEX];
	char gunzip1_sha256[EK_DIGEST_HEX]; /* inside the gzip */
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
	char *template;               /* path of what was given; NULL: none */
	char *text;                   /* its bytes */
	size_t text_len;
	struct ek_buf xml;            /* what is written */
	char *sig;
	size_t sig_len;
};

void vm_tell(const struct ek_vibmake *m, enum ek_say_kind kind,
	     const char *fmt, ...) EK_PRINTF(3, 4);

/* ---- vibmake_part.c: payloads out of files ---- */

/* What a payload of each type is (vib.5, "Payloads"). */
enum vm_content { VM_UNKNOWN, VM_VMTAR, VM_TAR, VM_RAW, VM_BOOT, VM_ZSTD };
enum vm_content vm_content(const char *type);

/* Room for one more part; it is zeroed and counted. A type that cannot be made
 * is refused, and a name that is taken. */
int vm_part_new(struct ek_vibmake *m, const char *name, const char *type,
		struct vm_part **p, struct ek_err *err);
/* Boot order and local name, of the option s or else of the template. */
int vm_part_extras(struct ek_vibmake *m, struct vm_part *p,
		   const struct ek_payload_spec *s, struct ek_err *err);
/* Look into its source, and pack it anew where it must be. */
int vm_part_content(struct ek_vibmake *m, struct vm_part *p,
		    struct ek_err *err);
void vm_part_time(struct vm_part *p, int64_t mtime);
void vm_part_clear(struct vm_part *p);
int vm_add_file(struct ek_vibmake *m, const struct ek_payload_spec *s,
		struct ek_err *err);
int vm_add_files(struct ek_vibmake *m, struct ek_err *err);

/* ---- vibmake_driver.c ---- */

int vm_add_driver(struct ek_vibmake *m, struct ek_err *err);

/* ---- vibmake_pciid.c ---- */

/* A payload of one map: more ids for a driver that an image has; and what the
 * descriptor says of it, where nothing else was told. */
int vm_add_pciid(struct ek_vibmake *m, struct ek_err *err);

/* ---- vibmake_sum.c ---- */

/* Sizes and digests of every part. */
int vm_measure(struct ek_vibmake *m, struct ek_err *err);

/* ---- vibmake_pack.c ---- */

/* Make of in, at its start, what goes into the gzip. */
typedef int vm_write(struct ek_vibmake *m, struct ek_in *in,
		     struct ek_out *out, struct ek_err *err);
int vm_write_plain(struct ek_vibmake *m, struct ek_in *in, struct ek_out *out,
		   struct ek_err *err);
int vm_write_vmtar(struct ek_vibmake *m, struct ek_in *in, struct ek_out *out,
		   struct ek_err *err);
/* The source of p, out of its layers first where unpack is true, as write makes
 * it, in the layers of its type. */
int vm_rewrite(struct ek_vibmake *m, struct vm_part *p, bool unpack,
	       vm_write *write, struct ek_err *err);

/* ---- vibmake_tree.c: from directories ---- */

int vm_add_tree(struct ek_vibmake *m, const struct ek_payload_spec *s,
		struct ek_err *err);

/* ---- vibmake_given.c: a descriptor that was given ---- */

/* Read the descriptor at path into m->text and m->d. */
int vm_read_template(struct ek_vibmake *m, const char *path,
		     struct ek_err *err);
/* Can it be put in as it is? *why (a buffer) tells why not. */
bool vm_is_finished(const struct ek_vibmake *m, char *why, size_t room);
int vm_read_sig(struct ek_vibmake *m, const char *path, struct ek_err *err);
/* Descriptor, signature and payloads that vib-unpack --trees wrote. */
int vm_read_unpacked(struct ek_vibmake *m, struct ek_err *err);
/* The package was changed: the signature is worth nothing any more. */
void vm_drop_sig(struct ek_vibmake *m);

/* ---- vibmake_sign.c ---- */

/* Sign m->xml with the key of --sign; into m->sig. */
int vm_sign(struct ek_vibmake *m, struct ek_err *err);

/* ---- vibmake_desc.c: composing it ---- */

int vm_compose(struct ek_vibmake *m, struct ek_err *err);

/* ---- vibmake_check.c ---- */

/* ASCII, and no control characters but in the description. */
int vm_check_text(const struct ek_vibdesc *d, struct ek_err *err);
/* Warn of what a host says at install; vib-check tells more. */
void vm_warn(const struct ek_vibmake *m);
/* The reader of everybody must take what was written. */
int vm_check_written(const struct ek_vibmake *m, struct ek_err *err);

#endif /* EK_VIBMAKE_INT_H */
