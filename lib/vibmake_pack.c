/* SPDX-License-Identifier: BSD-2-Clause */
/* vibmake_pack.c - payloads that are packed here, in scratch files */
#include "os.h"

#include "ek/io.h"
#include "ek/layers.h"
#include "ek/release.h"
#include "ek/source.h"
#include "ek/vmtar.h"
#include "vibmake_int.h"

struct rewrite {
	struct ek_vibmake *m;
	struct ek_source *from;
	bool unpack;
	vm_write *write;
};

static int write_again(void *ctx, struct ek_out *out, struct ek_err *err)
{
	const struct rewrite *r = ctx;
	struct ek_layers *l = NULL;
	struct ek_in *in = NULL;
	int rc;

	rc = ek_source_in(r->from, &in, err);
	if (rc == EK_OK && r->unpack)
		rc = ek_layers_open(&l, in, NULL, err);
	if (rc == EK_OK)
		rc = r->write(r->m, r->unpack ? ek_layers_in(l) : in, out, err);
	ek_layers_close(&l);
	ek_in_close(&in);
	return rc;
}

int vm_rewrite(struct ek_vibmake *m, struct vm_part *p, bool unpack,
	       vm_write *write, struct ek_err *err)
{
	struct rewrite r = { m, p->source, unpack, write };

	return ek_source_pack(&p->source, ek_source_name(p->source), p->zstd,
			      write_again, &r, err);
}

int vm_write_plain(struct ek_vibmake *m, struct ek_in *in, struct ek_out *out,
		   struct ek_err *err)
{
	(void)m;
	return ek_in_copy(in, out, NULL, err);
}

static void vmtar_note(void *ctx, enum ek_vmtar_say say, const char *member,
		       const char *text)
{
	if (say == EK_VMTAR_WARN)
		vm_tell(ctx, EK_SAY_WARN, "'%s': %s", member, text);
}

int vm_write_vmtar(struct ek_vibmake *m, struct ek_in *in, struct ek_out *out,
		   struct ek_err *err)
{
	return ek_vmtar_from_tar(in, m->rel->gen, out, vmtar_note, m, err);
}
