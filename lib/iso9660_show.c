/* SPDX-License-Identifier: BSD-2-Clause */
/* iso9660_show.c - an ISO image as text and as JSON */
#include "os.h"

#include "ek/buf.h"
#include "ek/date.h"
#include "ek/err.h"
#include "ek/iso9660.h"
#include "ek/json.h"

/* Is node one of nodes, or in one of them? The root holds everything. */
static bool wanted(const struct ek_iso *iso, const struct ek_iso_node *node,
		   const struct ek_iso_node **nodes, size_t n)
{
	const struct ek_iso_node *root = ek_iso_at(iso, 0);

	if (node == root)
		return false;
	if (n == 0)
		return true;
	for (;; node = ek_iso_at(iso, node->parent)) {
		for (size_t i = 0; i < n; i++) {
			if (nodes[i] == node)
				return true;
		}
		if (node == root)
			return false;
	}
}

/* The boot information table of this entry's image. */
static const char *table_problem(const struct ek_iso *iso,
				 const struct ek_iso_boot *b)
{
	struct ek_iso_table t;

	if (ek_iso_table(iso, b->node, &t, NULL) != EK_OK)
		return "too short";
	return ek_iso_table_problem(&t, b->node);
}

static bool has_table(const struct ek_iso_boot *b)
{
	return b->platform == EK_ISO_BIOS && b->node != NULL;
}

/* ---- text --------------------------------------------------------------- */

static void volume_text(const struct ek_iso *iso, struct ek_buf *out)
{
	const struct ek_iso_volume *v = ek_iso_volume(iso);
	char date[EK_DATE_SIZE];

	ek_date_show(v->created, date);
	ek_buf_addf(out, "volume       %s\n", v->volume_id);
	ek_buf_addf(out, "application  %s\n", v->application_id);
	if (v->preparer_id[0] != '\0')
		ek_buf_addf(out, "preparer     %s\n", v->preparer_id);
	ek_buf_addf(out, "created      %s\n", date);
	ek_buf_addf(out, "blocks       %u\n", v->blocks);
	if (v->rock_ridge || v->joliet)
		ek_buf_addf(out, "also there   %s%s%s\n",
			    v->rock_ridge ? "Rock Ridge" : "",
			    v->rock_ridge && v->joliet ? ", " : "",
			    v->joliet ? "Joliet" : "");
}

static void boot_text(const struct ek_iso *iso, const struct ek_iso_boot *b,
		      struct ek_buf *out)
{
	const char *why;

	ek_buf_addf(out, "boot         %s, %s%u sectors at block %u, %s\n",
		    ek_iso_platform_name(b->platform),
		    !b->bootable     ? "not bootable, " :
		    b->media != 0 ? "emulation, " : "",
		    b->sectors, b->lba,
		    b->node != NULL ? b->node->path : "no file");
	if (!has_table(b))
		return;
	why = table_problem(iso, b);
	ek_buf_addf(out, "boot table   %s\n", why == NULL ? "right" : why);
}

static int head_text(const struct ek_iso *iso, struct ek_buf *out,
		     struct ek_err *err)
{
	struct ek_iso_catalog cat;
	int rc;

	volume_text(iso, out);
	rc = ek_iso_catalog(iso, &cat, err);
	if (rc == EK_END)
		ek_buf_adds(out, "boot         none\n");
	for (size_t i = 0; rc == EK_OK && i < cat.n; i++)
		boot_text(iso, &cat.boot[i], out);
	ek_buf_adds(out, "\n");
	return rc == EK_END ? EK_OK : rc;
}

static void node_text(const struct ek_iso_node *n, bool verbose,
		      struct ek_buf *out)
{
	char date[EK_DATE_SIZE];

	ek_date_show(n->mtime, date);
	ek_buf_addf(out, "%11llu  %s", (unsigned long long)n->size, date);
	if (verbose)
		ek_buf_addf(out, "  %8u", n->lba);
	ek_buf_addf(out, "  %s%s", n->path, n->dir ? "/" : "");
	if (verbose)
		ek_buf_addf(out, "  [%s]", n->raw);
	if (verbose && n->extents > 1)
		ek_buf_addf(out, " %u extents", n->extents);
	ek_buf_addc(out, '\n');
}

int ek_iso_text(const struct ek_iso *iso, const struct ek_iso_node **nodes,
		size_t n, bool verbose, struct ek_buf *out, struct ek_err *err)
{
	const struct ek_iso_node *node;
	int rc = verbose ? head_text(iso, out, err) : EK_OK;

	for (size_t i = 0; (node = ek_iso_at(iso, i)) != NULL; i++) {
		if (wanted(iso, node, nodes, n))
			node_text(node, verbose, out);
	}
	return rc == EK_OK ? ek_buf_check(out, ek_iso_name(iso), err) : rc;
}

/* ---- JSON --------------------------------------------------------------- */

static void volume_json(const struct ek_iso *iso, struct ek_json *j)
{
	const struct ek_iso_volume *v = ek_iso_volume(iso);

	ek_json_object(j, "volume");
	ek_json_str(j, "id", v->volume_id);
	ek_json_str(j, "application_id", v->application_id);
	ek_json_str(j, "preparer_id", v->preparer_id);
	ek_json_str(j, "publisher_id", v->publisher_id);
	ek_json_str(j, "system_id", v->system_id);
	ek_json_str(j, "set_id", v->set_id);
	ek_json_uint(j, "blocks", v->blocks);
	ek_json_int(j, "created", v->created);
	ek_json_int(j, "modified", v->modified);
	ek_json_bool(j, "rock_ridge", v->rock_ridge);
	ek_json_bool(j, "joliet", v->joliet);
	ek_json_close(j);
}

static void boot_json(const struct ek_iso *iso, const struct ek_iso_boot *b,
		      struct ek_json *j)
{
	ek_json_object(j, NULL);
	ek_json_str(j, "platform", ek_iso_platform_name(b->platform));
	ek_json_uint(j, "platform_id", b->platform);
	ek_json_bool(j, "bootable", b->bootable);
	ek_json_uint(j, "media", b->media);
	ek_json_uint(j, "load_sectors", b->sectors);
	ek_json_uint(j, "block", b->lba);
	ek_json_str(j, "path", b->node != NULL ? b->node->path : NULL);
	if (has_table(b))
		ek_json_str(j, "table_problem", table_problem(iso, b));
	ek_json_close(j);
}

static void node_json(const struct ek_iso_node *n, struct ek_json *j)
{
	ek_json_object(j, NULL);
	ek_json_str(j, "path", n->path);
	ek_json_str(j, "recorded_name", n->raw);
	ek_json_str(j, "type", n->dir ? "directory" : "file");
	ek_json_uint(j, "size", n->size);
	ek_json_uint(j, "block", n->lba);
	ek_json_uint(j, "extents", n->extents);
	ek_json_int(j, "mtime", n->mtime);
	ek_json_close(j);
}

int ek_iso_json(const struct ek_iso *iso, const struct ek_iso_node **nodes,
		size_t n, struct ek_buf *out, struct ek_err *err)
{
	const struct ek_iso_node *node;
	struct ek_iso_catalog cat;
	struct ek_json j;
	int rc = ek_iso_catalog(iso, &cat, err);

	ek_json_begin(&j, out);
	ek_json_str(&j, "image", ek_iso_name(iso));
	ek_json_uint(&j, "size", ek_iso_size(iso));
	volume_json(iso, &j);
	ek_json_array(&j, "boot");
	for (size_t i = 0; rc == EK_OK && i < cat.n; i++)
		boot_json(iso, &cat.boot[i], &j);
	ek_json_close(&j);
	ek_json_array(&j, "files");
	for (size_t i = 0; (node = ek_iso_at(iso, i)) != NULL; i++) {
		if (wanted(iso, node, nodes, n))
			node_json(node, &j);
	}
	ek_json_close(&j);
	ek_json_end(&j);
	if (rc < 0)
		return rc;
	return ek_buf_check(out, ek_iso_name(iso), err);
}
