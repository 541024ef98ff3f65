/* SPDX-License-Identifier: BSD-2-Clause */
/* vibmake_tree.c - payloads out of directories */
#include "os.h"

#include "ek/io.h"
#include "ek/release.h"
#include "ek/source.h"
#include "ek/tree.h"
#include "vibmake_int.h"

static void tree_note(void *ctx, enum ek_vmtar_say say, const char *member,
		      const char *text)
{
	if (say == EK_VMTAR_WARN)
		vm_tell(ctx, EK_SAY_WARN, "'%s': %s", member, text);
}

struct archive {
	struct ek_vibmake *m;
	struct ek_tree *tree;
	bool vmtar;
};

static int write_archive(void *ctx, struct ek_out *out, struct ek_err *err)
{
	const struct archive *a = ctx;

	if (!a->vmtar)
		return ek_tree_to_tar(a->tree, out, err);
	return ek_tree_to_vmtar(a->tree, a->m->rel->gen, out, tree_note, a->m,
				err);
}

/* Owner root throughout, whoever runs it. */
static int pack(struct ek_vibmake *m, const char *dir, struct vm_part *p,
		struct ek_err *err)
{
	const struct ek_tree_opts to = {
		.set_mtime = m->o->has_time, .mtime = m->o->time,
	};
	struct archive a = { m, NULL, vm_content(p->type) != VM_TAR };
	int rc;

	rc = ek_tree_open(&a.tree, dir, &to, err);
	if (rc == EK_OK && ek_tree_count(a.tree) == 0)
		rc = ek_fail(err, EK_EREFUSE, "'%s' is empty", dir);
	if (rc == EK_OK)
		rc = ek_source_pack(&p->source, dir, p->zstd, write_archive,
				    &a, err);
	ek_tree_free(&a.tree);
	return rc;
}

int vm_add_tree(struct ek_vibmake *m, const struct ek_payload_spec *s,
		struct ek_err *err)
{
	const struct ek_payload *t = ek_vibdesc_payload(&m->d, s->name);
	const char *type = s->type != NULL ? s->type :
		t != NULL ? t->type : "vgz";
	struct vm_part *p;
	int rc;

	rc = vm_part_new(m, s->name, type, &p, err);
	if (rc != EK_OK)
		return rc;
	if (!p->compressed)
		return ek_fail(err, EK_EREFUSE, "payload '%s': a directory is "
			       "packed as vgz, tgz or vzstd, not as %s", s->name,
			       type);
	rc = pack(m, s->file, p, err);
	if (rc == EK_OK)
		rc = vm_part_extras(m, p, s, err);
	return rc == EK_OK ? vm_part_content(m, p, err) : rc;
}
