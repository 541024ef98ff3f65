/* SPDX-License-Identifier: BSD-2-Clause */
/* vibmake_pack.c - payloads that are packed here, in scratch files */
#include "os.h"

#include "ek/deflate.h"
#include "ek/inflate.h"
#include "ek/io.h"
#include "ek/release.h"
#include "ek/source.h"
#include "ek/vmtar.h"
#include "vibmake_int.h"

static int through(struct ek_vibmake *m, struct ek_in *in, struct ek_out *out,
		   vm_write *write, struct ek_err *err)
{
	struct ek_out *gz = NULL;
	int rc;

	rc = ek_out_open_gzip(&gz, out, EK_GZ_LEVEL, err);
	if (rc == EK_OK)
		rc = write(m, in, gz, err);
	if (rc == EK_OK)
		rc = ek_out_commit(&gz, err);
	ek_out_abort(&gz);
	return rc;
}

static int into_spool(struct ek_vibmake *m, struct ek_source *s,
		      struct ek_spool *spool, bool unpack, vm_write *write,
		      struct ek_err *err)
{
	struct ek_in *in = NULL, *gz = NULL;
	struct ek_out *out = NULL;
	int rc;

	rc = ek_source_in(s, &in, err);
	if (rc == EK_OK && unpack)
		rc = ek_in_open_gunzip(&gz, in, EK_GZ_ONE, false, err);
	if (rc == EK_OK)
		rc = ek_spool_out(spool, &out, err);
	if (rc == EK_OK)
		rc = through(m, unpack ? gz : in, out, write, err);
	if (rc == EK_OK)
		rc = ek_out_commit(&out, err);
	ek_out_abort(&out);
	ek_in_close(&gz);
	ek_in_close(&in);
	return rc;
}

int vm_rewrite(struct ek_vibmake *m, struct ek_source **s, bool unpack,
	       vm_write *write, struct ek_err *err)
{
	struct ek_spool *spool = NULL;
	struct ek_source *fresh;
	int rc;

	rc = ek_spool_new(&spool, err);
	if (rc != EK_OK)
		return rc;
	rc = into_spool(m, *s, spool, unpack, write, err);
	if (rc != EK_OK) {
		ek_spool_free(spool);
		return rc;
	}
	rc = ek_source_spool(&fresh, spool, ek_source_name(*s), err);
	if (rc == EK_OK) {
		ek_source_free(s);
		*s = fresh;
	}
	return rc;
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
