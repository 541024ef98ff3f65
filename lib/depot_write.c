/* SPDX-License-Identifier: BSD-2-Clause */
/* depot_write.c - the XML files of an offline bundle, written */
#include "os.h"

#include <inttypes.h>

#include "ek/depot.h"
#include "ek/err.h"
#include "ek/xml.h"

static void indent(struct ek_buf *out, size_t depth)
{
	if (out->len != 0)
		ek_buf_addc(out, '\n');
	for (size_t i = 0; i < depth; i++)
		ek_buf_adds(out, "  ");
}

/*
 * XML of ours, which is one line and has text in leaves only, with an element a
 * line, two blanks a level, and a final newline (bundle.5, "index.xml").
 */
static void pretty(struct ek_buf *out, struct ek_buf *xml)
{
	const char *p = ek_buf_str(xml);
	size_t depth = 0;
	bool leaf = false; /* what was met last is a start tag, or its text */

	out->failed = out->failed || xml->failed;
	while (*p != '\0') {
		size_t n = *p == '<' ? strcspn(p, ">") + 1 : strcspn(p, "<");
		bool end = p[0] == '<' && p[1] == '/';

		depth -= end;
		if (*p == '<' && !(end && leaf))
			indent(out, depth);
		ek_buf_add(out, p, n);
		if (*p == '<') {
			leaf = !end && p[n - 2] != '/';
			depth += leaf;
		}
		p += n;
	}
	ek_buf_addc(out, '\n');
	ek_buf_free(xml);
}

/* "Acme" gives "ACM": three letters are what vendors have. */
static void code_of(const char *vendor, char code[4])
{
	size_t n = 0;

	for (; *vendor != '\0' && n < 3; vendor++) {
		char c = *vendor;

		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
			code[n++] = c;
	}
	code[n] = '\0';
}

void ek_depot_index_write(struct ek_buf *out, const char *vendor)
{
	struct ek_buf x = EK_BUF_INIT;
	char code[4];

	code_of(vendor, code);
	ek_buf_adds(&x, "<vendorList><vendor>");
	ek_xml_element(&x, "name", vendor);
	ek_xml_element(&x, "code", code[0] != '\0' ? code : "Unknown");
	ek_buf_adds(&x, "<indexfile>vendor-index.xml</indexfile>"
		    "<patchUrl></patchUrl><relativePath></relativePath>"
		    "<content><name>VMware ESX</name>"
		    "<type>http://www.vmware.com/depotmanagement/esx</type>"
		    "</content></vendor></vendorList>");
	pretty(out, &x);
}

void ek_depot_metas_write(struct ek_buf *out, const struct ek_strs *platforms)
{
	struct ek_buf x = EK_BUF_INIT;

	ek_buf_adds(&x, "<metaList>");
	for (size_t i = 0; i < platforms->n; i++) {
		ek_buf_adds(&x, "<metadata><productId>embeddedEsx</productId>");
		ek_xml_element(&x, "version", platforms->v[i]);
		ek_buf_adds(&x, "<locale></locale><url>metadata.zip</url>"
			    "<channelName>default</channelName></metadata>");
	}
	ek_buf_adds(&x, "</metaList>");
	pretty(out, &x);
}

/* ---- a VIB -------------------------------------------------------------- */

static int add_three(struct ek_node *root, const struct ek_depot_item *item,
		     struct ek_err *err)
{
	struct ek_node *n = ek_node_child(root, "software-tags");
	char size[24];
	int rc;

	snprintf(size, sizeof(size), "%" PRIu64, item->size);
	rc = ek_node_add_after(n, "relative-path", item->path, &n, err);
	if (rc == EK_OK)
		rc = ek_node_add_after(n, "packed-size", size, &n, err);
	if (rc == EK_OK)
		rc = ek_node_add_after(n, "checksum", item->sha256, &n, err);
	return rc == EK_OK ? ek_node_set_attr(n, "checksum-type", "sha-256",
					      err) : rc;
}

int ek_depot_vib_write(struct ek_buf *out, const struct ek_depot_item *item,
		       struct ek_err *err)
{
	struct ek_buf text = EK_BUF_INIT;
	struct ek_xml *x = NULL;
	int rc;

	ek_vibdesc_write(item->d, EK_VIBDESC_DATABASE, &text);
	rc = ek_buf_check(&text, item->id, err);
	if (rc == EK_OK)
		rc = ek_xml_parse(&x, item->id, text.p, text.len, NULL, err);
	if (rc == EK_OK)
		rc = add_three(ek_xml_root(x), item, err);
	if (rc == EK_OK)
		ek_xml_write(ek_xml_root(x), out);
	ek_xml_free(&x);
	ek_buf_free(&text);
	return rc;
}

/* ---- vmware.xml --------------------------------------------------------- */

static void constraints(struct ek_buf *x, const char *list,
			const struct ek_constraints *l)
{
	ek_buf_addf(x, l->n != 0 ? "<%s>" : "<%s/>", list);
	for (size_t i = 0; i < l->n; i++) {
		ek_buf_adds(x, "<constraint name=\"");
		ek_xml_escape(x, l->v[i].name, true);
		if (l->v[i].relation != NULL) {
			ek_buf_adds(x, "\" relation=\"");
			ek_xml_escape(x, l->v[i].relation, true);
		}
		if (l->v[i].version != NULL) {
			ek_buf_adds(x, "\" version=\"");
			ek_xml_escape(x, l->v[i].version, true);
		}
		ek_buf_adds(x, "\"/>");
	}
	if (l->n != 0)
		ek_buf_addf(x, "</%s>", list);
}

static void relations(struct ek_buf *x, const struct ek_vibdesc *d)
{
	ek_buf_adds(x, "<relationships>");
	constraints(x, "depends", &d->depends);
	constraints(x, "conflicts", &d->conflicts);
	constraints(x, "replaces", &d->replaces);
	constraints(x, "provides", &d->provides);
	constraints(x, "compatibleWith", &d->compatible);
	ek_buf_adds(x, "</relationships>");
}

/* A VIB without a platform has one without a version. */
static void system_needs(struct ek_buf *x, const struct ek_vibdesc *d)
{
	static const char tail[] = "\" locale=\"\" productLineID=\"embeddedEsx"
		"\"/>";

	ek_buf_adds(x, "<systemReqs>");
	ek_xml_element(x, "maintenanceMode",
		d->maint_install || d->maint_remove ? "true" : "false");
	for (size_t i = 0; i < d->n_sw; i++) {
		ek_buf_adds(x, "<swPlatform version=\"");
		ek_xml_escape(x, d->sw[i].version, true);
		ek_buf_adds(x, tail);
	}
	if (d->n_sw == 0)
		ek_buf_addf(x, "<swPlatform version=\"%s", tail);
	ek_buf_adds(x, "</systemReqs>");
}

static void tags(struct ek_buf *x, const struct ek_strs *l)
{
	if (l->n == 0)
		return;
	ek_buf_adds(x, "<softwareTags>");
	for (size_t i = 0; i < l->n; i++)
		ek_xml_element(x, "tag", l->v[i]);
	ek_buf_adds(x, "</softwareTags>");
}

static void vib_file(struct ek_buf *x, const struct ek_depot_item *item)
{
	ek_buf_adds(x, "<vibFile><sourceUrl></sourceUrl>");
	ek_xml_element(x, "relativePath", item->path);
	ek_buf_addf(x, "<packedSize>%" PRIu64 "</packedSize><checksum>"
		    "<checksumType>sha-256</checksumType>", item->size);
	ek_xml_element(x, "checksum", item->sha256);
	ek_buf_adds(x, "</checksum></vibFile>");
}

static void vib(struct ek_buf *x, const struct ek_depot_item *item)
{
	const struct ek_vibdesc *d = item->d;

	ek_buf_adds(x, "<vib><vibVersion>1.4.5</vibVersion>");
	ek_xml_element(x, "vibID", item->id);
	ek_xml_element(x, "name", d->name);
	ek_xml_element(x, "version", d->version);
	ek_xml_element(x, "vendor", d->vendor);
	ek_xml_element(x, "vibType", d->type);
	ek_xml_element(x, "summary", d->summary);
	system_needs(x, d);
	relations(x, d);
	ek_buf_adds(x, "<postInstall>");
	ek_xml_element(x, "rebootRequired",
		d->live_install && d->live_remove ? "false" : "true");
	ek_buf_adds(x, "<hostdRestart>false</hostdRestart></postInstall>");
	tags(x, &d->tags);
	vib_file(x, item);
	ek_buf_adds(x, "</vib>");
}

static int by_id(const void *key, const void *item)
{
	return strcmp(key, ((const struct ek_depot_item *)item)->id);
}

static void bulletin(struct ek_buf *x, const struct ek_bulletin *b,
		     const struct ek_depot_item *items, size_t n)
{
	ek_buf_adds(x, "<bulletin>");
	ek_bulletin_fields_write(b, x);
	ek_buf_adds(x, "<vibList>");
	for (size_t i = 0; i < b->vib_ids.n; i++) {
		const struct ek_depot_item *item =
			bsearch(b->vib_ids.v[i], items, n, sizeof(*items),
				by_id);

		if (item != NULL)
			vib(x, item);
	}
	ek_buf_adds(x, "</vibList></bulletin>");
}

void ek_depot_summary_write(struct ek_buf *out, int64_t when,
			    const struct ek_bulletin *bulletins, size_t n,
			    const struct ek_depot_item *items, size_t n_items)
{
	const struct ek_date d = { .sec = when };
	struct ek_buf x = EK_BUF_INIT;
	char date[EK_DATE_SIZE];

	ek_date_format(&d, date);
	date[strcspn(date, "+")] = '\0'; /* UTC, and no zone said */
	ek_buf_adds(&x, "<metadataResponse><version>3.0</version>");
	ek_xml_element(&x, "timestamp", date);
	for (size_t i = 0; i < n; i++)
		bulletin(&x, &bulletins[i], items, n_items);
	ek_buf_adds(&x, "</metadataResponse>");
	pretty(out, &x);
}
