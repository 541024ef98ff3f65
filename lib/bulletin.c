/* SPDX-License-Identifier: BSD-2-Clause */
/* bulletin.c - a bulletin: what a set of VIBs is for */
#include "os.h"

#include "ek/bulletin.h"
#include "ek/err.h"
#include "ek/xml.h"

void ek_bulletin_clear(struct ek_bulletin *b)
{
	char **texts[] = {
		&b->id, &b->vendor, &b->summary, &b->severity, &b->category,
		&b->urgency, &b->release_type, &b->description, &b->kb_url,
		&b->contact, &b->release_date, &b->component,
		&b->component_ui, &b->version, &b->version_ui,
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		free(*texts[i]);
		*texts[i] = NULL;
	}
	ek_strs_free(&b->platforms);
	ek_strs_free(&b->vib_ids);
}

bool ek_bulletin_is_component(const struct ek_bulletin *b)
{
	return b->component != NULL && b->version != NULL;
}

/* The text of the child called name, "" where it is absent. */
static bool text_of(const struct ek_node *root, const char *name, char **out)
{
	const struct ek_node *n = ek_node_child(root, name);

	*out = n != NULL ? ek_node_text(n, true) : strdup("");
	return *out != NULL;
}

static bool texts_of(struct ek_bulletin *b, const struct ek_node *root)
{
	return text_of(root, "id", &b->id) &&
		text_of(root, "vendor", &b->vendor) &&
		text_of(root, "summary", &b->summary) &&
		text_of(root, "severity", &b->severity) &&
		text_of(root, "category", &b->category) &&
		text_of(root, "urgency", &b->urgency) &&
		text_of(root, "releaseType", &b->release_type) &&
		text_of(root, "description", &b->description) &&
		text_of(root, "kbUrl", &b->kb_url) &&
		text_of(root, "contact", &b->contact) &&
		text_of(root, "releaseDate", &b->release_date);
}

/* <x key="..." uiString="..."/>; both stay NULL where there is no x. */
static bool spec_of(const struct ek_node *root, const char *name,
		    const char *key, char **value, char **ui)
{
	const struct ek_node *n = ek_node_child(root, name);

	return n == NULL || (ek_node_attr(n, key, value) &&
			     ek_node_attr(n, "uiString", ui));
}

static int add(struct ek_strs *l, char *s, const char *name,
	       struct ek_err *err)
{
	int rc;

	if (s == NULL)
		return ek_fail(err, EK_ESYS, "'%s': %s", name,
			       strerror(ENOMEM));
	if (l->n == EK_BULLETIN_VIBS)
		rc = ek_fail(err, EK_ELIMIT, "'%s': more than %u VIBs or"
			     " platforms", name, EK_BULLETIN_VIBS);
	else
		rc = ek_strs_add(l, s, strlen(s), err);
	free(s);
	return rc;
}

static int lists_of(struct ek_bulletin *b, const char *name,
		    const struct ek_node *root, struct ek_err *err)
{
	const struct ek_node *n = ek_node_child(root, "vibList");
	int rc = EK_OK;

	n = n != NULL ? ek_node_child(n, "vibID") : NULL;
	for (; rc == EK_OK && n != NULL; n = ek_node_next(n, "vibID"))
		rc = add(&b->vib_ids, ek_node_text(n, true), name, err);
	n = ek_node_child(root, "platforms");
	n = n != NULL ? ek_node_child(n, "softwarePlatform") : NULL;
	for (; rc == EK_OK && n != NULL;
	     n = ek_node_next(n, "softwarePlatform")) {
		char *version;

		if (!ek_node_attr(n, "version", &version) || version != NULL)
			rc = add(&b->platforms, version, name, err);
	}
	return rc;
}

static int read_root(struct ek_bulletin *b, const char *name,
		     const struct ek_node *root, struct ek_err *err)
{
	if (strcmp(ek_node_name(root), "bulletin") != 0)
		return ek_fail(err, EK_EFORMAT, "'%s' is no bulletin: its root"
			       " is <%.100s>", name, ek_node_name(root));
	if (!texts_of(b, root) ||
	    !spec_of(root, "componentNameSpec", "name", &b->component,
		     &b->component_ui) ||
	    !spec_of(root, "componentVersionSpec", "version", &b->version,
		     &b->version_ui))
		return ek_fail(err, EK_ESYS, "'%s': %s", name,
			       strerror(ENOMEM));
	if (b->id[0] == '\0')
		return ek_fail(err, EK_EFORMAT, "'%s': the bulletin has no id",
			       name);
	return lists_of(b, name, root, err);
}

int ek_bulletin_parse(struct ek_bulletin *b, const char *name,
		      const char *text, size_t len, struct ek_err *err)
{
	struct ek_xml *x;
	int rc;

	memset(b, 0, sizeof(*b));
	rc = ek_xml_parse(&x, name, text, len, NULL, err);
	if (rc != EK_OK)
		return rc;
	rc = read_root(b, name, ek_xml_root(x), err);
	ek_xml_free(&x);
	if (rc != EK_OK)
		ek_bulletin_clear(b);
	return rc;
}

/* ---- writing ------------------------------------------------------------ */

static void spec(struct ek_buf *out, const char *name, const char *key,
		 const char *value, const char *ui)
{
	ek_buf_addf(out, "<%s %s=\"", name, key);
	ek_xml_escape(out, value, true);
	ek_buf_adds(out, "\" uiString=\"");
	ek_xml_escape(out, ui != NULL ? ui : "", true);
	ek_buf_adds(out, "\"/>");
}

static void platforms(struct ek_buf *out, const struct ek_strs *l)
{
	ek_buf_adds(out, l->n != 0 ? "<platforms>" : "<platforms/>");
	for (size_t i = 0; i < l->n; i++) {
		ek_buf_adds(out, "<softwarePlatform version=\"");
		ek_xml_escape(out, l->v[i], true);
		ek_buf_adds(out, "\" locale=\"\" productLineID="
			    "\"embeddedEsx\"/>");
	}
	if (l->n != 0)
		ek_buf_adds(out, "</platforms>");
}

void ek_bulletin_fields_write(const struct ek_bulletin *b, struct ek_buf *out)
{
	ek_xml_element(out, "id", b->id);
	ek_xml_element(out, "vendor", b->vendor);
	ek_xml_element(out, "summary", b->summary);
	ek_xml_element(out, "severity", b->severity);
	ek_xml_element(out, "category", b->category);
	ek_xml_element(out, "urgency", b->urgency);
	ek_xml_element(out, "releaseType", b->release_type);
	ek_xml_element(out, "description", b->description);
	ek_xml_element(out, "kbUrl", b->kb_url);
	ek_xml_element(out, "contact", b->contact);
	if (ek_bulletin_is_component(b)) {
		spec(out, "componentNameSpec", "name", b->component,
		     b->component_ui);
		spec(out, "componentVersionSpec", "version", b->version,
		     b->version_ui);
	}
	ek_xml_element(out, "releaseDate", b->release_date);
	platforms(out, &b->platforms);
}

void ek_bulletin_write(const struct ek_bulletin *b, struct ek_buf *out)
{
	ek_buf_adds(out, "<bulletin>");
	ek_bulletin_fields_write(b, out);
	ek_buf_adds(out, "<vibList>");
	for (size_t i = 0; i < b->vib_ids.n; i++)
		ek_xml_element(out, "vibID", b->vib_ids.v[i]);
	ek_buf_adds(out, "</vibList></bulletin>");
}
